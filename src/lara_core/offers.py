"""Offers, and the access that they grant to people whom they were sold to elsewhere, or here.

Vocabulary. An *offer* says what somebody gets: for each course of its *products* from when until when, which lessons,
released how, and who judges homework. It is a *draft*, or *published*, which means that it is sold here. A *grant* is
one person's access by one offer. It *freezes* a *window* for each course when it is made: from an instant, included,
until another, excluded, or without end. It can be *extended*, *revoked*, and *granted anew*. A *purchase* is one line
of the person's history: what they came by, at which price, and whether they were charged for it here.

Invariants. A published offer has a course and a price. A draft grants all the same, and nobody is charged by it (O1,
O2). Whatever happens to an offer, the windows of its grants stay as they are; lessons, schedules and homework follow
the offer (O3). Granting again what is granted changes nothing, neither after a revocation nor after the end; only
granting anew does (O4). No grant, extension or new grant takes access away. A grant moves only as `GRANT` says.

What the host must guarantee: there is one grant for a person and an offer, which it finds by every key of the
person's, and gives as *known*. Which courses are published is true when the decision is saved. Who may make offers,
and grant, is asked before (R2).

The values stand in `lara_core.offer_terms`, the events and refusals in `lara_core.offer_events`; all of them are
imported from here. Whether a learner may open a lesson is asked of `lara_core.access`.
"""

from collections.abc import Container, Iterable, Mapping
from typing import Self, TypeAlias, assert_never

from attrs import evolve, frozen

from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.ids import CourseId, GrantId, OfferId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.offer_events import (
    AccessExtended,
    AccessGranted,
    AccessGrantedAnew,
    AccessRevoked,
    CourseNotGranted,
    ExtensionOver,
    GrantChange,
    GrantEvent,
    GrantInForce,
    GrantIs,
    NothingLonger,
    OfferChange,
    OfferChanged,
    OfferDrafted,
    OfferEmpty,
    OfferEvent,
    OfferNotForSale,
    OfferOver,
    OfferPriceChanged,
    OfferPublished,
    OfferRefusal,
    OfferUnpublished,
    OtherOffer,
    OtherPerson,
    PriceNeeded,
)
from lara_core.offer_terms import (
    GRANT,
    MESSAGE_LENGTH,
    MOST_LESSONS,
    MOST_PRODUCTS,
    AccessMessage,
    AccessTerms,
    Duration,
    GrantState,
    GrantVerb,
    Homework,
    Moment,
    OfferStatus,
    OfferTerms,
    Product,
    Purchase,
    Release,
    Schedule,
    Telling,
    Window,
)

__all__ = [
    "GRANT",
    "MESSAGE_LENGTH",
    "MOST_LESSONS",
    "MOST_PRODUCTS",
    "AccessExtended",
    "AccessGranted",
    "AccessGrantedAnew",
    "AccessMessage",
    "AccessRevoked",
    "AccessTerms",
    "CourseNotGranted",
    "Duration",
    "ExtensionOver",
    "Grant",
    "GrantChange",
    "GrantDecision",
    "GrantEvent",
    "GrantInForce",
    "GrantIs",
    "GrantState",
    "GrantVerb",
    "Homework",
    "Moment",
    "NothingLonger",
    "Offer",
    "OfferChange",
    "OfferChanged",
    "OfferDecision",
    "OfferDrafted",
    "OfferEmpty",
    "OfferEvent",
    "OfferNotForSale",
    "OfferOver",
    "OfferPriceChanged",
    "OfferPublished",
    "OfferRefusal",
    "OfferStatus",
    "OfferTerms",
    "OfferUnpublished",
    "OtherOffer",
    "OtherPerson",
    "PriceNeeded",
    "Product",
    "Purchase",
    "Release",
    "Schedule",
    "Telling",
    "Window",
    "purchase_history",
]


# --- Offers -----------------------------------------------------------------------------------------------


