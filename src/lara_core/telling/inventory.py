"""Which texts there are, which fields each may name, and what its forms go by (T2).

All of it is made from the unions and enums themselves: a refusal, a template or a state that is added has a text from
then on, and a catalogue without words for it is found out. Part of `lara_core.telling.texts`, which is where to import
from.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias, get_args

from attrs import fields

from lara_core.access import AccessRefusal
from lara_core.cart import BasketState, BasketVerb, CartEvent, CartFull, CartRefusal, LineKind, Method
from lara_core.checkout import CheckoutRefusal
from lara_core.confirmation import (
    ClientAnswer,
    Column,
    ConfirmationRefusal,
    ConfirmationState,
    ConfirmationVerb,
    Missing,
    Standing,
)
from lara_core.documents import NumberingRefusal
from lara_core.enrolment import EnrolmentRefusal, NobodyToEnrol
from lara_core.kernel.errors import BadValue, Flaw, IdReused, NotFound, StaleState
from lara_core.offerings import OfferingRefusal
from lara_core.offers import GrantInForce, GrantState, GrantVerb, Homework, OfferRefusal, OfferStatus, Telling
from lara_core.participants import EnrolmentState, EnrolmentVerb, ParticipantRefusal
from lara_core.partners import PartnerKind, PartnerRefusal
from lara_core.promotions import CodeRefusal, CodeUsedUp, UsesBelowUse
from lara_core.providers import Arranged, ProviderRefusal
from lara_core.purchase import BuyerRole, PurchaseRefusal
from lara_core.refunds import NothingDue, RefundRefusal, RefundState, RefundVerb
from lara_core.registrations import NobodyToRegister, Origin, RegistrationRefusal, RegistrationState, RegistrationVerb
from lara_core.replies import RepliesRefusal
from lara_core.rights import Action, ForumRole, NotGranted, Right, RightsRefusal
from lara_core.rosters import Reason, RosterRefusal, Use
from lara_core.schedules import ScheduleRefusal
from lara_core.seats import (
    AccountNeeded,
    AlreadySeated,
    Cause,
    LearnersNeeded,
    Mode,
    NamedTwice,
    NobodyToSeat,
    NotEnoughSeats,
    NothingOverdue,
    RemindersUsed,
    SeatRefusal,
    SeatState,
    SeatVerb,
)
from lara_core.sessions import (
    CapacityBelowUse,
    FewerTaken,
    NotEnoughPlaces,
    PeopleWaiting,
    PlacesForSale,
    SessionRefusal,
)
from lara_core.spending import LimitBelowUse, LimitReached, SpendingRefusal
from lara_core.telling.notices import REFUSALS, TABLE, Party, Template
from lara_core.wallet import DeductionTooLarge, EntryKind, Misfit, NotEnoughCredits, TopUpSpent, WalletRefusal

COUNTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        NotEnoughPlaces.code: "available",
        CapacityBelowUse.code: "used",
        FewerTaken.code: "taken",
        PlacesForSale.code: "available",
        PeopleWaiting.code: "waiting",
        NotEnoughSeats.code: "free",
        NobodyToSeat.code: "already",
        AccountNeeded.code: "people",
        AlreadySeated.code: "people",
        NamedTwice.code: "people",
        LearnersNeeded.code: "seats",
        RemindersUsed.code: "reminders",
        NotEnoughCredits.code: "fit",
        NobodyToEnrol.code: "already",
        NobodyToRegister.code: "already",
        CartFull.code: "most",
        CodeUsedUp.code: "uses",
        UsesBelowUse.code: "in_use",
        f"{Template.EXPIRED_BUYER}.subject": "seats",
        f"{Template.EXPIRED_BUYER}.body": "seats",
        f"{Template.CANCELLED_BUYER}.subject": "seats",
        f"{Template.CANCELLED_BUYER}.body": "seats",
        f"{Template.REFUND_REQUESTED}.body": "seats",
        f"{Template.REFUND_SUCCEEDED}.body": "seats",
        f"{Template.REFUND_FAILED}.body": "seats",
        f"{Template.DUE}.body": "seats",
        "show.more": "count",
        "show.credits": "count",
    }
)
"""The texts with plural forms, and the field whose number, or length, chooses the form."""

NONE_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        NotEnoughPlaces.code: "available",
        FewerTaken.code: "taken",
        NotEnoughSeats.code: "free",
        NobodyToSeat.code: "already",
        LearnersNeeded.code: "named",
        RemindersUsed.code: "reminders",
        NothingOverdue.code: "then",
        NothingDue.code: "seat",
        NotGranted.code: "action",
        NotEnoughCredits.code: "fit",
        DeductionTooLarge.code: "available",
        LimitReached.code: "left",
        NobodyToEnrol.code: "already",
        NobodyToRegister.code: "already",
        GrantInForce.code: "until",
        f"{Template.PARTICIPANT_ENROLLED}.body": "starts",
        f"{Template.ENROLMENT_CANCELLED}.body": "starts",
        f"{Template.BASKET_PAID}.body": "amount",
    }
)
"""The texts that say something else altogether, under `….none`, where this field is zero, empty or `None`.

