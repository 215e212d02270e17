"""Group purchase across sessions, pools and their charge: seats are bought, cancelled, reactivated and transferred.

Each rule here asks several aggregates and returns all their decisions, to be saved together or not at all. If one
refuses, nothing happens to the others. A *charge* is `None` where nothing has been captured for the transaction yet.

Invariant. The places that pools have taken in a session are their live seats (N1, S11).

What the host must guarantee: all pools of a transaction are bought before it is captured, so that what can go back was
taken.
"""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar, NamedTuple, TypeAlias

from attrs import frozen

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision, Refused, in_turn
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, HoldId, PoolId, ProviderId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person, PersonKey
from lara_core.kernel.validators import ID_LENGTH
from lara_core.refunds import Charge, ChargeDecision, NothingCaptured, OtherCurrency, Override
from lara_core.seats import Mode, NothingToCancel, OtherSession, Policy, SeatDecision, SeatIs, SeatPool, SeatState
from lara_core.sessions import Session, SessionDecision


class BuyerRole(StrEnum):
    """As what somebody buys in bulk."""

    CLIENT = "client"
    MANAGER = "manager"


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class BulkBuyingOff:
    """Group purchase is switched off for this role on this portal (S1)."""

    code: ClassVar[str] = "purchase.bulk_buying_off"
    role: BuyerRole


@frozen
class OtherProvider:
    """The other session is sold by another provider: cancel here, and buy there (N3)."""

    code: ClassVar[str] = "purchase.other_provider"


@frozen
class NoSeatNamed:
    """What was kept is to be given back for no seat (S12)."""

    code: ClassVar[str] = "purchase.no_seat_named"


@frozen
class AlreadyCaptured:
    """Money was taken for this transaction: what is bought now is another one (S12)."""

    code: ClassVar[str] = "purchase.already_captured"
    transaction: TransactionId


PurchaseRefusal: TypeAlias = BulkBuyingOff | OtherProvider | NoSeatNamed | AlreadyCaptured


# --- What is decided together -----------------------------------------------------------------------------


class Bought(NamedTuple):
    """A new pool, and the places that it took."""

    session: SessionDecision
    pool: SeatDecision


class GivenBack(NamedTuple):
    """Cancelled seats, and the places that went back on sale."""

    session: SessionDecision
    pool: SeatDecision


class Settled(NamedTuple):
    """Cancelled seats, the places that went back on sale, and where the money goes."""

    session: SessionDecision
    pool: SeatDecision
    charge: ChargeDecision


class Reactivated(NamedTuple):
    """A seat that is live again, and the place that it took."""

    session: SessionDecision
    pool: SeatDecision


class Reinstated(NamedTuple):
    """A seat that is live again, the place that it took, and what is due for it."""

    session: SessionDecision
    pool: SeatDecision
    charge: ChargeDecision


class Transferred(NamedTuple):
    """A learner who left one session for another, and the places in both."""

    session: SessionDecision
    there: SessionDecision
    left: SeatDecision
    arrived: SeatDecision


class TransferredPaid(NamedTuple):
    """A learner who left one session for another, the places in both, and the money that went along."""

    session: SessionDecision
    there: SessionDecision
    left: SeatDecision
    arrived: SeatDecision
    charge: ChargeDecision


Decisions: TypeAlias = tuple[SessionDecision | SeatDecision | ChargeDecision, ...]
"""Decisions on as many aggregates as it takes, one for each."""


# --- Buying -----------------------------------------------------------------------------------------------


def buy_seats(
    act: Act,
    session: Session,
    pool: PoolId,
    *,
    role: BuyerRole,
    bulk_buyers: Container[BuyerRole],
    transaction: TransactionId,
    buyer: ActorId,
    prices: Sequence[Money],
    policy: Policy,
    learners: Sequence[Person] = (),
    invitees: Sequence[Person] = (),
    hold: HoldId | None = None,
    invoice: Deadline | None = None,
    seated: Container[PersonKey],
) -> Bought:
    """Buy one seat for each of *prices*, in places that *hold* kept, or else that are still for sale (S1, S8, N1).

    *bulk_buyers* are the roles for which the portal has group purchase switched on. One seat for one person can be
    bought in the place that they were offered (N2). Refused: `BulkBuyingOff`, and what
    `SeatPool.buy` and `Session.take` refuse, in this order.
    """
    if role not in bulk_buyers:
        raise Refused(BulkBuyingOff(role))
    return sell_seats(
        act,
        session,
        pool,
        transaction=transaction,
        buyer=buyer,
        prices=prices,
        policy=policy,
        learners=learners,
        invitees=invitees,
        hold=hold,
        invoice=invoice,
        seated=seated,
    )


