"""The laws of refunds: held whatever is cancelled when and in which order, and by faults that they must find (S12)."""

import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any, Final, TypeAlias, get_args

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from lara_core.kernel.decisions import Act, Event, Refused, why_not
from lara_core.kernel.ids import ActorId, PoolId, RefundId, SeatNo, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.refunds import (
    REFUND,
    Charge,
    ChargeDecision,
    Override,
    RefundFailed,
    RefundRefusal,
    RefundState,
    RefundTerms,
    RefundVerb,
    SeatMoney,
    SeatsReinstated,
    SeatsSettled,
)
from lara_core.testing import laws
from lara_core.testing.search import Report, Step, explore
from tests.builders import NOW, REFUNDED_UNTIL, TERMS, TICK, act, session
from tests.laws.worlds import FoundError, until

ORDER: Final = TransactionId("order")
SESSION: Final = session()
WHY: Final = Override("illness")
IN_TIME: Final = act()

Seat: TypeAlias = tuple[PoolId, SeatNo]

# --- Whatever was sold under whatever terms ---------------------------------------------------------------------------


@frozen
class Sale:
    """What was paid for each seat of one transaction, and the terms as at the sale."""

    terms: RefundTerms
    paid: Mapping[Seat, Money]

    def captured(self) -> Charge:
        """All of it, taken."""
        currency = self.terms.once.currency
        whole = Money.total(self.paid.values(), currency)
        return Charge.capture(IN_TIME, ORDER, buyer=ActorId("manager"), captured=whole, terms=self.terms).state

    def settle(
        self,
        charge: Charge,
        seats: Sequence[Seat],
        refund: str,
        *,
        at: datetime = NOW,
        override: Override | None = None,
    ) -> Charge:
        """Cancel *seats*, each pool's under a refund of its own."""
        for pool in sorted({pool for pool, _ in seats}):
            paid = {seat: self.paid[pool, seat] for of, seat in seats if of == pool}
            number = RefundId(f"{refund}-{pool}")
            charge = charge.settle(act(at), ORDER, pool, paid, session=SESSION, refund=number, override=override).state
        return charge


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """One to six seats of two pools, cheap ones and dear ones, in a currency with no digits, two or three."""
    currency = Currency(draw(st.sampled_from(["JPY", "EUR", "KWD"])))
    amounts = st.integers(0, 30) | st.integers(0, 100_000)
    percent = draw(st.sampled_from(["0", "0.01", "12.5", "33.333", "50", "99.99", "100"]))
    terms = RefundTerms(percent, Money(draw(amounts), currency), Money(draw(amounts), currency), hours_before=48)
    seats = st.tuples(st.sampled_from([PoolId("pool"), PoolId("other")]), st.integers(1, 4).map(SeatNo))
    paid = draw(st.dictionaries(seats, amounts.map(lambda minor: Money(minor, currency)), min_size=1, max_size=6))
    return Sale(terms, paid)


@st.composite
def groupings(draw: st.DrawFn, sale: Sale) -> list[list[Seat]]:
    """The seats of a sale in any order, cut anywhere."""
    seats = draw(st.permutations(sorted(sale.paid)))
    groups: list[list[Seat]] = []
    for seat in seats:
        if not groups or draw(st.booleans()):
            groups.append([])
        groups[-1].append(seat)
    return groups


def borne(sale: Sale, seats: Sequence[Seat]) -> int:
    """The fees of each seat of *seats*, counted again in fractions: percentage and amount, within its price."""
    fees = 0
    for seat in seats:
        price = sale.paid[seat].minor
        share = price * Fraction(sale.terms.percent) / 100
        fees += min(price, (share + Fraction(1, 2)).__floor__() + sale.terms.per_seat.minor)
    return fees


@given(sales(), st.data())
def test_one_by_one_is_all_at_once(sale: Sale, data: st.DataObject) -> None:
    """S12: in any order and in any grouping the total is the same, to the minor unit."""
    at_once = sale.settle(sale.captured(), sorted(sale.paid), "all")
    one_by_one = sale.captured()
    for number, group in enumerate(data.draw(groupings(sale))):
        one_by_one = sale.settle(one_by_one, group, f"group-{number}")
    assert one_by_one.going_back == at_once.going_back
    assert one_by_one.once_kept == at_once.once_kept


