"""What is written can be read for good, by its name; and nothing else is read (JSON)."""

import json as standard
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from types import NoneType
from typing import Any, Final, TypeAlias, TypeVar, get_args
from zoneinfo import ZoneInfo

import pytest
from attrs import fields, frozen
from hypothesis import given
from hypothesis import strategies as st

from lara_core.access import AccessRefusal, Open, Opening
from lara_core.cart import Cart, CartEvent, CartRefusal
from lara_core.checkout import CheckoutRefusal
from lara_core.confirmation import (
    Answered,
    ClientAnswer,
    Confirmation,
    ConfirmationEvent,
    ConfirmationPolicy,
    ConfirmationRefusal,
    ConfirmationState,
    Message,
    Missing,
    Proposal,
    Validation,
)
from lara_core.documents import Numbering, NumberingEvent, NumberingRefusal
from lara_core.enrolment import EnrolmentRefusal
from lara_core.formats import json
from lara_core.formats.names import NAMES, AnyEvent, AnyRefusal
from lara_core.hosting.once import fingerprint
from lara_core.kernel.credits import MOST_CREDITS, Credits
from lara_core.kernel.deadlines import Deadline, LocalDay, Zone
from lara_core.kernel.decisions import Act, Decision, Event, Refusal
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import (
    AccountId,
    ActorId,
    CartId,
    ClientId,
    ConfirmationId,
    CourseId,
    DateNo,
    EnrolmentId,
    HoldId,
    Key,
    LimitId,
    OfferId,
    PartnerId,
    PoolId,
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
from lara_core.kernel.receipts import Receipt, Written
from lara_core.offerings import Offering, OfferingEvent, OfferingRefusal
from lara_core.offers import AccessMessage, Duration, GrantEvent, Moment, Offer, OfferEvent, OfferRefusal
from lara_core.offers import Grant as OfferGrant
from lara_core.participants import Enrolment, EnrolmentEvent, EnrolmentState, ParticipantRefusal
from lara_core.partners import Branding, Partner, PartnerEvent, PartnerKind, PartnerRefusal
from lara_core.promotions import CodeEvent, CodeRefusal, PromotionCode
from lara_core.providers import (
    Arrangement,
    ArrangementEvent,
    Provider,
    ProviderEvent,
    ProviderRefusal,
    Training,
    TrainingEvent,
)
from lara_core.purchase import AlreadyCaptured, BulkBuyingOff, BuyerRole, NoSeatNamed, OtherProvider, PurchaseRefusal
from lara_core.refunds import (
    Charge,
    ChargeCaptured,
    ChargeEvent,
    DuesPaid,
    MoneyMoved,
    MoreThanCaptured,
    NoSuchRefund,
    NothingCaptured,
    NothingDue,
    OtherCurrency,
    OtherTransaction,
    Refund,
    RefundFailed,
    RefundIdUsed,
    RefundIs,
    RefundPending,
    RefundRefusal,
    RefundRetried,
    RefundState,
    RefundSucceeded,
    RefundTerms,
    SeatMoney,
    SeatsReinstated,
    SeatsSettled,
)
from lara_core.registrations import (
    NobodyToRegister,
    Origin,
    Registered,
    RegistrantNeedsAccount,
    RegistrantSits,
    Registration,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationEvent,
    RegistrationIs,
    RegistrationOtherSession,
    RegistrationRefusal,
    RegistrationRefused,
    RegistrationRequested,
    RegistrationSessionCancelled,
    RegistrationSessionOver,
    RegistrationState,
    Sale,
)
from lara_core.replies import RepliesRefusal
from lara_core.rights import MATRIX, Action, Grant, Grants, GrantsEvent, Right, RightsRefusal, Scope
from lara_core.rosters import BadRow, Columns, Outcome, RefusedRow, RosterRefusal
from lara_core.schedules import Schedule, ScheduleEvent, ScheduleRefusal, SessionDate
from lara_core.seats import (
    AccountInvited,
    AccountNeeded,
    AlreadyAccepted,
    AlreadySeated,
    BuyersDoNotCancel,
    Cancelled,
    Cause,
    Invitation,
    InvitationAccepted,
    InvitationCorrected,
    InvitationDead,
    InvitationDeclined,
    InvitationExpired,
    InvitationsExpired,
    InvoiceNotDue,
    InvoicePaid,
    LearnersNeeded,
    LearnerWithdrew,
    Mode,
    ModeOff,
    NamedTwice,
    NewHolderNeeded,
    NobodyToRemind,
    NobodyToSeat,
    NoInvoice,
    NoSuchSeat,
    NotEnoughSeats,
    NothingOverdue,
    NothingToCancel,
    OtherAccount,
    OtherBuyer,
    OtherSession,
    Policy,
    PoolHandedOver,
    ReleaseOff,
    RemindersSent,
    RemindersUsed,
    SameHolder,
    SameSession,
    SeatEvent,
    SeatIs,
    SeatPool,
    SeatReactivated,
    SeatRefusal,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatState,
    SeatTransferred,
    SeatTransferredAway,
    SessionCalledOff,
    SessionEnded,
    SessionStarted,
    WithdrawalOff,
)
from lara_core.sessions import (
    AlreadySitting,
    AlreadyWaiting,
    CapacityBelowUse,
    CapacityChanged,
    FewerTaken,
    Hold,
    HoldAlreadySecured,
    HoldAlreadyThere,
    HoldGone,
    HoldReleased,
    HoldSecured,
    HoldsSwept,
    HoldUnsecured,
    HoldWouldLapse,
    NobodyWaiting,
    NotEnoughPlaces,
    NoWaitingList,
    OfferedToAnother,
    PeopleWaiting,
    PlacesForSale,
    PlacesGivenBack,
    PlacesHeld,
    PlacesOffered,
    PlacesTaken,
    Session,
    SessionCancelled,
    SessionEvent,
    SessionIsCancelled,
    SessionMoved,
    SessionOpened,
    SessionOver,
    SessionRefusal,
    WaitingJoined,
    WaitingLeft,
    WaitingList,
)
from lara_core.spending import SpendingEvent, SpendingHold, SpendingLimit, SpendingRefusal
from lara_core.telling.notices import Notice, Template
from lara_core.testing import strategies
from lara_core.wallet import CreditHold, EntryKind, Wallet, WalletEvent, WalletRefusal
from tests.access_in_json import KEPT as KEPT_OF_ACCESS
from tests.builders import ANN, ANN_TYPED, BEN, DAN, ENDS, NOW, STARTS, TICK, act, flaw
from tests.dates_in_json import KEPT as KEPT_OF_DATES
from tests.dates_in_json import PARTS, TOLD, TOLD_DATA
from tests.partners_in_json import ACT, ANN_DATA, INSTANT, INSTANT_DATA, LATE
from tests.partners_in_json import KEPT as KEPT_OF_PARTNERS
from tests.rosters_in_json import KEPT_OF_ROSTERS
from tests.selling_in_json import KEPT as KEPT_OF_SELLING

T = TypeVar("T")

Data: TypeAlias = Any
"""JSON, as a test takes it apart."""

# --- One of each, as it is kept -------------------------------------------------------------------------------

TEN: Final = {"minor": 1000, "currency": "CAD"}
ANN_TYPED_DATA: Final = {"address": "Ann@EXAMPLE.com", "account": None}
BEN_DATA: Final = {"address": "ben@example.com", "account": "ben"}
DAN_DATA: Final = {"address": "dan@example.com", "account": None}
REVOKED: Final = SeatRevoked(SeatNo(3), ANN, None, None, act())
REVOKED_DATA: Final = {"type": "seats.revoked.v1", "seat": 3, "holder": ANN_DATA, "to": None, "until": None, "act": ACT}
DAY: Final = Deadline.on(date(2027, 3, 28), Zone("Europe/Paris"))
DAY_DATA: Final = {"instant": "2027-03-28T22:00:00+00:00", "day": {"date": "2027-03-28", "zone": "Europe/Paris"}}
PRICE: Final = Money.of("10.00", "CAD")
SALE: Final = Sale(TransactionId("order"), PRICE)
HALF: Final = Money.of("5.00", "CAD")
NOTHING: Final = Money.zero(Currency("CAD"))
HALF_DATA: Final = {"minor": 500, "currency": "CAD"}
NOTHING_DATA: Final = {"minor": 0, "currency": "CAD"}
TERMS: Final = RefundTerms("12.5", HALF, PRICE, 48)
TERMS_DATA: Final = {"percent": "12.5", "per_seat": HALF_DATA, "once": TEN, "hours_before": 48}
POLICY_DATA: Final = {
    "assign_at_purchase": False,
    "modes": ["confirmation", "immediate"],
    "invitation_hours": 168,
    "reminders": 2,
    "withdrawal": False,
    "unassigned_hours": None,
    "buyers_cancel": False,
    "release_unpaid": False,
}
KEPT_MONEY: Final = SeatMoney(PRICE, HALF, HALF, NOTHING, NOTHING)
KEPT_MONEY_DATA: Final = {"paid": TEN, "kept": HALF_DATA, "back": HALF_DATA, "once": NOTHING_DATA, "due": NOTHING_DATA}
DUE: Final = SeatMoney(PRICE, NOTHING, HALF, NOTHING, HALF)
DUE_DATA: Final = {"paid": TEN, "kept": NOTHING_DATA, "back": HALF_DATA, "once": NOTHING_DATA, "due": HALF_DATA}

KEPT: Final[list[tuple[object, Data]]] = [
    (
        Session(
            SessionId("excel"),
            4,
            STARTS,
            ENDS,
            None,
            12,
            {HoldId("h-2"): Hold(2, DAY, secured=True), HoldId("h-1"): Hold(1, INSTANT, DAN)},
            True,
            WaitingList(automatic=True, offer_hours=24),
            (BEN, ANN_TYPED),
        ),
        {
            "type": "sessions.session.v1",
            "id": "excel",
            "version": 4,
            "starts": "2027-03-08T09:00:00+00:00",
            "ends": "2027-03-08T17:00:00+00:00",
            "capacity": None,
            "taken": 12,
            "holds": {
                "h-2": {"places": 2, "until": DAY_DATA, "to": None, "secured": True},
                "h-1": {"places": 1, "until": INSTANT_DATA, "to": DAN_DATA, "secured": False},
            },
            "cancelled": True,
            "waiting_list": {"automatic": True, "offer_hours": 24},
            "queue": [BEN_DATA, ANN_TYPED_DATA],
        },
    ),
    (
        SessionOpened(SessionId("excel"), STARTS, ENDS, 20, WaitingList(), act(NOW + TICK)),
        {
            "type": "sessions.opened.v1",
            "session": "excel",
            "starts": "2027-03-08T09:00:00+00:00",
            "ends": "2027-03-08T17:00:00+00:00",
            "capacity": 20,
            "waiting_list": {"automatic": False, "offer_hours": 48},
            "act": {**ACT, "at": LATE},
        },
    ),
    (
        SessionMoved(STARTS + TICK, ENDS, act()),
        {
            "type": "sessions.moved.v1",
            "starts": "2027-03-08T09:00:00.000001+00:00",
            "ends": "2027-03-08T17:00:00+00:00",
            "act": ACT,
        },
    ),
    (
        CapacityChanged(None, (HoldId("h-1"), HoldId("h-2")), act()),
        {"type": "sessions.capacity_changed.v1", "capacity": None, "lapsed": ["h-1", "h-2"], "act": ACT},
    ),
    (
        PlacesHeld(HoldId("h-1"), 2, DAY, (), act()),
        {"type": "sessions.places_held.v1", "hold": "h-1", "places": 2, "until": DAY_DATA, "lapsed": [], "act": ACT},
    ),
    (HoldSecured(HoldId("h-1"), act()), {"type": "sessions.hold_secured.v1", "hold": "h-1", "act": ACT}),
    (HoldUnsecured(HoldId("h-1"), act()), {"type": "sessions.hold_unsecured.v1", "hold": "h-1", "act": ACT}),
    (HoldReleased(HoldId("h-1"), act()), {"type": "sessions.hold_released.v1", "hold": "h-1", "act": ACT}),
    (
        PlacesTaken(2, HoldId("h-1"), (), act()),
        {"type": "sessions.places_taken.v1", "places": 2, "hold": "h-1", "lapsed": [], "act": ACT},
    ),
    (PlacesGivenBack(2, act()), {"type": "sessions.places_given_back.v1", "places": 2, "act": ACT}),
    (
        SessionCancelled((DAN, BEN), act()),
        {"type": "sessions.cancelled.v1", "waiting": [DAN_DATA, BEN_DATA], "act": ACT},
    ),
    (
        WaitingJoined(DAN, (HoldId("h-1"),), act()),
        {"type": "sessions.waiting_joined.v1", "person": DAN_DATA, "lapsed": ["h-1"], "act": ACT},
    ),
    (
        WaitingLeft(DAN, (0, 2), act()),
        {"type": "sessions.waiting_left.v1", "person": DAN_DATA, "places": [0, 2], "act": ACT},
    ),
    (
        PlacesOffered({HoldId("offer:7.1"): DAN, HoldId("offer:7.2"): BEN}, INSTANT, (HoldId("h-1"),), act()),
        {
            "type": "sessions.places_offered.v1",
            "offers": {"offer:7.1": DAN_DATA, "offer:7.2": BEN_DATA},
            "until": INSTANT_DATA,
            "lapsed": ["h-1"],
            "act": ACT,
        },
    ),
    (HoldsSwept((HoldId("h-1"),), act()), {"type": "sessions.holds_swept.v1", "lapsed": ["h-1"], "act": ACT}),
    (NotEnoughPlaces(3, 2), {"type": "sessions.not_enough_places.v1", "asked": 3, "available": 2}),
    (CapacityBelowUse(3, 4), {"type": "sessions.capacity_below_use.v1", "capacity": 3, "used": 4}),
    (HoldAlreadyThere(HoldId("h-1")), {"type": "sessions.hold_already_there.v1", "hold": "h-1"}),
    (HoldGone(HoldId("h-1")), {"type": "sessions.hold_gone.v1", "hold": "h-1"}),
    (HoldAlreadySecured(HoldId("h-1")), {"type": "sessions.hold_already_secured.v1", "hold": "h-1"}),
    (HoldWouldLapse(INSTANT), {"type": "sessions.hold_would_lapse.v1", "until": INSTANT_DATA}),
    (SessionOver(ENDS), {"type": "sessions.session_over.v1", "ends": "2027-03-08T17:00:00+00:00"}),
    (FewerTaken(3, 2), {"type": "sessions.fewer_taken.v1", "places": 3, "taken": 2}),
    (SessionIsCancelled(), {"type": "sessions.session_is_cancelled.v1"}),
    (NoWaitingList(), {"type": "sessions.no_waiting_list.v1"}),
    (AlreadySitting(DAN), {"type": "sessions.already_sitting.v1", "person": DAN_DATA}),
    (AlreadyWaiting(DAN), {"type": "sessions.already_waiting.v1", "person": DAN_DATA}),
    (PlacesForSale(2), {"type": "sessions.places_for_sale.v1", "available": 2}),
    (NobodyWaiting(), {"type": "sessions.nobody_waiting.v1"}),
    (OfferedToAnother(HoldId("h-1")), {"type": "sessions.offered_to_another.v1", "hold": "h-1"}),
    (PeopleWaiting(2), {"type": "sessions.people_waiting.v1", "waiting": 2}),
    (
        SeatPool(
            PoolId("pool"),
            7,
            SessionId("excel"),
            TransactionId("order"),
            ActorId("manager"),
            Policy(
                assign_at_purchase=True,
                modes=frozenset({Mode.CONFIRMATION}),
                invitation_hours=24,
                reminders=0,
                withdrawal=True,
                unassigned_hours=48,
                buyers_cancel=True,
                release_unpaid=True,
            ),
            (PRICE, PRICE, Money.zero(Currency("CAD")), PRICE, PRICE, PRICE),
            INSTANT,
            (SeatNo(4),),
            {SeatNo(6): Invitation(5, DAN, INSTANT, reminders=1), SeatNo(5): Invitation(7, BEN, DAY)},
            {SeatNo(1): ANN_TYPED},
            {SeatNo(1): 3},
            {
                SeatNo(2): Cancelled(Cause.ASKED, SeatState.INVITED, BEN),
                SeatNo(3): Cancelled(Cause.UNASSIGNED, SeatState.FREE, None),
            },
            {SeatNo(4): NOW + TICK},
        ),
        {
            "type": "seats.pool.v1",
            "id": "pool",
            "version": 7,
            "session": "excel",
            "transaction": "order",
            "buyer": "manager",
            "policy": {
                "assign_at_purchase": True,
                "modes": ["confirmation"],
                "invitation_hours": 24,
                "reminders": 0,
                "withdrawal": True,
                "unassigned_hours": 48,
                "buyers_cancel": True,
                "release_unpaid": True,
            },
            "prices": [TEN, TEN, {"minor": 0, "currency": "CAD"}, TEN, TEN, TEN],
            "invoice": INSTANT_DATA,
            "free": [4],
            "invited": {
                "6": {"number": 5, "to": DAN_DATA, "until": INSTANT_DATA, "reminders": 1},
                "5": {"number": 7, "to": BEN_DATA, "until": DAY_DATA, "reminders": 0},
            },
            "enrolled": {"1": ANN_TYPED_DATA},
            "accepted": {"1": 3},
            "cancelled": {
                "2": {"cause": "asked", "was": "invited", "holder": BEN_DATA},
                "3": {"cause": "unassigned", "was": "free", "holder": None},
            },
            "emptied": {"4": LATE},
        },
    ),
    (
        SeatsBought(
            PoolId("pool"),
            SessionId("excel"),
            TransactionId("order"),
            ActorId("manager"),
            Policy(),
            (PRICE, PRICE),
            {SeatNo(1): ANN},
            {SeatNo(2): DAN},
            INSTANT,
            DAY,
            act(),
        ),
        {
            "type": "seats.bought.v1",
            "pool": "pool",
            "session": "excel",
            "transaction": "order",
            "buyer": "manager",
            "policy": POLICY_DATA,
            "prices": [TEN, TEN],
            "learners": {"1": ANN_DATA},
            "invitees": {"2": DAN_DATA},
            "until": INSTANT_DATA,
            "invoice": DAY_DATA,
            "act": ACT,
        },
    ),
    (
        SeatsAssigned({SeatNo(10): ANN, SeatNo(2): BEN}, (ANN_TYPED,), (), {SeatNo(3): DAN}, act()),
        {
            "type": "seats.assigned.v1",
            "learners": {"10": ANN_DATA, "2": BEN_DATA},
            "repeated": [ANN_TYPED_DATA],
            "already": [],
            "expired": {"3": DAN_DATA},
            "act": ACT,
        },
    ),
    (
        SeatsInvited({SeatNo(10): DAN, SeatNo(2): BEN}, INSTANT, (), (ANN,), {}, act()),
        {
            "type": "seats.invited.v1",
            "invitees": {"10": DAN_DATA, "2": BEN_DATA},
            "until": INSTANT_DATA,
            "repeated": [],
            "already": [ANN_DATA],
            "expired": {},
            "act": ACT,
        },
    ),
    (
        InvitationAccepted(SeatNo(3), 7, ANN, act()),
        {"type": "seats.invitation_accepted.v1", "seat": 3, "invitation": 7, "learner": ANN_DATA, "act": ACT},
    ),
    (
        InvitationDeclined(SeatNo(3), 7, DAN, act()),
        {"type": "seats.invitation_declined.v1", "seat": 3, "invitation": 7, "invitee": DAN_DATA, "act": ACT},
    ),
    (
        InvitationsExpired({SeatNo(3): DAN}, act()),
        {"type": "seats.invitations_expired.v1", "expired": {"3": DAN_DATA}, "act": ACT},
    ),
    (
        RemindersSent({SeatNo(3): DAN}, act()),
        {"type": "seats.reminders_sent.v1", "invitees": {"3": DAN_DATA}, "act": ACT},
    ),
    (
        InvitationCorrected(SeatNo(3), DAN, ANN_TYPED, INSTANT, act()),
        {
            "type": "seats.invitation_corrected.v1",
            "seat": 3,
            "before": DAN_DATA,
            "to": ANN_TYPED_DATA,
            "until": INSTANT_DATA,
            "act": ACT,
        },
    ),
    (
        LearnerWithdrew(SeatNo(3), ANN, act()),
        {"type": "seats.learner_withdrew.v1", "seat": 3, "learner": ANN_DATA, "act": ACT},
    ),
    (
        PoolHandedOver(ActorId("manager"), ActorId("successor"), act()),
        {"type": "seats.handed_over.v1", "before": "manager", "buyer": "successor", "act": ACT},
    ),
    (REVOKED, REVOKED_DATA),
    (
        SeatsCancelled(
            (SeatNo(1), SeatNo(2), SeatNo(3)), {SeatNo(2): BEN}, {SeatNo(3): DAN}, Cause.SESSION_CANCELLED, act()
        ),
        {
            "type": "seats.cancelled.v1",
            "seats": [1, 2, 3],
            "learners": {"2": BEN_DATA},
            "invitees": {"3": DAN_DATA},
            "cause": "session_cancelled",
            "act": ACT,
        },
    ),
    (
        SeatTransferred(SeatNo(3), ANN, SessionId("word"), PoolId("moved"), act()),
        {
            "type": "seats.transferred.v1",
            "seat": 3,
            "learner": ANN_DATA,
            "session": "word",
            "to": "moved",
            "act": ACT,
        },
    ),
    (
        SeatReactivated(SeatNo(3), DAN, INSTANT, act()),
        {"type": "seats.reactivated.v1", "seat": 3, "to": DAN_DATA, "until": INSTANT_DATA, "act": ACT},
    ),
    (
        OtherSession(SessionId("excel"), SessionId("word")),
        {"type": "seats.other_session.v1", "expected": "excel", "given": "word"},
    ),
    (SessionStarted(STARTS), {"type": "seats.session_started.v1", "starts": "2027-03-08T09:00:00+00:00"}),
    (SessionEnded(ENDS), {"type": "seats.session_ended.v1", "ends": "2027-03-08T17:00:00+00:00"}),
    (NoSuchSeat(SeatNo(9)), {"type": "seats.no_such_seat.v1", "seat": 9}),
    (SeatIs(SeatNo(9), SeatState.CANCELLED), {"type": "seats.seat_is.v1", "seat": 9, "state": "cancelled"}),
    (NotEnoughSeats(3, 2), {"type": "seats.not_enough_seats.v1", "asked": 3, "free": 2}),
    (NobodyToSeat((ANN,)), {"type": "seats.nobody_to_seat.v1", "already": [ANN_DATA]}),
    (AccountNeeded((ANN_TYPED,)), {"type": "seats.account_needed.v1", "people": [ANN_TYPED_DATA]}),
    (AlreadySeated((ANN, BEN)), {"type": "seats.already_seated.v1", "people": [ANN_DATA, BEN_DATA]}),
    (NamedTwice((ANN,)), {"type": "seats.named_twice.v1", "people": [ANN_DATA]}),
    (LearnersNeeded(3, 2), {"type": "seats.learners_needed.v1", "seats": 3, "named": 2}),
    (NewHolderNeeded(SeatNo(9)), {"type": "seats.new_holder_needed.v1", "seat": 9}),
    (SameHolder(SeatNo(9)), {"type": "seats.same_holder.v1", "seat": 9}),
    (ModeOff(Mode.CONFIRMATION), {"type": "seats.mode_off.v1", "mode": "confirmation"}),
    (InvitationDead(SeatNo(9)), {"type": "seats.invitation_dead.v1", "seat": 9}),
    (
        InvitationExpired(SeatNo(9), INSTANT),
        {"type": "seats.invitation_expired.v1", "seat": 9, "until": INSTANT_DATA},
    ),
    (AlreadyAccepted(SeatNo(9)), {"type": "seats.already_accepted.v1", "seat": 9}),
    (OtherAccount(SeatNo(9)), {"type": "seats.other_account.v1", "seat": 9}),
    (AccountInvited(SeatNo(9)), {"type": "seats.account_invited.v1", "seat": 9}),
    (NobodyToRemind(), {"type": "seats.nobody_to_remind.v1"}),
    (RemindersUsed(SeatNo(9), 2), {"type": "seats.reminders_used.v1", "seat": 9, "reminders": 2}),
    (WithdrawalOff(), {"type": "seats.withdrawal_off.v1"}),
    (NothingToCancel(), {"type": "seats.nothing_to_cancel.v1"}),
    (SessionCalledOff(), {"type": "seats.session_called_off.v1"}),
    (OtherBuyer(), {"type": "seats.other_buyer.v1"}),
    (BuyersDoNotCancel(), {"type": "seats.buyers_do_not_cancel.v1"}),
    (NothingOverdue(STARTS), {"type": "seats.nothing_overdue.v1", "then": "2027-03-08T09:00:00+00:00"}),
    (ReleaseOff(), {"type": "seats.release_off.v1"}),
    (NoInvoice(), {"type": "seats.no_invoice.v1"}),
    (InvoiceNotDue(DAY), {"type": "seats.invoice_not_due.v1", "until": DAY_DATA}),
    (InvoicePaid(), {"type": "seats.invoice_paid.v1"}),
    (SameSession(), {"type": "seats.same_session.v1"}),
    (SeatTransferredAway(SeatNo(9)), {"type": "seats.seat_transferred_away.v1", "seat": 9}),
    (
        Charge(
            TransactionId("order"),
            3,
            ActorId("manager"),
            PRICE,
            TERMS,
            HALF,
            {PoolId("pool"): {SeatNo(10): KEPT_MONEY, SeatNo(2): SeatMoney(PRICE, PRICE, NOTHING, HALF, NOTHING)}},
            {
                RefundId("back"): Refund(
                    RefundState.FAILED, HALF, SessionId("excel"), PoolId("pool"), (SeatNo(2), SeatNo(10))
                )
            },
        ),
        {
            "type": "refunds.charge.v1",
            "id": "order",
            "version": 3,
            "buyer": "manager",
            "captured": TEN,
            "terms": TERMS_DATA,
            "once_kept": HALF_DATA,
            "seats": {
                "pool": {
                    "10": KEPT_MONEY_DATA,
                    "2": {"paid": TEN, "kept": TEN, "back": NOTHING_DATA, "once": HALF_DATA, "due": NOTHING_DATA},
                }
            },
            "refunds": {
                "back": {"state": "failed", "amount": HALF_DATA, "session": "excel", "pool": "pool", "seats": [2, 10]}
            },
        },
    ),
    (
        ChargeCaptured(TransactionId("order"), ActorId("manager"), PRICE, TERMS, act()),
        {
            "type": "refunds.captured.v1",
            "transaction": "order",
            "buyer": "manager",
            "captured": TEN,
            "terms": TERMS_DATA,
            "act": ACT,
        },
    ),
    (
        SeatsSettled(
            SessionId("excel"),
            PoolId("pool"),
            {SeatNo(2): KEPT_MONEY},
            NOTHING,
            RefundId("back"),
            HALF,
            "illness",
            act(),
        ),
        {
            "type": "refunds.settled.v1",
            "session": "excel",
            "pool": "pool",
            "seats": {"2": KEPT_MONEY_DATA},
            "once_kept": NOTHING_DATA,
            "refund": "back",
            "amount": HALF_DATA,
            "reason": "illness",
            "act": ACT,
        },
    ),
    (
        SeatsReinstated(SessionId("excel"), PoolId("pool"), {SeatNo(2): DUE}, NOTHING, HALF, act()),
        {
            "type": "refunds.reinstated.v1",
            "session": "excel",
            "pool": "pool",
            "seats": {"2": DUE_DATA},
            "once_kept": NOTHING_DATA,
            "due": HALF_DATA,
            "act": ACT,
        },
    ),
    (
        DuesPaid(PoolId("pool"), {SeatNo(2): KEPT_MONEY}, HALF, act()),
        {
            "type": "refunds.dues_paid.v1",
            "pool": "pool",
            "seats": {"2": KEPT_MONEY_DATA},
            "amount": HALF_DATA,
            "act": ACT,
        },
    ),
    (
        MoneyMoved(
            PoolId("pool"),
            SeatNo(2),
            KEPT_MONEY,
            SessionId("word"),
            PoolId("moved"),
            DUE,
            RefundId("back"),
            HALF,
            act(),
        ),
        {
            "type": "refunds.money_moved.v1",
            "pool": "pool",
            "seat": 2,
            "left": KEPT_MONEY_DATA,
            "session": "word",
            "to": "moved",
            "arrived": DUE_DATA,
            "refund": "back",
            "amount": HALF_DATA,
            "act": ACT,
        },
    ),
    (RefundSucceeded(RefundId("back"), act()), {"type": "refunds.succeeded.v1", "refund": "back", "act": ACT}),
    (RefundFailed(RefundId("back"), act()), {"type": "refunds.failed.v1", "refund": "back", "act": ACT}),
    (RefundRetried(RefundId("back"), act()), {"type": "refunds.retried.v1", "refund": "back", "act": ACT}),
    (NothingCaptured(TransactionId("order")), {"type": "refunds.nothing_captured.v1", "transaction": "order"}),
    (
        OtherTransaction(TransactionId("order"), TransactionId("other")),
        {"type": "refunds.other_transaction.v1", "expected": "order", "given": "other"},
    ),
    (OtherCurrency(SeatNo(9)), {"type": "refunds.other_currency.v1", "seat": 9}),
    (MoreThanCaptured(PRICE, HALF), {"type": "refunds.more_than_captured.v1", "amount": TEN, "left": HALF_DATA}),
    (RefundIdUsed(RefundId("back")), {"type": "refunds.refund_id_used.v1", "refund": "back"}),
    (NoSuchRefund(RefundId("back")), {"type": "refunds.no_such_refund.v1", "refund": "back"}),
    (
        RefundIs(RefundId("back"), RefundState.SUCCEEDED),
        {"type": "refunds.refund_is.v1", "refund": "back", "state": "succeeded"},
    ),
    (
        RefundPending(SeatNo(9), RefundId("back")),
        {"type": "refunds.refund_pending.v1", "seat": 9, "refund": "back"},
    ),
    (NothingDue(SeatNo(9)), {"type": "refunds.nothing_due.v1", "seat": 9}),
    (
        Registration(
            RegistrationId("own"),
            2,
            SessionId("excel"),
            ANN,
            Origin.INDIVIDUAL,
            SALE,
            RegistrationState.CANCELLED,
        ),
        {
            "type": "registrations.registration.v1",
            "id": "own",
            "version": 2,
            "session": "excel",
            "person": ANN_DATA,
            "origin": "individual",
            "sale": {"transaction": "order", "price": TEN},
            "state": "cancelled",
        },
    ),
    (
        Registered(RegistrationId("own"), SessionId("excel"), ANN, Origin.IMPORTED, None, act()),
        {
            "type": "registrations.registered.v1",
            "registration": "own",
            "session": "excel",
            "person": ANN_DATA,
            "origin": "imported",
            "sale": None,
            "act": ACT,
        },
    ),
    (
        RegistrationRequested(RegistrationId("own"), SessionId("excel"), ANN, Origin.INDIVIDUAL, SALE, act()),
        {
            "type": "registrations.requested.v1",
            "registration": "own",
            "session": "excel",
            "person": ANN_DATA,
            "origin": "individual",
            "sale": {"transaction": "order", "price": TEN},
            "act": ACT,
        },
    ),
    (RegistrationApproved(ANN, act()), {"type": "registrations.approved.v1", "person": ANN_DATA, "act": ACT}),
    (RegistrationRefused(ANN, act()), {"type": "registrations.refused.v1", "person": ANN_DATA, "act": ACT}),
    (RegistrationCancelled(ANN, act()), {"type": "registrations.cancelled.v1", "person": ANN_DATA, "act": ACT}),
    (
        RegistrationOtherSession(SessionId("excel"), SessionId("word")),
        {"type": "registrations.other_session.v1", "expected": "excel", "given": "word"},
    ),
    (RegistrationSessionCancelled(), {"type": "registrations.session_cancelled.v1"}),
    (
        RegistrationSessionOver(ENDS),
        {"type": "registrations.session_over.v1", "ends": "2027-03-08T17:00:00+00:00"},
    ),
    (RegistrantNeedsAccount(DAN), {"type": "registrations.registrant_needs_account.v1", "person": DAN_DATA}),
    (NobodyToRegister((ANN,)), {"type": "registrations.nobody_to_register.v1", "already": [ANN_DATA]}),
    (RegistrantSits(ANN), {"type": "registrations.registrant_sits.v1", "person": ANN_DATA}),
    (
        RegistrationIs(RegistrationState.REFUSED),
        {"type": "registrations.registration_is.v1", "state": "refused"},
    ),
    (BulkBuyingOff(BuyerRole.CLIENT), {"type": "purchase.bulk_buying_off.v1", "role": "client"}),
    (OtherProvider(), {"type": "purchase.other_provider.v1"}),
    (NoSeatNamed(), {"type": "purchase.no_seat_named.v1"}),
    (AlreadyCaptured(TransactionId("order")), {"type": "purchase.already_captured.v1", "transaction": "order"}),
    *KEPT_OF_PARTNERS,
    *KEPT_OF_SELLING,
    *KEPT_OF_ACCESS,
    *KEPT_OF_DATES,
    *KEPT_OF_ROSTERS,
    (
        Receipt(ActorId("manager"), Key("key"), (Written("pool", 2, REVOKED),)),
        {
            "type": "receipt.v1",
            "by": "manager",
            "key": "key",
            "written": [{"id": "pool", "version": 2, "event": REVOKED_DATA}],
        },
    ),
    (
        Notice(
            "pool:2:seats.invited:3",
            DAN,
            Template.INVITED,
            SessionId("excel"),
            PoolId("pool"),
            (SeatNo(3),),
            2,
            HoldId("offer:7.1"),
            INSTANT,
            HALF,
            CourseId("excel"),
            PartnerId("north"),
            Credits(8),
            3,
            CartId("cart"),
            ProviderId("main"),
            OfferId("intro"),
            AccessMessage.edited("Welcome", "Come in.\n"),
            NOW + TICK,
            ENDS,
            TOLD,
        ),
        {
            "type": "notice.v1",
            "key": "pool:2:seats.invited:3",
            "to": DAN_DATA,
            "template": "seats.invited",
            "session": "excel",
            "pool": "pool",
            "seats": [3],
            "invitation": 2,
            "hold": "offer:7.1",
            "until": INSTANT_DATA,
            "amount": HALF_DATA,
            "course": "excel",
            "partner": "north",
            "price": 8,
            "available": 3,
            "cart": "cart",
            "provider": "main",
            "offer": "intro",
            "message": {"telling": "edited", "subject": "Welcome", "body": "Come in.\n"},
            "opens": LATE,
            "ends": "2027-03-08T17:00:00+00:00",
            "dates": TOLD_DATA,
        },
    ),
]
EVENTS: Final = (
    SessionEvent,
    SeatEvent,
    ChargeEvent,
    RegistrationEvent,
    GrantsEvent,
    PartnerEvent,
    OfferingEvent,
    WalletEvent,
    SpendingEvent,
    EnrolmentEvent,
    ProviderEvent,
    ArrangementEvent,
    TrainingEvent,
    CartEvent,
    CodeEvent,
    NumberingEvent,
    OfferEvent,
    GrantEvent,
    ScheduleEvent,
    ConfirmationEvent,
)
REFUSALS: Final = (
    SessionRefusal,
    SeatRefusal,
    RefundRefusal,
    RegistrationRefusal,
    PurchaseRefusal,
    RightsRefusal,
    PartnerRefusal,
    OfferingRefusal,
    WalletRefusal,
    SpendingRefusal,
    ParticipantRefusal,
    EnrolmentRefusal,
    ProviderRefusal,
    CartRefusal,
    CodeRefusal,
    NumberingRefusal,
    CheckoutRefusal,
    OfferRefusal,
    AccessRefusal,
    ScheduleRefusal,
    ConfirmationRefusal,
    RepliesRefusal,
    RosterRefusal,
)
STATES: Final = (
    Session,
    SeatPool,
    Charge,
    Registration,
    Grants,
    Partner,
    Offering,
    Wallet,
    SpendingLimit,
    Enrolment,
    Provider,
    Arrangement,
    Training,
    Cart,
    PromotionCode,
    Numbering,
    Offer,
    OfferGrant,
    Schedule,
    Confirmation,
)
# Answers, what hosts keep of an import, and the members of a union that nothing but their names tells apart.
OTHERS: Final = (Receipt, Notice, Moment, Duration, Open, Opening, Columns, Outcome, BadRow, RefusedRow)
BY_NAME: Final[Mapping[str, Data]] = {data["type"]: data for _, data in KEPT}
KIND: Final[Mapping[str, type[object]]] = {name: kind for kind, name in NAMES.items()}


def members(union: Any) -> tuple[Any, ...]:
    """What *union* is of; one that has a single member is that member."""
    return get_args(union) or (union,)


def fresh(data: Data) -> Data:
    """Data that share nothing with others, to be changed."""
    return standard.loads(standard.dumps(data))


each_kept: Final = pytest.mark.parametrize(("value", "data"), KEPT, ids=[data["type"] for _, data in KEPT])


@each_kept
def test_a_value_is_written_as_it_always_was(value: object, data: Data) -> None:
    """What hosts have stored keeps its shape: a field that is renamed here would be lost there (promise 8)."""
    assert json.dump(value) == data


@each_kept
def test_what_was_written_is_read(value: object, data: Data) -> None:
    """The same value comes back, and to the last letter: an address is equal in other spellings, too (promise 8)."""
    loaded = json.load(type(value), data)
    assert (type(loaded), loaded, json.dump(loaded)) == (type(value), value, data)


@each_kept
def test_the_type_is_said_first(value: object, data: Data) -> None:
    """Whoever looks into a table of events sees at once what a row is; the fields follow in their own order."""
    written = json.dump(value)
    assert isinstance(written, dict)
    assert list(written) == list(data)
    assert next(iter(written)) == "type"


def test_one_of_each_is_kept() -> None:
    """The list above forgets no name, so a new class needs its shape written down."""
    assert sorted(BY_NAME) == sorted(NAMES.values())


def test_everything_has_a_name() -> None:
    """Each event and each refusal can be stored, and found again by what it is called (K11)."""
    named = {kind for union in (*EVENTS, *REFUSALS) for kind in members(union)}
    assert named | {*STATES, *OTHERS} == set(NAMES)


def test_any_event_and_any_refusal_are_all_there_are() -> None:
    """What hosts read as "any event" is every event of every area, and so with refusals (K11)."""
    assert set(get_args(AnyEvent)) == {kind for union in EVENTS for kind in members(union)}
    assert set(get_args(AnyRefusal)) == {kind for union in REFUSALS for kind in members(union)}


def test_names_are_unique() -> None:
    """A name stands for one class."""
    assert len(set(NAMES.values())) == len(NAMES)


def test_a_refusal_is_named_by_its_code() -> None:
    """What a host matches on and what it stores are one word (K11)."""
    kinds = [kind for union in REFUSALS for kind in members(union)]
    assert {NAMES[kind] for kind in kinds} == {f"{kind.code}.v1" for kind in kinds}


# --- Whatever the value ---------------------------------------------------------------------------------------

credits_: Final = st.integers(1, MOST_CREDITS).map(Credits)
partners: Final = strategies.ids(PartnerId)
ids_of_holds: Final = strategies.ids(HoldId)
names: Final = strategies.ids(ClientId)
actions: Final = st.frozensets(st.sampled_from(Action))
scopes: Final = st.builds(Scope, partner=st.none() | partners, training=st.none() | strategies.ids(CourseId))
granted: Final = st.sampled_from(Right).flatmap(
    lambda right: st.builds(
        Grant,
        strategies.ids(ActorId),
        st.none() | partners,
        st.just(right),
        st.sampled_from([MATRIX[right], frozenset({Action.VIEW})]),
        scopes,
        st.none() | names,
    )
)
FIELDS: Final[Mapping[object, st.SearchStrategy[object]]] = {
    int: st.integers(-(2**53), 2**53),
    bool: st.booleans(),
    str: names,
    int | None: st.none() | st.integers(0, 2**53),
    ActorId: strategies.ids(ActorId),
    PartnerId: partners,
    PartnerId | None: st.none() | partners,
    ClientId: strategies.ids(ClientId),
    CourseId: strategies.ids(CourseId),
    EnrolmentId: strategies.ids(EnrolmentId),
    EnrolmentId | None: st.none() | strategies.ids(EnrolmentId),
    LimitId: strategies.ids(LimitId),
    LimitId | None: st.none() | strategies.ids(LimitId),
    SessionId | None: st.none() | strategies.ids(SessionId),
    Deadline | None: st.none() | strategies.deadlines(),
    Credits: credits_,
    Credits | None: st.none() | credits_,
    Right: st.sampled_from(Right),
    Action: st.sampled_from(Action),
    Scope: scopes,
    PartnerKind: st.sampled_from(PartnerKind),
    Branding: st.builds(Branding, logo=st.none() | names, sender=st.none() | names),
    EntryKind: st.sampled_from(EntryKind),
    EnrolmentState: st.sampled_from(EnrolmentState),
    frozenset[Action]: actions,
    frozenset[PartnerId]: st.frozensets(partners, min_size=1, max_size=3),
    frozenset[ActorId]: st.frozensets(strategies.ids(ActorId), max_size=3),
    tuple[HoldId, ...]: st.lists(ids_of_holds, max_size=3).map(tuple),
    tuple[PartnerId, ...]: st.lists(partners, max_size=3).map(tuple),
    tuple[Grant, ...]: st.lists(granted, max_size=3).map(tuple),
    Mapping[Right, frozenset[Action]]: st.dictionaries(st.sampled_from(Right), actions, max_size=3),
    Mapping[PartnerId, Credits | None]: st.dictionaries(partners, st.none() | credits_, max_size=3),
    Mapping[HoldId, EnrolmentId]: st.dictionaries(ids_of_holds, strategies.ids(EnrolmentId), max_size=3),
    Mapping[HoldId, CreditHold]: st.dictionaries(
        ids_of_holds,
        st.builds(CreditHold, credits_, strategies.ids(EnrolmentId), strategies.deadlines()),
        max_size=3,
    ),
    Mapping[HoldId, SpendingHold]: st.dictionaries(
        ids_of_holds, st.builds(SpendingHold, credits_, strategies.deadlines()), max_size=3
    ),
    Mapping[ClientId, str]: st.dictionaries(strategies.ids(ClientId), names, max_size=3),
    SessionId: strategies.ids(SessionId),
    HoldId: strategies.ids(HoldId),
    TransactionId: strategies.ids(TransactionId),
    RefundId: strategies.ids(RefundId),
    RefundState: st.sampled_from(RefundState),
    Money: strategies.money(),
    SeatNo: strategies.seat_numbers(),
    SeatState: st.sampled_from(SeatState),
    SeatNo | None: st.none() | strategies.seat_numbers(),
    Mode: st.sampled_from(Mode),
    BuyerRole: st.sampled_from(BuyerRole),
    RegistrationId: strategies.ids(RegistrationId),
    RegistrationState: st.sampled_from(RegistrationState),
    Origin: st.sampled_from(Origin),
    Sale | None: st.none() | strategies.sales(),
    Act: strategies.acts(),
    Person: strategies.people(),
    datetime | None: st.none() | strategies.instants(),
    datetime: strategies.instants(),
    Deadline: strategies.deadlines(),
    tuple[Person, ...]: st.lists(strategies.people(), max_size=3).map(tuple),
    EmailAddress: strategies.addresses(),
    Zone: strategies.zones(),
    DateNo: strategies.date_numbers(),
    ProposalId: strategies.ids(ProposalId),
    ProposalId | None: st.none() | strategies.ids(ProposalId),
    ConfirmationId: strategies.ids(ConfirmationId),
    Person | None: st.none() | strategies.people(),
    Message: strategies.messages(),
    ClientAnswer: st.sampled_from(ClientAnswer),
    ConfirmationState: st.sampled_from(ConfirmationState),
    Missing: st.sampled_from(Missing),
    ConfirmationPolicy: st.builds(ConfirmationPolicy, st.integers(0, 100)),
    Proposal | None: st.none() | strategies.confirmations().map(lambda known: known.proposal),
    Answered | None: st.none() | st.builds(Answered, st.sampled_from(ClientAnswer), strategies.instants()),
    Validation | None: st.none() | st.builds(Validation, strategies.ids(ActorId), strategies.instants()),
    tuple[DateNo, ...]: st.lists(strategies.date_numbers(), max_size=3).map(tuple),
    frozenset[DateNo]: st.frozensets(strategies.date_numbers(), max_size=3),
    frozenset[ProposalId]: st.frozensets(strategies.ids(ProposalId), max_size=3),
    Mapping[DateNo, SessionDate]: st.dictionaries(strategies.date_numbers(), strategies.session_dates(), max_size=3),
}


def built(kind: type[Any]) -> st.SearchStrategy[object]:
    """A value of that kind, a refusal most often, about anything."""
    return st.builds(kind, **{each.name: field_of(each.type) for each in fields(kind)})


def field_of(kind: Any) -> st.SearchStrategy[object]:
    """What a field of that type can be."""
    return FIELDS[kind] if kind in FIELDS else st.from_type(kind)


# Built of their fields, whether or not any command leads there: whatever is in them, they are written.
BUILT: Final = (Grants, Partner, Offering, Wallet, SpendingLimit, Enrolment, Schedule, Confirmation)
BUILT_EVENTS: Final = EVENTS[3:10]
# As commands lead there.
REACHED: Final = STATES[10:]
REACHED_EVENTS: Final = EVENTS[10:]
anything: Final[st.SearchStrategy[object]] = st.one_of(
    strategies.sessions(),
    strategies.seat_pools(),
    strategies.session_events(),
    strategies.seat_events(),
    strategies.charges(),
    strategies.charge_events(),
    strategies.receipts(),
    strategies.notices(),
    st.sampled_from([Registration, *BUILT]).flatmap(built),
    st.sampled_from([kind for union in BUILT_EVENTS for kind in get_args(union)]).flatmap(built),
    st.sampled_from([kind for union in REFUSALS for kind in members(union)]).flatmap(built),
    st.sampled_from([*REACHED, *(kind for union in REACHED_EVENTS for kind in get_args(union))]).flatmap(st.from_type),
)


@given(anything)
def test_any_value_comes_back(value: object) -> None:
    """JSON round-trips, as data and as text (promise 8)."""
    data = json.dump(value)
    text = json.dumps(value)
    kind = type(value)
    assert json.load(kind, data) == json.loads(kind, text) == json.loads(kind, text.encode()) == value
    assert json.dump(json.load(kind, data)) == data == standard.loads(text)


PLAIN: Final = {dict, list, str, int, bool, NoneType}


def types(data: json.JSON) -> set[type]:
    """Of what *data* are made; not what they are equal to."""
    inside: list[json.JSON] = []
    if isinstance(data, dict):
        inside = [*data, *data.values()]
    elif isinstance(data, list):
        inside = data
    return {type(data)}.union(*map(types, inside))


@given(anything)
def test_what_is_written_is_plain(value: object) -> None:
    """A host's own JSON library gets nothing that it does not know: no subclass of str, no tuple."""
    assert types(json.dump(value)) <= PLAIN


class Marked(str):
    """A string as a web framework hands it on, of a class of its own."""

    __slots__ = ()

    def __str__(self) -> str:
        return "<marked>"


def test_strings_of_a_framework_become_plain() -> None:
    """So does an address or an id that was made of a framework's own kind of string."""
    ann = Person(EmailAddress(Marked("ann@example.com")), AccountId(Marked("ann")))
    data = json.dump(SeatRevoked(SeatNo(3), ann, None, None, act()))
    assert (data, types(data)) == (REVOKED_DATA, {dict, str, int, NoneType})


# --- Nothing else is read ---------------------------------------------------------------------------------------

anything_json: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(sorted(BY_NAME)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text() | st.sampled_from(["type", "id", "minor", "address", "act", "1"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
KINDS: Final[list[Data]] = [
    *NAMES,
    json.EVENT,
    json.REFUSAL,
    json.SEAT_EVENT,
    json.SESSION_EVENT,
    json.CHARGE_EVENT,
    json.REGISTRATION_EVENT,
    json.GRANTS_EVENT,
    json.PARTNER_EVENT,
    json.OFFERING_EVENT,
    json.WALLET_EVENT,
    json.SPENDING_EVENT,
    json.ENROLMENT_EVENT,
    json.PROVIDER_EVENT,
    json.ARRANGEMENT_EVENT,
    json.TRAINING_EVENT,
    json.CART_EVENT,
    json.CODE_EVENT,
    json.NUMBERING_EVENT,
    json.OFFER_EVENT,
    json.GRANT_EVENT,
    Money,
    Person,
]
kinds: Final = st.sampled_from(KINDS)


def kept(kind: type[object], data: Data) -> bool:
    """Whether *data* are refused with a path, or else are a value that is written as these very data.

    As text, for `1`, `1.0` and `True` are equal.
    """
    said = flaw(lambda: json.load(kind, data))
    if said is not None:
        return said[0].startswith("$")
    return standard.dumps(json.dump(json.load(kind, data)), sort_keys=True) == standard.dumps(data, sort_keys=True)


@given(kinds, anything_json)
def test_no_json_breaks_the_reader(kind: type[object], data: Data) -> None:
    """Whatever comes, it is a value, and that very value, or a `BadValue` with a path (promise 9, K9)."""
    assert kept(kind, data)


@given(kinds, st.binary() | st.text() | anything_json.map(standard.dumps))
def test_no_text_breaks_the_reader(kind: type[object], text: str | bytes) -> None:
    """Bytes that are no text, text that is no JSON, JSON that is no value: each is refused (promise 9, K9)."""
    said = flaw(lambda: json.loads(kind, text))
    assert said is None or said[0].startswith("$")


Change: TypeAlias = Callable[[Data], object]


def changed(name: str, change: Change) -> Data:
    """The data that are kept under a name, changed."""
    data = fresh(BY_NAME[name])
    _ = change(data)
    return data


def put(*path: str | int, to: object) -> Change:
    """Put something else in its place."""

    def change(data: Data) -> object:
        *above, last = path
        for step in above:
            data = data[step]
        data[last] = to
        return data

    return change


def drop(*path: str | int) -> Change:
    """Leave a key out."""

    def change(data: Data) -> object:
        *above, last = path
        for step in above:
            data = data[step]
        return data.pop(last)

    return change


def paths(data: json.JSON) -> Iterator[tuple[str | int, ...]]:
    """The way to everything that is inside of *data*."""
    inside: list[tuple[str | int, json.JSON]] = []
    if isinstance(data, dict):
        inside = list(data.items())
    elif isinstance(data, list):
        inside = list(enumerate(data))
    for step, each in inside:
        yield (step,)
        yield from ((step, *path) for path in paths(each))


@given(st.sampled_from(sorted(BY_NAME)), anything_json, st.data())
def test_what_is_changed_is_seen(name: str, other: Data, draw: st.DataObject) -> None:
    """Valid data with one thing replaced, removed or added are refused; or they are valid, and kept as they are."""
    path = draw.draw(st.sampled_from(list(paths(BY_NAME[name]))))
    beside: st.SearchStrategy[str | int] = st.text() if isinstance(path[-1], str) else st.just(path[-1])
    change = draw.draw(
        st.sampled_from([put(*path, to=other), drop(*path), put(*path[:-1], draw.draw(beside), to=other)])
    )
    assert kept(KIND[name], changed(name, change))


REVOKED_: Final = "seats.revoked.v1"
BOUGHT: Final = "seats.bought.v1"
POOL: Final = "seats.pool.v1"
SESSION: Final = "sessions.session.v1"
OPENED: Final = "sessions.opened.v1"
HELD: Final = "sessions.places_held.v1"
CHARGE: Final = "refunds.charge.v1"
CAPTURED: Final = "refunds.captured.v1"
REGISTERED: Final = "registrations.registered.v1"
REQUESTED: Final = "registrations.requested.v1"
GRANTS: Final = "rights.grants.v1"
WALLET: Final = "wallet.wallet.v1"
DEBITED: Final = "wallet.debited.v1"
LIMIT: Final = "spending.limit.v1"
RECEIPT: Final = "receipt.v1"
NOTICE: Final = "notice.v1"


HELD_ONE: Final = {"places": 1, "until": INSTANT_DATA, "to": None, "secured": False}
WRONG: Final[list[tuple[str, Change, str, Flaw]]] = [
    # Keys
    (REVOKED_, put("note", to=1), "$", Flaw.UNKNOWN_KEY),
    (REVOKED_, put("act", "ann@example.com", to=1), "$.act", Flaw.UNKNOWN_KEY),
    (BOUGHT, put("prices", 1, "ann@example.com", to=1), "$.prices[1]", Flaw.UNKNOWN_KEY),
    (REVOKED_, put("act", 1, to=1), "$.act", Flaw.UNKNOWN_KEY),
    (REVOKED_, drop("to"), "$.to", Flaw.MISSING_KEY),
    (REVOKED_, drop("until"), "$.until", Flaw.MISSING_KEY),
    (POOL, drop("enrolled"), "$.enrolled", Flaw.MISSING_KEY),
    (POOL, drop("invited", "5", "reminders"), '$.invited["5"].reminders', Flaw.MISSING_KEY),
    (POOL, drop("policy", "modes"), "$.policy.modes", Flaw.MISSING_KEY),
    (POOL, drop("cancelled", "3", "holder"), '$.cancelled["3"].holder', Flaw.MISSING_KEY),
    (POOL, drop("prices", 2, "currency"), "$.prices[2].currency", Flaw.MISSING_KEY),
    (POOL, drop("enrolled", "1", "account"), '$.enrolled["1"].account', Flaw.MISSING_KEY),
    # Names
    (REVOKED_, drop("type"), "$.type", Flaw.MISSING_KEY),
    (REVOKED_, put("type", to="seats.revoked.v2"), "$.type", Flaw.UNKNOWN_NAME),
    (REVOKED_, put("type", to="seats.cancelled.v1"), "$.type", Flaw.UNKNOWN_NAME),
    (REVOKED_, put("type", to=["seats.revoked.v1"]), "$.type", Flaw.WRONG_TYPE),
    (
        RECEIPT,
        put("written", 0, "event", "type", to="seats.same_holder.v1"),
        "$.written[0].event.type",
        Flaw.UNKNOWN_NAME,
    ),
    (RECEIPT, put("written", 0, "event", to=None), "$.written[0].event", Flaw.WRONG_TYPE),
    ("seats.seat_is.v1", put("state", to="FREE"), "$.state", Flaw.UNKNOWN_NAME),
    ("seats.seat_is.v1", put("state", to=1), "$.state", Flaw.WRONG_TYPE),
    ("seats.mode_off.v1", put("mode", to="by_chance"), "$.mode", Flaw.UNKNOWN_NAME),
    (POOL, put("policy", "modes", to=["confirmation", "by_chance"]), "$.policy.modes[1]", Flaw.UNKNOWN_NAME),
    (POOL, put("policy", "modes", to=["immediate", "confirmation"]), "$.policy.modes", Flaw.WRONG_ORDER),
    (POOL, put("policy", "modes", to="immediate"), "$.policy.modes", Flaw.WRONG_TYPE),
    # Objects and arrays
    (REVOKED_, put("act", to=[]), "$.act", Flaw.WRONG_TYPE),
    (REVOKED_, put("holder", to=None), "$.holder", Flaw.WRONG_TYPE),
    (REVOKED_, put("to", to="ann@example.com"), "$.to", Flaw.WRONG_TYPE),
    (POOL, put("prices", to={"0": TEN}), "$.prices", Flaw.WRONG_TYPE),
    (POOL, put("prices", to="1000"), "$.prices", Flaw.WRONG_TYPE),
    (POOL, put("prices", 1, to=1000), "$.prices[1]", Flaw.WRONG_TYPE),
    (POOL, put("enrolled", to=[]), "$.enrolled", Flaw.WRONG_TYPE),
    (SESSION, put("holds", "h-1", "until", to=1), "$.holds[1].until", Flaw.WRONG_TYPE),
    (SESSION, put("holds", "h-2", "until", to=None), "$.holds[0].until", Flaw.WRONG_TYPE),
    (SESSION, put("holds", "h-2", "secured", to=1), "$.holds[0].secured", Flaw.WRONG_TYPE),
    (SESSION, drop("holds", "h-1", "secured"), "$.holds[1].secured", Flaw.MISSING_KEY),
    (POOL, put("invited", "6", "until", to=None), '$.invited["6"].until', Flaw.WRONG_TYPE),
    (POOL, put("invited", "6", "to", "address", to="dan"), '$.invited["6"].to.address', Flaw.NOT_AN_ADDRESS),
    (POOL, put("invited", "6", "number", to="5"), '$.invited["6"].number', Flaw.WRONG_TYPE),
    (POOL, put("accepted", "1", to=True), '$.accepted["1"]', Flaw.WRONG_TYPE),
    (POOL, drop("cancelled", "2", "was"), '$.cancelled["2"].was', Flaw.MISSING_KEY),
    (POOL, put("cancelled", "2", "cause", to="by_chance"), '$.cancelled["2"].cause', Flaw.UNKNOWN_NAME),
    (POOL, put("cancelled", "2", "was", to=None), '$.cancelled["2"].was', Flaw.WRONG_TYPE),
    (POOL, put("emptied", "4", to="2027-03-01T09:00:00"), '$.emptied["4"]', Flaw.NAIVE_TIME),
    (POOL, put("emptied", "x", to=LATE), "$.emptied", Flaw.UNKNOWN_KEY),
    (POOL, put("invoice", to=LATE), "$.invoice", Flaw.WRONG_TYPE),
    (POOL, drop("invoice"), "$.invoice", Flaw.MISSING_KEY),
    (POOL, put("policy", "unassigned_hours", to=0), "$.policy.unassigned_hours", Flaw.TOO_SMALL),
    (POOL, put("policy", "buyers_cancel", to=1), "$.policy.buyers_cancel", Flaw.WRONG_TYPE),
    (POOL, drop("policy", "release_unpaid"), "$.policy.release_unpaid", Flaw.MISSING_KEY),
    ("seats.cancelled.v1", put("cause", to="ASKED"), "$.cause", Flaw.UNKNOWN_NAME),
    ("seats.cancelled.v1", drop("invitees"), "$.invitees", Flaw.MISSING_KEY),
    ("seats.cancelled.v1", put("holders", to={}), "$", Flaw.UNKNOWN_KEY),
    ("seats.transferred.v1", put("learner", to=None), "$.learner", Flaw.WRONG_TYPE),
    ("seats.reactivated.v1", put("until", to=LATE), "$.until", Flaw.WRONG_TYPE),
    ("seats.nothing_overdue.v1", put("then", to=0), "$.then", Flaw.WRONG_TYPE),
    (SESSION, put("waiting_list", "offer_hours", to=0), "$.waiting_list.offer_hours", Flaw.TOO_SMALL),
    (SESSION, put("waiting_list", "automatic", to=1), "$.waiting_list.automatic", Flaw.WRONG_TYPE),
    (REGISTERED, drop("sale"), "$.sale", Flaw.MISSING_KEY),
    (REGISTERED, put("sale", to="order"), "$.sale", Flaw.WRONG_TYPE),
    (REQUESTED, put("sale", "seats", to=1), "$.sale", Flaw.UNKNOWN_KEY),
    (REQUESTED, drop("sale", "price"), "$.sale.price", Flaw.MISSING_KEY),
    (REQUESTED, put("sale", "transaction", to=""), "$.sale.transaction", Flaw.EMPTY),
    (REQUESTED, put("sale", "price", to=1000), "$.sale.price", Flaw.WRONG_TYPE),
    (REQUESTED, put("sale", "price", "minor", to=-1), "$.sale.price", Flaw.TOO_SMALL),
    (SESSION, put("queue", 1, "address", to="ann"), "$.queue[1].address", Flaw.NOT_AN_ADDRESS),
    (SESSION, put("cancelled", to=None), "$.cancelled", Flaw.WRONG_TYPE),
    (SESSION, put("holds", "h-1", "to", to="dan"), "$.holds[1].to", Flaw.WRONG_TYPE),
    (OPENED, put("capacity", to=None), "$.capacity", Flaw.EMPTY),
    ("sessions.places_offered.v1", put("offers", "", to=DAN_DATA), "$.offers", Flaw.UNKNOWN_KEY),
    ("sessions.waiting_left.v1", put("places", 0, to=True), "$.places[0]", Flaw.WRONG_TYPE),
    ("sessions.holds_swept.v1", put("lapsed", 0, to=""), "$.lapsed[0]", Flaw.EMPTY),
    (CHARGE, drop("seats", "pool", "2", "due"), '$.seats[0]["2"].due', Flaw.MISSING_KEY),
    ("refunds.reinstated.v1", put("due", to=5), "$.due", Flaw.WRONG_TYPE),
    ("refunds.dues_paid.v1", put("seats", "0", to=DUE_DATA), "$.seats", Flaw.UNKNOWN_KEY),
    ("refunds.money_moved.v1", put("arrived", "once", to=None), "$.arrived.once", Flaw.WRONG_TYPE),
    ("refunds.money_moved.v1", put("refund", to=""), "$.refund", Flaw.EMPTY),
    ("registrations.registration.v1", put("state", to="gone"), "$.state", Flaw.UNKNOWN_NAME),
    ("registrations.registered.v1", put("origin", to="csv"), "$.origin", Flaw.UNKNOWN_NAME),
    ("registrations.requested.v1", put("person", to=None), "$.person", Flaw.WRONG_TYPE),
    ("purchase.bulk_buying_off.v1", put("role", to="CLIENT"), "$.role", Flaw.UNKNOWN_NAME),
    (NOTICE, put("seats", 0, to=0), "$.seats[0]", Flaw.TOO_SMALL),
    (NOTICE, put("hold", to=7), "$.hold", Flaw.WRONG_TYPE),
    (REVOKED_, put("until", to=LATE), "$.until", Flaw.WRONG_TYPE),
    (NOTICE, put("to", to=7), "$.to", Flaw.WRONG_TYPE),
    # Numbers and switches
    (POOL, put("version", to=True), "$.version", Flaw.WRONG_TYPE),
    (POOL, put("version", to=7.0), "$.version", Flaw.WRONG_TYPE),
    (POOL, put("version", to="7"), "$.version", Flaw.WRONG_TYPE),
    (POOL, put("version", to=2**53 + 1), "$.version", Flaw.TOO_LARGE),
    (POOL, put("version", to=-(2**53) - 1), "$.version", Flaw.TOO_SMALL),
    (POOL, put("prices", 3, "minor", to=5.9), "$.prices[3].minor", Flaw.WRONG_TYPE),
    (POOL, put("prices", 3, "minor", to=True), "$.prices[3].minor", Flaw.WRONG_TYPE),
    (POOL, put("prices", 3, "minor", to=10**15 + 1), "$.prices[3].minor", Flaw.TOO_LARGE),
    (POOL, put("prices", 3, "minor", to=10**5000), "$.prices[3].minor", Flaw.TOO_LARGE),
    (POOL, put("prices", 3, "currency", to="cad"), "$.prices[3].currency", Flaw.UNKNOWN_CURRENCY),
    (POOL, put("prices", 3, "currency", to=None), "$.prices[3].currency", Flaw.WRONG_TYPE),
    (POOL, put("prices", 3, "currency", to=["CAD"]), "$.prices[3].currency", Flaw.WRONG_TYPE),
    (POOL, put("policy", "assign_at_purchase", to="false"), "$.policy.assign_at_purchase", Flaw.WRONG_TYPE),
    (POOL, put("policy", "assign_at_purchase", to=0), "$.policy.assign_at_purchase", Flaw.WRONG_TYPE),
    (REVOKED_, put("seat", to=0), "$.seat", Flaw.TOO_SMALL),
    (REVOKED_, put("seat", to="3"), "$.seat", Flaw.WRONG_TYPE),
    # Keys that are ids
    (SESSION, put("holds", "", to=HELD_ONE), "$.holds", Flaw.UNKNOWN_KEY),
    (SESSION, put("holds", "h 3", to=HELD_ONE), "$.holds", Flaw.UNKNOWN_KEY),
    # Strings
    (REVOKED_, put("act", "by", to=""), "$.act.by", Flaw.EMPTY),
    (REVOKED_, put("act", "by", to="x" * 256), "$.act.by", Flaw.TOO_LONG),
    (REVOKED_, put("act", "by", to=None), "$.act.by", Flaw.WRONG_TYPE),
    (REVOKED_, put("act", "by", to="a\nb"), "$.act.by", Flaw.UNSAFE_CHARACTER),
    (NOTICE, put("key", to="\ud800"), "$.key", Flaw.UNSAFE_CHARACTER),
    (REVOKED_, put("holder", "address", to="ann"), "$.holder.address", Flaw.NOT_AN_ADDRESS),
    (REVOKED_, put("holder", "address", to={"typed": "ann@example.com"}), "$.holder.address", Flaw.WRONG_TYPE),
    (REVOKED_, put("holder", "account", to="\u202e"), "$.holder.account", Flaw.UNSAFE_CHARACTER),
    (REVOKED_, put("holder", "account", to=42), "$.holder.account", Flaw.WRONG_TYPE),
    # Days
    (HELD, put("until", "day", "date", to="20270328"), "$.until.day.date", Flaw.WRONG_FORM),
    (HELD, put("until", "day", "date", to="2027-02-29"), "$.until.day.date", Flaw.WRONG_FORM),
    (HELD, put("until", "day", "date", to="9999-12-31"), "$.until.day.date", Flaw.NO_SUCH_TIME),
    (HELD, put("until", "day", "date", to=None), "$.until.day.date", Flaw.WRONG_TYPE),
    (HELD, put("until", "day", "zone", to="Europe/Atlantis"), "$.until.day.zone", Flaw.UNKNOWN_ZONE),
    # What a constructor says of one field, or of the whole
    (OPENED, put("ends", to="2027-03-08T09:00:00+00:00"), "$.ends", Flaw.WRONG_ORDER),
    ("sessions.moved.v1", put("starts", to="2027-03-08T17:00:00+00:00"), "$.ends", Flaw.WRONG_ORDER),
    ("sessions.moved.v1", put("starts", to="2027-03-08T09:00:00"), "$.starts", Flaw.NAIVE_TIME),
    (OPENED, put("capacity", to=-1), "$.capacity", Flaw.TOO_SMALL),
    (POOL, put("policy", "modes", to=[]), "$.policy.modes", Flaw.EMPTY),
    (POOL, put("policy", "invitation_hours", to=0), "$.policy.invitation_hours", Flaw.TOO_SMALL),
    (BOUGHT, put("policy", "reminders", to=101), "$.policy.reminders", Flaw.TOO_LARGE),
    (BOUGHT, put("prices", to=[]), "$.prices", Flaw.EMPTY),
    (BOUGHT, put("prices", 0, "minor", to=-1), "$.prices", Flaw.TOO_SMALL),
    (BOUGHT, put("prices", 1, "currency", to="EUR"), "$.prices", Flaw.MIXED_CURRENCIES),
    (CAPTURED, put("terms", "percent", to="101"), "$.terms.percent", Flaw.TOO_LARGE),
    (CAPTURED, put("terms", "percent", to=12.5), "$.terms.percent", Flaw.WRONG_TYPE),
    (CAPTURED, put("terms", "per_seat", "minor", to=-1), "$.terms.per_seat", Flaw.TOO_SMALL),
    (CAPTURED, put("terms", "once", "currency", to="EUR"), "$.terms.once", Flaw.MIXED_CURRENCIES),
    (CAPTURED, put("captured", "minor", to=-1), "$.captured", Flaw.TOO_SMALL),
    (CAPTURED, put("captured", "currency", to="EUR"), "$.terms", Flaw.MIXED_CURRENCIES),
    (CHARGE, drop("seats", "pool", "2", "back"), '$.seats[0]["2"].back', Flaw.MISSING_KEY),
    (CHARGE, put("refunds", "back", "state", to="gone"), "$.refunds[0].state", Flaw.UNKNOWN_NAME),
    # Credits, rights, partners
    (DEBITED, put("amount", to=1.9), "$.amount", Flaw.WRONG_TYPE),
    (DEBITED, put("amount", to=1.0), "$.amount", Flaw.WRONG_TYPE),
    (DEBITED, put("amount", to=True), "$.amount", Flaw.WRONG_TYPE),
    (DEBITED, put("amount", to="8"), "$.amount", Flaw.WRONG_TYPE),
    (DEBITED, put("amount", to=0), "$.amount", Flaw.TOO_SMALL),
    (DEBITED, put("balance", to=-1), "$.balance", Flaw.TOO_SMALL),
    (DEBITED, put("balance", to=MOST_CREDITS + 1), "$.balance", Flaw.TOO_LARGE),
    (DEBITED, put("enrolment", to=None), "$.enrolment", Flaw.WRONG_TYPE),
    ("wallet.deducted.v1", put("lapsed", 0, to=None), "$.lapsed[0]", Flaw.WRONG_TYPE),
    (WALLET, put("balance", to=-1), "$.balance", Flaw.TOO_SMALL),
    (WALLET, put("holds", "e-2", "amount", to=8.5), "$.holds[0].amount", Flaw.WRONG_TYPE),
    (WALLET, drop("threshold"), "$.threshold", Flaw.MISSING_KEY),
    ("wallet.entry_reversed.v1", put("kind", to="gift"), "$.kind", Flaw.UNKNOWN_NAME),
    ("wallet.topped_up.v1", put("reason", to=""), "$.reason", Flaw.EMPTY),
    (LIMIT, put("members", to=["south", "north"]), "$.members", Flaw.WRONG_ORDER),
    (LIMIT, put("since", to="2027-03-01T09:00:00"), "$.since", Flaw.NAIVE_TIME),
    ("spending.limit_set.v1", put("members", to=[]), "$.members", Flaw.EMPTY),
    (GRANTS, put("held", 0, "right", to="everything"), "$.held[0].right", Flaw.UNKNOWN_NAME),
    (GRANTS, put("held", 0, "actions", to=["edit"]), "$.held[0].actions", Flaw.WRONG_FORM),
    (GRANTS, put("held", 0, "scope", "partner", to=1), "$.held[0].scope.partner", Flaw.WRONG_TYPE),
    (GRANTS, drop("held", 1, "scope", "pool"), "$.held[1].scope.pool", Flaw.MISSING_KEY),
    ("rights.role_granted.v1", put("rights", "everything", to=["view"]), "$.rights", Flaw.UNKNOWN_KEY),
    ("partners.branded.v1", put("branding", "colour", to="green"), "$.branding.colour", Flaw.WRONG_FORM),
    ("partners.converted.v1", put("kind", to="WHITELABEL"), "$.kind", Flaw.UNKNOWN_NAME),
    ("offerings.selected.v1", put("personal", "north", to=-1), "$.personal[1]", Flaw.TOO_SMALL),
    ("participants.enrolment.v1", put("state", to="gone"), "$.state", Flaw.UNKNOWN_NAME),
    (NOTICE, put("price", to=1.9), "$.price", Flaw.WRONG_TYPE),
    # The first of several
    (REVOKED_, put("act", to={**ACT, "by": "", "key": ""}), "$.act.by", Flaw.EMPTY),
]


@pytest.mark.parametrize(("name", "change", "place", "expected"), WRONG)
def test_what_is_wrong_is_refused_where_it_stands(name: str, change: Change, place: str, expected: Flaw) -> None:
    """Nothing is converted, filled in or passed over; the path says where, and shows nothing that came in (K9, K11)."""
    assert flaw(lambda: json.load(KIND[name], changed(name, change))) == (place, expected)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "0",
        "01",
        "1.0",
        " 1",
        "1 ",
        "+1",
        "-1",
        "1_0",
        "1e1",
        "٣",
        "true",
        "1000001",
        "1" * 5000,
        "ann@example.com",
        3,
    ],
)
def test_a_key_that_is_no_seat_number_is_refused_of_its_object(key: Data) -> None:
    """Seat numbers are plain decimals from 1, or two keys could be one seat; what the key was is not shown (K11)."""
    data = changed(POOL, put("enrolled", key, to=ANN_DATA))
    assert flaw(lambda: json.load(SeatPool, data)) == ("$.enrolled", Flaw.UNKNOWN_KEY)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2027-03-08T17:00:00", Flaw.NAIVE_TIME),
        ("2027-03-08T17:00:00.000001", Flaw.NAIVE_TIME),
        ("2027-03-08T17:00:00Z", Flaw.WRONG_FORM),
        ("2027-03-08T18:00:00+01:00", Flaw.WRONG_FORM),
        ("2027-03-08 17:00:00+00:00", Flaw.WRONG_FORM),
        ("2027-03-08T17:00:00.000000+00:00", Flaw.WRONG_FORM),
        ("2027-03-08T17:00:00.5+00:00", Flaw.WRONG_FORM),
        ("2027-W10-1T17:00:00+00:00", Flaw.WRONG_FORM),
        ("20270308T170000.000+00:00", Flaw.WRONG_FORM),
        ("2027-03-08T24:00:00+00:00", Flaw.WRONG_FORM),
        ("2027-03-08T17:00:00+00:00\n", Flaw.WRONG_FORM),
        ("２027-03-08T17:00:00+00:00", Flaw.WRONG_FORM),
        ("12027-03-08T17:00:00+00:00", Flaw.WRONG_FORM),
        ("2027-02-29T17:00:00+00:00", Flaw.NO_SUCH_TIME),
        ("0000-03-08T17:00:00+00:00", Flaw.NO_SUCH_TIME),
        ("2027-03-08T17:00:60+00:00", Flaw.NO_SUCH_TIME),
        (1804525200, Flaw.WRONG_TYPE),
    ],
)
def test_a_time_is_read_in_one_form_alone(time: Data, expected: Flaw) -> None:
    """A moment has one text, in UTC; others that Python would read are somebody else's (K8)."""
    data = changed(OPENED, put("ends", to=time))
    assert flaw(lambda: json.load(SessionOpened, data)) == ("$.ends", expected)


