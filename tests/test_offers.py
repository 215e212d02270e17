"""Offers and grants: what an offer may say (O1–O3), and what becomes of access that was granted (O4)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.kernel.deadlines import LocalDay, Zone
from lara_core.kernel.decisions import why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ActorId, CourseId, GrantId, LessonId, OfferId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.offers import (
    GRANT,
    MESSAGE_LENGTH,
    MOST_LESSONS,
    MOST_PRODUCTS,
    AccessExtended,
    AccessGranted,
    AccessGrantedAnew,
    AccessMessage,
    AccessRevoked,
    AccessTerms,
    CourseNotGranted,
    Duration,
    ExtensionOver,
    Grant,
    GrantDecision,
    GrantInForce,
    GrantIs,
    GrantState,
    GrantVerb,
    Homework,
    Moment,
    NothingLonger,
    Offer,
    OfferChanged,
    OfferDrafted,
    OfferEmpty,
    OfferNotForSale,
    OfferOver,
    OfferPriceChanged,
    OfferPublished,
    OfferStatus,
    OfferTerms,
    OfferUnpublished,
    OtherOffer,
    OtherPerson,
    PriceNeeded,
    Product,
    Purchase,
    Telling,
    Window,
    purchase_history,
)
from tests.builders import ANN, ANN_TYPED, BEN, BEN_ELSEWHERE, NOW, PRICE, TICK, act, cad, flaw, in_turn

PARIS: Final = Zone("Europe/Paris")
EXCEL, WORD = CourseId("excel"), CourseId("word")
ONE, TWO = LessonId("one"), LessonId("two")
PLAN, OTHER = OfferId("plan"), OfferId("other")
ID: Final = GrantId("grant")
BOTH: Final = frozenset({EXCEL, WORD})

DAY: Final = timedelta(days=1)
MONTH: Final = Duration(PARIS, days=30)
IN_A_WEEK: Final = Moment.at(NOW + 7 * DAY)
IN_TWO: Final = Moment.at(NOW + 14 * DAY)
TERMS: Final = OfferTerms("Excel, spring", {EXCEL: Product()}, PRICE)


def offer(terms: OfferTerms = TERMS, *, published: bool = False, name: OfferId = PLAN) -> Offer:
    """An offer of one course without end, unless told otherwise."""
    drafted = Offer.draft(act(), name, terms).state
    return drafted.publish(act()).state if published else drafted


def terms(**access: AccessTerms) -> OfferTerms:
    """Terms of courses by name, each with its access."""
    return evolve(TERMS, products={CourseId(name): Product(each) for name, each in access.items()})


def until(end: Moment | Duration | None) -> AccessTerms:
    """At once, until then."""
    return AccessTerms(ends=end)


def given(of: Offer | None = None, at: datetime = NOW, *, person: Person = ANN) -> Grant:
    """A grant that was just given."""
    return Grant.give(act(at), ID, of or offer(), person, known=None, published=BOTH).state


def bought(at: datetime = NOW, *, charged: bool = False, price: Money | None = PRICE) -> Purchase:
    """The line of the history for `TERMS`."""
    return Purchase(PLAN, TERMS.title, price, charged, at)


# --- Values -----------------------------------------------------------------------------------------------------------


def test_a_moment_by_day() -> None:
    """From a day is from its first instant, until a day is until all of it is over, as the zone's clocks say (K8)."""
    day = date(2027, 3, 28)  # twenty-three hours long in Paris
    local = LocalDay(day, PARIS)
    assert Moment.on(day, PARIS) == Moment(datetime(2027, 3, 27, 23, tzinfo=UTC), local)
    assert Moment.through(day, PARIS) == Moment(datetime(2027, 3, 28, 22, tzinfo=UTC), local)


