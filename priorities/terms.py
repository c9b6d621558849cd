"""The words a filter can name, read in one query and known by their slugs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf.locale import LANG_INFO
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import get_language, gettext
from pyroaring import BitMap

from regions.models import Country, Edition, Region
from regions.translated import reading_languages

from .index import Index
from .models import Audience, AudienceInclusion, Instrument, PriorityArea, Section

ONLY = ":only"
MOVED = "moved "


@dataclass(frozen=True)
class Term:
    kind: str
    slug: str
    label: str
    parent: str = ""
    position: int = 0
    code: str = field(default="", compare=False)


def name_in_reading_language() -> Coalesce:
    names = [NullIf(F(f"name_{code}"), Value("")) for code in reading_languages()]
    return Coalesce(*names, Value(""))


def branch(
    kind: str,
    source: QuerySet[Any],
    slug: Any = "slug",
    label: Any = None,
    parent: Any = "",
    position: Any = 0,
    code: Any = "",
) -> QuerySet[Any]:
    """One branch of the union: every vocabulary in the same six columns."""

    def column(value: Any) -> Any:
        if isinstance(value, str):
            return Cast(F(value) if value else Value(""), CharField())
        return value

    return source.order_by().values_list(
        Value(kind, output_field=CharField()),
        column(slug),
        Coalesce(
            label or name_in_reading_language(), Value(""), output_field=CharField()
        ),
        Coalesce(column(parent), Value(""), output_field=CharField()),
        F(position) if isinstance(position, str) else Value(position),
        column(code),
    )


def language_states() -> list[Term]:
    """How far a text can be read in each language, the reader's own first."""
    patterns = {
        "original": gettext("written in %(language)s"),
        "reviewed": gettext("reviewed translation: %(language)s"),
        "draft": gettext("translation not reviewed: %(language)s"),
        "machine": gettext("translated by a program: %(language)s"),
        "stale": gettext("translation older than its original: %(language)s"),
        "missing": gettext("not yet in %(language)s"),
    }
    return [
        Term(
            "language",
            f"{code}:{state}",
            pattern % {"language": gettext(LANG_INFO[code]["name"])},
            position=number,
            parent=code,
        )
        for number, code in enumerate(reading_languages())
        for state, pattern in patterns.items()
    ]


class Terms:
    """Regions, audiences, areas, countries, instruments and editions by slug."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.kinds: dict[str, dict[str, Term]] = {}
        self.included: dict[str, list[str]] = {}
        self.moved: dict[tuple[str, str], str] = {}  # where merged words lead
        for term in sorted(terms, key=lambda term: (term.position, term.slug)):
            if term.kind == "inclusion":
                self.included.setdefault(term.slug, []).append(term.parent)
            elif term.kind.startswith(MOVED):
                self.moved[term.kind.removeprefix(MOVED), term.slug] = term.parent
            else:
                self.kinds.setdefault(term.kind, {})[term.slug] = term

    @classmethod
    def at(cls, index: Index) -> "Terms":
        """The terms in the reader's language, read once for each version of the data."""
        key = ("terms", get_language())
        if key not in index.kept:
            index.kept[key] = cls.load(index)
        return index.kept[key]

    @classmethod
    def load(cls, index: Index) -> "Terms":
        branches = [
            branch("audience", Audience.objects.current(), position="position"),
            *(
                branch(
                    MOVED + kind,
                    model.objects.filter(merged_into__isnull=False),
                    label=Value(""),
                    parent="merged_into__slug",
                )
                for kind, model in (("audience", Audience), ("area", PriorityArea))
            ),
            branch(
                "inclusion",
                AudienceInclusion.objects.all(),
                slug="joint__slug",
                label=Value(""),
                parent="included__slug",
            ),
            branch(
                "area",
                PriorityArea.objects.current(),
                parent="parent__slug",
                position="position",
            ),
            branch(
                "country", Country.objects.all(), slug="iso_code", parent="region__slug"
            ),
            branch("instrument", Instrument.objects.all()),
            branch(
                "edition",
                Edition.objects.published(),
                slug="year",
                label=Cast("year", CharField()),
            ),
        ]
        regions = branch(
            "region",
            Region.objects.all(),
            parent="parent__slug",
            position="position",
            code="code",
        )
        read = (Term(*row) for row in regions.union(*branches, all=True))
        # A country or instrument that only hidden rows name is nobody's business.
        found = (
            term
            for term in read
            if term.kind not in {"country", "instrument"}
            or index.live.intersect(index.carrying(term.kind, term.slug))
        )
        kinds = (
            Term("kind", value, str(label), position=number)
            for number, (value, label) in enumerate(Section.Kind.choices)
        )
        lead = Term("lead", "true", gettext("Said to come first"))
        return cls([*found, *kinds, *language_states(), lead])

    def rows(self, index: Index, kind: str, value: str) -> BitMap:
        """The rows that carry a term, or one that is part of it or includes it."""
        if kind == "audience":
            return index.any_of(kind, self.reaching(value))
        return index.any_of(kind, self.within(kind, value))

    def of(self, kind: str) -> dict[str, Term]:
        return self.kinds.get(kind, {})

    def get(self, kind: str, value: str) -> Term | None:
        """The term a parameter names; `slug:only` is the region without its parts."""
        slug = value.removesuffix(ONLY) if kind == "region" else value
        return self.of(kind).get(slug)

    def meant(self, kind: str, value: str) -> str:
        """The value a parameter means: that of a merged word means the other."""
        return self.moved.get((kind, value), value)

    @cached_property
    def forum_regions(self) -> list[Term]:
        return [term for term in self.of("region").values() if not term.parent]

    @cached_property
    def latest_edition(self) -> str | None:
        return max(self.of("edition"), default=None)

    @cached_property
    def groups(self) -> dict[Term, list[Term]]:
        """The groups of areas in order, each with its areas in order."""
        areas = self.of("area").values()
        return {
            group: [area for area in areas if area.parent == group.slug]
            for group in areas
            if not group.parent
        }

    @cached_property
    def areas(self) -> list[Term]:
        return [area for areas in self.groups.values() for area in areas]

    @cached_property
    def parts(self) -> dict[tuple[str, str], list[Term]]:
        parts: dict[tuple[str, str], list[Term]] = {}
        for kind, terms in self.kinds.items():
            for term in terms.values():
                if term.parent:
                    parts.setdefault((kind, term.parent), []).append(term)
        return parts

    def children(self, kind: str, slug: str) -> list[Term]:
        return self.parts.get((kind, slug), [])

    def within(self, kind: str, value: str) -> set[str]:
        """The slugs a value stands for: itself and all that is part of it."""
        if kind == "region" and value.endswith(ONLY):
            return {value.removesuffix(ONLY)}
        found, waiting = set(), [value]
        while waiting:
            slug = waiting.pop()
            if slug not in found:
                found.add(slug)
                waiting += [child.slug for child in self.children(kind, slug)]
        return found

    def reaching(self, audience: str) -> set[str]:
        """The audience and every joint one that includes it."""
        return {audience} | {
            joint for joint, included in self.included.items() if audience in included
        }

    def label(self, kind: str, value: str) -> str:
        term = self.get(kind, value)
        if term is None:
            return value
        if kind == "region" and value.endswith(ONLY):
            return gettext("%(region)s itself") % {"region": term.label}
        return term.label
