"""What this host does beyond the ports' promises where somebody sells for others."""

import sqlite3
from pathlib import Path

import pytest

from lara_core.hosting.carts import issue_credit_note
from lara_core.hosting.group_purchase import cancel_seats
from lara_core.hosting.places import open_session
from lara_core.kernel.decisions import Decision
from lara_core.kernel.errors import StaleState
from lara_core.kernel.ids import ActorId, CodeId, PoolId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.purchase import BuyerRole
from lara_core.rights import Place
from sqlite_host.laws import check
from sqlite_host.staff import entrust
from sqlite_host.store import SqliteStore
from sqlite_host.tests import racers
from sqlite_host.tests.racers import SCHOOL, act

SESSION = SessionId("session")
FIRST, SECOND = TransactionId("first-CAD"), TransactionId("second-CAD")
REFUND = RefundId("refund")


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """A file with two baskets that were paid, the first with a code; a refund; and a third basket under way."""
    store = SqliteStore.create(tmp_path / "organisation.db")
    _ = entrust(store, act("admin", "entrust"), ActorId("admin"))
    with store.transaction() as work:
        work.let_buy_in_bulk(racers.PORTAL, (BuyerRole.MANAGER,))
        work.stand(SESSION, Place())
    _ = open_session(store, act("admin", "open"), SESSION, starts=racers.STARTS, ends=racers.ENDS, capacity=10)
    racers.open_school(store)
    racers.offer_code(store, "code", 2)
    for cart, code in (("first", "code"), ("second", ""), ("third", "code")):
        racers.fill(store, "admin", racers.seats(cart, "session"))
        _ = racers.start(store, "admin", cart, code)
    for cart in ("first", "second"):
        _ = racers.pay(store, "admin", cart)
    _ = cancel_seats(store, act("admin", "cancel"), PoolId("second-CAD:1.1"), (SeatNo(1),), refund=REFUND)
    return store


def _sound(store: SqliteStore) -> bool:
    return not any(check(store, racers.NOW).values())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET body = json_set(body, '$.number', 3) WHERE number = 2",
        "UPDATE event SET body = json_set(body, '$.number', 1) WHERE number = 2",
        "UPDATE event SET body = json_set(body, '$.number', NULL) WHERE number = 2",
        "UPDATE event SET body = json_set(body, '$.transaction', 'first-CAD') WHERE number = 2",
        "UPDATE document SET body = json_set(body, '$.last', 3) WHERE kind = 'numbering'",
        "UPDATE document SET body = json_set(body, '$.used', 2) WHERE kind = 'code'",
        "UPDATE document SET body = json_set(body, '$.uses', 1) WHERE kind = 'code'",
        "UPDATE document SET body = json_set(body, '$.reserved.other', 1) WHERE kind = 'code'",
        (
            "INSERT INTO document (kind, id, version, body) SELECT kind, 'other', version, "
            "json_set(body, '$.id', 'other', '$.uses', 1) FROM document WHERE kind = 'code'"
        ),
    ],
)
def test_what_no_rule_of_selling_allows_is_not_stored(store: SqliteStore, change: str) -> None:
    """The schema repeats the rules of numbers and of codes: no gap, no repeat, no use too many (P4, P8)."""
    with (
        pytest.raises(sqlite3.IntegrityError, match=r"^(CHECK|UNIQUE) constraint failed"),
        store.transaction() as work,
    ):
        _ = work.db.execute(change)
    assert _sound(store)


def test_a_code_is_counted_by_those_who_use_it(store: SqliteStore) -> None:
    """One of its uses is consumed, the other kept for the basket that is under way (P4)."""
    with store.transaction() as work:
        code = work.codes.get(CodeId("code"))
    assert (code.used, code.reserved) == (1, {"third-CAD": 1})
    assert _sound(store)


def test_each_document_is_found_by_what_it_is_for(store: SqliteStore) -> None:
    """An invoice by its transaction, a credit note by its refund, in one series; of others there is none (P8)."""
    _ = issue_credit_note(store, act("admin", "credit"), SCHOOL, SECOND, REFUND)
    with store.transaction() as work:
        asked = ((FIRST, None), (SECOND, None), (SECOND, REFUND), (FIRST, REFUND), (TransactionId("third-CAD"), None))
        assert [work.numberings.issued(SCHOOL, *each) for each in asked] == [1, 2, 3, None, None]
        assert work.numberings.get(SCHOOL).last == 3
    assert _sound(store)


def test_what_is_numbered_already_is_stale(store: SqliteStore) -> None:
    """Where a host by hand told the rule that an invoice has no number, the unique index knows better (P8)."""
    with store.transaction() as work:
        numbering = work.numberings.get(SCHOOL)
        with pytest.raises(StaleState):
            work.save(numbering.issue(act("admin", "again"), FIRST, issued=None))
        assert work.numberings.get(SCHOOL) == numbering
    assert _sound(store)


def test_a_number_is_found_without_the_history(store: SqliteStore) -> None:
    """Whether something has a number is answered by an index, however many documents there are (P8)."""
    with store.transaction() as work:
        seen: list[str] = []
        work.db.set_trace_callback(seen.append)
        _ = work.numberings.issued(SCHOOL, FIRST)
        work.db.set_trace_callback(None)
        (plan,) = work.db.execute(f"EXPLAIN QUERY PLAN {seen[0]}").fetchall()
    assert plan[3].startswith("SEARCH event USING INDEX issue (")


def test_providers_are_known(store: SqliteStore) -> None:
    """Who is asked for is looked up by themselves, and what is no id is not there (P3)."""
    with store.transaction() as work:
        assert [each in work.providers for each in (SCHOOL, "other", 1, None)] == [True, False, False, False]


def test_selling_nothing_new_writes_nothing(store: SqliteStore) -> None:
    """A decision without events touches no row of any of these kinds (K5)."""
    with store.transaction() as work:
        before = work.db.total_changes
        work.save(Decision(work.providers.get(SCHOOL)))
        work.save(Decision(work.numberings.get(SCHOOL)))
        work.save(Decision(work.codes.get(CodeId("code"))))
        assert work.db.total_changes == before