def sell_seats(
    act: Act,
    session: Session,
    pool: PoolId,
    *,
    transaction: TransactionId,
    buyer: ActorId,
    prices: Sequence[Money],
    policy: Policy,
    learners: Sequence[Person] = (),
    invitees: Sequence[Person] = (),
    hold: HoldId | None = None,
    invoice: Deadline | None = None,
    seated: Container[PersonKey],
) -> Bought:
    """Buy seats as `buy_seats` does, where whether the buyer may do so in bulk was asked before (S1)."""
    bought = SeatPool.buy(
        act,
        pool,
        session=session,
        transaction=transaction,
        buyer=buyer,
        prices=prices,
        policy=policy,
        learners=learners,
        invitees=invitees,
        invoice=invoice,
        seated=seated,
    )
    people = (*learners, *invitees)
    own = people[0] if len(people) == len(prices) == 1 else None
    return Bought(session.take(act, len(prices), hold=hold, to=own), bought)


# --- Cancelling -------------------------------------------------------------------------------------------


def cancel_seats(
    act: Act,
    session: Session,
    pool: SeatPool,
    seats: Collection[SeatNo],
    *,
    charge: Charge | None,
    refund: RefundId | None = None,
    override: Override | None = None,
    as_buyer: bool = False,
) -> GivenBack | Settled:
    """Cancel *seats* of *pool*, give their places back, and settle what was paid for them (S11, S12).

    Without *refund* all that was paid is kept. Refused: what `SeatPool.cancel` refuses, `NothingCaptured` where a
    refund of seats that have a price is asked before their charge, `FewerTaken` where the session never sold these
    places, and what `Charge.settle` refuses.
    """
    cancelled = pool.cancel(act, seats, session=session, as_buyer=as_buyer)
    return _settled(act, session, pool, cancelled, charge, refund, override)


def cancel_all_seats(
    act: Act,
    session: Session,
    pool: SeatPool,
    *,
    charge: Charge | None,
    refund: RefundId | None = None,
    override: Override | None = None,
    as_buyer: bool = False,
) -> GivenBack | Settled:
    """Cancel every live seat of *pool*, as `cancel_seats` does (S11, S12). Refused as that is."""
    return cancel_seats(
        act, session, pool, pool.live, charge=charge, refund=refund, override=override, as_buyer=as_buyer
    )


def cancel_unassigned(
    act: Act, session: Session, pool: SeatPool, *, charge: Charge | None, refund: RefundId | None = None
) -> GivenBack | Settled:
    """Cancel the seats of *pool* that nobody assigned in time, under the provider's terms (S10).

    Refused: what `SeatPool.cancel_unassigned` refuses, then as `cancel_seats` is.
    """
    return _settled(act, session, pool, pool.cancel_unassigned(act, session=session), charge, refund, None)


def release_unpaid(act: Act, session: Session, pool: SeatPool, *, charge: Charge | None) -> GivenBack:
    """Release the seats of *pool* because their invoice was not paid in time (S17).

    A charge says that it was. Refused: what `SeatPool.release` and `Session.give_back` refuse.
    """
    return _given_back(act, session, pool, pool.release(act, paid=charge is not None, session=session))


def cancel_transaction(
    act: Act,
    parts: Sequence[tuple[Session, SeatPool]],
    *,
    charge: Charge | None,
    refund: RefundId | None = None,
    override: Override | None = None,
    as_buyer: bool = False,
) -> Decisions:
    """Cancel every live seat of a transaction: all its pools, each with its session, or none (S11).

    Pools without a live seat are left alone; one that comes twice, or of another transaction, is a `BadValue`. What
    goes back for one is the refund `refund_of(refund, pool)`.
    Refused: `NothingToCancel` where no pool has a live seat, and as `cancel_seats` is.
    """
    if len({pool.transaction for _, pool in parts}) > 1:
        raise BadValue("parts", Flaw.WRONG_FORM)
    live = tuple((session, pool) for session, pool in parts if pool.live)
    if not live:
        raise Refused(NothingToCancel())
    together = Together()
    for session, pool in live:
        cancelled = pool.cancel_all(act, session=session, as_buyer=as_buyer)
        together.cancel(act, session, pool, cancelled, charge, refund, override=override)
    return together.decisions


