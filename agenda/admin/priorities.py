from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from priorities.admin.vocabulary import PlainLinks
from priorities.index import current
from priorities.terms import Terms
from regions.admin import TRANSLATION_STATE, CuratedAdmin, in_languages
from regions.conflicts import latest
from regions.models import Edition
from workshops.models import Ballot

from .. import answering, drafting, protecting
from ..models import (
    BallotSupport,
    GlobalPriority,
    PriorityAudience,
    PriorityInstrument,
    ProtectedPlace,
    Stance,
    Support,
)
from .people import CheckedForm, ChecksForPeople


class PriorityForm(CheckedForm):
    def version_now(self) -> int | None:
        """Of the history: the row's own `version` is what regions answer to."""
        return latest(self.instance)


class LinkInline(PlainLinks, admin.TabularInline):
    extra = 0


class AudienceInline(LinkInline):
    model = PriorityAudience
    autocomplete_fields = ["audience"]


class InstrumentInline(LinkInline):
    model = PriorityInstrument
    autocomplete_fields = ["instrument"]


class SupportInline(LinkInline):
    model = Support
    autocomplete_fields = ["recommendation"]
    verbose_name_plural = _("Regional recommendations it comes from")


class BallotInline(LinkInline):
    model = BallotSupport

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs["queryset"] = Ballot.objects.filter(status=Ballot.Status.CLOSED)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(GlobalPriority)
class GlobalPriorityAdmin(ChecksForPeople, CuratedAdmin):
    form = PriorityForm
    exclude = ["version"]  # in the form it is the version of the history
    change_form_template = "admin/agenda/globalpriority/change_form.html"
    change_list_template = "admin/agenda/globalpriority/change_list.html"
    fixed = ["edition"]
    stays = ["position"]
    list_display = ["reference", "name", "edition", "status", "version", "answers"]
    list_filter = ["status", "edition"]
    list_select_related = ["edition"]
    ordering = GlobalPriority._meta.ordering
    search_fields = ["reference", *in_languages("title")]
    autocomplete_fields = ["edition", "area"]
    readonly_fields = ["reference", "status"]
    inlines = [SupportInline, BallotInline, AudienceInline, InstrumentInline]
    tracked = [Support, Stance]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("reference", "status"),
                    ("edition", "position"),
                    ("first_year", "last_year"),
                    "area",
                ]
            },
        ),
        (_("Texts"), {"fields": in_languages("title", "statement", "rationale")}),
        TRANSLATION_STATE,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[GlobalPriority]:
        """Drafts are the organisers'; what is with the regions, whose answers one reads."""
        user: Any = request.user
        rows: Any = super().get_queryset(request)
        if not user.has_perm("agenda.view_stance"):
            rows = rows.published()
        elif not user.has_perm("agenda.change_globalpriority"):
            rows = rows.with_regions()
        now = Q(stances__version=F("version"))
        found: QuerySet[GlobalPriority] = rows.annotate(
            answer_count=Count("stances", filter=now)
        )
        return found

    def key_within(self, request: HttpRequest, object_id: str) -> str:
        """Its history is no way to a draft that one may not read."""
        key = super().key_within(request, object_id)
        if self.get_object(request, key) is None:
            raise Http404
        return key

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The horizon of the newest edition."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        if (edition := Edition.objects.first()) is not None:
            given = {
                "edition": edition.pk,
                "first_year": edition.year,
                "last_year": edition.last_year(),
                "position": edition.global_priorities.count() + 1,
            } | given
        return given

    def get_urls(self) -> list[Any]:
        pages = {
            "draft/": ("draft", drafting.page),
            "answers/": ("answers", require_safe(answering.page)),
            "<int:pk>/answer/": ("answer", require_POST(answering.answer)),
        }
        own = [
            path(
                address,
                self.admin_site.admin_view(view),
                name=f"agenda_globalpriority_{name}",
            )
            for address, (name, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("agenda.publish_globalpriority")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What regions were asked is kept."""
        is_new = obj is not None and obj.status == GlobalPriority.Status.DRAFT
        return is_new and super().has_delete_permission(request, obj)

    @admin.display(description=_("title"))
    def name(self, priority: GlobalPriority) -> str:
        return priority.to_read("title").value

    @admin.display(description=_("answers"), ordering="answer_count")
    def answers(self, priority: Any) -> int:
        count: int = priority.answer_count
        return count

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        priority: GlobalPriority | None = kwargs.get("obj")
        if priority is not None:
            context |= self.beside(request, priority)
        return super().render_change_form(request, context, **kwargs)

    def beside(self, request: Any, priority: GlobalPriority) -> dict[str, Any]:
        """Coverage, answers and versions, around the form."""
        versions = list(priority.versions_sent.all())
        stances = list(priority.stances.select_related("region", "given_by"))
        now = [s for s in stances if s.version == priority.version]
        may_change = request.user.has_perm("agenda.change_globalpriority")
        said = priority.said_now()
        since = versions[-1].changes_to(said) if versions else []
        return {
            "coverage": answering.live_coverage(priority, now),
            "versions": [
                (
                    version,
                    earlier.changes_to(version.said) if earlier else [],
                    [s for s in stances if s.version == version.number],
                )
                for earlier, version in zip([None, *versions], versions, strict=False)
            ],
            "since": since if may_change else [],
            "sent": versions[-1] if versions else None,
            "may_publish": self.has_publish_permission(request),
            "signs": priority.signs() if may_change else [],
            "may_withdraw": priority.published_version
            and priority.status != GlobalPriority.Status.WITHDRAWN,
        }

    def response_change(self, request: Any, obj: GlobalPriority) -> HttpResponse:
        acts = {
            "_send": (obj.send_to_regions, _("%s is with the regions now.")),
            "_publish": (obj.publish, _("%s is public now.")),
            "_withdraw": (obj.withdraw, _("%s is withdrawn.")),
        }
        for name, (act, told) in acts.items():
            if name not in request.POST:
                continue
            if not self.has_publish_permission(request):
                raise PermissionDenied
            try:
                act()
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            else:
                self.message_user(request, told % obj.reference, messages.SUCCESS)
            return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)


class AnsweredFilter(admin.SimpleListFilter):
    title = _("answer")
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Not answered yet")), ("yes", _("Answered"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        unanswered = ProtectedPlace.objects.unanswered()
        if self.value() == "no":
            return queryset.filter(pk__in=unanswered)
        return queryset.exclude(pk__in=unanswered) if self.value() else queryset


@admin.register(ProtectedPlace)
class ProtectedPlaceAdmin(CuratedAdmin):
    """Places are given by a named act, answered here and taken away by nothing."""

    region_path = "recommendation__section__regional_forum__region"
    change_list_template = "admin/agenda/protectedplace/change_list.html"
    list_display = ["recommendation", "excerpt", "taken_up_in", "left_because"]
    list_filter = [
        AnsweredFilter,
        "recommendation__section__regional_forum__edition",
        "recommendation__section__regional_forum__region",
    ]
    list_select_related = ["recommendation", "taken_up_in"]
    search_fields = ["recommendation__reference"]
    autocomplete_fields = ["taken_up_in"]
    readonly_fields = ["recommendation", "excerpt"]
    fieldsets = [
        (None, {"fields": ["recommendation", "excerpt", "taken_up_in"]}),
        (_("Left to the region because"), {"fields": in_languages("left_because")}),
        TRANSLATION_STATE,
    ]

    @admin.display(description=_("text"))
    def excerpt(self, place: ProtectedPlace) -> str:
        return place.recommendation.to_read("text").value.replace("**", "")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.protect)
        own = path("protect/", view, name="agenda_protectedplace_protect")
        return [own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def protect(self, request: HttpRequest) -> HttpResponse:
        """What one region alone raises; whatever is ticked gets its place."""
        user: Any = request.user
        if not user.has_perm("agenda.add_protectedplace"):
            raise Http404
        years = Edition.objects.published()
        asked = request.POST if request.method == "POST" else request.GET
        newest = years.first()
        year = asked.get("edition") or (str(newest.year) if newest else "")
        if not year.isdecimal() or len(year) != 4:
            raise Http404
        edition = get_object_or_404(years, year=year)
        if request.method == "POST":
            by_hand = request.POST.get("by_hand", "").upper().replace(",", " ").split()
            references = [*request.POST.getlist("reference"), *by_hand]
            try:
                made = protecting.protect(edition, references)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            else:
                text = ngettext(
                    "%d recommendation has a protected place now.",
                    "%d recommendations have a protected place now.",
                    len(made),
                )
                self.message_user(request, text % len(made), messages.SUCCESS)
                page = reverse("admin:agenda_protectedplace_changelist")
                return HttpResponseRedirect(page)
        index = current()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What one region alone raises"),
            "edition": edition,
            "editions": years,
            "alone": protecting.raised_alone(edition, index, Terms.at(index)),
            "held": set(
                ProtectedPlace.objects.values_list("recommendation", flat=True)
            ),
            "ticked": request.POST.getlist("reference"),
            "by_hand": request.POST.get("by_hand", ""),
        }
        status = 400 if request.method == "POST" else 200
        page = "admin/agenda/protect.html"
        return TemplateResponse(request, page, context, status=status)
