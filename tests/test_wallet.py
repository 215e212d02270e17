"""A partner's wallet: topped up, deducted, held, debited, reversed; and what its history says (W4 to W9)."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.kernel.credits import MOST_CREDITS, Credits
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Decision, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ActorId, EnrolmentId, HoldId, Key, PartnerId
from lara_core.wallet import (
    AlreadyReversed,
    CreditHold,
    CreditHoldAlreadyThere,
    CreditHoldGone,
    CreditHoldWouldLapse,
    CreditsCaptured,
    CreditsDebited,
    CreditsDeducted,
    CreditsHeld,
    CreditsReleased,
    CreditsToppedUp,
    DeductionTooLarge,
    Entry,
    EntryKind,
    EntryReversed,
    Misfit,
    Mismatch,
    NoSuchEntry,
    NotEnoughCredits,
    NotReversible,
    Statement,
    ThresholdSet,
    TopUpSpent,
    Wallet,
    WalletDecision,
    WalletEvent,
    WalletFull,
    WalletOpened,
    audit,
    entries,
    entry_of,
    statement,
)
from tests.builders import NOW, TICK, act, flaw, in_turn

ALFA, BETA = PartnerId("alfa"), PartnerId("beta")
H1, H2, H3 = HoldId("h1"), HoldId("h2"), HoldId("h3")
E1, E2, E3 = EnrolmentId("e1"), EnrolmentId("e2"), EnrolmentId("e3")
UNTIL: Final = NOW + timedelta(hours=1)
HOUR: Final = Deadline.at(UNTIL)
DAY: Final = Deadline.on(date(2027, 3, 1), Zone("Europe/Rome"))
LATE: Final = act(UNTIL + TICK)
INVOICE: Final = "invoice 7"


def c(amount: int) -> Credits:
    """So many credits."""
    return Credits(amount)


def wallet(balance: int = 100, *, threshold: int | None = None) -> Wallet:
    """A wallet that was topped up once, so its version and its episode are 2; with nothing, it has just been opened."""
    opened = Wallet.open(act(), ALFA, threshold=None if threshold is None else c(threshold)).state
    return opened.top_up(act(), c(balance), reason=INVOICE).state if balance else opened


def entry(
    number: int,
    kind: EntryKind,
    change: int,
    balance: int,
    *,
    why: str | None = None,
    enrolment: EnrolmentId | None = None,
    reverses: int | None = None,
    at: datetime = NOW,
) -> Entry:
    """An entry of the wallet, made under the usual act."""
    by, key = ActorId("manager"), Key("key")
    return Entry(ALFA, number, kind, change, c(balance), at, by, key, why, enrolment, reverses)


# --- By the organisation ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threshold", [None, 1, 20])
def test_opening(threshold: int | None) -> None:
    """A wallet begins with nothing, in no episode (W5)."""
    limit = None if threshold is None else c(threshold)
    decision = Wallet.open(act(), ALFA, threshold=limit)
    assert decision.events == (WalletOpened(ALFA, limit, act()),)
    assert decision.state == Wallet(ALFA, 1, c(0), {}, limit, 0)
    assert decision.state.available(NOW) == 0


def test_topping_up() -> None:
    """Credits come in, with who, when and why; each top-up begins an episode, named by its number (W5, W6)."""
    before = wallet(0)
    first = before.top_up(act(), c(30), reason=INVOICE)
    assert first.events == (CreditsToppedUp(c(30), c(30), INVOICE, act()),)
    assert first.state == evolve(before, version=2, balance=c(30), episode=2)
    again = first.state.set_threshold(act(), c(5)).state.top_up(LATE, c(12), reason="invoice 8")
    assert again.events == (CreditsToppedUp(c(12), c(42), "invoice 8", LATE),)
    assert again.state == Wallet(ALFA, 4, c(42), {}, c(5), 4)


def test_a_wallet_has_a_size() -> None:
    """Up to 10**12 credits come in; a named refusal from there on (K9)."""
    full = wallet(MOST_CREDITS - 1).top_up(act(), c(1), reason=INVOICE).state
    assert full.balance == MOST_CREDITS
    assert why_not(full.top_up, act(), c(1), reason=INVOICE) == WalletFull(c(1), full.balance)
    spent = full.debit(act(), c(3), E1)
    debited = entry(4, EntryKind.DEBIT, -3, MOST_CREDITS - 3, enrolment=E1)
    again = spent.state.top_up(act(), c(1), reason=INVOICE).state
    assert why_not(again.reverse, act(), debited, was_reversed=False, reason="left") == WalletFull(c(3), again.balance)


def test_deducting() -> None:
    """Credits are taken away down to what is held, not below; the event names what had lapsed (W6, W9)."""
    before = wallet(10).hold(act(), H1, c(4), E1, until=HOUR).state
    assert why_not(before.deduct, act(), c(7), reason="mistake") == DeductionTooLarge(c(7), 6)
    assert why_not(before.deduct, act(UNTIL), c(7), reason="mistake") == DeductionTooLarge(c(7), 6)
    decision = before.deduct(act(), c(6), reason="mistake")
    assert decision.events == (CreditsDeducted(c(6), c(4), "mistake", (), act()),)
    assert decision.state == evolve(before, version=4, balance=c(4))
    late = before.deduct(LATE, c(10), reason="mistake")
    assert late.events == (CreditsDeducted(c(10), c(0), "mistake", (H1,), LATE),)
    assert late.state == evolve(before, version=4, balance=c(0), holds={})
    assert why_not(late.state.deduct, LATE, c(1), reason="mistake") == DeductionTooLarge(c(1), 0)


def test_setting_the_threshold() -> None:
    """It can be set, changed and unset; the same again changes nothing (W5, K5)."""
    before = wallet(10, threshold=5)
    changed = before.set_threshold(act(), c(50))
    assert changed.events == (ThresholdSet(c(50), act()),)
    assert changed.state == evolve(before, version=3, threshold=c(50))
    unset = before.set_threshold(act(), None)
    assert unset.events == (ThresholdSet(None, act()),)
    assert unset.state == evolve(before, version=3, threshold=None)
    assert before.set_threshold(act(), c(5)).state is before
    assert unset.state.set_threshold(act(), None).state is unset.state


# --- For participants -------------------------------------------------------------------------------------------------


def test_debiting() -> None:
    """The price is taken, down to nothing, and the entry names the enrolment (W4, W7)."""
    before = wallet(10)
    decision = before.debit(act(), c(4), E1)
    assert decision.events == (CreditsDebited(c(4), E1, c(6), (), act()),)
    assert decision.state == evolve(before, version=3, balance=c(6))
    assert decision.state.holds is before.holds
    last = decision.state.debit(act(), c(6), E2)
    assert last.events == (CreditsDebited(c(6), E2, c(0), (), act()),)
    assert why_not(last.state.debit, act(), c(1), E3) == NotEnoughCredits(ALFA, 2, c(1), 1, 1, 0, 0)


def test_too_little_for_the_price() -> None:
    """The refusal says the price, what is available, and the episode, which a top-up alone ends (W5)."""
    before = wallet(10)
    assert why_not(before.debit, act(), c(11), E1) == NotEnoughCredits(ALFA, 2, c(11), 1, 11, 10, 0)
    held = before.hold(act(), H1, c(7), E1, until=HOUR).state
    assert why_not(held.debit, act(UNTIL), c(4), E2) == NotEnoughCredits(ALFA, 2, c(4), 1, 4, 3, 0)
    less = held.debit(act(), c(3), E2).state.set_threshold(act(), c(1)).state
    assert why_not(less.debit, act(), c(1), E3) == NotEnoughCredits(ALFA, 2, c(1), 1, 1, 0, 0)
    debited = entry(4, EntryKind.DEBIT, -3, 7, enrolment=E2)
    back = less.reverse(act(), debited, was_reversed=False, reason="left").state
    assert why_not(back.debit, act(), c(4), E3) == NotEnoughCredits(ALFA, 2, c(4), 1, 4, 3, 0)
    more = back.top_up(act(), c(1), reason=INVOICE).state
    assert why_not(more.debit, act(), c(5), E3) == NotEnoughCredits(ALFA, 7, c(5), 1, 5, 4, 0)
    assert why_not(wallet(0).debit, act(), c(1), E1) == NotEnoughCredits(ALFA, 0, c(1), 1, 1, 0, 0)


def test_debiting_many() -> None:
    """One entry for each, in the order given, all of them or none; what lapsed is named once (W4)."""
    before = wallet(10).hold(act(), H1, c(4), E3, until=HOUR).state
    assert why_not(before.debit_all, act(), c(3), (E1, E2, E3)) == NotEnoughCredits(ALFA, 2, c(3), 3, 9, 6, 2)
    both = before.debit_all(act(), c(3), (E2, E1))
    assert both.events == (CreditsDebited(c(3), E2, c(7), (), act()), CreditsDebited(c(3), E1, c(4), (), act()))
    assert both.state == evolve(before, version=5, balance=c(4))
    late = before.debit_all(LATE, c(3), (E1, E2, E3))
    assert late.events == (
        CreditsDebited(c(3), E1, c(7), (H1,), LATE),
        CreditsDebited(c(3), E2, c(4), (), LATE),
        CreditsDebited(c(3), E3, c(1), (), LATE),
    )
    assert late.state == evolve(before, version=6, balance=c(1), holds={})
    nobody = before.debit_all(LATE, c(3), ())
    assert (nobody.state, nobody.events) == (before, ())
    assert nobody.state is before


def test_holding() -> None:
    """What is held is not available, and the balance stays (W9)."""
    before = wallet(10)
    decision = before.hold(act(), H1, c(10), E1, until=HOUR)
    assert decision.events == (CreditsHeld(c(10), {H1: E1}, HOUR, (), act()),)
    assert decision.state == evolve(before, version=3, holds={H1: CreditHold(c(10), E1, HOUR)})
    assert (decision.state.held(NOW), decision.state.available(NOW)) == (10, 0)
    said = why_not(decision.state.hold, act(), H2, c(1), E2, until=HOUR)
    assert said == NotEnoughCredits(ALFA, 2, c(1), 1, 1, 0, 0)


def test_holding_for_many() -> None:
    """Each under a hold of its own, all of them or none (W4, W9)."""
    before = wallet(10).hold(act(), H3, c(2), E3, until=HOUR).state
    asked = {H2: E2, H1: E1}
    assert why_not(before.hold_all, act(), c(5), asked, until=DAY) == NotEnoughCredits(ALFA, 2, c(5), 2, 10, 8, 1)
    decision = before.hold_all(act(), c(4), asked, until=DAY)
    assert decision.events == (CreditsHeld(c(4), {H2: E2, H1: E1}, DAY, (), act()),)
    kept = {H3: CreditHold(c(2), E3, HOUR), H2: CreditHold(c(4), E2, DAY), H1: CreditHold(c(4), E1, DAY)}
    assert decision.state == evolve(before, version=4, holds=kept)
    late = before.hold_all(LATE, c(5), asked, until=DAY)
    assert late.events == (CreditsHeld(c(5), asked, DAY, (H3,), LATE),)
    assert before.hold_all(LATE, c(5), {}, until=DAY).state is before


@pytest.mark.parametrize(
    ("until", "last", "lapsed"),
    [
        (HOUR, UNTIL, UNTIL + TICK),
        (DAY, datetime.fromisoformat("2027-03-01T23:00Z") - TICK, datetime.fromisoformat("2027-03-01T23:00Z")),
    ],
    ids=["an instant", "a day"],
)
def test_until_when_credits_are_held(until: Deadline, last: datetime, lapsed: datetime) -> None:
    """An instant is still in time, the first of the next day is not: to count, capture, release, hold anew (W9, K8)."""
    later = Deadline.at(lapsed + timedelta(days=1))
    assert why_not(wallet().hold, act(last), H1, c(2), E1, until=until) is None
    assert why_not(wallet().hold, act(lapsed), H1, c(2), E1, until=until) == CreditHoldWouldLapse(until)
    kept = wallet(5).hold(act(), H1, c(2), E1, until=until).state
    assert (kept.held(last), kept.available(last)) == (2, 3)
    assert (kept.held(lapsed), kept.available(lapsed)) == (0, 5)
    assert why_not(kept.capture, act(last), H1) is None
    assert why_not(kept.capture, act(lapsed), H1) == CreditHoldGone(H1)
    assert kept.release(act(last), H1).events == (CreditsReleased(H1, act(last)),)
    assert kept.release(act(lapsed), H1).state is kept
    assert why_not(kept.hold, act(last), H1, c(1), E2, until=later) == CreditHoldAlreadyThere(H1)
    anew = kept.hold(act(lapsed), H1, c(5), E2, until=later)
    assert anew.events == (CreditsHeld(c(5), {H1: E2}, later, (H1,), act(lapsed)),)
    assert anew.state == evolve(kept, version=4, holds={H1: CreditHold(c(5), E2, later)})


def test_the_order_of_guards_of_a_hold() -> None:
    """The deadline first, then the hold, then the credits (W9)."""
    before = wallet(5).hold(act(), H1, c(3), E1, until=HOUR).state
    wrong = {"act": act(), "hold": H1, "price": c(3), "enrolment": E2, "until": Deadline.at(NOW - TICK)}
    assert in_turn(before.hold, wrong, {"until": HOUR}, {"hold": H2}, {"price": c(2)}) == [
        CreditHoldWouldLapse(Deadline.at(NOW - TICK)),
        CreditHoldAlreadyThere(H1),
        NotEnoughCredits(ALFA, 2, c(3), 1, 3, 2, 0),
        None,
    ]


def test_capturing() -> None:
    """What was held is debited, once, whatever the balance is (W9)."""
    before = wallet(5).hold_all(act(), c(2), {H1: E1, H2: E2}, until=HOUR).state
    decision = before.capture(act(UNTIL), H1)
    assert decision.events == (CreditsCaptured(H1, c(2), E1, c(3), act(UNTIL)),)
    assert decision.state == evolve(before, version=4, balance=c(3), holds={H2: CreditHold(c(2), E2, HOUR)})
    assert decision.state.available(NOW) == before.available(NOW) == 1
    assert why_not(decision.state.capture, act(), H1) == CreditHoldGone(H1)
    assert decision.state.release(act(), H1).state is decision.state
    assert why_not(before.capture, act(), H3) == CreditHoldGone(H3)


def test_releasing() -> None:
    """What was held is available again; harmless where there is no such hold, as for a session's (W9)."""
    before = wallet(5).hold(act(), H1, c(2), E1, until=HOUR).state
    decision = before.release(act(), H1)
    assert decision.events == (CreditsReleased(H1, act()),)
    assert decision.state == evolve(before, version=4, holds={})
    again = decision.state.release(act(), H1)
    assert (again.state, again.events) == (decision.state, ())
    assert again.state is decision.state
    assert why_not(decision.state.capture, act(), H1) == CreditHoldGone(H1)


