"""What happened to sessions' dates, and what clients said to them: each event at least once, each field filled.

Part of `lara_core.testing.samples`.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias

from lara_core.confirmation import (
    Attachment,
    CalendarReply,
    ClientAnswer,
    Confirmation,
    ConfirmationDecision,
    ConfirmationPolicy,
    Message,
)
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Decision, Event, in_turn
from lara_core.kernel.ids import ClientId, DateNo, ProposalId, SessionId
from lara_core.kernel.people import Person
from lara_core.schedules import Every, Recurrence, Schedule, ScheduleDecision, SessionDate, Weekday
from lara_core.telling.notices import DatesTold, Notice, Template
from lara_core.testing.samples.stories import told
from lara_core.testing.samples.values import (
    ANA,
    BORIS,
    CHLOE,
    DAWUD,
    EDITH,
    FAYE,
    GITA,
    LATER,
    OTHER_SESSION,
    SESSION,
    act,
)

DatesSample: TypeAlias = Schedule | Confirmation
"""What the samples of dates are of."""

CLIENT: Final = ClientId("client-1")
OTHER_CLIENT: Final = ClientId("cliente-é")
PROPOSAL: Final = ProposalId("proposal-1")
OTHER_PROPOSAL: Final = ProposalId("proposition-é")

_PARIS: Final = Zone("Europe/Paris")
_FIRST, _SECOND = DateNo(1), DateNo(2)
# The day on which Paris has 23 hours.
_SPRING: Final = Deadline.on(date(2030, 3, 31), _PARIS)
_IN_SUMMER: Final = Deadline.at(datetime(2030, 5, 31, 21, 59, 59, 999_999, UTC))
_FILES: Final = Attachment("programme « é ».pdf", "files/17"), Attachment("plan.png", "x" * 255)
_IN_WORDS: Final = Message("Vos dates « Soudure »", "Bonjour,\n\n  voici vos dates.\nÀ bientôt !\n", _FILES)
_ANSWERING: Final = act("answer", by="ana", at=LATER)


def histories_of_dates() -> Sequence[Sequence[Decision[DatesSample, Event]]]:
    """What happened to some schedules, and to confirmations of one of them: each event at least once.

    A schedule comes before its confirmations.
    """
    return [
        _moving(),
        _far_away(),
        _accepted_by_calendar(),
        _declined_and_asked_again(),
        _lapsed(),
        _only_by_hand(),
        _masked(),
    ]


# --- One of each


def meeting(day: int, place: str | None = "Lyon") -> SessionDate:
    """A day of June, from nine to half past five in Paris."""
    return SessionDate.on(date(2030, 6, day), _PARIS, begins=time(9), ends=time(17, 30), place=place)


def planned(session: SessionId = SESSION, *days: int) -> ScheduleDecision:
    """A session that takes place on *days* of June, or on the third and the fourth."""
    return Schedule.plan(act("plan"), session, zone=_PARIS, dates=[meeting(day) for day in days or (3, 4)])


def asked(
    client: ClientId = CLIENT, *, session: SessionId = SESSION, policy: ConfirmationPolicy | None = None
) -> ConfirmationDecision:
    """A client who takes part in a session, and has been sent nothing."""
    return Confirmation.open(act("ask"), session, client, policy=policy or ConfirmationPolicy())


def proposed(
    client: ClientId = CLIENT, proposal: ProposalId = PROPOSAL, to: Person = ANA, *, session: SessionId = SESSION
) -> ConfirmationDecision:
    """A client who was sent the dates that `planned` gives the session, to be answered until the end of May."""
    opened = asked(client, session=session)
    return in_turn(opened, _sent(opened.state, act("propose"), proposal, planned(session).state, to=to))


def _sent(
    known: Confirmation,
    act: Act,
    proposal: ProposalId,
    schedule: Schedule,
    *,
    to: Person = ANA,
    until: Deadline = _IN_SUMMER,
) -> ConfirmationDecision:
    return known.propose(act, proposal, until=until, schedule=schedule, contact=None, to=to)


def told_of_dates(key: str, *, to: Person = ANA) -> Notice:
    """What *to* reads who is to answer, in the sender's own words, and who else has a copy."""
    told = DatesTold(OTHER_CLIENT, OTHER_PROPOSAL, 7, frozenset({_FIRST, _SECOND}), to, (CHLOE, FAYE), _IN_WORDS)
    return Notice(key, to, Template.PROPOSED, SESSION, until=_SPRING, dates=told)


# --- Schedules


def _moving() -> Sequence[ScheduleDecision]:
    """Without dates at first; some come, move, are lost and are read in another zone; then all is called off."""
    odd = timedelta(microseconds=123_456)
    late = SessionDate(meeting(5).starts + odd, meeting(5).ends + odd, "Salle « é »")
    return told(
        Schedule.plan(act("plan"), SESSION, zone=_PARIS),
        lambda it: it.replan(act("add"), {}, added=(meeting(4, None), meeting(3, "Atelier 2"), meeting(6))),
        lambda it: it.replan(act("move", by="ana"), {_FIRST: it.dates[_FIRST], _SECOND: late}),
        lambda it: it.replan(act("read", at=LATER), it.dates, added=(meeting(7),), zone=Zone("America/Toronto")),
        lambda it: it.cancel(act("cancel", at=LATER)),
    )


