"""Solutions: partners report them, organisers read them before everybody does."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Case, Q, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from priorities.models import Audience, Recommendation
from regions.admin import TRANSLATION_STATE, CuratedAdmin, in_languages
from regions.translated import set_apart

from ..models import GlobalPriority, Solution
from . import evidence
from .people import CheckedForm, ChecksForPeople

WAITING_FIRST = Case(When(status=Solution.Status.IN_REVIEW, then=0), default=1)


class ReferenceField(forms.ModelChoiceField):
    """A published recommendation, by the reference that stands on its page."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid_choice": _(
            "No published recommendation has the reference “%(value)s”. Copy it from its page, as 2021-MENA-014."
        )
    }

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.strip().upper() if value else value)


class SolutionForm(CheckedForm):
    recommendation = ReferenceField(
        Recommendation.objects.published(),
        label=_("recommendation"),
        to_field_name="reference",
        required=False,
        help_text=_("Its reference, as 2021-MENA-014; or choose a priority above."),
    )

    class Meta:
        model = Solution
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.recommendation is not None:
            self.initial["recommendation"] = self.instance.recommendation

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        regions = {region.pk for region in data.get("regions") or ()}
        if regions:
            for country in data.get("countries") or ():
                if country.region and not regions & around(country.region):
                    text = _(
                        "%(country)s is in none of these regions. Add: %(region)s."
                    )
                    told = {"country": country, "region": country.region}
                    self.add_error("countries", ValidationError(text, params=told))
        return data


def around(region: Any) -> set[int]:
    """A region and all that it is part of."""
    found = set()
    while region is not None and region.pk not in found:
        found.add(region.pk)
        region = region.parent
    return found


