"""What every answer under /api/ has in common, refusals of the whole site included."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from accounts.throttle import address

from .errors import TYPE, Refusal, refused
from .limit import buckets
from .parameters import LANG

PREFIX = "/api/"
METHODS = "GET, HEAD, OPTIONS"
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After",
}
ASKED_BEFORE = {  # by browsers, whether they may ask
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def open_to_programs(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Outside of nearly all other middleware, so that nothing answers without it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return get_response(request)
        response = limited(request, get_response)
        for name, value in OPEN.items():
            response[name] = value
        return response

    return middleware


def limited(
    request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]
) -> HttpResponse:
    who = address(request)
    allowance = buckets.take(who)
    if allowance.wait:
        response = refused(request, Refusal.of(429, str(allowance.wait)))
    else:
        response = answered(request, get_response)
        if response.status_code == 304:
            buckets.give_back(who)
    for name, value in allowance.headers.items():
        response[name] = value
    return response


def answered(
    request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]
) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": METHODS} | ASKED_BEFORE)
    if request.method not in {"GET", "HEAD"}:
        response = refused(request, Refusal.of(405, request.method))
        response["Allow"] = METHODS
        return response
    is_head = request.method == "HEAD"
    request.method = "GET"
    response = in_json(request, get_response(request))
    if is_head:
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def in_json(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer; where the site refused with a page, the same for programs."""
    if response.status_code < 400:
        depends_on_its_address_alone(response)
        if LANG.name not in request.GET:
            del response["Content-Language"]
    elif response.get("Content-Type") != TYPE:
        told = refused(request, Refusal.of(response.status_code))
        response.content = told.content
        del response["Content-Encoding"]
        response["Content-Type"] = TYPE
        response["Content-Language"] = told["Content-Language"]
        response["Content-Length"] = str(len(told.content))
    if response.status_code >= 400:
        patch_vary_headers(response, ["Accept-Language"])
    return response


def depends_on_its_address_alone(response: HttpResponse) -> None:
    """What is answered; messages of refusals alone are in the reader's language."""
    vary = [name.strip() for name in response.get("Vary", "").split(",")]
    rest = [name for name in vary if name and name != "Accept-Language"]
    if rest:
        response["Vary"] = ", ".join(rest)
    else:
        del response["Vary"]
