"""The promises of `lara_core.hosting.ports`, held against a host's own store.

A host subclasses the suite in its tests, says how one of its stores is opened, and lets pytest do the rest::

    class TestOurStore(GroupPurchaseConformance):
        @pytest.fixture
        def open_store(self, tmp_path: Path) -> OpenStore:
            return lambda organisation: OurStore(tmp_path / organisation)

`open_store(organisation)` opens that organisation's data, empty at first. Called again it opens the same data again,
as another process would; the suite does so from several threads, each of which opens its own.

Two more fixtures are for what each host does in its own way. Their tests are skipped until they are overridden:
`silence(organisation, settings)` switches kinds of notice off, and `seat_individually(organisation, session, person)`
lets somebody sit in a session on no pool's seat.

Each test keeps one promise. Its docstring says which, and what goes wrong in production without it; its messages say
what to do. `pytest.register_assert_rewrite("lara_core.testing.conformance")` in a `conftest.py` adds the values.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import Final, ParamSpec, TypeAlias, TypeVar

try:
    import pytest
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("the conformance suite needs pytest: install lara-core[testing]") from missing

from lara_core.hosting.group_purchase import (
    assign_seats,
    buy_seats,
    cancel_seats,
    decline_invitation,
    hold_places,
    invite_to_seats,
    open_session,
)
from lara_core.hosting.once import once
from lara_core.hosting.outbox import deliver
from lara_core.hosting.ports import Answer, GroupPurchase, Receipt, Store
from lara_core.kernel.decisions import Aggregate, Decision, Event, Refused
from lara_core.kernel.errors import IdReused, LaraError, NotFound, StaleState
from lara_core.kernel.ids import AccountId, ActorId, HoldId, Key, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.refunds import Charge, ChargeDecision
from lara_core.seats import Mode, Policy, SeatDecision, SeatPool, SeatsAssigned
from lara_core.sessions import Session, SessionDecision
from lara_core.telling.notices import Notice, Setting, Template
from lara_core.testing.laws import fold
from lara_core.testing.races import Meeting, at_once, insist
from lara_core.testing.samples import (
    ADMIN,
    ALIKE,
    ANA,
    BORIS,
    BUYER,
    CHLOE,
    DAWUD,
    EDITH,
    ENDS,
    FAYE,
    NOW,
    OTHER_POOL,
    OTHER_SESSION,
    OTHER_TRANSACTION,
    POOL,
    SESSION,
    STARTS,
    TRANSACTION,
    UNTIL,
    act,
    bought,
    captured,
    differences,
    histories,
    invitation,
    notice,
    opened,
    refunded,
)

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A", bound=Aggregate)

OpenStore: TypeAlias = Callable[[str], Store[GroupPurchase]]
Silence: TypeAlias = Callable[[str, Collection[Setting]], object]
SeatIndividually: TypeAlias = Callable[[str, SessionId, Person], object]

NORTH: Final = "north"
SOUTH: Final = "south"


class GroupPurchaseConformance:
    """What a store of sessions, seat pools and charges promises. The module says how a host runs it."""

    @pytest.fixture
    def open_store(self) -> OpenStore:
        """How a store is opened. Every host overrides this."""
        pytest.fail("override the fixture `open_store`: it gives a function from an organisation's name to its store")

    @pytest.fixture
    def silence(self) -> Silence:
        """How an organisation switches kinds of notice off."""
        pytest.skip("override the fixture `silence` to show that what is switched off is not put out")

    @pytest.fixture
    def seat_individually(self) -> SeatIndividually:
        """How somebody comes to sit in a session on no pool's seat."""
        pytest.skip("override the fixture `seat_individually` to show that the roster knows who sits so")

    # --- States and events

    def test_what_was_saved_is_loaded(self, open_store: OpenStore) -> None:
        """A state comes back with every field, of the same type, as it was saved.

        Otherwise a rule decides on what never was: a hold that lapses while it is paid for, a price in another
        currency, mail to an address that nobody typed.
        """
        store, opened_again = open_store(NORTH), open_store(NORTH)
        for history in histories():
            for decision in history:
                _ = _save(store, decision)
                with opened_again.transaction() as work:
                    loaded = _load(work, decision.state)
                lost = differences(decision.state, loaded, type(decision.state).__name__)
                assert not lost, f"load each field as it was saved, as the same type: {lost}"

    def test_every_event_is_kept_in_order(self, open_store: OpenStore) -> None:
        """All events are kept, in order, one for each version, and fold to the state (K3, K5).

        Otherwise the history that an auditor reads, and all that is rebuilt from it, differs from what happened.
        """
        store = open_store(NORTH)
        for first, *later in histories():
            after = tuple(chain.from_iterable(decision.events for decision in later))
            _ = _save(store, first)
            # One decision may have several events.
            _ = _save(store, Decision(later[-1].state, after))
            with store.transaction() as work:
                state, events = _load(work, first.state), _events(work, first.state)
            lost = differences(first.events + after, events, "events")
            assert not lost, f"keep every event of a decision, in order, as it was saved: {lost}"
            assert fold(type(state), events) == state, "write the state that a decision's events lead to"

    def test_a_stale_save_is_refused(self, open_store: OpenStore) -> None:
        """A decision is saved only on the version that it was decided on, else it is `StaleState` (K5).

        Otherwise the later of two people at one screen silently undoes what the first one did.
        """
        store = open_store(NORTH)
        begun = _save(store, opened())
        late = begun.hold(act("late"), HoldId("late"), 1, until=UNTIL)
        first = _save(store, begun.hold(act("first"), HoldId("first"), 1, until=UNTIL))
        assert _outcome(_save, store, late) is StaleState, (
            "compare the version kept with the one that was decided on, which is state.version - len(events)"
        )
        with store.transaction() as work:
            assert work.sessions.get(SESSION) == first, "a stale save writes nothing"

    def test_an_id_is_given_once(self, open_store: OpenStore) -> None:
        """A decision that begins an aggregate is inserted; an id that is already there is `IdReused`.

        Otherwise two purchases share one pool, and the first buyer's seats are gone.
        """
        store = open_store(NORTH)
        kept = _save(store, opened()), _save(store, bought(learners=(ANA,))), _save(store, captured())
        advice = "insert what has as many events as its version, and answer IdReused where its id is there"
        assert _outcome(_save, store, opened(capacity=1)) is IdReused, advice
        assert _outcome(_save, store, bought(learners=(BORIS,))) is IdReused, advice
        assert _outcome(_save, store, captured(euros=31)) is IdReused, advice
        with store.transaction() as work:
            left = work.sessions.get(SESSION), work.pools.get(POOL), work.charges.get(TRANSACTION)
        assert left == kept, "an insert never replaces"

    def test_ids_that_look_alike_are_different(self, open_store: OpenStore) -> None:
        """Ids are compared character by character, at their full length, and each kind has its own.

        Otherwise a database's collation, or a short column, gives one customer another one's purchase.
        """
        store = open_store(NORTH)
        for places, name in enumerate(ALIKE, 1):
            _ = _save(store, opened(SessionId(name), capacity=places))
            _ = _save(store, bought(PoolId(name), seats=places, session=SessionId(name)))
            _ = _save(store, captured(TransactionId(name), euros=places))
        with store.transaction() as work:
            sessions = [work.sessions.get(SessionId(name)) for name in ALIKE]
            pools = [work.pools.get(PoolId(name)) for name in ALIKE]
            charges = [work.charges.get(TransactionId(name)) for name in ALIKE]
        found = [
            (session.capacity, len(pool.free), charge.captured)
            for session, pool, charge in zip(sessions, pools, charges, strict=True)
        ]
        assert found == [(places, places, Money.of(places, "EUR")) for places, _ in enumerate(ALIKE, 1)], (
            "compare ids byte by byte (no case folding, no normalisation), keep all their 255 characters, and keep "
            "those of sessions, of pools and of charges apart"
        )

    def test_what_is_not_there_is_not_found(self, open_store: OpenStore) -> None:
        """Whoever asks for what is not kept is told `NotFound`.

        Otherwise a mistyped link is an error page, and wakes somebody who is on call.
        """
        for question in _LOOKING:
            assert _outcome(_ask, open_store(NORTH), question) is NotFound, "raise NotFound where nothing is kept"
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

    def test_pools_are_found_by_their_session(self, open_store: OpenStore) -> None:
        """The pools of a session are listed, and no others.

        Otherwise cancelling a session leaves seats alive in it, or cancels those of another.
        """
        store = open_store(NORTH)
        _ = _save(store, opened()), _save(store, opened(OTHER_SESSION))
        with store.transaction() as work:
            assert list(work.pools.of_session(SESSION)) == [], "a session without pools has none"
        _ = _save(store, bought(OTHER_POOL)), _save(store, bought())
        _ = _save(store, bought(PoolId("elsewhere"), session=OTHER_SESSION))
        with store.transaction() as work:
            assert sorted(work.pools.of_session(SESSION)) == [POOL, OTHER_POOL], "list that session's pools alone"

    def test_the_roster_names_all_who_sit(self, open_store: OpenStore) -> None:
        """`seated` knows everybody who sits in a session, in any of its pools, by account and by address (S5).

        Otherwise one person is sold two seats, and who lost a seat can never be given another.
        """
        store = open_store(NORTH)
        session = _save(store, opened())
        _ = _save(store, opened(OTHER_SESSION))
        pool = _save(store, bought(learners=(ANA, BORIS, CHLOE)))
        pool = _save(store, pool.revoke(act("revoke"), SeatNo(2), session=session, seated=()))
        _ = _save(store, pool.cancel(act("cancel"), (SeatNo(3),), session=session))
        _ = _save(store, bought(OTHER_POOL, (DAWUD,)))
        _ = _save(store, bought(PoolId("elsewhere"), (EDITH,), session=OTHER_SESSION))
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
        _ = _save(store, opened()), _save(store, bought()), _save(store, bought(OTHER_POOL))
        _ = invite_to_seats(store, act("invite"), POOL, (ANA, FAYE))
        advice = "add whoever is invited to the roster: by account and address, or by the address alone"
        joined = Person(FAYE.address, AccountId("account-faye"))
        assert _outcome(assign_seats, store, act("alone"), OTHER_POOL, (ANA, joined)) is Refused, advice
        (written,) = assign_seats(store, act("with"), OTHER_POOL, (ANA, joined, BORIS)).written
        assigned = written.event
        assert isinstance(assigned, SeatsAssigned), "give back the receipt of what was done"
        assert (assigned.already, [*assigned.learners.values()]) == ((ANA, joined), [BORIS]), advice
        _ = decline_invitation(store, act("decline", by="ana"), POOL, SeatNo(1), 2)
        with store.transaction() as work:
            seated = work.seated(SESSION)
            assert not ANA.is_in(seated), "leave out who has declined"
            assert FAYE.is_in(seated), "and keep who has not answered"

    def test_the_roster_names_who_sits_individually(
        self, open_store: OpenStore, seat_individually: SeatIndividually
    ) -> None:
        """`seated` also knows those who sit in a session on no pool's seat (S5).

        Otherwise a learner who registered alone is bought a second seat.
        """
        store = open_store(NORTH)
        _ = _save(store, opened())
        _ = seat_individually(NORTH, SESSION, ANA)
        with store.transaction() as work:
            seated = work.seated(SESSION)
            assert ANA.is_in(seated), "add those who sit individually to the roster"
            assert not BORIS.is_in(seated), "name only those who sit there"

    # --- Transactions

    def test_a_transaction_sees_its_own_writes(self, open_store: OpenStore) -> None:
        """What was saved is read in the same transaction, and the next decision can be saved on it.

        Otherwise a command that decides twice on one aggregate is stale against itself, for ever.
        """
        store = open_store(NORTH)
        first = _save(store, opened()).hold(act("first"), HoldId("first"), 2, until=UNTIL)
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
        _ = _save(store, opened(capacity=10)), _save(store, captured())
        _ = _buy(store, "buy", ANA)

        def look() -> tuple[object, ...]:
            with store.transaction() as work:
                return *_look(work), work.answer(BUYER, Key("again"))

        before = look()
        assert _outcome(_buy, store, "again", BORIS) is IdReused, "answer IdReused where the id of a new pool is there"
        assert look() == before, "undo all that a transaction wrote where any part of it fails"

    def test_an_exception_in_the_body_leaves_nothing(self, open_store: OpenStore) -> None:
        """A transaction that is left by an exception leaves no state, event, notice or key behind.

        Otherwise a crash half way tells learners of seats that they do not have.
        """
        store = open_store(NORTH)

        def crash() -> None:
            decisions = opened(), bought(learners=(ANA,)), captured()
            with store.transaction() as work:
                for decision in decisions:
                    work.save(decision)
                work.put_out([notice("crash")])
                work.record(Answer("0" * 64, Receipt.of(act("crash"), decisions)))
                raise _Crash

        assert _outcome(crash) is _Crash, "let the exception through"
        for question in _LOOKING[:3]:
            assert _outcome(_ask, store, question) is NotFound, "undo what was saved"
        with store.transaction() as work:
            assert work.answer(ADMIN, Key("crash")) is None, "undo what was recorded"
            assert list(work.waiting(10)) == [], "undo what was put out: notices belong to the transaction"

    def test_no_update_is_lost(self, open_store: OpenStore) -> None:
        """Of two who change one aggregate at once, both get their change, or one is told `StaleState` (K5).

        Otherwise the last place is sold twice: both read it as free, and the second write covers the first.
        """
        _ = _save(open_store(NORTH), opened())
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
        _ = _save(store, opened(capacity=10)), _save(store, bought())
        meeting = Meeting()

        def enrol(work: GroupPurchase) -> tuple[SeatDecision]:
            pool, session, seated = work.pools.get(POOL), work.sessions.get(SESSION), work.seated(SESSION)
            meeting.wait()
            if session.capacity != 10:
                raise _Withdrawn
            return (pool.assign(act("enrol"), (ANA,), session=session, seated=seated),)

        def shrink(work: GroupPurchase) -> tuple[SessionDecision]:
            pool, session = work.pools.get(POOL), work.sessions.get(SESSION)
            meeting.wait()
            if pool.enrolled:
                raise _Withdrawn
            return (session.resize(act("shrink"), 5),)

        outcomes = at_once(partial(open_store, NORTH), _under("enrol", enrol), _under("shrink", shrink))
        assert outcomes.count(_Withdrawn) == 1, (
            "check before the commit that the versions of all that was read are unchanged, else StaleState; or lock "
            f"what is read. It came to {_named(outcomes)}"
        )

    def test_nobody_is_seated_twice_at_once(self, open_store: OpenStore) -> None:
        """Of two pools that seat the same person in one session at once, enrolled or invited, one does (S5).

        Otherwise two buyers pay for one learner. Neither pool's version is changed by the other: what both rely on is
        the roster of the session.
        """
        store = open_store(NORTH)
        _ = _save(store, opened()), _save(store, bought()), _save(store, bought(OTHER_POOL))

        def seat(
            mode: Mode, person: Person, meeting: Meeting, pool: PoolId, work: GroupPurchase
        ) -> tuple[SeatDecision]:
            found, session, seated = work.pools.get(pool), work.sessions.get(SESSION), work.seated(SESSION)
            # Asked before the meeting, for a roster may look only when it is asked.
            sitting = [key for key in person.keys if key in seated]
            meeting.wait()
            command = found.assign if mode is Mode.IMMEDIATE else found.invite
            return (command(act(f"{mode}-{pool}"), (person,), session=session, seated=sitting),)

        for mode, person in ((Mode.IMMEDIATE, ANA), (Mode.CONFIRMATION, BORIS)):
            task = partial(seat, mode, person, Meeting())
            outcomes = at_once(
                partial(open_store, NORTH),
                *(_under(f"{mode}-{pool}", partial(task, pool)) for pool in (POOL, OTHER_POOL)),
            )
            assert outcomes.count(Refused) == 1, (
                "give the roster of each session a version, which `seated` reads, and which the commit of a decision "
                "that enrols or invites somebody checks and advances, else StaleState; or lock it. It came to "
                f"{_named(outcomes)}"
            )

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
                raise _Withdrawn
            return (captured(mine),)

        outcomes = at_once(
            partial(open_store, NORTH),
            _under("one", partial(capture, TRANSACTION, OTHER_TRANSACTION)),
            _under("other", partial(capture, OTHER_TRANSACTION, TRANSACTION)),
        )
        assert outcomes.count(_Withdrawn) == 1, (
            "look again before the commit for what `find` did not find, and be StaleState where it is there now; or "
            f"lock the place where it would be. It came to {_named(outcomes)}"
        )

    # --- Keys

    def test_a_used_key_gives_its_receipt(self, open_store: OpenStore) -> None:
        """A repeated command gets its first receipt, for good; other content under its key is `IdReused` (K4).

        Otherwise a buyer whose connection broke presses the button again, and is refused or charged twice.
        """
        store = open_store(NORTH)
        _ = _save(store, opened(capacity=1))
        receipt = _hold(store, "hold", "hold")
        for number in range(20):
            _ = open_session(store, act(f"other-{number}"), SessionId(f"other-{number}"), starts=STARTS, ends=ENDS)
        assert _outcome(_hold, store, "fresh", "hold") is Refused, "by now the rule refuses it"
        advice = "keep keys for good: at no age and at no number is one forgotten"
        assert _outcome(_hold, store, "hold", "hold", days=400) == receipt, advice
        assert _outcome(_hold, store, "hold", "other") is IdReused, "keep the fingerprint as it was recorded"
        with store.transaction() as work:
            answer = work.answer(ADMIN, Key("hold"))
            version = work.sessions.get(SESSION).version
        assert answer is not None, advice
        lost = differences(_told(receipt), _told(answer.receipt), "receipt.written")
        assert not lost, f"keep a receipt as it was recorded: {lost}"
        assert version == 2, "a repeated command changes nothing"

    def test_a_receipt_is_its_own_keys(self, open_store: OpenStore) -> None:
        """Keys are compared character by character, at their full length.

        Otherwise a database's collation, or a short column, answers one command with the receipt of another, and what
        was asked is never done.
        """
        store = open_store(NORTH)
        sessions = [SessionId(f"session-{number}") for number in range(len(ALIKE))]
        for key, session in zip(ALIKE, sessions, strict=True):
            with store.transaction() as work:
                assert work.answer(ADMIN, Key(key)) is None, (
                    "compare keys byte by byte (no case folding, no normalisation), and keep all their 255 characters"
                )
            _ = open_session(store, act(key), session, starts=STARTS, ends=ENDS)
        with store.transaction() as work:
            answers = [work.answer(ADMIN, Key(key)) for key in ALIKE]
        found = [answer and answer.receipt.written[0].id for answer in answers]
        assert found == sessions, "give back the receipt that was recorded under the key"

    def test_keys_are_per_actor(self, open_store: OpenStore) -> None:
        """Two actors may use the same key for different commands (K4).

        Otherwise "1" is taken for everybody once somebody used it, or shows one person another's receipt.
        """
        store = open_store(NORTH)
        for actor in ("ana", "Ana", "boris"):
            with store.transaction() as work:
                assert work.answer(ActorId(actor), Key("1")) is None, "look keys up by actor and key together"
            _ = open_session(store, act("1", by=actor), SessionId(actor), starts=STARTS, ends=ENDS)

    def test_a_refusal_leaves_the_key_fresh(self, open_store: OpenStore) -> None:
        """A command that was refused has written nothing, and its key may be tried again (K4).

        Otherwise who was refused once is refused for ever, though a place has become free.
        """
        store = open_store(NORTH)
        _ = _save(store, opened(capacity=1))
        assert _outcome(_hold, store, "hold", "hold", places=2) is Refused
        with store.transaction() as work:
            assert work.answer(ADMIN, Key("hold")) is None, "record a key with its answer, not before"
            assert work.sessions.get(SESSION).version == 1, "a refusal writes nothing"

    def test_a_command_repeated_at_once_acts_once(self, open_store: OpenStore) -> None:
        """A command that arrives twice at once is done once, and both get its receipt (K4).

        Otherwise a double click is an error: the second finds the id taken, by itself.
        """
        meeting = Meeting()

        def begin(_: GroupPurchase) -> tuple[SessionDecision]:
            meeting.wait()
            return (opened(),)

        outcomes = at_once(partial(open_store, NORTH), _under("open", begin), _under("open", begin))
        with open_store(NORTH).transaction() as work:
            answer = work.answer(ADMIN, Key("open"))
        assert answer is not None, f"let one of two get through; it came to {_named(outcomes)}"
        assert outcomes == [answer.receipt, answer.receipt], (
            "an id that was not there when the transaction began, and is now, is StaleState: run again, the command "
            f"finds its key. It came to {_named(outcomes)}"
        )

    def test_a_key_means_one_command_at_once(self, open_store: OpenStore) -> None:
        """Of two commands that use one key at once, one is done, and the other is `IdReused` (K4).

        Otherwise the key stands for both, and who repeats one of them gets the receipt of either.
        """
        meeting = Meeting()

        def begin(session: SessionId, _: GroupPurchase) -> tuple[SessionDecision]:
            meeting.wait()
            return (opened(session),)

        outcomes = at_once(
            partial(open_store, NORTH),
            *(_under("open", partial(begin, session), asking=session) for session in (SESSION, OTHER_SESSION)),
        )
        assert outcomes.count(IdReused) == 1, (
            "a key that was fresh when the transaction began, and is used now, is StaleState: run again, the command "
            f"finds it. It came to {_named(outcomes)}"
        )

    # --- Notices

    def test_a_notice_is_put_out_once(self, open_store: OpenStore) -> None:
        """An outbox keeps one notice per key, also when it was sent (K12).

        Otherwise people are told again whenever something is repeated.
        """
        store = open_store(NORTH)
        _ = _save(store, opened()), _save(store, bought())
        first, again = notice("key"), notice("key", to=BORIS)
        for put_out in ([first, again], [again]):
            with store.transaction() as work:
                work.put_out(put_out)
        with store.transaction() as work:
            assert list(work.waiting(10)) == [first], "drop a notice whose key is there, and keep the first"
            work.sent(first)
        with store.transaction() as work:
            work.put_out([again])
        with store.transaction() as work:
            assert list(work.waiting(10)) == [], "the key of a notice that was sent stays used"

    def test_notices_wait_in_order(self, open_store: OpenStore) -> None:
        """Notices wait in the order in which they were put out, until they are marked as sent.

        Otherwise somebody reads that they lost a seat before they read that they have one.
        """
        store = open_store(NORTH)
        _ = _save(store, opened()), _save(store, bought())
        put_out = notice("d", to=CHLOE), refunded("c"), invitation("a"), notice("b", to=DAWUD)
        for some in (put_out[:2], put_out[2:]):
            with store.transaction() as work:
                work.put_out(some)
        with store.transaction() as work:
            lost = differences(put_out[:3], tuple(work.waiting(3)), "waiting")
            assert not lost, f"give the oldest notices first, no more than asked, as they were put out: {lost}"
            work.sent(put_out[1])
        with store.transaction() as work:
            left = tuple(work.waiting(10))
        assert left == (put_out[0], *put_out[2:]), "what was marked as sent waits no longer, and all else does"

    def test_a_notice_whose_mark_was_lost_is_sent_again(self, open_store: OpenStore) -> None:
        """A crash between sending and marking leaves the notice waiting, under its key: at least once.

        Otherwise somebody is never told, and nothing shows it.
        """
        store = open_store(NORTH)
        _ = _save(store, opened()), _save(store, bought())
        with store.transaction() as work:
            work.put_out([notice("key")])

        def crash() -> None:
            with store.transaction() as work:
                work.sent(notice("key"))
                raise _Crash

        assert _outcome(crash) is _Crash, "let the exception through"
        delivered: list[Notice] = []
        assert deliver(store, delivered.append) == 1, "a mark belongs to its transaction, and is undone with it"
        assert deliver(store, delivered.append) == 0, "what was sent and marked is not sent again"
        assert delivered == [notice("key")], "a notice is sent as it was put out"

    def test_what_is_silenced_is_not_put_out(self, open_store: OpenStore, silence: Silence) -> None:
        """The kinds of notice that an organisation switched off are not put out, and all others are (T1).

        Otherwise learners get mail that their organisation wanted to write itself.
        """
        _ = _save(open_store(NORTH), opened())
        _ = silence(NORTH, (Setting.TELL_ENROLLED, Setting.TELL_BUYER_CANCELLED))
        store = open_store(NORTH)
        _ = _buy(store, "buy", ANA)
        _ = cancel_seats(store, act("cancel"), POOL, (SeatNo(1),))
        with store.transaction() as work:
            told = [each.template for each in work.waiting(10)]
        assert told == [Template.CANCELLED], "let `silenced` hold what the organisation switched off, and nothing else"

    # --- Organisations, and time

    def test_organisations_do_not_meet(self, open_store: OpenStore) -> None:
        """Two organisations may use the same ids and keys, and see nothing of each other.

        Otherwise one customer reads, or changes, what belongs to another.
        """
        north, south = open_store(NORTH), open_store(SOUTH)
        _ = open_session(north, act("open"), SESSION, starts=STARTS, ends=ENDS)
        _ = _buy(north, "buy", ANA)
        _ = _save(north, captured())
        for question in _LOOKING[:3]:
            assert _outcome(_ask, south, question) is NotFound, "what is another organisation's is not found"
        with south.transaction() as work:
            assert list(work.waiting(10)) == [], "each organisation has an outbox of its own"
        for begun in (opened(capacity=1), captured(euros=31)):
            assert _outcome(_save, south, begun) == begun.state, "ids are per organisation"
        with south.transaction() as work:
            assert not ANA.is_in(work.seated(SESSION)), "each organisation's sessions have rosters of their own"
            assert list(work.pools.of_session(SESSION)) == [], "each organisation's sessions have their own pools"
            assert work.answer(ADMIN, Key("open")) is None, "keys are per organisation"
        with north.transaction() as work:
            assert work.sessions.get(SESSION).capacity is None, "ids are per organisation"
            assert work.charges.get(TRANSACTION) == captured().state, "ids are per organisation"

    def test_all_is_there_when_opened_again(self, open_store: OpenStore) -> None:
        """States, events, receipts and notices are there for whoever opens the data next, in any thread.

        Otherwise what a buyer was answered is gone with the process that answered.
        """
        store = open_store(NORTH)
        _ = open_session(store, act("open"), SESSION, starts=STARTS, ends=ENDS)
        _ = _buy(store, "buy", ANA)
        _ = _save(store, captured())
        with store.transaction() as work:
            work.sent(work.waiting(1)[0])
            work.put_out([notice("later")])

        def look(opened_again: Store[GroupPurchase]) -> tuple[object, ...]:
            with opened_again.transaction() as work:
                return _look(work)

        assert at_once(partial(open_store, NORTH), look) == [look(store)], "commit to what outlives a connection"


