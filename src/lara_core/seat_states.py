"""The vocabulary of seats: their states, what can be done with them, and the values that go with it.

Part of `lara_core.seats`, which is where to import from.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from attrs import field, frozen
from attrs.validators import optional

from lara_core.kernel.deadlines import Deadline, utc
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import SessionId
from lara_core.kernel.people import Person
from lara_core.kernel.validators import checked, switch, whole

_LAST: Final = datetime.max.replace(tzinfo=UTC)


class SeatState(StrEnum):
    """What a seat is. Live seats are those that are not cancelled."""

    FREE = "free"
    INVITED = "invited"
    ENROLLED = "enrolled"
    CANCELLED = "cancelled"


class SeatVerb(StrEnum):
    """What can be done with a seat.

    To revoke, to reassign and to reinvite are all `SeatPool.revoke`: with no new holder, with one who is enrolled at
    once, with one who is invited. To reactivate, to reseat and to reinvite a cancelled seat are, likewise, all
    `SeatPool.reactivate`.
    """

    ASSIGN = "assign"
    INVITE = "invite"
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    REMIND = "remind"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    REVOKE = "revoke"
    REASSIGN = "reassign"
    REINVITE = "reinvite"
    TRANSFER = "transfer"
    CANCEL = "cancel"
    REACTIVATE = "reactivate"
    RESEAT = "reseat"


# Which verbs a state knows, and where they lead. Total over states; guards come on top.
SEAT: Final[Mapping[SeatState, Mapping[SeatVerb, SeatState]]] = {
    SeatState.FREE: {
        SeatVerb.ASSIGN: SeatState.ENROLLED,
        SeatVerb.INVITE: SeatState.INVITED,
        SeatVerb.CANCEL: SeatState.CANCELLED,
    },
    SeatState.INVITED: {
        SeatVerb.ACCEPT: SeatState.ENROLLED,
        SeatVerb.DECLINE: SeatState.FREE,
        SeatVerb.EXPIRE: SeatState.FREE,
        SeatVerb.REMIND: SeatState.INVITED,
        SeatVerb.CORRECT: SeatState.INVITED,
        SeatVerb.REVOKE: SeatState.FREE,
        SeatVerb.REASSIGN: SeatState.ENROLLED,
        SeatVerb.REINVITE: SeatState.INVITED,
        SeatVerb.CANCEL: SeatState.CANCELLED,
    },
    SeatState.ENROLLED: {
        SeatVerb.WITHDRAW: SeatState.FREE,
        SeatVerb.REVOKE: SeatState.FREE,
        SeatVerb.REASSIGN: SeatState.ENROLLED,
        SeatVerb.REINVITE: SeatState.INVITED,
        SeatVerb.TRANSFER: SeatState.CANCELLED,
        SeatVerb.CANCEL: SeatState.CANCELLED,
    },
    SeatState.CANCELLED: {
        SeatVerb.REACTIVATE: SeatState.FREE,
        SeatVerb.RESEAT: SeatState.ENROLLED,
        SeatVerb.REINVITE: SeatState.INVITED,
    },
}


class Cause(StrEnum):
    """Why a seat was cancelled."""

    ASKED = "asked"
    UNASSIGNED = "unassigned"
    UNPAID = "unpaid"
    SESSION_CANCELLED = "session_cancelled"
    TRANSFERRED = "transferred"


class Mode(StrEnum):
    """How somebody gets a seat (S3): enrolled *immediately*, or invited and enrolled *with confirmation*."""

    IMMEDIATE = "immediate"
    CONFIRMATION = "confirmation"


class SessionFacts(Protocol):
    """What a pool asks of its session. `lara_core.sessions.Session` fits, and so does a host's own record."""

    @property
    def id(self) -> SessionId: ...

    @property
    def starts(self) -> datetime: ...

    @property
    def ends(self) -> datetime: ...

    @property
    def cancelled(self) -> bool: ...


def _hours(field: str, value: int) -> int:
    return whole(field, value, least=1, most=24 * 366)


def _few(field: str, value: int) -> int:
    return whole(field, value, least=0, most=100)


def _some_mode(_: object, __: object, modes: frozenset[Mode]) -> None:
    if type(modes) is not frozenset or any(type(mode) is not Mode for mode in modes):
        raise BadValue("modes", Flaw.WRONG_TYPE)
    if not modes:
        raise BadValue("modes", Flaw.EMPTY)


@frozen
class Policy:
    """How a provider lets seats be used.

    *assign_at_purchase* is one switch for two rules: a purchase names as many learners as seats (S8), and a seat that
    is revoked names its new holder in the same breath (S9). *modes* are those that an assignment may choose (S3).
    An invitation lasts *invitation_hours*, and may be followed by as many *reminders* (S7). With *withdrawal*,
    learners may give up their own seat; *unassigned_hours* after somebody else's act emptied a seat that must be
    assigned, the organisation may cancel it, or never (S10). With *buyers_cancel*, buyers may cancel their own seats
    (S11). With *release_unpaid*, seats are released once their invoice is overdue (S17).
    """

    assign_at_purchase: bool = field(default=False, validator=checked(switch))
    modes: frozenset[Mode] = field(default=frozenset(Mode), validator=_some_mode)
    invitation_hours: int = field(default=7 * 24, validator=checked(_hours))
    reminders: int = field(default=2, validator=checked(_few))
    withdrawal: bool = field(default=False, validator=checked(switch))
    unassigned_hours: int | None = field(default=None, validator=optional(checked(_hours)))
    buyers_cancel: bool = field(default=False, validator=checked(switch))
    release_unpaid: bool = field(default=False, validator=checked(switch))

    def invitation_until(self, at: datetime) -> Deadline:
        """Until when an invitation that is sent at that time can be accepted, if the session does not start before."""
        return Deadline.at(_after(at, self.invitation_hours))

    def overdue_from(self, emptied: datetime) -> datetime | None:
        """From when on a seat that somebody else's act emptied at that time may be cancelled; `None` is never (S10)."""
        return None if self.unassigned_hours is None else _after(emptied, self.unassigned_hours)


def _after(at: datetime, hours: int) -> datetime:
    since, lasting = utc("at", at), timedelta(hours=hours)
    return since + lasting if since < _LAST - lasting else _LAST


@frozen
class Invitation:
    """Somebody is asked to confirm. *number* tells it from earlier ones of the same seat; answers name it (S6).

    *reminders* says how many were sent. The session's start ends it, too, whatever *until* says (S7).
    """

    number: int
    to: Person
    until: Deadline
    reminders: int = 0

    def due(self, at: datetime, session: SessionFacts) -> bool:
        """Whether it has expired, swept or not."""
        now = utc("at", at)
        return now >= utc("starts", session.starts) or self.until.passed(now)


@frozen
class Cancelled:
    """A cancelled seat: why it is, what it *was* before, and its *holder* or invitee then, if there was one."""

    cause: Cause
    was: SeatState
    holder: Person | None


@frozen
class Counters:
    """How the seats of a pool stand (S2)."""

    free: int
    invited: int
    enrolled: int
    cancelled: int

    @property
    def assigned(self) -> int:
        """Live seats that somebody has, or is invited to."""
        return self.invited + self.enrolled

    @property
    def bought(self) -> int:
        """Live seats; the cancelled ones stand beside them."""
        return self.free + self.assigned
