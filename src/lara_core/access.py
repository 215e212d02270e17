"""The one question of access: whether a learner may open a lesson now and, if not, why, and from when.

Vocabulary. An *entitlement* is one reason for a learner to be in a course: a grant with its offer, or an enrolled
seat, a registration, a partner's enrolment, which the host gives as course, window and lessons. It *allows* a lesson
while its window is open, the lesson is among its own, and has been *released*. A grant's lessons are released by its
offer's schedule where it has one, else by the course's; those of all others by the course's.

Invariants. Each entitlement is judged whole: the window of one never meets the lessons of another. A lesson is open
where any of them allows it, so that one entitlement more never takes anything away. Windows are [from, until), in
UTC, whatever clocks do in between (K8). *Not yet* names the first instant at which the same question is answered with
yes (O5).

What the host must guarantee: the entitlements are all those of the learner, each grant goes with its offer as it is
now, and a seat that was left is no entitlement any more.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final, TypeAlias

from attrs import Factory, field, frozen

from lara_core.kernel.deadlines import utc
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, CourseId, LessonId
from lara_core.kernel.validators import checked, switch
from lara_core.offer_terms import kind_of, schedule
from lara_core.offers import Grant, Homework, Moment, Offer, Product, Release, Schedule, Window

_AUTOMATIC: Final = Homework.AUTOMATIC

# --- What is asked about ----------------------------------------------------------------------------------


@frozen
class CourseFacts:
    """What the question needs to know of a course: whether learners can see it, and when it releases its lessons.

    A lesson that is not in the *schedule* is released with access.
    """

    id: CourseId
    published: bool = field(validator=checked(switch))
    schedule: Schedule = field(factory=dict[LessonId, Release], converter=schedule)


@frozen
class Granted:
    """A *grant* with its *offer* as it is now. Another offer's is a `BadValue`."""

    grant: Grant
    offer: Offer

    def __attrs_post_init__(self) -> None:
        if self.grant.offer != self.offer.id:
            raise BadValue("offer", Flaw.WRONG_FORM)

    def of(self, course: CourseId) -> tuple[Window | None, Product | None]:
        """The window that was frozen for *course*, and what the offer has of it now."""
        return self.grant.windows.get(course), self.offer.terms.products.get(course)


def _product(enrolled: "Enrolled") -> Product:
    return Product(lessons=enrolled.lessons, homework=enrolled.homework, assistant=enrolled.assistant)


@frozen
class Enrolled:
    """A seat, a registration or a partner's enrolment, as the host gives it: *lessons* are listed, or all."""

    course: CourseId
    window: Window = field(validator=checked(kind_of(Window)))
    lessons: frozenset[LessonId] | None = None
    homework: Homework = Homework.BY_PERSON
    assistant: ActorId | None = None
    _product: Product = field(init=False, eq=False, repr=False, default=Factory(_product, takes_self=True))

    def of(self, course: CourseId) -> tuple[Window | None, Product | None]:
        """Its window, and what it has of *course*: nothing of another."""
        return (self.window, self._product) if course == self.course else (None, None)


Entitlement: TypeAlias = Granted | Enrolled

# --- Answers ----------------------------------------------------------------------------------------------


@frozen
class Open:
    """The learner may open the lesson, at every instant *until* then, or for ever.

    *homework* is automatic if any entitlement that allows it says so (O5). *assistants* are theirs, each once.
    """

    until: datetime | None
    homework: Homework
    assistants: tuple[ActorId, ...]


@frozen
class NotEntitled:
    """The learner has nothing that entitles to this course, or what they had was revoked (O5)."""

    code: ClassVar[str] = "access.not_entitled"
    course: CourseId


@frozen
class CourseNotPublished:
    """The learner is entitled to the course, and it is not published: they cannot see it yet (O2)."""

    code: ClassVar[str] = "access.course_not_published"
    course: CourseId