# --- What the tests do


class _Crash(Exception):
    """The process went away here."""


class _Withdrawn(Exception):
    """The host's own rule says no."""


Question: TypeAlias = Callable[[GroupPurchase], object]

_LOOKING: Final[tuple[Question, ...]] = (
    lambda work: work.sessions.get(SESSION),
    lambda work: work.pools.get(POOL),
    lambda work: work.charges.get(TRANSACTION),
    lambda work: work.sessions.events(SESSION),
    lambda work: work.pools.events(POOL),
    lambda work: work.charges.events(TRANSACTION),
)


def _ask(store: Store[GroupPurchase], question: Question) -> None:
    with store.transaction() as work:
        _ = question(work)


def _look(work: GroupPurchase) -> tuple[object, ...]:
    return (
        *(question(work) for question in _LOOKING),
        work.answer(ADMIN, Key("open")),
        work.answer(BUYER, Key("buy")),
        tuple(work.waiting(10)),
    )


def _load(work: GroupPurchase, state: Session | SeatPool | Charge) -> Session | SeatPool | Charge:
    match state:
        case Session():
            return work.sessions.get(state.id)
        case SeatPool():
            return work.pools.get(state.id)
        case Charge():
            return work.charges.get(state.id)


def _events(work: GroupPurchase, state: Session | SeatPool | Charge) -> tuple[Event, ...]:
    match state:
        case Session():
            return tuple(work.sessions.events(state.id))
        case SeatPool():
            return tuple(work.pools.events(state.id))
        case Charge():
            return tuple(work.charges.events(state.id))


