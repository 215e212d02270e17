"""A unit of work in memory. See `lara_core.testing.memory`."""

from collections import ChainMap
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from itertools import islice
from typing import Protocol, cast

from lara_core.access import CourseFacts, Enrolled
from lara_core.cart import Cart, CartEvent
from lara_core.confirmation import Confirmation
from lara_core.documents import Numbering
from lara_core.hosting.ports import Answer
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.errors import ContractBroken, IdReused, NotFound, StaleState
from lara_core.kernel.ids import (
    ActorId,
    ClientId,
    CourseId,
    Key,
    PartnerId,
    PortalId,
    SessionId,
)
from lara_core.kernel.people import Person, PersonKey
from lara_core.offerings import Offering, OfferingEvent
from lara_core.offers import Grant as OfferGrant
from lara_core.offers import Offer, OfferEvent, Window
from lara_core.participants import Enrolment, EnrolmentState
from lara_core.partners import Partner
from lara_core.promotions import CodeEvent, PromotionCode
from lara_core.providers import Arrangement, ArrangementEvent, Provider, Training, TrainingEvent
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, ChargeEvent
from lara_core.registrations import Registration
from lara_core.rights import Grants, Place
from lara_core.schedules import Schedule, ScheduleEvent
from lara_core.seats import SeatPool
from lara_core.sessions import Session, SessionEvent
from lara_core.spending import SpendingLimit
from lara_core.telling.notices import Notice, Setting
from lara_core.testing.memory.collections import (
    Aggregates,
    MemoryConfirmations,
    MemoryEnrolments,
    MemoryEntitlements,
    MemoryLimits,
    MemoryNumberings,
    MemoryOfferGrants,
    MemoryPartners,
    MemoryPools,
    MemoryProviders,
    MemoryRegistrations,
    MemoryWallets,
)
from lara_core.testing.memory.kept import Kept, Name, Root, Stream
from lara_core.wallet import Wallet


class Facts(Protocol):
    """What a store is told, and not by commands."""

    silenced: Container[Setting]
    bulk_buyers: Mapping[PortalId, Container[BuyerRole]]
    trusting: bool
    places: Mapping[SessionId, Place] | None
    organisation: ActorId
    contacts: Mapping[ClientId, Person]
    courses: Mapping[CourseId, CourseFacts]


