"""The conformance suite catches what it is for: for each of its tests there is a store that fails that one alone.

Each fault is one that real adapters have: a missing `WHERE version = ?`, a collation, a cache, a queue that knows
nothing of the transaction.
"""

import subprocess
import sys
from collections import ChainMap, defaultdict
from collections.abc import Callable, Collection, Container, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import cached_property, partial
from inspect import signature
from threading import Lock, current_thread
from typing import Final, TypeAlias, cast, get_args

import pytest
from attrs import NOTHING, AttrsInstance, evolve, fields, has

from lara_core.formats.names import AnyEvent
from lara_core.hosting.ports import Answer, Receipt
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Aggregate, Decision, Event, Refused
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.errors import IdReused, NotFound
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
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.people import EmailAddress, Person, PersonKey
from lara_core.offerings import Offering, OfferingEvent
from lara_core.participants import Enrolment, EnrolmentEvent, EnrolmentState
from lara_core.partners import AdministratorAppointed, Branding, Partner, PartnerEvent, PartnerKind
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, ChargeEvent, Refund, RefundState, RefundTerms, SeatMoney
from lara_core.registrations import Origin, Registration, RegistrationEvent, RegistrationState
from lara_core.rights import Action, Grant, Grants, GrantsEvent, Place, Right, Scope
from lara_core.seats import Cancelled, Cause, Invitation, Mode, Policy, SeatEvent, SeatPool, SeatState
from lara_core.sessions import Hold, Session, SessionEvent, WaitingList
from lara_core.spending import LimitSet, SpendingEvent, SpendingHold, SpendingLimit
from lara_core.telling.notices import REFUSALS, Notice, Setting
from lara_core.testing import races
from lara_core.testing.conformance import GroupPurchaseConformance, PartnershipConformance
from lara_core.testing.memory import (
    Aggregates,
    Kept,
    MemoryEnrolments,
    MemoryLimits,
    MemoryPools,
    MemoryRegistrations,
    MemoryStore,
    MemoryWallets,
    MemoryWork,
    Name,
    Root,
    Stream,
)
from lara_core.testing.samples import (
    ANA,
    bought,
    differences,
    histories,
    histories_of_access,
    histories_of_dates,
    histories_of_partners,
    histories_of_selling,
)
from lara_core.wallet import CreditHold, Entry, EntryKind, ThresholdSet, Wallet, WalletEvent, entries

Opener: TypeAlias = Callable[[str], MemoryStore]


def of_suites(*suites: type) -> dict[str, Callable[..., None]]:
    """Return the tests of suites, by name, each with what it is run on."""
    return {
        name: partial(getattr(suite, name), suite())
        for suite in suites
        for name in dir(suite)
        if name.startswith("test_")
    }


# What is broken for all that a store keeps breaks promises of both suites: a fault of the first is put to that alone.
FIRST: Final = of_suites(GroupPurchaseConformance)
TESTS: Final = of_suites(GroupPurchaseConformance, PartnershipConformance)


class HostStore(MemoryStore):
    """A memory store as a host's is: it trusts nobody, and knows the sessions that it was told of."""

    def __init__(self) -> None:
        super().__init__(trusting=False, places={})


def broken(opener: Callable[[], Opener], tests: Mapping[str, Callable[..., None]] = TESTS) -> set[str]:
    """Return the names of the tests that fail on new stores of *opener*, one for each test."""
    return {name for name, test in tests.items() if not passes(test, opener())}


def passes(test: Callable[..., None], open_store: Opener) -> bool:
    """Run one test as pytest would. Only what a test says itself counts as failing: any other error is one here too."""

    def silence(organisation: str, settings: Collection[Setting]) -> None:
        open_store(organisation).silenced = settings

    def let_buy_in_bulk(organisation: str, portal: PortalId, roles: Collection[BuyerRole]) -> None:
        store = open_store(organisation)
        store.bulk_buyers = {**store.bulk_buyers, portal: roles}

    def stand(organisation: str, session: SessionId, place: Place) -> None:
        store = open_store(organisation)
        store.places = {**(store.places or {}), session: place}

    def tamper(organisation: str, partner: PartnerId, number: int, event: WalletEvent) -> None:
        store = open_store(organisation)
        name = "Wallet", partner
        stream = store._kept.streams[name]  # pyright: ignore[reportPrivateUsage] -- as at a database's console
        edited = evolve(stream, events=(*stream.events[: number - 1], event, *stream.events[number:]))
        store._kept = evolve(store._kept, streams={**store._kept.streams, name: edited})  # pyright: ignore[reportPrivateUsage] -- as above

    fixtures = {
        "open_store": open_store,
        "silence": silence,
        "let_buy_in_bulk": let_buy_in_bulk,
        "stand": stand,
        "tamper": tamper,
    }
    wanted = signature(test).parameters
    try:
        test(**{name: fixtures[name] for name in wanted})
    except AssertionError:
        return False
    return True


def each(store: type[MemoryStore]) -> Opener:
    """Return what opens a store of that kind for each organisation."""
    stores = defaultdict[str, MemoryStore](store)
    return stores.__getitem__


def working(work: type[MemoryWork]) -> Opener:
    """Return what opens stores whose units of work are of that kind."""

    class Store(HostStore):
        def begin(self) -> MemoryWork:
            return work(self._kept, self)

    return each(Store)


# --- Stores that keep everything


class SerialStore(HostStore):
    """Lets in one transaction at a time, as a store does that locks what it reads."""

    def __init__(self) -> None:
        super().__init__()
        self._door = Lock()

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        with self._door, super().transaction() as work:
            yield work


def test_a_store_that_compares_versions_passes() -> None:
    """What the faults are put into is not what is found."""
    assert broken(partial(each, HostStore)) == set()


def test_a_store_that_locks_passes() -> None:
    """Both ways of keeping the promises are right: the suite does not ask for one of them."""
    assert broken(partial(each, SerialStore)) == set()


# --- Faults: states and events


