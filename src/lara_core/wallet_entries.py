"""The entries of a wallet, as people read them: which event is one, what a statement says, what an audit finds.

An *entry* is a movement of credits. It is the event that moved them, read once more, and has its number: the version
of the wallet with it. So numbers grow, with gaps where something happened that moved nothing. Entries are never
changed; what was mistaken is reversed by another entry (W7, W8).

None of this needs the wallet's state, nor that anybody keeps entries beside the events.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from attrs import field, frozen

from lara_core.kernel.credits import MOST_CREDITS, Credits, any_credits
from lara_core.kernel.deadlines import utc
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, EnrolmentId, HoldId, Key, PartnerId
from lara_core.kernel.validators import checked, whole
from lara_core.wallet_events import (
    REVERSIBLE,
    CreditHold,
    CreditsCaptured,
    CreditsDebited,
    CreditsDeducted,
    CreditsHeld,
    CreditsReleased,
    CreditsToppedUp,
    EntryKind,
    EntryReversed,
    ThresholdSet,
    WalletEvent,
    WalletOpened,
)

MOST_EVENTS: Final = 2**53

_ALWAYS_UP: Final = frozenset({EntryKind.TOP_UP})
_ALWAYS_DOWN: Final = frozenset({EntryKind.DEDUCTION, EntryKind.DEBIT})


# --- Values -----------------------------------------------------------------------------------------------


def _number(field: str, value: int) -> int:
    return whole(field, value, least=1, most=MOST_EVENTS)


def _change(field: str, value: int) -> int:
    if not whole(field, value, least=-MOST_CREDITS, most=MOST_CREDITS):
        raise BadValue(field, Flaw.TOO_SMALL)
    return value


@frozen
class Entry:
    """One movement of *partner*'s credits: by how much the balance changed, and what it was after (W7).

    *change* is above zero where credits came in, else below. *why* is the reason that was given, if one was.
    *reverses* is the number of the entry that this one undoes.
    """

    partner: PartnerId
    number: int = field(validator=checked(_number))
    kind: EntryKind
    change: int = field(validator=checked(_change))
    balance: Credits = field(validator=checked(any_credits))
    at: datetime
    by: ActorId
    key: Key
    why: str | None = None
    enrolment: EnrolmentId | None = None
    reverses: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.kind in (_ALWAYS_DOWN if self.change > 0 else _ALWAYS_UP):
            raise BadValue("change", Flaw.WRONG_FORM)

    @property
    def amount(self) -> Credits:
        """How much moved, whichever way."""
        return Credits(abs(self.change))

    @property
    def before(self) -> int:
        """What the balance was before."""
        return self.balance - self.change

    def crosses(self, threshold: Credits | None) -> bool:
        """Whether the balance was at *threshold* or above, and is below it with this entry: once per crossing (W5).

        The balance is what counts, held credits included: a hold that lapses would cross without any event.
        """
        return threshold is not None and self.before >= threshold > self.balance


def entry_of(partner: PartnerId, number: int, event: WalletEvent) -> Entry | None:
    """The entry that *event* is, which made version *number* of the wallet; `None` where it moved nothing."""
    why: str | None = None
    enrolment: EnrolmentId | None = None
    reverses: int | None = None
    match event:
        case WalletOpened() | ThresholdSet() | CreditsHeld() | CreditsReleased():
            return None
        case CreditsToppedUp(amount, reason=why):
            kind, change = EntryKind.TOP_UP, int(amount)
        case CreditsDeducted(amount, reason=why):
            kind, change = EntryKind.DEDUCTION, -amount
        case CreditsDebited(amount, enrolment) | CreditsCaptured(_, amount, enrolment):
            kind, change = EntryKind.DEBIT, -amount
        case EntryReversed(reverses, undone, amount, enrolment, reason=why):
            kind, change = EntryKind.REVERSAL, int(amount) if undone is EntryKind.DEBIT else -amount
        case _:
            assert_never(event)
    act = event.act
    return Entry(partner, number, kind, change, event.balance, act.at, act.by, act.key, why, enrolment, reverses)


def entries(partner: PartnerId, rows: Iterable[tuple[int, WalletEvent]]) -> Iterator[Entry]:
    """The entries among *rows*, each an event with its number. One at a time: histories may be longer than memory."""
    for number, event in rows:
        if (entry := entry_of(partner, number, event)) is not None:
            yield entry


# --- Statements -------------------------------------------------------------------------------------------


@frozen
class Statement:
    """What moved in a window of time, between the *opening* and the *closing* balance (W7)."""

    opening: int
    entries: tuple[Entry, ...]
    closing: int


def statement(history: Iterable[Entry], *, since: datetime, until: datetime) -> Statement:
    """What moved from *since* on and before *until* (K8).

    *history* is a wallet's entries in order, from its first one on, or from any one that nothing of the window comes
    before. Opening plus entries is closing, and the next window opens with it, also where the times of two acts are
    not in the order in which they were saved. Refused: a window that does not end after it began.
    """
    begins, ends = utc("since", since), utc("until", until)
    if begins >= ends:
        raise BadValue("until", Flaw.WRONG_ORDER)
    opening = 0
    first = True
    inside: list[Entry] = []
    for entry in history:
        if first:
            opening, first = entry.before, False
        if entry.at < begins:
            opening += entry.change
        elif entry.at < ends:
            inside.append(entry)
    return Statement(opening, tuple(inside), opening + sum(entry.change for entry in inside))


# --- Audit ------------------------------------------------------------------------------------------------


class Misfit(StrEnum):
    """In which way an event does not fit those before it."""

    NUMBER = "number"
    OPENING = "opening"
    BALANCE = "balance"
    REVERSAL = "reversal"
    HOLD = "hold"


@frozen
class Mismatch:
    """The first event that does not fit, by its number, and why."""

    number: int
    misfit: Misfit


def audit(partner: PartnerId, rows: Iterable[tuple[int, WalletEvent]]) -> Mismatch | None:
    """The first of *rows*, all events of a wallet with their numbers, that does not fit those before it (W7).

    Found are: numbers that do not count from 1; a wallet that is not opened first, and once; a balance that is not
    the one before and what moved; a reversal of what is not there, is not the same, or was reversed before; a hold that
    is resolved twice, for another amount, as lapsed before its time, or that keeps more than there is.
    """
    balance = 0
    undoable: dict[int, Entry] = {}
    holds: dict[HoldId, CreditHold] = {}
    for expected, (number, event) in enumerate(rows, 1):
        if number != expected:
            return Mismatch(number, Misfit.NUMBER)
        if isinstance(event, WalletOpened) is not (number == 1):
            return Mismatch(number, Misfit.OPENING)
        if not _resolved(holds, event):
            return Mismatch(number, Misfit.HOLD)
        entry = entry_of(partner, number, event)
        if entry is not None:
            if entry.before != balance:
                return Mismatch(number, Misfit.BALANCE)
            if entry.kind in REVERSIBLE:
                undoable[number] = entry
            if entry.reverses is not None:
                undone = undoable.pop(entry.reverses, None)
                if undone is None or not _undoes(entry, event, undone):
                    return Mismatch(number, Misfit.REVERSAL)
            balance = entry.balance
        if sum(hold.amount for hold in holds.values()) > balance:
            return Mismatch(number, Misfit.HOLD)
    return None


def _undoes(entry: Entry, event: WalletEvent, undone: Entry) -> bool:
    same = entry.change == -undone.change and entry.enrolment == undone.enrolment
    return same and isinstance(event, EntryReversed) and event.kind is undone.kind


def _resolved(holds: dict[HoldId, CreditHold], event: WalletEvent) -> bool:
    """Whether *event* resolves holds that there are, and makes such as there are not; *holds* goes along."""
    match event:
        case CreditsHeld(lapsed=lapsed) | CreditsDebited(lapsed=lapsed) | CreditsDeducted(lapsed=lapsed):
            pass
        case EntryReversed(lapsed=lapsed):
            pass
        case CreditsCaptured(hold, amount, enrolment):
            kept = holds.pop(hold, None)
            return kept is not None and (kept.amount, kept.enrolment) == (amount, enrolment)
        case CreditsReleased(hold):
            return holds.pop(hold, None) is not None
        case WalletOpened() | ThresholdSet() | CreditsToppedUp():
            return True
        case _:
            assert_never(event)
    for hold in lapsed:
        kept = holds.pop(hold, None)
        if kept is None or not kept.until.passed(event.act.at):
            return False
    if isinstance(event, CreditsHeld):
        for hold, enrolment in event.enrolments.items():
            if hold in holds:
                return False
            holds[hold] = CreditHold(event.amount, enrolment, event.until)
    return True
