"""What rules ask: which aggregates there are, who sits, who may buy. Part of `lara_core.testing.conformance`."""

from lara_core.hosting.group_purchase import assign_seats, decline_invitation, invite_to_seats
from lara_core.kernel.decisions import Refused
from lara_core.kernel.ids import AccountId, PoolId, RegistrationId, SeatNo
from lara_core.kernel.people import Person
from lara_core.purchase import BuyerRole
from lara_core.seats import SeatsAssigned
from lara_core.testing.conformance.doing import outcome, save
from lara_core.testing.conformance.fixtures import NORTH, LetBuyInBulk, OpenStore, StoreFixtures
from lara_core.testing.samples import (
    ANA,
    BORIS,
    BUYER,
    CHLOE,
    DAWUD,
    EDITH,
    FAYE,
    OTHER_POOL,
    OTHER_PORTAL,
    OTHER_REGISTRATION,
    OTHER_SESSION,
    OTHER_TRANSACTION,
    POOL,
    PORTAL,
    REGISTRATION,
    SESSION,
    TRANSACTION,
    act,
    bought,
    opened,
    registered,
)


class FactsConformance(StoreFixtures):
    """What a store promises of the facts that rules need."""

    def test_pools_are_found_by_their_session(self, open_store: OpenStore) -> None:
        """The pools of a session are listed, and no others.

        Otherwise cancelling a session leaves seats alive in it, or cancels those of another.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, opened(OTHER_SESSION))
        with store.transaction() as work:
            assert list(work.pools.of_session(SESSION)) == [], "a session without pools has none"
        _ = save(store, bought(OTHER_POOL)), save(store, bought())
        _ = save(store, bought(PoolId("elsewhere"), session=OTHER_SESSION))
        with store.transaction() as work:
            assert sorted(work.pools.of_session(SESSION)) == [POOL, OTHER_POOL], "list that session's pools alone"

    def test_pools_are_found_by_their_transaction(self, open_store: OpenStore) -> None:
        """The pools of a transaction are listed, of whatever sessions, and no others.

        Otherwise a purchase that is cancelled as a whole leaves seats alive in one of its sessions.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, opened(OTHER_SESSION))
        with store.transaction() as work:
            assert list(work.pools.of_transaction(TRANSACTION)) == [], "a transaction without pools has none"
        _ = save(store, bought(OTHER_POOL, session=OTHER_SESSION)), save(store, bought())
        _ = save(store, bought(PoolId("another"), transaction=OTHER_TRANSACTION))
        with store.transaction() as work:
            assert sorted(work.pools.of_transaction(TRANSACTION)) == [POOL, OTHER_POOL], (
                "list that transaction's pools alone, in all its sessions"
            )

    def test_registrations_are_found_by_their_session(self, open_store: OpenStore) -> None:
        """The registrations of a session are listed, also those that are over, and no others.

        Otherwise people come to a session that is cancelled, or stay away from one that is not.
        """
        store = open_store(NORTH)
        session = save(store, opened())
        _ = save(store, opened(OTHER_SESSION))
        with store.transaction() as work:
            assert list(work.registrations.of_session(SESSION)) == [], "a session without registrations has none"
        _ = save(store, registered(OTHER_REGISTRATION, ANA, approval=True))
        _ = save(store, save(store, registered()).cancel(act("cancel"), session=session))
        _ = save(store, registered(RegistrationId("elsewhere"), session=OTHER_SESSION))
        with store.transaction() as work:
            assert sorted(work.registrations.of_session(SESSION)) == [REGISTRATION, OTHER_REGISTRATION], (
                "list that session's registrations alone, in whatever state"
            )

    def test_registrations_are_found_by_their_transaction(self, open_store: OpenStore) -> None:
        """The registrations that a transaction bought are listed, in whatever session and state, and no others.

        Otherwise an invoice is paid for places that nobody has, and their refunds are reported by whoever likes.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, opened(OTHER_SESSION))
        with store.transaction() as work:
            assert list(work.registrations.of_transaction(TRANSACTION)) == [], "a transaction may have bought none"
        _ = save(store, registered(OTHER_REGISTRATION, ANA, session=OTHER_SESSION, transaction=TRANSACTION))
        session = opened().state
        mine = save(store, registered(transaction=TRANSACTION))
        _ = save(store, mine.cancel(act("cancel"), session=session))
        _ = save(store, registered(RegistrationId("another"), BORIS, transaction=OTHER_TRANSACTION))
        _ = save(store, registered(RegistrationId("given"), DAWUD))
        with store.transaction() as work:
            assert sorted(work.registrations.of_transaction(TRANSACTION)) == [REGISTRATION, OTHER_REGISTRATION], (
                "list what that transaction bought, in all its sessions, also what was given up"
            )

    def test_the_roster_names_all_who_sit(self, open_store: OpenStore) -> None:
        """`seated` knows everybody who sits in a session, in any of its pools, by account and by address (S5).

        Otherwise one person is sold two seats, and who lost a seat can never be given another.
        """
        store = open_store(NORTH)
        session = save(store, opened())
        _ = save(store, opened(OTHER_SESSION))
        pool = save(store, bought(learners=(ANA, BORIS, CHLOE)))
        pool = save(store, pool.revoke(act("revoke"), SeatNo(2), session=session, seated=()))
        _ = save(store, pool.cancel(act("cancel"), (SeatNo(3),), session=session))
        _ = save(store, bought(OTHER_POOL, (DAWUD,)))
        _ = save(store, bought(PoolId("elsewhere"), (EDITH,), session=OTHER_SESSION))
        with store.transaction() as work:
            seated, elsewhere = work.seated(SESSION), work.seated(OTHER_SESSION)
            for person in (ANA, DAWUD):
                assert all(key in seated for key in person.keys), "name each key of all who sit, in each of the pools"
            for person in (BORIS, CHLOE, EDITH):
                assert not person.is_in(seated), "leave out who lost their seat, and who sits in another session"
            assert EDITH.is_in(elsewhere), "each session has a roster of its own"

    def test_the_roster_names_who_is_invited(self, open_store: OpenStore) -> None:
        """`seated` also knows those who are invited and have not answered, as long as they are (S5).

        Otherwise somebody who takes a day to answer is enrolled by another buyer meanwhile: two pay for one learner.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, bought()), save(store, bought(OTHER_POOL))
        _ = invite_to_seats(store, act("invite", by=BUYER), POOL, (ANA, FAYE))
        advice = "add whoever is invited to the roster: by account and address, or by the address alone"
        joined = Person(FAYE.address, AccountId("account-faye"))
        assert outcome(assign_seats, store, act("alone", by=BUYER), OTHER_POOL, (ANA, joined)) is Refused, advice
        (written,) = assign_seats(store, act("with", by=BUYER), OTHER_POOL, (ANA, joined, BORIS)).written
        assigned = written.event
        assert isinstance(assigned, SeatsAssigned), "give back the receipt of what was done"
        assert (assigned.already, [*assigned.learners.values()]) == ((ANA, joined), [BORIS]), advice
        _ = decline_invitation(store, act("decline", by="ana"), POOL, SeatNo(1), 2)
        with store.transaction() as work:
            seated = work.seated(SESSION)
            assert not ANA.is_in(seated), "leave out who has declined"
            assert FAYE.is_in(seated), "and keep who has not answered"

    def test_the_roster_names_who_sits_individually(self, open_store: OpenStore) -> None:
        """`seated` also knows those who sit in a session by a registration of their own, approved or not yet (N5, S5).

        Otherwise a learner who registered alone is bought a second seat.
        """
        store = open_store(NORTH)
        session = save(store, opened())
        _ = save(store, opened(OTHER_SESSION))
        _ = save(store, registered(person=ANA))
        _ = save(store, registered(RegistrationId("requested"), BORIS, approval=True))
        refused = save(store, registered(RegistrationId("refused"), CHLOE, approval=True))
        _ = save(store, refused.refuse(act("refuse"), session=session))
        cancelled = save(store, registered(RegistrationId("cancelled"), DAWUD))
        _ = save(store, cancelled.cancel(act("cancel"), session=session))
        _ = save(store, registered(RegistrationId("elsewhere"), EDITH, session=OTHER_SESSION))
        with store.transaction() as work:
            seated = work.seated(SESSION)
            for person in (ANA, BORIS):
                assert person.is_in(seated), "add those who are registered, or asked to be, to the roster"
            for person in (CHLOE, DAWUD, EDITH):
                assert not person.is_in(seated), "leave out who was refused or has cancelled, and who sits elsewhere"

    def test_nobody_buys_in_bulk_unless_it_is_switched_on(self, open_store: OpenStore) -> None:
        """On a portal that nothing is known of, `bulk_buyers` holds no role (S1).

        Otherwise group purchase is open on a new portal before anybody has set its prices.
        """
        with open_store(NORTH).transaction() as work:
            buyers = work.bulk_buyers(PORTAL)
            assert [role for role in BuyerRole if role in buyers] == [], "hold no role until it is switched on"

    def test_who_may_buy_in_bulk_is_known(self, open_store: OpenStore, let_buy_in_bulk: LetBuyInBulk) -> None:
        """`bulk_buyers` holds the roles that are switched on for that portal, until they are switched off (S1).

        Otherwise clients of one portal buy what only managers of another may.
        """
        for roles, others in (([*BuyerRole], []), ([BuyerRole.CLIENT], [BuyerRole.MANAGER])):
            for portal, on in ((PORTAL, roles), (OTHER_PORTAL, others)):
                _ = let_buy_in_bulk(NORTH, portal, on)
            with open_store(NORTH).transaction() as work:
                found = [
                    [role for role in BuyerRole if role in work.bulk_buyers(each)] for each in (PORTAL, OTHER_PORTAL)
                ]
            assert found == [roles, others], "hold the roles that are switched on for this portal, and no others"
