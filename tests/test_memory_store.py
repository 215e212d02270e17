"""The memory store keeps every promise of the ports, and nobody is told `StaleState` without a reason."""

from collections import defaultdict
from collections.abc import Collection
from functools import partial

import pytest
from attrs import evolve, frozen

from lara_core.kernel.decisions import Act, Decision
from lara_core.kernel.errors import ContractBroken, StaleState
from lara_core.kernel.ids import HoldId, PartnerId, PoolId, PortalId, RegistrationId, SeatNo, SessionId
from lara_core.purchase import BuyerRole
from lara_core.rights import Place
from lara_core.telling.notices import Setting
from lara_core.testing.conformance import (
    GroupPurchaseConformance,
    LetBuyInBulk,
    OpenPartnership,
    PartnershipConformance,
    Silence,
    Stand,
    Tamper,
)
from lara_core.testing.memory import MemoryStore
from lara_core.testing.samples import (
    ANA,
    BORIS,
    ERASING,
    FAYE,
    OTHER_POOL,
    OTHER_PORTAL,
    OTHER_SESSION,
    POOL,
    PORTAL,
    REGISTRATION,
    SESSION,
    TOMBSTONE,
    TRANSACTION,
    UNTIL,
    act,
    bought,
    captured,
    notice,
    opened,
    registered,
)
from lara_core.wallet import WalletEvent


@pytest.fixture
def stores() -> defaultdict[str, MemoryStore]:
    """A store for each organisation that is asked for, which trusts nobody and knows no session."""
    return defaultdict(partial(MemoryStore, trusting=False, places={}))


class TestMemoryStore(GroupPurchaseConformance, PartnershipConformance):
    @pytest.fixture
    def open_store(self, stores: defaultdict[str, MemoryStore]) -> OpenPartnership:
        return stores.__getitem__

    @pytest.fixture
    def silence(self, stores: defaultdict[str, MemoryStore]) -> Silence:
        def switch_off(organisation: str, settings: Collection[Setting]) -> None:
            stores[organisation].silenced = settings

        return switch_off

    @pytest.fixture
    def let_buy_in_bulk(self, stores: defaultdict[str, MemoryStore]) -> LetBuyInBulk:
        def switch_on(organisation: str, portal: PortalId, roles: Collection[BuyerRole]) -> None:
            stores[organisation].bulk_buyers = {**stores[organisation].bulk_buyers, portal: roles}

        return switch_on

    @pytest.fixture
    def stand(self, stores: defaultdict[str, MemoryStore]) -> Stand:
        def give(organisation: str, session: SessionId, place: Place) -> None:
            stores[organisation].places = {**(stores[organisation].places or {}), session: place}

        return give

    @pytest.fixture
    def tamper(self, stores: defaultdict[str, MemoryStore]) -> Tamper:
        return lambda organisation, partner, number, event: write_over(stores[organisation], partner, number, event)


def write_over(store: MemoryStore, partner: PartnerId, number: int, event: WalletEvent) -> None:
    """Write *event* over one of a wallet's, past the store."""
    kept = store._kept  # pyright: ignore[reportPrivateUsage] -- nothing but the console writes like this
    stream = kept.streams["Wallet", partner]
    events = (*stream.events[: number - 1], event, *stream.events[number:])
    edited = evolve(kept, streams={**kept.streams, ("Wallet", partner): evolve(stream, events=events)})
    store._kept = edited  # pyright: ignore[reportPrivateUsage] -- as above


@pytest.fixture
def store() -> MemoryStore:
    """Two sessions, and a pool in the first."""
    made = MemoryStore()
    with made.transaction() as work:
        for decision in (opened(), opened(OTHER_SESSION), bought()):
            work.save(decision)
    return made


def hold(store: MemoryStore, session: SessionId, name: str) -> None:
    """Change a session, in a transaction of its own."""
    with store.transaction() as work:
        work.save(work.sessions.get(session).hold(act(name), HoldId(name), 1, until=UNTIL))


