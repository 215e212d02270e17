"""The zip that a workbook is: which parts it has, and none that unpacks to more than it may."""

import re
from typing import IO, Final, Literal
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lara_core.formats.rosters._source import CHUNK, Window
from lara_core.formats.rosters._xml import check
from lara_core.kernel.decisions import Refused
from lara_core.roster_refusals import Caps, Damaged, HasMacros, InflatesTooMuch, PasswordProtected, UnknownFormat

CONTENT_TYPES: Final = "[Content_Types].xml"
_MACROS: Final = re.compile(r"vbaProject\w*\.bin", re.IGNORECASE)
_ENCRYPTED: Final = 0x1


class Package(ZipFile):
    """A zip with the parts of a workbook. What openpyxl reads of it, it reads through here.

    A part has no more bytes than the zip's list says, and all together have no more than may be inflated; one that
    has fewer or others is damaged. Nothing is ever written anywhere, so no name can lead out of the zip; names that
    try to are refused all the same. Refused: `InflatesTooMuch`, `PasswordProtected`, `HasMacros`, `UnknownFormat`,
    `Damaged`.
    """

    def __init__(self, window: Window, caps: Caps) -> None:
        super().__init__(window)
        members = self.infolist()
        names = [member.filename for member in members]
        if sum(member.file_size for member in members) > caps.inflated:
            raise Refused(InflatesTooMuch(caps.inflated))
        if any(member.flag_bits & _ENCRYPTED for member in members):
            raise Refused(PasswordProtected())
        if len(set(names)) < len(names) or any(map(_leads_out, names)):
            raise Refused(Damaged())
        if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
            raise Refused(Damaged())
        if CONTENT_TYPES not in names:
            raise Refused(UnknownFormat())
        if any(_MACROS.fullmatch(name.rpartition("/")[2]) for name in names):
            raise Refused(HasMacros())

    def open(
        self,
        name: str | ZipInfo,
        mode: Literal["r", "w"] = "r",
        pwd: bytes | None = None,
        *,
        force_zip64: bool = False,
    ) -> IO[bytes]:
        """A part as a stream."""
        return super().open(name, mode, pwd, force_zip64=force_zip64)

    def read(self, name: str | ZipInfo, pwd: bytes | None = None) -> bytes:
        """A part as a whole, checked before anybody parses it.

        The library's own way would inflate all that is there before it looks at how much there should be.
        """
        part = bytearray()
        with self.open(name, "r", pwd) as stream:
            while chunk := stream.read(CHUNK):
                part += chunk
        check(part)
        return bytes(part)


def opened(window: Window, caps: Caps) -> Package:
    """The zip in *window*. Refused: what `Package` refuses."""
    try:
        return Package(window, caps)
    except (BadZipFile, ValueError, OverflowError, NotImplementedError, OSError):
        pass
    # Raised out here, so that no traceback shows the names in the file.
    raise Refused(Damaged())


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")
