from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST
from django_otp.plugins.otp_totp.models import TOTPDevice

from regions.admin import NoRedirectHome

from . import invitations, second_factor
from .forms import AccountForm, InvitationForm, language_choices
from .models import Invitation, User
from .roles import BY_SLUG, ROLES, assign
from .views import page

admin.site.unregister(TOTPDevice)  # its pages show what makes the codes
admin.site.unregister(Group)  # a role is written in roles.py alone


def role_names(slugs: Any) -> str:
    names = [str(role.label) for role in ROLES if role.slug in set(slugs)]
    return ", ".join(names) or _("none")


def language_names(codes: Any) -> str:
    names = [name for code, name in language_choices() if code in set(codes)]
    return ", ".join(names) or _("none")


def region_names(regions: Any) -> str:
    return ", ".join(str(region) for region in regions) or _("none")


def show_link(
    request: HttpRequest, invitation: Invitation, token: str, to: str
) -> HttpResponse:
    """The link, on this page and never again; by mail too, if there is an address."""
    link = request.build_absolute_uri(invitations.address(token))
    if to:
        try:
            invitations.send(link, to, invitation.expires_at)
        except OSError:  # which every failure of a mail server is
            messages.error(
                request, _("The mail could not be sent. Please hand over the link.")
            )
        else:
            messages.success(request, _("The link is on its way by mail."))
    return page(request, "link", _("The link"), link=link, invitation=invitation)


class RoleFilter(admin.SimpleListFilter):
    """By what somebody does, in the words of this reader."""

    title = gettext_lazy("roles")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(role.slug, role.label) for role in ROLES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        role = BY_SLUG.get(self.value() or "")
        return queryset.filter(groups__name=role.group) if role else queryset


