"""The use cases of group purchase: what a host calls when somebody presses a button.

Each loads what the rule needs, decides, and saves under the act's key (`lara_core.hosting.once`). They raise what
the rule refuses (`Refused`) and what the store finds (`NotFound`, `StaleState`, `IdReused`); on `StaleState` run
the same call again.
"""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from typing import Final

from lara_core import purchase
from lara_core.hosting import asking
from lara_core.hosting.once import once
from lara_core.hosting.ports import GroupPurchase, Receipt, Store
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import (
    ActorId,
    HoldId,
    PoolId,
    PortalId,
    ProviderId,
    RefundId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person, PersonKey
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, ChargeDecision, Override, RefundTerms
from lara_core.rights import Right
from lara_core.seats import Mode, Policy, SeatDecision, SeatPool
from lara_core.sessions import Session

_MANAGE: Final = Right.MANAGE_GROUP_PURCHASES


def _on_pool(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    content: Mapping[str, object],
    rule: Callable[[SeatPool, Session], SeatDecision],
    *rights: Right,
) -> Receipt:
    def body(work: GroupPurchase) -> tuple[SeatDecision]:
        found, session = asking.pool(work, act, pool, *rights, own=True)
        return (rule(found, session),)

    return once(store, act, content, body)


def _seating(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    content: Mapping[str, object],
    rule: Callable[[SeatPool, Session, Container[PersonKey]], SeatDecision],
    *rights: Right,
) -> Receipt:
    def body(work: GroupPurchase) -> tuple[SeatDecision]:
        found, session = asking.pool(work, act, pool, *rights, own=True)
        return (rule(found, session, work.seated(found.session)),)

    return once(store, act, content, body)


def buy_seats(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    *,
    session: SessionId,
    transaction: TransactionId,
    buyer: ActorId,
    portal: PortalId,
    role: BuyerRole,
    prices: Sequence[Money],
    policy: Policy,
    learners: Sequence[Person] = (),
    invitees: Sequence[Person] = (),
    hold: HoldId | None = None,
    invoice: Deadline | None = None,
) -> Receipt:
    """Buy seats in bulk on *portal*, with their places (S1, S8), before anything is captured for the transaction."""
    content = {
        "do": "buy_seats",
        "pool": pool,
        "session": session,
        "portal": portal,
        "role": role,
        "transaction": transaction,
        "buyer": buyer,
        "prices": tuple(prices),
        "policy": policy,
        "learners": tuple(learners),
        "invitees": tuple(invitees),
        "hold": hold,
        "invoice": invoice,
    }

    def body(work: GroupPurchase) -> purchase.Bought:
        found = asking.session(work, act, session, Right.BUY_IN_BULK)
        if work.charges.find(transaction) is not None:
            raise Refused(purchase.AlreadyCaptured(transaction))
        return purchase.buy_seats(
            act,
            found,
            pool,
            role=role,
            bulk_buyers=work.bulk_buyers(portal),
            transaction=transaction,
            buyer=buyer,
            prices=prices,
            policy=policy,
            learners=learners,
            invitees=invitees,
            hold=hold,
            invoice=invoice,
            seated=work.seated(session),
        )

    return once(store, act, content, body)


def assign_seats(store: Store[GroupPurchase], act: Act, pool: PoolId, learners: Sequence[Person]) -> Receipt:
    """Seat learners on the free seats of a pool, all of them or none (S3, S5)."""
    content = {"do": "assign_seats", "pool": pool, "learners": tuple(learners)}
    return _seating(
        store,
        act,
        pool,
        content,
        lambda found, session, seated: found.assign(act, learners, session=session, seated=seated),
        _MANAGE,
    )


def invite_to_seats(store: Store[GroupPurchase], act: Act, pool: PoolId, people: Sequence[Person]) -> Receipt:
    """Ask people to confirm seats of a pool, all of them or none (S3, S4)."""
    content = {"do": "invite_to_seats", "pool": pool, "people": tuple(people)}
    return _seating(
        store,
        act,
        pool,
        content,
        lambda found, session, seated: found.invite(act, people, session=session, seated=seated),
        _MANAGE,
    )


def accept_invitation(
    store: Store[GroupPurchase], act: Act, pool: PoolId, seat: SeatNo, invitation: int, *, learner: Person
) -> Receipt:
    """Enrol the learner who accepts, with their account (S4, S6)."""
    content = {"do": "accept_invitation", "pool": pool, "seat": seat, "invitation": invitation, "learner": learner}
    return _seating(
        store,
        act,
        pool,
        content,
        lambda found, session, seated: found.accept(
            act, seat, invitation, learner=learner, session=session, seated=seated
        ),
    )


def decline_invitation(store: Store[GroupPurchase], act: Act, pool: PoolId, seat: SeatNo, invitation: int) -> Receipt:
    """Free the seat of an invitation (S6)."""
    content = {"do": "decline_invitation", "pool": pool, "seat": seat, "invitation": invitation}
    return _on_pool(
        store, act, pool, content, lambda found, session: found.decline(act, seat, invitation, session=session)
    )


def remind_invitees(store: Store[GroupPurchase], act: Act, pool: PoolId, seats: Collection[SeatNo]) -> Receipt:
    """Ask the invitees of seats once more (S7)."""
    content = {"do": "remind_invitees", "pool": pool, "seats": tuple(sorted(set(seats)))}
    return _on_pool(
        store, act, pool, content, lambda found, session: found.remind(act, seats, session=session), _MANAGE
    )


def expire_invitations(store: Store[GroupPurchase], act: Act, pool: PoolId) -> Receipt:
    """Sweep the invitations of a pool that are due; hosts do it now and then, so that people are told (S7)."""
    content = {"do": "expire_invitations", "pool": pool}
    return _on_pool(store, act, pool, content, lambda found, session: found.expire(act, session=session), _MANAGE)


def correct_invitation(store: Store[GroupPurchase], act: Act, pool: PoolId, seat: SeatNo, to: EmailAddress) -> Receipt:
    """Send the invitation of a mistyped address to the right one (S17)."""
    content = {"do": "correct_invitation", "pool": pool, "seat": seat, "to": to}
    return _seating(
        store,
        act,
        pool,
        content,
        lambda found, session, seated: found.correct(act, seat, to, session=session, seated=seated),
        _MANAGE,
    )


def withdraw_learner(store: Store[GroupPurchase], act: Act, pool: PoolId, seat: SeatNo) -> Receipt:
    """Let a learner give up their seat (S10)."""
    content = {"do": "withdraw_learner", "pool": pool, "seat": seat}
    return _on_pool(store, act, pool, content, lambda found, session: found.withdraw(act, seat, session=session))


def revoke_seat(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    seat: SeatNo,
    *,
    to: Person | None = None,
    mode: Mode = Mode.IMMEDIATE,
) -> Receipt:
    """Take a seat from its holder, and give it to *to* in *mode* where one is named (S9)."""
    content = {"do": "revoke_seat", "pool": pool, "seat": seat, "to": to, "mode": mode}
    return _seating(
        store,
        act,
        pool,
        content,
        lambda found, session, seated: found.revoke(act, seat, to=to, mode=mode, session=session, seated=seated),
        _MANAGE,
    )


def hand_over_pool(store: Store[GroupPurchase], act: Act, pool: PoolId, buyer: ActorId) -> Receipt:
    """Pass a pool to another buyer (S17)."""
    content = {"do": "hand_over_pool", "pool": pool, "buyer": buyer}
    return once(store, act, content, lambda work: (asking.pool(work, act, pool, _MANAGE)[0].hand_over(act, buyer),))


def cancel_seats(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    seats: Collection[SeatNo],
    *,
    refund: RefundId | None = None,
    override: Override | None = None,
    as_buyer: bool = False,
) -> Receipt:
    """Cancel seats of a pool, give their places back, and refund what the terms give, under *refund* (S11, S12).

    Without *refund*, what was paid is kept. Where nothing is captured yet, a refund of seats that have a price is
    refused (`NothingCaptured`): cancel them without one, or record the capture first. With *as_buyer* the buyer does
    it, where the policy lets them.
    """
    content = {
        "do": "cancel_seats",
        "pool": pool,
        "seats": tuple(sorted(set(seats))),
        "refund": refund,
        "override": override,
        "as_buyer": as_buyer,
    }

    def body(work: GroupPurchase) -> purchase.GivenBack | purchase.Settled:
        found, session = asking.cancellable(work, act, pool, override, as_buyer)
        charge = work.charges.find(found.transaction)
        return purchase.cancel_seats(
            act, session, found, seats, charge=charge, refund=refund, override=override, as_buyer=as_buyer
        )

    return once(store, act, content, body)


def cancel_all_seats(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    *,
    refund: RefundId | None = None,
    override: Override | None = None,
    as_buyer: bool = False,
) -> Receipt:
    """Cancel every live seat of a pool, as `cancel_seats` does (S11, S12)."""
    content = {
        "do": "cancel_all_seats",
        "pool": pool,
        "refund": refund,
        "override": override,
        "as_buyer": as_buyer,
    }

    def body(work: GroupPurchase) -> purchase.GivenBack | purchase.Settled:
        found, session = asking.cancellable(work, act, pool, override, as_buyer)
        charge = work.charges.find(found.transaction)
        return purchase.cancel_all_seats(
            act, session, found, charge=charge, refund=refund, override=override, as_buyer=as_buyer
        )

    return once(store, act, content, body)


def cancel_transaction(
    store: Store[GroupPurchase],
    act: Act,
    transaction: TransactionId,
    *,
    refund: RefundId | None = None,
    override: Override | None = None,
    as_buyer: bool = False,
) -> Receipt:
    """Cancel every live seat of all pools of a transaction, as `cancel_seats` does (S11, S12).

    What goes back for one pool is the refund `lara_core.purchase.refund_of(refund, pool)`.
    """
    content = {
        "do": "cancel_transaction",
        "transaction": transaction,
        "refund": refund,
        "override": override,
        "as_buyer": as_buyer,
    }

    def body(work: GroupPurchase) -> purchase.Decisions:
        pools = work.pools.of_transaction(transaction)
        if not pools:
            raise NotFound(SeatPool)
        parts = [asking.cancellable(work, act, pool, override, as_buyer) for pool in pools]
        return purchase.cancel_transaction(
            act,
            [(session, pool) for pool, session in parts],
            charge=work.charges.find(transaction),
            refund=refund,
            override=override,
            as_buyer=as_buyer,
        )

    return once(store, act, content, body)


def cancel_unassigned(
    store: Store[GroupPurchase], act: Act, pool: PoolId, *, refund: RefundId | None = None
) -> Receipt:
    """Cancel the seats of a pool that nobody assigned in time (S10). Without *refund*, what was paid is kept."""
    content = {"do": "cancel_unassigned", "pool": pool, "refund": refund}

    def body(work: GroupPurchase) -> purchase.GivenBack | purchase.Settled:
        found, session, charge = _sold(work, act, pool, _MANAGE)
        return purchase.cancel_unassigned(act, session, found, charge=charge, refund=refund)

    return once(store, act, content, body)


def release_unpaid(store: Store[GroupPurchase], act: Act, pool: PoolId) -> Receipt:
    """Release the seats of a pool whose invoice was not paid in time; hosts do it now and then (S17)."""
    content = {"do": "release_unpaid", "pool": pool}

    def body(work: GroupPurchase) -> purchase.GivenBack:
        found, session, charge = _sold(work, act, pool, _MANAGE)
        return purchase.release_unpaid(act, session, found, charge=charge)

    return once(store, act, content, body)


def reactivate_seat(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    seat: SeatNo,
    *,
    to: Person | None = None,
    mode: Mode = Mode.IMMEDIATE,
) -> Receipt:
    """Make a cancelled seat live again, for its former learner or for *to* in *mode* (S13)."""
    content = {"do": "reactivate_seat", "pool": pool, "seat": seat, "to": to, "mode": mode}

    def body(work: GroupPurchase) -> purchase.Reactivated | purchase.Reinstated:
        found, session, charge = _sold(work, act, pool, _MANAGE)
        return purchase.reactivate_seat(
            act, session, found, seat, to=to, mode=mode, charge=charge, seated=work.seated(found.session)
        )

    return once(store, act, content, body)


def transfer_seat(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    seat: SeatNo,
    *,
    there: SessionId,
    to: PoolId,
    price: Money,
    provider: ProviderId,
    provider_there: ProviderId,
    refund: RefundId,
) -> Receipt:
    """Move a learner to another session, onto the one seat of the new pool *to*, which costs *price* (N3).

    The providers are those that sell the two sessions. Where the new seat costs less, the rest goes back as *refund*.
    Whoever does it manages the pool, and may buy in the session there.
    """
    content = {
        "do": "transfer_seat",
        "pool": pool,
        "seat": seat,
        "there": there,
        "to": to,
        "price": price,
        "provider": provider,
        "provider_there": provider_there,
        "refund": refund,
    }

    def body(work: GroupPurchase) -> purchase.Transferred | purchase.TransferredPaid:
        found, session, charge = _sold(work, act, pool, _MANAGE)
        return purchase.transfer_seat(
            act,
            session,
            found,
            seat,
            there=asking.session(work, act, there, Right.BUY_IN_BULK),
            to=to,
            price=price,
            provider=provider,
            provider_there=provider_there,
            charge=charge,
            refund=refund,
            seated_there=work.seated(there),
        )

    return once(store, act, content, body)


def _sold(work: GroupPurchase, act: Act, pool: PoolId, *rights: Right) -> tuple[SeatPool, Session, Charge | None]:
    found, session = asking.pool(work, act, pool, *rights)
    return found, session, work.charges.find(found.transaction)


def capture_payment(
    store: Store[GroupPurchase],
    act: Act,
    transaction: TransactionId,
    *,
    buyer: ActorId,
    captured: Money,
    terms: RefundTerms,
) -> Receipt:
    """Record what was taken for a transaction, and the provider's terms as at the sale (S12)."""
    content = {
        "do": "capture_payment",
        "transaction": transaction,
        "buyer": buyer,
        "captured": captured,
        "terms": terms,
    }

    def body(work: GroupPurchase) -> tuple[ChargeDecision]:
        asking.money(work, act, transaction)
        return (Charge.capture(act, transaction, buyer=buyer, captured=captured, terms=terms),)

    return once(store, act, content, body)


def refund_kept(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    seats: Collection[SeatNo],
    *,
    refund: RefundId,
    override: Override,
) -> Receipt:
    """Give back what was kept of cancelled seats (S12)."""
    content = {
        "do": "refund_kept",
        "pool": pool,
        "seats": tuple(sorted(set(seats))),
        "refund": refund,
        "override": override,
    }

    def body(work: GroupPurchase) -> tuple[ChargeDecision]:
        found, session = asking.pool(work, act, pool, _MANAGE, Right.OVERRIDE_REFUND_TERMS)
        charge = work.charges.get(found.transaction)
        return (purchase.refund_kept(act, session, found, charge, seats, refund=refund, override=override),)

    return once(store, act, content, body)


def pay_due(
    store: Store[GroupPurchase], act: Act, transaction: TransactionId, pool: PoolId, seats: Collection[SeatNo]
) -> Receipt:
    """Record that what was due for seats was taken (S13)."""
    content = {"do": "pay_due", "transaction": transaction, "pool": pool, "seats": tuple(sorted(set(seats)))}
    return once(store, act, content, lambda work: (asking.charge(work, act, transaction).pay_due(act, pool, seats),))


def refund_succeeded(store: Store[GroupPurchase], act: Act, transaction: TransactionId, refund: RefundId) -> Receipt:
    """Record that a refund has gone back (S12)."""
    content = {"do": "refund_succeeded", "transaction": transaction, "refund": refund}
    return once(store, act, content, lambda work: (asking.charge(work, act, transaction).succeed(act, refund),))


def refund_failed(store: Store[GroupPurchase], act: Act, transaction: TransactionId, refund: RefundId) -> Receipt:
    """Record that a refund could not go back (S12). Nothing tries again by itself: that is `retry_refund`."""
    content = {"do": "refund_failed", "transaction": transaction, "refund": refund}
    return once(store, act, content, lambda work: (asking.charge(work, act, transaction).fail(act, refund),))


def retry_refund(store: Store[GroupPurchase], act: Act, transaction: TransactionId, refund: RefundId) -> Receipt:
    """Request a refund that failed once more (S12)."""
    content = {"do": "retry_refund", "transaction": transaction, "refund": refund}
    return once(store, act, content, lambda work: (asking.charge(work, act, transaction).retry(act, refund),))
