"""The global agenda as everybody reads it, read once for each version of the data.

Of a priority that changes again, the version that was published stays public until the
regions have been asked and the next one is published.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import get_language

from priorities.index import Index
from priorities.models import Instrument
from priorities.terms import Term, Terms
from regions.models import Edition
from workshops.models import Ballot

from .coverage import RegionSays, Source, coverage
from .models import GlobalPriority, ProtectedPlace, Stance, Version


@dataclass(frozen=True)
class Sent:
    """A version up to the published one, and which parts it says otherwise than before."""

    version: Version
    changed: list[str]


@dataclass(frozen=True)
class Told:
    """A published priority: its texts as published, where they come from, who is for it."""

    row: GlobalPriority
    version: Version
    regions: list[RegionSays]
    gone: list[Source]  # in its lineage, and no longer published
    audiences: list[Term]
    instruments: list[str]
    ballots: list[Ballot]
    sent: list[Sent]

    @property
    def reference(self) -> str:
        return self.row.reference

    @cached_property
    def behind(self) -> list[RegionSays]:
        return [each for each in self.regions if each.standing == "behind"]

    @cached_property
    def context(self) -> list[RegionSays]:
        return [each for each in self.regions if each.standing == "context"]

    @cached_property
    def silent(self) -> list[RegionSays]:
        return [each for each in self.regions if each.standing == "silent"]

    @cached_property
    def dissenting(self) -> list[RegionSays]:
        return [each for each in self.regions if each.dissents]

    @property
    def sources(self) -> list[Source]:
        return [source for each in self.regions for source in each.sources]


@dataclass(frozen=True)
class Became:
    """What became of one recommendation in the global agenda."""

    told: Told
    source: Source


@dataclass
class Agenda:
    priorities: list[Told]
    places: list[ProtectedPlace]
    by_reference: dict[str, Told] = field(init=False)
    by_recommendation: dict[int, list[Became]] = field(init=False)
    place_of: dict[int, ProtectedPlace] = field(init=False)

    def __post_init__(self) -> None:
        self.by_reference = {told.reference: told for told in self.priorities}
        self.by_recommendation = defaultdict(list)
        for told in self.priorities:
            for source in told.sources:
                self.by_recommendation[source.pk].append(Became(told, source))
        self.place_of = {place.recommendation_id: place for place in self.places}

    @classmethod
    def at(cls, index: Index) -> "Agenda":
        key = ("agenda", get_language())
        if key not in index.kept:
            index.kept[key] = cls.load(index, Terms.at(index))
        kept: Agenda = index.kept[key]
        return kept

    @classmethod
    def load(cls, index: Index, terms: Terms) -> "Agenda":
        public = GlobalPriority.objects.published()
        versions: dict[GlobalPriority, list[Version]] = defaultdict(list)
        for version in Version.objects.filter(
            priority__in=public, number__lte=F("priority__published_version")
        ).select_related("priority__edition", "priority__area"):
            versions[version.priority].append(version)
        rows = sorted(versions, key=lambda r: (-r.edition.year, r.position, r.pk))
        if not rows:
            return cls([], [])
        stances: dict[tuple[int, int], list[Stance]] = defaultdict(list)
        for stance in Stance.objects.filter(priority__in=public).select_related(
            "region"
        ):
            stances[stance.priority_id, stance.version].append(stance)
        said = [each[-1].said for each in versions.values()]
        ballots = named(Ballot.objects.told(), "pk", said, "ballots")
        instruments = named(Instrument.objects.all(), "slug", said, "instruments")
        told = [
            tell(
                versions[row],
                stances[row.pk, row.published_version or 0],
                ballots,
                instruments,
                index,
                terms,
            )
            for row in rows
        ]
        years = {row.edition_id for row in rows}
        places = ProtectedPlace.objects.filter(
            recommendation__section__regional_forum__edition__in=years,
            recommendation__published_at__isnull=False,
        ).select_related("recommendation__section__regional_forum")
        return cls(told, list(places))

    @cached_property
    def editions(self) -> dict[int, Edition]:
        """Those that have an agenda, the latest first."""
        return {told.row.edition.year: told.row.edition for told in self.priorities}

    def of_edition(self, year: int) -> list[Told]:
        return [told for told in self.priorities if told.row.edition.year == year]

    def places_of(self, edition_id: int) -> list[ProtectedPlace]:
        return [
            place
            for place in self.places
            if place.recommendation.section.regional_forum.edition_id == edition_id
        ]

    def taken_up(self, place: ProtectedPlace) -> Told | None:
        """The public priority that takes it up; one that is not public is no answer yet."""
        public = {told.row.pk: told for told in self.priorities}
        return public.get(place.taken_up_in_id or 0)


def named(
    rows: QuerySet[Any], key: str, said: list[dict[str, Any]], name: str
) -> dict[Any, Any]:
    """The rows that any version names, by what it names them by."""
    keys = {value for each in said for value in each[name]}
    found = rows.filter((f"{key}__in", keys)) if keys else []
    return {getattr(row, key): row for row in found}


def tell(
    versions: list[Version],
    stances: Iterable[Stance],
    ballots: dict[int, Ballot],
    instruments: dict[str, Instrument],
    index: Index,
    terms: Terms,
) -> Told:
    """`versions`: up to the published one."""
    version = versions[-1]
    said = version.said
    sources = [Source(*given) for given in said["supports"]]
    regions = coverage(index, terms, sources, stances)
    found = {source.pk for each in regions for source in each.sources}
    before = [None, *versions[:-1]]
    return Told(
        row=version.priority.as_said(said),
        version=version,
        regions=regions,
        gone=[source for source in sources if source.pk not in found],
        audiences=[
            terms.of("audience")[slug]
            for slug in said["audiences"]
            if slug in terms.of("audience")
        ],
        instruments=[
            str(instruments[slug])
            for slug in said["instruments"]
            if slug in instruments
        ],
        ballots=[ballots[pk] for pk in said["ballots"] if pk in ballots],
        sent=[
            Sent(each, [label for label, _p in earlier.changes_to(each.said)])
            if earlier
            else Sent(each, [])
            for earlier, each in zip(before, versions, strict=True)
        ],
    )
