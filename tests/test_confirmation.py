"""The dates of a session and what a client says to them: proposed, answered, validated by hand (C1–C7)."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from itertools import permutations
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.confirmation import (
    COLUMN,
    CONFIRMATION,
    MOST_ATTACHMENTS,
    MOST_COPIES,
    AllRemindersSent,
    AlreadyAwaiting,
    Answered,
    AnsweredOtherwise,
    AnswerTooLate,
    Attachment,
    CalendarReply,
    ClientAnswer,
    Column,
    Confirmation,
    ConfirmationClosed,
    ConfirmationDecision,
    ConfirmationIs,
    ConfirmationOpened,
    ConfirmationPolicy,
    ConfirmationRow,
    ConfirmationState,
    ConfirmationVerb,
    DateNotProposed,
    DatesAccepted,
    DatesAlreadyAccepted,
    DatesCalledOff,
    DatesDeclined,
    DatesProposed,
    DatesReplaced,
    DatesValidated,
    DeadlinePassed,
    DeadlineTooLate,
    Message,
    Missing,
    NoRecipient,
    NoSuchProposal,
    NotPlanned,
    OneDateAccepted,
    OtherAttendee,
    OtherClient,
    OtherSchedule,
    Proposal,
    ProposalDead,
    ProposalIdUsed,
    ProposalLapsed,
    ReminderSent,
    SequenceDead,
    Standing,
    ValidatedByHand,
    Validation,
    ValidationEnded,
    column,
)
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Decision, Event, why_not
from lara_core.kernel.erasure import Erasure, erased
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ActorId, ClientId, DateNo, ProposalId, SessionId
from lara_core.kernel.people import EmailAddress, Person
from lara_core.schedules import Schedule, SessionDate
from lara_core.testing import laws
from tests.builders import ANN, ANN_TYPED, BEN, BEN_ELSEWHERE, CLEO, DAN, EVE, NOW, TICK, act, flaw, in_turn

PARIS, TORONTO = Zone("Europe/Paris"), Zone("America/Toronto")
EXCEL, WORD = SessionId("excel"), SessionId("word")
ACME, OTHER = ClientId("acme"), ClientId("other")
FIRST, SECOND, THIRD = ProposalId("first"), ProposalId("second"), ProposalId("third")
ONE, TWO, NINE = DateNo(1), DateNo(2), DateNo(9)
YES, NO = ClientAnswer.ACCEPTED, ClientAnswer.DECLINED
ACT: Final = act()
LATER: Final = act(NOW + timedelta(hours=1), by="other-manager")


def on(day: int, *, place: str | None = "Lyon") -> SessionDate:
    """A day of March, from nine to five in Paris."""
    return SessionDate.on(date(2027, 3, day), PARIS, begins=time(9), ends=time(17), place=place)


PLAN: Final = Schedule.plan(ACT, EXCEL, zone=PARIS, dates=(on(8), on(9))).state
STARTS: Final = on(8).starts
MOVED: Final = PLAN.replan(ACT, {ONE: on(10)}).state
BACK: Final = MOVED.replan(ACT, {ONE: on(8)}, added=(on(9),)).state
OFF: Final = PLAN.cancel(ACT).state
UNTIL: Final = Deadline.on(date(2027, 3, 4), PARIS)
IN_TIME, LATE = act(UNTIL.instant - TICK), act(UNTIL.instant)

NEW: Final = Confirmation.open(ACT, EXCEL, ACME).state


def kept(before: Confirmation | None, decision: ConfirmationDecision) -> Confirmation:
    """The state of a decision that keeps the laws."""
    assert list(laws.of_decision(before, decision)) == []
    return decision.state


def propose(
    known: Confirmation,
    act: Act = ACT,
    proposal: ProposalId = FIRST,
    *,
    until: Deadline = UNTIL,
    schedule: Schedule = PLAN,
    contact: Person | None = ANN,
    to: Person | None = None,
    cc: Iterable[Person] = (),
    bcc: Iterable[Person] = (),
) -> ConfirmationDecision:
    """Propose the dates to Ann, who is the client's main contact."""
    return known.propose(act, proposal, until=until, schedule=schedule, contact=contact, to=to, cc=cc, bcc=bcc)


def answer(
    known: Confirmation,
    said: ClientAnswer,
    act: Act = IN_TIME,
    *,
    proposal: ProposalId = FIRST,
    client: ClientId = ACME,
    schedule: Schedule = PLAN,
) -> ConfirmationDecision:
    """Answer the first proposal, in the last microsecond that is in time."""
    return known.answer(act, proposal, said, client=client, schedule=schedule)


SENT: Final = propose(NEW).state
ACCEPTED: Final = answer(SENT, YES).state
DECLINED: Final = answer(SENT, NO).state
BY_HAND: Final = SENT.validate(ACT, schedule=PLAN).state


def state(known: Confirmation, at: datetime = NOW, schedule: Schedule = PLAN) -> ConfirmationState:
    """How the client stands to the dates as they are."""
    return known.state_at(at, schedule)


# --- Opening ----------------------------------------------------------------------------------------------------------


