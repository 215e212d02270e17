"""The life of a refund, a provider's terms, and what happens to the money. Part of `lara_core.refunds`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, Self, TypeAlias

from attrs import field, frozen

from lara_core.kernel import rates
from lara_core.kernel.deadlines import utc
from lara_core.kernel.decisions import Act
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, PoolId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money, from_zero
from lara_core.kernel.validators import checked, line, whole


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


@frozen
class RefundTerms:
    """What a provider keeps of a cancelled seat, as at the sale (S12, P5).

    Of each seat *percent* of its price and *per_seat* are kept, then *once* for the whole transaction, taken from what
    remains, seat by seat, until it is borne. The last instant for a refund is exactly *hours_before* hours before the
    start; after it nothing is refunded. *percent* is a plain number from 0 to 100, as `"12.5"`.
    """

    percent: str = field(validator=checked(rates.percent))
    per_seat: Money = field(validator=checked(from_zero))
    once: Money = field(validator=checked(from_zero))
    hours_before: int = field(default=0, validator=checked(_hours))

    def __attrs_post_init__(self) -> None:
        if self.once.currency != self.per_seat.currency:
            raise BadValue("once", Flaw.MIXED_CURRENCIES)

    def in_time(self, at: datetime, starts: datetime) -> bool:
        """Whether a seat that is cancelled at that time is refunded at all."""
        return utc("starts", starts) - utc("at", at) >= timedelta(hours=self.hours_before)

    def kept(self, paid: Money) -> Money:
        """What is kept of one seat, before the fixed fee; never more than was paid."""
        share = from_zero("paid", paid).percent(self.percent)
        return share + min(self.per_seat, paid - share)


@frozen
class Override:
    """The terms are set aside, and all that was paid goes back, what was kept included. *reason* says why (S12)."""

    reason: str = field(validator=checked(line))


@frozen
class SeatMoney:
    """Where the money of one seat is: what was *paid*, what of it is *kept*, and what went or is going *back*.

    *once* is what the seat bore of the fixed fee, and *due* what is still to be paid for it.
    """

    paid: Money
    kept: Money
    back: Money
    once: Money
    due: Money

    @classmethod
    def all_paid(cls, price: Money) -> Self:
        """A seat that nothing has happened to."""
        nothing = Money.zero(price.currency)
        return cls(price, nothing, nothing, nothing, nothing)

    @property
    def refundable(self) -> Money:
        """What neither is kept nor went back, nor is going to (S12)."""
        return self.paid - self.kept - self.back


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
    captured: Money = field(validator=checked(from_zero))
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
class SeatsReinstated:
    """*seats* are live again. What was kept of them is no longer, and what went back is due."""

    session: SessionId
    pool: PoolId
    seats: Mapping[SeatNo, SeatMoney]
    once_kept: Money
    due: Money
    act: Act


@frozen
class DuesPaid:
    """What was due for *seats* was taken, *amount* in all."""

    pool: PoolId
    seats: Mapping[SeatNo, SeatMoney]
    amount: Money
    act: Act


@frozen
class MoneyMoved:
    """What was paid for *seat* of *pool* is now for the one seat of the pool *to* in *session*.

    Where it costs less, *refund* was requested for *amount*.
    """

    pool: PoolId
    seat: SeatNo
    left: SeatMoney
    session: SessionId
    to: PoolId
    arrived: SeatMoney
    refund: RefundId | None
    amount: Money
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


ChargeChange: TypeAlias = (
    SeatsSettled | SeatsReinstated | DuesPaid | MoneyMoved | RefundSucceeded | RefundFailed | RefundRetried
)
ChargeEvent: TypeAlias = ChargeCaptured | ChargeChange
