"""Each organisation has data of its own, and they outlive a process. Part of `lara_core.testing.conformance`."""

from functools import partial

from lara_core.hosting.erasure import erase_person
from lara_core.hosting.ports import GroupPurchase, Store
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import Key
from lara_core.testing.conformance.doing import GRANTS, STATES, ask, buy, everything, outcome, put_on_sale, save
from lara_core.testing.conformance.fixtures import NORTH, SOUTH, OpenStore, StoreFixtures
from lara_core.testing.races import at_once
from lara_core.testing.samples import (
    ADMIN,
    ANA,
    DAWUD,
    ERASING,
    REGISTRATION,
    SESSION,
    TRANSACTION,
    captured,
    granted,
    notice,
    opened,
    registered,
)


class OrganisationsConformance(StoreFixtures):
    """What a store promises of whose data are whose, and of how long they last."""

    def test_organisations_do_not_meet(self, open_store: OpenStore) -> None:
        """Two organisations may use the same ids and keys, and see nothing of each other.

        Otherwise one customer reads, or changes, what belongs to another.
        """
        north, south = open_store(NORTH), open_store(SOUTH)
        _ = put_on_sale(north, "open"), save(north, granted())
        _ = buy(north, "buy", ANA)
        _ = save(north, captured()), save(north, registered())
        for question in (*STATES, *GRANTS):
            assert outcome(ask, south, question) is NotFound, "what is another organisation's is not found"
        with south.transaction() as work:
            assert list(work.waiting(10)) == [], "each organisation has an outbox of its own"
        for begun in (opened(capacity=1), captured(euros=31), registered(person=DAWUD)):
            assert outcome(save, south, begun) == begun.state, "ids are per organisation"
        with south.transaction() as work:
            assert not ANA.is_in(work.seated(SESSION)), "each organisation's sessions have rosters of their own"
            assert list(work.pools.of_session(SESSION)) == [], "each organisation's sessions have their own pools"
            assert list(work.pools.of_transaction(TRANSACTION)) == [], "each organisation's transactions, too"
            assert work.answer(ADMIN, Key("open")) is None, "keys are per organisation"
        erase_person(south, ERASING)
        with north.transaction() as work:
            assert ANA.is_in(work.seated(SESSION)), "each organisation erases its own people"
            assert work.registrations.get(REGISTRATION) == registered().state, "ids are per organisation"
            assert work.sessions.get(SESSION).capacity is None, "ids are per organisation"
            assert work.charges.get(TRANSACTION) == captured().state, "ids are per organisation"

    def test_all_is_there_when_opened_again(self, open_store: OpenStore) -> None:
        """States, events, receipts and notices are there for whoever opens the data next, in any thread.

        Otherwise what a buyer was answered is gone with the process that answered.
        """
        store = open_store(NORTH)
        _ = put_on_sale(store, "open")
        _ = buy(store, "buy", ANA)
        _ = save(store, captured()), save(store, registered())
        with store.transaction() as work:
            work.sent(work.waiting(1)[0])
            work.put_out([notice("later")])

        def look(opened_again: Store[GroupPurchase]) -> tuple[object, ...]:
            with opened_again.transaction() as work:
                return everything(work)

        assert at_once(partial(open_store, NORTH), look) == [look(store)], "commit to what outlives a connection"