def test_nothing_is_sent_yet() -> None:
    """C: a client takes part, and nothing has been said."""
    decision = Confirmation.open(ACT, EXCEL, ACME, policy=ConfirmationPolicy(reminders=3))
    assert decision.events == (ConfirmationOpened(EXCEL, ACME, ConfirmationPolicy(3), ACT),)
    known = kept(None, decision)
    assert known == Confirmation(
        id=Confirmation.id_of(EXCEL, ACME),
        version=1,
        session=EXCEL,
        client=ACME,
        policy=ConfirmationPolicy(3),
        revision=0,
        proposal=None,
        answered=None,
        validation=None,
        dead=frozenset(),
        closed=False,
    )
    assert state(known) is ConfirmationState.NOT_SENT
    assert known.row(NOW, PLAN) == ConfirmationRow(Standing.NOT_SENT)


def test_one_for_each_session_and_client() -> None:
    """Two pairs are never called alike, however their ids are made up."""
    assert Confirmation.id_of(EXCEL, ACME) == "5:excel:acme"
    assert Confirmation.id_of(SessionId("a:b"), ClientId("c")) != Confirmation.id_of(SessionId("a"), ClientId("b:c"))
    long = "x" * 255
    assert flaw(lambda: Confirmation.id_of(SessionId(long), ClientId(long))) == ("ConfirmationId", Flaw.TOO_LONG)


# --- Proposing --------------------------------------------------------------------------------------------------------


def test_a_proposal_is_sent() -> None:
    """C1: to the main contact, all dates of the schedule as it is, until the deadline."""
    message = Message("Vos dates", "Bonjour,\r\n\tvoici.", (Attachment("plan.pdf", "file-1"),))
    decision = NEW.propose(ACT, FIRST, until=UNTIL, schedule=PLAN, contact=ANN, cc=(BEN,), bcc=(CLEO,), message=message)
    both = frozenset({ONE, TWO})
    event = DatesProposed(FIRST, 1, both, ANN, (BEN,), (CLEO,), message, UNTIL, ACT)
    assert decision.events == (event,)
    assert message.body == "Bonjour,\n\tvoici."
    known = kept(NEW, decision)
    assert known.proposal == Proposal(FIRST, 2, both, ANN, UNTIL, NOW, ActorId("manager"))
    assert state(known) is ConfirmationState.AWAITING
    assert known.row(NOW, PLAN) == ConfirmationRow(Standing.AWAITING, NOW, UNTIL)


def test_the_recipient_can_be_another() -> None:
    """C1: whoever is named, whether the client has a contact or not."""
    for contact in (ANN, None):
        known = propose(NEW, to=DAN, contact=contact).state
        assert known.proposal == Proposal(FIRST, 2, frozenset({ONE, TWO}), DAN, UNTIL, NOW, ActorId("manager"))


def test_one_copy_each() -> None:
    """C1: whoever is named twice gets one copy, the most open one; the recipient's own is the one that answers."""
    decision = propose(NEW, cc=(BEN, ANN_TYPED, BEN_ELSEWHERE, CLEO), bcc=(CLEO, EVE, ANN, EVE))
    (event,) = decision.events
    assert isinstance(event, DatesProposed)
    assert (event.to, event.cc, event.bcc) == (ANN, (BEN, CLEO), (EVE,))


def test_copies_have_an_end() -> None:
    """K9: fifty of each kind."""
    many = [Person.of(f"person-{number}@example.com") for number in range(MOST_COPIES + 1)]
    assert flaw(lambda: propose(NEW, cc=many)) == ("cc", Flaw.TOO_LONG)
    assert flaw(lambda: propose(NEW, bcc=many)) == ("bcc", Flaw.TOO_LONG)
    assert why_not(propose, NEW, cc=many[1:], bcc=many[1:]) is None


def test_what_speaks_against_a_proposal() -> None:
    """C1: each guard, in the order in which it looks."""
    passed, after = Deadline.at(NOW), Deadline.at(STARTS)
    elsewhere = Schedule.plan(ACT, WORD, zone=PARIS).state
    nowhere = Schedule.plan(ACT, EXCEL, zone=PARIS, dates=(on(8), on(9, place=None))).state
    used = evolve(NEW, dead=frozenset({FIRST}))
    wrong = {"known": used, "schedule": elsewhere, "proposal": FIRST, "until": passed, "contact": None}
    assert in_turn(
        propose,
        wrong,
        {"schedule": OFF},
        {"schedule": Schedule.plan(ACT, EXCEL, zone=PARIS).state},
        {"schedule": nowhere},
        {"schedule": PLAN},
        {"proposal": SECOND},
        {"contact": ANN},
        {"until": after},
        {"until": UNTIL},
    ) == [
        OtherSchedule(EXCEL, WORD),
        DatesCalledOff(),
        NotPlanned(Missing.DATES),
        NotPlanned(Missing.PLACE),
        ProposalIdUsed(FIRST),
        NoRecipient(),
        DeadlinePassed(passed),
        DeadlineTooLate(after, STARTS),
        None,
    ]


def test_a_deadline_lies_between() -> None:
    """C1: in the future and before the first date; a day that ends as the session begins is before it."""
    tight = Deadline.at(NOW + TICK)
    assert why_not(propose, NEW, until=tight) is None
    just = Deadline.at(STARTS - TICK)
    assert why_not(propose, NEW, until=just) is None
    midnight = SessionDate.on(date(2027, 3, 8), PARIS, begins=time(0), ends=time(1), place="Lyon")
    night = Schedule.plan(ACT, EXCEL, zone=PARIS, dates=(midnight,)).state
    eve = Deadline.on(date(2027, 3, 7), PARIS)
    assert why_not(propose, NEW, until=eve, schedule=night) is None
    same_day = Deadline.on(date(2027, 3, 8), PARIS)
    assert why_not(propose, NEW, until=same_day) == DeadlineTooLate(same_day, STARTS)
    under_way = act(STARTS + TICK)
    assert why_not(propose, NEW, under_way, until=same_day) == DeadlineTooLate(same_day, STARTS)


