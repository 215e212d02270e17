"""What dates do, told a second time: planned, proposed, answered, validated by hand, changed and called off.

Part of `lara_core.testing.model`. It is written from the rules of the domain (C1 to C7). Of each use case it says why
not, or what is there afterwards, and what each client was told.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Concatenate, Final, ParamSpec, TypeAlias

from lara_core.confirmation import (
    AllRemindersSent,
    AlreadyAwaiting,
    AnsweredOtherwise,
    AnswerTooLate,
    CalendarReply,
    ClientAnswer,
    Column,
    Confirmation,
    ConfirmationClosed,
    ConfirmationEvent,
    ConfirmationIs,
    ConfirmationOpened,
    ConfirmationPolicy,
    ConfirmationRow,
    ConfirmationState,
    DateNotProposed,
    DatesAccepted,
    DatesAlreadyAccepted,
    DatesCalledOff,
    DatesDeclined,
    DatesProposed,
    DatesReplaced,
    DatesValidated,
    DeadlinePassed,
    DeadlineTooLate,
    Missing,
    NoRecipient,
    NotPlanned,
    OneDateAccepted,
    OtherAttendee,
    OtherClient,
    ProposalDead,
    ProposalIdUsed,
    ProposalLapsed,
    ReminderSent,
    SequenceDead,
    Standing,
    ValidatedByHand,
    ValidationEnded,
)
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Refusal
from lara_core.kernel.errors import IdReused, LaraError, NotFound
from lara_core.kernel.ids import ClientId, DateNo, ProposalId, RefundId, SessionId
from lara_core.kernel.people import Person
from lara_core.replies import Link, Reply
from lara_core.schedules import DatesOverlap, DateUnknown, Schedule, ScheduleIsCancelled, SessionDate
from lara_core.sessions import Session, SessionOver
from lara_core.testing.model.words import No, Plain, copied, distinct, is_late, on_sale, same

P = ParamSpec("P")

Happened: TypeAlias = tuple[object, ...]
"""One event, as a plain tuple: its kind, and what it says."""

_YES, _NO = ClientAnswer.ACCEPTED, ClientAnswer.DECLINED
_EVENT: Final[Mapping[ClientAnswer, type[DatesAccepted | DatesDeclined]]] = {_YES: DatesAccepted, _NO: DatesDeclined}
# What 002 says of one client, in its own words, and of several: the first that is there.
_SAYS: Final[Mapping[Standing, Column]] = {
    Standing.DECLINED: Column.DECLINED,
    Standing.NOT_SENT: Column.TO_CONFIRM,
    Standing.LAPSED: Column.TO_CONFIRM,
    Standing.AWAITING: Column.AWAITING,
    Standing.ACCEPTED: Column.CONFIRMED,
    Standing.BY_HAND: Column.CONFIRMED,
}
_RANK: Final = (Column.DECLINED, Column.TO_CONFIRM, Column.AWAITING, Column.CONFIRMED)


class DatesModel:
    """What a store keeps of sessions' dates, where clients have those main *contacts*."""

    def __init__(self, contacts: Mapping[ClientId, Person]) -> None:
        self.contacts = contacts
        self.kept: dict[str, dict[str, Plain]] = {"session": {}, "schedule": {}, "confirmation": {}}

    def predict(
        self, use: Callable[Concatenate[Act, P], None], act: Act, *args: P.args, **kwargs: P.kwargs
    ) -> Refusal | type[LaraError] | None:
        """Why the use case of that name is refused, or `None` where it is done."""
        before = copied(self.kept)
        try:
            use(act, *args, **kwargs)
        except No as no:
            self.kept = before
            return no.outcome
        return None

    # --- The dates

    def open_session(self, session: SessionId, *, starts: datetime, ends: datetime) -> None:
        """Its places are on sale."""
        self.kept["session"][session] = {"version": 1, "starts": starts, "ends": ends, "cancelled": False}

    def plan_dates(self, act: Act, session: SessionId, *, zone: Zone, dates: Iterable[SessionDate]) -> None:
        """Once; the dates are numbered by time (C1)."""
        ordered = sorted(dates, key=_begins)
        _in_turn(ordered)
        numbered = dict(enumerate(ordered, 1))
        planned: Plain = {"version": 1, "revision": 1, "zone": zone, "dates": numbered, "numbered": len(numbered)}
        self._move(act, session, numbered)
        if session in self.kept["schedule"]:
            raise No(IdReused)
        self.kept["schedule"][session] = {**planned, "cancelled": False}

    def replan_dates(
        self,
        act: Act,
        session: SessionId,
        dates: Mapping[DateNo, SessionDate],
        *,
        added: Iterable[SessionDate],
        zone: Zone | None,
    ) -> None:
        """Whatever changes makes another revision, of which nobody was asked (C2)."""
        schedule = self._get("schedule", session)
        if schedule["cancelled"]:
            raise No(ScheduleIsCancelled())
        for number in dates:
            if number not in schedule["dates"]:
                raise No(DateUnknown(number))
        more = sorted(added, key=_begins)
        _in_turn([*dates.values(), *more])
        new = dict(enumerate(more, schedule["numbered"] + 1))
        after = {**{int(number): date for number, date in dates.items()}, **new}
        if (after, zone or schedule["zone"]) == (schedule["dates"], schedule["zone"]):
            return
        schedule["dates"], schedule["zone"] = after, zone or schedule["zone"]
        schedule["numbered"] += len(new)
        schedule["revision"] += 1
        schedule["version"] += 1
        self._move(act, session, after)
        self._follow(session)

    def cancel_session(self, act: Act, session: SessionId, *, refund: RefundId) -> None:  # noqa: ARG002 -- nothing sold
        """With its dates, if there are any, and everybody who was asked is told (S14)."""
        found = self._get("session", session)
        if not found["cancelled"]:
            if act.at >= found["ends"]:
                raise No(SessionOver(found["ends"]))
            found["cancelled"] = True
            found["version"] += 1
        schedule = self.kept["schedule"].get(session)
        if schedule is not None:
            schedule["version"] += not schedule["cancelled"]
            schedule["cancelled"] = True
            self._follow(session)

    def _move(self, act: Act, session: SessionId, dates: Mapping[int, SessionDate]) -> None:
        """What is on sale takes place from the first date to the end of the last."""
        found = self.kept["session"].get(session)
        if found is None:
            return
        if not dates:
            raise No(NotPlanned(Missing.DATES))
        on_sale(found, act.at)
        starts, ends = min(map(_begins, dates.values())), max(date.ends for date in dates.values())
        if act.at >= ends:
            raise No(SessionOver(ends))
        if (starts, ends) != (found["starts"], found["ends"]):
            found.update(starts=starts, ends=ends, version=found["version"] + 1)

    def _follow(self, session: SessionId) -> None:
        for one in self.kept["confirmation"].values():
            if one["session"] == session:
                self._tell(one)

    def _tell(self, one: Plain) -> None:
        """Who was asked hears that the dates are others, or that there are none any more; once."""
        schedule, sent = self.kept["schedule"][one["session"]], one["sent"]
        last: Plain | None = sent or one["withdrawn"]
        about: tuple[object, object] = (None, None) if last is None else (last["id"], last["to"])
        there = [] if last is None else [number for number in last["dates"] if number in schedule["dates"]]
        lost = () if last is None else tuple(number for number in last["dates"] if number not in there)
        if one["closed"]:
            return
        if schedule["cancelled"]:
            one["closed"] = True
            _happens(one, ConfirmationClosed, *about)
        elif not _holds(one, schedule) and (sent is not None or one["by_hand"] is not None or lost):
            one["dead"] = sorted({*one["dead"], *([] if sent is None else [sent["id"]])})
            one.update(sent=None, answered=None, by_hand=None)
            one["withdrawn"] = last and {"id": last["id"], "to": last["to"], "dates": there}
            _happens(one, DatesReplaced, *(about if sent is not None or lost else (None, None)), lost)

    # --- Asking

    def open_confirmation(
        self,
        act: Act,  # noqa: ARG002 -- as all
        session: SessionId,
        client: ClientId,
        *,
        policy: ConfirmationPolicy,
    ) -> None:
        """Nothing is sent, and what is called off has nobody new (C1)."""
        if self._get("schedule", session)["cancelled"]:
            raise No(DatesCalledOff())
        name = Confirmation.id_of(session, client)
        if name in self.kept["confirmation"]:
            raise No(IdReused)
        begun: Plain = {"version": 0, "session": session, "client": client, "policy": policy, "revision": 0}
        nothing: Plain = {"sent": None, "withdrawn": None, "answered": None, "by_hand": None, "dead": []}
        self.kept["confirmation"][name] = {**begun, **nothing, "closed": False, "happened": []}
        _happens(self.kept["confirmation"][name], ConfirmationOpened, policy)

    def propose_dates(
        self,
        act: Act,
        session: SessionId,
        client: ClientId,
        proposal: ProposalId,
        *,
        until: Deadline,
        to: Person | None,
        cc: Sequence[Person],
        bcc: Sequence[Person],
    ) -> None:
        """Of dates that have places, to somebody, until a time to come and before the first of them (C1, C3)."""
        schedule, one = self._asked(session, client)
        if any(proposal in _proposals(each) for each in self.kept["confirmation"].values() if each is not one):
            raise No(ProposalIdUsed(proposal))
        _going_on(one, schedule)
        starts = _first(schedule)
        if any(date.place is None for date in schedule["dates"].values()):
            raise No(NotPlanned(Missing.PLACE))
        if proposal in one["dead"] or (one["sent"] is not None and one["sent"]["id"] == proposal):
            raise No(ProposalIdUsed(proposal))
        self._tell(one)
        if one["answered"] is not None and one["answered"][0] is _YES:
            raise No(DatesAlreadyAccepted(one["answered"][1]))
        recipient = to or self.contacts.get(client)
        if recipient is None:
            raise No(NoRecipient())
        if act.at >= until.instant:
            raise No(DeadlinePassed(until))
        if not is_late(until, starts):
            raise No(DeadlineTooLate(until, starts))
        before: Plain | None = one["sent"]
        if before is not None:
            if state_of(one, schedule, act.at) is ConfirmationState.AWAITING and before["until"] == until:
                raise No(AlreadyAwaiting(until))
            one["dead"] = sorted({*one["dead"], before["id"]})
        dates = sorted(schedule["dates"])
        open_, hidden = distinct([recipient, *cc])[0], distinct(bcc)[0]
        _happens(
            one,
            DatesProposed,
            proposal,
            schedule["revision"],
            tuple(dates),
            recipient,
            tuple(open_[1:]),
            tuple(person for person in hidden if not any(same(person, other) for other in open_)),
            until,
        )
        one["revision"], one["answered"] = schedule["revision"], None
        sent: Plain = {"id": proposal, "sequence": one["version"], "dates": dates, "to": recipient, "until": until}
        one["sent"] = {**sent, "at": act.at, "by": act.by, "accepted": [], "reminders": 0, "lapsed": False}
        one["withdrawn"] = None

    def remind_client(self, act: Act, session: SessionId, client: ClientId) -> None:
        """Only who is awaited, as often as the policy has it (C7)."""
        schedule, one = self._asked(session, client)
        _going_on(one, schedule)
        state = state_of(one, schedule, act.at)
        if state is not ConfirmationState.AWAITING:
            raise No(ConfirmationIs(state))
        if one["by_hand"] is not None:
            raise No(ValidatedByHand())
        if one["sent"]["reminders"] >= one["policy"].reminders:
            raise No(AllRemindersSent(one["sent"]["reminders"]))
        one["sent"]["reminders"] += 1
        _happens(one, ReminderSent, one["sent"]["id"], one["sent"]["reminders"])

    def lapse_proposal(self, act: Act, session: SessionId, client: ClientId) -> None:
        """Noted once, of what still could have been answered."""
        schedule, one = self._asked(session, client)
        over = one["closed"] or schedule["cancelled"]
        if state_of(one, schedule, act.at) is ConfirmationState.LAPSED and not over and not one["sent"]["lapsed"]:
            one["sent"]["lapsed"] = True
            _happens(one, ProposalLapsed, one["sent"]["id"])

    def validate_dates(self, act: Act, session: SessionId, client: ClientId) -> None:
        """At any time, with or without a proposal (C4). Twice is once."""
        schedule, one = self._asked(session, client)
        _going_on(one, schedule)
        _ = _first(schedule)
        self._tell(one)
        if one["by_hand"] is None:
            one["revision"], one["by_hand"] = schedule["revision"], (act.by, act.at)
            _happens(one, DatesValidated, schedule["revision"])

    def end_validation(self, act: Act, session: SessionId, client: ClientId) -> None:  # noqa: ARG002 -- as all
        """What is underneath holds again (C4)."""
        schedule, one = self._asked(session, client)
        if one["by_hand"] is not None and _holds(one, schedule):
            _going_on(one, schedule)
            one["by_hand"] = None
            _happens(one, ValidationEnded)

    # --- Answering

    def answer_dates(self, act: Act, link: Link) -> None:
        """To the newest proposal of these dates, in time; the first answer holds (C2)."""
        one = next((each for each in self.kept["confirmation"].values() if link.proposal in _proposals(each)), None)
        if one is None:
            raise No(NotFound)
        schedule = self.kept["schedule"][one["session"]]
        if link.client != one["client"]:
            raise No(OtherClient(link.client))
        if link.proposal in one["dead"] or not _holds(one, schedule):
            raise No(ProposalDead(link.proposal))
        if not _said_already(one, link.answer):
            _in_time(one, schedule, act.at)
            self._say(one, link.answer, act.at)

    def reply_to_dates(self, act: Act, reply: Reply) -> None:
        """By the recipient's calendar, to the newest message; the last date that is accepted accepts all (C7)."""
        one = self._get("confirmation", Confirmation.id_of(reply.session, reply.client))
        schedule, sent, date = self.kept["schedule"][reply.session], one["sent"], reply.date
        if sent is None or sent["sequence"] != reply.sequence or not _holds(one, schedule):
            raise No(SequenceDead(reply.sequence))
        if sent["to"].address.key != reply.attendee.key:
            raise No(OtherAttendee(reply.attendee))
        if date not in sent["dates"]:
            raise No(DateNotProposed(date))
        if reply.reply in {CalendarReply.TENTATIVE, CalendarReply.COUNTER}:
            return
        answer = _NO if reply.reply is CalendarReply.DECLINED else _YES
        if _said_already(one, answer) or (answer is _YES and date in sent["accepted"]):
            return
        _in_time(one, schedule, act.at)
        if answer is _YES:
            sent["accepted"] = sorted([*sent["accepted"], date])
            _happens(one, OneDateAccepted, sent["id"], date)
        if answer is _NO or sent["accepted"] == sent["dates"]:
            self._say(one, answer, act.at)

    def _say(self, one: Plain, answer: ClientAnswer, at: datetime) -> None:
        one["answered"] = answer, at
        _happens(one, _EVENT[answer], one["sent"]["id"], one["by_hand"] is not None)

    # --- How it stands

    def rows(self, session: SessionId, at: datetime) -> dict[ClientId, ConfirmationRow]:
        """How each client stands (C5)."""
        schedule = self.kept["schedule"][session]
        clients = [one for one in self.kept["confirmation"].values() if one["session"] == session]
        return {one["client"]: row_of(one, schedule, at) for one in clients}

    def column(self, session: SessionId, at: datetime) -> Column | None:
        """How all of them stand together (C6)."""
        said = {_SAYS[row.standing] for row in self.rows(session, at).values()}
        return next((each for each in _RANK if each in said), None)

    # --- What they share

    def _get(self, kind: str, name: str) -> Plain:
        if name not in self.kept[kind]:
            raise No(NotFound)
        return self.kept[kind][name]

    def _asked(self, session: SessionId, client: ClientId) -> tuple[Plain, Plain]:
        schedule = self._get("schedule", session)
        return schedule, self._get("confirmation", Confirmation.id_of(session, client))