@pytest.mark.parametrize("minor", [1.0, True])
def test_what_equals_an_amount_is_not_taken_for_one(minor: object) -> None:
    """Also not where an equal amount was read before, and is remembered (K6)."""
    assert json.load(Money, {"minor": 1, "currency": "CAD"}) == Money.of("0.01", "CAD")
    assert flaw(lambda: json.load(Money, {"minor": minor, "currency": "CAD"})) == ("$.minor", Flaw.WRONG_TYPE)


@pytest.mark.parametrize("data", [None, True, 1, 1.0, "seats.revoked.v1", [], [REVOKED_DATA]])
def test_what_is_no_object_is_no_event(data: Data) -> None:
    """The whole is checked like any part of it."""
    assert flaw(lambda: json.load(json.EVENT, data)) == ("$", Flaw.WRONG_TYPE)
    assert flaw(lambda: json.load(SeatRevoked, data)) == ("$", Flaw.WRONG_TYPE)


# --- Text ---------------------------------------------------------------------------------------------------------

REVOKED_TEXT: Final = (
    '{"act":{"at":"2027-03-01T09:00:00+00:00","by":"manager","key":"key"},'
    '"holder":{"account":"ann","address":"ann@example.com"},"seat":3,"to":null,"type":"seats.revoked.v1",'
    '"until":null}'
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        b"",
        "revoked",
        REVOKED_TEXT[:-1],
        REVOKED_TEXT + "}",
        "\ufeff" + REVOKED_TEXT,
        REVOKED_TEXT.encode("utf-16"),
        REVOKED_TEXT.replace("ann", "anné").encode("latin-1"),
        REVOKED_TEXT.replace('"seat":3', '"seat":3,"seat":3'),
        REVOKED_TEXT.replace('"seat":3', '"seat":3,"s\\u0065at":4'),
        REVOKED_TEXT.replace('"by":"manager"', '"by":"manager","by":"ann"'),
        REVOKED_TEXT.replace("ann", "a\tnn"),
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"type":' + "[" * 5_000 + "]" * 5_000 + "}",
    ],
)
def test_text_that_is_no_json_is_refused(text: str | bytes) -> None:
    """Cut off, in another encoding, with a key twice, nested too deep: it is not read at all."""
    assert flaw(lambda: json.loads(SeatRevoked, text)) == ("$", Flaw.WRONG_FORM)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("3.0", Flaw.WRONG_TYPE),
        ("3e0", Flaw.WRONG_TYPE),
        ("NaN", Flaw.WRONG_TYPE),
        ("Infinity", Flaw.WRONG_TYPE),
        ("-Infinity", Flaw.WRONG_TYPE),
        ("1e400", Flaw.WRONG_TYPE),
        ("1." + "0" * 5_000, Flaw.WRONG_TYPE),
        ("9" * 5_000, Flaw.TOO_LARGE),
        ("-" + "9" * 5_000, Flaw.TOO_SMALL),
        ("1" + "0" * 5_000, Flaw.TOO_LARGE),
    ],
)
def test_a_number_that_is_none_is_refused_where_it_stands(number: str, expected: Flaw) -> None:
    """What JSON's grammar allows, or Python's parser, is not yet a number of a seat (K9)."""
    text = REVOKED_TEXT.replace('"seat":3', f'"seat":{number}')
    assert flaw(lambda: json.loads(SeatRevoked, text)) == ("$.seat", expected)


