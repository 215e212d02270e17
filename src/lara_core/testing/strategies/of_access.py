"""What happens to offers, and to what they grant, around the days on which clocks change.

Part of `lara_core.testing.strategies`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Final, TypeAlias, TypeGuard

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.access import CourseFacts, Enrolled, Granted
from lara_core.kernel.deadlines import LocalDay, Zone
from lara_core.kernel.decisions import Act, Event, Refused
from lara_core.kernel.errors import BadValue
from lara_core.kernel.ids import CourseId, GrantId, LessonId, OfferId
from lara_core.kernel.people import Person
from lara_core.offers import (
    AccessExtended,
    AccessGranted,
    AccessGrantedAnew,
    AccessMessage,
    AccessRevoked,
    AccessTerms,
    Duration,
    Grant,
    GrantDecision,
    GrantState,
    Homework,
    Moment,
    Offer,
    OfferChanged,
    OfferDecision,
    OfferDrafted,
    OfferPublished,
    OfferStatus,
    OfferTerms,
    OfferUnpublished,
    Product,
    Purchase,
    Release,
    Schedule,
    Window,
)
from lara_core.testing.strategies.happening import kind_of, later, turns
from lara_core.testing.strategies.values import LAST, LETTERS_AND_MARKS, act_at, actors, ids, instants, money, people

AccessDecision: TypeAlias = OfferDecision | GrantDecision
"""What was decided on an offer, or on a grant of it."""

_TEXT: Final = st.text(LETTERS_AND_MARKS, min_size=1, max_size=12)
_TICK: Final = timedelta(microseconds=1)
_HOUR: Final = timedelta(hours=1)

# In the small hours, at midnight either way, by half an hour, and by the whole of a day that is not there.
_CLOCK_CHANGES: Final = tuple(
    (Zone(name), date(*day))
    for name, *days in (
        ("Europe/Paris", (2027, 3, 28), (2027, 10, 31)),
        ("America/Toronto", (2027, 3, 14), (2027, 11, 7)),
        ("America/Sao_Paulo", (2018, 2, 18), (2018, 11, 4)),
        ("Asia/Beirut", (2022, 3, 27), (2022, 10, 30)),
        ("Australia/Lord_Howe", (2027, 4, 4), (2027, 10, 3)),
        ("Pacific/Apia", (2011, 12, 30)),
    )
    for day in days
)
# Months, days, hours; the last outlasts the calendar.
_LASTING: Final = ((0, 1, 0), (0, 0, 24), (0, 0, 1), (0, 2, 3), (0, 7, 0), (1, 0, 0), (100_000, 0, 0))


# --- Time


@cache
def _near(zone: Zone, day: date) -> Sequence[Moment]:
    """Moments of the days around *day*: from a day, until a day, and instants just before and after its clocks move."""
    found: list[Moment] = []
    for shift in range(-2, 4):
        # One that the zone skipped is no day.
        with suppress(BadValue):
            local = LocalDay(day + timedelta(days=shift), zone)
            found += [Moment.on(local.date, zone), Moment.through(local.date, zone)]
            found += [Moment.at(local.begins + by) for by in (-_TICK, _HOUR, 2 * _HOUR, 3 * _HOUR - _TICK)]
    return found


_NEAR: Final = st.sampled_from(_CLOCK_CHANGES)


@cache
def moments() -> SearchStrategy[Moment]:
    """Moments by instant and by day, those around a change of clocks above all (K8)."""
    by_day = _NEAR.flatmap(lambda change: st.sampled_from(_near(*change)))
    return by_day | by_day | instants().map(Moment.at)


@cache
def durations() -> SearchStrategy[Duration]:
    """Durations on the calendars of zones in which clocks change; one outlasts the calendar (O1)."""
    return _NEAR.flatmap(lambda change: _durations(change[0]))


@cache
def _durations(zone: Zone) -> SearchStrategy[Duration]:
    units = [Duration(zone, months=months, days=days, hours=hours) for months, days, hours in _LASTING]
    return st.sampled_from(units)


@st.composite
def windows(draw: DrawFn) -> Window:
    """Windows that open or close around a change of clocks, or never close (K8)."""
    near = draw(_NEAR)
    opens = draw(st.sampled_from(_near(*near))).instant
    ends = [None, opens + _TICK, *(moment.instant for moment in _near(*near) if moment.instant > opens)]
    return Window(opens, draw(st.sampled_from(ends)))


# --- What is offered


@frozen
class _Scene:
    """Where and when something is offered, and what there is to offer."""

    zone: Zone
    day: date
    courses: tuple[CourseId, ...]
    lessons: tuple[LessonId, ...]

    @property
    def near(self) -> Sequence[Moment]:
        """The moments that things begin and end at."""
        return _near(self.zone, self.day)


@cache
@st.composite
def _scenes(draw: DrawFn) -> _Scene:
    zone, day = draw(_NEAR)
    courses = draw(st.lists(ids(CourseId), min_size=1, max_size=3, unique=True))
    return _Scene(zone, day, tuple(courses), tuple(draw(st.lists(ids(LessonId), min_size=1, max_size=3, unique=True))))


def _access(draw: DrawFn, scene: _Scene, since: datetime | None) -> AccessTerms:
    """Access that is not over at *since*, where that is given."""
    begins = draw(st.none() | st.sampled_from(scene.near))
    least = max([moment for moment in (since, begins and begins.instant) if moment], default=None)
    after = [moment for moment in scene.near if least is None or moment.instant > least]
    until = st.sampled_from(after) if after else _durations(scene.zone)
    ends: SearchStrategy[Moment | Duration | None] = st.one_of(st.none(), _durations(scene.zone), until)
    return AccessTerms(begins, draw(ends))


def _schedules(scene: _Scene) -> SearchStrategy[Schedule]:
    releases: SearchStrategy[Release] = st.sampled_from(scene.near) | _durations(scene.zone)
    return st.dictionaries(st.sampled_from(scene.lessons), releases, max_size=3)


def _product(draw: DrawFn, scene: _Scene, since: datetime | None) -> Product:
    return Product(
        _access(draw, scene, since),
        draw(st.none() | st.frozensets(st.sampled_from(scene.lessons), min_size=1)),
        draw(st.none() | _schedules(scene)),
        draw(st.sampled_from(Homework)),
        draw(st.none() | actors()),
    )


def _terms(draw: DrawFn, scene: _Scene, since: datetime | None = None) -> OfferTerms:
    """Terms of some of the scene's courses. At *since*, where that is given, they grant something."""
    courses = draw(
        st.lists(st.sampled_from(scene.courses), min_size=0 if since is None else 1, max_size=3, unique=True)
    )
    products = {course: _product(draw, scene, since) for course in courses}
    return OfferTerms(draw(_TEXT), products, draw(st.none() | money(least=0)), draw(access_messages()))


