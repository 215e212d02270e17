"""The cart: its lines, the baskets that they fall into, and how each is paid (P3, P8)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.cart import (
    BASKET,
    MOST_LINES,
    Amounts,
    Attempt,
    Basket,
    BasketDeclined,
    BasketIs,
    BasketPaid,
    BasketState,
    BasketUnknown,
    BasketVerb,
    Cart,
    CartDecision,
    CartEvent,
    CartFull,
    CartOpened,
    ChargingStarted,
    Line,
    LineAdded,
    LineChanged,
    LineIdUsed,
    LineKind,
    LineRemoved,
    Method,
    NoSuchBasket,
    NoSuchLine,
    NothingPaid,
    NothingToPay,
    OtherAttempt,
    SomethingToPay,
    Tax,
    TransactionUsed,
    UnknownProvider,
)
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import (
    ActorId,
    CartId,
    CodeId,
    EventId,
    LineId,
    ProgrammeId,
    ProviderId,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency, Money
from lara_core.refunds import RefundTerms
from lara_core.testing import laws
from tests.builders import ANN, BEN, DAN, FREELY, NOW, TERMS, act, cad, flaw, in_turn

CAD, EUR = Currency("CAD"), Currency("EUR")
MAIN, OTHER = ProviderId("main"), ProviderId("other")
CART, BUYER = CartId("cart"), ActorId("manager")
ORDER, SECOND = TransactionId("order"), TransactionId("second")
CODE: Final = CodeId("spring")
EXCEL, WORD = SessionId("excel"), SessionId("word")
GST, QST = Tax("GST", "5"), Tax("QST", "9.975")
VAT: Final = Tax("TVA", "20")
EUROS: Final = RefundTerms("0", Money.of("0.00", "EUR"), Money.of("0.00", "EUR"))
DUE: Final = Deadline.at(NOW + timedelta(days=30))


def _eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def _line(name: str = "a", unit: Money | None = None, *, provider: ProviderId = MAIN, **given: Any) -> Line:
    usual: dict[str, Any] = {"sessions": (EXCEL,), **given}
    return Line(LineId(name), provider, unit=cad("10.00") if unit is None else unit, **usual)


def _cart(*lines: Line) -> Cart:
    cart = Cart.open(act(), CART, buyer=BUYER).state
    for line in lines:
        cart = cart.add(act(), line).state
    return cart


FREE: Final = _line(unit=cad("0.00"))
PRICED: Final = _line()


def _charge(cart: Cart, **given: Any) -> CartDecision:
    usual: dict[str, Any] = {
        "transaction": ORDER,
        "method": Method.GATEWAY,
        "terms": TERMS,
        "policy": FREELY,
        **given,
    }
    return cart.charge(act(), usual.pop("provider", MAIN), usual.pop("currency", CAD), **usual)


def _pay_nothing(cart: Cart, **given: Any) -> CartDecision:
    usual: dict[str, Any] = {"transaction": ORDER, "terms": TERMS, "policy": FREELY, **given}
    return cart.pay_nothing(act(), MAIN, CAD, **usual)


def _in(state: BasketState) -> Cart:
    """A cart with one basket, in the state that commands lead to."""
    cart = _cart(PRICED)
    charging = _charge(cart).state
    match state:
        case BasketState.OPEN:
            return cart
        case BasketState.CHARGING:
            return charging
        case BasketState.UNKNOWN:
            return charging.leave_unknown(act(), MAIN, CAD, 1).state
        case BasketState.DECLINED:
            return charging.decline(act(), MAIN, CAD, 1).state
        case BasketState.PAID:
            return charging.pay(act(), MAIN, CAD, 1).state


# --- What a line costs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "discount", "net", "taxes", "gross"),
    [
        (_line(unit=cad("99.99"), taxes=(GST, QST)), None, "99.99", ("5.00", "9.97"), "114.96"),
        (_line(unit=cad("100.00"), taxes=(GST, QST)), cad("10.00"), "90.00", ("4.50", "8.98"), "103.48"),
        (_line(unit=cad("10.00"), quantity=3, taxes=(GST,)), cad("0.01"), "29.99", ("1.50",), "31.49"),
        (_line(unit=cad("10.00"), taxes=(GST, QST)), cad("10.00"), "0.00", ("0.00", "0.00"), "0.00"),
        (_line(unit=cad("10.00")), None, "10.00", (), "10.00"),
    ],
)
def test_what_a_line_costs(line: Line, discount: Money | None, net: str, taxes: tuple[str, ...], gross: str) -> None:
    """Discount before tax, each tax on the net price of the line, half up, to the minor unit (P8, K6)."""
    amounts = line.amounts(discount)
    assert amounts == Amounts(cad(net), dict(zip(line.taxes, map(cad, taxes), strict=True)))
    assert amounts.gross == cad(gross)


@pytest.mark.parametrize(
    ("unit", "rate", "tax"),
    [
        (Money.of("100", "JPY"), "10", Money.of("10", "JPY")),
        (Money.of("105", "JPY"), "10", Money.of("11", "JPY")),
        (Money.of("1.005", "KWD"), "5", Money.of("0.050", "KWD")),
        (Money.of("99.90", "EUR"), "22", Money.of("21.98", "EUR")),
    ],
)
def test_taxes_are_exact_in_every_currency(unit: Money, rate: str, tax: Money) -> None:
    """Yen have no minor unit, Kuwaiti dinars a thousand (P8, K6)."""
    iva = Tax("IVA", rate)
    assert _line(unit=unit, taxes=(iva,)).amounts().taxes == {iva: tax}


def test_what_each_seat_costs() -> None:
    """The discount, then the taxes, are spread over the seats by largest remainder: their sum is the line's (P8)."""
    line = _line(unit=cad("10.00"), quantity=3, taxes=(GST,))
    assert line.seat_prices() == (cad("10.50"),) * 3
    assert line.seat_prices(cad("0.01")) == (cad("10.49"), cad("10.50"), cad("10.50"))
    assert line.seat_prices(cad("30.00")) == (cad("0.00"),) * 3