AMOUNTS: Final[dict[str, tuple[Callable[[Any], WalletDecision], str]]] = {
    "open": (lambda n: Wallet.open(act(), ALFA, threshold=n), "threshold"),
    "set_threshold": (lambda n: wallet().set_threshold(act(), n), "threshold"),
    "top_up": (lambda n: wallet(0).top_up(act(), n, reason=INVOICE), "amount"),
    "deduct": (lambda n: wallet(MOST_CREDITS).deduct(act(), n, reason=INVOICE), "amount"),
    "debit": (lambda n: wallet(MOST_CREDITS).debit(act(), n, E1), "price"),
    "debit_all": (lambda n: wallet(MOST_CREDITS).debit_all(act(), n, (E1,)), "price"),
    "hold": (lambda n: wallet(MOST_CREDITS).hold(act(), H1, n, E1, until=HOUR), "price"),
}


@pytest.mark.parametrize("command", AMOUNTS)
def test_amounts(command: str) -> None:
    """Credits move in whole numbers, from 1 to 10**12; 1.9 never becomes 1 (K9)."""
    with_amount, field = AMOUNTS[command]
    for number in (True, False, 1.0, 1.9, float("nan"), float("inf"), "1", b"1", (1,)):
        assert flaw(partial(with_amount, number)) == (field, Flaw.WRONG_TYPE)
    for number in (0, -1, -(10**30)):
        assert flaw(partial(with_amount, number)) == (field, Flaw.TOO_SMALL)
    assert flaw(partial(with_amount, MOST_CREDITS + 1)) == (field, Flaw.TOO_LARGE)
    assert flaw(partial(with_amount, 1)) is None
    assert flaw(partial(with_amount, MOST_CREDITS)) is None


