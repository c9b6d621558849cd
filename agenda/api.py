"""Global priorities in the API, with their lineage and the answers of regions."""

from collections.abc import Iterator
from typing import Any, Literal

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_noop
from ninja import Path

from priorities.api import members, shapes
from priorities.api.answers import every, listing, one, redirected, resource, single
from priorities.api.asking import Asked
from priorities.api.errors import Refusal
from priorities.api.parameters import LANG, fields
from priorities.api.shapes import SELF, TEXTS, URL, Shape, Texts, said

from .coverage import RegionSays
from .models import GlobalPriority, Stance
from .told import Agenda, Told

REFERENCE = r"^[0-9]{4}-[A-Za-z]{6}-[0-9]{2,5}$"


class Lineage(Shape):
    reference: str = said(gettext_noop("The reference of the recommendation."))
    self: str = said(SELF)
    support: Literal["same", "part", "context"] = said(
        gettext_noop(
            "How it supports: it asks for the same, for a part of it, or says why."
        )
    )


class Answer(Shape):
    region: str = said(gettext_noop("Slug of the region."))
    answer: Literal["assent", "reservation", "objection"]
    reason: Texts = said(TEXTS)


class Coverage(Shape):
    region: str = said(gettext_noop("Slug of the region."))
    standing: Literal["behind", "context", "silent"] = said(
        gettext_noop("Behind it, context only, or silent: nothing is recorded.")
    )
    recommendations: list[Lineage]
    answers: list[Answer] = said(
        gettext_noop("To the published version; none where it did not answer.")
    )


class GlobalPriorityObject(Shape):
    reference: str = said(gettext_noop("For ever the same; never given twice."))
    self: str = said(SELF)
    url: str = said(URL)
    edition: int
    title: Texts = said(TEXTS)
    statement: Texts = said(TEXTS)
    rationale: Texts = said(TEXTS)
    original_language: str
    first_year: int
    last_year: int
    audiences: list[str] = said(gettext_noop("Slugs of whom it addresses."))
    instruments: list[str] = said(
        gettext_noop("Slugs of the instruments and bodies it names.")
    )
    regions: list[Coverage] = said(
        gettext_noop("All forum regions: who is behind it, silent, or dissents.")
    )
    version: int = said(gettext_noop("Which of the versions sent to the regions."))
    published_at: str | None = said(
        gettext_noop("When it was first published."),
        json_schema_extra={"format": "date-time"},
    )


FIELDS = fields(list(GlobalPriorityObject.model_fields))


def answer_of(asked: Asked, stance: Stance) -> dict[str, Any]:
    return {
        "region": stance.region.slug,
        "answer": stance.kind,
        "reason": members.text(asked, stance, "reason"),
    }


def region_of(asked: Asked, says: RegionSays) -> dict[str, Any]:
    return {
        "region": says.region.slug,
        "standing": says.standing,
        "recommendations": [
            {
                "reference": source.reference,
                "self": asked.address("recommendation", source.reference),
                "support": source.kind,
            }
            for source in says.sources
        ],
        "answers": [answer_of(asked, stance) for stance in says.stances],
    }


def object_of(asked: Asked, told: Told) -> dict[str, Any]:
    row = told.row
    page = reverse("agenda:priority", args=[told.reference])
    published_at = row.published_at
    return {
        "reference": told.reference,
        "self": asked.address("global_priority", told.reference),
        "url": f"{settings.SITE_URL}{page}",
        "edition": row.edition.year,
        "title": members.text(asked, row, "title"),
        "statement": members.text(asked, row, "statement"),
        "rationale": members.text(asked, row, "rationale"),
        "original_language": row.original_language,
        "first_year": row.first_year,
        "last_year": row.last_year,
        "audiences": [term.slug for term in told.audiences],
        "instruments": told.version.said["instruments"],
        "regions": [region_of(asked, says) for says in told.regions],
        "version": told.version.number,
        "published_at": published_at.isoformat() if published_at else None,
    }


def objects(asked: Asked) -> Iterator[dict[str, Any]]:
    return (object_of(asked, told) for told in Agenda.at(asked.index).priorities)


@resource(
    "/global-priorities/",
    listing(GlobalPriorityObject),
    LANG,
    FIELDS,
    name="global_priorities",
    summary=gettext_noop("Global priorities"),
    about=gettext_noop(
        "What the global forum makes of what regions ask, the latest edition first."
    ),
)
def global_priorities(asked: Asked) -> HttpResponse:
    return every(asked, objects(asked))


@resource(
    "/global-priorities/{reference}/",
    one(GlobalPriorityObject),
    LANG,
    FIELDS,
    name="global_priority",
    summary=gettext_noop("One global priority"),
    others={302: None, 410: shapes.Error},
    about=gettext_noop(
        "One global priority with the recommendations it comes from. One that was withdrawn says so, without its text."
    ),
)
def global_priority(
    asked: Asked,
    reference: str = Path(
        ...,
        description=gettext_noop("Its reference."),
        examples=["2021-GLOBAL-01"],
        pattern=REFERENCE,
    ),
) -> HttpResponse:
    if reference != reference.upper():
        return redirected(asked, "global_priority", reference.upper())
    told = Agenda.at(asked.index).by_reference.get(reference)
    if told is not None:
        return single(asked, [object_of(asked, told)])
    withdrawn = GlobalPriority.objects.withdrawn().filter(reference=reference)
    raise Refusal.of(410 if withdrawn.exists() else 404, reference)
