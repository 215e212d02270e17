"""Credits: what a partner spends to enrol people. Whole, and never money: the two cannot be added or swapped unseen."""

from typing import Final, Self, cast

from lara_core.kernel.validators import whole

MOST_CREDITS: Final = 10**12


class Credits(int):
    """So many credits, from 0 to 10**12. Refuses what merely passes for a number: 1.9, `True`, `"1"`.

    Like ids, it checks its argument and gives it back as the plain int that it is; so does `Credits(a + b)`, which
    is how a sum becomes credits again.
    """

    __slots__ = ()

    def __new__(cls, value: int) -> Self:
        """Check *value* once and for all."""
        return cast(Self, whole(cls.__name__, value, least=0, most=MOST_CREDITS))


def some_credits(field: str, value: Credits) -> Credits:
    """Credits that move: at least one of them. Nothing is no entry."""
    return cast(Credits, whole(field, value, least=1, most=MOST_CREDITS))


def any_credits(field: str, value: Credits) -> Credits:
    """Credits, none included, refused under the field's own name."""
    return cast(Credits, whole(field, value, least=0, most=MOST_CREDITS))
