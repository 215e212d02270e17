"""Acts, decisions and refusals: the one shape that every rule of this library has.

A *command* is a method of a frozen aggregate. It takes an `Act` first (who, when, under which key), then
what is asked, then the facts that only the caller can know. It either returns a `Decision`, which holds
the events that it led to and the state after them, or raises `Refused` with a `Refusal`, and then nothing has
happened (K2).

State changes in `apply(event)` alone, so that folding a decision's events over the state before gives
exactly the state after (K3); each event adds one to the version (K5). An aggregate's first event is not
applied to anything: `begin(event)` makes the first state from it.

Whether a command would be allowed is asked by running it, for it is pure: `why_not(pool.revoke, act, seat)` (K10).
"""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Generic, ParamSpec, Protocol, Self, TypeVar

from attrs import field, frozen

from lara_core.kernel.deadlines import utc
from lara_core.kernel.errors import LaraError
from lara_core.kernel.ids import ActorId, Key


def _at(value: datetime) -> datetime:
    return utc("at", value)


@frozen
class Act:
    """Who does something, when, under which key. Never part of a command's content (K4).

    *at* is aware and kept in UTC; a naive one, or a local time that does not exist, is refused (K8).
    """

    at: datetime = field(converter=_at)
    by: ActorId
    key: Key


class Event(Protocol):
    """What happened, in the past tense: flat, with the act that led to it."""

    @property
    def act(self) -> Act: ...


class Refusal(Protocol):
    """Why a command is not allowed: a frozen value with typed fields and a stable *code* (K11)."""

    code: ClassVar[str]


class Refused(LaraError):
    """A rule said no. `refusal` is the value that says why; the message is its code and nothing personal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal

    def __reduce__(self) -> tuple[type[Self], tuple[Refusal]]:
        return type(self), (self.refusal,)


S_co = TypeVar("S_co", covariant=True)
E_co = TypeVar("E_co", covariant=True)


@frozen
class Decision(Generic[S_co, E_co]):
    """What a command decided: the *state* after it and the *events* that led there, in order.

    No events means that nothing changed, and *state* is then the very object that was asked.
    """

    state: S_co
    events: tuple[E_co, ...] = ()


S = TypeVar("S")
E = TypeVar("E")


def in_turn(first: Decision[S, E], later: Decision[S, E]) -> Decision[S, E]:
    """Two decisions on one aggregate as one: *later* was made on the state after *first*."""
    return Decision(later.state, (*first.events, *later.events))


class Aggregate(Protocol):
    """A frozen state that is the fold of its events. Its version is how many there were (K5).

    Beside these two it has `begin(event)`, which makes the first state from the first event, and
    `apply(event)`, which makes the next state from any later one.
    """

    @property
    def id(self) -> str: ...

    @property
    def version(self) -> int: ...


P = ParamSpec("P")


def why_not(command: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Refusal | None:
    """The refusal that *command* would raise now, or `None` where it is allowed (K10).

    Runs the very rule, so the answer cannot differ from it. Hosts grey out buttons with it:
    `why_not(pool.revoke, act, seat, session=session, seated=seated)`.
    """
    try:
        _ = command(*args, **kwargs)
    except Refused as refused:
        return refused.refusal
    return None
