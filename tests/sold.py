"""A cart of a manager's and a grant of Ann's, what becomes of both, and who hears of it."""

from collections.abc import Collection, Container
from typing import Any, Final

from attrs import frozen

from lara_core.cart import Cart, CartDecision, Line, Method
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.ids import ActorId, CartId, CourseId, GrantId, LineId, OfferId, PartnerId, ProviderId, SessionId
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import Person
from lara_core.offers import AccessMessage, AccessTerms, Grant, GrantDecision, Offer, OfferTerms, Product
from lara_core.refunds import RefundTerms
from lara_core.telling.notices import Notice, Setting, notices
from tests.builders import ANN, FREELY, PRICE, act

CAD: Final = Currency("CAD")
CART, MAIN, PLAN = CartId("cart"), ProviderId("main"), OfferId("plan")
MANAGER, ORGANISATION = ActorId("manager"), ActorId("organisation")
EXCEL, WORD = CourseId("excel"), CourseId("word")
AT_ONCE: Final = AccessTerms()


@frozen
class Staff:
    """The organisation, and no partner's administrators."""

    organisation: ActorId = ORGANISATION

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """Nobody."""
        return ()


STAFF: Final = Staff()


def heard(decision: Decision[Aggregate, Event], *, silenced: Container[Setting] = ()) -> tuple[Notice, ...]:
    """Who is told of a decision."""
    return notices(decision, audience=STAFF, silenced=silenced)


def line(name: str = "a", unit: Money = PRICE, *, provider: ProviderId = MAIN, **given: Any) -> Line:
    """One seat in a session."""
    return Line(LineId(name), provider, (SessionId("excel"),), unit, **given)


def cart(*lines: Line, buyer: ActorId = MANAGER) -> Cart:
    """A cart with *lines*, or with one; each is an event after the first."""
    opened = Cart.open(act(), CART, buyer=buyer).state
    for each in lines or (line(),):
        opened = opened.add(act(), each).state
    return opened


def free_terms(currency: Currency) -> RefundTerms:
    """All goes back."""
    nothing = Money.zero(currency)
    return RefundTerms("0", nothing, nothing)


def charged(of: Cart, provider: ProviderId = MAIN, currency: Currency = CAD, **given: Any) -> CartDecision:
    """A basket is being paid, through the gateway unless told otherwise."""
    usual: dict[str, Any] = {
        "transaction": f"order-{provider}-{currency}",
        "method": Method.GATEWAY,
        "terms": free_terms(currency),
        "policy": FREELY,
        **given,
    }
    return of.charge(act(), provider, currency, **usual)


def bought_for_nothing(of: Cart, **given: Any) -> CartDecision:
    """A basket that costs nothing is bought."""
    usual: dict[str, Any] = {"transaction": "order", "terms": free_terms(CAD), "policy": FREELY, **given}
    return of.pay_nothing(act(), MAIN, CAD, **usual)


def offer(message: AccessMessage | None = None, **access: AccessTerms) -> Offer:
    """An offer of courses by name, or of one that is open at once and for ever; it is published."""
    products = {CourseId(name): Product(each) for name, each in (access or {"excel": AT_ONCE}).items()}
    terms = OfferTerms("Excel, spring", products, PRICE, message or AccessMessage())
    return Offer.draft(act(), PLAN, terms).state.publish(act()).state


def given(of: Offer | None = None, person: Person = ANN, *, known: Grant | None = None) -> GrantDecision:
    """Access by an offer is granted."""
    return Grant.give(act(), GrantId("grant"), of or offer(), person, known=known, published=(EXCEL, WORD))
