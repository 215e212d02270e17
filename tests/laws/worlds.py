"""What the searches share: worlds of group purchase, commands on them, and the laws that each attempt is held to.

A world is all that a host keeps, with the events that led there. A command is tried as the rule decides it, and, where
it says how, as a host runs it under a key on a store in memory.
"""

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar, cast

from attrs import evolve, frozen

from lara_core.hosting import places as use_places
from lara_core.hosting.ports import GroupPurchase, Receipt, Store
from lara_core.kernel.decisions import Act, Aggregate, Decision, Event, Refused, why_not
from lara_core.kernel.errors import IdReused, StaleState
from lara_core.kernel.ids import ActorId, HoldId, Key, PoolId, PortalId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person, PersonKey
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, MoneyMoved, SeatMoney
from lara_core.registrations import Registration
from lara_core.seats import (
    SEAT,
    Cause,
    InvitationAccepted,
    InvitationCorrected,
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    RemindersSent,
    SeatDecision,
    SeatPool,
    SeatReactivated,
    SeatRevoked,
    SeatsAssigned,
    SeatsCancelled,
    SeatsInvited,
    SeatState,
    SeatTransferred,
    SeatVerb,
)
from lara_core.sessions import (
    Hold,
    HoldReleased,
    HoldSecured,
    HoldUnsecured,
    PlacesHeld,
    PlacesOffered,
    PlacesTaken,
    Session,
    SessionCancelled,
    SessionDecision,
    WaitingJoined,
    WaitingLeft,
)
from lara_core.testing import laws
from lara_core.testing.memory import MemoryStore
from lara_core.testing.search import Step

TICK: Final = timedelta(microseconds=1)
BEFORE: Final = datetime(2027, 3, 1, 9, tzinfo=UTC)
STARTS: Final = datetime(2027, 3, 8, 9, tzinfo=UTC)
ENDS: Final = datetime(2027, 3, 8, 17, tzinfo=UTC)

ANN: Final = Person.of("ann@example.com", "ann")
ANN_BY_ADDRESS: Final = Person.of("Ann@EXAMPLE.com")
BEN: Final = Person.of("ben@example.com", "ben")
CLEO: Final = Person.of("cleo@example.com")
CLEO_SIGNED_IN: Final = Person.of("cleo@example.com", "cleo")

SESSION: Final = SessionId("excel")
THERE: Final = SessionId("word")
POOL: Final = PoolId("pool")
MOVED: Final = PoolId("moved")
ORDER: Final = TransactionId("order")
BUYER: Final = ActorId("manager")
PORTAL: Final = PortalId("academy")
PRICES: Final = (Money.of("10.00", "CAD"), Money.of("9.00", "CAD"))

Root: TypeAlias = Session | SeatPool | Charge | Registration
Name: TypeAlias = tuple[type[Root], str]
Decisions: TypeAlias = Sequence[Decision[Aggregate, Event]]
Move: TypeAlias = tuple[SeatState, SeatVerb, SeatState]
R = TypeVar("R", Session, SeatPool, Charge, Registration)

TOTALITY: Final = "K2: a decision or a named refusal"
REFUSAL_IS_STILL: Final = "K2, K10: a refusal changes nothing, and is the same when asked again"
DECISION_IS_STILL: Final = "K2: a decision leaves the state before it alone"
HIDDEN: Final = "K10: the table hides no allowed action"
KEYS: Final = "K4: a repeated key gives the first receipt, another content is refused"
HOSTED: Final = "K4: the use case saves what the rule decides"
STALE: Final = "K5: a stale version is refused"
OFF_TABLE: Final = "S2: a seat moves only as the table says"
ANSWERED: Final = "S6, S7: the newest invitation of a seat alone is answered, in time, by whom it was sent to"
IN_TURN: Final = "N2: who waited first is offered a place first"
HELD: Final = "N1: what is held is what was held, by its own deadline, and not let go since"
ONE_EACH: Final = "N2: who waited is offered one place"
NOT_FOR_SALE: Final = "N2: as many places as the list is long are not for sale"
FULLY: Final = "S14: what was paid for seats that are cancelled with their session is gone back, or was kept before"
PAID_BACK: Final = "N4, N5, P5: what was captured for a place of one's own is settled as it is given up"
TOGETHER: Final = "N3: a transfer moves what was paid, and makes or loses nothing"