def test_a_moment_by_instant() -> None:
    """It is kept in UTC, and a naive one is refused (K8)."""
    there = datetime(2027, 3, 1, 10, tzinfo=timezone(timedelta(hours=1)))
    assert Moment.at(there) == Moment(NOW, None)
    assert Moment.at(there).instant.tzinfo is UTC
    assert flaw(lambda: Moment.at(NOW.replace(tzinfo=None))) == ("instant", Flaw.NAIVE_TIME)
    wrong: Any = date(2027, 3, 1)
    assert flaw(lambda: Moment(NOW, wrong)) == ("day", Flaw.WRONG_TYPE)


@pytest.mark.parametrize(
    ("since", "duration", "after"),
    [
        # Paris springs forward on 28 March 2027 at 01:00 UTC, and falls back on 31 October at 01:00 UTC.
        ("2027-03-27T09:00", Duration(PARIS, days=1), "2027-03-28T08:00"),
        ("2027-03-27T09:00", Duration(PARIS, hours=24), "2027-03-28T09:00"),
        ("2027-10-30T09:00", Duration(PARIS, days=1), "2027-10-31T10:00"),
        # Half past two is skipped: read with the offset of before, it is half past three.
        ("2027-03-27T01:30", Duration(PARIS, days=1), "2027-03-28T01:30"),
        # Half past two comes twice: it is the first. From the second one, the next day has but one.
        ("2027-10-30T00:30", Duration(PARIS, days=1), "2027-10-31T00:30"),
        ("2027-10-31T01:30", Duration(PARIS, days=1), "2027-11-01T01:30"),
        ("2027-01-31T09:00", Duration(PARIS, months=1), "2027-02-28T09:00"),
        ("2028-02-29T09:00", Duration(PARIS, months=12), "2029-02-28T09:00"),
        # Months first, then days: the last of February and one more.
        ("2027-01-31T09:00", Duration(PARIS, months=1, days=1), "2027-03-01T09:00"),
        ("2027-03-27T09:00", Duration(PARIS, days=1, hours=1), "2027-03-28T09:00"),
        # Apia had no 30 December 2011.
        ("2011-12-29T20:00", Duration(Zone("Pacific/Apia"), days=1), "2011-12-30T20:00"),
        ("2011-12-29T20:00", Duration(Zone("Pacific/Apia"), days=2), "2011-12-30T20:00"),
    ],
)
def test_a_duration(since: str, duration: Duration, after: str) -> None:
    """Days and months keep the time of day, whatever clocks do; hours are hours (O1, K8)."""
    begins, ends = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (since, after))
    assert duration.after(begins) == ends
    assert duration.after(begins.astimezone(PARIS.info)) == ends
    assert ends - begins <= duration.longest


def test_a_duration_ends_with_the_calendar() -> None:
    """What would lead beyond the last year lasts until its end; what begins before the first is a wrong value (K2)."""
    last = datetime.max.replace(tzinfo=UTC)
    assert Duration(PARIS, months=100_000).after(NOW) == last
    assert Duration(PARIS, hours=1).after(last) == last
    first = datetime.min.replace(tzinfo=UTC)
    assert Duration(PARIS, days=1).after(first) == first + DAY
    # There it is the year before the first.
    assert flaw(partial(Duration(Zone("America/Toronto"), days=1).after, first)) == ("at", Flaw.NO_SUCH_TIME)


def test_access_from_a_date_is_not_before_it_is_granted() -> None:
    """Access begins at the later of the two, and a duration counts from there (O1)."""
    dated = AccessTerms(IN_A_WEEK, Duration(PARIS, days=2))
    assert dated.window(NOW) == Window(NOW + 7 * DAY, NOW + 9 * DAY)
    assert dated.window(NOW + 8 * DAY) == Window(NOW + 8 * DAY, NOW + 10 * DAY)


