"""The seats of one session bought in one transaction. Part of `lara_core.seats`, which is where to import from."""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import filterfalse
from typing import Final, Self, TypeAlias, TypeVar, assert_never

from attrs import evolve, frozen

from lara_core.kernel.deadlines import Deadline, utc
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.ids import ActorId, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person, PersonKey, distinct
from lara_core.kernel.validators import whole
from lara_core.seat_events import (
    InvitationAccepted,
    InvitationCorrected,
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    PoolHandedOver,
    RemindersSent,
    SeatChange,
    SeatEvent,
    SeatReactivated,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatTransferred,
)
from lara_core.seat_guards import (
    but,
    modes_on,
    not_called_off,
    not_ended,
    not_over,
    not_seated,
    not_started,
    to_seat,
    with_accounts,
)
from lara_core.seat_refusals import (
    AccountInvited,
    AlreadyAccepted,
    BuyersDoNotCancel,
    InvitationDead,
    InvitationExpired,
    InvoiceNotDue,
    InvoicePaid,
    LearnersNeeded,
    NamedTwice,
    NewHolderNeeded,
    NobodyToRemind,
    NoInvoice,
    NoSuchSeat,
    NotEnoughSeats,
    NothingOverdue,
    NothingToCancel,
    OtherAccount,
    OtherBuyer,
    OtherSession,
    ReleaseOff,
    RemindersUsed,
    SameHolder,
    SameSession,
    SeatIs,
    SeatTransferredAway,
    WithdrawalOff,
)
from lara_core.seat_states import (
    SEAT,
    Cancelled,
    Cause,
    Counters,
    Invitation,
    Mode,
    Policy,
    SeatState,
    SeatVerb,
    SessionFacts,
)

T = TypeVar("T")

# Invitations are numbered by events.
MOST_EVENTS: Final = 2**53


