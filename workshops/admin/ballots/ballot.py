"""Ballots in lists and in their form; who may see, change and delete them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from priorities.models import Section
from regions.admin import CuratedAdmin, in_languages

from ...ballots import casting
from ...ballots.forms import BallotForm
from ...models import Ballot
from . import candidates, codes, pages, paper, results, room, sheets, steps

Status = Ballot.Status
FIXED = [
    field.name
    for field in Ballot._meta.fields
    if field.editable and field.name not in {"id", "closes_at"}
]


@admin.register(Ballot)
class BallotAdmin(CuratedAdmin):
    form = BallotForm
    change_form_template = "admin/workshops/ballots/change_form.html"
    region_path = "region"
    stays = ["closes_at"]
    list_display = ["title", "region", "scope", "method", "status", "closes_at"]
    list_filter = ["status", "edition", "region", "scope"]
    list_select_related = ["region", "edition"]
    search_fields = in_languages("question")
    ordering = ["-pk"]
    radio_fields = {"scope": admin.VERTICAL, "method": admin.VERTICAL}
    fieldsets = [
        (None, {"fields": ["edition", "region", "scope", "section", "audience"]}),
        (_("Question"), {"fields": in_languages("question", "for_whom")}),
        (_("How people answer"), {"fields": ["method", "most", "closes_at"]}),
        (
            _("What people say about themselves"),
            {
                "fields": ["asks_region", "asks_role", "asks_language"],
                "description": _(
                    "Results are read by these groups before they are summed. Nobody has to answer, and groups of fewer than five are never shown."
                ),
            },
        ),
    ]

    # Who sees and changes what.

    def within(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.visible_to(request.user)  # type: ignore[attr-defined]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ballots of no region are everybody's to see, and an organiser's to run."""
        user: Any = request.user
        if not super().has_change_permission(request, obj):
            return False
        if obj is None or user.works_everywhere:
            return True
        return obj.region is not None and obj.region.slug in user.region_slugs()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was asked of people stays on record; a draft without codes can go."""
        is_used = obj is not None and (
            obj.status != Status.DRAFT or obj.batches.exists()
        )
        return not is_used and super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        given = super().get_readonly_fields(request, obj)
        if obj is None or obj.status == Status.DRAFT:
            return given
        return [*given, *FIXED, *(["closes_at"] if obj.is_over() else [])]

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        user: Any = request.user
        if db_field.name == "section":
            rows = Section.objects.select_related(
                "regional_forum__region", "regional_forum__edition"
            )
            kwargs["queryset"] = user.within(rows, "regional_forum__region")
        if db_field.name == "audience":
            kwargs["queryset"] = db_field.remote_field.model.objects.current()
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "region" and not user.works_everywhere:
            regions = db_field.remote_field.model.objects
            field.queryset = regions.filter(slug__in=user.region_slugs())
            field.required = True
        return field

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "closes_at" and field is not None:
            said = (_("Closes at: date"), _("Closes at: time"))
            for widget, label in zip(field.widget.widgets, said, strict=True):
                widget.attrs["aria-label"] = label
        return field

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **kwargs)
        for field in form.base_fields.values():
            for action in ("add", "change", "delete", "view"):
                if hasattr(field.widget, f"can_{action}_related"):
                    setattr(field.widget, f"can_{action}_related", False)
        return form

    def save_model(
        self, request: HttpRequest, obj: Ballot, form: Any, change: bool
    ) -> None:
        user: Any = request.user
        if not change:
            obj.made_by = user
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Ballot, post_url_continue: Any = None
    ) -> HttpResponse:
        """To what is put to the vote: a ballot is not ready before somebody looked."""
        super().response_add(request, obj, post_url_continue)
        candidates.fill(request, obj)
        return HttpResponseRedirect(pages.address(obj, "candidates"))

    @admin.display(description=_("question"))
    def title(self, ballot: Ballot) -> str:
        return str(ballot)

    # Addresses.

    def get_urls(self) -> list[Any]:
        views: list[tuple[str, str, Any]] = [
            ("candidates/", "candidates", candidates.page),
            ("open/", "open", steps.open_ballot),
            ("close/", "close", steps.close_ballot),
            ("tell/", "tell", steps.tell_results),
            ("accept/", "accept", results.accept),
            ("codes/", "codes", codes.page),
            ("codes/<int:batch>/cancel/", "cancel", codes.cancel),
            ("paper/", "paper", paper.page),
            ("sheet/", "sheet", require_POST(sheets.look)),
            ("bring/", "bring", require_POST(sheets.bring)),
            ("blank.<str:kind>", "blank", require_safe(sheets.blank)),
            ("results/", "results", require_safe(results.page)),
            ("room/", "room", require_safe(room.page)),
            ("room/numbers/", "numbers", require_safe(room.numbers)),
        ]
        own = [
            path(
                f"<int:pk>/{address}",
                self.admin_site.admin_view(view),
                name=f"workshops_ballot_{name}",
            )
            for address, name, view in views
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if ballot := context.get("original"):
            context |= {
                "ballot": ballot,
                "may_run": self.has_change_permission(request, ballot),
                "may_accept": pages.may_accept(request),
                "is_over": ballot.is_over(),
                "turnout": casting.turnout(ballot),
                "candidate_count": ballot.candidates.count(),
            }
        return super().render_change_form(request, context, *args, **kwargs)
