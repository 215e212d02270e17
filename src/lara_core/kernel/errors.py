"""What can go wrong, by who must act on it.

A rule that says no is not an error of this list: it raises `Refused` with a value (see `decisions`).
The classes here are for everything else, and they are few:

- `BadValue`: somebody built a value that makes no sense (K9). Mend the input.
- `StaleState`: somebody else saved first (K5). Load again and decide again.
- `IdReused`, `NotFound`: the caller named the wrong thing (K4). Mend the call.
- `ContractBroken`: an adapter does not keep its port's promises. Mend the adapter.

No message holds what a person typed: messages end up in logs (K11).
"""

from enum import StrEnum
from typing import Self


class LaraError(Exception):
    """Whatever this library raises on purpose."""


class Flaw(StrEnum):
    """Why a value was not accepted. A stable code; the words for people are made by `lara_core.telling`."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    WRONG_FORM = "wrong_form"
    UNSAFE_CHARACTER = "unsafe_character"
    NOT_AN_ADDRESS = "not_an_address"
    UNKNOWN_CURRENCY = "unknown_currency"
    MIXED_CURRENCIES = "mixed_currencies"
    TOO_PRECISE = "too_precise"
    UNKNOWN_ZONE = "unknown_zone"
    NAIVE_TIME = "naive_time"
    NO_SUCH_TIME = "no_such_time"
    WRONG_ORDER = "wrong_order"
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    UNKNOWN_NAME = "unknown_name"


class BadValue(LaraError, ValueError):
    """A value was refused at construction (K9): *field* says which, *flaw* says why."""

    def __init__(self, field: str, flaw: Flaw) -> None:
        super().__init__(f"{field}: {flaw}")
        self.field = field
        self.flaw = flaw

    def __reduce__(self) -> tuple[type[Self], tuple[str, Flaw]]:
        # An exception is rebuilt from its message, which is not what this one is made of; pools of workers need it.
        return type(self), (self.field, self.flaw)


class StaleState(LaraError):
    """What was read has changed since, so nothing was saved (K5). Run the command again under the same key."""


class IdReused(LaraError):
    """An id or a key that already stands for something else (K4). Choose a fresh one."""


class NotFound(LaraError):
    """Nothing of this *kind* is kept under this id. What is somebody else's is answered alike, to the word (R2)."""

    def __init__(self, kind: type[object]) -> None:
        super().__init__(f"no {kind.__name__} is kept under this id")
        self.kind = kind

    def __reduce__(self) -> tuple[type[Self], tuple[type[object]]]:
        return type(self), (self.kind,)


class ContractBroken(LaraError):
    """An adapter answered what its port rules out. The message says which promise was broken."""
