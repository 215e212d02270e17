"""What this host does beyond the ports' promises for sessions' dates."""

import sqlite3
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pytest

from lara_core.confirmation import ClientAnswer, Confirmation
from lara_core.hosting.dates import (
    answer_dates,
    open_confirmation,
    plan_dates,
    propose_dates,
    remind_client,
    replan_dates,
)
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.errors import StaleState
from lara_core.kernel.ids import ActorId, ClientId, DateNo, Key, ProposalId, SessionId
from lara_core.kernel.people import Person
from lara_core.replies import Link
from lara_core.rights import Place
from lara_core.schedules import SessionDate
from lara_core.telling.notices import Notice
from sqlite_host.laws import check
from sqlite_host.post import is_overtaken
from sqlite_host.staff import entrust
from sqlite_host.store import SqliteStore

NOW: Final = datetime(2025, 3, 3, 13, tzinfo=UTC)
ZONE: Final = Zone("America/Moncton")
UNTIL: Final = Deadline.on(date(2025, 3, 10), ZONE)
SESSION: Final = SessionId("session")
FIRST, SECOND = ProposalId("first"), ProposalId("second")
ANA, BORIS = Person.of("ana@example.com", "ana"), Person.of("boris@example.com", "boris")
NORTHWIND, SOUTHWIND = ClientId("northwind"), ClientId("southwind")


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """A file with the contacts of two clients."""
    store = SqliteStore.create(tmp_path / "organisation.db")
    with store.transaction() as work:
        for client, person in ((NORTHWIND, ANA), (SOUTHWIND, BORIS)):
            work.name_contact(client, person)
    return store


def test_a_contact_is_the_last_one_named(store: SqliteStore) -> None:
    """A client has one main contact, or none (C1)."""
    with store.transaction() as work:
        work.name_contact(NORTHWIND, BORIS)
        found = [work.contact(client) for client in (NORTHWIND, SOUTHWIND, ClientId("other"))]
    assert found == [BORIS, BORIS, None]


def test_whoever_was_erased_answers_for_nobody(store: SqliteStore) -> None:
    """Their client has no contact any more, not even a tombstone, which nobody could write to; others stay (K13)."""
    with store.transaction() as work:
        work.erase(Erasure.of(ANA, Person.of("1@erased.invalid", "nobody")))
        assert [work.contact(client) for client in (NORTHWIND, SOUTHWIND)] == [None, BORIS]


# --- What was proposed


def _act(key: str, at: datetime = NOW) -> Act:
    return Act(at, ActorId("admin"), Key(key))


def _on(day: int) -> SessionDate:
    return SessionDate.on(date(2025, 5, day), ZONE, begins=time(9), ends=time(16), place="Moncton")


@pytest.fixture
def asked(store: SqliteStore) -> SqliteStore:
    """The same file with a session's date, proposed to the first of the clients."""
    _ = entrust(store, _act("entrust"), ActorId("admin"))
    with store.transaction() as work:
        work.stand(SESSION, Place())
    _ = plan_dates(store, _act("plan"), SESSION, zone=ZONE, dates=(_on(12),))
    for client in (NORTHWIND, SOUTHWIND):
        _ = open_confirmation(store, _act(client), SESSION, client)
    _ = propose_dates(store, _act("propose"), SESSION, NORTHWIND, FIRST, until=UNTIL)
    return store


def _waiting(store: SqliteStore) -> list[Notice]:
    with store.transaction() as work:
        return list(work.waiting(10))


def _overtaken(store: SqliteStore) -> list[bool]:
    with store.transaction() as work:
        return [is_overtaken(work, notice) for notice in work.waiting(10)]


def test_one_proposal_is_one_clients(asked: SqliteStore) -> None:
    """Where a host by hand proposes to two clients under one id, the table knows better; nothing is left (C3)."""
    with asked.transaction() as work:
        found = work.confirmations.get(Confirmation.id_of(SESSION, SOUTHWIND))
        schedule = work.schedules.get(SESSION)
        twice = found.propose(_act("twice"), FIRST, until=UNTIL, schedule=schedule, contact=BORIS)
        with pytest.raises(StaleState):
            work.save(twice)
        assert work.confirmations.get(found.id) == found
        with pytest.raises(sqlite3.IntegrityError, match="^UNIQUE constraint failed"):
            _ = work.db.execute("INSERT INTO proposal VALUES ('first', 'other')")
    assert not any(check(asked, NOW).values())


def test_a_link_that_is_dead_is_known_still(asked: SqliteStore) -> None:
    """Who answers to an older proposal is told that it is dead, and not that there was none (C2)."""
    later = Deadline.on(date(2025, 3, 11), ZONE)
    _ = propose_dates(asked, _act("again"), SESSION, NORTHWIND, SECOND, until=later)
    with asked.transaction() as work:
        found = [work.confirmations.of_proposal(each) for each in (FIRST, SECOND, ProposalId("third"))]
    assert found == [*[Confirmation.id_of(SESSION, NORTHWIND)] * 2, None]
    assert not any(check(asked, NOW).values())


def test_dates_that_moved_before_they_were_sent_are_not_sent(asked: SqliteStore) -> None:
    """A message names the dates as they are when it is written; so one that was not sent in time is overtaken (C2)."""
    _ = remind_client(asked, _act("remind"), SESSION, NORTHWIND)
    assert _overtaken(asked) == [False, False]
    _ = replan_dates(asked, _act("replan", NOW + timedelta(hours=1)), SESSION, {DateNo(1): _on(13)})
    # The proposal and its reminder are; that the dates have changed is told all the same.
    assert _overtaken(asked) == [True, True, False]
    assert [notice.template for notice in _waiting(asked)] == [
        "confirmation.proposed",
        "confirmation.reminded",
        "confirmation.replaced",
    ]


def test_an_acknowledgement_of_dates_that_were_lost_is_not_sent(asked: SqliteStore) -> None:
    """It would name dates that are none any more, and hold up all that waits behind it (C2, K12)."""
    _ = answer_dates(asked, _act("answer"), Link(FIRST, NORTHWIND, ClientAnswer.DECLINED))
    _ = propose_dates(asked, _act("again"), SESSION, NORTHWIND, SECOND, until=Deadline.on(date(2025, 3, 11), ZONE))
    # The dates were declined, and are the same: both who answered and who asked read it.
    assert _overtaken(asked) == [True, False, False, False]
    _ = replan_dates(asked, _act("replan", NOW + timedelta(hours=1)), SESSION, {}, added=(_on(13),))
    assert _overtaken(asked) == [True, True, True, True, False]
    assert [notice.template for notice in _waiting(asked)] == [
        "confirmation.proposed",
        "confirmation.declined",
        "confirmation.declined_sender",
        "confirmation.proposed",
        "confirmation.replaced",
    ]


def test_a_proposal_that_was_sent_anew_is_overtaken(asked: SqliteStore) -> None:
    """Of two that wait, only the newer one can be answered (C3)."""
    later = Deadline.on(date(2025, 3, 11), ZONE)
    _ = propose_dates(asked, _act("again"), SESSION, NORTHWIND, SECOND, until=later)
    assert _overtaken(asked) == [True, False]
