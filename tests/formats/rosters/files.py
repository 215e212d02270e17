"""Files for the tests of rosters: made here, byte by byte where no program would write them."""

import csv
import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from importlib import import_module
from io import BytesIO, StringIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl

from lara_core.formats import rosters
from lara_core.formats.rosters._ole import Compound
from lara_core.kernel.decisions import Refusal, Refused
from lara_core.rosters import Caps, Columns

# It has no types.
xlwt: Final[Any] = import_module("xlwt")

HEADING: Final = ("E-mail", "First name", "Last name", "Firm")
ANN: Final = ("ann@example.com", "Ann", "Lee", "Alfa")
BEN: Final = ("ben@example.com", "Ben", "Roy", "Beta")
TABLE: Final = (HEADING, ANN, BEN)


def stream(data: bytes) -> BytesIO:
    """A file that is open."""
    return BytesIO(data)


def refused(
    data: bytes, *, caps: Caps | None = None, name: str | None = None, columns: Columns | None = None
) -> Refusal:
    """Why the file is not read, at the latest when all its rows are."""
    try:
        roster = rosters.read(stream(data), name=name, caps=caps or Caps(), columns=columns)
        for _ in roster.readings():
            pass
    except Refused as refusal:
        return refusal.refusal
    raise AssertionError("it was read")


def table(data: bytes, **kwargs: Any) -> list[tuple[str, ...]]:
    """All rows, the heading among them."""
    roster = rosters.read(stream(data), **kwargs)
    heading = [] if roster.heading is None else [roster.heading.cells]
    return [*heading, *(row.cells for row in roster.rows())]


# --- Text -------------------------------------------------------------------------------------------------


def text(rows: Iterable[Sequence[str]], delimiter: str = ";", newline: str = "\r\n", *, quote: bool = False) -> str:
    """Rows as a program would write them."""
    written = StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=newline, quoting=1 if quote else 0)
    writer.writerows(rows)
    return written.getvalue()


# --- xlsx -------------------------------------------------------------------------------------------------


def xlsx(rows: Iterable[Sequence[object]], *, title: str = "List") -> bytes:
    """A workbook as openpyxl writes it."""
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    for row in rows:
        sheet.append(list(row))
    return saved(workbook)


def saved(workbook: Any) -> bytes:
    """A workbook of either library, as a file."""
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def sheet(rows: str, *, before: str = "", after: str = "") -> str:
    """A sheet with these rows, which are written in XML."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def cell(place: str, said: str) -> str:
    """A cell that holds a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{said}</t></is></c>'


ROWS: Final = f'<row r="1">{cell("A1", "ann@example.com")}{cell("B1", "Ann")}</row>'

PARTS: Final[Mapping[str, str]] = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats'
        f'-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
    "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>cleo@example.com</t></si></sst>',
    "xl/worksheets/sheet1.xml": sheet(ROWS),
}


def package(**changed: str | bytes | None) -> bytes:
    """A small workbook with some of its parts changed, or taken out. Parts are called by the last word of their name.

    What is not a part of it is added under its own name.
    """
    named = {name.rpartition("/")[2].partition(".")[0].strip("[]"): name for name in reversed([*PARTS])}
    named["rels"] = "xl/_rels/workbook.xml.rels"
    named["workbook"] = "xl/workbook.xml"
    parts: dict[str, str | bytes | None] = {**PARTS, **{named.get(name, name): part for name, part in changed.items()}}
    return zipped({name: part for name, part in parts.items() if part is not None})


def zipped(parts: Mapping[str, str | bytes], *, method: int = ZIP_DEFLATED) -> bytes:
    """A zip of these parts."""
    file = BytesIO()
    with ZipFile(file, "w", method) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return file.getvalue()


