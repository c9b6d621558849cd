"""Drafts of global priorities: from a convergence or from what a ballot put first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pyroaring import BitMap

from priorities.index import Index, current
from priorities.models import PriorityArea, Recommendation
from priorities.terms import Term, Terms
from regions.keys import is_key
from regions.models import Edition
from workshops.ballots.results import results
from workshops.models import Ballot

from .models import BallotSupport, GlobalPriority, Support

MOST_PROPOSED = 40  # of one region, in the order of its list
FIRST_PLACES = 3


@dataclass(frozen=True)
class Proposed:
    """What one forum region says about it; somebody confirms each, and how it supports."""

    region: Term
    rows: list[Recommendation]
    all: int


class SourceForm(forms.Form):
    edition = forms.ModelChoiceField(
        Edition.objects.all(), to_field_name="year", label=gettext_lazy("Edition")
    )
    area = forms.ModelChoiceField(
        PriorityArea.objects.filter(merged_into=None, parent__isnull=False),
        to_field_name="slug",
        required=False,
        label=gettext_lazy("Convergence"),
    )
    ballot = forms.ModelChoiceField(
        Ballot.objects.none(), required=False, label=gettext_lazy("Closed ballot")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["ballot"]
        field.queryset = Ballot.objects.filter(status=Ballot.Status.CLOSED)
        areas: Any = self.fields["area"]
        regions = raised_by(self.data.get("edition") or "")
        areas.label_from_instance = lambda area: (
            _("%(area)s (regions: %(count)s)")
            % {"area": area, "count": regions.get(area.slug, 0)}
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("area") and data.get("ballot"):
            raise forms.ValidationError(
                _("Choose a convergence or a ballot, not both.")
            )
        return data


def raised_by(year: str) -> dict[str, int]:
    """How many forum regions raise each area in an edition."""
    index = current()
    terms = Terms.at(index)
    here = index.live & index.carrying("edition", year)
    return {
        area.slug: sum(
            bool(
                here
                & index.carrying("area", area.slug)
                & terms.rows(index, "region", region.slug)
            )
            for region in terms.forum_regions
        )
        for area in terms.areas
    }


def found(data: dict[str, Any]) -> BitMap:
    """What is published in the edition and the chosen source names."""
    index = current()
    here = index.live & index.carrying("edition", str(data["edition"].year))
    if data["area"]:
        return here & index.carrying("area", data["area"].slug)
    return here & first_places(data["ballot"], index) if data["ballot"] else BitMap()


def first_places(ballot: Ballot, index: Index) -> BitMap:
    """What a ballot put first: recommendations, or all that is said of an area."""
    total = results(ballot).total or []  # nothing where too few took part
    placed = [p.number for p in total if p.chosen_by and p.place <= FIRST_PLACES]
    first = ballot.candidates.filter(number__in=placed)
    pks = first.values_list("recommendation", flat=True)
    numbers = BitMap(index.numbers[pk] for pk in pks if pk in index.numbers)
    areas = first.exclude(area=None).values_list("area__slug", flat=True)
    return numbers | index.any_of("area", list(areas))


def proposed(rows: BitMap) -> list[Proposed]:
    """By forum region, the silent ones too."""
    index = current()
    terms = Terms.at(index)
    held = {
        region: rows & terms.rows(index, "region", region.slug)
        for region in terms.forum_regions
    }
    pks = {
        region: [index.pks[n] for n in index.in_order(own, 0, MOST_PROPOSED)]
        for region, own in held.items()
    }
    read = Recommendation.objects.published().in_bulk(
        [pk for own in pks.values() for pk in own]
    )
    return [
        Proposed(region, [read[pk] for pk in own if pk in read], len(held[region]))
        for region, own in pks.items()
    ]


@transaction.atomic
def draft(
    data: dict[str, Any], title: str, supports: Iterable[tuple[Recommendation, str]]
) -> GlobalPriority:
    """A draft with its title, its area and the recommendations somebody confirmed."""
    edition, area = data["edition"], data["area"]
    names = {
        f"title_{code}": getattr(area, f"name_{code}") or None
        for code in settings.CONTENT_LANGUAGES
        if area
    }
    priority = GlobalPriority.objects.create(
        edition=edition,
        area=area,
        position=edition.global_priorities.count() + 1,
        first_year=edition.year,
        last_year=edition.last_year(),
        **names | {f"title_{settings.LANGUAGE_CODE}": title},
    )
    for recommendation, kind in supports:
        Support.objects.create(
            priority=priority, recommendation=recommendation, kind=kind
        )
    if data["ballot"]:
        BallotSupport.objects.create(priority=priority, ballot=data["ballot"])
    return priority


def confirmed(
    proposals: list[Proposed], typed: Any
) -> list[tuple[Recommendation, str]]:
    kinds = {
        row: typed.get(f"kind-{row.pk}", "") for each in proposals for row in each.rows
    }
    return [(row, kind) for row, kind in kinds.items() if kind in Support.Kind]


def page(request: HttpRequest) -> HttpResponse:
    """Choose a source, then confirm each recommendation it proposes."""
    user: Any = request.user
    if not user.has_perm("agenda.add_globalpriority"):
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    if not all(is_key(asked.get(name) or "1") for name in ("ballot",)):
        raise Http404
    newest = Edition.objects.first()
    first = {"edition": newest.year if newest else ""}
    form = SourceForm(asked if "edition" in asked else first)
    is_asked = "edition" in asked and form.is_valid()
    rows = found(form.cleaned_data) if is_asked else BitMap()
    proposals = proposed(rows) if rows else []
    area = form.cleaned_data.get("area") if is_asked else None
    title = asked.get("title", "").strip() or (
        getattr(area, f"name_{settings.LANGUAGE_CODE}") if area else ""
    )
    if request.method == "POST" and is_asked:
        if asked.get("title", "").strip():
            return drafted(
                request,
                draft(form.cleaned_data, title[:160], confirmed(proposals, asked)),
            )
        messages.error(request, _("Give it a title; it can be changed later."))
    context = {
        **admin.site.each_context(request),
        "title": _("Draft a global priority"),
        "form": form,
        "asked": asked,
        "proposed": proposals,
        "kinds": Support.Kind.choices,
        "heading": title,
        "language": settings.LANGUAGE_CODE,
    }
    status = 400 if request.method == "POST" else 200
    return TemplateResponse(request, "admin/agenda/draft.html", context, status=status)


def drafted(request: HttpRequest, priority: GlobalPriority) -> HttpResponse:
    messages.success(
        request, _("%s is a draft now. Nobody but organisers sees it.") % priority
    )
    return HttpResponseRedirect(
        reverse("admin:agenda_globalpriority_change", args=[priority.pk])
    )
