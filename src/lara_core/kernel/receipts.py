"""What a command did, as it is kept and given back (K4).

A receipt is about decisions, not about storage: the same again to whoever repeats the command under its key.
"""

from collections.abc import Sequence
from typing import Self

from attrs import frozen

from lara_core.kernel.decisions import Act, Aggregate, Decision, Event
from lara_core.kernel.ids import ActorId, Key


@frozen
class Written:
    """One event as it was saved: the aggregate's *id*, and its *version* with this event."""

    id: str
    version: int
    event: Event


@frozen
class Receipt:
    """What a command did, for good: the same again to whoever repeats it under the same key (K4)."""

    by: ActorId
    key: Key
    written: tuple[Written, ...]

    @classmethod
    def of(cls, act: Act, decisions: Sequence[Decision[Aggregate, Event]]) -> Self:
        """The receipt of *decisions*, which *act* led to."""
        return cls(
            act.by,
            act.key,
            tuple(
                Written(decision.state.id, version, event)
                for decision in decisions
                for version, event in enumerate(decision.events, decision.state.version - len(decision.events) + 1)
            ),
        )
