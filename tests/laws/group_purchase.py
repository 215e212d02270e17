"""The small worlds of group purchase: 2 seats × 3 people × the policies × every command, and a session's places.

One of the people is known by an address alone, and one is also named in a second way, so that there are four
mentions of three people. Time only goes forward, and stops at the instants where a rule may change its mind. There
are three searches: seats given out at once, seats offered by invitation, and places.
"""

from collections.abc import Callable, Container, Hashable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Final, TypeAlias, cast

from attrs import evolve, frozen

from lara_core import purchase
from lara_core.hosting import group_purchase as use
from lara_core.hosting.ports import GroupPurchase, Receipt, Store
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Aggregate, Decision, Event, Refused, why_not
from lara_core.kernel.errors import IdReused, StaleState
from lara_core.kernel.ids import AccountId, ActorId, HoldId, Key, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import EmailAddress, Person, PersonKey
from lara_core.seats import (
    SEAT,
    InvitationAccepted,
    InvitationCorrected,
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    Mode,
    Policy,
    RemindersSent,
    SeatDecision,
    SeatPool,
    SeatRevoked,
    SeatsAssigned,
    SeatsCancelled,
    SeatsInvited,
    SeatState,
    SeatVerb,
)
from lara_core.sessions import Session, SessionEvent
from lara_core.testing import laws
from lara_core.testing.memory import MemoryStore
from lara_core.testing.search import Report, Step, explore

TICK: Final = timedelta(microseconds=1)
BEFORE: Final = datetime(2027, 3, 1, 9, tzinfo=UTC)
ANSWERED_BY: Final = BEFORE + timedelta(hours=48)
UNTIL: Final = BEFORE + timedelta(minutes=15)
STARTS: Final = datetime(2027, 3, 8, 9, tzinfo=UTC)
ENDS: Final = datetime(2027, 3, 8, 17, tzinfo=UTC)

ANN: Final = Person(EmailAddress("ann@example.com"), AccountId("ann"))
ANN_BY_ADDRESS: Final = Person(EmailAddress("Ann@EXAMPLE.com"))
BEN: Final = Person(EmailAddress("ben@example.com"), AccountId("ben"))
CLEO: Final = Person(EmailAddress("cleo@example.com"))
CLEO_SIGNED_IN: Final = Person(EmailAddress("cleo@example.com"), AccountId("cleo"))
MENTIONS: Final = (ANN, ANN_BY_ADDRESS, BEN, CLEO)
# Nobody, one, two in any order and spelling, and more than there are seats.
BATCHES: Final[tuple[tuple[Person, ...], ...]] = (
    (),
    *((one,) for one in MENTIONS),
    *product(MENTIONS, repeat=2),
    (ANN, BEN, CLEO),
    (ANN, ANN_BY_ADDRESS, BEN),
)

SESSION: Final = SessionId("excel")
POOL: Final = PoolId("pool")
PRICES: Final = (Money(1000, Currency("CAD")), Money(900, Currency("CAD")))
SEATS: Final = (SeatNo(1), SeatNo(2), SeatNo(3))

Decisions: TypeAlias = Sequence[Decision[Aggregate, Event]]
Move: TypeAlias = tuple[SeatState, SeatVerb, SeatState]


