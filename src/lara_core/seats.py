"""Seats bought in bulk: assigned to learners, revoked and reassigned, cancelled.

Vocabulary. A *pool* is the seats of one session bought in one transaction. A seat is `free`, `enrolled` or
`cancelled`; it is *live* while it is not cancelled. A seat keeps its number and the price paid for it for good.

Invariants. Every seat is in exactly one state, so live = free + assigned, and live + cancelled is what was bought
(S2). A seat moves only as `SEAT` says. Under *assign at purchase* no buyer's act leaves a live seat empty (S8,
S9). Nobody sits twice in a session, in whatever pool (S5).

What the host must guarantee: the facts that a command asks for are true when the decision is saved. They are the
session's times, which a pool never copies (S9), and who already sits in the session, in any pool or individually,
whose roster the store guards by a version of its own.
"""

from bisect import insort
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self, TypeAlias, assert_never

from attrs import evolve, field, frozen

from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import MOST, Money
from lara_core.kernel.people import Person, PersonKey, distinct
from lara_core.kernel.validators import checked, switch

MOST_SEATS: Final = 100_000


# --- States -----------------------------------------------------------------------------------------------


class SeatState(StrEnum):
    """What a seat is. Live seats are those that are not cancelled."""

    FREE = "free"
    ENROLLED = "enrolled"
    CANCELLED = "cancelled"


class SeatVerb(StrEnum):
    """What can be done with a seat."""

    ASSIGN = "assign"
    REVOKE = "revoke"
    REASSIGN = "reassign"
    CANCEL = "cancel"


# Which verbs a state knows, and where they lead. Total over states; guards come on top.
SEAT: Final[Mapping[SeatState, Mapping[SeatVerb, SeatState]]] = {
    SeatState.FREE: {
        SeatVerb.ASSIGN: SeatState.ENROLLED,
        SeatVerb.CANCEL: SeatState.CANCELLED,
    },
    SeatState.ENROLLED: {
        SeatVerb.REVOKE: SeatState.FREE,
        SeatVerb.REASSIGN: SeatState.ENROLLED,
        SeatVerb.CANCEL: SeatState.CANCELLED,
    },
    SeatState.CANCELLED: {},
}


# --- Values -----------------------------------------------------------------------------------------------


class SessionFacts(Protocol):
    """What a pool asks of its session. `lara_core.sessions.Session` fits, and so does a host's own record."""

    @property
    def id(self) -> SessionId: ...

    @property
    def starts(self) -> datetime: ...

    @property
    def ends(self) -> datetime: ...


@frozen
class Policy:
    """How a provider lets seats be used.

    *assign_at_purchase* is one switch for two rules: a purchase names as many learners as seats (S8), and
    a seat that is revoked names its new holder in the same breath (S9).
    """

    assign_at_purchase: bool = field(default=False, validator=checked(switch))


@frozen
class Cancelled:
    """A cancelled seat: who sat on it last, if anybody did."""

    holder: Person | None = None


@frozen
class Counters:
    """How the seats of a pool stand (S2)."""

    free: int
    enrolled: int
    cancelled: int

    @property
    def assigned(self) -> int:
        """Live seats that somebody has."""
        return self.enrolled

    @property
    def bought(self) -> int:
        """Live seats; the cancelled ones stand beside them."""
        return self.free + self.assigned


# --- Events -----------------------------------------------------------------------------------------------


def _payable(_: object, __: object, prices: tuple[Money, ...]) -> None:
    if not prices:
        raise BadValue("prices", Flaw.EMPTY)
    if len(prices) > MOST_SEATS:
        raise BadValue("prices", Flaw.TOO_LONG)
    if any(type(price) is not Money for price in prices):
        raise BadValue("prices", Flaw.WRONG_TYPE)
    if any(price.minor < 0 for price in prices):
        raise BadValue("prices", Flaw.TOO_SMALL)
    if any(price.currency != prices[0].currency for price in prices):
        raise BadValue("prices", Flaw.MIXED_CURRENCIES)
    # What the transaction charges is an amount, too.
    if sum(price.minor for price in prices) > MOST:
        raise BadValue("prices", Flaw.TOO_LARGE)


@frozen
class SeatsBought:
    """Somebody bought one seat for each of *prices*, and seated *learners* on the first of them."""

    pool: PoolId
    session: SessionId
    transaction: TransactionId
    buyer: ActorId
    policy: Policy
    prices: tuple[Money, ...] = field(validator=_payable)
    learners: Mapping[SeatNo, Person]
    act: Act


@frozen
class SeatsAssigned:
    """*learners* are enrolled; *repeated* were named twice, *already* sat in the session, and both are as before."""

    learners: Mapping[SeatNo, Person]
    repeated: tuple[Person, ...]
    already: tuple[Person, ...]
    act: Act


@frozen
class SeatRevoked:
    """*holder* has lost the seat; *to* has it now, or nobody."""

    seat: SeatNo
    holder: Person
    to: Person | None
    act: Act


@frozen
class SeatsCancelled:
    """*seats* are cancelled; *holders* are those who sat on some of them."""

    seats: tuple[SeatNo, ...]
    holders: Mapping[SeatNo, Person]
    act: Act


