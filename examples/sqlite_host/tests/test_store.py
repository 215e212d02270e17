"""What this host does beyond the ports' promises."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from attrs import evolve

from lara_core import enrolment as rules
from lara_core.hosting import partners as use
from lara_core.hosting import wallets
from lara_core.hosting.group_purchase import (
    accept_invitation,
    assign_seats,
    buy_seats,
    cancel_seats,
    capture_payment,
    correct_invitation,
    decline_invitation,
    hand_over_pool,
    invite_to_seats,
    refund_failed,
    refund_kept,
    refund_succeeded,
    retry_refund,
    revoke_seat,
)
from lara_core.hosting.places import cancel_registration, open_session, refuse_registration, register
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.errors import ContractBroken, NotFound, StaleState
from lara_core.kernel.ids import (
    AccountId,
    ActorId,
    CourseId,
    EnrolmentId,
    Key,
    LimitId,
    PartnerId,
    PoolId,
    PortalId,
    RefundId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.participants import Enrolment
from lara_core.partners import Partner, PartnerEvent
from lara_core.purchase import BulkBuyingOff, BuyerRole
from lara_core.refunds import Charge, Override, RefundState, RefundTerms, SeatMoney
from lara_core.registrations import RegistrantNeedsAccount, RegistrantSits
from lara_core.rights import Place
from lara_core.seats import Cancelled, Cause, Mode, NobodyToSeat, Policy, SeatState
from lara_core.sessions import NotEnoughPlaces
from sqlite_host.laws import check
from sqlite_host.staff import entrust
from sqlite_host.store import ORGANISATION, SqliteStore

NOW: Final = datetime(2025, 3, 3, 13, tzinfo=UTC)
STARTS: Final = datetime(2025, 5, 12, 12, tzinfo=UTC)
ENDS: Final = datetime(2025, 5, 13, 20, tzinfo=UTC)
SESSION: Final = SessionId("session")
POOL: Final = PoolId("pool")
TRANSACTION: Final = TransactionId("transaction")
REFUND: Final = RefundId("refund")
REGISTRATION: Final = RegistrationId("registration")
PORTAL: Final = PortalId("portal")
PARTNER: Final = PartnerId("harbour")
COURSE: Final = CourseId("course")
FRESH: Final = ActorId("fresh")
ANA: Final = Person(EmailAddress("ana@example.com"), AccountId("ana"))
BORIS: Final = Person(EmailAddress("boris@example.com"), AccountId("boris"))
EVA: Final = Person(EmailAddress("eva@example.com"))


def _act(key: str, at: datetime = NOW) -> Act:
    return Act(at, ActorId("admin"), Key(key))


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """A file with a session of three places."""
    store = SqliteStore.create(tmp_path / "organisation.db")
    _prepare(store)
    _ = open_session(store, _act("open"), SESSION, starts=STARTS, ends=ENDS, capacity=3)
    return store


def _prepare(store: SqliteStore) -> None:
    _ = entrust(store, _act("entrust"), ActorId("admin"))
    with store.transaction() as work:
        work.let_buy_in_bulk(PORTAL, (BuyerRole.MANAGER,))
        work.stand(SESSION, Place())


def _buy(
    store: SqliteStore, pool: PoolId, seats: int, policy: Policy | None = None, role: BuyerRole = BuyerRole.MANAGER
) -> None:
    _ = buy_seats(
        store,
        _act(pool),
        pool,
        session=SESSION,
        transaction=TRANSACTION,
        buyer=ActorId("admin"),
        portal=PORTAL,
        role=role,
        prices=(Money.of("10.00", "CAD"),) * seats,
        policy=policy or Policy(),
        invitees=(EVA,) if policy else (),
    )


def test_creating_again_is_harmless(store: SqliteStore) -> None:
    """`create` on a file that is there leaves all that is in it."""
    with SqliteStore.create(store.path).transaction() as work:
        assert work.sessions.get(SESSION).capacity == 3


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A mistyped path is told, and does not become an organisation without data."""
    with pytest.raises(sqlite3.OperationalError), SqliteStore(tmp_path / "mistyped.db").transaction():
        pass
    assert list(tmp_path.iterdir()) == []


