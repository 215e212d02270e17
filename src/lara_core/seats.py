"""Seats bought in bulk: assigned to learners or offered by invitation, revoked and reassigned, cancelled.

Vocabulary. A *pool* is the seats of one session bought in one transaction. A seat is `free`, `invited` (somebody is
asked to confirm), `enrolled` or `cancelled`; it is *live* while it is not cancelled, and a cancelled one can be
*reactivated*, unless its learner was *transferred* to another session. A seat keeps its number and its price for good.
An invitation is *due* when its time is over; a due one counts as free, whether or not anybody has swept it.

Invariants. Every seat is in exactly one state, so live = free + assigned, and live + cancelled is what was bought
(S2). A seat moves only as `SEAT` says. Under *assign at purchase* no buyer's act leaves a live seat empty (S8,
S9); one that somebody else's act emptied is *to assign* (S10). Nobody sits twice in a session, in whatever pool (S5).

What the host must guarantee: the facts that a command asks for are true when the decision is saved. They are the
session's times and whether it is cancelled, which a pool never copies (S9), and who already sits in the session
(invited or enrolled), in any pool or individually, whose roster the store guards by a version of its own. An invitee
sits until an event says otherwise: hosts sweep what is due now and then (`expire`), so that nobody is kept from another
seat by it.

The states and values stand in `lara_core.seat_states`, the events in `lara_core.seat_events`, the refusals in
`lara_core.seat_refusals`, the pool itself in `lara_core.seat_pool`; all of them are imported from here.
"""

from lara_core.seat_events import (
    MOST_SEATS,
    InvitationAccepted,
    InvitationCorrected,
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    PoolHandedOver,
    RemindersSent,
    SeatChange,
    SeatEvent,
    SeatReactivated,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatTransferred,
)
from lara_core.seat_pool import (
    SeatDecision,
    SeatPool,
)
from lara_core.seat_refusals import (
    AccountInvited,
    AccountNeeded,
    AlreadyAccepted,
    AlreadySeated,
    BuyersDoNotCancel,
    InvitationDead,
    InvitationExpired,
    InvoiceNotDue,
    InvoicePaid,
    LearnersNeeded,
    ModeOff,
    NamedTwice,
    NewHolderNeeded,
    NobodyToRemind,
    NobodyToSeat,
    NoInvoice,
    NoSuchSeat,
    NotEnoughSeats,
    NothingOverdue,
    NothingToCancel,
    OtherAccount,
    OtherBuyer,
    OtherSession,
    ReleaseOff,
    RemindersUsed,
    SameHolder,
    SameSession,
    SeatIs,
    SeatRefusal,
    SeatTransferredAway,
    SessionCalledOff,
    SessionEnded,
    SessionStarted,
    WithdrawalOff,
)
from lara_core.seat_states import (
    SEAT,
    Cancelled,
    Cause,
    Counters,
    Invitation,
    Mode,
    Policy,
    SeatState,
    SeatVerb,
    SessionFacts,
)

__all__ = [
    "MOST_SEATS",
    "SEAT",
    "AccountInvited",
    "AccountNeeded",
    "AlreadyAccepted",
    "AlreadySeated",
    "BuyersDoNotCancel",
    "Cancelled",
    "Cause",
    "Counters",
    "Invitation",
    "InvitationAccepted",
    "InvitationCorrected",
    "InvitationDead",
    "InvitationDeclined",
    "InvitationExpired",
    "InvitationsExpired",
    "InvoiceNotDue",
    "InvoicePaid",
    "LearnerWithdrew",
    "LearnersNeeded",
    "Mode",
    "ModeOff",
    "NamedTwice",
    "NewHolderNeeded",
    "NoInvoice",
    "NoSuchSeat",
    "NobodyToRemind",
    "NobodyToSeat",
    "NotEnoughSeats",
    "NothingOverdue",
    "NothingToCancel",
    "OtherAccount",
    "OtherBuyer",
    "OtherSession",
    "Policy",
    "PoolHandedOver",
    "ReleaseOff",
    "RemindersSent",
    "RemindersUsed",
    "SameHolder",
    "SameSession",
    "SeatChange",
    "SeatDecision",
    "SeatEvent",
    "SeatIs",
    "SeatPool",
    "SeatReactivated",
    "SeatRefusal",
    "SeatRevoked",
    "SeatState",
    "SeatTransferred",
    "SeatTransferredAway",
    "SeatVerb",
    "SeatsAssigned",
    "SeatsBought",
    "SeatsCancelled",
    "SeatsInvited",
    "SessionCalledOff",
    "SessionEnded",
    "SessionFacts",
    "SessionStarted",
    "WithdrawalOff",
]