@pytest.mark.parametrize("reason", ["", " ", "a\nb", "\u202e", "x" * 501])
def test_a_reason_is_a_line(reason: str) -> None:
    """Why credits came, went or came back is one line that people can read (K9, W6)."""
    before = wallet()
    topped_up = entry(2, EntryKind.TOP_UP, 100, 100, why=INVOICE)
    for command in (
        lambda: before.top_up(act(), c(1), reason=reason),
        lambda: before.deduct(act(), c(1), reason=reason),
        lambda: before.reverse(act(), topped_up, was_reversed=False, reason=reason),
    ):
        bad = flaw(command)
        assert bad is not None
        assert bad[0] == "reason"


def test_no_event_says_a_negative_balance() -> None:
    """Whatever says it (K9, W6)."""
    short: Any = -1
    assert flaw(lambda: CreditsDebited(c(1), E1, short, (), act())) == ("balance", Flaw.TOO_SMALL)


# --- Reversals --------------------------------------------------------------------------------------------------------


def test_reversing_a_debit() -> None:
    """In full, with who, when and why; no episode ends by it (W8)."""
    before = wallet(10).debit(act(), c(4), E1).state
    debited = entry(3, EntryKind.DEBIT, -4, 6, enrolment=E1)
    decision = before.reverse(LATE, debited, was_reversed=False, reason="left")
    assert decision.events == (EntryReversed(3, EntryKind.DEBIT, c(4), E1, c(10), "left", (), LATE),)
    assert decision.state == evolve(before, version=4, balance=c(10))


