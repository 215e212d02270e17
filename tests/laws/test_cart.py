"""The laws of carts: for whatever is sold, in every world that commands reach, and by faults that they must find."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any, Final, cast, get_args

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from lara_core import cart as cart_module
from lara_core import checkout
from lara_core.cart import (
    BASKET,
    Basket,
    BasketDeclined,
    BasketPaid,
    BasketState,
    BasketUnknown,
    BasketVerb,
    Cart,
    CartRefusal,
    ChargingStarted,
    Line,
    LineAdded,
    LineChanged,
    LineRemoved,
    Method,
    NothingPaid,
    Tax,
)
from lara_core.checkout import CheckoutRefusal
from lara_core.documents import Numbering, NumberingRefusal
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Aggregate, Decision, Event, Refused, why_not
from lara_core.kernel.ids import (
    ActorId,
    CartId,
    CodeId,
    ConnectorId,
    HoldId,
    LineId,
    MerchantAccountId,
    PoolId,
    ProgrammeId,
    ProviderId,
    RefundId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency, Money
from lara_core.promotions import CodeRefusal, Discount, PromotionCode, Window
from lara_core.providers import MerchantAccount, Provider
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, Refund, RefundState
from lara_core.seats import SeatPool
from lara_core.sessions import Hold, Session
from lara_core.testing import laws
from lara_core.testing.search import Report, Step, explore
from tests.builders import FREELY, NOW, TERMS, TICK, act, session

MAIN, OTHER = ProviderId("main"), ProviderId("other")
CAD: Final = Currency("CAD")
CODE: Final = CodeId("spring")
BUYER: Final = ActorId("manager")
EMPTY: Final = Cart.open(act(), CartId("cart"), buyer=BUYER).state
WINDOW: Final = Window(NOW, NOW + timedelta(days=7))

# --- Whatever is sold -------------------------------------------------------------------------------------------------

AMOUNTS: Final = st.integers(0, 30) | st.integers(0, 1_000_000)
RATES: Final = st.sampled_from(["0", "0.000001", "5", "9.975", "20", "22", "33.333333", "100"])
TAXES: Final = st.lists(st.builds(Tax, st.sampled_from(["GST", "QST", "TVA", "IVA"]), RATES), max_size=3).map(
    lambda taxes: tuple({tax.name: tax for tax in taxes}.values())
)


@st.composite
def lines(draw: st.DrawFn, currencies: Sequence[str] = ("CAD", "EUR", "JPY", "KWD")) -> tuple[Line, ...]:
    """One to eight lines, cheap ones and dear ones, of two providers, in currencies of no digits, two and three."""
    drawn: list[Line] = []
    for number in range(draw(st.integers(1, 8))):
        parts = draw(st.integers(1, 3))
        drawn.append(
            Line(
                LineId(f"line-{number}"),
                draw(st.sampled_from([MAIN, OTHER])),
                tuple(SessionId(f"session-{part}") for part in range(parts)),
                Money(draw(AMOUNTS), Currency(draw(st.sampled_from(currencies)))),
                draw(TAXES),
                draw(st.integers(1, 7)),
                ProgrammeId("programme") if parts > 1 else None,
            )
        )
    return tuple(drawn)


def half_up(exact: Fraction) -> int:
    """The nearest whole number; a half goes up."""
    return (exact + Fraction(1, 2)).__floor__()


@given(lines())
def test_every_line_is_in_one_basket(sold: tuple[Line, ...]) -> None:
    """P3: each line once, in the cart's order, the baskets by their first lines, and sums per currency equal."""
    cart = evolve(EMPTY, lines=sold)
    baskets = cart.split({MAIN, OTHER})
    assert Counter(line.id for basket in baskets for line in basket.lines) == Counter(line.id for line in sold)
    places = {line.id: place for place, line in enumerate(sold)}
    for basket in baskets:
        inside = [places[line.id] for line in basket.lines]
        assert inside == sorted(inside)
        assert {(line.provider, line.currency) for line in basket.lines} == {(basket.provider, basket.currency)}
        assert basket == cart.basket(basket.provider, basket.currency)
    assert [basket.lines[0] for basket in baskets] == sorted(
        (basket.lines[0] for basket in baskets), key=lambda line: places[line.id]
    )
    assert len({(basket.provider, basket.currency) for basket in baskets}) == len(baskets)
    for currency in {line.currency for line in sold}:
        whole = sum(line.amounts().gross.minor for line in sold if line.currency == currency)
        assert sum(found.amounts({}).gross.minor for found in baskets if found.currency == currency) == whole
    tabs = cart.tabs({MAIN, OTHER})
    assert sorted(map(id_of, baskets)) == sorted(id_of(basket) for tab in tabs.values() for basket in tab)


