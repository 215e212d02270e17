"""Reading what calendars answer, which anybody can send (RFC 5546). Part of `lara_core.formats.calendar`.

A reply is read for five things: its METHOD, and of its one VEVENT the UID, the SEQUENCE, the one ATTENDEE, and that
attendee's PARTSTAT. Everything else may stand there, as programs of all makers put it, and is passed over: time zones,
alarms, X- properties, comments, times. Where SEQUENCE is missing it is 0, as the standard has it, and as no proposal
has that, the rule refuses the answer as one to something old.

Size is looked at first, then lines are put together again (also those that were folded within a character), then all
is counted. No date, time zone or rule of repetition is read at all.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from attrs import field, frozen

from lara_core.confirmation_states import CalendarReply
from lara_core.formats.calendar.uids import read_uid
from lara_core.kernel.decisions import Refused
from lara_core.kernel.errors import BadValue
from lara_core.kernel.people import EmailAddress
from lara_core.replies import (
    DamagedCalendar,
    NoAnswer,
    NotACalendar,
    NotAReply,
    NotOneAttendee,
    NotOneEvent,
    OtherEvent,
    Reply,
    ReplyTooLarge,
    SeveralCalendars,
)

MOST_BYTES: Final = 256 * 1024
MOST_LINES: Final = 2_000
MOST_COMPONENTS: Final = 100
MOST_DEEP: Final = 8
_MOST_FIGURES: Final = 9

_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_LINE: Final = re.compile(r"([A-Za-z0-9-]+)([;:].*)")
# Ends before the next parameter, or before the colon in front of the value.
_PARAMETER: Final = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)(?=[;:])')
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_FIGURES: Final = re.compile(rf"[0-9]{{1,{_MOST_FIGURES}}}", re.ASCII)
_MAILTO: Final = re.compile(r"mailto:(.+)", re.IGNORECASE)

_ANSWERS: Final = {
    "ACCEPTED": CalendarReply.ACCEPTED,
    "DECLINED": CalendarReply.DECLINED,
    "TENTATIVE": CalendarReply.TENTATIVE,
}
_OF_EVENT: Final = frozenset({"UID", "SEQUENCE", "ATTENDEE", "RECURRENCE-ID"})


@frozen
class _Found:
    """The lines that count, by name: those of the calendar itself, and those of each event."""

    calendar: dict[str, list[str]] = field(factory=dict[str, list[str]])
    events: list[dict[str, list[str]]] = field(factory=list[dict[str, list[str]]])


def read(data: bytes, *, domain: str) -> Reply:
    """The answer that *data* hold, to a date that was sent with that *domain*; any bytes give it or one refusal.

    METHOD is REPLY, or COUNTER, which suggests another time and is no answer. Of what is answered, ACCEPTED, DECLINED
    and TENTATIVE are told.

    Refused: `ReplyTooLarge`, `NotACalendar`, `DamagedCalendar`, `SeveralCalendars`, `NotAReply`, `NotOneEvent`,
    `OtherEvent`, `NotOneAttendee`, `NoAnswer`.
    """
    found = _counted(_lines(data))
    method = _value(_only(found.calendar, "METHOD") or "METHOD:").upper()
    if method not in {"REPLY", "COUNTER"}:
        raise Refused(NotAReply())
    if len(found.events) != 1 or "RECURRENCE-ID" in found.events[0]:
        raise Refused(NotOneEvent())
    (event,) = found.events
    names = read_uid(_value(_only(event, "UID") or "UID:"), domain)
    if names is None:
        raise Refused(OtherEvent())
    sequence = _sequence(_only(event, "SEQUENCE"))
    attendees = event.get("ATTENDEE", [])
    if len(attendees) != 1:
        raise Refused(NotOneAttendee())
    address, status = _attendee(attendees[0])
    answer = CalendarReply.COUNTER if method == "COUNTER" else _ANSWERS.get(status)
    if answer is None:
        raise Refused(NoAnswer())
    return Reply(*names, answer, sequence, address)


def _lines(data: bytes) -> Iterator[str]:
    """The lines as they were before they were folded. Refused: `ReplyTooLarge`, `NotACalendar`, `DamagedCalendar`."""
    if len(data) > MOST_BYTES:
        raise Refused(ReplyTooLarge())
    try:
        # A line may be folded anywhere, also in the middle of a character.
        text = _FOLD.sub(b"", data).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(NotACalendar()) from None
    lines = [line.rstrip("\r\t ") for line in text.strip("\r\n").split("\n")]
    if lines[0].upper() != "BEGIN:VCALENDAR":
        raise Refused(NotACalendar())
    if len(lines) > MOST_LINES:
        raise Refused(ReplyTooLarge())
    for line in lines:
        if _CONTROL.search(line):
            raise Refused(DamagedCalendar())
        # Some programs put an empty line between components.
        if line:
            yield line


def _counted(lines: Iterator[str]) -> _Found:
    """The lines that count. Refused: `ReplyTooLarge`, `DamagedCalendar`, `SeveralCalendars`."""
    found, within, components = _Found(), list[str](), 0
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise Refused(DamagedCalendar())
        name = match[1].upper()
        if not within and components:
            several = name == "BEGIN" and match[2].upper() == ":VCALENDAR"
            raise Refused(SeveralCalendars() if several else DamagedCalendar())
        if name == "BEGIN":
            within.append(match[2].upper())
            components += 1
            if components > MOST_COMPONENTS or len(within) > MOST_DEEP:
                raise Refused(ReplyTooLarge())
            if within == [":VCALENDAR", ":VEVENT"]:
                found.events.append({})
        elif name == "END":
            if within.pop() != match[2].upper():
                raise Refused(DamagedCalendar())
        elif within == [":VCALENDAR"]:
            found.calendar.setdefault(name, []).append(line)
        elif within == [":VCALENDAR", ":VEVENT"] and name in _OF_EVENT:
            found.events[-1].setdefault(name, []).append(line)
    if within:
        raise Refused(DamagedCalendar())
    return found


def _only(properties: dict[str, list[str]], name: str) -> str | None:
    """The line of that name. Refused: `DamagedCalendar` where there are two, which could say two things."""
    lines = properties.get(name, [])
    if len(lines) > 1:
        raise Refused(DamagedCalendar())
    return lines[0] if lines else None


def _value(line: str) -> str:
    """What stands after the parameters. Refused: `DamagedCalendar`."""
    return _parts(line)[1]


def _parts(line: str) -> tuple[list[tuple[str, str]], str]:
    """The parameters, their names in capitals, and the value of a line. Refused: `DamagedCalendar`."""
    name, _, _ = line.partition(":")
    place = len(name.partition(";")[0])
    parameters: list[tuple[str, str]] = []
    while line[place] == ";":
        found = _PARAMETER.match(line, place)
        if found is None:
            raise Refused(DamagedCalendar())
        parameters.append((found[1].upper(), found[2].strip('"')))
        place = found.end()
    return parameters, line[place + 1 :].strip()


def _sequence(line: str | None) -> int:
    if line is None:
        return 0
    figures = _value(line)
    if not _FIGURES.fullmatch(figures):
        raise Refused(DamagedCalendar())
    return int(figures)


def _attendee(line: str) -> tuple[EmailAddress, str]:
    """Who answers, and what. Refused: `NotOneAttendee`, `DamagedCalendar`."""
    parameters, value = _parts(line)
    stated = [each.upper() for name, each in parameters if name == "PARTSTAT"]
    if len(stated) > 1:
        raise Refused(DamagedCalendar())
    mailto = _MAILTO.fullmatch(value)
    try:
        address = None if mailto is None else EmailAddress(unquote(mailto[1], errors="strict"))
    # An escape that is no UTF-8 is a ValueError, too.
    except (BadValue, ValueError):
        address = None
    if address is None:
        raise Refused(NotOneAttendee())
    return address, "".join(stated)
