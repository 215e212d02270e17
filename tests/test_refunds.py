"""The money of one transaction: captured, kept, going back, gone back, due again, moved (S12, S13, S14, N3)."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.kernel.decisions import Act, Decision, Refusal, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ActorId, PoolId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.purchase import refund_kept
from lara_core.refunds import (
    LEADS_TO,
    REFUND,
    Charge,
    ChargeCaptured,
    ChargeDecision,
    DuesPaid,
    MoneyMoved,
    MoreThanCaptured,
    NoSuchRefund,
    NothingDue,
    OtherCurrency,
    OtherTransaction,
    Override,
    Refund,
    RefundFailed,
    RefundIdUsed,
    RefundIs,
    RefundPending,
    RefundRetried,
    RefundState,
    RefundSucceeded,
    RefundTerms,
    RefundVerb,
    SeatMoney,
    SeatsReinstated,
    SeatsSettled,
)
from lara_core.seats import OtherSession
from tests.builders import (
    ANN,
    NOW,
    ONE,
    PRICE,
    REFUNDED_UNTIL,
    STARTS,
    TERMS,
    THREE,
    TICK,
    TWO,
    act,
    cad,
    charge,
    flaw,
    in_turn,
    money,
    pool,
    session,
)

ORDER: Final = TransactionId("order")
POOL: Final = PoolId("pool")
SESSION: Final = SessionId("excel")
BACK, MORE = RefundId("back"), RefundId("more")
ILL: Final = Override("illness")
ACT: Final = act()
LATE: Final = act(REFUNDED_UNTIL + TICK)


def eur(amount: str) -> Money:
    """Euros."""
    return Money.of(amount, "EUR")


NOTHING: Final = cad("0.00")


def settle(
    charge: Charge,
    *seats: SeatNo,
    act: Act = ACT,
    transaction: TransactionId = ORDER,
    pool: PoolId = POOL,
    price: Money = PRICE,
    starts: datetime = STARTS,
    refund: RefundId | None = BACK,
    override: Override | None = None,
    called_off: bool = False,
) -> ChargeDecision:
    """Settle *seats*, in time unless told otherwise."""
    paid = dict.fromkeys(seats, price)
    held = evolve(session(), starts=starts)
    return charge.settle(
        act, transaction, pool, paid, session=held, refund=refund, override=override, called_off=called_off
    )


def settled(
    seats: Mapping[SeatNo, SeatMoney],
    once_kept: str,
    amount: str,
    *,
    refund: RefundId | None = BACK,
    reason: str | None = None,
    act: Act = ACT,
) -> SeatsSettled:
    """What is said of seats of the pool."""
    return SeatsSettled(SESSION, POOL, seats, cad(once_kept), refund, cad(amount), reason, act)


# --- Terms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("percent", ["0", "12.5", "100", "100.0"])
def test_a_percentage_is_plain(percent: str) -> None:
    """It is kept as it was written, and is exact (K6)."""
    assert RefundTerms(percent, NOTHING, NOTHING).percent == percent


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ("-1", Flaw.WRONG_FORM),
        ("-0", Flaw.WRONG_FORM),
        ("1e2", Flaw.WRONG_FORM),
        ("abc", Flaw.WRONG_FORM),
        ("", Flaw.WRONG_FORM),
        ("NaN", Flaw.WRONG_FORM),
        (" 1", Flaw.WRONG_FORM),
        ("1\n", Flaw.WRONG_FORM),
        ("٣", Flaw.WRONG_FORM),
        ("9" * 100_000, Flaw.WRONG_FORM),
        ("101", Flaw.TOO_LARGE),
        ("100.1", Flaw.TOO_LARGE),
        (12.5, Flaw.WRONG_TYPE),
        (12, Flaw.WRONG_TYPE),
        (True, Flaw.WRONG_TYPE),
        (Decimal("12.5"), Flaw.WRONG_TYPE),
        (None, Flaw.WRONG_TYPE),
    ],
)
def test_what_is_no_percentage_is_refused(percent: Any, expected: Flaw) -> None:
    """Signs, exponents, floats and more than a hundred never get in (K9)."""
    assert flaw(lambda: RefundTerms(percent, NOTHING, NOTHING)) == ("percent", expected)


def test_terms_that_make_no_sense_are_refused() -> None:
    """Fees are in one currency and not below zero; the deadline is a whole number of hours, a year at most (K9)."""
    below = cad("-0.01")
    assert flaw(lambda: RefundTerms("0", below, NOTHING)) == ("per_seat", Flaw.TOO_SMALL)
    assert flaw(lambda: RefundTerms("0", NOTHING, below)) == ("once", Flaw.TOO_SMALL)
    assert flaw(lambda: RefundTerms("0", NOTHING, eur("0.00"))) == ("once", Flaw.MIXED_CURRENCIES)
    hours: list[tuple[Any, tuple[str, Flaw] | None]] = [
        (0, None),
        (24 * 366, None),
        (-1, ("hours_before", Flaw.TOO_SMALL)),
        (24 * 366 + 1, ("hours_before", Flaw.TOO_LARGE)),
        (True, ("hours_before", Flaw.WRONG_TYPE)),
        (1.0, ("hours_before", Flaw.WRONG_TYPE)),
    ]
    for given, expected in hours:
        assert flaw(partial(RefundTerms, "0", NOTHING, NOTHING, given)) == expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("", Flaw.EMPTY), (" ", Flaw.EMPTY), ("x" * 501, Flaw.TOO_LONG), ("a\u202eb", Flaw.UNSAFE_CHARACTER)],
)
def test_an_override_says_why(reason: str, expected: Flaw) -> None:
    """Nobody sets the terms aside without a word (S12, K9)."""
    assert flaw(lambda: Override(reason)) == ("reason", expected)


@pytest.mark.parametrize(
    ("terms", "kept"),
    [
        (RefundTerms("0", NOTHING, NOTHING), "0.00"),
        (RefundTerms("12.5", NOTHING, NOTHING), "1.25"),
        (RefundTerms("33.35", NOTHING, NOTHING), "3.34"),
        (RefundTerms("10", cad("0.50"), cad("3.00")), "1.50"),
        (RefundTerms("100", cad("0.50"), NOTHING), "10.00"),
        (RefundTerms("0", cad("10.01"), NOTHING), "10.00"),
    ],
)
def test_what_is_kept_of_a_seat(terms: RefundTerms, kept: str) -> None:
    """Percentage and amount, a half cent up, never more than was paid; the fixed fee is no seat's (S12, K6)."""
    assert terms.kept(PRICE) == cad(kept)
    assert terms.kept(NOTHING) == NOTHING


