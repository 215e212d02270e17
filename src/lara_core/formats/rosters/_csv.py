"""Rosters as text: which encoding it is in, what parts its cells, and its rows as a stream."""

import csv
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, getincrementaldecoder
from collections import Counter
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper
from itertools import islice
from typing import BinaryIO, Final

from lara_core.formats.rosters._source import CHUNK, Window
from lara_core.kernel.decisions import Refused
from lara_core.roster_columns import Row
from lara_core.roster_refusals import (
    Caps,
    CellTooLong,
    Format,
    HasNul,
    QuoteOpen,
    TooManyColumns,
    TooManyRows,
    Undecodable,
)

NUL: Final = "\0"

# In this order, where several would do: prices have commas in them, and lists in a cell bars.
DELIMITERS: Final = ("\t", ";", ",", "|")
_SNIFFED: Final = 50
_ALWAYS, _MOSTLY = 0.9, 0.5

# What spreadsheet programs would take for a formula, behind as many apostrophes as there are.
_RISKY: Final = re.compile(r"'*[=+\-@\t\r\n]")


def neutralised(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula: with an apostrophe before it, where it needs one."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def restored(cell: str) -> str:
    """What the cell was before it was neutralised."""
    return cell[1:] if cell[:1] == "'" and _RISKY.match(cell) else cell


class Text:
    """A roster as text. Its encoding is found, and all of it decoded once, before any row is read."""

    format = Format.CSV
    sheet: str | None = None

    def __init__(self, file: BinaryIO, caps: Caps) -> None:
        self._file = file
        self._caps = caps
        self.encoding, self._start = _encoding(file, caps)
        self._window = Window(file, caps, self._start)
        self.total = self._window.size
        self.delimiter = _delimiter(self._text().read(CHUNK))

    @property
    def done(self) -> int:
        """How many bytes have been read."""
        return self._window.tell()

    def _text(self) -> TextIOWrapper:
        self._window = Window(self._file, self._caps, self._start)
        return TextIOWrapper(BufferedReader(self._window, CHUNK), encoding=self.encoding, newline="")

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, from the beginning.

        Refused: `TooManyRows`, `TooManyColumns`, `CellTooLong`, `QuoteOpen`.
        """
        caps, most = self._caps, self._caps.columns * (self._caps.cell + 3) + 2
        # A NUL parts nothing, for there is none.
        delimiter = self.delimiter or NUL
        readline = self._text().readline
        given = finished = length = 0
        apostrophe = False

        def lines() -> Iterator[str]:
            nonlocal given, length, apostrophe
            while text := readline(most):
                given += 1
                length += len(text)
                if "'" in text:
                    apostrophe = True
                if length >= most:
                    raise Refused(too_long(text.count(delimiter)))
                yield text
            if given != finished:
                raise Refused(QuoteOpen(finished + 1))

        def too_long(delimiters: int) -> QuoteOpen | TooManyColumns | CellTooLong:
            if given > finished + 1:
                return QuoteOpen(finished + 1)
            if delimiters >= caps.columns:
                return TooManyColumns(given, caps.columns)
            return CellTooLong(given, caps.cell)

        try:
            for number, record in enumerate(csv.reader(lines(), delimiter=delimiter), 1):
                if number > caps.rows:
                    raise Refused(TooManyRows(caps.rows))
                line, finished, cells = finished + 1, given, record
                if len(cells) > caps.columns:
                    if any(cells[caps.columns :]):
                        raise Refused(TooManyColumns(line, caps.columns))
                    cells = cells[: caps.columns]
                if length > caps.cell and any(len(cell) > caps.cell for cell in cells):
                    raise Refused(CellTooLong(line, caps.cell))
                length = 0
                if apostrophe:
                    cells = [restored(cell) for cell in cells]
                    apostrophe = False
                for cell in cells:
                    if cell and not cell.isspace():
                        yield Row(line, tuple(cells))
                        break
        except csv.Error:
            # The one thing that a lenient reader complains of is a cell beyond its own limit, which is above ours.
            refusal = too_long(0)
        else:
            return
        raise Refused(refusal)


def _encoding(file: BinaryIO, caps: Caps) -> tuple[str, int]:
    """The encoding, and the length of the mark that says so. Refused: `HasNul`, `Undecodable`."""
    head = Window(file, caps).read(4)
    if head in (BOM_UTF32_LE, BOM_UTF32_BE):
        raise Refused(Undecodable(1))
    for mark, encoding in ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            _decode(Window(file, caps, len(mark)), encoding)
            return encoding, len(mark)
    # Text in UTF-16 without a mark begins with letters of which every other byte is zero.
    zeros = tuple(byte == 0 for byte in head)
    for pattern, encoding in (((False, True) * 2, "utf-16-le"), ((True, False) * 2, "utf-16-be")):
        if zeros == pattern:
            _decode(Window(file, caps), encoding)
            return encoding, 0
    try:
        _decode(Window(file, caps), "utf-8")
    except Refused as refused:
        if type(refused.refusal) is HasNul:
            raise
    else:
        return "utf-8", 0
    _decode(Window(file, caps), "cp1252")
    return "cp1252", 0


def _decode(window: Window, encoding: str) -> None:
    decoder = getincrementaldecoder(encoding)()
    feeds = returns = 0

    def line(text: str) -> int:
        return max(feeds + text.count("\n"), returns + text.count("\r")) + 1

    while True:
        chunk = window.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            before = bytes(error.object[: error.start]).decode(encoding, "ignore")
        else:
            if NUL in text:
                raise Refused(HasNul(line(text[: text.index(NUL)])))
            if not chunk:
                return
            feeds, returns = feeds + text.count("\n"), returns + text.count("\r")
            continue
        # Raised out here, so that no traceback shows what is in the file.
        raise Refused(Undecodable(line(before)))


def _delimiter(sample: str) -> str | None:
    """What parts the cells, or nothing does: then a line is a cell.

    It is what most rows have as often as each other. A quotation mark may hide it.
    """
    lines = sample.splitlines(keepends=True)
    if len(sample) == CHUNK and len(lines) > 1:
        del lines[-1]
    best, part = None, _MOSTLY
    for delimiter in DELIMITERS:
        widths = [len(row) for row in islice(csv.reader(lines, delimiter=delimiter), _SNIFFED) if "".join(row).strip()]
        common = Counter(width for width in widths if width > 1).most_common(1)
        # Where it leaves nothing in any row, it is what the blank rows are made of.
        share = common[0][1] / len(widths) if common else float(not widths)
        if share >= _ALWAYS:
            return delimiter
        if share > part or (best is None and share == part):
            best, part = delimiter, share
    return best