@frozen
class Offer:
    """What somebody gets, under one title (O1)."""

    id: OfferId
    version: int
    terms: OfferTerms
    status: OfferStatus

    @classmethod
    def draft(cls, act: Act, offer: OfferId, terms: OfferTerms) -> "OfferDecision":
        """Make an offer that is not sold yet; it can grant at once (O2)."""
        event = OfferDrafted(offer, terms, None, act)
        return Decision(cls.begin(event), (event,))

    def copy(self, act: Act, offer: OfferId, terms: OfferTerms | None = None) -> "OfferDecision":
        """Make another offer of this one, with changed *terms* or the same (O3): a draft, whatever this one is.

        Changes are made as `evolve(offer.terms, title="...")`.
        """
        event = OfferDrafted(offer, self.terms if terms is None else terms, self.id, act)
        return Decision(type(self).begin(event), (event,))

    def change(self, act: Act, terms: OfferTerms) -> "OfferDecision":
        """Say something else. Windows that are granted stay as they are; lessons follow (O3).

        While the offer is published it refuses what `publish` refuses. The same again is harmless.
        """
        if terms == self.terms:
            return Decision(self)
        if self.status is OfferStatus.PUBLISHED:
            self._sellable(terms)
        return self._decide(OfferChanged(terms, act))

    def publish(self, act: Act) -> "OfferDecision":
        """Sell it from now on (O2). Twice is once. Refused: `OfferEmpty`, `PriceNeeded`."""
        if self.status is OfferStatus.PUBLISHED:
            return Decision(self)
        self._sellable(self.terms)
        return self._decide(OfferPublished(act))

    def unpublish(self, act: Act) -> "OfferDecision":
        """Sell it no longer: it is a draft again, and its grants stay. Twice is once."""
        return Decision(self) if self.status is OfferStatus.DRAFT else self._decide(OfferUnpublished(act))

    @classmethod
    def begin(cls, event: OfferDrafted) -> Self:
        """The first state."""
        return cls(event.offer, 1, event.terms, OfferStatus.DRAFT)

    def apply(self, event: OfferChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case OfferChanged(terms):
                return evolve(self, version=version, terms=terms)
            case OfferPublished():
                return evolve(self, version=version, status=OfferStatus.PUBLISHED)
            case OfferUnpublished():
                return evolve(self, version=version, status=OfferStatus.DRAFT)
            case _:
                assert_never(event)

    def _sellable(self, terms: OfferTerms) -> None:
        if not terms.products:
            raise Refused(OfferEmpty(self.id))
        if terms.price is None:
            raise Refused(PriceNeeded(self.id))

    def _decide(self, event: OfferChange) -> "OfferDecision":
        return Decision(self.apply(event), (event,))


OfferDecision: TypeAlias = Decision[Offer, OfferEvent]


# --- Grants -----------------------------------------------------------------------------------------------


@frozen
class Grant:
    """One person's access by one offer (O4). *windows* are by course, *purchases* in the order of time.

    A revoked grant has no windows: what was taken away does not come back by itself.
    """

    id: GrantId
    version: int
    offer: OfferId
    person: Person
    state: GrantState
    windows: Mapping[CourseId, Window]
    purchases: tuple[Purchase, ...]

    @classmethod
    def give(
        cls,
        act: Act,
        grant: GrantId,
        offer: Offer,
        person: Person,
        *,
        known: "Grant | None",
        published: Container[CourseId],
    ) -> "GrantDecision":
        """Grant *person* what *offer* gives, draft or published, and charge nobody (O2, O4).

        *known* is the person's grant of this offer, where there is one: then nothing happens, also where it was
        revoked or is over. *published* are the courses that learners can see; the event names the others. Courses of
        which the window would be over already are left out.

        Refused: `OtherOffer`, `OtherPerson`, `OfferEmpty`, `OfferOver`.
        """
        if known is not None:
            known._is_for(offer, person)
            return Decision(known)
        return cls._give(act, grant, offer, person, published, charged=False)

    @classmethod
    def sell(
        cls,
        act: Act,
        grant: GrantId,
        offer: Offer,
        person: Person,
        *,
        price: Money,
        known: "Grant | None",
        published: Container[CourseId],
    ) -> "GrantDecision":
        """Grant *person* what *offer* gives, and charge its *price* (O1): anew, where they had it before.

        *price* is what they were shown, and pay. *known* and *published* are as for `give`. Refused: `OtherOffer`,
        `OtherPerson`, `OfferNotForSale`, `OfferPriceChanged`, `GrantInForce`, `OfferEmpty`, `OfferOver`.
        """
        if known is not None:
            known._is_for(offer, person)
        if offer.status is not OfferStatus.PUBLISHED:
            raise Refused(OfferNotForSale(offer.id))
        if offer.terms.price is not None and price != offer.terms.price:
            raise Refused(OfferPriceChanged(price, offer.terms.price))
        if known is not None:
            return known._anew(act, offer, published, charged=True)
        return cls._give(act, grant, offer, person, published, charged=True)

    def grant_anew(self, act: Act, offer: Offer, *, published: Container[CourseId]) -> "GrantDecision":
        """Grant again what was revoked or is over, and what the offer has come to give since (O4).

        Every such course gets a fresh window by the offer's terms of now; windows that run go on. *published* is as
        for `give`. Refused: `OtherOffer`, `GrantInForce` where nothing would come of it, `OfferEmpty`, `OfferOver`.
        """
        self._is_of(offer)
        return self._anew(act, offer, published, charged=False)

    def extend(self, act: Act, until: Moment | None, *, course: CourseId | None = None) -> "GrantDecision":
        """Let access to *course*, or to all courses of the grant, last *until* then, or for ever (O4).

        It may be over by now: then it goes on as if it had not been. What lasts longer already stays as it is; what
        was extended so before is harmless. Refused: `GrantIs`, `CourseNotGranted`, `NothingLonger`, `ExtensionOver`.
        """
        self._knows(GrantVerb.EXTEND)
        if course is not None and course not in self.windows:
            raise Refused(CourseNotGranted(course))
        end = None if until is None else until.instant
        asked = self.windows if course is None else {course: self.windows[course]}
        longer = {
            name: Window(window.opens, end)
            for name, window in asked.items()
            if window.until is not None and (end is None or window.until < end)
        }
        if not longer:
            if end is None or any(window.until == end for window in asked.values()):
                return Decision(self)
            raise Refused(NothingLonger(end))
        if end is not None and end <= act.at:
            raise Refused(ExtensionOver(end))
        return self._decide(AccessExtended(longer, act))

    def revoke(self, act: Act) -> "GrantDecision":
        """Take all access by this grant away (O4). Twice is once."""
        return Decision(self) if self.state is GrantState.REVOKED else self._decide(AccessRevoked(act))

    @classmethod
    def begin(cls, event: AccessGranted) -> Self:
        """The first state."""
        state, purchases = GrantState.GRANTED, (event.purchase,)
        return cls(event.grant, 1, event.offer, event.person, state, event.windows, purchases)

    def apply(self, event: GrantChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case AccessGrantedAnew(windows, purchase=purchase):
                return evolve(
                    self,
                    version=version,
                    state=GrantState.GRANTED,
                    windows={**self.windows, **windows},
                    purchases=(*self.purchases, purchase),
                )
            case AccessExtended(windows):
                return evolve(self, version=version, windows={**self.windows, **windows})
            case AccessRevoked():
                return evolve(self, version=version, state=GrantState.REVOKED, windows={})
            case _:
                assert_never(event)

    @classmethod
    def _give(
        cls, act: Act, grant: GrantId, offer: Offer, person: Person, published: Container[CourseId], *, charged: bool
    ) -> "GrantDecision":
        windows = _windows(act, offer, offer.terms.products)
        purchase, message = _purchase(act, offer, charged=charged), offer.terms.message
        event = AccessGranted(grant, offer.id, person, windows, _hidden(windows, published), purchase, message, act)
        return Decision(cls.begin(event), (event,))

    def _anew(self, act: Act, offer: Offer, published: Container[CourseId], *, charged: bool) -> "GrantDecision":
        running = self._running(act)
        wanted = {course: product for course, product in offer.terms.products.items() if course not in running}
        if running and not _opening(act, wanted):
            ends = [window.until for window in running.values() if window.until is not None]
            raise Refused(GrantInForce(max(ends) if len(ends) == len(running) else None))
        windows = _windows(act, offer, wanted)
        purchase = _purchase(act, offer, charged=charged)
        return self._decide(AccessGrantedAnew(windows, _hidden(windows, published), purchase, offer.terms.message, act))

    def _running(self, act: Act) -> Mapping[CourseId, Window]:
        """The windows that are open, or will be."""
        return {course: window for course, window in self.windows.items() if not window.over(act.at)}

    def _is_of(self, offer: Offer) -> None:
        if offer.id != self.offer:
            raise Refused(OtherOffer(self.offer, offer.id))

    def _is_for(self, offer: Offer, person: Person) -> None:
        self._is_of(offer)
        if not person.same_as(self.person):
            raise Refused(OtherPerson(person))

    def _knows(self, verb: GrantVerb) -> None:
        if verb not in GRANT[self.state]:
            raise Refused(GrantIs(self.state))

    def _decide(self, event: GrantChange) -> "GrantDecision":
        return Decision(self.apply(event), (event,))


GrantDecision: TypeAlias = Decision[Grant, GrantEvent]


def purchase_history(grants: Iterable[Grant]) -> tuple[Purchase, ...]:
    """All that one person came by, in the order of time (O1): *grants* are all of theirs."""
    return tuple(sorted((bought for grant in grants for bought in grant.purchases), key=lambda bought: bought.at))


def _windows(act: Act, offer: Offer, products: Mapping[CourseId, Product]) -> dict[CourseId, Window]:
    """The windows that *products* open now, without those that are over already."""
    if not products:
        raise Refused(OfferEmpty(offer.id))
    windows = _opening(act, products)
    if not windows:
        ends = [end for product in products.values() if (end := product.access.until(act.at)) is not None]
        raise Refused(OfferOver(offer.id, max(ends)))
    return windows


def _opening(act: Act, products: Mapping[CourseId, Product]) -> dict[CourseId, Window]:
    found = {course: product.access.window(act.at) for course, product in products.items()}
    return {course: window for course, window in found.items() if window is not None}


def _hidden(windows: Mapping[CourseId, Window], published: Container[CourseId]) -> tuple[CourseId, ...]:
    return tuple(course for course in windows if course not in published)


def _purchase(act: Act, offer: Offer, *, charged: bool) -> Purchase:
    return Purchase(offer.id, offer.terms.title, offer.terms.price, charged, act.at)
