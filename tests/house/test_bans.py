"""What the rules must not do is caught: a clock, chance, surroundings, files, and a decision that is dropped."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]

# What is banned, how it looks when somebody does it, and every code that answers.
SEEDED: Final = {
    "datetime.datetime.now": ("from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n", {"TID251"}),
    "datetime.datetime.today": (
        "from datetime import datetime\n\nNOW = datetime.today()\n",
        {"TID251", "DTZ002"},
    ),
    "datetime.datetime.utcnow": (
        "from datetime import datetime\n\nNOW = datetime.utcnow()\n",
        {"TID251", "DTZ003"},
    ),
    "datetime.date.today": ("from datetime import date\n\nTODAY = date.today()\n", {"TID251", "DTZ011"}),
    "time": ("import time\n\nNOW = time.time()\n", {"TID251"}),
    "random": ("from random import shuffle\n\nSHUFFLE = shuffle\n", {"TID251"}),
    "secrets": ("import secrets\n\nTOKEN = secrets.token_hex()\n", {"TID251"}),
    "uuid.uuid1": ("from uuid import uuid1\n\nID = uuid1()\n", {"TID251"}),
    "uuid.uuid4": ("import uuid\n\nID = uuid.uuid4()\n", {"TID251"}),
    "os.environ": ('import os\n\nLANG = os.environ["LANG"]\n', {"TID251"}),
    "os.getenv": ('from os import getenv\n\nLANG = getenv("LANG")\n', {"TID251"}),
    "os.urandom": ("import os\n\nTOKEN = os.urandom(8)\n", {"TID251"}),
    "pathlib": ("from pathlib import Path\n\nHERE = Path()\n", {"TID251"}),
    "io.open": ('import io\n\nwith io.open("roster.csv") as stream:\n    ROWS = list(stream)\n', {"TID251", "UP020"}),
}
OPENED: Final = 'with open("roster.csv") as stream:\n    ROWS = list(stream)\n'
MODULE: Final = '"""A module of the rules."""\n\n'


def codes(source: str, path: str) -> set[str]:
    """Return the codes that ruff gives *source* where it stands at *path*."""
    ruff = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=json", f"--stdin-filename={path}", "-"],
        input=MODULE + source,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    return {finding["code"] for finding in json.loads(ruff.stdout)}


def test_a_plain_module_is_clean() -> None:
    """What the seeds are put into is not what is found."""
    assert codes("LIMIT = 3\n", "src/lara_core/seeded.py") == set()


@pytest.mark.parametrize("banned", SEEDED)
def test_a_ban_holds(banned: str) -> None:
    """No clock, no chance, no surroundings inside a rule (K1)."""
    source, expected = SEEDED[banned]
    assert codes(source, "src/lara_core/kernel/seeded.py") == expected


def test_every_ban_is_seeded() -> None:
    """A ban that was never seen to catch anything is not one yet."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(SEEDED) == set(config["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"])


def test_files_are_not_opened() -> None:
    """A format takes a stream: where a file lies is the host's business."""
    assert codes(OPENED, "src/lara_core/formats/seeded.py") == {"PTH123"}


@pytest.mark.parametrize(
    "path",
    ["src/lara_core/testing/seeded.py", "tests/seeded.py", "examples/sqlite_host/seeded.py", "benchmarks/seeded.py"],
)
def test_outside_the_rules_there_are_clocks(path: str) -> None:
    """The bans are about rules: who tests or hosts them has a clock."""
    assert codes(SEEDED["time"][0], path) == set()


def test_a_dropped_decision_is_an_error(tmp_path: Path) -> None:
    """A purchase whose decision nobody saves does not pass, in the rules or in the example host; tests may drop it."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    dropped = "def decide() -> int:\n    return 1\n\n\ndecide()\n"
    for folder in ("src/lara_core", "examples/sqlite_host", "examples/sqlite_host/tests", "tests", "benchmarks"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "seeded.py").write_text(dropped, encoding="utf-8")
    pyright = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "--project", str(tmp_path)],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    found = json.loads(pyright.stdout)["generalDiagnostics"]
    assert {(Path(each["file"]).relative_to(tmp_path).as_posix(), each["rule"]) for each in found} == {
        ("src/lara_core/seeded.py", "reportUnusedCallResult"),
        ("examples/sqlite_host/seeded.py", "reportUnusedCallResult"),
    }
