"""Pairs that may ask the same, side by side; somebody says what they are."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regions.admin import NoRedirectHome
from regions.keys import is_key
from regions.models import Edition
from regions.translated import Text, reading_languages

from . import duplicates, merging
from .deciding import must_decide
from .likeness import Likeness, alike
from .models import Recommendation, Resemblance
from .models.recommendation import RecommendationQuerySet

PER_PAGE = 10
PLACE = "section__regional_forum"
WHERE = {
    "within": gettext_lazy("within a region"),
    "between": gettext_lazy("between regions"),
}


@dataclass(frozen=True)
class Pair:
    resemblance: Resemblance
    likeness: Likeness
    merge_url: str

    @property
    def sides(self) -> list[tuple[Recommendation, Any]]:
        rows = self.resemblance.first, self.resemblance.second
        return list(zip(rows, (self.likeness.first, self.likeness.second), strict=True))


def beside(resemblance: Resemblance) -> Pair:
    """Two entries word by word, in a language both are in where there is one."""
    rows = resemblance.first, resemblance.second
    codes = reading_languages()
    both = [c for c in codes if all(getattr(row, f"text_{c}") for row in rows)]
    texts: list[Text] = [
        row.in_language("text", both[0]) if both else row.to_read("text")
        for row in rows
    ]
    url = merging.address([row.pk for row in rows])
    return Pair(resemblance, alike(*texts), url)


@admin.register(Resemblance)
class ResemblanceAdmin(NoRedirectHome, admin.ModelAdmin):
    """One page: what is found, and what somebody decided about it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("priorities.publish_recommendation")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def entries(self, request: HttpRequest) -> RecommendationQuerySet:
        """Those this person may decide about."""
        user: Any = request.user
        return user.within(Recommendation.objects.all(), f"{PLACE}__region")

    def pairs(self, request: HttpRequest) -> QuerySet[Resemblance]:
        user: Any = request.user
        found: QuerySet[Resemblance] = Resemblance.objects.all()
        for side in ("first", "second"):
            found = user.within(found, f"{side}__{PLACE}__region")
        return found

    def changelist_view(
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        must_decide(request)
        if request.method == "POST":
            self.decide(request)
            return HttpResponseRedirect(request.get_full_path())
        verdict = request.GET.get("verdict", "open")
        where = request.GET.get("where", "")
        edition = request.GET.get("edition", "")
        found = self.pairs(request)
        if verdict in {Resemblance.Verdict.SAME, Resemblance.Verdict.DIFFERENT}:
            found = found.filter(verdict=verdict)
        else:
            found = found.filter(pk__in=Resemblance.objects.to_decide())
        in_one_region = Q(**{f"first__{PLACE}__region": F(f"second__{PLACE}__region")})
        if where == "within":
            found = found.filter(in_one_region)
        elif where == "between":
            found = found.exclude(in_one_region)
        if is_key(edition):
            year = f"{PLACE}__edition__year"
            found = found.filter(
                **{f"first__{year}": edition, f"second__{year}": edition}
            )
        found = found.select_related(
            *(
                f"{side}__{path}"
                for side in ("first", "second")
                for path in ("audience", f"{PLACE}__region", f"{PLACE}__edition")
            )
        ).prefetch_related("first__areas", "second__areas")
        page = Paginator(found.order_by("-share", "pk"), PER_PAGE).get_page(
            request.GET.get("page")
        )
        context = self.admin_site.each_context(request) | {
            "title": _("Possible duplicates"),
            "opts": self.opts,
            "page": page,
            "numbers": page.paginator.get_elided_page_range(page.number),
            "pairs": [beside(resemblance) for resemblance in page],
            "where": where,
            "places": WHERE,
            "verdict": verdict,
            "verdicts": Resemblance.Verdict.choices,
            "edition": edition,
            "editions": Edition.objects.order_by("-year").values_list(
                "year", flat=True
            ),
        }
        return TemplateResponse(request, "admin/priorities/resemblances.html", context)

    def decide(self, request: HttpRequest) -> None:
        if "look" in request.POST:
            self.look(request)
            return
        verdict = request.POST.get("verdict", "")
        if verdict not in Resemblance.Verdict.values:
            raise Http404
        with transaction.atomic():
            pair = self.asked(request)
            is_open = pair.verdict == Resemblance.Verdict.OPEN
            if not is_open and verdict not in (pair.verdict, "open"):
                text = _("Somebody decided about %s meanwhile; it stays as it is.")
                messages.warning(request, text % pair)
                return
            pair.decide(verdict, request.user)
        texts = {
            "same": _("%s: the same demand. Their public pages say so."),
            "different": _("%s: different. They are not asked about again."),
            "open": _("%s: to be decided again."),
        }
        messages.success(request, texts[verdict] % pair)

    def asked(self, request: HttpRequest) -> Resemblance:
        """The pair meant: one that was found, or two entries that somebody chose."""
        chosen = request.POST.getlist("row")
        if not chosen:
            pk = request.POST.get("pair", "")
            rows = self.pairs(request).select_for_update(of=("self",))
            return get_object_or_404(rows, pk=pk if is_key(pk) else 0)
        pks = [pk for pk in chosen if is_key(pk)]
        two = list(self.entries(request).filter(pk__in=pks).order_by("pk"))
        if len(two) != 2:
            raise Http404
        one, other = two
        share = duplicates.share_of(one, other)
        return Resemblance.objects.of(one, other, share)

    def look(self, request: HttpRequest) -> None:
        user: Any = request.user
        if not user.works_everywhere:
            raise Http404
        year = request.GET.get("edition", "")
        looked = duplicates.look(int(year) if is_key(year) else None)
        text = ngettext("%d new pair found.", "%d new pairs found.", looked.new)
        messages.success(request, text % looked.new)
