from operator import itemgetter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, Value, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regions.models import Edition, Region, RegionalForum
from regions.translated import reading_languages

from . import comparison, facets
from . import matrix as matrices
from .filters import SORTS, RecommendationFilter
from .models import PriorityArea, Recommendation, Section
from .terms import Term, Terms

PER_PAGE = 30
PER_SECTION = 40
HOME_ROWS = 8


def list_url() -> str:
    return reverse("priorities:recommendation-list")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    filterset = RecommendationFilter(QueryDict())
    edition = Edition.objects.published().prefetch_related("partners").first()
    forums = (
        RegionalForum.objects.own().filter(edition=edition).select_related("region")
    )
    matrix = matrices.build(filterset, list_url())
    context = {
        "edition": edition,
        "forums": forums,
        "groups": matrices.build(filterset, list_url(), by="group"),
        "matrix": matrix,
        "shared": matrix.shared[:HOME_ROWS],
        "single": matrix.single,
        "terms": filterset.terms,
        "total": filterset.qs.count(),
    }
    return render(request, "priorities/home.html", context)


@require_safe
def region_list(request: HttpRequest) -> HttpResponse:
    edition = Edition.objects.published().first()
    forums = (
        RegionalForum.objects.filter(edition=edition)
        .select_related("region", "held_within")
        .order_by("region__position")
    )
    counts = facets.of(RecommendationFilter(QueryDict())).counts("region")
    context = {
        "edition": edition,
        "forums": [(forum, counts.get(forum.region.slug, 0)) for forum in forums],
    }
    return render(request, "priorities/region_list.html", context)


@require_safe
def region_detail(request: HttpRequest, slug: str) -> HttpResponse:
    recommendations = Prefetch(
        "recommendations",
        Recommendation.objects.published().for_display().in_list_order()[:PER_SECTION],
        to_attr="shown",
    )
    published = Q(recommendations__status=Recommendation.Status.PUBLISHED)
    forum = (
        RegionalForum.objects.filter(
            region__slug=slug, edition=Edition.objects.published().values("pk")[:1]
        )
        .select_related("edition", "region", "held_within__region")
        .prefetch_related(
            Prefetch(
                "sections",
                Section.objects.annotate(
                    entries=Count("recommendations", filter=published)
                )
                .select_related("audience")
                .prefetch_related(recommendations)
                .order_by("position"),
            ),
            Prefetch("parts", RegionalForum.objects.select_related("region")),
        )
        .first()
    )
    context = {
        "region": forum.region if forum else get_object_or_404(Region, slug=slug),
        "forum": forum,
        "forum_regions": Region.objects.forum_regions(),
    }
    return render(request, "priorities/region_detail.html", context)


@require_safe
def recommendation_list(request: HttpRequest) -> HttpResponse:
    filterset = RecommendationFilter(request.GET)
    counts = facets.of(filterset)
    found = Paginator(filterset.sorted().for_display(), PER_PAGE)
    found.count = counts.total  # known from the facets already
    context = {
        "filter": filterset,
        "facets": counts.facets,
        "total": counts.total,
        "page": found.get_page(request.GET.get("page")),
        "sorts": SORTS,
        "lifting": filterset.lifting() if not counts.total else [],
    }
    return render(request, "priorities/recommendation_list.html", context)


