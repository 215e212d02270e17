"""The laws of group purchase, held in every world that commands can reach, and by faults that they must find."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias, cast, get_args

import pytest
from attrs import evolve

from lara_core import places as rules_of_places
from lara_core import purchase, refunds, registrations, seat_pool, seats, sessions
from lara_core.hosting import once
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Decision, Refused
from lara_core.kernel.money import Money
from lara_core.refunds import Charge, MoneyMoved, SeatsReinstated
from lara_core.registrations import Registration
from lara_core.seats import SEAT, Policy, SeatPool
from lara_core.sessions import Hold, HoldUnsecured, Session, WaitingJoined
from lara_core.testing import laws
from lara_core.testing.search import Report
from tests.laws import group_purchase, places, worlds

Table: TypeAlias = Mapping[str, set[str]]

# Which command can be refused by what, as the rules say it; laid out here by command, in the code by guard.
# Seats that are given out at once.
POOLS: Final[Table] = {
    "assign": {
        "seats.account_needed",
        "seats.nobody_to_seat",
        "seats.not_enough_seats",
        "seats.other_session",
        "seats.session_called_off",
        "seats.session_ended",
    },
    "buy": {
        "purchase.bulk_buying_off",
        "seats.account_needed",
        "seats.already_seated",
        "seats.learners_needed",
        "seats.named_twice",
        "seats.not_enough_seats",
        "seats.session_called_off",
        "seats.session_ended",
        "sessions.not_enough_places",
    },
    "cancel": {
        "seats.buyers_do_not_cancel",
        "seats.no_such_seat",
        "seats.nothing_to_cancel",
        "seats.other_buyer",
        "seats.other_session",
        "seats.seat_is",
        "seats.session_called_off",
        "seats.session_ended",
    },
    "cancel_all": {
        "seats.buyers_do_not_cancel",
        "seats.nothing_to_cancel",
        "seats.other_buyer",
        "seats.other_session",
        "seats.session_called_off",
        "seats.session_ended",
    },
    "revoke": {
        "seats.account_needed",
        "seats.already_seated",
        "seats.new_holder_needed",
        "seats.no_such_seat",
        "seats.other_session",
        "seats.same_holder",
        "seats.seat_is",
        "seats.session_called_off",
        "seats.session_started",
    },
}
# Seats that are offered by invitation.
INVITATIONS: Final[Table] = {
    "accept": {
        "seats.account_needed",
        "seats.already_accepted",
        "seats.already_seated",
        "seats.invitation_dead",
        "seats.invitation_expired",
        "seats.no_such_seat",
        "seats.other_account",
        "seats.other_session",
        "seats.session_called_off",
        "seats.session_started",
    },
    "assign": {"seats.mode_off", "seats.nobody_to_seat", "seats.not_enough_seats"},
    "buy": {"seats.learners_needed", "seats.mode_off", "seats.session_started"},
    "cancel": {"seats.no_such_seat", "seats.seat_is"},
    "correct": {
        "seats.account_invited",
        "seats.already_seated",
        "seats.no_such_seat",
        "seats.other_session",
        "seats.same_holder",
        "seats.seat_is",
        "seats.session_called_off",
        "seats.session_started",
    },
    "decline": {
        "seats.already_accepted",
        "seats.invitation_dead",
        "seats.invitation_expired",
        "seats.no_such_seat",
        "seats.other_session",
        "seats.session_called_off",
        "seats.session_started",
    },
    "expire": {"seats.other_session"},
    "hand_over": set[str](),
    "invite": {
        "seats.mode_off",
        "seats.nobody_to_seat",
        "seats.not_enough_seats",
        "seats.other_session",
        "seats.session_called_off",
        "seats.session_started",
    },
    "remind": {
        "seats.no_such_seat",
        "seats.nobody_to_remind",
        "seats.other_session",
        "seats.reminders_used",
        "seats.seat_is",
        "seats.session_called_off",
    },
    "revoke": {
        "seats.account_needed",
        "seats.already_seated",
        "seats.mode_off",
        "seats.new_holder_needed",
        "seats.no_such_seat",
        "seats.same_holder",
        "seats.seat_is",
        "seats.session_started",
    },
    "withdraw": {
        "seats.no_such_seat",
        "seats.other_session",
        "seats.seat_is",
        "seats.session_called_off",
        "seats.session_started",
        "seats.withdrawal_off",
    },
}
# What comes after.
AFTERWARDS: Final[Table] = {
    "buy": {"seats.learners_needed", "seats.mode_off", "seats.session_ended", "seats.session_started"},
    "call_off": {"seats.other_session", "seats.session_ended"},
    "cancel": {"seats.seat_is", "seats.session_called_off", "seats.session_ended"},
    "cancel_session": {"sessions.session_over"},
    "cancel_transaction": {"seats.nothing_to_cancel", "seats.session_ended"},
    "cancel_unassigned": {
        "seats.nothing_overdue",
        "seats.other_session",
        "seats.session_called_off",
        "seats.session_ended",
    },
    "expire": set[str](),
    "reactivate": {
        "seats.account_needed",
        "seats.already_seated",
        "seats.mode_off",
        "seats.new_holder_needed",
        "seats.no_such_seat",
        "seats.other_session",
        "seats.seat_is",
        "seats.seat_transferred_away",
        "seats.session_called_off",
        "seats.session_started",
        "sessions.not_enough_places",
    },
    "release": {
        "seats.invoice_not_due",
        "seats.invoice_paid",
        "seats.no_invoice",
        "seats.nothing_to_cancel",
        "seats.other_session",
        "seats.release_off",
        "seats.session_called_off",
        "seats.session_ended",
    },
    "transfer": {
        "purchase.other_provider",
        "refunds.other_currency",
        "seats.already_seated",
        "seats.no_such_seat",
        "seats.other_session",
        "seats.same_session",
        "seats.seat_is",
        "seats.session_called_off",
        "seats.session_started",
        "sessions.not_enough_places",
    },
    "withdraw": {"seats.seat_is", "seats.session_called_off", "seats.session_started", "seats.withdrawal_off"},
}
# Where the money goes.
MONEY: Final[Table] = {
    "buy": set[str](),
    "cancel": {
        "refunds.more_than_captured",
        "refunds.nothing_captured",
        "refunds.other_currency",
        "refunds.other_transaction",
        "refunds.refund_id_used",
        "seats.seat_is",
        "seats.session_called_off",
    },
    "cancel_session": {"refunds.refund_id_used"},
    "cancel_transaction": {"refunds.nothing_captured", "refunds.refund_id_used", "seats.nothing_to_cancel"},
    "capture": set[str](),
    "fail": {"refunds.no_such_refund", "refunds.refund_is"},
    "pay_due": {"refunds.nothing_due"},
    "reactivate": {
        "refunds.other_currency",
        "refunds.other_transaction",
        "refunds.refund_pending",
        "seats.seat_is",
        "seats.seat_transferred_away",
        "seats.session_called_off",
    },
    "refund_kept": {
        "purchase.no_seat_named",
        "refunds.refund_id_used",
        "seats.no_such_seat",
        "seats.other_session",
        "seats.seat_is",
    },
    "retry": {"refunds.no_such_refund", "refunds.refund_is"},
    "succeed": {"refunds.no_such_refund"},
    "transfer": {
        "purchase.other_provider",
        "refunds.more_than_captured",
        "refunds.other_currency",
        "refunds.other_transaction",
        "refunds.refund_id_used",
        "seats.already_seated",
        "seats.no_such_seat",
        "seats.same_session",
        "seats.seat_is",
        "seats.session_called_off",
        "sessions.not_enough_places",
    },
}
# Places that are held and sold.
PLACES: Final[Table] = {
    "cancel_session": {"sessions.session_over"},
    "give_back": {"sessions.fewer_taken"},
    "hold": {
        "sessions.hold_already_there",
        "sessions.hold_would_lapse",
        "sessions.not_enough_places",
        "sessions.session_is_cancelled",
        "sessions.session_over",
    },
    "move": {"sessions.session_is_cancelled", "sessions.session_over"},
    "release": set[str](),
    "resize": {"sessions.capacity_below_use", "sessions.session_is_cancelled"},
    "secure": {
        "sessions.hold_already_secured",
        "sessions.hold_gone",
        "sessions.session_is_cancelled",
        "sessions.session_over",
    },
    "sweep": set[str](),
    "take": {"sessions.not_enough_places", "sessions.session_is_cancelled", "sessions.session_over"},
    "unsecure": set[str](),
}
# Who waits for one.
WAITING: Final[Table] = {
    "cancel_session": {"sessions.session_over"},
    "give_back": {"sessions.fewer_taken"},
    "hold": {
        "sessions.hold_already_there",
        "sessions.hold_would_lapse",
        "sessions.not_enough_places",
        "sessions.session_is_cancelled",
        "sessions.session_over",
    },
    "join": {
        "sessions.already_sitting",
        "sessions.already_waiting",
        "sessions.no_waiting_list",
        "sessions.places_for_sale",
        "sessions.session_is_cancelled",
        "sessions.session_over",
    },
    "leave": set[str](),
    "move": {"sessions.session_is_cancelled", "sessions.session_over"},
    "offer": {
        "sessions.no_waiting_list",
        "sessions.nobody_waiting",
        "sessions.not_enough_places",
        "sessions.session_is_cancelled",
        "sessions.session_over",
    },
    "release": set[str](),
    "resize": {"sessions.capacity_below_use", "sessions.people_waiting", "sessions.session_is_cancelled"},
    "secure": {
        "sessions.hold_already_secured",
        "sessions.hold_gone",
        "sessions.session_is_cancelled",
        "sessions.session_over",
    },
    "sweep": set[str](),
    "take": {
        "sessions.not_enough_places",
        "sessions.offered_to_another",
        "sessions.session_is_cancelled",
        "sessions.session_over",
    },
    "unsecure": set[str](),
}
# Who is registered.
REGISTRATIONS: Final[Table] = {
    "approve": {
        "registrations.other_session",
        "registrations.registration_is",
        "registrations.session_cancelled",
        "registrations.session_over",
    },
    "cancel": {"registrations.other_session", "registrations.registration_is", "registrations.session_over"},
    "cancel_session": {"sessions.session_over"},
    "hold": {"sessions.hold_already_there", "sessions.hold_would_lapse", "sessions.not_enough_places"},
    "import": {
        "registrations.registrant_needs_account",
        "registrations.session_cancelled",
        "registrations.session_over",
        "registrations.nobody_to_register",
        "sessions.not_enough_places",
    },
    "join": {
        "sessions.already_sitting",
        "sessions.already_waiting",
        "sessions.no_waiting_list",
        "sessions.places_for_sale",
        "sessions.session_is_cancelled",
        "sessions.session_over",
    },
    "refuse": {"registrations.other_session", "registrations.registration_is", "registrations.session_over"},
    "register": {
        "registrations.registrant_needs_account",
        "registrations.registrant_sits",
        "registrations.session_cancelled",
        "registrations.session_over",
        "sessions.not_enough_places",
        "sessions.offered_to_another",
    },
    "release": set[str](),
    "secure": {"sessions.hold_already_secured", "sessions.hold_gone"},
    "unsecure": set[str](),
}
# Who has bought a place of their own.
SALES: Final[Table] = {
    "approve": {"registrations.registration_is", "registrations.session_over"},
    "cancel": {
        "refunds.more_than_captured",
        "refunds.nothing_captured",
        "refunds.other_currency",
        "refunds.other_transaction",
        "refunds.refund_id_used",
        "registrations.registration_is",
        "registrations.session_over",
    },
    "cancel_session": {"sessions.session_over"},
    "capture": set[str](),
    "refuse": {
        "refunds.more_than_captured",
        "refunds.other_currency",
        "refunds.other_transaction",
        "refunds.refund_id_used",
        "registrations.registration_is",
        "registrations.session_over",
    },
    "register": {"registrations.session_cancelled", "registrations.session_over"},
}

TABLES: Final[Mapping[Callable[..., Report], Table]] = {
    group_purchase.search_pools: POOLS,
    group_purchase.search_invitations: INVITATIONS,
    group_purchase.search_after: AFTERWARDS,
    group_purchase.search_money: MONEY,
    places.search_places: PLACES,
    places.search_waiting: WAITING,
    places.search_registrations: REGISTRATIONS,
    places.search_sales: SALES,
}


@cache
def found(search: Callable[..., Report]) -> Report:
    """What a search finds, which is always the same."""
    return search()


def refusals(report: Report) -> set[tuple[str, ...]]:
    """Which command was refused by what."""
    return {seen for seen in report.seen if isinstance(seen, tuple) and seen[0] == "refusal"}


def expected(table: Table) -> set[tuple[str, ...]]:
    """What *table* wants to be met."""
    return {("refusal", verb, code) for verb, codes in table.items() for code in codes}


def allowed(report: Report) -> set[str]:
    """Which commands were allowed somewhere."""
    return {seen[1] for seen in report.seen if isinstance(seen, tuple) and seen[0] == "allowed"}


def moves(*reports: Report) -> set[tuple[str, ...]]:
    """Which seats moved how."""
    return {seen for report in reports for seen in report.seen if isinstance(seen, tuple) and seen[0] == "move"}


EVERY_MOVE: Final = {("move", state, verb, to) for state, verbs in SEAT.items() for verb, to in verbs.items()}


@pytest.mark.parametrize("search", TABLES, ids=lambda search: search.__name__)
def test_every_reachable_world_keeps_the_laws(search: Callable[..., Report], tell: Callable[[object], None]) -> None:
    """K2–K5, K10, S2–S17, N1–N5: no pair of world and command breaks one; and every refusal of the table is met."""
    report, table = found(search), TABLES[search]
    tell(f"{search.__name__}: {report}")
    assert report.broken == ()
    assert refusals(report) == expected(table)
    assert allowed(report) == set(table)


def test_every_move_of_a_seat_is_met() -> None:
    """S2: the searches lead over every arrow of the table, and over no other."""
    assert moves(*(found(search) for search in TABLES)) == EVERY_MOVE


def test_every_refusal_is_met_somewhere() -> None:
    """The tables above, which the searches confirm, name every refusal that the modules declare.

    But for the one that the use case alone can see: whether anything was captured for a transaction.
    """
    named = {code for table in TABLES.values() for codes in table.values() for code in codes}
    unions = (
        seats.SeatRefusal,
        sessions.SessionRefusal,
        refunds.RefundRefusal,
        registrations.RegistrationRefusal,
        purchase.PurchaseRefusal,
    )
    declared = {kind.code for union in unions for kind in get_args(union)}
    assert named == declared - {purchase.AlreadyCaptured.code}


REFERENCE: Final = Path(__file__).parents[2] / "docs" / "reference" / "group-purchase.md"
# As what the searches know the commands of the reference, each in the tables of its own area.
ON_SEATS: Final[tuple[Table, ...]] = (POOLS, INVITATIONS, AFTERWARDS, MONEY)
ON_PLACES: Final[tuple[Table, ...]] = (PLACES, WAITING)
AREAS: Final[Mapping[str, tuple[Table, ...]]] = {
    "SeatPool": ON_SEATS,
    "Session": ON_PLACES,
    "Registration": (REGISTRATIONS,),
}


def test_the_reference_names_the_refusals_of_each_command() -> None:
    """Each refusal that the reference lists for a command is met for it, and of the aggregate's own none is missing."""
    rows: list[tuple[str, str, str]] = re.findall(
        r"^\| `(SeatPool|Session|Registration)\.(\w+)` \| (.*?) \|", REFERENCE.read_text("utf-8"), re.MULTILINE
    )
    assert len(rows) > 30
    for owner, command, cell in rows:
        verb = "cancel_session" if (owner, command) == ("Session", "cancel") else command
        met = {code for table in AREAS[owner] for code in table.get(verb, set[str]())}
        prefix = f"{owner.removeprefix('Seat').lower().replace('pool', 'seat')}s."
        own = {code.removeprefix(prefix) for code in met if code.startswith(prefix)}
        assert (owner, command, own) == (owner, command, set(re.findall(r"`(\w+)`", cell)))


