"""Which column is what, what a row says, and what came of all of them (O6)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest
from attrs import frozen

from lara_core.kernel.decisions import Refusal, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.people import Person
from lara_core.rosters import (
    HEADINGS,
    MOST_COLUMNS,
    SAMPLE,
    BadRow,
    Caps,
    Columns,
    Contact,
    Counts,
    Duplicate,
    NoAddressColumn,
    NoSuchColumn,
    Outcome,
    Preview,
    Reading,
    Reason,
    RefusedRow,
    RosterEmpty,
    Row,
    Taken,
    Use,
    left_out_columns,
    letters,
    preview,
    reader,
    readings,
)
from lara_core.telling.texts import Texts
from tests.builders import flaw


def rows(*cells: Sequence[str], first: int = 1) -> list[Row]:
    """Rows one below the other."""
    return [Row(line, tuple(said)) for line, said in enumerate(cells, first)]


def proposed(*cells: Sequence[str]) -> Columns:
    """What is proposed for a file that begins so."""
    return Columns.proposed(rows(*cells))


def asked(*cells: Sequence[str]) -> Refusal | None:
    """Why nothing is proposed."""
    try:
        _ = proposed(*cells)
    except Refused as refused:
        return refused.refusal
    return None


# --- Columns ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        (("E-mail", "Prénom", "Nom"), Columns(1, first_name=2, name=3, heading=1)),
        (("Nom", "Prénom", "Adresse e-mail"), Columns(3, first_name=2, name=1, heading=1)),
        (("NOM DE FAMILLE", "PRENOM", "COURRIEL"), Columns(3, first_name=2, name=1, heading=1)),
        (("Email Address", "First Name", "Last Name"), Columns(1, first_name=2, name=3, heading=1)),
        (("surname", "given name", "e mail"), Columns(3, first_name=2, name=1, heading=1)),
        (("Cognome", "Nome", "Posta elettronica"), Columns(3, first_name=2, name=1, heading=1)),
        (("E-mail (obligatoire)", " prénom * ", "Nom :"), Columns(1, first_name=2, name=3, heading=1)),
        (("Mél", "Société", "Ville"), Columns(1, free={2: "Société", 3: "Ville"}, heading=1)),
        # The better word for a name wins; the other is a free field.
        (("Mail", "Full name", "Last name"), Columns(1, name=3, free={2: "Full name"}, heading=1)),
        (("Mail", "Name", "First name"), Columns(1, name=2, first_name=3, heading=1)),
        # Of two of one kind the first is meant.
        (("E-mail", "Mail", "Nom"), Columns(1, name=3, free={2: "Mail"}, heading=1)),
        # Headings that say nothing, or the same.
        (("E-mail", "Note", "Note"), Columns(1, free={2: "Note", 3: "Note 2"}, heading=1)),
        (("E-mail", "", "B"), Columns(1, free={2: "B", 3: "B 2"}, heading=1)),
        (("E-mail", "No\u202ete", "x" * 501), Columns(1, free={2: "B", 3: "C"}, heading=1)),
        (("E-mail", "a\n b", "c"), Columns(1, free={2: "a b", 3: "c"}, heading=1)),
        # What this library added to rows that it gave back is nobody's field.
        (("E-mail", "Ligne du fichier", "Motif du rejet"), Columns(1, heading=1)),
        # Where no heading is of addresses, the first column is, unless it is called something else.
        (("Contact", "Prénom", "Nom"), Columns(1, first_name=2, name=3, heading=1)),
    ],
)
def test_columns_are_proposed_from_their_headings(heading: Sequence[str], expected: Columns) -> None:
    """Headings in three languages are understood; what is not is a free field under its own name (O6)."""
    assert proposed(heading, ("x", "y", "z")) == expected


@pytest.mark.parametrize("language", HEADINGS)
def test_every_heading_is_understood(language: str) -> None:
    """Each word of the table, in capitals and without accents too, means what the table says (O6)."""
    for use, words in HEADINGS[language].items():
        for word in (said for each in words for said in (each, each.upper(), each.title())):
            columns = proposed((word, "?"), ("a@example.com", "b@example.com"))
            expected = {
                Use.EMAIL: Columns(1, free={2: "?"}, heading=1),
                Use.FIRST_NAME: Columns(2, first_name=1, heading=1),
                Use.NAME: Columns(2, name=1, heading=1),
                Use.LINE: Columns(2, heading=1),
                Use.REASON: Columns(2, heading=1),
            }
            assert (word, columns) == (word, expected[use])


@pytest.mark.parametrize("language", HEADINGS)
def test_the_words_that_are_written_are_understood(language: str) -> None:
    """What the library writes over rows that it gives back it reads again, in the same language (O6)."""
    texts = Texts()
    titles = [texts.show(use, language) for use in Use]
    assert proposed(titles, ("a@example.com",)) == Columns(1, first_name=2, name=3, heading=1)
    assert left_out_columns(titles) == {4, 5}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # No heading: columns are called as in a spreadsheet.
        ([("ann@example.com", "Ann", "Lee")], Columns(1, free={2: "B", 3: "C"})),
        ([("ann@example.com",)], Columns(1)),
        ([("ann@example.com", "", "Lee"), ("b@example.com", " ", "Roy")], Columns(1, free={3: "C"})),
        ([("ann@example.com",), ("ben@example.com", "Ben")], Columns(1, free={2: "B"})),
        # The first column is that of addresses, unless a heading says otherwise (O6).
        ([("Ann", "ann@example.com")], Columns(1, free={2: "B"})),
        ([("not an address",)], Columns(1)),
        ([("E-mail",)], Columns(1, heading=1)),
        # A title and blank rows above the heading.
        ([("List of 2027",), ("E-mail", "Name"), ("a@example.com", "A")], Columns(1, name=2, heading=2)),
        ([("sep=;",), ("Nom", "E-mail"), ("A", "a@example.com")], Columns(2, name=1, heading=2)),
        # An address ends the search: it is no heading, and what is below it is none.
        ([("ann@example.com", "Name"), ("E-mail", "Name")], Columns(1, free={2: "B"})),
        ([*[("x",)] * 9, ("E-mail",)], Columns(1, heading=10)),
        ([*[("x",)] * 10, ("E-mail",)], Columns(1)),
        # No heading of addresses, and the first column is called something else: where there are some.
        ([("Nom", "Contact"), ("Ann", "a@example.com")], Columns(2, name=1, heading=1)),
        ([("Nom", "Tel", "Contact"), ("Ann", "1", "a@example.com")], Columns(3, name=1, free={2: "Tel"}, heading=1)),
    ],
)
def test_columns_are_proposed_without_headings(cells: Sequence[Sequence[str]], expected: Columns) -> None:
    """What the rows themselves say decides where no heading does (O6)."""
    assert proposed(*cells) == expected


def test_nothing_is_proposed_for_what_is_no_roster() -> None:
    """A file without rows, and one whose columns are all something else, are refused (O6)."""
    assert (asked(), asked(("Nom", "Prénom"), ("Lee", "Ann"))) == (RosterEmpty(), NoAddressColumn())


def test_a_proposal_looks_at_the_first_rows_alone() -> None:
    """A hundred thousand rows are not read for it (O7)."""
    source = iter(rows(*[("a@example.com",)] * 100))
    _ = Columns.proposed(source)
    assert next(source).line <= SAMPLE + 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"email": 0}, ("email", Flaw.TOO_SMALL)),
        ({"email": MOST_COLUMNS + 1}, ("email", Flaw.TOO_LARGE)),
        ({"email": True}, ("email", Flaw.WRONG_TYPE)),
        ({"name": 0}, ("name", Flaw.TOO_SMALL)),
        ({"first_name": "2"}, ("first_name", Flaw.WRONG_TYPE)),
        ({"heading": 0}, ("heading", Flaw.TOO_SMALL)),
        ({"free": {0: "x"}}, ("free", Flaw.TOO_SMALL)),
        ({"free": {2: ""}}, ("free", Flaw.EMPTY)),
        ({"free": {2: "a\nb"}}, ("free", Flaw.UNSAFE_CHARACTER)),
        ({"free": {2: "a", 3: "a"}}, ("free", Flaw.WRONG_FORM)),
        ({"name": 1}, ("columns", Flaw.WRONG_FORM)),
        ({"name": 2, "free": {2: "x"}}, ("columns", Flaw.WRONG_FORM)),
    ],
)
def test_a_mapping_makes_sense(arguments: Mapping[str, Any], expected: tuple[str, Flaw]) -> None:
    """A column has one use, a label stands for one column (K9)."""
    assert flaw(lambda: Columns(**arguments)) == expected


def test_a_mapping_is_its_own() -> None:
    """What a host changes afterwards does not change it."""
    free = {2: "Firm"}
    columns = Columns(free=free)
    free[3] = "Town"
    assert columns == Columns(free={2: "Firm"})


def test_a_mapping_fits_a_file_that_has_its_columns() -> None:
    """Rows may differ in length: the longest of the first ones counts (O6)."""
    some = rows(("a@example.com",), ("b@example.com", "Ben"))
    Columns(2).fit(some)
    with pytest.raises(Refused) as raised:
        Columns(1, free={3: "x"}).fit(some)
    assert raised.value.refusal == NoSuchColumn(3, 2)


@pytest.mark.parametrize(
    ("column", "expected"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16_384, "XFD")]
)
def test_columns_have_letters(column: int, expected: str) -> None:
    """As spreadsheets call them."""
    assert letters(column) == expected


# --- Rows -------------------------------------------------------------------------------------------------

COLUMNS = Columns(1, first_name=2, name=3, free={4: "Firm", 5: "Note"})


def contact(line: int, cells: tuple[str, ...], *said: str | None, **free: str) -> Contact:
    """What a good row gives: its address, first name, name and free fields."""
    address, first_name, name = said
    assert address is not None
    return Contact(line, cells, Person.of(address), first_name, name, free)


@pytest.mark.parametrize(
    ("cells", "said", "free"),
    [
        (
            ("ann@example.com", "Ann", "Lee", "Alfa", "VIP"),
            ("ann@example.com", "Ann", "Lee"),
            {"Firm": "Alfa", "Note": "VIP"},
        ),
        (("ann@example.com",), ("ann@example.com", None, None), {}),
        (("ann@example.com", "", " ", "", "\t"), ("ann@example.com", None, None), {}),
        (("\u00a0 ann@example.com ", " Ann ", "Lee\n"), ("ann@example.com", "Ann", "Lee"), {}),
        (("ann@example.com", "", "", "", "x", "not read"), ("ann@example.com", None, None), {"Note": "x"}),
        (("ann@example.com", "", "", "", "a\tb\r\n\nc"), ("ann@example.com", None, None), {"Note": "a\tb\r\n\nc"}),
        (("ann@example.com", "Zoë", "d’Arc"), ("ann@example.com", "Zoë", "d’Arc"), {}),
        (("ann@bücher.example",), ("ann@bücher.example", None, None), {}),
        # What looks like a formula in a text is text (O7).
        (
            ("=ann@example.com", "=1+1", "@x", "+33 1", "-"),
            ("=ann@example.com", "=1+1", "@x"),
            {"Firm": "+33 1", "Note": "-"},
        ),
    ],
)
def test_a_good_row_is_a_contact(cells: tuple[str, ...], said: Sequence[str | None], free: Mapping[str, str]) -> None:
    """Cells are trimmed, what is empty is not there, and a row may be shorter or longer than its heading (O6)."""
    assert reader(COLUMNS)(Row(7, cells)) == contact(7, cells, *said, **free)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ((), Reason.ADDRESS_MISSING),
        ((" ", "Ann"), Reason.ADDRESS_MISSING),
        (("ann",), Reason.ADDRESS_WRONG),
        (("ann@example.com, ben@example.com",), Reason.ADDRESS_WRONG),
        (("Ann <ann@example.com>",), Reason.ADDRESS_WRONG),
        (("ann@" + "x" * 100_000 + ".com",), Reason.ADDRESS_TOO_LONG),
        (("ann@example.com\nbcc:x@example.com",), Reason.ADDRESS_UNSAFE),
        (("ann\u200b@example.com",), Reason.ADDRESS_UNSAFE),
        (("ann@example.com", "A\u202enn"), Reason.NAME_UNSAFE),
        (("ann@example.com", "Ann\x1b[31m"), Reason.NAME_UNSAFE),
        (("ann@example.com", "Ann", "a\nb"), Reason.NAME_UNSAFE),
        (("ann@example.com", "Ann", "x" * 501), Reason.NAME_TOO_LONG),
        (("ann@example.com", "x" * 501), Reason.NAME_TOO_LONG),
        (("ann@example.com", "", "", "x" * 10_001), Reason.FREE_TOO_LONG),
        (("ann@example.com", "", "", "a\nb\u202e"), Reason.FREE_UNSAFE),
        (("ann@example.com", "", "", "", "a\x00"), Reason.FREE_UNSAFE),
    ],
)
def test_a_bad_row_says_why(cells: tuple[str, ...], reason: Reason) -> None:
    """One reason for each, and the row as it was, for somebody to mend (O6, K9)."""
    assert reader(COLUMNS)(Row(7, cells)) == BadRow(7, cells, reason)


def test_a_formula_is_no_address() -> None:
    """Nothing is ever computed: a formula in the column of addresses makes a bad row, elsewhere it does not (O7)."""
    cells = ("ann@example.com", "Ann")
    assert reader(COLUMNS)(Row(3, cells, frozenset({1}))) == BadRow(3, cells, Reason.ADDRESS_FORMULA)
    assert reader(COLUMNS)(Row(3, cells, frozenset({2}))) == contact(3, cells, "ann@example.com", "Ann", None)


def test_the_longest_of_everything_is_taken() -> None:
    """Exactly as long as may be is not too long (K9)."""
    cells = ("ann@example.com", "x" * 500, "y" * 500, "z" * 10_000)
    said = contact(1, cells, "ann@example.com", "x" * 500, "y" * 500, Firm="z" * 10_000)
    assert reader(COLUMNS)(Row(1, cells)) == said


def test_somebody_counts_once() -> None:
    """In whatever spelling, the first row counts, also where a bad one stands before it (K7)."""
    said = [("x",), ("ann@example.com",), ("Ann@EXAMPLE.com", "Ann"), ("ben@example.com",), ("ANN@example.com",)]
    assert list(readings(rows(*said, first=2), COLUMNS)) == [
        BadRow(2, ("x",), Reason.ADDRESS_WRONG),
        contact(3, said[1], "ann@example.com", None, None),
        Duplicate(4, 3),
        contact(5, said[3], "ben@example.com", None, None),
        Duplicate(6, 3),
    ]


def test_nothing_that_a_row_says_reaches_a_log() -> None:
    """Not by any value's `repr` (K11)."""
    row = Row(2, ("ann@example.com", "Ann"))
    bad = BadRow(2, row.cells, Reason.ADDRESS_WRONG)
    for value in (row, reader(COLUMNS)(row), bad, RefusedRow(2, row.cells, Full()), Outcome(rejected=(bad,))):
        assert "nn" not in repr(value)


