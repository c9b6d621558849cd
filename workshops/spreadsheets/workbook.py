"""Tables in .xlsx files, judged before they are opened and read without being run."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, iterparse

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._reader import FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser

from .layout import Merged
from .limits import MEGABYTE, Limits, Refused
from .lines import Line

MEMBERS = 2_000
RATIO = 200  # times smaller than what it unpacks to: no notes are
BLOCK = 256 * 1024
MOST_IN_PART = 8 * MEGABYTE  # of styles, names and the like
STRINGS_IN_ROW = 20  # different ones, of the rows that may be read
STRING = re.compile(rb"<(?:\w+:)?si[\s>/]")
LAST_ROW = 1_048_576
MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"'
)
MOST_MERGED = 20_000
# What “Strict Open XML” calls things, and what the library that reads them does.
STRICT = (
    (
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)


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


def look_through(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse XML that declares entities, or hides in another encoding.

    And parts far beyond what notes need: they are read whole, and slowly.
    """
    strings = 0
    for member in archive.infolist():
        if not member.filename.endswith((".xml", ".rels")):
            continue
        is_sheet = "worksheets/" in member.filename
        is_strings = member.filename.endswith("sharedStrings.xml")
        if not is_sheet and not is_strings and member.file_size > MOST_IN_PART:
            raise Refused(overfull())
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
                strings += len(STRING.findall(block)) if is_strings else 0
                if strings > limits.rows * STRINGS_IN_ROW:
                    raise Refused(overfull())
                tail, first = window[-16:], False


def overfull() -> str:
    return _(
        "This workbook holds far more than rows of notes need. Copy the notes into a new one, and send that."
    )


def in_common_words(archive: zipfile.ZipFile) -> BinaryIO | None:
    """A strict workbook with the names that are usual; None when it has them."""
    if b"purl.oclc.org/ooxml" not in archive.read("_rels/.rels"):
        return None
    copy = BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as usual:
        for member in archive.infolist():
            with archive.open(member) as pages, usual.open(member.filename, "w") as new:
                # Names are declared where a part begins.
                block = pages.read(BLOCK)
                for strict, common in STRICT:
                    block = block.replace(strict, common)
                while block:
                    new.write(block)
                    block = pages.read(BLOCK)
    return copy


def merged_in(archive: zipfile.ZipFile, path: str) -> list[Merged]:
    """Found in the raw pages: a sheet tells of merged cells only after its rows."""
    found: list[Merged] = []
    tail = b""
    with archive.open(path) as pages:
        while block := pages.read(BLOCK):
            window = tail + block
            for match in MERGED.finditer(window):
                if match.end() > len(tail) and len(found) < MOST_MERGED:
                    left, top, right, bottom = range_boundaries(match[1].decode())
                    found.append(Merged(left - 1, top, right - 1, bottom))
            tail = window[-120:]
    return found


class Rows(WorkSheetParser):
    """The rows of a sheet as they come; of each cell also whether it is computed.

    What follows the rows (drop-downs, colours, margins) is not looked at: files are
    never refused for it.
    """

    def parse(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        for _event, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                yield self.parse_row(element)
                element.clear()

    def parse_cell(self, element: Element) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        cell["computed"] = element.find(FORMULA_TAG) is not None
        # A formula may well say nothing, and be computed all the same.
        said = element.get("t") == "str" and element.find(VALUE_TAG) is not None
        cell["stored"] = said or cell["value"] is not None
        return cell

    def is_hidden(self, number: int) -> bool:
        return self.row_dimensions.pop(str(number), {}).get("hidden") in ("1", "true")


class Workbook:
    """A workbook and its visible sheets: `lines()` gives the rows of one."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        judge(file, limits)
        try:
            with zipfile.ZipFile(file) as archive:
                look_through(archive, limits)
                file = in_common_words(archive) or file
            self.book = load_workbook(
                file, read_only=True, data_only=True, keep_links=False
            )
            sheets = self.book.worksheets
            visible = [s for s in sheets if s.sheet_state == "visible"]
            self.sheets = [s.title for s in visible or sheets]
        except Refused:
            raise
        except Exception:  # noqa: BLE001 - a damaged file raises whatever it likes
            raise Refused(damaged()) from None
        if not self.sheets:
            raise Refused(damaged())

    def merged(self, sheet: str) -> list[Merged]:
        try:
            return merged_in(self.book._archive, self.book[sheet]._worksheet_path)
        except Exception:  # noqa: BLE001 - as above
            raise Refused(damaged()) from None

    def lines(self, sheet: str) -> Iterator[Line]:
        """The rows that are there: a sheet may say nothing of its empty ones."""
        try:
            yield from self._lines(sheet)
        except Refused:
            raise
        except Exception:  # noqa: BLE001 - as above
            raise Refused(damaged()) from None

    def _lines(self, sheet: str) -> Iterator[Line]:
        book, page = self.book, self.book[sheet]
        with page._get_source() as source:
            rows = Rows(
                source,
                page._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            last = 0
            for declared, row in rows.parse():
                hidden = rows.is_hidden(declared)
                number = max(declared, last + 1)  # each row has a number of its own
                if number > LAST_ROW:
                    raise Refused(damaged())
                last = number
                cells: list[str] = []
                formulas = {}
                for cell in row:
                    place, value = cell["column"] - 1, cell["value"]
                    if value is None and not cell["computed"]:
                        continue
                    cells += [""] * (place + 1 - len(cells))
                    cells[place] = as_text(value)
                    if cell["computed"]:
                        formulas[place] = cell["stored"]
                yield Line(number, cells, formulas, hidden=hidden)


def unescaped(value: str) -> str:
    """Signs that XML cannot hold are written as _x000D_; a half of one is no sign."""
    signs = unescape(value).encode("utf-16", errors="surrogatepass")
    return signs.decode("utf-16", errors="replace")


def as_text(value: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, dates as 2021-06-15."""
    if value is None:
        return ""
    if isinstance(value, str):
        return unescaped(value) if "_x" in value else value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"  # as many digits as a spreadsheet program shows
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
