"""Places in a session: held while they are paid for, taken, given back (N1)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import HoldId, SessionId
from lara_core.sessions import (
    CapacityBelowUse,
    CapacityChanged,
    FewerTaken,
    Hold,
    HoldAlreadySecured,
    HoldAlreadyThere,
    HoldGone,
    HoldReleased,
    HoldSecured,
    HoldWouldLapse,
    NotEnoughPlaces,
    PlacesGivenBack,
    PlacesHeld,
    PlacesTaken,
    SalesOver,
    Session,
    SessionDecision,
    SessionOpened,
)
from tests.builders import ENDS, NOW, STARTS, TICK, act, flaw, in_turn, session

H1, H2, H3 = HoldId("h1"), HoldId("h2"), HoldId("h3")
MONTH = timedelta(days=30)
UNTIL = NOW + timedelta(minutes=15)
QUARTER = Deadline.at(UNTIL)
DAY = Deadline.on(NOW.date(), Zone("America/Toronto"))
LATE = act(UNTIL + TICK)


def _held(capacity: int | None = 5) -> Session:
    """Two of the places are kept under the first hold until a quarter past."""
    return session(capacity).hold(act(), H1, 2, until=QUARTER).state


# --- Opening and resizing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [None, 0, 1, 1_000_000])
def test_opening(capacity: int | None) -> None:
    """A session has a capacity or none, and its times are kept in UTC (N1, K8)."""
    paris = STARTS.astimezone(ZoneInfo("Europe/Paris"))
    decision = Session.open(act(), SessionId("excel"), starts=paris, ends=ENDS, capacity=capacity)
    assert decision.events == (SessionOpened(SessionId("excel"), STARTS, ENDS, capacity, act()),)
    assert decision.state == Session(SessionId("excel"), 1, STARTS, ENDS, capacity, 0, {})
    assert decision.state.starts.tzinfo is UTC
    assert decision.state.available(NOW) == capacity


@pytest.mark.parametrize(
    ("given", "bad"),
    [
        ({"starts": datetime(2027, 3, 8, 9)}, ("starts", Flaw.NAIVE_TIME)),  # noqa: DTZ001 - refused for that
        ({"ends": datetime(2027, 3, 8, 17)}, ("ends", Flaw.NAIVE_TIME)),  # noqa: DTZ001 - refused for that
        ({"starts": datetime(2027, 3, 28, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))}, ("starts", Flaw.NO_SUCH_TIME)),
        ({"starts": STARTS.date()}, ("starts", Flaw.WRONG_TYPE)),
        ({"ends": None}, ("ends", Flaw.WRONG_TYPE)),
        ({"ends": STARTS - TICK}, ("ends", Flaw.WRONG_ORDER)),
        ({"ends": STARTS}, ("ends", Flaw.WRONG_ORDER)),
        ({"ends": STARTS + TICK}, None),
    ],
)
def test_times_of_a_session(given: dict[str, Any], bad: tuple[str, Flaw] | None) -> None:
    """It ends after it starts, at times that some clock shows (K8, K9)."""
    times: dict[str, Any] = {"starts": STARTS, "ends": ENDS, **given}
    assert flaw(lambda: Session.open(act(), SessionId("excel"), **times)) == bad


def _open(number: Any) -> SessionDecision:
    return Session.open(act(), SessionId("excel"), starts=STARTS, ends=ENDS, capacity=number)


NUMBERS: dict[str, tuple[Callable[[Any], SessionDecision], str, int]] = {
    "open": (_open, "capacity", 0),
    "resize": (lambda number: session(7).resize(act(), number), "capacity", 0),
    "hold": (lambda number: session().hold(act(), H1, number, until=QUARTER), "places", 1),
    "take": (lambda number: session().take(act(), number), "places", 1),
    "give_back": (lambda number: session().take(act(), 1_000_000).state.give_back(act(), number), "places", 1),
}


@pytest.mark.parametrize("command", NUMBERS)
def test_numbers_of_places(command: str) -> None:
    """A capacity is a whole number from 0, places are from 1, both to a million; nothing else is a number (K9)."""
    with_number, field, least = NUMBERS[command]
    for number in (True, False, 2.0, float("nan"), float("inf"), "2", b"2", (2,)):
        assert flaw(partial(with_number, number)) == (field, Flaw.WRONG_TYPE)
    for number, bad in (
        (least - 1, (field, Flaw.TOO_SMALL)),
        (-(10**30), (field, Flaw.TOO_SMALL)),
        (least, None),
        (1_000_000, None),
        (1_000_001, (field, Flaw.TOO_LARGE)),
        (10**30, (field, Flaw.TOO_LARGE)),
    ):
        assert flaw(partial(with_number, number)) == bad


def test_resizing() -> None:
    """The capacity may grow, stop being counted, and come back to just what is held and taken, not below (N1)."""
    before = _held().take(act(), 1).state
    larger = before.resize(act(), 6)
    assert larger.events == (CapacityChanged(6, (), act()),)
    assert larger.state == evolve(before, version=4, capacity=6)
    uncounted = larger.state.resize(act(), None)
    assert uncounted.events == (CapacityChanged(None, (), act()),)
    assert uncounted.state == evolve(before, version=5, capacity=None)
    assert uncounted.state.available(NOW) is None
    more = uncounted.state.take(act(), 4).state
    assert why_not(more.resize, act(), 6) == CapacityBelowUse(6, 7)
    counted = more.resize(act(), 7)
    assert counted.events == (CapacityChanged(7, (), act()),)
    assert counted.state == evolve(more, version=7, capacity=7)
    assert counted.state.available(NOW) == 0


def test_a_lapsed_hold_is_not_in_the_way_of_a_resize() -> None:
    """A session may shrink by what lapsed, from the very instant at which it did; the event names it (N1)."""
    before = _held().take(act(), 1).state
    assert why_not(before.resize, act(UNTIL), 1) == CapacityBelowUse(1, 3)
    decision = before.resize(LATE, 1)
    assert decision.events == (CapacityChanged(1, (H1,), LATE),)
    assert decision.state == evolve(before, version=4, capacity=1, holds={})


@pytest.mark.parametrize("capacity", [None, 5])
def test_resizing_to_the_same(capacity: int | None) -> None:
    """Nothing changes and nothing is told, although a hold has lapsed meanwhile (K5)."""
    before = _held(capacity)
    decision = before.resize(LATE, capacity)
    assert decision.events == ()
    assert decision.state is before


# --- Holding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [None, 3])
def test_holding(capacity: int | None) -> None:
    """Places that are kept are not for sale, until what keeps them has lapsed (N1)."""
    before = session(capacity)
    decision = before.hold(act(), H1, 3, until=QUARTER)
    assert decision.events == (PlacesHeld(H1, 3, QUARTER, (), act()),)
    assert decision.state == evolve(before, version=2, holds={H1: Hold(3, QUARTER)})
    assert decision.state.available(NOW) == (None if capacity is None else 0)


@pytest.mark.parametrize(
    ("until", "last", "lapsed"),
    [
        (QUARTER, UNTIL, UNTIL + TICK),
        # A day of Toronto, five hours behind in winter, and one that is an hour shorter.
        (DAY, datetime(2027, 3, 2, 5, tzinfo=UTC) - TICK, datetime(2027, 3, 2, 5, tzinfo=UTC)),
        (
            Deadline.on(date(2027, 3, 14), Zone("America/Toronto")),
            datetime(2027, 3, 15, 4, tzinfo=UTC) - TICK,
            datetime(2027, 3, 15, 4, tzinfo=UTC),
        ),
    ],
    ids=["an instant", "a day", "a short day"],
)
def test_until_when_places_are_held(until: Deadline, last: datetime, lapsed: datetime) -> None:
    """An instant is still in time, the first of the day after is not: to secure, to count, to hold anew (N1, K8)."""
    next_month = evolve(session(3), starts=STARTS + MONTH, ends=ENDS + MONTH)
    assert why_not(next_month.hold, act(last), H1, 2, until=until) is None
    assert why_not(next_month.hold, act(lapsed), H1, 2, until=until) == HoldWouldLapse(until)
    kept = next_month.hold(act(), H1, 2, until=until).state
    assert (kept.held(last), kept.available(last)) == (2, 1)
    assert (kept.held(lapsed), kept.available(lapsed)) == (0, 3)
    assert why_not(kept.secure, act(last), H1) is None
    assert why_not(kept.secure, act(lapsed), H1) == HoldGone(H1)
    later = Deadline.at(lapsed + timedelta(hours=1))
    assert why_not(kept.hold, act(last), H1, 1, until=later) == HoldAlreadyThere(H1)
    assert why_not(kept.hold, act(last), H2, 2, until=later) == NotEnoughPlaces(2, 1)
    assert why_not(kept.hold, act(lapsed), H2, 2, until=later) is None


def test_a_lapsed_hold_is_taken_anew() -> None:
    """Under the same id and by others: the event names all that it found lapsed, in order, and they are gone (N1)."""
    before = session(5).hold(act(), H3, 1, until=QUARTER).state.hold(act(), H2, 1, until=DAY).state
    before = before.hold(act(), H1, 2, until=QUARTER).state
    decision = before.hold(LATE, H3, 4, until=DAY)
    assert decision.events == (PlacesHeld(H3, 4, DAY, (H1, H3), LATE),)
    assert decision.state == evolve(before, version=5, holds={H2: Hold(1, DAY), H3: Hold(4, DAY)})


def test_a_hold_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told."""
    wrong = {"act": act(ENDS), "hold": H1, "places": 4, "until": QUARTER}
    before = session(5).hold(act(), H1, 2, until=Deadline.at(ENDS)).state
    assert in_turn(
        before.hold,
        wrong,
        {"act": LATE},
        {"until": DAY},
        {"hold": H2},
        {"places": 3},
    ) == [SalesOver(ENDS), HoldWouldLapse(QUARTER), HoldAlreadyThere(H1), NotEnoughPlaces(4, 3), None]


