"""May this learner open this lesson now; if not, why, and from when (O5)?"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final

import pytest

from lara_core.access import (
    AccessEnded,
    Answer,
    CourseFacts,
    CourseNotPublished,
    Enrolled,
    Entitlement,
    Granted,
    LessonNotIncluded,
    NotEntitled,
    NotYet,
    Open,
    Opening,
    ReleasedTooLate,
    may_open,
    opens_next,
)
from lara_core.kernel.deadlines import Zone
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ActorId, CourseId, GrantId, LessonId, OfferId
from lara_core.offers import (
    AccessTerms,
    Duration,
    Grant,
    Homework,
    Moment,
    Offer,
    OfferTerms,
    Product,
    Release,
    Window,
)
from tests.builders import ANN, NOW, TICK, act, flaw

PARIS: Final = Zone("Europe/Paris")
EXCEL, WORD = CourseId("excel"), CourseId("word")
ONE, TWO, THREE = LessonId("one"), LessonId("two"), LessonId("three")
DAY: Final = timedelta(days=1)
EVE, BOB = ActorId("eve"), ActorId("bob")

COURSE: Final = CourseFacts(EXCEL, published=True)
HIDDEN: Final = CourseFacts(EXCEL, published=False)
FOR_EVER: Final = Open(None, Homework.BY_PERSON, ())


def day(number: int) -> Moment:
    """So many days from now."""
    return Moment.at(NOW + number * DAY)


def granted(product: Product | None = None, *, name: str = "plan", at: datetime = NOW) -> Granted:
    """A grant of an offer of one course: all of it, at once and for ever, unless told otherwise."""
    terms = OfferTerms("Plan", {EXCEL: product or Product()})
    offer = Offer.draft(act(), OfferId(name), terms).state
    return Granted(Grant.give(act(at), GrantId(name), offer, ANN, known=None, published={EXCEL}).state, offer)


def seat(opens: int, until: int | None = None, *lessons: LessonId, course: CourseId = EXCEL) -> Enrolled:
    """A seat from one day until another, counted from now."""
    window = Window(day(opens).instant, None if until is None else day(until).instant)
    return Enrolled(course, window, frozenset(lessons) or None)


def ask(*held: Entitlement, course: CourseFacts = COURSE, lesson: LessonId = ONE, at: datetime = NOW) -> Answer:
    """The question, about the first lesson unless told otherwise."""
    return may_open(held, course, lesson, at)


# --- One entitlement --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", [granted(), seat(0)], ids=["grant", "seat"])
def test_open(held: Entitlement) -> None:
    """A grant, and whatever the host gives, entitle alike."""
    assert ask(held) == FOR_EVER


def test_nothing_entitles() -> None:
    """Neither nothing, nor another course, nor a grant that was revoked, published or not."""
    known = granted()
    revoked = Granted(known.grant.revoke(act()).state, known.offer)
    for held in ((), (seat(0, course=WORD),), (revoked,)):
        assert ask(*held) == NotEntitled(EXCEL)
        assert ask(*held, course=HIDDEN) == NotEntitled(EXCEL)


def test_a_window_is_half_open() -> None:
    """Open from its first instant until the last one before its end (K8)."""
    held = seat(1, 2)
    opens, until = NOW + DAY, NOW + 2 * DAY
    assert [ask(held, at=at) for at in (NOW, opens - TICK, opens, until - TICK, until)] == [
        NotYet(opens),
        NotYet(opens),
        Open(until, Homework.BY_PERSON, ()),
        Open(until, Homework.BY_PERSON, ()),
        AccessEnded(until),
    ]


def test_through_a_clock_change() -> None:
    """A window by day lasts all of its local days, the one of twenty-three hours and the one of twenty-five (K8)."""
    for month, last, hours in ((3, 28, 23), (10, 31, 25)):
        the_day = date(2027, month, last)
        terms = AccessTerms(Moment.on(the_day, PARIS), Moment.through(the_day, PARIS))
        held = granted(Product(terms))
        opens = Moment.on(the_day, PARIS).instant
        until = opens + timedelta(hours=hours)
        assert ask(held, at=opens - TICK) == NotYet(opens)
        assert ask(held, at=opens) == Open(until, Homework.BY_PERSON, ())
        assert ask(held, at=until - TICK) == Open(until, Homework.BY_PERSON, ())
        assert ask(held, at=until) == AccessEnded(until)


def test_time_in_any_zone_but_none() -> None:
    """The question is asked at an instant; a naive time is refused (K8)."""
    there = (NOW + DAY).astimezone(timezone(timedelta(hours=-5)))
    assert ask(seat(1), at=there) == FOR_EVER
    assert flaw(lambda: ask(seat(1), at=NOW.replace(tzinfo=None))) == ("at", Flaw.NAIVE_TIME)


def test_a_course_that_is_not_published() -> None:
    """It is granted and not visible: to be told before anything about time, for waiting would not help (O2)."""
    for held in (seat(0), seat(1), seat(-2, -1), seat(0, None, TWO)):
        assert ask(held, course=HIDDEN) == CourseNotPublished(EXCEL)


def test_lessons_listed() -> None:
    """Only those, whatever the time (O1)."""
    for held in (seat(0, None, TWO), seat(1, 2, TWO), seat(-2, -1, TWO), granted(Product(lessons=frozenset({TWO})))):
        assert ask(held) == LessonNotIncluded(ONE)
    assert ask(seat(0, None, TWO), lesson=TWO) == FOR_EVER


def test_lessons_follow_the_offer() -> None:
    """What the offer has now counts, in the window that was frozen (O3)."""
    known = granted(Product(AccessTerms(ends=day(7))))
    ends = AccessTerms(ends=day(1))
    narrower = known.offer.change(act(), OfferTerms("Plan", {EXCEL: Product(ends, frozenset({TWO}))})).state
    now = Granted(known.grant, narrower)
    assert ask(now) == LessonNotIncluded(ONE)
    assert ask(now, lesson=TWO, at=NOW + 6 * DAY) == Open(day(7).instant, Homework.BY_PERSON, ())
    without = known.offer.change(act(), OfferTerms("Plan", {WORD: Product()})).state
    assert ask(Granted(known.grant, without)) == LessonNotIncluded(ONE)
    # A course that the offer came to have later is granted by no window.
    assert ask(Granted(known.grant, without), course=CourseFacts(WORD, published=True)) == NotEntitled(WORD)


# --- Releases ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("release", "opens"),
    [(day(3), 3), (day(-3), 0), (Duration(PARIS, days=3), 3), (Duration(PARIS, hours=48), 2)],
)
@pytest.mark.parametrize("by_offer", [False, True])
def test_a_release(release: Release, opens: int, by_offer: bool) -> None:
    """On a date, or so long after access began; by the offer's schedule, or else the course's (O1)."""
    schedule = {ONE: release}
    held = granted(Product(schedule=schedule if by_offer else None))
    course = CourseFacts(EXCEL, published=True, schedule={} if by_offer else schedule)
    at = NOW + opens * DAY
    assert ask(held, course=course, at=at) == FOR_EVER
    assert ask(held, course=course, at=at - TICK) == NotYet(at)
    assert ask(held, course=course, lesson=TWO) == FOR_EVER


def test_the_offers_schedule_is_the_whole() -> None:
    """Where the offer has one, an empty one too, the course's is not looked at (O1); seats have none of their own."""
    course = CourseFacts(EXCEL, published=True, schedule={ONE: day(3), TWO: day(3)})
    assert ask(granted(Product(schedule={})), course=course) == FOR_EVER
    assert ask(granted(Product(schedule={TWO: day(1)})), course=course) == FOR_EVER
    assert ask(granted(Product(schedule={TWO: day(1)})), course=course, lesson=TWO) == NotYet(day(1).instant)
    assert ask(seat(0), course=course) == NotYet(day(3).instant)


