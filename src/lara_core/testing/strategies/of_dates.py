"""What happens to the dates of sessions, and what clients say to them, where clocks change and where they do not.

Part of `lara_core.testing.strategies`.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final, cast

from attrs import frozen
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.confirmation import (
    Attachment,
    CalendarReply,
    ClientAnswer,
    Confirmation,
    ConfirmationClosed,
    ConfirmationDecision,
    ConfirmationOpened,
    ConfirmationPolicy,
    ConfirmationState,
    DatesAccepted,
    DatesDeclined,
    DatesProposed,
    DatesReplaced,
    DatesValidated,
    Message,
    OneDateAccepted,
    Proposal,
    ProposalLapsed,
    ReminderSent,
    ValidationEnded,
)
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Event, Refused
from lara_core.kernel.errors import BadValue
from lara_core.kernel.ids import ClientId, DateNo, ProposalId, SessionId
from lara_core.schedules import (
    MOST_DATES,
    Every,
    Recurrence,
    Schedule,
    ScheduleCancelled,
    ScheduleChanged,
    ScheduleDecision,
    SchedulePlanned,
    SessionDate,
    Weekday,
)
from lara_core.testing.strategies.happening import kind_of, later, turns
from lara_core.testing.strategies.values import FIRST, LAST, LETTERS_AND_MARKS, act_at, ids, people, zones

_DAY: Final = timedelta(days=1)
_TICK: Final = timedelta(microseconds=1)
# Where days have 23 and 25 hours, where they begin first, and where they begin last.
_ZONES: Final = tuple(map(Zone, ("Europe/Paris", "America/Toronto", "Pacific/Kiritimati", "Etc/GMT+12")))
_ODD_DAYS: Final = (date(2030, 3, 31), date(2030, 10, 27), date(2030, 3, 10), date(2030, 11, 3))
# At two and at three clocks are put forward and back.
_HOURS: Final = (time(9), time(0), time(1, 30), time(2, 30), time(8, 59, 59, 999_999))
_WORDS: Final = st.text(LETTERS_AND_MARKS, min_size=1, max_size=12)
_PLACES: Final = _WORDS | _WORDS | st.none()
_FEW: Final = tuple(ProposalId(f"proposal-{number}") for number in range(1, 4))


@cache
def date_numbers() -> SearchStrategy[DateNo]:
    """Numbers of dates: mostly low."""
    return (st.integers(1, 4) | st.integers(1, 1_000)).map(DateNo)


@cache
def zones_of_dates() -> SearchStrategy[Zone]:
    """Zones that sessions are read in; those of the odd days, and those at both ends of the day, above all."""
    return st.sampled_from(_ZONES) | zones()


@cache
def _days() -> SearchStrategy[date]:
    # A year from either end, so that all that is counted from a day is of this century, too.
    return st.sampled_from(_ODD_DAYS) | st.dates(FIRST.date() + 366 * _DAY, LAST.date() - 366 * _DAY)


@st.composite
def session_dates(draw: DrawFn) -> SessionDate:
    """Meetings by local clocks, some across a change of them; some in a place that is not known yet."""
    return _meeting(draw, draw(zones_of_dates()), draw(_days()), _PLACES)


def _meeting(draw: DrawFn, zone: Zone, day: date, places: SearchStrategy[str | None]) -> SessionDate:
    begins, place = draw(st.sampled_from(_HOURS)), draw(places)
    try:
        return SessionDate.on(day, zone, begins=begins, ends=time(17), place=place)
    except BadValue:
        # Clocks skip that time there: it is noon instead.
        try:
            return SessionDate.on(day, zone, begins=time(12), ends=time(17), place=place)
        except BadValue:
            reject()  # and the whole day, too


def _meetings(
    draw: DrawFn, zone: Zone, first: date, places: SearchStrategy[str | None], *, least: int
) -> tuple[SessionDate, ...]:
    """A few meetings on days of their own, from *first* on, in any order."""
    after = draw(st.permutations((0, 1, 2, 7)))[: draw(st.integers(least, 3))]
    return tuple(_meeting(draw, zone, first + days * _DAY, places) for days in after)


@st.composite
def recurrences(draw: DrawFn) -> Recurrence:
    """Rules by days, weeks and months, by count and until a day, on some weekdays, with days left out."""
    first, every = draw(_days()), draw(st.sampled_from(Every))
    weekdays = draw(st.frozensets(st.sampled_from(Weekday), max_size=3))
    counted = draw(st.booleans())
    nth = draw(st.none() | st.sampled_from((1, 2, 5, -1))) if every is Every.MONTH and weekdays else None
    try:
        return Recurrence(
            first,
            every,
            draw(st.integers(1, 3) | st.integers(1, 99)),
            weekdays,
            nth,
            count=draw(st.integers(1, 20)) if counted else None,
            until=None if counted else first + draw(st.integers(0, MOST_DATES - 1)) * _DAY,
            without=frozenset(first + days * _DAY for days in draw(st.sets(st.integers(0, 60), max_size=2))),
        )
    except BadValue:
        reject()  # a rule that no day ever fits


@cache
def attachments() -> SearchStrategy[Attachment]:
    """Files that go with a message."""
    return st.builds(Attachment, _WORDS.map(lambda name: f"{name}.pdf"), st.sampled_from(("files/1", "é" * 200)))


@cache
def messages() -> SearchStrategy[Message]:
    """What is sent with dates: the standard words, edited ones, and files (C1)."""
    bodies = st.lists(_WORDS, min_size=1, max_size=3).map("\n\n".join)
    files = st.lists(attachments(), max_size=2).map(tuple)
    return st.just(Message()) | st.builds(Message, st.none() | _WORDS, st.none() | bodies, files)


# --- Schedules


def schedule_histories(*, tries: int = 0) -> SearchStrategy[tuple[ScheduleDecision, ...]]:
    """All that happened to a session's dates: planned, moved, lost, added, read in another zone, and called off.

    At least so many commands are tried, and at most a dozen.
    """
    return schedule_histories_with(tries, None)


@st.composite
def schedule_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[ScheduleDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    zone, first = draw(zones_of_dates()), draw(_days())
    begun = act_at(draw, _before(draw, first))
    history = [
        Schedule.plan(begun, draw(ids(SessionId)), zone=zone, dates=_meetings(draw, zone, first, _PLACES, least=0))
    ]
    at = begun.at
    for _ in turns(draw, 0 if wanted is SchedulePlanned else least):
        at = later(draw, at)
        with suppress(Refused):
            decision = _on_schedule(draw, history[-1].state, act_at(draw, at), first, wanted)
            history += [decision] if decision.events else []
    return tuple(history)


def _before(draw: DrawFn, day: date) -> datetime:
    return datetime.combine(day, time(), UTC) - draw(st.timedeltas(2 * _DAY, 60 * _DAY))


def _on_schedule(
    draw: DrawFn, schedule: Schedule, act: Act, first: date, wanted: type[Event] | None
) -> ScheduleDecision:
    likely: dict[type[Event], int] = {ScheduleChanged: 6, ScheduleCancelled: 1}
    if kind_of(draw, likely, (wanted,)) is ScheduleCancelled:
        return schedule.cancel(act)
    return _replanned(draw, schedule, act, first, _PLACES)


def _replanned(
    draw: DrawFn, schedule: Schedule, act: Act, first: date, places: SearchStrategy[str | None]
) -> ScheduleDecision:
    """Some dates stay, some move, some are lost, some are new."""
    zone = draw(st.just(schedule.zone) | zones_of_dates())
    kept: dict[DateNo, SessionDate] = {}
    for number, meeting in schedule.dates.items():
        what = draw(st.sampled_from(("stays", "stays", "moves", "is lost", "is elsewhere")))
        if what == "stays":
            kept[number] = meeting
        elif what == "moves":
            days = draw(st.sampled_from((3, 14, 21))) * _DAY
            kept[number] = SessionDate(meeting.starts + days, meeting.ends + days, meeting.place)
        elif what == "is elsewhere":
            kept[number] = SessionDate(meeting.starts, meeting.ends, draw(places))
    added = _meetings(draw, zone, first + draw(st.sampled_from((4, 9))) * _DAY, places, least=0)
    return schedule.replan(act, kept, added=added, zone=zone)


# --- Confirmations


@frozen
class Told:
    """What a client did or was told, and the session's dates as they were then."""

    decision: ConfirmationDecision
    schedule: Schedule


