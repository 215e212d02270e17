"""One of each state, event, refusal and answer of offers and access, with the JSON it is kept as.

What hosts have stored looks like this, so none of it is ever changed (`tests.test_json` holds it).
"""

from datetime import date
from typing import Any, Final, TypeAlias

from lara_core.access import (
    AccessEnded,
    CourseNotPublished,
    LessonNotIncluded,
    NotEntitled,
    NotYet,
    Open,
    Opening,
    ReleasedTooLate,
)
from lara_core.kernel.deadlines import Zone
from lara_core.kernel.ids import ActorId, CourseId, GrantId, LessonId, OfferId
from lara_core.kernel.money import Money
from lara_core.offers import (
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
    GrantInForce,
    GrantIs,
    GrantState,
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
    Window,
)
from tests.builders import ANN, NOW, TICK, act
from tests.partners_in_json import ACT, ANN_DATA, LATE

Data: TypeAlias = Any
"""JSON, as a test takes it apart."""

PLAN, OTHER, GRANT = OfferId("plan"), OfferId("other"), GrantId("grant")
EXCEL, WORD = CourseId("excel"), CourseId("word")
ONE, TWO = LessonId("one"), LessonId("two")
PARIS: Final = Zone("Europe/Paris")
EARLY: Final = "2027-03-01T09:00:00+00:00"

# From a day on and through the same day: the instant tells them apart.
FROM_DAY: Final = Moment.on(date(2027, 3, 28), PARIS)
THROUGH_DAY: Final = Moment.through(date(2027, 3, 28), PARIS)
A_YEAR: Final = Duration(PARIS, months=12, days=1, hours=36)
FROM_DAY_DATA: Final = {
    "type": "offers.moment.v1",
    "instant": "2027-03-27T23:00:00+00:00",
    "day": {"date": "2027-03-28", "zone": "Europe/Paris"},
}
THROUGH_DAY_DATA: Final = {**FROM_DAY_DATA, "instant": "2027-03-28T22:00:00+00:00"}
INSTANT_DATA: Final = {"type": "offers.moment.v1", "instant": LATE, "day": None}
A_YEAR_DATA: Final = {"type": "offers.duration.v1", "zone": "Europe/Paris", "months": 12, "days": 1, "hours": 36}

IN_WORDS: Final = AccessMessage.edited("Your access", "Good morning,\n\nhere it is.\n")
IN_WORDS_DATA: Final = {"telling": "edited", "subject": "Your access", "body": "Good morning,\n\nhere it is.\n"}
USUAL_DATA: Final = {"telling": "default", "subject": None, "body": None}
OFF_DATA: Final = {"telling": "off", "subject": None, "body": None}

ALL_OF_IT: Final = Product(
    AccessTerms(FROM_DAY, A_YEAR),
    frozenset({TWO, ONE}),
    {TWO: THROUGH_DAY, ONE: Duration(PARIS, days=7)},
    Homework.AUTOMATIC,
    ActorId("eve"),
)
ALL_OF_IT_DATA: Final = {
    "access": {"begins": FROM_DAY_DATA, "ends": A_YEAR_DATA},
    "lessons": ["one", "two"],
    "schedule": {
        "two": THROUGH_DAY_DATA,
        "one": {"type": "offers.duration.v1", "zone": "Europe/Paris", "months": 0, "days": 7, "hours": 0},
    },
    "homework": "automatic",
    "assistant": "eve",
}
# An empty schedule is not none: none is followed by the course's.
AT_ONCE: Final = Product(AccessTerms(ends=Moment.at(NOW + TICK)), schedule={})
AT_ONCE_DATA: Final = {
    "access": {"begins": None, "ends": INSTANT_DATA},
    "lessons": None,
    "schedule": {},
    "homework": "by_person",
    "assistant": None,
}
TERMS: Final = OfferTerms("Office, spring", {WORD: ALL_OF_IT, EXCEL: AT_ONCE}, Money.of("10.00", "CAD"), IN_WORDS)
TERMS_DATA: Final = {
    "title": "Office, spring",
    "products": {"word": ALL_OF_IT_DATA, "excel": AT_ONCE_DATA},
    "price": {"minor": 1000, "currency": "CAD"},
    "message": IN_WORDS_DATA,
}
EMPTY: Final = OfferTerms("Nothing yet", message=AccessMessage.off())
EMPTY_DATA: Final = {"title": "Nothing yet", "products": {}, "price": None, "message": OFF_DATA}

WINDOWS: Final = {WORD: Window(FROM_DAY.instant), EXCEL: Window(NOW, NOW + TICK)}
WINDOWS_DATA: Final = {
    "word": {"opens": "2027-03-27T23:00:00+00:00", "until": None},
    "excel": {"opens": EARLY, "until": LATE},
}
SOLD: Final = Purchase(PLAN, "Office, spring", Money.of("10.00", "CAD"), charged=True, at=NOW)
SOLD_DATA: Final = {
    "offer": "plan",
    "title": "Office, spring",
    "price": {"minor": 1000, "currency": "CAD"},
    "charged": True,
    "at": EARLY,
}
GIVEN: Final = Purchase(PLAN, "Office", None, charged=False, at=NOW + TICK)
GIVEN_DATA: Final = {"offer": "plan", "title": "Office", "price": None, "charged": False, "at": LATE}

