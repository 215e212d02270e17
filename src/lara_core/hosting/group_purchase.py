"""The use cases of group purchase: what a host calls when somebody presses a button.

Each loads what the rule needs, decides, and saves under the act's key (`lara_core.hosting.once`). They raise what
the rule refuses (`Refused`) and what the store finds (`NotFound`, `StaleState`, `IdReused`); on `StaleState` run
the same call again.
"""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from datetime import datetime, timedelta

from lara_core import purchase
from lara_core.hosting.once import once
from lara_core.hosting.ports import GroupPurchase, Receipt, Store
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, HoldId, PoolId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person, PersonKey
from lara_core.refunds import Charge, ChargeDecision, NothingCaptured, Override, RefundTerms
from lara_core.seats import Mode, Policy, SeatDecision, SeatPool
from lara_core.sessions import Session, SessionDecision


def open_session(
    store: Store[GroupPurchase],
    act: Act,
    session: SessionId,
    *,
    starts: datetime,
    ends: datetime,
    capacity: int | None = None,
) -> Receipt:
    """Put a session on sale (N1)."""
    content = {"do": "open_session", "session": session, "starts": starts, "ends": ends, "capacity": capacity}
    return once(
        store, act, content, lambda _: (Session.open(act, session, starts=starts, ends=ends, capacity=capacity),)
    )


def resize_session(store: Store[GroupPurchase], act: Act, session: SessionId, capacity: int | None) -> Receipt:
    """Change a session's capacity (N1)."""
    content = {"do": "resize_session", "session": session, "capacity": capacity}
    return once(store, act, content, lambda work: (work.sessions.get(session).resize(act, capacity),))


def hold_places(
    store: Store[GroupPurchase], act: Act, session: SessionId, hold: HoldId, places: int, *, until: Deadline | timedelta
) -> Receipt:
    """Keep places for somebody who is about to pay (N1), until a deadline or for a while.

    A deadline is content, and must be the same when the command is repeated under its key (K4). A while counts from
    the act, so "a quarter of an hour from now" is the same content now and two seconds later.
    """
    kept = until // timedelta(microseconds=1) if isinstance(until, timedelta) else until
    content = {"do": "hold_places", "session": session, "hold": hold, "places": places, "until": kept}

    def body(work: GroupPurchase) -> tuple[SessionDecision]:
        deadline = _from_now(act, until) if isinstance(until, timedelta) else until
        return (work.sessions.get(session).hold(act, hold, places, until=deadline),)

    return once(store, act, content, body)


def _from_now(act: Act, lasting: timedelta) -> Deadline:
    try:
        return Deadline.at(act.at + lasting)
    except OverflowError:
        raise BadValue("until", Flaw.NO_SUCH_TIME) from None


def secure_hold(store: Store[GroupPurchase], act: Act, session: SessionId, hold: HoldId) -> Receipt:
    """Keep a hold from lapsing while a payment is being taken (N1)."""
    content = {"do": "secure_hold", "session": session, "hold": hold}
    return once(store, act, content, lambda work: (work.sessions.get(session).secure(act, hold),))


def release_hold(store: Store[GroupPurchase], act: Act, session: SessionId, hold: HoldId) -> Receipt:
    """Put held places back on sale (N1)."""
    content = {"do": "release_hold", "session": session, "hold": hold}
    return once(store, act, content, lambda work: (work.sessions.get(session).release(act, hold),))


def _on_pool(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    content: Mapping[str, object],
    rule: Callable[[SeatPool, Session], SeatDecision],
) -> Receipt:
    def body(work: GroupPurchase) -> tuple[SeatDecision]:
        found = work.pools.get(pool)
        return (rule(found, work.sessions.get(found.session)),)

    return once(store, act, content, body)


def _seating(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    content: Mapping[str, object],
    rule: Callable[[SeatPool, Session, Container[PersonKey]], SeatDecision],
) -> Receipt:
    def body(work: GroupPurchase) -> tuple[SeatDecision]:
        found = work.pools.get(pool)
        return (rule(found, work.sessions.get(found.session), work.seated(found.session)),)

    return once(store, act, content, body)


