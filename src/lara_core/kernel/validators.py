"""Checks that a value makes sense, made where it is built and nowhere else (K9).

Each check takes the field's name first, gives the value back when it is fine, and raises `BadValue`
otherwise. `checked` turns one into an attrs validator. Limits are on lengths, never on time, and the
length is looked at before anything that costs.
"""

import unicodedata
from collections.abc import Callable
from typing import Any, Final, TypeVar

from attrs import Attribute

from lara_core.kernel.errors import BadValue, Flaw

T = TypeVar("T")

ID_LENGTH: Final = 255
LINE_LENGTH: Final = 500

# Controls, format characters (bidi and zero-width among them), surrogates, private use and the two
# separators that end a line: none of them belongs in a line that people read.
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def whole(field: str, value: int, *, least: int, most: int) -> int:
    """A whole number from *least* to *most*, both included. `True`, `1.0` and `"1"` are none."""
    # The declared type says int; the check is for callers whose types nobody checked.
    kind: type[object] = type(value)
    if kind is bool or not issubclass(kind, int):
        raise BadValue(field, Flaw.WRONG_TYPE)
    if value < least:
        raise BadValue(field, Flaw.TOO_SMALL)
    if value > most:
        raise BadValue(field, Flaw.TOO_LARGE)
    return value


def switch(field: str, value: bool) -> bool:
    """`True` or `False`. `"no"` is neither."""
    if type(value) is not bool:
        raise BadValue(field, Flaw.WRONG_TYPE)
    return value


def line(field: str, value: str, *, most: int = LINE_LENGTH) -> str:
    """One line of text for people: not blank, at most *most* characters, nothing that hides or reorders text."""
    if not issubclass(type(value), str):
        raise BadValue(field, Flaw.WRONG_TYPE)
    if not value or value.isspace():
        raise BadValue(field, Flaw.EMPTY)
    if len(value) > most:
        raise BadValue(field, Flaw.TOO_LONG)
    if value.isascii() and value.isprintable():
        return value
    if any(unicodedata.category(character) in _UNSAFE for character in value):
        raise BadValue(field, Flaw.UNSAFE_CHARACTER)
    return value


def identifier(field: str, value: str) -> str:
    """An id or key: 1 to 255 printable characters, without spaces."""
    if not issubclass(type(value), str):
        raise BadValue(field, Flaw.WRONG_TYPE)
    if not value or value.isspace():
        raise BadValue(field, Flaw.EMPTY)
    if len(value) > ID_LENGTH:
        raise BadValue(field, Flaw.TOO_LONG)
    if " " in value or not value.isprintable():
        raise BadValue(field, Flaw.UNSAFE_CHARACTER)
    return value


def checked(check: Callable[[str, T], object]) -> Callable[[object, "Attribute[T]", T], None]:
    """*check* as an attrs validator that knows its field's name."""

    def validator(_: object, attribute: "Attribute[Any]", value: T) -> None:
        _ = check(attribute.name, value)

    return validator
