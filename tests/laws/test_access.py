"""The laws of access: held for whatever entitles whom when, and by faults that they must find (O3–O5, K8)."""

from calendar import monthrange
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import product as every
from typing import Any, Final, TypeAlias, get_args

import pytest
from attrs import evolve, frozen
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lara_core import access, offers
from lara_core.access import (
    AccessEnded,
    AccessRefusal,
    Answer,
    CourseFacts,
    Enrolled,
    Entitlement,
    Granted,
    LessonNotIncluded,
    NotEntitled,
    NotYet,
    Open,
    ReleasedTooLate,
)
from lara_core.kernel.deadlines import LocalDay, Zone
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.errors import BadValue
from lara_core.kernel.ids import ActorId, CourseId, GrantId, LessonId, OfferId
from lara_core.offers import (
    GRANT,
    AccessGrantedAnew,
    AccessTerms,
    Duration,
    Grant,
    GrantDecision,
    GrantState,
    GrantVerb,
    Homework,
    Moment,
    Offer,
    OfferDecision,
    OfferRefusal,
    OfferStatus,
    OfferTerms,
    Product,
    Purchase,
    Release,
    Window,
)
from lara_core.testing import laws
from lara_core.testing.search import Report, Step, explore
from tests.builders import ANN, BEN, NOW, PRICE, TICK, act

EXCEL, WORD = CourseId("excel"), CourseId("word")
ONE, TWO = LessonId("one"), LessonId("two")
LESSONS: Final = (ONE, TWO)
PLAN, OTHER = OfferId("plan"), OfferId("other")
ID: Final = GrantId("grant")
DAY: Final = timedelta(days=1)
PARIS: Final = Zone("Europe/Paris")

# --- What allows what, said once more and plainly ---------------------------------------------------------------------


def allows(held: Entitlement, course: CourseFacts, lesson: LessonId, at: datetime) -> bool:
    """Whether one entitlement allows a lesson: its window is open, the lesson its own, and released."""
    if isinstance(held, Granted):
        window, terms = held.grant.windows.get(course.id), held.offer.terms.products.get(course.id)
        if window is None or terms is None or held.grant.state is GrantState.REVOKED:
            return False
        lessons, schedule = terms.lessons, terms.schedule
    else:
        window, lessons, schedule = held.window, held.lessons, None
        if held.course != course.id:
            return False
    release = (course.schedule if schedule is None else schedule).get(lesson)
    released = window.opens if release is None else when(release, window)
    return (
        window.opens <= at
        and (window.until is None or at < window.until)
        and (lessons is None or lesson in lessons)
        and released <= at
    )


def when(release: Release, window: Window) -> datetime:
    """When a lesson is released in a window."""
    return release.instant if isinstance(release, Moment) else release.after(window.opens)


def turning_points(held: Sequence[Entitlement], course: CourseFacts) -> list[datetime]:
    """Every instant at which any answer may change, with those just before and after: between them none does."""
    found = {NOW}
    for each in held:
        windows = each.grant.windows.values() if isinstance(each, Granted) else (each.window,)
        schedules = [course.schedule]
        if isinstance(each, Granted):
            schedules += [terms.schedule or {} for terms in each.offer.terms.products.values()]
        for window in windows:
            found |= {window.opens, window.until or NOW}
            for release in (release for schedule in schedules for release in schedule.values()):
                found.add(when(release, window))
    return sorted({at + by for at in found for by in (-TICK, timedelta(), TICK)})


# --- Whatever entitles a learner --------------------------------------------------------------------------------------