@frozen
class World:
    """All that a host keeps at one moment, and all that ever happened to it."""

    now: datetime
    states: Mapping[Name, Root]
    events: Mapping[Name, tuple[Event, ...]]

    @classmethod
    def of(cls, *decisions: Decision[Aggregate, Event], now: datetime = BEFORE) -> "World":
        """The world in which these were decided, one after the other."""
        return cls(now, {}, {}).after(now, decisions)

    def get(self, kind: type[R], name: str) -> R | None:
        """The aggregate of that kind and name, if there is one."""
        return cast("R | None", self.states.get((kind, name)))

    def all(self, kind: type[R]) -> Sequence[R]:
        """All aggregates of that kind, by name."""
        return [cast("R", state) for (of, _), state in sorted(self.states.items(), key=_by_name) if of is kind]

    def session(self, name: SessionId = SESSION) -> Session:
        """The session of that name."""
        return cast("Session", self.states[Session, name])

    def seated(self, session: SessionId = SESSION) -> Container[PersonKey]:
        """What the host knows: who sits in a session already."""
        return {key for person in self.sitting(session) for key in person.keys}

    def sitting(self, session: SessionId) -> Sequence[Person]:
        """Who sits in a session, in any pool or on a registration of their own."""
        pools = [pool for pool in self.all(SeatPool) if pool.session == session]
        return [
            *(person for pool in pools for person in pool.enrolled.values()),
            *(sent.to for pool in pools for sent in pool.invited.values()),
            *(one.person for one in self.all(Registration) if one.session == session and one.sits),
        ]

    def after(self, at: datetime, decisions: Decisions) -> "World":
        """The world once *decisions* are saved."""
        states, events = dict(self.states), dict(self.events)
        for decision in decisions:
            name = _name(decision)
            states[name] = cast("Root", decision.state)
            events[name] = (*events.get(name, ()), *decision.events)
        return World(at, states, events)


def _by_name(entry: tuple[Name, Root]) -> str:
    return entry[0][1]


def _name(decision: Decision[Aggregate, Event]) -> Name:
    return type(cast("Root", decision.state)), decision.state.id


@frozen
class Command:
    """One command with its arguments: as the rule decides it, and as a host runs it.

    *action* is the seat and the verb by which a page offers it, on the pool of that name.
    """

    verb: str
    pure: Callable[[Act], Decision[Aggregate, Event] | Decisions]
    hosted: Callable[[Store[GroupPurchase], Act], Receipt] | None = None
    action: tuple[SeatNo, SeatVerb] | None = None
    pool: PoolId = POOL


Tries: TypeAlias = Iterator[tuple[str, Callable[[], Step[World]]]]


def tries(
    world: World, commands: Iterable[Command], instants: Sequence[datetime], *, hosted: datetime | None = None
) -> Tries:
    """Every command now, and waiting for the next of *instants*.

    Under a key at *hosted* alone, where that is given: what a use case does does not depend on the time.
    """
    for command in commands:
        tried = command if hosted in (None, world.now) else evolve(command, hosted=None)
        yield f"{command.verb} at {world.now}", partial(attempt, world, tried, world.now)
    later = [at for at in instants if at > world.now]
    if later:
        yield "wait", partial(Step, (evolve(world, now=min(later)),))