def id_of(basket: Basket) -> tuple[str, str]:
    """By what a basket is known."""
    return basket.provider, basket.currency


@st.composite
def discounts(draw: st.DrawFn, currency: Currency) -> Discount:
    """A percentage, or an amount that may be more than there is."""
    if draw(st.booleans()):
        return Discount(percent=draw(RATES))
    return Discount(amount=Money(draw(AMOUNTS) + 1, currency))


@given(st.data(), st.sampled_from(["CAD", "EUR", "JPY", "KWD"]))
def test_discounts_and_taxes_are_exact(data: st.DataObject, code: str) -> None:
    """P4, P8, K6: counted again in fractions, over lines, taxes, seats and parts; never below zero."""
    currency = Currency(code)
    sold, discount = data.draw(lines((code,))), data.draw(discounts(currency))
    nets = [line.before_discount for line in sold]
    off = discount.off(nets, currency)
    every = sum(net.minor for net in nets)
    if discount.amount is not None:
        expected = min(discount.amount.minor, every)
    else:
        expected = half_up(every * Fraction(cast("str", discount.percent)) / 100)
    assert sum(share.minor for share in off) == expected
    for line, share in zip(sold, off, strict=True):
        proportion = Fraction(expected * line.before_discount.minor, every) if every else Fraction(0)
        assert abs(share.minor - proportion) < 1
        amounts = line.amounts(share)
        assert amounts.net.minor == line.before_discount.minor - share.minor >= 0
        assert {tax: amount.minor for tax, amount in amounts.taxes.items()} == {
            tax: half_up(amounts.net.minor * Fraction(tax.rate) / 100) for tax in line.taxes
        }
        seats, parts = line.seat_prices(share), line.part_prices(share)
        assert len(seats) == line.quantity
        assert sum(seat.minor for seat in seats) == amounts.gross.minor
        assert [sum(prices[seat].minor for prices in parts.values()) for seat in range(line.quantity)] == [
            seat.minor for seat in seats
        ]
        shared = [price.minor for prices in parts.values() for price in prices]
        assert min(*shared, *(seat.minor for seat in seats)) >= 0
        assert all(
            max(price) - min(price) <= 1
            for price in zip(*([amount.minor for amount in prices] for prices in parts.values()), strict=True)
        )


@given(st.integers(1, 3), st.lists(st.tuples(st.sampled_from("rcg"), st.integers(1, 5), st.integers(1, 2))))
def test_uses_never_exceed_the_number(uses: int, asked: list[tuple[str, int, int]]) -> None:
    """P4, K3, K5: whoever reserves, consumes and gives back in whatever order."""
    created = PromotionCode.create(
        act(), CODE, provider=MAIN, discount=Discount(percent="10"), window=WINDOW, uses=uses
    )
    code, events = created.state, list[Event](created.events)
    open_uses: dict[TransactionId, int] = {}
    consumed = 0
    for verb, buyer, attempt in asked:
        transaction = TransactionId(f"order-{buyer}")
        command = {"r": code.reserve, "c": code.consume, "g": code.give_back}[verb]
        if why_not(command, act(), transaction, attempt) is not None:
            continue
        decision = command(act(), transaction, attempt)
        assert list(laws.of_decision(code, decision)) == []
        code = decision.state
        events += decision.events
        consumed += verb == "c"
        if verb == "r":
            open_uses[transaction] = attempt
        elif decision.events:
            del open_uses[transaction]
        assert (code.used, code.reserved) == (consumed, open_uses)
        assert consumed + len(open_uses) <= uses
    assert list(laws.of_history(code, events)) == []


BASKETS: Final = ((MAIN, "CAD"), (MAIN, "EUR"), (OTHER, "CAD"))