def confirmation_stories(*, tries: int = 0) -> SearchStrategy[tuple[Told, ...]]:
    """All that happened between a session's dates and a client, with the dates as they were each time (C1 to C7).

    Deadlines come to the microsecond, by day and by instant; dates change, and the client hears of it at once or with
    the next thing that happens. At least so many commands are tried, and at most a dozen.
    """
    return confirmation_stories_with(tries, None)


def confirmation_histories(*, tries: int = 0) -> SearchStrategy[tuple[ConfirmationDecision, ...]]:
    """The same, without the dates."""
    return confirmation_histories_with(tries, None)


def confirmation_histories_with(
    least: int, wanted: type[Event] | None
) -> SearchStrategy[tuple[ConfirmationDecision, ...]]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    return confirmation_stories_with(least, wanted).map(lambda story: tuple(told.decision for told in story))


# What leads to an event that is wanted, where it cannot happen yet.
_ANSWERED: Final = (DatesAccepted, DatesDeclined, OneDateAccepted, ReminderSent, ProposalLapsed, DatesReplaced)
_LEADS: Final[Mapping[type[Event] | None, type[Event]]] = {
    **dict.fromkeys(_ANSWERED, DatesProposed),
    ValidationEnded: DatesValidated,
}


@st.composite
def confirmation_stories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[Told, ...]:
    """Stories in which an event of the kind *wanted* is likelier than any other."""
    zone, first = draw(zones_of_dates()), draw(_days())
    act = act_at(draw, _before(draw, first))
    meetings = _meetings(draw, zone, first, _WORDS, least=1)
    # Both ids are in the confirmation's, so that neither may be as long as an id can be.
    names = ids(SessionId).filter(lambda name: len(name) < 100), ids(ClientId).filter(lambda name: len(name) < 100)
    schedule = Schedule.plan(act, draw(names[0]), zone=zone, dates=meetings).state
    policy = ConfirmationPolicy(draw(st.sampled_from((2, 1, 0, 100))))
    opened = Confirmation.open(act, schedule.id, draw(names[1]), policy=policy)
    scene = _Scene(first, [Told(opened, schedule)])
    at = act.at
    for _ in turns(draw, 0 if wanted is ConfirmationOpened else least):
        sent = scene.known.proposal
        ends = () if sent is None else (sent.until.instant - _TICK, sent.until.instant)
        at = later(draw, at, ends)
        at = _next(draw, scene, at, wanted)
    return tuple(scene.told)


