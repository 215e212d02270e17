"""A chapter of the demo: two seats are cancelled, one in time and one too late. What is kept, and what goes back."""

from datetime import UTC, timedelta

from lara_core.hosting import group_purchase as do
from lara_core.kernel.ids import RefundId
from lara_core.refunds import Override
from sqlite_host.invitations import MAYAS, THEOS
from sqlite_host.scene import (
    ADMIN,
    NADIA,
    NADIAS_MORE,
    NADIAS_MORE_PAID,
    NEXT_THURSDAY,
    NEXT_WEDNESDAY,
    PROVIDER,
    STARTS,
    TERMS,
    Story,
    act,
    clock,
)

REFUND, EXCEPTION = RefundId("refund-1"), RefundId("refund-2")


def refunds(story: Story) -> None:
    """A refund fails and is tried again; the deadline passes; an exception is made."""
    story.page.chapter(story.words.refunds, story.show(NEXT_WEDNESDAY))
    cancelling(story)
    trying_again(story)
    story.page.day(story.show(NEXT_THURSDAY))
    too_late(story)
    excepting(story)


def cancelling(story: Story) -> None:
    """Percentage and amount per seat first, then what is kept once (S12)."""
    until = STARTS.astimezone(UTC) - timedelta(hours=TERMS.hours_before)
    captured, seats = story.charge(NADIAS_MORE_PAID).captured, len(story.pool(NADIAS_MORE).prices)
    story.tell(
        story.words.refund_terms,
        captured=captured,
        seats=seats,
        percent=TERMS.percent,
        per_seat=TERMS.per_seat,
        once=TERMS.once,
        until=until,
    )

    at = clock(NEXT_WEDNESDAY, 9)
    _ = story.done(lambda store: do.cancel_seats(store, act(at, NADIA, "refund"), NADIAS_MORE, (THEOS,), refund=REFUND))
    story.tell(story.words.refund_asked, at, seat=THEOS)
    money = story.charge(NADIAS_MORE_PAID).seats[NADIAS_MORE][THEOS]
    share = money.paid.percent(TERMS.percent)
    story.sees("what is kept is what the terms say", kept=money.kept == share + TERMS.per_seat + TERMS.once)
    story.page.table(
        [
            (story.words.refund_of, story.show(money.paid)),
            (story.words.kept_percent.format(percent=TERMS.percent), story.show(-share)),
            (story.words.kept_per_seat, story.show(-TERMS.per_seat)),
            (story.words.kept_once, story.show(-TERMS.once)),
            (story.words.goes_back, story.show(money.back)),
        ],
        "<>",
    )
    story.mail()


def trying_again(story: Story) -> None:
    """A refund keeps its identity through a failure (S12)."""
    failed = clock(NEXT_WEDNESDAY, 11)
    _ = story.done(lambda store: do.refund_failed(store, act(failed, PROVIDER, "failed"), NADIAS_MORE_PAID, REFUND))
    story.tell(story.words.refund_failed, failed)
    story.mail()

    again = clock(NEXT_WEDNESDAY, 14)
    _ = story.done(lambda store: do.retry_refund(store, act(again, ADMIN, "retry"), NADIAS_MORE_PAID, REFUND))
    story.tell(story.words.refund_retried, again, refund=REFUND)
    story.arrives(clock(NEXT_WEDNESDAY, 15), NADIAS_MORE_PAID, REFUND)


def too_late(story: Story) -> None:
    """After the deadline cancelling works, and nothing goes back (S12)."""
    at, holder = clock(NEXT_THURSDAY, 9, 10), story.name(story.pool(NADIAS_MORE).enrolled[MAYAS])
    _ = story.done(
        lambda store: do.cancel_seats(store, act(at, NADIA, "late-refund"), NADIAS_MORE, (MAYAS,), refund=EXCEPTION)
    )
    after = story.charge(NADIAS_MORE_PAID)
    story.sees("after the deadline nothing is refunded", kept=EXCEPTION not in after.refunds)
    money = after.seats[NADIAS_MORE][MAYAS]
    story.tell(story.words.refund_late, at, seat=MAYAS, who=holder, kept=money.kept, back=money.back)
    story.mail()


def excepting(story: Story) -> None:
    """Only an override reaches what was kept, and it says why (S12)."""
    at, override = clock(NEXT_THURSDAY, 9, 40), Override(story.words.refund_reason)
    _ = story.done(
        lambda store: do.refund_kept(
            store, act(at, ADMIN, "exception"), NADIAS_MORE, (MAYAS,), refund=EXCEPTION, override=override
        )
    )
    story.tell(story.words.refund_override, at, reason=override.reason)
    story.mail()
    story.arrives(clock(NEXT_THURSDAY, 10), NADIAS_MORE_PAID, EXCEPTION)

    after = story.charge(NADIAS_MORE_PAID)
    rows = [story.words.refund_columns]
    for seat, money in sorted(after.seats[NADIAS_MORE].items()):
        rows.append((story.show(seat), story.show(money.paid), story.show(money.kept), story.show(money.back)))
    story.page.table(rows, ">>>>", rule=True)
    story.tell(story.words.refunded, refunded=after.refunded, captured=after.captured)
