"""The laws of wallets: held in every wallet that commands can reach, and by faults that they must find (W4 to W9).

The world is small: debits and holds of one credit or two, two holds, top-ups of three, and the instants before, at and
after the holds' deadline. What grows without end is cut off: no top-up above five credits, no more than three entries
that can still be reversed.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Final, get_args

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from lara_core import wallet as rule
from lara_core.kernel.credits import MOST_CREDITS, Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Refused, why_not
from lara_core.kernel.ids import EnrolmentId, HoldId, PartnerId
from lara_core.testing import laws
from lara_core.testing.search import Report, Step, explore
from lara_core.wallet import (
    CreditsCaptured,
    CreditsHeld,
    CreditsReleased,
    CreditsToppedUp,
    Entry,
    EntryKind,
    NotEnoughCredits,
    Wallet,
    WalletDecision,
    WalletEvent,
    WalletRefusal,
    audit,
    entries,
    entry_of,
    statement,
)
from tests.builders import NOW, TICK, act

ALFA: Final = PartnerId("alfa")
UNTIL: Final = NOW + timedelta(hours=1)
HOUR: Final = Deadline.at(UNTIL)
INSTANTS: Final = (UNTIL - TICK, UNTIL, UNTIL + TICK)
ONE, TWO, THREE = Credits(1), Credits(2), Credits(3)
HOLDS: Final = (HoldId("h1"), HoldId("h2"))
SOMEBODY, ANOTHER = EnrolmentId("e1"), EnrolmentId("e2")

TOTALITY: Final = "K2: a decision or one named refusal"
UNCHANGED: Final = "K2: a refusal changes nothing"
SUM: Final = "W7: the balance is the sum of the entries, and what the last one says"
EVERY_CHANGE: Final = "W7: every change is one entry, and every entry one change"
AVAILABLE: Final = "W9: what is available is the balance without live holds, and is never negative"
RESOLVED_ONCE: Final = "W9: a hold is resolved once"
REVERSED_ONCE: Final = "W8: an entry is reversed once"
TOLD_ONCE: Final = "W5: told once per episode"
AUDITED: Final = "W7: an audit finds nothing in what the rules decided"


@frozen
class World:
    """A wallet, all that happened to it, and what moved by that."""

    now: datetime
    wallet: Wallet
    events: tuple[WalletEvent, ...]
    moved: tuple[Entry, ...] = ()

    def undone(self) -> set[int]:
        """Which entries were reversed."""
        return {entry.reverses for entry in self.moved if entry.reverses is not None}

    def after(self, decision: WalletDecision) -> "World":
        """The world once *decision* is saved."""
        more = entries(ALFA, enumerate(decision.events, len(self.events) + 1))
        return World(self.now, decision.state, (*self.events, *decision.events), (*self.moved, *more))

    def key(self) -> Hashable:
        """Everything but versions; of history, what is still to be reversed, and which kinds there are."""
        wallet, undone, moved = self.wallet, self.undone(), self.moved
        still = [entry for entry in moved if entry.kind in rule.REVERSIBLE and entry.number not in undone]
        open_ones = Counter((entry.kind, entry.change) for entry in still)
        holds = tuple(sorted((hold, kept.amount) for hold, kept in wallet.holds.items()))
        kinds = frozenset(entry.kind for entry in moved if entry.kind not in rule.REVERSIBLE)
        return self.now, wallet.balance, holds, wallet.threshold, frozenset(open_ones.items()), kinds, bool(undone)


@frozen
class Command:
    """One command with its arguments."""

    name: str
    run: Callable[[], WalletDecision]


def commands(world: World) -> Iterator[Command]:
    """Every command that the world has."""
    by, wallet = act(world.now), world.wallet
    moved, undone = world.moved, world.undone()
    still = [entry for entry in moved if entry.kind in rule.REVERSIBLE and entry.number not in undone]
    for threshold in (None, TWO):
        yield Command("set_threshold", partial(wallet.set_threshold, by, threshold))
    if wallet.balance:
        yield Command("top_up", partial(wallet.top_up, by, Credits(MOST_CREDITS), reason="too much"))
    if wallet.balance + THREE <= 5 and len(still) < 3:
        yield Command("top_up", partial(wallet.top_up, by, THREE, reason="invoice"))
    yield Command("deduct", partial(wallet.deduct, by, ONE, reason="mistake"))
    if len(still) < 3:
        for amount in (ONE, TWO):
            yield Command("debit", partial(wallet.debit, by, amount, SOMEBODY))
            yield Command("debit_all", partial(wallet.debit_all, by, amount, (SOMEBODY, ANOTHER)[: 3 - len(still)]))
    for amount in (ONE, TWO):
        for hold in HOLDS:
            yield Command("hold", partial(wallet.hold, by, hold, amount, SOMEBODY, until=HOUR))
        both = dict(zip(HOLDS, (SOMEBODY, ANOTHER), strict=True))
        yield Command("hold_all", partial(wallet.hold_all, by, amount, both, until=HOUR))
    for hold in HOLDS:
        yield Command("capture", partial(wallet.capture, by, hold))
        yield Command("release", partial(wallet.release, by, hold))
    for entry in moved:
        yield Command(
            "reverse",
            partial(wallet.reverse, by, entry, was_reversed=entry.number in undone, reason="left"),
        )
    if moved:
        stranger = evolve(moved[0], partner=PartnerId("beta"))
        yield Command("reverse", partial(wallet.reverse, by, stranger, was_reversed=False, reason="left"))


def resolved(events: Sequence[WalletEvent]) -> bool:
    """Whether every hold was resolved at most once for each time that it was made, counted again from the events."""
    live: Counter[HoldId] = Counter()
    for event in events:
        live.subtract(getattr(event, "lapsed", ()))
        match event:
            case CreditsCaptured(hold=hold) | CreditsReleased(hold=hold):
                live[hold] -= 1
            case CreditsHeld(enrolments=enrolments):
                live.update(enrolments.keys())
            case _:
                pass
        if any(times not in (0, 1) for times in live.values()):
            return False
    return True


def broken_in(before: World, after: World, decision: WalletDecision) -> Iterator[str]:
    """The laws that a decision breaks."""
    yield from laws.of_decision(before.wallet, decision)
    wallet, moved = after.wallet, after.moved
    if wallet.balance != sum(entry.change for entry in moved) or (moved and moved[-1].balance != wallet.balance):
        yield SUM
    changes = [entry.change for entry in moved[len(before.moved) :]]
    if sum(changes) != wallet.balance - before.wallet.balance or 0 in changes:
        yield EVERY_CHANGE
    live = sum(hold.amount for hold in wallet.holds.values() if after.now <= hold.until.instant)
    if wallet.available(after.now) != wallet.balance - live or live > wallet.balance or wallet.balance < 0:
        yield AVAILABLE
    if not resolved(after.events):
        yield RESOLVED_ONCE
    reversals = [entry.reverses for entry in moved if entry.reverses is not None]
    if len(set(reversals)) != len(reversals):
        yield REVERSED_ONCE
    if audit(ALFA, enumerate(after.events, 1)) is not None:
        yield AUDITED


def attempt(world: World, command: Command) -> Step[World]:
    """Try a command, and see whether it keeps the laws."""
    before = world.wallet
    kept = evolve(before, holds=dict(before.holds))
    try:
        decision = command.run()
    except Refused as refused:
        broken = [] if before == kept else [UNCHANGED]
        refusal = refused.refusal
        if isinstance(refusal, NotEnoughCredits):
            topped_up = [at for at, event in enumerate(world.events, 1) if isinstance(event, CreditsToppedUp)]
            if refusal.episode != (topped_up[-1] if topped_up else 0):
                broken.append(TOLD_ONCE)
        return Step(seen=(("refusal", command.name, refusal.code),), broken=tuple(broken))
    except Exception as wrong:  # noqa: BLE001 -- whatever escapes is what the search is for
        return Step(broken=(f"{TOTALITY}: {type(wrong).__name__}",))
    after = world.after(decision)
    broken = [*broken_in(world, after, decision)]
    seen: list[Hashable] = [("allowed", command.name)]
    if not decision.events:
        seen.append(("nothing", command.name))
    if any(getattr(event, "lapsed", ()) for event in decision.events):
        seen.append(("lapsed", command.name))
    # A world that is broken already has nothing more to tell.
    return Step(() if broken else (after,), tuple(seen), tuple(broken))


def search(*, small: bool = False) -> Report:
    """Every wallet that can be reached; a *small* search begins with credits, and its time stands still."""
    opened = Wallet.open(act(), ALFA)
    start = World(INSTANTS[0], opened.state, opened.events)
    if small:
        topped_up = opened.state.top_up(act(), THREE, reason="invoice")
        start = evolve(start, now=INSTANTS[1]).after(topped_up)

    def tries(world: World) -> Iterator[tuple[str, Callable[[], Step[World]]]]:
        for command in commands(world):
            yield command.name, partial(attempt, world, command)
        for later in () if small else INSTANTS[INSTANTS.index(world.now) + 1 :]:
            yield "wait", partial(Step, (evolve(world, now=later),))

    return explore((start,), tries, key=World.key)


LACKING: Final = "wallet.not_enough_credits"
HOLDING: Final = {LACKING, "wallet.hold_already_there", "wallet.hold_would_lapse"}
REFUSALS: Final[Mapping[str, set[str]]] = {
    "set_threshold": set(),
    "top_up": {"wallet.full"},
    "deduct": {"wallet.deduction_too_large"},
    "debit": {LACKING},
    "debit_all": {LACKING},
    "hold": HOLDING,
    "hold_all": HOLDING,
    "capture": {"wallet.hold_gone"},
    "release": set(),
    "reverse": {
        "wallet.no_such_entry",
        "wallet.not_reversible",
        "wallet.already_reversed",
        "wallet.top_up_spent",
    },
}
# Who may find that a hold has lapsed. The deadline is the same for all, so nobody can hold once it has passed.
SWEEPING: Final = ("deduct", "debit", "debit_all", "reverse")


def test_every_reachable_wallet_keeps_the_laws(tell: Callable[[object], None]) -> None:
    """K2, K3, K5, W4 to W9: no pair of world and command breaks one; every refusal is met where it is declared."""
    report = search()
    tell(f"wallets: {report}")
    assert report.broken == ()
    assert set(report.seen) == {
        *(("refusal", name, code) for name, codes in REFUSALS.items() for code in codes),
        *(("allowed", name) for name in REFUSALS),
        ("nothing", "set_threshold"),
        ("nothing", "release"),
        *(("lapsed", name) for name in SWEEPING),
    }


def test_every_refusal_is_met_somewhere() -> None:
    """The table above, which the search confirms, names every refusal that the module declares."""
    assert set[str]().union(*REFUSALS.values()) == {kind.code for kind in get_args(WalletRefusal)}


# --- Whatever happens to a wallet, in longer histories ----------------------------------------------------------------


@given(st.data())
def test_every_history_keeps_the_laws(data: st.DataObject) -> None:
    """K3, K5, W7 to W9: larger amounts, more holds, and acts that are saved in another order than they were made."""
    opened = Wallet.open(act(), ALFA)
    world = World(NOW, opened.state, opened.events)
    for step in range(data.draw(st.integers(1, 12))):
        now = data.draw(st.sampled_from([NOW, *INSTANTS, UNTIL + timedelta(hours=2)]))
        world = evolve(world, now=now)
        by, wallet, amount = act(now), world.wallet, Credits(data.draw(st.integers(1, 50)))
        hold = HoldId(f"h{data.draw(st.integers(1, 4))}")
        until = Deadline.at(data.draw(st.sampled_from([UNTIL, UNTIL + timedelta(hours=1)])))
        undone = world.undone()
        choices: list[Callable[[], WalletDecision]] = [
            partial(wallet.top_up, by, amount, reason="invoice"),
            partial(wallet.deduct, by, amount, reason="mistake"),
            partial(wallet.debit, by, amount, EnrolmentId(f"e{step}")),
            partial(wallet.debit_all, by, amount, (EnrolmentId(f"e{step}"), EnrolmentId(f"f{step}"))),
            partial(wallet.hold, by, hold, amount, EnrolmentId(f"e{step}"), until=until),
            partial(wallet.capture, by, hold),
            partial(wallet.release, by, hold),
            *(
                partial(wallet.reverse, by, entry, was_reversed=entry.number in undone, reason="left")
                for entry in world.moved
            ),
        ]
        command = data.draw(st.sampled_from(choices))
        if why_not(command) is not None:
            continue
        decision = command()
        after = world.after(decision)
        assert list(broken_in(world, after, decision)) == []
        world = after
    assert list(laws.of_history(world.wallet, world.events)) == []
    edges = sorted({NOW, *INSTANTS, UNTIL + timedelta(hours=2), UNTIL + timedelta(hours=3)})
    windows = [statement(world.moved, since=since, until=until) for since, until in pairwise(edges)]
    assert [one.closing for one in windows[:-1]] == [one.opening for one in windows[1:]]
    assert windows[-1].closing == world.wallet.balance
    assert sum(len(one.entries) for one in windows) == len(world.moved)


# --- Faults: each law catches one, or it is not yet a check -----------------------------------------------------------

_apply = Wallet.apply
_lacks = Wallet._lacks  # pyright: ignore[reportPrivateUsage] -- what a fault is put into


def _forgets_a_capture(self: Wallet, event: Any) -> Wallet:
    """What was captured stays in the balance."""
    after = _apply(self, event)
    return evolve(after, balance=self.balance) if isinstance(event, CreditsCaptured) else after


def _spends_what_is_held(self: Wallet, at: object) -> int:
    """Nobody looks at the holds."""
    return self.balance


def _has_always_enough(self: Wallet, at: object) -> int:
    """Nobody looks at the balance."""
    return MOST_CREDITS


def _keeps_the_hold(self: Wallet, gone: object) -> Any:
    """A hold that was resolved is still there."""
    return self.holds


def _names_no_episode(self: Wallet, *args: Any) -> Any:
    """Each refusal is told as if it were the first of its episode."""
    return evolve(_lacks(self, *args), episode=self.version)


def _never_reversed(field: str, value: bool) -> bool:
    """Nobody looks whether an entry was reversed."""
    return False


def _moves_unseen(self: Wallet, event: Any) -> Wallet:
    """A credit goes with a hold that is released, and no entry says so."""
    after = _apply(self, event)
    return evolve(after, balance=Credits(self.balance - 1)) if isinstance(event, CreditsReleased) else after


@pytest.mark.parametrize(
    ("target", "name", "fault", "law"),
    [
        (Wallet, "apply", _forgets_a_capture, SUM),
        (Wallet, "apply", _moves_unseen, EVERY_CHANGE),
        (Wallet, "available", _spends_what_is_held, AVAILABLE),
        (Wallet, "available", _has_always_enough, f"{TOTALITY}: BadValue"),
        (Wallet, "_without", _keeps_the_hold, RESOLVED_ONCE),
        (Wallet, "_lacks", _names_no_episode, TOLD_ONCE),
        (rule, "switch", _never_reversed, REVERSED_ONCE),
        (rule, "switch", _never_reversed, AUDITED),
    ],
    ids=["sum", "unseen", "held is spent", "negative", "hold twice", "told twice", "reversed twice", "audit"],
)
def test_a_fault_is_found(monkeypatch: pytest.MonkeyPatch, target: object, name: str, fault: object, law: str) -> None:
    """Each law is broken by the fault that is seeded for it, and the search says so."""
    monkeypatch.setattr(target, name, fault)
    assert law in {found for found, _ in search(small=True).broken}


def test_a_reversal_is_the_entry_turned_round() -> None:
    """Whichever kind it was, so that balances stay the sums of entries (W7, W8)."""
    for kind, change in ((EntryKind.DEBIT, 5), (EntryKind.TOP_UP, -5)):
        undoing = rule.EntryReversed(2, kind, Credits(5), None, Credits(9), "left", (), act())
        entry = entry_of(ALFA, 3, undoing)
        assert entry is not None
        assert (entry.kind, entry.change, entry.before) == (EntryKind.REVERSAL, change, 9 - change)
