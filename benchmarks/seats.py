"""B4, B5, B13, B14: what the rules of seats cost, next to what no rule could do without.

Pools are made as a database would give them back: every address and every account is a string of its own.
"""

import gc
import tracemalloc
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from benchmarks.harness import AtMost, Row, Sample, calls, ratio
from lara_core.kernel.decisions import Act, why_not
from lara_core.kernel.ids import AccountId, ActorId, Key, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.seats import Policy, SeatPool, SeatsAssigned
from lara_core.sessions import Session

_ACT: Final = Act(datetime(2027, 3, 1, 9, tzinfo=UTC), ActorId("manager"), Key("key"))
_SESSION: Final = Session.open(
    _ACT,
    SessionId("excel"),
    starts=datetime(2027, 3, 8, 9, tzinfo=UTC),
    ends=datetime(2027, 3, 8, 17, tzinfo=UTC),
).state
_PRICE: Final = Money.of("10.00", "CAD")
_SEAT: Final = SeatNo(1)


def _people(count: int, *, named: str = "learner") -> list[Person]:
    return [Person.of(f"{named}-{number:05}@example.com", f"{named}-{number:05}") for number in range(count)]


def _pool(seats: int, *, assigned: int) -> SeatPool:
    return SeatPool.buy(
        _ACT,
        PoolId("pool"),
        session=_SESSION,
        transaction=TransactionId("order"),
        buyer=ActorId("manager"),
        prices=(_PRICE,) * seats,
        policy=Policy(),
        learners=_people(assigned),
        seated=(),
    ).state


def _assigning(seats: int, newcomers: int) -> Sample:
    """*newcomers* into a pool of so many *seats*, half of them assigned; the roster is ready."""
    pool = _pool(seats, assigned=seats // 2)
    seated = {key for person in pool.enrolled.values() for key in person.keys}
    learners = _people(newcomers, named="newcomer")
    return calls(lambda: pool.assign(_ACT, learners, session=_SESSION, seated=seated))


def _building(newcomers: int) -> Sample:
    """So many people from ready addresses and accounts, on ready seats, and the event that names them."""
    ready = [
        (SeatNo(number), EmailAddress(f"newcomer-{number:05}@example.com"), AccountId(f"newcomer-{number:05}"))
        for number in range(1, newcomers + 1)
    ]
    return calls(
        lambda: SeatsAssigned({seat: Person(address, account) for seat, address, account in ready}, (), (), {}, _ACT)
    )


def _bytes_per_seat(seats: int) -> float:
    _ = _pool(1, assigned=1)  # what the first one fills stays
    gc.collect()
    tracemalloc.start()
    try:
        pool = _pool(seats, assigned=seats)
        gc.collect()
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return size / len(pool.enrolled)


def _revoking(pool: SeatPool) -> Sample:
    return calls(lambda: pool.revoke(_ACT, _SEAT, session=_SESSION, seated=()))


def rows() -> Iterable[Row]:
    """The rows of seats."""
    yield Row(
        "B4a",
        "assign one seat, half of them assigned: a pool of 1,000 ÷ one of 10",
        AtMost(3),
        lambda: ratio(_assigning(1_000, 1), _assigning(10, 1)),
    )
    yield Row(
        "B4b",
        "the same: a pool of 100,000 ÷ one of 10",
        AtMost(60),
        lambda: ratio(_assigning(100_000, 1), _assigning(10, 1)),
    )
    yield Row(
        "B5",
        "assign 1,000 of 10,000 seats, half of them assigned ÷ build the people and the event",
        AtMost(4),
        lambda: ratio(_assigning(10_000, 1_000), _building(1_000)),
    )
    yield Row(
        "B13",
        "bytes per assigned seat in a pool of 10,000, with addresses of 25 characters and accounts of 13",
        AtMost(300),
        lambda: _bytes_per_seat(10_000),
    )
    # In a small pool, where a call more weighs most.
    pool = _pool(10, assigned=5)
    yield Row(
        "B14a",
        "why_not(pool.revoke, …) ÷ pool.revoke(…)",
        AtMost(1.2),
        lambda: ratio(calls(lambda: why_not(pool.revoke, _ACT, _SEAT, session=_SESSION, seated=())), _revoking(pool)),
    )
    yield Row(
        "B14b",
        "pool.actions(seat) ÷ pool.revoke(…)",
        AtMost(0.3),
        lambda: ratio(calls(lambda: pool.actions(_SEAT)), _revoking(pool)),
    )
