"""The use cases of sessions' dates, over the memory store: what a host calls, who may, and who need not ask."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from inspect import signature
from typing import Any, Final, get_args

import pytest
from attrs import evolve, fields

from lara_core.confirmation import (
    AnsweredOtherwise,
    AnswerTooLate,
    CalendarReply,
    ClientAnswer,
    Column,
    Confirmation,
    ConfirmationClosed,
    ConfirmationEvent,
    ConfirmationOpened,
    ConfirmationPolicy,
    ConfirmationRow,
    DatesAccepted,
    DatesCalledOff,
    DatesProposed,
    DatesReplaced,
    DatesValidated,
    Message,
    Missing,
    NoRecipient,
    NotPlanned,
    OneDateAccepted,
    OtherAttendee,
    OtherClient,
    ProposalDead,
    ProposalIdUsed,
    ProposalLapsed,
    ReminderSent,
    SequenceDead,
    Standing,
    ValidationEnded,
)
from lara_core.hosting import dates, places
from lara_core.hosting.ports import Receipt, Written
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Aggregate, Event
from lara_core.kernel.errors import IdReused, NotFound
from lara_core.kernel.ids import (
    ActorId,
    ClientId,
    ConfirmationId,
    CourseId,
    DateNo,
    PartnerId,
    ProposalId,
    RefundId,
    RegistrationId,
    SessionId,
)
from lara_core.registrations import RegistrationCancelled, RegistrationEvent
from lara_core.replies import Link, Reply
from lara_core.rights import MATRIX, Action, NotGranted, Place, Right, Scope
from lara_core.schedules import (
    DatesOverlap,
    Schedule,
    ScheduleCancelled,
    ScheduleChanged,
    ScheduleEvent,
    ScheduleIsCancelled,
    SchedulePlanned,
    SessionDate,
)
from lara_core.sessions import PlacesGivenBack, SessionCancelled, SessionEvent, SessionMoved, SessionOver
from lara_core.telling.notices import Recipient, Template
from lara_core.testing.memory import MemoryStore, MemoryWork
from tests.builders import ANN, BEN, CLEO, DAN, ENDS, EVE, NOW, STARTS, TICK, act, answer, granted, strictly
from tests.use_cases import commands_in, use_cases_in

PARIS, TORONTO = Zone("Europe/Paris"), Zone("America/Toronto")
NORTH, WEST = PartnerId("north"), PartnerId("west")
# Planned and on sale; on sale alone; planned alone; neither.
MONDAY, TUESDAY, FRIDAY, SUNDAY = (SessionId(day) for day in ("monday", "tuesday", "friday", "sunday"))
# Awaiting an answer; let in; validated by hand; late; not there yet.
ACME, BETA, GAMMA, LATE, FRESH = (ClientId(name) for name in ("acme", "beta", "gamma", "late", "fresh"))
FIRST, SECOND, OVERDUE = ProposalId("first"), ProposalId("second"), ProposalId("overdue")
ONE, TWO, THREE = DateNo(1), DateNo(2), DateNo(3)
YES, NO = ClientAnswer.ACCEPTED, ClientAnswer.DECLINED
UNTIL: Final = Deadline.on(date(2027, 3, 4), PARIS)
WAS_UNTIL: Final = Deadline.at(NOW - TICK)
EVES: Final = RegistrationId("eve")
OFF: Final = RefundId("off")
WORDS: Final = Message("Your dates", "They are these.")
AT_NORTH: Final = Place(partner=NORTH, training=CourseId("excel"))
WHERE: Final = dict.fromkeys((MONDAY, TUESDAY, FRIDAY, SUNDAY), AT_NORTH)
ACT: Final = act()
VIEW: Final = frozenset({Action.VIEW})
EDITING: Final = (Right.SESSIONS, Action.EDIT)
BY_HAND: Final = (Right.VALIDATE_DATES, Action.VIEW)


def on(day: int) -> SessionDate:
    """A day of March, from nine to five in Paris."""
    return SessionDate.on(date(2027, 3, day), PARIS, begins=time(9), ends=time(17), place="Lyon")


def of(client: ClientId, session: SessionId = MONDAY) -> ConfirmationId:
    """What is kept of what a client says."""
    return Confirmation.id_of(session, client)


# --- What a link and a calendar say: all that depends on how these two use cases are asked

LINK: Final = Link(FIRST, ACME, YES)
REPLY: Final = Reply(MONDAY, ACME, TWO, CalendarReply.ACCEPTED, 2, ANN.address)
# Something else for each thing that they say.
OTHERWISE: Final[Mapping[Callable[..., Receipt], tuple[str, Link | Reply, Mapping[str, Any]]]] = {
    dates.answer_dates: ("link", LINK, {"proposal": ProposalId("else"), "client": ClientId("else"), "answer": NO}),
    dates.reply_to_dates: (
        "reply",
        REPLY,
        {
            "session": SUNDAY,
            "client": ClientId("else"),
            "date": ONE,
            "reply": CalendarReply.DECLINED,
            "sequence": 3,
            "attendee": BEN.address,
        },
    ),
}


def linked(
    store: MemoryStore,
    key: str,
    said: ClientAnswer,
    *,
    at: datetime = NOW,
    proposal: ProposalId = FIRST,
    by: ClientId = ACME,
) -> Receipt:
    """A client presses a button of a proposal; nobody knows who they are."""
    return dates.answer_dates(store, act(at, by="somebody", key=key), Link(proposal, by, said))


def replied(
    store: MemoryStore, key: str, said: CalendarReply, number: DateNo = ONE, *, at: datetime = NOW, **given: Any
) -> Receipt:
    """A client's calendar answers for one date."""
    reply = evolve(REPLY, date=number, reply=said, **given)
    return dates.reply_to_dates(store, act(at, by="somebody", key=key), reply)


