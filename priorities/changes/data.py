"""The same as data: codes, references and addresses instead of sentences."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from regions.changes import data_version

from ..citations import LICENCE
from ..entries import Entry
from ..filters import RecommendationFilter
from ..tables import File
from ..views import asked
from . import content, editions, moments
from .content import ENTRY, Change
from .moments import Refused
from .views import is_about_editions, shown

BATCH = 250
WHAT = {
    ENTRY: "recommendation",
    "priorityarea": "area",
    "regionalforum": "regional_forum",
}
OF_CHANGES = (
    "what",
    "change",
    "name",
    "region",
    "edition",
    "fields",
    "leads_to",
    "url",
)
OF_EDITIONS = (
    "change",
    "region",
    "earlier",
    "later",
    "earlier_language",
    "earlier_text",
    "later_language",
    "later_text",
)


@require_safe
def changes(request: HttpRequest, kind: str) -> HttpResponseBase:
    try:
        if is_about_editions(request):
            told, names, rows = of_editions(request)
        else:
            told, names, rows = of_moments(request)
    except Refused as refused:
        if kind == "json":
            said = json.dumps({"error": refused.message}, ensure_ascii=False)
            return HttpResponse(said, "application/json", status=refused.status)
        plain = "text/plain; charset=utf-8"
        return HttpResponse(refused.message, plain, status=refused.status)
    if kind == "csv":
        return File("changes", list(names), rows).answer("csv")
    parts = in_json(told, names, rows)
    return StreamingHttpResponse(parts, "application/json")


def in_json(
    told: dict[str, Any], names: Iterable[str], rows: Iterable[list[Any]]
) -> Iterator[str]:
    """One object, a change a line, however many there are."""
    yield json.dumps(told | {"licence": LICENCE}, ensure_ascii=False)[:-1]
    yield ', "changes": ['
    between = "\n"
    for row in rows:
        yield between + json.dumps(
            dict(zip(names, row, strict=True)), ensure_ascii=False
        )
        between = ",\n"
    yield "\n]}\n"


Told = tuple[dict[str, Any], tuple[str, ...], Iterable[list[Any]]]


def of_moments(request: HttpRequest) -> Told:
    filterset = asked(request)
    kind = shown(request, content.KINDS)
    since, until = moments.asked(request.GET, data_version(request))
    found = content.changes(since, until, filterset)
    told = {
        name: {"name": moment.name, "date": moment.day.isoformat()}
        for name, moment in (("from", since), ("to", until))
    }
    rows = (row(change) for change in found if kind in ("", change.kind))
    return told, OF_CHANGES, rows


def row(change: Change) -> list[Any]:
    url = f"{settings.SITE_URL}/{settings.LANGUAGE_CODE}/recommendations/{change.name}/"
    return [
        WHAT.get(change.what, change.what),
        "published" if change.kind == "edition" else change.step or change.kind,
        change.name,
        change.region,
        change.edition,
        " ".join(name.removesuffix("_id") for name in change.fields),
        " ".join(change.leads_to),
        url if change.what == ENTRY else "",
    ]


def of_editions(request: HttpRequest) -> Told:
    filterset: RecommendationFilter = asked(request)
    kind = shown(request, editions.KINDS)
    earlier, later = editions.asked(request.GET, filterset.terms)
    became = editions.became(earlier, later, filterset.index)
    pairs = editions.Pairs(became, filterset, [kind] if kind else list(editions.KINDS))
    return (
        {"from_edition": earlier, "to_edition": later},
        OF_EDITIONS,
        (row for pair in pairs.in_parts(BATCH) for row in of_pair(pair)),
    )


def of_pair(pair: editions.Pair) -> Iterator[list[Any]]:
    """A row for each later entry; one without, where there is none."""
    followers: list[Entry | None] = [*pair.later] or [None]
    for later in followers:
        sides = [e.recommendation if e else None for e in (pair.earlier, later)]
        region = (pair.earlier or pair.later[0]).region.slug
        texts = [side.original("text") if side else None for side in sides]
        yield [
            pair.kind,
            region,
            *(side.reference if side else "" for side in sides),
            *(
                value
                for text in texts
                for value in ((text.language, text.value) if text else ("", ""))
            ),
        ]
