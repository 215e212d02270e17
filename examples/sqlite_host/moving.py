"""Two chapters of the demo: a learner moves to another session, and a seat that was cancelled comes back."""

from typing import Final

from lara_core.hosting import group_purchase as do
from lara_core.hosting import places
from lara_core.kernel.ids import PoolId, RefundId, SeatNo
from lara_core.kernel.money import Money
from lara_core.refunds import RefundPending
from sqlite_host.scene import (
    ADMIN,
    JUNE,
    MARCO,
    MARCOS_JUNE,
    MARCOS_JUNE_PAID,
    OLIVIA,
    OLIVIAS,
    OLIVIAS_PAID,
    PRICE,
    PROVIDER,
    SELLER,
    THIRD_MONDAY,
    THIRD_TUESDAY,
    Story,
    act,
    clock,
)
from sqlite_host.waiting import REFUND, SOFIAS

OLIVIAS_JUNE: Final = PoolId("olivia-2")
JUNE_PRICE: Final = Money.of("279.99", "CAD")
ONLY: Final = SeatNo(1)


def transferring(story: Story) -> None:
    """The seat, its place and its money go along; the difference is due (N3)."""
    story.page.chapter(story.words.transferring, story.show(THIRD_MONDAY))
    larger, capacity = clock(THIRD_MONDAY, 9), 6
    _ = story.done(lambda store: places.resize_session(store, act(larger, ADMIN, "larger-june"), JUNE, capacity))
    story.tell(story.words.june_larger, larger, capacity=capacity)

    at = clock(THIRD_MONDAY, 10)
    _ = story.done(
        lambda store: do.transfer_seat(
            store,
            act(at, OLIVIA, "transfer"),
            OLIVIAS,
            ONLY,
            there=JUNE,
            to=OLIVIAS_JUNE,
            price=JUNE_PRICE,
            provider=SELLER,
            provider_there=SELLER,
            refund=RefundId("refund-4"),
        )
    )
    due = story.charge(OLIVIAS_PAID).seats[OLIVIAS_JUNE][ONLY].due
    story.tell(story.words.transferred, at, may=story.left(at), june=story.left(at, JUNE))
    story.page.table(
        [
            (story.words.seat_in_june, story.show(JUNE_PRICE)),
            (story.words.already_paid, story.show(-PRICE)),
            (story.words.due, story.show(due)),
        ],
        "<>",
    )
    story.sees("what is due is the difference", kept=due == JUNE_PRICE - PRICE)
    story.mail()

    paid = clock(THIRD_MONDAY, 10, 30)
    _ = story.done(
        lambda store: do.pay_due(store, act(paid, PROVIDER, "difference"), OLIVIAS_PAID, OLIVIAS_JUNE, (ONLY,))
    )
    story.tell(story.words.difference_paid, paid)


def reactivating(story: Story) -> None:
    """A seat comes back with its learner, once its refund is through; what went back is due again (S13)."""
    story.page.chapter(story.words.reactivating, story.show(THIRD_TUESDAY))
    early = clock(THIRD_TUESDAY, 8)
    story.tell(story.words.sofia_can_come, early)
    refusal = story.refused(
        lambda store: do.reactivate_seat(store, act(early, ADMIN, "reactivate"), MARCOS_JUNE, SOFIAS)
    )
    story.sees("a seat waits for its refund", kept=refusal == RefundPending(SOFIAS, REFUND))
    story.arrives(clock(THIRD_TUESDAY, 9), MARCOS_JUNE_PAID, REFUND)

    at = clock(THIRD_TUESDAY, 9, 10)
    _ = story.done(lambda store: do.reactivate_seat(store, act(at, ADMIN, "reactivate"), MARCOS_JUNE, SOFIAS))
    money = story.charge(MARCOS_JUNE_PAID).seats[MARCOS_JUNE][SOFIAS]
    story.tell(story.words.reactivated, at, due=money.due, kept=PRICE - money.due)
    story.mail()

    paid = clock(THIRD_TUESDAY, 9, 30)
    _ = story.done(
        lambda store: do.pay_due(store, act(paid, PROVIDER, "again"), MARCOS_JUNE_PAID, MARCOS_JUNE, (SOFIAS,))
    )
    story.tell(story.words.paid_again, paid, who=story.directory.account(MARCO).name)
    story.seats(MARCOS_JUNE)
