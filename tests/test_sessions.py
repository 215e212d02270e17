"""Places in a session: held while they are paid for, taken, given back (N1), waited for (N2), cancelled (S14)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Refused, why_not
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import HoldId, SessionId
from lara_core.kernel.people import Person
from lara_core.sessions import (
    AlreadySitting,
    AlreadyWaiting,
    CapacityBelowUse,
    CapacityChanged,
    FewerTaken,
    Hold,
    HoldAlreadySecured,
    HoldAlreadyThere,
    HoldGone,
    HoldReleased,
    HoldSecured,
    HoldsSwept,
    HoldUnsecured,
    HoldWouldLapse,
    NobodyWaiting,
    NotEnoughPlaces,
    NoWaitingList,
    OfferedToAnother,
    PeopleWaiting,
    PlacesForSale,
    PlacesGivenBack,
    PlacesHeld,
    PlacesOffered,
    PlacesTaken,
    Session,
    SessionCancelled,
    SessionDecision,
    SessionEvent,
    SessionIsCancelled,
    SessionMoved,
    SessionOpened,
    SessionOver,
    WaitingJoined,
    WaitingLeft,
    WaitingList,
)
from tests.builders import (
    ANN,
    ANN_TYPED,
    BEN,
    CLEO,
    DAN,
    ENDS,
    NOW,
    STARTS,
    TICK,
    act,
    flaw,
    in_turn,
    keys,
    session,
)

H1, H2, H3 = HoldId("h1"), HoldId("h2"), HoldId("h3")
MONTH = timedelta(days=30)
UNTIL = NOW + timedelta(minutes=15)
QUARTER = Deadline.at(UNTIL)
DAY = Deadline.on(NOW.date(), Zone("America/Toronto"))
LATE = act(UNTIL + TICK)

BY_HAND, BY_ITSELF = WaitingList(offer_hours=24), WaitingList(automatic=True, offer_hours=24)
TOMORROW = Deadline.at(NOW + timedelta(hours=24))
AFTER = act(NOW + timedelta(hours=24) + TICK)


def _held(capacity: int | None = 5) -> Session:
    """Two of the places are kept under the first hold until a quarter past."""
    return session(capacity).hold(act(), H1, 2, until=QUARTER).state


def _sold_out(*queue: Person, terms: WaitingList = BY_HAND, capacity: int = 2) -> Session:
    """Every place is taken, and *queue* waits."""
    opened = Session.open(
        act(), SessionId("excel"), starts=STARTS, ends=ENDS, capacity=capacity, waiting_list=terms
    ).state
    waiting = opened.take(act(), capacity).state
    for person in queue:
        waiting = waiting.join(act(), person, seated=()).state
    return waiting


def _offered(*queue: Person, terms: WaitingList = BY_HAND) -> Session:
    """One place of two has come back, and is offered to the first of *queue* until tomorrow."""
    given_back = _sold_out(*queue, terms=terms).give_back(act(), 1).state
    return given_back if terms.automatic else given_back.offer(act()).state


def _offer_of(state: Session) -> HoldId:
    """The one offer there is."""
    (offer,) = state.holds
    return offer


# --- Opening and resizing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [None, 0, 1, 1_000_000])
def test_opening(capacity: int | None) -> None:
    """A session has a capacity or none, and its times are kept in UTC (N1, K8)."""
    paris = STARTS.astimezone(ZoneInfo("Europe/Paris"))
    decision = Session.open(act(), SessionId("excel"), starts=paris, ends=ENDS, capacity=capacity)
    assert decision.events == (SessionOpened(SessionId("excel"), STARTS, ENDS, capacity, None, act()),)
    assert decision.state == Session(SessionId("excel"), 1, STARTS, ENDS, capacity, 0, {}, False, None, ())
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
    ) == [SessionOver(ENDS), HoldWouldLapse(QUARTER), HoldAlreadyThere(H1), NotEnoughPlaces(4, 3), None]


def test_a_hold_need_not_be_secured() -> None:
    """Unless it is said, it is anybody's and lapses (N1)."""
    assert Hold(2, QUARTER) == Hold(2, QUARTER, to=None, secured=False)


# --- Securing and releasing -------------------------------------------------------------------------------------------


def test_securing() -> None:
    """While a payment is being taken, a hold does not lapse, and no second payment starts, nor one too late (N1)."""
    before = _held()
    decision = before.secure(act(UNTIL), H1)
    assert decision.events == (HoldSecured(H1, act(UNTIL)),)
    assert decision.state == evolve(before, version=3, holds={H1: Hold(2, QUARTER, secured=True)})
    secured = decision.state
    assert why_not(secured.secure, act(UNTIL), H1) == HoldAlreadySecured(H1)
    assert why_not(before.hold(act(), H2, 1, until=DAY).state.secure, act(ENDS), H2) == SessionOver(ENDS)
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


# --- Unsecuring -------------------------------------------------------------------------------------------------------


def test_unsecuring() -> None:
    """Nothing was taken for it: it is kept on, until the deadline that it had, and can be paid for again (N1)."""
    before = _held().secure(act(), H1).state
    decision = before.unsecure(act(UNTIL), H1)
    assert decision.events == (HoldUnsecured(H1, act(UNTIL)),)
    assert decision.state == evolve(before, version=4, holds={H1: Hold(2, QUARTER)})
    assert (decision.state.held(UNTIL), decision.state.held(LATE.at)) == (2, 0)
    again = decision.state.secure(act(UNTIL), H1)
    assert again.events == (HoldSecured(H1, act(UNTIL)),)
    assert again.state == evolve(before, version=5)
    assert why_not(decision.state.secure, LATE, H1) == HoldGone(H1)


def test_unsecuring_after_its_deadline() -> None:
    """It has lapsed by that: its places are for sale at once, and the next decision drops it (N1)."""
    before = _held().secure(act(), H1).state
    decision = before.unsecure(LATE, H1)
    assert decision.events == (HoldUnsecured(H1, LATE),)
    assert decision.state == evolve(before, version=4, holds={H1: Hold(2, QUARTER)})
    assert (before.available(LATE.at), decision.state.available(LATE.at)) == (3, 5)
    assert decision.state.take(LATE, 5).events == (PlacesTaken(5, None, (H1,), LATE),)
    assert decision.state.sweep(LATE).events == (HoldsSwept((H1,), LATE),)