# --- Each of them ---------------------------------------------------------------------------------------------------

# What each use case is asked, and what it writes in `world`: the aggregate, its version, the event.
DONE: Final[Mapping[Callable[..., Receipt], tuple[Mapping[str, Any], Sequence[tuple[str, int, Event]]]]] = {
    dates.plan_dates: (
        {"session": TUESDAY, "zone": PARIS, "dates": (on(16), on(15))},
        [
            ("tuesday", 1, SchedulePlanned(TUESDAY, PARIS, {ONE: on(15), TWO: on(16)}, ACT)),
            ("tuesday", 2, SessionMoved(on(15).starts, on(16).ends, ACT)),
        ],
    ),
    dates.replan_dates: (
        {"session": MONDAY, "dates": {ONE: on(10)}, "added": (on(11),), "zone": TORONTO},
        [
            ("monday", 2, ScheduleChanged(TORONTO, {ONE: on(10), THREE: on(11)}, (TWO,), ACT)),
            ("monday", 4, SessionMoved(on(10).starts, on(11).ends, ACT)),
            (of(ACME), 3, DatesReplaced(FIRST, ANN, frozenset({TWO}), ACT)),
            (of(GAMMA), 3, DatesReplaced(None, None, frozenset(), ACT)),
            (of(LATE), 3, DatesReplaced(OVERDUE, BEN, frozenset({TWO}), ACT)),
        ],
    ),
    dates.cancel_session: (
        {"session": MONDAY, "refund": OFF},
        [
            ("monday", 4, SessionCancelled((), ACT)),
            ("monday", 5, PlacesGivenBack(1, ACT)),
            ("eve", 2, RegistrationCancelled(EVE, ACT)),
            ("monday", 2, ScheduleCancelled(ACT)),
            (of(ACME), 3, ConfirmationClosed(FIRST, ANN, ACT)),
            (of(BETA), 2, ConfirmationClosed(None, None, ACT)),
            (of(GAMMA), 3, ConfirmationClosed(None, None, ACT)),
            (of(LATE), 3, ConfirmationClosed(OVERDUE, BEN, ACT)),
        ],
    ),
    dates.open_confirmation: (
        {"session": MONDAY, "client": FRESH, "policy": ConfirmationPolicy(1)},
        [(of(FRESH), 1, ConfirmationOpened(MONDAY, FRESH, ConfirmationPolicy(1), ACT))],
    ),
    dates.propose_dates: (
        {
            "session": MONDAY,
            "client": BETA,
            "proposal": SECOND,
            "until": UNTIL,
            "to": BEN,
            "cc": (CLEO,),
            "bcc": (DAN,),
            "message": WORDS,
        },
        [
            (
                of(BETA),
                2,
                DatesProposed(SECOND, 1, frozenset({ONE, TWO}), BEN, (CLEO,), (DAN,), WORDS, UNTIL, ACT),
            )
        ],
    ),
    dates.remind_client: ({"session": MONDAY, "client": ACME}, [(of(ACME), 3, ReminderSent(FIRST, 1, ACT))]),
    dates.lapse_proposal: ({"session": MONDAY, "client": LATE}, [(of(LATE), 3, ProposalLapsed(OVERDUE, ACT))]),
    dates.validate_dates: ({"session": MONDAY, "client": ACME}, [(of(ACME), 3, DatesValidated(1, ACT))]),
    dates.end_validation: ({"session": MONDAY, "client": GAMMA}, [(of(GAMMA), 3, ValidationEnded(ACT))]),
    dates.answer_dates: ({"link": LINK}, [(of(ACME), 3, DatesAccepted(FIRST, masked=False, act=ACT))]),
    dates.reply_to_dates: ({"reply": REPLY}, [(of(ACME), 3, OneDateAccepted(FIRST, TWO, ACT))]),
}

