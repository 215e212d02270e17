"""Offers and grants as JSON: what is not one is refused with the path to it (K8, K9)."""

import json as standard
from typing import Final

import pytest

from lara_core.access import Answer, Open
from lara_core.formats import json
from lara_core.formats.names import NAMES
from lara_core.hosting.once import fingerprint
from lara_core.kernel.errors import Flaw
from lara_core.offers import AccessTerms, Duration, Moment, Product, Release
from tests.access_in_json import (
    A_YEAR,
    A_YEAR_DATA,
    ALL_OF_IT,
    ALL_OF_IT_DATA,
    FROM_DAY,
    FROM_DAY_DATA,
    INSTANT_DATA,
    KEPT,
    PARIS,
    THROUGH_DAY,
    THROUGH_DAY_DATA,
)
from tests.builders import NOW, TICK, flaw
from tests.test_json import Change, Data, changed, drop, fresh, put

OFFER: Final = "offers.offer.v1"
DRAFTED: Final = "offers.drafted.v1"
GRANT: Final = "offers.grant.v1"
GRANTED: Final = "offers.access_granted.v1"
EXTENDED: Final = "offers.access_extended.v1"
MOMENT: Final = "offers.moment.v1"
DURATION: Final = "offers.duration.v1"
OPEN: Final = "access.open.v1"
WORD: Final = "terms", "products", "word"

WRONG: Final[list[tuple[str, Change, str, Flaw]]] = [
    # Moments and durations stand in the same places, and say which they are
    (OFFER, drop(*WORD, "access", "ends", "type"), "$.terms.products[0].access.ends.type", Flaw.MISSING_KEY),
    (
        OFFER,
        put(*WORD, "access", "ends", "type", to="offers.moment.v1"),
        "$.terms.products[0].access.ends.instant",
        Flaw.MISSING_KEY,
    ),
    (
        OFFER,
        put(*WORD, "access", "ends", "type", to="offers.offer.v1"),
        "$.terms.products[0].access.ends.type",
        Flaw.UNKNOWN_NAME,
    ),
    (OFFER, put(*WORD, "schedule", "two", to=None), "$.terms.products[0].schedule[0]", Flaw.WRONG_TYPE),
    (OFFER, put(*WORD, "schedule", "", to=A_YEAR_DATA), "$.terms.products[0].schedule", Flaw.UNKNOWN_KEY),
    # From when until when
    (MOMENT, put("instant", to="2027-03-27T23:00:00"), "$.instant", Flaw.NAIVE_TIME),
    (MOMENT, put("day", "zone", to="Europe/Atlantis"), "$.day.zone", Flaw.UNKNOWN_ZONE),
    (MOMENT, put("day", to="2027-03-28"), "$.day", Flaw.WRONG_TYPE),
    (DURATION, put("months", to=True), "$.months", Flaw.WRONG_TYPE),
    (DURATION, put("days", to=1.0), "$.days", Flaw.WRONG_TYPE),
    (DURATION, put("hours", to=-1), "$.hours", Flaw.TOO_SMALL),
    (DURATION, put("months", to=100_001), "$.months", Flaw.TOO_LARGE),
    (DURATION, put("zone", to=None), "$.zone", Flaw.WRONG_TYPE),
    (DURATION, put("longest", to=1), "$", Flaw.UNKNOWN_KEY),
    (
        EXTENDED,
        put("windows", "excel", "until", to="2027-03-01T09:00:00+00:00"),
        "$.windows[0].until",
        Flaw.WRONG_ORDER,
    ),
    (EXTENDED, put("windows", "excel", "opens", to=None), "$.windows[0].opens", Flaw.WRONG_TYPE),
    (GRANT, drop("windows", "word", "until"), "$.windows[0].until", Flaw.MISSING_KEY),
    # Offers
    (OFFER, put("status", to="sold"), "$.status", Flaw.UNKNOWN_NAME),
    (OFFER, put("terms", "title", to=""), "$.terms.title", Flaw.EMPTY),
    (OFFER, put("terms", "title", to="a\u202eb"), "$.terms.title", Flaw.UNSAFE_CHARACTER),
    (OFFER, put("terms", "price", "minor", to=-1), "$.terms.price", Flaw.TOO_SMALL),
    (OFFER, put("terms", "price", to=10), "$.terms.price", Flaw.WRONG_TYPE),
    (OFFER, put(*WORD, "lessons", to=[]), "$.terms.products[0].lessons", Flaw.EMPTY),
    (OFFER, put(*WORD, "lessons", to=["two", "one"]), "$.terms.products[0].lessons", Flaw.WRONG_ORDER),
    (OFFER, put(*WORD, "homework", to="AUTOMATIC"), "$.terms.products[0].homework", Flaw.UNKNOWN_NAME),
    (OFFER, put(*WORD, "assistant", to=""), "$.terms.products[0].assistant", Flaw.EMPTY),
    (DRAFTED, put("terms", "message", "telling", to="off"), "$.terms.message.subject", Flaw.WRONG_FORM),
    (DRAFTED, put("terms", "message", "body", to=None), "$.terms.message.body", Flaw.EMPTY),
    (DRAFTED, put("terms", "message", "subject", to="a\nb"), "$.terms.message.subject", Flaw.UNSAFE_CHARACTER),
    (DRAFTED, drop("copied_from"), "$.copied_from", Flaw.MISSING_KEY),
    # Grants
    (GRANT, put("state", to="over"), "$.state", Flaw.UNKNOWN_NAME),
    (GRANT, put("purchases", 0, "charged", to=1), "$.purchases[0].charged", Flaw.WRONG_TYPE),
    (GRANT, put("purchases", 1, "at", to=None), "$.purchases[1].at", Flaw.WRONG_TYPE),
    (GRANTED, put("hidden", to="word"), "$.hidden", Flaw.WRONG_TYPE),
    (GRANTED, put("person", to="ann@example.com"), "$.person", Flaw.WRONG_TYPE),
    # Answers
    (OPEN, put("assistants", 0, to=None), "$.assistants[0]", Flaw.WRONG_TYPE),
    (OPEN, put("homework", to=None), "$.homework", Flaw.WRONG_TYPE),
    ("access.opening.v1", put("at", to=None), "$.at", Flaw.WRONG_TYPE),
    ("access.not_yet.v1", put("opens", to="2027-03-01T09:00:00"), "$.opens", Flaw.NAIVE_TIME),
]


