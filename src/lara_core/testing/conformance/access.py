"""Offers, what they grant to whom, and what is asked about it. Part of `lara_core.testing.conformance`."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import chain
from typing import Final, TypeAlias

try:
    import pytest
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("the conformance suite needs pytest: install lara-core[testing]") from missing

from lara_core.access import CourseFacts, Enrolled
from lara_core.hosting.erasure import erase_person
from lara_core.hosting.offers import grant_access, purchases_of
from lara_core.hosting.ports import Access, Receipt, Store
from lara_core.kernel.deadlines import Zone
from lara_core.kernel.decisions import Event
from lara_core.kernel.erasure import Erasure, erased
from lara_core.kernel.errors import IdReused, NotFound
from lara_core.kernel.ids import CourseId, GrantId, OfferId
from lara_core.kernel.people import Person
from lara_core.offers import Duration, Grant, GrantDecision, Moment, Offer, Schedule
from lara_core.testing.conformance.doing import named, outcome, save, under
from lara_core.testing.conformance.fixtures import NORTH, SOUTH
from lara_core.testing.laws import fold
from lara_core.testing.races import Meeting, at_once
from lara_core.testing.samples import (
    ADMIN,
    ALIKE,
    ANA,
    BORIS,
    CHLOE,
    CHLOE_AGAIN,
    COURSE,
    DAWUD,
    EDITH,
    ERASING,
    FAYE,
    GITA,
    LATER,
    LESSON,
    OFFER,
    OFFER_GRANT,
    OTHER_COURSE,
    OTHER_LESSON,
    OTHER_OFFER,
    OTHER_OFFER_GRANT,
    TOMBSTONE,
    AccessSample,
    act,
    differences,
    drafted,
    given,
    granted,
    histories_of_access,
    told_of_access,
)

OpenAccess: TypeAlias = Callable[[str], Store[Access]]
SetCourse: TypeAlias = Callable[[str, CourseFacts], object]


class WayIn(StrEnum):
    """By what somebody is in a course without an offer."""

    SEAT = "seat"
    REGISTRATION = "registration"
    ENROLMENT = "enrolment"


Seat: TypeAlias = Callable[[str, Person, CourseId, WayIn], Enrolled]

# Boris and Gita by their addresses, in another spelling, and Chloé by her account, under another address.
BORIS_AGAIN: Final = Person.of("BORIS@EXAMPLE.com")
GITA_SHOUTED: Final = Person.of("गीता@EXAMPLE.COM")
CHLOE_ELSEWHERE: Final = Person.of("chloe@example.org", "compte-chloé")
_PARIS: Final = Zone("Europe/Paris")


class AccessFixtures:
    """What the suite of access asks of a host, beside `open_store`."""

    @pytest.fixture
    def set_course(self) -> SetCourse:
        """How an organisation says what its courses are: whether learners see them, when lessons are released."""
        pytest.skip("override the fixture `set_course` to show that courses are known")

    @pytest.fixture
    def seat(self) -> Seat:
        """How somebody comes to be in a course without an offer: the entitlement that the host then gives for it.

        A host that has not all of the ways in skips for those that it has not.
        """
        pytest.skip("override the fixture `seat` to show that seats, registrations and enrolments entitle, too")


class AccessConformance(AccessFixtures):
    """What a store of offers and grants promises."""

    def test_what_offers_grant_is_kept(self, open_store: OpenAccess) -> None:
        """Offers and grants come back as they were saved, with all that ever happened to them (K3, K5, O3).

        Otherwise a window that was granted moves with the offer, or somebody is told who should not be.
        """
        store, opened_again = open_store(NORTH), open_store(NORTH)
        for history in histories_of_access():
            for decision in history:
                _ = save(store, decision)
                with opened_again.transaction() as work:
                    loaded = load(work, decision.state)
                lost = differences(decision.state, loaded, type(decision.state).__name__)
                assert not lost, f"load each field as it was saved, as the same type: {lost}"
            happened = tuple(chain.from_iterable(decision.events for decision in history))
            with opened_again.transaction() as work:
                state, found = load(work, history[0].state), events(work, history[0].state)
            lost = differences(happened, found, "events")
            assert not lost, f"keep every event, in order, as it was saved: {lost}"
            assert fold(type(state), found) == state, "write the state that a decision's events lead to"

    def test_what_was_never_granted_is_not_found(self, open_store: OpenAccess) -> None:
        """What is not kept is `NotFound`, and nobody has a grant, a place or a course that is not there.

        Otherwise a mistyped link wakes somebody who is on call, or opens a course that nobody has heard of.
        """
        with open_store(NORTH).transaction() as work:
            for history in histories_of_access():
                for question in (load, events):
                    assert outcome(question, work, history[0].state) is NotFound, "raise NotFound where nothing is kept"
            assert work.offer_grants.of(OFFER, ANA) is None, "give None where the person has no grant of the offer"
            assert [*work.offer_grants.of_person(ANA)] == [], "who was never granted anything has nothing"
            assert [*work.enrolled(ANA, COURSE)] == [], "who is in no course otherwise is in none"
            assert COURSE not in work.published, "what is no course is not published"
            assert outcome(work.course, COURSE) is NotFound, "raise NotFound for a course that nobody knows"

    def test_offers_that_look_alike_are_different(self, open_store: OpenAccess) -> None:
        """Ids of offers and grants are compared character by character, at their full length.

        Otherwise a database's collation gives somebody the access that another has paid for.
        """
        store = open_store(NORTH)
        for name in ALIKE:
            offer = save(store, drafted(OfferId(name), CourseId(name)))
            _ = save(store, given(GrantId(name), ANA, offer=offer.id, courses=(CourseId(name),)))
        with store.transaction() as work:
            found = [
                (
                    [*work.offers.get(OfferId(name)).terms.products],
                    [*work.offer_grants.get(GrantId(name)).windows],
                    [grant.id for grant in [work.offer_grants.of(OfferId(name), ANA)] if grant],
                )
                for name in ALIKE
            ]
        expected = [([name], [name], [name]) for name in ALIKE]
        assert found == expected, "compare ids byte by byte (no case folding, no normalisation), at their full length"

    def test_access_of_two_organisations_does_not_meet(self, open_store: OpenAccess) -> None:
        """Two organisations may use the same ids of offers and grants, and see nothing of each other (R2).

        Otherwise one customer's learners open what another one sells.
        """
        north, south = open_store(NORTH), open_store(SOUTH)
        _ = save(north, drafted()), save(north, given(person=ANA))
        with south.transaction() as work:
            for state in (drafted().state, given().state):
                assert outcome(load, work, state) is NotFound, "what is another organisation's is not found"
            told = work.offer_grants.of(OFFER, ANA), [*work.offer_grants.of_person(ANA)]
        assert told == (None, []), "each organisation has grants of its own"
        begun = given(person=BORIS)
        assert outcome(save, south, begun) == begun.state, "ids are per organisation"
        with north.transaction() as work:
            assert work.offer_grants.get(OFFER_GRANT).person == ANA, "ids are per organisation"

    def test_a_grant_is_found_by_each_key(self, open_store: OpenAccess) -> None:
        """`of` finds a person's grant of an offer by account and by address, in any spelling, in any state (K7, O4).

        Otherwise somebody whose access was revoked has it back with the next file; or who has it is granted it again.
        """
        store = open_store(NORTH)
        for offer, grant, person in (
            (OFFER, OFFER_GRANT, CHLOE),
            (OTHER_OFFER, OTHER_OFFER_GRANT, GITA),
            (OTHER_OFFER, GrantId("access-3"), ANA),
        ):
            _ = save(store, given(grant, person, offer=offer))
        asked = [
            *((OFFER, person) for person in (CHLOE, CHLOE_AGAIN, CHLOE_ELSEWHERE, GITA, ANA, DAWUD)),
            *((OTHER_OFFER, person) for person in (CHLOE, GITA, GITA_SHOUTED, ANA)),
        ]
        theirs = [
            *(OFFER_GRANT, OFFER_GRANT, OFFER_GRANT, None, None, None),
            *(None, OTHER_OFFER_GRANT, OTHER_OFFER_GRANT, "access-3"),
        ]

        def found(work: Access) -> list[GrantId | None]:
            grants = [work.offer_grants.of(offer, person) for offer, person in asked]
            return [None if grant is None else grant.id for grant in grants]

        with store.transaction() as work:
            assert found(work) == theirs, "find the grant of that offer that one of the person's keys has, and no other"
            revoked = work.offer_grants.get(OFFER_GRANT).revoke(act("revoke"))
            work.save(revoked)
            assert work.offer_grants.of(OFFER, CHLOE) == revoked.state, "let a transaction see what it has written"
        with open_store(NORTH).transaction() as work:
            assert found(work) == theirs, "a grant that was revoked is found, too"
            work.save(given(GrantId("access-4"), DAWUD))
            known = work.offer_grants.of(OFFER, DAWUD)
            assert known == given(GrantId("access-4"), DAWUD).state, "let a transaction see what it has written"

    def test_all_grants_of_a_person_are_found(self, open_store: OpenAccess) -> None:
        """`of_person` gives all that a person was granted, by whichever key, also what was revoked, by id (O1, O5).

        Otherwise a lesson stays closed that was paid for, or a line is missing from what somebody bought.
        """
        store = open_store(NORTH)
        # By her account under another address, in another spelling of hers, and as she is; saved in no order.
        for number, person in ((3, CHLOE_ELSEWHERE), (1, CHLOE_AGAIN), (2, CHLOE), (4, EDITH)):
            _ = save(store, given(GrantId(f"access-{number}"), person, offer=OfferId(f"offer-{number}")))
        with store.transaction() as work:
            work.save(work.offer_grants.get(GrantId("access-2")).revoke(act("revoke")))
        with open_store(NORTH).transaction() as work:
            found = [
                [grant.id for grant in work.offer_grants.of_person(person)]
                for person in (CHLOE, CHLOE_AGAIN, CHLOE_ELSEWHERE, EDITH, DAWUD)
            ]
            expected = [["access-1", "access-2", "access-3"], ["access-1", "access-2"], ["access-2", "access-3"]]
            assert found == [*expected, ["access-4"], []], "find each grant that one of the person's keys has, by id"
            work.save(given(GrantId("access-0"), CHLOE, offer=OfferId("offer-0")))
            names = [grant.id for grant in work.offer_grants.of_person(CHLOE)]
            assert names == ["access-0", *expected[0]], "let a transaction see what it has written"

    def test_nobody_is_granted_an_offer_twice_at_once(self, open_store: OpenAccess) -> None:
        """Of two workers that grant an offer to the same person at once, one does, and the other finds it done (O4).

        Otherwise a file that was sent twice grants everything twice, and half of it cannot be revoked. The two know the
        person by different keys, and write grants of different ids: what both rely on is that there was none.
        """
        _ = save(open_store(NORTH), drafted())
        meeting = Meeting()

        def grant(name: GrantId, person: Person, work: Access) -> tuple[GrantDecision]:
            offer, known = work.offers.get(OFFER), work.offer_grants.of(OFFER, person)
            meeting.wait()
            return (Grant.give(act(f"grant-{name}"), name, offer, person, known=known, published=()),)

        outcomes = at_once(
            partial(open_store, NORTH),
            under("one", partial(grant, OFFER_GRANT, BORIS)),
            under("other", partial(grant, OTHER_OFFER_GRANT, BORIS_AGAIN)),
        )
        wrote = [each for each in outcomes if isinstance(each, Receipt) and each.written]
        with open_store(NORTH).transaction() as work:
            theirs = work.offer_grants.of_person(BORIS)
        assert (len(wrote), len(theirs)) == (1, 1), (
            "look again before the commit for the grant that the person has of an offer, and be StaleState where there "
            f"is one by now; or lock the place where it would be. It came to {named(outcomes)}"
        )

    def test_a_roster_again_grants_nothing(self, open_store: OpenAccess) -> None:
        """The same people again, in other spellings and under another key: no event, no notice, and a receipt (O4, K4).

        Otherwise a file that is imported again tells everybody again, or a retry of that import is not known as one.
        """
        store = open_store(NORTH)
        _ = save(store, granted()), save(store, drafted())
        first = [(GrantId(f"first-{n}"), person) for n, person in enumerate((ANA, CHLOE, GITA, BORIS))]
        again = [(GrantId(f"again-{n}"), who) for n, who in enumerate((GITA_SHOUTED, CHLOE_AGAIN, BORIS_AGAIN, ANA))]
        _ = grant_access(store, act("import"), OFFER, first)
        with store.transaction() as work:
            told = [notice.key for notice in work.waiting(100)]
            versions = [work.offer_grants.get(grant).version for grant, _ in first]
        repeated = grant_access(store, act("again"), OFFER, again)
        assert repeated == Receipt(ADMIN, act("again").key, ()), "who is found has the grant already: nothing to write"
        with open_store(NORTH).transaction() as work:
            assert [work.offer_grants.get(grant).version for grant, _ in first] == versions, "leave grants as they are"
            assert [notice.key for notice in work.waiting(100)] == told, "nobody is told twice"
        assert grant_access(store, act("again"), OFFER, again) == repeated, "record an answer that wrote nothing, too"
        assert outcome(grant_access, store, act("again"), OFFER, first) is IdReused, (
            "record an answer that wrote nothing, too"
        )
        more = grant_access(store, act("more"), OFFER, [*again, (GrantId("new"), EDITH)])
        assert [written.id for written in more.written] == ["new"], "grant to who has none yet, and to nobody else"

    def test_a_batch_of_a_roster_is_granted_whole_or_not_at_all(self, open_store: OpenAccess) -> None:
        """Where one of a list cannot be saved, nobody of it is granted or told, and its key stays fresh (K5, O6).

        Otherwise a file that stops half way grants to people of whom no receipt tells, and what is imported again
        counts them as known.
        """
        store = open_store(NORTH)
        _ = save(store, granted()), save(store, drafted()), save(store, given(OFFER_GRANT, ANA))
        people = [(GrantId("access-1a"), BORIS), (GrantId("access-1b"), GITA), (OFFER_GRANT, EDITH)]
        assert outcome(grant_access, store, act("batch"), OFFER, people) is IdReused, "an id is for one grant"
        with open_store(NORTH).transaction() as work:
            found = [work.offer_grants.of(OFFER, person) for _, person in people]
            kept = [outcome(work.offer_grants.get, grant) for grant, _ in people[:2]]
            told, answered = [*work.waiting(10)], work.answer(ADMIN, act("batch").key)
        assert (found, kept) == ([None] * 3, [NotFound] * 2), "undo all that a transaction wrote before it was given up"
        assert (told, answered) == ([], None), "undo all that a transaction wrote before it was given up"
        mended = [*people[:2], (GrantId("access-1c"), EDITH)]
        receipt = grant_access(store, act("batch"), OFFER, mended)
        assert [written.id for written in receipt.written] == [grant for grant, _ in mended], (
            "let a key that was given up be tried again"
        )

    def test_access_forgets_whoever_was_erased(self, open_store: OpenAccess) -> None:
        """Grants and their history have the tombstone, and what was bought is the tombstone's; the rest stays (K13).

        Otherwise somebody who asked to be forgotten is still named in what an offer was sold to.
        """
        store, told = open_store(NORTH), histories_of_access()
        _ = save(store, granted())
        for decision in chain.from_iterable(told):
            _ = save(store, decision)
        states: Sequence[AccessSample] = [history[-1].state for history in told]
        with store.transaction() as work:
            before = [(load(work, state), events(work, state)) for state in states]
        bought = purchases_of(store, ADMIN, ANA)
        assert len(bought) == 2, "keep every purchase of a grant"
        erase_person(store, ERASING)
        with open_store(NORTH).transaction() as work:
            after = [(load(work, state), events(work, state)) for state in states]
            assert work.offer_grants.of(OFFER, ANA) is None, "find nobody by what was derived from people"
            known = work.offer_grants.of(OFFER, TOMBSTONE)
            assert known is not None, "find the tombstone where the person was"
        assert (purchases_of(store, ADMIN, ANA), purchases_of(store, ADMIN, TOMBSTONE)) == ((), bought), (
            "what was bought is the tombstone's"
        )
        for was, found in zip(before, after, strict=True):
            lost = differences(erased(was, ERASING), found, type(found[0]).__name__)
            assert not lost, f"rewrite every state and every event by `erased`, and nothing else: {lost}"

    def test_two_grants_of_an_offer_are_erased(self, open_store: OpenAccess) -> None:
        """Who has a grant of one offer under each of two addresses is erased with both: the tombstone has two (K13).

        Otherwise the promise of one grant for each person and offer stands in the way of forgetting them.
        """
        store, elsewhere = open_store(NORTH), Person.of("ana@example.org")
        for grant, person in ((OFFER_GRANT, ANA), (OTHER_OFFER_GRANT, elsewhere)):
            _ = save(store, given(grant, person))
        done = outcome(erase_person, store, Erasure.of(ANA, TOMBSTONE, also=(elsewhere,)))
        assert done is None, f"let a tombstone have two grants of one offer; it came to {done}"
        with open_store(NORTH).transaction() as work:
            found = [[*work.offer_grants.of_person(person)] for person in (ANA, elsewhere)]
            theirs = {grant.id: grant.person for grant in work.offer_grants.of_person(TOMBSTONE)}
        assert found == [[], []], "rewrite every grant that one of the person's keys has"
        assert theirs == dict.fromkeys((OFFER_GRANT, OTHER_OFFER_GRANT), TOMBSTONE), (
            "find all grants of the tombstone, also where two are of one offer"
        )

    def test_notices_of_access_wait_as_they_were(self, open_store: OpenAccess) -> None:
        """A notice of access waits with its offer, its own words, and from when until when (K12, O4).

        Otherwise a learner reads the usual words where the organisation wrote others, or no date at all.
        """
        store = open_store(NORTH)
        put_out = told_of_access("b"), told_of_access("a", to=FAYE)
        with store.transaction() as work:
            work.put_out(put_out)
        with open_store(NORTH).transaction() as work:
            lost = differences(put_out, tuple(work.waiting(10)), "waiting")
        assert not lost, f"give notices as they were put out: {lost}"

    def test_which_courses_are_published_is_known(self, open_store: OpenAccess, set_course: SetCourse) -> None:
        """`published` has the courses that learners can see now, and no others (O2).

        Otherwise somebody is told of access to what they cannot find.
        """
        for course, published in ((COURSE, False), (OTHER_COURSE, True)):
            _ = set_course(NORTH, CourseFacts(course, published=published))
        with open_store(NORTH).transaction() as work:
            found = [each in work.published for each in (COURSE, OTHER_COURSE, CourseId("third"))]
        assert found == [False, True, False], "have the courses that learners can see, and nothing else"
        _ = set_course(NORTH, CourseFacts(COURSE, published=True))
        with open_store(NORTH).transaction() as work:
            assert COURSE in work.published, "look at what is so now"
        with open_store(SOUTH).transaction() as work:
            assert COURSE not in work.published, "each organisation has courses of its own"

    def test_what_is_known_of_a_course_is_given(self, open_store: OpenAccess, set_course: SetCourse) -> None:
        """`course` gives whether learners see it and when it releases which lesson, as it is now (O1, O5).

        Otherwise a lesson opens too early, and what was to be seen in June is seen in March.
        """
        schedule: Schedule = {
            LESSON: Moment.on(date(2030, 3, 31), _PARIS),
            OTHER_LESSON: Duration(_PARIS, months=1, days=2, hours=3),
        }
        known = CourseFacts(COURSE, published=True, schedule=schedule)
        other = CourseFacts(OTHER_COURSE, published=False, schedule={LESSON: Moment.at(LATER)})
        _ = set_course(NORTH, known), set_course(NORTH, other)
        with open_store(NORTH).transaction() as work:
            found = work.course(COURSE), work.course(OTHER_COURSE)
        lost = differences((known, other), found, "courses")
        assert not lost, f"give each course as it is, with its whole schedule: {lost}"
        _ = set_course(NORTH, CourseFacts(COURSE, published=False))
        with open_store(NORTH).transaction() as work:
            assert work.course(COURSE) == CourseFacts(COURSE, published=False), "look at what is so now"
        with open_store(SOUTH).transaction() as work:
            assert outcome(work.course, COURSE) is NotFound, "each organisation has courses of its own"

    def test_whoever_has_a_seat_is_in_the_course(self, open_store: OpenAccess, seat: Seat) -> None:
        """`enrolled` gives the seats of pools in which one of the person's keys is in that course (K7, O5).

        Otherwise a learner for whom somebody bought a seat is told that they are not entitled, or another is let in.
        """
        _lets_in(open_store, seat, WayIn.SEAT)

    def test_whoever_is_registered_is_in_the_course(self, open_store: OpenAccess, seat: Seat) -> None:
        """`enrolled` gives the registrations by which one of the person's keys is in that course (K7, O5).

        Otherwise a learner who registered is told that they are not entitled, or somebody else is let in.
        """
        _lets_in(open_store, seat, WayIn.REGISTRATION)

    def test_a_partners_participant_is_in_the_course(self, open_store: OpenAccess, seat: Seat) -> None:
        """`enrolled` gives the partners' enrolments by which one of the person's keys is in that course (K7, O5).

        Otherwise a learner for whom a partner paid is told that they are not entitled, or somebody else is let in.
        """
        _lets_in(open_store, seat, WayIn.ENROLMENT)


def _lets_in(open_store: OpenAccess, seat: Seat, way: WayIn) -> None:
    theirs = seat(NORTH, CHLOE, COURSE, way)
    elsewhere = seat(NORTH, BORIS, OTHER_COURSE, way)
    assert (theirs.course, elsewhere.course) == (COURSE, OTHER_COURSE), "give what the store gives for it"
    with open_store(NORTH).transaction() as work:
        by_key = [[*work.enrolled(person, COURSE)] for person in (CHLOE, CHLOE_AGAIN, CHLOE_ELSEWHERE)]
        others = [*work.enrolled(CHLOE, OTHER_COURSE), *work.enrolled(BORIS, COURSE), *work.enrolled(ANA, COURSE)]
        there = [*work.enrolled(BORIS, OTHER_COURSE)]
    assert (by_key, there) == ([[theirs]] * 3, [elsewhere]), "find people by account and by address"
    assert others == [], "give what that person has in that course alone"
    with open_store(SOUTH).transaction() as work:
        assert [*work.enrolled(CHLOE, COURSE)] == [], "each organisation has learners of its own"


def load(work: Access, state: AccessSample) -> AccessSample:
    """What is kept where *state* was saved."""
    match state:
        case Offer():
            return work.offers.get(state.id)
        case Grant():
            return work.offer_grants.get(state.id)


def events(work: Access, state: AccessSample) -> tuple[Event, ...]:
    """The events that are kept where *state* was saved."""
    match state:
        case Offer():
            return tuple(work.offers.events(state.id))
        case Grant():
            return tuple(work.offer_grants.events(state.id))
