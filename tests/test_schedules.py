"""When and where a session takes place: dates in a zone, by rule or one by one, through every revision (C1, C7, K8)."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial
from itertools import product
from math import lcm
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lara_core.kernel.deadlines import Zone
from lara_core.kernel.decisions import Decision, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import DateNo, SessionId
from lara_core.schedules import (
    MOST_DATES,
    DatesOverlap,
    DateUnknown,
    Every,
    Recurrence,
    Schedule,
    ScheduleCancelled,
    ScheduleChanged,
    ScheduleDecision,
    ScheduleIsCancelled,
    SchedulePlanned,
    SessionDate,
    TooManyDates,
    Weekday,
)
from lara_core.testing import laws
from tests.builders import act, flaw

PARIS, TORONTO = Zone("Europe/Paris"), Zone("America/Toronto")
EXCEL: Final = SessionId("excel")
ONE, TWO, THREE, FOUR = DateNo(1), DateNo(2), DateNo(3), DateNo(4)
ROOM: Final = "12 rue des Lilas, Lyon"
MORNING, EVENING = time(9), time(17)


def on(day: date, *, zone: Zone = PARIS, begins: time = MORNING, ends: time = EVENING) -> SessionDate:
    """A day in that room, from nine to five unless told otherwise."""
    return SessionDate.on(day, zone, begins=begins, ends=ends, place=ROOM)


def utc(text: str) -> datetime:
    """An instant, written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wrong(value: object) -> Any:
    """A value of a type that is not asked for."""
    return value


FIRST, SECOND, THIRD = on(date(2027, 3, 8)), on(date(2027, 3, 9)), on(date(2027, 3, 15))
PLANNED: Final = Schedule.plan(act(), EXCEL, zone=PARIS, dates=(SECOND, FIRST)).state

# --- Dates by the clock -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "starts", "ends"),
    [
        (PARIS, date(2027, 3, 27), "2027-03-27T08:00", "2027-03-27T16:00"),
        (PARIS, date(2027, 3, 28), "2027-03-28T07:00", "2027-03-28T15:00"),
        (PARIS, date(2027, 10, 31), "2027-10-31T08:00", "2027-10-31T16:00"),
        (TORONTO, date(2027, 3, 14), "2027-03-14T13:00", "2027-03-14T21:00"),
        (TORONTO, date(2027, 11, 7), "2027-11-07T14:00", "2027-11-07T22:00"),
        (Zone("Pacific/Kiritimati"), date(2027, 3, 8), "2027-03-07T19:00", "2027-03-08T03:00"),
        (Zone("Etc/GMT+12"), date(2027, 3, 8), "2027-03-08T21:00", "2027-03-09T05:00"),
    ],
)
def test_nine_o_clock_is_nine_o_clock_there(zone: Zone, day: date, starts: str, ends: str) -> None:
    """K8: a local time is the instant that its zone's clocks make it, on the days when they change, too."""
    meeting = on(day, zone=zone)
    assert (meeting.starts, meeting.ends) == (utc(starts), utc(ends))
    assert meeting.starts.tzinfo is UTC


def test_a_time_shown_twice_says_which() -> None:
    """K8: of half past two, which Paris has twice that night, both can be meant."""
    night = date(2027, 10, 31)
    earlier = SessionDate.on(night, PARIS, begins=time(2, 30), ends=time(2, 30, fold=1))
    assert (earlier.starts, earlier.ends) == (utc("2027-10-31T00:30"), utc("2027-10-31T01:30"))


