"""The conformance suite of access catches what it is for: each of its tests has a store that fails that one alone.

Each fault is one that real adapters have: a cache, a column that is too narrow, an index on one key where people have
two.
"""

from collections import ChainMap, defaultdict
from collections.abc import Callable, Container, Generator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from inspect import signature
from typing import Any, Final, TypeAlias, cast, get_args

import pytest
from attrs import NOTHING, AttrsInstance, evolve, fields

from lara_core.access import CourseFacts, Enrolled
from lara_core.hosting.ports import Answer
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.errors import NotFound, StaleState
from lara_core.kernel.ids import CourseId, EnrolmentId, OfferId, PoolId, RegistrationId, SessionId
from lara_core.kernel.people import Person
from lara_core.offers import (
    AccessMessage,
    AccessTerms,
    Duration,
    Grant,
    GrantEvent,
    GrantState,
    Homework,
    Moment,
    Offer,
    OfferEvent,
    OfferStatus,
    OfferTerms,
    Product,
    Purchase,
    Telling,
    Window,
)
from lara_core.participants import Enrolment
from lara_core.registrations import Registration
from lara_core.rights import Place
from lara_core.seats import SeatPool
from lara_core.telling.notices import Notice
from lara_core.testing import races
from lara_core.testing.conformance import AccessConformance, WayIn
from lara_core.testing.memory import Kept, MemoryOfferGrants, MemoryStore, MemoryWork, Stream
from lara_core.testing.samples import (
    COURSE,
    NOW,
    STARTS,
    bought,
    differences,
    histories_of_access,
    opened,
    registered,
    taking_part,
    told_of_access,
)
from tests.test_conformance import HostStore, SerialStore, each, of_suites, parts, unasked, working

Opener: TypeAlias = Callable[[str], MemoryStore]
TESTS: Final = of_suites(AccessConformance)


def broken(opener: Callable[[], Opener]) -> set[str]:
    """Return the names of the tests that fail on new stores of *opener*, one for each test."""
    return {name for name, test in TESTS.items() if not passes(test, opener())}


def passes(test: Callable[..., None], open_store: Opener) -> bool:
    """Run one test as pytest would. Only what a test says itself counts as failing: any other error is one here too."""

    def set_course(organisation: str, facts: CourseFacts) -> None:
        store = open_store(organisation)
        store.courses = {**store.courses, facts.id: facts}

    def seat(organisation: str, person: Person, course: CourseId, way: WayIn) -> Enrolled:
        store, session = open_store(organisation), SessionId(f"session-of-{course}")
        store.places = {**(store.places or {}), session: Place(training=course)}
        # One of the two courses has no session for its partners.
        without = way is WayIn.ENROLMENT and course == COURSE
        ways_in: Mapping[WayIn, Decision[Aggregate, Event]] = {
            WayIn.SEAT: bought(PoolId(f"pool-{course}"), [person], session=session),
            WayIn.REGISTRATION: registered(RegistrationId(f"registration-{course}"), person, session=session),
            WayIn.ENROLMENT: taking_part(
                EnrolmentId(f"enrolment-{course}"), person, course=course, session=None if without else session
            ),
        }
        with store.transaction() as work:
            work.save(opened(session))
            work.save(ways_in[way])
        return Enrolled(course, Window(NOW if without else STARTS))

    fixtures: Mapping[str, Any] = {"open_store": open_store, "set_course": set_course, "seat": seat}
    try:
        test(**{name: fixtures[name] for name in signature(test).parameters})
    except AssertionError:
        return False
    return True


# --- Stores that keep everything


def test_a_store_that_compares_versions_passes() -> None:
    """What the faults are put into is not what is found."""
    assert broken(partial(each, HostStore)) == set()


def test_a_store_that_locks_passes() -> None:
    """Both ways of keeping the promises are right: the suite does not ask for one of them."""
    assert broken(partial(each, SerialStore)) == set()


# --- Faults: what is kept