def test_only_the_rows_that_an_event_names_are_written(tmp_path: Path) -> None:
    """Seating one learner costs the same in a pool of two seats as in one of two thousand."""
    written: list[int] = []
    for seats in (2, 2_000):
        store = SqliteStore.create(tmp_path / f"{seats}.db")
        _prepare(store)
        _ = open_session(store, _act("open"), SESSION, starts=STARTS, ends=ENDS)
        _buy(store, POOL, seats)
        with store.transaction() as work:
            pool, session = work.pools.get(POOL), work.sessions.get(SESSION)
            before = work.db.total_changes
            work.save(pool.assign(_act("assign"), (ANA,), session=session, seated=work.seated(SESSION)))
            written.append(work.db.total_changes - before)
    # The event, the pool's version, the seat, and a sitting for each of the person's two keys.
    assert written == [5, 5]


def test_a_roster_that_was_wrong_is_stale_and_leaves_nothing(store: SqliteStore) -> None:
    """Where a host by hand told a rule that nobody sits, the unique constraint knows better (S5).

    Also where the error is caught inside the transaction, nothing of that decision is written.
    """
    _buy(store, POOL, 1)
    _buy(store, PoolId("other"), 1)
    _ = assign_seats(store, _act("assign"), POOL, (ANA,))
    with store.transaction() as work:
        other, session = work.pools.get(PoolId("other")), work.sessions.get(SESSION)
        with pytest.raises(StaleState):
            work.save(other.assign(_act("again"), (ANA,), session=session, seated=()))
    with store.transaction() as work:
        assert work.pools.get(PoolId("other")) == other
        assert len(work.pools.events(PoolId("other"))) == 1


def test_an_event_of_another_aggregate_is_not_kept(store: SqliteStore) -> None:
    """A decision whose events are not its state's own is a broken contract, and leaves nothing."""
    _buy(store, POOL, 1)
    with store.transaction() as work:
        pool, session = work.pools.get(POOL), work.sessions.get(SESSION)
        taken = session.take(_act("take"), 1)
        with pytest.raises(ContractBroken):
            work.save(Decision(pool.assign(_act("assign"), (ANA,), session=session, seated=()).state, taken.events))
    with store.transaction() as work:
        assert (work.pools.get(POOL), work.sessions.get(SESSION)) == (pool, session)


# --- Invitations


def _keys(store: SqliteStore) -> list[str]:
    with store.transaction() as work:
        return [person for (person,) in work.db.execute("SELECT person FROM sitting ORDER BY person")]


def _sound(store: SqliteStore, at: datetime = NOW) -> bool:
    return not any(check(store, at).values())


def test_who_is_invited_sits(store: SqliteStore) -> None:
    """An invitee is on the roster by all their keys; who lost the invitation is not (S5)."""
    _buy(store, POOL, 2)
    _ = invite_to_seats(store, _act("invite"), POOL, (EVA, BORIS))
    assert _keys(store) == ["account:boris", "address:boris@example.com", "address:eva@example.com"]
    _ = correct_invitation(store, _act("correct"), POOL, SeatNo(1), EmailAddress("eve@example.com"))
    _ = revoke_seat(store, _act("revoke"), POOL, SeatNo(2))
    assert _keys(store) == ["address:eve@example.com"]
    assert _sound(store)


def test_whoever_accepts_sits_by_the_keys_of_their_account(store: SqliteStore) -> None:
    """Who was invited at one address and accepts with the account of another sits as the latter (S4)."""
    _buy(store, POOL, 1)
    _ = invite_to_seats(store, _act("invite"), POOL, (EVA,))
    _ = accept_invitation(store, _act("accept"), POOL, SeatNo(1), 2, learner=ANA)
    assert _keys(store) == ["account:ana", "address:ana@example.com"]
    with store.transaction() as work:
        pool = work.pools.get(POOL)
    assert (pool.enrolled, pool.accepted) == ({1: ANA}, {1: 2})
    _ = revoke_seat(store, _act("revoke"), POOL, SeatNo(1), to=EVA, mode=Mode.CONFIRMATION)
    with store.transaction() as work:
        pool = work.pools.get(POOL)
    assert (pool.enrolled, pool.accepted, pool.invited[SeatNo(1)].number) == ({}, {}, 4)
    assert _sound(store)


