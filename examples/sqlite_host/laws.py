"""What must be true of a file at any time, by rule number, and whether it is.

Each law is checked in another way than it is kept: what was loaded from rows against the fold of the events, counters
against rows counted by SQL, the roster against those who sit. A host runs this at night, and in its tests
after whatever it has tried.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any, Final, Generic, TypeVar, cast

from attrs import frozen

from lara_core.formats import json
from lara_core.hosting.ports import Receipt
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.errors import LaraError
from lara_core.kernel.ids import ActorId, PartnerId, PoolId, SeatNo, SessionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.participants import Enrolment, EnrolmentState
from lara_core.partners import AdministratorAppointed, AdministratorDismissed, Partner
from lara_core.refunds import Charge
from lara_core.registrations import Registration
from lara_core.seats import (
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    SeatPool,
    SeatsAssigned,
    SeatsInvited,
    SeatState,
)
from lara_core.sessions import Session
from lara_core.spending import SpendingLimit
from lara_core.telling.notices import REFUSALS, TABLE, Notice, notices, of_refusal
from lara_core.testing import laws as core
from lara_core.wallet import (
    CreditsToppedUp,
    Entry,
    EntryKind,
    NotEnoughCredits,
    Wallet,
    WalletEvent,
    audit,
    entries,
    statement,
)
from sqlite_host.companies import INSIDE
from sqlite_host.documents import Documents
from sqlite_host.kinds import KINDS, POOL
from sqlite_host.kinds import named as kind_named
from sqlite_host.log import Log
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
    ADMINISTRATORS = "W2"
    PARTICIPANTS = "W4"
    WALLETS = "W7–W9"
    LIMITS = "W10"


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
    histories: Sequence[History[Aggregate]]
    unreadable: Sequence[str]

    @classmethod
    def read(cls, work: SqliteWork, at: datetime) -> "Evidence":
        """Load every aggregate, with all its events."""
        histories: list[History[Aggregate]] = []
        unreadable: list[str] = []
        sql = "SELECT kind, id FROM document UNION SELECT 'pool', id FROM pool UNION SELECT kind, aggregate FROM event"
        for name, key in sorted(work.db.execute(sql).fetchall()):
            kind = kind_named(name)
            try:
                kept = work.pools.get(PoolId(key)) if kind is POOL else Documents(work.db, kind).get(key)
                histories.append(_history(kept, Log(work.db, kind).read(key)))
            # The last two are what folding events comes to that do not belong together.
            except (LaraError, LookupError, AttributeError):
                unreadable.append(key)
        return cls(work, at, histories, unreadable)

    def of(self, state: type[S]) -> Sequence[History[S]]:
        """Those of one kind."""
        return [cast("History[S]", history) for history in self.histories if isinstance(history.kept, state)]

    @property
    def sessions(self) -> Sequence[History[Session]]:
        return self.of(Session)

    @property
    def pools(self) -> Sequence[History[SeatPool]]:
        return self.of(SeatPool)

    @property
    def charges(self) -> Sequence[History[Charge]]:
        return self.of(Charge)

    @property
    def wallets(self) -> Sequence[History[Wallet]]:
        return self.of(Wallet)

    @property
    def enrolments(self) -> Sequence[Enrolment]:
        """As their events say."""
        return [enrolment.folded for enrolment in self.of(Enrolment)]

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


def _decisions(history: History[S]) -> Iterator[Decision[S, Event]]:
    """Those that led to an aggregate: what is told of a batch is what was so after all of it."""
    number = 0
    for _, batch in groupby(history.events, lambda event: event.act):
        events = tuple(batch)
        number += len(events)
        yield Decision(core.fold(type(history.kept), history.events[:number]), events)


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
    return next(kind.name for kind in KINDS if kind.has(event))


def _money(evidence: Evidence) -> Iterator[str]:
    """The prices of the seats are what was charged for them, to the minor unit."""
    for pool in evidence.pools:
        charged = Money.total(pool.folded.prices, pool.folded.prices[0].currency)
        sql = "SELECT currency, sum(price) FROM seat WHERE pool = ? GROUP BY currency"
        if evidence.rows(sql, pool.kept.id) != [(charged.currency, charged.minor)]:
            yield pool.kept.id


def _notices(evidence: Evidence) -> Iterator[str]:
    """Whoever is to be told of an event, or that credits do not suffice, is told once, and nothing else is told.

    What is switched off today may be missing. A host that switches it on again must remember since when.
    """
    due: dict[str, Notice] = {}
    for history in evidence.histories:
        for decision in _decisions(history):
            staff = Staff(evidence, decision.events[0].act.at)
            due.update((notice.key, notice) for notice in notices(decision, audience=staff))
    kept = {key: _loaded(Notice, body) for key, body in evidence.rows("SELECT key, body FROM outbox")}
    due.update(_refusals(evidence, kept))
    rows = (row for rows in (*TABLE.values(), *REFUSALS.values()) for row in rows)
    silent = {row.template for row in rows if row.setting in evidence.work.silenced}
    missing = {key for key, notice in due.items() if key not in kept and notice.template not in silent}
    yield from missing | {key for key, notice in kept.items() if notice != due.get(key)}


def _refusals(evidence: Evidence, kept: Mapping[str, Notice | None]) -> Iterator[tuple[str, Notice]]:
    """What is told of an episode where anything is: to the organisation and each administrator, the same (W5).

    The refusal left nothing else. So what it said is taken from one of its notices, and the episode from the wallet.
    """
    told = [notice for notice in kept.values() if notice is not None and notice.price is not None]
    for wallet in evidence.wallets:
        top_ups = [number for number, event in enumerate(wallet.events, 1) if isinstance(event, CreditsToppedUp)]
        for episode in (0, *top_ups):
            of_it = [one for one in told if one.key.startswith(f"{wallet.kept.id}:{episode}:")]
            for one in of_it[:1]:
                if one.price is not None and one.available is not None:
                    staff = Staff(evidence, evidence.at)
                    refusal = _lacking(wallet.kept.id, episode, one.price, one.available)
                    yield from ((notice.key, notice) for notice in of_refusal(refusal, audience=staff))


def _lacking(partner: PartnerId, episode: int, price: Credits, available: int) -> NotEnoughCredits:
    return NotEnoughCredits(partner, episode, price, 1, price, available, 0)


@frozen
class Staff:
    """Who is to be told what at a time: the administrators that there were then."""

    evidence: Evidence
    at: datetime

    @property
    def organisation(self) -> ActorId:
        return self.evidence.work.organisation

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """As the partner's events say, up to that time."""
        there: set[ActorId] = set()
        for history in self.evidence.of(Partner):
            for event in history.events if history.kept.id == partner else ():
                if event.act.at <= self.at:
                    match event:
                        case AdministratorAppointed(administrator):
                            there.add(administrator)
                        case AdministratorDismissed(administrator):
                            there.discard(administrator)
                        case _:
                            pass
        return there


