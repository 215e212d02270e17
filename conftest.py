"""How hard Hypothesis looks, what searches tell, and how the examples in README.md and docs/ become tests."""

from collections.abc import Callable

import pytest
from hypothesis import settings
from sybil import Sybil
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser, SkipParser

pytest.register_assert_rewrite("lara_core.testing.conformance")

# No profile has a deadline (no test here is about time) or a database (a run depends on its seed alone).
settings.register_profile("quick", max_examples=20, deadline=None, database=None)
settings.register_profile("check", max_examples=100, deadline=None, database=None, print_blob=True)
settings.register_profile("hunt", max_examples=5_000, deadline=None, database=None, print_blob=True)
settings.load_profile("quick")  # for a plain `pytest`; `make check` names its own


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[object], None]:
    """Say something that is printed after the run, whichever process the test ran in."""
    return lambda what: record_property("tell", what)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests told: how far a search went."""
    for report in terminalreporter.getreports("passed"):
        for name, what in report.user_properties:
            if name == "tell":
                terminalreporter.write_line(f"  {what}")


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), DocTestDirectiveParser(), SkipParser()],
    pattern="*.md",
).pytest()
