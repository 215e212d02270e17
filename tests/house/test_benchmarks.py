"""The harness compares what ran side by side, and says plainly what held."""

import gc
from collections.abc import Iterator

import pytest

from benchmarks.__main__ import Result, measured
from benchmarks.harness import AtLeast, AtMost, Row, calls, ratio


def test_candidates_take_turns_without_garbage_collection() -> None:
    """A machine that slows down slows both; the first round only warms up, and one wild round is not the figure."""
    told: list[tuple[str, bool]] = []
    seconds: Iterator[float] = iter([50.0, 50.0, 6.0, 3.0, 900.0, 3.0, 4.0, 2.0])

    def sample(name: str) -> float:
        told.append((name, gc.isenabled()))
        return next(seconds)

    assert ratio(lambda: sample("ours"), lambda: sample("theirs"), rounds=3) == 2.0
    assert told == [("ours", True), ("theirs", True)] + [("ours", False), ("theirs", False)] * 3
    assert gc.isenabled()


def test_a_function_is_called_as_often_in_each_sample() -> None:
    """A short function is called many times a sample, to be above the clock's grain, and as many times in each."""
    called: list[None] = []
    sample = calls(lambda: called.append(None))
    counts: list[int] = []
    for _ in range(2):
        called.clear()
        assert sample() > 0
        counts.append(len(called))
    assert counts[0] == counts[1] > 1


@pytest.mark.parametrize(
    ("target", "figure", "holds"),
    [(AtMost(2.5), 2.5, True), (AtMost(2.5), 2.501, False), (AtLeast(50), 50, True), (AtLeast(50), 49.999, False)],
)
def test_a_target_is_held_at_its_limit(target: AtMost | AtLeast, figure: float, holds: bool) -> None:
    """A limit belongs to what is allowed, whichever way it points."""
    assert target.holds(figure) is holds


def test_a_row_that_crashes_hides_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    """A crash is shown and counted; the rows after it are measured all the same."""
    rows = [
        Row("X1", "nothing ÷ nothing", AtMost(1), lambda: 0 / 0),
        Row("X2", "ours ÷ theirs", AtMost(2.5), lambda: 2.0004),
    ]
    assert list(measured(rows)) == [
        None,
        Result(id="X2", what="ours ÷ theirs", figure=2.0, target="≤ 2.5", holds=True),
    ]
    assert "ZeroDivisionError" in capsys.readouterr().err
