from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from regions.models import Edition

from .. import comparison, facets
from ..comparison import Layout
from ..filters import RecommendationFilter
from ..made import pieces
from ..selection import Selection
from ..views import asked, everything, index_of, selected
from .content import Booklet
from .gathering import MOST, TooMany, of_comparison, of_edition, of_selection
from .printing import TYPES, printed


def asked_of(request: HttpRequest, year: int) -> RecommendationFilter:
    """The filters of the address, within one edition."""
    data = request.GET.copy()
    data.pop("edition", None)
    return RecommendationFilter(data, index_of(request), str(year))


@require_safe
def booklet(request: HttpRequest, year: int) -> HttpResponse:
    """What there is to print, narrowed by the filters of every page."""
    edition = get_object_or_404(Edition.objects.published(), year=year)
    filterset = asked_of(request, year)
    context = {
        "edition": edition,
        "filter": filterset,
        "facets": [f for f in facets.of(filterset) if f.name != "edition"],
        "total": len(filterset.found),
        "most": MOST,
        "languages": settings.LANGUAGES,
    }
    return render(request, "priorities/booklet/page.html", context)


@require_safe
def booklet_file(request: HttpRequest, year: int, kind: str) -> HttpResponseBase:
    edition = get_object_or_404(Edition.objects.published(), year=year)
    filterset = asked_of(request, year)
    if filterset.unknown or not filterset.found:
        page = reverse("priorities:booklet", args=[year])
        return redirect(page + filterset.narrowing)
    return served(
        request,
        kind,
        f"priorities-{year}",
        lambda: of_edition(filterset, edition),
        filterset.narrowing,
    )


@require_safe
def selection_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    chosen, filterset = Selection.asked(request.GET), everything(request)
    found = selected(chosen, filterset)
    if not found:
        return redirect("priorities:selection")
    return served(
        request,
        kind,
        "selection",
        lambda: of_selection(filterset, chosen, found),
        chosen.code,
    )


@require_safe
def compare_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    filterset, layout = asked(request), Layout.asked(request.GET)
    query = filterset.query(drop=("selection", "sort"))
    table = comparison.Table(filterset, layout)
    if table.is_one or not table.lines:
        return redirect(reverse("priorities:compare") + query)
    return served(
        request, kind, "comparison", lambda: of_comparison(filterset, layout), query
    )


def served(
    request: HttpRequest, kind: str, name: str, gather: Callable[[], Booklet], said: str
) -> HttpResponseBase:
    """The file of this version of the data, or the page that says it would be too much."""
    language = get_language() or settings.LANGUAGE_CODE
    try:
        path = printed(index_of(request), name, kind, gather, language, said)
    except TooMany as many:
        context = {"total": many.total, "most": MOST}
        page = "priorities/booklet/too_many.html"
        return render(request, page, context, status=413)
    answer = StreamingHttpResponse(pieces(path), content_type=TYPES[kind])
    answer["Content-Length"] = str(path.stat().st_size)
    answer["Content-Disposition"] = f'attachment; filename="{name}-{language}.{kind}"'
    return answer
