"""What the laws are checked on: every aggregate of a file as it is kept, and as its events say."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Generic, TypeVar, cast

from attrs import frozen

from lara_core.cart import Attempt, Cart
from lara_core.formats import json
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.errors import LaraError
from lara_core.kernel.ids import PoolId, SessionId
from lara_core.participants import Enrolment
from lara_core.refunds import Charge
from lara_core.seats import SeatPool
from lara_core.sessions import Session
from lara_core.testing import laws as core
from lara_core.wallet import Wallet
from sqlite_host.documents import Documents
from sqlite_host.kinds import POOL
from sqlite_host.kinds import named as kind_named
from sqlite_host.log import Log
from sqlite_host.store import SqliteWork

S = TypeVar("S", bound=Aggregate)
S_co = TypeVar("S_co", bound=Aggregate, covariant=True)
T = TypeVar("T")


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
    def attempts(self) -> Iterator[tuple[Cart, Attempt]]:
        """The newest attempt to pay each basket that had one, as the events of its cart say."""
        for cart in self.of(Cart):
            yield from ((cart.folded, made) for made in cart.folded.attempts)

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


def steps(history: History[S]) -> Iterator[tuple[Event, S]]:
    """Each event of an aggregate, and the state that it led to."""
    for number, event in enumerate(history.events, 1):
        yield event, core.fold(type(history.kept), history.events[:number])


def decisions(history: History[S]) -> Iterator[Decision[S, Event]]:
    """Those that led to an aggregate: what is told of a batch is what was so after all of it."""
    number = 0
    for _, batch in groupby(history.events, lambda event: event.act):
        events = tuple(batch)
        number += len(events)
        yield Decision(core.fold(type(history.kept), history.events[:number]), events)


def loaded(kind: type[T], text: str) -> T | None:
    """What a row's JSON stands for; `None` where it stands for nothing."""
    try:
        return json.loads(kind, text)
    except LaraError:
        return None
