"""What goes back to whoever sent a file: the same sheet, with what to fix; and what became of it."""

import csv
from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill

from priorities.formats import escape

from .checking.verdicts import Verdict
from .models import NoteImport
from .names import Names
from .problems import ERROR, WARNING, Problem
from .spreadsheets import Table

COLOURS = {ERROR: "F4C7C3", WARNING: "FFF0C2"}


def told(problems: list[Problem], names: Names) -> str:
    """Errors first: what a person has to do before the row can come in."""
    order = [
        *filter(is_error, problems),
        *(p for p in problems if p.severity == WARNING),
    ]
    return "\n".join(problem.isolated(names) for problem in order)


def is_error(problem: Problem) -> bool:
    return problem.severity == ERROR


def rows_back(
    note_import: NoteImport, table: Table, verdicts: list[Verdict]
) -> Iterator[tuple[int, list[str], list[Problem]]]:
    """Every row of the file under its own number, with the column that says what to fix."""
    for line in table.before:
        yield line.number, line.cells, []
    yield table.heading_row, [*table.headings, _("what to fix")], []
    if table.hashtags:
        yield table.heading_row + 1, table.hashtags, []
    width, names = len(table.headings), Names()
    for verdict in verdicts:
        cells = [*verdict.cells, *[""] * (width - len(verdict.cells))]
        for place, cell in (verdict.corrected or {}).items():
            cells[int(place)] = cell
        yield verdict.row, [*cells, told(verdict.problems, names)], verdict.problems


def as_csv(note_import: NoteImport, table: Table, verdicts: list[Verdict]) -> bytes:
    rows = (cells for _n, cells, _p in rows_back(note_import, table, verdicts))
    return csv_of(rows, note_import.delimiter)


def csv_of(rows: Iterable[Iterable[str]], delimiter: str = "") -> bytes:
    """As office programs open it: UTF-8 with its mark, nothing that is calculated."""
    stream = StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter or ",")
    for cells in rows:
        writer.writerow([escape(cell) for cell in cells])
    return ("\ufeff" + stream.getvalue()).encode()


def as_xlsx(note_import: NoteImport, table: Table, verdicts: list[Verdict]) -> bytes:
    """Each row at its own number, so that D7 here is D7 there; wrong cells coloured."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(note_import.sheet[:31] or "Notes")
    last = 0
    for number, cells, problems in rows_back(note_import, table, verdicts):
        while last < number - 1:
            sheet.append([])
            last += 1
        marked = {
            p.column: COLOURS[p.severity]
            for p in sorted(problems, key=is_error)
            if p.severity in COLOURS
        }
        is_heading = number == table.heading_row
        sheet.append(written(sheet, cells, marked, is_heading))
        last = number
    return saved(book)


def xlsx_of(rows: Iterable[Iterable[str]], title: str) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for number, cells in enumerate(rows):
        sheet.append(written(sheet, cells, {}, is_heading=number == 0))
    return saved(book)


def written(
    sheet: Any, cells: Iterable[str], marked: dict[int, str], is_heading: bool
) -> list[Any]:
    """One row of cells, each a text and never a formula."""
    row: list[Any] = []
    for place, value in enumerate(cells):
        text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", escape(value))[:32000]
        cell = WriteOnlyCell(sheet, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if place in marked:
            cell.fill = PatternFill("solid", fgColor=marked[place])
        if is_heading:
            cell.font = Font(bold=True)
        row.append(cell)
    return row


def saved(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