@pytest.mark.parametrize(
    ("zone", "day", "ends"),
    [
        (PARIS, date(2027, 3, 28), "2027-03-28T22:00:00+00:00"),
        (PARIS, date(2027, 10, 31), "2027-10-31T23:00:00+00:00"),
        (TORONTO, date(2027, 3, 14), "2027-03-15T04:00:00+00:00"),
        (TORONTO, date(2027, 11, 7), "2027-11-08T05:00:00+00:00"),
        (Zone("Pacific/Kiritimati"), date(2027, 6, 1), "2027-06-01T10:00:00+00:00"),
        (Zone("Etc/GMT+12"), date(2027, 6, 1), "2027-06-02T12:00:00+00:00"),
    ],
)
def test_a_deadline_by_day_lasts_that_day(zone: Zone, day: date, ends: str) -> None:
    """C2, K8: on days of 23, 24 and 25 hours, the last microsecond is in time, and the next one is not."""
    until, late = Deadline.on(day, zone), datetime.fromisoformat(ends)
    december = SessionDate.on(date(2027, 12, 1), zone, begins=time(9), ends=time(17), place="Lyon")
    schedule = Schedule.plan(ACT, EXCEL, zone=zone, dates=(december,)).state
    sent = propose(NEW, until=until, schedule=schedule).state
    assert state(answer(sent, YES, act(late - TICK), schedule=schedule).state, late) is ConfirmationState.ACCEPTED
    assert why_not(answer, sent, YES, act(late), schedule=schedule) == AnswerTooLate(until)
    states = [state(sent, at) for at in (late - TICK, late, late + TICK)]
    assert states == [ConfirmationState.AWAITING, ConfirmationState.LAPSED, ConfirmationState.LAPSED]


def test_a_deadline_by_instant_includes_it() -> None:
    """C2, K8: the instant itself is in time, a microsecond later is not."""
    until = Deadline.at(UNTIL.instant)
    sent = propose(NEW, until=until).state
    assert why_not(answer, sent, NO, act(until.instant)) is None
    assert why_not(answer, sent, NO, act(until.instant + TICK)) == AnswerTooLate(until)


# --- Sending again ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "at", "until"),
    [
        (DECLINED, NOW, UNTIL),
        (SENT, NOW, Deadline.on(date(2027, 3, 5), PARIS)),
        # The same end, but one of the two includes it.
        (SENT, NOW, Deadline.at(UNTIL.instant)),
        (SENT, UNTIL.instant, Deadline.on(date(2027, 3, 5), PARIS)),
        (BY_HAND, NOW, Deadline.on(date(2027, 3, 5), PARIS)),
    ],
    ids=["declined", "other deadline", "other kind of deadline", "lapsed", "by hand"],
)
def test_sending_again(known: Confirmation, at: datetime, until: Deadline) -> None:
    """C3: a new proposal, newer for calendars, and links to the older one are dead; masked where validated by hand."""
    again = kept(known, propose(known, act(at), SECOND, until=until))
    assert again.proposal == Proposal(
        SECOND, known.version + 1, frozenset({ONE, TWO}), ANN, until, at, ActorId("manager")
    )
    assert state(again, at) is ConfirmationState.AWAITING
    assert again.validation == known.validation
    for said in ClientAnswer:
        assert why_not(answer, again, said, act(at)) == ProposalDead(FIRST)
    assert why_not(propose, again, act(at), FIRST) == ProposalIdUsed(FIRST)
    assert why_not(propose, again, act(at), SECOND) == ProposalIdUsed(SECOND)


def test_what_need_not_be_sent_again() -> None:
    """C3: dates that are accepted, also under validation by hand, or that await an answer by that same deadline."""
    assert why_not(propose, ACCEPTED, proposal=SECOND) == DatesAlreadyAccepted(IN_TIME.at)
    over_it = ACCEPTED.validate(ACT, schedule=PLAN).state
    assert why_not(propose, over_it, proposal=SECOND) == DatesAlreadyAccepted(IN_TIME.at)
    assert why_not(propose, SENT, proposal=SECOND) == AlreadyAwaiting(UNTIL)
    # The same instant, as a day of another zone that ends with it.
    there = Deadline.on(date(2027, 3, 4), Zone("Europe/Rome"))
    assert why_not(propose, SENT, proposal=SECOND, until=there) == AlreadyAwaiting(UNTIL)


# --- Answering --------------------------------------------------------------------------------------------------------


def test_accepting() -> None:
    """C2, C5: all dates, at the time of the act."""
    decision = answer(SENT, YES)
    assert decision.events == (DatesAccepted(FIRST, masked=False, act=IN_TIME),)
    known = kept(SENT, decision)
    assert known.answered == Answered(YES, IN_TIME.at)
    assert known.row(LATE.at, PLAN) == ConfirmationRow(Standing.ACCEPTED, IN_TIME.at)


def test_declining() -> None:
    """C2, C5: all dates, at the time of the act."""
    decision = answer(SENT, NO)
    assert decision.events == (DatesDeclined(FIRST, masked=False, act=IN_TIME),)
    assert kept(SENT, decision).row(LATE.at, PLAN) == ConfirmationRow(Standing.DECLINED, IN_TIME.at)


