"""A chapter of the demo: the other shop sends all its buyers in a workbook, and each has the offer once (O6, O7).

The addresses are made up. The workbook stays in the story's folder, with the rows that were left out beside it.
"""

import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from itertools import islice, product
from pathlib import Path
from typing import Final, TextIO

import openpyxl
from attrs import evolve

from lara_core.formats import rosters
from lara_core.formats.rosters import Roster
from lara_core.hosting import offers
from lara_core.hosting.rosters import Imported, import_grants
from lara_core.offers import AccessMessage, GrantState
from lara_core.rosters import Counts, Outcome, Preview, Use, letters
from sqlite_host.lessons import OFFER, PRIYA, PRIYAS
from sqlite_host.scene import ADMIN, FIFTH_FRIDAY, Story, act, clock
from sqlite_host.transcript import INDENT

ROSTER: Final = "buyers.xlsx"
LEFT_OUT: Final = "left-out.csv"
SHEET: Final = "2024"
HEADING: Final = ("Prénom", "Nom", "Courriel", "Commande")
FIRST_NAMES: Final = ("Adèle", "Bruno", "Clara", "Éric", "Hana", "Karim", "Louise", "Mei", "Paul", "Tessa")
NAMES: Final = ("Babin", "Caron", "Dubé", "Girouard", "Haché", "Losier", "Morin", "Paulin", "Savoie", "Walsh")
EACH: Final = 10
# A thousand people: those above, ten of each name, but for one in whose place Priya stands.
PEOPLE: Final = len(FIRST_NAMES) * len(NAMES) * EACH
TWICE: Final = 12
# Rows that nobody can be granted by, each below so many others.
TROUBLE: Final[Mapping[int, tuple[str, str, str | None]]] = {
    40: ("Paul", "Dubé", "paul.dube example.com"),
    186: ("Karim", "Losier", None),
    401: ("Mei", "Morin", '=LOWER(A405&"."&B405&"@example.com")'),
    732: ("Tessa", "Walsh", "tessa.walsh@example.com, walsh@example.com"),
}
BATCH: Final = 50


def importing(story: Story) -> None:
    """A preview, then the import, then the same file again."""
    story.page.chapter(story.words.importing, story.show(FIFTH_FRIDAY))
    silencing(story, clock(FIFTH_FRIDAY, 9))
    path = story.out / ROSTER
    write_workbook(path)
    file = BytesIO(path.read_bytes())
    roster = rosters.read(file, name=ROSTER)
    counts = previewing(story, roster)

    at = clock(FIFTH_FRIDAY, 9, 30)
    outcome = imported(story, at, "roster", roster, counts)
    story.sees("what was previewed is what is done", kept=outcome.counts == counts)
    story.tell(story.words.imported, at, new=outcome.new, known=outcome.known)
    with story.store.transaction() as work:
        state = work.offer_grants.get(PRIYAS).state
    story.sees("a file does not revive what was revoked", kept=(state, outcome.known) == (GrantState.REVOKED, 1))
    with (story.out / LEFT_OUT).open("wb") as left_out:
        rosters.write_left_out(left_out, outcome.left_out, roster.columns, roster.heading, story.texts, story.language)
    story.tell(story.words.left_out, rows=len(outcome.left_out), file=LEFT_OUT)

    before, again = events(story), clock(FIFTH_FRIDAY, 10)
    repeated = imported(story, again, "roster-again", roster, counts)
    story.sees("the same file again grants nothing new", kept=(repeated.new, events(story)) == (0, before))
    story.tell(story.words.imported_again, again, new=repeated.new, known=repeated.known)
    story.mail()


def silencing(story: Story, at: datetime) -> None:
    """Whoever bought elsewhere was told there: from now on this offer tells nobody of access (O4)."""
    with story.store.transaction() as work:
        terms = work.offers.get(OFFER).terms
    quiet, silent = act(at, ADMIN, "silence"), evolve(terms, message=AccessMessage.off())
    _ = story.done(lambda store: offers.change_offer(store, quiet, OFFER, silent))
    story.tell(story.words.silenced, at, offer=terms.title)


