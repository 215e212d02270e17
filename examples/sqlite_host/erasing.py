"""Erasing a person from the whole file, inside one transaction (K13).

Everything is read, rewritten by `lara_core.kernel.erasure.erased`, and written where it has become something else.
It is rare, so it may take its time. What is overwritten is gone from the disk, too (see `SqliteStore.transaction`),
once the last connection is closed, and the write-ahead log with it.
"""

import sqlite3

from lara_core.formats import json
from lara_core.hosting.ports import Receipt
from lara_core.kernel.erasure import Erasure, erased
from lara_core.kernel.ids import ActorId, PoolId, SeatNo
from lara_core.kernel.people import Person
from lara_core.telling.notices import Notice
from sqlite_host.documents import Documents
from sqlite_host.keeping import documents
from sqlite_host.kinds import named
from sqlite_host.pools import SqlitePools, seat_row


def erase(db: sqlite3.Connection, erasure: Erasure) -> None:
    """Rewrite states and rosters, then events, answers and notices."""
    _documents(db, erasure)
    _pools(db, erasure)
    _events(db, erasure)
    _answers(db, erasure)
    _notices(db, erasure)
    _contacts(db, erasure)
    for before, after in erasure.actors.items():
        _ = db.execute("UPDATE organisation SET actor = ? WHERE actor = ?", (after, before))


def _documents(db: sqlite3.Connection, erasure: Erasure) -> None:
    for name, key in db.execute("SELECT kind, id FROM document").fetchall():
        kind = named(name)
        before = Documents(db, kind).get(key)
        after = erased(before, erasure)
        if after is not before:
            if after.id != key:  # what somebody was granted is kept under their own id
                _ = db.execute("UPDATE event SET aggregate = ? WHERE kind = ? AND aggregate = ?", (after.id, name, key))
                _ = db.execute("DELETE FROM document WHERE kind = ? AND id = ?", (name, key))
            documents(db, kind).rewrite(after)


def _pools(db: sqlite3.Connection, erasure: Erasure) -> None:
    pools = SqlitePools(db)
    for (name,) in db.execute("SELECT id FROM pool").fetchall():
        before = pools.get(PoolId(name))
        after = erased(before, erasure)
        if after is not before:
            seats = map(SeatNo, range(1, len(after.prices) + 1))
            pools.put(after, [seat for seat in seats if seat_row(after, seat) != seat_row(before, seat)])


def _events(db: sqlite3.Connection, erasure: Erasure) -> None:
    for kind, name, version, body in db.execute("SELECT kind, aggregate, version, body FROM event").fetchall():
        after = json.dumps(erased(json.loads(json.EVENT, body), erasure))
        if after != body:
            sql = "UPDATE event SET body = ? WHERE kind = ? AND aggregate = ? AND version = ?"
            _ = db.execute(sql, (after, kind, name, version))


def _answers(db: sqlite3.Connection, erasure: Erasure) -> None:
    for actor, key, receipt in db.execute("SELECT actor, key, receipt FROM answer").fetchall():
        after = json.dumps(erased(json.loads(Receipt, receipt), erasure))
        if after != receipt:
            sql = "UPDATE answer SET actor = ?, receipt = ? WHERE actor = ? AND key = ?"
            _ = db.execute(sql, (erasure.actors.get(ActorId(actor), actor), after, actor, key))


def _notices(db: sqlite3.Connection, erasure: Erasure) -> None:
    for key, body in db.execute("SELECT key, body FROM outbox").fetchall():
        before = json.loads(Notice, body)
        after = erased(before, erasure)
        if after is not before:
            sql = "UPDATE outbox SET body = ?, sent = sent OR ? WHERE key = ?"
            _ = db.execute(sql, (json.dumps(after), after.to != before.to, key))


def _contacts(db: sqlite3.Connection, erasure: Erasure) -> None:
    """Nothing more goes to who is erased, and a tombstone answers for nobody."""
    for client, body in db.execute("SELECT client, person FROM contact").fetchall():
        if json.loads(Person, body).is_in(erasure.keys):
            _ = db.execute("DELETE FROM contact WHERE client = ?", (client,))
