"""Tables as files that stream: CSV, JSON and JSON Lines; and XLSX, which is made whole."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from ..citations import LICENCE_ID, LICENCE_URL
from ..formats import escape, escaped
from .columns import ORIGIN, Column, Extract, Told, origin

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "jsonl": "application/jsonl",
}
MOST_XLSX_ROWS = 10_000
SEPARATOR = "; "
SPECIAL = ',"\r\n'
WIDE, NARROW = 60, 12
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first day a zip can tell
quote = encode_basestring  # of a string, as `encoded` writes it
encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def said(told: Told) -> dict[str, str]:
    """A text of ours in every language."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = str(told)
    return found


def cells(column: Column, values: Iterable[Any]) -> list[str]:
    """The values of a column as cells of CSV, none of them a formula."""
    if column.is_list:
        return quoted(escaped([SEPARATOR.join(value) for value in values]))
    if column.type == "string":
        return quoted(escaped([value or "" for value in values]))
    if column.type == "boolean":
        return ["true" if value else "false" for value in values]
    return ["" if value is None else str(value) for value in values]


def quoted(cells: list[str]) -> list[str]:
    """As RFC 4180 has it; the csv module looks at every sign, and takes thrice as long."""
    whole = "".join(cells)
    if not any(sign in whole for sign in SPECIAL):
        return cells
    return [
        '"' + cell.replace('"', '""') + '"'
        if "," in cell or '"' in cell or "\n" in cell or "\r" in cell
        else cell
        for cell in cells
    ]


def json_cells(column: Column, values: Iterable[Any]) -> list[str]:
    """The values of a column as JSON writes them."""
    if column.is_list:
        return [f"[{','.join(map(quote, value))}]" for value in values]
    if column.type == "integer":
        return ["null" if value is None else str(value) for value in values]
    if column.type == "boolean":
        return ["true" if value else "false" for value in values]
    return [quote(str(value)) if value else "null" for value in values]


