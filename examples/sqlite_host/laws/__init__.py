"""What must be true of a file at any time, by rule number, and whether it is.

Each law is checked in another way than it is kept: what was loaded from rows against the fold of the events, counters
against rows counted by SQL, the roster against those who sit. A host runs this at night, and in its tests
after whatever it has tried.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import frozen

from lara_core.hosting.ports import Receipt
from lara_core.kernel.errors import LaraError
from sqlite_host.laws import access, dates, every_area, group_purchase, partnership, selling
from sqlite_host.laws.evidence import Evidence
from sqlite_host.store import SqliteStore, SqliteWork


class Law(StrEnum):
    """The laws, by the numbers of the rules that they are about."""

    REPLAY = "K3"
    KEYS = "K4"
    VERSIONS = "K5"
    MONEY = "K6, S1"
    NOTICES = "K12"
    CAPACITY = "N1"
    PLACES = "N1, N5"
    WAITING = "N2"
    COUNTERS = "S2"
    NOBODY_TWICE = "S5"
    NO_EMPTY_SEAT = "S8–S10"
    REFUNDS = "S12"
    DUES = "S13, N3"
    CALLED_OFF = "S14"
    ADMINISTRATORS = "W2"
    PARTICIPANTS = "W4"
    WALLETS = "W7–W9"
    LIMITS = "W10"
    BASKETS = "P3"
    CODES = "P4"
    DOCUMENTS = "P8"
    DATES = "C2, C3"
    GRANTS = "O4"


@frozen
class Repeat:
    """A command as it was run, and the *receipt* that it gave."""

    command: Callable[[SqliteStore], Receipt]
    receipt: Receipt


def check(store: SqliteStore, at: datetime, repeats: Sequence[Repeat] = ()) -> Mapping[Law, Sequence[str]]:
    """What breaks each law at that time, by id; nothing where all is well.

    Each of *repeats* is run once more, and must give its receipt and write nothing (K4).
    """
    with store.transaction() as work:
        evidence = Evidence.read(work, at)
        broken = {law: set(breaks(evidence)) for law, breaks in LAWS.items()}
        before = _size(work)
    broken[Law.KEYS].update(again.receipt.key for again in repeats if _answer(again, store) != again.receipt)
    with store.transaction() as work:
        if _size(work) != before:
            broken[Law.KEYS].add("repeats")
    return {law: sorted(ids) for law, ids in broken.items()}


def _answer(again: Repeat, store: SqliteStore) -> Receipt | None:
    try:
        return again.command(store)
    except LaraError:
        return None


def _size(work: SqliteWork) -> list[int]:
    sql = "SELECT count(*) FROM event UNION ALL SELECT count(*) FROM answer UNION ALL SELECT count(*) FROM outbox"
    return [count for (count,) in work.db.execute(sql)]


LAWS: Final[Mapping[Law, Callable[[Evidence], Iterator[str]]]] = {
    Law.REPLAY: every_area.replay,
    Law.KEYS: every_area.keys,
    Law.VERSIONS: every_area.versions,
    Law.MONEY: group_purchase.money,
    Law.NOTICES: every_area.told,
    Law.CAPACITY: group_purchase.capacity,
    Law.PLACES: group_purchase.places,
    Law.WAITING: group_purchase.waiting,
    Law.COUNTERS: group_purchase.counters,
    Law.NOBODY_TWICE: group_purchase.nobody_twice,
    Law.NO_EMPTY_SEAT: group_purchase.no_empty_seat,
    Law.REFUNDS: group_purchase.refunds,
    Law.DUES: group_purchase.dues,
    Law.CALLED_OFF: group_purchase.called_off,
    Law.ADMINISTRATORS: partnership.administrators,
    Law.PARTICIPANTS: partnership.participants,
    Law.WALLETS: partnership.wallets,
    Law.LIMITS: partnership.limits,
    Law.BASKETS: selling.baskets,
    Law.CODES: selling.codes,
    Law.DOCUMENTS: selling.documents,
    Law.DATES: dates.dates,
    Law.GRANTS: access.grants,
}
