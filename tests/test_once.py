"""One command under one key: answered again without being done again, saved whole or not at all (K4, K5)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta, timezone
from hashlib import sha256
from typing import TypeVar

import pytest

from lara_core.hosting.once import fingerprint, once
from lara_core.hosting.ports import Answer, GroupPurchase, Receipt, Written
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.errors import BadValue, IdReused, StaleState
from lara_core.kernel.ids import ActorId, Key, PoolId, SessionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.seats import Policy, SeatDecision, SeatPool
from lara_core.sessions import CapacityBelowUse, CapacityChanged, Session, SessionDecision, SessionOpened
from lara_core.telling.notices import Setting, notices
from lara_core.testing.memory import MemoryStore
from tests.builders import ANN, BEN, ENDS, NOW, PRICE, STARTS, act, pool, session

T = TypeVar("T")

SESSION = SessionId("excel")
ONE: Mapping[str, object] = {"do": "one"}
OTHER: Mapping[str, object] = {"do": "other"}

Deciding = Callable[[GroupPurchase], Sequence[SessionDecision]]


def look(store: MemoryStore, question: Callable[[GroupPurchase], T]) -> T:
    """Ask in a transaction of its own."""
    with store.transaction() as work:
        return question(work)


def opening(by: Act, *, capacity: int | None = 5) -> Deciding:
    """Put the session on sale."""
    return lambda _: (Session.open(by, SESSION, starts=STARTS, ends=ENDS, capacity=capacity),)


def resizing(by: Act, capacity: int) -> Deciding:
    """Change its capacity."""
    return lambda work: (work.sessions.get(SESSION).resize(by, capacity),)


def never(_: GroupPurchase) -> Sequence[SessionDecision]:
    """Must not be asked."""
    raise AssertionError("the rule was asked though the key was used")


def test_a_command_is_saved_with_its_receipt() -> None:
    """State, events and the answer for the key are there together, and the receipt says what was written."""
    store = MemoryStore()
    opened = SessionOpened(SESSION, STARTS, ENDS, 5, None, act())
    receipt = once(store, act(), ONE, opening(act()))
    assert receipt == Receipt(ActorId("manager"), Key("key"), (Written("excel", 1, opened),))
    assert look(store, lambda work: work.sessions.get(SESSION)) == session(5)
    assert look(store, lambda work: list(work.sessions.events(SESSION))) == [opened]
    assert look(store, lambda work: work.answer(ActorId("manager"), Key("key"))) == Answer(fingerprint(ONE), receipt)


def test_a_repeated_command_is_answered_before_the_rule_is_asked() -> None:
    """The first receipt comes back whatever the rule would say today, and however much later it is (K4)."""
    store = MemoryStore()
    receipt = once(store, act(), ONE, opening(act()))
    assert once(store, act(NOW + timedelta(days=400)), ONE, never) == receipt
    assert look(store, lambda work: work.sessions.get(SESSION)).version == 1


def test_other_content_under_a_used_key_is_refused_before_the_rule_is_asked() -> None:
    """A key stands for one command (K4)."""
    store = MemoryStore()
    _ = once(store, act(), ONE, opening(act()))
    with pytest.raises(IdReused):
        _ = once(store, act(), OTHER, never)


def test_the_same_content_under_another_key_is_another_command() -> None:
    """Asking twice on purpose is not repeating (K4)."""
    store = MemoryStore()
    _ = once(store, act(), ONE, opening(act()))
    for number, capacity in enumerate((6, 7, 6), 2):
        again = act(key=f"key-{number}")
        assert once(store, again, ONE, resizing(again, capacity)).written == (
            Written("excel", number, CapacityChanged(capacity, (), again)),
        )


def test_a_refusal_saves_nothing_and_leaves_the_key_fresh() -> None:
    """A refusal is not recorded: its key may be tried again, also for something else (K4)."""
    store = MemoryStore()
    _ = once(store, act(key="open"), ONE, opening(act(key="open")))
    _ = once(store, act(key="take"), ONE, lambda work: (work.sessions.get(SESSION).take(act(key="take"), 3),))
    before = look(store, lambda work: work.sessions.get(SESSION))
    with pytest.raises(Refused) as refused:
        _ = once(store, act(), ONE, resizing(act(), 2))
    assert refused.value.refusal == CapacityBelowUse(2, 3)
    assert look(store, lambda work: work.answer(ActorId("manager"), Key("key"))) is None
    assert look(store, lambda work: work.sessions.get(SESSION)) is before
    assert once(store, act(), OTHER, resizing(act(), 4)).written[0].version == 3


def test_a_decision_without_events_has_a_receipt() -> None:
    """That nothing had to be done is an answer too, and stays the answer to that key (K4)."""
    store = MemoryStore()
    _ = once(store, act(key="open"), ONE, opening(act(key="open")))
    receipt = once(store, act(), OTHER, resizing(act(), 5))
    assert receipt == Receipt(ActorId("manager"), Key("key"), ())
    assert once(store, act(), OTHER, never) == receipt


def test_several_decisions_are_saved_in_order() -> None:
    """A command over several aggregates, or twice over one, is one receipt with all that was written."""
    store = MemoryStore()

    def body(_: GroupPurchase) -> Sequence[SessionDecision]:
        opened = Session.open(act(), SESSION, starts=STARTS, ends=ENDS, capacity=5)
        other = Session.open(act(), SessionId("word"), starts=STARTS, ends=ENDS, capacity=5)
        return opened, other, opened.state.resize(act(), 6)

    receipt = once(store, act(), ONE, body)
    assert [(written.id, written.version) for written in receipt.written] == [("excel", 1), ("word", 1), ("excel", 2)]
    assert look(store, lambda work: work.sessions.get(SESSION)).capacity == 6


def test_a_decision_on_what_is_no_longer_so_is_stale() -> None:
    """A body that decides on what it read before its transaction is told so, and its key stays fresh (K5)."""
    store = MemoryStore()
    _ = once(store, act(key="open"), ONE, opening(act(key="open")))
    before = look(store, lambda work: work.sessions.get(SESSION))
    _ = once(store, act(key="resize"), ONE, resizing(act(key="resize"), 6))
    with pytest.raises(StaleState):
        _ = once(store, act(), ONE, lambda _: (before.resize(act(), 7),))
    assert once(store, act(), ONE, resizing(act(), 7)).written[0].version == 3


def seated(store: MemoryStore) -> SeatDecision:
    """Seat Ann and Ben in a new pool, with `once`, and give back what was decided."""
    bought = pool(ANN)
    begun = SeatPool.buy(
        act(),
        PoolId("pool"),
        session=session(),
        transaction=bought.transaction,
        buyer=bought.buyer,
        prices=(PRICE,) * 3,
        policy=Policy(),
        learners=(ANN, BEN),
        seated=(),
    )
    _ = once(store, act(), ONE, lambda _: (begun,))
    return begun


def test_notices_are_put_out_with_the_decision() -> None:
    """What the table of notices says is in the outbox when the state is in the store, in order (T1)."""
    store = MemoryStore()
    decided = seated(store)
    expected = look(store, lambda work: list(notices(decided, audience=work)))
    assert [notice.to for notice in expected] == [ANN, BEN]
    assert look(store, lambda work: list(work.waiting(10))) == expected


def test_what_is_silenced_is_not_put_out() -> None:
    """The organisation's settings are asked (T1)."""
    store = MemoryStore(silenced={Setting.TELL_ENROLLED})
    _ = seated(store)
    assert look(store, lambda work: list(work.waiting(10))) == []


