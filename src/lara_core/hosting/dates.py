"""The use cases of dates: a session is planned, its clients are asked, and answer by a link or by their calendar.

As in `lara_core.hosting.group_purchase`, each asks rights, loads what the rule needs, decides, and saves under the
act's key. Who answers needs no right: whoever holds the recipient's copy of a proposal answers to it (C1).
"""

from collections.abc import Iterable, Mapping, Sequence

from lara_core import planning
from lara_core.confirmation import (
    Column,
    Confirmation,
    ConfirmationDecision,
    ConfirmationPolicy,
    ConfirmationRow,
    DatesCalledOff,
    Message,
    ProposalIdUsed,
    column,
)
from lara_core.hosting import asking, places
from lara_core.hosting.once import once
from lara_core.hosting.ports import Dates, Receipt, Store
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Aggregate, Decision, Event, Refused
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import ClientId, DateNo, ProposalId, RefundId, SessionId
from lara_core.kernel.people import Person
from lara_core.replies import Link, Reply
from lara_core.rights import Action, Right
from lara_core.schedules import Schedule, SessionDate
from lara_core.sessions import Session

# --- The dates


def plan_dates(
    store: Store[Dates], act: Act, session: SessionId, *, zone: Zone, dates: Iterable[SessionDate] = ()
) -> Receipt:
    """Give a session its dates, which may be none yet unless it is on sale; one on sale moves there (C1)."""
    meetings = tuple(dates)
    content = {"do": "plan_dates", "session": session, "zone": zone, "dates": meetings}

    def body(work: Dates) -> planning.Decisions:
        asking.may(work, act.by, Right.SESSIONS, Action.EDIT, on=work.place(session), kind=Schedule)
        return planning.plan(act, session, zone=zone, dates=meetings, on_sale=work.sessions.find(session))

    return once(store, act, content, body)


def replan_dates(
    store: Store[Dates],
    act: Act,
    session: SessionId,
    dates: Mapping[DateNo, SessionDate],
    *,
    added: Iterable[SessionDate] = (),
    zone: Zone | None = None,
) -> Receipt:
    """Change the dates of a session: those of *dates* stay or move, those *added* are new, all others are lost (C2)."""
    more = tuple(added)
    content = {"do": "replan_dates", "session": session, "dates": dict(dates), "added": more, "zone": zone}

    def body(work: Dates) -> planning.Decisions:
        return planning.replan(
            act,
            asking.dates(work, act, session, Right.SESSIONS, Action.EDIT),
            dates,
            added=more,
            zone=zone,
            on_sale=work.sessions.find(session),
            confirmations=_all(work, session),
        )

    return once(store, act, content, body)


def cancel_session(store: Store[Dates], act: Act, session: SessionId, *, refund: RefundId) -> Receipt:
    """Cancel a session as `lara_core.hosting.places.cancel_session` does, with its dates, and tell its clients.

    One of the two will do: a session that is planned and not on sale yet, or one that has no dates here.
    """
    content = {"do": "cancel_session_and_dates", "session": session, "refund": refund}

    def body(work: Dates) -> Sequence[Decision[Aggregate, Event]]:
        schedule = work.schedules.find(session)
        if schedule is None:
            return places.cancelled(work, act, session, refund)
        asking.may(work, act.by, Right.SESSIONS, Action.EDIT, on=work.place(session), kind=Session)
        called_off = planning.call_off(act, schedule, _all(work, session))
        if work.sessions.find(session) is None:
            return called_off
        return *places.cancelled(work, act, session, refund), *called_off

    return once(store, act, content, body)


# --- Asking the client


def open_confirmation(
    store: Store[Dates],
    act: Act,
    session: SessionId,
    client: ClientId,
    *,
    policy: ConfirmationPolicy | None = None,
) -> Receipt:
    """Let a client take part in a session; nothing is sent yet (C1). Refused: `DatesCalledOff`."""
    content = {"do": "open_confirmation", "session": session, "client": client, "policy": policy}

    def body(work: Dates) -> tuple[ConfirmationDecision]:
        if asking.dates(work, act, session, Right.SESSIONS, Action.EDIT).cancelled:
            raise Refused(DatesCalledOff())
        return (Confirmation.open(act, session, client, policy=policy or ConfirmationPolicy()),)

    return once(store, act, content, body)


def propose_dates(
    store: Store[Dates],
    act: Act,
    session: SessionId,
    client: ClientId,
    proposal: ProposalId,
    *,
    until: Deadline,
    to: Person | None = None,
    cc: Sequence[Person] = (),
    bcc: Sequence[Person] = (),
    message: Message | None = None,
) -> Receipt:
    """Send the dates to a client, for the first time or again (C1, C3).

    Refused, beside what `Confirmation.propose` refuses: `ProposalIdUsed` where another client was asked under that id.
    """
    content = {
        "do": "propose_dates",
        "session": session,
        "client": client,
        "proposal": proposal,
        "until": until,
        "to": to,
        "cc": tuple(cc),
        "bcc": tuple(bcc),
        "message": message,
    }

    def body(work: Dates) -> tuple[ConfirmationDecision]:
        found, schedule = _asked(work, act, session, client)
        if work.confirmations.of_proposal(proposal) not in {None, found.id}:
            raise Refused(ProposalIdUsed(proposal))
        return (
            found.propose(
                act,
                proposal,
                until=until,
                schedule=schedule,
                contact=work.contact(client),
                to=to,
                cc=cc,
                bcc=bcc,
                message=message or Message(),
            ),
        )

    return once(store, act, content, body)


