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

from lara_core.kernel.errors import BadValue, Flaw, IdReused, NotFound, StaleState
from lara_core.purchase import BuyerRole, PurchaseRefusal
from lara_core.refunds import NothingDue, RefundRefusal, RefundState, RefundVerb
from lara_core.registrations import Origin, RegistrationRefusal, RegistrationState, RegistrationVerb
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
from lara_core.telling.notices import TABLE, Party, Template

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
        f"{Template.EXPIRED_BUYER}.subject": "seats",
        f"{Template.EXPIRED_BUYER}.body": "seats",
        f"{Template.CANCELLED_BUYER}.subject": "seats",
        f"{Template.CANCELLED_BUYER}.body": "seats",
        f"{Template.REFUND_REQUESTED}.body": "seats",
        f"{Template.REFUND_SUCCEEDED}.body": "seats",
        f"{Template.REFUND_FAILED}.body": "seats",
        f"{Template.DUE}.body": "seats",
        "show.more": "count",
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
    }
)
"""The texts that say something else altogether, under `….none`, where this field is zero, empty or `None`.

The plural rules of these languages do not set zero apart; people do.
"""

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
    }
)


def _to(*parties: Party) -> frozenset[Template]:
    return frozenset(row.template for rows in TABLE.values() for row in rows if row.party in parties)


_WITHOUT_A_SEAT: Final = _to(Party.OFFERED, Party.WAITING, Party.REGISTRANT)
ABOUT_SEATS: Final = frozenset(Template) - _WITHOUT_A_SEAT
TO_LEARNERS: Final = _WITHOUT_A_SEAT | _to(Party.NEW_HOLDER, Party.INVITEE, Party.OLD_HOLDER, Party.EXPIRED)
TO_INVITEES: Final = _to(Party.INVITEE)
TO_ANSWER: Final = TO_INVITEES | _to(Party.OFFERED)
TO_PAYERS: Final = _to(Party.PAYER)

_ABOUT: Final = frozenset({"title", "starts", "place", "sign_in", "organisation"})
_MORE: Final = (
    (ABOUT_SEATS, {"seats"}),
    (TO_LEARNERS, {"learner"}),
    (TO_ANSWER, {"until", "answer"}),
    (TO_PAYERS, {"amount"}),
)
_REFUSALS: Final = (SessionRefusal, SeatRefusal, RefundRefusal, RegistrationRefusal, PurchaseRefusal)


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
        names = _ABOUT.union(*(more for templates, more in _MORE if template in templates))
        yield f"{template}.subject", names
        yield f"{template}.body", names
    yield "show.instant", frozenset({"date", "time", "zone"})
    yield "show.more", frozenset({"count"})


TEXTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(dict(_texts()))
"""Every text by its id, and the fields that it may name."""