@st.composite
def access_terms(draw: DrawFn) -> AccessTerms:
    """From when until when: at once or later, for ever, for a while, or until a moment (O1)."""
    return _access(draw, draw(_scenes()), None)


@st.composite
def products(draw: DrawFn) -> Product:
    """What an offer has of a course: all lessons or some, released at once, on dates, or after a while (O1)."""
    return _product(draw, draw(_scenes()), None)


@cache
def access_messages() -> SearchStrategy[AccessMessage]:
    """Told in the usual words, in others, or not at all (O4)."""
    bodies = st.lists(_TEXT, min_size=1, max_size=3).map("\n".join)
    edited = st.builds(AccessMessage.edited, _TEXT, bodies)
    return st.sampled_from((AccessMessage(), AccessMessage.off())) | edited


@st.composite
def offer_terms(draw: DrawFn) -> OfferTerms:
    """What offers say: of several courses, of one, or of none yet (O1)."""
    return _terms(draw, draw(_scenes()))


def purchases() -> SearchStrategy[Purchase]:
    """Lines of purchase histories, sold here or elsewhere, some without a price (O1)."""
    return st.builds(Purchase, ids(OfferId), _TEXT, st.none() | money(least=0), st.booleans(), instants())


@st.composite
def course_facts(draw: DrawFn) -> CourseFacts:
    """What is known of a course, published or not (O5)."""
    scene = draw(_scenes())
    return CourseFacts(scene.courses[0], published=draw(st.booleans()), schedule=draw(_schedules(scene)))