# --- Faults: each law catches one, or it is not yet a check ------------------------------------------------------


def _knows_everything(self: SeatPool, seat: object, verb: object) -> None:
    """K2: a guard is missing, so that revoking a free seat looks for a holder who is not there."""


def _decides_more(self: SeatPool, event: Any) -> Any:
    """K3: the decision's state says more than its events."""
    after = self.apply(event)
    return Decision(evolve(after, buyer=type(after.buyer)("somebody-else")), (event,))


def _forgets_content(_: object) -> str:
    """K4: all contents look alike, so that a reused key is taken for a repetition."""
    return "the same"


def _forgets_version(self: SeatPool, event: Any, _apply: Callable[..., SeatPool] = SeatPool.apply) -> SeatPool:
    """K5: a change does not count."""
    return evolve(_apply(self, event), version=self.version)


def _keeps_everybody(kept: Any, _: object) -> dict[Any, Any]:
    """S2: a seat that moves on is also still where it was."""
    return dict(kept)


def _never_seated(*_: object) -> None:
    """S5: nobody looks who sits already."""


def _any_invitation(self: SeatPool, seat: Any, _: int) -> Any:
    """S6: an answer to an invitation that is dead is taken for one to the newest."""
    if seat not in self.invited:
        raise Refused(seats.InvitationDead(seat))
    return self.invited[seat]


