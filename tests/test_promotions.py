"""Promotion codes: what they take off, within which window, and how often (P4)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from lara_core.kernel.decisions import why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import CodeId, ProviderId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.promotions import (
    CodeChanged,
    CodeCreated,
    CodeNotYet,
    CodeOtherCurrency,
    CodeOtherProvider,
    CodeOver,
    CodeUsedUp,
    Discount,
    OtherAttemptReserved,
    PromotionCode,
    UseConsumed,
    UseGivenBack,
    UseNotReserved,
    UseReserved,
    UsesBelowUse,
    Window,
)
from lara_core.testing import laws
from tests.builders import NOW, TICK, act, cad, flaw, in_turn

CAD: Final = Currency("CAD")
MAIN, OTHER = ProviderId("main"), ProviderId("other")
CODE: Final = CodeId("spring")
ORDER, SECOND = TransactionId("order"), TransactionId("second")
TENTH: Final = Discount(percent="10")
WEEK: Final = Window(NOW, NOW + timedelta(days=7))


def _code(discount: Discount = TENTH, *, uses: int = 2) -> PromotionCode:
    return PromotionCode.create(act(), CODE, provider=MAIN, discount=discount, window=WEEK, uses=uses).state


def _minor(*minor: int) -> list[Money]:
    return [Money(amount, CAD) for amount in minor]


# --- What it takes off ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("discount", "nets", "expected"),
    [
        (Discount(percent="10"), (1000, 500), (100, 50)),
        # 12.5 % of 1.15 is 14.375 cents: 14, of which the first line bears the larger part.
        (Discount(percent="12.5"), (77, 38), (9, 5)),
        # The half of 1 cent is rounded up, and borne once.
        (Discount(percent="50"), (1,), (1,)),
        (Discount(percent="100"), (1000, 1), (1000, 1)),
        (Discount(percent="0"), (1000, 1), (0, 0)),
        (Discount(amount=cad("1.00")), (100, 100, 100), (34, 33, 33)),
        (Discount(amount=cad("1.00")), (0, 250, 50), (0, 83, 17)),
        (Discount(amount=cad("99.00")), (1000, 500), (1000, 500)),
        (Discount(amount=cad("5.00")), (0, 0), (0, 0)),
        (Discount(percent="10"), (), ()),
    ],
)
def test_what_is_taken_off(discount: Discount, nets: Sequence[int], expected: Sequence[int]) -> None:
    """A percentage or an amount, spread by largest remainder, exact, never below zero (P4, K6)."""
    assert _code(discount).off(MAIN, _minor(*nets), CAD) == tuple(_minor(*expected))


def test_whose_lines() -> None:
    """Its provider's alone, and an amount in its own currency alone; a percentage in any (P4)."""
    fixed, tenth = _code(Discount(amount=cad("5.00"))), _code()
    euros = [Money.of("10.00", "EUR")]
    assert why_not(fixed.off, OTHER, euros, Currency("EUR")) == CodeOtherProvider(MAIN, OTHER)
    assert why_not(fixed.off, MAIN, euros, Currency("EUR")) == CodeOtherCurrency(CAD, Currency("EUR"))
    assert tenth.off(MAIN, euros, Currency("EUR")) == (Money.of("1.00", "EUR"),)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (Discount, ("amount", Flaw.EMPTY)),
        (lambda: Discount("10", cad("1.00")), ("amount", Flaw.WRONG_FORM)),
        (lambda: Discount("101"), ("percent", Flaw.TOO_LARGE)),
        (lambda: Discount(amount=cad("0.00")), ("amount", Flaw.TOO_SMALL)),
        (lambda: Discount(amount=cad("-1.00")), ("amount", Flaw.TOO_SMALL)),
        (lambda: Window(NOW, NOW), ("ends", Flaw.WRONG_ORDER)),
        (lambda: Window(NOW.replace(tzinfo=None), NOW), ("starts", Flaw.NAIVE_TIME)),
        (lambda: Window(NOW, NOW.replace(tzinfo=None)), ("ends", Flaw.NAIVE_TIME)),
        (lambda: _code(uses=0), ("uses", Flaw.TOO_SMALL)),
        (lambda: _code(uses=1_000_001), ("uses", Flaw.TOO_LARGE)),
        (lambda: _code(uses=True), ("uses", Flaw.WRONG_TYPE)),
        (lambda: _code().change(act(), window=WEEK, uses=0), ("uses", Flaw.TOO_SMALL)),
    ],
)
def test_what_is_no_code(build: Callable[[], object], expected: tuple[str, Flaw]) -> None:
    """Amounts, windows and numbers that make no sense are refused where they are built (K9)."""
    assert flaw(build) == expected


def test_an_amount_is_money() -> None:
    """Not a number beside a currency that somebody guesses (K9)."""
    wrong: Any = 5
    assert flaw(lambda: Discount(amount=wrong)) == ("amount", Flaw.WRONG_TYPE)


# --- How often, and when ----------------------------------------------------------------------------------------------


