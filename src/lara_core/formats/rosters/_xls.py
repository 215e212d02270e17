"""Rosters as xls workbooks. What xlrd makes of them are the few kinds of records that a roster has, and no others."""

from array import array
from collections.abc import Iterator
from functools import partial
from struct import pack_into, unpack_from
from typing import BinaryIO, Final

from lara_core.formats.rosters._cells import text
from lara_core.formats.rosters._foreign import NEEDED, attempt
from lara_core.formats.rosters._ole import Compound
from lara_core.formats.rosters._source import Window
from lara_core.formats.rosters._xml import LAST_COLUMN, MOST_TEXT_MEMORY, Extent
from lara_core.kernel.decisions import Refused
from lara_core.roster_columns import Row
from lara_core.roster_refusals import (
    Caps,
    CellTooLong,
    Damaged,
    Format,
    HasMacros,
    NoSheet,
    PasswordProtected,
    TooComplex,
    TooManyColumns,
    TooManyRows,
    UnknownFormat,
)

try:
    import xlrd
    from xlrd.sheet import Sheet
    from xlrd.xldate import XLDateError, xldate_as_datetime
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(NEEDED, name=missing.name) from missing

_BOF, _EOF, _CONTINUE, _FILEPASS, _BOUNDSHEET, _SST = 0x809, 0x0A, 0x3C, 0x2F, 0x85, 0xFC
_FORMULA, _STRING, _MULRK = 0x06, 0x207, 0xBD
# Number, RK, label, label of the table, rich label, truth or error.
_CELLS: Final = frozenset({0x203, 0x27E, 0x204, 0xFD, 0xD6, 0x205, _FORMULA, _MULRK})
# Code page, how days are counted, formats and which cell has which, and what can stand after a formula.
_KEPT: Final = frozenset(
    {_BOF, _EOF, _BOUNDSHEET, _SST, _STRING, 0x42, 0x22, 0x41E, 0xE0, 0x221, 0x4BC, 0x236} | _CELLS
)
_CONTINUED: Final = frozenset({_SST, _STRING})
_NOTHING: Final = 0xFFFE
"""The number that a record is given that is not to be read: no record has it."""

_SMALLEST_TEXT: Final = 64
# How many rows are asked for at once.
_AT_ONCE: Final = 500


class _Nowhere:
    """Where xlrd may say whatever it likes."""

    def write(self, said: str, /) -> int:
        """Forget it."""
        return len(said)

    def flush(self) -> None:
        """There is nothing to flush."""


