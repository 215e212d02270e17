"""The words of the model: people, times, places, seats and money as plain values. Part of `lara_core.testing.model`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeAlias

from lara_core.hosting.ports import Receipt
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Refusal
from lara_core.kernel.errors import LaraError
from lara_core.kernel.ids import HoldId, SeatNo
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import Person
from lara_core.refunds import Charge, RefundTerms, SeatMoney
from lara_core.registrations import Registration, RegistrationState
from lara_core.seats import (
    AccountNeeded,
    Cause,
    Mode,
    ModeOff,
    NoSuchSeat,
    Policy,
    SeatIs,
    SeatPool,
    SeatState,
    SessionCalledOff,
    SessionEnded,
    SessionStarted,
)
from lara_core.sessions import NotEnoughPlaces, Session, SessionIsCancelled, SessionOver

Plain: TypeAlias = dict[str, Any]
"""One aggregate, or a part of it."""

Outcome: TypeAlias = Receipt | Refusal | type[LaraError]
"""What a use case answers: its receipt, why not, or what the store found."""

Root: TypeAlias = Session | SeatPool | Charge | Registration


class No(Exception):
    """The use case answers this."""

    def __init__(self, outcome: Refusal | type[LaraError]) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def keys_of(person: Person) -> set[str]:
    """By what somebody is known (K7)."""
    account = set[str]() if person.account is None else {f"account {person.account}"}
    return account | {f"address {person.address.key}"}


def same(one: Person, other: Person) -> bool:
    """Whether two mentions share a key (K7)."""
    return bool(keys_of(one) & keys_of(other))


def distinct(people: Iterable[Person]) -> tuple[list[Person], list[Person]]:
    """One mention of each, an account before an address, and the others as they lose (S5)."""
    mentions = list(people)
    groups: list[set[str]] = []
    for person in mentions:
        met = [group for group in groups if group & keys_of(person)]
        groups = [group for group in groups if group not in met] + [keys_of(person).union(*met)]
    stands: dict[int, Person] = {}
    repeated: list[Person] = []
    for person in mentions:
        group = next(number for number, keys in enumerate(groups) if keys & keys_of(person))
        first = stands.get(group)
        if first is None or (first.account is None and person.account is not None):
            stands[group] = person
            repeated.extend([first] if first else [])
        else:
            repeated.append(person)
    return list(stands.values()), repeated


def with_accounts(people: Iterable[Person]) -> None:
    """Enrolling at once needs an account (S4)."""
    bare = tuple(person for person in people if person.account is None)
    if bare:
        raise No(AccountNeeded(bare))


def is_late(deadline: Deadline, at: datetime) -> bool:
    """A day ends where the next begins, an instant counts (K8)."""
    return at > deadline.instant if deadline.day is None else at >= deadline.instant


def not_started(session: Plain, at: datetime) -> None:
    """Until the start people are asked, answer and lose their seats (S9)."""
    if session["cancelled"]:
        raise No(SessionCalledOff())
    if at >= session["starts"]:
        raise No(SessionStarted(session["starts"]))


def not_ended(session: Plain, at: datetime) -> None:
    """Until the end seats are given out and cancelled (S9)."""
    if session["cancelled"]:
        raise No(SessionCalledOff())
    if at >= session["ends"]:
        raise No(SessionEnded(session["ends"]))


def on_sale(session: Plain, at: datetime) -> None:
    """Until the end, or until it is cancelled, places are sold (N1, S14)."""
    if session["cancelled"]:
        raise No(SessionIsCancelled())
    if at >= session["ends"]:
        raise No(SessionOver(session["ends"]))


def until_of(policy: Policy, at: datetime) -> Deadline:
    """Until when an invitation lasts that is sent now (S7)."""
    return Deadline(at + timedelta(hours=policy.invitation_hours))


def has_lapsed(hold: Plain, at: datetime) -> bool:
    """One that is being paid for does not (N1)."""
    return not hold["secured"] and is_late(hold["until"], at)


def kept_hold(places: int, until: Deadline, to: Person | None = None, *, secured: bool = False) -> Plain:
    """Places kept until then, for somebody or anybody; while they are being paid for, longer (N1, N2)."""
    return {"places": places, "until": until, "to": to, "secured": secured}


def is_live(session: Plain, hold: HoldId, at: datetime) -> bool:
    """Whether there is such a hold, and it counts."""
    return hold in session["holds"] and not has_lapsed(session["holds"][hold], at)


def held_places(session: Plain, at: datetime) -> int:
    """How many places are held."""
    return sum(hold["places"] for hold in session["holds"].values() if not has_lapsed(hold, at))


def offers_of(session: Plain, at: datetime) -> list[tuple[HoldId, Person]]:
    """Who has an offer, by the names of the offers (N2)."""
    return [
        (name, hold["to"]) for name, hold in sorted(session["holds"].items()) if hold["to"] and not has_lapsed(hold, at)
    ]


def empty_places(session: Plain, at: datetime) -> int | None:
    """How many places nobody has or holds."""
    return None if session["capacity"] is None else session["capacity"] - session["taken"] - held_places(session, at)


def for_sale(session: Plain, at: datetime) -> int | None:
    """As many places as the list is long are not for sale (N2)."""
    empty = empty_places(session, at)
    return None if empty is None else max(0, empty - len(session["queue"]))


def room_for(asked: int, available: int | None) -> None:
    """As many as are asked for, or none (N1)."""
    if available is not None and asked > available:
        raise No(NotEnoughPlaces(asked, available))


def sits(registration: Plain) -> bool:
    """Whether it takes a place (N4)."""
    return registration["state"] in {RegistrationState.REQUESTED, RegistrationState.REGISTERED}


def free_seat(emptied: datetime | None) -> Plain:
    """A seat that nobody has, and since when it is to assign (S10)."""
    return {"is": SeatState.FREE, "emptied": emptied}


def enrolled_seat(who: Person, accepted: int | None = None) -> Plain:
    """A seat that somebody has, by the invitation that they accepted, if they did."""
    return {"is": SeatState.ENROLLED, "who": who, "accepted": accepted}


def invited_seat(to: Person, number: int, until: Deadline | None, reminders: int = 0) -> Plain:
    """A seat that somebody is asked about."""
    return {"is": SeatState.INVITED, "to": to, "number": number, "until": until, "reminders": reminders}


def gone_seat(cause: Cause, was: SeatState, holder: Person | None) -> Plain:
    """A seat that is cancelled."""
    return {"is": SeatState.CANCELLED, "cause": cause, "was": was, "holder": holder}


def given_to(to: Person | None, number: int, until: Deadline | None) -> Plain:
    """A seat that is given to somebody, with an invitation or at once, or to nobody."""
    if to is None:
        return free_seat(None)
    return enrolled_seat(to) if until is None else invited_seat(to, number, until)


def empty_seat(pool: Plain, seat: SeatNo, at: datetime) -> None:
    """Somebody else's act emptied it: under the switch it is to assign from now on (S10)."""
    pool["seats"][seat] = free_seat(at if pool["policy"].assign_at_purchase else None)


