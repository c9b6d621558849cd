"""What became of the entries of one edition in the next: pages of the curators."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from regions.keys import is_key
from regions.models import Edition, Region

from .models import Recommendation, Succession
from .models.recommendation import RecommendationQuerySet
from .models.succession import EDITION, REGION, SuccessionQuerySet
from .nearest import READ, nearest

PER_PAGE = 20
SHOWN = {
    "all": _("all"),
    "undecided": _("undecided"),
    "repeats": pgettext_lazy("succession", "repeated"),
    "changes": pgettext_lazy("succession", "changed"),
    "drops": pgettext_lazy("succession", "dropped"),
}


def user_of(request: HttpRequest) -> User:
    user: Any = request.user
    return user


def predecessor(edition: Edition) -> Edition | None:
    """The published edition before this one."""
    return Edition.objects.published().filter(year__lt=edition.year).first()


def asked(request: HttpRequest, year: int) -> tuple[Edition, Edition]:
    """The edition of the address and the one before; 404 for whoever links nothing."""
    if not user_of(request).has_perm("priorities.add_succession"):
        raise Http404
    edition = get_object_or_404(Edition, year=year)
    earlier = predecessor(edition)
    if earlier is None:
        raise Http404
    return edition, earlier


def entries_of(user: User, edition: Edition) -> RecommendationQuerySet:
    rows = Recommendation.objects.filter((EDITION, edition))
    within: Any = user.within(rows, REGION)
    return within


def may_decide(user: User, verdict: Succession) -> bool:
    """Whoever does not publish decides only about what participants do not see yet."""
    return verdict.is_hidden or user.has_perm("priorities.publish_recommendation")


def decides_all(user: User, edition: Edition) -> bool:
    hidden = edition.published_at is None
    return hidden or user.has_perm("priorities.publish_recommendation")


# The page of one region.


@dataclass(frozen=True)
class Line:
    """An earlier entry, what was decided about it, and what may be the same again."""

    row: Recommendation
    verdicts: list[Succession]
    suggestions: list[Recommendation]


@require_safe
def page(request: HttpRequest, year: int) -> HttpResponse:
    edition, earlier = asked(request, year)
    user = user_of(request)
    regions = Region.objects.filter(forums__edition=earlier)
    if not user.works_everywhere:
        regions = regions.filter(slug__in=user.region_slugs())
    slug = request.GET.get("region", "")
    region = get_object_or_404(regions, slug=slug) if slug else regions.first()
    shown = request.GET.get("show", "all")
    if region is None or shown not in SHOWN:
        raise Http404
    verdicts = Succession.objects.known_to(user).filter(edition=edition)
    rows = Recommendation.objects.published().for_region(region)
    rows = rows.filter((EDITION, earlier))
    counts = counted(rows, verdicts)
    found = Paginator(filtered(rows, verdicts, shown).in_list_order(), PER_PAGE)
    part = found.get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": _("What became of %(earlier)s in %(later)s")
        % {"earlier": earlier, "later": edition},
        "edition": edition,
        "earlier": earlier,
        "regions": regions,
        "region": region,
        "shown": shown,
        "decides_all": decides_all(user, edition),
        "filters": [(name, label, counts[name]) for name, label in SHOWN.items()],
        "page": part,
        "lines": lines(
            part.object_list, verdicts, later_entries(user, edition, region)
        ),
    }
    return TemplateResponse(request, "admin/priorities/succession.html", context)


def verdict(verdicts: SuccessionQuerySet, kind: str) -> Any:
    """Of an earlier entry: whether it was decided so; "": not at all."""
    if kind == "undecided":
        return ~Exists(verdicts.filter(earlier=OuterRef("pk")))
    return Exists(verdicts.filter(earlier=OuterRef("pk"), kind=kind))


def counted(
    rows: RecommendationQuerySet, verdicts: SuccessionQuerySet
) -> dict[str, int]:
    kinds = [kind for kind in SHOWN if kind != "all"]
    decided = {kind: Count("pk", filter=Q(verdict(verdicts, kind))) for kind in kinds}
    return rows.aggregate(all=Count("pk"), **decided)


def filtered(
    rows: RecommendationQuerySet, verdicts: SuccessionQuerySet, shown: str
) -> RecommendationQuerySet:
    return rows if shown == "all" else rows.filter(verdict(verdicts, shown))


def later_entries(
    user: User, edition: Edition, region: Region
) -> RecommendationQuerySet:
    """The newest of a region and of the whole or the parts it spoke with."""
    near = Q((REGION, region), (f"{REGION}__parent", region), _connector=Q.OR)
    if region.parent_id:
        near |= Q((f"{REGION}_id", region.parent_id))
    rows = entries_of(user, edition).filter(near)
    rows = rows.exclude(status=Recommendation.Status.ARCHIVED)
    return rows.prefetch_related("area_links").order_by("-pk")


def lines(
    page: Any, verdicts: SuccessionQuerySet, among: RecommendationQuerySet
) -> list[Line]:
    rows = list(
        page.prefetch_related(
            "area_links",
            Prefetch(
                "later_ones",
                verdicts.select_related("later", "decided_by"),
                to_attr="verdicts",
            ),
        )
    )
    open_ones = [row for row in rows if not row.verdicts]
    near = nearest(open_ones, list(among[:READ])) if open_ones else {}
    return [Line(row, row.verdicts, near.get(row.pk, [])) for row in rows]


# What is decided there, or on the page of a new draft.


class DecisionForm(forms.Form):
    earlier = forms.CharField(max_length=20)
    later = forms.CharField(max_length=20, required=False)
    kind = forms.ChoiceField(choices=Succession.Kind)
    note = forms.CharField(max_length=2000, required=False)


@require_POST
def decide(request: HttpRequest, year: int) -> HttpResponse:
    edition, earlier = asked(request, year)
    user = user_of(request)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    told = form.cleaned_data
    rows = entries_of(user, earlier).published()
    row = get_object_or_404(rows, reference=told["earlier"])
    try:
        verdict = decided(user, edition, row, **told)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(
            request,
            _("%(reference)s: %(kind)s.")
            % {"reference": row.reference, "kind": verdict.get_kind_display()},
        )
    return back(request, year, row)


def decided(
    user: User, edition: Edition, row: Recommendation, **told: Any
) -> Succession:
    """One verdict for each pair: deciding again changes it."""
    later = None
    if told["kind"] != Succession.Kind.DROPS:
        reference = told["later"].strip().upper()
        later = entries_of(user, edition).filter(reference=reference).first()
        if later is None:
            raise ValidationError(
                _("Write the reference of an entry of %s, such as %s-AFR-001.")
                % (edition, edition)
            )
    verdict = Succession.objects.filter(
        edition=edition, earlier=row, later=later
    ).first() or Succession(edition=edition, earlier=row, later=later)
    if not may_decide(user, verdict):
        raise Http404
    verdict.kind, verdict.note = told["kind"], told["note"]
    verdict.decided_by = user
    verdict.save()
    return verdict


@require_POST
def take_back(request: HttpRequest, year: int) -> HttpResponse:
    edition, _earlier = asked(request, year)
    user = user_of(request)
    verdicts = Succession.objects.known_to(user).filter(edition=edition)
    number = request.POST.get("verdict", "")
    verdict = get_object_or_404(verdicts, pk=number if is_key(number) else 0)
    if not may_decide(user, verdict):
        raise Http404
    row = verdict.earlier
    verdict.delete()
    messages.success(request, _("%s is undecided again.") % row.reference)
    return back(request, year, row)


def back(request: HttpRequest, year: int, row: Recommendation) -> HttpResponse:
    """Where it was decided: the page of the draft, or the list at the same place."""
    if entry := request.POST.get("entry", ""):
        rows = user_of(request).within(Recommendation.objects.all(), REGION)
        draft = get_object_or_404(rows, reference=entry)
        change = reverse("admin:priorities_recommendation_change", args=[draft.pk])
        return HttpResponseRedirect(change)
    kept = {
        name: request.POST[name]
        for name in ("region", "show", "page")
        if request.POST.get(name)
    }
    address = reverse("curation:succession", args=[year])
    return HttpResponseRedirect(f"{address}?{urlencode(kept)}#{row.reference}")


# On the page of a new draft.


@dataclass(frozen=True)
class Before:
    """What an entry was in the edition before: decided, or suggested."""

    edition: Edition
    earlier: Edition
    verdicts: list[Succession]
    suggestions: list[Recommendation]
    may_decide: bool


def before(user: User, row: Recommendation) -> Before | None:
    """None where there is no edition before, or this person links nothing."""
    edition = row.section.regional_forum.edition
    if not user.has_perm("priorities.add_succession"):
        return None
    earlier = predecessor(edition)
    if earlier is None:
        return None
    verdicts = list(
        Succession.objects.known_to(user)
        .filter(edition=edition, later=row)
        .select_related("earlier")
    )
    may = not row.is_published or decides_all(user, edition)
    if verdicts or not may or row.status == Recommendation.Status.ARCHIVED:
        return Before(edition, earlier, verdicts, [], may)
    rows = later_entries(user, earlier, row.region).published()
    return Before(edition, earlier, [], nearest([row], list(rows[:READ]))[row.pk], may)