# Who is told what by it, and so by which template; all others by nobody.
TOLD: Final[Mapping[Callable[..., Receipt], Collection[tuple[Recipient, Template]]]] = {
    dates.replan_dates: {(ANN, Template.DATES_REPLACED), (BEN, Template.DATES_REPLACED)},
    dates.cancel_session: {
        (ANN, Template.DATES_CALLED_OFF),
        (BEN, Template.DATES_CALLED_OFF),
        (EVE, Template.REGISTRATION_CANCELLED),
    },
    dates.propose_dates: {(BEN, Template.PROPOSED), (CLEO, Template.PROPOSED_COPY), (DAN, Template.PROPOSED_COPY)},
    dates.remind_client: {(ANN, Template.DATES_REMINDED)},
    dates.lapse_proposal: {(ActorId("manager"), Template.LAPSED_SENDER)},
    dates.answer_dates: {(ANN, Template.DATES_ACCEPTED), (ActorId("manager"), Template.ACCEPTED_SENDER)},
}

# Something else for every argument: none of them may be missing from what a key stands for.
ELSE: Final[Mapping[str, Any]] = {
    "session": SUNDAY,
    "zone": Zone("Europe/Rome"),
    "added": (on(12),),
    "refund": RefundId("else"),
    "policy": None,
    "until": Deadline.at(UNTIL.instant),
    "to": None,
    "cc": (),
    "bcc": (),
    "message": None,
    "proposal": ProposalId("else"),
    "client": ClientId("else"),
    "link": evolve(LINK, answer=NO),
    "reply": evolve(REPLY, date=ONE),
}

# Which right each asks for; nobody asks who answers (C1).
NEEDS: Final[Mapping[Callable[..., Receipt], tuple[Right, Action]]] = {
    dates.plan_dates: EDITING,
    dates.replan_dates: EDITING,
    dates.cancel_session: EDITING,
    dates.open_confirmation: EDITING,
    dates.propose_dates: EDITING,
    dates.remind_client: EDITING,
    dates.lapse_proposal: EDITING,
    dates.validate_dates: BY_HAND,
    dates.end_validation: BY_HAND,
}
FREE: Final = {dates.answer_dates, dates.reply_to_dates}
QUESTIONS: Final = {dates.rows_of, dates.column_of}
# What one does again on purpose, under another key: to add a date, to send a reminder.
AGAIN: Final = {dates.replan_dates, dates.remind_client}

COMMANDS: Final = [pytest.param(command, id=command.__name__) for command in DONE]
ASKING: Final = [pytest.param(command, id=command.__name__) for command in NEEDS]


def bare(**facts: Any) -> MemoryStore:
    """A store that asks for rights, in which nothing is but a manager who may do everything."""
    return strictly(MemoryStore(**facts), granted("manager"))


@pytest.fixture
def world() -> MemoryStore:
    """Monday's session is on sale, with Eve in it, and takes place on two days; one of its clients awaits an answer.

    Another has been let in, a third is validated by hand, a fourth has let its proposal lapse. Tuesday's is on sale and
    not planned, Friday's planned and not on sale.
    """
    store = bare(places=WHERE, contacts={ACME: ANN, LATE: BEN})
    for session in (MONDAY, TUESDAY):
        _ = places.open_session(store, act(key=f"open-{session}"), session, starts=STARTS, ends=ENDS, capacity=5)
    for session in (MONDAY, FRIDAY):
        _ = dates.plan_dates(store, act(key=f"plan-{session}"), session, zone=PARIS, dates=(on(8), on(9)))
    _ = places.register(store, act(key="eve"), EVES, session=MONDAY, person=EVE, approval=False)
    for client in (ACME, BETA, GAMMA, LATE):
        _ = dates.open_confirmation(store, act(key=f"open-{client}"), MONDAY, client)
    _ = dates.propose_dates(store, act(key="propose"), MONDAY, ACME, FIRST, until=UNTIL)
    _ = dates.validate_dates(store, act(key="validate"), MONDAY, GAMMA)
    early = act(NOW - timedelta(days=1), key="early")
    _ = dates.propose_dates(store, early, MONDAY, LATE, OVERDUE, until=WAS_UNTIL)
    return store


