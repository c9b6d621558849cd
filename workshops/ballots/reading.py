"""Results as curators read them: per group before the total, with names for numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ..models import Candidate
from . import sheets
from .counting import Placed
from .results import Group, Results


@dataclass(frozen=True)
class Asked:
    """What people said of themselves in one respect, and where each group placed what."""

    heading: str
    groups: list[tuple[str, int]]
    rows: list[tuple[Candidate, list[str]]]
    is_complete: bool


def by_group(results: Results, candidates: Mapping[int, Candidate]) -> list[Asked]:
    headings = {
        "region": _("By region"),
        "role": _("By role"),
        "language": _("By language"),
    }
    return [
        Asked(
            headings[name],
            [(label(group), group.people) for group in groups],
            [
                (candidate, [place(g.of(number), g.placed) for g in groups])
                for number, candidate in candidates.items()
            ],
            results.is_complete[name],
        )
        for name, groups in results.groups.items()
    ]


def label(group: Group) -> str:
    labels = {value: str(said) for value, said in sheets.choices_of(group.asked)}
    return labels.get(group.value, group.value)


def place(placed: Placed, among: Sequence[Placed]) -> str:
    """“=2” for a second place that others share; "" where nobody chose it."""
    if not placed.chosen_by:
        return ""
    is_shared = sum(other.place == placed.place for other in among) > 1
    return f"={placed.place}" if is_shared else str(placed.place)


def total(
    results: Results, candidates: Mapping[int, Candidate]
) -> list[tuple[Candidate, str, Placed]]:
    placed = results.total or []
    return [(candidates[p.number], place(p, placed), p) for p in placed]


def agreement(
    results: Results, candidates: Mapping[int, Candidate]
) -> list[tuple[str, Any, str]]:
    """What all hold high, what splits the room, what one group alone holds high."""

    def names(groups: Sequence[Group]) -> str:
        return _(", ").join(map(label, groups))

    shared = [(_("All hold high:"), candidates[n], "") for n in results.shared]
    alone = dict(results.alone)
    split = [
        (_("High for some, low for others:"), candidates[n], names(high))
        for n, high, _low in results.splitting
        if n not in alone
    ]
    single = [
        (_("One group alone holds high:"), candidates[n], label(group))
        for n, group in alone.items()
    ]
    return [*shared, *split, *single]