def test_a_delay_counts_from_when_access_began() -> None:
    """From the window's first instant, also after an extension, and afresh where it was granted anew (O1, O4)."""
    product = Product(AccessTerms(ends=day(2)), schedule={ONE: Duration(PARIS, days=1)})
    held = granted(product)
    longer = Granted(held.grant.extend(act(NOW + DAY), day(9)).state, held.offer)
    assert ask(longer, at=NOW + DAY) == Open(day(9).instant, Homework.BY_PERSON, ())
    begins_late = granted(Product(AccessTerms(begins=day(5)), schedule={ONE: Duration(PARIS, days=1)}))
    assert ask(begins_late) == NotYet(day(6).instant)
    renewed = held.offer.change(act(), OfferTerms("Plan", {EXCEL: Product(schedule=product.schedule)})).state
    anew = held.grant.grant_anew(act(NOW + 2 * DAY), renewed, published={EXCEL}).state
    assert ask(Granted(anew, renewed), at=NOW + 2 * DAY) == NotYet(day(3).instant)


def test_a_delay_keeps_the_time_of_day() -> None:
    """Three weeks of a Monday at ten are a Monday at ten, though the night between was an hour shorter (O1, K8)."""
    begins = datetime(2027, 3, 15, 9, tzinfo=UTC)
    held = granted(Product(schedule={ONE: Duration(PARIS, days=21)}), at=begins)
    opens = datetime(2027, 4, 5, 8, tzinfo=UTC)
    assert [ask(held, at=at) for at in (opens - TICK, opens)] == [NotYet(opens), FOR_EVER]