class ForgetsWhatWasTyped(MemoryWork):
    """Keeps addresses as they are compared."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, SeatPool):
            lower = {seat: Person(EmailAddress(who.address.key), who.account) for seat, who in state.enrolled.items()}
            decision = Decision(evolve(state, enrolled=lower), decision.events)
        super().save(decision)


class ForgetsModes(MemoryWork):
    """Has no column for the modes of a policy."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, SeatPool):
            every = evolve(state.policy, modes=frozenset(Mode))
            decision = Decision(evolve(state, policy=every), decision.events)
        super().save(decision)


class ForgetsDeadlinesOfPayments(MemoryWork):
    """Has one column for a hold's deadline, which is empty while it is being paid for."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, Session):
            never = Deadline.at(state.ends)
            holds = {name: evolve(hold, until=never) if hold.secured else hold for name, hold in state.holds.items()}
            decision = Decision(evolve(state, holds=holds), decision.events)
        super().save(decision)


class ForgetsReminders(MemoryWork):
    """Keeps to whom an invitation went, and until when."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, SeatPool):
            never = {seat: evolve(sent, reminders=0) for seat, sent in state.invited.items()}
            decision = Decision(evolve(state, invited=never), decision.events)
        super().save(decision)


class ForgetsPoolsOfSeats(MemoryWork):
    """Keeps what was settled by the number of the seat, whichever pool it is of."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, Charge):
            numbered = {seat: money for seats in state.seats.values() for seat, money in seats.items()}
            mixed = {pool: {seat: numbered[seat] for seat in seats} for pool, seats in state.seats.items()}
            decision = Decision(evolve(state, seats=mixed), decision.events)
        super().save(decision)


class ForgetsSales(MemoryWork):
    """Keeps who is registered, and not what their place was bought by."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, Registration):
            decision = Decision(evolve(state, sale=None), decision.events)
        super().save(decision)


class ForgetsAmounts(MemoryWork):
    """Has no column for the amount of a notice."""

    def put_out(self, notices: Sequence[Notice]) -> None:
        super().put_out([evolve(notice, amount=None) for notice in notices])


class DropsEvents(MemoryWork):
    """Keeps the last event of each decision."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        super().save(decision)
        for name, stream in self.streams.maps[0].items():
            if name[1] == decision.state.id:
                dropped = len(decision.events) - 1
                events = stream.events[: len(stream.events) - dropped - 1] + decision.events[-1:]
                self.streams[name] = Stream(stream.state, events)


class AcceptsStale(MemoryWork):
    """Writes whatever version is there."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        assert isinstance(state, Root)
        name = type(state).__name__, state.id
        kept = self.streams.get(name)
        if kept is None or state.version == len(decision.events):
            super().save(decision)
        else:
            self.read.add(name)
            self.streams[name] = Stream(state, kept.events + decision.events)


class ReplacesSessions(MemoryWork):
    """Inserts a session or replaces it."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, Session) and state.version == len(decision.events):
            self.read.add(("Session", state.id))
            self.streams["Session", state.id] = Stream(state, decision.events)
        else:
            super().save(decision)


class FoldsIds(MemoryWork):
    """Finds ids whatever their case."""

    def stream(self, kind: type[object], name: str) -> Stream:
        alike = [known for of, known in self.streams if of == kind.__name__ and known.casefold() == name.casefold()]
        return super().stream(kind, alike[0] if alike else name)


class FindsNothing(MemoryWork):
    """Gives a history without events where there is none."""

    @property
    def pools(self) -> MemoryPools:
        class Pools(MemoryPools):
            def events(self, name: str, /) -> Sequence[SeatEvent]:
                try:
                    return super().events(name)
                except NotFound:
                    return ()

        return Pools(self, SeatPool)


class FindsWhatWas(MemoryWork):
    """Looks for charges past its own writes."""

    @property
    def charges(self) -> Aggregates[Charge, ChargeEvent]:
        class Charges(Aggregates[Charge, ChargeEvent]):
            def find(self, name: str, /) -> Charge | None:
                found = super().find(name)
                return found if ("Charge", name) in self.work.began.streams else None

        return Charges(self, Charge)


class ListsAllPools(MemoryWork):
    """Lists the pools of every session."""

    @property
    def pools(self) -> MemoryPools:
        class Pools(MemoryPools):
            def of_session(self, session: SessionId) -> Sequence[PoolId]:
                return [PoolId(name) for kind, name in self.work.streams if kind == "SeatPool"]

        return Pools(self, SeatPool)


class ListsOnePool(MemoryWork):
    """Takes a transaction for a pool."""

    @property
    def pools(self) -> MemoryPools:
        class Pools(MemoryPools):
            def of_transaction(self, transaction: TransactionId) -> Sequence[PoolId]:
                return super().of_transaction(transaction)[:1]

        return Pools(self, SeatPool)


class ListsAllRegistrations(MemoryWork):
    """Lists the registrations of every session."""

    @property
    def registrations(self) -> MemoryRegistrations:
        class Registrations(MemoryRegistrations):
            def of_session(self, session: SessionId) -> Sequence[RegistrationId]:
                return [RegistrationId(name) for kind, name in self.work.streams if kind == "Registration"]

        return Registrations(self, Registration)


class ListsWhoSits(MemoryWork):
    """Lists of a purchase what is left of it."""

    @property
    def registrations(self) -> MemoryRegistrations:
        class Registrations(MemoryRegistrations):
            def of_transaction(self, transaction: TransactionId) -> Sequence[RegistrationId]:
                return [name for name in super().of_transaction(transaction) if self.get(name).sits]

        return Registrations(self, Registration)


class KnowsOneKeyEach(MemoryWork):
    """Has a roster of accounts, with addresses for those alone who have none."""

    def seated(self, session: SessionId) -> Container[PersonKey]:
        self.asked["seated", session] = lambda kept: kept.seated(session)
        return {person.keys[0] for person in sitting(self.streams, session)}


class MissesBareAddresses(MemoryWork):
    """Has a roster of people with accounts, by both of their keys: who is invited by an address alone is not in it."""

    def seated(self, session: SessionId) -> Container[PersonKey]:
        self.asked["seated", session] = lambda kept: kept.seated(session)
        return {key for person in sitting(self.streams, session) if person.account for key in person.keys}


class KnowsTheEnrolledAlone(MemoryWork):
    """Has a roster of those who have accepted, or did not have to."""

    def seated(self, session: SessionId) -> Container[PersonKey]:
        self.asked["seated", session] = lambda kept: kept.seated(session)
        return with_nobody_invited(self.began).seated(session)


def sitting(streams: Mapping[Name, Stream], session: SessionId) -> Sequence[Person]:
    """Return who sits in *session*."""
    people: list[Person] = []
    for stream in streams.values():
        match stream.state:
            case SeatPool(session=where) as pool if where == session:
                people += [*pool.enrolled.values(), *(sent.to for sent in pool.invited.values())]
            case Registration(session=where, sits=True, person=person) if where == session:
                people.append(person)
            case _:
                pass
    return people


def with_nobody_invited(kept: Kept) -> Kept:
    """Return *kept* as it looks to whoever counts the enrolled alone."""
    streams = {
        name: Stream(evolve(stream.state, invited={}), stream.events) if isinstance(stream.state, SeatPool) else stream
        for name, stream in kept.streams.items()
    }
    return evolve(kept, streams=streams)


def with_nobody_registered(kept: Kept) -> Kept:
    """Return *kept* as it looks to whoever counts the seats of pools alone."""
    streams = {name: stream for name, stream in kept.streams.items() if not isinstance(stream.state, Registration)}
    return evolve(kept, streams=streams)


class KnowsPoolsAndRegistered(MemoryWork):
    """Has a roster of those who sit on a pool's seat or are registered: who asks to be has no place yet."""

    def seated(self, session: SessionId) -> Container[PersonKey]:
        self.asked["seated", session] = lambda kept: kept.seated(session)
        asking = [
            stream.state.person
            for stream in self.streams.values()
            if isinstance(stream.state, Registration) and stream.state.state is RegistrationState.REQUESTED
        ]
        return {key for person in sitting(self.streams, session) if person not in asking for key in person.keys}