@pytest.mark.parametrize("at", [NOW, IN_TIME.at, LATE.at], ids=["before", "in time", "late"])
@pytest.mark.parametrize("schedule", [PLAN, OFF], ids=["planned", "cancelled"])
def test_the_first_answer_holds(at: datetime, schedule: Schedule) -> None:
    """C2: repeating it is harmless at any time, the opposite is refused at any time."""
    for known, same, other in ((ACCEPTED, YES, NO), (DECLINED, NO, YES)):
        assert answer(known, same, act(at), schedule=schedule) == Decision(known)
        expected = AnsweredOtherwise(same, IN_TIME.at)
        assert why_not(answer, known, other, act(at), schedule=schedule) == expected


def test_what_cannot_be_answered() -> None:
    """C2: each guard, in the order in which it looks."""
    elsewhere = Schedule.plan(ACT, WORD, zone=PARIS).state
    wrong = {"schedule": elsewhere, "client": OTHER, "proposal": THIRD, "act": LATE, "known": SENT, "said": YES}
    assert in_turn(
        answer,
        wrong,
        {"schedule": OFF},
        {"client": ACME},
        {"proposal": FIRST},
        {"schedule": PLAN},
        {"act": IN_TIME},
    ) == [
        OtherSchedule(EXCEL, WORD),
        OtherClient(OTHER),
        NoSuchProposal(THIRD),
        DatesCalledOff(),
        AnswerTooLate(UNTIL),
        None,
    ]
    assert why_not(answer, NEW, YES) == NoSuchProposal(FIRST)


# --- Other dates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [SENT, ACCEPTED, DECLINED, BY_HAND], ids=["sent", "accepted", "declined", "by hand"])
@pytest.mark.parametrize("schedule", [MOVED, BACK], ids=["moved", "moved back"])
def test_other_dates_begin_anew(known: Confirmation, schedule: Schedule) -> None:
    """C2, C4: links are dead, nothing is accepted or validated, also of the dates of before; followed or not."""
    decision = known.follow(ACT, schedule=schedule)
    lost = frozenset({TWO})
    assert decision.events == (DatesReplaced(FIRST, ANN, lost, ACT),)
    followed = kept(known, decision)
    assert followed.follow(ACT, schedule=schedule) == Decision(followed)
    for each in (known, followed):
        assert each.row(NOW, schedule) == ConfirmationRow(Standing.NOT_SENT)
        assert each.by_hand(schedule) is None
        for said in ClientAnswer:
            assert why_not(answer, each, said, schedule=schedule) == ProposalDead(FIRST)
        assert each.lapse(LATE, schedule=schedule) == Decision(each)
        assert each.end_validation(ACT, schedule=schedule) == Decision(each)


def test_proposing_other_dates() -> None:
    """C2, C3: what was not followed yet is, in the same breath; dates that were accepted before can be proposed."""
    decision = propose(ACCEPTED, LATER, SECOND, schedule=MOVED)
    replaced, proposed = decision.events
    assert replaced == DatesReplaced(FIRST, ANN, frozenset({TWO}), LATER)
    assert isinstance(proposed, DatesProposed)
    assert (proposed.revision, proposed.dates) == (2, frozenset({ONE}))
    known = kept(ACCEPTED, decision)
    assert state(known, NOW, MOVED) is ConfirmationState.AWAITING
    assert known.proposal is not None
    assert known.proposal.sequence == known.version


def test_a_date_that_moves_and_is_lost_later() -> None:
    """C2, C7: whoever knows that the dates are others is told of each that is lost since, once, and of nothing else."""
    moved = PLAN.replan(ACT, {ONE: on(10), TWO: on(11)}).state
    elsewhere = moved.replan(ACT, {ONE: on(12), TWO: on(11)}).state
    lost = elsewhere.replan(ACT, {ONE: on(12)}).state
    known = SENT.follow(ACT, schedule=moved).state
    assert known.withdrawn == SENT.proposal
    assert known.follow(ACT, schedule=elsewhere) == Decision(known)
    decision = known.follow(LATER, schedule=lost)
    assert decision.events == (DatesReplaced(FIRST, ANN, frozenset({TWO}), LATER),)
    told = kept(known, decision)
    assert SENT.proposal is not None
    assert told.withdrawn == evolve(SENT.proposal, dates=frozenset({ONE}))
    assert told.follow(ACT, schedule=lost) == Decision(told)
    # Sent anew, the client is told of what is lost before, and the newest is all that counts.
    decision = propose(known, LATER, SECOND, schedule=lost)
    assert decision.events[0] == DatesReplaced(FIRST, ANN, frozenset({TWO}), LATER)
    again = kept(known, decision)
    assert again.withdrawn is None
    assert again.dead == frozenset({FIRST})


def test_what_was_validated_after_it_was_withdrawn() -> None:
    """C4: that a validation ends is no news to whoever was sent older dates, unless one of those is lost."""
    moved = PLAN.replan(ACT, {ONE: on(10), TWO: on(11)}).state
    known = SENT.follow(ACT, schedule=moved).state.validate(ACT, schedule=moved).state
    elsewhere, lost = (moved.replan(ACT, dates).state for dates in ({ONE: on(12), TWO: on(11)}, {ONE: on(10)}))
    decision = known.follow(ACT, schedule=elsewhere)
    assert decision.events == (DatesReplaced(None, None, frozenset(), ACT),)
    assert kept(known, decision).withdrawn == SENT.proposal
    assert known.follow(ACT, schedule=lost).events == (DatesReplaced(FIRST, ANN, frozenset({TWO}), ACT),)


