"""States, events, refusals, receipts and notices as JSON, and strictly back.

What JSON looks like follows from a value's type alone, and there is one way to write it:

- An attrs class is an object of all its fields, `null` where there is nothing. States, events, refusals, receipts
  and notices say first what they are, under `type`, by a name with a version: `seats.revoked.v1`
  (`lara_core.formats.names`).
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
from typing import Final, TypeVar

from lara_core.cart import CartEvent
from lara_core.confirmation import ConfirmationEvent
from lara_core.documents import NumberingEvent
from lara_core.formats._hooks import JSON
from lara_core.formats._strict import Format, Kind, Lift
from lara_core.formats.names import NAMES, AnyEvent, AnyRefusal
from lara_core.kernel.decisions import Event, Refusal
from lara_core.offerings import OfferingEvent
from lara_core.offers import GrantEvent, OfferEvent
from lara_core.participants import EnrolmentEvent
from lara_core.partners import PartnerEvent
from lara_core.promotions import CodeEvent
from lara_core.providers import ArrangementEvent, ProviderEvent, TrainingEvent
from lara_core.refunds import ChargeEvent
from lara_core.registrations import RegistrationEvent
from lara_core.rights import GrantsEvent
from lara_core.schedules import ScheduleEvent
from lara_core.seats import SeatEvent
from lara_core.sessions import SessionEvent
from lara_core.spending import SpendingEvent
from lara_core.wallet import WalletEvent

__all__ = [
    "ARRANGEMENT_EVENT",
    "CART_EVENT",
    "CHARGE_EVENT",
    "CODE_EVENT",
    "CONFIRMATION_EVENT",
    "ENROLMENT_EVENT",
    "EVENT",
    "GRANTS_EVENT",
    "GRANT_EVENT",
    "JSON",
    "NAMES",
    "NUMBERING_EVENT",
    "OFFERING_EVENT",
    "OFFER_EVENT",
    "OLDER",
    "PARTNER_EVENT",
    "PROVIDER_EVENT",
    "REFUSAL",
    "REGISTRATION_EVENT",
    "SCHEDULE_EVENT",
    "SEAT_EVENT",
    "SESSION_EVENT",
    "SPENDING_EVENT",
    "TRAINING_EVENT",
    "WALLET_EVENT",
    "Format",
    "Kind",
    "Lift",
    "dump",
    "dumps",
    "load",
    "loads",
]

T = TypeVar("T")

# Names of before, and what makes their data those of a later name. There are none yet.
OLDER: Final[Mapping[str, Lift]] = {}

SEAT_EVENT: Final = Kind[SeatEvent](SeatEvent)
SESSION_EVENT: Final = Kind[SessionEvent](SessionEvent)
CHARGE_EVENT: Final = Kind[ChargeEvent](ChargeEvent)
REGISTRATION_EVENT: Final = Kind[RegistrationEvent](RegistrationEvent)
GRANTS_EVENT: Final = Kind[GrantsEvent](GrantsEvent)
PARTNER_EVENT: Final = Kind[PartnerEvent](PartnerEvent)
OFFERING_EVENT: Final = Kind[OfferingEvent](OfferingEvent)
WALLET_EVENT: Final = Kind[WalletEvent](WalletEvent)
SPENDING_EVENT: Final = Kind[SpendingEvent](SpendingEvent)
ENROLMENT_EVENT: Final = Kind[EnrolmentEvent](EnrolmentEvent)
PROVIDER_EVENT: Final = Kind[ProviderEvent](ProviderEvent)
ARRANGEMENT_EVENT: Final = Kind[ArrangementEvent](ArrangementEvent)
TRAINING_EVENT: Final = Kind[TrainingEvent](TrainingEvent)
CART_EVENT: Final = Kind[CartEvent](CartEvent)
CODE_EVENT: Final = Kind[CodeEvent](CodeEvent)
NUMBERING_EVENT: Final = Kind[NumberingEvent](NumberingEvent)
OFFER_EVENT: Final = Kind[OfferEvent](OfferEvent)
GRANT_EVENT: Final = Kind[GrantEvent](GrantEvent)
SCHEDULE_EVENT: Final = Kind[ScheduleEvent](ScheduleEvent)
CONFIRMATION_EVENT: Final = Kind[ConfirmationEvent](ConfirmationEvent)
EVENT: Final = Kind[Event](Event)
REFUSAL: Final = Kind[Refusal](Refusal)

_FORMAT: Final = Format(
    NAMES,
    OLDER,
    protocols={Event: AnyEvent, Refusal: AnyRefusal},
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