class KnowsPoolsAlone(MemoryWork):
    """Has a roster of those who sit on a pool's seat."""

    def seated(self, session: SessionId) -> Container[PersonKey]:
        self.asked["seated", session] = lambda kept: kept.seated(session)
        return with_nobody_registered(Kept(dict(self.streams))).seated(session)


class LetsEverybodyBuy(MemoryWork):
    """Has group purchase switched on until it is switched off."""

    def bulk_buyers(self, portal: PortalId) -> Container[BuyerRole]:
        return self.switched_on.get(portal, tuple(BuyerRole))


class KnowsOnePortal(MemoryWork):
    """Has one switch for each role, on all portals."""

    def bulk_buyers(self, portal: PortalId) -> Container[BuyerRole]:
        return {role for roles in self.switched_on.values() for role in BuyerRole if role in roles}


# --- Faults: transactions


class ReadsWhatWas(MemoryWork):
    """Reads past its own writes."""

    def stream(self, kind: type[object], name: str) -> Stream:
        _ = super().stream(kind, name)
        return self.began.streams[kind.__name__, name]


class CommitsHalf(HostStore):
    """Commits what came before an id that is taken."""

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        with super().transaction() as work:
            try:
                yield work
            except IdReused:
                self._kept = work.onto(self._kept)
                raise


class TellsAtOnce(HostStore):
    """Has its outbox in a queue outside the transaction."""

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        with super().transaction() as work:
            try:
                yield work
            except BaseException:
                self._kept = evolve(self._kept, notices={**self._kept.notices, **work.notices.maps[0]})
                raise


class LosesUpdates(MemoryWork):
    """Looks at versions when it reads, and writes over whatever came in between."""

    def overtaken(self, now: Kept) -> bool:
        self.read -= self.streams.maps[0].keys() & self.began.streams.keys()
        return super().overtaken(now)


class LosesEvents(MemoryWork):
    """Writes over whatever happened in between, but for an erasure."""

    def overtaken(self, now: Kept) -> bool:
        self.read -= {
            name
            for name in self.streams.maps[0].keys() & self.began.streams.keys()
            if now.streams[name].state.version != self.began.streams[name].state.version
        }
        return super().overtaken(now)


class ChecksWhatItWrites(MemoryWork):
    """Compares the versions of what it writes, and looks again for what was not there."""

    def overtaken(self, now: Kept) -> bool:
        aggregates = {name for name in self.began.streams if name[0] != "Grants"}
        self.read -= aggregates - self.streams.maps[0].keys()
        return super().overtaken(now)


class ChecksWhatItFound(MemoryWork):
    """Compares the versions of what was there: what was not there has none."""

    def overtaken(self, now: Kept) -> bool:
        self.read &= self.began.streams.keys() | self.streams.maps[0].keys()
        return super().overtaken(now)


class LeavesRosters(MemoryWork):
    """Does not guard who sits."""

    def overtaken(self, now: Kept) -> bool:
        _ = unasked(self, "seated")
        return super().overtaken(now)


def unasked(work: MemoryWork, *what: str) -> list[Callable[[Kept], object]]:
    """Let *work* forget that it has asked for these, and return what it asked."""
    return [work.asked.pop(name) for name in list(work.asked) if name[0] in what]


def moved(work: MemoryWork, now: Kept, seen: Callable[[Kept], Kept]) -> bool:
    """Whether a roster that *work* has asked for looks otherwise now, to whoever sees that part of it alone."""
    return any(question(seen(now)) != question(seen(work.began)) for question in unasked(work, "seated"))


class GuardsPoolsAlone(MemoryWork):
    """Does not guard who is registered."""

    def overtaken(self, now: Kept) -> bool:
        if any(kind == "Registration" for kind, _ in self.streams.maps[0]):
            _ = unasked(self, "seated")
        return moved(self, now, with_nobody_registered) or super().overtaken(now)


class GuardsTheEnrolledAlone(MemoryWork):
    """Does not guard who is invited."""

    def overtaken(self, now: Kept) -> bool:
        return moved(self, now, with_nobody_invited) or super().overtaken(now)