# --- Securing and releasing -------------------------------------------------------------------------------------------


def test_securing() -> None:
    """While a payment is being taken, a hold does not lapse, and no second payment starts, nor one too late (N1)."""
    before = _held()
    decision = before.secure(act(UNTIL), H1)
    assert decision.events == (HoldSecured(H1, act(UNTIL)),)
    assert decision.state == evolve(before, version=3, holds={H1: Hold(2, None)})
    secured = decision.state
    assert why_not(secured.secure, act(UNTIL), H1) == HoldAlreadySecured(H1)
    assert why_not(before.hold(act(), H2, 1, until=DAY).state.secure, act(ENDS), H2) == SalesOver(ENDS)
    assert secured.held(ENDS + timedelta(days=400)) == 2
    assert why_not(secured.hold, act(ENDS - TICK), H1, 1, until=Deadline.at(ENDS)) == HoldAlreadyThere(H1)
    # What counts places finds no lapsed one.
    assert secured.take(act(ENDS - TICK), 3).events == (PlacesTaken(3, None, (), act(ENDS - TICK)),)


@pytest.mark.parametrize(
    "gone",
    [session(5), _held().release(act(), H1).state, _held().take(act(), 2, hold=H1).state],
    ids=["never there", "released", "converted"],
)
def test_no_hold_to_secure_or_release(gone: Session) -> None:
    """A hold that is gone cannot be secured; releasing it is harmless, and changes nothing (N1, K5)."""
    assert why_not(gone.secure, act(), H1) == HoldGone(H1)
    decision = gone.release(act(), H1)
    assert decision.events == ()
    assert decision.state is gone


