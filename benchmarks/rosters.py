"""B11: what a roster of 100,000 people costs, next to taking its file apart and doing nothing with it."""

import csv
import gc
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from io import BytesIO, TextIOWrapper
from time import perf_counter
from typing import Final

import openpyxl

from benchmarks.harness import AtMost, Row, Sample, ratio
from lara_core.formats import rosters
from lara_core.kernel.people import Person
from tests.formats.rosters import files

_PEOPLE: Final = 100_000
_MB: Final = 1_000_000


def _table(people: int) -> Iterator[tuple[str, ...]]:
    """An address, two names, and three fields for whoever sells to them."""
    yield "E-mail", "Prénom", "Nom", "Société", "Ville", "Téléphone"
    for number in range(people):
        address, phone = f"learner-{number:06}@example.com", f"01 23 {number:06}"
        yield address, f"Anne {number % 1_000}", f"Durand {number}", f"Alfa {number % 50}", "Lyon", phone


@cache
def _text(people: int = _PEOPLE) -> bytes:
    return "".join(";".join(row) + "\r\n" for row in _table(people)).encode()


@cache
def _workbook(people: int = _PEOPLE) -> bytes:
    """As spreadsheet programs write it: texts stand in a table, once each, and cells say which one they have."""
    texts: dict[str, int] = {}
    rows = [
        "".join(f'<c t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>' for cell in row) for row in _table(people)
    ]
    return files.package(
        sharedStrings=f'<sst xmlns="{files.MAIN}">{"".join(f"<si><t>{text}</t></si>" for text in texts)}</sst>',
        sheet1=files.sheet("".join(f"<row>{row}</row>" for row in rows), before='<dimension ref="A1:F100001"/>'),
    )


@cache
def _workbook_of_cells(people: int = _PEOPLE) -> bytes:
    """As openpyxl writes it: every cell has its own text."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in _table(people):
        sheet.append(row)
    return files.saved(workbook)


def _drain(some: Iterable[object]) -> None:
    for _ in some:
        pass


def _read(data: bytes) -> None:
    _drain(rosters.read(BytesIO(data)).readings())


def _by_csv(data: bytes) -> None:
    _drain(csv.reader(TextIOWrapper(BytesIO(data), encoding="utf-8", newline=""), delimiter=";"))


def _by_openpyxl(data: bytes) -> None:
    _drain(openpyxl.load_workbook(BytesIO(data), read_only=True).worksheets[0].iter_rows(values_only=True))


def _people() -> Callable[[], None]:
    addresses = [row[0] for row in _table(_PEOPLE) if "@" in row[0]]
    return lambda: _drain(Person.of(address) for address in addresses)


def _once(run: Callable[[], None]) -> Sample:
    """Sample what takes long enough by itself."""

    def sample() -> float:
        began = perf_counter()
        run()
        return perf_counter() - began

    return sample


def _peak(run: Callable[[], None]) -> float:
    """The most memory, in bytes, that *run* has had of its own."""
    run()
    gc.collect()
    tracemalloc.start()
    run()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def _peak_of_rows(people: int) -> float:
    return _peak(lambda: _drain(rosters.read(BytesIO(_text(people))).rows()))


def rows() -> Iterable[Row]:
    """The rows of rosters."""
    yield Row(
        "B11a",
        "read 100,000 people from csv ÷ csv.reader alone",
        AtMost(6),
        lambda: ratio(_once(lambda: _read(_text())), _once(lambda: _by_csv(_text()))),
    )
    yield Row(
        "B11b",
        "read 100,000 people from xlsx ÷ openpyxl read-only alone",
        AtMost(1.3),
        lambda: ratio(_once(lambda: _read(_workbook())), _once(lambda: _by_openpyxl(_workbook())), rounds=3),
    )
    yield Row(
        "B11g",
        "beside B11b: the same where every cell has its own text, so that there is no table that openpyxl is spared",
        AtMost(1.3),
        lambda: ratio(
            _once(lambda: _read(_workbook_of_cells())), _once(lambda: _by_openpyxl(_workbook_of_cells())), rounds=3
        ),
    )
    yield Row(
        "B11c",
        "peak memory of the rows of csv, 100,000 ÷ 10,000",
        AtMost(1.1),
        lambda: _peak_of_rows(_PEOPLE) / _peak_of_rows(_PEOPLE // 10),
    )
    yield Row(
        "B11d",
        "peak memory of reading 100,000 people from csv, in MB: the keys of everybody met, and nothing else",
        AtMost(25),
        lambda: _peak(lambda: _read(_text())) / _MB,
    )
    yield Row(
        "B11e",
        "peak memory of reading 100,000 people from xlsx, in MB",
        AtMost(100),
        lambda: _peak(lambda: _read(_workbook(_PEOPLE))) / _MB,
    )
    yield Row(
        "B11f",
        "why B11a: make those 100,000 people with their constructors, which check them ÷ csv.reader alone",
        AtMost(3.5),
        lambda: ratio(_once(_people()), _once(lambda: _by_csv(_text()))),
    )
