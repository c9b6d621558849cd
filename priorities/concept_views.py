from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from regions.changes import data_version
from regions.models import Region

from . import skos
from .models import Audience, PriorityArea


class SeeOther(HttpResponseRedirect):
    status_code = 303


@require_safe
def concepts(request: HttpRequest, kind: str) -> HttpResponse:
    content_type, written = skos.FORMATS[kind]
    text = written(skos.nodes(data_version(request)))
    return HttpResponse(text, f"{content_type}; charset=utf-8")


@require_safe
def identified(request: HttpRequest, scheme: str, slug: str = "") -> HttpResponse:
    """On to what tells of a concept: the page in the reader's language, or the data."""
    page = PAGES[scheme](slug)
    kinds = {media: kind for kind, (media, _written) in skos.FORMATS.items()}
    wanted = request.get_preferred_type(["text/html", *kinds]) or "text/html"
    there = reverse("data:concepts", args=[kinds[wanted]]) if wanted in kinds else page
    answer = SeeOther(there)
    patch_vary_headers(answer, ["Accept", "Accept-Language"])
    patch_cache_control(answer, no_cache=True)
    return answer


def area_page(slug: str) -> str:
    if not slug:
        return reverse("priorities:area-list")
    return get_object_or_404(PriorityArea, slug=slug).get_absolute_url()


def audience_page(slug: str) -> str:
    entries = reverse("priorities:recommendation-list")
    if not slug:
        return entries
    return f"{entries}?audience={get_object_or_404(Audience, slug=slug).slug}"


def region_page(slug: str) -> str:
    if not slug:
        return reverse("priorities:region-list")
    return get_object_or_404(Region, slug=slug).get_absolute_url()


PAGES = {"areas": area_page, "audiences": audience_page, "regions": region_page}