# --- Capturing --------------------------------------------------------------------------------------------------------


def test_a_payment_is_captured() -> None:
    """The charge begins with what was taken and the terms as at the sale; nothing of it is settled (S12, P5)."""
    captured = Charge.capture(act(), ORDER, buyer=ActorId("manager"), captured=PRICE * 3, terms=TERMS)
    event = ChargeCaptured(ORDER, ActorId("manager"), PRICE * 3, TERMS, act())
    assert captured == Decision(Charge(ORDER, 1, ActorId("manager"), PRICE * 3, TERMS, NOTHING, {}, {}), (event,))
    assert (captured.state.going_back, captured.state.refunded) == (NOTHING, NOTHING)


def test_a_capture_that_makes_no_sense_is_refused() -> None:
    """Nothing below zero is taken, and terms speak of the currency that was paid in (K9)."""
    assert charge(NOTHING).captured == NOTHING
    assert flaw(lambda: charge(cad("-0.01"))) == ("captured", Flaw.TOO_SMALL)
    assert flaw(lambda: charge(eur("10.00"))) == ("terms", Flaw.MIXED_CURRENCIES)


# --- Settling ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [act(), act(REFUNDED_UNTIL)], ids=["in time", "at the last instant"])
def test_cancelled_seats_are_refunded_by_the_terms(at: Act) -> None:
    """The seat's fees are kept of each, the fixed fee of the first, and the rest is requested back (S12)."""
    decision = settle(charge(), TWO, ONE, act=at)
    seats = {ONE: money("4.50", "5.50", once="3.00"), TWO: money("1.50", "8.50")}
    assert decision.events == (settled(seats, "3.00", "14.00", act=at),)
    assert decision.state == evolve(
        charge(),
        version=2,
        once_kept=cad("3.00"),
        seats={POOL: seats},
        refunds={BACK: Refund(RefundState.REQUESTED, cad("14.00"), SESSION, POOL, (ONE, TWO))},
    )
    assert (decision.state.going_back, decision.state.refunded) == (cad("14.00"), NOTHING)


def test_the_fixed_fee_is_borne_once() -> None:
    """Whoever cancels the next seat, in any pool of the transaction, does not pay it again (S12)."""
    first = settle(charge(), TWO).state
    second = settle(first, ONE, refund=MORE)
    assert second.events == (settled({ONE: money("1.50", "8.50")}, "3.00", "8.50", refund=MORE),)
    assert second.state.seats == {POOL: {TWO: money("4.50", "5.50", once="3.00"), ONE: money("1.50", "8.50")}}
    elsewhere = settle(first, TWO, pool=PoolId("other"), refund=MORE)
    assert elsewhere.state.seats == {
        POOL: {TWO: money("4.50", "5.50", once="3.00")},
        PoolId("other"): {TWO: money("1.50", "8.50")},
    }
    assert elsewhere.state.refunds[MORE] == Refund(RefundState.REQUESTED, cad("8.50"), SESSION, PoolId("other"), (TWO,))


