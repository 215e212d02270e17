"""Two chapters of the demo: seats that nobody assigned in time, and seats that nobody paid for in time."""

from typing import Final

from lara_core.hosting import group_purchase as do
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.ids import PoolId, RefundId, SeatNo, TransactionId
from lara_core.kernel.people import Person
from lara_core.seats import InvoiceNotDue, NothingOverdue, Policy
from sqlite_host.scene import (
    ADMIN,
    JUNE,
    NADIA,
    PRICE,
    THIRD_FRIDAY,
    THIRD_THURSDAY,
    THIRD_TUESDAY,
    THIRD_WEDNESDAY,
    ZONE,
    Story,
    act,
    buying,
    capturing,
    clock,
)

MAYAS: Final = PoolId("nadia-3")
MAYAS_PAID: Final = TransactionId("receipt-1006")
INVOICED: Final = PoolId("nadia-4")
INVOICE: Final = TransactionId("invoice-1007")


def unassigned(story: Story) -> None:
    """A seat that an invitee declined must be assigned, or the organisation cancels it (S10)."""
    story.page.chapter(story.words.unassigned)
    at, maya = clock(THIRD_TUESDAY, 10), Person.of("maya.singh@example.com")
    policy = Policy(assign_at_purchase=True, unassigned_hours=24)
    _ = story.done(
        buying(
            at,
            NADIA,
            MAYAS,
            MAYAS_PAID,
            session=JUNE,
            prices=(PRICE,),
            policy=policy,
            invitees=(maya,),
        )
    )
    _ = story.done(capturing(at, NADIA, MAYAS_PAID, PRICE))
    story.tell(story.words.maya_invited, at)
    story.mail()
    declined = clock(THIRD_TUESDAY, 11)
    _ = story.done(
        lambda store: do.decline_invitation(store, act(declined, "maya", "decline-june"), MAYAS, SeatNo(1), 1)
    )
    story.tell(story.words.maya_declines, declined)
    story.mail()

    early, since = clock(THIRD_TUESDAY, 15), story.pool(MAYAS).overdue_from
    story.tell(story.words.too_early, early)
    refusal = story.refused(lambda store: do.cancel_unassigned(store, act(early, ADMIN, "unassigned"), MAYAS))
    story.sees("nothing is overdue before its time", kept=refusal == NothingOverdue(since))

    story.page.day(story.show(THIRD_WEDNESDAY))
    late = clock(THIRD_WEDNESDAY, 11)
    _ = story.done(
        lambda store: do.cancel_unassigned(store, act(late, ADMIN, "unassigned"), MAYAS, refund=RefundId("refund-5"))
    )
    money = story.charge(MAYAS_PAID).seats[MAYAS][SeatNo(1)]
    story.tell(story.words.unassigned_cancelled, late, kept=money.kept, back=money.back)
    story.mail()


def unpaid(story: Story) -> None:
    """Seats on an invoice are the buyer's until it is overdue, and then they are released (S17)."""
    story.page.chapter(story.words.unpaid)
    at, seats = clock(THIRD_WEDNESDAY, 14), 2
    invoice = Deadline.on(THIRD_THURSDAY, ZONE)
    prices, policy = (PRICE,) * seats, Policy(release_unpaid=True)
    _ = story.done(
        buying(
            at,
            NADIA,
            INVOICED,
            INVOICE,
            session=JUNE,
            prices=prices,
            policy=policy,
            invoice=invoice,
        )
    )
    story.tell(story.words.on_invoice, at, seats=seats, until=invoice)

    story.page.day(story.show(THIRD_THURSDAY))
    early = clock(THIRD_THURSDAY, 16)
    story.tell(story.words.not_paid_yet, early)
    refusal = story.refused(lambda store: do.release_unpaid(store, act(early, ADMIN, "release"), INVOICED))
    story.sees("an invoice is due after its last day", kept=refusal == InvoiceNotDue(invoice))

    story.page.day(story.show(THIRD_FRIDAY))
    late = clock(THIRD_FRIDAY, 8)
    _ = story.done(lambda store: do.release_unpaid(store, act(late, ADMIN, "release"), INVOICED))
    story.tell(story.words.released, late, left=story.left(late, JUNE))
    story.mail()
