"""When and where a session takes place: its dates, in its zone, through every change.

Vocabulary. A *date* of a session is one meeting: from when, until when, and in which *place*, once that is known. A
*schedule* has all dates of a session, and the *zone* that people read them in. A date keeps its *number* through every
move, and the number of a date that is *lost* is never given again: calendars know dates by it (C7). A *revision* is the
dates, times, places and zone as they are; whatever changes one of them makes the next. A *recurrence* says by a rule on
which days a session meets: every second Tuesday, every working day.

Invariants. Dates do not overlap. Instants are kept in UTC, so a change of a zone's rules moves none of them (K8).
Revisions only grow: what is changed and changed back is a new one, and what was said of the old one does not come back
with it (C2). A schedule that is cancelled stays as it is.

What the host must guarantee: a schedule is cancelled in the same transaction as the places of its session.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from enum import StrEnum
from itertools import islice, pairwise
from math import gcd
from typing import ClassVar, Final, Literal, Self, TypeAlias, assert_never

from attrs import evolve, field, frozen
from attrs.validators import optional
from dateutil import rrule

from lara_core.kernel.deadlines import Zone, utc
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import DateNo, SessionId
from lara_core.kernel.validators import checked, line, whole

MOST_DATES: Final = 366


# --- Values -----------------------------------------------------------------------------------------------


def _starts(value: datetime) -> datetime:
    return utc("starts", value)


def _ends(value: datetime) -> datetime:
    return utc("ends", value)


@frozen
class SessionDate:
    """One meeting of a session: from *starts* until *ends*, kept in UTC, at *place*, one line, once that is known."""

    starts: datetime = field(converter=_starts)
    ends: datetime = field(converter=_ends)
    place: str | None = field(default=None, validator=optional(checked(line)))

    def __attrs_post_init__(self) -> None:
        if self.ends <= self.starts:
            raise BadValue("ends", Flaw.WRONG_ORDER)

    @classmethod
    def on(cls, day: date, zone: Zone, *, begins: time, ends: time, place: str | None = None) -> Self:
        """A meeting on *day*, by the clocks of *zone*. Of a time that they show twice, `fold` says which.

        Refused as a `BadValue`: a time that they skip that day (K8), one with a zone of its own.
        """
        if type(day) is not date:
            raise BadValue("day", Flaw.WRONG_TYPE)
        if not issubclass(type(zone), Zone):
            raise BadValue("zone", Flaw.WRONG_TYPE)
        return cls(_local("starts", day, begins, zone), _local("ends", day, ends, zone), place)


def _local(field: str, day: date, clock: time, zone: Zone) -> datetime:
    if type(clock) is not time:
        raise BadValue(field, Flaw.WRONG_TYPE)
    if clock.tzinfo is not None:
        raise BadValue(field, Flaw.WRONG_FORM)
    return utc(field, datetime.combine(day, clock, zone.info))


class Every(StrEnum):
    """By what a recurrence repeats."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Weekday(StrEnum):
    """A day of the week, by its code in calendars."""

    MONDAY = "mo"
    TUESDAY = "tu"
    WEDNESDAY = "we"
    THURSDAY = "th"
    FRIDAY = "fr"
    SATURDAY = "sa"
    SUNDAY = "su"


_FREQUENCIES: Final[Mapping[Every, Literal[1, 2, 3]]] = {
    Every.DAY: rrule.DAILY,
    Every.WEEK: rrule.WEEKLY,
    Every.MONTH: rrule.MONTHLY,
}
_WEEKDAYS: Final = dict(
    zip(Weekday, (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU), strict=True)
)
_NTH: Final = frozenset({1, 2, 3, 4, 5, -1})


def _interval(field: str, value: int) -> int:
    return whole(field, value, least=1, most=99)


def _count(field: str, value: int) -> int:
    return whole(field, value, least=1, most=MOST_DATES)


def _day(field: str, value: date) -> date:
    # A datetime is a date, too, and would bring an hour with it.
    if type(value) is not date:
        raise BadValue(field, Flaw.WRONG_TYPE)
    return value


def _some_days(field: str, days: frozenset[date]) -> frozenset[date]:
    if type(days) is not frozenset:
        raise BadValue(field, Flaw.WRONG_TYPE)
    for day in days:
        _ = _day(field, day)
    return days


def _some_weekdays(field: str, weekdays: frozenset[Weekday]) -> frozenset[Weekday]:
    if type(weekdays) is not frozenset or any(type(weekday) is not Weekday for weekday in weekdays):
        raise BadValue(field, Flaw.WRONG_TYPE)
    return weekdays


def _which(field: str, nth: int) -> int:
    if whole(field, nth, least=-1, most=5) not in _NTH:
        raise BadValue(field, Flaw.WRONG_FORM)
    return nth


