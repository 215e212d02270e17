"""What is built holds what a host needs: the types' marker and the compiled texts."""

import shutil
import subprocess
import sys
import tarfile
from gettext import GNUTranslations
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest

ROOT: Final = Path(__file__).parents[2]
CATALOGUE: Final = "lara_core/telling/locale/fr/LC_MESSAGES/lara_core"
PO: Final = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "seat"\nmsgstr "place réservée"\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Copy what a build reads, with one small catalogue and no compiled one."""
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("locale", "__pycache__"))
    po = tmp_path / "src" / f"{CATALOGUE}.po"
    po.parent.mkdir(parents=True)
    po.write_text(PO, encoding="utf-8")
    return tmp_path


def build(tree: Path, target: str) -> Path:
    """Build *target* and return the one file that it made."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", "built"],
        cwd=tree,
        check=True,
        capture_output=True,
    )
    (made,) = (tree / "built").iterdir()
    return made


def test_a_wheel_holds_texts_and_types(tree: Path) -> None:
    """A host that installs the wheel can say every text, and its checker sees the types."""
    with ZipFile(build(tree, "wheel")) as wheel:
        shipped = {f"{CATALOGUE}.mo", "lara_core/py.typed", "lara_core/formats/mail/templates/letter.html"}
        assert shipped <= set(wheel.namelist())
        with wheel.open(f"{CATALOGUE}.mo") as mo:
            assert GNUTranslations(mo).gettext("seat") == "place réservée"


def test_hypothesis_is_told_of_the_plugin(tree: Path) -> None:
    """A host's `from_type` knows the values of this library; while there is no plugin, nothing names one."""
    with ZipFile(build(tree, "wheel")) as wheel:
        told = any(name.endswith(".dist-info/entry_points.txt") for name in wheel.namelist())
    assert told == (ROOT / "src/lara_core/testing/plugin.py").exists()


def test_a_source_distribution_can_be_built_again(tree: Path) -> None:
    """The sdist holds the catalogues, written and compiled, and the hook that compiles them."""
    with tarfile.open(build(tree, "sdist")) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {f"src/{CATALOGUE}.po", f"src/{CATALOGUE}.mo", "hatch_build.py", "pyproject.toml"} <= names


def test_a_tree_without_texts_builds(tree: Path) -> None:
    """The hook leaves a tree alone that has nothing to compile."""
    shutil.rmtree(tree / "src/lara_core/telling/locale")
    with ZipFile(build(tree, "wheel")) as wheel:
        assert "lara_core/py.typed" in wheel.namelist()