def test_a_session_that_is_cancelled_after_its_dates_moved() -> None:
    """C2, S14: who was sent older dates, and has been sent none since, is told, also where none of them is left."""
    for schedule in (MOVED, PLAN.replan(ACT, {}, added=(on(20),)).state):
        known = ACCEPTED.follow(ACT, schedule=schedule).state
        decision = known.follow(LATER, schedule=schedule.cancel(LATER).state)
        assert decision.events == (ConfirmationClosed(FIRST, ANN, LATER),)
        assert kept(known, decision).withdrawn == known.withdrawn


def test_following_what_was_not_sent() -> None:
    """Who was sent nothing is told nothing; who was validated by hand alone was validated for other dates."""
    assert NEW.follow(ACT, schedule=MOVED) == Decision(NEW)
    by_hand = NEW.validate(ACT, schedule=PLAN).state
    assert by_hand.follow(ACT, schedule=MOVED).events == (DatesReplaced(None, None, frozenset(), ACT),)


def test_validating_other_dates() -> None:
    """C4: an old validation ends as the new one begins."""
    decision = BY_HAND.validate(LATER, schedule=MOVED)
    replaced = DatesReplaced(FIRST, ANN, frozenset({TWO}), LATER)
    assert decision.events == (replaced, DatesValidated(2, LATER))
    assert kept(BY_HAND, decision).by_hand(MOVED) == Validation(ActorId("other-manager"), LATER.at)


def test_the_session_is_cancelled() -> None:
    """Who was asked is told once, and nothing is said any more; what was said stays to be read."""
    decision = SENT.follow(ACT, schedule=OFF)
    assert decision.events == (ConfirmationClosed(FIRST, ANN, ACT),)
    closed = kept(SENT, decision)
    assert closed.follow(ACT, schedule=OFF) == Decision(closed)
    assert NEW.follow(ACT, schedule=OFF).events == (ConfirmationClosed(None, None, ACT),)
    assert ACCEPTED.follow(ACT, schedule=OFF).state.row(NOW, OFF) == ConfirmationRow(Standing.ACCEPTED, IN_TIME.at)
    # Also where the schedule that is asked is not cancelled, as in a host's copy that lags behind.
    for known, schedule in ((SENT, OFF), (closed, PLAN)):
        assert why_not(answer, known, YES, schedule=schedule) == DatesCalledOff()
        assert why_not(propose, known, proposal=SECOND, schedule=schedule) == DatesCalledOff()
        assert why_not(known.validate, ACT, schedule=schedule) == DatesCalledOff()
        assert why_not(known.remind, ACT, schedule=schedule) == DatesCalledOff()
        assert known.lapse(LATE, schedule=schedule) == Decision(known)
    off_by_hand = BY_HAND.follow(ACT, schedule=OFF).state
    assert why_not(off_by_hand.end_validation, ACT, schedule=OFF) == DatesCalledOff()


# --- By hand ----------------------------------------------------------------------------------------------------------


def test_validating_by_hand() -> None:
    """C4, C5: with who and when, with or without a proposal; twice is once."""
    for before in (NEW, SENT, ACCEPTED, DECLINED):
        decision = before.validate(LATER, schedule=PLAN)
        assert decision.events == (DatesValidated(1, LATER),)
        known = kept(before, decision)
        assert known.by_hand(PLAN) == Validation(ActorId("other-manager"), LATER.at)
        assert known.row(LATE.at, PLAN) == ConfirmationRow(Standing.BY_HAND, LATER.at)
        assert known.validate(ACT, schedule=PLAN) == Decision(known)


def test_validating_at_any_time() -> None:
    """C4: also when the session is over, and without a place; but not without dates."""
    nowhere = Schedule.plan(ACT, EXCEL, zone=PARIS, dates=(on(8, place=None),)).state
    assert why_not(NEW.validate, act(nowhere.dates[ONE].ends), schedule=nowhere) is None
    empty = Schedule.plan(ACT, EXCEL, zone=PARIS).state
    assert why_not(NEW.validate, ACT, schedule=empty) == NotPlanned(Missing.DATES)


@pytest.mark.parametrize("before", [NEW, SENT, ACCEPTED, DECLINED])
def test_off_gives_back_what_is_underneath(before: Confirmation) -> None:
    """C4: as it was, but that time has passed for it, too; off twice is off."""
    over_it = before.validate(ACT, schedule=PLAN).state
    decision = over_it.end_validation(LATER, schedule=PLAN)
    assert decision.events == (ValidationEnded(LATER),)
    known = kept(over_it, decision)
    for at in (NOW, LATE.at):
        assert known.row(at, PLAN) == before.row(at, PLAN)
    assert known.end_validation(ACT, schedule=PLAN) == Decision(known)


@pytest.mark.parametrize("said", ClientAnswer)
def test_answers_meanwhile_are_recorded(said: ClientAnswer) -> None:
    """C4: masked, and there when the validation ends; deadlines and first answers hold all the same."""
    decision = answer(BY_HAND, said)
    kind = DatesAccepted if said is YES else DatesDeclined
    assert decision.events == (kind(FIRST, masked=True, act=IN_TIME),)
    masked = kept(BY_HAND, decision)
    assert masked.row(NOW, PLAN) == ConfirmationRow(Standing.BY_HAND, NOW)
    assert masked.end_validation(ACT, schedule=PLAN).state.row(NOW, PLAN).standing == said.value
    assert why_not(answer, BY_HAND, said, LATE) == AnswerTooLate(UNTIL)


