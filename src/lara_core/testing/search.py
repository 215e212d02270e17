"""Search over every state that commands can reach: small worlds, but all of them.

A world is any value of yours. From each world the explorer tries every command that you give it, goes on from each
new world that comes out, and stops when there are none left. What it reports is exact: how many worlds there
are, how many pairs of world and command were tried, how deep the last world lies, what was seen on the way, and
which laws were broken where.
"""

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from attrs import field, frozen

W = TypeVar("W")


@frozen
class Step(Generic[W]):
    """One command tried in one world.

    *after* holds the worlds that it led to, none where it was refused; *seen* what was met on the way; *broken* the
    laws that it broke.
    """

    after: tuple[W, ...] = ()
    seen: tuple[Hashable, ...] = ()
    broken: tuple[str, ...] = ()


@frozen
class Report:
    """What a search found. *broken* pairs each broken law with the command that broke it."""

    worlds: int
    pairs: int
    depth: int
    seen: Counter[Hashable] = field(repr=False)
    broken: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.worlds:,} worlds, {self.pairs:,} pairs of world and command, depth {self.depth}"


def explore(
    starts: Iterable[W],
    commands: Callable[[W], Iterable[tuple[str, Callable[[], Step[W]]]]],
    *,
    key: Callable[[W], Hashable],
) -> Report:
    """Try every command in every world that can be reached from *starts*, breadth first.

    *commands* gives each command of a world a label. Two worlds of the same *key* count as one: leave out of it
    what grows without end, as versions do.
    """
    queue = deque((world, 0) for world in starts)
    known = {key(world) for world, _ in queue}
    worlds = pairs = depth = 0
    seen: Counter[Hashable] = Counter()
    broken: list[tuple[str, str]] = []
    while queue:
        world, depth = queue.popleft()
        worlds += 1
        for label, attempt in commands(world):
            pairs += 1
            step = attempt()
            seen.update(step.seen)
            broken.extend((law, label) for law in step.broken)
            for after in step.after:
                if (mark := key(after)) not in known:
                    known.add(mark)
                    queue.append((after, depth + 1))
    return Report(worlds, pairs, depth, seen, tuple(broken))
