"""Files that somebody made to do harm, or that got broken: each is refused by name, and none costs much (O7)."""

import os
import struct
import subprocess
import sys
import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import Final

import openpyxl
import pytest

from lara_core.formats import rosters
from lara_core.kernel.decisions import Refusal, Refused
from lara_core.rosters import (
    Caps,
    CellTooLong,
    Columns,
    Format,
    HasMacros,
    InflatesTooMuch,
    NoSuchColumn,
    OtherFormat,
    PasswordProtected,
    TooLarge,
    TooManyColumns,
    TooManyRows,
)
from tests.formats.rosters import files
from tests.formats.rosters.files import (
    PARTS,
    TABLE,
    biff,
    label,
    ole,
    package,
    record,
    refused,
    sheet,
    text,
    xls,
    xlsx,
    xlwt,
)
from tests.formats.rosters.hostile import HOSTILE, LAUGHS


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_by_name(name: str) -> None:
    """Whatever the file is, there is one refusal for it, and it is the right one (O7, K2)."""
    make, expected = HOSTILE[name]
    assert refused(make()) == expected


@pytest.mark.parametrize(
    "name",
    [
        "a million rows",
        "a million empty rows",
        "an inflated cell",
        "101 MB",
        "sizes that lie, below",
        "sizes that lie, below, in a part that is read whole",
        "a million texts",
        "a list of a million members",
        "a million old texts",
        "an old sheet that is linked all over",
        "a line of 19 MB",
    ],
)
def test_memory_stays_flat(name: str) -> None:
    """Refusing takes next to nothing, however much the file would unpack to (O7)."""
    make, expected = HOSTILE[name]
    data = make()
    for read in (package(), xls(TABLE)):
        files.table(read)  # what is imported once is nobody's cost
    tracemalloc.start()
    try:
        assert refused(data) == expected
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < (100_000_000 if name == "a million texts" else 30_000_000)


ENTITIES: Final = [name for name in HOSTILE if name.startswith(("entities", "an outer"))]


@pytest.mark.parametrize("lxml", ["True", "False"])
def test_entities_are_refused_with_lxml_and_without(lxml: str) -> None:
    """Where lxml is installed openpyxl takes it, and with it entities; here none get as far (O7)."""
    said = subprocess.run(
        [sys.executable, "-c", _SAY, *ENTITIES],
        cwd=Path(__file__).parents[3],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"OPENPYXL_LXML": lxml, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert said.stdout.split() == [lxml, *(["rosters.has_doctype"] * len(ENTITIES))]


_SAY: Final = """
import sys
import openpyxl
from tests.formats.rosters.files import refused
from tests.formats.rosters.hostile import HOSTILE
print(openpyxl.LXML)
for name in sys.argv[1:]:
    print(refused(HOSTILE[name][0]()).code)
"""


def test_openpyxl_alone_would_take_entities() -> None:
    """The test above is about something: with lxml installed, openpyxl reads a file that declares entities."""
    assert openpyxl.LXML
    workbook = openpyxl.load_workbook(BytesIO(package(workbook=LAUGHS + PARTS["xl/workbook.xml"])))
    assert workbook.sheetnames == ["List"]


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"a@example.com\n", "list.xlsx", OtherFormat(Format.XLSX, Format.CSV)),
        (b"a@example.com\n", "list.XLS", OtherFormat(Format.XLS, Format.CSV)),
        (xlsx(TABLE), "list.csv", OtherFormat(Format.CSV, Format.XLSX)),
        (xlsx(TABLE), "list.xls", OtherFormat(Format.XLS, Format.XLSX)),
        (xls(TABLE), "list.txt", OtherFormat(Format.CSV, Format.XLS)),
        (xls(TABLE), "list.xlsx", OtherFormat(Format.XLSX, Format.XLS)),
        (xlsx(TABLE), "list.xlsm", HasMacros()),
        (ole({"EncryptedPackage": b"x"}), "list.xlsx", PasswordProtected()),
    ],
)
def test_a_name_must_not_say_something_else(data: bytes, name: str, expected: Refusal) -> None:
    """The content decides; a name that contradicts it is refused, after whatever is wrong with the content (O6)."""
    assert refused(data, name=name) == expected


