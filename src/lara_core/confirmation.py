"""The dates of a session, and what a client says to them: proposed, accepted, declined, validated by hand.

Vocabulary. A *confirmation* is between one session and one client. A *proposal* is its dates as they were sent, once,
to a *recipient*, with a *deadline* to answer by; links and calendars answer to it. An answer *accepts* or *declines*.
Who has not answered in time has let it *lapse*. *Validation by hand* is the organisation's own word for the client: it
lies over whatever is underneath, which goes on below it, *masked*. What people see of all this is the *standing*.

Invariants. All that was proposed, answered and validated belongs to one revision of the schedule: under any other the
client was sent nothing, whether or not anybody has followed the change, and no revision comes back. Only the newest
proposal of it can be answered, until its deadline, and the first answer holds (C2). A confirmation moves only as
`CONFIRMATION` says. Validation by hand changes nothing underneath (C4). A proposal that lapsed has lapsed, whether or
not anybody has swept it.

What the host must guarantee: the schedule that a command asks for is the one that holds when the decision is saved, and
its revisions never come back. When it changes or is cancelled, all its confirmations follow (`follow`), so that clients
are told. Ids of proposals are not used for two clients, as `lara_core.hosting.dates` sees to. Only the recipient's copy
of a proposal has its links, and opening one never answers. Who may validate by hand is asked before (R2).

The states and values stand in `lara_core.confirmation_states`, the events and refusals in
`lara_core.confirmation_events`, the confirmation itself in `lara_core.client_confirmation`; all of them are imported
from here.
"""

from lara_core.client_confirmation import Confirmation, ConfirmationDecision
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
    ConfirmationRefusal,
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
    COLUMN,
    CONFIRMATION,
    MOST_ATTACHMENTS,
    MOST_COPIES,
    Answered,
    Attachment,
    CalendarReply,
    ClientAnswer,
    Column,
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
    column,
)

__all__ = [
    "COLUMN",
    "CONFIRMATION",
    "MOST_ATTACHMENTS",
    "MOST_COPIES",
    "AllRemindersSent",
    "AlreadyAwaiting",
    "AnswerTooLate",
    "Answered",
    "AnsweredOtherwise",
    "Attachment",
    "CalendarReply",
    "ClientAnswer",
    "Column",
    "Confirmation",
    "ConfirmationChange",
    "ConfirmationClosed",
    "ConfirmationDecision",
    "ConfirmationEvent",
    "ConfirmationIs",
    "ConfirmationOpened",
    "ConfirmationPolicy",
    "ConfirmationRefusal",
    "ConfirmationRow",
    "ConfirmationState",
    "ConfirmationVerb",
    "DateNotProposed",
    "DatesAccepted",
    "DatesAlreadyAccepted",
    "DatesCalledOff",
    "DatesDeclined",
    "DatesProposed",
    "DatesReplaced",
    "DatesValidated",
    "DeadlinePassed",
    "DeadlineTooLate",
    "Message",
    "Missing",
    "NoRecipient",
    "NoSuchProposal",
    "NotPlanned",
    "OneDateAccepted",
    "OtherAttendee",
    "OtherClient",
    "OtherSchedule",
    "Proposal",
    "ProposalDead",
    "ProposalIdUsed",
    "ProposalLapsed",
    "ReminderSent",
    "SequenceDead",
    "SessionSchedule",
    "Standing",
    "ValidatedByHand",
    "Validation",
    "ValidationEnded",
    "column",
]
