from typing import Any

from django import forms
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import UserCreationForm
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from . import second_factor
from .models import Authenticator, Invitation, User
from .roles import ROLES
from .throttle import Attempt, address


def waiting(seconds: int) -> str:
    """The same for everybody, whether there is such an account or not."""
    if seconds < 60:
        return ngettext(
            "Too many attempts have failed. Please try again in %d second.",
            "Too many attempts have failed. Please try again in %d seconds.",
            seconds,
        ) % (seconds,)
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many attempts have failed. Please try again in %d minute.",
        "Too many attempts have failed. Please try again in %d minutes.",
        minutes,
    ) % (minutes,)


def told_to_wait(response: HttpResponse, seconds: int) -> HttpResponse:
    """The response as it was, or 429 while one has to wait."""
    if seconds:
        response.status_code = 429
        response["Retry-After"] = str(seconds)
    return response


class Counted(forms.Form):
    """A form that is judged only while nobody has to wait."""

    wait = 0

    def count(self, attempt: Attempt) -> None:
        self.wait = attempt.seconds_to_wait()
        if self.wait:
            raise ValidationError(waiting(self.wait), code="wait")


class SignInForm(Counted, AdminAuthenticationForm):
    def clean(self) -> Any:
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password") or self.request is None:
            return super().clean()
        attempt = Attempt(address(self.request), "password", name)
        self.count(attempt)
        cleaned = super().clean()
        attempt.succeeded()
        return cleaned


class PasswordForm(Counted):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.attempt = Attempt(address, "password", user.username)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        self.count(self.attempt)
        if not self.user.check_password(password):
            raise ValidationError(_("This is not the password of this account."))
        self.attempt.succeeded()
        return password


CODE_ATTRIBUTES = {
    "autocomplete": "one-time-code",
    "autocapitalize": "none",
    "spellcheck": "false",
    "dir": "ltr",
}


class NewCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs=CODE_ATTRIBUTES | {"inputmode": "numeric"}),
    )


class CodeForm(Counted):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Six digits from your app, or one of your recovery codes."),
        widget=forms.TextInput(attrs=CODE_ATTRIBUTES),
    )

    def __init__(self, *args: Any, user: User, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.attempt = Attempt(address, "code", str(user.pk))

    def clean_code(self) -> Authenticator:
        self.count(self.attempt)
        app = second_factor.accept(self.user, self.cleaned_data["code"])
        if app is None:
            raise ValidationError(
                _("This code is not right, or it was used already. Wait for the next.")
            )
        self.attempt.succeeded()
        return app


def language_choices() -> list[tuple[str, str]]:
    """Each language in its own words."""
    return [(code, LANG_INFO[code]["name_local"]) for code, _name in settings.LANGUAGES]


def role_choices() -> list[tuple[str, Promise | str]]:
    return [
        (role.slug, format_html("<strong>{}</strong> {}", role.label, role.sentence))
        for role in ROLES
    ]


class JoinForm(UserCreationForm):
    """An account by invitation."""

    language = forms.ChoiceField(
        label=_("Language of the pages"),
        required=False,
        choices=lambda: [("", _("as the browser says")), *language_choices()],
    )

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email")
        labels = {"username": _("Account name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name", "email", "language"):
            field = self.fields[name]
            field.label = format_html("{} ({})", field.label or "", _("optional"))
        self.instance.is_staff = True

    def save(self, commit: bool = True) -> Any:
        """Letters come in the language of the pages."""
        own = (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
        self.instance.language = self.cleaned_data["language"] or own
        return super().save(commit)


class LanguagesField(forms.MultipleChoiceField):
    """Into which somebody translates."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        super().__init__(
            label=_("Languages"),
            required=False,
            choices=language_choices,
            help_text=_("Into which this person translates, or reviews translations."),
        )


class InvitationForm(forms.ModelForm):
    role = forms.ChoiceField(
        label=_("What this person will do"),
        widget=forms.RadioSelect,
        choices=role_choices,
    )
    languages = LanguagesField()
    days = forms.IntegerField(
        label=_("Good for days"), min_value=1, max_value=30, initial=7
    )
    email = forms.EmailField(
        label=_("Send it to"),
        required=False,
        help_text=_("Optional. The address is used once and not kept."),
    )

    class Meta:
        model = Invitation
        fields = ("role", "regions", "languages")
        widgets = {"regions": forms.CheckboxSelectMultiple}


class AccountForm(forms.ModelForm):
    roles = forms.MultipleChoiceField(
        label=_("What this person does"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=role_choices,
    )
    languages = LanguagesField()
    language = forms.ChoiceField(
        label=_("Language"),
        choices=language_choices,
        help_text=_("In which this person is written to."),
    )

    class Meta:
        model = User
        fields = (
            "username",
            "first_name",
            "last_name",
            "email",
            "roles",
            "regions",
            "languages",
            "language",
            "is_superuser",
        )
        labels = {"username": _("Account name")}
        widgets = {"regions": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "roles" in self.fields:
            groups = set(self.instance.groups.values_list("name", flat=True))
            self.initial["roles"] = [r.slug for r in ROLES if r.group in groups]
