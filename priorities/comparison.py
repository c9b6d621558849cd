"""Regions side by side: columns are regions, rows are audiences, areas or groups."""

from dataclasses import dataclass
from operator import itemgetter

from django.core.paginator import Page, Paginator
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext

from . import matrix
from .filters import RecommendationFilter
from .matrix import Column
from .models import Recommendation
from .terms import Term

MIN_COLUMNS, MAX_COLUMNS = 2, 8
# A phone on a bad line takes in this much with a first response of 14 kB.
MAX_ROWS, CELLS_PER_PAGE, ENTRIES_PER_PAGE = 12, 40, 96
MIN_ENTRIES, MAX_ENTRIES = 2, 40
BY = ("audience", "group", "area")
ORDER = (
    F("rank").asc(nulls_last=True),
    F("section__regional_forum__region__position").asc(),
    F("section__position").asc(),
    F("position").asc(),
    F("pk").asc(),
)


@dataclass(frozen=True)
class Entry:
    recommendation: Recommendation
    is_joint: bool


@dataclass(frozen=True)
class Cell:
    column: Column
    entries: list[Entry]
    count: int
    url: str

    @property
    def more(self) -> int:
        return self.count - len(self.entries)


@dataclass(frozen=True)
class Row:
    term: Term
    cells: list[Cell]

    @property
    def counted(self) -> list[Cell]:
        """The cells that count towards sharing: a part beside its whole does not."""
        columns = [cell.column for cell in self.cells]
        return [
            cell
            for cell in self.cells
            if not any(cell.column.slugs < other.slugs for other in columns)
        ]

    @property
    def speaking(self) -> int:
        return sum(cell.count > 0 for cell in self.counted)


@dataclass(frozen=True)
class Comparison:
    columns: list[Column]
    left_out: list[Column]
    page: Page | None
    rows: list[Row]
    silent: list[Term]


def row_terms(filterset: RecommendationFilter, by: str) -> list[Term]:
    """Joint audiences have no row: what they are asked stands with each they include."""
    terms = filterset.terms
    if by == "group":
        return list(terms.groups)
    if by == "area":
        return terms.areas
    chosen = filterset.chosen.get("audience", [])
    wanted = {s for value in chosen for s in terms.included.get(value, [value])}
    audiences = [
        term
        for term in terms.of("audience").values()
        if term.slug not in terms.included and (not wanted or term.slug in wanted)
    ]
    concerns = Term("kind", matrix.CONCERNS, gettext("Concerns, addressed to nobody"))
    return audiences if chosen else [concerns, *audiences]


def members(
    filterset: RecommendationFilter, by: str, rows: set[str], most: int
) -> dict[tuple[str, str], set[int]]:
    """The first `most` entries of each of these rows and regions."""
    place = Window(
        RowNumber(), partition_by=[F("row"), F("spoken_in")], order_by=list(ORDER)
    )
    found = (
        matrix.rows_of(filterset, by)
        .filter(row__in=sorted(rows))
        .annotate(place=place)
        .filter(place__lte=most)
        .values_list("row", "spoken_in", "pk")
    )
    held: dict[tuple[str, str], set[int]] = {}
    for row, region, pk in found:
        held.setdefault((row, region), set()).add(pk)
    return held


def compare(
    filterset: RecommendationFilter, by: str, list_url: str, number: str | None = None
) -> Comparison:
    """Align what the chosen regions say. Cells keep rank, then position; silence stays.

    The more regions, the fewer rows a page holds, and the more cells, the fewer
    entries each shows before its "more", which leads to the list of all of them.
    """
    chosen = matrix.columns(filterset) if filterset.chosen.get("region") else []
    heads, left_out = chosen[:MAX_COLUMNS], chosen[MAX_COLUMNS:]
    if len(heads) < MIN_COLUMNS:
        return Comparison(heads, left_out, None, [], [])
    counts = matrix.count(filterset, by)

    def keys(term: Term, head: Column) -> list[tuple[str, str]]:
        rows = filterset.terms.reaching(term.slug) if by == "audience" else {term.slug}
        return [(row, region) for row in rows for region in head.slugs]

    def held_by(term: Term, head: Column) -> int:
        return sum(counts.get(key, 0) for key in keys(term, head))

    terms = row_terms(filterset, by)
    whole = [h for h in heads if not any(h.slugs < other.slugs for other in heads)]
    speaking = {term: sum(held_by(term, head) > 0 for head in whole) for term in terms}
    spoken = [term for term in terms if speaking[term]]
    if by != "audience":
        spoken.sort(key=lambda term: -speaking[term])
    per_page = min(MAX_ROWS, CELLS_PER_PAGE // len(heads))
    page = Paginator(spoken, per_page).get_page(number)
    shown = list(page)
    cells = max(1, len(shown) * len(heads))
    most = max(MIN_ENTRIES, min(MAX_ENTRIES, ENTRIES_PER_PAGE // cells))
    wanted = {row for term in shown for row, _region in keys(term, heads[0])}
    held = members(filterset, by, wanted, most)
    everyone = set().union(*held.values())
    found = (
        Recommendation.objects.filter(pk__in=everyone).for_display().order_by(*ORDER)
    )
    order = {row.pk: (place, row) for place, row in enumerate(found)}

    def cell(term: Term, head: Column) -> Cell:
        pks = set().union(*(held.get(key, set()) for key in keys(term, head)))
        placed = sorted((order[pk] for pk in pks), key=itemgetter(0))[:most]
        entries = [Entry(row, is_joint(row, term)) for _place, row in placed]
        url = matrix.address(filterset, list_url, term, [head.value])
        return Cell(head, entries, held_by(term, head), url)

    rows = [Row(term, [cell(term, head) for head in heads]) for term in shown]
    silent = [term for term in terms if not speaking[term]]
    return Comparison(heads, left_out, page, rows, silent)


def is_joint(recommendation: Recommendation, term: Term) -> bool:
    """Whether this row's audience is addressed together with another."""
    audience = recommendation.audience
    return (
        term.kind == "audience" and audience is not None and audience.slug != term.slug
    )