def test_released_when_access_is_over() -> None:
    """It never opens, and no date is promised; once access is over, that is what is told (O5)."""
    for release in (day(2), Duration(PARIS, days=3)):
        held = granted(Product(AccessTerms(ends=day(2)), schedule={ONE: release}))
        released = release.instant if isinstance(release, Moment) else NOW + 3 * DAY
        assert ask(held) == ReleasedTooLate(released, day(2).instant)
        assert ask(held, at=NOW + 2 * DAY - TICK) == ReleasedTooLate(released, day(2).instant)
        assert ask(held, at=NOW + 2 * DAY) == AccessEnded(day(2).instant)


# --- Several entitlements ---------------------------------------------------------------------------------------------

LATE: Final = granted(Product(AccessTerms(ends=day(2)), schedule={ONE: day(4)}), name="late")
LATER: Final = granted(Product(AccessTerms(ends=day(3)), schedule={ONE: day(5)}), name="later")


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ((seat(0), seat(1), seat(-2, -1), LATE, seat(0, None, TWO)), FOR_EVER),
        ((seat(3, 4), seat(1, 2), seat(-2, -1), LATE, seat(0, None, TWO)), NotYet(day(1).instant)),
        ((seat(-2, -1), seat(-9, -5), LATE, seat(0, None, TWO)), AccessEnded(day(-1).instant)),
        ((LATER, LATE, seat(0, None, TWO)), ReleasedTooLate(day(4).instant, day(2).instant)),
        ((seat(0, None, TWO), seat(0, course=WORD)), LessonNotIncluded(ONE)),
    ],
)
def test_which_answer_is_told(held: tuple[Entitlement, ...], expected: Answer) -> None:
    """Allowed if any allows; else the earliest opening; else what comes closest, in whatever order they stand (O5)."""
    assert ask(*held) == expected
    assert ask(*reversed(held)) == expected


def test_windows_of_one_never_meet_lessons_of_another() -> None:
    """Each is judged whole: all lessons until yesterday, and one lesson today, are not all lessons today (O5)."""
    held = (seat(-2, -1), seat(0, None, TWO))
    assert ask(*held) == AccessEnded(day(-1).instant)
    assert ask(*held, lesson=TWO) == FOR_EVER
    # Nor does the schedule of one release the lessons of another.
    waiting = granted(Product(schedule={ONE: day(1)}))
    released = granted(Product(lessons=frozenset({TWO}), schedule={}), name="other")
    assert ask(waiting, released) == NotYet(day(1).instant)


def test_until_when_it_stays_open() -> None:
    """As long as the longest that allows it now; one that only begins later is not counted on (O5)."""
    open_until = [
        ((seat(0, 1), seat(0, 3), seat(0, 2)), 3),
        ((seat(0, 1), seat(0), seat(0, 2)), None),
        ((seat(0, 1), seat(1, 2)), 1),
        ((seat(0, 1), seat(0, 5, TWO)), 1),
    ]
    for held, until in open_until:
        assert ask(*held) == Open(None if until is None else day(until).instant, Homework.BY_PERSON, ())