class StandingFilter(admin.SimpleListFilter):
    title = _("what waits")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("review", _("for review")),
            ("overdue", _("overdue")),
            ("change", _("changes of what is published")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "review":
            return queryset.filter(status=Solution.Status.IN_REVIEW)
        if self.value() == "overdue":
            return queryset.filter(status=Solution.Status.PUBLISHED).overdue()  # type: ignore[attr-defined]
        if self.value() == "change":
            return queryset.filter(change_of__isnull=False)
        return queryset


@admin.register(Solution)
class SolutionAdmin(ChecksForPeople, CuratedAdmin):
    form = SolutionForm
    region_path = "regions"
    change_form_template = "admin/agenda/solution/change_form.html"
    list_display = [
        "excerpt",
        "organisation",
        "answers_to",
        "progress",
        "ends_on",
        "is_late",
        "status",
        "is_change",
    ]
    list_filter = [
        StandingFilter,
        "status",
        "progress",
        ("priority", admin.RelatedOnlyFieldListFilter),
        ("regions", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["priority", "recommendation"]
    ordering = [WAITING_FIRST.asc(), "ends_on", "pk"]
    search_fields = [
        "organisation",
        *in_languages("what"),
        "priority__reference",
        "recommendation__reference",
    ]
    search_help_text = _("Who commits, words of the text, or a reference.")
    readonly_fields = ["status", "published_at", "reported_by", "change_of"]
    stays = ["priority", "recommendation"]
    inlines = [evidence.EvidenceInline]
    actions = [
        "publish",
        "confirm_personal_data",
        "withdraw",
        "send_to_review",
        "back_to_draft",
    ]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("status", "published_at"),
                    ("reported_by", "change_of"),
                    "priority",
                    "recommendation",
                    ("organisation", "audience"),
                    ("starts_on", "ends_on"),
                    "progress",
                    "regions",
                    "countries",
                ]
            },
        ),
        (
            _("Texts"),
            {
                "fields": [
                    "original_language",
                    *in_languages("what", "sign", "dropped_because"),
                ]
            },
        ),
        (
            TRANSLATION_STATE[0],
            {**TRANSLATION_STATE[1], "fields": in_languages("reviewed")},
        ),
    ]

    # Who sees and changes what.

    def within(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """All for organisers; what one reported; what concerns the regions one curates."""
        user: Any = request.user
        if user.works_everywhere:
            return rows
        own = Q(reported_by=user)
        if user.has_perm("priorities.view_recommendation"):
            slugs = user.region_slugs()
            concerned = Solution.objects.filter(
                Q(regions__slug__in=slugs)
                | Q(recommendation__section__regional_forum__region__slug__in=slugs)
            )
            own |= Q(pk__in=concerned.values("pk"))
        return rows.filter(own)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("agenda.publish_solution")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Partners change their drafts; what has a change waiting is changed there."""
        may = super().has_change_permission(request, obj)
        if obj is None or not may:
            return may
        if self.has_publish_permission(request):
            return obj.waiting_change is None
        is_own = obj.reported_by_id == request.user.pk
        return is_own and obj.status == Solution.Status.DRAFT

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was published is withdrawn, never deleted."""
        never_published = obj is not None and obj.published_at is None
        return never_published and super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_readonly_fields(request, obj)
        if self.has_publish_permission(request):
            return fields
        return [*fields, *in_languages("reviewed")]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever reports something new has no state to look at."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None:
            return fieldsets
        (name, first), texts, _state = fieldsets
        return [(name, {"fields": first["fields"][2:]}), texts]

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "priority":
            kwargs["queryset"] = GlobalPriority.objects.published()
        if db_field.name == "audience":
            kwargs["queryset"] = Audience.objects.current()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        related = {"priority", "audience", "regions", "countries"}
        if field is not None and db_field.name in related:
            for action in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{action}_related", False)
        return field

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "regions":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Solution, form: Any, change: bool
    ) -> None:
        if not change:
            user: Any = request.user
            obj.reported_by = user
        super().save_model(request, obj, form, change)

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        for piece in formset.save(commit=False):
            if piece.added_by_id is None:
                piece.added_by = request.user
            piece.save()
        for piece in formset.deleted_objects:
            piece.delete()

    # What is done with rows.

    def each(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        act: Callable[[Solution], Any],
        said: Callable[[int], str],
    ) -> None:
        """Do it to every row that it can be done to, and tell why not to the others."""
        done = 0
        for row in rows:
            try:
                act(row)
                done += 1
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
        if done:
            self.message_user(request, said(done), messages.SUCCESS)

    @admin.action(description=_("Publish"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.each(
            request,
            queryset,
            lambda row: row.publish(),
            lambda n: (
                ngettext(
                    "%d solution is now public.", "%d solutions are now public.", n
                )
                % n
            ),
        )

    @admin.action(
        description=_("I checked: no person is harmed by these texts"),
        permissions=["publish"],
    )
    def confirm_personal_data(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> None:
        self.each(
            request,
            [row for row in queryset if row.signs_of_people()],  # type: ignore[arg-type]
            lambda row: row.confirm_personal_data(),
            lambda n: ngettext("%d text is checked.", "%d texts are checked.", n) % n,
        )

    @admin.action(
        description=_("Withdraw (their addresses will say so)"),
        permissions=["publish"],
    )
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.each(
            request,
            queryset,
            lambda row: row.withdraw(),
            lambda n: (
                ngettext("%d solution is withdrawn.", "%d solutions are withdrawn.", n)
                % n
            ),
        )

    @admin.action(description=_("Send to review"), permissions=["change"])
    def send_to_review(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.each(
            request,
            [row for row in queryset if self.has_change_permission(request, row)],  # type: ignore[arg-type]
            lambda row: row.send_to_review(),
            lambda n: (
                ngettext(
                    "%d solution waits for review. Thank you.",
                    "%d solutions wait for review. Thank you.",
                    n,
                )
                % n
            ),
        )

    @admin.action(
        description=_("Back to draft (unpublished ones)"), permissions=["change"]
    )
    def back_to_draft(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.each(
            request,
            [row for row in queryset if self.may_take_back(request, row)],  # type: ignore[arg-type]
            lambda row: row.back_to_draft(),
            lambda n: (
                ngettext(
                    "%d solution is a draft again.", "%d solutions are drafts again.", n
                )
                % n
            ),
        )

    def may_take_back(self, request: HttpRequest, row: Solution) -> bool:
        is_own = row.reported_by_id == request.user.pk
        return self.has_publish_permission(request) or is_own

    def may_begin_change(self, request: HttpRequest, row: Solution) -> bool:
        """Organisers change it where it stands; whoever reported it, beside it."""
        is_own = row.reported_by_id == request.user.pk
        may = request.user.has_perm("agenda.change_solution")
        return (
            may
            and is_own
            and row.is_published
            and not self.has_publish_permission(request)
        )

    def response_add(
        self, request: HttpRequest, obj: Solution, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if "_submit" in request.POST:
            self.send_to_review(request, Solution.objects.filter(pk=obj.pk))
            return HttpResponseRedirect(self.page_of(obj))
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Solution) -> HttpResponse:
        rows = Solution.objects.filter(pk=obj.pk)
        may = self.has_publish_permission(request)
        read = obj.change_of or obj
        if "_submit" in request.POST:
            self.send_to_review(request, rows)
            return HttpResponseRedirect(request.path)
        if "_publish" in request.POST and may:
            self.publish(request, rows)
            still = Solution.objects.filter(pk=obj.pk).exists()
            return HttpResponseRedirect(request.path if still else self.page_of(read))
        if "_withdraw" in request.POST and may:
            self.withdraw(request, rows)
            return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)

    # Pages of their own.

    def get_urls(self) -> list[Any]:
        pages = {
            "<int:pk>/begin-change/": ("begin_change", require_POST(self.begin_change)),
            "<int:pk>/take-back/": ("take_back", require_POST(self.take_back)),
            "<int:pk>/files/<int:evidence>/": ("file", require_safe(evidence.give)),
        }
        own = [
            path(
                address,
                self.admin_site.admin_view(view),
                name=f"agenda_solution_{name}",
            )
            for address, (name, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def page_of(self, row: Solution) -> str:
        return reverse("admin:agenda_solution_change", args=[row.pk])

    def begin_change(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.may_begin_change(request, row):
            raise Http404
        user: Any = request.user
        change = row.begin_change(user)
        text = _(
            "Change what is no longer right, then send it to review. Until it is published, everybody reads the earlier one."
        )
        self.message_user(request, text)
        return HttpResponseRedirect(self.page_of(change))

    def take_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        may = request.user.has_perm("agenda.change_solution")
        if not (may and self.may_take_back(request, row)):
            raise Http404
        self.back_to_draft(request, self.get_queryset(request).filter(pk=pk))
        return HttpResponseRedirect(self.page_of(row))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row: Solution | None = kwargs.get("obj")
        may_publish = self.has_publish_permission(request)
        context["may_publish"] = may_publish
        context["may_submit"] = row is None or (
            self.has_change_permission(request, row) and not row.is_published
        )
        if row is not None:
            in_review = row.status == Solution.Status.IN_REVIEW
            context |= {
                "may_begin_change": self.may_begin_change(request, row),
                "may_take_back": in_review and self.may_take_back(request, row),
                "waiting": row.waiting_change,
                "signs": row.signs() if may_publish else [],
                "files": row.evidence.defer("file").exclude(file_name="")
                if may_publish
                else [],
            }
        return super().render_change_form(request, context, **kwargs)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return obj.get_absolute_url() if obj and obj.is_published else None

    # Columns.

    @admin.display(description=_("what is done"))
    def excerpt(self, row: Solution) -> str:
        text = row.to_read("what").value or gettext("(no text yet)")
        return text if len(text) <= 120 else text[:119] + "…"

    @admin.display(description=_("what it answers"))
    def answers_to(self, row: Solution) -> str:
        return set_apart(row.answers.reference)

    @admin.display(description=_("overdue"), boolean=True)
    def is_late(self, row: Solution) -> bool:
        return row.is_overdue

    @admin.display(description=_("a change"))
    def is_change(self, row: Solution) -> str:
        return gettext("of what is published") if row.change_of_id else ""