class MemoryWork:
    """A unit of work of every area, on what was kept when its transaction began."""

    def __init__(self, kept: Kept, store: Facts) -> None:
        self.silenced = store.silenced
        self.switched_on = store.bulk_buyers
        self.trusting = store.trusting
        self.places = store.places
        self.organisation = store.organisation
        self.contacts = store.contacts
        self.courses = store.courses
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
    def entitlements(self) -> MemoryEntitlements:
        """Who was granted what."""
        return MemoryEntitlements(self, Grants)

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """Who administers *partner*."""
        found = self.look(Partner, partner)
        return () if found is None else cast("Partner", found.state).administrators

    # --- Group purchase

    @property
    def sessions(self) -> Aggregates[Session, SessionEvent]:
        """The organisation's sessions."""
        return Aggregates(self, Session)

    @property
    def pools(self) -> MemoryPools:
        """The organisation's seat pools."""
        return MemoryPools(self, SeatPool)

    @property
    def charges(self) -> Aggregates[Charge, ChargeEvent]:
        """The organisation's charges."""
        return Aggregates(self, Charge)

    @property
    def registrations(self) -> MemoryRegistrations:
        """The organisation's registrations."""
        return MemoryRegistrations(self, Registration)

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
    def partners(self) -> MemoryPartners:
        """The organisation's partners."""
        return MemoryPartners(self, Partner)

    @property
    def offerings(self) -> Aggregates[Offering, OfferingEvent]:
        """The courses that are offered to them."""
        return Aggregates(self, Offering)

    @property
    def wallets(self) -> MemoryWallets:
        """Their wallets."""
        return MemoryWallets(self, Wallet)

    @property
    def limits(self) -> MemoryLimits:
        """The limits that they spend under."""
        return MemoryLimits(self, SpendingLimit)

    @property
    def enrolments(self) -> MemoryEnrolments:
        """The enrolments that they pay for."""
        return MemoryEnrolments(self, Enrolment)

    def participants(self, course: CourseId) -> Container[PersonKey]:
        """The keys of all who take part in *course*, or wait to. The commit asks once more."""
        self.asked["participants", course] = lambda kept: kept.participants(course)
        return self.here.participants(course)

    # --- Selling

    @property
    def providers(self) -> MemoryProviders:
        """Who sells."""
        return MemoryProviders(self, Provider)

    @property
    def arrangements(self) -> Aggregates[Arrangement, ArrangementEvent]:
        """Who sells for whom."""
        return Aggregates(self, Arrangement)

    @property
    def trainings(self) -> Aggregates[Training, TrainingEvent]:
        """Whose the trainings are."""
        return Aggregates(self, Training)

    @property
    def carts(self) -> Aggregates[Cart, CartEvent]:
        """What buyers are about to buy."""
        return Aggregates(self, Cart)

    @property
    def codes(self) -> Aggregates[PromotionCode, CodeEvent]:
        """The promotion codes."""
        return Aggregates(self, PromotionCode)

    @property
    def numberings(self) -> MemoryNumberings:
        """The numbers of the providers' documents."""
        return MemoryNumberings(self, Numbering)

    # --- Dates

    @property
    def schedules(self) -> Aggregates[Schedule, ScheduleEvent]:
        """The dates of the sessions."""
        return Aggregates(self, Schedule)

    @property
    def confirmations(self) -> MemoryConfirmations:
        """What clients say to them."""
        return MemoryConfirmations(self, Confirmation)

    def contact(self, client: ClientId) -> Person | None:
        """The main contact of *client*."""
        return self.contacts.get(client)

    # --- Access

    @property
    def offers(self) -> Aggregates[Offer, OfferEvent]:
        """The organisation's offers."""
        return Aggregates(self, Offer)

    @property
    def offer_grants(self) -> MemoryOfferGrants:
        """What was granted by them."""
        return MemoryOfferGrants(self, OfferGrant)

    @property
    def published(self) -> Container[CourseId]:
        """The courses that learners can see."""
        return {course for course, facts in self.courses.items() if facts.published}

    def course(self, course: CourseId) -> CourseFacts:
        """What is known of *course*."""
        if course not in self.courses:
            raise NotFound(CourseFacts)
        return self.courses[course]

    def enrolled(self, person: Person, course: CourseId) -> Sequence[Enrolled]:
        """The person's places in the sessions of *course*, and a partner's enrolments of theirs in it.

        Each gives access from its session's start on or, without a session, since they take part.
        """
        sessions = [
            session.starts
            for session in self.sessions.all()
            if (place := self.place(session.id)) and place.training == course and self.here.enrolled(session.id, person)
        ]
        enrolments = [
            # The newest event made them a participant.
            self.enrolments.events(found.id)[-1].act.at
            if found.session is None
            else self.sessions.get(found.session).starts
            for found in self.enrolments.all()
            if (found.course, found.state) == (course, EnrolmentState.PARTICIPANT) and found.person.same_as(person)
        ]
        return [Enrolled(course, Window(opens)) for opens in (*sessions, *enrolments)]

    # --- What is looked up

    @property
    def here(self) -> Kept:
        """The aggregates as this work sees them."""
        return Kept(dict(self.streams))

    def stream(self, kind: type[object], name: str) -> Stream:
        """The aggregate of that *kind* and *name*. The commit looks at it once more."""
        found = self.look(kind, name)
        if found is None:
            raise NotFound(kind)
        return found

    def look(self, kind: type[object], name: str) -> Stream | None:
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