def test_reversing_what_was_captured() -> None:
    """A captured hold is a debit like any other (W8, W9)."""
    before = wallet(10).hold(act(), H1, c(4), E1, until=HOUR).state.capture(act(), H1)
    captured = entry(4, EntryKind.DEBIT, -4, 6, enrolment=E1)
    assert entry_of(ALFA, before.state.version, before.events[0]) == captured
    decision = before.state.reverse(act(), captured, was_reversed=False, reason="left")
    assert decision.events == (EntryReversed(4, EntryKind.DEBIT, c(4), E1, c(10), "left", (), act()),)


def test_a_debit_is_reversed_once() -> None:
    """The caller's fact says whether it was, and is a yes or a no (W8)."""
    before = wallet(10).debit(act(), c(4), E1).state
    debited = entry(3, EntryKind.DEBIT, -4, 6, enrolment=E1)
    assert why_not(before.reverse, act(), debited, was_reversed=True, reason="left") == AlreadyReversed(3)
    unknown: Any = "no"
    wrong = flaw(lambda: before.reverse(act(), debited, was_reversed=unknown, reason="left"))
    assert wrong == ("was_reversed", Flaw.WRONG_TYPE)


def test_reversing_a_top_up() -> None:
    """A mistaken one, while all of it is available still (W8)."""
    before = wallet(10).top_up(act(), c(5), reason="twice").state.hold(act(), H1, c(11), E1, until=HOUR).state
    second = entry(3, EntryKind.TOP_UP, 5, 15, why="twice")
    said = why_not(before.reverse, act(UNTIL), second, was_reversed=False, reason="mistake")
    assert said == TopUpSpent(3, c(5), 4)
    decision = before.reverse(LATE, second, was_reversed=False, reason="mistake")
    assert decision.events == (EntryReversed(3, EntryKind.TOP_UP, c(5), None, c(10), "mistake", (H1,), LATE),)
    assert decision.state == evolve(before, version=5, balance=c(10), holds={})
    assert decision.state.episode == 3
    spent = before.release(act(), H1).state.debit(act(), c(11), E1).state
    assert why_not(spent.reverse, act(), second, was_reversed=False, reason="mistake") == TopUpSpent(3, c(5), 4)


