"""What happens to sessions, and to registrations in them. Part of `lara_core.testing.strategies`."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Event, Refused
from lara_core.kernel.ids import HoldId, RegistrationId, TransactionId
from lara_core.kernel.people import Person, distinct
from lara_core.registrations import Origin, Registration, RegistrationDecision, RegistrationVerb, Sale
from lara_core.sessions import (
    CapacityChanged,
    HoldReleased,
    HoldSecured,
    HoldsSwept,
    HoldUnsecured,
    PlacesGivenBack,
    PlacesHeld,
    PlacesOffered,
    PlacesTaken,
    Session,
    SessionCancelled,
    SessionDecision,
    SessionMoved,
    WaitingJoined,
    WaitingLeft,
)
from lara_core.testing.strategies.happening import kind_of, later, opened, turns
from lara_core.testing.strategies.values import act_at, ids, money, people, waiting_lists

WAITING: Final = (WaitingJoined, WaitingLeft, PlacesOffered)


def session_histories(*, tries: int = 0) -> SearchStrategy[tuple[SessionDecision, ...]]:
    """All that happened to a session from its opening on, while time went by, maybe past its end (N1, N2).

    People wait for places, are offered some, and take them or not; a few sessions are cancelled. At least so many
    commands are tried, and at most a dozen.
    """
    # People wait in a session that is sold out, and pay for what they are offered: by chance alone that is seldom.
    wanted = st.sampled_from((None, None, None, WaitingJoined, PlacesOffered, HoldUnsecured, SessionCancelled))
    return wanted.flatmap(lambda kind: session_histories_with(tries, kind))


@st.composite
def session_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[SessionDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    if wanted in WAITING or (wanted in {HoldUnsecured, SessionCancelled} and draw(st.booleans())):
        history = [opened(draw, draw(st.integers(1, 2)), draw(waiting_lists()))]
    else:
        capacity = draw(st.none() | st.integers(0, 12))
        history = [opened(draw, capacity, None if capacity is None else draw(st.none() | waiting_lists()))]
    cast, _ = distinct(draw(st.lists(people(), min_size=1, max_size=4)))
    at = history[0].events[0].act.at
    for _ in turns(draw, least):
        session = history[-1].state
        at = later(draw, at, [hold.until.instant for hold in session.holds.values()])
        with suppress(Refused):
            decision = _on_session(draw, session, act_at(draw, at), cast, wanted)
            history += [decision] if decision.events else []
    return tuple(history)


def _on_session(
    draw: DrawFn, session: Session, act: Act, cast: Sequence[Person], wanted: type[Event] | None
) -> SessionDecision:
    absent = [person for person in cast if not any(person.same_as(waiting) for waiting in session.queue)]
    available, used = session.available(act.at), session.taken + session.held(act.at)
    free = session.capacity is not None and used < session.capacity
    unsecured = [hold for hold, kept in sorted(session.holds.items()) if not kept.secured]
    secured = sorted(session.holds.keys() - set(unsecured))
    offers = [hold for hold in unsecured if session.holds[hold].to is not None]
    likely: dict[type[Event], int] = {
        PlacesHeld: 3,
        PlacesTaken: 3,
        CapacityChanged: 3,
        HoldSecured: 6 * bool(unsecured) + 6 * bool(offers),
        HoldUnsecured: 6 * bool(secured),
        SessionMoved: 1,
        HoldReleased: 3 * bool(session.holds),
        PlacesGivenBack: 3 * bool(session.taken),
        WaitingJoined: 6 * bool(session.waiting_list and absent and available == 0),
        WaitingLeft: 3 * bool(session.queue),
        PlacesOffered: 6 * bool(session.queue and free),
        HoldsSwept: 3 * any(kept.lapsed(act.at) for kept in session.holds.values()),
        SessionCancelled: 1,
    }
    # A place is offered once somebody waits and it is given back; people wait once none is for sale.
    aims: list[type[Event] | None] = [wanted]
    if wanted is SessionCancelled and session.waiting_list and not session.queue:
        aims = [WaitingJoined, PlacesTaken]
    elif wanted is HoldUnsecured and session.waiting_list:
        aims += [HoldSecured if offers else None, PlacesOffered, PlacesGivenBack if session.queue else None]
        aims += [WaitingJoined, PlacesTaken]
    elif wanted in WAITING:
        aims += [PlacesGivenBack if session.queue and wanted is PlacesOffered else None, WaitingJoined, PlacesTaken]
    elif wanted is not None:
        aims += [HoldSecured if wanted is HoldUnsecured else None, PlacesHeld]
    kind = kind_of(draw, likely, aims)
    places = st.sampled_from((1, 2, available or 3))
    if kind is PlacesHeld:
        end = act.at + draw(st.timedeltas(timedelta(0), timedelta(days=2)))
        until = draw(st.sampled_from((Deadline.at(end), Deadline.on(end.date(), Zone("America/Montreal")))))
        return session.hold(act, draw(ids(HoldId)), draw(places), until=until)
    if kind is HoldSecured:
        return session.secure(act, draw(st.sampled_from(offers or unsecured)))
    if kind is HoldUnsecured:
        return session.unsecure(act, draw(st.sampled_from(secured)))
    if kind is SessionMoved:
        starts = act.at + draw(st.timedeltas(timedelta(0), timedelta(days=60)))
        return session.move(act, starts=starts, ends=starts + timedelta(hours=draw(st.integers(1, 48))))
    if kind is HoldReleased:
        return session.release(act, draw(st.sampled_from(sorted(session.holds))))
    if kind is PlacesTaken:
        # An offer is taken up by whom it was made to; all else is bought by anybody.
        hold = draw(st.sampled_from([None, *sorted(session.holds)]))
        offered = None if hold is None else session.holds[hold].to
        to = offered or draw(st.sampled_from([None, *cast]))
        return session.take(act, 1 if offered else draw(places), hold=hold, to=to)
    if kind is PlacesGivenBack:
        return session.give_back(act, draw(st.integers(1, session.taken)))
    if kind is WaitingJoined:
        return session.join(act, draw(st.sampled_from(absent)), seated=())
    if kind is WaitingLeft:
        return session.leave(act, draw(st.sampled_from(session.queue)))
    if kind is PlacesOffered:
        return session.offer(act)
    if kind is HoldsSwept:
        return session.sweep(act)
    if kind is SessionCancelled:
        return session.cancel(act)
    return session.resize(act, draw(st.none() | st.integers(used, used + 30)))


def sales() -> SearchStrategy[Sale]:
    """What places were bought by (P3)."""
    return st.builds(Sale, ids(TransactionId), money(least=0, most=100_000) | money(least=0))


@st.composite
def registration_histories(draw: DrawFn, *, approval: bool | None = None) -> tuple[RegistrationDecision, ...]:
    """All that happened to a registration, from when it was made or asked for on (N4, N5).

    *approval* says whether it was asked for, where it says anything. Some were bought, a few of them for nothing.
    """
    session = opened(draw, None).state
    asked = draw(st.booleans()) if approval is None else approval
    origin = draw(st.sampled_from(Origin))
    history = [
        Registration.register(
            act_at(draw, session.starts),
            draw(ids(RegistrationId)),
            session=session,
            person=draw(people(account=True)),
            approval=asked,
            origin=origin,
            sale=draw(st.none() | sales()) if origin is Origin.INDIVIDUAL else None,
            seated=(),
        )
    ]
    for verb in draw(st.lists(st.sampled_from(RegistrationVerb), max_size=3)):
        registration, act = history[-1].state, act_at(draw, later(draw, history[-1].events[0].act.at))
        command = {
            RegistrationVerb.APPROVE: registration.approve,
            RegistrationVerb.REFUSE: registration.refuse,
            RegistrationVerb.CANCEL: registration.cancel,
        }[verb]
        with suppress(Refused):
            decision = command(act, session=session)
            history += [decision] if decision.events else []
    return tuple(history)
