"""What comes back from a client by a link or by a calendar: as values, and why something is no answer (C2, C7).

Vocabulary. A *link* stands in the recipient's copy of a proposal; its *token* names the proposal, the client and the
answer, and nothing else. A *reply* is what a calendar sends back about one date, with the *sequence* of what it answers
to and the *attendee* who answers.

Both come from outside, so both are read strictly, and whatever is not to be read is refused here, by name. Whether the
answer counts is for `lara_core.confirmation` to decide: a link says nothing of deadlines, and a reply is believed when
its attendee is the recipient. `lara_core.formats.links` and `lara_core.formats.calendar` read and write.

What the host must guarantee: a link is opened by GET, which shows the answer that can be given, and answered by POST
alone, because mail scanners open links. A reply is read from a message whose sender the mail server has checked.
"""

from typing import ClassVar, Final, TypeAlias

from attrs import field, frozen

from lara_core.confirmation_states import CalendarReply, ClientAnswer
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ClientId, DateNo, ProposalId, SessionId
from lara_core.kernel.people import EmailAddress
from lara_core.kernel.validators import checked, whole

# iCalendar has no larger number.
_MOST: Final = 2**31 - 1


def _answer(field: str, value: ClientAnswer) -> None:
    if type(value) is not ClientAnswer:
        raise BadValue(field, Flaw.WRONG_TYPE)


def _reply(field: str, value: CalendarReply) -> None:
    if type(value) is not CalendarReply:
        raise BadValue(field, Flaw.WRONG_TYPE)


def _date(field: str, value: DateNo) -> None:
    _ = whole(field, value, least=1, most=_MOST)


def _sequence(field: str, value: int) -> None:
    _ = whole(field, value, least=0, most=_MOST)


def _address(field: str, value: EmailAddress) -> None:
    if type(value) is not EmailAddress:
        raise BadValue(field, Flaw.WRONG_TYPE)


@frozen
class Link:
    """What a link to answer says: which *proposal*, of which *client*, and the *answer* that it gives (C2)."""

    proposal: ProposalId
    client: ClientId
    answer: ClientAnswer = field(validator=checked(_answer))


@frozen
class Reply:
    """What a calendar answers: for which *date* of which *session* and *client*, and with which *sequence* (C7).

    `Confirmation.id_of(session, client)` says which confirmation it is for, and `Confirmation.reply` takes the rest.
    """

    session: SessionId
    client: ClientId
    date: DateNo = field(validator=checked(_date))
    reply: CalendarReply = field(validator=checked(_reply))
    sequence: int = field(validator=checked(_sequence))
    attendee: EmailAddress = field(validator=checked(_address))


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class LinkTooLong:
    """The token has more characters than any token, and was not looked at (C2)."""

    code: ClassVar[str] = "replies.link_too_long"
    most: int


@frozen
class LinkUnreadable:
    """This is no token, whoever signed it: a part was lost, perhaps (C2)."""

    code: ClassVar[str] = "replies.link_unreadable"


@frozen
class LinkAltered:
    """The signature is not one of ours for what the token says, or not any more (C2)."""

    code: ClassVar[str] = "replies.link_altered"


@frozen
class ReplyTooLarge:
    """The reply has more bytes, lines or components than any answer to a date, and was not read further (C7)."""

    code: ClassVar[str] = "replies.reply_too_large"


@frozen
class NotACalendar:
    """This is no iCalendar text: it begins with something else, or is not in UTF-8 (C7)."""

    code: ClassVar[str] = "replies.not_a_calendar"


@frozen
class DamagedCalendar:
    """A calendar whose parts do not fit together, or with a line that says nothing (C7)."""

    code: ClassVar[str] = "replies.damaged_calendar"


@frozen
class SeveralCalendars:
    """There are several calendars, and none says which of them is the answer (C7)."""

    code: ClassVar[str] = "replies.several_calendars"


@frozen
class NotAReply:
    """The calendar asks or tells something, but does not answer (C7)."""

    code: ClassVar[str] = "replies.not_a_reply"


@frozen
class NotOneEvent:
    """An answer is about one date as a whole; this one is about none, several, or a part of a series (C7)."""

    code: ClassVar[str] = "replies.not_one_event"


@frozen
class OtherEvent:
    """The answer is about an event that was not sent from here (C7)."""

    code: ClassVar[str] = "replies.other_event"


@frozen
class NotOneAttendee:
    """Who answers is not named by one e-mail address (C7)."""

    code: ClassVar[str] = "replies.not_one_attendee"


@frozen
class NoAnswer:
    """The attendee neither accepts nor declines: no status, undecided, delegated, or one of somebody's own (C7)."""

    code: ClassVar[str] = "replies.no_answer"


LinkRefusal: TypeAlias = LinkTooLong | LinkUnreadable | LinkAltered
ReplyRefusal: TypeAlias = (
    ReplyTooLarge
    | NotACalendar
    | DamagedCalendar
    | SeveralCalendars
    | NotAReply
    | NotOneEvent
    | OtherEvent
    | NotOneAttendee
    | NoAnswer
)
RepliesRefusal: TypeAlias = LinkRefusal | ReplyRefusal
