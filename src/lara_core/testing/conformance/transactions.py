"""Transactions are whole, and run as if one after the other. Part of `lara_core.testing.conformance`."""

from collections.abc import Callable, Sequence
from functools import partial

from lara_core.hosting.once import once
from lara_core.hosting.ports import Answer, GroupPurchase, Receipt, Store
from lara_core.kernel.decisions import Refused
from lara_core.kernel.errors import IdReused, NotFound
from lara_core.kernel.ids import HoldId, Key, PoolId, TransactionId
from lara_core.kernel.people import Person
from lara_core.refunds import ChargeDecision
from lara_core.registrations import Registration, RegistrationDecision
from lara_core.seats import Mode, SeatDecision
from lara_core.sessions import SessionDecision
from lara_core.testing.conformance.doing import (
    GRANTS,
    STATES,
    Crash,
    Withdrawn,
    ask,
    buy,
    everything,
    named,
    outcome,
    save,
    under,
)
from lara_core.testing.conformance.fixtures import NORTH, OpenStore, StoreFixtures
from lara_core.testing.races import Meeting, at_once, insist
from lara_core.testing.samples import (
    ADMIN,
    ANA,
    BORIS,
    BUYER,
    CHLOE,
    OTHER_POOL,
    OTHER_TRANSACTION,
    POOL,
    REGISTRATION,
    SESSION,
    TRANSACTION,
    UNTIL,
    act,
    bought,
    captured,
    granted,
    notice,
    opened,
    registered,
)


