"""Two transactions at once, in threads, so that what they do to each other is sure to happen."""

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Barrier, BrokenBarrierError
from typing import Final, TypeVar

from lara_core.kernel.errors import StaleState

C = TypeVar("C")
T = TypeVar("T")

# How long one of two transactions waits for the other inside its body. A store that lets in one at a time keeps
# the other outside, and pays this once for each meeting.
PATIENCE: Final = 0.3
CONNECTING: Final = 5.0
HANGING: Final = 30.0
TRIES: Final = 50


class Meeting:
    """Where two transactions wait for each other, once: both have read, and neither has written."""

    def __init__(self) -> None:
        self._barrier = Barrier(2)

    def wait(self) -> None:
        """Wait for the other, but not for long: a store may keep it outside until this one is done."""
        try:
            _ = self._barrier.wait(PATIENCE)
        except BrokenBarrierError:
            return
        self._barrier.abort()  # Nobody waits here a second time.


def at_once(connect: Callable[[], C], *tasks: Callable[[C], T]) -> list[T]:
    """Run *tasks* at once, each in a thread and on a connection of its own; what they gave back, in their order."""
    connected = Barrier(len(tasks))

    def run(task: Callable[[C], T]) -> T:
        connection = connect()
        _ = connected.wait(CONNECTING)
        return task(connection)

    threads = ThreadPoolExecutor(len(tasks))
    try:
        running = [threads.submit(run, task) for task in tasks]
        done, hanging = wait(running, HANGING, FIRST_EXCEPTION)
        given = {task: task.result() for task in done}
        assert not hanging, "two transactions wait for each other for ever: let one of them be StaleState"
        return [given[task] for task in running]
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def insist(command: Callable[[], T]) -> T:
    """Run *command* again as long as it is stale, as callers do (K5)."""
    for _ in range(TRIES):
        try:
            return command()
        except StaleState:
            continue
    raise AssertionError(f"stale {TRIES} times in a row: of those who try at once, one must get through")
