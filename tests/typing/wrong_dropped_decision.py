"""A decision that nobody keeps: the learners believe that they are enrolled, and are not."""

from collections.abc import Sequence

from lara_core.kernel import Act, Person
from lara_core.seats import SeatPool, SessionFacts


def assign(pool: SeatPool, act: Act, learners: Sequence[Person], session: SessionFacts) -> SeatPool:
    """Forget what was decided."""
    pool.assign(act, learners, session=session, seated=())  # wrong: pyright reportUnusedCallResult
    return pool
