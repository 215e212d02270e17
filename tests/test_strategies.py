"""The strategies give what the library accepts, and reach what hosts will meet."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any, Final, TypeAlias, get_args

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy

from lara_core.confirmation import (
    ConfirmationEvent,
    DatesAccepted,
    DatesDeclined,
    DatesProposed,
    DatesReplaced,
    ProposalLapsed,
    ReminderSent,
)
from lara_core.formats.names import AnyEvent, AnyRefusal
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Act, Decision, Event
from lara_core.kernel.ids import DateNo, Id, SeatNo
from lara_core.kernel.money import Currency
from lara_core.kernel.people import Person
from lara_core.participants import Enrolment, EnrolmentDecision, EnrolmentEvent, EnrolmentState
from lara_core.partners import AdministratorDismissed, Branding, ClientRenamed, PartnerKind
from lara_core.refunds import (
    ChargeCaptured,
    ChargeDecision,
    ChargeEvent,
    MoneyMoved,
    RefundFailed,
    RefundState,
    SeatsReinstated,
    SeatsSettled,
)
from lara_core.registrations import Origin, RegistrationDecision, RegistrationEvent, RegistrationState
from lara_core.rights import Action, ActorMoved, GrantsEvent, RightRevoked, RoleRevoked
from lara_core.schedules import ScheduleEvent
from lara_core.seats import (
    Cancelled,
    Cause,
    Invitation,
    InvitationAccepted,
    Mode,
    RemindersSent,
    SeatDecision,
    SeatEvent,
    SeatPool,
    SeatReactivated,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
)
from lara_core.sessions import (
    Hold,
    HoldsSwept,
    HoldUnsecured,
    PlacesOffered,
    SessionCancelled,
    SessionDecision,
    SessionEvent,
    SessionMoved,
)
from lara_core.spending import LimitChanged, SpendingDecision, SpendingEvent, SpendingGivenBack
from lara_core.telling.notices import Template
from lara_core.testing import laws, plugin, strategies
from lara_core.testing.strategies.happening import events_in
from lara_core.testing.strategies.of_pools import pool_histories_with
from lara_core.wallet import (
    CreditsCaptured,
    CreditsDebited,
    Entry,
    EntryKind,
    EntryReversed,
    WalletDecision,
    WalletEvent,
    entry_of,
)

EVENTS: Final = frozenset(get_args(AnyEvent))
REFUSALS: Final = get_args(AnyRefusal)


@pytest.fixture(scope="module", autouse=True)
def _registered() -> None:
    """As an installed library is; harmless where it is installed."""
    plugin.register()


@pytest.mark.parametrize("kind", [*sorted(EVENTS, key=str), *plugin.MADE, Mode, Cancelled, *REFUSALS])
@settings(max_examples=3)
@given(data=st.data())
def test_a_type_gives_its_values(kind: type[object], data: st.DataObject) -> None:
    """`from_type` works for each public type, and for refusals, which Hypothesis makes of what is registered."""
    value = data.draw(st.from_type(kind))
    assert type(value) is kind or (kind, type(value)) in {(SeatNo, int), (DateNo, int), (Credits, int)}


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


@given(strategies.wallet_histories())
def test_wallets_are_what_happened_to_them(history: tuple[WalletDecision, ...]) -> None:
    """Each state of a history follows from the events before it, and keeps the promises of wallets (K3, K5, W5-W9)."""
    events: list[WalletEvent] = []
    for decision in history:
        events += decision.events
        wallet, at = decision.state, decision.events[-1].act.at
        assert [*laws.of_history(wallet, events), *laws.of_wallet(wallet, events, at)] == []


@given(strategies.limit_histories())
def test_limits_are_what_happened_to_them(history: tuple[SpendingDecision, ...]) -> None:
    """Each state of a history follows from the events before it, and keeps the promises of limits (K3, K5, W10)."""
    events: list[SpendingEvent] = []
    for decision in history:
        events += decision.events
        limit, at = decision.state, decision.events[-1].act.at
        assert [*laws.of_history(limit, events), *laws.of_limit(limit, events, at)] == []


@given(strategies.enrolment_histories())
def test_enrolments_are_what_happened_to_them(history: tuple[EnrolmentDecision, ...]) -> None:
    """Each state of a history follows from the events before it, and keeps the promises of enrolments (K3, W4, W8)."""
    events: list[EnrolmentEvent] = []
    for decision in history:
        events += decision.events
        enrolment, act = decision.state, decision.events[-1].act
        debit = None if enrolment.entry is None else debit_of(enrolment, enrolment.entry, act)
        assert [*laws.of_history(enrolment, events), *laws.of_enrolment(enrolment, debit)] == []


def debit_of(enrolment: Enrolment, number: int, act: Act) -> Entry:
    """Return the entry that a wallet has where it paid for that enrolment."""
    event = CreditsDebited(enrolment.price, enrolment.id, Credits(0), (), act)
    entry = entry_of(enrolment.partner, number, event)
    assert entry is not None
    return entry


@given(strategies.grants_histories() | strategies.partner_histories() | strategies.offering_histories())
def test_rights_partners_and_offerings_are_what_happened_to_them(history: tuple[Decision[Any, Any], ...]) -> None:
    """Each state of a history follows from the events before it (K3, K5)."""
    events: list[Event] = []
    for decision in history:
        events += decision.events
        assert list(laws.of_history(decision.state, events)) == []


@given(strategies.schedule_histories() | strategies.confirmation_histories())
def test_dates_and_answers_are_what_happened_to_them(history: tuple[Decision[Any, Any], ...]) -> None:
    """Each state of a history follows from the events before it (K3, K5, C1 to C7)."""
    events: list[Event] = []
    for decision in history:
        events += decision.events
        assert list(laws.of_history(decision.state, events)) == []


@given(strategies.registration_histories())
def test_registrations_are_what_happened_to_them(history: tuple[RegistrationDecision, ...]) -> None:
    """Each state of a history follows from the events before it, and keeps the promises of registrations (K3, N4)."""
    events: list[RegistrationEvent] = []
    for decision in history:
        events += decision.events
        assert [*laws.of_history(decision.state, events), *laws.of_registration(decision.state)] == []


def lapsed(history: tuple[Decision[object, Event], ...]) -> bool:
    """Whether an event names holds that it found lapsed."""
    return any(getattr(event, "lapsed", ()) for event in events_in(history))


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


def is_in(state: EnrolmentState, enrolment: Enrolment) -> bool:
    """Whether an enrolment is in that state."""
    return enrolment.state is state


def failed_twice(history: tuple[ChargeDecision, ...]) -> bool:
    """Whether a refund failed, was tried again, and failed once more."""
    failed = [event.refund for decision in history for event in decision.events if isinstance(event, RefundFailed)]
    return len(failed) > len(set(failed))


Reached: TypeAlias = Callable[[Any], bool]


def last(reached: Reached) -> Reached:
    """Whether that is so of what a history led to."""
    return lambda history: reached(history[-1].state)


def some(kind: type[object], reached: Reached) -> Reached:
    """Whether that is so of an event of a history."""
    return lambda history: any(isinstance(event, kind) and reached(event) for event in events_in(history))


def any_hold(reached: Reached) -> Reached:
    """Whether that is so of a hold of a session, in the end."""
    return last(lambda session: any(reached(hold) for hold in session.holds.values()))


def unsecured(reached: Callable[[Hold, datetime], bool]) -> Reached:
    """Whether that is so, then, of a hold that nothing was taken for."""
    return lambda history: any(
        reached(before.state.holds[event.hold], event.act.at)
        for before, after in pairwise(history)
        for event in after.events
        if isinstance(event, HoldUnsecured)
    )


def any_seat(reached: Reached) -> Reached:
    """Whether that is so of the money of a seat, in the end."""
    return last(lambda charge: any(reached(money) for seats in charge.seats.values() for money in seats.values()))


def any_refund(state: RefundState) -> Reached:
    """Whether a refund is in that state, in the end."""
    return last(lambda charge: any(refund.state is state for refund in charge.refunds.values()))


def written(union: object) -> Reached:
    """Whether a receipt is of an aggregate that has these events."""
    return lambda receipt: isinstance(receipt.written[0].event, get_args(union))


# What a host will meet one day, and a test should have met before: all of it in one pass over each strategy.
REACHED: Final[Mapping[str, tuple[SearchStrategy[Any], Mapping[str, Reached]]]] = {
    "currencies": (
        strategies.currencies(),
        {"one without digits": lambda it: it.digits == 0, "one with three digits": lambda it: it.digits == 3},
    ),
    "money": (strategies.money(), {"an amount below zero": lambda it: it.minor < 0}),
    "credits": (
        strategies.credit_amounts(),
        {"none": lambda it: it == 0, "a few": lambda it: 0 < it < 10, "many": lambda it: it > 2**32},
    ),
    "prices": (
        strategies.prices(),
        {"a free seat beside one that is paid": lambda it: {bool(price) for price in it} == {True, False}},
    ),
    "addresses": (
        strategies.addresses(),
        {
            "one typed in another case": lambda it: it.typed.isascii() and it.typed != it.key,
            "a domain in another script": lambda it: "xn--" in it.key and "xn--" not in it.typed,
            "one that is not composed": lambda it: "\N{COMBINING ACUTE ACCENT}" in it.typed,
        },
    ),
    "people": (
        strategies.people(),
        {"without an account": lambda it: it.account is None, "with an account": lambda it: it.account is not None},
    ),
    "keys": (
        strategies.keys(),
        {"as long as may be": lambda it: len(it) > 200, "beyond ASCII": lambda it: not it.isascii()},
    ),
    "deadlines": (
        strategies.deadlines(),
        {"by day": lambda it: it.day is not None, "by instant": lambda it: it.day is None},
    ),
    "waiting lists": (strategies.waiting_lists(), {"automatic": lambda it: it.automatic}),
    "policies": (
        strategies.policies(),
        {
            "of one mode": lambda it: it.modes == {Mode.CONFIRMATION},
            "without reminders": lambda it: it.reminders == 0,
            "one that lets buyers cancel": lambda it: it.buyers_cancel,
            "one that never lets empty seats be cancelled": lambda it: it.unassigned_hours is None,
            "one that lets learners withdraw": lambda it: it.withdrawal,
        },
    ),
    "terms": (strategies.terms(), {"that end before the start": lambda it: it.hours_before > 0}),
    "erasures": (
        strategies.erasures(),
        {"of two addresses": lambda it: len(it.keys) > 2, "of an actor": lambda it: bool(it.actors)},
    ),
    "sessions": (
        strategies.session_histories(),
        {
            "without capacity": last(lambda it: it.capacity is None),
            "full": last(lambda it: it.taken == it.capacity),
            "a secured hold": any_hold(lambda it: it.secured),
            "two holds": last(lambda it: len(it.holds) == 2),
            "a hold that lapsed": lapsed,
            "a payment that was declined": some(HoldUnsecured, lambda it: True),
            "a declined payment whose places are still kept": unsecured(lambda hold, at: not hold.until.passed(at)),
            "a declined payment after the deadline": unsecured(lambda hold, at: hold.until.passed(at)),
            "a declined payment for an offer": unsecured(lambda hold, at: hold.to is not None),
            "one that has moved": some(SessionMoved, lambda it: True),
            "cancelled with places that were taken": last(lambda it: it.cancelled and it.taken > 0),
            "somebody who waits": last(lambda it: bool(it.queue)),
            "somebody who has an offer": some(PlacesOffered, lambda it: bool(it.offers)),
            "an offer that is being paid for": any_hold(lambda it: it.secured and it.to is not None),
        },
    ),
    "offers": (
        strategies.events_of(PlacesOffered),
        {"two who are offered a place at once": lambda it: len(it.offers) == 2},
    ),
    "pools": (
        strategies.pool_histories(),
        {
            "assign at purchase": last(lambda it: it.policy.assign_at_purchase and len(it.enrolled) > 1),
            "a seat that is invited beside one that is enrolled": last(lambda it: bool(it.invited and it.enrolled)),
            "a seat that is cancelled beside one that is free": last(lambda it: bool(it.cancelled and it.free)),
            "a seat that is to be assigned": last(lambda it: bool(it.to_assign)),
            "a seat that is to be assigned since a while": last(
                lambda it: bool(it.emptied) and it.overdue_from is not None
            ),
            "a pool on invoice": last(lambda it: it.invoice is not None),
            "an invitation to a bare address": last(
                lambda it: any(sent.to.account is None for sent in it.invited.values())
            ),
            "a purchase with learners and invitees": some(SeatsBought, lambda it: bool(it.learners and it.invitees)),
            "an invitation that expired as seats were assigned": some(SeatsAssigned, lambda it: bool(it.expired)),
            "an invitation that expired as others were sent": some(SeatsInvited, lambda it: bool(it.expired)),
            "an invitation to a seat that was revoked": some(SeatRevoked, lambda it: it.until is not None),
            "a cancelled seat with its holder": last(
                lambda it: any(seat.holder is not None for seat in it.cancelled.values())
            ),
            "somebody named twice": some(SeatsAssigned, lambda it: bool(it.repeated)),
            "somebody named who sits": some(SeatsAssigned, lambda it: bool(it.already)),
        },
    ),
    "sessions that are cancelled": (
        strategies.events_of(SessionCancelled),
        {"somebody who waited": lambda it: bool(it.waiting)},
    ),
    "sweeping": (strategies.events_of(HoldsSwept), {"holds that have lapsed": lambda it: bool(it.lapsed)}),
    "seats that are cancelled": (
        strategies.events_of(SeatsCancelled),
        {"with an invitee": lambda it: any(person.account is None for person in it.invitees.values())},
    ),
    "reminders": (
        pool_histories_with(8, RemindersSent),
        {"an invitation that was reminded": last(lambda it: any(sent.reminders for sent in it.invited.values()))},
    ),
    "pools in the end": (
        strategies.pool_histories(tries=8),
        {f"a seat that is cancelled because it is {cause}": last(partial(has_cause, cause)) for cause in Cause},
    ),
    "seats that came back": (
        strategies.events_of(SeatReactivated),
        {
            "free": lambda it: it.to is None,
            "to somebody": lambda it: bool(it.to and not it.until),
            "with an invitation": lambda it: it.until is not None,
        },
    ),
    "answers": (
        pool_histories_with(8, InvitationAccepted).map(answered),
        {
            "in the last instant": lambda it: any(sent.until.instant == accepted.act.at for sent, accepted in it),
            "under another address": lambda it: any(
                sent.to.address != accepted.learner.address for sent, accepted in it
            ),
        },
    ),
    "charges": (
        strategies.charge_histories(),
        {
            "a transaction of two pools": last(lambda it: len(it.seats) == 2),
            "a fixed fee that is borne in part": lambda it: any(
                0 < each.state.once_kept.minor < each.state.terms.once.minor for each in it
            ),
            "a currency without digits": some(
                ChargeCaptured, lambda it: it.captured.currency.digits == 0 and it.captured.minor > 0
            ),
            "a seat that is due again": any_seat(lambda it: it.due.minor > 0),
            "more that is due than was": some(SeatsReinstated, lambda it: it.due.minor > 0),
            "money that moved with the rest going back": some(MoneyMoved, lambda it: it.refund is not None),
            "money that moved and does not suffice": some(MoneyMoved, lambda it: it.arrived.due.minor > 0),
            "called off after a part was kept": any_seat(
                lambda it: it.kept.minor > 0 and it.once.minor > 0 and it.back.minor > 0
            ),
            "a refund that is requested": any_refund(RefundState.REQUESTED),
            "a refund that succeeded": any_refund(RefundState.SUCCEEDED),
            "a refund that failed": any_refund(RefundState.FAILED),
            "a refund that was tried again and failed": failed_twice,
            "a seat of which a part is kept": any_seat(lambda it: it.kept.minor > 0 and it.back.minor > 0),
            "a seat of which all is kept": any_seat(lambda it: it.kept.minor > 0 and not it.back.minor),
            "what was kept that goes back": reached_what_was_kept,
            "an override": some(SeatsSettled, lambda it: it.reason is not None),
        },
    ),
    "registrations": (
        strategies.registrations(),
        {
            "asked for and approved": lambda it: it.state is RegistrationState.REGISTERED and it.version == 2,
            "cancelled after all": lambda it: it.state is RegistrationState.CANCELLED and it.version == 3,
            "with a roster": lambda it: it.origin is Origin.IMPORTED,
            "bought": lambda it: it.sale is not None and it.sale.price.minor > 0,
            "for nothing": lambda it: it.sale is not None and not it.sale.price,
            "bought and refused": lambda it: it.sale is not None and it.state is RegistrationState.REFUSED,
        },
    ),
    "rights": (
        strategies.grants_histories(),
        {
            "of a partner's people": last(lambda it: it.partner is not None and bool(it.held)),
            "of two scopes": last(lambda it: len({grant.scope for grant in it.held}) > 1),
            "of a role beside one alone": last(lambda it: len({bool(grant.role) for grant in it.held}) == 2),
            "one that is left in part": some(RightRevoked, lambda it: Action.VIEW not in it.actions),
            "a role that is taken back": some(RoleRevoked, lambda it: True),
            "somebody who has moved": some(ActorMoved, lambda it: it.partner is not None),
        },
    ),
    "partners": (
        strategies.partner_histories(),
        {
            "one with looks of its own": last(
                lambda it: it.kind is PartnerKind.WHITELABEL and it.branding.domain is not None
            ),
            "a default one whose looks rest": last(
                lambda it: it.kind is PartnerKind.DEFAULT and it.branding != Branding()
            ),
            "two administrators": last(lambda it: len(it.administrators) == 2),
            "an administrator who was dismissed": some(AdministratorDismissed, lambda it: True),
            "a client that was renamed": some(ClientRenamed, lambda it: True),
        },
    ),
    "offerings": (
        strategies.offerings(),
        {
            "to all, with prices that rest": lambda it: it.to_all and any(it.personal.values()),
            "at a personal price of nothing": lambda it: 0 in it.personal.values(),
            "selected at the general price": lambda it: None in it.personal.values(),
            "a partner's own": lambda it: it.owner is not None,
        },
    ),
    "wallets": (
        strategies.wallet_histories(),
        {
            "empty": last(lambda it: it.balance == 0 and it.version > 2),
            "with a hold": last(lambda it: bool(it.holds)),
            "with more in it than 32 bits hold": last(lambda it: it.balance > 2**32),
            "a hold that lapsed": lapsed,
            "a hold that was captured": some(CreditsCaptured, lambda it: True),
            "a debit that was undone": some(EntryReversed, lambda it: it.kind is EntryKind.DEBIT),
            "a top-up that was undone": some(EntryReversed, lambda it: it.kind is EntryKind.TOP_UP),
            "below its threshold": last(lambda it: it.threshold is not None and 0 < it.balance < it.threshold),
        },
    ),
    "limits": (
        strategies.limit_histories(),
        {
            "reached": last(lambda it: it.spent == it.amount > 0),
            "with a hold": last(lambda it: bool(it.holds)),
            "a hold that lapsed": lapsed,
            "given back": some(SpendingGivenBack, lambda it: True),
            "a member who has left": some(LimitChanged, lambda it: len(it.members) == 1),
        },
    ),
    "enrolments": (
        strategies.enrolments(),
        {
            **{f"one that is {state}": partial(is_in, state) for state in EnrolmentState},
            "free": lambda it: it.price == 0,
            "confirmed": lambda it: it.until is not None and it.entry is not None,
            "with a place, under a limit": lambda it: it.session is not None and it.limit is not None,
        },
    ),
    "receipts": (
        strategies.receipts(),
        {
            "of a pool": written(SeatEvent),
            "of a charge": written(ChargeEvent),
            "of a registration": written(RegistrationEvent),
            "of rights": written(GrantsEvent),
            "of a wallet": written(WalletEvent),
            "of an enrolment": written(EnrolmentEvent),
            "of dates": written(ScheduleEvent),
            "of an answer": written(ConfirmationEvent),
        },
    ),
    "schedules": (
        strategies.schedule_histories(),
        {
            "without a date": last(lambda it: not it.dates),
            "with several": last(lambda it: len(it.dates) > 1),
            "changed": last(lambda it: it.revision > 1),
            "cancelled": last(lambda it: it.cancelled),
        },
    ),
    "confirmations": (
        strategies.confirmation_histories(tries=6),
        {
            "accepted": some(DatesAccepted, lambda it: not it.masked),
            "declined under validation by hand": some(DatesDeclined, lambda it: it.masked),
            "lapsed": some(ProposalLapsed, lambda _: True),
            "reminded": some(ReminderSent, lambda _: True),
            "replaced": some(DatesReplaced, lambda it: bool(it.lost)),
            "sent again": last(lambda it: bool(it.dead)),
            "with words of the sender's": some(DatesProposed, lambda it: it.message.body is not None),
            "called off": last(lambda it: it.closed),
        },
    ),
    "notices": (
        strategies.notices(),
        {
            "of a refund": lambda it: it.amount is not None,
            "to the buyer": lambda it: not isinstance(it.to, Person),
            "of an invitation": lambda it: it.invitation is not None,
            "of an offer": lambda it: it.hold is not None,
            "of a registration": lambda it: it.template is Template.REGISTERED,
            "of an enrolment": lambda it: it.course is not None,
            "of a low balance": lambda it: it.template is Template.WALLET_LOW,
            "of credits that do not suffice": lambda it: it.price is not None,
            "of dates to answer": lambda it: it.template is Template.PROPOSED,
        },
    ),
}


@pytest.mark.parametrize("kind", REACHED)
def test_a_strategy_reaches(kind: str) -> None:
    """A strategy that never gives the hard case hides it."""
    strategy, wanted = REACHED[kind]
    missing = dict(wanted)

    def ticked_off(value: Any) -> bool:
        for what in [what for what, reached in missing.items() if reached(value)]:
            del missing[what]
        return not missing

    # The first that are found will do: making them small takes long, and is of no use here.
    looking = settings(max_examples=2_000, database=None, derandomize=True, phases=[Phase.generate])
    with suppress(NoSuchExample):
        _ = find(strategy.map(ticked_off), bool, settings=looking)
    assert list(missing) == []


@given(currency=strategies.currencies(), data=st.data())
def test_what_is_asked_of_a_strategy_holds(currency: Currency, data: st.DataObject) -> None:
    """The arguments of strategies narrow what they give."""
    amount = data.draw(strategies.money(currency, least=5, most=9))
    assert (amount.currency, 5 <= amount.minor <= 9) == (currency, True)
    assert data.draw(strategies.people(account=True)).account is not None
    assert data.draw(strategies.people(account=False)).account is None
    assert data.draw(strategies.seat_numbers(3)) <= 3
    assert len(data.draw(strategies.prices(most=2))) <= 2
