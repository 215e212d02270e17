"""The events of one kind of aggregate, as they happened. Their number is the version (K5)."""

import sqlite3
from typing import Generic, TypeVar

from attrs import frozen

from lara_core.formats import json
from lara_core.kernel.decisions import Event
from lara_core.kernel.errors import IdReused, NotFound, StaleState

E = TypeVar("E", bound=Event)


@frozen
class Log(Generic[E]):
    """The events of every aggregate of one *kind*, `session`, `pool` or `charge`; *each* is what one of them may be."""

    db: sqlite3.Connection
    kind: str
    each: json.Kind[E]

    def expect(self, aggregate: str, version: int) -> None:
        """See that the aggregate stands at *version*, 0 where it is to be begun. Else `StaleState`, or `IdReused`."""
        sql = "SELECT coalesce(max(version), 0) FROM event WHERE kind = ? AND aggregate = ?"
        (kept,) = self.db.execute(sql, (self.kind, aggregate)).fetchone()
        if kept and not version:
            raise IdReused(f"there is a {self.kind} of this id; choose a fresh one")
        if kept != version:
            raise StaleState(f"decided on version {version} of a {self.kind}, and version {kept} is kept")

    def append(self, aggregate: str, version: int, event: E) -> None:
        """Write down what happened."""
        row = (self.kind, aggregate, version, json.dumps(event))
        _ = self.db.execute("INSERT INTO event VALUES (?, ?, ?, ?)", row)

    def read(self, aggregate: str) -> list[E]:
        """All that happened to an aggregate, in order. `NotFound` where nothing did."""
        sql = "SELECT body FROM event WHERE kind = ? AND aggregate = ? ORDER BY version"
        events = [json.loads(self.each, body) for (body,) in self.db.execute(sql, (self.kind, aggregate))]
        if not events:
            raise NotFound(f"no such {self.kind}")
        return events
