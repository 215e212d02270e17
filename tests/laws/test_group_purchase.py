"""The laws of group purchase, held in every world that commands can reach, and by faults that they must find."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from lara_core import seats, sessions
from lara_core.hosting import once
from lara_core.kernel.decisions import Decision
from lara_core.seats import SEAT, SeatPool
from lara_core.testing import laws
from lara_core.testing.search import Report
from tests.laws import group_purchase as worlds

# Which command can be refused by what, as the rules say it; laid out here by command, in the code by guard.
POOL_REFUSALS = {
    "buy": {
        "seats.session_ended",
        "seats.learners_needed",
        "seats.not_enough_seats",
        "seats.named_twice",
        "seats.account_needed",
        "seats.already_seated",
        "sessions.not_enough_places",
    },
    "assign": {
        "seats.other_session",
        "seats.session_ended",
        "seats.nobody_to_seat",
        "seats.account_needed",
        "seats.not_enough_seats",
    },
    "revoke": {
        "seats.other_session",
        "seats.session_started",
        "seats.no_such_seat",
        "seats.seat_is",
        "seats.new_holder_needed",
        "seats.same_holder",
        "seats.account_needed",
        "seats.already_seated",
    },
    "cancel": {
        "seats.other_session",
        "seats.session_ended",
        "seats.nothing_to_cancel",
        "seats.no_such_seat",
        "seats.seat_is",
    },
    "cancel_all": {"seats.other_session", "seats.session_ended", "seats.nothing_to_cancel"},
}
INVITATION_REFUSALS = {
    "buy": {"seats.mode_off", "seats.learners_needed", "seats.session_started"},
    "invite": {
        "seats.other_session",
        "seats.session_started",
        "seats.mode_off",
        "seats.nobody_to_seat",
        "seats.not_enough_seats",
    },
    "assign": {"seats.mode_off", "seats.nobody_to_seat", "seats.not_enough_seats"},
    "accept": {
        "seats.other_session",
        "seats.no_such_seat",
        "seats.already_accepted",
        "seats.invitation_dead",
        "seats.session_started",
        "seats.invitation_expired",
        "seats.account_needed",
        "seats.other_account",
        "seats.already_seated",
    },
    "decline": {
        "seats.other_session",
        "seats.no_such_seat",
        "seats.already_accepted",
        "seats.invitation_dead",
        "seats.session_started",
        "seats.invitation_expired",
    },
    "remind": {
        "seats.other_session",
        "seats.nobody_to_remind",
        "seats.no_such_seat",
        "seats.seat_is",
        "seats.reminders_used",
    },
    "expire": {"seats.other_session"},
    "correct": {
        "seats.other_session",
        "seats.session_started",
        "seats.no_such_seat",
        "seats.seat_is",
        "seats.account_invited",
        "seats.same_holder",
        "seats.already_seated",
    },
    "withdraw": {
        "seats.other_session",
        "seats.session_started",
        "seats.withdrawal_off",
        "seats.no_such_seat",
        "seats.seat_is",
    },
    "revoke": {
        "seats.session_started",
        "seats.no_such_seat",
        "seats.seat_is",
        "seats.new_holder_needed",
        "seats.same_holder",
        "seats.mode_off",
        "seats.account_needed",
        "seats.already_seated",
    },
    "cancel": {"seats.no_such_seat", "seats.seat_is"},
    "hand_over": set[str](),
}
SESSION_REFUSALS = {
    "hold": {
        "sessions.sales_over",
        "sessions.hold_would_lapse",
        "sessions.hold_already_there",
        "sessions.not_enough_places",
    },
    "secure": {"sessions.sales_over", "sessions.hold_gone", "sessions.hold_already_secured"},
    "release": set[str](),
    "resize": {"sessions.capacity_below_use"},
    "take": {"sessions.sales_over", "sessions.not_enough_places"},
    "give_back": {"sessions.fewer_taken"},
}


def refusals(report: Report) -> set[tuple[str, ...]]:
    """Which command was refused by what."""
    return {seen for seen in report.seen if isinstance(seen, tuple) and seen[0] == "refusal"}


def expected(table: dict[str, set[str]]) -> set[tuple[str, ...]]:
    """What *table* wants to be met."""
    return {("refusal", verb, code) for verb, codes in table.items() for code in codes}


def allowed(report: Report) -> set[str]:
    """Which commands were allowed somewhere."""
    return {seen[1] for seen in report.seen if isinstance(seen, tuple) and seen[0] == "allowed"}


def moves(*reports: Report) -> set[tuple[str, ...]]:
    """Which seats moved how."""
    return {seen for report in reports for seen in report.seen if isinstance(seen, tuple) and seen[0] == "move"}


def test_every_reachable_pool_keeps_the_laws(capsys: pytest.CaptureFixture[str]) -> None:
    """K2–K5, K10, S2–S10, N1: no pair of world and command breaks one; and every move and refusal is met."""
    at_once, invited = worlds.search_pools(), worlds.search_invitations()
    with capsys.disabled():
        print(f"\n  seats at once: {at_once}\n  seats by invitation: {invited}")
    assert (at_once.broken, invited.broken) == ((), ())
    assert refusals(at_once) == expected(POOL_REFUSALS)
    assert refusals(invited) == expected(INVITATION_REFUSALS)
    assert (allowed(at_once), allowed(invited)) == (set(POOL_REFUSALS), set(INVITATION_REFUSALS))
    assert moves(at_once, invited) == {
        ("move", state, verb, to) for state, verbs in SEAT.items() for verb, to in verbs.items()
    }


def test_every_reachable_session_keeps_the_laws(capsys: pytest.CaptureFixture[str]) -> None:
    """K2–K5, K10, N1: held and taken places stay within the capacity, whatever is held, sold and resized when."""
    report = worlds.search_sessions()
    with capsys.disabled():
        print(f"\n  places: {report}")
    assert report.broken == ()
    assert refusals(report) == expected(SESSION_REFUSALS)
    assert allowed(report) == set(SESSION_REFUSALS)


def test_every_refusal_is_met_somewhere() -> None:
    """The tables above, which the searches confirm, name every refusal that the modules declare."""
    named = {
        code
        for table in (POOL_REFUSALS, INVITATION_REFUSALS, SESSION_REFUSALS)
        for codes in table.values()
        for code in codes
    }
    declared = {kind.code for union in (seats.SeatRefusal, sessions.SessionRefusal) for kind in union.__args__}
    assert named == declared


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


def _never_full(self: object, asked: int, available: int | None) -> None:
    """N1: nobody looks whether there is room."""


def _never_seated(*_: object) -> None:
    """S5: nobody looks who sits already."""


def _asks_for_nobody(self: SeatPool, act: Any, seat: Any, **facts: Any) -> Any:
    """S9: the policy is not looked at when a seat is revoked."""
    lenient = evolve(self, policy=seats.Policy())
    decision = _revoke(lenient, act, seat, **facts)
    return evolve(decision, state=evolve(decision.state, policy=self.policy))


_revoke = SeatPool.revoke


@pytest.mark.parametrize(
    ("target", "name", "fault", "law", "search"),
    [
        (SeatPool, "_knows", _knows_everything, f"{worlds.TOTALITY}: KeyError", worlds.search_pools),
        (SeatPool, "_decide", _decides_more, laws.REPLAY, worlds.search_pools),
        (once, "fingerprint", _forgets_content, worlds.KEYS, worlds.search_pools),
        (SeatPool, "apply", _forgets_version, laws.VERSIONS, worlds.search_pools),
        (seats, "_without", _keeps_everybody, laws.ONE_STATE, worlds.search_pools),
        (sessions.Session, "_room", _never_full, laws.CAPACITY, worlds.search_sessions),
        (seats, "_not_seated", _never_seated, laws.NOBODY_TWICE, worlds.search_pools),
        (SeatPool, "revoke", _asks_for_nobody, laws.NO_EMPTY_SEAT, worlds.search_pools),
    ],
    ids=["K2", "K3", "K4", "K5", "S2", "N1", "S5", "S9"],
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
    assert law in {found for found, _ in search(small=True).broken}
