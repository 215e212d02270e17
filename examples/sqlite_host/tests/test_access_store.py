"""What this host does beyond the ports' promises for access to what was sold elsewhere."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from lara_core.access import CourseFacts, Enrolled, Open
from lara_core.hosting import partners, wallets
from lara_core.hosting.group_purchase import assign_seats, buy_seats, cancel_seats, invite_to_seats
from lara_core.hosting.offers import draft_offer, grant_access, may_open_lesson, revoke_access
from lara_core.hosting.places import open_session, register
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Act
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.errors import StaleState
from lara_core.kernel.ids import (
    AccountId,
    ActorId,
    CourseId,
    EnrolmentId,
    GrantId,
    Key,
    LessonId,
    OfferId,
    PartnerId,
    PoolId,
    PortalId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.offers import Grant, GrantState, Homework, OfferTerms, Product, Window
from lara_core.purchase import BuyerRole
from lara_core.rights import Place
from lara_core.seats import Policy
from sqlite_host.laws import check
from sqlite_host.staff import entrust
from sqlite_host.store import SqliteStore

NOW: Final = datetime(2025, 3, 3, 13, tzinfo=UTC)
STARTS: Final = datetime(2025, 5, 12, 12, tzinfo=UTC)
COURSE: Final = CourseId("course")
SESSION: Final = SessionId("session")
OFFER: Final = OfferId("offer")
GRANT: Final = GrantId("grant")
LESSON: Final = LessonId("lesson")
PARTNER: Final = PartnerId("harbour")
POOL: Final = PoolId("pool")
ANA, BORIS, CHLOE, DAWUD = (
    Person(EmailAddress(f"{name}@example.com"), AccountId(name)) for name in ("ana", "boris", "chloe", "dawud")
)


def _act(key: str, at: datetime = NOW) -> Act:
    return Act(at, ActorId("admin"), Key(key))


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """A file with a course, a session of it, and an offer of it that Ana was granted."""
    store = SqliteStore.create(tmp_path / "organisation.db")
    _ = entrust(store, _act("entrust"), ActorId("admin"))
    with store.transaction() as work:
        work.describe(CourseFacts(COURSE, published=True))
        work.stand(SESSION, Place(training=COURSE))
        work.let_buy_in_bulk(PortalId("portal"), tuple(BuyerRole))
    ends = STARTS + timedelta(days=1)
    _ = open_session(store, _act("open"), SESSION, starts=STARTS, ends=ends, capacity=10)
    _ = draft_offer(store, _act("draft"), OFFER, OfferTerms("All of it", {COURSE: Product()}))
    _ = grant_access(store, _act("grant"), OFFER, [(GRANT, ANA)])
    return store


def _sound(store: SqliteStore) -> bool:
    return not any(check(store, NOW).values())


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO granted VALUES ('account:ana', 'offer', 'other', 0)",
        "UPDATE course SET facts = json_set(facts, '$.id', 'other')",
        "UPDATE course SET facts = NULL",
    ],
)
def test_what_no_rule_of_access_allows_is_not_stored(store: SqliteStore, change: str) -> None:
    """The schema repeats them: one grant for each key of a person and each offer, and courses under their ids (O4)."""
    with (
        pytest.raises(sqlite3.IntegrityError, match=r"^(CHECK|UNIQUE|NOT NULL) constraint failed"),
        store.transaction() as work,
    ):
        _ = work.db.execute(change)
    assert _sound(store)


def test_a_grant_that_was_overlooked_is_stale_and_leaves_nothing(store: SqliteStore) -> None:
    """Where a host by hand told the rule that there is no grant, the table knows better, revoked or not (O4)."""
    _ = revoke_access(store, _act("revoke"), GRANT)
    with store.transaction() as work:
        offer = work.offers.get(OFFER)
        other = Person(EmailAddress("another@example.com"), AccountId("ana"))
        given = Grant.give(_act("again"), GrantId("again"), offer, other, known=None, published=work.published)
        with pytest.raises(StaleState):
            work.save(given)
        assert [grant.id for grant in work.offer_grants.of_person(other)] == [GRANT]
    assert _sound(store)


def test_only_who_is_enrolled_is_in_a_course(store: SqliteStore) -> None:
    """A seat or a registration lets in from the session's start on; who was asked, asks or left, is not (O5)."""
    _ = buy_seats(
        store,
        _act("buy"),
        POOL,
        session=SESSION,
        transaction=TransactionId("transaction"),
        buyer=ActorId("admin"),
        portal=PortalId("portal"),
        role=BuyerRole.MANAGER,
        prices=(Money.of("10.00", "CAD"),) * 3,
        policy=Policy(),
    )
    _ = assign_seats(store, _act("assign"), POOL, (ANA, BORIS))
    _ = invite_to_seats(store, _act("invite"), POOL, (CHLOE,))
    _ = register(store, _act("ask"), RegistrationId("asked"), session=SESSION, person=DAWUD, approval=True)
    inside = Enrolled(COURSE, Window(STARTS))
    assert _courses(store) == [[inside], [inside], [], []]
    _ = cancel_seats(store, _act("cancel"), POOL, (SeatNo(2),))
    assert _courses(store) == [[inside], [], [], []]
    with store.transaction() as work:
        work.stand(SESSION, Place(training=CourseId("another")))
    assert _courses(store) == [[], [], [], []]