AWARE: Final = time(9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: on(date(2027, 3, 28), begins=time(2, 30)), ("starts", Flaw.NO_SUCH_TIME)),
        (lambda: on(date(2027, 3, 28), begins=time(1), ends=time(2, 30)), ("ends", Flaw.NO_SUCH_TIME)),
        (lambda: on(date(2027, 3, 14), zone=TORONTO, begins=time(2)), ("starts", Flaw.NO_SUCH_TIME)),
        (lambda: on(date(2011, 12, 30), zone=Zone("Pacific/Apia")), ("starts", Flaw.NO_SUCH_TIME)),
        (lambda: on(date(2027, 3, 8), begins=AWARE), ("starts", Flaw.WRONG_FORM)),
        (lambda: on(date(2027, 3, 8), ends=time(9)), ("ends", Flaw.WRONG_ORDER)),
        (lambda: on(utc("2027-03-08T00:00")), ("day", Flaw.WRONG_TYPE)),
        (lambda: on(date(2027, 3, 8), begins=wrong("09:00")), ("starts", Flaw.WRONG_TYPE)),
        (lambda: on(date(2027, 3, 8), zone=wrong("Europe/Paris")), ("zone", Flaw.WRONG_TYPE)),
        (lambda: SessionDate(datetime(2027, 3, 8, 9), FIRST.ends), ("starts", Flaw.NAIVE_TIME)),  # noqa: DTZ001 - refused for that
        (lambda: SessionDate(FIRST.starts, datetime(2027, 3, 8, 17)), ("ends", Flaw.NAIVE_TIME)),  # noqa: DTZ001 - refused for that
        (lambda: SessionDate(FIRST.ends, FIRST.starts), ("ends", Flaw.WRONG_ORDER)),
        (lambda: SessionDate(FIRST.starts, FIRST.ends, "Lyon\nBcc: x@example.com"), ("place", Flaw.UNSAFE_CHARACTER)),
        (lambda: SessionDate(FIRST.starts, FIRST.ends, " "), ("place", Flaw.EMPTY)),
    ],
)
def test_bad_dates(build: Any, expected: tuple[str, Flaw]) -> None:
    """K8, K9: a time that is naive, that no clock shows, or that ends before it begins is no date of a session."""
    assert flaw(build) == expected


# --- Dates by rule ----------------------------------------------------------------------------------------------------

TUESDAY, THURSDAY = frozenset({Weekday.TUESDAY}), frozenset({Weekday.THURSDAY})
WORKING: Final = frozenset(Weekday) - {Weekday.SATURDAY, Weekday.SUNDAY}


@pytest.mark.parametrize(
    ("recurrence", "expected"),
    [
        (Recurrence(date(2027, 3, 8), count=3), ["2027-03-08", "2027-03-15", "2027-03-22"]),
        (Recurrence(date(2027, 3, 8), until=date(2027, 3, 22)), ["2027-03-08", "2027-03-15", "2027-03-22"]),
        (Recurrence(date(2027, 3, 8), interval=2, count=2), ["2027-03-08", "2027-03-22"]),
        (
            Recurrence(date(2027, 3, 8), weekdays=TUESDAY | THURSDAY, count=3),
            ["2027-03-09", "2027-03-11", "2027-03-16"],
        ),
        # The weeks of an interval begin on Mondays, so the Sunday is in the first.
        (
            Recurrence(date(2027, 3, 9), interval=2, weekdays=TUESDAY | {Weekday.SUNDAY}, count=3),
            ["2027-03-09", "2027-03-14", "2027-03-23"],
        ),
        (
            Recurrence(date(2027, 3, 5), every=Every.DAY, weekdays=WORKING, count=3),
            ["2027-03-05", "2027-03-08", "2027-03-09"],
        ),
        (
            Recurrence(date(2027, 3, 8), every=Every.DAY, count=3, without=frozenset({date(2027, 3, 9)})),
            ["2027-03-08", "2027-03-10"],
        ),
        (Recurrence(date(2027, 1, 31), every=Every.MONTH, count=3), ["2027-01-31", "2027-03-31", "2027-05-31"]),
        (
            Recurrence(date(2027, 3, 1), every=Every.MONTH, weekdays=TUESDAY, nth=2, count=2),
            ["2027-03-09", "2027-04-13"],
        ),
        (
            Recurrence(date(2027, 3, 1), every=Every.MONTH, weekdays=TUESDAY, nth=-1, count=2),
            ["2027-03-30", "2027-04-27"],
        ),
        (
            Recurrence(date(2027, 3, 20), every=Every.MONTH, weekdays=TUESDAY, until=date(2027, 4, 7)),
            ["2027-03-23", "2027-03-30", "2027-04-06"],
        ),
        (Recurrence(date(2028, 2, 29), every=Every.MONTH, interval=12, count=2), ["2028-02-29", "2032-02-29"]),
        (
            Recurrence(date(2027, 3, 9), every=Every.DAY, interval=7, weekdays=TUESDAY, count=2),
            ["2027-03-09", "2027-03-16"],
        ),
        # Only a leap year's February has a fifth Tuesday, and not every one. 2100 is none.
        (
            Recurrence(date(2027, 2, 1), every=Every.MONTH, interval=12, weekdays=TUESDAY, nth=5, count=3),
            ["2028-02-29", "2056-02-29", "2084-02-29"],
        ),
        (
            Recurrence(date(2024, 2, 1), every=Every.MONTH, interval=48, weekdays=TUESDAY, nth=5, count=4),
            ["2028-02-29", "2056-02-29", "2084-02-29", "2124-02-29"],
        ),
    ],
)
def test_days_by_rule(recurrence: Recurrence, expected: list[str]) -> None:
    """C1: by day, week or month, as calendars count them."""
    assert recurrence.days() == tuple(map(date.fromisoformat, expected))