@pytest.mark.parametrize(
    ("access", "at", "expected"),
    [
        (AccessTerms(), NOW, Window(NOW)),
        (AccessTerms(IN_A_WEEK), NOW, Window(NOW + 7 * DAY)),
        (AccessTerms(IN_A_WEEK, IN_TWO), NOW, Window(NOW + 7 * DAY, NOW + 14 * DAY)),
        (until(IN_A_WEEK), NOW + 7 * DAY - TICK, Window(NOW + 7 * DAY - TICK, NOW + 7 * DAY)),
        (until(IN_A_WEEK), NOW + 7 * DAY, None),
        (until(IN_A_WEEK), NOW + 8 * DAY, None),
        (until(MONTH), datetime.max.replace(tzinfo=UTC), None),
    ],
)
def test_what_window_is_frozen(access: AccessTerms, at: datetime, expected: Window | None) -> None:
    """At once or from a date, until never, a date or a duration; none where it would be empty (O1, O3)."""
    assert access.window(at) == expected


def test_a_window_is_half_open() -> None:
    """At its end it is over, an instant before it is not, and without an end it never is (K8)."""
    window = Window(NOW, NOW + DAY)
    assert [window.over(at) for at in (NOW + DAY - TICK, NOW + DAY)] == [False, True]
    assert not Window(NOW).over(datetime.max.replace(tzinfo=UTC))


MANY: Final = [str(number) for number in range(MOST_LESSONS + 1)]
BAD: Final[dict[str, tuple[Callable[[Any], object], list[tuple[Any, str, Flaw]]]]] = {
    "zone": (lambda bad: Duration(bad, days=1), [("Europe/Paris", "zone", Flaw.WRONG_TYPE)]),
    "duration": (
        lambda bad: Duration(PARIS, **bad),
        [
            ({}, "duration", Flaw.TOO_SMALL),
            ({"days": -1}, "days", Flaw.TOO_SMALL),
            ({"months": True}, "months", Flaw.WRONG_TYPE),
            ({"hours": 100_001}, "hours", Flaw.TOO_LARGE),
        ],
    ),
    "window": (
        lambda bad: Window(*bad),
        [
            ((NOW, NOW), "until", Flaw.WRONG_ORDER),
            ((NOW.replace(tzinfo=None), None), "opens", Flaw.NAIVE_TIME),
            ((NOW, NOW.replace(tzinfo=None)), "until", Flaw.NAIVE_TIME),
        ],
    ),
    "access": (
        lambda bad: AccessTerms(*bad),
        [
            ((IN_TWO, IN_A_WEEK), "ends", Flaw.WRONG_ORDER),
            ((IN_TWO, IN_TWO), "ends", Flaw.WRONG_ORDER),
            ((MONTH, None), "begins", Flaw.WRONG_TYPE),
            ((None, NOW), "ends", Flaw.WRONG_TYPE),
        ],
    ),
    "product": (
        lambda bad: Product(**bad),
        [
            ({"access": None}, "access", Flaw.WRONG_TYPE),
            ({"lessons": frozenset[LessonId]()}, "lessons", Flaw.EMPTY),
            ({"lessons": {ONE}}, "lessons", Flaw.WRONG_TYPE),
            ({"lessons": frozenset({"a b"})}, "lessons", Flaw.UNSAFE_CHARACTER),
            ({"lessons": frozenset(MANY)}, "lessons", Flaw.TOO_LARGE),
            ({"schedule": [ONE]}, "schedule", Flaw.WRONG_TYPE),
            ({"schedule": {ONE: NOW}}, "schedule", Flaw.WRONG_TYPE),
            ({"schedule": {"": MONTH}}, "schedule", Flaw.EMPTY),
            ({"schedule": dict.fromkeys(MANY, MONTH)}, "schedule", Flaw.TOO_LARGE),
            ({"homework": "automatic"}, "homework", Flaw.WRONG_TYPE),
            ({"assistant": ""}, "assistant", Flaw.EMPTY),
        ],
    ),
    "message": (
        lambda bad: AccessMessage(*bad),
        [
            ((Telling.EDITED,), "subject", Flaw.EMPTY),
            ((Telling.EDITED, "Welcome"), "body", Flaw.EMPTY),
            ((Telling.OFF, "Welcome"), "subject", Flaw.WRONG_FORM),
            ((Telling.DEFAULT, None, "Welcome"), "body", Flaw.WRONG_FORM),
            (("off",), "telling", Flaw.WRONG_TYPE),
            ((Telling.EDITED, "Welcome\nBcc: all", "Welcome"), "subject", Flaw.UNSAFE_CHARACTER),
            ((Telling.EDITED, "Welcome", " \n "), "body", Flaw.EMPTY),
            ((Telling.EDITED, "Welcome", "one\r\ntwo"), "body", Flaw.UNSAFE_CHARACTER),
            ((Telling.EDITED, "Welcome", "right\u202eleft"), "body", Flaw.UNSAFE_CHARACTER),
            ((Telling.EDITED, "Welcome", "x" * (MESSAGE_LENGTH + 1)), "body", Flaw.TOO_LONG),
            ((Telling.EDITED, "Welcome", 7), "body", Flaw.WRONG_TYPE),
        ],
    ),
    "terms": (
        lambda bad: evolve(TERMS, **bad),
        [
            ({"title": " "}, "title", Flaw.EMPTY),
            ({"title": "Plan\u2028B"}, "title", Flaw.UNSAFE_CHARACTER),
            ({"products": {EXCEL: AccessTerms()}}, "products", Flaw.WRONG_TYPE),
            ({"products": dict.fromkeys(MANY[: MOST_PRODUCTS + 1], Product())}, "products", Flaw.TOO_LARGE),
            ({"price": cad("-0.01")}, "price", Flaw.TOO_SMALL),
            ({"price": 10}, "price", Flaw.WRONG_TYPE),
            ({"message": None}, "message", Flaw.WRONG_TYPE),
        ],
    ),
    "purchase": (lambda bad: Purchase(PLAN, "Plan", None, bad, NOW), [("no", "charged", Flaw.WRONG_TYPE)]),
}


