"""What is missing is named, and what is not asked for is not loaded."""

import subprocess
import sys

import pytest


def ran(code: str) -> str:
    """What a fresh interpreter prints, or the last line of its error."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], check=False, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("library", "module", "expected"),
    [
        ("itsdangerous", "links", "links need itsdangerous: install lara-core[links]"),
        ("icalendar", "calendar", "calendars need icalendar: install lara-core[calendar]"),
        ("jinja2", "mail", "mail needs Jinja2: install lara-core[mail]"),
    ],
)
def test_a_missing_extra_is_named(library: str, module: str, expected: str) -> None:
    """A host that has not installed it learns what to install, and not which module was not found."""
    code = f"import sys; sys.modules[{library!r}] = None; import lara_core.formats.{module}"
    assert ran(code) == f"ModuleNotFoundError: {expected}"


def test_nobody_loads_what_they_do_not_use() -> None:
    """JSON, texts and the values of replies need none of them."""
    code = (
        "import sys, lara_core.formats.json, lara_core.telling.texts, lara_core.replies, lara_core.formats.senders;"
        "print(sorted({'itsdangerous', 'icalendar', 'jinja2'} & set(sys.modules)))"
    )
    assert ran(code) == "[]"
