"""Throwing broken inputs at readers: seeds that are whole, changed at random, and what may come of one that is not.

A reader gets bytes and answers, or refuses them in a way that is written down. Anything else that it raises is a crash.
A run is told by its seed: the same seed, reader and count try the same inputs.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from time import monotonic
from typing import Final

from attrs import frozen

# What has broken readers before: signs of formats, ends of ranges, quotes, and ends of lines.
_PIECES: Final = (
    b"\0",
    b"\xff",
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\xfe\xff",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"PK\x03\x04",
    b"<!DOCTYPE x>",
    b"&x;",
    b"]]>",
    b'"',
    b"'",
    b";",
    b"\r",
    b"\n",
    b"\r\n",
    b"9" * 400,
    b"-1",
    b"1e999",
)
_LONGEST: Final = 200_000


@frozen
class Reader:
    """What is tried: *read* raises nothing on any bytes; *seeds* are inputs that it understands."""

    read: Callable[[bytes], object]
    seeds: Sequence[bytes]


@frozen
class Crash:
    """An input that something was raised on which nobody expects."""

    number: int
    data: bytes
    error: Exception


def mutated(random: Random, seeds: Sequence[bytes]) -> bytes:
    """One of *seeds* with a few changes: bytes changed, cut out, put in, repeated, or of another seed."""
    data = bytearray(random.choice(seeds))
    for _ in range(random.choice((1, 1, 2, 3, 8))):
        at = random.randrange(len(data) + 1)
        end = min(len(data), at + random.choice((1, 2, 4, 16, 256)))
        match random.randrange(7):
            case 0:
                data[at:end] = random.randbytes(end - at)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = random.choice(_PIECES)
            case 3:
                data[at:end] = random.choice(_PIECES)
            case 4:
                data[at:at] = data[at:end] * random.choice((1, 2, 50))
            case 5:
                other = random.choice(seeds)
                start = random.randrange(len(other) + 1)
                data[at:end] = other[start : start + end - at]
            case _:
                if at < len(data):
                    data[at] ^= 1 << random.randrange(8)
    return bytes(data[:_LONGEST])


def crashes(reader: Reader, count: int, seed: int, *, told: Callable[[str], object] = str) -> Iterator[Crash]:
    """Try so many inputs, give each that crashes, and tell now and then how far it is."""
    random, began, last = Random(seed), monotonic(), monotonic()  # noqa: S311 - no secret is made
    for number in range(1, count + 1):
        data = mutated(random, reader.seeds)
        try:
            _ = reader.read(data)
        except Exception as error:  # noqa: BLE001 - whatever nobody expects is what is looked for
            yield Crash(number, data, error)
        if monotonic() - last > 10:
            last = monotonic()
            told(f"{number:,} of {count:,}, {number / (last - began):,.0f} a second")
