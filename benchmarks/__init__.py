"""How fast, as ratios: `make bench` prints one table and writes benchmarks/results.json.

Every figure compares two things that ran in turn within one run, so that a slow or busy machine slows both.
Speed is never asserted: a missed target is a row that says so, and no test reads the clock.

To add a row, write a module with a `rows()` function and name it in `__main__.AREAS`.
"""

import sys
from pathlib import Path

# The example host is measured, too, and is not installed.
sys.path.append(str(Path(__file__).parent.parent / "examples"))