@pytest.mark.parametrize(
    "before",
    [
        session(5),
        _held(),
        _held().release(act(), H1).state,
        _held().take(act(), 2, hold=H1).state,
        _held().secure(act(), H1).state.unsecure(act(), H1).state,
    ],
    ids=["never there", "not secured", "released", "converted", "unsecured"],
)
def test_nothing_to_unsecure(before: Session) -> None:
    """Harmless where nothing is being taken: it brings back no hold, also long after and after the end (N1, K5)."""
    for at in (NOW, LATE.at, ENDS):
        decision = before.unsecure(act(at), H1)
        assert decision.events == ()
        assert decision.state is before


def test_unsecuring_is_about_one_hold() -> None:
    """What is being paid for beside it stays so (N1)."""
    both = _held().secure(act(), H1).state.hold(act(), H2, 1, until=DAY).state.secure(act(), H2).state
    decision = both.unsecure(act(), H2)
    assert decision.events == (HoldUnsecured(H2, act()),)
    holds = {H1: Hold(2, QUARTER, secured=True), H2: Hold(1, DAY)}
    assert decision.state == evolve(both, version=both.version + 1, holds=holds)


def test_unsecuring_in_a_cancelled_session() -> None:
    """There nothing is kept that nobody pays for: it is released, in time or not (N1, S14)."""
    for at in (NOW, LATE.at, ENDS):
        decision = CANCELLED.unsecure(act(at), H1)
        assert decision.events == (HoldReleased(H1, act(at)),)
        assert decision.state == evolve(CANCELLED, version=CANCELLED.version + 1, holds={})
        assert decision.state.unsecure(act(at), H1).state is decision.state


def test_unsecuring_after_the_end() -> None:
    """What a gateway says late is believed; nothing is sold by it (N1)."""
    before = _held().secure(act(), H1).state
    decision = before.unsecure(act(ENDS), H1)
    assert decision.events == (HoldUnsecured(H1, act(ENDS)),)
    assert decision.state == evolve(before, version=4, holds={H1: Hold(2, QUARTER)})


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
    assert why_not(sell, act(ENDS)) == why_not(sell, act(ENDS + TICK)) == SessionOver(ENDS)


# --- Waiting ----------------------------------------------------------------------------------------------------------


def test_opening_with_a_waiting_list() -> None:
    """Its terms are the session's, and there is none without a capacity (N2)."""
    opening = partial(Session.open, act(), SessionId("excel"), starts=STARTS, ends=ENDS, waiting_list=BY_HAND)
    decision = opening(capacity=0)
    assert decision.events == (SessionOpened(SessionId("excel"), STARTS, ENDS, 0, BY_HAND, act()),)
    assert decision.state == Session(SessionId("excel"), 1, STARTS, ENDS, 0, 0, {}, False, BY_HAND, ())
    assert flaw(lambda: opening(capacity=None)) == ("capacity", Flaw.EMPTY)


@pytest.mark.parametrize(
    ("given", "bad"),
    [
        ({}, None),
        ({"offer_hours": 1}, None),
        ({"offer_hours": 24 * 366}, None),
        ({"offer_hours": 0}, ("offer_hours", Flaw.TOO_SMALL)),
        ({"offer_hours": 24 * 366 + 1}, ("offer_hours", Flaw.TOO_LARGE)),
        ({"offer_hours": True}, ("offer_hours", Flaw.WRONG_TYPE)),
        ({"offer_hours": 1.5}, ("offer_hours", Flaw.WRONG_TYPE)),
        ({"automatic": 1}, ("automatic", Flaw.WRONG_TYPE)),
    ],
)
def test_terms_of_a_waiting_list(given: dict[str, Any], bad: tuple[str, Flaw] | None) -> None:
    """Offers last whole hours, from one to a year; unless said otherwise two days, and by hand (K9, N2)."""
    assert flaw(lambda: WaitingList(**given)) == bad
    assert WaitingList() == WaitingList(automatic=False, offer_hours=48)


@pytest.mark.parametrize("terms", [BY_HAND, BY_ITSELF])
def test_joining(terms: WaitingList) -> None:
    """Who finds no place waits behind all who do, whether or not offers are made by themselves (N2)."""
    before = _sold_out(ANN, terms=terms)
    decision = before.join(act(), DAN, seated=keys(BEN))
    assert decision.events == (WaitingJoined(DAN, (), act()),)
    assert decision.state == evolve(before, version=4, queue=(ANN, DAN))


def test_joining_names_what_lapsed() -> None:
    """What lapsed while others wait is theirs: it is not for sale, and the next still joins behind them (N1, N2)."""
    opened = evolve(_sold_out(capacity=3), taken=2).hold(act(), H1, 1, until=QUARTER).state
    before = opened.join(act(), ANN, seated=()).state
    assert (before.held(LATE.at), before.available(LATE.at)) == (0, 0)
    decision = before.join(LATE, BEN, seated=())
    assert decision.events == (WaitingJoined(BEN, (H1,), LATE),)
    assert decision.state == evolve(before, version=before.version + 1, holds={}, queue=(ANN, BEN))