def seats_of_courses() -> SearchStrategy[Enrolled]:
    """Seats and registrations, as a host gives them (O5)."""
    some = st.none() | st.frozensets(ids(LessonId), min_size=1, max_size=3)
    assistants = st.none() | actors()
    return st.builds(Enrolled, ids(CourseId), windows(), some, st.sampled_from(Homework), assistants)


# --- What happens


def access_histories(*, tries: int = 0) -> SearchStrategy[tuple[AccessDecision, ...]]:
    """All that happened to an offer and to one grant of it, in the order of time (O1-O4).

    It begins with the offer, a draft or a copy, and then its grant; it is a few days before some zone's clocks change.
    At least so many commands are tried after that, and at most a dozen.
    """
    return access_histories_with(tries, None)


def offer_histories(*, tries: int = 0) -> SearchStrategy[tuple[OfferDecision, ...]]:
    """All that happened to an offer: changed, sold, sold no longer (O1-O3). *tries* is as for `access_histories`."""
    return offer_histories_with(tries, None)


def offer_histories_with(least: int, wanted: type[Event] | None) -> SearchStrategy[tuple[OfferDecision, ...]]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    return access_histories_with(least, wanted, granting=False).map(_of_offer)


def offer_grant_histories(*, tries: int = 0) -> SearchStrategy[tuple[GrantDecision, ...]]:
    """All that happened to a grant: extended, revoked, granted anew (O4). *tries* is as for `access_histories`."""
    return offer_grant_histories_with(tries, None)


def offer_grant_histories_with(least: int, wanted: type[Event] | None) -> SearchStrategy[tuple[GrantDecision, ...]]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    return access_histories_with(least, wanted).map(_of_grant)


def entitled_by_grants() -> SearchStrategy[Granted]:
    """Grants, each with its offer as it is by now (O5)."""
    return access_histories().map(lambda history: Granted(_of_grant(history)[-1].state, _of_offer(history)[-1].state))


def _of_offer(history: Sequence[AccessDecision]) -> tuple[OfferDecision, ...]:
    return tuple(decision for decision in history if _is_of_offer(decision))


def _of_grant(history: Sequence[AccessDecision]) -> tuple[GrantDecision, ...]:
    return tuple(decision for decision in history if _is_of_grant(decision))


def _is_of_offer(decision: AccessDecision) -> TypeGuard[OfferDecision]:
    return isinstance(decision.state, Offer)


def _is_of_grant(decision: AccessDecision) -> TypeGuard[GrantDecision]:
    return isinstance(decision.state, Grant)


# What leads to an event that is wanted, where it cannot happen yet.
_BEFORE: Final[Mapping[type[Event] | None, type[Event]]] = {
    OfferUnpublished: OfferPublished,
    AccessGrantedAnew: AccessRevoked,
}


@frozen
class _Sale:
    """An offer as it is, with the grant of it, and who has that."""

    offer: Offer
    grant: Grant | None
    name: GrantId
    person: Person
    published: Collection[CourseId]


