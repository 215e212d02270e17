"""B4: what a pool's size costs a whole command of the example host, from the form to the committed file."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from benchmarks.harness import AtMost, Row, Sample, ratio
from lara_core.hosting.group_purchase import assign_seats, buy_seats
from lara_core.hosting.places import open_session
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import ActorId, Key, PoolId, PortalId, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.purchase import BuyerRole
from lara_core.rights import Place
from lara_core.seats import Policy
from sqlite_host.staff import entrust
from sqlite_host.store import SqliteStore

_NOW: Final = datetime(2027, 3, 1, 9, tzinfo=UTC)
_BUYER: Final = ActorId("manager")
_SESSION: Final = SessionId("excel")
_POOL: Final = PoolId("pool")
_PORTAL: Final = PortalId("shop")
# As many as are free in the small pool.
_COMMANDS: Final = 5


def _act(key: str) -> Act:
    return Act(_NOW, _BUYER, Key(key))


def _learner(number: int, *, named: str = "learner") -> Person:
    return Person.of(f"{named}-{number:05}@example.com", f"{named}-{number:05}")


def _sold(path: Path, seats: int) -> None:
    """A file with a pool of so many *seats*, half of them assigned."""
    store = SqliteStore.create(path)
    with store.transaction() as work:
        work.let_buy_in_bulk(_PORTAL, {BuyerRole.MANAGER})
        work.stand(_SESSION, Place())
    _ = entrust(store, _act("entrust"), _BUYER)
    starts, ends = _NOW.replace(month=4), _NOW.replace(month=5)
    _ = open_session(store, _act("open"), _SESSION, starts=starts, ends=ends)
    _ = buy_seats(
        store,
        _act("buy"),
        _POOL,
        session=_SESSION,
        transaction=TransactionId("order"),
        buyer=_BUYER,
        portal=_PORTAL,
        role=BuyerRole.MANAGER,
        prices=(Money.of("10.00", "CAD"),) * seats,
        policy=Policy(),
        learners=[_learner(number) for number in range(seats // 2)],
    )


def _assigning(home: Path, seats: int) -> Sample:
    """Assign one seat, a few times, each in a transaction of its own, always in a fresh copy of the file."""
    sold, copied = home / f"{seats}.db", home / f"{seats}-copy.db"
    _sold(sold, seats)

    def sample() -> float:
        store = SqliteStore(Path(copy(sold, copied)))
        began = perf_counter()
        for number in range(_COMMANDS):
            _ = assign_seats(store, _act(f"assign-{number}"), _POOL, [_learner(number, named="newcomer")])
        return (perf_counter() - began) / _COMMANDS

    return sample


def _whole_commands() -> float:
    with TemporaryDirectory() as home:
        return ratio(_assigning(Path(home), 1_000), _assigning(Path(home), 10), rounds=25)


def rows() -> Iterable[Row]:
    """The rows of the example host."""
    yield Row(
        "B4c",
        "assign one seat by a whole command on SQLite, half of them assigned: a pool of 1,000 ÷ one of 10",
        AtMost(3),
        _whole_commands,
    )
