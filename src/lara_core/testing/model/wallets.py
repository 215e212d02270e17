"""What wallets do, told a second time: who pays what, what is held, what is given back, and who is told.

Part of `lara_core.testing.model`. It knows one course that is offered to all, and no sessions. Of each use case it says
why not, or what is there afterwards; which events led there is for the audit and for the laws.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Concatenate, ParamSpec

from lara_core.enrolment import NobodyToEnrol
from lara_core.kernel.credits import MOST_CREDITS, Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Refusal
from lara_core.kernel.errors import IdReused, LaraError, NotFound
from lara_core.kernel.ids import CourseId, EnrolmentId, LimitId, PartnerId
from lara_core.kernel.people import Person
from lara_core.offerings import PriceChanged
from lara_core.participants import ConfirmationOver, Enrolment, EnrolmentIs, EnrolmentState
from lara_core.spending import LimitBelowUse, LimitReached, SpendingHoldWouldLapse, SpendingLimit
from lara_core.testing.model.words import No, Plain, copied, distinct, is_late, keys_of
from lara_core.wallet import (
    AlreadyReversed,
    CreditHoldWouldLapse,
    DeductionTooLarge,
    EntryKind,
    NoSuchEntry,
    NotEnoughCredits,
    NotReversible,
    TopUpSpent,
    Wallet,
    WalletFull,
)

P = ParamSpec("P")

_PENDING, _IN = EnrolmentState.PENDING, EnrolmentState.PARTICIPANT


class WalletModel:
    """What a store keeps of partners that all may enrol in *course*, for a *price* to begin with."""

    def __init__(self, course: CourseId, price: int) -> None:
        self.course = course
        self.price = price
        self.kept: dict[str, dict[str, Plain]] = {"wallet": {}, "limit": {}, "enrolment": {}}
        # Which episodes of which partners somebody was told of (W5).
        self.told: set[tuple[str, int]] = set()

    def predict(
        self, use: Callable[Concatenate[Act, P], None], act: Act, *args: P.args, **kwargs: P.kwargs
    ) -> Refusal | type[LaraError] | None:
        """Why the use case of that name is refused, or `None` where it is done."""
        before, price = copied(self.kept), self.price
        try:
            use(act, *args, **kwargs)
        except No as no:
            self.kept, self.price = before, price
            if isinstance(no.outcome, NotEnoughCredits):
                self.told.add((no.outcome.partner, no.outcome.episode))
            return no.outcome
        return None

    # --- The organisation

    def open_wallet(self, act: Act, partner: PartnerId, *, threshold: Credits | None) -> None:  # noqa: ARG002 -- as all
        """Nothing is in it."""
        if partner in self.kept["wallet"]:
            raise No(IdReused)
        empty: Plain = {"version": 1, "balance": 0, "threshold": threshold, "episode": 0}
        self.kept["wallet"][partner] = {**empty, "holds": {}, "moved": {}, "undone": []}

    def set_threshold(self, act: Act, partner: PartnerId, threshold: Credits | None) -> None:  # noqa: ARG002 -- as all
        """Another one than before."""
        wallet = self._get("wallet", partner)
        if threshold != wallet["threshold"]:
            wallet["threshold"] = threshold
            wallet["version"] += 1

    def price_course(self, act: Act, course: CourseId, price: Credits) -> None:  # noqa: ARG002 -- as all
        """From now on (W3)."""
        if course != self.course:
            raise No(NotFound)
        self.price = price

    def top_up(self, act: Act, partner: PartnerId, amount: Credits, *, reason: str) -> None:  # noqa: ARG002 -- as all
        """An episode begins (W5, W6)."""
        wallet = self._get("wallet", partner)
        _room(wallet, amount)
        wallet["episode"] = self._move(wallet, EntryKind.TOP_UP, amount)

    def deduct(self, act: Act, partner: PartnerId, amount: Credits, *, reason: str) -> None:  # noqa: ARG002 -- as all
        """No more than is available (W6)."""
        wallet = self._get("wallet", partner)
        available = left_of(wallet, act.at)
        if amount > available:
            raise No(DeductionTooLarge(amount, available))
        _ = self._move(wallet, EntryKind.DEDUCTION, -amount, act.at)

    def reverse_top_up(self, act: Act, partner: PartnerId, entry: int, *, reason: str) -> None:  # noqa: ARG002 -- as all
        """Once, and while it is not spent (W8)."""
        wallet = self._get("wallet", partner)
        if entry not in wallet["moved"]:
            raise No(NoSuchEntry(entry))
        kind, change = wallet["moved"][entry]
        if kind is not EntryKind.TOP_UP:
            raise No(NotReversible(entry, kind))
        if entry in wallet["undone"]:
            raise No(AlreadyReversed(entry))
        available = left_of(wallet, act.at)
        if change > available:
            raise No(TopUpSpent(entry, change, available))
        wallet["undone"].append(entry)
        _ = self._move(wallet, EntryKind.REVERSAL, -change, act.at)

    def set_limit(self, act: Act, limit: LimitId, amount: Credits, members: Collection[PartnerId]) -> None:
        """A new one, from now on (W10)."""
        if limit in self.kept["limit"]:
            raise No(IdReused)
        begun: Plain = {"version": 1, "amount": amount, "members": sorted(set(members)), "spent": 0, "holds": {}}
        self.kept["limit"][limit] = {**begun, "since": act.at}

    def change_limit(self, act: Act, limit: LimitId, amount: Credits, members: Collection[PartnerId]) -> None:
        """Not below what is used (W10)."""
        found = self._get("limit", limit)
        if (amount, sorted(set(members))) == (found["amount"], found["members"]):
            return
        used = found["spent"] + held_in(found, act.at)
        if amount < used:
            raise No(LimitBelowUse(amount, used))
        found["amount"], found["members"] = amount, sorted(set(members))
        _written(found, act.at)

    # --- Who is enrolled

    def enrol(
        self,
        act: Act,
        partner: PartnerId,
        course: CourseId,
        people: Mapping[EnrolmentId, Person],
        *,
        shown: Credits,
        until: Deadline | None,
    ) -> None:
        """All of them or none, and who is in the course already is left out (W3, W4, W9, W10)."""
        wallet = self._get("wallet", partner)
        if course != self.course:
            raise No(NotFound)
        if shown != self.price:
            raise No(PriceChanged(shown, Credits(self.price)))
        named, _ = distinct(people.values())
        inside = {key for one in self._inside() for key in keys_of(one["person"])}
        coming = [person for person in named if not keys_of(person) & inside]
        if not coming:
            raise No(NobodyToEnrol(tuple(named)))
        names = [next(name for name, who in people.items() if who == person) for person in coming]
        if until is not None and is_late(until, act.at):
            raise No(CreditHoldWouldLapse(until) if self.price else ConfirmationOver(names[0], until))
        limit = self._over(partner) if self.price else None
        self._pay(act, partner, wallet, limit, names, until)
        for name, person in zip(names, coming, strict=True):
            entry = wallet["version"] - len(names) + names.index(name) + 1 if self.price and until is None else None
            self.kept["enrolment"][name] = {
                "version": 1,
                "state": _IN if until is None else _PENDING,
                "partner": partner,
                "person": person,
                "price": self.price,
                "limit": limit,
                "entry": entry,
                "until": until,
            }

    def _pay(
        self,
        act: Act,
        partner: PartnerId,
        wallet: Plain,
        limit: str | None,
        names: list[EnrolmentId],
        until: Deadline | None,
    ) -> None:
        total, available = self.price * len(names), left_of(wallet, act.at)
        if not self.price:
            return
        if total > available:
            raise No(
                NotEnoughCredits(
                    partner,
                    wallet["episode"],
                    Credits(self.price),
                    len(names),
                    total,
                    available,
                    available // self.price,
                )
            )
        counted = None if limit is None else self.kept["limit"][limit]
        if counted is not None:
            if until is not None and is_late(until, act.at):
                raise No(SpendingHoldWouldLapse(until))
            left = counted["amount"] - counted["spent"] - held_in(counted, act.at)
            if total > left:
                raise No(LimitReached(LimitId(str(limit)), total, left))
            _written(counted, act.at)
        if until is None:
            for _ in names:
                _ = self._move(wallet, EntryKind.DEBIT, -self.price, act.at)
            if counted is not None:
                counted["spent"] += total
            return
        _written(wallet, act.at)
        for holding in (wallet, counted) if counted is not None else (wallet,):
            holding["holds"].update({name: {"amount": self.price, "until": until} for name in names})

    def confirm_enrolment(self, act: Act, enrolment: EnrolmentId) -> None:
        """In time; what was held is debited (W9). Twice is once."""
        found = self._get("enrolment", enrolment)
        if not _moves(enrolment, found, _IN, _PENDING):
            return
        if is_late(found["until"], act.at):
            raise No(ConfirmationOver(enrolment, found["until"]))
        self._to(found, _IN)
        if not found["price"]:
            return
        wallet = self.kept["wallet"][found["partner"]]
        del wallet["holds"][enrolment]
        found["entry"] = self._move(wallet, EntryKind.DEBIT, -found["price"])
        if found["limit"]:
            limit = self.kept["limit"][found["limit"]]
            del limit["holds"][enrolment]
            limit["spent"] += found["price"]
            limit["version"] += 1

    def drop_enrolment(self, act: Act, enrolment: EnrolmentId) -> None:
        """In time or too late; what is still held is free again (W9). Twice is once."""
        found = self._get("enrolment", enrolment)
        if not _moves(enrolment, found, EnrolmentState.DROPPED, _PENDING):
            return
        self._to(found, EnrolmentState.DROPPED)
        for holding in (self.kept["wallet"][found["partner"]], self.kept["limit"].get(found["limit"])):
            if holding and enrolment in holding["holds"] and not is_late(found["until"], act.at):
                del holding["holds"][enrolment]
                holding["version"] += 1

    def withdraw_participant(self, act: Act, enrolment: EnrolmentId) -> None:  # noqa: ARG002 -- as all
        """Nothing is given back by that (W8). Twice is once."""
        found = self._get("enrolment", enrolment)
        if _moves(enrolment, found, EnrolmentState.WITHDRAWN, _IN):
            self._to(found, EnrolmentState.WITHDRAWN)

    def reverse_enrolment(self, act: Act, enrolment: EnrolmentId, *, reason: str) -> None:  # noqa: ARG002 -- as all
        """Of who has withdrawn, once, in full (W8)."""
        found = self._get("enrolment", enrolment)
        if found["entry"] is not None:
            if found["entry"] in self.kept["wallet"][found["partner"]]["undone"]:
                raise No(AlreadyReversed(found["entry"]))
            self._give_back(act, found)
        if _moves(enrolment, found, EnrolmentState.REVERSED, EnrolmentState.WITHDRAWN):
            self._to(found, EnrolmentState.REVERSED)

    def cancel_enrolment(self, act: Act, enrolment: EnrolmentId, *, reason: str) -> None:  # noqa: ARG002 -- as all
        """Of a participant: what was paid goes back (W8). Twice is once."""
        found = self._get("enrolment", enrolment)
        if not _moves(enrolment, found, EnrolmentState.CANCELLED, _IN):
            return
        if found["entry"] is not None:
            self._give_back(act, found)
        self._to(found, EnrolmentState.CANCELLED)

    # --- What they share

    def _give_back(self, act: Act, found: Plain) -> None:
        wallet = self.kept["wallet"][found["partner"]]
        _room(wallet, found["price"])
        wallet["undone"].append(found["entry"])
        _ = self._move(wallet, EntryKind.REVERSAL, found["price"], act.at)
        if found["limit"]:
            limit = self.kept["limit"][found["limit"]]
            limit["spent"] -= found["price"]
            limit["version"] += 1

    def _get(self, kind: str, name: str) -> Plain:
        if name not in self.kept[kind]:
            raise No(NotFound)
        return self.kept[kind][name]

    def _inside(self) -> Iterator[Plain]:
        return (one for one in self.kept["enrolment"].values() if one["state"] in {_PENDING, _IN})

    def _over(self, partner: PartnerId) -> str | None:
        """The latest that was set over the partner (W10)."""
        over = [(one["since"], name) for name, one in self.kept["limit"].items() if partner in one["members"]]
        return max(over)[1] if over else None

    def _move(self, wallet: Plain, kind: EntryKind, change: int, swept: datetime | None = None) -> int:
        """Credits move, which is an entry; whatever counts what is available sweeps holds that have lapsed (W7, W9)."""
        _written(wallet, swept)
        wallet["balance"] += change
        wallet["moved"][wallet["version"]] = (kind, change)
        number: int = wallet["version"]
        return number

    def _to(self, found: Plain, state: EnrolmentState) -> None:
        found["state"] = state
        found["version"] += 1


def _written(found: Plain, swept: datetime | None) -> None:
    found["version"] += 1
    if swept is not None:
        found["holds"] = {name: hold for name, hold in found["holds"].items() if not is_late(hold["until"], swept)}


def _room(wallet: Plain, amount: int) -> None:
    if wallet["balance"] + amount > MOST_CREDITS:
        raise No(WalletFull(Credits(amount), wallet["balance"]))


def _moves(name: EnrolmentId, found: Plain, to: EnrolmentState, since: EnrolmentState) -> bool:
    """Whether it moves there, where it is not there already."""
    if found["state"] is to:
        return False
    if found["state"] is not since:
        raise No(EnrolmentIs(name, found["state"]))
    return True


def held_in(found: Plain, at: datetime) -> int:
    """What a wallet or a limit holds; what has lapsed is not held (W9)."""
    return sum(hold["amount"] for hold in found["holds"].values() if not is_late(hold["until"], at))


def left_of(wallet: Plain, at: datetime) -> int:
    """What is available (W9)."""
    available: int = wallet["balance"] - held_in(wallet, at)
    return available


def plain_wallet(state: Wallet | SpendingLimit | Enrolment) -> Plain:
    """The dict that the model has of it, without what a wallet has in its history alone."""
    match state:
        case Wallet():
            holds = {hold: {"amount": kept.amount, "until": kept.until} for hold, kept in state.holds.items()}
            return {
                "version": state.version,
                "balance": state.balance,
                "threshold": state.threshold,
                "episode": state.episode,
                "holds": holds,
            }
        case SpendingLimit():
            holds = {hold: {"amount": kept.amount, "until": kept.until} for hold, kept in state.holds.items()}
            return {
                "version": state.version,
                "amount": state.amount,
                "members": sorted(state.members),
                "spent": state.spent,
                "holds": holds,
                "since": state.since,
            }
        case Enrolment():
            return {
                "version": state.version,
                "state": state.state,
                "partner": state.partner,
                "person": state.person,
                "price": state.price,
                "limit": state.limit,
                "entry": state.entry,
                "until": state.until,
            }
