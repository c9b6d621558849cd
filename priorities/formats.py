"""Spreadsheet files whose cells are never formulas.

A cell that a spreadsheet would compute gets an apostrophe in front; importing takes
it off again, so that what comes back is what went out.
"""

import csv
import json
import re
from collections.abc import Iterable
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import tablib
from django.conf import settings
from django.utils.translation import gettext as _
from import_export.formats import base_formats

SIGNS = r"[=+\-@|%\t\r＝＋－＠]"  # with which some program begins to compute
BEGINNING = re.compile(rf"\n'*{SIGNS}")
FORMULA = re.compile(rf"^'*{SIGNS}")
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
ESCAPED = re.compile(rf"^'+{SIGNS}")
SHEET = "recommendations"  # of a workbook with several
LINE = "№"  # heads the column that tells where in its file a row stood
UNTOUCHED = object()  # a cell that the file does not speak of: what is there stays
SAID = ("text", "state")  # what a long table has once, and a wide one by language


def escape(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


def escaped(cells: list[str]) -> list[str]:
    """Many texts at once: they are looked at one by one only if any may need it."""
    risky = BEGINNING.search("\n" + "\n".join(cells))
    return [escape(cell) for cell in cells] if risky else cells


def unescape(cell: Any) -> Any:
    return cell[1:] if isinstance(cell, str) and ESCAPED.match(cell) else cell


def mapped(dataset: tablib.Dataset, change: Any) -> tablib.Dataset:
    rows = [tuple(change(cell) for cell in row) for row in dataset]
    return tablib.Dataset(*rows, headers=dataset.headers)


def decoded(data: bytes) -> str:
    """Text as office programs save it: UTF-8, UTF-16 with its mark, else Windows-1252."""
    for encoding in (
        "utf-8-sig",
        "utf-16" if data[:2] in BYTE_ORDER_MARKS else "cp1252",
    ):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError(_("This file is not text. Save it as CSV UTF-8 or as XLSX."))


def parsed(text: str) -> tablib.Dataset:
    """Rows by the separator the headings use; short rows are filled, blank ones left out."""
    headings = text.lstrip("\r\n").partition("\n")[0]
    separator = max(",;\t", key=headings.count)
    rows = [
        row
        for row in csv.reader(StringIO(text, newline=""), delimiter=separator)
        if any(cell.strip() for cell in row)
    ]
    if not rows:
        raise ValueError(_("This file has no rows."))
    width = len(rows[0])
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row[width:]):
            raise ValueError(
                _("Row %(row)s has more cells than there are headings: “%(value)s”.")
                % {"row": number, "value": row[width]}
            )
    filled = [(*row, *[""] * width)[:width] for row in rows[1:]]
    return tablib.Dataset(*filled, headers=[name.strip() for name in rows[0]])


def widened(dataset: tablib.Dataset) -> tablib.Dataset:
    """A row for each entry, of a table that has one for each language of it.

    A language without a row is left as it is.
    """
    headings = list(dataset.headers or [])
    if not {"reference", "language", "text"} <= {*headings}:
        return dataset
    codes = settings.CONTENT_LANGUAGES
    said = [name for name in SAID if name in headings]
    shared = [name for name in headings if name not in {"language", *said}]
    entries: dict[Any, dict[str, Any]] = {}
    for number, cells in enumerate(dataset, start=2):
        row = dict(zip(headings, cells, strict=True))
        line, code = row.get(LINE, number), str(row["language"] or "").strip()
        if code not in codes:
            raise ValueError(
                _("Row %(row)s: “%(value)s” is not one of %(known)s.")
                % {"row": line, "value": code, "known": _(", ").join(codes)}
            )
        own = {name: row[name] for name in shared} | {LINE: line}
        reference = str(row["reference"] or "").strip()
        entry = entries.setdefault(reference or number, own)
        must_agree(entry, own)
        for name in said:
            if f"{name}_{code}" in entry:
                raise ValueError(
                    _("Rows %(first)s and %(row)s both hold %(name)s in “%(code)s”.")
                    % {
                        "first": entry[LINE],
                        "row": line,
                        "name": reference,
                        "code": code,
                    }
                )
            entry[f"{name}_{code}"] = row[name]
    spoken = [f"{name}_{code}" for name in said for code in codes]
    columns = list(dict.fromkeys([*shared, *spoken, LINE]))
    rows = [[e.get(name, UNTOUCHED) for name in columns] for e in entries.values()]
    return tablib.Dataset(*rows, headers=columns)


def must_agree(entry: dict[str, Any], row: dict[str, Any]) -> None:
    """What two rows of one entry say of it beside its texts."""
    for name, value in row.items():
        if name != LINE and (value or "") != (entry[name] or ""):
            raise ValueError(
                _(
                    "Rows %(first)s and %(row)s are of one entry and differ in “%(column)s”: “%(one)s”, “%(other)s”. Write the same in both."
                )
                % {
                    "first": entry[LINE],
                    "row": row[LINE],
                    "column": name,
                    "one": entry[name],
                    "other": value,
                }
            )


class CSV(base_formats.CSV):
    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> Any:
        """With a byte-order mark, so that office programs read the accents."""
        return "\ufeff" + super().export_data(mapped(dataset, escape), **kwargs)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        text = decoded(in_stream) if isinstance(in_stream, bytes) else in_stream
        return widened(mapped(parsed(text.removeprefix("\ufeff")), unescape))


class XLSX(base_formats.XLSX):
    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> Any:
        return super().export_data(mapped(dataset, escape), **kwargs)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        """The sheet of recommendations where there are several, else the open one."""
        book = openpyxl.load_workbook(
            BytesIO(in_stream), read_only=True, data_only=True
        )
        sheet: Any = book[SHEET] if SHEET in book.sheetnames else book.active
        headings, *rows = sheet.values
        return widened(mapped(tablib.Dataset(*rows, headers=headings), unescape))


class JSON(base_formats.JSON):
    """As open data have it, on the way back only: {"meta": …, "rows": […]}."""

    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def can_export(self) -> bool:
        return False

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        told = loaded(decoded(in_stream), 1)
        rows = told.get("rows") if isinstance(told, dict) else told
        if not isinstance(rows, list) or not rows:
            raise ValueError(_("This file has no rows."))
        return widened(tabled(enumerate(rows, start=1)))


class JSONLines(JSON):
    """One object a line."""

    def get_title(self) -> str:
        return "jsonl"

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        lines = decoded(in_stream).split("\n")
        rows = [
            (number, loaded(line, number))
            for number, line in enumerate(lines, start=1)
            if line.strip()
        ]
        if not rows:
            raise ValueError(_("This file has no rows."))
        return widened(tabled(rows))


def loaded(text: str, first: int) -> Any:
    """What JSON says. ValueError names the line where it cannot be read."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line = first - 1 + error.lineno
        raise ValueError(_("Line %s is not JSON.") % line) from None


def tabled(rows: Iterable[tuple[int, Any]]) -> tablib.Dataset:
    """Objects as rows; what one does not speak of stays as it is."""
    found = []
    for number, row in rows:
        if not isinstance(row, dict):
            raise ValueError(_("Row %s is not an object with names.") % number)
        found.append({name: as_cell(value) for name, value in row.items()})
        found[-1][LINE] = number
    headings = list(dict.fromkeys(name for row in found for name in row))
    cells = ([row.get(name, UNTOUCHED) for name in headings] for row in found)
    return tablib.Dataset(*cells, headers=headings)


def as_cell(value: Any) -> Any:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else value
