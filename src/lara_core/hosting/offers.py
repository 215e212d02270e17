"""The use cases of offers: made, granted for sales made elsewhere, and asked whether a lesson is open.

As in `lara_core.hosting.group_purchase`, each asks rights, loads what the rule needs, decides, and saves under the
act's key. An offer is something of the catalogue, a grant is a registration: whoever imports many needs the right to.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from lara_core.access import Answer, Entitlement, Granted, Opening, may_open, opens_next
from lara_core.hosting import asking
from lara_core.hosting.once import once
from lara_core.hosting.ports import Access, Receipt, Store
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import AccountId, ActorId, CourseId, GrantId, LessonId, OfferId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person, PersonKey
from lara_core.offers import (
    Grant,
    GrantDecision,
    Moment,
    Offer,
    OfferDecision,
    OfferTerms,
    Purchase,
    purchase_history,
)
from lara_core.rights import Action, Place, Right

_ANYWHERE: Final = Place()


# --- Offers


def draft_offer(store: Store[Access], act: Act, offer: OfferId, terms: OfferTerms) -> Receipt:
    """Make an offer that is not sold yet (O1, O2)."""
    content = {"do": "draft_offer", "offer": offer, "terms": terms}

    def body(work: Access) -> tuple[OfferDecision]:
        asking.may(work, act.by, Right.CATALOGUES, Action.CREATE, on=_ANYWHERE, kind=Offer)
        return (Offer.draft(act, offer, terms),)

    return once(store, act, content, body)


def copy_offer(
    store: Store[Access], act: Act, offer: OfferId, source: OfferId, terms: OfferTerms | None = None
) -> Receipt:
    """Make a draft of another offer, with changed terms or the same (O3)."""
    content = {"do": "copy_offer", "offer": offer, "source": source, "terms": terms}

    def body(work: Access) -> tuple[OfferDecision]:
        asking.may(work, act.by, Right.CATALOGUES, Action.CREATE, on=_ANYWHERE, kind=Offer)
        return (work.offers.get(source).copy(act, offer, terms),)

    return once(store, act, content, body)


def change_offer(store: Store[Access], act: Act, offer: OfferId, terms: OfferTerms) -> Receipt:
    """Let an offer say something else (O3)."""
    content = {"do": "change_offer", "offer": offer, "terms": terms}
    return once(store, act, content, lambda work: (_offer(work, act, offer).change(act, terms),))


def publish_offer(store: Store[Access], act: Act, offer: OfferId) -> Receipt:
    """Sell an offer from now on (O2)."""
    content = {"do": "publish_offer", "offer": offer}
    return once(store, act, content, lambda work: (_offer(work, act, offer).publish(act),))


def unpublish_offer(store: Store[Access], act: Act, offer: OfferId) -> Receipt:
    """Make an offer a draft again; its grants stay (O2)."""
    content = {"do": "unpublish_offer", "offer": offer}
    return once(store, act, content, lambda work: (_offer(work, act, offer).unpublish(act),))


# --- Grants


def grant_access(store: Store[Access], act: Act, offer: OfferId, people: Sequence[tuple[GrantId, Person]]) -> Receipt:
    """Grant an offer to one person or many, and charge nobody (O2, O4). Who has it already keeps what they have.

    For more than one it needs the right to register by import. Who comes twice is granted once.
    """
    content = {"do": "grant_access", "offer": offer, "people": tuple(people)}

    def body(work: Access) -> tuple[GrantDecision, ...]:
        right = Right.REGISTRATIONS if len(people) == 1 else Right.REGISTER_BY_IMPORT
        asking.may(work, act.by, right, on=_ANYWHERE, kind=Offer)
        return granted(work, act, offer, people)

    return once(store, act, content, body)


def granted(
    work: Access, act: Act, offer: OfferId, people: Sequence[tuple[GrantId, Person]]
) -> tuple[GrantDecision, ...]:
    """What granting an offer to *people* decides, in their order, for use cases that have more to do with it."""
    found, published = work.offers.get(offer), work.published
    decided: list[GrantDecision] = []
    now: dict[PersonKey, Grant] = {}
    for grant, person in people:
        known = next((now[key] for key in person.keys if key in now), None) or work.offer_grants.of(offer, person)
        given = Grant.give(act, grant, found, person, known=known, published=published)
        if given.events:
            decided.append(given)
            now.update(dict.fromkeys(person.keys, given.state))
    return tuple(decided)


def sell_offer(
    store: Store[Access], act: Act, grant: GrantId, offer: OfferId, person: Person, *, price: Money
) -> Receipt:
    """Grant a published offer to who paid its *price*, anew where they had it before (O1).

    Where another price is in force by now it is refused, and what was taken is the host's to give back. Said only as
    the money was taken, by who may edit transactions.
    """
    content = {"do": "sell_offer", "grant": grant, "offer": offer, "person": person, "price": price}

    def body(work: Access) -> tuple[GrantDecision]:
        asking.may(work, act.by, Right.TRANSACTIONS, Action.EDIT, on=_ANYWHERE, kind=Offer)
        found, known = work.offers.get(offer), work.offer_grants.of(offer, person)
        return (Grant.sell(act, grant, found, person, price=price, known=known, published=work.published),)

    return once(store, act, content, body)


def grant_anew(store: Store[Access], act: Act, grant: GrantId) -> Receipt:
    """Grant again what was revoked or is over (O4)."""
    content = {"do": "grant_anew", "grant": grant}
    return _on_grant(
        store,
        act,
        content,
        grant,
        Right.REGISTRATIONS,
        Action.VIEW,
        lambda work, found: found.grant_anew(act, work.offers.get(found.offer), published=work.published),
    )


def extend_access(
    store: Store[Access], act: Act, grant: GrantId, until: Moment | None, *, course: CourseId | None = None
) -> Receipt:
    """Let access last longer, in one course of a grant or in all (O4)."""
    content = {"do": "extend_access", "grant": grant, "until": until, "course": course}
    return _on_grant(
        store,
        act,
        content,
        grant,
        Right.PARTICIPANTS,
        Action.EDIT,
        lambda _, found: found.extend(act, until, course=course),
    )


def revoke_access(store: Store[Access], act: Act, grant: GrantId) -> Receipt:
    """Take access by a grant away (O4)."""
    content = {"do": "revoke_access", "grant": grant}
    return _on_grant(store, act, content, grant, Right.PARTICIPANTS, Action.DELETE, lambda _, found: found.revoke(act))


# --- What is asked


def may_open_lesson(store: Store[Access], act: Act, person: Person, course: CourseId, lesson: LessonId) -> Answer:
    """Whether somebody may open a lesson now and, if not, why and from when (O5).

    Asked for oneself, or by who may see participants. *person* is the host's own record of them, never made of what a
    request says: whoever has an address has what was granted to it.
    """
    with store.transaction() as work:
        _about(work, act.by, person)
        return may_open(_entitlements(work, person, course), work.course(course), lesson, act.at)


def next_opening(
    store: Store[Access], act: Act, person: Person, course: CourseId, lessons: Sequence[LessonId]
) -> Opening | None:
    """Which of a course's lessons open next for somebody, and when (O5). Asked as `may_open_lesson` is."""
    with store.transaction() as work:
        _about(work, act.by, person)
        return opens_next(_entitlements(work, person, course), work.course(course), lessons, act.at)


