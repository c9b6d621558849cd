from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _


class ForumAdminSite(admin.AdminSite):
    site_header = _("Forum priorities · curation")
    site_title = _("Curation")
    enable_nav_sidebar = False
    index_title = _("What do you want to work on?")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """What somebody may not see answers as if it did not exist."""

        @wraps(view)
        def hidden(*args: Any, **kwargs: Any) -> Any:
            try:
                return view(*args, **kwargs)
            except PermissionDenied:
                raise Http404 from None

        return super().admin_view(hidden, cacheable)

    def index(
        self, request: HttpRequest, extra_context: Any = None
    ) -> TemplateResponse:
        from .work import lines  # when every model is there

        context = {"work": lines(request.user), **(extra_context or {})}  # type: ignore[arg-type]
        return super().index(request, context)

    def get_urls(self) -> list[Any]:
        """Without the address that leads from any key to a row's public page."""
        urls = super().get_urls()
        return [url for url in urls if getattr(url, "name", "") != "view_on_site"]
