"""The laws of enrolment: nobody takes part without the debit, nobody pays without taking part (W4, W8, W9, W10).

Two partners with two credits each, under a limit of two or under none; a session with two places or one; two people at
one credit each or for nothing; and the instants before, at and after the deadline of what waits. Enrolments are
forgotten once they have ended, and there are at most three at a time.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeAlias, cast, get_args

import pytest
from attrs import evolve, frozen

from lara_core import enrolment as rule
from lara_core.enrolment import (
    Decisions,
    Enrolled,
    EnrolmentRefusal,
    Moved,
    cancel_enrolment,
    confirm_enrolment,
    drop_enrolment,
    enrol,
    reverse_enrolment,
    withdraw,
)
from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.ids import CourseId, EnrolmentId, HoldId, LimitId, PartnerId
from lara_core.kernel.people import Person
from lara_core.participants import Enrolment, EnrolmentState, ParticipantRefusal
from lara_core.sessions import Session
from lara_core.spending import SpendingLimit
from lara_core.testing import laws
from lara_core.testing.search import Report, Step, explore
from lara_core.wallet import Entry, Wallet, WalletEvent, entries
from tests.builders import ANN, BEN, NOW, TICK, act, keys, session

PARTNERS: Final = (PartnerId("alfa"), PartnerId("beta"))
UNTIL: Final = NOW + timedelta(hours=1)
HOUR: Final = Deadline.at(UNTIL)
INSTANTS: Final = (UNTIL - TICK, UNTIL, UNTIL + TICK)
ONE, FREE = Credits(1), Credits(0)
SAFETY: Final = CourseId("safety")
PEOPLE: Final[tuple[tuple[Person, ...], ...]] = ((ANN,), (ANN, BEN))

TOTALITY: Final = "K2: a decision or one named refusal"
PAID: Final = "W4, W8: what is debited and not reversed is the price of who took part"
HELD: Final = "W9: what is held is the price of who waits, until it is over"
COUNTED: Final = "W10: the limit counts what is debited and held, and is kept"
PLACED: Final = "N1: who takes part has a place, and who waits has one held"
NOBODY_TWICE: Final = "W4: nobody pays twice for a course"

ENDED: Final = {EnrolmentState.DROPPED, EnrolmentState.REVERSED, EnrolmentState.CANCELLED}
INSIDE: Final = {EnrolmentState.PENDING, EnrolmentState.PARTICIPANT}


@frozen
class World:
    """Two wallets, a limit, a session, the enrolments that have not ended, and the entries of both wallets."""

    now: datetime
    wallets: Mapping[PartnerId, Wallet]
    limit: SpendingLimit
    session: Session
    enrolments: Mapping[EnrolmentId, Enrolment]
    moved: tuple[Entry, ...] = ()
    made: int = 0

    def key(self) -> Hashable:
        """Everything but versions and ids."""
        return (
            self.now,
            tuple(wallet.balance for wallet in self.wallets.values()),
            tuple(sorted(len(wallet.holds) for wallet in self.wallets.values())),
            (self.limit.spent, len(self.limit.holds)),
            (self.session.taken, len(self.session.holds)),
            frozenset(
                Counter(
                    (one.state, one.partner, one.person.keys, one.price, one.limit, self.undone(one))
                    for one in self.enrolments.values()
                ).items()
            ),
        )

    def undone(self, enrolment: Enrolment) -> bool:
        """Whether what it paid was given back."""
        return any(
            entry.reverses == enrolment.entry and entry.partner == enrolment.partner
            for entry in self.moved
            if entry.reverses is not None
        )

    def entry(self, enrolment: Enrolment) -> Entry | None:
        """What it paid."""
        mine = (one for one in self.moved if (one.partner, one.number) == (enrolment.partner, enrolment.entry))
        return next(mine, None)

    def inside(self) -> tuple[Person, ...]:
        """Who takes part or waits: what the host knows."""
        return tuple(one.person for one in self.enrolments.values() if one.state in INSIDE)

    def after(self, decisions: Decisions) -> "World":
        """The world once *decisions* are saved."""
        wallets, limit, places = dict(self.wallets), self.limit, self.session
        enrolments, moved = dict(self.enrolments), list(self.moved)
        for decision in decisions:
            match decision.state:
                case Wallet() as wallet:
                    wallets[wallet.id] = wallet
                    events = cast(tuple[WalletEvent, ...], decision.events)
                    moved += entries(wallet.id, enumerate(events, wallet.version - len(events) + 1))
                case SpendingLimit() as limit:
                    pass
                case Session() as places:
                    pass
                case Enrolment() as one:
                    enrolments[one.id] = one
                case other:
                    raise AssertionError(other)
        # Ids of those who were skipped are not used again either.
        made = self.made + 2 * any(one not in self.enrolments for one in enrolments)
        kept = {number: one for number, one in enrolments.items() if one.state not in ENDED}
        return World(self.now, wallets, limit, places, kept, tuple(moved), made)


Command: TypeAlias = tuple[str, Callable[[Act], Enrolled | Moved]]


def commands(world: World) -> Iterator[Command]:
    """Every command that the world has."""
    limit, places = world.limit, world.session
    for partner, wallet in world.wallets.items():
        for people in PEOPLE:
            if len(world.enrolments) + len(people) > 3:
                continue
            named = {EnrolmentId(f"e{world.made + number}"): person for number, person in enumerate(people)}
            for price, shown, until in ((ONE, ONE, None), (ONE, ONE, HOUR), (FREE, FREE, HOUR), (ONE, FREE, None)):
                yield (
                    f"enrol{' waiting' if until else ''}",
                    partial(
                        enrol,
                        wallet=wallet,
                        course=SAFETY,
                        people=named,
                        shown=shown,
                        in_force=price,
                        participants=keys(*world.inside()),
                        session=places,
                        limit=limit if partner in limit.members else None,
                        until=until,
                    ),
                )
    for one in world.enrolments.values():
        wallet, counted, entry = world.wallets[one.partner], limit if one.limit else None, world.entry(one)
        other = next(found for partner, found in world.wallets.items() if partner != one.partner)
        for name, command in (("confirm", confirm_enrolment), ("drop", drop_enrolment)):
            yield name, partial(command, wallet=wallet, enrolment=one, session=places, limit=counted)
            yield name, partial(command, wallet=other, enrolment=one, session=places, limit=counted)
            yield name, partial(command, wallet=wallet, enrolment=one, session=None, limit=counted)
            yield name, partial(command, wallet=wallet, enrolment=one, session=places, limit=None)
        yield "withdraw", partial(withdraw, enrolment=one, session=places)
        undone = world.undone(one)
        given: dict[str, Any] = {"wallet": wallet, "enrolment": one, "was_reversed": undone, "reason": "over"}
        yield "cancel", partial(cancel_enrolment, **given, entry=entry, session=places, limit=counted)
        for paid in (*world.moved[:1], *((entry,) if entry else ())):
            yield "reverse", partial(reverse_enrolment, **given, entry=paid, limit=counted)


def broken_in(world: World) -> Iterator[str]:
    """The laws that a world breaks."""
    took_part = {EnrolmentState.PARTICIPANT, EnrolmentState.WITHDRAWN}
    for partner, wallet in world.wallets.items():
        mine = [one for one in world.enrolments.values() if one.partner == partner]
        net: Counter[EnrolmentId | None] = Counter()
        for entry in world.moved:
            if entry.partner == partner:
                net[entry.enrolment] -= entry.change
        due = {one.id: one.price for one in mine if one.state in took_part and one.price and not world.undone(one)}
        if {enrolment: paid for enrolment, paid in net.items() if paid} != due:
            yield PAID
        waits = {
            HoldId(one.id): one.price
            for one in mine
            if one.state is EnrolmentState.PENDING and one.price and world.now <= UNTIL
        }
        if {hold: kept.amount for hold, kept in wallet.holds.items() if world.now <= UNTIL} != waits:
            yield HELD
    limit = world.limit
    counting = [one for one in world.enrolments.values() if one.limit]
    spent = sum(one.price for one in counting if one.state in took_part and not world.undone(one))
    waiting = sum(one.price for one in counting if one.state is EnrolmentState.PENDING and world.now <= UNTIL)
    if (limit.spent, limit.held(world.now)) != (spent, waiting) or spent + waiting > limit.amount:
        yield COUNTED
    states = Counter(one.state for one in world.enrolments.values())
    pending = states[EnrolmentState.PENDING] if world.now <= UNTIL else 0
    if (world.session.taken, world.session.held(world.now)) != (states[EnrolmentState.PARTICIPANT], pending):
        yield PLACED
    if any(times > 1 for times in Counter(key for person in world.inside() for key in person.keys).values()):
        yield NOBODY_TWICE


def before_of(world: World, decision: Decision[Any, Any]) -> Any:
    """The state that a decision was made on."""
    match decision.state:
        case Wallet(id=partner):
            return world.wallets[partner]
        case SpendingLimit():
            return world.limit
        case Session():
            return world.session
        case other:
            return world.enrolments.get(other.id)


def attempt(world: World, command: Command) -> Step[World]:
    """Try a command, and see whether it keeps the laws."""
    name, run = command
    try:
        decisions = run(act(world.now)).decisions
    except Refused as refused:
        return Step(seen=(("refusal", name, refused.refusal.code),))
    except Exception as wrong:  # noqa: BLE001 -- whatever escapes is what the search is for
        return Step(broken=(f"{TOTALITY}: {type(wrong).__name__}",))
    broken = [law for decision in decisions for law in laws.of_decision(before_of(world, decision), decision)]
    after = world.after(decisions)
    broken += broken_in(after)
    # A world that is broken already has nothing more to tell.
    return Step(() if broken else (after,), (("allowed", name),), tuple(broken))


def search(*, small: bool = False) -> Report:
    """Everything that two partners can come to, under a limit, and without one for a single place.

    In a *small* search time stands still.
    """
    wallets = {
        partner: Wallet.open(act(), partner).state.top_up(act(), Credits(2), reason="invoice").state
        for partner in PARTNERS
    }
    limit = SpendingLimit.set(act(), LimitId("north"), Credits(2), frozenset(PARTNERS)).state
    start = World(INSTANTS[0], wallets, limit, session(2), {})
    alone = evolve(start, limit=evolve(limit, members=frozenset({PartnerId("gamma")})), session=session(1))

    def tries(world: World) -> Iterator[tuple[str, Callable[[], Step[World]]]]:
        for command in commands(world):
            yield command[0], partial(attempt, world, command)
        for later in () if small else INSTANTS[INSTANTS.index(world.now) + 1 :]:
            waited = evolve(world, now=later)
            yield "wait", partial(Step, (waited,), (), tuple(broken_in(waited)))

    return explore((start,) if small else (start, alone), tries, key=World.key)


WAITING: Final = {"wallet.hold_would_lapse", "sessions.hold_would_lapse"}
ENROLLING: Final = {
    "offerings.price_changed",
    "enrolment.nobody_to_enrol",
    "wallet.not_enough_credits",
    "spending.limit_reached",
    "sessions.not_enough_places",
}
OTHERS: Final = {"enrolment.other_wallet", "enrolment.other_limit", "enrolment.other_place"}
# Who waits is asked the price shown, so that is not refused there.
REFUSALS: Final[Mapping[str, set[str]]] = {
    "enrol": ENROLLING,
    "enrol waiting": ENROLLING - {"offerings.price_changed"} | WAITING,
    "confirm": OTHERS | {"participants.enrolment_is", "participants.confirmation_over"},
    "drop": OTHERS | {"participants.enrolment_is"},
    "withdraw": {"participants.enrolment_is"},
    "reverse": {"participants.enrolment_is", "wallet.no_such_entry"},
    "cancel": {"participants.enrolment_is"},
}


def test_every_reachable_enrolment_keeps_the_laws(tell: Callable[[object], None]) -> None:
    """K2, K3, K5, W4, W8 to W10: no pair of world and command breaks one; every refusal is met where it is declared."""
    report = search()
    tell(f"enrolments: {report}")
    assert report.broken == ()
    assert set(report.seen) == {
        *(("refusal", name, code) for name, codes in REFUSALS.items() for code in codes),
        *(("allowed", name) for name in REFUSALS),
    }


def test_every_refusal_is_met_somewhere() -> None:
    """The table above, which the search confirms, names every refusal that the two modules declare."""
    met = set[str]().union(*REFUSALS.values())
    declared = {kind.code for union in (EnrolmentRefusal, ParticipantRefusal) for kind in get_args(union)}
    assert declared <= met


# --- Faults: each law catches one, or it is not yet a check -----------------------------------------------------------

_coming = rule._coming  # pyright: ignore[reportPrivateUsage] -- what a fault is put into


def _changes_nothing(self: Any, *_: object, **__: object) -> Decision[Any, Any]:
    """An aggregate is asked, and does not do what it is asked for."""
    return Decision(self)


def _gives_nothing_back(*_: object) -> None:
    """The limit does not hear of a reversal."""


def _skips_nobody(people: Any, participants: object) -> Any:
    """Nobody looks who is in the course already."""
    return _coming(people, ())


@pytest.mark.parametrize(
    ("target", "name", "fault", "law"),
    [
        (Wallet, "capture", _changes_nothing, PAID),
        (Wallet, "debit_all", _changes_nothing, PAID),
        (Wallet, "reverse", _changes_nothing, PAID),
        (Wallet, "hold_all", _changes_nothing, HELD),
        (Wallet, "release", _changes_nothing, HELD),
        (SpendingLimit, "capture", _changes_nothing, COUNTED),
        (SpendingLimit, "release", _changes_nothing, COUNTED),
        (rule, "_given_back", _gives_nothing_back, COUNTED),
        (SpendingLimit, "_room", _gives_nothing_back, COUNTED),
        (Session, "give_back", _changes_nothing, PLACED),
        (Session, "release", _changes_nothing, PLACED),
        (rule, "_coming", _skips_nobody, NOBODY_TWICE),
    ],
    ids=[
        "captured for nothing",
        "enrolled for nothing",
        "reversed for nothing",
        "waits for nothing",
        "held for nobody",
        "capture not counted",
        "release not counted",
        "reversal not counted",
        "limit not kept",
        "place kept",
        "place held",
        "charged twice",
    ],
)
def test_a_fault_is_found(monkeypatch: pytest.MonkeyPatch, target: object, name: str, fault: object, law: str) -> None:
    """Each law is broken by the fault that is seeded for it, and the search says so."""
    monkeypatch.setattr(target, name, fault)
    assert law in {found for found, _ in search(small=True).broken}