def _far_away() -> Sequence[ScheduleDecision]:
    """Planned by a rule where the day begins first; moved to where it begins last."""
    kiritimati, last = Zone("Pacific/Kiritimati"), Zone("Etc/GMT+12")
    mondays = Recurrence(date(2030, 12, 30), Every.WEEK, weekdays=frozenset({Weekday.MONDAY}), count=2)
    there = SessionDate.on(date(2030, 12, 31), last, begins=time(23), ends=time(23, 59, 59, 999_999))
    return told(
        Schedule.plan(
            act("plan"),
            OTHER_SESSION,
            zone=kiritimati,
            dates=mondays.meetings(kiritimati, begins=time(), ends=time(1), place="x" * 255),
        ),
        lambda it: it.replan(act("move"), {_SECOND: there}, zone=last),
    )


# --- Confirmations


def _accepted_by_calendar() -> Sequence[ConfirmationDecision]:
    """Reminded, accepted date by date, validated by hand and not any more; replaced, and called off."""
    before = planned().state
    after = before.replan(act("move"), {_SECOND: meeting(10)}).state

    def replied(it: Confirmation, number: DateNo) -> ConfirmationDecision:
        assert it.proposal is not None
        return it.reply(
            _ANSWERING,
            number,
            CalendarReply.ACCEPTED,
            sequence=it.proposal.sequence,
            attendee=ANA.address,
            schedule=before,
        )

    return told(
        asked(policy=ConfirmationPolicy(3)),
        lambda it: it.propose(
            act("propose", by="ana"),
            PROPOSAL,
            until=_SPRING,
            schedule=before,
            contact=BORIS,
            to=ANA,
            cc=(CHLOE, FAYE),
            bcc=(GITA,),
            message=_IN_WORDS,
        ),
        lambda it: it.remind(act("remind"), schedule=before),
        lambda it: replied(it, _SECOND),
        lambda it: it.validate(act("validate", by="ana"), schedule=before),
        lambda it: replied(it, _FIRST),
        lambda it: it.end_validation(act("end", at=LATER), schedule=before),
        lambda it: it.follow(act("move", at=LATER), schedule=after),
        lambda it: it.follow(act("cancel", at=LATER), schedule=after.cancel(act("cancel")).state),
    )


def _declined_and_asked_again() -> Sequence[ConfirmationDecision]:
    """Declined, asked again, and accepted by a link; then the session is called off."""
    schedule = planned().state
    again = ProposalId("x" * 255)

    def said(it: Confirmation, proposal: ProposalId, answer: ClientAnswer) -> ConfirmationDecision:
        return it.answer(_ANSWERING, proposal, answer, client=OTHER_CLIENT, schedule=schedule)

    return told(
        asked(OTHER_CLIENT),
        lambda it: _sent(it, act("propose"), OTHER_PROPOSAL, schedule, to=FAYE),
        lambda it: said(it, OTHER_PROPOSAL, ClientAnswer.DECLINED),
        lambda it: _sent(it, act("again", by="ana"), again, schedule, to=ANA),
        lambda it: said(it, again, ClientAnswer.ACCEPTED),
        lambda it: it.follow(act("cancel", at=LATER), schedule=schedule.cancel(act("cancel")).state),
    )


def _lapsed() -> Sequence[ConfirmationDecision]:
    """Reminded, and never answered."""
    schedule = planned().state
    return told(
        asked(ClientId("silent")),
        lambda it: _sent(it, act("propose", by="ana"), ProposalId("proposal-3"), schedule, to=DAWUD),
        lambda it: it.remind(act("remind"), schedule=schedule),
        lambda it: it.remind(act("remind-again", at=LATER), schedule=schedule),
        lambda it: it.lapse(act("lapse", at=_IN_SUMMER.instant + timedelta(microseconds=1)), schedule=schedule),
    )


def _only_by_hand() -> Sequence[ConfirmationDecision]:
    """Validated with nothing sent, for dates that are others by now, and validated again."""
    before = planned().state
    after = before.replan(act("move"), {_FIRST: meeting(3)}, added=(meeting(12, None),)).state
    return told(
        asked(ClientId("c" * 200), policy=ConfirmationPolicy(0)),
        lambda it: it.validate(act("validate"), schedule=before),
        lambda it: it.follow(act("move"), schedule=after),
        lambda it: it.validate(act("validate-again", by="ana", at=LATER), schedule=after),
    )


def _masked() -> Sequence[ConfirmationDecision]:
    """Sent twice, accepted in part, then declined under validation by hand: all of it stands there in the end."""
    schedule = planned().state

    def accepted_in_part(it: Confirmation) -> ConfirmationDecision:
        assert it.proposal is not None
        return it.reply(
            act("part"),
            _FIRST,
            CalendarReply.ACCEPTED,
            sequence=it.proposal.sequence,
            attendee=EDITH.address,
            schedule=schedule,
        )

    return told(
        asked(ClientId("masked")),
        lambda it: _sent(it, act("propose"), ProposalId("proposal-4"), schedule, to=GITA),
        lambda it: _sent(it, act("again"), ProposalId("proposal-5"), schedule, to=EDITH, until=_SPRING),
        accepted_in_part,
        lambda it: it.validate(act("validate", by="ana"), schedule=schedule),
        lambda it: it.answer(
            act("decline", by="edith"),
            ProposalId("proposal-5"),
            ClientAnswer.DECLINED,
            client=ClientId("masked"),
            schedule=schedule,
        ),
    )