def _save(store: Store[GroupPurchase], decision: Decision[A, Event]) -> A:
    """Save *decision* by hand, in a transaction of its own and without a key, and give back its state."""
    with store.transaction() as work:
        work.save(decision)
    return decision.state


def _hold(store: Store[GroupPurchase], key: str, hold: str, *, places: int = 1, days: int = 0) -> Receipt:
    return hold_places(store, act(key, at=NOW + timedelta(days=days)), SESSION, HoldId(hold), places, until=UNTIL)


def _buy(store: Store[GroupPurchase], key: str, learner: Person) -> Receipt:
    return buy_seats(
        store,
        act(key, by=BUYER),
        POOL,
        session=SESSION,
        transaction=TRANSACTION,
        buyer=BUYER,
        prices=(Money.of("10.00", "EUR"), Money.of("8.50", "EUR")),
        policy=Policy(),
        learners=(learner,),
    )


def _told(receipt: Receipt) -> tuple[Event, ...]:
    return tuple(each.event for each in receipt.written)


def _outcome(command: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | type[Exception]:
    """What *command* gives back, or the kind of error that it raises."""
    try:
        return command(*args, **kwargs)
    except (LaraError, _Crash, _Withdrawn) as error:
        return type(error)


def _under(
    key: str, body: Callable[[GroupPurchase], Sequence[Decision[Aggregate, Event]]], *, asking: str = ""
) -> Callable[[Store[GroupPurchase]], Receipt | type[Exception]]:
    """A task: run *body* under *key* until it is not stale; its receipt, or the kind of its error."""
    return lambda store: _outcome(insist, partial(once, store, act(key), {"asking": asking}, body))


def _named(outcomes: Sequence[object]) -> str:
    return " and ".join(each.__name__ if isinstance(each, type) else type(each).__name__ for each in outcomes)