@given(sales(), st.data())
def test_the_fixed_fee_is_borne_as_far_as_anything_remains(sale: Sale, data: st.DataObject) -> None:
    """S12: after every cancellation it is min(once, what remains), and with the fees of each seat all that is kept."""
    charge, cancelled = sale.captured(), list[Seat]()
    for number, group in enumerate(data.draw(groupings(sale))):
        charge = sale.settle(charge, group, f"group-{number}")
        cancelled += group
        paid, fees = sum(sale.paid[seat].minor for seat in cancelled), borne(sale, cancelled)
        once = min(sale.terms.once.minor, paid - fees)
        assert charge.once_kept.minor == once
        assert charge.going_back.minor == paid - fees - once


VERBS: Final[Mapping[RefundVerb, Callable[[Charge, Act, RefundId], ChargeDecision]]] = {
    RefundVerb.SUCCEED: Charge.succeed,
    RefundVerb.FAIL: Charge.fail,
    RefundVerb.RETRY: Charge.retry,
}


def say(charge: Charge, verb: RefundVerb, refund: RefundId) -> Charge:
    """The charge after a notice of the provider, heard or refused."""
    try:
        return VERBS[verb](charge, IN_TIME, refund).state
    except Refused:
        return charge


@given(sales(), st.data())
def test_no_notice_changes_an_amount(sale: Sale, data: st.DataObject) -> None:
    """S12: in any order and however often repeated, notices move states alone; and what has succeeded stays so."""
    charge = before = sale.settle(sale.captured(), sorted(sale.paid), "all")
    notices = data.draw(st.lists(st.tuples(st.sampled_from(RefundVerb), st.sampled_from(["all-pool", "all-other"]))))
    heard = [(verb, RefundId(refund)) for verb, refund in notices]
    for verb, refund in heard:
        charge = say(charge, verb, refund)
    amounts = {refund: found.amount for refund, found in before.refunds.items()}
    assert {refund: found.amount for refund, found in charge.refunds.items()} == amounts
    assert (charge.seats, charge.going_back, charge.once_kept) == (before.seats, before.going_back, before.once_kept)
    gone = {refund for refund in amounts if (RefundVerb.SUCCEED, refund) in heard}
    assert {name for name, found in charge.refunds.items() if found.state is RefundState.SUCCEEDED} == gone
    assert charge.refunded == Money.total((amounts[refund] for refund in gone), charge.captured.currency)


@given(sales(), st.data())
def test_every_history_keeps_the_laws(sale: Sale, data: st.DataObject) -> None:
    """K3, K5, S12: in time, late, overridden, kept, refused; each seat's money is all accounted for."""
    opened = Charge.capture(
        IN_TIME,
        ORDER,
        buyer=ActorId("manager"),
        captured=data.draw(st.sampled_from([*sale.paid.values(), sale.captured().captured])),
        terms=sale.terms,
    )
    charge, events = opened.state, list[Event](opened.events)
    ids = st.sampled_from([RefundId("one"), RefundId("two"), RefundId("three")])
    for _ in range(data.draw(st.integers(1, 8))):
        pool = data.draw(st.sampled_from([PoolId("pool"), PoolId("other")]))
        known = [seat for of, seat in sale.paid if of == pool]
        seats = data.draw(st.sets(st.sampled_from(known))) if known else set[SeatNo]()
        refund = data.draw(ids | st.none())
        settle = partial(
            charge.settle,
            act(data.draw(st.sampled_from([NOW, REFUNDED_UNTIL, REFUNDED_UNTIL + TICK]))),
            ORDER,
            pool,
            {seat: sale.paid[pool, seat] for seat in seats},
            session=SESSION,
            refund=refund,
            override=data.draw(st.sampled_from([None, WHY])) if refund else None,
        )
        notice = partial(VERBS[data.draw(st.sampled_from(RefundVerb))], charge, IN_TIME, data.draw(ids))
        command: Callable[[], ChargeDecision] = data.draw(st.sampled_from([settle, notice]))
        if why_not(command) is not None:
            continue
        decision = command()
        assert [*laws.of_decision(charge, decision), *laws.of_charge(decision.state)] == []
        charge = decision.state
        events += decision.events
        money = [found for of in charge.seats.values() for found in of.values()]
        assert all(found.kept + found.back == found.paid for found in money)
    assert list(laws.of_history(charge, events)) == []


# --- Everything that two seats and two refunds can come to ------------------------------------------------------------

