"""Erasing a person from all that is kept (K13)."""

from lara_core.hosting.ports import Store, Work
from lara_core.kernel.erasure import Erasure


def erase_person(store: Store[Work], erasure: Erasure) -> None:
    """Rewrite everything in one transaction. Erasing the same person again changes nothing, so it needs no key."""
    with store.transaction() as work:
        work.erase(erasure)
