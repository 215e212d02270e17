"""Seats bought in bulk: assigned to learners or offered by invitation, revoked and reassigned, cancelled.

Vocabulary. A *pool* is the seats of one session bought in one transaction. A seat is `free`, `invited` (somebody is
asked to confirm), `enrolled` or `cancelled`; it is *live* while it is not cancelled. A seat keeps its number and the
price paid for it for good. An invitation is *due* when its time is over; a due one counts as free, whether or not
anybody has swept it.

Invariants. Every seat is in exactly one state, so live = free + assigned, and live + cancelled is what was bought
(S2). A seat moves only as `SEAT` says. Under *assign at purchase* no buyer's act leaves a live seat empty (S8,
S9); one that somebody else's act emptied is *to assign* (S10). Nobody sits twice in a session, in whatever pool (S5).

What the host must guarantee: the facts that a command asks for are true when the decision is saved. They are the
session's times, which a pool never copies (S9), and who already sits in the session (invited or enrolled), in any
pool or individually, whose roster the store guards by a version of its own. An invitee sits until an event says
otherwise: hosts sweep what is due now and then (`expire`), so that nobody is kept from another seat by it.

The states and values stand in `lara_core.seat_states`, the events in `lara_core.seat_events`, the refusals in
`lara_core.seat_refusals`; all of them are imported from here.
"""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import filterfalse
from typing import Final, Self, TypeAlias, TypeVar, assert_never, cast

from attrs import evolve, frozen

from lara_core.kernel.deadlines import utc
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.ids import ActorId, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person, PersonKey, distinct
from lara_core.kernel.validators import whole
from lara_core.seat_events import (
    MOST_SEATS,
    InvitationAccepted,
    InvitationCorrected,
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    PoolHandedOver,
    RemindersSent,
    SeatChange,
    SeatEvent,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
)
from lara_core.seat_refusals import (
    AccountInvited,
    AccountNeeded,
    AlreadyAccepted,
    AlreadySeated,
    InvitationDead,
    InvitationExpired,
    LearnersNeeded,
    ModeOff,
    NamedTwice,
    NewHolderNeeded,
    NobodyToRemind,
    NobodyToSeat,
    NoSuchSeat,
    NotEnoughSeats,
    NothingToCancel,
    OtherAccount,
    OtherSession,
    RemindersUsed,
    SameHolder,
    SeatIs,
    SeatRefusal,
    SessionEnded,
    SessionStarted,
    WithdrawalOff,
)
from lara_core.seat_states import (
    SEAT,
    Cancelled,
    Counters,
    Invitation,
    Mode,
    Policy,
    SeatState,
    SeatVerb,
    SessionFacts,
)

__all__ = [
    "MOST_SEATS",
    "SEAT",
    "AccountInvited",
    "AccountNeeded",
    "AlreadyAccepted",
    "AlreadySeated",
    "Cancelled",
    "Counters",
    "Invitation",
    "InvitationAccepted",
    "InvitationCorrected",
    "InvitationDead",
    "InvitationDeclined",
    "InvitationExpired",
    "InvitationsExpired",
    "LearnerWithdrew",
    "LearnersNeeded",
    "Mode",
    "ModeOff",
    "NamedTwice",
    "NewHolderNeeded",
    "NoSuchSeat",
    "NobodyToRemind",
    "NobodyToSeat",
    "NotEnoughSeats",
    "NothingToCancel",
    "OtherAccount",
    "OtherSession",
    "Policy",
    "PoolHandedOver",
    "RemindersSent",
    "RemindersUsed",
    "SameHolder",
    "SeatChange",
    "SeatDecision",
    "SeatEvent",
    "SeatIs",
    "SeatPool",
    "SeatRefusal",
    "SeatRevoked",
    "SeatState",
    "SeatVerb",
    "SeatsAssigned",
    "SeatsBought",
    "SeatsCancelled",
    "SeatsInvited",
    "SessionEnded",
    "SessionFacts",
    "SessionStarted",
    "WithdrawalOff",
]

T = TypeVar("T")

# Invitations are numbered by events.
MOST_EVENTS: Final = 2**53