@frozen
class SeatPool:
    """The seats of one session bought in one transaction.

    Each state has its own collection with what that state alone has; *free* is in the order in which seats are
    given out. *prices* are by seat number, from 1. *accepted* has the number of the invitation that enrolled a holder,
    where one did. *emptied* says since when a seat is to assign, where the policy wants seats assigned (S10). *invoice*
    is until when the seats can be paid for, where that is by invoice (S17).
    """

    id: PoolId
    version: int
    session: SessionId
    transaction: TransactionId
    buyer: ActorId
    policy: Policy
    prices: tuple[Money, ...]
    invoice: Deadline | None
    free: tuple[SeatNo, ...]
    invited: Mapping[SeatNo, Invitation]
    enrolled: Mapping[SeatNo, Person]
    accepted: Mapping[SeatNo, int]
    cancelled: Mapping[SeatNo, Cancelled]
    emptied: Mapping[SeatNo, datetime]

    # --- Buying and giving out

    @classmethod
    def buy(
        cls,
        act: Act,
        pool: PoolId,
        *,
        session: SessionFacts,
        transaction: TransactionId,
        buyer: ActorId,
        prices: Sequence[Money],
        policy: Policy,
        learners: Sequence[Person] = (),
        invitees: Sequence[Person] = (),
        invoice: Deadline | None = None,
        seated: Container[PersonKey],
    ) -> "SeatDecision":
        """Buy one seat for each of *prices* (S1); enrol *learners* at once and invite *invitees* on the first of them.

        Under *assign at purchase* there are as many of them as seats, otherwise at most as many. All are distinct,
        do not sit in the session yet, and learners have accounts: here nobody is skipped (S5, S8). Until *invoice* what
        is sold on invoice can be paid (S17).

        Refused: `SessionCalledOff`, `SessionEnded`, `SessionStarted` for invitees, `ModeOff`, `NamedTwice`,
        `LearnersNeeded`, `NotEnoughSeats`, `AccountNeeded`, `AlreadySeated`. Prices of several currencies, or none, or
        below zero, are a `BadValue`.
        """
        not_ended(session, act.at)
        if invitees:
            not_started(session, act.at)
        modes_on(policy, *((Mode.IMMEDIATE,) if learners else ()), *((Mode.CONFIRMATION,) if invitees else ()))
        people, repeated = distinct((*learners, *invitees))
        if repeated:
            raise Refused(NamedTwice(repeated))
        if policy.assign_at_purchase and len(people) != len(prices):
            raise Refused(LearnersNeeded(len(prices), len(people)))
        if len(people) > len(prices):
            raise Refused(NotEnoughSeats(len(people), len(prices)))
        with_accounts(learners)
        not_seated(people, seated)
        on = {SeatNo(number): person for number, person in enumerate(people, 1)}
        enrolled = {seat: person for seat, person in on.items() if seat <= len(learners)}
        invited = {seat: person for seat, person in on.items() if seat > len(learners)}
        until = policy.invitation_until(act.at) if invitees else None
        event = SeatsBought(
            pool, session.id, transaction, buyer, policy, tuple(prices), enrolled, invited, until, invoice, act
        )
        return Decision(cls.begin(event), (event,))

    def assign(
        self, act: Act, learners: Sequence[Person], *, session: SessionFacts, seated: Container[PersonKey]
    ) -> "SeatDecision":
        """Enrol *learners* at once on the first free seats, all of them or none (S3, S5).

        One who is named twice takes one seat; one who already sits is skipped; the event reports both. Invitations
        that are due are swept before (S7). Refused: `OtherSession`, `SessionCalledOff`, `SessionEnded`, `ModeOff`,
        `NobodyToSeat`, `AccountNeeded`, `NotEnoughSeats`.
        """
        self._of(session)
        not_ended(session, act.at)
        modes_on(self.policy, Mode.IMMEDIATE)
        now, expired = self._swept(act.at, session)
        coming, repeated, already = to_seat(learners, but(seated, expired.values()))
        with_accounts(coming)
        return self._decide(SeatsAssigned(now._given(coming), repeated, already, expired, act))

    def invite(
        self, act: Act, people: Sequence[Person], *, session: SessionFacts, seated: Container[PersonKey]
    ) -> "SeatDecision":
        """Ask *people* to confirm, on the first free seats, all of them or none (S3, S4, S5).

        They may be bare addresses. Who is named twice, or sits already, and what is due: as in `assign`. Refused:
        `OtherSession`, `SessionCalledOff`, `SessionStarted`, `ModeOff`, `NobodyToSeat`, `NotEnoughSeats`.
        """
        self._of(session)
        not_started(session, act.at)
        modes_on(self.policy, Mode.CONFIRMATION)
        now, expired = self._swept(act.at, session)
        coming, repeated, already = to_seat(people, but(seated, expired.values()))
        until = self.policy.invitation_until(act.at)
        return self._decide(SeatsInvited(now._given(coming), until, repeated, already, expired, act))

    # --- The life of an invitation

    def accept(
        self,
        act: Act,
        seat: SeatNo,
        invitation: int,
        *,
        learner: Person,
        session: SessionFacts,
        seated: Container[PersonKey],
    ) -> "SeatDecision":
        """Enrol *learner* by *invitation*, which binds their account to the seat (S4, S6). Twice is once.

        Refused: `OtherSession`, `NoSuchSeat`, `AlreadyAccepted` by somebody else, `InvitationDead`, `SessionCalledOff`,
        `SessionStarted`, `InvitationExpired`, `AccountNeeded`, `OtherAccount`, `AlreadySeated`. The invitation then
        stays.
        """
        self._of(session)
        if self._was_accepted(seat, invitation):
            if self.enrolled[seat].account != learner.account:
                raise Refused(AlreadyAccepted(seat))
            return Decision(self)
        sent = self._sent(seat, invitation)
        not_started(session, act.at)
        if sent.until.passed(act.at):
            raise Refused(InvitationExpired(seat, sent.until))
        with_accounts((learner,))
        if sent.to.account not in (None, learner.account):
            raise Refused(OtherAccount(seat))
        not_seated((learner,), but(seated, (sent.to,)))
        return self._decide(InvitationAccepted(seat, invitation, learner, act))

    def decline(self, act: Act, seat: SeatNo, invitation: int, *, session: SessionFacts) -> "SeatDecision":
        """Free the seat of *invitation*; who declined may be invited again (S6).

        Refused: `OtherSession`, `NoSuchSeat`, `AlreadyAccepted`, `InvitationDead`, `SessionCalledOff`,
        `SessionStarted`, `InvitationExpired`.
        """
        self._of(session)
        if self._was_accepted(seat, invitation):
            raise Refused(AlreadyAccepted(seat))
        sent = self._sent(seat, invitation)
        not_started(session, act.at)
        if sent.until.passed(act.at):
            raise Refused(InvitationExpired(seat, sent.until))
        return self._decide(InvitationDeclined(seat, invitation, sent.to, act))

    def remind(self, act: Act, seats: Collection[SeatNo], *, session: SessionFacts) -> "SeatDecision":
        """Ask the invitees of *seats* once more, all of them or none (S7). Moves nothing.

        Refused: `OtherSession`, `SessionCalledOff`, `NobodyToRemind`, `NoSuchSeat`, `SeatIs`, `RemindersUsed`.
        """
        self._of(session)
        not_called_off(session)
        if not seats:
            raise Refused(NobodyToRemind())
        now = self.as_of(act.at, session)
        for seat in (asked := tuple(sorted({SeatNo(seat) for seat in seats}))):
            now._knows(seat, SeatVerb.REMIND)
            if self.invited[seat].reminders >= self.policy.reminders:
                raise Refused(RemindersUsed(seat, self.policy.reminders))
        return self._decide(RemindersSent({seat: self.invited[seat].to for seat in asked}, act))

    def expire(self, act: Act, *, session: SessionFacts) -> "SeatDecision":
        """Sweep the invitations that are due (S7). Harmless where there are none. Refused: `OtherSession`."""
        self._of(session)
        _, expired = self._swept(act.at, session)
        return self._decide(InvitationsExpired(expired, act)) if expired else Decision(self)

    def correct(
        self, act: Act, seat: SeatNo, to: EmailAddress, *, session: SessionFacts, seated: Container[PersonKey]
    ) -> "SeatDecision":
        """Send the invitation of a mistyped address to the right one; the old invitation is dead (S17).

        Refused: `OtherSession`, `SessionCalledOff`, `SessionStarted`, `NoSuchSeat`, `SeatIs`, `AccountInvited`,
        `SameHolder`, `AlreadySeated`.
        """
        self._of(session)
        not_started(session, act.at)
        self.as_of(act.at, session)._knows(seat, SeatVerb.CORRECT)
        before, person = self.invited[seat].to, Person(to)
        if before.account is not None:
            raise Refused(AccountInvited(seat))
        if person.same_as(before):
            raise Refused(SameHolder(seat))
        not_seated((person,), seated)
        return self._decide(InvitationCorrected(seat, before, person, self.policy.invitation_until(act.at), act))

    # --- Leaving, taking away, cancelling

    def withdraw(self, act: Act, seat: SeatNo, *, session: SessionFacts) -> "SeatDecision":
        """Let the learner give up the seat, before the start and where the policy allows it (S10).

        Refused: `OtherSession`, `SessionCalledOff`, `SessionStarted`, `WithdrawalOff`, `NoSuchSeat`, `SeatIs`.
        """
        self._of(session)
        not_started(session, act.at)
        if not self.policy.withdrawal:
            raise Refused(WithdrawalOff())
        self.as_of(act.at, session)._knows(seat, SeatVerb.WITHDRAW)
        return self._decide(LearnerWithdrew(seat, self.enrolled[seat], act))

    def revoke(
        self,
        act: Act,
        seat: SeatNo,
        *,
        to: Person | None = None,
        mode: Mode = Mode.IMMEDIATE,
        session: SessionFacts,
        seated: Container[PersonKey],
    ) -> "SeatDecision":
        """Take a seat from its holder and give it to *to* in *mode*, or leave it free where the policy allows it (S9).

        Refused: `OtherSession`, `SessionCalledOff`, `SessionStarted` from the start on, `NoSuchSeat`, `SeatIs`,
        `NewHolderNeeded`, `SameHolder`, `ModeOff`, `AccountNeeded`, `AlreadySeated`. The old holder then keeps the
        seat.
        """
        self._of(session)
        not_started(session, act.at)
        self.as_of(act.at, session)._knows(seat, SeatVerb.REVOKE)
        holder = self._holder(seat)
        until = None
        if to is None:
            if self.policy.assign_at_purchase:
                raise Refused(NewHolderNeeded(seat))
        else:
            if to.same_as(holder):
                raise Refused(SameHolder(seat))
            modes_on(self.policy, mode)
            if mode == Mode.CONFIRMATION:
                until = self.policy.invitation_until(act.at)
            else:
                with_accounts((to,))
            not_seated((to,), seated)
        return self._decide(SeatRevoked(seat, holder, to, until, act))

    def cancel(
        self, act: Act, seats: Collection[SeatNo], *, session: SessionFacts, as_buyer: bool = False
    ) -> "SeatDecision":
        """Cancel *seats*, all of them or none, each once however often it is named; others are untouched (S11).

        No replacement is asked for, also under *assign at purchase*. With *as_buyer* it is the buyer who does, and not
        somebody of the organisation. Refused: `OtherSession`, `SessionCalledOff`, `SessionEnded`, `OtherBuyer`,
        `BuyersDoNotCancel`, `NothingToCancel`, `NoSuchSeat`, `SeatIs`.
        """
        self._of(session)
        not_ended(session, act.at)
        if as_buyer and act.by != self.buyer:
            raise Refused(OtherBuyer())
        if as_buyer and not self.policy.buyers_cancel:
            raise Refused(BuyersDoNotCancel())
        if not seats:
            raise Refused(NothingToCancel())
        gone = {SeatNo(seat) for seat in seats}
        for seat in sorted(gone):
            self._knows(seat, SeatVerb.CANCEL)
        return self._cancelled(act, gone, session, Cause.ASKED)

    def cancel_all(self, act: Act, *, session: SessionFacts, as_buyer: bool = False) -> "SeatDecision":
        """Cancel every live seat (S11). Refused as `cancel` is."""
        return self.cancel(act, self.live, session=session, as_buyer=as_buyer)

    def cancel_unassigned(self, act: Act, *, session: SessionFacts) -> "SeatDecision":
        """Cancel the seats that have been to assign for as long as the policy gives, or longer (S10).

        Refused: `OtherSession`, `SessionCalledOff`, `SessionEnded`, `NothingOverdue`.
        """
        self._of(session)
        not_ended(session, act.at)
        overdue = self.overdue(act.at)
        if not overdue:
            raise Refused(NothingOverdue(self.overdue_from))
        return self._cancelled(act, overdue, session, Cause.UNASSIGNED)

    def release(self, act: Act, *, paid: bool, session: SessionFacts) -> "SeatDecision":
        """Cancel every live seat because its invoice was not *paid* in time, where the policy says so (S17).

        Refused: `OtherSession`, `SessionCalledOff`, `SessionEnded`, `ReleaseOff`, `NoInvoice`, `InvoicePaid`,
        `InvoiceNotDue`, `NothingToCancel`.
        """
        self._of(session)
        not_ended(session, act.at)
        if not self.policy.release_unpaid:
            raise Refused(ReleaseOff())
        if self.invoice is None:
            raise Refused(NoInvoice())
        if paid:
            raise Refused(InvoicePaid())
        if not self.invoice.passed(act.at):
            raise Refused(InvoiceNotDue(self.invoice))
        if not self.live:
            raise Refused(NothingToCancel())
        return self._cancelled(act, self.live, session, Cause.UNPAID)

    def call_off(self, act: Act, *, session: SessionFacts) -> "SeatDecision":
        """Cancel every live seat because the session is cancelled (S14). Harmless where none is live.

        Refused: `OtherSession`, `SessionEnded`.
        """
        self._of(session)
        if not self.live:
            return Decision(self)
        not_over(session, act.at)
        return self._cancelled(act, self.live, session, Cause.SESSION_CANCELLED)

    def transfer(
        self,
        act: Act,
        seat: SeatNo,
        *,
        to: PoolId,
        price: Money,
        session: SessionFacts,
        there: SessionFacts,
        seated_there: Container[PersonKey],
    ) -> tuple["SeatDecision", "SeatDecision"]:
        """Move the learner of a seat to the session *there*, before either has started (N3).

        The old seat is cancelled for good. The new one costs *price*, and is the only seat of the pool *to*, which has
        this pool's buyer, transaction, policy and invoice. Refused: `OtherSession`, `SameSession`, `SessionCalledOff`,
        `SessionStarted`, `NoSuchSeat`, `SeatIs`, `AlreadySeated`.
        """
        self._of(session)
        if there.id == self.session:
            raise Refused(SameSession())
        not_started(session, act.at)
        not_started(there, act.at)
        self._knows(seat, SeatVerb.TRANSFER)
        learner = self.enrolled[seat]
        not_seated((learner,), seated_there)
        left = SeatTransferred(seat, learner, there.id, to, act)
        arrived = SeatsBought(
            to,
            there.id,
            self.transaction,
            self.buyer,
            self.policy,
            (price,),
            {SeatNo(1): learner},
            {},
            None,
            self.invoice,
            act,
        )
        return self._decide(left), Decision(SeatPool.begin(arrived), (arrived,))

    def reactivate(
        self,
        act: Act,
        seat: SeatNo,
        *,
        to: Person | None = None,
        mode: Mode = Mode.IMMEDIATE,
        session: SessionFacts,
        seated: Container[PersonKey],
    ) -> "SeatDecision":
        """Make a cancelled seat live again, before the start (S13).

        It goes to *to* in *mode*, else back to its learner if they still may sit; a former invitee is invited anew.
        Else it is free, unless the policy wants it assigned. Refused: `OtherSession`, `SessionCalledOff`,
        `SessionStarted`, `NoSuchSeat`, `SeatIs`, `SeatTransferredAway`, `ModeOff`, `AccountNeeded`, `AlreadySeated`,
        `NewHolderNeeded`.
        """
        self._of(session)
        not_started(session, act.at)
        self._knows(seat, SeatVerb.REACTIVATE)
        before = self.cancelled[seat]
        if before.cause is Cause.TRANSFERRED:
            raise Refused(SeatTransferredAway(seat))
        if to is not None:
            modes_on(self.policy, mode)
            if mode is Mode.IMMEDIATE:
                with_accounts((to,))
            not_seated((to,), seated)
        elif before.holder is not None and not before.holder.is_in(seated):
            to = before.holder
            mode = Mode.CONFIRMATION if before.was is SeatState.INVITED else Mode.IMMEDIATE
        elif self.policy.assign_at_purchase:
            raise Refused(NewHolderNeeded(seat))
        invited = to is not None and mode is Mode.CONFIRMATION
        return self._decide(SeatReactivated(seat, to, self.policy.invitation_until(act.at) if invited else None, act))

    def hand_over(self, act: Act, buyer: ActorId) -> "SeatDecision":
        """Make *buyer* the pool's buyer (S17). Harmless where they are already."""
        return Decision(self) if buyer == self.buyer else self._decide(PoolHandedOver(self.buyer, buyer, act))

    # --- Questions

    def as_of(self, at: datetime, session: SessionFacts) -> "SeatPool":
        """The pool as it is to be seen at that time: what is due is free (S7). For questions, never to be saved."""
        return self._swept(at, session)[0]

    @property
    def live(self) -> tuple[SeatNo, ...]:
        """The seats that are not cancelled."""
        return (*self.free, *self.invited, *self.enrolled)

    @property
    def to_assign(self) -> tuple[SeatNo, ...]:
        """The seats that are empty although the policy wants them assigned (S10)."""
        return self.free if self.policy.assign_at_purchase else ()

    def overdue(self, at: datetime) -> tuple[SeatNo, ...]:
        """The seats that have been to assign for so long at that time that they may be cancelled (S10)."""
        dated = ((seat, self.policy.overdue_from(since)) for seat, since in sorted(self.emptied.items()))
        return tuple(seat for seat, by in dated if by is not None and utc("at", at) >= by)

    @property
    def overdue_from(self) -> datetime | None:
        """From when on the first of the seats to assign may be cancelled, if one ever may (S10)."""
        return self.policy.overdue_from(min(self.emptied.values())) if self.emptied else None

    def state_of(self, seat: SeatNo) -> SeatState:
        """What the seat is. Refused: `NoSuchSeat`."""
        if not 1 <= SeatNo(seat) <= len(self.prices):
            raise Refused(NoSuchSeat(seat))
        if seat in self.enrolled:
            return SeatState.ENROLLED
        if seat in self.invited:
            return SeatState.INVITED
        return SeatState.CANCELLED if seat in self.cancelled else SeatState.FREE

    def holder(self, seat: SeatNo) -> Person | None:
        """Who is enrolled on a live seat or invited to it, due or not. Refused: `NoSuchSeat`."""
        return self._holder(seat) if self.state_of(seat) in {SeatState.INVITED, SeatState.ENROLLED} else None

    def actions(self, seat: SeatNo) -> Collection[SeatVerb]:
        """The verbs that the seat's state allows. Whether one is allowed now, `why_not` says."""
        return SEAT[self.state_of(seat)].keys()

    def counters(self) -> Counters:
        """How many seats are in which state (S2)."""
        return Counters(len(self.free), len(self.invited), len(self.enrolled), len(self.cancelled))

    # --- Events

    @classmethod
    def begin(cls, event: SeatsBought) -> Self:
        """The first state."""
        numbers = map(SeatNo, range(1, len(event.prices) + 1))
        return cls(
            event.pool,
            1,
            event.session,
            event.transaction,
            event.buyer,
            event.policy,
            event.prices,
            event.invoice,
            tuple(number for number in numbers if number not in event.learners and number not in event.invitees),
            {seat: Invitation(1, to, event.until) for seat, to in event.invitees.items()} if event.until else {},
            event.learners,
            {},
            {},
            {},
        )

    def apply(self, event: SeatChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case SeatsAssigned(learners=learners, expired=expired):
                return evolve(
                    self,
                    version=version,
                    free=self._freed(expired)[len(learners) :],
                    invited=_without(self.invited, expired),
                    enrolled=_with(self.enrolled, learners),
                    emptied=self._emptied(event.act, expired, learners),
                )
            case SeatsInvited(invitees=invitees, until=until, expired=expired):
                sent = {seat: Invitation(version, to, until) for seat, to in invitees.items()}
                return evolve(
                    self,
                    version=version,
                    free=self._freed(expired)[len(invitees) :],
                    invited={**_without(self.invited, expired), **sent},
                    emptied=self._emptied(event.act, expired, invitees),
                )
            case InvitationAccepted(seat, invitation, learner):
                return evolve(
                    self,
                    version=version,
                    invited=_without(self.invited, (seat,)),
                    enrolled=_with(self.enrolled, {seat: learner}),
                    accepted={**self.accepted, seat: invitation},
                )
            case InvitationDeclined(seat):
                return evolve(
                    self,
                    version=version,
                    free=self._freed((seat,)),
                    invited=_without(self.invited, (seat,)),
                    emptied=self._emptied(event.act, (seat,)),
                )
            case InvitationsExpired(expired):
                return evolve(
                    self,
                    version=version,
                    free=self._freed(expired),
                    invited=_without(self.invited, expired),
                    emptied=self._emptied(event.act, expired),
                )
            case RemindersSent(invitees):
                reminded = {
                    seat: evolve(self.invited[seat], reminders=self.invited[seat].reminders + 1) for seat in invitees
                }
                return evolve(self, version=version, invited={**self.invited, **reminded})
            case InvitationCorrected(seat, _, to, until):
                return evolve(self, version=version, invited={**self.invited, seat: Invitation(version, to, until)})
            case LearnerWithdrew(seat):
                return evolve(
                    self,
                    version=version,
                    free=self._freed((seat,)),
                    enrolled=_without(self.enrolled, (seat,)),
                    accepted=_without(self.accepted, (seat,)),
                    emptied=self._emptied(event.act, (seat,)),
                )
            case SeatRevoked(seat, _, to, until):
                invited, enrolled = _without(self.invited, (seat,)), _without(self.enrolled, (seat,))
                if to is not None and until is not None:
                    invited[seat] = Invitation(version, to, until)
                elif to is not None:
                    enrolled[seat] = to
                return evolve(
                    self,
                    version=version,
                    free=self._freed((seat,)) if to is None else self.free,
                    invited=invited,
                    enrolled=enrolled,
                    accepted=_without(self.accepted, (seat,)),
                )
            case SeatsCancelled(seats, learners, invitees, cause):
                gone = {seat: Cancelled(cause, SeatState.FREE, None) for seat in seats}
                gone.update((seat, Cancelled(cause, SeatState.ENROLLED, who)) for seat, who in learners.items())
                gone.update((seat, Cancelled(cause, SeatState.INVITED, who)) for seat, who in invitees.items())
                return evolve(
                    self,
                    version=version,
                    free=_but_for(self.free, set(seats)),
                    invited=_without(self.invited, seats),
                    enrolled=_without(self.enrolled, seats),
                    accepted=_without(self.accepted, seats),
                    cancelled=_with(self.cancelled, gone),
                    emptied=_without(self.emptied, seats),
                )
            case SeatTransferred(seat, learner):
                moved = Cancelled(Cause.TRANSFERRED, SeatState.ENROLLED, learner)
                return evolve(
                    self,
                    version=version,
                    enrolled=_without(self.enrolled, (seat,)),
                    accepted=_without(self.accepted, (seat,)),
                    cancelled={**self.cancelled, seat: moved},
                )
            case SeatReactivated(seat, to, until):
                return evolve(
                    self,
                    version=version,
                    free=self._freed((seat,)) if to is None else self.free,
                    invited={**self.invited, seat: Invitation(version, to, until)} if to and until else self.invited,
                    enrolled={**self.enrolled, seat: to} if to and not until else self.enrolled,
                    cancelled=_without(self.cancelled, (seat,)),
                )
            case PoolHandedOver(buyer=buyer):
                return evolve(self, version=version, buyer=buyer)
            case _:
                assert_never(event)

    # --- Guards, and what they give

    def _of(self, session: SessionFacts) -> None:
        if session.id != self.session:
            raise Refused(OtherSession(self.session, session.id))

    def _knows(self, seat: SeatNo, verb: SeatVerb) -> None:
        state = self.state_of(seat)
        if verb not in SEAT[state]:
            raise Refused(SeatIs(seat, state))

    def _holder(self, seat: SeatNo) -> Person:
        return self.enrolled[seat] if seat in self.enrolled else self.invited[seat].to

    def _was_accepted(self, seat: SeatNo, invitation: int) -> bool:
        _ = self.state_of(seat)
        return self.accepted.get(seat) == whole("invitation", invitation, least=0, most=MOST_EVENTS)

    def _sent(self, seat: SeatNo, invitation: int) -> Invitation:
        sent = self.invited.get(seat)
        if sent is None or sent.number != invitation:
            raise Refused(InvitationDead(seat))
        return sent

    def _given(self, people: Sequence[Person]) -> dict[SeatNo, Person]:
        """Who gets which seat: always the first that are free, which is how `apply` knows what is left."""
        if len(people) > len(self.free):
            raise Refused(NotEnoughSeats(len(people), len(self.free)))
        return dict(zip(self.free, people, strict=False))

    def _swept(self, at: datetime, session: SessionFacts) -> tuple["SeatPool", dict[SeatNo, Person]]:
        """The pool without the invitations that are due, and whose they were."""
        due = {seat: sent.to for seat, sent in sorted(self.invited.items()) if sent.due(at, session)}
        if not due:
            return self, due
        free, invited = self._freed(due), _without(self.invited, due)
        emptied = dict.fromkeys(due, utc("at", at)) if self.policy.assign_at_purchase else {}
        return evolve(self, free=free, invited=invited, emptied={**self.emptied, **emptied}), due

    def _cancelled(self, act: Act, seats: Collection[SeatNo], session: SessionFacts, cause: Cause) -> "SeatDecision":
        now = self.as_of(act.at, session)
        gone = tuple(sorted(seats))
        learners = {seat: now.enrolled[seat] for seat in gone if seat in now.enrolled}
        invitees = {seat: now.invited[seat].to for seat in gone if seat in now.invited}
        return self._decide(SeatsCancelled(gone, learners, invitees, cause, act))

    def _emptied(
        self, act: Act, seats: Collection[SeatNo], given: Collection[SeatNo] = ()
    ) -> Mapping[SeatNo, datetime]:
        """Since when seats are to assign, once these were emptied and those given out (S10)."""
        if not self.policy.assign_at_purchase:
            return self.emptied
        return _without({**self.emptied, **dict.fromkeys(seats, act.at)}, given)

    def _freed(self, seats: Collection[SeatNo]) -> tuple[SeatNo, ...]:
        return tuple(sorted((*self.free, *seats))) if seats else self.free

    def _decide(self, event: SeatChange) -> "SeatDecision":
        return Decision(self.apply(event), (event,))


SeatDecision: TypeAlias = Decision[SeatPool, SeatEvent]


def _but_for(free: tuple[SeatNo, ...], taken: Container[SeatNo]) -> tuple[SeatNo, ...]:
    return tuple(filterfalse(taken.__contains__, free))


def _with(seats: Mapping[SeatNo, T], more: Mapping[SeatNo, T]) -> dict[SeatNo, T]:
    # A copy that is then updated takes a quarter of the time of one display of both (B4).
    after = dict(seats)
    after.update(more)
    return after


def _without(seats: Mapping[SeatNo, T], gone: Iterable[SeatNo]) -> dict[SeatNo, T]:
    left = dict(seats)
    for seat in gone:
        _ = left.pop(seat, None)
    return left
