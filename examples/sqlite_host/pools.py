"""Seat pools as rows: one for each, one for each of its seats, and one for each key of who sits on them."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from attrs import frozen

from lara_core.formats import json
from lara_core.kernel.errors import ContractBroken, NotFound, StaleState
from lara_core.kernel.ids import AccountId, ActorId, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.seats import (
    Cancelled,
    Policy,
    SeatEvent,
    SeatPool,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatState,
)
from sqlite_host.log import Log


@frozen
class Roster:
    """The keys of all who sit in a session, in any pool or individually."""

    db: sqlite3.Connection
    session: SessionId

    def __contains__(self, key: object) -> bool:
        sql = "SELECT 1 FROM sitting WHERE session = ? AND person = ?"
        return self.db.execute(sql, (self.session, key)).fetchone() is not None

    def add(self, person: Person, pool: PoolId | None = None, seat: SeatNo | None = None) -> None:
        """Seat *person*, in a pool or individually. Where the rule was told that they did not sit: `StaleState`."""
        sql = "INSERT INTO sitting VALUES (?, ?, ?, ?) ON CONFLICT (session, person) DO NOTHING"
        rows = [(self.session, key, pool, seat) for key in person.keys]
        if self.db.executemany(sql, rows).rowcount < len(rows):
            raise StaleState("somebody sits in this session who was not on the roster that was read")


@frozen
class SqlitePools:
    """The seat pools of the organisation: a row for each, and a row for each of its seats."""

    db: sqlite3.Connection

    @property
    def log(self) -> Log[SeatEvent]:
        """Their events."""
        return Log(self.db, "pool", json.SEAT_EVENT)

    def get(self, pool: PoolId) -> SeatPool:
        """Two SELECTs and a constructor."""
        sql = "SELECT version, session, purchase, buyer, assign_at_purchase FROM pool WHERE id = ?"
        row = self.db.execute(sql, (pool,)).fetchone()
        if row is None:
            raise NotFound("no such pool")
        version, session, purchase, buyer, assign_at_purchase = row
        paid: list[Money] = []
        free: list[SeatNo] = []
        enrolled: dict[SeatNo, Person] = {}
        cancelled: dict[SeatNo, Cancelled] = {}
        sql = "SELECT number, state, price, currency, address, account FROM seat WHERE pool = ? ORDER BY number"
        for number, state, price, currency, address, account in self.db.execute(sql, (pool,)):
            seat, holder = SeatNo(number), None if address is None else stored_person(address, account)
            paid.append(Money(price, Currency(currency)))
            match SeatState(state), holder:
                case SeatState.FREE, None:
                    free.append(seat)
                case SeatState.ENROLLED, Person():
                    enrolled[seat] = holder
                case SeatState.CANCELLED, _:
                    cancelled[seat] = Cancelled(holder)
                case _:
                    raise ContractBroken("a seat's row has a holder that its state does not know")
        return SeatPool(
            PoolId(pool),
            version,
            SessionId(session),
            TransactionId(purchase),
            ActorId(buyer),
            Policy(assign_at_purchase=bool(assign_at_purchase)),
            tuple(paid),
            tuple(free),
            enrolled,
            cancelled,
        )

    def events(self, pool: PoolId) -> Sequence[SeatEvent]:
        """All of them, in order."""
        return self.log.read(pool)

    def of_session(self, session: SessionId) -> Sequence[PoolId]:
        """The pools of a session, by id."""
        rows = self.db.execute("SELECT id FROM pool WHERE session = ? ORDER BY id", (session,))
        return [PoolId(pool) for (pool,) in rows]

    def write(self, pool: PoolId, version: int, event: SeatEvent) -> None:
        """Write *event*, which makes *version* of the pool, and the seats that it names."""
        self.log.append(pool, version, event)
        _ = self.db.execute("UPDATE pool SET version = ? WHERE id = ?", (version, pool))
        match event:
            case SeatsBought(_, session, purchase, buyer, policy, prices, learners):
                row = (pool, version, session, purchase, buyer, policy.assign_at_purchase)
                _ = self.db.execute("INSERT INTO pool VALUES (?, ?, ?, ?, ?, ?)", row)
                sql = "INSERT INTO seat (pool, number, state, price, currency) VALUES (?, ?, 'free', ?, ?)"
                rows = [(pool, number, price.minor, price.currency) for number, price in enumerate(prices, 1)]
                _ = self.db.executemany(sql, rows)
                self._seat(pool, learners)
            case SeatsAssigned(learners):
                self._seat(pool, learners)
            case SeatRevoked(seat, _, to):
                self._unseat(pool, (seat,))
                sql = "UPDATE seat SET state = 'free', address = NULL, account = NULL WHERE pool = ? AND number = ?"
                _ = self.db.execute(sql, (pool, seat))
                self._seat(pool, {} if to is None else {seat: to})
            case SeatsCancelled(seats):
                self._unseat(pool, seats)
                sql = "UPDATE seat SET state = 'cancelled' WHERE pool = ? AND number = ?"
                _ = self.db.executemany(sql, [(pool, seat) for seat in seats])
            case _:
                assert_never(event)

    def _seat(self, pool: PoolId, learners: Mapping[SeatNo, Person]) -> None:
        (session,) = self.db.execute("SELECT session FROM pool WHERE id = ?", (pool,)).fetchone()
        sql = "UPDATE seat SET state = 'enrolled', address = ?, account = ? WHERE pool = ? AND number = ?"
        rows = [(person.address.typed, person.account, pool, seat) for seat, person in learners.items()]
        _ = self.db.executemany(sql, rows)
        roster = Roster(self.db, session)
        for seat, person in learners.items():
            roster.add(person, pool, seat)

    def _unseat(self, pool: PoolId, seats: Iterable[SeatNo]) -> None:
        sql = "DELETE FROM sitting WHERE pool = ? AND seat = ?"
        _ = self.db.executemany(sql, [(pool, seat) for seat in seats])


def stored_person(address: str, account: str | None) -> Person:
    """Who the two columns of a row are."""
    return Person(EmailAddress(address), None if account is None else AccountId(account))