def test_a_rule_keeps_its_hour_when_the_clocks_change() -> None:
    """K8: three Mondays at nine in Paris, and the clocks go forward before the third."""
    meetings = Recurrence(date(2027, 3, 15), count=3).meetings(PARIS, begins=MORNING, ends=EVENING, place=ROOM)
    assert meetings == (on(date(2027, 3, 15)), on(date(2027, 3, 22)), on(date(2027, 3, 29)))
    assert [meeting.starts.hour for meeting in meetings] == [8, 8, 7]


DAYS: Final = st.dates(date(2020, 1, 1), date(2050, 1, 1))


@given(
    DAYS,
    st.sampled_from(Every),
    st.integers(1, 99),
    st.frozensets(st.sampled_from(Weekday)),
    st.integers(1, MOST_DATES),
)
def test_rules_give_what_they_say(
    first: date, every: Every, interval: int, weekdays: frozenset[Weekday], count: int
) -> None:
    """C1: as many days as asked, in order, from the first day on, on no other weekday than those named."""
    build = partial(Recurrence, first, every=every, interval=interval, weekdays=weekdays, count=count)
    # Every seventh day is always the same one of the week, and perhaps not one of those named.
    if every is Every.DAY and interval % 7 == 0 and weekdays and list(Weekday)[first.weekday()] not in weekdays:
        assert flaw(build) == ("interval", Flaw.WRONG_FORM)
        return
    rule = build()
    try:
        days = rule.days()
    except ValueError:
        # Only the end of the calendar, some thousand years from now, can cut a rule short.
        assert (flaw(rule.days), interval * count > 9000) == (("count", Flaw.TOO_LARGE), True)
        return
    assert len(days) == count
    assert list(days) == sorted(set(days))
    assert days[0] >= first
    assert {list(Weekday)[day.weekday()] for day in days} <= (weekdays or set(Weekday))
    if every is Every.DAY:
        assert {(day - first).days % interval for day in days} == {0}


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: Recurrence(date(2027, 3, 8)), ("until", Flaw.EMPTY)),
        (lambda: Recurrence(date(2027, 3, 8), count=2, until=date(2027, 4, 8)), ("until", Flaw.WRONG_FORM)),
        (lambda: Recurrence(date(2027, 3, 8), until=date(2027, 3, 7)), ("until", Flaw.WRONG_ORDER)),
        (lambda: Recurrence(date(2027, 3, 8), count=0), ("count", Flaw.TOO_SMALL)),
        (lambda: Recurrence(date(2027, 3, 8), count=MOST_DATES + 1), ("count", Flaw.TOO_LARGE)),
        (lambda: Recurrence(date(2027, 3, 8), interval=0, count=1), ("interval", Flaw.TOO_SMALL)),
        (lambda: Recurrence(date(2027, 3, 8), nth=1, weekdays=TUESDAY, count=1), ("nth", Flaw.WRONG_FORM)),
        (lambda: Recurrence(date(2027, 3, 8), every=Every.MONTH, nth=1, count=1), ("nth", Flaw.WRONG_FORM)),
        (
            lambda: Recurrence(date(2027, 3, 8), every=Every.MONTH, weekdays=TUESDAY, nth=0, count=1),
            ("nth", Flaw.WRONG_FORM),
        ),
        (lambda: Recurrence(utc("2027-03-08T09:00"), count=1), ("first", Flaw.WRONG_TYPE)),
        (lambda: Recurrence(date(2027, 3, 8), until=utc("2027-03-08T09:00")), ("until", Flaw.WRONG_TYPE)),
        (lambda: Recurrence(date(2027, 3, 8), every=wrong("weekly"), count=1), ("every", Flaw.WRONG_TYPE)),
        (
            lambda: Recurrence(date(2027, 3, 8), weekdays=wrong({Weekday.MONDAY}), count=1),
            ("weekdays", Flaw.WRONG_TYPE),
        ),
        (
            lambda: Recurrence(date(2027, 3, 8), weekdays=wrong(frozenset({"mo"})), count=1),
            ("weekdays", Flaw.WRONG_TYPE),
        ),
        (
            lambda: Recurrence(date(2027, 3, 8), count=1, without=wrong([date(2027, 3, 8)])),
            ("without", Flaw.WRONG_TYPE),
        ),
        (
            lambda: Recurrence(date(2027, 3, 8), count=1, without=frozenset({FIRST.starts})),
            ("without", Flaw.WRONG_TYPE),
        ),
        (Recurrence(date(2027, 3, 8), every=Every.DAY, until=date.max).days, ("until", Flaw.TOO_LARGE)),
        (Recurrence(date(9999, 12, 1), count=9).days, ("count", Flaw.TOO_LARGE)),
        (
            lambda: Recurrence(date(2027, 3, 21), count=2).meetings(PARIS, begins=time(2, 30), ends=EVENING),
            ("starts", Flaw.NO_SUCH_TIME),
        ),
    ],
)
def test_bad_rules(build: Any, expected: tuple[str, Flaw]) -> None:
    """K9: a rule that never ends, that contradicts itself, or that meets a time that no clock shows is refused."""
    assert flaw(build) == expected