@pytest.mark.parametrize(
    ("build", "bad", "field", "why"), [(build, *each) for build, every in BAD.values() for each in every]
)
def test_bad_values(build: Callable[[Any], object], bad: Any, field: str, why: Flaw) -> None:
    """What makes no sense never gets in, and the field says where (K9)."""
    assert flaw(lambda: build(bad)) == (field, why)


def test_an_offer_may_say_all_of_it() -> None:
    """Every parameter of O1, at its largest."""
    schedule = {LessonId(each): IN_A_WEEK for each in MANY[:-1]}
    product = Product(AccessTerms(IN_A_WEEK, MONTH), frozenset(schedule), schedule, Homework.AUTOMATIC, ActorId("eve"))
    message = AccessMessage.edited("Welcome", "x" * (MESSAGE_LENGTH - 9) + "\n\nSee you")
    products = {CourseId(each): product for each in MANY[:MOST_PRODUCTS]}
    said = OfferTerms("Excel, spring", products, cad("0.00"), message)
    assert said.products == products
    assert offer(said, published=True).terms is said
    assert AccessMessage.off() == AccessMessage(Telling.OFF)


def test_terms_are_not_changed_from_outside() -> None:
    """A mapping that was given stays the caller's, and what was made of it stays as it was."""
    products, schedule = {EXCEL: Product()}, {ONE: IN_A_WEEK}
    said, product = OfferTerms("Plan", products), Product(schedule=schedule)
    products.clear()
    schedule.clear()
    assert (said.products, product.schedule) == ({EXCEL: Product()}, {ONE: IN_A_WEEK})


# --- Offers -----------------------------------------------------------------------------------------------------------


def test_drafting() -> None:
    """An offer begins as a draft, also before it has a course or a price (O1, O2)."""
    empty = OfferTerms("Plan")
    decision = Offer.draft(act(), PLAN, empty)
    assert decision.events == (OfferDrafted(PLAN, empty, None, act()),)
    assert decision.state == Offer(PLAN, 1, empty, OfferStatus.DRAFT)