def test_the_fixed_fee_is_taken_until_it_is_borne() -> None:
    """What one seat cannot bear the next one does; a seat of which nothing is left is refunded nothing (S12)."""
    before = charge(terms=evolve(TERMS, once=cad("10.00")))
    first = settle(before, ONE)
    assert first.events == (settled({ONE: money("10.00", "0.00", once="8.50")}, "8.50", "0.00", refund=None),)
    assert first.state.refunds == {}
    second = settle(first.state, TWO)
    assert second.events == (settled({TWO: money("3.00", "7.00", once="1.50")}, "10.00", "7.00"),)


def test_after_the_deadline_all_is_kept() -> None:
    """One microsecond later nothing goes back, and the fixed fee is borne by nobody (S12)."""
    decision = settle(charge(), ONE, act=LATE)
    assert decision.events == (settled({ONE: money("10.00", "0.00")}, "0.00", "0.00", refund=None, act=LATE),)
    assert decision.state == evolve(charge(), version=2, seats={POOL: {ONE: money("10.00", "0.00")}})


def test_the_deadline_is_counted_from_the_start() -> None:
    """A session that is put off is cancelled in time for longer; without hours its start is the deadline (S12)."""
    assert settle(charge(), ONE, act=LATE, starts=STARTS + TICK).state.going_back == cad("5.50")
    to_the_start = charge(terms=evolve(TERMS, hours_before=0))
    assert settle(to_the_start, ONE, act=act(STARTS)).state.going_back == cad("5.50")
    assert settle(to_the_start, ONE, act=act(STARTS + TICK)).state.going_back == NOTHING


def test_without_a_refund_all_is_kept() -> None:
    """Seats may be cancelled without refund, in time or not, and whatever is said about the terms (S11, S12)."""
    decision = settle(charge(), ONE, refund=None)
    assert decision.events == (settled({ONE: money("10.00", "0.00")}, "0.00", "0.00", refund=None),)


def test_an_override_needs_a_refund() -> None:
    """The terms are not set aside for nothing: what is to go back needs an identity to go back under (K9)."""
    assert flaw(lambda: settle(charge(), ONE, refund=None, override=ILL)) == ("refund", Flaw.EMPTY)


def test_nothing_captured_is_nothing_to_settle() -> None:
    """Of an invoice that was never paid nothing is kept and nothing goes back (S12)."""
    unpaid = charge(NOTHING)
    assert settle(unpaid, ONE) == Decision(unpaid)


def test_a_refund_names_the_seats_that_it_is_for() -> None:
    """A seat whose fees took all of it is settled, and not named to the buyer as refunded (S12, S16)."""
    terms = RefundTerms("0", NOTHING, PRICE)
    (refund,) = settle(charge(terms=terms), ONE, TWO).state.refunds.values()
    assert refund.seats == (TWO,)


@pytest.mark.parametrize("at", [act(), LATE], ids=["in time", "late"])
def test_an_override_gives_all_back(at: Act) -> None:
    """The terms are set aside, before or after their deadline, and the reason is kept (S12)."""
    decision = settle(charge(), ONE, TWO, act=at, override=ILL)
    seats = dict.fromkeys((ONE, TWO), money("0.00", "10.00"))
    assert decision.events == (settled(seats, "0.00", "20.00", reason="illness", act=at),)


def test_only_an_override_reaches_what_was_kept() -> None:
    """Settled again by the terms, nothing happens; overridden, what was kept goes back too, once (S12)."""
    kept = settle(charge(), ONE).state
    for given in (
        settle(kept, ONE, refund=MORE),
        settle(kept, ONE, refund=None),
        settle(kept, ONE, act=LATE, refund=MORE),
    ):
        assert given.events == ()
        assert given.state is kept
    overridden = settle(kept, ONE, refund=MORE, override=ILL)
    back = {ONE: money("0.00", "10.00", once="3.00")}
    assert overridden.events == (settled(back, "3.00", "4.50", refund=MORE, reason="illness"),)
    assert overridden.state.going_back == PRICE
    again = settle(overridden.state, ONE, refund=RefundId("third"), override=ILL)
    assert again == Decision(overridden.state)


def test_where_nothing_was_paid_nothing_goes_back() -> None:
    """There is no refund, with the terms or without them; nor for no seats at all (S12)."""
    assert settle(charge(), refund=BACK) == Decision(charge())
    for override in [None, ILL]:
        decision = settle(charge(), ONE, price=NOTHING, override=override)
        assert decision.state.refunds == {}
        assert decision.state.going_back == NOTHING


