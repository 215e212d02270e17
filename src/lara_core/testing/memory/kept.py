"""All that a store in memory keeps, at one moment, and what is asked of it. See `lara_core.testing.memory`."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from attrs import evolve, field, frozen

from lara_core.cart import Cart
from lara_core.confirmation import Confirmation
from lara_core.documents import Numbering
from lara_core.hosting.ports import Answer
from lara_core.kernel.decisions import Event
from lara_core.kernel.erasure import Erasure, erased
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import (
    ActorId,
    ConfirmationId,
    CourseId,
    Key,
    LimitId,
    OfferId,
    PartnerId,
    ProposalId,
    SessionId,
)
from lara_core.kernel.people import Person, PersonKey
from lara_core.offerings import Offering
from lara_core.offers import Grant as OfferGrant
from lara_core.offers import Offer
from lara_core.participants import Enrolment, EnrolmentState
from lara_core.partners import Partner
from lara_core.promotions import PromotionCode
from lara_core.providers import Arrangement, Provider, Training
from lara_core.refunds import Charge
from lara_core.registrations import Registration, RegistrationState
from lara_core.rights import Grants
from lara_core.schedules import Schedule
from lara_core.seats import SeatPool
from lara_core.sessions import Session
from lara_core.spending import SpendingLimit
from lara_core.telling.notices import Notice
from lara_core.wallet import Wallet

Root: TypeAlias = (
    Session
    | SeatPool
    | Charge
    | Registration
    | Grants
    | Partner
    | Offering
    | Wallet
    | SpendingLimit
    | Enrolment
    | Provider
    | Arrangement
    | Training
    | Cart
    | PromotionCode
    | Numbering
    | Schedule
    | Confirmation
    | Offer
    | OfferGrant
)
"""An aggregate of one of the kinds that are kept."""

Name: TypeAlias = tuple[str, str]
"""What an aggregate is kept under: its kind and its id. A pool may be called what a session is called."""


@frozen
class Stream:
    """One aggregate: its state, and all that led there, in order."""

    state: Root
    events: tuple[Event, ...]


@frozen
class Kept:
    """All that a store keeps, at one moment."""

    streams: dict[Name, Stream] = field(factory=dict[Name, Stream])
    answers: dict[tuple[ActorId, Key], Answer] = field(factory=dict[tuple[ActorId, Key], Answer])
    notices: dict[str, Notice] = field(factory=dict[str, Notice])
    sent: frozenset[str] = frozenset()

    def seated(self, session: SessionId) -> frozenset[PersonKey]:
        """The keys of all who sit in *session*: enrolled or invited in a pool, or with a registration of their own."""
        keys: set[PersonKey] = set()
        for stream in self.streams.values():
            match stream.state:
                case SeatPool(session=where) as pool if where == session:
                    keys.update(key for person in pool.enrolled.values() for key in person.keys)
                    keys.update(key for invitation in pool.invited.values() for key in invitation.to.keys)
                case Registration(session=where, sits=True, person=person) if where == session:
                    keys.update(person.keys)
                case _:
                    pass
        return frozenset(keys)

    def participants(self, course: CourseId) -> frozenset[PersonKey]:
        """The keys of all who take part in *course*, or wait to."""
        return frozenset(
            key
            for state in self.states()
            if isinstance(state, Enrolment) and state.course == course and state.state in _INSIDE
            for key in state.person.keys
        )

    def administered_by(self, actor: ActorId) -> PartnerId | None:
        """The partner that *actor* administers."""
        partners = (state for state in self.states() if isinstance(state, Partner))
        return next((partner.id for partner in partners if actor in partner.administrators), None)

    def over(self, partner: PartnerId) -> LimitId | None:
        """The limit that *partner* spends under: the latest that was set, for a new period is a new limit (W10)."""
        limits = [state for state in self.states() if isinstance(state, SpendingLimit) and partner in state.members]
        return max(limits, key=lambda limit: (limit.since, limit.id)).id if limits else None

    def enrolled(self, session: SessionId, person: Person) -> bool:
        """Whether the person has an enrolled seat in *session*, or a registration that holds."""
        for state in self.states():
            match state:
                case SeatPool(session=where, enrolled=holders) if where == session:
                    if any(holder.same_as(person) for holder in holders.values()):
                        return True
                case Registration(session=where, state=RegistrationState.REGISTERED, person=who) if where == session:
                    if who.same_as(person):
                        return True
                case _:
                    pass
        return False

    def of_proposal(self, proposal: ProposalId) -> ConfirmationId | None:
        """The confirmation that *proposal* is, or was, of."""
        for state in self.states():
            if isinstance(state, Confirmation):
                newest = () if state.proposal is None else (state.proposal.id,)
                if proposal in newest or proposal in state.dead:
                    return state.id
        return None

    def confirmations(self, session: SessionId) -> tuple[ConfirmationId, ...]:
        """The confirmations of *session*, sorted by id."""
        known = (state for state in self.states() if isinstance(state, Confirmation))
        return tuple(sorted(state.id for state in known if state.session == session))

    def grants(self, person: Person, offer: OfferId | None = None) -> tuple[OfferGrant, ...]:
        """The grants that one of the person's keys has, sorted by id; only those of *offer*, where it is named."""
        found = [
            state
            for state in self.states()
            if isinstance(state, OfferGrant) and offer in (None, state.offer) and state.person.same_as(person)
        ]
        return tuple(sorted(found, key=lambda grant: grant.id))

    def states(self) -> Iterator[Root]:
        """The aggregates as they stand."""
        return (stream.state for stream in self.streams.values())

    def without(self, erasure: Erasure) -> "Kept":
        """The same without the person, to whom nothing is sent any more (K13); this very value where they were not."""
        after = erased(self, erasure)
        if after is not self:
            # What an actor was granted is kept under their id.
            streams: dict[Name, Stream] = {
                (kind, stream.state.id): stream for (kind, _), stream in after.streams.items()
            }
            if len(streams) != len(after.streams):
                raise BadValue("value", Flaw.WRONG_FORM)
            after = evolve(after, streams=streams)
        to_them = {key for key, notice in self.notices.items() if after.notices[key].to != notice.to}
        return evolve(after, sent=after.sent | to_them) if to_them else after


_INSIDE: Final = frozenset({EnrolmentState.PENDING, EnrolmentState.PARTICIPANT})
