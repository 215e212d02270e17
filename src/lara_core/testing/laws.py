"""The promises of the rules, as checks that name what is broken.

Each check gives the laws that a value breaks, by rule number and in words, and nothing where all is well. They are
written from the promises, not from the code: a counter is counted again, a fold is folded again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.ids import HoldId, SeatNo
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.participants import Enrolment, EnrolmentState
from lara_core.refunds import Charge, SeatMoney
from lara_core.registrations import Registration, RegistrationState
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
from lara_core.sessions import Session, SessionDecision
from lara_core.spending import (
    CreditsSpent,
    SpendingCaptured,
    SpendingEvent,
    SpendingGivenBack,
    SpendingHeld,
    SpendingLimit,
    SpendingReleased,
)
from lara_core.wallet import (
    CreditsCaptured,
    CreditsHeld,
    CreditsReleased,
    Entry,
    EntryKind,
    Wallet,
    WalletEvent,
    audit,
    entries,
)

REPLAY: Final = "K3: folding the events gives the state"
VERSIONS: Final = "K5: the version is the number of events"
SAME_OBJECT: Final = "K5: no events, the same state"
COUNTERS: Final = "S2: free + assigned = bought, beside the cancelled"
ONE_STATE: Final = "S2: every seat is in exactly one state"
ACCEPTED: Final = "S6: who accepted is enrolled"
NO_EMPTY_SEAT: Final = "S8, S9: assign at purchase leaves no live seat empty, unless somebody else emptied it"
TO_ASSIGN: Final = "S10: an empty seat is to be assigned"
EMPTIED: Final = "S10: under the switch it is known of each empty seat since when, and of no other"
NOBODY_TWICE: Final = "S5, N5: nobody sits twice in a session"
CAPACITY: Final = "N1: held and taken places stay within the capacity"
SEAT_MONEY: Final = "S12, S13: of each seat, kept + back stay within what was paid, and nothing is below zero"
REFUNDED: Final = "S12: what goes back is the refunds', within what was captured"
FEE_ONCE: Final = "S12: the fixed fee is borne once, by the seats that bore a part of it"
LIVE_MONEY: Final = (
    "S13: of a live seat, paid - back + due is its price, and nothing is kept; of another nothing is due"
)
PLACES: Final = "N1, N5, S11: taken places are live seats and registrations that sit"
CALLED_OFF: Final = "S14: in a cancelled session nobody sits or waits, and nothing is held but what is being paid for"
WAITING: Final = "N2: nobody waits twice, or beside an offer, and nobody without a list"
OFFERED: Final = "N2: where the list is automatic, no decision leaves a free place while somebody waits"
ACCOUNT: Final = "N5: who is registered has an account"
OWN_MONEY: Final = (
    "N4, N5, S12: of a place of one's own nothing is kept or gone back while it sits, all of it once it is given up, "
    "and nothing is kept of one that is refused"
)
STEPS: Final = "N4: a registration moves from requested to one answer, and is cancelled once"
BALANCE: Final = "W7: the balance is the sum of the entries, and what it was after the last"
AVAILABLE: Final = "W5, W6, W9: 0 <= available <= balance"
RESOLVED_ONCE: Final = "W9: a hold is resolved once"
REVERSED_ONCE: Final = "W8: an entry is reversed once"
AUDITED: Final = "W7: an audit finds nothing"
SPENT: Final = "W10: spent is what was debited under the limit and not given back"
LIMITED: Final = "W10: spent + held stay within the limit"
PAID: Final = "W4, W9: a participant has the entry that debited the price; a free one has none, nor has who waits"
ENROLMENT_STEPS: Final = "W8, W9: an enrolment moves on from pending, and never back"

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
    """S2, S6 and S10, for one pool."""
    numbers = range(1, len(pool.prices) + 1)
    kept = Counter([*pool.free, *pool.invited, *pool.enrolled, *pool.cancelled])
    if kept != Counter(numbers):
        yield ONE_STATE
        return
    states = Counter(pool.state_of(seat) for seat in kept)
    told = pool.counters()
    if (told.free, told.invited, told.enrolled, told.cancelled) != tuple(states[state] for state in SeatState) or not (
        told.bought == told.free + told.assigned == len(pool.prices) - told.cancelled
    ):
        yield COUNTERS
    if not pool.accepted.keys() <= pool.enrolled.keys():
        yield ACCEPTED
    if set(pool.emptied) != set(pool.free if pool.policy.assign_at_purchase else ()):
        yield EMPTIED


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
    """S12 and S13, for one charge."""
    money = [seat for seats in charge.seats.values() for seat in seats.values()]
    if any(_overdrawn(seat) for seat in money):
        yield SEAT_MONEY
    currency = charge.captured.currency
    back = Money.total((seat.back for seat in money), currency)
    going = Money.total((refund.amount for refund in charge.refunds.values()), currency)
    if not (back == going and charge.refunded <= going <= charge.captured):
        yield REFUNDED
    once = Money.total((seat.once for seat in money), currency)
    if not (once == charge.once_kept and once <= charge.terms.once):
        yield FEE_ONCE


def _overdrawn(seat: SeatMoney) -> bool:
    parts = (seat.paid, seat.kept, seat.back, seat.once, seat.due)
    return seat.kept + seat.back > seat.paid or any(part.minor < 0 for part in parts)


def of_money(pool: SeatPool, charge: Charge) -> Iterator[str]:
    """S13, for a pool and the charge of its transaction."""
    known: Mapping[SeatNo, SeatMoney] = charge.seats.get(pool.id, {})
    for seat, money in known.items():
        price = pool.prices[seat - 1]
        owed = price if seat in pool.live else money.paid - money.back
        if money.paid - money.back + money.due != owed or (seat in pool.live and money.kept):
            yield LIVE_MONEY
            return


def of_registration(registration: Registration) -> Iterator[str]:
    """N4 and N5, for one registration."""
    if registration.person.account is None:
        yield ACCOUNT
    if registration.version not in _STEPS[registration.state]:
        yield STEPS


def of_sale(registration: Registration, charge: Charge) -> Iterator[str]:
    """N4, N5 and S12, for one registration and the charge of its sale, where it has one.

    The charge knows nothing of a place that was given up before the capture.
    """
    sale = registration.sale
    if sale is None or sale.transaction != charge.id:
        return
    money = charge.seats.get(registration.pool, {})
    if registration.sits:
        fits = not money
    else:
        known = tuple(money.values())
        refused = registration.state is RegistrationState.REFUSED
        fits = all(one.paid == sale.price == one.kept + one.back and not one.due for one in known)
        fits = fits and len(known) <= 1 and not (refused and any(one.kept for one in known))
    if not fits:
        yield OWN_MONEY


# How many events lead to a state: one that is registered was requested before, or was not.
_STEPS: Final[Mapping[RegistrationState, tuple[int, ...]]] = {
    RegistrationState.REQUESTED: (1,),
    RegistrationState.REGISTERED: (1, 2),
    RegistrationState.REFUSED: (2,),
    RegistrationState.CANCELLED: (2, 3),
}


def of_session(
    session: Session, pools: Iterable[SeatPool], at: datetime, *, registrations: Iterable[Registration] = ()
) -> Iterator[str]:
    """N1, N2, N5, S5, S11 and S14, for a session with all its pools and all its *registrations*."""
    kept = tuple(pool.as_of(at, session) for pool in pools)
    own = [registration.person for registration in registrations if registration.sits]
    if session.capacity is not None and session.taken + session.held(at) > session.capacity:
        yield CAPACITY
    if session.taken != len(own) + sum(pool.counters().bought for pool in kept):
        yield PLACES
    sitting = [person for pool in kept for person in pool.enrolled.values()]
    sitting += [invitation.to for pool in kept for invitation in pool.invited.values()]
    if _twice([*sitting, *own]):
        yield NOBODY_TWICE
    yield from of_queue(session, at)
    live = any(pool.live for pool in kept) or own or session.taken
    if session.cancelled and (live or session.queue or not all(hold.secured for hold in session.holds.values())):
        yield CALLED_OFF


def of_queue(session: Session, at: datetime) -> Iterator[str]:
    """N2, for one session: who waits, and who has an offer."""
    offered = [hold.to for hold in session.holds.values() if hold.to is not None and not hold.lapsed(at)]
    listed = session.waiting_list is not None and session.capacity is not None
    if _twice([*session.queue, *offered]) or ((session.queue or offered) and not listed):
        yield WAITING


def of_offers(decision: SessionDecision) -> Iterator[str]:
    """N2, for one decision of an automatic waiting list."""
    session = decision.state
    if session.waiting_list is None or not session.waiting_list.automatic or session.capacity is None:
        return
    for event in decision.events[-1:]:
        at = event.act.at
        if at < session.ends and session.queue and session.taken + session.held(at) < session.capacity:
            yield OFFERED


def of_wallet(wallet: Wallet, events: Sequence[WalletEvent], at: datetime) -> Iterator[str]:
    """W5 to W9, for a wallet as it is kept, with all its events: what is available is counted at that time."""
    moved = [*entries(wallet.id, enumerate(events, 1))]
    if wallet.balance != sum(entry.change for entry in moved) or (moved and moved[-1].balance != wallet.balance):
        yield BALANCE
    held = sum(hold.amount for hold in wallet.holds.values() if not hold.until.passed(at))
    if not 0 <= wallet.available(at) == wallet.balance - held <= wallet.balance:
        yield AVAILABLE
    if not _resolved_once(events):
        yield RESOLVED_ONCE
    if max(Counter(entry.reverses for entry in moved if entry.reverses is not None).values(), default=0) > 1:
        yield REVERSED_ONCE
    if audit(wallet.id, enumerate(events, 1)) is not None:
        yield AUDITED


def of_limit(limit: SpendingLimit, events: Sequence[SpendingEvent], at: datetime) -> Iterator[str]:
    """W9 and W10, for a spending limit as it is kept, with all its events: what is held is counted at that time."""
    spent = 0
    kept: dict[HoldId, int] = {}
    for event in events:
        match event:
            case CreditsSpent(amount=amount):
                spent += amount
            case SpendingHeld(amount=amount, holds=holds):
                kept.update(dict.fromkeys(holds, amount))
            case SpendingCaptured(hold=hold):
                spent += kept[hold]
            case SpendingGivenBack(amount=amount):
                spent -= amount
            case _:
                pass
    if limit.spent != spent:
        yield SPENT
    if not _resolved_once(events):
        yield RESOLVED_ONCE
    held = sum(hold.amount for hold in limit.holds.values() if not hold.until.passed(at))
    if not 0 <= limit.spent <= limit.spent + held <= limit.amount:
        yield LIMITED


def _resolved_once(events: Iterable[WalletEvent | SpendingEvent]) -> bool:
    """Whether each hold lapses, is captured or is released at most once for each time that it is made."""
    live: Counter[HoldId] = Counter()
    for event in events:
        live.subtract(getattr(event, "lapsed", ()))
        match event:
            case CreditsCaptured() | CreditsReleased() | SpendingCaptured() | SpendingReleased():
                live[event.hold] -= 1
            case CreditsHeld(enrolments=holds) | SpendingHeld(holds=holds):
                live.update([*holds])
            case _:
                pass
        if any(times not in (0, 1) for times in live.values()):
            return False
    return True


def of_enrolment(enrolment: Enrolment, entry: Entry | None) -> Iterator[str]:
    """W4, W8 and W9, for one enrolment and the wallet's entry of the number that it names, if it names one."""
    if enrolment.version not in _ENROLLED[enrolment.state]:
        yield ENROLMENT_STEPS
    waited = enrolment.state in {EnrolmentState.PENDING, EnrolmentState.DROPPED}
    if waited or not enrolment.price:
        fits = enrolment.entry is None and entry is None
    else:
        fits = entry is not None and (entry.number, entry.kind, entry.partner, entry.enrolment, entry.change) == (
            enrolment.entry,
            EntryKind.DEBIT,
            enrolment.partner,
            enrolment.id,
            -enrolment.price,
        )
    if not fits:
        yield PAID


# How many events lead to a state: a participant has waited before, or has not.
_ENROLLED: Final[Mapping[EnrolmentState, tuple[int, ...]]] = {
    EnrolmentState.PENDING: (1,),
    EnrolmentState.PARTICIPANT: (1, 2),
    EnrolmentState.DROPPED: (2,),
    EnrolmentState.WITHDRAWN: (2, 3),
    EnrolmentState.REVERSED: (3, 4),
    EnrolmentState.CANCELLED: (2, 3),
}


def _twice(people: Iterable[Person]) -> bool:
    return any(times > 1 for times in Counter(key for person in people for key in person.keys).values())