def test_copying_with_changes() -> None:
    """A copy is a draft that says where it comes from; what it was copied from stays as it is (O3)."""
    published = offer(published=True)
    changed = evolve(TERMS, title="Excel, without a tutor", products={EXCEL: Product(until(MONTH))})
    decision = published.copy(act(), OTHER, changed)
    assert decision.events == (OfferDrafted(OTHER, changed, PLAN, act()),)
    assert decision.state == Offer(OTHER, 1, changed, OfferStatus.DRAFT)
    assert published.copy(act(), OTHER).state == Offer(OTHER, 1, TERMS, OfferStatus.DRAFT)


def test_changing() -> None:
    """The new terms hold, and the same again changes nothing (O3)."""
    before, changed = offer(), evolve(TERMS, title="Excel, summer")
    decision = before.change(act(), changed)
    assert decision.events == (OfferChanged(changed, act()),)
    assert decision.state == Offer(PLAN, 2, changed, OfferStatus.DRAFT)
    assert decision.state.change(act(), evolve(changed)).state is decision.state


def test_publishing_and_back() -> None:
    """Each once; twice is harmless (O2)."""
    before = offer()
    published = before.publish(act())
    assert published.events == (OfferPublished(act()),)
    assert published.state == Offer(PLAN, 2, TERMS, OfferStatus.PUBLISHED)
    assert published.state.publish(act()).state is published.state
    back = published.state.unpublish(act())
    assert back.events == (OfferUnpublished(act()),)
    assert back.state == Offer(PLAN, 3, TERMS, OfferStatus.DRAFT)
    assert back.state.unpublish(act()).state is back.state


def test_what_is_published_has_a_course_and_a_price() -> None:
    """By publishing and by changing alike; unset is not nothing (O1)."""
    empty, unpriced = OfferTerms("Plan"), evolve(TERMS, price=None)
    said = (OfferEmpty(PLAN), PriceNeeded(PLAN), None)
    offered = (empty, unpriced, evolve(TERMS, price=cad("0.00")))
    assert tuple(why_not(offer(each).publish, act()) for each in offered) == said
    assert tuple(why_not(offer(published=True).change, act(), each) for each in offered) == said
    assert [why_not(offer().change, act(), each) for each in offered] == [None, None, None]


# --- Granting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("published", [False, True])
def test_giving(published: bool) -> None:
    """A draft grants as a published offer does; the price is kept, and nobody is charged (O1, O2)."""
    message = AccessMessage.edited("Welcome", "Your course is open.")
    of = offer(evolve(terms(excel=until(MONTH), word=AccessTerms()), message=message), published=published)
    decision = Grant.give(act(), ID, of, ANN, known=None, published={EXCEL})
    windows = {EXCEL: Window(NOW, MONTH.after(NOW)), WORD: Window(NOW)}
    assert decision.events == (AccessGranted(ID, PLAN, ANN, windows, (WORD,), bought(), message, act()),)
    assert decision.state == Grant(ID, 1, PLAN, ANN, GrantState.GRANTED, windows, (bought(),))


def test_selling() -> None:
    """A published offer charges its price (O1)."""
    decision = Grant.sell(act(), ID, offer(published=True), ANN, price=PRICE, known=None, published=BOTH)
    windows = {EXCEL: Window(NOW)}
    charged = bought(charged=True)
    assert decision.events == (AccessGranted(ID, PLAN, ANN, windows, (), charged, AccessMessage(), act()),)
    assert decision.state == Grant(ID, 1, PLAN, ANN, GrantState.GRANTED, windows, (charged,))


def test_an_offer_without_price_leaves_a_line_all_the_same() -> None:
    """The history says what somebody came by, also where no price is known (O1)."""
    assert given(offer(evolve(TERMS, price=None))).purchases == (bought(price=None),)