def _begins(date: SessionDate) -> datetime:
    return date.starts


def _in_turn(dates: Iterable[SessionDate]) -> None:
    """One ends before the next begins."""
    ordered = sorted(dates, key=_begins)
    for number, date in enumerate(ordered[1:]):
        if date.starts < ordered[number].ends:
            raise No(DatesOverlap(date.starts))


def _first(schedule: Plain) -> datetime:
    if not schedule["dates"]:
        raise No(NotPlanned(Missing.DATES))
    return min(map(_begins, schedule["dates"].values()))


def _going_on(one: Plain, schedule: Plain) -> None:
    if one["closed"] or schedule["cancelled"]:
        raise No(DatesCalledOff())


def _holds(one: Plain, schedule: Plain) -> bool:
    """Whether it is about the dates as they are: no revision comes back (C2)."""
    return bool(one["revision"] == schedule["revision"])


def _in_time(one: Plain, schedule: Plain, at: datetime) -> None:
    _going_on(one, schedule)
    if is_late(one["sent"]["until"], at):
        raise No(AnswerTooLate(one["sent"]["until"]))


def _said_already(one: Plain, answer: ClientAnswer) -> bool:
    """The same again is harmless, the opposite is refused, however late (C2)."""
    if one["answered"] is None:
        return False
    first, at = one["answered"]
    if first is not answer:
        raise No(AnsweredOtherwise(first, at))
    return True


