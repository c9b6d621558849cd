"""What became of it: the progress of solutions, and each solution with what shows it."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from priorities import citations
from priorities.filters import MAX_VALUE_LENGTH
from priorities.index import current
from regions.changes import data_version
from regions.keys import is_key
from regions.models import Edition

from .models import Solution
from .progress import (
    Counted,
    ProgressFilter,
    read_whole,
    reports,
    told,
    under_what_is_published,
)

PER_PAGE, MOST_CHANGES, NEWEST = 20, 50, 50


def asked(request: HttpRequest) -> ProgressFilter:
    return ProgressFilter(request.GET, current(data_version(request)))


def day_asked(request: HttpRequest) -> tuple[date | None, str]:
    """The day since which changes are told; or what was given and is no day."""
    given = request.GET.get("since", "").strip()[:MAX_VALUE_LENGTH]
    try:
        return (date.fromisoformat(given) if given else None), ""
    except ValueError:
        return None, given


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    filterset = asked(request)
    since, no_day = day_asked(request)
    found = filterset.found
    edition = Edition.objects.published().filter(year__in=filterset.years).first()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "filter": filterset,
        "counted": Counted(filterset, request.path),
        "page": page,
        "solutions": under_what_is_published(
            read_whole(page.object_list), filterset.index
        ),
        "total": page.paginator.count,
        "since": since,
        "no_day": no_day,
        "edition": edition,
        "feed": reverse("agenda:progress-feed") + filterset.query().rstrip("?"),
    }
    if since:
        changed = list(reports(found).filter(published_at__date__gte=since))
        newest = changed[:MOST_CHANGES]
        context |= {
            "changes": [(report, told(report)) for report in newest],
            "changes_total": len(changed),
        }
    return render(request, "agenda/progress.html", context)


@require_safe
def solution(request: HttpRequest, pk: int) -> HttpResponse:
    """Published: the page. Published once: says that it was withdrawn. Else: 404."""
    if not is_key(str(pk)):
        raise Http404
    row = (
        Solution.objects.published()
        .for_display()
        .prefetch_related("countries")
        .filter(pk=pk)
        .first()
    )
    if row is not None:
        evidence = row.evidence.public()
        index = current(data_version(request))
        context = {
            "solution": under_what_is_published([row], index)[0],
            "evidence": evidence,
        }
        return render(request, "agenda/solution.html", context)
    in_public = Q(priority__edition__published_at__isnull=False) | Q(
        recommendation__section__regional_forum__edition__published_at__isnull=False
    )
    once = Solution.objects.filter(in_public, published_at__isnull=False)
    context = {"solution": get_object_or_404(once, pk=pk)}
    return render(request, "agenda/solution_withdrawn.html", context, status=410)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """What is newly published and how it came on, newest first."""
    filterset = asked(request)
    if filterset.unknown:
        return refused(filterset)
    edition = get_object_or_404(Edition.objects.published()[:1])
    newest = list(reports(filterset.found)[:NEWEST])
    context = {
        "entries": [(report, report.solution, told(report)) for report in newest],
        "filter": filterset,
        "author": citations.AUTHOR,
        "licence": citations.LICENCE_URL,
        "updated": newest[0].published_at if newest else edition.published_at,
        "address": settings.SITE_URL + request.get_full_path(),
    }
    return render(
        request,
        "agenda/progress.xml",
        context,
        content_type="application/atom+xml; charset=utf-8",
    )


def refused(filterset: ProgressFilter) -> HttpResponse:
    lines = [
        gettext(
            "%(parameter)s: nobody knows “%(value)s”. It matches nothing; choose from the list."
        )
        % {"parameter": name, "value": value}
        for name, value in filterset.unknown
    ]
    lines.append(settings.SITE_URL + reverse("agenda:progress"))
    text = "".join(f"{line}\n" for line in lines)
    return HttpResponse(text, "text/plain; charset=utf-8", status=400)
