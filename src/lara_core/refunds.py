"""What was paid in one transaction, what of it is kept, and what goes back.

Vocabulary. A *charge* is the money of one transaction at one provider. When seats are cancelled they are *settled*: of
what was paid for each a part is *kept* by the provider's terms, and the rest is *refunded*. A *refund* is requested,
then succeeds or fails; one that failed is retried under the same identity. When a seat is reactivated it is
*reinstated*: what was kept of it counts as paid again, and what was refunded is *due*. When its learner is transferred,
its money *moves* to the new seat.

Invariants. Of each seat, kept + refunded + being refunded ≤ paid; of a live one, paid − refunded + due is its price.
Over the charge, refunded ≤ captured (S12). What is being refunded, or failed and waits to be retried, is not refundable
again. Under the terms the fixed fee is borne once for the transaction, whichever seats are cancelled in whatever order,
so cancelling one by one refunds what cancelling all at once does. A seat that is overridden as it is cancelled bears
none of it; one that is overridden later has, and one that is reinstated gives back what it bore of it.

What the host must guarantee: *captured* is what its payment provider took, for the seats that were live then, and a
refund is reported as succeeded or failed only as that provider says. Who may override the terms is asked before (R2).

The states, values and events stand in `lara_core.refund_events`, and are imported from here.
"""

from collections.abc import Collection, Mapping
from typing import ClassVar, Self, TypeAlias, assert_never

from attrs import evolve, frozen

from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, PoolId, RefundId, SeatNo, TransactionId
from lara_core.kernel.money import Money, from_zero
from lara_core.refund_events import (
    LEADS_TO,
    REFUND,
    ChargeCaptured,
    ChargeChange,
    ChargeEvent,
    DuesPaid,
    MoneyMoved,
    Override,
    Refund,
    RefundFailed,
    RefundRetried,
    RefundState,
    RefundSucceeded,
    RefundTerms,
    RefundVerb,
    SeatMoney,
    SeatsReinstated,
    SeatsSettled,
    SessionStart,
)

__all__ = [
    "LEADS_TO",
    "REFUND",
    "Charge",
    "ChargeCaptured",
    "ChargeChange",
    "ChargeDecision",
    "ChargeEvent",
    "DuesPaid",
    "MoneyMoved",
    "MoreThanCaptured",
    "NoSuchRefund",
    "NothingCaptured",
    "NothingDue",
    "OtherCurrency",
    "OtherTransaction",
    "Override",
    "Refund",
    "RefundFailed",
    "RefundIdUsed",
    "RefundIs",
    "RefundPending",
    "RefundRefusal",
    "RefundRetried",
    "RefundState",
    "RefundSucceeded",
    "RefundTerms",
    "RefundVerb",
    "SeatMoney",
    "SeatsReinstated",
    "SeatsSettled",
    "SessionStart",
]

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


@frozen
class RefundPending:
    """Money is still on its way back for this seat: it is reactivated once that has succeeded (S13)."""

    code: ClassVar[str] = "refunds.refund_pending"
    seat: SeatNo
    refund: RefundId


@frozen
class NothingDue:
    """Nothing is due for this seat, or no seat was named (S13)."""

    code: ClassVar[str] = "refunds.nothing_due"
    seat: SeatNo | None