@pytest.mark.parametrize("people", [(ANA, BORIS), (BORIS,), (BORIS, ANA)])
def test_a_seat_whose_invitation_is_due_is_free_before_it_is_given(
    store: SqliteStore, people: tuple[Person, ...]
) -> None:
    """One event can take a seat, and its invitee's place on the roster, and give both again, also to the same (S7)."""
    _buy(store, POOL, 2)
    _ = invite_to_seats(store, _act("invite"), POOL, (ANA, EVA))
    late = NOW + timedelta(days=8)
    _ = assign_seats(store, _act("assign", late), POOL, people)
    with store.transaction() as work:
        pool = work.pools.get(POOL)
    assert (pool.invited, pool.enrolled) == ({}, dict(enumerate(people, 1)))
    assert _keys(store) == sorted(key for person in people for key in person.keys)
    assert _sound(store, late)


def test_a_cancelled_seat_forgets_who_did_not_answer(store: SqliteStore) -> None:
    """The last holder of a cancelled seat is whoever had it then: nobody, where the invitation was due (S7, S11)."""
    _buy(store, POOL, 2)
    _ = invite_to_seats(store, _act("invite"), POOL, (EVA, BORIS))
    _ = cancel_seats(store, _act("in-time"), POOL, (SeatNo(1),))
    _ = cancel_seats(store, _act("late", NOW + timedelta(days=8)), POOL, (SeatNo(2),))
    with store.transaction() as work:
        assert work.pools.get(POOL).cancelled == {
            1: Cancelled(Cause.ASKED, SeatState.INVITED, EVA),
            2: Cancelled(Cause.ASKED, SeatState.FREE, None),
        }
    assert _keys(store) == []
    assert _sound(store)


def test_a_pool_that_is_handed_over_is_another_buyers(store: SqliteStore) -> None:
    """Handing over changes the buyer, and no seat (S17)."""
    _buy(store, POOL, 1)
    _ = assign_seats(store, _act("assign"), POOL, (ANA,))
    _ = hand_over_pool(store, _act("hand-over"), POOL, ActorId("other"))
    with store.transaction() as work:
        pool = work.pools.get(POOL)
    assert (pool.buyer, pool.enrolled) == ("other", {1: ANA})
    assert _sound(store)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE seat SET address = NULL WHERE number = 1",
        "UPDATE seat SET invitation = NULL WHERE number = 1",
        "UPDATE seat SET until = NULL WHERE number = 1",
        "UPDATE seat SET reminders = NULL WHERE number = 1",
        "UPDATE seat SET reminders = -1 WHERE number = 1",
        "UPDATE seat SET accepted = 2 WHERE number = 1",
        "UPDATE seat SET state = 'free' WHERE number = 1",
        "UPDATE seat SET state = 'enrolled' WHERE number = 1",
        "UPDATE seat SET account = NULL WHERE number = 2",
        "UPDATE seat SET invitation = 2 WHERE number = 2",
        "UPDATE seat SET until = '2025-03-14T12:00:00+00:00' WHERE number = 2",
        "UPDATE seat SET address = 'eve@example.com' WHERE number = 3",
        "UPDATE seat SET accepted = 2 WHERE number = 3",
        "UPDATE seat SET emptied = '2025-03-03T13:00:00+00:00' WHERE number = 2",
        "UPDATE seat SET cause = 'asked' WHERE number = 2",
        "UPDATE seat SET was = 'enrolled' WHERE number = 2",
        "UPDATE seat SET state = 'cancelled', cause = 'asked' WHERE number = 2",
        "UPDATE seat SET state = 'cancelled', was = 'enrolled' WHERE number = 2",
        "UPDATE seat SET state = 'cancelled', cause = 'asked', was = 'free' WHERE number = 2",
        "UPDATE seat SET state = 'cancelled', cause = 'mislaid', was = 'enrolled' WHERE number = 2",
        "UPDATE seat SET state = 'cancelled', cause = 'asked', was = 'enrolled' WHERE number = 3",
        "UPDATE seat SET state = 'cancelled', cause = 'asked', was = 'cancelled' WHERE number = 2",
        "UPDATE pool SET policy = 'lenient'",
        "UPDATE pool SET invoice = 'soon'",
        "UPDATE document SET body = json_set(body, '$.taken', 4) WHERE kind = 'session'",
        "UPDATE document SET body = json_set(body, '$.capacity', 2) WHERE kind = 'session'",
        "UPDATE document SET body = json_set(body, '$.taken', -1) WHERE kind = 'session'",
        "UPDATE document SET version = version + 1",
        "UPDATE document SET id = 'other'",
        "UPDATE document SET kind = 'other'",
        "UPDATE sitting SET registration = 'registration' WHERE seat = 2",
        "UPDATE sitting SET seat = NULL WHERE seat = 2",
        "UPDATE sitting SET person = 'account:ana' WHERE person = 'address:eva@example.com'",
    ],
)
def test_what_no_rule_allows_is_not_stored(store: SqliteStore, change: str) -> None:
    """The schema repeats the rules: a row that no state has is refused by the database itself."""
    _buy(store, POOL, 3)
    _ = invite_to_seats(store, _act("invite"), POOL, (EVA,))
    _ = assign_seats(store, _act("assign"), POOL, (ANA,))
    with (
        pytest.raises(sqlite3.IntegrityError, match=r"^(CHECK|UNIQUE) constraint failed"),
        store.transaction() as work,
    ):
        _ = work.db.execute(change)
    assert _sound(store)


