"""The anonymous ballots as files, with all that an outsider needs to count them again."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from priorities.citations import LICENCE_ID, LICENCE_URL
from priorities.tables import File
from priorities.templatetags.texts import one_line

from ..models import Ballot
from . import methods
from .results import Results, anonymous_ballots
from .shown import Shown, spoken

Method = Ballot.Method


def told(ballot: Ballot, shown: Sequence[Shown], found: Results) -> HttpResponse:
    answer: dict[str, Any] = {
        "ballot": ballot.pk,
        "address": settings.SITE_URL + ballot.get_absolute_url(),
        "edition": ballot.edition.year,
        "language": get_language(),
        "question": spoken(ballot, "question").value,
        "licence": LICENCE_ID,
        "licence_url": LICENCE_URL,
        "method": ballot.method,
        "most": ballot.most,
        "how_ballots_are_written": methods.written(ballot.method),
        "how_ballots_are_counted": methods.rule(ballot.method),
        "codes": found.codes,
        "people": found.people,
        "on_paper": found.on_paper,
        "candidates": [candidate(each) for each in shown],
        "groups": [
            {
                "asked": group.asked,
                "group": group.value,
                "people": group.people,
                "places": {str(p.number): p.place for p in group.placed},
            }
            for groups in found.groups.values()
            for group in groups
        ],
        "total": [
            {
                "number": placed.number,
                "place": placed.place,
                "score": placed.score,
                "chosen_by": placed.chosen_by,
            }
            for placed in found.total or []
        ],
        "ballots": anonymous_ballots(ballot),
    }
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def candidate(shown: Shown) -> dict[str, Any]:
    return {
        "number": shown.number,
        "reference": shown.reference or None,
        "area": shown.area or None,
        "region": shown.region.slug if shown.region else None,
        "text": shown.text.value if shown.text else None,
        "text_language": shown.text.language if shown.text else None,
    }


def table(ballot: Ballot, shown: Sequence[Shown]) -> File:
    """A row for each ballot; a column for each candidate, or each pair of them."""
    if ballot.method == Method.PAIRS:
        names = [f"{a.number}/{b.number}" for a, b in combinations(shown, 2)]
    else:
        names = [name(each) for each in shown]
    return File(
        f"ballots-{ballot.pk}",
        [
            _("ballot paper"),
            *names,
            _("method"),
            _("how to read"),
            _("how it was counted"),
        ],
        lines(ballot, shown),
    )


def name(shown: Shown) -> str:
    said = [str(shown.number), shown.reference or shown.area]
    text = one_line(shown.text.value) if shown.text else ""
    return " · ".join(filter(None, [*said, text]))


def lines(ballot: Ballot, shown: Sequence[Shown]) -> Iterator[list[Any]]:
    last = [ballot.method, reading(ballot.method), methods.rule(ballot.method)]
    for number, choice in enumerate(anonymous_ballots(ballot), start=1):
        yield [number, *cells(ballot.method, choice, shown), *last]


def reading(method: str) -> str:
    if method == Method.PAIRS:
        return _("In each column of a pair, the number of the preferred one.")
    if method == Method.APPROVAL:
        return _("1 in the column of each candidate that was chosen.")
    return _("In the column of each candidate, the place it was given.")


def cells(method: str, choice: Sequence[Any], shown: Sequence[Shown]) -> list[Any]:
    numbers = [each.number for each in shown]
    if method == Method.PAIRS:
        preferred = {tuple(sorted(pair)): pair[0] for pair in choice}
        return [preferred.get(pair, "") for pair in combinations(numbers, 2)]
    if method == Method.APPROVAL:
        return [1 if number in choice else "" for number in numbers]
    return [choice.index(n) + 1 if n in choice else "" for n in numbers]
