"""One of each thing of schedules, confirmations and replies, as it is kept: events, states and refusals.

Part of `tests.test_json`, which holds them all against the names.
"""

from datetime import UTC, date, datetime, time
from typing import Any, Final, TypeAlias

from lara_core.confirmation import (
    AllRemindersSent,
    AlreadyAwaiting,
    Answered,
    AnsweredOtherwise,
    AnswerTooLate,
    Attachment,
    ClientAnswer,
    Confirmation,
    ConfirmationClosed,
    ConfirmationIs,
    ConfirmationOpened,
    ConfirmationPolicy,
    ConfirmationState,
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
    ValidatedByHand,
    Validation,
    ValidationEnded,
)
from lara_core.kernel.deadlines import Zone
from lara_core.kernel.ids import ActorId, ClientId, ConfirmationId, DateNo, ProposalId, SessionId
from lara_core.kernel.people import EmailAddress
from lara_core.replies import (
    DamagedCalendar,
    LinkAltered,
    LinkTooLong,
    LinkUnreadable,
    NoAnswer,
    NotACalendar,
    NotAReply,
    NotOneAttendee,
    NotOneEvent,
    OtherEvent,
    ReplyTooLarge,
    SeveralCalendars,
)
from lara_core.schedules import (
    DatesOverlap,
    DateUnknown,
    Every,
    Recurrence,
    Schedule,
    ScheduleCancelled,
    ScheduleChanged,
    ScheduleIsCancelled,
    SchedulePlanned,
    SessionDate,
    TooManyDates,
    Weekday,
)
from lara_core.telling.notices import DatesTold
from tests.builders import ANN, BEN, act
from tests.partners_in_json import ACT, ANN_DATA, INSTANT, INSTANT_DATA

Data: TypeAlias = Any

BEN_DATA: Final = {"address": "ben@example.com", "account": "ben"}
PARIS: Final = Zone("Europe/Paris")
EIGHT: Final = datetime(2027, 3, 8, 8, tzinfo=UTC)
EIGHT_DATA: Final = "2027-03-08T08:00:00+00:00"
MEETING: Final = SessionDate.on(date(2027, 3, 8), PARIS, begins=time(9), ends=time(17), place="Salle 4, Lyon")
MEETING_DATA: Final = {"starts": EIGHT_DATA, "ends": "2027-03-08T16:00:00+00:00", "place": "Salle 4, Lyon"}
NOWHERE: Final = SessionDate.on(date(2027, 3, 9), PARIS, begins=time(9), ends=time(17))
NOWHERE_DATA: Final = {"starts": "2027-03-09T08:00:00+00:00", "ends": "2027-03-09T16:00:00+00:00", "place": None}
MESSAGE: Final = Message("Vos dates", "Bonjour,\n\nà bientôt.", (Attachment("plan.pdf", "file-7"),))
MESSAGE_DATA: Final = {
    "subject": "Vos dates",
    "body": "Bonjour,\n\nà bientôt.",
    "attachments": [{"name": "plan.pdf", "ref": "file-7"}],
}
FIRST: Final = ProposalId("first")
ONE, TWO, TEN = DateNo(1), DateNo(2), DateNo(10)
SENT: Final = Proposal(
    FIRST, 2, frozenset({ONE, TEN}), ANN, INSTANT, EIGHT, ActorId("manager"), frozenset({TEN}), 1, lapsed=True
)
SENT_DATA: Final = {
    "id": "first",
    "sequence": 2,
    "dates": [1, 10],
    "to": ANN_DATA,
    "until": INSTANT_DATA,
    "sent": EIGHT_DATA,
    "by": "manager",
    "accepted": [10],
    "reminders": 1,
    "lapsed": True,
}
TOLD: Final = DatesTold(ClientId("acme"), FIRST, 2, frozenset({ONE, TEN}), ANN, (BEN,), MESSAGE)
TOLD_DATA: Final = {
    "client": "acme",
    "proposal": "first",
    "sequence": 2,
    "dates": [1, 10],
    "to": ANN_DATA,
    "copies": [BEN_DATA],
    "message": MESSAGE_DATA,
}


