"""B14: what the one question of access costs over twenty grants, next to building its answer."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from benchmarks.harness import AtMost, Row, calls, ratio
from lara_core.access import CourseFacts, Granted, Open, may_open
from lara_core.kernel.deadlines import Zone
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import ActorId, CourseId, GrantId, Key, LessonId, OfferId
from lara_core.kernel.people import Person
from lara_core.offers import AccessTerms, Duration, Grant, Homework, Moment, Offer, OfferTerms, Product, Release

_ACT: Final = Act(datetime(2027, 3, 1, 9, tzinfo=UTC), ActorId("manager"), Key("key"))
_AT: Final = _ACT.at + timedelta(days=30)
_PARIS: Final = Zone("Europe/Paris")
_COURSE: Final = CourseFacts(CourseId("excel"), published=True)
_LESSONS: Final = tuple(LessonId(f"lesson-{number}") for number in range(1, 41))
_LESSON: Final = _LESSONS[20]
_PERSON: Final = Person.of("learner@example.com", "learner")
_ON_A_DAY: Final = Moment.on(date(2027, 3, 20), _PARIS)


def _grants(release: Release, *, lasting: Duration) -> Sequence[Granted]:
    """Twenty grants of as many offers, each with a window, lessons and a schedule, all of which allow the lesson."""
    granted: list[Granted] = []
    for number in range(20):
        product = Product(
            AccessTerms(ends=lasting),
            frozenset(_LESSONS),
            dict.fromkeys(_LESSONS, release),
            Homework.BY_PERSON,
            ActorId(f"assistant-{number % 3}"),
        )
        terms = OfferTerms(f"Plan {number}", {_COURSE.id: product, CourseId("word"): Product()})
        offer = Offer.draft(_ACT, OfferId(f"offer-{number}"), terms).state
        grant = Grant.give(_ACT, GrantId(f"grant-{number}"), offer, _PERSON, known=None, published={_COURSE.id}).state
        granted.append(Granted(grant, offer))
    return tuple(granted)


def _asked(release: Release) -> float:
    grants = _grants(release, lasting=Duration(_PARIS, days=365))
    answer = may_open(grants, _COURSE, _LESSON, _AT)
    if not isinstance(answer, Open):
        raise TypeError(answer)
    until, homework, assistants = answer.until, answer.homework, answer.assistants
    return ratio(
        calls(lambda: may_open(grants, _COURSE, _LESSON, _AT)), calls(lambda: Open(until, homework, assistants))
    )


def rows() -> Iterable[Row]:
    """The rows of access."""
    yield Row(
        "B14c",
        "may a learner open a lesson, over 20 grants that all allow it ÷ build the answer; released on a day",
        AtMost(30),
        lambda: _asked(_ON_A_DAY),
    )
    yield Row(
        "B14d",
        "the same, released so many days after access began",
        AtMost(30),
        lambda: _asked(Duration(_PARIS, days=7)),
    )
