"""The shape of a rule: acts keep UTC, refusals are values, and asking is running (K8, K10, K11)."""

from datetime import UTC, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, frozen
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from lara_core.kernel.decisions import Act, Decision, Refused, why_not
from lara_core.kernel.errors import BadValue, Flaw, LaraError
from lara_core.kernel.ids import ActorId, Key

ACT = Act(datetime(2025, 3, 1, 12, tzinfo=UTC), ActorId("anna"), Key("k1"))


@frozen
class TooMany:
    code: ClassVar[str] = "lamps.too_many"
    limit: int


@frozen
class LampsBought:
    count: int
    act: Act


@frozen
class Lamps:
    """The smallest rule there is: at most three lamps."""

    id: str
    version: int
    count: int

    def buy(self, act: Act, count: int) -> Decision["Lamps", LampsBought]:
        if self.count + count > 3:
            raise Refused(TooMany(3))
        if not count:
            return Decision(self)
        event = LampsBought(count, act)
        return Decision(self.apply(event), (event,))

    def apply(self, event: LampsBought) -> "Lamps":
        return evolve(self, version=self.version + 1, count=self.count + event.count)


def test_an_act_keeps_utc() -> None:
    """The same instant told in two zones is the same act, kept in UTC."""
    paris = datetime(2025, 3, 1, 13, tzinfo=ZoneInfo("Europe/Paris"))
    act = evolve(ACT, at=paris)
    assert act == ACT
    assert act.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "flaw"),
    [
        (datetime(2025, 3, 1, 12), Flaw.NAIVE_TIME),  # noqa: DTZ001 - refused for that
        (datetime(2025, 3, 30, 2, 30, tzinfo=ZoneInfo("Europe/Paris")), Flaw.NO_SUCH_TIME),
        ("2025-03-01T12:00:00Z", Flaw.WRONG_TYPE),
        (1740830400, Flaw.WRONG_TYPE),
        (None, Flaw.WRONG_TYPE),
    ],
)
def test_an_act_refuses_times_that_say_nothing(at: datetime, flaw: Flaw) -> None:
    """No rule ever compares a time that is naive or that no clock showed (K8)."""
    with pytest.raises(BadValue) as caught:
        _ = evolve(ACT, at=at)
    assert (caught.value.field, caught.value.flaw) == ("at", flaw)


@given(st.integers(0, 3), st.integers(0, 5))
def test_why_not_is_what_is_raised(have: int, count: int) -> None:
    """Asking gives the refusal that the command raises, or nothing where it is allowed (K10)."""
    lamps = Lamps("l1", have, have)
    answer = why_not(lamps.buy, ACT, count=count)
    if have + count > 3:
        with pytest.raises(Refused) as caught:
            _ = lamps.buy(ACT, count)
        assert answer == caught.value.refusal == TooMany(3)
    else:
        assert answer is None
        assert lamps.buy(ACT, count).state.count == have + count


def test_why_not_hides_no_mistake() -> None:
    """Only a rule's *no* is an answer; a bad value or a bug stays an exception."""

    def command() -> object:
        raise BadValue("count", Flaw.TOO_LARGE)

    with pytest.raises(BadValue, match="^count: too_large$"):
        _ = why_not(command)


def test_a_refusal_tells_its_code_and_no_more() -> None:
    """Exceptions reach logs; the values inside a refusal may be personal (K11)."""
    refused = Refused(TooMany(3))
    assert isinstance(refused, LaraError)
    assert (str(refused), refused.args, refused.refusal) == ("lamps.too_many", ("lamps.too_many",), TooMany(3))


def test_no_events_means_the_same_object() -> None:
    """A command that changes nothing gives back the very state, and no events (K5)."""
    lamps = Lamps("l1", 0, 0)
    decision = lamps.buy(ACT, 0)
    assert decision.state is lamps
    assert decision.events == ()


def test_a_decision_is_a_value() -> None:
    """Decisions compare by what they hold and cannot be changed on the way to the store (K3)."""
    lamps = Lamps("l1", 0, 0)
    decision = lamps.buy(ACT, 2)
    assert decision == Decision(Lamps("l1", 1, 2), (LampsBought(2, ACT),))
    with pytest.raises(FrozenInstanceError):
        decision.state = lamps  # type: ignore[misc]  # it is frozen: that is what is tried
