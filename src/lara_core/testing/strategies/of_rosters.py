"""Rosters, and files of them. Part of `lara_core.testing.strategies`."""

import csv
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Final

from attrs import field, frozen
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.rosters import HEADINGS, Columns, Use
from lara_core.testing.strategies.values import addresses

_MARKS: Final = {"utf-8": BOM_UTF8, "utf-16-le": BOM_UTF16_LE, "utf-16-be": BOM_UTF16_BE, "cp1252": b""}
_NASTY: Final = (
    "",
    " ",
    "=1+1",
    "+33 1 23",
    "-",
    "@x",
    "'=1+1",
    "''-1",
    "\tx",
    "\rx",
    '"',
    'a "b" c',
    "a;b,c|d\te",
    "a\nb",
    "a\r\nb",
    "A\u202enn",
    "\u200b",
    "x" * 501,
    "Zoë d’Arc",
    "{0.__class__}",
    "日本",
    "not an address",
    "ann@example.com, ben@example.com",
)


@frozen
class RosterFile:
    """A file, and the *rows* that were written into it, the heading and blank ones among them."""

    data: bytes = field(repr=False)
    rows: tuple[tuple[str, ...], ...]
    columns: Columns


def roster_cells() -> SearchStrategy[str]:
    """What stands in a cell: plain words, and whatever has ever made a program stumble, NUL aside."""
    letters = st.characters(codec="utf-8", exclude_characters="\0")
    return st.sampled_from(("Ann", "Lee", "Alfa")) | st.sampled_from(_NASTY) | st.text(letters, max_size=8)


@st.composite
def roster_rows(draw: DrawFn) -> tuple[Columns, tuple[tuple[str, ...], ...]]:
    """The rows of a list of people, and which column is what; with a heading or without.

    Some people are there twice, some rows say nobody, and some nothing.
    """
    heading = draw(st.booleans())
    people = draw(st.lists(addresses().map(lambda address: address.typed), min_size=1, max_size=4))
    spelt = st.sampled_from(people)
    first = spelt | spelt | spelt.map(str.upper) | roster_cells()
    width = draw(st.integers(1, 4))
    row = st.tuples(first, *[roster_cells()] * (width - 1)) | st.just(("",) * width)
    rows = draw(st.lists(row, min_size=1, max_size=8))
    titles = [
        draw(st.sampled_from(HEADINGS[draw(st.sampled_from(sorted(HEADINGS)))][Use.EMAIL])),
        "Nom",
        "Prénom",
        "Tel",
    ]
    # In a workbook columns with nothing in them are not there, and a file of blank rows is no roster.
    rows.append((people[0], *["x"] * (width - 1)))
    columns = Columns(
        1,
        name=2 if width > 1 else None,
        first_name=3 if width > 2 else None,
        free={4: "Tel"} if width > 3 else {},
        heading=1 if heading else None,
    )
    return columns, (*([tuple(titles[:width])] if heading else []), *rows)


@st.composite
def csv_rosters(draw: DrawFn) -> RosterFile:
    """Such rows as text, in every encoding, with every delimiter and line end that are read (O6).

    Every cell is in quotation marks, and those that look like formulas are neutralised, as this library writes them.
    """
    columns, rows = draw(roster_rows())
    written = StringIO()
    writer = csv.writer(
        written,
        delimiter=draw(st.sampled_from(";,\t|")),
        quoting=csv.QUOTE_ALL,
        lineterminator=draw(st.sampled_from(("\r\n", "\n", "\r"))),
    )
    writer.writerows([_written(cell) for cell in row] for row in rows)
    encoding = draw(st.sampled_from(sorted(_MARKS)))
    try:
        data = written.getvalue().encode(encoding)
    except UnicodeEncodeError:
        encoding, data = "utf-8", written.getvalue().encode()
    marked = draw(st.booleans()) or (encoding.startswith("utf-16") and ord(written.getvalue()[1]) > 0xFF)
    if encoding == "cp1252" and not written.getvalue().isascii() and _is_utf8(data):
        reject()
    return RosterFile((_MARKS[encoding] if marked else b"") + data, rows, columns)


@st.composite
def xlsx_rosters(draw: DrawFn) -> RosterFile:
    """Such rows in an xlsx workbook. Characters that no workbook can hold are left out."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    columns, rows = draw(roster_rows())
    rows = tuple(tuple(_printable(cell) for cell in row) for row in rows)
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Roster")
    for row in rows:
        cells = [WriteOnlyCell(sheet, cell or None) for cell in row]
        for cell in cells:
            # What begins with = would be a formula.
            cell.data_type = "n" if cell.value is None else "s"
        sheet.append(cells)
    file = BytesIO()
    workbook.save(file)
    return RosterFile(file.getvalue(), rows, columns)


def _written(cell: str) -> str:
    bare = cell.lstrip("'")
    return f"'{cell}" if bare[:1] in tuple("=+-@\t\r\n") else cell


def _printable(cell: str) -> str:
    return "".join(letter for letter in cell if letter.isprintable())


def _is_utf8(data: bytes) -> bool:
    try:
        _ = data.decode()
    except UnicodeDecodeError:
        return False
    return True


def blank(row: Sequence[str]) -> bool:
    """Whether a row says nothing."""
    return not "".join(row).strip()
