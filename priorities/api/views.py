"""Every address of the API: what it may be asked, what it answers."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_noop
from ninja import Path

from ..models import Recommendation
from . import layouts, members, paging, shapes
from .answers import (
    all_editions,
    answered,
    api,
    every,
    leads_on,
    listing,
    one,
    redirected,
    resource,
    single,
)
from .asking import Asked
from .errors import Refusal
from .paging import Cursor
from .parameters import COMPARED, COUNTED, FILTERS, LANG, PAGED, SOUGHT, fields

REFERENCE = r"^[0-9]{4}-[A-Za-z]{2,5}-[0-9]{3,9}$"


def named(
    description: str, example: str, pattern: str = r"^[A-Za-z0-9_-]{1,50}$"
) -> Any:
    return Path(..., description=description, examples=[example], pattern=pattern)


def fields_of(shape: Any) -> Any:
    return fields(list(shape.model_fields))


@resource(
    "/",
    one(shapes.Root),
    name="root",
    summary=gettext_noop("What there is"),
    about=gettext_noop("The addresses of everything below."),
)
def root(asked: Asked) -> HttpResponse:
    data = {
        name: asked.address(name)
        for name in shapes.Root.model_fields
        if name != "documentation"
    }
    data["documentation"] = asked.page("api")
    return answered(asked, data, len(data), all_editions(asked))


@resource(
    "/editions/",
    listing(shapes.Edition),
    LANG,
    fields_of(shapes.Edition),
    name="editions",
    summary=gettext_noop("Editions"),
    about=gettext_noop(
        "The cycles of the Forum, the latest first, each with its regional forums."
    ),
)
def editions(asked: Asked) -> HttpResponse:
    return every(asked, members.editions(asked))


@resource(
    "/editions/{year}/",
    one(shapes.Edition),
    LANG,
    fields_of(shapes.Edition),
    name="edition",
    summary=gettext_noop("One edition"),
    about=gettext_noop("One cycle of the Forum."),
)
def edition(
    asked: Asked,
    year: str = named(gettext_noop("The year of the edition."), "2021", "^[0-9]{4}$"),
) -> HttpResponse:
    return single(asked, members.editions(asked, int(year)))


@resource(
    "/regions/",
    listing(shapes.Region),
    LANG,
    fields_of(shapes.Region),
    name="regions",
    summary=gettext_noop("Regions"),
    about=gettext_noop("The Forum’s own regions, a tree: some are parts of others."),
)
def regions(asked: Asked) -> HttpResponse:
    return every(asked, members.regions(asked))


@resource(
    "/regions/{slug}/",
    one(shapes.Region),
    LANG,
    fields_of(shapes.Region),
    name="region",
    summary=gettext_noop("One region"),
    about=gettext_noop("One region, its parts and its countries."),
)
def region(
    asked: Asked,
    slug: str = named(gettext_noop("The slug of the region."), "africa"),
) -> HttpResponse:
    return single(asked, members.regions(asked, slug))


@resource(
    "/audiences/",
    listing(shapes.Audience),
    LANG,
    fields_of(shapes.Audience),
    name="audiences",
    summary=gettext_noop("Audiences"),
    about=gettext_noop(
        "Whom recommendations address. A joint audience includes others."
    ),
)
def audiences(asked: Asked) -> HttpResponse:
    return every(asked, members.audiences(asked))


@resource(
    "/audiences/{slug}/",
    one(shapes.Audience),
    LANG,
    fields_of(shapes.Audience),
    name="audience",
    summary=gettext_noop("One audience"),
    others={302: None},
    about=gettext_noop("One audience. The slug of one that was merged leads on."),
)
def audience(
    asked: Asked,
    slug: str = named(gettext_noop("The slug of the audience."), "governments"),
) -> HttpResponse:
    return leads_on(asked, "audience", "audience", slug) or single(
        asked, members.audiences(asked, slug)
    )


@resource(
    "/areas/",
    listing(shapes.Area),
    LANG,
    fields_of(shapes.Area),
    name="areas",
    summary=gettext_noop("Priority areas"),
    about=gettext_noop(
        "What recommendations are about: groups, and the areas within them."
    ),
)
def areas(asked: Asked) -> HttpResponse:
    return every(asked, members.areas(asked))


@resource(
    "/areas/{slug}/",
    one(shapes.Area),
    LANG,
    fields_of(shapes.Area),
    name="area",
    summary=gettext_noop("One priority area"),
    others={302: None},
    about=gettext_noop("One area or group. The slug of one that was merged leads on."),
)
def area(
    asked: Asked,
    slug: str = named(gettext_noop("The slug of the area or group."), "awareness"),
) -> HttpResponse:
    return leads_on(asked, "area", "area", slug) or single(
        asked, members.areas(asked, slug)
    )


@resource(
    "/countries/",
    listing(shapes.Country),
    LANG,
    fields_of(shapes.Country),
    name="countries",
    summary=gettext_noop("Countries"),
    about=gettext_noop("The countries that recommendations name."),
)
def countries(asked: Asked) -> HttpResponse:
    return every(asked, members.countries(asked))


@resource(
    "/countries/{iso_code}/",
    one(shapes.Country),
    LANG,
    fields_of(shapes.Country),
    name="country",
    summary=gettext_noop("One country"),
    about=gettext_noop("One country."),
)
def country(
    asked: Asked,
    iso_code: str = named(gettext_noop("The ISO code of the country."), "NP"),
) -> HttpResponse:
    return single(asked, members.countries(asked, iso_code))


@resource(
    "/instruments/",
    listing(shapes.Instrument),
    LANG,
    fields_of(shapes.Instrument),
    name="instruments",
    summary=gettext_noop("Instruments and bodies"),
    about=gettext_noop(
        "The conventions, laws, bodies and programmes that recommendations name."
    ),
)
def instruments(asked: Asked) -> HttpResponse:
    return every(asked, members.instruments(asked))


@resource(
    "/instruments/{slug}/",
    one(shapes.Instrument),
    LANG,
    fields_of(shapes.Instrument),
    name="instrument",
    summary=gettext_noop("One instrument or body"),
    about=gettext_noop("One instrument or body."),
)
def instrument(
    asked: Asked,
    slug: str = named(
        gettext_noop("The slug of the instrument or body."), "palermo-protocol"
    ),
) -> HttpResponse:
    return single(asked, members.instruments(asked, slug))


@resource(
    "/sections/",
    listing(shapes.Section),
    *FILTERS,
    LANG,
    fields_of(shapes.Section),
    name="sections",
    summary=gettext_noop("Sections"),
    about=gettext_noop(
        "The lists of the regional forums that hold anything of what is asked for."
    ),
)
def sections(asked: Asked) -> HttpResponse:
    found = list(members.sections(asked, asked.filterset.found))
    data = [asked.chosen(told) for told in found]
    editions = layouts.editions_meant(asked)
    return answered(asked, data, len(data), editions, next=None)


@resource(
    "/sections/{year}/{region}/{position}/",
    one(shapes.Section),
    LANG,
    fields_of(shapes.Section),
    name="section",
    summary=gettext_noop("One section"),
    about=gettext_noop("One list of one regional forum."),
)
def section(
    asked: Asked,
    year: str = named(gettext_noop("The year of the edition."), "2021", "^[0-9]{4}$"),
    region: str = named(gettext_noop("The slug of the region."), "africa"),
    position: str = named(gettext_noop("Its place in its forum."), "1", "^[0-9]{1,5}$"),
) -> HttpResponse:
    index = asked.index
    for pk, place in index.places.items():
        if (place.edition, place.region, place.order[3]) == (
            year,
            region,
            int(position),
        ):
            held = index.live & index.carrying("section", pk)
            return single(asked, members.sections(asked, held))
    raise Refusal.of(404)


@resource(
    "/recommendations/",
    listing(shapes.Recommendation),
    *PAGED,
    LANG,
    fields_of(shapes.Recommendation),
    name="recommendations",
    summary=gettext_noop("Recommendations"),
    about=gettext_noop(
        "Recommendations and concerns that meet all parameters. Values of one are alternatives."
    ),
)
def recommendations(asked: Asked) -> HttpResponse:
    page = paging.page(asked.filterset, asked.limit, asked.after)
    read = list(members.recommendations(asked, page.numbers))
    next_page = None
    if page.has_more:
        last, _told = read[-1]
        next_page = asked.next_page(Cursor.at(asked.index, last, page.step))
    return answered(
        asked,
        [asked.chosen(told) for _entry, told in read],
        len(asked.filterset.found),
        layouts.editions_meant(asked),
        next=next_page,
    )


@resource(
    "/recommendations/{reference}/",
    one(shapes.Recommendation),
    LANG,
    fields_of(shapes.Recommendation),
    name="recommendation",
    summary=gettext_noop("One recommendation"),
    others={302: None, 410: shapes.Error},
    about=gettext_noop(
        "One recommendation or concern. One that was withdrawn says so, without its text."
    ),
)
def recommendation(
    asked: Asked,
    reference: str = named(
        gettext_noop("Its reference; that of a merged one leads on."),
        "2021-MENA-014",
        REFERENCE,
    ),
) -> HttpResponse:
    if reference != reference.upper():
        return redirected(asked, "recommendation", reference.upper())
    row = (
        Recommendation.objects.filter(
            reference=reference,
            published_at__isnull=False,
            section__regional_forum__edition__published_at__isnull=False,
        )
        .select_related("section__regional_forum__edition", "merged_into")
        .first()
    )
    if row is None:
        raise Refusal.of(404)
    public = Recommendation.objects.published()
    target = row.merged_target()
    if target is not None and public.filter(pk=target.pk).exists():
        return redirected(asked, "recommendation", target.reference)
    if not row.is_published:
        parts = public.filter(split_from=row).order_by("pk")
        addresses = [asked.address("recommendation", part.reference) for part in parts]
        raise Refusal.of(410, reference, **({"parts": addresses} if addresses else {}))
    found = members.recommendations(asked, [asked.index.numbers[row.pk]])
    return single(asked, (told for _entry, told in found))


@resource(
    "/comparison/",
    one(shapes.Comparison),
    *COMPARED,
    name="comparison",
    summary=gettext_noop("Comparison"),
    about=gettext_noop(
        "What regions, editions or audiences say, side by side, as on the page Compare."
    ),
)
def comparison(asked: Asked) -> HttpResponse:
    data = layouts.comparison(asked)
    return answered(asked, data, len(data["rows"]), layouts.editions_meant(asked))


@resource(
    "/matrix/",
    one(shapes.Matrix),
    *COUNTED,
    name="matrix",
    summary=gettext_noop("Matrix"),
    about=gettext_noop(
        "How much each region says about each area, and how many regions share it."
    ),
)
def matrix(asked: Asked) -> HttpResponse:
    data = layouts.matrix(asked)
    return answered(asked, data, len(data["rows"]), layouts.editions_meant(asked))


@resource(
    "/search/",
    one(shapes.Found),
    *SOUGHT,
    LANG,
    fields_of(shapes.Recommendation),
    name="search",
    summary=gettext_noop("Search"),
    about=gettext_noop(
        "The best matches for words, and the areas, regions and others so named."
    ),
)
def search(asked: Asked) -> HttpResponse:
    data = layouts.search(asked)
    total = len(asked.filterset.found)
    return answered(asked, data, total, layouts.editions_meant(asked))


addresses = api.urls[0]  # read last, when all of the above are registered
