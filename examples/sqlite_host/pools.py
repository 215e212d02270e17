"""Seat pools as rows: one for each, one for each of its seats, and one for each key of who sits on them."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import assert_never

from attrs import frozen

from lara_core.formats import json
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.errors import ContractBroken, NotFound, StaleState
from lara_core.kernel.ids import AccountId, ActorId, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.seats import (
    Cancelled,
    Invitation,
    InvitationAccepted,
    InvitationCorrected,
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    Mode,
    Policy,
    PoolHandedOver,
    RemindersSent,
    SeatEvent,
    SeatPool,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatState,
)
from sqlite_host.log import Log


@frozen
class Roster:
    """The keys of all who sit in a session, invited or enrolled in any pool, or individually."""

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
        sql = """
            SELECT version, session, purchase, buyer, assign_at_purchase, modes, invitation_hours, reminders, withdrawal
            FROM pool WHERE id = ?
        """
        row = self.db.execute(sql, (pool,)).fetchone()
        if row is None:
            raise NotFound("no such pool")
        version, session, purchase, buyer, assign_at_purchase, modes, hours, most, withdrawal = row
        paid: list[Money] = []
        free: list[SeatNo] = []
        invited: dict[SeatNo, Invitation] = {}
        enrolled: dict[SeatNo, Person] = {}
        accepted: dict[SeatNo, int] = {}
        cancelled: dict[SeatNo, Cancelled] = {}
        sql = """
            SELECT number, state, price, currency, address, account, invitation, until, reminders, accepted
            FROM seat WHERE pool = ? ORDER BY number
        """
        for number, state, price, currency, address, account, sent, until, reminders, by in self.db.execute(
            sql, (pool,)
        ):
            seat, holder = SeatNo(number), None if address is None else stored_person(address, account)
            paid.append(Money(price, Currency(currency)))
            match SeatState(state), holder:
                case SeatState.FREE, None:
                    free.append(seat)
                case SeatState.INVITED, Person():
                    invited[seat] = Invitation(sent, holder, Deadline.at(datetime.fromisoformat(until)), reminders)
                case SeatState.ENROLLED, Person():
                    enrolled[seat] = holder
                    if by is not None:
                        accepted[seat] = by
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
            Policy(bool(assign_at_purchase), frozenset(map(Mode, modes.split())), hours, most, bool(withdrawal)),
            tuple(paid),
            tuple(free),
            invited,
            enrolled,
            accepted,
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
            case SeatsBought():
                self._begin(pool, version, event)
            case SeatsAssigned(learners, expired=expired):
                self._free(pool, *expired)
                self._enrol(pool, learners)
            case SeatsInvited(invitees, until, expired=expired):
                self._free(pool, *expired)
                self._invite(pool, invitees, version, until)
            case InvitationAccepted(seat, invitation, learner):
                self._enrol(pool, {seat: learner}, invitation)
            case InvitationDeclined(seat) | LearnerWithdrew(seat):
                self._free(pool, seat)
            case InvitationsExpired(expired):
                self._free(pool, *expired)
            case RemindersSent(invitees):
                sql = "UPDATE seat SET reminders = reminders + 1 WHERE pool = ? AND number = ?"
                _ = self.db.executemany(sql, [(pool, seat) for seat in invitees])
            case InvitationCorrected(seat, _, to, until):
                self._invite(pool, {seat: to}, version, until)
            case SeatRevoked(seat, _, to, until):
                if to is None:
                    self._free(pool, seat)
                elif until is None:
                    self._enrol(pool, {seat: to})
                else:
                    self._invite(pool, {seat: to}, version, until)
            case SeatsCancelled(seats, holders):
                self._become(pool, SeatState.CANCELLED, {seat: holders.get(seat) for seat in seats})
            case PoolHandedOver(buyer=buyer):
                _ = self.db.execute("UPDATE pool SET buyer = ? WHERE id = ?", (buyer, pool))
            case _:
                assert_never(event)

    def _begin(self, pool: PoolId, version: int, event: SeatsBought) -> None:
        policy = event.policy
        row = (
            *(pool, version, event.session, event.transaction, event.buyer),
            *(policy.assign_at_purchase, " ".join(sorted(policy.modes))),
            *(policy.invitation_hours, policy.reminders, policy.withdrawal),
        )
        _ = self.db.execute("INSERT INTO pool VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        sql = "INSERT INTO seat (pool, number, state, price, currency) VALUES (?, ?, 'free', ?, ?)"
        rows = [(pool, number, price.minor, price.currency) for number, price in enumerate(event.prices, 1)]
        _ = self.db.executemany(sql, rows)
        self._enrol(pool, event.learners)
        self._invite(pool, event.invitees, version, policy.invitation_until(event.act.at))

    def _free(self, pool: PoolId, *seats: SeatNo) -> None:
        self._become(pool, SeatState.FREE, dict.fromkeys(seats))

    def _enrol(self, pool: PoolId, learners: Mapping[SeatNo, Person], accepted: int | None = None) -> None:
        self._become(pool, SeatState.ENROLLED, learners, accepted=accepted)
        self._seat(pool, learners)

    def _invite(self, pool: PoolId, invitees: Mapping[SeatNo, Person], number: int, until: Deadline) -> None:
        self._become(pool, SeatState.INVITED, invitees, (number, until.instant.isoformat(), 0))
        self._seat(pool, invitees)

    def _become(
        self,
        pool: PoolId,
        state: SeatState,
        holders: Mapping[SeatNo, Person | None],
        invitation: tuple[int, str, int] | tuple[None, None, None] = (None, None, None),
        accepted: int | None = None,
    ) -> None:
        """Write what seats are now, and let nobody sit on them any more."""
        gone = "DELETE FROM sitting WHERE pool = ? AND seat = ?"
        _ = self.db.executemany(gone, [(pool, seat) for seat in holders])
        sql = """
            UPDATE seat SET state = ?, address = ?, account = ?, invitation = ?, until = ?, reminders = ?, accepted = ?
            WHERE pool = ? AND number = ?
        """
        rows = [
            (
                *((state, None, None) if holder is None else (state, holder.address.typed, holder.account)),
                *(*invitation, accepted),
                *(pool, seat),
            )
            for seat, holder in holders.items()
        ]
        _ = self.db.executemany(sql, rows)

    def _seat(self, pool: PoolId, people: Mapping[SeatNo, Person]) -> None:
        (session,) = self.db.execute("SELECT session FROM pool WHERE id = ?", (pool,)).fetchone()
        roster = Roster(self.db, session)
        for seat, person in people.items():
            roster.add(person, pool, seat)


def stored_person(address: str, account: str | None) -> Person:
    """Who the two columns of a row are."""
    return Person(EmailAddress(address), None if account is None else AccountId(account))
