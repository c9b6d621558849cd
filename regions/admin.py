from datetime import datetime
from typing import Any, ClassVar, NoReturn

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import flatten_fieldsets, quote, unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from .conflicts import VersionedForm
from .differences import word_by_word
from .keys import is_key
from .models import Country, Edition, EditionPartner, Region, RegionalForum
from .translated import OriginalText, direction


def in_languages(*names: str) -> list[str]:
    """The columns of translated fields, language by language."""
    return [f"{name}_{code}" for code in settings.CONTENT_LANGUAGES for name in names]


class SpeaksLanguages:
    """Fields that know their language: screen readers, spelling and direction follow."""

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        code = db_field.name.rpartition("_")[2]
        if field is not None and code in settings.CONTENT_LANGUAGES:
            field.widget.attrs |= {"lang": code, "dir": direction(code)}
        if isinstance(field, forms.CharField) and isinstance(
            field.widget, forms.Textarea
        ):
            field.widget.attrs["rows"] = 4
        return field


class ReadableChanges(HistoricalRecordContextHelper):
    """What changed, whole and word by word; the bookkeeping of texts left out."""

    def context_for_delta_changes(self, delta: Any) -> list[dict[str, Any]]:
        found = []
        for change in delta.changes:
            field: Any = self.model._meta.get_field(change.field)
            if field.editable:
                before, after = said(field, change.old), said(field, change.new)
                is_text = isinstance(field, models.TextField | models.CharField)
                if is_text and not field.choices:
                    pieces = word_by_word(before, after)
                else:
                    arrow = ("same", f" {gettext('→')} ")
                    pieces = [("gone", before), arrow, ("new", after)]
                found.append({"field": capfirst(field.verbose_name), "pieces": pieces})
        return found


def said(field: Any, value: Any) -> str:
    """A value of a field as a page says it."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return date_format(value, "DATETIME_FORMAT")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return "" if value is None else str(value)


class KeySelect(AutocompleteSelect):
    """What can be no key is no choice: Django would look for it and fail."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        keys = [key for key in value if is_key(str(key))]
        return super().optgroups(name, keys, attr)


class NoRedirectHome:
    """What is not there, or not for this person, is 404: Django would lead home."""

    def _get_obj_does_not_exist_redirect(self, *args: Any) -> NoReturn:
        raise Http404


