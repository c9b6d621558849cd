"""Pictures of counts, as shapes a template draws; their tables hold the same figures."""

from dataclasses import dataclass

from .axes import Line
from .matrix import Matrix

WIDTH, BAR, GAP = 640, 26, 40


@dataclass(frozen=True)
class Segment:
    column: Line
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """One row of a chart: its segments from the start, and where it lies."""

    label: str
    total: int
    url: str
    y: int
    segments: list[Segment]


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    columns: list[Line]

    @property
    def height(self) -> int:
        return len(self.bars) * (BAR + GAP)


def stacked(matrix: Matrix) -> Chart:
    """What each row holds, region beside region, on one scale."""
    sums = [sum(cell.count for cell in row.cells) for row in matrix.rows]
    scale = WIDTH / max(sums, default=1)
    bars = []
    for place, row in enumerate(matrix.rows):
        x, segments = 0.0, []
        for cell in row.cells:
            width = cell.count * scale
            segments.append(
                Segment(cell.column, cell.count, round(x, 1), round(width, 1))
            )
            x += width
        y = place * (BAR + GAP) + GAP - 6
        shown = [segment for segment in segments if segment.count]
        bars.append(Bar(row.line.label, row.total, row.url, y, shown))
    return Chart(bars, matrix.columns)


@dataclass(frozen=True)
class Step:
    """How many areas so many regions raise."""

    regions: int
    areas: int
    x: int
    y: int
    height: int


TALL, STEP, SPACE = 160, 64, 24


def spread(matrix: Matrix) -> list[Step]:
    """The areas by the number of regions that raise them, from one to all."""
    counts = [len(matrix.raised_by(n)) for n in range(1, matrix.counted + 1)]
    peak = max(counts, default=0) or 1
    return [
        Step(
            number,
            areas,
            (number - 1) * (STEP + SPACE) + SPACE,
            TALL - round(areas * TALL / peak) + SPACE,
            round(areas * TALL / peak),
        )
        for number, areas in enumerate(counts, start=1)
    ]
