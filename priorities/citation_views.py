from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from regions.changes import data_version
from regions.models import Edition

from . import citations, permanent
from .citations import Work


def cited(work: Work, kind: str) -> HttpResponse:
    content_type, written = citations.FORMATS[kind]
    answer = HttpResponse(written(work), f"{content_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{work.key}.{kind}"'
    return answer


@require_safe
def edition_citation(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    edition = get_object_or_404(Edition.objects.published(), year=year)
    return cited(citations.of_edition(edition, data_version(request)), kind)


@require_safe
def recommendation_citation(
    request: HttpRequest, reference: str, kind: str
) -> HttpResponse:
    def address(other: str) -> str:
        return reverse("priorities:recommendation-citation", args=[other, kind])

    found = permanent.answer(request, reference, address)
    if isinstance(found, HttpResponse):
        return found
    return cited(citations.of_recommendation(found, data_version(request)), kind)
