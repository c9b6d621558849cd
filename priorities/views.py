from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Value
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regions.changes import data_version
from regions.models import Edition, Region, RegionalForum
from regions.translated import reading_languages

from . import (
    axes,
    charts,
    citations,
    comparison,
    entries,
    facets,
    permanent,
    tables,
    world,
)
from . import likeness as likenesses
from . import matrix as matrices
from .comparison import Layout
from .entries import Entry
from .filters import RecommendationFilter
from .index import Index, current
from .matrix import Matrix
from .models import (
    PriorityArea,
    Recommendation,
    Resemblance,
    Section,
    Succession,
)
from .search import MAX_LENGTH
from .selection import LONGEST_CODE, MOST, Selection
from .suggestions import suggest
from .terms import Term, Terms

PER_PAGE = 30
PER_REGION = 72  # entries that a page in lists shows at once
HOME_ROWS = 8


def list_url() -> str:
    return reverse("priorities:recommendation-list")


def index_of(request: HttpRequest) -> Index:
    """The index of the data as this request began to read them."""
    return current(data_version(request))


def asked(request: HttpRequest) -> RecommendationFilter:
    """What the address asks for, the reader's selection brought up to date."""
    data = request.GET.copy()
    data.pop("add", None)
    for name, values in kept(request).items():
        data.setlist(name, values)
    return RecommendationFilter(data, index_of(request))


def everything(request: HttpRequest, **chosen: list[str]) -> RecommendationFilter:
    """All there is, or what carries some terms; links keep the reader's selection."""
    data = QueryDict(mutable=True)
    for name, values in (chosen | kept(request)).items():
        data.setlist(name, values)
    return RecommendationFilter(data, index_of(request))


def kept(request: HttpRequest) -> dict[str, list[str]]:
    selection = Selection.asked(request.GET)
    return {"selection": [selection.code]} if selection else {}


class Numbers(Sequence[Entry]):
    """A set of found rows as a sequence for a paginator."""

    def __init__(self, filterset: RecommendationFilter) -> None:
        self.filterset = filterset

    def __len__(self) -> int:
        return len(self.filterset.found)

    def __getitem__(self, part: Any) -> Any:
        filterset = self.filterset
        numbers = filterset.page(part.start, part.stop)
        return entries.read(filterset.index, filterset.terms, numbers)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    filterset = everything(request)
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
        "total": len(filterset.found),
        "work": edition and citations.of_edition(edition, data_version(request)),
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
    filterset = everything(request)
    counts = facets.facet(filterset, "region").counts
    context = {
        "shapes": world.shapes(filterset.terms, counts),
        "world": world.outlines(),
        "edition": edition,
        "forums": [(forum, counts.get(forum.region.slug, 0)) for forum in forums],
    }
    return render(request, "priorities/region_list.html", context)


@require_safe
def region_detail(request: HttpRequest, slug: str) -> HttpResponse:
    forum = (
        RegionalForum.objects.in_latest_edition()
        .filter(region__slug=slug)
        .select_related("edition", "region", "held_within__region")
        .prefetch_related("parts__region")
        .first()
    )
    context = {
        "region": forum.region if forum else get_object_or_404(Region, slug=slug),
        "forum": forum,
        "forum_regions": Region.objects.forum_regions(),
        "sections": sections_of(forum, index_of(request)) if forum else [],
    }
    return render(request, "priorities/region_detail.html", context)


def sections_of(
    forum: RegionalForum, index: Index
) -> list[tuple[Section, int, list[Entry]]]:
    """Each section that holds anything public, how much, and its first entries."""
    every = forum.sections.select_related("audience").order_by("position")
    held = {
        section: rows
        for section in every
        if (rows := index.live & index.carrying("section", section.pk))
    }
    sections = list(held)
    most = entries.most_of_each(map(len, held.values()), PER_REGION)
    first = {s: index.in_order(rows, 0, most) for s, rows in held.items()}
    numbers = [number for shown in first.values() for number in shown]
    read = {e.number: e for e in entries.read(index, Terms.at(index), numbers)}
    return [
        (s, len(held[s]), [read[n] for n in first[s] if n in read]) for s in sections
    ]


@require_safe
def recommendation_list(request: HttpRequest) -> HttpResponse:
    filterset = asked(request)
    found: Paginator[Entry] = Paginator(Numbers(filterset), PER_PAGE)
    context = {
        "filter": filterset,
        "facets": facets.of(filterset),
        "total": len(filterset.found),
        "page": found.get_page(request.GET.get("page")),
        "lifting": filterset.lifting() if not filterset.found else [],
    }
    return render(request, "priorities/recommendation_list.html", context)


def entry_address(reference: str) -> str:
    return reverse("priorities:recommendation-detail", args=[reference])


