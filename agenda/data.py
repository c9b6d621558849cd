"""The global agenda as tables of open data, with the tables of its edition."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from priorities.opendata.columns import (
    ABOUT_STATE,
    ORIGINAL_LANGUAGE,
    STATES,
    Column,
    Extract,
    Read,
    Table,
    each,
    field,
    in_languages,
    moment,
)
from priorities.opendata.tables import whole

from .coverage import STANDINGS, RegionSays, Source
from .models import ProtectedPlace, Stance, Support
from .told import Agenda, Told

PRIORITY = _("The reference of the global priority")


def of_row(name: str, about: Any) -> tuple[Column, ...]:
    def of(code: str) -> Read:
        return field(f"row.{name}_{code}")

    return in_languages(name, about, of)


def told(extract: Extract) -> list[Told]:
    return Agenda.at(extract.index).of_edition(int(extract.year))


def lineage(extract: Extract) -> list[tuple[Told, Source]]:
    return [(each, source) for each in told(extract) for source in each.sources]


def regions(extract: Extract) -> list[tuple[Told, RegionSays]]:
    return [(each, says) for each in told(extract) for says in each.regions]


def stances(extract: Extract) -> list[tuple[Told, Stance]]:
    return [
        (each, stance)
        for each, says in regions(extract)
        for stance in sorted(says.stances, key=lambda stance: stance.region.slug)
    ]


def places(extract: Extract) -> list[tuple[ProtectedPlace, Told | None]]:
    agenda = Agenda.at(extract.index)
    edition = agenda.editions.get(int(extract.year))
    held = agenda.places_of(edition.pk) if edition else []
    return [(place, agenda.taken_up(place)) for place in held]


def second(path: str) -> Read:
    read = field(path)
    return lambda pairs: read([pair[1] for pair in pairs])


def priority_of(pairs: Any) -> list[str]:
    return [pair[0].reference for pair in pairs]


def state(code: str) -> Read:
    return each(lambda told: told.row.state_in(code))


def reason(code: str) -> Read:
    return each(lambda pair: getattr(pair[1], f"reason_{code}"))


OF_PRIORITY = Column(
    "priority", PRIORITY, priority_of, points_to="global-priorities.reference"
)
PRIORITIES = Table(
    "global-priorities",
    _("The global priorities of the edition, as they were published"),
    (
        Column("reference", PRIORITY, field("reference")),
        Column(
            "edition",
            _("The edition of the Forum"),
            field("row.edition.year"),
            "integer",
            points_to="edition.year",
        ),
        Column(
            "position",
            _("The order it is shown in"),
            field("row.position"),
            "integer",
        ),
        *of_row("title", _("Its title")),
        *of_row("statement", _("What is to be achieved")),
        *of_row("rationale", _("Why: what regions said, and what they did not")),
        replace(ORIGINAL_LANGUAGE, read=field("row.original_language")),
        *in_languages("state", ABOUT_STATE, state, choices=STATES),
        Column("from", _("The year it begins"), field("row.first_year"), "integer"),
        Column("until", _("The year it ends"), field("row.last_year"), "integer"),
        Column(
            "audiences",
            _("Whom it addresses"),
            each(lambda told: [term.slug for term in told.audiences]),
            is_list=True,
            points_to="audiences.audience",
        ),
        Column(
            "instruments",
            _("Conventions, laws and bodies it names"),
            each(lambda told: told.version.said["instruments"]),
            is_list=True,
        ),
        Column(
            "priority_version",
            _("Which of the versions sent to the regions"),
            field("version.number"),
            "integer",
        ),
        Column(
            "published_at",
            _("When it was first published here (UTC)"),
            each(lambda told: moment(told.row.published_at)),
            "datetime",
        ),
    ),
    ("reference",),
    whole(told),
)
LINEAGE = Table(
    "global-priority-recommendations",
    _("Which recommendation each global priority comes from, and how it supports"),
    (
        OF_PRIORITY,
        Column(
            "recommendation",
            _("The reference of the recommendation"),
            second("reference"),
        ),
        Column(
            "support",
            _("How it supports: it asks for the same, for a part of it, or says why"),
            second("kind"),
            choices=tuple(Support.Kind.values),
        ),
    ),
    ("priority", "recommendation"),
    whole(lineage),
)
COVERAGE = Table(
    "global-priority-regions",
    _("Which regions stand behind each global priority, and which are silent"),
    (
        OF_PRIORITY,
        Column(
            "region",
            _("The forum region"),
            second("region.slug"),
            points_to="regions.region",
        ),
        Column(
            "standing",
            _("Behind it, context only, or silent: nothing is recorded"),
            second("standing"),
            choices=STANDINGS,
        ),
        Column(
            "recommendations",
            _("How many of its recommendations support it"),
            each(lambda pair: len(pair[1].sources)),
            "integer",
        ),
    ),
    ("priority", "region"),
    whole(regions),
)
STANCES = Table(
    "global-priority-answers",
    _("What regions said to the published version of each global priority"),
    (
        OF_PRIORITY,
        Column(
            "region",
            _("The region that answered"),
            second("region.slug"),
            points_to="regions.region",
        ),
        Column(
            "answer",
            _("Assent, reservation or objection"),
            second("kind"),
            choices=tuple(Stance.Kind.values),
        ),
        *in_languages("reason", _("Why"), reason),
    ),
    ("priority", "region"),
    whole(stances),
)
PLACES = Table(
    "priorities-of-one-region",
    _("Priorities of one region alone, each with the answer it got"),
    (
        Column(
            "recommendation",
            _("The reference of the recommendation"),
            each(lambda pair: pair[0].recommendation.reference),
        ),
        Column(
            "taken_up_in",
            _("The global priority that takes it up"),
            each(lambda pair: pair[1].reference if pair[1] else None),
            points_to="global-priorities.reference",
        ),
        *in_languages(
            "left_because",
            _("Why it is left to the region"),
            lambda code: each(lambda pair: getattr(pair[0], f"left_because_{code}")),
        ),
    ),
    ("recommendation",),
    whole(places),
)
TABLES = {
    table.name: table for table in (PRIORITIES, LINEAGE, COVERAGE, STANCES, PLACES)
}
