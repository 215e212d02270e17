"""Rosters as they come: every encoding, dialect and workbook, in order and in batches; and back (O6, O7)."""

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest

from lara_core.formats import rosters
from lara_core.formats.rosters._cells import text as as_text
from lara_core.kernel.decisions import Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import SeatNo
from lara_core.kernel.people import Person
from lara_core.rosters import (
    BadRow,
    Columns,
    Contact,
    Duplicate,
    Format,
    ReadingStopped,
    Reason,
    RefusedRow,
    Row,
)
from lara_core.seats import NoSuchSeat
from lara_core.telling.texts import Texts
from tests.builders import flaw
from tests.formats.rosters import files
from tests.formats.rosters.files import HEADING, MAIN, PARTS, TABLE, package, saved, sheet, table, text, xls, xlsx, xlwt

ZOE: Final = ("E-mail;Prénom", "zoe@example.com;Zoë")

# --- Text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("cp1252", b"", "cp1252"),
    ],
)
def test_encodings_are_found(encoding: str, mark: bytes, found: str, newline: str) -> None:
    """UTF-8 and UTF-16 with or without a mark, Windows-1252; lines end as on any system (O6)."""
    data = mark + newline.join(ZOE).encode(encoding)
    roster = rosters.read(BytesIO(data))
    assert (roster.format, roster.encoding, roster.delimiter, roster.sheet) == (Format.CSV, found, ";", None)
    assert table(data) == [("E-mail", "Prénom"), ("zoe@example.com", "Zoë")]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("quote", [False, True])
def test_delimiters_are_found(delimiter: str, quote: bool) -> None:
    """What parts the cells is what most rows have as often as each other (O6)."""
    data = text(TABLE, delimiter, quote=quote).encode()
    assert (rosters.read(BytesIO(data)).delimiter, table(data)) == (delimiter, list(TABLE))


@pytest.mark.parametrize(
    ("said", "delimiter", "first"),
    [
        # One column: nothing parts anything, whatever stands in a line.
        ("ann@example.com\nben@example.com\n", None, ("ann@example.com",)),
        ("e\nene\nmene@example.com", None, ("e",)),
        ("E-mail\na@example.com\nb, c\nd@example.com", None, ("E-mail",)),
        ("ann@example.com", None, ("ann@example.com",)),
        # Commas in amounts and bars in lists do not part cells.
        ("a@example.com;12,50;1,5\nb@example.com;13,20;2,5", ";", ("a@example.com", "12,50", "1,5")),
        ("a@example.com;x|y\nb@example.com;z|x", ";", ("a@example.com", "x|y")),
        ('"a;b@example.com",Ann\n"c;d@example.com",Ben', ",", ("a;b@example.com", "Ann")),
        # Half of the rows are enough.
        ("a@example.com,Ann\nx", ",", ("a@example.com", "Ann")),
        ("a@example.com,Ann\nx\ny", None, ("a@example.com,Ann",)),
    ],
)
def test_dialects_are_not_guessed(said: str, delimiter: str | None, first: tuple[str, ...]) -> None:
    """Four characters may part cells, and no others: else a line is one cell (O6)."""
    assert (rosters.read(BytesIO(said.encode())).delimiter, table(said.encode())[0]) == (delimiter, first)


def test_lines_are_those_that_people_count() -> None:
    """A row is called by the line that it begins in; blank lines count as lines, and are no rows (O6)."""
    said = 'E-mail;Note\n\na@example.com;"one\ntwo\n"\n;\nb@example.com;x\n   \n\nc@example.com;'
    rows = list(rosters.read(BytesIO(said.encode())).rows())
    assert rows == [
        Row(3, ("a@example.com", "one\ntwo\n")),
        Row(7, ("b@example.com", "x")),
        Row(10, ("c@example.com", "")),
    ]


def test_formulas_in_text_are_text() -> None:
    """Nothing is computed, and an apostrophe that keeps a program from computing is taken off again (O7)."""
    said = "E-mail;B\na@example.com;=1+1\nb@example.com;'=1+1\nc@example.com;''-1\nd@example.com;'n\n"
    rows = rosters.read(BytesIO(said.encode())).rows()
    assert [row.cells[1] for row in rows] == ["=1+1", "=1+1", "'-1", "'n"]


def test_cells_beyond_the_cap_may_be_empty() -> None:
    """Programs that add delimiters at the ends of lines do no harm (O7)."""
    assert table(b"a@example.com" + b";" * 200)[0] == ("a@example.com",) + ("",) * 99


