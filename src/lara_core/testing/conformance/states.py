"""States and events come back as they were saved. Part of `lara_core.testing.conformance`."""

from itertools import chain

from lara_core.kernel.decisions import Decision
from lara_core.kernel.errors import IdReused, NotFound, StaleState
from lara_core.kernel.ids import ActorId, HoldId, PartnerId, PoolId, RegistrationId, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.testing.conformance.doing import EVENTS, GRANTS, STATES, ask, events, load, outcome, save
from lara_core.testing.conformance.fixtures import NORTH, OpenStore, StoreFixtures
from lara_core.testing.laws import fold
from lara_core.testing.samples import (
    ADMIN,
    ALIKE,
    ANA,
    BORIS,
    DAWUD,
    OTHER_TRANSACTION,
    PARTNER,
    POOL,
    REGISTRATION,
    SESSION,
    TRANSACTION,
    UNTIL,
    act,
    bought,
    captured,
    differences,
    granted,
    histories,
    opened,
    registered,
)


class StatesConformance(StoreFixtures):
    """What a store promises of the aggregates that it keeps."""

    def test_what_was_saved_is_loaded(self, open_store: OpenStore) -> None:
        """A state comes back with every field, of the same type, as it was saved.

        Otherwise a rule decides on what never was: a hold that lapses while it is paid for, a price in another
        currency, mail to an address that nobody typed.
        """
        store, opened_again = open_store(NORTH), open_store(NORTH)
        for history in histories():
            for decision in history:
                _ = save(store, decision)
                with opened_again.transaction() as work:
                    loaded = load(work, decision.state)
                lost = differences(decision.state, loaded, type(decision.state).__name__)
                assert not lost, f"load each field as it was saved, as the same type: {lost}"

    def test_every_event_is_kept_in_order(self, open_store: OpenStore) -> None:
        """All events are kept, in order, one for each version, and fold to the state (K3, K5).

        Otherwise the history that an auditor reads, and all that is rebuilt from it, differs from what happened.
        """
        store = open_store(NORTH)
        for first, *later in histories():
            after = tuple(chain.from_iterable(decision.events for decision in later))
            _ = save(store, first)
            # One decision may have several events.
            _ = save(store, Decision(later[-1].state, after))
            with store.transaction() as work:
                state, found = load(work, first.state), events(work, first.state)
            lost = differences(first.events + after, found, "events")
            assert not lost, f"keep every event of a decision, in order, as it was saved: {lost}"
            assert fold(type(state), found) == state, "write the state that a decision's events lead to"

    def test_a_stale_save_is_refused(self, open_store: OpenStore) -> None:
        """A decision is saved only on the version that it was decided on, else it is `StaleState` (K5).

        Otherwise the later of two people at one screen silently undoes what the first one did.
        """
        store = open_store(NORTH)
        begun = save(store, opened())
        late = begun.hold(act("late"), HoldId("late"), 1, until=UNTIL)
        first = save(store, begun.hold(act("first"), HoldId("first"), 1, until=UNTIL))
        assert outcome(save, store, late) is StaleState, (
            "compare the version kept with the one that was decided on, which is state.version - len(events)"
        )
        with store.transaction() as work:
            assert work.sessions.get(SESSION) == first, "a stale save writes nothing"

    def test_an_id_is_given_once(self, open_store: OpenStore) -> None:
        """A decision that begins an aggregate is inserted; an id that is already there is `IdReused`.

        Otherwise two purchases share one pool, and the first buyer's seats are gone.
        """
        store = open_store(NORTH)
        kept = (
            save(store, opened()),
            save(store, bought(learners=(ANA,))),
            save(store, captured()),
            save(store, registered()),
            save(store, granted()),
        )
        advice = "insert what has as many events as its version, and answer IdReused where its id is there"
        assert outcome(save, store, opened(capacity=1)) is IdReused, advice
        assert outcome(save, store, bought(learners=(BORIS,))) is IdReused, advice
        assert outcome(save, store, captured(euros=31)) is IdReused, advice
        assert outcome(save, store, registered(person=DAWUD)) is IdReused, advice
        assert outcome(save, store, granted(partner=PARTNER)) is IdReused, advice
        with store.transaction() as work:
            left = (
                work.sessions.get(SESSION),
                work.pools.get(POOL),
                work.charges.get(TRANSACTION),
                work.registrations.get(REGISTRATION),
                work.entitlements.find(ADMIN),
            )
        assert left == kept, "an insert never replaces"

    def test_ids_that_look_alike_are_different(self, open_store: OpenStore) -> None:
        """Ids are compared character by character, at their full length, and each kind has its own.

        Otherwise a database's collation, or a short column, gives one customer another one's purchase.
        """
        store = open_store(NORTH)
        for places, name in enumerate(ALIKE, 1):
            _ = save(store, opened(SessionId(name), capacity=places))
            _ = save(store, bought(PoolId(name), seats=places, session=SessionId(name)))
            _ = save(store, captured(TransactionId(name), euros=places))
            who = Person.of(f"{places}@example.com", f"account-{places}")
            _ = save(store, registered(RegistrationId(name), who, session=SessionId(name)))
            _ = save(store, granted(ActorId(name), partner=PartnerId(f"partner-{places}")))
        with store.transaction() as work:
            sessions = [work.sessions.get(SessionId(name)) for name in ALIKE]
            pools = [work.pools.get(PoolId(name)) for name in ALIKE]
            charges = [work.charges.get(TransactionId(name)) for name in ALIKE]
            registrations = [work.registrations.get(RegistrationId(name)) for name in ALIKE]
            grants = [work.entitlements.find(ActorId(name)) for name in ALIKE]
        found = [
            (session.capacity, len(pool.free), charge.captured, registration.person.account, held and held.partner)
            for session, pool, charge, registration, held in zip(
                sessions, pools, charges, registrations, grants, strict=True
            )
        ]
        expected = [
            (places, places, Money.of(places, "EUR"), f"account-{places}", f"partner-{places}")
            for places, _ in enumerate(ALIKE, 1)
        ]
        assert found == expected, (
            "compare ids byte by byte (no case folding, no normalisation), keep all their 255 characters, and keep "
            "those of sessions, pools, charges, registrations and actors apart"
        )

    def test_what_is_not_there_is_not_found(self, open_store: OpenStore) -> None:
        """Whoever asks for what is not kept is told `NotFound`.

        Otherwise a mistyped link is an error page, and wakes somebody who is on call.
        """
        for question in (*STATES, *EVENTS, *GRANTS):
            assert outcome(ask, open_store(NORTH), question) is NotFound, "raise NotFound where nothing is kept"
        with open_store(NORTH).transaction() as work:
            assert work.charges.find(TRANSACTION) is None, "`find` gives None where nothing is kept"

    def test_a_charge_is_found(self, open_store: OpenStore) -> None:
        """`find` gives the charge that is kept, as `get` does, also one of the same transaction's own.

        Otherwise seats that were paid for are cancelled as if nothing had been taken, and nobody gets money back.
        """
        store = open_store(NORTH)
        charge = captured()
        with store.transaction() as work:
            work.save(charge)
            assert work.charges.find(TRANSACTION) == charge.state, "let a transaction find what it has written"
        with store.transaction() as work:
            found, other = work.charges.find(TRANSACTION), work.charges.find(OTHER_TRANSACTION)
        assert (found, other) == (charge.state, None), "find the charge of that transaction alone"