# --- Charges


def _cad(amount: str) -> Money:
    return Money.of(amount, "CAD")


def _capture(store: SqliteStore) -> None:
    terms = RefundTerms("10", _cad("1.00"), _cad("2.00"))
    _ = capture_payment(
        store, _act("capture"), TRANSACTION, buyer=ActorId("admin"), captured=_cad("30.00"), terms=terms
    )


def _charge(store: SqliteStore) -> Charge:
    with store.transaction() as work:
        return work.charges.get(TRANSACTION)


def test_a_charge_comes_back_as_it_was_decided(store: SqliteStore) -> None:
    """After each command the rows are the fold of the events, whatever a refund has gone through (K3, S12)."""
    _buy(store, POOL, 3)
    _capture(store)
    _ = cancel_seats(store, _act("cancel"), POOL, (SeatNo(2), SeatNo(1)), refund=REFUND)
    charge = _charge(store)
    assert charge.seats == {
        POOL: {
            1: SeatMoney(_cad("10.00"), _cad("4.00"), _cad("6.00"), _cad("2.00"), _cad("0.00")),
            2: SeatMoney(_cad("10.00"), _cad("2.00"), _cad("8.00"), _cad("0.00"), _cad("0.00")),
        }
    }
    assert charge.refunds[REFUND].seats == (1, 2)
    assert _sound(store)
    for key, command, state in (
        ("fail", refund_failed, RefundState.FAILED),
        ("retry", retry_refund, RefundState.REQUESTED),
        ("succeed", refund_succeeded, RefundState.SUCCEEDED),
    ):
        _ = command(store, _act(key), TRANSACTION, REFUND)
        assert _charge(store).refunds[REFUND].state is state
        assert _sound(store)
    other = RefundId("other")
    _ = refund_kept(store, _act("kept"), POOL, (SeatNo(1),), refund=other, override=Override("an error of ours"))
    charge = _charge(store)
    assert charge.seats[POOL][SeatNo(1)] == SeatMoney(
        _cad("10.00"), _cad("0.00"), _cad("10.00"), _cad("2.00"), _cad("0.00")
    )
    assert (charge.refunds[other].seats, charge.going_back, charge.refunded) == ((1,), _cad("18.00"), _cad("14.00"))
    assert _sound(store)


