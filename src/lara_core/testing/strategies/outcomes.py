"""States, events, receipts and notices, each as a history led to it. Part of `lara_core.testing.strategies`."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias, TypeVar, cast, get_args

from attrs import frozen
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.cart import Attempt, Basket, BasketPaid, Cart, CartEvent, ChargingStarted
from lara_core.confirmation import Confirmation, ConfirmationEvent
from lara_core.documents import Numbering, NumberingEvent
from lara_core.kernel.decisions import Aggregate, Decision, Event, Refused
from lara_core.kernel.ids import ActorId, EnrolmentId, PartnerId
from lara_core.kernel.receipts import Receipt
from lara_core.offerings import Offering, OfferingEvent
from lara_core.offers import Grant as OfferGrant
from lara_core.offers import GrantEvent, Offer, OfferEvent
from lara_core.participants import Enrolment, EnrolmentEvent, EnrolmentRequested, ParticipantEnrolled
from lara_core.partners import Partner, PartnerEvent
from lara_core.promotions import CodeEvent, PromotionCode
from lara_core.providers import (
    Arrangement,
    ArrangementEvent,
    Provider,
    ProviderEvent,
    Training,
    TrainingEvent,
)
from lara_core.refunds import Charge, ChargeEvent, Refund, SeatMoney, SeatsSettled
from lara_core.registrations import Registered, Registration, RegistrationCancelled, RegistrationEvent
from lara_core.rights import Grants, GrantsEvent
from lara_core.schedules import Schedule, ScheduleEvent
from lara_core.seats import SeatEvent, SeatPool
from lara_core.sessions import PlacesOffered, Session, SessionEvent
from lara_core.spending import SpendingEvent, SpendingLimit
from lara_core.telling.notices import Notice, of_refusal
from lara_core.telling.notices import notices as notices_of
from lara_core.testing.strategies.happening import events_in
from lara_core.testing.strategies.of_access import (
    offer_grant_histories,
    offer_grant_histories_with,
    offer_histories,
    offer_histories_with,
)
from lara_core.testing.strategies.of_charges import charge_histories, charge_histories_with
from lara_core.testing.strategies.of_dates import (
    confirmation_histories,
    confirmation_histories_with,
    schedule_histories,
    schedule_histories_with,
)
from lara_core.testing.strategies.of_partners import (
    enrolment_histories,
    offering_histories,
    offering_histories_with,
    partner_histories,
    partner_histories_with,
)
from lara_core.testing.strategies.of_pools import pool_histories, pool_histories_with
from lara_core.testing.strategies.of_rights import grants_histories, grants_histories_with
from lara_core.testing.strategies.of_selling import (
    arrangement_histories,
    arrangement_histories_with,
    cart_histories,
    cart_histories_with,
    code_histories,
    code_histories_with,
    numbering_histories,
    provider_histories,
    provider_histories_with,
    training_histories,
)
from lara_core.testing.strategies.of_sessions import registration_histories, session_histories, session_histories_with
from lara_core.testing.strategies.of_wallets import (
    limit_histories,
    limit_histories_with,
    wallet_histories,
    wallet_histories_with,
)
from lara_core.testing.strategies.values import actors, acts, credit_amounts, instants
from lara_core.wallet import CreditsDebited, Wallet, WalletEvent

E = TypeVar("E", bound=Event)

Histories: TypeAlias = SearchStrategy[tuple[Decision[Aggregate, Event], ...]]


def sessions() -> SearchStrategy[Session]:
    """Sessions that real commands reached."""
    return session_histories().map(lambda history: history[-1].state)


def seat_pools() -> SearchStrategy[SeatPool]:
    """Seat pools that real commands reached."""
    return pool_histories().map(lambda history: history[-1].state)


def charges() -> SearchStrategy[Charge]:
    """Charges that real commands reached."""
    return charge_histories().map(lambda history: history[-1].state)


def refunds() -> SearchStrategy[Refund]:
    """Refunds of such charges, in each state."""
    made = charge_histories(tries=6).map(lambda history: [*history[-1].state.refunds.values()])
    return made.filter(bool).flatmap(st.sampled_from)


def seat_money() -> SearchStrategy[SeatMoney]:
    """Where the money of a seat is, in such charges."""
    settled = charge_histories_with(3, SeatsSettled).map(
        lambda history: [money for seats in history[-1].state.seats.values() for money in seats.values()]
    )
    return settled.filter(bool).flatmap(st.sampled_from)


def registrations() -> SearchStrategy[Registration]:
    """Registrations that real commands reached."""
    return registration_histories().map(lambda history: history[-1].state)


def grants() -> SearchStrategy[Grants]:
    """What actors hold, as real commands led to it."""
    return grants_histories().map(lambda history: history[-1].state)


def partners() -> SearchStrategy[Partner]:
    """Partners that real commands reached."""
    return partner_histories().map(lambda history: history[-1].state)


def offerings() -> SearchStrategy[Offering]:
    """Courses as real commands offered them."""
    return offering_histories().map(lambda history: history[-1].state)


def wallets() -> SearchStrategy[Wallet]:
    """Wallets that real commands reached."""
    return wallet_histories().map(lambda history: history[-1].state)


def limits() -> SearchStrategy[SpendingLimit]:
    """Spending limits that real commands reached."""
    return limit_histories().map(lambda history: history[-1].state)


def enrolments() -> SearchStrategy[Enrolment]:
    """Enrolments that real commands reached."""
    return enrolment_histories().map(lambda history: history[-1].state)


def providers() -> SearchStrategy[Provider]:
    """Providers that real commands reached."""
    return provider_histories().map(lambda history: history[-1].state)


def arrangements() -> SearchStrategy[Arrangement]:
    """Who sells for whom, as real commands led to it."""
    return arrangement_histories().map(lambda history: history[-1].state)


def trainings() -> SearchStrategy[Training]:
    """Trainings that real commands reached."""
    return training_histories().map(lambda history: history[-1].state)


def carts() -> SearchStrategy[Cart]:
    """Carts that real commands reached."""
    return cart_histories().map(lambda history: history[-1].state)


def baskets() -> SearchStrategy[Basket]:
    """Baskets of such carts."""
    split = cart_histories_with(4, None).map(lambda history: _split(history[-1].state))
    return split.filter(bool).flatmap(st.sampled_from)


def _split(cart: Cart) -> Sequence[Basket]:
    return cart.split({line.provider for line in cart.lines})


def attempts() -> SearchStrategy[Attempt]:
    """Attempts to pay them, in each state."""
    made = cart_histories_with(6, ChargingStarted).map(lambda history: history[-1].state.attempts)
    return made.filter(bool).flatmap(st.sampled_from)


def promotion_codes() -> SearchStrategy[PromotionCode]:
    """Promotion codes that real commands reached."""
    return code_histories().map(lambda history: history[-1].state)


def numberings() -> SearchStrategy[Numbering]:
    """Series of documents that real commands reached."""
    return numbering_histories().map(lambda history: history[-1].state)


def offers() -> SearchStrategy[Offer]:
    """Offers that real commands reached."""
    return offer_histories().map(lambda history: history[-1].state)


def offer_grants() -> SearchStrategy[OfferGrant]:
    """Grants of offers that real commands reached."""
    return offer_grant_histories().map(lambda history: history[-1].state)


def schedules() -> SearchStrategy[Schedule]:
    """Schedules that real commands reached."""
    return schedule_histories().map(lambda history: history[-1].state)


def confirmations() -> SearchStrategy[Confirmation]:
    """What clients say to dates, as real commands led to it."""
    return confirmation_histories().map(lambda history: history[-1].state)


def session_events() -> SearchStrategy[SessionEvent]:
    """Events of sessions, each as it happened in a history."""
    return session_histories().flatmap(lambda history: st.sampled_from(events_in(history)))


def seat_events() -> SearchStrategy[SeatEvent]:
    """Events of seat pools, each as it happened in a history."""
    return pool_histories().flatmap(lambda history: st.sampled_from(events_in(history)))


def charge_events() -> SearchStrategy[ChargeEvent]:
    """Events of charges, each as it happened in a history."""
    return charge_histories().flatmap(lambda history: st.sampled_from(events_in(history)))


def registration_events() -> SearchStrategy[RegistrationEvent]:
    """Events of registrations, each as it happened in a history."""
    return registration_histories().flatmap(lambda history: st.sampled_from(events_in(history)))


def _of_registration(kind: type[Event]) -> Histories:
    # Approving and refusing answer a request.
    return registration_histories(approval=None if kind is RegistrationCancelled else kind is not Registered)


def _of_enrolment(kind: type[Event]) -> Histories:
    asked = True if kind is EnrolmentRequested else None
    return enrolment_histories(asked=False if kind is ParticipantEnrolled else asked)


# How a history is told in which an event of some kind is likely, by the union that the kind is of.
_TOLD: Final[Mapping[object, Callable[[type[Event]], Histories]]] = {
    SessionEvent: partial(session_histories_with, 6),
    SeatEvent: partial(pool_histories_with, 6),
    ChargeEvent: partial(charge_histories_with, 6),
    RegistrationEvent: _of_registration,
    GrantsEvent: partial(grants_histories_with, 6),
    PartnerEvent: partial(partner_histories_with, 6),
    OfferingEvent: partial(offering_histories_with, 6),
    WalletEvent: partial(wallet_histories_with, 6),
    SpendingEvent: partial(limit_histories_with, 6),
    EnrolmentEvent: _of_enrolment,
    ScheduleEvent: partial(schedule_histories_with, 4),
    ConfirmationEvent: partial(confirmation_histories_with, 6),
    OfferEvent: partial(offer_histories_with, 6),
    GrantEvent: partial(offer_grant_histories_with, 6),
    ProviderEvent: partial(provider_histories_with, 6),
    ArrangementEvent: partial(arrangement_histories_with, 6),
    TrainingEvent: lambda _: training_histories(tries=6),
    CartEvent: partial(cart_histories_with, 6),
    CodeEvent: partial(code_histories_with, 6),
    NumberingEvent: lambda _: numbering_histories(tries=6),
}


def events_of(kind: type[E]) -> SearchStrategy[E]:
    """Events of one kind, as `events_of(SeatRevoked)`, each as it happened in a history."""
    for union, tell in _TOLD.items():
        if kind in get_args(union):
            histories = tell(kind)
            break
    else:
        raise TypeError(f"{kind.__name__} is no event")

    def of_kind(history: Sequence[Decision[object, Event]]) -> Sequence[E]:
        return cast("list[E]", [event for event in events_in(history) if isinstance(event, kind)])

    return histories.map(of_kind).filter(bool).flatmap(st.sampled_from)


@st.composite
def receipts(draw: DrawFn) -> Receipt:
    """Receipts of single decisions, each as it was in a history."""
    histories: Sequence[Histories] = (
        session_histories(),
        pool_histories(),
        charge_histories(),
        registration_histories(),
        grants_histories(),
        partner_histories(),
        offering_histories(),
        wallet_histories(),
        limit_histories(),
        enrolment_histories(),
        schedule_histories(),
        confirmation_histories(),
        offer_histories(),
        offer_grant_histories(),
        provider_histories(),
        arrangement_histories(),
        training_histories(),
        cart_histories(),
        code_histories(),
        numbering_histories(),
    )
    decision = draw(st.one_of(histories).flatmap(st.sampled_from))
    return Receipt.of(decision.events[0].act, (decision,))


@frozen
class _Staff:
    """Who is told what no event names anybody for."""

    organisation: ActorId
    told: tuple[ActorId, ...]

    def administrators(self, partner: PartnerId) -> tuple[ActorId, ...]:  # noqa: ARG002 -- they run every partner
        return self.told


_STAFF: Final = st.builds(_Staff, actors(), st.lists(actors(), min_size=1, max_size=2, unique=True).map(tuple))


@st.composite
def notices(draw: DrawFn) -> Notice:
    """Notices of what happened to pools, charges, registrations, wallets, enrolments and baskets.

    Some are to those who wait, some to clients, of dates; some are of a refusal, for lack of credits.
    """
    histories: Sequence[Histories] = (
        pool_histories(),
        charge_histories(tries=3),
        registration_histories(),
        session_histories_with(6, PlacesOffered),
        enrolment_histories(),
        wallet_histories_with(6, CreditsDebited),
        confirmation_histories(tries=3),
        offer_grant_histories(),
        cart_histories_with(6, BasketPaid),
    )
    staff = draw(_STAFF)
    history = draw(st.one_of(histories))
    told = [each for decision in history for each in notices_of(decision, audience=staff)]
    last = history[-1].state
    if isinstance(last, Wallet):
        told += _of_lacking(draw, last, staff)
    _ = assume(told)
    return draw(st.sampled_from(told))


def _of_lacking(draw: DrawFn, wallet: Wallet, staff: _Staff) -> Sequence[Notice]:
    """What is told where somebody is to be enrolled whom the wallet does not suffice for."""
    try:
        _ = wallet.debit(draw(acts(instants())), draw(credit_amounts(least=1)), EnrolmentId("somebody"))
    except Refused as refused:
        return of_refusal(refused.refusal, audience=staff)
    return ()
