from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from regions.admin import TRANSLATION_STATE, CuratedAdmin, in_languages
from regions.conflicts import VersionedForm, with_version

from ..models import (
    Recommendation,
    Section,
)
from ..models.recommendation import MAX_RANK, RANKED
from ..ranking import rank_section, ranking_url
from ..templatetags.texts import emphasise
from .vocabulary import PlainLinks


class RankedForm(VersionedForm):
    """Ranks are checked together by the formset: two rows may swap theirs."""

    rank = forms.IntegerField(min_value=1, max_value=MAX_RANK, required=False)

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"rank"}  # type: ignore[misc]


class RankedFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        held: dict[int, str] = {}
        for form in self.forms:
            rank = (
                form.cleaned_data.get("rank") if hasattr(form, "cleaned_data") else None
            )
            if rank is None or not form.instance.is_published:
                continue
            if rank in held:
                form.add_error(
                    "rank",
                    _("%(other)s holds rank %(rank)s too: give each its own, or none.")
                    % {"other": held[rank], "rank": rank},
                )
            held[rank] = str(form.instance)


class RecommendationInline(PlainLinks, admin.TabularInline):
    model = Recommendation
    form = RankedForm
    formset = RankedFormSet
    fields = [
        "reference",
        "position",
        "rank",
        "is_lead",
        "audience",
        "preview",
        "status",
        "version",
    ]
    readonly_fields = ["reference", "preview", "status"]
    autocomplete_fields = ["audience"]
    ordering = RANKED
    extra = 0
    can_delete = False
    show_change_link = True
    view_on_site = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recommendation]:
        rows = super().get_queryset(request).select_related("section", "audience")
        return with_version(rows)

    @admin.display(description=_("text"))
    def preview(self, recommendation: Recommendation) -> str:
        return emphasise(recommendation.original("text").value)


@admin.register(Section)
class SectionAdmin(CuratedAdmin):
    region_path = "regional_forum__region"
    list_display = [
        "heading",
        "regional_forum",
        "kind",
        "audience",
        "position",
        "entry_count",
    ]
    ordering = [
        "-regional_forum__edition__year",
        "regional_forum__region__position",
        "position",
    ]
    list_filter = [
        "regional_forum__edition",
        "regional_forum__region",
        "kind",
        "audience",
    ]
    list_select_related = [
        "regional_forum__edition",
        "regional_forum__region",
        "audience",
    ]
    search_fields = [*in_languages("heading"), "regional_forum__region__slug"]
    autocomplete_fields = ["regional_forum", "audience"]
    stays = ["regional_forum", "position", "kind"]
    inlines = [RecommendationInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("regional_forum", "position"),
                    ("kind", "audience"),
                    ("first_page", "last_page"),
                ]
            },
        ),
        (_("Texts"), {"fields": in_languages("heading", "introduction")}),
        TRANSLATION_STATE,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Section]:
        return (
            super()
            .get_queryset(request)
            .select_related("regional_forum__edition", "regional_forum__region")
            .annotate(entry_count=Count("recommendations", distinct=True))
        )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.rank)
        own = path("<int:pk>/rank/", view, name="priorities_section_rank")
        return [own, *super().get_urls()]

    def rank(self, request: HttpRequest, pk: int) -> HttpResponse:
        return rank_section(request, self, pk)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        section = context.get("original")
        if section and request.user.has_perm("priorities.change_recommendation"):
            context["ranking_url"] = ranking_url(section.pk)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("entries"), ordering="entry_count")
    def entry_count(self, section: Any) -> int:
        count: int = section.entry_count
        return count

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        """Free the ranks that change hands before they are given out again."""
        changed = [row.pk for row in formset.save(commit=False) if row.pk]
        Recommendation.objects.filter(pk__in=changed).update(rank=None)
        super().save_formset(request, form, formset, change)
