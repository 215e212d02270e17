"""The machine for hosts, on the store in memory; and stores and rules with faults, which it must catch."""

from collections.abc import Callable, Container
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from lara_core import places, seat_pool
from lara_core.hosting.ports import GroupPurchase, Partnership, Store
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Decision
from lara_core.kernel.ids import SessionId
from lara_core.kernel.people import PersonKey
from lara_core.participants import Enrolment, EnrolmentState
from lara_core.refunds import RefundTerms
from lara_core.registrations import Registration
from lara_core.seats import Policy, SeatPool
from lara_core.sessions import Session
from lara_core.spending import SpendingLimit
from lara_core.testing.machines import BULK_BUYERS, GroupPurchaseMachine
from lara_core.testing.memory import Kept, MemoryStore, MemoryWallets, MemoryWork
from lara_core.testing.wallet_machine import WalletMachine
from lara_core.wallet import CreditsDebited, Wallet


class MemoryMachine(GroupPurchaseMachine):
    """The store in memory."""

    def open_store(self) -> Store[GroupPurchase]:
        return MemoryStore(bulk_buyers=BULK_BUYERS)


TestMemoryStore = MemoryMachine.TestCase


class MemoryWalletMachine(WalletMachine):
    """The store in memory, which trusts nobody here."""

    def open_store(self) -> Store[Partnership]:
        return MemoryStore(trusting=False)


TestMemoryWallets = MemoryWalletMachine.TestCase


def test_a_host_says_how_a_store_is_opened() -> None:
    """A machine without a store says what is missing."""
    for machine in (GroupPurchaseMachine, WalletMachine):
        with pytest.raises(NotImplementedError, match="override `open_store`"):
            _ = machine()


# --- Faults: a machine that has caught nothing is not one yet ---------------------------------------------------------

_save, _begin, _revoke = MemoryWork.save, SeatPool.begin, SeatPool.revoke
_settles: Callable[..., Any] = vars(places)["_settling"]


def _forgets_keys(self: MemoryWork, by: Any, key: Any) -> None:
    """K4, in a store: a repeated command is run again."""


def _forgets_who_waits(self: MemoryWork, decision: Decision[Any, Any]) -> None:
    """N2, in a store: a column for the queue is missing."""
    state = decision.state
    _save(self, evolve(decision, state=evolve(state, queue=())) if isinstance(state, Session) else decision)


def _forgets_reminders(self: MemoryWork, decision: Decision[Any, Any]) -> None:
    """S7, in a store: how often somebody was reminded is not kept."""
    state = decision.state
    if isinstance(state, SeatPool):
        invited = {seat: evolve(sent, reminders=0) for seat, sent in state.invited.items()}
        decision = evolve(decision, state=evolve(state, invited=invited))
    _save(self, decision)


def _seats_nobody_alone(self: Kept, session: SessionId) -> Container[PersonKey]:
    """N5, in a store: the roster does not know who registered individually."""
    pools = (stream.state for stream in self.streams.values() if isinstance(stream.state, SeatPool))
    return {key for pool in pools if pool.session == session for one in pool.enrolled.values() for key in one.keys}


def _never_seated(*_: object) -> None:
    """S5, in a rule: nobody looks who sits already."""


def _never_full(self: Session, asked: int, available: int | None) -> None:
    """N1, in a rule: nobody looks whether there is room."""


def _asks_for_nobody(self: SeatPool, act: Any, seat: Any, **facts: Any) -> Any:
    """S9, in a rule: the policy is not looked at when a seat is revoked."""
    event: Any = _revoke(evolve(self, policy=Policy(modes=self.policy.modes)), act, seat, **facts).events[0]
    return Decision(self.apply(event), (event,))


def _keeps_nothing(self: RefundTerms, paid: Any) -> Any:
    """S12, in a rule: the fees of a seat are forgotten."""
    return paid - paid


def _answers_again(self: Registration, verb: object, session: object) -> bool:
    """N4, in a rule: a registration is answered again and again."""
    return False


def _repays_nothing(*_: object, **__: object) -> tuple[()]:
    """N5, in a rule: nobody settles what was paid for a place that is given up."""
    return ()


def _refuses_for_a_fee(*args: Any, called_off: bool = False, **facts: Any) -> Any:
    """N4, in a rule: who is refused is refunded by the terms."""
    return _settles(*args, **facts)


def _forgets_sales(self: MemoryWork, decision: Decision[Any, Any]) -> None:
    """N5, in a store: a column for what a place was bought by is missing."""
    state = decision.state
    _save(self, evolve(decision, state=evolve(state, sale=None)) if isinstance(state, Registration) else decision)


def _always_in_time(self: RefundTerms, at: object, starts: object) -> bool:
    """S12, in a rule: nobody looks at the deadline."""
    return True


