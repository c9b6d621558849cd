"""How an address of the API is registered, and how its answers are put together."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_noop, override
from ninja import NinjaAPI, Schema
from ninja.errors import ValidationError
from pydantic import create_model

from .. import citations
from . import members, shapes
from .asking import Asked, reading_language
from .errors import TYPE, Refusal, packed, refused
from .parameters import Parameter
from .shapes import Meta, Shape

LICENCE = {
    "name": citations.LICENCE,
    "url": citations.LICENCE_URL,
}
ALWAYS: dict[int, Any] = {
    304: None,
    400: shapes.Error,
    405: shapes.Error,
    429: shapes.Error,
    503: shapes.Error,
}
api = NinjaAPI(
    title=gettext_noop("Forum priorities"),
    version="1",
    description=gettext_noop(
        "What the regional forums of the Freedom From Slavery Forum ask for, as data: published recommendations and concerns, what they are grouped by, comparisons and counts. For reading only, without a key. The texts are free to use under CC BY 4.0; cite the reference, the edition and the date."
    ),
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
)


@api.exception_handler(Refusal)
def say_no(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return refused(request, refusal)


@api.exception_handler(ValidationError)
def no_such_address(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return refused(request, Refusal.of(404))


View = Callable[..., Any]


def resource(
    path: str,
    answer: type[Schema],
    *asked_with: Parameter,
    name: str,
    summary: str,
    about: str,
    others: dict[int, Any] | None = None,
) -> Callable[[View], View]:
    """Register a view that gets what was `Asked`, read in the language asked for.

    The parameters are checked before; the description shows them (`description.py`).
    """

    def register(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, **named: str) -> HttpResponse:
            with override(reading_language(request)):
                response: HttpResponse = view(Asked(request, asked_with), **named)
            return response

        first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        _asked, *rest = inspect.signature(view).parameters.values()
        asked.__signature__ = inspect.Signature([first, *rest])  # type: ignore[attr-defined]
        missing = {404: shapes.Error} if rest else {}
        add = api.get(
            path,
            url_name=name,
            operation_id=name,
            summary=summary,
            description=about,
            response={200: answer, **ALWAYS, **missing, **(others or {})},
            openapi_extra={"parameters": list(asked_with)},
        )
        return cast(View, add(asked))

    return register


# How an answer is put together.


def listing(item: Any) -> type[Schema]:
    """Objects, how many there are, and where they go on."""
    parts: Any = {
        "meta": (Meta, ...),
        "data": (list[item], ...),
        "next": (str | None, shapes.said(shapes.NEXT)),
    }
    return create_model(f"{item.__name__}List", __base__=Shape, **parts)


def one(item: Any) -> type[Schema]:
    parts: Any = {"meta": (Meta, ...), "data": (item, ...)}
    return create_model(f"{item.__name__}Answer", __base__=Shape, **parts)


def meta(asked: Asked, total: int, editions: Iterable[int]) -> dict[str, Any]:
    changed_at = asked.version.changed_at
    return {
        "data_version": asked.version.name,
        "changed_at": changed_at.isoformat() if changed_at else None,
        "editions": list(editions),
        "language": asked.lang or None,
        "licence": LICENCE,
        "total": total,
    }


def answered(
    asked: Asked, data: Any, total: int, editions: Iterable[int], **more: Any
) -> HttpResponse:
    body = {"meta": meta(asked, total, editions), "data": data, **more}
    response = HttpResponse(packed(body), TYPE)
    links = [f'<{LICENCE["url"]}>; rel="license"']
    if next_page := more.get("next"):
        links.append(f'<{next_page}>; rel="next"')
    response["Link"] = ", ".join(links)
    if asked.lang:
        response["Content-Language"] = asked.lang
    return response


def all_editions(asked: Asked) -> list[int]:
    return sorted(int(year) for year in asked.terms.of("edition"))


def every(asked: Asked, objects: Iterable[members.Object]) -> HttpResponse:
    """A vocabulary: short enough to be answered whole."""
    data = [asked.chosen(told) for told in objects]
    return answered(asked, data, len(data), all_editions(asked), next=None)


def single(asked: Asked, objects: Iterable[members.Object]) -> HttpResponse:
    for told in objects:
        return answered(asked, asked.chosen(told), 1, all_editions(asked))
    raise Refusal.of(404)


def leads_on(asked: Asked, name: str, kind: str, slug: str) -> HttpResponse | None:
    """What was merged answers with the address of the other."""
    target = asked.terms.meant(kind, slug)
    return redirected(asked, name, target) if target != slug else None


def redirected(asked: Asked, name: str, target: str) -> HttpResponse:
    path = asked.path(name, target)
    query = asked.request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{path}?{query}" if query else path)
