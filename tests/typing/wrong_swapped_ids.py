"""Two ids in each other's place: the wrong thing is looked up, or somebody else's."""

from lara_core.hosting.ports import GroupPurchase
from lara_core.kernel import SessionId
from lara_core.seats import SeatPool


def pool_of(work: GroupPurchase, session: SessionId) -> SeatPool:
    """Look up a pool by the id of its session."""
    return work.pools.get(session)  # wrong: mypy arg-type, pyright reportArgumentType
