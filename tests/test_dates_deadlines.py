"""Until when dates are answered, to the microsecond: where clocks change, and where days begin first and last (C2, K8).

Days have 23 hours and 25; an hour is skipped, and another comes twice; a day at one end of the world is over before it
has begun at the other. Whatever a client is asked by, a link or a calendar, the store and the use cases between it and
the rule add nothing to the time, and take nothing away.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

import pytest

from lara_core.confirmation import (
    AlreadyAwaiting,
    AnswerTooLate,
    CalendarReply,
    ClientAnswer,
    Column,
    ConfirmationIs,
    ConfirmationRow,
    ConfirmationState,
    DeadlineTooLate,
    ProposalLapsed,
    Standing,
)
from lara_core.hosting import dates
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ProposalId
from lara_core.schedules import SessionDate
from lara_core.testing.memory import MemoryStore
from tests.builders import ANN, NOW, TICK, act, answer, flaw
from tests.test_dates_use_cases import ACME, FIRST, MONDAY, NO, SECOND, YES, linked, replied

PARIS, TORONTO = Zone("Europe/Paris"), Zone("America/Toronto")
BEGINS_FIRST, BEGINS_LAST = Zone("Pacific/Kiritimati"), Zone("Etc/GMT+12")

# A day that is a deadline, how many hours it has there, and the first instant that is too late.
DAYS: Final = [
    pytest.param(PARIS, date(2027, 3, 28), 23, "2027-03-28T22:00Z", id="Paris, spring"),
    pytest.param(PARIS, date(2027, 10, 31), 25, "2027-10-31T23:00Z", id="Paris, autumn"),
    pytest.param(TORONTO, date(2027, 3, 14), 23, "2027-03-15T04:00Z", id="Toronto, spring"),
    pytest.param(TORONTO, date(2027, 11, 7), 25, "2027-11-08T05:00Z", id="Toronto, autumn"),
    pytest.param(BEGINS_FIRST, date(2027, 6, 1), 24, "2027-06-01T10:00Z", id="+14"),
    pytest.param(BEGINS_LAST, date(2027, 6, 1), 24, "2027-06-02T12:00Z", id="-12"),
]


def at(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text)


def on(day: date, zone: Zone, begins: time = time(9)) -> SessionDate:
    """A day there, until five."""
    return SessionDate.on(day, zone, begins=begins, ends=time(17), place="Lyon")


def planned(*meetings: SessionDate, zone: Zone = PARIS) -> MemoryStore:
    """A session with those dates, and a client of it whose contact is Ann."""
    store = MemoryStore(contacts={ACME: ANN})
    _ = dates.plan_dates(store, act(key="plan"), MONDAY, zone=zone, dates=meetings)
    _ = dates.open_confirmation(store, act(key="open"), MONDAY, ACME)
    return store


def propose(store: MemoryStore, until: Deadline, proposal: ProposalId = FIRST) -> object:
    """How a use case says no to that deadline; `None` where the dates are sent."""
    key = f"{proposal}-{until.instant:%d-%f}"
    return answer(dates.propose_dates, store, act(key=key), MONDAY, ACME, proposal, until=until)


@pytest.mark.parametrize(("zone", "day", "hours", "over"), DAYS)
@pytest.mark.parametrize("said", ClientAnswer)
def test_the_last_microsecond_of_a_day_is_in_time(
    zone: Zone, day: date, hours: int, over: str, said: ClientAnswer
) -> None:
    """By a link and by a calendar, accepted or declined; from the next day on both are late (C2, C7)."""
    until, late = Deadline.on(day, zone), at(over)
    assert until.day is not None
    assert (until.instant, until.day.ends - until.day.begins) == (late, timedelta(hours=hours))
    by_calendar = CalendarReply(said)
    for answered in (linked, replied):
        store = planned(on(date(2027, 12, 1), zone), zone=zone)
        assert propose(store, until) is None
        what = said if answered is linked else by_calendar
        too_late = ("Refused", AnswerTooLate(until))
        assert answer(answered, store, "late", what, at=late) == too_late
        assert answer(answered, store, "later", what, at=late + timedelta(days=1)) == too_late
        assert answer(answered, store, "in-time", what, at=late - TICK) is None
        row = dates.rows_of(store, act(late), MONDAY)[ACME]
        assert row == ConfirmationRow(Standing(said), late - TICK)
        # What was said in time may be repeated ever after.
        assert answer(answered, store, "again", what, at=late + TICK) is None


@pytest.mark.parametrize(("zone", "day", "hours", "over"), DAYS)
def test_a_day_lapses_when_it_is_over(zone: Zone, day: date, hours: int, over: str) -> None:
    """Rows, columns, reminders and sweeps change at the same instant, and none of them before (C5, C6, C7)."""
    until, late = Deadline.on(day, zone), at(over)
    store = planned(on(date(2027, 12, 1), zone), zone=zone)
    assert propose(store, until) is None
    in_time = act(late - TICK, key="in-time")
    assert dates.lapse_proposal(store, in_time, MONDAY, ACME).written == ()
    assert dates.column_of(store, in_time, MONDAY) is Column.AWAITING
    assert dates.rows_of(store, in_time, MONDAY) == {ACME: ConfirmationRow(Standing.AWAITING, NOW, until)}
    assert answer(dates.remind_client, store, act(late - hours * TICK, key="remind"), MONDAY, ACME) is None
    too_late = act(late, key="late")
    lapsed = ("Refused", ConfirmationIs(ConfirmationState.LAPSED))
    assert answer(dates.remind_client, store, too_late, MONDAY, ACME) == lapsed
    assert dates.column_of(store, too_late, MONDAY) is Column.TO_CONFIRM
    assert dates.rows_of(store, too_late, MONDAY) == {ACME: ConfirmationRow(Standing.LAPSED, NOW, until)}
    assert [written.event for written in dates.lapse_proposal(store, too_late, MONDAY, ACME).written] == [
        ProposalLapsed(FIRST, too_late)
    ]


@pytest.mark.parametrize(("zone", "twice"), [(PARIS, "2027-10-31T02:30"), (TORONTO, "2027-11-07T01:30")])
def test_of_an_hour_that_comes_twice_each_has_its_end(zone: Zone, twice: str) -> None:
    """Half past two comes twice that night: who is asked until the first is late at the second (K8)."""
    first, second = (at(twice).replace(tzinfo=zone.info, fold=fold) for fold in (0, 1))
    for until, late in ((Deadline.at(first), False), (Deadline.at(second), True)):
        store = planned(on(date(2027, 12, 1), zone))
        assert propose(store, until) is None
        assert answer(linked, store, "over", NO, at=until.instant + TICK) == ("Refused", AnswerTooLate(until))
        between = answer(linked, store, "between", NO, at=Deadline.at(first).instant + timedelta(minutes=30))
        assert (between is None) is late
    assert Deadline.at(second).instant - Deadline.at(first).instant == timedelta(hours=1)


@pytest.mark.parametrize(("zone", "skipped"), [(PARIS, "2027-03-28T02:30"), (TORONTO, "2027-03-14T02:30")])
def test_an_hour_that_never_comes_is_no_deadline(zone: Zone, skipped: str) -> None:
    """Nobody can say when half past two is in that night, neither of a deadline nor of a date (K8)."""
    assert flaw(lambda: Deadline.at(at(skipped).replace(tzinfo=zone.info))) == ("instant", Flaw.NO_SUCH_TIME)
    assert flaw(lambda: on(at(skipped).date(), zone, at(skipped).time())) == ("starts", Flaw.NO_SUCH_TIME)


@pytest.mark.parametrize(("zone", "day", "hours", "over"), DAYS)
def test_a_day_may_end_as_the_first_date_begins(zone: Zone, day: date, hours: int, over: str) -> None:
    """A date at midnight is awaited through the whole day before it, however long; by no instant of its own (C1)."""
    midnight = on(day + timedelta(days=1), zone, time())
    assert (midnight.starts, midnight.starts - Deadline.on(day, zone).instant) == (at(over), timedelta(0))
    store = planned(midnight, zone=zone)
    too_late = Deadline.at(midnight.starts)
    assert propose(store, too_late) == ("Refused", DeadlineTooLate(too_late, midnight.starts))
    assert propose(store, Deadline.at(midnight.starts - TICK)) is None
    assert propose(store, Deadline.on(day, zone), SECOND) is None
    assert answer(linked, store, "key", YES, proposal=SECOND, at=midnight.starts - hours * TICK) is None


# Where the first date is, on the second of June; where the deadline is; the last day that ends before it.
LAST_DAYS: Final = [
    (BEGINS_FIRST, BEGINS_FIRST, date(2027, 6, 1)),
    (BEGINS_FIRST, PARIS, date(2027, 5, 31)),
    (BEGINS_FIRST, BEGINS_LAST, date(2027, 5, 31)),
    (BEGINS_LAST, BEGINS_FIRST, date(2027, 6, 2)),
    (BEGINS_LAST, PARIS, date(2027, 6, 1)),
    (BEGINS_LAST, BEGINS_LAST, date(2027, 6, 1)),
]


@pytest.mark.parametrize(("there", "zone", "last"), LAST_DAYS)
def test_a_day_ends_where_it_is_set(there: Zone, zone: Zone, last: date) -> None:
    """The deadline's zone says when its day is over, and not the session's; one day more is too late (C1, K8)."""
    first = on(date(2027, 6, 2), there)
    store = planned(first, zone=there)
    too_late = Deadline.on(last + timedelta(days=1), zone)
    assert propose(store, too_late) == ("Refused", DeadlineTooLate(too_late, first.starts))
    until = Deadline.on(last, zone)
    assert propose(store, until) is None
    assert answer(linked, store, "late", YES, at=until.instant) == ("Refused", AnswerTooLate(until))
    assert answer(linked, store, "in-time", YES, at=until.instant - TICK) is None


def test_the_same_end_elsewhere_is_the_same_deadline() -> None:
    """A day that ends at the same instant in another zone is no other deadline; the next day is (C3)."""
    store = planned(on(date(2027, 6, 10), PARIS))
    until, there = (Deadline.on(date(2027, 6, 1), zone) for zone in (PARIS, Zone("Europe/Rome")))
    assert propose(store, until) is None
    assert propose(store, there, SECOND) == ("Refused", AlreadyAwaiting(until))
    assert propose(store, Deadline.on(date(2027, 6, 1), BEGINS_FIRST), SECOND) is None
