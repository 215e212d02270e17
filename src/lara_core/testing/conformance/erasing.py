"""Whoever is erased is nowhere any more, and all else is as it was (K13). Part of `lara_core.testing.conformance`."""

from collections.abc import Sequence
from functools import partial

from lara_core.hosting.erasure import erase_person
from lara_core.hosting.outbox import deliver
from lara_core.hosting.ports import GroupPurchase, Store
from lara_core.kernel.decisions import Event
from lara_core.kernel.erasure import Erasure, erased
from lara_core.kernel.ids import ActorId, Key
from lara_core.kernel.people import Person
from lara_core.seats import SeatDecision
from lara_core.testing.conformance.doing import Crash, buy, events, everything, load, on_pool, outcome, save, under
from lara_core.testing.conformance.fixtures import NORTH, OpenStore, StoreFixtures
from lara_core.testing.races import Meeting, at_once, insist
from lara_core.testing.samples import (
    ANA,
    BORIS,
    BUYER,
    CHLOE,
    EDITH,
    ERASING,
    ERASING_ANOTHER,
    OTHER_REGISTRATION,
    OTHER_TOMBSTONE,
    POOL,
    SESSION,
    TOMBSTONE,
    TOMBSTONE_ACTOR,
    Sample,
    act,
    bought,
    captured,
    differences,
    histories,
    notice,
    offered,
    opened,
    registered,
)