def test_courses_that_are_over_are_left_out() -> None:
    """What can still be opened is granted; where nothing can, the refusal says since when (O1)."""
    later = IN_TWO.instant
    of = offer(terms(excel=until(IN_A_WEEK), word=until(IN_TWO)))
    assert given(of, later - TICK).windows == {WORD: Window(later - TICK, later)}
    give = Grant.give
    assert why_not(give, act(later), ID, of, ANN, known=None, published=BOTH) == OfferOver(PLAN, later)
    assert why_not(give, act(), ID, offer(OfferTerms("Plan")), ANN, known=None, published=BOTH) == OfferEmpty(PLAN)


@pytest.mark.parametrize("person", [ANN, ANN_TYPED])
def test_giving_again(person: Person) -> None:
    """Under any name the person's grant stays the very same: open, over or revoked, and whatever the offer says now."""
    of = offer(terms(excel=until(MONTH)))
    open_ = given(of)
    for known in (open_, open_.revoke(act()).state):
        for now in (of, offer(OfferTerms("Plan"))):
            again = Grant.give(act(NOW + 90 * DAY), GrantId("again"), now, person, known=known, published=BOTH)
            assert again.state is known
            assert again.events == ()


def test_a_grant_of_something_else() -> None:
    """What is given as known is this person's and this offer's, or it is refused (O4)."""
    known = given()
    elsewhere = offer(name=OTHER, published=True)
    for command in (Grant.give, partial(Grant.sell, price=PRICE)):
        wrong = {"act": act(), "grant": ID, "offer": elsewhere, "person": BEN, "known": known, "published": BOTH}
        mended = ({"offer": offer(published=True)}, {"person": BEN_ELSEWHERE}, {"known": given(person=BEN)})
        after: list[Any] = [None] if command == Grant.give else [GrantInForce(None)]
        assert in_turn(command, wrong, *mended) == [
            OtherOffer(PLAN, OTHER),
            OtherPerson(BEN),
            OtherPerson(BEN_ELSEWHERE),
            *after,
        ]
    assert why_not(known.grant_anew, act(), elsewhere, published=BOTH) == OtherOffer(PLAN, OTHER)


