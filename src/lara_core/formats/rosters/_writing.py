"""The rows that were left out, given back as a text for somebody to mend and send in again."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from typing import BinaryIO

from lara_core.formats.rosters._csv import neutralised
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.roster_columns import Columns, Row, Use, left_out_columns, letters, tells
from lara_core.roster_rows import BadRow, LeftOut
from lara_core.telling.texts import Texts


def write_left_out(
    file: BinaryIO,
    rows: Iterable[LeftOut],
    columns: Columns,
    heading: Row | None,
    texts: Texts,
    language: str,
    *,
    delimiter: str = ";",
) -> None:
    """Write *rows* with their own cells, then their line in the file and why they were left out, in *language*.

    There is always a heading: the file's own, or the words for the *columns*. So what is written can be read again as
    it is, also where the columns were mapped otherwise than their headings say: then those headings give way to our own
    words. The two last columns are not taken for fields. It is UTF-8 with a mark, every cell in quotation marks;
    one that a spreadsheet program would take for a formula has an apostrophe before it, which reading takes off.
    """
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise BadValue("delimiter", Flaw.WRONG_FORM)
    left_out = tuple(rows)
    titles = () if heading is None else heading.cells
    own = left_out_columns(titles)
    width = max((len(titles), *columns.named, *(len(row.cells) for row in left_out)))
    shown = [column for column in range(1, width + 1) if column not in own]
    words = {
        column: texts.show(use, language)
        for column, use in (
            (columns.email, Use.EMAIL),
            (columns.first_name, Use.FIRST_NAME),
            (columns.name, Use.NAME),
        )
    }
    names = (
        [*titles, *[""] * (width - len(titles))]
        if titles
        else [words.get(column) or columns.free.get(column) or letters(column) for column in range(1, width + 1)]
    )
    if not columns.told_by(names):
        names = [
            words.get(column) or (f"{letters(column)}: {name}" if tells(name) else name)
            for column, name in enumerate(names, 1)
        ]
    _ = file.write(BOM_UTF8)
    text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        _ = writer.writerow(
            map(neutralised, (*_chosen(names, shown), *(texts.show(use, language) for use in (Use.LINE, Use.REASON))))
        )
        for row in left_out:
            why = texts.show(row.reason, language) if isinstance(row, BadRow) else texts.say(row.refusal, language)
            _ = writer.writerow(map(neutralised, (*_chosen(row.cells, shown), str(row.line), why)))
    finally:
        _ = text.detach()


def _chosen(cells: Sequence[str], columns: Iterable[int]) -> Iterator[str]:
    return (cells[column - 1] if column <= len(cells) else "" for column in columns)
