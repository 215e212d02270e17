"""What most tests start from: an act, a few people, a session of one day, a pool of a few seats.

`ANN`, `BEN`, `CLEO` and `EVE` have accounts; `ANN_TYPED` is Ann by her address alone, in another spelling;
`BEN_ELSEWHERE` is Ben by his account, with another address; `DAN` is known by an address and nothing else.
"""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision, Refusal, Refused, why_not
from lara_core.kernel.errors import BadValue, Flaw, IdReused, NotFound
from lara_core.kernel.ids import ActorId, Key, PartnerId, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person, PersonKey
from lara_core.refunds import Charge, RefundTerms, SeatMoney
from lara_core.rights import MATRIX, Action, Grants, GrantsDecision, Right, Role, Scope
from lara_core.seats import Cancelled, Cause, Policy, SeatDecision, SeatPool, SeatState, SessionFacts
from lara_core.sessions import Session
from lara_core.testing.memory import MemoryStore

TICK: Final = timedelta(microseconds=1)
NOW: Final = datetime(2027, 3, 1, 9, tzinfo=UTC)
STARTS: Final = datetime(2027, 3, 8, 9, tzinfo=UTC)
ENDS: Final = datetime(2027, 3, 8, 17, tzinfo=UTC)

ANN: Final = Person.of("ann@example.com", "ann")
ANN_TYPED: Final = Person.of("Ann@EXAMPLE.com")
BEN: Final = Person.of("ben@example.com", "ben")
BEN_ELSEWHERE: Final = Person.of("ben@example.org", "ben")
CLEO: Final = Person.of("cleo@example.com", "cleo")
DAN: Final = Person.of("dan@example.com")
EVE: Final = Person.of("eve@example.com", "eve")

ONE, TWO, THREE, FOUR, NINE = SeatNo(1), SeatNo(2), SeatNo(3), SeatNo(4), SeatNo(9)

FREELY: Final = Policy()
AT_PURCHASE: Final = Policy(assign_at_purchase=True)
# Invitations last a day, and so end long before the session starts.
BRIEFLY: Final = Policy(invitation_hours=24)
PRICE: Final = Money.of("10.00", "CAD")
# Of a seat at `PRICE` 1.50 is kept, and 3.00 once; in time until two days before the session.
TERMS: Final = RefundTerms("10", Money.of("0.50", "CAD"), Money.of("3.00", "CAD"), hours_before=48)
REFUNDED_UNTIL: Final = STARTS - timedelta(hours=48)


def act(at: datetime = NOW, *, by: str = "manager", key: str = "key") -> Act:
    """An act, a week before the session unless told otherwise."""
    return Act(at, ActorId(by), Key(key))


def keys(*people: Person) -> Collection[PersonKey]:
    """By what *people* are known: the fact that rules call `seated`."""
    return {key for person in people for key in person.keys}


def session(capacity: int | None = None, *, name: str = "excel") -> Session:
    """A session that has just been put on sale."""
    return Session.open(act(), SessionId(name), starts=STARTS, ends=ENDS, capacity=capacity).state


# The sessions of most tests, as they were put on sale: what a pool asks of them is the same ever after.
EXCEL: Final = session()
WORD: Final = session(name="word")
CALLED_OFF: Final = EXCEL.cancel(act()).state


def buy(
    act: Act,
    learners: Sequence[Person] = (),
    invitees: Sequence[Person] = (),
    *,
    name: str = "pool",
    prices: Sequence[Money] = (PRICE, PRICE, PRICE),
    policy: Policy = FREELY,
    session: SessionFacts = EXCEL,
    seated: Container[PersonKey] = (),
    invoice: Deadline | None = None,
) -> SeatDecision:
    """A purchase of the manager's, in the transaction of all pools here."""
    return SeatPool.buy(
        act,
        PoolId(name),
        session=session,
        transaction=TransactionId("order"),
        buyer=ActorId("manager"),
        prices=prices,
        policy=policy,
        learners=learners,
        invitees=invitees,
        invoice=invoice,
        seated=seated,
    )


