"""What happens between a session's dates and a client, and why something cannot. Part of `lara_core.confirmation`."""

from datetime import datetime
from typing import ClassVar, TypeAlias

from attrs import frozen

from lara_core.confirmation_states import ClientAnswer, ConfirmationPolicy, ConfirmationState, Message, Missing
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import ClientId, DateNo, ProposalId, SessionId
from lara_core.kernel.people import EmailAddress, Person

# --- Events -----------------------------------------------------------------------------------------------


@frozen
class ConfirmationOpened:
    """*client* takes part in *session*, and its dates can be proposed to them."""

    session: SessionId
    client: ClientId
    policy: ConfirmationPolicy
    act: Act


@frozen
class DatesProposed:
    """*dates* of a revision of the schedule were sent to a client, who can answer *until* then (C1).

    The copy of *to* alone can answer. Older proposals are dead (C3).
    """

    proposal: ProposalId
    revision: int
    dates: frozenset[DateNo]
    to: Person
    cc: tuple[Person, ...]
    bcc: tuple[Person, ...]
    message: Message
    until: Deadline
    act: Act


@frozen
class DatesAccepted:
    """The client accepts all dates of *proposal*. *masked*: they were validated by hand meanwhile (C4)."""

    answer: ClassVar[ClientAnswer] = ClientAnswer.ACCEPTED
    proposal: ProposalId
    masked: bool
    act: Act


@frozen
class DatesDeclined:
    """The client declines the dates of *proposal*. *masked*: they were validated by hand meanwhile (C4)."""

    answer: ClassVar[ClientAnswer] = ClientAnswer.DECLINED
    proposal: ProposalId
    masked: bool
    act: Act


@frozen
class OneDateAccepted:
    """The client's calendar accepts one *date* of *proposal* (C7)."""

    proposal: ProposalId
    date: DateNo
    act: Act


@frozen
class ReminderSent:
    """The client was reminded of *proposal*, for the time that *number* says, from 1."""

    proposal: ProposalId
    number: int
    act: Act


@frozen
class ProposalLapsed:
    """Nobody answered *proposal* in time."""

    proposal: ProposalId
    act: Act


@frozen
class DatesValidated:
    """The dates of *revision* are validated by hand (C4)."""

    revision: int
    act: Act


@frozen
class ValidationEnded:
    """Validation by hand is off: what was underneath holds (C4)."""

    act: Act


@frozen
class DatesReplaced:
    """The session has other dates, so what was proposed or validated holds no more.

    *proposal*, if there was one, had been sent *to* whom; *lost* are those of its dates that do not take place at all.
    Of one that other dates had ended before, the dates that are lost since are told in the same way.
    """

    proposal: ProposalId | None
    to: Person | None
    lost: frozenset[DateNo]
    act: Act


@frozen
class ConfirmationClosed:
    """The session does not take place. *proposal*, the last if there was one, had been sent *to* whom."""

    proposal: ProposalId | None
    to: Person | None
    act: Act


ConfirmationChange: TypeAlias = (
    DatesProposed
    | DatesAccepted
    | DatesDeclined
    | OneDateAccepted
    | ReminderSent
    | ProposalLapsed
    | DatesValidated
    | ValidationEnded
    | DatesReplaced
    | ConfirmationClosed
)
ConfirmationEvent: TypeAlias = ConfirmationOpened | ConfirmationChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class OtherSchedule:
    """The schedule is of another session."""

    code: ClassVar[str] = "confirmation.other_schedule"
    expected: SessionId
    given: SessionId


@frozen
class DatesCalledOff:
    """The session of these dates is cancelled: nothing is proposed, answered or validated any more."""

    code: ClassVar[str] = "confirmation.dates_called_off"


@frozen
class NotPlanned:
    """The session is not planned yet, and *missing* says what it lacks (C1)."""

    code: ClassVar[str] = "confirmation.not_planned"
    missing: Missing