@pytest.mark.parametrize(
    ("target", "name", "fault"),
    [
        (MemoryWork, "answer", _forgets_keys),
        (MemoryWork, "save", _forgets_who_waits),
        (MemoryWork, "save", _forgets_reminders),
        (Kept, "seated", _seats_nobody_alone),
        (seat_pool, "not_seated", _never_seated),
        (Session, "_room", _never_full),
        (SeatPool, "revoke", _asks_for_nobody),
        (RefundTerms, "kept", _keeps_nothing),
        (RefundTerms, "in_time", _always_in_time),
        (Registration, "_done", _answers_again),
        (MemoryWork, "save", _forgets_sales),
        (places, "_repaid", _repays_nothing),
        (places, "_settling", _refuses_for_a_fee),
    ],
    ids=[
        *("K4", "N2 kept", "S7 kept", "N5 kept", "S5", "N1", "S9", "S12 fees", "S12 deadline", "N4"),
        *("N5 sold kept", "N5 money", "N4 money"),
    ],
)
def test_a_fault_is_caught(monkeypatch: pytest.MonkeyPatch, target: object, name: str, fault: object) -> None:
    """A store that keeps something wrong, and a rule that decides otherwise, are found by what was predicted."""
    monkeypatch.setattr(target, name, fault)
    caught_by(MemoryMachine)


def caught_by(machine: type[RuleBasedStateMachine]) -> None:
    """Look until *machine* finds that something is not as it was predicted."""
    looking = settings(
        max_examples=3_000,
        stateful_step_count=50,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        print_blob=False,
    )
    with pytest.raises(AssertionError, match="must (answer|be)|a (used|repeated) key"):
        run_state_machine_as_test(machine, settings=looking)


# --- Faults of wallets ------------------------------------------------------------------------------------------------

_apply, _put_out, _available = Wallet.apply, MemoryWork.put_out, Wallet.available


def _loses_a_credit(self: Wallet, event: Any) -> Wallet:
    """W7: the balance is not what the entries come to."""
    after = _apply(self, event)
    return evolve(after, balance=Credits(after.balance - 1)) if isinstance(event, CreditsDebited) else after


def _goes_below(self: Wallet, at: Any) -> int:
    """W5, W6, W9: what is held counts as available."""
    return self.balance


def _resolves_twice(self: Wallet, hold: Any, at: Any) -> Any:
    """W9: a hold lives on when it has lapsed."""
    return self.holds.get(hold)


def _keeps_holds(self: Wallet, gone: Any) -> Any:
    """W9: what was captured or released is still held."""
    return self.holds


def _tells_again(self: MemoryWork, notices: Any) -> None:
    """W5, K12: who lacks credits is told at each click."""
    _put_out(self, [evolve(one, key=f"{one.key}:{len(self.notices)}") for one in notices])


def _tells_nobody(self: MemoryWork, notices: Any) -> None:
    """W5: a notice without a session is not kept."""
    _put_out(self, [one for one in notices if one.session])


def _never_reversed(self: MemoryWallets, partner: Any, number: int) -> bool:
    """W8: an entry is undone again and again."""
    return False


def _no_limit(self: Kept, partner: Any) -> None:
    """W10: the limit over a partner is not found."""


def _waits_for_nothing(self: Kept, course: Any) -> frozenset[PersonKey]:
    """W4: who waits is no participant yet, and is enrolled again."""
    inside = (one.state for one in self.streams.values() if isinstance(one.state, Enrolment))
    return frozenset(key for one in inside if one.state is EnrolmentState.PARTICIPANT for key in one.person.keys)


def _no_longer_spent(self: SpendingLimit, act: Any, partner: Any, amount: Any) -> Decision[Any, Any]:
    """W10: the limit does not hear of a reversal."""
    return Decision(self)


@pytest.mark.parametrize(
    ("target", "name", "fault"),
    [
        (Wallet, "apply", _loses_a_credit),
        (Wallet, "available", _goes_below),
        (Wallet, "_live", _resolves_twice),
        (Wallet, "_without", _keeps_holds),
        (MemoryWork, "put_out", _tells_again),
        (MemoryWork, "put_out", _tells_nobody),
        (MemoryWallets, "is_reversed", _never_reversed),
        (Kept, "over", _no_limit),
        (Kept, "participants", _waits_for_nothing),
        (SpendingLimit, "give_back", _no_longer_spent),
    ],
    ids=[
        "sum of entries",
        "held is available",
        "resolved too late",
        "resolved twice",
        "told twice",
        "told nobody",
        "reversed twice",
        "no limit",
        "enrolled twice",
        "limit not given back",
    ],
)
def test_a_fault_of_wallets_is_caught(
    monkeypatch: pytest.MonkeyPatch, target: object, name: str, fault: object
) -> None:
    """W4 to W10: a store and a rule that are wrong about credits are found by what was predicted."""
    monkeypatch.setattr(target, name, fault)
    caught_by(MemoryWalletMachine)