def test_without_a_charge_there_is_none(store: SqliteStore) -> None:
    """Nothing was taken: `find` says so, `get` and `events` refuse, and cancelling settles nothing (S12)."""
    _buy(store, POOL, 1)
    _ = cancel_seats(store, _act("cancel"), POOL, (SeatNo(1),))
    with store.transaction() as work:
        assert work.charges.find(TRANSACTION) is None
        with pytest.raises(NotFound):
            _ = work.charges.get(TRANSACTION)
        with pytest.raises(NotFound):
            _ = work.charges.events(TRANSACTION)


def test_a_charge_is_one_row(store: SqliteStore) -> None:
    """Whatever happens to a charge, its event is added and its document rewritten, and nothing else."""
    _buy(store, POOL, 3)
    _capture(store)
    with store.transaction() as work:
        pool, session, charge = work.pools.get(POOL), work.sessions.get(SESSION), work.charges.get(TRANSACTION)
        before = work.db.total_changes
        settled = charge.settle(
            _act("settle"), TRANSACTION, POOL, {SeatNo(3): pool.prices[2]}, session=session, refund=REFUND
        )
        work.save(settled)
        assert work.db.total_changes - before == 2
        assert work.charges.get(TRANSACTION) == settled.state


def test_a_decision_without_events_writes_nothing(store: SqliteStore) -> None:
    """Nothing has happened: no row is touched, whatever state the decision claims; a stale one is stale (K5)."""
    _buy(store, POOL, 1)
    _capture(store)
    _ = register(store, _act("register"), REGISTRATION, session=SESSION, person=ANA)
    with store.transaction() as work:
        before = work.db.total_changes
        states = (
            work.sessions.get(SESSION),
            work.pools.get(POOL),
            work.charges.get(TRANSACTION),
            work.registrations.get(REGISTRATION),
        )
        for state in states:
            work.save(Decision(state))
        assert work.db.total_changes == before
        with pytest.raises(StaleState):
            work.save(Decision(evolve(states[0], version=9)))


# --- Individual registrations


def test_whoever_registers_takes_a_place_and_sits(store: SqliteStore) -> None:
    """A registration takes a place (N5), and pools know that the person sits already (S5)."""
    _ = register(store, _act("register"), REGISTRATION, session=SESSION, person=ANA)
    _buy(store, POOL, 2)
    with pytest.raises(Refused) as assigned:
        _ = assign_seats(store, _act("assign"), POOL, (ANA,))
    assert assigned.value.refusal == NobodyToSeat((ANA,))
    assert _keys(store) == ["account:ana", "address:ana@example.com"]
    with store.transaction() as work:
        assert work.sessions.get(SESSION).available(NOW) == 0
        assert work.registrations.of_session(SESSION) == [REGISTRATION]
    assert _sound(store)


def test_whoever_asks_sits_until_it_is_refused(store: SqliteStore) -> None:
    """One who only asked keeps a place, and is on the roster; who is refused, or cancels, is not (N4)."""
    _ = register(store, _act("ask"), REGISTRATION, session=SESSION, person=ANA, approval=True)
    assert _keys(store) == ["account:ana", "address:ana@example.com"]
    assert _sound(store)
    _ = refuse_registration(store, _act("refuse"), REGISTRATION, refund=REFUND)
    assert _keys(store) == []
    again = RegistrationId("again")
    _ = register(store, _act("register"), again, session=SESSION, person=ANA)
    _ = cancel_registration(store, _act("cancel"), again)
    assert _keys(store) == []
    with store.transaction() as work:
        assert work.registrations.of_session(SESSION) == [again, REGISTRATION]
    assert _sound(store)