POOL: Final = PoolId("pool")
ONE, TWO = SeatNo(1), SeatNo(2)
CAD: Final = Currency("CAD")
# One alone cannot bear the fixed fee of 3.00, the other can.
PAID: Final = {ONE: Money(400, CAD), TWO: Money(1000, CAD)}
EUROS: Final = {ONE: Money(400, Currency("EUR"))}
NAMED: Final[Sequence[Mapping[SeatNo, Money]]] = ({}, {ONE: PAID[ONE]}, {TWO: PAID[TWO]}, PAID, EUROS)
REFUNDS: Final = (RefundId("first"), RefundId("second"))
UNKNOWN: Final = RefundId("unknown")
INSTANTS: Final = (REFUNDED_UNTIL - TICK, REFUNDED_UNTIL, REFUNDED_UNTIL + TICK)

TOTALITY: Final = "K2: a decision or one named refusal"
UNCHANGED: Final = "K2: a refusal changes nothing"
NOTHING_LOST: Final = "S12: kept + back = paid, of each seat that is settled"
OWED: Final = "S13: of a seat that is live again, what went back is due, and nothing is kept"
BORNE_ONCE: Final = "S12: the fixed fee is borne by what remains, until it is borne"
AGAIN: Final = "S12: what is going back goes back once"
TABLE: Final = "S12: a refund moves as the table says"
ON_TIME: Final = "S12: after the deadline only an override gives back"


@frozen
class World:
    """A charge, and what each of its seats was seen to bear of the fixed fee.

    Two seats are settled; or one, which may also be live *again*, and moved.
    """

    now: datetime
    charge: Charge
    borne: Mapping[SeatNo, int] = {}
    again: bool = False

    def key(self) -> Hashable:
        """Everything but the version."""
        charge = self.charge
        seats = [(pool, seat, *money(found)) for pool, of in charge.seats.items() for seat, found in of.items()]
        refunds = [(name, found.state, found.amount.minor, found.seats) for name, found in charge.refunds.items()]
        captured, once, borne = charge.captured.minor, charge.once_kept.minor, tuple(sorted(self.borne.items()))
        return self.again, self.now, captured, once, borne, tuple(sorted(seats)), tuple(sorted(refunds))


def money(found: SeatMoney) -> tuple[int, int, int, int]:
    """Where the money of a seat is, in cents."""
    return found.paid.minor, found.kept.minor, found.back.minor, found.due.minor


@frozen
class Command:
    """One command with its arguments: the seats that it settles or takes back, the refund that it moves."""

    name: str
    run: Callable[[], ChargeDecision]
    seats: Sequence[SeatNo] = ()
    verb: RefundVerb | None = None
    refund: RefundId | None = None
    override: bool = False
    called_off: bool = False


MOVED: Final = PoolId("moved")


def commands(world: World) -> Iterator[Command]:
    """Every command that the world has. A seat that was moved is not touched again: its pool sees to that."""
    by, charge = act(world.now), world.charge
    gone = MOVED in charge.seats
    for transaction, paid in product((ORDER, TransactionId("other")), NAMED):
        if (gone and ONE in paid) or (world.again and TWO in paid):
            continue
        for refund, override, off in product((None, *REFUNDS), (None, WHY), (False, True)):
            if (override or off) and refund is None:
                continue
            settle = partial(
                charge.settle,
                by,
                transaction,
                POOL,
                paid,
                session=SESSION,
                refund=refund,
                override=override,
                called_off=off,
            )
            yield Command("settle", settle, tuple(paid), refund=refund, override=override is not None, called_off=off)
        if world.again:
            reinstate = partial(charge.reinstate, by, transaction, POOL, paid, session=SESSION)
            yield Command("reinstate", reinstate, tuple(paid))
    for pool, seats in ((POOL, ()), (POOL, (ONE,)), (POOL, (TWO,)), (POOL, (ONE, TWO)), (MOVED, (ONE,))):
        yield Command("pay_due", partial(charge.pay_due, by, pool, seats))
    if world.again and not gone:
        for transaction, costs, refund in product((ORDER, TransactionId("other")), COSTS, REFUNDS):
            move = partial(charge.move, by, transaction, POOL, ONE, PAID[ONE], to=MOVED, costs=costs, session=SESSION)
            yield Command("move", partial(move, refund=refund))
    for verb, run in VERBS.items():
        for refund in (*REFUNDS, UNKNOWN):
            yield Command(verb, partial(run, charge, by, refund), verb=verb, refund=refund)


COSTS: Final = (Money(300, CAD), Money(500, CAD), Money(400, Currency("EUR")))