class ForgetsMessages(MemoryWork):
    """Has no column for how an offer tells of access."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, Offer):
            usual = evolve(state, terms=evolve(state.terms, message=AccessMessage()))
            decision = Decision(usual, decision.events)
        super().save(decision)


class ForgetsEnds(MemoryWork):
    """Keeps the windows of a grant to the second."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, Grant):
            windows = {
                course: Window(window.opens, window.until and window.until.replace(microsecond=0))
                for course, window in state.windows.items()
            }
            decision = Decision(evolve(state, windows=windows), decision.events)
        super().save(decision)


class FindsNoHistory(MemoryWork):
    """Gives a history without events where there is none."""

    @property
    def offer_grants(self) -> MemoryOfferGrants:
        class Grants(MemoryOfferGrants):
            def events(self, name: str, /) -> Sequence[GrantEvent]:
                try:
                    return super().events(name)
                except NotFound:
                    return ()

        return Grants(self, Grant)


class FoldsOffers(MemoryWork):
    """Keeps offers whatever the case of their ids, the last of those that are alike."""

    def stream(self, kind: type[object], name: str) -> Stream:
        alike = [known for of, known in self.streams if of == kind.__name__ and known.casefold() == name.casefold()]
        return super().stream(kind, alike[-1] if alike and kind is Offer else name)


class SharesGrants(HostStore):
    """Has one table of grants for all organisations."""

    def __init__(self) -> None:
        super().__init__()
        self.all_of_them: list[SharesGrants] = []

    def grants_of(self, person: Person) -> Sequence[Grant]:
        """Return what the person was granted here."""
        return self._kept.grants(person)

    def begin(self) -> MemoryWork:
        others = [store for store in self.all_of_them if store is not self]

        class Grants(MemoryOfferGrants):
            def of_person(self, person: Person) -> Sequence[Grant]:
                return [*super().of_person(person), *(grant for store in others for grant in store.grants_of(person))]

        class Work(MemoryWork):
            @property
            def offer_grants(self) -> MemoryOfferGrants:
                return Grants(self, Grant)

        return Work(self._kept, self)


def sharing_grants() -> Opener:
    """Return what opens stores that know each other's grants."""
    all_of_them: list[SharesGrants] = []

    def opened_first() -> SharesGrants:
        store = SharesGrants()
        store.all_of_them = all_of_them
        all_of_them.append(store)
        return store

    stores = defaultdict[str, SharesGrants](opened_first)
    return stores.__getitem__


# --- Faults: who has what


class FindsAnyGrant(MemoryWork):
    """Finds a person's grant, of whichever offer."""

    @property
    def offer_grants(self) -> MemoryOfferGrants:
        class Grants(MemoryOfferGrants):
            def of(self, offer: OfferId, person: Person) -> Grant | None:
                found = super().of(offer, person)
                return found or next(iter(self.work.here.grants(person)), None)

        return Grants(self, Grant)


class ListsWhatIsGranted(MemoryWork):
    """Lists a person's grants, but for those that were revoked."""

    @property
    def offer_grants(self) -> MemoryOfferGrants:
        class Grants(MemoryOfferGrants):
            def of_person(self, person: Person) -> Sequence[Grant]:
                return [grant for grant in super().of_person(person) if grant.state is GrantState.GRANTED]

        return Grants(self, Grant)


class LeavesGrants(MemoryWork):
    """Does not guard that a person has no grant."""

    def overtaken(self, now: Kept) -> bool:
        names = {name for name, _ in self.asked if name.startswith("grant of ")}
        _ = unasked(self, *names)
        return super().overtaken(now)


class ForgetsEmptyAnswers(MemoryWork):
    """Keeps a key with the events that were written under it."""

    def record(self, answer: Answer) -> None:
        if answer.receipt.written:
            super().record(answer)


class GrantsOneByOne(HostStore):
    """Keeps each grant as soon as it is written, whatever becomes of its transaction."""

    _kept: Kept

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        begun: list[MemoryWork] = []
        try:
            with super().transaction() as work:
                begun.append(work)
                yield work
                begun.clear()
        finally:
            for left in begun:
                grants = {name: stream for name, stream in left.streams.maps[0].items() if name[0] == "Grant"}
                self._kept = evolve(self._kept, streams={**self._kept.streams, **grants})


