"""The readers that are fuzzed, by name. Another one is a line here."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Final, get_args
from zipfile import ZIP_STORED, ZipFile

from lara_core.formats import links, rosters
from lara_core.formats.rosters._ole import Compound
from lara_core.kernel.decisions import Refused
from lara_core.replies import RepliesRefusal
from lara_core.rosters import Caps, RosterRefusal
from tests.formats.rosters import files
from tests.fuzz import calendar
from tests.fuzz import links as tokens
from tests.fuzz.harness import Reader

# Small, so that all of them are met.
CAPS: Final = Caps(file=150_000, inflated=400_000, rows=300, columns=12, cell=600)


def read_roster(data: bytes) -> bool:
    """Read all of a roster, and say whether it is one; whatever is refused is refused by name."""
    try:
        roster = rosters.read(BytesIO(data), caps=CAPS)
        counts = roster.preview().counts
        assert counts.rows == sum(len(batch.readings) for batch in roster.batches(7))
    except Refused as refused:
        if type(refused.refusal) not in get_args(RosterRefusal):
            raise
        return False
    return True


def read_package(data: bytes) -> bool:
    """Read a workbook of these parts: what is changed is inside the zip, not its checksums."""
    parts: dict[str, bytes] = {}
    for said in data.split(_BETWEEN):
        name, _, part = said.partition(b"\n")
        # The writer of zips cuts names off at a NUL, and cannot write one that is empty.
        parts.setdefault(name.decode("latin-1")[:100].replace("\0", "_") or "_", part)
    return read_roster(files.zipped(parts, method=ZIP_STORED))


def read_records(data: bytes) -> bool:
    """Read an xls workbook of these records, in a compound file that is whole."""
    return read_roster(files.ole({"Workbook": data}))


def read_signed(data: bytes) -> bool:
    """Read a link that says these bytes: what is changed is behind the signature, where other links never come."""
    said = urlsafe_b64encode(data).rstrip(b"=").decode()
    try:
        _ = links.read(Signs(), f"{said or '-'}.signed")
    except Refused as refused:
        if type(refused.refusal) not in get_args(RepliesRefusal):
            raise
        return False
    return True


class Signs:
    """Takes whatever it is shown for what it has signed."""

    def sign(self, text: str) -> str:
        """The text, signed."""
        return f"{text}.signed"

    def unsign(self, signed: str) -> str | None:
        """The text that was signed."""
        return signed.partition(".")[0]


_BETWEEN: Final = b"\n\x1c\n"


def _unzipped(data: bytes) -> bytes:
    with ZipFile(BytesIO(data)) as package:
        return _BETWEEN.join(name.encode() + b"\n" + package.read(name) for name in package.namelist())


def _tables() -> Iterator[list[tuple[str, ...]]]:
    yield [*files.TABLE]
    yield [files.ANN, files.BEN, files.ANN, ("", "", "", ""), ("x", "=1+1", "'-1", 'a "b"\nc')]
    yield [("zoe@example.com", "Zoë", "日本", "x" * 300)]


CSV: Final = [
    files.text(table, delimiter, newline, quote=quote).encode(encoding, "replace")
    for table in _tables()
    for delimiter, newline, quote in ((";", "\r\n", True), (",", "\n", False), ("\t", "\r", False))
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252")
]
XLSX: Final = [files.package(), *map(files.xlsx, _tables())]
XLS: Final = [*map(files.xls, _tables()), files.xls([("a@example.com", 1, 2.5, True)] * 20)]

READERS: Final[Mapping[str, Reader]] = {
    "csv": Reader(read_roster, CSV),
    "xlsx": Reader(read_roster, XLSX),
    "xlsx-parts": Reader(read_package, [*map(_unzipped, XLSX)]),
    "xls": Reader(read_roster, XLS),
    "xls-records": Reader(read_records, [bytes(Compound(data).stream("Workbook")) for data in XLS]),
    "calendar": Reader(calendar.read, calendar.SEEDS),
    "links": Reader(tokens.read, tokens.SEEDS),
    "links-signed": Reader(
        read_signed, [b'["first","acme","accepted"]', b'["d\xc3\xa9j\xc3\xa0-2","acme","declined"]']
    ),
}
