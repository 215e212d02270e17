"""The lines of a cart, the life of a basket, and what happens to both. Part of `lara_core.cart`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import field, frozen

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import (
    ActorId,
    CartId,
    CodeId,
    EventId,
    HoldId,
    LineId,
    ProgrammeId,
    ProviderId,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import MOST, Currency, Money, from_zero
from lara_core.kernel.people import Person
from lara_core.kernel.rates import percent
from lara_core.kernel.validators import checked, line, switch, whole
from lara_core.refunds import RefundTerms
from lara_core.seats import MOST_SEATS, Policy

MOST_LINES: Final = 10_000
# So that no sum over a cart is more than an amount can be.
MOST_GROSS: Final = MOST // MOST_LINES
MOST_PARTS: Final = 1_000
MOST_TAXES: Final = 10


class BasketState(StrEnum):
    """How far the payment of a basket is. What is *paid* may be so by an invoice, or have cost nothing (P3)."""

    OPEN = "open"
    CHARGING = "charging"
    UNKNOWN = "unknown"
    DECLINED = "declined"
    PAID = "paid"


class BasketVerb(StrEnum):
    """What can be done with a basket. To add, change and remove a line are all to *edit* it."""

    EDIT = "edit"
    CHARGE = "charge"
    PAY_NOTHING = "pay_nothing"
    PAY = "pay"
    DECLINE = "decline"
    LEAVE_UNKNOWN = "leave_unknown"


# Which verbs a state knows, and where they lead. Total over states; guards come on top.
BASKET: Final[Mapping[BasketState, Mapping[BasketVerb, BasketState]]] = {
    BasketState.OPEN: {
        BasketVerb.EDIT: BasketState.OPEN,
        BasketVerb.CHARGE: BasketState.CHARGING,
        BasketVerb.PAY_NOTHING: BasketState.PAID,
    },
    BasketState.CHARGING: {
        BasketVerb.PAY: BasketState.PAID,
        BasketVerb.DECLINE: BasketState.DECLINED,
        BasketVerb.LEAVE_UNKNOWN: BasketState.UNKNOWN,
    },
    # Charging again what may have been paid is charging twice.
    BasketState.UNKNOWN: {BasketVerb.PAY: BasketState.PAID, BasketVerb.DECLINE: BasketState.DECLINED},
    BasketState.DECLINED: {
        BasketVerb.EDIT: BasketState.DECLINED,
        BasketVerb.CHARGE: BasketState.CHARGING,
        BasketVerb.PAY_NOTHING: BasketState.PAID,
    },
    BasketState.PAID: {},
}


class Method(StrEnum):
    """How a basket is paid: through the provider's gateway, or by what an administrator takes or sends (P4)."""

    GATEWAY = "gateway"
    INVOICE = "invoice"
    CHEQUE = "cheque"
    TRANSFER = "transfer"
    CASH = "cash"

    @property
    def administrative(self) -> bool:
        """Whether it needs a right of its own, which use cases ask for (P4, R1)."""
        return self is not Method.GATEWAY


class LineKind(StrEnum):
    """What a line sells (P3)."""

    SESSION = "session"
    PROGRAMME = "programme"
    EVENT = "event"


# --- Values -----------------------------------------------------------------------------------------------


@frozen
class Tax:
    """A tax by its *name*, and its *rate* in percent of the net price, as `"9.975"`. The host says which apply (P8)."""

    name: str = field(validator=checked(line))
    rate: str = field(validator=checked(percent))


@frozen
class Amounts:
    """What is to be paid: the *net* price after discounts, each tax on it, and both together (P8)."""

    net: Money
    taxes: Mapping[Tax, Money]

    @property
    def tax(self) -> Money:
        """All taxes together."""
        return Money.total(self.taxes.values(), self.net.currency)

    @property
    def gross(self) -> Money:
        """What is paid."""
        return self.net + self.tax


def _seats(field: str, value: int) -> int:
    return whole(field, value, least=1, most=MOST_SEATS)


def _taxes(_: object, __: object, taxes: tuple[Tax, ...]) -> None:
    if type(taxes) is not tuple or any(type(tax) is not Tax for tax in taxes):
        raise BadValue("taxes", Flaw.WRONG_TYPE)
    if len(taxes) > MOST_TAXES:
        raise BadValue("taxes", Flaw.TOO_LONG)
    if len({tax.name for tax in taxes}) < len(taxes):
        raise BadValue("taxes", Flaw.WRONG_FORM)


