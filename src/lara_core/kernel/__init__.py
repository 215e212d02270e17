"""What every rule is made of. Knows nothing of trainings, and nothing of storage.

- `decisions`: acts, decisions, refusals: the shape of a rule.
- `errors`: what else can go wrong, by who must act.
- `receipts`: what a command did, for good.
- `ids`, `people`, `money`, `credits`, `deadlines`: values that are checked when they are made, and trusted then.
- `validators`: the checks themselves.

Hosts import from here what they build and what they catch.
"""

from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline, LocalDay, Zone
from lara_core.kernel.decisions import Act, Decision, Event, Refusal, Refused, why_not
from lara_core.kernel.errors import (
    BadValue,
    ContractBroken,
    Flaw,
    IdReused,
    LaraError,
    NotFound,
    StaleState,
)
from lara_core.kernel.ids import (
    AccountId,
    ActorId,
    ClientId,
    CourseId,
    EnrolmentId,
    HoldId,
    Key,
    LimitId,
    PartnerId,
    PoolId,
    PortalId,
    ProviderId,
    RefundId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import EmailAddress, Person, PersonKey

__all__ = [
    "AccountId",
    "Act",
    "ActorId",
    "BadValue",
    "ClientId",
    "ContractBroken",
    "CourseId",
    "Credits",
    "Currency",
    "Deadline",
    "Decision",
    "EmailAddress",
    "EnrolmentId",
    "Event",
    "Flaw",
    "HoldId",
    "IdReused",
    "Key",
    "LaraError",
    "LimitId",
    "LocalDay",
    "Money",
    "NotFound",
    "PartnerId",
    "Person",
    "PersonKey",
    "PoolId",
    "PortalId",
    "ProviderId",
    "RefundId",
    "Refusal",
    "Refused",
    "RegistrationId",
    "SeatNo",
    "SessionId",
    "StaleState",
    "TransactionId",
    "Zone",
    "why_not",
]
