"""Side by side: columns are regions, editions or audiences; rows what they speak of."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page, Paginator
from pyroaring import BitMap

from . import axes, entries
from .axes import Line
from .entries import Entry
from .filters import RecommendationFilter
from .terms import Term

MIN_COLUMNS, MAX_COLUMNS = 2, 8
# A phone on a bad line takes in this much with a first response of 14 kB.
MAX_ROWS, CELLS_PER_PAGE, ENTRIES_PER_PAGE = 12, 40, 96
MIN_ENTRIES, MAX_ENTRIES = 2, 40
SHOWS = ("shared", "different")


@dataclass(frozen=True)
class Layout:
    """How a comparison is laid out: what its rows, its columns and its choice are."""

    by: str = "audience"
    columns: str = "region"
    show: str = ""
    row: str = ""

    @classmethod
    def asked(cls, data: Any) -> "Layout":
        """What the address asks for; what nobody knows is left at its usual value."""
        known = {"by": axes.ROWS, "columns": axes.COLUMNS, "show": SHOWS}
        given = {n: data[n] for n, values in known.items() if data.get(n) in values}
        layout = cls(**given, row=data.get("row", "")[:80])
        if layout.by == layout.columns or (layout.by, layout.columns) == (
            "region",
            "region",
        ):
            return replace(layout, by="area")
        return layout


@dataclass(frozen=True)
class Cell:
    column: Line
    entries: list[Entry]
    count: int
    url: str

    @property
    def more(self) -> int:
        return self.count - len(self.entries)


@dataclass(frozen=True)
class Row:
    line: Line
    cells: list[Cell]
    speaking: int
    counted: int

    @property
    def term(self) -> Term:
        return self.line.term


@dataclass(frozen=True)
class Comparison:
    columns: list[Line]
    left_out: list[Line]
    page: Page | None
    rows: list[Row]
    silent: list[Term]


class Table:
    """The whole comparison, before a page of it is cut out."""

    def __init__(self, filterset: RecommendationFilter, layout: Layout) -> None:
        self.filterset, self.layout = filterset, layout
        asked = filterset.chosen.get(layout.columns)
        heads = axes.columns(filterset, layout.columns)
        chosen = heads if asked or layout.columns != "region" else []
        self.columns, self.left_out = chosen[:MAX_COLUMNS], chosen[MAX_COLUMNS:]
        self.is_one = len(self.columns) < MIN_COLUMNS
        self.counted = axes.outermost(self.columns)
        self.found = filterset.matching(without=layout.columns)
        every = [] if self.is_one else axes.rows(filterset, layout.by)
        held = [(line, self.found & line.rows) for line in every]
        self.speaking = {
            line: sum(head.rows.intersect(rows) for head in self.counted)
            for line, rows in held
        }
        self.silent = [line.term for line in every if not self.speaking[line]]
        self.lines = [line for line in every if self.shows(self.speaking[line])]
        if layout.by in ("area", "group"):
            self.lines.sort(key=lambda line: -self.speaking[line])

    def shows(self, speaking: int) -> bool:
        if self.layout.show == "shared":
            return speaking == len(self.counted)
        if self.layout.show == "different":
            return 0 < speaking < len(self.counted)
        return speaking > 0

    def held(self, line: Line, head: Line) -> BitMap:
        return self.found & line.rows & head.rows

    def first(self, line: Line, head: Line, most: int) -> list[int]:
        return self.filterset.index.by_rank(self.held(line, head), most)

    def read(self, numbers: Iterable[int]) -> dict[int, Entry]:
        index, terms = self.filterset.index, self.filterset.terms
        return {
            entry.number: entry for entry in entries.read_all(index, terms, numbers)
        }


def compare(
    filterset: RecommendationFilter,
    layout: Layout,
    list_url: str,
    number: str | None = None,
) -> Comparison:
    """Align what the columns say. Cells keep rank, then position; silence stays.

    The more columns, the fewer rows a page holds, and the more cells, the fewer
    entries each shows before its "more", which leads to the list of all of them.
    """
    table = Table(filterset, layout)
    if table.is_one:
        return Comparison(table.columns, table.left_out, None, [], [])
    per_page = min(MAX_ROWS, CELLS_PER_PAGE // len(table.columns))
    page = Paginator(table.lines, per_page).get_page(number)
    cells = max(1, len(page) * len(table.columns))
    most = max(MIN_ENTRIES, min(MAX_ENTRIES, ENTRIES_PER_PAGE // cells))
    first = {
        (line, head): table.first(line, head, most)
        for line in page
        for head in table.columns
    }
    shown = table.read({n for numbers in first.values() for n in numbers})

    def cell(line: Line, head: Line) -> Cell:
        held = [
            replace(shown[n], is_joint=is_joint(shown[n], line, head))
            for n in first[line, head]
            if n in shown
        ]
        count = len(table.held(line, head))
        return Cell(head, held, count, axes.address(filterset, list_url, line, [head]))

    rows = [
        Row(
            line,
            [cell(line, head) for head in table.columns],
            table.speaking[line],
            len(table.counted),
        )
        for line in page
    ]
    return Comparison(table.columns, table.left_out, page, rows, table.silent)


def is_joint(entry: Entry, *lines: Line) -> bool:
    """Whether the audience of its row or column is addressed together with another."""
    audiences = [line.value for line in lines if line.term.kind == "audience"]
    return bool(audiences) and (
        entry.audience is not None and entry.audience.slug not in audiences
    )