def test_a_long_number_costs_nothing_whatever_the_interpreter_allows() -> None:
    """Python limits the figures of a number only until somebody switches the limit off."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        assert flaw(lambda: json.loads(int, "9" * 10_000_000)) == ("$", Flaw.TOO_LARGE)
    finally:
        sys.set_int_max_str_digits(limit)


def test_text_is_canonical() -> None:
    """One value, one text: keys in order, no blanks, letters as themselves."""
    assert json.dumps(REVOKED) == REVOKED_TEXT
    assert json.dumps({"b": "é\u2028", "a": [True, None, -1]}) == '{"a":[true,null,-1],"b":"é\u2028"}'


# --- Nothing personal in errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        put("holder", "address", to="secret"),
        put("holder", "account", to="secret\n"),
        put("secret", to=1),
        put("holder", "secret", to=1),
        put("to", to={"address": "secret", "account": None}),
        put("type", to="secret"),
        put("act", "at", to="secret"),
        put("act", to={"secret": "secret"}),
    ],
)
def test_errors_do_not_show_what_was_read(change: Change) -> None:
    """Not in the message, not in a cause, not in what was being handled: all of it ends up in logs (K11)."""
    data = changed(REVOKED_, change)
    with pytest.raises(BadValue) as caught:
        _ = json.loads(SeatRevoked, standard.dumps(data))
    assert "secret" not in "".join(traceback.format_exception_only(caught.value))
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)


@pytest.mark.parametrize("text", ['{"secret', "secret", b"secret\xff", '{"secret":1,"secret":2}'])
def test_errors_do_not_show_text_that_is_no_json(text: str | bytes) -> None:
    """The parser's own error keeps the whole document; it is gone (K11)."""
    with pytest.raises(BadValue) as caught:
        _ = json.loads(SeatRevoked, text)
    assert (str(caught.value), caught.value.__context__, caught.value.__cause__) == ("$: wrong_form", None, None)