def test_a_code_is_created() -> None:
    """With all its uses left (P4)."""
    decision = PromotionCode.create(act(), CODE, provider=MAIN, discount=TENTH, window=WEEK, uses=2)
    assert decision.events == (CodeCreated(CODE, MAIN, TENTH, WEEK, 2, act()),)
    assert decision.state == PromotionCode(CODE, 1, MAIN, TENTH, WEEK, 2, 0, {})


def test_the_life_of_a_use() -> None:
    """Reserved at checkout, consumed at capture, given back on failure; each event folds to the state (P4, K3)."""
    reserved = _code().reserve(act(), ORDER, 1)
    both = reserved.state.reserve(act(), SECOND, 3)
    consumed = both.state.consume(act(), ORDER, 1)
    back = consumed.state.give_back(act(), SECOND, 3)
    assert reserved.events == (UseReserved(ORDER, 1, act()),)
    assert both.state == PromotionCode(CODE, 3, MAIN, TENTH, WEEK, 2, 0, {ORDER: 1, SECOND: 3})
    assert consumed.events == (UseConsumed(ORDER, 1, act()),)
    assert consumed.state == PromotionCode(CODE, 4, MAIN, TENTH, WEEK, 2, 1, {SECOND: 3})
    assert back.events == (UseGivenBack(SECOND, 3, act()),)
    assert back.state == PromotionCode(CODE, 5, MAIN, TENTH, WEEK, 2, 1, {})
    created = PromotionCode.create(act(), CODE, provider=MAIN, discount=TENTH, window=WEEK, uses=2)
    events = (*created.events, *reserved.events, *both.events, *consumed.events, *back.events)
    assert list(laws.of_history(back.state, events)) == []


@pytest.mark.parametrize("done", ["reserve", "consume"])
def test_uses_run_out(done: str) -> None:
    """Reserved and consumed ones count alike; one given back is free for the next (P4)."""
    kept = _code(uses=1).reserve(act(), ORDER, 1).state
    full = kept.consume(act(), ORDER, 1).state if done == "consume" else kept
    assert why_not(full.reserve, act(), SECOND, 1) == CodeUsedUp(1)
    freed = kept.give_back(act(), ORDER, 1).state
    assert why_not(freed.reserve, act(), SECOND, 1) is None


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (WEEK.starts - TICK, CodeNotYet(WEEK.starts)),
        (WEEK.starts, None),
        (WEEK.ends - TICK, None),
        (WEEK.ends, CodeOver(WEEK.ends)),
    ],
)
def test_the_window(at: datetime, expected: object) -> None:
    """From its start until its end, which is too late already (P4, K8)."""
    assert why_not(_code().reserve, act(at), ORDER, 1) == expected


def test_a_use_that_is_reserved_outlives_the_window() -> None:
    """A payment that began in time is not spoilt by the clock (P4)."""
    kept = _code().reserve(act(), ORDER, 1).state
    assert kept.consume(act(WEEK.ends), ORDER, 1).state.used == 1


def test_reserving_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told (P4)."""
    full = _code(uses=1).reserve(act(), ORDER, 1).state
    wrong = {"act": act(WEEK.ends), "transaction": ORDER, "attempt": 2}
    assert in_turn(full.reserve, wrong, {"transaction": SECOND}, {"act": act(WEEK.starts - TICK)}, {"act": act()}) == [
        OtherAttemptReserved(ORDER, 1),
        CodeOver(WEEK.ends),
        CodeNotYet(WEEK.starts),
        CodeUsedUp(1),
    ]


def test_said_twice() -> None:
    """To reserve the same again and to give back what is not reserved are harmless; to consume it is refused (P4)."""
    kept = _code().reserve(act(), ORDER, 1).state
    assert kept.reserve(act(WEEK.ends), ORDER, 1).state is kept
    assert kept.give_back(act(), SECOND, 1).state is kept
    assert kept.give_back(act(), ORDER, 2).state is kept
    assert why_not(kept.consume, act(), ORDER, 2) == UseNotReserved(ORDER, 2)
    consumed = kept.consume(act(), ORDER, 1).state
    assert why_not(consumed.consume, act(), ORDER, 1) == UseNotReserved(ORDER, 1)


def test_a_code_changes() -> None:
    """When and how often, but not below what is in use; what it takes off stays (P4)."""
    code = _code().reserve(act(), ORDER, 1).state.consume(act(), ORDER, 1).state.reserve(act(), SECOND, 1).state
    longer = Window(NOW, WEEK.ends + timedelta(days=1))
    change = partial(code.change, act())
    assert change(window=WEEK, uses=2).state is code
    assert why_not(change, window=WEEK, uses=1) == UsesBelowUse(1, 2)
    changed = change(window=longer, uses=3)
    assert changed.events == (CodeChanged(longer, 3, act()),)
    assert changed.state == PromotionCode(CODE, 5, MAIN, TENTH, longer, 3, 1, {SECOND: 1})
