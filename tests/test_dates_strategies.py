"""The strategies of dates give what the library accepts, and reach what hosts will meet."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import pairwise
from types import UnionType
from typing import Any, Final, TypeAlias, get_args

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy

from lara_core.confirmation import (
    Attachment,
    Confirmation,
    ConfirmationEvent,
    ConfirmationState,
    DatesAccepted,
    DatesDeclined,
    DatesProposed,
    DatesReplaced,
    Message,
    OneDateAccepted,
    Proposal,
    Standing,
)
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Decision, Event
from lara_core.kernel.ids import DateNo
from lara_core.schedules import (
    Every,
    Recurrence,
    Schedule,
    ScheduleChanged,
    ScheduleDecision,
    ScheduleEvent,
    SessionDate,
)
from lara_core.telling.notices import Template
from lara_core.testing import laws, plugin, strategies
from lara_core.testing.strategies import Told
from lara_core.testing.strategies.happening import events_in
from tests.builders import TICK

EVENTS: Final = sorted((*get_args(ScheduleEvent), *get_args(ConfirmationEvent)), key=str)
VALUES: Final = (SessionDate, Recurrence, Message, Attachment, Proposal, Schedule, Confirmation)
Reached: TypeAlias = Callable[[Any], bool]


@pytest.fixture(scope="module", autouse=True)
def _registered() -> None:
    """As an installed library is; harmless where it is installed."""
    plugin.register()


@pytest.mark.parametrize("kind", VALUES)
@settings(max_examples=5)
@given(data=st.data())
def test_a_type_gives_its_values(kind: type[object], data: st.DataObject) -> None:
    """`from_type` works for each public type of the area, and gives values that were checked (K9)."""
    assert type(data.draw(st.from_type(kind))) is kind


@pytest.mark.parametrize("kind", EVENTS)
@settings(max_examples=5)
@given(data=st.data())
def test_an_event_is_given_as_it_happened(kind: type[Event], data: st.DataObject) -> None:
    """Each event of the area is reached by what people did, however rare it is."""
    assert type(data.draw(strategies.events_of(kind))) is kind


@given(st.from_type(DateNo))
def test_a_number_of_a_date_is_one(number: DateNo) -> None:
    """Numbers of dates are given as they are used: checked, and plain."""
    assert (DateNo(number), type(number)) == (number, int)


@given(strategies.recurrences())
def test_a_rule_gives_days(recurrence: Recurrence) -> None:
    """Each rule that is given falls on days, in order, from its first on and none of those left out (C1)."""
    days = recurrence.days()
    assert list(days) == sorted(set(days))
    assert all(recurrence.first <= day and day not in recurrence.without for day in days)


@given(strategies.schedule_histories())
def test_schedules_are_what_happened_to_them(history: tuple[ScheduleDecision, ...]) -> None:
    """Each state of a history follows from the events before it; dates never overlap, revisions only grow (K3, C2)."""
    events: list[ScheduleEvent] = []
    for decision in history:
        events += decision.events
        assert list(laws.of_history(decision.state, events)) == []
        dates = [decision.state.dates[number] for number in decision.state.in_order]
        assert all(before.ends <= after.starts for before, after in pairwise(dates))
    revisions = [decision.state.revision for decision in history]
    assert revisions == sorted(revisions)


@given(strategies.confirmation_stories())
def test_confirmations_are_what_happened_to_them(story: tuple[Told, ...]) -> None:
    """Each state follows from the events before it, about the dates of that time, and time goes on (K3, K5, C2)."""
    events: list[ConfirmationEvent] = []
    for told in story:
        events += told.decision.events
        assert list(laws.of_history(told.decision.state, events)) == []
        assert told.decision.state.session == told.schedule.id
        assert told.decision.state.revision <= told.schedule.revision
    times = [event.act.at for event in events]
    assert times == sorted(times)


def stands(standing: Standing, story: tuple[Told, ...]) -> bool:
    """Whether the client stood so, some time when something had happened."""
    return any(
        told.decision.state.row(told.decision.events[-1].act.at, told.schedule).standing is standing for told in story
    )


def repeats(every: Every, rule: Recurrence) -> bool:
    """Whether a rule repeats by that."""
    return rule.every is every


def changes_clocks(since: Any, until: Any, zone: Any) -> bool:
    """Whether the clocks of a zone move between two instants."""
    return bool(since.astimezone(zone.info).utcoffset() != until.astimezone(zone.info).utcoffset())


def events(story: tuple[Told, ...]) -> list[Event]:
    """All events of a story."""
    return events_in([Decision[object, Event](told.decision.state, told.decision.events) for told in story])


def some(kind: type[object] | UnionType, reached: Reached = bool) -> Reached:
    """Whether that is so of an event of a story."""
    return lambda story: any(isinstance(event, kind) and reached(event) for event in events(story))


def answered_at(story: tuple[Told, ...], late: timedelta) -> bool:
    """Whether the client answered so long before the deadline."""
    return any(
        isinstance(event, DatesAccepted | DatesDeclined | OneDateAccepted)
        and before.decision.state.proposal is not None
        and before.decision.state.proposal.until.instant - late == event.act.at
        for before, after in pairwise(story)
        for event in after.decision.events
    )


def by_day_across_clocks(story: tuple[Told, ...]) -> bool:
    """Whether a deadline was a day on which clocks change."""
    return any(
        isinstance(event, DatesProposed)
        and event.until.day is not None
        and changes_clocks(event.until.day.begins, event.until.day.ends, event.until.day.zone)
        for event in events(story)
    )


REACHED: Final[Mapping[str, tuple[SearchStrategy[Any], Mapping[str, Reached]]]] = {
    "dates": (
        strategies.session_dates(),
        {
            "without a place": lambda it: it.place is None,
            "to the microsecond": lambda it: it.starts.microsecond > 0,
        },
    ),
    "rules": (
        strategies.recurrences(),
        {
            **{f"by {every}": partial(repeats, every) for every in Every},
            "the last of each month": lambda it: it.nth == -1,
            "until a day": lambda it: it.until is not None,
            "a day left out": lambda it: bool(it.without),
            "none at all": lambda it: it.days() == (),
        },
    ),
    "messages": (
        strategies.messages(),
        {
            "the standard one": lambda it: it == Message(),
            "edited, with files": lambda it: it.subject is not None and it.body is not None and len(it.attachments) > 1,
        },
    ),
    "schedules": (
        strategies.schedule_histories(),
        {
            "without dates": lambda it: not it[-1].state.dates,
            "four dates": lambda it: len(it[-1].state.dates) == 4,
            "called off": lambda it: it[-1].state.cancelled,
            "a date that is lost": lambda it: any(
                isinstance(event, ScheduleChanged) and event.lost for event in events_in(it)
            ),
            "another zone": lambda it: it[-1].state.zone != it[0].state.zone,
            "where the day begins first": lambda it: it[0].state.zone == "Pacific/Kiritimati",
            "where the day begins last": lambda it: it[0].state.zone == "Etc/GMT+12",
            "dates on both sides of a change of clocks": lambda it: any(
                changes_clocks(it[-1].state.starts, it[-1].state.ends, it[-1].state.zone) for _ in it[-1].state.dates
            ),
        },
    ),
    "confirmations": (
        strategies.confirmation_stories(tries=6),
        {
            **{f"that stands {each}": partial(stands, each) for each in Standing},
            "answered under validation by hand": some(DatesAccepted | DatesDeclined, lambda it: it.masked),
            "accepted date by date": lambda it: any(
                {OneDateAccepted, DatesAccepted} <= {type(event) for event in told.decision.events} for told in it
            ),
            "answered in the last instant": lambda it: answered_at(it, timedelta(0)),
            "answered in the last microsecond of a day": lambda it: answered_at(it, TICK),
            "a deadline on a day when clocks change": by_day_across_clocks,
            "a date that was lost": some(DatesReplaced, lambda it: bool(it.lost)),
            "dates of which nobody had heard": lambda it: any(
                told.decision.state.state_at(told.decision.events[-1].act.at, after.schedule)
                is ConfirmationState.NOT_SENT
                for told, after in pairwise(it)
                if told.decision.state.proposal is not None
            ),
            "sent three times": lambda it: len(it[-1].decision.state.dead) > 1,
            "copies to two": some(DatesProposed, lambda it: bool(it.cc) and bool(it.bcc)),
        },
    ),
    "notices": (
        strategies.notices(),
        {
            "of dates, in words of one's own": lambda it: it.dates is not None and it.dates.message.body is not None,
            "of dates, to who has a copy": lambda it: it.template is Template.PROPOSED_COPY,
        },
    ),
    "proposals": (
        strategies.proposals(),
        {
            "by day": lambda it: it.until.day is not None,
            "by instant": lambda it: it.until == Deadline.at(it.until.instant),
            "reminded of": lambda it: it.reminders > 0,
            "accepted in part": lambda it: 0 < len(it.accepted) < len(it.dates),
            "lapsed": lambda it: it.lapsed,
        },
    ),
}


@pytest.mark.parametrize("kind", REACHED)
def test_a_strategy_reaches(kind: str) -> None:
    """A strategy that never gives the hard case hides it."""
    strategy, wanted = REACHED[kind]
    missing = dict(wanted)

    def ticked_off(value: Any) -> bool:
        for what in [what for what, reached in missing.items() if reached(value)]:
            del missing[what]
        return not missing

    # The first that are found will do: making them small takes long, and is of no use here.
    looking = settings(max_examples=2_000, database=None, derandomize=True, phases=[Phase.generate])
    with suppress(NoSuchExample):
        _ = find(strategy.map(ticked_off), bool, settings=looking)
    assert list(missing) == []
