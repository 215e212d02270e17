"""What no history of a purchase brings about: money out of nothing, or somebody on two seats."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import Any, Final

from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from lara_core import purchase
from lara_core.kernel.decisions import Aggregate, Decision, Event, Refused
from lara_core.kernel.ids import ActorId, PoolId, ProviderId, RefundId, RegistrationId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import Person
from lara_core.places import cancel_registration, cancel_session, refuse_registration, register
from lara_core.refunds import Charge, ChargeDecision, Override, RefundTerms
from lara_core.registrations import Registration, Sale
from lara_core.seats import Policy, SeatPool
from lara_core.sessions import Session, WaitingList
from lara_core.testing import laws
from lara_core.testing.search import Step
from tests.builders import ENDS, NOW, REFUNDED_UNTIL, STARTS, TICK, act
from tests.laws import group_purchase, places, worlds
from tests.laws.worlds import World

# --- Money ------------------------------------------------------------------------------------------------------------

ORDER: Final = TransactionId("order")
POOL: Final = PoolId("pool")
PROVIDER: Final = ProviderId("provider")


@frozen
class Purchase:
    """Everything of one transaction: its sessions, its pools, places of somebody's own, its money."""

    sessions: dict[SessionId, Session]
    pools: dict[PoolId, SeatPool]
    own: dict[RegistrationId, Registration]
    charge: Charge
    taken: Money

    def after(self, decisions: Sequence[Decision[Aggregate, Event]]) -> "Purchase":
        """The same once *decisions* are saved."""
        sessions, pools, own, charge = dict(self.sessions), dict(self.pools), dict(self.own), self.charge
        for decision in decisions:
            match decision.state:
                case Session() as session:
                    sessions[session.id] = session
                case SeatPool() as pool:
                    pools[pool.id] = pool
                case Registration() as place:
                    own[place.id] = place
                case Charge() as charge:
                    pass
                case other:
                    raise AssertionError(other)
        return evolve(self, sessions=sessions, pools=pools, own=own, charge=charge)

    @property
    def net(self) -> Money:
        """What the buyer has got back, less what was taken from them again."""
        return self.charge.going_back - (self.charge.captured - self.taken)

    @property
    def paid(self) -> Money:
        """What was paid for all seats and places; one that nothing happened to was paid at its price."""
        known = self.charge.seats
        paid = [money.paid for seats in known.values() for money in seats.values()]
        paid += [
            price
            for pool in self.pools.values()
            for number, price in enumerate(pool.prices, 1)
            if number not in known.get(pool.id, {})
        ]
        sales = [(place.pool, place.sale) for place in self.own.values()]
        paid += [sale.price for name, sale in sales if sale is not None and name not in known]
        return Money.total(paid, self.taken.currency)


@st.composite
def purchases(draw: st.DrawFn) -> Purchase:
    """One to three seats, and at most two places of somebody's own, at any price.

    In a currency with no digits, two or three, under any terms.
    """
    currency = Currency(draw(st.sampled_from(["JPY", "EUR", "KWD"])))
    amounts = st.integers(0, 30) | st.integers(0, 100_000)
    prices = [Money(minor, currency) for minor in draw(st.lists(amounts, min_size=1, max_size=3))]
    percent = draw(st.sampled_from(["0", "12.5", "33.333", "100"]))
    terms = RefundTerms(percent, Money(draw(amounts), currency), Money(draw(amounts), currency), hours_before=48)
    session = Session.open(act(), SessionId("excel"), starts=STARTS, ends=ENDS, capacity=5).state
    learners = [Person.of(f"learner{number}@example.com", str(number)) for number, _ in enumerate(prices)]
    bought = purchase.buy_seats(
        act(),
        session,
        POOL,
        role=purchase.BuyerRole.MANAGER,
        bulk_buyers=frozenset(purchase.BuyerRole),
        transaction=ORDER,
        buyer=ActorId("manager"),
        prices=prices,
        policy=Policy(),
        learners=learners,
        seated=(),
    )
    there, own = bought.session.state, dict[RegistrationId, Registration]()
    for number, minor in enumerate(draw(st.lists(amounts, max_size=2))):
        prices.append(Money(minor, currency))
        placed = register(
            act(),
            there,
            RegistrationId(f"own-{number}"),
            Person.of(f"own{number}@example.com", f"own-{number}"),
            approval=draw(st.booleans()),
            sale=Sale(ORDER, prices[-1]),
            seated=(),
        )
        there, own[placed.registration.state.id] = placed.session.state, placed.registration.state
    whole = Money.total(prices, currency)
    charge = Charge.capture(act(), ORDER, buyer=ActorId("manager"), captured=whole, terms=terms).state
    return Purchase({session.id: there}, {POOL: bought.pool.state}, own, charge, whole)


