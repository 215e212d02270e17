"""What stands in the cells of workbooks, as text."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite


def _number(value: float) -> str:
    """All digits, and no power of ten: telephone numbers come as numbers."""
    if not isfinite(value):
        return str(value)
    return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")


def _instant(value: datetime) -> str:
    # Workbooks keep days and parts of days, so seconds are only nearly whole.
    near = value + timedelta(microseconds=500_000) if value.year < 9999 else value
    rounded = near.replace(microsecond=0, tzinfo=None)
    return rounded.isoformat() if rounded.time() != time() else rounded.date().isoformat()


def _duration(value: timedelta) -> str:
    seconds = round(value / timedelta(seconds=1))
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def text(value: object) -> str:
    """A value as text: days and times as in ISO 8601, truths as `TRUE` and `FALSE`, numbers in full.

    A cell that has nothing is empty, and so is what no cell of a roster has.
    """
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            return _number(value)
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case time():
            return value.replace(microsecond=0, tzinfo=None).isoformat()
        case timedelta():
            return _duration(value)
        case _:
            return ""
