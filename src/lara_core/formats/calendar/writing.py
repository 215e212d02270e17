"""Asking calendars about dates, and taking dates back (RFC 5545, RFC 5546). Part of `lara_core.formats.calendar`.

What somebody typed is text: line breaks, semicolons, commas and backslashes in it are escaped, so none of it can become
a property or a parameter.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from attrs import field, frozen

from lara_core.formats.calendar.uids import uid
from lara_core.formats.senders import Sender, deliverable
from lara_core.kernel.deadlines import utc
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import DateNo
from lara_core.schedules import SessionDate
from lara_core.telling.letters import given
from lara_core.telling.notices import DatesTold, Notice, Template
from lara_core.telling.texts import About, Texts, Timetable

try:
    from icalendar import Calendar, Event, vCalAddress, vDatetime, vInt, vText
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("calendars need icalendar: install lara-core[calendar]") from missing

__all__ = ["CalendarMessage", "cancel", "of_notice", "request", "uid"]

PRODUCT: Final = "-//lara-core//dates//EN"
_ASKING: Final = frozenset({Template.PROPOSED})
_TAKING_BACK: Final = frozenset({Template.DATES_REPLACED, Template.DATES_CALLED_OFF})


def _at(value: datetime) -> datetime:
    return utc("at", value)


@frozen(repr=False)
class CalendarMessage:
    """One iTIP message: its *method*, the *name* of a file for it, and its *content*, in UTF-8, folded, with CRLF."""

    method: str
    name: str
    content: bytes

    def __repr__(self) -> str:
        return f"CalendarMessage({self.method!r}, {self.name!r})"


@frozen
class _Words:
    """How all messages of a notice are told, by whom, and when."""

    texts: Texts
    language: str
    sender: Sender
    at: datetime = field(converter=_at)


class _Text(vText):
    r"""Text as it was typed: icalendar takes a backslash and a capital N for a line break, as in `C:\New`."""

    def to_ical(self) -> bytes:
        escaped = str(self).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n").encode()


def request(
    notice: Notice, about: About, *, texts: Texts, language: str, sender: Sender, at: datetime
) -> tuple[CalendarMessage, ...]:
    """Ask the recipient of a proposal about each of its dates, in order of time; *at* is when it was sent.

    Written again for dates that have changed, it is an update: calendars move what they have. Same notice, same bytes.

    Refused as a `BadValue`: a notice without *dates*; an *about* without *title*, *zone*, or one of the dates.
    """
    known = given("dates", about.dates)
    if not given("dates", notice.dates).dates <= known.keys():
        raise BadValue("dates", Flaw.MISSING_KEY)
    words = _Words(texts, language, sender, at)
    return tuple(
        _message("REQUEST", _event(notice, about, number, meeting, words, asked=True), number)
        for number, meeting in _by_time(notice, about)
    )


def cancel(
    notice: Notice, about: About, *, texts: Texts, language: str, sender: Sender, at: datetime
) -> tuple[CalendarMessage, ...]:
    """Take back the dates that a notice names, each by itself; *at* is when they were lost, or called off.

    A date that the schedule does not have any more is taken back without its time, which calendars do not need.

    Refused as a `BadValue`: a notice without *dates*; an *about* without *title*, or with dates and no *zone*.
    """
    words = _Words(texts, language, sender, at)
    return tuple(
        _message("CANCEL", _event(notice, about, number, meeting, words, asked=False), number)
        for number, meeting in _by_time(notice, about)
    )


def of_notice(
    notice: Notice, about: About, *, texts: Texts, language: str, sender: Sender, at: datetime
) -> tuple[CalendarMessage, ...]:
    """What goes to calendars with a notice: a request with a proposal, a cancellation with dates that are lost.

    Copies and all other notices have nothing for calendars: only the recipient can answer (C1).
    """
    if notice.template in _ASKING:
        return request(notice, about, texts=texts, language=language, sender=sender, at=at)
    if notice.template in _TAKING_BACK:
        return cancel(notice, about, texts=texts, language=language, sender=sender, at=at)
    return ()


def _by_time(notice: Notice, about: About) -> Iterator[tuple[DateNo, SessionDate | None]]:
    told = given("dates", notice.dates).dates
    known = about.dates or {}
    yield from ((number, None) for number in sorted(told - known.keys()))
    yield from ((number, each) for number, each in sorted(known.items(), key=_begins) if number in told)


def _begins(item: tuple[DateNo, SessionDate]) -> datetime:
    return item[1].starts


def _message(method: str, event: Event, number: DateNo) -> CalendarMessage:
    calendar = Calendar()
    calendar["PRODID"] = _Text(PRODUCT)
    calendar["VERSION"] = _Text("2.0")
    calendar["METHOD"] = _Text(method)
    calendar.add_component(event)
    return CalendarMessage(method, f"{method.lower()}-{number}.ics", calendar.to_ical(sorted=False))


def _event(
    notice: Notice, about: About, number: DateNo, meeting: SessionDate | None, words: "_Words", *, asked: bool
) -> Event:
    told, title = given("dates", notice.dates), given("title", about.title)
    event = Event()
    event["UID"] = _Text(uid(given("session", notice.session), told.client, number, words.sender.domain))
    event["DTSTAMP"] = vDatetime(words.at)
    event["SEQUENCE"] = vInt(told.sequence)
    event["ORGANIZER"] = _organiser(words.sender)
    event["ATTENDEE"] = _attendee(told, asked=asked)
    event["SUMMARY"] = _Text(title)
    if meeting is not None:
        shown = words.texts.show(Timetable(given("zone", about.zone), (meeting,)), words.language)
        event["DTSTART"] = vDatetime(meeting.starts)
        event["DTEND"] = vDatetime(meeting.ends)
        event["DESCRIPTION"] = _Text(f"{title}\n{shown}")
        if meeting.place is not None:
            event["LOCATION"] = _Text(meeting.place)
    if not asked:
        event["STATUS"] = _Text("CANCELLED")
    return event


def _organiser(sender: Sender) -> vCalAddress:
    address = vCalAddress(f"mailto:{deliverable(sender.replies or sender.address)}")
    # No parameter can hold a double quote.
    address.params["CN"] = vText(sender.name.replace('"', "'"))
    return address


def _attendee(told: DatesTold, *, asked: bool) -> vCalAddress:
    address = vCalAddress(f"mailto:{deliverable(told.to.address)}")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    if asked:
        address.params["PARTSTAT"] = vText("NEEDS-ACTION")
        address.params["RSVP"] = vText("TRUE")
    return address
