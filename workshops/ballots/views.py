"""What everybody may read of ballots: their results, once they are told."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf.locale import LANG_INFO
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from priorities.index import current
from priorities.terms import Terms
from regions.changes import data_version
from regions.translated import Text

from ..models import Ballot, CastBallot
from . import files, methods
from . import results as counts
from .counting import Placed
from .results import Group, Results
from .shown import Cell, Shown, by_number, candidates, come_from_several_regions, spoken

PER_PAGE = 20


@require_safe
def ballot_list(request: HttpRequest) -> HttpResponse:
    told = Ballot.objects.told().select_related("region", "edition")
    found = Paginator(told.order_by("-results_published_at", "-pk"), PER_PAGE)
    page = found.get_page(request.GET.get("page"))
    rows: list[tuple[Ballot, Text]] = [(b, spoken(b, "question")) for b in page]
    return render(request, "ballots/list.html", {"page": page, "rows": rows})


def told(pk: int) -> Ballot:
    """A ballot whose results are public; 404 for any other, and for none."""
    return get_object_or_404(Ballot.objects.told().select_related("edition"), pk=pk)


@lru_cache(maxsize=64)
def counted(ballot: Ballot, closed_at: datetime) -> Results:
    """The results of a ballot that nobody answers any more: counted once a process."""
    return counts.results(ballot)


def results_of(ballot: Ballot) -> Results:
    assert ballot.closed_at  # results are told of what is closed: see its constraint
    return counted(ballot, ballot.closed_at)


@require_safe
def results(request: HttpRequest, pk: int) -> HttpResponse:
    ballot = told(pk)
    found, shown = results_of(ballot), candidates(ballot)
    named = by_number(shown)
    labels, total = labels_of(request), found.total or []
    said = places(total)
    context = {
        "ballot": ballot,
        "question": spoken(ballot, "question"),
        "for_whom": spoken(ballot, "for_whom"),
        "results": found,
        "candidates": shown,
        "is_mixed": come_from_several_regions(shown),
        "asked": asked(found, labels),
        "hidden": [
            headings()[n] for n, is_whole in found.is_complete.items() if not is_whole
        ],
        "rows": rows(found, shown),
        "total": [(named[p.number], p, said[p.number]) for p in total],
        "compared": [label(group, labels) for group in found.compared],
        "shared": [named[number] for number in found.shared],
        "splitting": [
            (
                named[number],
                [label(g, labels) for g in high],
                [label(g, labels) for g in low],
            )
            for number, high, low in found.splitting
        ],
        "alone": [
            (named[number], label(group, labels)) for number, group in found.alone
        ],
        "explanation": methods.explanation(ballot.method, most(ballot, shown)),
        "rule": methods.rule(ballot.method),
    }
    return render(request, "ballots/results.html", context)


def most(ballot: Ballot, shown: list[Shown]) -> int:
    return min(ballot.most or len(shown), len(shown))


def headings() -> dict[str, str]:
    return {
        "region": _("By region"),
        "role": _("By role"),
        "language": _("By language"),
    }


Labels = dict[str, dict[str, str]]


def labels_of(request: HttpRequest) -> Labels:
    """What people can say of themselves, in the reader's words."""
    regions = Terms.at(current(data_version(request))).of("region")
    return {
        "region": {slug: term.label for slug, term in regions.items()},
        "role": {value: str(said) for value, said in CastBallot.Role.choices},
        "language": {
            code: _(info["name"]) for code, info in LANG_INFO.items() if "name" in info
        },
    }


def label(group: Group, labels: Labels) -> str:
    return labels[group.asked].get(group.value, group.value)


@dataclass(frozen=True)
class Column:
    label: str
    group: Group


def asked(found: Results, labels: Labels) -> list[tuple[str, list[Column]]]:
    """What was asked, with the groups that can be shown of it."""
    return [
        (headings()[name], [Column(label(group, labels), group) for group in groups])
        for name, groups in found.groups.items()
        if groups
    ]


def rows(found: Results, shown: list[Shown]) -> list[tuple[Shown, list[Cell]]]:
    """Candidates in order of their numbers: the order of the total tells nothing here."""
    groups = [group for groups in found.groups.values() for group in groups]
    told = [(group, places(group.placed)) for group in groups]
    return [
        (
            each,
            [
                Cell(said[each.number], group.holds_high(each.number))
                for group, said in told
            ],
        )
        for each in shown
    ]


def places(placed: list[Placed]) -> dict[int, str]:
    """By number: "2", or "=2" where others came there too; "" where nobody chose it."""
    there = Counter(each.place for each in placed)
    return {
        each.number: f"{'=' * (there[each.place] > 1)}{each.place}"
        if each.chosen_by
        else ""
        for each in placed
    }


@require_safe
def ballots_file(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    ballot = told(pk)
    shown: list[Any] = candidates(ballot)
    if kind == "csv":
        return files.table(ballot, shown).answer("csv")
    return files.told(ballot, shown, results_of(ballot))