_buy, _revoke = SeatPool.buy, SeatPool.revoke


def _sells_empty(act: Any, pool: Any, *, policy: Policy, **facts: Any) -> Any:
    """S8: the policy is not looked at when seats are bought."""
    event: Any = _buy(act, pool, policy=evolve(policy, assign_at_purchase=False), **facts).events[0]
    bought: Any = evolve(event, policy=policy)
    return Decision(SeatPool.begin(bought), (bought,))


def _asks_for_nobody(self: SeatPool, act: Any, seat: Any, **facts: Any) -> Any:
    """S9: the policy is not looked at when a seat is revoked."""
    lenient = evolve(self, policy=seats.Policy())
    decision = _revoke(lenient, act, seat, **facts)
    return evolve(decision, state=evolve(decision.state, policy=self.policy))


def _never_emptied(self: SeatPool, *_: object) -> Any:
    """S10: nobody notes since when a seat is to assign."""
    return self.emptied


_apply_money = Charge.apply


def _owes_nothing(self: Charge, event: Any) -> Charge:
    """S13: what went back is not due again when a seat is reactivated."""
    after = _apply_money(self, event)
    if not isinstance(event, SeatsReinstated):
        return after
    nothing = Money.zero(self.captured.currency)
    known = {seat: evolve(money, due=nothing) for seat, money in after.seats[event.pool].items()}
    return evolve(after, seats={**after.seats, event.pool: known})