def test_settling_looks_in_this_order() -> None:
    """The transaction, the refund's id, the currency, and last whether there is as much (S12)."""
    used = settle(charge(PRICE * 2), ONE).state
    wrong: dict[str, Any] = {
        "charge": used,
        "transaction": TransactionId("other"),
        "refund": BACK,
        "price": eur("20.00"),
        "override": ILL,
    }

    def settle_two(**given: Any) -> ChargeDecision:
        return settle(given.pop("charge"), TWO, **given)

    assert in_turn(
        settle_two, wrong, {"transaction": ORDER}, {"refund": MORE}, {"price": cad("20.00")}, {"price": cad("14.50")}
    ) == [
        OtherTransaction(ORDER, TransactionId("other")),
        RefundIdUsed(BACK),
        OtherCurrency(TWO),
        MoreThanCaptured(cad("20.00"), cad("14.50")),
        None,
    ]


REFUSED: Final[dict[Refusal, Callable[[Charge], object]]] = {
    OtherTransaction(ORDER, TransactionId("other")): lambda charge: settle(
        charge, TWO, transaction=TransactionId("other")
    ),
    RefundIdUsed(BACK): lambda charge: settle(charge, TWO, THREE),
    OtherCurrency(TWO): lambda charge: settle(charge, TWO, THREE, refund=None, price=eur("1.00")),
    MoreThanCaptured(cad("30.00"), cad("24.50")): lambda charge: settle(
        charge, TWO, refund=MORE, override=ILL, price=cad("30.00")
    ),
    NoSuchRefund(MORE): lambda charge: charge.succeed(act(), MORE),
    RefundPending(ONE, BACK): lambda charge: reinstate(charge, ONE),
    NothingDue(TWO): lambda charge: charge.pay_due(act(), POOL, (TWO,)),
    RefundIs(BACK, RefundState.SUCCEEDED): lambda charge: charge.succeed(act(), BACK).state.fail(act(), BACK),
}


@pytest.mark.parametrize("refusal", REFUSED, ids=lambda refusal: refusal.code)
def test_what_is_refused_changes_nothing(refusal: Refusal) -> None:
    """The charge is as it was (K2)."""
    before = settle(charge(), ONE).state
    kept = deepcopy(before)
    assert why_not(REFUSED[refusal], before) == refusal
    assert before == kept


# --- Called off -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [act(), LATE], ids=["in time", "late"])
def test_a_session_that_is_called_off_is_refunded_in_full(at: Act) -> None:
    """Whatever the terms and their deadline say, and without anybody's reason (S14)."""
    decision = settle(charge(), ONE, TWO, act=at, called_off=True)
    seats = dict.fromkeys((ONE, TWO), money("0.00", "10.00"))
    assert decision.events == (settled(seats, "0.00", "20.00", act=at),)


def test_what_was_kept_before_a_session_is_called_off_stays() -> None:
    """A seat that was cancelled earlier has had its terms; the fixed fee that it bore is borne (S14)."""
    kept = settle(charge(), ONE).state
    decision = settle(kept, ONE, TWO, refund=MORE, called_off=True)
    assert decision.events == (settled({TWO: money("0.00", "10.00")}, "3.00", "10.00", refund=MORE),)


# --- Taking back ------------------------------------------------------------------------------------------------------


def reinstate(
    charge: Charge,
    *seats: SeatNo,
    act: Act = ACT,
    transaction: TransactionId = ORDER,
    pool: PoolId = POOL,
    price: Money = PRICE,
) -> ChargeDecision:
    """Take *seats* back."""
    return charge.reinstate(act, transaction, pool, dict.fromkeys(seats, price), session=session())


def reinstated(seats: Mapping[SeatNo, SeatMoney], once_kept: str, due: str) -> SeatsReinstated:
    """What is said of seats of the pool that are live again."""
    return SeatsReinstated(SESSION, POOL, seats, cad(once_kept), cad(due), ACT)


def refunded(*seats: SeatNo) -> Charge:
    """A charge whose *seats* were cancelled together, in time, and what was to go back has."""
    return settle(charge(), *seats).state.succeed(ACT, BACK).state


def test_what_went_back_is_due() -> None:
    """What was kept counts as paid again, the fixed fee that was borne is not any more, and the rest is due (S13)."""
    before = refunded(ONE, TWO)
    one, two = money("0.00", "5.50", due="5.50"), money("0.00", "8.50", due="8.50")
    first = reinstate(before, ONE)
    assert first.events == (reinstated({ONE: one}, "0.00", "5.50"),)
    kept = before.seats[POOL][TWO]
    assert first.state == evolve(before, version=4, once_kept=NOTHING, seats={POOL: {ONE: one, TWO: kept}})
    assert (first.state.going_back, first.state.refunded) == (cad("14.00"), cad("14.00"))
    # The second one had borne nothing of the fixed fee.
    other = reinstate(before, TWO)
    assert other.events == (reinstated({TWO: two}, "3.00", "8.50"),)
    both = reinstate(before, TWO, ONE, TWO)
    assert both.events == (reinstated({ONE: one, TWO: two}, "0.00", "14.00"),)


