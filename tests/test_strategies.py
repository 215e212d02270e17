"""The strategies give what the library accepts, and reach what hosts will meet."""

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final, get_args

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from lara_core.kernel.ids import Id, SeatNo
from lara_core.kernel.money import Currency
from lara_core.kernel.people import Person
from lara_core.refunds import (
    ChargeCaptured,
    ChargeDecision,
    ChargeEvent,
    RefundFailed,
    RefundRefusal,
    RefundState,
    SeatsSettled,
)
from lara_core.seats import (
    Cancelled,
    Invitation,
    InvitationAccepted,
    Mode,
    SeatDecision,
    SeatEvent,
    SeatRefusal,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsInvited,
)
from lara_core.sessions import SessionDecision, SessionEvent, SessionRefusal
from lara_core.testing import laws, plugin, strategies

EVENTS: Final = frozenset((*get_args(SessionEvent), *get_args(SeatEvent), *get_args(ChargeEvent)))
REFUSALS: Final = (*get_args(SessionRefusal), *get_args(SeatRefusal), *get_args(RefundRefusal))


@pytest.fixture(scope="module", autouse=True)
def _registered() -> None:
    """As an installed library is; harmless where it is installed."""
    plugin.register()


@pytest.mark.parametrize("kind", [*sorted(EVENTS, key=str), *plugin.MADE, Mode, Cancelled, *REFUSALS])
@settings(max_examples=5)
@given(data=st.data())
def test_a_type_gives_its_values(kind: type[object], data: st.DataObject) -> None:
    """`from_type` works for each public type, and for refusals, which Hypothesis makes of what is registered."""
    value = data.draw(st.from_type(kind))
    assert type(value) is kind or (kind, type(value)) == (SeatNo, int)


@pytest.mark.parametrize("kind", sorted(plugin.OF_KIND.keys() - EVENTS, key=str))
@settings(max_examples=20)
@given(data=st.data())
def test_an_id_is_a_string_that_its_kind_accepts(kind: type[Id], data: st.DataObject) -> None:
    """Ids of each kind are given as they are used: checked, and plain strings."""
    value = data.draw(st.from_type(kind))
    assert (kind(value), type(value)) == (value, str)


def test_all_events_are_registered() -> None:
    """A new event of a module's union is found without anybody thinking of it."""
    assert plugin.OF_KIND.keys() >= EVENTS


