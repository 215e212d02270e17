"""The ports of storage: what a host implements to keep what the rules decide.

A `Store` belongs to one organisation. It opens transactions; inside one, a *unit of work* reads aggregates,
answers for keys, and saves. A host implements the units of the areas that it uses: `GroupPurchase` for seats
and sessions.

The promises are few, and `lara_core.testing.conformance` holds each of them against a host's own adapters:

- A transaction is whole: leaving it normally commits everything, leaving it by an exception commits nothing.
- Transactions that write come out as if they had run one after the other. So what one has read is still true when it
  commits, whether or not it was written: versions of aggregates, and the roster of a session where `seated` was asked.
  Locking what is read is one way, comparing versions before the commit another. Where it cannot be had, from a lock
  that is not given in time to a version that has moved on, it is `StaleState`, in `save` or when the transaction is
  left. A transaction sees its own writes.
- `save` accepts a decision only on the version that it was decided on, else `StaleState` (K5). A decision that begins
  an aggregate is inserted. An id that was there when the transaction began is `IdReused`; one that somebody else has
  used since is `StaleState`, and the command, run again, finds out what it was used for.
- Sessions, pools, charges and registrations have ids of their own: a pool may be called what a session is called.
- Erasing a person rewrites everything at once, and what is rewritten is as if the tombstone had been there from the
  beginning (K13).
- Keys are kept for good, per actor (K4). An outbox keeps one notice per key (K12).
"""

from collections.abc import Collection, Container, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from attrs import frozen

from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.ids import (
    ActorId,
    CourseId,
    EnrolmentId,
    Key,
    LimitId,
    PartnerId,
    PoolId,
    PortalId,
    RegistrationId,
    SessionId,
    TransactionId,
)
from lara_core.kernel.people import PersonKey
from lara_core.kernel.receipts import Receipt, Written
from lara_core.offerings import Offering, OfferingEvent
from lara_core.participants import Enrolment, EnrolmentEvent
from lara_core.partners import Partner, PartnerEvent
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, ChargeEvent
from lara_core.registrations import Registration, RegistrationEvent
from lara_core.rights import Grants, GrantsEvent, Place
from lara_core.seats import SeatEvent, SeatPool
from lara_core.sessions import Session, SessionEvent
from lara_core.spending import SpendingEvent, SpendingLimit
from lara_core.telling.notices import Notice, Setting
from lara_core.wallet import Entry, Wallet, WalletEvent

__all__ = [
    "Answer",
    "Charges",
    "Enrolments",
    "Entitlements",
    "GroupPurchase",
    "Offerings",
    "Partners",
    "Partnership",
    "Pools",
    "Receipt",
    "Registrations",
    "Sessions",
    "SpendingLimits",
    "Store",
    "Wallets",
    "Work",
    "Written",
]


@frozen
class Answer:
    """What a used key stands for: the *fingerprint* of the command's content, and its *receipt*."""

    fingerprint: str
    receipt: Receipt


class Work(Protocol):
    """A unit of work, open inside one transaction: the part that every area shares."""

    def answer(self, by: ActorId, key: Key) -> Answer | None:
        """What *key* of that actor was answered, or `None` where it is fresh."""
        ...

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        """Write the events and the state after them. No events: nothing to write."""
        ...

    @property
    def entitlements(self) -> "Entitlements":
        """Who was granted what (R2)."""
        ...

    @property
    def silenced(self) -> Container[Setting]:
        """The kinds of notice that this organisation has switched off (T1)."""
        ...

    @property
    def organisation(self) -> ActorId:
        """Who is told what the organisation is told."""
        ...

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """Who administers the partner; nobody where there is no such partner, or no partners at all (W2)."""
        ...

    def put_out(self, notices: Sequence[Notice]) -> None:
        """Keep *notices* for sending; one whose key was already put out is dropped."""
        ...

    def record(self, answer: Answer) -> None:
        """Keep *answer* under its receipt's actor and key, for good."""
        ...

    def waiting(self, most: int) -> Sequence[Notice]:
        """The oldest notices that are not sent yet, *most* at the most."""
        ...

    def sent(self, notice: Notice) -> None:
        """Mark *notice* as sent; its key stays used."""
        ...

    def erase(self, erasure: Erasure) -> None:
        """Rewrite all that is kept so that it knows the person no more (K13).

        States, events, receipts and notices become what `lara_core.kernel.erasure.erased` makes of them, whatever was
        derived from them with them. Notices to the person that still wait are marked as sent. Versions, keys and
        fingerprints stay; what an erased actor was answered stands under who stands for them.
        """
        ...


