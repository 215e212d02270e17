"""One place where a document is written with what SQL has beside it: for saving decisions, and for erasing."""

import sqlite3
from typing import Any

from lara_core.kernel.decisions import Aggregate
from lara_core.participants import Enrolment
from lara_core.partners import Partner
from lara_core.registrations import Registration
from lara_core.spending import SpendingLimit
from sqlite_host.companies import SqliteEnrolments, SqliteLimits, SqlitePartners
from sqlite_host.documents import Documents, SqliteRegistrations
from sqlite_host.kinds import Kind


def put(db: sqlite3.Connection, kind: Kind[Any, Any], state: Aggregate) -> None:
    """Write a document of that kind as it is now, and the rows that follow from it."""
    match state:
        case Registration():
            SqliteRegistrations(db).put(state)
        case Partner():
            SqlitePartners(db).put(state)
        case SpendingLimit():
            SqliteLimits(db).put(state)
        case Enrolment():
            SqliteEnrolments(db).put(state)
        case _:
            Documents(db, kind).put(state)
