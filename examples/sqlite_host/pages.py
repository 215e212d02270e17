"""A chapter of the demo: what the pages of group purchase show, printed as tables (S15)."""

from collections.abc import Mapping, Sequence
from typing import Final

from lara_core.kernel.ids import AccountId, SessionId
from lara_core.kernel.people import Person
from lara_core.seat_views import PoolInSession, participants, purchases
from sqlite_host.scene import JUNE, NADIA, SESSION, THIRD_FRIDAY, ZONE, Story, clock

# How far along they are with what is to be read before the session, in percent.
PROGRESS: Final[Mapping[AccountId, int]] = {
    AccountId("elodie.martin"): 100,
    AccountId("noe.tremblay"): 40,
    AccountId("priya.nair"): 0,
}


def pages(story: Story) -> None:
    """The training's tab with its badge, and the buyer's page."""
    story.page.chapter(story.words.pages)
    tab(story)
    participating(story)


def tab(story: Story) -> None:
    """The purchases of the training, by session: an invitation that nobody answered in time counts as free (S7)."""
    at = clock(THIRD_FRIDAY, 9)
    shown = purchases(pools(story), at)
    story.sees("a training with live seats has a badge", kept=shown.badge is not None)
    if shown.badge is not None:
        colour = story.words.colours[shown.badge.colour]
        story.tell(story.words.badge, at, count=shown.badge.count, colour=colour)
    rows: list[Sequence[str]] = [story.words.tab_columns]
    for session in shown.sessions:
        day = story.show(story.session(session.session).starts.astimezone(ZONE.info).date())
        for line in session.purchases:
            told = line.counters
            counts = map(story.show, (told.bought, told.assigned, told.free, len(line.to_assign)))
            rows.append((day, line.pool, story.directory.account(line.buyer).name, *counts))
    story.page.table(rows, "<<<>>>>", rule=True)


def participating(story: Story) -> None:
    """Who sits on the seats of one buyer, over all sessions, and how far along they are."""
    at = clock(THIRD_FRIDAY, 9, 5)
    story.tell(story.words.management, at)
    rows: list[Sequence[str]] = [story.words.participant_columns]
    for one in participants(NADIA, pools(story), at, progress):
        how_far = "–" if one.progress is None else story.words.percent.format(percent=one.progress)
        rows.append((one.pool, story.show(one.seat), story.show(one.person), story.show(one.state), how_far))
    story.page.table(rows, "<><<>", rule=True)


def progress(_: SessionId, person: Person) -> int | None:
    """What the host knows of somebody's progress."""
    return None if person.account is None else PROGRESS.get(person.account)


def pools(story: Story) -> Sequence[PoolInSession]:
    """All pools of the training, each with its session."""
    with story.store.transaction() as work:
        sessions = [work.sessions.get(session) for session in (SESSION, JUNE)]
        return [(work.pools.get(pool), session) for session in sessions for pool in work.pools.of_session(session.id)]