@given(st.lists(st.tuples(st.sampled_from(BASKETS), st.sampled_from(BasketVerb), st.integers(0, 2)), max_size=25))
def test_what_is_done_with_one_basket_leaves_the_others(
    done: list[tuple[tuple[ProviderId, str], BasketVerb, int]],
) -> None:
    """P3, K3, K5: whatever is charged, told and changed of one, the others have the same lines and attempts."""
    opened = Cart.open(act(), CartId("cart"), buyer=BUYER)
    cart, events = opened.state, list[Event](opened.events)
    for provider, currency in BASKETS:
        decision = cart.add(act(), _sold(provider, currency, 1))
        cart, events = decision.state, [*events, *decision.events]
    for (provider, name), verb, amount in done:
        currency = Currency(name)
        made = cart.attempt(provider, currency)
        number = 1 if made is None else made.number
        of = f"{provider}-{name}"
        terms = evolve(TERMS, per_seat=Money(0, currency), once=Money(0, currency))
        facts: dict[str, Any] = {"transaction": TransactionId(of), "terms": terms, "policy": FREELY}
        command: Mapping[BasketVerb, Callable[[], Decision[Cart, Any]]] = {
            BasketVerb.EDIT: partial(cart.change, act(), _sold(provider, name, amount)),
            BasketVerb.CHARGE: partial(cart.charge, act(), provider, currency, method=Method.GATEWAY, **facts),
            BasketVerb.PAY_NOTHING: partial(cart.pay_nothing, act(), provider, currency, **facts),
            BasketVerb.PAY: partial(cart.pay, act(), provider, currency, number),
            BasketVerb.DECLINE: partial(cart.decline, act(), provider, currency, number),
            BasketVerb.LEAVE_UNKNOWN: partial(cart.leave_unknown, act(), provider, currency, number),
        }
        if why_not(command[verb]) is not None:
            continue
        decision = command[verb]()
        assert list(laws.of_decision(cart, decision)) == []
        before = {id_of(basket): basket for basket in cart.split({MAIN, OTHER})}
        after = {id_of(basket): basket for basket in decision.state.split({MAIN, OTHER})}
        assert {key for key in before if before[key] != after[key]} <= {(provider, name)}
        cart, events = decision.state, [*events, *decision.events]
    assert list(laws.of_history(cart, events)) == []


def _sold(provider: ProviderId, currency: str, amount: int) -> Line:
    return Line(LineId(f"{provider}-{currency}"), provider, (SessionId("excel"),), Money(amount, Currency(currency)))


# --- Everything that two baskets of two seats and one code can come to ------------------------------------------------

EXCEL: Final = SessionId("excel")
DUE: Final = Deadline.at(NOW + timedelta(days=30))
TRANSACTIONS: Final = {MAIN: TransactionId("order-main"), OTHER: TransactionId("order-other")}
ONE_SEAT, TWO_SEATS = (Line(LineId("a"), MAIN, (EXCEL,), Money(1000, CAD), (Tax("GST", "5"),), n) for n in (1, 2))
LINE_HOLD: Final = HoldId("kept")
HELD_SEATS: Final = evolve(TWO_SEATS, hold=LINE_HOLD)
OTHERS: Final = Line(LineId("b"), OTHER, (EXCEL,), Money(700, CAD), (), 2)
THIRD: Final = Line(LineId("c"), OTHER, (EXCEL,), Money(1, CAD))
ELSEWHERE: Final = TransactionId("elsewhere")
BACK: Final = RefundId("back")
GOING_BACK: Final = Refund(RefundState.REQUESTED, Money(100, CAD), EXCEL, PoolId("order-main:1.1"), (SeatNo(1),))

TOTALITY: Final = "K2: a decision or one named refusal"
UNCHANGED: Final = "K2, K10: a refusal changes nothing, and is the same when asked again"
TABLE: Final = "P3: a basket moves as the table says"
ALONE: Final = "P3: what is done with one basket leaves the other as it is"
FROZEN: Final = "P3: lines are frozen while they are charged, unknown or paid"
PLACES_KEPT: Final = "N1: places are kept for what is being paid, and for nothing else"
KEPT_ON: Final = "N1: what a line held before is held on, by its own deadline, until it is paid"
USES: Final = "P4: uses never exceed the number, and are reserved for what is being paid with the code alone"
FULFILLED: Final = "P3: what is paid is fulfilled once, and nothing else is"
EXACT: Final = "P3, P8: the prices of the seats are together what was charged"
NUMBERED: Final = "P8: as many documents as baskets that were paid, without a gap"


def _provider(name: ProviderId) -> Provider:
    return Provider.open(
        act(),
        name,
        owner=None,
        name=name,
        connector=ConnectorId("gateway"),
        account=MerchantAccount(MerchantAccountId("account")),
        terms=(TERMS,),
    ).state


PROVIDERS: Final = {name: _provider(name) for name in (MAIN, OTHER)}