@st.composite
def access_histories_with(
    draw: DrawFn, least: int, wanted: type[Event] | None, *, granting: bool = True
) -> tuple[AccessDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other; without grants unless *granting*."""
    scene = draw(_scenes())
    at = scene.near[0].instant + draw(st.timedeltas(timedelta(0), timedelta(days=2)))
    decided = Offer.draft(act_at(draw, at), draw(ids(OfferId)), _terms(draw, scene, at))
    if draw(st.booleans()):
        terms = _terms(draw, scene, at) if draw(st.booleans()) else None
        decided = decided.state.copy(act_at(draw, at), draw(ids(OfferId)), terms)
    offer, published = decided.state, draw(st.frozensets(st.sampled_from(scene.courses)))
    history: list[AccessDecision] = [decided]
    grant: Grant | None = None
    name, person = draw(ids(GrantId)), draw(people())
    if granting:
        price = None if offer.terms.price is None or not draw(st.booleans()) else offer.terms.price
        if price is not None:
            on_sale = offer.publish(act_at(draw, at))
            offer = on_sale.state
            history.append(on_sale)
        give = Grant.give if price is None else partial(Grant.sell, price=price)
        first = give(act_at(draw, at), name, offer, person, known=None, published=published)
        grant = first.state
        history.append(first)
    for _ in turns(draw, least if wanted not in (OfferDrafted, AccessGranted) else 0):
        at = later(draw, at, _ends(grant))
        sale = _Sale(offer, grant, name, person, published)
        with suppress(Refused):
            following = _next(draw, scene, sale, act_at(draw, at), wanted)
            history += [following] if following.events else []
            if isinstance(following.state, Offer):
                offer = following.state
            else:
                grant = following.state
    return tuple(history)


def _ends(grant: Grant | None) -> Iterator[datetime]:
    """When the windows of *grant* open and close, but for what outlasts the calendar."""
    for window in () if grant is None else grant.windows.values():
        yield from (at for at in (window.opens, window.until) if at is not None and at < LAST)


def _next(draw: DrawFn, scene: _Scene, sale: _Sale, act: Act, wanted: type[Event] | None) -> AccessDecision:
    offer, grant = sale.offer, sale.grant
    known = () if grant is None else grant.windows.values()
    granted = grant is not None and grant.state is GrantState.GRANTED
    likely: dict[type[Event], int] = {
        OfferChanged: 2,
        OfferPublished: 2 * (offer.status is OfferStatus.DRAFT),
        OfferUnpublished: offer.status is OfferStatus.PUBLISHED,
        AccessGrantedAnew: 3 * (grant is not None and _lacks(grant, offer, act.at)),
        AccessExtended: 2 * any(window.until is not None for window in known),
        AccessRevoked: granted,
    }
    kind = kind_of(draw, likely, (wanted, _BEFORE.get(wanted)))
    if kind is OfferChanged:
        return offer.change(act, _terms(draw, scene, draw(st.sampled_from((None, act.at)))))
    if kind is OfferPublished:
        return offer.publish(act)
    if kind is OfferUnpublished:
        return offer.unpublish(act)
    assert grant is not None
    if kind is AccessGrantedAnew:
        price = offer.terms.price if offer.status is OfferStatus.PUBLISHED and draw(st.booleans()) else None
        if price is not None:
            return Grant.sell(act, sale.name, offer, sale.person, price=price, known=grant, published=sale.published)
        return grant.grant_anew(act, offer, published=sale.published)
    if kind is AccessExtended:
        course = draw(st.none() | st.sampled_from(sorted(grant.windows)))
        return grant.extend(act, draw(_until(scene, grant, act.at)), course=course)
    return grant.revoke(act)


def _lacks(grant: Grant, offer: Offer, at: datetime) -> bool:
    """Whether *offer* has a course that *grant* does not give, or not any more."""
    running = {course for course, window in grant.windows.items() if not window.over(at)}
    return not running >= offer.terms.products.keys()


def _until(scene: _Scene, grant: Grant, at: datetime) -> SearchStrategy[Moment | None]:
    """Never, a moment that is still to come, or some time after a window closes."""
    ends = [end for end in _ends(grant) if end > at]
    longer = [Moment.at(end + by) for end in ends for by in (_TICK, timedelta(days=1))]
    return st.sampled_from([None, *longer, *(moment for moment in scene.near if moment.instant > at)])