@frozen
class Recurrence:
    """On which days something happens, from *first* on; *first* is one of them where it fits the rule.

    It repeats *every* day, week or month, or every *interval* of them, either *count* times or *until* a day, included.
    It falls on *weekdays* alone, if there are any; of a month, with *nth*, on the nth of each, -1 being the last.
    Without them it falls on the weekday of *first*, or on its day of the month, which a short month may lack. The days
    in *without* are left out, and count.

    Refused as a `BadValue`: an *interval* that passes over every such day for ever.
    """

    first: date = field(validator=checked(_day))
    every: Every = field(default=Every.WEEK)
    interval: int = field(default=1, validator=checked(_interval))
    weekdays: frozenset[Weekday] = field(default=frozenset[Weekday](), validator=checked(_some_weekdays))
    nth: int | None = field(default=None, validator=optional(checked(_which)))
    count: int | None = field(default=None, validator=optional(checked(_count)))
    until: date | None = field(default=None, validator=optional(checked(_day)))
    without: frozenset[date] = field(default=frozenset[date](), validator=checked(_some_days))

    def __attrs_post_init__(self) -> None:
        if type(self.every) is not Every:
            raise BadValue("every", Flaw.WRONG_TYPE)
        if (self.count is None) is (self.until is None):
            raise BadValue("until", Flaw.EMPTY if self.until is None else Flaw.WRONG_FORM)
        if self.until is not None and self.until < self.first:
            raise BadValue("until", Flaw.WRONG_ORDER)
        if self.nth is not None and (self.every is not Every.MONTH or not self.weekdays):
            raise BadValue("nth", Flaw.WRONG_FORM)
        if self._never():
            raise BadValue("interval", Flaw.WRONG_FORM)

    def _never(self) -> bool:
        """Whether no day fits the rule, however long it goes on. Of all rules, only these two kinds can be so."""
        if self.every is Every.DAY and self.interval % 7 == 0:
            # Whole weeks: always the weekday of the first.
            return bool(self.weekdays) and list(Weekday)[self.first.weekday()] not in self.weekdays
        if self.nth == 5 and self.first.month == 2 and self.interval % 12 == 0:
            # Whole years: always February, which has a fifth weekday in leap years alone.
            return self.first.year % gcd(self.interval // 12, 4) != 0
        return False

    def days(self) -> tuple[date, ...]:
        """The days, in order. Refused as a `BadValue`: more than 366, or not so many before the calendar ends."""
        weekdays = [_WEEKDAYS[weekday] for weekday in sorted(self.weekdays)]
        rule = rrule.rrule(
            _FREQUENCIES[self.every],
            dtstart=datetime.combine(self.first, time()),
            interval=self.interval,
            wkst=rrule.MO,
            count=self.count,
            until=None if self.until is None else datetime.combine(self.until, time()),
            byweekday=[weekday if self.nth is None else weekday(self.nth) for weekday in weekdays] or None,
        )
        found: list[date] = []
        # The calendar's last week goes on beyond it, which dateutil does not look at before.
        with suppress(ValueError, OverflowError):
            found.extend(at.date() for at in islice(rule, MOST_DATES + 1))
        if len(found) > MOST_DATES:
            raise BadValue("until", Flaw.TOO_LARGE)
        if self.count is not None and len(found) < self.count:
            raise BadValue("count", Flaw.TOO_LARGE)
        return tuple(day for day in found if day not in self.without)

    def meetings(self, zone: Zone, *, begins: time, ends: time, place: str | None = None) -> tuple[SessionDate, ...]:
        """A meeting on each day, at the same times by the clocks of *zone*, whatever they do in between.

        Refused as a `BadValue` for all of them: what `SessionDate.on` refuses for one, and what `days` refuses.
        """
        return tuple(SessionDate.on(day, zone, begins=begins, ends=ends, place=place) for day in self.days())


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class SchedulePlanned:
    """A session has a schedule: *dates*, by their numbers, which may be none yet, read in *zone*."""

    session: SessionId
    zone: Zone
    dates: Mapping[DateNo, SessionDate]
    act: Act


@frozen
class ScheduleChanged:
    """The dates *changed* are new or moved, those *lost* do not take place, and all are read in *zone*."""

    zone: Zone
    changed: Mapping[DateNo, SessionDate]
    lost: tuple[DateNo, ...]
    act: Act


@frozen
class ScheduleCancelled:
    """The session does not take place."""

    act: Act


ScheduleChange: TypeAlias = ScheduleChanged | ScheduleCancelled
ScheduleEvent: TypeAlias = SchedulePlanned | ScheduleChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class DatesOverlap:
    """A date would begin, at *starts*, before an earlier one has ended."""

    code: ClassVar[str] = "schedules.dates_overlap"
    starts: datetime


@frozen
class TooManyDates:
    """More dates were asked for than the *most* that a schedule has."""

    code: ClassVar[str] = "schedules.too_many_dates"
    most: int


@frozen
class DateUnknown:
    """The schedule has no date of this number, or not any more."""

    code: ClassVar[str] = "schedules.date_unknown"
    date: DateNo


@frozen
class ScheduleIsCancelled:
    """The session is cancelled, and its dates stay as they were."""

    code: ClassVar[str] = "schedules.schedule_is_cancelled"


ScheduleRefusal: TypeAlias = DatesOverlap | TooManyDates | DateUnknown | ScheduleIsCancelled


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class Schedule:
    """The dates of one session, by number. *numbered* is the highest number ever given."""

    id: SessionId
    version: int
    revision: int
    zone: Zone
    dates: Mapping[DateNo, SessionDate]
    numbered: int
    cancelled: bool

    @classmethod
    def plan(cls, act: Act, session: SessionId, *, zone: Zone, dates: Iterable[SessionDate] = ()) -> "ScheduleDecision":
        """Give a session its dates, which may be none yet; they are numbered from 1, in order of time.

        Refused: `TooManyDates`, `DatesOverlap`.
        """
        event = SchedulePlanned(session, _zone(zone), _numbered({}, dates, after=0), act)
        return Decision(cls.begin(event), (event,))

    def replan(
        self,
        act: Act,
        dates: Mapping[DateNo, SessionDate],
        *,
        added: Iterable[SessionDate] = (),
        zone: Zone | None = None,
    ) -> "ScheduleDecision":
        """Change the dates: those of *dates* stay, as they were or moved, those *added* are new, all others are lost.

        With *zone* they are read in another one from now on. Any change makes a new revision; none, none.

        Refused: `ScheduleIsCancelled`, `DateUnknown`, `TooManyDates`, `DatesOverlap`.
        """
        if self.cancelled:
            raise Refused(ScheduleIsCancelled())
        for number in dates:
            if number not in self.dates:
                raise Refused(DateUnknown(number))
        after = _numbered(dates, added, after=self.numbered)
        read_in = self.zone if zone is None else _zone(zone)
        changed = {number: meeting for number, meeting in after.items() if self.dates.get(number) != meeting}
        lost = tuple(sorted(self.dates.keys() - after.keys()))
        if not changed and not lost and read_in == self.zone:
            return Decision(self)
        return self._decide(ScheduleChanged(read_in, changed, lost, act))

    def cancel(self, act: Act) -> "ScheduleDecision":
        """Say that the session does not take place. Twice is once."""
        return Decision(self) if self.cancelled else self._decide(ScheduleCancelled(act))

    @property
    def starts(self) -> datetime | None:
        """When the first date begins; `None` while there is none."""
        return min((meeting.starts for meeting in self.dates.values()), default=None)

    @property
    def ends(self) -> datetime | None:
        """When the last date ends; `None` while there is none."""
        return max((meeting.ends for meeting in self.dates.values()), default=None)

    @property
    def in_order(self) -> tuple[DateNo, ...]:
        """The numbers of the dates, by time."""
        return tuple(sorted(self.dates, key=lambda number: self.dates[number].starts))

    @classmethod
    def begin(cls, event: SchedulePlanned) -> Self:
        """The first state."""
        return cls(event.session, 1, 1, event.zone, event.dates, len(event.dates), cancelled=False)

    def apply(self, event: ScheduleChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case ScheduleChanged(zone, changed, lost):
                dates = {number: meeting for number, meeting in self.dates.items() if number not in lost}
                return evolve(
                    self,
                    version=version,
                    revision=self.revision + 1,
                    zone=zone,
                    dates={**dates, **changed},
                    numbered=max((self.numbered, *changed)),
                )
            case ScheduleCancelled():
                return evolve(self, version=version, cancelled=True)
            case _:
                assert_never(event)

    def _decide(self, event: ScheduleChange) -> "ScheduleDecision":
        return Decision(self.apply(event), (event,))


ScheduleDecision: TypeAlias = Decision[Schedule, ScheduleEvent]


def _zone(value: Zone) -> Zone:
    if not issubclass(type(value), Zone):
        raise BadValue("zone", Flaw.WRONG_TYPE)
    return value


def _numbered(
    kept: Mapping[DateNo, SessionDate], added: Iterable[SessionDate], *, after: int
) -> dict[DateNo, SessionDate]:
    """The dates that are kept, and those that are added with the next numbers, by time.

    Refused: `TooManyDates`, `DatesOverlap`.
    """
    new = tuple(islice(added, MOST_DATES + 1))
    for meeting in (*kept.values(), *new):
        if type(meeting) is not SessionDate:
            raise BadValue("dates", Flaw.WRONG_TYPE)
    if len(kept) + len(new) > MOST_DATES:
        raise Refused(TooManyDates(MOST_DATES))
    for earlier, later in pairwise(sorted((*kept.values(), *new), key=_begins)):
        if later.starts < earlier.ends:
            raise Refused(DatesOverlap(later.starts))
    return {**kept, **{DateNo(number): meeting for number, meeting in enumerate(sorted(new, key=_begins), after + 1)}}


def _begins(meeting: SessionDate) -> datetime:
    return meeting.starts
