"""The page that explains the API, made of the description that programs read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from regions.changes import data_version

from ..index import current
from ..terms import ONLY, Terms
from .description import description, translated
from .parameters import FILTERS, LANG, USUAL

FEW = 20  # values a page can list
EVERYWHERE = {LANG.name, "fields"}
PYTHON = """\
import json
from urllib.request import urlopen

address = "{site}/api/v1/recommendations/?region=africa&sort=reference&lang={language}"
while address:
    page = json.load(urlopen(address))
    for entry in page["data"]:
        print(entry["reference"], entry["text"]["text"])
    address = page["next"]
"""
R = """\
library(jsonlite)

page <- fromJSON("{site}/api/v1/recommendations/?region=africa&limit=500&lang={language}")
page$meta$total
head(page$data[c("reference", "audience", "rank")])
head(page$data$text$text)
"""
CURL = """\
curl "{site}/api/v1/recommendations/?region=africa&region=mena&audience=governments&lang={language}"
curl "{site}/api/v1/search/?q=kafala&fields=reference&fields=text&lang={language}"
"""


@dataclass(frozen=True)
class Member:
    name: str
    description: str


@dataclass(frozen=True)
class Resource:
    """One address: what it may be asked, and an answer."""

    name: str
    path: str
    summary: str
    description: str
    in_path: list[dict[str, Any]]
    own: list[dict[str, Any]]
    has_filters: bool
    has_fields: bool
    request: str
    answer: str


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    index = current(data_version(request))
    told = translated(description(index, Terms.at(index)))
    asked_with = told["components"]["parameters"]
    said = {"site": settings.SITE_URL, "language": get_language()}
    context = {
        "about": told["info"]["description"],
        "site": settings.SITE_URL,
        "resources": list(resources(told)),
        "filters": [shown(asked_with[p.name]) for p in FILTERS if p.name in asked_with],
        "shapes": list(shapes(told["components"]["schemas"])),
        "curl": CURL.format(**said),
        "python": PYTHON.format(**said),
        "r": R.format(**said),
        "usual": USUAL,
        "per_minute": settings.API_PER_MINUTE,
    }
    return render(request, "priorities/api.html", context)


def resources(told: dict[str, Any]) -> Iterator[Resource]:
    filters = {parameter.name for parameter in FILTERS}
    for path, operations in told["paths"].items():
        operation = operations["get"]
        every = [whole(told, each) for each in operation["parameters"]]
        names = {each["name"] for each in every}
        own = [
            shown(each)
            for each in every
            if each["in"] == "query"
            and each["name"] not in EVERYWHERE
            and (each["name"] not in filters or each["required"])
        ]
        content = operation["responses"]["200"]["content"]["application/json"]
        example = content.get("examples", {}).get("2021", {})
        yield Resource(
            operation["operationId"],
            path,
            operation["summary"],
            operation["description"],
            [each for each in every if each["in"] == "path"],
            own,
            "region" in names and "audience" in names,
            "fields" in names,
            example.get("summary", ""),
            json.dumps(example["value"], ensure_ascii=False, indent=1)
            if example
            else "",
        )


def whole(told: dict[str, Any], of: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in of:
        return told["components"]["parameters"][of["$ref"].rsplit("/", 1)[1]]
    return of


def shown(of: dict[str, Any]) -> dict[str, Any]:
    """A parameter with the values there are, if they are few."""
    schema = of["schema"].get("items", of["schema"])
    known = [v for v in schema.get("enum", []) if not v.endswith(ONLY)]
    example = of["example"][0] if of["schema"]["type"] == "array" else of["example"]
    return {
        "name": of["name"],
        "description": of["description"],
        "values": known if len(known) <= FEW else [],
        "example": f"{of['name']}={example}",
        "is_required": of["required"],
    }


def shapes(schemas: dict[str, Any]) -> Iterator[tuple[str, list[Member]]]:
    """What needs saying about the members of an entry and of what stands above it."""
    for name, title in (
        ("Meta", gettext("Above every answer: meta")),
        ("Recommendation", gettext("Members of a recommendation")),
        ("Text", gettext("Texts")),
        ("ErrorBody", gettext("Refusals: error")),
    ):
        members = schemas[name]["properties"].items()
        yield (
            title,
            [
                Member(member, of["description"])
                for member, of in members
                if "description" in of
            ],
        )
