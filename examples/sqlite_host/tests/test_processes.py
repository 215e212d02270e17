"""Several processes on one file: nothing is sold twice, nothing is lost, and a dead one leaves nothing behind."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.pool import Pool
from pathlib import Path
from signal import SIGKILL
from typing import Final

import pytest
from attrs import evolve

from lara_core.formats import json
from lara_core.hosting.partners import create_partner, offer_course, offer_to_all
from lara_core.hosting.places import open_session
from lara_core.hosting.ports import Receipt, Selling, Store
from lara_core.hosting.wallets import open_wallet, set_limit, top_up
from lara_core.kernel.credits import Credits
from lara_core.kernel.ids import ActorId, CodeId, LimitId, PartnerId, PoolId, RefundId, SessionId, TransactionId
from lara_core.kernel.money import Currency
from lara_core.kernel.people import EmailAddress, Person
from lara_core.purchase import BuyerRole
from lara_core.rights import Place
from sqlite_host.laws import check
from sqlite_host.staff import entrust
from sqlite_host.store import SqliteStore
from sqlite_host.tests import racers

# Each starts anew and imports what it needs: a connection must not be carried over a fork.
PROCESSES: Final = get_context("spawn")
RACERS: Final = 16
ROUNDS: Final = 8
# The race that everybody runs at once on the day that sales open is run more often.
MANY_ROUNDS: Final = 200

Race = Callable[[Sequence[partial[str]]], list[str]]


@pytest.fixture(scope="module")
def race() -> Iterator[Race]:
    """Sixteen processes that live for the whole module; a race gives each of them one task, all at once."""
    barrier = PROCESSES.Barrier(RACERS)
    with PROCESSES.Pool(RACERS, racers.ready, (barrier,)) as pool:
        yield partial(_race, pool)
        pool.close()
        pool.join()


def _race(pool: Pool, tasks: Sequence[partial[str]]) -> list[str]:
    assert len(tasks) == RACERS
    return pool.map(racers.at_once, tasks, chunksize=1)


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """An organisation's file, empty at first."""
    everybody = (f"{role}-{number}" for role in ("buyer", "manager") for number in range(RACERS))
    return _created(tmp_path / "organisation.db", *everybody)


def _created(path: Path, *others: str) -> SqliteStore:
    """A file on which these may do everything: whoever runs in a race is asked for rights like anybody else (R2)."""
    store = SqliteStore.create(path)
    for actor in ("admin", "buyer", *others):
        _ = entrust(store, racers.act("setup", f"entrust-{actor}"), ActorId(actor))
    with store.transaction() as work:
        work.let_buy_in_bulk(racers.PORTAL, (BuyerRole.MANAGER,))
    return store


def _open(store: SqliteStore, session: str, capacity: int) -> None:
    act = racers.act("admin", session)
    with store.transaction() as work:
        work.stand(SessionId(session), Place())
    _ = open_session(store, act, SessionId(session), starts=racers.STARTS, ends=racers.ENDS, capacity=capacity)


def _sound(store: SqliteStore) -> bool:
    return not any(check(store, racers.NOW).values())


def test_the_last_places_are_sold_once(store: SqliteStore, race: Race) -> None:
    """Twelve buyers and four who register, for three places: three get one, thirteen are refused (N1, N5).

    None is sold twice and none is lost, whoever comes first, two hundred times.
    """
    for number in range(MANY_ROUNDS):
        session = f"session-{number}"
        _open(store, session, 3)
        outcomes = race(
            [
                *(partial(racers.registering, store.path, session, f"learner-{who}") for who in range(4)),
                *(
                    partial(racers.buying, store.path, session, f"{session}-{buyer}", f"buyer-{buyer}", session)
                    for buyer in range(12)
                ),
            ]
        )
        assert Counter(map(_shape, outcomes)) == {"receipt": 3, "sessions.not_enough_places": 13}
        registered = sum(_shape(outcome) == "receipt" for outcome in outcomes[:4])
        with store.transaction() as work:
            assert work.sessions.get(SessionId(session)).taken == 3
            assert len(work.pools.of_session(SessionId(session))) == 3 - registered
            assert len(work.registrations.of_session(SessionId(session))) == registered
    assert _sound(store)


