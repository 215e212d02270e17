"""What was paid in one transaction, what of it is kept, and what goes back.

Vocabulary. A *charge* is the money of one transaction at one provider. When seats are cancelled they are *settled*: of
what was paid for each a part is *kept* by the provider's terms, and the rest is *refunded*. A *refund* is requested,
then succeeds or fails; one that failed is retried under the same identity.

Invariants. Of each seat, kept + refunded + being refunded ≤ paid; over the charge, refunded ≤ captured (S12). What is
being refunded, or failed and waits to be retried, is not refundable again. Under the terms the fixed fee is borne once
for the transaction, whichever seats are cancelled in whatever order, so cancelling one by one refunds what cancelling
all at once does. A seat that is overridden as it is cancelled bears none of it; one that is overridden later has.

What the host must guarantee: *captured* is what its payment provider took, and a refund is reported as succeeded or
failed only as that provider says. Who may override the terms is asked before (R2).
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self, TypeAlias, assert_never

from attrs import evolve, field, frozen

from lara_core.kernel.deadlines import utc
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, PoolId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.validators import checked, line, whole

_PERCENT: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,6})?")


class RefundState(StrEnum):
    """How far a refund is."""

    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundVerb(StrEnum):
    """What happens to a refund."""

    SUCCEED = "succeed"
    FAIL = "fail"
    RETRY = "retry"


# Which verbs a state knows, and where they lead. Total over states.
REFUND: Final[Mapping[RefundState, Mapping[RefundVerb, RefundState]]] = {
    RefundState.REQUESTED: {RefundVerb.SUCCEED: RefundState.SUCCEEDED, RefundVerb.FAIL: RefundState.FAILED},
    RefundState.SUCCEEDED: {},
    # A failure may turn out to have gone through after all.
    RefundState.FAILED: {RefundVerb.RETRY: RefundState.REQUESTED, RefundVerb.SUCCEED: RefundState.SUCCEEDED},
}
# Where a verb leads, from wherever it is known, so that a report that is repeated changes nothing.
LEADS_TO: Final[Mapping[RefundVerb, RefundState]] = {
    verb: state for verbs in REFUND.values() for verb, state in verbs.items()
}


# --- Values -----------------------------------------------------------------------------------------------


def _hours(field: str, value: int) -> int:
    return whole(field, value, least=0, most=24 * 366)


def _percent(field: str, value: str) -> str:
    if type(value) is not str:
        raise BadValue(field, Flaw.WRONG_TYPE)
    if not _PERCENT.fullmatch(value):
        raise BadValue(field, Flaw.WRONG_FORM)
    if Decimal(value) > 100:
        raise BadValue(field, Flaw.TOO_LARGE)
    return value


def _fee(field: str, value: Money) -> Money:
    if type(value) is not Money:
        raise BadValue(field, Flaw.WRONG_TYPE)
    if value.minor < 0:
        raise BadValue(field, Flaw.TOO_SMALL)
    return value


@frozen
class RefundTerms:
    """What a provider keeps of a cancelled seat, as at the sale (S12, P5).

    Of each seat *percent* of its price and *per_seat* are kept, then *once* for the whole transaction, taken from what
    remains, seat by seat, until it is borne. The last instant for a refund is exactly *hours_before* hours before the
    start; after it nothing is refunded. *percent* is a plain number from 0 to 100, as `"12.5"`.
    """

    percent: str = field(validator=checked(_percent))
    per_seat: Money = field(validator=checked(_fee))
    once: Money = field(validator=checked(_fee))
    hours_before: int = field(default=0, validator=checked(_hours))

    def __attrs_post_init__(self) -> None:
        if self.once.currency != self.per_seat.currency:
            raise BadValue("once", Flaw.MIXED_CURRENCIES)

    def in_time(self, at: datetime, starts: datetime) -> bool:
        """Whether a seat that is cancelled at that time is refunded at all."""
        return utc("starts", starts) - utc("at", at) >= timedelta(hours=self.hours_before)

    def kept(self, paid: Money) -> Money:
        """What is kept of one seat, before the fixed fee; never more than was paid."""
        share = _fee("paid", paid).percent(self.percent)
        return share + min(self.per_seat, paid - share)


@frozen
class Override:
    """The terms are set aside, and all that was paid goes back, what was kept included. *reason* says why (S12)."""

    reason: str = field(validator=checked(line))


@frozen
class SeatMoney:
    """Where the money of one seat is: what was *paid*, what is *kept*, and what went or is going *back*."""

    paid: Money
    kept: Money
    back: Money


@frozen
class Refund:
    """Money on its way back for *seats* of *pool*: those for which anything does. It is the same through retries."""

    state: RefundState
    amount: Money
    session: SessionId
    pool: PoolId
    seats: tuple[SeatNo, ...]


class SessionStart(Protocol):
    """What a charge asks of the session whose seats are cancelled."""

    @property
    def id(self) -> SessionId: ...

    @property
    def starts(self) -> datetime: ...


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class ChargeCaptured:
    """*captured* was taken from *buyer* for a transaction, under *terms*."""

    transaction: TransactionId
    buyer: ActorId
    captured: Money = field(validator=checked(_fee))
    terms: RefundTerms
    act: Act

    def __attrs_post_init__(self) -> None:
        if self.terms.once.currency != self.captured.currency:
            raise BadValue("terms", Flaw.MIXED_CURRENCIES)


@frozen
class SeatsSettled:
    """Where the money of *seats* is now, and how much of the fixed fee is borne.

    *refund*, where anything goes back, is the one that was requested for *amount*. With *reason* the terms were set
    aside.
    """

    session: SessionId
    pool: PoolId
    seats: Mapping[SeatNo, SeatMoney]
    once_kept: Money
    refund: RefundId | None
    amount: Money
    reason: str | None
    act: Act


@frozen
class RefundSucceeded:
    """The money of *refund* has gone back."""

    refund: RefundId
    act: Act


@frozen
class RefundFailed:
    """The money of *refund* could not go back. It may be tried again."""

    refund: RefundId
    act: Act


@frozen
class RefundRetried:
    """*refund* is requested once more."""

    refund: RefundId
    act: Act


ChargeChange: TypeAlias = SeatsSettled | RefundSucceeded | RefundFailed | RefundRetried
ChargeEvent: TypeAlias = ChargeCaptured | ChargeChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class NothingCaptured:
    """A refund was asked for seats that have a price, and nothing is captured for their transaction yet."""

    code: ClassVar[str] = "refunds.nothing_captured"
    transaction: TransactionId


@frozen
class OtherTransaction:
    """The seats were bought in another transaction: a refund belongs to the charge that was taken for them."""

    code: ClassVar[str] = "refunds.other_transaction"
    expected: TransactionId
    given: TransactionId


@frozen
class OtherCurrency:
    """A seat was paid in another currency than the charge was captured in."""

    code: ClassVar[str] = "refunds.other_currency"
    seat: SeatNo


@frozen
class MoreThanCaptured:
    """More would go back than was captured."""

    code: ClassVar[str] = "refunds.more_than_captured"
    amount: Money
    left: Money


@frozen
class RefundIdUsed:
    """A refund of this id was requested already."""

    code: ClassVar[str] = "refunds.refund_id_used"
    refund: RefundId


@frozen
class NoSuchRefund:
    """The charge has no refund of this id."""

    code: ClassVar[str] = "refunds.no_such_refund"
    refund: RefundId


@frozen
class RefundIs:
    """The refund is in a state that does not know what was asked (`REFUND`)."""

    code: ClassVar[str] = "refunds.refund_is"
    refund: RefundId
    state: RefundState


RefundRefusal: TypeAlias = (
    NothingCaptured | OtherTransaction | OtherCurrency | MoreThanCaptured | RefundIdUsed | NoSuchRefund | RefundIs
)


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class Charge:
    """The money of one transaction (S12). *seats* has those that were settled, by pool."""

    id: TransactionId
    version: int
    buyer: ActorId
    captured: Money
    terms: RefundTerms
    once_kept: Money
    seats: Mapping[PoolId, Mapping[SeatNo, SeatMoney]]
    refunds: Mapping[RefundId, Refund]

    @classmethod
    def capture(
        cls, act: Act, transaction: TransactionId, *, buyer: ActorId, captured: Money, terms: RefundTerms
    ) -> "ChargeDecision":
        """Record what was taken for a transaction. Below zero, or in another currency than the terms: `BadValue`."""
        event = ChargeCaptured(transaction, buyer, captured, terms, act)
        return Decision(cls.begin(event), (event,))

    def settle(
        self,
        act: Act,
        transaction: TransactionId,
        pool: PoolId,
        paid: Mapping[SeatNo, Money],
        *,
        session: SessionStart,
        refund: RefundId | None,
        override: Override | None = None,
    ) -> "ChargeDecision":
        """Say where the money of cancelled seats goes: *paid* for each, of which *refund* takes what the terms give.

        *paid* is what the pool says, the same whenever a seat is settled, and never below zero (`BadValue`). Without
        *refund* all is kept. With *override*, which needs a *refund* to go back under (`BadValue`), all goes back, what
        was kept included. Otherwise the terms hold: after their deadline nothing goes back. Nothing to give back, no
        refund; nothing captured, nothing to settle.

        Refused: `OtherTransaction`, `RefundIdUsed`, `OtherCurrency`, `MoreThanCaptured`.
        """
        if transaction != self.id:
            raise Refused(OtherTransaction(self.id, transaction))
        if override is not None and refund is None:
            raise BadValue("refund", Flaw.EMPTY)
        if refund is not None and refund in self.refunds:
            raise Refused(RefundIdUsed(refund))
        if not self.captured:
            return Decision(self)
        in_time = self.terms.in_time(act.at, session.starts)
        known = self.seats.get(pool, {})
        once_left = self.terms.once - self.once_kept
        nothing = Money.zero(self.captured.currency)
        amount = nothing
        after: dict[SeatNo, SeatMoney] = {}
        for seat in sorted(paid):
            price = _fee("paid", paid[seat])
            if price.currency != self.captured.currency:
                raise Refused(OtherCurrency(seat))
            before = known.get(seat, SeatMoney(price, nothing, nothing))
            if price != before.paid:
                raise BadValue("paid", Flaw.WRONG_FORM)
            left = price - before.kept - before.back
            kept, back = before.kept, nothing
            if refund is not None and override is not None:
                kept, back = nothing, price - before.back
            elif refund is not None and in_time:
                fee = min(self.terms.kept(price), left)
                once = min(once_left, left - fee)
                once_left -= once
                kept, back = kept + fee + once, left - fee - once
            else:
                kept += left
            amount += back
            money = SeatMoney(price, kept, before.back + back)
            if money != before:
                after[seat] = money
        if not after:
            return Decision(self)
        left = self.captured - self.going_back
        if amount > left:
            raise Refused(MoreThanCaptured(amount, left))
        once_kept = self.terms.once - once_left
        reason = override.reason if override and amount else None
        return self._decide(
            SeatsSettled(session.id, pool, after, once_kept, refund if amount else None, amount, reason, act)
        )

    def succeed(self, act: Act, refund: RefundId) -> "ChargeDecision":
        """Record that the money has gone back; said twice, it is once, and it is believed also after a failure.

        Refused: `NoSuchRefund`.
        """
        return self._move(refund, RefundVerb.SUCCEED, RefundSucceeded(refund, act))

    def fail(self, act: Act, refund: RefundId) -> "ChargeDecision":
        """Record that the money could not go back, in the newest try. Said twice, it is once.

        Refused: `NoSuchRefund`, `RefundIs`.
        """
        return self._move(refund, RefundVerb.FAIL, RefundFailed(refund, act))

    def retry(self, act: Act, refund: RefundId) -> "ChargeDecision":
        """Request a refund that failed once more. Refused: `NoSuchRefund`, `RefundIs`."""
        return self._move(refund, RefundVerb.RETRY, RefundRetried(refund, act))

    @property
    def going_back(self) -> Money:
        """What went back, is going back, or failed to and waits to be tried again."""
        return Money.total((refund.amount for refund in self.refunds.values()), self.captured.currency)

    @property
    def refunded(self) -> Money:
        """What has gone back."""
        done = (refund.amount for refund in self.refunds.values() if refund.state is RefundState.SUCCEEDED)
        return Money.total(done, self.captured.currency)

    @classmethod
    def begin(cls, event: ChargeCaptured) -> Self:
        """The first state."""
        nothing = Money.zero(event.captured.currency)
        return cls(event.transaction, 1, event.buyer, event.captured, event.terms, nothing, {}, {})

    def apply(self, event: ChargeChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case SeatsSettled(session, pool, seats, once_kept, refund, amount):
                known = self.seats.get(pool, {})
                back = {seat: money.back.minor for seat, money in known.items()}
                more = (seat for seat, money in seats.items() if money.back.minor > back.get(seat, 0))
                requested = Refund(RefundState.REQUESTED, amount, session, pool, tuple(sorted(more)))
                return evolve(
                    self,
                    version=version,
                    once_kept=once_kept,
                    seats={**self.seats, pool: {**self.seats.get(pool, {}), **seats}},
                    refunds=self.refunds if refund is None else {**self.refunds, refund: requested},
                )
            case RefundSucceeded(refund):
                return evolve(self, version=version, refunds=self._with(refund, RefundState.SUCCEEDED))
            case RefundFailed(refund):
                return evolve(self, version=version, refunds=self._with(refund, RefundState.FAILED))
            case RefundRetried(refund):
                return evolve(self, version=version, refunds=self._with(refund, RefundState.REQUESTED))
            case _:
                assert_never(event)

    def _with(self, refund: RefundId, state: RefundState) -> dict[RefundId, Refund]:
        return {**self.refunds, refund: evolve(self.refunds[refund], state=state)}

    def _move(
        self, refund: RefundId, verb: RefundVerb, event: RefundSucceeded | RefundFailed | RefundRetried
    ) -> "ChargeDecision":
        found = self.refunds.get(refund)
        if found is None:
            raise Refused(NoSuchRefund(refund))
        if found.state is LEADS_TO[verb]:
            return Decision(self)
        if verb not in REFUND[found.state]:
            raise Refused(RefundIs(refund, found.state))
        return self._decide(event)

    def _decide(self, event: ChargeChange) -> "ChargeDecision":
        return Decision(self.apply(event), (event,))


ChargeDecision: TypeAlias = Decision[Charge, ChargeEvent]