class KeepsGrantees(MemoryWork):
    """Leaves the history of grants as it is when somebody is erased."""

    def erase(self, erasure: Erasure) -> None:
        before = {name: stream for name, stream in self.streams.items() if name[0] == "Grant"}
        super().erase(erasure)
        for name, was in before.items() if self.rewritten else ():
            self.streams[name] = Stream(self.streams[name].state, was.events)


class TellsTombstonesApart(MemoryWork):
    """Has a unique constraint on the person and the offer of a grant, for who was erased, too."""

    def erase(self, erasure: Erasure) -> None:
        super().erase(erasure)
        grants = [stream.state for stream in self.streams.values() if isinstance(stream.state, Grant)]
        if len({(grant.person, grant.offer) for grant in grants}) < len(grants):
            raise StaleState("somebody has a grant of this offer")


class ForgetsWords(MemoryWork):
    """Has no column for the words of a notice."""

    def put_out(self, notices: Sequence[Notice]) -> None:
        super().put_out([evolve(notice, message=None) for notice in notices])


# --- Faults: courses


class PublishesAll(MemoryWork):
    """Takes every course for one that learners see."""

    @property
    def published(self) -> Container[CourseId]:
        return self.courses.keys()


class KnowsNoDelays(MemoryWork):
    """Knows on which dates a course releases lessons, and not after how long."""

    def course(self, course: CourseId) -> CourseFacts:
        known = super().course(course)
        dates = {lesson: when for lesson, when in known.schedule.items() if isinstance(when, Moment)}
        return evolve(known, schedule=dates)


class SeatsAccounts(MemoryWork):
    """Finds who is in a course by their account."""

    def enrolled(self, person: Person, course: CourseId) -> Sequence[Enrolled]:
        return [] if person.account is None else super().enrolled(person, course)


class LooksAway(MemoryWork):
    """Does not find one of the ways in."""

    way: type[SeatPool | Registration | Enrolment]

    def enrolled(self, person: Person, course: CourseId) -> Sequence[Enrolled]:
        self.streams = ChainMap(
            {name: stream for name, stream in self.streams.items() if not isinstance(stream.state, self.way)}
        )
        return super().enrolled(person, course)


class ForgetsSeats(LooksAway):
    """Was written before anybody could buy for others."""

    way = SeatPool


class ForgetsRegistrations(LooksAway):
    """Was written for what is bought for others."""

    way = Registration


class ForgetsPartners(LooksAway):
    """Was written before there were partners."""

    way = Enrolment


FAULTS: Final[dict[str, Callable[[], Opener]]] = {
    "test_what_offers_grant_is_kept": partial(working, ForgetsMessages),
    "test_what_was_never_granted_is_not_found": partial(working, FindsNoHistory),
    "test_offers_that_look_alike_are_different": partial(working, FoldsOffers),
    "test_access_of_two_organisations_does_not_meet": sharing_grants,
    "test_a_grant_is_found_by_each_key": partial(working, FindsAnyGrant),
    "test_all_grants_of_a_person_are_found": partial(working, ListsWhatIsGranted),
    "test_nobody_is_granted_an_offer_twice_at_once": partial(working, LeavesGrants),
    "test_a_roster_again_grants_nothing": partial(working, ForgetsEmptyAnswers),
    "test_a_batch_of_a_roster_is_granted_whole_or_not_at_all": partial(each, GrantsOneByOne),
    "test_access_forgets_whoever_was_erased": partial(working, KeepsGrantees),
    "test_two_grants_of_an_offer_are_erased": partial(working, TellsTombstonesApart),
    "test_notices_of_access_wait_as_they_were": partial(working, ForgetsWords),
    "test_which_courses_are_published_is_known": partial(working, PublishesAll),
    "test_what_is_known_of_a_course_is_given": partial(working, KnowsNoDelays),
    "test_whoever_has_a_seat_is_in_the_course": partial(working, ForgetsSeats),
    "test_whoever_is_registered_is_in_the_course": partial(working, ForgetsRegistrations),
    "test_a_partners_participant_is_in_the_course": partial(working, ForgetsPartners),
}


# More faults: some break several promises, some the same one as another fault does.


