"""How many there would be: counts beside every choice, all other filters applied."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, Count, Value
from django.db.models.functions import Cast

from .filters import RecommendationFilter
from .search import fold
from .terms import Term, Terms

# Where a recommendation carries the terms of each parameter. A group of areas
# counts a recommendation once, however many of its areas it carries.
PATHS = {
    "region": "section__regional_forum__region__slug",
    "audience": "audience__slug",
    "area": "area_links__area__slug",
    "group": "area_links__area__parent__slug",
    "country": "country_links__country__iso_code",
    "instrument": "instrument_links__instrument__slug",
    "kind": "section__kind",
    "lead": "is_lead",
    "edition": "section__regional_forum__edition__year",
}
TOTAL = "total"


@dataclass
class Choice:
    term: Term
    count: int
    is_chosen: bool
    choices: list["Choice"] = field(default_factory=list)


@dataclass
class Facet:
    name: str
    label: str
    choices: list[Choice]

    def every(self) -> list[Choice]:
        return [*self.choices, *(c for choice in self.choices for c in choice.choices)]

    @property
    def chosen(self) -> int:
        return sum(choice.is_chosen for choice in self.every())


@dataclass
class Facets:
    total: int
    facets: list[Facet]

    def counts(self, name: str) -> dict[str, int]:
        """The count of every term of one parameter, by slug."""
        facet = next(facet for facet in self.facets if facet.name == name)
        return {choice.term.slug: choice.count for choice in facet.every()}


def count(filterset: RecommendationFilter) -> dict[str, dict[str, int]]:
    """Rows per parameter and term, in one query."""
    text = CharField()
    everything = filterset.matching().order_by()
    total = everything.values_list(Value(TOTAL, text), Value("", text)).annotate(
        n=Count("pk")
    )
    branches = []
    for name, path in PATHS.items():
        parameter = "area" if name == "group" else name
        rows = filterset.matching(without=parameter).order_by()
        branches.append(
            rows.values_list(Value(name, text), Cast(path, text)).annotate(
                n=Count("pk", distinct=name == "group")
            )
        )
    counts: dict[str, dict[str, int]] = {}
    for name, slug, number in total.union(*branches, all=True):
        counts.setdefault(name, {})[str(slug)] = number
    return counts


def of(filterset: RecommendationFilter) -> Facets:
    terms, counts = filterset.terms, count(filterset)

    def choice(name: str, term: Term, number: int, *inner: Choice) -> Choice:
        return Choice(term, number, filterset.has(name, term.slug), list(inner))

    def plain(name: str) -> list[Choice]:
        held = counts.get(name, {})
        return [choice(name, t, held.get(t.slug, 0)) for t in terms.of(name).values()]

    def facet(name: str, choices: list[Choice]) -> Facet:
        return Facet(name, str(filterset.filters[name].label), choices)

    leads = sum(n for key, n in counts.get("lead", {}).items() if key in {"1", "true"})
    shown = [
        facet("region", regions(terms, counts, choice)),
        facet("audience", audiences(terms, counts, choice)),
        facet("area", areas(terms, counts, choice)),
        facet("kind", plain("kind")),
        facet("lead", [choice("lead", t, leads) for t in terms.of("lead").values()]),
        facet("country", sorted(plain("country"), key=by_label)),
        facet("instrument", sorted(plain("instrument"), key=by_label)),
    ]
    if len(terms.of("edition")) > 1:
        shown.append(facet("edition", plain("edition")))
    return Facets(sum(counts.get(TOTAL, {}).values()), shown)


def by_label(choice: Choice) -> str:
    return fold(choice.term.label)


def regions(
    terms: Terms, counts: dict[str, dict[str, int]], choice: Any
) -> list[Choice]:
    held = counts.get("region", {})

    def node(term: Term) -> Choice:
        slugs = terms.within("region", term.slug)
        number = sum(held.get(slug, 0) for slug in slugs)
        inner = [node(child) for child in terms.children("region", term.slug)]
        made: Choice = choice("region", term, number, *inner)
        return made

    return [node(term) for term in terms.forum_regions]


def audiences(
    terms: Terms, counts: dict[str, dict[str, int]], choice: Any
) -> list[Choice]:
    """A joint audience counts for itself and for each one it includes."""
    held = counts.get("audience", {})
    return [
        choice("audience", t, sum(held.get(s, 0) for s in terms.reaching(t.slug)))
        for t in terms.of("audience").values()
    ]


def areas(terms: Terms, counts: dict[str, dict[str, int]], choice: Any) -> list[Choice]:
    held, groups = counts.get("area", {}), counts.get("group", {})
    return [
        choice(
            "area",
            group,
            groups.get(group.slug, 0),
            *(choice("area", area, held.get(area.slug, 0)) for area in within),
        )
        for group, within in terms.groups.items()
    ]
