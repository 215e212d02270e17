"""Instants, and until when: time as rules need it (K8).

Time comes from the caller, aware, and is kept and compared in UTC. Two things are refused wherever a time
enters: a naive one, and a local one that does not exist (a clock that springs forward skips it).

A *deadline* is set either as a date or as an instant, and the two end differently:

- given as a date in a zone, it lasts the whole of that day there: the first instant of the next local day
  is too late;
- given as an instant, that instant is still in time, and a microsecond later is not.

The instant is fixed when the deadline is set: later changes to a zone's rules do not move it.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, frozen

from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.validators import identifier

_SECOND: Final = timedelta(seconds=1)
_NOT_EVERYWHERE: Final = frozenset({"Factory", "localtime", "posixrules"})


def utc(field: str, value: datetime) -> datetime:
    """*value* in UTC. Refused: a naive time, a local time that does not exist, one that UTC cannot express."""
    if not issubclass(type(value), datetime):
        raise BadValue(field, Flaw.WRONG_TYPE)
    if value.tzinfo is UTC:
        return value
    if value.utcoffset() is None:
        raise BadValue(field, Flaw.NAIVE_TIME)
    try:
        moved = value.astimezone(UTC)
        back = moved.astimezone(value.tzinfo)
    except OverflowError:
        raise BadValue(field, Flaw.NO_SUCH_TIME) from None
    if back.replace(tzinfo=None) != value.replace(tzinfo=None):
        raise BadValue(field, Flaw.NO_SUCH_TIME)
    return moved


class Zone(str):
    """An IANA time zone by name, as `Europe/Paris`.

    Refuses a name that the zone database does not have, and those that mean something else on each machine.
    """

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Look *value* up in the zone database."""
        name = identifier("zone", value)
        if name in _NOT_EVERYWHERE or name.startswith(("posix/", "right/")):
            raise BadValue("zone", Flaw.UNKNOWN_ZONE)
        try:
            _ = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadValue("zone", Flaw.UNKNOWN_ZONE) from None
        return super().__new__(cls, name)

    @property
    def info(self) -> ZoneInfo:
        """The zone's rules, as the standard library has them."""
        return ZoneInfo(self)


@frozen
class LocalDay:
    """A calendar day in a zone. Refuses one that the zone skipped (Apia had no 30 December 2011)."""

    date: date
    zone: Zone

    def __attrs_post_init__(self) -> None:
        if type(self.date) is not date:
            raise BadValue("date", Flaw.WRONG_TYPE)
        if not issubclass(type(self.zone), Zone):
            raise BadValue("zone", Flaw.WRONG_TYPE)
        if self.begins == self.ends:
            raise BadValue("date", Flaw.NO_SUCH_TIME)

    @property
    def begins(self) -> datetime:
        """The day's first instant, in UTC."""
        return _first_instant(self.date, self.zone)

    @property
    def ends(self) -> datetime:
        """The first instant of the next local day, in UTC: no longer this day."""
        try:
            following = self.date + timedelta(days=1)
        except OverflowError:
            raise BadValue("date", Flaw.NO_SUCH_TIME) from None
        return _first_instant(following, self.zone)


def _first_instant(day: date, zone: Zone) -> datetime:
    midnight = datetime.combine(day, time(), zone.info)
    try:
        first = midnight.astimezone(UTC)
        if first.astimezone(zone.info).replace(tzinfo=None) == midnight.replace(tzinfo=None):
            return first
        # The clock jumps over midnight. In a gap, fold=1 reads the wall clock with the later offset and fold=0
        # with the earlier one, so the jump lies between the two; the day begins with it.
        before, after = midnight.replace(fold=1).astimezone(UTC), first
        while after - before > _SECOND:
            middle = before + (after - before) / 2 // _SECOND * _SECOND
            if middle.astimezone(zone.info).date() < day:
                before = middle
            else:
                after = middle
    except OverflowError:
        raise BadValue("date", Flaw.NO_SUCH_TIME) from None
    return after


def _instant(value: datetime) -> datetime:
    return utc("instant", value)


@frozen
class Deadline:
    """Until when something may be done: `Deadline.on` a day, or `Deadline.at` an instant.

    *instant* is in UTC. *day* is the date that it was given as, for people to read; where it is set the instant
    itself is too late, where it is not the instant is still in time.
    """

    instant: datetime = field(converter=_instant)
    day: LocalDay | None = None

    @classmethod
    def on(cls, day: date, zone: Zone) -> Self:
        """The whole of *day* in *zone*, whatever its clocks do in between."""
        local = LocalDay(day, zone)
        return cls(local.ends, local)

    @classmethod
    def at(cls, instant: datetime) -> Self:
        """Until *instant*, included."""
        return cls(instant)

    def passed(self, at: datetime) -> bool:
        """Whether *at* is too late. A naive *at* is refused."""
        now = utc("at", at)
        return now > self.instant if self.day is None else now >= self.instant


def deadline(field: str, value: Deadline) -> Deadline:
    """A deadline, and not merely a time: whoever gives one says whether it is a day or an instant (K8)."""
    kind: type[object] = type(value)
    if kind is not Deadline:
        raise BadValue(field, Flaw.WRONG_TYPE)
    return value
