"""Both ends of whatever the history touched between two moments, in one statement.

Only rows that were written to between the two are looked at, so that the cost goes with
what changed and not with what there is. A row says how it stood at each end and which
columns differ, never what they held: words of earlier days do not leave the history.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from regions.models import Edition, EditionPartner, Region, RegionalForum
from regions.translated import OriginalText

from ..models import (
    AreaSynonym,
    Audience,
    AudienceInclusion,
    PriorityArea,
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
    Section,
)
from .moments import Moment

# How an entry stood: draft, published or archived; one never published did not stand.
STATUS = "CASE WHEN {row}.published_at IS NOT NULL THEN {row}.status END"
SLUG = "{row}.slug"
NO_KEY = "CAST(NULL AS bigint)"
REGION = "(SELECT slug FROM regions_region WHERE regions_region.id = {row}.region_id)"
THERE = "CAST({row}.id AS TEXT)"
# Participants see a section while an entry of it is published.
SHOWN = """CASE WHEN EXISTS (
  SELECT 1 FROM {entries} held WHERE held.section_id = {row}.id
  AND held.status = 'published' AND held.history_date <= {at} AND NOT EXISTS (
    SELECT 1 FROM {entries} newer WHERE newer.id = held.id AND newer.history_date <= {at}
    AND (newer.history_date > held.history_date OR newer.history_id > held.history_id)
  )) THEN CAST({row}.id AS TEXT) END"""
# What came with a whole edition is told as that edition, not entry by entry.
KNOWN_SECTIONS = """(SELECT s.id FROM priorities_section s
  JOIN regions_regionalforum f ON f.id = s.regional_forum_id
  WHERE f.edition_id IN ({editions}))"""
# "+ 0" keeps SQLite from reading every section's whole history instead of the days asked for.
EVER_PUBLISHED = f"published_at IS NOT NULL AND section_id + 0 IN {KNOWN_SECTIONS}"
OF_PUBLISHED = f"""EXISTS (SELECT 1 FROM priorities_recommendation told
  WHERE told.id = recommendation_id AND told.published_at IS NOT NULL
  AND told.section_id IN {KNOWN_SECTIONS})"""


class End(NamedTuple):
    """How a row stood (None: nobody saw it), and in what it stood."""

    stood: str | None
    within: int | None


class Ends(NamedTuple):
    """A row before and after: what leads away from it, what it came from, what differs."""

    kind: str
    pk: int
    before: End
    after: End
    leads: int | None
    source: int | None
    differs: list[str]


@dataclass(frozen=True)
class Told:
    """What is told of a model: `stood` and `within` at each end, columns that may differ."""

    model: Any
    stood: str
    within: str = NO_KEY
    columns: Sequence[str] = ()  # as readers call them, then as the table does
    leads: str = NO_KEY
    source: str = NO_KEY
    where: str = ""

    @property
    def kind(self) -> str:
        return str(self.model._meta.model_name)

    @property
    def table(self) -> str:
        return str(self.model.history.model._meta.db_table)

    def select(self) -> str:
        return f"""
SELECT '{self.kind}', touched.id, {self.end("before", "since")},
  {self.end("after", "until")},
  {self.told(self.leads, "after", "until")}, {self.told(self.source, "after", "until")},
  {" || ".join(["''", *self.differences()])}
FROM ({self.touched()}) touched
LEFT JOIN {self.table} before ON before.history_id = {self.last("since")}
LEFT JOIN {self.table} after ON after.history_id = {self.last("until")}"""

    def touched(self, key: str = "id") -> str:
        narrowed = f" AND {self.where}" if self.where else ""
        return (
            f"SELECT DISTINCT {key} AS id FROM {self.table} "
            f"WHERE history_date > %(since)s AND history_date <= %(until)s{narrowed}"
        )

    def last(self, at: str) -> str:
        return (
            f"(SELECT history_id FROM {self.table} h WHERE h.id = touched.id "
            f"AND h.history_date <= %({at})s "
            "ORDER BY h.history_date DESC, h.history_id DESC LIMIT 1)"
        )

    def end(self, row: str, at: str) -> str:
        gone = f"WHEN {row}.history_type = '-' THEN NULL"
        return (
            f"CASE {gone} ELSE {self.told(self.stood, row, at)} END, "
            f"{self.told(self.within, row, at)}"
        )

    def told(self, expression: str, row: str, at: str) -> str:
        entries = Recommendation.history.model._meta.db_table
        return expression.format(row=row, at=f"%({at})s", entries=entries)

    def differences(self) -> Iterator[str]:
        own = {column: f"{{row}}.{column}" for column in self.columns}
        for name, expression in (own | self.states()).items():
            before = self.told(expression, "before", "since")
            after = self.told(expression, "after", "until")
            yield (
                f"CASE WHEN {before} IS DISTINCT FROM {after} THEN '{name} ' ELSE '' END"
            )

    def states(self) -> dict[str, str]:
        """How far each language can be trusted, as `OriginalText.state_in` has it."""
        if not issubclass(self.model, OriginalText):
            return {}
        return {
            f"state_{code}": state_in(code, self.model.texts)
            for code in settings.CONTENT_LANGUAGES
        }


def state_in(code: str, texts: Iterable[str]) -> str:
    missing = " AND ".join(f"{{row}}.{name}_{code} IS NULL" for name in texts)
    return f"""CASE WHEN {{row}}.original_language = '{code}' THEN 'original'
