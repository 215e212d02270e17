"""Compound files: the little file system that xls workbooks, and xlsx ones with a password, are kept in.

Read here and not by xlrd, which follows chains of sectors that bite their own tail for ever.
"""

from array import array
from collections.abc import Mapping
from struct import unpack_from
from sys import byteorder
from typing import Final, NamedTuple

from lara_core.kernel.decisions import Refused
from lara_core.roster_refusals import Damaged

SIGNATURE: Final = bytes.fromhex("d0cf11e0a1b11ae1")

_HEADER: Final = 512
_IN_HEADER: Final = 109  # sectors of the table that the header lists itself
_LAST_SECTOR: Final = 0xFFFFFFFA
_ENTRY: Final = 128
_STORAGE, _STREAM, _ROOT = 1, 2, 5


class Entry(NamedTuple):
    """A stream or a storage."""

    kind: int
    start: int
    size: int


class Compound:
    """A compound file: its *entries* by name, as they stand in its directory. Refused: `Damaged`."""

    def __init__(self, data: bytes | bytearray) -> None:
        if len(data) < _HEADER:
            raise Refused(Damaged())
        self._data = memoryview(data)
        sector, mini = unpack_from("<HH", data, 30)
        if sector not in (9, 12) or mini != 6:
            raise Refused(Damaged())
        self._sector, self._mini_sector = 1 << sector, 1 << mini
        directory, self._standard, mini_table = unpack_from("<I4xII", data, 48)
        more, blocks = unpack_from("<II", data, 68)
        listed = _numbers(self._data[76 : 76 + 4 * _IN_HEADER])
        for _ in range(blocks):
            if more >= _LAST_SECTOR:
                break
            block = _numbers(self._at(more))
            more = block.pop()
            listed.extend(block)
            if len(listed) > len(data):
                raise Refused(Damaged())
        self._table = array("I")
        seen: set[int] = set()
        for number in listed:
            if number < _LAST_SECTOR:
                if number in seen:
                    raise Refused(Damaged())
                seen.add(number)
                self._table.extend(_numbers(self._at(number)))
        self._mini_table = _numbers(self._chain(mini_table))
        self.entries, root = self._directory(directory)
        self._mini = memoryview(self._chain(root.start))

    def stream(self, name: str) -> bytearray:
        """The bytes of a stream. Refused: `Damaged`."""
        entry = self.entries[name]
        if entry.size >= self._standard:
            data = self._chain(entry.start)
        else:
            size, data = self._mini_sector, bytearray()
            for number in _followed(entry.start, self._mini_table):
                data += self._mini[number * size : number * size + size]
        if len(data) < entry.size:
            raise Refused(Damaged())
        del data[entry.size :]
        return data

    def _directory(self, start: int) -> tuple[Mapping[str, Entry], Entry]:
        data = self._chain(start)
        entries: dict[str, Entry] = {}
        root = None
        for at in range(0, len(data) - _ENTRY + 1, _ENTRY):
            length, kind = unpack_from("<HB", data, at + 64)
            entry = Entry(kind, *unpack_from("<II", data, at + 116))
            if kind == _ROOT:
                root = root or entry
            elif kind in (_STORAGE, _STREAM):
                name = bytes(data[at : at + max(0, min(length, 64) - 2)]).decode("utf-16-le", "replace")
                _ = entries.setdefault(name, entry)
        if root is None:
            raise Refused(Damaged())
        return entries, root

    def _at(self, number: int) -> memoryview:
        start = (number + 1) * self._sector
        sector = self._data[start : start + self._sector]
        if len(sector) < self._sector:
            raise Refused(Damaged())
        return sector

    def _chain(self, start: int) -> bytearray:
        data = bytearray()
        for number in _followed(start, self._table):
            # The last sector of a file may be cut off.
            at = (number + 1) * self._sector
            data += self._data[at : at + self._sector]
        return data


def _followed(start: int, table: "array[int]") -> "array[int]":
    """The sectors of a chain. One that goes round, or out of the file, is refused."""
    found = array("I")
    number = start
    while number < _LAST_SECTOR:
        if number >= len(table) or len(found) > len(table):
            raise Refused(Damaged())
        found.append(number)
        number = table[number]
    return found


def _numbers(data: memoryview | bytearray) -> "array[int]":
    numbers = array("I")
    numbers.frombytes(bytes(data[: len(data) // 4 * 4]))
    if byteorder == "big":
        numbers.byteswap()
    return numbers
