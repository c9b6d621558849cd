"""Spreadsheet files whose cells are never formulas.

A cell that a spreadsheet would compute gets an apostrophe in front; importing takes
it off again, so that what comes back is what went out.
"""

import re
from typing import Any

import tablib
from import_export.formats import base_formats

FORMULA = re.compile(r"^'*[=+\-@\t\r]")
ESCAPED = re.compile(r"^'+[=+\-@\t\r]")


def escape(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


def unescape(cell: Any) -> Any:
    return cell[1:] if isinstance(cell, str) and ESCAPED.match(cell) else cell


def mapped(dataset: tablib.Dataset, change: Any) -> tablib.Dataset:
    rows = [tuple(change(cell) for cell in row) for row in dataset]
    return tablib.Dataset(*rows, headers=dataset.headers)


class CSV(base_formats.CSV):
    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> Any:
        return super().export_data(mapped(dataset, escape), **kwargs)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        return mapped(super().create_dataset(in_stream, **kwargs), unescape)


class XLSX(base_formats.XLSX):
    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> Any:
        return super().export_data(mapped(dataset, escape), **kwargs)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        return mapped(super().create_dataset(in_stream, **kwargs), unescape)