@pytest.mark.parametrize("secured", [False, True])
def test_releasing(secured: bool) -> None:
    """Its places are for sale again, also where a payment was being taken; other holds stay (N1)."""
    both = _held().hold(act(), H2, 3, until=DAY).state
    before = both.secure(act(), H1).state if secured else both
    decision = before.release(act(), H1)
    assert decision.events == (HoldReleased(H1, act()),)
    assert decision.state == evolve(before, version=before.version + 1, holds={H2: Hold(3, DAY)})
    assert decision.state.available(NOW) == 2


# --- Taking and giving back -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [None, 3])
def test_taking(capacity: int | None) -> None:
    """Places are sold to the last one, and without a capacity without end (N1)."""
    before = session(capacity)
    decision = before.take(act(), 3)
    assert decision.events == (PlacesTaken(3, None, (), act()),)
    assert decision.state == evolve(before, version=2, taken=3)
    assert why_not(decision.state.take, act(), 1) == (None if capacity is None else NotEnoughPlaces(1, 0))


@pytest.mark.parametrize(
    ("places", "left"),
    [(1, 4), (2, 3), (3, 2), (5, 0)],
    ids=["fewer than held", "as held", "more than held", "all there are"],
)
def test_a_purchase_converts_its_hold(places: int, left: int) -> None:
    """The hold is gone with it, and its places serve first; further ones come from those for sale (N1)."""
    before = _held()
    decision = before.take(act(UNTIL), places, hold=H1)
    assert decision.events == (PlacesTaken(places, H1, (), act(UNTIL)),)
    assert decision.state == evolve(before, version=3, taken=places, holds={})
    assert decision.state.available(UNTIL) == left