@frozen
class World:
    """A session, its pool once there is one, all that happened to them, and who is registered individually."""

    now: datetime
    session: Session
    session_events: tuple[Event, ...]
    outside: tuple[Person, ...] = ()
    pool: SeatPool | None = None
    pool_events: tuple[Event, ...] = ()

    def key(self) -> Hashable:
        """Everything but versions, history, and what no rule looks at: who bought, and who had a cancelled seat."""
        pool, session = self.pool, self.session
        holds = tuple(sorted((name, hold.places, hold.until is None) for name, hold in session.holds.items()))
        seats = pool and (
            pool.policy,
            pool.free,
            tuple(sorted((seat, person.keys) for seat, person in pool.enrolled.items())),
            tuple(sorted(pool.accepted)),
            tuple(
                sorted((seat, sent.to.keys, sent.until.instant, sent.reminders) for seat, sent in pool.invited.items())
            ),
            tuple(sorted(pool.cancelled)),
        )
        return self.now, session.capacity, session.taken, holds, self.outside, seats

    def seated(self) -> Container[PersonKey]:
        """What the host knows: who sits in the session already."""
        pool = self.pool
        inside = (*pool.enrolled.values(), *(sent.to for sent in pool.invited.values())) if pool else ()
        return {key for person in (*self.outside, *inside) for key in person.keys}

    def after(self, at: datetime, decisions: Decisions) -> "World":
        """The world once *decisions* are saved."""
        world = evolve(self, now=at)
        for decision in decisions:
            match decision:
                case Decision(state=Session() as session, events=events):
                    world = evolve(world, session=session, session_events=(*world.session_events, *events))
                case Decision(state=SeatPool() as pool, events=events):
                    world = evolve(world, pool=pool, pool_events=(*world.pool_events, *events))
                case _:
                    raise AssertionError(decision)
        return world


@frozen
class Command:
    """One command with its arguments: as the rule decides it, and as a host runs it."""

    verb: str
    pure: Callable[[Act], Decision[Aggregate, Event] | Decisions]
    hosted: Callable[[Store[GroupPurchase], Act], Receipt] | None = None
    action: tuple[SeatNo, SeatVerb] | None = None


# --- Which commands a world has ---------------------------------------------------------------------------------


def pool_commands(world: World) -> Iterator[Command]:
    """Every command on the seats of the world's pool; buying it, while there is none."""
    pool, session, seated = world.pool, world.session, world.seated()
    elsewhere = evolve(session, id=SessionId("other"))
    if pool is None:
        order, buyer = TransactionId("order"), ActorId("manager")
        for policy, learners in product((Policy(), Policy(assign_at_purchase=True)), BATCHES):
            yield Command(
                "buy",
                partial(
                    purchase.buy_seats,
                    session=session,
                    pool=POOL,
                    transaction=order,
                    buyer=buyer,
                    prices=PRICES,
                    policy=policy,
                    learners=learners,
                    seated=seated,
                ),
                partial(
                    use.buy_seats,
                    pool=POOL,
                    session=SESSION,
                    transaction=order,
                    buyer=buyer,
                    prices=PRICES,
                    policy=policy,
                    learners=learners,
                ),
            )
        return
    for learners in BATCHES:
        yield Command(
            "assign",
            partial(pool.assign, learners=learners, session=session, seated=seated),
            partial(use.assign_seats, pool=POOL, learners=learners),
        )
    for seat, to in product(SEATS, (None, *MENTIONS)):
        yield Command(
            "revoke",
            partial(pool.revoke, seat=seat, to=to, session=session, seated=seated),
            partial(use.revoke_seat, pool=POOL, seat=seat, to=to),
            (seat, SeatVerb.REASSIGN if to else SeatVerb.REVOKE),
        )
    for seats in ((), SEATS[:1], SEATS[1:2], SEATS[:2], (SEATS[0], SEATS[0]), SEATS):
        yield Command(
            "cancel",
            partial(purchase.cancel_seats, session=session, pool=pool, seats=seats),
            partial(use.cancel_seats, pool=POOL, seats=seats),
            (seats[0], SeatVerb.CANCEL) if len(seats) == 1 else None,
        )
    yield Command(
        "cancel_all",
        partial(purchase.cancel_all_seats, session=session, pool=pool),
        partial(use.cancel_all_seats, pool=POOL),
    )
    yield Command("assign", partial(pool.assign, learners=(BEN,), session=elsewhere, seated=seated))
    yield Command("revoke", partial(pool.revoke, seat=SEATS[0], session=elsewhere, seated=seated))
    yield Command("cancel", partial(pool.cancel, seats=SEATS[:1], session=elsewhere))
    yield Command("cancel_all", partial(pool.cancel_all, session=elsewhere))


