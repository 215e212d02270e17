"""The strategies of offers and access give what the library accepts, and reach what hosts will meet."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Final, TypeAlias, get_args

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy

from lara_core.access import CourseFacts, Enrolled, Granted
from lara_core.kernel.decisions import Decision, Event
from lara_core.offers import (
    AccessExtended,
    AccessGranted,
    AccessGrantedAnew,
    AccessMessage,
    AccessRevoked,
    AccessTerms,
    Duration,
    Grant,
    GrantEvent,
    GrantState,
    Homework,
    Moment,
    Offer,
    OfferChanged,
    OfferDrafted,
    OfferEvent,
    OfferStatus,
    OfferTerms,
    Product,
    Purchase,
    Telling,
    Window,
)
from lara_core.telling.notices import Template
from lara_core.testing import laws, plugin, strategies
from lara_core.testing.strategies.happening import events_in
from lara_core.testing.strategies.of_access import AccessDecision

EVENTS: Final = frozenset((*get_args(OfferEvent), *get_args(GrantEvent)))
VALUES: Final = (AccessMessage, AccessTerms, Duration, Moment, OfferTerms, Product, Purchase, Window)
STATES: Final = (Offer, Grant, CourseFacts, Enrolled, Granted)
Reached: TypeAlias = Callable[[Any], bool]


@pytest.fixture(scope="module", autouse=True)
def _registered() -> None:
    """As an installed library is; harmless where it is installed."""
    plugin.register()


@pytest.mark.parametrize("kind", [*sorted(EVENTS, key=str), *VALUES, *STATES])
@settings(max_examples=5)
@given(data=st.data())
def test_a_type_gives_its_values(kind: type[object], data: st.DataObject) -> None:
    """`from_type` works for each public type of the area, and gives values that were checked (K9)."""
    assert type(data.draw(st.from_type(kind))) is kind


@given(strategies.access_histories())
def test_offers_and_grants_are_what_happened_to_them(history: tuple[AccessDecision, ...]) -> None:
    """Each state of a history follows from the events before it, and time goes on (K3, K5)."""
    events: dict[str, list[Event]] = {}
    for decision in history:
        so_far = events.setdefault(type(decision.state).__name__, [])
        so_far += decision.events
        assert list(laws.of_history(decision.state, so_far)) == []
    times = [event.act.at for event in events_in(list[Decision[object, Event]](history))]
    assert times == sorted(times)


@given(strategies.access_histories())
def test_a_history_is_of_one_offer_and_one_grant_of_it(history: tuple[AccessDecision, ...]) -> None:
    """It begins with the offer, and the grant is that offer's, so that a host can save all of it in order (O4)."""
    offers = [decision.state for decision in history if isinstance(decision.state, Offer)]
    grants = [decision.state for decision in history if isinstance(decision.state, Grant)]
    assert isinstance(history[0].state, Offer)
    assert len({offer.id for offer in offers}) == 1
    assert {(grant.id, grant.offer, grant.person) for grant in grants} == {
        (grants[0].id, offers[0].id, grants[0].person)
    }


def last(kind: type[object], reached: Reached) -> Reached:
    """Whether that is so of the last offer, or grant, of a history."""
    return lambda history: any(reached(decision.state) for decision in history[-2:] if isinstance(decision.state, kind))


def some(kind: type[object], reached: Reached = bool) -> Reached:
    """Whether that is so of an event of a history."""
    return lambda history: any(isinstance(event, kind) and reached(event) for event in events_in(history))


def changes_clocks(since: datetime, until: datetime, at: Moment) -> bool:
    """Whether the clocks of a moment's zone move between two instants."""
    assert at.day is not None
    shown = [each.astimezone(at.day.zone.info).utcoffset() for each in (since, until)]
    return shown[0] != shown[1]


def by_days(terms: AccessTerms) -> bool:
    """Whether access is by days on the calendar, between which clocks change."""
    begins, ends = terms.begins, terms.ends
    if begins is None or begins.day is None or not isinstance(ends, Moment) or ends.day is None:
        return False
    return changes_clocks(begins.instant, ends.instant, ends)