def test_who_read_what_changed_meanwhile_is_stale(store: MemoryStore) -> None:
    """Also where something else was written: what was decided may rest on what was read (K5)."""

    def come_late() -> None:
        with store.transaction() as work:
            _ = work.sessions.get(SESSION)
            hold(store, SESSION, "meanwhile")
            work.save(work.sessions.get(OTHER_SESSION).hold(act("late"), HoldId("late"), 1, until=UNTIL))

    with pytest.raises(StaleState):
        come_late()
    with store.transaction() as work:
        assert work.sessions.get(OTHER_SESSION) == opened(OTHER_SESSION).state


def test_who_asked_who_sits_is_stale_once_somebody_else_does(store: MemoryStore) -> None:
    """The roster is read too, however somebody came to sit (N5, S5)."""

    def come_late() -> None:
        with store.transaction() as work:
            session, seated = work.sessions.get(SESSION), work.seated(SESSION)
            with store.transaction() as meanwhile:
                meanwhile.save(registered(person=BORIS))
            work.save(work.pools.get(POOL).assign(act("late"), (ANA,), session=session, seated=seated))

    with pytest.raises(StaleState):
        come_late()


def test_who_asked_who_sits_is_stale_once_somebody_else_is_invited(store: MemoryStore) -> None:
    """An invitee sits too, although no seat but the other pool's own has changed (S5)."""
    with store.transaction() as work:
        work.save(bought(OTHER_POOL))

    def come_late() -> None:
        with store.transaction() as work:
            session, seated = work.sessions.get(SESSION), work.seated(SESSION)
            with store.transaction() as meanwhile:
                other = meanwhile.pools.get(OTHER_POOL)
                meanwhile.save(other.invite(act("meanwhile"), (FAYE,), session=session, seated=()))
            work.save(work.pools.get(POOL).assign(act("late"), (ANA,), session=session, seated=seated))

    with pytest.raises(StaleState):
        come_late()
    with store.transaction() as work:
        assert (work.seated(SESSION), work.pools.get(POOL)) == (frozenset(FAYE.keys), bought().state)


def test_who_found_no_charge_is_stale_once_there_is_one(store: MemoryStore) -> None:
    """That nothing was taken is read, too: seats are not cancelled as unpaid while they are paid for (S12)."""

    def come_late() -> None:
        with store.transaction() as work:
            session, found = work.sessions.get(SESSION), work.charges.find(TRANSACTION)
            with store.transaction() as meanwhile:
                meanwhile.save(captured())
            assert found is None
            work.save(work.pools.get(POOL).cancel(act("late"), (SeatNo(1),), session=session))

    with pytest.raises(StaleState):
        come_late()
    with store.transaction() as work:
        assert (work.pools.get(POOL), work.charges.find(TRANSACTION)) == (bought().state, captured().state)


def test_what_was_not_read_makes_nobody_stale(store: MemoryStore) -> None:
    """Two who change different sessions at once both get through."""
    with store.transaction() as work:
        mine = work.sessions.get(SESSION)
        hold(store, OTHER_SESSION, "theirs")
        work.save(mine.hold(act("mine"), HoldId("mine"), 1, until=UNTIL))
    with store.transaction() as work:
        assert list(work.sessions.get(SESSION).holds) == ["mine"]
        assert list(work.sessions.get(OTHER_SESSION).holds) == ["theirs"]


def test_who_only_reads_is_never_stale(store: MemoryStore) -> None:
    """A page that shows a session sees one moment of it, whatever happens meanwhile."""
    with store.transaction() as work:
        before = work.sessions.get(SESSION)
        hold(store, SESSION, "meanwhile")
        assert work.sessions.get(SESSION) is before
        assert work.sessions.events(SESSION) == opened().events


def test_notices_of_two_at_once_are_all_kept(store: MemoryStore) -> None:
    """An outbox is written by everybody and read by nobody who decides: it makes nobody stale."""
    with store.transaction() as work:
        work.put_out([notice("first"), notice("same")])
        with store.transaction() as meanwhile:
            meanwhile.put_out([notice("same", to=BORIS), notice("second")])
    with store.transaction() as work:
        assert list(work.waiting(10)) == [notice("same", to=BORIS), notice("second"), notice("first")]


