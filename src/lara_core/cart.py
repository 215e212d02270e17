"""What somebody is about to buy: lines, the baskets that they fall into, and how far each is paid.

Vocabulary. A *line* sells places in a session, a programme or an event, one or many. The lines of one provider in one
currency are a *basket*, which is paid in one transaction of its own; a provider's baskets are its *tab*. A basket is
`open`, then `charging` while an *attempt* to pay it is made, then `paid`, `declined`, or `unknown` where nobody knows.

Invariants. Every line is in exactly one basket, and keeps its order (P3). A basket moves only as `BASKET` says. Its
lines are frozen from the moment that it is charged, unless it is declined. One attempt at most is under way for each
basket; one that is unknown is resolved, never repeated. Paying one basket leaves the others as they are.

What the host must guarantee: that an attempt was paid, declined or unknown is said only as the gateway, or whoever
takes the money, says it. What is taken for an attempt that is not the newest, or was declined, is given back there.
The id of a transaction is used for one basket alone. Prices and taxes are the host's. Who may use an administrative
method is asked before (R2).

The states, values and events stand in `lara_core.cart_events`, and are imported from here.
"""

from collections.abc import Container, Iterator, Mapping
from typing import ClassVar, Final, Self, TypeAlias, assert_never

from attrs import evolve, frozen

from lara_core.cart_events import (
    BASKET,
    MOST_LINES,
    Amounts,
    Attempt,
    Basket,
    BasketDeclined,
    BasketPaid,
    BasketState,
    BasketUnknown,
    BasketVerb,
    CartChange,
    CartEvent,
    CartOpened,
    ChargingStarted,
    Line,
    LineAdded,
    LineChanged,
    LineKind,
    LineRemoved,
    Method,
    NothingPaid,
    Tax,
)
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, CartId, CodeId, LineId, ProviderId, SessionId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.refunds import RefundTerms
from lara_core.seats import Policy

__all__ = [
    "BASKET",
    "MOST_LINES",
    "Amounts",
    "Attempt",
    "Basket",
    "BasketDeclined",
    "BasketIs",
    "BasketPaid",
    "BasketState",
    "BasketUnknown",
    "BasketVerb",
    "Cart",
    "CartChange",
    "CartDecision",
    "CartEvent",
    "CartFull",
    "CartOpened",
    "CartRefusal",
    "ChargingStarted",
    "Line",
    "LineAdded",
    "LineChanged",
    "LineIdUsed",
    "LineKind",
    "LineRemoved",
    "Method",
    "NoSuchBasket",
    "NoSuchLine",
    "NothingPaid",
    "NothingToPay",
    "OtherAttempt",
    "SomethingToPay",
    "Tax",
    "TransactionUsed",
    "UnknownProvider",
]

# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class LineIdUsed:
    """The cart has another line of this id."""

    code: ClassVar[str] = "cart.line_id_used"
    line: LineId


@frozen
class NoSuchLine:
    """The cart has no line of this id."""

    code: ClassVar[str] = "cart.no_such_line"
    line: LineId


@frozen
class CartFull:
    """The cart has as many lines as a cart can have."""

    code: ClassVar[str] = "cart.cart_full"
    most: int


@frozen
class UnknownProvider:
    """Nobody knows the provider of this line, so it cannot be told how it is paid (P3)."""

    code: ClassVar[str] = "cart.unknown_provider"
    line: LineId
    provider: ProviderId


@frozen
class NoSuchBasket:
    """The cart has no line of this provider in this currency (P3)."""

    code: ClassVar[str] = "cart.no_such_basket"
    provider: ProviderId
    currency: Currency


@frozen
class BasketIs:
    """The basket is in a state that does not know what was asked (`BASKET`)."""

    code: ClassVar[str] = "cart.basket_is"
    provider: ProviderId
    currency: Currency
    state: BasketState


@frozen
class OtherAttempt:
    """What is told is about another attempt than the newest to pay this basket (P3)."""

    code: ClassVar[str] = "cart.other_attempt"
    expected: int
    given: int


@frozen
class TransactionUsed:
    """Another basket of the cart has this transaction: each is paid in its own (P3)."""

    code: ClassVar[str] = "cart.transaction_used"
    transaction: TransactionId


@frozen
class NothingToPay:
    """The basket costs nothing, and needs no gateway (P3)."""

    code: ClassVar[str] = "cart.nothing_to_pay"


