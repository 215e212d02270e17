"""Each law is broken once by hand, and seen: a checker that has caught nothing is not one yet."""

import shutil
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from lara_core.hosting.places import release_hold
from lara_core.hosting.ports import Receipt
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import ActorId, HoldId, Key
from sqlite_host import demo, scene
from sqlite_host.laws import LAWS, Law, Repeat, check
from sqlite_host.store import SqliteStore


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that a story has left."""
    out = tmp_path_factory.mktemp("demo") / "out"
    assert demo.main(["--out", str(out)]) == 0
    return out / "organisation.db"


@pytest.fixture
def path(told: Path, tmp_path: Path) -> Path:
    """A copy of it, to break."""
    return Path(shutil.copy(told, tmp_path / "organisation.db"))


def _broken(path: Path) -> Collection[Law]:
    return {law for law, ids in check(SqliteStore(path), scene.END).items() if ids}


def _changed(document: str, part: str, value: str) -> str:
    return f"UPDATE document SET body = json_set(body, '{part}', {value}) WHERE id = '{document}'"  # noqa: S608 - our own words


# What somebody does to the file by hand, and which laws it breaks.
FAULTS: Final[Mapping[str, set[Law]]] = {
    # Of a document every part is the state.
    _changed("first-aid-may", "$.ends", "'2025-06-01T00:00:00+00:00'"): {Law.REPLAY},
    _changed("first-aid-may", "$.colour", "'red'"): {Law.REPLAY},
    "UPDATE document SET body = json_set(body, '$.version', 3), version = 3 WHERE id = 'first-aid-may'": {
        Law.REPLAY,
        Law.VERSIONS,
    },
    _changed("first-aid-may", "$.taken", "8"): {Law.REPLAY, Law.PLACES},
    _changed("first-aid-june", "$.taken", "1"): {
        Law.REPLAY,
        Law.PLACES,
        Law.CALLED_OFF,
    },
    _changed("first-aid-june", "$.cancelled", "json('false')"): {Law.REPLAY},
    'UPDATE document SET body = json_set(body, \'$.holds.ghost\', json(\'{"places":3,"secured":true,"to":null,'
    '"until":{"day":null,"instant":"2025-03-01T00:00:00+00:00"}}\')) '
    "WHERE id = 'first-aid-may'": {Law.REPLAY, Law.CAPACITY},
    'UPDATE document SET body = json_set(body, \'$.queue\', json(\'[{"account":null,"address":"a@example.com"},'
    '{"account":null,"address":"a@example.com"}]\')) WHERE id = \'first-aid-may\'': {Law.REPLAY, Law.WAITING},
    _changed("registration-1", "$.state", "'cancelled'"): {
        Law.REPLAY,
        Law.PLACES,
    },
    _changed("registration-1", "$.state", "'requested'"): {Law.REPLAY},
    _changed("registration-1", "$.session", "'first-aid-june'"): {
        Law.REPLAY,
        Law.PLACES,
    },
    _changed("registration-1", "$.origin", "'imported'"): {Law.REPLAY},
    "DELETE FROM document WHERE id = 'registration-3'": {Law.REPLAY, Law.NOTICES, Law.PLACES, Law.NOBODY_TWICE},
    _changed("receipt-1004", "$.buyer", "'marco.bianchi'"): {Law.REPLAY},
    _changed("receipt-1004", "$.captured.minor", "43997"): {
        Law.REPLAY,
        Law.REFUNDS,
    },
    _changed("receipt-1004", "$.once_kept.minor", "1"): {
        Law.REPLAY,
        Law.REFUNDS,
    },
    _changed("receipt-1004", "$.refunds.refund-1.amount.minor", "1"): {
        Law.REPLAY,
        Law.REFUNDS,
    },
    _changed("receipt-1004", "$.refunds.refund-1.state", "'failed'"): {Law.REPLAY},
    _changed("receipt-1004", "$.seats.nadia-2.1.kept.minor", "1"): {Law.REPLAY},
    _changed("receipt-1004", "$.seats.nadia-2.1.kept.minor", "6001"): {
        Law.REPLAY,
        Law.REFUNDS,
    },
    _changed("receipt-1004", "$.seats.nadia-2.1.due.minor", "1"): {
        Law.REPLAY,
        Law.DUES,
    },
    # Of a pool's rows each column is.
    "UPDATE pool SET version = 9 WHERE id = 'marco-1'": {Law.REPLAY, Law.VERSIONS},
    "UPDATE pool SET buyer = 'marco.bianchi' WHERE id = 'nadia-2'": {Law.REPLAY},
    "UPDATE pool SET purchase = 'receipt-1002' WHERE id = 'nadia-2'": {Law.REPLAY},
    "UPDATE pool SET policy = json_set(policy, '$.withdrawal', json('true')) WHERE id = 'nadia-2'": {Law.REPLAY},
    "UPDATE pool SET invoice = NULL WHERE id = 'nadia-4'": {Law.REPLAY},
    "UPDATE seat SET price = price - 1 WHERE pool = 'nadia-1' AND number = 1": {Law.REPLAY, Law.MONEY},
    "UPDATE seat SET currency = 'EUR' WHERE pool = 'nadia-1' AND number = 1": {Law.REPLAY, Law.MONEY},
    "UPDATE seat SET currency = 'XXX' WHERE pool = 'nadia-1' AND number = 1": {
        Law.REPLAY,
        Law.NOTICES,
        Law.NOBODY_TWICE,
    },
    "UPDATE seat SET state = 'free', address = NULL, account = NULL WHERE pool = 'nadia-1' AND number = 4": {
        Law.REPLAY,
        Law.COUNTERS,
    },
    "UPDATE seat SET state = 'free', address = NULL, account = NULL WHERE pool = 'marco-1' AND number = 1": {
        Law.REPLAY,
        Law.COUNTERS,
        Law.NO_EMPTY_SEAT,
    },
    "UPDATE seat SET state = 'cancelled', cause = 'asked', was = 'enrolled' WHERE pool = 'marco-1' AND number = 1": {
        Law.REPLAY,
        Law.PLACES,
        Law.COUNTERS,
    },
    "UPDATE seat SET cause = 'unpaid' WHERE pool = 'nadia-3'": {Law.REPLAY},
    "UPDATE seat SET emptied = '2025-03-14T12:00:00+00:00', state = 'free', address = NULL, invitation = NULL, "
    "until = NULL, reminders = NULL WHERE state = 'invited'": {Law.REPLAY, Law.COUNTERS, Law.NO_EMPTY_SEAT},
    "UPDATE seat SET invitation = invitation + 1 WHERE state = 'invited'": {Law.REPLAY},
    "UPDATE seat SET until = '2025-03-14T12:00:00+00:00' WHERE state = 'invited'": {Law.REPLAY},
    "UPDATE seat SET reminders = reminders + 1 WHERE state = 'invited'": {Law.REPLAY},
    "UPDATE seat SET accepted = 2 WHERE pool = 'marco-1' AND number = 1": {Law.REPLAY},
    "UPDATE seat SET state = 'enrolled', account = 'paul.cyr', invitation = NULL, until = NULL, reminders = NULL "
    "WHERE state = 'invited'": {Law.REPLAY, Law.COUNTERS},
    # Who sits is kept once more.
    "DELETE FROM sitting WHERE person = 'address:paul.cyr@example.com'": {Law.NOBODY_TWICE},
    "DELETE FROM sitting WHERE person = 'account:zoe.wright'": {Law.NOBODY_TWICE},
    "DELETE FROM sitting WHERE person = 'account:samuel.obrien'": {Law.NOBODY_TWICE},
    "INSERT INTO sitting VALUES ('first-aid-may', 'account:ghost', NULL, NULL, 'registration-1')": {Law.NOBODY_TWICE},
    "INSERT INTO sitting VALUES ('first-aid-june', 'account:ghost', NULL, NULL, 'registration-2')": {
        Law.NOBODY_TWICE,
        Law.CALLED_OFF,
    },
    # The last event is gone: all that it led to stands without a reason.
    "DELETE FROM event WHERE aggregate = 'nadia-1' AND version = 5": {
        Law.REPLAY,
        Law.KEYS,
        Law.VERSIONS,
        Law.NOTICES,
        Law.COUNTERS,
        Law.NOBODY_TWICE,
    },
    # One in the middle is gone, and the others fold to something else.
    "DELETE FROM event WHERE aggregate = 'nadia-1' AND version = 2": {
        Law.REPLAY,
        Law.KEYS,
        Law.VERSIONS,
        Law.NOTICES,
        Law.COUNTERS,
        Law.NOBODY_TWICE,
    },
    # The first is gone, and the others do not fold at all: nothing about that pool can be told.
    "DELETE FROM event WHERE aggregate = 'nadia-2' AND version = 1": {
        Law.REPLAY,
        Law.KEYS,
        Law.VERSIONS,
        Law.NOTICES,
        Law.NOBODY_TWICE,
    },
    "DELETE FROM event WHERE aggregate = 'registration-3' AND version = 2": {
        Law.REPLAY,
        Law.KEYS,
        Law.VERSIONS,
        Law.NOTICES,
    },
    "DELETE FROM event WHERE aggregate = 'receipt-1004' AND version = 1": {
        Law.REPLAY,
        Law.KEYS,
        Law.VERSIONS,
        Law.NOTICES,
    },
    # The second refund has not succeeded, and its buyer was told too early.
    "DELETE FROM event WHERE aggregate = 'receipt-1004' AND version = 8": {
        Law.REPLAY,
        Law.KEYS,
        Law.VERSIONS,
        Law.NOTICES,
    },
    "UPDATE event SET body = '{}' WHERE aggregate = 'first-aid-may' AND version = 1": {Law.REPLAY},
    # That a buyer left a seat empty which must have a name, only the events say.
    'UPDATE event SET body = replace(body, \'"to":{"account":"ines.roy","address":"ines.roy@example.com"}\', '
    "'\"to\":null') WHERE aggregate = 'marco-1' AND version = 2": {
        Law.REPLAY,
        Law.NOTICES,
        Law.COUNTERS,
        Law.NOBODY_TWICE,
        Law.NO_EMPTY_SEAT,
    },
    # Of partner companies, too, every part is the state, and what SQL has beside it follows from that.
    _changed("nadia.gagnon", "$.partner", "'harbour'"): {Law.REPLAY},
    "UPDATE administrator SET partner = 'orchard' WHERE actor = 'mina.park'": {Law.ADMINISTRATORS},
    "DELETE FROM administrator WHERE actor = 'carla.neri'": {Law.ADMINISTRATORS},
    "UPDATE document SET body = json_set(body, '$.balance', 91) WHERE kind = 'wallet' AND id = 'harbour'": {
        Law.REPLAY,
        Law.WALLETS,
    },
    "UPDATE event SET body = json_set(body, '$.amount', 41) WHERE kind = 'wallet' AND aggregate = 'harbour' "
    "AND version = 3": {Law.WALLETS, Law.PARTICIPANTS},
    "UPDATE event SET body = json_set(body, '$.entry', 4) WHERE reverses IS NOT NULL": {
        Law.WALLETS,
        Law.PARTICIPANTS,
    },
    _changed("crew-2", "$.entry", "9"): {Law.REPLAY},
    "DELETE FROM participant WHERE person = 'address:ada.wells@example.com'": {Law.PARTICIPANTS},
    "INSERT INTO participant VALUES ('first-aid', 'account:ghost', 'crew-2')": {Law.PARTICIPANTS},
    _changed("spring", "$.spent", "99"): {Law.REPLAY, Law.LIMITS},
    "DELETE FROM member WHERE partner = 'orchard'": {Law.LIMITS},
    # What was sold is there, at its price; what it was paid with, and how it is numbered, follows from that.
    "UPDATE event SET body = json_set(body, '$.captured.minor', 77621) WHERE kind = 'charge' "
    "AND aggregate = 'receipt-1009' AND version = 1": {Law.REPLAY, Law.BASKETS},
    "UPDATE event SET body = json_set(body, '$.prices[0].minor', 1) WHERE aggregate = 'receipt-1009:1.1' "
    "AND version = 1": {Law.REPLAY, Law.MONEY, Law.BASKETS},
    "DELETE FROM document WHERE id = 'receipt-1010:1.1'": {
        Law.REPLAY,
        Law.NOTICES,
        Law.PLACES,
        Law.NOBODY_TWICE,
        Law.BASKETS,
    },
    "UPDATE event SET body = json_set(body, '$.line.quantity', 3) WHERE kind = 'cart' AND version = 2": {
        Law.REPLAY,
        Law.BASKETS,
    },
    "UPDATE event SET body = json_set(body, '$.sale.price.minor', 25873) WHERE aggregate = 'receipt-1009:2.1'": {
        Law.REPLAY,
        Law.BASKETS,
    },
    _changed("nadia-cart", "$.attempts[0].state", "'unknown'"): {Law.REPLAY},
    _changed("spring-10", "$.used", "0"): {Law.REPLAY, Law.CODES},
    _changed("spring-10", "$.reserved.receipt-1011", "1"): {Law.REPLAY, Law.CODES},
    "UPDATE event SET body = json_set(body, '$.transaction', 'receipt-1011') WHERE aggregate = 'orchard' "
    "AND number = 1": {Law.DOCUMENTS},
    "UPDATE event SET body = json_set(body, '$.refund', 'other') WHERE number = 2": {Law.DOCUMENTS},
    "DELETE FROM event WHERE number = 3": {Law.REPLAY, Law.KEYS, Law.VERSIONS, Law.DOCUMENTS},
    "UPDATE document SET body = json_set(body, '$.name', 'Others') WHERE kind = 'provider' AND id = 'harbour'": {
        Law.REPLAY
    },
    # What clients said is about the dates as they are, and a link names its proposal.
    "DELETE FROM proposal WHERE id = 'bay-ferries-1'": {Law.DATES},
    "UPDATE proposal SET confirmation = '19:first-aid-september:bay-ferries' WHERE id = 'maple-mills-2'": {Law.DATES},
    _changed("19:first-aid-september:maple-mills", "$.answered", "NULL"): {Law.REPLAY},
    "UPDATE document SET body = json_set(body, '$.starts', '2025-09-15T12:00:00+00:00') "
    "WHERE kind = 'session' AND id = 'first-aid-september'": {Law.REPLAY, Law.DATES},
    "UPDATE document SET body = json_set(body, '$.revision', 3) WHERE kind = 'schedule'": {Law.REPLAY, Law.DATES},
    # Whose a grant is stands beside it, by each key.
    _changed("priya-1", "$.state", "'granted'"): {Law.REPLAY},
    "DELETE FROM granted WHERE person = 'account:priya.nair'": {Law.GRANTS},
    "INSERT INTO granted VALUES ('account:ghost', 'first-aid-online', 'priya-1', 0)": {Law.GRANTS},
    "DELETE FROM outbox WHERE key LIKE 'harbour:2:wallet.exhausted%' AND body LIKE '%mina%'": {Law.NOTICES},
    "UPDATE outbox SET body = json_set(body, '$.price', 41) WHERE key LIKE 'harbour:2:wallet.exhausted%' "
    "AND body LIKE '%mina%'": {Law.NOTICES},
    "DELETE FROM answer WHERE key = 'cancel'": {Law.KEYS},
    "UPDATE answer SET receipt = '{}' WHERE key = 'cancel'": {Law.KEYS},
    "DELETE FROM outbox WHERE number = 1": {Law.NOTICES},
    "DELETE FROM outbox WHERE key LIKE '%refunds.failed_buyer%'": {Law.NOTICES},
    "DELETE FROM outbox WHERE key LIKE '%sessions.offered%'": {Law.NOTICES},
    "UPDATE outbox SET body = '{}' WHERE number = 1": {Law.NOTICES},
    "UPDATE outbox SET key = 'twice' WHERE number = 1": {Law.NOTICES},
    "UPDATE outbox SET body = replace(body, 'elodie', 'melodie') WHERE number = 1": {Law.NOTICES},
}


@pytest.mark.parametrize(("sql", "broken"), FAULTS.items())
def test_a_row_that_was_changed_by_hand_is_found(path: Path, sql: str, broken: set[Law]) -> None:
    """What a careless statement changes is found by the laws that it breaks, and by no others."""
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute(sql).rowcount == 1
    assert _broken(path) == broken


def test_every_law_is_among_the_broken_ones() -> None:
    """No law is there that no fault breaks, and none without a check."""
    assert set().union(*FAULTS.values()) == set(Law) == set(LAWS)


def test_an_untouched_file_breaks_nothing(path: Path) -> None:
    """All laws hold where nobody has changed anything by hand."""
    assert _broken(path) == set()


def _act(at_key: str) -> Act:
    return Act(scene.END, ActorId("admin"), Key(at_key))


def test_a_repeat_that_is_answered_otherwise_is_found(path: Path) -> None:
    """A repeated command must get the receipt that it got (K4)."""
    with SqliteStore(path).transaction() as work:
        answer = work.answer(ActorId("admin"), Key("open"))
    assert answer is not None
    other = Receipt(answer.receipt.by, answer.receipt.key, ())
    found = check(SqliteStore(path), scene.END, [Repeat(lambda _: answer.receipt, other)])
    assert [law for law, ids in found.items() if ids] == [Law.KEYS]


def test_a_repeat_that_writes_something_is_found(path: Path) -> None:
    """A repeated command must not write anything, not even its answer (K4)."""

    def fresh(store: SqliteStore) -> Receipt:
        return release_hold(store, _act("fresh"), scene.SESSION, HoldId("gone"))

    with SqliteStore(path).transaction() as work:
        events = len(work.sessions.events(scene.SESSION))
    found = check(SqliteStore(path), scene.END, [Repeat(fresh, Receipt(ActorId("admin"), Key("fresh"), ()))])
    assert [law for law, ids in found.items() if ids] == [Law.KEYS]
    with SqliteStore(path).transaction() as work:
        assert len(work.sessions.events(scene.SESSION)) == events


def test_the_exit_code_says_that_a_law_is_broken(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The demo fails where a law is broken, and names it."""
    assert demo.main(["--check", "--out", str(path.parent)]) == 0
    assert "BROKEN" not in capsys.readouterr().out
    with closing(sqlite3.connect(path)) as db, db:
        _ = db.execute("UPDATE document SET body = json_set(body, '$.taken', 8) WHERE id = 'first-aid-may'")
    assert demo.main(["--check", "--out", str(path.parent)]) == 1
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if "BROKEN" in line]
    assert [(line[0], line[-1]) for line in lines] == [("K3", "first-aid-may"), ("N1,", "first-aid-may")]
