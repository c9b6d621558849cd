from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from import_export.admin import ImportExportModelAdmin
from import_export.forms import ExportForm, ImportForm

from regions.admin import TRANSLATION_STATE, CuratedAdmin, in_languages
from regions.conflicts import VersionedForm

from .. import (
    autosave,
    formats,
    merging,
    operated,
    reviewing,
    splitting,
    work,
)
from ..bulk_editing import (
    AreasForm,
    AssignForm,
    CountriesForm,
    InstrumentsForm,
    MoveForm,
    bulk,
    choose,
    people_of,
)
from ..index import current
from ..models import (
    Autosave,
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
)
from ..models.recommendation import LIST_ORDER, RecommendationQuerySet
from ..previewing import preview, texts_of
from ..ranking import ranking_url
from ..resources import RecommendationResource
from ..search import MAX_LENGTH, Search
from ..templatetags.texts import plain
from ..terms import Terms
from ..walking import step_told, walk
from .vocabulary import REGION, PlainLinks

MOST_FOUND = 5_000  # rows a search of the admin lists
MAX_UPLOAD = 5 * 1024 * 1024


class RecommendationForm(VersionedForm):
    """Checks what holds for published rows, though the status is not in the form."""

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"status", "published_at"}  # type: ignore[misc]


class WorkFilter(admin.SimpleListFilter):
    """What waits for whoever looks: the same rows that "My work" counts."""

    title = _("what waits")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (queue.slug, queue.label)
            for queue in work.QUEUES
            if request.user.has_perm(queue.permission)
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        user: Any = request.user
        queue = work.BY_SLUG.get(self.value() or "")
        return queue.of(queryset, user) if queue else queryset


class LinkInline(PlainLinks, admin.TabularInline):
    extra = 0


class AreaInline(LinkInline):
    model = RecommendationArea
    autocomplete_fields = ["area"]
    verbose_name_plural = _("Priority areas")


class CountryInline(LinkInline):
    model = RecommendationCountry
    autocomplete_fields = ["country"]
    verbose_name_plural = _("Countries the text names")


class InstrumentInline(LinkInline):
    model = RecommendationInstrument
    autocomplete_fields = ["instrument"]
    verbose_name_plural = _("Instruments and bodies the text names")


