"""Hosts are held to the types: what is right passes both checkers, what is wrong fails at the line that is wrong.

The package is checked as a host has it: a wheel, built from this tree and unpacked into an environment of its own.
"""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WRONG = re.compile(r"# wrong: (.+)$")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment in which the wheel is installed, beside what this one has."""
    home = tmp_path_factory.mktemp("host")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(home)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home / "venv")], check=True)
    (packages,) = (home / "venv").glob("lib/python*/site-packages")
    (wheel,) = home.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(packages)
    (ours,) = (Path(path) for path in sys.path if Path(path).name == "site-packages")
    (packages / "dependencies.pth").write_text(f"{ours}\n")
    return home / "venv" / "bin" / "python"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A host's own project: the views beside this file, and the example host as it is."""
    for view in (*HERE.glob("right_*.py"), *HERE.glob("wrong_*.py")):
        _ = shutil.copy(view, tmp_path)
    _ = shutil.copytree(
        ROOT / "examples" / "sqlite_host", tmp_path / "sqlite_host", ignore=shutil.ignore_patterns("tests")
    )
    return tmp_path


def mypy(python: Path, project: Path, files: list[str]) -> set[tuple[str, int, str]]:
    """What mypy --strict says of *files*: (file, line, code)."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--output=json", "--no-error-summary"]
    command += [f"--python-executable={python}", *files]
    found = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)
    assert not found.stderr, found.stderr
    said = [json.loads(line) for line in found.stdout.splitlines()]
    return {(error["file"], error["line"], error["code"]) for error in said}


def pyright(python: Path, project: Path, files: list[str]) -> set[tuple[str, int, str]]:
    """What pyright says of *files*, strict and with a use for every result: (file, line, code)."""
    rules = {"include": files, "typeCheckingMode": "strict", "reportUnusedCallResult": "error"}
    _ = (project / "pyrightconfig.json").write_text(json.dumps(rules), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--outputjson", f"--pythonpath={python}"]
    found = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)
    said = json.loads(found.stdout)
    assert said["summary"]["filesAnalyzed"] == len(files), found.stdout
    errors = {
        (Path(error["file"]).name, error["range"]["start"]["line"] + 1, error["rule"])
        for error in said["generalDiagnostics"]
    }
    # That a type is unknown where something is wrong is no second error.
    lines = {(file, line) for file, line, rule in errors if not rule.startswith("reportUnknown")}
    return {
        (file, line, rule)
        for file, line, rule in errors
        if not rule.startswith("reportUnknown") or (file, line) not in lines
    }


def marked(checker: str, project: Path, files: list[str]) -> set[tuple[str, int, str]]:
    """What the marks in *files* say that *checker* finds."""
    return {
        (file, number, code)
        for file in files
        for number, line in enumerate((project / file).read_text(encoding="utf-8").splitlines(), 1)
        if (mark := WRONG.search(line))
        for name, code in (said.split() for said in mark[1].split(", "))
        if name == checker
    }


def test_each_wrong_use_is_found_where_it_stands(installed: Path, project: Path) -> None:
    """Twelve ways to hold the library wrong are errors where they stand, and nothing else in the views is one."""
    views = sorted(view.name for kind in ("right", "wrong") for view in HERE.glob(f"{kind}_*.py"))
    assert len(views) == 13
    assert mypy(installed, project, views) == marked("mypy", project, views)
    assert pyright(installed, project, views) == marked("pyright", project, views)


def test_the_example_host_is_sound(installed: Path, project: Path) -> None:
    """A whole host, written against the package as installed, passes both checkers."""
    host = sorted(str(file.relative_to(project)) for file in project.glob("sqlite_host/**/*.py"))
    assert mypy(installed, project, host) == set()
    assert pyright(installed, project, host) == set()
