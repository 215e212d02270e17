"""The XML of workbooks, looked through before openpyxl sees it, and at no cost that grows with what is in it."""

from array import array
from collections.abc import Callable
from sys import getsizeof
from typing import IO, Final, TypeAlias
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from attrs import frozen

from lara_core.formats.rosters._source import CHUNK
from lara_core.kernel.decisions import Refusal, Refused
from lara_core.roster_refusals import (
    Caps,
    CellTooLong,
    Damaged,
    HasDoctype,
    TooComplex,
    TooManyColumns,
    TooManyRows,
    UnknownFormat,
)

# Bounds that no roster comes near. Elements of a part that openpyxl makes objects of, one within the other, and those
# of a sheet that are neither rows nor cells; elements of the table of texts, and what its texts take in memory.
MOST_OBJECTS: Final = 20_000
MOST_NESTED: Final = 32
MOST_TEXT_ELEMENTS: Final = 1_600_000
MOST_TEXT_MEMORY: Final = 64_000_000

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_WORKSHEET, _SHEET_DATA, _ROW, _CELL = (f"{_MAIN} {name}" for name in ("worksheet", "sheetData", "row", "c"))
_VALUE, _FORMULA, _INLINE = (f"{_MAIN} {name}" for name in ("v", "f", "is"))
_STRINGS, _STRING, _TEXT, _PHONETIC = (f"{_MAIN} {name}" for name in ("sst", "si", "t", "rPh"))

Start: TypeAlias = Callable[[str, dict[str, str]], None]


class _Over(Exception):
    """Enough has been seen."""


def _refuse(refusal: Refusal) -> Callable[..., None]:
    def handler(*_: object) -> None:
        raise Refused(refusal)

    return handler


def _parser() -> XMLParserType:
    parser = ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse(HasDoctype())
    parser.buffer_text = True
    parser.buffer_size = CHUNK
    return parser


def _parse(parser: XMLParserType, stream: IO[bytes]) -> None:
    try:
        while chunk := stream.read(CHUNK):
            _ = parser.Parse(chunk)
        _ = parser.Parse(b"", True)
    except _Over:
        return
    except (ExpatError, LookupError, ValueError):
        pass
    else:
        return
    # Raised out here, so that no traceback shows what is in the file.
    raise Refused(Damaged())


def check(part: bytearray) -> None:
    """Look through a part that openpyxl makes an object of for each element. Refused: `HasDoctype`, `TooComplex`."""
    parser = _parser()
    elements = depth = 0

    def start(_: str, __: dict[str, str]) -> None:
        nonlocal elements, depth
        elements += 1
        depth += 1
        if elements > MOST_OBJECTS or depth > MOST_NESTED:
            raise Refused(TooComplex())

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        _ = parser.Parse(bytes(part), True)
    except (ExpatError, LookupError, ValueError):
        pass
    else:
        return
    raise Refused(Damaged())


def shared_texts(stream: IO[bytes], caps: Caps) -> list[str]:
    """The table of texts that cells refer to. Of one that is too long it has as much as shows that.

    Read here, because openpyxl makes objects of every text before it looks at it. Refused: `HasDoctype`, `TooComplex`,
    `Damaged`.
    """
    texts: list[str] = []
    parts: list[str] = []
    elements = length = memory = 0
    phonetic = False
    parser = _parser()

    def data(part: str) -> None:
        nonlocal length
        if length <= caps.cell:
            parts.append(part[: caps.cell + 1 - length])
            length += len(part)

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal elements, length, phonetic
        elements += 1
        if elements > MOST_TEXT_ELEMENTS:
            raise Refused(TooComplex())
        if tag == _TEXT:
            if not phonetic:
                parser.CharacterDataHandler = data
        elif tag == _STRING:
            parts.clear()
            length = 0
        elif tag == _PHONETIC:
            phonetic = True

    def end(tag: str) -> None:
        nonlocal memory, phonetic
        if tag == _TEXT:
            parser.CharacterDataHandler = None
        elif tag == _STRING:
            # An underscore that could be read as the beginning of an escape is written as one.
            text = "".join(parts).replace("_x005F_", "_")
            memory += getsizeof(text) + 8
            if memory > MOST_TEXT_MEMORY:
                raise Refused(TooComplex())
            texts.append(text)
        elif tag == _PHONETIC:
            phonetic = False

    parser.StartElementHandler, parser.EndElementHandler = start, end
    _parse(parser, stream)
    return texts


@frozen
class Extent:
    """How far a sheet goes: its *last* row and *width* in columns with something in them, and where formulas are.

    *formulas* are in order, each as its row × 16,384 + its column, counted from 0.
    """

    last: int
    width: int
    formulas: "array[int]"


def extent(stream: IO[bytes], caps: Caps) -> Extent:
    """Look through a sheet's cells before anything is made of them.

    Refused: `TooManyRows`, `TooManyColumns`, `CellTooLong`, `TooComplex`, `HasDoctype`, `UnknownFormat`, `Damaged`.
    """
    letters: dict[str, int] = {}
    formulas = array("Q")
    depth = others = rows = row = column = length = last = width = 0
    parser = _parser()

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, others, rows, row, column, length, last, width
        depth += 1
        if tag == _CELL and depth == 4:
            length = 0
            place = attributes.get("r")
            if place is None:
                column += 1
            else:
                name = place.rstrip("0123456789")
                column = letters.get(name) or letters.setdefault(name, _column(name))
        elif tag in (_VALUE, _FORMULA, _INLINE) and depth == 5:
            if column > caps.columns:
                raise Refused(TooManyColumns(row, caps.columns))
            last, width = row, max(width, column)
            if tag == _FORMULA:
                formulas.append(row * LAST_COLUMN + column - 1)
        elif tag == _ROW and depth == 3:
            rows += 1
            if rows > caps.rows:
                raise Refused(TooManyRows(caps.rows))
            before, column = row, 0
            row = int(attributes.get("r", row + 1))
            if not before < row <= LAST_ROW:
                raise Refused(Damaged())
        elif tag in (_ROW, _CELL) or depth == 1:
            if tag != _WORKSHEET:
                # "Strict" workbooks have other names for everything; openpyxl would find nothing in them.
                raise Refused(UnknownFormat() if depth == 1 else Damaged())
        elif depth <= 5:
            others += 1
            if others > MOST_OBJECTS:
                raise Refused(TooComplex())
        elif depth > MOST_NESTED:
            raise Refused(TooComplex())

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        if tag == _SHEET_DATA and depth == 1:
            raise _Over

    def data(part: str) -> None:
        nonlocal length
        if depth >= 5:
            length += len(part)
            if length > caps.cell:
                raise Refused(CellTooLong(row, caps.cell))

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    _parse(parser, stream)
    return Extent(last, width, formulas)


def _column(name: str) -> int:
    if not (0 < len(name) <= 3 and name.isascii() and name.isalpha() and name.isupper()):
        raise Refused(Damaged())
    column = 0
    for letter in name:
        column = column * 26 + ord(letter) - ord("A") + 1
    if column > LAST_COLUMN:
        raise Refused(Damaged())
    return column