def people_of(pool: Plain) -> Iterator[Person]:
    """Who sits on the seats of a pool, the invited included (S5)."""
    for seat in pool["seats"].values():
        if seat["is"] is SeatState.ENROLLED:
            yield seat["who"]
        if seat["is"] is SeatState.INVITED:
            yield seat["to"]


def live_seats(pool: Plain) -> list[SeatNo]:
    """What is not cancelled (S2)."""
    return [SeatNo(seat) for seat, one in sorted(pool["seats"].items()) if one["is"] is not SeatState.CANCELLED]


def due_of(pool: Plain, session: Plain, at: datetime) -> dict[SeatNo, Person]:
    """Whose invitation is over, swept or not (S7)."""
    invited = {seat: one for seat, one in sorted(pool["seats"].items()) if one["is"] is SeatState.INVITED}
    return {
        SeatNo(seat): one["to"] for seat, one in invited.items() if at >= session["starts"] or is_late(one["until"], at)
    }


def seat_of(pool: Plain, seat: SeatNo) -> Plain:
    """The seat of that number."""
    if seat not in pool["seats"]:
        raise No(NoSuchSeat(seat))
    found: Plain = pool["seats"][seat]
    return found


def known_seat(pool: Plain, seat: SeatNo, session: Plain, at: datetime, *states: SeatState) -> Plain:
    """The seat, in one of those states; one that is due counts as free."""
    found = seat_of(pool, seat)
    state = SeatState.FREE if seat in due_of(pool, session, at) else found["is"]
    if state not in states:
        raise No(SeatIs(seat, state))
    return found