def test_joining_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told (N2)."""
    waiting = evolve(_sold_out(ANN), taken=0)
    unlisted, cancelled = evolve(waiting, waiting_list=None), evolve(waiting, waiting_list=None, cancelled=True)
    wrong = {"act": act(ENDS), "person": ANN_TYPED, "seated": keys(ANN)}
    assert in_turn(cancelled.join, wrong) == [SessionIsCancelled()]
    assert in_turn(unlisted.join, wrong, {"act": act(ENDS - TICK)}) == [SessionOver(ENDS), NoWaitingList()]
    assert in_turn(waiting.join, {**wrong, "act": act(ENDS - TICK)}, {"seated": ()}, {"person": BEN}) == [
        AlreadySitting(ANN_TYPED),
        AlreadyWaiting(ANN_TYPED),
        PlacesForSale(1),
    ]
    assert why_not(evolve(waiting, taken=1).join, act(ENDS - TICK), BEN, seated=()) is None


def test_no_list_without_a_capacity() -> None:
    """Once places are not counted nobody waits; the terms hold again when they are (N2)."""
    uncounted = _sold_out().resize(act(), None).state
    assert uncounted.waiting_list == BY_HAND
    assert why_not(uncounted.join, act(), ANN, seated=()) == NoWaitingList()
    assert why_not(uncounted.offer, act()) == NoWaitingList()
    assert why_not(session(0).join, act(), ANN, seated=()) == NoWaitingList()
    assert why_not(uncounted.resize(act(), 2).state.join, act(), ANN, seated=()) is None


def test_counting_does_not_stop_while_people_wait() -> None:
    """Neither those in the queue nor those who have an offer are dropped by it, until the offer has lapsed (N2)."""
    both = _offered(ANN, BEN, CLEO)
    assert why_not(both.resize, act(), None) == PeopleWaiting(3)
    one = both.leave(act(), BEN).state.leave(act(), CLEO).state
    assert why_not(one.resize, act(TOMORROW.instant), None) == PeopleWaiting(1)
    decision = one.resize(AFTER, None)
    assert decision.events == (CapacityChanged(None, (_offer_of(both),), AFTER),)
    assert decision.state == evolve(one, version=one.version + 1, capacity=None, holds={})


def test_leaving() -> None:
    """Whoever waits may stop, under any of their names; who does not wait changes nothing (N2, K5)."""
    before = _sold_out(BEN, ANN, CLEO)
    decision = before.leave(act(ENDS), ANN_TYPED)
    assert decision.events == (WaitingLeft(ANN_TYPED, (1,), act(ENDS)),)
    assert decision.state == evolve(before, version=6, queue=(BEN, CLEO))
    again = decision.state.leave(act(), ANN)
    assert again.events == ()
    assert again.state is decision.state
    offered = _offered(ANN)
    assert offered.leave(act(), ANN).state is offered


def test_as_many_places_as_people_wait_are_not_for_sale() -> None:
    """To nobody, whoever holds or buys; those beyond are (N2)."""
    before = _sold_out(ANN, BEN, capacity=5).give_back(act(), 4).state
    assert before.available(NOW) == 2
    assert why_not(before.hold, act(), H1, 3, until=QUARTER) == NotEnoughPlaces(3, 2)
    assert why_not(before.take, act(), 3) == NotEnoughPlaces(3, 2)
    assert why_not(before.take, act(), 3, to=ANN) == NotEnoughPlaces(3, 2)
    assert before.take(act(), 2).state.available(NOW) == 0
    fewer = _sold_out(ANN, BEN, capacity=5).give_back(act(), 1).state
    assert fewer.available(NOW) == 0
    assert why_not(fewer.take, act(), 1) == NotEnoughPlaces(1, 0)


def test_the_queue_is_not_in_the_way_of_a_hold() -> None:
    """Who held places before others came to wait buys them, and further ones only beyond the queue (N1, N2)."""
    before = evolve(_sold_out(capacity=4), taken=2).hold(act(), H1, 2, until=QUARTER).state
    before = before.join(act(), ANN, seated=()).state
    assert why_not(before.take, act(), 3, hold=H1) == NotEnoughPlaces(3, 2)
    assert why_not(before.give_back(act(), 1).state.take, act(), 3, hold=H1) == NotEnoughPlaces(3, 2)
    assert why_not(before.give_back(act(), 2).state.take, act(), 3, hold=H1) is None
    decision = before.take(act(), 2, hold=H1)
    assert decision.events == (PlacesTaken(2, H1, (), act()),)
    assert decision.state == evolve(before, version=before.version + 1, taken=4, holds={})


def test_who_buys_does_not_wait_any_more() -> None:
    """A hold of theirs, or a place beyond the queue, takes them off it in the same decision (N2)."""
    before = evolve(_sold_out(ANN, BEN, capacity=5), taken=2)
    decision = before.take(act(), 1, to=ANN_TYPED)
    assert decision.events == (PlacesTaken(1, None, (), act()), WaitingLeft(ANN_TYPED, (0,), act()))
    assert decision.state == evolve(before, version=before.version + 2, taken=3, queue=(BEN,))
    assert before.take(act(), 1, to=CLEO).events == (PlacesTaken(1, None, (), act()),)


# --- Offers by hand ---------------------------------------------------------------------------------------------------


def test_offering_by_hand() -> None:
    """Every place that nobody holds goes to the first who wait, one each; they wait no longer (N2)."""
    before = _sold_out(ANN, BEN, CLEO, capacity=4).give_back(act(), 2).state
    assert before.queue == (ANN, BEN, CLEO)
    first, second = HoldId("offer:7.1"), HoldId("offer:7.2")
    decision = before.offer(act())
    assert decision.events == (PlacesOffered({first: ANN, second: BEN}, TOMORROW, (), act()),)
    offers = {first: Hold(1, TOMORROW, ANN), second: Hold(1, TOMORROW, BEN)}
    assert decision.state == evolve(before, version=7, holds=offers, queue=(CLEO,))
    assert [decision.state.offer_to(person, NOW) for person in (ANN_TYPED, BEN, CLEO)] == [first, second, None]
    assert decision.state.available(NOW) == 0


def test_offering_by_hand_what_lapsed() -> None:
    """A place whose offer has lapsed goes to the next; the event names the lost turn, which is gone (N1, N2)."""
    before = _offered(ANN, BEN)
    lost, following = _offer_of(before), HoldId(f"offer:{before.version + 1}.1")
    until = Deadline.at(AFTER.at + timedelta(hours=24))
    decision = before.offer(AFTER)
    assert decision.events == (PlacesOffered({following: BEN}, until, (lost,), AFTER),)
    offers = {following: Hold(1, until, BEN)}
    assert decision.state == evolve(before, version=before.version + 1, holds=offers, queue=())


def test_offering_to_fewer_than_there_are_places() -> None:
    """Places beyond the queue are for sale (N2)."""
    decision = _sold_out(ANN, capacity=4).give_back(act(), 3).state.offer(act())
    assert decision.events == (PlacesOffered({HoldId("offer:5.1"): ANN}, TOMORROW, (), act()),)
    assert decision.state.available(NOW) == 2


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (ENDS - timedelta(hours=25), ENDS - timedelta(hours=1)),
        (ENDS - timedelta(hours=24), ENDS),
        (ENDS - timedelta(hours=24) + TICK, ENDS),
        (ENDS - TICK, ENDS),
    ],
)
def test_until_when_a_place_is_offered(at: datetime, until: datetime) -> None:
    """The list's hours from then, and not beyond the session's end (N2, K8)."""
    decision = _sold_out(ANN).give_back(act(), 1).state.offer(act(at))
    assert decision.events == (PlacesOffered({HoldId("offer:5.1"): ANN}, Deadline.at(until), (), act(at)),)


def test_an_offer_at_the_end_of_time() -> None:
    """Hours that no calendar has are not worked out (K2, K8)."""
    last = datetime.max.replace(tzinfo=UTC)
    before = evolve(_sold_out(ANN).give_back(act(), 1).state, ends=last)
    decision = before.offer(act(last - TICK))
    assert decision.state.holds == {HoldId("offer:5.1"): Hold(1, Deadline.at(last), ANN)}


def test_offering_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told (N2)."""
    late, in_time = act(ENDS), act(ENDS - TICK)
    empty = evolve(_sold_out(), waiting_list=None)
    assert why_not(evolve(empty, cancelled=True).offer, late) == SessionIsCancelled()
    assert why_not(empty.offer, late) == SessionOver(ENDS)
    assert why_not(empty.offer, in_time) == NoWaitingList()
    assert why_not(_sold_out().offer, in_time) == NobodyWaiting()
    assert why_not(_sold_out(ANN).offer, in_time) == NotEnoughPlaces(1, 0)