def _sessions(_: object, __: object, sessions: tuple[SessionId, ...]) -> None:
    if type(sessions) is not tuple:
        raise BadValue("sessions", Flaw.WRONG_TYPE)
    if not sessions:
        raise BadValue("sessions", Flaw.EMPTY)
    if len(sessions) > MOST_PARTS:
        raise BadValue("sessions", Flaw.TOO_LONG)
    if len(set(sessions)) < len(sessions):
        raise BadValue("sessions", Flaw.WRONG_FORM)


@frozen
class Line:
    """So many places, at the net price *unit* each, in one session or in all *sessions* of a *programme* (P3).

    An *event* is held in the one session that has its places. In *bulk*, *quantity* seats are bought, which *learners*
    are enrolled on and *invitees* asked to at once; otherwise it is the one learner's own place. *hold* is what keeps
    the places meanwhile, in each of the sessions, where something does: an offer of the waiting list, too (N2).

    A `BadValue`: a hold that begins with `charge:`, as those of payments do; several sessions without a programme; a
    programme's session named twice; without *bulk* anything but one place and one learner; a tax named twice; more than
    a hundred thousand million minor units in all.
    """

    id: LineId
    provider: ProviderId
    sessions: tuple[SessionId, ...] = field(validator=_sessions)
    unit: Money = field(validator=checked(from_zero))
    taxes: tuple[Tax, ...] = field(default=(), validator=_taxes)
    quantity: int = field(default=1, validator=checked(_seats))
    programme: ProgrammeId | None = None
    event: EventId | None = None
    bulk: bool = field(default=True, validator=checked(switch))
    learners: tuple[Person, ...] = ()
    invitees: tuple[Person, ...] = ()
    hold: HoldId | None = None

    def __attrs_post_init__(self) -> None:
        if self.programme is not None and self.event is not None:
            raise BadValue("event", Flaw.WRONG_FORM)
        if self.hold is not None and self.hold.startswith("charge:"):
            raise BadValue("hold", Flaw.WRONG_FORM)
        if self.programme is None and len(self.sessions) > 1:
            raise BadValue("sessions", Flaw.TOO_LONG)
        if not self.bulk:
            _ = whole("quantity", self.quantity, least=1, most=1)
            _ = whole("learners", len(self.learners), least=1, most=1)
            _ = whole("invitees", len(self.invitees), least=0, most=0)
        if self.unit.minor * self.quantity > MOST_GROSS or self.amounts().gross.minor > MOST_GROSS:
            raise BadValue("unit", Flaw.TOO_LARGE)

    @property
    def kind(self) -> LineKind:
        """What it sells."""
        if self.programme is not None:
            return LineKind.PROGRAMME
        return LineKind.SESSION if self.event is None else LineKind.EVENT

    @property
    def currency(self) -> Currency:
        """What it is sold in."""
        return self.unit.currency

    @property
    def before_discount(self) -> Money:
        """The net price of all its seats."""
        return self.unit * self.quantity

    def amounts(self, discount: Money | None = None) -> Amounts:
        """What is to be paid for it: each tax is on what *discount* leaves of the net price, rounded half up (P8).

        A discount below zero, or of more than the net price, is a `BadValue`.
        """
        net = self._less(discount)
        return Amounts(net, {tax: net.percent(tax.rate) for tax in self.taxes})

    def seat_prices(self, discount: Money | None = None) -> tuple[Money, ...]:
        """The gross price of each seat, in all its sessions together: exactly the line's gross (P8).

        *discount* is spread evenly over the seats, and the line's taxes in proportion to what that leaves; both by
        largest remainder.
        """
        amounts, off = self.amounts(discount), self.before_discount - self._less(discount)
        nets = [self.unit - share for share in off.split(self.quantity)]
        if not amounts.tax:
            return tuple(nets)
        taxes = amounts.tax.allocate([net.minor for net in nets])
        return tuple(net + tax for net, tax in zip(nets, taxes, strict=True))

    def part_prices(self, discount: Money | None = None) -> Mapping[SessionId, tuple[Money, ...]]:
        """The gross price of each seat in each session: a seat's price is spread evenly over them (P3)."""
        shares = [price.split(len(self.sessions)) for price in self.seat_prices(discount)]
        return dict(zip(self.sessions, zip(*shares, strict=True), strict=True))

    def _less(self, discount: Money | None) -> Money:
        if discount is None:
            return self.before_discount
        if from_zero("discount", discount) > self.before_discount:
            raise BadValue("discount", Flaw.TOO_LARGE)
        return self.before_discount - discount


