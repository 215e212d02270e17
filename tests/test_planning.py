"""Dates that are planned, changed and called off: schedule, session on sale and all clients, or none (C2, S14)."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import date, time, timedelta
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.confirmation import (
    ClientAnswer,
    Confirmation,
    ConfirmationClosed,
    ConfirmationState,
    DatesReplaced,
    Missing,
    NotPlanned,
    OtherSchedule,
)
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Decision, Refusal, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ClientId, DateNo, ProposalId, SessionId
from lara_core.planning import Decisions, call_off, plan, replan
from lara_core.schedules import (
    DatesOverlap,
    DateUnknown,
    Schedule,
    ScheduleCancelled,
    ScheduleChanged,
    ScheduleIsCancelled,
    SchedulePlanned,
    SessionDate,
)
from lara_core.sessions import PlacesOffered, Session, SessionIsCancelled, SessionMoved, SessionOver, WaitingList
from lara_core.testing import laws
from tests.builders import ANN, BEN, NOW, TICK, act, flaw

PARIS, TORONTO = Zone("Europe/Paris"), Zone("America/Toronto")
EXCEL: Final = SessionId("excel")
ONE, TWO, THREE, NINE = DateNo(1), DateNo(2), DateNo(3), DateNo(9)
FIRST: Final = ProposalId("first")
UNTIL: Final = Deadline.on(date(2027, 3, 4), PARIS)


def on(day: int, *, place: str | None = "Lyon") -> SessionDate:
    """A day of March, from nine to five in Paris."""
    return SessionDate.on(date(2027, 3, day), PARIS, begins=time(9), ends=time(17), place=place)


PLAN: Final = Schedule.plan(act(), EXCEL, zone=PARIS, dates=(on(8), on(9))).state
UNPLANNED: Final = Schedule.plan(act(), EXCEL, zone=PARIS).state
OPENED: Final = Session.open(act(), EXCEL, starts=on(8).starts, ends=on(9).ends, capacity=5).state
# One client was asked and has not answered yet, one has accepted, and one was never asked.
AWAITING: Final = (
    Confirmation.open(act(), EXCEL, ClientId("acme"))
    .state.propose(act(), FIRST, until=UNTIL, schedule=PLAN, contact=ANN)
    .state
)
ACCEPTED: Final = (
    Confirmation.open(act(), EXCEL, ClientId("bureau"))
    .state.propose(act(), ProposalId("second"), until=UNTIL, schedule=PLAN, contact=BEN)
    .state.answer(act(), ProposalId("second"), ClientAnswer.ACCEPTED, client=ClientId("bureau"), schedule=PLAN)
    .state
)
UNASKED: Final = Confirmation.open(act(), EXCEL, ClientId("cargo")).state
CLIENTS: Final = (AWAITING, ACCEPTED, UNASKED)


def events(*before: Schedule | Session | Confirmation | None, decisions: Decisions) -> list[tuple[object, ...]]:
    """The events of each decision, which keeps the laws over what was *before* it."""
    assert len(before) == len(decisions)
    for was, decision in zip(before, decisions, strict=True):
        kept: Any = decision
        assert list(laws.of_decision(was, kept)) == []
        assert decision.events or decision.state is was
    return [decision.events for decision in decisions]


# --- Planning ---------------------------------------------------------------------------------------------------------


def test_planning() -> None:
    """The session on sale takes place from the first of its dates until the last has ended (C1, N1)."""
    decisions = plan(act(), EXCEL, zone=PARIS, dates=(on(16), on(15)), on_sale=OPENED)
    assert events(None, OPENED, decisions=decisions) == [
        (SchedulePlanned(EXCEL, PARIS, {ONE: on(15), TWO: on(16)}, act()),),
        (SessionMoved(on(15).starts, on(16).ends, act()),),
    ]
    assert decisions[1].state == evolve(OPENED, version=2, starts=on(15).starts, ends=on(16).ends)


def test_planning_what_is_on_sale_at_these_times() -> None:
    """Nothing moves (K5)."""
    decisions = plan(act(), EXCEL, zone=PARIS, dates=(on(8), on(9)), on_sale=OPENED)
    assert events(None, OPENED, decisions=decisions) == [
        (SchedulePlanned(EXCEL, PARIS, {ONE: on(8), TWO: on(9)}, act()),),
        (),
    ]
    assert decisions[0].state == PLAN


def test_planning_what_is_not_on_sale() -> None:
    """Dates may come before places are sold (C1)."""
    decisions = plan(act(), EXCEL, zone=PARIS, dates=iter([on(8), on(9)]), on_sale=None)
    assert events(None, decisions=decisions) == [(SchedulePlanned(EXCEL, PARIS, {ONE: on(8), TWO: on(9)}, act()),)]


def test_planning_without_dates() -> None:
    """What is not on sale may have no dates yet; what is takes place on some (C1)."""
    decisions = plan(act(), EXCEL, zone=PARIS, on_sale=None)
    assert events(None, decisions=decisions) == [(SchedulePlanned(EXCEL, PARIS, {}, act()),)]
    assert why_not(plan, act(), EXCEL, zone=PARIS, on_sale=OPENED) == NotPlanned(Missing.DATES)


@pytest.mark.parametrize(
    ("on_sale", "at", "dates", "refusal"),
    [
        (OPENED, NOW, (on(8), on(8)), DatesOverlap(on(8).starts)),
        (OPENED.cancel(act()).state, NOW, (on(8), on(8)), DatesOverlap(on(8).starts)),
        (OPENED.cancel(act()).state, NOW, (on(8),), SessionIsCancelled()),
        (OPENED, OPENED.ends, (on(8),), SessionOver(OPENED.ends)),
        (OPENED, OPENED.ends, (), NotPlanned(Missing.DATES)),
        (OPENED, on(4).ends, (on(3), on(4)), SessionOver(on(4).ends)),
    ],
    ids=["schedule", "schedule first", "cancelled", "over", "no dates", "to what is over"],
)
def test_planning_is_refused_whole(on_sale: Session, at: Any, dates: Any, refusal: Refusal | None) -> None:
    """By the schedule first, then by the session that cannot move there (C1, N1, S14)."""
    before = deepcopy(on_sale)
    assert why_not(plan, act(at), EXCEL, zone=PARIS, dates=dates, on_sale=on_sale) == refusal
    assert on_sale == before


def test_a_plan_needs_a_zone() -> None:
    """Whatever is on sale (K9)."""
    paris: Any = "Europe/Paris"
    assert flaw(lambda: plan(act(), EXCEL, zone=paris, on_sale=OPENED)) == ("zone", Flaw.WRONG_TYPE)


# --- Changing ---------------------------------------------------------------------------------------------------------


def test_replanning() -> None:
    """The session moves with its dates, and every client who was asked is told that the answer holds no more (C2)."""
    decisions = replan(act(), PLAN, {ONE: on(10)}, added=iter([on(11)]), on_sale=OPENED, confirmations=CLIENTS)
    assert events(PLAN, OPENED, *CLIENTS, decisions=decisions) == [
        (ScheduleChanged(PARIS, {ONE: on(10), THREE: on(11)}, (TWO,), act()),),
        (SessionMoved(on(10).starts, on(11).ends, act()),),
        (DatesReplaced(FIRST, ANN, frozenset({TWO}), act()),),
        (DatesReplaced(ProposalId("second"), BEN, frozenset({TWO}), act()),),
        (),
    ]
    changed, moved, *clients = (decision.state for decision in decisions)
    assert isinstance(changed, Schedule)
    assert isinstance(moved, Session)
    assert (moved.starts, moved.ends) == (changed.starts, changed.ends) == (on(10).starts, on(11).ends)
    assert [client.state_at(NOW, changed) for client in clients if isinstance(client, Confirmation)] == [
        ConfirmationState.NOT_SENT
    ] * 3


def test_replanning_to_the_same() -> None:
    """Nothing happens: no answer ends, and the session is not looked at, whatever times it has (C2, K5)."""
    elsewhere = OPENED.move(act(), starts=on(20).starts, ends=on(20).ends).state
    for on_sale in (None, OPENED, elsewhere, OPENED.cancel(act()).state):
        dates = {ONE: on(8), TWO: on(9)}
        decisions = replan(act(), PLAN, dates, zone=PARIS, on_sale=on_sale, confirmations=CLIENTS)
        assert decisions == (Decision(PLAN),)
        assert decisions[0].state is PLAN


@pytest.mark.parametrize(
    ("given", "event"),
    [
        ({"zone": TORONTO}, ScheduleChanged(TORONTO, {}, (), act())),
        (
            {"dates": {ONE: on(8, place="Paris"), TWO: on(9)}},
            ScheduleChanged(PARIS, {ONE: on(8, place="Paris")}, (), act()),
        ),
    ],
    ids=["zone", "place"],
)
def test_replanning_at_the_same_times(given: dict[str, Any], event: ScheduleChanged) -> None:
    """Where only the place or the zone is another, the session stays on sale as it is, and clients are told (C2)."""
    dates = given.pop("dates", {ONE: on(8), TWO: on(9)})
    decisions = replan(act(), PLAN, dates, **given, on_sale=OPENED, confirmations=(AWAITING,))
    assert events(PLAN, OPENED, AWAITING, decisions=decisions) == [
        (event,),
        (),
        (DatesReplaced(FIRST, ANN, frozenset(), act()),),
    ]


def test_replanning_what_is_not_on_sale() -> None:
    """The dates and the clients (C2)."""
    decisions = replan(act(), PLAN, {ONE: on(8)}, on_sale=None, confirmations=(AWAITING,))
    assert events(PLAN, AWAITING, decisions=decisions) == [
        (ScheduleChanged(PARIS, {}, (TWO,), act()),),
        (DatesReplaced(FIRST, ANN, frozenset({TWO}), act()),),
    ]


def test_replanning_to_no_dates_at_all() -> None:
    """What is on sale keeps one; of what is not, clients are told that their dates are lost (C1, C2)."""
    assert why_not(replan, act(), PLAN, {}, on_sale=OPENED, confirmations=(AWAITING,)) == NotPlanned(Missing.DATES)
    decisions = replan(act(), PLAN, {}, on_sale=None, confirmations=(AWAITING,))
    assert events(PLAN, AWAITING, decisions=decisions) == [
        (ScheduleChanged(PARIS, {}, (ONE, TWO), act()),),
        (DatesReplaced(FIRST, ANN, frozenset({ONE, TWO}), act()),),
    ]


def test_dates_that_come_late() -> None:
    """Planned without any, the session moves once there are some (C1, N1)."""
    decisions = replan(act(), UNPLANNED, {}, added=(on(15),), on_sale=OPENED, confirmations=())
    assert events(UNPLANNED, OPENED, decisions=decisions) == [
        (ScheduleChanged(PARIS, {ONE: on(15)}, (), act()),),
        (SessionMoved(on(15).starts, on(15).ends, act()),),
    ]


def test_a_move_that_frees_a_place_offers_it() -> None:
    """What an automatic waiting list decides with the move is saved with it (N2)."""
    listed = evolve(OPENED, capacity=1, waiting_list=WaitingList(automatic=True, offer_hours=1))
    sold_out = listed.take(act(), 1).state.join(act(), ANN, seated=()).state.join(act(), BEN, seated=()).state
    offered = sold_out.give_back(act(), 1).state
    late = act(NOW + timedelta(hours=1) + TICK)
    decisions = replan(late, PLAN, {ONE: on(8), TWO: on(10)}, on_sale=offered, confirmations=())
    changed, moved = events(PLAN, offered, decisions=decisions)
    assert changed == (ScheduleChanged(PARIS, {TWO: on(10)}, (), late),)
    assert [type(event) for event in moved] == [SessionMoved, PlacesOffered]


REFUSED: Final[dict[str, tuple[Callable[[Schedule, Session, Sequence[Confirmation]], Decisions], Refusal]]] = {
    "date unknown": (
        lambda plan, on_sale, clients: replan(
            act(), plan, {NINE: on(10)}, on_sale=on_sale.cancel(act()).state, confirmations=clients
        ),
        DateUnknown(NINE),
    ),
    "schedule cancelled": (
        lambda plan, on_sale, clients: replan(
            act(), plan.cancel(act()).state, {ONE: on(10)}, on_sale=on_sale, confirmations=clients
        ),
        ScheduleIsCancelled(),
    ),
    "session cancelled": (
        lambda plan, on_sale, clients: replan(
            act(), plan, {ONE: on(10)}, on_sale=on_sale.cancel(act()).state, confirmations=clients
        ),
        SessionIsCancelled(),
    ),
    "session cancelled, at the same times": (
        lambda plan, on_sale, clients: replan(
            act(),
            plan,
            {ONE: on(8), TWO: on(9)},
            zone=TORONTO,
            on_sale=on_sale.cancel(act()).state,
            confirmations=clients,
        ),
        SessionIsCancelled(),
    ),
    "session over": (
        lambda plan, on_sale, clients: replan(
            act(on_sale.ends), plan, {ONE: on(10)}, on_sale=on_sale, confirmations=clients
        ),
        SessionOver(OPENED.ends),
    ),
    "another session's client": (
        lambda plan, on_sale, clients: replan(
            act(),
            plan,
            {ONE: on(10)},
            on_sale=on_sale,
            confirmations=(*clients, Confirmation.open(act(), SessionId("word"), ClientId("acme")).state),
        ),
        OtherSchedule(SessionId("word"), EXCEL),
    ),
    "another session's client, called off": (
        lambda plan, on_sale, clients: call_off(
            act(), plan, (*clients, Confirmation.open(act(), SessionId("word"), ClientId("acme")).state)
        ),
        OtherSchedule(SessionId("word"), EXCEL),
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_dates_change_everywhere_or_nowhere(why: str) -> None:
    """If one refuses, the schedule first, then the session, nothing happens to the others (C2, K2)."""
    change, refusal = REFUSED[why]
    given = PLAN, OPENED, CLIENTS
    before = deepcopy(given)
    assert why_not(change, *given) == refusal
    assert given == before


# --- Calling off ------------------------------------------------------------------------------------------------------


def test_calling_off() -> None:
    """The dates are cancelled, and every client knows, who was asked or not (S14)."""
    decisions = call_off(act(), PLAN, CLIENTS)
    assert events(PLAN, *CLIENTS, decisions=decisions) == [
        (ScheduleCancelled(act()),),
        (ConfirmationClosed(FIRST, ANN, act()),),
        (ConfirmationClosed(ProposalId("second"), BEN, act()),),
        (ConfirmationClosed(None, None, act()),),
    ]
    assert decisions[0].state == evolve(PLAN, version=2, cancelled=True)


def test_calling_off_twice() -> None:
    """Twice is once; a client who was missed the first time is told the second (S14, K5)."""
    off = PLAN.cancel(act()).state
    closed = ACCEPTED.follow(act(), schedule=off).state
    decisions = call_off(act(key="again"), off, (AWAITING, closed))
    assert events(off, AWAITING, closed, decisions=decisions) == [
        (),
        (ConfirmationClosed(FIRST, ANN, act(key="again")),),
        (),
    ]


def test_calling_off_what_has_neither_dates_nor_clients() -> None:
    """There is nobody to tell (S14)."""
    assert events(UNPLANNED, decisions=call_off(act(), UNPLANNED, ())) == [(ScheduleCancelled(act()),)]
