"""What happens to charges. Part of `lara_core.testing.strategies`."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.kernel.decisions import Act, Event, Refused
from lara_core.kernel.ids import PoolId, RefundId, SeatNo, TransactionId
from lara_core.kernel.money import Money
from lara_core.refunds import (
    Charge,
    ChargeDecision,
    DuesPaid,
    MoneyMoved,
    RefundFailed,
    RefundRetried,
    RefundState,
    RefundSucceeded,
    SeatMoney,
    SeatsReinstated,
    SeatsSettled,
)
from lara_core.sessions import Session
from lara_core.testing.strategies.happening import kind_of, later, opened, turns
from lara_core.testing.strategies.values import act_at, actors, ids, instants, overrides, prices, terms


def charge_histories(*, tries: int = 0) -> SearchStrategy[tuple[ChargeDecision, ...]]:
    """All that happened to a charge from its capture on, for a transaction of one pool or two (S12).

    Seats are settled in time, or too late, or without a refund; refunds succeed, fail, and are tried again; seats come
    back, what is due for them is paid, and money moves to other pools. At least so
    many commands are tried, and at most a dozen.
    """
    return charge_histories_with(tries, None)


@st.composite
def charge_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[ChargeDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    session, paid = opened(draw, None).state, draw(prices())
    currency = paid[0].currency
    cut = draw(st.integers(0, len(paid)))
    # Seats are numbered from 1 in each pool, so that two of one charge may have the same number.
    first, second = draw(st.lists(ids(PoolId), min_size=2, max_size=2, unique=True))
    pools: dict[PoolId, Mapping[SeatNo, Money]] = {
        pool: {SeatNo(number): price for number, price in enumerate(some, 1)}
        for pool, some in ((first, paid[:cut]), (second, paid[cut:]))
        if some
    }
    # Now and then less was captured than the seats say: a price may be wrong, and no more goes back for it.
    captured = draw(st.sampled_from((*[Money.total(paid, currency)] * 3, paid[0])))
    at = draw(instants(session.starts - timedelta(days=40), session.starts))
    history = [
        Charge.capture(
            act_at(draw, at),
            draw(ids(TransactionId)),
            buyer=draw(actors()),
            captured=captured,
            terms=draw(terms(currency)),
        )
    ]
    for _ in turns(draw, least):
        at = later(draw, at)
        with suppress(Refused):
            decision = _on_charge(draw, history[-1].state, act_at(draw, at), session, pools, wanted)
            history += [decision] if decision.events else []
    return tuple(history)


# What leads to an event that is wanted, where it cannot happen yet.
_BEFORE: Final[Mapping[type[Event], tuple[type[Event], ...]]] = {
    **dict.fromkeys((RefundSucceeded, RefundFailed), (SeatsSettled,)),
    RefundRetried: (RefundFailed, SeatsSettled),
    SeatsReinstated: (RefundSucceeded, SeatsSettled),
    DuesPaid: (SeatsReinstated, RefundSucceeded, SeatsSettled),
}


def _on_charge(
    draw: DrawFn,
    charge: Charge,
    act: Act,
    session: Session,
    pools: dict[PoolId, Mapping[SeatNo, Money]],
    wanted: type[Event] | None,
) -> ChargeDecision:
    pool = draw(st.sampled_from(sorted(pools)))
    money = {
        seat: charge.seats.get(pool, {}).get(seat) or SeatMoney.all_paid(price) for seat, price in pools[pool].items()
    }
    # A seat whose money has all been settled is cancelled: after that, only an override reaches what was kept.
    gone = sorted(seat for seat in charge.seats.get(pool, {}) if not money[seat].refundable and not money[seat].due)
    live, due = sorted(money.keys() - gone), sorted(seat for seat, each in money.items() if each.due)
    by_state = {
        state: [refund for refund, each in charge.refunds.items() if each.state is state] for state in RefundState
    }
    requested, failed = by_state[RefundState.REQUESTED], by_state[RefundState.FAILED]
    likely: dict[type[Event], int] = {
        SeatsSettled: 5 * bool(live) + bool(gone),
        SeatsReinstated: bool(gone),
        DuesPaid: 2 * bool(due),
        MoneyMoved: bool(live),
        RefundSucceeded: bool(requested or failed),
        RefundFailed: 2 * bool(requested),
        RefundRetried: 2 * bool(failed),
    }
    kind = kind_of(draw, likely, (wanted, *_BEFORE.get(wanted, ())) if wanted else ())
    if kind is RefundSucceeded:
        return charge.succeed(act, draw(st.sampled_from([*requested, *failed])))
    if kind is RefundFailed:
        return charge.fail(act, draw(st.sampled_from(requested)))
    if kind is RefundRetried:
        return charge.retry(act, draw(st.sampled_from(failed)))
    if kind is DuesPaid:
        return charge.pay_due(act, pool, draw(st.sets(st.sampled_from(due), min_size=1)))
    if kind is SeatsReinstated:
        back = {seat: pools[pool][seat] for seat in draw(st.sets(st.sampled_from(gone), min_size=1))}
        return charge.reinstate(act, charge.id, pool, back, session=session)
    if kind is MoneyMoved:
        return _moved(draw, charge, act, session, pools, pool, draw(st.sampled_from(live)))
    anew = bool(gone) and (not live or draw(st.booleans()))
    seats = draw(st.sets(st.sampled_from(gone if anew else live), min_size=1))
    refund = draw(ids(RefundId) if anew else st.none() | ids(RefundId))
    override = draw(overrides() if anew else st.none() | overrides()) if refund else None
    paid = {seat: pools[pool][seat] for seat in seats}
    called_off = bool(refund) and draw(st.booleans()) and draw(st.booleans())
    return charge.settle(
        act, charge.id, pool, paid, session=session, refund=refund, override=override, called_off=called_off
    )


def _moved(
    draw: DrawFn,
    charge: Charge,
    act: Act,
    session: Session,
    pools: dict[PoolId, Mapping[SeatNo, Money]],
    pool: PoolId,
    seat: SeatNo,
) -> ChargeDecision:
    to, price = draw(ids(PoolId).filter(lambda fresh: fresh not in pools)), pools[pool][seat]
    costs = draw(st.sampled_from((Money.zero(price.currency), price, price + Money(100, price.currency))))
    refund = draw(ids(RefundId))
    moved = charge.move(act, charge.id, pool, seat, price, to=to, costs=costs, session=session, refund=refund)
    pools[to] = {SeatNo(1): costs}
    return moved
