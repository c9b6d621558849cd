"""Every public page, for whoever gathers them: a list of lists of addresses.

An entry stands in the list that its primary key falls into, so that a new one changes
no list but the last.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from agenda import progress
from agenda.told import Agenda
from priorities.index import Index, current
from priorities.models import PriorityArea, Recommendation
from regions.changes import data_version
from regions.models import Edition, Region
from workshops.models import Ballot

ADDRESSES = 2_000  # in one list, of 50,000 that are allowed: a list is made in no time
PAGES = (
    "home",
    "region-list",
    "recommendation-list",
    "area-list",
    "compare",
    "matrix",
    "convergences",
    "data",
    "api",
)
XML = "application/xml; charset=utf-8"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def per_list() -> int:
    return ADDRESSES // len(languages())


def lists(index: Index) -> list[int]:
    """The numbers of the lists that hold something."""
    if "sitemaps" not in index.kept:
        size = per_list()
        index.kept["sitemaps"] = sorted({pk // size for pk in index.numbers})
    found: list[int] = index.kept["sitemaps"]
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    version = data_version(request)
    day = last_day(version.changed_at)
    names = ["pages", *map(str, lists(current(version)))]
    lines = [
        f"<sitemap><loc>{settings.SITE_URL}/sitemap-{name}.xml</loc>{day}</sitemap>\n"
        for name in names
    ]
    return answer("sitemapindex", lines)


@require_safe
def pages(request: HttpRequest) -> HttpResponseBase:
    version = data_version(request)
    day = last_day(version.changed_at)
    paths = page_paths(current(version))
    lines = (line for path in paths for line in in_every_language(path, day))
    return answer("urlset", lines)


@require_safe
def entries(request: HttpRequest, number: int) -> HttpResponseBase:
    index = current(data_version(request))
    size = per_list()
    own = range(number * size, (number + 1) * size)
    pks = [pk for pk in own if pk in index.numbers] if number in lists(index) else []
    if not pks:
        raise Http404
    rows = Recommendation.objects.filter(pk__in=pks).order_by("pk")
    start = path_of("recommendation-list")
    lines = (
        line
        for reference, published, status in rows.values_list(
            "reference", "published_at", "status"
        )
        if status == Recommendation.Status.PUBLISHED  # withdrawn this very moment?
        for line in in_every_language(f"{start}{reference}/", last_day(published))
    )
    return answer("urlset", list(lines))


def page_paths(index: Index) -> Iterator[str]:
    """The paths of all other pages, as they follow the language."""
    yield from map(path_of, PAGES)
    for year in Edition.objects.published().values_list("year", flat=True):
        yield path_of("booklet", year)
    for slug in Region.objects.values_list("slug", flat=True):
        yield path_of("region-detail", slug)
    areas = PriorityArea.objects.current()
    for slug in areas.values_list("slug", flat=True):
        yield path_of("area-detail", slug)
    references = [told.reference for told in Agenda.at(index).priorities]
    yield from listed("agenda:agenda", "agenda:priority", references)
    solutions = [row.pk for row in progress.published(index)]
    yield from listed("agenda:progress", "agenda:solution", solutions)
    ballots = Ballot.objects.told().order_by("pk").values_list("pk", flat=True)
    yield from listed("ballots:list", "ballots:results", list(ballots))


def listed(page: str, single: str, keys: Sequence[str | int]) -> Iterator[str]:
    """A page that lists something and the page of each, where there is any."""
    if keys:
        yield path_of(page)
    for key in keys:
        yield path_of(single, key)


def path_of(name: str, *args: str | int) -> str:
    with override(settings.LANGUAGE_CODE):
        path = reverse(name if ":" in name else f"priorities:{name}", args=args)
    return path.removeprefix(f"/{settings.LANGUAGE_CODE}")


def in_every_language(path: str, day: str) -> Iterator[str]:
    """The address in each language, which names itself in all of them."""
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{settings.SITE_URL}/{code}{path}"/>'
        for code in languages()
    )
    for code in languages():
        address = f"{settings.SITE_URL}/{code}{path}"
        yield f"<url><loc>{address}</loc>{day}{alternates}</url>\n"


def last_day(when: datetime | None) -> str:
    return f"<lastmod>{when:%Y-%m-%d}</lastmod>" if when else ""


def answer(element: str, lines: Iterator[str] | list[str]) -> HttpResponseBase:
    """Streamed: among the pages that are kept drawn, lists would take all the room."""
    more = ' xmlns:xhtml="http://www.w3.org/1999/xhtml"' if element == "urlset" else ""
    parts = [
        f'{HEAD}<{element} xmlns="{NAMESPACE}"{more}>\n',
        *lines,
        f"</{element}>\n",
    ]
    return StreamingHttpResponse(["".join(parts)], XML)
