"""Several processes on one file: nothing is sold twice, nothing is lost, and a dead one leaves nothing behind."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
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
from lara_core.hosting.ports import Receipt
from lara_core.hosting.wallets import open_wallet, set_limit, top_up
from lara_core.kernel.credits import Credits
from lara_core.kernel.ids import ActorId, LimitId, PartnerId, PoolId, SessionId
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
        assert _dump(store) == before
        receipt = racers.buy(store, "session", "pool", "buyer", "buy", seats=3, learner="ana")
        assert [(written.id, written.version) for written in receipt.written] == [("session", 2), ("pool", 1)]
        assert _sound(store)


def _stopped(path: Path, statement: str) -> tuple[SqliteStore, list[str], SpawnProcess, Connection]:
    """A process that stops before a statement, on a file of its own, with what was in the file before."""
    store = _created(path)
    _open(store, "session", 10)
    told, tell = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=racers.buy_and_stop, args=(path, statement, tell))
    before = _dump(store)
    process.start()
    return store, before, process, told


def _dump(store: SqliteStore) -> list[str]:
    with closing(sqlite3.connect(store.path)) as db:
        return list(db.iterdump())