def buy_seats(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    *,
    session: SessionId,
    transaction: TransactionId,
    buyer: ActorId,
    prices: Sequence[Money],
    policy: Policy,
    learners: Sequence[Person] = (),
    invitees: Sequence[Person] = (),
    hold: HoldId | None = None,
) -> Receipt:
    """Buy seats in bulk, with their places (S1, S8)."""
    content = {
        "do": "buy_seats",
        "pool": pool,
        "session": session,
        "transaction": transaction,
        "buyer": buyer,
        "prices": tuple(prices),
        "policy": policy,
        "learners": tuple(learners),
        "invitees": tuple(invitees),
        "hold": hold,
    }

    def body(work: GroupPurchase) -> purchase.Bought:
        return purchase.buy_seats(
            act,
            work.sessions.get(session),
            pool,
            transaction=transaction,
            buyer=buyer,
            prices=prices,
            policy=policy,
            learners=learners,
            invitees=invitees,
            hold=hold,
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
    return _on_pool(store, act, pool, content, lambda found, session: found.remind(act, seats, session=session))


def expire_invitations(store: Store[GroupPurchase], act: Act, pool: PoolId) -> Receipt:
    """Sweep the invitations of a pool that are due; hosts do it now and then, so that people are told (S7)."""
    content = {"do": "expire_invitations", "pool": pool}
    return _on_pool(store, act, pool, content, lambda found, session: found.expire(act, session=session))


def correct_invitation(store: Store[GroupPurchase], act: Act, pool: PoolId, seat: SeatNo, to: EmailAddress) -> Receipt:
    """Send the invitation of a mistyped address to the right one (S17)."""
    content = {"do": "correct_invitation", "pool": pool, "seat": seat, "to": to}
    return _seating(
        store,
        act,
        pool,
        content,
        lambda found, session, seated: found.correct(act, seat, to, session=session, seated=seated),
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
    )


def hand_over_pool(store: Store[GroupPurchase], act: Act, pool: PoolId, buyer: ActorId) -> Receipt:
    """Pass a pool to another buyer (S17)."""
    content = {"do": "hand_over_pool", "pool": pool, "buyer": buyer}
    return once(store, act, content, lambda work: (work.pools.get(pool).hand_over(act, buyer),))


def cancel_seats(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    seats: Collection[SeatNo],
    *,
    refund: RefundId | None = None,
    override: Override | None = None,
) -> Receipt:
    """Cancel seats of a pool, give their places back, and refund what the terms give, under *refund* (S11, S12).

    Without *refund*, what was paid is kept. Where nothing is captured yet, a refund of seats that have a price is
    refused (`NothingCaptured`): cancel them without one, or record the capture first.
    """
    content = {
        "do": "cancel_seats",
        "pool": pool,
        "seats": tuple(sorted(set(seats))),
        "refund": refund,
        "override": override,
    }

    def body(work: GroupPurchase) -> purchase.GivenBack | purchase.Settled:
        found = work.pools.get(pool)
        return _cancelled(work, act, found, seats, refund, override)

    return once(store, act, content, body)


def cancel_all_seats(
    store: Store[GroupPurchase],
    act: Act,
    pool: PoolId,
    *,
    refund: RefundId | None = None,
    override: Override | None = None,
) -> Receipt:
    """Cancel every live seat of a pool, as `cancel_seats` does (S11, S12)."""
    content = {"do": "cancel_all_seats", "pool": pool, "refund": refund, "override": override}

    def body(work: GroupPurchase) -> purchase.GivenBack | purchase.Settled:
        found = work.pools.get(pool)
        return _cancelled(work, act, found, found.live, refund, override)

    return once(store, act, content, body)


def _cancelled(
    work: GroupPurchase,
    act: Act,
    pool: SeatPool,
    seats: Collection[SeatNo],
    refund: RefundId | None,
    override: Override | None,
) -> purchase.GivenBack | purchase.Settled:
    session, charge = work.sessions.get(pool.session), work.charges.find(pool.transaction)
    if charge is None:
        if refund is not None and any(pool.paid[seat - 1] for seat in seats if 1 <= seat <= len(pool.paid)):
            raise Refused(NothingCaptured(pool.transaction))
        return purchase.cancel_seats(act, session, pool, seats)
    return purchase.cancel_and_refund(act, session, pool, charge, seats, refund=refund, override=override)


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
    return once(
        store,
        act,
        content,
        lambda _: (Charge.capture(act, transaction, buyer=buyer, captured=captured, terms=terms),),
    )


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
        found = work.pools.get(pool)
        session, charge = work.sessions.get(found.session), work.charges.get(found.transaction)
        return (purchase.refund_kept(act, session, found, charge, seats, refund=refund, override=override),)

    return once(store, act, content, body)


def refund_succeeded(store: Store[GroupPurchase], act: Act, transaction: TransactionId, refund: RefundId) -> Receipt:
    """Record that a refund has gone back (S12)."""
    content = {"do": "refund_succeeded", "transaction": transaction, "refund": refund}
    return once(store, act, content, lambda work: (work.charges.get(transaction).succeed(act, refund),))


def refund_failed(store: Store[GroupPurchase], act: Act, transaction: TransactionId, refund: RefundId) -> Receipt:
    """Record that a refund could not go back (S12). Nothing tries again by itself: that is `retry_refund`."""
    content = {"do": "refund_failed", "transaction": transaction, "refund": refund}
    return once(store, act, content, lambda work: (work.charges.get(transaction).fail(act, refund),))


def retry_refund(store: Store[GroupPurchase], act: Act, transaction: TransactionId, refund: RefundId) -> Receipt:
    """Request a refund that failed once more (S12)."""
    content = {"do": "retry_refund", "transaction": transaction, "refund": refund}
    return once(store, act, content, lambda work: (work.charges.get(transaction).retry(act, refund),))
