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
from lara_core.kernel.people import EmailAddress, Person, PersonKey

__all__ = [
    "AccountId",
    "Act",
    "ActorId",
    "BadValue",
    "CartId",
    "ClientId",
    "CodeId",
    "ConfirmationId",
    "ConnectorId",
    "ContractBroken",
    "CourseId",
    "Credits",
    "Currency",
    "DateNo",
    "Deadline",
    "Decision",
    "EmailAddress",
    "EnrolmentId",
    "Event",
    "EventId",
    "Flaw",
    "GrantId",
    "HoldId",
    "IdReused",
    "Key",
    "LaraError",
    "LessonId",
    "LimitId",
    "LineId",
    "LocalDay",
    "MerchantAccountId",
    "Money",
    "NotFound",
    "OfferId",
    "OrganisationId",
    "PartnerId",
    "Person",
    "PersonKey",
    "PoolId",
    "PortalId",
    "ProgrammeId",
    "ProposalId",
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
