"""B12: what a host pays at start-up for importing a rule module."""

import subprocess
import sys
from collections.abc import Iterable

from benchmarks.harness import AtMost, Row, Sample, ratio

# Timed inside the child, after `site`: the interpreter's own start is not ours.
_CHILD = """
import gc, time
gc.disable()
began = time.perf_counter_ns()
import {module}
print(time.perf_counter_ns() - began)
"""


def importing(module: str) -> Sample:
    """Sample `import module` in a fresh interpreter."""

    def sample() -> float:
        child = subprocess.run(
            [sys.executable, "-I", "-c", _CHILD.format(module=module)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return int(child.stdout) / 1e9

    return sample


def rows() -> Iterable[Row]:
    """The start-up rows."""
    yield Row(
        "B12",
        "import lara_core.seats ÷ import attrs",
        AtMost(2.5),
        lambda: ratio(importing("lara_core.seats"), importing("attrs"), rounds=25),
    )
