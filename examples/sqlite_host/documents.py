"""Documents: most aggregates are one each, the library's JSON of their state."""

import sqlite3
from collections.abc import Sequence
from typing import Generic, TypeVar

from attrs import frozen

from lara_core.formats import json
from lara_core.kernel.decisions import Aggregate, Event
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import SessionId
from sqlite_host.kinds import Kind
from sqlite_host.log import Log

S = TypeVar("S", bound=Aggregate)
E = TypeVar("E", bound=Event)


@frozen
class Documents(Generic[S, E]):
    """The documents of one *kind*, and the events that led to them: all that most ports ask for."""

    db: sqlite3.Connection
    kind: Kind[S, E]

    @property
    def log(self) -> Log[S, E]:
        """What happened."""
        return Log(self.db, self.kind)

    def get(self, name: str, /) -> S:
        """The state as it stands, or `NotFound`."""
        found = self.find(name)
        if found is None:
            raise NotFound(self.kind.state)
        return found

    def find(self, name: str, /) -> S | None:
        """The state as it stands, or `None`."""
        sql = "SELECT body FROM document WHERE kind = ? AND id = ?"
        row = self.db.execute(sql, (self.kind.name, name)).fetchone()
        return None if row is None else json.loads(self.kind.state, row[0])

    def events(self, name: str, /) -> Sequence[E]:
        """All of them, in order, or `NotFound`."""
        return self.log.read(name)

    def put(self, state: S, /) -> None:
        """Write the state, in the place of the one before."""
        sql = """
            INSERT INTO document (kind, id, version, body) VALUES (?, ?, ?, ?)
            ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, body = excluded.body
        """
        _ = self.db.execute(sql, (self.kind.name, state.id, state.version, json.dumps(state)))

    def rewrite(self, state: S, /) -> None:
        """Write the state of somebody who was erased from it (K13)."""
        self.put(state)

    def in_session(self, session: SessionId) -> list[str]:
        """The ids of those whose body names a session, in order."""
        sql = "SELECT id FROM document WHERE kind = ? AND session = ? ORDER BY id"
        return [name for (name,) in self.db.execute(sql, (self.kind.name, session))]
