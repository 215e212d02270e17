"""A store in memory: for tests without a database, and the plainest reading of the ports' promises.

All that a store keeps is one value, `Kept`, which is never changed. A transaction reads the one that stood when
it began and writes beside it, so that nothing has to be undone. When it commits, what it has read is looked up
again in what is kept by *now*: where that differs, somebody else was first, and it is `StaleState`. Otherwise the
next `Kept` takes the place of the old one in a single assignment, which is why a commit is whole.

A transaction that only read saw one moment, and that is enough: it is never stale. One that has erased somebody has
read everything (K13).
"""

from collections import ChainMap
from collections.abc import Callable, Collection, Container, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import Final, TypeAlias, cast

from attrs import evolve, field, frozen

from lara_core.hosting.ports import Answer
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.erasure import Erasure, erased
from lara_core.kernel.errors import BadValue, ContractBroken, Flaw, IdReused, NotFound, StaleState
from lara_core.kernel.ids import (
    ActorId,
    CourseId,
    EnrolmentId,
    Key,
    LimitId,
    PartnerId,
    PoolId,
    PortalId,
    RegistrationId,
    SessionId,
    TransactionId,
)
from lara_core.kernel.people import PersonKey
from lara_core.offerings import Offering, OfferingEvent
from lara_core.participants import Enrolment, EnrolmentEvent, EnrolmentState
from lara_core.partners import Partner, PartnerEvent
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, ChargeEvent
from lara_core.registrations import Registration, RegistrationEvent
from lara_core.rights import MATRIX, Grant, Grants, GrantsEvent, Place, Scope
from lara_core.seats import SeatEvent, SeatPool
from lara_core.sessions import Session, SessionEvent
from lara_core.spending import SpendingEvent, SpendingLimit
from lara_core.telling.notices import Notice, Setting
from lara_core.wallet import Entry, EntryReversed, Wallet, WalletEvent, entry_of

Root: TypeAlias = (
    Session | SeatPool | Charge | Registration | Grants | Partner | Offering | Wallet | SpendingLimit | Enrolment
)
"""An aggregate of one of the kinds that are kept."""

Name: TypeAlias = tuple[str, str]
"""What an aggregate is kept under: its kind and its id. A pool may be called what a session is called."""


@frozen
class Stream:
    """One aggregate: its state, and all that led there, in order."""

    state: Root
    events: tuple[Event, ...]


@frozen
class Kept:
    """All that a store keeps, at one moment."""

    streams: dict[Name, Stream] = field(factory=dict[Name, Stream])
    answers: dict[tuple[ActorId, Key], Answer] = field(factory=dict[tuple[ActorId, Key], Answer])
    notices: dict[str, Notice] = field(factory=dict[str, Notice])
    sent: frozenset[str] = frozenset()

    def seated(self, session: SessionId) -> frozenset[PersonKey]:
        """The keys of all who sit in *session*: enrolled or invited in a pool, or with a registration of their own."""
        keys: set[PersonKey] = set()
        for stream in self.streams.values():
            match stream.state:
                case SeatPool(session=where) as pool if where == session:
                    keys.update(key for person in pool.enrolled.values() for key in person.keys)
                    keys.update(key for invitation in pool.invited.values() for key in invitation.to.keys)
                case Registration(session=where, sits=True, person=person) if where == session:
                    keys.update(person.keys)
                case _:
                    pass
        return frozenset(keys)

    def participants(self, course: CourseId) -> frozenset[PersonKey]:
        """The keys of all who take part in *course*, or wait to."""
        return frozenset(
            key
            for state in self.states()
            if isinstance(state, Enrolment) and state.course == course and state.state in _INSIDE
            for key in state.person.keys
        )

    def administered_by(self, actor: ActorId) -> PartnerId | None:
        """The partner that *actor* administers."""
        partners = (state for state in self.states() if isinstance(state, Partner))
        return next((partner.id for partner in partners if actor in partner.administrators), None)

    def over(self, partner: PartnerId) -> LimitId | None:
        """The limit that *partner* spends under: the latest that was set, for a new period is a new limit (W10)."""
        limits = [state for state in self.states() if isinstance(state, SpendingLimit) and partner in state.members]
        return max(limits, key=lambda limit: (limit.since, limit.id)).id if limits else None

    def states(self) -> Iterator[Root]:
        """The aggregates as they stand."""
        return (stream.state for stream in self.streams.values())

    def without(self, erasure: Erasure) -> "Kept":
        """The same without the person, to whom nothing is sent any more (K13); this very value where they were not."""
        after = erased(self, erasure)
        if after is not self:
            # What an actor was granted is kept under their id.
            streams: dict[Name, Stream] = {
                (kind, stream.state.id): stream for (kind, _), stream in after.streams.items()
            }
            if len(streams) != len(after.streams):
                raise BadValue("value", Flaw.WRONG_FORM)
            after = evolve(after, streams=streams)
        to_them = {key for key, notice in self.notices.items() if after.notices[key].to != notice.to}
        return evolve(after, sent=after.sent | to_them) if to_them else after


