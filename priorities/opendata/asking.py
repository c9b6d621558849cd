"""What an address asks for, or what is wrong with it: never silently something else."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from ..filters import MAX_VALUES, SORTS, RecommendationFilter
from ..index import Index
from ..search import MAX_LENGTH
from ..terms import Terms
from .columns import Extract, Table
from .recommendations import RECOMMENDATIONS
from .tables import SHAPES, TABLES


@dataclass(frozen=True)
class Problem:
    """One wrong parameter: its value, and what to write instead."""

    parameter: str
    value: str
    message: str
    nearest: str = ""


def nearest(value: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(value.casefold(), known, n=1, cutoff=0.6)), "")


def edition(year: str, index: Index) -> dict[str, Extract]:
    """Every table of an edition, whole."""
    terms = Terms.at(index)
    numbers = index.in_order(index.live & index.carrying("edition", year))
    return {
        name: Extract(table, year, index, terms, numbers, {})
        for name, table in TABLES.items()
    }


def extract(
    table: Table, year: str, data: QueryDict, index: Index
) -> tuple[Extract, list[Problem]]:
    """The table as the parameters ask for it, and what is wrong with them."""
    if table is not RECOMMENDATIONS:
        return edition(year, index)[table.name], [
            unknown_parameter(name, value, ())
            for name in data
            for value in data.getlist(name)
        ]
    problems = misread(data, year)
    shape = data.get("shape", "wide")
    data = data.copy()
    data["edition"] = year
    filterset = RecommendationFilter(data, index)
    problems += unknown_values(filterset)
    asked: dict[str, Any] = {
        name: value for name, value in filterset.chosen.items() if name != "edition"
    }
    if filterset.sort != "order":
        asked["sort"] = filterset.sort
    if shape == "long":
        asked["shape"] = shape
    numbers = [] if problems else filterset.page(0, len(filterset.found))
    wanted = SHAPES.get(shape, table)
    return Extract(wanted, year, index, filterset.terms, numbers, asked), problems


def misread(data: QueryDict, year: str) -> list[Problem]:
    """Parameters that nobody reads, and those with a meaning of their own."""
    known = [*RecommendationFilter.base_filters, "sort", "shape"]
    problems = [
        unknown_parameter(name, data.get(name, ""), known)
        for name in data
        if name not in known
    ]
    for value in data.getlist("shape"):
        if value not in SHAPES:
            problems.append(unknown_value("shape", value, SHAPES))
    for value in data.getlist("sort"):
        if value not in SORTS:
            problems.append(unknown_value("sort", value, SORTS))
    for value in data.getlist("edition"):
        if value not in ("", year):
            told = _(
                "This address is of edition %(year)s. Ask /data/%(asked)s/ for it."
            )
            problems.append(
                Problem("edition", value, told % {"year": year, "asked": value})
            )
    return problems


def unknown_parameter(name: str, value: str, known: Iterable[str]) -> Problem:
    told = _("There is no parameter of this name here.")
    if known:
        told += " " + _("There are: %s.") % _(", ").join(known)
    return Problem(name, value, told, nearest(name, known))


def unknown_value(name: str, value: str, known: Iterable[str]) -> Problem:
    told = _("Nobody knows this value.")
    close = nearest(value, known)
    if close:
        told += " " + _("Did you mean “%s”?") % close
    return Problem(name, value, told, close)


def unknown_values(filterset: RecommendationFilter) -> list[Problem]:
    chosen, problems = filterset.chosen, []
    if filterset.is_too_long:
        told = _("These words are too long: up to %s signs are read.") % MAX_LENGTH
        problems.append(Problem("q", filterset.form.cleaned_data["q"], told))
    for name in filterset.filters:
        count = len(filterset.data.getlist(name))
        if count > MAX_VALUES:
            told = _("Up to %s values of one parameter are read.") % MAX_VALUES
            problems.append(Problem(name, str(count), told))
    for name, values in chosen.items():
        if isinstance(values, list):
            known = filterset.terms.of(name)
            problems += [
                unknown_value(name, value, known)
                for value in values
                if not filterset.terms.get(name, value)
            ]
    return problems
