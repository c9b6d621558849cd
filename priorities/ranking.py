"""The ranks of one list, all at once: by numbers, by drag, by keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Recommendation, Section
from .models.recommendation import RANKED, RecommendationQuerySet

MOST = 1_000  # entries on one page
Status = Recommendation.Status


def ranking_url(section_id: int) -> str:
    return reverse("admin:priorities_section_rank", args=[section_id])


def entries_of(section: Section) -> RecommendationQuerySet:
    """What stands in the list now; what is withdrawn or merged keeps out of ranks."""
    rows: RecommendationQuerySet = Recommendation.objects.filter(section=section)
    return rows.exclude(status=Status.ARCHIVED)


def state_of(rows: Sequence[Recommendation]) -> str:
    """Which entries with which ranks: another state, another ranking."""
    return " ".join(f"{row.pk}:{row.rank or ''}" for row in rows)


def reason_to_look_only(request: HttpRequest, rows: Sequence[Recommendation]) -> str:
    if len(rows) > MOST:
        return _("Up to %(most)s entries can be ranked on one page.") % {"most": MOST}
    if request.user.has_perm("priorities.publish_recommendation"):
        return ""
    if any(row.is_published for row in rows):
        return _(
            "Entries of this list are published: an organiser ranks them. You can look."
        )
    if any(row.status != Status.DRAFT for row in rows):
        return _(
            "Entries of this list are in review: an organiser ranks them. You can look."
        )
    return ""


class RankingForm(forms.Form):
    """A number for each entry, and why."""

    reason = forms.CharField(
        label=gettext_lazy("Where this order comes from"),
        max_length=100,
        help_text=gettext_lazy(
            "A workshop, a ballot or a decision, with its date. It stands in the history."
        ),
    )
    state = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, rows: Sequence[Recommendation], data: Any = None) -> None:
        super().__init__(data, initial={"state": state_of(rows)})
        self.rows = rows
        for row in rows:
            self.fields[f"rank_{row.pk}"] = forms.IntegerField(
                label=_("Rank of %s") % row,
                min_value=1,
                max_value=MOST,
                required=False,
                initial=row.rank,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        numbers = [
            (number, row)
            for row in self.rows
            if (number := data.get(f"rank_{row.pk}")) is not None
        ]
        numbers.sort(key=lambda pair: pair[0])
        last, holder = 0, None
        for number, row in numbers:
            if number == last:
                self.add_error(
                    f"rank_{row.pk}",
                    _("%(other)s has %(rank)s too: give each its own number.")
                    % {"other": holder, "rank": number},
                )
            elif number > last + 1:
                self.add_error(
                    f"rank_{row.pk}",
                    _("No entry has %(missing)s: the numbers go from 1 without a gap.")
                    % {"missing": last + 1},
                )
            last, holder = number, row
        if not numbers and not self.errors:
            raise ValidationError(_("Give at least one entry a number."))
        self.ordered = [row for _number, row in numbers]
        return data

    def show_the_state(self) -> None:
        """Whoever sends the page again has seen how it stands now."""
        data = self.data.copy()  # type: ignore[attr-defined]
        data["state"] = state_of(self.rows)
        self.data = data

    def lines(self, may_rank: bool) -> list["Line"]:
        """In the order that is typed, the ranked ones first."""
        found = [Line(row, self[f"rank_{row.pk}"]) for row in self.rows]
        if may_rank and self.is_bound:
            found.sort(key=lambda line: line.typed)
        return found


@dataclass(frozen=True)
class Line:
    row: Recommendation
    field: forms.BoundField

    @property
    def typed(self) -> int:
        """What is typed as a number; what is none comes last."""
        value = str(self.field.value() or "")
        return int(value) if value.isdecimal() and 0 < len(value) < 6 else 10**6

    @property
    def is_ranked(self) -> bool:
        return self.typed < 10**6


@transaction.atomic
def rank_section(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """The page of the ranks of a section. 404 for whoever may change none of its entries."""
    sections = model_admin.get_queryset(request).filter(pk=pk)
    section = sections.first()
    if section is None or not request.user.has_perm("priorities.change_recommendation"):
        raise Http404
    is_sent = request.method == "POST"
    if is_sent:  # whoever ranks at this very moment is waited for
        Section.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    rows = list(entries_of(section).order_by(*RANKED))
    view_only = reason_to_look_only(request, rows)
    if is_sent and view_only:
        raise Http404
    form = RankingForm(rows, request.POST if is_sent else None)
    changed_meanwhile = is_sent and request.POST.get("state") != state_of(rows)
    if is_sent and not changed_meanwhile and form.is_valid():
        Recommendation.objects.exclude(status=Status.ARCHIVED).rank(
            form.ordered, form.cleaned_data["reason"]
        )
        model_admin.message_user(request, _("The ranks are saved."))
        return HttpResponseRedirect(ranking_url(pk))
    if changed_meanwhile:
        form.show_the_state()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Ranks"),
        "opts": model_admin.opts,
        "section": section,
        "form": form,
        "lines": form.lines(not view_only),
        "saved": [row for row in rows if row.rank],
        "view_only": view_only,
        "changed_meanwhile": changed_meanwhile,
    }
    status = 409 if changed_meanwhile else 200
    name = "admin/priorities/section/rank.html"
    return TemplateResponse(request, name, context, status=status)
