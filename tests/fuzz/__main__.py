"""`python -m tests.fuzz [READER …] [--count N] [--seed N]`: broken inputs for readers; `make fuzz` runs it.

Each reader gets so many inputs. What crashes is kept under build/fuzz/, and the run fails.
"""

import argparse
import secrets
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import Final

from tests.fuzz.harness import crashes
from tests.fuzz.readers import READERS

KEPT: Final = Path("build/fuzz")


def main() -> int:
    """Run what the command line asks for; the exit code is 1 if something crashed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument(
        "readers", nargs="*", metavar="READER", help=f"of {', '.join(READERS)}; all, unless some are named"
    )
    parser.add_argument("--count", type=int, default=100_000, help="inputs for each reader")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    asked = parser.parse_args()
    if unknown := set(asked.readers) - set(READERS):
        parser.error(f"no such reader: {', '.join(sorted(unknown))}")
    failed = False
    for name in asked.readers or READERS:
        print(f"{name}: {asked.count:,} inputs, seed {asked.seed}", flush=True)
        found = 0
        for crash in crashes(READERS[name], asked.count, asked.seed, told=partial(print, f"{name}:", flush=True)):
            found += 1
            KEPT.mkdir(parents=True, exist_ok=True)
            kept = KEPT / f"{name}-{asked.seed}-{crash.number}"
            kept.write_bytes(crash.data)
            print(f"{name}: input {crash.number} crashed, kept as {kept}")
            traceback.print_exception(crash.error)
            if found == 10:
                break
        print(f"{name}: {found or 'no'} crashes", flush=True)
        failed = failed or bool(found)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