@frozen
class SomethingToPay:
    """The basket costs something, so it must be charged (P3)."""

    code: ClassVar[str] = "cart.something_to_pay"
    total: Money


CartRefusal: TypeAlias = (
    LineIdUsed
    | NoSuchLine
    | CartFull
    | UnknownProvider
    | NoSuchBasket
    | BasketIs
    | OtherAttempt
    | TransactionUsed
    | NothingToPay
    | SomethingToPay
)

# What a basket is told once it is charged, and where that leads: said twice, it changes nothing.
_TOLD: Final[Mapping[BasketVerb, BasketState]] = {
    BasketVerb.PAY: BasketState.PAID,
    BasketVerb.DECLINE: BasketState.DECLINED,
    BasketVerb.LEAVE_UNKNOWN: BasketState.UNKNOWN,
}


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class Cart:
    """Lines in the order in which they were added, and the newest attempt to pay each basket that had one (P3)."""

    id: CartId
    version: int
    buyer: ActorId
    lines: tuple[Line, ...]
    attempts: tuple[Attempt, ...]

    @classmethod
    def open(cls, act: Act, cart: CartId, *, buyer: ActorId) -> "CartDecision":
        """Give *buyer* an empty cart."""
        event = CartOpened(cart, buyer, act)
        return Decision(cls.begin(event), (event,))

    # --- Lines

    def add(self, act: Act, line: Line) -> "CartDecision":
        """Put *line* at the end. Twice is once. A paid basket takes no more lines: they go into another cart.

        Refused: `LineIdUsed`, `CartFull`, `BasketIs` while its basket is charged, unknown or paid.
        """
        found = self._line(line.id)
        if found == line:
            return Decision(self)
        if found is not None:
            raise Refused(LineIdUsed(line.id))
        if len(self.lines) >= MOST_LINES:
            raise Refused(CartFull(MOST_LINES))
        self._knows(line.provider, line.currency, BasketVerb.EDIT)
        return self._decide(LineAdded(line, act))

    def change(self, act: Act, line: Line) -> "CartDecision":
        """Put *line* in the place of the one with its id: another quantity, price, learner, provider. Twice is once.

        Refused: `NoSuchLine`, `BasketIs` while the basket that it leaves or comes to is charged, unknown or paid.
        """
        found = self._line(line.id)
        if found is None:
            raise Refused(NoSuchLine(line.id))
        if found == line:
            return Decision(self)
        self._knows(found.provider, found.currency, BasketVerb.EDIT)
        self._knows(line.provider, line.currency, BasketVerb.EDIT)
        return self._decide(LineChanged(line, act))

    def remove(self, act: Act, line: LineId) -> "CartDecision":
        """Take a line out. Harmless where there is none. Refused: `BasketIs` while its basket is charged or paid."""
        found = self._line(line)
        if found is None:
            return Decision(self)
        self._knows(found.provider, found.currency, BasketVerb.EDIT)
        return self._decide(LineRemoved(line, act))

    # --- Baskets

    def split(self, providers: Container[ProviderId]) -> tuple[Basket, ...]:
        """The baskets, by their first lines; each line is in one, in the cart's order (P3).

        *providers* are those that are known. Refused: `UnknownProvider`, for the first line of such a one.
        """
        groups: dict[tuple[ProviderId, Currency], list[Line]] = {}
        attempts = {(made.provider, made.currency): made for made in self.attempts}
        for line in self.lines:
            key = line.provider, line.unit.currency
            if key in groups:
                groups[key].append(line)
            else:
                if line.provider not in providers:
                    raise Refused(UnknownProvider(line.id, line.provider))
                groups[key] = [line]
        return tuple(Basket(*key, tuple(lines), attempts.get(key)) for key, lines in groups.items())

    def tabs(self, providers: Container[ProviderId]) -> Mapping[ProviderId, tuple[Basket, ...]]:
        """The baskets by provider, as the cart is shown, in the order of their first lines (P3).

        Refused: `UnknownProvider`.
        """
        shown: dict[ProviderId, tuple[Basket, ...]] = {}
        for basket in self.split(providers):
            shown[basket.provider] = (*shown.get(basket.provider, ()), basket)
        return shown

    def basket(self, provider: ProviderId, currency: Currency) -> Basket:
        """The lines of *provider* in *currency*. Refused: `NoSuchBasket`."""
        lines = tuple(line for line in self.lines if line.provider == provider and line.currency == currency)
        if not lines:
            raise Refused(NoSuchBasket(provider, currency))
        return Basket(provider, currency, lines, self.attempt(provider, currency))

    def attempt(self, provider: ProviderId, currency: Currency) -> Attempt | None:
        """The newest attempt to pay a basket, if there was one."""
        return next((made for made in self.attempts if (made.provider, made.currency) == (provider, currency)), None)

    def newest(self, provider: ProviderId, currency: Currency) -> Attempt:
        """The same, where there must be one. Refused: `NoSuchBasket`, `BasketIs` where it was never charged."""
        made = self.attempt(provider, currency)
        if made is None:
            raise Refused(BasketIs(provider, currency, self.basket(provider, currency).state))
        return made

    def state_of(self, provider: ProviderId, currency: Currency) -> BasketState:
        """How far the payment of a basket is; one that has no lines yet is open."""
        made = self.attempt(provider, currency)
        return BasketState.OPEN if made is None else made.state

    # --- Paying

    def charge(
        self,
        act: Act,
        provider: ProviderId,
        currency: Currency,
        *,
        transaction: TransactionId,
        method: Method,
        invoice: Deadline | None = None,
        code: CodeId | None = None,
        discounts: Mapping[LineId, Money] | None = None,
        terms: RefundTerms,
        policy: Policy,
        approval: frozenset[SessionId] = frozenset(),
    ) -> "CartDecision":
        """Begin a new attempt to pay a basket; its lines are frozen, at these *discounts*, *terms* and *policy* (P3).

        *invoice*, until when it can be paid, goes with that method alone. Discounts without a *code*, on a line that
        is not the basket's, below zero or of more than a line's net price, and terms in another currency, are a
        `BadValue`. Refused: `NoSuchBasket`, `BasketIs`, `TransactionUsed`, `NothingToPay`.
        """
        basket, off = self._payable(provider, currency, BasketVerb.CHARGE, transaction, code, discounts, terms)
        total = basket.amounts(off).gross
        event = ChargingStarted(
            provider,
            currency,
            1 if basket.attempt is None else basket.attempt.number + 1,
            transaction,
            method,
            invoice,
            code,
            off,
            terms,
            policy,
            approval,
            total,
            act,
        )
        if not total:
            raise Refused(NothingToPay())
        return self._decide(event)

    def pay_nothing(
        self,
        act: Act,
        provider: ProviderId,
        currency: Currency,
        *,
        transaction: TransactionId,
        code: CodeId | None = None,
        discounts: Mapping[LineId, Money] | None = None,
        terms: RefundTerms,
        policy: Policy,
        approval: frozenset[SessionId] = frozenset(),
    ) -> "CartDecision":
        """Buy a basket that costs nothing, without a gateway (P3). Twice in one transaction is once.

        A `BadValue` as `charge` is. Refused: `NoSuchBasket`, `BasketIs`, `TransactionUsed`, `SomethingToPay`.
        """
        made = self.attempt(provider, currency)
        if made is not None and made.state is BasketState.PAID and made.transaction == transaction:
            return Decision(self)
        basket, off = self._payable(provider, currency, BasketVerb.PAY_NOTHING, transaction, code, discounts, terms)
        total = basket.amounts(off).gross
        if total:
            raise Refused(SomethingToPay(total))
        number = 1 if made is None else made.number + 1
        return self._decide(
            NothingPaid(provider, currency, number, transaction, code, off, terms, policy, approval, act)
        )

    def pay(self, act: Act, provider: ProviderId, currency: Currency, attempt: int) -> "CartDecision":
        """Record that the basket was paid in that *attempt*. Said twice, it is once.

        Refused: `NoSuchBasket`, `OtherAttempt`, `BasketIs`.
        """
        return self._told(BasketVerb.PAY, BasketPaid(provider, currency, attempt, act))

    def decline(self, act: Act, provider: ProviderId, currency: Currency, attempt: int) -> "CartDecision":
        """Record that nothing was taken in that *attempt*: the lines are open again. Said twice, it is once.

        Refused: `NoSuchBasket`, `OtherAttempt`, `BasketIs`.
        """
        return self._told(BasketVerb.DECLINE, BasketDeclined(provider, currency, attempt, act))

    def leave_unknown(self, act: Act, provider: ProviderId, currency: Currency, attempt: int) -> "CartDecision":
        """Record that nobody can say whether that *attempt* took anything: it is resolved, not retried. Twice is once.

        Refused: `NoSuchBasket`, `OtherAttempt`, `BasketIs`.
        """
        return self._told(BasketVerb.LEAVE_UNKNOWN, BasketUnknown(provider, currency, attempt, act))

    # --- The fold

    @classmethod
    def begin(cls, event: CartOpened) -> Self:
        """The first state."""
        return cls(event.cart, 1, event.buyer, (), ())

    def apply(self, event: CartChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case LineAdded(line):
                return evolve(self, version=version, lines=(*self.lines, line))
            case LineChanged(line):
                lines = tuple(line if found.id == line.id else found for found in self.lines)
                return evolve(self, version=version, lines=lines)
            case LineRemoved(line):
                return evolve(self, version=version, lines=tuple(found for found in self.lines if found.id != line))
            case ChargingStarted() | NothingPaid():
                others = self._others(event.provider, event.currency)
                return evolve(self, version=version, attempts=(*others, _made(event)))
            case BasketPaid(provider, currency):
                return evolve(self, version=version, attempts=self._moved(provider, currency, BasketState.PAID))
            case BasketDeclined(provider, currency):
                return evolve(self, version=version, attempts=self._moved(provider, currency, BasketState.DECLINED))
            case BasketUnknown(provider, currency):
                return evolve(self, version=version, attempts=self._moved(provider, currency, BasketState.UNKNOWN))
            case _:
                assert_never(event)

    def _others(self, provider: ProviderId, currency: Currency) -> Iterator[Attempt]:
        return (made for made in self.attempts if (made.provider, made.currency) != (provider, currency))

    def _moved(self, provider: ProviderId, currency: Currency, state: BasketState) -> tuple[Attempt, ...]:
        return tuple(
            evolve(made, state=state) if (made.provider, made.currency) == (provider, currency) else made
            for made in self.attempts
        )

    # --- Guards and findings

    def _line(self, line: LineId) -> Line | None:
        return next((found for found in self.lines if found.id == line), None)

    def _knows(self, provider: ProviderId, currency: Currency, verb: BasketVerb) -> None:
        state = self.state_of(provider, currency)
        if verb not in BASKET[state]:
            raise Refused(BasketIs(provider, currency, state))

    def _payable(
        self,
        provider: ProviderId,
        currency: Currency,
        verb: BasketVerb,
        transaction: TransactionId,
        code: CodeId | None,
        discounts: Mapping[LineId, Money] | None,
        terms: RefundTerms,
    ) -> tuple[Basket, Mapping[LineId, Money]]:
        """The basket, and what is taken off which of its lines."""
        basket = self.basket(provider, currency)
        self._knows(provider, currency, verb)
        if any(made.transaction == transaction for made in self._others(provider, currency)):
            raise Refused(TransactionUsed(transaction))
        if terms.once.currency != currency:
            raise BadValue("terms", Flaw.MIXED_CURRENCIES)
        given = {line: amount for line, amount in (discounts or {}).items() if amount}
        if code is None and given:
            raise BadValue("discounts", Flaw.WRONG_FORM)
        if not given.keys() <= {line.id for line in basket.lines}:
            raise BadValue("discounts", Flaw.UNKNOWN_KEY)
        return basket, given

    def _told(self, verb: BasketVerb, event: BasketPaid | BasketDeclined | BasketUnknown) -> "CartDecision":
        made = self.newest(event.provider, event.currency)
        if event.attempt != made.number:
            raise Refused(OtherAttempt(made.number, event.attempt))
        if made.state is _TOLD[verb]:
            return Decision(self)
        if verb not in BASKET[made.state]:
            raise Refused(BasketIs(event.provider, event.currency, made.state))
        return self._decide(event)

    def _decide(self, event: CartChange) -> "CartDecision":
        return Decision(self.apply(event), (event,))


CartDecision: TypeAlias = Decision[Cart, CartEvent]


def _made(event: ChargingStarted | NothingPaid) -> Attempt:
    charged = event if isinstance(event, ChargingStarted) else None
    return Attempt(
        event.provider,
        event.currency,
        event.attempt,
        BasketState.CHARGING if charged else BasketState.PAID,
        event.transaction,
        charged.method if charged else None,
        charged.invoice if charged else None,
        event.code,
        event.discounts,
        event.terms,
        event.policy,
        event.approval,
        charged.total if charged else Money.zero(event.currency),
    )