INVITING: Final = (
    Policy(invitation_hours=48, reminders=1, withdrawal=True),
    Policy(invitation_hours=48, reminders=1, withdrawal=True, assign_at_purchase=True),
    Policy(modes=frozenset({Mode.IMMEDIATE})),
    Policy(modes=frozenset({Mode.CONFIRMATION})),
)
INVITED: Final[tuple[tuple[Person, ...], ...]] = ((), (CLEO,), (BEN,), (CLEO, BEN), (BEN, CLEO, ANN))
GIVEN: Final = (
    (None, Mode.IMMEDIATE),
    (ANN, Mode.IMMEDIATE),
    (CLEO, Mode.CONFIRMATION),
    (CLEO, Mode.IMMEDIATE),
)


def invitation_commands(world: World) -> Iterator[Command]:
    """Every command that has to do with invitations, on a pool of two seats."""
    pool, session, seated = world.pool, world.session, world.seated()
    elsewhere = evolve(session, id=SessionId("other"))
    order, buyer = TransactionId("order"), ActorId("manager")
    if pool is None:
        for policy, learners, invitees in product(INVITING, ((), (BEN,)), ((), (CLEO,))):
            yield Command(
                "buy",
                partial(
                    purchase.buy_seats,
                    session=session,
                    pool=POOL,
                    transaction=order,
                    buyer=buyer,
                    prices=PRICES,
                    policy=policy,
                    learners=learners,
                    invitees=invitees,
                    seated=seated,
                ),
                partial(
                    use.buy_seats,
                    pool=POOL,
                    session=SESSION,
                    transaction=order,
                    buyer=buyer,
                    prices=PRICES,
                    policy=policy,
                    learners=learners,
                    invitees=invitees,
                ),
            )
        return
    for people in INVITED:
        yield Command(
            "invite",
            partial(pool.invite, people=people, session=session, seated=seated),
            partial(use.invite_to_seats, pool=POOL, people=people),
        )
    yield Command(
        "assign",
        partial(pool.assign, learners=(BEN,), session=session, seated=seated),
        partial(use.assign_seats, pool=POOL, learners=(BEN,)),
    )
    for seat in SEATS:
        sent = pool.invited.get(seat)
        # The seat's own invitation, the one that was accepted, and one that is dead.
        for number in {sent.number if sent else 0, pool.accepted.get(seat, 0), 10**6}:
            for learner in (CLEO, CLEO_SIGNED_IN, BEN, ANN):
                yield Command(
                    "accept",
                    partial(pool.accept, seat=seat, invitation=number, learner=learner, session=session, seated=seated),
                    partial(use.accept_invitation, pool=POOL, seat=seat, invitation=number, learner=learner),
                    (seat, SeatVerb.ACCEPT) if sent else None,
                )
            yield Command(
                "decline",
                partial(pool.decline, seat=seat, invitation=number, session=session),
                partial(use.decline_invitation, pool=POOL, seat=seat, invitation=number),
                (seat, SeatVerb.DECLINE),
            )
        yield Command(
            "remind",
            partial(pool.remind, seats=(seat,), session=session),
            partial(use.remind_invitees, pool=POOL, seats=(seat,)),
            (seat, SeatVerb.REMIND),
        )
        for address in (CLEO.address, BEN.address, EmailAddress("clea@example.com")):
            yield Command(
                "correct",
                partial(pool.correct, seat=seat, to=address, session=session, seated=seated),
                partial(use.correct_invitation, pool=POOL, seat=seat, to=address),
                (seat, SeatVerb.CORRECT),
            )
        yield Command(
            "withdraw",
            partial(pool.withdraw, seat=seat, session=session),
            partial(use.withdraw_learner, pool=POOL, seat=seat),
            (seat, SeatVerb.WITHDRAW),
        )
        for to, mode in GIVEN:
            yield Command(
                "revoke",
                partial(pool.revoke, seat=seat, to=to, mode=mode, session=session, seated=seated),
                partial(use.revoke_seat, pool=POOL, seat=seat, to=to, mode=mode),
                (seat, SeatVerb.REVOKE),
            )
        yield Command(
            "cancel",
            partial(purchase.cancel_seats, session=session, pool=pool, seats=(seat,)),
            partial(use.cancel_seats, pool=POOL, seats=(seat,)),
            (seat, SeatVerb.CANCEL),
        )
    yield Command("remind", partial(pool.remind, seats=(), session=session))
    yield Command("expire", partial(pool.expire, session=session), partial(use.expire_invitations, pool=POOL))
    for heir in (buyer, ActorId("heir")):
        yield Command(
            "hand_over", partial(pool.hand_over, buyer=heir), partial(use.hand_over_pool, pool=POOL, buyer=heir)
        )
    first = SEATS[0]
    yield Command("invite", partial(pool.invite, people=(BEN,), session=elsewhere, seated=seated))
    yield Command(
        "accept", partial(pool.accept, seat=first, invitation=1, learner=BEN, session=elsewhere, seated=seated)
    )
    yield Command("decline", partial(pool.decline, seat=first, invitation=1, session=elsewhere))
    yield Command("remind", partial(pool.remind, seats=(first,), session=elsewhere))
    yield Command("correct", partial(pool.correct, seat=first, to=BEN.address, session=elsewhere, seated=seated))
    yield Command("withdraw", partial(pool.withdraw, seat=first, session=elsewhere))
    yield Command("expire", partial(pool.expire, session=elsewhere))


