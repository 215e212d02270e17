"""Three seats under each policy: what `make exhaust` runs, and `make check` runs a part of.

The name keeps it out of a plain run of the tests: it takes minutes.
"""

from collections.abc import Callable

from tests.laws import exhaustive
from tests.laws.test_exhaustive import held


def test_every_command_on_three_seats_keeps_the_laws(tell: Callable[[object], None]) -> None:
    """K2, K3, K5, K10, S2–S17: whatever is done with three seats, at every deadline, under every policy."""
    held(exhaustive.whole(), tell)