def test_who_erases_has_read_everything(store: MemoryStore) -> None:
    """What somebody wrote meanwhile may tell of the person, too: the erasure is run again (K13)."""

    def come_late() -> None:
        with store.transaction() as work:
            work.erase(ERASING)
            hold(store, SESSION, "meanwhile")

    with store.transaction() as work:
        work.save(registered(person=ANA))
    with pytest.raises(StaleState):
        come_late()
    with store.transaction() as work:
        assert ANA.is_in(work.seated(SESSION))


def test_who_finds_nobody_to_erase_is_not_stale(store: MemoryStore) -> None:
    """Nothing is written then, so that nothing else has to stand still (K13)."""
    with store.transaction() as work:
        work.erase(ERASING)
        hold(store, SESSION, "meanwhile")
    with store.transaction() as work:
        assert list(work.sessions.get(SESSION).holds) == ["meanwhile"]


def test_an_erasure_changes_nothing_for_those_who_read_of_others(store: MemoryStore) -> None:
    """Only who has read of the person decides again (K5, K13)."""
    with store.transaction() as work:
        work.save(registered(person=ANA))
    with store.transaction() as work:
        mine = work.sessions.get(SESSION)
        with store.transaction() as meanwhile:
            meanwhile.erase(ERASING)
        work.save(mine.hold(act("mine"), HoldId("mine"), 1, until=UNTIL))
    with store.transaction() as work:
        assert list(work.sessions.get(SESSION).holds) == ["mine"]
        assert work.seated(SESSION) == frozenset(TOMBSTONE.keys)


def test_what_is_written_after_an_erasure_is_kept(store: MemoryStore) -> None:
    """One transaction may erase somebody and go on (K13)."""
    with store.transaction() as work:
        work.save(registered(person=ANA))
        work.put_out([notice("before"), notice("to-boris", to=BORIS)])
    with store.transaction() as work:
        work.erase(ERASING)
        work.save(bought(OTHER_POOL, learners=(BORIS,)))
        work.put_out([notice("before"), notice("after", to=BORIS)])
    with store.transaction() as work:
        assert work.seated(SESSION) == frozenset((*TOMBSTONE.keys, *BORIS.keys))
        assert list(work.waiting(10)) == [notice("to-boris", to=BORIS), notice("after", to=BORIS)]


def test_pools_are_listed_in_order(store: MemoryStore) -> None:
    """The same pools, the same list: whoever goes through it locks in one order."""
    with store.transaction() as work:
        work.save(bought(PoolId("pool-0")))
        assert list(work.pools.of_session(SESSION)) == ["pool-0", POOL]
        assert list(work.pools.of_transaction(TRANSACTION)) == ["pool-0", POOL]


def test_registrations_are_listed_in_order(store: MemoryStore) -> None:
    """The same registrations, the same list."""
    with store.transaction() as work:
        work.save(registered())
        work.save(registered(RegistrationId("registration-0"), BORIS))
        assert list(work.registrations.of_session(SESSION)) == ["registration-0", REGISTRATION]


def test_everybody_may_buy_in_bulk_where_a_test_says_so() -> None:
    """A test switches group purchase on for one portal in one line (S1)."""
    store = MemoryStore(bulk_buyers={PORTAL: frozenset(BuyerRole)})
    with store.transaction() as work:
        assert work.bulk_buyers(PORTAL) == frozenset(BuyerRole)
        assert work.bulk_buyers(OTHER_PORTAL) == ()


@frozen
class Course:
    """An aggregate of the host's own."""

    id: str
    version: int


@frozen
class CourseOpened:
    """What began it."""

    act: Act


def test_other_aggregates_are_not_taken(store: MemoryStore) -> None:
    """A store that cannot keep something says so, and does not drop it."""
    with pytest.raises(ContractBroken, match="Course"), store.transaction() as work:
        work.save(Decision(Course("welding", 1), (CourseOpened(act("open")),)))