# --- What is found, and what came of it -------------------------------------------------------------------


@frozen
class Full:
    """A host's own refusal."""

    code: ClassVar[str] = "tests.full"


def test_a_preview_counts_all_and_shows_some() -> None:
    """Counts are exact; what is shown is little, however long the file is (O6)."""
    heading = Row(1, ("E-mail",))
    some = rows(*[("x",)] * 5, ("a@example.com",), ("a@example.com",), ("b@example.com",), first=2)
    assert preview(some, Columns(heading=1), heading=heading, first=2, bad=3) == Preview(
        Columns(heading=1),
        heading,
        tuple(some[:2]),
        Counts(accepted=2, rejected=5, duplicate=1),
        tuple(BadRow(line, ("x",), Reason.ADDRESS_WRONG) for line in (2, 3, 4)),
    )


BAD = BadRow(4, ("x",), Reason.ADDRESS_WRONG)
FULL = RefusedRow(2, ("a@example.com",), Full())


def test_an_outcome_adds_up() -> None:
    """Accepted + rejected + duplicate = rows, and what is left out stands in the order of the file (O6)."""
    outcome = Outcome.of([Taken(1, new=True), FULL, Taken(3, new=False), BAD, Duplicate(5, 1), Taken(6, new=True)])
    assert outcome == Outcome(2, 1, 1, (FULL,), (BAD,))
    assert (outcome.counts, outcome.counts.rows) == (Counts(4, 1, 1), 6)
    assert outcome.left_out == (FULL, BAD)


