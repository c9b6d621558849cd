"""An edition as one package: its tables, what they mean, their licence and checksums."""

import hashlib
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from regions.models import ContentChange

from ..citations import LICENCE_ID, LICENCE_URL, Work
from ..made import Busy
from . import writing
from .columns import ORIGIN, Column, Extract, Table, moment

LICENCE_NOTE = f"""\
The words of this package are free to use under the Creative Commons Attribution 4.0
International licence ({LICENCE_ID}): {LICENCE_URL}
Name the source: reference, edition, version of the data and date.
The program that wrote it is free software under the MIT licence.
"""
SOURCE = "Freedom From Slavery Forum: booklet of the regional forums"
Extracts = dict[str, Extract]


def title(year: str) -> str:
    return _("Priorities of the regional forums, edition %(year)s") % {"year": year}


def citation(extract: Extract) -> str:
    return Work(
        edition=title(extract.year),
        year=int(extract.year),
        place="",
        language=translation.get_language() or settings.LANGUAGE_CODE,
        version=extract.version.name,
        url=f"{settings.SITE_URL}/data/",
    ).sentence


def datapackage(extracts: Extracts) -> bytes:
    """The package as Frictionless describes one (version 1)."""
    first = next(iter(extracts.values()))
    with translation.override("en"):
        about = {
            "profile": "tabular-data-package",
            "name": f"priorities-{first.year}",
            "title": title(first.year),
            "description": citation(first),
            "homepage": f"{settings.SITE_URL}/data/",
            "version": first.version.name,
            "created": moment(first.version.changed_at),
            "licenses": [
                {
                    "name": LICENCE_ID,
                    "path": LICENCE_URL,
                    "title": "Creative Commons Attribution 4.0 International",
                }
            ],
            "sources": [{"title": f"{SOURCE}, {first.year}"}],
            "resources": [resource(extract) for extract in extracts.values()],
        }
    return (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()


def resource(extract: Extract) -> dict[str, Any]:
    table = extract.table
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": str(table.about),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"'},
        "schema": {
            "fields": [*map(field, table.columns), *origin_fields()],
            "primaryKey": list(table.key),
            "foreignKeys": foreign_keys(table),
            "missingValues": [""],
        },
    }


def field(column: Column) -> dict[str, Any]:
    told = writing.said(column.about)
    found: dict[str, Any] = {"name": column.name, "type": column.type}
    if column.is_list:
        found["separator"] = writing.SEPARATOR
    found["description"] = told["en"]
    found |= {f"description_{code}": text for code, text in told.items()}
    if column.choices:
        found["constraints"] = {"enum": list(column.choices)}
    return found


def origin_fields() -> Iterator[dict[str, Any]]:
    for name, about in ORIGIN.items():
        kind = "date" if name == "date" else "string"
        yield field(Column(name, about, iter, kind))


def foreign_keys(table: Table) -> list[dict[str, Any]]:
    """Where single cells point; lists point by tables of their own."""
    found = []
    for column in table.columns:
        if column.points_to and not column.is_list:
            name, _dot, target = column.points_to.partition(".")
            to = "" if name == table.name else name
            found.append(
                {
                    "fields": column.name,
                    "reference": {"resource": to, "fields": target},
                }
            )
    return found


def readme(extracts: Extracts, language: str) -> bytes:
    with translation.override(language):
        return ("\n".join(lines(extracts)) + "\n").encode()


def lines(extracts: Extracts) -> Iterator[str]:
    first = next(iter(extracts.values()))
    yield f"# {title(first.year)}"
    yield ""
    yield _(
        "What the regional forums recorded, entry by entry: careful paraphrases in our own words, with the page of the source."
    )
    yield ""
    yield f"- {_('Version of the data')}: {first.version.name}"
    yield f"- {_('Date')}: {first.date}"
    yield f"- {_('Licence')}: {LICENCE_ID}, {LICENCE_URL}"
    yield f"- {_('How to cite')}: {citation(first)}"
    yield f"- {_('Source')}: {settings.SITE_URL}/data/"
    yield ""
    yield f"## {_('How to read the files')}"
    yield ""
    for advice in advices():
        yield f"- {advice}"
    for extract in extracts.values():
        yield ""
        yield f"## {extract.table.name}"
        yield ""
        yield str(extract.table.about)
        yield ""
        for column in extract.table.columns:
            yield f"- `{column.name}`: {column.about}"


def advices() -> list[str]:
    return [
        _(
            "CSV: UTF-8 with a byte-order mark, commas, lines that end in CR LF (RFC 4180)."
        ),
        _(
            "A cell of CSV or XLSX that a spreadsheet would compute has an apostrophe in front; JSON has none."
        ),
        _(
            "Several values in one cell are parted by a semicolon and a space; in JSON they are lists."
        ),
        _("JSON Lines: one object a line, with the same names as the columns of CSV."),
        _(
            "Corrected files can come back: the import of the administration pages reads each of these forms."
        ),
    ]


def contents(extracts: Extracts) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The files of the package, in order, each as a stream."""
    for code, _name in settings.LANGUAGES:
        yield f"README.{code}.md", iter([readme(extracts, code)])
    yield "LICENSE.txt", iter([LICENCE_NOTE.encode()])
    yield "datapackage.json", iter([datapackage(extracts)])
    for name, extract in extracts.items():
        for kind in ("csv", "jsonl"):
            yield f"{name}.{kind}", writing.STREAMS[kind](extract)
    if not any(map(writing.xlsx_is_too_much, extracts.values())):
        workbook = BytesIO()
        writing.write_xlsx([*extracts.values()], workbook)
        yield "everything.xlsx", iter([workbook.getvalue()])


def write_zip(extracts: Extracts, file: BinaryIO) -> None:
    sums: dict[str, str] = {}
    with writing.Archive(file) as archive:
        for name, chunks in contents(extracts):
            archive.stream(name, counted(chunks, name, sums))
        archive.writestr("checksums.txt", told(sums))


def counted(
    chunks: Iterator[bytes], name: str, sums: dict[str, str]
) -> Iterator[bytes]:
    """The chunks as they come; then their checksum is among `sums`."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    sums[name] = digest.hexdigest()


def told(sums: dict[str, str]) -> str:
    """As `sha256sum -c` reads it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sums.items())


def write_checksums(extracts: Extracts, whole: bytes, file: BinaryIO) -> None:
    """Of every file of the edition as its address gives it; `whole`: the zip's digest."""
    sums: dict[str, str] = {}
    for name, extract in extracts.items():
        for kind, stream in writing.STREAMS.items():
            for _chunk in counted(stream(extract), f"{name}.{kind}", sums):
                pass
        if not writing.xlsx_is_too_much(extract):
            book = BytesIO()
            writing.write_xlsx([extract], book)
            sums[f"{name}.xlsx"] = hashlib.sha256(book.getvalue()).hexdigest()
    sums["datapackage.json"] = hashlib.sha256(datapackage(extracts)).hexdigest()
    sums["everything.zip"] = whole.hex()
    file.write(told(sums).encode())


def unchanged(
    extract: Extract, make: Callable[[BinaryIO], None]
) -> Callable[[BinaryIO], None]:
    """Made of one version of the data, or not at all: a change meanwhile starts it anew.

    What is made once for all may take longer than the database works for one reader.
    """

    def watched(file: BinaryIO) -> None:
        if connection.vendor == "sqlite":
            connection.connection.set_progress_handler(None, 0)
        make(file)
        if ContentChange.objects.version().name != extract.version.name:
            raise Busy

    return watched
