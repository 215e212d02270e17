"""A short run of every reader; `make fuzz` is the long one. And proof that it would find something."""

from collections.abc import Callable
from random import Random

import pytest

from tests.fuzz.harness import Reader, crashes, mutated
from tests.fuzz.readers import READERS

SEED = 20250102
SHORT = {
    "csv": 400,
    "xlsx": 100,
    "xlsx-parts": 40,
    "xls": 150,
    "xls-records": 150,
    "calendar": 400,
    "links": 1_000,
    "links-signed": 2_000,
}


@pytest.mark.parametrize("name", READERS)
def test_nothing_crashes(name: str, tell: Callable[[object], None]) -> None:
    """Broken files, replies and links are read or refused by name, and nothing else is raised (K2, O7, C2, C7)."""
    count = SHORT.get(name, 100)
    assert [crash.number for crash in crashes(READERS[name], count, SEED)] == []
    tell(f"fuzz: {name}, {count} inputs, seed {SEED}")


@pytest.mark.parametrize("name", READERS)
def test_the_seeds_are_whole(name: str) -> None:
    """What is changed is read before it is: otherwise nothing behind the first check would be met."""
    reader = READERS[name]
    assert {reader.read(seed) for seed in reader.seeds} == {True}


@pytest.mark.parametrize("name", READERS)
def test_some_inputs_are_broken_and_some_are_not(name: str) -> None:
    """What is tried is read now and then, and refused now and then: a run that met one of both would show little."""
    random, reader = Random(SEED), READERS[name]  # noqa: S311 - no secret is made
    # A link that was altered anywhere never comes past its signature.
    expected = {False} if name == "links" else {False, True}
    assert {reader.read(mutated(random, reader.seeds)) for _ in range(60)} == expected


@pytest.mark.parametrize("name", ["csv", "calendar", "links", "links-signed"])
def test_a_planted_bug_is_found(name: str) -> None:
    """A reader that takes a NUL for what it is not crashes, and the input is given back as it was tried."""

    def planted(data: bytes) -> None:
        _ = READERS[name].read(data)
        if b"\0\0" in data:
            raise KeyError(len(data))

    first = next(crashes(Reader(planted, READERS[name].seeds[:2]), 10_000, SEED))
    assert isinstance(first.error, KeyError)
    assert b"\0\0" in first.data
    assert first.error.args == (len(first.data),)


def test_a_run_is_told_by_its_seed() -> None:
    """The same seed tries the same inputs, another one others; a crash can be met again."""

    def failing(data: bytes) -> None:
        raise ValueError(data)

    reader = Reader(failing, [b"ann@example.com;Ann\n"])
    runs = [[crash.data for crash in crashes(reader, 20, seed)] for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    assert len(set(runs[0])) > 15


def test_inputs_stay_small() -> None:
    """However often something is repeated (a run must end)."""
    random = Random(SEED)  # noqa: S311 - no secret is made
    assert all(len(mutated(random, [b"x" * 199_999])) <= 200_000 for _ in range(200))
