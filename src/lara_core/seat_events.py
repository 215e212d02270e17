"""What happens to seats. Part of `lara_core.seats`, which is where to import from."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from attrs import field, frozen
from attrs.validators import optional

from lara_core.kernel.deadlines import Deadline, deadline
from lara_core.kernel.decisions import Act
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import MOST, Money
from lara_core.kernel.people import Person
from lara_core.kernel.validators import checked
from lara_core.seat_states import Cause, Policy

MOST_SEATS: Final = 100_000


def _payable(_: object, __: object, prices: tuple[Money, ...]) -> None:
    if not prices:
        raise BadValue("prices", Flaw.EMPTY)
    if len(prices) > MOST_SEATS:
        raise BadValue("prices", Flaw.TOO_LONG)
    if any(type(price) is not Money for price in prices):
        raise BadValue("prices", Flaw.WRONG_TYPE)
    if any(price.minor < 0 for price in prices):
        raise BadValue("prices", Flaw.TOO_SMALL)
    if any(price.currency != prices[0].currency for price in prices):
        raise BadValue("prices", Flaw.MIXED_CURRENCIES)
    # What the transaction charges is an amount, too.
    if sum(price.minor for price in prices) > MOST:
        raise BadValue("prices", Flaw.TOO_LARGE)


@frozen
class SeatsBought:
    """Somebody bought one seat for each of *prices*; *learners* are enrolled and *invitees* invited on the first.

    The invitees are asked to confirm *until* then. What is to be paid by invoice is so until *invoice*.
    """

    pool: PoolId
    session: SessionId
    transaction: TransactionId
    buyer: ActorId
    policy: Policy
    prices: tuple[Money, ...] = field(validator=_payable)
    learners: Mapping[SeatNo, Person]
    invitees: Mapping[SeatNo, Person]
    until: Deadline | None = field(validator=optional(checked(deadline)))
    invoice: Deadline | None = field(validator=optional(checked(deadline)))
    act: Act

    def __attrs_post_init__(self) -> None:
        if (self.until is None) is bool(self.invitees):
            raise BadValue("until", Flaw.EMPTY if self.invitees else Flaw.WRONG_FORM)
        if any(seat > len(self.prices) for people in (self.learners, self.invitees) for seat in people):
            raise BadValue("prices", Flaw.TOO_SMALL)


@frozen
class SeatsAssigned:
    """*learners* are enrolled.

    *repeated* were named twice and *already* sat in the session; both are as before. *expired* lost their
    invitation on the way, for it was due.
    """

    learners: Mapping[SeatNo, Person]
    repeated: tuple[Person, ...]
    already: tuple[Person, ...]
    expired: Mapping[SeatNo, Person]
    act: Act


@frozen
class SeatsInvited:
    """*invitees* are asked to confirm *until* then; the rest is as in `SeatsAssigned`."""

    invitees: Mapping[SeatNo, Person]
    until: Deadline
    repeated: tuple[Person, ...]
    already: tuple[Person, ...]
    expired: Mapping[SeatNo, Person]
    act: Act


@frozen
class InvitationAccepted:
    """*learner*, whose account is known now, is enrolled by *invitation*."""

    seat: SeatNo
    invitation: int
    learner: Person
    act: Act


@frozen
class InvitationDeclined:
    """*invitee* does not want the seat; it is free."""

    seat: SeatNo
    invitation: int
    invitee: Person
    act: Act


@frozen
class InvitationsExpired:
    """Nobody answered in time; the seats are free."""

    expired: Mapping[SeatNo, Person]
    act: Act


@frozen
class RemindersSent:
    """*invitees* are asked once more. Nothing moves."""

    invitees: Mapping[SeatNo, Person]
    act: Act


@frozen
class InvitationCorrected:
    """The invitation of *before*, whose address was mistyped, is dead; *to* is invited *until* then."""

    seat: SeatNo
    before: Person
    to: Person
    until: Deadline
    act: Act


@frozen
class LearnerWithdrew:
    """*learner* gave up the seat; it is free."""

    seat: SeatNo
    learner: Person
    act: Act


@frozen
class SeatRevoked:
    """*holder* has lost the seat. *to* has it now, or nobody; with *until*, *to* is invited until then."""

    seat: SeatNo
    holder: Person
    to: Person | None
    until: Deadline | None
    act: Act


@frozen
class SeatsCancelled:
    """*seats* are cancelled for *cause*; *learners* were enrolled on some of them, and *invitees* invited to others."""

    seats: tuple[SeatNo, ...]
    learners: Mapping[SeatNo, Person]
    invitees: Mapping[SeatNo, Person]
    cause: Cause
    act: Act


@frozen
class SeatTransferred:
    """*learner* sits in *session* now, on the one seat of the pool *to*; the old seat is cancelled for good."""

    seat: SeatNo
    learner: Person
    session: SessionId
    to: PoolId
    act: Act


@frozen
class SeatReactivated:
    """A cancelled seat is live again. *to* has it now, or nobody; with *until*, *to* is invited until then."""

    seat: SeatNo
    to: Person | None
    until: Deadline | None
    act: Act


@frozen
class PoolHandedOver:
    """The pool is *buyer*'s now; it was *before*'s."""

    before: ActorId
    buyer: ActorId
    act: Act


SeatChange: TypeAlias = (
    SeatsAssigned
    | SeatsInvited
    | InvitationAccepted
    | InvitationDeclined
    | InvitationsExpired
    | RemindersSent
    | InvitationCorrected
    | LearnerWithdrew
    | SeatRevoked
    | SeatsCancelled
    | SeatTransferred
    | SeatReactivated
    | PoolHandedOver
)
SeatEvent: TypeAlias = SeatsBought | SeatChange
