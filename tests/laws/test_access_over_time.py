"""The laws of access through the use cases: held over whole histories around the days on which clocks change.

`tests.laws.test_access` holds them of the rules alone. Here what entitles a learner is what a store found: by whichever
key of theirs, beside a seat and another grant, after every command that somebody made (O3–O5, K7, K8).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import pytest
from attrs import evolve, frozen
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from lara_core import access
from lara_core.access import Answer, CourseFacts, Entitlement, Granted, NotYet, Open, Opening
from lara_core.hosting import offers as use
from lara_core.hosting.ports import Access, Receipt
from lara_core.kernel.decisions import Act, Event, Refused
from lara_core.kernel.ids import (
    ActorId,
    CourseId,
    GrantId,
    Key,
    LessonId,
    OfferId,
    RegistrationId,
    SessionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.offers import (
    AccessExtended,
    AccessGranted,
    AccessGrantedAnew,
    AccessRevoked,
    AccessTerms,
    Duration,
    Grant,
    Moment,
    Offer,
    OfferChanged,
    OfferDrafted,
    OfferPublished,
    OfferTerms,
    OfferUnpublished,
    Product,
    Purchase,
    Schedule,
)
from lara_core.registrations import Registration
from lara_core.rights import Place
from lara_core.sessions import Session
from lara_core.testing import strategies
from lara_core.testing.memory import MemoryStore, MemoryWork
from lara_core.testing.strategies.happening import events_in
from lara_core.testing.strategies.of_access import AccessDecision

History: TypeAlias = tuple[AccessDecision, ...]

TICK: Final = timedelta(microseconds=1)
HOUR: Final = timedelta(hours=1)
MANAGER: Final = ActorId("manager")
# No schedule names it, so it is open with the access itself.
LOOSE: Final = LessonId("in-nobodys-schedule")
BESIDE: Final = OfferId("the-offer-beside")
SESSION: Final = SessionId("the-session-beside")


# --- A history, told again by the use cases ---------------------------------------------------------------------------


def windows_of(history: History) -> list[tuple[CourseId, datetime, datetime | None]]:
    """Every window that was ever granted, by course."""
    return [
        (course, window.opens, window.until)
        for event in events_in(history)
        if isinstance(event, AccessGranted | AccessGrantedAnew | AccessExtended)
        for course, window in event.windows.items()
    ]


def terms_of(history: History) -> list[OfferTerms]:
    """All that the offer ever said."""
    return [event.terms for event in events_in(history) if isinstance(event, OfferDrafted | OfferChanged)]


def hidden_in(history: History) -> set[CourseId]:
    """The courses that were not published."""
    found = (event for event in events_in(history) if isinstance(event, AccessGranted | AccessGrantedAnew))
    return {course for event in found for course in event.hidden}


def begun(history: History) -> tuple[OfferDrafted, AccessGranted]:
    """How the offer and its grant began."""
    drafted = next(event for event in events_in(history) if isinstance(event, OfferDrafted))
    return drafted, next(event for event in events_in(history) if isinstance(event, AccessGranted))


def courses_of(history: History) -> list[CourseId]:
    """Every course that was ever offered."""
    return sorted({course for terms in terms_of(history) for course in terms.products})


def renamed(number: int, act: Act) -> Act:
    """The same act, under a key that no other of the history has."""
    return evolve(act, key=Key(f"{number}"))


def do(store: MemoryStore, history: History, event: Event, by: Act) -> Receipt:
    """Call the use case that leads to *event*."""
    drafted, granted = begun(history)
    offer, grant = drafted.offer, granted.grant
    match event:
        case OfferDrafted(terms=terms, copied_from=None):
            return use.draft_offer(store, by, offer, terms)
        case OfferDrafted(terms=terms, copied_from=str() as source):
            _ = use.draft_offer(store, evolve(by, key=Key("source")), source, terms)
            return use.copy_offer(store, by, offer, source, terms)
        case OfferChanged(terms=terms):
            return use.change_offer(store, by, offer, terms)
        case OfferPublished():
            return use.publish_offer(store, by, offer)
        case OfferUnpublished():
            return use.unpublish_offer(store, by, offer)
        case AccessGranted(person=person, purchase=Purchase(charged=True, price=Money() as price)):
            return use.sell_offer(store, by, grant, offer, person, price=price)
        case AccessGranted(person=person):
            return use.grant_access(store, by, offer, [(grant, person)])
        case AccessGrantedAnew(purchase=Purchase(charged=True, price=Money() as price)):
            return use.sell_offer(store, by, grant, offer, granted.person, price=price)
        case AccessGrantedAnew():
            return use.grant_anew(store, by, grant)
        case AccessExtended(windows=windows):
            until = next(iter(windows.values())).until
            course = next(iter(windows)) if len(windows) == 1 else None
            end = None if until is None else Moment.at(until)
            return use.extend_access(store, by, grant, end, course=course)
        case AccessRevoked():
            return use.revoke_access(store, by, grant)
        case _:
            raise AssertionError(event)


def told_again(store: MemoryStore, history: History) -> Iterator[tuple[Event, Receipt]]:
    """Call one use case for each decision, and stop after each."""
    for number, decision in enumerate(history):
        (event,) = decision.events
        yield event, do(store, history, event, renamed(number, event.act))


histories: Final = strategies.access_histories()


@given(histories)
def test_use_cases_decide_what_the_rules_do(history: History) -> None:
    """K3, O1–O4: whatever happened to an offer and a grant happens again when it is asked of a store."""
    drafted, _ = begun(history)
    _ = assume(drafted.copied_from != drafted.offer)
    hidden = hidden_in(history)
    store = MemoryStore(courses=[CourseFacts(each, published=each not in hidden) for each in courses_of(history)])
    for number, (event, receipt) in enumerate(told_again(store, history)):
        expected: Any = event
        assert [written.event for written in receipt.written] == [evolve(expected, act=renamed(number, event.act))]
    with store.transaction() as work:
        found = work.offers.get(drafted.offer), *work.offer_grants.all()
    last: Mapping[type, AccessDecision] = {type(decision.state): decision for decision in history}
    assert found == (last[Offer].state, last[Grant].state)


# --- A learner, with all that may entitle them ------------------------------------------------------------------------


@frozen
class World:
    """A history, the schedules of its courses, and what the learner has beside it: a place in a session, a grant.

    It is shown by what happened and when: all of it is more than Hypothesis likes to print.
    """

    history: History
    schedules: Mapping[CourseId, Schedule]
    starts: datetime | None
    other: AccessTerms | None

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        happened = [f"{type(event).__name__} {event.act.at.isoformat()}" for event in events_in(self.history)]
        printer.text(f"<{happened} {windows_of(self.history)} {self.starts} {self.other}>")

    @property
    def learner(self) -> Person:
        """Who it is about."""
        return begun(self.history)[1].person

    @property
    def courses(self) -> list[CourseId]:
        """Those that are asked about."""
        return courses_of(self.history)[:2]

    @property
    def lessons(self) -> list[LessonId]:
        """Those that are asked about: one of a schedule, where there is one, and one of none."""
        schedules = [*self.schedules.values()]
        schedules += [
            each.schedule for terms in terms_of(self.history) for each in terms.products.values() if each.schedule
        ]
        return [*sorted({lesson for schedule in schedules for lesson in schedule})[:2], LOOSE]

    def store(self) -> MemoryStore:
        """A store in which all courses are published, and the learner has what stands beside."""
        facts = [
            CourseFacts(each, published=True, schedule=self.schedules.get(each, {}))
            for each in courses_of(self.history)
        ]
        # The place is one of the organisation's; nobody is asked for rights here.
        store = MemoryStore(courses=facts, places={SESSION: Place(training=facts[0].id)})
        act = evolve(begun(self.history)[0].act, by=MANAGER)
        with store.transaction() as work:
            if self.starts is not None and self.learner.account is not None:
                session = Session.open(act, SESSION, starts=self.starts, ends=self.starts + HOUR, capacity=None)
                registered = Registration.register(
                    evolve(act, at=self.starts - 365 * 24 * HOUR),
                    RegistrationId("beside"),
                    session=session.state,
                    person=self.learner,
                    approval=False,
                    seated=(),
                )
                work.save(session)
                work.save(registered)
            if self.other is not None:
                terms = OfferTerms("Beside", dict.fromkeys(self.courses, Product(self.other)))
                drafted = Offer.draft(act, BESIDE, terms)
                # By the address alone, which is one key of two.
                bare = Person(self.learner.address)
                with suppress(Refused):
                    given = Grant.give(act, GrantId("beside"), drafted.state, bare, known=None, published=())
                    work.save(drafted)
                    work.save(given)
        return store

    def points(self) -> list[datetime]:
        """Instants at which an answer may change, with those just before and after; no more than two dozen."""
        edges = {edge for _, opens, until in windows_of(self.history) for edge in (opens, until) if edge is not None}
        edges |= {self.starts} if self.starts else set()
        edges |= {
            each.instant
            for each in (self.other and self.other.begins, self.other and self.other.ends)
            if isinstance(each, Moment)
        }
        found = sorted(edge for edge in edges if edge.year < 2100)
        return sorted({edge + by for edge in found[:8] for by in (-TICK, TICK * 0, TICK)})


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A history with its schedules; often with a place in a session, or another grant, beside it."""
    history = draw(histories)
    drafted, _ = begun(history)
    _ = assume(drafted.copied_from != drafted.offer)
    edges = [opens for _, opens, _ in windows_of(history)]
    starts = st.builds(datetime.__add__, st.sampled_from(edges), st.timedeltas(-48 * HOUR, 48 * HOUR))
    facts = draw(st.lists(strategies.course_facts(), max_size=1))
    return World(
        history,
        {course: fact.schedule for course, fact in zip(courses_of(history), facts, strict=False)},
        draw(st.none() | starts),
        draw(st.none() | strategies.access_terms()),
    )


