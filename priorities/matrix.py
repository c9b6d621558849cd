"""Areas × regions: how many each region raises, and how many regions share each."""

from dataclasses import dataclass
from functools import cached_property

from pyroaring import BitMap

from . import axes
from .axes import Line
from .filters import RecommendationFilter
from .terms import Term

STEPS = 5
BY = ("area", "group", "audience")
ORDERS = ("sharing", "weight", "group")


@dataclass(frozen=True)
class Cell:
    column: Line
    count: int
    leads: int
    step: int
    url: str


@dataclass(frozen=True)
class Row:
    line: Line
    cells: list[Cell]
    total: int
    url: str

    @property
    def term(self) -> Term:
        return self.line.term

    @cached_property
    def speaking(self) -> list[Cell]:
        """The cells that say something, a part beside its whole left out."""
        counted = axes.outermost([cell.column for cell in self.cells])
        return [cell for cell in self.cells if cell.count and cell.column in counted]

    @property
    def sharing(self) -> int:
        """How many of the columns raise it."""
        return len(self.speaking)

    @property
    def silent(self) -> list[Line]:
        return [cell.column for cell in self.cells if not cell.count]

    @property
    def leading(self) -> list[Cell]:
        """The cells where something is said to come first."""
        return [cell for cell in self.cells if cell.leads]

    @property
    def only(self) -> Cell:
        """The one cell that speaks, where a single region does."""
        return self.speaking[0]


@dataclass(frozen=True)
class Matrix:
    columns: list[Line]
    rows: list[Row]
    silent: list[Term]
    by: str
    order: str

    @property
    def counted(self) -> int:
        return len(axes.outermost(self.columns))

    @property
    def shared(self) -> list[Row]:
        return [row for row in self.rows if row.sharing > 1]

    @property
    def single(self) -> list[Row]:
        return [row for row in self.rows if row.sharing == 1]

    def raised_by(self, number: int) -> list[Row]:
        """The rows that so many columns share; those said to come first lead."""
        rows = [row for row in self.rows if row.sharing == number]
        return sorted(rows, key=lambda row: (-len(row.leading), -row.total))


def build(
    filterset: RecommendationFilter,
    list_url: str,
    by: str = "area",
    order: str = "sharing",
) -> Matrix:
    """Count recommendations per row and region.

    Rows come in the order of how many columns share them, of how much is said
    (`weight`) or of the vocabulary (`group`). Every count is the number of rows
    behind its `url`.
    """
    heads = axes.columns(filterset)
    found = filterset.matching(without="region")
    leads = filterset.terms.rows(filterset.index, "lead", "true")
    lines = [(line, found & line.rows) for line in axes.rows(filterset, by)]
    held = {
        (line, head): rows.intersection_cardinality(head.rows)
        for line, rows in lines
        for head in heads
    }
    addresses = axes.Addresses(filterset, list_url)
    peak = max(held.values(), default=0)
    # A region asked for beside its own part counts once in the total.
    anywhere = BitMap.union(BitMap(), *(head.rows for head in heads))

    def cell(line: Line, rows: BitMap, head: Line) -> Cell:
        number = held[line, head]
        step = -(-number * STEPS // peak) if number else 0
        url = addresses.of(line, [head]) if number else ""
        first = len(rows & head.rows & leads) if number else 0
        return Cell(head, number, first, step, url)

    def row(line: Line, rows: BitMap) -> Row:
        cells = [cell(line, rows, head) for head in heads]
        url = addresses.of(line, heads) if heads else ""
        return Row(line, cells, rows.intersection_cardinality(anywhere), url)

    every = [row(line, rows) for line, rows in lines]
    speaking = [row for row in every if row.total]
    if order == "sharing":
        speaking.sort(key=lambda row: (-row.sharing, -row.total))
    elif order == "weight":
        speaking.sort(key=lambda row: -row.total)
    silent = [row.term for row in every if not row.total]
    return Matrix(heads, speaking, silent, by, order)