@pytest.mark.parametrize(
    "build",
    [
        partial(Recurrence, date(2027, 3, 8), every=Every.DAY, interval=7, weekdays=TUESDAY),
        partial(Recurrence, date(2027, 3, 8), every=Every.DAY, interval=98, weekdays=TUESDAY | THURSDAY),
        partial(Recurrence, date(2027, 2, 1), every=Every.MONTH, interval=24, weekdays=TUESDAY, nth=5),
        partial(Recurrence, date(2026, 2, 1), every=Every.MONTH, interval=48, weekdays=frozenset(Weekday), nth=5),
    ],
    ids=["whole weeks", "many weeks", "odd years", "years between"],
)
def test_a_rule_that_no_day_ever_fits(build: Callable[..., Recurrence]) -> None:
    """K9: it is refused as it is built, not looked for until the calendar ends; whether it has a count or an end."""
    for end in ({"count": 1}, {"until": date.max}):
        assert flaw(partial(build, **end)) == ("interval", Flaw.WRONG_FORM)


def _meets_a_fifth(year: int, years: int, weekday: int) -> bool:
    """Whether one of these Februaries ever has a fifth such day: after 400 years the calendar begins anew."""
    for each in range(year, year + lcm(years, 400), years):
        begins, days = monthrange(2000 + each % 400, 2)
        if (weekday - begins) % 7 < days - 28:
            return True
    return False


def test_no_other_february_is_refused() -> None:
    """K9: of the rules for a fifth weekday in February, those that never meet one are refused, and no others."""
    for year, years, weekday in product(range(2000, 2028), range(1, 9), range(7)):
        named = frozenset({list(Weekday)[weekday]})
        build = partial(Recurrence, date(year, 2, 1), every=Every.MONTH, interval=12 * years, weekdays=named, nth=5)
        expected = None if _meets_a_fifth(year, years, weekday) else ("interval", Flaw.WRONG_FORM)
        assert flaw(partial(build, count=1)) == expected


def test_as_many_days_as_a_schedule_takes() -> None:
    """A year of days is the most, and is possible."""
    rule = Recurrence(date(2028, 1, 1), every=Every.DAY, until=date(2028, 12, 31))
    assert len(rule.days()) == MOST_DATES


# --- Schedules --------------------------------------------------------------------------------------------------------


def test_planning() -> None:
    """C1: dates are numbered by time, and make the first revision."""
    decision = Schedule.plan(act(), EXCEL, zone=PARIS, dates=(SECOND, FIRST))
    event = SchedulePlanned(EXCEL, PARIS, {ONE: FIRST, TWO: SECOND}, act())
    assert decision == Decision(Schedule(EXCEL, 1, 1, PARIS, {ONE: FIRST, TWO: SECOND}, 2, cancelled=False), (event,))
    assert (decision.state.starts, decision.state.ends) == (FIRST.starts, SECOND.ends)