def ask(store: MemoryStore, world: World, course: CourseId, lesson: LessonId, at: datetime) -> Answer:
    """The question, asked by the host for the learner."""
    return use.may_open_lesson(store, Act(at, MANAGER, Key("ask")), world.learner, course, lesson)


def opened(store: MemoryStore, world: World, since: datetime) -> set[tuple[CourseId, LessonId, datetime]]:
    """What the learner may open from then on: which lesson of which course at which instant."""
    return {
        (course, lesson, at)
        for course in world.courses
        for lesson in world.lessons
        for at in world.points()
        if at >= since and isinstance(ask(store, world, course, lesson, at), Open)
    }


@given(worlds())
def test_no_grant_takes_access_away(world: World) -> None:
    """O4, O5: granted, sold, extended, granted anew: what could be opened before can be opened after, at every instant.

    That the offer is sold, or no longer, changes nothing at all.
    """
    store = world.store()
    was: set[tuple[CourseId, LessonId, datetime]] | None = None
    for event, _ in told_again(store, world.history):
        now = opened(store, world, event.act.at)
        before = {each for each in was or () if each[2] >= event.act.at}
        match event:
            case AccessGranted() | AccessGrantedAnew() | AccessExtended():
                assert before <= now
            case OfferPublished() | OfferUnpublished():
                assert before == now
            case _:
                pass
        was = now


