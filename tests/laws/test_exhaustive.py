"""Every command on a pool of three seats: a part of it here, all of it by `make exhaust`."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, cast

import pytest
from attrs import evolve

from lara_core import seat_pool
from lara_core.kernel.decisions import Decision, Refused
from lara_core.seats import SEAT, InvitationDead, NoSuchSeat, Policy, SeatPool
from lara_core.testing import laws
from lara_core.testing.search import Report
from tests.laws import exhaustive, worlds

REFERENCE: Final = Path(__file__).parents[2] / "docs" / "reference" / "group-purchase.md"


def listed() -> set[tuple[str, ...]]:
    """Which command on a pool is refused by what, as the reference lists it; buying begins each search."""
    rows = re.findall(r"^\| `SeatPool\.(\w+)` \| (.*?) \|", REFERENCE.read_text("utf-8"), re.MULTILINE)
    return {
        ("refusal", command, f"seats.{code}")
        for command, cell in rows
        if command != "buy"
        for code in re.findall(r"`(\w+)`", cell)
    }


def held(reports: Sequence[Report], tell: Callable[[object], None]) -> None:
    """Hold *reports* against the reference and the table of a seat."""
    for report in reports:
        tell(f"seats: {report}")
    seen = {cast("tuple[str, ...]", seen) for report in reports for seen in report.seen}
    assert [report.broken for report in reports] == [()] * len(reports)
    assert {met for met in seen if met[0] == "refusal"} == listed()
    assert {met for met in seen if met[0] == "move"} == {
        ("move", state, verb, to) for state, verbs in SEAT.items() for verb, to in verbs.items()
    }


def test_every_command_on_some_seats_keeps_the_laws(tell: Callable[[object], None]) -> None:
    """K2, K3, K5, K10, S2–S17: at every deadline, under every policy; the refusals are those of the reference."""
    held(exhaustive.quick(), tell)


# --- Faults: each law catches one, or it is not yet a check -----------------------------------------------------------

_revoke, _state_of = SeatPool.revoke, SeatPool.state_of


def _knows_everything(self: SeatPool, seat: object, verb: object) -> None:
    """K2: a guard is missing."""


def _decides_more(self: SeatPool, event: Any) -> Any:
    """K3: the decision's state says more than its events."""
    return Decision(evolve(self.apply(event), buyer=exhaustive.HEIR), (event,))


def _keeps_everybody(kept: Any, _: object) -> dict[Any, Any]:
    """S2: a seat that moves on is also still where it was."""
    return dict(kept)


def _never_seated(*_: object) -> None:
    """S5: nobody looks who sits already."""


def _any_invitation(self: SeatPool, seat: Any, _: int) -> Any:
    """S6: an answer to an invitation that is dead is taken for one to the newest."""
    return self.invited.get(seat) or _refused(seat)


def _refused(seat: Any) -> Any:
    raise Refused(InvitationDead(seat))


def _asks_for_nobody(self: SeatPool, act: Any, seat: Any, **facts: Any) -> Any:
    """S9: the policy is not looked at when a seat is revoked."""
    event: Any = _revoke(evolve(self, policy=Policy()), act, seat, **facts).events[0]
    return Decision(self.apply(event), (event,))


def _never_the_same(*, number: list[int]) -> Any:
    def refuses(self: SeatPool, seat: Any) -> Any:
        """K10: each time that it is asked a refusal says something else."""
        number[0] += 1
        if seat > len(self.prices):
            raise Refused(NoSuchSeat(number[0]))  # type: ignore[arg-type] # a fault is not typed
        return _state_of(self, seat)

    return refuses


@pytest.mark.parametrize(
    ("target", "name", "fault", "law"),
    [
        (SeatPool, "_knows", _knows_everything, f"{worlds.TOTALITY}: KeyError"),
        (SeatPool, "_decide", _decides_more, laws.REPLAY),
        (seat_pool, "_without", _keeps_everybody, laws.ONE_STATE),
        (seat_pool, "not_seated", _never_seated, laws.NOBODY_TWICE),
        (SeatPool, "_sent", _any_invitation, worlds.ANSWERED),
        (SeatPool, "revoke", _asks_for_nobody, laws.NO_EMPTY_SEAT),
        (SeatPool, "state_of", _never_the_same(number=[3]), worlds.REFUSAL_IS_STILL),
    ],
    ids=["K2", "K3", "S2", "S5", "S6", "S9", "K10"],
)
def test_a_fault_is_found(
    monkeypatch: pytest.MonkeyPatch, target: object, name: str, fault: Callable[..., Any], law: str
) -> None:
    """Each law is broken by the fault that is seeded for it, on two seats under the switch, and the search says so."""
    monkeypatch.setattr(target, name, fault)
    monkeypatch.setattr(exhaustive, "attempt", worlds.until(law, exhaustive.attempt))
    with pytest.raises(worlds.FoundError):
        _ = exhaustive.search(2, exhaustive.POLICIES[1:2])