def test_a_fingerprint_never_changes() -> None:
    """Keys are kept for good, so a later release must know the commands of an earlier one by the same fingerprint."""
    content = {
        "do": "buy_seats",
        "pool": PoolId("pool"),
        "starts": STARTS,
        "hold": None,
        "learners": (Person.of("Dan@example.com"),),
        "prices": (Money.of("10.00", "CAD"),),
    }
    canonical = (
        '{"do":"buy_seats","hold":null,"learners":[{"account":null,"address":"Dan@example.com"}],"pool":"pool",'
        '"prices":[{"currency":"CAD","minor":1000}],"starts":"2027-03-08T09:00:00+00:00"}'
    )
    assert fingerprint(content) == sha256(canonical.encode()).hexdigest()


def test_a_fingerprint_is_of_what_is_asked() -> None:
    """The order of names and the zone of a time are not what is asked; a type is."""
    asked = fingerprint({"starts": STARTS, "places": 1})
    elsewhere = STARTS.astimezone(tz=timezone(timedelta(hours=2)))
    assert fingerprint({"places": 1, "starts": elsewhere}) == asked
    assert fingerprint({"places": "1", "starts": STARTS}) != asked
    assert fingerprint({"places": None, "starts": STARTS}) != asked


def test_content_without_a_form_is_refused() -> None:
    """A float has no canonical form: it is refused before anything is looked up (K9)."""
    with pytest.raises(BadValue):
        _ = once(MemoryStore(), act(), {"share": 0.1}, never)