# --- Kinds --------------------------------------------------------------------------------------------------------


def test_a_kind_reads_its_own_events_alone() -> None:
    """The log of a pool does not take an event of a session, and type checkers know what comes out of it."""
    event: SeatEvent = json.load(json.SEAT_EVENT, REVOKED_DATA)
    opened: SessionEvent = json.load(json.SESSION_EVENT, BY_NAME[OPENED])
    either: Event = json.load(json.EVENT, BY_NAME[OPENED])
    assert (event, opened, either) == (REVOKED, KEPT[1][0], KEPT[1][0])
    own = Registered(RegistrationId("own"), SessionId("excel"), ANN, Origin.IMPORTED, None, act())
    registered: RegistrationEvent = json.load(json.REGISTRATION_EVENT, BY_NAME["registrations.registered.v1"])
    assert registered == json.load(json.EVENT, BY_NAME["registrations.registered.v1"]) == own
    assert flaw(lambda: json.load(json.REGISTRATION_EVENT, REVOKED_DATA)) == ("$.type", Flaw.UNKNOWN_NAME)
    assert flaw(lambda: json.load(json.SEAT_EVENT, BY_NAME[OPENED])) == ("$.type", Flaw.UNKNOWN_NAME)
    assert flaw(lambda: json.load(json.EVENT, BY_NAME["seats.same_holder.v1"])) == ("$.type", Flaw.UNKNOWN_NAME)


