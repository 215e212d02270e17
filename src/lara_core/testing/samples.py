"""What the conformance suite stores, and how it tells that the same came back.

Between them the samples fill every field, each with what a careless column loses: microseconds, addresses in other
scripts, amounts of no to four decimals, ids that a collation takes for the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, cast

from attrs import fields, has

from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Decision, Event
from lara_core.kernel.ids import ActorId, HoldId, Key, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.seats import Policy, SeatDecision, SeatPool
from lara_core.sessions import Session, SessionDecision
from lara_core.telling.notices import Notice, Template

NOW: Final = datetime(2030, 3, 1, 9, 30, 0, 123_456, UTC)
STARTS: Final = datetime(2030, 6, 3, 7, tzinfo=UTC)
ENDS: Final = datetime(2030, 6, 5, 15, tzinfo=UTC)
UNTIL: Final = Deadline.at(NOW + timedelta(hours=1))

SESSION: Final = SessionId("welding-june")
OTHER_SESSION: Final = SessionId("welding-july")
POOL: Final = PoolId("pool-1")
OTHER_POOL: Final = PoolId("pool-2")
ADMIN: Final = ActorId("admin")
BUYER: Final = ActorId("acheteuse-é")


ANA: Final = Person.of("Ana.Lima@Example.com", "account-ana")
BORIS: Final = Person.of("boris@example.com", "account-boris")
CHLOE: Final = Person.of("Chloé@Bücher.example.com", "compte-chloé")
DAWUD: Final = Person.of("داود@example.com", "account-dawud")
EDITH: Final = Person.of("edith+welding@example.com", "account-edith")

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
        transaction=TransactionId("transaction-1"),
        buyer=BUYER,
        prices=(Money.of("10.00", "EUR"),) * seats,
        policy=Policy(),
        learners=learners,
        seated=(),
    )


def notice(key: str, *, to: Person | ActorId = ANA) -> Notice:
    """Something to tell *to* about a seat of `POOL`."""
    return Notice(key, to, Template.ENROLLED, SESSION, POOL, (SeatNo(1),))


def histories() -> Sequence[Sequence[Decision[Session | SeatPool, Event]]]:
    """What happened to some sessions and pools: each event at least once. A pool's session comes before it."""
    told: list[Sequence[Decision[Session | SeatPool, Event]]] = [_counted()]
    for prices in PRICES:
        session = opened(SessionId(f"session-{prices[0].currency}"))
        told += [(session, session.state.take(act("take"), len(prices))), _pool(session.state, prices)]
    return told


def _counted() -> Sequence[SessionDecision]:
    """Holds until a day, until an instant and secured; one that lapses, one that is converted, one that is released."""
    later, day = NOW + timedelta(hours=2), Deadline.on(date(2030, 3, 31), Zone("Europe/Paris"))
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
    session = then(session.resize(act("resize", at=later), 12))
    session = then(session.hold(act("released", at=later), HoldId("released"), 1, until=Deadline.at(later)))
    _ = then(session.release(act("release", at=later), HoldId("released")))
    return history


def _pool(session: Session, prices: Sequence[Money]) -> Sequence[SeatDecision]:
    """At the end seats are free, enrolled, and cancelled with a holder and without.

    Of a currency without digits, the policy is *assign at purchase*, and no seat is ever free.
    """
    assigned = prices[0].currency.digits == 0
    begun = SeatPool.buy(
        act("buy", by=BUYER),
        PoolId(f"pool-{prices[0].currency}"),
        session=session,
        transaction=TransactionId("transaction-2"),
        buyer=BUYER,
        prices=prices,
        policy=Policy(assign_at_purchase=assigned),
        learners=(ANA, BORIS, CHLOE, DAWUD) if assigned else (ANA, BORIS),
        seated=(),
    )
    history = [begun]

    def then(decision: SeatDecision) -> SeatPool:
        history.append(decision)
        return decision.state

    pool = then(begun.state.revoke(act("reassign"), SeatNo(1), to=EDITH, session=session, seated=()))
    if not assigned:
        pool = then(pool.revoke(act("revoke"), SeatNo(2), session=session, seated=()))
        pool = then(pool.cancel(act("cancel-free"), (SeatNo(4),), session=session))
        pool = then(pool.assign(act("assign"), (CHLOE, EDITH, CHLOE), session=session, seated=EDITH.keys))
    _ = then(pool.cancel(act("cancel"), (SeatNo(1),), session=session))
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
    elif has(kind):
        yield at, kind.__name__
        for field in fields(kind):
            yield from _leaves(getattr(value, field.name), f"{at}.{field.name}")
    else:
        yield at, f"{kind.__name__} {value}"