class KnowsOneKey(MemoryWork):
    """Has an index of grants on the account, or on the address of who has none."""

    @property
    def offer_grants(self) -> MemoryOfferGrants:
        class Grants(MemoryOfferGrants):
            def of(self, offer: OfferId, person: Person) -> Grant | None:
                found = super().of(offer, person)
                return found if found is not None and found.person.keys[0] == person.keys[0] else None

        return Grants(self, Grant)


class FindsWhatIsGranted(MemoryWork):
    """Finds a grant while it is one: who was revoked has none."""

    @property
    def offer_grants(self) -> MemoryOfferGrants:
        class Grants(MemoryOfferGrants):
            def of(self, offer: OfferId, person: Person) -> Grant | None:
                found = super().of(offer, person)
                return found if found is not None and found.state is GrantState.GRANTED else None

        return Grants(self, Grant)


class FindsWhatWas(MemoryWork):
    """Looks for grants past its own writes."""

    @property
    def offer_grants(self) -> MemoryOfferGrants:
        class Grants(MemoryOfferGrants):
            def of(self, offer: OfferId, person: Person) -> Grant | None:
                _ = super().of(offer, person)
                return next(iter(self.work.began.grants(person, offer)), None)

        return Grants(self, Grant)


MORE: Final[tuple[tuple[type[MemoryWork], set[str]], ...]] = (
    (ForgetsEnds, {"test_what_offers_grant_is_kept"}),
    (
        KnowsOneKey,
        {
            "test_a_grant_is_found_by_each_key",
            "test_nobody_is_granted_an_offer_twice_at_once",
            "test_a_roster_again_grants_nothing",
        },
    ),
    (FindsWhatIsGranted, {"test_a_grant_is_found_by_each_key"}),
    (FindsWhatWas, {"test_a_grant_is_found_by_each_key"}),
    (
        SeatsAccounts,
        {
            "test_whoever_has_a_seat_is_in_the_course",
            "test_whoever_is_registered_is_in_the_course",
            "test_a_partners_participant_is_in_the_course",
        },
    ),
)


@pytest.mark.parametrize(("work", "promises"), MORE)
def test_another_fault_breaks_what_it_touches(
    work: type[MemoryWork], promises: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index on one key of two, a filter too many: what each touches is held (K7, O4)."""
    monkeypatch.setattr(races, "PATIENCE", races.HANGING)
    assert broken(partial(working, work)) == promises


@pytest.mark.parametrize("promise", FAULTS)
def test_a_fault_breaks_its_promise_alone(promise: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad store fails the test that is named for its fault, which says what to mend, and no other."""
    # All of them let both of two transactions in, so the two meet, however slow the machine is.
    monkeypatch.setattr(races, "PATIENCE", races.HANGING)
    assert broken(FAULTS[promise]) == {promise}


def test_every_promise_has_its_fault() -> None:
    """A test that was never seen to fail is not one yet."""
    assert FAULTS.keys() == TESTS.keys()


# --- What the suite stores

STORIES: Final = histories_of_access()
EVENTS: Final = {*get_args(OfferEvent), *get_args(GrantEvent)}


def test_the_samples_hold_every_event() -> None:
    """A new event is not left out of what the suite stores."""
    assert {type(event) for history in STORIES for decision in history for event in decision.events} == EVENTS


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
    assert filled.keys() >= {Offer, OfferTerms, Product, AccessTerms, AccessMessage, Moment, Duration}
    assert filled.keys() >= {Grant, Window, Purchase, *EVENTS}


def test_the_samples_hold_every_choice() -> None:
    """A store cannot take one status, state or way of telling for another unseen."""
    stored: list[object] = [getattr(value, field.name) for value in parts(STORIES) for field in fields(type(value))]
    assert {each for each in stored if isinstance(each, StrEnum)} == {*OfferStatus, *GrantState, *Homework, *Telling}


def test_a_loss_is_named_to_the_last_field() -> None:
    """An adapter's author reads which words were lost, and that they were (O4)."""
    told = told_of_access("key")
    assert differences(told, evolve(told, message=None), "notice") == (
        "notice.message was AccessMessage and is NoneType None; notice.message.telling was Telling edited and is not "
        "there; notice.message.subject was str Votre accès « Soudure » and is not there; notice.message.body was str "
        "Bonjour,\n\n  voici votre accès.\nÀ bientôt !\n and is not there"
    )
