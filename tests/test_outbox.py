"""What was put out is sent at least once, in order, each notice with its key (K12)."""

import pytest

from lara_core.hosting.outbox import BATCH, deliver
from lara_core.kernel.ids import PoolId, SeatNo, SessionId
from lara_core.telling.notices import Notice, Template
from lara_core.testing.memory import MemoryStore
from tests.builders import ANN


class SmtpDown(Exception):
    """The mail server does not answer."""


def notice(key: str) -> Notice:
    """Tell Ann something."""
    return Notice(key, ANN, Template.ENROLLED, SessionId("excel"), PoolId("pool"), (SeatNo(1),))


def holding(*keys: str) -> MemoryStore:
    """A store in which those notices wait."""
    store = MemoryStore()
    with store.transaction() as work:
        work.put_out([notice(key) for key in keys])
    return store


def waiting(store: MemoryStore) -> list[str]:
    """The keys of those that wait."""
    with store.transaction() as work:
        return [each.key for each in work.waiting(1000)]


def test_notices_are_sent_in_order_and_once() -> None:
    """Oldest first, and what was sent is not sent again."""
    store, sent = holding("c", "a", "b"), list[Notice]()
    assert deliver(store, sent.append) == 3
    assert sent == [notice("c"), notice("a"), notice("b")]
    assert deliver(store, sent.append) == 0
    assert waiting(store) == []


def test_no_more_are_sent_than_asked() -> None:
    """A batch ends, so that a worker can be stopped between two; the next goes on where it ended."""
    store, sent = holding("a", "b", "c"), list[Notice]()
    assert deliver(store, sent.append, most=2) == 2
    assert waiting(store) == ["c"]
    assert deliver(store, sent.append, most=2) == 1
    assert sent == [notice("a"), notice("b"), notice("c")]


def test_a_batch_has_a_size_unless_told() -> None:
    """Nobody reads a million notices into memory by leaving an argument out."""
    store = holding(*(f"key-{number}" for number in range(BATCH + 1)))
    assert deliver(store, lambda _: None) == BATCH
    assert waiting(store) == [f"key-{BATCH}"]


def test_what_cannot_be_sent_waits_with_all_after_it() -> None:
    """The failure reaches the caller, what went before is marked, and the order is kept for the next time."""
    store, sent = holding("a", "b", "c"), list[str]()

    def send(each: Notice) -> None:
        if each.key == "b":
            raise SmtpDown
        sent.append(each.key)

    with pytest.raises(SmtpDown):
        _ = deliver(store, send)
    assert (sent, waiting(store)) == (["a"], ["b", "c"])


def test_a_notice_whose_mark_was_lost_is_sent_again_under_its_key() -> None:
    """The process went away between sending and marking: sent twice, and never not at all."""
    store, sent = holding("a"), list[str]()

    def send_and_die(each: Notice) -> None:
        sent.append(each.key)
        raise SmtpDown

    with pytest.raises(SmtpDown):
        _ = deliver(store, send_and_die)
    assert deliver(store, lambda each: sent.append(each.key)) == 1
    assert sent == ["a", "a"]


def test_sending_holds_no_transaction() -> None:
    """Each mark is there before the next notice is sent, and *send* may use the store: mail is slow."""
    store, seen = holding("a", "b", "c"), list[list[str]]()
    assert deliver(store, lambda _: seen.append(waiting(store))) == 3
    assert seen == [["a", "b", "c"], ["b", "c"], ["c"]]


def test_what_is_put_out_while_sending_waits_for_the_next_time() -> None:
    """A notice that leads to another is not a worker that never ends."""
    store = holding("a")

    def send(each: Notice) -> None:
        with store.transaction() as work:
            work.put_out([notice(f"{each.key}+")])

    assert deliver(store, send) == 1
    assert waiting(store) == ["a+"]
