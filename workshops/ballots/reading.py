"""Results as curators read them: per group before the total, with names for numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ..models import Candidate
from .counting import Placed
from .results import Group, Results
from .views import Labels, headings, label, places


@dataclass(frozen=True)
class Asked:
    """What people said of themselves in one respect, and where each group placed what."""

    heading: str
    groups: list[tuple[str, int]]
    rows: list[tuple[Candidate, list[str]]]
    is_complete: bool


def by_group(
    results: Results, candidates: Mapping[int, Candidate], labels: Labels
) -> list[Asked]:
    found = []
    for name, groups in results.groups.items():
        told = [places(group.placed) for group in groups]
        rows = [
            (candidate, [said[number] for said in told])
            for number, candidate in candidates.items()
        ]
        named = [(label(group, labels), group.people) for group in groups]
        found.append(Asked(headings()[name], named, rows, results.is_complete[name]))
    return found


def total(
    results: Results, candidates: Mapping[int, Candidate]
) -> list[tuple[Candidate, str, Placed]]:
    placed = results.total or []
    told = places(placed)
    return [(candidates[p.number], told[p.number], p) for p in placed]


def agreement(
    results: Results, candidates: Mapping[int, Candidate], labels: Labels
) -> list[tuple[str, Any, str]]:
    """What all hold high, what splits the room, what one group alone holds high."""

    def names(groups: Sequence[Group]) -> str:
        return _(", ").join(label(group, labels) for group in groups)

    shared = [(_("All hold high:"), candidates[n], "") for n in results.shared]
    alone = dict(results.alone)
    split = [
        (_("High for some, low for others:"), candidates[n], names(high))
        for n, high, _low in results.splitting
        if n not in alone
    ]
    single = [
        (_("One group alone holds high:"), candidates[n], label(group, labels))
        for n, group in alone.items()
    ]
    return [*shared, *split, *single]