def test_what_cannot_be_reversed() -> None:
    """An entry of another wallet is answered as one that is not there; deductions and reversals stay (W8)."""
    before = wallet(10).deduct(act(), c(4), reason="mistake").state
    deducted = entry(3, EntryKind.DEDUCTION, -4, 6, why="mistake")
    reversal = entry(3, EntryKind.REVERSAL, 4, 10, why="left", reverses=2)
    debited = entry(4, EntryKind.DEBIT, -4, 6, enrolment=E1)
    undo = partial(before.reverse, act(), reason="left")
    assert why_not(undo, deducted, was_reversed=False) == NotReversible(3, EntryKind.DEDUCTION)
    assert why_not(undo, reversal, was_reversed=False) == NotReversible(3, EntryKind.REVERSAL)
    assert why_not(undo, debited, was_reversed=True) == NoSuchEntry(4)
    assert why_not(undo, evolve(debited, number=3, partner=BETA), was_reversed=True) == NoSuchEntry(3)


def test_enrol_reverse_enrol_again() -> None:
    """Two debits and one reversal: three entries, each by itself (W8)."""
    debited = entry(3, EntryKind.DEBIT, -4, 6, enrolment=E1)
    once = wallet(10).debit(act(), c(4), E1)
    back = once.state.reverse(act(), debited, was_reversed=False, reason="left")
    again = back.state.debit(act(), c(4), E2)
    events = (*once.events, *back.events, *again.events)
    assert list(entries(ALFA, enumerate(events, 3))) == [
        debited,
        entry(4, EntryKind.REVERSAL, 4, 10, why="left", enrolment=E1, reverses=3),
        entry(5, EntryKind.DEBIT, -4, 6, enrolment=E2),
    ]
    assert again.state == evolve(wallet(10), version=5, balance=c(6))