@frozen
class NoRecipient:
    """Nobody was named to send the proposal to, and the client has no main contact (C1)."""

    code: ClassVar[str] = "confirmation.no_recipient"


@frozen
class DeadlinePassed:
    """The deadline that was asked is not in the future (C1)."""

    code: ClassVar[str] = "confirmation.deadline_passed"
    until: Deadline


@frozen
class DeadlineTooLate:
    """The deadline that was asked is not before the first date (C1)."""

    code: ClassVar[str] = "confirmation.deadline_too_late"
    until: Deadline
    starts: datetime


@frozen
class ProposalIdUsed:
    """A proposal of this id was sent already: links to it must stay dead (C3)."""

    code: ClassVar[str] = "confirmation.proposal_id_used"
    proposal: ProposalId


@frozen
class DatesAlreadyAccepted:
    """The client has accepted these very dates (C3)."""

    code: ClassVar[str] = "confirmation.dates_already_accepted"
    at: datetime


@frozen
class AlreadyAwaiting:
    """These very dates await an answer by this deadline already (C3)."""

    code: ClassVar[str] = "confirmation.already_awaiting"
    until: Deadline


@frozen
class OtherClient:
    """The proposal that was answered is another client's."""

    code: ClassVar[str] = "confirmation.other_client"
    given: ClientId


@frozen
class NoSuchProposal:
    """No proposal of this id was sent to the client."""

    code: ClassVar[str] = "confirmation.no_such_proposal"
    proposal: ProposalId


@frozen
class ProposalDead:
    """The dates have changed since this proposal, or a newer one was sent (C2)."""

    code: ClassVar[str] = "confirmation.proposal_dead"
    proposal: ProposalId


@frozen
class SequenceDead:
    """A calendar answered to something else than the proposal that holds (C7)."""

    code: ClassVar[str] = "confirmation.sequence_dead"
    sequence: int


@frozen
class OtherAttendee:
    """Somebody answered who is not the recipient of the proposal (C1, C7)."""

    code: ClassVar[str] = "confirmation.other_attendee"
    attendee: EmailAddress


@frozen
class DateNotProposed:
    """The proposal has no date of this number (C7)."""

    code: ClassVar[str] = "confirmation.date_not_proposed"
    date: DateNo


@frozen
class AnsweredOtherwise:
    """The client has answered the opposite, and the first answer holds (C2)."""

    code: ClassVar[str] = "confirmation.answered_otherwise"
    answer: ClientAnswer
    at: datetime


@frozen
class AnswerTooLate:
    """The deadline of the proposal has passed (C2)."""

    code: ClassVar[str] = "confirmation.answer_too_late"
    until: Deadline


@frozen
class ConfirmationIs:
    """The confirmation is in a state that does not know what was asked (`CONFIRMATION`)."""

    code: ClassVar[str] = "confirmation.confirmation_is"
    state: ConfirmationState


@frozen
class ValidatedByHand:
    """The dates are validated by hand: nobody is reminded to answer (C4)."""

    code: ClassVar[str] = "confirmation.validated_by_hand"


@frozen
class AllRemindersSent:
    """As many reminders were sent as the policy allows (C7)."""

    code: ClassVar[str] = "confirmation.all_reminders_sent"
    sent: int


ConfirmationRefusal: TypeAlias = (
    OtherSchedule
    | DatesCalledOff
    | NotPlanned
    | NoRecipient
    | DeadlinePassed
    | DeadlineTooLate
    | ProposalIdUsed
    | DatesAlreadyAccepted
    | AlreadyAwaiting
    | OtherClient
    | NoSuchProposal
    | ProposalDead
    | SequenceDead
    | OtherAttendee
    | DateNotProposed
    | AnsweredOtherwise
    | AnswerTooLate
    | ConfirmationIs
    | ValidatedByHand
    | AllRemindersSent
)
