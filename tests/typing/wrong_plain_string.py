"""A string that nobody checked, where an id belongs: it may be empty, oversized, or somebody's whole query."""

from lara_core.hosting.ports import GroupPurchase
from lara_core.seats import SeatPool


def pool_of(work: GroupPurchase, request: dict[str, str]) -> SeatPool:
    """Pass on what the browser sent."""
    return work.pools.get(request["pool"])  # wrong: mypy arg-type, pyright reportArgumentType
