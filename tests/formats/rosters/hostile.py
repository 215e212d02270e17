"""Files that somebody made to do harm, or that got broken, each with its refusal. Tests and benchmarks have them."""

import struct
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import Final
from zipfile import ZIP_LZMA, ZipFile

from lara_core.kernel.decisions import Refusal
from lara_core.rosters import (
    CellTooLong,
    Damaged,
    HasDoctype,
    HasMacros,
    HasNul,
    InflatesTooMuch,
    NoAddressColumn,
    NoSheet,
    PasswordProtected,
    QuoteOpen,
    RosterEmpty,
    TooComplex,
    TooLarge,
    TooManyColumns,
    TooManyRows,
    Undecodable,
    UnknownFormat,
)
from tests.formats.rosters import files
from tests.formats.rosters.files import (
    BOF_GLOBALS,
    MAIN,
    PARTS,
    ROWS,
    TABLE,
    biff,
    cell,
    label,
    ole,
    package,
    record,
    sheet,
    xls,
    zipped,
)

SHEET: Final = "xl/worksheets/sheet1.xml"

_MORE: Final = "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(9))
LAUGHS: Final = f"<!DOCTYPE x [<!ENTITY a0 'ha'>{_MORE}]>"


def declared(part: str) -> str:
    """A part that declares entities, and would have a billion of them read."""
    return LAUGHS + part.replace("List", "&a9;", 1).replace("ann@", "&a9;@", 1)


def many(part: str, before: str, piece: str, times: int, after: str) -> Callable[[], bytes]:
    """What makes the small workbook with very many equal pieces in a part."""
    return lambda: files.bomb(part, before, piece, times, after)


def lies(part: str) -> bytes:
    """A workbook that says that a part has 1,000 bytes; it has a hundred million."""
    return files.lying(files.bomb(part, "", " ", 100_000_000, ""), part, 1_000)


def cut(part: str, piece: str, times: int) -> tuple[str, str, int, str]:
    """A part with the pieces where its bar is."""
    head, tail = part.split("|")
    return head, piece, times, tail


STRINGS: Final = f'<sst xmlns="{MAIN}">'


def macros() -> bytes:
    """An xls workbook with a project of macros beside its records."""
    return ole({"Workbook": files.records(xls(TABLE)), "_VBA_PROJECT_CUR": b"macros"})


def locked() -> bytes:
    """An xls workbook with a password: the second record says so."""
    made = files.records(xls(TABLE))
    at = len(BOF_GLOBALS)
    assert struct.unpack_from("<HH", made)[1] + 4 == at
    return ole({"Workbook": made[:at] + record(0x2F, struct.pack("<HHH48x", 1, 1, 1)) + made[at:]})


