"""What the conformance suite stores, and how it tells that the same came back.

Between them the samples fill every field, each with what a careless column loses: microseconds, addresses in other
scripts, amounts of no to four decimals, ids that a collation takes for the same, policies that are not the usual one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, cast

from attrs import fields, has

from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Decision, Event
from lara_core.kernel.ids import ActorId, HoldId, Key, PoolId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.refunds import Charge, ChargeDecision, Override, RefundTerms
from lara_core.seats import Mode, Policy, SeatDecision, SeatPool
from lara_core.sessions import Session, SessionDecision
from lara_core.telling.notices import Notice, Template

NOW: Final = datetime(2030, 3, 1, 9, 30, 0, 123_456, UTC)
STARTS: Final = datetime(2030, 6, 3, 7, tzinfo=UTC)
ENDS: Final = datetime(2030, 6, 5, 15, tzinfo=UTC)
UNTIL: Final = Deadline.at(NOW + timedelta(hours=1))
_LATER: Final = NOW + timedelta(hours=2)

SESSION: Final = SessionId("welding-june")
OTHER_SESSION: Final = SessionId("welding-july")
POOL: Final = PoolId("pool-1")
OTHER_POOL: Final = PoolId("pool-2")
TRANSACTION: Final = TransactionId("transaction-1")
OTHER_TRANSACTION: Final = TransactionId("transaction-2")
ADMIN: Final = ActorId("admin")
BUYER: Final = ActorId("acheteuse-é")

ANA: Final = Person.of("Ana.Lima@Example.com", "account-ana")
BORIS: Final = Person.of("boris@example.com", "account-boris")
CHLOE: Final = Person.of("Chloé@Bücher.example.com", "compte-chloé")
DAWUD: Final = Person.of("داود@example.com", "account-dawud")
EDITH: Final = Person.of("edith+welding@example.com", "account-edith")
# Two by their addresses alone. Faye has an account by the time she accepts, under another address.
FAYE: Final = Person.of("Faye.O'Hara@Example.com")
FAYE_ACCEPTING: Final = Person.of("faye@straße.example.com", "account-faye")
GITA: Final = Person.of("गीता@example.com")
GITA_MISTYPED: Final = Person.of("गीत@example.com")
# The same people in other spellings.
CHLOE_AGAIN: Final = Person.of("CHLOé@bücher.EXAMPLE.com")
GITA_AGAIN: Final = Person.of("गीत@EXAMPLE.com")

# What collations and short columns take for the same, though it is not.
ALIKE: Final = (
    "run-a",
    "RUN-A",
    "run-e",
    "run-\N{LATIN SMALL LETTER E WITH ACUTE}",
    "run-e\N{COMBINING ACUTE ACCENT}",
    "x" * 254 + "1",
    "x" * 254 + "2",
)

# Currencies of no, two, three and four digits; amounts of nothing, of one minor unit, and more than 32 bits of them.
PRICES: Final = (
    (Money.of("1200", "JPY"), Money.of("0", "JPY"), Money.of("1", "JPY"), Money.of("7", "JPY")),
    (Money.of("99.99", "EUR"), Money.of("0.00", "EUR"), Money.of("10000000000.01", "EUR"), Money.of("1.10", "EUR")),
    (Money.of("0.001", "KWD"), Money.of("1.234", "KWD"), Money.of("0.000", "KWD"), Money.of("5.500", "KWD")),
    (Money.of("0.0001", "CLF"), Money.of("2.0000", "CLF"), Money.of("3.5000", "CLF"), Money.of("0.0000", "CLF")),
)


def act(key: str, *, by: str = ADMIN, at: datetime = NOW) -> Act:
    """Somebody does something, usually the administrator, usually now."""
    return Act(at, ActorId(by), Key(key))


def opened(session: SessionId = SESSION, *, capacity: int | None = None) -> SessionDecision:
    """A session that is put on sale."""
    return Session.open(act("open"), session, starts=STARTS, ends=ENDS, capacity=capacity)


def bought(
    pool: PoolId = POOL, learners: Sequence[Person] = (), *, seats: int = 3, session: SessionId = SESSION
) -> SeatDecision:
    """A pool of *seats* in *session*, with *learners* on the first of them."""
    return SeatPool.buy(
        act("buy", by=BUYER),
        pool,
        session=opened(session).state,
        transaction=TRANSACTION,
        buyer=BUYER,
        prices=(Money.of("10.00", "EUR"),) * seats,
        policy=Policy(),
        learners=learners,
        seated=(),
    )


def captured(transaction: TransactionId = TRANSACTION, *, euros: int = 30) -> ChargeDecision:
    """What was taken for the seats of a transaction."""
    terms = RefundTerms("0", Money.of(0, "EUR"), Money.of(0, "EUR"))
    return Charge.capture(
        act("capture", by=BUYER), transaction, buyer=BUYER, captured=Money.of(euros, "EUR"), terms=terms
    )


def notice(key: str, *, to: Person | ActorId = ANA) -> Notice:
    """Something to tell *to* about a seat of `POOL`."""
    return Notice(key, to, Template.ENROLLED, SESSION, POOL, (SeatNo(1),))


def invitation(key: str, *, to: Person = FAYE) -> Notice:
    """What *to* reads who is invited to a seat of `POOL`."""
    return Notice(key, to, Template.INVITED, SESSION, POOL, (SeatNo(2),), 3, UNTIL)


def refunded(key: str) -> Notice:
    """What the buyer reads who gets money back for a seat of `POOL`."""
    return Notice(
        key, BUYER, Template.REFUND_SUCCEEDED, SESSION, POOL, (SeatNo(1),), amount=Money.of("10000000000.001", "KWD")
    )


def histories() -> Sequence[Sequence[Decision[Session | SeatPool | Charge, Event]]]:
    """What happened to some sessions, pools and charges: each event at least once.

    A pool's session comes before it, and the pools of a charge before the charge.
    """
    told: list[Sequence[Decision[Session | SeatPool | Charge, Event]]] = [_counted()]
    for tell, prices in zip((_at_purchase, _in_both_modes, _at_once, _by_invitation), PRICES, strict=True):
        session = opened(SessionId(f"session-{prices[0].currency}"))
        told += [(session, session.state.take(act("take"), len(prices))), tell(session.state, prices)]
    yen, _, dinars, _ = PRICES
    told += [_refunded_at_last(yen), *_kept_and_overridden(dinars)]
    return told


def _counted() -> Sequence[SessionDecision]:
    """Holds until a day, until an instant and secured; some that lapse, one that is converted, one that is released."""
    day = Deadline.on(date(2030, 3, 31), Zone("Europe/Paris"))
    history = [opened(capacity=40)]

    def then(decision: SessionDecision) -> Session:
        history.append(decision)
        return decision.state

    session = history[0].state
    session = then(session.hold(act("day"), HoldId("day"), 3, until=day))
    session = then(session.hold(act("instant"), HoldId("instant"), 2, until=UNTIL))
    session = then(session.hold(act("secured"), HoldId("secured"), 1, until=UNTIL))
    session = then(session.secure(act("secure"), HoldId("secured")))
    session = then(session.hold(act("converted"), HoldId("converted"), 5, until=UNTIL))
    session = then(session.take(act("take"), 5, hold=HoldId("converted")))
    session = then(session.give_back(act("give-back"), 1))
    session = then(session.resize(act("resize", at=_LATER), 12))
    session = then(session.hold(act("released", at=_LATER), HoldId("released"), 1, until=Deadline.at(_LATER)))
    session = then(session.release(act("release", at=_LATER), HoldId("released")))
    for tick in (1, 2):
        short, end = HoldId(f"short-{tick}"), Deadline.at(_LATER + timedelta(microseconds=tick))
        session = then(session.hold(act(f"hold-{tick}", at=end.instant), short, 1, until=end))
    _ = then(session.take(act("take-later", at=_LATER + timedelta(microseconds=3)), 1))
    return history


def _at_purchase(session: Session, prices: Sequence[Money]) -> Sequence[SeatDecision]:
    """Under *assign at purchase*: seats change hands in one breath, and one that its learner leaves is to be assigned.

    Two are invited: one is reminded and accepts under another address, the other loses the invitation with the seat.
    """
    one, two, three, four = (SeatNo(number) for number in range(1, 5))
    policy = Policy(assign_at_purchase=True, invitation_hours=36, reminders=3, withdrawal=True)
    return _told(
        _begun(session, prices, policy, learners=(ANA, BORIS), invitees=(FAYE, CHLOE)),
        lambda pool: pool.revoke(act("reassign"), one, to=EDITH, session=session, seated=()),
        lambda pool: pool.revoke(
            act("reinvite", at=_LATER), two, to=GITA, mode=Mode.CONFIRMATION, session=session, seated=()
        ),
        lambda pool: pool.remind(act("remind"), (two, three), session=session),
        lambda pool: pool.remind(act("remind-again", at=_LATER), (three,), session=session),
        lambda pool: pool.accept(
            act("accept", by="faye"), three, 1, learner=FAYE_ACCEPTING, session=session, seated=FAYE.keys
        ),
        lambda pool: pool.withdraw(act("withdraw", by="edith"), one, session=session),
        lambda pool: pool.revoke(act("replace"), four, to=DAWUD, session=session, seated=()),
        lambda pool: pool.cancel(act("cancel"), (one, two, four), session=session),
    )


def _in_both_modes(session: Session, prices: Sequence[Money]) -> Sequence[SeatDecision]:
    """A mistyped address is corrected; nobody answers in time, so the seat is given to another; the buyer changes."""
    one, two, three, four = (SeatNo(number) for number in range(1, 5))
    late = NOW + timedelta(days=8)
    return _told(
        _begun(session, prices, Policy(), learners=(ANA, BORIS)),
        lambda pool: pool.revoke(act("revoke"), two, session=session, seated=()),
        lambda pool: pool.cancel(act("cancel-free"), (four,), session=session),
        lambda pool: pool.assign(act("assign"), (CHLOE, EDITH, CHLOE_AGAIN), session=session, seated=EDITH.keys),
        lambda pool: pool.invite(act("invite"), (GITA_MISTYPED, EDITH, GITA_AGAIN), session=session, seated=EDITH.keys),
        lambda pool: pool.correct(act("correct", at=_LATER), three, GITA.address, session=session, seated=()),
        lambda pool: pool.assign(act("assign-late", at=late), (DAWUD,), session=session, seated=GITA.keys),
        lambda pool: pool.hand_over(act("hand-over", at=late), ActorId("compradora-ñ")),
        lambda pool: pool.cancel(act("cancel", at=late), (one,), session=session),
    )


def _at_once(session: Session, prices: Sequence[Money]) -> Sequence[SeatDecision]:
    """Seats are given *immediately* alone, the last of them while the session runs."""
    policy = Policy(modes=frozenset({Mode.IMMEDIATE}), invitation_hours=1, reminders=0)
    return _told(
        _begun(session, prices, policy, learners=(ANA,)),
        lambda pool: pool.revoke(act("reassign"), SeatNo(1), to=EDITH, session=session, seated=()),
        lambda pool: pool.cancel(act("cancel"), (SeatNo(4),), session=session),
        lambda pool: pool.assign(act("assign", at=STARTS), (BORIS, CHLOE), session=session, seated=()),
    )


def _by_invitation(session: Session, prices: Sequence[Money]) -> Sequence[SeatDecision]:
    """Seats are given *with confirmation* alone: one is declined, one expires on the way, the rest with the start."""
    policy = Policy(modes=frozenset({Mode.CONFIRMATION}), invitation_hours=24 * 30, reminders=100)
    late = NOW + timedelta(days=80)
    return _told(
        _begun(session, prices, policy, invitees=(CHLOE, GITA)),
        lambda pool: pool.decline(act("decline", by="chloé"), SeatNo(1), 1, session=session),
        lambda pool: pool.invite(act("invite", at=late), (CHLOE, FAYE), session=session, seated=GITA.keys),
        lambda pool: pool.invite(act("invite-more", at=late), (ANA,), session=session, seated=()),
        lambda pool: pool.expire(act("expire", at=STARTS), session=session),
    )


def _refunded_at_last(prices: Sequence[Money]) -> Sequence[ChargeDecision]:
    """Seats of `_at_purchase` are settled under all the terms; the refund fails, is tried again, and succeeds."""
    session, pool = opened(SessionId("session-JPY")).state, PoolId("pool-JPY")
    one, two, four = SeatNo(1), SeatNo(2), SeatNo(4)
    refund, terms = RefundId("remboursement-é"), RefundTerms("12.50", Money.of(10, "JPY"), Money.of(300, "JPY"), 48)
    paid = {one: prices[0], two: prices[1]}
    return _charged(
        _captured(Money.of(10_000_000_000, "JPY"), terms),
        lambda charge: charge.settle(act("settle"), charge.id, pool, paid, session=session, refund=refund),
        lambda charge: charge.fail(act("fail", by="prestataire-é", at=_LATER), refund),
        lambda charge: charge.retry(act("retry", at=_LATER), refund),
        lambda charge: charge.settle(act("keep"), charge.id, pool, {four: prices[3]}, session=session, refund=None),
        lambda charge: charge.succeed(act("succeed", by="prestataire-é", at=_LATER), refund),
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
        _told(
            _begun(session, prices, Policy(), pool=other),
            lambda pool: pool.cancel(act("cancel-second", at=late), (four,), session=session),
        ),
        _charged(
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


def _charged(begun: ChargeDecision, *commands: Callable[[Charge], ChargeDecision]) -> Sequence[ChargeDecision]:
    """As `_told`, for a charge."""
    history = [begun]
    for command in commands:
        history.append(command(history[-1].state))
    return history


def _begun(
    session: Session,
    prices: Sequence[Money],
    policy: Policy,
    *,
    pool: PoolId | None = None,
    learners: Sequence[Person] = (),
    invitees: Sequence[Person] = (),
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
        seated=(),
    )


def _told(begun: SeatDecision, *commands: Callable[[SeatPool], SeatDecision]) -> Sequence[SeatDecision]:
    """One decision after another, each on the state that the one before led to."""
    history = [begun]
    for command in commands:
        history.append(command(history[-1].state))
    return history


def differences(saved: object, loaded: object, name: str) -> str:
    """Where *loaded* is not what was *saved*, to the last field and its type; empty where it is.

    Equality is not enough: it does not see what was typed as an address, nor that a whole number has become a boolean.
    """
    was, has_become = dict(_leaves(saved, name)), dict(_leaves(loaded, name))
    return "; ".join(
        f"{at} was {was.get(at, 'not there')} and is {has_become.get(at, 'not there')}"
        for at in was | has_become
        if was.get(at) != has_become.get(at)
    )


def _leaves(value: object, at: str) -> Iterator[tuple[str, str]]:
    kind = type(value)
    if isinstance(value, Mapping):
        for key, each in cast("Mapping[object, object]", value).items():
            yield from _leaves(each, f"{at}[{type(key).__name__} {key}]")
    elif isinstance(value, tuple):
        for index, each in enumerate(cast("tuple[object, ...]", value)):
            yield from _leaves(each, f"{at}[{index}]")
    elif isinstance(value, frozenset):
        # Equal sets may come in another order.
        for leaf in sorted(leaf for each in cast("frozenset[object]", value) for _, leaf in _leaves(each, at)):
            yield f"{at}[{leaf}]", "there"
    elif has(kind):
        yield at, kind.__name__
        for field in fields(kind):
            yield from _leaves(getattr(value, field.name), f"{at}.{field.name}")
    else:
        yield at, f"{kind.__name__} {value}"
