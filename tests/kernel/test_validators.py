"""Each check gives a fine value back, and refuses any other with the field's name and one flaw (K9)."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.validators import checked, identifier, line, whole


def flaw_of(check: Callable[[], object]) -> Flaw | None:
    """The flaw that *check* finds in the field `name`, or `None`."""
    try:
        _ = check()
    except BadValue as bad:
        found = bad
    else:
        return None
    assert found.field == "name"
    return found.flaw


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        (1, None),
        (9, None),
        (0, Flaw.TOO_SMALL),
        pytest.param(-(10**5000), Flaw.TOO_SMALL, id="5,000 digits below"),
        (10, Flaw.TOO_LARGE),
        pytest.param(10**5000, Flaw.TOO_LARGE, id="5,000 digits above"),
        (True, Flaw.WRONG_TYPE),
        (1.0, Flaw.WRONG_TYPE),
        (float("nan"), Flaw.WRONG_TYPE),
        ("1", Flaw.WRONG_TYPE),
        (None, Flaw.WRONG_TYPE),
    ],
)
def test_whole(value: Any, flaw: Flaw | None) -> None:
    """A count is an int within its bounds; what Python merely lets count as one is not."""
    assert flaw_of(lambda: whole("name", value, least=1, most=9)) == flaw


HIDING = {
    "line feed": "a\nBcc: b",
    "carriage return": "a\rb",
    "tab": "a\tb",
    "null": "a\0b",
    "escape": "a\x1b[31mb",
    "delete": "a\x7fb",
    "next line": "a\x85b",
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029b",
    "right-to-left override": "a\u202eb",
    "isolate": "a\u2066b",
    "zero-width space": "a\u200bb",
    "zero-width joiner": "a\u200db",
    "byte order mark": "\ufeffab",
    "soft hyphen": "a\xadb",
    "half of a pair": "a\ud800b",
    "private use": "a\ue000b",
    "unassigned": "a\U0003ffffb",
}


@pytest.mark.parametrize("value", HIDING.values(), ids=HIDING)
def test_what_hides_or_reorders_text(value: str) -> None:
    """One line of text stays one line, and reads as it is written, in names, ids, logs and mail headers."""
    assert flaw_of(lambda: line("name", value)) == Flaw.UNSAFE_CHARACTER
    assert flaw_of(lambda: identifier("name", value)) == Flaw.UNSAFE_CHARACTER


@pytest.mark.parametrize(
    ("value", "of_line", "of_identifier"),
    [
        ("Zoë Ångström-Łuczak", None, Flaw.UNSAFE_CHARACTER),
        ("東京\u3000研修", None, Flaw.UNSAFE_CHARACTER),
        ("8f2e-77", None, None),
        ("ключ", None, None),
        ("", Flaw.EMPTY, Flaw.EMPTY),
        (" \t\n", Flaw.EMPTY, Flaw.EMPTY),
        ("\u3000", Flaw.EMPTY, Flaw.EMPTY),
        ("x" * 255, None, None),
        ("x" * 256, None, Flaw.TOO_LONG),
        ("x" * 500, None, Flaw.TOO_LONG),
        ("x" * 501, Flaw.TOO_LONG, Flaw.TOO_LONG),
        (b"x", Flaw.WRONG_TYPE, Flaw.WRONG_TYPE),
        (7, Flaw.WRONG_TYPE, Flaw.WRONG_TYPE),
        (None, Flaw.WRONG_TYPE, Flaw.WRONG_TYPE),
    ],
)
def test_line_and_identifier(value: Any, of_line: Flaw | None, of_identifier: Flaw | None) -> None:
    """People write in their own scripts and with blanks; ids have no blanks. Neither is empty or oversized."""
    assert flaw_of(lambda: line("name", value)) == of_line
    assert flaw_of(lambda: identifier("name", value)) == of_identifier


@given(st.text(max_size=20))
def test_an_identifier_is_printable_and_has_no_blank(value: str) -> None:
    """Exactly what Python calls printable, less the blank, is let in: no script and no control is forgotten."""
    fine = value != "" and value.isprintable() and " " not in value
    assert (flaw_of(lambda: identifier("name", value)) is None) == fine


def test_checked_names_the_field() -> None:
    """As an attrs validator, a check reports the very field that it stands on."""

    @frozen
    class Course:
        title: str = field(validator=checked(line))

    with pytest.raises(BadValue, match="^title: empty$"):
        _ = Course(" ")
    assert Course("First aid").title == "First aid"