INSTANTS: Final = tuple(NOW + number * DAY for number in range(-2, 6))
instants = st.sampled_from(INSTANTS)
some_lessons = st.sampled_from([None, frozenset({ONE}), frozenset({TWO}), frozenset(LESSONS)])
releases: st.SearchStrategy[Release] = st.one_of(
    instants.map(Moment.at),
    st.integers(1, 4).map(lambda days: Duration(PARIS, days=days)),
    st.integers(1, 60).map(lambda hours: Duration(PARIS, hours=hours)),
)
schedules = st.dictionaries(st.sampled_from(LESSONS), releases)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """From one of those instants until a later one, or without end."""
    opens = draw(instants)
    return Window(opens, draw(st.sampled_from([None, *(at for at in (*INSTANTS, NOW + 9 * DAY) if at > opens)])))


@st.composite
def grants(draw: st.DrawFn) -> Granted:
    """A grant as commands made it, perhaps revoked, with an offer that has perhaps changed since."""
    window = draw(windows())
    ends = None if window.until is None else Moment.at(window.until)
    granted = Product(AccessTerms(Moment.at(window.opens), ends))
    offer = Offer.draft(act(), PLAN, OfferTerms("Plan", {draw(st.sampled_from([EXCEL, EXCEL, WORD])): granted})).state
    grant = Grant.give(act(window.opens), ID, offer, ANN, known=None, published=()).state
    if draw(st.sampled_from([False, False, False, True])):
        grant = grant.revoke(act()).state
    homework, assistant = draw(st.sampled_from(Homework)), draw(st.sampled_from([None, ActorId("eve"), ActorId("bob")]))
    now = Product(granted.access, draw(some_lessons), draw(st.none() | schedules), homework, assistant)
    return Granted(grant, offer.change(act(), OfferTerms("Plan", {draw(st.sampled_from([EXCEL, WORD])): now})).state)


enrolments = st.builds(
    Enrolled, st.sampled_from([EXCEL, EXCEL, WORD]), windows(), some_lessons, st.sampled_from(Homework)
)
entitlements: st.SearchStrategy[list[Entitlement]] = st.lists(grants() | enrolments, max_size=4)
courses = st.builds(CourseFacts, st.just(EXCEL), published=st.just(True), schedule=schedules)
instants_near = st.builds(datetime.__add__, instants, st.sampled_from([-TICK, timedelta(), TICK]))
lessons = st.sampled_from(LESSONS)
# What the laws are held for: `@given` takes it, and so does each fault.
ASKED: Final = (entitlements, courses, lessons, instants_near)
SHOWN_OR_NOT: Final = (*ASKED, st.booleans())
ONE_MORE: Final = (*ASKED, grants() | enrolments, st.integers(0, 4))
SHUFFLED: Final = (
    st.lists(grants() | enrolments, min_size=4, max_size=4),
    courses,
    instants_near,
    st.permutations(range(4)),
)