def test_what_each_part_of_a_programme_costs() -> None:
    """A seat's price is spread evenly over the programme's sessions (P3)."""
    line = _line(unit=cad("10.01"), quantity=2, sessions=(EXCEL, WORD), programme=ProgrammeId("office"))
    assert line.part_prices() == {EXCEL: (cad("5.01"), cad("5.01")), WORD: (cad("5.00"), cad("5.00"))}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, LineKind.SESSION),
        ({"programme": ProgrammeId("office"), "sessions": (EXCEL, WORD)}, LineKind.PROGRAMME),
        ({"programme": ProgrammeId("office")}, LineKind.PROGRAMME),
        ({"event": EventId("gala")}, LineKind.EVENT),
    ],
)
def test_what_a_line_sells(given: Mapping[str, Any], kind: LineKind) -> None:
    """A session, a programme, even of one part, or an event (P3)."""
    assert _line(**given).kind is kind


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"sessions": ()}, ("sessions", Flaw.EMPTY)),
        ({"sessions": [EXCEL]}, ("sessions", Flaw.WRONG_TYPE)),
        ({"sessions": (EXCEL, WORD)}, ("sessions", Flaw.TOO_LONG)),
        ({"sessions": (EXCEL, EXCEL), "programme": "office"}, ("sessions", Flaw.WRONG_FORM)),
        ({"sessions": tuple(map(str, range(1_001))), "programme": "office"}, ("sessions", Flaw.TOO_LONG)),
        ({"programme": "office", "event": "gala"}, ("event", Flaw.WRONG_FORM)),
        ({"quantity": 0}, ("quantity", Flaw.TOO_SMALL)),
        ({"quantity": 100_001}, ("quantity", Flaw.TOO_LARGE)),
        ({"quantity": True}, ("quantity", Flaw.WRONG_TYPE)),
        ({"bulk": "no"}, ("bulk", Flaw.WRONG_TYPE)),
        ({"bulk": False, "quantity": 2, "learners": (ANN,)}, ("quantity", Flaw.TOO_LARGE)),
        ({"bulk": False}, ("learners", Flaw.TOO_SMALL)),
        ({"bulk": False, "learners": (ANN, BEN)}, ("learners", Flaw.TOO_LARGE)),
        ({"bulk": False, "learners": (ANN,), "invitees": (DAN,)}, ("invitees", Flaw.TOO_LARGE)),
        ({"unit": cad("-0.01")}, ("unit", Flaw.TOO_SMALL)),
        ({"unit": 1000}, ("unit", Flaw.WRONG_TYPE)),
        ({"unit": Money(10**11 + 1, CAD)}, ("unit", Flaw.TOO_LARGE)),
        ({"unit": Money(10**11, CAD), "taxes": (GST,)}, ("unit", Flaw.TOO_LARGE)),
        ({"unit": Money(10**11, CAD), "quantity": 2}, ("unit", Flaw.TOO_LARGE)),
        ({"taxes": [GST]}, ("taxes", Flaw.WRONG_TYPE)),
        ({"taxes": ("GST",)}, ("taxes", Flaw.WRONG_TYPE)),
        ({"taxes": (GST, Tax("GST", "6"))}, ("taxes", Flaw.WRONG_FORM)),
        ({"taxes": tuple(Tax(str(number), "1") for number in range(11))}, ("taxes", Flaw.TOO_LONG)),
    ],
)
def test_what_is_no_line(given: Mapping[str, Any], expected: tuple[str, Flaw]) -> None:
    """Lines that make no sense are refused where they are built, with the field's name (K9)."""
    assert flaw(lambda: _line(**given)) == expected


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: Tax("", "5"), ("name", Flaw.EMPTY)),
        (lambda: Tax("GST", "-5"), ("rate", Flaw.WRONG_FORM)),
        (lambda: PRICED.amounts(cad("10.01")), ("discount", Flaw.TOO_LARGE)),
        (lambda: PRICED.amounts(cad("-0.01")), ("discount", Flaw.TOO_SMALL)),
        (lambda: PRICED.seat_prices(_eur("1.00")), ("currency", Flaw.MIXED_CURRENCIES)),
    ],
)
def test_what_is_no_amount(build: Callable[[], object], expected: tuple[str, Flaw]) -> None:
    """A tax has a name and a rate; a discount is within the price, in its currency (K9, P4)."""
    assert flaw(build) == expected


