"""The ports of storage on sqlite3: one file for each organisation, safe for many threads and processes.

Every transaction begins by taking the file's write lock (`BEGIN IMMEDIATE`), so what was read stays true until the
commit, the roster of a session included, and there is nothing to compare. Whoever comes second waits, at most
`PATIENCE` seconds, and then is told to try again (`StaleState`).

A session, a charge or a registration is one document; a pool has a row for each of its seats, and a save writes only
those that its events name. Constraints of the schema stand behind the rules. In `pools` the `match` over the union of
events is closed, so an event that the library adds is an error of the type checker before it is one in production.
"""

import sqlite3
from collections.abc import Collection, Generator, Sequence
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final

from attrs import frozen

from lara_core.formats import json
from lara_core.hosting.ports import Answer, Receipt
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.errors import ContractBroken, StaleState
from lara_core.kernel.ids import ActorId, Key, PortalId, SessionId
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge
from lara_core.registrations import Registration
from lara_core.seats import SeatEvent, SeatPool
from lara_core.sessions import Session
from lara_core.telling.notices import Notice, Setting
from sqlite_host.documents import SqliteCharges, SqliteRegistrations, SqliteSessions
from sqlite_host.erasing import erase
from sqlite_host.pools import SqlitePools, named
from sqlite_host.roster import Roster

PATIENCE: Final = 30.0


@frozen
class SqliteStore:
    """The file at *path*, made once by `create`."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> "SqliteStore":
        """Make the tables at *path*; harmless where they are. Once for each organisation, by one process."""
        with closing(sqlite3.connect(path, timeout=PATIENCE)) as db:
            _ = db.executescript(files("sqlite_host").joinpath("schema.sql").read_text("utf-8"))
        return cls(path)

    @contextmanager
    def transaction(self) -> Generator["SqliteWork", None, None]:
        """A connection of its own, under the write lock. Closing it without a commit undoes everything."""
        uri = f"{self.path.absolute().as_uri()}?mode=rw"  # a file that is not there is an error, not a new one
        with closing(sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)) as db:
            _ = db.execute("PRAGMA foreign_keys = ON")
            _ = db.execute("PRAGMA secure_delete = ON")  # what is overwritten is gone from the disk, too (K13)
            try:
                _ = db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the rest says why it is busy
                    raise
                raise StaleState("the file was locked for too long; run the command again") from error
            yield SqliteWork(db)
            _ = db.execute("COMMIT")


@frozen
class SqliteWork:
    """The unit of work of group purchase, inside one transaction."""

    db: sqlite3.Connection

    @property
    def sessions(self) -> SqliteSessions:
        """The sessions of the organisation."""
        return SqliteSessions(self.db)

    @property
    def pools(self) -> SqlitePools:
        """The seat pools of the organisation."""
        return SqlitePools(self.db)

    @property
    def charges(self) -> SqliteCharges:
        """The charges of the organisation."""
        return SqliteCharges(self.db)

    @property
    def registrations(self) -> SqliteRegistrations:
        """The registrations of the organisation."""
        return SqliteRegistrations(self.db)

    def seated(self, session: SessionId) -> Roster:
        """Who sits in a session."""
        return Roster(self.db, session)

    def bulk_buyers(self, portal: PortalId) -> Collection[BuyerRole]:
        """The roles for which a portal has group purchase switched on (S1)."""
        rows = self.db.execute("SELECT role FROM bulk_buyer WHERE portal = ?", (portal,))
        return {BuyerRole(role) for (role,) in rows}

    def let_buy_in_bulk(self, portal: PortalId, roles: Collection[BuyerRole]) -> None:
        """Switch group purchase on for *roles* on a portal, and off for all others."""
        _ = self.db.execute("DELETE FROM bulk_buyer WHERE portal = ?", (portal,))
        _ = self.db.executemany("INSERT INTO bulk_buyer VALUES (?, ?)", [(portal, role) for role in roles])

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        """Write the events, and what they change, if the aggregate stands where they begin (K5)."""
        state, events = decision.state, decision.events
        with self._all_or_nothing():
            match state:
                case Session():
                    if self.sessions.log.append(state.id, state.version, events):
                        self.sessions.put(state)
                case SeatPool():
                    if self.pools.log.append(state.id, state.version, events):
                        self.pools.put(state, named(event for event in events if isinstance(event, SeatEvent)))
                case Charge():
                    if self.charges.log.append(state.id, state.version, events):
                        self.charges.put(state)
                case Registration():
                    if self.registrations.log.append(state.id, state.version, events):
                        self.registrations.put(state)
                case _:
                    raise ContractBroken("sessions, pools, charges and registrations are kept here, and nothing else")

    def answer(self, by: ActorId, key: Key) -> Answer | None:
        """What the key was answered (K4)."""
        sql = "SELECT fingerprint, receipt FROM answer WHERE actor = ? AND key = ?"
        row = self.db.execute(sql, (by, key)).fetchone()
        return None if row is None else Answer(row[0], json.loads(Receipt, row[1]))

    def record(self, answer: Answer) -> None:
        """Keep the answer, for good (K4)."""
        receipt = answer.receipt
        row = (receipt.by, receipt.key, answer.fingerprint, json.dumps(receipt))
        _ = self.db.execute("INSERT INTO answer VALUES (?, ?, ?, ?)", row)

    @property
    def silenced(self) -> Collection[Setting]:
        """What the organisation has switched off (T1)."""
        return {Setting(setting) for (setting,) in self.db.execute("SELECT setting FROM silenced")}

    def silence(self, settings: Collection[Setting]) -> None:
        """Switch *settings* off, and all others on."""
        _ = self.db.execute("DELETE FROM silenced")
        _ = self.db.executemany("INSERT INTO silenced VALUES (?)", [(setting,) for setting in settings])

    def put_out(self, notices: Sequence[Notice]) -> None:
        """Queue the notices; the unique key drops repeats (K12)."""
        sql = "INSERT INTO outbox (key, body) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
        _ = self.db.executemany(sql, [(notice.key, json.dumps(notice)) for notice in notices])

    def waiting(self, most: int) -> Sequence[Notice]:
        """The head of the queue."""
        rows = self.db.execute("SELECT body FROM outbox WHERE sent = 0 ORDER BY number LIMIT ?", (most,))
        return [json.loads(Notice, body) for (body,) in rows]

    def sent(self, notice: Notice) -> None:
        """Out of the queue; the row stays, and with it the key."""
        _ = self.db.execute("UPDATE outbox SET sent = 1 WHERE key = ?", (notice.key,))

    def erase(self, erasure: Erasure) -> None:
        """Rewrite all that is kept (K13)."""
        with self._all_or_nothing():
            erase(self.db, erasure)

    @contextmanager
    def _all_or_nothing(self) -> Generator[None, None, None]:
        """So that a host that catches `StaleState` inside its transaction does not commit half a decision."""
        _ = self.db.execute("SAVEPOINT save")
        try:
            yield
        except BaseException:
            _ = self.db.execute("ROLLBACK TO save")
            raise
        finally:
            _ = self.db.execute("RELEASE save")