def _pays_again(self: Charge, event: Any) -> Charge:
    """N3: what was paid for a seat that is left stays with it, and goes along as well."""
    after = _apply_money(self, event)
    if not isinstance(event, MoneyMoved):
        return after
    left = evolve(event.left, paid=event.left.paid + event.arrived.paid, kept=event.left.kept + event.arrived.paid)
    return evolve(after, seats={**after.seats, event.pool: {**after.seats[event.pool], event.seat: left}})


def _stays_on(self: SeatPool, act: Any, *, session: Any) -> Any:
    """S14: the seats of a session that is cancelled stay live."""
    return Decision(self)


_settle = Charge.settle


def _keeps_fees(self: Charge, *args: Any, called_off: bool = False, **facts: Any) -> Any:
    """S14: fees are kept of seats that are cancelled with their session."""
    return _settle(self, *args, **facts)


def _never_full(self: object, asked: int, available: int | None) -> None:
    """N1: nobody looks whether there is room."""


def _forgets_deadline(self: Session, event: Any) -> Session:
    """N1: a hold that is not paid for is kept without end."""
    after = _apply_session(self, event)
    if not isinstance(event, HoldUnsecured):
        return after
    for_good = evolve(after.holds[event.hold], secured=True)
    return evolve(after, holds={**after.holds, event.hold: for_good})