@frozen
class _Scene:
    """The day that it began with, and what was told so far."""

    first: date
    told: list[Told]

    @property
    def known(self) -> Confirmation:
        return self.told[-1].decision.state

    @property
    def schedule(self) -> Schedule:
        return self.told[-1].schedule

    def tell(self, decision: ConfirmationDecision, schedule: Schedule) -> None:
        if decision.events:
            self.told.append(Told(decision, schedule))


def _next(draw: DrawFn, scene: _Scene, at: datetime, wanted: type[Event] | None) -> datetime:
    """One more thing is tried, at that time or later."""
    known, schedule = scene.known, scene.schedule
    state = known.state_at(at, schedule)
    awaiting = state is ConfirmationState.AWAITING
    still = known.proposal is not None and not known.proposal.lapsed and known.answered is None
    going = not schedule.cancelled
    likely: dict[type[Event], int] = {
        DatesProposed: 3 * going + 3 * (state is ConfirmationState.NOT_SENT),
        DatesAccepted: 2 * awaiting,
        DatesDeclined: 2 * awaiting,
        OneDateAccepted: 3 * awaiting,
        ReminderSent: 2 * awaiting,
        ProposalLapsed: int(still),
        DatesValidated: 1 * (known.validation is None),
        ValidationEnded: 2 * (known.validation is not None),
        DatesReplaced: 1 * going,
        ConfirmationClosed: int(wanted is ConfirmationClosed or draw(st.integers(0, 3)) == 0) * going,
    }
    likely[DatesValidated] += not any(likely.values())
    kind = kind_of(draw, likely, (wanted, _LEADS.get(wanted)))
    if kind is ProposalLapsed and known.proposal is not None:
        at = max(at, known.proposal.until.instant + _TICK)
    act = act_at(draw, at)
    with suppress(Refused, BadValue):
        if kind is DatesReplaced or kind is ConfirmationClosed:
            after = (
                schedule.cancel(act).state
                if kind is ConfirmationClosed
                else _replanned(draw, schedule, act, scene.first, _WORDS).state
            )
            if draw(st.integers(0, 3)):
                scene.tell(known.follow(act, schedule=after), after)
            elif after.dates:
                # Nobody follows it; what is done next finds it.
                scene.tell(known.validate(act, schedule=after), after)
        else:
            scene.tell(_said(draw, scene, act, kind), schedule)
    return at