RefundRefusal: TypeAlias = (
    NothingCaptured
    | OtherTransaction
    | OtherCurrency
    | MoreThanCaptured
    | RefundIdUsed
    | NoSuchRefund
    | RefundIs
    | RefundPending
    | NothingDue
)


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class Charge:
    """The money of one transaction (S12). *seats* has those that something happened to, by pool."""

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
        prices: Mapping[SeatNo, Money],
        *,
        session: SessionStart,
        refund: RefundId | None,
        override: Override | None = None,
        called_off: bool = False,
    ) -> "ChargeDecision":
        """Say where the money of cancelled seats goes: of what was paid for each, *refund* takes what the terms give.

        *prices* are the pool's, in the charge's currency. Without *refund* all is kept. With *override*, which needs a
        *refund* to go back under (`BadValue`), all goes back, what was kept included. Where the session is *called
        off*, all goes back that was not kept before (S14). Otherwise the terms hold: after their deadline nothing goes
        back. Nothing to give back, no refund; nothing captured, nothing to settle. What was due is not due any more.

        Refused: `OtherTransaction`, `RefundIdUsed`, `OtherCurrency`, `MoreThanCaptured`.
        """
        self._of(transaction)
        if override is not None and refund is None:
            raise BadValue("refund", Flaw.EMPTY)
        if refund is not None:
            self._fresh(refund)
        if not self.captured and not self.seats:
            return Decision(self)
        in_time = self.terms.in_time(act.at, session.starts)
        amount = nothing = Money.zero(self.captured.currency)
        once_kept = self.once_kept
        after: dict[SeatNo, SeatMoney] = {}
        for seat, price in sorted(prices.items()):
            before = self._money(pool, seat, price)
            left = before.refundable
            if refund is not None and override is not None:
                settled = evolve(before, kept=nothing, back=before.paid, due=nothing)
            elif refund is not None and called_off:
                settled = evolve(before, back=before.back + left, due=nothing)
            elif refund is not None and in_time:
                fee = min(self.terms.kept(price), left)
                once = min(self.terms.once - once_kept, left - fee)
                once_kept += once
                settled = evolve(
                    before,
                    kept=before.kept + fee + once,
                    back=before.back + left - fee - once,
                    once=before.once + once,
                    due=nothing,
                )
            else:
                settled = evolve(before, kept=before.kept + left, due=nothing)
            amount += settled.back - before.back
            if settled != before:
                after[seat] = settled
        if not after:
            return Decision(self)
        self._enough(amount)
        reason = override.reason if override and amount else None
        return self._decide(
            SeatsSettled(session.id, pool, after, once_kept, refund if amount else None, amount, reason, act)
        )

    def reinstate(
        self,
        act: Act,
        transaction: TransactionId,
        pool: PoolId,
        prices: Mapping[SeatNo, Money],
        *,
        session: SessionStart,
    ) -> "ChargeDecision":
        """Take seats back that are reactivated: what went back is due, what was kept counts as paid (S13).

        For a seat that was cancelled before the capture nothing was captured, so all of it is due. Refused:
        `OtherTransaction`, `OtherCurrency`, `RefundPending`.
        """
        self._of(transaction)
        due = nothing = Money.zero(self.captured.currency)
        once_kept = self.once_kept
        after: dict[SeatNo, SeatMoney] = {}
        for seat, price in sorted(prices.items()):
            before = self._money(pool, seat, price)
            if seat not in self.seats.get(pool, {}):
                before = evolve(before, paid=nothing)
            for refund, found in self.refunds.items():
                if found.pool == pool and seat in found.seats and found.state is not RefundState.SUCCEEDED:
                    raise Refused(RefundPending(seat, refund))
            reinstated = evolve(before, kept=nothing, once=nothing, due=price - (before.paid - before.back))
            once_kept -= before.once
            due += reinstated.due
            if reinstated != before:
                after[seat] = reinstated
        if not after:
            return Decision(self)
        return self._decide(SeatsReinstated(session.id, pool, after, once_kept, due, act))

    def pay_due(self, act: Act, pool: PoolId, seats: Collection[SeatNo]) -> "ChargeDecision":
        """Record that all that was due for *seats* was taken, for all of them or none (S13). Refused: `NothingDue`."""
        if not seats:
            raise Refused(NothingDue(None))
        nothing = Money.zero(self.captured.currency)
        known = self.seats.get(pool, {})
        after: dict[SeatNo, SeatMoney] = {}
        for seat in sorted(set(seats)):
            before = known.get(SeatNo(seat))
            if before is None or not before.due:
                raise Refused(NothingDue(seat))
            after[seat] = evolve(before, paid=before.paid + before.due, due=nothing)
        amount = Money.total((known[seat].due for seat in after), self.captured.currency)
        return self._decide(DuesPaid(pool, after, amount, act))

    def move(
        self,
        act: Act,
        transaction: TransactionId,
        pool: PoolId,
        seat: SeatNo,
        price: Money,
        *,
        to: PoolId,
        costs: Money,
        session: SessionStart,
        refund: RefundId,
    ) -> "ChargeDecision":
        """Move what was paid for a seat, at *price*, to the one seat of the pool *to*, which *costs* so much (N3).

        The difference is due or, under *refund*, goes back without fees. Refused: `OtherTransaction`, `RefundIdUsed`,
        `OtherCurrency`, `MoreThanCaptured`.
        """
        self._of(transaction)
        self._fresh(refund)
        if to == pool:
            raise BadValue("to", Flaw.WRONG_FORM)
        before = self._money(pool, seat, price)
        if from_zero("costs", costs).currency != self.captured.currency:
            raise Refused(OtherCurrency(seat))
        nothing = Money.zero(self.captured.currency)
        paid = before.refundable
        back = max(paid - costs, nothing)
        self._enough(back)
        left = evolve(before, paid=before.paid - paid, due=nothing)
        arrived = SeatMoney(paid, nothing, back, nothing, max(costs - paid, nothing))
        return self._decide(MoneyMoved(pool, seat, left, session.id, to, arrived, refund if back else None, back, act))

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
                more = tuple(sorted(seat for seat, money in seats.items() if money.back.minor > back.get(seat, 0)))
                return evolve(
                    self,
                    version=version,
                    once_kept=once_kept,
                    seats=self._with_seats(pool, seats),
                    refunds=self._requested(refund, Refund(RefundState.REQUESTED, amount, session, pool, more)),
                )
            case SeatsReinstated(pool=pool, seats=seats, once_kept=once_kept):
                return evolve(self, version=version, once_kept=once_kept, seats=self._with_seats(pool, seats))
            case DuesPaid(pool, seats, amount):
                captured = self.captured + amount
                return evolve(self, version=version, captured=captured, seats=self._with_seats(pool, seats))
            case MoneyMoved(pool, seat, left, session, to, arrived, refund, amount):
                first = SeatNo(1)
                return evolve(
                    self,
                    version=version,
                    seats={**self._with_seats(pool, {seat: left}), to: {first: arrived}},
                    refunds=self._requested(refund, Refund(RefundState.REQUESTED, amount, session, to, (first,))),
                )
            case RefundSucceeded(refund):
                return evolve(self, version=version, refunds=self._with(refund, RefundState.SUCCEEDED))
            case RefundFailed(refund):
                return evolve(self, version=version, refunds=self._with(refund, RefundState.FAILED))
            case RefundRetried(refund):
                return evolve(self, version=version, refunds=self._with(refund, RefundState.REQUESTED))
            case _:
                assert_never(event)

    def _of(self, transaction: TransactionId) -> None:
        if transaction != self.id:
            raise Refused(OtherTransaction(self.id, transaction))

    def _fresh(self, refund: RefundId) -> None:
        if refund in self.refunds:
            raise Refused(RefundIdUsed(refund))

    def _enough(self, amount: Money) -> None:
        left = self.captured - self.going_back
        if amount > left:
            raise Refused(MoreThanCaptured(amount, left))

    def _money(self, pool: PoolId, seat: SeatNo, price: Money) -> SeatMoney:
        if from_zero("prices", price).currency != self.captured.currency:
            raise Refused(OtherCurrency(seat))
        return self.seats.get(pool, {}).get(seat) or SeatMoney.all_paid(price)

    def _with_seats(self, pool: PoolId, seats: Mapping[SeatNo, SeatMoney]) -> dict[PoolId, Mapping[SeatNo, SeatMoney]]:
        return {**self.seats, pool: {**self.seats.get(pool, {}), **seats}}

    def _requested(self, refund: RefundId | None, requested: Refund) -> Mapping[RefundId, Refund]:
        return self.refunds if refund is None else {**self.refunds, refund: requested}

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