def test_the_last_seats_are_given_once(store: SqliteStore, race: Race) -> None:
    """Sixteen learners for the three seats of a pool: three are enrolled, thirteen are refused, none is lost (S5)."""
    _open(store, "session", 100)
    for number in range(ROUNDS):
        pool = f"pool-{number}"
        _ = racers.buy(store, "session", pool, "buyer", pool, seats=3)
        tasks = [
            partial(racers.assigning, store.path, pool, f"manager-{who}", pool, f"learner-{number}-{who}")
            for who in range(RACERS)
        ]
        outcomes = race(tasks)
        assert Counter(map(_shape, outcomes)) == {"receipt": 3, "seats.not_enough_seats": 13}
        with store.transaction() as work:
            enrolled = {person.account for person in work.pools.get(PoolId(pool)).enrolled.values()}
        assert enrolled == {
            f"learner-{number}-{who}" for who, outcome in enumerate(outcomes) if _shape(outcome) == "receipt"
        }
    assert _sound(store)


def test_one_person_is_seated_once(store: SqliteStore, race: Race) -> None:
    """Sixteen buyers who all name the same learner, each in a pool of their own: one of them seats her (S5)."""
    for number in range(ROUNDS):
        session = f"session-{number}"
        _open(store, session, 100)
        tasks = [
            partial(racers.buying, store.path, session, f"{session}-{buyer}", f"buyer-{buyer}", session, "ana")
            for buyer in range(RACERS)
        ]
        assert Counter(map(_shape, race(tasks))) == {"receipt": 1, "seats.already_seated": 15}
    assert _sound(store)


def test_an_invitation_is_accepted_once(store: SqliteStore, race: Race) -> None:
    """Sixteen accounts answer one invitation, which was passed on: one is enrolled, the others are too late (S6)."""
    _open(store, "session", 100)
    for number in range(ROUNDS):
        pool = f"pool-{number}"
        invitee = Person(EmailAddress(f"invitee-{number}@example.com"))
        _ = racers.buy(store, "session", pool, "buyer", pool, invitees=(invitee,))
        tasks = [partial(racers.accepting, store.path, pool, f"learner-{number}-{who}") for who in range(RACERS)]
        outcomes = race(tasks)
        assert Counter(map(_shape, outcomes)) == {"receipt": 1, "seats.already_accepted": 15}
    assert _sound(store)


def test_one_key_is_one_command(store: SqliteStore, race: Race) -> None:
    """The same command under the same key from sixteen processes is done once, and all are given its receipt (K4)."""
    for number in range(ROUNDS):
        session = f"session-{number}"
        _open(store, session, 100)
        outcomes = race([partial(racers.buying, store.path, session, f"{session}-pool", "buyer", session)] * RACERS)
        assert len(set(outcomes)) == 1
        receipt = json.loads(Receipt, outcomes[0])
        with store.transaction() as work:
            answer = work.answer(receipt.by, receipt.key)
            assert answer is not None
            assert answer.receipt == receipt
            assert work.sessions.get(SessionId(session)).taken == 1
    assert _sound(store)


def test_one_key_for_several_commands_is_refused(store: SqliteStore, race: Race) -> None:
    """Sixteen commands under one key: one is done, and fifteen are `IdReused` (K4)."""
    _open(store, "session", 100)
    tasks = [
        partial(racers.buying, store.path, "session", f"pool-{number}", "buyer", "buy") for number in range(RACERS)
    ]
    assert Counter(map(_shape, race(tasks))) == {"receipt": 1, "reused": 15}
    assert _sound(store)


# --- Wallets


def _attach(store: SqliteStore, partner: str) -> PartnerId:
    found = PartnerId(partner)
    _ = create_partner(store, racers.act("admin", partner), found, name=partner)
    _ = open_wallet(store, racers.act("admin", f"wallet-{partner}"), found)
    return found


def _top_up(store: SqliteStore, partner: PartnerId, amount: int, key: str) -> None:
    _ = top_up(store, racers.act("admin", f"top-up-{partner}-{key}"), partner, Credits(amount), reason="paid")


def _offer(store: SqliteStore) -> None:
    _ = offer_course(store, racers.act("admin", "offer"), racers.COURSE, price=racers.CREDITS)
    _ = offer_to_all(store, racers.act("admin", "offer-to-all"), racers.COURSE)


