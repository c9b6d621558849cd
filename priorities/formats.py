"""Spreadsheet files whose cells are never formulas.

A cell that a spreadsheet would compute gets an apostrophe in front; importing takes
it off again, so that what comes back is what went out.
"""

import csv
import re
from io import StringIO
from typing import Any

import tablib
from django.utils.translation import gettext as _
from import_export.formats import base_formats

SIGNS = r"[=+\-@|%\t\r＝＋－＠]"  # with which some program begins to compute
FORMULA = re.compile(rf"^'*{SIGNS}")
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
ESCAPED = re.compile(rf"^'+{SIGNS}")


def escape(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


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
        return mapped(parsed(text.removeprefix("\ufeff")), unescape)


class XLSX(base_formats.XLSX):
    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> Any:
        return super().export_data(mapped(dataset, escape), **kwargs)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        return mapped(super().create_dataset(in_stream, **kwargs), unescape)