def test_where_nothing_went_back_nothing_is_due() -> None:
    """What was kept altogether counts as paid; one that an override gave back is due altogether (S13)."""
    kept = settle(charge(), ONE, refund=None).state
    assert reinstate(kept, ONE).events == (reinstated({ONE: money("0.00", "0.00")}, "0.00", "0.00"),)
    given = settle(charge(), ONE, override=ILL).state.succeed(ACT, BACK).state
    assert reinstate(given, ONE).events == (reinstated({ONE: money("0.00", "10.00", due="10.00")}, "0.00", "10.00"),)


def test_what_was_cancelled_before_the_capture_is_all_due() -> None:
    """Nothing was captured for it: cancelled again, it must not be refunded from what others paid (S13)."""
    before = charge()
    again = reinstate(before, ONE)
    unpaid = SeatMoney(NOTHING, NOTHING, NOTHING, NOTHING, PRICE)
    assert again.state == evolve(before, version=2, seats={POOL: {ONE: unpaid}})
    settled = settle(again.state, ONE)
    assert settled.state.seats == {POOL: {ONE: evolve(unpaid, due=NOTHING)}}
    assert settled.state.refunds == {}


def test_what_costs_nothing_has_no_money_to_take_back() -> None:
    """Nor has no seat (S13, K5)."""
    before = charge()
    for decision in (reinstate(before), reinstate(before, ONE, price=NOTHING)):
        assert decision.events == ()
        assert decision.state is before


@pytest.mark.parametrize("verbs", [(), (RefundVerb.FAIL,), (RefundVerb.FAIL, RefundVerb.RETRY)])
def test_what_is_on_its_way_is_waited_for(verbs: Sequence[RefundVerb]) -> None:
    """Requested, failed or tried again: until it is known to have gone back, a seat is not taken back (S13)."""
    before = after(*verbs)
    assert why_not(reinstate, before, ONE) == RefundPending(ONE, BACK)
    assert why_not(reinstate, before, TWO, ONE) == RefundPending(ONE, BACK)
    done = before.succeed(ACT, BACK).state
    assert why_not(reinstate, done, ONE) is None
    assert why_not(reinstate, done, TWO, ONE) == RefundPending(TWO, MORE)


def test_a_refund_for_others_is_not_waited_for() -> None:
    """Only money for this very seat keeps it: not that for another pool's, nor for one whose fees took all (S13)."""
    before = settle(charge(terms=RefundTerms("0", NOTHING, PRICE)), ONE, TWO).state
    assert why_not(reinstate, before, TWO) == RefundPending(TWO, BACK)
    assert reinstate(before, ONE).events == (reinstated({ONE: money("0.00", "0.00")}, "0.00", "0.00"),)
    elsewhere = settle(charge(), ONE, pool=PoolId("other")).state
    assert why_not(reinstate, elsewhere, ONE) is None


def test_taking_back_looks_in_this_order() -> None:
    """The transaction, the currency, and last what is on its way; the lowest seat is told (S13)."""
    wrong: dict[str, Any] = {"charge": after(), "transaction": TransactionId("other"), "price": eur("10.00")}

    def take_back(**given: Any) -> ChargeDecision:
        return reinstate(given.pop("charge"), TWO, ONE, **given)

    assert in_turn(take_back, wrong, {"transaction": ORDER}, {"price": PRICE}, {"charge": refunded(ONE, TWO)}) == [
        OtherTransaction(ORDER, TransactionId("other")),
        OtherCurrency(ONE),
        RefundPending(ONE, BACK),
        None,
    ]


# --- What is due ------------------------------------------------------------------------------------------------------


def test_what_is_due_is_paid() -> None:
    """All of it, for each seat that is named once, and what was captured grows by as much (S13)."""
    before = reinstate(refunded(ONE, TWO), ONE, TWO).state
    first = before.pay_due(ACT, POOL, [ONE, ONE])
    paid = money("0.00", "5.50", paid="15.50")
    assert first.events == (DuesPaid(POOL, {ONE: paid}, cad("5.50"), ACT),)
    assert first.state == evolve(
        before,
        version=before.version + 1,
        captured=cad("35.50"),
        seats={POOL: {ONE: paid, TWO: money("0.00", "8.50", due="8.50")}},
    )
    both = before.pay_due(ACT, POOL, {TWO, ONE})
    assert both.events == (DuesPaid(POOL, {ONE: paid, TWO: money("0.00", "8.50", paid="18.50")}, cad("14.00"), ACT),)
    assert both.state.captured == cad("44.00")