def test_a_hot_wallet_loses_and_doubles_nothing(store: SqliteStore, race: Race) -> None:
    """Sixteen enrolments at once, and credits for ten: ten are debited, six refused, none lost or doubled (W4, W5).

    Two of the ten are repeated by another process under the same key, and are given the same receipt (K4).
    """
    _offer(store)
    partner = _attach(store, "harbour")
    for number in range(ROUNDS):
        _top_up(store, partner, 10 * racers.CREDITS, str(number))
        tasks = [
            partial(racers.enrolling, store.path, partner, f"manager-{who}", f"round-{number}-{who}")
            for who in range(RACERS)
        ]
        outcomes = race(tasks)
        assert Counter(map(_shape, outcomes)) == {"receipt": 10, "wallet.not_enough_credits": 6}
        done = {task: outcome for task, outcome in zip(tasks, outcomes, strict=True) if _shape(outcome) == "receipt"}
        repeated = list(done)[:2]
        assert race(repeated * (RACERS // 2)) == [done[task] for task in repeated] * (RACERS // 2)
        with store.transaction() as work:
            assert work.wallets.get(partner).balance == 0
    assert _sound(store)


def test_a_limit_holds_over_two_hot_wallets(store: SqliteStore, race: Race) -> None:
    """Eight of each of two partners enrol at once under a limit for five: it is never exceeded (W10)."""
    _offer(store)
    partners = [_attach(store, name) for name in ("harbour", "orchard")]
    for partner in partners:
        _top_up(store, partner, 1_000 * racers.CREDITS, "once")
    for number in range(ROUNDS):
        limit = LimitId(f"period-{number}")
        later = evolve(racers.act("admin", limit), at=racers.NOW + timedelta(minutes=number))
        _ = set_limit(store, later, limit, Credits(5 * racers.CREDITS), partners)
        tasks = [
            partial(racers.enrolling, store.path, partners[who % 2], f"manager-{who}", f"round-{number}-{who}")
            for who in range(RACERS)
        ]
        assert Counter(map(_shape, race(tasks))) == {"receipt": 5, "spending.limit_reached": 11}
        with store.transaction() as work:
            assert work.limits.get(limit).spent == 5 * racers.CREDITS
    with store.transaction() as work:
        left = sum(work.wallets.get(partner).balance for partner in partners)
    assert left == (2_000 - 5 * ROUNDS) * racers.CREDITS
    assert _sound(store)


def test_an_entry_is_reversed_once(store: SqliteStore, race: Race) -> None:
    """Sixteen people of the organisation give the same credits back at once: one does (W8)."""
    _offer(store)
    partner = _attach(store, "harbour")
    _top_up(store, partner, ROUNDS * racers.CREDITS, "once")
    for number in range(ROUNDS):
        enrolment = f"round-{number}"
        _ = racers.enrolling(store.path, partner, "manager-0", enrolment)
        racers.withdraw(store, "manager-0", enrolment)
        tasks = [partial(racers.reversing, store.path, f"manager-{who}", enrolment) for who in range(RACERS)]
        assert Counter(map(_shape, race(tasks))) == {"receipt": 1, "wallet.already_reversed": 15}
        with store.transaction() as work:
            assert work.wallets.get(partner).balance == ROUNDS * racers.CREDITS
    assert _sound(store)


# --- Selling


def _sell(store: SqliteStore) -> None:
    _open(store, "session", 1_000)
    racers.open_school(store)


def _fill(store: SqliteStore, carts: Sequence[str]) -> None:
    for who, cart in enumerate(carts):
        racers.fill(store, f"buyer-{who}", racers.seats(cart, "session"))


def test_a_code_is_used_as_often_as_it_can_be(store: SqliteStore, race: Race) -> None:
    """Sixteen check out at once with a code for five: five can, eleven cannot; three pay, and two give theirs back.

    Then the eleven try again, and two of them can (P4). What is paid for is there, and nothing else is (P3).
    """
    _sell(store)
    for number in range(ROUNDS):
        code, carts = f"code-{number}", [f"round-{number}-{who}" for who in range(RACERS)]
        racers.offer_code(store, code, 5)
        _fill(store, carts)
        starting = [
            partial(racers.checking_out, store.path, f"buyer-{who}", cart, code) for who, cart in enumerate(carts)
        ]
        outcomes = race(starting)
        assert Counter(map(_shape, outcomes)) == {"receipt": 5, "promotions.code_used_up": 11}
        started = [who for who, outcome in enumerate(outcomes) if _shape(outcome) == "receipt"]
        ending = [
            *(partial(racers.paying, store.path, f"buyer-{who}", carts[who]) for who in started[:3]),
            *(partial(racers.declining, store.path, f"buyer-{who}", carts[who]) for who in started[3:]),
            *(starting[who] for who in range(RACERS) if who not in started),
        ]
        again = [_shape(outcome) for outcome in race(ending)]
        assert again[:5] == ["receipt"] * 5
        late = [starting[who] for who in range(RACERS) if who not in started]
        # Five of them ask twice, under the same key.
        receipts = {outcome for outcome in race([*late, *late[:5]]) if _shape(outcome) == "receipt"}
        assert len(receipts) == 2
        with store.transaction() as work:
            found = work.codes.get(CodeId(code))
            assert (found.used, len(found.reserved)) == (3, 2)
            assert work.numberings.get(racers.SCHOOL).last == 3 * (number + 1)
    assert _sound(store)


def test_a_basket_is_fulfilled_once(store: SqliteStore, race: Race) -> None:
    """Sixteen workers are told that one basket was paid, each under a key of its own: one of them sells (P3)."""
    _sell(store)
    for number in range(ROUNDS):
        cart = f"cart-{number}"
        racers.fill(store, "buyer", racers.seats(cart, "session"))
        _ = racers.start(store, "buyer", cart)
        outcomes = race([partial(racers.paying, store.path, f"manager-{who}", cart) for who in range(RACERS)])
        written = Counter(len(json.loads(Receipt, outcome).written) for outcome in outcomes)
        # The basket is paid, its places are taken, and there are a pool, a charge and a number.
        assert written == {5: 1, 0: 15}
        with store.transaction() as work:
            assert work.pools.of_transaction(TransactionId(f"{cart}-CAD")) == [f"{cart}-CAD:1.1"]
    assert _sound(store)


def test_the_numbers_of_a_race_have_no_gap(store: SqliteStore, race: Race) -> None:
    """Sixteen baskets of one provider are paid at once: their invoices are numbered one after another (P8)."""
    _sell(store)
    for number in range(ROUNDS):
        carts = [f"round-{number}-{who}" for who in range(RACERS)]
        _fill(store, carts)
        for who, cart in enumerate(carts):
            _ = racers.start(store, f"buyer-{who}", cart)
        outcomes = race([partial(racers.paying, store.path, f"buyer-{who}", cart) for who, cart in enumerate(carts)])
        assert {_shape(outcome) for outcome in outcomes} == {"receipt"}
        with store.transaction() as work:
            numbers = [work.numberings.issued(racers.SCHOOL, TransactionId(f"{cart}-CAD")) for cart in carts]
        assert sorted(filter(None, numbers)) == [*range(number * RACERS + 1, (number + 1) * RACERS + 1)]
    assert _sound(store)


def _shape(outcome: str) -> str:
    return "receipt" if outcome.startswith("{") else outcome


def test_a_killed_process_leaves_nothing_half_done(tmp_path: Path) -> None:
    """Killed before any write of a purchase, or before its commit, a process has changed nothing.

    Its lock is gone with it, and the same command under the same key is then done as if it came for the first time.
    """
    statements = (
        "INSERT INTO event",
        "INSERT INTO seat",
        "INSERT INTO document",
        "INSERT INTO sitting",
        "INSERT INTO outbox",
        "INSERT INTO answer",
        "COMMIT",
    )
    running = [_stopped(tmp_path / f"{number}.db", statement) for number, statement in enumerate(statements)]
    for statement, (store, before, process, told) in zip(statements, running, strict=True):
        assert told.poll(30), f"a purchase runs no {statement}"
        process.kill()
        process.join()
        assert process.exitcode == -SIGKILL
        assert racers.dump(store.path) == before
        receipt = racers.buy(store, "session", "pool", "buyer", "buy", seats=3, learner="ana")
        assert [(written.id, written.version) for written in receipt.written] == [("session", 2), ("pool", 1)]
        assert _sound(store)


# What a worker does that is killed between any two statements, and how many documents are numbered after it.
KILLED: Final[Mapping[str, tuple[partial[Receipt], int]]] = {
    "checking out": (partial(racers.start, by="buyer", cart="cart", code="code"), 1),
    "paying": (partial(racers.pay, by="buyer", cart="cart"), 2),
    "taking for nothing": (partial(racers.take, by="buyer", cart="cart", currency=racers.EUR), 2),
}


@pytest.mark.parametrize("name", KILLED)
def test_a_basket_survives_a_kill_between_any_two_statements(tmp_path: Path, name: str) -> None:
    """Killed before its first statement, its second, and so on to its commit, a worker has changed nothing.

    Then it gets through: no number is skipped or given twice, nothing is sold twice, and a code is used once (P3, P8).
    """
    command, numbers = KILLED[name]
    store = _basket(tmp_path / "organisation.db", charged=name == "paying")
    assert _half_done(store, command, racers.WatchedStore) == []
    first = command(store)
    assert first.written != ()
    with store.transaction() as work:
        assert work.answer(first.by, first.key) is not None
        assert work.numberings.get(racers.SCHOOL).last == numbers
    for currency in (racers.CAD, racers.EUR):
        _finish(store, currency)
    with store.transaction() as work:
        transactions = [TransactionId(name) for name in ("first-CAD", "cart-CAD", "cart-EUR")]
        issued = [work.numberings.issued(racers.SCHOOL, transaction) for transaction in transactions]
        assert sorted(filter(None, issued)) == [1, 2, 3]
        assert issued[0] == 1
        code = work.codes.get(CodeId("code"))
        assert (code.used, code.reserved) == (1, {})
        assert work.sessions.get(SessionId("session")).taken == 1 + 2 + 1
    assert _sound(store)


def test_a_credit_note_survives_a_kill_between_any_two_statements(tmp_path: Path) -> None:
    """Its number is the next one, once, whenever the worker that issues it is killed (P8)."""
    store = _basket(tmp_path / "organisation.db", charged=False)
    refund = racers.cancel(store, "buyer", "first")
    assert refund.written != ()
    command = partial(racers.credit, by="buyer", cart="first")
    assert _half_done(store, command, racers.WatchedStore, least=5) == []
    assert command(store) == command(store)
    with store.transaction() as work:
        transaction = TransactionId("first-CAD")
        issued = [work.numberings.issued(racers.SCHOOL, transaction, each) for each in (None, RefundId("back-first"))]
        assert (issued, work.numberings.get(racers.SCHOOL).last) == ([1, 2], 2)
    assert _sound(store)


def test_a_store_that_commits_in_between_is_seen_to_be_half_done(tmp_path: Path) -> None:
    """The same, on a store that commits each statement by itself: what it has done by then is found."""
    command, _ = KILLED["paying"]
    assert _half_done(_basket(tmp_path / "organisation.db", charged=True), command, racers.HastyStore) != []


def _basket(path: Path, *, charged: bool) -> SqliteStore:
    """A cart with a basket in each of two currencies, one for nothing, after another invoice of the provider's."""
    store = _created(path)
    _sell(store)
    racers.offer_code(store, "code", 1)
    racers.fill(store, "buyer", racers.seats("first", "session"))
    _ = racers.start(store, "buyer", "first"), racers.pay(store, "buyer", "first")
    free = racers.seats("free", "session", price="0.00", currency="EUR")
    racers.fill(store, "buyer", racers.seats("cart", "session", seats=2), free)
    if charged:
        _ = racers.start(store, "buyer", "cart", "code")
    return store


def _finish(store: SqliteStore, currency: Currency) -> None:
    """Pay what is not paid yet: commands that were done are repeated under their keys (K4)."""
    if currency == racers.EUR:
        _ = racers.take(store, "buyer", "cart", currency)
    else:
        _ = racers.start(store, "buyer", "cart", "code"), racers.pay(store, "buyer", "cart")


def _half_done(
    store: SqliteStore,
    command: Callable[[Store[Selling]], Receipt],
    kind: type[racers.WatchedStore],
    *,
    least: int = 21,
) -> list[int]:
    """Before which of its statements a worker was killed that left something behind."""
    with PROCESSES.Pool(1) as pool:
        statements, found = pool.apply(racers.killed_everywhere, (command, kind, store.path))
    assert statements >= least, "so many it takes at least"
    return found


def _stopped(path: Path, statement: str) -> tuple[SqliteStore, list[str], SpawnProcess, Connection]:
    """A process that stops before a statement, on a file of its own, with what was in the file before."""
    store = _created(path)
    _open(store, "session", 10)
    told, tell = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=racers.buy_and_stop, args=(path, statement, tell))
    before = racers.dump(store.path)
    process.start()
    return store, before, process, told