def cancel_in_all_parts(
    act: Act,
    parts: Sequence[tuple[Session, SeatPool]],
    seats: Collection[SeatNo],
    *,
    charge: Charge | None,
    refund: RefundId | None = None,
    override: Override | None = None,
    as_buyer: bool = False,
) -> Decisions:
    """Cancel the same *seats* in all *parts* of a programme, each with its session, or in none (P3).

    No part, one that comes twice, and one of another transaction are a `BadValue`. What goes back for one is the refund
    `refund_of(refund, pool)`. Refused: as `cancel_seats` is, for the first part that does.
    """
    if len({pool.transaction for _, pool in parts}) != 1:
        raise BadValue("parts", Flaw.WRONG_FORM if parts else Flaw.EMPTY)
    together = Together()
    for session, pool in parts:
        cancelled = pool.cancel(act, seats, session=session, as_buyer=as_buyer)
        together.cancel(act, session, pool, cancelled, charge, refund, override=override)
    return together.decisions


def refund_kept(
    act: Act,
    session: Session,
    pool: SeatPool,
    charge: Charge,
    seats: Collection[SeatNo],
    *,
    refund: RefundId,
    override: Override,
) -> ChargeDecision:
    """Give back what was kept of seats that are cancelled already (S12): only an override reaches it.

    Refused: `OtherSession`, `NoSeatNamed`, `NoSuchSeat`, `SeatIs` where one is not cancelled, and what `Charge.settle`
    refuses.
    """
    if session.id != pool.session:
        raise Refused(OtherSession(pool.session, session.id))
    if not seats:
        raise Refused(NoSeatNamed())
    for seat in sorted(seats):
        if (state := pool.state_of(seat)) is not SeatState.CANCELLED:
            raise Refused(SeatIs(seat, state))
    # Of a seat that the charge does not know nothing was taken: it was cancelled before the capture.
    prices = _prices(pool, [seat for seat in seats if seat in charge.seats.get(pool.id, {})])
    return charge.settle(act, pool.transaction, pool.id, prices, session=session, refund=refund, override=override)


def refund_of(refund: RefundId, pool: PoolId) -> RefundId:
    """What the refund for one of several pools is called: `<refund>:<pool>`.

    Where that is too long for an id, a digest of the pool stands for it. A *refund* that is too long even so is a
    `BadValue`.
    """
    name = f"{refund}:{pool}"
    return RefundId(name if len(name) <= ID_LENGTH else f"{refund}:{sha256(pool.encode()).hexdigest()[:16]}")


# --- Reactivating and transferring ------------------------------------------------------------------------


def reactivate_seat(
    act: Act,
    session: Session,
    pool: SeatPool,
    seat: SeatNo,
    *,
    to: Person | None = None,
    mode: Mode = Mode.IMMEDIATE,
    charge: Charge | None,
    seated: Container[PersonKey],
) -> Reactivated | Reinstated:
    """Make a cancelled seat live again, if the session has a place; what was refunded of it is due again (S13).

    Refused: what `SeatPool.reactivate`, `Charge.reinstate` and `Session.take` refuse, in this order.
    """
    live = pool.reactivate(act, seat, to=to, mode=mode, session=session, seated=seated)
    holder = live.state.holder(seat)
    if charge is None:
        return Reactivated(session.take(act, 1, to=holder), live)
    reinstated = charge.reinstate(act, pool.transaction, pool.id, _prices(pool, (seat,)), session=session)
    return Reinstated(session.take(act, 1, to=holder), live, reinstated)