def attempt(world: World, command: Command, at: datetime) -> Step[World]:
    """Try *command*, and hold all that comes of it against the laws."""
    act = Act(at, BUYER, Key("key"))
    before = dict(world.states)
    broken: list[str] = []
    try:
        decided = command.pure(act)
    except Refused as refused:
        # Asked again: the answer is the same value, and neither asking left a trace (K2, K10).
        if why_not(command.pure, act) != refused.refusal or world.states != before:
            broken.append(REFUSAL_IS_STILL)
        return Step(seen=(("refusal", command.verb, refused.refusal.code),), broken=tuple(broken))
    except Exception as stray:  # noqa: BLE001 - whatever escapes is what this looks for
        return Step(broken=(f"{TOTALITY}: {type(stray).__name__}",))
    if world.states != before:
        broken.append(DECISION_IS_STILL)
    decisions = (decided,) if isinstance(decided, Decision) else decided
    after = world.after(at, decisions)
    moves: list[Move] = []
    for decision in decisions:
        old = world.states.get(_name(decision))
        broken.extend(laws.of_decision(old, decision))
        if isinstance(decision.state, SeatPool):
            pool = cast("SeatPool | None", old)
            broken.extend(laws.of_policy(pool, cast("SeatDecision", decision)))
            broken.extend(of_answers(pool, cast("SeatDecision", decision)))
            moves.extend(moved(pool, cast("SeatDecision", decision)))
        if isinstance(decision.state, Session):
            broken.extend(laws.of_offers(cast("SessionDecision", decision)))
            past = world.events.get(_name(decision), ())
            broken.extend(_of_turns(past, cast("SessionDecision", decision)))
            broken.extend(_of_holds(past, cast("SessionDecision", decision)))
    broken.extend(_of_world(after, at))
    broken.extend(OFF_TABLE for was, verb, new in moves if SEAT[was].get(verb) is not new)
    broken.extend(_of_money(world, after))
    if command.action is not None and (pool := world.get(SeatPool, command.pool)) is not None:
        seat, verb = command.action
        if verb not in pool.as_of(at, world.session(pool.session)).actions(seat):
            broken.append(HIDDEN)
    # A decision that is wrong already would be taken for a fault of the store.
    if command.hosted is not None and not broken:
        broken.extend(_under_a_key(world, command.hosted, act, decisions))
    seen = (*(("move", *move) for move in moves), ("allowed", command.verb))
    # Nothing follows from a world that is broken.
    return Step((after,) if not broken else (), seen, tuple(broken))


def of_answers(before: SeatPool | None, decision: SeatDecision) -> Iterator[str]:
    """S6 and S7: only the newest invitation of a seat is answered, in time, by whom it may be."""
    for event in decision.events:
        if isinstance(event, InvitationAccepted | InvitationDeclined):
            sent = before.invited.get(event.seat) if before else None
            live = sent is not None and sent.number == event.invitation and not sent.until.passed(event.act.at)
            who = event.learner.account if isinstance(event, InvitationAccepted) else None
            if sent is None or not live or (who and sent.to.account not in (None, who)):
                yield ANSWERED


def _of_world(world: World, at: datetime) -> Iterator[str]:
    for pool in world.all(SeatPool):
        yield from laws.of_pool(pool)
    for charge in world.all(Charge):
        yield from laws.of_charge(charge)
        for pool in world.all(SeatPool):
            yield from laws.of_money(pool, charge)
    for one in world.all(Registration):
        yield from laws.of_registration(one)
        for charge in world.all(Charge):
            yield from laws.of_sale(one, charge)
    for session in world.all(Session):
        pools = [pool for pool in world.all(SeatPool) if pool.session == session.id]
        alone = [one for one in world.all(Registration) if one.session == session.id]
        broken = set(laws.of_session(session, pools, at, registrations=alone))
        # Places that were taken by hand belong to nobody who could be counted.
        yield from broken if pools or alone else broken - {laws.PLACES, laws.CALLED_OFF}
        yield from of_waiting(session, at)


def of_waiting(session: Session, at: datetime) -> Iterator[str]:
    """N2 and S14, for one session: what is for sale, and what a cancelled one keeps."""
    if any(hold.to is not None and hold.places != 1 for hold in session.holds.values()):
        yield ONE_EACH
    room = None if session.capacity is None else session.capacity - session.taken - session.held(at)
    if session.available(at) != (None if room is None else max(0, room - len(session.queue))):
        yield NOT_FOR_SALE
    if session.cancelled and (session.queue or not all(hold.secured for hold in session.holds.values())):
        yield laws.CALLED_OFF


