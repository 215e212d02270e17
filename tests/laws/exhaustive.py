"""All that can be done with a pool of three seats and three people, under every kind of policy, at every deadline.

The pure pool only; places, money and keys are the business of the smaller worlds. Of the people two are alike, who have
accounts, and the third is known by an address alone. Time goes from deadline to deadline: each command is tried
before one, at it and a microsecond later.

Two worlds count as one where no rule can tell them apart, up to the numbers of the seats and the names of the two who
are alike. So what no rule reads is left out: versions, numbers of invitations, prices, who bought, and what can only
matter before a deadline that has passed. Which of two free seats is given out goes by their order: it is kept.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import combinations
from typing import Final, TypeAlias, cast

from attrs import frozen

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.ids import ActorId, Key, SeatNo, SessionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person, PersonKey
from lara_core.seats import SEAT, Cause, Mode, Policy, SeatChange, SeatDecision, SeatPool, SeatVerb
from lara_core.testing import laws
from lara_core.testing.search import Report, Step, explore
from tests.laws.worlds import (
    ANN,
    BEFORE,
    BEN,
    BUYER,
    CLEO,
    CLEO_SIGNED_IN,
    HIDDEN,
    MOVED,
    OFF_TABLE,
    ORDER,
    POOL,
    REFUSAL_IS_STILL,
    SESSION,
    THERE,
    TICK,
    TOTALITY,
    moved,
    of_answers,
)

# One instant is often before one deadline and after another: so few do for all of them.
ANSWERED_BY: Final = BEFORE + timedelta(hours=48)
OVERDUE_FROM: Final = BEFORE + timedelta(hours=72)
STARTS: Final = OVERDUE_FROM + TICK
ENDS: Final = STARTS + timedelta(hours=8)
INVOICE: Final = Deadline.at(ANSWERED_BY)
INSTANTS: Final = (
    BEFORE,
    ANSWERED_BY,
    ANSWERED_BY + TICK,
    OVERDUE_FROM - TICK,
    OVERDUE_FROM,
    STARTS,
    STARTS + TICK,
    ENDS - TICK,
    ENDS,
    ENDS + TICK,
)

ANN_BARE: Final = Person(ANN.address)
BEN_BARE: Final = Person(BEN.address)
BOTH: Final = frozenset(Mode)
AT_ONCE: Final = frozenset({Mode.IMMEDIATE})
ASKED: Final = frozenset({Mode.CONFIRMATION})

# Each switch is on under one policy and off under another, for pools that seat people in either way or in both.
POLICIES: Final[Sequence[tuple[Policy, Deadline | None]]] = (
    (Policy(invitation_hours=48, reminders=0, withdrawal=True, buyers_cancel=True, release_unpaid=True), INVOICE),
    (Policy(assign_at_purchase=True, invitation_hours=48, reminders=0, withdrawal=True, unassigned_hours=72), None),
    (Policy(modes=AT_ONCE, release_unpaid=True), None),
    (Policy(assign_at_purchase=True, modes=AT_ONCE, withdrawal=True, unassigned_hours=72, buyers_cancel=True), None),
    (Policy(modes=ASKED, invitation_hours=48, reminders=1), INVOICE),
    (Policy(assign_at_purchase=True, modes=ASKED, invitation_hours=48, reminders=1, unassigned_hours=72), INVOICE),
)


@frozen
class Facts:
    """What a pool asks of its session."""

    id: SessionId
    starts: datetime = STARTS
    ends: datetime = ENDS
    cancelled: bool = False


HERE, ELSEWHERE, OFF = Facts(SESSION), Facts(SessionId("other")), Facts(SESSION, cancelled=True)
TARGET, TARGET_OFF = Facts(THERE), Facts(THERE, cancelled=True)
TARGET_STARTED: Final = Facts(THERE, BEFORE, ENDS)
PRICE: Final = Money.of("1.00", "CAD")
HEIR: Final = ActorId("heir")
DEAD: Final = 10**6

BUYING: Final = {at: Act(at, BUYER, Key("key")) for at in INSTANTS}
OTHERS: Final = {at: Act(at, HEIR, Key("key")) for at in INSTANTS}
ONE: Final = SeatNo(1)
NO_SUCH: Final = SeatNo(4)

SEATED_AT_ONCE: Final[Sequence[tuple[Person, ...]]] = (
    (),
    (ANN,),
    (BEN,),
    (CLEO,),
    (CLEO_SIGNED_IN,),
    (ANN, BEN),
    (ANN, CLEO_SIGNED_IN),
    (BEN, CLEO_SIGNED_IN),
    (ANN, BEN, CLEO_SIGNED_IN),
    (ANN_BARE, ANN),
    (BEN_BARE, BEN),
)
INVITED: Final[Sequence[tuple[Person, ...]]] = (
    (),
    (ANN,),
    (BEN,),
    (CLEO,),
    (ANN, BEN),
    (ANN, CLEO),
    (BEN, CLEO),
    (ANN, BEN, CLEO),
)
GIVEN: Final = (
    (None, Mode.IMMEDIATE),
    (ANN, Mode.IMMEDIATE),
    (BEN, Mode.IMMEDIATE),
    (CLEO, Mode.IMMEDIATE),
    (CLEO_SIGNED_IN, Mode.IMMEDIATE),
    (ANN, Mode.CONFIRMATION),
    (BEN, Mode.CONFIRMATION),
    (CLEO, Mode.CONFIRMATION),
)
ADDRESSES: Final = (ANN.address, BEN.address, CLEO.address)
LEARNERS: Final = (ANN, BEN, CLEO, CLEO_SIGNED_IN)

# How people are written in the key of a world, and the same with the two who are alike exchanged.
NAMES: Final = {ANN: "a", BEN: "b", ANN_BARE: "x", BEN_BARE: "y", CLEO: "c", CLEO_SIGNED_IN: "d"}
EXCHANGED: Final = str.maketrans("abxy", "bayx")

Run: TypeAlias = Callable[[], SeatDecision | tuple[SeatDecision, ...]]


@frozen(eq=False)
class World:
    """A pool at one moment, and what its seats are told apart by, in the order of their numbers."""

    now: datetime
    pool: SeatPool
    marks: Sequence[str]
    seated: frozenset[PersonKey]

    @classmethod
    def of(cls, now: datetime, pool: SeatPool) -> "World":
        """The world of that pool."""
        people = (*pool.enrolled.values(), *(sent.to for sent in pool.invited.values()))
        seated = frozenset(key for person in people for key in person.keys)
        return cls(now, pool, [_mark(now, pool, SeatNo(seat)) for seat in range(1, len(pool.prices) + 1)], seated)


def _mark(now: datetime, pool: SeatPool, seat: SeatNo) -> str:
    """What a rule can tell of a seat from that time on, in few letters."""
    over = now >= STARTS
    if seat in pool.enrolled:
        return f"e{NAMES[pool.enrolled[seat]]}{'+' if seat in pool.accepted else ''}"
    if (sent := pool.invited.get(seat)) is not None:
        if over or sent.until.passed(now):
            return f"o{NAMES[sent.to]}"
        return f"i{NAMES[sent.to]}{sent.reminders}{'u' if sent.until.instant < STARTS else ''}"
    if (left := pool.cancelled.get(seat)) is not None:
        if over or left.cause is Cause.TRANSFERRED:
            return "t" if left.cause is Cause.TRANSFERRED and not over else "c"
        return f"c{left.was[0]}{NAMES[left.holder]}" if left.holder else "cf"
    since = pool.emptied.get(seat)
    by = None if since is None else pool.policy.overdue_from(since)
    return "f" if by is None or by > ENDS else "fu"


def key(world: World) -> Hashable:
    """What tells this world from others, up to the numbers of seats and the names of the two who are alike."""
    free = "".join(mark for mark in world.marks if mark[0] == "f")
    others = [mark for mark in world.marks if mark[0] != "f"]
    swapped = [mark[0] + mark[1:].translate(EXCHANGED) for mark in others]
    # What follows the first letter of a cancelled seat is its state first; none of its letters is a name.
    for number, mark in enumerate(others):
        if mark[0] == "c" and len(mark) > 1:
            swapped[number] = mark[:2] + mark[2:].translate(EXCHANGED)
    return world.now, id(world.pool.policy), free, min(tuple(sorted(others)), tuple(sorted(swapped)))


# --- Commands ---------------------------------------------------------------------------------------------------


@frozen(eq=False)
class Command:
    """One command with its arguments, and the seat and the verb by which a page offers it."""

    verb: str
    run: Run
    action: tuple[SeatNo, SeatVerb] | None = None


def commands(world: World) -> Iterator[Command]:
    """Every command, on one seat of each kind."""
    pool, now, seated = world.pool, world.now, world.seated
    act, other, session = BUYING[now], OTHERS[now], HERE
    for people in SEATED_AT_ONCE:
        yield Command("assign", partial(pool.assign, act, people, session=session, seated=seated))
    for people in INVITED:
        yield Command("invite", partial(pool.invite, act, people, session=session, seated=seated))
    kinds = {mark: SeatNo(number) for number, mark in reversed([*enumerate(world.marks, 1)])}
    for mark, seat in (*kinds.items(), ("n", NO_SUCH)):
        yield from _on_seat(world, mark, seat, act)
    yield from _on_seats(world, [*kinds.values()], act)
    yield Command("expire", partial(pool.expire, act, session=session))
    for by, as_buyer in ((act, False), (act, True), (other, True)):
        yield Command("cancel_all", partial(pool.cancel_all, by, session=session, as_buyer=as_buyer))
        yield Command("cancel", partial(pool.cancel, by, (ONE,), session=session, as_buyer=as_buyer))
    yield Command("cancel_unassigned", partial(pool.cancel_unassigned, act, session=session))
    for paid in (False, True):
        yield Command("release", partial(pool.release, act, paid=paid, session=session))
    yield Command("call_off", partial(pool.call_off, act, session=session))
    for buyer in (BUYER, HEIR):
        yield Command("hand_over", partial(pool.hand_over, act, buyer))
    if now == BEFORE:
        # Wrong facts are refused first, whenever it is.
        yield from _of_wrong_facts(pool, act, seated)


def _on_seat(world: World, mark: str, seat: SeatNo, act: Act) -> Iterator[Command]:
    pool, session, seated = world.pool, HERE, world.seated
    number = pool.invited[seat].number if mark[0] in "io" else pool.accepted.get(seat, DEAD)
    for invitation in (number, DEAD) if number != DEAD else (DEAD,):
        for learner in LEARNERS if invitation != DEAD else (ANN,):
            accept = partial(pool.accept, act, seat, invitation, learner=learner, session=session, seated=seated)
            yield Command("accept", accept, (seat, SeatVerb.ACCEPT) if mark[0] == "i" else None)
        yield Command(
            "decline", partial(pool.decline, act, seat, invitation, session=session), (seat, SeatVerb.DECLINE)
        )
    yield Command("remind", partial(pool.remind, act, (seat,), session=session), (seat, SeatVerb.REMIND))
    for address in ADDRESSES:
        correct = partial(pool.correct, act, seat, address, session=session, seated=seated)
        yield Command("correct", correct, (seat, SeatVerb.CORRECT))
    yield Command("withdraw", partial(pool.withdraw, act, seat, session=session), (seat, SeatVerb.WITHDRAW))
    # A seat that does not know the verb has no use for its arguments: two of each are enough.
    for to, mode in GIVEN if mark[0] in "eio" else GIVEN[:2]:
        revoke = partial(pool.revoke, act, seat, to=to, mode=mode, session=session, seated=seated)
        verb = SeatVerb.REVOKE if to is None else _gives(mode)
        yield Command("revoke", revoke, (seat, verb))
    for to, mode in GIVEN if mark[0] in "ct" else GIVEN[:2]:
        reactivate = partial(pool.reactivate, act, seat, to=to, mode=mode, session=session, seated=seated)
        yield Command("reactivate", reactivate, (seat, SeatVerb.REACTIVATE))
    for there, sits in ((TARGET, ()), (TARGET_OFF, ()), (TARGET_STARTED, ()), (HERE, ()), (TARGET, world.seated)):
        transfer = partial(
            pool.transfer, act, seat, to=MOVED, price=PRICE, session=session, there=there, seated_there=sits
        )
        yield Command("transfer", transfer, (seat, SeatVerb.TRANSFER))


def _gives(mode: Mode) -> SeatVerb:
    return SeatVerb.REASSIGN if mode is Mode.IMMEDIATE else SeatVerb.REINVITE


def _on_seats(world: World, kinds: Sequence[SeatNo], act: Act) -> Iterator[Command]:
    """Several at once: nobody, one, two of a kind or of two, all, and one that is not there."""
    pool, tried = world.pool, set[tuple[str, ...]]()
    numbers = [SeatNo(number) for number in range(1, len(world.marks) + 1)]
    for size in range(len(numbers) + 1):
        for seats in combinations(numbers, size):
            marks = tuple(sorted(world.marks[seat - 1] for seat in seats))
            if marks not in tried:
                tried.add(marks)
                action = (seats[0], SeatVerb.CANCEL) if size == 1 else None
                yield Command("cancel", partial(pool.cancel, act, seats, session=HERE), action)
                if size != 1:
                    yield Command("remind", partial(pool.remind, act, seats, session=HERE))
    yield Command("cancel", partial(pool.cancel, act, (*kinds[:1], NO_SUCH), session=HERE))


def _of_wrong_facts(pool: SeatPool, act: Act, seated: frozenset[PersonKey]) -> Iterator[Command]:
    for facts in (ELSEWHERE, OFF):
        yield Command("assign", partial(pool.assign, act, (ANN,), session=facts, seated=seated))
        yield Command("invite", partial(pool.invite, act, (ANN,), session=facts, seated=seated))
        yield Command("accept", partial(pool.accept, act, ONE, DEAD, learner=ANN, session=facts, seated=seated))
        yield Command("decline", partial(pool.decline, act, ONE, DEAD, session=facts))
        for seat, sent in pool.invited.items():
            answer = partial(pool.accept, act, seat, sent.number, learner=sent.to, session=facts, seated=seated)
            yield Command("accept", answer)
            yield Command("decline", partial(pool.decline, act, seat, sent.number, session=facts))
        yield Command("correct", partial(pool.correct, act, ONE, ANN.address, session=facts, seated=seated))
        yield Command("remind", partial(pool.remind, act, (ONE,), session=facts))
        yield Command("withdraw", partial(pool.withdraw, act, ONE, session=facts))
        yield Command("revoke", partial(pool.revoke, act, ONE, session=facts, seated=seated))
        yield Command("cancel", partial(pool.cancel, act, (ONE,), session=facts))
        yield Command("cancel_all", partial(pool.cancel_all, act, session=facts))
        yield Command("cancel_unassigned", partial(pool.cancel_unassigned, act, session=facts))
        yield Command("release", partial(pool.release, act, paid=False, session=facts))
        yield Command("call_off", partial(pool.call_off, act, session=facts))
        yield Command("reactivate", partial(pool.reactivate, act, ONE, session=facts, seated=seated))
        transfer = partial(pool.transfer, act, ONE, to=MOVED, price=PRICE, session=facts, there=TARGET, seated_there=())
        yield Command("transfer", transfer)
    yield Command("remind", partial(pool.remind, act, (ONE,), session=ELSEWHERE))
    yield Command("expire", partial(pool.expire, act, session=ELSEWHERE))


# --- What is held against the laws ------------------------------------------------------------------------------


def attempt(world: World, command: Command) -> Step[World]:
    """Try *command*, and hold all that comes of it against the laws, the cheap ones first."""
    pool, run = world.pool, command.run
    try:
        decided = run()
    except Refused as refused:
        # Asked again: the answer is the same value, and neither asking left a trace (K2, K10).
        try:
            _ = run()
        except Refused as again:
            same = again.refusal == refused.refusal
        else:
            same = False
        return Step(seen=(("refusal", command.verb, refused.refusal.code),), broken=() if same else (REFUSAL_IS_STILL,))
    except Exception as stray:  # noqa: BLE001 - whatever escapes is what this looks for
        return Step(broken=(f"{TOTALITY}: {type(stray).__name__}",))
    decision = decided[0] if isinstance(decided, tuple) else decided
    after = decision.state
    if not decision.events:
        return Step(seen=(("allowed", command.verb),), broken=() if after is pool else (laws.SAME_OBJECT,))
    broken: list[str] = []
    folded = pool
    for event in decision.events:
        folded = folded.apply(cast("SeatChange", event))
    if folded != after:
        broken.append(laws.REPLAY)
    if after.version != pool.version + len(decision.events):
        broken.append(laws.VERSIONS)
    broken.extend(laws.of_pool(after))
    moves = tuple(moved(pool, decision))
    broken.extend(OFF_TABLE for was, verb, new in moves if SEAT[was].get(verb) is not new)
    if command.action is not None and not broken:
        seat, verb = command.action
        if verb not in pool.as_of(world.now, HERE).actions(seat):
            broken.append(HIDDEN)
    broken.extend(laws.of_policy(pool, decision))
    broken.extend(of_answers(pool, decision))
    following = World.of(world.now, after)
    people = sum(len(person.keys) for person in after.enrolled.values())
    people += sum(len(sent.to.keys) for sent in after.invited.values())
    if people != len(following.seated):
        broken.append(laws.NOBODY_TWICE)
    seen = (*(("move", *move) for move in moves), ("allowed", command.verb))
    # Nothing follows from a world that is broken.
    return Step((following,) if not broken else (), seen, tuple(broken))


def _waits(world: World) -> Iterator[datetime]:
    """The next instant at which a rule may change its mind for this world, if there is one."""
    pool, now = world.pool, world.now
    changing = {STARTS - TICK, STARTS, STARTS + TICK, ENDS - TICK, ENDS, ENDS + TICK}
    if any(sent.until.instant == ANSWERED_BY for sent in pool.invited.values()) or pool.invoice is not None:
        changing |= {ANSWERED_BY, ANSWERED_BY + TICK}
    if "fu" in world.marks:
        changing |= {OVERDUE_FROM - TICK, OVERDUE_FROM}
    later = [at for at in changing if at > now]
    if later:
        yield min(later)


def bought(seats: int, policy: Policy, invoice: Deadline | None) -> Iterator[World]:
    """Every purchase of so many seats under a policy."""
    act = BUYING[BEFORE]
    for learners in SEATED_AT_ONCE:
        for invitees in INVITED:
            try:
                decision = SeatPool.buy(
                    act,
                    POOL,
                    session=HERE,
                    transaction=ORDER,
                    buyer=BUYER,
                    prices=(PRICE,) * seats,
                    policy=policy,
                    learners=learners,
                    invitees=invitees,
                    invoice=invoice,
                    seated=(),
                )
            except Refused:
                continue
            yield World.of(BEFORE, decision.state)


def search(seats: int, policies: Sequence[tuple[Policy, Deadline | None]] = POLICIES) -> Report:
    """All that can be done with a pool of so many *seats* under *policies*."""

    def tries(world: World) -> Iterator[tuple[str, Callable[[], Step[World]]]]:
        for command in commands(world):
            yield command.verb, partial(attempt, world, command)
        for at in _waits(world):
            yield "wait", partial(Step, (World.of(at, world.pool),))

    starts = [world for policy, invoice in policies for world in bought(seats, policy, invoice)]
    return explore(starts, tries, key=key)


def quick() -> Sequence[Report]:
    """What is searched whenever anything changes: three seats where the rules ask most, and two under all policies.

    Three under the switch in both modes, and at once with and without it.
    """
    return search(3, POLICIES[1:4]), search(2, (POLICIES[0], *POLICIES[4:]))


def whole() -> Sequence[Report]:
    """Three seats under each of the policies, one after the other."""
    return [search(3, (policy,)) for policy in POLICIES]