def modes_on(policy: Policy, *modes: Mode) -> None:
    """The policy lets seats be given in these modes (S3)."""
    for mode in modes:
        if mode not in policy.modes:
            raise No(ModeOff(mode))


def fee_of(terms: RefundTerms, price: int) -> int:
    """The percentage, rounded half up, and the amount of one seat, within its price."""
    share = (price * Fraction(terms.percent) / 100 + Fraction(1, 2)).__floor__()
    return min(price, share + terms.per_seat.minor)


def money_of(charge: Plain, seats: Mapping[SeatNo, Plain]) -> dict[SeatNo, SeatMoney]:
    """The money of seats, as events tell it."""
    currency: Currency = charge["currency"]
    parts = ("paid", "kept", "back", "once", "due")
    return {seat: SeatMoney(*(Money(money[part], currency) for part in parts)) for seat, money in seats.items()}


def plain(state: Root) -> Plain:
    """The dict that the model has of an aggregate."""
    match state:
        case Session():
            holds = {
                name: kept_hold(hold.places, hold.until, hold.to, secured=hold.secured)
                for name, hold in state.holds.items()
            }
            return {
                "version": state.version,
                "starts": state.starts,
                "ends": state.ends,
                "capacity": state.capacity,
                "waiting_list": state.waiting_list,
                "taken": state.taken,
                "holds": holds,
                "cancelled": state.cancelled,
                "queue": [*state.queue],
            }
        case SeatPool():
            return {
                "version": state.version,
                "session": state.session,
                "transaction": state.transaction,
                "buyer": state.buyer,
                "policy": state.policy,
                "prices": state.prices,
                "invoice": state.invoice,
                "seats": {number: _plain_seat(state, SeatNo(number)) for number in range(1, len(state.prices) + 1)},
            }
        case Charge():
            refunds = {
                name: {
                    "state": refund.state,
                    "amount": refund.amount.minor,
                    "pool": refund.pool,
                    "seats": refund.seats,
                }
                for name, refund in state.refunds.items()
            }
            return {
                "version": state.version,
                "buyer": state.buyer,
                "captured": state.captured.minor,
                "currency": state.captured.currency,
                "terms": state.terms,
                "once_kept": state.once_kept.minor,
                "seats": {
                    (pool, seat): _plain_money(money) for pool, of in state.seats.items() for seat, money in of.items()
                },
                "refunds": refunds,
            }
        case Registration():
            return {
                "version": state.version,
                "session": state.session,
                "person": state.person,
                "origin": state.origin,
                "sale": state.sale,
                "state": state.state,
            }


def _plain_seat(pool: SeatPool, seat: SeatNo) -> Plain:
    if seat in pool.enrolled:
        return enrolled_seat(pool.enrolled[seat], pool.accepted.get(seat))
    if seat in pool.invited:
        sent = pool.invited[seat]
        return invited_seat(sent.to, sent.number, sent.until, sent.reminders)
    if seat in pool.cancelled:
        left = pool.cancelled[seat]
        return gone_seat(left.cause, left.was, left.holder)
    return free_seat(pool.emptied.get(seat))


def _plain_money(money: SeatMoney) -> Plain:
    parts = {"paid": money.paid, "kept": money.kept, "back": money.back, "once": money.once, "due": money.due}
    return {part: amount.minor for part, amount in parts.items()}


def copied(kept: dict[str, dict[str, Plain]]) -> dict[str, dict[str, Plain]]:
    """Everything once more, so that it can be put back."""
    return {kind: {name: copy_of(one) for name, one in of.items()} for kind, of in kept.items()}


def copy_of(value: Any) -> Any:  # noqa: ANN401 - dicts in dicts, down to values that are never changed
    """A dict or a list once more; what is in them never changes."""
    if isinstance(value, dict):
        return {key: copy_of(inner) for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType] # of Any
    return [*value] if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType] # of Any