def of(name: str, **fields: Data) -> Data:
    """The data of something with a name."""
    return {"type": f"{name}.v1", **fields}


KEPT: Final[list[tuple[object, Data]]] = [
    (
        Schedule(SessionId("excel"), 3, 2, PARIS, {ONE: MEETING, TEN: NOWHERE}, 10, cancelled=True),
        of(
            "schedules.schedule",
            id="excel",
            version=3,
            revision=2,
            zone="Europe/Paris",
            dates={"1": MEETING_DATA, "10": NOWHERE_DATA},
            numbered=10,
            cancelled=True,
        ),
    ),
    (
        SchedulePlanned(SessionId("excel"), PARIS, {ONE: MEETING}, act()),
        of("schedules.planned", session="excel", zone="Europe/Paris", dates={"1": MEETING_DATA}, act=ACT),
    ),
    (
        ScheduleChanged(PARIS, {TWO: NOWHERE}, (ONE,), act()),
        of("schedules.changed", zone="Europe/Paris", changed={"2": NOWHERE_DATA}, lost=[1], act=ACT),
    ),
    (ScheduleCancelled(act()), of("schedules.cancelled", act=ACT)),
    (
        Confirmation(
            ConfirmationId("5:excel:acme"),
            5,
            SessionId("excel"),
            ClientId("acme"),
            ConfirmationPolicy(3),
            2,
            SENT,
            Answered(ClientAnswer.DECLINED, EIGHT),
            Validation(ActorId("manager"), EIGHT),
            frozenset({ProposalId("older"), ProposalId("oldest")}),
            closed=True,
            withdrawn=SENT,
        ),
        of(
            "confirmation.confirmation",
            id="5:excel:acme",
            version=5,
            session="excel",
            client="acme",
            policy={"reminders": 3},
            revision=2,
            proposal=SENT_DATA,
            answered={"answer": "declined", "at": EIGHT_DATA},
            validation={"by": "manager", "at": EIGHT_DATA},
            dead=["older", "oldest"],
            closed=True,
            withdrawn=SENT_DATA,
        ),
    ),
    (
        ConfirmationOpened(SessionId("excel"), ClientId("acme"), ConfirmationPolicy(0), act()),
        of("confirmation.opened", session="excel", client="acme", policy={"reminders": 0}, act=ACT),
    ),
    (
        DatesProposed(FIRST, 2, frozenset({ONE, TEN}), ANN, (BEN,), (), MESSAGE, INSTANT, act()),
        of(
            "confirmation.dates_proposed",
            proposal="first",
            revision=2,
            dates=[1, 10],
            to=ANN_DATA,
            cc=[BEN_DATA],
            bcc=[],
            message=MESSAGE_DATA,
            until=INSTANT_DATA,
            act=ACT,
        ),
    ),
    (
        DatesAccepted(FIRST, masked=False, act=act()),
        of("confirmation.dates_accepted", proposal="first", masked=False, act=ACT),
    ),
    (
        DatesDeclined(FIRST, masked=True, act=act()),
        of("confirmation.dates_declined", proposal="first", masked=True, act=ACT),
    ),
    (OneDateAccepted(FIRST, TEN, act()), of("confirmation.one_date_accepted", proposal="first", date=10, act=ACT)),
    (ReminderSent(FIRST, 2, act()), of("confirmation.reminder_sent", proposal="first", number=2, act=ACT)),
    (ProposalLapsed(FIRST, act()), of("confirmation.proposal_lapsed", proposal="first", act=ACT)),
    (DatesValidated(2, act()), of("confirmation.dates_validated", revision=2, act=ACT)),
    (ValidationEnded(act()), of("confirmation.validation_ended", act=ACT)),
    (
        DatesReplaced(FIRST, ANN, frozenset({ONE}), act()),
        of("confirmation.dates_replaced", proposal="first", to=ANN_DATA, lost=[1], act=ACT),
    ),
    (ConfirmationClosed(None, None, act()), of("confirmation.closed", proposal=None, to=None, act=ACT)),
    (DatesOverlap(EIGHT), of("schedules.dates_overlap", starts=EIGHT_DATA)),
    (TooManyDates(366), of("schedules.too_many_dates", most=366)),
    (DateUnknown(ONE), of("schedules.date_unknown", date=1)),
    (ScheduleIsCancelled(), of("schedules.schedule_is_cancelled")),
    (
        OtherSchedule(SessionId("excel"), SessionId("word")),
        of("confirmation.other_schedule", expected="excel", given="word"),
    ),
    (DatesCalledOff(), of("confirmation.dates_called_off")),
    (NotPlanned(Missing.PLACE), of("confirmation.not_planned", missing="place")),
    (NoRecipient(), of("confirmation.no_recipient")),
    (DeadlinePassed(INSTANT), of("confirmation.deadline_passed", until=INSTANT_DATA)),
    (DeadlineTooLate(INSTANT, EIGHT), of("confirmation.deadline_too_late", until=INSTANT_DATA, starts=EIGHT_DATA)),
    (ProposalIdUsed(FIRST), of("confirmation.proposal_id_used", proposal="first")),
    (DatesAlreadyAccepted(EIGHT), of("confirmation.dates_already_accepted", at=EIGHT_DATA)),
    (AlreadyAwaiting(INSTANT), of("confirmation.already_awaiting", until=INSTANT_DATA)),
    (OtherClient(ClientId("other")), of("confirmation.other_client", given="other")),
    (NoSuchProposal(FIRST), of("confirmation.no_such_proposal", proposal="first")),
    (ProposalDead(FIRST), of("confirmation.proposal_dead", proposal="first")),
    (SequenceDead(0), of("confirmation.sequence_dead", sequence=0)),
    (OtherAttendee(EmailAddress("Eve@example.com")), of("confirmation.other_attendee", attendee="Eve@example.com")),
    (DateNotProposed(TEN), of("confirmation.date_not_proposed", date=10)),
    (
        AnsweredOtherwise(ClientAnswer.ACCEPTED, EIGHT),
        of("confirmation.answered_otherwise", answer="accepted", at=EIGHT_DATA),
    ),
    (AnswerTooLate(INSTANT), of("confirmation.answer_too_late", until=INSTANT_DATA)),
    (ConfirmationIs(ConfirmationState.LAPSED), of("confirmation.confirmation_is", state="lapsed")),
    (ValidatedByHand(), of("confirmation.validated_by_hand")),
    (AllRemindersSent(2), of("confirmation.all_reminders_sent", sent=2)),
    (LinkTooLong(4_000), of("replies.link_too_long", most=4_000)),
    (LinkUnreadable(), of("replies.link_unreadable")),
    (LinkAltered(), of("replies.link_altered")),
    (ReplyTooLarge(), of("replies.reply_too_large")),
    (NotACalendar(), of("replies.not_a_calendar")),
    (DamagedCalendar(), of("replies.damaged_calendar")),
    (SeveralCalendars(), of("replies.several_calendars")),
    (NotAReply(), of("replies.not_a_reply")),
    (NotOneEvent(), of("replies.not_one_event")),
    (OtherEvent(), of("replies.other_event")),
    (NotOneAttendee(), of("replies.not_one_attendee")),
    (NoAnswer(), of("replies.no_answer")),
]

PARTS: Final[list[tuple[object, Data]]] = [
    (
        Recurrence(
            date(2027, 3, 2),
            Every.MONTH,
            2,
            frozenset({Weekday.TUESDAY, Weekday.FRIDAY}),
            -1,
            until=date(2027, 12, 1),
            without=frozenset({date(2027, 7, 30)}),
        ),
        {
            "first": "2027-03-02",
            "every": "month",
            "interval": 2,
            "weekdays": ["fr", "tu"],
            "nth": -1,
            "count": None,
            "until": "2027-12-01",
            "without": ["2027-07-30"],
        },
    ),
    (MEETING, MEETING_DATA),
    (MESSAGE, MESSAGE_DATA),
    (TOLD, TOLD_DATA),
]
"""What has no name of its own, and can be kept all the same: how a host remembers by which rule dates were planned."""