def attempt(world: World, command: Command) -> Step[World]:
    """Try a command, and see whether it keeps the laws."""
    before = world.key()
    try:
        decision = command.run()
    except Refused as refused:
        unchanged = () if world.key() == before else (UNCHANGED,)
        return Step(seen=(("refusal", command.name, refused.refusal.code),), broken=unchanged)
    except Exception as wrong:  # noqa: BLE001 -- whatever escapes is what the search is for
        return Step(broken=(f"{TOTALITY}: {type(wrong).__name__}",))
    after = decision.state
    broken = [*laws.of_decision(world.charge, decision), *laws.of_charge(after)]
    broken += of_refunds(world.charge, after, command)
    borne, lost = of_money(world, after, command)
    broken += lost
    seen: list[Hashable] = [("allowed", command.name)]
    if command.verb and command.refund and decision.events:
        states = world.charge.refunds[command.refund].state, after.refunds[command.refund].state
        seen.append(("move", states[0], command.verb, states[1]))
    following = evolve(world, charge=after, borne=borne)
    # A world that is broken already has nothing more to tell.
    return Step(() if broken else (following,), tuple(seen), tuple(broken))


def of_refunds(before: Charge, after: Charge, command: Command) -> Iterator[str]:
    """A refund keeps what it is about, and moves along the table, by its own verb."""
    for name, found in before.refunds.items():
        moved = after.refunds[name]
        if evolve(moved, state=found.state) != found:
            yield AGAIN
        along = REFUND[found.state].get(command.verb) if command.verb and name == command.refund else None
        if moved.state not in (found.state, along):
            yield TABLE


def of_money(world: World, after: Charge, command: Command) -> tuple[Mapping[SeatNo, int], list[str]]:
    """What a command did with the money of the seats: what they bore of the fixed fee since, and what it broke."""
    known, settled = world.charge.seats.get(POOL, {}), after.seats.get(POOL, {})
    broken: list[str] = []
    if any(seat not in settled or settled[seat].back < found.back for seat, found in known.items()):
        broken.append(AGAIN)
    in_time = world.now <= REFUNDED_UNTIL
    if command.name == "reinstate":
        if any(found.kept or found.paid - found.back + found.due != PAID[seat] for seat, found in settled.items()):
            broken.extend([OWED] if set(settled) <= set(command.seats) else [])
        return {seat: bore for seat, bore in world.borne.items() if seat not in command.seats}, broken
    if command.name != "settle":
        return world.borne, broken
    if any(settled[seat].refundable or settled[seat].due for seat in command.seats if seat in settled):
        broken.append(NOTHING_LOST)
    free = command.override or command.called_off
    if not in_time and not free and after.going_back != world.charge.going_back:
        broken.append(ON_TIME)
    if command.refund is None or free or not in_time:
        return world.borne, broken
    bears: dict[SeatNo, int] = {}
    could = 0
    for seat in sorted(command.seats):
        before = known.get(seat) or SeatMoney.all_paid(PAID[seat])
        left = before.refundable - min(TERMS.kept(PAID[seat]), before.refundable)
        could += left.minor
        bears[seat] = (left - (settled.get(seat, before).back - before.back)).minor
    if sum(bears.values()) != min(TERMS.once.minor - sum(world.borne.values()), could):
        broken.append(BORNE_ONCE)
    return {**world.borne, **{seat: world.borne.get(seat, 0) + bore for seat, bore in bears.items() if bore}}, broken


def search(*, small: bool = False) -> Report:
    """Two seats, two refunds, three instants; enough captured, and less than was paid. A *small* one begins later."""
    starts: list[World] = []
    for captured in (1400,) if small else (1400, 900, 50):
        opened = Charge.capture(IN_TIME, ORDER, buyer=ActorId("manager"), captured=Money(captured, CAD), terms=TERMS)
        starts += [World(INSTANTS[1 if small else 0], opened.state, again=again) for again in (False, True)]

    def tries(world: World) -> Iterator[tuple[str, Callable[[], Step[World]]]]:
        for command in commands(world):
            yield command.name, partial(attempt, world, command)
        for later in INSTANTS[INSTANTS.index(world.now) + 1 :]:
            yield "wait", partial(Step, (evolve(world, now=later),))

    return explore(starts, tries, key=World.key)


