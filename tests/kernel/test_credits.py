"""Credits are whole numbers, checked when they are made, and plain ints ever after (K9)."""

from typing import Any

import pytest

from lara_core.kernel.credits import Credits, any_credits, some_credits
from lara_core.kernel.errors import Flaw
from tests.builders import flaw

BAD = [
    (-1, Flaw.TOO_SMALL),
    (-(10**30), Flaw.TOO_SMALL),
    (10**12 + 1, Flaw.TOO_LARGE),
    pytest.param(10**5000, Flaw.TOO_LARGE, id="many figures"),
    (True, Flaw.WRONG_TYPE),
    (1.0, Flaw.WRONG_TYPE),
    (1.9, Flaw.WRONG_TYPE),
    (float("nan"), Flaw.WRONG_TYPE),
    ("1", Flaw.WRONG_TYPE),
    (None, Flaw.WRONG_TYPE),
]


@pytest.mark.parametrize(("value", "bad"), BAD)
def test_bad_credits(value: Any, bad: Flaw) -> None:
    """What merely passes for a number is none, and 1.9 never becomes 1; each check names its field."""
    assert flaw(lambda: Credits(value)) == ("Credits", bad)
    assert flaw(lambda: some_credits("price", value)) == ("price", bad)
    assert flaw(lambda: any_credits("shown", value)) == ("shown", bad)


@pytest.mark.parametrize("value", [1, 7, 10**12])
def test_credits_are_plain_numbers(value: int) -> None:
    """A database driver and a JSON writer see the number that it was made from."""
    assert Credits(value) is value
    assert some_credits("price", Credits(value)) is value
    assert any_credits("price", Credits(value)) is value


def test_nothing() -> None:
    """None at all is an amount of credits, but does not move."""
    assert Credits(0) == any_credits("shown", Credits(0)) == 0
    assert flaw(lambda: some_credits("price", Credits(0))) == ("price", Flaw.TOO_SMALL)