@given(worlds())
def test_from_when_is_the_first_yes(world: World) -> None:
    """O5: asked again then it is a yes, and before that it is none; where no instant is named, none will come.

    After every command, over all that the learner has; and what opens next is the first of those instants.
    """
    store = world.store()
    for event, _ in told_again(store, world.history):
        now = event.act.at
        later = [at for at in world.points() if at >= now]
        for course in world.courses:
            waits: dict[LessonId, datetime] = {}
            for lesson in world.lessons:
                answer = ask(store, world, course, lesson, now)
                yes = [at for at in later if isinstance(ask(store, world, course, lesson, at), Open)]
                if isinstance(answer, NotYet):
                    waits[lesson] = answer.opens
                    assert all(at >= answer.opens for at in yes)
                    assert isinstance(ask(store, world, course, lesson, answer.opens), Open)
                    assert not isinstance(ask(store, world, course, lesson, answer.opens - TICK), Open)
                elif not isinstance(answer, Open):
                    assert yes == []
            first = min(waits.values(), default=None)
            expected = first and Opening(first, tuple(lesson for lesson in waits if waits[lesson] == first))
            act = Act(now, MANAGER, Key("next"))
            assert use.next_opening(store, act, world.learner, course, world.lessons) == expected


# --- Windows, by the calendar -----------------------------------------------------------------------------------------


def has_come(moment: Moment, at: datetime) -> bool:
    """Whether a moment has come, read off the calendar of its zone where it was given as a day."""
    if moment.day is None:
        return at >= moment.instant
    shown = at.astimezone(moment.day.zone.info).date()
    return shown >= moment.day.date if moment.instant == moment.day.begins else shown > moment.day.date


