"""H1 and on: what a bad input costs whoever is sent it. Files may take 2 s and 100 MB, all else 100 ms.

Each figure is the share that is used up of what an input may take: of time or of memory, whichever is more.
"""

import gc
import tracemalloc
from collections.abc import Callable, Iterable
from functools import partial
from time import perf_counter
from typing import Final

from benchmarks.harness import AtMost, Row
from lara_core.formats import json
from lara_core.kernel.decisions import Act
from lara_core.kernel.errors import BadValue
from lara_core.kernel.ids import PoolId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.kernel.validators import line
from lara_core.seats import SeatPool
from tests.formats.rosters import files
from tests.formats.rosters.hostile import HOSTILE

_FILE_SECONDS: Final = 2.0
_FILE_BYTES: Final = 100_000_000
_SECONDS: Final = 0.1

_LONG: Final = 1_000_000
OTHERS: Final[dict[str, Callable[[], object]]] = {
    "an amount of 5,000 digits": lambda: Money.of("9" * 5_000, "EUR"),
    "an amount of a million digits": lambda: Money.of("9" * _LONG, "EUR"),
    "JSON with a number of 5,000 digits": lambda: json.loads(SeatPool, '{"version": ' + "9" * 5_000 + "}"),
    "JSON that is nested a million deep": lambda: json.loads(SeatPool, "[" * _LONG),
    "JSON with 50,000 keys": lambda: json.loads(Act, "{" + ",".join(f'"k{n}":1' for n in range(50_000)) + "}"),
    "an address with a domain of 100,000 characters": lambda: Person.of("ann@" + "x" * 100_000 + ".com"),
    "an address with a domain of other letters": lambda: Person.of("ann@" + "é" * 100_000 + ".com"),
    "an address of a million dots": lambda: Person.of("ann@" + "a." * _LONG + "com"),
    "a name of a million characters": lambda: line("name", "x" * _LONG),
    "a name that turns text around": lambda: line("name", "A\u202enn" * 100),
    "an id of a million characters": lambda: PoolId("x" * _LONG),
}


def _of_file(make: Callable[[], bytes]) -> float:
    data = make()
    files.refused(data)
    began = perf_counter()
    files.refused(data)
    seconds = perf_counter() - began
    gc.collect()
    tracemalloc.start()
    files.refused(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return max(seconds / _FILE_SECONDS, most / _FILE_BYTES)


def _of_value(build: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        began = perf_counter()
        try:
            build()
        except BadValue:
            best = min(best, perf_counter() - began)
        else:
            raise AssertionError("it was not refused")
    return best / _SECONDS


def rows() -> Iterable[Row]:
    """One for each hostile input."""
    files_and_values: list[tuple[str, Callable[[], float]]] = [
        *((f"a roster: {name}", partial(_of_file, make)) for name, (make, _) in HOSTILE.items()),
        *((name, partial(_of_value, build)) for name, build in OTHERS.items()),
    ]
    for number, (name, measure) in enumerate(files_and_values, 1):
        yield Row(f"H{number}", name, AtMost(1), measure)
