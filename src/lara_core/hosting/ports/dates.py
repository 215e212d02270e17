"""The ports of sessions' dates: schedules, and what clients say to them. See `lara_core.hosting.ports`."""

from collections.abc import Sequence
from typing import Protocol

from lara_core.confirmation import Confirmation, ConfirmationEvent
from lara_core.hosting.ports.group_purchase import GroupPurchase
from lara_core.kernel.ids import (
    ClientId,
    ConfirmationId,
    ProposalId,
    SessionId,
)
from lara_core.kernel.people import Person
from lara_core.schedules import Schedule, ScheduleEvent


class Schedules(Protocol):
    """The dates of an organisation's sessions, each schedule under its session's id."""

    def get(self, session: SessionId, /) -> Schedule:
        """The schedule as it stands. `NotFound` where there is none."""
        ...

    def find(self, session: SessionId, /) -> Schedule | None:
        """The schedule as it stands, or `None` where the session was never planned."""
        ...

    def events(self, session: SessionId, /) -> Sequence[ScheduleEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Confirmations(Protocol):
    """What clients say to the dates of sessions."""

    def get(self, confirmation: ConfirmationId, /) -> Confirmation:
        """The confirmation as it stands. `NotFound` where there is none."""
        ...

    def events(self, confirmation: ConfirmationId, /) -> Sequence[ConfirmationEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def of_session(self, session: SessionId) -> Sequence[ConfirmationId]:
        """The confirmations of a session, by id; still all of them at the commit.

        Who changes the dates tells all who were asked, and reads no version of one who is let in meanwhile.
        """
        ...

    def of_proposal(self, proposal: ProposalId) -> ConfirmationId | None:
        """Which confirmation a proposal is of, the newest or an older one; `None` where nobody ever proposed it."""
        ...


class Dates(GroupPurchase, Protocol):
    """A unit of work that keeps schedules, and what clients say to them, beside the sessions."""

    @property
    def schedules(self) -> Schedules: ...

    @property
    def confirmations(self) -> Confirmations: ...

    def contact(self, client: ClientId) -> Person | None:
        """Who answers for a client where nobody else is named: the main contact, if there is one (C1)."""
        ...