AREAS: Final[Mapping[str, tuple[Data, Data]]] = {
    "seats": (json.SEAT_EVENT, SeatEvent),
    "sessions": (json.SESSION_EVENT, SessionEvent),
    "refunds": (json.CHARGE_EVENT, ChargeEvent),
    "registrations": (json.REGISTRATION_EVENT, RegistrationEvent),
    "rights": (json.GRANTS_EVENT, GrantsEvent),
    "partners": (json.PARTNER_EVENT, PartnerEvent),
    "offerings": (json.OFFERING_EVENT, OfferingEvent),
    "wallet": (json.WALLET_EVENT, WalletEvent),
    "spending": (json.SPENDING_EVENT, SpendingEvent),
    "participants": (json.ENROLMENT_EVENT, EnrolmentEvent),
    "providers": (json.PROVIDER_EVENT, ProviderEvent),
    "arrangements": (json.ARRANGEMENT_EVENT, ArrangementEvent),
    "trainings": (json.TRAINING_EVENT, TrainingEvent),
    "carts": (json.CART_EVENT, CartEvent),
    "codes": (json.CODE_EVENT, CodeEvent),
    "documents": (json.NUMBERING_EVENT, NumberingEvent),
    "offers": (json.OFFER_EVENT, OfferEvent),
    "grants": (json.GRANT_EVENT, GrantEvent),
    "schedules": (json.SCHEDULE_EVENT, ScheduleEvent),
    "confirmation": (json.CONFIRMATION_EVENT, ConfirmationEvent),
}


