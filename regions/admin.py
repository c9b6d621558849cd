from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from .models import Country, Edition, EditionPartner, Region, RegionalForum
from .translated import direction


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


class CuratedAdmin(SpeaksLanguages, SimpleHistoryAdmin):
    """What every page of the curators shares: history, languages, counts by filters."""

    object_history_list_template = "admin/history_list.html"
    show_facets = admin.ShowFacets.ALWAYS
    save_on_top = True
    list_per_page = 50
    tracked: ClassVar[list[Any]] = []  # rows that belong to it, with their own history
    fixed: ClassVar[list[str]] = []  # what addresses and references are made of

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
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return super().history_form_view(request, object_id, version_id, extra_context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Below its own changes, those of its tags, synonyms or partners."""
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
        context = {"belonging": belonging} | (extra_context or {})
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
        (None, {"fields": ["year", "horizon_years", "published_at"]}),
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
