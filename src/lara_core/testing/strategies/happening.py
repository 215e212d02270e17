"""What histories have in common: time, and a kind of event that is wanted. Part of `lara_core.testing.strategies`.

Histories are what commands led to, one decision after another; what was refused is left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from lara_core.kernel.decisions import Decision, Event
from lara_core.kernel.ids import SessionId
from lara_core.sessions import Session, SessionDecision, WaitingList
from lara_core.testing.strategies.values import LAST, acts, ids, instants

E = TypeVar("E", bound=Event)

_GAPS: Final = (0, 1, 1_000_000, 3_600_000_000, 86_400_000_000, 864_000_000_000)  # microseconds


def opened(draw: DrawFn, capacity: int | None, waiting_list: WaitingList | None = None) -> SessionDecision:
    """A session that is put on sale."""
    act = draw(acts(instants(most=LAST - timedelta(days=100))))
    starts = act.at + draw(st.timedeltas(timedelta(hours=1), timedelta(days=60)))
    ends = starts + draw(st.timedeltas(timedelta(minutes=1), timedelta(days=10)))
    return Session.open(
        act, draw(ids(SessionId)), starts=starts, ends=ends, capacity=capacity, waiting_list=waiting_list
    )


def turns(draw: DrawFn, least: int) -> Iterator[None]:
    """One turn for each command that is tried: at least so many, and at most a dozen."""
    # Drawn as a number, for lists are mostly short.
    yield from [None] * draw(st.integers(least, 12))


def later(draw: DrawFn, at: datetime, ends: Iterable[datetime] = ()) -> datetime:
    """When the next thing happens: after a while, or as one of *ends* comes, just in time and just too late."""
    just = [moment for end in sorted(set(ends)) for moment in (end, end + timedelta(microseconds=1)) if moment > at]
    return draw(st.sampled_from([*(at + timedelta(microseconds=gap) for gap in _GAPS), *just]))


def kind_of(draw: DrawFn, likely: Mapping[type[Event], int], aims: Sequence[type[Event] | None]) -> type[Event]:
    """What is tried next: of the kinds that are *likely*, often the first of *aims* that can happen now."""
    kind = draw(st.sampled_from([each for each, times in likely.items() for _ in range(times)]))
    able = [each for each in aims if each is not None and likely.get(each)]
    aiming = draw(st.booleans())
    return able[0] if able and aiming else kind


def events_in(history: Sequence[Decision[object, E]]) -> list[E]:
    """All events of a history."""
    return [event for decision in history for event in decision.events]
