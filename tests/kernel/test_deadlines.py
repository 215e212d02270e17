"""Until when: days end where the clocks say so, and instants are kept in UTC (K8, K9)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st

from lara_core.kernel.deadlines import Deadline, LocalDay, Zone, utc
from lara_core.kernel.errors import BadValue, Flaw

PARIS, TORONTO = Zone("Europe/Paris"), Zone("America/Toronto")
TICK = timedelta(microseconds=1)

# Machines add zones of their own (localtime, right/…); the laws are about those that IANA names.
zones = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})).map(Zone)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def refused(make: Callable[[], object]) -> tuple[str, Flaw]:
    """The field and the flaw that *make* is refused with."""
    with pytest.raises(BadValue) as caught:
        _ = make()
    return caught.value.field, caught.value.flaw


def first_by_search(day: date, zone: Zone) -> datetime:
    """The first instant whose local date is *day* or later, found by looking at every minute, then second."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=27)

    def reached(at: datetime) -> bool:
        return at.astimezone(zone.info).date() >= day

    minute = next(at for n in range(60 * 54) if reached(at := start + timedelta(minutes=n)))
    return next(at for n in range(60, -1, -1) if reached(at := minute - timedelta(seconds=n)))


@given(days, zones)
@example(date(2017, 10, 15), Zone("America/Sao_Paulo"))  # midnight to one o'clock did not happen
@example(date(2023, 4, 28), Zone("Africa/Cairo"))  # nor here, and on a Friday
@example(date(1919, 3, 31), TORONTO)  # the clocks went from half past eleven to half past midnight
@example(date(2006, 10, 29), Zone("America/St_Johns"))  # at a minute past midnight, back to the day before
@example(date(1972, 1, 7), Zone("Africa/Monrovia"))  # forward by 44 minutes and 30 seconds
@example(date(2011, 12, 31), Zone("Pacific/Apia"))  # the day before was skipped
@example(date(1993, 8, 22), Zone("Pacific/Kwajalein"))  # and here
@example(date(1900, 1, 1), PARIS)  # nine minutes and twenty-one seconds ahead of Greenwich
def test_a_day_begins_where_a_search_finds_it(day: date, zone: Zone) -> None:
    """In every zone, over two centuries of clock changes, a day's first instant is the first that shows its date."""
    first, after = first_by_search(day, zone), first_by_search(day + timedelta(days=1), zone)
    if first == after:
        assert refused(lambda: LocalDay(day, zone)) == ("date", Flaw.NO_SUCH_TIME)
    else:
        assert (LocalDay(day, zone).begins, LocalDay(day, zone).ends) == (first, after)


@given(days, zones)
def test_a_deadline_by_date_lasts_the_whole_day(day: date, zone: Zone) -> None:
    """In time until the next local day's first instant, which is too late (K8)."""
    try:
        deadline = Deadline.on(day, zone)
    except BadValue:
        reject()  # a day that the zone skipped
    assert deadline.instant.astimezone(zone.info).date() > day
    assert not deadline.passed(deadline.instant - TICK)
    assert deadline.passed(deadline.instant)
    assert deadline.day == LocalDay(day, zone)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        (PARIS, date(2025, 3, 29), "2025-03-28T23:00:00+00:00", 24),
        (PARIS, date(2025, 3, 30), "2025-03-29T23:00:00+00:00", 23),
        (PARIS, date(2025, 10, 26), "2025-10-25T22:00:00+00:00", 25),
        (TORONTO, date(2025, 3, 9), "2025-03-09T05:00:00+00:00", 23),
        (TORONTO, date(2025, 11, 2), "2025-11-02T04:00:00+00:00", 25),
        (Zone("Pacific/Kiritimati"), date(2025, 6, 1), "2025-05-31T10:00:00+00:00", 24),
        (Zone("Etc/GMT+12"), date(2025, 6, 1), "2025-06-01T12:00:00+00:00", 24),
        (Zone("America/Sao_Paulo"), date(2017, 10, 15), "2017-10-15T03:00:00+00:00", 23),
    ],
)
def test_days_by_hand(zone: Zone, day: date, begins: str, hours: int) -> None:
    """A day is as long as its clocks make it: 23, 24 or 25 hours, from fourteen ahead of UTC to twelve behind."""
    local = LocalDay(day, zone)
    assert local.begins == datetime.fromisoformat(begins)
    assert local.ends - local.begins == timedelta(hours=hours)
    assert Deadline.on(day, zone).instant == local.ends


# Not in the calendar's first year nor its last, for whose edges UTC may have no date.
real_times = st.datetimes(timezones=st.timezones(), allow_imaginary=False).filter(lambda at: 1 < at.year < 9999)