def test_a_file_may_be_read_in_small_pieces() -> None:
    """A stream that gives less than it is asked for is a stream all the same (O7)."""

    class Slow(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size, 7) if size and size > 0 else size)

    for data in (text(TABLE).encode(), xlsx(TABLE), xls(TABLE)):
        assert [row.cells for row in rosters.read(Slow(data)).rows()] == list(TABLE[1:])


def test_a_file_must_be_one_that_can_be_read_again() -> None:
    """A file is looked at before it is read (O6)."""

    class Pipe(RawIOBase):
        def seekable(self) -> bool:
            return False

    pipe: Any = Pipe()
    assert flaw(lambda: rosters.read(pipe)) == ("file", Flaw.WRONG_TYPE)


def test_the_hosts_file_stays_open() -> None:
    """Whoever opened it closes it, also when nobody reads to the end."""
    for data in (text(TABLE).encode(), xlsx(TABLE), xls(TABLE)):
        file = BytesIO(data)
        roster = rosters.read(file)
        assert next(roster.rows()).cells == TABLE[1]
        del roster
        assert not file.closed


def test_readings_do_not_disturb_each_other() -> None:
    """Each begins at the beginning, also where another one is half way (O6)."""
    for data in (text(TABLE).encode(), xlsx(TABLE), xls(TABLE)):
        roster = rosters.read(BytesIO(data))
        pairs = list(zip(roster.rows(), roster.rows(), strict=True))
        assert [(one.cells, other.cells) for one, other in pairs] == [(row, row) for row in TABLE[1:]]


# --- Workbooks --------------------------------------------------------------------------------------------

VALUES: Final[list[tuple[object, str]]] = [
    ("x", "x"),
    (" x ", " x "),
    ("=x", "=x"),
    (12, "12"),
    (33_612_345_678, "33612345678"),
    (12.0, "12"),
    (3.5, "3.5"),
    (0.1, "0.1"),
    (1e-7, "0.0000001"),
    (-2.5, "-2.5"),
    (True, "TRUE"),
    (False, "FALSE"),
    (datetime(2027, 3, 1), "2027-03-01"),  # noqa: DTZ001 - workbooks know no zones
    (datetime(2027, 3, 1, 9, 30), "2027-03-01T09:30:00"),  # noqa: DTZ001
]


def test_values_of_an_xlsx_become_text() -> None:
    """Numbers in full, days and times in ISO 8601, truths in capitals (O6)."""
    workbook = openpyxl.Workbook()
    written: Any = workbook.active
    for value, _ in VALUES:
        written.append(["a@example.com", value])
        if value == "=x":
            written.cell(written.max_row, 2).data_type = "s"
    rows = rosters.read(BytesIO(saved(workbook)), columns=Columns(free={2: "x"})).rows()
    assert [row.cells[1] for row in rows] == [said for _, said in VALUES]


