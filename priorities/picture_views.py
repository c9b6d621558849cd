from collections.abc import Callable
from typing import BinaryIO

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from regions.changes import data_version
from regions.models import Edition, Region, RegionalForum

from . import permanent, pictures
from .made import made
from .models import PriorityArea

Drawing = Callable[[], bytes] | HttpResponse  # or what its address answers instead


def picture_address(kind: str, name: str) -> str:
    return reverse("priorities:picture", args=[kind, name])


@require_safe
def picture(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    drawing = PICTURED[kind](request, name)
    if isinstance(drawing, HttpResponse):
        return drawing

    def write(file: BinaryIO) -> None:
        file.write(drawing())

    language = get_language() or settings.LANGUAGE_CODE
    path = made(data_version(request), f"{name}.png", write, kind, language)
    # Streamed, so that it takes no room among the pages that are kept drawn.
    drawn = path.read_bytes()
    head = {"Content-Length": str(len(drawn))}
    return StreamingHttpResponse([drawn], content_type="image/png", headers=head)


def recommendation_pictured(request: HttpRequest, name: str) -> Drawing:
    found = permanent.answer(
        request, name, lambda other: picture_address("recommendations", other)
    )
    if isinstance(found, HttpResponse):
        return found
    return lambda: pictures.of_recommendation(found)


def region_pictured(request: HttpRequest, name: str) -> Drawing:
    region = get_object_or_404(Region, slug=name)
    forums = RegionalForum.objects.in_latest_edition().select_related("edition")
    forum = forums.filter(region=region).first()
    return lambda: pictures.of_region(region, forum)


def area_pictured(request: HttpRequest, name: str) -> Drawing:
    area = get_object_or_404(
        PriorityArea.objects.select_related("parent", "merged_into"), slug=name
    )
    if area.merged_into:
        return redirect(picture_address("areas", area.merged_into.slug))
    return lambda: pictures.of_area(area)


def edition_pictured(request: HttpRequest, name: str) -> Drawing:
    if not name.isdecimal():
        raise Http404
    edition = get_object_or_404(Edition.objects.published(), year=int(name))
    return lambda: pictures.of_edition(edition)


PICTURED: dict[str, Callable[[HttpRequest, str], Drawing]] = {
    "recommendations": recommendation_pictured,
    "regions": region_pictured,
    "areas": area_pictured,
    "editions": edition_pictured,
}