@given(*SHOWN_OR_NOT)
def test_open_is_what_any_of_them_allows(
    held: list[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime, published: bool
) -> None:
    """O5: each judged whole, and any will do; O2: but nothing of a course that is not published."""
    answer = access.may_open(held, evolve(course, published=published), lesson, at)
    assert isinstance(answer, Open) is (published and any(allows(each, course, lesson, at) for each in held))
    if isinstance(answer, Open):
        by = [each for each in held if allows(each, course, lesson, at)]
        terms = [each.offer.terms.products[EXCEL] if isinstance(each, Granted) else each for each in by]
        assert (answer.homework is Homework.AUTOMATIC) is any(each.homework is Homework.AUTOMATIC for each in terms)
        assert set(answer.assistants) == {each.assistant for each in terms} - {None}
        assert len(answer.assistants) == len(set(answer.assistants))


@given(*ASKED)
def test_from_when_is_the_first_instant_of_a_yes(
    held: list[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime
) -> None:
    """O5: asked again then it is a yes, before that it is none; and where no instant is named none will come."""
    answer = access.may_open(held, course, lesson, at)
    later = [each for each in turning_points(held, course) if each >= at]
    yes = [each for each in later if isinstance(access.may_open(held, course, lesson, each), Open)]
    match answer:
        case Open(until):
            assert all(each in yes for each in later if until is None or each < until)
        case NotYet(opens):
            assert yes[:1] == [opens]
            assert not isinstance(access.may_open(held, course, lesson, opens - TICK), Open)
        case _:
            assert yes == []


@given(*ASKED)
def test_why_not_is_true(held: list[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime) -> None:
    """O5: whatever reason is told can be read off the entitlements."""
    answer = access.may_open(held, course, lesson, at)
    of_course = [window for each in held for window, _ in [each.of(EXCEL)] if window is not None]
    points = turning_points(held, course)
    ever = [each for each in points if any(allows(one, course, lesson, each) for one in held)]
    match answer:
        case NotEntitled(name):
            assert (name, of_course) == (EXCEL, [])
        case LessonNotIncluded(name):
            assert (name, ever) == (lesson, [])
            assert of_course
        case AccessEnded(ended):
            assert ended <= at
            assert ended in {window.until for window in of_course}
            assert all(each < ended for each in ever)
        case ReleasedTooLate(released, ended):
            assert at < ended <= released
            assert ended in {window.until for window in of_course}
            assert ever == []
        case _:
            assert isinstance(answer, Open | NotYet)


@given(*ONE_MORE)
def test_one_more_takes_nothing_away(
    held: list[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime, more: Entitlement, place: int
) -> None:
    """O5: a grant never takes access away: what was open stays open as long, and what was to open opens no later."""
    before = access.may_open(held, course, lesson, at)
    after = access.may_open([*held[:place], more, *held[place:]], course, lesson, at)
    match before, after:
        case Open(until), Open(longer):
            assert longer is None or (until is not None and until <= longer)
            assert set(before.assistants) <= set(after.assistants)
            assert after.homework is Homework.AUTOMATIC or before.homework is Homework.BY_PERSON
        case Open(), _:
            raise AssertionError(after)
        case NotYet(opens), NotYet(sooner):
            assert sooner <= opens
        case NotYet(), _:
            assert isinstance(after, Open)
        case _, NotEntitled():
            assert isinstance(before, NotEntitled)
        case _:
            pass


@given(*SHUFFLED)
def test_the_order_does_not_matter(
    held: list[Entitlement], course: CourseFacts, at: datetime, order: list[int]
) -> None:
    """O5: in whatever order a database gives them, the answer is the same."""

    def said(of: Iterable[Entitlement]) -> Answer:
        answer = access.may_open(of, course, ONE, at)
        return evolve(answer, assistants=tuple(sorted(answer.assistants))) if isinstance(answer, Open) else answer

    assert said(held[place] for place in order) == said(held)


@given(*ASKED)
def test_what_opens_next_does(held: list[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime) -> None:
    """O5: at that instant each of them opens, and until then no lesson that is closed does."""
    asked = (lesson, *LESSONS) if lesson == TWO else LESSONS
    opening = access.opens_next(held, course, asked, at)
    closed = [one for one in asked if not any(allows(each, course, one, at) for each in held)]
    later = [each for each in turning_points(held, course) if each >= at]
    open_at = {each: [one for one in closed if any(allows(by, course, one, each) for by in held)] for each in later}
    first = next((each for each in later if open_at[each]), None)
    assert (opening and opening.at) == first
    if opening is not None:
        assert opening.lessons == tuple(open_at[opening.at])


# --- Whatever clocks do -----------------------------------------------------------------------------------------------

ZONES: Final = tuple(
    Zone(name)
    for name in (
        "Europe/Paris",
        "America/Toronto",
        "America/Sao_Paulo",  # fell back at midnight
        "Asia/Beirut",  # springs forward at midnight
        "Australia/Lord_Howe",  # by half an hour
        "Pacific/Apia",  # skipped a day
        "UTC",
    )
)
days = st.dates(date(2005, 1, 1), date(2040, 12, 31))


LOCAL_DAYS: Final = (
    st.sampled_from(ZONES),
    days,
    st.integers(0, 40),
    st.integers(-60, 1100),
    st.sampled_from([-TICK, TICK * 0]),
)


@given(*LOCAL_DAYS)
def test_windows_by_day_are_local_days(zone: Zone, first: date, lasting: int, hours: int, by: timedelta) -> None:
    """K8: open on every instant of the days from the first to the last, by the calendar there, and on no other."""
    last = first + timedelta(days=lasting)
    try:
        terms = AccessTerms(Moment.on(first, zone), Moment.through(last, zone))
        begins = LocalDay(first, zone).begins
    except BadValue:
        return  # a day that the zone skipped
    offer = Offer.draft(act(), PLAN, OfferTerms("Plan", {EXCEL: Product(terms)})).state
    grant = Grant.give(act(begins - 9 * DAY), ID, offer, ANN, known=None, published=()).state
    at = begins + timedelta(hours=hours) + by
    answer = access.may_open([Granted(grant, offer)], CourseFacts(EXCEL, published=True), ONE, at)
    assert isinstance(answer, Open) is (first <= at.astimezone(zone.info).date() <= last)


moments = st.datetimes(datetime(2005, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as it asks


LASTING: Final = (st.sampled_from(ZONES), moments, st.integers(0, 12), st.integers(0, 400), st.integers(0, 100))


@given(*LASTING)
def test_a_duration_keeps_the_time_of_day(zone: Zone, at: datetime, months: int, days: int, hours: int) -> None:
    """O1, K8: the clock there shows the same time, unless it skips it; and it is over within what it says it takes."""
    if not months + days:
        days = 1
    after, there = Duration(zone, months=months, days=days).after(at), at.astimezone(zone.info)
    shown = after.astimezone(zone.info)
    skipped = shown.utcoffset() != (after - DAY).astimezone(zone.info).utcoffset()
    assert shown.time() == there.time() or skipped
    if not skipped:
        whole = (12 * (shown.year - there.year) + shown.month - there.month, shown.day)
        assert days or whole == (months, min(there.day, monthrange(shown.year, shown.month)[1]))
        assert months or shown.date() - there.date() == timedelta(days=days)
    longer = Duration(zone, months=months, days=days, hours=hours)
    assert longer.after(at) == after + timedelta(hours=hours)
    assert at < longer.after(at) <= at + longer.longest


# --- Everything that an offer and a grant can come to -----------------------------------------------------------------

PRICED: Final = partial(OfferTerms, "Plan", price=PRICE)
TOMORROW, SOON, LATE = NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY
UNTIL_TOMORROW: Final = Product(AccessTerms(ends=Moment.at(TOMORROW)))
# All of Excel until tomorrow; the second lesson of it from soon on, with another course; nothing; what has no price.
OFFERED: Final = (
    PRICED({EXCEL: UNTIL_TOMORROW}),
    PRICED(
        {
            EXCEL: Product(AccessTerms(begins=Moment.at(TOMORROW)), frozenset({TWO}), {TWO: Moment.at(SOON)}),
            WORD: UNTIL_TOMORROW,
        }
    ),
    PRICED(),
    OfferTerms(
        "Plan",
        {
            EXCEL: Product(AccessTerms(ends=Moment.at(SOON)), schedule={ONE: Moment.at(SOON)}),
            WORD: Product(AccessTerms(ends=Moment.at(SOON))),
        },
    ),
)
CLOCK: Final = (NOW, TOMORROW, SOON)
COURSES: Final = tuple(CourseFacts(name, published=shown) for name, shown in every((EXCEL, WORD), (True, False)))

TOTALITY: Final = "K2: a decision or one named refusal"
UNCHANGED: Final = "K2: a refusal changes nothing"
IDEMPOTENT: Final = "O4: granting again what is known changes nothing"
TAKES_AWAY: Final = "O4, O5: no grant, extension or new grant takes access away"
FROZEN: Final = "O3: a changed offer moves no window"
GIVEN_UP: Final = "O4: a revoked grant gives nothing, and has nothing to come back by itself"
TABLE: Final = "O4: a grant moves as the table says"
SELLABLE: Final = "O1: a published offer has a course and a price"
CHARGED: Final = "O1, O2: charged by sales of published offers, and by nothing else"
EMPTY: Final = "O1: who is granted anything has a window that is not over"


@frozen
class World:
    """An offer, and the grant of it that Ann has, if she does."""

    now: datetime
    offer: Offer
    grant: Grant | None = None

    def key(self) -> Hashable:
        """Everything but versions and the history."""
        offered = OFFERED.index(self.offer.terms), self.offer.status
        if self.grant is None:
            return self.now, offered
        found = sorted((name, each.opens, str(each.until)) for name, each in self.grant.windows.items())
        return self.now, offered, self.grant.state, tuple(found)


Decided: TypeAlias = OfferDecision | GrantDecision


@frozen
class Command:
    """One command with its arguments."""

    name: str
    run: Callable[[], Decided]


def commands(world: World) -> Iterator[Command]:
    """Every command that the world has."""
    by, offer, grant = act(world.now), world.offer, world.grant
    yield Command("publish", partial(offer.publish, by))
    yield Command("unpublish", partial(offer.unpublish, by))
    for terms in OFFERED:
        yield Command("change", partial(offer.change, by, terms))
    others = (Offer.draft(by, OTHER, OFFERED[0]).state,) if grant else ()
    for name, command in (("give", Grant.give), ("sell", partial(Grant.sell, price=PRICE))):
        for of, person in ((offer, ANN), *((other, ANN) for other in others), *([(offer, BEN)] if grant else [])):
            yield Command(name, partial(command, by, ID, of, person, known=grant, published={EXCEL}))
    yield Command("sell", partial(Grant.sell, by, ID, offer, ANN, price=PRICE * 2, known=grant, published={EXCEL}))
    if grant is None:
        return
    for of in (offer, *others):
        yield Command("grant_anew", partial(grant.grant_anew, by, of, published={EXCEL}))
    yield Command("revoke", partial(grant.revoke, by))
    for until, course in every((None, Moment.at(TOMORROW), Moment.at(SOON)), (None, EXCEL, WORD)):
        yield Command("extend", partial(grant.extend, by, until, course=course))


def opened(world: World, answers: list[str] | None = None) -> set[tuple[str, str, datetime]]:
    """What Ann may open from now on: which lesson of which course at which instant."""
    held = () if world.grant is None else (Granted(world.grant, world.offer),)
    found: set[tuple[str, str, datetime]] = set()
    for course, lesson, at in every(COURSES, LESSONS, (*CLOCK, LATE - TICK, LATE)):
        if at >= world.now:
            answer = access.may_open(held, course, lesson, at)
            if isinstance(answer, Open):
                found.add((course.id, lesson, at))
            elif answers is not None:
                answers.append(answer.code)
    return found


def attempt(world: World, command: Command) -> Step[World]:
    """Try a command, and see whether it keeps the laws."""
    before = world.key()
    try:
        decision = command.run()
    except Refused as refused:
        unchanged = () if world.key() == before else (UNCHANGED,)
        return Step(seen=(("refusal", command.name, refused.refusal.code),), broken=unchanged)
    except Exception as wrong:  # noqa: BLE001 -- whatever escapes is what the search is for
        return Step(broken=(f"{TOTALITY}: {type(wrong).__name__}",))
    answers: list[str] = []
    after: World
    broken: list[str]
    if isinstance(decision.state, Offer):
        after = evolve(world, offer=decision.state)
        broken = [
            *laws.of_decision(world.offer, decision),
            *of_offer(world, after, opened(world), opened(after, answers)),
        ]
    else:
        after = evolve(world, grant=decision.state)
        broken = [*laws.of_decision(world.grant, decision)]
        broken += of_grant(world, after, command.name, opened(world), opened(after, answers))
    seen: list[Hashable] = [("allowed", command.name), *(("answer", code) for code in set(answers))]
    return Step(() if broken else (after,), tuple(seen), tuple(broken))


def of_offer(before: World, after: World, was: set[Any], now: set[Any]) -> Iterator[str]:
    """What a command on the offer must leave as it is."""
    terms = after.offer.terms
    if after.offer.status is OfferStatus.PUBLISHED and (not terms.products or terms.price is None):
        yield SELLABLE
    plain = {
        name
        for name in (EXCEL, WORD)
        if all(
            name in each.products and (each.products[name].lessons, each.products[name].schedule) == (None, None)
            for each in (before.offer.terms, terms)
        )
    }
    if {each for each in was if each[0] in plain} != {each for each in now if each[0] in plain}:
        yield FROZEN


def of_grant(before: World, after: World, command: str, was: set[Any], now: set[Any]) -> Iterator[str]:
    """What a command on the grant may do with Ann's access, and with her money."""
    known, grant = before.grant, after.grant
    assert grant is not None
    if command == "give" and known is not None and grant is not known:
        yield IDEMPOTENT
    if command != "revoke" and was - now:
        yield TAKES_AWAY
    if grant.state is GrantState.REVOKED and (now or grant.windows):
        yield GIVEN_UP
    changed = grant is not known
    if known is not None and changed and GRANT[known.state].get(_verb(command)) is not grant.state:
        yield TABLE
    fresh = grant.purchases[len(known.purchases) if known else 0 :]
    if [each.charged for each in fresh] != [command == "sell"] * (
        command in ("give", "sell", "grant_anew") and changed
    ):
        yield CHARGED
    if any(each.charged for each in fresh) and before.offer.status is OfferStatus.DRAFT:
        yield CHARGED
    if fresh and all(window.over(before.now) for window in grant.windows.values()):
        yield EMPTY


def _verb(command: str) -> GrantVerb:
    return GrantVerb.GRANT_ANEW if command in ("give", "sell") else GrantVerb(command)


def search(*, small: bool = False) -> Report:
    """Every world that an offer leads to, at three instants; in a *small* search, from an offer that is sold."""
    drafted = Offer.draft(act(), PLAN, OFFERED[0]).state
    clock = CLOCK[:2] if small else CLOCK

    def tries(world: World) -> Iterator[tuple[str, Callable[[], Step[World]]]]:
        for command in commands(world):
            yield command.name, partial(attempt, world, command)
        for later in clock[clock.index(world.now) + 1 :]:
            yield "wait", partial(Step, (evolve(world, now=later),))

    return explore([World(NOW, drafted)], tries, key=World.key)


ALL_GRANTING: Final = {"offers.offer_empty", "offers.offer_over"}
REFUSALS: Final = {
    "publish": {"offers.offer_empty", "offers.price_needed"},
    "unpublish": set[str](),
    "change": {"offers.offer_empty", "offers.price_needed"},
    "give": {*ALL_GRANTING, "offers.other_offer", "offers.other_person"},
    # A published offer is never empty.
    "sell": {
        "offers.offer_over",
        "offers.other_offer",
        "offers.other_person",
        "offers.not_for_sale",
        "offers.price_changed",
        "offers.grant_in_force",
    },
    "grant_anew": {*ALL_GRANTING, "offers.other_offer", "offers.grant_in_force"},
    "extend": {
        "offers.grant_is",
        "offers.course_not_granted",
        "offers.nothing_longer",
        "offers.extension_over",
    },
    "revoke": set[str](),
}


def test_every_reachable_grant_keeps_the_laws(tell: Callable[[object], None]) -> None:
    """K2, K3, K5, O1–O5: no pair of world and command breaks one; and every command, refusal and answer is met."""
    report = search()
    tell(f"offers and grants: {report}")
    assert report.broken == ()
    assert set(report.seen) == {
        *(("refusal", name, code) for name, codes in REFUSALS.items() for code in codes),
        *(("allowed", name) for name in REFUSALS),
        *(("answer", kind.code) for kind in get_args(AccessRefusal)),
    }


def test_every_refusal_is_met_somewhere() -> None:
    """The table above, which the search confirms, names every refusal that the module declares."""
    assert set[str]().union(*REFUSALS.values()) == {kind.code for kind in get_args(OfferRefusal)}


# Found is enough: nobody reads the smallest example of a fault that was put there.
_SEEDED: Final = settings(max_examples=2_000, derandomize=True, phases=[Phase.generate], report_multiple_bugs=False)

# --- Faults: each law catches one, or it is not yet a check -----------------------------------------------------------

_apply, _give = Grant.apply, Grant.give
_may_open: Callable[..., Answer] = access.may_open


def _gives_back(act: Act, grant: GrantId, offer: Offer, person: Any, *, known: Grant | None, published: Any) -> Any:
    """Whoever is granted again what was revoked has it again."""
    if known is not None and known.state is GrantState.REVOKED:
        return known.grant_anew(act, offer, published=published)
    return _give(act, grant, offer, person, known=known, published=published)


def _replaces(self: Grant, event: Any) -> Grant:
    """Granting anew leaves nothing of what runs."""
    after = _apply(self, event)
    return evolve(after, windows=event.windows) if isinstance(event, AccessGrantedAnew) else after


def _keeps_windows(self: Grant, event: Any) -> Grant:
    """A revocation is a word, and the windows stay."""
    return evolve(_apply(self, event), windows=self.windows)


def _stays_granted(self: Grant, event: Any) -> Grant:
    """Whatever happens, the grant is said to be one."""
    return evolve(_apply(self, event), state=GrantState.GRANTED)


def _windows_of_now(self: Granted, course: CourseId) -> tuple[Window | None, Product | None]:
    """Windows follow the offer, as lessons do."""
    terms = self.offer.terms.products.get(course)
    window = self.grant.windows.get(course)
    return (terms.access.window(window.opens) if window and terms else None), terms


def _sells_anything(*_: object) -> None:
    """Nobody looks what an offer has when it is published."""


def _charges_always(act: Act, offer: Offer, *, charged: bool) -> Purchase:
    """Whatever is granted is charged."""
    return Purchase(offer.id, offer.terms.title, offer.terms.price, charged=True, at=act.at)


def _opens_what_is_over(_: object, __: object, products: Any) -> dict[CourseId, Window]:
    """What is over is granted for a tick that is over too."""
    return {course: Window(NOW - DAY, NOW) for course in products}


@pytest.mark.parametrize(
    ("target", "name", "fault", "law"),
    [
        (Grant, "give", _gives_back, IDEMPOTENT),
        (Grant, "apply", _replaces, TAKES_AWAY),
        (Grant, "apply", _keeps_windows, GIVEN_UP),
        (Granted, "of", _windows_of_now, FROZEN),
        (Offer, "_sellable", _sells_anything, SELLABLE),
        (offers, "_windows", _opens_what_is_over, EMPTY),
        (offers, "_purchase", _charges_always, CHARGED),
        (Grant, "apply", _stays_granted, TABLE),
    ],
    ids=["again", "replaced", "revoked", "frozen", "unsellable", "over", "charged", "table"],
)
def test_a_fault_is_found(monkeypatch: pytest.MonkeyPatch, target: object, name: str, fault: object, law: str) -> None:
    """Each law is broken by the fault that is seeded for it, and the search says so."""
    monkeypatch.setattr(target, name, fault)
    assert law in {found for found, _ in search(small=True).broken}


def _open_at_the_end(held: Any, course: CourseFacts, lesson: LessonId, at: datetime) -> Answer:
    """Windows include their end."""
    return _may_open(held, course, lesson, at - TICK)


def _mixes(held: Sequence[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime) -> Answer:
    """The lessons of all entitlements are open in the windows of all."""
    all_lessons = {one for one in LESSONS for each in held if allows(each, course, one, INSTANTS[-1])}
    seats = [evolve(each, lessons=frozenset(all_lessons) or None) for each in held if isinstance(each, Enrolled)]
    return _may_open([*held, *seats], course, lesson, at)


def _names_the_last(held: Sequence[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime) -> Answer:
    """The latest opening is told."""
    answer = _may_open(held, course, lesson, at)
    alone = (_may_open([each], course, lesson, at) for each in held)
    openings = [each.opens for each in alone if isinstance(each, NotYet)]
    return NotYet(max(openings)) if isinstance(answer, NotYet) else answer


def _asks_the_last(held: Iterable[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime) -> Answer:
    """Of several entitlements one hides the others."""
    return _may_open(list(held)[-1:], course, lesson, at)


def _promises(held: Iterable[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime) -> Answer:
    """What is released too late is said to open then."""
    answer = _may_open(held, course, lesson, at)
    return NotYet(answer.released) if isinstance(answer, ReleasedTooLate) else answer


def _shows_the_hidden(held: Iterable[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime) -> Answer:
    """Nobody looks whether the course is published."""
    return _may_open(held, evolve(course, published=True), lesson, at)


def _says_ended(held: Iterable[Entitlement], course: CourseFacts, lesson: LessonId, at: datetime) -> Answer:
    """Whoever may not open a lesson is told that it is over."""
    answer = _may_open(held, course, lesson, at)
    return AccessEnded(at) if isinstance(answer, LessonNotIncluded) else answer


def _by_the_hour(self: Duration, at: datetime) -> datetime:
    """A day has twenty-four hours."""
    return at + timedelta(days=30 * self.months + self.days, hours=self.hours)


def _from_midnight_in_utc(day: date, zone: Zone) -> Moment:
    """A day begins everywhere when it begins in Greenwich."""
    return Moment(datetime(day.year, day.month, day.day, tzinfo=UTC), LocalDay(day, zone))


@pytest.mark.parametrize(
    ("target", "name", "fault", "law", "held_for"),
    [
        (access, "may_open", _open_at_the_end, test_open_is_what_any_of_them_allows, SHOWN_OR_NOT),
        (access, "may_open", _mixes, test_open_is_what_any_of_them_allows, SHOWN_OR_NOT),
        (access, "may_open", _shows_the_hidden, test_open_is_what_any_of_them_allows, SHOWN_OR_NOT),
        (access, "may_open", _names_the_last, test_from_when_is_the_first_instant_of_a_yes, ASKED),
        (access, "may_open", _promises, test_from_when_is_the_first_instant_of_a_yes, ASKED),
        (access, "may_open", _names_the_last, test_what_opens_next_does, ASKED),
        (access, "may_open", _says_ended, test_why_not_is_true, ASKED),
        (access, "may_open", _asks_the_last, test_one_more_takes_nothing_away, ONE_MORE),
        (access, "may_open", _asks_the_last, test_the_order_does_not_matter, SHUFFLED),
        (Moment, "on", _from_midnight_in_utc, test_windows_by_day_are_local_days, LOCAL_DAYS),
        (Duration, "after", _by_the_hour, test_a_duration_keeps_the_time_of_day, LASTING),
    ],
)
def test_a_fault_breaks_its_law(
    monkeypatch: pytest.MonkeyPatch,
    target: object,
    name: str,
    fault: object,
    law: Any,
    held_for: tuple[st.SearchStrategy[Any], ...],
) -> None:
    """Each law that is held by examples is broken by the fault that is seeded for it."""
    monkeypatch.setattr(target, name, fault)
    seeded = _SEEDED(given(*held_for)(law.hypothesis.inner_test))
    with pytest.raises(AssertionError):
        seeded()
