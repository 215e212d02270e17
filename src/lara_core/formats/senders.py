"""Who sends mail and invitations for the organisation, and where answers go."""

import re
from typing import Final

from attrs import field, frozen
from attrs.validators import optional

from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.people import EmailAddress
from lara_core.kernel.validators import checked, line

_DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
NAME_LENGTH: Final = 100


def _name(field: str, value: str) -> str:
    return line(field, value, most=NAME_LENGTH)


def _domain(field: str, value: str) -> str:
    if not _DOMAIN.fullmatch(line(field, value, most=253)):
        raise BadValue(field, Flaw.WRONG_FORM)
    return value


def _address(field: str, value: EmailAddress) -> None:
    if type(value) is not EmailAddress:
        raise BadValue(field, Flaw.WRONG_TYPE)


@frozen
class Sender:
    """Who messages come from: a *name* of at most 100 characters, and an *address*.

    *domain* stands in the ids of messages and of events in calendars: one of the organisation's, in lower case, in
    ASCII. Calendars know an event by it, so it is never changed. Answers, those of calendars too, go to *replies*, or
    else to the address.
    """

    name: str = field(validator=checked(_name))
    address: EmailAddress = field(validator=checked(_address))
    domain: str = field(validator=checked(_domain))
    replies: EmailAddress | None = field(default=None, validator=optional(checked(_address)))


def deliverable(address: EmailAddress) -> str:
    """*address* as mail servers take it: as it was typed, but the domain in its ASCII form (K7)."""
    return f"{address.typed.rpartition('@')[0]}@{address.key.rpartition('@')[2]}"