# --- Lapse and reminders ----------------------------------------------------------------------------------------------


def test_a_lapse_is_noted_once() -> None:
    """C5: not before the deadline has passed; and what has lapsed stays so, whatever a clock says afterwards."""
    assert SENT.lapse(IN_TIME, schedule=PLAN) == Decision(SENT)
    decision = SENT.lapse(LATE, schedule=PLAN)
    assert decision.events == (ProposalLapsed(FIRST, LATE),)
    known = kept(SENT, decision)
    assert known.lapse(LATE, schedule=PLAN) == Decision(known)
    assert why_not(answer, known, YES, IN_TIME) == AnswerTooLate(UNTIL)
    for each, at in ((SENT, LATE.at), (known, LATE.at), (known, NOW)):
        assert each.row(at, PLAN) == ConfirmationRow(Standing.LAPSED, NOW, UNTIL)
    for each in (NEW, ACCEPTED, DECLINED):
        assert each.lapse(LATE, schedule=PLAN) == Decision(each)


def test_reminders() -> None:
    """C7: as many as the policy says, for each proposal; they move nothing."""
    known = SENT
    for number in (1, 2):
        decision = known.remind(LATER, schedule=PLAN)
        assert decision.events == (ReminderSent(FIRST, number, LATER),)
        known = kept(known, decision)
    assert why_not(known.remind, LATER, schedule=PLAN) == AllRemindersSent(2)
    assert known.row(NOW, PLAN) == SENT.row(NOW, PLAN)
    again = propose(known, LATER, SECOND, until=Deadline.on(date(2027, 3, 5), PARIS)).state
    assert why_not(again.remind, LATER, schedule=PLAN) is None


@pytest.mark.parametrize(
    ("known", "at", "expected"),
    [
        (NEW, NOW, ConfirmationIs(ConfirmationState.NOT_SENT)),
        (ACCEPTED, NOW, ConfirmationIs(ConfirmationState.ACCEPTED)),
        (DECLINED, NOW, ConfirmationIs(ConfirmationState.DECLINED)),
        (SENT, LATE.at, ConfirmationIs(ConfirmationState.LAPSED)),
        (BY_HAND, NOW, ValidatedByHand()),
    ],
)
def test_who_is_not_reminded(known: Confirmation, at: datetime, expected: object) -> None:
    """C7: whoever has nothing to answer, and whoever the organisation has vouched for."""
    assert why_not(known.remind, act(at), schedule=PLAN) == expected


# --- Calendars --------------------------------------------------------------------------------------------------------


def reply(
    known: Confirmation,
    said: CalendarReply,
    number: DateNo = ONE,
    act: Act = IN_TIME,
    *,
    sequence: int = 2,
    attendee: EmailAddress = ANN.address,
    schedule: Schedule = PLAN,
) -> ConfirmationDecision:
    """Ann's calendar replies for the first date of the first proposal."""
    return known.reply(act, number, said, sequence=sequence, attendee=attendee, schedule=schedule)


def test_a_calendar_accepts_date_by_date() -> None:
    """C7: each is recorded, and the last one accepts; in whatever order, and however often."""
    for first, last in permutations((ONE, TWO)):
        decision = reply(SENT, CalendarReply.ACCEPTED, first)
        assert decision.events == (OneDateAccepted(FIRST, first, IN_TIME),)
        half = kept(SENT, decision)
        assert state(half) is ConfirmationState.AWAITING
        assert reply(half, CalendarReply.ACCEPTED, first, LATE) == Decision(half)
        decision = reply(half, CalendarReply.ACCEPTED, last)
        assert decision.events == (
            OneDateAccepted(FIRST, last, IN_TIME),
            DatesAccepted(FIRST, masked=False, act=IN_TIME),
        )
        known = kept(half, decision)
        assert state(known) is ConfirmationState.ACCEPTED
        for number in (ONE, TWO):
            assert reply(known, CalendarReply.ACCEPTED, number, LATE) == Decision(known)
            assert why_not(reply, known, CalendarReply.DECLINED, number) == AnsweredOtherwise(YES, IN_TIME.at)


def test_declining_one_date_declines() -> None:
    """C7: also one that was accepted before the others were."""
    half = reply(SENT, CalendarReply.ACCEPTED).state
    for before, number in ((SENT, ONE), (SENT, TWO), (half, ONE), (half, TWO)):
        decision = reply(before, CalendarReply.DECLINED, number)
        assert decision.events == (DatesDeclined(FIRST, masked=False, act=IN_TIME),)
        known = kept(before, decision)
        assert reply(known, CalendarReply.DECLINED, ONE, LATE) == Decision(known)
        assert why_not(reply, known, CalendarReply.ACCEPTED, TWO) == AnsweredOtherwise(NO, IN_TIME.at)


def test_the_only_date_is_the_last() -> None:
    """C7: of a session of one day, one reply accepts; masked where it was validated by hand."""
    known = propose(NEW, schedule=MOVED).state.validate(ACT, schedule=MOVED).state
    decision = reply(known, CalendarReply.ACCEPTED, schedule=MOVED)
    assert decision.events == (OneDateAccepted(FIRST, ONE, IN_TIME), DatesAccepted(FIRST, masked=True, act=IN_TIME))


