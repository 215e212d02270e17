"""One place where a document is written with what SQL has beside it: for saving decisions, and for erasing."""

import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from lara_core.kernel.decisions import Aggregate
from sqlite_host.access import SqliteOfferGrants
from sqlite_host.companies import SqliteEnrolments, SqliteLimits, SqlitePartners
from sqlite_host.dates import SqliteConfirmations
from sqlite_host.documents import Documents
from sqlite_host.kinds import CONFIRMATION, ENROLMENT, LIMIT, OFFER_GRANT, PARTNER, REGISTRATION, Kind
from sqlite_host.roster import SqliteRegistrations

# Which kinds have rows that follow from their documents; all others are documents alone.
_MORE: Final[Mapping[str, type[Documents[Any, Any]]]] = {
    REGISTRATION.name: SqliteRegistrations,
    PARTNER.name: SqlitePartners,
    LIMIT.name: SqliteLimits,
    ENROLMENT.name: SqliteEnrolments,
    CONFIRMATION.name: SqliteConfirmations,
    OFFER_GRANT.name: SqliteOfferGrants,
}


def documents(db: sqlite3.Connection, kind: Kind[Any, Any]) -> Documents[Any, Any]:
    """The documents of that kind."""
    return _MORE.get(kind.name, Documents)(db, kind)


def put(db: sqlite3.Connection, kind: Kind[Any, Any], state: Aggregate) -> None:
    """Write a document of that kind as it is now, and the rows that follow from it."""
    documents(db, kind).put(state)
