"""Group purchase across a session, its pools and their charge: seats are bought with places, cancelled and refunded.

Each rule here asks several aggregates and returns all their decisions, to be saved together or not at all. If one
refuses, nothing happens to the others.

Invariant. The places that pools have taken in a session are their live seats (N1, S11).
"""

from collections.abc import Collection, Container, Sequence
from typing import NamedTuple

from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.ids import ActorId, HoldId, PoolId, RefundId, SeatNo, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person, PersonKey
from lara_core.refunds import Charge, ChargeDecision, Override
from lara_core.seats import NothingToCancel, OtherSession, Policy, SeatDecision, SeatIs, SeatPool, SeatState
from lara_core.sessions import Session, SessionDecision


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


def buy_seats(
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
    seated: Container[PersonKey],
) -> Bought:
    """Buy one seat for each of *prices*, in places that *hold* kept, or else that are still for sale (S1, S8, N1).

    Refused: what `SeatPool.buy` and `Session.take` refuse, in this order.
    """
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
        seated=seated,
    )
    return Bought(session.take(act, len(prices), hold=hold), bought)


def cancel_seats(act: Act, session: Session, pool: SeatPool, seats: Collection[SeatNo]) -> GivenBack:
    """Cancel *seats* of *pool* and give their places back (S11).

    Refused: what `SeatPool.cancel` refuses, and `FewerTaken` where the session never sold these places.
    """
    return _given_back(act, session, pool, pool.cancel(act, seats, session=session))


def cancel_all_seats(act: Act, session: Session, pool: SeatPool) -> GivenBack:
    """Cancel every live seat of *pool* and give the places back (S11). Refused as `cancel_seats` is."""
    return _given_back(act, session, pool, pool.cancel_all(act, session=session))


def cancel_and_refund(
    act: Act,
    session: Session,
    pool: SeatPool,
    charge: Charge,
    seats: Collection[SeatNo],
    *,
    refund: RefundId | None,
    override: Override | None = None,
) -> Settled:
    """Cancel *seats* of *pool*, give their places back, and settle what was paid for them (S11, S12).

    Without *refund* all that was paid is kept. Refused: what `cancel_seats` and `Charge.settle` refuse, in this order.
    """
    given_back = cancel_seats(act, session, pool, seats)
    cancelled = given_back.pool.state.cancelled.keys() - pool.cancelled.keys()
    return Settled(*given_back, _settled(act, session, pool, charge, cancelled, refund, override))


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

    Refused: `OtherSession`, `NothingToCancel` where no seat is named, `NoSuchSeat`, `SeatIs` where one is not
    cancelled, and what `Charge.settle` refuses.
    """
    if session.id != pool.session:
        raise Refused(OtherSession(pool.session, session.id))
    if not seats:
        raise Refused(NothingToCancel())
    for seat in sorted(seats):
        if (state := pool.state_of(seat)) is not SeatState.CANCELLED:
            raise Refused(SeatIs(seat, state))
    return _settled(act, session, pool, charge, seats, refund, override)


def _settled(
    act: Act,
    session: Session,
    pool: SeatPool,
    charge: Charge,
    seats: Collection[SeatNo],
    refund: RefundId | None,
    override: Override | None,
) -> ChargeDecision:
    paid = {seat: pool.paid[seat - 1] for seat in seats}
    return charge.settle(act, pool.transaction, pool.id, paid, session=session, refund=refund, override=override)


def _given_back(act: Act, session: Session, pool: SeatPool, cancelled: SeatDecision) -> GivenBack:
    places = len(cancelled.state.cancelled) - len(pool.cancelled)
    return GivenBack(session.give_back(act, places), cancelled)
