"""Tables in .xlsx files, judged before they are opened and read without being run."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from .limits import MEGABYTE, Limits, Refused

MEMBERS = 2_000
RATIO = 200  # times smaller than what it unpacks to: no notes are
BLOCK = 256 * 1024
MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"'
)
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
MOST_MERGED = 20_000
WITHOUT_VALUE = False  # what a formula has when its program never computed it


def damaged() -> str:
    return _(
        "This .xlsx file is damaged. Open it in your spreadsheet program and save it again."
    )


def judge(file: BinaryIO, limits: Limits) -> None:
    """Refuse an archive by what it declares, before anything in it is unpacked."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Refused(damaged()) from None
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    too_dense = unpacked > 10 * MEGABYTE and unpacked > RATIO * max(packed, 1)
    if unpacked > limits.unpacked or too_dense or len(members) > MEMBERS:
        raise Refused(
            _("Unpacked size over %(most)s MB: split the file, and send the parts.")
            % {"most": limits.unpacked // MEGABYTE}
        )


@dataclass
class Seen:
    """What the raw pages of a sheet tell that reading cell by cell does not."""

    merged: list[tuple[int, int, int]] = field(default_factory=list)
    formulas: bool = False


def look(archive: zipfile.ZipFile, path: str) -> Seen:
    """Merged cells as (column, first row, last row), and whether there are formulas."""
    seen, tail = Seen(), b""
    with archive.open(path) as pages:
        while block := pages.read(BLOCK):
            window = tail + block
            seen.formulas = seen.formulas or bool(FORMULA.search(window))
            for match in MERGED.finditer(window):
                if match.end() > len(tail) and len(seen.merged) < MOST_MERGED:
                    left, top, _right, bottom = range_boundaries(match[1].decode())
                    if bottom > top:
                        seen.merged.append((left - 1, top, bottom))
            tail = window[-120:]
    return seen


def without_entities(archive: zipfile.ZipFile) -> None:
    """Refuse XML that declares entities, or hides in another encoding."""
    for member in archive.infolist():
        if not member.filename.endswith((".xml", ".rels")):
            continue
        with archive.open(member) as pages:
            tail, first = b"", True
            while block := pages.read(BLOCK):
                window = tail + block
                hidden = first and block[:2] in (
                    b"\xff\xfe",
                    b"\xfe\xff",
                    b"<\x00",
                    b"\x00<",
                )
                if hidden or b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                    raise Refused(damaged())
                tail, first = window[-16:], False


class Workbook:
    """A workbook on one of its sheets: `rows()` gives every row from the first."""

    def __init__(self, file: BinaryIO, limits: Limits, sheet: str = "") -> None:
        judge(file, limits)
        self.file = file
        try:
            with zipfile.ZipFile(file) as archive:
                without_entities(archive)
            with closing(load_workbook(file, read_only=True, data_only=True)) as book:
                visible = [s for s in book.worksheets if s.sheet_state == "visible"]
                self.sheets = [s.title for s in visible or book.worksheets]
                paths = {s.title: s._worksheet_path for s in book.worksheets}
            self.sheet = sheet if sheet in self.sheets else ""
            with zipfile.ZipFile(file) as archive:
                known = set(archive.namelist())
                self.seen = {
                    name: look(archive, path)
                    for name, path in paths.items()
                    if path in known
                }
        except Refused:
            raise
        except Exception:  # noqa: BLE001 - a damaged file raises whatever it likes
            raise Refused(damaged()) from None
        if not self.sheets:
            raise Refused(damaged())

    def rows(self, sheet: str) -> Iterator[tuple[list[str], dict[int, bool]]]:
        """Cells as text; and which are formulas, with whether their value is stored."""
        try:
            yield from self._rows(sheet)
        except Refused:
            raise
        except Exception:  # noqa: BLE001 - as above
            raise Refused(damaged()) from None

    def _rows(self, sheet: str) -> Iterator[tuple[list[str], dict[int, bool]]]:
        self.file.seek(0)
        with closing(load_workbook(self.file, read_only=True, data_only=True)) as book:
            values = self._values(book, sheet)
            if not self.seen[sheet].formulas:
                for row in values:
                    yield [as_text(cell) for cell in row], {}
                return
            with closing(load_workbook(self.file, read_only=True)) as written:
                for row, source in zip(
                    values, self._values(written, sheet), strict=True
                ):
                    formulas = {
                        place: row[place] is not None
                        for place, cell in enumerate(source)
                        if isinstance(cell, str)
                        and cell.startswith("=")
                        # A text that only looks like a formula stands in both.
                        and cell != row[place]
                    }
                    yield [as_text(cell) for cell in row], formulas

    def _values(self, book: Any, sheet: str) -> Iterator[tuple[Any, ...]]:
        page = book[sheet]
        page.reset_dimensions()  # what a sheet says of its own size may be a lie
        return page.iter_rows(values_only=True)


def as_text(value: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, dates as 2021-06-15."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
