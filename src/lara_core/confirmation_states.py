"""The vocabulary of confirmation: its states, what can be done, what people see, and the values that go with it.

Part of `lara_core.confirmation`, which is where to import from.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from attrs import field, frozen
from attrs.validators import optional

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, DateNo, ProposalId, SessionId
from lara_core.kernel.people import Person
from lara_core.kernel.validators import checked, identifier, line, whole
from lara_core.schedules import SessionDate

BODY_LENGTH: Final = 20_000
NAME_LENGTH: Final = 255
MOST_ATTACHMENTS: Final = 20
MOST_COPIES: Final = 50


class ConfirmationState(StrEnum):
    """How a client stands to the dates as they are. *Lapsed* is awaiting past its deadline."""

    NOT_SENT = "not_sent"
    AWAITING = "awaiting"
    LAPSED = "lapsed"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class ConfirmationVerb(StrEnum):
    """What can be done.

    To accept and to decline are both `Confirmation.answer`, and in a calendar `Confirmation.reply`, where one date can
    be accepted before the others (C7). New dates and the session's cancellation are both found by
    `Confirmation.follow`. Validation by hand lies over the states and moves none (C4).
    """

    PROPOSE = "propose"
    ACCEPT = "accept"
    ACCEPT_DATE = "accept_date"
    DECLINE = "decline"
    REMIND = "remind"
    LAPSE = "lapse"
    VALIDATE = "validate"
    END_VALIDATION = "end_validation"
    CHANGE_DATES = "change_dates"
    CALL_OFF = "call_off"


def _with_layers(
    state: ConfirmationState, verbs: Mapping[ConfirmationVerb, ConfirmationState]
) -> Mapping[ConfirmationVerb, ConfirmationState]:
    """*verbs*, and those that every state knows."""
    return {
        **verbs,
        ConfirmationVerb.VALIDATE: state,
        ConfirmationVerb.END_VALIDATION: state,
        ConfirmationVerb.CHANGE_DATES: ConfirmationState.NOT_SENT,
        ConfirmationVerb.CALL_OFF: state,
    }


# Which verbs a state knows, and where they lead. Total over states; guards come on top.
CONFIRMATION: Final[Mapping[ConfirmationState, Mapping[ConfirmationVerb, ConfirmationState]]] = {
    state: _with_layers(state, verbs)
    for state, verbs in {
        ConfirmationState.NOT_SENT: {ConfirmationVerb.PROPOSE: ConfirmationState.AWAITING},
        ConfirmationState.AWAITING: {
            # With another deadline (C3).
            ConfirmationVerb.PROPOSE: ConfirmationState.AWAITING,
            ConfirmationVerb.ACCEPT: ConfirmationState.ACCEPTED,
            ConfirmationVerb.ACCEPT_DATE: ConfirmationState.AWAITING,
            ConfirmationVerb.DECLINE: ConfirmationState.DECLINED,
            ConfirmationVerb.REMIND: ConfirmationState.AWAITING,
            # By time itself; the verb takes note of it.
            ConfirmationVerb.LAPSE: ConfirmationState.LAPSED,
        },
        ConfirmationState.LAPSED: {ConfirmationVerb.PROPOSE: ConfirmationState.AWAITING},
        # Only other dates can be proposed to who has accepted these.
        ConfirmationState.ACCEPTED: {},
        ConfirmationState.DECLINED: {ConfirmationVerb.PROPOSE: ConfirmationState.AWAITING},
    }.items()
}


class ClientAnswer(StrEnum):
    """What a client says to dates. The first answer holds (C2)."""

    ACCEPTED = "accepted"
    DECLINED = "declined"


class CalendarReply(StrEnum):
    """What a calendar says to one date (C7). Tentative, and another time that is suggested, are no answer."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    COUNTER = "counter"


class Missing(StrEnum):
    """What a schedule still lacks."""

    DATES = "dates"
    PLACE = "place"


class SessionSchedule(Protocol):
    """What a confirmation asks of a schedule. `lara_core.schedules.Schedule` fits, and so does a host's own record.

    *revision* grows with any change of dates, times, places or zone, and never comes back.
    """

    @property
    def id(self) -> SessionId: ...

    @property
    def revision(self) -> int: ...

    @property
    def dates(self) -> Mapping[DateNo, SessionDate]: ...

    @property
    def cancelled(self) -> bool: ...


# --- What is sent -----------------------------------------------------------------------------------------

# A body is for people, in any script, so joiners and soft hyphens may stay; what only reorders text may not.
_UNSAFE: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
_REORDERING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _plain_ends(value: str | None) -> str | None:
    return value.replace("\r\n", "\n") if type(value) is str else value