def events_of(work: MemoryWork, name: str, like: Event) -> Sequence[Event]:
    """All that ever happened to the aggregate that *like* happened to."""
    kinds: Mapping[Any, Callable[[], Sequence[Event]]] = {
        ScheduleEvent: lambda: work.schedules.events(name),
        ConfirmationEvent: lambda: work.confirmations.events(name),
        SessionEvent: lambda: work.sessions.events(name),
        RegistrationEvent: lambda: work.registrations.events(name),
    }
    return next(events() for union, events in kinds.items() if isinstance(like, get_args(union)))


def states(store: MemoryStore) -> Sequence[Aggregate]:
    """All that the commands above change, as it stands."""
    with store.transaction() as work:
        kept = (work.schedules, work.sessions, work.confirmations, work.registrations)
        return [state for collection in kept for state in collection.all()]


def confirmed(store: MemoryStore, client: ClientId = ACME) -> Confirmation:
    """What a client of Monday's session says."""
    with store.transaction() as work:
        return work.confirmations.get(of(client))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_what_it_says(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """The receipt names all that was written, and that is what is kept."""
    asked, expected = DONE[command]
    before = sum(state.version for state in states(world))
    receipt = command(world, ACT, **asked)
    assert receipt == Receipt(ACT.by, ACT.key, tuple(Written(*written) for written in expected))
    with world.transaction() as work:
        for name, version, event in expected:
            assert events_of(work, name, event)[version - 1] == event
    assert sum(state.version for state in states(world)) == before + len(expected)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeated_command_does_nothing(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Every use case goes through its key, whoever presses twice, and however late (K4)."""
    asked, _ = DONE[command]
    receipt = command(world, ACT, **asked)
    before = states(world)
    assert command(world, act(ENDS), **asked) == receipt
    assert states(world) == before


@pytest.mark.parametrize(("command", "argument"), [(command, name) for command in DONE for name in DONE[command][0]])
def test_every_argument_is_content(command: Callable[..., Receipt], argument: str, world: MemoryStore) -> None:
    """Whoever changes anything about a command needs another key: the old one has its receipt (K4)."""
    asked, _ = DONE[command]
    _ = command(world, ACT, **asked)
    with pytest.raises(IdReused):
        _ = command(world, ACT, **{**asked, argument: other(argument, asked[argument])})


@pytest.mark.parametrize(
    ("command", "said"), [(command, name) for command, (_, _, others) in OTHERWISE.items() for name in others]
)
def test_all_that_is_answered_is_content(command: Callable[..., Receipt], said: str, world: MemoryStore) -> None:
    """A key that stands for one answer stands for no other: each thing that a link or a calendar says is in it (K4)."""
    argument, value, others = OTHERWISE[command]
    assert others.keys() == {field.name for field in fields(type(value))}
    _ = command(world, ACT, value)
    with pytest.raises(IdReused):
        _ = command(world, ACT, **{argument: evolve(value, **{said: others[said]})})


def other(argument: str, asked: Any) -> Any:
    """Something else of the same kind."""
    if argument == "dates":
        return {ONE: on(12)} if isinstance(asked, Mapping) else (on(12),)
    return ELSE[argument]


@pytest.mark.parametrize("command", COMMANDS)
def test_who_has_to_hear_of_it_is_told_once(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """The recipient, who has a copy, the sender, and each client whose dates are others; repeated, nobody (C2, K12)."""
    asked, _ = DONE[command]
    before = waiting(world)
    for _ in range(2):
        _ = command(world, ACT, **asked)
    told = waiting(world)[len(before) :]
    assert sorted(told, key=str) == sorted(TOLD.get(command, ()), key=str)


def waiting(store: MemoryStore) -> Sequence[tuple[Recipient, Template]]:
    """Who is still to be told, and by which template."""
    with store.transaction() as work:
        return [(notice.to, notice.template) for notice in work.waiting(100)]


def test_every_use_case_is_tested() -> None:
    """What is above is all of them, with all their arguments; the two questions, no commands, are tested apart."""
    assert DONE.keys() == commands_in(dates)
    assert DONE.keys() | QUESTIONS == use_cases_in(dates)
    assert DONE.keys() - FREE == NEEDS.keys()
    for command, (asked, _) in DONE.items():
        assert asked.keys() == signature(command).parameters.keys() - {"store", "act"}


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.values[0] is not dates.plan_dates])
def test_what_is_not_there_is_not_found(command: Callable[..., Receipt]) -> None:
    """A mistyped id is `NotFound`, and the key stays fresh."""
    store = bare()
    asked, _ = DONE[command]
    with pytest.raises(NotFound):
        _ = command(store, ACT, **asked)
    with store.transaction() as work:
        assert work.answer(ACT.by, ACT.key) is None


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.values[0] not in AGAIN])
def test_what_was_done_is_not_done_again(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Under another key the same is harmless, or refused, or its id is used; and it never happens twice (K4, C2)."""
    asked, _ = DONE[command]
    _ = command(world, ACT, **asked)
    before = states(world)
    said = answer(command, world, act(key="again"), **asked)
    assert said is None or said[0] in ("Refused", "IdReused")
    assert states(world) == before


# --- Who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ASKING)
def test_nobody_may_by_themselves(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """What was not granted is denied, and what is a partner's is not even there (R2)."""
    asked, _ = DONE[command]
    before = states(world)
    said = answer(command, world, act(by="stranger"), **asked)
    assert said is not None
    assert said[0] == "NotFound"
    assert states(world) == before


@pytest.mark.parametrize("command", sorted(FREE, key=str))
@pytest.mark.parametrize("by", ["stranger", "manager"])
def test_who_answers_needs_no_right(command: Callable[..., Receipt], by: str, world: MemoryStore) -> None:
    """Whoever holds the recipient's copy answers to it, and it makes no difference who else they are (C1, C2)."""
    asked, expected = DONE[command]
    receipt = command(world, act(by=by), **asked)
    assert [type(written.event) for written in receipt.written] == [type(event) for _, _, event in expected]


@pytest.mark.parametrize("command", ASKING)
def test_who_holds_just_that_right_may(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """One action on one right, where the session stands: it is enough, and it is what is asked (R2)."""
    asked, expected = DONE[command]
    right, action = NEEDS[command]
    there = Scope(partner=AT_NORTH.partner, training=AT_NORTH.training)
    _ = strictly(world, granted("vera", {right: VIEW | {action}}, scope=there))
    receipt = command(world, act(by="vera"), **asked)
    assert {type(written.event) for written in receipt.written} == {type(event) for _, _, event in expected}


@pytest.mark.parametrize("command", ASKING)
def test_all_other_rights_are_not_enough(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Whoever holds everything else, everywhere, is told which right is missing: by hand is one of its own (R1, R2)."""
    asked, _ = DONE[command]
    right, action = NEEDS[command]
    less = {each: actions for each, actions in MATRIX.items() if each is not right}
    if action is not Action.VIEW:
        less[right] = MATRIX[right] - {action}
    _ = strictly(world, granted("vera", less))
    before = states(world)
    assert answer(command, world, act(by="vera"), **asked) == ("Refused", NotGranted(right, action))
    assert states(world) == before


@pytest.mark.parametrize("command", ASKING)
def test_the_right_elsewhere_finds_nothing(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Everything, but of another partner: what is there and what is not are answered alike, to the word (R2)."""
    asked, _ = DONE[command]
    for partner, scope in ((WEST, Scope()), (None, Scope(partner=WEST))):
        theirs = granted(f"of-{partner}", partner=partner, scope=scope)
        foreign = answer(command, strictly(world, theirs), act(by=f"of-{partner}"), **asked)
        nowhere = strictly(MemoryStore(places={}), theirs)
        assert foreign == answer(command, nowhere, act(by=f"of-{partner}"), **asked)
        assert foreign is not None
        assert foreign[0] == "NotFound"


@pytest.mark.parametrize("command", ASKING)
def test_rights_are_asked_before_anything_is_looked_up(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Who lacks the right does not learn who takes part, nor what was planned (R2)."""
    asked, _ = DONE[command]
    right, action = NEEDS[command]
    _ = strictly(world, granted("vera", {Right.REPORTS: VIEW}))
    nobody = {name: ClientId("nobody") for name in ("client",) if name in asked}
    said = answer(command, world, act(by="vera"), **{**asked, "session": SUNDAY, **nobody})
    assert said == ("Refused", NotGranted(right, action))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeated_key_is_answered_before_rights(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """What one has done stays done, and can be asked again, also by one who may not do it any more (K4, R2)."""
    asked, _ = DONE[command]
    receipt = command(world, ACT, **asked)
    with world.transaction() as work:
        grants = work.entitlements.find(ACT.by)
        assert grants is not None
        work.save(grants.revoke_role(act(key="dismissed"), "role", scope=Scope()))
    assert command(world, ACT, **asked) == receipt


# --- The dates ------------------------------------------------------------------------------------------------------


def times(store: MemoryStore, session: SessionId) -> tuple[datetime, datetime]:
    """When a session on sale begins and ends."""
    with store.transaction() as work:
        found = work.sessions.get(session)
        return found.starts, found.ends


def test_planning_moves_what_is_on_sale(world: MemoryStore) -> None:
    """A session on sale takes place from its first date until the last has ended, and keeps one date (C1)."""
    none = "Refused", NotPlanned(Missing.DATES)
    assert answer(dates.plan_dates, world, act(key="none"), TUESDAY, zone=PARIS) == none
    assert times(world, TUESDAY) == (STARTS, ENDS)
    _ = dates.plan_dates(world, act(key="some"), TUESDAY, zone=PARIS, dates=iter((on(16), on(15))))
    assert times(world, TUESDAY) == (on(15).starts, on(16).ends)
    _ = dates.replan_dates(world, act(key="fewer"), TUESDAY, {TWO: on(16)})
    assert times(world, TUESDAY) == (on(16).starts, on(16).ends)
    assert answer(dates.replan_dates, world, act(key="lost"), TUESDAY, {}) == none
    assert times(world, TUESDAY) == (on(16).starts, on(16).ends)


def test_what_is_not_on_sale_is_planned_all_the_same(world: MemoryStore) -> None:
    """A schedule needs no session whose places are sold (C1)."""
    receipt = dates.replan_dates(world, ACT, FRIDAY, {ONE: on(12)})
    expected = ScheduleChanged(PARIS, {ONE: on(12)}, (TWO,), ACT)
    assert receipt.written == (Written("friday", 2, expected),)


def test_the_same_dates_change_nothing(world: MemoryStore) -> None:
    """Without any change no revision is made, and nobody is told; the receipt says that nothing was written (C2)."""
    before = states(world)
    assert dates.replan_dates(world, ACT, MONDAY, {ONE: on(8), TWO: on(9)}) == Receipt(ACT.by, ACT.key, ())
    assert states(world) == before


def test_what_is_over_keeps_all(world: MemoryStore) -> None:
    """Where the session cannot move, neither does its schedule, and no client hears of it (K2)."""
    before, late = states(world), act(on(9).ends, key="late")
    assert answer(dates.replan_dates, world, late, MONDAY, {ONE: on(20)}) == ("Refused", SessionOver(on(9).ends))
    overlapping = SessionDate(on(8).starts, on(9).ends)
    said = answer(dates.replan_dates, world, act(key="twice"), MONDAY, {ONE: overlapping, TWO: on(9)})
    assert said == ("Refused", DatesOverlap(on(9).starts))
    assert states(world) == before


def test_dates_that_are_counted_once_are_content_and_are_planned(world: MemoryStore) -> None:
    """What is given as an iterator is read once, for the key and for the rule (K4)."""
    receipt = dates.plan_dates(world, ACT, SUNDAY, zone=PARIS, dates=(on(day) for day in (8, 9)))
    assert dates.plan_dates(world, ACT, SUNDAY, zone=PARIS, dates=[on(8), on(9)]) == receipt
    assert receipt.written == (Written("sunday", 1, SchedulePlanned(SUNDAY, PARIS, {ONE: on(8), TWO: on(9)}, ACT)),)


def test_a_session_is_cancelled_without_a_schedule(world: MemoryStore) -> None:
    """What was never planned is cancelled as `places.cancel_session` does it (S14)."""
    receipt = dates.cancel_session(world, ACT, TUESDAY, refund=OFF)
    assert receipt.written == (Written("tuesday", 2, SessionCancelled((), ACT)),)


def test_dates_without_a_session_on_sale_are_called_off_alone(world: MemoryStore) -> None:
    """There are no places to cancel, and the clients are told all the same (C2)."""
    receipt = dates.cancel_session(world, ACT, FRIDAY, refund=OFF)
    assert receipt.written == (Written("friday", 2, ScheduleCancelled(ACT)),)


def test_nothing_goes_on_in_what_is_called_off(world: MemoryStore) -> None:
    """After a cancellation nothing is planned, sent, answered or validated (C2, S14)."""
    _ = dates.cancel_session(world, act(key="off"), MONDAY, refund=OFF)
    before = states(world)
    said = [
        answer(dates.replan_dates, world, ACT, MONDAY, {ONE: on(10)}),
        answer(dates.open_confirmation, world, ACT, MONDAY, FRESH),
        answer(dates.open_confirmation, world, ACT, MONDAY, ACME),
        answer(dates.propose_dates, world, ACT, MONDAY, BETA, SECOND, until=UNTIL, to=BEN),
        answer(dates.remind_client, world, ACT, MONDAY, ACME),
        answer(dates.validate_dates, world, ACT, MONDAY, ACME),
        answer(dates.end_validation, world, ACT, MONDAY, GAMMA),
        answer(linked, world, "key", YES),
        answer(replied, world, "reply", CalendarReply.ACCEPTED),
    ]
    assert said == [("Refused", ScheduleIsCancelled())] + [("Refused", DatesCalledOff())] * 8
    assert answer(dates.lapse_proposal, world, ACT, MONDAY, LATE) is None
    assert states(world) == before


# --- Asking and answering -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proposal", [FIRST, OVERDUE], ids=["sent", "lapsed"])
def test_a_proposal_of_another_client(world: MemoryStore, proposal: ProposalId) -> None:
    """An id under which another client was asked is refused, also where that one is dead: a link is of one (C2, C3)."""
    before = states(world)
    ask = partial(dates.propose_dates, world, session=MONDAY, client=BETA, until=UNTIL, to=BEN)
    assert answer(ask, ACT, proposal=proposal) == ("Refused", ProposalIdUsed(proposal))
    assert states(world) == before
    _ = dates.replan_dates(world, act(key="move"), MONDAY, {ONE: on(10), TWO: on(11)})
    assert answer(ask, ACT, proposal=proposal) == ("Refused", ProposalIdUsed(proposal))
    _ = ask(ACT, proposal=SECOND)


def test_a_proposal_goes_to_the_contact_unless_somebody_is_named(world: MemoryStore) -> None:
    """The main contact is what the host's record says when it is sent; without one, somebody must be named (C1)."""
    ask = partial(dates.propose_dates, world, session=MONDAY, client=BETA, until=UNTIL)
    assert answer(ask, act(key="nobody"), proposal=SECOND) == ("Refused", NoRecipient())
    world.contacts = {BETA: CLEO}
    _ = ask(act(key="contact"), proposal=SECOND)
    sent = confirmed(world, BETA).proposal
    assert sent is not None
    assert sent.to == CLEO
    _ = ask(act(key="named"), proposal=ProposalId("third"), to=DAN, until=Deadline.at(UNTIL.instant))
    sent = confirmed(world, BETA).proposal
    assert sent is not None
    assert sent.to == DAN


def test_a_link_says_which_client(world: MemoryStore) -> None:
    """What nobody ever sent is missing; what was sent to another client, or is dead, is refused by name (C2, C3)."""
    again = Deadline.on(date(2027, 3, 5), PARIS)
    _ = dates.propose_dates(world, act(key="again"), MONDAY, ACME, SECOND, until=again)
    said = [
        answer(linked, world, "key", YES, proposal=ProposalId("never")),
        answer(linked, world, "key", YES, proposal=SECOND, by=BETA),
        answer(linked, world, "key", YES),
    ]
    assert said == [
        ("NotFound", str(NotFound(Confirmation))),
        ("Refused", OtherClient(BETA)),
        ("Refused", ProposalDead(FIRST)),
    ]
    # A refusal leaves the key fresh.
    _ = linked(world, "key", YES, proposal=SECOND)
    assert answer(linked, world, "opposite", NO, proposal=SECOND) == ("Refused", AnsweredOtherwise(YES, NOW))


def test_a_link_to_other_dates_is_dead(world: MemoryStore) -> None:
    """As soon as the dates are others, whether or not their number is; changing back does not revive it (C2)."""
    _ = dates.replan_dates(world, act(key="move"), MONDAY, {ONE: on(10), TWO: on(11)})
    assert answer(linked, world, "key", YES) == ("Refused", ProposalDead(FIRST))
    _ = dates.replan_dates(world, act(key="back"), MONDAY, {ONE: on(8), TWO: on(9)})
    assert answer(linked, world, "key", YES) == ("Refused", ProposalDead(FIRST))


def test_a_late_answer_is_refused(world: MemoryStore) -> None:
    """The last microsecond of the day is in time, and the next one is not, swept or not (C2, K8)."""
    late = answer(linked, world, "late", NO, at=UNTIL.instant)
    assert late == ("Refused", AnswerTooLate(UNTIL))
    receipt = linked(world, "in-time", NO, at=UNTIL.instant - TICK)
    assert [written.version for written in receipt.written] == [3]
    assert linked(world, "once-more", NO, at=UNTIL.instant + TICK).written == ()


def test_a_calendar_answers_for_its_recipient(world: MemoryStore) -> None:
    """Another attendee, or an older message, is no answer; the last date accepts (C7)."""
    said = [
        answer(replied, world, "reply", CalendarReply.ACCEPTED, attendee=BEN.address),
        answer(replied, world, "reply", CalendarReply.ACCEPTED, sequence=1),
    ]
    assert said == [("Refused", OtherAttendee(BEN.address)), ("Refused", SequenceDead(1))]
    assert replied(world, "maybe", CalendarReply.TENTATIVE).written == ()
    _ = replied(world, "one", CalendarReply.ACCEPTED)
    last = replied(world, "two", CalendarReply.ACCEPTED, TWO)
    assert [type(written.event) for written in last.written] == [OneDateAccepted, DatesAccepted]


def test_the_organisation_hears_of_a_masked_answer(world: MemoryStore) -> None:
    """Nobody would see it otherwise: by hand lies over it (C4)."""
    _ = dates.validate_dates(world, act(key="by-hand"), MONDAY, ACME)
    before = waiting(world)
    _ = linked(world, "key", NO)
    assert set(waiting(world)[len(before) :]) == {
        (ANN, Template.DATES_DECLINED),
        (ActorId("manager"), Template.DECLINED_SENDER),
        (world.organisation, Template.DECLINED_MASKED),
    }


def test_an_answer_under_validation_by_hand_is_kept(world: MemoryStore) -> None:
    """It is recorded, masked, and what holds when validation by hand is taken back (C4)."""
    _ = dates.validate_dates(world, act(key="by-hand"), MONDAY, ACME)
    receipt = linked(world, "key", NO)
    assert [getattr(written.event, "masked", None) for written in receipt.written] == [True]
    by_hand = ConfirmationRow(Standing.BY_HAND, NOW)
    assert dates.rows_of(world, ACT, MONDAY)[ACME] == by_hand
    _ = dates.end_validation(world, act(key="off"), MONDAY, ACME)
    assert dates.rows_of(world, ACT, MONDAY)[ACME] == ConfirmationRow(Standing.DECLINED, NOW)


# --- How it stands --------------------------------------------------------------------------------------------------

ROWS: Final = {
    ACME: ConfirmationRow(Standing.AWAITING, NOW, UNTIL),
    BETA: ConfirmationRow(Standing.NOT_SENT),
    GAMMA: ConfirmationRow(Standing.BY_HAND, NOW),
    LATE: ConfirmationRow(Standing.LAPSED, NOW - timedelta(days=1), WAS_UNTIL),
}


def test_rows_say_how_clients_stand(world: MemoryStore) -> None:
    """Each client of that session and of no other, at the time that is asked about (C5)."""
    assert dates.rows_of(world, ACT, MONDAY) == ROWS
    late = ConfirmationRow(Standing.LAPSED, NOW, UNTIL)
    assert dates.rows_of(world, act(UNTIL.instant), MONDAY) == {**ROWS, ACME: late}
    assert dates.rows_of(world, ACT, FRIDAY) == {}


def test_a_column_says_how_a_session_stands(world: MemoryStore) -> None:
    """Blank without clients; to confirm while one was sent nothing; declined as soon as one declines (C6)."""
    assert [dates.column_of(world, ACT, each) for each in (FRIDAY, MONDAY)] == [None, Column.TO_CONFIRM]
    for client in (BETA, LATE):
        _ = dates.validate_dates(world, act(key=f"validate-{client}"), MONDAY, client)
    assert dates.column_of(world, ACT, MONDAY) is Column.AWAITING
    assert dates.column_of(world, act(UNTIL.instant), MONDAY) is Column.TO_CONFIRM
    _ = linked(world, "key", NO)
    assert dates.column_of(world, ACT, MONDAY) is Column.DECLINED
    _ = dates.validate_dates(world, act(key="by-hand"), MONDAY, ACME)
    assert dates.column_of(world, ACT, MONDAY) is Column.CONFIRMED


@pytest.mark.parametrize("question", sorted(QUESTIONS, key=str))
def test_who_may_see_sessions_sees_how_they_stand(question: Callable[..., object], world: MemoryStore) -> None:
    """To see is enough; elsewhere, and for nobody's session, there is nothing to see, in the same words (R2)."""
    there = Scope(partner=NORTH)
    _ = strictly(
        world,
        granted("vera", {Right.SESSIONS: VIEW}, scope=there),
        granted("theirs", {Right.SESSIONS: VIEW}, partner=WEST),
        granted("other", {Right.VALIDATE_DATES: VIEW}, scope=there),
    )
    assert question(world, act(by="vera"), MONDAY) == question(world, ACT, MONDAY)
    missing = ("NotFound", str(NotFound(Schedule)))
    assert answer(question, world, act(by="theirs"), MONDAY) == missing
    assert answer(question, world, act(by="vera"), TUESDAY) == missing
    assert answer(question, world, act(by="vera"), SessionId("nowhere")) == missing
    assert answer(question, world, act(by="other"), MONDAY) == ("Refused", NotGranted(Right.SESSIONS, Action.VIEW))
