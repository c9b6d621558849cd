"""How many there would be: counts beside every choice, all other filters applied."""

from dataclasses import dataclass, field

from regions.translated import reading_languages

from .filters import RecommendationFilter
from .terms import ONLY, Term
from .words import fold

NAMES = (
    "region",
    "audience",
    "area",
    "kind",
    "lead",
    "language",
    "country",
    "instrument",
    "edition",
)
TREES = {"region", "area"}
BY_LABEL = {"country", "instrument"}


@dataclass
class Choice:
    term: Term
    value: str
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

    @property
    def counts(self) -> dict[str, int]:
        return {choice.term.slug: choice.count for choice in self.every()}


def of(filterset: RecommendationFilter) -> list[Facet]:
    return [facet(filterset, name) for name in NAMES if shown(filterset, name)]


def facet(filterset: RecommendationFilter, name: str) -> Facet:
    """One parameter's choices, each with the rows there would be with it alone."""
    terms, index = filterset.terms, filterset.index
    found = filterset.matching(without=name)

    def choice(term: Term, inner: list[Term]) -> Choice:
        alone = f"{term.slug}{ONLY}"
        value = alone if filterset.has(name, alone) else term.slug
        rows = terms.rows(index, name, value)
        return Choice(
            term,
            value,
            found.intersection_cardinality(rows),
            filterset.has(name, value),
            [choice(part, []) for part in inner],
        )

    choices = [
        choice(term, terms.children(name, term.slug))
        for term in terms.of(name).values()
        if name not in TREES or not term.parent
    ]
    if name in BY_LABEL:
        choices.sort(key=lambda choice: fold(choice.term.label))
    if name == "language":
        own = reading_languages()[0]
        choices = [c for c in choices if c.is_chosen or c.term.parent == own]
    return Facet(name, str(filterset.filters[name].label), choices)


def shown(filterset: RecommendationFilter, name: str) -> bool:
    """An edition is a choice only where there are two."""
    return name != "edition" or len(filterset.terms.of(name)) > 1