def _said(draw: DrawFn, scene: _Scene, act: Act, kind: type[Event]) -> ConfirmationDecision:
    known, schedule, sent = scene.known, scene.schedule, scene.known.proposal
    if kind is DatesValidated:
        return known.validate(act, schedule=schedule)
    if kind is ValidationEnded:
        return known.end_validation(act, schedule=schedule)
    if sent is None or kind is DatesProposed:
        return _proposed(draw, scene, act)
    if kind is ReminderSent:
        return known.remind(act, schedule=schedule)
    if kind is ProposalLapsed:
        return known.lapse(act, schedule=schedule)
    if kind is OneDateAccepted:
        return _replied(draw, known, sent, act, schedule)
    said = ClientAnswer.ACCEPTED if kind is DatesAccepted else ClientAnswer.DECLINED
    return known.answer(act, sent.id, said, client=known.client, schedule=schedule)


def _proposed(draw: DrawFn, scene: _Scene, act: Act) -> ConfirmationDecision:
    known, schedule = scene.known, scene.schedule
    used = known.dead if known.proposal is None else known.dead | {known.proposal.id}
    fresh = [each for each in _FEW if each not in used] or [ProposalId(f"proposal-{known.version + 4}")]
    copies = st.lists(people(), max_size=2)
    return known.propose(
        act,
        draw(st.sampled_from(fresh)),
        until=_until(draw, act.at, schedule),
        schedule=schedule,
        contact=draw(people()),
        to=draw(st.none() | people()),
        cc=draw(copies),
        bcc=draw(copies),
        message=draw(messages()),
    )


def _until(draw: DrawFn, at: datetime, schedule: Schedule) -> Deadline:
    """Between now and the first date: an instant, or a day there."""
    starts = at + _DAY if schedule.starts is None else max(schedule.starts, at + _DAY)
    if draw(st.booleans()):
        return Deadline.at(at + draw(st.sampled_from((1, 2, 1_000_000))) * (starts - at) // 1_000_001)
    days = draw(st.integers(0, 3))
    return Deadline.on((starts - _DAY).astimezone(schedule.zone.info).date() - days * _DAY, schedule.zone)


def _replied(draw: DrawFn, known: Confirmation, sent: Proposal, act: Act, schedule: Schedule) -> ConfirmationDecision:
    missing = sorted(sent.dates - sent.accepted)
    reply = draw(st.sampled_from((CalendarReply.ACCEPTED, CalendarReply.ACCEPTED, *CalendarReply)))
    return known.reply(
        act,
        draw(st.sampled_from(missing)),
        reply,
        sequence=sent.sequence,
        attendee=sent.to.address,
        schedule=schedule,
    )


_OF_PROPOSALS: Final = (DatesProposed, OneDateAccepted, ReminderSent, ProposalLapsed)


def proposals() -> SearchStrategy[Proposal]:
    """What such clients were sent, in each state."""
    stories = st.sampled_from(_OF_PROPOSALS).flatmap(lambda wanted: confirmation_stories_with(4, wanted))
    sent = stories.map(lambda story: story[-1].decision.state.proposal)
    return cast("SearchStrategy[Proposal]", sent.filter(lambda proposal: proposal is not None))
