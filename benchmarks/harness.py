"""Rows, and the one way to measure them: candidates in turn, no garbage collection, medians."""

import gc
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Final, TypeAlias

from attrs import frozen

ROUNDS: Final = 9
SAMPLE_SECONDS: Final = 0.02  # far above the clock's grain

Sample: TypeAlias = Callable[[], float]
"""Runs something once more and returns how many seconds it took."""


@frozen
class AtMost:
    """The figure must not exceed *limit*."""

    limit: float

    def holds(self, figure: float) -> bool:
        """Whether *figure* keeps the target."""
        return figure <= self.limit

    def __str__(self) -> str:
        return f"≤ {self.limit:g}"


@frozen
class AtLeast:
    """The figure must reach *limit*."""

    limit: float

    def holds(self, figure: float) -> bool:
        """Whether *figure* keeps the target."""
        return figure >= self.limit

    def __str__(self) -> str:
        return f"≥ {self.limit:g}"


@frozen
class Row:
    """One line of the table: what is compared, what is promised, and how to find out."""

    id: str
    what: str
    target: AtMost | AtLeast
    measure: Callable[[], float]


def ratio(candidate: Sample, baseline: Sample, *, rounds: int = ROUNDS) -> float:
    """*candidate* ÷ *baseline*: the median over rounds in which each is sampled once, one after the other."""
    for sample in (candidate, baseline):
        sample()  # the first time fills caches, and is nobody's usual cost
    collects = gc.isenabled()
    gc.disable()
    try:
        return median(candidate() / baseline() for _ in range(rounds))
    finally:
        if collects:
            gc.enable()


def calls(function: Callable[[], object]) -> Sample:
    """Sample a function of this process: as many calls as fill SAMPLE_SECONDS, in seconds per call."""
    times = 1
    while (seconds := _run(function, times)) < SAMPLE_SECONDS / 2:
        times = max(times * 2, min(times * 100, int(times * SAMPLE_SECONDS / max(seconds, 1e-9))))
    return lambda: _run(function, times) / times


def _run(function: Callable[[], object], times: int) -> float:
    repeat = range(times)
    began = perf_counter()
    for _ in repeat:
        function()
    return perf_counter() - began
