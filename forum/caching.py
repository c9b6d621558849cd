"""Pages are known by the version of the data and of the program that drew them."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition

from regions.changes import data_version

DRAWN_BY = ("forum", "regions", "priorities", "templates", "static", "locale")
PUBLIC = "priorities"


@cache
def release() -> str:
    """A digest of code, templates, styles and catalogues: a new release is a new page."""
    digest = hashlib.sha256(settings.EXIT_URL.encode() + settings.REPORT_EMAIL.encode())
    digest.update(Path(settings.BASE_DIR, "requirements.lock").read_bytes())
    for folder in DRAWN_BY:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.suffix in {".py", ".html", ".css", ".js", ".svg", ".po"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def page_version(request: HttpRequest, *args: Any, **kwargs: Any) -> str:
    address = hashlib.sha256(request.get_full_path().encode()).hexdigest()[:12]
    return f'"{data_version(request).name}-{release()}-{address}"'


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
        if match is None or match.namespace != PUBLIC:
            return None
        answer = condition(etag_func=page_version)(view)
        response: HttpResponse = answer(request, *args, **kwargs)
        patch_cache_control(response, no_cache=True)
        return response
