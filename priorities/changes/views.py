"""What changed: between two moments, or between two editions."""

from collections import Counter
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regions.changes import data_version
from regions.models import ContentChange
from regions.translated import isolate

from .. import entries
from ..filters import RecommendationFilter
from ..index import Index
from ..views import asked
from . import content, editions, moments, said
from .moments import Refused

PER_PAGE, PAIRS_PER_PAGE = 20, 10
MOST_DAYS, MOST_READ = 14, 600
OF_MOMENTS, OF_EDITIONS = {"from", "to"}, {"from_edition", "to_edition"}


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    try:
        if is_about_editions(request):
            return between_editions(request)
        return between_moments(request)
    except Refused as refused:
        context = {"message": refused.message}
        template = "priorities/changes_refused.html"
        return render(request, template, context, status=refused.status)


def is_about_editions(request: HttpRequest) -> bool:
    given = request.GET.keys()
    if given & OF_MOMENTS and given & OF_EDITIONS:
        raise Refused(
            _(
                "Ask either for two versions of the data (from, to) or for two editions (from_edition, to_edition), not for both at once."
            ),
            400,
        )
    return bool(given & OF_EDITIONS)


def shown(request: HttpRequest, kinds: Any) -> str:
    """The one kind that is asked for; "" for all."""
    kind = request.GET.get("show", "").strip()
    if kind and kind not in kinds:
        raise Refused(
            _("“%(value)s” is nothing to show. Choose one of these: %(kinds)s.")
            % {
                "value": isolate(kind[: moments.LONGEST]),
                "kinds": _(", ").join(kinds),
            },
            400,
        )
    return kind


def as_data(request: HttpRequest) -> str:
    """All of what a page is asked for, for the address of the same as data."""
    given = request.GET.copy()
    for name in ("page", "selection"):
        given.pop(name, None)
    return f"?{given.urlencode()}" if given else ""


def between_moments(request: HttpRequest) -> HttpResponse:
    filterset = asked(request)
    kind = shown(request, content.KINDS)
    since, until = moments.asked(request.GET, data_version(request))
    found = content.changes(since, until, filterset)
    counts = Counter(change.kind for change in found)
    if kind:
        found = [change for change in found if change.kind == kind]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": filterset,
        "since": since,
        "until": until,
        "show": kind,
        "total": len(found),
        "counts": [(k, said.KINDS[k], counts[k]) for k in content.KINDS if counts[k]],
        "page": page,
        "told": as_data(request),
        "groups": lines(page.object_list, filterset),
        "days": days(filterset.index),
        "editions": sorted(filterset.terms.of("edition"))[-2:],
    }
    return render(request, "priorities/changes.html", context)


def lines(found: Any, filterset: RecommendationFilter) -> list[tuple[Any, Any]]:
    """The changes of a page with the entries as they are today, by kind."""
    index, terms = filterset.index, filterset.terms
    numbers = {
        change.pk: number
        for change in found
        if change.what == content.ENTRY
        for number in content.live_number(change.pk, index)
    }
    read = {e.number: e for e in entries.read(index, terms, numbers.values())}
    told = [
        said.line(change, read.get(numbers.get(change.pk, -1)), terms)
        for change in found
    ]
    return [
        (said.KINDS[kind], list(group))
        for kind, group in groupby(told, key=attrgetter("change.kind"))
    ]


def days(index: Index) -> list[tuple[date, int]]:
    """The last days on which anything public changed, and how often; 0: very often."""
    if "days" not in index.kept:
        newest = ContentChange.objects.order_by("-pk").values_list("changed_at")
        read = Counter(localdate(at) for (at,) in newest[:MOST_READ])
        if read.total() == MOST_READ:
            read[min(read)] = 0  # there may be more of that day
        index.kept["days"] = sorted(read.items(), reverse=True)[:MOST_DAYS]
    told: list[tuple[date, int]] = index.kept["days"]
    return told


def between_editions(request: HttpRequest) -> HttpResponse:
    filterset = asked(request)
    kind = shown(request, editions.KINDS)
    earlier, later = editions.asked(request.GET, filterset.terms)
    told = editions.became(earlier, later, filterset.index)
    pairs = editions.Pairs(told, filterset, [kind] if kind else list(editions.KINDS))
    context = {
        "filter": filterset,
        "earlier": earlier,
        "later": later,
        "show": kind,
        "kinds": editions.KINDS,
        "regions": editions.by_region(told, filterset),
        "total": len(pairs),
        "told": as_data(request),
        "page": Paginator(pairs, PAIRS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "priorities/edition_changes.html", context)
