"""The use cases of rosters: a file of people becomes grants of one offer, or contacts, batch by batch (O6, O7).

Each batch is one command under a key of its own, made of the act's and of what is read. So an import that stopped half
way is run again, from the beginning or after the last line that was taken, under the same act or another one, and the
end is the same: what is granted already stays as it is. Rows that cannot be read hold nobody back; the outcome has them
with the reason, to be mended and imported again.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeAlias

from attrs import evolve, frozen

from lara_core.formats.rosters import BATCH, Batch, Roster
from lara_core.hosting import asking
from lara_core.hosting.offers import granted
from lara_core.hosting.once import fingerprint, once
from lara_core.hosting.ports import Access, ContactBook, Store, Work
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.ids import GrantId, Key, OfferId
from lara_core.offers import AccessGranted, GrantDecision, Offer
from lara_core.rights import Place, Right
from lara_core.rosters import BadRow, Contact, Duplicate, Outcome, ReadingStopped, Taken


@frozen
class Imported:
    """How far an import is: so many *rows* were taken, and it may go on after this *line*, whatever happens now."""

    rows: int
    line: int


Told: TypeAlias = Callable[[Imported], object]
"""Who is told of the progress, after each batch. `False` stops the import, anything else goes on."""


def import_grants(
    store: Store[Access],
    act: Act,
    offer: OfferId,
    roster: Roster,
    *,
    size: int = BATCH,
    after: int = 0,
    progress: Told | None = None,
) -> Outcome:
    """Grant one offer to everybody on a roster, and charge nobody (O4, O6). It needs the right to register by import.

    *after* is the last line that was taken before, where there was such a time. *progress* is told how far it is.
    Refused: what reading refuses, `ReadingStopped` with the last line that was taken, `OfferEmpty`, `OfferOver`; what
    earlier batches granted stays.
    """

    def take(batch: Batch, contacts: Sequence[Contact]) -> Collection[int]:
        doing = _doing(act, batch)
        people = {GrantId(f"{doing.key}:{contact.line}"): contact for contact in contacts}

        def body(work: Access) -> tuple[GrantDecision, ...]:
            asking.may(work, doing.by, Right.REGISTER_BY_IMPORT, on=Place(), kind=Offer)
            return granted(work, doing, offer, [(grant, contact.person) for grant, contact in people.items()])

        content = {"do": "import_grants", "offer": offer, "batch": batch.key}
        receipt = once(store, doing, content, body)
        events = (written.event for written in receipt.written)
        return {people[event.grant].line for event in events if isinstance(event, AccessGranted)}

    return _taken(roster, size, after, progress, take)


def import_contacts(
    store: Store[Work],
    book: ContactBook,
    act: Act,
    roster: Roster,
    *,
    size: int = BATCH,
    after: int = 0,
    progress: Told | None = None,
) -> Outcome:
    """Keep everybody on a roster as a contact, and grant nothing (O6). It needs the right to register by import.

    *after* and *progress* are as for `import_grants`. What is kept, in *book*, is the host's own.
    """

    def take(batch: Batch, contacts: Sequence[Contact]) -> Collection[int]:
        with store.transaction() as work:
            asking.may(work, act.by, Right.REGISTER_BY_IMPORT, on=Place(), kind=Contact)
        return book.keep(_doing(act, batch), contacts)

    return _taken(roster, size, after, progress, take)


def _taken(
    roster: Roster,
    size: int,
    after: int,
    progress: Told | None,
    take: Callable[[Batch, Sequence[Contact]], Collection[int]],
) -> Outcome:
    def results() -> Iterator[Taken | BadRow | Duplicate]:
        rows = 0
        for batch in roster.batches(size, after=after):
            contacts = [reading for reading in batch.readings if isinstance(reading, Contact)]
            new = take(batch, contacts)
            for reading in batch.readings:
                yield Taken(reading.line, new=reading.line in new) if isinstance(reading, Contact) else reading
            rows += len(batch.readings)
            if progress is not None and progress(Imported(rows, batch.last)) is False:
                raise Refused(ReadingStopped(batch.last))

    return Outcome.of(results())


def _doing(act: Act, batch: Batch) -> Act:
    """The act that a batch is, under a key of its own. Whose act it is stands in it, for grants are called after it."""
    return evolve(act, key=Key(f"roster:{fingerprint({'by': act.by, 'act': act.key, 'batch': batch.key})}"))