def purchases_of(store: Store[Access], by: ActorId, person: Person) -> tuple[Purchase, ...]:
    """All that somebody came by, in the order of time (O1). Asked as `may_open_lesson` is."""
    with store.transaction() as work:
        _about(work, by, person)
        return purchase_history(work.offer_grants.of_person(person))


# --- What they ask


def _offer(work: Access, act: Act, offer: OfferId) -> Offer:
    asking.may(work, act.by, Right.CATALOGUES, Action.EDIT, on=_ANYWHERE, kind=Offer)
    return work.offers.get(offer)


def _on_grant(
    store: Store[Access],
    act: Act,
    content: Mapping[str, object],
    grant: GrantId,
    right: Right,
    action: Action,
    rule: Callable[[Access, Grant], GrantDecision],
) -> Receipt:
    def body(work: Access) -> tuple[GrantDecision]:
        asking.may(work, act.by, right, action, on=_ANYWHERE, kind=Grant)
        return (rule(work, work.offer_grants.get(grant)),)

    return once(store, act, content, body)


def _about(work: Access, by: ActorId, person: Person) -> None:
    if person.account != AccountId(by):
        asking.may(work, by, Right.PARTICIPANTS, on=_ANYWHERE, kind=Person)


def _entitlements(work: Access, person: Person, course: CourseId) -> tuple[Entitlement, ...]:
    grants = (Granted(grant, work.offers.get(grant.offer)) for grant in work.offer_grants.of_person(person))
    return (*grants, *work.enrolled(person, course))
