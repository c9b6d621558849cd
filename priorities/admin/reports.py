"""What readers say is wrong with a text: noted, looked at, settled."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from regions.admin import CuratedAdmin

from ..models import ProblemReport
from ..models.report import MOST_URGENT


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("open")), ("settled", _("settled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "open":
            return queryset.filter(settled_at=None)
        return queryset.exclude(settled_at=None) if self.value() else queryset


@admin.register(ProblemReport)
class ProblemReportAdmin(CuratedAdmin):
    region_path = "recommendation__section__regional_forum__region"
    list_display = [
        "reference",
        "region",
        "kind",
        "excerpt",
        "received_on",
        "state",
    ]
    list_filter = [
        StateFilter,
        "kind",
        "recommendation__section__regional_forum__edition",
        "recommendation__section__regional_forum__region",
    ]
    ordering = MOST_URGENT
    list_select_related = ["recommendation__section__regional_forum__region"]
    search_fields = ["recommendation__reference"]
    search_help_text = _("A reference.")
    autocomplete_fields = ["recommendation"]
    stays = ["outcome"]
    fixed = ["recommendation", "noted_by", "settled_at", "settled_by"]

    def may_settle(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        if self.may_settle(request) and self.has_publish_permission(request):
            first, *others = self.list_display
            return [first, "withdraw_at_once", *others]
        return self.list_display

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("priorities.publish_recommendation")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What readers told us stays on record, settled or not."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        noted = ["recommendation", "kind", "said", "received_on"]
        settled = ["outcome", "answer", "settled_at", "settled_by"]
        return [*noted, "noted_by", *settled] if obj else noted

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A new report is of the entry whose page one came from."""
        form = super().get_form(request, *args, **kwargs)
        if field := form.base_fields.get("recommendation"):
            for action in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{action}_related", False)
        return form

    def save_model(
        self, request: HttpRequest, obj: ProblemReport, form: Any, change: bool
    ) -> None:
        user: Any = request.user
        if not change:
            obj.noted_by = user
        if obj.outcome and "outcome" in form.changed_data:
            obj.settle(obj.outcome, user)
        elif "outcome" in form.changed_data:
            obj.reopen()
        else:
            obj.save()

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        told = context | {"may_settle": self.may_settle(request)}
        return super().render_change_form(request, told, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"priorities_problemreport_{name}",
            )
            for name, view in (("withdraw", self.withdraw), ("reopen", self.reopen))
        ]
        return [*own, *super().get_urls()]

    def found(self, request: HttpRequest, pk: int) -> ProblemReport:
        if not self.may_settle(request):
            raise Http404
        report: ProblemReport = get_object_or_404(self.get_queryset(request), pk=pk)
        return report

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        report = self.found(request, pk)
        if not self.has_publish_permission(request):
            raise Http404
        report.withdraw_at_once(request.user)
        text = _("%s is withdrawn: its page says so, and nothing else shows it.")
        messages.success(request, text % report.recommendation.reference)
        return HttpResponseRedirect(self.page_of(report))

    def reopen(self, request: HttpRequest, pk: int) -> HttpResponse:
        report = self.found(request, pk)
        report.reopen()
        text = _("The report is open again. The text stays as it is now.")
        messages.success(request, text)
        return HttpResponseRedirect(self.page_of(report))

    def page_of(self, report: ProblemReport) -> str:
        return reverse("admin:priorities_problemreport_change", args=[report.pk])

    @admin.display(
        description=_("recommendation"), ordering="recommendation__reference"
    )
    def reference(self, report: ProblemReport) -> str:
        return report.recommendation.reference

    @admin.display(description=_("region"))
    def region(self, report: ProblemReport) -> str:
        return str(report.recommendation.region)

    @admin.display(description=_("what the reader wrote"))
    def excerpt(self, report: ProblemReport) -> str:
        said = report.said
        return said if len(said) <= 120 else said[:119] + "…"

    @admin.display(description=_("state"), ordering="settled_at")
    def state(self, report: ProblemReport) -> str:
        return gettext("open") if report.is_open else report.get_outcome_display()

    @admin.display(description=_("in an emergency"))
    def withdraw_at_once(self, report: ProblemReport) -> str:
        """A button of the list's own form: one click, without JavaScript."""
        if not report.is_open:
            return ""
        return format_html(
            '<button type="submit" class="button" formaction="{}">{}</button>',
            reverse("admin:priorities_problemreport_withdraw", args=[report.pk]),
            gettext("Withdraw %s at once") % report.recommendation.reference,
        )
