"""A chapter of the demo: a session is cancelled, and all that was paid for it goes back."""

from collections.abc import Sequence
from typing import Final

from lara_core.hosting import places
from lara_core.kernel.ids import PoolId, RefundId, TransactionId
from lara_core.purchase import refund_of
from lara_core.seats import SessionCalledOff
from sqlite_host.scene import ADMIN, FOURTH_MONDAY, JUNE, NADIA, PRICE, Story, act, buying, clock

REFUND: Final = RefundId("june")


def called_off(story: Story) -> None:
    """Every seat and every registration is gone, and no fee is kept (S14)."""
    story.page.chapter(story.words.called_off, story.show(FOURTH_MONDAY))
    at = clock(FOURTH_MONDAY, 9)
    _ = story.done(lambda store: places.cancel_session(store, act(at, ADMIN, "cancel-june"), JUNE, refund=REFUND))
    session = story.session(JUNE)
    story.sees("nobody sits in a session that is cancelled", kept=session.cancelled and not session.taken)
    story.tell(story.words.june_cancelled, at)
    rows: list[Sequence[str]] = [story.words.called_off_columns]
    with story.store.transaction() as work:
        for pool in map(work.pools.get, work.pools.of_session(JUNE)):
            charge, refund = work.charges.find(pool.transaction), refund_of(REFUND, pool.id)
            if charge is not None and refund in charge.refunds:
                buyer = story.directory.account(pool.buyer).name
                rows.append((pool.id, buyer, refund, story.show(charge.refunds[refund].amount)))
    story.page.table(rows, "<<<>", rule=True)
    story.mail()

    late = clock(FOURTH_MONDAY, 9, 30)
    story.tell(story.words.nothing_for_sale, late)
    refusal = story.refused(
        buying(late, NADIA, PoolId("nadia-5"), TransactionId("receipt-1008"), session=JUNE, prices=(PRICE,))
    )
    story.sees("a session that is cancelled is not for sale", kept=refusal == SessionCalledOff())