@frozen
class Attempt:
    """One attempt to pay a basket, and how it stands. *number* counts the attempts to pay this basket, from 1.

    Without *method* it cost nothing. *discounts* are what *code* took off which line, *terms* and *policy* the
    provider's as at the sale (P5), and *total* what is paid. What is sold by invoice can be paid until *invoice*. In
    the sessions of *approval*, places of one's own were sold subject to it (N4).
    """

    provider: ProviderId
    currency: Currency
    number: int
    state: BasketState
    transaction: TransactionId
    method: Method | None
    invoice: Deadline | None
    code: CodeId | None
    discounts: Mapping[LineId, Money]
    terms: RefundTerms
    policy: Policy
    approval: frozenset[SessionId]
    total: Money


@frozen
class Basket:
    """The lines of a cart that are paid in one transaction, in the cart's order: one provider's, in one currency (P3).

    *attempt* is the newest to pay them.
    """

    provider: ProviderId
    currency: Currency
    lines: tuple[Line, ...]
    attempt: Attempt | None = None

    @property
    def state(self) -> BasketState:
        """How far its payment is."""
        return BasketState.OPEN if self.attempt is None else self.attempt.state

    def amounts(self, discounts: Mapping[LineId, Money]) -> Amounts:
        """What is to be paid for all its lines, with what is taken off which of them; each tax is a sum over lines."""
        each = [found.amounts(discounts.get(found.id)) for found in self.lines]
        taxes: dict[Tax, Money] = {}
        for amounts in each:
            for tax, amount in amounts.taxes.items():
                taxes[tax] = taxes.get(tax, Money.zero(self.currency)) + amount
        return Amounts(Money.total((amounts.net for amounts in each), self.currency), taxes)


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class CartOpened:
    """*buyer* has an empty cart."""

    cart: CartId
    buyer: ActorId
    act: Act


@frozen
class LineAdded:
    """*line* is the cart's last."""

    line: Line
    act: Act


@frozen
class LineChanged:
    """*line* stands in the place of the one with its id."""

    line: Line
    act: Act


@frozen
class LineRemoved:
    """The cart does not have *line* any more."""

    line: LineId
    act: Act


@frozen
class ChargingStarted:
    """*total* is being taken for a basket, in the *attempt* of that number; its lines are frozen meanwhile.

    In the sessions of *approval*, registrations will only be requested (N4).
    """

    provider: ProviderId
    currency: Currency
    attempt: int
    transaction: TransactionId
    method: Method
    invoice: Deadline | None
    code: CodeId | None
    discounts: Mapping[LineId, Money]
    terms: RefundTerms
    policy: Policy
    approval: frozenset[SessionId]
    total: Money
    act: Act

    def __attrs_post_init__(self) -> None:
        if (self.method is Method.INVOICE) == (self.invoice is None):
            raise BadValue("invoice", Flaw.EMPTY if self.invoice is None else Flaw.WRONG_FORM)


@frozen
class NothingPaid:
    """A basket that costs nothing was bought without a payment, in the *attempt* of that number."""

    provider: ProviderId
    currency: Currency
    attempt: int
    transaction: TransactionId
    code: CodeId | None
    discounts: Mapping[LineId, Money]
    terms: RefundTerms
    policy: Policy
    approval: frozenset[SessionId]
    act: Act


@frozen
class BasketPaid:
    """The basket is paid, by that *attempt*; its lines stay as they were sold."""

    provider: ProviderId
    currency: Currency
    attempt: int
    act: Act


@frozen
class BasketDeclined:
    """Nothing was taken in that *attempt*; the lines can be changed again, and another attempt made."""

    provider: ProviderId
    currency: Currency
    attempt: int
    act: Act


@frozen
class BasketUnknown:
    """It is not known whether anything was taken in that *attempt*."""

    provider: ProviderId
    currency: Currency
    attempt: int
    act: Act


CartChange: TypeAlias = (
    LineAdded | LineChanged | LineRemoved | ChargingStarted | NothingPaid | BasketPaid | BasketDeclined | BasketUnknown
)
CartEvent: TypeAlias = CartOpened | CartChange