WHEN {missing} THEN 'missing'
WHEN {{row}}.made_from_{code} IS NULL
  OR {{row}}.made_from_{code} < {{row}}.original_version THEN 'stale'
WHEN {{row}}.reviewed_{code} THEN 'reviewed'
WHEN {{row}}.by_machine_{code} THEN 'machine' ELSE 'draft' END"""


def in_languages(*names: str) -> list[str]:
    return [f"{name}_{code}" for name in names for code in settings.CONTENT_LANGUAGES]


def of_tags(model: Any) -> Told:
    term = f"{model.term_key.partition('__')[0]}_id"
    stood = f"CAST({{row}}.{term} AS TEXT)"
    return Told(model, stood, "{row}.recommendation_id", where=OF_PUBLISHED)


TAGS = (RecommendationArea, RecommendationCountry, RecommendationInstrument)


class Entries(Told):
    """Recommendations, touched themselves or by a tag."""

    def touched(self, key: str = "id") -> str:
        tagged = (of_tags(model).touched("recommendation_id") for model in TAGS)
        return " UNION ".join([super().touched(key), *tagged])


def everything_told() -> list[Told]:
    merged = "{row}.merged_into_id"
    return [
        Told(
            Edition,
            THERE,
            "{row}.id",
            [*in_languages("theme", "introduction", "place"), "horizon_years"],
        ),
        Told(EditionPartner, THERE, "{row}.edition_id", ["role", "name"]),
        Told(
            RegionalForum,
            REGION,
            "{row}.edition_id",
            [*in_languages("overview", "place"), "starts_on"],
        ),
        Told(
            Section,
            SHOWN,
            "{row}.regional_forum_id",
            [*in_languages("heading", "introduction"), "audience_id"],
        ),
        Told(Region, SLUG, columns=[*in_languages("name"), "parent_id"]),
        Told(
            Audience,
            SLUG,
            columns=[*in_languages("name"), "merged_into_id"],
            leads=merged,
        ),
        Told(AudienceInclusion, THERE, "{row}.joint_id", ["included_id"]),
        Told(
            PriorityArea,
            SLUG,
            columns=[
                *in_languages("name", "description"),
                "parent_id",
                "merged_into_id",
            ],
            leads=merged,
        ),
        Told(AreaSynonym, THERE, "{row}.area_id", ["language", "label"]),
        Entries(
            Recommendation,
            STATUS,
            "{row}.section_id",
            [
                *in_languages("text"),
                "original_language",
                "section_id",
                "audience_id",
                "rank",
                "is_lead",
                "source_page",
            ],
            leads=merged,
            source="{row}.split_from_id",
            where=EVER_PUBLISHED,
        ),
        *map(of_tags, TAGS),
    ]


@cache
def statement() -> str:
    return "\nUNION ALL".join(told.select() for told in everything_told())


def between(since: Moment, until: Moment, editions: Iterable[int]) -> list[Ends]:
    """`editions`: those that were public at both ends."""
    keys = ", ".join(map(str, editions))
    moments = {
        name: connection.ops.adapt_datetimefield_value(moment.at)
        for name, moment in (("since", since), ("until", until))
    }
    with connection.cursor() as cursor:
        cursor.execute(statement().replace("{editions}", keys), moments)
        return [
            Ends(kind, pk, End(*row[:2]), End(*row[2:4]), row[4], row[5], said.split())
            for kind, pk, *row, said in cursor.fetchall()
        ]
