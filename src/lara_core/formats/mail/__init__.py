"""Notices as real messages: text and HTML, with what goes into calendars, and files (T2, C1).

- `write` makes one message of one notice, to one address.
- `Layout` is how the HTML looks; a host may have one of its own.

Each message is addressed to its own recipient alone. Nobody else stands in its headers, so however it is sent, the copy
with the links goes nowhere else, and blind copies show nobody (C1). Who has an open copy is said in the text.

The same notice gives the same bytes: Message-ID and boundaries are made of the notice's key, the date is the act's. So
what is sent twice is known as one message by whoever gets it.
"""

from lara_core.formats.mail.layouts import STANDARD, Layout
from lara_core.formats.mail.writing import MOST_BYTES, CalendarPart, File, Mail, write
from lara_core.formats.senders import Sender

__all__ = ["MOST_BYTES", "STANDARD", "CalendarPart", "File", "Layout", "Mail", "Sender", "write"]