def previewing(story: Story, roster: Roster) -> Counts:
    """What stands in the file, before anything is done: its columns, how many rows, and which cannot be read."""
    at, preview = clock(FIFTH_FRIDAY, 9, 15), roster.preview(bad=3)
    story.tell(story.words.roster_read, at, file=ROSTER, sheet=roster.sheet or "")
    story.page.table(columns_of(story, preview), "<<<", rule=True)
    counts = preview.counts
    story.sees("each row counts once", kept=counts == Counts(PEOPLE, len(TROUBLE), TWICE))
    story.tell(
        story.words.previewed,
        rows=counts.rows,
        accepted=counts.accepted,
        rejected=counts.rejected,
        duplicate=counts.duplicate,
        shown=len(preview.bad),
    )
    rows: list[Sequence[str]] = [story.words.bad_columns]
    for bad in preview.bad:
        stands = bad.cells[roster.columns.email - 1] or story.words.nothing_stands
        rows.append((story.show(bad.line), stands, story.show(bad.reason)))
    story.page.table(rows, "><<", rule=True)
    return counts


def columns_of(story: Story, preview: Preview) -> list[Sequence[str]]:
    """Each column of the file, and what it was taken for."""
    columns = preview.columns
    uses = dict.fromkeys(columns.free, story.words.free_field)
    for column, use in ((columns.email, Use.EMAIL), (columns.first_name, Use.FIRST_NAME), (columns.name, Use.NAME)):
        if column is not None:
            uses[column] = story.show(use)
    titles = () if preview.heading is None else preview.heading.cells
    taken = [(letters(column), titles[column - 1], uses[column]) for column in sorted(uses)]
    return [story.words.roster_columns, *taken]


def imported(story: Story, at: datetime, key: str, roster: Roster, counts: Counts) -> Outcome:
    """The training office imports the file, and watches how far it is."""
    watching = bar(sys.stderr, counts.rows)
    return import_grants(story.store, act(at, ADMIN, key), OFFER, roster, size=BATCH, progress=watching)


def events(story: Story) -> int:
    """How many events the organisation's file has."""
    with story.store.transaction() as work:
        (count,) = work.db.execute("SELECT count(*) FROM event").fetchone()
    return int(count)


# --- The bar

_WIDTH: Final = 40
_CLEAR: Final = "\r\x1b[K"


def bar(stream: TextIO, rows: int) -> Callable[[Imported], None] | None:
    """What draws how far an import of so many rows is, and wipes itself off at the end; nothing but on a terminal."""
    if not stream.isatty():
        return None

    def draw(imported: Imported) -> None:
        full = _WIDTH * imported.rows // rows
        shown = f"\r{INDENT}[{'#' * full}{'-' * (_WIDTH - full)}] {100 * imported.rows // rows:3}%"
        _ = stream.write(_CLEAR if imported.rows == rows else shown)
        _ = stream.flush()

    return draw


# --- The file


def write_workbook(path: Path) -> None:
    """The list, as the other shop's spreadsheet program writes it."""
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet(SHEET)
    for row in table():
        sheet.append(row)
    workbook.save(path)


def table() -> Iterator[tuple[str | None, ...]]:
    """A heading, the people with what is wrong among them, a blank line, and the first of them once more."""
    yield HEADING
    people = [*made_up()]
    for number, person in enumerate(people):
        if number in TROUBLE:
            yield *TROUBLE[number], f"T-{number}"
        yield *person, f"A-{number}"
    yield ("",) * len(HEADING)
    for number, (first_name, name, address) in enumerate(people[:TWICE]):
        yield first_name.upper(), name.upper(), address.upper(), f"B-{number}"


def made_up() -> Iterator[tuple[str, str, str]]:
    """First name, name and address of each."""
    for first_name, name, number in islice(product(FIRST_NAMES, NAMES, range(EACH)), PEOPLE - 1):
        yield first_name, name, f"{plain(first_name)}.{plain(name)}{number}@example.com"
    yield "Priya", "Nair", PRIYA


def plain(name: str) -> str:
    """A name as it stands in an address."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
