"""Places in a session: how many there are, who holds them while paying, how many are taken.

Vocabulary. A *session* is one dated run of a training. It has a *capacity*, or none. A *hold* keeps places
while something is being paid for; it *lapses* after its deadline, except while it is *secured*, that is while
a payment is being taken. Places are *taken* by a purchase and *given back* when seats are cancelled. Seats that a
buyer has not assigned yet are taken places: they are the buyer's (N1).

Invariants. Held and taken places never exceed the capacity, at any time (N1). A lapsed hold counts for
nothing from its deadline on, whether or not anybody has swept it: every event that counts places names the
holds that it found lapsed, and they are gone with it.

What the host must guarantee: ids of holds are not used twice while one of them lives, and places are given
back once for each that was taken (the rules of `lara_core.purchase` do).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final, Self, TypeAlias, assert_never

from attrs import evolve, field, frozen
from attrs.validators import optional

from lara_core.kernel.deadlines import Deadline, utc
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import HoldId, SessionId
from lara_core.kernel.validators import checked, whole

MOST_PLACES: Final = 1_000_000


def _places(field: str, value: int) -> int:
    return whole(field, value, least=1, most=MOST_PLACES)


def _capacity(field: str, value: int) -> int:
    return whole(field, value, least=0, most=MOST_PLACES)


def _starts(value: datetime) -> datetime:
    return utc("starts", value)


def _ends(value: datetime) -> datetime:
    return utc("ends", value)


# --- Values -----------------------------------------------------------------------------------------------


@frozen
class Hold:
    """Places kept while something is paid for. *until* is `None` while a payment is being taken (N1)."""

    places: int
    until: Deadline | None

    def lapsed(self, at: datetime) -> bool:
        """Whether the hold no longer counts."""
        return self.until is not None and self.until.passed(at)


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class SessionOpened:
    """A session can be sold. *capacity* `None` means that its places are not counted."""

    session: SessionId
    starts: datetime = field(converter=_starts)
    ends: datetime = field(converter=_ends)
    capacity: int | None = field(validator=optional(checked(_capacity)))
    act: Act

    def __attrs_post_init__(self) -> None:
        if self.ends <= self.starts:
            raise BadValue("ends", Flaw.WRONG_ORDER)


@frozen
class CapacityChanged:
    """The session has room for *capacity* from now on."""

    capacity: int | None = field(validator=optional(checked(_capacity)))
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class PlacesHeld:
    """*places* are kept under *hold* until it is converted, released, or its deadline has passed."""

    hold: HoldId
    places: int = field(validator=checked(_places))
    until: Deadline
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class HoldSecured:
    """A payment is being taken for *hold*: it does not lapse any more."""

    hold: HoldId
    act: Act


@frozen
class HoldReleased:
    """The places of *hold* are on sale again."""

    hold: HoldId
    act: Act


@frozen
class PlacesTaken:
    """*places* are sold. *hold* is converted by it, where there was one and it had not lapsed."""

    places: int = field(validator=checked(_places))
    hold: HoldId | None
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class PlacesGivenBack:
    """*places* that were taken are on sale again."""

    places: int = field(validator=checked(_places))
    act: Act


SessionChange: TypeAlias = CapacityChanged | PlacesHeld | HoldSecured | HoldReleased | PlacesTaken | PlacesGivenBack
SessionEvent: TypeAlias = SessionOpened | SessionChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class NotEnoughPlaces:
    """More places were asked for than are left."""

    code: ClassVar[str] = "sessions.not_enough_places"
    asked: int
    available: int


@frozen
class CapacityBelowUse:
    """The session cannot shrink below what is held and taken."""

    code: ClassVar[str] = "sessions.capacity_below_use"
    capacity: int
    used: int


@frozen
class HoldAlreadyThere:
    """This hold is already keeping places."""

    code: ClassVar[str] = "sessions.hold_already_there"
    hold: HoldId


@frozen
class HoldGone:
    """There is no such hold any more: it lapsed, or was converted or released."""

    code: ClassVar[str] = "sessions.hold_gone"
    hold: HoldId


@frozen
class HoldAlreadySecured:
    """A payment is already being taken for this hold; a second one must not start."""

    code: ClassVar[str] = "sessions.hold_already_secured"
    hold: HoldId


@frozen
class HoldWouldLapse:
    """The deadline that was asked for a hold has already passed."""

    code: ClassVar[str] = "sessions.hold_would_lapse"
    until: Deadline


@frozen
class SalesOver:
    """The session has ended: no place can be sold or held any more."""

    code: ClassVar[str] = "sessions.sales_over"
    ends: datetime


@frozen
class FewerTaken:
    """More places were given back than are taken."""

    code: ClassVar[str] = "sessions.fewer_taken"
    places: int
    taken: int


SessionRefusal: TypeAlias = (
    NotEnoughPlaces
    | CapacityBelowUse
    | HoldAlreadyThere
    | HoldGone
    | HoldAlreadySecured
    | HoldWouldLapse
    | SalesOver
    | FewerTaken
)


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class Session:
    """The places of one session (N1)."""

    id: SessionId
    version: int
    starts: datetime
    ends: datetime
    capacity: int | None
    taken: int
    holds: Mapping[HoldId, Hold]

    @classmethod
    def open(
        cls, act: Act, session: SessionId, *, starts: datetime, ends: datetime, capacity: int | None = None
    ) -> "SessionDecision":
        """Put a session on sale, with *capacity* places or uncounted ones. It must end after it starts."""
        event = SessionOpened(session, starts, ends, capacity, act)
        return Decision(cls.begin(event), (event,))

    def resize(self, act: Act, capacity: int | None) -> "SessionDecision":
        """Change the capacity; `None` stops counting. Refused below what is held and taken: `CapacityBelowUse`."""
        wanted = None if capacity is None else _capacity("capacity", capacity)
        if wanted == self.capacity:
            return Decision(self)
        used = self.taken + self.held(act.at)
        if wanted is not None and wanted < used:
            raise Refused(CapacityBelowUse(wanted, used))
        return self._decide(CapacityChanged(wanted, self._lapsed(act.at), act))

    def hold(self, act: Act, hold: HoldId, places: int, *, until: Deadline) -> "SessionDecision":
        """Keep *places* (from 1) for somebody who is about to pay, until *until* has passed.

        Refused: `SalesOver` from the end on, `HoldWouldLapse`, `HoldAlreadyThere`, `NotEnoughPlaces`.
        """
        self._on_sale(act.at)
        if until.passed(act.at):
            raise Refused(HoldWouldLapse(until))
        if self._live(hold, act.at) is not None:
            raise Refused(HoldAlreadyThere(hold))
        self._room(_places("places", places), self.available(act.at))
        return self._decide(PlacesHeld(hold, places, until, self._lapsed(act.at), act))

    def secure(self, act: Act, hold: HoldId) -> "SessionDecision":
        """Stop *hold* from lapsing, because a payment is being taken for it: one payment for each hold.

        Refused: `SalesOver` from the end on, `HoldGone`, `HoldAlreadySecured`.
        """
        self._on_sale(act.at)
        live = self._live(hold, act.at)
        if live is None:
            raise Refused(HoldGone(hold))
        if live.until is None:
            raise Refused(HoldAlreadySecured(hold))
        return self._decide(HoldSecured(hold, act))

    def release(self, act: Act, hold: HoldId) -> "SessionDecision":
        """Put the places of *hold* back on sale. Harmless where there is no such hold any more."""
        if self._live(hold, act.at) is None:
            return Decision(self)
        return self._decide(HoldReleased(hold, act))

    def take(self, act: Act, places: int, *, hold: HoldId | None = None) -> "SessionDecision":
        """Sell *places* (from 1), converting *hold*; if it has lapsed, they are taken anew (N1).

        Refused: `SalesOver` from the end on, `NotEnoughPlaces`.
        """
        self._on_sale(act.at)
        converted = None if hold is None else self._live(hold, act.at)
        available = self.available(act.at)
        if available is not None and converted is not None:
            available += converted.places
        self._room(_places("places", places), available)
        return self._decide(PlacesTaken(places, hold if converted else None, self._lapsed(act.at), act))

    def give_back(self, act: Act, places: int) -> "SessionDecision":
        """Put *places* (from 1) that were taken back on sale. Refused: `FewerTaken`."""
        if _places("places", places) > self.taken:
            raise Refused(FewerTaken(places, self.taken))
        return self._decide(PlacesGivenBack(places, act))

    def held(self, at: datetime) -> int:
        """How many places are held at that time; lapsed holds hold none."""
        return sum(hold.places for hold in self.holds.values() if not hold.lapsed(at))

    def available(self, at: datetime) -> int | None:
        """How many places are for sale at that time; `None` where they are not counted."""
        return None if self.capacity is None else self.capacity - self.taken - self.held(at)

    @classmethod
    def begin(cls, event: SessionOpened) -> Self:
        """The first state."""
        return cls(event.session, 1, event.starts, event.ends, event.capacity, 0, {})

    def apply(self, event: SessionChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case CapacityChanged(capacity, lapsed):
                return evolve(self, version=version, capacity=capacity, holds=self._without(*lapsed))
            case PlacesHeld(hold, places, until, lapsed):
                holds = self._without(*lapsed)
                holds[hold] = Hold(places, until)
                return evolve(self, version=version, holds=holds)
            case HoldSecured(hold):
                secured = {**self.holds, hold: Hold(self.holds[hold].places, None)}
                return evolve(self, version=version, holds=secured)
            case HoldReleased(hold):
                return evolve(self, version=version, holds=self._without(hold))
            case PlacesTaken(places, converted, lapsed):
                gone = lapsed if converted is None else (converted, *lapsed)
                return evolve(self, version=version, taken=self.taken + places, holds=self._without(*gone))
            case PlacesGivenBack(places):
                return evolve(self, version=version, taken=self.taken - places)
            case _:
                assert_never(event)

    def _decide(self, event: SessionChange) -> "SessionDecision":
        return Decision(self.apply(event), (event,))

    def _on_sale(self, at: datetime) -> None:
        if at >= self.ends:
            raise Refused(SalesOver(self.ends))

    def _room(self, asked: int, available: int | None) -> None:
        if available is not None and asked > available:
            raise Refused(NotEnoughPlaces(asked, available))

    def _live(self, hold: HoldId, at: datetime) -> Hold | None:
        found = self.holds.get(hold)
        return None if found is None or found.lapsed(at) else found

    def _lapsed(self, at: datetime) -> tuple[HoldId, ...]:
        return tuple(sorted(hold for hold, kept in self.holds.items() if kept.lapsed(at)))

    def _without(self, *gone: HoldId) -> dict[HoldId, Hold]:
        return {hold: kept for hold, kept in self.holds.items() if hold not in gone}


SessionDecision: TypeAlias = Decision[Session, SessionEvent]