def just_then(history: tuple[AccessDecision, ...]) -> bool:
    """Whether something was done in the very instant in which a window closed."""
    return any(
        after.events[-1].act.at in {window.until for window in before.state.windows.values()}
        for before, after in pairwise(history)
        if isinstance(before.state, Grant)
    )


def releases(product: Product, kind: type[object]) -> bool:
    """Whether a product has a schedule with a release of that kind."""
    return any(isinstance(release, kind) for release in (product.schedule or {}).values())


def tells(telling: Telling, message: AccessMessage) -> bool:
    """Whether a message tells in that way."""
    return message.telling is telling


def told(template: Template, reached: Reached = bool) -> Reached:
    """Whether a notice is that one."""
    return lambda notice: notice.template is template and reached(notice)


# What a host will meet one day, and a test should have met before: all of it in one pass over each strategy.
REACHED: Final[Mapping[str, tuple[SearchStrategy[Any], Mapping[str, Reached]]]] = {
    "moments": (
        strategies.moments(),
        {
            "by day": lambda it: it.day is not None,
            "by instant": lambda it: it.day is None,
            "from a day": lambda it: it.day is not None and it.instant == it.day.begins,
            "until a day": lambda it: it.day is not None and it.instant == it.day.ends,
            "a day of another length than most": lambda it: (
                it.day is not None and it.day.ends - it.day.begins != timedelta(hours=24)
            ),
        },
    ),
    "durations": (
        strategies.durations(),
        {
            "of hours": lambda it: it.hours > 0 and not it.days and not it.months,
            "of days": lambda it: it.days > 0,
            "of months": lambda it: it.months > 0,
            "of days that are no 24 hours": lambda it: any(
                it.after(day) - day != timedelta(days=it.days) for day in clock_changes(it)
            ),
            "one that outlasts the calendar": lambda it: it.after(datetime(2027, 3, 1, tzinfo=UTC)).year == 9999,
        },
    ),
    "windows": (
        strategies.windows(),
        {
            "without end": lambda it: it.until is None,
            "of an instant": lambda it: it.until is not None and it.until - it.opens == timedelta(microseconds=1),
            "of days": lambda it: it.until is not None and it.until - it.opens > timedelta(days=1),
        },
    ),
    "access": (
        strategies.access_terms(),
        {
            "at once and for ever": lambda it: it == AccessTerms(),
            "later, for a while": lambda it: it.begins is not None and isinstance(it.ends, Duration),
            "by days between which clocks change": by_days,
        },
    ),
    "products": (
        strategies.products(),
        {
            "some lessons": lambda it: it.lessons is not None,
            "an own schedule, of nothing": lambda it: it.schedule == {},
            "a release on a date": lambda it: releases(it, Moment),
            "a release after a while": lambda it: releases(it, Duration),
            "homework that is accepted": lambda it: it.homework is Homework.AUTOMATIC,
            "an assistant": lambda it: it.assistant is not None,
        },
    ),
    "messages": (
        strategies.access_messages(),
        {
            **{f"told: {telling}": partial(tells, telling) for telling in Telling},
            "of several lines": lambda it: it.body is not None and "\n" in it.body,
        },
    ),
    "offers": (
        strategies.offers(),
        {
            "sold": lambda it: it.status is OfferStatus.PUBLISHED,
            "without a price": lambda it: it.terms.price is None,
            "of several courses": lambda it: len(it.terms.products) > 1,
            "of none": lambda it: not it.terms.products,
        },
    ),
    "histories of offers": (
        strategies.offer_histories(),
        {
            **{kind.__name__: some(kind) for kind in get_args(OfferEvent)},
            "a copy": some(OfferDrafted, lambda it: it.copied_from is not None),
            "one that loses a course": lambda it: any(
                before.state.terms.products.keys() - after.state.terms.products.keys() for before, after in pairwise(it)
            ),
        },
    ),
    "histories of grants": (
        strategies.offer_grant_histories(),
        {
            **{kind.__name__: some(kind) for kind in get_args(GrantEvent)},
            "sold here": some(AccessGranted, lambda it: it.purchase.charged),
            "sold elsewhere": some(AccessGranted, lambda it: not it.purchase.charged),
            "to a bare address": some(AccessGranted, lambda it: it.person.account is None),
            "a course that is not published": some(AccessGranted, lambda it: bool(it.hidden)),
            "sold again": some(AccessGrantedAnew, lambda it: it.purchase.charged),
            "extended for ever": some(AccessExtended, lambda it: None in {each.until for each in it.windows.values()}),
            "extended until then": some(
                AccessExtended, lambda it: any(each.until is not None for each in it.windows.values())
            ),
            "extended in one course of several": lambda it: any(
                event.windows.keys() < before.state.windows.keys()
                for before, after in pairwise(it)
                for event in after.events
                if isinstance(event, AccessExtended)
            ),
            "granted anew after a revocation": lambda it: any(
                before.state.state is GrantState.REVOKED and after.state.state is GrantState.GRANTED
                for before, after in pairwise(it)
            ),
            "granted anew beside what runs": lambda it: any(
                isinstance(after.events[0], AccessGrantedAnew) and before.state.windows.keys() - after.events[0].windows
                for before, after in pairwise(it)
            ),
            "revoked in the end": last(Grant, lambda it: it.state is GrantState.REVOKED),
        },
    ),
    "histories of both": (
        strategies.access_histories(),
        {
            "an offer that is changed after it granted": lambda it: any(
                isinstance(before.state, Grant) and isinstance(after.events[0], OfferChanged)
                for before, after in pairwise(it)
            ),
            "something in the instant in which access ends": just_then,
            "a revocation": some(AccessRevoked),
        },
    ),
    "entitlements": (
        strategies.entitled_by_grants(),
        {
            "of a course that the offer has no more": lambda it: bool(
                it.grant.windows.keys() - it.offer.terms.products.keys()
            ),
            "of a course that it came to have later": lambda it: bool(
                it.offer.terms.products.keys() - it.grant.windows.keys() and it.grant.windows
            ),
            "revoked": lambda it: it.grant.state is GrantState.REVOKED,
        },
    ),
    "courses": (
        strategies.course_facts(),
        {
            "published": lambda it: it.published,
            "not published": lambda it: not it.published,
            "with a schedule": lambda it: bool(it.schedule),
        },
    ),
    "receipts": (
        strategies.receipts(),
        {
            "of an offer": lambda it: isinstance(it.written[0].event, get_args(OfferEvent)),
            "of a grant": lambda it: isinstance(it.written[0].event, get_args(GrantEvent)),
        },
    ),
    "notices": (
        strategies.notices(),
        {
            "of access": told(Template.ACCESS_GRANTED),
            "of access that is still to come": told(Template.ACCESS_GRANTED, lambda it: it.opens is not None),
            "of access, in other words": told(Template.ACCESS_GRANTED, lambda it: it.message is not None),
            "of access that lasts longer": told(Template.ACCESS_EXTENDED),
            "of access that is over": told(Template.ACCESS_REVOKED),
        },
    ),
}


def clock_changes(duration: Duration) -> list[datetime]:
    """Return instants of a year, a few hours apart, to start a duration from."""
    first = datetime(2018, 1, 1, tzinfo=UTC)
    return [first + timedelta(hours=12 * number) for number in range(730)] if duration.days in (1, 7) else []


@pytest.mark.parametrize("kind", REACHED)
def test_a_strategy_reaches(kind: str) -> None:
    """A strategy that never gives the hard case hides it."""
    strategy, wanted = REACHED[kind]
    missing = dict(wanted)

    def ticked_off(value: Any) -> bool:
        for what in [what for what, reached in missing.items() if reached(value)]:
            del missing[what]
        return not missing

    # The first that are found will do: making them small takes long, and is of no use here.
    looking = settings(max_examples=2_000, database=None, derandomize=True, phases=[Phase.generate])
    with suppress(NoSuchExample):
        _ = find(strategy.map(ticked_off), bool, settings=looking)
    assert list(missing) == []
