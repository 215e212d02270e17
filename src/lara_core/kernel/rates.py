"""Rates in percent, as they are written down: of a tax, of a discount."""

import re
from decimal import Decimal
from typing import Final

from lara_core.kernel.errors import BadValue, Flaw

_PERCENT: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,6})?")


def percent(field: str, value: str) -> str:
    """A plain number from 0 to 100 with at most six places, as `"9.975"`; `Money.percent` takes it (K6)."""
    if type(value) is not str:
        raise BadValue(field, Flaw.WRONG_TYPE)
    if not _PERCENT.fullmatch(value):
        raise BadValue(field, Flaw.WRONG_FORM)
    if Decimal(value) > 100:
        raise BadValue(field, Flaw.TOO_LARGE)
    return value
