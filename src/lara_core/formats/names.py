"""What every class with a name is called in JSON, and which unions its events and refusals belong to.

What hosts have stored says these names: a name is never changed, nor what it stands for.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias, get_args

from lara_core import (
    access,
    cart,
    checkout,
    confirmation,
    documents,
    enrolment,
    offerings,
    offers,
    participants,
    partners,
    promotions,
    providers,
    purchase,
    refunds,
    registrations,
    replies,
    rights,
    rosters,
    schedules,
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
    | providers.ProviderEvent
    | providers.ArrangementEvent
    | providers.TrainingEvent
    | cart.CartEvent
    | promotions.CodeEvent
    | documents.NumberingEvent
    | offers.OfferEvent
    | offers.GrantEvent
    | schedules.ScheduleEvent
    | confirmation.ConfirmationEvent
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
    | providers.ProviderRefusal
    | cart.CartRefusal
    | promotions.CodeRefusal
    | documents.NumberingRefusal
    | checkout.CheckoutRefusal
    | offers.OfferRefusal
    | access.AccessRefusal
    | schedules.ScheduleRefusal
    | confirmation.ConfirmationRefusal
    | replies.RepliesRefusal
    | rosters.RosterRefusal
)
"""Every refusal of the library."""

NAMES: Final[Mapping[type[object], str]] = {
    sessions.Session: "sessions.session.v1",
    sessions.SessionOpened: "sessions.opened.v1",
    sessions.SessionMoved: "sessions.moved.v1",
    sessions.CapacityChanged: "sessions.capacity_changed.v1",
    sessions.PlacesHeld: "sessions.places_held.v1",
    sessions.HoldSecured: "sessions.hold_secured.v1",
    sessions.HoldUnsecured: "sessions.hold_unsecured.v1",
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
    providers.Provider: "providers.provider.v1",
    providers.ProviderOpened: "providers.opened.v1",
    providers.ProviderRenamed: "providers.renamed.v1",
    providers.ProviderConnected: "providers.connected.v1",
    providers.TermsSet: "providers.terms_set.v1",
    providers.PolicySet: "providers.policy_set.v1",
    providers.Arrangement: "providers.arrangement.v1",
    providers.SellingArranged: "providers.selling_arranged.v1",
    providers.SellingRearranged: "providers.selling_rearranged.v1",
    providers.DispenserSwitched: "providers.dispenser_switched.v1",
    providers.Training: "providers.training.v1",
    providers.TrainingCreated: "providers.training_created.v1",
    providers.DispenserNamed: "providers.dispenser_named.v1",
    cart.Cart: "cart.cart.v1",
    cart.CartOpened: "cart.opened.v1",
    cart.LineAdded: "cart.line_added.v1",
    cart.LineChanged: "cart.line_changed.v1",
    cart.LineRemoved: "cart.line_removed.v1",
    cart.ChargingStarted: "cart.charging_started.v1",
    cart.NothingPaid: "cart.nothing_paid.v1",
    cart.BasketPaid: "cart.basket_paid.v1",
    cart.BasketDeclined: "cart.basket_declined.v1",
    cart.BasketUnknown: "cart.basket_unknown.v1",
    promotions.PromotionCode: "promotions.code.v1",
    promotions.CodeCreated: "promotions.created.v1",
    promotions.CodeChanged: "promotions.changed.v1",
    promotions.UseReserved: "promotions.use_reserved.v1",
    promotions.UseConsumed: "promotions.use_consumed.v1",
    promotions.UseGivenBack: "promotions.use_given_back.v1",
    documents.Numbering: "documents.numbering.v1",
    documents.NumberingBegan: "documents.began.v1",
    documents.DocumentIssued: "documents.issued.v1",
    offers.Offer: "offers.offer.v1",
    offers.OfferDrafted: "offers.drafted.v1",
    offers.OfferChanged: "offers.changed.v1",
    offers.OfferPublished: "offers.published.v1",
    offers.OfferUnpublished: "offers.unpublished.v1",
    offers.Grant: "offers.grant.v1",
    offers.AccessGranted: "offers.access_granted.v1",
    offers.AccessGrantedAnew: "offers.access_granted_anew.v1",
    offers.AccessExtended: "offers.access_extended.v1",
    offers.AccessRevoked: "offers.access_revoked.v1",
    offers.Moment: "offers.moment.v1",
    offers.Duration: "offers.duration.v1",
    access.Open: "access.open.v1",
    access.Opening: "access.opening.v1",
    schedules.Schedule: "schedules.schedule.v1",
    schedules.SchedulePlanned: "schedules.planned.v1",
    schedules.ScheduleChanged: "schedules.changed.v1",
    schedules.ScheduleCancelled: "schedules.cancelled.v1",
    confirmation.Confirmation: "confirmation.confirmation.v1",
    confirmation.ConfirmationOpened: "confirmation.opened.v1",
    confirmation.DatesProposed: "confirmation.dates_proposed.v1",
    confirmation.DatesAccepted: "confirmation.dates_accepted.v1",
    confirmation.DatesDeclined: "confirmation.dates_declined.v1",
    confirmation.OneDateAccepted: "confirmation.one_date_accepted.v1",
    confirmation.ReminderSent: "confirmation.reminder_sent.v1",
    confirmation.ProposalLapsed: "confirmation.proposal_lapsed.v1",
    confirmation.DatesValidated: "confirmation.dates_validated.v1",
    confirmation.ValidationEnded: "confirmation.validation_ended.v1",
    confirmation.DatesReplaced: "confirmation.dates_replaced.v1",
    confirmation.ConfirmationClosed: "confirmation.closed.v1",
    rosters.Columns: "rosters.columns.v1",
    rosters.Outcome: "rosters.outcome.v1",
    rosters.BadRow: "rosters.bad_row.v1",
    rosters.RefusedRow: "rosters.refused_row.v1",
    **{kind: f"{kind.code}.v1" for kind in get_args(AnyRefusal)},
    Receipt: "receipt.v1",
    Notice: "notice.v1",
}