@frozen
class World:
    """A cart and its code, the session that it sells, and what was bought, captured and numbered."""

    cart: Cart
    code: PromotionCode
    session: Session
    numberings: Mapping[ProviderId, Numbering]
    pools: tuple[SeatPool, ...] = ()
    charges: tuple[Charge, ...] = ()
    held: bool = False

    def key(self) -> Hashable:
        """Everything but versions, and how many attempts there were."""
        made = tuple(
            sorted(
                (one.provider, one.state, one.transaction, one.method or "", one.code or "", one.total.minor)
                for one in self.cart.attempts
            )
        )
        numbers = {one.transaction: one.number for one in self.cart.attempts}
        reserved = tuple(sorted((of, numbers.get(of, 0) - attempt) for of, attempt in self.code.reserved.items()))
        holds = tuple(sorted((name, hold.places, hold.secured) for name, hold in self.session.holds.items()))
        return (
            tuple((line.id, line.quantity, line.hold) for line in self.cart.lines),
            made,
            (self.code.discount.percent, self.code.used, reserved),
            (self.session.capacity, self.session.taken, holds, self.held),
            tuple(numbering.last for numbering in self.numberings.values()),
            tuple(sorted(pool.id for pool in self.pools)),
            tuple(sorted(charge.id for charge in self.charges)),
        )

    def after(self, decisions: Sequence[Decision[Aggregate, Any]]) -> "World":
        """The world once *decisions* are saved."""
        world = self
        for decision in decisions:
            match decision.state:
                case Cart() as cart:
                    world = evolve(world, cart=cart)
                case PromotionCode() as code:
                    world = evolve(world, code=code)
                case Session() as after:
                    world = evolve(world, session=after)
                case Numbering() as numbering:
                    world = evolve(world, numberings={**world.numberings, numbering.id: numbering})
                case SeatPool() as pool:
                    world = evolve(world, pools=(*world.pools, pool))
                case Charge() as charge:
                    world = evolve(world, charges=(*world.charges, charge))
                case _:
                    raise AssertionError(decision)
        return world

    def before(self, state: Aggregate) -> Aggregate | None:
        """What *state* was, where it was."""
        match state:
            case Cart():
                return self.cart
            case PromotionCode():
                return self.code
            case Session():
                return self.session
            case Numbering():
                return self.numberings[state.id]
            case _:
                return None


Command = tuple[str, Callable[[], Any]]


def commands(world: World) -> Iterator[Command]:
    """Every command on the cart, and every rule of the checkout, with what is right and with what is not."""
    cart, here, now = world.cart, ((world.session, ()),), act()
    for line in (ONE_SEAT, HELD_SEATS if world.held else TWO_SEATS, THIRD):
        yield "add", partial(cart.add, now, line)
        yield "change", partial(cart.change, now, line)
    yield "remove", partial(cart.remove, now, LineId("a"))
    yield "give_back", partial(world.code.give_back, now, ELSEWHERE, 1)
    yield "split", partial(_queried, cart, partial(cart.split, {OTHER}))
    for provider, code in product((MAIN, OTHER), (None, world.code)):
        made = cart.attempt(provider, CAD)
        other = OTHER if provider is MAIN else MAIN
        number = 0 if made is None else made.number
        rights: dict[str, Any] = {"role": BuyerRole.CLIENT, "bulk_buyers": {BuyerRole.CLIENT}, "code": code}
        own, foreign = TRANSACTIONS[provider], TRANSACTIONS[other]
        gateway: dict[str, Any] = {"method": Method.GATEWAY}
        invoice: dict[str, Any] = {"method": Method.INVOICE, "invoice": DUE}
        usual: dict[str, Any] = {**rights, "provider": PROVIDERS[provider], "transaction": own, "sessions": here}
        wrong: list[dict[str, Any]] = [{}, {"provider": evolve(PROVIDERS[provider], terms={})}, {"sessions": ()}]
        if cart.attempt(other, CAD):
            wrong.append({"transaction": foreign})
        for mistake in wrong:
            facts = {**usual, **mistake}
            yield "start", partial(checkout.start, now, cart, currency=CAD, **facts, **gateway)
            free = partial(checkout.pay_nothing, now, cart, currency=CAD, **facts)
            yield "pay_nothing", partial(free, numbering=world.numberings[provider])
            if not mistake:
                yield "pay_nothing", partial(free, numbering=world.numberings[other])
        if provider is OTHER and code is None:
            yield "start", partial(checkout.start, now, cart, currency=CAD, **usual, **invoice)
        for attempt in {number, number - 1}:
            for sessions, of in ((here, provider), ((), provider), (here, other)):
                told = partial(checkout.pay, now, cart, provider, CAD, attempt, code=code, sessions=sessions)
                yield "pay", partial(told, numbering=world.numberings[of])
            for places in ((world.session,), ()):
                yield (
                    "decline",
                    partial(checkout.decline, now, cart, provider, CAD, attempt, code=code, sessions=places),
                )
            yield "leave_unknown", partial(cart.leave_unknown, now, provider, CAD, attempt)
        yield (
            "capture_invoice",
            partial(
                _queried,
                cart,
                partial(checkout.capture_invoice, now, cart, provider, CAD, pools=world.pools, registrations=()),
            ),
        )
    for charge, invoice_number in product(world.charges, (None, 1)):
        numbering = world.numberings[MAIN if charge.id == TRANSACTIONS[MAIN] else OTHER]
        refunded = evolve(charge, refunds={BACK: GOING_BACK})
        for found, issued in product((charge, refunded), (None, numbering.last + 1)):
            credit = partial(checkout.credit_note, now, numbering, found, BACK, invoice=invoice_number, issued=issued)
            yield "credit_note", partial(_queried, cart, credit)
    for numbering in world.numberings.values():
        for issued in {max(1, numbering.last), numbering.last + 1}:
            yield "issue", partial(numbering.issue, now, TRANSACTIONS[numbering.id], issued=issued)


