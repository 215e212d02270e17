"""A spending limit over a group of partners, each with a wallet of its own (W10).

Vocabulary. A *limit* is so many credits that its *members* may spend between them. *Spent* is what was debited under
it and not given back since it was set; what is *held* for enrolments that wait for confirmation counts as well.

Invariants. Spent + held ≤ limit, at any time. A hold counts until it is captured, which makes it spent, or released,
or its deadline has passed, whether or not anybody has swept it; it is resolved once. What was debited or held
before the limit was set never counts, and so is not given back to it. A new period is a new limit.

What the host must guarantee: whoever debits a member's wallet asks the limit in the same unit of work. Two wallets that
are debited at once then meet here: both decisions change the limit, and one is stale (K5). `lara_core.enrolment` asks.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Self, TypeAlias, assert_never

from attrs import evolve, field, frozen

from lara_core.kernel.credits import Credits, any_credits, some_credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import HoldId, LimitId, PartnerId
from lara_core.kernel.validators import checked

# --- Values -----------------------------------------------------------------------------------------------


def _members(field: str, value: frozenset[PartnerId]) -> frozenset[PartnerId]:
    if type(value) is not frozenset:
        raise BadValue(field, Flaw.WRONG_TYPE)
    if not value:
        raise BadValue(field, Flaw.EMPTY)
    return value


@frozen
class SpendingHold:
    """*amount* kept under the limit until *until* has passed."""

    amount: Credits
    until: Deadline


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class LimitSet:
    """From now on *members* may spend *amount* between them."""

    limit: LimitId
    amount: Credits = field(validator=checked(any_credits))
    members: frozenset[PartnerId] = field(validator=checked(_members))
    act: Act


@frozen
class LimitChanged:
    """The limit is *amount* and over *members* from now on. What was spent under it stays spent."""

    amount: Credits = field(validator=checked(any_credits))
    members: frozenset[PartnerId] = field(validator=checked(_members))
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class CreditsSpent:
    """*partner* was debited *amount*."""

    partner: PartnerId
    amount: Credits = field(validator=checked(some_credits))
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class SpendingHeld:
    """*amount* is kept for *partner* under each of *holds*, until *until* has passed."""

    partner: PartnerId
    amount: Credits = field(validator=checked(some_credits))
    holds: tuple[HoldId, ...]
    until: Deadline
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class SpendingCaptured:
    """What *hold* kept is spent."""

    hold: HoldId
    act: Act


@frozen
class SpendingReleased:
    """What *hold* kept can be spent by others."""

    hold: HoldId
    act: Act


@frozen
class SpendingGivenBack:
    """A debit of *partner* that counted here was reversed: *amount* can be spent again."""

    partner: PartnerId
    amount: Credits = field(validator=checked(some_credits))
    act: Act


SpendingChange: TypeAlias = (
    LimitChanged | CreditsSpent | SpendingHeld | SpendingCaptured | SpendingReleased | SpendingGivenBack
)
SpendingEvent: TypeAlias = LimitSet | SpendingChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class LimitReached:
    """More was asked for than the group may still spend (W10)."""

    code: ClassVar[str] = "spending.limit_reached"
    limit: LimitId
    asked: int
    left: int


@frozen
class LimitBelowUse:
    """The limit cannot be less than what is spent and held (W10)."""

    code: ClassVar[str] = "spending.limit_below_use"
    amount: Credits
    used: int


@frozen
class NotAMember:
    """The limit is not over this partner (W10)."""

    code: ClassVar[str] = "spending.not_a_member"
    limit: LimitId
    partner: PartnerId


@frozen
class SpendingHoldAlreadyThere:
    """This hold is already counted (W10)."""

    code: ClassVar[str] = "spending.hold_already_there"
    hold: HoldId


@frozen
class SpendingHoldGone:
    """There is no such hold any more: it lapsed, or was captured or released (W10)."""

    code: ClassVar[str] = "spending.hold_gone"
    hold: HoldId


@frozen
class SpendingHoldWouldLapse:
    """The deadline that was asked for a hold has already passed (W10)."""

    code: ClassVar[str] = "spending.hold_would_lapse"
    until: Deadline


@frozen
class LessSpent:
    """More was given back than was spent under this limit (W10)."""

    code: ClassVar[str] = "spending.less_spent"
    amount: Credits
    spent: Credits


SpendingRefusal: TypeAlias = (
    LimitReached
    | LimitBelowUse
    | NotAMember
    | SpendingHoldAlreadyThere
    | SpendingHoldGone
    | SpendingHoldWouldLapse
    | LessSpent
)


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class SpendingLimit:
    """What a group of partners may spend between them, *since* it was set (W10)."""

    id: LimitId
    version: int
    amount: Credits
    members: frozenset[PartnerId]
    spent: Credits
    holds: Mapping[HoldId, SpendingHold]
    since: datetime

    @classmethod
    def set(cls, act: Act, limit: LimitId, amount: Credits, members: frozenset[PartnerId]) -> "SpendingDecision":
        """Let *members* (at least one) spend *amount* between them from now on."""
        event = LimitSet(limit, amount, members, act)
        return Decision(cls.begin(event), (event,))

    def change(self, act: Act, amount: Credits, members: frozenset[PartnerId]) -> "SpendingDecision":
        """Change the amount, or who is in the group; what was spent stays spent, whoever leaves.

        Refused: `LimitBelowUse`.
        """
        wanted, group = any_credits("amount", amount), _members("members", members)
        if (wanted, group) == (self.amount, self.members):
            return Decision(self)
        used = self.spent + self.held(act.at)
        if wanted < used:
            raise Refused(LimitBelowUse(wanted, used))
        return self._decide(LimitChanged(wanted, group, self._lapsed(act.at), act))

    def spend(self, act: Act, partner: PartnerId, amount: Credits) -> "SpendingDecision":
        """Count *amount* (from 1) that *partner* is debited. Refused: `NotAMember`, `LimitReached`."""
        self._member(partner)
        self._room(some_credits("amount", amount), act.at)
        return self._decide(CreditsSpent(partner, amount, self._lapsed(act.at), act))

    def hold(
        self, act: Act, partner: PartnerId, amount: Credits, holds: Sequence[HoldId], *, until: Deadline
    ) -> "SpendingDecision":
        """Count *amount* (from 1) under each of *holds*, until *until* has passed; all of them or none.

        Refused: `NotAMember`, `SpendingHoldWouldLapse`, `SpendingHoldAlreadyThere`, `LimitReached`.
        """
        self._member(partner)
        amount = some_credits("amount", amount)
        if not holds:
            return Decision(self)
        if until.passed(act.at):
            raise Refused(SpendingHoldWouldLapse(until))
        for hold in holds:
            if self._live(hold, act.at) is not None:
                raise Refused(SpendingHoldAlreadyThere(hold))
        named = tuple(dict.fromkeys(holds))
        self._room(amount * len(named), act.at)
        return self._decide(SpendingHeld(partner, amount, named, until, self._lapsed(act.at), act))

    def capture(self, act: Act, hold: HoldId) -> "SpendingDecision":
        """Count what *hold* keeps as spent. Refused: `SpendingHoldGone`."""
        if self._live(hold, act.at) is None:
            raise Refused(SpendingHoldGone(hold))
        return self._decide(SpendingCaptured(hold, act))

    def release(self, act: Act, hold: HoldId) -> "SpendingDecision":
        """Let others spend what *hold* keeps. Harmless where there is no such hold any more."""
        if self._live(hold, act.at) is None:
            return Decision(self)
        return self._decide(SpendingReleased(hold, act))

    def give_back(self, act: Act, partner: PartnerId, amount: Credits) -> "SpendingDecision":
        """Let others spend *amount* (from 1), which *partner* was debited under this limit and has back.

        Also where the partner has left the group. Refused: `LessSpent`.
        """
        amount = some_credits("amount", amount)
        if amount > self.spent:
            raise Refused(LessSpent(amount, self.spent))
        return self._decide(SpendingGivenBack(partner, amount, act))

    def held(self, at: datetime) -> int:
        """How many credits are held at that time; lapsed holds hold none."""
        return sum(hold.amount for hold in self.holds.values() if not hold.until.passed(at))

    def left(self, at: datetime) -> int:
        """How many credits the group may still spend at that time."""
        return self.amount - self.spent - self.held(at)

    @classmethod
    def begin(cls, event: LimitSet) -> Self:
        """The first state."""
        return cls(event.limit, 1, event.amount, event.members, Credits(0), {}, event.act.at)

    def apply(self, event: SpendingChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case CreditsSpent(_, amount, lapsed):
                spent = Credits(self.spent + amount)
                return evolve(self, version=version, spent=spent, holds=self._without(*lapsed))
            case SpendingHeld(_, amount, holds, until, lapsed):
                kept = {**self._without(*lapsed), **dict.fromkeys(holds, SpendingHold(amount, until))}
                return evolve(self, version=version, holds=kept)
            case SpendingCaptured(hold):
                spent = Credits(self.spent + self.holds[hold].amount)
                return evolve(self, version=version, spent=spent, holds=self._without(hold))
            case SpendingReleased(hold):
                return evolve(self, version=version, holds=self._without(hold))
            case SpendingGivenBack(_, amount):
                return evolve(self, version=version, spent=Credits(self.spent - amount))
            case LimitChanged(amount, members, lapsed):
                kept = self._without(*lapsed)
                return evolve(self, version=version, amount=amount, members=members, holds=kept)
            case _:
                assert_never(event)

    def _decide(self, event: SpendingChange) -> "SpendingDecision":
        return Decision(self.apply(event), (event,))

    def _member(self, partner: PartnerId) -> None:
        if partner not in self.members:
            raise Refused(NotAMember(self.id, partner))

    def _room(self, asked: int, at: datetime) -> None:
        if asked > (left := self.left(at)):
            raise Refused(LimitReached(self.id, asked, left))

    def _live(self, hold: HoldId, at: datetime) -> SpendingHold | None:
        found = self.holds.get(hold)
        return None if found is None or found.until.passed(at) else found

    def _lapsed(self, at: datetime) -> tuple[HoldId, ...]:
        return tuple(sorted(hold for hold, kept in self.holds.items() if kept.until.passed(at)))

    def _without(self, *gone: HoldId) -> dict[HoldId, SpendingHold]:
        return {hold: kept for hold, kept in self.holds.items() if hold not in gone}


SpendingDecision: TypeAlias = Decision[SpendingLimit, SpendingEvent]