class CuratedAdmin(NoRedirectHome, SpeaksLanguages, SimpleHistoryAdmin):
    """What every page of the curators shares: history, languages, counts by filters."""

    form = VersionedForm
    object_history_list_template = "admin/history_list.html"
    show_facets = admin.ShowFacets.ALWAYS
    save_on_top = True
    list_per_page = 50
    tracked: ClassVar[list[Any]] = []  # rows that belong to it, with their own history
    fixed: ClassVar[list[str]] = []  # what addresses and references are made of
    stays: ClassVar[
        list[str]
    ] = []  # of its place among others; no version brings it back
    region_path: ClassVar[str] = ""  # from a row to its region; "": it is everybody's

    def within(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those this person may know of: outside their regions nothing is there."""
        user: Any = request.user
        return user.within(rows, self.region_path) if self.region_path else rows

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.within(request, super().get_queryset(request))

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """A key from beyond the wall is no choice, like one that nobody has."""
        model = db_field.remote_field.model
        if self.admin_site.is_registered(model):
            other = self.admin_site.get_model_admin(model)
            if isinstance(other, CuratedAdmin) and other.region_path:
                rows = model._default_manager.all()
                kwargs.setdefault("queryset", other.within(request, rows))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeySelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        if obj is None or getattr(obj, "is_hidden", False):
            return None
        address = getattr(obj, "get_absolute_url", None)
        return address() if address else None

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the version that the form was opened with, unseen."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return fieldsets
        (name, first), *others = fieldsets
        fields = [*first["fields"], "version"]
        return [(name, {**first, "fields": fields}), *others]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """409 when somebody else saved meanwhile; the page then shows both."""
        response = super().changeform_view(request, *args, **kwargs)
        shown = getattr(response, "context_data", None) or {}
        if (form := shown.get("adminform")) is not None and form.form.theirs:
            response.status_code = 409
        return response

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        given = list(super().get_readonly_fields(request, obj))
        return [*given, *self.fixed] if obj else given

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: Any = None,
    ) -> HttpResponse:
        """An old version is there to be read: posting it back is refused."""
        object_id = self.key_within(request, object_id)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return super().history_form_view(request, object_id, version_id, extra_context)

    def key_within(self, request: HttpRequest, object_id: str) -> str:
        """404 for what is no key, and beyond the wall; of what is deleted it is unknown."""
        key = unquote(object_id)
        if not is_key(key):
            raise Http404
        has_wall = self.region_path and not request.user.works_everywhere  # type: ignore[union-attr]
        if has_wall and self.get_object(request, key) is None:
            raise Http404
        return key

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(map(is_key, chosen)):
            raise Http404
        return super().response_action(request, queryset)

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_restore"
        view = self.admin_site.admin_view(require_POST(self.restore))
        own = path(
            "<path:object_id>/history/<int:version_id>/restore/", view, name=name
        )
        return [own, *super().get_urls()]

    @transaction.atomic
    def restore(
        self, request: HttpRequest, object_id: str, version_id: int
    ) -> HttpResponse:
        """Bring an earlier version back, as a new one; nothing of the history goes."""
        key = self.key_within(request, object_id)
        rows = self.model._default_manager.select_for_update(of=("self",))
        found = self.within(request, rows).filter(pk=key)
        row: Any = found.first()
        record = (
            self.model.history.filter(id=row.pk, pk=version_id).first() if row else None
        )
        if record is None or not self.has_change_permission(request, row):
            raise Http404
        shown = flatten_fieldsets(self.get_fieldsets(request, row))
        left = {*self.get_readonly_fields(request, row), *self.stays}
        if isinstance(row, OriginalText):
            row.take_texts(record)
        for field in self.model._meta.concrete_fields:
            is_text = field.name.rpartition("_")[0] in getattr(row, "texts", ())
            is_kept = field.name.startswith("reviewed_") or is_text
            if field.name in shown and field.name not in left and not is_kept:
                setattr(row, field.attname, getattr(record, field.attname))
        try:
            row.full_clean()
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
        else:
            row._change_reason = gettext_noop("an earlier version brought back")
            row.save()
            messages.success(request, _("The earlier version is back."))
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_history"
        return HttpResponseRedirect(reverse(name, args=[quote(row.pk)]))

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: Any
    ) -> ReadableChanges:
        return ReadableChanges(self.model, historical_record)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Below its own changes, those of its tags, synonyms or partners."""
        object_id = self.key_within(request, object_id)
        belonging = []
        for model in self.tracked:
            (parent,) = (
                field.name
                for field in model._meta.fields
                if field.related_model is self.model and field.name != "included"
            )
            records = model.history.filter(**{f"{parent}_id": object_id})
            belonging += list(records.select_related("history_user")[:200])
        belonging.sort(key=lambda record: record.history_date, reverse=True)
        context = {
            "belonging": belonging,
            "may_restore": self.has_change_permission(request),
        } | (extra_context or {})
        return super().history_view(request, object_id, context)


TRANSLATION_STATE = (
    _("State of the translations"),
    {
        "classes": ["collapse"],
        "fields": ["original_language", *in_languages("reviewed")],
        "description": _(
            "Tick a language when a second person has compared it with the original. "
            "When the original changes, the ticks of the others fall away."
        ),
    },
)


class PartnerInline(admin.TabularInline):
    model = EditionPartner
    extra = 0


@admin.register(Edition)
class EditionAdmin(CuratedAdmin):
    fixed = ["year"]
    list_display = ["year", "theme", "place", "forum_count", "published_at"]
    ordering = ["-year"]
    search_fields = ["year", *in_languages("theme")]
    inlines = [PartnerInline]
    tracked = [EditionPartner]
    fieldsets = [
        (None, {"fields": ["year", "horizon_years", "published_at", "report_email"]}),
        (_("Texts"), {"fields": in_languages("theme", "introduction", "place")}),
        TRANSLATION_STATE,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        return super().get_queryset(request).annotate(forum_count=Count("forums"))

    @admin.display(description=_("regional forums"), ordering="forum_count")
    def forum_count(self, edition: Any) -> int:
        count: int = edition.forum_count
        return count


@admin.register(Region)
class RegionAdmin(CuratedAdmin):
    fixed = ["slug", "code"]
    list_display = ["name", "code", "slug", "parent", "position"]
    list_filter = ["parent"]
    list_select_related = ["parent"]
    search_fields = ["slug", "code", *in_languages("name")]
    autocomplete_fields = ["parent"]
    fields = ["slug", "code", *in_languages("name"), "parent", "position"]


@admin.register(Country)
class CountryAdmin(CuratedAdmin):
    fixed = ["iso_code"]
    list_display = ["name", "iso_code", "region"]
    list_filter = ["region"]
    list_select_related = ["region"]
    search_fields = ["iso_code", *in_languages("name")]
    autocomplete_fields = ["region"]
    fields = ["iso_code", *in_languages("name"), "region"]


@admin.register(RegionalForum)
class RegionalForumAdmin(CuratedAdmin):
    region_path = "region"
    fixed = ["edition", "region"]
    list_display = ["region", "edition", "held_within", "place", "starts_on", "ends_on"]
    list_filter = ["edition", "region"]
    list_select_related = [
        "edition",
        "region",
        "held_within__region",
        "held_within__edition",
    ]
    search_fields = [
        "edition__year",
        *(f"region__{name}" for name in in_languages("name")),
    ]
    autocomplete_fields = ["edition", "region", "held_within"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("edition", "region"),
                    "held_within",
                    ("starts_on", "ends_on"),
                    ("first_page", "last_page"),
                ]
            },
        ),
        (_("Texts"), {"fields": in_languages("place", "overview")}),
        TRANSLATION_STATE,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RegionalForum]:
        return super().get_queryset(request).select_related("edition", "region")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A forum that gave references is kept, so that none is ever given twice."""
        gave = obj is not None and obj.last_number > 0
        return not gave and super().has_delete_permission(request, obj)
