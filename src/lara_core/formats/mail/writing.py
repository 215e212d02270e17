"""A notice as a message, and a message as bytes (RFC 5322, MIME). Part of `lara_core.formats.mail`."""

import re
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from hashlib import sha256
from typing import Final, Protocol

from attrs import field, frozen

from lara_core.confirmation import ConfirmationVerb
from lara_core.formats.mail.layouts import STANDARD, AnswersBlock, Block, Button, DatesBlock, Layout, Line, TextBlock
from lara_core.formats.senders import Sender, deliverable
from lara_core.kernel.deadlines import utc
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.people import EmailAddress, Person
from lara_core.kernel.validators import checked, line
from lara_core.telling.notices import Notice, Template
from lara_core.telling.texts import About, Answers, Letter, Part, Texts, Timetable

MOST_BYTES: Final = 20 * 1024 * 1024
"""Files of one message have no more bytes together: mail servers refuse what is much larger."""

_KIND: Final = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,99}")
# Whole messages, and parts of parts, would need more care than a file.
_NO_FILE: Final = ("multipart/", "message/")
_WITH_FILES: Final = frozenset({Template.PROPOSED, Template.PROPOSED_COPY})


class CalendarPart(Protocol):
    """What goes into a calendar. `lara_core.formats.calendar.CalendarMessage` fits."""

    @property
    def method(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def content(self) -> bytes: ...


def _kind(field: str, value: str) -> None:
    if not _KIND.fullmatch(line(field, value)) or value.startswith(_NO_FILE):
        raise BadValue(field, Flaw.WRONG_FORM)


def _content(field: str, value: bytes) -> None:
    if type(value) is not bytes:
        raise BadValue(field, Flaw.WRONG_TYPE)
    if len(value) > MOST_BYTES:
        raise BadValue(field, Flaw.TOO_LARGE)


@frozen
class File:
    """What an attachment stands for: its *kind*, as `application/pdf`, and its *content*."""

    kind: str = field(validator=checked(_kind))
    content: bytes = field(repr=False, validator=checked(_content))


@frozen
class Mail:
    """A message that is ready: *to* whom it goes, and nobody else; its *content* as it is sent, with CRLF.

    *key* is the notice's, for whoever drops repeats. *international* says that an address needs a server that takes
    UTF-8 in addresses (SMTPUTF8).
    """

    to: EmailAddress
    key: str
    content: bytes = field(repr=False)
    international: bool = False


def write(
    notice: Notice,
    about: About,
    *,
    texts: Texts,
    language: str,
    sender: Sender,
    at: datetime,
    to: EmailAddress | None = None,
    calendars: Sequence[CalendarPart] = (),
    files: Mapping[str, File] | None = None,
    layout: Layout = STANDARD,
) -> Mail:
    """*notice* as a message in *language*, with what it is *about*, of the time *at* which it was decided.

    It goes to the person whom the notice names, or else *to* the address by which the host reaches that actor.
    *calendars* is what `calendar.of_notice` gives. *files* are the attachments of the sender's message by their `ref`:
    a proposal and its copies have them.

    Refused as a `BadValue`: what `Texts.letter` refuses; an actor without an address; an attachment without its file,
    and more than 20 MB of them; calendars where the reader cannot answer; a layout that fails.
    """
    recipient = notice.to.address if isinstance(notice.to, Person) else to
    if recipient is None:
        raise BadValue("to", Flaw.EMPTY)
    if calendars and not (notice.dates is not None and notice.dates.to == notice.to):
        raise BadValue("calendars", Flaw.WRONG_FORM)
    letter = texts.letter(notice, language, about)
    international = not all(deliverable(each).isascii() for each in (recipient, sender.address))
    policy = SMTPUTF8 if international else SMTP
    message = EmailMessage(policy=policy)
    message["From"] = _address(sender.address, sender.name)
    message["To"] = _address(recipient)
    if sender.replies is not None:
        message["Reply-To"] = _address(sender.replies)
    message["Subject"] = _as_typed(letter.subject)
    message["Date"] = format_datetime(utc("at", at))
    mark = sha256(notice.key.encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{mark}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.message.body + "\n", cte="quoted-printable")
    message.add_alternative(_html(letter, texts, language, about, layout), subtype="html", cte="quoted-printable")
    if len(calendars) == 1:
        # Where the programs that show buttons for an invitation look for it.
        _add_calendar(message, calendars[0], attached=False)
    else:
        for calendar in calendars:
            _add_calendar(message, calendar, attached=True)
    for name, file in _files(notice, files or {}):
        main, _, sub = file.kind.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=_as_typed(name))
    # Set last, because whatever makes a part of the message takes such headers along.
    message["Content-Language"] = _tag(language)
    _mark_boundaries(message, mark)
    return Mail(recipient, notice.key, message.as_bytes(policy=policy), international)


