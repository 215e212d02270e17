"""The peer of the wallet's rows: openedx-ledger, in an environment of its own under build/.

It needs a later Python than this library, and Django, so it runs as a process of its own: `ledger_peer.py`, which is
told by a line to debit a few times more, and answers with the seconds of one debit.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Final

from benchmarks.harness import Sample

LEAST: Final = (3, 12)
NAMED: Final = ("python3.12", "python3.13", "python3.14", "python3")
ROOT: Final = Path(__file__).parent.parent
HOME: Final = ROOT / "build" / "ledger"
PINS: Final = ROOT / "requirements" / "ledger.txt"
PEER: Final = Path(__file__).with_name("ledger_peer.py")


class NoPeer(Exception):
    """It cannot be had here; the message says why, and is printed in place of the row."""


def debits(past: int) -> Sample:
    """Sample a debit of openedx-ledger, in a ledger with so many *past* entries. `NoPeer` where there is none."""
    # -P, or this package's json.py would stand in for the standard library's.
    command = [str(_python()), "-P", str(PEER), str(past)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    asking, answering = process.stdin, process.stdout
    if asking is None or answering is None or answering.readline() != "ready\n":
        raise NoPeer("openedx-ledger does not start, for the reason above")

    def sample() -> float:
        asking.write("debit\n")
        asking.flush()
        return float(answering.readline())

    return sample


def _python() -> Path:
    """The Python of the environment, made where it is not, or not as pinned."""
    python, made = HOME / "bin" / "python", HOME / "made"
    pins = PINS.read_text(encoding="utf-8")
    if made.exists() and made.read_text(encoding="utf-8") == pins:
        return python
    uv = str(Path(sys.executable).with_name("uv"))
    make = [uv, "venv", "--quiet", "--clear", "--python", _interpreter(), str(HOME)]
    install = [uv, "pip", "install", "--quiet", "--no-deps", "--python", str(python), "--requirement", str(PINS)]
    try:
        for command in (make, install):
            subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoPeer("openedx-ledger 2.1.0 cannot be installed here, for want of uv or of a package index") from error
    made.write_text(pins, encoding="utf-8")
    return python


def _interpreter() -> str:
    tell = f"import sys; sys.exit(sys.version_info < {LEAST})"
    for python in _interpreters():
        if not subprocess.run([python, "-c", tell], check=False, capture_output=True).returncode:
            return python
    raise NoPeer("openedx-ledger 2.1.0 needs Python 3.12 or later, and there is none")


def _interpreters() -> Iterator[str]:
    yield sys.executable
    yield from (found for name in NAMED if (found := which(name)))
    # Whoever keeps several by pyenv has them in no path but its own.
    if pyenv := which("pyenv"):
        root = subprocess.run([pyenv, "root"], check=False, capture_output=True, text=True).stdout.strip()
        yield from sorted(map(str, Path(root).glob("versions/3.1[2-9]*/bin/python")))
