"""Sending what was put out: at least once, in order, each notice with its key."""

from collections.abc import Callable
from typing import Final

from lara_core.hosting.ports import Store, Work
from lara_core.telling.notices import Notice

BATCH: Final = 100


def deliver(store: Store[Work], send: Callable[[Notice], object], *, most: int = BATCH) -> int:
    """Give up to *most* waiting notices to *send*, oldest first, and say how many were sent.

    Each is marked in a transaction of its own, after it was sent: a crash in between sends it again, as do two
    workers at once, and the receiver drops the repeat by the notice's key.

    *send* raises where nothing can be sent now, and that notice and those after it then stay waiting. What can never
    be sent to one person, as to a mailbox that is gone, it deals with itself, and returns: else all others wait, too.
    """
    with store.transaction() as work:
        waiting = work.waiting(most)
    for notice in waiting:
        _ = send(notice)
        with store.transaction() as work:
            work.sent(notice)
    return len(waiting)