def session_commands(world: World) -> Iterator[Command]:
    """Every command on the places of the world's session: two holds, one and two places, every small capacity."""
    session, until = world.session, Deadline.at(UNTIL)
    for hold in (HoldId("h1"), HoldId("h2")):
        for places in (1, 2):
            yield Command(
                "hold",
                partial(session.hold, hold=hold, places=places, until=until),
                partial(use.hold_places, session=SESSION, hold=hold, places=places, until=until),
            )
        yield Command(
            "secure", partial(session.secure, hold=hold), partial(use.secure_hold, session=SESSION, hold=hold)
        )
        yield Command(
            "release", partial(session.release, hold=hold), partial(use.release_hold, session=SESSION, hold=hold)
        )
    for capacity in (None, 0, 1, 2, 3):
        yield Command(
            "resize",
            partial(session.resize, capacity=capacity),
            partial(use.resize_session, session=SESSION, capacity=capacity),
        )
    for places in (1, 2):
        # An uncounted session has no end of places: three are as good as more.
        if session.taken + places <= 3 or session.capacity is not None:
            for converted in (None, HoldId("h1"), HoldId("h2")):
                yield Command("take", partial(session.take, places=places, hold=converted))
        yield Command("give_back", partial(session.give_back, places=places))


# --- What is held against the laws ------------------------------------------------------------------------------