def pool(
    *learners: Person,
    invitees: Sequence[Person] = (),
    seats: int = 3,
    policy: Policy = FREELY,
    name: str = "pool",
    invoice: Deadline | None = None,
) -> SeatPool:
    """A pool in that session, just bought, each seat at `PRICE`: those of *learners*, then those of *invitees*."""
    return buy(act(), learners, invitees, name=name, prices=(PRICE,) * seats, policy=policy, invoice=invoice).state


def mixed() -> SeatPool:
    """Seat 1 has Ann, seat 2 is free, seat 3 was Cleo's and is cancelled; version 3."""
    revoked = pool(ANN, BEN, CLEO).revoke(act(), TWO, session=EXCEL, seated=()).state
    return revoked.cancel(act(), (THREE,), session=EXCEL).state


def gone(holder: Person | None = None, was: SeatState = SeatState.ENROLLED, *, cause: Cause = Cause.ASKED) -> Cancelled:
    """What a cancelled seat leaves: *holder* *was* enrolled on it, unless it is said, or it was free."""
    return Cancelled(cause, SeatState.FREE if holder is None else was, holder)


def charge(captured: Money = PRICE * 3, *, terms: RefundTerms = TERMS) -> Charge:
    """What was just taken for those seats."""
    return Charge.capture(act(), TransactionId("order"), buyer=ActorId("manager"), captured=captured, terms=terms).state


def cad(amount: str) -> Money:
    """Canadian dollars."""
    return Money.of(amount, "CAD")


def money(kept: str, back: str, *, paid: str = "10.00", once: str = "0.00", due: str = "0.00") -> SeatMoney:
    """Where the money of a seat is, which costs `PRICE` unless it is said."""
    return SeatMoney(cad(paid), cad(kept), cad(back), cad(once), cad(due))


def in_turn(
    command: Callable[..., object], wrong: Mapping[str, Any], *mended: Mapping[str, Any]
) -> list[Refusal | None]:
    """What *command* says to arguments that are *wrong* in every way, and again as they are *mended* one by one.

    So the list is the order in which its guards look.
    """
    given = dict(wrong)
    said = [why_not(command, **given)]
    for mending in mended:
        given |= mending
        said.append(why_not(command, **given))
    return said


def granted(
    actor: str,
    rights: Mapping[Right, Collection[Action]] = MATRIX,
    *,
    scope: Scope | None = None,
    partner: PartnerId | None = None,
) -> GrantsDecision:
    """What one of *partner*'s people, or of the organisation's own, was granted: *rights*, everywhere unless told."""
    opened = Grants.open(act(), ActorId(actor), partner=partner)
    if not rights:
        return opened
    role = opened.state.grant_role(act(), Role("role", rights), scope=scope or Scope())
    return Decision(role.state, (*opened.events, *role.events))


def strictly(store: MemoryStore, *grants: GrantsDecision) -> MemoryStore:
    """The store as every other host's: it asks what was granted, which is *grants*, and trusts nobody else (R2)."""
    store.trusting = False
    with store.transaction() as work:
        for decision in grants:
            work.save(decision)
    return store


def answer(command: Callable[..., object], /, *args: Any, **given: Any) -> tuple[str, object] | None:
    """How a use case says no: that something is missing, in which words, or what it refuses; `None` where it does it.

    A key that stands for something else counts as an answer, too.
    """
    try:
        _ = command(*args, **given)
    except (NotFound, IdReused) as error:
        return type(error).__name__, str(error)
    except Refused as refused:
        return "Refused", refused.refusal
    return None


def flaw(build: Callable[[], object]) -> tuple[str, Flaw] | None:
    """The field and the flaw for which *build* is refused as a `BadValue`; `None` where it is not."""
    try:
        _ = build()
    except BadValue as bad:
        return bad.field, bad.flaw
    return None