@pytest.mark.parametrize(("kind", "union"), list(AREAS.values()), ids=list(AREAS))
def test_a_log_takes_its_own_events_and_no_others(kind: Data, union: Data) -> None:
    """Each kind reads all the events of its union, whole, and refuses those of every other area by their name."""
    own = [(value, data) for value, data in KEPT if type(value) in get_args(union)]
    assert {type(value) for value, _ in own} == set(get_args(union))
    assert [json.load(kind, data) for _, data in own] == [value for value, _ in own]
    others = [data for value, data in KEPT if type(value) in get_args(AnyEvent) and type(value) not in get_args(union)]
    assert {flaw(partial(json.load, kind, data)) for data in others} == {("$.type", Flaw.UNKNOWN_NAME)}


def test_any_refusal_is_read() -> None:
    """A host that stores why a button was grey finds the refusal again, not only its code."""
    refusal: Refusal = json.load(json.REFUSAL, {"type": "seats.same_holder.v1", "seat": 9})
    assert refusal == SameHolder(SeatNo(9))


def test_a_notice_is_to_a_person_or_to_the_buyer() -> None:
    """The buyer is an id, a string; a learner is an object: nothing else has to tell them apart."""
    notice = Notice(
        "order:2:refunds.failed_buyer:3",
        ActorId("manager"),
        Template.REFUND_FAILED,
        SessionId("excel"),
        PoolId("pool"),
        (SeatNo(3),),
        amount=PRICE,
    )
    data = json.dump(notice)
    assert isinstance(data, dict)
    assert (data["to"], data["amount"]) == ("manager", TEN)
    assert json.load(Notice, data) == notice


