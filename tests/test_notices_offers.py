"""Who is told of access by an offer, and how (T1, O4): every event of a grant, to the exact notice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, get_args

import pytest
from attrs import evolve

from lara_core.kernel.deadlines import Zone
from lara_core.kernel.decisions import why_not
from lara_core.kernel.ids import CourseId, GrantId, OfferId
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
    GrantEvent,
    Moment,
    Offer,
    OfferEvent,
)
from lara_core.telling.notices import TABLE, Notice, Party, Row, Setting, Template, of_refusal
from tests.builders import ANN, BEN, NOW, PRICE, TICK, act
from tests.sold import AT_ONCE, EXCEL, PLAN, STAFF, WORD, given, heard, offer

DAY: Final = timedelta(days=1)
WEEK: Final = Moment.at(NOW + 7 * DAY)
MONTH: Final = Moment.at(NOW + 30 * DAY)
BOTH: Final = (EXCEL, WORD)
OWN: Final = AccessMessage.edited("Bienvenue", "Bonjour {learner},\n\nà lundi.\n")
OFF: Final = AccessMessage.off()


def told(
    version: int,
    template: Template,
    *,
    to: Person = ANN,
    opens: datetime | None = None,
    ends: datetime | None = None,
    message: AccessMessage | None = None,
) -> Notice:
    """A notice about that grant."""
    key = f"grant:{version}:{template}:1"
    return Notice(key, to, template, offer=PLAN, message=message, opens=opens, ends=ends)


def sold(of: Offer) -> GrantDecision:
    """Access by an offer is sold."""
    return Grant.sell(act(), GrantId("grant"), of, ANN, price=PRICE, known=None, published=BOTH)


def anew(of: Offer, before: Offer | None = None) -> GrantDecision:
    """Access was granted, by *before* where the offer has changed, revoked, and is granted again."""
    revoked = given(before or of).state.revoke(act()).state
    return revoked.grant_anew(act(), of, published=BOTH)


def briefly() -> Grant:
    """A grant of two courses, one until in a week and one until in a month."""
    return given(offer(excel=AccessTerms(ends=WEEK), word=AccessTerms(ends=MONTH))).state


def decided() -> dict[Template, GrantDecision]:
    """The decisions that the learner is told of."""
    return {
        Template.ACCESS_GRANTED: given(),
        Template.ACCESS_EXTENDED: briefly().extend(act(), None),
        Template.ACCESS_REVOKED: given().state.revoke(act()),
    }


@pytest.mark.parametrize(
    ("access", "opens", "ends"),
    [
        (AT_ONCE, None, None),
        (AccessTerms(ends=MONTH), None, MONTH.instant),
        (AccessTerms(begins=WEEK), WEEK.instant, None),
        (AccessTerms(WEEK, MONTH), WEEK.instant, MONTH.instant),
        (AccessTerms(begins=Moment.at(NOW - DAY)), None, None),
        (AccessTerms(begins=Moment.at(NOW)), None, None),
        (AccessTerms(begins=Moment.at(NOW + TICK)), NOW + TICK, None),
        (AccessTerms(WEEK, Duration(Zone("UTC"), days=2)), WEEK.instant, WEEK.instant + 2 * DAY),
    ],
)
def test_access_says_when_it_opens_and_ends(access: AccessTerms, opens: datetime | None, ends: datetime | None) -> None:
    """When it opens is told where that is still to come, when it ends where it does (O1, O4)."""
    assert heard(given(offer(excel=access))) == (told(1, Template.ACCESS_GRANTED, opens=opens, ends=ends),)


@pytest.mark.parametrize(
    ("excel", "word", "opens", "ends"),
    [
        (AccessTerms(WEEK, MONTH), AccessTerms(ends=WEEK), None, MONTH.instant),
        (AccessTerms(begins=MONTH), AccessTerms(WEEK, MONTH), WEEK.instant, None),
        (AccessTerms(ends=WEEK), AT_ONCE, None, None),
    ],
)
def test_several_courses_are_told_of_together(
    excel: AccessTerms, word: AccessTerms, opens: datetime | None, ends: datetime | None
) -> None:
    """One message for one grant: from when the first opens until the last ends, or for ever (O1, O4)."""
    expected = told(1, Template.ACCESS_GRANTED, opens=opens, ends=ends)
    assert heard(given(offer(excel=excel, word=word))) == (expected,)


def test_access_that_is_sold_is_told_as_any() -> None:
    """What was paid for it is told of by whoever sold it (O1)."""
    assert heard(sold(offer())) == (told(1, Template.ACCESS_GRANTED),)


def test_access_that_is_granted_anew_is_told_anew() -> None:
    """Under another key, for the person has lost it meanwhile; of the windows that are new (O4, K12)."""
    more = offer(excel=AccessTerms(ends=WEEK), word=AccessTerms(ends=MONTH))
    grown = given(offer(word=AccessTerms(ends=MONTH))).state.grant_anew(act(), more, published=BOTH)
    assert [heard(each) for each in (anew(offer()), grown)] == [
        (told(3, Template.ACCESS_GRANTED),),
        (told(2, Template.ACCESS_GRANTED, ends=WEEK.instant),),
    ]


@pytest.mark.parametrize("grant", [given, sold, anew])
def test_an_offer_can_tell_in_its_own_words(grant: Callable[[Offer], GrantDecision]) -> None:
    """The notice has them, whichever way access was granted; the default text is nobody's own (O4)."""
    decisions = [grant(offer(OWN)), grant(offer(AccessMessage()))]
    assert [each.message for decision in decisions for each in heard(decision)] == [OWN, None]