SeatChange: TypeAlias = SeatsAssigned | SeatRevoked | SeatsCancelled
SeatEvent: TypeAlias = SeatsBought | SeatChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class OtherSession:
    """The facts are those of another session than the pool's."""

    code: ClassVar[str] = "seats.other_session"
    expected: SessionId
    given: SessionId


@frozen
class SessionStarted:
    """The session has started: nobody can be taken off a seat any more (S9)."""

    code: ClassVar[str] = "seats.session_started"
    starts: datetime


@frozen
class SessionEnded:
    """The session has ended: its seats stay as they are (S9)."""

    code: ClassVar[str] = "seats.session_ended"
    ends: datetime


@frozen
class NoSuchSeat:
    """The pool has no seat of this number."""

    code: ClassVar[str] = "seats.no_such_seat"
    seat: SeatNo


@frozen
class SeatIs:
    """The seat is in a state that does not know what was asked (`SEAT`)."""

    code: ClassVar[str] = "seats.seat_is"
    seat: SeatNo
    state: SeatState


@frozen
class NotEnoughSeats:
    """More people are to be seated than seats are free. Nobody was (S5)."""

    code: ClassVar[str] = "seats.not_enough_seats"
    asked: int
    free: int


@frozen
class NobodyToSeat:
    """Nobody is left to be seated: all who were named already sit in the session (S5)."""

    code: ClassVar[str] = "seats.nobody_to_seat"
    already: tuple[Person, ...]


@frozen
class AccountNeeded:
    """These people are known by an address alone; enrolling at once needs an account (S4)."""

    code: ClassVar[str] = "seats.account_needed"
    people: tuple[Person, ...]


@frozen
class AlreadySeated:
    """These people already sit in the session (S5, S9)."""

    code: ClassVar[str] = "seats.already_seated"
    people: tuple[Person, ...]


@frozen
class NamedTwice:
    """A purchase named these people more than once (S8)."""

    code: ClassVar[str] = "seats.named_twice"
    people: tuple[Person, ...]


@frozen
class LearnersNeeded:
    """The policy wants as many learners named as seats are bought (S8)."""

    code: ClassVar[str] = "seats.learners_needed"
    seats: int
    named: int


@frozen
class NewHolderNeeded:
    """The policy wants a new holder named for a seat that is revoked (S9)."""

    code: ClassVar[str] = "seats.new_holder_needed"
    seat: SeatNo


@frozen
class SameHolder:
    """The new holder is the one who is to lose the seat (S9)."""

    code: ClassVar[str] = "seats.same_holder"
    seat: SeatNo


@frozen
class NothingToCancel:
    """No seat was named, or none is live (S11)."""

    code: ClassVar[str] = "seats.nothing_to_cancel"


