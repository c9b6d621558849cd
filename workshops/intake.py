"""A file on its way in: read, mapped and judged. What wizard, command and tests call."""

import gc
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice
from typing import Any, BinaryIO, TypeVar

from django.utils.translation import gettext as _

from .checking.check import Check
from .checking.edition import state_of
from .checking.scope import Scope
from .checking.spool import Spool
from .columns import FIELDS, Mapping, recognised, spoken
from .names import Names
from .reading import Reader, majority_language
from .spreadsheets import Choices, Limits, Line, Refused, Table, read

SAMPLE = 60  # rows that tell the language of a file, and what a heading means

Done = TypeVar("Done")
# Long work tells how many rows are done, so that a page or a terminal can show it.
Work = Generator[int, None, Done]


@contextmanager
def many_rows() -> Iterator[None]:
    """While thousands of rows come and go, the garbage collector leaves alone what was
    there before: a fifth of the time. (gunicorn has it so from the start.)"""
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def sha256_of(file: BinaryIO) -> str:
    file.seek(0)
    digest = sha256()
    while block := file.read(1024 * 1024):
        digest.update(block)
    return digest.hexdigest()


def open_table(file: BinaryIO, name: str, limits: Limits, choices: Choices) -> Table:
    return read(file, name, limits, recognised, choices)


def first_rows(table: Table) -> list[Line]:
    """Some rows to look at; the table still gives them to whoever reads it."""
    first = list(islice(table.lines, SAMPLE))
    table.lines = chain(first, table.lines)
    return first


def proposed(table: Table) -> Mapping:
    samples = [line.cells for line in first_rows(table)]
    return Mapping.proposed(table.headings, table.hashtags, samples)


@dataclass
class Judged:
    """A file with a verdict on every row, as things stood in the edition (`state`)."""

    check: Check
    verdicts: Spool
    state: str
    unread: list[str]  # headings of columns that mean nothing to us


def judging(
    table: Table,
    scope: Scope,
    mapping: Mapping,
    file_name: str,
    limits: Limits,
    decisions: dict[str, Any] | None = None,
) -> Work[Judged]:
    """`Refused` when the mapping leaves a row without its text, region or audience."""
    demand(mapping, table, scope)
    state = state_of(scope.edition)
    names = Names(mapping.words)
    first = first_rows(table)
    texts = [
        place for place, name in enumerate(mapping.columns) if name.startswith("text")
    ]
    sample = (line.cells[p] for line in first for p in texts if p < len(line.cells))
    language = majority_language(sample) or spoken(table.headings)
    reader = Reader(names, mapping, table.kind, language, limits.characters)
    reader.look_ahead(first)
    reader.look_ahead(first)
    check = Check(scope, names, mapping, reader, file_name, decisions)
    verdicts = Spool(check)
    with many_rows():
        yield from verdicts.fill(table.lines)
    unread = mapping.unread(table.headings, reader.unread)
    return Judged(check, verdicts, state, unread)


def done(
    work: Work[Done], progress: Callable[[int], None] = lambda _rows: None
) -> Done:
    """See a piece of work through; `progress` hears of the rows on the way."""
    while True:
        try:
            progress(next(work))
        except StopIteration as stop:
            return stop.value


def demand(mapping: Mapping, table: Table, scope: Scope) -> None:
    if doubled := mapping.doubled():
        columns = [
            heading
            for heading, name in zip(table.headings, mapping.columns, strict=True)
            if name == doubled[0]
        ]
        raise Refused(
            _("Column %(field)s appears twice: %(columns)s. Say which one is meant.")
            % {
                "field": FIELDS.get(doubled[0], doubled[0]),
                "columns": quoted(columns),
            }
        )
    assumed = bool(scope.only or scope.default)
    missing = [n for n in mapping.missing() if not (n == "region" and assumed)]
    if missing:
        raise Refused(
            _(
                "No column says the %(fields)s. The headings are: %(columns)s. Say which column it is, or what holds for all rows (on the command line: --region, --mapping)."
            )
            % {
                "fields": _(", ").join(str(FIELDS[name]) for name in missing),
                "columns": quoted(filter(None, table.headings)),
            }
        )


def quoted(names: Iterable[str]) -> str:
    return _(", ").join(_("“%s”") % name for name in names)