def test_a_session_without_dates_yet() -> None:
    """C1: it is known, and has no beginning."""
    empty = Schedule.plan(act(), EXCEL, zone=PARIS).state
    assert (empty.dates, empty.starts, empty.ends, empty.in_order, empty.revision) == ({}, None, None, (), 1)


def replanned(before: Schedule, decision: ScheduleDecision) -> Schedule:
    """The state of a decision that keeps the laws."""
    assert list(laws.of_decision(before, decision)) == []
    return decision.state


def test_a_date_moves() -> None:
    """C7: it keeps its number, the other stays; a new revision, and its event names what changed alone."""
    decision = PLANNED.replan(act(), {ONE: THIRD, TWO: SECOND})
    assert decision.events == (ScheduleChanged(PARIS, {ONE: THIRD}, (), act()),)
    after = replanned(PLANNED, decision)
    assert (after.revision, after.dates, after.in_order) == (2, {ONE: THIRD, TWO: SECOND}, (TWO, ONE))
    assert (after.starts, after.ends) == (SECOND.starts, THIRD.ends)


def test_a_date_is_lost_and_another_comes() -> None:
    """C7: the number of a lost date is not given again, neither at once nor later."""
    lost = PLANNED.replan(act(), {ONE: FIRST})
    assert lost.events == (ScheduleChanged(PARIS, {}, (TWO,), act()),)
    without = replanned(PLANNED, lost)
    both = without.replan(act(), {ONE: FIRST}, added=(SECOND,))
    assert both.events == (ScheduleChanged(PARIS, {THREE: SECOND}, (), act()),)
    assert replanned(without, both).dates == {ONE: FIRST, THREE: SECOND}
    at_once = PLANNED.replan(act(), {}, added=(THIRD, SECOND))
    assert at_once.events == (ScheduleChanged(PARIS, {THREE: SECOND, FOUR: THIRD}, (ONE, TWO), act()),)
    assert why_not(without.replan, act(), {TWO: SECOND}) == DateUnknown(TWO)


def test_changing_back_is_a_new_revision() -> None:
    """C2: the dates are those of before, the revision is not."""
    moved = replanned(PLANNED, PLANNED.replan(act(), {ONE: THIRD, TWO: SECOND}))
    back = replanned(moved, moved.replan(act(), PLANNED.dates))
    assert (back.dates, back.revision) == (PLANNED.dates, 3)


@pytest.mark.parametrize(
    "change",
    [
        lambda: PLANNED.replan(act(), {ONE: on(date(2027, 3, 8), ends=time(17, 1)), TWO: SECOND}),
        lambda: PLANNED.replan(act(), {ONE: SessionDate(FIRST.starts, FIRST.ends, "Room 2"), TWO: SECOND}),
        lambda: PLANNED.replan(act(), {ONE: SessionDate(FIRST.starts, FIRST.ends), TWO: SECOND}),
        lambda: PLANNED.replan(act(), PLANNED.dates, zone=TORONTO),
    ],
    ids=["time", "place", "no place", "zone"],
)
def test_whatever_changes_makes_a_revision(change: Callable[[], ScheduleDecision]) -> None:
    """C2: dates, times, place, and the zone that they are read in."""
    assert replanned(PLANNED, change()).revision == 2


def test_nothing_new() -> None:
    """K5: the same dates again are the same schedule."""
    assert PLANNED.replan(act(), dict(PLANNED.dates), zone=PARIS).state is PLANNED


def test_a_session_is_cancelled_once() -> None:
    """Its dates stay as they were, for good."""
    decision = PLANNED.cancel(act())
    assert decision.events == (ScheduleCancelled(act()),)
    off = replanned(PLANNED, decision)
    assert (off.cancelled, off.dates, off.revision) == (True, PLANNED.dates, 1)
    assert off.cancel(act()).state is off
    assert why_not(off.replan, act(), {}) == ScheduleIsCancelled()


def test_dates_do_not_overlap() -> None:
    """One begins when the other has ended, at the same instant if need be."""
    evening = SessionDate(FIRST.ends, SECOND.starts, ROOM)
    assert why_not(Schedule.plan, act(), EXCEL, zone=PARIS, dates=(FIRST, evening, SECOND)) is None
    assert why_not(Schedule.plan, act(), EXCEL, zone=PARIS, dates=(FIRST, FIRST)) == DatesOverlap(FIRST.starts)
    early = SessionDate(FIRST.starts, SECOND.ends, ROOM)
    assert why_not(PLANNED.replan, act(), {ONE: early, TWO: SECOND}) == DatesOverlap(SECOND.starts)
    assert why_not(PLANNED.replan, act(), PLANNED.dates, added=(early,)) == DatesOverlap(FIRST.starts)