def test_nothing_is_offered_by_itself_where_the_list_is_by_hand() -> None:
    """A place that comes back waits for somebody to offer it (N2)."""
    decision = _sold_out(ANN).give_back(act(), 1)
    assert decision.events == (PlacesGivenBack(1, act()),)
    assert decision.state.queue == (ANN,)
    assert _offered(ANN, BEN).sweep(AFTER).state.queue == (BEN,)


# --- The life of an offer ---------------------------------------------------------------------------------------------


def test_an_offer_is_for_one_person() -> None:
    """Nobody else takes it, in whatever name; its own person does, until it has lapsed (N2, K7)."""
    before = _offered(ANN, BEN)
    offer = _offer_of(before)
    for to in (None, BEN, DAN):
        assert why_not(before.take, act(), 1, hold=offer, to=to) == OfferedToAnother(offer)
    assert why_not(before.take, act(), 2, hold=offer, to=ANN) == NotEnoughPlaces(2, 1)
    at = act(TOMORROW.instant)
    decision = before.take(at, 1, hold=offer, to=ANN_TYPED)
    assert decision.events == (PlacesTaken(1, offer, (), at),)
    assert decision.state == evolve(before, version=before.version + 1, taken=2, holds={})


def test_an_offer_need_not_be_named() -> None:
    """Whoever has one buys it, and not a second place (N2)."""
    before = _offered(ANN, BEN)
    decision = before.take(act(), 1, to=ANN)
    assert decision.events == (PlacesTaken(1, _offer_of(before), (), act()),)
    assert why_not(before.take, act(), 1, to=BEN) == NotEnoughPlaces(1, 0)


def test_an_offer_that_lapsed_is_a_lost_turn() -> None:
    """It is not converted, and the place is for who waits; with nobody waiting it is bought as any other (N2)."""
    before = _offered(ANN, BEN)
    offer = _offer_of(before)
    assert before.offer_to(ANN, TOMORROW.instant) == offer
    assert before.offer_to(ANN, AFTER.at) is None
    assert why_not(before.take, AFTER, 1, hold=offer, to=ANN) == NotEnoughPlaces(1, 0)
    assert why_not(before.secure, AFTER, offer) == HoldGone(offer)
    alone = before.leave(AFTER, BEN).state
    assert alone.take(AFTER, 1, hold=offer, to=BEN).events == (PlacesTaken(1, None, (offer,), AFTER),)


def test_waiting_again_after_an_offer() -> None:
    """Who has an offer does not wait; who lost or declined it may, behind all others (N2)."""
    before = _offered(ANN, BEN)
    offer = _offer_of(before)
    assert why_not(before.join, act(TOMORROW.instant), ANN_TYPED, seated=()) == AlreadyWaiting(ANN_TYPED)
    decision = before.join(AFTER, ANN, seated=())
    assert decision.events == (WaitingJoined(ANN, (offer,), AFTER),)
    assert decision.state == evolve(before, version=before.version + 1, holds={}, queue=(BEN, ANN))
    assert before.release(act(), offer).state.join(act(), ANN, seated=()).state.queue == (BEN, ANN)


def test_paying_for_an_offer() -> None:
    """While a payment is being taken it does not lapse, and stays its person's (N1, N2)."""
    before = _offered(ANN)
    offer = _offer_of(before)
    decision = before.secure(act(), offer)
    assert decision.events == (HoldSecured(offer, act()),)
    assert decision.state.holds == {offer: Hold(1, TOMORROW, ANN, secured=True)}
    assert why_not(decision.state.take, AFTER, 1, hold=offer, to=BEN) == OfferedToAnother(offer)
    assert decision.state.take(AFTER, 1, hold=offer, to=ANN).events == (PlacesTaken(1, offer, (), AFTER),)


def test_a_declined_payment_leaves_the_offer() -> None:
    """Its person still has it, until it would have lapsed anyway, and may pay for it again (N2)."""
    before = _offered(ANN, BEN)
    offer = _offer_of(before)
    paying = before.secure(act(), offer).state
    decision = paying.unsecure(act(), offer)
    assert decision.events == (HoldUnsecured(offer, act()),)
    assert decision.state == evolve(before, version=before.version + 2)
    assert decision.state.offer_to(ANN, TOMORROW.instant) == offer
    assert why_not(decision.state.take, act(), 1, hold=offer, to=BEN) == OfferedToAnother(offer)
    assert why_not(decision.state.secure, act(TOMORROW.instant), offer) is None
    late = paying.unsecure(AFTER, offer)
    assert late.events == (HoldUnsecured(offer, AFTER),)
    assert late.state.offer_to(ANN, AFTER.at) is None
    following = HoldId(f"offer:{late.state.version + 1}.1")
    until = Deadline.at(AFTER.at + timedelta(hours=24))
    assert late.state.offer(AFTER).events == (PlacesOffered({following: BEN}, until, (offer,), AFTER),)


def test_declining_an_offer() -> None:
    """To release it is to decline it; by hand nobody is offered the place by that (N2)."""
    before = _offered(ANN, BEN)
    decision = before.release(act(), _offer_of(before))
    assert decision.events == (HoldReleased(_offer_of(before), act()),)
    assert decision.state == evolve(before, version=before.version + 1, holds={})


def test_offers_are_named_here() -> None:
    """No caller's hold has an offer's name (K9, N2)."""
    assert flaw(lambda: session().hold(act(), HoldId("offer:1.1"), 1, until=QUARTER)) == ("hold", Flaw.WRONG_FORM)
    assert flaw(lambda: session().hold(act(), HoldId("offer"), 1, until=QUARTER)) is None


