"""Writing values as JSON and reading them back strictly: the workings of `lara_core.formats.json`.

A `Format` makes the reader and the writer of a kind once, from the kind's type alone, and keeps them.

cattrs makes the functions that take a class apart and put it together. Which hook each of its fields gets is settled
here: cattrs's own dispatch would give every kind of `str` the hook of `str`, go round the hook of `Person` for
`Person | None`, and let through as it is whatever it has no hook for.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Final, Generic, TypeAlias, TypeVar, Union

from attrs import Attribute, Factory, field, fields, frozen, has, resolve_types
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from lara_core.formats._hooks import (
    ATOM_READERS,
    ATOM_WRITERS,
    FAULTS,
    FIGURES,
    JSON,
    OBJECT,
    SHORT_CUTS,
    Data,
    Misfit,
    Reader,
    Value,
    Writer,
    atom,
    canonical,
    choice,
    form_of,
    located,
    parts,
    reader_by_short_cut,
    reader_of_array,
    reader_of_mapping,
    reader_of_set,
    writer_of_array,
    writer_of_mapping,
    writer_of_set,
)
from lara_core.kernel.errors import BadValue, Flaw

T = TypeVar("T")

Lift: TypeAlias = Callable[[dict[str, Data]], dict[str, Data]]
"""Makes the data of an older version those of a newer one, name included. Takes any object without raising."""

# It makes the functions that classes are read and written by, and dispatches nothing.
_CONVERTER: Final = Converter(detailed_validation=True)


@frozen
class Kind(Generic[T]):
    """What is to be read where any of several classes may stand: *of* is their union, or a Protocol of theirs.

    Type checkers take no union where a class is expected; this tells them: `Kind[SeatEvent](SeatEvent)`.
    """

    of: object


class _Hooks(dict[Value, T]):
    """Hooks by kind. One that is not there is made, and is there from then on."""

    def __init__(self, make: Callable[[Value], T]) -> None:
        super().__init__()
        self._make: Callable[[Value], T] = make

    def __missing__(self, kind: Value) -> T:
        made = self._make(kind)
        self[kind] = made
        return made


@frozen(eq=False)
class Format:
    """JSON under one table of names.

    *names* are the versioned names that classes are written and read under. *older* are the names of before, each
    with what makes its data those of a later name. *protocols* tells which classes stand behind a Protocol.
    """

    names: Mapping[type[object], str]
    older: Mapping[str, Lift] = MappingProxyType({})
    protocols: Mapping[type[object], object] = MappingProxyType({})
    _readers: _Hooks[Reader] = field(
        init=False, default=Factory(lambda self: _Hooks(self._new_reader), takes_self=True)
    )
    _writers: _Hooks[Writer] = field(
        init=False, default=Factory(lambda self: _Hooks(self._new_writer), takes_self=True)
    )

    def dump(self, value: object) -> JSON:
        """*value* as JSON."""
        try:
            return self._write(value)
        except FAULTS as fault:
            misfit = located(fault)
        except RecursionError:
            misfit = Misfit(Flaw.WRONG_FORM)
        raise misfit.bad_value

    def dumps(self, value: object) -> str:
        """*value* as canonical text."""
        return canonical(self.dump(value))

    def load(self, kind: type[T] | Kind[T], data: object) -> T:
        """The value of *kind* that *data* stand for."""
        wanted = kind.of if isinstance(kind, Kind) else kind
        read = self._readers[wanted]
        try:
            value: T = read(data, wanted)
        except FAULTS as fault:
            misfit = located(fault)
        else:
            return value
        # Raised out here, so that no traceback shows what was being read.
        raise misfit.bad_value

    def loads(self, kind: type[T] | Kind[T], text: str | bytes) -> T:
        """The value of *kind* that *text* stands for."""
        try:
            plain = text.decode() if isinstance(text, bytes) else text
            data = json.loads(plain, object_pairs_hook=_members, parse_int=_figures)
        except (ValueError, RecursionError):
            pass
        else:
            return self.load(kind, data)
        raise BadValue("$", Flaw.WRONG_FORM)

    # --- Reading

    def _new_reader(self, kind: Value) -> Reader:
        plain, arguments = parts(kind)
        if kind in ATOM_READERS:
            return ATOM_READERS[kind]
        if kind in self.protocols:
            return self._readers[self.protocols[kind]]
        if kind in self.names:
            return self._reader_of_named([kind])
        if plain in (Union, UnionType):
            return self._reader_of_union(arguments)
        if plain is tuple and arguments[-1] is ...:
            return reader_of_array(self._readers[arguments[0]])
        if plain is frozenset:
            return reader_of_set(reader_of_array(self._readers[arguments[0]]))
        if plain is Mapping:
            return reader_of_mapping(arguments[0], self._readers[arguments[1]])
        if has(kind):
            read = self._reader_of_fields(kind)
            return reader_by_short_cut(SHORT_CUTS[kind], read) if kind in SHORT_CUTS else read
        if issubclass(kind, Enum):
            return atom(str, choice(kind))
        for form in (str, int):
            if issubclass(kind, form):
                return atom(form, kind)
        raise TypeError(f"no JSON stands for {kind}")

    def _reader_of_named(self, kinds: Iterable[type]) -> Reader:
        readers = {self.names[kind]: self._reader_of_fields(kind) for kind in kinds}

        def read(data: Data, kind: object) -> Value:
            while (name := _name(data)) in self.older:
                data = self.older[name](data)
            if name not in readers:
                raise Misfit(Flaw.UNKNOWN_NAME, ".type")
            return readers[name](data, kind)

        return read

    def _reader_of_union(self, kinds: Iterable[Value]) -> Reader:
        # Told apart by their form in JSON; several objects, by their names.
        forms: dict[type, list[Value]] = {}
        for kind in kinds:
            forms.setdefault(form_of(kind), []).append(kind)
        readers = {
            form: self._readers[alike[0]] if len(alike) == 1 else self._reader_of_named(alike)
            for form, alike in forms.items()
        }

        def read(data: object, kind: object) -> Value:
            found = readers.get(type(data))
            if found is None:
                raise Misfit(Flaw.WRONG_TYPE)
            return found(data, kind)

        return read

    def _reader_of_fields(self, kind: type[Any]) -> Reader:
        hooks = {each.name: self._readers[each.type] for each in _fields(kind)}
        keys = ["type", *hooks] if kind in self.names else [*hooks]
        known = frozenset(keys)
        settled: Any = {name: override(struct_hook=hook) for name, hook in hooks.items()}
        build: Reader = make_dict_structure_fn(kind, _CONVERTER, **settled)

        def read(data: Data, _: object) -> Value:
            if type(data) is not OBJECT:
                raise Misfit(Flaw.WRONG_TYPE)
            # cattrs takes the default where a key is missing; but what is not said may have been lost.
            if data.keys() != known:
                missing = [key for key in keys if key not in data]
                raise Misfit(Flaw.MISSING_KEY, f".{missing[0]}") if missing else Misfit(Flaw.UNKNOWN_KEY)
            return build(data, kind)

        return read

    # --- Writing

    def _write(self, value: Value) -> JSON:
        return self._writers[type(value)](value)

    def _new_writer(self, kind: Value) -> Writer:
        plain, arguments = parts(kind)
        if plain in (Union, UnionType):
            return self._writer_of_union(arguments)
        if plain in self.protocols:
            return self._write
        if not isinstance(plain, type):
            raise Misfit(Flaw.WRONG_TYPE)
        for base, writer in ATOM_WRITERS.items():
            if issubclass(plain, base):
                return writer
        if issubclass(plain, tuple | list):
            return writer_of_array(self._writers[arguments[0]]) if arguments else self._write_items
        if issubclass(plain, frozenset | set):
            return writer_of_set(self._writers[arguments[0]] if arguments else self._write)
        if issubclass(plain, Mapping):
            return writer_of_mapping(arguments[0], self._writers[arguments[1]]) if arguments else self._write_members
        if has(kind):
            return self._writer_of_fields(kind)
        raise Misfit(Flaw.WRONG_TYPE)

    def _writer_of_union(self, kinds: Iterable[Value]) -> Writer:
        some = [kind for kind in kinds if kind is not NoneType]
        write = self._writers[some[0]] if len(some) == 1 else self._write
        return lambda value: None if value is None else write(value)

    def _writer_of_fields(self, kind: type[Any]) -> Writer:
        hooks = {each.name: self._writers[each.type] for each in _fields(kind)}
        settled: Any = {name: override(unstruct_hook=hook) for name, hook in hooks.items()}
        write: Callable[[Value], dict[str, JSON]] = make_dict_unstructure_fn(kind, _CONVERTER, **settled)
        if kind not in self.names:
            return write
        name = self.names[kind]
        return lambda value: {"type": name, **write(value)}

    def _write_items(self, items: Iterable[Value]) -> JSON:
        return [self._write_below(f"[{index}]", each) for index, each in enumerate(items)]

    def _write_members(self, members: Mapping[Value, Value]) -> JSON:
        written: dict[str, JSON] = {}
        for index, (key, each) in enumerate(members.items()):
            if type(key) not in (str, int):
                raise Misfit(Flaw.WRONG_TYPE)
            # A key is shown only where it can be a word of the program.
            step = f".{key}" if str(key).isidentifier() else f"[{index}]"
            written[str(key)] = self._write_below(step, each)
        return written

    def _write_below(self, step: str, value: Value) -> JSON:
        try:
            return self._write(value)
        except FAULTS as fault:
            raise located(fault).below(step) from None


def _members(pairs: list[tuple[str, Data]]) -> dict[str, Data]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key is there twice")
    return members


def _figures(text: str) -> int:
    # What is cut off was out of bounds already, and is refused where it stands.
    return int(text[:FIGURES])


def _name(data: Data) -> str:
    if type(data) is not OBJECT:
        raise Misfit(Flaw.WRONG_TYPE)
    if "type" not in data:
        raise Misfit(Flaw.MISSING_KEY, ".type")
    name = data["type"]
    if type(name) is not str:
        raise Misfit(Flaw.WRONG_TYPE, ".type")
    return name


def _fields(kind: type) -> "list[Attribute[Any]]":
    return [each for each in fields(resolve_types(kind)) if each.init]