def _proposals(one: Plain) -> list[str]:
    return [*one["dead"], *([] if one["sent"] is None else [one["sent"]["id"]])]


def _happens(one: Plain, kind: type[ConfirmationEvent], *says: object) -> None:
    one["version"] += 1
    one["happened"].append((kind, *says))


def state_of(one: Plain, schedule: Plain, at: datetime) -> ConfirmationState:
    """What holds of the dates as they are; awaiting past its deadline is lapsed, swept or not."""
    if one["sent"] is None or not _holds(one, schedule):
        return ConfirmationState.NOT_SENT
    if one["answered"] is not None:
        return ConfirmationState.ACCEPTED if one["answered"][0] is _YES else ConfirmationState.DECLINED
    return ConfirmationState.LAPSED if is_late(one["sent"]["until"], at) else ConfirmationState.AWAITING


def row_of(one: Plain, schedule: Plain, at: datetime) -> ConfirmationRow:
    """What the client's row says (C5): by hand over all else."""
    if one["by_hand"] is not None and _holds(one, schedule):
        return ConfirmationRow(Standing.BY_HAND, one["by_hand"][1])
    state = state_of(one, schedule, at)
    if state is ConfirmationState.NOT_SENT:
        return ConfirmationRow(Standing.NOT_SENT)
    if one["answered"] is not None:
        return ConfirmationRow(Standing(state), one["answered"][1])
    return ConfirmationRow(Standing(state), one["sent"]["at"], one["sent"]["until"])