def test_a_schedule_has_an_end() -> None:
    """A stream of dates without end is cut off, not waited for."""

    def endless() -> Any:
        while True:
            yield FIRST

    assert why_not(Schedule.plan, act(), EXCEL, zone=PARIS, dates=endless()) == TooManyDates(MOST_DATES)
    most = Recurrence(date(2027, 4, 1), every=Every.DAY, count=MOST_DATES).meetings(PARIS, begins=MORNING, ends=EVENING)
    assert len(Schedule.plan(act(), EXCEL, zone=PARIS, dates=most).state.dates) == MOST_DATES
    assert why_not(PLANNED.replan, act(), {ONE: FIRST}, added=most) == TooManyDates(MOST_DATES)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: Schedule.plan(act(), EXCEL, zone=wrong("Europe/Paris")), ("zone", Flaw.WRONG_TYPE)),
        (lambda: Schedule.plan(act(), EXCEL, zone=PARIS, dates=wrong([date(2027, 3, 8)])), ("dates", Flaw.WRONG_TYPE)),
        (lambda: PLANNED.replan(act(), {ONE: wrong(FIRST.starts)}), ("dates", Flaw.WRONG_TYPE)),
        (lambda: PLANNED.replan(act(), {}, zone=wrong("Europe/Paris")), ("zone", Flaw.WRONG_TYPE)),
    ],
)
def test_bad_schedules(build: Any, expected: tuple[str, Flaw]) -> None:
    """K9: what is no date and no zone never gets in."""
    assert flaw(build) == expected


MEETINGS: Final = [on(date(2027, 3, day)) for day in range(8, 13)]


@given(st.data())
def test_every_history_keeps_the_laws(data: st.DataObject) -> None:
    """K3, K5, C2, C7: whatever is planned, replanned and cancelled, numbers and revisions only grow."""
    opened = Schedule.plan(act(), EXCEL, zone=PARIS, dates=data.draw(st.sets(st.sampled_from(MEETINGS))))
    schedule, events, given_numbers = opened.state, list(opened.events), set(opened.state.dates)
    for _ in range(data.draw(st.integers(0, 6))):
        kept = data.draw(st.sets(st.sampled_from(sorted(schedule.dates)))) if schedule.dates else set[DateNo]()
        free = [meeting for meeting in MEETINGS if meeting not in {schedule.dates[number] for number in kept}]
        added = data.draw(st.sets(st.sampled_from(free))) if free else set[SessionDate]()
        zone = data.draw(st.sampled_from([None, PARIS, TORONTO]))
        decision = schedule.replan(act(), {number: schedule.dates[number] for number in kept}, added=added, zone=zone)
        after = replanned(schedule, decision)
        assert after.revision == schedule.revision + len(decision.events)
        assert not (after.dates.keys() - schedule.dates.keys()) & given_numbers
        given_numbers |= after.dates.keys()
        assert after.numbered == max(given_numbers, default=0)
        schedule = after
        events += decision.events
    assert list(laws.of_history(schedule, events)) == []


def test_days_until_the_calendar_ends() -> None:
    """The last week of the calendar is cut short: its days are there, and what comes after them is refused (K9)."""
    weekends = frozenset({Weekday.FRIDAY, Weekday.SATURDAY, Weekday.SUNDAY})
    for every in (Every.WEEK, Every.MONTH, Every.DAY):
        rule = Recurrence(date(9999, 12, 25), every, weekdays=weekends, until=date.max)
        days = (date(9999, 12, 25), date(9999, 12, 26), date(9999, 12, 31))
        assert rule.days() == days
        for count, bad in ((3, None), (4, ("count", Flaw.TOO_LARGE))):
            assert flaw(Recurrence(date(9999, 12, 25), every, weekdays=weekends, count=count).days) == bad
    assert Recurrence(date(9999, 12, 1), Every.DAY, until=date.max).days()[-1] == date.max
    assert Recurrence(date.max, count=1).days() == (date.max,)
