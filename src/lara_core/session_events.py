"""What happens to the places of a session, why something cannot, and the values that go with it.

Part of `lara_core.sessions`, which is where to import from.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final, TypeAlias

from attrs import field, frozen
from attrs.validators import optional

from lara_core.kernel.deadlines import Deadline, utc
from lara_core.kernel.decisions import Act
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import HoldId, SessionId
from lara_core.kernel.people import Person
from lara_core.kernel.validators import checked, switch, whole

MOST_PLACES: Final = 1_000_000


def places_from_one(field: str, value: int) -> int:
    """A number of places that somebody asks for."""
    return whole(field, value, least=1, most=MOST_PLACES)


def places_from_none(field: str, value: int) -> int:
    """How many places a session has, which may be none."""
    return whole(field, value, least=0, most=MOST_PLACES)


def _hours(field: str, value: int) -> int:
    return whole(field, value, least=1, most=24 * 366)


def _starts(value: datetime) -> datetime:
    return utc("starts", value)


def _ends(value: datetime) -> datetime:
    return utc("ends", value)


# --- Values -----------------------------------------------------------------------------------------------


@frozen
class WaitingList:
    """How people wait for a place once a session is sold out (N2).

    An offered place is kept for *offer_hours*, and not beyond the session's end. *automatic*: whatever frees a place
    offers it to who waits; otherwise somebody offers by hand.
    """

    automatic: bool = field(default=False, validator=checked(switch))
    offer_hours: int = field(default=48, validator=checked(_hours))


@frozen
class Hold:
    """Places kept while something is paid for, until *until* has passed; for as long as it is *secured*, longer (N1).

    With *to* it is an offer: one place, kept for somebody who waited (N2).
    """

    places: int
    until: Deadline
    to: Person | None = None
    secured: bool = False

    def lapsed(self, at: datetime) -> bool:
        """Whether the hold no longer counts."""
        return not self.secured and self.until.passed(at)

    def is_for(self, person: Person | None) -> bool:
        """Whether *person* may have its places: those of an offer go to nobody else (N2)."""
        return self.to is None or (person is not None and person.same_as(self.to))


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class SessionOpened:
    """A session can be sold. *capacity* `None` means that its places are not counted: no *waiting_list* then (N2)."""

    session: SessionId
    starts: datetime = field(converter=_starts)
    ends: datetime = field(converter=_ends)
    capacity: int | None = field(validator=optional(checked(places_from_none)))
    waiting_list: WaitingList | None
    act: Act

    def __attrs_post_init__(self) -> None:
        if self.ends <= self.starts:
            raise BadValue("ends", Flaw.WRONG_ORDER)
        if self.waiting_list is not None and self.capacity is None:
            raise BadValue("capacity", Flaw.EMPTY)


@frozen
class SessionMoved:
    """The session takes place from *starts* until *ends*, and not when it did before."""

    starts: datetime = field(converter=_starts)
    ends: datetime = field(converter=_ends)
    act: Act

    def __attrs_post_init__(self) -> None:
        if self.ends <= self.starts:
            raise BadValue("ends", Flaw.WRONG_ORDER)


@frozen
class CapacityChanged:
    """The session has room for *capacity* from now on."""

    capacity: int | None = field(validator=optional(checked(places_from_none)))
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class PlacesHeld:
    """*places* are kept under *hold* until it is converted, released, or its deadline has passed."""

    hold: HoldId
    places: int = field(validator=checked(places_from_one))
    until: Deadline
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class HoldSecured:
    """A payment is being taken for *hold*: it does not lapse meanwhile."""

    hold: HoldId
    act: Act


@frozen
class HoldUnsecured:
    """Nothing was taken for *hold*: it lapses by its deadline, as before."""

    hold: HoldId
    act: Act


@frozen
class HoldReleased:
    """The places of *hold* are not kept any more. Of an offer: it was declined (N2)."""

    hold: HoldId
    act: Act


@frozen
class PlacesTaken:
    """*places* are sold. *hold* is converted by it, where there was one and it had not lapsed."""

    places: int = field(validator=checked(places_from_one))
    hold: HoldId | None
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class PlacesGivenBack:
    """*places* that were taken are not any more."""

    places: int = field(validator=checked(places_from_one))
    act: Act


@frozen
class SessionCancelled:
    """The session does not take place. *waiting* had an offer, or waited, and wait for nothing now (S14)."""

    waiting: tuple[Person, ...]
    act: Act


@frozen
class WaitingJoined:
    """*person* waits for a place, behind all who do."""

    person: Person
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class WaitingLeft:
    """*person* does not wait any more; *places* are where they stood in the queue, from 0.

    Who had joined by two addresses, before it was known whose they are, stood at two.
    """

    person: Person
    places: tuple[int, ...]
    act: Act


@frozen
class PlacesOffered:
    """The first who waited have a place each, if they want it, *until* then. *offers* is in the order of arrival."""

    offers: Mapping[HoldId, Person]
    until: Deadline
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class HoldsSwept:
    """Nobody bought in time what was held or offered: *lapsed* are gone."""

    lapsed: tuple[HoldId, ...]
    act: Act


SessionChange: TypeAlias = (
    SessionMoved
    | CapacityChanged
    | PlacesHeld
    | HoldSecured
    | HoldUnsecured
    | HoldReleased
    | PlacesTaken
    | PlacesGivenBack
    | SessionCancelled
    | WaitingJoined
    | WaitingLeft
    | PlacesOffered
    | HoldsSwept
)
SessionEvent: TypeAlias = SessionOpened | SessionChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class NotEnoughPlaces:
    """More places were asked for than are left beside those that others hold, and wait for."""

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
class SessionOver:
    """The session has ended: nothing is sold, held or offered, nobody comes to wait, and it is not cancelled either."""

    code: ClassVar[str] = "sessions.session_over"
    ends: datetime


@frozen
class FewerTaken:
    """More places were given back than are taken."""

    code: ClassVar[str] = "sessions.fewer_taken"
    places: int
    taken: int


@frozen
class SessionIsCancelled:
    """The session is cancelled: no place of it is sold, held, offered or waited for any more (S14)."""

    code: ClassVar[str] = "sessions.session_is_cancelled"


@frozen
class NoWaitingList:
    """The session has no waiting list, or does not count its places (N2)."""

    code: ClassVar[str] = "sessions.no_waiting_list"


@frozen
class AlreadySitting:
    """This person has a place in the session and need not wait for one (N2)."""

    code: ClassVar[str] = "sessions.already_sitting"
    person: Person


@frozen
class AlreadyWaiting:
    """This person waits already, or has an offer to answer (N2)."""

    code: ClassVar[str] = "sessions.already_waiting"
    person: Person


@frozen
class PlacesForSale:
    """Nobody need wait: places are for sale (N2)."""

    code: ClassVar[str] = "sessions.places_for_sale"
    available: int


@frozen
class NobodyWaiting:
    """There is nobody to offer a place to (N2)."""

    code: ClassVar[str] = "sessions.nobody_waiting"


@frozen
class OfferedToAnother:
    """The place is kept for somebody else who waited for it (N2)."""

    code: ClassVar[str] = "sessions.offered_to_another"
    hold: HoldId


@frozen
class PeopleWaiting:
    """As many people wait, or have an offer, and there is no list without a capacity (N2)."""

    code: ClassVar[str] = "sessions.people_waiting"
    waiting: int


SessionRefusal: TypeAlias = (
    NotEnoughPlaces
    | CapacityBelowUse
    | HoldAlreadyThere
    | HoldGone
    | HoldAlreadySecured
    | HoldWouldLapse
    | SessionOver
    | FewerTaken
    | SessionIsCancelled
    | NoWaitingList
    | AlreadySitting
    | AlreadyWaiting
    | PlacesForSale
    | NobodyWaiting
    | OfferedToAnother
    | PeopleWaiting
)
