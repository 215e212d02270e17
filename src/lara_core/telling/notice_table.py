"""Who is told of which event, by which template, and which setting silences it. Part of `lara_core.telling.notices`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import frozen

from lara_core.cart import BasketDeclined, BasketPaid, BasketUnknown, NothingPaid
from lara_core.confirmation import (
    ConfirmationClosed,
    DatesAccepted,
    DatesDeclined,
    DatesProposed,
    DatesReplaced,
    ProposalLapsed,
    ReminderSent,
)
from lara_core.kernel.decisions import Event, Refusal
from lara_core.offers import (
    AccessExtended,
    AccessGranted,
    AccessGrantedAnew,
    AccessRevoked,
)
from lara_core.participants import EnrolmentCancelled, EnrolmentConfirmed, ParticipantEnrolled
from lara_core.refunds import MoneyMoved, RefundFailed, RefundSucceeded, SeatsReinstated, SeatsSettled
from lara_core.registrations import (
    Registered,
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
    SeatReactivated,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatTransferred,
)
from lara_core.sessions import PlacesOffered, SessionCancelled
from lara_core.wallet import (
    CreditsCaptured,
    CreditsDebited,
    CreditsDeducted,
    EntryReversed,
    NotEnoughCredits,
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
    GRANTEE = "grantee"
    ORGANISATION = "organisation"
    ADMINISTRATORS = "administrators"
    CONTACT = "contact"
    COPIED = "copied"
    SENDER = "sender"
    ORGANISATION_IF_MASKED = "organisation_if_masked"


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
    BASKET_PAID = "cart.paid_buyer"
    BASKET_DECLINED = "cart.declined_buyer"
    BASKET_UNKNOWN = "cart.unknown_organisation"
    ACCESS_GRANTED = "offers.granted"
    ACCESS_EXTENDED = "offers.extended"
    ACCESS_REVOKED = "offers.revoked"
    WALLET_EXHAUSTED = "wallet.exhausted"
    WALLET_LOW = "wallet.low"
    PROPOSED = "confirmation.proposed"
    PROPOSED_COPY = "confirmation.proposed_copy"
    DATES_REMINDED = "confirmation.reminded"
    DATES_ACCEPTED = "confirmation.accepted"
    DATES_DECLINED = "confirmation.declined"
    DATES_REPLACED = "confirmation.replaced"
    DATES_CALLED_OFF = "confirmation.called_off"
    ACCEPTED_SENDER = "confirmation.accepted_sender"
    DECLINED_SENDER = "confirmation.declined_sender"
    LAPSED_SENDER = "confirmation.lapsed_sender"
    ACCEPTED_MASKED = "confirmation.accepted_masked"
    DECLINED_MASKED = "confirmation.declined_masked"


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
    TELL_BUYER_PAID = "tell_buyer_paid"
    TELL_BUYER_NOT_PAID = "tell_buyer_not_paid"
    TELL_ORGANISATION_UNKNOWN = "tell_organisation_unknown"
    TELL_ACCESS_GRANTED = "tell_access_granted"
    TELL_ACCESS_EXTENDED = "tell_access_extended"
    TELL_ACCESS_REVOKED = "tell_access_revoked"
    TELL_ORGANISATION_EXHAUSTED = "tell_organisation_exhausted"
    TELL_ADMINISTRATORS_EXHAUSTED = "tell_administrators_exhausted"
    TELL_ORGANISATION_LOW = "tell_organisation_low"
    TELL_ADMINISTRATORS_LOW = "tell_administrators_low"
    TELL_PROPOSED = "tell_proposed"
    TELL_PROPOSED_COPY = "tell_proposed_copy"
    TELL_DATES_REMINDED = "tell_dates_reminded"
    TELL_DATES_ACCEPTED = "tell_dates_accepted"
    TELL_DATES_DECLINED = "tell_dates_declined"
    TELL_DATES_REPLACED = "tell_dates_replaced"
    TELL_DATES_CALLED_OFF = "tell_dates_called_off"
    TELL_SENDER_ACCEPTED = "tell_sender_accepted"
    TELL_SENDER_DECLINED = "tell_sender_declined"
    TELL_SENDER_LAPSED = "tell_sender_lapsed"
    TELL_ACCEPTED_MASKED = "tell_accepted_masked"
    TELL_DECLINED_MASKED = "tell_declined_masked"


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
_PAID: Final = Row(Party.PAYER, Template.BASKET_PAID, Setting.TELL_BUYER_PAID)
_GRANTED: Final = Row(Party.GRANTEE, Template.ACCESS_GRANTED, Setting.TELL_ACCESS_GRANTED)
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
    BasketPaid: (_PAID,),
    NothingPaid: (_PAID,),
    BasketDeclined: (Row(Party.PAYER, Template.BASKET_DECLINED, Setting.TELL_BUYER_NOT_PAID),),
    # Somebody has to find out.
    BasketUnknown: (Row(Party.ORGANISATION, Template.BASKET_UNKNOWN, Setting.TELL_ORGANISATION_UNKNOWN),),
    # Unless the offer has its message off (O4).
    AccessGranted: (_GRANTED,),
    AccessGrantedAnew: (_GRANTED,),
    AccessExtended: (Row(Party.GRANTEE, Template.ACCESS_EXTENDED, Setting.TELL_ACCESS_EXTENDED),),
    AccessRevoked: (Row(Party.GRANTEE, Template.ACCESS_REVOKED, Setting.TELL_ACCESS_REVOKED),),
    # Only where the balance crosses the threshold.
    CreditsDebited: _LOW,
    CreditsCaptured: _LOW,
    CreditsDeducted: _LOW,
    EntryReversed: _LOW,
    # A copy of somebody's own, because the recipient's alone can answer (C1).
    DatesProposed: (
        Row(Party.CONTACT, Template.PROPOSED, Setting.TELL_PROPOSED),
        Row(Party.COPIED, Template.PROPOSED_COPY, Setting.TELL_PROPOSED_COPY),
    ),
    ReminderSent: (Row(Party.CONTACT, Template.DATES_REMINDED, Setting.TELL_DATES_REMINDED),),
    DatesAccepted: (
        Row(Party.CONTACT, Template.DATES_ACCEPTED, Setting.TELL_DATES_ACCEPTED),
        Row(Party.SENDER, Template.ACCEPTED_SENDER, Setting.TELL_SENDER_ACCEPTED),
        Row(Party.ORGANISATION_IF_MASKED, Template.ACCEPTED_MASKED, Setting.TELL_ACCEPTED_MASKED),
    ),
    DatesDeclined: (
        Row(Party.CONTACT, Template.DATES_DECLINED, Setting.TELL_DATES_DECLINED),
        Row(Party.SENDER, Template.DECLINED_SENDER, Setting.TELL_SENDER_DECLINED),
        Row(Party.ORGANISATION_IF_MASKED, Template.DECLINED_MASKED, Setting.TELL_DECLINED_MASKED),
    ),
    ProposalLapsed: (Row(Party.SENDER, Template.LAPSED_SENDER, Setting.TELL_SENDER_LAPSED),),
    # Only where there was a proposal: who was sent nothing has nothing to forget.
    DatesReplaced: (Row(Party.CONTACT, Template.DATES_REPLACED, Setting.TELL_DATES_REPLACED),),
    ConfirmationClosed: (Row(Party.CONTACT, Template.DATES_CALLED_OFF, Setting.TELL_DATES_CALLED_OFF),),
}

# A refusal that is not here is told to nobody but whoever was refused (K12).
REFUSALS: Final[Mapping[type[Refusal], tuple[Row, ...]]] = {
    NotEnoughCredits: (
        Row(Party.ORGANISATION, Template.WALLET_EXHAUSTED, Setting.TELL_ORGANISATION_EXHAUSTED),
        Row(Party.ADMINISTRATORS, Template.WALLET_EXHAUSTED, Setting.TELL_ADMINISTRATORS_EXHAUSTED),
    ),
}
