from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from regions.admin import CuratedAdmin, in_languages

from .. import (
    rewording,
)
from ..models import (
    AreaSynonym,
    Audience,
    AudienceInclusion,
    Instrument,
    PriorityArea,
)

REGION = "section__regional_forum__region"


def entries_of(request: HttpRequest) -> Count:
    """How many entries carry a word: of those that whoever asks may know of."""
    user: Any = request.user
    if user.works_everywhere:
        return Count("recommendations", distinct=True)
    within = {f"recommendations__{REGION}__slug__in": user.region_slugs()}
    return Count("recommendations", Q(**within), distinct=True)


class PlainLinks:
    """Inline choices without the four icons that would edit the vocabulary itself."""

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and db_field.is_relation:
            for permission in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{permission}_related", False)
        return field


class WordAdmin(CuratedAdmin):
    """Areas and audiences: what is merged into another is no longer listed or chosen."""

    change_form_template = "admin/priorities/word_change_form.html"

    @property
    def merge_page(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_merge"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(partial(rewording.page, self))
        return [
            path("<int:pk>/merge/", view, name=self.merge_page),
            *super().get_urls(),
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        current = queryset.filter(merged_into=None)
        return super().get_search_results(request, current, search_term)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= {"merge_page": f"admin:{self.merge_page}"}
        return super().render_change_form(request, context, *args, **kwargs)


class InclusionInline(PlainLinks, admin.TabularInline):
    model = AudienceInclusion
    fk_name = "joint"
    autocomplete_fields = ["included"]
    extra = 0


@admin.register(Audience)
class AudienceAdmin(WordAdmin):
    fixed = ["slug"]
    ordering = Audience._meta.ordering  # counting drops the model's own
    list_display = ["name", "slug", "position", "recommendation_count"]
    search_fields = ["slug", *in_languages("name")]
    fields = ["slug", *in_languages("name"), "position"]
    inlines = [InclusionInline]
    tracked = [AudienceInclusion]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Audience]:
        found = super().get_queryset(request)
        return found.annotate(recommendation_count=entries_of(request))

    @admin.display(description=_("entries"), ordering="recommendation_count")
    def recommendation_count(self, audience: Any) -> int:
        count: int = audience.recommendation_count
        return count


class SynonymInline(admin.TabularInline):
    model = AreaSynonym
    extra = 1


@admin.register(PriorityArea)
class PriorityAreaAdmin(WordAdmin):
    fixed = ["slug"]
    ordering = PriorityArea._meta.ordering
    list_display = ["name", "parent", "slug", "position", "recommendation_count"]
    list_filter = [("parent", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = ["slug", *in_languages("name"), "synonyms__label"]
    autocomplete_fields = ["parent"]
    fields = ["slug", "parent", "position", *in_languages("name", "description")]
    inlines = [SynonymInline]
    tracked = [AreaSynonym]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriorityArea]:
        found = super().get_queryset(request)
        return found.annotate(recommendation_count=entries_of(request))

    @admin.display(description=_("entries"), ordering="recommendation_count")
    def recommendation_count(self, area: Any) -> int:
        count: int = area.recommendation_count
        return count


@admin.register(Instrument)
class InstrumentAdmin(CuratedAdmin):
    fixed = ["slug"]
    list_display = ["name", "slug", "kind"]
    list_filter = ["kind"]
    search_fields = ["slug", *in_languages("name")]
    fields = ["slug", "kind", *in_languages("name")]
