"""What one client says to the dates of one session. Part of `lara_core.confirmation`, which is where to import from."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Final, Self, TypeAlias, assert_never

from attrs import evolve, frozen

from lara_core.confirmation_events import (
    AllRemindersSent,
    AlreadyAwaiting,
    AnsweredOtherwise,
    AnswerTooLate,
    ConfirmationChange,
    ConfirmationClosed,
    ConfirmationEvent,
    ConfirmationIs,
    ConfirmationOpened,
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
    NoRecipient,
    NoSuchProposal,
    NotPlanned,
    OneDateAccepted,
    OtherAttendee,
    OtherClient,
    OtherSchedule,
    ProposalDead,
    ProposalIdUsed,
    ProposalLapsed,
    ReminderSent,
    SequenceDead,
    ValidatedByHand,
    ValidationEnded,
)
from lara_core.confirmation_states import (
    CONFIRMATION,
    MOST_COPIES,
    STANDARD,
    Answered,
    CalendarReply,
    ClientAnswer,
    ConfirmationPolicy,
    ConfirmationRow,
    ConfirmationState,
    ConfirmationVerb,
    Message,
    Missing,
    Proposal,
    SessionSchedule,
    Standing,
    Validation,
)
from lara_core.kernel.deadlines import Deadline, utc
from lara_core.kernel.decisions import Act, Decision, Refused, in_turn
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ClientId, ConfirmationId, DateNo, ProposalId, SessionId
from lara_core.kernel.people import EmailAddress, Person, distinct

_FREELY: Final = ConfirmationPolicy()
_SAYS: Final[Mapping[ClientAnswer, type[DatesAccepted | DatesDeclined]]] = {
    event.answer: event for event in (DatesAccepted, DatesDeclined)
}


@frozen
class Confirmation:
    """What one client says to the dates of one session.

    *revision* is the schedule's that all of it is about, 0 before there is anything. *dead* are the proposals that no
    answer to is taken any more. *closed*: it has followed the cancellation of its session. *withdrawn* is what was sent
    last, if other dates have ended it and nothing was sent since, with those of its dates that still take place: its
    recipient is told what becomes of them.
    """

    id: ConfirmationId
    version: int
    session: SessionId
    client: ClientId
    policy: ConfirmationPolicy
    revision: int
    proposal: Proposal | None
    answered: Answered | None
    validation: Validation | None
    dead: frozenset[ProposalId]
    closed: bool
    withdrawn: Proposal | None = None

    @staticmethod
    def id_of(session: SessionId, client: ClientId) -> ConfirmationId:
        """What the confirmation of that session with that client is called: there is one of each two.

        Refused as a `BadValue`: two ids that are too long together.
        """
        # With its length before it, no two pairs are written alike.
        return ConfirmationId(f"{len(session)}:{session}:{client}")

    @classmethod
    def open(
        cls, act: Act, session: SessionId, client: ClientId, *, policy: ConfirmationPolicy = _FREELY
    ) -> "ConfirmationDecision":
        """Let a client take part in a session, whose dates may be planned or not. Nothing is sent."""
        event = ConfirmationOpened(session, client, policy, act)
        return Decision(cls.begin(event), (event,))

    # --- Proposing

    def propose(
        self,
        act: Act,
        proposal: ProposalId,
        *,
        until: Deadline,
        schedule: SessionSchedule,
        contact: Person | None,
        to: Person | None = None,
        cc: Iterable[Person] = (),
        bcc: Iterable[Person] = (),
        message: Message = STANDARD,
    ) -> "ConfirmationDecision":
        """Send the dates as they are, to be answered *until* then, in the future and before the first of them (C1).

        They go *to* somebody, or else to the client's main *contact*, who alone can answer; whoever is named twice gets
        one copy. Sent again, after a decline, a lapse or with another deadline, it is a new proposal, and links to the
        older one are dead (C3). Validation by hand stays over it (C4).

        Refused: `OtherSchedule`, `DatesCalledOff`, `NotPlanned`, `ProposalIdUsed`, `DatesAlreadyAccepted`,
        `NoRecipient`, `DeadlinePassed`, `DeadlineTooLate`, `AlreadyAwaiting`. More than 50 copies are a `BadValue`.
        """
        self._open(schedule)
        starts = _first(schedule)
        if any(meeting.place is None for meeting in schedule.dates.values()):
            raise Refused(NotPlanned(Missing.PLACE))
        if proposal in self.dead or (self.proposal is not None and proposal == self.proposal.id):
            raise Refused(ProposalIdUsed(proposal))
        caught_up = self._caught_up(act, schedule)
        now = caught_up.state
        if now.answered is not None and now.answered.answer is ClientAnswer.ACCEPTED:
            raise Refused(DatesAlreadyAccepted(now.answered.at))
        recipient = contact if to is None else to
        if recipient is None:
            raise Refused(NoRecipient())
        # Also of a deadline that includes its instant: nobody can answer in no time.
        if until.instant <= act.at:
            raise Refused(DeadlinePassed(until))
        if not until.passed(starts):
            raise Refused(DeadlineTooLate(until, starts))
        if now.proposal is not None and now.state_at(act.at, schedule) is ConfirmationState.AWAITING:
            before = now.proposal.until
            if (before.instant, before.day is None) == (until.instant, until.day is None):
                raise Refused(AlreadyAwaiting(before))
        copies, blind = _copies(recipient, cc, bcc)
        event = DatesProposed(
            proposal, schedule.revision, frozenset(schedule.dates), recipient, copies, blind, message, until, act
        )
        return in_turn(caught_up, now._decide(event))

    def remind(self, act: Act, *, schedule: SessionSchedule) -> "ConfirmationDecision":
        """Remind the recipient of a proposal that awaits its answer; it moves nothing (C7).

        Refused: `OtherSchedule`, `DatesCalledOff`, `ConfirmationIs`, `ValidatedByHand`, `AllRemindersSent`.
        """
        self._open(schedule)
        state = self.state_at(act.at, schedule)
        if self.proposal is None or ConfirmationVerb.REMIND not in CONFIRMATION[state]:
            raise Refused(ConfirmationIs(state))
        if self.validation is not None:
            raise Refused(ValidatedByHand())
        sent = self.proposal.reminders
        if sent >= self.policy.reminders:
            raise Refused(AllRemindersSent(sent))
        return self._decide(ReminderSent(self.proposal.id, sent + 1, act))

    # --- Answering

    def answer(
        self,
        act: Act,
        proposal: ProposalId,
        answer: ClientAnswer,
        *,
        client: ClientId,
        schedule: SessionSchedule,
    ) -> "ConfirmationDecision":
        """Answer by a link, which names proposal, client and answer (C2). The first answer holds.

        The same again is harmless, also after the deadline. Under validation by hand it is recorded, masked (C4).

        Refused: `OtherSchedule`, `OtherClient`, `NoSuchProposal`, `ProposalDead`, `AnsweredOtherwise`,
        `DatesCalledOff`, `AnswerTooLate`.
        """
        self._of(schedule)
        if client != self.client:
            raise Refused(OtherClient(client))
        current = self.proposal
        if current is None or proposal != current.id:
            raise Refused(ProposalDead(proposal) if proposal in self.dead else NoSuchProposal(proposal))
        if not self._holds(schedule):
            raise Refused(ProposalDead(proposal))
        if self._said(answer):
            return Decision(self)
        self._in_time(act.at, schedule, current)
        return self._decide(_SAYS[answer](current.id, self.validation is not None, act))

    def reply(
        self,
        act: Act,
        date: DateNo,
        reply: CalendarReply,
        *,
        sequence: int,
        attendee: EmailAddress,
        schedule: SessionSchedule,
    ) -> "ConfirmationDecision":
        """Answer for one date by a calendar, which names its *sequence* and *attendee* (C7).

        Declining one date declines all. Accepting is recorded for the date, and the last one accepts. Tentative and
        counter are no answer, and nothing happens. What was said before is harmless, as for `answer`.

        Refused: `OtherSchedule`, `SequenceDead`, `OtherAttendee`, `DateNotProposed`, `AnsweredOtherwise`,
        `DatesCalledOff`, `AnswerTooLate`.
        """
        self._of(schedule)
        current = self.proposal
        if current is None or sequence != current.sequence or not self._holds(schedule):
            raise Refused(SequenceDead(sequence))
        if attendee != current.to.address:
            raise Refused(OtherAttendee(attendee))
        if date not in current.dates:
            raise Refused(DateNotProposed(date))
        if reply is CalendarReply.TENTATIVE or reply is CalendarReply.COUNTER:
            return Decision(self)
        answer = ClientAnswer.DECLINED if reply is CalendarReply.DECLINED else ClientAnswer.ACCEPTED
        if self._said(answer) or (answer is ClientAnswer.ACCEPTED and date in current.accepted):
            return Decision(self)
        self._in_time(act.at, schedule, current)
        if answer is ClientAnswer.DECLINED:
            return self._decide(DatesDeclined(current.id, self.validation is not None, act))
        one = self._decide(OneDateAccepted(current.id, date, act))
        if current.accepted | {date} != current.dates:
            return one
        return in_turn(one, one.state._decide(DatesAccepted(current.id, self.validation is not None, act)))

    def lapse(self, act: Act, *, schedule: SessionSchedule) -> "ConfirmationDecision":
        """Take note of a proposal whose deadline has passed, once. Where there is none, nothing happens.

        Refused: `OtherSchedule`.
        """
        self._of(schedule)
        current, over = self.proposal, self.closed or schedule.cancelled
        if current is None or current.lapsed or over or self.state_at(act.at, schedule) is not ConfirmationState.LAPSED:
            return Decision(self)
        return self._decide(ProposalLapsed(current.id, act))

    # --- By hand

    def validate(self, act: Act, *, schedule: SessionSchedule) -> "ConfirmationDecision":
        """Validate the dates for the client, with or without a proposal, at any time (C4). Twice is once.

        Refused: `OtherSchedule`, `DatesCalledOff`, `NotPlanned` without dates.
        """
        self._open(schedule)
        _ = _first(schedule)
        caught_up = self._caught_up(act, schedule)
        now = caught_up.state
        if now.validation is not None:
            return Decision(self)
        return in_turn(caught_up, now._decide(DatesValidated(schedule.revision, act)))

    def end_validation(self, act: Act, *, schedule: SessionSchedule) -> "ConfirmationDecision":
        """Take validation by hand back: what is underneath holds (C4). Where there is none, nothing happens.

        Refused: `OtherSchedule`, `DatesCalledOff`.
        """
        self._of(schedule)
        if self.validation is None or not self._holds(schedule):
            return Decision(self)
        self._open(schedule)
        return self._decide(ValidationEnded(act))

    # --- What happens to the session

    def follow(self, act: Act, *, schedule: SessionSchedule) -> "ConfirmationDecision":
        """Take note that the session has other dates, or is cancelled, so that who was asked is told. Twice is once.

        Refused: `OtherSchedule`.
        """
        self._of(schedule)
        if self.closed:
            return Decision(self)
        if schedule.cancelled:
            proposal, to = _whom(self._last)
            return self._decide(ConfirmationClosed(proposal, to, act))
        return self._caught_up(act, schedule)

    # --- How it stands

    def state_at(self, at: datetime, schedule: SessionSchedule) -> ConfirmationState:
        """The state under the schedule as it is, whether or not anybody has followed it, or swept what lapsed."""
        if self.proposal is None or not self._holds(schedule):
            return ConfirmationState.NOT_SENT
        if self.answered is not None:
            accepted = self.answered.answer is ClientAnswer.ACCEPTED
            return ConfirmationState.ACCEPTED if accepted else ConfirmationState.DECLINED
        return ConfirmationState.LAPSED if self.proposal.over(at) else ConfirmationState.AWAITING

    def by_hand(self, schedule: SessionSchedule) -> Validation | None:
        """Who validated the dates as they are by hand, and when; `None` where nobody did (C4)."""
        return self.validation if self._holds(schedule) else None

    def row(self, at: datetime, schedule: SessionSchedule) -> ConfirmationRow:
        """The client's row in the session (C5), and by its standing their part in the list of sessions (C6)."""
        if (validation := self.by_hand(schedule)) is not None:
            return ConfirmationRow(Standing.BY_HAND, validation.at)
        state = self.state_at(at, schedule)
        if self.proposal is None or state is ConfirmationState.NOT_SENT:
            return ConfirmationRow(Standing.NOT_SENT)
        if self.answered is not None:
            return ConfirmationRow(Standing(state.value), self.answered.at)
        return ConfirmationRow(Standing(state.value), self.proposal.sent, self.proposal.until)

    # --- The fold

    @classmethod
    def begin(cls, event: ConfirmationOpened) -> Self:
        """The first state."""
        return cls(
            id=cls.id_of(event.session, event.client),
            version=1,
            session=event.session,
            client=event.client,
            policy=event.policy,
            revision=0,
            proposal=None,
            answered=None,
            validation=None,
            dead=frozenset(),
            closed=False,
        )

    def apply(self, event: ConfirmationChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case DatesAccepted() | DatesDeclined():
                return self._with_answer(version, Answered(event.answer, event.act.at))
            case DatesProposed(proposal, revision, dates, to, until=until, act=act):
                return evolve(
                    self,
                    version=version,
                    revision=revision,
                    proposal=Proposal(proposal, version, dates, to, until, act.at, act.by),
                    answered=None,
                    dead=self._all_dead(),
                    withdrawn=None,
                )
            case OneDateAccepted(proposal, date):
                sent = self._current(proposal)
                return evolve(self, version=version, proposal=evolve(sent, accepted=sent.accepted | {date}))
            case ReminderSent(proposal, number):
                return evolve(self, version=version, proposal=evolve(self._current(proposal), reminders=number))
            case ProposalLapsed(proposal):
                return evolve(self, version=version, proposal=evolve(self._current(proposal), lapsed=True))
            case DatesValidated(revision, act):
                return evolve(self, version=version, revision=revision, validation=Validation(act.by, act.at))
            case ValidationEnded():
                return evolve(self, version=version, validation=None)
            case DatesReplaced(lost=lost):
                last = self._last
                return evolve(
                    self,
                    version=version,
                    proposal=None,
                    answered=None,
                    validation=None,
                    dead=self._all_dead(),
                    withdrawn=None if last is None else evolve(last, dates=last.dates - lost),
                )
            case ConfirmationClosed():
                return evolve(self, version=version, closed=True)
            case _:
                assert_never(event)

    def _current(self, proposal: ProposalId) -> Proposal:
        """The proposal of that id, which an event of this aggregate names. Refused: `NoSuchProposal`."""
        if self.proposal is None or self.proposal.id != proposal:
            raise Refused(NoSuchProposal(proposal))
        return self.proposal

    def _with_answer(self, version: int, answered: Answered) -> Self:
        # Spelled out, because `evolve` would take longer than all the rest of an answer (B8).
        return type(self)(
            self.id,
            version,
            self.session,
            self.client,
            self.policy,
            self.revision,
            self.proposal,
            answered,
            self.validation,
            self.dead,
            self.closed,
            self.withdrawn,
        )

    def _decide(self, event: ConfirmationChange) -> "ConfirmationDecision":
        return Decision(self.apply(event), (event,))

    # --- Guards and findings

    def _of(self, schedule: SessionSchedule) -> None:
        if schedule.id != self.session:
            raise Refused(OtherSchedule(self.session, schedule.id))

    def _open(self, schedule: SessionSchedule) -> None:
        self._of(schedule)
        if self.closed or schedule.cancelled:
            raise Refused(DatesCalledOff())

    def _holds(self, schedule: SessionSchedule) -> bool:
        """Whether what was proposed, answered and validated is about the dates as they are (C2)."""
        return self.revision == schedule.revision

    def _said(self, answer: ClientAnswer) -> bool:
        """Whether the client has said so already. Refused: `AnsweredOtherwise`."""
        if self.answered is None:
            return False
        if self.answered.answer is not answer:
            raise Refused(AnsweredOtherwise(self.answered.answer, self.answered.at))
        return True

    def _in_time(self, at: datetime, schedule: SessionSchedule, proposal: Proposal) -> None:
        """Refused: `DatesCalledOff`, `AnswerTooLate`."""
        if self.closed or schedule.cancelled:
            raise Refused(DatesCalledOff())
        if proposal.over(at):
            raise Refused(AnswerTooLate(proposal.until))

    def _caught_up(self, act: Act, schedule: SessionSchedule) -> "ConfirmationDecision":
        """This, without what was proposed and validated for other dates."""
        last = self._last
        lost = frozenset[DateNo]() if last is None else last.dates.difference(schedule.dates)
        if self._holds(schedule) or (self.proposal is None and self.validation is None and not lost):
            return Decision(self)
        # Who knows already that the dates are others is told only of those that are lost since.
        proposal, to = _whom(last if self.proposal is not None or lost else None)
        return self._decide(DatesReplaced(proposal, to, lost, act))

    @property
    def _last(self) -> Proposal | None:
        """What the client was sent last, if anything, whether or not it is about the dates as they are."""
        return self.withdrawn if self.proposal is None else self.proposal

    def _all_dead(self) -> frozenset[ProposalId]:
        return self.dead if self.proposal is None else self.dead | {self.proposal.id}


ConfirmationDecision: TypeAlias = Decision[Confirmation, ConfirmationEvent]


def _whom(sent: Proposal | None) -> tuple[ProposalId, Person] | tuple[None, None]:
    """What is to be told to whom."""
    return (None, None) if sent is None else (sent.id, sent.to)


def _first(schedule: SessionSchedule) -> datetime:
    """When the first date begins. Refused: `NotPlanned`."""
    if not schedule.dates:
        raise Refused(NotPlanned(Missing.DATES))
    return min(utc("starts", meeting.starts) for meeting in schedule.dates.values())


def _copies(
    recipient: Person, cc: Iterable[Person], bcc: Iterable[Person]
) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """Who gets a copy, and who a blind one: nobody two, and not the recipient."""
    open_, blind = tuple(islice(cc, MOST_COPIES + 1)), tuple(islice(bcc, MOST_COPIES + 1))
    for field, people in (("cc", open_), ("bcc", blind)):
        if len(people) > MOST_COPIES:
            raise BadValue(field, Flaw.TOO_LONG)
    everybody, _ = distinct((recipient, *open_))
    shown = everybody[1:]
    hidden = tuple(person for person in distinct(blind)[0] if not any(person.same_as(other) for other in everybody))
    return shown, hidden
