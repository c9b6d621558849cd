"""What is newly published, for programs that ask now and then (Atom, RFC 4287)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from regions.changes import data_version
from regions.models import Edition

from . import citations, entries
from .filters import RecommendationFilter
from .index import current

NEWEST = 50


@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """The newest entries of what the filters of the site find."""
    data = request.GET.copy()
    data["sort"] = "newest"
    filterset = RecommendationFilter(data, current(data_version(request)))
    if filterset.unknown or filterset.is_too_long:
        return refused(filterset)
    edition = get_object_or_404(Edition.objects.published()[:1])
    found = entries.read(filterset.index, filterset.terms, filterset.page(0, NEWEST))
    newest = [entry.recommendation.published_at for entry in found]
    context = {
        "entries": found,
        "filter": filterset,
        "author": citations.AUTHOR,
        "licence": citations.LICENCE_URL,
        "updated": newest[0] if newest else edition.published_at,
    }
    return render(
        request,
        "priorities/new.xml",
        context,
        content_type="application/atom+xml; charset=utf-8",
    )


def refused(filterset: RecommendationFilter) -> HttpResponse:
    """What nobody can mean is told, rather than followed for years in vain."""
    lines = [
        gettext(
            "%(parameter)s: nobody knows “%(value)s”. It matches nothing; choose from the list."
        )
        % {"parameter": name, "value": value}
        for name, value in filterset.unknown
    ]
    if filterset.is_too_long:
        lines.append(gettext("A search takes up to 200 characters; yours is longer."))
    lines.append(settings.SITE_URL + reverse("priorities:recommendation-list"))
    text = "".join(f"{line}\n" for line in lines)
    return HttpResponse(text, "text/plain; charset=utf-8", status=400)