_ORGANISATION: Final = ActorId("organisation")
_INSIDE: Final = frozenset({EnrolmentState.PENDING, EnrolmentState.PARTICIPANT})


class MemoryStore:
    """A `Store[Partnership]` for one organisation, gone with the process. Threads may share it.

    *silenced* are the kinds of notice that the organisation has switched off (T1), *bulk_buyers* the roles for
    which each portal has group purchase switched on (S1), *places* where sessions stand (without it, every session is
    the organisation's own), and *organisation* is who is told what the organisation is told. Assign others to change
    them. `MemoryStore(bulk_buyers={portal: frozenset(BuyerRole)})` lets everybody buy in bulk there.

    It is *trusting*: whoever was never granted anything may do everything, for most tests are of something else.
    `MemoryStore(trusting=False)` denies, as every other host does (R2).
    """

    def __init__(
        self,
        silenced: Container[Setting] = (),
        bulk_buyers: Mapping[PortalId, Container[BuyerRole]] | None = None,
        *,
        trusting: bool = True,
        places: Mapping[SessionId, Place] | None = None,
        organisation: ActorId = _ORGANISATION,
    ) -> None:
        self.silenced = silenced
        self.bulk_buyers: Mapping[PortalId, Container[BuyerRole]] = bulk_buyers or {}
        self.trusting = trusting
        self.places = places
        self.organisation = organisation
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
        return MemoryWork(self._kept, self)


