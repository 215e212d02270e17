"""What the processes of `test_processes` do, each with a store of its own on the same file."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Final

from attrs import frozen

from lara_core.formats import json
from lara_core.hosting.group_purchase import accept_invitation, assign_seats, buy_seats
from lara_core.hosting.partners import enrol, reverse_enrolment, withdraw_participant
from lara_core.hosting.places import register
from lara_core.hosting.ports import GroupPurchase, Receipt, Store
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.errors import IdReused
from lara_core.kernel.ids import (
    AccountId,
    ActorId,
    CourseId,
    EnrolmentId,
    Key,
    PartnerId,
    PoolId,
    PortalId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.purchase import BuyerRole
from lara_core.seats import Policy
from sqlite_host.store import SqliteStore, SqliteWork

NOW: Final = datetime(2025, 3, 3, 13, tzinfo=UTC)
STARTS: Final = datetime(2025, 5, 12, 12, tzinfo=UTC)
ENDS: Final = datetime(2025, 5, 13, 20, tzinfo=UTC)
PORTAL: Final = PortalId("portal")
COURSE: Final = CourseId("course")
CREDITS: Final = Credits(7)

# Where the processes of a race wait for each other; `ready` sets it in each of them.
LINE: Final[list[Barrier]] = []


def act(by: str, key: str) -> Act:
    """Somebody does something."""
    return Act(NOW, ActorId(by), Key(key))


def person(name: str) -> Person:
    """Somebody with an account."""
    return Person(EmailAddress(f"{name}@example.com"), AccountId(name))


def buy(
    store: Store[GroupPurchase],
    session: str,
    pool: str,
    by: str,
    key: str,
    *,
    seats: int = 1,
    learner: str = "",
    invitees: Sequence[Person] = (),
) -> Receipt:
    """Buy seats in a session, with a learner on the first of them if one is named, then those who are invited."""
    return buy_seats(
        store,
        act(by, key),
        PoolId(pool),
        session=SessionId(session),
        transaction=TransactionId(pool),
        buyer=ActorId(by),
        portal=PORTAL,
        role=BuyerRole.MANAGER,
        prices=(Money.of("10.00", "CAD"),) * seats,
        policy=Policy(),
        learners=(person(learner),) if learner else (),
        invitees=invitees,
    )


def buying(path: Path, session: str, pool: str, by: str, key: str, learner: str = "") -> str:
    """Buy one seat: the receipt, or why not."""
    return _outcome(lambda: buy(SqliteStore(path), session, pool, by, key, learner=learner))


def registering(path: Path, session: str, learner: str) -> str:
    """Register a learner: the receipt, or why not."""
    one, where, who = RegistrationId(f"{session}-{learner}"), SessionId(session), person(learner)
    return _outcome(lambda: register(SqliteStore(path), act(learner, session), one, session=where, person=who))


def assigning(path: Path, pool: str, by: str, key: str, learner: str) -> str:
    """Seat a learner in a pool: the receipt, or why not."""
    return _outcome(lambda: assign_seats(SqliteStore(path), act(by, key), PoolId(pool), (person(learner),)))


def accepting(path: Path, pool: str, learner: str) -> str:
    """Accept the first invitation to the first seat of a pool: the receipt, or why not."""
    return _outcome(
        lambda: accept_invitation(
            SqliteStore(path), act(learner, pool), PoolId(pool), SeatNo(1), 1, learner=person(learner)
        )
    )


def enrolling(path: Path, partner: str, by: str, enrolment: str) -> str:
    """Enrol somebody of a partner's in the course, under an enrolment of their own: the receipt, or why not."""
    who = {EnrolmentId(enrolment): person(enrolment)}
    doing = act(by, enrolment)
    return _outcome(lambda: enrol(SqliteStore(path), doing, PartnerId(partner), COURSE, who, shown=CREDITS))


def withdraw(store: SqliteStore, by: str, enrolment: str) -> None:
    """Let them leave the course."""
    _ = withdraw_participant(store, act(by, f"withdraw-{enrolment}"), EnrolmentId(enrolment))


def reversing(path: Path, by: str, enrolment: str) -> str:
    """Give back what an enrolment cost: the receipt, or why not."""
    doing = act(by, f"reverse-{enrolment}")
    return _outcome(lambda: reverse_enrolment(SqliteStore(path), doing, EnrolmentId(enrolment), reason="left"))


def _outcome(command: Callable[[], Receipt]) -> str:
    try:
        return json.dumps(command())
    except Refused as refused:
        return refused.refusal.code
    except IdReused:
        return "reused"


def ready(barrier: Barrier) -> None:
    """Tell a new process where to wait for the others."""
    LINE.append(barrier)


def at_once(task: Callable[[], str]) -> str:
    """Wait until every process of the race has its task, then run this one."""
    _ = LINE[0].wait(30)
    return task()


# --- A process that is killed inside a transaction


@frozen
class StoppingStore:
    """The host's store, in a process that stops before the first statement that begins with *statement*."""

    store: SqliteStore
    statement: str
    tell: Connection

    @contextmanager
    def transaction(self) -> Generator[SqliteWork, None, None]:
        """The host's own transaction, with an eye on its statements."""
        with self.store.transaction() as work:
            work.db.set_trace_callback(self._stop)
            yield work

    def _stop(self, statement: str) -> None:
        if statement.lstrip().startswith(self.statement):
            self.tell.send(statement)
            time.sleep(60)  # it is killed long before


def buy_and_stop(path: Path, statement: str, tell: Connection) -> None:
    """Buy three seats, and stop half way."""
    store = StoppingStore(SqliteStore(path), statement, tell)
    _ = buy(store, "session", "pool", "buyer", "buy", seats=3, learner="ana")
