"""Sessions as rows: one for each, and one for each of its holds."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import assert_never

from attrs import frozen

from lara_core.formats import json
from lara_core.kernel.deadlines import Deadline, LocalDay, Zone
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import HoldId, SessionId
from lara_core.sessions import (
    CapacityChanged,
    Hold,
    HoldReleased,
    HoldSecured,
    PlacesGivenBack,
    PlacesHeld,
    PlacesTaken,
    Session,
    SessionEvent,
    SessionOpened,
)
from sqlite_host.log import Log


@frozen
class SqliteSessions:
    """The sessions of the organisation: a row for each, and a row for each of its holds."""

    db: sqlite3.Connection

    @property
    def log(self) -> Log[SessionEvent]:
        """Their events."""
        return Log(self.db, "session", json.SESSION_EVENT)

    def get(self, session: SessionId) -> Session:
        """Two SELECTs and a constructor."""
        sql = "SELECT version, starts, ends, capacity, taken FROM session WHERE id = ?"
        row = self.db.execute(sql, (session,)).fetchone()
        if row is None:
            raise NotFound("no such session")
        version, starts, ends, capacity, taken = row
        holds = self.db.execute("SELECT id, places, until, day, zone FROM hold WHERE session = ?", (session,))
        return Session(
            SessionId(session),
            version,
            datetime.fromisoformat(starts),
            datetime.fromisoformat(ends),
            capacity,
            taken,
            {HoldId(hold): Hold(places, _deadline(*until)) for hold, places, *until in holds},
        )

    def events(self, session: SessionId) -> Sequence[SessionEvent]:
        """All of them, in order."""
        return self.log.read(session)

    def write(self, session: SessionId, version: int, event: SessionEvent) -> None:
        """Write *event*, which makes *version* of the session, and what it changes."""
        self.log.append(session, version, event)
        _ = self.db.execute("UPDATE session SET version = ? WHERE id = ?", (version, session))
        match event:
            case SessionOpened(_, starts, ends, capacity):
                opened = (session, version, starts.isoformat(), ends.isoformat(), capacity, 0)
                _ = self.db.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)", opened)
            case CapacityChanged(capacity, lapsed):
                self._forget(session, lapsed)
                _ = self.db.execute("UPDATE session SET capacity = ? WHERE id = ?", (capacity, session))
            case PlacesHeld(hold, places, until, lapsed):
                self._forget(session, lapsed)
                day, zone = (None, None) if until.day is None else (until.day.date.isoformat(), until.day.zone)
                kept = (session, hold, places, until.instant.isoformat(), day, zone)
                _ = self.db.execute("INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?)", kept)
            case HoldSecured(hold):
                sql = "UPDATE hold SET until = NULL, day = NULL, zone = NULL WHERE session = ? AND id = ?"
                _ = self.db.execute(sql, (session, hold))
            case HoldReleased(hold):
                self._forget(session, (hold,))
            case PlacesTaken(places, hold, lapsed):
                self._forget(session, lapsed if hold is None else (*lapsed, hold))
                _ = self.db.execute("UPDATE session SET taken = taken + ? WHERE id = ?", (places, session))
            case PlacesGivenBack(places):
                _ = self.db.execute("UPDATE session SET taken = taken - ? WHERE id = ?", (places, session))
            case _:
                assert_never(event)

    def _forget(self, session: SessionId, holds: Iterable[HoldId]) -> None:
        _ = self.db.executemany("DELETE FROM hold WHERE session = ? AND id = ?", [(session, hold) for hold in holds])


def _deadline(until: str | None, day: str | None, zone: str | None) -> Deadline | None:
    if until is None:
        return None
    given = None if day is None or zone is None else LocalDay(date.fromisoformat(day), Zone(zone))
    return Deadline(datetime.fromisoformat(until), given)