@pytest.mark.parametrize("name", [None, "", "csv", "list", "list.csv", "LIST.CSV", "list.tsv", "list.txt", "list.2027"])
def test_a_name_that_says_nothing_else_will_do(name: str | None) -> None:
    """A name may be missing, or end in whatever is no format (O6)."""
    assert files.table(b"a@example.com\n", name=name) == [("a@example.com",)]


@pytest.mark.parametrize(
    ("caps", "data", "expected"),
    [
        (Caps(file=10), b"a@example.com", TooLarge(10)),
        (Caps(inflated=1_000), xlsx(TABLE), InflatesTooMuch(1_000)),
        (Caps(rows=2), text(TABLE).encode(), TooManyRows(2)),
        (Caps(rows=2), xlsx(TABLE), TooManyRows(2)),
        (Caps(rows=2), xls(TABLE), TooManyRows(2)),
        (Caps(columns=3), text(TABLE).encode(), TooManyColumns(1, 3)),
        (Caps(columns=3), xlsx(TABLE), TooManyColumns(1, 3)),
        (Caps(columns=3), xls(TABLE), TooManyColumns(1, 3)),
        (Caps(cell=14), text(TABLE).encode(), CellTooLong(2, 14)),
        (Caps(cell=14), xlsx(TABLE), CellTooLong(2, 14)),
        (Caps(cell=14), xls(TABLE), CellTooLong(2, 14)),
    ],
)
def test_caps_can_be_set(caps: Caps, data: bytes, expected: Refusal) -> None:
    """A host may allow less; one less, or one more, decides (O7)."""
    assert refused(data, caps=caps) == expected


@pytest.mark.parametrize("data", [text(TABLE).encode(), xlsx(TABLE), xls(TABLE)])
def test_caps_are_reached_without_harm(data: bytes) -> None:
    """What is exactly at every cap is read (O7)."""
    caps = Caps(rows=3, columns=4, cell=15)
    assert files.table(data, caps=caps) == list(TABLE)


@pytest.mark.parametrize("data", [text(TABLE).encode(), xlsx(TABLE), xls(TABLE)])
def test_a_mapping_fits_its_file(data: bytes) -> None:
    """A mapping that names a column which is not there is refused before anything is read (O6)."""
    assert refused(data, columns=Columns(1, free={5: "Town"}, heading=1)) == NoSuchColumn(5, 4)


LEAKY: Final = [
    b"ann\x81\xe9@example.com",
    package(sheet1="ann@example.com"),
    package(**{"../ann": "x"}),
    package(workbook="<ann/>"),
    package(rels=PARTS["xl/_rels/workbook.xml.rels"].replace("sheet1", "ann")),
    package(sheet1=sheet('<row><c t="s"><v>ann</v></c></row>')),
    package(sheet1=sheet('<row><c r="ann"><v>1</v></c></row>')),
    ole({"Workbook": biff(label(0, 0, "ann"), more=record(0xFC, struct.pack("<II", 9, 9)))}),
    ole({"Workbook": b"ann@example.com"}),
]


@pytest.mark.parametrize("data", LEAKY)
def test_no_exception_shows_what_is_in_a_file(data: bytes) -> None:
    """Neither its message nor what it comes from: logs hold no personal data (K11)."""
    with pytest.raises(Refused) as raised:
        list(rosters.read(BytesIO(data)).rows())
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert "ann" not in str(raised.value)


def test_xlwt_formulas_in_the_column_of_addresses_are_bad() -> None:
    """See `test_reading`; here it is only shown that the marks survive the crossing out of records."""
    workbook = xlwt.Workbook()
    workbook.add_sheet("List").write(0, 0, xlwt.Formula('"ann@example.com"'))
    (row,) = rosters.read(BytesIO(files.saved(workbook))).rows()
    assert row.formulas == frozenset({1})
