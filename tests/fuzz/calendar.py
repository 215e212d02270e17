"""The reader of calendar replies as something to be fuzzed: bytes in, and one kind of exception out."""

from typing import Final

from lara_core.formats import calendar
from lara_core.kernel.decisions import Refused
from tests.calendar_replies import ALL, reply

SEEDS: Final = (*ALL.values(), reply(), reply(method="METHOD:COUNTER"))
"""Replies that are read, to be spoilt."""


def read(data: bytes) -> bool:
    """Whether *data* are an answer. Raises nothing, unless the reader is broken: a refusal is an answer, too."""
    try:
        calendar.read(data, domain="example.com")
    except Refused:
        return False
    return True