def test_what_is_not_due_is_not_paid() -> None:
    """No seat, a seat of which nothing is due, a pool that nothing happened to: all or none (S13)."""
    before = reinstate(refunded(ONE, TWO), ONE).state
    paid = before.pay_due(ACT, POOL, [ONE]).state
    assert why_not(before.pay_due, ACT, POOL, ()) == NothingDue(None)
    assert why_not(before.pay_due, ACT, POOL, (ONE, TWO)) == NothingDue(TWO)
    assert why_not(before.pay_due, ACT, POOL, (THREE, TWO)) == NothingDue(TWO)
    assert why_not(before.pay_due, ACT, PoolId("other"), (ONE,)) == NothingDue(ONE)
    assert why_not(paid.pay_due, ACT, POOL, (ONE,)) == NothingDue(ONE)


@pytest.mark.parametrize("pays", [True, False])
@pytest.mark.parametrize(
    ("how", "kept", "back", "once"),
    [
        ({}, "4.50", "5.50", "3.00"),
        ({"refund": None}, "10.00", "0.00", "0.00"),
        ({"act": LATE}, "10.00", "0.00", "0.00"),
        ({"override": ILL}, "0.00", "10.00", "0.00"),
        ({"called_off": True}, "0.00", "10.00", "0.00"),
    ],
    ids=["in time", "without refund", "late", "overridden", "called off"],
)
def test_a_seat_that_is_cancelled_again_keeps_what_it_would_have_kept(
    pays: bool, how: Mapping[str, Any], kept: str, back: str, once: str
) -> None:
    """Nobody makes money by coming back, nor loses any: what is due goes with the seat, or was paid (S12, S13).

    Of a seat whose dues were not paid no more is kept than was left of it.
    """
    before = reinstate(refunded(ONE), ONE).state
    if pays:
        before = before.pay_due(ACT, POOL, [ONE]).state
    facts: dict[str, Any] = {"refund": MORE, **how}
    again = settle(before, ONE, **facts).state
    found = again.seats[POOL][ONE]
    paid = cad("15.50") if pays else PRICE
    # What went back the first time has gone; of the rest, `PRICE` or 4.50, the terms have their part.
    kept_now = cad(kept) if pays else min(cad(kept), cad("4.50"))
    assert found == SeatMoney(paid, kept_now, paid - kept_now, cad(once), NOTHING)
    assert again.captured - again.going_back == PRICE * 2 + kept_now


# --- Moving -----------------------------------------------------------------------------------------------------------

WORD_: Final = SessionId("word")
MOVED: Final = PoolId("moved")


def move(
    charge: Charge,
    *,
    act: Act = ACT,
    transaction: TransactionId = ORDER,
    price: Money = PRICE,
    costs: Money = PRICE,
    refund: RefundId = MORE,
) -> ChargeDecision:
    """Move the money of seat 1 to the one seat of another session's pool."""
    return charge.move(
        act,
        transaction,
        POOL,
        ONE,
        price,
        to=MOVED,
        costs=costs,
        session=session(name="word"),
        refund=refund,
    )


@pytest.mark.parametrize(
    ("costs", "arrived"),
    [
        ("10.00", money("0.00", "0.00")),
        ("12.50", money("0.00", "0.00", due="2.50")),
        ("7.00", money("0.00", "3.00")),
        ("0.00", money("0.00", "10.00")),
    ],
    ids=["as much", "more", "less", "nothing"],
)
@pytest.mark.parametrize("at", [act(), LATE], ids=["in time", "late"])
def test_what_was_paid_moves(costs: str, arrived: SeatMoney, at: Act) -> None:
    """The difference is due, or goes back without fees, whatever the terms and their deadline say (N3)."""
    before = charge()
    decision = move(before, costs=cad(costs), act=at)
    left = money("0.00", "0.00", paid="0.00")
    refund = MORE if arrived.back else None
    assert decision.events == (MoneyMoved(POOL, ONE, left, WORD_, MOVED, arrived, refund, arrived.back, at),)
    asked = {MORE: Refund(RefundState.REQUESTED, arrived.back, WORD_, MOVED, (ONE,))} if refund else {}
    assert decision.state == evolve(before, version=2, seats={POOL: {ONE: left}, MOVED: {ONE: arrived}}, refunds=asked)


