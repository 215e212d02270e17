"""What a row says: somebody, or why not; and what came of all of them. Part of `lara_core.rosters`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from operator import attrgetter
from typing import Final, Self, TypeAlias, TypeVar

from attrs import field, frozen

from lara_core.kernel.decisions import Refusal
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.people import EmailAddress, Person
from lara_core.kernel.validators import LINE_LENGTH, checked, line, whole
from lara_core.roster_columns import Columns, Row

FREE_LENGTH: Final = 10_000

T = TypeVar("T")


class Reason(StrEnum):
    """Why a row is not taken."""

    ADDRESS_MISSING = "address_missing"
    ADDRESS_WRONG = "address_wrong"
    ADDRESS_TOO_LONG = "address_too_long"
    ADDRESS_UNSAFE = "address_unsafe"
    ADDRESS_FORMULA = "address_formula"
    NAME_TOO_LONG = "name_too_long"
    NAME_UNSAFE = "name_unsafe"
    FREE_TOO_LONG = "free_too_long"
    FREE_UNSAFE = "free_unsafe"


_ADDRESS: Final[Mapping[Flaw, Reason]] = {
    Flaw.EMPTY: Reason.ADDRESS_MISSING,
    Flaw.TOO_LONG: Reason.ADDRESS_TOO_LONG,
    Flaw.UNSAFE_CHARACTER: Reason.ADDRESS_UNSAFE,
    Flaw.NOT_AN_ADDRESS: Reason.ADDRESS_WRONG,
}
_NAME: Final[Mapping[Flaw, Reason]] = {
    Flaw.TOO_LONG: Reason.NAME_TOO_LONG,
    Flaw.UNSAFE_CHARACTER: Reason.NAME_UNSAFE,
}
_FREE: Final[Mapping[Flaw, Reason]] = {
    Flaw.TOO_LONG: Reason.FREE_TOO_LONG,
    Flaw.UNSAFE_CHARACTER: Reason.FREE_UNSAFE,
}


@frozen(repr=False, slots=False)  # made a third faster without slots, and never kept in numbers (B11)
class Contact:
    """Who a row is about. Names are single lines; *free* has the free fields that are not empty, by label (O6).

    *line* and *cells* are the row's. The `repr` shows the line alone, for it ends up in logs (K11).
    """

    line: int
    cells: tuple[str, ...]
    person: Person
    first_name: str | None
    name: str | None
    free: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Contact(line={self.line}, ...)"


@frozen(repr=False)
class BadRow:
    """A row that is not taken, and why. Its `repr` does not show the cells (K11)."""

    line: int
    cells: tuple[str, ...]
    reason: Reason

    def __repr__(self) -> str:
        return f"BadRow(line={self.line}, reason={self.reason.value!r}, ...)"


@frozen
class Duplicate:
    """A row about somebody whom an earlier one is about already: the *first* line counts (K7)."""

    line: int
    first: int


Reading: TypeAlias = Contact | BadRow | Duplicate


def reader(columns: Columns) -> Callable[[Row], Contact | BadRow]:
    """What reads single rows by these columns."""
    email, first_name, name = columns.email, columns.first_name or 0, columns.name or 0
    free = tuple((column - 1, label) for column, label in sorted(columns.free.items()))

    def read(row: Row) -> Contact | BadRow:
        at, cells, formulas = row
        if formulas and email in formulas:
            return BadRow(at, cells, Reason.ADDRESS_FORMULA)
        width = len(cells)
        # What is being looked at, in the order in which it is: a flaw is said of the first that has one.
        reasons = _ADDRESS
        try:
            person = Person(EmailAddress(cells[email - 1].strip() if email <= width else ""))
            first = cells[first_name - 1].strip() if 0 < first_name <= width else ""
            last = cells[name - 1].strip() if 0 < name <= width else ""
            said: dict[str, str] = {}
            for column, label in free:
                if column < width and (text := cells[column].strip()):
                    said[label] = text
            # A row that is short and plain as a whole needs no look at its single cells (B11).
            whole = "".join(cells)
            if not (whole.isascii() and whole.isprintable() and len(whole) <= LINE_LENGTH):
                reasons = _NAME
                for text in filter(None, (first, last)):
                    _ = line("name", text)
                reasons = _FREE
                for text in said.values():
                    _lines(text)
        except BadValue as bad:
            return BadRow(at, cells, reasons[bad.flaw])
        return Contact(at, cells, person, first or None, last or None, said)

    return read


def _lines(text: str) -> None:
    """A free field may have several lines, and tabs."""
    if len(text) > FREE_LENGTH:
        raise BadValue("free", Flaw.TOO_LONG)
    for part in text.replace("\t", " ").splitlines():
        if part.strip():
            _ = line("free", part, most=FREE_LENGTH)


def readings(rows: Iterable[Row], columns: Columns) -> Iterator[Reading]:
    """What each row says, in order. Of several rows about one person the first counts (K7).

    It keeps the key of everybody it has met, and nothing else.
    """
    read = reader(columns)
    lines: dict[str, int] = {}
    for row in rows:
        reading = read(row)
        if type(reading) is Contact:
            # A bare address has one key, and an address's own stands for it.
            first = lines.setdefault(reading.person.address.key, row.line)
            if first != row.line:
                yield Duplicate(row.line, first)
                continue
        yield reading


# --- Counting ---------------------------------------------------------------------------------------------


def _count(field: str, value: int) -> int:
    return whole(field, value, least=0, most=2**31)


@frozen
class Counts:
    """How many rows there are of each kind: together all of them, blank ones and the heading aside."""

    accepted: int = field(default=0, validator=checked(_count))
    rejected: int = field(default=0, validator=checked(_count))
    duplicate: int = field(default=0, validator=checked(_count))

    @property
    def rows(self) -> int:
        """All rows."""
        return self.accepted + self.rejected + self.duplicate


@frozen
class Preview:
    """What an import would find, before anything is done (O6).

    *heading* is the row that names the columns, where there is one; *first* are some of the rows, as they stand there.
    The *counts* are exact; of the rows that are not taken, *bad* has the first ones alone.
    """

    columns: Columns
    heading: Row | None
    first: tuple[Row, ...]
    counts: Counts
    bad: tuple[BadRow, ...]


def preview(rows: Iterable[Row], columns: Columns, *, heading: Row | None, first: int, bad: int) -> Preview:
    """Read all *rows*, and keep the *first* of them, and as many *bad* ones."""
    shown: list[Row] = []

    def noted() -> Iterator[Row]:
        for row in rows:
            if len(shown) < first:
                shown.append(row)
            yield row

    accepted = rejected = duplicate = 0
    kept: list[BadRow] = []
    for reading in readings(noted(), columns):
        match reading:
            case Contact():
                accepted += 1
            case BadRow():
                rejected += 1
                if len(kept) < bad:
                    kept.append(reading)
            case Duplicate():
                duplicate += 1
    return Preview(columns, heading, tuple(shown), Counts(accepted, rejected, duplicate), tuple(kept))


# --- What came of it --------------------------------------------------------------------------------------


@frozen
class Taken:
    """A row that was accepted. *new* says that something came of it: a grant, or a contact that was not there.

    What is there already stays as it is, so the same file again has nothing new (O6, O4).
    """

    line: int
    new: bool


@frozen(repr=False)
class RefusedRow:
    """A row that says who, where a rule said no. Its `repr` does not show the cells (K11)."""

    line: int
    cells: tuple[str, ...]
    refusal: Refusal

    def __repr__(self) -> str:
        return f"RefusedRow(line={self.line}, refusal={self.refusal.code!r}, ...)"


Result: TypeAlias = Taken | RefusedRow | BadRow | Duplicate
LeftOut: TypeAlias = BadRow | RefusedRow


@frozen
class Outcome:
    """What came of rows: those of one batch or, added up in order, of the whole file (O6).

    Of the accepted ones some led to something *new*, some were *known*, and a rule *refused* some; the others were
    *rejected*, or a *duplicate* of an earlier one. `Outcome()` is that of no rows, and adds nothing.
    """

    new: int = field(default=0, validator=checked(_count))
    known: int = field(default=0, validator=checked(_count))
    duplicate: int = field(default=0, validator=checked(_count))
    refused: tuple[RefusedRow, ...] = ()
    rejected: tuple[BadRow, ...] = ()

    @classmethod
    def of(cls, results: Iterable[Result]) -> Self:
        """What came of these rows."""
        counts = {True: 0, False: 0}
        duplicate = 0
        refused: list[RefusedRow] = []
        rejected: list[BadRow] = []
        for result in results:
            match result:
                case Taken(new=new):
                    counts[new] += 1
                case RefusedRow():
                    refused.append(result)
                case BadRow():
                    rejected.append(result)
                case Duplicate():
                    duplicate += 1
        return cls(counts[True], counts[False], duplicate, tuple(refused), tuple(rejected))

    @classmethod
    def total(cls, outcomes: Iterable[Self]) -> Self:
        """The outcome of all batches, each of which is added once: adding two and two copies what is left out again."""
        batches = tuple(outcomes)
        return cls(
            sum(batch.new for batch in batches),
            sum(batch.known for batch in batches),
            sum(batch.duplicate for batch in batches),
            tuple(row for batch in batches for row in batch.refused),
            tuple(row for batch in batches for row in batch.rejected),
        )

    def __add__(self, later: Self) -> Self:
        return self.total((self, later))

    @property
    def counts(self) -> Counts:
        """How many rows were accepted, rejected and duplicates."""
        return Counts(self.new + self.known + len(self.refused), len(self.rejected), self.duplicate)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The rows that nothing came of, for somebody to mend, in the order of the file."""
        return tuple(sorted((*self.refused, *self.rejected), key=attrgetter("line")))
