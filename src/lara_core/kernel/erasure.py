"""Erasing a person: whatever tells of them is rewritten to tell of a tombstone instead (K13).

Vocabulary. An *erasure* says who is erased, by every key of theirs, and who stands in their place: a *tombstone*, which
is a person like any other to the rules. `erased` rewrites one value by it: a state, an event, a receipt, a notice, a
refusal, or a part of one. A host rewrites all that it keeps by the same erasure, in one transaction.

What is rewritten: persons who share a key with the erased one, their addresses, accounts and keys, and the actor ids
that the erasure names. What stays: amounts, times, versions, the ids of everything else, and the order of all. So
rewritten events fold to the rewritten state, and whatever added up still does. Erasing twice is erasing once.

What the host must guarantee: the erasure has every key that the person is known by, those of earlier addresses too, and
the tombstone is theirs alone. One that two people share sits twice in a session as soon as both did.

What stays that may still be about the person: what somebody typed as free text, a reason above all, is not searched;
keys of commands and notices name nobody, and stay; the fingerprint of a command's content stays, of which nothing can
be read. The rosters that a host keeps hold keys of persons, too, and are the host's to rewrite.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import Enum
from functools import cache
from operator import is_
from types import UnionType
from typing import Final, Self, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from attrs import AttrsInstance, evolve, field, fields, frozen, has

from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import AccountId, ActorId
from lara_core.kernel.people import EmailAddress, Person, PersonKey

T = TypeVar("T")

# As `Person.keys` makes them.
_ACCOUNT: Final = "account:"
# What the fields of a class take is checked by the class itself, which is not known before it is met.
_evolve: Final[Callable[..., object]] = evolve


def _actors(actors: Mapping[ActorId, ActorId]) -> Mapping[ActorId, ActorId]:
    return {ActorId(before): ActorId(after) for before, after in actors.items()}


@frozen
class Erasure:
    """Who is erased, known by *keys*; the *tombstone* that stands in their place; which *actors* become which.

    *keys* are all of the person's, and never shown, for they end up in logs (K11). The tombstone is the caller's to
    make up, one for each person: an address of no meaning at a reserved domain, as `17@erased.invalid`, and an account
    of no meaning, which it must have where the person had one, because learners have accounts (S4).

    Refused as a `BadValue`: no keys; a tombstone that shares one of them, or lacks the account; an actor who becomes
    one that is replaced.
    """

    keys: frozenset[PersonKey] = field(repr=False)
    tombstone: Person
    actors: Mapping[ActorId, ActorId] = field(factory=dict[ActorId, ActorId], converter=_actors)

    def __attrs_post_init__(self) -> None:
        if type(self.keys) is not frozenset:
            raise BadValue("keys", Flaw.WRONG_TYPE)
        if not self.keys:
            raise BadValue("keys", Flaw.EMPTY)
        if type(self.tombstone) is not Person:
            raise BadValue("tombstone", Flaw.WRONG_TYPE)
        if self.tombstone.is_in(self.keys):
            raise BadValue("tombstone", Flaw.WRONG_FORM)
        if self.tombstone.account is None and any(key.startswith(_ACCOUNT) for key in self.keys):
            raise BadValue("tombstone.account", Flaw.EMPTY)
        if self.actors.keys() & self.actors.values():
            raise BadValue("actors", Flaw.WRONG_FORM)

    @classmethod
    def of(
        cls,
        person: Person,
        tombstone: Person,
        *,
        also: Iterable[Person] = (),
        actors: Mapping[ActorId, ActorId] | None = None,
    ) -> Self:
        """The erasure of *person*, and of the other ways in which the host knows them: *also*, of earlier addresses."""
        keys = frozenset(key for mention in (person, *also) for key in mention.keys)
        return cls(keys, tombstone, {} if actors is None else actors)

    def stands_for(self, person: Person) -> Person:
        """The tombstone, which must have an account where the *person* had one: whoever is enrolled has one (S4)."""
        if person.account is not None and self.tombstone.account is None:
            raise BadValue("tombstone.account", Flaw.EMPTY)
        return self.tombstone


def erased(value: T, erasure: Erasure) -> T:
    """*value* with the tombstone wherever the person was; the very same object where they were nowhere in it.

    It looks into attrs classes, tuples, frozen sets and mappings. Ids are plain strings, and are known by the declared
    type of the field that they stand in: an id by itself is given back as it is (`erasure.actors` has what it becomes).

    Refused as a `BadValue`: a value of a kind that cannot be looked into, because half an erasure would look like a
    whole one; a mapping in which two keys would become one.
    """
    return cast("T", _rewritten(value, object, erasure))


def _rewritten(value: object, kind: object, erasure: Erasure) -> object:
    """*value*, which stands where *kind* is declared."""
    match value:
        case Person():
            return erasure.stands_for(value) if value.is_in(erasure.keys) else value
        case EmailAddress():
            return erasure.tombstone.address if Person(value).is_in(erasure.keys) else value
        case str():
            return _renamed(value, kind, erasure)
        case tuple():
            return _rewritten_tuple(cast("tuple[object, ...]", value), kind, erasure)
        case frozenset():
            return _rewritten_set(cast("frozenset[object]", value), kind, erasure)
        case Mapping():
            return _rewritten_mapping(cast("Mapping[object, object]", value), kind, erasure)
        case None | int() | date() | Enum():
            return value
        case _:
            return _rewritten_fields(value, erasure)


def _renamed(text: str, kind: object, erasure: Erasure) -> str:
    kinds = _alternatives(kind)
    if ActorId in kinds:
        return erasure.actors.get(cast("ActorId", text), text)
    if AccountId in kinds and _ACCOUNT + text in erasure.keys:
        return cast("str", erasure.tombstone.account)
    if PersonKey in kinds and text in erasure.keys:
        return erasure.tombstone.keys[0 if text.startswith(_ACCOUNT) else -1]
    return text


def _rewritten_tuple(values: tuple[object, ...], kind: object, erasure: Erasure) -> tuple[object, ...]:
    names: tuple[str, ...] | None = getattr(values, "_fields", None)
    kinds = _arguments(kind, tuple) if names is None else _declared(type(values), names)
    if ... in kinds or len(kinds) != len(values):
        kinds = kinds[:1] * len(values)
    after = tuple(_rewritten(each, known, erasure) for each, known in zip(values, kinds, strict=True))
    if all(map(is_, after, values)):
        return values
    make: Callable[[tuple[object, ...]], tuple[object, ...]] = getattr(values, "_make", tuple)
    return make(after)


def _rewritten_set(values: frozenset[object], kind: object, erasure: Erasure) -> frozenset[object]:
    before, declared = tuple(values), _arguments(kind, frozenset)[0]
    after = tuple(_rewritten(each, declared, erasure) for each in before)
    return values if all(map(is_, after, before)) else frozenset(after)


def _rewritten_mapping(values: Mapping[object, object], kind: object, erasure: Erasure) -> Mapping[object, object]:
    by, of, *_ = (*_arguments(kind, Mapping), object)
    after = {_rewritten(key, by, erasure): _rewritten(each, of, erasure) for key, each in values.items()}
    if len(after) != len(values):
        raise BadValue("value", Flaw.WRONG_FORM)
    same = all(map(is_, after, values)) and all(map(is_, after.values(), values.values()))
    return values if same else after


def _rewritten_fields(value: object, erasure: Erasure) -> object:
    kind = type(value)
    if not has(kind):
        raise BadValue("value", Flaw.WRONG_TYPE)
    changes: dict[str, object] = {}
    for name, alias, declared in _looked_into(kind):
        before = getattr(value, name)
        after = _rewritten(before, declared, erasure)
        if after is not before:
            changes[alias] = after
    return _evolve(value, **changes) if changes else value


# --- What is declared


@cache
def _looked_into(kind: type[AttrsInstance]) -> tuple[tuple[str, str, object], ...]:
    """The fields of an attrs class that the person may be in: name, name in the constructor, and declared type.

    What the constructor does not take is made of what it takes.
    """
    known = tuple(each for each in fields(kind) if each.init)
    kinds = _declared(kind, tuple(each.name for each in known))
    return tuple(
        (each.name, each.alias, declared) for each, declared in zip(known, kinds, strict=True) if not _plain(declared)
    )


def _plain(kind: object) -> bool:
    """Whether nobody can be in a field of that type: most of what a pool has are amounts and numbers."""
    return isinstance(kind, type) and kind not in (ActorId, AccountId) and issubclass(kind, str | int | date | Enum)


@cache
def _declared(kind: type, names: tuple[str, ...]) -> tuple[object, ...]:
    """The types that a class declares for *names*."""
    hints = get_type_hints(kind)
    return tuple(hints.get(name, object) for name in names)


def _arguments(kind: object, of: type) -> tuple[object, ...]:
    """What *kind* says of the members of an *of*: `(Person, ...)` for a tuple where `tuple[Person, ...]` is declared.

    Where it says nothing, they are objects.
    """
    for each in _alternatives(kind):
        plain: object = get_origin(each)
        if isinstance(plain, type) and issubclass(of, plain) | issubclass(plain, of):
            return get_args(each)
    return object, object


def _alternatives(kind: object) -> tuple[object, ...]:
    return get_args(kind) if isinstance(kind, UnionType) or get_origin(kind) is Union else (kind,)