@given(real_times)
def test_a_deadline_by_instant_includes_it(at: datetime) -> None:
    """The instant itself is in time, a microsecond later is not; it is kept in UTC (K8)."""
    deadline = Deadline.at(at)
    assert deadline.instant.tzinfo is UTC
    assert deadline.instant == at.astimezone(UTC)
    assert not deadline.passed(deadline.instant)
    assert deadline.passed(deadline.instant + TICK)


def test_a_deadline_is_fixed_when_it_is_set() -> None:
    """A zone that changes its rules later does not move what people were promised (K8)."""
    instant = datetime(2025, 6, 1, 3, tzinfo=UTC)
    deadline = Deadline(instant, LocalDay(date(2025, 5, 31), PARIS))
    assert deadline.instant == instant
    assert not deadline.passed(instant - TICK)
    assert deadline.passed(instant)


SPRING = datetime(2025, 3, 30, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        (datetime(2025, 1, 1), Flaw.NAIVE_TIME),  # noqa: DTZ001 - refused for that
        (datetime.max, Flaw.NAIVE_TIME),  # noqa: DTZ901 - refused for that
        (SPRING, Flaw.NO_SUCH_TIME),
        (SPRING.replace(fold=1), Flaw.NO_SUCH_TIME),
        (datetime(2011, 12, 30, 12, tzinfo=ZoneInfo("Pacific/Apia")), Flaw.NO_SUCH_TIME),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))), Flaw.NO_SUCH_TIME),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=5))), Flaw.NO_SUCH_TIME),
        (date(2025, 1, 1), Flaw.WRONG_TYPE),
        ("2025-01-01T00:00:00Z", Flaw.WRONG_TYPE),
        (1735689600, Flaw.WRONG_TYPE),
        (1735689600.0, Flaw.WRONG_TYPE),
        (None, Flaw.WRONG_TYPE),
    ],
)
def test_bad_instants(value: Any, flaw: Flaw) -> None:
    """A time that is naive, that no clock showed, or that UTC cannot express is no time (K8)."""
    assert refused(lambda: utc("instant", value)) == ("instant", flaw)
    assert refused(lambda: Deadline.at(value)) == ("instant", flaw)


def test_good_instants() -> None:
    """Both of two times that a clock showed twice are kept apart, and the calendar's last instant is one."""
    autumn = datetime(2025, 10, 26, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))
    assert utc("at", autumn) == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert utc("at", autumn.replace(fold=1)) == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)
    last = datetime.max.replace(tzinfo=UTC)
    assert utc("at", last) == last


@pytest.mark.parametrize(
    ("day", "zone", "flaw"),
    [
        (date(2011, 12, 30), Zone("Pacific/Apia"), Flaw.NO_SUCH_TIME),
        (date(1993, 8, 21), Zone("Pacific/Kwajalein"), Flaw.NO_SUCH_TIME),
        (date.max, PARIS, Flaw.NO_SUCH_TIME),
        (date.min, Zone("Asia/Tokyo"), Flaw.NO_SUCH_TIME),
        (datetime(2025, 1, 1, tzinfo=UTC), PARIS, Flaw.WRONG_TYPE),
        ("2025-01-01", PARIS, Flaw.WRONG_TYPE),
        (None, PARIS, Flaw.WRONG_TYPE),
    ],
)
def test_bad_days(day: Any, zone: Zone, flaw: Flaw) -> None:
    """A day that its zone skipped, or that begins or ends outside the calendar, is no deadline."""
    assert refused(lambda: LocalDay(day, zone)) == ("date", flaw)
    assert refused(lambda: Deadline.on(day, zone)) == ("date", flaw)


@pytest.mark.parametrize(
    ("name", "flaw"),
    [
        ("Europe/Atlantis", Flaw.UNKNOWN_ZONE),
        ("Europe", Flaw.UNKNOWN_ZONE),
        ("Europe/Paris/", Flaw.UNKNOWN_ZONE),
        ("../../etc/passwd", Flaw.UNKNOWN_ZONE),
        ("/etc/localtime", Flaw.UNKNOWN_ZONE),
        ("+02:00", Flaw.UNKNOWN_ZONE),
        ("Europe/Paris\0", Flaw.UNSAFE_CHARACTER),
        (" Europe/Paris", Flaw.UNSAFE_CHARACTER),
        ("", Flaw.EMPTY),
        ("E" * 256, Flaw.TOO_LONG),
        (ZoneInfo("Europe/Paris"), Flaw.WRONG_TYPE),
        (None, Flaw.WRONG_TYPE),
    ],
)
def test_bad_zones(name: Any, flaw: Flaw) -> None:
    """A zone is one of the database's names; nothing else is opened in looking for it."""
    assert refused(lambda: Zone(name)) == ("zone", flaw)
