"""The events of one kind of aggregate, as they happened. Their number is the version (K5)."""

import sqlite3
from collections.abc import Sequence
from typing import Generic, TypeVar

from attrs import frozen

from lara_core.formats import json
from lara_core.kernel.decisions import Aggregate, Event
from lara_core.kernel.errors import ContractBroken, IdReused, NotFound, StaleState
from sqlite_host.kinds import Kind

S = TypeVar("S", bound=Aggregate)
E = TypeVar("E", bound=Event)


@frozen
class Log(Generic[S, E]):
    """The events of every aggregate of one *kind*."""

    db: sqlite3.Connection
    kind: Kind[S, E]

    def append(self, aggregate: str, version: int, events: Sequence[Event]) -> bool:
        """Write down what happened, if the aggregate stands where *events*, which lead to *version*, begin.

        Gives whether anything did. Where it stands elsewhere: `StaleState`, or `IdReused` where they begin an
        aggregate that is there. An entry that is reversed already, and a document that is numbered already, are
        `StaleState`, too, whatever the rule was told (W8, P8). Events of another kind of aggregate are
        `ContractBroken`.
        """
        name = self.kind.name
        if not all(map(self.kind.has, events)):
            raise ContractBroken(f"a {name} was given the events of something else")
        before = version - len(events)
        sql = "SELECT coalesce(max(version), 0) FROM event WHERE kind = ? AND aggregate = ?"
        (kept,) = self.db.execute(sql, (name, aggregate)).fetchone()
        if kept and not before:
            raise IdReused(f"there is a {name} of this id; choose a fresh one")
        if kept != before:
            raise StaleState(f"decided on version {before} of a {name}, and version {kept} is kept")
        rows = [(name, aggregate, number, json.dumps(event)) for number, event in enumerate(events, before + 1)]
        try:
            _ = self.db.executemany("INSERT INTO event VALUES (?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
                raise
            raise StaleState("something was done already of which a rule was told that it was not") from error
        return bool(rows)

    def read(self, aggregate: str) -> list[E]:
        """All that happened to an aggregate, in order. `NotFound` where nothing did."""
        sql = "SELECT body FROM event WHERE kind = ? AND aggregate = ? ORDER BY version"
        events = [json.loads(self.kind.event, body) for (body,) in self.db.execute(sql, (self.kind.name, aggregate))]
        if not events:
            raise NotFound(self.kind.state)
        return events

    def one(self, aggregate: str, number: int) -> E | None:
        """The event of this number, or `None` where there is none; no other is read."""
        sql = "SELECT body FROM event WHERE kind = ? AND aggregate = ? AND version = ?"
        row = self.db.execute(sql, (self.kind.name, aggregate, number)).fetchone()
        return None if row is None else json.loads(self.kind.event, row[0])