def test_sweeping() -> None:
    """Lapsed holds and offers go, others stay; where there is nothing to sweep nothing changes (N1, N2, K5)."""
    before = evolve(_offered(ANN, BEN), capacity=4).hold(act(), H1, 1, until=QUARTER).state
    offer = _offer_of(_offered(ANN, BEN))
    quiet = before.sweep(act(UNTIL))
    assert quiet.events == ()
    assert quiet.state is before
    decision = before.sweep(LATE)
    assert decision.events == (HoldsSwept((H1,), LATE),)
    assert decision.state == evolve(before, version=before.version + 1, holds={offer: Hold(1, TOMORROW, ANN)})
    assert before.sweep(AFTER).events == (HoldsSwept((H1, offer), AFTER),)
    assert before.sweep(act(ENDS + TICK)).state.holds == {}


# --- Offers by themselves ---------------------------------------------------------------------------------------------


def _automatic(command: str) -> tuple[Session, SessionDecision]:
    """A session whose list is automatic, where Ann and Ben wait, and what *command* decides there."""
    waiting = partial(_sold_out, ANN, BEN, terms=BY_ITSELF)
    match command:
        case "give_back":
            before = waiting()
            return before, before.give_back(act(), 1)
        case "resize":
            before = waiting()
            return before, before.resize(act(), 3)
        case "release":
            before = _offered(CLEO, ANN, BEN, terms=BY_ITSELF)
            return before, before.release(act(), _offer_of(before))
        case "take fewer than held":
            before = evolve(waiting(capacity=3), taken=1, holds={H1: Hold(2, QUARTER)})
            return before, before.take(act(), 1, hold=H1)
        case _:
            raise AssertionError(command)


@pytest.mark.parametrize(
    ("command", "event"),
    [
        ("give_back", PlacesGivenBack(1, act())),
        ("resize", CapacityChanged(3, (), act())),
        ("release", HoldReleased(HoldId("offer:7.1"), act())),
        ("take fewer than held", PlacesTaken(1, H1, (), act())),
    ],
)
def test_whatever_frees_a_place_offers_it(command: str, event: object) -> None:
    """In the same decision, to the first who waits: two events, and two versions (N2, K5)."""
    before, decision = _automatic(command)
    offer = HoldId(f"offer:{before.version + 2}.1")
    assert decision.events == (event, PlacesOffered({offer: ANN}, TOMORROW, (), act()))
    state = decision.state
    assert (state.version, state.holds, state.queue) == (before.version + 2, {offer: Hold(1, TOMORROW, ANN)}, (BEN,))


def test_a_swept_offer_goes_to_the_next() -> None:
    """Whose turn is lost is gone, and the next has as long (N2)."""
    before = _offered(ANN, BEN, terms=BY_ITSELF)
    lost, following = _offer_of(before), HoldId(f"offer:{before.version + 2}.1")
    until = Deadline.at(AFTER.at + timedelta(hours=24))
    decision = before.sweep(AFTER)
    assert decision.events == (HoldsSwept((lost,), AFTER), PlacesOffered({following: BEN}, until, (), AFTER))
    version = before.version + 2
    assert decision.state == evolve(before, version=version, holds={following: Hold(1, until, BEN)}, queue=())
    last = decision.state.sweep(act(until.instant + TICK))
    assert last.events == (HoldsSwept((following,), act(until.instant + TICK)),)
    assert last.state.available(until.instant) == 1


def test_an_offer_that_is_not_paid_goes_to_the_next() -> None:
    """In time it stays its person's; after its deadline that turn is lost, in the same decision (N2)."""
    before = _offered(ANN, BEN, terms=BY_ITSELF)
    lost = _offer_of(before)
    paying = before.secure(act(), lost).state
    in_time = paying.unsecure(act(TOMORROW.instant), lost)
    assert in_time.events == (HoldUnsecured(lost, act(TOMORROW.instant)),)
    assert in_time.state == evolve(before, version=before.version + 2)
    # Meanwhile the deadline has passed, and nobody has said that nothing was taken: it does not lapse.
    assert paying.sweep(AFTER).state is paying
    following, until = HoldId(f"offer:{paying.version + 2}.1"), Deadline.at(AFTER.at + timedelta(hours=24))
    decision = paying.unsecure(AFTER, lost)
    assert decision.events == (HoldUnsecured(lost, AFTER), PlacesOffered({following: BEN}, until, (lost,), AFTER))
    holds = {following: Hold(1, until, BEN)}
    assert decision.state == evolve(paying, version=paying.version + 2, holds=holds, queue=())


def test_an_offer_that_is_not_paid_and_lapses_later_goes_to_the_next() -> None:
    """Whatever is decided after its deadline offers the place on, as with any offer (N2)."""
    before = _offered(ANN, BEN, terms=BY_ITSELF)
    lost = _offer_of(before)
    declined = before.secure(act(), lost).state.unsecure(act(), lost).state
    following, until = HoldId(f"offer:{declined.version + 2}.1"), Deadline.at(AFTER.at + timedelta(hours=24))
    decision = declined.sweep(AFTER)
    assert decision.events == (HoldsSwept((lost,), AFTER), PlacesOffered({following: BEN}, until, (), AFTER))


def test_what_an_offer_finds_lapsed() -> None:
    """Where the first event counts no places, the offer names what lapsed, and offers that too (N1, N2)."""
    before = _offered(ANN, BEN, CLEO, DAN, terms=BY_ITSELF)
    decision = before.give_back(AFTER, 1)
    number, until = before.version + 2, Deadline.at(AFTER.at + timedelta(hours=24))
    offers = {HoldId(f"offer:{number}.1"): BEN, HoldId(f"offer:{number}.2"): CLEO}
    assert decision.events == (
        PlacesGivenBack(1, AFTER),
        PlacesOffered(offers, until, (_offer_of(before),), AFTER),
    )
    assert (decision.state.queue, decision.state.holds.keys()) == ((DAN,), offers.keys())