SeatRefusal: TypeAlias = (
    OtherSession
    | SessionStarted
    | SessionEnded
    | NoSuchSeat
    | SeatIs
    | NotEnoughSeats
    | NobodyToSeat
    | AccountNeeded
    | AlreadySeated
    | NamedTwice
    | LearnersNeeded
    | NewHolderNeeded
    | SameHolder
    | NothingToCancel
)


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class SeatPool:
    """The seats of one session bought in one transaction.

    Each state has its own collection with what that state alone has; *free* is in the order in which seats are
    given out. *paid* is by seat number, from 1.
    """

    id: PoolId
    version: int
    session: SessionId
    transaction: TransactionId
    buyer: ActorId
    policy: Policy
    paid: tuple[Money, ...]
    free: tuple[SeatNo, ...]
    enrolled: Mapping[SeatNo, Person]
    cancelled: Mapping[SeatNo, Cancelled]

    # --- Commands

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
        seated: Container[PersonKey],
    ) -> "SeatDecision":
        """Buy one seat for each of *prices* (S1), and seat *learners* on the first of them, at once.

        Under *assign at purchase* there are as many learners as seats, otherwise at most as many. All are
        distinct, have accounts, and do not sit in the session yet: here nobody is skipped (S5, S8).

        Refused: `SessionEnded`, `NamedTwice`, `LearnersNeeded`, `NotEnoughSeats`, `AccountNeeded`,
        `AlreadySeated`. Prices of several currencies, or none, or below zero, are a `BadValue`.
        """
        _not_ended(session, act.at)
        people, repeated = distinct(learners)
        if repeated:
            raise Refused(NamedTwice(repeated))
        if policy.assign_at_purchase and len(people) != len(prices):
            raise Refused(LearnersNeeded(len(prices), len(people)))
        if len(people) > len(prices):
            raise Refused(NotEnoughSeats(len(people), len(prices)))
        _with_accounts(people)
        _not_seated(people, seated)
        on = {SeatNo(number): person for number, person in enumerate(people, 1)}
        event = SeatsBought(pool, session.id, transaction, buyer, policy, tuple(prices), on, act)
        return Decision(cls.begin(event), (event,))

    def assign(
        self, act: Act, learners: Sequence[Person], *, session: SessionFacts, seated: Container[PersonKey]
    ) -> "SeatDecision":
        """Enrol *learners* at once on the first free seats, all of them or none (S3, S5).

        One who is named twice takes one seat; one who already sits is skipped; the event reports both.
        Refused: `OtherSession`, `SessionEnded`, `NobodyToSeat`, `AccountNeeded`, `NotEnoughSeats`.
        """
        self._of(session)
        _not_ended(session, act.at)
        people, repeated = distinct(learners)
        coming, already = _parted(people, seated)
        if not coming:
            raise Refused(NobodyToSeat(already))
        _with_accounts(coming)
        if len(coming) > len(self.free):
            raise Refused(NotEnoughSeats(len(coming), len(self.free)))
        return self._decide(SeatsAssigned(dict(zip(self.free, coming, strict=False)), repeated, already, act))

    def revoke(
        self,
        act: Act,
        seat: SeatNo,
        *,
        to: Person | None = None,
        session: SessionFacts,
        seated: Container[PersonKey],
    ) -> "SeatDecision":
        """Take a seat from its holder and give it to *to*, or leave it free where the policy allows it (S9).

        Refused: `OtherSession`, `SessionStarted` from the start on, `NoSuchSeat`, `SeatIs`, `NewHolderNeeded`,
        `SameHolder`, `AccountNeeded`, `AlreadySeated`. The old holder then keeps the seat.
        """
        self._of(session)
        if act.at >= session.starts:
            raise Refused(SessionStarted(session.starts))
        self._knows(seat, SeatVerb.REVOKE if to is None else SeatVerb.REASSIGN)
        holder = self.enrolled[seat]
        if to is None:
            if self.policy.assign_at_purchase:
                raise Refused(NewHolderNeeded(seat))
        else:
            if to.same_as(holder):
                raise Refused(SameHolder(seat))
            _with_accounts((to,))
            _not_seated((to,), seated)
        return self._decide(SeatRevoked(seat, holder, to, act))

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
        holders = {seat: self.enrolled[seat] for seat in gone if seat in self.enrolled}
        return self._decide(SeatsCancelled(gone, holders, act))

    def cancel_all(self, act: Act, *, session: SessionFacts) -> "SeatDecision":
        """Cancel every live seat (S11). Refused as `cancel` is."""
        return self.cancel(act, (*self.free, *self.enrolled), session=session)

    # --- Questions

    def state_of(self, seat: SeatNo) -> SeatState:
        """What the seat is. Refused: `NoSuchSeat`."""
        if not 1 <= SeatNo(seat) <= len(self.paid):
            raise Refused(NoSuchSeat(seat))
        if seat in self.enrolled:
            return SeatState.ENROLLED
        return SeatState.CANCELLED if seat in self.cancelled else SeatState.FREE

    def actions(self, seat: SeatNo) -> Collection[SeatVerb]:
        """What a seat knows in its state at all. Whether it is allowed now is for `why_not` to say."""
        return SEAT[self.state_of(seat)].keys()

    def counters(self) -> Counters:
        """How many seats are in which state (S2)."""
        return Counters(len(self.free), len(self.enrolled), len(self.cancelled))

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
            tuple(number for number in numbers if number not in event.learners),
            event.learners,
            {},
        )

    def apply(self, event: SeatChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case SeatsAssigned(learners):
                # Seats are given out from the front.
                free = self.free[len(learners) :]
                return evolve(self, version=version, free=free, enrolled={**self.enrolled, **learners})
            case SeatRevoked(seat, _, to):
                if to is not None:
                    return evolve(self, version=version, enrolled={**self.enrolled, seat: to})
                free_seats = list(self.free)
                insort(free_seats, seat)
                return evolve(self, version=version, free=tuple(free_seats), enrolled=_without(self.enrolled, (seat,)))
            case SeatsCancelled(seats, holders):
                return evolve(
                    self,
                    version=version,
                    free=tuple(sorted(set(self.free).difference(seats))),
                    enrolled=_without(self.enrolled, holders),
                    cancelled={**self.cancelled, **{seat: Cancelled(holders.get(seat)) for seat in seats}},
                )
            case _:
                assert_never(event)

    # --- Guards

    def _of(self, session: SessionFacts) -> None:
        if session.id != self.session:
            raise Refused(OtherSession(self.session, session.id))

    def _knows(self, seat: SeatNo, verb: SeatVerb) -> None:
        state = self.state_of(seat)
        if verb not in SEAT[state]:
            raise Refused(SeatIs(seat, state))

    def _decide(self, event: SeatChange) -> "SeatDecision":
        return Decision(self.apply(event), (event,))


SeatDecision: TypeAlias = Decision[SeatPool, SeatEvent]


def _not_ended(session: SessionFacts, at: datetime) -> None:
    if at >= session.ends:
        raise Refused(SessionEnded(session.ends))


def _with_accounts(people: Iterable[Person]) -> None:
    bare = tuple(person for person in people if person.account is None)
    if bare:
        raise Refused(AccountNeeded(bare))


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


def _without(seats: Mapping[SeatNo, Person], gone: Iterable[SeatNo]) -> dict[SeatNo, Person]:
    left = dict(seats)
    for seat in gone:
        del left[seat]
    return left
