"""Sessions, charges, registrations and grants: each is one document, the library's JSON of its state."""

import sqlite3
from collections.abc import Sequence
from typing import Generic, TypeVar

from attrs import frozen

from lara_core.formats import json
from lara_core.kernel.decisions import Aggregate, Event
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import ActorId, RegistrationId, SessionId, TransactionId
from lara_core.refunds import Charge, ChargeEvent
from lara_core.registrations import Registration, RegistrationEvent
from lara_core.rights import Grants, GrantsEvent
from lara_core.sessions import Session, SessionEvent
from sqlite_host.kinds import CHARGE, GRANTS, REGISTRATION, SESSION, Kind
from sqlite_host.log import Log
from sqlite_host.roster import Roster

S = TypeVar("S", bound=Aggregate)
E = TypeVar("E", bound=Event)


@frozen
class Documents(Generic[S, E]):
    """The documents of one *kind*, and the events that led to them."""

    db: sqlite3.Connection
    kind: Kind[S, E]

    @property
    def log(self) -> Log[S, E]:
        """What happened."""
        return Log(self.db, self.kind)

    def get(self, name: str) -> S:
        """The state as it stands, or `NotFound`."""
        found = self.find(name)
        if found is None:
            raise NotFound(self.kind.state)
        return found

    def find(self, name: str) -> S | None:
        """The state as it stands, or `None`."""
        sql = "SELECT body FROM document WHERE kind = ? AND id = ?"
        row = self.db.execute(sql, (self.kind.name, name)).fetchone()
        return None if row is None else json.loads(self.kind.state, row[0])

    def put(self, state: S) -> None:
        """Write the state, in the place of the one before."""
        sql = """
            INSERT INTO document (kind, id, version, body) VALUES (?, ?, ?, ?)
            ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, body = excluded.body
        """
        _ = self.db.execute(sql, (self.kind.name, state.id, state.version, json.dumps(state)))

    def of_session(self, session: SessionId) -> list[str]:
        """The ids of those whose body names a session."""
        sql = "SELECT id FROM document WHERE kind = ? AND session = ? ORDER BY id"
        return [name for (name,) in self.db.execute(sql, (self.kind.name, session))]


@frozen
class SqliteSessions:
    """The sessions of the organisation."""

    db: sqlite3.Connection

    @property
    def _kept(self) -> Documents[Session, SessionEvent]:
        return Documents(self.db, SESSION)

    def get(self, session: SessionId) -> Session:
        """The session, or `NotFound`."""
        return self._kept.get(session)

    def events(self, session: SessionId) -> Sequence[SessionEvent]:
        """All of them, in order."""
        return self._kept.log.read(session)


@frozen
class SqliteCharges:
    """The charges of the organisation."""

    db: sqlite3.Connection

    @property
    def _kept(self) -> Documents[Charge, ChargeEvent]:
        return Documents(self.db, CHARGE)

    def get(self, transaction: TransactionId) -> Charge:
        """The charge, or `NotFound`."""
        return self._kept.get(transaction)

    def find(self, transaction: TransactionId) -> Charge | None:
        """The charge, or `None`."""
        return self._kept.find(transaction)

    def events(self, transaction: TransactionId) -> Sequence[ChargeEvent]:
        """All of them, in order."""
        return self._kept.log.read(transaction)


@frozen
class SqliteRegistrations:
    """The registrations of the organisation, and who sits by them."""

    db: sqlite3.Connection

    @property
    def _kept(self) -> Documents[Registration, RegistrationEvent]:
        return Documents(self.db, REGISTRATION)

    def get(self, registration: RegistrationId) -> Registration:
        """The registration, or `NotFound`."""
        return self._kept.get(registration)

    def events(self, registration: RegistrationId) -> Sequence[RegistrationEvent]:
        """All of them, in order."""
        return self._kept.log.read(registration)

    def of_session(self, session: SessionId) -> Sequence[RegistrationId]:
        """The registrations of a session, by id."""
        return [RegistrationId(registration) for registration in self._kept.of_session(session)]

    def put(self, registration: Registration) -> None:
        """Write a registration as it is now, and whether its person sits."""
        self._kept.put(registration)
        _ = self.db.execute("DELETE FROM sitting WHERE registration = ?", (registration.id,))
        if registration.sits:
            Roster(self.db, registration.session).register(registration.person, registration.id)


@frozen
class SqliteEntitlements:
    """What the actors of the organisation were granted. Nobody is trusted beyond that (R2)."""

    db: sqlite3.Connection

    @property
    def _kept(self) -> Documents[Grants, GrantsEvent]:
        return Documents(self.db, GRANTS)

    def find(self, actor: ActorId) -> Grants | None:
        """What the actor holds, or `None`."""
        return self._kept.find(actor)

    def events(self, actor: ActorId) -> Sequence[GrantsEvent]:
        """All of them, in order."""
        return self._kept.log.read(actor)