# --- Lines ------------------------------------------------------------------------------------------------------------


def test_lines_keep_their_order() -> None:
    """Added at the end, changed in place, removed from where they stand; each event folds to the state (P3, K3)."""
    opened = Cart.open(act(), CART, buyer=BUYER)
    cart, events = opened.state, list[CartEvent](opened.events)
    more = _line("b", quantity=4)
    commands: Sequence[Callable[[Cart], CartDecision]] = (
        lambda cart: cart.add(act(), PRICED),
        lambda cart: cart.add(act(), _line("b")),
        lambda cart: cart.add(act(), _line("c", provider=OTHER)),
        lambda cart: cart.change(act(), more),
        lambda cart: cart.remove(act(), LineId("a")),
    )
    for command in commands:
        decision = command(cart)
        assert list(laws.of_decision(cart, decision)) == []
        cart = decision.state
        events += decision.events
    assert events == [
        CartOpened(CART, BUYER, act()),
        LineAdded(PRICED, act()),
        LineAdded(_line("b"), act()),
        LineAdded(_line("c", provider=OTHER), act()),
        LineChanged(more, act()),
        LineRemoved(LineId("a"), act()),
    ]
    assert cart == Cart(CART, 6, BUYER, (more, _line("c", provider=OTHER)), ())


def test_lines_said_twice() -> None:
    """The same line again, and one that is gone already, change nothing (K5); another under the id is refused."""
    cart = _cart(PRICED)
    assert cart.add(act(), PRICED).state is cart
    assert cart.change(act(), PRICED).state is cart
    assert cart.remove(act(), LineId("b")).state is cart
    assert why_not(cart.add, act(), _line(quantity=2)) == LineIdUsed(LineId("a"))
    assert why_not(cart.change, act(), _line("b")) == NoSuchLine(LineId("b"))