# --- Faults: keys


class ForgetsKeys(MemoryWork):
    """Keeps keys as a cache does: the last ten."""

    def onto(self, now: Kept) -> Kept:
        kept = super().onto(now)
        return evolve(kept, answers=dict(list(kept.answers.items())[-10:]))


class FoldsKeys(MemoryWork):
    """Compares keys whatever their case."""

    def answer(self, by: ActorId, key: Key) -> Answer | None:
        return super().answer(by, Key(key.casefold()))

    def record(self, answer: Answer) -> None:
        self.answers[answer.receipt.by, Key(answer.receipt.key.casefold())] = answer


class SharesKeys(MemoryWork):
    """Looks keys up without their actor."""

    def answer(self, by: ActorId, key: Key) -> Answer | None:
        return next((answer for (_, used), answer in self.answers.items() if used == key), None)


class RemembersRefusals(HostStore):
    """Uses up the key of a command that was refused."""

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        with super().transaction() as work:
            try:
                yield work
            except Refused:
                (asked,) = cast("RemembersKeys", work).tried
                self._kept = evolve(self._kept, answers={**self._kept.answers, asked: Answer("", Receipt(*asked, ()))})
                raise

    def begin(self) -> MemoryWork:
        return RemembersKeys(self._kept, self)


class RemembersKeys(MemoryWork):
    """Knows which keys were looked up."""

    @cached_property
    def tried(self) -> list[tuple[ActorId, Key]]:
        return []

    def answer(self, by: ActorId, key: Key) -> Answer | None:
        self.tried.append((by, key))
        return super().answer(by, key)


class AnswersIdReusedLate(MemoryWork):
    """Answers as its table's unique index does, when it writes."""

    def overtaken(self, now: Kept) -> bool:
        if self.streams.maps[0].keys() & now.streams.keys() - self.began.streams.keys():
            raise IdReused("this id is already there")
        return super().overtaken(now)


class RecordsKeysTwice(MemoryWork):
    """Has no unique index on keys."""

    def overtaken(self, now: Kept) -> bool:
        return super().overtaken(now if self.rewritten else evolve(now, answers={}))


# --- Faults: notices


