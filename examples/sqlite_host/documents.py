"""Sessions, charges and registrations: each is one document, the library's JSON of its state."""

import sqlite3
from collections.abc import Sequence
from typing import Generic, TypeVar

from attrs import frozen

from lara_core.formats import json
from lara_core.kernel.decisions import Aggregate
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import RegistrationId, SessionId, TransactionId
from lara_core.refunds import Charge, ChargeEvent
from lara_core.registrations import Registration, RegistrationEvent
from lara_core.sessions import Session, SessionEvent
from sqlite_host.log import Log
from sqlite_host.roster import Roster

S = TypeVar("S", bound=Aggregate)


@frozen
class Documents(Generic[S]):
    """The documents of one *kind*; each is the *state* of an aggregate."""

    db: sqlite3.Connection
    kind: str
    state: type[S]

    def get(self, name: str) -> S:
        """The state as it stands, or `NotFound`."""
        found = self.find(name)
        if found is None:
            raise NotFound(f"no such {self.kind}")
        return found

    def find(self, name: str) -> S | None:
        """The state as it stands, or `None`."""
        row = self.db.execute("SELECT body FROM document WHERE kind = ? AND id = ?", (self.kind, name)).fetchone()
        return None if row is None else json.loads(self.state, row[0])

    def put(self, state: S) -> None:
        """Write the state, in the place of the one before."""
        sql = """
            INSERT INTO document (kind, id, version, body) VALUES (?, ?, ?, ?)
            ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, body = excluded.body
        """
        _ = self.db.execute(sql, (self.kind, state.id, state.version, json.dumps(state)))


@frozen
class SqliteSessions:
    """The sessions of the organisation."""

    db: sqlite3.Connection

    @property
    def log(self) -> Log[SessionEvent]:
        """Their events."""
        return Log(self.db, "session", json.SESSION_EVENT)

    @property
    def _kept(self) -> Documents[Session]:
        return Documents(self.db, "session", Session)

    def get(self, session: SessionId) -> Session:
        """The session, or `NotFound`."""
        return self._kept.get(session)

    def events(self, session: SessionId) -> Sequence[SessionEvent]:
        """All of them, in order."""
        return self.log.read(session)

    def put(self, session: Session) -> None:
        """Write a session as it is now."""
        self._kept.put(session)


@frozen
class SqliteCharges:
    """The charges of the organisation."""

    db: sqlite3.Connection

    @property
    def log(self) -> Log[ChargeEvent]:
        """Their events."""
        return Log(self.db, "charge", json.CHARGE_EVENT)

    @property
    def _kept(self) -> Documents[Charge]:
        return Documents(self.db, "charge", Charge)

    def get(self, transaction: TransactionId) -> Charge:
        """The charge, or `NotFound`."""
        return self._kept.get(transaction)

    def find(self, transaction: TransactionId) -> Charge | None:
        """The charge, or `None`."""
        return self._kept.find(transaction)

    def events(self, transaction: TransactionId) -> Sequence[ChargeEvent]:
        """All of them, in order."""
        return self.log.read(transaction)

    def put(self, charge: Charge) -> None:
        """Write a charge as it is now."""
        self._kept.put(charge)


@frozen
class SqliteRegistrations:
    """The registrations of the organisation, and who sits by them."""

    db: sqlite3.Connection

    @property
    def log(self) -> Log[RegistrationEvent]:
        """Their events."""
        return Log(self.db, "registration", json.REGISTRATION_EVENT)

    @property
    def _kept(self) -> Documents[Registration]:
        return Documents(self.db, "registration", Registration)

    def get(self, registration: RegistrationId) -> Registration:
        """The registration, or `NotFound`."""
        return self._kept.get(registration)

    def events(self, registration: RegistrationId) -> Sequence[RegistrationEvent]:
        """All of them, in order."""
        return self.log.read(registration)

    def of_session(self, session: SessionId) -> Sequence[RegistrationId]:
        """The registrations of a session, by id."""
        sql = "SELECT id FROM document WHERE kind = 'registration' AND session = ? ORDER BY id"
        return [RegistrationId(registration) for (registration,) in self.db.execute(sql, (session,))]

    def put(self, registration: Registration) -> None:
        """Write a registration as it is now, and whether its person sits."""
        self._kept.put(registration)
        _ = self.db.execute("DELETE FROM sitting WHERE registration = ?", (registration.id,))
        if registration.sits:
            Roster(self.db, registration.session).register(registration.person, registration.id)
