"""Which column of a roster is what, and what its heading says about it. Part of `lara_core.rosters`."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple, Self

from attrs import field, frozen
from attrs.validators import optional

from lara_core.kernel.decisions import Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.validators import checked, line, whole
from lara_core.roster_refusals import NoAddressColumn, NoSuchColumn, RosterEmpty

SAMPLE: Final = 20
"""How many rows, counted from the first that is not blank, columns are proposed from."""

MOST_COLUMNS: Final = 16_384

_TITLES: Final = 10


class Row(NamedTuple):
    """What one row says, as text. *line* and the columns of *formulas* are counted from 1, as people count.

    A tuple, because a roster has very many of them (B11). Its `repr` shows the line alone, for it ends up in logs
    (K11).
    """

    line: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()

    def __repr__(self) -> str:
        return f"Row(line={self.line}, ...)"


class Use(StrEnum):
    """What a column is for, where its heading can tell.

    `LINE` and `REASON` are what the library adds to the rows that it gives back; nobody's data stand there.
    """

    EMAIL = "email"
    FIRST_NAME = "first_name"
    NAME = "name"
    LINE = "line"
    REASON = "reason"


_OWN: Final = frozenset({Use.LINE, Use.REASON})


HEADINGS: Final[Mapping[str, Mapping[Use, tuple[str, ...]]]] = {
    "en": {
        Use.EMAIL: ("email", "email address", "mail", "mail address", "electronic mail", "emails"),
        Use.FIRST_NAME: ("first name", "first names", "given name", "given names", "forename", "forenames"),
        Use.NAME: ("last name", "surname", "family name", "name", "full name", "participant", "learner"),
        Use.LINE: ("line in the file",),
        Use.REASON: ("why it was left out",),
    },
    "fr": {
        Use.EMAIL: (
            "e-mail",
            "mail",
            "mél",
            "courriel",
            "courrier électronique",
            "adresse e-mail",
            "adresse mail",
            "adresse mél",
            "adresse courriel",
            "adresse de courriel",
            "adresse électronique",
            "adresse de messagerie",
        ),
        Use.FIRST_NAME: ("prénom", "prénoms", "petit nom"),
        Use.NAME: (
            "nom",
            "nom de famille",
            "nom d’usage",
            "nom de naissance",
            "nom complet",
            "nom et prénom",
            "prénom et nom",
            "participant",
            "apprenant",
        ),
        Use.LINE: ("ligne du fichier",),
        Use.REASON: ("motif du rejet",),
    },
    "it": {
        Use.EMAIL: (
            "e-mail",
            "mail",
            "posta elettronica",
            "indirizzo e-mail",
            "indirizzo mail",
            "indirizzo di posta elettronica",
            "casella di posta",
        ),
        Use.FIRST_NAME: ("nome", "nomi", "nome proprio"),
        Use.NAME: ("cognome", "cognomi", "nome e cognome", "cognome e nome", "nominativo", "partecipante", "discente"),
        Use.LINE: ("riga del file",),
        Use.REASON: ("motivo dell’esclusione",),
    },
}
"""The headings that are understood, by language; a file may mix languages.

