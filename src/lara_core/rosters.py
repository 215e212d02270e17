"""Rosters: lists of people in a file, read row by row, so that each can be granted something or become a contact.

Vocabulary. A *roster* is a file, or the first visible sheet of one, with a *row* for each person. Its *columns* say
which is the e-mail address, which the first name and the name, and which are *free fields*; together they are the
file's *mapping*, which is proposed from its *heading* and which a host may override. A row gives a *contact*, or it is
*bad*, for one *reason*, or it is the *duplicate* of an earlier row about the same person. A *preview* says all this
before anything is done; the *outcome* says what came of it.

Invariants. Each row counts once: accepted + rejected + duplicate = rows. Blank lines, the heading and what stands above
it are no rows. Bad rows never hold back good ones, and the first row about somebody is the one that counts (O6).
What is read depends on the file and the mapping alone, so reading again gives the same. Lines and columns are counted
from 1: the line is the one where the row begins in a text, or the row's number in a sheet.

What the host must guarantee: it imports batches in order, each under the batch's own key, so that one that is repeated
after a crash is answered with what it did (K4). Who may import is asked before (R2).

Files are read by `lara_core.formats.rosters`; why one is not read stands in `lara_core.roster_refusals`, the columns in
`lara_core.roster_columns`, the rows in `lara_core.roster_rows`. All of it is imported from here.
"""

from lara_core.roster_columns import (
    HEADINGS,
    MOST_COLUMNS,
    SAMPLE,
    Columns,
    Row,
    Use,
    left_out_columns,
    letters,
)
from lara_core.roster_refusals import (
    Caps,
    CellTooLong,
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
    PasswordProtected,
    QuoteOpen,
    ReadingStopped,
    RosterEmpty,
    RosterRefusal,
    TooComplex,
    TooLarge,
    TooManyColumns,
    TooManyRows,
    Undecodable,
    UnknownFormat,
)
from lara_core.roster_rows import (
    FREE_LENGTH,
    BadRow,
    Contact,
    Counts,
    Duplicate,
    LeftOut,
    Outcome,
    Preview,
    Reading,
    Reason,
    RefusedRow,
    Result,
    Taken,
    preview,
    reader,
    readings,
)

__all__ = [
    "FREE_LENGTH",
    "HEADINGS",
    "MOST_COLUMNS",
    "SAMPLE",
    "BadRow",
    "Caps",
    "CellTooLong",
    "Columns",
    "Contact",
    "Counts",
    "Damaged",
    "Duplicate",
    "Format",
    "HasDoctype",
    "HasMacros",
    "HasNul",
    "InflatesTooMuch",
    "LeftOut",
    "NoAddressColumn",
    "NoSheet",
    "NoSuchColumn",
    "OtherFormat",
    "Outcome",
    "PasswordProtected",
    "Preview",
    "QuoteOpen",
    "Reading",
    "ReadingStopped",
    "Reason",
    "RefusedRow",
    "Result",
    "RosterEmpty",
    "RosterRefusal",
    "Row",
    "Taken",
    "TooComplex",
    "TooLarge",
    "TooManyColumns",
    "TooManyRows",
    "Undecodable",
    "UnknownFormat",
    "Use",
    "left_out_columns",
    "letters",
    "preview",
    "reader",
    "readings",
]
