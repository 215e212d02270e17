"""A pool that is bought twice: its first event is no change, and cannot be applied to a pool that is there."""

from lara_core.seats import SeatPool, SeatsBought


def replay(pool: SeatPool, event: SeatsBought) -> SeatPool:
    """Fold a beginning over a state."""
    return pool.apply(event)  # wrong: mypy arg-type, pyright reportArgumentType
