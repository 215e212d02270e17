"""The events of one kind of aggregate, as they happened. Their number is the version (K5)."""

import sqlite3
from collections.abc import Sequence
from typing import Generic, TypeVar, get_args

from attrs import frozen

from lara_core.formats import json
from lara_core.kernel.decisions import Event
from lara_core.kernel.errors import ContractBroken, IdReused, NotFound, StaleState

E = TypeVar("E", bound=Event)


@frozen
class Log(Generic[E]):
    """The events of every aggregate of one *kind*, such as `pool`; *each* is what one of them may be."""

    db: sqlite3.Connection
    kind: str
    each: json.Kind[E]

    def append(self, aggregate: str, version: int, events: Sequence[Event]) -> bool:
        """Write down what happened, if the aggregate stands where *events*, which lead to *version*, begin.

        Gives whether anything did. Where it stands elsewhere: `StaleState`, or `IdReused` where they begin an
        aggregate that is there. Events of another kind of aggregate are `ContractBroken`.
        """
        if not all(isinstance(event, get_args(self.each.of)) for event in events):
            raise ContractBroken(f"a {self.kind} was given the events of something else")
        before = version - len(events)
        sql = "SELECT coalesce(max(version), 0) FROM event WHERE kind = ? AND aggregate = ?"
        (kept,) = self.db.execute(sql, (self.kind, aggregate)).fetchone()
        if kept and not before:
            raise IdReused(f"there is a {self.kind} of this id; choose a fresh one")
        if kept != before:
            raise StaleState(f"decided on version {before} of a {self.kind}, and version {kept} is kept")
        rows = [(self.kind, aggregate, number, json.dumps(event)) for number, event in enumerate(events, before + 1)]
        _ = self.db.executemany("INSERT INTO event VALUES (?, ?, ?, ?)", rows)
        return bool(rows)

    def read(self, aggregate: str) -> list[E]:
        """All that happened to an aggregate, in order. `NotFound` where nothing did."""
        sql = "SELECT body FROM event WHERE kind = ? AND aggregate = ? ORDER BY version"
        events = [json.loads(self.each, body) for (body,) in self.db.execute(sql, (self.kind, aggregate))]
        if not events:
            raise NotFound(f"no such {self.kind}")
        return events