def strict() -> bytes:
    """A workbook in the other spelling of the standard, which openpyxl finds nothing in."""
    return package(sheet1=PARTS[SHEET].replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"))


def hidden() -> bytes:
    """A workbook of which the only sheet is hidden."""
    return package(workbook=PARTS["xl/workbook.xml"].replace("sheetId", 'state="hidden" sheetId'))


def turning() -> bytes:
    """A compound file in which a chain of sectors leads back to its beginning."""
    made = bytearray(ole({"Workbook": files.records(xls(TABLE))}))
    (table,) = struct.unpack_from("<I", made, 76)
    at = (table + 1) * 512
    struct.pack_into("<I", made, at + 4, 0)
    return bytes(made)


def kind(content_type: str) -> bytes:
    """A workbook whose list of parts says that it is of another kind."""
    return package(Content_Types=PARTS["[Content_Types].xml"].replace("sheet.main", content_type))


HOSTILE: Final[dict[str, tuple[Callable[[], bytes], Refusal]]] = {
    # Text.
    "nothing": (lambda: b"", RosterEmpty()),
    "blank lines": (lambda: b" \r\n;;\r\n\r\n", RosterEmpty()),
    "more than 20 MB": (lambda: b"a@example.com\n" * 1_500_000, TooLarge(20_000_000)),
    "200,001 lines": (lambda: b"a@example.com\n" * 200_001, TooManyRows(200_000)),
    "20 million blank lines": (lambda: b"a@example.com" + b"\n" * 19_000_000, TooManyRows(200_000)),
    "101 columns": (lambda: b"a@example.com;b\n" + b";".join([b"x"] * 101), TooManyColumns(2, 100)),
    "a million columns": (lambda: b"a@example.com" + b";x" * 1_000_000, TooManyColumns(1, 100)),
    "10,001 characters": (lambda: b"a@example.com;b\nb@example.com;" + b"x" * 10_001, CellTooLong(2, 10_000)),
    "a line of 19 MB": (lambda: b"a@example.com\n" + b"x" * 19_000_000, CellTooLong(2, 10_000)),
    "long in quotes": (lambda: b'a@example.com;"' + b"x\n" * 5_001 + b'"\n', CellTooLong(1, 10_000)),
    "an open quote": (lambda: b'a@example.com;b\nb@example.com;"Ben\nc@example.com;Cleo\n', QuoteOpen(2)),
    "an open quote in much": (lambda: b'a@example.com;"b\n' + b"c@example.com;Cleo\n" * 100_000, QuoteOpen(1)),
    "an open quote in a line": (lambda: b'"' + b"a@example.com;" * 100_000, CellTooLong(1, 10_000)),
    "NUL": (lambda: b"a@example.com\nb@example.com\0\n", HasNul(2)),
    "NUL in UTF-16": (lambda: "a@example.com\r\rb\0".encode("utf-16"), HasNul(3)),
    "half a letter of UTF-16": (lambda: "a@example.com\nb".encode("utf-16") + b"c", Undecodable(2)),
    "half a pair of UTF-16": (lambda: b"\xff\xfea\0\n\0" + b"\x00\xd8\n\0", Undecodable(2)),
    "UTF-16 without a mark, cut off": (lambda: "a@example.com".encode("utf-16-le") + b"b", Undecodable(1)),
    "UTF-32": (lambda: "a@example.com".encode("utf-32"), Undecodable(1)),
    "no encoding": (lambda: b"a@example.com\nb\x81\xe9\n", Undecodable(2)),
    "broken UTF-8 with a mark": (lambda: b"\xef\xbb\xbfa\n\xe9\n", Undecodable(2)),
    "a heading without addresses": (lambda: b"Nom;Ville\nAnn;Paris\n", NoAddressColumn()),
    # Other things.
    "a PDF": (lambda: b"%PDF-1.7\n", UnknownFormat()),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n", UnknownFormat()),
    "a web page": (lambda: b"<html><table>", UnknownFormat()),
    "a zip": (lambda: zipped({"ann.txt": "ann@example.com"}), UnknownFormat()),
    "an OpenDocument sheet": (
        lambda: zipped({"mimetype": "application/vnd.oasis", "content.xml": "<a/>"}),
        UnknownFormat(),
    ),
    "a binary workbook": (lambda: kind("sheet.binary.macroEnabled.main"), UnknownFormat()),
    "a strict workbook": (strict, UnknownFormat()),
    "a compound file of another kind": (lambda: ole({"WordDocument": b"x"}), UnknownFormat()),
    # Workbooks in a zip.
    "a password": (lambda: ole({"EncryptionInfo": b"x", "EncryptedPackage": b"x"}), PasswordProtected()),
    "an encrypted zip": (lambda: _flagged(package(), 0x1), PasswordProtected()),
    "macros": (lambda: package(**{"xl/vbaProject.bin": b"x"}), HasMacros()),
    "macros by kind": (
        lambda: package(
            Content_Types=PARTS["[Content_Types].xml"].replace(
                "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main", "vnd.ms-excel.sheet.macroEnabled.main"
            )
        ),
        HasMacros(),
    ),
    "entities in the sheet": (lambda: package(sheet1=declared(PARTS[SHEET])), HasDoctype()),
    "entities in the texts": (lambda: package(sharedStrings=declared(PARTS["xl/sharedStrings.xml"])), HasDoctype()),
    "entities in the workbook": (lambda: package(workbook=declared(PARTS["xl/workbook.xml"])), HasDoctype()),
    "entities in the list of parts": (
        lambda: package(Content_Types=declared(PARTS["[Content_Types].xml"])),
        HasDoctype(),
    ),
    "entities in the styles": (
        lambda: package(**{"xl/styles.xml": declared(f'<styleSheet xmlns="{MAIN}"/>')}),
        HasDoctype(),
    ),
    "an outer document type": (
        lambda: package(sheet1='<!DOCTYPE x SYSTEM "file:///etc/passwd">' + PARTS[SHEET]),
        HasDoctype(),
    ),
    "entities in UTF-16": (lambda: package(sheet1=declared(PARTS[SHEET]).encode("utf-16")), HasDoctype()),
    "an inflated cell": (
        many(SHEET, *cut(sheet(f'<row r="1">{cell("A1", "|")}</row>'), "x", 50_000_000)),
        CellTooLong(1, 10_000),
    ),
    "a million rows": (many(SHEET, *cut(sheet("|"), "<row><c><v>1</v></c></row>", 1_000_000)), TooManyRows(200_000)),
    "a million empty rows": (many(SHEET, *cut(sheet("|"), "<row/>", 1_000_000)), TooManyRows(200_000)),
    "a cell in the last column": (
        lambda: package(sheet1=sheet(f'<row r="3">{cell("XFD3", "x")}</row>')),
        TooManyColumns(3, 100),
    ),
    "a row that no sheet has": (
        lambda: package(sheet1=sheet(f'<row r="1048577">{cell("A1048577", "x")}</row>')),
        Damaged(),
    ),
    "rows out of order": (lambda: package(sheet1=sheet(ROWS + ROWS)), Damaged()),
    "a row within a row": (lambda: package(sheet1=sheet(f'<row r="1">{ROWS}</row>')), Damaged()),
    "101 MB": (many(SHEET, *cut(sheet("|"), " ", 101_000_000)), InflatesTooMuch(100_000_000)),
    "sizes that lie, below": (lambda: lies(SHEET), Damaged()),
    "sizes that lie, below, in a part that is read whole": (lambda: lies("xl/workbook.xml"), Damaged()),
    "sizes that lie, above": (lambda: files.lying(package(), SHEET, 4_000_000_000), InflatesTooMuch(100_000_000)),
    "a million texts": (many("xl/sharedStrings.xml", STRINGS, "<si><t/></si>", 1_500_000, "</sst>"), TooComplex()),
    "a text that is too long": (
        lambda: package(
            sharedStrings=f'<sst xmlns="{MAIN}"><si><t>{"x" * 10_001}</t></si></sst>',
            sheet1=sheet('<row r="4"><c r="A4" t="s"><v>0</v></c></row>'),
        ),
        CellTooLong(4, 10_000),
    ),
    "a text that is not there": (lambda: package(sheet1=sheet('<row><c t="s"><v>7</v></c></row>')), Damaged()),
    "a thousand elements deep": (lambda: package(workbook="<a>" * 1_000 + "</a>" * 1_000), TooComplex()),
    "deep in the sheet": (lambda: package(sheet1=sheet("<row><c>" + "<a>" * 40)), TooComplex()),
    "very many styles": (
        lambda: package(**{"xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{"<a/>" * 30_000}</styleSheet>'}),
        TooComplex(),
    ),
    "very many columns' widths": (lambda: package(sheet1=sheet(ROWS, before="<col/>" * 30_000)), TooComplex()),
    "no sheet that is shown": (hidden, NoSheet()),
    "no list of parts": (lambda: package(Content_Types=None), UnknownFormat()),
    "no workbook": (lambda: package(workbook=None), Damaged()),
    "no relations": (lambda: package(rels=None), Damaged()),
    "no sheet": (lambda: package(sheet1=None), Damaged()),
    "no table of texts": (lambda: package(sharedStrings=None), Damaged()),
    "half a sheet": (lambda: package(sheet1=PARTS[SHEET][:-30]), Damaged()),
    "a sheet of no XML": (lambda: package(sheet1="ann@example.com"), Damaged()),
    "a name that leads out": (lambda: package(**{"../../etc/passwd": "x"}), Damaged()),
    "a name from the root": (lambda: package(**{"/etc/passwd": "x"}), Damaged()),
    "a name of Windows": (lambda: package(**{"..\\x": "x"}), Damaged()),
    "a name of another drive": (lambda: package(**{"C:x": "x"}), Damaged()),
    "a sheet that is elsewhere": (
        lambda: package(
            rels=PARTS["xl/_rels/workbook.xml.rels"].replace("worksheets/sheet1.xml", "../../../etc/passwd")
        ),
        Damaged(),
    ),
    "two parts of one name": (lambda: _twice(package()), Damaged()),
    "another way of packing": (lambda: zipped(PARTS, method=ZIP_LZMA), Damaged()),
    "a zip without its end": (lambda: package()[:-30], Damaged()),
    "a zip without its beginning": (lambda: package()[:4] + package()[200:], Damaged()),
    "a list of a million members": (lambda: b"PK\x03\x04" + _members(400_000), Damaged()),
    "nothing but the end of a zip": (lambda: b"PK\x05\x06" + bytes(18), UnknownFormat()),
    # Old workbooks.
    "an old workbook with a password": (locked, PasswordProtected()),
    "an old workbook with macros": (macros, HasMacros()),
    "an old workbook, hidden": (lambda: ole({"Workbook": biff(label(0, 0, "x"), hidden=1)}), NoSheet()),
    "an old cell in the last column": (lambda: ole({"Workbook": biff(label(4, 255, "x"))}), TooManyColumns(5, 100)),
    "old numbers up to the last column": (
        lambda: ole({"Workbook": biff(record(0xBD, struct.pack("<HHHIH", 6, 99, 0, 2, 100)))}),
        TooManyColumns(7, 100),
    ),
    "a million old texts": (
        lambda: ole({"Workbook": biff(b"", more=record(0xFC, struct.pack("<II", 9, 2_000_000)))}),
        TooComplex(),
    ),
    "old texts that are not there": (
        lambda: ole({"Workbook": biff(b"", more=record(0xFC, struct.pack("<II", 9, 9)))}),
        Damaged(),
    ),
    "an old sheet in the middle of a record": (lambda: ole({"Workbook": biff(label(0, 0, "x"), at=2)}), Damaged()),
    "an old workbook of zeros": (lambda: ole({"Workbook": bytes(8_000)}), Damaged()),
    "an old sheet that is linked all over": (
        # One record that says that 16 million cells are links.
        lambda: ole({"Workbook": biff(record(0x1B8, struct.pack("<HHHH", 0, 65_535, 0, 255) + bytes(40)))}),
        RosterEmpty(),
    ),
    "a chain that goes round": (turning, Damaged()),
    "half a compound file": (lambda: xls(TABLE)[:700], Damaged()),
    "the mark of a compound file": (lambda: xls(TABLE)[:8], Damaged()),
}


def _flagged(data: bytes, flag: int) -> bytes:
    changed = bytearray(data)
    start = data.find(b"PK\x01\x02")
    changed[start + 8] |= flag
    return bytes(changed)


def _twice(data: bytes) -> bytes:
    written = BytesIO(data)
    with ZipFile(written, "a") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.writestr(SHEET, "x")
    return written.getvalue()


def _members(count: int) -> bytes:
    one = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    size = len(one) * count
    return one * count + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count % 65_536, count % 65_536, size, 4, 0)