Happening = Callable[[], Sequence[Decision[Aggregate, Event]]]


def _on(command: Callable[[], ChargeDecision]) -> Happening:
    return lambda: (command(),)


def _circles(now: Purchase, fresh: Iterator[int]) -> Iterator[Happening]:
    """Cancelling in time, money that goes back, seats that are live again, and what is due for them."""
    in_time, number = act(NOW), next(fresh)
    for pool in now.pools.values():
        session = now.sessions[pool.session]
        for seat in (SeatNo(seat) for seat in range(1, len(pool.prices) + 1)):
            refund = RefundId(f"refund-{number}")
            yield partial(purchase.cancel_seats, in_time, session, pool, (seat,), charge=now.charge, refund=refund)
            yield partial(purchase.reactivate_seat, in_time, session, pool, seat, charge=now.charge, seated=())
            yield _on(partial(now.charge.pay_due, in_time, pool.id, (seat,)))
    for refund in now.charge.refunds:
        yield _on(partial(now.charge.succeed, in_time, refund))


def _anything(now: Purchase, fresh: Iterator[int]) -> Iterator[Happening]:
    """All that, and also late, overridden, kept, failed, and transferred to where it costs more or less."""
    yield from _circles(now, fresh)
    late, number = act(REFUNDED_UNTIL + TICK), next(fresh)
    for refund in now.charge.refunds:
        yield _on(partial(now.charge.fail, late, refund))
        yield _on(partial(now.charge.retry, late, refund))
    refund = RefundId(f"refund-{number}")
    yield from _given_up(now, refund)
    for pool in now.pools.values():
        session = now.sessions[pool.session]
        for seat in (SeatNo(seat) for seat in range(1, len(pool.prices) + 1)):
            for asked, override in ((None, None), (refund, None), (refund, Override("illness"))):
                yield partial(
                    purchase.cancel_seats,
                    late,
                    session,
                    pool,
                    (seat,),
                    charge=now.charge,
                    refund=asked,
                    override=override,
                )
            for price in (0, 7, 50_000):
                there = Session.open(act(), SessionId(f"session-{number}"), starts=STARTS, ends=ENDS).state
                yield partial(
                    purchase.transfer_seat,
                    late,
                    session,
                    pool,
                    seat,
                    there=there,
                    to=PoolId(f"pool-{number}"),
                    price=Money(price, now.taken.currency),
                    provider=PROVIDER,
                    provider_there=PROVIDER,
                    charge=now.charge,
                    refund=refund,
                    seated_there=(),
                )


def _given_up(now: Purchase, refund: RefundId) -> Iterator[Happening]:
    """A place of somebody's own is cancelled in time or late, overridden or not, or refused; or all is called off."""
    for place in now.own.values():
        facts: dict[str, Any] = {"session": now.sessions[place.session], "registration": place, "charge": now.charge}
        yield partial(cancel_registration, act(NOW), **facts, refund=refund)
        for asked, override in ((None, None), (refund, None), (refund, Override("illness"))):
            late = act(REFUNDED_UNTIL + TICK)
            yield partial(cancel_registration, late, **facts, refund=asked, override=override)
        yield partial(refuse_registration, act(NOW), **facts, refund=refund)
    session = now.sessions[SessionId("excel")]
    pools = [(pool, now.charge) for pool in now.pools.values() if pool.session == session.id]
    own = [(place, now.charge) for place in now.own.values()]
    yield partial(cancel_session, act(NOW), session, pools, own, refund=refund)


