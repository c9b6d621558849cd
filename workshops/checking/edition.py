"""What an edition holds already, and whether it is still as it was."""

from collections.abc import Iterator
from hashlib import blake2b
from textwrap import shorten
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Max, QuerySet

from priorities.models import (
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
    Section,
)
from regions.models import Edition

from ..reading import Values
from .verdicts import List

TEXTS = [f"text_{code}" for code in settings.CONTENT_LANGUAGES]


class Known(NamedTuple):
    """A recommendation that is there, with everything a row could change."""

    pk: int
    reference: str
    status: str
    was_published: bool
    section: int
    values: Values


def beginning(pk: int, language: str) -> str:
    """The first words of a text that is there, to be known by."""
    column = f"text_{language}"
    text = Recommendation.objects.values_list(column, flat=True).get(pk=pk) or ""
    return shorten(text.replace("**", ""), 120, placeholder=" …")


def texts_of(edition: Edition, own: frozenset[str] | None) -> Iterator[Any]:
    """What is there in an edition, of `own` regions (None: all), with its texts."""
    rows = Recommendation.objects.filter(
        section__regional_forum__edition=edition, merged_into=None
    )
    if own is not None:
        rows = rows.filter(section__regional_forum__region__slug__in=own)
    return (
        rows.order_by("pk")
        .values_list(
            "pk",
            "reference",
            "section__regional_forum__region__slug",
            "section__kind",
            "audience__slug",
            "rank",
            "original_language",
            *TEXTS,
        )
        .iterator(2000)
    )


def sections_of(edition: Edition) -> QuerySet[Section, Any]:
    return (
        Section.objects.filter(regional_forum__edition=edition)
        .order_by("-position")
        .values_list(
            "pk", "regional_forum__region__slug", "kind", "audience__slug", "position"
        )
    )


def lists_of(edition: Edition) -> dict[List, int]:
    """The section of each list of an edition: the first, where a list has several."""
    return {
        (region, kind, audience or ""): pk
        for pk, region, kind, audience, _position in sections_of(edition)
    }


def load_known(pks: set[int]) -> dict[int, Known]:
    """Recommendations with what a row could change, in four queries."""
    found: dict[int, Known] = {}
    if not pks:
        return found
    for row in Recommendation.objects.filter(pk__among=pks).values(
        "pk",
        "reference",
        "status",
        "published_at",
        "section",
        "rank",
        "is_lead",
        "original_language",
        "source_page",
        "section__regional_forum__region__slug",
        "section__kind",
        "audience__slug",
        *TEXTS,
    ):
        found[row["pk"]] = Known(
            row["pk"],
            row["reference"],
            row["status"],
            row["published_at"] is not None,
            row["section"],
            {
                "region": row["section__regional_forum__region__slug"],
                "kind": row["section__kind"],
                "audience": row["audience__slug"] or "",
                "rank": row["rank"],
                "lead": row["is_lead"],
                "language": row["original_language"],
                "page": row["source_page"],
                "texts": {
                    code: row[f"text_{code}"]
                    for code in settings.CONTENT_LANGUAGES
                    if row[f"text_{code}"]
                },
                "areas": [],
                "countries": [],
                "instruments": [],
            },
        )
    for name, model, term in (
        ("areas", RecommendationArea, "area__slug"),
        ("countries", RecommendationCountry, "country__iso_code"),
        ("instruments", RecommendationInstrument, "instrument__slug"),
    ):
        for pk, slug in model.objects.filter(recommendation__pk__among=pks).values_list(
            "recommendation", term
        ):
            found[pk].values[name].append(slug)
    return found


def state_of(edition: Edition) -> str:
    """A name for how things stand in an edition: another after any change there.

    The count tells of a transaction that began early and committed late.
    """
    forum = {"section__regional_forum__edition": edition}
    histories = [
        Recommendation.history.filter(**forum),
        Section.history.filter(regional_forum__edition=edition),
        RecommendationArea.history.all(),
        RecommendationCountry.history.all(),
        RecommendationInstrument.history.all(),
    ]
    marks = [
        history.aggregate(last=Max("history_id"), rows=Count("pk"))
        for history in histories
    ]
    told = "-".join(f"{mark['last'] or 0}/{mark['rows']}" for mark in marks)
    return blake2b(told.encode(), digest_size=16).hexdigest()
