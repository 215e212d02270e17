"""The promises of the rules, as checks that name what is broken.

Each check gives the laws that a value breaks, by rule number and in words, and nothing where all is well. They are
written from the promises, not from the code: a counter is counted again, a fold is folded again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.money import Money
from lara_core.refunds import Charge
from lara_core.seats import (
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    SeatEvent,
    SeatPool,
    SeatsAssigned,
    SeatsInvited,
    SeatState,
)
from lara_core.sessions import Session

REPLAY: Final = "K3: folding the events gives the state"
VERSIONS: Final = "K5: the version is the number of events"
SAME_OBJECT: Final = "K5: no events, the same state"
COUNTERS: Final = "S2: free + assigned = bought, beside the cancelled"
ONE_STATE: Final = "S2: every seat is in exactly one state"
ACCEPTED: Final = "S6: who accepted is enrolled"
NO_EMPTY_SEAT: Final = "S8, S9: assign at purchase leaves no live seat empty, unless somebody else emptied it"
TO_ASSIGN: Final = "S10: an empty seat is to be assigned"
NOBODY_TWICE: Final = "S5: nobody sits twice in a session"
CAPACITY: Final = "N1: held and taken places stay within the capacity"
SEAT_MONEY: Final = "S12: of each seat, kept + back stay within what was paid"
REFUNDED: Final = "S12: what goes back is the refunds', within what was captured"
FEE_ONCE: Final = "S12: the fixed fee is borne once"
PLACES: Final = "N1, S11: taken places are live seats and individual registrations"

# `begin` and `apply` take the events of their own aggregate, which no type can say of all aggregates at once.
Foldable = Any
S = TypeVar("S", bound=Aggregate)


def fold(kind: type[S], events: Sequence[Event]) -> S:
    """The state that *events* lead to, from the one that begins the aggregate on."""
    foldable: Foldable = kind
    state: S = foldable.begin(events[0])
    for event in events[1:]:
        foldable = state
        state = foldable.apply(event)
    return state


def of_decision(before: S | None, decision: Decision[S, Event]) -> Iterator[str]:
    """K3 and K5, for a decision on *before*; `None` where it begins the aggregate."""
    after = decision.state
    if before is None:
        folded: Foldable = fold(type(after), decision.events)
        version = 0
    else:
        folded = before
        for event in decision.events:
            folded = folded.apply(event)
        version = before.version
    if folded != after:
        yield REPLAY
    if after.version != version + len(decision.events):
        yield VERSIONS
    if not decision.events and after is not before:
        yield SAME_OBJECT


def of_history(state: Aggregate, events: Sequence[Event]) -> Iterator[str]:
    """K3 and K5, for a state as it is kept and all its events."""
    if fold(type(state), events) != state:
        yield REPLAY
    if state.version != len(events):
        yield VERSIONS


def of_pool(pool: SeatPool) -> Iterator[str]:
    """S2 and S6, for one pool."""
    numbers = range(1, len(pool.paid) + 1)
    kept = Counter([*pool.free, *pool.invited, *pool.enrolled, *pool.cancelled])
    if kept != Counter(numbers):
        yield ONE_STATE
        return
    states = Counter(pool.state_of(seat) for seat in kept)
    told = pool.counters()
    if (told.free, told.invited, told.enrolled, told.cancelled) != tuple(states[state] for state in SeatState) or not (
        told.bought == told.free + told.assigned == len(pool.paid) - told.cancelled
    ):
        yield COUNTERS
    if not pool.accepted.keys() <= pool.enrolled.keys():
        yield ACCEPTED


def of_policy(before: SeatPool | None, decision: Decision[SeatPool, SeatEvent]) -> Iterator[str]:
    """S8 to S10: who may leave a live seat empty where seats are assigned at purchase."""
    after = decision.state
    if not after.policy.assign_at_purchase:
        return
    emptied = set(after.free).difference(before.free if before else ())
    by_others = InvitationDeclined | InvitationsExpired | LearnerWithdrew | SeatsAssigned | SeatsInvited
    if emptied and not any(isinstance(event, by_others) for event in decision.events):
        yield NO_EMPTY_SEAT
    if after.to_assign != after.free:
        yield TO_ASSIGN


def of_charge(charge: Charge) -> Iterator[str]:
    """S12, for one charge."""
    money = [seat for seats in charge.seats.values() for seat in seats.values()]
    if any(seat.kept.minor < 0 or seat.back.minor < 0 or seat.kept + seat.back > seat.paid for seat in money):
        yield SEAT_MONEY
    back = Money.total((seat.back for seat in money), charge.captured.currency)
    going = Money.total((refund.amount for refund in charge.refunds.values()), charge.captured.currency)
    if not (back == going and charge.refunded <= going <= charge.captured):
        yield REFUNDED
    if not 0 <= charge.once_kept.minor <= charge.terms.once.minor:
        yield FEE_ONCE


def of_session(session: Session, pools: Iterable[SeatPool], at: datetime, *, individually: int = 0) -> Iterator[str]:
    """N1, S5 and S11, for a session with all its pools and so many people registered *individually*."""
    kept = tuple(pool.as_of(at, session) for pool in pools)
    if session.capacity is not None and session.taken + session.held(at) > session.capacity:
        yield CAPACITY
    if session.taken != individually + sum(pool.counters().bought for pool in kept):
        yield PLACES
    people = [person for pool in kept for person in pool.enrolled.values()]
    people += [invitation.to for pool in kept for invitation in pool.invited.values()]
    if any(times > 1 for times in Counter(key for person in people for key in person.keys).values()):
        yield NOBODY_TWICE
