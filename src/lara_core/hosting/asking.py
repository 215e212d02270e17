"""Rights, asked first: the opening lines of every use case (R2).

What an actor may do stands in the store, and where a thing is, the host knows; the answer is `lara_core.rights.ask`. A
thing that the actor has no grant for is answered as one that is not there: `NotFound`, in the same words.

Nobody is asked for a right to what is theirs: a buyer gives out the seats of their own pool, an invitee answers, a
learner withdraws, registers and cancels for themselves, and everybody fills and checks out their own cart.
"""

from attrs import evolve

from lara_core.cart import Cart
from lara_core.hosting.ports import Dates, GroupPurchase, Selling, Work
from lara_core.kernel.decisions import Act
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import (
    AccountId,
    ActorId,
    CartId,
    PoolId,
    ProviderId,
    RegistrationId,
    SessionId,
    TransactionId,
)
from lara_core.providers import Provider
from lara_core.refunds import Charge, Override
from lara_core.registrations import Registration
from lara_core.rights import Action, Place, Right, allowed, ask
from lara_core.schedules import Schedule
from lara_core.seats import SeatPool
from lara_core.sessions import Session


def may(
    work: Work, by: ActorId, right: Right, action: Action = Action.VIEW, *, on: Place | None, kind: type[object]
) -> None:
    """Go on only where *by* may do *action* on *right* there. Refused: `DoesNotApply`, `NotGranted`."""
    found = work.entitlements.find(by)
    ask(() if found is None else found.held, by, right, action, on=on, kind=kind)


def session(work: GroupPurchase, act: Act, session: SessionId, right: Right, action: Action = Action.VIEW) -> Session:
    """The session, for who has the right there."""
    may(work, act.by, right, action, on=work.place(session), kind=Session)
    return work.sessions.get(session)


def pool(work: GroupPurchase, act: Act, pool: PoolId, *rights: Right, own: bool = False) -> tuple[SeatPool, Session]:
    """The pool with its session, for who has all *rights* there or, where *own* is enough, is its buyer."""
    found = work.pools.get(pool)
    if not (own and act.by == found.buyer):
        for right in rights:
            may(work, act.by, right, on=_pool_place(work, found), kind=SeatPool)
    return found, work.sessions.get(found.session)


def cancellable(
    work: GroupPurchase, act: Act, name: PoolId, override: Override | None, as_buyer: bool
) -> tuple[SeatPool, Session]:
    """The pool, for who manages it or, *as_buyer*, whose it is; setting the terms aside is a right of its own."""
    found = pool(work, act, name, Right.MANAGE_GROUP_PURCHASES, own=as_buyer)
    return found if override is None else pool(work, act, name, Right.OVERRIDE_REFUND_TERMS)


def provider(work: Selling, act: Act, provider: ProviderId, right: Right, action: Action = Action.VIEW) -> Provider:
    """The provider, for who has the right there."""
    found = work.providers.get(provider)
    may(work, act.by, right, action, on=Place(partner=found.owner, provider=provider), kind=Provider)
    return found


def dates(work: Dates, act: Act, session: SessionId, right: Right, action: Action = Action.VIEW) -> Schedule:
    """The schedule of a session, for who has the right there."""
    may(work, act.by, right, action, on=work.place(session), kind=Schedule)
    return work.schedules.get(session)


def cart(work: Selling, by: ActorId, cart: CartId) -> Cart:
    """The cart, for whose it is, or who may edit any transaction; for others it is not there."""
    found = work.carts.get(cart)
    if by != found.buyer and not _may_anywhere(work, by, Right.TRANSACTIONS, Action.EDIT):
        raise NotFound(Cart)
    return found


def charge(work: GroupPurchase, act: Act, transaction: TransactionId) -> Charge:
    """The charge of a transaction, for who may edit transactions wherever its pools are."""
    money(work, act, transaction)
    return work.charges.get(transaction)


def money(work: GroupPurchase, act: Act, transaction: TransactionId) -> None:
    """Go on only where whoever acts may edit transactions wherever this one has pools or registrations.

    One without any is there for those alone who may edit any.
    """
    pools = [work.pools.get(pool) for pool in work.pools.of_transaction(transaction)]
    own = [work.registrations.get(name) for name in work.registrations.of_transaction(transaction)]
    places = [*(_pool_place(work, found) for found in pools), *(work.place(found.session) for found in own)]
    if not places and not _may_anywhere(work, act.by, Right.TRANSACTIONS, Action.EDIT):
        raise NotFound(Charge)
    for place in places:
        may(work, act.by, Right.TRANSACTIONS, Action.EDIT, on=place, kind=Charge)


def _may_anywhere(work: Work, by: ActorId, right: Right, action: Action) -> bool:
    found = work.entitlements.find(by)
    return found is not None and allowed(found.held, by, right, action, on=Place())


def registration(
    work: GroupPurchase, act: Act, registration: RegistrationId, right: Right, action: Action = Action.VIEW
) -> tuple[Registration, Session]:
    """The registration with its session, for who has the right there, or whose it is where it is to be deleted."""
    found = work.registrations.get(registration)
    if not (action is Action.DELETE and found.person.account == AccountId(act.by)):
        may(work, act.by, right, action, on=work.place(found.session), kind=Registration)
    return found, work.sessions.get(found.session)


def _pool_place(work: GroupPurchase, pool: SeatPool) -> Place | None:
    place = work.place(pool.session)
    return place and evolve(place, pool=pool.id)
