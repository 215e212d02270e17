"""To which partners a course is offered, and for how many credits an enrolment is had.

Vocabulary. An *offering* is of one course: to all partners at the *general* price, or to the selected ones, each at its
*personal* price where one is set. A course that a whitelabel partner made is its *own*.

Invariants. An enrolment costs the personal price where one is set, 0 included, else the general one; offered to all, a
course has the general price for all; a partner's own course costs it nothing, and is nobody else's (W1, W3).

What the host must guarantee: nothing here knows of participants. A partner that is deselected keeps those it has, and
what their enrolments cost (W3).
"""

from collections.abc import Collection, Mapping
from typing import ClassVar, Final, Self, TypeAlias, assert_never

from attrs import evolve, field, frozen

from lara_core.kernel.credits import Credits, any_credits
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.ids import CourseId, PartnerId
from lara_core.kernel.validators import checked, switch

FREE: Final = Credits(0)


def _prices(field: str, value: Mapping[PartnerId, Credits | None]) -> None:
    for price in value.values():
        if price is not None:
            _ = any_credits(field, price)


# --- Events --------------------------------------------------------------------------------


@frozen
class CourseOffered:
    """A course of the organisation has a general *price*: for all partners, or for those in *personal*.

    *personal* has the partners that are selected, each with a price of its own or `None`.
    """

    course: CourseId
    price: Credits = field(validator=checked(any_credits))
    to_all: bool = field(validator=checked(switch))
    personal: Mapping[PartnerId, Credits | None] = field(validator=checked(_prices))
    act: Act


@frozen
class OwnCourseCreated:
    """A whitelabel partner made a course of its own."""

    course: CourseId
    owner: PartnerId
    act: Act


@frozen
class CoursePriced:
    """The general price of an enrolment is *price* from now on."""

    price: Credits = field(validator=checked(any_credits))
    act: Act


@frozen
class OfferedToAll:
    """The course is offered to all partners at the general price."""

    act: Act


@frozen
class OfferedToSelected:
    """The course is offered to the selected partners alone."""

    act: Act


@frozen
class PartnersSelected:
    """Partners are selected, each with a price of its own or, with `None`, at the general one."""

    personal: Mapping[PartnerId, Credits | None] = field(validator=checked(_prices))
    act: Act


@frozen
class PartnersDeselected:
    """*partners* are selected no more. Their participants stay."""

    partners: tuple[PartnerId, ...]
    act: Act


OfferingChange: TypeAlias = CoursePriced | OfferedToAll | OfferedToSelected | PartnersSelected | PartnersDeselected
OfferingEvent: TypeAlias = CourseOffered | OwnCourseCreated | OfferingChange


# --- Refusals ------------------------------------------------------------------------------------------


@frozen
class OwnCourse:
    """The course is a partner's own: nobody else is offered it, and it has no price (W1)."""

    code: ClassVar[str] = "offerings.own_course"
    course: CourseId


@frozen
class NotOffered:
    """The course is not offered to the partner, who neither sees it nor enrols in it (W3)."""

    code: ClassVar[str] = "offerings.not_offered"
    course: CourseId


@frozen
class PriceChanged:
    """An enrolment costs something else than what was shown (W3)."""

    code: ClassVar[str] = "offerings.price_changed"
    shown: Credits
    now: Credits


OfferingRefusal: TypeAlias = OwnCourse | NotOffered | PriceChanged


# --- The offering -----------------------------------------------------------------------------------------