class ErasingConformance(StoreFixtures):
    """What a store promises of those who are erased."""

    def test_whoever_is_erased_leaves_no_trace(self, open_store: OpenStore) -> None:
        """Every state and every event is as if the tombstone had been there from the beginning (K13).

        Otherwise somebody who asked to be forgotten is found in a history; or a state that is rebuilt from its events
        is not the one that is kept.
        """
        store, opened_again = open_store(NORTH), open_store(NORTH)
        told = histories()
        for history in told:
            for decision in history:
                _ = save(store, decision)

        def kept(work: GroupPurchase, last: Sequence[Sample]) -> list[tuple[Sample, tuple[Event, ...]]]:
            return [(load(work, state), events(work, state)) for state in last]

        states = [history[-1].state for history in told]
        with store.transaction() as work:
            before = kept(work, states)
        for erasure in (ERASING, ERASING_ANOTHER):
            erase_person(store, erasure)
        with opened_again.transaction() as work:
            # What an actor was granted is found by who stands for them.
            after = kept(work, [erased(erased(state, ERASING), ERASING_ANOTHER) for state in states])
        for was, found in zip(before, after, strict=True):
            expected = erased(erased(was, ERASING), ERASING_ANOTHER)
            lost = differences(expected, found, type(found[0]).__name__)
            assert not lost, f"rewrite every state and every event by `erased`, and nothing else: {lost}"

    def test_the_roster_forgets_whoever_was_erased(self, open_store: OpenStore) -> None:
        """`seated` knows the tombstone where the person was, and the others as before (K13, S5).

        Otherwise the keys of somebody who asked to be forgotten stay in a table that nobody thinks of.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, bought(learners=(BORIS, ANA)))
        _ = save(store, registered()), save(store, registered(OTHER_REGISTRATION, CHLOE))
        with store.transaction() as work:
            assert ANA.is_in(work.seated(SESSION)), "name all who sit"
        for erasure in (ERASING, Erasure.of(CHLOE, OTHER_TOMBSTONE)):
            erase_person(store, erasure)
        with store.transaction() as work:
            seated = work.seated(SESSION)
            for person in (ANA, CHLOE):
                assert not person.is_in(seated), "rewrite what was derived from people, too"
            for person in (TOMBSTONE, OTHER_TOMBSTONE, BORIS, EDITH):
                assert person.is_in(seated), "tombstones sit where people sat, and nobody else moves"

    def test_answers_outlive_whoever_was_erased(self, open_store: OpenStore) -> None:
        """Receipts stay under their keys and fingerprints, without the person, whoever's they are (K4, K13).

        Otherwise a command that is repeated is done once more, or a receipt still tells of somebody who asked to be
        forgotten.
        """
        store = open_store(NORTH)
        _ = save(store, opened())
        by_the_buyer = buy(store, "buy", ANA)
        by_the_person = on_pool(
            store,
            "assign",
            lambda by, pool, session: pool.assign(by, (BORIS,), session=session, seated=()),
            by="ana",
        )
        erase_person(store, ERASING)
        advice = "rewrite the receipts by `erased`, and keep their keys and fingerprints as they are"
        assert outcome(buy, store, "buy", ANA) == erased(by_the_buyer, ERASING), advice
        with store.transaction() as work:
            answers = [work.answer(BUYER, Key("buy")), work.answer(TOMBSTONE_ACTOR, Key("assign"))]
        receipts = tuple(answer and answer.receipt for answer in answers)
        lost = differences((erased(by_the_buyer, ERASING), erased(by_the_person, ERASING)), receipts, "receipts")
        assert not lost, f"{advice}; an erased actor's are under the actor who stands for them: {lost}"

    def test_whoever_was_erased_is_told_no_more(self, open_store: OpenStore) -> None:
        """What still waited to be sent to the person is not sent, and its keys stay used (K12, K13).

        Otherwise mail goes to an address that does not exist, or still to the person.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, bought())
        to_others = notice("to-boris", to=BORIS), notice("to-the-buyer", to=BUYER)
        to_them = notice("to-ana"), offered("offer", to=ANA), notice("to-the-actor", to=ActorId("ana"))
        with store.transaction() as work:
            work.put_out([to_them[0], to_others[0], *to_them[1:], to_others[1]])
        erase_person(store, ERASING)
        with store.transaction() as work:
            work.put_out(to_them)
        with store.transaction() as work:
            waiting = tuple(work.waiting(10))
        lost = differences(to_others, waiting, "waiting")
        assert not lost, f"mark what waits for the person as sent, whether by person or by actor: {lost}"

    def test_an_erasure_is_whole(self, open_store: OpenStore) -> None:
        """An erasure belongs to its transaction: all of it is done, or nothing (K13).

        Otherwise a crash half way leaves histories that do not fold to their states.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, captured()), save(store, registered())
        _ = buy(store, "buy", ANA)
        assert deliver(store, lambda _: None) == 1, "tell who was enrolled"
        with store.transaction() as work:
            before = everything(work)

        def crash() -> None:
            with store.transaction() as work:
                work.erase(ERASING)
                raise Crash

        assert outcome(crash) is Crash, "let the exception through"
        with store.transaction() as work:
            assert everything(work) == before, "rewrite inside the transaction, so that it is undone with it"

    def test_erasing_twice_is_erasing_once(self, open_store: OpenStore) -> None:
        """Whoever was erased can be erased again, and nothing changes; nor where nothing is known of somebody (K13).

        Otherwise an erasure that was interrupted cannot be repeated.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, captured()), save(store, registered())
        _ = buy(store, "buy", ANA)
        assert outcome(erase_person, store, ERASING) is None, "erase whoever is known"
        with store.transaction() as work:
            before = everything(work)
        for erasure in (ERASING, Erasure.of(CHLOE, OTHER_TOMBSTONE)):
            assert outcome(erase_person, store, erasure) is None, "an erasure that finds nobody is harmless"
        with store.transaction() as work:
            assert everything(work) == before, "an erasure that finds nobody changes nothing"

    def test_whoever_was_erased_is_not_written_back(self, open_store: OpenStore) -> None:
        """Of an erasure and a command at once, one comes after the other (K5, K13).

        Otherwise a command that read the person before saves them again; or the erasure overwrites what the command
        did. No version tells that somebody was erased.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, bought(learners=(ANA, BORIS)))
        has_read, has_erased, has_begun, has_written = (Meeting() for _ in range(4))

        def hand_over(work: GroupPurchase) -> tuple[SeatDecision]:
            pool = work.pools.get(POOL)
            has_read.wait()
            has_erased.wait()
            return (pool.hand_over(act("hand-over"), ActorId("heir")),)

        def erase(store: Store[GroupPurchase]) -> None:
            has_read.wait()
            insist(partial(erase_person, store, ERASING))
            has_erased.wait()

        def erase_another(store: Store[GroupPurchase]) -> None:
            with store.transaction() as work:
                work.erase(Erasure.of(BORIS, OTHER_TOMBSTONE))
                has_begun.wait()
                has_written.wait()

        def hand_over_meanwhile(store: Store[GroupPurchase]) -> None:
            has_begun.wait()
            _ = insist(
                partial(on_pool, store, "meanwhile", lambda by, pool, _: pool.hand_over(by, ActorId("next-heir")))
            )
            has_written.wait()

        def found() -> tuple[list[Person], ActorId]:
            with store.transaction() as work:
                pool = work.pools.get(POOL)
            return [*pool.enrolled.values()], pool.buyer

        connect = partial(open_store, NORTH)
        _ = at_once(connect, under("hand-over", hand_over), erase)
        assert found() == ([TOMBSTONE, BORIS], "heir"), (
            "give what is erased a new revision beside its version, and let a commit compare that of all it has read, "
            "else StaleState; or lock what is read"
        )
        _ = at_once(connect, lambda store: insist(partial(erase_another, store)), hand_over_meanwhile)
        assert found() == ([TOMBSTONE, OTHER_TOMBSTONE], "next-heir"), (
            "an erasure reads all that it rewrites: where that has changed by its commit, it is StaleState; or lock it"
        )