def test_a_partners_participant_is_in_a_course(store: SqliteStore) -> None:
    """Since they take part or, where the enrolment names a session, from its start on; who has left is not (O5)."""
    _ = partners.create_partner(store, _act("partner"), PARTNER, name="Harbour")
    _ = wallets.open_wallet(store, _act("wallet"), PARTNER)
    _ = partners.offer_course(store, _act("offer"), COURSE, price=Credits(0))
    _ = partners.offer_to_all(store, _act("offer-to-all"), COURSE)
    for name, person, session in (("boris", BORIS, None), ("chloe", CHLOE, SESSION), ("dawud", DAWUD, None)):
        people = {EnrolmentId(name): person}
        doing = _act(name)
        _ = partners.enrol(store, doing, PARTNER, COURSE, people, shown=Credits(0), session=session)
    _ = partners.withdraw_participant(store, _act("withdraw"), EnrolmentId("dawud"))
    at_once, later = Enrolled(COURSE, Window(NOW)), Enrolled(COURSE, Window(STARTS))
    assert _courses(store) == [[], [at_once], [later], []]
    assert _sound(store)
    opened = may_open_lesson(store, _act("look"), BORIS, COURSE, LESSON)
    assert opened == Open(None, Homework.BY_PERSON, ())


def _courses(store: SqliteStore) -> list[list[Enrolled]]:
    with store.transaction() as work:
        return [[*work.enrolled(person, COURSE)] for person in (ANA, BORIS, CHLOE, DAWUD)]


def test_nothing_of_an_erased_learner_is_left(store: SqliteStore) -> None:
    """The grant, its events and its keys become the tombstone's, and all laws hold (K13)."""
    nobody = Person.of("1@erased.invalid", "nobody")
    with store.transaction() as work:
        work.erase(Erasure.of(ANA, nobody))
    with store.transaction() as work:
        assert [line for line in work.db.iterdump() if "ana@" in line or '"ana"' in line or ":ana" in line] == []
        assert [grant.id for grant in work.offer_grants.of_person(nobody)] == [GRANT]
    assert _sound(store)


def test_a_tombstone_may_have_two_grants_of_one_offer(store: SqliteStore) -> None:
    """Who is erased under two addresses leaves both grants, and each can still be revoked (K13)."""
    other, bare = GrantId("other"), Person.of("ana@example.org")
    _ = grant_access(store, _act("grant-other"), OFFER, [(other, bare)])
    nobody = Person.of("1@erased.invalid", "nobody")
    with store.transaction() as work:
        work.erase(Erasure.of(ANA, nobody, also=(bare,)))
    _ = revoke_access(store, _act("revoke"), other)
    with store.transaction() as work:
        found = {grant.id: grant.state for grant in work.offer_grants.of_person(nobody)}
        first = work.offer_grants.of(OFFER, nobody)
        third = Grant.give(
            _act("again"), GrantId("third"), work.offers.get(OFFER), nobody, known=None, published=work.published
        )
        with pytest.raises(StaleState):
            work.save(third)
    assert found == {GRANT: GrantState.GRANTED, other: GrantState.REVOKED}
    assert first is not None
    assert first.id == GRANT
    assert _sound(store)


def test_grants_are_found_by_index(store: SqliteStore) -> None:
    """Whose a grant is, and in which courses somebody sits, is looked up by their keys, however many there are (O5)."""
    with store.transaction() as work:
        seen: list[str] = []
        work.db.set_trace_callback(seen.append)
        _ = work.offer_grants.of(OFFER, ANA), work.offer_grants.of_person(ANA), work.enrolled(ANA, COURSE)
        work.db.set_trace_callback(None)
        plans = [row[3] for query in seen for row in work.db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert [step for step in plans if step.startswith("SCAN") and "json_each" not in step] == []