def _address(address: EmailAddress, name: str = "") -> Address:
    local, _, domain = deliverable(address).rpartition("@")
    return Address(_as_typed(name), local, domain)


def _as_typed(text: str) -> str:
    """*text* for a header, which would take what looks encoded for that, and show something else than was typed."""
    return text.replace("=?", "= ?")


def _tag(language: str) -> str:
    return language.replace("_", "-")


def _add_calendar(message: EmailMessage, calendar: CalendarPart, *, attached: bool) -> None:
    # In base64, so that no server on the way folds its lines anew.
    text, method = calendar.content.decode(), {"method": calendar.method}
    if attached:
        message.add_attachment(text, subtype="calendar", cte="base64", params=method, filename=calendar.name)
    else:
        message.add_alternative(text, subtype="calendar", cte="base64", params=method)


def _files(notice: Notice, files: Mapping[str, File]) -> Sequence[tuple[str, File]]:
    told = notice.dates
    if told is None or notice.template not in _WITH_FILES:
        return ()
    if any(each.ref not in files for each in told.message.attachments):
        raise BadValue("files", Flaw.MISSING_KEY)
    found = [(each.name, files[each.ref]) for each in told.message.attachments]
    if sum(len(file.content) for _, file in found) > MOST_BYTES:
        raise BadValue("files", Flaw.TOO_LARGE)
    return found


def _mark_boundaries(message: EmailMessage, mark: str) -> None:
    for number, part in enumerate(each for each in message.walk() if each.is_multipart()):
        # An equals sign before an underscore stands in no part that is encoded, and all parts are.
        part.set_boundary(f"=_{mark}_{number}")


# --- The HTML ---------------------------------------------------------------------------------------------


def _html(letter: Letter, texts: Texts, language: str, about: About, layout: Layout) -> str:
    links = frozenset({about.sign_in, about.answer}) - {None}
    blocks = tuple(_block(part, texts, language, links) for part in letter.parts)
    return layout.render(
        {
            "language": _tag(language),
            "subject": letter.subject,
            "organisation": about.organisation,
            "parts": blocks,
        }
    )


def _block(part: Part, texts: Texts, language: str, links: Container[str | None]) -> Block:
    match part.value:
        case Timetable() as timetable:
            found = texts.lay_out(timetable, language)
            return DatesBlock(found.dates, tuple(note for note in (found.place, found.zone) if note is not None))
        case Answers(accept=accept, decline=decline):
            return AnswersBlock(
                Button(texts.show(ConfirmationVerb.ACCEPT, language), accept),
                Button(texts.show(ConfirmationVerb.DECLINE, language), decline),
            )
        case None:
            paragraphs = re.split(r"\n{2,}", part.text.strip("\n"))
            return TextBlock(tuple(tuple(_line(each, links) for each in one.split("\n")) for one in paragraphs))


def _line(text: str, links: Container[str | None]) -> Line:
    """A line, which is a link where it is one of the host's and nothing else."""
    return Line(text, text if text in links else None)