@require_safe
def recommendation_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Published: the page. Merged: on to the other. Withdrawn: says so. Else: 404."""
    found = permanent.answer(request, reference, entry_address)
    if isinstance(found, HttpResponse):
        return found
    recommendation = found
    index = index_of(request)
    if index.numbers[recommendation.pk] not in index.live:
        raise LookupError("It was published or withdrawn while this page was drawn.")
    terms = Terms.at(index)
    number = index.numbers[recommendation.pk]
    tags = tags_of(recommendation, terms)
    listed = index.in_order(
        index.live & index.carrying("section", recommendation.section_id)
    )
    place = listed.index(number)
    near = [*listed[max(0, place - 1) : place], *listed[place + 1 : place + 2]]
    others = elsewhere(recommendation, tags["area"][:1], index, terms)
    read = {
        entry.number: entry
        for entry in entries.read(index, terms, [*near, *others.values()])
    }
    area = tags["area"][0] if tags["area"] else None
    edition = recommendation.section.regional_forum.edition
    context = {
        "recommendation": recommendation,
        "work": citations.of_recommendation(recommendation, data_version(request)),
        "same_demand": same_demand(recommendation),
        "tags": tags,
        "texts": recommendation.every("text"),
        "succession": Succession.objects.public().of(recommendation),
        "report_link": edition.report_link(reference, reading_languages()[0]),
        "previous": read.get(listed[place - 1]) if place else None,
        "next": read.get(listed[place + 1]) if place + 1 < len(listed) else None,
        "place": place + 1,
        "places": len(listed),
        "area": area,
        "elsewhere": [
            (region, read.get(others.get(region, -1)))
            for region in terms.forum_regions
            if recommendation.region.slug not in terms.within("region", region.slug)
        ],
    }
    return render(request, "priorities/recommendation_detail.html", context)


def same_demand(recommendation: Recommendation) -> list[Recommendation]:
    """Published entries that ask the same, as somebody decided."""
    pairs = Resemblance.objects.same_as(recommendation).order_by()
    sides = [
        pk
        for first, second in pairs.values_list("first", "second")
        for pk in (first, second)
    ]
    found = Recommendation.objects.published().filter(pk__in=sides)
    return (
        list(found.exclude(pk=recommendation.pk).order_by("reference")) if sides else []
    )


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
    recommendation: Recommendation, areas: list[Term], index: Index, terms: Terms
) -> dict[Term, int]:
    """What each forum region says first about an area in the same edition."""
    edition = str(recommendation.section.regional_forum.edition.year)
    about = index.live & index.carrying("edition", edition)
    about &= index.any_of("area", [area.slug for area in areas])
    first = {
        region: index.by_rank(about & terms.rows(index, "region", region.slug), 1)
        for region in terms.forum_regions
    }
    return {region: numbers[0] for region, numbers in first.items() if numbers}


@require_safe
def area_list(request: HttpRequest) -> HttpResponse:
    filterset = everything(request)
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
        PriorityArea.objects.select_related("parent", "merged_into").prefetch_related(
            "synonyms"
        ),
        slug=slug,
    )
    if area.merged_into:
        return redirect(area.merged_into)
    regions = [line.value for line in axes.columns(everything(request))]
    filterset = everything(request, area=[area.slug], region=regions)
    layout = Layout(by="area" if area.parent else "group")
    compared = comparison.compare(filterset, layout, list_url())
    language = reading_languages()[0]
    context = {
        "area": area,
        "within": filterset.terms.children("area", area.slug),
        "columns": compared.columns,
        "row": next(iter(compared.rows), None),
        "synonyms": [s.label for s in area.synonyms.all() if s.language == language],
        "filter": filterset,
    }
    return render(request, "priorities/area_detail.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    filterset = asked(request)
    layout = Layout.asked(request.GET)
    compared = comparison.compare(
        filterset, layout, list_url(), request.GET.get("page")
    )
    context = {
        "filter": filterset,
        "facets": facets.of(filterset),
        "comparison": compared,
        "layout": layout,
        "controls": comparison.Controls(filterset, layout, compared),
        "max_columns": comparison.MAX_COLUMNS,
    }
    return render(request, "priorities/compare.html", context)


@require_safe
def compare_download(request: HttpRequest, kind: str) -> HttpResponseBase:
    filterset = asked(request)
    return tables.compared(filterset, Layout.asked(request.GET)).answer(kind)


@require_safe
def recommendations_download(request: HttpRequest, kind: str) -> HttpResponseBase:
    filterset = asked(request)
    total = len(filterset.found)
    if kind == "xlsx" and total > tables.MOST_XLSX_ROWS:
        context = {
            "filter": filterset,
            "total": total,
            "most": tables.MOST_XLSX_ROWS,
        }
        return render(request, "priorities/too_many.html", context, status=413)
    return tables.recommendations(filterset, filterset.page(0, total)).answer(kind)


def asked_matrix(request: HttpRequest, filterset: RecommendationFilter) -> Matrix:
    by, order = request.GET.get("by", ""), request.GET.get("order", "")
    return matrices.build(
        filterset,
        list_url(),
        by if by in matrices.BY else matrices.BY[0],
        order if order in matrices.ORDERS else matrices.ORDERS[0],
    )


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    filterset = asked(request)
    context = {
        "filter": filterset,
        "facets": facets.of(filterset),
        "matrix": asked_matrix(request, filterset),
    }
    return render(request, "priorities/matrix.html", context)


@require_safe
def matrix_download(request: HttpRequest, kind: str) -> HttpResponseBase:
    return tables.figures(asked_matrix(request, asked(request))).answer(kind)


@require_safe
def convergences(request: HttpRequest) -> HttpResponse:
    """What all the regions of a forum raise, what most do, and what only one does."""
    filterset = asked(request)
    matrix = matrices.build(filterset, list_url())
    audiences = matrices.build(filterset, list_url(), "audience", "group")
    steps = range(matrix.counted, 0, -1)
    context = {
        "filter": filterset,
        "facets": facets.of(filterset),
        "matrix": matrix,
        "tiers": [(number, matrix.raised_by(number)) for number in steps],
        "audiences": audiences,
        "chart": charts.stacked(audiences),
        "spread": charts.spread(matrix),
    }
    return render(request, "priorities/convergences.html", context)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Areas, regions and references that begin as typed: a part of a page."""
    index = index_of(request)
    typed = request.GET.get("q", "")[:MAX_LENGTH]
    context = {"suggestions": suggest(typed, index, Terms.at(index))}
    return render(request, "priorities/_suggestions.html", context)