def test_homework() -> None:
    """Automatic if any entitlement that allows the lesson says so, and no other (O5)."""
    automatic = Product(homework=Homework.AUTOMATIC)
    by_itself = Open(None, Homework.AUTOMATIC, ())
    assert ask(granted(automatic), seat(0)) == by_itself
    assert ask(seat(0), granted(automatic)) == by_itself
    assert ask(seat(0), Enrolled(EXCEL, Window(NOW), homework=Homework.AUTOMATIC)) == by_itself
    for closed in (
        Product(AccessTerms(begins=day(1)), homework=Homework.AUTOMATIC),
        Product(lessons=frozenset({TWO}), homework=Homework.AUTOMATIC),
        Product(schedule={ONE: day(1)}, homework=Homework.AUTOMATIC),
    ):
        assert ask(seat(0), granted(closed)) == FOR_EVER


def test_assistants() -> None:
    """Those of what allows the lesson, each once, in the order given (O1)."""
    by_eve, by_bob = (granted(Product(assistant=each), name=each) for each in (EVE, BOB))
    closed = granted(Product(AccessTerms(begins=day(1)), assistant=ActorId("tom")), name="tom")
    enrolled = Enrolled(EXCEL, Window(NOW), assistant=EVE)
    assert ask(by_eve, closed, by_bob, seat(0), enrolled) == Open(None, Homework.BY_PERSON, (EVE, BOB))


# --- What opens next --------------------------------------------------------------------------------------------------


def test_what_opens_next() -> None:
    """The earliest opening of all lessons, with all that open then, in the order given (O5)."""
    course = CourseFacts(EXCEL, published=True, schedule={TWO: day(3), THREE: Duration(PARIS, days=3)})
    lessons = (THREE, ONE, TWO)
    held = [seat(0)]
    assert opens_next(iter(held), course, iter(lessons), NOW) == Opening(day(3).instant, (THREE, TWO))
    assert opens_next([seat(1)], course, lessons, NOW) == Opening(day(1).instant, (ONE,))
    assert opens_next([seat(1)], course, lessons, NOW + DAY) == Opening(day(3).instant, (TWO,))
    assert opens_next(held, course, lessons, NOW + 3 * DAY) is None


@pytest.mark.parametrize(
    ("held", "course"),
    [((), COURSE), ((seat(1),), HIDDEN), ((seat(-2, -1),), COURSE), ((LATE,), COURSE), ((seat(0),), COURSE)],
)
def test_nothing_opens_next(held: tuple[Entitlement, ...], course: CourseFacts) -> None:
    """Where no waiting helps, nothing is promised (O5)."""
    assert opens_next(held, course, (ONE,), NOW) is None


# --- Values -----------------------------------------------------------------------------------------------------------


def test_a_grant_goes_with_its_offer() -> None:
    """Another offer's terms would answer for it wrongly (K9)."""
    assert flaw(lambda: Granted(granted().grant, granted(name="other").offer)) == ("offer", Flaw.WRONG_FORM)


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        ({"window": None}, ("window", Flaw.WRONG_TYPE)),
        ({"lessons": frozenset[LessonId]()}, ("lessons", Flaw.EMPTY)),
        ({"lessons": [ONE]}, ("lessons", Flaw.WRONG_TYPE)),
        ({"homework": "automatic"}, ("homework", Flaw.WRONG_TYPE)),
        ({"assistant": " "}, ("assistant", Flaw.EMPTY)),
    ],
)
def test_bad_enrolments(bad: Mapping[str, Any], expected: tuple[str, Flaw]) -> None:
    """What the host gives is checked like everything else (K9)."""
    right: Mapping[str, Any] = {"course": EXCEL, "window": Window(NOW)}
    assert flaw(lambda: Enrolled(**{**right, **bad})) == expected


def test_bad_facts() -> None:
    """Nothing but true and false is published, and nothing but moments and durations a schedule (K9)."""
    yes: Any = "yes"
    dates: Any = {ONE: NOW}
    assert flaw(lambda: CourseFacts(EXCEL, published=yes)) == ("published", Flaw.WRONG_TYPE)
    assert flaw(lambda: CourseFacts(EXCEL, published=True, schedule=dates)) == ("schedule", Flaw.WRONG_TYPE)
