"""Pages are known by the version of the data and of the program that drew them."""

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition

from priorities.index import current
from priorities.made import Busy
from priorities.search import words_of
from regions.changes import data_version
from regions.release import release

from .limits import limited_time

logger = logging.getLogger(__name__)

PUBLIC = {
    "priorities",
    "data",
    "api",
    "sitemap",
    "ballots",
    "agenda",
}  # namespaces of addresses
AGAIN = 3  # seconds after which a file that had to wait is asked for again
MOST_DRAWN = 24_000_000  # bytes of pages each process keeps


# What is overdue is so from one day to the next, without any change of the data.
TELLS_THE_DAY = {"agenda"}  # namespaces
TELL_THE_DAY = {"recommendation-detail", "solutions", "solution"}  # single addresses


def page_version(request: HttpRequest, *args: Any, **kwargs: Any) -> str:
    address = hashlib.sha256(request.get_full_path().encode()).hexdigest()
    return f'"{data_version(request).name}-{release()}{day(request)}-{address}"'


def day(request: HttpRequest) -> str:
    """The day on which this request began, where the page depends on it."""
    match: Any = request.resolver_match
    if match.namespace not in TELLS_THE_DAY and match.url_name not in TELL_THE_DAY:
        return ""
    if not hasattr(request, "day"):
        request.day = timezone.localdate()  # type: ignore[attr-defined]
    return f"-{request.day:%Y%m%d}"  # type: ignore[attr-defined]


class DrawnPages:
    """The pages drawn last, by version and address: what is the same is drawn once."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes, self.bytes = most_bytes, 0
        self.pages: OrderedDict[str, tuple[bytes, dict[str, str]]] = OrderedDict()
        self.lock = Lock()

    def get(self, name: str) -> HttpResponse | None:
        with self.lock:
            if name in self.pages:
                self.pages.move_to_end(name)
                content, headers = self.pages[name]
                return HttpResponse(content, headers=headers)
        return None

    def keep(self, name: str, page: HttpResponse) -> None:
        with self.lock:
            if name not in self.pages:
                self.pages[name] = page.content, dict(page.headers)
                self.bytes += len(page.content)
            while self.bytes > self.most_bytes:
                _name, (content, _headers) = self.pages.popitem(last=False)
                self.bytes -= len(content)


drawn = DrawnPages(MOST_DRAWN)


def drawn_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Public pages depend on their address and the version alone, never on the visitor."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return view(request, *args, **kwargs)
        page = drawn.get(page_version(request))
        if page is None:
            page = whole(view, request, *args, **kwargs)
            if page.status_code == 200 and not page.streaming:
                drawn.keep(page_version(request), page)
        return page

    return answer


def drawn_anew(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A program that reads everything must not push out the pages people read."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return whole(view, request, *args, **kwargs)

    return answer


def whole(
    view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    """The page, drawn once more where the data moved on while it was being drawn.

    Reading what is published may take longer than a page may: it comes before.
    """
    index = current(data_version(request))
    if request.GET.get("q"):
        words_of(index)
    with limited_time():
        try:
            return view(request, *args, **kwargs)
        except (LookupError, ValueError):
            began = data_version(request)
            if data_version(request, afresh=True) == began:
                raise
            return view(request, *args, **kwargs)


class VersionedPages:
    """Answer 304 while neither data nor program has changed; never serve a stale page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.namespace not in PUBLIC:
            return None
        draw = drawn_anew if match.namespace == "api" else drawn_once
        answer = condition(etag_func=page_version)(draw(view))
        try:
            response: HttpResponse = answer(request, *args, **kwargs)
        except OperationalError:
            logger.exception("The database did not answer in time")
            response = render(request, "503.html", status=503)
            response["Retry-After"] = "30"
            return response
        except Busy:
            response = render(request, "being_made.html", status=503)
            response["Retry-After"] = response["Refresh"] = str(AGAIN)
            return response
        if response.status_code >= 400:
            del response["ETag"]  # it may be said in another language next time
        patch_cache_control(response, no_cache=True)
        if request.method == "HEAD" and not response.streaming:
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return response