def test_who_joins_may_be_next() -> None:
    """Whatever is decided while a place is free offers it to the first who waits, who may just have come (N2)."""
    before = _offered(ANN, BEN, terms=BY_ITSELF)
    decision = before.leave(AFTER, BEN)
    assert decision.events == (WaitingLeft(BEN, (0,), AFTER),)
    assert why_not(decision.state.join, AFTER, ANN, seated=()) == PlacesForSale(1)
    joined = before.join(AFTER, CLEO, seated=())
    number, until = before.version + 2, Deadline.at(AFTER.at + timedelta(hours=24))
    assert joined.events == (
        WaitingJoined(CLEO, (_offer_of(before),), AFTER),
        PlacesOffered({HoldId(f"offer:{number}.1"): BEN}, until, (), AFTER),
    )


@pytest.mark.parametrize(("at", "offered"), [(ENDS - TICK, True), (ENDS, False)])
def test_nothing_is_offered_from_the_end_on(at: datetime, offered: bool) -> None:
    """Places still come back then, and stay (N2)."""
    before = _sold_out(ANN, terms=BY_ITSELF)
    decision = before.give_back(act(at), 1)
    assert len(decision.events) == (2 if offered else 1)
    assert (decision.state.offer_to(ANN, at) is not None) == offered


# --- Moving -----------------------------------------------------------------------------------------------------------


def test_moving() -> None:
    """The session takes place at another time, kept in UTC; all else stays as it was, also what lapsed (N1, K8)."""
    before = evolve(_offered(ANN, BEN), capacity=4).hold(act(), H1, 1, until=QUARTER).state
    paris = (STARTS + MONTH).astimezone(ZoneInfo("Europe/Paris"))
    decision = before.move(LATE, starts=paris, ends=ENDS + MONTH)
    assert decision.events == (SessionMoved(STARTS + MONTH, ENDS + MONTH, LATE),)
    version = before.version + 1
    assert decision.state == evolve(before, version=version, starts=STARTS + MONTH, ends=ENDS + MONTH)
    assert decision.state.starts.tzinfo is UTC


@pytest.mark.parametrize(
    "times",
    [{"starts": STARTS - TICK, "ends": ENDS}, {"starts": STARTS, "ends": ENDS + TICK}],
    ids=["another start", "another end"],
)
def test_moving_by_little(times: dict[str, Any]) -> None:
    """Where one of the two is another, the session has moved (N1)."""
    decision = session().move(act(), **times)
    assert decision.events == (SessionMoved(**times, act=act()),)
    assert decision.state == evolve(session(), version=2, **times)


def test_moving_to_where_it_is() -> None:
    """Twice is once, in whatever zone the same instants are given (K5, K8)."""
    moved = session().move(act(), starts=STARTS + MONTH, ends=ENDS + MONTH).state
    tokyo = ZoneInfo("Asia/Tokyo")
    decision = moved.move(
        act(key="again"), starts=(STARTS + MONTH).astimezone(tokyo), ends=(ENDS + MONTH).astimezone(tokyo)
    )
    assert decision.events == ()
    assert decision.state is moved


@pytest.mark.parametrize(
    ("given", "bad"),
    [
        ({"starts": datetime(2027, 3, 8, 9)}, ("starts", Flaw.NAIVE_TIME)),  # noqa: DTZ001 - refused for that
        ({"ends": datetime(2027, 3, 8, 17)}, ("ends", Flaw.NAIVE_TIME)),  # noqa: DTZ001 - refused for that
        ({"starts": datetime(2027, 3, 28, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))}, ("starts", Flaw.NO_SUCH_TIME)),
        ({"starts": STARTS.date()}, ("starts", Flaw.WRONG_TYPE)),
        ({"ends": None}, ("ends", Flaw.WRONG_TYPE)),
        ({"ends": STARTS}, ("ends", Flaw.WRONG_ORDER)),
        ({"starts": ENDS + TICK}, ("ends", Flaw.WRONG_ORDER)),
        ({"ends": STARTS + TICK}, None),
    ],
)
def test_times_to_move_to(given: dict[str, Any], bad: tuple[str, Flaw] | None) -> None:
    """It ends after it starts, at times that some clock shows, as when it was opened; in whatever state (K8, K9)."""
    times: dict[str, Any] = {"starts": STARTS, "ends": ENDS, **given}
    assert flaw(partial(session().move, act(), **times)) == bad
    if bad is not None:
        assert flaw(partial(session().move, act(ENDS), **times)) == flaw(partial(CANCELLED.move, act(), **times)) == bad


def test_moving_in_time() -> None:
    """Until the end that it has, and not from then on; a cancelled one does not move, and says so first (N1, S14)."""
    there: dict[str, Any] = {"starts": STARTS + MONTH, "ends": ENDS + MONTH}
    for times in (there, {"starts": STARTS, "ends": ENDS}):
        assert why_not(session().move, act(ENDS - TICK), **times) is None
        assert why_not(session().move, act(ENDS), **times) == SessionOver(ENDS)
        assert why_not(CANCELLED.move, act(), **times) == SessionIsCancelled()
        assert why_not(CANCELLED.move, act(ENDS), **times) == SessionIsCancelled()
    moved = session().move(act(), **there).state
    assert why_not(moved.move, act(ENDS), starts=STARTS, ends=ENDS + TICK) is None
    assert why_not(moved.move, act(ENDS + MONTH), starts=STARTS, ends=ENDS) == SessionOver(ENDS + MONTH)


def test_moving_to_what_is_over() -> None:
    """A session does not end before now: it could not move back (N1)."""
    for ends in (NOW, NOW - MONTH):
        assert why_not(session().move, act(), starts=NOW - 2 * MONTH, ends=ends) == SessionOver(ends)
    assert why_not(session().move, act(), starts=NOW - MONTH, ends=NOW + TICK) is None
    assert why_not(CANCELLED.move, act(), starts=NOW - MONTH, ends=NOW) == SessionIsCancelled()


def test_sales_go_by_the_new_times() -> None:
    """Places are sold until the end that the session has now, earlier or later than before (N1)."""
    later = session(3).move(act(), starts=STARTS + MONTH, ends=ENDS + MONTH).state
    earlier = session(3).move(act(), starts=STARTS - MONTH, ends=STARTS).state
    assert why_not(later.take, act(ENDS), 1) is None
    assert why_not(later.take, act(ENDS + MONTH), 1) == SessionOver(ENDS + MONTH)
    assert why_not(earlier.take, act(STARTS - TICK), 1) is None
    assert why_not(earlier.take, act(STARTS), 1) == SessionOver(STARTS)


