"""A fact that the rule needs and nobody gave: people are seated twice."""

from collections.abc import Sequence

from lara_core.kernel import Act, Person
from lara_core.seats import SeatPool, SessionFacts


def assign(pool: SeatPool, act: Act, who: Sequence[Person], it: SessionFacts) -> None:
    """Seat people without asking who sits already."""
    _ = pool.assign(act, who, session=it)  # wrong: mypy call-arg, pyright reportCallIssue