@frozen
class SeatPool:
    """The seats of one session bought in one transaction.

    Each state has its own collection with what that state alone has; *free* is in the order in which seats are
    given out. *paid* is by seat number, from 1. *accepted* has the number of the invitation that enrolled a holder,
    where one did.
    """

    id: PoolId
    version: int
    session: SessionId
    transaction: TransactionId
    buyer: ActorId
    policy: Policy
    paid: tuple[Money, ...]
    free: tuple[SeatNo, ...]
    invited: Mapping[SeatNo, Invitation]
    enrolled: Mapping[SeatNo, Person]
    accepted: Mapping[SeatNo, int]
    cancelled: Mapping[SeatNo, Cancelled]

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
        seated: Container[PersonKey],
    ) -> "SeatDecision":
        """Buy one seat for each of *prices* (S1); enrol *learners* at once and invite *invitees* on the first of them.

        Under *assign at purchase* there are as many of them as seats, otherwise at most as many. All are distinct,
        do not sit in the session yet, and learners have accounts: here nobody is skipped (S5, S8).

        Refused: `SessionEnded`, `SessionStarted` for invitees, `ModeOff`, `NamedTwice`, `LearnersNeeded`,
        `NotEnoughSeats`, `AccountNeeded`, `AlreadySeated`. Prices of several currencies, or none, or below zero,
        are a `BadValue`.
        """
        _not_ended(session, act.at)
        if invitees:
            _not_started(session, act.at)
        _modes_on(policy, *((Mode.IMMEDIATE,) if learners else ()), *((Mode.CONFIRMATION,) if invitees else ()))
        people, repeated = distinct((*learners, *invitees))
        if repeated:
            raise Refused(NamedTwice(repeated))
        if policy.assign_at_purchase and len(people) != len(prices):
            raise Refused(LearnersNeeded(len(prices), len(people)))
        if len(people) > len(prices):
            raise Refused(NotEnoughSeats(len(people), len(prices)))
        _with_accounts(learners)
        _not_seated(people, seated)
        on = {SeatNo(number): person for number, person in enumerate(people, 1)}
        enrolled = {seat: person for seat, person in on.items() if seat <= len(learners)}
        invited = {seat: person for seat, person in on.items() if seat > len(learners)}
        event = SeatsBought(pool, session.id, transaction, buyer, policy, tuple(prices), enrolled, invited, act)
        return Decision(cls.begin(event), (event,))

    def assign(
        self, act: Act, learners: Sequence[Person], *, session: SessionFacts, seated: Container[PersonKey]
    ) -> "SeatDecision":
        """Enrol *learners* at once on the first free seats, all of them or none (S3, S5).

        One who is named twice takes one seat; one who already sits is skipped; the event reports both. Invitations
        that are due are swept before (S7). Refused: `OtherSession`, `SessionEnded`, `ModeOff`, `NobodyToSeat`,
        `AccountNeeded`, `NotEnoughSeats`.
        """
        self._of(session)
        _not_ended(session, act.at)
        _modes_on(self.policy, Mode.IMMEDIATE)
        now, expired = self._swept(act.at, session)
        coming, repeated, already = _coming(learners, _but(seated, expired.values()))
        _with_accounts(coming)
        return self._decide(SeatsAssigned(now._given(coming), repeated, already, expired, act))

    def invite(
        self, act: Act, people: Sequence[Person], *, session: SessionFacts, seated: Container[PersonKey]
    ) -> "SeatDecision":
        """Ask *people* to confirm, on the first free seats, all of them or none (S3, S4, S5).

        They may be bare addresses. Who is named twice, or sits already, and what is due: as in `assign`. Refused:
        `OtherSession`, `SessionStarted`, `ModeOff`, `NobodyToSeat`, `NotEnoughSeats`.
        """
        self._of(session)
        _not_started(session, act.at)
        _modes_on(self.policy, Mode.CONFIRMATION)
        now, expired = self._swept(act.at, session)
        coming, repeated, already = _coming(people, _but(seated, expired.values()))
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

        Refused: `OtherSession`, `NoSuchSeat`, `AlreadyAccepted` by somebody else, `InvitationDead`, `SessionStarted`,
        `InvitationExpired`, `AccountNeeded`, `OtherAccount`, `AlreadySeated`. The invitation then stays.
        """
        self._of(session)
        if self._was_accepted(seat, invitation):
            if self.enrolled[seat].account != learner.account:
                raise Refused(AlreadyAccepted(seat))
            return Decision(self)
        sent = self._sent(seat, invitation)
        _not_started(session, act.at)
        if sent.until.passed(act.at):
            raise Refused(InvitationExpired(seat, sent.until))
        _with_accounts((learner,))
        if sent.to.account not in (None, learner.account):
            raise Refused(OtherAccount(seat))
        _not_seated((learner,), _but(seated, (sent.to,)))
        return self._decide(InvitationAccepted(seat, invitation, learner, act))

    def decline(self, act: Act, seat: SeatNo, invitation: int, *, session: SessionFacts) -> "SeatDecision":
        """Free the seat of *invitation*; who declined may be invited again (S6).

        Refused: `OtherSession`, `NoSuchSeat`, `AlreadyAccepted`, `InvitationDead`, `SessionStarted`,
        `InvitationExpired`.
        """
        self._of(session)
        if self._was_accepted(seat, invitation):
            raise Refused(AlreadyAccepted(seat))
        sent = self._sent(seat, invitation)
        _not_started(session, act.at)
        if sent.until.passed(act.at):
            raise Refused(InvitationExpired(seat, sent.until))
        return self._decide(InvitationDeclined(seat, invitation, sent.to, act))

    def remind(self, act: Act, seats: Collection[SeatNo], *, session: SessionFacts) -> "SeatDecision":
        """Ask the invitees of *seats* once more, all of them or none (S7). Moves nothing.

        Refused: `OtherSession`, `NobodyToRemind`, `NoSuchSeat`, `SeatIs`, `RemindersUsed`.
        """
        self._of(session)
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

        Refused: `OtherSession`, `SessionStarted`, `NoSuchSeat`, `SeatIs`, `AccountInvited`, `SameHolder`,
        `AlreadySeated`.
        """
        self._of(session)
        _not_started(session, act.at)
        self.as_of(act.at, session)._knows(seat, SeatVerb.CORRECT)
        before, person = self.invited[seat].to, Person(to)
        if before.account is not None:
            raise Refused(AccountInvited(seat))
        if person.same_as(before):
            raise Refused(SameHolder(seat))
        _not_seated((person,), seated)
        return self._decide(InvitationCorrected(seat, before, person, self.policy.invitation_until(act.at), act))

    # --- Leaving, taking away, cancelling

    def withdraw(self, act: Act, seat: SeatNo, *, session: SessionFacts) -> "SeatDecision":
        """Let the learner give up the seat, before the start and where the policy allows it (S10).

        Refused: `OtherSession`, `SessionStarted`, `WithdrawalOff`, `NoSuchSeat`, `SeatIs`.
        """
        self._of(session)
        _not_started(session, act.at)
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

        Refused: `OtherSession`, `SessionStarted` from the start on, `NoSuchSeat`, `SeatIs`, `NewHolderNeeded`,
        `SameHolder`, `ModeOff`, `AccountNeeded`, `AlreadySeated`. The old holder then keeps the seat.
        """
        self._of(session)
        _not_started(session, act.at)
        self.as_of(act.at, session)._knows(seat, SeatVerb.REVOKE)
        holder = self._holder(seat)
        until = None
        if to is None:
            if self.policy.assign_at_purchase:
                raise Refused(NewHolderNeeded(seat))
        else:
            if to.same_as(holder):
                raise Refused(SameHolder(seat))
            _modes_on(self.policy, mode)
            if mode == Mode.CONFIRMATION:
                until = self.policy.invitation_until(act.at)
            else:
                _with_accounts((to,))
            _not_seated((to,), seated)
        return self._decide(SeatRevoked(seat, holder, to, until, act))

    def cancel(self, act: Act, seats: Collection[SeatNo], *, session: SessionFacts) -> "SeatDecision":
        """Cancel *seats*, all of them or none, each once however often it is named; others are untouched (S11).

        No replacement is asked for, also under *assign at purchase*.
        Refused: `OtherSession`, `SessionEnded`, `NothingToCancel`, `NoSuchSeat`, `SeatIs`.
        """
        self._of(session)
        _not_ended(session, act.at)
        if not seats:
            raise Refused(NothingToCancel())
        gone = tuple(sorted({SeatNo(seat) for seat in seats}))
        for seat in gone:
            self._knows(seat, SeatVerb.CANCEL)
        now = self.as_of(act.at, session)
        holders = {seat: now._holder(seat) for seat in gone if now.state_of(seat) is not SeatState.FREE}
        return self._decide(SeatsCancelled(gone, holders, act))

    def cancel_all(self, act: Act, *, session: SessionFacts) -> "SeatDecision":
        """Cancel every live seat (S11). Refused as `cancel` is."""
        return self.cancel(act, self.live, session=session)

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

    def state_of(self, seat: SeatNo) -> SeatState:
        """What the seat is. Refused: `NoSuchSeat`."""
        if not 1 <= SeatNo(seat) <= len(self.paid):
            raise Refused(NoSuchSeat(seat))
        if seat in self.enrolled:
            return SeatState.ENROLLED
        if seat in self.invited:
            return SeatState.INVITED
        return SeatState.CANCELLED if seat in self.cancelled else SeatState.FREE

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
        until = event.policy.invitation_until(event.act.at)
        numbers = map(SeatNo, range(1, len(event.prices) + 1))
        return cls(
            event.pool,
            1,
            event.session,
            event.transaction,
            event.buyer,
            event.policy,
            event.prices,
            tuple(number for number in numbers if number not in event.learners and number not in event.invitees),
            {seat: Invitation(1, to, until) for seat, to in event.invitees.items()},
            event.learners,
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
                    free=_but_for(self._freed(expired), learners),
                    invited=_without(self.invited, expired),
                    enrolled={**self.enrolled, **learners},
                )
            case SeatsInvited(invitees=invitees, until=until, expired=expired):
                sent = {seat: Invitation(version, to, until) for seat, to in invitees.items()}
                return evolve(
                    self,
                    version=version,
                    free=_but_for(self._freed(expired), invitees),
                    invited={**_without(self.invited, expired), **sent},
                )
            case InvitationAccepted(seat, invitation, learner):
                return evolve(
                    self,
                    version=version,
                    invited=_without(self.invited, (seat,)),
                    enrolled={**self.enrolled, seat: learner},
                    accepted={**self.accepted, seat: invitation},
                )
            case InvitationDeclined(seat):
                return evolve(self, version=version, free=self._freed((seat,)), invited=_without(self.invited, (seat,)))
            case InvitationsExpired(expired):
                return evolve(self, version=version, free=self._freed(expired), invited=_without(self.invited, expired))
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
            case SeatsCancelled(seats, holders):
                return evolve(
                    self,
                    version=version,
                    free=_but_for(self.free, set(seats)),
                    invited=_without(self.invited, seats),
                    enrolled=_without(self.enrolled, seats),
                    accepted=_without(self.accepted, seats),
                    cancelled={**self.cancelled, **{seat: Cancelled(holders.get(seat)) for seat in seats}},
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
        if len(people) > len(self.free):
            raise Refused(NotEnoughSeats(len(people), len(self.free)))
        return dict(zip(self.free, people, strict=False))

    def _swept(self, at: datetime, session: SessionFacts) -> tuple["SeatPool", dict[SeatNo, Person]]:
        """The pool without the invitations that are due, and whose they were."""
        due = {seat: sent.to for seat, sent in sorted(self.invited.items()) if sent.due(at, session)}
        if not due:
            return self, due
        return evolve(self, free=self._freed(due), invited=_without(self.invited, due)), due

    def _freed(self, seats: Collection[SeatNo]) -> tuple[SeatNo, ...]:
        return tuple(sorted((*self.free, *seats))) if seats else self.free

    def _decide(self, event: SeatChange) -> "SeatDecision":
        return Decision(self.apply(event), (event,))


SeatDecision: TypeAlias = Decision[SeatPool, SeatEvent]


def _not_started(session: SessionFacts, at: datetime) -> None:
    starts = utc("starts", session.starts)
    if at >= starts:
        raise Refused(SessionStarted(starts))


def _not_ended(session: SessionFacts, at: datetime) -> None:
    ends = utc("ends", session.ends)
    if at >= ends:
        raise Refused(SessionEnded(ends))


def _modes_on(policy: Policy, *modes: Mode) -> None:
    for mode in modes:
        if mode not in policy.modes:
            raise Refused(ModeOff(mode))


def _with_accounts(people: Iterable[Person]) -> None:
    bare = tuple(person for person in people if person.account is None)
    if bare:
        raise Refused(AccountNeeded(bare))


@frozen
class _Except:
    """Who sits, but for those whose own seat is meant."""

    seated: Container[PersonKey]
    keys: frozenset[PersonKey]

    def __contains__(self, key: object, /) -> bool:
        return key not in self.keys and cast("PersonKey", key) in self.seated


def _but(seated: Container[PersonKey], people: Collection[Person]) -> Container[PersonKey]:
    return _Except(seated, frozenset(key for person in people for key in person.keys)) if people else seated


def _coming(
    people: Sequence[Person], seated: Container[PersonKey]
) -> tuple[tuple[Person, ...], tuple[Person, ...], tuple[Person, ...]]:
    """Those who are to be seated, those who were named again, and those who sit already. Refused: `NobodyToSeat`."""
    named, repeated = distinct(people)
    coming, already = _parted(named, seated)
    if not coming:
        raise Refused(NobodyToSeat(already))
    return coming, repeated, already


def _parted(people: Iterable[Person], seated: Container[PersonKey]) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    coming: list[Person] = []
    already: list[Person] = []
    for person in people:
        (already if person.is_in(seated) else coming).append(person)
    return tuple(coming), tuple(already)


def _not_seated(people: Iterable[Person], seated: Container[PersonKey]) -> None:
    _, already = _parted(people, seated)
    if already:
        raise Refused(AlreadySeated(already))


def _but_for(free: tuple[SeatNo, ...], taken: Container[SeatNo]) -> tuple[SeatNo, ...]:
    return tuple(filterfalse(taken.__contains__, free))


def _without(seats: Mapping[SeatNo, T], gone: Iterable[SeatNo]) -> dict[SeatNo, T]:
    left = dict(seats)
    for seat in gone:
        _ = left.pop(seat, None)
    return left