class SpreadsheetForm(ImportForm):
    def clean_import_file(self) -> Any:
        upload = self.cleaned_data["import_file"]
        if upload.size > MAX_UPLOAD:
            raise ValidationError(
                _(
                    "This file is too large: up to %(most)s MB can be imported at once. Split it."
                )
                % {"most": MAX_UPLOAD // 1024 // 1024}
            )
        return upload


@admin.register(Recommendation)
class RecommendationAdmin(CuratedAdmin, ImportExportModelAdmin):
    region_path = REGION
    form = RecommendationForm
    resource_classes = [RecommendationResource]
    formats = [formats.CSV, formats.XLSX, formats.JSON, formats.JSONLines]
    import_form_class = SpreadsheetForm
    import_template_name = "admin/priorities/recommendation/import.html"
    export_form_class = ExportForm
    change_form_template = "admin/priorities/recommendation/change_form.html"

    list_display = [
        "reference",
        "status",
        "excerpt",
        "region",
        "audience",
        "rank",
        "lead",
    ]
    list_filter = [
        WorkFilter,
        "status",
        "section__regional_forum__edition",
        "section__regional_forum__region",
        "section__kind",
        ("audience", admin.RelatedOnlyFieldListFilter),
        "is_lead",
        "original_language",
    ]
    list_select_related = [
        "audience",
        "section__regional_forum__region",
        "section__regional_forum__edition",
    ]
    ordering = LIST_ORDER
    search_fields = ["reference"]
    search_help_text = _("Words of the text in any language, or a reference.")
    autocomplete_fields = ["section", "audience"]
    readonly_fields = [
        "reference",
        "status",
        "published_at",
        "merged_into",
        "split_from",
    ]
    inlines = [AreaInline, CountryInline, InstrumentInline]
    tracked = [RecommendationArea, RecommendationCountry, RecommendationInstrument]
    stays = ["section", "position", "rank"]
    actions = [
        "publish",
        "publish_with_gaps",
        "confirm_personal_data",
        "withdraw",
        "send_to_review",
        "back_to_draft",
        "change_areas",
        "change_countries",
        "change_instruments",
        "move",
        "assign",
        "compare_and_merge",
    ]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("reference", "status", "published_at"),
                    ("merged_into", "split_from"),
                    "section",
                    "audience",
                    ("position", "rank", "is_lead"),
                    "assigned_to",
                ]
            },
        ),
        (_("Texts"), {"fields": in_languages("text")}),
        TRANSLATION_STATE,
        (_("Source"), {"fields": ["source_page", "note"]}),
    ]

    def get_urls(self) -> list[Any]:
        pages = {
            "empty/": ("empty", require_safe(self.empty_cells)),
            "bulk/<slug:name>/": ("bulk", require_POST(self.bulk)),
            "<int:pk>/say/": ("say", require_POST(self.say)),
            "<int:pk>/preview/": ("preview", require_POST(self.preview)),
            "<int:pk>/autosave/": ("autosave", require_POST(self.keep_typed)),
            "<int:pk>/autosave/discard/": (
                "discard",
                require_POST(self.discard_typed),
            ),
            "<int:pk>/split/": ("split", partial(splitting.split, self)),
            "merge/": ("merge", partial(merging.merge, self)),
            "operations/": ("operations", partial(operated.operations, self)),
            "operations/<uuid:uuid>/": (
                "operation",
                partial(operated.operation, self),
            ),
        }
        own = [
            path(
                address,
                self.admin_site.admin_view(view),
                name=f"priorities_recommendation_{name}",
            )
            for address, (name, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def bulk(self, request: HttpRequest, name: str) -> HttpResponse:
        return bulk(self, request, name)

    def own_or_404(
        self, request: HttpRequest, pk: int, to_change: bool
    ) -> Recommendation:
        row = self.get_queryset(request).filter(pk=pk).first()
        may = self.has_change_permission if to_change else self.has_view_permission
        if row is None or not may(request, row):
            raise Http404
        found: Recommendation = row
        return found

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        return preview(request, self.own_or_404(request, pk, to_change=False))

    def keep_typed(self, request: Any, pk: int) -> HttpResponse:
        row = self.own_or_404(request, pk, to_change=True)
        return autosave.keep(request, request.user, row)

    def discard_typed(self, request: Any, pk: int) -> HttpResponse:
        row = self.own_or_404(request, pk, to_change=True)
        Autosave.objects.of(request.user, row).delete()
        self.message_user(request, _("What you had not saved is discarded."))
        page = reverse("admin:priorities_recommendation_change", args=[pk])
        return HttpResponseRedirect(page)

    def get_object(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """With `?autosave=take`, as this person left it, unsaved."""
        row = super().get_object(request, *args, **kwargs)
        takes = request.method == "GET" and request.GET.get("autosave") == autosave.TAKE
        if row is not None and takes and self.has_change_permission(request, row):
            waiting = autosave.waiting(request.user, row)
            if waiting is not None:
                autosave.take_up(waiting, row)
        return row

    def beside(self, request: Any, row: Recommendation) -> dict[str, Any]:
        """What the page of an entry shows around its form."""

        def address(name: str) -> str:
            return reverse(f"admin:priorities_recommendation_{name}", args=[row.pk])

        found: dict[str, Any] = {
            "walk": walk(self, request, row.pk),
            "texts": texts_of(row),
            "carried": row.areas.all(),
            "notes": self.notes_behind(request, row),
            "lineage": operated.lineage(self.get_queryset(request), row),
            "ended_by": operated.ended_by(row),
        }
        if request.user.has_perm("priorities.change_recommendation"):
            found["ranking_url"] = ranking_url(row.section_id)
        if not self.has_change_permission(request, row):
            return found
        found |= {
            "preview_url": address("preview"),
            "autosave_url": address("autosave"),
        }
        if request.method == "GET" and request.GET.get("autosave") != autosave.TAKE:
            query = request.GET.copy()
            query["autosave"] = autosave.TAKE
            found |= {
                "offer": autosave.offer(request.user, row),
                "take_url": f"?{query.urlencode()}",
                "discard_url": address("discard"),
            }
        return found

    @admin.action(description=_("Compare and merge"), permissions=["publish"])
    def compare_and_merge(
        self, request: HttpRequest, queryset: RecommendationQuerySet
    ) -> HttpResponse | None:
        pks = list(queryset.order_by("pk").values_list("pk", flat=True))
        if 2 <= len(pks) <= merging.MOST_ROWS:
            return HttpResponseRedirect(merging.address(pks))
        text = _("Choose two entries to merge, or a few: up to %s.")
        self.message_user(request, text % merging.MOST_ROWS, messages.ERROR)
        return None

    def notes_behind(self, request: Any, row: Recommendation) -> QuerySet[Any]:
        """The workshop notes that became this entry or one that was merged into it."""
        if not request.user.has_perm("workshops.view_workshopnote"):
            return row.notes.none()
        every = row.notes.model._base_manager
        notes = every.filter(recommendation__in=[row, *row.lineage()])
        return request.user.within(notes.select_related("note_import"), "region")

    def save_model(
        self, request: HttpRequest, obj: Recommendation, form: Any, change: bool
    ) -> None:
        """Another section is a move: to its end, without a rank, and said so."""
        if change and "section" in form.changed_data:
            target, obj.section_id = obj.section, form.initial["section"]
            obj.move_to(target)
        else:
            super().save_model(request, obj, form, change)
        if "assigned_to" in form.changed_data and obj.assigned_to:
            reviewing.tell_assigned(request, obj.assigned_to, 1)

    def empty_cells(self, request: HttpRequest) -> HttpResponse:
        """Which audiences nobody asks anything of yet, region by region."""
        if not self.has_add_permission(request):
            raise Http404
        user: Any = request.user
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Nothing recorded yet"),
            "cells": work.empty_cells(user),
        }
        page = "admin/priorities/recommendation/empty.html"
        return TemplateResponse(request, page, context)

    def say(self, request: HttpRequest, pk: int) -> HttpResponse:
        return reviewing.say(
            request, self.within(request, Recommendation.objects.all()), pk
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        entry: Recommendation | None = kwargs.get("obj")
        if entry is not None:
            context |= self.beside(request, entry)
        context |= reviewing.context(request.user, entry)
        context["may_publish"] = self.has_publish_permission(request)
        is_draft = entry is not None and entry.status == Recommendation.Status.DRAFT
        context["may_submit"] = is_draft and self.has_change_permission(request, entry)
        return super().render_change_form(request, context, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """An entry is given to people who work on its region."""
        form = super().get_form(request, obj, **kwargs)
        if (field := form.base_fields.get("assigned_to")) is not None:
            field.queryset = people_of([obj] if obj else [])
        return form

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Recommendation], search_term: str
    ) -> tuple[QuerySet[Recommendation], bool]:
        """What is published is found as participants find it, the rest by its words."""
        if not search_term:
            return queryset, False
        index = current()
        search = Search(search_term[:MAX_LENGTH], index, Terms.at(index))
        numbers = search.best_first(search.found, 0, MOST_FOUND)
        hidden = queryset.exclude(pk__in=Recommendation.objects.published())
        found = {index.pks[number] for number in numbers} | search.among(hidden)
        return queryset.filter(pk__in=found), False

    @admin.display(description=_("text"))
    def excerpt(self, recommendation: Recommendation) -> str:
        text = plain(recommendation.to_read("text").value)
        return text if len(text) <= 120 else text[:119] + "…"

    @admin.display(
        description=_("region"), ordering="section__regional_forum__region__position"
    )
    def region(self, recommendation: Recommendation) -> str:
        return str(recommendation.region)

    @admin.display(description=_("lead"), ordering="is_lead")
    def lead(self, recommendation: Recommendation) -> str:
        return gettext("yes") if recommendation.is_lead else ""

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return obj.get_absolute_url() if obj and obj.is_published else None

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("priorities.publish_recommendation")

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("priorities.review_recommendation")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever does not publish changes drafts alone."""
        may = super().has_change_permission(request, obj)
        is_open = obj is None or obj.status == Recommendation.Status.DRAFT
        return may and (is_open or self.has_publish_permission(request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Rows of every region come in this way; notes have a door of their own."""
        return self.has_publish_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_readonly_fields(request, obj)
        if self.has_publish_permission(request):
            return fields
        return [*fields, *in_languages("reviewed")]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what was never published can be deleted; the rest is withdrawn."""
        never_published = obj is not None and obj.published_at is None
        return never_published and super().has_delete_permission(request, obj)

    @admin.action(description=_("Publish"), permissions=["publish"])
    def publish(
        self,
        request: HttpRequest,
        queryset: RecommendationQuerySet,
        with_gaps: bool = False,
    ) -> None:
        try:
            count = queryset.publish(with_gaps=with_gaps)
        except ValidationError as error:
            text = _("Nothing was published. %s") % " ".join(error.messages)
            self.message_user(request, text, messages.ERROR)
            return
        text = ngettext("%d entry is now public.", "%d entries are now public.", count)
        self.message_user(request, text % count, messages.SUCCESS)

    @admin.action(
        description=_("Publish, though ranks have gaps"), permissions=["publish"]
    )
    def publish_with_gaps(
        self, request: HttpRequest, queryset: RecommendationQuerySet
    ) -> None:
        self.publish(request, queryset, with_gaps=True)

    @admin.action(
        description=_("I checked: no person is harmed by these texts"),
        permissions=["publish"],
    )
    def confirm_personal_data(
        self, request: HttpRequest, queryset: RecommendationQuerySet
    ) -> None:
        rows = [row for row in queryset if row.signs_of_people()]
        for row in rows:
            row.confirm_personal_data()
        text = ngettext("%d text is checked.", "%d texts are checked.", len(rows))
        self.message_user(request, text % len(rows), messages.SUCCESS)

    @admin.action(
        description=_("Withdraw (their addresses will say so)"),
        permissions=["publish"],
    )
    def withdraw(self, request: HttpRequest, queryset: RecommendationQuerySet) -> None:
        count = queryset.withdraw()
        text = ngettext("%d entry is withdrawn.", "%d entries are withdrawn.", count)
        self.message_user(request, text % count, messages.SUCCESS)

    @admin.action(description=_("Send to review"), permissions=["change"])
    def send_to_review(
        self, request: HttpRequest, queryset: RecommendationQuerySet
    ) -> None:
        drafts = list(queryset.filter(status=Recommendation.Status.DRAFT))
        try:
            count = queryset.send_to_review()
        except ValidationError as error:
            text = _("Nothing was sent to review. %s") % " ".join(error.messages)
            self.message_user(request, text, messages.ERROR)
            return
        self.tell_moved(request, count)
        reviewing.tell_reviewers(request, drafts)

    @admin.action(
        description=_("Back to draft (unpublished ones)"), permissions=["publish"]
    )
    def back_to_draft(
        self, request: HttpRequest, queryset: RecommendationQuerySet
    ) -> None:
        self.tell_moved(request, queryset.back_to_draft())

    def tell_moved(self, request: HttpRequest, count: int) -> None:
        text = ngettext(
            "%d entry changed its status.", "%d entries changed their status.", count
        )
        self.message_user(request, text % count, messages.SUCCESS)

    @admin.action(description=AreasForm.title, permissions=["change"])
    def change_areas(
        self, request: HttpRequest, queryset: RecommendationQuerySet
    ) -> Any:
        return choose(self, request, queryset, "areas")

    @admin.action(description=CountriesForm.title, permissions=["change"])
    def change_countries(
        self, request: HttpRequest, queryset: RecommendationQuerySet
    ) -> Any:
        return choose(self, request, queryset, "countries")

    @admin.action(description=InstrumentsForm.title, permissions=["change"])
    def change_instruments(
        self, request: HttpRequest, queryset: RecommendationQuerySet
    ) -> Any:
        return choose(self, request, queryset, "instruments")

    @admin.action(description=MoveForm.title, permissions=["change"])
    def move(self, request: HttpRequest, queryset: RecommendationQuerySet) -> Any:
        return choose(self, request, queryset, "move")

    @admin.action(description=AssignForm.title, permissions=["change"])
    def assign(self, request: HttpRequest, queryset: RecommendationQuerySet) -> Any:
        return choose(self, request, queryset, "assign")

    def response_change(self, request: Any, obj: Recommendation) -> HttpResponse:
        Autosave.objects.of(request.user, obj).delete()
        rows = Recommendation.objects.filter(pk=obj.pk)
        may = self.has_publish_permission(request)
        if "_submit" in request.POST:
            self.send_to_review(request, rows)
            return HttpResponseRedirect(request.path)
        if "_publish" in request.POST and may:
            self.publish(request, rows)
            return HttpResponseRedirect(request.path)
        if "_withdraw" in request.POST and may:
            self.withdraw(request, rows)
            return HttpResponseRedirect(request.path)
        response = super().response_change(request, obj)
        following = step_told(self, request, request.POST.get("_next", ""))
        return HttpResponseRedirect(following.url) if following else response