# --- Entries ----------------------------------------------------------------------------------------------------------

# Whatever can happen: of the three holds one is captured, one released, and one has lapsed.
HISTORY: Final[Sequence[tuple[int, WalletEvent]]] = tuple(
    enumerate(
        (
            WalletOpened(ALFA, None, act()),
            CreditsToppedUp(c(10), c(10), INVOICE, act()),
            ThresholdSet(c(3), act()),
            CreditsToppedUp(c(1), c(11), "mistake", act(NOW + timedelta(days=1))),
            CreditsDebited(c(4), E1, c(7), (), act(NOW + timedelta(days=2))),
            CreditsHeld(c(2), {H1: E2, H2: E3, H3: E1}, DAY, (), act(NOW)),
            CreditsCaptured(H1, c(2), E2, c(5), act(NOW + timedelta(days=3))),
            CreditsReleased(H2, act()),
            CreditsDeducted(c(3), c(2), "gift", (H3,), act(NOW + timedelta(days=4))),
            EntryReversed(5, EntryKind.DEBIT, c(4), E1, c(6), "left", (), act(NOW + timedelta(days=5))),
            EntryReversed(4, EntryKind.TOP_UP, c(1), None, c(5), "mistake", (), act(NOW + timedelta(days=6))),
        ),
        1,
    )
)
ENTRIES: Final = (
    entry(2, EntryKind.TOP_UP, 10, 10, why=INVOICE),
    entry(4, EntryKind.TOP_UP, 1, 11, why="mistake", at=NOW + timedelta(days=1)),
    entry(5, EntryKind.DEBIT, -4, 7, enrolment=E1, at=NOW + timedelta(days=2)),
    entry(7, EntryKind.DEBIT, -2, 5, enrolment=E2, at=NOW + timedelta(days=3)),
    entry(9, EntryKind.DEDUCTION, -3, 2, why="gift", at=NOW + timedelta(days=4)),
    entry(10, EntryKind.REVERSAL, 4, 6, why="left", enrolment=E1, reverses=5, at=NOW + timedelta(days=5)),
    entry(11, EntryKind.REVERSAL, -1, 5, why="mistake", reverses=4, at=NOW + timedelta(days=6)),
)


def test_entries() -> None:
    """What moved credits is an entry with the number of its event, and what moved none is not (W7)."""
    assert tuple(entries(ALFA, HISTORY)) == ENTRIES
    assert [one.amount for one in ENTRIES] == [10, 1, 4, 2, 3, 4, 1]
    assert [one.before for one in ENTRIES] == [0, 10, 11, 7, 5, 2, 6]
    silent = {number for number, event in HISTORY if entry_of(ALFA, number, event) is None}
    assert silent == {1, 3, 6, 8}


@pytest.mark.parametrize(
    ("wrong", "bad"),
    [
        ({"number": 0}, ("number", Flaw.TOO_SMALL)),
        ({"number": True}, ("number", Flaw.WRONG_TYPE)),
        ({"change": 0}, ("change", Flaw.TOO_SMALL)),
        ({"change": 1.9}, ("change", Flaw.WRONG_TYPE)),
        ({"change": 4}, ("change", Flaw.WRONG_FORM)),
        ({"kind": EntryKind.DEDUCTION, "change": 4}, ("change", Flaw.WRONG_FORM)),
        ({"kind": EntryKind.TOP_UP}, ("change", Flaw.WRONG_FORM)),
        ({"balance": -1}, ("balance", Flaw.TOO_SMALL)),
        ({"change": -(10**12) - 1}, ("change", Flaw.TOO_SMALL)),
        ({"kind": EntryKind.REVERSAL, "change": 10**12 + 1}, ("change", Flaw.TOO_LARGE)),
        ({"kind": EntryKind.REVERSAL}, None),
        ({"kind": EntryKind.REVERSAL, "change": 4}, None),
    ],
)
def test_an_entry_makes_sense(wrong: dict[str, Any], bad: tuple[str, Flaw] | None) -> None:
    """A host that reads its rows wrongly is told so (K9)."""
    assert flaw(lambda: evolve(ENTRIES[2], **wrong)) == bad


