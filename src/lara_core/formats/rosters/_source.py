"""A host's file, looked at through a window: it has a size, and nothing takes too much of it at once."""

from hashlib import sha256
from io import SEEK_CUR, SEEK_END, SEEK_SET, RawIOBase
from typing import TYPE_CHECKING, BinaryIO, Final

from lara_core.kernel.decisions import Refused
from lara_core.roster_refusals import Caps, Damaged, TooLarge

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK: Final = 65_536
MOST_AT_ONCE: Final = 1_048_576
"""The most that is read at once. A list of a zip's members that is longer than this is no roster's."""


class Window(RawIOBase):
    """The bytes of *file* from *start* on, with a position of its own; closing it leaves the file open."""

    def __init__(self, file: BinaryIO, caps: Caps, start: int = 0) -> None:
        super().__init__()
        self._file = file
        self._start = start
        self._at = 0
        self.size = file.seek(0, SEEK_END) - start
        if self.size + start > caps.file:
            raise Refused(TooLarge(caps.file))

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        """Go there; before the beginning is the beginning, as for files that are cut off."""
        self._at = max(0, offset + {SEEK_SET: 0, SEEK_CUR: self._at, SEEK_END: self.size}[whence])
        return self._at

    def tell(self) -> int:
        """Where it is."""
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """As many bytes, or all that are left. Refused: more than `MOST_AT_ONCE`."""
        left = max(0, self.size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > MOST_AT_ONCE:
            raise Refused(Damaged())
        _ = self._file.seek(self._start + self._at)
        data = b""
        # A file may give less than it is asked for, and one that gives nothing is shorter than it was.
        while len(data) < wanted and (more := self._file.read(wanted - len(data))):
            data += more
        self._at += len(data)
        return data

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """What `io.BufferedReader` calls."""
        view = memoryview(buffer).cast("B")
        data = self.read(min(len(view), CHUNK))
        view[: len(data)] = data
        return len(data)

    def whole(self) -> bytearray:
        """All of it, for formats that cannot be read in any other way."""
        data = bytearray()
        _ = self.seek(0)
        while chunk := self.read(CHUNK):
            data += chunk
        return data


def fingerprint(file: BinaryIO) -> str:
    """The SHA-256 of the file's bytes, in hexadecimal: what a file is told by, whatever it is called."""
    digest = sha256()
    _ = file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
