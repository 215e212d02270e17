"""States, events, refusals, receipts and notices as JSON, and strictly back.

What JSON looks like follows from a value's type alone, and there is one way to write it:

- An attrs class is an object of all its fields, `null` where there is nothing. States, events, refusals, receipts
  and notices say first what they are, under `type`, by a name with a version: `seats.revoked.v1` (`NAMES`).
- Ids, enums and addresses are strings, just as they were given. A time is ISO 8601 in UTC, with its offset:
  `2030-06-03T07:00:00+00:00`, with six digits after the seconds where there are microseconds. A day is `2030-06-03`.
- A tuple is an array; so is a set, in the order of its members' JSON. A mapping is an object, and where it goes by
  seat number, its keys are plain decimals.

Reading takes what writing gives, and nothing else: where `load` answers, `dump` of the answer is the data again. So no
key is missing, unknown or there twice, and nothing is converted, rounded or guessed. All else is a `BadValue`, whose
`field` is the path to what is wrong:

- `$` is the whole, and stands for the text too: `$: wrong_form` is no JSON, or not in UTF-8, or a key is there twice,
  or it is nested too deep.
- `.holder` is a key of an object, `[4]` the fifth of an array: `$.written[0].event.holder.address`.
- `["17"]` is the member of seat 17. Members that go by id are counted, as in an array, because a path shows nothing
  that came with the data. For the same reason a key that should not be there is said of its object.

A change to what is written gives it a new name; the old one goes into `OLDER`, so that what hosts have kept still
loads. Hosts keep events of their own with a `Format` of their own.
"""

from collections.abc import Mapping
from typing import Final, TypeVar, get_args

from lara_core.formats._hooks import JSON
from lara_core.formats._strict import Format, Kind, Lift
from lara_core.kernel.decisions import Event, Refusal
from lara_core.kernel.receipts import Receipt
from lara_core.purchase import PurchaseRefusal
from lara_core.refunds import (
    Charge,
    ChargeCaptured,
    ChargeEvent,
    DuesPaid,
    MoneyMoved,
    RefundFailed,
    RefundRefusal,
    RefundRetried,
    RefundSucceeded,
    SeatsReinstated,
    SeatsSettled,
)
from lara_core.registrations import (
    Registered,
    Registration,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationEvent,
    RegistrationRefusal,
    RegistrationRefused,
    RegistrationRequested,
)
from lara_core.seats import (
    InvitationAccepted,
    InvitationCorrected,
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    PoolHandedOver,
    RemindersSent,
    SeatEvent,
    SeatPool,
    SeatReactivated,
    SeatRefusal,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatTransferred,
)
from lara_core.sessions import (
    CapacityChanged,
    HoldReleased,
    HoldSecured,
    HoldsSwept,
    PlacesGivenBack,
    PlacesHeld,
    PlacesOffered,
    PlacesTaken,
    Session,
    SessionCancelled,
    SessionEvent,
    SessionOpened,
    SessionRefusal,
    WaitingJoined,
    WaitingLeft,
)
from lara_core.telling.notices import Notice

__all__ = [
    "CHARGE_EVENT",
    "EVENT",
    "JSON",
    "NAMES",
    "OLDER",
    "REFUSAL",
    "REGISTRATION_EVENT",
    "SEAT_EVENT",
    "SESSION_EVENT",
    "Format",
    "Kind",
    "Lift",
    "dump",
    "dumps",
    "load",
    "loads",
]

T = TypeVar("T")