def test_values_of_an_xls_become_text() -> None:
    """As in an xlsx workbook (O6)."""
    clock = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    workbook = xlwt.Workbook()
    written = workbook.add_sheet("List")
    for number, (value, _) in enumerate(VALUES):
        written.write(number, 0, "a@example.com")
        written.write(number, 1, value, clock if isinstance(value, datetime) else xlwt.Style.default_style)
    rows = rosters.read(BytesIO(saved(workbook)), columns=Columns(free={2: "x"})).rows()
    assert [row.cells[1] for row in rows] == [said for _, said in VALUES]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (date(2027, 3, 1), "2027-03-01"),
        (time(9, 30), "09:30:00"),
        (datetime(2027, 3, 1, 9, 29, 59, 999_999, UTC), "2027-03-01T09:30:00"),
        (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59"),
        (timedelta(days=1, hours=2, minutes=3, seconds=4), "26:03:04"),
        (-timedelta(minutes=90), "-1:30:00"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (1e22, "1" + "0" * 22),
        (object(), ""),
    ],
)
def test_other_values_become_text(value: object, expected: str) -> None:
    """What a damaged or odd workbook may hold (O6, K2)."""
    assert as_text(value) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0.5, "12:00:00"), (46447.25, "2027-03-01T06:00:00"), (-1.0, "-1"), (1e9, "1000000000")],
)
def test_days_of_an_xls_that_are_none_are_numbers(days: float, expected: str) -> None:
    """A number that is shown as a day, and is no day, stays a number (K2)."""
    workbook = xlwt.Workbook()
    workbook.add_sheet("List").write(0, 0, days, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    (row,) = rosters.read(BytesIO(saved(workbook))).rows()
    assert row.cells == (expected,)


def test_errors_of_cells_are_text() -> None:
    """A cell that shows an error shows it here (O6)."""
    data = package(sheet1=sheet('<row><c t="e"><v>#N/A</v></c></row>'))
    assert table(data) == [("#N/A",)]
    cells = files.record(0x205, b"\0\0\0\0\0\0\x2a\1")
    assert table(files.ole({"Workbook": files.biff(cells)})) == [("#N/A",)]


def test_a_formula_in_the_column_of_addresses_is_bad() -> None:
    """Whatever it shows, it was not typed; in other columns the value that was last shown is read (O7)."""
    cells = (
        '<row r="2"><c r="A2" t="str"><f>B2</f><v>ann@example.com</v></c></row>'
        f'<row r="5">{files.cell("A5", "ben@example.com")}<c r="B5" t="str"><f>C2</f><v>Ben</v></c></row>'
    )
    data = package(sheet1=sheet(cells))
    columns = Columns(1, name=2)
    bad, good = rosters.read(BytesIO(data), columns=columns).readings()
    assert bad == BadRow(2, ("ann@example.com", ""), Reason.ADDRESS_FORMULA)
    assert isinstance(good, Contact)
    assert (good.line, good.name) == (5, "Ben")

    workbook = xlwt.Workbook()
    written = workbook.add_sheet("List")
    written.write(1, 0, xlwt.Formula('"ann@example.com"'))
    written.write(4, 0, "ben@example.com")
    written.write(4, 1, xlwt.Formula('"Ben"'))
    rows = list(rosters.read(BytesIO(saved(workbook)), columns=columns).rows())
    assert [(row.line, row.formulas) for row in rows] == [(2, frozenset({1})), (5, frozenset({2}))]


def test_the_first_sheet_that_is_shown_is_read() -> None:
    """Hidden sheets and charts are passed over (O6)."""
    workbook = openpyxl.Workbook()
    first: Any = workbook.active
    first.title, first.sheet_state = "Hidden", "hidden"
    workbook.create_chartsheet("Chart")
    for title in ("Shown", "Later"):
        workbook.create_sheet(title).append([f"{title}@example.com".lower()])
    roster = rosters.read(BytesIO(saved(workbook)))
    assert (roster.sheet, [row.cells for row in roster.rows()]) == ("Shown", [("shown@example.com",)])

    old = xlwt.Workbook()
    for title in ("Hidden", "Shown", "Later"):
        added = old.add_sheet(title)
        added.write(0, 0, f"{title}@example.com".lower())
        added.visibility = int(title == "Hidden")
    roster = rosters.read(BytesIO(saved(old)))
    assert (roster.sheet, [row.cells for row in roster.rows()]) == ("Shown", [("shown@example.com",)])


def test_other_sheets_cost_nothing() -> None:
    """A sheet that is not read may be as wide as it likes (O7)."""
    workbook = openpyxl.Workbook()
    first: Any = workbook.active
    first.append(["ann@example.com"])
    workbook.create_sheet("Wide").cell(1, 16_384).value = "x"
    assert table(saved(workbook)) == [("ann@example.com",)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Rows and cells may be left out, or not say where they stand.
        ('<row r="3"><c r="B3"><v>1</v></c></row>', [Row(3, ("", "1"))]),
        (
            "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>",
            [Row(1, ("1", "2")), Row(2, ("3", ""))],
        ),
        ('<row r="2"/><row r="4"><c r="A4" s="0"/><c r="B4"><v>1</v></c></row><row r="9"/>', [Row(4, ("", "1"))]),
        ('<row r="1048576"><c r="A1048576"><v>1</v></c></row>', [Row(1_048_576, ("1",))]),
        # A cell that is only formatted is nothing, wherever it stands.
        ('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>', [Row(1, ("1",))]),
        # Texts in pieces, and how they are pronounced.
        (
            '<row><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>',
            [Row(1, ("ab",))],
        ),
    ],
)
def test_cells_stand_where_they_say(rows: str, expected: list[Row]) -> None:
    """Lines are the numbers that the spreadsheet shows (O6)."""
    assert list(rosters.read(BytesIO(package(sheet1=sheet(rows)))).rows()) == expected


