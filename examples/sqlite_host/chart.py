"""A balance over time, drawn as SVG: plain text, readable by any browser, made of nothing but numbers.

A balance holds until the next entry, so the line is one of steps: along to the time of the entry, then up or down.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.sax.saxutils import escape

from attrs import frozen

from lara_core.kernel.deadlines import Zone

WIDTH: Final = 760
HEIGHT: Final = 360
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 48, 62
# At most so many lines across, at distances that people count in.
MOST_LINES: Final = 6
ROUND: Final = (1, 2, 5)

STYLE: Final = (
    "text{font:12px sans-serif;fill:#333}.title{font-size:15px;font-weight:bold}.grid{stroke:#ddd}"
    ".axis{stroke:#333}.threshold{stroke:#c0392b;stroke-dasharray:6 4}.low{fill:#c0392b}"
    ".balance{fill:none;stroke:#1f618d;stroke-width:2}.entry{fill:#1f618d}"
)


@frozen(kw_only=True)
class Chart:
    """What is drawn: the balance *after* each instant, from 0 on, in the days from *first* to *last* of *zone*.

    Everything that is read is given: the *title*, what the axes count, and what the *threshold*'s line is called.
    """

    title: str
    credits: str
    day: str
    low: str
    threshold: int
    after: Sequence[tuple[datetime, int]]
    first: date
    last: date
    zone: Zone

    def svg(self) -> str:
        """The whole file."""
        size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
        title, style = f"<title>{escape(self.title)}</title>", f"<style>{STYLE}</style>"
        return "\n".join([head, title, style, *self._parts(), "</svg>", ""])

    def _parts(self) -> Iterator[str]:
        yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        yield _text(LEFT, 24, self.title, "title", "start")
        bottom, right = self._y(0), WIDTH - RIGHT
        for value in range(0, self._top + 1, self._step):
            y = self._y(value)
            yield f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}"/>'
            yield _text(LEFT - 8, y + 4, str(value), "", "end")
        for number in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=number)
            x = self._x(datetime.combine(day, time(), self.zone.info))
            yield f'<line class="axis" x1="{x}" y1="{bottom}" x2="{x}" y2="{bottom + 5}"/>'
            yield _text(x, bottom + 19, day.isoformat(), "", "middle")
        yield f'<line class="axis" x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>'
        yield f'<line class="axis" x1="{LEFT}" y1="{TOP}" x2="{LEFT}" y2="{bottom}"/>'
        yield _text((LEFT + right) // 2, HEIGHT - 14, self.day, "", "middle")
        middle = (TOP + bottom) // 2
        yield f'<g transform="rotate(-90 18 {middle})">{_text(18, middle, self.credits, "", "middle")}</g>'
        y = self._y(self.threshold)
        yield f'<line class="threshold" x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}"/>'
        yield f'<line class="threshold" x1="{right - 30}" y1="20" x2="{right}" y2="20"/>'
        yield _text(right - 38, 24, f"{self.low} {self.threshold}", "low", "end")
        yield f'<path class="balance" d="{self._path()}"/>'
        for at, balance in self._ends():
            yield f'<circle class="entry" cx="{self._x(at)}" cy="{self._y(balance)}" r="3"/>'

    def _path(self) -> str:
        steps = "".join(f"H{self._x(at)}V{self._y(balance)}" for at, balance in self.after)
        return f"M{LEFT} {self._y(0)}{steps}H{WIDTH - RIGHT}"

    def _ends(self) -> Iterator[tuple[datetime, int]]:
        """The balance after the last entry of each instant: a batch is one step."""
        yield from dict(self.after).items()

    def _x(self, at: datetime) -> int:
        begins = datetime.combine(self.first, time(), self.zone.info)
        ends = datetime.combine(self.last + timedelta(days=1), time(), self.zone.info)
        return LEFT + (WIDTH - LEFT - RIGHT) * ((at - begins) // timedelta(seconds=1)) // (
            (ends - begins) // timedelta(seconds=1)
        )

    def _y(self, value: int) -> int:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value // self._top

    @property
    def _most(self) -> int:
        return max(1, self.threshold, *(balance for _, balance in self.after))

    @property
    def _step(self) -> int:
        """The least of 1, 2, 5, 10, 20, … that makes few enough lines."""
        power = 1
        while True:
            for each in ROUND:
                if self._most <= each * power * MOST_LINES:
                    return each * power
            power *= 10

    @property
    def _top(self) -> int:
        """The highest line: the balance stays below it."""
        return -(-self._most // self._step) * self._step


def _text(x: int, y: int, text: str, kind: str, anchor: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
