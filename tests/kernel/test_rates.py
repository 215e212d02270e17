"""A rate in percent is a plain number as it is written down (K6, K9)."""

from typing import Any

import pytest

from lara_core.kernel.errors import Flaw
from lara_core.kernel.rates import percent
from tests.builders import flaw


@pytest.mark.parametrize("rate", ["0", "5", "9.975", "22.000000", "100", "100.000000", "007"])
def test_a_rate_is_kept_as_it_is_written(rate: str) -> None:
    """From 0 to 100, both included, with at most six places."""
    assert percent("rate", rate) == rate


@pytest.mark.parametrize(
    ("rate", "why"),
    [
        (5, Flaw.WRONG_TYPE),
        (True, Flaw.WRONG_TYPE),
        ("", Flaw.WRONG_FORM),
        ("-1", Flaw.WRONG_FORM),
        ("1e1", Flaw.WRONG_FORM),
        ("5 ", Flaw.WRONG_FORM),
        ("5\n", Flaw.WRONG_FORM),
        ("5,5", Flaw.WRONG_FORM),
        ("٥", Flaw.WRONG_FORM),
        ("1.0000000", Flaw.WRONG_FORM),
        ("NaN", Flaw.WRONG_FORM),
        ("100.000001", Flaw.TOO_LARGE),
    ],
)
def test_what_is_no_rate(rate: Any, why: Flaw) -> None:
    """Floats, signs, exponents, separators and more than a hundred are refused with the field's name (K9)."""
    assert flaw(lambda: percent("rate", rate)) == ("rate", why)