@admin.register(User)
class AccountAdmin(NoRedirectHome, admin.ModelAdmin):
    form = AccountForm
    change_form_template = "admin/signing_in/account.html"
    change_list_template = "admin/signing_in/accounts.html"
    list_display = [
        "username",
        "roles",
        "region_list",
        "last_signed_in",
        "second_factor",
        "is_active",
    ]
    list_filter = ["is_active", RoleFilter, "regions"]
    search_fields = ["username", "first_name", "last_name"]
    ordering = ["username"]
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        accounts = super().get_queryset(request).prefetch_related("groups", "regions")
        return second_factor.read_along(accounts)

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, user: User) -> str:
        groups = {group.name for group in user.groups.all()}
        names = [str(role.label) for role in ROLES if role.group in groups]
        return ", ".join([_("superuser"), *names] if user.is_superuser else names)

    @admin.display(description=gettext_lazy("regions"))
    def region_list(self, user: User) -> str:
        return ", ".join(str(region) for region in user.regions.all())

    @admin.display(
        description=gettext_lazy("last signed in"),
        ordering="last_login",
        empty_value="–",
    )
    def last_signed_in(self, user: User) -> str | None:
        if user.last_login is None:
            return None
        return date_format(user.last_login, "DATE_FORMAT")

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def second_factor(self, user: User) -> bool:
        return user.has_second_factor

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Accounts come by invitation: nobody else ever knows their password."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The history keeps its names; an account is closed."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        above = obj is not None and obj.is_superuser and not user.is_superuser
        return not above and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        user: Any = request.user
        names = [*AccountForm.Meta.fields]
        if not self.has_change_permission(request, obj):
            names[names.index("roles")] = "role_list"
        return names if user.is_superuser else names[:-1]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if self.has_change_permission(request, obj) else ["role_list"]

    @admin.display(description=gettext_lazy("What this person does"))
    def role_list(self, user: User) -> str:
        return self.roles(user)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        form.regions_before = region_names(form.instance.regions.all())
        return super().save_form(request, form, change)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        assign(form.instance, form.cleaned_data["roles"])

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """What somebody does, before and after; of the rest only that it changed."""
        given = form.cleaned_data
        told = []
        if "roles" in form.changed_data:
            before, after = form.initial["roles"], given["roles"]
            told.append(changed(_("Roles"), role_names(before), role_names(after)))
        if "regions" in form.changed_data:
            after = region_names(given["regions"])
            told.append(changed(_("Regions"), form.regions_before, after))
        if "languages" in form.changed_data:
            before, after = form.initial["languages"], given["languages"]
            told.append(
                changed(_("Languages"), language_names(before), language_names(after))
            )
        named = {"roles", "regions", "languages"}
        told += [
            _("Changed: %s.") % form.fields[name].label
            for name in form.changed_data
            if name not in named
        ]
        return " ".join(told) or _("Nothing changed.")

    def get_urls(self) -> list[Any]:
        steps = {
            "close": self.close,
            "open": self.open,
            "reset-second-factor": self.reset_second_factor,
            "new-link": self.new_link,
        }
        return [
            *(
                path(
                    f"<path:object_id>/{name}/",
                    self.admin_site.admin_view(require_POST(step)),
                    name=f"accounts_user_{name}",
                )
                for name, step in steps.items()
            ),
            *super().get_urls(),
        ]

    def account(self, request: HttpRequest, object_id: str) -> User:
        """The account of an address, held; 404 for whoever may not change it."""
        accounts = User.objects.select_for_update()
        user = self.get_object(request, unquote(object_id))
        if user is None or not self.has_change_permission(request, user):
            raise Http404
        return accounts.get(pk=user.pk)

    def back(self, request: HttpRequest, user: User, said: str) -> HttpResponse:
        invitations.note(self.actor(request), user, said)
        messages.success(request, said)
        url = reverse("admin:accounts_user_change", args=[quote(user.pk)])
        return HttpResponseRedirect(url)

    def actor(self, request: HttpRequest) -> Any:
        return request.user

    @transaction.atomic
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.account(request, object_id)
        if user == request.user:
            raise Http404
        user.is_active = False
        user.save(update_fields=["is_active"])
        user.end_sessions()
        return self.back(request, user, _("The account is closed, and signed out."))

    @transaction.atomic
    def open(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.account(request, object_id)
        user.is_active = True
        user.save(update_fields=["is_active"])
        return self.back(request, user, _("The account is open again."))

    @transaction.atomic
    def reset_second_factor(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.account(request, object_id)
        if user == request.user:
            raise Http404  # which goes by a code, on one's own page
        second_factor.remove(user)
        said = _("The second factor is removed, and the account signed out.")
        return self.back(request, user, said)

    @transaction.atomic
    def new_link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.account(request, object_id)
        if not user.is_active or not request.user.has_perm("accounts.add_invitation"):
            raise Http404
        invitation = Invitation(for_account=user, made_by=self.actor(request))
        token = invitations.invite(invitation)
        said = _("A link to a new password was made.")
        invitations.note(self.actor(request), user, said)
        return show_link(request, invitation, token, user.email)


def changed(label: str, before: str, after: str) -> str:
    return _("%(label)s: %(before)s → %(after)s.") % {
        "label": label,
        "before": before,
        "after": after,
    }


@admin.register(Invitation)
class InvitationAdmin(NoRedirectHome, admin.ModelAdmin):
    form = InvitationForm
    change_form_template = "admin/signing_in/invite.html"
    list_display = ["what", "region_list", "made_by", "made_at", "expires_at", "state"]
    list_select_related = ["made_by", "for_account", "used_by"]
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        return super().get_queryset(request).prefetch_related("regions")

    @admin.display(description=gettext_lazy("to what"))
    def what(self, invitation: Invitation) -> str:
        if invitation.for_account is not None:
            return _("new link for %s") % invitation.for_account
        return str(BY_SLUG[invitation.role].label)

    @admin.display(description=gettext_lazy("regions"))
    def region_list(self, invitation: Invitation) -> str:
        return ", ".join(str(region) for region in invitation.regions.all())

    @admin.display(description=gettext_lazy("languages"))
    def language_list(self, invitation: Invitation) -> str:
        return language_names(invitation.languages)

    @admin.display(description=gettext_lazy("state"))
    def state(self, invitation: Invitation) -> str:
        if invitation.used_by is not None:
            return _("used by %s") % invitation.used_by
        if invitation.withdrawn_at is not None:
            return pgettext("invitation", "withdrawn")
        return _("expired") if invitation.expires_at <= timezone.now() else _("open")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is not None:
            return self.get_readonly_fields(request, obj)
        return ["role", "regions", "languages", "days", "email"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        told = ["what", "region_list", "language_list"]
        return [*told, "made_by", "made_at", "expires_at", "state"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was promised is not changed: it is withdrawn, and another made."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def may_withdraw(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        obj.made_by = request.user
        obj.expires_at = timezone.now() + timedelta(days=form.cleaned_data["days"])
        obj.token = invitations.invite(obj)
        obj.send_to = form.cleaned_data["email"]

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        given = form.cleaned_data
        return _(
            "Invited: %(role)s; regions: %(regions)s; languages: %(languages)s."
        ) % {
            "role": BY_SLUG[given["role"]].label,
            "regions": region_names(given["regions"]),
            "languages": language_names(given["languages"]),
        }

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: Any = None
    ) -> HttpResponse:
        return show_link(request, obj, obj.token, obj.send_to)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.withdraw))
        name = "accounts_invitation_withdraw"
        return [
            path("<int:pk>/withdraw/", view, name=name),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        told = {"may_withdraw": self.may_withdraw(request)} | (extra_context or {})
        return super().change_view(request, object_id, form_url, told)

    @transaction.atomic
    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        open_ones = Invitation.objects.filter(used_at=None, withdrawn_at=None)
        found = open_ones.select_for_update().filter(pk=pk).first()
        if found is None or not self.may_withdraw(request):
            raise Http404
        found.withdrawn_at = timezone.now()
        found.save(update_fields=["withdrawn_at"])
        self.log_change(request, found, _("Withdrawn."))
        messages.success(
            request, _("The link is withdrawn and does not work any more.")
        )
        return HttpResponseRedirect(reverse("admin:accounts_invitation_changelist"))