Case, accents, blanks, hyphens and what stands in brackets do not count. Of several columns that could be the name the
one that stands first here, in its language, is; the others are free fields.
"""

_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^][]*\]")


def _plain(heading: str) -> str:
    """A heading as it is compared."""
    letters = unicodedata.normalize("NFKD", _BRACKETS.sub("", heading).casefold())
    return "".join(letter for letter in letters if letter.isalnum())


_USES: Final[Mapping[str, tuple[int, Use]]] = {
    # Written backwards, so that of two places in the lists the better one stays.
    _plain(heading): (rank, use)
    for words in HEADINGS.values()
    for use, headings in words.items()
    for rank, heading in reversed([*enumerate(headings)])
}


def _column(field: str, value: int) -> int:
    return whole(field, value, least=1, most=MOST_COLUMNS)


def _heading(field: str, value: int) -> int:
    return whole(field, value, least=1, most=2**31)


def _free(values: Mapping[int, str]) -> Mapping[int, str]:
    for column, label in values.items():
        _ = _column("free", column)
        _ = line("free", label)
    if len(set(values.values())) < len(values):
        raise BadValue("free", Flaw.WRONG_FORM)
    return dict(values)


@frozen
class Columns:
    """Which column is what, counted from 1: a host's mapping, or a proposal (O6).

    *free* fields are by column, each with its label. A column that is not named is not read. *heading* is the line of
    the heading, where there is one: that row and whatever stands above it are no rows of the roster.

    Refused: a column with two uses, a label that two free fields have.
    """

    email: int = field(default=1, validator=checked(_column))
    first_name: int | None = field(default=None, kw_only=True, validator=optional(checked(_column)))
    name: int | None = field(default=None, kw_only=True, validator=optional(checked(_column)))
    free: Mapping[int, str] = field(factory=dict[int, str], kw_only=True, converter=_free)
    heading: int | None = field(default=None, kw_only=True, validator=optional(checked(_heading)))

    def __attrs_post_init__(self) -> None:
        if len(set(self.named)) < len(self.named):
            raise BadValue("columns", Flaw.WRONG_FORM)

    @property
    def named(self) -> tuple[int, ...]:
        """Every column that has a use."""
        chosen = (self.email, self.first_name, self.name)
        return (*(column for column in chosen if column is not None), *self.free)

    @classmethod
    def proposed(cls, rows: Iterable[Row]) -> Self:
        """The columns as the first rows of a file suggest them; *rows* are those that are not blank (O6).

        The heading is the first of ten rows with a word of `HEADINGS` in it; a row with an @ is none, and ends the
        search. The first column is the e-mail's, unless the heading says otherwise: then it is the one that has that
        heading or, where none has, the first with an @ below. All other columns are free fields, under their heading,
        or under their letter where they have none. Refused: `RosterEmpty`, `NoAddressColumn`.
        """
        sample = _first(rows)
        heading = _heading_among(sample)
        titles = () if heading is None else heading.cells
        below = [row for row in sample if heading is None or row.line > heading.line]
        uses = _uses(titles)
        email = uses.get(Use.EMAIL) or next(
            (column for column in range(1, _width(sample) + 1) if _may_be_email(column, titles, below)), None
        )
        if email is None:
            raise Refused(NoAddressColumn())
        first_name, name = uses.get(Use.FIRST_NAME), uses.get(Use.NAME)
        others = (
            column
            for column in range(1, _width(sample) + 1)
            if column not in (email, first_name, name)
            and column not in left_out_columns(titles)
            and (_cell(titles, column) or any(_cell(row.cells, column) for row in below))
        )
        return cls(
            email,
            first_name=first_name,
            name=name,
            free=_labelled(others, titles),
            heading=None if heading is None else heading.line,
        )

    def told_by(self, titles: Sequence[str]) -> bool:
        """Whether a heading of these *titles* says itself which column is the e-mail's, and which are the names."""
        uses = _uses(titles)
        said = uses.get(Use.EMAIL), uses.get(Use.FIRST_NAME), uses.get(Use.NAME)
        return said == (self.email, self.first_name, self.name)

    def fit(self, rows: Iterable[Row]) -> None:
        """Check that a file that begins with these rows has the columns. Refused: `RosterEmpty`, `NoSuchColumn`."""
        width = _width(_first(rows))
        for column in self.named:
            if column > width:
                raise Refused(NoSuchColumn(column, width))


def left_out_columns(titles: Sequence[str]) -> frozenset[int]:
    """The columns of a heading that this library added to rows that it gave back."""
    found = ((column, _USES.get(_plain(title))) for column, title in enumerate(titles, 1))
    return frozenset(column for column, use in found if use is not None and use[1] in _OWN)


def tells(title: str) -> bool:
    """Whether a heading says what its column is for."""
    return _plain(title) in _USES


def letters(column: int) -> str:
    """How spreadsheets call a column: `A` is the first, `AA` the 27th."""
    shown = ""
    while column:
        column, letter = divmod(column - 1, 26)
        shown = chr(ord("A") + letter) + shown
    return shown


def _first(rows: Iterable[Row]) -> Sequence[Row]:
    sample = [row for row, _ in zip(rows, range(SAMPLE), strict=False)]
    if not sample:
        raise Refused(RosterEmpty())
    return sample


def _heading_among(sample: Sequence[Row]) -> Row | None:
    for row in sample[:_TITLES]:
        if any("@" in cell for cell in row.cells):
            return None
        if any(_plain(cell) in _USES for cell in row.cells):
            return row
    return None


def _uses(titles: Sequence[str]) -> Mapping[Use, int]:
    found: dict[Use, tuple[int, int]] = {}
    for column, title in enumerate(titles, 1):
        known = _USES.get(_plain(title))
        if known is not None and (known[1] not in found or known[0] < found[known[1]][0]):
            found[known[1]] = known[0], column
    return {use: column for use, (_, column) in found.items()}


def _may_be_email(column: int, titles: Sequence[str], below: Sequence[Row]) -> bool:
    if _plain(_cell(titles, column)) in _USES:
        return False
    return column == 1 or any("@" in _cell(row.cells, column) for row in below)


def _labelled(columns: Iterable[int], titles: Sequence[str]) -> Mapping[int, str]:
    labels: dict[int, str] = {}
    for column in columns:
        title = _label(_cell(titles, column)) or letters(column)
        labels[column] = next(label for label in _numbered(title) if label not in labels.values())
    return labels


def _label(title: str) -> str | None:
    try:
        return line("label", " ".join(title.split()))
    except BadValue:
        return None


def _numbered(title: str) -> Iterator[str]:
    yield title
    for number in range(2, MOST_COLUMNS + 2):
        yield f"{title[:480]} {number}"


def _width(sample: Sequence[Row]) -> int:
    return max(len(row.cells) for row in sample)


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column - 1].strip() if column <= len(cells) else ""