def transfer_seat(
    act: Act,
    session: Session,
    pool: SeatPool,
    seat: SeatNo,
    *,
    there: Session,
    to: PoolId,
    price: Money,
    provider: ProviderId,
    provider_there: ProviderId,
    charge: Charge | None,
    refund: RefundId,
    seated_there: Container[PersonKey],
) -> Transferred | TransferredPaid:
    """Move the learner of a seat to the session *there*, where it costs *price*, with what was paid for it (N3).

    Where it costs more, the difference is due; where less, it goes back as *refund*, without fees. Who waited there,
    or had an offer, has their place by it. Refused: `OtherProvider`, `OtherCurrency`, and what `SeatPool.transfer`,
    `Session.give_back`, `Session.take` and `Charge.move` refuse, in this order.
    """
    if provider != provider_there:
        raise Refused(OtherProvider())
    if price.currency != pool.prices[0].currency:
        raise Refused(OtherCurrency(seat))
    left, arrived = pool.transfer(
        act, seat, to=to, price=price, session=session, there=there, seated_there=seated_there
    )
    places = (session.give_back(act, 1), there.take(act, 1, to=arrived.state.enrolled[SeatNo(1)]))
    if charge is None:
        return Transferred(*places, left, arrived)
    moved = charge.move(
        act,
        pool.transaction,
        pool.id,
        seat,
        pool.prices[seat - 1],
        to=to,
        costs=price,
        session=there,
        refund=refund,
    )
    return TransferredPaid(*places, left, arrived, moved)


# --- Several pools at once --------------------------------------------------------------------------------


class Together:
    """Decisions as they are made in turn, on aggregates that may come up again: one decision for each in the end."""

    def __init__(self) -> None:
        self.sessions: dict[SessionId, SessionDecision] = {}
        self.pools: dict[PoolId, SeatDecision] = {}
        self.charges: dict[TransactionId, ChargeDecision] = {}

    @property
    def decisions(self) -> Decisions:
        """All of them."""
        return (*self.sessions.values(), *self.pools.values(), *self.charges.values())

    def cancel(
        self,
        act: Act,
        session: Session,
        pool: SeatPool,
        cancelled: SeatDecision,
        charge: Charge | None,
        refund: RefundId | None,
        *,
        override: Override | None = None,
        called_off: bool = False,
    ) -> None:
        """Add what *cancelled* means for the places and the money of a pool. One that comes twice is a `BadValue`."""
        if pool.id in self.pools:
            raise BadValue("pools", Flaw.WRONG_FORM)
        before = self.sessions.get(session.id, Decision(session))
        seats = gone(pool, cancelled)
        self.pools[pool.id] = cancelled
        self.sessions[session.id] = in_turn(before, before.state.give_back(act, len(seats)))
        own = None if refund is None else refund_of(refund, pool.id)
        if charge is None:
            _captured_if_asked(pool, seats, own, override)
            return
        prices = _prices(pool, seats)
        self.settle(
            charge,
            lambda paid: paid.settle(
                act,
                pool.transaction,
                pool.id,
                prices,
                session=session,
                refund=own,
                override=override,
                called_off=called_off,
            ),
        )

    def settle(self, charge: Charge, rule: Callable[[Charge], ChargeDecision]) -> None:
        """Add what *rule* decides about a charge, as it is after all that was added before."""
        paid = self.charges.get(charge.id, Decision(charge))
        self.charges[charge.id] = in_turn(paid, rule(paid.state))


def gone(pool: SeatPool, cancelled: SeatDecision) -> Collection[SeatNo]:
    """The seats that a decision has cancelled."""
    return cancelled.state.cancelled.keys() - pool.cancelled.keys()


def _settled(
    act: Act,
    session: Session,
    pool: SeatPool,
    cancelled: SeatDecision,
    charge: Charge | None,
    refund: RefundId | None,
    override: Override | None,
) -> GivenBack | Settled:
    given_back, seats = _given_back(act, session, pool, cancelled), gone(pool, cancelled)
    if charge is None:
        _captured_if_asked(pool, seats, refund, override)
        return given_back
    prices = _prices(pool, seats)
    settled = charge.settle(act, pool.transaction, pool.id, prices, session=session, refund=refund, override=override)
    return Settled(*given_back, settled)


def _captured_if_asked(
    pool: SeatPool, seats: Collection[SeatNo], refund: RefundId | None, override: Override | None
) -> None:
    if override is not None and refund is None:
        raise BadValue("refund", Flaw.EMPTY)
    if refund is not None and any(_prices(pool, seats).values()):
        raise Refused(NothingCaptured(pool.transaction))


def _prices(pool: SeatPool, seats: Collection[SeatNo]) -> Mapping[SeatNo, Money]:
    return {seat: pool.prices[seat - 1] for seat in seats}


def _given_back(act: Act, session: Session, pool: SeatPool, cancelled: SeatDecision) -> GivenBack:
    return GivenBack(session.give_back(act, len(gone(pool, cancelled))), cancelled)
