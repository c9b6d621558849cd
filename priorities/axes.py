"""Rows and columns: what a comparison and a matrix are made of."""

from dataclasses import dataclass, field

from django.utils.translation import gettext
from pyroaring import BitMap

from .filters import RecommendationFilter
from .models import Section
from .terms import ONLY, Term

ROWS = ("audience", "group", "area", "region")
COLUMNS = ("region", "edition", "audience")
LAYOUT = ("by", "columns", "show", "order", "sort")
CONCERNS = Section.Kind.CONCERNS.value


@dataclass(frozen=True)
class Line:
    """A row or a column: `value` is a slug, or `slug:only` for a region by itself."""

    value: str
    label: str
    term: Term
    slugs: frozenset[str]
    rows: BitMap = field(compare=False, repr=False)

    def __hash__(self) -> int:
        return hash((self.term.kind, self.value))


def line(filterset: RecommendationFilter, kind: str, value: str) -> Line:
    terms = filterset.terms
    term = terms.of(kind)[value.removesuffix(ONLY)]
    slugs = terms.reaching(value) if kind == "audience" else terms.within(kind, value)
    rows = terms.rows(filterset.index, kind, value)
    return Line(value, terms.label(kind, value), term, frozenset(slugs), rows)


def columns(filterset: RecommendationFilter, kind: str = "region") -> list[Line]:
    """The regions asked for, in their order; else the regions that hold a forum.

    Likewise the editions, or the audiences: else all of them.
    """
    terms = filterset.terms
    asked = [v for v in filterset.chosen.get(kind, []) if terms.get(kind, v)]
    # A form gives its boxes in their own order; it says beside them how they stood.
    stood = filterset.data.get("arranged", "").split(".")
    asked.sort(key=lambda v: stood.index(v) if v in stood else len(stood))
    everything = [
        slug
        for slug, term in terms.of(kind).items()
        if not (kind == "region" and term.parent) and slug not in terms.included
    ]
    return [line(filterset, kind, value) for value in asked or everything]


def rows(filterset: RecommendationFilter, by: str) -> list[Line]:
    """The rows there can be, in their order, narrowed to what is filtered on.

    Joint audiences have no row: what they are asked stands with each they include.
    """
    terms, chosen = filterset.terms, filterset.chosen
    if by == "region":
        return columns(filterset)
    if by == "audience":
        asked = chosen.get("audience", [])
        wanted = {s for value in asked for s in terms.included.get(value, [value])}
        found = [
            line(filterset, "audience", slug)
            for slug in terms.of("audience")
            if slug not in terms.included and (not wanted or slug in wanted)
        ]
        if asked or CONCERNS not in terms.of("kind"):
            return found
        concerns = line(filterset, "kind", CONCERNS)
        label = gettext("Concerns, addressed to nobody")
        return [
            Line(CONCERNS, label, concerns.term, concerns.slugs, concerns.rows),
            *found,
        ]
    wanted = wanted_areas(filterset)
    found = []
    for term in terms.groups if by == "group" else terms.areas:
        slugs = terms.within("area", term.slug)
        if wanted:
            slugs &= wanted
        if slugs:
            held = filterset.index.any_of("area", slugs)
            found.append(Line(term.slug, term.label, term, frozenset(slugs), held))
    return found


def wanted_areas(filterset: RecommendationFilter) -> set[str]:
    """The areas filtered on, groups opened up; empty when none is."""
    asked = filterset.chosen.get("area", [])
    values = [value for value in asked if filterset.terms.get("area", value)]
    return set().union(*(filterset.terms.within("area", value) for value in values))


def outermost(lines: list[Line]) -> list[Line]:
    """The lines that count: a part beside its whole does not."""
    return [a for a in lines if not any(a.slugs < b.slugs for b in lines)]


class Addresses:
    """Lists of exactly what a row holds in some columns."""

    def __init__(self, filterset: RecommendationFilter, list_url: str) -> None:
        self.filterset, self.list_url = filterset, list_url
        self.narrowed = wanted_areas(filterset)
        self.starts: dict[tuple[str, ...], str] = {}

    def start(self, *kinds: str) -> str:
        """The address with all filters but these; it ends where they begin."""
        if kinds not in self.starts:
            rest = self.filterset.query(drop=(*LAYOUT, *kinds))
            self.starts[kinds] = self.list_url + rest + ("&" if len(rest) > 1 else "")
        return self.starts[kinds]

    def of(self, row: Line, columns: list[Line]) -> str:
        name, head = row.term.kind, columns[0].term.kind
        pairs = [(name, value) for value in self.values(row)]
        pairs += [(head, column.value) for column in columns]
        return self.start(name, head) + "&".join(f"{n}={v}" for n, v in pairs)

    def values(self, row: Line) -> list[str]:
        if row.term.kind == "area" and self.narrowed:
            return sorted(row.slugs - {row.value} or row.slugs)
        if row.term.kind == "audience":
            chosen = self.filterset.chosen.get("audience", [])
            if chosen and row.value not in chosen:
                reaching = self.filterset.terms.reaching(row.value)
                return [value for value in chosen if value in reaching]
        return [row.value]