def test_a_full_cart() -> None:
    """A cart has an end, so that no sum over it is more than an amount can be (K2)."""
    lines = tuple(_line(str(number), Money(10**11, CAD)) for number in range(MOST_LINES))
    full = evolve(_cart(), lines=lines)
    assert why_not(full.add, act(), PRICED) == CartFull(MOST_LINES)
    assert full.basket(MAIN, CAD).amounts({}).gross == Money(10**15, CAD)


def test_a_line_moves_between_baskets() -> None:
    """Where it goes and where it leaves must both be open (P3)."""
    cart = _charge(_cart(PRICED, _line("b", provider=OTHER))).state
    frozen_here = BasketIs(MAIN, CAD, BasketState.CHARGING)
    assert why_not(cart.change, act(), _line("a", provider=OTHER)) == frozen_here
    assert why_not(cart.change, act(), _line("b")) == frozen_here
    assert why_not(cart.change, act(), _line("b", _eur("1.00"), provider=OTHER)) is None


# --- The split --------------------------------------------------------------------------------------------------------


def test_the_split() -> None:
    """By provider and currency, each line once, in the cart's order; the tabs are the providers' (P3)."""
    a, b, c = _line("a"), _line("b", _eur("1.00"), provider=OTHER), _line("c", provider=OTHER)
    d, e = _line("d", _eur("2.00"), provider=OTHER), _line("e")
    cart = _charge(_cart(a, b, c, d, e)).state
    main = Basket(MAIN, CAD, (a, e), cart.attempt(MAIN, CAD))
    euros, dollars = Basket(OTHER, EUR, (b, d)), Basket(OTHER, CAD, (c,))
    assert cart.split({MAIN, OTHER}) == (main, euros, dollars)
    assert list(cart.tabs({MAIN, OTHER}).items()) == [(MAIN, (main,)), (OTHER, (euros, dollars))]
    assert cart.basket(OTHER, EUR) == euros
    assert [basket.state for basket in cart.split({MAIN, OTHER})] == ["charging", "open", "open"]


def test_an_unknown_provider() -> None:
    """Nobody can say through which connector its lines are paid, so there is no split at all (P3)."""
    cart = _cart(PRICED, _line("b", provider=OTHER), _line("c", provider=OTHER))
    assert why_not(cart.split, {MAIN}) == UnknownProvider(LineId("b"), OTHER)
    assert why_not(cart.tabs, {MAIN}) == UnknownProvider(LineId("b"), OTHER)


def test_an_empty_cart() -> None:
    """It has no baskets, and nothing to pay (P3)."""
    assert _cart().split(()) == ()
    assert why_not(_charge, _cart()) == NoSuchBasket(MAIN, CAD)
    assert why_not(_pay_nothing, _cart()) == NoSuchBasket(MAIN, CAD)
    assert why_not(_cart().pay, act(), MAIN, CAD, 1) == NoSuchBasket(MAIN, CAD)


def test_what_a_basket_costs() -> None:
    """Each tax is the sum of what it is of each line, not of their sum (P8)."""
    lines = (_line("a", cad("0.30"), taxes=(GST,)), _line("b", cad("0.30"), taxes=(QST, GST)))
    amounts = _cart(*lines).basket(MAIN, CAD).amounts({LineId("b"): cad("0.10")})
    assert amounts == Amounts(cad("0.50"), {GST: cad("0.03"), QST: cad("0.02")})
    assert amounts.gross == cad("0.55")


# --- Paying -----------------------------------------------------------------------------------------------------------


def test_charging() -> None:
    """The attempt keeps code, discounts, terms, policy and approval as at the sale, and the sum (P3, P4, P5, N4)."""
    line, asked = _line(taxes=(GST,)), frozenset({EXCEL})
    off = {LineId("a"): cad("1.00"), LineId("b"): cad("0.00")}
    charged = _charge(_cart(line, _line("b")), code=CODE, discounts=off, approval=asked)
    total, kept = cad("19.45"), {LineId("a"): cad("1.00")}
    charging, gateway = BasketState.CHARGING, Method.GATEWAY
    assert charged.events == (
        ChargingStarted(MAIN, CAD, 1, ORDER, gateway, None, CODE, kept, TERMS, FREELY, asked, total, act()),
    )
    assert charged.state.attempts == (
        Attempt(MAIN, CAD, 1, charging, ORDER, gateway, None, CODE, kept, TERMS, FREELY, asked, total),
    )
    assert _charge(_cart(line)).state.newest(MAIN, CAD).approval == frozenset()