@pytest.mark.parametrize(("name", "change", "path", "expected"), WRONG)
def test_what_is_not_as_it_should_be_is_refused(name: str, change: Change, path: str, expected: Flaw) -> None:
    """Nothing is guessed, cut off or taken for something else; the path says where, and shows nothing (K9, K11)."""
    kinds = {known: kind for kind, known in NAMES.items()}
    assert flaw(lambda: json.load(kinds[name], changed(name, change))) == (path, expected)


@pytest.mark.parametrize(
    ("value", "data"), [(FROM_DAY, FROM_DAY_DATA), (THROUGH_DAY, THROUGH_DAY_DATA), (A_YEAR, A_YEAR_DATA)]
)
def test_a_release_is_one_or_the_other(value: Release, data: Data) -> None:
    """A host may keep a moment or a duration in a column of its own, and finds out by its name which it was (K8)."""
    kind: json.Kind[Release] = json.Kind(Release)
    assert json.dump(value) == data
    assert json.load(type(value), data) == json.load(kind, data) == value


def test_a_duration_is_as_long_when_it_is_read() -> None:
    """What is worked out is worked out again, and is no part of what is kept (B14)."""
    read = json.load(Duration, fresh(A_YEAR_DATA))
    assert (read, read.longest, read.after(NOW)) == (A_YEAR, A_YEAR.longest, A_YEAR.after(NOW))


def test_what_an_offer_has_of_a_course_is_a_part() -> None:
    """A host's form for a product is written and read alone (O1)."""
    assert (json.dump(ALL_OF_IT), json.load(Product, fresh(ALL_OF_IT_DATA))) == (ALL_OF_IT_DATA, ALL_OF_IT)
    assert json.load(AccessTerms, {"begins": None, "ends": INSTANT_DATA}) == AccessTerms(ends=Moment.at(NOW + TICK))


def test_any_answer_is_read_by_its_name() -> None:
    """Whether a lesson may be opened, or why not: whichever it was, it is found again (O5, K11)."""
    kind: json.Kind[Answer] = json.Kind(Answer)
    answers = [(value, data) for value, data in KEPT if data["type"].startswith("access.")]
    found = {name for name in NAMES.values() if name.startswith("access.")}
    assert {data["type"] for _, data in answers} == found
    for value, data in answers:
        if data["type"] != "access.opening.v1":
            assert json.loads(kind, standard.dumps(data)) == value
    assert flaw(lambda: json.load(kind, KEPT[0][1])) == ("$.type", Flaw.UNKNOWN_NAME)
    assert flaw(lambda: json.load(Open, fresh(KEPT[-1][1]))) == ("$.type", Flaw.UNKNOWN_NAME)


def test_a_fingerprint_tells_a_day_from_its_instant() -> None:
    """*From a day* and that instant are shown differently, so they are different content under a key (K4, K8)."""
    by_day, by_instant = FROM_DAY, Moment.at(FROM_DAY.instant)
    assert fingerprint({"until": by_day}) != fingerprint({"until": by_instant})
    there = Moment.at(NOW.astimezone(PARIS.info))
    assert fingerprint({"until": there}) == fingerprint({"until": Moment.at(NOW)})