@frozen
class Offering:
    """To which partners a course is offered, and what an enrolment costs them (W3).

    *personal* has the selected partners; `None` there is no price of their own, and 0 is one. While the course is
    offered *to_all* it counts for nothing. With *owner* it is that partner's own course.
    """

    id: CourseId
    version: int
    owner: PartnerId | None
    price: Credits
    to_all: bool
    personal: Mapping[PartnerId, Credits | None]

    @classmethod
    def offer(
        cls,
        act: Act,
        course: CourseId,
        price: Credits,
        *,
        to_all: bool = False,
        personal: Mapping[PartnerId, Credits | None] | None = None,
    ) -> "OfferingDecision":
        """Offer a course of the organisation at a general *price* to all partners, or to those in *personal*."""
        event = CourseOffered(course, price, to_all, dict(personal or {}), act)
        return Decision(cls.begin(event), (event,))

    def set_price(self, act: Act, price: Credits) -> "OfferingDecision":
        """Change the general price. Who is enrolled has paid what they paid. Refused: `OwnCourse`."""
        self._organisations()
        if any_credits("price", price) == self.price:
            return Decision(self)
        return self._decide(CoursePriced(price, act))

    def offer_to_all(self, act: Act) -> "OfferingDecision":
        """Offer the course to all partners. Who was selected, and at which price, is kept. Refused: `OwnCourse`."""
        self._organisations()
        return Decision(self) if self.to_all else self._decide(OfferedToAll(act))

    def offer_to_selected(self, act: Act) -> "OfferingDecision":
        """Offer the course to the selected partners alone, at their prices. Refused: `OwnCourse`."""
        self._organisations()
        return self._decide(OfferedToSelected(act)) if self.to_all else Decision(self)

    def select(self, act: Act, personal: Mapping[PartnerId, Credits | None]) -> "OfferingDecision":
        """Select partners, each with a price of its own or `None`; one selected before has this price now.

        Harmless where nothing changes. Refused: `OwnCourse`.
        """
        self._organisations()
        _prices("personal", personal)
        new = {
            partner: personal[partner]
            for partner in sorted(personal)
            if partner not in self.personal or self.personal[partner] != personal[partner]
        }
        return self._decide(PartnersSelected(new, act)) if new else Decision(self)

    def deselect(self, act: Act, partners: Collection[PartnerId]) -> "OfferingDecision":
        """Select *partners* no more: no new enrolments, but those there are stay. Harmless where none was selected.

        Refused: `OwnCourse`.
        """
        self._organisations()
        gone = tuple(partner for partner in sorted(self.personal) if partner in partners)
        return self._decide(PartnersDeselected(gone, act)) if gone else Decision(self)

    def offered_to(self, partner: PartnerId) -> bool:
        """Whether *partner* sees the course and may enrol in it (W3)."""
        return self.to_all or partner in self.personal or partner == self.owner

    def price_for(self, partner: PartnerId) -> Credits:
        """What an enrolment costs *partner* now (W3). Refused: `NotOffered`."""
        if not self.offered_to(partner):
            raise Refused(NotOffered(self.id))
        own = None if self.to_all else self.personal.get(partner)
        return self.price if own is None else own

    def agreed(self, partner: PartnerId, shown: Credits) -> Credits:
        """The price that *partner* was *shown*, where it is the one now (W3). Refused: `NotOffered`, `PriceChanged`."""
        now = self.price_for(partner)
        if any_credits("shown", shown) != now:
            raise Refused(PriceChanged(shown, now))
        return now

    @classmethod
    def begin(cls, event: CourseOffered | OwnCourseCreated) -> Self:
        """The first state."""
        match event:
            case CourseOffered(course, price, to_all, personal):
                return cls(course, 1, None, price, to_all, personal)
            case OwnCourseCreated(course, owner):
                return cls(course, 1, owner, FREE, False, {})
            case _:
                assert_never(event)

    def apply(self, event: OfferingChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case CoursePriced(price):
                return evolve(self, version=version, price=price)
            case OfferedToAll():
                return evolve(self, version=version, to_all=True)
            case OfferedToSelected():
                return evolve(self, version=version, to_all=False)
            case PartnersSelected(personal):
                return evolve(self, version=version, personal={**self.personal, **personal})
            case PartnersDeselected(partners):
                left = {partner: price for partner, price in self.personal.items() if partner not in partners}
                return evolve(self, version=version, personal=left)
            case _:
                assert_never(event)

    def _decide(self, event: OfferingChange) -> "OfferingDecision":
        return Decision(self.apply(event), (event,))

    def _organisations(self) -> None:
        if self.owner is not None:
            raise Refused(OwnCourse(self.id))


OfferingDecision: TypeAlias = Decision[Offering, OfferingEvent]
