"""How the demo's story looks on a terminal: chapters, lines with their time, tables."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from textwrap import wrap
from typing import Final

WIDTH: Final = 96
INDENT: Final = " " * len("  00:00  ")


def width(text: str) -> int:
    """How many columns *text* takes: an accent that is a character of its own takes none."""
    return sum(not unicodedata.combining(character) for character in text)


class Transcript:
    """Prints a story as it is told. Times are shown as they are given, in whatever zone they are."""

    def __init__(self) -> None:
        self._chapters = 0
        self._blank = False

    def title(self, title: str, subtitle: str) -> None:
        """The head of the story."""
        self._print(title.upper())
        self._print(subtitle)

    def chapter(self, title: str, day: str = "") -> None:
        """A new chapter, with the day on which it begins at the right."""
        self._chapters += 1
        head, tail = f"{self._chapters}. {title} ", f" {day}" if day else ""
        self.blank()
        self._print(f"{head}{'─' * (WIDTH - width(head) - width(tail))}{tail}")

    def day(self, day: str) -> None:
        """Another day of the same chapter, where the first one stands."""
        self.blank()
        self._print(f"{' ' * (WIDTH - width(day))}{day}")

    def line(self, text: str, at: datetime | None = None) -> None:
        """What happens, at its time where it has one."""
        self._paragraph(INDENT if at is None else f"  {at:%H:%M}  ", text)

    def mark(self, sign: str, text: str) -> None:
        """What comes of it, behind a sign."""
        self._paragraph(f"{INDENT}{sign} ", text)

    def table(self, rows: Sequence[Sequence[str]], align: str, *, rule: bool = False) -> None:
        """*rows* in columns, each to the side that *align* says, `<` or `>`; *rule* underlines the first row."""
        widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
        head = [rows[0], ["─" * columns for columns in widths]] if rule else [rows[0]]
        self.blank()
        for row in (*head, *rows[1:]):
            cells = (
                f"{' ' * (columns - width(cell))}{cell}" if side == ">" else f"{cell}{' ' * (columns - width(cell))}"
                for cell, columns, side in zip(row, widths, align, strict=True)
            )
            self._print(f"{INDENT}{'  '.join(cells)}".rstrip())
        self.blank()

    def blank(self) -> None:
        """An empty line, and never two."""
        if not self._blank:
            self._print("")

    def _paragraph(self, head: str, text: str) -> None:
        for row in wrap(text, WIDTH - len(head), break_on_hyphens=False, break_long_words=False):
            self._print(head + row)
            head = " " * len(head)

    def _print(self, row: str) -> None:
        print(row)
        self._blank = not row
