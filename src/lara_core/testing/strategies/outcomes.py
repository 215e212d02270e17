"""States, events, receipts and notices, each as a history led to it. Part of `lara_core.testing.strategies`."""

from collections.abc import Sequence
from typing import TypeVar, cast, get_args

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.receipts import Receipt
from lara_core.refunds import Charge, ChargeEvent, Refund, SeatMoney, SeatsSettled
from lara_core.registrations import Registered, Registration, RegistrationCancelled, RegistrationEvent
from lara_core.seats import SeatEvent, SeatPool
from lara_core.sessions import PlacesOffered, Session, SessionEvent
from lara_core.telling.notices import Notice
from lara_core.telling.notices import notices as notices_of
from lara_core.testing.strategies.happening import events_in
from lara_core.testing.strategies.of_charges import charge_histories, charge_histories_with
from lara_core.testing.strategies.of_pools import pool_histories, pool_histories_with
from lara_core.testing.strategies.of_sessions import registration_histories, session_histories, session_histories_with

E = TypeVar("E", bound=Event)


def sessions() -> SearchStrategy[Session]:
    """Sessions that real commands reached."""
    return session_histories().map(lambda history: history[-1].state)


def seat_pools() -> SearchStrategy[SeatPool]:
    """Seat pools that real commands reached."""
    return pool_histories().map(lambda history: history[-1].state)


def charges() -> SearchStrategy[Charge]:
    """Charges that real commands reached."""
    return charge_histories().map(lambda history: history[-1].state)


def refunds() -> SearchStrategy[Refund]:
    """Refunds of such charges, in each state."""
    made = charge_histories(tries=6).map(lambda history: [*history[-1].state.refunds.values()])
    return made.filter(bool).flatmap(st.sampled_from)


def seat_money() -> SearchStrategy[SeatMoney]:
    """Where the money of a seat is, in such charges."""
    settled = charge_histories_with(3, SeatsSettled).map(
        lambda history: [money for seats in history[-1].state.seats.values() for money in seats.values()]
    )
    return settled.filter(bool).flatmap(st.sampled_from)


def registrations() -> SearchStrategy[Registration]:
    """Registrations that real commands reached."""
    return registration_histories().map(lambda history: history[-1].state)


def session_events() -> SearchStrategy[SessionEvent]:
    """Events of sessions, each as it happened in a history."""
    return session_histories().flatmap(lambda history: st.sampled_from(events_in(history)))


def seat_events() -> SearchStrategy[SeatEvent]:
    """Events of seat pools, each as it happened in a history."""
    return pool_histories().flatmap(lambda history: st.sampled_from(events_in(history)))


def charge_events() -> SearchStrategy[ChargeEvent]:
    """Events of charges, each as it happened in a history."""
    return charge_histories().flatmap(lambda history: st.sampled_from(events_in(history)))


def registration_events() -> SearchStrategy[RegistrationEvent]:
    """Events of registrations, each as it happened in a history."""
    return registration_histories().flatmap(lambda history: st.sampled_from(events_in(history)))


def events_of(kind: type[E]) -> SearchStrategy[E]:
    """Events of one kind, as `events_of(SeatRevoked)`, each as it happened in a history."""
    histories: SearchStrategy[tuple[Decision[Aggregate, Event], ...]]
    if kind in get_args(SessionEvent):
        histories = session_histories_with(6, kind)
    elif kind in get_args(ChargeEvent):
        histories = charge_histories_with(6, kind)
    elif kind in get_args(RegistrationEvent):
        # Approving and refusing answer a request.
        histories = registration_histories(approval=None if kind is RegistrationCancelled else kind is not Registered)
    else:
        histories = pool_histories_with(6, kind)

    def of_kind(history: Sequence[Decision[object, Event]]) -> Sequence[E]:
        return cast("list[E]", [event for event in events_in(history) if isinstance(event, kind)])

    return histories.map(of_kind).filter(bool).flatmap(st.sampled_from)


@st.composite
def receipts(draw: DrawFn) -> Receipt:
    """Receipts of single decisions, each as it was in a history."""
    histories: Sequence[SearchStrategy[tuple[Decision[Aggregate, Event], ...]]] = (
        session_histories(),
        pool_histories(),
        charge_histories(),
        registration_histories(),
    )
    decision = draw(st.one_of(histories).flatmap(st.sampled_from))
    return Receipt.of(decision.events[0].act, (decision,))


def notices() -> SearchStrategy[Notice]:
    """Notices of what happened to a pool, a charge or a registration, or to those who wait for a place."""
    histories: Sequence[SearchStrategy[tuple[Decision[Aggregate, Event], ...]]] = (
        pool_histories(),
        charge_histories(tries=3),
        registration_histories(),
        session_histories_with(6, PlacesOffered),
    )
    told = st.one_of(histories).map(lambda history: [each for decision in history for each in notices_of(decision)])
    return told.filter(bool).flatmap(st.sampled_from)
