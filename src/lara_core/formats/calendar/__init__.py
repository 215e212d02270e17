"""A session's dates in calendars: requests, updates and cancellations written, and replies read (C7).

A message is iTIP (RFC 5546): one iCalendar object (RFC 5545) about one date, because all that one such object asks
must have one UID. Instants are in UTC; the description says the same in local time, in words.

- `request` asks about the dates of a proposal, and asks anew after a change: same UID, larger SEQUENCE.
- `cancel` takes dates back: those that were lost, or all of a session that is called off.
- `of_notice` gives whichever of them goes with a notice, or nothing.
- `read` reads the reply of a calendar, which is untrusted.

A UID names the session, the client and the date's number, so it is the same for good, and a reply says by itself whose
it is. SEQUENCE is the version at which the proposal was sent, or the dates were taken back: it only grows.
"""

from lara_core.formats.calendar.reading import MOST_BYTES, MOST_COMPONENTS, MOST_LINES, read
from lara_core.formats.calendar.writing import CalendarMessage, cancel, of_notice, request, uid
from lara_core.replies import Reply

__all__ = [
    "MOST_BYTES",
    "MOST_COMPONENTS",
    "MOST_LINES",
    "CalendarMessage",
    "Reply",
    "cancel",
    "of_notice",
    "read",
    "request",
    "uid",
]
