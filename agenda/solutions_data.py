"""Solutions as tables of open data: what was committed, what shows it, how it came on.

Whether one is overdue follows from its last day: a file says nothing of the day it is read.
"""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from priorities.opendata.columns import (
    ORIGINAL_LANGUAGE,
    Column,
    Extract,
    Read,
    Table,
    each,
    field,
    in_languages,
    moment,
    states,
    texts,
)
from priorities.opendata.tables import whole

from .models import Evidence, ProgressReport, Solution
from .models.solutions import SolutionQuerySet

PROGRESS = tuple(Solution.Progress.values)
Numbered = tuple[int, Any]


def published(extract: Extract) -> SolutionQuerySet:
    return Solution.objects.published().of_edition(int(extract.year))


def solutions(extract: Extract) -> SolutionQuerySet:
    rows = published(extract).for_display()
    return rows.select_related("recommendation__merged_into").prefetch_related(
        "countries"
    )


def answered(solution: Solution) -> str | None:
    """The recommendation as readers find it: merged, it goes on under the other."""
    row = solution.recommendation
    if row is None:
        return None
    return (row.merged_into or row).reference


def numbered(rows: Any) -> list[Numbered]:
    """What belongs to a solution, counted from its first."""
    by_solution = groupby(rows, lambda row: row.solution_id)
    return [pair for _pk, own in by_solution for pair in enumerate(own, 1)]


def evidence(extract: Extract) -> list[Numbered]:
    rows = Evidence.objects.public().filter(solution__in=published(extract))
    return numbered(rows.order_by("solution", "dated", "pk"))


def reports(extract: Extract) -> list[Numbered]:
    rows = ProgressReport.objects.filter(solution__in=published(extract))
    return numbered(rows.order_by("solution", "pk"))


def of_row(read: Callable[[Any], Any]) -> Read:
    return each(lambda pair: read(pair[1]))


OF_SOLUTION = (
    Column(
        "solution",
        _("The solution it belongs to"),
        of_row(lambda row: row.solution_id),
        "integer",
        points_to="solutions.solution",
    ),
    Column(
        "number",
        _("Its place among those of the solution, the earliest first"),
        each(lambda pair: pair[0]),
        "integer",
    ),
)
SOLUTIONS = Table(
    "solutions",
    _("Who carries out what about a global priority or recommendation, until when"),
    (
        Column(
            "solution",
            _("Its number, as in the address of its page"),
            field("pk"),
            "integer",
        ),
        Column(
            "priority",
            _("The global priority it answers"),
            each(lambda row: row.priority.reference if row.priority else None),
            points_to="global-priorities.reference",
        ),
        Column(
            "recommendation",
            _("Or the recommendation it answers: it answers one of them"),
            each(answered),
        ),
        *texts("what", _("What is done")),
        *texts("sign", _("What can be counted or seen when it is done")),
        Column("organisation", _("Who commits"), field("organisation")),
        Column(
            "audience",
            _("The audience that whoever commits belongs to"),
            field("belongs_to.slug"),
            points_to="audiences.audience",
        ),
        Column(
            "regions",
            _("The regions in which it is carried out"),
            each(lambda row: sorted(region.slug for region in row.regions.all())),
            is_list=True,
            points_to="regions.region",
        ),
        Column(
            "countries",
            _("The countries in which it is carried out, by their ISO 3166-1 codes"),
            each(lambda row: sorted(c.iso_code for c in row.countries.all())),
            is_list=True,
            points_to="countries.country",
        ),
        Column("starts_on", _("Its first day"), field("starts_on"), "date"),
        Column(
            "ends_on",
            _("Its last day; what is planned or under way after it is overdue"),
            field("ends_on"),
            "date",
        ),
        Column(
            "progress",
            _("How far it is, as it was last reported"),
            field("progress"),
            choices=PROGRESS,
        ),
        *texts("dropped_because", _("Why it was dropped")),
        ORIGINAL_LANGUAGE,
        *states(),
        Column(
            "published_at",
            _("When it was first published here (UTC)"),
            each(lambda row: moment(row.published_at)),
            "datetime",
        ),
    ),
    ("solution",),
    whole(solutions),
)
REPORTS = Table(
    "solution-progress",
    _("How each solution came on: what everybody could read, and since when"),
    (
        *OF_SOLUTION,
        Column(
            "progress",
            _("How far it was"),
            of_row(lambda row: row.progress),
            choices=PROGRESS,
        ),
        Column(
            "published_at",
            _("Since when this could be read here (UTC)"),
            of_row(lambda row: moment(row.published_at)),
            "datetime",
        ),
    ),
    ("solution", "number"),
    whole(reports),
)
EVIDENCE = Table(
    "solution-evidence",
    _("What shows how far each solution has come"),
    (
        *OF_SOLUTION,
        Column("dated", _("The day it is of"), of_row(lambda row: row.dated), "date"),
        *in_languages(
            "note",
            _("What it says"),
            lambda code: of_row(lambda row: getattr(row, f"note_{code}") or None),
        ),
        Column("link", _("Where it can be read"), of_row(lambda row: row.link or None)),
    ),
    ("solution", "number"),
    whole(evidence),
)
TABLES = {table.name: table for table in (SOLUTIONS, REPORTS, EVIDENCE)}
