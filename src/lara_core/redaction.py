"""What no partner is given: fields that the organisation and its partners agreed to keep to themselves (R3).

The host has a table of them, by class, and hands values to a partner through `redacted`, whatever they are.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final, cast

from attrs import field, fields, frozen, has

from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.validators import checked

_PLAIN: Final = (str, int, Decimal, date, time, timedelta, Enum)


def _sensitive(field: str, value: Mapping[type[object], Collection[str]]) -> None:
    for kind, names in value.items():
        if not has(kind):
            raise BadValue(field, Flaw.WRONG_TYPE)
        # A name that is mistyped would hide nothing.
        if not {each.name for each in fields(kind)}.issuperset(names):
            raise BadValue(field, Flaw.UNKNOWN_NAME)


@frozen
class Sensitive:
    """Which *fields* of which classes no partner is given, as the organisation and its partners agreed (R3).

    Said of a class it holds for those derived from it. Refused: classes that are not attrs', names of no field.
    """

    fields: Mapping[type[object], Collection[str]] = field(validator=checked(_sensitive))

    def of(self, kind: type[object]) -> frozenset[str]:
        """The sensitive fields of *kind*."""
        return frozenset(name for base in kind.__mro__ for name in self.fields.get(base, ()))


def redacted(value: object, sensitive: Sensitive) -> object:
    """*value* as a partner is given it: without the *sensitive* fields, at whatever depth (R3).

    Values become mappings of their other fields by name, in the order of the class; sequences and sets become tuples,
    sets in the order of how their parts are written. Texts, numbers, times and members of an enum stay as they are.
    Whatever else is met is refused (`BadValue`), for nobody can say what is in it.
    """
    if value is None or isinstance(value, _PLAIN):
        return value
    kind = type(value)
    if has(kind):
        hidden = sensitive.of(kind)
        names = (each.name for each in fields(kind))
        return {name: redacted(getattr(value, name), sensitive) for name in names if name not in hidden}
    if isinstance(value, Mapping):
        members = cast(Mapping[object, object], value)
        if not all(isinstance(key, _PLAIN) for key in members):
            raise BadValue("value", Flaw.WRONG_TYPE)
        return {key: redacted(each, sensitive) for key, each in members.items()}
    if isinstance(value, tuple | list):
        return tuple(redacted(each, sensitive) for each in cast(Iterable[object], value))
    if isinstance(value, frozenset | set):
        parts = (redacted(each, sensitive) for each in cast(Iterable[object], value))
        return tuple(sorted(parts, key=repr))
    raise BadValue("value", Flaw.WRONG_TYPE)