def test_whoever_sits_does_not_register(store: SqliteStore) -> None:
    """Who sits in a pool, or has registered, is refused; so is a bare address, and whoever comes when it is full."""
    _buy(store, POOL, 1)
    _ = assign_seats(store, _act("assign"), POOL, (ANA,))
    _ = register(store, _act("boris"), REGISTRATION, session=SESSION, person=BORIS)
    other = RegistrationId("other")
    for person, refusal in (
        (ANA, RegistrantSits(ANA)),
        (BORIS, RegistrantSits(BORIS)),
        (EVA, RegistrantNeedsAccount(EVA)),
    ):
        with pytest.raises(Refused) as refused:
            _ = register(store, _act("register"), other, session=SESSION, person=person)
        assert refused.value.refusal == refusal
    _buy(store, PoolId("last"), 1)
    dana = Person(EmailAddress("dana@example.com"), AccountId("dana"))
    with pytest.raises(Refused) as full:
        _ = register(store, _act("register"), other, session=SESSION, person=dana)
    assert full.value.refusal == NotEnoughPlaces(1, 0)
    assert _sound(store)


# --- Group purchase as a switch


def test_a_portal_sells_in_bulk_to_the_roles_that_are_switched_on(store: SqliteStore) -> None:
    """Each portal has its own switches, and one that is not known has none (S1)."""
    with pytest.raises(Refused) as refused:
        _buy(store, POOL, 1, role=BuyerRole.CLIENT)
    assert refused.value.refusal == BulkBuyingOff(BuyerRole.CLIENT)
    with store.transaction() as work:
        assert work.bulk_buyers(PORTAL) == {BuyerRole.MANAGER}
        assert work.bulk_buyers(PortalId("unknown")) == set()
        work.let_buy_in_bulk(PortalId("other"), tuple(BuyerRole))
        work.let_buy_in_bulk(PORTAL, (BuyerRole.CLIENT,))
        assert work.bulk_buyers(PORTAL) == {BuyerRole.CLIENT}
        assert work.bulk_buyers(PortalId("other")) == set(BuyerRole)


def test_the_pools_of_a_transaction_are_found(store: SqliteStore) -> None:
    """By id, and those of others are not among them (S11)."""
    _buy(store, PoolId("b"), 1)
    _buy(store, PoolId("a"), 1)
    with store.transaction() as work:
        assert work.pools.of_transaction(TRANSACTION) == ["a", "b"]
        assert work.pools.of_transaction(TransactionId("other")) == []


def test_since_when_a_seat_is_to_assign_is_kept(store: SqliteStore) -> None:
    """A seat that an invitee declined is dated, and not any more once it is given out (S10)."""
    _buy(store, POOL, 1, Policy(assign_at_purchase=True, unassigned_hours=1))
    _ = decline_invitation(store, _act("decline"), POOL, SeatNo(1), 1)
    with store.transaction() as work:
        assert work.pools.get(POOL).emptied == {1: NOW}
    assert _sound(store)
    _ = assign_seats(store, _act("assign"), POOL, (ANA,))
    with store.transaction() as work:
        assert work.pools.get(POOL).emptied == {}
    assert _sound(store)


# --- Erasing


def test_nothing_of_an_erased_person_is_left(store: SqliteStore) -> None:
    """No row knows them, nor any byte of the file, though they sat, were revoked, waited and acted (K13)."""
    _buy(store, POOL, 2)
    _ = invite_to_seats(store, _act("invite"), POOL, (EVA, ANA))
    _ = hand_over_pool(store, _act("hand-over"), POOL, ActorId("ana"))
    _ = assign_seats(store, Act(NOW + timedelta(days=8), ActorId("ana"), Key("late")), POOL, (BORIS, ANA))
    _ = revoke_seat(store, _act("revoke"), POOL, SeatNo(1), to=EVA, mode=Mode.CONFIRMATION)
    _ = register(store, _act("boris"), REGISTRATION, session=SESSION, person=BORIS)
    nobody = Person.of("1@erased.invalid", "nobody")
    erasure = Erasure.of(ANA, nobody, actors={ActorId("ana"): ActorId("nobody")})
    for _again in range(2):
        with store.transaction() as work:
            work.erase(erasure)
        with store.transaction() as work:
            assert [line for line in work.db.iterdump() if "ana@" in line or '"ana"' in line or "'ana'" in line] == []
            assert work.pools.get(POOL).enrolled == {2: nobody}
            assert nobody.is_in(work.seated(SESSION))
            assert not ANA.is_in(work.seated(SESSION))
            answer = work.answer(ActorId("nobody"), Key("late"))
            assert answer is not None
            assert work.answer(ActorId("ana"), Key("late")) is None
            assert [notice.to for notice in work.waiting(100) if notice.to in (ANA, nobody)] == []
    assert b"ana@example.com" not in store.path.read_bytes()
    assert _sound(store, NOW + timedelta(days=8))


