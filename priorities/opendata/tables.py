"""The tables of an edition: its recommendations, and all that they point to."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from regions.models import Country, Edition, Region, RegionalForum

from ..models import Audience, Instrument, PriorityArea, Section
from .columns import (
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
from .recommendations import LINKS, LONG, RECOMMENDATIONS

NAME = _("Its name")
POSITION = Column(
    "position", _("The order it is shown in"), field("position"), "integer"
)
FIRST_PAGE = Column(
    "first_page",
    _("The first page of the booklet it is on"),
    field("first_page"),
    "integer",
)
LAST_PAGE = Column(
    "last_page",
    _("The last page of the booklet it is on"),
    field("last_page"),
    "integer",
)


def whole(read: Callable[[Extract], Iterable[Any]]) -> Callable[..., Iterator[Any]]:
    """A table small enough to be read at once."""
    return lambda extract: iter([list(read(extract))])


def partners(role: str) -> Read:
    return each(
        lambda edition: [
            partner.name
            for partner in edition.partners.all()
            if partner.role == role and partner.name
        ]
    )


def sections(extract: Extract) -> list[Section]:
    """Those that hold anything public."""
    index = extract.index
    own = Section.objects.filter(regional_forum__edition__year=int(extract.year))
    rows = own.select_related(
        "audience", "regional_forum__edition", "regional_forum__region"
    ).order_by("regional_forum__region__position", "regional_forum__region", "position")
    return [s for s in rows if index.live.intersect(index.carrying("section", s.pk))]


def instruments(extract: Extract) -> list[Instrument]:
    """Those that something public names."""
    known = extract.terms.of("instrument")
    return [row for row in Instrument.objects.order_by("slug") if row.slug in known]


def synonyms(code: str) -> Read:
    return each(
        lambda area: sorted(s.label for s in area.synonyms.all() if s.language == code)
    )


EDITION = Table(
    "edition",
    _("The edition itself"),
    (
        Column("year", _("Its year, and its name"), field("year"), "integer"),
        *texts("theme", _("Its theme")),
        *texts("introduction", _("Its introduction")),
        *texts("place", _("Where the global forum was held")),
        Column(
            "horizon_years",
            _("For how many years solutions are sought"),
            field("horizon_years"),
            "integer",
        ),
        Column("sponsors", _("Who sponsored it"), partners("sponsor"), is_list=True),
        Column(
            "organisers", _("Who organised it"), partners("organiser"), is_list=True
        ),
        ORIGINAL_LANGUAGE,
        *states(),
        Column(
            "published_at",
            _("When it was first published here (UTC)"),
            each(lambda edition: moment(edition.published_at)),
            "datetime",
        ),
    ),
    ("year",),
    whole(
        lambda extract: (
            Edition.objects.published()
            .filter(year=int(extract.year))
            .prefetch_related("partners")
        )
    ),
)
FORUMS = Table(
    "regional-forums",
    _("The regional forums of the edition"),
    (
        Column(
            "edition",
            _("The edition of the Forum"),
            field("edition.year"),
            "integer",
            points_to="edition.year",
        ),
        Column(
            "region",
            _("The region that met"),
            field("region.slug"),
            points_to="regions.region",
        ),
        Column(
            "held_within",
            _("For a part of a larger forum: the region of that forum"),
            each(lambda f: f.held_within.region.slug if f.held_within else None),
            points_to="regions.region",
        ),
        Column("starts_on", _("Its first day"), field("starts_on"), "date"),
        Column("ends_on", _("Its last day"), field("ends_on"), "date"),
        *texts("place", _("Where it was held")),
        *texts("overview", _("What was said there, in a few paragraphs")),
        ORIGINAL_LANGUAGE,
        *states(),
        FIRST_PAGE,
        LAST_PAGE,
    ),
    ("edition", "region"),
    whole(
        lambda extract: (
            RegionalForum.objects.filter(edition__year=int(extract.year))
            .select_related("edition", "region", "held_within__region")
            .order_by("region__position", "region")
        )
    ),
)
SECTIONS = Table(
    "sections",
    _("The lists that recommendations stand in"),
    (
        Column(
            "section",
            _("The name of the list: edition/region/number"),
            each(lambda section: "/".join(map(str, section.natural_key()))),
        ),
        Column(
            "edition",
            _("The edition of the Forum"),
            field("regional_forum.edition.year"),
            "integer",
            points_to="edition.year",
        ),
        Column(
            "region",
            _("The region whose list it is"),
            field("regional_forum.region.slug"),
            points_to="regions.region",
        ),
        Column(
            "kind",
            _(
                "What it holds: recommendations, or else concerns, which are addressed to nobody"
            ),
            field("kind"),
            choices=tuple(Section.Kind.values),
        ),
        Column(
            "audience",
            _("Whom its heading addresses; empty for concerns"),
            each(lambda section: section.audience.slug if section.audience else None),
            points_to="audiences.audience",
        ),
        POSITION,
        *texts("heading", _("Its heading")),
        *texts("introduction", _("Its introduction")),
        ORIGINAL_LANGUAGE,
        *states(),
        FIRST_PAGE,
        LAST_PAGE,
    ),
    ("section",),
    whole(sections),
)
REGIONS = Table(
    "regions",
    _("The Forum’s own regions, which are not those of the United Nations"),
    (
        Column("region", _("Its name in addresses"), field("slug")),
        Column("code", _("Its code in references"), field("code")),
        *texts("name", NAME),
        Column(
            "part_of",
            _("The larger region it is a part of"),
            each(lambda region: region.parent.slug if region.parent else None),
            points_to="regions.region",
        ),
        POSITION,
    ),
    ("region",),
    whole(
        lambda extract: Region.objects.select_related("parent").order_by(
            "position", "slug"
        )
    ),
)
AUDIENCES = Table(
    "audiences",
    _("Whom recommendations ask something of"),
    (
        Column("audience", _("Its name in addresses"), field("slug")),
        *texts("name", NAME),
        Column(
            "includes",
            _("For a joint audience: those it includes"),
            each(lambda audience: sorted(a.slug for a in audience.includes.all())),
            is_list=True,
            points_to="audiences.audience",
        ),
        POSITION,
    ),
    ("audience",),
    whole(
        lambda extract: (
            Audience.objects.current()
            .prefetch_related("includes")
            .order_by("position", "slug")
        )
    ),
)
AREAS = Table(
    "areas",
    _("What recommendations are about: groups, and the priority areas within them"),
    (
        Column("area", _("Its name in addresses"), field("slug")),
        Column(
            "group",
            _("The group it belongs to; empty for a group"),
            each(lambda area: area.parent.slug if area.parent else None),
            points_to="areas.area",
        ),
        *texts("name", NAME),
        *texts("description", _("What belongs here and what does not")),
        *in_languages("synonyms", _("Other words for it"), synonyms, is_list=True),
        POSITION,
    ),
    ("area",),
    whole(
        lambda extract: (
            PriorityArea.objects.current()
            .select_related("parent")
            .prefetch_related("synonyms")
        )
    ),
)
COUNTRIES = Table(
    "countries",
    _("Countries, and the Forum’s region each belongs to"),
    (
        Column("country", _("Its ISO 3166-1 code"), field("iso_code")),
        *texts("name", NAME),
        Column(
            "region",
            _("The region it belongs to"),
            each(lambda country: country.region.slug if country.region else None),
            points_to="regions.region",
        ),
    ),
    ("country",),
    whole(
        lambda extract: Country.objects.select_related("region").order_by("iso_code")
    ),
)
INSTRUMENTS = Table(
    "instruments",
    _("Conventions, laws, bodies and programmes that recommendations name"),
    (
        Column("instrument", _("Its name in addresses"), field("slug")),
        Column(
            "kind",
            _("What it is"),
            field("kind"),
            choices=tuple(Instrument.Kind.values),
        ),
        *texts("name", NAME),
    ),
    ("instrument",),
    whole(instruments),
)
TABLES = {
    table.name: table
    for table in (
        RECOMMENDATIONS,
        SECTIONS,
        FORUMS,
        EDITION,
        REGIONS,
        AUDIENCES,
        AREAS,
        COUNTRIES,
        INSTRUMENTS,
        *LINKS,
    )
}
SHAPES = {"wide": RECOMMENDATIONS, "long": LONG}