def lying(data: bytes, part: str, size: int) -> bytes:
    """A zip whose list says that a part has *size* bytes."""
    changed = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = 0
        while (start := data.find(mark, start)) >= 0:
            name = start + (30 if mark == b"PK\x03\x04" else 46)
            if data[name : name + len(part)] == part.encode():
                struct.pack_into("<I", changed, start + at, size)
            start += 4
    return bytes(changed)


def bomb(part: str, before: str, piece: str, times: int, after: str) -> bytes:
    """The small workbook with one part that is very many equal pieces, without ever holding them."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        for name, said in PARTS.items():
            if name != part:
                package.writestr(name, said)
        with package.open(part, "w") as stream:
            stream.write(before.encode())
            many, (whole, rest) = piece.encode() * 10_000, divmod(times, 10_000)
            for _ in range(whole):
                stream.write(many)
            stream.write((piece * rest + after).encode())
    return file.getvalue()


# --- xls --------------------------------------------------------------------------------------------------

_DAY: Final = xlwt.easyxf(num_format_str="yyyy-mm-dd")
_PLAIN: Final = xlwt.Style.default_style


def xls(rows: Iterable[Sequence[object]], *, title: str = "List") -> bytes:
    """A workbook as xlwt writes it."""
    workbook = xlwt.Workbook(encoding="utf-8")
    written = workbook.add_sheet(title)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            written.write(number, column, value, _DAY if isinstance(value, date | datetime) else _PLAIN)
    return saved(workbook)


def records(data: bytes) -> bytes:
    """The stream of records inside an xls workbook."""
    return bytes(Compound(data).stream("Workbook"))


def record(number: int, data: bytes) -> bytes:
    """One record."""
    return struct.pack("<HH", number, len(data)) + data


BOF_GLOBALS: Final = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 1996, 0, 6))
BOF_SHEET: Final = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 1996, 0, 6))
EOF: Final = record(0x0A, b"")


def biff(cells: bytes, *, hidden: int = 0, more: bytes = b"", at: int = 0) -> bytes:
    """The records of a workbook of one sheet."""
    length = len(BOF_GLOBALS) + len(more) + len(EOF) + 4 + 12
    bound = record(0x85, struct.pack("<IBBBB4s", length + at, hidden, 0, 4, 0, b"List"))
    return BOF_GLOBALS + more + bound + EOF + BOF_SHEET + cells + EOF


def label(row: int, column: int, said: str) -> bytes:
    """A cell with a text of its own."""
    return record(0x204, struct.pack("<HHHHB", row, column, 0, len(said), 0) + said.encode("latin-1"))


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams, each long enough to stand in sectors of its own."""
    sectors: list[bytes] = []
    table: list[int] = []
    entries: list[bytes] = []

    def chained(data: bytes) -> int:
        first = len(sectors)
        for at in range(0, len(data), 512):
            sectors.append(data[at : at + 512].ljust(512, b"\0"))
            table.append(len(sectors))
        table[-1] = 0xFFFFFFFE
        return first

    def entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
        spelt = name.encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII36xIQ", spelt, len(spelt) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, start, size
        )

    for name, data in streams.items():
        padded = data.ljust(4096, b"\0")
        entries.append(entry(name, 2, chained(padded), len(padded)))
    root = entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)
    directory = chained(b"".join((root, *entries)))
    blocks = 1
    while len(sectors) + blocks > blocks * 128:
        blocks += 1
    start = len(sectors)
    table += [0xFFFFFFFD] * blocks
    table += [0xFFFFFFFF] * (blocks * 128 - len(table))
    packed = struct.pack(f"<{len(table)}I", *table)
    listed = [*range(start, start + blocks)] + [0xFFFFFFFF] * (109 - blocks)
    header = struct.pack(
        "<8s16xHHHHH6x9I109I",
        bytes.fromhex("d0cf11e0a1b11ae1"),
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        blocks,
        directory,
        0,
        4096,
        0xFFFFFFFE,
        0,
        0xFFFFFFFE,
        0,
        *listed,
    )
    return header + b"".join(sectors) + packed
