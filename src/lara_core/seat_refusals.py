"""Why something cannot be done with a seat. Part of `lara_core.seats`, which is where to import from."""

from datetime import datetime
from typing import ClassVar, TypeAlias

from attrs import frozen

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.ids import SeatNo, SessionId
from lara_core.kernel.people import Person
from lara_core.seat_states import Mode, SeatState


@frozen
class OtherSession:
    """The facts are those of another session than the pool's."""

    code: ClassVar[str] = "seats.other_session"
    expected: SessionId
    given: SessionId


@frozen
class SessionCalledOff:
    """The session is cancelled, and its seats with it (S14)."""

    code: ClassVar[str] = "seats.session_called_off"


@frozen
class SessionStarted:
    """The session has started: nobody is invited, answers, withdraws or loses a seat by revocation any more (S9)."""

    code: ClassVar[str] = "seats.session_started"
    starts: datetime


@frozen
class SessionEnded:
    """The session has ended: its seats stay as they are (S9)."""

    code: ClassVar[str] = "seats.session_ended"
    ends: datetime


@frozen
class NoSuchSeat:
    """The pool has no seat of this number."""

    code: ClassVar[str] = "seats.no_such_seat"
    seat: SeatNo


@frozen
class SeatIs:
    """The seat is in a state that does not know what was asked (`SEAT`)."""

    code: ClassVar[str] = "seats.seat_is"
    seat: SeatNo
    state: SeatState


@frozen
class NotEnoughSeats:
    """More people are to be seated than seats are free. Nobody was (S5)."""

    code: ClassVar[str] = "seats.not_enough_seats"
    asked: int
    free: int


@frozen
class NobodyToSeat:
    """Nobody was named, or all who were named already sit in the session (S5)."""

    code: ClassVar[str] = "seats.nobody_to_seat"
    already: tuple[Person, ...]


@frozen
class AccountNeeded:
    """These people are known by an address alone; enrolling at once needs an account (S4)."""

    code: ClassVar[str] = "seats.account_needed"
    people: tuple[Person, ...]


@frozen
class AlreadySeated:
    """These people already sit in the session (S5, S9)."""

    code: ClassVar[str] = "seats.already_seated"
    people: tuple[Person, ...]


@frozen
class NamedTwice:
    """A purchase named these people more than once (S8)."""

    code: ClassVar[str] = "seats.named_twice"
    people: tuple[Person, ...]


@frozen
class LearnersNeeded:
    """The policy wants as many learners named as seats are bought (S8)."""

    code: ClassVar[str] = "seats.learners_needed"
    seats: int
    named: int


@frozen
class NewHolderNeeded:
    """The policy wants a new holder named for a seat that is revoked (S9)."""

    code: ClassVar[str] = "seats.new_holder_needed"
    seat: SeatNo


@frozen
class SameHolder:
    """The new holder is the one who is to lose the seat (S9)."""

    code: ClassVar[str] = "seats.same_holder"
    seat: SeatNo


@frozen
class ModeOff:
    """The policy does not let seats be given in this mode (S3)."""

    code: ClassVar[str] = "seats.mode_off"
    mode: Mode


@frozen
class InvitationDead:
    """The seat has no invitation of this number: it was answered, replaced, cancelled, swept, or never sent."""

    code: ClassVar[str] = "seats.invitation_dead"
    seat: SeatNo


@frozen
class InvitationExpired:
    """The invitation was to be answered by *until* (S7)."""

    code: ClassVar[str] = "seats.invitation_expired"
    seat: SeatNo
    until: Deadline


@frozen
class AlreadyAccepted:
    """The invitation was accepted, and that stands: it is not declined, nor accepted by somebody else (S6)."""

    code: ClassVar[str] = "seats.already_accepted"
    seat: SeatNo


@frozen
class OtherAccount:
    """The invitation is for another account (S4)."""

    code: ClassVar[str] = "seats.other_account"
    seat: SeatNo


@frozen
class AccountInvited:
    """The invitation went to an account, whose address is its own; only one to a bare address is corrected (S17)."""

    code: ClassVar[str] = "seats.account_invited"
    seat: SeatNo


@frozen
class NobodyToRemind:
    """No seat was named (S7)."""

    code: ClassVar[str] = "seats.nobody_to_remind"


@frozen
class RemindersUsed:
    """The invitee was reminded as often as the policy allows (S7)."""

    code: ClassVar[str] = "seats.reminders_used"
    seat: SeatNo
    reminders: int


@frozen
class WithdrawalOff:
    """The policy does not let learners withdraw (S10)."""

    code: ClassVar[str] = "seats.withdrawal_off"


@frozen
class NothingToCancel:
    """No seat was named, or none is live (S11)."""

    code: ClassVar[str] = "seats.nothing_to_cancel"


@frozen
class OtherBuyer:
    """Only the pool's own buyer cancels as a buyer (S11)."""

    code: ClassVar[str] = "seats.other_buyer"


@frozen
class BuyersDoNotCancel:
    """The policy does not let buyers cancel: the organisation does (S11)."""

    code: ClassVar[str] = "seats.buyers_do_not_cancel"


@frozen
class NothingOverdue:
    """No seat has been to assign for as long as the policy gives; the first will have been *then*, if ever (S10)."""

    code: ClassVar[str] = "seats.nothing_overdue"
    then: datetime | None


@frozen
class ReleaseOff:
    """The policy does not release seats that are not paid (S17)."""

    code: ClassVar[str] = "seats.release_off"


@frozen
class NoInvoice:
    """The seats were not sold on an invoice (S17)."""

    code: ClassVar[str] = "seats.no_invoice"


@frozen
class InvoiceNotDue:
    """The invoice can be paid *until* then (S17)."""

    code: ClassVar[str] = "seats.invoice_not_due"
    until: Deadline


@frozen
class InvoicePaid:
    """The seats are paid for (S17)."""

    code: ClassVar[str] = "seats.invoice_paid"


@frozen
class SameSession:
    """The seat is in this session already; a transfer is to another one (N3)."""

    code: ClassVar[str] = "seats.same_session"


@frozen
class SeatTransferredAway:
    """The seat was transferred to another session, and is not reactivated (N3)."""

    code: ClassVar[str] = "seats.seat_transferred_away"
    seat: SeatNo


SeatRefusal: TypeAlias = (
    OtherSession
    | SessionCalledOff
    | SessionStarted
    | SessionEnded
    | NoSuchSeat
    | SeatIs
    | NotEnoughSeats
    | NobodyToSeat
    | AccountNeeded
    | AlreadySeated
    | NamedTwice
    | LearnersNeeded
    | NewHolderNeeded
    | SameHolder
    | ModeOff
    | InvitationDead
    | InvitationExpired
    | AlreadyAccepted
    | OtherAccount
    | AccountInvited
    | NobodyToRemind
    | RemindersUsed
    | WithdrawalOff
    | NothingToCancel
    | OtherBuyer
    | BuyersDoNotCancel
    | NothingOverdue
    | ReleaseOff
    | NoInvoice
    | InvoiceNotDue
    | InvoicePaid
    | SameSession
    | SeatTransferredAway
)