def _queried(cart: Cart, query: Callable[[], object]) -> Decision[Cart, Any]:
    """Something that is asked and changes nothing here."""
    _ = query()
    return Decision(cart)


def attempt(world: World, verb: str, command: Callable[[], Any]) -> Step[World]:
    """Try *command*, and hold all that comes of it against the laws."""
    before = world.key()
    broken: list[str] = []
    try:
        decided = command()
    except Refused as refused:
        if why_not(command) != refused.refusal or world.key() != before:
            broken.append(UNCHANGED)
        return Step(seen=(("refusal", verb, refused.refusal.code),), broken=tuple(broken))
    except Exception as stray:  # noqa: BLE001 - whatever escapes is what this looks for
        return Step(broken=(f"{TOTALITY}: {type(stray).__name__}",))
    saved: Any = (decided,) if type(decided) is Decision else decided
    decisions = cast("tuple[Decision[Aggregate, Any], ...]", saved)
    after = world.after(decisions)
    for decision in decisions:
        broken.extend(laws.of_decision(world.before(decision.state), decision))
    moves = tuple(_moves(world.cart, decisions))
    broken.extend(TABLE for old, verb_done, new in moves if BASKET[old].get(verb_done) is not new)
    broken.extend(_of_baskets(world.cart, after.cart, decisions))
    broken.extend(of_world(after))
    seen = (*(("move", *move) for move in moves), ("allowed", verb))
    return Step((after,) if not broken else (), seen, tuple(broken))


def _moves(
    cart: Cart, decisions: Sequence[Decision[Aggregate, Any]]
) -> Iterator[tuple[BasketState, BasketVerb, BasketState]]:
    """How each basket moved, by what happened to it."""
    for event in (event for decision in decisions for event in decision.events):
        match event:
            case LineAdded(line) | LineChanged(line):
                moved, verb = line.provider, BasketVerb.EDIT
            case LineRemoved():
                moved, verb = MAIN, BasketVerb.EDIT
            case ChargingStarted(provider):
                moved, verb = provider, BasketVerb.CHARGE
            case NothingPaid(provider):
                moved, verb = provider, BasketVerb.PAY_NOTHING
            case BasketPaid(provider):
                moved, verb = provider, BasketVerb.PAY
            case BasketDeclined(provider):
                moved, verb = provider, BasketVerb.DECLINE
            case BasketUnknown(provider):
                moved, verb = provider, BasketVerb.LEAVE_UNKNOWN
            case _:
                continue
        after = cart.apply(event)
        yield cart.state_of(moved, CAD), verb, after.state_of(moved, CAD)


def _of_baskets(before: Cart, after: Cart, decisions: Sequence[Decision[Aggregate, Any]]) -> Iterator[str]:
    """What of the baskets must be as it was."""
    touched = {
        getattr(event, "provider", MAIN if isinstance(event, LineRemoved) else None)
        or getattr(event, "line", OTHERS).provider
        for decision in decisions
        if isinstance(decision.state, Cart)
        for event in decision.events
    }
    for provider in (MAIN, OTHER):
        old, new = (tuple(line for line in cart.lines if line.provider == provider) for cart in (before, after))
        if provider not in touched and (old, before.attempt(provider, CAD)) != (new, after.attempt(provider, CAD)):
            yield ALONE
        if before.state_of(provider, CAD) in _FROZEN and old != new:
            yield FROZEN


_FROZEN: Final = (BasketState.CHARGING, BasketState.UNKNOWN, BasketState.PAID)
_UNDER_WAY: Final = (BasketState.CHARGING, BasketState.UNKNOWN)


