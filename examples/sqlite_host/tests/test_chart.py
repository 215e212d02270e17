"""The drawing of a balance: whatever the numbers, it can be read, and it is where the numbers are."""

import re
from datetime import UTC, date, datetime
from typing import Final
from xml.etree.ElementTree import fromstring

import pytest
from attrs import evolve

from lara_core.kernel.deadlines import Zone
from sqlite_host.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Chart

CHART: Final = Chart(
    title="Credits of A & B",
    credits="credits",
    day="day",
    low="low below",
    threshold=100,
    after=[(datetime(2025, 3, 25, 12, tzinfo=UTC), 250), (datetime(2025, 3, 26, tzinfo=UTC), 50)],
    first=date(2025, 3, 25),
    last=date(2025, 3, 26),
    zone=Zone("UTC"),
)


def test_the_line_goes_where_the_balance_went() -> None:
    """From nothing up to 250 in the middle of the first day, down to 50 at its end, and along to the right (W7)."""
    assert [*re.findall(r'class="balance" d="([^"]+)"', CHART.svg())] == ["M70 298H236V48H403V248H736"]


def test_all_that_is_needed_for_reading_it_is_there() -> None:
    """Title, axes with what they count, each day, each line across, and the threshold; all as XML (T2)."""
    texts = fromstring(CHART.svg()).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314 - our own words
    words = [each.text for each in texts]
    across = ["0", "50", "100", "150", "200", "250"]
    days = ["2025-03-25", "2025-03-26"]
    assert words == ["Credits of A & B", *across, *days, "day", "credits", "low below 100"]


@pytest.mark.parametrize("most", [0, 1, 6, 7, 99, 1_000_000_000_000])
def test_no_balance_leaves_the_picture(most: int) -> None:
    """Whatever the highest balance, there are few lines across, and every point is between the axes."""
    chart = evolve(CHART, threshold=1, after=[(CHART.after[0][0], most)])
    points = re.findall(r'class="entry" cx="(\d+)" cy="(\d+)"', chart.svg())
    assert [LEFT <= int(x) <= WIDTH - RIGHT and TOP <= int(y) <= HEIGHT - BOTTOM for x, y in points] == [True]
    assert 2 <= chart.svg().count('class="grid"') <= 7