def remind_client(store: Store[Dates], act: Act, session: SessionId, client: ClientId) -> Receipt:
    """Remind a client of dates that await their answer (C7)."""
    content = {"do": "remind_client", "session": session, "client": client}

    def body(work: Dates) -> tuple[ConfirmationDecision]:
        found, schedule = _asked(work, act, session, client)
        return (found.remind(act, schedule=schedule),)

    return once(store, act, content, body)


def lapse_proposal(store: Store[Dates], act: Act, session: SessionId, client: ClientId) -> Receipt:
    """Take note of a proposal that nobody answered in time; hosts do it now and then, so that people are told."""
    content = {"do": "lapse_proposal", "session": session, "client": client}

    def body(work: Dates) -> tuple[ConfirmationDecision]:
        found, schedule = _asked(work, act, session, client)
        return (found.lapse(act, schedule=schedule),)

    return once(store, act, content, body)


def validate_dates(store: Store[Dates], act: Act, session: SessionId, client: ClientId) -> Receipt:
    """Validate the dates for a client by hand (C4)."""
    content = {"do": "validate_dates", "session": session, "client": client}

    def body(work: Dates) -> tuple[ConfirmationDecision]:
        found, schedule = _asked(work, act, session, client, Right.VALIDATE_DATES, Action.VIEW)
        return (found.validate(act, schedule=schedule),)

    return once(store, act, content, body)


def end_validation(store: Store[Dates], act: Act, session: SessionId, client: ClientId) -> Receipt:
    """Take validation by hand back (C4)."""
    content = {"do": "end_validation", "session": session, "client": client}

    def body(work: Dates) -> tuple[ConfirmationDecision]:
        found, schedule = _asked(work, act, session, client, Right.VALIDATE_DATES, Action.VIEW)
        return (found.end_validation(act, schedule=schedule),)

    return once(store, act, content, body)


# --- Answering


def answer_dates(store: Store[Dates], act: Act, link: Link) -> Receipt:
    """Answer by a link, as it was read (C2). A proposal that nobody ever sent is `NotFound`."""
    content = {"do": "answer_dates", "link": link}

    def body(work: Dates) -> tuple[ConfirmationDecision]:
        confirmation = work.confirmations.of_proposal(link.proposal)
        if confirmation is None:
            raise NotFound(Confirmation)
        found = work.confirmations.get(confirmation)
        schedule = work.schedules.get(found.session)
        return (found.answer(act, link.proposal, link.answer, client=link.client, schedule=schedule),)

    return once(store, act, content, body)


def reply_to_dates(store: Store[Dates], act: Act, reply: Reply) -> Receipt:
    """Answer for one date by a calendar, as its reply was read (C7)."""
    content = {"do": "reply_to_dates", "reply": reply}

    def body(work: Dates) -> tuple[ConfirmationDecision]:
        found = work.confirmations.get(Confirmation.id_of(reply.session, reply.client))
        schedule = work.schedules.get(found.session)
        said = found.reply(
            act, reply.date, reply.reply, sequence=reply.sequence, attendee=reply.attendee, schedule=schedule
        )
        return (said,)

    return once(store, act, content, body)


# --- How it stands


def rows_of(store: Store[Dates], act: Act, session: SessionId) -> Mapping[ClientId, ConfirmationRow]:
    """How each client of a session stands, for who may see its dates (C5)."""
    with store.transaction() as work:
        schedule = asking.dates(work, act, session, Right.SESSIONS)
        return {found.client: found.row(act.at, schedule) for found in _all(work, session)}


def column_of(store: Store[Dates], act: Act, session: SessionId) -> Column | None:
    """What the list of sessions says of one; `None` is blank (C6)."""
    return column(row.standing for row in rows_of(store, act, session).values())


# --- What they ask


def _all(work: Dates, session: SessionId) -> list[Confirmation]:
    return [work.confirmations.get(confirmation) for confirmation in work.confirmations.of_session(session)]


def _asked(
    work: Dates,
    act: Act,
    session: SessionId,
    client: ClientId,
    right: Right = Right.SESSIONS,
    action: Action = Action.EDIT,
) -> tuple[Confirmation, Schedule]:
    """What a client says to the dates of a session, for who has the right there."""
    schedule = asking.dates(work, act, session, right, action)
    return work.confirmations.get(Confirmation.id_of(session, client)), schedule