def test_what_an_erased_actor_was_granted_is_kept_for_who_stands_for_them(store: SqliteStore) -> None:
    """Grants are found under the new id, with their events; so is whoever the organisation's notices go to (K13)."""
    _ = entrust(store, _act("ana-too"), ActorId("ana"))
    nobody = ActorId("nobody")
    erasure = Erasure.of(
        ANA, Person.of("1@erased.invalid", "nobody"), actors={ActorId("ana"): nobody, ORGANISATION: FRESH}
    )
    with store.transaction() as work:
        work.erase(erasure)
    with store.transaction() as work:
        found = work.entitlements.find(nobody)
        assert found is not None
        assert (found.id, {grant.actor for grant in found.held}) == (nobody, {nobody})
        assert len(work.entitlements.events(nobody)) == 2
        assert work.entitlements.find(ActorId("ana")) is None
        assert work.organisation == FRESH


# --- Partner companies


@pytest.fixture
def partners(store: SqliteStore) -> SqliteStore:
    """The same file with a partner, who has credits and one participant in a session."""
    _ = use.create_partner(store, _act("partner"), PARTNER, name="Harbour")
    _ = use.appoint_administrator(store, _act("appoint"), PARTNER, ActorId("mina"))
    _ = wallets.open_wallet(store, _act("wallet"), PARTNER)
    _ = wallets.top_up(store, _act("top-up"), PARTNER, Credits(100), reason="paid")
    _ = wallets.set_limit(store, _act("limit"), LimitId("limit"), Credits(50), (PARTNER,))
    _ = use.offer_course(store, _act("offer"), COURSE, price=Credits(10), personal={PARTNER: None})
    _enrol(store, "one", ANA)
    return store


def _enrol(store: SqliteStore, enrolment: str, person: Person) -> None:
    people = {EnrolmentId(enrolment): person}
    _ = use.enrol(store, _act(enrolment), PARTNER, COURSE, people, shown=Credits(10), session=SESSION)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE document SET body = json_set(body, '$.balance', -1) WHERE kind = 'wallet'",
        "UPDATE document SET body = json_set(body, '$.spent', 51) WHERE kind = 'limit'",
        "INSERT INTO administrator VALUES ('mina', 'other')",
        "INSERT INTO participant VALUES ('course', 'account:ana', 'other')",
        "INSERT INTO organisation VALUES (2, 'other')",
    ],
)
def test_what_no_rule_of_partners_allows_is_not_stored(partners: SqliteStore, change: str) -> None:
    """The schema repeats these rules, too (W2, W4, W6, W10)."""
    with (
        pytest.raises(sqlite3.IntegrityError, match=r"^(CHECK|UNIQUE) constraint failed"),
        partners.transaction() as work,
    ):
        _ = work.db.execute(change)
    assert _sound(partners)


def test_a_participant_takes_a_place_and_gives_it_back(partners: SqliteStore) -> None:
    """An enrolment that names a session is among its places until it is withdrawn (W4, W8)."""
    with partners.transaction() as work:
        assert work.sessions.get(SESSION).taken == 1
        assert work.enrolments.of_session(SESSION) == ["one"]
    _ = use.withdraw_participant(partners, _act("withdraw"), EnrolmentId("one"))
    with partners.transaction() as work:
        assert work.sessions.get(SESSION).taken == 0
        assert not ANA.is_in(work.participants(COURSE))
    assert _sound(partners)


