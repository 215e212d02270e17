"""Each law is broken once by hand, and seen: a checker that has caught nothing is not one yet."""

import shutil
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from lara_core.hosting.group_purchase import release_hold
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


# What somebody does to the file by hand, and which laws it breaks.
FAULTS: Final[Mapping[str, set[Law]]] = {
    "UPDATE session SET ends = '2025-06-01T00:00:00+00:00'": {Law.REPLAY},
    "UPDATE pool SET version = 9 WHERE id = 'marco-1'": {Law.REPLAY, Law.VERSIONS},
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
    "UPDATE event SET body = '{}' WHERE aggregate = 'first-aid-may' AND version = 1": {Law.REPLAY},
    "DELETE FROM answer WHERE key = 'cancel'": {Law.KEYS},
    "UPDATE seat SET price = price - 1 WHERE pool = 'nadia-1' AND number = 1": {Law.REPLAY, Law.MONEY},
    "UPDATE seat SET currency = 'EUR' WHERE pool = 'nadia-1' AND number = 1": {Law.REPLAY, Law.MONEY},
    "UPDATE seat SET currency = 'XXX' WHERE pool = 'nadia-1' AND number = 1": {
        Law.REPLAY,
        Law.NOTICES,
        Law.NOBODY_TWICE,
    },
    "UPDATE answer SET receipt = '{}' WHERE key = 'cancel'": {Law.KEYS},
    "DELETE FROM outbox WHERE number = 1": {Law.NOTICES},
    "UPDATE outbox SET body = '{}' WHERE number = 1": {Law.NOTICES},
    "UPDATE outbox SET key = 'twice' WHERE number = 1": {Law.NOTICES},
    "UPDATE outbox SET body = replace(body, 'elodie', 'melodie') WHERE number = 1": {Law.NOTICES},
    "INSERT INTO hold VALUES ('first-aid-may', 'ghost', 3, NULL, NULL, NULL)": {Law.REPLAY, Law.CAPACITY},
    "UPDATE session SET taken = taken - 1": {Law.REPLAY, Law.PLACES},
    "UPDATE seat SET state = 'free', address = NULL, account = NULL WHERE pool = 'nadia-1' AND number = 4": {
        Law.REPLAY,
        Law.COUNTERS,
    },
    "UPDATE seat SET state = 'free', address = NULL, account = NULL WHERE pool = 'marco-1' AND number = 1": {
        Law.REPLAY,
        Law.COUNTERS,
        Law.NO_EMPTY_SEAT,
    },
    "UPDATE seat SET state = 'cancelled' WHERE pool = 'marco-1' AND number = 1": {
        Law.REPLAY,
        Law.COUNTERS,
        Law.PLACES,
    },
    # Of an invited row each column is part of the state.
    "UPDATE seat SET invitation = invitation + 1 WHERE state = 'invited'": {Law.REPLAY},
    "UPDATE seat SET until = '2025-03-14T12:00:00+00:00' WHERE state = 'invited'": {Law.REPLAY},
    "UPDATE seat SET reminders = reminders + 1 WHERE state = 'invited'": {Law.REPLAY},
    "UPDATE seat SET accepted = 2 WHERE pool = 'marco-1' AND number = 1": {Law.REPLAY},
    "UPDATE seat SET state = 'free', address = NULL, invitation = NULL, until = NULL, reminders = NULL "
    "WHERE state = 'invited'": {Law.REPLAY, Law.COUNTERS, Law.NO_EMPTY_SEAT},
    "UPDATE seat SET state = 'enrolled', account = 'paul.cyr', invitation = NULL, until = NULL, reminders = NULL "
    "WHERE state = 'invited'": {Law.REPLAY, Law.COUNTERS},
    "UPDATE pool SET buyer = 'marco.bianchi' WHERE id = 'nadia-2'": {Law.REPLAY},
    "UPDATE pool SET modes = 'confirmation' WHERE id = 'nadia-2'": {Law.REPLAY},
    "UPDATE pool SET withdrawal = 1 WHERE id = 'nadia-2'": {Law.REPLAY},
    # That a buyer left a seat empty which must have a name, only the events say.
    'UPDATE event SET body = replace(body, \'"to":{"account":"ines.roy","address":"ines.roy@example.com"}\', '
    "'\"to\":null') WHERE aggregate = 'marco-1' AND version = 2": {
        Law.REPLAY,
        Law.NOTICES,
        Law.COUNTERS,
        Law.NOBODY_TWICE,
        Law.NO_EMPTY_SEAT,
    },
    "DELETE FROM sitting WHERE person = 'address:paul.cyr@example.com'": {Law.NOBODY_TWICE},
    "DELETE FROM sitting WHERE person = 'account:zoe.wright'": {Law.NOBODY_TWICE},
    "INSERT INTO sitting VALUES ('first-aid-may', 'account:ghost', NULL, NULL)": {Law.NOBODY_TWICE},
    "INSERT INTO registration VALUES ('first-aid-may', 'zoe.wright@example.com', 'zoe.wright')": {
        Law.PLACES,
        Law.NOBODY_TWICE,
    },
    # Of a charge, too, each column is part of the state.
    "UPDATE charge SET version = 9": {Law.REPLAY, Law.VERSIONS},
    "UPDATE charge SET buyer = 'marco.bianchi'": {Law.REPLAY},
    "UPDATE charge SET currency = 'EUR'": {Law.REPLAY},
    "UPDATE charge SET percent = '11'": {Law.REPLAY},
    "UPDATE charge SET per_seat = per_seat + 1": {Law.REPLAY},
    "UPDATE charge SET once = once + 1": {Law.REPLAY},
    "UPDATE charge SET once_kept = once_kept - 1": {Law.REPLAY},
    "UPDATE charge SET hours_before = 0": {Law.REPLAY},
    "UPDATE charge SET captured = 43997": {Law.REPLAY, Law.REFUNDS},
    "UPDATE charge_seat SET kept = kept - 1 WHERE seat = 1": {Law.REPLAY},
    "UPDATE charge_seat SET back = back - 1 WHERE seat = 1": {Law.REPLAY, Law.REFUNDS},
    "DELETE FROM charge_seat WHERE seat = 2": {Law.REPLAY, Law.REFUNDS},
    "UPDATE refund SET amount = amount + 1 WHERE id = 'refund-1'": {Law.REPLAY, Law.REFUNDS},
    "UPDATE refund SET state = 'failed' WHERE id = 'refund-1'": {Law.REPLAY},
    "UPDATE refund SET pool = 'nadia-1' WHERE id = 'refund-1'": {Law.REPLAY},
    "UPDATE refund_seat SET seat = 3 WHERE refund = 'refund-1'": {Law.REPLAY},
    "DELETE FROM outbox WHERE key LIKE '%refunds.failed_buyer%'": {Law.NOTICES},
    # The last event is gone: the second refund has not succeeded, and its buyer was told too early.
    "DELETE FROM event WHERE kind = 'charge' AND version = 8": {Law.REPLAY, Law.KEYS, Law.VERSIONS, Law.NOTICES},
    "DELETE FROM event WHERE kind = 'charge' AND version = 1": {Law.REPLAY, Law.KEYS, Law.VERSIONS, Law.NOTICES},
}


@pytest.mark.parametrize(("sql", "broken"), FAULTS.items())
def test_a_row_that_was_changed_by_hand_is_found(path: Path, sql: str, broken: set[Law]) -> None:
    """What a careless statement changes is found by the laws that it breaks, and by no others."""
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute(sql).rowcount == 1
    assert _broken(path) == broken


def test_a_seat_of_which_more_goes_than_was_paid_is_found(path: Path) -> None:
    """The law counts again what the schema forbids: a file may have been written under another one (S12)."""
    with closing(sqlite3.connect(path)) as db, db:
        _ = db.execute("PRAGMA ignore_check_constraints = ON")
        assert db.execute("UPDATE charge_seat SET kept = kept + 1 WHERE seat = 1").rowcount == 1
    assert _broken(path) == {Law.REPLAY, Law.REFUNDS}


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
        _ = db.execute("UPDATE session SET taken = taken - 1")
    assert demo.main(["--check", "--out", str(path.parent)]) == 1
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if "BROKEN" in line]
    assert [(line[0], line[-1]) for line in lines] == [("K3", "first-aid-may"), ("N1,", "first-aid-may")]