def attempt(world: World, command: Command, at: datetime, *, pools: bool) -> Step[World]:
    """Try *command*, and hold all that comes of it against the laws."""
    act = Act(at, ActorId("manager"), Key("key"))
    before = world.key()
    broken: list[str] = []
    try:
        decided = command.pure(act)
    except Refused as refused:
        # Asked again: the answer is the same value, and neither asking left a trace (K2, K10).
        if why_not(command.pure, act) != refused.refusal or world.key() != before:
            broken.append(REFUSAL_IS_STILL)
        return Step(seen=(("refusal", command.verb, refused.refusal.code),), broken=tuple(broken))
    except Exception as stray:  # noqa: BLE001 - whatever escapes is what this looks for
        return Step(broken=(f"{TOTALITY}: {type(stray).__name__}",))
    if world.key() != before:
        broken.append(DECISION_IS_STILL)
    decisions = (decided,) if isinstance(decided, Decision) else decided
    after = world.after(at, decisions)
    for decision in decisions:
        old = world.session if isinstance(decision.state, Session) else world.pool
        broken.extend(laws.of_decision(old, decision))
        if isinstance(decision.state, SeatPool):
            broken.extend(laws.of_policy(world.pool, cast("SeatDecision", decision)))
    if after.pool is not None:
        broken.extend(laws.of_pool(after.pool))
    if pools:
        broken.extend(laws.of_session(after.session, (after.pool,) if after.pool else (), at))
        if after.pool and any(person.is_in(_keys(after.outside)) for person in after.pool.enrolled.values()):
            broken.append(laws.NOBODY_TWICE)
    elif laws.CAPACITY in tuple(laws.of_session(after.session, (), at)):
        broken.append(laws.CAPACITY)
    if command.action is not None and world.pool is not None:
        seat, verb = command.action
        if verb not in world.pool.as_of(at, world.session).actions(seat):
            broken.append(HIDDEN)
    # A decision that is wrong already would be taken for a fault of the store.
    if command.hosted is not None and not broken:
        broken.extend(_under_a_key(world, command.hosted, act, decisions))
    moves = tuple(_moves(world.pool, after.pool, decisions))
    broken.extend(OFF_TABLE for old, verb, new in moves if SEAT[old].get(verb) is not new)
    seen = (*(("move", *move) for move in moves), ("allowed", command.verb))
    # Nothing follows from a world that is broken.
    return Step((after,) if not broken else (), seen, tuple(broken))


TOTALITY: Final = "K2: a decision or a named refusal"
REFUSAL_IS_STILL: Final = "K2, K10: a refusal changes nothing, and is the same when asked again"
DECISION_IS_STILL: Final = "K2: a decision leaves the state before it alone"
HIDDEN: Final = "K10: the table hides no allowed action"
KEYS: Final = "K4: a repeated key gives the first receipt, another content is refused"
HOSTED: Final = "K4: the use case saves what the rule decides"
OFF_TABLE: Final = "S2: a seat moves only as the table says"
STALE: Final = "K5: a stale version is refused"


def _keys(people: Sequence[Person]) -> Container[PersonKey]:
    return {key for person in people for key in person.keys}


def _moves(before: SeatPool | None, after: SeatPool | None, decisions: Decisions) -> Iterator[Move]:
    """Each seat's move, by what happened to it."""
    if before is None or after is None:
        return
    free = SeatState.FREE
    for event in (event for decision in decisions for event in decision.events):
        match event:
            case SeatsAssigned(expired=expired) | SeatsInvited(expired=expired) | InvitationsExpired(expired=expired):
                yield from ((before.state_of(seat), SeatVerb.EXPIRE, free) for seat in expired)
            case _:
                pass
        verbs: dict[SeatNo, SeatVerb] = {}
        match event:
            case SeatsAssigned(learners=people):
                verbs = dict.fromkeys(people, SeatVerb.ASSIGN)
            case SeatsInvited(invitees=people):
                verbs = dict.fromkeys(people, SeatVerb.INVITE)
            case RemindersSent(invitees=people):
                verbs = dict.fromkeys(people, SeatVerb.REMIND)
            case InvitationAccepted(seat=seat):
                verbs = {seat: SeatVerb.ACCEPT}
            case InvitationDeclined(seat=seat):
                verbs = {seat: SeatVerb.DECLINE}
            case InvitationCorrected(seat=seat):
                verbs = {seat: SeatVerb.CORRECT}
            case LearnerWithdrew(seat=seat):
                verbs = {seat: SeatVerb.WITHDRAW}
            case SeatRevoked(seat=seat, to=None):
                verbs = {seat: SeatVerb.REVOKE}
            case SeatRevoked(seat=seat, until=until):
                verbs = {seat: SeatVerb.REINVITE if until else SeatVerb.REASSIGN}
            case SeatsCancelled(seats=seats):
                verbs = dict.fromkeys(seats, SeatVerb.CANCEL)
            case _:
                pass
        for seat, verb in verbs.items():
            given = verb in {SeatVerb.ASSIGN, SeatVerb.INVITE}
            yield free if given else before.state_of(seat), verb, after.state_of(seat)