The plural rules of these languages do not set zero apart; people do. A yes/no permission has no action to name, an
enrolment may be in a course alone, without a session that starts, and a purchase may cost nothing.
"""

IN_CREDITS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        NotEnoughCredits.code: frozenset({"total", "available"}),
        DeductionTooLarge.code: frozenset({"available"}),
        TopUpSpent.code: frozenset({"available"}),
        LimitReached.code: frozenset({"asked", "left"}),
        LimitBelowUse.code: frozenset({"used"}),
    }
)
"""The fields of refusals that are sums of credits, and so plain numbers. Those that are `Credits` need not be here."""

Answered: TypeAlias = BadValue | StaleState | IdReused | NotFound
"""What a store can answer a person with. A broken contract is for the adapter's author alone."""

ERRORS: Final[Mapping[type[Answered], str]] = MappingProxyType(
    {
        StaleState: "error.stale_state",
        IdReused: "error.id_reused",
        NotFound: "error.not_found",
    }
)


class Bound(StrEnum):
    """What stands where access has no instant: it is open by now, or has no end."""

    AT_ONCE = "at_once"
    NEVER = "never"


Label: TypeAlias = (
    SeatState
    | SeatVerb
    | Mode
    | Cause
    | RefundState
    | RefundVerb
    | RegistrationState
    | RegistrationVerb
    | Origin
    | BuyerRole
    | Right
    | Action
    | ForumRole
    | PartnerKind
    | EntryKind
    | Misfit
    | EnrolmentState
    | EnrolmentVerb
    | BasketState
    | BasketVerb
    | LineKind
    | Method
    | Arranged
    | OfferStatus
    | GrantState
    | GrantVerb
    | Homework
    | Telling
    | Bound
    | ConfirmationState
    | ConfirmationVerb
    | ClientAnswer
    | Missing
    | Column
    | Use
    | Reason
)
"""What has a word of its own: a verb as on a button, all others as within a sentence."""

LABELS: Final[Mapping[type[StrEnum], str]] = MappingProxyType(
    {
        SeatState: "seat_state",
        SeatVerb: "seat_verb",
        Mode: "seat_mode",
        Cause: "seat_cause",
        RefundState: "refund_state",
        RefundVerb: "refund_verb",
        RegistrationState: "registration_state",
        RegistrationVerb: "registration_verb",
        Origin: "registration_origin",
        BuyerRole: "buyer_role",
        Right: "right",
        Action: "action",
        ForumRole: "forum_role",
        PartnerKind: "partner_kind",
        EntryKind: "entry_kind",
        Misfit: "misfit",
        EnrolmentState: "enrolment_state",
        EnrolmentVerb: "enrolment_verb",
        BasketState: "basket_state",
        BasketVerb: "basket_verb",
        LineKind: "line_kind",
        Method: "payment_method",
        Arranged: "arrangement",
        OfferStatus: "offer_status",
        GrantState: "grant_state",
        GrantVerb: "grant_verb",
        Homework: "homework",
        Telling: "access_message",
        Bound: "access_bound",
        ConfirmationState: "confirmation_state",
        ConfirmationVerb: "confirmation_verb",
        ClientAnswer: "client_answer",
        Missing: "schedule_missing",
        Column: "confirmation_column",
        Use: "roster_use",
        Reason: "roster_reason",
    }
)


def _to(*parties: Party) -> frozenset[Template]:
    return frozenset(
        row.template for table in (TABLE, REFUSALS) for rows in table.values() for row in rows if row.party in parties
    )


ABOUT_CREDITS: Final = _to(Party.ADMINISTRATORS)
ABOUT_ENROLMENTS: Final = _to(Party.PARTICIPANT)
ABOUT_BASKETS: Final = frozenset(row.template for event in get_args(CartEvent) for row in TABLE.get(event, ()))
ABOUT_ACCESS: Final = _to(Party.GRANTEE)
ABOUT_DATES: Final = _to(Party.CONTACT, Party.COPIED, Party.SENDER, Party.ORGANISATION_IF_MASKED)
ABOUT_TRAININGS: Final = frozenset(Template) - ABOUT_CREDITS - ABOUT_BASKETS
ABOUT_SESSIONS: Final = ABOUT_TRAININGS - ABOUT_ENROLMENTS - ABOUT_ACCESS - ABOUT_DATES
ABOUT_PARTNERS: Final = ABOUT_CREDITS | ABOUT_ENROLMENTS
ABOUT_SEATS: Final = ABOUT_SESSIONS - _to(Party.OFFERED, Party.WAITING, Party.REGISTRANT, Party.ORGANISATION)
TO_LEARNERS: Final = _to(
    Party.OFFERED,
    Party.WAITING,
    Party.REGISTRANT,
    Party.PARTICIPANT,
    Party.GRANTEE,
    Party.NEW_HOLDER,
    Party.INVITEE,
    Party.OLD_HOLDER,
    Party.EXPIRED,
)
TO_INVITEES: Final = _to(Party.INVITEE)
TO_ANSWER: Final = TO_INVITEES | _to(Party.OFFERED)
ABOUT_MONEY: Final = _to(Party.PAYER) | ABOUT_BASKETS
THAT_OPENS: Final = frozenset({Template.ACCESS_GRANTED})
THAT_ENDS: Final = THAT_OPENS | {Template.ACCESS_EXTENDED}
TO_STAFF: Final = _to(Party.SENDER, Party.ORGANISATION_IF_MASKED)
TO_CLIENTS: Final = frozenset({Template.PROPOSED, Template.DATES_REMINDED})
PROPOSING: Final = _to(Party.COPIED) | {Template.PROPOSED}
# Nothing can be said of dates that do not hold any more.
WITH_DATES: Final = ABOUT_DATES - {Template.DATES_REPLACED}
WITH_DEADLINE: Final = PROPOSING | TO_CLIENTS | {Template.LAPSED_SENDER}
OF_REFUSALS: Final = frozenset(row.template for rows in REFUSALS.values() for row in rows)

