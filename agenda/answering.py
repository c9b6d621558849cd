"""What regions say to global priorities: the page on which facilitators answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from priorities.index import current
from priorities.terms import Terms
from priorities.work import Line
from regions.models import Region

from .coverage import RegionSays, Source, coverage
from .models import GlobalPriority, ProtectedPlace, Stance

PERMISSION = "agenda.answer_globalpriority"


def answered_by(user: User) -> list[Region]:
    """The regions somebody answers for: their own, a part of one left out beside it."""
    if not user.has_perm(PERMISSION):
        return []
    if user.works_everywhere:
        return list(Region.objects.forum_regions())
    own = user.region_slugs()
    regions = Region.objects.filter(slug__in=own).select_related("parent")
    return [r for r in regions if r.parent is None or r.parent.slug not in own]


@dataclass(frozen=True)
class Own:
    """One of somebody's regions, what it said to the version that waits, and its form."""

    region: Region
    stance: Stance | None
    form: dict[str, str]


@dataclass(frozen=True)
class Waiting:
    priority: GlobalPriority
    regions: list[RegionSays]
    own: list[Own]

    @property
    def unanswered(self) -> list[RegionSays]:
        return [each for each in self.regions if not each.stances]


def live_coverage(
    priority: GlobalPriority, stances: Sequence[Stance] | None = None
) -> list[RegionSays]:
    """Coverage as the row stands now, with the answers to its present version."""
    if stances is None:
        given = priority.stances.filter(version=priority.version)
        stances = list(given.select_related("region"))
    index = current()
    sources = [
        Source(s.recommendation_id, s.recommendation.reference, s.kind)
        for s in priority.supports.all()
    ]
    return coverage(index, Terms.at(index), sources, stances)


def own_of(
    priority: GlobalPriority,
    region: Region,
    stance: Stance | None,
    refused: dict[str, Any],
) -> Own:
    """The form shows what was not taken, else what was said before."""
    form = {"kind": "", "reason": "", "language": get_language() or ""}
    if stance is not None:
        said = stance.original("reason")
        language = said.language if said.value else form["language"]
        form = {"kind": stance.kind, "reason": said.value, "language": language}
    if (refused.get("pk"), refused.get("region")) == (priority.pk, region.slug):
        form |= refused
    return Own(region, stance, form)


def waiting(user: User, refused: dict[str, Any]) -> list[Waiting]:
    """`refused`: an answer that was not taken, shown again as it was typed."""
    rows = (
        GlobalPriority.objects.filter(status=GlobalPriority.Status.CONSULTED)
        .select_related("edition")
        .prefetch_related("stances__region", "versions_sent")
    )
    own = answered_by(user)
    index = current()
    terms, found = Terms.at(index), []
    for row in rows:
        now = [s for s in row.stances.all() if s.version == row.version]
        given = {stance.region_id: stance for stance in now}
        said = list(row.versions_sent.all())[-1].said
        sources = [Source(*each) for each in said["supports"]]
        found.append(
            Waiting(
                row.as_said(said),
                coverage(index, terms, sources, now),
                [own_of(row, region, given.get(region.pk), refused) for region in own],
            )
        )
    return found


def page(
    request: HttpRequest, refused: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    user: Any = request.user
    if not user.has_perm("agenda.view_stance"):
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": _("What regions say to global priorities"),
        "waiting": waiting(user, refused or {}),
        "kinds": Stance.Kind.choices,
        "languages": settings.LANGUAGES,
    }
    return TemplateResponse(
        request, "admin/agenda/answers.html", context, status=status
    )


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One region's answer to the version that waits; only for regions of one's own."""
    user: Any = request.user
    rows = GlobalPriority.objects.with_regions()
    priority = get_object_or_404(rows, pk=pk)
    own = {region.slug: region for region in answered_by(user)}
    region = own.get(request.POST.get("region", ""))
    language = request.POST.get("language", "")
    if region is None or language not in settings.CONTENT_LANGUAGES:
        raise Http404
    typed = request.POST.get("reason", "").strip()
    kind = request.POST.get("kind", "")
    try:
        must_be_read(priority, request.POST.get("version", ""))
        Stance.give(priority, region, kind, user, typed, language)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        refused = {
            "pk": pk,
            "region": region.slug,
            "kind": kind,
            "reason": typed,
            "language": language,
        }
        return page(request, refused, 400)
    messages.success(
        request,
        _("The answer of %(region)s to %(reference)s is recorded.")
        % {"region": region, "reference": priority.reference},
    )
    return HttpResponseRedirect(reverse("admin:agenda_globalpriority_answers"))


def must_be_read(priority: GlobalPriority, version: str) -> None:
    """Nobody answers to a version they did not see."""
    if version != str(priority.version):
        raise ValidationError(
            _(
                "%(reference)s was sent again meanwhile: read version %(version)s, then answer."
            )
            % {"reference": priority.reference, "version": priority.version}
        )


def unanswered_by(user: User) -> int:
    """How many priorities wait for a region of somebody; reads no texts."""
    rows = GlobalPriority.objects.filter(status=GlobalPriority.Status.CONSULTED)
    asked = list(rows.values_list("pk", "version"))
    if not asked:
        return 0
    own = [region.pk for region in answered_by(user)]
    stances = Stance.objects.filter(priority__in=rows)
    given = set(stances.values_list("priority", "version", "region"))
    return sum(any((*each, pk) not in given for pk in own) for each in asked)


def lines(user: User) -> list[Line]:
    """What waits for somebody: answers of their regions, and places without an answer."""
    found = []
    if user.has_perm(PERMISSION):
        label = _("Global priorities that wait for an answer of your regions")
        address = reverse("admin:agenda_globalpriority_answers")
        found.append(Line(label, unanswered_by(user), address))
    if user.has_perm("agenda.change_protectedplace"):
        label = _("Priorities of one region that have no answer yet")
        address = reverse("admin:agenda_protectedplace_changelist")
        count = ProtectedPlace.objects.unanswered().count()
        found.append(Line(label, count, f"{address}?answered=no"))
    return found
