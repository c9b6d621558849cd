"""The API in OpenAPI 3.1, for programs and for the page that explains it."""

import copy
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop, override

from ..citations import LICENCE, LICENCE_ID
from ..index import Index
from ..terms import Terms
from .answers import api
from .asking import Asked, reading_language
from .errors import TYPE, Refusal, packed, refused
from .parameters import LANG, Parameter

PREFIX = "api/v1/"
STATUS = {
    "200": gettext_noop("The answer."),
    "302": gettext_noop("It goes by another name now: the header Location says which."),
    "304": gettext_noop(
        "Nothing has changed since the version you have (If-None-Match)."
    ),
    "400": gettext_noop(
        "A parameter or value that nobody knows, named with what there is."
    ),
    "404": gettext_noop("There is nothing at this address."),
    "405": gettext_noop("These data are for reading alone."),
    "410": gettext_noop("It was withdrawn."),
    "429": gettext_noop(
        "Too many requests at once; the header Retry-After says how many seconds to wait."
    ),
    "503": gettext_noop(
        "It took too long just now; the header Retry-After says when to try again."
    ),
}
SPARSE = (
    "Recommendation",
    "Edition",
    "Region",
    "Audience",
    "Area",
    "Country",
    "Instrument",
    "Section",
    "GlobalPriorityObject",
    "SolutionShape",
)
# Of edition 2021, as this site would answer; tests ask for them again.
EXAMPLES = json.loads(
    Path(__file__)
    .with_name("examples.json")
    .read_text()
    .replace("http://127.0.0.1:8000", settings.SITE_URL)
)
SAID = {"description", "summary", "title"}


def description(index: Index, terms: Terms) -> dict[str, Any]:
    """With the values there are in this version of the data; in English."""
    if "api description" not in index.kept:
        index.kept["api description"] = describe(terms)
    return index.kept["api description"]


def describe(terms: Terms) -> dict[str, Any]:
    told: dict[str, Any] = copy.deepcopy(
        dict(api.get_openapi_schema(path_prefix=PREFIX))
    )
    told["info"]["license"] = {"name": LICENCE, "identifier": LICENCE_ID}
    told["servers"] = [{"url": settings.SITE_URL}]
    shared: dict[str, Any] = {}
    for path in told["paths"].values():
        for operation in path.values():
            operation["parameters"] = [
                parameter(each, terms, shared, operation["operationId"])
                for each in operation["parameters"]
            ]
            for status, answer in operation["responses"].items():
                answer["description"] = STATUS[str(status)]
            operation["responses"] = {
                str(status): answer for status, answer in operation["responses"].items()
            }
            if example := EXAMPLES.get(operation["operationId"]):
                content = operation["responses"]["200"]["content"][TYPE]
                content["examples"] = {"2021": example}
    schemas = told["components"]["schemas"]
    for name in SPARSE:
        schemas[name].pop("required", None)
    for name in schemas:
        schemas[name] = without_titles(schemas[name])
    told["components"]["parameters"] = shared
    return told


def parameter(
    of: Any, terms: Terms, shared: dict[str, Any], operation: str
) -> dict[str, Any]:
    """What several operations share is described once."""
    if not isinstance(of, Parameter):
        (example,) = of.pop("examples")
        schema = {n: of["schema"][n] for n in ("type", "pattern")}
        return of | {"example": example, "schema": schema}
    described = of.described(terms)
    known = shared.setdefault(of.name, described)
    if known == described:
        return {"$ref": f"#/components/parameters/{of.name}"}
    return described


def without_titles(schema: Any) -> Any:
    """Pydantic gives every member its own name as a title."""
    if isinstance(schema, list):
        return [without_titles(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {key: without_titles(part) for key, part in value.items()}
        if name == "properties"
        else without_titles(value)
        for name, value in schema.items()
        if name != "title" or not isinstance(value, str)
    }


def translated(told: Any) -> Any:
    """In the reader's language: what is said to people in it."""
    if isinstance(told, list):
        return [translated(part) for part in told]
    if not isinstance(told, dict):
        return told
    return {
        name: gettext(value)
        if name in SAID and isinstance(value, str) and value
        else translated(value)
        for name, value in told.items()
    }


def openapi(request: HttpRequest) -> HttpResponse:
    with override(reading_language(request)):
        try:
            asked = Asked(request, [LANG])
        except Refusal as refusal:
            return refused(request, refusal)
        told = translated(description(asked.index, asked.terms))
    return HttpResponse(packed(told), TYPE)
