"""Promise 15: accepted + rejected + duplicate = rows, whatever the file; read again, or in batches, it is the same."""

from functools import partial
from io import BytesIO
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lara_core.formats import rosters
from lara_core.kernel.decisions import Refusal, Refused
from lara_core.rosters import (
    BadRow,
    Columns,
    Contact,
    Counts,
    Duplicate,
    Outcome,
    Reading,
    Reason,
    Result,
    RosterRefusal,
    Row,
    Taken,
    preview,
    readings,
)
from lara_core.telling.texts import Texts
from lara_core.testing.strategies import RosterFile, csv_rosters, roster_rows, xlsx_rosters
from lara_core.testing.strategies.of_rosters import blank
from tests.formats.rosters import files

TEXTS: Final = Texts()


@st.composite
def xls_rosters(draw: st.DrawFn) -> RosterFile:
    """The same rows in an xls workbook, which xlwt writes; the library does not know it."""
    columns, rows = draw(roster_rows())
    rows = tuple(tuple(cell[:500].replace("\0", "") for cell in row) for row in rows)
    return RosterFile(files.xls(rows), rows, columns)


FILES: Final = {"csv": csv_rosters(), "xlsx": xlsx_rosters(), "xls": xls_rosters()}
every_format = pytest.mark.parametrize("kind", FILES)
# Workbooks take their time to be made.
slowly = partial(settings, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def counted(found: list[Reading]) -> Counts:
    """What the readings come to."""
    return Counts(*(sum(isinstance(reading, kind) for reading in found) for kind in (Contact, BadRow, Duplicate)))


def result(reading: Reading) -> Result:
    """What an import answers that grants everybody something new."""
    return Taken(reading.line, new=True) if isinstance(reading, Contact) else reading


@every_format
@given(data=st.data())
@slowly()
def test_what_was_written_is_read(kind: str, data: st.DataObject) -> None:
    """Every cell comes back as it was, in every encoding and dialect, and blank lines are no rows (O6)."""
    file = data.draw(FILES[kind])
    roster = rosters.read(BytesIO(file.data), columns=file.columns)
    above = 0 if file.columns.heading is None else 1
    assert (roster.heading and roster.heading.cells) == (file.rows[0] if above else None)
    assert [row.cells for row in roster.rows()] == [row for row in file.rows[above:] if not blank(row)]


@every_format
@given(data=st.data(), size=st.integers(1, 10))
@slowly()
def test_every_row_counts_once(kind: str, data: st.DataObject, size: int) -> None:
    """Accepted + rejected + duplicate = rows, in the preview, in the readings and in the outcome (promise 15)."""
    file = data.draw(FILES[kind])
    roster = rosters.read(BytesIO(file.data))
    found = list(roster.readings())
    counts = counted(found)
    assert counts.rows == len(found) == len(list(roster.rows()))
    assert roster.preview().counts == counts
    outcome = Outcome.total(Outcome.of(map(result, batch.readings)) for batch in roster.batches(size))
    assert outcome.counts == counts


@every_format
@given(data=st.data(), size=st.integers(1, 10))
@slowly()
def test_reading_again_and_in_batches_gives_the_same(kind: str, data: st.DataObject, size: int) -> None:
    """What is read depends on the bytes alone; batches of any size, and from anywhere on, are parts of it (O6, K1)."""
    file = data.draw(FILES[kind])
    roster = rosters.read(BytesIO(file.data))
    found = list(roster.readings())
    again = rosters.read(BytesIO(file.data))
    assert (again.columns, list(again.readings())) == (roster.columns, found)
    batches = list(roster.batches(size))
    assert [reading for batch in batches for reading in batch.readings] == found
    assert list(again.batches(size)) == batches
    assert len({batch.key for batch in batches}) == len(batches)
    for number, batch in enumerate(batches, 1):
        assert list(roster.batches(size, after=batch.last)) == batches[number:]


@every_format
@given(data=st.data(), language=st.sampled_from(("en", "fr", "it")))
@slowly()
def test_what_was_left_out_can_be_read_again(kind: str, data: st.DataObject, language: str) -> None:
    """Rows that are given back have their own cells, and are bad for the same reasons until they are mended (O6)."""
    file = data.draw(FILES[kind])
    roster = rosters.read(BytesIO(file.data), columns=file.columns)
    bad = [reading for reading in roster.readings() if isinstance(reading, BadRow)]
    written = BytesIO()
    rosters.write_left_out(written, bad, roster.columns, roster.heading, TEXTS, language)
    again = rosters.read(written)
    assert again.columns == _below_a_heading(file.columns)
    assert [(row.reason, row.cells[:-2]) for row in again.readings() if isinstance(row, BadRow)] == [
        (row.reason, row.cells) for row in bad if row.reason is not Reason.ADDRESS_FORMULA
    ]


def _below_a_heading(columns: Columns) -> Columns:
    return Columns(columns.email, first_name=columns.first_name, name=columns.name, free=columns.free, heading=1)


@given(roster_rows())
def test_the_first_row_about_somebody_counts(table: tuple[Columns, tuple[tuple[str, ...], ...]]) -> None:
    """Nobody is a contact twice, and every duplicate names the row that is one (K7)."""
    columns, cells = table
    rows = [Row(line, row) for line, row in enumerate(cells, 1)]
    found = list(readings(rows, columns))
    people = {reading.line: reading.person for reading in found if isinstance(reading, Contact)}
    assert len({person.address for person in people.values()}) == len(people)
    for reading in found:
        if isinstance(reading, Duplicate):
            assert reading.first < reading.line
            assert reading.first in people
    assert preview(rows, columns, heading=None, first=0, bad=0).counts == counted(found)


CORPUS: Final = {
    "csv": files.text(files.TABLE).encode(),
    "xlsx": files.xlsx(files.TABLE),
    "xls": files.xls(files.TABLE),
}


@pytest.mark.parametrize("kind", CORPUS)
@given(data=st.data())
@slowly()
def test_whatever_is_broken_is_refused_by_name(kind: str, data: st.DataObject) -> None:
    """A file of which some bytes are others, or are missing, is read or refused: nothing else is raised (K2, O7)."""
    whole = bytearray(CORPUS[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    broken = whole[: data.draw(st.just(len(whole)) | st.integers(0, len(whole)))]
    refusal: Refusal | None = None
    try:
        roster = rosters.read(BytesIO(broken))
        assert counted(list(roster.readings())).rows == len(list(roster.rows()))
    except Refused as refused:
        refusal = refused.refusal
    assert isinstance(refusal, RosterRefusal | None)
