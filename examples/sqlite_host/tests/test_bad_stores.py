"""Stores that go wrong, each in a way of its own: the demo is told on each of them, and ends by saying so.

A trigger does what a bug would do. It is there from the beginning, and nothing in the story is told otherwise.
"""

import re
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from attrs import frozen

from lara_core.kernel.ids import ActorId
from sqlite_host import demo
from sqlite_host.laws import Law
from sqlite_host.store import SqliteStore


@frozen
class Bug:
    """What a store does beside what it should, after *what*, and the laws that it breaks."""

    what: str
    does: str
    breaks: Collection[Law]


BUGS: Final[Mapping[str, Bug]] = {
    "loses a notice": Bug(
        "INSERT ON outbox WHEN new.key LIKE '%seats.revoked%'",
        "DELETE FROM outbox WHERE number = new.number",
        {Law.NOTICES},
    ),
    "tells twice": Bug(
        "INSERT ON outbox WHEN new.key LIKE '%seats.transferred_buyer%'",
        "INSERT INTO outbox (key, body) VALUES (new.key || ':again', new.body)",
        {Law.NOTICES},
    ),
    "tells somebody else": Bug(
        "INSERT ON outbox WHEN new.key LIKE '%seats.reminded%'",
        "UPDATE outbox SET body = replace(body, 'paul.cyr', 'paula.cyr') WHERE number = new.number",
        {Law.NOTICES},
    ),
    "forgets a key": Bug(
        "INSERT ON answer WHEN new.key = 'larger-room'",
        "DELETE FROM answer WHERE key = new.key",
        {Law.KEYS},
    ),
    "forgets what a command did": Bug(
        "INSERT ON answer WHEN new.key = 'transfer'",
        "UPDATE answer SET receipt = json_set(receipt, '$.written', json('[]')) WHERE key = new.key",
        {Law.KEYS},
    ),
    "takes a repetition for another command": Bug(
        "INSERT ON answer WHEN new.key = 'retry'",
        "UPDATE answer SET fingerprint = 'other' WHERE key = new.key",
        {Law.KEYS},
    ),
    "loses a cent of a price": Bug(
        "INSERT ON seat WHEN new.pool = 'marco-1' AND new.number = 2",
        "UPDATE seat SET price = price - 1 WHERE pool = new.pool AND number = new.number",
        {Law.REPLAY, Law.MONEY},
    ),
    "loses half of what a person is known by": Bug(
        "INSERT ON sitting WHEN new.person = 'account:zoe.wright'",
        "DELETE FROM sitting WHERE person = new.person",
        {Law.NOBODY_TWICE},
    ),
    "keeps somebody sitting who has left": Bug(
        "DELETE ON sitting WHEN old.person = 'account:olivia.chen' AND old.pool = 'olivia-1'",
        "INSERT INTO sitting VALUES (old.session, old.person, old.pool, old.seat, NULL)",
        {Law.NOBODY_TWICE},
    ),
    "counts a reminder that was not sent": Bug(
        "UPDATE ON seat WHEN new.pool = 'nadia-2' AND new.invitation = 8",
        "UPDATE seat SET reminders = 1 WHERE pool = new.pool AND number = new.number",
        {Law.REPLAY},
    ),
    "forgets why a seat was cancelled": Bug(
        "UPDATE ON seat WHEN new.cause = 'unpaid'",
        "UPDATE seat SET cause = 'asked' WHERE pool = new.pool AND number = new.number",
        {Law.REPLAY},
    ),
    "changes the policy of a sale": Bug(
        "INSERT ON pool WHEN new.id = 'nadia-2'",
        "UPDATE pool SET policy = json_set(policy, '$.withdrawal', json('true')) WHERE id = new.id",
        {Law.REPLAY},
    ),
    "gives back a place too many": Bug(
        "UPDATE ON document WHEN new.id = 'first-aid-may' AND new.taken > old.taken AND new.capacity > 8",
        "UPDATE document SET body = json_set(body, '$.taken', new.taken - 1) WHERE id = new.id",
        {Law.REPLAY, Law.PLACES},
    ),
    "keeps a fee that it gives back": Bug(
        "UPDATE ON document WHEN new.id = 'receipt-1005'",
        "UPDATE document SET body = json_set(body, '$.once_kept.minor', 2000) WHERE id = new.id",
        {Law.REFUNDS},
    ),
    "takes a registration for an imported one": Bug(
        "INSERT ON document WHEN new.id = 'registration-1'",
        "UPDATE document SET body = json_set(body, '$.origin', 'imported') WHERE id = new.id",
        {Law.REPLAY},
    ),
    "writes down an event otherwise than it was": Bug(
        "INSERT ON event WHEN new.aggregate = 'marco-1' AND new.version = 2",
        "UPDATE event SET body = replace(body, 'ines.roy', 'iris.roy') WHERE aggregate = 'marco-1' AND version = 2",
        {Law.REPLAY, Law.NOTICES, Law.NOBODY_TWICE},
    ),
    "changes the threshold of a wallet": Bug(
        "UPDATE ON document WHEN new.kind = 'wallet' AND new.id = 'harbour' AND new.balance = 50",
        "UPDATE document SET body = json_set(body, '$.threshold', 99) WHERE kind = 'wallet' AND id = new.id",
        {Law.REPLAY},
    ),
    "writes down a smaller reversal than was made": Bug(
        "INSERT ON event WHEN new.reverses IS NOT NULL",
        "UPDATE event SET body = json_set(body, '$.amount', 39) WHERE kind = new.kind AND aggregate = new.aggregate "
        "AND version = new.version",
        {Law.WALLETS},
    ),
    "keeps somebody in a course who has left": Bug(
        "DELETE ON participant WHEN old.enrolment = 'newcomers-4'",
        "INSERT INTO participant VALUES (old.course, old.person, 'newcomers-4')",
        {Law.PARTICIPANTS},
    ),
    "forgets what a partner has spent under a limit": Bug(
        "UPDATE ON document WHEN new.kind = 'limit' AND new.spent = 100",
        "UPDATE document SET body = json_set(body, '$.spent', 40) WHERE kind = 'limit' AND id = new.id",
        {Law.REPLAY, Law.LIMITS},
    ),
    "forgets that a code was used": Bug(
        "UPDATE ON document WHEN new.kind = 'code' AND json_extract(new.body, '$.used') = 1",
        "UPDATE document SET body = json_set(body, '$.used', 0) WHERE kind = 'code' AND id = new.id",
        {Law.REPLAY, Law.CODES},
    ),
    "loses a cent of what a basket cost": Bug(
        "INSERT ON event WHEN new.kind = 'charge' AND new.aggregate = 'receipt-1009' AND new.version = 1",
        "UPDATE event SET body = json_set(body, '$.captured.minor', 77621) WHERE aggregate = new.aggregate "
        "AND kind = 'charge' AND version = 1",
        {Law.REPLAY, Law.BASKETS},
    ),
    "changes what an invoice is for, days later": Bug(
        "INSERT ON granted WHEN new.person LIKE 'account:%'",
        "UPDATE event SET body = json_set(body, '$.transaction', 'receipt-1011') WHERE kind = 'numbering' "
        "AND aggregate = 'harbour' AND version = 2",
        {Law.DOCUMENTS},
    ),
    "forgets half of what whoever has access is known by": Bug(
        "INSERT ON granted WHEN new.person LIKE 'account:%'",
        "DELETE FROM granted WHERE person = new.person",
        {Law.GRANTS},
    ),
    "sells places for when a session was": Bug(
        "UPDATE ON document WHEN new.kind = 'session' AND new.body LIKE '%2025-09-22%'",
        "UPDATE document SET body = json_set(body, '$.ends', '2025-09-16T19:30:00+00:00') WHERE kind = 'session' "
        "AND id = new.id",
        {Law.REPLAY, Law.DATES},
    ),
    "forgets what an old link was about": Bug(
        "INSERT ON answer WHEN new.key = 'validate-ben'",
        "DELETE FROM proposal WHERE id = 'bay-ferries-1'",
        {Law.DATES},
    ),
    "does not tell one administrator": Bug(
        "INSERT ON outbox WHEN new.body LIKE '%hugo.leger%' AND new.key LIKE '%wallet.exhausted%'",
        "DELETE FROM outbox WHERE number = new.number",
        {Law.NOTICES},
    ),
}


@pytest.mark.parametrize("name", BUGS)
def test_the_demo_fails_on_a_store_that_goes_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Its exit code says that a law is broken, and its page says which."""
    bug, create = BUGS[name], SqliteStore.create

    def bad(path: Path, organisation: ActorId) -> SqliteStore:
        store = create(path, organisation)
        with closing(sqlite3.connect(path)) as db, db:
            _ = db.execute(f"CREATE TRIGGER bug AFTER {bug.what} BEGIN {bug.does}; END")
        return store

    monkeypatch.setattr(SqliteStore, "create", bad)
    assert demo.main(["--out", str(tmp_path / "out")]) == 1
    lines = [line.strip() for line in capsys.readouterr().out.splitlines() if "BROKEN" in line]
    assert {Law(re.split(" {2,}", line)[0]) for line in lines} == bug.breaks
