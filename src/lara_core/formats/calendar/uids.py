"""By which UID calendars know a date, and back. Part of `lara_core.formats.calendar`."""

import re
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from lara_core.confirmation import Confirmation
from lara_core.kernel.ids import ClientId, DateNo, SessionId

_UID: Final = re.compile(r"([1-9][0-9]{0,6})\.([A-Za-z0-9_~%-]+)\.([A-Za-z0-9_~%-]+)@([a-z0-9.-]+)", re.ASCII)


def uid(session: SessionId, client: ClientId, date: DateNo, domain: str) -> str:
    """The date's UID: `1.excel.acme@example.com`. What an id has beside ASCII letters and digits is escaped."""
    return f"{date}.{_escaped(session)}.{_escaped(client)}@{domain}"


def read_uid(text: str, domain: str) -> tuple[SessionId, ClientId, DateNo] | None:
    """Whose UID *text* is; `None` where it was not made here for *domain*."""
    found = _UID.fullmatch(text)
    if found is None:
        return None
    try:
        session, client = (unquote_to_bytes(each).decode() for each in found.group(2, 3))
        names = SessionId(session), ClientId(client), DateNo(int(found[1]))
        _ = Confirmation.id_of(*names[:2])
    # Bad UTF-8, ids that are none, and two that are too long together for a confirmation.
    except ValueError:
        return None
    return names if uid(*names, domain) == text else None


def _escaped(name: str) -> str:
    return quote(name, safe="").replace(".", "%2E")
