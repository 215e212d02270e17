"""A number that nobody checked, where a seat's number belongs: `True` is one, and so is -1."""

from lara_core.kernel import Act
from lara_core.seats import SeatDecision, SeatPool, SessionFacts


def revoke(pool: SeatPool, act: Act, row: int, session: SessionFacts) -> SeatDecision:
    """Pass on the row that was clicked."""
    return pool.revoke(act, row, session=session, seated=())  # wrong: mypy arg-type, pyright reportArgumentType
