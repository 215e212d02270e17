"""Hooks for reading and writing one kind each: what `lara_core.formats._strict` puts together.

Where something is wrong is told from the inside out. A hook raises `Misfit` with a path from where it stands, the hook
around it puts its own step in front; cattrs notes its steps on the errors that it collects. `located` reads them all.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from types import NoneType
from typing import Any, Final, TypeAlias, get_args, get_origin

from attrs import fields_dict
from cattrs import ClassValidationError

from lara_core.kernel.deadlines import utc
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import EmailAddress, Person

JSON: TypeAlias = "bool | int | str | list[JSON] | dict[str, JSON] | None"

Data: TypeAlias = Any
"""What is to be read: anything, until it has been checked."""

Value: TypeAlias = Any
"""What was read, or is to be written."""

Reader: TypeAlias = Callable[[Data, object], Value]
"""A hook for reading. cattrs passes the kind along; the hooks here know theirs."""

Writer: TypeAlias = Callable[[Value], JSON]

# What JSON's parser makes of its words.
ARRAY: Final[type[Any]] = list
OBJECT: Final[type[Any]] = dict
# Up to here a whole number is the same to every reader of JSON, also to those that take it for a float.
EXACT: Final = 2**53
# More figures than such a number has, and too few to hurt.
FIGURES: Final = 20
# How many amounts of money and numbers of seats are remembered: other pools, and other seats, have the same.
REMEMBERED: Final = 10_000


# --- What is wrong, and where -------------------------------------------------------------------------------


class Misfit(Exception):
    """What is wrong at *path*, counted from the value that a hook was given."""

    def __init__(self, flaw: Flaw, path: str = "") -> None:
        super().__init__(flaw)
        self.flaw = flaw
        self.path = path

    def below(self, step: str) -> "Misfit":
        """The same, seen from one step further out."""
        return Misfit(self.flaw, step + self.path)

    @property
    def bad_value(self) -> BadValue:
        """The same, seen from the whole."""
        return BadValue(f"${self.path}", self.flaw)


FAULTS: Final = (Misfit, BadValue, ClassValidationError)


def located(fault: Exception) -> Misfit:
    """What is wrong first. Whatever else was raised, no data are to blame: it is raised on."""
    match fault:
        case Misfit():
            return fault
        case BadValue():
            # Of one string or number: what it calls itself is not its place.
            return Misfit(fault.flaw)
        case ClassValidationError():
            noted, others = fault.group_exceptions()
            if noted:
                first, note = noted[0]
                return located(first).below(f".{note.name}")
            # Of the constructor: about one field, or about the whole.
            about = getattr(others[0], "field", None)
            return located(others[0]).below(f".{about}" if about in fields_dict(fault.cl) else "")
        case _:
            raise fault


# --- One string, one number -----------------------------------------------------------------------------------

_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.(?!0{6})[0-9]{6})?\+00:00"
)


def atom(form: type, make: Callable[[Data], Value]) -> Reader:
    """Reads by *make* what JSON gives as *form*, and as nothing else: `True` is no int."""

    def read(data: Data, _: object) -> Value:
        if type(data) is not form:
            raise Misfit(Flaw.WRONG_TYPE)
        return make(data)

    return read


def _exact(number: int) -> int:
    if abs(number) > EXACT:
        raise Misfit(Flaw.TOO_LARGE if number > 0 else Flaw.TOO_SMALL)
    return number


def _sound(text: str) -> str:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise Misfit(Flaw.UNSAFE_CHARACTER)
    return text


def _instant(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise Misfit(Flaw.NAIVE_TIME if _INSTANT.fullmatch(f"{text}+00:00") else Flaw.WRONG_FORM)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Misfit(Flaw.NO_SUCH_TIME) from None


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Misfit(Flaw.WRONG_FORM) from None
    if day.isoformat() != text:
        raise Misfit(Flaw.WRONG_FORM)
    return day


def choice(kind: type[Enum]) -> Callable[[str], Enum]:
    """Finds a member by its value."""
    members = {member.value: member for member in kind}

    def choose(text: str) -> Enum:
        if text not in members:
            raise Misfit(Flaw.UNKNOWN_NAME)
        return members[text]

    return choose


ATOM_READERS: Final[Mapping[object, Reader]] = {
    NoneType: atom(NoneType, lambda nothing: nothing),
    bool: atom(bool, bool),
    int: atom(int, _exact),
    str: atom(str, _sound),
    datetime: atom(str, _instant),
    date: atom(str, _day),
    EmailAddress: atom(str, EmailAddress),
}
# By base; the first that fits. `True` is an int, a datetime is a date.
ATOM_WRITERS: Final[Mapping[type, Writer]] = {
    NoneType: lambda nothing: nothing,
    bool: bool,
    int: int.__int__,
    str: lambda text: _sound(str.__str__(text)),
    datetime: lambda time: datetime.isoformat(utc("", time)),
    date: date.isoformat,
    EmailAddress: lambda address: str.__str__(address.typed),
}
_FORMS: Final[Mapping[type, type]] = {
    NoneType: NoneType,
    bool: bool,
    int: int,
    str: str,
    date: str,
    EmailAddress: str,
    tuple: list,
    frozenset: list,
}


def form_of(kind: Value) -> type:
    """The Python type of the JSON that a *kind* is written as."""
    plain, _ = parts(kind)
    return next((form for base, form in _FORMS.items() if issubclass(plain, base)), dict)


# --- Several of them ------------------------------------------------------------------------------------------


def reader_of_array(read_one: Reader) -> Reader:
    def read(data: Data, kind: object) -> tuple[Value, ...]:
        if type(data) is not ARRAY:
            raise Misfit(Flaw.WRONG_TYPE)
        taken: list[Value] = []
        for index, each in enumerate(data):
            try:
                taken.append(read_one(each, kind))
            except FAULTS as fault:
                raise located(fault).below(f"[{index}]") from None
        return tuple(taken)

    return read


def reader_of_set(read_all: Reader) -> Reader:
    """Reads an array that is in order, by *read_all*."""

    def read(data: Data, kind: object) -> frozenset[Value]:
        taken = frozenset(read_all(data, kind))
        texts = [canonical(each) for each in data]
        if texts != sorted(set(texts)):
            raise Misfit(Flaw.WRONG_ORDER)
        return taken

    return read


def reader_of_mapping(key: type, read_one: Reader) -> Reader:
    """Reads an object whose keys are of one kind of string or number. A key that is not is said of the object."""
    by_number = issubclass(key, int)

    def read_key(text: Data) -> Value:
        if type(text) is str:
            try:
                known: Value = key(int(text[:FIGURES]) if by_number else text)
            except ValueError:
                pass  # a BadValue is one, too
            else:
                if str(known) == text:
                    return known
        raise Misfit(Flaw.UNKNOWN_KEY)

    if by_number:
        read_key = lru_cache(REMEMBERED)(read_key)

    def read(data: Data, kind: object) -> dict[Value, Value]:
        if type(data) is not OBJECT:
            raise Misfit(Flaw.WRONG_TYPE)
        taken: dict[Value, Value] = {}
        for index, (text, each) in enumerate(data.items()):
            known = read_key(text)
            try:
                taken[known] = read_one(each, kind)
            except FAULTS as fault:
                raise located(fault).below(f'["{text}"]' if by_number else f"[{index}]") from None
        return taken

    return read


@lru_cache(REMEMBERED)
def _amount(minor: int, currency: str) -> Money:
    return Money(minor, Currency(currency))


def _money(data: Data) -> Money:
    minor, currency = data["minor"], data["currency"]
    # 1.0 and True would find what is remembered for 1.
    if type(minor) is not int or type(currency) is not str:
        raise Misfit(Flaw.WRONG_TYPE)
    return _amount(minor, currency)


def _person(data: Data) -> Person:
    return Person(EmailAddress(data["address"]), data["account"])


# What a pool has thousands of is made in one step, which halves the time that a pool takes to load (B6).
SHORT_CUTS: Final[Mapping[type, Callable[[Data], Value]]] = {Money: _money, Person: _person}


def reader_by_short_cut(make: Callable[[Data], Value], read_any: Reader) -> Reader:
    """Reads by *make* what is as it should be. What is not goes to *read_any*, which says where."""

    def read(data: Data, kind: object) -> Value:
        if type(data) is OBJECT and len(data) == 2:
            try:
                return make(data)
            except (KeyError, Misfit, BadValue):
                pass
        return read_any(data, kind)

    return read


def canonical(data: JSON) -> str:
    """The one text for *data*."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def writer_of_array(write: Writer) -> Writer:
    return lambda values: [write(each) for each in values]


def writer_of_set(write: Writer) -> Writer:
    return lambda values: sorted((write(each) for each in values), key=canonical)


def writer_of_mapping(key: type, write: Writer) -> Writer:
    write_key = str if issubclass(key, int) else str.__str__
    return lambda values: {write_key(key): write(each) for key, each in values.items()}


def parts(kind: Value) -> tuple[Value, tuple[Value, ...]]:
    """`tuple` and `Money, ...` for `tuple[Money, ...]`; a class and nothing for a class."""
    origin: Value = get_origin(kind)
    return kind if origin is None else origin, get_args(kind)