def in_time(terms: AccessTerms, granted: datetime, at: datetime) -> bool:
    """Whether access that was granted then is open: from its first instant, included, until its last, excluded."""
    if at < granted or (terms.begins is not None and not has_come(terms.begins, at)):
        return False
    match terms.ends:
        case Moment():
            return not has_come(terms.ends, at)
        case Duration():
            begins = granted if terms.begins is None else max(granted, terms.begins.instant)
            return at < terms.ends.after(begins)
        case None:
            return True


def around(history: History) -> list[datetime]:
    """Instants around the edges of what was granted: just before and after, and by the half hour."""
    edges = {edge for _, opens, until in windows_of(history) for edge in (opens, until) if edge is not None}
    shifts = [-TICK, TICK * 0, TICK, *(HOUR / 2 * number for number in range(-3, 4))]
    return sorted({edge + by for edge in edges if edge.year < 2100 for by in shifts})


@given(histories)
def test_windows_are_half_open_by_the_calendar(history: History) -> None:
    """K8, O1: open from the first instant of a day there, or of a moment, until the last is over, however clocks move.

    Asked just after each grant, of a lesson that comes with access.
    """
    drafted, granted = begun(history)
    _ = assume(drafted.copied_from != drafted.offer)
    store = MemoryStore(courses=[CourseFacts(each, published=True) for each in courses_of(history)])
    terms = drafted.terms
    for event, _ in told_again(store, history):
        terms = event.terms if isinstance(event, OfferChanged) else terms
        if not isinstance(event, AccessGranted | AccessGrantedAnew):
            continue
        for course in event.windows:
            product = terms.products[course]
            lesson = LOOSE if product.lessons is None else min(product.lessons)
            if lesson in (product.schedule or {}):
                continue
            for at in (each for each in around(history) if each >= event.act.at):
                act = Act(at, MANAGER, Key("ask"))
                answer = use.may_open_lesson(store, act, granted.person, course, lesson)
                assert isinstance(answer, Open) is in_time(product.access, event.act.at, at)


# --- Faults: each law catches one, or it is not yet a check -----------------------------------------------------------

# Found is enough: nobody reads the smallest example of a fault that was put there.
_SEEDED: Final = settings(max_examples=2_000, derandomize=True, phases=[Phase.generate], report_multiple_bugs=False)
_may_open: Callable[..., Answer] = access.may_open
_entitlements: Callable[..., tuple[Entitlement, ...]] = getattr(use, "_entitlements")  # noqa: B009 - it is private


def _hides_the_rest(work: Access, person: Person, course: CourseId) -> Sequence[Entitlement]:
    """Who has a grant is looked for no further."""
    found = _entitlements(work, person, course)
    return [each for each in found if isinstance(each, Granted)][:1] or found


def _open_at_the_end(held: Any, course: CourseFacts, lesson: LessonId, at: datetime) -> Answer:
    """Windows include their end."""
    return _may_open(held, course, lesson, at - TICK)


def _names_the_last(held: Any, course: CourseFacts, lesson: LessonId, at: datetime) -> Answer:
    """The latest opening is told."""
    answer = _may_open(held, course, lesson, at)
    openings = [
        each.opens for one in held for each in [_may_open([one], course, lesson, at)] if isinstance(each, NotYet)
    ]
    return NotYet(max(openings)) if isinstance(answer, NotYet) else answer


def _publishes_nothing(_: MemoryWork) -> frozenset[CourseId]:
    """No course is ever published."""
    return frozenset()


@pytest.mark.parametrize(
    ("target", "name", "fault", "law", "held_for"),
    [
        (MemoryWork, "published", property(_publishes_nothing), test_use_cases_decide_what_the_rules_do, histories),
        (use, "_entitlements", _hides_the_rest, test_no_grant_takes_access_away, worlds()),
        (use, "may_open", _names_the_last, test_from_when_is_the_first_yes, worlds()),
        (use, "may_open", _open_at_the_end, test_windows_are_half_open_by_the_calendar, histories),
    ],
)
def test_a_fault_breaks_its_law(
    monkeypatch: pytest.MonkeyPatch,
    target: object,
    name: str,
    fault: object,
    law: Any,
    held_for: st.SearchStrategy[Any],
) -> None:
    """Each law is broken by the fault that is seeded for it."""
    monkeypatch.setattr(target, name, fault)
    seeded = _SEEDED(given(held_for)(law.hypothesis.inner_test))
    with pytest.raises(AssertionError):
        seeded()