def _of_turns(past: Sequence[Event], decision: SessionDecision) -> Iterator[str]:
    """Whoever is offered a place came before all who still wait: counted again from all that happened."""
    if decision.state.waiting_list is None:
        return
    waiting: list[Person] = []
    for event in (*past, *decision.events):
        match event:
            case WaitingJoined(person=person):
                waiting.append(person)
            case WaitingLeft(person=person):
                waiting = [one for one in waiting if not one.same_as(person)]
            case PlacesOffered(offers=offers):
                if waiting[: len(offers)] != [*offers.values()]:
                    yield IN_TURN
                waiting = waiting[len(offers) :]
            case SessionCancelled():
                waiting = []
            case _:
                pass
    if tuple(waiting) != decision.state.queue:
        yield IN_TURN


def _of_holds(past: Sequence[Event], decision: SessionDecision) -> Iterator[str]:
    """N1: what is held, counted again from all that happened; what is being paid for never lapses."""
    held: dict[HoldId, Hold] = {}
    for event in (*past, *decision.events):
        for lapsed in getattr(event, "lapsed", ()):
            if lapsed not in held or not held.pop(lapsed).lapsed(event.act.at):
                yield HELD
        match event:
            case PlacesHeld(hold=hold, places=places, until=until):
                held[hold] = Hold(places, until)
            case PlacesOffered(offers=offers, until=until):
                held.update({offer: Hold(1, until, person) for offer, person in offers.items()})
            case HoldSecured(hold=hold) | HoldUnsecured(hold=hold) if hold in held:
                held[hold] = evolve(held[hold], secured=isinstance(event, HoldSecured))
            case HoldReleased(hold=hold) | PlacesTaken(hold=str() as hold):
                _ = held.pop(hold, None)
            case SessionCancelled():
                held = {hold: kept for hold, kept in held.items() if kept.secured}
            case _:
                pass
    if held != decision.state.holds:
        yield HELD


def _of_money(before: World, after: World) -> Iterator[str]:
    for charge in after.all(Charge):
        was = before.get(Charge, charge.id)
        if was is None:
            continue
        for pool in after.all(SeatPool):
            known = before.get(SeatPool, pool.id)
            off = pool.cancelled.keys() - (known.cancelled.keys() if known else set())
            if any(pool.cancelled[seat].cause is Cause.SESSION_CANCELLED for seat in off):
                money, earlier = charge.seats.get(pool.id, {}), was.seats.get(pool.id, {})
                if any(_not_all_back(money.get(seat), earlier.get(seat)) for seat in off):
                    yield FULLY
        for one in after.all(Registration):
            yield from _of_place(before, after, one, charge)
        new = after.events[Charge, charge.id][was.version :]
        if any(isinstance(event, MoneyMoved) for event in new) and _all_paid(charge) != _all_paid(was):
            yield TOGETHER


def _of_place(before: World, after: World, one: Registration, charge: Charge) -> Iterator[str]:
    """What became of the money of a place that was given up, where *charge* was captured for it before."""
    was, sale = before.get(Registration, one.id), one.sale
    if was is None or was.sits is one.sits or sale is None or sale.transaction != charge.id or not sale.price:
        return
    money = charge.seats.get(one.pool, {}).get(SeatNo(1))
    if money is None:
        yield PAID_BACK
    elif after.session(one.session).cancelled and money.kept:
        yield FULLY


def _not_all_back(money: SeatMoney | None, earlier: SeatMoney | None) -> bool:
    return (
        money is None
        or bool(money.refundable or money.due)
        or money.kept.minor > (earlier.kept.minor if earlier else 0)
    )


def _all_paid(charge: Charge) -> Money:
    """What was paid for the seats that something happened to; one that nothing happened to was paid at its price."""
    untouched = [price for number, price in enumerate(PRICES, 1) if number not in charge.seats.get(POOL, {})]
    paid = [money.paid for seats in charge.seats.values() for money in seats.values()]
    return Money.total([*untouched, *paid], charge.captured.currency)


