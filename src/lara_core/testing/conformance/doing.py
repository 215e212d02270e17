"""What the tests of the conformance suite do again and again. Part of `lara_core.testing.conformance`."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final, ParamSpec, TypeAlias, TypeVar

from lara_core import purchase
from lara_core.hosting.once import once
from lara_core.hosting.places import hold_places
from lara_core.hosting.ports import GroupPurchase, Receipt, Store, Work
from lara_core.kernel.decisions import Act, Aggregate, Decision, Event
from lara_core.kernel.errors import LaraError
from lara_core.kernel.ids import HoldId, Key, PoolId, SessionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge
from lara_core.registrations import Registration
from lara_core.rights import Grants
from lara_core.seats import Policy, SeatDecision, SeatPool
from lara_core.sessions import Session
from lara_core.testing.races import insist
from lara_core.testing.samples import (
    ADMIN,
    BUYER,
    NOW,
    POOL,
    REGISTRATION,
    SESSION,
    TRANSACTION,
    UNTIL,
    Sample,
    act,
    opened,
)

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A", bound=Aggregate)
W = TypeVar("W", bound=Work)

Question: TypeAlias = Callable[[GroupPurchase], object]


class Crash(Exception):
    """The process went away here."""


class Withdrawn(Exception):
    """The host's own rule says no."""


STATES: Final[tuple[Question, ...]] = (
    lambda work: work.sessions.get(SESSION),
    lambda work: work.pools.get(POOL),
    lambda work: work.charges.get(TRANSACTION),
    lambda work: work.registrations.get(REGISTRATION),
)
EVENTS: Final[tuple[Question, ...]] = (
    lambda work: work.sessions.events(SESSION),
    lambda work: work.pools.events(POOL),
    lambda work: work.charges.events(TRANSACTION),
    lambda work: work.registrations.events(REGISTRATION),
)
# What an actor was granted is `None` where nothing was; its history is not found.
GRANTS: Final[tuple[Question, ...]] = (lambda work: work.entitlements.events(ADMIN),)


def ask(store: Store[GroupPurchase], question: Question) -> None:
    """Ask something, in a transaction of its own."""
    with store.transaction() as work:
        _ = question(work)


def everything(work: GroupPurchase) -> tuple[object, ...]:
    """All that is kept of what the samples have one of."""
    return (
        *(question(work) for question in (*STATES, *EVENTS)),
        work.answer(ADMIN, Key("open")),
        work.answer(BUYER, Key("buy")),
        tuple(work.waiting(10)),
    )


def load(work: GroupPurchase, state: Sample) -> Sample:
    """What is kept where *state* was saved."""
    match state:
        case Session():
            return work.sessions.get(state.id)
        case SeatPool():
            return work.pools.get(state.id)
        case Charge():
            return work.charges.get(state.id)
        case Registration():
            return work.registrations.get(state.id)
        case Grants():
            found = work.entitlements.find(state.id)
            assert found is not None, "find what somebody was granted"
            return found


def events(work: GroupPurchase, state: Sample) -> tuple[Event, ...]:
    """The events that are kept where *state* was saved."""
    match state:
        case Session():
            return tuple(work.sessions.events(state.id))
        case SeatPool():
            return tuple(work.pools.events(state.id))
        case Charge():
            return tuple(work.charges.events(state.id))
        case Registration():
            return tuple(work.registrations.events(state.id))
        case Grants():
            return tuple(work.entitlements.events(state.id))


def save(store: Store[Work], decision: Decision[A, Event]) -> A:
    """Save *decision* by hand, in a transaction of its own and without a key, and give back its state."""
    with store.transaction() as work:
        work.save(decision)
    return decision.state


def put_on_sale(store: Store[GroupPurchase], key: str, session: SessionId = SESSION, *, by: str = ADMIN) -> Receipt:
    """Put a session on sale under a key; nobody's rights are asked."""
    return once(store, act(key, by=by), {"session": session}, lambda _: (opened(session),))


def on_pool(
    store: Store[GroupPurchase],
    key: str,
    command: Callable[[Act, SeatPool, Session], SeatDecision],
    *,
    by: str = ADMIN,
    pool: PoolId = POOL,
) -> Receipt:
    """Do something with a pool under a key; nobody's rights are asked."""
    acting = act(key, by=by)

    def body(work: GroupPurchase) -> tuple[SeatDecision]:
        found = work.pools.get(pool)
        return (command(acting, found, work.sessions.get(found.session)),)

    return once(store, acting, {"pool": pool}, body)


def hold_place(store: Store[GroupPurchase], key: str, hold: str, *, places: int = 1, days: int = 0) -> Receipt:
    """Hold places of the sample session, under a key."""
    return hold_places(store, act(key, at=NOW + timedelta(days=days)), SESSION, HoldId(hold), places, until=UNTIL)


def buy(store: Store[GroupPurchase], key: str, learner: Person) -> Receipt:
    """Buy the sample pool, under a key; no portal is asked."""
    buying = act(key, by=BUYER)

    def body(work: GroupPurchase) -> purchase.Bought:
        return purchase.buy_seats(
            buying,
            work.sessions.get(SESSION),
            POOL,
            role=BuyerRole.CLIENT,
            bulk_buyers=(BuyerRole.CLIENT,),
            transaction=TRANSACTION,
            buyer=BUYER,
            prices=(Money.of("10.00", "EUR"), Money.of("8.50", "EUR")),
            policy=Policy(),
            learners=(learner,),
            seated=work.seated(SESSION),
        )

    return once(store, buying, {"learner": learner}, body)


def told(receipt: Receipt) -> tuple[Event, ...]:
    """The events of a receipt."""
    return tuple(each.event for each in receipt.written)


def outcome(command: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | type[Exception]:
    """What *command* gives back, or the kind of error that it raises."""
    try:
        return command(*args, **kwargs)
    except (LaraError, Crash, Withdrawn) as error:
        return type(error)


def under(
    key: str, body: Callable[[W], Sequence[Decision[Aggregate, Event]]], *, asking: str = ""
) -> Callable[[Store[W]], Receipt | type[Exception]]:
    """A task: run *body* under *key* until it is not stale; its receipt, or the kind of its error."""
    return lambda store: outcome(insist, partial(once, store, act(key), {"asking": asking}, body))


def named(outcomes: Sequence[object]) -> str:
    """What *outcomes* are, for a message."""
    return " and ".join(each.__name__ if isinstance(each, type) else type(each).__name__ for each in outcomes)