def test_selling_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told (O1, O2, O4)."""
    over = evolve(terms(excel=until(IN_A_WEEK)), title="Plan")
    revoked = given(offer(over)).revoke(act()).state
    wrong = {
        "act": act(NOW + 8 * DAY),
        "grant": ID,
        "offer": offer(over, name=OTHER),
        "person": BEN,
        "price": cad("0.00"),
        "known": given(),
        "published": BOTH,
    }
    assert in_turn(
        Grant.sell,
        wrong,
        {"offer": offer(over)},
        {"person": ANN},
        {"offer": offer(over, published=True)},
        {"price": PRICE},
        {"known": revoked},
        {"act": act()},
    ) == [
        OtherOffer(PLAN, OTHER),
        OtherPerson(BEN),
        OfferNotForSale(PLAN),
        OfferPriceChanged(cad("0.00"), PRICE),
        GrantInForce(None),
        OfferOver(PLAN, IN_A_WEEK.instant),
        None,
    ]


def test_selling_again() -> None:
    """Nobody is charged for what they have; once it is over they buy it anew (O4)."""
    of = offer(terms(excel=until(IN_A_WEEK), word=until(MONTH)), published=True)
    known, over = given(of), MONTH.after(NOW)
    assert why_not(Grant.sell, act(), ID, of, ANN, price=PRICE, known=known, published=BOTH) == GrantInForce(over)
    endless = offer(terms(excel=AccessTerms(), word=until(MONTH)), published=True)
    known = given(endless)
    assert why_not(Grant.sell, act(), ID, endless, ANN, price=PRICE, known=known, published=BOTH) == GrantInForce(None)
    at = act(over)
    decision = Grant.sell(at, ID, endless, ANN, price=PRICE, known=known, published=())
    windows = {WORD: Window(over, MONTH.after(over))}
    charged = bought(over, charged=True)
    assert decision.events == (AccessGrantedAnew(windows, (WORD,), charged, AccessMessage(), at),)
    assert decision.state == evolve(
        known, version=2, windows={**known.windows, **windows}, purchases=(bought(), charged)
    )


# --- What becomes of a grant ------------------------------------------------------------------------------------------


def test_the_table_is_total() -> None:
    """Every state is in it, and every verb leads to one state from wherever it is known (K2)."""
    assert set(GRANT) == set(GrantState)
    leads = {(verb, state) for verbs in GRANT.values() for verb, state in verbs.items()}
    assert {verb for verb, _ in leads} == set(GrantVerb)
    assert len(leads) == len(GrantVerb)


def _extended(before: Grant) -> GrantDecision:
    return before.extend(act(), IN_TWO)


def _granted_anew(before: Grant) -> GrantDecision:
    return before.grant_anew(act(NOW + 7 * DAY), offer(), published=BOTH)


DO: Final[dict[GrantVerb, Callable[[Grant], GrantDecision]]] = {
    GrantVerb.EXTEND: _extended,
    GrantVerb.REVOKE: lambda before: before.revoke(act()),
    GrantVerb.GRANT_ANEW: _granted_anew,
}


@pytest.mark.parametrize("state", GrantState)
@pytest.mark.parametrize("verb", GrantVerb)
def test_what_every_state_does(state: GrantState, verb: GrantVerb) -> None:
    """What the table knows happens, what has happened changes nothing, all else is refused (O4, K2)."""
    before = given(offer(terms(excel=until(IN_A_WEEK))))
    if state is GrantState.REVOKED:
        before = before.revoke(act()).state
    assert before.state is state
    if verb in GRANT[state]:
        after = DO[verb](before)
        assert len(after.events) == 1
        assert (after.state.state, after.state.version) == (GRANT[state][verb], before.version + 1)
    elif verb is GrantVerb.REVOKE:
        assert DO[verb](before).state is before
    else:
        assert why_not(DO[verb], before) == GrantIs(state)


def test_extending() -> None:
    """Windows that end before last until then, from when they opened; what was done before is harmless (O4)."""
    known = given(offer(terms(excel=until(IN_A_WEEK), word=AccessTerms())))
    at = act(NOW + 8 * DAY)  # Excel is over
    decision = known.extend(at, IN_TWO)
    longer = {EXCEL: Window(NOW, IN_TWO.instant)}
    assert decision.events == (AccessExtended(longer, at),)
    assert decision.state == evolve(known, version=2, windows={**known.windows, **longer})
    assert decision.state.extend(act(NOW + 90 * DAY), IN_TWO).state is decision.state


def test_extending_for_ever() -> None:
    """Without end there is nothing longer (O4)."""
    known = given(offer(terms(excel=until(IN_A_WEEK), word=until(IN_TWO))))
    one = known.extend(act(), None, course=WORD)
    assert one.events == (AccessExtended({WORD: Window(NOW)}, act()),)
    endless = one.state.extend(act(), None).state
    assert endless.windows == {EXCEL: Window(NOW), WORD: Window(NOW)}
    assert endless.extend(act(), None).state is endless


def test_what_is_not_extended() -> None:
    """A course that was not granted, what would be shorter, and until a time that is over: in this order (O4)."""
    known = given(offer(terms(excel=until(IN_TWO))))
    late = act(NOW + 30 * DAY)
    assert in_turn(known.revoke(act()).state.extend, {"act": late, "until": IN_A_WEEK, "course": WORD}) == [
        GrantIs(GrantState.REVOKED)
    ]
    assert in_turn(
        known.extend,
        {"act": late, "until": IN_A_WEEK, "course": WORD},
        {"course": EXCEL},
        {"until": Moment.at(late.at)},
        {"until": Moment.at(late.at + TICK)},
    ) == [CourseNotGranted(WORD), NothingLonger(IN_A_WEEK.instant), ExtensionOver(late.at), None]


def test_revoking() -> None:
    """All access goes, the history stays (O4)."""
    known = given()
    decision = known.revoke(act())
    assert decision.events == (AccessRevoked(act()),)
    assert decision.state == Grant(ID, 2, PLAN, ANN, GrantState.REVOKED, {}, (bought(),))


def test_granting_anew_after_a_revocation() -> None:
    """By the offer's terms of now; nothing of before comes back by itself (O4)."""
    revoked = given(offer(terms(excel=AccessTerms(), word=AccessTerms()))).revoke(act()).state
    at, of = act(NOW + DAY), offer(terms(excel=until(IN_TWO)))
    decision = revoked.grant_anew(at, of, published=())
    windows = {EXCEL: Window(at.at, IN_TWO.instant)}
    again = bought(at.at)
    assert decision.events == (AccessGrantedAnew(windows, (EXCEL,), again, AccessMessage(), at),)
    assert decision.state == Grant(ID, 3, PLAN, ANN, GrantState.GRANTED, windows, (bought(), again))