# What hosts have stored says these names: a name is never changed, nor what it stands for.
NAMES: Final[Mapping[type[object], str]] = {
    Session: "sessions.session.v1",
    SessionOpened: "sessions.opened.v1",
    CapacityChanged: "sessions.capacity_changed.v1",
    PlacesHeld: "sessions.places_held.v1",
    HoldSecured: "sessions.hold_secured.v1",
    HoldReleased: "sessions.hold_released.v1",
    PlacesTaken: "sessions.places_taken.v1",
    PlacesGivenBack: "sessions.places_given_back.v1",
    SessionCancelled: "sessions.cancelled.v1",
    WaitingJoined: "sessions.waiting_joined.v1",
    WaitingLeft: "sessions.waiting_left.v1",
    PlacesOffered: "sessions.places_offered.v1",
    HoldsSwept: "sessions.holds_swept.v1",
    SeatPool: "seats.pool.v1",
    SeatsBought: "seats.bought.v1",
    SeatsAssigned: "seats.assigned.v1",
    SeatsInvited: "seats.invited.v1",
    InvitationAccepted: "seats.invitation_accepted.v1",
    InvitationDeclined: "seats.invitation_declined.v1",
    InvitationsExpired: "seats.invitations_expired.v1",
    RemindersSent: "seats.reminders_sent.v1",
    InvitationCorrected: "seats.invitation_corrected.v1",
    LearnerWithdrew: "seats.learner_withdrew.v1",
    PoolHandedOver: "seats.handed_over.v1",
    SeatRevoked: "seats.revoked.v1",
    SeatsCancelled: "seats.cancelled.v1",
    SeatTransferred: "seats.transferred.v1",
    SeatReactivated: "seats.reactivated.v1",
    Charge: "refunds.charge.v1",
    ChargeCaptured: "refunds.captured.v1",
    SeatsSettled: "refunds.settled.v1",
    SeatsReinstated: "refunds.reinstated.v1",
    DuesPaid: "refunds.dues_paid.v1",
    MoneyMoved: "refunds.money_moved.v1",
    RefundSucceeded: "refunds.succeeded.v1",
    RefundFailed: "refunds.failed.v1",
    RefundRetried: "refunds.retried.v1",
    Registration: "registrations.registration.v1",
    Registered: "registrations.registered.v1",
    RegistrationRequested: "registrations.requested.v1",
    RegistrationApproved: "registrations.approved.v1",
    RegistrationRefused: "registrations.refused.v1",
    RegistrationCancelled: "registrations.cancelled.v1",
    **{
        kind: f"{kind.code}.v1"
        for kind in (
            *get_args(SessionRefusal),
            *get_args(SeatRefusal),
            *get_args(RefundRefusal),
            *get_args(RegistrationRefusal),
            *get_args(PurchaseRefusal),
        )
    },
    Receipt: "receipt.v1",
    Notice: "notice.v1",
}

# Names of before, and what makes their data those of a later name. There are none yet.
OLDER: Final[Mapping[str, Lift]] = {}

SEAT_EVENT: Final = Kind[SeatEvent](SeatEvent)
SESSION_EVENT: Final = Kind[SessionEvent](SessionEvent)
CHARGE_EVENT: Final = Kind[ChargeEvent](ChargeEvent)
REGISTRATION_EVENT: Final = Kind[RegistrationEvent](RegistrationEvent)
EVENT: Final = Kind[Event](Event)
REFUSAL: Final = Kind[Refusal](Refusal)

_FORMAT: Final = Format(
    NAMES,
    OLDER,
    protocols={
        Event: SeatEvent | SessionEvent | ChargeEvent | RegistrationEvent,
        Refusal: SeatRefusal | SessionRefusal | RefundRefusal | RegistrationRefusal | PurchaseRefusal,
    },
)


def dump(value: object) -> JSON:
    """*value* as plain JSON: dictionaries, lists, strings, whole numbers, booleans and `None`.

    Besides the classes with names, their parts can be written, and mappings of such values by strings or numbers.
    Refused: what has no form here, a float above all, and a naive time.
    """
    return _FORMAT.dump(value)


def dumps(value: object) -> str:
    """*value* as text, the same for equal values: keys in order, no blanks, every character as itself.

    Fingerprints are made of it (K4). Refused: what `dump` refuses.
    """
    return _FORMAT.dumps(value)


def load(kind: type[T] | Kind[T], data: object) -> T:
    """The value of *kind* that *data* stand for, as `load(SeatPool, data)` or `load(SEAT_EVENT, data)`.

    Refused: whatever `dump` would not have written, with the path to it.
    """
    return _FORMAT.load(kind, data)


def loads(kind: type[T] | Kind[T], text: str | bytes) -> T:
    """The value of *kind* that *text* stands for, in UTF-8 where it is bytes. Refused: what `load` refuses."""
    return _FORMAT.loads(kind, text)
