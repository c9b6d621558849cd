"""Solutions as data: who does what about a priority or recommendation until when."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_noop
from ninja import Path
from pydantic import Field

from priorities.api import members, shapes
from priorities.api.answers import answered, listing, one, resource, single
from priorities.api.asking import Asked
from priorities.api.parameters import (
    AFTER,
    FILTERS,
    LANG,
    LIMIT,
    Parameter,
    fields,
    one_of,
)
from priorities.api.shapes import Shape, said
from priorities.terms import Terms

from . import progress
from .models import Evidence as EvidenceRow
from .models import GlobalPriority, Solution
from .progress import Light, ProgressFilter

BY_NAME = {parameter.name: parameter for parameter in FILTERS}


def years(terms: Terms) -> list[str]:
    ends = Solution.objects.published().order_by().values_list("ends_on__year")
    return progress.years(terms, (str(year) for (year,) in ends.distinct()))


def references(terms: Terms) -> list[str]:
    rows = GlobalPriority.objects.published()
    return [*rows.values_list("reference", flat=True), progress.NONE]


PARAMETERS = (
    replace(
        BY_NAME["region"],
        description=gettext_noop(
            "A region in which it is carried out, with all its parts; with “:only”, the region by itself."
        ),
    ),
    replace(
        BY_NAME["audience"],
        description=gettext_noop("The audience to which whoever commits belongs."),
    ),
    replace(
        BY_NAME["edition"],
        description=gettext_noop(
            "The edition of what it answers. Without it: the latest one."
        ),
    ),
    Parameter(
        "year",
        gettext_noop("The year in which it is due."),
        "2024",
        years,
        many=True,
    ),
    Parameter(
        "progress",
        gettext_noop("How far it is, as it was last reported."),
        "under-way",
        one_of(Solution.Progress.values),
        many=True,
    ),
    Parameter(
        "overdue",
        gettext_noop(
            "“true”: only what is neither done nor dropped though its time is over; “false”: only what is not."
        ),
        "true",
        one_of(["true", "false"]),
        many=True,
    ),
    Parameter(
        "priority",
        gettext_noop(
            "The global priority it answers, by its reference; “none”: a recommendation by itself."
        ),
        "none",
        references,
        many=True,
    ),
    LIMIT,
    replace(
        AFTER,
        example="2024-12-31.7",
        schema={"pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9]{1,18}$"},
    ),
)


class Evidence(Shape):
    dated: str = said(
        gettext_noop("The day it is of."), json_schema_extra={"format": "date"}
    )
    note: shapes.Named = said(shapes.NAMES)
    link: str | None


class SolutionShape(Shape):
    id: int
    self: str = said(shapes.SELF)
    url: str = said(shapes.URL)
    edition: int
    priority: str | None = said(
        gettext_noop("The reference of the global priority it answers.")
    )
    recommendation: str | None = said(
        gettext_noop("Or that of the recommendation: it answers one of them.")
    )
    what: shapes.Texts = said(shapes.TEXTS)
    sign: shapes.Texts = said(shapes.TEXTS)
    organisation: str = said(gettext_noop("Who commits."))
    audience: str = said(gettext_noop("Slug of the audience they belong to."))
    regions: list[str] = said(gettext_noop("Slugs of where it is carried out."))
    countries: list[str] = said(gettext_noop("ISO codes of where it is carried out."))
    starts_on: str = Field(json_schema_extra={"format": "date"})
    ends_on: str = Field(json_schema_extra={"format": "date"})
    progress: Literal["planned", "under-way", "done", "dropped"]
    overdue: bool = said(
        gettext_noop("Neither done nor dropped, and its time is over today.")
    )
    dropped_because: shapes.Texts = said(shapes.TEXTS)
    original_language: str
    evidence: list[Evidence] = said(gettext_noop("What shows it, the newest first."))
    published_at: str | None = Field(json_schema_extra={"format": "date-time"})


FIELDS = fields(list(SolutionShape.model_fields))


def told(asked: Asked, row: Solution) -> members.Object:
    priority, recommendation = row.priority, row.recommendation
    edition = (
        priority.edition if priority else recommendation.section.regional_forum.edition  # type: ignore[union-attr]
    )
    page = reverse("agenda:solution", args=[row.pk])
    return {
        "id": row.pk,
        "self": asked.address("solution", row.pk),
        "url": f"{settings.SITE_URL}{page}",
        "edition": edition.year,
        "priority": priority.reference if priority else None,
        "recommendation": recommendation.reference if recommendation else None,
        "what": members.text(asked, row, "what"),
        "sign": members.text(asked, row, "sign"),
        "organisation": row.organisation,
        "audience": row.belongs_to.slug,
        "regions": [region.slug for region in row.regions.all()],
        "countries": [country.iso_code for country in row.countries.all()],
        "starts_on": members.day(row.starts_on),
        "ends_on": members.day(row.ends_on),
        "progress": row.progress,
        "overdue": row.is_overdue,
        "dropped_because": members.text(asked, row, "dropped_because"),
        "original_language": row.original_language,
        "evidence": [
            {
                "dated": members.day(piece.dated),
                "note": members.plain(asked, piece, "note") or None,
                "link": piece.link or None,
            }
            for piece in row.evidence.all()
        ],
        "published_at": members.day(row.published_at),
    }


def read(asked: Asked, found: Iterable[Light]) -> list[members.Object]:
    """What was found, whole. One withdrawn meanwhile asks for the answer anew."""
    pks = [row.pk for row in found]
    public = Prefetch("evidence", EvidenceRow.objects.public())
    rows = (
        Solution.objects.published().for_display().prefetch_related("countries", public)
    )
    by_pk = rows.in_bulk(pks)
    return [asked.chosen(told(asked, by_pk[pk])) for pk in pks]


def place(row: Light) -> tuple[str, int]:
    """Where it stands in the list: by its last day."""
    return row.ends_on.isoformat(), row.pk


@resource(
    "/solutions/",
    listing(SolutionShape),
    *PARAMETERS,
    LANG,
    FIELDS,
    name="solutions",
    summary=gettext_noop("Solutions"),
    about=gettext_noop(
        "Who carries out what of the global priorities and recommendations, by their last day."
    ),
)
def solutions(asked: Asked) -> HttpResponse:
    filterset = ProgressFilter(asked.request.GET, asked.index)
    found = filterset.found
    if after := asked.request.GET.get("after"):
        day, _point, pk = after.partition(".")
        found = [row for row in found if place(row) > (day, int(pk))]
    shown, next_page = found[: asked.limit], None
    if len(found) > len(shown):
        data = asked.request.GET.copy()
        data["after"] = "{}.{}".format(*place(shown[-1]))
        query = data.urlencode(safe=":")
        next_page = f"{settings.SITE_URL}{asked.request.path}?{query}"
    total = len(filterset.found)
    return answered(
        asked, read(asked, shown), total, sorted(filterset.years), next=next_page
    )


@resource(
    "/solutions/{pk}/",
    one(SolutionShape),
    LANG,
    FIELDS,
    name="solution",
    summary=gettext_noop("One solution"),
    about=gettext_noop("What somebody has committed to do, and how far it is."),
)
def solution(
    asked: Asked,
    pk: str = Path(
        ...,
        description=gettext_noop("Its number, as in “id”."),
        examples=["7"],
        pattern="^[0-9]{1,18}$",
    ),
) -> HttpResponse:
    found = [row for row in progress.published(asked.index) if row.pk == int(pk)]
    return single(asked, read(asked, found))