def test_offers_go_by_the_times_that_held_when_they_were_made() -> None:
    """One that was made keeps its deadline; new ones last until the new end at most (N2)."""
    before = _offered(ANN, BEN)
    sooner = before.move(act(), starts=NOW + timedelta(hours=1), ends=NOW + timedelta(hours=3)).state
    assert sooner.holds == before.holds == {_offer_of(before): Hold(1, TOMORROW, ANN)}
    next_offer = sooner.give_back(act(), 1).state.offer(act())
    until = Deadline.at(NOW + timedelta(hours=3))
    assert [event.until for event in next_offer.events if isinstance(event, PlacesOffered)] == [until]


def test_a_move_offers_what_is_free() -> None:
    """As whatever is decided in an automatic list while a place is free, it offers it to the next (N2)."""
    before = _offered(ANN, BEN, terms=BY_ITSELF)
    lost, following = _offer_of(before), HoldId(f"offer:{before.version + 2}.1")
    until = Deadline.at(AFTER.at + timedelta(hours=24))
    decision = before.move(AFTER, starts=STARTS + MONTH, ends=ENDS + MONTH)
    assert decision.events == (
        SessionMoved(STARTS + MONTH, ENDS + MONTH, AFTER),
        PlacesOffered({following: BEN}, until, (lost,), AFTER),
    )
    still = before.move(act(TOMORROW.instant), starts=STARTS + MONTH, ends=ENDS + MONTH)
    assert still.events == (SessionMoved(STARTS + MONTH, ENDS + MONTH, act(TOMORROW.instant)),)
    assert before.move(AFTER, starts=STARTS, ends=ENDS).state is before


# --- Cancelling -------------------------------------------------------------------------------------------------------


def test_cancelling() -> None:
    """Who waits, offers and holds go, named where they are people; what is being paid for stays (S14)."""
    offered = evolve(_offered(ANN, BEN, CLEO), capacity=9).hold(act(), H1, 1, until=QUARTER).state
    before = offered.hold(act(), H2, 2, until=QUARTER).state.secure(act(), H2).state
    decision = before.cancel(act())
    assert decision.events == (SessionCancelled((ANN, BEN, CLEO), act()),)
    version = before.version + 1
    holds = {H2: Hold(2, QUARTER, secured=True)}
    assert decision.state == evolve(before, version=version, cancelled=True, holds=holds, queue=())
    again = decision.state.cancel(act(ENDS))
    assert again.events == ()
    assert again.state is decision.state


def test_cancelling_in_time() -> None:
    """Until the end, and not from then on (S14)."""
    assert why_not(session().cancel, act(ENDS - TICK)) is None
    assert why_not(session().cancel, act(ENDS)) == SessionOver(ENDS)


def test_whom_a_cancellation_names() -> None:
    """An offer that is being paid for counts, one that lapsed does not: that turn was lost (N2, S14)."""
    before = _offered(ANN, BEN)
    paying = before.secure(act(), _offer_of(before)).state
    decision = paying.cancel(AFTER)
    assert decision.events == (SessionCancelled((ANN, BEN), AFTER),)
    assert decision.state.holds == {_offer_of(before): Hold(1, TOMORROW, ANN, secured=True)}
    assert before.cancel(AFTER).events == (SessionCancelled((BEN,), AFTER),)


_PAYING = evolve(_sold_out(), taken=1).hold(act(), H1, 1, until=QUARTER).state.secure(act(), H1).state
CANCELLED = _PAYING.cancel(act()).state


REFUSED: dict[str, Callable[[Act], SessionDecision]] = {
    "hold": lambda act: CANCELLED.hold(act, H2, 1, until=QUARTER),
    "secure": lambda act: CANCELLED.secure(act, H1),
    "take what is secured": lambda act: CANCELLED.take(act, 1, hold=H1),
    "take": lambda act: CANCELLED.take(act, 1),
    "resize to the same": lambda act: CANCELLED.resize(act, 2),
    "stop counting": lambda act: CANCELLED.resize(act, None),
    "join": lambda act: CANCELLED.join(act, ANN, seated=()),
    "offer": CANCELLED.offer,
    "move": lambda act: CANCELLED.move(act, starts=STARTS + MONTH, ends=ENDS + MONTH),
}


@pytest.mark.parametrize("command", REFUSED)
def test_what_a_cancelled_session_refuses(command: str) -> None:
    """Nothing is sold, held, waited for, resized or moved, and that is said first, also after the end (S14)."""
    assert why_not(REFUSED[command], act()) == why_not(REFUSED[command], act(ENDS)) == SessionIsCancelled()


def test_what_a_cancelled_session_allows() -> None:
    """Places still come back, and holds are still released: payments and seats are unwound (S14)."""
    released = CANCELLED.release(act(ENDS), H1)
    assert released.events == (HoldReleased(H1, act(ENDS)),)
    given_back = released.state.give_back(act(ENDS), 1)
    assert given_back.events == (PlacesGivenBack(1, act(ENDS)),)
    assert given_back.state == evolve(CANCELLED, version=CANCELLED.version + 2, taken=0, holds={})
    assert CANCELLED.leave(act(), ANN).state is CANCELLED
    assert CANCELLED.sweep(AFTER).state is CANCELLED


# --- Laws -------------------------------------------------------------------------------------------------------------

PEOPLE = st.sampled_from((ANN, ANN_TYPED, BEN, CLEO, DAN))
FEW = st.integers(1, 3)
MOSTLY_ONE = st.sampled_from((1, 1, 1, 2))
HOURS = st.integers(0, 40)
# Days in which offers lapse, rarely after the end, and back again: nobody promises that acts come in their order.
TIMES = (st.integers(0, 50) | st.integers(0, 8 * 24)).map(lambda hours: act(NOW + timedelta(hours=hours)))