@pytest.mark.parametrize("method", Method)
def test_methods(method: Method) -> None:
    """All but the gateway are administrative; an invoice alone says until when it can be paid (P4, S17)."""
    invoiced = method is Method.INVOICE
    assert method.administrative is (method is not Method.GATEWAY)
    assert (
        _charge(_cart(PRICED), method=method, invoice=DUE if invoiced else None).state.newest(MAIN, CAD).method
        is method
    )
    assert flaw(lambda: _charge(_cart(PRICED), method=method, invoice=None if invoiced else DUE)) == (
        "invoice",
        Flaw.EMPTY if invoiced else Flaw.WRONG_FORM,
    )


TOLD: Final[Mapping[BasketVerb, tuple[Callable[[Cart], Callable[..., CartDecision]], type[Any]]]] = {
    BasketVerb.PAY: (lambda cart: cart.pay, BasketPaid),
    BasketVerb.DECLINE: (lambda cart: cart.decline, BasketDeclined),
    BasketVerb.LEAVE_UNKNOWN: (lambda cart: cart.leave_unknown, BasketUnknown),
}


@pytest.mark.parametrize("state", BasketState)
@pytest.mark.parametrize("verb", TOLD)
def test_what_a_basket_is_told(state: BasketState, verb: BasketVerb) -> None:
    """It moves as the table says; what it is already changes nothing; all else is refused (P3)."""
    cart = _in(state)
    command, event = TOLD[verb]
    to = BASKET[state].get(verb)
    if to is not None:
        decision = command(cart)(act(), MAIN, CAD, 1)
        assert decision.events == (event(MAIN, CAD, 1, act()),)
        assert decision.state.state_of(MAIN, CAD) is to
    elif state in {verbs.get(verb) for verbs in BASKET.values()}:
        assert command(cart)(act(), MAIN, CAD, 1).state is cart
    else:
        assert why_not(command(cart), act(), MAIN, CAD, 1) == BasketIs(MAIN, CAD, state)


@pytest.mark.parametrize("state", BasketState)
def test_when_lines_are_frozen(state: BasketState) -> None:
    """From the moment that they are charged, unless that is declined (P3)."""
    cart = _in(state)
    expected = None if BasketVerb.EDIT in BASKET[state] else BasketIs(MAIN, CAD, state)
    for command in (
        partial(cart.add, act(), _line("b")),
        partial(cart.change, act(), _line(quantity=2)),
        partial(cart.remove, act(), LineId("a")),
    ):
        assert why_not(command) == expected
    assert why_not(_charge, cart) == (None if BasketVerb.CHARGE in BASKET[state] else BasketIs(MAIN, CAD, state))


def test_a_declined_basket_is_retried_as_a_new_attempt() -> None:
    """With its lines changed, if need be; what is told of the older attempt is refused from then on (P3)."""
    declined = _in(BasketState.DECLINED).change(act(), _line(quantity=2)).state
    again = _charge(declined)
    made = again.state.newest(MAIN, CAD)
    assert (made.number, made.state, made.total) == (2, BasketState.CHARGING, cad("20.00"))
    assert len(again.state.attempts) == 1
    for command in (again.state.pay, again.state.decline, again.state.leave_unknown):
        assert why_not(command, act(), MAIN, CAD, 1) == OtherAttempt(2, 1)
    assert again.state.pay(act(), MAIN, CAD, 2).state.state_of(MAIN, CAD) is BasketState.PAID