def of_world(world: World) -> Iterator[str]:
    """What holds between the cart and all that it moved."""
    baskets = {
        made.provider: (made, tuple(line for line in world.cart.lines if line.provider == made.provider))
        for made in world.cart.attempts
        if made.state in _FROZEN
    }
    under_way = [(made, lines) for made, lines in baskets.values() if made.state in _UNDER_WAY]
    paid = [(made, lines) for made, lines in baskets.values() if made.state is BasketState.PAID]
    kept = [hold.places for hold in world.session.holds.values() if hold.secured]
    if sorted(kept) != sorted(line.quantity for _, lines in under_way for line in lines):
        yield PLACES_KEPT
    if {name: hold for name, hold in world.session.holds.items() if not hold.secured} != _kept_on(world):
        yield KEPT_ON
    yield from laws.of_session(world.session, world.pools, NOW)
    reserved = {made.transaction: made.number for made, _ in under_way if made.code}
    consumed = sum(made.code is not None for made, _ in paid)
    ours = {of: number for of, number in world.code.reserved.items() if of != ELSEWHERE}
    if ours != reserved or world.code.used != consumed or consumed + len(world.code.reserved) > world.code.uses:
        yield USES
    pools = [f"{made.transaction}:{number}.1" for made, lines in paid for number, _ in enumerate(lines, 1)]
    captured = [made.transaction for made, _ in paid if made.method is not Method.INVOICE]
    if Counter(pool.id for pool in world.pools) != Counter(pools) or Counter(
        charge.id for charge in world.charges
    ) != Counter(captured):
        yield FULFILLED
    for made, _ in paid:
        seats = sum(
            price.minor for pool in world.pools if pool.transaction == made.transaction for price in pool.prices
        )
        taken = [charge.captured.minor for charge in world.charges if charge.id == made.transaction]
        if seats != made.total.minor or any(amount != seats for amount in taken):
            yield EXACT
    if any(numbering.last != (of in {made.provider for made, _ in paid}) for of, numbering in world.numberings.items()):
        yield NUMBERED


def _kept_on(world: World) -> Mapping[HoldId, Hold]:
    """What was held before anything was charged, unless it is being paid for, or something was bought with it."""
    line = next((line for line in world.cart.lines if line.hold is not None), None)
    used = line is not None and world.cart.state_of(line.provider, CAD) in _FROZEN
    return {LINE_HOLD: Hold(2, DUE)} if world.held and not used else {}


def _held_world() -> World:
    """Two full baskets, of which one line has its places held already."""
    world = _world(4, "50")
    held = world.session.hold(act(), LINE_HOLD, 2, until=DUE).state
    return evolve(world, cart=world.cart.change(act(), HELD_SEATS).state, session=held, held=True)


def _world(capacity: int, percent: str) -> World:
    """Two full baskets; the one use of the code is reserved for a cart elsewhere, which may give it back."""
    code = PromotionCode.create(
        act(), CODE, provider=MAIN, discount=Discount(percent=percent), window=WINDOW, uses=1
    ).state
    return World(
        EMPTY.add(act(), TWO_SEATS).state.add(act(), OTHERS).state,
        code.reserve(act(), ELSEWHERE, 1).state,
        session(capacity),
        {provider: Numbering.start(act(), provider).state for provider in PROVIDERS},
    )


def search_baskets(*, until: str | None = None) -> Report:
    """All that can be done with two baskets; with *until*, no further than to where that law is broken."""
    found = list[str]()

    def tried(world: World) -> Iterator[tuple[str, Callable[[], Step[World]]]]:
        for verb, command in commands(world):
            if until not in found:
                yield verb, partial(noted, world, verb, command)

    def noted(world: World, verb: str, command: Callable[[], Any]) -> Step[World]:
        step = attempt(world, verb, command)
        found.extend(step.broken)
        return step

    return explore((_world(4, "50"), _world(3, "100"), _held_world()), tried, key=World.key)