def test_a_notice_need_not_be_about_seats() -> None:
    """One who waits for a place is told about it before there is a pool or a seat of theirs (N2)."""
    notice = Notice(
        "excel:7:sessions.offered:1",
        DAN,
        Template.OFFERED,
        SessionId("excel"),
        hold=HoldId("offer:7.1"),
        until=INSTANT,
    )
    data = json.dump(notice)
    assert isinstance(data, dict)
    assert (data["pool"], data["seats"], data["hold"]) == (None, [], "offer:7.1")
    assert json.load(Notice, data) == notice


@pytest.mark.parametrize(("value", "data"), PARTS, ids=[type(value).__name__ for value, _ in PARTS])
def test_parts_of_dates_are_written_and_read(value: object, data: Data) -> None:
    """A host may keep by which rule dates were planned, and what a notice said, in columns of their own (C7)."""
    assert (json.dump(value), json.load(type(value), data)) == (data, value)


def test_parts_are_written_and_read_too() -> None:
    """A host may keep an amount, a person or a deadline in a column of its own."""
    assert json.load(Money, json.dump(PRICE)) == PRICE
    assert json.load(Person, ANN_DATA) == ANN
    assert (
        json.load(Deadline, json.dump(DAY))
        == DAY
        == Deadline(DAY.instant, LocalDay(date(2027, 3, 28), Zone("Europe/Paris")))
    )
    assert json.load(SessionId, "excel") == "excel"


