"""Which of the forum regions stand behind a global priority, are silent or dissent."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext

from priorities.index import Index
from priorities.terms import Term, Terms

from .models import Stance, Support

STANDINGS = ("behind", "context", "silent")
BEHIND = {Support.Kind.SAME, Support.Kind.PART}


@dataclass(frozen=True)
class Source:
    """A regional recommendation in the lineage, and how it supports."""

    pk: int
    reference: str
    kind: str

    @property
    def label(self) -> str:
        return str(Support.Kind(self.kind).label)


@dataclass
class RegionSays:
    """What one forum region, its parts included, has to do with a global priority."""

    region: Term
    sources: list[Source] = field(default_factory=list)
    stances: list[Stance] = field(default_factory=list)

    @cached_property
    def standing(self) -> str:
        kinds = {source.kind for source in self.sources}
        if kinds & BEHIND:
            return "behind"
        return "context" if kinds else "silent"

    @property
    def label(self) -> str:
        labels = {
            "behind": pgettext("region", "stands behind it"),
            "context": pgettext("region", "says why, asks for something else"),
            "silent": pgettext("region", "silent: nothing recorded"),
        }
        return labels[self.standing]

    @property
    def dissents(self) -> list[Stance]:
        return [s for s in self.stances if s.kind != Stance.Kind.ASSENT]

    @property
    def answer(self) -> str:
        """The answer to the version in one word, the most critical of its parts first."""
        given = {stance.kind for stance in self.stances}
        for kind, label in (
            (Stance.Kind.OBJECTION, gettext("objects")),
            (Stance.Kind.RESERVATION, gettext("has a reservation")),
            (Stance.Kind.ASSENT, gettext("assents")),
        ):
            if kind in given:
                return label
        return gettext("has not answered")


def outermost(terms: Terms, slug: str) -> str:
    """The forum region that a region is, or is part of."""
    regions = terms.of("region")
    while (parent := regions[slug].parent) in regions:
        slug = parent
    return slug


def region_of(index: Index, pk: int) -> str | None:
    """The region of a recommendation, while it is published."""
    number = index.numbers.get(pk)  # what is not published has none
    return None if number is None else index.places[index.sections[number]].region


def coverage(
    index: Index, terms: Terms, sources: Iterable[Source], stances: Iterable[Any]
) -> list[RegionSays]:
    """All forum regions in their order; what is not published supports nothing.

    `stances`: to one version, each with its region.
    """
    said = {term.slug: RegionSays(term) for term in terms.forum_regions}
    for source in sources:
        slug = region_of(index, source.pk)
        if slug is not None:
            said[outermost(terms, slug)].sources.append(source)
    for stance in stances:
        said[outermost(terms, stance.region.slug)].stances.append(stance)
    return list(said.values())