@pytest.mark.parametrize("said", [CalendarReply.TENTATIVE, CalendarReply.COUNTER])
@pytest.mark.parametrize("known", [SENT, ACCEPTED, DECLINED])
def test_perhaps_is_no_answer(known: Confirmation, said: CalendarReply) -> None:
    """C7: nothing happens, in time or late."""
    for at in (IN_TIME, LATE):
        assert reply(known, said, ONE, at) == Decision(known)


def test_link_and_calendar_are_one_answer() -> None:
    """C2, C7: whichever comes first holds."""
    half = reply(SENT, CalendarReply.ACCEPTED).state
    assert state(answer(half, NO).state) is ConfirmationState.DECLINED
    accepted = kept(half, answer(half, YES))
    assert reply(accepted, CalendarReply.ACCEPTED, TWO) == Decision(accepted)
    assert why_not(reply, ACCEPTED, CalendarReply.DECLINED) == AnsweredOtherwise(YES, IN_TIME.at)
    assert why_not(answer, reply(SENT, CalendarReply.DECLINED).state, YES) == AnsweredOtherwise(NO, IN_TIME.at)


def test_what_a_calendar_cannot_answer() -> None:
    """C1, C7: each guard, in the order in which it looks; the recipient's address counts, in any spelling."""
    elsewhere = Schedule.plan(ACT, WORD, zone=PARIS).state
    wrong = {
        "schedule": elsewhere,
        "known": SENT,
        "said": CalendarReply.ACCEPTED,
        "number": NINE,
        "act": LATE,
        "sequence": 1,
        "attendee": BEN.address,
    }
    assert in_turn(
        reply,
        wrong,
        {"schedule": OFF},
        {"sequence": 2},
        {"attendee": ANN_TYPED.address},
        {"number": TWO},
        {"schedule": PLAN},
        {"act": IN_TIME},
    ) == [
        OtherSchedule(EXCEL, WORD),
        SequenceDead(1),
        OtherAttendee(BEN.address),
        DateNotProposed(NINE),
        DatesCalledOff(),
        AnswerTooLate(UNTIL),
        None,
    ]
    assert why_not(reply, NEW, CalendarReply.ACCEPTED) == SequenceDead(2)
    assert why_not(reply, SENT, CalendarReply.ACCEPTED, schedule=MOVED) == SequenceDead(2)
    again = propose(DECLINED, LATER, SECOND).state
    assert why_not(reply, again, CalendarReply.ACCEPTED) == SequenceDead(2)
    assert why_not(reply, again, CalendarReply.ACCEPTED, sequence=4) is None


# --- The list of sessions ---------------------------------------------------------------------------------------------


def test_one_client() -> None:
    """C6: the reading that fits the client's row."""
    assert {standing: column([standing]) for standing in Standing} == {
        Standing.NOT_SENT: Column.TO_CONFIRM,
        Standing.AWAITING: Column.AWAITING,
        Standing.LAPSED: Column.TO_CONFIRM,
        Standing.ACCEPTED: Column.CONFIRMED,
        Standing.DECLINED: Column.DECLINED,
        Standing.BY_HAND: Column.CONFIRMED,
    }


@pytest.mark.parametrize(
    ("standings", "expected"),
    [
        ((), None),
        ((Standing.ACCEPTED, Standing.BY_HAND), Column.CONFIRMED),
        ((Standing.ACCEPTED, Standing.AWAITING), Column.AWAITING),
        ((Standing.ACCEPTED, Standing.AWAITING, Standing.LAPSED), Column.TO_CONFIRM),
        ((Standing.AWAITING, Standing.NOT_SENT), Column.TO_CONFIRM),
        ((Standing.ACCEPTED, Standing.AWAITING, Standing.NOT_SENT, Standing.DECLINED), Column.DECLINED),
    ],
)
def test_several_clients(standings: tuple[Standing, ...], expected: Column | None) -> None:
    """C6: declined if any, else to confirm if any, else awaiting if any, else confirmed; in any order."""
    assert {column(order) for order in permutations(standings)} == {expected}


def test_a_table_of_the_hosts() -> None:
    """C6: 002's own words can be followed to the letter; what a table does not know is said so."""
    literal = {**COLUMN, Standing.NOT_SENT: Column.AWAITING, Standing.AWAITING: Column.CONFIRMED}
    assert column([Standing.AWAITING, Standing.NOT_SENT], table=literal) is Column.AWAITING
    assert flaw(lambda: column([Standing.LAPSED], table={})) == ("table", Flaw.MISSING_KEY)


# --- Values -----------------------------------------------------------------------------------------------------------

