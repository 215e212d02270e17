"""The use cases of a session's places: what a host calls to sell a session, keep its waiting list and register people.

As in `lara_core.hosting.group_purchase`, each loads what the rule needs, decides, and saves under the act's key.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lara_core import places
from lara_core.hosting import asking
from lara_core.hosting.once import once
from lara_core.hosting.ports import GroupPurchase, Receipt, Store
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import AccountId, HoldId, RefundId, RegistrationId, SessionId
from lara_core.kernel.people import Person
from lara_core.refunds import Charge, Override
from lara_core.registrations import Registration, RegistrationDecision
from lara_core.rights import Action, Right
from lara_core.sessions import Session, SessionDecision, WaitingList


def open_session(
    store: Store[GroupPurchase],
    act: Act,
    session: SessionId,
    *,
    starts: datetime,
    ends: datetime,
    capacity: int | None = None,
    waiting_list: WaitingList | None = None,
) -> Receipt:
    """Put a session on sale, with a waiting list for when it is sold out (N1, N2)."""
    content = {
        "do": "open_session",
        "session": session,
        "starts": starts,
        "ends": ends,
        "capacity": capacity,
        "waiting_list": waiting_list,
    }

    def body(work: GroupPurchase) -> tuple[SessionDecision]:
        asking.may(work, act.by, Right.SESSIONS, Action.CREATE, on=work.place(session), kind=Session)
        return (Session.open(act, session, starts=starts, ends=ends, capacity=capacity, waiting_list=waiting_list),)

    return once(store, act, content, body)


def resize_session(store: Store[GroupPurchase], act: Act, session: SessionId, capacity: int | None) -> Receipt:
    """Change a session's capacity (N1)."""
    content = {"do": "resize_session", "session": session, "capacity": capacity}
    return once(
        store,
        act,
        content,
        lambda work: (asking.session(work, act, session, Right.SESSIONS, Action.EDIT).resize(act, capacity),),
    )


def hold_places(
    store: Store[GroupPurchase], act: Act, session: SessionId, hold: HoldId, places: int, *, until: Deadline | timedelta
) -> Receipt:
    """Keep places for somebody who is about to pay (N1), until a deadline or for a while.

    A deadline is content, and must be the same when the command is repeated under its key (K4). A while counts from
    the act, so "a quarter of an hour from now" is the same content now and two seconds later.
    """
    kept = until // timedelta(microseconds=1) if isinstance(until, timedelta) else until
    content = {"do": "hold_places", "session": session, "hold": hold, "places": places, "until": kept}

    def body(work: GroupPurchase) -> tuple[SessionDecision]:
        deadline = _from_now(act, until) if isinstance(until, timedelta) else until
        return (work.sessions.get(session).hold(act, hold, places, until=deadline),)

    return once(store, act, content, body)


def _from_now(act: Act, lasting: timedelta) -> Deadline:
    try:
        return Deadline.at(act.at + lasting)
    except OverflowError:
        raise BadValue("until", Flaw.NO_SUCH_TIME) from None


def secure_hold(store: Store[GroupPurchase], act: Act, session: SessionId, hold: HoldId) -> Receipt:
    """Keep a hold from lapsing while a payment is being taken (N1)."""
    content = {"do": "secure_hold", "session": session, "hold": hold}
    return once(store, act, content, lambda work: (work.sessions.get(session).secure(act, hold),))


def release_hold(store: Store[GroupPurchase], act: Act, session: SessionId, hold: HoldId) -> Receipt:
    """Put held places back on sale (N1). While they are being paid for, it needs the right to edit the session."""
    content = {"do": "release_hold", "session": session, "hold": hold}

    def body(work: GroupPurchase) -> tuple[SessionDecision]:
        found = work.sessions.get(session)
        if hold in found.holds and found.holds[hold].secured:
            asking.may(work, act.by, Right.SESSIONS, Action.EDIT, on=work.place(session), kind=Session)
        return (found.release(act, hold),)

    return once(store, act, content, body)


def cancel_session(store: Store[GroupPurchase], act: Act, session: SessionId, *, refund: RefundId) -> Receipt:
    """Cancel a session, all seats of all its pools, refunded in full, and all its registrations (S14).

    Hosts that keep schedules do it by `lara_core.hosting.dates.cancel_session`, which tells the clients, too.
    """
    content = {"do": "cancel_session", "session": session, "refund": refund}

    return once(store, act, content, lambda work: cancelled(work, act, session, refund))


def cancelled(work: GroupPurchase, act: Act, session: SessionId, refund: RefundId) -> places.Decisions:
    """What cancelling a session decides, for use cases that have more to save with it."""
    found = asking.session(work, act, session, Right.SESSIONS, Action.EDIT)
    pools = [work.pools.get(pool) for pool in work.pools.of_session(session)]
    registrations = [work.registrations.get(name) for name in work.registrations.of_session(session)]
    return places.cancel_session(
        act,
        found,
        [(pool, work.charges.find(pool.transaction)) for pool in pools],
        [(found, _charge(work, found)) for found in registrations],
        refund=refund,
    )