def _revives(self: Session, act: Any, hold: Any) -> Any:
    """N1: a hold that was released is there again once its payment is declined."""
    return cast("Any", self)._decide(HoldUnsecured(hold, act))


def _anew(self: Session, hold: Any, *, secured: bool) -> Any:
    """As `_revives` needs it: a hold that is not there is made."""
    kept = self.holds.get(hold, Hold(1, Deadline.at(self.ends)))
    return {**self.holds, hold: evolve(kept, secured=secured)}


def _keeps_on(self: Session, act: Any, hold: Any) -> Any:
    """S14: what is not paid for is kept on in a cancelled session."""
    found = self.holds.get(hold)
    return Decision(self) if found is None or not found.secured else _revives(self, act, hold)


def _sells_all(self: Session, at: Any) -> int | None:
    """N2: what others wait for is sold."""
    return None if self.capacity is None else self.capacity - self.taken - self.held(at)


_apply_session = Session.apply


def _jumps_the_queue(self: Session, event: Any) -> Session:
    """N2: whoever comes last waits first."""
    after = _apply_session(self, event)
    return evolve(after, queue=(event.person, *self.queue)) if isinstance(event, WaitingJoined) else after


def _keeps_to_itself(self: Session, event: Any, *more: Any) -> Any:
    """N2: an automatic list offers nothing."""
    state, events = self.apply(event), (event, *more)
    for following in more:
        state = state.apply(following)
    return Decision(state, events)