_SESSION: Final = frozenset({"starts", "place"})
# What takes several lines.
_LAID_OUT: Final = frozenset({"dates", "answers", "copies", "message"})
_MORE: Final = (
    (ABOUT_TRAININGS, {"title"}),
    (ABOUT_SESSIONS | ABOUT_ENROLMENTS, _SESSION),
    (ABOUT_PARTNERS, {"partner"}),
    (ABOUT_BASKETS, {"provider"}),
    (ABOUT_CREDITS, {"available"}),
    (OF_REFUSALS, {"price"}),
    (ABOUT_SEATS, {"seats"}),
    (TO_LEARNERS, {"learner"}),
    (TO_ANSWER, {"until", "answer"}),
    (ABOUT_MONEY, {"amount"}),
    (THAT_OPENS, {"opens"}),
    (THAT_ENDS, {"ends"}),
    (ABOUT_DATES, {"recipient"}),
    (WITH_DATES, {"dates"}),
    (WITH_DEADLINE, {"until"}),
    (TO_CLIENTS, {"answers"}),
    (PROPOSING, {"message", "copies"}),
    (TO_STAFF, {"client"}),
)
# A row that has nothing to say, where nothing was sent, needs no words (C5).
_ROWS: Final = {
    Standing.AWAITING: frozenset({"on", "until"}),
    Standing.LAPSED: frozenset({"on", "until"}),
    Standing.ACCEPTED: frozenset({"on"}),
    Standing.DECLINED: frozenset({"on"}),
    Standing.BY_HAND: frozenset({"on"}),
}
_REFUSALS: Final = (
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
    NumberingRefusal | CheckoutRefusal,  # the former is one refusal alone, and no union
    OfferRefusal,
    AccessRefusal,
    ScheduleRefusal,
    ConfirmationRefusal,
    RepliesRefusal,
    RosterRefusal,
)


# The endings of texts that may have several lines.
IN_LINES: Final = (".body", ".body.none", ".opening")


def _texts() -> Iterator[tuple[str, frozenset[str]]]:
    for refusal in (refusal for union in _REFUSALS for refusal in get_args(union)):
        names = frozenset(attribute.name for attribute in fields(refusal))
        yield refusal.code, names
        if refusal.code in NONE_OF:
            yield f"{refusal.code}.none", names - {NONE_OF[refusal.code]}
    for flaw in Flaw:
        yield f"flaw.{flaw}", frozenset()
    for error in ERRORS.values():
        yield error, frozenset()
    for kind, name in LABELS.items():
        for label in kind:
            yield f"{name}.{label}", frozenset()
    for template in Template:
        names = frozenset({"sign_in", "organisation"}).union(
            *(more for templates, more in _MORE if template in templates)
        )
        # What is told of with a session or without one says so in its body.
        in_subject = names - _LAID_OUT
        yield f"{template}.subject", in_subject - _SESSION if template in ABOUT_ENROLMENTS else in_subject
        yield f"{template}.body", names
        if f"{template}.body" in NONE_OF:
            yield f"{template}.body.none", names - _SESSION - {NONE_OF[f"{template}.body"]}
    yield f"{Template.PROPOSED}.opening", frozenset({"title", "sign_in", "organisation", "recipient"})
    for standing, names in _ROWS.items():
        yield f"confirmation_row.{standing}", names
    yield "show.date", frozenset({"day", "times"})
    yield "show.date_at", frozenset({"day", "times", "place"})
    yield "show.place", frozenset({"place"})
    yield "show.zone", frozenset({"zone"})
    yield "show.link", frozenset({"label", "link"})
    yield "show.copies", frozenset({"people"})
    yield "show.instant", frozenset({"date", "time", "zone"})
    yield "show.more", frozenset({"count"})
    yield "show.credits", frozenset({"count"})


TEXTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(dict(_texts()))
"""Every text by its id, and the fields that it may name."""
