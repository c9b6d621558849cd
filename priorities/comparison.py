"""Side by side: columns are regions, editions or audiences; rows what they speak of."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext
from pyroaring import BitMap

from . import axes, entries
from .axes import Line
from .entries import Entry
from .filters import RecommendationFilter
from .terms import ONLY, Term

MIN_COLUMNS, MAX_COLUMNS = 2, 8
# A phone on a bad line takes in this much with a first response of 14 kB.
MAX_ROWS, CELLS_PER_PAGE, ENTRIES_PER_PAGE = 10, 18, 40
MIN_ENTRIES, MAX_ENTRIES = 2, 20
SHOWS = ("shared", "different")


@dataclass(frozen=True)
class Layout:
    """How a comparison is laid out: what its rows, its columns and its choice are."""

    by: str = "audience"
    columns: str = "region"
    show: str = ""
    unknown: tuple[tuple[str, str], ...] = ()

    @classmethod
    def asked(cls, data: Any) -> "Layout":
        """What the address asks for; what nobody knows is told, and left as usual."""
        known = {"by": axes.ROWS, "columns": axes.COLUMNS, "show": SHOWS}
        given = {name: data[name] for name in known if data.get(name)}
        unknown = tuple(
            (n, value[:80]) for n, value in given.items() if value not in known[n]
        )
        given = {n: value for n, value in given.items() if value in known[n]}
        layout = cls(**given, unknown=unknown)
        if layout.by == layout.columns or (layout.by, layout.columns) == (
            "region",
            "region",
        ):
            return replace(layout, by="area")
        return layout

    @property
    def sentence(self) -> str:
        """How it is laid out, said: "rows by area · only shared"."""
        by = {
            "audience": gettext("rows by audience"),
            "group": gettext("rows by group of areas"),
            "area": gettext("rows by area"),
            "region": gettext("rows by region"),
        }
        show = {
            "shared": gettext("only rows in which every column speaks"),
            "different": gettext("only rows in which some are silent"),
        }
        return " · ".join([by[self.by], *filter(None, [show.get(self.show)])])

    @property
    def hides(self) -> str:
        """What each entry need not repeat, because its row or column says it."""
        said = {"area": "areas"}
        return " ".join(said.get(name, name) for name in (self.by, self.columns))


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

    def __init__(
        self,
        filterset: RecommendationFilter,
        layout: Layout,
        waits: bool = True,
    ) -> None:
        """`waits`: until a reader has chosen at least two columns."""
        self.filterset, self.layout = filterset, layout
        asked = filterset.chosen.get(layout.columns)
        heads = axes.columns(filterset, layout.columns)
        wanted = asked or layout.columns != "region" or not waits
        chosen = heads if wanted else []
        self.columns, self.left_out = chosen[:MAX_COLUMNS], chosen[MAX_COLUMNS:]
        self.is_one = waits and len(self.columns) < MIN_COLUMNS
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
    addresses = axes.Addresses(filterset, list_url)
    shown = table.read({n for numbers in first.values() for n in numbers})

    def cell(line: Line, head: Line) -> Cell:
        held = [
            replace(shown[n], is_joint=is_joint(shown[n], line, head))
            for n in first[line, head]
            if n in shown
        ]
        count = len(table.held(line, head))
        return Cell(head, held, count, addresses.of(line, [head]))

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


@dataclass(frozen=True)
class Head:
    """What a reader can do with one column: each is an address of this page."""

    line: Line
    earlier: str
    later: str
    drop: str
    other_width: str
    swaps: list[tuple[str, str]]


class Controls:
    """Columns swapped, added, dropped and put in another order, by links."""

    def __init__(
        self,
        filterset: RecommendationFilter,
        layout: Layout,
        comparison: Comparison,
    ) -> None:
        self.filterset, self.kind = filterset, layout.columns
        rest = filterset.query(drop=(self.kind,))
        self.start = rest + ("&" if len(rest) > 1 else "")
        self.values = [column.value for column in comparison.columns]
        self.columns = comparison.columns

    def address(self, values: list[str]) -> str:
        return self.start + "&".join(f"{self.kind}={value}" for value in values)

    @property
    def others(self) -> list[tuple[str, str]]:
        """Value and label of what is no column yet."""
        held = {value.removesuffix(ONLY) for value in self.values}
        return [
            (slug, term.label)
            for slug, term in self.filterset.terms.of(self.kind).items()
            if slug not in held and slug not in self.filterset.terms.included
        ]

    def additions(self) -> list[tuple[str, str]]:
        """Address and label of each column that could be added."""
        if len(self.values) >= MAX_COLUMNS:
            return []
        return [(self.address([*self.values, v]), label) for v, label in self.others]

    def heads(self) -> list[Head]:
        return [self.head(place, line) for place, line in enumerate(self.columns)]

    def head(self, place: int, line: Line) -> Head:
        before, after = self.values[:place], self.values[place + 1 :]
        value, width = line.value, ""
        if self.kind == "region" and self.filterset.terms.children(
            "region", line.term.slug
        ):
            other = value.removesuffix(ONLY) if value.endswith(ONLY) else value + ONLY
            width = self.address([*before, other, *after])
        return Head(
            line,
            self.address([*before[:-1], value, *before[-1:], *after]) if before else "",
            self.address([*before, *after[:1], value, *after[1:]]) if after else "",
            self.address([*before, *after]),
            width,
            [(self.address([*before, v, *after]), label) for v, label in self.others],
        )