def test_outcomes_of_batches_are_one() -> None:
    """Batches add up in order, and one of no rows adds nothing (O6)."""
    first, second = Outcome(1, 2, 3, (FULL,), ()), Outcome(0, 1, 0, (), (BAD,))
    assert first + second == Outcome.total([first, second]) == Outcome(1, 3, 3, (FULL,), (BAD,))
    assert Outcome() + first == first + Outcome() == first
    assert Outcome.total([]) == Outcome()


@pytest.mark.parametrize("name", ["file", "inflated", "rows", "columns", "cell"])
@pytest.mark.parametrize(
    ("value", "expected"), [(0, Flaw.TOO_SMALL), (10**10, Flaw.TOO_LARGE), (True, Flaw.WRONG_TYPE)]
)
def test_caps_make_sense(name: str, value: int, expected: Flaw) -> None:
    """None is switched off by nothing, or by too much (K9)."""
    assert flaw(lambda: Caps(**{name: value})) == (name, expected)


def test_caps_are_those_of_the_rule() -> None:
    """20 MB, 100 MB inflated, 200,000 rows, 100 columns, 10,000 characters (O7)."""
    assert Caps() == Caps(file=20_000_000, inflated=100_000_000, rows=200_000, columns=100, cell=10_000)


@pytest.mark.parametrize("name", ["accepted", "rejected", "duplicate"])
def test_counts_make_sense(name: str) -> None:
    """There are no fewer than none (K9)."""
    with pytest.raises(BadValue) as raised:
        Counts(**{name: -1})
    assert (raised.value.field, raised.value.flaw) == (name, Flaw.TOO_SMALL)


def test_a_reading_is_one_of_three() -> None:
    """What is counted and what is read are the same three kinds (O6)."""
    some: list[Reading] = list(readings(rows(("a@example.com",), ("a@example.com",), ("x",)), Columns()))
    assert [type(reading) for reading in some] == [Contact, Duplicate, BadRow]