KEPT: Final[list[tuple[object, Data]]] = [
    (FROM_DAY, FROM_DAY_DATA),
    (A_YEAR, A_YEAR_DATA),
    (
        Offer(PLAN, 3, TERMS, OfferStatus.PUBLISHED),
        {"type": "offers.offer.v1", "id": "plan", "version": 3, "terms": TERMS_DATA, "status": "published"},
    ),
    (
        OfferDrafted(PLAN, TERMS, OTHER, act()),
        {"type": "offers.drafted.v1", "offer": "plan", "terms": TERMS_DATA, "copied_from": "other", "act": ACT},
    ),
    (OfferChanged(EMPTY, act()), {"type": "offers.changed.v1", "terms": EMPTY_DATA, "act": ACT}),
    (OfferPublished(act()), {"type": "offers.published.v1", "act": ACT}),
    (OfferUnpublished(act()), {"type": "offers.unpublished.v1", "act": ACT}),
    (
        Grant(GRANT, 4, PLAN, ANN, GrantState.GRANTED, WINDOWS, (SOLD, GIVEN)),
        {
            "type": "offers.grant.v1",
            "id": "grant",
            "version": 4,
            "offer": "plan",
            "person": ANN_DATA,
            "state": "granted",
            "windows": WINDOWS_DATA,
            "purchases": [SOLD_DATA, GIVEN_DATA],
        },
    ),
    (
        AccessGranted(GRANT, PLAN, ANN, WINDOWS, (WORD,), SOLD, IN_WORDS, act()),
        {
            "type": "offers.access_granted.v1",
            "grant": "grant",
            "offer": "plan",
            "person": ANN_DATA,
            "windows": WINDOWS_DATA,
            "hidden": ["word"],
            "purchase": SOLD_DATA,
            "message": IN_WORDS_DATA,
            "act": ACT,
        },
    ),
    (
        AccessGrantedAnew({EXCEL: Window(NOW)}, (), GIVEN, AccessMessage(), act()),
        {
            "type": "offers.access_granted_anew.v1",
            "windows": {"excel": {"opens": EARLY, "until": None}},
            "hidden": [],
            "purchase": GIVEN_DATA,
            "message": USUAL_DATA,
            "act": ACT,
        },
    ),
    (
        AccessExtended({EXCEL: Window(NOW, NOW + TICK)}, act()),
        {"type": "offers.access_extended.v1", "windows": {"excel": {"opens": EARLY, "until": LATE}}, "act": ACT},
    ),
    (AccessRevoked(act()), {"type": "offers.access_revoked.v1", "act": ACT}),
    (OfferEmpty(PLAN), {"type": "offers.offer_empty.v1", "offer": "plan"}),
    (PriceNeeded(PLAN), {"type": "offers.price_needed.v1", "offer": "plan"}),
    (OfferNotForSale(PLAN), {"type": "offers.not_for_sale.v1", "offer": "plan"}),
    (
        OfferPriceChanged(Money.of("10.00", "CAD"), Money.of("0", "CAD")),
        {
            "type": "offers.price_changed.v1",
            "shown": {"minor": 1000, "currency": "CAD"},
            "now": {"minor": 0, "currency": "CAD"},
        },
    ),
    (OfferOver(PLAN, NOW), {"type": "offers.offer_over.v1", "offer": "plan", "ended": EARLY}),
    (OtherOffer(PLAN, OTHER), {"type": "offers.other_offer.v1", "expected": "plan", "given": "other"}),
    (OtherPerson(ANN), {"type": "offers.other_person.v1", "person": ANN_DATA}),
    (GrantIs(GrantState.REVOKED), {"type": "offers.grant_is.v1", "state": "revoked"}),
    (GrantInForce(None), {"type": "offers.grant_in_force.v1", "until": None}),
    (CourseNotGranted(EXCEL), {"type": "offers.course_not_granted.v1", "course": "excel"}),
    (ExtensionOver(NOW), {"type": "offers.extension_over.v1", "until": EARLY}),
    (NothingLonger(NOW + TICK), {"type": "offers.nothing_longer.v1", "until": LATE}),
    (
        Open(NOW + TICK, Homework.AUTOMATIC, (ActorId("eve"), ActorId("bob"))),
        {"type": "access.open.v1", "until": LATE, "homework": "automatic", "assistants": ["eve", "bob"]},
    ),
    (Opening(NOW, (TWO, ONE)), {"type": "access.opening.v1", "at": EARLY, "lessons": ["two", "one"]}),
    (NotEntitled(EXCEL), {"type": "access.not_entitled.v1", "course": "excel"}),
    (CourseNotPublished(EXCEL), {"type": "access.course_not_published.v1", "course": "excel"}),
    (NotYet(NOW), {"type": "access.not_yet.v1", "opens": EARLY}),
    (AccessEnded(NOW + TICK), {"type": "access.ended.v1", "ended": LATE}),
    (ReleasedTooLate(NOW + TICK, NOW), {"type": "access.released_too_late.v1", "released": LATE, "ended": EARLY}),
    (LessonNotIncluded(ONE), {"type": "access.lesson_not_included.v1", "lesson": "one"}),
]
