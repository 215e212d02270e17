"""Rosters as xlsx workbooks. What openpyxl makes of them is looked through first (`_xml`), part by part."""

from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from itertools import islice
from typing import BinaryIO, Final

from lara_core.formats.rosters._cells import text
from lara_core.formats.rosters._foreign import NEEDED, attempt
from lara_core.formats.rosters._package import opened
from lara_core.formats.rosters._source import Window
from lara_core.formats.rosters._xml import LAST_COLUMN, Extent, extent, shared_texts
from lara_core.kernel.decisions import Refused
from lara_core.roster_columns import Row
from lara_core.roster_refusals import Caps, CellTooLong, Damaged, Format, HasMacros, NoSheet, UnknownFormat

try:
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.styles.stylesheet import apply_stylesheet
    from openpyxl.xml.constants import SHARED_STRINGS, XLSM, XLSX, XLTM, XLTX
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(NEEDED, name=missing.name) from missing
if find_spec("defusedxml") is None:
    # openpyxl does without, and then takes whatever entities there are.
    raise ModuleNotFoundError(NEEDED, name="defusedxml")

# How many rows are asked for at once.
_AT_ONCE: Final = 500


class Workbook:
    """The first visible sheet of an xlsx workbook. The whole sheet is looked through before any row is read.

    Refused: what `_package` and `_xml` refuse, and `NoSheet`.
    """

    format = Format.XLSX
    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, file: BinaryIO, caps: Caps) -> None:
        self._caps = caps
        self._package = opened(Window(file, caps), caps)
        self._workbook = attempt(lambda: self._opened(Window(file, caps)))
        self._known_kind()
        found = attempt(self._first_shown)
        if found is None:
            raise Refused(NoSheet())
        self.sheet, part = found
        self._extent = attempt(lambda: self._loaded(part))
        self._sheet = self._workbook.wb.worksheets[0]
        self.total = self._package.getinfo(part).file_size
        self._row = 0

    @property
    def done(self) -> int:
        """How many bytes of the sheet have been read, about."""
        return self.total * self._row // max(self._extent.last, 1)

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, from the beginning. Refused: `CellTooLong`, `Damaged`."""
        found = self._extent
        values = self._sheet.iter_rows(1, found.last, 1, found.width, values_only=True)
        number = formula = 0
        while number < found.last:
            some = attempt(partial(_next, values, min(_AT_ONCE, found.last - number)))
            if not some:
                raise Refused(Damaged())
            for row in some:
                number += 1
                self._row = number
                formulas: set[int] = set()
                while formula < len(found.formulas) and found.formulas[formula] // LAST_COLUMN == number:
                    formulas.add(found.formulas[formula] % LAST_COLUMN + 1)
                    formula += 1
                # Where rows are left out, openpyxl gives empty ones, up to a million.
                if not formulas and row.count(None) == len(row):
                    continue
                cells = tuple(map(text, row))
                if any(len(cell) > self._caps.cell for cell in cells):
                    raise Refused(CellTooLong(number, self._caps.cell))
                if formulas or "".join(cells).strip():
                    yield Row(number, cells, frozenset(formulas))

    def _opened(self, window: Window) -> ExcelReader:
        workbook = ExcelReader(window, read_only=True, data_only=True, keep_links=False)
        workbook.archive = self._package
        workbook.read_manifest()
        return workbook

    def _known_kind(self) -> None:
        kinds = {part.ContentType for part in self._workbook.package.Override}
        if kinds & {XLSM, XLTM}:
            raise Refused(HasMacros())
        if not kinds & {XLSX, XLTX} and XLSX not in {part.ContentType for part in self._workbook.package.Default}:
            raise Refused(UnknownFormat())

    def _first_shown(self) -> tuple[str, str] | None:
        """The name and the part of the first sheet of cells that is not hidden."""
        self._workbook.read_workbook()
        for sheet, part in self._workbook.parser.find_sheets():
            if sheet.state == "visible" and str(part.Type).endswith("/worksheet"):
                return str(sheet.name), str(part.Target)
        return None

    def _loaded(self, part: str) -> Extent:
        """Have openpyxl load that sheet alone, after everything that it is going to see was looked through."""
        with self._package.open(part) as stream:
            found = extent(stream, self._caps)
        self._workbook.shared_strings = self._texts()
        _ = apply_stylesheet(self._package, self._workbook.wb)
        self._workbook.valid_files = [part]
        self._workbook.read_worksheets()
        return found

    def _texts(self) -> list[str]:
        for part in self._workbook.package.Override:
            if part.ContentType == SHARED_STRINGS:
                with self._package.open(str(part.PartName)[1:]) as stream:
                    return shared_texts(stream, self._caps)
        return []


def _next(values: Iterator[tuple[object, ...]], most: int) -> list[tuple[object, ...]]:
    return list(islice(values, most))
