"""Seat pools as rows: one for each, one for each of its seats, and one for each key of who sits on them."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final, TypeAlias, assert_never

from attrs import frozen

from lara_core.formats import json
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.errors import ContractBroken, NotFound
from lara_core.kernel.ids import AccountId, ActorId, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.seats import (
    Cancelled,
    Cause,
    Invitation,
    InvitationAccepted,
    InvitationCorrected,
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    Policy,
    PoolHandedOver,
    RemindersSent,
    SeatEvent,
    SeatPool,
    SeatReactivated,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatState,
    SeatTransferred,
)
from sqlite_host.kinds import POOL
from sqlite_host.log import Log
from sqlite_host.roster import Roster

SeatRow: TypeAlias = tuple[str | int | None, ...]
"""The columns of a seat that change, in the order of the table: from *state* to *was*."""

_FREE: Final = (None,) * 2
_NOT_INVITED: Final = (None,) * 3


@frozen
class SqlitePools:
    """The seat pools of the organisation: a row for each, and a row for each of its seats."""

    db: sqlite3.Connection

    @property
    def log(self) -> Log[SeatPool, SeatEvent]:
        """Their events."""
        return Log(self.db, POOL)

    def get(self, pool: PoolId) -> SeatPool:
        """Two SELECTs and a constructor."""
        sql = "SELECT version, session, purchase, buyer, policy, invoice FROM pool WHERE id = ?"
        row = self.db.execute(sql, (pool,)).fetchone()
        if row is None:
            raise NotFound(SeatPool)
        version, session, purchase, buyer, policy, invoice = row
        # Seats are sold at a few prices, and a price is made once (B4).
        money: dict[tuple[int, str], Money] = {}
        prices: list[Money] = []
        free: list[SeatNo] = []
        invited: dict[SeatNo, Invitation] = {}
        enrolled: dict[SeatNo, Person] = {}
        accepted: dict[SeatNo, int] = {}
        cancelled: dict[SeatNo, Cancelled] = {}
        emptied: dict[SeatNo, datetime] = {}
        sql = """
            SELECT number, price, currency, address, account, state, invitation, until, reminders, accepted, emptied,
                cause, was
            FROM seat WHERE pool = ? ORDER BY number
        """
        for number, price, currency, address, account, state, *more in self.db.execute(sql, (pool,)):
            invitation, until, reminders, by, since, cause, was = more
            seat, holder = SeatNo(number), None if address is None else _person(address, account)
            if (price, currency) not in money:
                money[price, currency] = Money(price, Currency(currency))
            prices.append(money[price, currency])
            match state, holder:
                case SeatState.FREE, None:
                    free.append(seat)
                    if since is not None:
                        emptied[seat] = datetime.fromisoformat(since)
                case SeatState.INVITED, Person():
                    at = Deadline.at(datetime.fromisoformat(until))
                    invited[seat] = Invitation(invitation, holder, at, reminders)
                case SeatState.ENROLLED, Person():
                    enrolled[seat] = holder
                    if by is not None:
                        accepted[seat] = by
                case SeatState.CANCELLED, _:
                    cancelled[seat] = Cancelled(Cause(cause), SeatState(was), holder)
                case _:
                    raise ContractBroken("a seat's row has a holder that its state does not know")
        return SeatPool(
            PoolId(pool),
            version,
            SessionId(session),
            TransactionId(purchase),
            ActorId(buyer),
            json.loads(Policy, policy),
            tuple(prices),
            None if invoice is None else json.loads(Deadline, invoice),
            tuple(free),
            invited,
            enrolled,
            accepted,
            cancelled,
            emptied,
        )

    def events(self, pool: PoolId) -> Sequence[SeatEvent]:
        """All of them, in order."""
        return self.log.read(pool)

    def of_session(self, session: SessionId) -> Sequence[PoolId]:
        """The pools of a session, by id."""
        rows = self.db.execute("SELECT id FROM pool WHERE session = ? ORDER BY id", (session,))
        return [PoolId(pool) for (pool,) in rows]

    def of_transaction(self, transaction: TransactionId) -> Sequence[PoolId]:
        """The pools of a transaction, by id."""
        rows = self.db.execute("SELECT id FROM pool WHERE purchase = ? ORDER BY id", (transaction,))
        return [PoolId(pool) for (pool,) in rows]

    def put(self, pool: SeatPool, seats: Collection[SeatNo]) -> None:
        """Write a pool as it is now: its own row, the rows of those *seats*, and who sits on them."""
        sql = """
            INSERT INTO pool VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, buyer = excluded.buyer
        """
        terms = json.dumps(pool.policy), None if pool.invoice is None else json.dumps(pool.invoice)
        _ = self.db.execute(sql, (pool.id, pool.version, pool.session, pool.transaction, pool.buyer, *terms))
        sql = """
            INSERT INTO seat VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (pool, number) DO UPDATE SET
                state = excluded.state, address = excluded.address, account = excluded.account,
                invitation = excluded.invitation, until = excluded.until, reminders = excluded.reminders,
                accepted = excluded.accepted, emptied = excluded.emptied, cause = excluded.cause, was = excluded.was
        """
        prices = {seat: pool.prices[seat - 1] for seat in seats}
        rows = [(pool.id, seat, price.minor, price.currency, *seat_row(pool, seat)) for seat, price in prices.items()]
        _ = self.db.executemany(sql, rows)
        # All of them get up before any sits down: one command can move a person from one seat to another.
        _ = self.db.executemany("DELETE FROM sitting WHERE pool = ? AND seat = ?", [(pool.id, seat) for seat in seats])
        roster = Roster(self.db, pool.session)
        for seat in seats:
            person = pool.invited[seat].to if seat in pool.invited else pool.enrolled.get(seat)
            if person is not None:
                roster.seat(person, pool.id, seat)


def named(events: Iterable[SeatEvent]) -> Collection[SeatNo]:
    """The seats that *events* name: all that they change, and no others."""
    return sorted({SeatNo(seat) for event in events for seat in _named(event)})


def _named(event: SeatEvent) -> Iterable[int]:
    match event:
        case SeatsBought(prices=prices):
            return range(1, len(prices) + 1)
        case SeatsAssigned(learners=given, expired=expired) | SeatsInvited(invitees=given, expired=expired):
            return (*given, *expired)
        case InvitationsExpired(expired=people) | RemindersSent(invitees=people):
            return people
        case (
            InvitationAccepted(seat=seat)
            | InvitationDeclined(seat=seat)
            | InvitationCorrected(seat=seat)
            | LearnerWithdrew(seat=seat)
            | SeatRevoked(seat=seat)
            | SeatTransferred(seat=seat)
            | SeatReactivated(seat=seat)
        ):
            return (seat,)
        case SeatsCancelled(seats=seats):
            return seats
        case PoolHandedOver():
            return ()
        case _:
            assert_never(event)


def seat_row(pool: SeatPool, seat: SeatNo) -> SeatRow:
    """How a seat is kept."""
    match state := pool.state_of(seat):
        case SeatState.FREE:
            since = pool.emptied.get(seat)
            emptied = None if since is None else since.isoformat()
            return (state, *_FREE, *_NOT_INVITED, None, emptied, None, None)
        case SeatState.INVITED:
            sent = pool.invited[seat]
            invitation = sent.number, sent.until.instant.isoformat(), sent.reminders
            return (state, *_columns(sent.to), *invitation, None, None, None, None)
        case SeatState.ENROLLED:
            return (state, *_columns(pool.enrolled[seat]), *_NOT_INVITED, pool.accepted.get(seat), None, None, None)
        case SeatState.CANCELLED:
            gone = pool.cancelled[seat]
            holder = _FREE if gone.holder is None else _columns(gone.holder)
            return (state, *holder, *_NOT_INVITED, None, None, gone.cause, gone.was)
        case _:
            assert_never(state)


def _columns(person: Person) -> tuple[str, str | None]:
    return person.address.typed, person.account


def _person(address: str, account: str | None) -> Person:
    return Person(EmailAddress(address), None if account is None else AccountId(account))
