"""Rosters from files: text, xlsx and xls workbooks, row by row; and back, for the rows that were left out (O6, O7).

`read(file)` looks at a file and proposes what its columns are. Its content says which format it is in; its name, where
one is given, must not say something else. A `Roster` then gives its rows, what they say, or all of it in batches, each
time from the beginning. Reading a text takes no library, workbooks need the extra `roster`.

- Text may be in UTF-8 or UTF-16, with or without a mark, or in Windows-1252. Cells are parted by a tab, `;`, `,` or
  `|`, or a line is one cell. Lines end as they do on any system. All of it is text, also what looks like a formula.
- Of a workbook the first visible sheet of cells is read, and the values that were last shown in it; nothing is ever
  computed. Numbers become all their digits, days and times become ISO 8601, truths `TRUE` and `FALSE`. A formula
  in the column of addresses makes its row a bad one.

Caps hold while reading: bytes, and what they inflate to, are counted as they come. A text is a stream at every size. Of
an xlsx workbook the texts that cells share are kept, of an xls workbook all that it has in its sheet.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import dropwhile
from typing import BinaryIO, Final, Protocol, TypeAlias

from attrs import field, frozen

from lara_core.formats.rosters._csv import Text
from lara_core.formats.rosters._ole import SIGNATURE
from lara_core.formats.rosters._source import Window, fingerprint
from lara_core.formats.rosters._writing import write_left_out
from lara_core.kernel.decisions import Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import Key
from lara_core.kernel.validators import whole
from lara_core.roster_columns import Columns, Row
from lara_core.roster_refusals import (
    Caps,
    Format,
    HasMacros,
    OtherFormat,
    ReadingStopped,
    RosterEmpty,
    UnknownFormat,
)
from lara_core.roster_rows import Preview, Reading, preview, readings

__all__ = ["BATCH", "Batch", "Progress", "Roster", "fingerprint", "read", "write_left_out"]

BATCH: Final = 500
"""How many rows a batch has, unless it is said otherwise."""

MOST_IN_A_BATCH: Final = 10_000

_CAPS: Final = Caps()
_TOLD: Final = 1_000
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
# What other files begin with that people call rosters: PDF, pictures, archives, RTF, web pages and other XML.
_OTHERS: Final = (
    b"%PDF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"{\\rtf",
    b"<",
    b"\xef\xbb\xbf<",
)
_NAMED: Final = {
    "csv": Format.CSV,
    "tsv": Format.CSV,
    "txt": Format.CSV,
    "xlsx": Format.XLSX,
    "xltx": Format.XLSX,
    "xls": Format.XLS,
    "xlt": Format.XLS,
}
_WITH_MACROS: Final = frozenset({"xlsm", "xltm", "xlam"})


@frozen
class Progress:
    """How far reading is: so many *rows*, and *done* of *total* bytes; of a workbook, as a part of its sheet."""

    rows: int
    done: int
    total: int


Told: TypeAlias = Callable[[Progress], object]
"""Who is told of the progress, every 1,000 rows and at the end. `False` stops the reading, anything else goes on."""


@frozen
class Batch:
    """Some rows of a file, in order: what is imported in one transaction.

    *key* is the same whenever the same lines of the same bytes are read by the same columns. An act under it happens
    once, however often an import is begun again (K4).
    """

    key: Key
    readings: tuple[Reading, ...]

    @property
    def first(self) -> int:
        """The line of the first row."""
        return self.readings[0].line

    @property
    def last(self) -> int:
        """The line of the last row: whoever goes on begins after it."""
        return self.readings[-1].line


class _Table(Protocol):
    """What each format gives."""

    @property
    def format(self) -> Format: ...
    @property
    def encoding(self) -> str | None: ...
    @property
    def delimiter(self) -> str | None: ...
    @property
    def sheet(self) -> str | None: ...
    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...
    def rows(self) -> Iterator[Row]: ...


@frozen(eq=False)
class Roster:
    """A file that can be read as a roster, by these *columns* (O6).

    *heading* is the row that names the columns, where there is one. The host keeps the file open, and leaves it alone,
    as long as it reads.
    """

    columns: Columns
    heading: Row | None
    _file: BinaryIO = field(repr=False)
    _table: _Table = field(repr=False)

    @property
    def format(self) -> Format:
        """What the file is written in."""
        return self._table.format

    @property
    def encoding(self) -> str | None:
        """The encoding of a text, as Python calls it."""
        return self._table.encoding

    @property
    def delimiter(self) -> str | None:
        """What parts the cells of a text; nothing where each line is one."""
        return self._table.delimiter

    @property
    def sheet(self) -> str | None:
        """The name of the sheet that is read of a workbook."""
        return self._table.sheet

    def rows(self, *, progress: Told | None = None) -> Iterator[Row]:
        """The rows below the heading that are not blank, as they are.

        Refused, when the row is reached: what is too large, too long or damaged; `ReadingStopped`.
        """
        above = 0 if self.columns.heading is None else self.columns.heading
        rows = self._table.rows()
        if above:
            rows = dropwhile(lambda row: row.line <= above, rows)
        return rows if progress is None else self._telling(rows, progress)

    def readings(self, *, progress: Told | None = None) -> Iterator[Reading]:
        """What each row says: a contact, a bad row, or a duplicate. Refused: as `rows`."""
        return readings(self.rows(progress=progress), self.columns)

    def preview(self, *, first: int = 10, bad: int = 1_000, progress: Told | None = None) -> Preview:
        """What an import would find: its *first* rows, all counts, and the first *bad* rows (O6).

        Refused: as `rows`.
        """
        return preview(
            self.rows(progress=progress),
            self.columns,
            heading=self.heading,
            first=whole("first", first, least=0, most=MOST_IN_A_BATCH),
            bad=whole("bad", bad, least=0, most=MOST_IN_A_BATCH),
        )

    def batches(self, size: int = BATCH, *, after: int = 0, progress: Told | None = None) -> Iterator[Batch]:
        """All rows in batches of *size*, those up to the line *after* left out; so an import goes on where it was.

        Which rows are duplicates does not depend on where it goes on. Refused: as `rows`.
        """
        _ = whole("size", size, least=1, most=MOST_IN_A_BATCH)
        _ = whole("after", after, least=0, most=2**31)
        name = self._name()
        some: list[Reading] = []
        for reading in self.readings(progress=progress):
            if reading.line > after:
                some.append(reading)
                if len(some) == size:
                    yield _batch(name, some)
                    some = []
        if some:
            yield _batch(name, some)

    def _name(self) -> str:
        columns = self.columns
        chosen = (columns.email, columns.first_name, columns.name, columns.heading, sorted(columns.free.items()))
        return sha256(f"{fingerprint(self._file)} {chosen!r}".encode()).hexdigest()

    def _telling(self, rows: Iterator[Row], progress: Told) -> Iterator[Row]:
        table, read, line = self._table, 0, 0
        for row in rows:
            read, line = read + 1, row.line
            yield row
            if read % _TOLD == 0 and progress(Progress(read, table.done, table.total)) is False:
                raise Refused(ReadingStopped(line))
        _ = progress(Progress(read, table.total, table.total))


def _batch(name: str, some: list[Reading]) -> Batch:
    return Batch(Key(f"roster:{name}:{some[0].line}-{some[-1].line}"), tuple(some))


def read(file: BinaryIO, *, name: str | None = None, caps: Caps = _CAPS, columns: Columns | None = None) -> Roster:
    """Look at a *file*, which can be sought in, and say what its columns are: *columns*, or the proposed ones (O6).

    *name* is what whoever sent it calls it. Refused: every `RosterRefusal`, those that are about a single line as soon
    as it is reached. What is kept in mind is little, whatever the file is.
    """
    if not file.seekable():
        raise BadValue("file", Flaw.WRONG_TYPE)
    table = _table(file, name, caps)
    if columns is None:
        columns = Columns.proposed(table.rows())
    else:
        columns.fit(table.rows())
    return Roster(columns, _heading(table.rows(), columns.heading), file, table)


def _heading(rows: Iterator[Row], line: int | None) -> Row | None:
    for row in rows:
        if line is None or row.line >= line:
            return row if row.line == line else None
    return None


def _table(file: BinaryIO, name: str | None, caps: Caps) -> _Table:
    head = Window(file, caps).read(8)
    if not head:
        raise Refused(RosterEmpty())
    found = Format.XLS if head == SIGNATURE else Format.XLSX if head.startswith(_ZIP) else Format.CSV
    ending = (name or "").rpartition(".")[2].lower()
    if ending in _WITH_MACROS and found is not Format.CSV:
        raise Refused(HasMacros())
    if found is Format.CSV and head.lstrip().startswith(_OTHERS):
        raise Refused(UnknownFormat())
    table = _opened(file, found, caps)
    if name and "." in name and _NAMED.get(ending, found) is not found:
        raise Refused(OtherFormat(_NAMED[ending], found))
    return table


def _opened(file: BinaryIO, found: Format, caps: Caps) -> _Table:
    # Imported for the first workbook: texts need neither library.
    match found:
        case Format.CSV:
            return Text(file, caps)
        case Format.XLSX:
            from lara_core.formats.rosters._xlsx import Workbook

            return Workbook(file, caps)
        case Format.XLS:
            from lara_core.formats.rosters._xls import OldWorkbook

            return OldWorkbook(file, caps)