def test_a_rule_that_was_told_wrongly_is_stale(partners: SqliteStore) -> None:
    """What a host by hand says of a roster, an administrator or an entry, SQL knows better (W2, W4, W8)."""
    created = Partner.create(_act("other"), PartnerId("other"), name="Other")
    appointed = created.state.appoint(_act("appointed"), ActorId("mina"), administers=None)
    with partners.transaction() as work:
        wallet, entry = work.wallets.get(PARTNER), work.wallets.entry(PARTNER, 3)
        assert entry is not None
        back = wallet.reverse(_act("back"), entry, was_reversed=False, reason="left")
        work.save(back)
        twice = back.state.reverse(_act("twice"), entry, was_reversed=False, reason="left")
        second = Decision[Partner, PartnerEvent](appointed.state, (*created.events, *appointed.events))
        for wrong in (twice, second):
            with pytest.raises(StaleState):
                work.save(wrong)
        again = Enrolment.enrol(
            _act("again"),
            EnrolmentId("again"),
            partner=PARTNER,
            course=COURSE,
            person=ANA,
            price=Credits(0),
            session=None,
            limit=None,
            entry=None,
        )
        with pytest.raises(StaleState):
            work.save(again)
        assert work.wallets.get(PARTNER) == back.state
        assert work.partners.administered_by(ActorId("mina")) == PARTNER
        assert work.wallets.is_reversed(PARTNER, 3)


def test_an_entry_is_found_without_the_history(partners: SqliteStore) -> None:
    """Both questions of a reversal are answered by an index, however long the history is (W7, W8)."""
    queries = (
        "SELECT body FROM event WHERE kind = 'wallet' AND aggregate = 'harbour' AND version = 3",
        "SELECT 1 FROM event WHERE aggregate = 'harbour' AND reverses = 3",
    )
    with partners.transaction() as work:
        plans = [work.db.execute(f"EXPLAIN QUERY PLAN {query}").fetchall() for query in queries]
    assert [[row[3].split(" (")[0] for row in plan] for plan in plans] == [
        ["SEARCH event USING INDEX sqlite_autoindex_event_1"],
        ["SEARCH event USING INDEX reversal"],
    ]


def test_a_debit_writes_as_many_rows_after_a_long_history(partners: SqliteStore) -> None:
    """An enrolment costs the same, however many went before (W7)."""
    written: list[int] = []
    for number in range(3):
        person = Person(EmailAddress(f"learner-{number}@example.com"))
        people = {EnrolmentId(f"learner-{number}"): person}
        with partners.transaction() as work:
            before = work.db.total_changes
            decided = rules.enrol(
                _act(f"learner-{number}"),
                work.wallets.get(PARTNER),
                COURSE,
                people,
                shown=Credits(10),
                in_force=Credits(10),
                participants=work.participants(COURSE),
                limit=work.limits.get(LimitId("limit")),
            )
            for decision in decided.decisions:
                work.save(decision)
            written.append(work.db.total_changes - before)
    # An event and a document for the wallet, the limit and the enrolment, and the person's one key.
    assert written == [7, 7, 7]


def test_nothing_of_an_erased_participant_is_left(partners: SqliteStore) -> None:
    """Enrolment, roster, administrator: all become the tombstone's, and all laws hold (K13)."""
    nobody, mina = Person.of("1@erased.invalid", "nobody"), ActorId("mina")
    with partners.transaction() as work:
        work.erase(Erasure.of(ANA, nobody, actors={mina: ActorId("gone")}))
    with partners.transaction() as work:
        assert [line for line in work.db.iterdump() if "ana@" in line or '"ana"' in line or "mina" in line] == []
        assert work.enrolments.get(EnrolmentId("one")).person == nobody
        assert nobody.is_in(work.participants(COURSE))
        assert work.administrators(PARTNER) == ["gone"]
    assert _sound(partners)


def test_a_file_that_stays_locked_is_stale(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has waited for too long is told to try again, in the library's own words (K5)."""
    monkeypatch.setattr("sqlite_host.store.PATIENCE", 0.01)
    with store.transaction(), pytest.raises(StaleState), store.transaction():
        pass
