"""How much a file may be, and why one is not read at all. Part of `lara_core.rosters`."""

from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from attrs import field, frozen

from lara_core.kernel.validators import checked, whole

_BYTES: Final = 1_000_000_000


class Format(StrEnum):
    """What a roster is written in."""

    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"


def _bytes(field: str, value: int) -> int:
    return whole(field, value, least=1, most=_BYTES)


def _lines(field: str, value: int) -> int:
    return whole(field, value, least=1, most=10_000_000)


def _columns(field: str, value: int) -> int:
    return whole(field, value, least=1, most=16_384)


def _characters(field: str, value: int) -> int:
    return whole(field, value, least=1, most=100_000)


@frozen(kw_only=True)
class Caps:
    """How much a file may be (O7).

    *file* is its bytes, and *inflated* the bytes that it unpacks to. *rows* are counted with the heading and with blank
    ones. *columns* are those that hold something. *cell* is the characters of one cell.
    """

    file: int = field(default=20_000_000, validator=checked(_bytes))
    inflated: int = field(default=100_000_000, validator=checked(_bytes))
    rows: int = field(default=200_000, validator=checked(_lines))
    columns: int = field(default=100, validator=checked(_columns))
    cell: int = field(default=10_000, validator=checked(_characters))


@frozen
class RosterEmpty:
    """There is nothing in the file but blank lines."""

    code: ClassVar[str] = "rosters.roster_empty"


@frozen
class TooLarge:
    """The file has more than *limit* bytes (O7)."""

    code: ClassVar[str] = "rosters.too_large"
    limit: int


@frozen
class InflatesTooMuch:
    """What the file unpacks to has more than *limit* bytes, or says so (O7)."""

    code: ClassVar[str] = "rosters.inflates_too_much"
    limit: int


@frozen
class TooManyRows:
    """There are more than *limit* rows (O7)."""

    code: ClassVar[str] = "rosters.too_many_rows"
    limit: int


@frozen
class TooManyColumns:
    """The row in this *line* has something in a column beyond the first *limit* (O7)."""

    code: ClassVar[str] = "rosters.too_many_columns"
    line: int
    limit: int


@frozen
class CellTooLong:
    """A cell in this *line* has more than *limit* characters (O7)."""

    code: ClassVar[str] = "rosters.cell_too_long"
    line: int
    limit: int


@frozen
class TooComplex:
    """The workbook has too much besides its rows: styles, sheets, nesting, or texts that stand in no cell (O7)."""

    code: ClassVar[str] = "rosters.too_complex"


@frozen
class PasswordProtected:
    """The file opens with a password only (O7)."""

    code: ClassVar[str] = "rosters.password_protected"


@frozen
class HasMacros:
    """The workbook has macros in it. They would never be run, but whoever sends it on would send them on (O7)."""

    code: ClassVar[str] = "rosters.has_macros"


@frozen
class HasDoctype:
    """The workbook has a document type declaration, where entities are declared. No spreadsheet program does (O7)."""

    code: ClassVar[str] = "rosters.has_doctype"


@frozen
class UnknownFormat:
    """The file is neither text nor a workbook of a known kind (O6)."""

    code: ClassVar[str] = "rosters.unknown_format"


@frozen
class OtherFormat:
    """The file's name says that it is *named*; by its content it is *found* (O6)."""

    code: ClassVar[str] = "rosters.other_format"
    named: Format
    found: Format


@frozen
class Damaged:
    """The file is cut off, or not as its format says (O7)."""

    code: ClassVar[str] = "rosters.damaged"


@frozen
class NoSheet:
    """The workbook has no visible sheet of cells (O6)."""

    code: ClassVar[str] = "rosters.no_sheet"


@frozen
class QuoteOpen:
    """A quotation mark in the row that begins in this *line* is never closed, or not for longer than a row may be."""

    code: ClassVar[str] = "rosters.quote_open"
    line: int


@frozen
class HasNul:
    """There is a NUL character in this *line*: this is no text (O6)."""

    code: ClassVar[str] = "rosters.has_nul"
    line: int


@frozen
class Undecodable:
    """This *line* is in none of the encodings that are read (O6)."""

    code: ClassVar[str] = "rosters.undecodable"
    line: int


@frozen
class NoAddressColumn:
    """The heading calls the first column something else, and no column is one of e-mail addresses (O6)."""

    code: ClassVar[str] = "rosters.no_address_column"


@frozen
class NoSuchColumn:
    """The mapping names a *column* that the file, with so many *columns*, does not have (O6)."""

    code: ClassVar[str] = "rosters.no_such_column"
    column: int
    columns: int


@frozen
class ReadingStopped:
    """Whoever was told of the progress did not want to go on; this *line* was the last one read (O7)."""

    code: ClassVar[str] = "rosters.reading_stopped"
    line: int


RosterRefusal: TypeAlias = (
    RosterEmpty
    | TooLarge
    | InflatesTooMuch
    | TooManyRows
    | TooManyColumns
    | CellTooLong
    | TooComplex
    | PasswordProtected
    | HasMacros
    | HasDoctype
    | UnknownFormat
    | OtherFormat
    | Damaged
    | NoSheet
    | QuoteOpen
    | HasNul
    | Undecodable
    | NoAddressColumn
    | NoSuchColumn
    | ReadingStopped
)
