"""The strategies give what the library accepts, and reach what hosts will meet."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any, Final, get_args

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from lara_core.kernel.ids import Id, SeatNo
from lara_core.kernel.money import Currency
from lara_core.kernel.people import Person
from lara_core.purchase import PurchaseRefusal
from lara_core.refunds import (
    ChargeCaptured,
    ChargeDecision,
    ChargeEvent,
    MoneyMoved,
    RefundFailed,
    RefundRefusal,
    RefundState,
    SeatsReinstated,
    SeatsSettled,
)
from lara_core.registrations import (
    Origin,
    RegistrationDecision,
    RegistrationEvent,
    RegistrationRefusal,
    RegistrationState,
)
from lara_core.seats import (
    Cancelled,
    Cause,
    Invitation,
    InvitationAccepted,
    Mode,
    SeatDecision,
    SeatEvent,
    SeatPool,
    SeatReactivated,
    SeatRefusal,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
)
from lara_core.sessions import (
    HoldsSwept,
    PlacesOffered,
    SessionCancelled,
    SessionDecision,
    SessionEvent,
    SessionRefusal,
)
from lara_core.telling.notices import Template
from lara_core.testing import laws, plugin, strategies
from lara_core.testing.strategies.of_pools import pool_histories_with

EVENTS: Final = frozenset(
    kind for kinds in (SessionEvent, SeatEvent, ChargeEvent, RegistrationEvent) for kind in get_args(kinds)
)
REFUSALS: Final = tuple(
    kind
    for kinds in (SessionRefusal, SeatRefusal, RefundRefusal, RegistrationRefusal, PurchaseRefusal)
    for kind in get_args(kinds)
)


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
    assert len(pool.free) + len(pool.invited) + len(pool.enrolled) + len(pool.cancelled) == len(pool.prices)
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
    """Each state of a history follows from the events before it, and keeps the promises of sessions (K3, K5, N)."""
    events: list[SessionEvent] = []
    for decision in history:
        events += decision.events
        session, act = decision.state, decision.events[-1].act
        assert list(laws.of_history(session, events)) == []
        assert [*laws.of_queue(session, act.at), *laws.of_offers(decision)] == []
        assert session.capacity is None or session.taken + session.held(act.at) <= session.capacity


@given(strategies.pool_histories())
def test_pools_are_what_happened_to_them(history: tuple[SeatDecision, ...]) -> None:
    """Each state of a history follows from the events before it, and keeps the promises of pools (K3, K5, S2, S8)."""
    events: list[SeatEvent] = []
    before: SeatPool | None = None
    for decision in history:
        events += decision.events
        assert [*laws.of_history(decision.state, events), *laws.of_pool(decision.state)] == []
        assert list(laws.of_policy(before, decision)) == []
        before = decision.state


@given(strategies.charge_histories())
def test_charges_are_what_happened_to_them(history: tuple[ChargeDecision, ...]) -> None:
    """Each state of a history follows from the events before it, and keeps the promises of charges (K3, K5, S12)."""
    events: list[ChargeEvent] = []
    for decision in history:
        events += decision.events
        assert [*laws.of_history(decision.state, events), *laws.of_charge(decision.state)] == []


@given(strategies.registration_histories())
def test_registrations_are_what_happened_to_them(history: tuple[RegistrationDecision, ...]) -> None:
    """Each state of a history follows from the events before it, and keeps the promises of registrations (K3, N4)."""
    events: list[RegistrationEvent] = []
    for decision in history:
        events += decision.events
        assert [*laws.of_history(decision.state, events), *laws.of_registration(decision.state)] == []


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


def has_cause(cause: Cause, pool: SeatPool) -> bool:
    """Whether a seat was cancelled for that reason."""
    return any(seat.cause is cause for seat in pool.cancelled.values())


def failed_twice(history: tuple[ChargeDecision, ...]) -> bool:
    """Whether a refund failed, was tried again, and failed once more."""
    failed = [event.refund for decision in history for event in decision.events if isinstance(event, RefundFailed)]
    return len(failed) > len(set(failed))


OVERRIDDEN: Final = strategies.charge_histories(tries=8).map(reached_what_was_kept)
TRIED: Final = strategies.charge_histories(tries=8).map(failed_twice)
ANSWERED: Final = pool_histories_with(8, InvitationAccepted).map(answered)


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
    "a session that is cancelled with places that were taken": (
        strategies.sessions(),
        lambda it: it.cancelled and it.taken > 0,
    ),
    "somebody who waits": (strategies.sessions(), lambda it: bool(it.queue)),
    "somebody who has an offer while another waits": (
        strategies.events_of(PlacesOffered).map(lambda it: it.offers),
        bool,
    ),
    "two who are offered a place at once": (strategies.events_of(PlacesOffered), lambda it: len(it.offers) == 2),
    "an offer that is being paid for": (
        strategies.session_histories(tries=8).map(lambda history: history[-1].state),
        lambda it: any(hold.until is None and hold.to is not None for hold in it.holds.values()),
    ),
    "somebody who waited for a session that is cancelled": (
        strategies.events_of(SessionCancelled),
        lambda it: bool(it.waiting),
    ),
    "holds that are swept": (strategies.events_of(HoldsSwept), lambda it: bool(it.lapsed)),
    "an automatic waiting list": (strategies.waiting_lists(), lambda it: it.automatic),
    "assign at purchase": (strategies.seat_pools(), lambda it: it.policy.assign_at_purchase and len(it.enrolled) > 1),
    "a policy of one mode": (strategies.policies(), lambda it: it.modes == {Mode.CONFIRMATION}),
    "a policy without reminders": (strategies.policies(), lambda it: it.reminders == 0),
    "a policy that lets buyers cancel": (strategies.policies(), lambda it: it.buyers_cancel),
    "a policy that never lets empty seats be cancelled": (
        strategies.policies(),
        lambda it: it.unassigned_hours is None,
    ),
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
    **{
        f"a seat that is cancelled because it is {cause}": (
            strategies.pool_histories(tries=8).map(lambda history: history[-1].state),
            partial(has_cause, cause),
        )
        for cause in Cause
    },
    "a seat that is to be assigned since a while": (
        strategies.seat_pools(),
        lambda it: bool(it.emptied) and it.overdue_from is not None,
    ),
    "a pool on invoice": (strategies.seat_pools(), lambda it: it.invoice is not None),
    "a seat that came back free": (strategies.events_of(SeatReactivated), lambda it: it.to is None),
    "a seat that came back to somebody": (strategies.events_of(SeatReactivated), lambda it: it.to and not it.until),
    "a seat that came back with an invitation": (
        strategies.events_of(SeatReactivated),
        lambda it: it.until is not None,
    ),
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
        strategies.events_of(SeatsCancelled),
        lambda it: any(person.account is None for person in it.invitees.values()),
    ),
    "a cancelled seat with its holder": (
        strategies.seat_pools(),
        lambda it: any(seat.holder is not None for seat in it.cancelled.values()),
    ),
    "somebody named twice": (strategies.events_of(SeatsAssigned), lambda it: bool(it.repeated)),
    "somebody named who sits": (strategies.events_of(SeatsAssigned), lambda it: bool(it.already)),
    "a transaction of two pools": (strategies.charges(), lambda it: len(it.seats) == 2),
    "a fixed fee that is borne in part": (
        strategies.charge_histories(tries=3).map(lambda history: [decision.state for decision in history]),
        lambda it: any(0 < charge.once_kept.minor < charge.terms.once.minor for charge in it),
    ),
    "a charge in a currency without digits": (
        strategies.events_of(ChargeCaptured),
        lambda it: it.captured.currency.digits == 0 and it.captured.minor > 0,
    ),
    "a seat that is due again": (strategies.seat_money(), lambda it: it.due.minor > 0),
    "more that is due than was": (strategies.events_of(SeatsReinstated), lambda it: it.due.minor > 0),
    "money that moved with the rest going back": (strategies.events_of(MoneyMoved), lambda it: it.refund is not None),
    "money that moved and does not suffice": (strategies.events_of(MoneyMoved), lambda it: it.arrived.due.minor > 0),
    "a session that is called off after a part was kept": (
        strategies.charge_histories(tries=8).map(lambda history: history[-1].state),
        lambda it: any(
            money.kept.minor > 0 and money.once.minor > 0 and money.back.minor > 0
            for seats in it.seats.values()
            for money in seats.values()
        ),
    ),
    "a registration that was asked for and approved": (
        strategies.registrations(),
        lambda it: it.state is RegistrationState.REGISTERED and it.version == 2,
    ),
    "a registration that is cancelled after all": (
        strategies.registrations(),
        lambda it: it.state is RegistrationState.CANCELLED and it.version == 3,
    ),
    "a registration that came with a roster": (strategies.registrations(), lambda it: it.origin is Origin.IMPORTED),
    "an erasure of two addresses": (strategies.erasures(), lambda it: len(it.keys) > 2),
    "an erasure of an actor": (strategies.erasures(), lambda it: bool(it.actors)),
    "a refund that is requested": (strategies.refunds(), lambda it: it.state is RefundState.REQUESTED),
    "a refund that succeeded": (strategies.refunds(), lambda it: it.state is RefundState.SUCCEEDED),
    "a refund that failed": (strategies.refunds(), lambda it: it.state is RefundState.FAILED),
    "a refund that was tried again and failed": (TRIED, lambda it: it),
    "a seat of which a part is kept": (
        strategies.seat_money(),
        lambda it: it.kept.minor > 0 and it.back.minor > 0,
    ),
    "a seat of which all is kept": (strategies.seat_money(), lambda it: it.kept.minor > 0 and not it.back.minor),
    "what was kept that goes back": (OVERRIDDEN, lambda it: it),
    "an override": (strategies.events_of(SeatsSettled), lambda it: it.reason is not None),
    "terms that end before the start": (strategies.terms(), lambda it: it.hours_before > 0),
    "a receipt of a pool": (strategies.receipts(), lambda it: isinstance(it.written[0].event, get_args(SeatEvent))),
    "a receipt of a charge": (strategies.receipts(), lambda it: isinstance(it.written[0].event, get_args(ChargeEvent))),
    "a notice of a refund": (strategies.notices(), lambda it: it.amount is not None),
    "a notice to the buyer": (strategies.notices(), lambda it: not isinstance(it.to, Person)),
    "a notice of an invitation": (strategies.notices(), lambda it: it.invitation is not None),
    "a notice of an offer": (strategies.notices(), lambda it: it.hold is not None),
    "a notice of a registration": (strategies.notices(), lambda it: it.template is Template.REGISTERED),
    "a receipt of a registration": (
        strategies.receipts(),
        lambda it: isinstance(it.written[0].event, get_args(RegistrationEvent)),
    ),
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