class MemoryWork:
    """A `Partnership` on what was kept when its transaction began."""

    def __init__(self, kept: Kept, store: MemoryStore) -> None:
        self.silenced = store.silenced
        self.switched_on = store.bulk_buyers
        self.trusting = store.trusting
        self.places = store.places
        self.organisation = store.organisation
        self.began = kept
        # What is written lies over what was kept, so that a transaction sees its own writes.
        self.streams = ChainMap[Name, Stream]({}, kept.streams)
        self.answers = ChainMap[tuple[ActorId, Key], Answer]({}, kept.answers)
        self.notices = ChainMap[str, Notice]({}, kept.notices)
        self.marked: set[str] = set()
        # Whether somebody was erased: then what is written is everything, with nothing under it.
        self.rewritten = False
        # What the commit looks up again.
        self.read: set[Name] = set()
        self.asked: dict[Name, Callable[[Kept], object]] = {}

    # --- Every area

    def answer(self, by: ActorId, key: Key) -> Answer | None:
        """What *key* of that actor was answered, or `None` where it is fresh."""
        return self.answers.get((by, key))

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        """Write a decision on the version that it was decided on."""
        state, events = decision.state, decision.events
        if not isinstance(state, Root):
            raise ContractBroken(f"this store keeps what the library decides on; it was given a {type(state).__name__}")
        name = type(state).__name__, state.id
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

    def erase(self, erasure: Erasure) -> None:
        """Rewrite all that is kept (K13). The commit asks whether it still was all."""
        before = self.onto(self.began)
        after = before.without(erasure)
        if after is not before:
            self.rewritten = True
            self.streams = ChainMap(dict(after.streams))
            self.answers = ChainMap(dict(after.answers))
            self.notices = ChainMap(dict(after.notices))
            self.marked.update(after.sent)

    @property
    def entitlements(self) -> "MemoryEntitlements":
        """Who was granted what."""
        return MemoryEntitlements(self)

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """Who administers *partner*."""
        found = self.look(Partner, partner)
        return () if found is None else cast("Partner", found.state).administrators

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

    @property
    def registrations(self) -> "MemoryRegistrations":
        """The organisation's registrations."""
        return MemoryRegistrations(self)

    def bulk_buyers(self, portal: PortalId) -> Container[BuyerRole]:
        """The roles for which group purchase is switched on there (S1)."""
        return self.switched_on.get(portal, ())

    def place(self, session: SessionId) -> Place | None:
        """Where *session* stands."""
        return Place() if self.places is None else self.places.get(session)

    def seated(self, session: SessionId) -> Container[PersonKey]:
        """The keys of all who sit in *session*. The commit asks once more."""
        self.asked["seated", session] = lambda kept: kept.seated(session)
        return self.here.seated(session)

    # --- Partner companies

    @property
    def partners(self) -> "MemoryPartners":
        """The organisation's partners."""
        return MemoryPartners(self)

    @property
    def offerings(self) -> "MemoryOfferings":
        """The courses that are offered to them."""
        return MemoryOfferings(self)

    @property
    def wallets(self) -> "MemoryWallets":
        """Their wallets."""
        return MemoryWallets(self)

    @property
    def limits(self) -> "MemoryLimits":
        """The limits that they spend under."""
        return MemoryLimits(self)

    @property
    def enrolments(self) -> "MemoryEnrolments":
        """The enrolments that they pay for."""
        return MemoryEnrolments(self)

    def participants(self, course: CourseId) -> Container[PersonKey]:
        """The keys of all who take part in *course*, or wait to. The commit asks once more."""
        self.asked["participants", course] = lambda kept: kept.participants(course)
        return self.here.participants(course)

    # --- What is looked up

    @property
    def here(self) -> Kept:
        """The aggregates as this work sees them."""
        return Kept(dict(self.streams))

    def stream(self, kind: type[Root], name: str) -> Stream:
        """The aggregate of that *kind* and *name*. The commit looks at it once more."""
        found = self.look(kind, name)
        if found is None:
            raise NotFound(kind)
        return found

    def look(self, kind: type[Root], name: str) -> Stream | None:
        """As `stream`, or `None` where there is none. That, too, must still be true at the commit."""
        self.read.add((kind.__name__, name))
        return self.streams.get((kind.__name__, name))

    # --- Commit

    def onto(self, now: Kept) -> Kept:
        """What is kept after this work, where *now* is what others have left since it began."""
        streams, answers, notices = self.streams.maps[0], self.answers.maps[0], self.notices.maps[0]
        if not (streams or answers or notices or self.marked):
            return now
        if self.overtaken(now):
            raise StaleState("what was read has changed since; load and decide again")
        under = Kept(sent=now.sent) if self.rewritten else now
        return Kept(
            {**under.streams, **streams},
            {**under.answers, **answers},
            {**under.notices, **{key: notice for key, notice in notices.items() if key not in under.notices}},
            under.sent | self.marked,
        )

    def overtaken(self, now: Kept) -> bool:
        """Whether anything that was read is otherwise now. What nobody has written is the same object still."""
        if self.rewritten:
            return now is not self.began
        return (
            any(now.streams.get(name) is not self.began.streams.get(name) for name in self.read)
            or any(question(now) != question(self.began) for question in self.asked.values())
            or any(key in now.answers for key in self.answers.maps[0])
        )


@frozen
class MemoryEntitlements:
    """What actors were granted, as a unit of work sees it."""

    work: MemoryWork

    def find(self, actor: ActorId) -> Grants | None:
        """What *actor* holds: everything, where the store trusts them, and `None` where it has nothing."""
        found = self.work.look(Grants, actor)
        if found is not None:
            return cast("Grants", found.state)
        return Grants(actor, 0, None, _everything(actor)) if self.work.trusting else None

    def events(self, actor: ActorId) -> Sequence[GrantsEvent]:
        """All that ever happened to it."""
        return cast("Sequence[GrantsEvent]", self.work.stream(Grants, actor).events)


def _everything(actor: ActorId) -> tuple[Grant, ...]:
    return tuple(Grant(actor, None, right, actions, Scope()) for right, actions in MATRIX.items())


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
        return sorted(pool.id for pool in self._all() if pool.session == session)

    def of_transaction(self, transaction: TransactionId) -> Sequence[PoolId]:
        """The pools of *transaction*, sorted by id."""
        return sorted(pool.id for pool in self._all() if pool.transaction == transaction)

    def _all(self) -> Iterator[SeatPool]:
        states = (stream.state for stream in self.work.streams.values())
        return (state for state in states if isinstance(state, SeatPool))


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


