"""A chapter of the demo: somebody asks to be forgotten, and nothing of them is left (K13)."""

from typing import Final

from lara_core.hosting.erasure import erase_person
from lara_core.kernel.erasure import Erasure, erased
from lara_core.kernel.ids import ActorId
from lara_core.kernel.people import Person
from sqlite_host.laws import Repeat
from sqlite_host.scene import LAST_FRIDAY, Story, clock
from sqlite_host.waiting import GIULIA

TOMBSTONE: Final = Person.of("1@erased.invalid", "erased-1")
NOBODY: Final = ActorId("erased-1")


def forgetting(story: Story) -> None:
    """Giulia lost a seat, waited, registered, was enrolled by a partner: all of it becomes somebody else's."""
    story.page.chapter(story.words.forgetting, story.show(LAST_FRIDAY))
    giulia, actor = story.person(GIULIA), ActorId("giulia.damico")
    story.tell(story.words.asks_to_be_forgotten, clock(LAST_FRIDAY, 11), rows=mentions(story, actor))

    erasure = Erasure.of(giulia, TOMBSTONE, actors={actor: NOBODY})
    erase_person(story.store, erasure)
    story.directory = story.directory.left(giulia)
    # Whoever is forgotten repeats nothing any more, and the receipts of others tell of the tombstone.
    story.repeats = [
        Repeat(again.command, erased(again.receipt, erasure)) for again in story.repeats if again.receipt.by != actor
    ]
    story.sees("nobody is forgotten in part", kept=not mentions(story, actor))
    story.sees("what was overwritten is gone", kept=actor.encode() not in story.store.path.read_bytes().lower())
    story.tell(story.words.forgotten, clock(LAST_FRIDAY, 11, 5), tombstone=TOMBSTONE)


def mentions(story: Story, name: str) -> int:
    """How many rows of the file speak of somebody, in whatever spelling."""
    with story.store.transaction() as work:
        return sum(name in line.lower() for line in work.db.iterdump())