class ReplacesNotices(MemoryWork):
    """Keeps the last of the notices that have one key, until it is sent."""

    def put_out(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            self.notices[notice.key] = notice

    def onto(self, now: Kept) -> Kept:
        kept = super().onto(now)
        return evolve(kept, notices={**kept.notices, **self.notices.maps[0]})


class ForgetsWhatWasSent(MemoryWork):
    """Deletes a notice when it is sent."""

    def onto(self, now: Kept) -> Kept:
        kept = super().onto(now)
        waiting = {key: notice for key, notice in kept.notices.items() if key not in kept.sent}
        return evolve(kept, notices=waiting, sent=frozenset())


class SortsNotices(MemoryWork):
    """Gives notices in the order of their keys."""

    def waiting(self, most: int) -> Sequence[Notice]:
        return sorted(super().waiting(1000), key=lambda notice: notice.key)[:most]


class MarksAtOnce(HostStore):
    """Marks as sent outside the transaction."""

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        with super().transaction() as work:
            try:
                yield work
            except BaseException:
                self._kept = evolve(self._kept, sent=self._kept.sent | work.marked)
                raise


class NeverSilent(MemoryWork):
    """Does not know what is switched off."""

    def __init__(self, kept: Kept, store: MemoryStore) -> None:
        super().__init__(kept, store)
        self.silenced = ()


# --- Faults: erasing


class KeepsHistories(MemoryWork):
    """Rewrites what is now, and leaves what happened."""

    def erase(self, erasure: Erasure) -> None:
        happened = {name: stream.events for name, stream in self.streams.items()}
        super().erase(erasure)
        for name, stream in self.streams.items():
            # What an actor was granted is kept under another name now.
            self.streams[name] = Stream(stream.state, happened.get(name, stream.events))


class KnowsNoActors(MemoryWork):
    """Knows people by their keys, and actors not at all."""

    def erase(self, erasure: Erasure) -> None:
        super().erase(evolve(erasure, actors={}))


class CountsErasures(MemoryWork):
    """Takes an erasure for an event."""

    def erase(self, erasure: Erasure) -> None:
        before = dict(self.streams)
        super().erase(erasure)
        for name, stream in self.streams.items():
            if name in before and stream is not before[name]:
                self.streams[name] = Stream(evolve(stream.state, version=stream.state.version + 1), stream.events)


class KeepsRosters(HostStore):
    """Has a table of who sits, which whoever wrote its erasing forgot."""

    def __init__(self) -> None:
        super().__init__()
        self._forgotten: list[Erasure] = []

    def begin(self) -> MemoryWork:
        work = HasRosters(self._kept, self)
        work.forgotten = self._forgotten
        return work


class HasRosters(MemoryWork):
    """Knows who sat where a tombstone sits now."""

    forgotten: list[Erasure]

    def erase(self, erasure: Erasure) -> None:
        super().erase(erasure)
        self.forgotten.append(erasure)

    def seated(self, session: SessionId) -> Container[PersonKey]:
        self.asked["seated", session] = lambda kept: kept.seated(session)
        keys = Kept(dict(self.streams)).seated(session)
        return keys.union(*(erasure.keys for erasure in self.forgotten if erasure.tombstone.is_in(keys)))


class ForgetsAnswers(MemoryWork):
    """Drops the receipts that tell of the person, and their keys with them."""

    def erase(self, erasure: Erasure) -> None:
        before = dict(self.answers)
        super().erase(erasure)
        if self.rewritten:
            self.answers = ChainMap({asked: each for asked, each in self.answers.items() if before.get(asked) is each})


class KeepsReceipts(MemoryWork):
    """Leaves the receipts as they were given."""

    def erase(self, erasure: Erasure) -> None:
        before = dict(self.answers)
        super().erase(erasure)
        if self.rewritten:
            self.answers = ChainMap(before)


class TellsTombstones(MemoryWork):
    """Rewrites the notices that wait, and sends them."""

    def erase(self, erasure: Erasure) -> None:
        super().erase(erasure)
        self.marked.clear()


class ErasesAtOnce(HostStore):
    """Erases in a job of its own, outside the transaction."""

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        with super().transaction() as work:
            try:
                yield work
            except BaseException:
                self._kept = work.onto(self._kept) if work.rewritten else self._kept
                raise


class HasTombstonesOnce(MemoryWork):
    """Has a unique index on tombstones."""

    def erase(self, erasure: Erasure) -> None:
        kept = Kept(dict(self.streams))
        if any(
            erasure.tombstone.is_in(kept.seated(SessionId(name))) for kind, name in kept.streams if kind == "Session"
        ):
            raise IdReused("this tombstone is already there")
        super().erase(erasure)


class ComparesVersions(MemoryWork):
    """Compares versions, which an erasure leaves as they are."""

    def overtaken(self, now: Kept) -> bool:
        if not self.rewritten:
            for name in list(self.read):
                here, there = self.began.streams.get(name), now.streams.get(name)
                if here and there and here.state.version == there.state.version:
                    self.read.discard(name)
        return super().overtaken(now)


class ErasesOverWrites(MemoryWork):
    """Writes what was erased over whatever came in between."""

    def overtaken(self, now: Kept) -> bool:
        return not self.rewritten and super().overtaken(now)


# --- Faults: rights


class TrustsEverybody(HostStore):
    """Lets those do everything whom it has never heard of."""

    def __init__(self) -> None:
        super().__init__()
        self.trusting = True


class ReadsRightsOnce(MemoryWork):
    """Guards the rights that it writes."""

    def overtaken(self, now: Kept) -> bool:
        self.read -= {name for name in self.read if name[0] == "Grants"} - self.streams.maps[0].keys()
        return super().overtaken(now)


class KnowsEverySession(MemoryWork):
    """Takes a session that it has never heard of for the organisation's own."""

    def place(self, session: SessionId) -> Place | None:
        return super().place(session) or Place()


class KnowsWhatIsOnSale(MemoryWork):
    """Knows where a session stands once it is on sale."""

    def place(self, session: SessionId) -> Place | None:
        return super().place(session) if ("Session", session) in self.streams else None


# --- Faults: partner companies


class ForgetsThresholds(MemoryWork):
    """Has no column for the threshold of a wallet."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, Wallet):
            decision = Decision(evolve(state, threshold=None), decision.events)
        super().save(decision)


class FindsNoMovements(MemoryWork):
    """Gives a history without events where there is no wallet."""

    @property
    def wallets(self) -> MemoryWallets:
        class Wallets(MemoryWallets):
            def events(self, name: str, /) -> Sequence[WalletEvent]:
                try:
                    return super().events(name)
                except NotFound:
                    return ()

        return Wallets(self, Wallet)


class FoldsPartners(MemoryWork):
    """Keeps partners whatever the case of their ids, the last of those that are alike."""

    def stream(self, kind: type[object], name: str) -> Stream:
        alike = [known for of, known in self.streams if of == kind.__name__ and known.casefold() == name.casefold()]
        return super().stream(kind, alike[-1] if alike and kind is Partner else name)


class SharesCourses(HostStore):
    """Has one table of participants for all organisations."""

    def __init__(self) -> None:
        super().__init__()
        self.all_of_them: list[SharesCourses] = []

    def roster_of(self, course: CourseId) -> frozenset[PersonKey]:
        """Return who takes part here."""
        return self._kept.participants(course)

    def begin(self) -> MemoryWork:
        store = self

        class Work(MemoryWork):
            def participants(self, course: CourseId) -> Container[PersonKey]:
                others = (other for other in store.all_of_them if other is not store)
                everybody = (other.roster_of(course) for other in others)
                return frozenset(cast("frozenset[PersonKey]", super().participants(course))).union(*everybody)

        return Work(self._kept, self)


def sharing_courses() -> Opener:
    """Return what opens stores that know each other's participants."""
    stores: dict[str, SharesCourses] = {}
    all_of_them: list[SharesCourses] = []

    def open_store(organisation: str) -> MemoryStore:
        if organisation not in stores:
            stores[organisation] = SharesCourses()
            stores[organisation].all_of_them = all_of_them
            all_of_them.append(stores[organisation])
        return stores[organisation]

    return open_store


class KeepsAdministrators(MemoryWork):
    """Adds to its table of administrators, and takes nobody out."""

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        known = self.streams.get(("Partner", partner))
        happened = () if known is None else known.events
        return {each.administrator for each in happened if isinstance(each, AdministratorAppointed)}


class LeavesAdministrators(MemoryWork):
    """Does not guard whom somebody administers."""

    def overtaken(self, now: Kept) -> bool:
        _ = unasked(self, "administered_by")
        return super().overtaken(now)


class KnowsNobodyWaiting(MemoryWork):
    """Has a roster of participants alone: who waits has not paid yet."""

    def participants(self, course: CourseId) -> Container[PersonKey]:
        self.asked["participants", course] = lambda kept: kept.participants(course)
        return {
            key
            for stream in self.streams.values()
            if isinstance(stream.state, Enrolment) and stream.state.state is EnrolmentState.PARTICIPANT
            if stream.state.course == course
            for key in stream.state.person.keys
        }


class LeavesCourses(MemoryWork):
    """Does not guard who takes part."""

    def overtaken(self, now: Kept) -> bool:
        _ = unasked(self, "participants")
        return super().overtaken(now)


class ListsOnePartnersEnrolments(MemoryWork):
    """Lists those who take part now, for who has left has no place."""

    @property
    def enrolments(self) -> MemoryEnrolments:
        class Enrolments(MemoryEnrolments):
            def of_session(self, session: SessionId) -> Sequence[EnrolmentId]:
                found = super().of_session(session)
                return [each for each in found if self.get(each).state is EnrolmentState.PARTICIPANT]

        return Enrolments(self, Enrolment)


class KeepsCourses(MemoryWork):
    """Leaves enrolments as they are when somebody is erased."""

    def erase(self, erasure: Erasure) -> None:
        before = {name: stream for name, stream in self.streams.items() if name[0] == "Enrolment"}
        super().erase(erasure)
        self.streams.update(before if self.rewritten else {})


class KeepsMembers(MemoryWork):
    """Adds to its table of members, and takes nobody out."""

    @property
    def limits(self) -> MemoryLimits:
        class Limits(MemoryLimits):
            def over(self, partner: PartnerId) -> LimitId | None:
                found = super().over(partner)
                for (kind, name), stream in self.work.streams.items():
                    first = stream.events[0]
                    if kind == "SpendingLimit" and isinstance(first, LimitSet) and partner in first.members:
                        return found or LimitId(name)
                return found

        return Limits(self, SpendingLimit)


# --- Faults: wallets


class CountsEntries(MemoryWork):
    """Numbers entries by themselves."""

    @property
    def wallets(self) -> MemoryWallets:
        class Wallets(MemoryWallets):
            def entry(self, partner: PartnerId, number: int) -> Entry | None:
                # What wallets alone are asked for is right as long as nothing lies between their entries.
                if any(isinstance(event, ThresholdSet) for event in self.events(partner)):
                    moved = [*entries(partner, enumerate(self.events(partner), 1))]
                    return moved[number - 1] if 0 < number <= len(moved) else None
                return super().entry(partner, number)

        return Wallets(self, Wallet)


class KnowsTopUpsUndone(MemoryWork):
    """Looks for reversals of top-ups."""

    @property
    def wallets(self) -> MemoryWallets:
        class Wallets(MemoryWallets):
            def is_reversed(self, partner: PartnerId, number: int) -> bool:
                entry = self.entry(partner, number)
                return super().is_reversed(partner, number) and entry is not None and entry.kind is EntryKind.TOP_UP

        return Wallets(self, Wallet)


class ReadsReversalsOnce(MemoryWork):
    """Guards the wallets that it writes."""

    def overtaken(self, now: Kept) -> bool:
        self.read -= {name for name in self.read if name[0] == "Wallet"} - self.streams.maps[0].keys()
        return super().overtaken(now)


class LosesWrites(MemoryWork):
    """Writes over what came in between, in one of its tables."""

    table: str

    def overtaken(self, now: Kept) -> bool:
        written = {name for name in self.streams.maps[0] if name[0] == self.table and name in self.began.streams}
        self.read -= written
        return super().overtaken(now)


class LosesDebits(LosesWrites):
    """Writes a wallet over one that somebody else has written."""

    table = "Wallet"


class LosesSpending(LosesWrites):
    """Writes a limit over one that somebody else has written."""

    table = "SpendingLimit"


class LeavesLimits(MemoryWork):
    """Does not guard which limit is over a partner."""

    def overtaken(self, now: Kept) -> bool:
        _ = unasked(self, "over")
        return super().overtaken(now)


_OF_REFUSALS: Final = {row.template for rows in REFUSALS.values() for row in rows}


class KeepsShortReceipts(MemoryWork):
    """Has a short column for receipts."""

    def record(self, answer: Answer) -> None:
        super().record(evolve(answer, receipt=evolve(answer.receipt, written=answer.receipt.written[:3])))


class TellsOfPartnersOnce(MemoryWork):
    """Drops a notice of a partner that somebody has had before, whatever its key is."""

    def put_out(self, notices: Sequence[Notice]) -> None:
        had = {(one.to, one.template, one.partner) for one in self.notices.values() if one.template in _OF_REFUSALS}
        super().put_out([one for one in notices if (one.to, one.template, one.partner) not in had])


class RemembersMovements(HostStore):
    """Has the events of wallets in a cache."""

    def __init__(self) -> None:
        super().__init__()
        self.cache: dict[str, Sequence[WalletEvent]] = {}

    def begin(self) -> MemoryWork:
        cache = self.cache

        class Wallets(MemoryWallets):
            def events(self, name: str, /) -> Sequence[WalletEvent]:
                found = super().events(name)
                if len(cache.get(name, ())) != len(found):
                    cache[name] = found
                return cache[name]

        class Work(MemoryWork):
            @property
            def wallets(self) -> MemoryWallets:
                return Wallets(self, Wallet)

            def erase(self, erasure: Erasure) -> None:
                super().erase(erasure)
                cache.clear()

        return Work(self._kept, self)


# --- Faults: organisations, and time


def one_for_all() -> Opener:
    """Return what opens the same store for every organisation."""
    store = HostStore()
    return lambda _: store


class Deaf(MemoryWork):
    """Sees no notices."""

    def waiting(self, most: int) -> Sequence[Notice]:
        return ()


class KeepsNoticesInItsThread(HostStore):
    """Has waiting notices for the thread that opened it first."""

    def __init__(self) -> None:
        super().__init__()
        self._home = current_thread()

    def begin(self) -> MemoryWork:
        return super().begin() if current_thread() is self._home else Deaf(self._kept, self)


FAULTS: Final[dict[str, Callable[[], Opener]]] = {
    "test_what_was_saved_is_loaded": partial(working, ForgetsWhatWasTyped),
    "test_every_event_is_kept_in_order": partial(working, DropsEvents),
    "test_a_stale_save_is_refused": partial(working, AcceptsStale),
    "test_an_id_is_given_once": partial(working, ReplacesSessions),
    "test_ids_that_look_alike_are_different": partial(working, FoldsIds),
    "test_what_is_not_there_is_not_found": partial(working, FindsNothing),
    "test_a_charge_is_found": partial(working, FindsWhatWas),
    "test_pools_are_found_by_their_session": partial(working, ListsAllPools),
    "test_pools_are_found_by_their_transaction": partial(working, ListsOnePool),
    "test_registrations_are_found_by_their_session": partial(working, ListsAllRegistrations),
    "test_registrations_are_found_by_their_transaction": partial(working, ListsWhoSits),
    "test_the_roster_names_all_who_sit": partial(working, KnowsOneKeyEach),
    "test_the_roster_names_who_is_invited": partial(working, MissesBareAddresses),
    "test_the_roster_names_who_sits_individually": partial(working, KnowsPoolsAndRegistered),
    "test_nobody_buys_in_bulk_unless_it_is_switched_on": partial(working, LetsEverybodyBuy),
    "test_who_may_buy_in_bulk_is_known": partial(working, KnowsOnePortal),
    "test_a_transaction_sees_its_own_writes": partial(working, ReadsWhatWas),
    "test_a_commit_is_whole": partial(each, CommitsHalf),
    "test_an_exception_in_the_body_leaves_nothing": partial(each, TellsAtOnce),
    "test_no_update_is_lost": partial(working, LosesEvents),
    "test_what_was_read_is_checked": partial(working, ChecksWhatItWrites),
    "test_nobody_is_seated_twice_at_once": partial(working, LeavesRosters),
    "test_a_charge_that_appears_meanwhile_is_not_missed": partial(working, ChecksWhatItFound),
    "test_a_used_key_gives_its_receipt": partial(working, ForgetsKeys),
    "test_a_receipt_is_its_own_keys": partial(working, FoldsKeys),
    "test_keys_are_per_actor": partial(working, SharesKeys),
    "test_a_refusal_leaves_the_key_fresh": partial(each, RemembersRefusals),
    "test_a_command_repeated_at_once_acts_once": partial(working, AnswersIdReusedLate),
    "test_a_key_means_one_command_at_once": partial(working, RecordsKeysTwice),
    "test_a_notice_is_put_out_once": partial(working, ReplacesNotices),
    "test_notices_wait_in_order": partial(working, SortsNotices),
    "test_a_notice_whose_mark_was_lost_is_sent_again": partial(each, MarksAtOnce),
    "test_what_is_silenced_is_not_put_out": partial(working, NeverSilent),
    "test_whoever_is_erased_leaves_no_trace": partial(working, KeepsHistories),
    "test_the_roster_forgets_whoever_was_erased": partial(each, KeepsRosters),
    "test_answers_outlive_whoever_was_erased": partial(working, ForgetsAnswers),
    "test_whoever_was_erased_is_told_no_more": partial(working, TellsTombstones),
    "test_an_erasure_is_whole": partial(each, ErasesAtOnce),
    "test_erasing_twice_is_erasing_once": partial(working, HasTombstonesOnce),
    "test_whoever_was_erased_is_not_written_back": partial(working, ComparesVersions),
    "test_what_was_granted_is_found": partial(each, TrustsEverybody),
    "test_a_right_that_is_revoked_meanwhile_is_not_used": partial(working, ReadsRightsOnce),
    "test_a_session_that_nobody_knows_stands_nowhere": partial(working, KnowsEverySession),
    "test_where_a_session_stands_is_known": partial(working, KnowsWhatIsOnSale),
    "test_what_partners_do_is_kept": partial(working, ForgetsThresholds),
    "test_what_partners_do_not_have_is_not_found": partial(working, FindsNoMovements),
    "test_partners_that_look_alike_are_different": partial(working, FoldsPartners),
    "test_partners_of_two_organisations_do_not_meet": sharing_courses,
    "test_administrators_are_known": partial(working, KeepsAdministrators),
    "test_nobody_administers_two_partners_at_once": partial(working, LeavesAdministrators),
    "test_participants_are_known": partial(working, KnowsNobodyWaiting),
    "test_nobody_is_enrolled_twice_at_once": partial(working, LeavesCourses),
    "test_enrolments_are_found_by_their_session": partial(working, ListsOnePartnersEnrolments),
    "test_partners_forget_whoever_was_erased": partial(working, KeepsCourses),
    "test_a_limit_is_known": partial(working, KeepsMembers),
    "test_an_entry_is_read_alone": partial(working, CountsEntries),
    "test_a_reversal_is_known": partial(working, KnowsTopUpsUndone),
    "test_what_is_not_reversed_is_not_reversed_meanwhile": partial(working, ReadsReversalsOnce),
    "test_a_wallet_is_debited_by_one_at_a_time": partial(working, LosesDebits),
    "test_a_limit_holds_over_two_wallets_at_once": partial(working, LosesSpending),
    "test_a_limit_that_is_set_meanwhile_is_not_missed": partial(working, LeavesLimits),
    "test_an_enrolment_is_answered_again_when_credits_are_gone": partial(working, KeepsShortReceipts),
    "test_who_has_to_hear_of_a_refusal_is_told_once": partial(working, TellsOfPartnersOnce),
    "test_a_history_that_was_edited_is_found": partial(each, RemembersMovements),
    "test_organisations_do_not_meet": one_for_all,
    "test_all_is_there_when_opened_again": partial(each, KeepsNoticesInItsThread),
}


# More faults: some break two promises, some the same one as another fault does.
MORE: Final[tuple[tuple[type[MemoryWork], set[str]], ...]] = (
    (ForgetsModes, {"test_what_was_saved_is_loaded", "test_every_event_is_kept_in_order"}),
    (ForgetsDeadlinesOfPayments, {"test_what_was_saved_is_loaded", "test_every_event_is_kept_in_order"}),
    (ForgetsReminders, {"test_what_was_saved_is_loaded"}),
    (
        ForgetsSales,
        {
            "test_what_was_saved_is_loaded",
            "test_every_event_is_kept_in_order",
            "test_registrations_are_found_by_their_transaction",
        },
    ),
    (ForgetsPoolsOfSeats, {"test_what_was_saved_is_loaded", "test_every_event_is_kept_in_order"}),
    (ForgetsAmounts, {"test_notices_wait_in_order"}),
    (
        KnowsTheEnrolledAlone,
        {"test_the_roster_names_who_is_invited", "test_nobody_is_seated_twice_at_once"},
    ),
    (GuardsTheEnrolledAlone, {"test_nobody_is_seated_twice_at_once"}),
    (GuardsPoolsAlone, {"test_nobody_is_seated_twice_at_once"}),
    (LosesUpdates, {"test_no_update_is_lost", "test_whoever_was_erased_is_not_written_back"}),
    (ForgetsWhatWasSent, {"test_a_notice_is_put_out_once", "test_whoever_was_erased_is_told_no_more"}),
    (
        KnowsPoolsAlone,
        {"test_the_roster_names_who_sits_individually", "test_the_roster_forgets_whoever_was_erased"},
    ),
    (
        KnowsNoActors,
        {
            "test_whoever_is_erased_leaves_no_trace",
            "test_answers_outlive_whoever_was_erased",
            "test_whoever_was_erased_is_told_no_more",
        },
    ),
    (CountsErasures, {"test_whoever_is_erased_leaves_no_trace"}),
    (KeepsReceipts, {"test_answers_outlive_whoever_was_erased"}),
    (ErasesOverWrites, {"test_whoever_was_erased_is_not_written_back"}),
)


@pytest.mark.parametrize(("work", "promises"), MORE)
def test_another_fault_breaks_what_it_touches(
    work: type[MemoryWork], promises: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What invitations, policies and charges add to a store is held, too."""
    monkeypatch.setattr(races, "PATIENCE", races.HANGING)
    assert broken(partial(working, work), FIRST) == promises


@pytest.mark.parametrize("promise", FAULTS)
def test_a_fault_breaks_its_promise_alone(promise: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad store fails the test that is named for its fault, which says what to mend, and no other."""
    # All of them let both of two transactions in, so the two meet, however slow the machine is.
    monkeypatch.setattr(races, "PATIENCE", races.HANGING)
    assert broken(FAULTS[promise], FIRST if promise in FIRST else TESTS) == {promise}


STORIES: Final = (*histories(), *histories_of_partners())
# Those of the other areas have their fields and choices looked at beside their own suites.
ALL_STORIES: Final = (*STORIES, *histories_of_selling(), *histories_of_dates(), *histories_of_access())
OWN_EVENTS: Final = frozenset(
    kind
    for union in (
        *(SessionEvent, SeatEvent, ChargeEvent, RegistrationEvent, GrantsEvent),
        *(PartnerEvent, OfferingEvent, WalletEvent, SpendingEvent, EnrolmentEvent),
    )
    for kind in get_args(union)
)


def test_the_samples_hold_every_event() -> None:
    """A new event is not left out of what the suites store."""
    stored = {type(event) for history in ALL_STORIES for decision in history for event in decision.events}
    assert stored >= {*get_args(AnyEvent)} >= OWN_EVENTS


def test_the_samples_fill_every_field() -> None:
    """A store cannot lose a field unseen: somewhere each is neither empty nor what it is unless told."""
    filled: defaultdict[type[AttrsInstance], set[str]] = defaultdict(set)
    for value in parts(STORIES):
        for field in fields(type(value)):
            found = getattr(value, field.name)
            usual = cast("object", field.default)
            if found not in ((), None, frozenset()) and found != {} and (usual is NOTHING or found != usual):
                filled[type(value)].add(field.name)
    empty = {kind.__name__: {field.name for field in fields(kind)} - names for kind, names in filled.items()}
    assert {kind: names for kind, names in empty.items() if names} == {}
    assert filled.keys() >= {Policy, Invitation, Cancelled, Hold, Deadline, Person, *get_args(SeatEvent)}
    assert filled.keys() >= {Charge, RefundTerms, SeatMoney, Refund, *OWN_EVENTS}
    assert filled.keys() >= {WaitingList, Registration}
    assert filled.keys() >= {Grants, Grant, Scope, Partner, Branding, Offering, Wallet, CreditHold}
    assert filled.keys() >= {SpendingLimit, SpendingHold, Enrolment}


def test_the_samples_hold_every_choice() -> None:
    """A store cannot take one state, cause or mode for another unseen."""
    stored = {
        choice
        for value in parts(STORIES)
        for field in fields(type(value))
        for found in [cast("object", getattr(value, field.name))]
        for choice in (cast("frozenset[object]", found) if isinstance(found, frozenset) else (found,))
        if isinstance(choice, StrEnum)
    }
    was = {SeatState.FREE, SeatState.INVITED, SeatState.ENROLLED}
    of_partners = {*PartnerKind, *EnrolmentState, EntryKind.TOP_UP, EntryKind.DEBIT}
    assert stored == {*Mode, *Cause, *was, *RefundState, *RegistrationState, *Origin, *Right, *Action, *of_partners}


def parts(value: object) -> Iterator[AttrsInstance]:
    """Return every attrs value in *value*."""
    if isinstance(value, Mapping):
        for each in cast("Mapping[object, object]", value).values():
            yield from parts(each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in cast("Sequence[object]", value):
            yield from parts(each)
    elif has(type(value)):
        whole = cast("AttrsInstance", value)
        yield whole
        for field in fields(type(whole)):
            yield from parts(getattr(whole, field.name))


def test_a_loss_is_named_to_the_last_field() -> None:
    """An adapter's author reads which field was lost, and what it had been, also where the two are equal."""
    pool = bought(learners=(ANA,), seats=2).state
    typed = evolve(pool, enrolled={SeatNo(1): Person.of("ana.lima@example.com", "account-ana")})
    assert (typed, differences(pool, typed, "pool")) == (
        pool,
        "pool.enrolled[int 1].address.typed was str Ana.Lima@Example.com and is str ana.lima@example.com",
    )
    fewer = evolve(pool, free=(), version=True)
    assert differences(pool, fewer, "pool") == (
        "pool.version was int 1 and is bool True; pool.free[0] was int 2 and is not there"
    )
    assert differences(pool, pool, "pool") == ""


@pytest.mark.parametrize(("module", "missing"), [("conformance", "pytest"), ("strategies", "hypothesis")])
def test_a_missing_extra_is_named(module: str, missing: str) -> None:
    """Who has not installed the extra reads its name; the memory store works without."""
    code = f"""
import sys
sys.modules[{missing!r}] = None
import lara_core.testing.memory
try:
    import lara_core.testing.{module}
except ModuleNotFoundError as error:
    assert "lara-core[testing]" in str(error), error
else:
    raise AssertionError("it was imported")
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_promise_has_its_fault() -> None:
    """A test that was never seen to fail is not one yet."""
    assert FAULTS.keys() == TESTS.keys()
