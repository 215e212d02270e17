"""Whoever is to be told is told, once for each key (K12). Part of `lara_core.testing.conformance`."""

from lara_core.hosting.outbox import deliver
from lara_core.kernel.ids import SeatNo
from lara_core.telling.notices import Notice, Setting, Template
from lara_core.testing.conformance.doing import Crash, buy, on_pool, outcome, save
from lara_core.testing.conformance.fixtures import NORTH, OpenStore, Silence, StoreFixtures
from lara_core.testing.samples import (
    ANA,
    BORIS,
    CHLOE,
    DAWUD,
    bought,
    differences,
    enrolled_in,
    exhausted,
    invitation,
    notice,
    offered,
    opened,
    refunded,
)


class NoticesConformance(StoreFixtures):
    """What a store promises of its outbox."""

    def test_a_notice_is_put_out_once(self, open_store: OpenStore) -> None:
        """An outbox keeps one notice per key, also when it was sent (K12).

        Otherwise people are told again whenever something is repeated.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, bought())
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
        _ = save(store, opened()), save(store, bought())
        put_out = (
            notice("d", to=CHLOE),
            refunded("c"),
            invitation("a"),
            offered("e"),
            exhausted("g"),
            enrolled_in("f"),
            notice("b", to=DAWUD),
        )
        for some in (put_out[:2], put_out[2:]):
            with store.transaction() as work:
                work.put_out(some)
        with store.transaction() as work:
            lost = differences(put_out[:6], tuple(work.waiting(6)), "waiting")
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
        _ = save(store, opened()), save(store, bought())
        with store.transaction() as work:
            work.put_out([notice("key")])

        def crash() -> None:
            with store.transaction() as work:
                work.sent(notice("key"))
                raise Crash

        assert outcome(crash) is Crash, "let the exception through"
        delivered: list[Notice] = []
        assert deliver(store, delivered.append) == 1, "a mark belongs to its transaction, and is undone with it"
        assert deliver(store, delivered.append) == 0, "what was sent and marked is not sent again"
        assert delivered == [notice("key")], "a notice is sent as it was put out"

    def test_what_is_silenced_is_not_put_out(self, open_store: OpenStore, silence: Silence) -> None:
        """The kinds of notice that an organisation switched off are not put out, and all others are (T1).

        Otherwise learners get mail that their organisation wanted to write itself.
        """
        _ = save(open_store(NORTH), opened())
        _ = silence(NORTH, (Setting.TELL_ENROLLED, Setting.TELL_BUYER_CANCELLED))
        store = open_store(NORTH)
        _ = buy(store, "buy", ANA)
        _ = on_pool(store, "cancel", lambda by, pool, session: pool.cancel(by, (SeatNo(1),), session=session))
        with store.transaction() as work:
            told = [each.template for each in work.waiting(10)]
        assert told == [Template.CANCELLED], "let `silenced` hold what the organisation switched off, and nothing else"
