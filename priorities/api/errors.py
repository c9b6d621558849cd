"""Refusals that say what was wrong, which value, and what there is instead."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils.translation import (
    get_language_from_request,
    gettext,
    gettext_noop,
    override,
)

TYPE = "application/json"
LONGEST_VALUE = 80
MESSAGES = {
    400: (
        "unreadable",
        gettext_noop(
            "This request cannot be read. Write the address anew, without control characters."
        ),
    ),
    404: (
        "not_found",
        gettext_noop("There is nothing at this address. /api/v1/ lists what there is."),
    ),
    405: (
        "method_not_allowed",
        gettext_noop(
            "These data are for reading: use GET or HEAD instead of %(value)s."
        ),
    ),
    410: (
        "withdrawn",
        gettext_noop(
            "%(value)s was withdrawn by those who look after these data. Its text is no longer given out."
        ),
    ),
    429: (
        "too_many_requests",
        gettext_noop(
            "That was a lot at once. Wait %(value)s seconds, then go on; what has not changed (304) costs nothing."
        ),
    ),
    500: (
        "failed",
        gettext_noop("Something went wrong here. It is not your fault; try again."),
    ),
    503: (
        "try_again",
        gettext_noop("This took too long just now. Try again in a moment."),
    ),
}


class Refusal(Exception):
    """What is wrong with a request; its message is said in the language it asks for."""

    def __init__(
        self,
        code: str,
        message: str,
        parameter: str | None = None,
        value: str | None = None,
        known: Sequence[str] | None = None,
        status: int = 400,
        **more: Any,
    ) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message, status
        self.parameter, self.value, self.known = parameter, value, known
        self.more = more

    @classmethod
    def of(cls, status: int, value: str | None = None, **more: Any) -> "Refusal":
        """One that has nothing to do with a parameter."""
        code, message = MESSAGES.get(status, MESSAGES[400 if status < 500 else 500])
        return cls(code, message, value=value, status=status, **more)

    def body(self) -> dict[str, Any]:
        value = None if self.value is None else self.value[:LONGEST_VALUE]
        said = {"parameter": self.parameter, "value": value}
        told: dict[str, Any] = {"code": self.code}
        told["message"] = gettext(self.message) % said
        told |= {name: text for name, text in said.items() if text is not None}
        if self.known is not None:
            close = get_close_matches((value or "").casefold(), self.known, 3, 0.6)
            told |= {"known": [*self.known], "nearest": close}
        return {"error": told | self.more}


def language_asked(request: HttpRequest) -> str:
    """The language of messages: `lang`, else what the reader's program accepts."""
    try:
        asked = request.GET.get("lang", "")
    except SuspiciousOperation:
        asked = ""
    if asked in settings.CONTENT_LANGUAGES:
        return asked
    return get_language_from_request(request)


def packed(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    language = language_asked(request)
    with override(language):
        body = packed(refusal.body())
    headers = {"Content-Language": language}
    return HttpResponse(body, TYPE, status=refusal.status, headers=headers)