PDF: Final = Attachment("plan.pdf", "file-1")
WRONG: Any = 1


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: Message(subject="Dates\nBcc: x@example.com"), ("subject", Flaw.UNSAFE_CHARACTER)),
        (lambda: Message(subject="Dates\r\nBcc: x@example.com"), ("subject", Flaw.UNSAFE_CHARACTER)),
        (lambda: Message(subject="gnp.\u202eexe"), ("subject", Flaw.UNSAFE_CHARACTER)),
        (lambda: Message(subject=""), ("subject", Flaw.EMPTY)),
        (lambda: Message(subject="x" * 501), ("subject", Flaw.TOO_LONG)),
        (lambda: Message(body=" \n "), ("body", Flaw.EMPTY)),
        (lambda: Message(body="x" * 20_001), ("body", Flaw.TOO_LONG)),
        (lambda: Message(body="a\x00b"), ("body", Flaw.UNSAFE_CHARACTER)),
        (lambda: Message(body="a\rb"), ("body", Flaw.UNSAFE_CHARACTER)),
        (lambda: Message(body="a\u202eb"), ("body", Flaw.UNSAFE_CHARACTER)),
        (lambda: Message(body=WRONG), ("body", Flaw.WRONG_TYPE)),
        (lambda: Message(attachments=(PDF,) * (MOST_ATTACHMENTS + 1)), ("attachments", Flaw.TOO_LONG)),
        (lambda: Message(attachments=WRONG), ("attachments", Flaw.WRONG_TYPE)),
        (lambda: Message(attachments=(WRONG,)), ("attachments", Flaw.WRONG_TYPE)),
        (lambda: Attachment("../plan.pdf", "file-1"), ("name", Flaw.UNSAFE_CHARACTER)),
        (lambda: Attachment("C:\\plan.pdf", "file-1"), ("name", Flaw.UNSAFE_CHARACTER)),
        (lambda: Attachment("..", "file-1"), ("name", Flaw.UNSAFE_CHARACTER)),
        (lambda: Attachment("a\nb", "file-1"), ("name", Flaw.UNSAFE_CHARACTER)),
        (lambda: Attachment("plan.pdf", ""), ("ref", Flaw.EMPTY)),
        (lambda: ConfirmationPolicy(reminders=-1), ("reminders", Flaw.TOO_SMALL)),
        (lambda: ConfirmationPolicy(reminders=101), ("reminders", Flaw.TOO_LARGE)),
    ],
)
def test_bad_values(build: Any, expected: tuple[str, Flaw]) -> None:
    """C1, K9: no newline in a subject, no folder in a file's name, nothing that hides or reorders text."""
    assert flaw(build) == expected


def test_a_body_is_for_people() -> None:
    """C1: lines, tabs, and the joiners that scripts and pictures are written with."""
    body = "Ciao,\n\n\tنامه‌ها, co\u00adoperate 👩‍🏫\n"
    assert Message(body=body).body == body


def test_the_table_is_total() -> None:
    """Every state knows what lies over it and what happens to the session; only some can be asked to answer."""
    always = {
        ConfirmationVerb.VALIDATE,
        ConfirmationVerb.END_VALIDATION,
        ConfirmationVerb.CHANGE_DATES,
        ConfirmationVerb.CALL_OFF,
    }
    assert {state: set(verbs) - always for state, verbs in CONFIRMATION.items()} == {
        ConfirmationState.NOT_SENT: {ConfirmationVerb.PROPOSE},
        ConfirmationState.AWAITING: {
            ConfirmationVerb.PROPOSE,
            ConfirmationVerb.ACCEPT,
            ConfirmationVerb.ACCEPT_DATE,
            ConfirmationVerb.DECLINE,
            ConfirmationVerb.REMIND,
            ConfirmationVerb.LAPSE,
        },
        ConfirmationState.LAPSED: {ConfirmationVerb.PROPOSE},
        ConfirmationState.ACCEPTED: set(),
        ConfirmationState.DECLINED: {ConfirmationVerb.PROPOSE},
    }
    assert all(always <= set(verbs) for verbs in CONFIRMATION.values())


# --- A whole story ----------------------------------------------------------------------------------------------------


def test_a_story_folds_and_forgets() -> None:
    """K3, K5, K13: the events give the state, also after the recipient and who validated are erased."""
    known, events = NEW, list[Event](Confirmation.open(ACT, EXCEL, ACME).events)
    steps: list[Callable[[Confirmation], ConfirmationDecision]] = [
        lambda known: propose(known, cc=(BEN,)),
        lambda known: known.remind(LATER, schedule=PLAN),
        lambda known: reply(known, CalendarReply.ACCEPTED),
        lambda known: known.validate(LATER, schedule=PLAN),
        lambda known: answer(known, NO),
        lambda known: propose(known, IN_TIME, SECOND, until=Deadline.at(LATE.at), schedule=PLAN),
        lambda known: known.lapse(act(LATE.at + TICK), schedule=PLAN),
        lambda known: propose(known, LATE, THIRD, until=Deadline.at(STARTS), schedule=MOVED),
        lambda known: known.validate(LATE, schedule=MOVED),
        lambda known: known.end_validation(LATE, schedule=MOVED),
        lambda known: known.validate(LATER, schedule=MOVED),
        lambda known: known.follow(LATE, schedule=MOVED.cancel(LATE).state),
    ]
    for step in steps:
        decision = step(known)
        known = kept(known, decision)
        events += decision.events
    assert list(laws.of_history(known, events)) == []
    tombstone = Person.of("17@erased.invalid", "17")
    erasure = Erasure.of(ANN, tombstone, actors={ActorId("other-manager"): ActorId("17")})
    forgotten = erased(known, erasure)
    assert laws.fold(Confirmation, [erased(event, erasure) for event in events]) == forgotten
    assert forgotten.proposal is not None
    assert forgotten.proposal.to == tombstone
    assert forgotten.validation == Validation(ActorId("17"), LATER.at)


def test_an_event_of_another_history_is_refused() -> None:
    """K2: a reminder of a proposal that was never sent here is no part of this history."""
    event = ReminderSent(SECOND, 1, ACT)
    assert why_not(SENT.apply, event) == NoSuchProposal(SECOND)
    assert why_not(NEW.apply, event) == NoSuchProposal(SECOND)
