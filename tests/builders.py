"""What most tests start from: an act, a few people, a session of one day, a pool of a few seats.

`ANN`, `BEN` and `CLEO` have accounts; `ANN_TYPED` is Ann by her address alone, in another spelling; `DAN` is known
by an address and nothing else.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lara_core.kernel.decisions import Act, Refusal, why_not
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, Key, PoolId, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person, PersonKey
from lara_core.refunds import Charge, RefundTerms
from lara_core.seats import Policy, SeatPool
from lara_core.sessions import Session

TICK: Final = timedelta(microseconds=1)
NOW: Final = datetime(2027, 3, 1, 9, tzinfo=UTC)
STARTS: Final = datetime(2027, 3, 8, 9, tzinfo=UTC)
ENDS: Final = datetime(2027, 3, 8, 17, tzinfo=UTC)

ANN: Final = Person.of("ann@example.com", "ann")
ANN_TYPED: Final = Person.of("Ann@EXAMPLE.com")
BEN: Final = Person.of("ben@example.com", "ben")
CLEO: Final = Person.of("cleo@example.com", "cleo")
DAN: Final = Person.of("dan@example.com")

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


def pool(
    *learners: Person,
    invitees: Sequence[Person] = (),
    seats: int = 3,
    policy: Policy = FREELY,
    name: str = "pool",
) -> SeatPool:
    """A pool in that session, just bought, each seat at `PRICE`: those of *learners*, then those of *invitees*."""
    return SeatPool.buy(
        act(),
        PoolId(name),
        session=session(),
        transaction=TransactionId("order"),
        buyer=ActorId("manager"),
        prices=(PRICE,) * seats,
        policy=policy,
        learners=learners,
        invitees=invitees,
        seated=(),
    ).state


def charge(captured: Money = PRICE * 3, *, terms: RefundTerms = TERMS) -> Charge:
    """What was just taken for those seats."""
    return Charge.capture(act(), TransactionId("order"), buyer=ActorId("manager"), captured=captured, terms=terms).state


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


def flaw(build: Callable[[], object]) -> tuple[str, Flaw] | None:
    """The field and the flaw for which *build* is refused as a `BadValue`; `None` where it is not."""
    try:
        _ = build()
    except BadValue as bad:
        return bad.field, bad.flaw
    return None
