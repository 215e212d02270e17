"""What happened to sessions, pools, charges, registrations and rights: each event at least once, and each field filled.

Part of `lara_core.testing.samples`.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, TypeAlias, TypeVar

from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.ids import (
    ActorId,
    HoldId,
    PoolId,
    ProviderId,
    RefundId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.refunds import Charge, ChargeDecision, Override, RefundTerms
from lara_core.registrations import Origin, Registration, RegistrationDecision, Sale
from lara_core.rights import PARTNER_ADMINISTRATOR, Action, Grants, GrantsDecision, Right, Scope
from lara_core.seats import Mode, Policy, SeatDecision, SeatPool
from lara_core.sessions import Session, SessionDecision, WaitingList
from lara_core.testing.samples.values import (
    ANA,
    BORIS,
    BUYER,
    CHLOE,
    CHLOE_AGAIN,
    COURSE,
    DAWUD,
    EDITH,
    ENDS,
    EVERYTHING,
    FAYE,
    FAYE_ACCEPTING,
    GITA,
    GITA_AGAIN,
    GITA_MISTYPED,
    LATER,
    NOW,
    OTHER_PARTNER,
    PARTNER,
    POOL,
    PRICES,
    STARTS,
    UNTIL,
    act,
    opened,
)

Sample: TypeAlias = Session | SeatPool | Charge | Registration | Grants
"""What the samples are of."""

MOVED: Final = PoolId("pool-JPY-moved")

A = TypeVar("A", bound=Aggregate)
E = TypeVar("E", bound=Event)


def histories() -> Sequence[Sequence[Decision[Sample, Event]]]:
    """What happened to some sessions, pools, charges, registrations and rights: each event at least once.

    A session comes before its pools and registrations, and the pools of a charge before the charge.
    """
    all_of_them: list[Sequence[Decision[Sample, Event]]] = [_counted(), _waited(), _cancelled()]
    for tell, prices in zip((_at_purchase, _in_both_modes, _at_once, _by_invitation), PRICES, strict=True):
        session = opened(SessionId(f"session-{prices[0].currency}"))
        all_of_them += [(session, session.state.take(act("take"), len(prices))), tell(session.state, prices)]
    yen, _, dinars, _ = PRICES
    elsewhere = opened(SessionId("session-elsewhere"))
    all_of_them += [(elsewhere, elsewhere.state.take(act("take"), 1)), _arrived(elsewhere.state, yen)]
    all_of_them += [_refunded_at_last(yen), *_kept_and_overridden(dinars)]
    session = opened(SessionId("session-registrations"))
    all_of_them += [(session, session.state.take(act("take"), 4)), *_registered(session.state)]
    return [*all_of_them, _granted(), _moved()]


def told(begun: Decision[A, E], *commands: Callable[[A], Decision[A, E]]) -> Sequence[Decision[A, E]]:
    """One decision after another, each on the state that the one before led to."""
    history = [begun]
    for command in commands:
        history.append(command(history[-1].state))
    return history


# --- Sessions


def _counted() -> Sequence[SessionDecision]:
    """Holds until a day, until an instant and secured; some that lapse, one that is converted, one that is released.

    One is paid for in vain, and lapses after all. The session moves.
    """
    day = Deadline.on(date(2030, 3, 31), Zone("Europe/Paris"))
    secured, converted, released = HoldId("secured"), HoldId("converted"), HoldId("released")
    declined, until = HoldId("declined"), Deadline.at(LATER + timedelta(hours=1))
    soon = [Deadline.at(LATER + timedelta(microseconds=tick)) for tick in (1, 2)]
    return told(
        opened(capacity=40),
        lambda session: session.hold(act("day"), HoldId("day"), 3, until=day),
        lambda session: session.hold(act("instant"), HoldId("instant"), 2, until=UNTIL),
        lambda session: session.hold(act("secured"), secured, 1, until=UNTIL),
        lambda session: session.secure(act("secure"), secured),
        lambda session: session.hold(act("converted"), converted, 5, until=UNTIL),
        lambda session: session.take(act("take"), 5, hold=converted),
        lambda session: session.give_back(act("give-back"), 1),
        lambda session: session.resize(act("resize", at=LATER), 12),
        lambda session: session.hold(act("declined", at=LATER), declined, 2, until=until),
        lambda session: session.secure(act("pay", at=LATER), declined),
        lambda session: session.unsecure(act("not-paid", at=LATER), declined),
        lambda session: session.move(
            act("move", at=LATER), starts=STARTS + timedelta(days=1, microseconds=7), ends=ENDS + timedelta(days=2)
        ),
        lambda session: session.hold(act("released", at=LATER), released, 1, until=Deadline.at(LATER)),
        lambda session: session.release(act("release", at=LATER), released),
        lambda session: session.hold(act("hold-1", at=LATER), HoldId("short-1"), 1, until=soon[0]),
        lambda session: session.hold(act("hold-2", at=soon[1].instant), HoldId("short-2"), 1, until=soon[1]),
        lambda session: session.take(act("take-later", at=LATER + timedelta(microseconds=3)), 1),
    )


def _waited() -> Sequence[SessionDecision]:
    """Places are offered by themselves: one offer is taken up, one is declined, and one lapses and goes to the next."""
    session = Session.open(
        act("open"),
        SessionId("session-waiting"),
        starts=STARTS,
        ends=ENDS,
        capacity=2,
        waiting_list=WaitingList(automatic=True, offer_hours=36),
    )
    too_late = NOW + timedelta(hours=36, microseconds=1)
    return told(
        session,
        lambda session: session.take(act("take"), 2),
        *(partial(_joined, person) for person in (GITA, FAYE, DAWUD, BORIS, CHLOE)),
        lambda session: session.leave(act("leave", by="boris"), BORIS),
        lambda session: session.give_back(act("give-back"), 1),
        lambda session: session.take(act("take-up"), 1, to=GITA),
        lambda session: session.give_back(act("give-back-again"), 1),
        lambda session: session.release(act("decline"), _offer(session, FAYE)),
        lambda session: session.sweep(act("sweep", at=too_late)),
    )


def _cancelled() -> Sequence[SessionDecision]:
    """Places are offered by hand, and then the session is cancelled: one offer is being paid for, at the second try."""
    session = Session.open(
        act("open"),
        SessionId("session-cancelled"),
        starts=STARTS,
        ends=ENDS,
        capacity=3,
        waiting_list=WaitingList(offer_hours=1),
    )
    first, second = (Deadline.at(NOW + timedelta(minutes=minutes)) for minutes in (10, 20))
    between, after = (NOW + timedelta(minutes=minutes) for minutes in (15, 25))
    return told(
        session,
        lambda session: session.take(act("take"), 1),
        lambda session: session.hold(act("first"), HoldId("first"), 1, until=first),
        lambda session: session.hold(act("second"), HoldId("second"), 1, until=second),
        partial(_joined, ANA),
        lambda session: session.join(act("join", at=between), GITA, seated=()),
        lambda session: session.offer(act("offer", at=after)),
        lambda session: session.join(act("join-late", at=after), CHLOE, seated=()),
        lambda session: session.secure(act("secure", at=after), _offer(session, ANA, after)),
        lambda session: session.unsecure(act("unsecure", at=after), _offer(session, ANA, after)),
        lambda session: session.secure(act("secure-again", at=after), _offer(session, ANA, after)),
        lambda session: session.give_back(act("give-back", at=after), 1),
        lambda session: session.cancel(act("cancel", at=after)),
    )


def _joined(person: Person, session: Session) -> SessionDecision:
    return session.join(act("join"), person, seated=())


def _offer(session: Session, person: Person, at: datetime = NOW) -> HoldId:
    offer = session.offer_to(person, at)
    assert offer is not None
    return offer


# --- Pools


def _at_purchase(session: Session, prices: Sequence[Money]) -> Sequence[SeatDecision]:
    """Under *assign at purchase*: seats change hands in one breath, and one that its learner leaves is to be assigned.

    Two are invited: one is reminded, accepts under another address and is transferred, the other loses the invitation
    with the seat. Nobody assigns what is to be assigned; the buyer cancels two seats, and both are reactivated.
    """
    one, two, three, four = (SeatNo(number) for number in range(1, 5))
    policy = Policy(
        assign_at_purchase=True,
        invitation_hours=36,
        reminders=3,
        withdrawal=True,
        unassigned_hours=24,
        buyers_cancel=True,
    )
    there, overdue = opened(SessionId("session-elsewhere")).state, NOW + timedelta(hours=24)
    return told(
        _begun(session, prices, policy, learners=(ANA, BORIS), invitees=(FAYE, CHLOE)),
        lambda pool: pool.revoke(act("reassign"), one, to=EDITH, session=session, seated=()),
        lambda pool: pool.revoke(
            act("reinvite", at=LATER), two, to=GITA, mode=Mode.CONFIRMATION, session=session, seated=()
        ),
        lambda pool: pool.remind(act("remind"), (two, three), session=session),
        lambda pool: pool.remind(act("remind-again", at=LATER), (three,), session=session),
        lambda pool: pool.accept(
            act("accept", by="faye"), three, 1, learner=FAYE_ACCEPTING, session=session, seated=FAYE.keys
        ),
        lambda pool: pool.withdraw(act("withdraw", by="edith"), one, session=session),
        lambda pool: pool.revoke(act("replace"), four, to=DAWUD, session=session, seated=()),
        lambda pool: pool.cancel(act("cancel", by=BUYER), (two, four), session=session, as_buyer=True),
        lambda pool: pool.cancel_unassigned(act("cancel-unassigned", at=overdue), session=session),
        lambda pool: pool.reactivate(act("reactivate"), four, session=session, seated=()),
        lambda pool: pool.reactivate(act("invite-again"), two, session=session, seated=()),
        lambda pool: pool.transfer(
            act("transfer"), three, to=MOVED, price=prices[1], session=session, there=there, seated_there=()
        )[0],
    )


def _arrived(session: Session, prices: Sequence[Money]) -> Sequence[SeatDecision]:
    """Whoever was transferred in `_at_purchase` has the one seat of another pool, and leaves it."""
    policy = Policy(assign_at_purchase=True, withdrawal=True)
    return told(
        _begun(session, prices[1:2], policy, pool=MOVED, learners=(FAYE_ACCEPTING,)),
        lambda pool: pool.withdraw(act("withdraw", by="faye"), SeatNo(1), session=session),
    )


def _in_both_modes(session: Session, prices: Sequence[Money]) -> Sequence[SeatDecision]:
    """A mistyped address is corrected; nobody answers in time, so the seat is given to another; the buyer changes.

    The seats are sold on invoice, and released when nobody has paid.
    """
    one, two, three, four = (SeatNo(number) for number in range(1, 5))
    late = NOW + timedelta(days=8)
    invoice = Deadline.on(date(2030, 3, 31), Zone("Europe/Paris"))
    return told(
        _begun(session, prices, Policy(release_unpaid=True), learners=(ANA, BORIS), invoice=invoice),
        lambda pool: pool.revoke(act("revoke"), two, session=session, seated=()),
        lambda pool: pool.cancel(act("cancel-free"), (four,), session=session),
        lambda pool: pool.assign(act("assign"), (CHLOE, EDITH, CHLOE_AGAIN), session=session, seated=EDITH.keys),
        lambda pool: pool.invite(act("invite"), (GITA_MISTYPED, EDITH, GITA_AGAIN), session=session, seated=EDITH.keys),
        lambda pool: pool.correct(act("correct", at=LATER), three, GITA.address, session=session, seated=()),
        lambda pool: pool.assign(act("assign-late", at=late), (DAWUD,), session=session, seated=GITA.keys),
        lambda pool: pool.hand_over(act("hand-over", at=late), ActorId("compradora-ñ")),
        lambda pool: pool.cancel(act("cancel", at=late), (one,), session=session),
        lambda pool: pool.release(act("release", at=invoice.instant), paid=False, session=session),
    )


def _at_once(session: Session, prices: Sequence[Money]) -> Sequence[SeatDecision]:
    """Seats are given *immediately* alone, the last of them while the session runs."""
    policy = Policy(modes=frozenset({Mode.IMMEDIATE}), invitation_hours=1, reminders=0)
    return told(
        _begun(session, prices, policy, learners=(ANA,)),
        lambda pool: pool.revoke(act("reassign"), SeatNo(1), to=EDITH, session=session, seated=()),
        lambda pool: pool.cancel(act("cancel"), (SeatNo(4),), session=session),
        lambda pool: pool.assign(act("assign", at=STARTS), (BORIS, CHLOE), session=session, seated=()),
    )


def _by_invitation(session: Session, prices: Sequence[Money]) -> Sequence[SeatDecision]:
    """Seats are given *with confirmation* alone: one is declined, one expires on the way, the rest with the start.

    Then the session is cancelled, and its last seats with it.
    """
    policy = Policy(modes=frozenset({Mode.CONFIRMATION}), invitation_hours=24 * 30, reminders=100)
    late = NOW + timedelta(days=80)
    return told(
        _begun(session, prices, policy, invitees=(CHLOE, GITA)),
        lambda pool: pool.decline(act("decline", by="chloé"), SeatNo(1), 1, session=session),
        lambda pool: pool.invite(act("invite", at=late), (CHLOE, FAYE), session=session, seated=GITA.keys),
        lambda pool: pool.invite(act("invite-more", at=late), (ANA,), session=session, seated=()),
        lambda pool: pool.expire(act("expire", at=STARTS), session=session),
        lambda pool: pool.call_off(act("call-off", at=STARTS), session=session),
    )


# --- Charges


def _refunded_at_last(prices: Sequence[Money]) -> Sequence[ChargeDecision]:
    """Seats of `_at_purchase` are settled under all the terms; the refund fails, is tried again, and succeeds.

    Two are reinstated, and what is due for one of them is paid; the money of the transferred one goes along.
    """
    session, pool = opened(SessionId("session-JPY")).state, PoolId("pool-JPY")
    one, two, three, four = (SeatNo(number) for number in range(1, 5))
    refund, terms = RefundId("remboursement-é"), RefundTerms("12.50", Money.of(10, "JPY"), Money.of(300, "JPY"), 48)
    paid, kept = {one: prices[0], two: prices[1]}, {four: prices[3]}
    return told(
        _captured(Money.of(10_000_000_000, "JPY"), terms),
        lambda charge: charge.settle(act("settle"), charge.id, pool, paid, session=session, refund=refund),
        lambda charge: charge.fail(act("fail", by="prestataire-é", at=LATER), refund),
        lambda charge: charge.retry(act("retry", at=LATER), refund),
        lambda charge: charge.settle(act("keep"), charge.id, pool, kept, session=session, refund=None),
        lambda charge: charge.succeed(act("succeed", by="prestataire-é", at=LATER), refund),
        lambda charge: charge.reinstate(act("reinstate"), charge.id, pool, {**paid, **kept}, session=session),
        lambda charge: charge.pay_due(act("pay"), pool, (one,)),
        lambda charge: charge.move(
            act("move"),
            charge.id,
            pool,
            three,
            prices[2],
            to=MOVED,
            costs=prices[1],
            session=opened(SessionId("session-elsewhere")).state,
            refund=RefundId("moved"),
        ),
    )


def _kept_and_overridden(prices: Sequence[Money]) -> Sequence[Sequence[SeatDecision] | Sequence[ChargeDecision]]:
    """Two pools in one charge: the same seat of each is kept, in part or, too late, as a whole; then all goes back.

    One refund failed and had succeeded after all; another is left failed.
    """
    session, pool, other = opened(SessionId("session-KWD")).state, PoolId("pool-KWD"), PoolId("pool-KWD-2")
    four, late = SeatNo(4), STARTS - timedelta(hours=24) + timedelta(microseconds=1)
    terms = RefundTerms("33.333", Money.of("0.005", "KWD"), Money.of("1.001", "KWD"), 24)
    in_part, rest, second = RefundId("in-part"), RefundId("rest"), RefundId("second")
    given = {four: prices[3]}
    override = Override("Malade : « fièvre », ça arrive")
    return (
        told(
            _begun(session, prices, Policy(), pool=other),
            lambda pool: pool.cancel(act("cancel-second", at=late), (four,), session=session),
        ),
        told(
            _captured(Money.of("20.000", "KWD"), terms),
            lambda charge: charge.settle(act("settle"), charge.id, pool, given, session=session, refund=in_part),
            lambda charge: charge.fail(act("fail"), in_part),
            lambda charge: charge.succeed(act("after-all"), in_part),
            lambda charge: charge.settle(
                act("too-late", at=late), charge.id, other, given, session=session, refund=second
            ),
            lambda charge: charge.settle(
                act("override"), charge.id, pool, given, session=session, refund=rest, override=override
            ),
            lambda charge: charge.settle(
                act("override-second"), charge.id, other, given, session=session, refund=second, override=override
            ),
            lambda charge: charge.fail(act("fail-second"), second),
        ),
    )


def _captured(captured: Money, terms: RefundTerms) -> ChargeDecision:
    transaction = TransactionId(f"transaction-{captured.currency}")
    return Charge.capture(act("capture", by=BUYER), transaction, buyer=BUYER, captured=captured, terms=terms)


def _begun(
    session: Session,
    prices: Sequence[Money],
    policy: Policy,
    *,
    pool: PoolId | None = None,
    learners: Sequence[Person] = (),
    invitees: Sequence[Person] = (),
    invoice: Deadline | None = None,
) -> SeatDecision:
    currency = prices[0].currency
    return SeatPool.buy(
        act("buy", by=BUYER),
        pool or PoolId(f"pool-{currency}"),
        session=session,
        transaction=TransactionId(f"transaction-{currency}"),
        buyer=BUYER,
        prices=prices,
        policy=policy,
        learners=learners,
        invitees=invitees,
        invoice=invoice,
        seated=(),
    )


# --- Registrations


def _registered(session: Session) -> Sequence[Sequence[RegistrationDecision]]:
    """One is registered at once, one is asked for and approved, one is refused, one comes with a roster.

    The first three were bought, each in another purchase, the second for nothing.
    """
    register = partial(Registration.register, session=session, seated=())
    dinars, nothing, euros = (
        Sale(TransactionId(name), price)
        for name, price in (
            ("Commande-É", Money.of("10000000000.001", "KWD")),
            ("commande-é", Money.of(0, "JPY")),
            ("order", Money.of("0.01", "EUR")),
        )
    )
    return (
        told(
            register(act("register"), RegistrationId("at-once"), person=ANA, approval=False, sale=dinars),
            lambda registration: registration.cancel(act("cancel", by="ana"), session=session),
        ),
        told(
            register(act("ask", by="chloé"), RegistrationId("approuvée"), person=CHLOE, approval=True, sale=nothing),
            lambda registration: registration.approve(act("approve"), session=session),
        ),
        told(
            register(act("ask"), RegistrationId("refused"), person=BORIS, approval=True, sale=euros),
            lambda registration: registration.refuse(act("refuse", at=LATER), session=session),
        ),
        told(
            register(act("import"), RegistrationId("imported"), person=DAWUD, approval=False, origin=Origin.IMPORTED),
            lambda registration: registration.cancel(act("cancel-imported"), session=session),
        ),
    )


# --- Rights


def _granted() -> Sequence[GrantsDecision]:
    """Grants of every scope to one of a partner's people, some of them taken back, and a role for a while."""
    everywhere, within = Scope(), Scope(partner=PARTNER, provider=ProviderId("prestataire-é"))
    trained, sold = Scope(training=COURSE), Scope(pool=POOL)
    some = (Action.VIEW, Action.EDIT, Action.DELETE)
    return told(
        Grants.open(act("admit"), ActorId("ana"), partner=PARTNER),
        lambda grants: grants.grant(act("grant"), Right.REPORTS, scope=everywhere),
        lambda grants: grants.grant(act("more"), Right.PARTICIPANTS, some, scope=within),
        lambda grants: grants.grant(act("trained"), Right.RESOURCES, tuple(Action), scope=trained),
        lambda grants: grants.grant(act("sold"), Right.MANAGE_GROUP_PURCHASES, scope=sold),
        lambda grants: grants.revoke(act("less"), Right.PARTICIPANTS, (Action.DELETE,), scope=within),
        lambda grants: grants.grant_role(act("role"), PARTNER_ADMINISTRATOR, scope=within),
        lambda grants: grants.grant_role(act("for-a-while"), PARTNER_ADMINISTRATOR, scope=trained),
        lambda grants: grants.revoke_role(act("no-more", at=LATER), PARTNER_ADMINISTRATOR.name, scope=trained),
    )


def _moved() -> Sequence[GrantsDecision]:
    """Somebody of the organisation's own goes to a partner and comes back; then everything is granted."""
    return told(
        Grants.open(act("admit"), ActorId("chloé"), partner=None),
        lambda grants: grants.move(act("move"), OTHER_PARTNER),
        lambda grants: grants.move(act("move-back", at=LATER), None),
        lambda grants: grants.grant_role(act("all", at=LATER), EVERYTHING, scope=Scope()),
    )
