"""What a request asks for: checked against what the description allows, then read."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_noop

from regions.changes import data_version
from regions.models import DataVersion

from ..filters import MAX_VALUES, RecommendationFilter
from ..index import Index, current
from ..terms import Terms
from .errors import Refusal
from .paging import Cursor
from .parameters import LANG, Parameter

WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


def reading_language(request: HttpRequest) -> str:
    """The language to read in: the same for everybody where none is asked for."""
    asked = request.GET.get(LANG.name, "")
    return asked if asked in settings.CONTENT_LANGUAGES else settings.LANGUAGE_CODE


def given(parameter: Parameter, values: list[str]) -> list[str]:
    """What was given, lists with commas taken apart."""
    if parameter.name != "fields":
        return values
    return [part for value in values for part in value.split(",")]


def check(parameter: Parameter, values: list[str], terms: Terms) -> None:
    """Refuse what the description of the parameter does not allow."""
    name, most = parameter.name, MAX_VALUES if parameter.many else 1
    if len(values) > most:
        message = gettext_noop(
            "“%(parameter)s” is given too often. Give it once, or where it may be repeated, 50 times at most."
        )
        raise Refusal("given_too_often", message, name)
    known = parameter.known(terms) if parameter.known else None
    for value in values:
        if not value:
            message = gettext_noop(
                "“%(parameter)s” is empty. Give a value, or leave it out."
            )
            raise Refusal("empty", message, name, value, known)
        if known is not None and terms.meant(name, value) not in known:
            message = gettext_noop(
                "“%(value)s” is not known as “%(parameter)s”. Take one of those that are known."
            )
            raise Refusal("unknown_value", message, name, value, known)
        fits(parameter, value)


def fits(parameter: Parameter, value: str) -> None:
    name, schema = parameter.name, parameter.schema
    if schema.get("type") == "integer":
        least, most = schema["minimum"], schema["maximum"]
        if not (WHOLE_NUMBER.fullmatch(value) and least <= int(value) <= most):
            message = gettext_noop(
                "“%(value)s” does not do for “%(parameter)s”. Give a whole number within the bounds."
            )
            bounds = {"minimum": least, "maximum": most}
            raise Refusal("out_of_bounds", message, name, value, **bounds)
    if len(value) > schema.get("maxLength", len(value)):
        message = gettext_noop(
            "“%(parameter)s” is too long: %(value)s… Give fewer words."
        )
        bounds = {"maximum": schema["maxLength"]}
        raise Refusal("too_long", message, name, value, **bounds)
    if not re.fullmatch(schema.get("pattern", ".*"), value, re.DOTALL):
        message = gettext_noop(
            "“%(value)s” does not do for “%(parameter)s”. Take it as it was given to you."
        )
        raise Refusal("unreadable", message, name, value)


class Asked:
    """One request: its parameters, the data as they were when it began, addresses."""

    def __init__(self, request: HttpRequest, parameters: Sequence[Parameter]) -> None:
        self.request, self.parameters = request, parameters
        self.version: DataVersion = data_version(request)
        self.index: Index = current(self.version)
        self.terms = Terms.at(self.index)
        self.lang = request.GET.get(LANG.name, "")
        self.check()

    def check(self) -> None:
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, values in self.request.GET.lists():
            if name not in known:
                message = gettext_noop(
                    "There is no parameter “%(value)s” here. Leave it out, or take one of those that are known."
                )
                raise Refusal("unknown_parameter", message, None, name, [*known])
            check(known[name], given(known[name], values), self.terms)
        for name, parameter in known.items():
            if parameter.required and name not in self.request.GET:
                message = gettext_noop(
                    "Say “%(parameter)s”: without it there is nothing to look for."
                )
                raise Refusal("missing", message, name)

    # What is asked.

    @cached_property
    def filterset(self) -> RecommendationFilter:
        return RecommendationFilter(self.request.GET, self.index)

    @property
    def limit(self) -> int:
        usual: dict[str, int] = {
            p.name: p.schema.get("default", 0) for p in self.parameters
        }
        return int(self.request.GET.get("limit", usual["limit"]))

    @property
    def after(self) -> Cursor | None:
        text = self.request.GET.get("after")
        return Cursor.read(text) if text else None

    @cached_property
    def fields(self) -> set[str]:
        return set(",".join(self.request.GET.getlist("fields")).split(",")) - {""}

    # How it is answered.

    def path(self, name: str, *arguments: Any) -> str:
        return reverse(f"api:{name}", args=arguments)

    def address(self, name: str, *arguments: Any, query: str = "") -> str:
        """An address of the API; in one language if this request is."""
        path = self.path(name, *arguments)
        if self.lang and "lang=" not in query:
            query += ("&" if "?" in query else "?") + f"lang={self.lang}"
        return f"{settings.SITE_URL}{path}{query}"

    def page(self, name: str, *arguments: Any, query: str = "") -> str:
        """The address of a page, in the language asked for."""
        path = reverse(f"priorities:{name}", args=arguments)
        return f"{settings.SITE_URL}{path}{query}"

    def next_page(self, cursor: Cursor) -> str:
        data = self.request.GET.copy()
        data["after"] = str(cursor)
        return f"{settings.SITE_URL}{self.request.path}?{data.urlencode(safe=':')}"

    def chosen(self, members: dict[str, Any]) -> dict[str, Any]:
        """An object with the members asked for, or all of them."""
        return {n: v for n, v in members.items() if n in self.fields} or members
