"""The ports of group purchase: sessions, seat pools, charges and registrations. See `lara_core.hosting.ports`."""

from collections.abc import Container, Sequence
from typing import Protocol

from lara_core.hosting.ports.work import Work
from lara_core.kernel.ids import (
    PoolId,
    PortalId,
    RegistrationId,
    SessionId,
    TransactionId,
)
from lara_core.kernel.people import PersonKey
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, ChargeEvent
from lara_core.registrations import Registration, RegistrationEvent
from lara_core.rights import Place
from lara_core.seats import SeatEvent, SeatPool
from lara_core.sessions import Session, SessionEvent


class Sessions(Protocol):
    """The sessions of an organisation."""

    def get(self, session: SessionId, /) -> Session:
        """The session as it stands. `NotFound` where there is none."""
        ...

    def find(self, session: SessionId, /) -> Session | None:
        """The session as it stands, or `None` where none is on sale."""
        ...

    def events(self, session: SessionId, /) -> Sequence[SessionEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Pools(Protocol):
    """The seat pools of an organisation."""

    def get(self, pool: PoolId, /) -> SeatPool:
        """The pool as it stands. `NotFound` where there is none."""
        ...

    def events(self, pool: PoolId, /) -> Sequence[SeatEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def of_session(self, session: SessionId) -> Sequence[PoolId]:
        """The pools of a session, by id."""
        ...

    def of_transaction(self, transaction: TransactionId) -> Sequence[PoolId]:
        """The pools of a transaction, by id."""
        ...


class Charges(Protocol):
    """The charges of an organisation: one for each transaction that money was taken for."""

    def get(self, transaction: TransactionId, /) -> Charge:
        """The charge as it stands. `NotFound` where there is none."""
        ...

    def find(self, transaction: TransactionId, /) -> Charge | None:
        """The charge as it stands, or `None` where nothing was taken."""
        ...

    def events(self, transaction: TransactionId, /) -> Sequence[ChargeEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Registrations(Protocol):
    """The individual and imported registrations of an organisation."""

    def get(self, registration: RegistrationId, /) -> Registration:
        """The registration as it stands. `NotFound` where there is none."""
        ...

    def events(self, registration: RegistrationId, /) -> Sequence[RegistrationEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def of_session(self, session: SessionId) -> Sequence[RegistrationId]:
        """The registrations of a session, by id."""
        ...

    def of_transaction(self, transaction: TransactionId) -> Sequence[RegistrationId]:
        """The registrations that were bought by a transaction, by id."""
        ...


class GroupPurchase(Work, Protocol):
    """A unit of work that keeps sessions, seat pools, charges and registrations."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def pools(self) -> Pools: ...

    @property
    def charges(self) -> Charges: ...

    @property
    def registrations(self) -> Registrations: ...

    def place(self, session: SessionId) -> Place | None:
        """Whose the session's training is, and at which provider; `None` where the host knows of no such session.

        Also of a session that is not on sale yet.
        """
        ...

    def bulk_buyers(self, portal: PortalId) -> Container[BuyerRole]:
        """The roles for which group purchase is switched on there; none where the portal is not known (S1)."""
        ...

    def seated(self, session: SessionId) -> Container[PersonKey]:
        """The keys of all who sit in a session, invited or enrolled, in any pool or individually.

        An invitee sits until an event says otherwise, also when the invitation is due and not swept yet.
        Whoever asks wants to seat somebody: until this transaction has ended, nobody else is seated there.
        """
        ...