@pytest.mark.parametrize(
    ("threshold", "crossed"), [(None, []), (1, []), (3, [9]), (5, [9]), (6, [7, 11]), (7, [7]), (11, [5]), (12, [])]
)
def test_low_balance(threshold: int | None, crossed: list[int]) -> None:
    """Warned once per crossing: at the threshold it is not low, below it is, until it has risen again (W5)."""
    limit = None if threshold is None else c(threshold)
    assert [one.number for one in ENTRIES if one.crosses(limit)] == crossed


def test_crossing_with_a_batch() -> None:
    """However many are debited at once, the balance falls below the threshold with one of them (W5)."""
    decision = wallet(10, threshold=5).debit_all(act(), c(2), (E1, E2, E3))
    low = [one.number for one in entries(ALFA, enumerate(decision.events, 3)) if one.crosses(c(5))]
    assert low == [5]


# --- Statements -------------------------------------------------------------------------------------------------------


def day(number: int) -> datetime:
    """So many days on."""
    return NOW + timedelta(days=number)


@pytest.mark.parametrize(
    ("since", "until", "opening", "numbers", "closing"),
    [
        (day(-1), day(0), 0, [], 0),
        (day(0), day(1), 0, [2], 10),
        (day(0) + TICK, day(1) + TICK, 10, [4], 11),
        (day(2), day(5), 11, [5, 7, 9], 2),
        (day(6) + TICK, day(7), 5, [], 5),
        (day(-1), day(7), 0, [2, 4, 5, 7, 9, 10, 11], 5),
    ],
)
def test_statements(since: datetime, until: datetime, opening: int, numbers: list[int], closing: int) -> None:
    """From an instant on and before another; opening, entries and closing add up (W7, K8)."""
    inside = tuple(one for one in ENTRIES if one.number in numbers)
    assert statement(ENTRIES, since=since, until=until) == Statement(opening, inside, closing)


def test_a_statement_from_a_part_of_the_history() -> None:
    """Whoever has years of it reads from the last entry before the window on (W7)."""
    assert statement(ENTRIES[3:], since=day(4), until=day(6)) == Statement(5, ENTRIES[4:6], 6)
    assert statement((), since=day(4), until=day(6)) == Statement(0, (), 0)


def test_statements_follow_each_other() -> None:
    """One opens as the one before closed, also where two acts were saved in another order than they were made (W7)."""
    swapped = (*ENTRIES[:2], evolve(ENTRIES[2], at=day(4)), *ENTRIES[3:])
    days = [statement(swapped, since=day(number), until=day(number + 1)) for number in range(-1, 8)]
    assert days[0].opening == 0
    assert all(one.closing == following.opening for one, following in pairwise(days))
    assert all(one.closing == one.opening + sum(found.change for found in one.entries) for one in days)
    assert days[-1].closing == ENTRIES[-1].balance


def test_a_window_ends_after_it_began() -> None:
    """And knows its zone (K8)."""
    assert flaw(lambda: statement(ENTRIES, since=day(1), until=day(1))) == ("until", Flaw.WRONG_ORDER)
    assert flaw(lambda: statement(ENTRIES, since=NOW.replace(tzinfo=None), until=day(1))) == ("since", Flaw.NAIVE_TIME)
    assert flaw(lambda: statement(ENTRIES, since=day(1), until=NOW.replace(tzinfo=None))) == ("until", Flaw.NAIVE_TIME)


# --- Audit ------------------------------------------------------------------------------------------------------------


def test_an_audit_of_what_fits() -> None:
    """Nothing to say, of the whole or of any beginning (W7)."""
    for length in range(len(HISTORY) + 1):
        assert audit(ALFA, HISTORY[:length]) is None


def test_the_history_is_one_that_folds() -> None:
    """What is audited is what the rule decides, so that the audit is tried on the real thing (K3)."""
    opened = Wallet.begin(WalletOpened(ALFA, None, act()))
    for _, event in HISTORY[1:]:
        assert not isinstance(event, WalletOpened)
        opened = opened.apply(event)
    assert opened == Wallet(ALFA, 11, c(5), {}, c(3), 4)