def test_a_purchase_cannot_take_what_others_hold() -> None:
    """Its own hold counts for it, everybody else's against it (N1)."""
    before = _held().hold(act(), H2, 2, until=DAY).state
    assert why_not(before.take, act(), 2) == NotEnoughPlaces(2, 1)
    assert why_not(before.take, act(), 4, hold=H1) == NotEnoughPlaces(4, 3)
    decision = before.take(act(), 3, hold=H1)
    assert decision.state == evolve(before, version=4, taken=3, holds={H2: Hold(2, DAY)})


def test_a_purchase_whose_hold_has_lapsed() -> None:
    """It takes places anew where there are any, else it is refused; the event names what lapsed (N1)."""
    before = _held().hold(act(), H2, 1, until=QUARTER).state
    decision = before.take(LATE, 5, hold=H1)
    assert decision.events == (PlacesTaken(5, None, (H1, H2), LATE),)
    assert decision.state == evolve(before, version=4, taken=5, holds={})
    sold = before.take(LATE, 4).state
    assert why_not(sold.take, LATE, 2, hold=H1) == NotEnoughPlaces(2, 1)


def test_a_secured_hold_is_converted_late() -> None:
    """Long after its deadline its places are still the buyer's (N1)."""
    before = _held(2).secure(act(), H1).state
    assert why_not(before.take, act(ENDS - TICK), 1) == NotEnoughPlaces(1, 0)
    decision = before.take(act(ENDS - TICK), 2, hold=H1)
    assert decision.events == (PlacesTaken(2, H1, (), act(ENDS - TICK)),)
    assert decision.state == evolve(before, version=4, taken=2, holds={})


def test_giving_back() -> None:
    """Places that were taken are for sale again, never more than were, and also after the end (N1)."""
    before = session(5).take(act(), 3).state
    assert why_not(before.give_back, act(), 4) == FewerTaken(4, 3)
    decision = before.give_back(act(ENDS), 3)
    assert decision.events == (PlacesGivenBack(3, act(ENDS)),)
    assert decision.state == evolve(before, version=3, taken=0)
    assert why_not(decision.state.give_back, act(), 1) == FewerTaken(1, 0)


_SECURED = _held().secure(act(), H1).state
SALES: dict[str, Callable[[Act], SessionDecision]] = {
    "hold": lambda act: _held().hold(act, H2, 1, until=Deadline.at(ENDS + TICK)),
    "take": lambda act: _held().take(act, 1),
    "take more than there are": lambda act: _held().take(act, 6),
    "take what is secured": lambda act: _SECURED.take(act, 2, hold=H1),
}


@pytest.mark.parametrize("command", SALES)
def test_sales_are_over(command: str) -> None:
    """Nothing is sold or held from the very instant of the end on, whatever else could be said of it (N1)."""
    sell = SALES[command]
    expected = NotEnoughPlaces(6, 5) if "more" in command else None
    assert why_not(sell, act(STARTS)) == expected
    assert why_not(sell, act(ENDS - TICK)) == expected
    assert why_not(sell, act(ENDS)) == why_not(sell, act(ENDS + TICK)) == SalesOver(ENDS)
