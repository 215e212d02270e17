"""A session's dates laid out for people: on which days, at what times, where, by which clocks (C1, C5).

What is laid out is in lines of words already, except for the few that the catalogues have: those are said by
`lara_core.telling.texts`, which is where to import from. Times are those of the session's own zone, which is named.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final, Literal

from attrs import field, frozen
from babel import Locale
from babel.dates import format_date, format_time, get_timezone_location

from lara_core.kernel.deadlines import Zone
from lara_core.kernel.people import Person
from lara_core.schedules import SessionDate

_UTC: Final = Zone("UTC")
_FIRST: Final = re.compile(r"\bd\b")


def _in_order(meetings: Iterable[SessionDate]) -> tuple[SessionDate, ...]:
    return tuple(sorted(meetings, key=lambda meeting: meeting.starts))


@frozen
class Timetable:
    """*meetings* of a session, in order of time, to be told by the clocks of *zone*."""

    zone: Zone
    meetings: tuple[SessionDate, ...] = field(converter=_in_order)


@frozen(repr=False)
class Answers:
    """The two links by which somebody can *accept* or *decline*. Whoever has them can answer, so no `repr` has them."""

    accept: str
    decline: str


@frozen
class Copies:
    """*people* who are shown to have a copy; maybe nobody."""

    people: tuple[Person, ...]


@frozen
class LaidOutDate:
    """A *day*, the *times* of that day, and the *place*, where it is not the same for all."""

    day: str
    times: str
    place: str | None = None


@frozen
class LaidOut:
    """The *dates*, by day, and what is to be said of all of them: where, if it is one place, and by which clocks."""

    dates: tuple[LaidOutDate, ...]
    place: str | None
    zone: str


def lay_out(timetable: Timetable, locale: Locale) -> LaidOut:
    """What is on one day at one place stands in one line. A place that all dates have is said once."""
    known, meetings = clocks(timetable.zone, _instants(timetable)), timetable.meetings
    zone = known.info
    places = {meeting.place for meeting in meetings}
    common = next(iter(places)) if len(places) == 1 else None

    def where(meeting: SessionDate) -> tuple[date, str | None]:
        return meeting.starts.astimezone(zone).date(), None if common else meeting.place

    def times(meeting: SessionDate) -> str:
        starts, ends = meeting.starts.astimezone(zone), meeting.ends.astimezone(zone)
        begins, until = clock(starts, locale), clock(ends, locale)
        return f"{begins}–{until}" if starts.date() == ends.date() else f"{begins} – {day(ends, locale)}, {until}"

    dates = tuple(
        LaidOutDate(day(on, locale), ", ".join(map(times, together)), place)
        for (on, place), together in groupby(meetings, where)
    )
    return LaidOut(dates, common, named(known, _offsets(timetable, known), locale))


def _instants(timetable: Timetable) -> Iterator[datetime]:
    for meeting in timetable.meetings:
        yield from (meeting.starts, meeting.ends)


def _offsets(timetable: Timetable, zone: Zone) -> Iterator[str]:
    return (offset(at.astimezone(zone.info)) for at in _instants(timetable))


def clocks(zone: Zone, instants: Iterable[datetime]) -> Zone:
    """By which clocks *instants* are told: those of *zone*, or of UTC where it has not got all of them."""
    try:
        for at in instants:
            _ = at.astimezone(zone.info)
    except OverflowError:
        # Not every zone has the first hours of the year 1, or the last of 9999.
        return _UTC
    return zone


def named(zone: Zone, offsets: Iterable[str], locale: Locale) -> str:
    """A zone by its city, and by its distance to UTC, unless that changes meanwhile."""
    city = get_timezone_location(zone.info, locale=locale, return_city=True)
    known = set(offsets)
    # London in winter is "London, UTC", but UTC is not "UTC, UTC".
    return ", ".join(dict.fromkeys((city, *known))) if len(known) == 1 else city


def clock(local: datetime, locale: Locale) -> str:
    """The time of day, as clocks of that place show it."""
    return format_time(local, "short", tzinfo=local.tzinfo, locale=locale)


def day(on: date, locale: Locale, form: Literal["full", "long"] = "full") -> str:
    """A day in words, *full* with its weekday. A `datetime` is a day here."""
    if locale.language != "fr" or on.day != 1:
        return format_date(on, form, locale)
    # CLDR writes "lundi 1 mars"; people write "lundi 1er mars".
    return format_date(on, _FIRST.sub("d'er'", locale.date_formats[form].pattern), locale)


def offset(local: datetime) -> str:
    """How far clocks of that place are ahead of UTC."""
    ahead = local.utcoffset() or timedelta()
    hours, minutes = divmod(abs(ahead) // timedelta(minutes=1), 60)
    return f"UTC{'−' if ahead < timedelta() else '+'}{hours:02}:{minutes:02}" if hours or minutes else "UTC"