@require_safe
def likeness(request: HttpRequest, first: str, second: str) -> HttpResponse:
    """Two recommendations word by word, in a language both are in where there is one."""
    if (first, second) != (first.upper(), second.upper()):
        return redirect("priorities:likeness", first.upper(), second.upper())
    if first == second:
        return redirect("priorities:recommendation-detail", first)
    rows = {
        row.reference: row
        for row in Recommendation.objects.published().filter(
            reference__in=[first, second]
        )
    }
    if first not in rows or second not in rows:
        raise Http404
    index = index_of(request)
    terms = Terms.at(index)
    numbers = [index.numbers[rows[r].pk] for r in (first, second)]
    pair = entries.read(index, terms, numbers)
    both = [
        code
        for code in reading_languages()
        if all(getattr(row, f"text_{code}") for row in rows.values())
    ]
    texts = [
        rows[r].in_language("text", both[0]) if both else rows[r].to_read("text")
        for r in (first, second)
    ]
    alike = likenesses.alike(*texts)
    context = {
        "likeness": alike,
        "sides": list(zip(pair, (alike.first, alike.second), strict=True)),
        "in_one_language": bool(both),
    }
    return render(request, "priorities/likeness.html", context)


@require_safe
def selection(request: HttpRequest) -> HttpResponse:
    """The reader's own selection; whatever changes it leads to its new address."""
    changed = Selection.asked(request.GET)
    if "note" in request.GET:
        changed = changed.noting(request.GET.getlist("note"))
    for reference in request.GET.getlist("drop"):
        changed = changed.without(reference)
    for reference in request.GET.getlist("up"):
        changed = changed.moving(reference, -1)
    for reference in request.GET.getlist("down"):
        changed = changed.moving(reference, 1)
    is_too_long = len(changed.code) > LONGEST_CODE
    own = reverse("priorities:selection")
    if not is_too_long and request.GET.keys() - {"selection"}:
        return redirect(f"{own}?selection={changed.code}" if changed else own)
    filterset = everything(request)
    found = selected(changed, filterset)
    context = {
        "filter": filterset,
        "selection": changed,
        "is_too_long": is_too_long,
        "items": [
            (reference, note, found.get(reference)) for reference, note in changed.items
        ],
        "most": MOST,
    }
    return render(request, "priorities/selection.html", context)


def selected(selection: Selection, filterset: RecommendationFilter) -> dict[str, Entry]:
    """The published ones among the selected, by reference."""
    index = filterset.index
    rows = Recommendation.objects.published().filter(reference__in=selection.references)
    numbers = dict(rows.values_list("reference", "pk"))
    known = [index.numbers[pk] for pk in numbers.values() if pk in index.numbers]
    read = entries.read(index, filterset.terms, known)
    return {entry.recommendation.reference: entry for entry in read}


@require_safe
def selection_download(request: HttpRequest, kind: str) -> HttpResponseBase:
    chosen = Selection.asked(request.GET)
    filterset = everything(request)
    found = selected(chosen, filterset)
    numbers = [found[r].number for r in chosen.references if r in found]
    notes = dict(chosen.items) if any(chosen.notes) else None
    return tables.recommendations(filterset, numbers, notes).answer(kind)
