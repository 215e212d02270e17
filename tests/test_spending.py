"""A limit over the wallets of several partners: spent, held, given back (W10)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.kernel.credits import MOST_CREDITS, Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import HoldId, LimitId, PartnerId
from lara_core.spending import (
    CreditsSpent,
    LessSpent,
    LimitBelowUse,
    LimitChanged,
    LimitReached,
    LimitSet,
    NotAMember,
    SpendingCaptured,
    SpendingDecision,
    SpendingGivenBack,
    SpendingHeld,
    SpendingHold,
    SpendingHoldAlreadyThere,
    SpendingHoldGone,
    SpendingHoldWouldLapse,
    SpendingLimit,
    SpendingReleased,
)
from tests.builders import NOW, TICK, act, flaw, in_turn

ALFA, BETA, GAMMA = PartnerId("alfa"), PartnerId("beta"), PartnerId("gamma")
H1, H2, H3 = HoldId("h1"), HoldId("h2"), HoldId("h3")
NORTH: Final = LimitId("north")
GROUP: Final = frozenset({ALFA, BETA})
UNTIL: Final = NOW + timedelta(hours=1)
HOUR: Final = Deadline.at(UNTIL)
NEXT: Final = Deadline.at(UNTIL + timedelta(hours=1))
LATE: Final = act(UNTIL + TICK)


def c(amount: int) -> Credits:
    """So many credits."""
    return Credits(amount)


def limit(amount: int = 10) -> SpendingLimit:
    """A limit over two partners."""
    return SpendingLimit.set(act(), NORTH, c(amount), GROUP).state


def test_setting() -> None:
    """Nothing is spent under it yet, whatever was before (W10)."""
    decision = SpendingLimit.set(act(), NORTH, c(10), GROUP)
    assert decision.events == (LimitSet(NORTH, c(10), GROUP, act()),)
    assert decision.state == SpendingLimit(NORTH, 1, c(10), GROUP, c(0), {}, NOW)
    assert decision.state.left(NOW) == 10
    assert limit(0).left(NOW) == 0


def test_it_is_over_somebody() -> None:
    """A group has a member, and is a set (K9)."""
    nobody: Any = ([], Flaw.WRONG_TYPE), (frozenset(), Flaw.EMPTY)
    for members, bad in nobody:
        assert flaw(partial(SpendingLimit.set, act(), NORTH, c(1), members)) == ("members", bad)
        assert flaw(partial(limit().change, act(), c(1), members)) == ("members", bad)


def test_changing() -> None:
    """The amount or the group; not below what is spent and held, of which lapsed holds are no part (W10)."""
    before = limit().spend(act(), ALFA, c(3)).state.hold(act(), BETA, c(2), (H1,), until=HOUR).state
    assert before.change(act(), c(10), GROUP).state is before
    assert why_not(before.change, act(UNTIL), c(4), GROUP) == LimitBelowUse(c(4), 5)
    less = before.change(act(), c(5), GROUP)
    assert less.events == (LimitChanged(c(5), GROUP, (), act()),)
    assert less.state == evolve(before, version=4, amount=c(5))
    late = before.change(LATE, c(3), frozenset({GAMMA}))
    assert late.events == (LimitChanged(c(3), frozenset({GAMMA}), (H1,), LATE),)
    assert late.state == evolve(before, version=4, amount=c(3), members=frozenset({GAMMA}), holds={})


def test_spending() -> None:
    """Whoever of the group is debited, it counts; not one credit beyond the limit (W10)."""
    first = limit().spend(act(), ALFA, c(4))
    assert first.events == (CreditsSpent(ALFA, c(4), (), act()),)
    assert first.state == evolve(limit(), version=2, spent=c(4))
    assert why_not(first.state.spend, act(), BETA, c(7)) == LimitReached(NORTH, 7, 6)
    last = first.state.spend(act(), BETA, c(6))
    assert last.state == evolve(limit(), version=3, spent=c(10))
    assert why_not(limit().spend, act(), GAMMA, c(1)) == NotAMember(NORTH, GAMMA)


def test_holding() -> None:
    """What is held counts until its deadline has passed; each hold by itself, all of them or none (W9, W10)."""
    before = limit().hold(act(), ALFA, c(2), (H1,), until=HOUR).state
    asked = partial(before.hold, act(), BETA, c(3), until=NEXT)
    assert why_not(asked, (H2, H3, HoldId("h4"))) == LimitReached(NORTH, 9, 8)
    both = asked((H2, H3, H2))
    assert both.events == (SpendingHeld(BETA, c(3), (H2, H3), NEXT, (), act()),)
    kept = {H1: SpendingHold(c(2), HOUR), H2: SpendingHold(c(3), NEXT), H3: SpendingHold(c(3), NEXT)}
    assert both.state == evolve(before, version=3, holds=kept)
    assert (both.state.left(UNTIL), both.state.left(UNTIL + TICK)) == (2, 4)
    spent = both.state.spend(LATE, ALFA, c(4))
    assert spent.events == (CreditsSpent(ALFA, c(4), (H1,), LATE),)
    assert spent.state == evolve(before, version=4, spent=c(4), holds={H2: kept[H2], H3: kept[H3]})
    anew = before.hold(LATE, ALFA, c(10), (H1,), until=NEXT)
    assert anew.events == (SpendingHeld(ALFA, c(10), (H1,), NEXT, (H1,), LATE),)
    assert anew.state == evolve(before, version=3, holds={H1: SpendingHold(c(10), NEXT)})
    assert before.hold(act(), BETA, c(3), (), until=NEXT).state is before


def test_the_order_of_guards_of_a_hold() -> None:
    """The group, the deadline, the hold, the limit (W10)."""
    before = limit().hold(act(), ALFA, c(8), (H1,), until=HOUR).state
    wrong = {"act": act(), "partner": GAMMA, "amount": c(3), "holds": (H1,), "until": Deadline.at(NOW - TICK)}
    mended = {"partner": BETA}, {"until": HOUR}, {"holds": (H2,)}, {"amount": c(2)}
    assert in_turn(before.hold, wrong, *mended) == [
        NotAMember(NORTH, GAMMA),
        SpendingHoldWouldLapse(Deadline.at(NOW - TICK)),
        SpendingHoldAlreadyThere(H1),
        LimitReached(NORTH, 3, 2),
        None,
    ]


def test_capturing_and_releasing() -> None:
    """A hold is resolved once; releasing what is not there is harmless (W9, W10)."""
    before = limit().hold(act(), ALFA, c(2), (H1, H2), until=HOUR).state
    captured = before.capture(act(UNTIL), H1)
    assert captured.events == (SpendingCaptured(H1, act(UNTIL)),)
    assert captured.state == evolve(before, version=3, spent=c(2), holds={H2: SpendingHold(c(2), HOUR)})
    assert why_not(captured.state.capture, act(), H1) == SpendingHoldGone(H1)
    assert why_not(before.capture, LATE, H1) == SpendingHoldGone(H1)
    released = before.release(act(), H1)
    assert released.events == (SpendingReleased(H1, act()),)
    assert released.state == evolve(before, version=3, holds={H2: SpendingHold(c(2), HOUR)})
    for gone, at in ((captured.state, act()), (released.state, act()), (before, LATE)):
        assert gone.release(at, H1).state is gone


def test_giving_back() -> None:
    """What was reversed can be spent again, also by others, also where the partner has left; no more than was (W10)."""
    before = limit().spend(act(), ALFA, c(4)).state.change(act(), c(10), frozenset({BETA})).state
    decision = before.give_back(act(), ALFA, c(4))
    assert decision.events == (SpendingGivenBack(ALFA, c(4), act()),)
    assert decision.state == evolve(before, version=4, spent=c(0))
    assert why_not(before.give_back, act(), ALFA, c(5)) == LessSpent(c(5), c(4))


AMOUNTS: Final[dict[str, tuple[Callable[[Any], SpendingDecision], int]]] = {
    "set": (lambda n: SpendingLimit.set(act(), NORTH, n, GROUP), 0),
    "change": (lambda n: limit(7).change(act(), n, GROUP), 0),
    "spend": (lambda n: limit(MOST_CREDITS).spend(act(), ALFA, n), 1),
    "hold": (lambda n: limit(MOST_CREDITS).hold(act(), ALFA, n, (H1,), until=HOUR), 1),
    "give_back": (lambda n: evolve(limit(), spent=c(MOST_CREDITS)).give_back(act(), ALFA, n), 1),
}


@pytest.mark.parametrize("command", AMOUNTS)
def test_amounts(command: str) -> None:
    """Whole numbers to 10**12; what moves is at least 1 (K9)."""
    with_amount, least = AMOUNTS[command]
    for number in (True, 1.0, 1.9, float("nan"), "1", None):
        assert flaw(partial(with_amount, number)) == ("amount", Flaw.WRONG_TYPE)
    assert flaw(partial(with_amount, least - 1)) == ("amount", Flaw.TOO_SMALL)
    assert flaw(partial(with_amount, MOST_CREDITS + 1)) == ("amount", Flaw.TOO_LARGE)
    assert flaw(partial(with_amount, least)) is None
    assert flaw(partial(with_amount, MOST_CREDITS)) is None