W_co = TypeVar("W_co", bound=Work, covariant=True)


class Store(Protocol[W_co]):
    """Where one organisation's states, events, keys and notices are kept."""

    def transaction(self) -> AbstractContextManager[W_co]:
        """A transaction with its unit of work: committed when left normally, undone when left by an exception."""
        ...


class Entitlements(Protocol):
    """What the actors of an organisation were granted."""

    def find(self, actor: ActorId) -> Grants | None:
        """What the actor holds, or `None` where nobody ever granted anything."""
        ...

    def events(self, actor: ActorId) -> Sequence[GrantsEvent]:
        """All that ever happened to it, in order. `NotFound` where there is nothing."""
        ...


class Sessions(Protocol):
    """The sessions of an organisation."""

    def get(self, session: SessionId) -> Session:
        """The session as it stands. `NotFound` where there is none."""
        ...

    def events(self, session: SessionId) -> Sequence[SessionEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Pools(Protocol):
    """The seat pools of an organisation."""

    def get(self, pool: PoolId) -> SeatPool:
        """The pool as it stands. `NotFound` where there is none."""
        ...

    def events(self, pool: PoolId) -> Sequence[SeatEvent]:
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

    def get(self, transaction: TransactionId) -> Charge:
        """The charge as it stands. `NotFound` where there is none."""
        ...

    def find(self, transaction: TransactionId) -> Charge | None:
        """The charge as it stands, or `None` where nothing was taken."""
        ...

    def events(self, transaction: TransactionId) -> Sequence[ChargeEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Registrations(Protocol):
    """The individual and imported registrations of an organisation."""

    def get(self, registration: RegistrationId) -> Registration:
        """The registration as it stands. `NotFound` where there is none."""
        ...

    def events(self, registration: RegistrationId) -> Sequence[RegistrationEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def of_session(self, session: SessionId) -> Sequence[RegistrationId]:
        """The registrations of a session, by id."""
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


# --- Partner companies


class Partners(Protocol):
    """The partner companies of an organisation."""

    def get(self, partner: PartnerId) -> Partner:
        """The partner as it stands. `NotFound` where there is none."""
        ...

    def events(self, partner: PartnerId) -> Sequence[PartnerEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def administered_by(self, actor: ActorId) -> PartnerId | None:
        """The partner that somebody administers, if any: at most one (W2)."""
        ...


class Offerings(Protocol):
    """The courses that are offered to partners."""

    def get(self, course: CourseId) -> Offering:
        """The offering as it stands. `NotFound` where there is none."""
        ...

    def events(self, course: CourseId) -> Sequence[OfferingEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Wallets(Protocol):
    """The wallets of the partners, each under its partner's id."""

    def get(self, partner: PartnerId) -> Wallet:
        """The wallet as it stands. `NotFound` where there is none."""
        ...

    def events(self, partner: PartnerId) -> Sequence[WalletEvent]:
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

    def get(self, limit: LimitId) -> SpendingLimit:
        """The limit as it stands. `NotFound` where there is none."""
        ...

    def events(self, limit: LimitId) -> Sequence[SpendingEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def over(self, partner: PartnerId) -> LimitId | None:
        """The limit that the partner spends under now, if any: at most one (W10)."""
        ...


class Enrolments(Protocol):
    """The enrolments by partners."""

    def get(self, enrolment: EnrolmentId) -> Enrolment:
        """The enrolment as it stands. `NotFound` where there is none."""
        ...

    def events(self, enrolment: EnrolmentId) -> Sequence[EnrolmentEvent]:
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
