"""A file as a table: its headings, wherever they stand, and the rows under them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from . import foreign, text
from .limits import MEGABYTE, Limits, Refused
from .workbook import Workbook

LOOKED_AT = 40  # rows among which the headings are sought
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

Recognised = Callable[[list[str]], int]


@dataclass(frozen=True)
class Choices:
    """What a person chose; what is empty is found out."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    heading_row: int = 0


@dataclass(slots=True)
class Line:
    """One row as it came: its number as the spreadsheet shows it, its cells."""

    number: int
    cells: list[str]
    formulas: dict[int, bool] = field(default_factory=dict)
    filled: list[int] = field(default_factory=list)  # from a merged cell above


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
    return Table(
        "csv",
        *under_headings(lines, limits, recognised, choices.heading_row),
        encoding=encoding,
        delimiter=delimiter,
    )


def in_workbook(
    file: BinaryIO, limits: Limits, recognised: Recognised, choices: Choices
) -> Table:
    book = Workbook(file, limits, choices.sheet)
    sheet = book.sheet or likeliest_sheet(book, recognised)
    return Table(
        "xlsx",
        *under_headings(
            filled_down(book, sheet), limits, recognised, choices.heading_row
        ),
        sheet=sheet,
        sheets=book.sheets,
    )


def likeliest_sheet(book: Workbook, recognised: Recognised) -> str:
    """The sheet with the most known headings in a row; then the one with most rows."""

    def merit(sheet: str) -> tuple[int, int]:
        rows = list(islice(book.rows(sheet), LOOKED_AT))
        known = max((recognised(cells) for cells, _formulas in rows), default=0)
        return known, sum(sum(map(bool, cells)) > 1 for cells, _formulas in rows)

    return max(book.sheets, key=merit)


def filled_down(book: Workbook, sheet: str) -> Iterator[Line]:
    """Rows in which every cell of a merged one says what the whole says."""
    merged = sorted(book.seen[sheet].merged, key=lambda range_: range_[1])
    waiting = iter(merged)
    following = next(waiting, None)
    held: list[tuple[int, int, str]] = []
    for number, (cells, formulas) in enumerate(book.rows(sheet), start=1):
        line = Line(number, [text.normal(cell) for cell in cells], formulas)
        held = [item for item in held if item[1] >= number]
        if any(cell.strip() for cell in cells):
            for column, _last, value in held:
                if column < len(line.cells) and not line.cells[column]:
                    line.cells[column] = value
                    line.filled.append(column)
        while following is not None and following[1] <= number:
            column, first, last = following
            if first == number and column < len(line.cells) and line.cells[column]:
                held.append((column, last, line.cells[column]))
            following = next(waiting, None)
        yield line


def under_headings(
    lines: Iterable[Line], limits: Limits, recognised: Recognised, chosen: int
) -> tuple[int, list[str], list[str], list[Line], Iterator[Line]]:
    """Heading row, headings, hashtags, the rows above, and the rows below as they come."""
    stream = iter(lines)
    first = list(islice(stream, LOOKED_AT))
    while first and not any(map(is_filled, first)):  # blank rows, however many
        first = list(islice(stream, LOOKED_AT))
    heading = heading_line(first, recognised, chosen)
    if heading is None:
        raise Refused(_("No rows were found in this file."))
    width = len(trimmed(heading.cells))
    if width > limits.columns:
        raise Refused(
            _("This table has %(found)s columns; up to %(most)s can be read.")
            % {"found": width, "most": limits.columns}
        )
    headings = [cell.strip() for cell in heading.cells[:width]]
    named: dict[str, int] = {}
    for column, label in enumerate(headings):
        if label and label.casefold() in named:
            raise Refused(
                _(
                    "Column “%(heading)s” appears twice (columns %(first)s and "
                    "%(second)s). Rename one of them, or take it out."
                )
                % {
                    "heading": label,
                    "first": named[label.casefold()] + 1,
                    "second": column + 1,
                }
            )
        named.setdefault(label.casefold(), column)
    place = first.index(heading)
    after = first[place + 1 :]
    hashtags: list[str] = []
    if after and is_hashtags(after[0].cells):
        hashtags = [cell.strip() for cell in after.pop(0).cells[:width]]

    def below() -> Iterator[Line]:
        count = 0
        for line in chain_of(after, stream):
            if not is_filled(line):
                continue
            count += 1
            if count > limits.rows:
                raise Refused(
                    _(
                        "This file has more than %(most)s rows. Split it, and send the parts."
                    )
                    % {"most": limits.rows}
                )
            yield line
        if not count:
            raise Refused(_("No rows were found under the headings."))

    return heading.number, headings, hashtags, first[:place], below()


def chain_of(first: list[Line], rest: Iterator[Line]) -> Iterator[Line]:
    yield from first
    yield from rest


def is_filled(line: Line) -> bool:
    return any(cell and not cell.isspace() for cell in line.cells) or bool(
        line.formulas
    )


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]


def is_hashtags(cells: list[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) > 1 and all(
        cell.startswith("#") and cell[1:2].isalpha() for cell in filled
    )


def heading_line(first: list[Line], recognised: Recognised, chosen: int) -> Line | None:
    """The row with the most known headings; else the first as wide as the rest."""
    if chosen:
        return next((line for line in first if line.number == chosen), None)
    filled = [line for line in first if is_filled(line)]
    if not filled:
        return None
    for line, following in zip(filled, filled[1:], strict=False):
        if is_hashtags(following.cells):
            return line
    best = max(filled, key=lambda line: recognised(line.cells))
    if recognised(best.cells) >= min(2, len(trimmed(best.cells))):
        return best
    widest = max(sum(bool(cell.strip()) for cell in line.cells) for line in filled)
    return next(
        line
        for line in filled
        if sum(bool(cell.strip()) for cell in line.cells) >= max(1, widest * 2 // 3)
    )
