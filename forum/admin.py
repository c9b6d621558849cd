from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts import second_factor
from accounts.forms import SignInForm, told_to_wait
from accounts.views import to_second_factor

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


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
        """No page without the second factor, except for leaving and for a new password."""
        without = {self.logout, self.password_change, self.password_change_done}

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if view in without or second_factor.is_passed(request):
                return view(request, *args, **kwargs)
            return never_cache(to_second_factor)(request)

        wrapped: Any = update_wrapper(guarded, view)
        return super().admin_view(wrapped, cacheable)
