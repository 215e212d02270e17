"""An id is checked when it is made, and a plain string ever after (K9)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lara_core.kernel import ids
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import Id, SeatNo

KINDS = [kind for kind in vars(ids).values() if isinstance(kind, type) and issubclass(kind, Id)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        ("", Flaw.EMPTY),
        (" ", Flaw.EMPTY),
        ("a b", Flaw.UNSAFE_CHARACTER),
        ("a\nb", Flaw.UNSAFE_CHARACTER),
        ("x" * 256, Flaw.TOO_LONG),
        (7, Flaw.WRONG_TYPE),
        (None, Flaw.WRONG_TYPE),
    ],
)
def test_bad_ids(kind: type[Id], value: Any, flaw: Flaw) -> None:
    """Every kind of id refuses the same, and says which kind it is."""
    with pytest.raises(BadValue) as caught:
        _ = kind(value)
    assert (caught.value.field, caught.value.flaw) == (kind.__name__, flaw)


@given(st.sampled_from(KINDS), st.text("abc-é0", min_size=1))
def test_an_id_is_the_string_it_was_made_from(kind: type[Id], value: str) -> None:
    """Kinds are for type checkers: a database driver, a JSON writer and a mapping see a plain string."""
    assert kind(value) is value
    assert kind(kind(value)) is value


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        (0, Flaw.TOO_SMALL),
        (-1, Flaw.TOO_SMALL),
        (1_000_001, Flaw.TOO_LARGE),
        (True, Flaw.WRONG_TYPE),
        (1.0, Flaw.WRONG_TYPE),
        ("1", Flaw.WRONG_TYPE),
    ],
)
def test_bad_seat_numbers(value: Any, flaw: Flaw) -> None:
    """Seats count from 1; what merely passes for a number is none."""
    with pytest.raises(BadValue) as caught:
        _ = SeatNo(value)
    assert (caught.value.field, caught.value.flaw) == ("SeatNo", flaw)


def test_seat_numbers_sort_as_numbers() -> None:
    """The ninth seat comes before the tenth, and its number is a plain one."""
    assert type(SeatNo(9)) is int
    assert sorted([SeatNo(10), SeatNo(9), SeatNo(1_000_000), SeatNo(1)]) == [1, 9, 10, 1_000_000]
