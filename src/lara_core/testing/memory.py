"""A store in memory: for tests without a database, and the plainest reading of the ports' promises.

All that a store keeps is one value, `Kept`, which is never changed. A transaction reads the one that stood when
it began and writes beside it, so that nothing has to be undone. When it commits, what it has read is looked up
again in what is kept by *now*: where that differs, somebody else was first, and it is `StaleState`. Otherwise the
next `Kept` takes the place of the old one in a single assignment, which is why a commit is whole.

A transaction that only read saw one moment, and that is enough: it is never stale.
"""

from collections import ChainMap
from collections.abc import Container, Generator, Sequence
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import TypeAlias, cast

from attrs import evolve, field, frozen

from lara_core.hosting.ports import Answer
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.errors import ContractBroken, IdReused, NotFound, StaleState
from lara_core.kernel.ids import ActorId, Key, PoolId, SessionId, TransactionId
from lara_core.kernel.people import Person, PersonKey
from lara_core.refunds import Charge, ChargeEvent
from lara_core.seats import SeatEvent, SeatPool
from lara_core.sessions import Session, SessionEvent
from lara_core.telling.notices import Notice, Setting

Root: TypeAlias = Session | SeatPool | Charge
"""An aggregate of one of the kinds that are kept."""

Name: TypeAlias = tuple[type[Root], str]
"""What an aggregate is kept under. Each kind has names of its own: a pool may be called what a session is called."""


@frozen
class Stream:
    """One aggregate: its state, and all that led there, in order."""

    state: Root
    events: tuple[Event, ...]


@frozen
class Kept:
    """All that a store keeps, at one moment. *alone* are those who sit in a session on no pool's seat (S5)."""

    streams: dict[Name, Stream] = field(factory=dict[Name, Stream])
    answers: dict[tuple[ActorId, Key], Answer] = field(factory=dict[tuple[ActorId, Key], Answer])
    notices: dict[str, Notice] = field(factory=dict[str, Notice])
    sent: frozenset[str] = frozenset()
    alone: dict[SessionId, tuple[Person, ...]] = field(factory=dict[SessionId, tuple[Person, ...]])

    def version(self, name: Name) -> int:
        """How many events led to the aggregate; none where it is not there (K5)."""
        return self.streams[name].state.version if name in self.streams else 0

    def seated(self, session: SessionId) -> frozenset[PersonKey]:
        """The keys of all who sit in *session*: enrolled, invited, or alone."""
        people = list(self.alone.get(session, ()))
        for stream in self.streams.values():
            if isinstance(stream.state, SeatPool) and stream.state.session == session:
                people += stream.state.enrolled.values()
                people += (sent.to for sent in stream.state.invited.values())
        return frozenset(key for person in people for key in person.keys)


class MemoryStore:
    """A `Store[GroupPurchase]` for one organisation, gone with the process. Threads may share it.

    *silenced* are the kinds of notice that the organisation has switched off; assign another set to change them.
    """

    def __init__(self, silenced: Container[Setting] = ()) -> None:
        self.silenced = silenced
        self._kept = Kept()
        self._lock = Lock()

    @contextmanager
    def transaction(self) -> Generator["MemoryWork", None, None]:
        """A transaction: committed when left normally, undone when left by an exception."""
        work = self.begin()
        yield work
        with self._lock:
            self._kept = work.onto(self._kept)

    def begin(self) -> "MemoryWork":
        """A unit of work on what is kept now."""
        return MemoryWork(self._kept, self.silenced)

    def seat_individually(self, session: SessionId, person: Person) -> None:
        """Seat *person* in *session* on no pool's seat, as an individual registration or a roster does (S5)."""
        with self._lock:
            alone = self._kept.alone
            self._kept = evolve(self._kept, alone={**alone, session: (*alone.get(session, ()), person)})


