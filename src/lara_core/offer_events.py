"""What happens to offers and grants, and why not. Part of `lara_core.offers`, which is where to import from."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, TypeAlias

from attrs import frozen

from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import CourseId, GrantId, OfferId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.offer_terms import AccessMessage, GrantState, OfferTerms, Purchase, Window

# --- Events -----------------------------------------------------------------------------------------------


@frozen
class OfferDrafted:
    """There is a new offer, not sold yet; *copied_from* is the one that it was made from, if it was."""

    offer: OfferId
    terms: OfferTerms
    copied_from: OfferId | None
    act: Act


@frozen
class OfferChanged:
    """The offer says something else: lessons and schedules for everybody, windows for grants to come (O3)."""

    terms: OfferTerms
    act: Act


@frozen
class OfferPublished:
    """The offer is sold from now on."""

    act: Act


@frozen
class OfferUnpublished:
    """The offer is a draft again."""

    act: Act


OfferChange: TypeAlias = OfferChanged | OfferPublished | OfferUnpublished
OfferEvent: TypeAlias = OfferDrafted | OfferChange


@frozen
class AccessGranted:
    """*person* has access to the courses of *offer*, in these *windows*.

    *hidden* are those among them that are not published, and so not visible yet (O2). *message* is how the person is
    told.
    """

    grant: GrantId
    offer: OfferId
    person: Person
    windows: Mapping[CourseId, Window]
    hidden: tuple[CourseId, ...]
    purchase: Purchase
    message: AccessMessage
    act: Act


@frozen
class AccessGrantedAnew:
    """The person has access again, in these *windows*; others that run go on, unless the grant was revoked."""

    windows: Mapping[CourseId, Window]
    hidden: tuple[CourseId, ...]
    purchase: Purchase
    message: AccessMessage
    act: Act


@frozen
class AccessExtended:
    """These *windows* last longer; the others are as they were."""

    windows: Mapping[CourseId, Window]
    act: Act


@frozen
class AccessRevoked:
    """The person has no access by the grant any more."""

    act: Act


GrantChange: TypeAlias = AccessGrantedAnew | AccessExtended | AccessRevoked
GrantEvent: TypeAlias = AccessGranted | GrantChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class OfferEmpty:
    """The offer has no course: it can be neither granted nor published (O1)."""

    code: ClassVar[str] = "offers.offer_empty"
    offer: OfferId


@frozen
class PriceNeeded:
    """The offer has no price, not even nothing: it cannot be published (O1)."""

    code: ClassVar[str] = "offers.price_needed"
    offer: OfferId


@frozen
class OfferNotForSale:
    """The offer is a draft: it grants, but is not sold (O2)."""

    code: ClassVar[str] = "offers.not_for_sale"
    offer: OfferId


@frozen
class OfferPriceChanged:
    """Not the price that was *shown*, and paid, is in force, but what it is *now*: nobody is sold anything (O1)."""

    code: ClassVar[str] = "offers.price_changed"
    shown: Money
    now: Money


@frozen
class OfferOver:
    """Every window that the offer would open is over already: the last one *ended* then (O1)."""

    code: ClassVar[str] = "offers.offer_over"
    offer: OfferId
    ended: datetime


@frozen
class OtherOffer:
    """The grant is another offer's."""

    code: ClassVar[str] = "offers.other_offer"
    expected: OfferId
    given: OfferId


@frozen
class OtherPerson:
    """The grant is another person's."""

    code: ClassVar[str] = "offers.other_person"
    person: Person


@frozen
class GrantIs:
    """The grant is in a state that does not know what was asked (`GRANT`)."""

    code: ClassVar[str] = "offers.grant_is"
    state: GrantState


@frozen
class GrantInForce:
    """The person has all that the offer would give them; the last of it ends *until* then, or never (O4)."""

    code: ClassVar[str] = "offers.grant_in_force"
    until: datetime | None


@frozen
class CourseNotGranted:
    """The grant has no access to this course that could be extended (O4)."""

    code: ClassVar[str] = "offers.course_not_granted"
    course: CourseId


@frozen
class ExtensionOver:
    """Access would be extended until a time that is over already (O4)."""

    code: ClassVar[str] = "offers.extension_over"
    until: datetime


@frozen
class NothingLonger:
    """All that would be extended lasts longer already: an extension takes nothing away (O4)."""

    code: ClassVar[str] = "offers.nothing_longer"
    until: datetime


OfferRefusal: TypeAlias = (
    OfferEmpty
    | PriceNeeded
    | OfferNotForSale
    | OfferPriceChanged
    | OfferOver
    | OtherOffer
    | OtherPerson
    | GrantIs
    | GrantInForce
    | CourseNotGranted
    | ExtensionOver
    | NothingLonger
)