@frozen
class MemoryRegistrations:
    """The registrations that a unit of work sees."""

    work: MemoryWork

    def get(self, registration: RegistrationId) -> Registration:
        """The registration as it stands."""
        return cast("Registration", self.work.stream(Registration, registration).state)

    def events(self, registration: RegistrationId) -> Sequence[RegistrationEvent]:
        """All that ever happened to it."""
        return cast("Sequence[RegistrationEvent]", self.work.stream(Registration, registration).events)

    def of_session(self, session: SessionId) -> Sequence[RegistrationId]:
        """The registrations of *session*, sorted by id."""
        states = (stream.state for stream in self.work.streams.values())
        return sorted(state.id for state in states if isinstance(state, Registration) and state.session == session)


@frozen
class MemoryPartners:
    """The partners that a unit of work sees."""

    work: MemoryWork

    def get(self, partner: PartnerId) -> Partner:
        """The partner as it stands."""
        return cast("Partner", self.work.stream(Partner, partner).state)

    def events(self, partner: PartnerId) -> Sequence[PartnerEvent]:
        """All that ever happened to it."""
        return cast("Sequence[PartnerEvent]", self.work.stream(Partner, partner).events)

    def administered_by(self, actor: ActorId) -> PartnerId | None:
        """The partner that *actor* administers. The commit asks once more."""
        self.work.asked["administered_by", actor] = lambda kept: kept.administered_by(actor)
        return self.work.here.administered_by(actor)


@frozen
class MemoryOfferings:
    """The offerings that a unit of work sees."""

    work: MemoryWork

    def get(self, course: CourseId) -> Offering:
        """The offering as it stands."""
        return cast("Offering", self.work.stream(Offering, course).state)

    def events(self, course: CourseId) -> Sequence[OfferingEvent]:
        """All that ever happened to it."""
        return cast("Sequence[OfferingEvent]", self.work.stream(Offering, course).events)


@frozen
class MemoryWallets:
    """The wallets that a unit of work sees."""

    work: MemoryWork

    def get(self, partner: PartnerId) -> Wallet:
        """The wallet as it stands."""
        return cast("Wallet", self.work.stream(Wallet, partner).state)

    def events(self, partner: PartnerId) -> Sequence[WalletEvent]:
        """All that ever happened to it."""
        return cast("Sequence[WalletEvent]", self.work.stream(Wallet, partner).events)

    def entry(self, partner: PartnerId, number: int) -> Entry | None:
        """The entry of this *number*."""
        happened = self.events(partner)
        return entry_of(partner, number, happened[number - 1]) if 0 < number <= len(happened) else None

    def is_reversed(self, partner: PartnerId, number: int) -> bool:
        """Whether that entry is undone. The commit looks at the wallet once more."""
        return any(isinstance(event, EntryReversed) and event.entry == number for event in self.events(partner))


@frozen
class MemoryLimits:
    """The spending limits that a unit of work sees."""

    work: MemoryWork

    def get(self, limit: LimitId) -> SpendingLimit:
        """The limit as it stands."""
        return cast("SpendingLimit", self.work.stream(SpendingLimit, limit).state)

    def events(self, limit: LimitId) -> Sequence[SpendingEvent]:
        """All that ever happened to it."""
        return cast("Sequence[SpendingEvent]", self.work.stream(SpendingLimit, limit).events)

    def over(self, partner: PartnerId) -> LimitId | None:
        """The limit that *partner* spends under. The commit asks once more."""
        self.work.asked["over", partner] = lambda kept: kept.over(partner)
        return self.work.here.over(partner)


@frozen
class MemoryEnrolments:
    """The enrolments that a unit of work sees."""

    work: MemoryWork

    def get(self, enrolment: EnrolmentId) -> Enrolment:
        """The enrolment as it stands."""
        return cast("Enrolment", self.work.stream(Enrolment, enrolment).state)

    def events(self, enrolment: EnrolmentId) -> Sequence[EnrolmentEvent]:
        """All that ever happened to it."""
        return cast("Sequence[EnrolmentEvent]", self.work.stream(Enrolment, enrolment).events)

    def of_session(self, session: SessionId) -> Sequence[EnrolmentId]:
        """The enrolments that have their place in *session*, sorted by id."""
        states = (stream.state for stream in self.work.streams.values())
        return sorted(state.id for state in states if isinstance(state, Enrolment) and state.session == session)