@pytest.fixture
def full_with_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cart of two lines is full in these worlds, so that a third is refused."""
    monkeypatch.setattr(cart_module, "MOST_LINES", 2)


# Which command is refused by what in these worlds, of the refusals that carts, checkouts and documents declare.
REFUSALS: Final[Mapping[str, set[str]]] = {
    "add": {"cart.line_id_used", "cart.cart_full", "cart.basket_is"},
    "change": {"cart.no_such_line", "cart.basket_is"},
    "remove": {"cart.basket_is"},
    "split": {"cart.unknown_provider"},
    "start": {
        "cart.no_such_basket",
        "promotions.code_other_provider",
        "providers.no_terms",
        "cart.basket_is",
        "cart.transaction_used",
        "cart.nothing_to_pay",
        "promotions.code_used_up",
        "checkout.session_not_given",
        "sessions.not_enough_places",
    },
    "pay_nothing": {
        "cart.no_such_basket",
        "promotions.code_other_provider",
        "providers.no_terms",
        "cart.basket_is",
        "cart.transaction_used",
        "cart.something_to_pay",
        "promotions.code_used_up",
        "checkout.other_numbering",
        "checkout.session_not_given",
        "sessions.not_enough_places",
    },
    "pay": {
        "cart.no_such_basket",
        "cart.other_attempt",
        "cart.basket_is",
        "checkout.other_code",
        "checkout.other_numbering",
        "checkout.session_not_given",
    },
    "decline": {
        "cart.no_such_basket",
        "cart.other_attempt",
        "cart.basket_is",
        "checkout.other_code",
        "checkout.session_not_given",
    },
    "leave_unknown": {"cart.no_such_basket", "cart.other_attempt", "cart.basket_is"},
    "give_back": set(),
    "capture_invoice": {"checkout.not_invoiced"},
    "credit_note": {"refunds.no_such_refund", "checkout.no_invoice", "documents.never_issued"},
    "issue": {"documents.never_issued"},
}


def refusals(report: Report) -> dict[str, set[str]]:
    """Which command was refused by what."""
    found: dict[str, set[str]] = {}
    for seen in report.seen:
        match seen:
            case ("refusal", str(verb), str(code)):
                found.setdefault(verb, set()).add(code)
            case _:
                pass
    return found


@pytest.mark.usefixtures("full_with_two")
def test_every_reachable_checkout_keeps_the_laws(tell: Callable[[object], None]) -> None:
    """K2, K3, K5, K10, P3, P4, P8, N1: no pair of world and command breaks one; every move and refusal is met."""
    report = search_baskets()
    tell(f"baskets: {report}")
    assert report.broken == ()
    assert {verb: refusals(report).get(verb, set()) for verb in REFUSALS} == REFUSALS
    assert {seen[1] for seen in report.seen if isinstance(seen, tuple) and seen[0] == "allowed"} == set(REFUSALS)
    assert {seen for seen in report.seen if isinstance(seen, tuple) and seen[0] == "move"} == {
        ("move", state, verb, to) for state, verbs in BASKET.items() for verb, to in verbs.items()
    }


# --- Everything that the uses of one code can come to -----------------------------------------------------------------

CODE_REFUSALS: Final[Mapping[str, set[str]]] = {
    "off": {"promotions.code_other_provider", "promotions.code_other_currency"},
    "reserve": {
        "promotions.other_attempt_reserved",
        "promotions.code_not_yet",
        "promotions.code_over",
        "promotions.code_used_up",
    },
    "consume": {"promotions.use_not_reserved"},
    "give_back": set(),
    "change": {"promotions.uses_below_use"},
}


def search_codes() -> Report:
    """All that can be done with up to two uses by three transactions, before, within and after the window."""
    instants = (NOW - TICK, NOW, WINDOW.ends)

    def tried(code: PromotionCode) -> Iterator[tuple[str, Callable[[], Step[PromotionCode]]]]:
        for at, of, number in product(instants, ("one", "two", "three"), (1, 2)):
            asked: tuple[Act, TransactionId, int] = (act(at), TransactionId(of), number)
            yield "reserve", partial(_try, code, "reserve", partial(code.reserve, *asked))
            yield "consume", partial(_try, code, "consume", partial(code.consume, *asked))
            yield "give_back", partial(_try, code, "give_back", partial(code.give_back, *asked))
        for uses in (1, 2):
            yield "change", partial(_try, code, "change", partial(code.change, act(), window=WINDOW, uses=uses))
        for provider, currency in product((MAIN, OTHER), ("CAD", "EUR")):
            off = partial(code.off, provider, (), Currency(currency))
            yield "off", partial(_try, code, "off", partial(_asked, code, off))

    created = PromotionCode.create(
        act(), CODE, provider=MAIN, discount=Discount(amount=Money(100, CAD)), window=WINDOW, uses=2
    )
    return explore(
        (created.state,), tried, key=lambda code: (code.uses, code.used, tuple(sorted(code.reserved.items())))
    )


def _asked(code: PromotionCode, query: Callable[[], object]) -> Decision[PromotionCode, Any]:
    _ = query()
    return Decision(code)


def _try(code: PromotionCode, verb: str, command: Callable[[], Decision[PromotionCode, Any]]) -> Step[PromotionCode]:
    try:
        decision = command()
    except Refused as refused:
        return Step(
            seen=(("refusal", verb, refused.refusal.code),),
            broken=() if why_not(command) == refused.refusal else (UNCHANGED,),
        )
    broken = list(laws.of_decision(code, decision))
    after = decision.state
    if after.used + len(after.reserved) > after.uses or after.used < code.used:
        broken.append(USES)
    return Step((after,) if not broken else (), (("allowed", verb),), tuple(broken))


def test_every_reachable_code_keeps_the_laws(tell: Callable[[object], None]) -> None:
    """K3, K5, K10, P4: uses never exceed the number; and every refusal is met."""
    report = search_codes()
    tell(f"codes: {report}")
    assert report.broken == ()
    assert {verb: refusals(report).get(verb, set()) for verb in CODE_REFUSALS} == CODE_REFUSALS
    assert {seen[1] for seen in report.seen if isinstance(seen, tuple) and seen[0] == "allowed"} == set(CODE_REFUSALS)


def test_every_refusal_is_met_somewhere() -> None:
    """The tables above, which the searches confirm, name every refusal that the four modules declare."""
    named = {code for table in (REFUSALS, CODE_REFUSALS) for codes in table.values() for code in codes}
    unions = (CartRefusal, CodeRefusal, CheckoutRefusal)
    declared = {kind.code for union in unions for kind in get_args(union)} | {NumberingRefusal.code}
    assert declared <= named


# --- Faults: each law catches one, or it is not yet a check -----------------------------------------------------------


def _knows_everything(*_: object) -> None:
    """P3: nobody looks how far the payment is."""


def _tells_again(self: Cart, verb: BasketVerb, event: Any) -> Any:
    """P3: a payment that is told twice counts twice."""
    decided: Any = cast("Any", self)._decide(event)
    return decided


def _moves_all(self: Cart, provider: ProviderId, currency: Currency, state: BasketState) -> Any:
    """P3: what is told of one basket is written to all."""
    return tuple(evolve(made, state=state) for made in self.attempts)


def _forgets_version(self: Cart, event: Any, _apply: Callable[..., Cart] = Cart.apply) -> Cart:
    """K5: a change does not count."""
    return evolve(_apply(self, event), version=self.version)


def _decides_more(self: Cart, event: Any) -> Any:
    """K3: the decision's state says more than its events."""
    return Decision(evolve(self.apply(event), buyer=ActorId(f"not-{self.buyer}")), (event,))


