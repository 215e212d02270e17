"""Who sits in a session: one row for each key of a person, which a unique constraint guards (S5)."""

import sqlite3
from collections.abc import Sequence

from attrs import frozen

from lara_core.kernel.errors import StaleState
from lara_core.kernel.ids import PoolId, RegistrationId, SeatNo, SessionId, TransactionId
from lara_core.kernel.people import Person
from lara_core.registrations import Registration, RegistrationEvent
from sqlite_host.documents import Documents


@frozen
class Roster:
    """The keys of all who sit in a session, invited or enrolled in any pool, or registered.

    They are looked up one by one: the thousands who are not asked for stay on the disk.
    """

    db: sqlite3.Connection
    session: SessionId

    def __contains__(self, key: object) -> bool:
        sql = "SELECT 1 FROM sitting WHERE session = ? AND person = ?"
        return self.db.execute(sql, (self.session, key)).fetchone() is not None

    def seat(self, person: Person, pool: PoolId, seat: SeatNo) -> None:
        """Let *person* sit on a seat. Where the rule was told that they did not sit: `StaleState`."""
        self._add(person, pool, seat, None)

    def register(self, person: Person, registration: RegistrationId) -> None:
        """Let *person* sit by their registration, else as `seat`."""
        self._add(person, None, None, registration)

    def _add(
        self, person: Person, pool: PoolId | None, seat: SeatNo | None, registration: RegistrationId | None
    ) -> None:
        sql = "INSERT INTO sitting VALUES (?, ?, ?, ?, ?) ON CONFLICT (session, person) DO NOTHING"
        rows = [(self.session, key, pool, seat, registration) for key in person.keys]
        if self.db.executemany(sql, rows).rowcount < len(rows):
            raise StaleState("somebody sits in this session who was not on the roster that was read")


class SqliteRegistrations(Documents[Registration, RegistrationEvent]):
    """The registrations of the organisation, and who sits by them."""

    def of_session(self, session: SessionId) -> Sequence[RegistrationId]:
        """The registrations of a session, by id."""
        return [RegistrationId(registration) for registration in self.in_session(session)]

    def of_transaction(self, transaction: TransactionId) -> Sequence[RegistrationId]:
        """The registrations that a transaction bought, by id."""
        sql = "SELECT id FROM document WHERE kind = 'registration' AND purchase = ? ORDER BY id"
        return [RegistrationId(name) for (name,) in self.db.execute(sql, (transaction,))]

    def put(self, registration: Registration, /) -> None:
        """Write a registration as it is now, and whether its person sits."""
        super().put(registration)
        _ = self.db.execute("DELETE FROM sitting WHERE registration = ?", (registration.id,))
        if registration.sits:
            Roster(self.db, registration.session).register(registration.person, registration.id)
