"""The ports of partner companies: offerings, wallets, limits and enrolments. See `lara_core.hosting.ports`."""

from collections.abc import Container, Sequence
from typing import Protocol

from lara_core.hosting.ports.group_purchase import GroupPurchase
from lara_core.kernel.ids import (
    ActorId,
    CourseId,
    EnrolmentId,
    LimitId,
    PartnerId,
    SessionId,
)
from lara_core.kernel.people import PersonKey
from lara_core.offerings import Offering, OfferingEvent
from lara_core.participants import Enrolment, EnrolmentEvent
from lara_core.partners import Partner, PartnerEvent
from lara_core.spending import SpendingEvent, SpendingLimit
from lara_core.wallet import Entry, Wallet, WalletEvent


class Partners(Protocol):
    """The partner companies of an organisation."""

    def get(self, partner: PartnerId, /) -> Partner:
        """The partner as it stands. `NotFound` where there is none."""
        ...

    def events(self, partner: PartnerId, /) -> Sequence[PartnerEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def administered_by(self, actor: ActorId) -> PartnerId | None:
        """The partner that somebody administers, if any: at most one (W2)."""
        ...


class Offerings(Protocol):
    """The courses that are offered to partners."""

    def get(self, course: CourseId, /) -> Offering:
        """The offering as it stands. `NotFound` where there is none."""
        ...

    def events(self, course: CourseId, /) -> Sequence[OfferingEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Wallets(Protocol):
    """The wallets of the partners, each under its partner's id."""

    def get(self, partner: PartnerId, /) -> Wallet:
        """The wallet as it stands. `NotFound` where there is none."""
        ...

    def events(self, partner: PartnerId, /) -> Sequence[WalletEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def entry(self, partner: PartnerId, number: int) -> Entry | None:
        """The entry of this number, or `None` where that event is none; read alone, without the history (W7)."""
        ...

    def is_reversed(self, partner: PartnerId, number: int) -> bool:
        """Whether an entry of the wallet undoes this one (W8). That must still be true at the commit."""
        ...


class SpendingLimits(Protocol):
    """The spending limits over groups of partners."""

    def get(self, limit: LimitId, /) -> SpendingLimit:
        """The limit as it stands. `NotFound` where there is none."""
        ...

    def events(self, limit: LimitId, /) -> Sequence[SpendingEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def over(self, partner: PartnerId) -> LimitId | None:
        """The limit that the partner spends under now, if any: at most one (W10)."""
        ...


class Enrolments(Protocol):
    """The enrolments by partners."""

    def get(self, enrolment: EnrolmentId, /) -> Enrolment:
        """The enrolment as it stands. `NotFound` where there is none."""
        ...

    def events(self, enrolment: EnrolmentId, /) -> Sequence[EnrolmentEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def of_session(self, session: SessionId) -> Sequence[EnrolmentId]:
        """The enrolments that have their place in a session, by id."""
        ...


class Partnership(GroupPurchase, Protocol):
    """A unit of work that keeps partners, offerings, wallets, limits and enrolments beside the sessions."""

    @property
    def partners(self) -> Partners: ...

    @property
    def offerings(self) -> Offerings: ...

    @property
    def wallets(self) -> Wallets: ...

    @property
    def limits(self) -> SpendingLimits: ...

    @property
    def enrolments(self) -> Enrolments: ...

    def participants(self, course: CourseId) -> Container[PersonKey]:
        """The keys of all participants of a course, and of who waits to be one; guarded as `seated` is (W4)."""
        ...
