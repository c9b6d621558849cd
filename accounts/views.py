"""The pages of the second factor, and the page an invitation leads to."""

from base64 import b32encode
from collections.abc import Callable
from functools import wraps
from typing import Any

import segno
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME, login, update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import redirect_to_login
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from . import invitations, second_factor
from .forms import (
    CodeForm,
    JoinForm,
    NewCodeForm,
    PasswordForm,
    told_to_wait,
    waiting,
)
from .models import Authenticator, Invitation, User
from .roles import BY_SLUG
from .throttle import Attempt, address

View = Callable[..., HttpResponse]
form_page = require_http_methods(["GET", "HEAD", "POST"])


def signed_in(view: View) -> View:
    """For whoever has given name and password, with or without a second factor."""

    @never_cache
    @sensitive_post_parameters()
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not admin.site.has_permission(request):
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return view(request)

    return guarded


def with_second_factor(view: View) -> View:
    """For whoever has a second factor and has shown it in this session."""

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not user_of(request).is_verified():
            return to_second_factor(request)
        return view(request)

    return guarded


def user_of(request: HttpRequest) -> Any:
    return request.user


def page(request: HttpRequest, name: str, title: str, **told: Any) -> TemplateResponse:
    context = {**admin.site.each_context(request), "title": title, **told}
    return TemplateResponse(request, f"admin/signing_in/{name}.html", context)


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """To the page that is missing, and afterwards back to what was asked for."""
    name = "verify" if user_of(request).has_second_factor else "set-up"
    url = reverse(f"accounts:{name}")
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseRedirect(url)
    return redirect_to_login(request.get_full_path(), url)


def wanted(request: HttpRequest) -> str:
    """The page somebody wanted when they were asked for a code, if it is of this site."""
    url: str = request.GET.get(REDIRECT_FIELD_NAME, "")
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(url, hosts, require_https=request.is_secure()):
        return url
    return reverse("admin:index")


@require_safe
@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if not second_factor.is_passed(request):
        return to_second_factor(request)
    told = {
        "has_second_factor": user.has_second_factor,
        "may_remove": not user.needs_second_factor,
        "codes_left": user.recovery_codes.count(),
    }
    return page(request, "overview", _("Second factor"), **told)


