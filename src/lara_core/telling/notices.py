"""Who is told of what: one table from events to notices (T1).

A *notice* is a value: to whom, by which template, about what. It has no words yet; those are made when it is
sent, in the reader's language, by `lara_core.telling.texts`. Its key is made of what happened, never of when it was
sent, so that an outbox can drop repeats (K12), and names nobody, so that it can be logged (K11).

The buyer is told of every cancellation, also of their own; learners of what happens to their seat. For whoever
acted, the decision itself is the acknowledgement (S16).
"""

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Protocol, TypeAlias

from attrs import evolve, field, frozen

from lara_core.cart import BasketDeclined, BasketPaid, BasketUnknown, Cart, NothingPaid
from lara_core.confirmation import (
    Confirmation,
    ConfirmationClosed,
    DatesAccepted,
    DatesDeclined,
    DatesProposed,
    DatesReplaced,
    Message,
    Proposal,
    ProposalLapsed,
    ReminderSent,
)
from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Aggregate, Decision, Event, Refusal
from lara_core.kernel.ids import (
    ActorId,
    CartId,
    ClientId,
    CourseId,
    DateNo,
    HoldId,
    OfferId,
    PartnerId,
    PoolId,
    ProposalId,
    ProviderId,
    SeatNo,
    SessionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.offers import (
    AccessExtended,
    AccessGranted,
    AccessGrantedAnew,
    AccessMessage,
    AccessRevoked,
    Telling,
    Window,
)
from lara_core.offers import Grant as OfferGrant
from lara_core.participants import Enrolment
from lara_core.refunds import Charge, MoneyMoved, RefundFailed, RefundSucceeded, SeatsReinstated, SeatsSettled
from lara_core.registrations import (
    Registration,
)
from lara_core.seats import (
    InvitationAccepted,
    InvitationCorrected,
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    RemindersSent,
    SeatPool,
    SeatReactivated,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatTransferred,
)
from lara_core.sessions import PlacesOffered, Session, SessionCancelled
from lara_core.telling.notice_table import REFUSALS, TABLE, Party, Row, Setting, Template
from lara_core.wallet import (
    CreditsCaptured,
    CreditsDebited,
    CreditsDeducted,
    EntryReversed,
    NotEnoughCredits,
    Wallet,
    entry_of,
)

__all__ = [
    "REFUSALS",
    "TABLE",
    "Audience",
    "DatesTold",
    "Notice",
    "Party",
    "Recipient",
    "Row",
    "Setting",
    "Template",
    "notices",
    "of_refusal",
]

Recipient: TypeAlias = Person | ActorId


class Audience(Protocol):
    """Whom the table's parties mean, where no event names them. A unit of work is one."""

    @property
    def organisation(self) -> ActorId: ...

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """Who administers the partner."""
        ...


@frozen
class DatesTold:
    """What a notice about a session's dates is about: a *proposal* to a *client*, sent *to* somebody (C1).

    *dates* are those that were proposed; where they were replaced, those of them that do not take place at all.
    *sequence* tells calendars which of two messages about a date is newer (C7). *copies* are who else is shown to have
    it. *message* is what the sender wrote, which the proposal and its copies alone carry.
    """

    client: ClientId
    proposal: ProposalId
    sequence: int
    dates: frozenset[DateNo]
    to: Person
    copies: tuple[Person, ...] = ()
    message: Message = field(factory=Message)


@frozen
class Notice:
    """Tell *to* by *template*: about *session*, and *seats* of *pool* where it is about seats.

    *to* is a learner, or somebody by the id under which the host knows how to reach them. One about an invitation
    has its number, which its answer must name, and *until*, which the session's start can come before; one about an
    offered place has its *hold* and *until*; one about money has the *amount*. One about an enrolment by a *partner*
    has its *course*; one about a wallet has what is *available*, and the *price* that it does not suffice for. One
    about a basket of a *cart* has its *provider* and *amount*. One about access has its *offer*, whose *message* it is
    where that is in words of its own, and says when access *opens*, where that is still to come, and *ends*.
    One about a session's *dates* says which, and *until* when they can be answered, while they can.
    """

    key: str
    to: Recipient
    template: Template
    session: SessionId | None = None
    pool: PoolId | None = None
    seats: tuple[SeatNo, ...] = ()
    invitation: int | None = None
    hold: HoldId | None = None
    until: Deadline | None = None
    amount: Money | None = None
    course: CourseId | None = None
    partner: PartnerId | None = None
    price: Credits | None = None
    available: int | None = None
    cart: CartId | None = None
    provider: ProviderId | None = None
    offer: OfferId | None = None
    message: AccessMessage | None = None
    opens: datetime | None = None
    ends: datetime | None = None
    dates: DatesTold | None = None


def notices(
    decision: Decision[Aggregate, Event], *, audience: Audience, silenced: Container[Setting] = ()
) -> tuple[Notice, ...]:
    """Who is to be told of *decision*, in the order of its events, of the table's rows, and of the seats.

    A row whose setting is *silenced* tells nobody.
    """
    state = decision.state
    before = state.version - len(decision.events)
    return tuple(
        evolve(notice, key=f"{state.id}:{version}:{row.template}:{notice.key}")
        for version, event in enumerate(decision.events, before + 1)
        for row in TABLE.get(type(event), ())
        if row.setting not in silenced
        for notice in _notices(row, state, version, event, audience)
    )


def of_refusal(refusal: Refusal, *, audience: Audience, silenced: Container[Setting] = ()) -> tuple[Notice, ...]:
    """Who is to be told that something was refused, beside whoever asked: that credits do not suffice (W5, K12).

    The key has the episode and the recipient in it, so each is told once, however often it is refused.
    """
    match refusal:
        case NotEnoughCredits(partner=partner, episode=episode, price=price, available=available):
            return tuple(
                Notice(
                    f"{partner}:{episode}:{row.template}:{_mark(to)}",
                    to,
                    row.template,
                    partner=partner,
                    price=price,
                    available=available,
                )
                for row in REFUSALS[NotEnoughCredits]
                if row.setting not in silenced
                for to in _staff(row.party, partner, audience)
            )
        case _:
            return ()


def _staff(party: Party, partner: PartnerId, audience: Audience) -> Sequence[ActorId]:
    return sorted(audience.administrators(partner)) if party is Party.ADMINISTRATORS else (audience.organisation,)


def _mark(to: ActorId) -> str:
    """What tells recipients apart in a key, which names nobody (K11)."""
    return sha256(to.encode()).hexdigest()[:16]


def _notices(row: Row, state: Aggregate, version: int, event: Event, audience: Audience) -> Iterator[Notice]:
    """What *row* makes of the event that led to *version*. The key is still what tells the row's notices apart."""
    match state:
        case SeatPool():
            for to, seats in _told(row.party, state, event):
                sent = state.invited.get(seats[0]) if row.party is Party.INVITEE else None
                number, until = (None, None) if sent is None else (sent.number, sent.until)
                yield Notice(
                    str(seats[0]), to, row.template, state.session, state.id, seats, invitation=number, until=until
                )
        case Charge():
            for session, pool, seats, amount in _money(row.template, state, event):
                yield Notice(str(seats[0]), state.buyer, row.template, session, pool, seats, amount=amount)
        case Session():
            for number, (person, hold, until) in enumerate(_waiting(event), 1):
                yield Notice(str(number), person, row.template, state.id, hold=hold, until=until)
        case Registration():
            to = audience.organisation if row.party is Party.ORGANISATION else state.person
            yield Notice("1", to, row.template, state.session)
        case Enrolment():
            yield Notice("1", state.person, row.template, state.session, course=state.course, partner=state.partner)
        case Cart():
            for provider, amount in _paid(state, event):
                to = audience.organisation if row.party is Party.ORGANISATION else state.buyer
                yield Notice("1", to, row.template, cart=state.id, provider=provider, amount=amount)
        case OfferGrant():
            yield from _access(row.template, state, event)
        case Wallet():
            if _crosses(state, event):
                for to in _staff(row.party, state.id, audience):
                    yield Notice(_mark(to), to, row.template, partner=state.id, available=state.available(event.act.at))
        case Confirmation():
            for told, until, by in _dates(state, version, event):
                for number, to in enumerate(_about_dates(row.party, told, by, event, audience), 1):
                    yield Notice(str(number), to, row.template, state.session, until=until, dates=told)
        case _:
            return


def _dates(
    confirmation: Confirmation, version: int, event: Event
) -> Iterator[tuple[DatesTold, Deadline | None, ActorId]]:
    """What an event says of which dates, until when they can be answered, and who had sent them."""
    # Who was sent dates that others have replaced since still hears that there are none.
    client, sent, by = confirmation.client, confirmation.proposal or confirmation.withdrawn, event.act.by
    match event, sent:
        case DatesProposed(proposal, dates=dates, to=to, cc=copies, message=message, until=until), _:
            yield DatesTold(client, proposal, version, dates, to, copies, message), until, by
        case ReminderSent() | ProposalLapsed(), Proposal():
            yield DatesTold(client, sent.id, sent.sequence, sent.dates, sent.to), sent.until, sent.by
        case DatesAccepted() | DatesDeclined(), Proposal():
            yield DatesTold(client, sent.id, sent.sequence, sent.dates, sent.to), None, sent.by
        case DatesReplaced(proposal=str() as proposal, to=Person() as to, lost=lost), _:
            yield DatesTold(client, proposal, version, lost, to), None, by
        case ConfirmationClosed(to=Person() as to), Proposal():
            yield DatesTold(client, sent.id, version, sent.dates, to), None, by
        case _:
            return


def _about_dates(
    party: Party, told: DatesTold, sender: ActorId, event: Event, audience: Audience
) -> Sequence[Recipient]:
    match party, event:
        case Party.COPIED, DatesProposed(cc=copies, bcc=blind):
            return (*copies, *blind)
        case Party.SENDER, _:
            return (sender,)
        case Party.ORGANISATION_IF_MASKED, DatesAccepted(masked=masked) | DatesDeclined(masked=masked):
            return (audience.organisation,) if masked else ()
        case _:
            return (told.to,)


def _crosses(wallet: Wallet, event: Event) -> bool:
    """Whether this entry made the balance low; the number it has plays no part (W5)."""
    match event:
        case CreditsDebited() | CreditsCaptured() | CreditsDeducted() | EntryReversed():
            entry = entry_of(wallet.id, wallet.version, event)
            return entry is not None and entry.crosses(wallet.threshold)
        case _:
            return False


def _waiting(event: Event) -> Iterator[tuple[Person, HoldId | None, Deadline | None]]:
    match event:
        case PlacesOffered(offers=offers, until=until):
            yield from ((person, hold, until) for hold, person in offers.items())
        case SessionCancelled(waiting=people):
            yield from ((person, None, None) for person in people)
        case _:
            return


def _money(
    template: Template, charge: Charge, event: Event
) -> Iterator[tuple[SessionId, PoolId, tuple[SeatNo, ...], Money]]:
    match template, event:
        case Template.DUE, SeatsReinstated(session=session, pool=pool, seats=seats, due=due) if due:
            yield session, pool, tuple(sorted(seats)), due
        case Template.DUE, MoneyMoved(session=session, to=pool, arrived=arrived) if arrived.due:
            yield session, pool, (SeatNo(1),), arrived.due
        case Template.REFUND_REQUESTED, SeatsSettled(refund=str() as refund) | MoneyMoved(refund=str() as refund):
            found = charge.refunds[refund]
            yield found.session, found.pool, found.seats, found.amount
        case _, RefundSucceeded(refund=refund) | RefundFailed(refund=refund):
            found = charge.refunds[refund]
            yield found.session, found.pool, found.seats, found.amount
        case _:
            return


def _paid(cart: Cart, event: Event) -> Iterator[tuple[ProviderId, Money]]:
    match event:
        case BasketPaid() | NothingPaid() | BasketDeclined() | BasketUnknown():
            yield event.provider, cart.newest(event.provider, event.currency).total
        case _:
            return


def _access(template: Template, grant: OfferGrant, event: Event) -> Iterator[Notice]:
    about = Notice("1", grant.person, template, offer=grant.offer)
    match event:
        case AccessGranted() | AccessGrantedAnew() if event.message.telling is not Telling.OFF:
            first = min(window.opens for window in event.windows.values())
            yield evolve(
                about,
                message=event.message if event.message.telling is Telling.EDITED else None,
                opens=first if first > event.act.at else None,
                ends=_last(event.windows),
            )
        case AccessExtended():
            yield evolve(about, ends=_last(event.windows))
        case AccessRevoked():
            yield about
        case _:
            return


def _last(windows: Mapping[CourseId, Window]) -> datetime | None:
    """When the last of *windows* closes; `None` where one never does."""
    ends = [window.until for window in windows.values()]
    return None if None in ends else max(end for end in ends if end is not None)


def _told(party: Party, pool: SeatPool, event: Event) -> Iterator[tuple[Recipient, tuple[SeatNo, ...]]]:
    match party, event:
        case Party.NEW_HOLDER, SeatsBought(learners=people) | SeatsAssigned(learners=people):
            yield from _each(people)
        case Party.INVITEE, SeatsBought(invitees=people) | SeatsInvited(invitees=people) | RemindersSent(
            invitees=people
        ):
            yield from _each(people)
        case Party.NEW_HOLDER, InvitationAccepted(seat=seat, learner=person):
            yield person, (seat,)
        case Party.NEW_HOLDER, SeatRevoked(seat=seat, to=Person() as person, until=None) | SeatReactivated(
            seat=seat, to=Person() as person, until=None
        ):
            yield person, (seat,)
        case Party.INVITEE, SeatRevoked(seat=seat, to=Person() as person, until=Deadline()) | SeatReactivated(
            seat=seat, to=Person() as person, until=Deadline()
        ):
            yield person, (seat,)
        case Party.INVITEE, InvitationCorrected(seat=seat, to=person):
            yield person, (seat,)
        case Party.OLD_HOLDER, SeatRevoked(seat=seat, holder=person):
            yield person, (seat,)
        case Party.OLD_HOLDER, SeatsCancelled(learners=learners, invitees=invitees):
            yield from _each(dict(sorted({**learners, **invitees}.items())))
        case Party.OLD_HOLDER, SeatTransferred(seat=seat, learner=person):
            yield person, (seat,)
        case Party.EXPIRED, SeatsAssigned(learners=again, expired=people) | SeatsInvited(
            invitees=again, expired=people
        ):
            # Who got another seat in the same breath has lost nothing.
            seated = {key for person in again.values() for key in person.keys}
            yield from _each({seat: person for seat, person in people.items() if not person.is_in(seated)})
        case Party.EXPIRED, InvitationsExpired(expired=people):
            yield from _each(people)
        case Party.BUYER_OF_EXPIRED, SeatsAssigned(expired=people) | SeatsInvited(expired=people) | InvitationsExpired(
            expired=people
        ) if people:
            yield pool.buyer, tuple(people)
        case (
            Party.BUYER,
            InvitationAccepted(seat=seat)
            | InvitationDeclined(seat=seat)
            | LearnerWithdrew(seat=seat)
            | SeatTransferred(seat=seat)
            | SeatReactivated(seat=seat),
        ):
            yield pool.buyer, (seat,)
        case Party.BUYER, SeatsCancelled(seats=seats):
            yield pool.buyer, seats
        case _:
            return


def _each(people: Mapping[SeatNo, Person]) -> Iterator[tuple[Recipient, tuple[SeatNo, ...]]]:
    yield from ((person, (seat,)) for seat, person in people.items())