def _under_a_key(
    world: World, hosted: Callable[[Store[GroupPurchase], Act], Receipt], act: Act, decisions: Decisions
) -> Iterator[str]:
    """K4 and K5 on a store that holds this world."""
    store = MemoryStore()
    with store.transaction() as work:
        work.save(Decision(world.session, world.session_events))
        if world.pool is not None:
            work.save(Decision(world.pool, world.pool_events))
    for person in world.outside:
        store.seat_individually(SESSION, person)
    receipt = hosted(store, act)
    saved = _stored(store)
    if receipt != Receipt.of(act, decisions) or saved != _states(world.after(act.at, decisions)):
        yield HOSTED
    if hosted(store, act) != receipt or _stored(store) != saved:
        yield KEYS
    try:
        _ = use.resize_session(store, act, SESSION, 77)
    except IdReused:
        pass
    else:
        yield KEYS
    for decision in decisions:
        if decision.events:
            try:
                with store.transaction() as work:
                    work.save(decision)
            except (StaleState, IdReused):
                continue
            yield STALE


def _states(world: World) -> tuple[object, ...]:
    return (world.session, world.pool) if world.pool else (world.session,)


def _stored(store: Store[GroupPurchase]) -> tuple[object, ...]:
    with store.transaction() as work:
        return (work.sessions.get(SESSION), *(work.pools.get(pool) for pool in work.pools.of_session(SESSION)))


# --- The searches ---------------------------------------------------------------------------------------------------


def _opened(capacity: int) -> Decision[Session, SessionEvent]:
    act = Act(BEFORE, ActorId("planner"), Key("open"))
    return Session.open(act, SESSION, starts=STARTS, ends=ENDS, capacity=capacity)


def _start(capacity: int, outside: tuple[Person, ...] = ()) -> World:
    opened = _opened(capacity)
    return World(BEFORE, opened.state, opened.events, outside)


def search_pools(*, small: bool = False) -> Report:
    """All that can be done with a pool of two seats; *small*: before the start, with nobody registered otherwise."""
    instants = (BEFORE,) if small else (BEFORE, STARTS - TICK, STARTS, ENDS - TICK, ENDS)
    starts = (_start(2),) if small else (_start(2), _start(1), _start(2, (BEN,)))

    def commands(world: World) -> Iterator[tuple[str, Callable[[], Step[World]]]]:
        for command, at in product(tuple(pool_commands(world)), instants):
            if at >= world.now:
                yield f"{command.verb} at {at}", partial(attempt, world, command, at, pools=True)

    return explore(starts, commands, key=World.key)


def search_invitations(*, small: bool = False) -> Report:
    """All that can be done with invitations; *small*: before the deadline."""
    instants = (BEFORE,) if small else (BEFORE, ANSWERED_BY, ANSWERED_BY + TICK, STARTS)

    def commands(world: World) -> Iterator[tuple[str, Callable[[], Step[World]]]]:
        for command, at in product(tuple(invitation_commands(world)), instants):
            if at >= world.now:
                # Under a key at one instant: what a use case does does not depend on the time.
                tried = command if at == BEFORE else evolve(command, hosted=None)
                yield f"{command.verb} at {at}", partial(attempt, world, tried, at, pools=True)

    return explore((_start(2),), commands, key=World.key)


def search_sessions(*, small: bool = False) -> Report:
    """All that can be done with the places of a session of up to three; *small*: before the hold's deadline."""
    instants = (BEFORE,) if small else (BEFORE, UNTIL, UNTIL + TICK, ENDS - TICK, ENDS)

    def commands(world: World) -> Iterator[tuple[str, Callable[[], Step[World]]]]:
        for command, at in product(tuple(session_commands(world)), instants):
            if at >= world.now:
                yield f"{command.verb} at {at}", partial(attempt, world, command, at, pools=False)

    return explore((_start(2),), commands, key=World.key)
