"""The global agenda of an edition, and each of its priorities with where it comes from."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from priorities import entries
from priorities.entries import Entry
from priorities.index import Index, current
from priorities.terms import Term, Terms
from regions.changes import data_version
from regions.models import Edition

from .coverage import RegionSays, Source, region_of
from .models import GlobalPriority, ProtectedPlace
from .told import Agenda, Told


@dataclass(frozen=True)
class Place:
    """A priority of one region alone, with the answer it got."""

    place: ProtectedPlace
    entry: Entry | None
    taken_up: Told | None


PER_PRIORITY, PER_PAGE = 40, 30


@dataclass(frozen=True)
class Lineage:
    """What one forum region says, each text with how it supports; not all of many."""

    says: RegionSays
    texts: list[tuple[Source, Entry]]

    @property
    def is_cut(self) -> bool:
        return len(self.texts) < len(self.says.sources)


def entries_by_pk(index: Index, terms: Terms, pks: list[int]) -> dict[int, Entry]:
    numbers = [index.numbers[pk] for pk in pks if region_of(index, pk) is not None]
    return {e.recommendation.pk: e for e in entries.read(index, terms, numbers)}


def places_of(
    told: Agenda, edition: Edition, index: Index, terms: Terms
) -> list[Place]:
    places = told.places_of(edition.pk)
    read = entries_by_pk(index, terms, [place.recommendation_id for place in places])
    return [
        Place(place, read.get(place.recommendation_id), told.taken_up(place))
        for place in places
    ]


@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    index = current(data_version(request))
    terms, told = Terms.at(index), Agenda.at(index)
    edition = edition_asked(request.GET.get("edition", ""), told, terms)
    context = {
        "edition": edition,
        "priorities": told.of_edition(edition.year) if edition else [],
        "years": list(told.editions),
        "regions": terms.forum_regions,
        "places": places_of(told, edition, index, terms) if edition else [],
    }
    return render(request, "agenda/agenda.html", context)


def edition_asked(year: str, told: Agenda, terms: Terms) -> Edition | None:
    """That of the address, else the latest with an agenda, else the latest of all."""
    if not year and told.editions:
        return next(iter(told.editions.values()))
    if not year:
        return Edition.objects.published().first()
    if year not in terms.of("edition"):
        raise Http404
    found = told.editions.get(int(year))
    return found or get_object_or_404(Edition.objects.published(), year=year)


@require_safe
def priority(request: HttpRequest, reference: str) -> HttpResponse:
    """Published: the page. Withdrawn: says so. Else: 404."""
    if reference != reference.upper():
        return redirect(reverse("agenda:priority", args=[reference.upper()]))
    index = current(data_version(request))
    terms, every = Terms.at(index), Agenda.at(index)
    if reference not in every.by_reference:
        return withdrawn(request, reference)
    told = every.by_reference[reference]
    asked = request.GET.get("region", "")
    regions = [each for each in told.regions if asked in ("", each.region.slug)]
    if not regions:
        raise Http404
    paged = Paginator(regions[0].sources, PER_PAGE) if asked else None
    page = paged.get_page(request.GET.get("page")) if paged else None
    if page is not None:
        shown = {asked: list(page)}
    else:
        most = entries.most_of_each((len(r.sources) for r in regions), PER_PRIORITY)
        shown = {each.region.slug: each.sources[:most] for each in regions}
    context = {
        "told": told,
        "priority": told.row,
        "lineage": lineage(regions, shown, index, terms),
        "page": page,
        "edition": told.row.edition,
        "area": area_of(told, terms),
    }
    return render(request, "agenda/priority.html", context)


def lineage(
    regions: list[RegionSays],
    shown: dict[str, list[Source]],
    index: Index,
    terms: Terms,
) -> list[Lineage]:
    """`shown`: by region, the sources whose texts are read."""
    pks = [source.pk for sources in shown.values() for source in sources]
    read = entries_by_pk(index, terms, pks)
    return [
        Lineage(
            says, [(s, read[s.pk]) for s in shown[says.region.slug] if s.pk in read]
        )
        for says in regions
    ]


def withdrawn(request: HttpRequest, reference: str) -> HttpResponse:
    context = {"priority": withdrawn_or_404(reference)}
    return render(request, "agenda/priority_withdrawn.html", context, status=410)


def withdrawn_or_404(reference: str) -> GlobalPriority:
    return get_object_or_404(
        GlobalPriority.objects.withdrawn().select_related("edition"),
        reference=reference,
    )


def area_of(told: Told, terms: Terms) -> Term | None:
    """The convergence it was drafted from."""
    area = told.row.area
    return terms.of("area").get(area.slug) if area else None
