from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts import second_factor
from accounts.forms import SignInForm, told_to_wait
from accounts.views import to_second_factor

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class OwnChoices(AutocompleteJsonView):
    """What a field may be; a relation looked at from its other end has no choices."""

    def process_request(self, request: HttpRequest) -> tuple[Any, ...]:
        found: tuple[Any, ...] = super().process_request(request)
        if found[2].auto_created:
            raise PermissionDenied
        return found


class ForumAdminSite(admin.AdminSite):
    site_header = _("Forum priorities · curation")
    site_title = _("Curation")
    enable_nav_sidebar = False
    index_title = _("What do you want to work on?")
    login_form = SignInForm

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: Any = super().login(request, extra_context)
        if request.method != "POST":
            return response
        if response.status_code == 302:
            second_factor.password_given(request)
            return response
        return told_to_wait(response, response.context_data["form"].wait)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """No page without the second factor, except for leaving and for a new password.

        What somebody may not see answers as if it did not exist.
        """
        without = {self.logout, self.password_change, self.password_change_done}

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if view not in without and not second_factor.is_passed(request):
                return never_cache(to_second_factor)(request)
            try:
                return view(request, *args, **kwargs)
            except (PermissionDenied, OverflowError):  # a number no database holds
                raise Http404 from None

        wrapped: Any = update_wrapper(guarded, view)
        return super().admin_view(wrapped, cacheable)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        view: Any = OwnChoices.as_view(admin_site=self)
        answer: HttpResponse = view(request)
        return answer

    def index(
        self, request: HttpRequest, extra_context: Any = None
    ) -> TemplateResponse:
        from .work import lines  # when every model is there

        user: Any = request.user
        context = {"work": lines(user), **(extra_context or {})}
        return super().index(request, context)

    def get_urls(self) -> list[Any]:
        """Without the address that leads from any key to a row's public page."""
        urls = super().get_urls()
        return [url for url in urls if getattr(url, "name", "") != "view_on_site"]
