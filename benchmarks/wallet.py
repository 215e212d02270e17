"""B1, B2: what a debit costs, as a decision and in a database, next to another ledger that keeps credits for learners.

openedx-ledger keeps no balance: a debit adds up all entries of the ledger. The example host keeps the wallet as one row
beside its events, and writes both.
"""

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

from attrs import frozen

from benchmarks import ledger
from benchmarks.harness import AtLeast, AtMost, Row, Sample, calls, ratio
from lara_core.hosting.once import once
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Act, Decision
from lara_core.kernel.ids import ActorId, EnrolmentId, Key, PartnerId
from lara_core.wallet import CreditsDebited, Wallet, WalletDecision, WalletEvent
from sqlite_host.store import ORGANISATION, SqliteWork

_NOW: Final = datetime(2027, 3, 1, 9, tzinfo=UTC)
_PARTNER: Final = PartnerId("north")
_PRICE: Final = Credits(1)
_PLENTY: Final = Credits(10**9)
_FEW: Final = 1_000
_MANY: Final = 100_000
_AT_ONCE: Final = 10_000
_ENROLMENT: Final = EnrolmentId("next")


def _act(key: str = "key") -> Act:
    return Act(_NOW, ActorId("manager"), Key(key))


_ACT: Final = _act()


# --- The decision


def _wallet() -> Wallet:
    return Wallet.open(_ACT, _PARTNER).state.top_up(_ACT, _PLENTY, reason="invoice").state


def _deciding() -> Sample:
    wallet = _wallet()
    return calls(lambda: wallet.debit(_ACT, _PRICE, _ENROLMENT))


def _building() -> Sample:
    """The state, the event and the decision, from ready parts."""
    wallet = _wallet()
    balance = Credits(wallet.balance - _PRICE)

    def build() -> WalletDecision:
        event: WalletEvent = CreditsDebited(_PRICE, _ENROLMENT, balance, (), _ACT)
        state = Wallet(wallet.id, wallet.version + 1, balance, wallet.holds, wallet.threshold, wallet.episode)
        return Decision(state, (event,))

    return calls(build)


# --- The database


@frozen
class _Open:
    """The example host's store on one connection that stays open, in memory, as the peer's."""

    db: sqlite3.Connection

    @contextmanager
    def transaction(self) -> Generator[SqliteWork, None, None]:
        _ = self.db.execute("BEGIN IMMEDIATE")
        try:
            yield SqliteWork(self.db)
        except BaseException:
            _ = self.db.execute("ROLLBACK")
            raise
        _ = self.db.execute("COMMIT")


def _filled(past: int) -> _Open:
    """A wallet with so many *past* entries."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    _ = db.executescript(files("sqlite_host").joinpath("schema.sql").read_text("utf-8"))
    _ = db.execute("INSERT INTO organisation VALUES (1, ?)", (ORGANISATION,))
    store = _Open(db)
    with store.transaction() as work:
        opened = Wallet.open(_ACT, _PARTNER)
        topped = opened.state.top_up(_ACT, _PLENTY, reason="invoice")
        work.save(Decision(topped.state, (*opened.events, *topped.events)))
        wallet, left = topped.state, past - 1
        while left:
            names = [EnrolmentId(f"past-{number}") for number in range(left, left - min(left, _AT_ONCE), -1)]
            debited = wallet.debit_all(_ACT, _PRICE, names)
            work.save(debited)
            wallet, left = debited.state, left - len(names)
    return store


def _debiting(past: int) -> Sample:
    """Load, decide, save: a transaction for each debit."""
    store = _filled(past)

    def debit() -> None:
        with store.transaction() as work:
            work.save(work.wallets.get(_PARTNER).debit(_ACT, _PRICE, _ENROLMENT))

    return calls(debit)


def _commanding(past: int) -> Sample:
    """The same as a command: its key looked up, its fingerprint and its receipt kept, its notices asked for."""
    store = _filled(past)
    keys = iter(range(10**9))

    def debit() -> None:
        act = _act(f"key-{next(keys)}")
        content = {"do": "debit", "partner": _PARTNER, "price": _PRICE, "enrolment": _ENROLMENT}

        def body(work: SqliteWork) -> tuple[WalletDecision]:
            return (work.wallets.get(_PARTNER).debit(act, _PRICE, _ENROLMENT),)

        _ = once(store, act, content, body)

    return calls(debit)


def rows() -> Iterable[Row]:
    """The rows of wallets."""
    yield Row(
        "B1",
        "decide a debit ÷ build its state, event and decision with their constructors",
        AtMost(2),
        lambda: ratio(_deciding(), _building(), rounds=25),
    )
    yield Row(
        "B2b",
        f"debit on SQLite, load, decide, save: with {_MANY:,} past entries ÷ with {_FEW:,}",
        AtMost(1.1),
        lambda: ratio(_debiting(_MANY), _debiting(_FEW), rounds=25),
    )
    try:
        theirs = ledger.debits(_FEW)
    except ledger.NoPeer as why:
        print(f"B2a, B2c: skipped; {why}")
        return
    yield Row(
        "B2a",
        f"openedx-ledger's debit ÷ ours, {_FEW:,} past entries, SQLite in memory, one open connection each; "
        "ours loads the wallet, decides, writes it and an event; theirs locks in a local cache, adds up all entries, "
        "looks its key up, writes an entry and a copy of it for its history, through Django",
        AtLeast(50),
        lambda: ratio(theirs, _debiting(_FEW)),
    )
    yield Row(
        "B2c",
        "beside B2a: ours as a command, too: its key looked up, fingerprint and receipt kept, its notices worked out; "
        "neither side asks for rights",
        AtLeast(20),
        lambda: ratio(theirs, _commanding(_FEW)),
    )
