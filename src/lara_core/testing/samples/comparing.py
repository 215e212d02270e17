"""How the conformance suite tells that what was saved came back. Part of `lara_core.testing.samples`."""

from collections.abc import Iterator, Mapping
from typing import cast

from attrs import fields, has


def differences(saved: object, loaded: object, name: str) -> str:
    """Where *loaded* is not what was *saved*, to the last field and its type; empty where it is.

    Equality is not enough: it does not see what was typed as an address, nor that a whole number has become a boolean.
    """
    was, has_become = dict(_leaves(saved, name)), dict(_leaves(loaded, name))
    return "; ".join(
        f"{at} was {was.get(at, 'not there')} and is {has_become.get(at, 'not there')}"
        for at in was | has_become
        if was.get(at) != has_become.get(at)
    )


def _leaves(value: object, at: str) -> Iterator[tuple[str, str]]:
    kind = type(value)
    if isinstance(value, Mapping):
        for key, each in cast("Mapping[object, object]", value).items():
            yield from _leaves(each, f"{at}[{type(key).__name__} {key}]")
    elif isinstance(value, tuple):
        for index, each in enumerate(cast("tuple[object, ...]", value)):
            yield from _leaves(each, f"{at}[{index}]")
    elif isinstance(value, frozenset):
        # Equal sets may come in another order.
        for leaf in sorted(leaf for each in cast("frozenset[object]", value) for _, leaf in _leaves(each, at)):
            yield f"{at}[{leaf}]", "there"
    elif has(kind):
        yield at, kind.__name__
        for field in fields(kind):
            yield from _leaves(getattr(value, field.name), f"{at}.{field.name}")
    else:
        yield at, f"{kind.__name__} {value}"