class TransactionsConformance(StoreFixtures):
    """What a store promises of its transactions."""

    def test_a_transaction_sees_its_own_writes(self, open_store: OpenStore) -> None:
        """What was saved is read in the same transaction, and the next decision can be saved on it.

        Otherwise a command that decides twice on one aggregate is stale against itself, for ever.
        """
        store = open_store(NORTH)
        first = save(store, opened()).hold(act("first"), HoldId("first"), 2, until=UNTIL)
        with store.transaction() as work:
            work.save(first)
            read = work.sessions.get(SESSION)
            assert read == first.state, "let a transaction read what it has written"
            work.save(read.release(act("second"), HoldId("first")))
        with store.transaction() as work:
            assert work.sessions.get(SESSION).version == 3, "let a decision be saved on one of the same transaction"

    def test_a_commit_is_whole(self, open_store: OpenStore) -> None:
        """Where one of several decisions cannot be saved, none is: the pool's id is taken, so no place is either.

        Otherwise places are gone that nobody bought, and it is noticed when the room is half empty.
        """
        store = open_store(NORTH)
        _ = save(store, opened(capacity=10)), save(store, captured()), save(store, registered())
        _ = buy(store, "buy", ANA)

        def look() -> tuple[object, ...]:
            with store.transaction() as work:
                return *everything(work), work.answer(BUYER, Key("again"))

        before = look()
        assert outcome(buy, store, "again", BORIS) is IdReused, "answer IdReused where the id of a new pool is there"
        assert look() == before, "undo all that a transaction wrote where any part of it fails"

    def test_an_exception_in_the_body_leaves_nothing(self, open_store: OpenStore) -> None:
        """A transaction that is left by an exception leaves no state, event, notice or key behind.

        Otherwise a crash half way tells learners of seats that they do not have.
        """
        store = open_store(NORTH)

        def crash() -> None:
            decisions = opened(), bought(learners=(ANA,)), captured(), registered(), granted()
            with store.transaction() as work:
                for decision in decisions:
                    work.save(decision)
                work.put_out([notice("crash")])
                work.record(Answer("0" * 64, Receipt.of(act("crash"), decisions)))
                raise Crash

        assert outcome(crash) is Crash, "let the exception through"
        for question in (*STATES, *GRANTS):
            assert outcome(ask, store, question) is NotFound, "undo what was saved"
        with store.transaction() as work:
            assert work.answer(ADMIN, Key("crash")) is None, "undo what was recorded"
            assert list(work.waiting(10)) == [], "undo what was put out: notices belong to the transaction"

    def test_no_update_is_lost(self, open_store: OpenStore) -> None:
        """Of two who change one aggregate at once, both get their change, or one is told `StaleState` (K5).

        Otherwise the last place is sold twice: both read it as free, and the second write covers the first.
        """
        _ = save(open_store(NORTH), opened())
        meeting = Meeting()

        def hold(name: HoldId, work: GroupPurchase) -> tuple[SessionDecision]:
            session = work.sessions.get(SESSION)
            meeting.wait()
            return (session.hold(act(name), name, 1, until=UNTIL),)

        def hold_all(names: Sequence[HoldId], store: Store[GroupPurchase]) -> None:
            for name in names:
                _ = insist(partial(once, store, act(name), {"hold": name}, partial(hold, name)))

        names = [HoldId(f"hold-{number}") for number in range(10)]
        _ = at_once(partial(open_store, NORTH), partial(hold_all, names[::2]), partial(hold_all, names[1::2]))
        with open_store(NORTH).transaction() as work:
            session = work.sessions.get(SESSION)
        assert (session.version, sorted(session.holds)) == (1 + len(names), names), (
            "write only where the version is still the one that was read, else StaleState; or lock what is read"
        )

    def test_what_was_read_is_checked(self, open_store: OpenStore) -> None:
        """What a transaction read is still true when it commits, also where it wrote something else.

        Here a session may shrink only while nobody is enrolled, and nobody is enrolled once it has shrunk. Two who do
        both at once write two aggregates, so neither overwrites the other: each is right, and together they are wrong.
        """
        store = open_store(NORTH)
        _ = save(store, opened(capacity=10)), save(store, bought())
        meeting = Meeting()

        def enrol(work: GroupPurchase) -> tuple[SeatDecision]:
            pool, session, seated = work.pools.get(POOL), work.sessions.get(SESSION), work.seated(SESSION)
            meeting.wait()
            if session.capacity != 10:
                raise Withdrawn
            return (pool.assign(act("enrol"), (ANA,), session=session, seated=seated),)

        def shrink(work: GroupPurchase) -> tuple[SessionDecision]:
            pool, session = work.pools.get(POOL), work.sessions.get(SESSION)
            meeting.wait()
            if pool.enrolled:
                raise Withdrawn
            return (session.resize(act("shrink"), 5),)

        outcomes = at_once(partial(open_store, NORTH), under("enrol", enrol), under("shrink", shrink))
        assert outcomes.count(Withdrawn) == 1, (
            "check before the commit that the versions of all that was read are unchanged, else StaleState; or lock "
            f"what is read. It came to {named(outcomes)}"
        )

    def test_nobody_is_seated_twice_at_once(self, open_store: OpenStore) -> None:
        """Of two who seat the same person in one session at once, one does: enrolled, invited or registered (N5, S5).

        Otherwise two buyers pay for one learner. Neither aggregate's version is changed by the other: what both rely on
        is the roster of the session.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, bought()), save(store, bought(OTHER_POOL))

        def seat(
            mode: Mode, person: Person, meeting: Meeting, pool: PoolId, work: GroupPurchase
        ) -> tuple[SeatDecision]:
            found, session, seated = work.pools.get(pool), work.sessions.get(SESSION), work.seated(SESSION)
            # Asked before the meeting, for a roster may look only when it is asked.
            sitting = [key for key in person.keys if key in seated]
            meeting.wait()
            command = found.assign if mode is Mode.IMMEDIATE else found.invite
            return (command(act(f"{mode}-{pool}"), (person,), session=session, seated=sitting),)

        def register(person: Person, meeting: Meeting, work: GroupPurchase) -> tuple[RegistrationDecision]:
            session, seated = work.sessions.get(SESSION), work.seated(SESSION)
            sitting = [key for key in person.keys if key in seated]
            meeting.wait()
            return (
                Registration.register(
                    act("register"), REGISTRATION, session=session, person=person, approval=False, seated=sitting
                ),
            )

        def meet(*tasks: Callable[[Store[GroupPurchase]], object]) -> None:
            outcomes = at_once(partial(open_store, NORTH), *tasks)
            assert outcomes.count(Refused) == 1, (
                "give the roster of each session a version, which `seated` reads, and which the commit of a decision "
                "that enrols, invites or registers somebody checks and advances, else StaleState; or lock it. It came "
                f"to {named(outcomes)}"
            )

        for mode, person in ((Mode.IMMEDIATE, ANA), (Mode.CONFIRMATION, BORIS)):
            task = partial(seat, mode, person, Meeting())
            meet(*(under(f"{mode}-{pool}", partial(task, pool)) for pool in (POOL, OTHER_POOL)))
        meeting = Meeting()
        alone = under("register", partial(register, CHLOE, meeting))
        meet(under("beside", partial(seat, Mode.IMMEDIATE, CHLOE, meeting, POOL)), alone)

    def test_a_charge_that_appears_meanwhile_is_not_missed(self, open_store: OpenStore) -> None:
        """Where `find` said that there is no charge, there is still none at the commit.

        Otherwise seats are cancelled while they are paid for, and nobody gets money back. Here each of two charges is
        captured only while the other is not there. Who looks for what is not there reads no version that could move.
        """
        meeting = Meeting()

        def capture(mine: TransactionId, other: TransactionId, work: GroupPurchase) -> tuple[ChargeDecision]:
            found = work.charges.find(other)
            meeting.wait()
            if found is not None:
                raise Withdrawn
            return (captured(mine),)

        outcomes = at_once(
            partial(open_store, NORTH),
            under("one", partial(capture, TRANSACTION, OTHER_TRANSACTION)),
            under("other", partial(capture, OTHER_TRANSACTION, TRANSACTION)),
        )
        assert outcomes.count(Withdrawn) == 1, (
            "look again before the commit for what `find` did not find, and be StaleState where it is there now; or "
            f"lock the place where it would be. It came to {named(outcomes)}"
        )