def plain_dates(state: Session | Schedule | Confirmation) -> Plain:
    """The dict that the model has of it; of a session, what its dates have to do with."""
    match state:
        case Session():
            return {
                "version": state.version,
                "starts": state.starts,
                "ends": state.ends,
                "cancelled": state.cancelled,
            }
        case Schedule():
            return {
                "version": state.version,
                "revision": state.revision,
                "zone": state.zone,
                "dates": {**state.dates},
                "numbered": state.numbered,
                "cancelled": state.cancelled,
            }
        case Confirmation():
            sent, answered, by_hand, over = state.proposal, state.answered, state.validation, state.withdrawn
            return {
                "version": state.version,
                "session": state.session,
                "client": state.client,
                "policy": state.policy,
                "revision": state.revision,
                "sent": sent
                and {
                    "id": sent.id,
                    "sequence": sent.sequence,
                    "dates": sorted(sent.dates),
                    "to": sent.to,
                    "until": sent.until,
                    "at": sent.sent,
                    "by": sent.by,
                    "accepted": sorted(sent.accepted),
                    "reminders": sent.reminders,
                    "lapsed": sent.lapsed,
                },
                "withdrawn": over and {"id": over.id, "to": over.to, "dates": sorted(over.dates)},
                "answered": answered and (answered.answer, answered.at),
                "by_hand": by_hand and (by_hand.by, by_hand.at),
                "dead": sorted(state.dead),
                "closed": state.closed,
            }


def plain_event(event: ConfirmationEvent) -> Happened:
    """The tuple that the model has of an event: whom it tells what, without when and by whom."""
    match event:
        case ConfirmationOpened():
            return type(event), event.policy
        case DatesProposed():
            says = event.proposal, event.revision, tuple(sorted(event.dates)), event.to, event.cc, event.bcc
            return type(event), *says, event.until
        case DatesAccepted() | DatesDeclined():
            return type(event), event.proposal, event.masked
        case OneDateAccepted():
            return type(event), event.proposal, event.date
        case ReminderSent():
            return type(event), event.proposal, event.number
        case ProposalLapsed():
            return type(event), event.proposal
        case DatesValidated():
            return type(event), event.revision
        case ValidationEnded():
            return (type(event),)
        case DatesReplaced():
            return type(event), event.proposal, event.to, tuple(sorted(event.lost))
        case ConfirmationClosed():
            return type(event), event.proposal, event.to