def _happens(
    now: Purchase,
    what: Callable[[Purchase, Iterator[int]], Iterator[Happening]],
    data: st.DataObject,
    fresh: Iterator[int],
) -> Purchase:
    try:
        return now.after(data.draw(st.sampled_from([*what(now, fresh)]))())
    except Refused:
        return now


@given(purchases(), st.data())
def test_no_history_makes_money(begun: Purchase, data: st.DataObject) -> None:
    """S12, S13, N3, N5: what went back was captured, and what was captured is what was paid for seats and places.

    For a live seat the provider holds its price, but for what is due.
    """
    now, fresh = begun, count()
    for _ in range(data.draw(st.integers(1, 12))):
        now = _happens(now, _anything, data, fresh)
        assert list(laws.of_charge(now.charge)) == []
        assert now.charge.refunded <= now.charge.going_back <= now.charge.captured == now.paid
        for place in now.own.values():
            assert list(laws.of_sale(place, now.charge)) == []
        for pool in now.pools.values():
            assert list(laws.of_money(pool, now.charge)) == []
            known = now.charge.seats.get(pool.id, {})
            held = {seat: known[seat].paid - known[seat].back for seat in pool.live if seat in known}
            assert held == {seat: pool.prices[seat - 1] - known[seat].due for seat in held}


@given(purchases(), st.data())
def test_going_round_gives_no_more_than_one_cancellation(begun: Purchase, data: st.DataObject) -> None:
    """S12, S13: cancelled, refunded, reactivated, paid again or not, and cancelled in the end: never more than once."""
    now, fresh = begun, count()
    for _ in range(data.draw(st.integers(1, 12))):
        now = _happens(now, _circles, data, fresh)
    pool, session = now.pools[POOL], now.sessions[SessionId("excel")]
    if pool.live:
        last = purchase.cancel_all_seats(act(), session, pool, charge=now.charge, refund=RefundId("last"))
        now = now.after(last)
    at_once = purchase.cancel_all_seats(
        act(), begun.sessions[SessionId("excel")], begun.pools[POOL], charge=begun.charge, refund=RefundId("once")
    )
    assert now.net <= begun.after(at_once).net


# --- People -----------------------------------------------------------------------------------------------------------

INSTANTS: Final = (worlds.BEFORE, group_purchase.ANSWERED_BY + TICK, worlds.STARTS - TICK, worlds.STARTS, worlds.ENDS)


def _calls_off(world: World) -> Iterator[worlds.Command]:
    yield worlds.Command(
        "cancel_session",
        partial(
            cancel_session,
            session=world.session(),
            pools=[(pool, None) for pool in world.all(SeatPool) if pool.session == worlds.SESSION],
            registrations=[(one, None) for one in world.all(Registration) if one.session == worlds.SESSION],
            refund=RefundId("off"),
        ),
    )


FAMILIES: Final[Sequence[Callable[[World], Iterator[worlds.Command]]]] = (
    group_purchase.pool_commands,
    group_purchase.invitation_commands,
    partial(group_purchase.after_commands, money=False),
    places.waiting_commands,
    places.registration_commands,
)


def _tries(world: World, family: Callable[[World], Iterator[worlds.Command]]) -> list[Callable[[], Step[World]]]:
    """What a host would run: with the facts that are, and nothing on places alone that belong to somebody."""
    kept = [command for command in family(world) if command.hosted is not None and command.verb != "cancel_session"]
    commands = [evolve(command, hosted=None) for command in (*kept, *_calls_off(world))]
    return [attempt for _, attempt in worlds.tries(world, commands, INSTANTS)]


@given(st.data())
def test_nobody_ever_sits_twice(data: st.DataObject) -> None:
    """S5, N5: whoever buys, invites, registers, waits, is transferred or comes back, in whatever order."""
    begun = Session.open(
        act(), worlds.SESSION, starts=STARTS, ends=ENDS, capacity=3, waiting_list=WaitingList(automatic=True)
    )
    world = World.of(begun, group_purchase.opened(2, worlds.THERE))
    for _ in range(data.draw(st.integers(1, 15))):
        step = data.draw(st.sampled_from(_tries(world, data.draw(st.sampled_from(FAMILIES)))))()
        assert step.broken == ()
        world = step.after[0] if step.after else world
