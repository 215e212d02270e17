"""`python -m benchmarks [AREA]`: measure, print the table, write results.json. Fails only where a row crashes."""

import json
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypedDict

from benchmarks import access, cart, confirmation, host, hostile, imports, rosters, seats, wallet
from benchmarks import json as json_rows
from benchmarks.harness import Row

AREAS: Final[dict[str, Callable[[], Iterable[Row]]]] = {
    "import": imports.rows,
    "seats": seats.rows,
    "host": host.rows,
    "json": json_rows.rows,
    "wallet": wallet.rows,
    "cart": cart.rows,
    "access": access.rows,
    "confirmation": confirmation.rows,
    "roster": rosters.rows,
    "hostile": hostile.rows,
}
RESULTS: Final = Path(__file__).with_name("results.json")


class Result(TypedDict):
    """A row with its figure, as results.json keeps it."""

    id: str
    what: str
    figure: float
    target: str
    holds: bool


def measured(rows: Iterable[Row]) -> Iterator[Result | None]:
    """Give each row's result as soon as it is known; None for one that crashed, after its traceback."""
    for row in rows:
        try:
            figure = round(row.measure(), 3)
        except Exception:  # noqa: BLE001 - one row that crashes must not hide the others
            traceback.print_exc()
            yield None
        else:
            yield Result(
                id=row.id, what=row.what, figure=figure, target=str(row.target), holds=row.target.holds(figure)
            )


def main(*only: str) -> int:
    """Run the areas named in *only*, or all; the exit code is 1 if a row crashed."""
    if unknown := set(only) - set(AREAS):
        print(f"no such area: {', '.join(sorted(unknown))}; there are: {', '.join(AREAS)}")
        return 2
    results: list[Result] = []
    crashed = False
    print(f"{'id':<5} {'figure':>9} {'target':>8}  holds  what")
    for area in only or AREAS:
        for result in measured(AREAS[area]()):
            if result is None:
                crashed = True
                continue
            results.append(result)
            holds = "yes" if result["holds"] else "NO"
            print(f"{result['id']:<5} {result['figure']:>9.3f} {result['target']:>8}  {holds:<5}  {result['what']}")
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(crashed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