@pytest.mark.parametrize(
    ("costs", "arrived"),
    [
        ("10.00", money("0.00", "0.00", paid="4.50", due="5.50")),
        ("4.50", money("0.00", "0.00", paid="4.50")),
        ("3.00", money("0.00", "1.50", paid="4.50")),
    ],
)
def test_what_is_due_moves(costs: str, arrived: SeatMoney) -> None:
    """Of a seat that was reactivated, what is left of it moves; what went back stays where it was (S13, N3)."""
    before = reinstate(refunded(ONE, TWO), ONE).state
    decision = move(before, costs=cad(costs))
    left = money("0.00", "5.50", paid="5.50")
    assert decision.state.seats == {POOL: {ONE: left, TWO: before.seats[POOL][TWO]}, MOVED: {ONE: arrived}}
    assert (arrived.due, arrived.paid - arrived.back + arrived.due) == (
        decision.state.seats[MOVED][ONE].due,
        cad(costs),
    )


def test_a_move_looks_in_this_order() -> None:
    """The transaction, the refund's id, both currencies, and last whether there is as much (N3)."""
    wrong: dict[str, Any] = {
        "charge": settle(charge(), TWO).state,
        "transaction": TransactionId("other"),
        "refund": BACK,
        "price": eur("10.00"),
        "costs": eur("7.00"),
    }

    def move_one(**given: Any) -> ChargeDecision:
        return move(given.pop("charge"), **given)

    assert in_turn(
        move_one,
        wrong,
        {"transaction": ORDER},
        {"refund": MORE},
        {"price": cad("50.00")},
        {"costs": cad("0.00")},
        {"costs": cad("25.50")},
    ) == [
        OtherTransaction(ORDER, TransactionId("other")),
        RefundIdUsed(BACK),
        OtherCurrency(ONE),
        OtherCurrency(ONE),
        MoreThanCaptured(cad("50.00"), cad("24.50")),
        None,
    ]


def test_what_moved_is_settled_where_it_is() -> None:
    """The new seat is cancelled, reactivated and paid for as any other; what moved on is not there any more (N3)."""
    moved = move(charge(), costs=cad("12.50")).state
    paid = moved.pay_due(ACT, MOVED, [ONE]).state
    assert paid.seats[MOVED] == {ONE: money("0.00", "0.00", paid="12.50")}
    gone = settle(paid, ONE, pool=MOVED, price=cad("12.50")).state
    assert gone.seats[MOVED] == {ONE: money("4.75", "7.75", paid="12.50", once="3.00")}
    left = settle(paid, ONE)
    assert left.events == ()
    assert left.state is paid


# --- The life of a refund ---------------------------------------------------------------------------------------------

LATER: Final = act(NOW + TICK)
SAY: Final[Mapping[RefundVerb, Callable[[Charge, RefundId], ChargeDecision]]] = {
    RefundVerb.SUCCEED: lambda charge, refund: charge.succeed(LATER, refund),
    RefundVerb.FAIL: lambda charge, refund: charge.fail(LATER, refund),
    RefundVerb.RETRY: lambda charge, refund: charge.retry(LATER, refund),
}
SAID: Final = {
    RefundVerb.SUCCEED: RefundSucceeded(BACK, LATER),
    RefundVerb.FAIL: RefundFailed(BACK, LATER),
    RefundVerb.RETRY: RefundRetried(BACK, LATER),
}


def after(*verbs: RefundVerb) -> Charge:
    """A charge one of whose two refunds went through this."""
    found = settle(settle(charge(), ONE).state, TWO, refund=MORE).state
    for verb in verbs:
        found = SAY[verb](found, BACK).state
    return found


IN: Final[Mapping[RefundState, Sequence[RefundVerb]]] = {
    RefundState.REQUESTED: (),
    RefundState.SUCCEEDED: (RefundVerb.SUCCEED,),
    RefundState.FAILED: (RefundVerb.FAIL,),
}


@pytest.mark.parametrize(
    ("state", "verb", "to"),
    [
        (RefundState.REQUESTED, RefundVerb.SUCCEED, RefundState.SUCCEEDED),
        (RefundState.REQUESTED, RefundVerb.FAIL, RefundState.FAILED),
        (RefundState.FAILED, RefundVerb.RETRY, RefundState.REQUESTED),
        (RefundState.FAILED, RefundVerb.SUCCEED, RefundState.SUCCEEDED),
    ],
)
def test_a_refund_moves(state: RefundState, verb: RefundVerb, to: RefundState) -> None:
    """It is requested, then succeeds or fails, is tried again, or went through after all; the other stays (S12)."""
    before = after(*IN[state])
    decision = SAY[verb](before, BACK)
    moved = {BACK: evolve(before.refunds[BACK], state=to), MORE: before.refunds[MORE]}
    assert decision == Decision(evolve(before, version=before.version + 1, refunds=moved), (SAID[verb],))
    assert decision.state.going_back == cad("14.00")
    assert decision.state.refunded == (cad("5.50") if to is RefundState.SUCCEEDED else NOTHING)


