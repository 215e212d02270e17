"""A chapter of the demo: what a wallet's page shows, and to whom (W2, W7, R2)."""

from collections.abc import Sequence
from typing import Final

from lara_core.hosting.wallets import statement_of
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import ActorId
from lara_core.telling.texts import InCredits
from lara_core.wallet import Statement, audit, entries
from sqlite_host.chart import Chart
from sqlite_host.credit import THRESHOLD
from sqlite_host.scene import (
    CARLA,
    FIFTH_MONDAY,
    FOURTH_FRIDAY,
    FOURTH_TUESDAY,
    HARBOUR,
    HUGO,
    NAMES,
    ZONE,
    Story,
    clock,
)

SINCE, UNTIL = clock(FOURTH_TUESDAY, 0), clock(FIFTH_MONDAY, 0)
DRAWN: Final = "balance.svg"


def wallet_pages(story: Story) -> None:
    """Another partner's wallet is none; one's own is told as a table, audited, and drawn."""
    story.page.chapter(story.words.wallet_pages)
    foreign(story)
    told = told_to(story, HUGO)
    tabled(story, told)
    audited(story)
    drawn(story)


def told_to(story: Story, by: ActorId) -> Statement:
    """Harbour's statement of the week, for whoever may see it."""
    return statement_of(story.store, by, HARBOUR, since=SINCE, until=UNTIL)


def foreign(story: Story) -> None:
    """To Carla, who is Orchard's, Harbour's wallet is answered as a missing one (R2)."""
    story.tell(story.words.carla_looks, clock(FOURTH_FRIDAY, 15), harbour=NAMES[HARBOUR])
    missing = False
    try:
        _ = told_to(story, CARLA)
    except NotFound as error:
        missing = True
        story.page.mark("✗", f"{story.words.refused} {story.texts.say(error, story.language)}")
    story.sees("what is another partner's is answered as missing", kept=missing)


def tabled(story: Story, told: Statement) -> None:
    """What moved, between the opening and the closing balance."""
    story.tell(story.words.hugo_looks, clock(FOURTH_FRIDAY, 15, 5))
    rows: list[Sequence[str]] = [story.words.statement_columns, ("", story.words.opens, "", "", str(told.opening))]
    for entry in told.entries:
        when = entry.at.astimezone(ZONE.info)
        change = f"{entry.change:+}".replace("-", "−")
        rows.append((f"{when:%d/%m %H:%M}", story.show(entry.kind), entry.by, change, story.show(entry.balance)))
    rows.append(("", story.words.closes, "", "", str(told.closing)))
    story.page.table(rows, "<<<>>", rule=True)


def audited(story: Story) -> None:
    """Every event fits those before it, or the first one that does not is named (W7)."""
    with story.store.transaction() as work:
        found = audit(HARBOUR, enumerate(work.wallets.events(HARBOUR), 1))
        left = work.wallets.get(HARBOUR).balance
    if found is None:
        story.tell(story.words.audited, left=InCredits(left))
    else:
        story.tell(story.words.misfit, number=str(found.number), why=found.misfit)


def drawn(story: Story) -> None:
    """The balance over time, as a file that a browser shows."""
    with story.store.transaction() as work:
        history = entries(HARBOUR, enumerate(work.wallets.events(HARBOUR), 1))
        after = [(entry.at, int(entry.balance)) for entry in history]
    chart = Chart(
        title=story.words.chart_title.format(harbour=NAMES[HARBOUR]),
        credits=story.words.chart_credits,
        day=story.words.chart_day,
        low=story.words.chart_threshold,
        threshold=THRESHOLD,
        after=after,
        first=FOURTH_TUESDAY,
        last=FOURTH_FRIDAY,
        zone=ZONE,
    )
    _ = (story.out / DRAWN).write_text(chart.svg(), "utf-8")
    story.tell(story.words.drawn, path=DRAWN)
