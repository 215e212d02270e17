"""The collections that a unit of work in memory answers with. See `lara_core.testing.memory`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from attrs import frozen

from lara_core.confirmation import Confirmation, ConfirmationEvent
from lara_core.documents import DocumentIssued, Numbering, NumberingEvent
from lara_core.kernel.decisions import Event
from lara_core.kernel.ids import (
    ActorId,
    ConfirmationId,
    EnrolmentId,
    LimitId,
    OfferId,
    PartnerId,
    PoolId,
    ProposalId,
    ProviderId,
    RefundId,
    RegistrationId,
    SessionId,
    TransactionId,
)
from lara_core.kernel.people import Person
from lara_core.offers import Grant as OfferGrant
from lara_core.offers import GrantEvent
from lara_core.participants import Enrolment, EnrolmentEvent
from lara_core.partners import Partner, PartnerEvent
from lara_core.providers import Provider, ProviderEvent
from lara_core.registrations import Registration, RegistrationEvent
from lara_core.rights import MATRIX, Grant, Grants, GrantsEvent, Scope
from lara_core.seats import SeatEvent, SeatPool
from lara_core.spending import SpendingEvent, SpendingLimit
from lara_core.testing.memory.kept import Kept, Root
from lara_core.wallet import Entry, EntryReversed, Wallet, WalletEvent, entry_of

if TYPE_CHECKING:
    from lara_core.testing.memory.work import MemoryWork

S = TypeVar("S", bound=Root)
E = TypeVar("E", bound=Event)


@frozen
class Aggregates(Generic[S, E]):
    """The aggregates of one *kind* that a unit of work sees: all that most ports ask for."""

    work: "MemoryWork"
    kind: type[S]

    def get(self, name: str, /) -> S:
        """The aggregate as it stands."""
        return cast("S", self.work.stream(self.kind, name).state)

    def find(self, name: str, /) -> S | None:
        """The aggregate as it stands, or `None`."""
        found = self.work.look(self.kind, name)
        return None if found is None else cast("S", found.state)

    def events(self, name: str, /) -> Sequence[E]:
        """All that ever happened to it."""
        return cast("Sequence[E]", self.work.stream(self.kind, name).events)

    def all(self) -> list[S]:
        """All of them, sorted by id."""
        found = [state for state in self.work.here.states() if isinstance(state, self.kind)]
        return sorted(found, key=lambda state: state.id)


class MemoryProviders(Aggregates[Provider, ProviderEvent]):
    """The providers."""

    def __contains__(self, provider: object, /) -> bool:
        return isinstance(provider, str) and self.find(provider) is not None


class MemoryNumberings(Aggregates[Numbering, NumberingEvent]):
    """The numbers of the providers' documents."""

    def issued(self, provider: ProviderId, transaction: TransactionId, refund: RefundId | None = None) -> int | None:
        """The number of a document. The commit looks at the series once more."""
        return next(
            (
                event.number
                for event in self.events(provider)
                if isinstance(event, DocumentIssued) and (event.transaction, event.refund) == (transaction, refund)
            ),
            None,
        )


class MemoryConfirmations(Aggregates[Confirmation, ConfirmationEvent]):
    """What clients say to the dates of sessions."""

    def of_session(self, session: SessionId) -> Sequence[ConfirmationId]:
        """The confirmations of *session*, sorted by id. The commit asks once more."""
        self.work.asked["confirmations", session] = lambda kept: kept.confirmations(session)
        return self.work.here.confirmations(session)

    def of_proposal(self, proposal: ProposalId) -> ConfirmationId | None:
        """The confirmation that *proposal* is, or was, of. The commit asks once more."""
        self.work.asked["of_proposal", proposal] = lambda kept: kept.of_proposal(proposal)
        return self.work.here.of_proposal(proposal)