def moved(before: SeatPool | None, decision: SeatDecision) -> Iterator[Move]:
    """Each seat's move, by what happened to it."""
    after, free = decision.state, SeatState.FREE
    if before is None:
        return
    for event in decision.events:
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
            case SeatTransferred(seat=seat):
                verbs = {seat: SeatVerb.TRANSFER}
            case SeatReactivated(seat=seat, to=None):
                verbs = {seat: SeatVerb.REACTIVATE}
            case SeatReactivated(seat=seat, until=until):
                verbs = {seat: SeatVerb.REINVITE if until else SeatVerb.RESEAT}
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
    store = MemoryStore(bulk_buyers={PORTAL: {BuyerRole.MANAGER}})
    with store.transaction() as work:
        for name, state in world.states.items():
            work.save(Decision(state, world.events[name]))
    after = world.after(act.at, decisions)
    receipt = hosted(store, act)
    saved = _stored(store, after)
    if receipt != Receipt.of(act, decisions) or saved != after.states:
        yield HOSTED
    if hosted(store, act) != receipt or _stored(store, after) != saved:
        yield KEYS
    try:
        _ = use_places.resize_session(store, act, SESSION, 77)
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


def _stored(store: MemoryStore, after: World) -> Mapping[Name, Aggregate | None]:
    with store.transaction() as work:
        found = {name: work.look(*name) for name in after.states}
        return {name: None if stream is None else stream.state for name, stream in found.items()}


class FoundError(Exception):
    """What was looked for is found: nothing is gained by going on."""


def until(law: str, attempt: Callable[..., Step[Any]]) -> Callable[..., Step[Any]]:
    """The same attempts, which end the search once *law* is broken."""

    def attempted(*args: Any) -> Step[Any]:
        step = attempt(*args)
        if any(law in broken for broken in step.broken):
            raise FoundError
        return step

    return attempted


# --- What worlds are told apart by ----------------------------------------------------------------------------------


def of_pool(pool: SeatPool, *, left: bool = True) -> Hashable:
    """Everything about a pool that a rule may read: no version, no history, no number of an invitation.

    What a cancelled seat *left* is read by nothing but a reactivation.
    """
    return (
        pool.policy,
        pool.buyer,
        pool.invoice,
        pool.free,
        tuple(sorted((seat, person.keys) for seat, person in pool.enrolled.items())),
        tuple(sorted(pool.accepted)),
        tuple(sorted((seat, sent.to.keys, sent.until.instant, sent.reminders) for seat, sent in pool.invited.items())),
        tuple(sorted((seat, *(_left(pool, seat) if left else ())) for seat in pool.cancelled)),
        tuple(sorted(pool.emptied.items())) if pool.policy.unassigned_hours else (),
    )


def _left(pool: SeatPool, seat: SeatNo) -> tuple[Hashable, ...]:
    """What a reactivation asks of a cancelled seat."""
    left = pool.cancelled[seat]
    if left.cause == "transferred":
        return ("transferred",)
    return left.was, left.holder.keys if left.holder else ()


def of_session(session: Session) -> Hashable:
    """Everything about a session that changes, the names of offers aside."""
    holds = (
        (
            name if hold.to is None else "offer",
            hold.places,
            hold.until.instant,
            hold.secured,
            hold.to and hold.to.keys,
        )
        for name, hold in session.holds.items()
    )
    queue, held = tuple(person.keys for person in session.queue), tuple(sorted(holds, key=repr))
    times = session.starts, session.ends
    return times, session.waiting_list, session.capacity, session.taken, session.cancelled, queue, held


def of_charge(charge: Charge) -> Hashable:
    """Everything about a charge but the version."""
    seats = (
        (pool, seat, money.paid.minor, money.kept.minor, money.back.minor, money.once.minor, money.due.minor)
        for pool, of in charge.seats.items()
        for seat, money in of.items()
    )
    refunds = ((name, found.state, found.amount.minor, found.seats) for name, found in charge.refunds.items())
    return charge.captured.minor, charge.once_kept.minor, tuple(sorted(seats)), tuple(sorted(refunds))


def key(world: World, *, left: bool = True) -> Hashable:
    """What tells this world from others."""
    return (
        world.now,
        *(of_session(session) for session in world.all(Session)),
        *((pool.id, of_pool(pool, left=left)) for pool in world.all(SeatPool)),
        *(of_charge(charge) for charge in world.all(Charge)),
        *((one.id, one.person.keys, one.sale, one.state) for one in world.all(Registration)),
    )
