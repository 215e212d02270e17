"""A command under a key is done once, for good (K4). Part of `lara_core.testing.conformance`."""

from functools import partial

from lara_core.hosting.ports import GroupPurchase
from lara_core.kernel.decisions import Refused
from lara_core.kernel.errors import IdReused
from lara_core.kernel.ids import ActorId, Key, SessionId
from lara_core.sessions import SessionDecision
from lara_core.testing.conformance.doing import hold_place, named, outcome, put_on_sale, save, told, under
from lara_core.testing.conformance.fixtures import NORTH, OpenStore, StoreFixtures
from lara_core.testing.races import Meeting, at_once
from lara_core.testing.samples import ADMIN, ALIKE, OTHER_SESSION, SESSION, differences, opened


class KeysConformance(StoreFixtures):
    """What a store promises of keys, and of the receipts that it keeps under them."""

    def test_a_used_key_gives_its_receipt(self, open_store: OpenStore) -> None:
        """A repeated command gets its first receipt, for good; other content under its key is `IdReused` (K4).

        Otherwise a buyer whose connection broke presses the button again, and is refused or charged twice.
        """
        store = open_store(NORTH)
        _ = save(store, opened(capacity=1))
        receipt = hold_place(store, "hold", "hold")
        for number in range(20):
            _ = put_on_sale(store, f"other-{number}", SessionId(f"other-{number}"))
        assert outcome(hold_place, store, "fresh", "hold") is Refused, "by now the rule refuses it"
        advice = "keep keys for good: at no age and at no number is one forgotten"
        assert outcome(hold_place, store, "hold", "hold", days=400) == receipt, advice
        assert outcome(hold_place, store, "hold", "other") is IdReused, "keep the fingerprint as it was recorded"
        with store.transaction() as work:
            answer = work.answer(ADMIN, Key("hold"))
            version = work.sessions.get(SESSION).version
        assert answer is not None, advice
        lost = differences(told(receipt), told(answer.receipt), "receipt.written")
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
            _ = put_on_sale(store, key, session)
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
            _ = put_on_sale(store, "1", SessionId(actor), by=actor)

    def test_a_refusal_leaves_the_key_fresh(self, open_store: OpenStore) -> None:
        """A command that was refused has written nothing, and its key may be tried again (K4).

        Otherwise who was refused once is refused for ever, though a place has become free.
        """
        store = open_store(NORTH)
        _ = save(store, opened(capacity=1))
        assert outcome(hold_place, store, "hold", "hold", places=2) is Refused
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

        outcomes = at_once(partial(open_store, NORTH), under("open", begin), under("open", begin))
        with open_store(NORTH).transaction() as work:
            answer = work.answer(ADMIN, Key("open"))
        assert answer is not None, f"let one of two get through; it came to {named(outcomes)}"
        assert outcomes == [answer.receipt, answer.receipt], (
            "an id that was not there when the transaction began, and is now, is StaleState: run again, the command "
            f"finds its key. It came to {named(outcomes)}"
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
            *(under("open", partial(begin, session), asking=session) for session in (SESSION, OTHER_SESSION)),
        )
        assert outcomes.count(IdReused) == 1, (
            "a key that was fresh when the transaction began, and is used now, is StaleState: run again, the command "
            f"finds it. It came to {named(outcomes)}"
        )
