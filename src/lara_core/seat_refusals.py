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


SeatRefusal: TypeAlias = (
    OtherSession
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
)
