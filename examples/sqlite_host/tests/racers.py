"""What the processes of `test_processes` do, each with a store of its own on the same file."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from signal import SIGKILL
from typing import Final

from attrs import frozen

from lara_core.cart import Line
from lara_core.formats import json
from lara_core.hosting.carts import (
    add_line,
    check_out,
    create_code,
    decline_basket,
    issue_credit_note,
    open_cart,
    pay_basket,
    take_for_nothing,
)
from lara_core.hosting.group_purchase import accept_invitation, assign_seats, buy_seats, cancel_all_seats
from lara_core.hosting.partners import enrol, reverse_enrolment, withdraw_participant
from lara_core.hosting.places import register
from lara_core.hosting.ports import GroupPurchase, Receipt, Selling, Store
from lara_core.hosting.providers import open_provider
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.errors import IdReused
from lara_core.kernel.ids import (
    AccountId,
    ActorId,
    CartId,
    CodeId,
    ConnectorId,
    CourseId,
    EnrolmentId,
    Key,
    LineId,
    MerchantAccountId,
    PartnerId,
    PoolId,
    PortalId,
    ProviderId,
    RefundId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.promotions import Discount, Window
from lara_core.providers import MerchantAccount
from lara_core.purchase import BuyerRole
from lara_core.refunds import RefundTerms
from lara_core.seats import Policy
from sqlite_host.store import SqliteStore, SqliteWork

NOW: Final = datetime(2025, 3, 3, 13, tzinfo=UTC)
STARTS: Final = datetime(2025, 5, 12, 12, tzinfo=UTC)
ENDS: Final = datetime(2025, 5, 13, 20, tzinfo=UTC)
PORTAL: Final = PortalId("portal")
COURSE: Final = CourseId("course")
CREDITS: Final = Credits(7)
SCHOOL: Final = ProviderId("school")
CAD, EUR = Currency("CAD"), Currency("EUR")

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


# --- Selling


def open_school(store: Store[Selling]) -> None:
    """A provider who sells in two currencies."""
    terms = [RefundTerms("0", Money.zero(currency), Money.zero(currency)) for currency in (CAD, EUR)]
    _ = open_provider(
        store,
        act("admin", "school"),
        SCHOOL,
        owner=None,
        name="School",
        connector=ConnectorId("connector"),
        account=MerchantAccount(MerchantAccountId("account")),
        terms=terms,
    )


def offer_code(store: Store[Selling], code: str, uses: int) -> None:
    """Half off, so many times."""
    window = Window(NOW, STARTS)
    half = Discount(percent="50")
    doing = act("admin", code)
    _ = create_code(store, doing, CodeId(code), provider=SCHOOL, discount=half, window=window, uses=uses)


def fill(store: Store[Selling], by: str, *lines: Line) -> None:
    """A cart of somebody's, under the name of their first line."""
    cart = CartId(lines[0].id)
    _ = open_cart(store, act(by, f"open-{cart}"), cart, buyer=ActorId(by))
    for line in lines:
        _ = add_line(store, act(by, f"add-{cart}-{line.id}"), cart, line)


def seats(name: str, session: str, *, seats: int = 1, price: str = "10.00", currency: str = "CAD") -> Line:
    """A line of seats in bulk, whose first learner is called as the line is."""
    unit = Money.of(price, currency)
    learners = (person(f"learner-{name}"),)
    return Line(LineId(name), SCHOOL, (SessionId(session),), unit, quantity=seats, learners=learners)


def start(store: Store[Selling], by: str, cart: str, code: str = "", currency: Currency = CAD) -> Receipt:
    """Check a cart's basket out."""
    return check_out(
        store,
        act(by, f"check-out-{cart}-{currency}"),
        CartId(cart),
        SCHOOL,
        currency,
        transaction=TransactionId(f"{cart}-{currency}"),
        code=CodeId(code) if code else None,
        portal=PORTAL,
        role=BuyerRole.MANAGER,
    )


def pay(store: Store[Selling], by: str, cart: str, currency: Currency = CAD) -> Receipt:
    """Say that its first attempt was paid."""
    return pay_basket(store, act(by, f"pay-{cart}-{currency}"), CartId(cart), SCHOOL, currency, 1)