@require_safe
def recommendation_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Published: the page. Merged: on to the other. Withdrawn: says so. Else: 404."""
    if reference != reference.upper():
        return redirect("priorities:recommendation-detail", reference.upper())
    recommendation = get_object_or_404(
        Recommendation.objects.select_related(
            "section__regional_forum__edition",
            "section__regional_forum__region",
            "section__regional_forum__held_within__region",
            "audience",
            "merged_into",
        ),
        reference=reference,
        published_at__isnull=False,
        section__regional_forum__edition__published_at__isnull=False,
    )
    target = recommendation.merged_target()
    public = Recommendation.objects.published()
    if target is not None and public.filter(pk=target.pk).exists():
        return redirect(target)
    if not recommendation.is_published:
        context: dict[str, Any] = {"recommendation": recommendation}
        return render(
            request, "priorities/recommendation_withdrawn.html", context, status=410
        )
    terms = Terms.load()
    tags = tags_of(recommendation, terms)
    listed = recommendation.section.recommendations.published().in_list_order()
    references = list(listed.values_list("reference", flat=True))
    place = references.index(recommendation.reference)
    context = {
        "recommendation": recommendation,
        "tags": tags,
        "texts": recommendation.every("text"),
        "previous": references[place - 1] if place else None,
        "next": references[place + 1] if place + 1 < len(references) else None,
        "place": place + 1,
        "places": len(references),
        "area": tags["area"][0] if tags["area"] else None,
        "elsewhere": elsewhere(recommendation, tags["area"][:1], terms),
    }
    return render(request, "priorities/recommendation_detail.html", context)


def tags_of(recommendation: Recommendation, terms: Terms) -> dict[str, list[Term]]:
    """Its areas in their order, the countries and the instruments it names."""
    links = recommendation.area_links.order_by().values_list(
        Value("area"), "area__slug", "pk"
    )
    found = links.union(
        recommendation.country_links.order_by().values_list(
            Value("country"), "country__iso_code", "pk"
        ),
        recommendation.instrument_links.order_by().values_list(
            Value("instrument"), "instrument__slug", "pk"
        ),
    )
    tags: dict[str, list[Term]] = {"area": [], "country": [], "instrument": []}
    for kind, slug, _order in sorted(found, key=itemgetter(2)):
        tags[kind].append(terms.of(kind)[slug])
    return tags


def elsewhere(
    recommendation: Recommendation, areas: list[Term], terms: Terms
) -> list[tuple[Term, Recommendation | None]]:
    """What each other forum region says first about its first area, or nothing."""
    first = Window(
        RowNumber(), partition_by=[matrices.REGION], order_by=list(comparison.ORDER)
    )
    about = (
        Recommendation.objects.published()
        .filter(
            area_links__area__slug__in=[area.slug for area in areas],
            section__regional_forum__edition=recommendation.section.regional_forum.edition,
        )
        .annotate(place=first)
        .filter(place=1)
        .for_display()
    )
    said = {other.region.slug: other for other in about}
    return [
        (
            region,
            next((said[slug] for slug in said if slug in within), None),
        )
        for region in terms.forum_regions
        if recommendation.region.slug
        not in (within := terms.within("region", region.slug))
    ]


@require_safe
def area_list(request: HttpRequest) -> HttpResponse:
    filterset = RecommendationFilter(QueryDict())
    matrix = matrices.build(filterset, list_url())
    rows = {row.term.slug: row for row in matrix.rows}
    context = {
        "groups": [
            (group, [(area, rows.get(area.slug)) for area in areas])
            for group, areas in filterset.terms.groups.items()
        ],
        "columns": matrix.columns,
    }
    return render(request, "priorities/area_list.html", context)


@require_safe
def area_detail(request: HttpRequest, slug: str) -> HttpResponse:
    area = get_object_or_404(
        PriorityArea.objects.select_related("parent").prefetch_related("synonyms"),
        slug=slug,
    )
    query = QueryDict(mutable=True)
    query.setlist("area", [area.slug])
    filterset = RecommendationFilter(query)
    heads = matrices.columns(filterset)
    query.setlist("region", [head.value for head in heads])
    filterset = RecommendationFilter(query, filterset.terms)
    compared = comparison.compare(
        filterset, "area" if area.parent else "group", list_url()
    )
    language = reading_languages()[0]
    context = {
        "area": area,
        "within": filterset.terms.children("area", area.slug),
        "columns": heads,
        "row": next(iter(compared.rows), None),
        "synonyms": [s.label for s in area.synonyms.all() if s.language == language],
        "filter": filterset,
    }
    return render(request, "priorities/area_detail.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    filterset = RecommendationFilter(request.GET)
    asked = request.GET.get("by", "")
    by = asked if asked in comparison.BY else comparison.BY[0]
    context = {
        "filter": filterset,
        "facets": facets.of(filterset).facets,
        "comparison": comparison.compare(
            filterset, by, list_url(), request.GET.get("page")
        ),
        "by": by,
        "by_audience": by == "audience",
        "by_area": by == "area",
        "unknown_by": asked if asked not in ("", *comparison.BY) else "",
        "max_columns": comparison.MAX_COLUMNS,
    }
    return render(request, "priorities/compare.html", context)


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    filterset = RecommendationFilter(request.GET)
    context = {
        "filter": filterset,
        "facets": facets.of(filterset).facets,
        "matrix": matrices.build(filterset, list_url()),
    }
    return render(request, "priorities/matrix.html", context)