@form_page
@signed_in
def set_up(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if user.has_second_factor and not user.is_verified():
        return to_second_factor(request)
    if not second_factor.gave_password_lately(request):
        return ask_password(request)
    app = second_factor.proposed(request, user)
    form = NewCodeForm(request.POST or None)
    if form.is_valid():
        codes = second_factor.set_up(request, app, form.cleaned_data["code"])
        if codes:
            return show_codes(request, codes)
        form.add_error(
            "code",
            _("This code does not fit. Look at the app again: is its time right?"),
        )
    told = {
        "form": form,
        "picture": picture(app),
        "secret": in_fours(app),
        "is_new": not user.has_second_factor,
        "is_required": user.needs_second_factor,
    }
    return page(request, "set_up", _("Set up your second factor"), **told)


def ask_password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(
        request.POST if "password" in request.POST else None,
        user=user_of(request),
        address=address(request),
    )
    if form.is_valid():
        second_factor.password_given(request)
        return HttpResponseRedirect(request.get_full_path())
    response = page(request, "password", _("Your password once more"), form=form)
    return told_to_wait(response, form.wait)


def picture(app: Authenticator) -> SafeString:
    code = segno.make(app.config_url, error="m")
    return mark_safe(  # of numbers and our own words
        code.svg_inline(omitsize=True, border=4, light="#ffffff", dark="#000000")
    )


def in_fours(app: Authenticator) -> str:
    secret = b32encode(app.bin_key).decode()
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    title = _("Your recovery codes")
    return page(request, "codes", title, codes=codes, next_url=wanted(request))


def code_form(request: HttpRequest) -> CodeForm:
    return CodeForm(
        request.POST or None, user=user_of(request), address=address(request)
    )


@form_page
@signed_in
def verify(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if user.is_verified():
        return HttpResponseRedirect(wanted(request))
    if not user.has_second_factor:
        return HttpResponseRedirect(reverse("accounts:set-up"))
    before = user.recovery_codes.count()
    form = code_form(request)
    if form.is_valid():
        second_factor.enter(request, form.cleaned_data["code"])
        left = user.recovery_codes.count()
        if left < before:
            messages.warning(request, few_left(left))
        return HttpResponseRedirect(wanted(request))
    response = page(request, "verify", _("Your second factor"), form=form)
    return told_to_wait(response, form.wait)


def few_left(left: int) -> str:
    return ngettext(
        "That was a recovery code; %d is left. Under “Second factor” you make new ones.",
        "That was a recovery code; %d are left. Under “Second factor” you make new ones.",
        left,
    ) % (left,)


@form_page
@with_second_factor
def recovery_codes(request: HttpRequest) -> HttpResponse:
    form = code_form(request)
    if form.is_valid():
        return show_codes(request, second_factor.new_codes(user_of(request)))
    response = page(request, "new_codes", _("New recovery codes"), form=form)
    return told_to_wait(response, form.wait)


@form_page
@with_second_factor
def remove(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if user.needs_second_factor:
        raise Http404
    form = code_form(request)
    if form.is_valid():
        second_factor.remove(user)
        update_session_auth_hash(request, user)
        messages.success(
            request, _("Your second factor is removed. Other devices are signed out.")
        )
        return HttpResponseRedirect(reverse("admin:index"))
    response = page(request, "remove", _("Remove the second factor"), form=form)
    return told_to_wait(response, form.wait)


def discreet(view: View) -> View:
    """The address of the page is a key: no other site, cache or log learns it.

    Not `no-referrer`: browsers then send a form with `Origin: null`, which Django's
    protection against forged requests refuses.
    """

    @never_cache
    @sensitive_post_parameters()
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response["Referrer-Policy"] = "strict-origin"
        return response

    return guarded


@form_page
@discreet
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    attempt = Attempt(address(request))
    wait = attempt.seconds_to_wait()
    if wait:
        response = gone(request, _("Please wait"), waiting(wait))
        return told_to_wait(response, wait)
    with transaction.atomic():
        if request.method == "POST":
            found = invitations.find_for_use(token)
        else:
            found = invitations.find(token)
        if found is not None:
            response = join(request, found)
    if found is None:
        return gone(request, _("This link does not work any more"), status=404)
    attempt.succeeded()
    return response


def gone(
    request: HttpRequest, title: str, said: str = "", status: int = 200
) -> HttpResponse:
    response = page(request, "gone", title, said=said, has_permission=False)
    response.status_code = status
    return response


def join(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Show the invitation, or make of it an account that is signed in."""
    form: JoinForm | SetPasswordForm
    if found.for_account is not None:
        form = SetPasswordForm(found.for_account, request.POST or None)
    else:
        form = JoinForm(request.POST or None)
        form.instance.languages = found.languages
    if form.is_valid() and (user := saved(form)) is not None:
        invitations.use(found, user)
        login(request, user)
        second_factor.password_given(request)
        response = HttpResponseRedirect(reverse("admin:index"))
        if form.cleaned_data.get("language"):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                form.cleaned_data["language"],
                max_age=365 * 24 * 60 * 60,
                secure=settings.HTTPS,
                samesite="Lax",
            )
        return response
    told = {
        "form": form,
        "invitation": found,
        "role": BY_SLUG.get(found.role),
        "regions": found.regions.all(),
        "has_permission": False,
    }
    return page(request, "invitation", _("Welcome"), **told)


def saved(form: Any) -> User | None:
    """The account; none if somebody else was faster with the same name."""
    try:
        with transaction.atomic():
            user: User = form.save()
    except IntegrityError:
        form.add_error(
            "username", _("This name was just taken. Please choose another.")
        )
        return None
    return user
