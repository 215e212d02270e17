"""Group purchase across a session and its pools: seats are bought with places, and cancelled with them.

Each rule here asks two aggregates and returns both decisions, to be saved together or not at all. If either
refuses, nothing happens to the other.

Invariant. The places that pools have taken in a session are their live seats (N1, S11).
"""

from collections.abc import Collection, Container, Sequence
from typing import NamedTuple

from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import ActorId, HoldId, PoolId, SeatNo, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person, PersonKey
from lara_core.seats import Policy, SeatDecision, SeatPool
from lara_core.sessions import Session, SessionDecision


class Bought(NamedTuple):
    """A new pool, and the places that it took."""

    session: SessionDecision
    pool: SeatDecision


class GivenBack(NamedTuple):
    """Cancelled seats, and the places that went back on sale."""

    session: SessionDecision
    pool: SeatDecision


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


def _given_back(act: Act, session: Session, pool: SeatPool, cancelled: SeatDecision) -> GivenBack:
    places = len(cancelled.state.cancelled) - len(pool.cancelled)
    return GivenBack(session.give_back(act, places), cancelled)
