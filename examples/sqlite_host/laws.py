"""What must be true of a file at any time, by rule number, and whether it is.

Each law is checked in another way than it is kept: what was loaded from rows against the fold of the events, counters
against rows counted by SQL, the roster against those who sit. A host runs this at night, and in its tests
after whatever it has tried.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from attrs import frozen

from lara_core.formats import json
from lara_core.hosting.ports import Receipt
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.errors import LaraError
from lara_core.kernel.ids import PoolId, RegistrationId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.refunds import Charge, ChargeEvent
from lara_core.registrations import Registration, RegistrationEvent
from lara_core.seats import (
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    SeatPool,
    SeatsAssigned,
    SeatsInvited,
    SeatState,
)
from lara_core.sessions import Session, SessionEvent
from lara_core.telling.notices import TABLE, Notice, notices
from lara_core.testing import laws as core
from sqlite_host.store import SqliteStore, SqliteWork

S = TypeVar("S", bound=Aggregate)
S_co = TypeVar("S_co", bound=Aggregate, covariant=True)
T = TypeVar("T")


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


# What empties a seat though its buyer did not. The last two sweep what is due before they seat anybody (S7).
OTHERS: Final = (InvitationDeclined, InvitationsExpired, LearnerWithdrew, SeatsAssigned, SeatsInvited)


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


# --- Evidence


@frozen
class History(Generic[S_co]):
    """An aggregate as its rows say (*kept*), as its *events* say (*folded*), and these."""

    kept: S_co
    folded: S_co
    events: Sequence[Event]


@frozen
class Evidence:
    """Everything that is in a file. *unreadable* are the ids of aggregates that could not be loaded."""

    work: SqliteWork
    at: datetime
    sessions: Sequence[History[Session]]
    pools: Sequence[History[SeatPool]]
    charges: Sequence[History[Charge]]
    registrations: Sequence[History[Registration]]
    unreadable: Sequence[str]

    @classmethod
    def read(cls, work: SqliteWork, at: datetime) -> "Evidence":
        """Load every aggregate, with all its events."""
        sessions: list[History[Session]] = []
        pools: list[History[SeatPool]] = []
        charges: list[History[Charge]] = []
        registrations: list[History[Registration]] = []
        unreadable: list[str] = []
        sql = "SELECT kind, id FROM document UNION SELECT 'pool', id FROM pool UNION SELECT kind, aggregate FROM event"
        for kind, name in sorted(work.db.execute(sql).fetchall()):
            try:
                if kind == "session":
                    sessions.append(_history(work.sessions.get(SessionId(name)), work.sessions.events(SessionId(name))))
                elif kind == "charge":
                    transaction = TransactionId(name)
                    charges.append(_history(work.charges.get(transaction), work.charges.events(transaction)))
                elif kind == "registration":
                    one = RegistrationId(name)
                    registrations.append(_history(work.registrations.get(one), work.registrations.events(one)))
                else:
                    pools.append(_history(work.pools.get(PoolId(name)), work.pools.events(PoolId(name))))
            # The last two are what folding events comes to that do not belong together.
            except (LaraError, LookupError, AttributeError):
                unreadable.append(name)
        return cls(work, at, sessions, pools, charges, registrations, unreadable)

    @property
    def histories(self) -> Sequence[History[Aggregate]]:
        """All of them."""
        return [*self.sessions, *self.pools, *self.charges, *self.registrations]

    def pools_of(self, session: SessionId) -> Sequence[SeatPool]:
        """The pools of a session, as their events say."""
        return [pool.folded for pool in self.pools if pool.folded.session == session]

    def rows(self, sql: str, *values: str) -> list[Any]:
        """What SQL says, beside all that is loaded."""
        return self.work.db.execute(sql, values).fetchall()


def _history(kept: S, events: Sequence[Event]) -> History[S]:
    return History(kept, core.fold(type(kept), events), events)


def _steps(history: History[S]) -> Iterator[tuple[Event, S]]:
    """Each event of an aggregate, and the state that it led to."""
    for number, event in enumerate(history.events, 1):
        yield event, core.fold(type(history.kept), history.events[:number])


def _loaded(kind: type[T], text: str) -> T | None:
    try:
        return json.loads(kind, text)
    except LaraError:
        return None


def _size(work: SqliteWork) -> list[int]:
    sql = "SELECT count(*) FROM event UNION ALL SELECT count(*) FROM answer UNION ALL SELECT count(*) FROM outbox"
    return [count for (count,) in work.db.execute(sql)]


# --- The laws


def _replay(evidence: Evidence) -> Iterator[str]:
    """Folding the events gives the state."""
    yield from evidence.unreadable
    yield from (history.kept.id for history in evidence.histories if history.folded != history.kept)


def _versions(evidence: Evidence) -> Iterator[str]:
    """The version is the number of events, and they are numbered from 1 without a gap."""
    yield from (history.kept.id for history in evidence.histories if history.kept.version != len(history.events))
    sql = "SELECT aggregate FROM event GROUP BY kind, aggregate HAVING count(*) <> max(version)"
    yield from (name for (name,) in evidence.rows(sql))


def _keys(evidence: Evidence) -> Iterator[str]:
    """Every event stands in the receipt of the one command that led to it."""
    told: Counter[tuple[str, str, int]] = Counter()
    for key, text in evidence.rows("SELECT key, receipt FROM answer"):
        receipt = _loaded(Receipt, text)
        if receipt is None:
            yield key
            continue
        for written in receipt.written:
            told[_kind(written.event), written.id, written.version] += 1
    happened = Counter(evidence.rows("SELECT kind, aggregate, version FROM event"))
    yield from (name for _, name, _ in (told - happened) + (happened - told))


def _kind(event: Event) -> str:
    if isinstance(event, ChargeEvent):
        return "charge"
    if isinstance(event, RegistrationEvent):
        return "registration"
    return "session" if isinstance(event, SessionEvent) else "pool"


def _money(evidence: Evidence) -> Iterator[str]:
    """The prices of the seats are what was charged for them, to the minor unit."""
    for pool in evidence.pools:
        charged = Money.total(pool.folded.prices, pool.folded.prices[0].currency)
        sql = "SELECT currency, sum(price) FROM seat WHERE pool = ? GROUP BY currency"
        if evidence.rows(sql, pool.kept.id) != [(charged.currency, charged.minor)]:
            yield pool.kept.id


def _notices(evidence: Evidence) -> Iterator[str]:
    """Whoever is to be told of an event is told once, and nothing else is told.

    What is switched off today may be missing. A host that switches it on again must remember since when.
    """
    due: dict[str, Notice] = {}
    for history in evidence.histories:
        for event, state in _steps(history):
            due.update((notice.key, notice) for notice in notices(Decision(state, (event,))))
    kept = {key: _loaded(Notice, body) for key, body in evidence.rows("SELECT key, body FROM outbox")}
    rows = (row for rows in TABLE.values() for row in rows)
    silent = {row.template for row in rows if row.setting in evidence.work.silenced}
    missing = {key for key, notice in due.items() if key not in kept and notice.template not in silent}
    yield from missing | {key for key, notice in kept.items() if notice != due.get(key)}


def _capacity(evidence: Evidence) -> Iterator[str]:
    """Held and taken places stay within the capacity."""
    for session in (history.kept for history in evidence.sessions):
        if session.capacity is not None and session.taken + session.held(evidence.at) > session.capacity:
            yield session.id


def _places(evidence: Evidence) -> Iterator[str]:
    """The places taken are the live seats, and the registrations that sit."""
    for session in (history.kept for history in evidence.sessions):
        sql = "SELECT count(*) FROM seat JOIN pool ON pool.id = seat.pool WHERE session = ? AND state <> 'cancelled'"
        ((live,),) = evidence.rows(sql, session.id)
        if session.taken != live + _registered(evidence, session.id):
            yield session.id


def _registered(evidence: Evidence, session: SessionId) -> int:
    sql = """
        SELECT count(*) FROM document WHERE kind = 'registration' AND session = ?
        AND json_extract(body, '$.state') IN ('requested', 'registered')
    """
    ((sitting,),) = evidence.rows(sql, session)
    return int(sitting)


def _waiting(evidence: Evidence) -> Iterator[str]:
    """Nobody waits twice, or beside an offer, and nobody where there is no list."""
    yield from (session.kept.id for session in evidence.sessions if any(core.of_queue(session.kept, evidence.at)))


def _counters(evidence: Evidence) -> Iterator[str]:
    """Free + invited + enrolled = live, beside the cancelled: counted again from the rows."""
    for pool in evidence.pools:
        told = pool.folded.counters()
        rows = Counter(
            dict(evidence.rows("SELECT state, count(*) FROM seat WHERE pool = ? GROUP BY state", pool.kept.id))
        )
        counted = tuple(rows[state] for state in SeatState)
        if counted != (told.free, told.invited, told.enrolled, told.cancelled) or core.COUNTERS in core.of_pool(
            pool.kept
        ):
            yield pool.kept.id


def _nobody_twice(evidence: Evidence) -> Iterator[str]:
    """Nobody sits twice in a session, and its roster names all who sit, the invited too, and nobody else."""
    for session in (history.kept.id for history in evidence.sessions):
        alone = (registration.folded for registration in evidence.registrations)
        people = [one.person for one in alone if one.session == session and one.sits]
        for pool in evidence.pools_of(session):
            people += _sitting(pool)
        roster = evidence.rows("SELECT person FROM sitting WHERE session = ?", session)
        if Counter(key for person in people for key in person.keys) != Counter(key for (key,) in roster):
            yield session


def _sitting(pool: SeatPool) -> Sequence[Person]:
    return [*pool.enrolled.values(), *(sent.to for sent in pool.invited.values())]


def _no_empty_seat(evidence: Evidence) -> Iterator[str]:
    """Under assign at purchase a live seat is empty only where others than the buyer emptied it, and is to assign."""
    for pool in evidence.pools:
        if pool.kept.policy.assign_at_purchase and (
            not _emptied_by_others(pool) or pool.kept.to_assign != pool.kept.free
        ):
            yield pool.kept.id


def _emptied_by_others(pool: History[SeatPool]) -> bool:
    empty: set[SeatNo] = set()
    for event, state in _steps(pool):
        if isinstance(event, OTHERS):
            empty = set(state.free)
        elif not empty.issuperset(state.free):
            return False
        empty.intersection_update(state.free)
    return empty.issuperset(pool.kept.free)


def _refunds(evidence: Evidence) -> Iterator[str]:
    """What goes back of the seats is what is refunded, within what was captured; of no seat more than was paid."""
    yield from (charge.kept.id for charge in evidence.charges if any(core.of_charge(charge.kept)))


def _dues(evidence: Evidence) -> Iterator[str]:
    """Of a live seat what was paid and is due is its price; of another nothing is due."""
    charges = {charge.kept.id: charge.kept for charge in evidence.charges}
    for pool in (history.folded for history in evidence.pools):
        charge = charges.get(pool.transaction)
        if charge is not None and any(core.of_money(pool, charge)):
            yield pool.id


def _called_off(evidence: Evidence) -> Iterator[str]:
    """In a session that is cancelled no seat is live, and nobody sits or waits."""
    for session in (history.kept for history in evidence.sessions if history.kept.cancelled):
        roster = evidence.rows("SELECT person FROM sitting WHERE session = ?", session.id)
        if session.taken or session.queue or roster:
            yield session.id


LAWS: Final[Mapping[Law, Callable[[Evidence], Iterator[str]]]] = {
    Law.REPLAY: _replay,
    Law.KEYS: _keys,
    Law.VERSIONS: _versions,
    Law.MONEY: _money,
    Law.NOTICES: _notices,
    Law.CAPACITY: _capacity,
    Law.PLACES: _places,
    Law.WAITING: _waiting,
    Law.COUNTERS: _counters,
    Law.NOBODY_TWICE: _nobody_twice,
    Law.NO_EMPTY_SEAT: _no_empty_seat,
    Law.REFUNDS: _refunds,
    Law.DUES: _dues,
    Law.CALLED_OFF: _called_off,
}