class OldWorkbook:
    """The first visible sheet of an xls workbook. It is read as a whole, because its table of texts is.

    Refused: `PasswordProtected`, `HasMacros`, `UnknownFormat`, `NoSheet`, `TooManyRows`, `TooManyColumns`,
    `TooComplex`, `Damaged`.
    """

    format = Format.XLS
    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, file: BinaryIO, caps: Caps) -> None:
        self._caps = caps
        window = Window(file, caps)
        self.total = window.size
        stream = _stream(window)
        number, self._extent = attempt(lambda: _tame(stream, caps))
        self._sheet, self._datemode = attempt(lambda: _loaded(bytes(stream), number))
        self.sheet: str = self._sheet.name
        self._row = 0

    @property
    def done(self) -> int:
        """How many bytes have been read, about."""
        return self.total * self._row // max(self._extent.last, 1)

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, from the beginning. Refused: `CellTooLong`, `Damaged`."""
        formula, found = 0, self._extent.formulas
        for start in range(0, self._sheet.nrows, _AT_ONCE):
            for number, cells in enumerate(attempt(partial(self._cells, start)), start + 1):
                self._row = number
                if any(len(cell) > self._caps.cell for cell in cells):
                    raise Refused(CellTooLong(number, self._caps.cell))
                formulas: set[int] = set()
                while formula < len(found) and found[formula] // LAST_COLUMN == number:
                    formulas.add(found[formula] % LAST_COLUMN + 1)
                    formula += 1
                if formulas or "".join(cells).strip():
                    # Rows end where their last cell does; those of a roster are as wide as its sheet.
                    yield Row(number, cells + ("",) * (self._extent.width - len(cells)), frozenset(formulas))

    def _cells(self, start: int) -> list[tuple[str, ...]]:
        sheet = self._sheet
        indices = range(start, min(start + _AT_ONCE, sheet.nrows))
        return [tuple(map(self._text, sheet.row_types(index), sheet.row_values(index))) for index in indices]

    def _text(self, kind: int, value: object) -> str:
        match kind, value:
            case xlrd.XL_CELL_DATE, float(days) if days >= 0:
                try:
                    instant = xldate_as_datetime(days, 1 if self._datemode else 0)
                except (XLDateError, ValueError, OverflowError):
                    return text(days)
                return text(instant.time() if days < 1 else instant)
            case xlrd.XL_CELL_BOOLEAN, int(truth):
                return text(bool(truth))
            case xlrd.XL_CELL_ERROR, int(error):
                return xlrd.error_text_from_code.get(error, "#N/A")
            case _:
                return text(value)


def _stream(window: Window) -> bytearray:
    compound = Compound(window.whole())
    names = compound.entries
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise Refused(PasswordProtected())
    for name in ("Workbook", "Book"):
        if name in names:
            if "_VBA_PROJECT_CUR" in names:
                raise Refused(HasMacros())
            return compound.stream(name)
    raise Refused(UnknownFormat())


def _loaded(stream: bytes, number: int) -> tuple[Sheet, int]:
    book = xlrd.open_workbook(file_contents=stream, logfile=_Nowhere(), on_demand=True, ragged_rows=True)
    sheet = book.sheet_by_index(number)
    book.release_resources()
    return sheet, book.datemode


def _tame(stream: bytearray, caps: Caps) -> tuple[int, Extent]:
    """Cross out all records that are not needed, and look through the cells of the first visible sheet.

    The answer is that sheet's number among the sheets of cells, and how far it goes.
    """
    starts: set[int] = set()
    sheets: list[tuple[int, bool]] = []
    at, before = 0, _NOTHING
    while at + 4 <= len(stream):
        record, length = unpack_from("<HH", stream, at)
        if record == length == 0:
            break
        if record == _FILEPASS:
            raise Refused(PasswordProtected())
        if record == _BOF:
            starts.add(at)
        elif record == _BOUNDSHEET and length >= 6:
            begins, hidden, kind = unpack_from("<IBB", stream, at + 4)
            if kind == 0:
                sheets.append((begins, not hidden))
        elif (
            record == _SST and length >= 8 and unpack_from("<I", stream, at + 8)[0] > MOST_TEXT_MEMORY // _SMALLEST_TEXT
        ):
            raise Refused(TooComplex())
        if record == _CONTINUE:
            kept = before in _CONTINUED
        else:
            kept, before = record in _KEPT, record
        if not kept:
            pack_into("<H", stream, at, _NOTHING)
        at += 4 + length
    number = next((number for number, (_, shown) in enumerate(sheets) if shown), None)
    if number is None:
        raise Refused(NoSheet() if starts else Damaged())
    if sheets[number][0] not in starts:
        # It would begin in the middle of a record, where nothing has been crossed out.
        raise Refused(Damaged())
    return number, _extent(stream, sheets[number][0], caps)


def _extent(stream: bytearray, at: int, caps: Caps) -> Extent:
    formulas = array("Q")
    last = width = depth = 0
    while at + 4 <= len(stream):
        record, length = unpack_from("<HH", stream, at)
        if record == _BOF:
            depth += 1
        elif record == _EOF:
            depth -= 1
            if not depth:
                break
        elif record in _CELLS and depth == 1:
            row, column = unpack_from("<HH", stream, at + 4)
            if record == _MULRK:
                column = unpack_from("<H", stream, at + 2 + length)[0]
            if column >= caps.columns:
                raise Refused(TooManyColumns(row + 1, caps.columns))
            if row >= caps.rows:
                raise Refused(TooManyRows(caps.rows))
            last, width = max(last, row + 1), max(width, column + 1)
            if record == _FORMULA:
                formulas.append((row + 1) * LAST_COLUMN + column)
        at += 4 + length
    return Extent(last, width, array("Q", sorted(formulas)))
