"""Who is told of what: one table from events to notices (T1).

A *notice* is a value: to whom, by which template, about what. It has no words yet; those are made when it is
sent, in the reader's language, by `lara_core.telling.texts`. Its key is made of what happened, never of when it was
sent, so that an outbox can drop repeats (K12), and names nobody, so that it can be logged (K11).

The buyer is told of every cancellation, also of their own; learners of what happens to their seat. For whoever
acted, the decision itself is the acknowledgement (S16).
"""

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Final, Protocol, TypeAlias

from attrs import evolve, frozen

from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Aggregate, Decision, Event, Refusal
from lara_core.kernel.ids import ActorId, CourseId, HoldId, PartnerId, PoolId, SeatNo, SessionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.participants import Enrolment, EnrolmentCancelled, EnrolmentConfirmed, ParticipantEnrolled
from lara_core.refunds import Charge, MoneyMoved, RefundFailed, RefundSucceeded, SeatsReinstated, SeatsSettled
from lara_core.registrations import (
    Registered,
    Registration,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationRefused,
    RegistrationRequested,
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
from lara_core.wallet import (
    CreditsCaptured,
    CreditsDebited,
    CreditsDeducted,
    EntryReversed,
    NotEnoughCredits,
    Wallet,
    entry_of,
)


class Party(StrEnum):
    """Who may be told."""

    NEW_HOLDER = "new_holder"
    INVITEE = "invitee"
    OLD_HOLDER = "old_holder"
    EXPIRED = "expired"
    BUYER = "buyer"
    BUYER_OF_EXPIRED = "buyer_of_expired"
    PAYER = "payer"
    OFFERED = "offered"
    WAITING = "waiting"
    REGISTRANT = "registrant"
    PARTICIPANT = "participant"
    ORGANISATION = "organisation"
    ADMINISTRATORS = "administrators"


class Template(StrEnum):
    """What a notice says. The code is the id of its texts."""

    ENROLLED = "seats.enrolled"
    INVITED = "seats.invited"
    REMINDED = "seats.reminded"
    EXPIRED = "seats.expired"
    REVOKED = "seats.revoked"
    CANCELLED = "seats.cancelled"
    TRANSFERRED = "seats.transferred"
    ACCEPTED_BUYER = "seats.accepted_buyer"
    DECLINED_BUYER = "seats.declined_buyer"
    EXPIRED_BUYER = "seats.expired_buyer"
    WITHDRAWN_BUYER = "seats.withdrawn_buyer"
    CANCELLED_BUYER = "seats.cancelled_buyer"
    TRANSFERRED_BUYER = "seats.transferred_buyer"
    REACTIVATED_BUYER = "seats.reactivated_buyer"
    REFUND_REQUESTED = "refunds.requested_buyer"
    REFUND_SUCCEEDED = "refunds.succeeded_buyer"
    REFUND_FAILED = "refunds.failed_buyer"
    DUE = "refunds.due_buyer"
    OFFERED = "sessions.offered"
    WAITING_OVER = "sessions.waiting_over"
    REGISTRATION_REQUESTED = "registrations.requested_organisation"
    REGISTERED = "registrations.registered"
    REGISTRATION_REFUSED = "registrations.refused"
    REGISTRATION_CANCELLED = "registrations.cancelled"
    PARTICIPANT_ENROLLED = "enrolment.enrolled"
    ENROLMENT_CANCELLED = "enrolment.cancelled"
    WALLET_EXHAUSTED = "wallet.exhausted"
    WALLET_LOW = "wallet.low"


class Setting(StrEnum):
    """What a host can switch off."""

    TELL_ENROLLED = "tell_enrolled"
    TELL_INVITED = "tell_invited"
    TELL_REMINDED = "tell_reminded"
    TELL_EXPIRED = "tell_expired"
    TELL_REVOKED = "tell_revoked"
    TELL_CANCELLED = "tell_cancelled"
    TELL_TRANSFERRED = "tell_transferred"
    TELL_BUYER_ACCEPTED = "tell_buyer_accepted"
    TELL_BUYER_DECLINED = "tell_buyer_declined"
    TELL_BUYER_EXPIRED = "tell_buyer_expired"
    TELL_BUYER_WITHDRAWN = "tell_buyer_withdrawn"
    TELL_BUYER_CANCELLED = "tell_buyer_cancelled"
    TELL_BUYER_TRANSFERRED = "tell_buyer_transferred"
    TELL_BUYER_REACTIVATED = "tell_buyer_reactivated"
    TELL_BUYER_REFUND_REQUESTED = "tell_buyer_refund_requested"
    TELL_BUYER_REFUND_SUCCEEDED = "tell_buyer_refund_succeeded"
    TELL_BUYER_REFUND_FAILED = "tell_buyer_refund_failed"
    TELL_BUYER_DUE = "tell_buyer_due"
    TELL_OFFERED = "tell_offered"
    TELL_WAITING_OVER = "tell_waiting_over"
    TELL_ORGANISATION_REQUESTED = "tell_organisation_requested"
    TELL_REGISTERED = "tell_registered"
    TELL_REGISTRATION_REFUSED = "tell_registration_refused"
    TELL_REGISTRATION_CANCELLED = "tell_registration_cancelled"
    TELL_PARTICIPANT_ENROLLED = "tell_participant_enrolled"
    TELL_ENROLMENT_CANCELLED = "tell_enrolment_cancelled"
    TELL_ORGANISATION_EXHAUSTED = "tell_organisation_exhausted"
    TELL_ADMINISTRATORS_EXHAUSTED = "tell_administrators_exhausted"
    TELL_ORGANISATION_LOW = "tell_organisation_low"
    TELL_ADMINISTRATORS_LOW = "tell_administrators_low"


@frozen
class Row:
    """One line of the table: *party* is told by *template*, unless *setting* is switched off."""

    party: Party
    template: Template
    setting: Setting


_ENROLLED: Final = Row(Party.NEW_HOLDER, Template.ENROLLED, Setting.TELL_ENROLLED)
_INVITED: Final = Row(Party.INVITEE, Template.INVITED, Setting.TELL_INVITED)
_EXPIRED: Final = Row(Party.EXPIRED, Template.EXPIRED, Setting.TELL_EXPIRED)
_EXPIRED_BUYER: Final = Row(Party.BUYER_OF_EXPIRED, Template.EXPIRED_BUYER, Setting.TELL_BUYER_EXPIRED)
_REFUND_REQUESTED: Final = Row(Party.PAYER, Template.REFUND_REQUESTED, Setting.TELL_BUYER_REFUND_REQUESTED)
_DUE: Final = Row(Party.PAYER, Template.DUE, Setting.TELL_BUYER_DUE)
_LOW: Final = (
    Row(Party.ORGANISATION, Template.WALLET_LOW, Setting.TELL_ORGANISATION_LOW),
    Row(Party.ADMINISTRATORS, Template.WALLET_LOW, Setting.TELL_ADMINISTRATORS_LOW),
)
_PARTICIPANT: Final = Row(Party.PARTICIPANT, Template.PARTICIPANT_ENROLLED, Setting.TELL_PARTICIPANT_ENROLLED)
_REGISTERED: Final = Row(Party.REGISTRANT, Template.REGISTERED, Setting.TELL_REGISTERED)

# An event that is not here is told to nobody.
TABLE: Final[Mapping[type[Event], tuple[Row, ...]]] = {
    SeatsBought: (_ENROLLED, _INVITED),
    SeatsAssigned: (_ENROLLED, _EXPIRED, _EXPIRED_BUYER),
    SeatsInvited: (_INVITED, _EXPIRED, _EXPIRED_BUYER),
    InvitationAccepted: (_ENROLLED, Row(Party.BUYER, Template.ACCEPTED_BUYER, Setting.TELL_BUYER_ACCEPTED)),
    InvitationDeclined: (Row(Party.BUYER, Template.DECLINED_BUYER, Setting.TELL_BUYER_DECLINED),),
    InvitationsExpired: (_EXPIRED, _EXPIRED_BUYER),
    RemindersSent: (Row(Party.INVITEE, Template.REMINDED, Setting.TELL_REMINDED),),
    # Whoever has the mistyped address was nobody's invitee.
    InvitationCorrected: (_INVITED,),
    LearnerWithdrew: (Row(Party.BUYER, Template.WITHDRAWN_BUYER, Setting.TELL_BUYER_WITHDRAWN),),
    SeatRevoked: (Row(Party.OLD_HOLDER, Template.REVOKED, Setting.TELL_REVOKED), _ENROLLED, _INVITED),
    SeatsCancelled: (
        Row(Party.OLD_HOLDER, Template.CANCELLED, Setting.TELL_CANCELLED),
        Row(Party.BUYER, Template.CANCELLED_BUYER, Setting.TELL_BUYER_CANCELLED),
    ),
    # The new seat's own event tells the learner how to get in there.
    SeatTransferred: (
        Row(Party.OLD_HOLDER, Template.TRANSFERRED, Setting.TELL_TRANSFERRED),
        Row(Party.BUYER, Template.TRANSFERRED_BUYER, Setting.TELL_BUYER_TRANSFERRED),
    ),
    SeatReactivated: (
        _ENROLLED,
        _INVITED,
        Row(Party.BUYER, Template.REACTIVATED_BUYER, Setting.TELL_BUYER_REACTIVATED),
    ),
    # Only where anything goes back, or is due.
    SeatsSettled: (_REFUND_REQUESTED,),
    SeatsReinstated: (_DUE,),
    MoneyMoved: (_REFUND_REQUESTED, _DUE),
    RefundSucceeded: (Row(Party.PAYER, Template.REFUND_SUCCEEDED, Setting.TELL_BUYER_REFUND_SUCCEEDED),),
    RefundFailed: (Row(Party.PAYER, Template.REFUND_FAILED, Setting.TELL_BUYER_REFUND_FAILED),),
    PlacesOffered: (Row(Party.OFFERED, Template.OFFERED, Setting.TELL_OFFERED),),
    SessionCancelled: (Row(Party.WAITING, Template.WAITING_OVER, Setting.TELL_WAITING_OVER),),
    RegistrationRequested: (
        Row(Party.ORGANISATION, Template.REGISTRATION_REQUESTED, Setting.TELL_ORGANISATION_REQUESTED),
    ),
    Registered: (_REGISTERED,),
    RegistrationApproved: (_REGISTERED,),
    RegistrationRefused: (Row(Party.REGISTRANT, Template.REGISTRATION_REFUSED, Setting.TELL_REGISTRATION_REFUSED),),
    RegistrationCancelled: (
        Row(Party.REGISTRANT, Template.REGISTRATION_CANCELLED, Setting.TELL_REGISTRATION_CANCELLED),
    ),
    ParticipantEnrolled: (_PARTICIPANT,),
    EnrolmentConfirmed: (_PARTICIPANT,),
    EnrolmentCancelled: (Row(Party.PARTICIPANT, Template.ENROLMENT_CANCELLED, Setting.TELL_ENROLMENT_CANCELLED),),
    # Only where the balance crosses the threshold.
    CreditsDebited: _LOW,
    CreditsCaptured: _LOW,
    CreditsDeducted: _LOW,
    EntryReversed: _LOW,
}

# A refusal that is not here is told to nobody but whoever was refused (K12).
REFUSALS: Final[Mapping[type[Refusal], tuple[Row, ...]]] = {
    NotEnoughCredits: (
        Row(Party.ORGANISATION, Template.WALLET_EXHAUSTED, Setting.TELL_ORGANISATION_EXHAUSTED),
        Row(Party.ADMINISTRATORS, Template.WALLET_EXHAUSTED, Setting.TELL_ADMINISTRATORS_EXHAUSTED),
    ),
}


Recipient: TypeAlias = Person | ActorId


class Audience(Protocol):
    """Whom the table's parties mean, where no event names them. A unit of work is one."""

    @property
    def organisation(self) -> ActorId: ...

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """Who administers the partner."""
        ...


@frozen
class Notice:
    """Tell *to* by *template*: about *session*, and *seats* of *pool* where it is about seats.

    *to* is a learner, or somebody by the id under which the host knows how to reach them. One about an invitation
    has its number, which its answer must name, and *until*, which the session's start can come before; one about an
    offered place has its *hold* and *until*; one about money has the *amount*. One about an enrolment by a *partner*
    has its *course*; one about a wallet has what is *available*, and the *price* that it does not suffice for.
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
        for notice in _notices(row, state, event, audience)
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


def _notices(row: Row, state: Aggregate, event: Event, audience: Audience) -> Iterator[Notice]:
    """What *row* makes of an event. The key is still the part that tells the row's notices apart."""
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
        case Wallet():
            if _crosses(state, event):
                for to in _staff(row.party, state.id, audience):
                    yield Notice(_mark(to), to, row.template, partner=state.id, available=state.available(event.act.at))
        case _:
            return


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
