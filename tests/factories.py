"""Plain objects with dull defaults; a test names only what it is about."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.http import QueryDict
from django.utils import translation

from priorities import entries
from priorities.filters import RecommendationFilter
from priorities.models import Audience, PriorityArea, Recommendation, Section
from regions.models import Edition, Region, RegionalForum

NOON = datetime(2021, 11, 23, 12, tzinfo=UTC)
numbers = count(1)


def make_edition(year: int = 2021, **fields: Any) -> Edition:
    fields.setdefault("published_at", NOON)
    edition, _created = Edition.objects.get_or_create(year=year, defaults=fields)
    return edition


def make_region(slug: str = "africa", code: str = "", **fields: Any) -> Region:
    fields = {
        "code": code or slug.replace("-", "").upper()[:5],
        "name_en": slug.replace("-", " ").title(),
        "position": next(numbers),
    } | fields
    region, _created = Region.objects.get_or_create(slug=slug, defaults=fields)
    return region


def make_forum(region: str | Region = "africa", **fields: Any) -> RegionalForum:
    region = make_region(region) if isinstance(region, str) else region
    edition = fields.pop("edition", None) or make_edition()
    forum, _created = RegionalForum.objects.get_or_create(
        edition=edition, region=region, defaults=fields
    )
    return forum


def make_audience(slug: str = "governments", **fields: Any) -> Audience:
    fields = {"name_en": slug.capitalize(), "position": next(numbers)} | fields
    audience, _created = Audience.objects.get_or_create(slug=slug, defaults=fields)
    return audience


def make_area(
    slug: str = "media", group: str = "prevention", **fields: Any
) -> PriorityArea:
    parent, _created = PriorityArea.objects.get_or_create(
        slug=group, defaults={"name_en": group.capitalize(), "position": next(numbers)}
    )
    fields = {
        "name_en": slug.capitalize(),
        "parent": parent,
        "position": next(numbers),
    } | fields
    area, _created = PriorityArea.objects.get_or_create(slug=slug, defaults=fields)
    return area


def make_section(region: str | Region = "africa", **fields: Any) -> Section:
    forum = fields.pop("regional_forum", None) or make_forum(region)
    kind = fields.get("kind", Section.Kind.RECOMMENDATIONS)
    if kind == Section.Kind.RECOMMENDATIONS:
        fields.setdefault("audience", make_audience())
    fields = {
        "position": forum.sections.count() + 1,
        "heading_fr": "Actions prioritaires",
        "heading_en": "Priority actions",
    } | fields
    return Section.objects.create(regional_forum=forum, **fields)


def make_recommendation(
    region: str | Region = "africa",
    areas: tuple[str, ...] = ("media",),
    text: str = "Les gouvernements devraient former les **juges**.",
    **fields: Any,
) -> Recommendation:
    """A published recommendation, unless `status` says otherwise."""
    section = fields.pop("section", None)
    if section is None:
        slug = region if isinstance(region, str) else region.slug
        section = Section.objects.filter(
            regional_forum__region__slug=slug, kind="recommendations"
        ).first() or make_section(region)
    status = fields.pop("status", Recommendation.Status.PUBLISHED)
    if section.kind == Section.Kind.RECOMMENDATIONS:
        fields.setdefault("audience", section.audience)
    recommendation = Recommendation.objects.create(
        section=section,
        text_fr=text,
        **{"position": section.recommendations.count() + 1} | fields,
    )
    recommendation.tag(areas=[make_area(slug) for slug in areas])
    if status == Recommendation.Status.IN_REVIEW:
        recommendation.send_to_review()
    elif status != Recommendation.Status.DRAFT:
        recommendation.publish(at=NOON)
    if status == Recommendation.Status.ARCHIVED:
        recommendation.withdraw()
    return recommendation


def references(filterset: RecommendationFilter) -> set[str]:
    """What a filter finds."""
    pks = [filterset.index.pks[number] for number in filterset.found]
    found = Recommendation.objects.filter(pk__in=pks)
    return set(found.values_list("reference", flat=True))


def asked(words: str, language: str = "en") -> RecommendationFilter:
    """A search as it is typed on the pages of a language."""
    query = QueryDict(mutable=True)
    query["q"] = words
    with translation.override(language):
        filterset = RecommendationFilter(query)
        assert filterset.search.reading[0] == language
        return filterset


def best(filterset: RecommendationFilter, most: int) -> list[str]:
    """The references of the first rows a filter gives."""
    numbers = filterset.page(0, most)
    found = entries.read(filterset.index, filterset.terms, numbers)
    return [entry.recommendation.reference for entry in found]