def _keeps_nothing(*_: object) -> None:
    """N1: places are not kept, or not let go."""


def _never_unsecured(self: Session, *_: object) -> Decision[Session, Any]:
    """N1: what is not paid for is kept without end."""
    return Decision(self)


def _lets_all_go(self: Any, session: SessionId, line: Line, own: HoldId) -> None:
    """N1: what a line held before is let go with its payment."""
    kept, there = self.kept(session, line, own), self.of(session)
    if kept is not None and there.holds[kept].secured:
        self.decide(there.release(act(), kept))


def _any_code(*_: object) -> None:
    """P4: nobody looks whether it is the code of the attempt."""


def _without_discount(self: Line, _: object = None, _of: Callable[..., Any] = Line.part_prices) -> Any:
    """P8: the seats are sold at their full price."""
    return _of(self)


def _stays(self: Numbering, _: object) -> Numbering:
    """P8: the number is given and not counted."""
    return evolve(self, version=self.version + 1)


def _nobody_there(*_: object) -> Any:
    """K2: a guard is missing, so that what it looks for is not there."""
    raise KeyError


PLACES: Final = vars(checkout)["_Places"]


@pytest.mark.usefixtures("full_with_two")
@pytest.mark.parametrize(
    ("target", "name", "fault", "law"),
    [
        (Cart, "_knows", _knows_everything, FROZEN),
        (Cart, "_knows", _knows_everything, TABLE),
        (Cart, "_told", _tells_again, TABLE),
        (Cart, "_told", _tells_again, FULFILLED),
        (Cart, "_moved", _moves_all, ALONE),
        (Cart, "apply", _forgets_version, laws.VERSIONS),
        (Cart, "_decide", _decides_more, laws.REPLAY),
        (Cart, "newest", _nobody_there, f"{TOTALITY}: KeyError"),
        (PLACES, "keep", _keeps_nothing, PLACES_KEPT),
        (PLACES, "let_go", _keeps_nothing, PLACES_KEPT),
        (PLACES, "let_go", _lets_all_go, KEPT_ON),
        (Session, "unsecure", _never_unsecured, PLACES_KEPT),
        (checkout, "_of", _any_code, USES),
        (PromotionCode, "in_use", 0, USES),
        (Line, "part_prices", _without_discount, EXACT),
        (Numbering, "apply", _stays, NUMBERED),
    ],
)
def test_a_fault_is_found(monkeypatch: pytest.MonkeyPatch, target: object, name: str, fault: object, law: str) -> None:
    """Each law is broken by the fault that is seeded for it, and the search says so."""
    monkeypatch.setattr(target, name, fault)
    report = search_baskets(until=law)
    assert law in {broken for broken, _ in report.broken}
