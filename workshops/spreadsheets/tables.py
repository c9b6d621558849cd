"""A file as a table: its headings, wherever they stand, and the rows under them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from . import foreign, text
from .layout import LOOKED_AT, Layout, Merged, Recognised, laid_out
from .limits import MEGABYTE, Limits, Refused
from .lines import Line
from .workbook import Workbook

REFUSED_ENDINGS = (
    ".xls",
    ".xlsm",
    ".xlsb",
    ".xltx",
    ".xltm",
    ".ods",
    ".numbers",
    ".pdf",
    ".doc",
    ".docx",
)
# Sheets that tell how to write notes, and may show an example of one.
COVER = re.compile(
    r"instruc|example|exemple|ejemplo|read\s?me|lisez|l[eé]ame|cover|couverture"
    r"|portada|guide|gu[ií]a|mode d.emploi|تعليمات|إرشادات|مثال|أمثلة|اقرأ|غلاف",
    re.I,
)
ENOUGH = 2  # known headings that make a row of headings


@dataclass(frozen=True)
class Choices:
    """What a person chose; what is empty is found out."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    heading_row: int = 0


@dataclass
class Table:
    """What a file says of itself; `lines` are read on the way, once."""

    kind: str
    heading_row: int
    headings: list[str]
    hashtags: list[str]
    before: list[Line]
    lines: Iterator[Line]
    encoding: text.Encoding = text.Encoding("")
    delimiter: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    # Other sheets that look like notes, with how many rows each.
    others: list[tuple[str, int]] = field(default_factory=list)


def read(
    file: BinaryIO,
    name: str,
    limits: Limits,
    recognised: Recognised,
    choices: Choices = Choices(),
) -> Table:
    """Find the table in a file. `Refused` when there is none to read.

    `recognised` counts the headings in a row of cells that are known.
    """
    file.seek(0, 2)
    if file.tell() > limits.size:
        raise Refused(
            _(
                "This file is too large: up to %(most)s MB. Split it, and send the parts."
            )
            % {"most": limits.size // MEGABYTE}
        )
    file.seek(0)
    start = file.read(4)
    if not start:
        raise Refused(_("This file is empty."))
    foreign.refuse(file)
    if name.lower().endswith(REFUSED_ENDINGS):
        raise Refused(str(foreign.SPREADSHEET))
    if start == foreign.ZIPPED:
        return in_workbook(file, limits, recognised, choices)
    return in_text(file, limits, recognised, choices)


def in_text(
    file: BinaryIO, limits: Limits, recognised: Recognised, choices: Choices
) -> Table:
    if choices.encoding in text.ENCODINGS:
        encoding = text.Encoding(choices.encoding)
    else:
        encoding = text.detect(file)
    delimiter = choices.delimiter or text.separator(file, encoding.name)
    lines = (
        Line(number, [text.normal(cell) for cell in cells])
        for number, cells in enumerate(
            text.rows(file, encoding.name, delimiter), start=1
        )
    )
    layout = laid_out(lines, limits, recognised, choices.heading_row)
    return Table(
        "csv",
        layout.heading.number,
        layout.headings,
        layout.hashtags,
        layout.before,
        with_surplus(layout),
        encoding=encoding,
        delimiter=delimiter,
    )


def with_surplus(layout: Layout) -> Iterator[Line]:
    """Rows that know how many cells they have beyond the row of headings.

    A separator inside a text that nobody quoted moves all that follows, and may end
    in an empty last column. Where most rows end in the same empty cells, these are
    only a habit of the program that wrote them.
    """
    first = list(islice(layout.lines, LOOKED_AT))
    width = max(len(layout.heading.cells), len(layout.headings))
    beyond = Counter(
        len(line.cells) - width for line in first if not any(line.cells[width:])
    )
    usual = next((n for n, rows in beyond.items() if rows > max(1, len(first) // 2)), 0)
    for line in chain(first, layout.lines):
        line.surplus = max(0, len(line.cells) - width - max(0, usual))
        yield line


def in_workbook(
    file: BinaryIO, limits: Limits, recognised: Recognised, choices: Choices
) -> Table:
    book = Workbook(file, limits)
    sheet, others = chosen_sheet(book, limits, recognised, choices.sheet)
    merged = book.merged(sheet)
    layout = laid_out(
        filled_down(book.lines(sheet), merged),
        limits,
        recognised,
        choices.heading_row,
        merged,
    )
    return Table(
        "xlsx",
        layout.heading.number,
        layout.headings,
        layout.hashtags,
        layout.before,
        layout.lines,
        sheet=sheet,
        sheets=book.sheets,
        others=others,
    )


def chosen_sheet(
    book: Workbook, limits: Limits, recognised: Recognised, chosen: str
) -> tuple[str, list[tuple[str, int]]]:
    """The sheet to read, and the others that look like notes too."""
    if len(book.sheets) == 1:
        return book.sheets[0], []
    looks = {sheet: look(book, sheet, limits, recognised) for sheet in book.sheets}

    def merit(sheet: str) -> tuple[bool, bool, int, int]:
        known, rows = looks[sheet]
        return known >= ENOUGH and rows > 0, not COVER.search(sheet), known, rows

    sheet = chosen if chosen in looks else max(book.sheets, key=merit)
    return sheet, [
        (other, rows)
        for other, (known, rows) in looks.items()
        if other != sheet and known >= ENOUGH and rows
    ]


def look(
    book: Workbook, sheet: str, limits: Limits, recognised: Recognised
) -> tuple[int, int]:
    """How many headings of a sheet are known, and how many rows stand under them."""
    lines = book.lines(sheet)
    first = list(islice(lines, LOOKED_AT))
    known = [recognised(line.cells) for line in first]
    most = max(known, default=0)
    under = first[known.index(most) + 1 :] if first else []
    more = islice(lines, limits.rows) if most >= ENOUGH else ()
    return most, sum(line.is_filled for line in chain(under, more))


def filled_down(lines: Iterable[Line], merged: list[Merged]) -> Iterator[Line]:
    """Rows in which every cell of a merged one says what the whole says.

    One that is merged across speaks for its first column only: a region over two
    columns is no audience.
    """
    waiting = iter(sorted(merged, key=lambda box: box.top))
    following = next(waiting, None)
    held: dict[int, tuple[int, str]] = {}  # per column: until which row, what
    for line in lines:
        line.cells = [text.normal(cell) for cell in line.cells]
        if line.is_filled:
            for column, (bottom, value) in held.items():
                line.cells += [""] * (column + 1 - len(line.cells))
                if bottom >= line.number and not line.cells[column]:
                    line.cells[column] = value
                    line.filled.append(column)
        while following is not None and following.top <= line.number:
            value = "".join(line.cells[following.left : following.left + 1])
            if following.top == line.number < following.bottom and value:
                held[following.left] = following.bottom, value
            following = next(waiting, None)
        yield line
