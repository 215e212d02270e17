"""Imports point down only: each contract is seen to break when a fault is seeded in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
FLOORS: Final = "Imports point down only"
ROSTERS: Final = "Only the formats of rosters know csv, openpyxl and xlrd"

# Where a fault is put, the fault, and the one contract that must break.
SEEDED: Final = [
    ("kernel/ids.py", "import lara_core.seats", FLOORS),
    ("seats.py", "import lara_core.sessions", FLOORS),
    ("sessions.py", "import lara_core.purchase", FLOORS),
    ("purchase.py", "import lara_core.hosting", FLOORS),
    ("telling/notices.py", "import lara_core.formats.json", FLOORS),
    ("formats/json.py", "import lara_core.hosting", FLOORS),
    ("hosting/ports.py", "import lara_core.testing", FLOORS),
    ("homeless.py", '"""A module that nobody gave a floor."""', FLOORS),
    ("seats.py", "import cattrs", "Only formats know cattrs"),
    ("rosters.py", "import csv", ROSTERS),
    ("formats/json.py", "import openpyxl", ROSTERS),
    ("telling/texts.py", "import xlrd", ROSTERS),
    ("formats/json.py", "import gettext", "Only telling knows gettext"),
    ("kernel/money.py", "import babel.numbers", "Only telling and formats know Babel"),
    ("hosting/ports.py", "import pytest", "Only testing knows hypothesis and pytest"),
    ("kernel/ids.py", "import hypothesis.strategies", "Only testing knows hypothesis and pytest"),
    ("telling/texts.py", "import email_validator", "Only people know email-validator"),
    ("confirmation.py", "import icalendar", "Only formats know icalendar"),
    ("telling/texts.py", "import itsdangerous", "Only formats know itsdangerous"),
    ("telling/dates.py", "import jinja2", "Only formats know Jinja2"),
]


def broken(root: Path) -> set[str]:
    """Return the names of the contracts that the tree at *root* breaks."""
    linter = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=root,
        check=False,
        env=os.environ | {"PYTHONPATH": str(root / "src"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", linter.stdout, re.MULTILINE))
    assert len(verdicts) == 10, linter.stdout
    return {name for name, verdict in verdicts.items() if verdict == "BROKEN"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Copy what the linter reads, to be spoilt."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tree_keeps_all_contracts(tree: Path) -> None:
    """What the seeds are put into is not what is found."""
    assert broken(tree) == set()


@pytest.mark.parametrize(("module", "fault", "contract"), SEEDED)
def test_a_fault_breaks_its_contract(tree: Path, module: str, fault: str, contract: str) -> None:
    """Floors, and who may know which library, are held by the linter and by nobody's memory."""
    with (tree / "src/lara_core" / module).open("a", encoding="utf-8") as source:
        source.write(f"\n{fault}\n")
    assert broken(tree) == {contract}
