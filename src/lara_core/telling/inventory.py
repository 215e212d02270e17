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

from lara_core.enrolment import EnrolmentRefusal, NobodyToEnrol
from lara_core.kernel.errors import BadValue, Flaw, IdReused, NotFound, StaleState
from lara_core.offerings import OfferingRefusal
from lara_core.participants import EnrolmentState, EnrolmentVerb, ParticipantRefusal
from lara_core.partners import PartnerKind, PartnerRefusal
from lara_core.purchase import BuyerRole, PurchaseRefusal
from lara_core.refunds import NothingDue, RefundRefusal, RefundState, RefundVerb
from lara_core.registrations import NobodyToRegister, Origin, RegistrationRefusal, RegistrationState, RegistrationVerb
from lara_core.rights import Action, ForumRole, NotGranted, Right, RightsRefusal
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
        f"{Template.PARTICIPANT_ENROLLED}.body": "starts",
        f"{Template.ENROLMENT_CANCELLED}.body": "starts",
    }
)
"""The texts that say something else altogether, under `….none`, where this field is zero, empty or `None`.

The plural rules of these languages do not set zero apart; people do. A yes/no permission has no action to name, and an
enrolment may be in a course alone, without a session that starts.
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
    }
)


def _to(*parties: Party) -> frozenset[Template]:
    return frozenset(
        row.template for table in (TABLE, REFUSALS) for rows in table.values() for row in rows if row.party in parties
    )


ABOUT_CREDITS: Final = _to(Party.ADMINISTRATORS)
ABOUT_ENROLMENTS: Final = _to(Party.PARTICIPANT)
ABOUT_TRAININGS: Final = frozenset(Template) - ABOUT_CREDITS
ABOUT_SESSIONS: Final = ABOUT_TRAININGS - ABOUT_ENROLMENTS
ABOUT_PARTNERS: Final = ABOUT_CREDITS | ABOUT_ENROLMENTS
ABOUT_SEATS: Final = ABOUT_SESSIONS - _to(Party.OFFERED, Party.WAITING, Party.REGISTRANT, Party.ORGANISATION)
TO_LEARNERS: Final = _to(
    Party.OFFERED,
    Party.WAITING,
    Party.REGISTRANT,
    Party.PARTICIPANT,
    Party.NEW_HOLDER,
    Party.INVITEE,
    Party.OLD_HOLDER,
    Party.EXPIRED,
)
TO_INVITEES: Final = _to(Party.INVITEE)
TO_ANSWER: Final = TO_INVITEES | _to(Party.OFFERED)
TO_PAYERS: Final = _to(Party.PAYER)
OF_REFUSALS: Final = frozenset(row.template for rows in REFUSALS.values() for row in rows)

_SESSION: Final = frozenset({"starts", "place"})
_MORE: Final = (
    (ABOUT_TRAININGS, {"title"}),
    (ABOUT_SESSIONS | ABOUT_ENROLMENTS, _SESSION),
    (ABOUT_PARTNERS, {"partner"}),
    (ABOUT_CREDITS, {"available"}),
    (OF_REFUSALS, {"price"}),
    (ABOUT_SEATS, {"seats"}),
    (TO_LEARNERS, {"learner"}),
    (TO_ANSWER, {"until", "answer"}),
    (TO_PAYERS, {"amount"}),
)
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
)


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
        yield f"{template}.subject", names - _SESSION if template in ABOUT_ENROLMENTS else names
        yield f"{template}.body", names
        if f"{template}.body" in NONE_OF:
            yield f"{template}.body.none", names - _SESSION
    yield "show.instant", frozenset({"date", "time", "zone"})
    yield "show.more", frozenset({"count"})
    yield "show.credits", frozenset({"count"})


TEXTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(dict(_texts()))
"""Every text by its id, and the fields that it may name."""