def _capacity(evidence: Evidence) -> Iterator[str]:
    """Held and taken places stay within the capacity."""
    for session in (history.kept for history in evidence.sessions):
        if session.capacity is not None and session.taken + session.held(evidence.at) > session.capacity:
            yield session.id


def _places(evidence: Evidence) -> Iterator[str]:
    """The places taken are the live seats, the registrations that sit, and the participants of partners."""
    for session in (history.kept for history in evidence.sessions):
        sql = "SELECT count(*) FROM seat JOIN pool ON pool.id = seat.pool WHERE session = ? AND state <> 'cancelled'"
        ((live,),) = evidence.rows(sql, session.id)
        if session.taken != live + _alone(evidence, session.id):
            yield session.id


def _alone(evidence: Evidence, session: SessionId) -> int:
    sql = """
        SELECT count(*) FROM document WHERE kind IN ('registration', 'enrolment') AND session = ?
        AND json_extract(body, '$.state') IN ('requested', 'registered', 'participant')
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
        alone = (registration.folded for registration in evidence.of(Registration))
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


def _administrators(evidence: Evidence) -> Iterator[str]:
    """Nobody administers two partners, and the table knows all who administer one."""
    partners = [history.folded for history in evidence.of(Partner)]
    told = Counter((actor, partner.id) for partner in partners for actor in partner.administrators)
    twice = Counter(actor for actor, _ in told)
    rows = Counter(evidence.rows("SELECT actor, partner FROM administrator"))
    yield from (actor for actor, _ in (told - rows) + (rows - told))
    yield from (actor for actor, times in twice.items() if times > 1)


def _participants(evidence: Evidence) -> Iterator[str]:
    """Nobody is in a course without the debit, nor debited without being in it, nor twice; the roster knows all."""
    paid = {
        (enrolment.partner, enrolment.entry, enrolment.id, enrolment.price): enrolment.state
        for enrolment in evidence.enrolments
        if enrolment.entry is not None
    }
    debits: set[tuple[str, int | None, str, int]] = set()
    for wallet in evidence.wallets:
        moved = list(_entries(wallet))
        back = {entry.reverses for entry in moved}
        for entry in moved:
            if entry.kind is EntryKind.DEBIT and entry.enrolment is not None:
                debit = wallet.kept.id, entry.number, entry.enrolment, entry.amount
                debits.add(debit)
                if (entry.number in back) is not (paid.get(debit) in _GIVEN_BACK):
                    yield entry.enrolment
    yield from (enrolment for _, _, enrolment, _ in debits ^ paid.keys())
    roster = Counter(evidence.rows("SELECT course, person, enrolment FROM participant"))
    inside = [enrolment for enrolment in evidence.enrolments if enrolment.state in INSIDE]
    keys = Counter((one.course, key, one.id) for one in inside for key in one.person.keys)
    yield from (enrolment for _, _, enrolment in (roster - keys) + (keys - roster))


_GIVEN_BACK: Final = frozenset({EnrolmentState.REVERSED, EnrolmentState.CANCELLED})


def _wallets(evidence: Evidence) -> Iterator[str]:
    """The balance is the sum of the entries, a statement opens and closes right, and the audit finds nothing."""
    for wallet in evidence.wallets:
        moved = list(_entries(wallet))
        kept = wallet.kept.balance
        if sum(entry.change for entry in moved) != kept or not 0 <= wallet.kept.available(evidence.at) <= kept:
            yield wallet.kept.id
        for middle in [entry.at for entry in moved][len(moved) // 2 :][:1]:
            began = statement(moved, since=_EVER, until=middle)
            ended = statement(moved, since=middle, until=_NEVER)
            if (began.opening, began.closing, ended.closing) != (0, ended.opening, kept):
                yield wallet.kept.id
        if audit(wallet.kept.id, enumerate(_moves(wallet), 1)) is not None:
            yield wallet.kept.id


_EVER: Final = datetime.min.replace(tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def _entries(wallet: History[Wallet]) -> Iterator[Entry]:
    return entries(wallet.kept.id, enumerate(_moves(wallet), 1))


def _moves(wallet: History[Wallet]) -> Sequence[WalletEvent]:
    return cast("Sequence[WalletEvent]", wallet.events)


def _limits(evidence: Evidence) -> Iterator[str]:
    """Spent is what enrolments under the limit paid and have not back, and with what is held it stays within."""
    for limit in (history.kept for history in evidence.of(SpendingLimit)):
        paid = sum(
            enrolment.price
            for enrolment in evidence.enrolments
            if enrolment.limit == limit.id and enrolment.entry is not None and enrolment.state not in _GIVEN_BACK
        )
        rows = evidence.rows("SELECT partner FROM member WHERE spending = ? ORDER BY partner", limit.id)
        members = [name for (name,) in rows]
        if limit.spent != paid or limit.left(evidence.at) < 0 or members != sorted(limit.members):
            yield limit.id


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
    Law.ADMINISTRATORS: _administrators,
    Law.PARTICIPANTS: _participants,
    Law.WALLETS: _wallets,
    Law.LIMITS: _limits,
}