def _body(field: str, value: str) -> str:
    if type(value) is not str:
        raise BadValue(field, Flaw.WRONG_TYPE)
    if not value or value.isspace():
        raise BadValue(field, Flaw.EMPTY)
    if len(value) > BODY_LENGTH:
        raise BadValue(field, Flaw.TOO_LONG)
    for character in value:
        if character not in "\n\t" and (character in _REORDERING or unicodedata.category(character) in _UNSAFE):
            raise BadValue(field, Flaw.UNSAFE_CHARACTER)
    return value


def _file_name(field: str, value: str) -> str:
    name = line(field, value, most=NAME_LENGTH)
    if "/" in name or "\\" in name or name in {".", ".."}:
        raise BadValue(field, Flaw.UNSAFE_CHARACTER)
    return name


@frozen
class Attachment:
    """A file that goes with a message: its *name*, without folders, and the host's own *ref* to what is in it."""

    name: str = field(validator=checked(_file_name))
    ref: str = field(validator=checked(identifier))


def _attachments(field: str, value: tuple[Attachment, ...]) -> None:
    if type(value) is not tuple or any(type(each) is not Attachment for each in value):
        raise BadValue(field, Flaw.WRONG_TYPE)
    if len(value) > MOST_ATTACHMENTS:
        raise BadValue(field, Flaw.TOO_LONG)


@frozen
class Message:
    """What is sent with the dates (C1): *subject*, one line, and *body*, as the sender edited them, and *attachments*.

    Where a text is `None` the standard one is sent. Line ends of a body are plain.
    """

    subject: str | None = field(default=None, validator=optional(checked(line)))
    body: str | None = field(default=None, converter=_plain_ends, validator=optional(checked(_body)))
    attachments: tuple[Attachment, ...] = field(default=(), validator=checked(_attachments))


STANDARD: Final = Message()


def _few(field: str, value: int) -> int:
    return whole(field, value, least=0, most=100)


@frozen
class ConfirmationPolicy:
    """How an organisation asks its clients: as many *reminders* of a proposal as it may send (C7)."""

    reminders: int = field(default=2, validator=checked(_few))


# --- What a confirmation is made of -----------------------------------------------------------------------


@frozen
class Proposal:
    """Dates as they were sent, once: by their numbers, *to* whom, *by* whom, when, and *until* when to answer (C1).

    *sequence* tells calendars that it is newer than all before it; *accepted* are the dates that one accepted (C7).
    *reminders* says how many were sent, *lapsed* that somebody took note of it.
    """

    id: ProposalId
    sequence: int
    dates: frozenset[DateNo]
    to: Person
    until: Deadline
    sent: datetime
    by: ActorId
    accepted: frozenset[DateNo] = frozenset()
    reminders: int = 0
    lapsed: bool = False

    def over(self, at: datetime) -> bool:
        """Whether it is too late to answer, swept or not."""
        return self.lapsed or self.until.passed(at)


@frozen
class Answered:
    """What the client said, and when."""

    answer: ClientAnswer
    at: datetime


@frozen
class Validation:
    """Somebody at the organisation vouches for the client: who, and when (C4)."""

    by: ActorId
    at: datetime


# --- What people see --------------------------------------------------------------------------------------


class Standing(StrEnum):
    """How a client stands, as people see it: the state, or validation by hand over it."""

    NOT_SENT = "not_sent"
    AWAITING = "awaiting"
    LAPSED = "lapsed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    BY_HAND = "by_hand"


@frozen
class ConfirmationRow:
    """A client's row in the session (C5), as a value: the words are made from it where they are read.

    *on* is when it was accepted, declined or validated; of a proposal that awaits its answer, or has lapsed, when it
    was sent, and *until* is its deadline. For what was not sent the row is blank.
    """

    standing: Standing
    on: datetime | None = None
    until: Deadline | None = None


class Column(StrEnum):
    """What the list of sessions says of a session's clients (C6). In order of rank: the first of several is shown."""

    DECLINED = "declined"
    TO_CONFIRM = "to_confirm"
    AWAITING = "awaiting"
    CONFIRMED = "confirmed"


# The reading of C6. A host may have one of its own, total over standings.
COLUMN: Final[Mapping[Standing, Column]] = {
    Standing.NOT_SENT: Column.TO_CONFIRM,
    Standing.AWAITING: Column.AWAITING,
    Standing.LAPSED: Column.TO_CONFIRM,
    Standing.ACCEPTED: Column.CONFIRMED,
    Standing.DECLINED: Column.DECLINED,
    Standing.BY_HAND: Column.CONFIRMED,
}


def column(standings: Iterable[Standing], *, table: Mapping[Standing, Column] = COLUMN) -> Column | None:
    """What the list of sessions says where the clients of one stand so; `None`, blank, without clients (C6).

    Refused as a `BadValue`: a *table* that does not know a standing that is asked for.
    """
    try:
        said = {table[standing] for standing in standings}
    except KeyError:
        raise BadValue("table", Flaw.MISSING_KEY) from None
    return next((each for each in Column if each in said), None)