class WaitingLaws(RuleBasedStateMachine):
    """A session that was sold out, under any commands at any times. *queue* is who waits, by the events alone."""

    @initialize(capacity=FEW, terms=st.sampled_from((BY_HAND, BY_ITSELF)), queue=st.permutations((ANN, BEN, CLEO, DAN)))
    def open(self, capacity: int, terms: WaitingList, queue: list[Person]) -> None:
        self.queue = queue[capacity:]
        self.state = _sold_out(*self.queue, terms=terms, capacity=capacity)

    @rule(act=TIMES, hold=st.sampled_from((H1, H2)), places=MOSTLY_ONE, hours=HOURS)
    def hold(self, act: Act, hold: HoldId, places: int, hours: int) -> None:
        until = Deadline.at(act.at + timedelta(hours=hours))
        self.decide(act, partial(self.state.hold, act, hold, places, until=until))

    @rule(act=TIMES, which=FEW)
    def secure(self, act: Act, which: int) -> None:
        self.decide(act, partial(self.state.secure, act, self.some_hold(which)))

    @rule(act=TIMES, which=FEW)
    def unsecure(self, act: Act, which: int) -> None:
        self.decide(act, partial(self.state.unsecure, act, self.some_hold(which)))

    @rule(act=TIMES, which=FEW)
    def release(self, act: Act, which: int) -> None:
        self.decide(act, partial(self.state.release, act, self.some_hold(which)))

    @rule(act=TIMES, places=MOSTLY_ONE, which=st.none() | FEW, to=st.none() | PEOPLE)
    def take(self, act: Act, places: int, which: int | None, to: Person | None) -> None:
        hold = None if which is None else self.some_hold(which)
        self.decide(act, partial(self.state.take, act, places, hold=hold, to=to), to)

    @rule(act=TIMES, places=FEW)
    def give_back(self, act: Act, places: int) -> None:
        self.decide(act, partial(self.state.give_back, act, places))

    @rule(act=TIMES, capacity=st.sampled_from((None, 0, 1, 2, 2, 3, 3, 4)))
    def resize(self, act: Act, capacity: int | None) -> None:
        self.decide(act, partial(self.state.resize, act, capacity))

    @rule(act=TIMES, person=PEOPLE)
    def join(self, act: Act, person: Person) -> None:
        self.decide(act, partial(self.state.join, act, person, seated=()))

    @rule(act=TIMES, person=PEOPLE)
    def leave(self, act: Act, person: Person) -> None:
        self.decide(act, partial(self.state.leave, act, person))

    @rule(act=TIMES)
    def offer(self, act: Act) -> None:
        self.decide(act, partial(self.state.offer, act))

    @rule(act=TIMES)
    def sweep(self, act: Act) -> None:
        self.decide(act, partial(self.state.sweep, act))

    @rule(act=TIMES, hours=st.integers(0, 8 * 24))
    def move(self, act: Act, hours: int) -> None:
        starts = NOW + timedelta(hours=hours)
        self.decide(act, partial(self.state.move, act, starts=starts, ends=starts + (ENDS - STARTS)))

    # Rarely, for little happens after it.
    @rule(act=TIMES, chance=st.integers(1, 10))
    def cancel(self, act: Act, chance: int) -> None:
        if chance == 1:
            self.decide(act, partial(self.state.cancel, act))

    def some_hold(self, which: int) -> HoldId:
        """One that is there, perhaps lapsed, or one that may not be."""
        holds = [H1, *sorted(self.state.holds, reverse=True)]
        return holds[which % len(holds)]

    def decide(self, act: Act, command: Callable[[], SessionDecision], to: Person | None = None) -> None:
        before = self.state
        try:
            decision = command()
        except Refused:
            return
        self.replayed(before, decision)
        for event in decision.events:
            self.sold(act, event, to)
            self.waited(event)
            self.let_go(event)
            assert not isinstance(event, SessionOpened)
            self.state = self.state.apply(event)
        assert self.state == decision.state
        if decision.events and before.waiting_list == BY_ITSELF and act.at < self.state.ends and self.state.queue:
            assert _free(self.state, act.at) == 0, "a free place is offered on (N2)"

    def replayed(self, before: Session, decision: SessionDecision) -> None:
        assert decision.state.version == before.version + len(decision.events), "K5"
        assert decision.events or decision.state is before, "no events, no change"

    def sold(self, act: Act, event: SessionEvent, to: Person | None) -> None:
        """What somebody gets leaves a place to each who waits, except what was kept for them (N1, N2)."""
        match event:
            case PlacesHeld(_, places):
                own = 0
            case PlacesTaken(places, None):
                own = 0
            case PlacesTaken(places, str() as hold):
                kept = self.state.holds[hold]
                own = kept.places
                assert kept.to is None or (to is not None and to.same_as(kept.to))
            case _:
                return
        if self.state.capacity is not None and places > own:
            assert places - own + len(self.queue) <= _free(self.state, act.at)

    def waited(self, event: SessionEvent) -> None:
        """Places are offered in the order of arrival (N2)."""
        match event:
            case WaitingJoined(person):
                self.queue.append(person)
            case WaitingLeft(person):
                self.queue = [waiting for waiting in self.queue if not waiting.same_as(person)]
            case PlacesOffered(offers, until):
                assert not until.passed(event.act.at), "there is time to take what is offered"
                assert [*offers.values()] == self.queue[: len(offers)]
                del self.queue[: len(offers)]
            case SessionCancelled():
                self.queue = []
            case _:
                pass

    def let_go(self, event: SessionEvent) -> None:
        """Nothing is let go that is being paid for, but by whoever said that it was (N1)."""
        secured = {hold for hold, kept in self.state.holds.items() if kept.secured}
        assert secured.isdisjoint(getattr(event, "lapsed", ()))
        if isinstance(event, HoldUnsecured):
            assert event.hold in secured
            assert not self.state.cancelled

    @invariant()
    def counted(self) -> None:
        """Held and taken never exceed the capacity, at any time: not even with holds that have lapsed (N1)."""
        held = sum(hold.places for hold in self.state.holds.values())
        assert self.state.capacity is None or self.state.taken + held <= self.state.capacity

    @invariant()
    def waiting(self) -> None:
        """Nobody waits twice, and nobody waits who has an offer, nor without a capacity (N2)."""
        assert list(self.state.queue) == self.queue
        assert self.state.capacity is not None or not self.queue
        asked = [*self.queue, *(hold.to for hold in self.state.holds.values() if hold.to is not None)]
        assert not any(one.same_as(other) for n, one in enumerate(asked) for other in asked[:n])


def _free(state: Session, at: datetime) -> int:
    """Places that nobody has, nor keeps at that time."""
    assert state.capacity is not None
    return state.capacity - state.taken - sum(hold.places for hold in state.holds.values() if not hold.lapsed(at))


test_waiting_laws = WaitingLaws.TestCase


def test_a_hold_has_a_deadline_and_not_merely_a_time() -> None:
    """Whether it is a day or an instant is said (K8, K9)."""
    late: Any = TOMORROW.instant
    with pytest.raises(BadValue, match=r"^until: wrong_type$"):
        _ = session().hold(act(), H1, 1, until=late)