@pytest.mark.parametrize("grant", [given, sold, anew])
def test_an_offer_can_tell_nobody(grant: Callable[[Offer], GrantDecision]) -> None:
    """With its message off access is granted all the same, and in silence (O4)."""
    decision = grant(offer(OFF))
    assert (len(decision.events), heard(decision)) == (1, ())


def test_the_message_is_that_of_the_moment() -> None:
    """An offer that was silent tells from then on, and one that told is silent (O3, O4)."""
    told_now, silent_now = anew(offer(OWN), before=offer(OFF)), anew(offer(OFF), before=offer(OWN))
    assert [heard(each) for each in (told_now, silent_now)] == [(told(3, Template.ACCESS_GRANTED, message=OWN),), ()]


@pytest.mark.parametrize(
    ("until", "course", "ends"),
    [
        (Moment.at(NOW + 60 * DAY), None, NOW + 60 * DAY),
        (Moment.at(NOW + 60 * DAY), EXCEL, NOW + 60 * DAY),
        (Moment.at(NOW + 10 * DAY), None, NOW + 10 * DAY),
        (None, None, None),
        (None, WORD, None),
    ],
)
def test_an_extension_says_until_when(until: Moment | None, course: CourseId | None, ends: datetime | None) -> None:
    """What lasts longer ends then, or never; also where only one course does (O4)."""
    decision = briefly().extend(act(), until, course=course)
    assert heard(decision) == (told(2, Template.ACCESS_EXTENDED, ends=ends),)


def test_a_revocation_is_told() -> None:
    """Who loses access hears of it (O4)."""
    assert heard(decided()[Template.ACCESS_REVOKED]) == (told(2, Template.ACCESS_REVOKED),)


def test_what_is_repeated_is_told_once() -> None:
    """Granting, extending or revoking once more is nothing new, and no roster tells anybody twice (O4, K12)."""
    granted, extended = given().state, briefly().extend(act(), MONTH).state
    revoked = granted.revoke(act()).state
    again = (
        given(known=granted),
        given(known=revoked),
        extended.extend(act(), MONTH),
        granted.extend(act(), None),
        revoked.revoke(act()),
    )
    assert [heard(each) for each in again] == [()] * 5


def test_what_is_refused_tells_nobody() -> None:
    """Whoever asked has the refusal (K12)."""
    granted = given().state
    refusals = (
        why_not(given, person=BEN, known=granted),
        why_not(granted.grant_anew, act(), offer(), published=BOTH),
        why_not(granted.revoke(act()).state.extend, act(), None),
    )
    assert [None if each is None else of_refusal(each, audience=STAFF) for each in refusals] == [(), (), ()]


def test_an_offer_itself_tells_nobody() -> None:
    """Drafted, changed, published or not: it concerns people once it grants them something (O2)."""
    draft = Offer.draft(act(), OfferId("other"), offer().terms)
    published = draft.state.publish(act())
    changed = published.state.change(act(), evolve(offer().terms, title="Excel, autumn"))
    decisions = (draft, published, changed, published.state.unpublish(act()))
    assert [(len(each.events), heard(each)) for each in decisions] == [(1, ())] * 4


@pytest.mark.parametrize(
    ("setting", "template"),
    [
        (Setting.TELL_ACCESS_GRANTED, Template.ACCESS_GRANTED),
        (Setting.TELL_ACCESS_EXTENDED, Template.ACCESS_EXTENDED),
        (Setting.TELL_ACCESS_REVOKED, Template.ACCESS_REVOKED),
    ],
)
def test_each_can_be_silenced(setting: Setting, template: Template) -> None:
    """An organisation switches one off, for all its offers, and the others go on (T1)."""
    left = {each: len(heard(decision, silenced={setting})) for each, decision in decided().items()}
    assert left == {each: int(each is not template) for each in decided()}


def test_own_words_are_silenced_too() -> None:
    """What is switched off for all is off for every offer, however it tells (T1, O4)."""
    decisions = (given(offer(OWN)), anew(offer(OWN)), anew(offer()))
    assert [heard(each, silenced={Setting.TELL_ACCESS_GRANTED}) for each in decisions] == [()] * 3


def test_the_table_has_these_rows() -> None:
    """Every event of a grant is told to whoever has it, and no event of an offer to anybody (T1)."""
    granted = (Row(Party.GRANTEE, Template.ACCESS_GRANTED, Setting.TELL_ACCESS_GRANTED),)
    assert {event: TABLE.get(event) for event in get_args(GrantEvent)} == {
        AccessGranted: granted,
        AccessGrantedAnew: granted,
        AccessExtended: (Row(Party.GRANTEE, Template.ACCESS_EXTENDED, Setting.TELL_ACCESS_EXTENDED),),
        AccessRevoked: (Row(Party.GRANTEE, Template.ACCESS_REVOKED, Setting.TELL_ACCESS_REVOKED),),
    }
    assert set(get_args(OfferEvent)) & set(TABLE) == set()


def test_who_is_told_is_who_was_granted_it() -> None:
    """At the address as it was typed, and under a key that has none (K7, K11)."""
    typed = Person.of("Secret@Example.com", "17")
    (granted,) = heard(given(person=typed))
    assert (granted.to, granted.key, "ecret" in repr(granted)) == (typed, "grant:1:offers.granted:1", False)
