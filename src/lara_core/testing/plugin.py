"""Tells Hypothesis of the strategies, so that `from_type(SeatPool)` works wherever this library is installed.

Hypothesis calls `register` through an entry point, when it is imported. That is in every test run of every host, so
nothing is made before it is asked for.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final, get_args

from lara_core.access import CourseFacts, Enrolled, Granted
from lara_core.cart import Attempt, Basket, Cart, Line, Tax
from lara_core.confirmation import Attachment, Confirmation, Message, Proposal
from lara_core.documents import Numbering
from lara_core.formats.names import AnyEvent
from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline, LocalDay, Zone
from lara_core.kernel.decisions import Act
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.ids import (
    AccountId,
    ActorId,
    CartId,
    ClientId,
    CodeId,
    ConfirmationId,
    ConnectorId,
    CourseId,
    DateNo,
    EnrolmentId,
    EventId,
    GrantId,
    HoldId,
    Key,
    LessonId,
    LimitId,
    LineId,
    MerchantAccountId,
    OfferId,
    OrganisationId,
    PartnerId,
    PoolId,
    PortalId,
    ProgrammeId,
    ProposalId,
    ProviderId,
    RefundId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.kernel.receipts import Receipt
from lara_core.offerings import Offering
from lara_core.offers import (
    AccessMessage,
    AccessTerms,
    Duration,
    Moment,
    Offer,
    OfferTerms,
    Product,
    Purchase,
    Window,
)
from lara_core.offers import Grant as OfferGrant
from lara_core.participants import Enrolment
from lara_core.partners import Branding, Partner
from lara_core.promotions import Discount, PromotionCode
from lara_core.promotions import Window as CodeWindow
from lara_core.providers import Arrangement, MerchantAccount, Period, Provider, Sellers, Training
from lara_core.refunds import Charge, Override, Refund, RefundTerms, SeatMoney
from lara_core.registrations import Registration, Sale
from lara_core.rights import Grant, Grants, Place, Role, Scope
from lara_core.schedules import Recurrence, Schedule, SessionDate
from lara_core.seats import Invitation, Policy, SeatPool
from lara_core.sessions import Hold, Session, WaitingList
from lara_core.spending import SpendingLimit
from lara_core.telling.notices import Notice
from lara_core.wallet import Entry, Wallet

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

# By name, and looked up when they are asked for: whoever imports the strategies first imports Hypothesis with them, and
# Hypothesis this module, before there are any. For the same reason Hypothesis is not imported up here.
OF_KIND: Final[Mapping[type, str]] = {
    **dict.fromkeys((AccountId, ActorId, HoldId, Key, PoolId, PortalId), "ids"),
    **dict.fromkeys((ProviderId, RefundId, RegistrationId, SessionId, TransactionId), "ids"),
    **dict.fromkeys((ClientId, CourseId, EnrolmentId, LimitId, PartnerId), "ids"),
    **dict.fromkeys((CartId, CodeId, ConnectorId, EventId, LineId), "ids"),
    **dict.fromkeys((MerchantAccountId, OrganisationId, ProgrammeId), "ids"),
    **dict.fromkeys((GrantId, LessonId, OfferId), "ids"),
    **dict.fromkeys((ConfirmationId, ProposalId), "ids"),
    **dict.fromkeys(get_args(AnyEvent), "events_of"),
}
MADE: Final[Mapping[type, str]] = {
    SeatNo: "seat_numbers",
    Currency: "currencies",
    Money: "money",
    EmailAddress: "addresses",
    Person: "people",
    Zone: "zones",
    LocalDay: "local_days",
    Deadline: "deadlines",
    Act: "acts",
    Erasure: "erasures",
    Policy: "policies",
    Invitation: "invitations",
    WaitingList: "waiting_lists",
    Hold: "holds",
    Session: "sessions",
    SeatPool: "seat_pools",
    RefundTerms: "terms",
    Override: "overrides",
    SeatMoney: "seat_money",
    Refund: "refunds",
    Charge: "charges",
    Registration: "registrations",
    Sale: "sales",
    Credits: "credit_amounts",
    Grant: "single_grants",
    Scope: "scopes",
    Place: "places",
    Role: "roles",
    Grants: "grants",
    Branding: "brandings",
    Partner: "partners",
    Offering: "offerings",
    Wallet: "wallets",
    Entry: "wallet_entries",
    SpendingLimit: "limits",
    Enrolment: "enrolments",
    MerchantAccount: "merchant_accounts",
    Provider: "providers",
    Sellers: "sellers",
    Period: "selling_periods",
    Arrangement: "arrangements",
    Training: "trainings",
    Tax: "taxes",
    Line: "lines",
    Basket: "baskets",
    Attempt: "attempts",
    Cart: "carts",
    Discount: "discounts",
    CodeWindow: "code_windows",
    PromotionCode: "promotion_codes",
    Numbering: "numberings",
    DateNo: "date_numbers",
    SessionDate: "session_dates",
    Recurrence: "recurrences",
    Schedule: "schedules",
    Attachment: "attachments",
    Message: "messages",
    Proposal: "proposals",
    Confirmation: "confirmations",
    Moment: "moments",
    Duration: "durations",
    Window: "windows",
    AccessTerms: "access_terms",
    Product: "products",
    AccessMessage: "access_messages",
    OfferTerms: "offer_terms",
    Purchase: "purchases",
    Offer: "offers",
    OfferGrant: "offer_grants",
    CourseFacts: "course_facts",
    Granted: "entitled_by_grants",
    Enrolled: "seats_of_courses",
    Receipt: "receipts",
    Notice: "notices",
}


def register() -> None:
    """Register a strategy for each public type. Types that are not here are made by Hypothesis of those that are."""
    from hypothesis import strategies as st

    for value in (*OF_KIND, *MADE):
        st.register_type_strategy(value, _strategy)


def _strategy(kind: type) -> "SearchStrategy[object]":
    strategies = import_module("lara_core.testing.strategies")
    strategy: SearchStrategy[object] = (
        getattr(strategies, OF_KIND[kind])(kind) if kind in OF_KIND else getattr(strategies, MADE[kind])()
    )
    return strategy