class MemoryOfferGrants(Aggregates[OfferGrant, GrantEvent]):
    """What people were granted by offers."""

    def of(self, offer: OfferId, person: Person) -> OfferGrant | None:
        """The grant of *offer* that the person has. The commit asks once more."""

        def question(kept: Kept) -> OfferGrant | None:
            return next(iter(kept.grants(person, offer)), None)

        self.work.asked[f"grant of {offer}", "|".join(person.keys)] = question
        return question(self.work.here)

    def of_person(self, person: Person) -> Sequence[OfferGrant]:
        """All grants that the person has, sorted by id. The commit asks once more."""
        self.work.asked["grants", "|".join(person.keys)] = lambda kept: kept.grants(person)
        return self.work.here.grants(person)


class MemoryPools(Aggregates[SeatPool, SeatEvent]):
    """The seat pools."""

    def of_session(self, session: SessionId) -> Sequence[PoolId]:
        """The pools of *session*, sorted by id."""
        return [pool.id for pool in self.all() if pool.session == session]

    def of_transaction(self, transaction: TransactionId) -> Sequence[PoolId]:
        """The pools of *transaction*, sorted by id."""
        return [pool.id for pool in self.all() if pool.transaction == transaction]


class MemoryRegistrations(Aggregates[Registration, RegistrationEvent]):
    """The registrations."""

    def of_session(self, session: SessionId) -> Sequence[RegistrationId]:
        """The registrations of *session*, sorted by id."""
        return [registration.id for registration in self.all() if registration.session == session]

    def of_transaction(self, transaction: TransactionId) -> Sequence[RegistrationId]:
        """The registrations that *transaction* bought, sorted by id."""
        return [found.id for found in self.all() if found.sale is not None and found.sale.transaction == transaction]


class MemoryPartners(Aggregates[Partner, PartnerEvent]):
    """The partners."""

    def administered_by(self, actor: ActorId) -> PartnerId | None:
        """The partner that *actor* administers. The commit asks once more."""
        self.work.asked["administered_by", actor] = lambda kept: kept.administered_by(actor)
        return self.work.here.administered_by(actor)


class MemoryWallets(Aggregates[Wallet, WalletEvent]):
    """The wallets of the partners."""

    def entry(self, partner: PartnerId, number: int) -> Entry | None:
        """The entry of this *number*."""
        happened = self.events(partner)
        return entry_of(partner, number, happened[number - 1]) if 0 < number <= len(happened) else None

    def is_reversed(self, partner: PartnerId, number: int) -> bool:
        """Whether that entry is undone. The commit looks at the wallet once more."""
        return any(isinstance(event, EntryReversed) and event.entry == number for event in self.events(partner))


class MemoryLimits(Aggregates[SpendingLimit, SpendingEvent]):
    """The spending limits."""

    def over(self, partner: PartnerId) -> LimitId | None:
        """The limit that *partner* spends under. The commit asks once more."""
        self.work.asked["over", partner] = lambda kept: kept.over(partner)
        return self.work.here.over(partner)


class MemoryEnrolments(Aggregates[Enrolment, EnrolmentEvent]):
    """The enrolments by partners."""

    def of_session(self, session: SessionId) -> Sequence[EnrolmentId]:
        """The enrolments that have their place in *session*, sorted by id."""
        return [enrolment.id for enrolment in self.all() if enrolment.session == session]


class MemoryEntitlements(Aggregates[Grants, GrantsEvent]):
    """What actors were granted, where *trusting* says whether who was granted nothing may do everything."""

    def find(self, actor: str, /) -> Grants | None:
        """What *actor* holds: everything, where the store trusts them, and `None` where it has nothing."""
        found = self.work.look(Grants, actor)
        if found is not None:
            return cast("Grants", found.state)
        who = ActorId(actor)
        return Grants(who, 0, None, _everything(who)) if self.work.trusting else None


def _everything(actor: ActorId) -> tuple[Grant, ...]:
    return tuple(Grant(actor, None, right, actions, Scope()) for right, actions in MATRIX.items())
