"""What every class with a name is called in JSON, and which unions its events and refusals belong to.

What hosts have stored says these names: a name is never changed, nor what it stands for.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias, get_args

from lara_core import (
    enrolment,
    offerings,
    participants,
    partners,
    purchase,
    refunds,
    registrations,
    rights,
    seats,
    sessions,
    spending,
    wallet,
)
from lara_core.kernel.receipts import Receipt
from lara_core.telling.notices import Notice

AnyEvent: TypeAlias = (
    seats.SeatEvent
    | sessions.SessionEvent
    | refunds.ChargeEvent
    | registrations.RegistrationEvent
    | rights.GrantsEvent
    | partners.PartnerEvent
    | offerings.OfferingEvent
    | wallet.WalletEvent
    | spending.SpendingEvent
    | participants.EnrolmentEvent
)
"""Every event of the library."""

AnyRefusal: TypeAlias = (
    sessions.SessionRefusal
    | seats.SeatRefusal
    | refunds.RefundRefusal
    | registrations.RegistrationRefusal
    | purchase.PurchaseRefusal
    | rights.RightsRefusal
    | partners.PartnerRefusal
    | offerings.OfferingRefusal
    | wallet.WalletRefusal
    | spending.SpendingRefusal
    | participants.ParticipantRefusal
    | enrolment.EnrolmentRefusal
)
"""Every refusal of the library."""

NAMES: Final[Mapping[type[object], str]] = {
    sessions.Session: "sessions.session.v1",
    sessions.SessionOpened: "sessions.opened.v1",
    sessions.CapacityChanged: "sessions.capacity_changed.v1",
    sessions.PlacesHeld: "sessions.places_held.v1",
    sessions.HoldSecured: "sessions.hold_secured.v1",
    sessions.HoldReleased: "sessions.hold_released.v1",
    sessions.PlacesTaken: "sessions.places_taken.v1",
    sessions.PlacesGivenBack: "sessions.places_given_back.v1",
    sessions.SessionCancelled: "sessions.cancelled.v1",
    sessions.WaitingJoined: "sessions.waiting_joined.v1",
    sessions.WaitingLeft: "sessions.waiting_left.v1",
    sessions.PlacesOffered: "sessions.places_offered.v1",
    sessions.HoldsSwept: "sessions.holds_swept.v1",
    seats.SeatPool: "seats.pool.v1",
    seats.SeatsBought: "seats.bought.v1",
    seats.SeatsAssigned: "seats.assigned.v1",
    seats.SeatsInvited: "seats.invited.v1",
    seats.InvitationAccepted: "seats.invitation_accepted.v1",
    seats.InvitationDeclined: "seats.invitation_declined.v1",
    seats.InvitationsExpired: "seats.invitations_expired.v1",
    seats.RemindersSent: "seats.reminders_sent.v1",
    seats.InvitationCorrected: "seats.invitation_corrected.v1",
    seats.LearnerWithdrew: "seats.learner_withdrew.v1",
    seats.PoolHandedOver: "seats.handed_over.v1",
    seats.SeatRevoked: "seats.revoked.v1",
    seats.SeatsCancelled: "seats.cancelled.v1",
    seats.SeatTransferred: "seats.transferred.v1",
    seats.SeatReactivated: "seats.reactivated.v1",
    refunds.Charge: "refunds.charge.v1",
    refunds.ChargeCaptured: "refunds.captured.v1",
    refunds.SeatsSettled: "refunds.settled.v1",
    refunds.SeatsReinstated: "refunds.reinstated.v1",
    refunds.DuesPaid: "refunds.dues_paid.v1",
    refunds.MoneyMoved: "refunds.money_moved.v1",
    refunds.RefundSucceeded: "refunds.succeeded.v1",
    refunds.RefundFailed: "refunds.failed.v1",
    refunds.RefundRetried: "refunds.retried.v1",
    registrations.Registration: "registrations.registration.v1",
    registrations.Registered: "registrations.registered.v1",
    registrations.RegistrationRequested: "registrations.requested.v1",
    registrations.RegistrationApproved: "registrations.approved.v1",
    registrations.RegistrationRefused: "registrations.refused.v1",
    registrations.RegistrationCancelled: "registrations.cancelled.v1",
    rights.Grants: "rights.grants.v1",
    rights.GrantsOpened: "rights.opened.v1",
    rights.RightGranted: "rights.granted.v1",
    rights.RightRevoked: "rights.revoked.v1",
    rights.RoleGranted: "rights.role_granted.v1",
    rights.RoleRevoked: "rights.role_revoked.v1",
    rights.ActorMoved: "rights.actor_moved.v1",
    partners.Partner: "partners.partner.v1",
    partners.PartnerCreated: "partners.created.v1",
    partners.PartnerRenamed: "partners.renamed.v1",
    partners.PartnerConverted: "partners.converted.v1",
    partners.PartnerBranded: "partners.branded.v1",
    partners.AdministratorAppointed: "partners.administrator_appointed.v1",
    partners.AdministratorDismissed: "partners.administrator_dismissed.v1",
    partners.ClientAdded: "partners.client_added.v1",
    partners.ClientRenamed: "partners.client_renamed.v1",
    partners.ClientRemoved: "partners.client_removed.v1",
    offerings.Offering: "offerings.offering.v1",
    offerings.CourseOffered: "offerings.course_offered.v1",
    offerings.OwnCourseCreated: "offerings.own_course_created.v1",
    offerings.CoursePriced: "offerings.course_priced.v1",
    offerings.OfferedToAll: "offerings.offered_to_all.v1",
    offerings.OfferedToSelected: "offerings.offered_to_selected.v1",
    offerings.PartnersSelected: "offerings.selected.v1",
    offerings.PartnersDeselected: "offerings.deselected.v1",
    wallet.Wallet: "wallet.wallet.v1",
    wallet.WalletOpened: "wallet.opened.v1",
    wallet.ThresholdSet: "wallet.threshold_set.v1",
    wallet.CreditsToppedUp: "wallet.topped_up.v1",
    wallet.CreditsDeducted: "wallet.deducted.v1",
    wallet.CreditsDebited: "wallet.debited.v1",
    wallet.CreditsHeld: "wallet.held.v1",
    wallet.CreditsCaptured: "wallet.captured.v1",
    wallet.CreditsReleased: "wallet.released.v1",
    wallet.EntryReversed: "wallet.entry_reversed.v1",
    spending.SpendingLimit: "spending.limit.v1",
    spending.LimitSet: "spending.limit_set.v1",
    spending.LimitChanged: "spending.limit_changed.v1",
    spending.CreditsSpent: "spending.spent.v1",
    spending.SpendingHeld: "spending.held.v1",
    spending.SpendingCaptured: "spending.captured.v1",
    spending.SpendingReleased: "spending.released.v1",
    spending.SpendingGivenBack: "spending.given_back.v1",
    participants.Enrolment: "participants.enrolment.v1",
    participants.ParticipantEnrolled: "participants.enrolled.v1",
    participants.EnrolmentRequested: "participants.requested.v1",
    participants.EnrolmentConfirmed: "participants.confirmed.v1",
    participants.EnrolmentDropped: "participants.dropped.v1",
    participants.ParticipantWithdrew: "participants.withdrew.v1",
    participants.EnrolmentReversed: "participants.reversed.v1",
    participants.EnrolmentCancelled: "participants.cancelled.v1",
    **{kind: f"{kind.code}.v1" for kind in get_args(AnyRefusal)},
    Receipt: "receipt.v1",
    Notice: "notice.v1",
}
