"""The vocabulary of offers: from when until when, which lessons, released how. Part of `lara_core.offers`."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final, Self, TypeAlias, TypeVar

from attrs import Factory, field, frozen
from attrs.validators import optional
from dateutil.relativedelta import relativedelta

from lara_core.kernel.deadlines import LocalDay, Zone, utc
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, CourseId, LessonId, OfferId
from lara_core.kernel.money import Money, from_zero
from lara_core.kernel.validators import checked, identifier, line, switch, whole

K = TypeVar("K", bound=str)
V = TypeVar("V")

MOST_PRODUCTS: Final = 1_000
MOST_LESSONS: Final = 10_000
MESSAGE_LENGTH: Final = 10_000

_LAST: Final = datetime.max.replace(tzinfo=UTC)
# No duration is as long as what is left of the calendar from here.
_EARLY: Final = 1_000


class OfferStatus(StrEnum):
    """Whether an offer is sold. A draft grants all the same (O2)."""

    DRAFT = "draft"
    PUBLISHED = "published"


class GrantState(StrEnum):
    """How a grant stands. Whether its windows are over is a matter of time, and no state."""

    GRANTED = "granted"
    REVOKED = "revoked"


class GrantVerb(StrEnum):
    """What can be done with a grant. To sell an offer again is to grant anew."""

    EXTEND = "extend"
    REVOKE = "revoke"
    GRANT_ANEW = "grant_anew"


# Which verbs a state knows, and where they lead. Total over states; guards come on top.
GRANT: Final[Mapping[GrantState, Mapping[GrantVerb, GrantState]]] = {
    GrantState.GRANTED: {
        GrantVerb.EXTEND: GrantState.GRANTED,
        GrantVerb.REVOKE: GrantState.REVOKED,
        GrantVerb.GRANT_ANEW: GrantState.GRANTED,
    },
    GrantState.REVOKED: {GrantVerb.GRANT_ANEW: GrantState.GRANTED},
}


class Homework(StrEnum):
    """How what a learner hands in is judged: by a person, or accepted as soon as it is there."""

    BY_PERSON = "by_person"
    AUTOMATIC = "automatic"


class Telling(StrEnum):
    """Whether a learner is told of access by themselves, and in whose words."""

    OFF = "off"
    DEFAULT = "default"
    EDITED = "edited"


# --- Time -------------------------------------------------------------------------------------------------


def _instant(value: datetime) -> datetime:
    return utc("instant", value)


@frozen
class Moment:
    """An instant, in UTC; *day* is the date that it was given as, for people to read.

    The instant is fixed when the moment is made: later changes to a zone's rules do not move it (K8).
    """

    instant: datetime = field(converter=_instant)
    day: LocalDay | None = None

    def __attrs_post_init__(self) -> None:
        if self.day is not None and type(self.day) is not LocalDay:
            raise BadValue("day", Flaw.WRONG_TYPE)

    @classmethod
    def at(cls, instant: datetime) -> Self:
        """That very instant."""
        return cls(instant)

    @classmethod
    def on(cls, day: date, zone: Zone) -> Self:
        """The first instant of *day* in *zone*: from that day on."""
        local = LocalDay(day, zone)
        return cls(local.begins, local)

    @classmethod
    def through(cls, day: date, zone: Zone) -> Self:
        """The first instant after *day* in *zone*: until that day, all of it."""
        local = LocalDay(day, zone)
        return cls(local.ends, local)


def _units(field: str, value: int) -> int:
    return whole(field, value, least=0, most=100_000)


def _zone(field: str, value: Zone) -> Zone:
    if type(value) is not Zone:
        raise BadValue(field, Flaw.WRONG_TYPE)
    return value


def _longest(duration: "Duration") -> timedelta:
    # A month has at most 31 days, and no two offsets of a zone are two days apart.
    return timedelta(days=31 * duration.months + duration.days + 2, hours=duration.hours)


@frozen
class Duration:
    """So many *months* and *days* on the calendar of *zone*, then so many *hours*: at least one of something.

    Days and months keep the time of day there, whatever its clocks do in between. Where they end at a time that the
    clocks skip, it is read with the offset of before; at one that they show twice, it is the first (as in RFC 5545).
    In a shorter month they end on its last day. What would leave the calendar ends with it.

    After *longest* it is over, whenever it began: who asks often need not ask the calendar (B14).
    """

    zone: Zone = field(validator=checked(_zone))
    months: int = field(default=0, kw_only=True, validator=checked(_units))
    days: int = field(default=0, kw_only=True, validator=checked(_units))
    hours: int = field(default=0, kw_only=True, validator=checked(_units))
    longest: timedelta = field(init=False, eq=False, repr=False, default=Factory(_longest, takes_self=True))

    def __attrs_post_init__(self) -> None:
        if not (self.months or self.days or self.hours):
            raise BadValue("duration", Flaw.TOO_SMALL)

    def after(self, at: datetime) -> datetime:
        """When it is over, in UTC, if it begins at that time. Refused: a time that its zone does not have."""
        since = utc("at", at)
        try:
            if self.months or self.days:
                zone = self.zone.info
                wall = since.astimezone(zone).replace(tzinfo=None)
                wall += relativedelta(months=self.months, days=self.days)
                since = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
            return since + timedelta(hours=self.hours)
        except (OverflowError, ValueError):
            if since.year < _EARLY:
                raise BadValue("at", Flaw.NO_SUCH_TIME) from None
            return _LAST


def _opens(value: datetime) -> datetime:
    return utc("opens", value)


def _until(value: datetime | None) -> datetime | None:
    return None if value is None else utc("until", value)


@frozen
class Window:
    """When something is open: from *opens*, included, until *until*, excluded, or without end (K8). In UTC."""

    opens: datetime = field(converter=_opens)
    until: datetime | None = field(default=None, converter=_until)

    def __attrs_post_init__(self) -> None:
        if self.until is not None and self.until <= self.opens:
            raise BadValue("until", Flaw.WRONG_ORDER)

    def over(self, at: datetime) -> bool:
        """Whether it has closed at that time."""
        return self.until is not None and self.until <= utc("at", at)


def _moment(field: str, value: Moment | None) -> Moment | None:
    if value is not None and type(value) is not Moment:
        raise BadValue(field, Flaw.WRONG_TYPE)
    return value


def _end(field: str, value: Moment | Duration | None) -> Moment | Duration | None:
    if value is not None and type(value) not in (Moment, Duration):
        raise BadValue(field, Flaw.WRONG_TYPE)
    return value


@frozen
class AccessTerms:
    """From when until when a person has access to a course (O1).

    *begins* is a moment, or at once; somebody to whom access is granted later has it from then on. *ends* is a moment,
    or a duration after access began, or never. A moment to end that is not after the one to begin is refused.
    """

    begins: Moment | None = field(default=None, validator=checked(_moment))
    ends: Moment | Duration | None = field(default=None, validator=checked(_end))

    def __attrs_post_init__(self) -> None:
        if self.begins and isinstance(self.ends, Moment) and self.ends.instant <= self.begins.instant:
            raise BadValue("ends", Flaw.WRONG_ORDER)

    def opens(self, at: datetime) -> datetime:
        """From when access that is granted at that time is open."""
        granted = utc("at", at)
        return granted if self.begins is None else max(granted, self.begins.instant)

    def until(self, at: datetime) -> datetime | None:
        """Until when access that is granted at that time is open; `None` is without end."""
        match self.ends:
            case Moment(instant):
                return instant
            case Duration():
                return self.ends.after(self.opens(at))
            case None:
                return None

    def window(self, at: datetime) -> Window | None:
        """The window of access that is granted at that time; `None` where it would be over before it opens."""
        opens, until = self.opens(at), self.until(at)
        return Window(opens, until) if until is None or opens < until else None


# --- What is offered --------------------------------------------------------------------------------------

Release: TypeAlias = Moment | Duration
"""When a lesson is released: at a moment, or so long after access began."""

Schedule: TypeAlias = Mapping[LessonId, Release]
"""When which lessons are released. One that is not in it is released with the access itself."""


def kind_of(kind: type[V]) -> Callable[[str, V], V]:
    """A check that a value is a *kind*."""

    def check(field: str, value: V) -> V:
        if type(value) is not kind:
            raise BadValue(field, Flaw.WRONG_TYPE)
        return value

    return check


def _mapping(field: str, values: Mapping[K, V], *, most: int, kinds: tuple[type, ...]) -> dict[K, V]:
    if not isinstance(values, Mapping):
        raise BadValue(field, Flaw.WRONG_TYPE)
    if len(values) > most:
        raise BadValue(field, Flaw.TOO_LARGE)
    for key, value in values.items():
        _ = identifier(field, key)
        if type(value) not in kinds:
            raise BadValue(field, Flaw.WRONG_TYPE)
    return dict(values)


def schedule(values: Schedule) -> Schedule:
    """A copy of *values*, checked."""
    return _mapping("schedule", values, most=MOST_LESSONS, kinds=(Moment, Duration))


def _optional_schedule(values: Schedule | None) -> Schedule | None:
    return None if values is None else schedule(values)


def lessons(field: str, values: frozenset[LessonId] | None) -> frozenset[LessonId] | None:
    """All lessons (`None`), or those that are listed: at least one."""
    if values is None:
        return values
    if type(values) is not frozenset:
        raise BadValue(field, Flaw.WRONG_TYPE)
    if not values:
        raise BadValue(field, Flaw.EMPTY)
    if len(values) > MOST_LESSONS:
        raise BadValue(field, Flaw.TOO_LARGE)
    for lesson in values:
        _ = identifier(field, lesson)
    return values


def _actor(field: str, value: ActorId) -> ActorId:
    _ = identifier(field, value)
    return value


@frozen
class Product:
    """What an offer has of one course (O1).

    *access* says from when until when, *lessons* which of them, or all. *schedule*, where there is one, is followed
    instead of the course's own, as a whole. *assistant* is who looks after those who come by this offer.
    """

    access: AccessTerms = field(factory=AccessTerms, validator=checked(kind_of(AccessTerms)))
    lessons: frozenset[LessonId] | None = field(default=None, validator=checked(lessons))
    schedule: Schedule | None = field(default=None, converter=_optional_schedule)
    homework: Homework = field(default=Homework.BY_PERSON, validator=checked(kind_of(Homework)))
    assistant: ActorId | None = field(default=None, validator=optional(checked(_actor)))


def _text(field: str, value: str) -> str:
    if not issubclass(type(value), str):
        raise BadValue(field, Flaw.WRONG_TYPE)
    if not value or value.isspace():
        raise BadValue(field, Flaw.EMPTY)
    if len(value) > MESSAGE_LENGTH:
        raise BadValue(field, Flaw.TOO_LONG)
    for row in value.split("\n"):
        if row.strip(" "):
            _ = line(field, row, most=MESSAGE_LENGTH)
    return value


@frozen
class AccessMessage:
    """What the learner is told when access is granted: nothing, the default text, or one of one's own (O4).

    One of one's own has a *subject* of one line, and a *body* of lines that end with a line feed; the others have none.
    """

    telling: Telling = field(default=Telling.DEFAULT, validator=checked(kind_of(Telling)))
    subject: str | None = field(default=None, validator=optional(checked(line)))
    body: str | None = field(default=None, validator=optional(checked(_text)))

    def __attrs_post_init__(self) -> None:
        for name, text in (("subject", self.subject), ("body", self.body)):
            if (text is not None) is not (self.telling is Telling.EDITED):
                raise BadValue(name, Flaw.EMPTY if text is None else Flaw.WRONG_FORM)

    @classmethod
    def off(cls) -> Self:
        """Nobody is told."""
        return cls(Telling.OFF)

    @classmethod
    def edited(cls, subject: str, body: str) -> Self:
        """In these words."""
        return cls(Telling.EDITED, subject, body)


def _products(values: Mapping[CourseId, Product]) -> Mapping[CourseId, Product]:
    return _mapping("products", values, most=MOST_PRODUCTS, kinds=(Product,))


@frozen
class OfferTerms:
    """What an offer says (O1).

    *title* is shown in access messages, records and reports; *products* are by course; *price* goes to the purchase
    history, where unset is not nothing; *message* is how the learner is told.
    """

    title: str = field(validator=checked(line))
    products: Mapping[CourseId, Product] = field(factory=dict[CourseId, Product], converter=_products)
    price: Money | None = field(default=None, validator=optional(checked(from_zero)))
    message: AccessMessage = field(factory=AccessMessage, validator=checked(kind_of(AccessMessage)))


@frozen
class Purchase:
    """One line of a person's purchase history: what they came by, as it was then (O1).

    *charged* says whether it was sold here; otherwise it was sold elsewhere, or given.
    """

    offer: OfferId
    title: str
    price: Money | None
    charged: bool = field(validator=checked(switch))
    at: datetime