def test_a_host_needs_to_import_nothing() -> None:
    """With this library installed, Hypothesis alone knows how to make a pool as the rules would."""
    code = """
from hypothesis import given, settings, strategies as st
from lara_core.seats import SeatPool
@settings(max_examples=10, database=None)
@given(st.from_type(SeatPool))
def test(pool):
    assert len(pool.free) + len(pool.invited) + len(pool.enrolled) + len(pool.cancelled) == len(pool.paid)
    assert type(pool) is SeatPool
test()
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize("first", ["lara_core.testing.strategies", "lara_core.testing.plugin", "hypothesis"])
def test_it_does_not_matter_what_is_imported_first(first: str) -> None:
    """Hypothesis imports the plugin while it is being imported itself, also by the strategies."""
    code = (
        f"import {first}; import lara_core.testing.strategies, hypothesis; from lara_core.kernel.money import Money\n"
    )
    code += "print(repr(hypothesis.strategies.from_type(Money)) == repr(lara_core.testing.strategies.money()))"
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout == "True\n"


@given(strategies.session_histories())
def test_sessions_are_what_happened_to_them(history: tuple[SessionDecision, ...]) -> None:
    """Each state of a history follows from the events before it, and keeps the promises of sessions (K3, K5, N1)."""
    events: list[SessionEvent] = []
    for decision in history:
        events += decision.events
        session, act = decision.state, decision.events[-1].act
        assert list(laws.of_history(session, events)) == []
        assert session.capacity is None or session.taken + session.held(act.at) <= session.capacity


@given(strategies.pool_histories())
def test_pools_are_what_happened_to_them(history: tuple[SeatDecision, ...]) -> None:
    """Each state of a history follows from the events before it, and keeps the promises of pools (K3, K5, S2, S8)."""
    events: list[SeatEvent] = []
    for decision in history:
        events += decision.events
        assert [*laws.of_history(decision.state, events), *laws.of_pool(decision.state)] == []


@given(strategies.charge_histories())
def test_charges_are_what_happened_to_them(history: tuple[ChargeDecision, ...]) -> None:
    """Each state of a history follows from the events before it, and keeps the promises of charges (K3, K5, S12)."""
    events: list[ChargeEvent] = []
    for decision in history:
        events += decision.events
        assert [*laws.of_history(decision.state, events), *laws.of_charge(decision.state)] == []


def lapsed(history: tuple[SessionDecision, ...]) -> bool:
    """Whether an event names holds that it found lapsed."""
    return any(getattr(event, "lapsed", ()) for decision in history for event in decision.events)


def answered(history: tuple[SeatDecision, ...]) -> list[tuple[Invitation, InvitationAccepted]]:
    """Return each invitation that was accepted, and how."""
    return [
        (before.state.invited[event.seat], event)
        for before, after in pairwise(history)
        for event in after.events
        if isinstance(event, InvitationAccepted)
    ]


def reached_what_was_kept(history: tuple[ChargeDecision, ...]) -> bool:
    """Whether less is kept of a seat than before."""
    return any(
        money.kept < before.state.seats[pool][seat].kept
        for before, after in pairwise(history)
        for pool, seats in before.state.seats.items()
        for seat, money in after.state.seats[pool].items()
        if seat in seats
    )


def failed_twice(history: tuple[ChargeDecision, ...]) -> bool:
    """Whether a refund failed, was tried again, and failed once more."""
    failed = [event.refund for decision in history for event in decision.events if isinstance(event, RefundFailed)]
    return len(failed) > len(set(failed))


TRIED: Final = strategies.charge_histories(tries=8).map(failed_twice)
ANSWERED: Final = strategies.pool_histories(tries=8).map(answered)


# What a host will meet one day, and a test should have met before.
REACHED: Final[dict[str, tuple[SearchStrategy[Any], Callable[[Any], bool]]]] = {
    "a currency without digits": (strategies.currencies(), lambda it: it.digits == 0),
    "a currency with three digits": (strategies.currencies(), lambda it: it.digits == 3),
    "an amount below zero": (strategies.money(), lambda it: it.minor < 0),
    "a free seat beside one that is paid": (
        strategies.prices(),
        lambda it: {bool(price) for price in it} == {True, False},
    ),
    "an address typed in another case": (strategies.addresses(), lambda it: it.typed.isascii() and it.typed != it.key),
    "a domain in another script": (strategies.addresses(), lambda it: "xn--" in it.key and "xn--" not in it.typed),
    "an address that is not composed": (strategies.addresses(), lambda it: "\N{COMBINING ACUTE ACCENT}" in it.typed),
    "somebody without an account": (strategies.people(), lambda it: it.account is None),
    "somebody with an account": (strategies.people(), lambda it: it.account is not None),
    "an id as long as may be": (strategies.keys(), lambda it: len(it) > 200),
    "an id beyond ASCII": (strategies.keys(), lambda it: not it.isascii()),
    "a deadline by day": (strategies.deadlines(), lambda it: it.day is not None),
    "a deadline by instant": (strategies.deadlines(), lambda it: it.day is None),
    "a session without capacity": (strategies.sessions(), lambda it: it.capacity is None),
    "a session that is full": (strategies.sessions(), lambda it: it.taken == it.capacity),
    "a secured hold": (strategies.sessions(), lambda it: any(hold.until is None for hold in it.holds.values())),
    "two holds": (strategies.sessions(), lambda it: len(it.holds) == 2),
    "a hold that lapsed": (strategies.session_histories(), lapsed),
    "assign at purchase": (strategies.seat_pools(), lambda it: it.policy.assign_at_purchase and len(it.enrolled) > 1),
    "a policy of one mode": (strategies.policies(), lambda it: it.modes == {Mode.CONFIRMATION}),
    "a policy without reminders": (strategies.policies(), lambda it: it.reminders == 0),
    "a policy that lets learners withdraw": (strategies.policies(), lambda it: it.withdrawal),
    "a seat that is invited beside one that is enrolled": (
        strategies.seat_pools(),
        lambda it: bool(it.invited and it.enrolled),
    ),
    "a seat that is cancelled beside one that is free": (
        strategies.seat_pools(),
        lambda it: bool(it.cancelled and it.free),
    ),
    "a seat that is to be assigned": (strategies.seat_pools(), lambda it: bool(it.to_assign)),
    "an invitation to a bare address": (
        strategies.seat_pools(),
        lambda it: any(sent.to.account is None for sent in it.invited.values()),
    ),
    "an invitation that was reminded": (
        strategies.seat_pools(),
        lambda it: any(sent.reminders for sent in it.invited.values()),
    ),
    "a purchase with learners and invitees": (
        strategies.events_of(SeatsBought),
        lambda it: bool(it.learners and it.invitees),
    ),
    "an invitation accepted in its last instant": (
        ANSWERED,
        lambda it: any(sent.until.instant == accepted.act.at for sent, accepted in it),
    ),
    "an invitation accepted under another address": (
        ANSWERED,
        lambda it: any(sent.to.address != accepted.learner.address for sent, accepted in it),
    ),
    "an invitation that expired as seats were assigned": (
        strategies.events_of(SeatsAssigned),
        lambda it: bool(it.expired),
    ),
    "an invitation that expired as others were sent": (
        strategies.events_of(SeatsInvited),
        lambda it: bool(it.expired),
    ),
    "an invitation to a seat that was revoked": (
        strategies.events_of(SeatRevoked),
        lambda it: it.until is not None,
    ),
    "a cancelled seat with an invitee": (
        strategies.seat_pools(),
        lambda it: any(seat.holder and seat.holder.account is None for seat in it.cancelled.values()),
    ),
    "a cancelled seat with its holder": (
        strategies.seat_pools(),
        lambda it: any(seat.holder is not None for seat in it.cancelled.values()),
    ),
    "somebody named twice": (strategies.events_of(SeatsAssigned), lambda it: bool(it.repeated)),
    "somebody named who sits": (strategies.events_of(SeatsAssigned), lambda it: bool(it.already)),
    "a transaction of two pools": (strategies.charges(), lambda it: len(it.seats) == 2),
    "a fixed fee that is borne in part": (
        strategies.charges(),
        lambda it: 0 < it.once_kept.minor < it.terms.once.minor,
    ),
    "a charge in a currency without digits": (
        strategies.events_of(ChargeCaptured),
        lambda it: it.captured.currency.digits == 0 and it.captured.minor > 0,
    ),
    "a refund that is requested": (strategies.refunds(), lambda it: it.state is RefundState.REQUESTED),
    "a refund that succeeded": (strategies.refunds(), lambda it: it.state is RefundState.SUCCEEDED),
    "a refund that failed": (strategies.refunds(), lambda it: it.state is RefundState.FAILED),
    "a refund that was tried again and failed": (TRIED, lambda it: it),
    "a seat of which a part is kept": (
        strategies.seat_money(),
        lambda it: it.kept.minor > 0 and it.back.minor > 0,
    ),
    "a seat of which all is kept": (strategies.seat_money(), lambda it: it.kept.minor > 0 and not it.back.minor),
    "what was kept that goes back": (strategies.charge_histories(), reached_what_was_kept),
    "an override": (strategies.events_of(SeatsSettled), lambda it: it.reason is not None),
    "terms that end before the start": (strategies.terms(), lambda it: it.hours_before > 0),
    "a receipt of a pool": (strategies.receipts(), lambda it: isinstance(it.written[0].event, get_args(SeatEvent))),
    "a receipt of a charge": (strategies.receipts(), lambda it: isinstance(it.written[0].event, get_args(ChargeEvent))),
    "a notice of a refund": (strategies.notices(), lambda it: it.amount is not None),
    "a notice to the buyer": (strategies.notices(), lambda it: not isinstance(it.to, Person)),
    "a notice of an invitation": (strategies.notices(), lambda it: it.until is not None),
}


@pytest.mark.parametrize("what", REACHED)
def test_a_strategy_reaches(what: str) -> None:
    """A strategy that never gives the hard case hides it."""
    strategy, wanted = REACHED[what]
    # The first that is found will do: making it small takes long, and is of no use here.
    looking = settings(max_examples=2_000, database=None, derandomize=True, phases=[Phase.generate])
    assert wanted(find(strategy, wanted, settings=looking))


@given(currency=strategies.currencies(), data=st.data())
def test_what_is_asked_of_a_strategy_holds(currency: Currency, data: st.DataObject) -> None:
    """The arguments of strategies narrow what they give."""
    amount = data.draw(strategies.money(currency, least=5, most=9))
    assert (amount.currency, 5 <= amount.minor <= 9) == (currency, True)
    assert data.draw(strategies.people(account=True)).account is not None
    assert data.draw(strategies.people(account=False)).account is None
    assert data.draw(strategies.seat_numbers(3)) <= 3
    assert len(data.draw(strategies.prices(most=2))) <= 2
