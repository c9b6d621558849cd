import hashlib
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regions.changes import data_version

from ..citations import LICENCE_URL
from ..filters import RecommendationFilter
from ..index import Index, current
from ..made import made, pieces
from ..terms import Terms
from . import asking, package, writing
from .asking import Problem
from .columns import Extract
from .package import Extracts
from .recommendations import RECOMMENDATIONS
from .tables import TABLES


def index_with(request: HttpRequest, year: str) -> Index:
    """The index of the data, if this edition is public."""
    index = current(data_version(request))
    if year not in index.editions:
        raise Http404
    return index


@require_safe
def table(request: HttpRequest, year: str, name: str, kind: str) -> HttpResponseBase:
    index = index_with(request, year)
    if name not in TABLES:
        raise Http404
    extract, problems = asking.extract(TABLES[name], year, request.GET, index)
    if problems:
        return refused(request, problems, 400)
    if kind != "xlsx":
        is_head = request.method == "HEAD"
        chunks: Iterator[bytes] = (
            iter(()) if is_head else writing.STREAMS[kind](extract)
        )
        answer = StreamingHttpResponse(chunks, content_type=writing.KINDS[kind])
        return named(answer, f"{extract.name}.{kind}")
    if writing.xlsx_is_too_much(extract):
        too_much = Problem("", "", writing.too_much(extract))
        return refused(request, [too_much], 413)
    path = workbook(extract)
    return sent(request, path, f"{extract.name}.xlsx", writing.KINDS["xlsx"])


def workbook(extract: Extract) -> Path:
    return kept(
        extract,
        "workbook.xlsx",
        partial(writing.write_xlsx, [extract]),
        extract.table.name,
        json.dumps(extract.asked),
    )


def kept(
    extract: Extract, name: str, make: Callable[[BinaryIO], None], *asked: str
) -> Path:
    watched = package.unchanged(extract, make)
    return made(extract.version, name, watched, extract.year, *asked)


def everything(extracts: Extracts) -> Path:
    first = next(iter(extracts.values()))
    return kept(first, "everything.zip", partial(package.write_zip, extracts))


def checksums(extracts: Extracts) -> Path:
    with everything(extracts).open("rb") as file:
        whole = hashlib.file_digest(file, "sha256").digest()
    first = next(iter(extracts.values()))
    return kept(
        first, "checksums.txt", partial(package.write_checksums, extracts, whole)
    )


def sent(
    request: HttpRequest, path: Path, name: str, content_type: str
) -> HttpResponseBase:
    content = iter(()) if request.method == "HEAD" else pieces(path)
    answer = StreamingHttpResponse(content, content_type=content_type)
    answer["Content-Length"] = str(path.stat().st_size)
    return named(answer, name)


def named(answer: HttpResponseBase, name: str) -> HttpResponseBase:
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Link"] = f'<{LICENCE_URL}>; rel="license"'
    return answer


def whole(request: HttpRequest, year: str) -> tuple[Extracts, str]:
    """Every table of an edition, and the beginning of the names of its files."""
    extracts = asking.edition(year, index_with(request, year))
    version = next(iter(extracts.values())).version
    return extracts, f"priorities-{year}-{version.name}"


@require_safe
def zipped(request: HttpRequest, year: str) -> HttpResponseBase:
    extracts, name = whole(request, year)
    return sent(request, everything(extracts), f"{name}.zip", "application/zip")


@require_safe
def datapackage(request: HttpRequest, year: str) -> HttpResponseBase:
    extracts, _name = whole(request, year)
    return HttpResponse(package.datapackage(extracts), "application/json")


@require_safe
def sums(request: HttpRequest, year: str) -> HttpResponseBase:
    extracts, _name = whole(request, year)
    path = checksums(extracts)
    return HttpResponse(path.read_bytes(), "text/plain; charset=utf-8")


def refused(
    request: HttpRequest, problems: list[Problem], status: int
) -> HttpResponseBase:
    """A page for people, an object for programs: both name every wrong parameter."""
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        context = {"problems": problems, "status": status}
        return render(request, "priorities/data_refused.html", context, status=status)
    told: dict[str, Any] = {"errors": [vars(problem) for problem in problems]}
    return JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What there is as open data, in which forms, and what each column means."""
    index = current(data_version(request))
    editions = sorted(index.editions, reverse=True)
    year = request.GET.get("edition") or next(iter(editions), "")
    if year and year not in editions:
        raise Http404
    context: dict[str, Any] = {"year": year}
    if year:
        edition = Extract(RECOMMENDATIONS, year, index, Terms.at(index), [], {})
        context |= {
            "others": [other for other in editions if other != year],
            "tables": TABLES.values(),
            "kinds": writing.KINDS,
            "total": len(index.live & index.carrying("edition", year)),
            "version": index.version.name,
            "date": index.version.changed_at,
            "advices": package.advices(),
            "narrowed": "?region=africa&audience=governments",
            "parameters": [*RecommendationFilter.base_filters, "sort"],
            "citation": package.citation(edition),
            "dataset": linked(dataset(edition, request.path)),
        }
    return render(request, "priorities/data.html", context)


def dataset(extract: Extract, path: str) -> dict[str, Any]:
    """The edition as schema.org tells of data sets."""

    def download(address: str, kind: str) -> dict[str, str]:
        return {
            "@type": "DataDownload",
            "contentUrl": settings.SITE_URL + address,
            "encodingFormat": kind,
        }

    year = extract.year
    files = [
        download(reverse("data:table", args=[year, "recommendations", ending]), kind)
        for ending, kind in writing.KINDS.items()
    ]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": package.title(year),
        "description": _(
            "What the regional forums recorded, entry by entry: careful paraphrases in our own words, with the page of the source."
        ),
        "url": settings.SITE_URL + path,
        "version": extract.version.name,
        "dateModified": extract.date,
        "temporalCoverage": year,
        "license": LICENCE_URL,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "Freedom From Slavery Forum"},
        "inLanguage": [code for code, _name in settings.LANGUAGES],
        "creditText": package.citation(extract),
        "distribution": [
            *files,
            download(reverse("data:everything", args=[year]), "application/zip"),
        ],
    }


def linked(told: dict[str, Any]) -> SafeString:
    """JSON that no text of it can end the element it stands in."""
    text = json.dumps(told, ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04X}")
    return mark_safe(text)
