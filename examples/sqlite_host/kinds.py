"""The kinds of aggregate that are kept, each under a name of its own: what its state is, and what its events are."""

from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar, get_args

from attrs import frozen

from lara_core.cart import Cart, CartEvent
from lara_core.confirmation import Confirmation, ConfirmationEvent
from lara_core.documents import Numbering, NumberingEvent
from lara_core.formats import json
from lara_core.kernel.decisions import Aggregate, Event
from lara_core.offerings import Offering, OfferingEvent
from lara_core.offers import Grant, GrantEvent, Offer, OfferEvent
from lara_core.participants import Enrolment, EnrolmentEvent
from lara_core.partners import Partner, PartnerEvent
from lara_core.promotions import CodeEvent, PromotionCode
from lara_core.providers import Arrangement, ArrangementEvent, Provider, ProviderEvent, Training, TrainingEvent
from lara_core.refunds import Charge, ChargeEvent
from lara_core.registrations import Registration, RegistrationEvent
from lara_core.rights import Grants, GrantsEvent
from lara_core.schedules import Schedule, ScheduleEvent
from lara_core.seats import SeatEvent, SeatPool
from lara_core.sessions import Session, SessionEvent
from lara_core.spending import SpendingEvent, SpendingLimit
from lara_core.wallet import Wallet, WalletEvent

S = TypeVar("S", bound=Aggregate)
E = TypeVar("E", bound=Event)


@frozen
class Kind(Generic[S, E]):
    """A kind of aggregate: its *name* in the tables, the class of its *state*, and what an *event* of it may be."""

    name: str
    state: type[S]
    event: json.Kind[E]

    def has(self, event: Event) -> bool:
        """Whether something like *event* happens to aggregates of this kind."""
        return isinstance(event, get_args(self.event.of))


SESSION: Final = Kind[Session, SessionEvent]("session", Session, json.SESSION_EVENT)
POOL: Final = Kind[SeatPool, SeatEvent]("pool", SeatPool, json.SEAT_EVENT)
CHARGE: Final = Kind[Charge, ChargeEvent]("charge", Charge, json.CHARGE_EVENT)
REGISTRATION: Final = Kind[Registration, RegistrationEvent]("registration", Registration, json.REGISTRATION_EVENT)
GRANTS: Final = Kind[Grants, GrantsEvent]("grants", Grants, json.GRANTS_EVENT)
PARTNER: Final = Kind[Partner, PartnerEvent]("partner", Partner, json.PARTNER_EVENT)
OFFERING: Final = Kind[Offering, OfferingEvent]("offering", Offering, json.OFFERING_EVENT)
WALLET: Final = Kind[Wallet, WalletEvent]("wallet", Wallet, json.WALLET_EVENT)
LIMIT: Final = Kind[SpendingLimit, SpendingEvent]("limit", SpendingLimit, json.SPENDING_EVENT)
ENROLMENT: Final = Kind[Enrolment, EnrolmentEvent]("enrolment", Enrolment, json.ENROLMENT_EVENT)
PROVIDER: Final = Kind[Provider, ProviderEvent]("provider", Provider, json.PROVIDER_EVENT)
ARRANGEMENT: Final = Kind[Arrangement, ArrangementEvent]("arrangement", Arrangement, json.ARRANGEMENT_EVENT)
TRAINING: Final = Kind[Training, TrainingEvent]("training", Training, json.TRAINING_EVENT)
CART: Final = Kind[Cart, CartEvent]("cart", Cart, json.CART_EVENT)
CODE: Final = Kind[PromotionCode, CodeEvent]("code", PromotionCode, json.CODE_EVENT)
NUMBERING: Final = Kind[Numbering, NumberingEvent]("numbering", Numbering, json.NUMBERING_EVENT)
SCHEDULE: Final = Kind[Schedule, ScheduleEvent]("schedule", Schedule, json.SCHEDULE_EVENT)
CONFIRMATION: Final = Kind[Confirmation, ConfirmationEvent]("confirmation", Confirmation, json.CONFIRMATION_EVENT)
OFFER: Final = Kind[Offer, OfferEvent]("offer", Offer, json.OFFER_EVENT)
OFFER_GRANT: Final = Kind[Grant, GrantEvent]("offer_grant", Grant, json.GRANT_EVENT)

# All but pools are documents.
KINDS: Final[Sequence[Kind[Any, Any]]] = (
    SESSION,
    POOL,
    CHARGE,
    REGISTRATION,
    GRANTS,
    PARTNER,
    OFFERING,
    WALLET,
    LIMIT,
    ENROLMENT,
    PROVIDER,
    ARRANGEMENT,
    TRAINING,
    CART,
    CODE,
    NUMBERING,
    SCHEDULE,
    CONFIRMATION,
    OFFER,
    OFFER_GRANT,
)


def named(name: str) -> Kind[Any, Any]:
    """The kind of that name in the tables."""
    return next(kind for kind in KINDS if kind.name == name)