# --- What is asked, for fingerprints --------------------------------------------------------------------------------

CONTENT: Final[Mapping[str, object]] = {
    "do": "everything",
    "pool": PoolId("pool"),
    "seat": SeatNo(3),
    "seats": (SeatNo(2), SeatNo(10)),
    "to": None,
    "learners": (ANN, ANN_TYPED),
    "prices": (PRICE,),
    "policy": Policy(),
    "until": DAY,
    "starts": STARTS,
    "state": SeatState.FREE,
    "by_seat": {SeatNo(3): ANN},
    "accounts": frozenset({"b", "a", "ann"}),
    "numbers": {10, 9},
    "whole": True,
}
CONTENT_TEXT: Final = (
    '{"accounts":["a","ann","b"],"by_seat":{"3":{"account":"ann","address":"ann@example.com"}},"do":"everything",'
    '"learners":[{"account":"ann","address":"ann@example.com"},{"account":null,"address":"Ann@EXAMPLE.com"}],'
    '"numbers":[10,9],"policy":{"assign_at_purchase":false,"buyers_cancel":false,"invitation_hours":168,'
    '"modes":["confirmation","immediate"],"release_unpaid":false,"reminders":2,"unassigned_hours":null,'
    '"withdrawal":false},"pool":"pool","prices":[{"currency":"CAD","minor":1000}],'
    '"seat":3,"seats":[2,10],"starts":"2027-03-08T09:00:00+00:00","state":"free","to":null,'
    '"until":{"day":{"date":"2027-03-28","zone":"Europe/Paris"},"instant":"2027-03-28T22:00:00+00:00"},"whole":true}'
)


def test_content_has_one_text() -> None:
    """A fingerprint that was stored is the same for the same command in every later release (K4)."""
    assert json.dumps(CONTENT) == CONTENT_TEXT
    assert json.dumps(dict(reversed(list(CONTENT.items())))) == CONTENT_TEXT


def test_a_fingerprint_does_not_see_in_which_zone_a_time_was_given() -> None:
    """An instant is one instant: a repeated request may come from a browser that has travelled (K4, K8)."""
    there = STARTS.astimezone(ZoneInfo("America/Toronto"))
    assert fingerprint({"starts": there}) == fingerprint({"starts": STARTS})


@pytest.mark.parametrize(
    ("content", "place", "expected"),
    [
        ({"rate": 1.5}, "$.rate", Flaw.WRONG_TYPE),
        ({"rate": float("nan")}, "$.rate", Flaw.WRONG_TYPE),
        ({"rate": Decimal("1.5")}, "$.rate", Flaw.WRONG_TYPE),
        ({"it": object()}, "$.it", Flaw.WRONG_TYPE),
        ({"it": b"bytes"}, "$.it", Flaw.WRONG_TYPE),
        ({"it": int}, "$.it", Flaw.WRONG_TYPE),
        ({"it": [0, {"rate": 1.5}]}, "$.it[1].rate", Flaw.WRONG_TYPE),
        ({"it": Decision("state")}, "$.it", Flaw.WRONG_TYPE),
        ({"starts": datetime(2027, 3, 8, 9)}, "$.starts", Flaw.NAIVE_TIME),  # noqa: DTZ001 - that is the flaw
        ({"by_seat": {SeatNo(3): 1.5}}, "$.by_seat[0]", Flaw.WRONG_TYPE),
        ({"by_address": {"ann@example.com": 1.5}}, "$.by_address[0]", Flaw.WRONG_TYPE),
        ({None: 1}, "$", Flaw.WRONG_TYPE),
        (1.5, "$", Flaw.WRONG_TYPE),
    ],
)
def test_what_has_no_form_is_not_written(content: object, place: str, expected: Flaw) -> None:
    """A float has many texts, and a naive time no instant: neither gets into a fingerprint (K4, K8)."""
    assert flaw(lambda: json.dumps(content)) == (place, expected)


# --- A table of one's own -------------------------------------------------------------------------------------------


@frozen
class RoomMoved:
    """An event of a host's own. Its first version did not say from where, and its second not whom it told, and when."""

    was: SeatNo | None
    now: SeatNo
    told: frozenset[ActorId]
    on: date | None
    act: Act


@frozen
class RoomClosed:
    """Another event of the host's."""

    act: Act


ROOM_DATA: Final = {
    "type": "host.room_moved.v3",
    "was": 1,
    "now": 2,
    "told": ["ann", "ben"],
    "on": "2027-03-08",
    "act": ACT,
}
ROOM: Final = RoomMoved(SeatNo(1), SeatNo(2), frozenset({ActorId("ben"), ActorId("ann")}), date(2027, 3, 8), act())


def _from_v1(data: dict[str, Data]) -> dict[str, Data]:
    return {**data, "type": "host.room_moved.v2", "was": None}


def _from_v2(data: dict[str, Data]) -> dict[str, Data]:
    return {**data, "type": "host.room_moved.v3", "told": [], "on": None}


HOST: Final = json.Format(
    {**NAMES, RoomMoved: "host.room_moved.v3", RoomClosed: "host.room_closed.v1"},
    {"host.room_moved.v1": _from_v1, "host.room_moved.v2": _from_v2},
    {Event: SeatEvent | SessionEvent | RoomMoved | RoomClosed},
)


def test_a_host_keeps_events_of_its_own() -> None:
    """Beside those of the library, in the same log and the same receipts, with nothing global changed."""
    receipt = Receipt(ActorId("manager"), Key("key"), (Written("room", 1, ROOM), Written("pool", 2, REVOKED)))
    assert HOST.dump(ROOM) == ROOM_DATA
    assert HOST.load(RoomMoved, ROOM_DATA) == ROOM
    assert HOST.loads(Receipt, HOST.dumps(receipt)) == receipt
    assert flaw(lambda: json.load(Receipt, HOST.dump(receipt))) == ("$.written[0].event.type", Flaw.UNKNOWN_NAME)


def test_events_of_earlier_versions_still_load() -> None:
    """An older name says what to make of its data, from version to version; it is never written again (promise 8)."""
    first = {"type": "host.room_moved.v1", "now": 2, "act": ACT}
    second = {"type": "host.room_moved.v2", "was": 1, "now": 2, "act": ACT}
    lifted = RoomMoved(None, SeatNo(2), frozenset(), None, act())
    assert HOST.load(RoomMoved, first) == lifted
    assert HOST.load(json.EVENT, second) == RoomMoved(SeatNo(1), SeatNo(2), frozenset(), None, act())
    assert HOST.loads(json.EVENT, HOST.dumps(lifted)) == lifted
    assert first == {"type": "host.room_moved.v1", "now": 2, "act": ACT}


def test_what_was_lifted_is_checked_like_anything_else() -> None:
    """Old data are not trusted more than new ones."""
    assert flaw(lambda: HOST.load(RoomMoved, {"type": "host.room_moved.v1", "now": 0, "act": ACT})) == (
        "$.now",
        Flaw.TOO_SMALL,
    )
    assert flaw(lambda: HOST.load(RoomMoved, {"type": "host.room_moved.v1", "act": ACT})) == ("$.now", Flaw.MISSING_KEY)
    assert flaw(lambda: HOST.load(SeatRevoked, {"type": "host.room_moved.v1", "now": 0, "act": ACT})) == (
        "$.type",
        Flaw.UNKNOWN_NAME,
    )


@pytest.mark.parametrize("told", [["ben", "ann"], ["ann", "ann"]])
def test_a_set_has_one_order(told: list[str]) -> None:
    """Sets are written in one order, and nothing else is read as one."""
    assert flaw(lambda: HOST.load(RoomMoved, {**ROOM_DATA, "told": told})) == ("$.told", Flaw.WRONG_ORDER)


@frozen
class Loose:
    """Has fields that take one thing or another."""

    either: bool | str | None
    address: EmailAddress | SeatNo
    seats: tuple[SeatNo, ...] | None
    told: frozenset[ActorId] | None
    paid: Mapping[SeatNo, Money] | None
    event: Event | None


LOOSE: Final[list[tuple[Loose, Data]]] = [
    (
        Loose(None, SeatNo(3), None, None, None, None),
        {"either": None, "address": 3, "seats": None, "told": None, "paid": None, "event": None},
    ),
    (
        Loose(
            False,
            EmailAddress("ann@example.com"),
            (SeatNo(3),),
            frozenset({ActorId("b"), ActorId("a")}),
            {SeatNo(3): PRICE},
            REVOKED,
        ),
        {
            "either": False,
            "address": "ann@example.com",
            "seats": [3],
            "told": ["a", "b"],
            "paid": {"3": TEN},
            "event": REVOKED_DATA,
        },
    ),
]


@pytest.mark.parametrize(("value", "data"), LOOSE)
def test_members_of_a_union_are_told_apart_by_their_form(value: Loose, data: Data) -> None:
    """A string from an object, an object from nothing: what JSON shows by itself needs no name."""
    assert (json.dump(value), json.load(Loose, data)) == (data, value)


@pytest.mark.parametrize(
    ("field", "other", "place"),
    [
        ("either", 0, "$.either"),
        ("address", None, "$.address"),
        ("seats", 3, "$.seats"),
        ("told", {}, "$.told"),
        ("paid", [], "$.paid"),
        ("event", "seats.revoked.v1", "$.event"),
    ],
)
def test_a_form_that_no_member_has_is_refused(field: str, other: object, place: str) -> None:
    """Nothing is tried out: `0` is not taken for `false`, nor an empty array for an empty object."""
    assert flaw(lambda: json.load(Loose, {**LOOSE[1][1], field: other})) == (place, Flaw.WRONG_TYPE)


@frozen
class Odd:
    """Has a field that no JSON stands for."""

    rate: float


def test_a_class_that_cannot_be_read_is_its_authors_fault() -> None:
    """That is no bad value: no data could ever mend it."""
    with pytest.raises(TypeError, match="no JSON stands for <class 'float'>"):
        _ = json.load(Odd, {"rate": 1.5})


@frozen
class Broken:
    """Cannot be made."""

    number: int

    def __attrs_post_init__(self) -> None:
        raise ZeroDivisionError


def test_a_constructor_that_breaks_is_not_hidden() -> None:
    """Nor is this: only what a class refuses as a `BadValue` is said of the data."""
    with pytest.raises(ZeroDivisionError):
        _ = json.load(Broken, {"number": 1})