REFUSALS: Final = {
    "settle": {
        "refunds.other_transaction",
        "refunds.refund_id_used",
        "refunds.other_currency",
        "refunds.more_than_captured",
    },
    "reinstate": {"refunds.other_transaction", "refunds.other_currency", "refunds.refund_pending"},
    "pay_due": {"refunds.nothing_due"},
    "move": {
        "refunds.other_transaction",
        "refunds.refund_id_used",
        "refunds.other_currency",
        "refunds.more_than_captured",
    },
    "succeed": {"refunds.no_such_refund"},
    "fail": {"refunds.no_such_refund", "refunds.refund_is"},
    "retry": {"refunds.no_such_refund", "refunds.refund_is"},
}


def test_every_reachable_charge_keeps_the_laws(tell: Callable[[object], None]) -> None:
    """K2, K3, K5, S12: no pair of world and command breaks one; and every move and refusal is met."""
    report = search()
    tell(f"refunds: {report}")
    assert report.broken == ()
    met = set(report.seen)
    assert met == {
        *(("refusal", name, code) for name, codes in REFUSALS.items() for code in codes),
        *(("allowed", name) for name in REFUSALS),
        *(("move", state, verb, to) for state, verbs in REFUND.items() for verb, to in verbs.items()),
    }


def test_every_refusal_is_met_somewhere() -> None:
    """The table above, which the search confirms, names every refusal that the module declares."""
    # Before the capture there is no charge that could be asked: that refusal is the use cases' own.
    met = {"refunds.nothing_captured"}.union(*REFUSALS.values())
    assert met == {kind.code for kind in get_args(RefundRefusal)}


# --- Faults: each law catches one, or it is not yet a check -----------------------------------------------------------

_apply = Charge.apply


def _bears_again(self: Charge, event: Any) -> Charge:
    """The fixed fee is taken from every seat, for nobody remembers that it was borne."""
    after, nothing = _apply(self, event), Money.zero(CAD)
    seats = {
        pool: {seat: evolve(of, once=nothing) for seat, of in known.items()} for pool, known in after.seats.items()
    }
    return evolve(after, once_kept=nothing, seats=seats)


def _forgets_the_fee(self: Charge, event: Any) -> Charge:
    """What the seats bore of the fixed fee is not what the charge says."""
    return evolve(_apply(self, event), once_kept=Money.zero(CAD))


def _owes_nothing(self: Charge, event: Any) -> Charge:
    """What went back of a seat that is live again is not due."""
    after = _apply(self, event)
    if not isinstance(event, SeatsReinstated):
        return after
    seats = {seat: evolve(found, due=Money.zero(CAD)) for seat, found in after.seats[event.pool].items()}
    return evolve(after, seats={**after.seats, event.pool: seats})


def _gives_again(self: Charge, event: Any) -> Charge:
    """What failed to go back can be asked for again under another refund, and also be retried."""
    after = _apply(self, event)
    if not isinstance(event, RefundFailed):
        return after
    failed = after.refunds[event.refund]
    seats = {seat: found for seat, found in after.seats[failed.pool].items() if seat not in failed.seats}
    return evolve(after, seats={**after.seats, failed.pool: seats})


def _keeps_the_sum(self: Charge, event: Any) -> Charge:
    """A seat's money is said to be kept, and to be going back as well."""
    after = _apply(self, event)
    if not isinstance(event, SeatsSettled):
        return after
    seats = {seat: evolve(found, kept=found.paid) for seat, found in after.seats[event.pool].items()}
    return evolve(after, seats={**after.seats, event.pool: seats})


def _always_in_time(*_: object) -> bool:
    """Nobody looks at the deadline."""
    return True


@pytest.mark.parametrize(
    ("target", "name", "fault", "law"),
    [
        (Charge, "apply", _bears_again, BORNE_ONCE),
        (Charge, "apply", _forgets_the_fee, laws.FEE_ONCE),
        (Charge, "apply", _owes_nothing, OWED),
        (Charge, "apply", _gives_again, laws.REFUNDED),
        (Charge, "apply", _keeps_the_sum, laws.SEAT_MONEY),
        (RefundTerms, "in_time", _always_in_time, ON_TIME),
    ],
    ids=["fee twice", "fee lost", "nothing due", "refund twice", "kept and back", "late"],
)
def test_a_fault_is_found(monkeypatch: pytest.MonkeyPatch, target: type, name: str, fault: object, law: str) -> None:
    """Each law is broken by the fault that is seeded for it, and the search says so."""
    monkeypatch.setattr(target, name, fault)
    monkeypatch.setattr(sys.modules[__name__], "attempt", until(law, attempt))
    with pytest.raises(FoundError):
        _ = search(small=True)