def take(store: Store[Selling], by: str, cart: str, currency: Currency = CAD) -> Receipt:
    """Take a basket that costs nothing."""
    return take_for_nothing(
        store,
        act(by, f"take-{cart}-{currency}"),
        CartId(cart),
        SCHOOL,
        currency,
        transaction=TransactionId(f"{cart}-{currency}"),
        portal=PORTAL,
        role=BuyerRole.MANAGER,
    )


def checking_out(path: Path, by: str, cart: str, code: str) -> str:
    """Check a basket out with a code: the receipt, or why not."""
    return _outcome(lambda: start(SqliteStore(path), by, cart, code))


def cancel(store: Store[Selling], by: str, cart: str) -> Receipt:
    """Cancel what a cart's first line bought; the money goes back."""
    pool = PoolId(f"{cart}-{CAD}:1.1")
    return cancel_all_seats(store, act(by, f"cancel-{cart}"), pool, refund=RefundId(f"back-{cart}"))


def credit(store: Store[Selling], by: str, cart: str) -> Receipt:
    """Number the credit note for that."""
    transaction, refund = TransactionId(f"{cart}-{CAD}"), RefundId(f"back-{cart}")
    return issue_credit_note(store, act(by, f"credit-{cart}"), SCHOOL, transaction, refund)


def paying(path: Path, by: str, cart: str) -> str:
    """Say that a basket was paid: the receipt, or why not."""
    return _outcome(lambda: pay(SqliteStore(path), by, cart))


def declining(path: Path, by: str, cart: str) -> str:
    """Say that a basket was not paid: the receipt, or why not."""
    doing = act(by, f"decline-{cart}")
    return _outcome(lambda: decline_basket(SqliteStore(path), doing, CartId(cart), SCHOOL, CAD, 1))


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
class WatchedStore:
    """The host's store, whose statements are shown to *watch* before they are run."""

    store: SqliteStore
    watch: Callable[[str], None]

    @contextmanager
    def transaction(self) -> Generator[SqliteWork, None, None]:
        """The host's own transaction, with an eye on its statements."""
        with self.store.transaction() as work:
            work.db.set_trace_callback(self.watch)
            yield work


@frozen
class HastyStore(WatchedStore):
    """A store that commits each statement by itself, to see what becomes of it."""

    @contextmanager
    def transaction(self) -> Generator[SqliteWork, None, None]:
        """What looks like a transaction, and is none."""
        with WatchedStore.transaction(self) as work:
            _ = work.db.execute("COMMIT")
            yield work
            _ = work.db.execute("BEGIN")


def buy_and_stop(path: Path, statement: str, tell: Connection) -> None:
    """Buy three seats, and stop before the first statement that begins so."""

    def stop(running: str) -> None:
        if running.lstrip().startswith(statement):
            tell.send(running)
            time.sleep(60)  # it is killed long before

    _ = buy(WatchedStore(SqliteStore(path), stop), "session", "pool", "buyer", "buy", seats=3, learner="ana")


def killed_everywhere(
    command: Callable[[Store[Selling]], Receipt], kind: type[WatchedStore], path: Path
) -> tuple[int, list[int]]:
    """Run a command on copies of a file, killed before its first statement, its second, and so on to the end.

    Gives how many there are, and before which of them something was left behind that was not there at first.
    """
    before, found = dump(path), list[int]()
    for number in count(1):
        copy = Path(shutil.copy(path, path.with_name("copy.db")))
        died = _in_a_child(partial(command, kind(SqliteStore(copy), _killer(number))))
        after = dump(copy)  # this also removes what the dead one left beside the file
        if not died:
            return number - 1, found
        if after != before:
            found.append(number)
    raise AssertionError("a command ends")


def _killer(number: int) -> Callable[[str], None]:
    """Whoever runs the statement of that number is dead before it: SIGKILL cannot be caught."""
    numbers = count(1)

    def watch(_: str) -> None:
        if next(numbers) == number:
            os.kill(os.getpid(), SIGKILL)

    return watch


def _in_a_child(command: Callable[[], Receipt]) -> bool:
    """Whether a process of its own is killed while it runs the command; it is forked, so that it starts at once."""
    child = os.fork()
    if not child:
        code = 1
        try:
            _ = command()
            code = 0
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -SIGKILL), "the command is done, or killed"
    return code != 0


def dump(path: Path) -> list[str]:
    """All that is in a file."""
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())
