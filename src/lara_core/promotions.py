"""Promotion codes: what they take off, when, and how often.

Vocabulary. A *code* belongs to one provider and takes a *percentage* or a fixed *amount* off its lines. Each payment
that tries to use it *reserves* a use; a use is *consumed* when the payment is captured, and *given back* when it fails.

Invariants. Consumed and reserved uses together never exceed the number of uses (P4). A discount is spread by largest
remainder, so the parts are exactly the whole, and no line is ever below zero. A transaction has one code at most.

What the host must guarantee: a use is consumed with the payment that reserved it, in one transaction (the rules of
`lara_core.checkout` do). Whoever types a code is led to its id: how codes are spelled is the host's.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final, Self, TypeAlias, assert_never

from attrs import evolve, field, frozen
from attrs.validators import optional

from lara_core.kernel.deadlines import utc
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import CodeId, ProviderId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.rates import percent
from lara_core.kernel.validators import checked, whole

MOST_USES: Final = 1_000_000


def _uses(field: str, value: int) -> int:
    return whole(field, value, least=1, most=MOST_USES)


def _amount(field: str, value: Money) -> Money:
    if type(value) is not Money:
        raise BadValue(field, Flaw.WRONG_TYPE)
    if value.minor < 1:
        raise BadValue(field, Flaw.TOO_SMALL)
    return value


def _starts(value: datetime) -> datetime:
    return utc("starts", value)


def _ends(value: datetime) -> datetime:
    return utc("ends", value)


# --- Values -----------------------------------------------------------------------------------------------


@frozen
class Discount:
    """What a code takes off: *percent* of the net price, as `"12.5"`, or a fixed *amount* above zero. One of them."""

    percent: str | None = field(default=None, validator=optional(checked(percent)))
    amount: Money | None = field(default=None, validator=optional(checked(_amount)))

    def __attrs_post_init__(self) -> None:
        if (self.percent is None) == (self.amount is None):
            raise BadValue("amount", Flaw.EMPTY if self.amount is None else Flaw.WRONG_FORM)

    def off(self, nets: Sequence[Money], currency: Currency) -> tuple[Money, ...]:
        """What is taken off each of *nets*, which are from zero up and in *currency*; never more than there is.

        The whole is at most their sum; it is spread in proportion to them, by largest remainder. A fixed amount in
        another currency is a `BadValue`.
        """
        every = Money.total(nets, currency)
        fixed = every if self.amount is None else min(self.amount, every)
        off = fixed if self.percent is None else every.percent(self.percent)
        # Where there is nothing, nothing is taken off: it cannot be spread in proportion.
        return off.allocate([net.minor for net in nets]) if every else tuple(nets)


@frozen
class Window:
    """When a code can be used: from *starts* until *ends*, which is too late already (K8)."""

    starts: datetime = field(converter=_starts)
    ends: datetime = field(converter=_ends)

    def __attrs_post_init__(self) -> None:
        if self.ends <= self.starts:
            raise BadValue("ends", Flaw.WRONG_ORDER)


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class CodeCreated:
    """*provider* takes *discount* off its lines for whoever names *promotion*, *uses* times within *window*."""

    promotion: CodeId
    provider: ProviderId
    discount: Discount
    window: Window
    uses: int = field(validator=checked(_uses))
    act: Act


@frozen
class CodeChanged:
    """The code can be used *uses* times in all, within *window*."""

    window: Window
    uses: int = field(validator=checked(_uses))
    act: Act


@frozen
class UseReserved:
    """A use is kept for this *attempt* to pay *transaction*."""

    transaction: TransactionId
    attempt: int
    act: Act


@frozen
class UseConsumed:
    """The use that was kept for *transaction* is used up: its payment was captured."""

    transaction: TransactionId
    attempt: int
    act: Act


@frozen
class UseGivenBack:
    """The use that was kept for *transaction* is free again: its payment failed."""

    transaction: TransactionId
    attempt: int
    act: Act


CodeChange: TypeAlias = CodeChanged | UseReserved | UseConsumed | UseGivenBack
CodeEvent: TypeAlias = CodeCreated | CodeChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class CodeNotYet:
    """The code cannot be used yet (P4)."""

    code: ClassVar[str] = "promotions.code_not_yet"
    starts: datetime


@frozen
class CodeOver:
    """The code cannot be used any more (P4)."""

    code: ClassVar[str] = "promotions.code_over"
    ends: datetime


@frozen
class CodeUsedUp:
    """Every use of the code is consumed, or reserved for a payment that is not over (P4)."""

    code: ClassVar[str] = "promotions.code_used_up"
    uses: int


@frozen
class CodeOtherProvider:
    """The code belongs to another provider: it takes nothing off these lines (P4)."""

    code: ClassVar[str] = "promotions.code_other_provider"
    expected: ProviderId
    given: ProviderId


@frozen
class CodeOtherCurrency:
    """The code takes off an amount of another currency than the lines are sold in (P4)."""

    code: ClassVar[str] = "promotions.code_other_currency"
    expected: Currency
    given: Currency


@frozen
class UseNotReserved:
    """No use is reserved for this attempt to pay, or not any more (P4)."""

    code: ClassVar[str] = "promotions.use_not_reserved"
    transaction: TransactionId
    attempt: int


@frozen
class OtherAttemptReserved:
    """A use is reserved for another attempt to pay the same transaction (P4)."""

    code: ClassVar[str] = "promotions.other_attempt_reserved"
    transaction: TransactionId
    attempt: int


@frozen
class UsesBelowUse:
    """More uses are consumed or reserved than the code would have (P4)."""

    code: ClassVar[str] = "promotions.uses_below_use"
    uses: int
    in_use: int


CodeRefusal: TypeAlias = (
    CodeNotYet
    | CodeOver
    | CodeUsedUp
    | CodeOtherProvider
    | CodeOtherCurrency
    | UseNotReserved
    | OtherAttemptReserved
    | UsesBelowUse
)


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class PromotionCode:
    """One code of a provider (P4): *used* uses are consumed; *reserved* has the attempt that each transaction makes."""

    id: CodeId
    version: int
    provider: ProviderId
    discount: Discount
    window: Window
    uses: int
    used: int
    reserved: Mapping[TransactionId, int]

    @classmethod
    def create(
        cls, act: Act, promotion: CodeId, *, provider: ProviderId, discount: Discount, window: Window, uses: int
    ) -> "CodeDecision":
        """Offer *discount* on the provider's lines, *uses* times (1 to a million) within *window*."""
        event = CodeCreated(promotion, provider, discount, window, uses, act)
        return Decision(cls.begin(event), (event,))

    def change(self, act: Act, *, window: Window, uses: int) -> "CodeDecision":
        """Change when and how often the code can be used; what it takes off stays. Twice is once.

        Uses that are reserved already are not touched by a new window. Refused: `UsesBelowUse`.
        """
        if (window, _uses("uses", uses)) == (self.window, self.uses):
            return Decision(self)
        if uses < self.in_use:
            raise Refused(UsesBelowUse(uses, self.in_use))
        return self._decide(CodeChanged(window, uses, act))

    def off(self, provider: ProviderId, nets: Sequence[Money], currency: Currency) -> tuple[Money, ...]:
        """What the code takes off each of *nets*: the net prices of the provider's lines in *currency* (P4).

        Refused: `CodeOtherProvider`, `CodeOtherCurrency`.
        """
        if provider != self.provider:
            raise Refused(CodeOtherProvider(self.provider, provider))
        fixed = self.discount.amount
        if fixed is not None and fixed.currency != currency:
            raise Refused(CodeOtherCurrency(fixed.currency, currency))
        return self.discount.off(nets, currency)

    def reserve(self, act: Act, transaction: TransactionId, attempt: int) -> "CodeDecision":
        """Keep a use for this *attempt* to pay *transaction*. Twice is once.

        Refused: `OtherAttemptReserved`, `CodeNotYet`, `CodeOver`, `CodeUsedUp`.
        """
        kept = self.reserved.get(transaction)
        if kept == attempt:
            return Decision(self)
        if kept is not None:
            raise Refused(OtherAttemptReserved(transaction, kept))
        if act.at < self.window.starts:
            raise Refused(CodeNotYet(self.window.starts))
        if act.at >= self.window.ends:
            raise Refused(CodeOver(self.window.ends))
        if self.in_use >= self.uses:
            raise Refused(CodeUsedUp(self.uses))
        return self._decide(UseReserved(transaction, attempt, act))

    def consume(self, act: Act, transaction: TransactionId, attempt: int) -> "CodeDecision":
        """Use up what was reserved, also after the window. Refused: `UseNotReserved`."""
        if self.reserved.get(transaction) != attempt:
            raise Refused(UseNotReserved(transaction, attempt))
        return self._decide(UseConsumed(transaction, attempt, act))

    def give_back(self, act: Act, transaction: TransactionId, attempt: int) -> "CodeDecision":
        """Free what was reserved. Harmless where nothing is, or not any more."""
        if self.reserved.get(transaction) != attempt:
            return Decision(self)
        return self._decide(UseGivenBack(transaction, attempt, act))

    @property
    def in_use(self) -> int:
        """How many uses are consumed or reserved."""
        return self.used + len(self.reserved)

    @classmethod
    def begin(cls, event: CodeCreated) -> Self:
        """The first state."""
        return cls(event.promotion, 1, event.provider, event.discount, event.window, event.uses, 0, {})

    def apply(self, event: CodeChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case CodeChanged(window, uses):
                return evolve(self, version=version, window=window, uses=uses)
            case UseReserved(transaction, attempt):
                return evolve(self, version=version, reserved={**self.reserved, transaction: attempt})
            case UseConsumed(transaction):
                return evolve(self, version=version, used=self.used + 1, reserved=self._without(transaction))
            case UseGivenBack(transaction):
                return evolve(self, version=version, reserved=self._without(transaction))
            case _:
                assert_never(event)

    def _without(self, transaction: TransactionId) -> dict[TransactionId, int]:
        return {kept: attempt for kept, attempt in self.reserved.items() if kept != transaction}

    def _decide(self, event: CodeChange) -> "CodeDecision":
        return Decision(self.apply(event), (event,))


CodeDecision: TypeAlias = Decision[PromotionCode, CodeEvent]
