"""A partner's wallet: credits that are topped up, held, debited for participants, and given back.

Vocabulary. A *wallet* belongs to one partner. Its *balance* changes by *entries* alone, each of which is one event. A
*hold* keeps credits for an enrolment that waits for confirmation; it is *captured*, which is a debit, or *released*, or
it *lapses* after its deadline. What is *available* is the balance without live holds. An *episode* begins with each
top-up, and has the version of the wallet with it as its number; before the first one it is 0.

Invariants. 0 ≤ available ≤ balance, at any time (W5, W6, W9). Balance = Σ entries = the balance after the last one, and
every change is one entry (W7). A hold is resolved once: it lapses from its deadline on, whether or not anybody has
swept it; every event that counts available credits names those it found lapsed, and they are gone with it. Whoever
lacks credits is told once per episode: the refusal names the episode, so no state is needed for that (W5). The state
does not grow with history.

What the host must guarantee: an entry that it names is one that it read from this wallet's history, and so is whether
it was reversed; its store keeps a reversal unique per entry (W8). Ids of holds are not used twice while one lives. A
repeated key is answered before any of this is asked (K4).

The events stand in `lara_core.wallet_events`; entries, statements and audit in `lara_core.wallet_entries`; all of them
are imported from here. Limits over several wallets are `lara_core.spending`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Self, TypeAlias, assert_never, cast

from attrs import evolve, frozen

from lara_core.kernel.credits import MOST_CREDITS, Credits, some_credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.ids import EnrolmentId, HoldId, PartnerId
from lara_core.kernel.validators import switch
from lara_core.wallet_entries import Entry, Misfit, Mismatch, Statement, audit, entries, entry_of, statement
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
    WalletChange,
    WalletEvent,
    WalletOpened,
)

__all__ = [
    "REVERSIBLE",
    "AlreadyReversed",
    "CreditHold",
    "CreditHoldAlreadyThere",
    "CreditHoldGone",
    "CreditHoldWouldLapse",
    "CreditsCaptured",
    "CreditsDebited",
    "CreditsDeducted",
    "CreditsHeld",
    "CreditsReleased",
    "CreditsToppedUp",
    "DeductionTooLarge",
    "Entry",
    "EntryKind",
    "EntryReversed",
    "Misfit",
    "Mismatch",
    "NoSuchEntry",
    "NotEnoughCredits",
    "NotReversible",
    "Statement",
    "ThresholdSet",
    "TopUpSpent",
    "Wallet",
    "WalletChange",
    "WalletDecision",
    "WalletEvent",
    "WalletFull",
    "WalletOpened",
    "WalletRefusal",
    "audit",
    "entries",
    "entry_of",
    "statement",
]


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class NotEnoughCredits:
    """Fewer credits are available than *people* at *price* each cost in *total*; *fit* of them would fit (W4, W5).

    Told once per *episode* of *partner*.
    """

    code: ClassVar[str] = "wallet.not_enough_credits"
    partner: PartnerId
    episode: int
    price: Credits
    people: int
    total: int
    available: int
    fit: int


@frozen
class DeductionTooLarge:
    """More would be taken away than is available (W6)."""

    code: ClassVar[str] = "wallet.deduction_too_large"
    amount: Credits
    available: int


@frozen
class WalletFull:
    """No wallet holds as much as this would make of the balance (K9)."""

    code: ClassVar[str] = "wallet.full"
    amount: Credits
    balance: Credits


@frozen
class CreditHoldAlreadyThere:
    """This hold is already keeping credits (W9)."""

    code: ClassVar[str] = "wallet.hold_already_there"
    hold: HoldId


@frozen
class CreditHoldGone:
    """There is no such hold any more: it lapsed, or was captured or released (W9)."""

    code: ClassVar[str] = "wallet.hold_gone"
    hold: HoldId


@frozen
class CreditHoldWouldLapse:
    """The deadline that was asked for a hold has already passed (W9)."""

    code: ClassVar[str] = "wallet.hold_would_lapse"
    until: Deadline


@frozen
class NoSuchEntry:
    """The wallet has no such entry; one of another wallet is answered alike (W8)."""

    code: ClassVar[str] = "wallet.no_such_entry"
    entry: int


@frozen
class NotReversible:
    """Entries of this kind cannot be reversed (W8)."""

    code: ClassVar[str] = "wallet.not_reversible"
    entry: int
    kind: EntryKind


@frozen
class AlreadyReversed:
    """The entry was reversed before (W8)."""

    code: ClassVar[str] = "wallet.already_reversed"
    entry: int


@frozen
class TopUpSpent:
    """What was topped up is no longer available, so the top-up cannot be reversed (W8)."""

    code: ClassVar[str] = "wallet.top_up_spent"
    entry: int
    amount: Credits
    available: int


WalletRefusal: TypeAlias = (
    NotEnoughCredits
    | DeductionTooLarge
    | WalletFull
    | CreditHoldAlreadyThere
    | CreditHoldGone
    | CreditHoldWouldLapse
    | NoSuchEntry
    | NotReversible
    | AlreadyReversed
    | TopUpSpent
)


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class Wallet:
    """The credits of one partner (W5 to W9). It is known by the partner's id."""

    id: PartnerId
    version: int
    balance: Credits
    holds: Mapping[HoldId, CreditHold]
    threshold: Credits | None
    episode: int

    # --- By the organisation

    @classmethod
    def open(cls, act: Act, partner: PartnerId, *, threshold: Credits | None = None) -> "WalletDecision":
        """Give *partner* a wallet with nothing in it. *threshold* (from 1) is what its balance is low below (W5)."""
        event = WalletOpened(partner, threshold, act)
        return Decision(cls.begin(event), (event,))

    def set_threshold(self, act: Act, threshold: Credits | None) -> "WalletDecision":
        """Change what the balance is low below; `None` warns nobody (W5). It warns of crossings to come."""
        wanted = None if threshold is None else some_credits("threshold", threshold)
        return Decision(self) if wanted == self.threshold else self._decide(ThresholdSet(wanted, act))

    def top_up(self, act: Act, amount: Credits, *, reason: str) -> "WalletDecision":
        """Add *amount* (from 1), and begin an episode (W5, W6). Refused: `WalletFull`."""
        return self._decide(CreditsToppedUp(amount, self._with(amount), reason, act))

    def deduct(self, act: Act, amount: Credits, *, reason: str) -> "WalletDecision":
        """Take *amount* (from 1) away; what is held is not to be had (W6). Refused: `DeductionTooLarge`."""
        amount = some_credits("amount", amount)
        if amount > (available := self.available(act.at)):
            raise Refused(DeductionTooLarge(amount, available))
        return self._decide(CreditsDeducted(amount, self._less(amount), reason, self._lapsed(act.at), act))

    def reverse(self, act: Act, entry: Entry, *, was_reversed: bool, reason: str) -> "WalletDecision":
        """Undo *entry* in full: a debit, or a top-up that was a mistake and is not spent (W8).

        Refused: `NoSuchEntry`, `NotReversible`, `AlreadyReversed`, `TopUpSpent`, `WalletFull`. A reversal ends no
        episode.
        """
        if entry.partner != self.id or entry.number > self.version:
            raise Refused(NoSuchEntry(entry.number))
        if entry.kind not in REVERSIBLE:
            raise Refused(NotReversible(entry.number, entry.kind))
        if switch("was_reversed", was_reversed):
            raise Refused(AlreadyReversed(entry.number))
        amount, number, kind = entry.amount, entry.number, entry.kind
        if kind is EntryKind.DEBIT:
            balance = self._with(amount)
        elif amount > (available := self.available(act.at)):
            raise Refused(TopUpSpent(number, amount, available))
        else:
            balance = self._less(amount)
        lapsed = self._lapsed(act.at)
        return self._decide(EntryReversed(number, kind, amount, entry.enrolment, balance, reason, lapsed, act))

    # --- For participants

    def debit(self, act: Act, price: Credits, enrolment: EnrolmentId) -> "WalletDecision":
        """Take *price* (from 1) for one who becomes a participant (W4, W5). Refused: `NotEnoughCredits`.

        A price of 0 is no entry: whoever enrols for nothing does not ask the wallet.
        """
        price = some_credits("price", price)
        if price > (available := self.available(act.at)):
            raise Refused(self._lacks(price, 1, available))
        return self._decide(CreditsDebited(price, enrolment, self._less(price), self._lapsed(act.at), act))

    def debit_all(self, act: Act, price: Credits, enrolments: Sequence[EnrolmentId]) -> "WalletDecision":
        """Take *price* (from 1) for each of *enrolments*, for all of them or none (W4).

        One entry each, in the order given, so that each can be reversed alone. Refused: `NotEnoughCredits`.
        """
        price = some_credits("price", price)
        if price * len(enrolments) > (available := self.available(act.at)):
            raise Refused(self._lacks(price, len(enrolments), available))
        wallet, balance, lapsed = self, self.balance, self._lapsed(act.at)
        events: list[WalletEvent] = []
        for enrolment in enrolments:
            balance = Credits(balance - price)
            event = CreditsDebited(price, enrolment, balance, lapsed, act)
            wallet, lapsed = wallet.apply(event), ()
            events.append(event)
        return Decision(wallet, tuple(events))

    def hold(
        self, act: Act, hold: HoldId, price: Credits, enrolment: EnrolmentId, *, until: Deadline
    ) -> "WalletDecision":
        """Keep *price* (from 1) for an enrolment that waits for confirmation, until *until* has passed (W9).

        Refused: `CreditHoldWouldLapse`, `CreditHoldAlreadyThere`, `NotEnoughCredits`.
        """
        return self.hold_all(act, price, {hold: enrolment}, until=until)

    def hold_all(
        self, act: Act, price: Credits, enrolments: Mapping[HoldId, EnrolmentId], *, until: Deadline
    ) -> "WalletDecision":
        """Keep *price* for each of *enrolments*, under a hold of its own, for all of them or none (W4, W9).

        Refused: as `hold` is.
        """
        price = some_credits("price", price)
        if not enrolments:
            return Decision(self)
        if until.passed(act.at):
            raise Refused(CreditHoldWouldLapse(until))
        for hold in enrolments:
            if self._live(hold, act.at) is not None:
                raise Refused(CreditHoldAlreadyThere(hold))
        if price * len(enrolments) > (available := self.available(act.at)):
            raise Refused(self._lacks(price, len(enrolments), available))
        return self._decide(CreditsHeld(price, dict(enrolments), until, self._lapsed(act.at), act))

    def capture(self, act: Act, hold: HoldId) -> "WalletDecision":
        """Debit what *hold* keeps: its enrolment is confirmed (W9). Refused: `CreditHoldGone`."""
        live = self._live(hold, act.at)
        if live is None:
            raise Refused(CreditHoldGone(hold))
        balance = self._less(live.amount)
        return self._decide(CreditsCaptured(hold, live.amount, live.enrolment, balance, act))

    def release(self, act: Act, hold: HoldId) -> "WalletDecision":
        """Make what *hold* keeps available again (W9). Harmless where there is no such hold any more."""
        if self._live(hold, act.at) is None:
            return Decision(self)
        return self._decide(CreditsReleased(hold, act))

    # --- What there is

    def held(self, at: datetime) -> int:
        """How many credits are held at that time; lapsed holds hold none."""
        return sum(hold.amount for hold in self.holds.values() if not hold.until.passed(at))

    def available(self, at: datetime) -> int:
        """How many credits can be spent at that time."""
        return self.balance - self.held(at) if self.holds else self.balance

    # --- Folding

    @classmethod
    def begin(cls, event: WalletOpened) -> Self:
        """The first state."""
        return cls(event.partner, 1, Credits(0), {}, event.threshold, 0)

    def apply(self, event: WalletChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case CreditsDebited() | CreditsDeducted() | EntryReversed():
                return evolve(self, version=version, balance=event.balance, holds=self._without(event.lapsed))
            case CreditsToppedUp():
                return evolve(self, version=version, balance=event.balance, episode=version)
            case CreditsHeld(amount, enrolments, until, lapsed):
                more = {hold: CreditHold(amount, enrolment, until) for hold, enrolment in enrolments.items()}
                return evolve(self, version=version, holds={**self._without(lapsed), **more})
            case CreditsCaptured():
                return evolve(self, version=version, balance=event.balance, holds=self._without((event.hold,)))
            case CreditsReleased():
                return evolve(self, version=version, holds=self._without((event.hold,)))
            case ThresholdSet():
                return evolve(self, version=version, threshold=event.threshold)
            case _:
                assert_never(event)

    def _decide(self, event: WalletChange) -> "WalletDecision":
        return Decision(self.apply(event), (event,))

    def _with(self, amount: Credits) -> Credits:
        more = self.balance + some_credits("amount", amount)
        if more > MOST_CREDITS:
            raise Refused(WalletFull(amount, self.balance))
        return Credits(more)

    def _less(self, amount: Credits) -> Credits:
        # Every event checks the balance that it carries.
        return cast(Credits, self.balance - amount)

    def _lacks(self, price: Credits, people: int, available: int) -> NotEnoughCredits:
        return NotEnoughCredits(self.id, self.episode, price, people, price * people, available, available // price)

    def _live(self, hold: HoldId, at: datetime) -> CreditHold | None:
        found = self.holds.get(hold)
        return None if found is None or found.until.passed(at) else found

    def _lapsed(self, at: datetime) -> tuple[HoldId, ...]:
        if not self.holds:
            return ()
        return tuple(sorted(hold for hold, kept in self.holds.items() if kept.until.passed(at)))

    def _without(self, gone: tuple[HoldId, ...]) -> Mapping[HoldId, CreditHold]:
        if not gone:
            return self.holds
        return {hold: kept for hold, kept in self.holds.items() if hold not in gone}


WalletDecision: TypeAlias = Decision[Wallet, WalletEvent]