def test_granting_anew_leaves_what_runs() -> None:
    """What is over gets a fresh window, and so does what the offer has come to have; what runs goes on (O3, O4)."""
    known = given(offer(terms(excel=until(IN_A_WEEK), word=until(MONTH))))
    shorter = offer(terms(excel=until(IN_TWO), word=until(IN_A_WEEK), power=AccessTerms()))
    at = act(IN_A_WEEK.instant)
    after = known.grant_anew(at, shorter, published=BOTH).state
    assert after.windows == {
        EXCEL: Window(at.at, IN_TWO.instant),
        WORD: known.windows[WORD],
        CourseId("power"): Window(at.at),
    }
    assert why_not(known.grant_anew, act(), offer(terms(excel=AccessTerms())), published=BOTH) == GrantInForce(
        MONTH.after(NOW)
    )
    assert why_not(after.grant_anew, at, offer(OfferTerms("Plan")), published=BOTH) == GrantInForce(None)
    more = offer(terms(excel=until(IN_TWO), power=AccessTerms(), over=until(IN_A_WEEK)))
    assert why_not(after.grant_anew, at, more, published=BOTH) == GrantInForce(None)
    gone = after.revoke(at).state
    assert why_not(gone.grant_anew, at, offer(OfferTerms("Plan")), published=BOTH) == OfferEmpty(PLAN)
    assert why_not(gone.grant_anew, act(NOW + 90 * DAY), offer(terms(excel=until(IN_TWO))), published=BOTH) == (
        OfferOver(PLAN, IN_TWO.instant)
    )


def test_a_changed_offer_leaves_windows_as_they_were() -> None:
    """Grants freeze their windows: the grant knows nothing of the offer's later terms (O3)."""
    of = offer(terms(excel=until(MONTH)))
    known = given(of)
    of = of.change(act(), terms(excel=until(IN_A_WEEK))).state
    assert Grant.give(act(), ID, of, ANN, known=known, published=BOTH).state.windows == {
        EXCEL: Window(NOW, MONTH.after(NOW))
    }


def test_the_history() -> None:
    """Of all grants together, in the order of time, at the prices and under the titles of then (O1)."""
    first = given(offer(terms(excel=until(IN_A_WEEK))))
    dearer = evolve(TERMS, title="Word", price=cad("12.00"))
    second = given(offer(dearer, name=OTHER), NOW + DAY)
    first = first.grant_anew(act(IN_A_WEEK.instant), offer(), published=BOTH).state
    assert purchase_history([second, first]) == (
        bought(),
        Purchase(OTHER, "Word", cad("12.00"), charged=False, at=NOW + DAY),
        bought(IN_A_WEEK.instant),
    )
    assert purchase_history([]) == ()