# --- The waiting list


def join_waiting_list(store: Store[GroupPurchase], act: Act, session: SessionId, person: Person) -> Receipt:
    """Let somebody wait for a place (N2)."""
    content = {"do": "join_waiting_list", "session": session, "person": person}
    return once(
        store,
        act,
        content,
        lambda work: (work.sessions.get(session).join(act, person, seated=work.seated(session)),),
    )


def leave_waiting_list(store: Store[GroupPurchase], act: Act, session: SessionId, person: Person) -> Receipt:
    """Let somebody wait no longer (N2). Whoever has an offer declines it by `release_hold`."""
    content = {"do": "leave_waiting_list", "session": session, "person": person}
    return once(store, act, content, lambda work: (work.sessions.get(session).leave(act, person),))


def offer_places(store: Store[GroupPurchase], act: Act, session: SessionId) -> Receipt:
    """Offer the places that are free to the first who wait, by hand (N2)."""
    content = {"do": "offer_places", "session": session}
    return once(
        store, act, content, lambda work: (asking.session(work, act, session, Right.SESSIONS, Action.EDIT).offer(act),)
    )


def sweep_holds(store: Store[GroupPurchase], act: Act, session: SessionId) -> Receipt:
    """Drop what was held or offered and not paid in time; hosts do it now and then, so that the next is asked (N2)."""
    content = {"do": "sweep_holds", "session": session}
    return once(
        store, act, content, lambda work: (asking.session(work, act, session, Right.SESSIONS, Action.EDIT).sweep(act),)
    )


# --- Registrations


def register(
    store: Store[GroupPurchase],
    act: Act,
    registration: RegistrationId,
    *,
    session: SessionId,
    person: Person,
    approval: bool = False,
    hold: HoldId | None = None,
) -> Receipt:
    """Register somebody for a session, or ask for *approval* first (N4, N5)."""
    content = {
        "do": "register",
        "registration": registration,
        "session": session,
        "person": person,
        "approval": approval,
        "hold": hold,
    }

    def body(work: GroupPurchase) -> places.Placed:
        if person.account != AccountId(act.by):
            asking.may(work, act.by, Right.REGISTRATIONS, on=work.place(session), kind=Session)
        found, seated = work.sessions.get(session), work.seated(session)
        return places.register(act, found, registration, person, approval=approval, hold=hold, seated=seated)

    return once(store, act, content, body)


def import_registrations(
    store: Store[GroupPurchase], act: Act, session: SessionId, people: Sequence[tuple[RegistrationId, Person]]
) -> Receipt:
    """Register everybody of a roster at once (N5)."""
    content = {"do": "import_registrations", "session": session, "people": tuple(people)}

    def body(work: GroupPurchase) -> places.Decisions:
        found = asking.session(work, act, session, Right.REGISTER_BY_IMPORT)
        return places.import_registrations(act, found, people, seated=work.seated(session))

    return once(store, act, content, body)


def approve_registration(store: Store[GroupPurchase], act: Act, registration: RegistrationId) -> Receipt:
    """Approve a registration that was requested (N4)."""
    content = {"do": "approve_registration", "registration": registration}

    def body(work: GroupPurchase) -> tuple[RegistrationDecision]:
        found, session = asking.registration(work, act, registration, Right.APPROVE_REGISTRATIONS)
        return (found.approve(act, session=session),)

    return once(store, act, content, body)


def refuse_registration(
    store: Store[GroupPurchase], act: Act, registration: RegistrationId, *, refund: RefundId
) -> Receipt:
    """Refuse a registration that was requested; what was paid for it goes back in full, under *refund* (N4)."""
    content = {"do": "refuse_registration", "registration": registration, "refund": refund}

    def body(work: GroupPurchase) -> places.Decisions:
        found, session = asking.registration(work, act, registration, Right.APPROVE_REGISTRATIONS)
        return places.refuse_registration(act, session, found, charge=_charge(work, found), refund=refund)

    return once(store, act, content, body)


def cancel_registration(
    store: Store[GroupPurchase],
    act: Act,
    registration: RegistrationId,
    *,
    refund: RefundId | None = None,
    override: Override | None = None,
) -> Receipt:
    """Cancel a registration, and refund what the terms of its sale give, under *refund* (N5, P5).

    Without *refund* what was paid is kept. Setting the terms aside is a right of its own.
    """
    content = {"do": "cancel_registration", "registration": registration, "refund": refund, "override": override}

    def body(work: GroupPurchase) -> places.Decisions:
        found, session = asking.registration(work, act, registration, Right.PARTICIPANTS, Action.DELETE)
        if override is not None:
            on = work.place(found.session)
            asking.may(work, act.by, Right.OVERRIDE_REFUND_TERMS, on=on, kind=Registration)
        charge = _charge(work, found)
        return places.cancel_registration(act, session, found, charge=charge, refund=refund, override=override)

    return once(store, act, content, body)


def _charge(work: GroupPurchase, registration: Registration) -> Charge | None:
    return None if registration.sale is None else work.charges.find(registration.sale.transaction)