def rows(
    extract: Extract, form: Callable[[Column, Iterable[Any]], Iterable[Any]]
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table, batch by batch."""
    columns = extract.table.columns
    for batch in extract.batches():
        formed = [form(c, values) for c, values in zip(columns, batch, strict=True)]
        yield list(zip(*formed, strict=True))


def names(extract: Extract) -> list[str]:
    return [column.name for column in extract.table.columns]


def as_csv(extract: Extract) -> Iterator[bytes]:
    """With a byte-order mark, so that office programs read the accents."""
    last = ",".join(origin(extract))
    yield f"\ufeff{','.join([*names(extract), *ORIGIN])}\r\n".encode()
    for batch in rows(extract, cells):
        yield "".join(f"{','.join(row)},{last}\r\n" for row in batch).encode()


def objects(extract: Extract, more: dict[str, str]) -> Iterator[list[str]]:
    """Each row as an object of JSON, with `more` at its end, batch by batch."""
    keys = ",".join(f"{encoded(name)}:%s" for name in names(extract))
    last = "".join(f",{encoded(name)}:{encoded(said)}" for name, said in more.items())
    pattern = f"{{{keys}{last.replace('%', '%%')}}}"
    for batch in rows(extract, json_cells):
        yield [pattern % row for row in batch]


def as_json_lines(extract: Extract) -> Iterator[bytes]:
    last = dict(zip(ORIGIN, origin(extract), strict=True))
    for batch in objects(extract, last):
        yield "".join(f"{line}\n" for line in batch).encode()


def as_json(extract: Extract) -> Iterator[bytes]:
    """One object: what the table is, and its rows, one a line."""
    about = json.dumps(meta(extract), ensure_ascii=False, indent=1)
    yield f'{{"meta": {about},\n"rows": ['.encode()
    separator = "\n"
    for batch in objects(extract, {}):
        if batch:
            yield (separator + ",\n".join(batch)).encode()
            separator = ",\n"
    yield b"\n]}\n"


STREAMS = {"csv": as_csv, "json": as_json, "jsonl": as_json_lines}


def meta(extract: Extract) -> dict[str, Any]:
    return {
        "edition": int(extract.year),
        "table": extract.table.name,
        "about": said(extract.table.about),
        "asked": extract.asked,
        "licence": LICENCE_ID,
        "licence_url": LICENCE_URL,
        "version": extract.version.name,
        "date": extract.date,
        "columns": [
            {
                "name": column.name,
                "type": "list" if column.is_list else column.type,
                "about": said(column.about),
            }
            for column in extract.table.columns
        ],
    }


class Archive(ZipFile):
    """A zip that does not tell when it was made: the same files give the same bytes."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, "w", ZIP_DEFLATED)

    def dateless(self, name: str) -> ZipInfo:
        info = ZipInfo(name, LONG_AGO)
        info.compress_type, info.external_attr = ZIP_DEFLATED, 0o644 << 16
        return info

    def writestr(
        self, zinfo_or_arcname: Any, data: Any, *args: Any, **more: Any
    ) -> None:
        super().writestr(self.dateless(zinfo_or_arcname), data)

    def write(self, filename: Any, arcname: Any = None, *args: Any) -> None:
        with open(filename, "rb") as file:
            self.stream(str(arcname), iter(lambda: file.read(1 << 16), b""))

    def stream(self, name: str, chunks: Iterable[bytes]) -> None:
        with self.open(self.dateless(name), "w", force_zip64=True) as file:
            for chunk in chunks:
                file.write(chunk)


def write_xlsx(extracts: Sequence[Extract], file: BinaryIO) -> None:
    """One sheet per table, the first one open; before them one that explains them."""
    book = Workbook(write_only=True)
    explain(book.create_sheet("README"), extracts)
    for extract in extracts:
        fill(book.create_sheet(extract.table.name), extract)
    book.active = 1
    changed_at = extracts[0].version.changed_at
    when = changed_at.replace(tzinfo=None, microsecond=0) if changed_at else None
    book.properties.created = book.properties.modified = when or datetime(2000, 1, 1)
    book.properties.creator = ""
    with Archive(file) as archive:
        ExcelWriter(book, archive).save()


def heading(sheet: Any, names: Iterable[str]) -> list[WriteOnlyCell]:
    bold = Font(bold=True)
    found = []
    for name in names:
        cell = WriteOnlyCell(sheet, name)
        cell.font = bold
        found.append(cell)
    return found


def fill(sheet: Any, extract: Extract) -> None:
    columns = extract.table.columns
    wide = {
        place
        for place, column in enumerate(columns)
        if column.type == "string" and column.name.startswith(TEXTS)
    }
    for place in range(len(columns)):
        dimension = sheet.column_dimensions[get_column_letter(place + 1)]
        dimension.width = WIDE if place in wide else NARROW
    sheet.freeze_panes = "A2"
    sheet.append(heading(sheet, names(extract)))
    count = 1
    for batch in rows(extract, typed):
        for row in batch:
            sheet.append(row)
        count += len(batch)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"


TEXTS = (
    "text",
    "introduction",
    "overview",
    "heading",
    "description",
    "statement",
    "rationale",
    "what_",
    "sign_",
    "dropped_because",
    "note",
)


def typed(column: Column, values: Iterable[Any]) -> Iterable[Any]:
    """The values of a column as a workbook keeps them."""
    if column.is_list or column.type == "string":
        texts = map(SEPARATOR.join, values) if column.is_list else values
        return [escape(text) or None for text in texts]
    if column.type == "datetime":
        return [value and datetime.fromisoformat(value[:-1]) for value in values]
    return values


def explain(sheet: Any, extracts: Sequence[Extract]) -> None:
    """Licence, version and date, and what each column means, in every language."""
    first = extracts[0]
    for place, width in enumerate((26, 22, 12, *[WIDE] * len(settings.LANGUAGES)), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    told: list[tuple[str, str]] = [
        ("edition", first.year),
        ("licence", f"{LICENCE_ID} {LICENCE_URL}"),
        ("version", first.version.name),
        ("date", first.date),
        ("source", f"{settings.SITE_URL}/data/"),
    ]
    if first.asked:
        told.append(("asked", encoded(first.asked)))
    for name, value in told:
        sheet.append([*heading(sheet, [name]), escape(value)])
    sheet.append([])
    languages = [code for code, _name in settings.LANGUAGES]
    sheet.append(heading(sheet, ["table", "column", "type", *languages]))
    for extract in extracts:
        explain_table(sheet, extract)


def explain_table(sheet: Any, extract: Extract) -> None:
    table = extract.table
    sheet.append([table.name, None, None, *said(table.about).values()])
    wrapped = Alignment(wrap_text=True, vertical="top")
    for column in table.columns:
        kind = "list" if column.is_list else column.type
        row: list[Any] = [table.name, column.name, kind]
        for text in said(column.about).values():
            cell = WriteOnlyCell(sheet, text)
            cell.alignment = wrapped
            row.append(cell)
        sheet.append(row)


def xlsx_is_too_much(extract: Extract) -> bool:
    return extract.table.is_long and len(extract.numbers) > MOST_XLSX_ROWS


def too_much(extract: Extract) -> str:
    return gettext(
        "There are %(total)s; an XLSX file takes up to %(most)s. Take the CSV file, or narrow the choice."
    ) % {"total": len(extract.numbers), "most": MOST_XLSX_ROWS}
