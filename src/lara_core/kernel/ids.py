"""Names for things: each kind of id is a type of its own, so that two cannot be swapped unseen.

An id is a string that the host chooses, checked once, when it is made (K9). Inside the library an id is
therefore never empty, oversized or unprintable, and nothing checks it again.

The kinds exist for type checkers. `PoolId("p")` checks its argument and gives it back as the plain string that it is:
an instance of a subclass would weigh three times as much in every seat, and surprise every database driver.
"""

from typing import Self, cast

from lara_core.kernel.validators import identifier, whole


class Id(str):
    """An id of one kind: 1 to 255 printable characters without spaces. Refuses anything else with `BadValue`."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Check *value* once and for all."""
        return cast(Self, identifier(cls.__name__, value))


class ActorId(Id):
    """Who does something: a user, an administrator, or the system itself."""


class Key(Id):
    """The idempotency key that a caller gives to one command (K4)."""


class AccountId(Id):
    """An account on the host's platform."""


class SessionId(Id):
    """One dated run of a training."""


class HoldId(Id):
    """Places held in a session while something is being paid for."""


class PoolId(Id):
    """The seats of one session bought in one transaction."""


class TransactionId(Id):
    """One purchase; it may hold several pools."""


class RefundId(Id):
    """Money on its way back; the same through all tries."""


class RegistrationId(Id):
    """Somebody's own place in a session, on no pool's seat."""


class ProviderId(Id):
    """Who sells a training."""


class PortalId(Id):
    """One of the organisation's sites, with switches of its own."""


class PartnerId(Id):
    """A company attached to the organisation."""


class CourseId(Id):
    """A training as it is offered, whatever sessions it has."""


class ClientId(Id):
    """A company that people are trained for."""


class EnrolmentId(Id):
    """Somebody's way into a course that a partner pays for with credits."""


class LimitId(Id):
    """What a group of partners may spend between them."""


class OrganisationId(Id):
    """Who owns the platform."""


class ConnectorId(Id):
    """A provider's way to a payment gateway."""


class MerchantAccountId(Id):
    """Where the money of a connector arrives."""


class ProgrammeId(Id):
    """Several sessions sold as one, at one price."""


class EventId(Id):
    """Something dated that is sold, and is no training."""


class CartId(Id):
    """What somebody is about to buy."""


class LineId(Id):
    """One line of a cart."""


class CodeId(Id):
    """A promotion code."""


class ConfirmationId(Id):
    """What one client says to the dates of one session."""


class ProposalId(Id):
    """Dates as they were sent to a client, once; what links to answers name."""


class DateNo(int):
    """A date's number in its schedule, from 1; never used again for another date of it. A plain int, like ids."""

    __slots__ = ()

    def __new__(cls, value: int) -> Self:
        """Check *value* once and for all."""
        return cast(Self, whole(cls.__name__, value, least=1, most=1_000_000))


class OfferId(Id):
    """What grants access to one course or several, under one title and price."""


class GrantId(Id):
    """One person's access by one offer, however often it is granted."""


class LessonId(Id):
    """One lesson of a course."""


class SeatNo(int):
    """A seat's number in its pool, from 1; never used again for another seat of the pool. A plain int, like ids."""

    __slots__ = ()

    def __new__(cls, value: int) -> Self:
        """Check *value* once and for all."""
        return cast(Self, whole(cls.__name__, value, least=1, most=1_000_000))
