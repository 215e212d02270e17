"""A state that is changed in place: no event says so, and the next load forgets it."""

from lara_core.kernel import ActorId
from lara_core.seats import SeatPool


def steal(pool: SeatPool, thief: ActorId) -> None:
    """Hand a pool over without asking the rule."""
    pool.buyer = thief  # wrong: mypy misc, pyright reportAttributeAccessIssue