def test_shared_texts_are_whole() -> None:
    """Pieces are put together, pronunciations left out, and escapes taken off (O6)."""
    texts = (
        "<si><r><t>an</t></r><r><rPr><b/></rPr><t>n@example.com</t></r><rPh sb='0' eb='1'><t>ANN</t></rPh></si>"
        "<si><t xml:space='preserve'> a_x005F_b </t></si><si/>"
    )
    cells = "".join(f'<c t="s"><v>{number}</v></c>' for number in range(3))
    data = package(
        sharedStrings=f'<sst xmlns="{MAIN}">{texts}</sst>',
        sheet1=sheet(f"<row>{cells}</row>", after="<x><!-- never read"),
    )
    assert table(data) == [("ann@example.com", " a_b ", "")]


def test_what_follows_the_rows_is_not_read() -> None:
    """Links, rules and whatever else a sheet has after its rows may be as many as they like (O7)."""
    data = package(sheet1=sheet(files.ROWS, after="<hyperlinks>" + "<hyperlink/>" * 70_000 + "</hyperlinks>"))
    assert table(data) == [("ann@example.com", "Ann")]


def test_warnings_are_nobodys_business() -> None:
    """A library's warnings are silenced; here they would be errors."""
    styles = (
        f'<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/>'
        '</borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    data = package(**{"xl/styles.xml": styles}, sheet1=sheet('<row><c s="1"><v>1e12</v></c></row>'))
    assert table(data) == [("#VALUE!",)]


@pytest.mark.parametrize("missing", ["openpyxl", "defusedxml", "xlrd"])
def test_a_missing_extra_is_named(missing: str) -> None:
    """Text is read without the extra; a workbook says what to install."""
    said = subprocess.run(
        [sys.executable, "-c", _WITHOUT, missing],
        cwd=Path(__file__).parents[3],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert said.stdout == "1\nworkbooks need openpyxl, defusedxml and xlrd: install lara-core[roster]\n"


_WITHOUT: Final = """
import sys
from importlib.abc import MetaPathFinder
from io import BytesIO
from tests.formats.rosters import files

made = files.xls(files.TABLE) if sys.argv[1] == "xlrd" else files.xlsx(files.TABLE)
for name in [name for name in sys.modules if name.partition(".")[0] in ("openpyxl", "defusedxml", "xlrd")]:
    del sys.modules[name]
for name in [name for name in sys.modules if name.startswith("lara_core.formats.rosters._xl")]:
    del sys.modules[name]
sys.modules[sys.argv[1]] = None
if sys.argv[1] == "defusedxml":
    import importlib.util
    importlib.util.find_spec = lambda name: None

from lara_core.formats import rosters
print(len(list(rosters.read(BytesIO(b"a@example.com")).rows())))
try:
    rosters.read(BytesIO(made))
except ModuleNotFoundError as missing:
    print(missing)
"""

# --- Progress and batches ---------------------------------------------------------------------------------

MAKE: Final[dict[str, Callable[[Any], bytes]]] = {"csv": lambda rows: text(rows).encode(), "xlsx": xlsx, "xls": xls}
every_format = pytest.mark.parametrize("kind", MAKE)


def many(count: int) -> Iterator[tuple[str, ...]]:
    """Many people."""
    yield HEADING
    for number in range(count):
        yield (f"learner{number}@example.com", "Ann", "Lee", "Alfa")


@every_format
def test_progress_is_told(kind: str) -> None:
    """Every 1,000 rows and at the end, and it never goes back; whoever hears of it may answer nothing (O7)."""
    told: list[rosters.Progress] = []
    roster = rosters.read(BytesIO(MAKE[kind](many(2_500))))
    assert len(list(roster.rows(progress=told.append))) == 2_500
    assert [progress.rows for progress in told] == [1_000, 2_000, 2_500]
    assert 0 < told[0].done < told[1].done <= told[2].done == told[2].total
    assert len({progress.total for progress in told}) == 1


@every_format
def test_reading_can_be_stopped(kind: str) -> None:
    """The rows before were read; the refusal says after which line (O7)."""
    roster = rosters.read(BytesIO(MAKE[kind](many(2_500))))
    read: list[Row] = []
    with pytest.raises(Refused) as raised:
        read.extend(roster.rows(progress=lambda progress: progress.rows < 2_000))
    assert raised.value.refusal == ReadingStopped(2_001)
    assert roster.preview(progress=lambda _: None).counts.rows == 2_500


def test_a_batch_has_a_key_of_its_own() -> None:
    """The same lines of the same bytes by the same columns, and no others, have the same key (K4)."""
    data = text(many(10)).encode()

    def keys(data: bytes, size: int = 4, **columns: Any) -> list[str]:
        roster = rosters.read(BytesIO(data), **columns)
        return [batch.key for batch in roster.batches(size)]

    assert keys(data) == keys(data)
    assert keys(data)[:2] == [key for key in keys(data, 4) if not key.endswith(":10-11")]
    assert not set(keys(data)) & set(keys(data + b"\n"))
    assert not set(keys(data)) & set(keys(data, columns=Columns(1, heading=1)))
    assert not set(keys(data)) & set(keys(data, 3))
    assert [key.rpartition(":")[2] for key in keys(data)] == ["2-5", "6-9", "10-11"]


def test_an_import_goes_on_where_it_was() -> None:
    """After a crash it begins after the last batch; what was a duplicate still is one (O6, K4)."""
    data = text([HEADING, files.ANN, files.BEN, files.ANN, ("x", "", "", ""), files.BEN]).encode()
    roster = rosters.read(BytesIO(data))
    first, second, third = roster.batches(2)
    assert (first.first, first.last, second.first, second.last, third.first) == (2, 3, 4, 5, 6)
    assert second.readings == (Duplicate(4, 2), BadRow(5, ("x", "", "", ""), Reason.ADDRESS_WRONG))
    assert list(rosters.read(BytesIO(data)).batches(2, after=first.last)) == [second, third]
    assert list(roster.batches(2, after=6)) == []


def test_what_is_asked_makes_sense() -> None:
    """Batches have rows, and a line is none before the first (K9)."""
    roster = rosters.read(BytesIO(text(TABLE).encode()))
    true: Any = True
    assert [
        flaw(lambda: next(roster.batches(0))),
        flaw(lambda: next(roster.batches(10_001))),
        flaw(lambda: next(roster.batches(1, after=-1))),
        flaw(lambda: roster.preview(first=-1)),
        flaw(lambda: roster.preview(bad=true)),
    ] == [
        ("size", Flaw.TOO_SMALL),
        ("size", Flaw.TOO_LARGE),
        ("after", Flaw.TOO_SMALL),
        ("first", Flaw.TOO_SMALL),
        ("bad", Flaw.WRONG_TYPE),
    ]


def test_a_preview_shows_its_heading() -> None:
    """Also where it is not the first row (O6)."""
    roster = rosters.read(BytesIO(b"Team;\nE-mail;Nom\na@example.com;Ann\n"))
    preview = roster.preview()
    assert (preview.heading, preview.first) == (Row(2, ("E-mail", "Nom")), (Row(3, ("a@example.com", "Ann")),))
    assert preview.columns == roster.columns == Columns(1, name=2, heading=2)


def test_a_heading_that_is_not_there_hides_nothing() -> None:
    """A host's mapping may name a blank line, or one that no row begins in (O6)."""
    roster = rosters.read(BytesIO(b"\na@example.com\n"), columns=Columns(heading=1))
    assert (roster.heading, [row.line for row in roster.rows()]) == (None, [2])


def test_a_file_is_told_by_its_bytes() -> None:
    """The same bytes give the same name, and reading them does not change where others read (K4)."""
    assert rosters.fingerprint(BytesIO(b"ann")) == sha256(b"ann").hexdigest()


def test_rows_of_text_are_a_stream() -> None:
    """Ten times the rows take no more memory (B11)."""

    def peak(rows: int) -> int:
        file = BytesIO(text(many(rows)).encode())
        tracemalloc.start()
        for _ in rosters.read(file).rows():
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    _ = peak(100)
    assert peak(20_000) < 1.2 * peak(2_000)


# --- Back -------------------------------------------------------------------------------------------------

TEXTS: Final = Texts()
SEAT: Final = RefusedRow(3, ("ben@example.com", "=Ben"), NoSuchSeat(SeatNo(4)))


def left_out(rows: Any, columns: Columns, heading: Row | None, language: str, **kwargs: Any) -> list[str]:
    """The lines that are written, and that they begin with a mark."""
    file = BytesIO()
    rosters.write_left_out(file, rows, columns, heading, TEXTS, language, **kwargs)
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    return file.getvalue().decode("utf-8-sig").split("\r\n")


def test_rows_that_were_left_out_are_given_back() -> None:
    """Their own cells, then the line and why, in the reader's words; nothing can act as a formula (O6, T2)."""
    roster = rosters.read(BytesIO("E-mail;Prénom\nx;-1\nben@example.com;=Ben\n".encode()))
    (bad, _) = roster.readings()
    rows: list[object] = [bad, SEAT]
    assert left_out(rows, roster.columns, roster.heading, "fr") == [
        '"E-mail";"Prénom";"ligne du fichier";"motif du rejet"',
        '"x";"\'-1";"2";"l’adresse électronique n’est pas valable"',
        '"ben@example.com";"\'=Ben";"3";"La place 4 n’existe pas dans cet achat. Choisissez une place dans la liste."',
        "",
    ]


def test_a_file_without_a_heading_gets_one() -> None:
    """So that what is given back says which column is what, wherever it stands (O6)."""
    columns = Columns(3, first_name=1, free={4: "Firm"})
    bad = BadRow(1, ("Ann", "?", "x"), Reason.ADDRESS_WRONG)
    written = left_out([bad], columns, None, "it", delimiter=",")
    assert written[:2] == [
        '"nome","B","indirizzo e-mail","Firm","riga del file","motivo dell’esclusione"',
        '"Ann","?","x","","1","l’indirizzo e-mail non è valido"',
    ]


def test_what_headings_do_not_tell_is_read_again_as_it_is() -> None:
    """A mapping of the host's stands in what is given back, over the headings that say something else (O6)."""
    columns = Columns(3, name=2, free={1: "Nom"}, heading=1)
    roster = rosters.read(BytesIO(b"Nom;Qui;Correo\n7;Ann;ann at example.com\n"), columns=columns)
    file = BytesIO()
    rosters.write_left_out(file, list(roster.readings()), columns, roster.heading, TEXTS, "fr")  # type: ignore[arg-type] # there are bad rows alone
    assert table(file.getvalue())[0] == ("A: Nom", "nom", "adresse électronique", "ligne du fichier", "motif du rejet")
    again = rosters.read(BytesIO(file.getvalue().replace(b" at ", b"@")))
    assert again.columns == Columns(3, name=2, free={1: "A: Nom"}, heading=1)
    (contact,) = again.readings()
    assert isinstance(contact, Contact)
    assert (contact.person, contact.name) == (Person.of("ann@example.com"), "Ann")


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n"])
def test_what_separates_cells_is_one_character(delimiter: str) -> None:
    """Another one, or none, would make a file that nobody can read (O6)."""
    with pytest.raises(BadValue) as found:
        _ = left_out([], Columns(1), None, "en", delimiter=delimiter)
    assert (found.value.field, found.value.flaw) == ("delimiter", Flaw.WRONG_FORM)


def test_what_was_given_back_twice_does_not_grow() -> None:
    """The columns that were added once are not added again, and what was mended is read (O6)."""
    roster = rosters.read(BytesIO(b"E-mail;Nom;Ville\nx;Ann;Paris\n"))
    once = BytesIO()
    rosters.write_left_out(once, list(roster.readings()), roster.columns, roster.heading, TEXTS, "en")  # type: ignore[arg-type] # there are bad rows alone
    again = rosters.read(once)
    assert again.columns == roster.columns
    twice = BytesIO()
    rosters.write_left_out(twice, list(again.readings()), again.columns, again.heading, TEXTS, "fr")  # type: ignore[arg-type] # again
    assert table(twice.getvalue()) == [
        ("E-mail", "Nom", "Ville", "ligne du fichier", "motif du rejet"),
        ("x", "Ann", "Paris", "2", "l’adresse électronique n’est pas valable"),
    ]
    mended = rosters.read(BytesIO(twice.getvalue().replace(b'"x"', b'"x@example.com"')))
    (contact,) = mended.readings()
    assert isinstance(contact, Contact)
    assert (contact.name, contact.free) == ("Ann", {"Ville": "Paris"})


def test_the_parts_of_the_small_workbook_are_a_workbook() -> None:
    """What the hostile files are changed from is no hostile file itself."""
    assert table(package()) == [("ann@example.com", "Ann")]
    assert table(files.ole({"Workbook": files.biff(files.label(0, 0, "ann@example.com"))})) == [("ann@example.com",)]
    assert openpyxl.load_workbook(BytesIO(package())).sheetnames == ["List"]
    assert set(PARTS) >= {"xl/workbook.xml"}
