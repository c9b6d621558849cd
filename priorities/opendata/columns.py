"""A table and its columns, each told once: dictionary, package, files and README read it here."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from regions.models import DataVersion

from ..citations import LICENCE_ID
from ..index import Index
from ..terms import Terms

Told = str | Promise
Read = Callable[[Any], Iterable[Any]]


@dataclass(frozen=True)
class Column:
    """`read` gives its values for a batch of rows, in their order; moments as text."""

    name: str
    about: Told
    read: Read
    type: str = "string"
    is_list: bool = False
    points_to: str = ""  # table.column
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """`batches` reads its rows, a part at a time: memory stays flat however many there are."""

    name: str
    about: Told
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    batches: Callable[["Extract"], Iterator[Any]]
    is_long: bool = False  # as many rows as there are recommendations, or more


@dataclass(frozen=True)
class Extract:
    """A table of one edition as it is at one version of the data.

    `numbers`: the recommendations asked for, in order. `asked`: how they were.
    """

    table: Table
    year: str
    index: Index
    terms: Terms
    numbers: list[int]
    asked: dict[str, Any]

    @property
    def version(self) -> DataVersion:
        return self.index.version

    @property
    def date(self) -> str:
        changed_at = self.version.changed_at
        return changed_at.date().isoformat() if changed_at else ""

    @property
    def name(self) -> str:
        """Of a file that holds it: edition, table, what is special, version."""
        parts = ["priorities", self.year, self.table.name]
        if self.asked.get("shape") == "long":
            parts.append("long")
        if self.asked.keys() - {"shape"}:
            parts.append("part")
        return "-".join([*parts, self.version.name])

    def batches(self) -> Iterator[list[Iterable[Any]]]:
        """The values of each column, batch by batch."""
        for batch in self.table.batches(self):
            yield [column.read(batch) for column in self.table.columns]


def each(read: Callable[[Any], Any]) -> Read:
    return lambda rows: [read(row) for row in rows]


def field(path: str) -> Read:
    return each(attrgetter(path))


def moment(value: datetime | None) -> str | None:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def in_languages(
    name: str, about: Told, of: Callable[[str], Read], **more: Any
) -> tuple[Column, ...]:
    """A column for each language; `of` reads that of one."""
    return tuple(
        Column(
            f"{name}_{code}",
            format_lazy("{about} ({language})", about=about, language=language),
            of(code),
            **more,
        )
        for code, language in settings.LANGUAGES
    )


STATES = ("original", "reviewed", "draft", "machine", "stale", "missing")
ABOUT_STATE = _(
    "How far the text can be relied on: original; reviewed (a second person compared it); draft (nobody did yet); machine (written by a program); stale (older than today’s original); missing"
)


def texts(name: str, about: Told) -> tuple[Column, ...]:
    """The columns of a text that rows of a model hold."""
    return in_languages(name, about, lambda code: field(f"{name}_{code}"))


def states() -> tuple[Column, ...]:
    def of(code: str) -> Read:
        return each(lambda row: row.state_in(code))

    return in_languages("state", ABOUT_STATE, of, choices=STATES)


ORIGINAL_LANGUAGE = Column(
    "original_language",
    _("The language the text was first written in"),
    field("original_language"),
    choices=tuple(settings.CONTENT_LANGUAGES),
)
# What stands at the end of every row of a file that has no other place to say it.
ORIGIN = {
    "licence": _("The licence of these words: free to use if the source is named"),
    "version": _("The version of the data; the same version gives the same file"),
    "date": _("The day the data were last changed"),
}


def origin(extract: Extract) -> tuple[str, str, str]:
    return LICENCE_ID, extract.version.name, extract.date
