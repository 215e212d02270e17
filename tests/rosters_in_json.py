"""Mappings, outcomes and refusals of rosters, and what they look like in JSON for good.

A preview is made anew whenever somebody looks at a file, so it has no form of its own.
"""

from collections.abc import Mapping
from typing import Final

from lara_core.formats.json import JSON
from lara_core.kernel.ids import OfferId
from lara_core.offers import OfferEmpty
from lara_core.rosters import (
    BadRow,
    CellTooLong,
    Columns,
    Damaged,
    Format,
    HasDoctype,
    HasMacros,
    HasNul,
    InflatesTooMuch,
    NoAddressColumn,
    NoSheet,
    NoSuchColumn,
    OtherFormat,
    Outcome,
    PasswordProtected,
    QuoteOpen,
    ReadingStopped,
    Reason,
    RefusedRow,
    RosterEmpty,
    TooComplex,
    TooLarge,
    TooManyColumns,
    TooManyRows,
    Undecodable,
    UnknownFormat,
)

BAD: Final = BadRow(3, ("ben at example.com", "Ben"), Reason.ADDRESS_WRONG)
BAD_DATA: Final[Mapping[str, JSON]] = {
    "type": "rosters.bad_row.v1",
    "line": 3,
    "cells": ["ben at example.com", "Ben"],
    "reason": "address_wrong",
}
REFUSED: Final = RefusedRow(4, ("cleo@example.com", ""), OfferEmpty(OfferId("plan")))
REFUSED_DATA: Final[Mapping[str, JSON]] = {
    "type": "rosters.refused_row.v1",
    "line": 4,
    "cells": ["cleo@example.com", ""],
    "refusal": {"type": "offers.offer_empty.v1", "offer": "plan"},
}

KEPT_OF_ROSTERS: Final[list[tuple[object, Mapping[str, JSON]]]] = [
    (
        Columns(3, first_name=2, name=1, free={4: "Société", 5: "E"}, heading=1),
        {
            "type": "rosters.columns.v1",
            "email": 3,
            "first_name": 2,
            "name": 1,
            "free": {"4": "Société", "5": "E"},
            "heading": 1,
        },
    ),
    (BAD, BAD_DATA),
    (REFUSED, REFUSED_DATA),
    (
        Outcome(7, 2, 1, (REFUSED,), (BAD,)),
        {
            "type": "rosters.outcome.v1",
            "new": 7,
            "known": 2,
            "duplicate": 1,
            "refused": [dict(REFUSED_DATA)],
            "rejected": [dict(BAD_DATA)],
        },
    ),
    (RosterEmpty(), {"type": "rosters.roster_empty.v1"}),
    (TooLarge(20), {"type": "rosters.too_large.v1", "limit": 20}),
    (InflatesTooMuch(100), {"type": "rosters.inflates_too_much.v1", "limit": 100}),
    (TooManyRows(9), {"type": "rosters.too_many_rows.v1", "limit": 9}),
    (TooManyColumns(3, 100), {"type": "rosters.too_many_columns.v1", "line": 3, "limit": 100}),
    (CellTooLong(3, 10), {"type": "rosters.cell_too_long.v1", "line": 3, "limit": 10}),
    (TooComplex(), {"type": "rosters.too_complex.v1"}),
    (PasswordProtected(), {"type": "rosters.password_protected.v1"}),
    (HasMacros(), {"type": "rosters.has_macros.v1"}),
    (HasDoctype(), {"type": "rosters.has_doctype.v1"}),
    (UnknownFormat(), {"type": "rosters.unknown_format.v1"}),
    (
        OtherFormat(Format.XLSX, Format.CSV),
        {"type": "rosters.other_format.v1", "named": "xlsx", "found": "csv"},
    ),
    (Damaged(), {"type": "rosters.damaged.v1"}),
    (NoSheet(), {"type": "rosters.no_sheet.v1"}),
    (QuoteOpen(3), {"type": "rosters.quote_open.v1", "line": 3}),
    (HasNul(3), {"type": "rosters.has_nul.v1", "line": 3}),
    (Undecodable(3), {"type": "rosters.undecodable.v1", "line": 3}),
    (NoAddressColumn(), {"type": "rosters.no_address_column.v1"}),
    (NoSuchColumn(5, 4), {"type": "rosters.no_such_column.v1", "column": 5, "columns": 4}),
    (ReadingStopped(3), {"type": "rosters.reading_stopped.v1", "line": 3}),
]