def test_a_free_basket_needs_no_gateway() -> None:
    """It is paid by a verb of its own; charging it is refused, and so is giving away what costs something (P3)."""
    cart = _cart(FREE)
    paid = _pay_nothing(cart)
    assert paid.events == (NothingPaid(MAIN, CAD, 1, ORDER, None, {}, TERMS, FREELY, frozenset(), act()),)
    assert paid.state.newest(MAIN, CAD) == Attempt(
        MAIN, CAD, 1, BasketState.PAID, ORDER, None, None, None, {}, TERMS, FREELY, frozenset(), cad("0.00")
    )
    asked = _pay_nothing(cart, approval=frozenset({EXCEL}))
    assert asked.events == (NothingPaid(MAIN, CAD, 1, ORDER, None, {}, TERMS, FREELY, frozenset({EXCEL}), act()),)
    assert asked.state.newest(MAIN, CAD).approval == {EXCEL}
    assert _pay_nothing(paid.state).state is paid.state
    assert why_not(_pay_nothing, paid.state, transaction=SECOND) == BasketIs(MAIN, CAD, BasketState.PAID)
    assert why_not(_charge, cart) == NothingToPay()
    assert why_not(_pay_nothing, _cart(PRICED)) == SomethingToPay(cad("10.00"))
    whole = {LineId("a"): cad("10.00")}
    assert _pay_nothing(_in(BasketState.DECLINED), code=CODE, discounts=whole).state.newest(MAIN, CAD).number == 2


def test_each_basket_has_its_own_transaction() -> None:
    """Two baskets in one transaction would be captured as one (P3); a retry may keep its own."""
    cart = _charge(_cart(PRICED, _line("b", provider=OTHER))).state
    assert why_not(_charge, cart, provider=OTHER) == TransactionUsed(ORDER)
    assert why_not(_charge, cart, provider=OTHER, transaction=SECOND) is None
    assert why_not(_charge, _in(BasketState.DECLINED)) is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"discounts": {LineId("a"): cad("1.00")}}, ("discounts", Flaw.WRONG_FORM)),
        ({"code": CODE, "discounts": {LineId("b"): cad("1.00")}}, ("discounts", Flaw.UNKNOWN_KEY)),
        ({"code": CODE, "discounts": {LineId("a"): cad("10.01")}}, ("discount", Flaw.TOO_LARGE)),
        ({"code": CODE, "discounts": {LineId("a"): cad("-0.01")}}, ("discount", Flaw.TOO_SMALL)),
        ({"terms": EUROS}, ("terms", Flaw.MIXED_CURRENCIES)),
    ],
)
def test_what_cannot_be_charged(given: Mapping[str, Any], expected: tuple[str, Flaw]) -> None:
    """Discounts come from a code and go to lines of the basket; terms are in its currency (P4, P5)."""
    assert flaw(lambda: _charge(_cart(PRICED), **given)) == expected


def test_charging_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told (P3)."""
    paid = _charge(_cart(PRICED, _line("b", provider=OTHER)), transaction=SECOND).state
    wrong = {"cart": paid, "provider": ProviderId("stranger"), "transaction": SECOND}
    free = _charge(_cart(_line("a", cad("0.00"), provider=OTHER), _line("b")), transaction=SECOND).state
    assert in_turn(_charge, wrong, {"provider": MAIN}, {"provider": OTHER}, {"cart": free}, {"transaction": ORDER}) == [
        NoSuchBasket(ProviderId("stranger"), CAD),
        BasketIs(MAIN, CAD, BasketState.CHARGING),
        TransactionUsed(SECOND),
        TransactionUsed(SECOND),
        NothingToPay(),
    ]


@pytest.mark.parametrize("to", [BasketState.PAID, BasketState.DECLINED, BasketState.UNKNOWN])
def test_paying_one_leaves_the_others(to: BasketState) -> None:
    """Whatever comes of one basket, the others have the same lines, attempts and states (P3)."""
    cart = _cart(PRICED, _line("b", provider=OTHER), _line("c", _eur("1.00"), provider=OTHER))
    cart = _charge(cart, provider=OTHER, transaction=SECOND).state
    others = cart.split({MAIN, OTHER})[1:]
    after = _charge(cart).state
    told = {BasketState.PAID: after.pay, BasketState.DECLINED: after.decline, BasketState.UNKNOWN: after.leave_unknown}
    after = told[to](act(), MAIN, CAD, 1).state
    assert after.split({MAIN, OTHER})[0].state is to
    assert after.split({MAIN, OTHER})[1:] == others
