"""What happened to offers, and to what they granted: each event at least once, each field filled.

Part of `lara_core.testing.samples`.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, TypeAlias

from attrs import evolve

from lara_core.kernel.deadlines import Zone
from lara_core.kernel.decisions import Decision, Event
from lara_core.kernel.ids import ActorId, CourseId, GrantId, LessonId, OfferId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.offers import (
    AccessMessage,
    AccessTerms,
    Duration,
    Grant,
    GrantDecision,
    Homework,
    Moment,
    Offer,
    OfferDecision,
    OfferTerms,
    Product,
)
from lara_core.telling.notices import Notice, Template
from lara_core.testing.samples.stories import told
from lara_core.testing.samples.values import (
    ANA,
    CHLOE,
    COURSE,
    DAWUD,
    EDITH,
    GITA,
    LATER,
    NOW,
    OTHER_COURSE,
    act,
)

AccessSample: TypeAlias = Offer | Grant
"""What the samples of access are of."""

OFFER: Final = OfferId("offer-1")
OTHER_OFFER: Final = OfferId("offre-été")
OFFER_GRANT: Final = GrantId("access-1")
OTHER_OFFER_GRANT: Final = GrantId("accès-2")
LESSON: Final = LessonId("lesson-1")
OTHER_LESSON: Final = LessonId("leçon-été")

_PARIS: Final = Zone("Europe/Paris")
_PRICE: Final = Money.of("10000000000.001", "KWD")
# The night between these two is an hour shorter.
_SPRING: Final = Moment.on(date(2030, 3, 31), _PARIS)
_APRIL: Final = Moment.through(date(2030, 4, 1), _PARIS)
_LONG: Final = Duration(_PARIS, months=12, days=1, hours=36)
_IN_WORDS: Final = AccessMessage.edited("Votre accès « Soudure »", "Bonjour,\n\n  voici votre accès.\nÀ bientôt !\n")


def histories_of_access() -> Sequence[Sequence[Decision[AccessSample, Event]]]:
    """What happened to some offers, and to grants of them: each event at least once.

    An offer comes before its grants.
    """
    offers = _offer(), _copied(), _silent()
    sold, copied, silent = (history[-1].state for history in offers)
    return [*offers, *_granted(sold), _granted_by_day(copied), _granted_quietly(silent)]


# --- One of each


def drafted(offer: OfferId = OFFER, *courses: CourseId, price: Money | None = None) -> OfferDecision:
    """An offer of *courses*, each at once and for ever, that is not sold."""
    products = dict.fromkeys(courses or (COURSE,), Product())
    return Offer.draft(act("draft"), offer, OfferTerms(f"Plan {offer}"[:255], products, price))


def given(
    grant: GrantId = OFFER_GRANT, person: Person = EDITH, *, offer: OfferId = OFFER, courses: Sequence[CourseId] = ()
) -> GrantDecision:
    """A grant of such an offer to somebody who had none."""
    of = drafted(offer, *courses).state
    return Grant.give(act("grant"), grant, of, person, known=None, published=(COURSE,))


def told_of_access(key: str, *, to: Person = GITA) -> Notice:
    """What *to* reads who has access by `OTHER_OFFER` from some day on, in the offer's own words."""
    return Notice(
        key,
        to,
        Template.ACCESS_GRANTED,
        offer=OTHER_OFFER,
        message=_IN_WORDS,
        opens=_SPRING.instant,
        ends=NOW + timedelta(days=366, microseconds=1),
    )


# --- Offers


def _offer() -> Sequence[OfferDecision]:
    """An offer of two courses is made, sold for a while, changed, and sold again."""
    own = Product(
        AccessTerms(ends=_LONG),
        frozenset({LESSON, OTHER_LESSON}),
        {LESSON: Moment.at(LATER), OTHER_LESSON: Duration(_PARIS, days=7)},
        Homework.AUTOMATIC,
        ActorId("ana"),
    )
    terms = OfferTerms(
        "Soudure « avancée » – printemps",
        {COURSE: own, OTHER_COURSE: Product(AccessTerms(Moment.at(LATER), Moment.at(LATER + timedelta(days=90))))},
        _PRICE,
        _IN_WORDS,
    )
    more = evolve(terms, title="Soudure, tout", products={**terms.products, CourseId("third"): Product()})
    return told(
        Offer.draft(act("draft"), OFFER, terms),
        lambda offer: offer.publish(act("publish", by="ana")),
        lambda offer: offer.change(act("change"), more),
        lambda offer: offer.unpublish(act("unpublish", at=LATER)),
        lambda offer: offer.publish(act("publish-again", at=LATER)),
    )


def _copied() -> Sequence[OfferDecision]:
    """A copy by days on the calendar, for nothing; learners are told in the usual words."""
    by_day = Product(AccessTerms(_SPRING, _APRIL), schedule={LESSON: _APRIL})
    terms = OfferTerms("Été", {OTHER_COURSE: by_day}, Money.of("0", "JPY"))
    return told(
        _offer()[0].state.copy(act("copy"), OTHER_OFFER, terms),
        lambda offer: offer.change(act("rename"), evolve(terms, title="Été 2030")),
    )


def _silent() -> Sequence[OfferDecision]:
    """One without a price, that tells nobody."""
    offer = drafted(OfferId("silent"), COURSE, OTHER_COURSE)
    return told(offer, lambda found: found.change(act("quiet"), evolve(found.terms, message=AccessMessage.off())))


# --- Grants


def _granted(offer: Offer) -> Sequence[Sequence[GrantDecision]]:
    """One is sold, extended, revoked, and granted anew; one was sold elsewhere, and is revoked."""
    later, longer = LATER + timedelta(days=2), Moment.at(LATER + timedelta(days=1_000, microseconds=1))
    published = (COURSE,)
    return (
        told(
            Grant.sell(act("sell"), OFFER_GRANT, offer, ANA, price=_PRICE, known=None, published=published),
            lambda grant: grant.extend(act("extend", by="ana", at=LATER), longer, course=COURSE),
            lambda grant: grant.revoke(act("revoke", at=LATER)),
            lambda grant: grant.grant_anew(act("anew", at=later), offer, published=published),
            lambda grant: grant.extend(act("for-ever", at=later), None),
        ),
        told(
            Grant.give(act("grant"), OTHER_OFFER_GRANT, offer, CHLOE, known=None, published=published),
            lambda grant: grant.revoke(act("revoke", by="ana", at=LATER)),
        ),
    )


def _granted_by_day(offer: Offer) -> Sequence[GrantDecision]:
    """A bare address has a window by day, which is over; so it is granted anew, by other terms."""
    after = _APRIL.instant
    longer = evolve(offer.terms, products={OTHER_COURSE: Product(AccessTerms(ends=_LONG))})
    renewed = offer.change(act("lengthen", at=after), longer).state
    return told(
        Grant.give(act("import"), GrantId("access-3"), offer, GITA, known=None, published=()),
        lambda grant: grant.grant_anew(act("anew", at=after), renewed, published=(OTHER_COURSE,)),
    )


def _granted_quietly(offer: Offer) -> Sequence[GrantDecision]:
    return told(Grant.give(act("quiet"), GrantId("access-4"), offer, DAWUD, known=None, published=(COURSE,)))