def changed(number: int, event: WalletEvent) -> Sequence[tuple[int, WalletEvent]]:
    """The history with another event in the place of one."""
    return [(at, event if at == number else found) for at, found in HISTORY]


def of(number: int) -> Any:
    """The event of that number."""
    return HISTORY[number - 1][1]


NOON: Final = act()


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (HISTORY[1:], Mismatch(2, Misfit.NUMBER)),
        ([*HISTORY[:4], *HISTORY[5:]], Mismatch(6, Misfit.NUMBER)),
        ([*HISTORY[:5], HISTORY[4]], Mismatch(5, Misfit.NUMBER)),
        (changed(1, ThresholdSet(None, NOON)), Mismatch(1, Misfit.OPENING)),
        (changed(3, of(1)), Mismatch(3, Misfit.OPENING)),
        (changed(2, evolve(of(2), amount=c(11))), Mismatch(2, Misfit.BALANCE)),
        (changed(5, evolve(of(5), balance=c(8))), Mismatch(5, Misfit.BALANCE)),
        (changed(7, evolve(of(7), balance=c(6))), Mismatch(7, Misfit.BALANCE)),
        (changed(10, evolve(of(10), entry=6)), Mismatch(10, Misfit.REVERSAL)),
        (changed(10, evolve(of(10), entry=9)), Mismatch(10, Misfit.REVERSAL)),
        (changed(10, evolve(of(10), entry=10)), Mismatch(10, Misfit.REVERSAL)),
        (changed(10, evolve(of(10), enrolment=E2)), Mismatch(10, Misfit.REVERSAL)),
        (changed(10, evolve(of(10), amount=c(3), balance=c(5))), Mismatch(10, Misfit.REVERSAL)),
        (changed(11, evolve(of(11), kind=EntryKind.DEDUCTION)), Mismatch(11, Misfit.REVERSAL)),
        ([*HISTORY, (12, evolve(of(10), balance=c(9)))], Mismatch(12, Misfit.REVERSAL)),
        (
            [*HISTORY, (12, EntryReversed(10, EntryKind.REVERSAL, c(4), E1, c(1), "left", (), NOON))],
            Mismatch(12, Misfit.REVERSAL),
        ),
        (changed(6, evolve(of(6), amount=c(3))), Mismatch(6, Misfit.HOLD)),
        (changed(7, evolve(of(7), hold=HoldId("h4"))), Mismatch(7, Misfit.HOLD)),
        (changed(7, evolve(of(7), amount=c(1), balance=c(6))), Mismatch(7, Misfit.HOLD)),
        (changed(7, evolve(of(7), enrolment=E1)), Mismatch(7, Misfit.HOLD)),
        (changed(8, evolve(of(8), hold=H1)), Mismatch(8, Misfit.HOLD)),
        (changed(9, evolve(of(9), lapsed=(H2,))), Mismatch(9, Misfit.HOLD)),
        (changed(9, evolve(of(9), act=act(NOW))), Mismatch(9, Misfit.HOLD)),
        (changed(8, CreditsHeld(c(1), {H2: E3}, DAY, (), NOON)), Mismatch(8, Misfit.HOLD)),
        ([*HISTORY[:8], (9, CreditsDeducted(c(4), c(1), "gift", (), NOON))], Mismatch(9, Misfit.HOLD)),
    ],
)
def test_an_audit_names_the_first_that_does_not_fit(rows: Sequence[tuple[int, WalletEvent]], found: Mismatch) -> None:
    """A gap, a balance, a reversal or a hold that those before it do not lead to (W7, W8, W9)."""
    assert audit(ALFA, rows) == found


def test_a_decision_of_nothing_is_the_same_state() -> None:
    """No events, and the very state that was asked (K5)."""
    before = wallet(10, threshold=4)
    asked: list[Callable[[Act], WalletDecision]] = [
        lambda by: before.release(by, H1),
        lambda by: before.set_threshold(by, c(4)),
        lambda by: before.debit_all(by, c(1), ()),
        lambda by: before.hold_all(by, c(1), {}, until=HOUR),
    ]
    for command in asked:
        assert command(act()) == Decision(before)
        assert command(act()).state is before