@frozen
class NotYet:
    """The lesson *opens* then: the first instant at which asking again says yes (O5)."""

    code: ClassVar[str] = "access.not_yet"
    opens: datetime


@frozen
class AccessEnded:
    """The learner's access, which included the lesson, *ended* then (O5)."""

    code: ClassVar[str] = "access.ended"
    ended: datetime


@frozen
class ReleasedTooLate:
    """The lesson is *released* when the learner's access will have *ended* (O5)."""

    code: ClassVar[str] = "access.released_too_late"
    released: datetime
    ended: datetime


@frozen
class LessonNotIncluded:
    """What the learner is entitled to in this course does not include the lesson (O5)."""

    code: ClassVar[str] = "access.lesson_not_included"
    lesson: LessonId


AccessRefusal: TypeAlias = NotEntitled | CourseNotPublished | NotYet | AccessEnded | ReleasedTooLate | LessonNotIncluded
Answer: TypeAlias = Open | AccessRefusal


@frozen
class Opening:
    """What opens next: these *lessons*, all at once, *at* that instant."""

    at: datetime
    lessons: tuple[LessonId, ...]


# --- The question -----------------------------------------------------------------------------------------


def may_open(entitlements: Iterable[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime) -> Answer:
    """Whether a learner with these *entitlements* may open *lesson* of *course* at that time (O5).

    `Open` if any entitlement allows it. Otherwise, in this order: `NotEntitled`, `CourseNotPublished`, `NotYet` with
    the earliest opening, `AccessEnded` with the latest end, `ReleasedTooLate` with the earliest release,
    `LessonNotIncluded`.
    """
    now, name, by_course = utc("at", at), course.id, course.schedule
    entitled, allowed = False, 0
    homework, assistants = Homework.BY_PERSON, dict[ActorId, None]()
    lasting: list[datetime] = []
    opening: list[datetime] = []
    ended: list[datetime] = []
    late: list[tuple[datetime, datetime]] = []
    # All in one loop, for a page asks of every lesson; in functions of its own it takes twice the time (B14).
    for entitlement in entitlements:
        window, terms = entitlement.of(name)
        if window is None:
            continue
        entitled = True
        if terms is None or (terms.lessons is not None and lesson not in terms.lessons):
            continue
        opens, until = window.opens, window.until
        if until is not None and until <= now:
            ended.append(until)
            continue
        release = (by_course if terms.schedule is None else terms.schedule).get(lesson)
        if isinstance(release, Moment):
            opens = max(opens, release.instant)
        elif release is not None and now - opens < release.longest:
            opens = release.after(opens)
        if opens <= now:
            allowed += 1
            if until is not None:
                lasting.append(until)
            if terms.homework is _AUTOMATIC:
                homework = _AUTOMATIC
            if terms.assistant is not None:
                assistants[terms.assistant] = None
        elif until is None or opens < until:
            opening.append(opens)
        else:
            late.append((opens, until))
    if not entitled:
        return NotEntitled(name)
    if not course.published:
        return CourseNotPublished(name)
    if allowed:
        return Open(max(lasting) if allowed == len(lasting) else None, homework, tuple(assistants))
    if opening:
        return NotYet(min(opening))
    if ended:
        return AccessEnded(max(ended))
    return ReleasedTooLate(*min(late)) if late else LessonNotIncluded(lesson)


def opens_next(
    entitlements: Iterable[Entitlement], course: CourseFacts, lessons: Iterable[LessonId], at: datetime
) -> Opening | None:
    """Which of *lessons* open next, and when; `None` where none will, as things stand (O5).

    They are in the order given. One that is open now, and will be again later, is not waited for.
    """
    held = tuple(entitlements)
    opening: dict[datetime, list[LessonId]] = {}
    for lesson in lessons:
        answer = may_open(held, course, lesson, at)
        if isinstance(answer, NotYet):
            opening.setdefault(answer.opens, []).append(lesson)
    if not opening:
        return None
    first = min(opening)
    return Opening(first, tuple(opening[first]))
