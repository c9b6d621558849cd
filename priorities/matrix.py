"""Areas × regions: how many each region raises, and how many regions share each."""

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, QuerySet, Value
from django.db.models.functions import Coalesce

from .filters import RecommendationFilter
from .models import Section
from .terms import ONLY, Term

STEPS = 5

CONCERNS = Section.Kind.CONCERNS.value
ROW_OF = {
    "audience": Coalesce("audience__slug", Value(CONCERNS), output_field=CharField()),
    "area": F("area_links__area__slug"),
    "group": F("area_links__area__parent__slug"),
}
REGION = F("section__regional_forum__region__slug")


@dataclass(frozen=True)
class Column:
    """A region as it was asked for: `value` is its slug, or `slug:only`."""

    value: str
    label: str
    term: Term
    slugs: frozenset[str]


@dataclass(frozen=True)
class Cell:
    column: Column
    count: int
    step: int
    url: str


@dataclass(frozen=True)
class Row:
    term: Term
    cells: list[Cell]
    total: int
    url: str

    @property
    def sharing(self) -> int:
        """How many of the columns raise it."""
        return sum(cell.count > 0 for cell in self.cells)

    @property
    def only(self) -> Cell:
        """The one cell that speaks, where a single region does."""
        return next(cell for cell in self.cells if cell.count)


@dataclass(frozen=True)
class Matrix:
    columns: list[Column]
    rows: list[Row]
    silent: list[Term]

    @property
    def shared(self) -> list[Row]:
        return [row for row in self.rows if row.sharing > 1]

    @property
    def single(self) -> list[Row]:
        return [row for row in self.rows if row.sharing == 1]


def columns(filterset: RecommendationFilter) -> list[Column]:
    """The regions asked for, in their order; else the regions that hold a forum."""
    terms = filterset.terms
    asked = [v for v in filterset.chosen.get("region", []) if terms.get("region", v)]
    return [
        Column(
            value,
            terms.label("region", value),
            terms.of("region")[value.removesuffix(ONLY)],
            frozenset(terms.within("region", value)),
        )
        for value in asked or [term.slug for term in terms.forum_regions]
    ]


def wanted_areas(filterset: RecommendationFilter) -> set[str]:
    """The areas filtered on, groups opened up; empty when none is."""
    asked = filterset.chosen.get("area", [])
    values = [value for value in asked if filterset.terms.get("area", value)]
    return set().union(*(filterset.terms.within("area", value) for value in values))


def rows_of(filterset: RecommendationFilter, by: str) -> QuerySet[Any]:
    """Every recommendation found, once for each `row` it stands in, with its `region`.

    With areas filtered on, it stands only in the rows of those.
    """
    found = filterset.qs
    if by != "audience":
        wanted = wanted_areas(filterset)
        within = {"area_links__area__slug__in": sorted(wanted)} if wanted else {}
        found = found.filter(area_links__isnull=False, **within)
    return found.order_by().annotate(row=ROW_OF[by], spoken_in=REGION)


def count(filterset: RecommendationFilter, by: str) -> dict[tuple[str, str], int]:
    """Recommendations by row and region slug."""
    rows = (
        rows_of(filterset, by)
        .values_list("row", "spoken_in")
        .annotate(n=Count("pk", distinct=True))
    )
    return {(row, region): n for row, region, n in rows}


def address(
    filterset: RecommendationFilter, list_url: str, term: Term, regions: list[str]
) -> str:
    """The list of exactly what a row holds in these regions."""
    name, values = term.kind, [term.slug]
    if name == "area" and (wanted := wanted_areas(filterset)):
        values = sorted(wanted & filterset.terms.within("area", term.slug))
    elif name == "audience":
        chosen = filterset.chosen.get("audience", [])
        if chosen and term.slug not in chosen:
            reaching = filterset.terms.reaching(term.slug)
            values = [value for value in chosen if value in reaching]
    changes = {name: values, "region": regions}
    return list_url + filterset.query(changes, drop=("by", "sort"))


def build(filterset: RecommendationFilter, list_url: str, by: str = "area") -> Matrix:
    """Count recommendations per area (or group of areas) and region.

    Rows come in the order of how many columns share them, then of how much is said.
    Every count is the number of rows behind its `url`.
    """
    heads, terms = columns(filterset), filterset.terms
    wanted = wanted_areas(filterset)
    known = list(terms.groups) if by == "group" else terms.areas
    counts = count(filterset, by)
    held = {
        (term, head): sum(counts.get((term.slug, slug), 0) for slug in head.slugs)
        for term in known
        for head in heads
    }
    peak = max(held.values(), default=0)
    # A region asked for beside its own part counts once in the total.
    anywhere = frozenset[str]().union(*(head.slugs for head in heads))

    def cell(term: Term, head: Column) -> Cell:
        number = held[term, head]
        step = -(-number * STEPS // peak) if number else 0
        url = address(filterset, list_url, term, [head.value])
        return Cell(head, number, step, url)

    def row(term: Term) -> Row:
        total = sum(counts.get((term.slug, slug), 0) for slug in anywhere)
        everywhere = address(filterset, list_url, term, [head.value for head in heads])
        return Row(term, [cell(term, head) for head in heads], total, everywhere)

    rows = [row(term) for term in known]
    speaking = sorted(
        (r for r in rows if r.total), key=lambda r: (-r.sharing, -r.total)
    )
    silent = [
        r.term
        for r in rows
        if not r.total
        and (not wanted or filterset.terms.within("area", r.term.slug) & wanted)
    ]
    return Matrix(heads, speaking, silent)