@pytest.mark.parametrize("verb", RefundVerb)
def test_what_is_said_twice_is_said_once(verb: RefundVerb) -> None:
    """Providers repeat themselves; and whoever presses twice tries again once (S12)."""
    before = after(*IN[LEADS_TO[verb]])
    again = SAY[verb](before, BACK)
    assert again.events == ()
    assert again.state is before


@pytest.mark.parametrize("verb", [RefundVerb.FAIL, RefundVerb.RETRY])
def test_what_has_gone_back_is_gone(verb: RefundVerb) -> None:
    """A notice that comes late, or one more try, changes nothing about it (S12)."""
    gone = after(RefundVerb.FAIL, RefundVerb.SUCCEED)
    assert why_not(SAY[verb], gone, BACK) == RefundIs(BACK, RefundState.SUCCEEDED)


@pytest.mark.parametrize("verb", RefundVerb)
def test_a_refund_that_nobody_requested_is_refused(verb: RefundVerb) -> None:
    """A notice about somebody else's money does not get in (S12)."""
    unknown = RefundId("unknown")
    assert why_not(SAY[verb], after(), unknown) == NoSuchRefund(unknown)


@pytest.mark.parametrize("verbs", [(), (RefundVerb.FAIL,), (RefundVerb.FAIL, RefundVerb.RETRY), (RefundVerb.SUCCEED,)])
def test_what_is_on_its_way_is_not_refundable_again(verbs: Sequence[RefundVerb]) -> None:
    """Not while it is requested, not when it failed and waits, not when it is gone; not even by an override (S12)."""
    before = after(*verbs)
    third = RefundId("third")
    assert settle(before, ONE, refund=third) == Decision(before)
    overridden = settle(before, ONE, refund=third, override=ILL)
    assert overridden.state.refunds[third].amount == cad("4.50")
    assert overridden.state.refunds[BACK] == before.refunds[BACK]


def test_a_refund_keeps_its_identity() -> None:
    """However often it fails and is tried again, it is one refund of one amount (S12)."""
    tried = after(RefundVerb.FAIL, RefundVerb.RETRY, RefundVerb.FAIL, RefundVerb.RETRY, RefundVerb.SUCCEED)
    assert tried.refunds[BACK] == Refund(RefundState.SUCCEEDED, cad("5.50"), SESSION, POOL, (ONE,))
    assert (tried.version, len(tried.refunds), tried.refunded) == (8, 2, cad("5.50"))


def test_the_table_is_total() -> None:
    """Every state of a refund says what it knows, and a verb leads to one state from wherever it is known (S12)."""
    assert REFUND.keys() == set(RefundState)
    assert LEADS_TO.keys() == set(RefundVerb)
    for verbs in REFUND.values():
        assert {verb: LEADS_TO[verb] for verb in verbs} == verbs


@pytest.mark.parametrize(("currency", "back"), [("JPY", 853), ("EUR", 853), ("KWD", 853)])
def test_amounts_are_exact_in_every_currency(currency: str, back: int) -> None:
    """No digits, two or three: what is split is the minor unit (K6)."""
    kind = Currency(currency)
    terms = RefundTerms("12.5", Money(5, kind), Money(17, kind))
    decision = settle(charge(Money(1000, kind), terms=terms), ONE, price=Money(1000, kind))
    assert decision.state.going_back == Money(back, kind)


def test_a_fee_as_large_as_can_be_keeps_no_more_than_was_paid() -> None:
    """What is kept of a seat never exceeds its price, however large the fee, and no sum overflows (K2, S12)."""
    most = Money(10**15, Currency("CAD"))
    terms = RefundTerms("100", most, most)
    assert terms.kept(most) == most
    assert terms.kept(Money.of("10.00", "CAD")) == Money.of("10.00", "CAD")


def test_a_price_is_not_below_zero() -> None:
    """Nothing is settled, taken back or moved at such a price: no money is made (K9)."""
    before = charge()
    assert flaw(lambda: settle(before, ONE, price=-PRICE)) == ("prices", Flaw.TOO_SMALL)
    assert flaw(lambda: reinstate(before, ONE, price=-PRICE)) == ("prices", Flaw.TOO_SMALL)
    assert flaw(lambda: move(before, price=-PRICE)) == ("prices", Flaw.TOO_SMALL)


def test_what_was_kept_is_asked_for_with_the_right_session() -> None:
    """A refund of what was kept names its session to the buyer, so another one is refused (S12)."""
    other = evolve(session(), id=SessionId("other"))
    bought = pool(ANN)
    refused = why_not(refund_kept, act(), other, bought, charge(), (ONE,), refund=BACK, override=ILL)
    assert refused == OtherSession(bought.session, other.id)