class MemoryWork:
    """A `GroupPurchase` on what was kept when its transaction began."""

    def __init__(self, kept: Kept, silenced: Container[Setting]) -> None:
        self.silenced = silenced
        self.began = kept
        # What is written lies over what was kept, so that a transaction sees its own writes.
        self.streams = ChainMap[Name, Stream]({}, kept.streams)
        self.answers = ChainMap[tuple[ActorId, Key], Answer]({}, kept.answers)
        self.notices = ChainMap[str, Notice]({}, kept.notices)
        self.marked: set[str] = set()
        # What the commit looks up again.
        self.read: set[Name] = set()
        self.asked: set[SessionId] = set()

    # --- Every area

    def answer(self, by: ActorId, key: Key) -> Answer | None:
        """What *key* of that actor was answered, or `None` where it is fresh."""
        return self.answers.get((by, key))

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        """Write a decision on the version that it was decided on."""
        state, events = decision.state, decision.events
        if not isinstance(state, Root):
            raise ContractBroken(
                f"this store keeps sessions, seat pools and charges; it was given a {type(state).__name__}"
            )
        name = type(state), state.id
        self.read.add(name)
        kept = self.streams.get(name)
        before, decided_on = 0 if kept is None else kept.state.version, state.version - len(events)
        if before and not decided_on:
            raise IdReused(f"a {type(state).__name__} of this id is already there; choose a fresh one")
        if before != decided_on:
            raise StaleState(f"decided on version {decided_on}, and version {before} is kept; load and decide again")
        if events:
            self.streams[name] = Stream(state, events if kept is None else kept.events + events)

    def put_out(self, notices: Sequence[Notice]) -> None:
        """Keep *notices* for sending, one for each key (K12)."""
        for notice in notices:
            _ = self.notices.setdefault(notice.key, notice)

    def record(self, answer: Answer) -> None:
        """Keep *answer* for good."""
        self.answers[answer.receipt.by, answer.receipt.key] = answer

    def waiting(self, most: int) -> Sequence[Notice]:
        """The oldest notices that are not sent yet, *most* at the most."""
        sent = self.began.sent | self.marked
        return tuple(islice((notice for key, notice in self.notices.items() if key not in sent), most))

    def sent(self, notice: Notice) -> None:
        """Mark *notice* as sent. Its key stays used."""
        self.marked.add(notice.key)

    # --- Group purchase

    @property
    def sessions(self) -> "MemorySessions":
        """The organisation's sessions."""
        return MemorySessions(self)

    @property
    def pools(self) -> "MemoryPools":
        """The organisation's seat pools."""
        return MemoryPools(self)

    @property
    def charges(self) -> "MemoryCharges":
        """The organisation's charges."""
        return MemoryCharges(self)

    def seated(self, session: SessionId) -> Container[PersonKey]:
        """The keys of all who sit in *session*. The commit asks once more."""
        self.asked.add(session)
        return evolve(self.began, streams=dict(self.streams)).seated(session)

    def stream(self, kind: type[Root], name: str) -> Stream:
        """The aggregate of that *kind* and *name*. The commit looks at its version once more."""
        found = self.look(kind, name)
        if found is None:
            raise NotFound(f"no {kind.__name__} is kept under this id")
        return found

    def look(self, kind: type[Root], name: str) -> Stream | None:
        """As `stream`, or `None` where there is none. That, too, must still be true at the commit."""
        self.read.add((kind, name))
        return self.streams.get((kind, name))

    # --- Commit

    def onto(self, now: Kept) -> Kept:
        """What is kept after this work, where *now* is what others have left since it began."""
        streams, answers, notices = self.streams.maps[0], self.answers.maps[0], self.notices.maps[0]
        if not (streams or answers or notices or self.marked):
            return now
        if self.overtaken(now):
            raise StaleState("what was read has changed since; load and decide again")
        return Kept(
            {**now.streams, **streams},
            {**now.answers, **answers},
            {**now.notices, **{key: notice for key, notice in notices.items() if key not in now.notices}},
            now.sent | self.marked,
            now.alone,
        )

    def overtaken(self, now: Kept) -> bool:
        """Whether anything that was read is otherwise now."""
        return (
            any(now.version(name) != self.began.version(name) for name in self.read)
            or any(now.seated(session) != self.began.seated(session) for session in self.asked)
            or any(key in now.answers for key in self.answers.maps[0])
        )


@frozen
class MemorySessions:
    """The sessions that a unit of work sees."""

    work: MemoryWork

    def get(self, session: SessionId) -> Session:
        """The session as it stands."""
        return cast("Session", self.work.stream(Session, session).state)

    def events(self, session: SessionId) -> Sequence[SessionEvent]:
        """All that ever happened to it."""
        return cast("Sequence[SessionEvent]", self.work.stream(Session, session).events)


@frozen
class MemoryPools:
    """The seat pools that a unit of work sees."""

    work: MemoryWork

    def get(self, pool: PoolId) -> SeatPool:
        """The pool as it stands."""
        return cast("SeatPool", self.work.stream(SeatPool, pool).state)

    def events(self, pool: PoolId) -> Sequence[SeatEvent]:
        """All that ever happened to it."""
        return cast("Sequence[SeatEvent]", self.work.stream(SeatPool, pool).events)

    def of_session(self, session: SessionId) -> Sequence[PoolId]:
        """The pools of *session*, sorted by id."""
        states = (stream.state for stream in self.work.streams.values())
        return sorted(state.id for state in states if isinstance(state, SeatPool) and state.session == session)


@frozen
class MemoryCharges:
    """The charges that a unit of work sees."""

    work: MemoryWork

    def get(self, transaction: TransactionId) -> Charge:
        """The charge as it stands."""
        return cast("Charge", self.work.stream(Charge, transaction).state)

    def find(self, transaction: TransactionId) -> Charge | None:
        """The charge as it stands, or `None`."""
        found = self.work.look(Charge, transaction)
        return None if found is None else cast("Charge", found.state)

    def events(self, transaction: TransactionId) -> Sequence[ChargeEvent]:
        """All that ever happened to it."""
        return cast("Sequence[ChargeEvent]", self.work.stream(Charge, transaction).events)