def _repays_nothing(*_: object, **__: object) -> tuple[()]:
    """N5: nobody settles what was paid for a place that is given up."""
    return ()


def _answers_again(self: Registration, verb: object, session: object) -> bool:
    """N4: a registration is answered again and again."""
    return False


@pytest.mark.parametrize(
    ("target", "name", "fault", "law", "search"),
    [
        (SeatPool, "_knows", _knows_everything, f"{worlds.TOTALITY}: KeyError", group_purchase.search_pools),
        (SeatPool, "_decide", _decides_more, laws.REPLAY, group_purchase.search_pools),
        (once, "fingerprint", _forgets_content, worlds.KEYS, group_purchase.search_pools),
        (SeatPool, "apply", _forgets_version, laws.VERSIONS, group_purchase.search_pools),
        (seat_pool, "_without", _keeps_everybody, laws.ONE_STATE, group_purchase.search_pools),
        (seat_pool, "not_seated", _never_seated, laws.NOBODY_TWICE, group_purchase.search_pools),
        (SeatPool, "_sent", _any_invitation, worlds.ANSWERED, group_purchase.search_invitations),
        (SeatPool, "buy", _sells_empty, laws.NO_EMPTY_SEAT, group_purchase.search_pools),
        (SeatPool, "revoke", _asks_for_nobody, laws.NO_EMPTY_SEAT, group_purchase.search_pools),
        (SeatPool, "_emptied", _never_emptied, laws.EMPTIED, group_purchase.search_after),
        (Charge, "apply", _owes_nothing, laws.LIVE_MONEY, group_purchase.search_money),
        (SeatPool, "call_off", _stays_on, laws.CALLED_OFF, group_purchase.search_after),
        (Charge, "settle", _keeps_fees, worlds.FULLY, group_purchase.search_money),
        (Session, "_room", _never_full, laws.CAPACITY, places.search_places),
        (Session, "apply", _forgets_deadline, worlds.HELD, places.search_places),
        (Session, "apply", _forgets_deadline, worlds.HELD, places.search_waiting),
        (Session, "unsecure", _keeps_on, laws.CALLED_OFF, places.search_places),
        (Session, "available", _sells_all, worlds.NOT_FOR_SALE, places.search_waiting),
        (Session, "apply", _jumps_the_queue, worlds.IN_TURN, places.search_waiting),
        (Session, "_decide", _keeps_to_itself, laws.OFFERED, places.search_waiting),
        (Charge, "apply", _pays_again, worlds.TOGETHER, group_purchase.search_money),
        (Registration, "_done", _answers_again, laws.STEPS, places.search_registrations),
        (Charge, "settle", _keeps_fees, laws.OWN_MONEY, places.search_sales),
        (rules_of_places, "_repaid", _repays_nothing, worlds.PAID_BACK, places.search_sales),
        (Charge, "settle", _keeps_fees, worlds.FULLY, places.search_sales),
    ],
    ids=[
        *("K2", "K3", "K4", "K5", "S2", "S5", "S6", "S8", "S9", "S10", "S13", "S14 seats", "S14 money", "N1"),
        *("N1 unsecured", "N1 unsecured offer", "S14 unsecured"),
        *("N2 sale", "N2 order", "N2 offers", "N3", "N4", "N4 money", "N5 money", "S14 own money"),
    ],
)
def test_a_fault_is_found(
    monkeypatch: pytest.MonkeyPatch,
    target: object,
    name: str,
    fault: object,
    law: str,
    search: Callable[..., Report],
) -> None:
    """Each law is broken by the fault that is seeded for it, and the search says so."""
    monkeypatch.setattr(target, name, fault)
    monkeypatch.setattr(worlds, "attempt", worlds.until(law, worlds.attempt))
    with pytest.raises(worlds.FoundError):
        _ = search(small=True)


def test_a_hold_that_comes_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """N1: whoever says that a payment was declined brings back no hold that was released."""
    monkeypatch.setattr(Session, "unsecure", _revives)
    monkeypatch.setattr(Session, "_with", _anew)
    monkeypatch.setattr(worlds, "attempt", worlds.until(worlds.HELD, worlds.attempt))
    with pytest.raises(worlds.FoundError):
        _ = places.search_places(small=True)
