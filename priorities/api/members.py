"""The objects of the API, made of what is published; by the words of DESIGN's glossary."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import CharField, F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import override
from pyroaring import BitMap

from regions.models import Country, Edition, Region, RegionalForum
from regions.translated import OriginalText, reading_languages

from .. import entries
from ..entries import Entry
from ..index import Index
from ..models import AreaSynonym, Audience, Instrument, PriorityArea, Section
from .asking import Asked

Names = dict[tuple[str, str], dict[str, str]]
Object = dict[str, Any]
NAMED: tuple[tuple[str, Any, str], ...] = (
    ("region", Region, "slug"),
    ("audience", Audience, "slug"),
    ("area", PriorityArea, "slug"),
    ("country", Country, "iso_code"),
    ("instrument", Instrument, "slug"),
)


def names_at(index: Index) -> Names:
    """The names of every term by language, read once for each version of the data."""
    if "api names" not in index.kept:
        index.kept["api names"] = read_names()
    return index.kept["api names"]


def read_names() -> Names:
    codes = settings.CONTENT_LANGUAGES
    columns = [
        Coalesce(F(f"name_{code}"), Value(""), output_field=CharField())
        for code in codes
    ]
    first, *others = (
        model.objects.order_by().values_list(Value(kind, CharField()), slug, *columns)
        for kind, model, slug in NAMED
    )
    names: Names = {}
    for kind, slug, *given in first.union(*others, all=True):
        by_code = zip(codes, given, strict=True)
        names[kind, slug] = {code: name for code, name in by_code if name}
    for value, label in Section.Kind.choices:
        names["kind", value] = {}
        for code in codes:
            with override(code):
                names["kind", value][code] = str(label)
    return names


def name(asked: Asked, kind: str, slug: str) -> Any:
    """By language; where one is asked for, in that or the nearest there is. A year is itself."""
    return one_or_all(asked, names_at(asked.index).get((kind, slug), {})) or slug


def one_or_all(asked: Asked, names: dict[str, Any]) -> Any:
    if not asked.lang:
        return names
    return next((names[code] for code in reading_languages() if names.get(code)), None)


def plain(asked: Asked, row: Any, attribute: str) -> Any:
    """A text whose translations have no state: a place, a description."""
    codes = settings.CONTENT_LANGUAGES
    texts = {code: getattr(row, f"{attribute}_{code}") for code in codes}
    return one_or_all(asked, {code: text for code, text in texts.items() if text})


def text(asked: Asked, row: OriginalText, attribute: str) -> Any:
    if asked.lang:
        read = row.to_read(attribute)
        told = {"text": read.value, "language": read.language, "state": read.state}
        return told if read.value else None
    return {
        code: {"text": value, "state": row.state_in(code)}
        for code in settings.CONTENT_LANGUAGES
        if (value := getattr(row, f"{attribute}_{code}"))
    }


def day(date: Any) -> str | None:
    return date.isoformat() if date else None


# Recommendations.


def tagged(index: Index, kind: str, numbers: list[int]) -> dict[int, list[str]]:
    """What each row carries, word by word rather than row by row."""
    rows = BitMap(numbers)
    found: dict[int, list[str]] = {number: [] for number in numbers}
    for slug, carrying in sorted(index.sets[kind].items()):
        for number in rows & carrying:
            found[number].append(slug)
    return found


def recommendations(asked: Asked, numbers: list[int]) -> Iterator[tuple[Entry, Object]]:
    """The numbered rows. One that was withdrawn meanwhile asks for the whole anew."""
    read = entries.read(asked.index, asked.terms, numbers)
    if len(read) < len(numbers):
        raise LookupError("It was withdrawn while this page was made.")
    countries = tagged(asked.index, "country", numbers)
    instruments = tagged(asked.index, "instrument", numbers)
    for entry in read:
        tags = countries[entry.number], instruments[entry.number]
        yield entry, recommendation(asked, entry, *tags)


def recommendation(
    asked: Asked, entry: Entry, countries: list[str], instruments: list[str]
) -> Object:
    row, place = (
        entry.recommendation,
        asked.index.places[entry.recommendation.section_id],
    )
    return {
        "reference": row.reference,
        "self": asked.address("recommendation", row.reference),
        "url": asked.page("recommendation-detail", row.reference),
        "edition": int(entry.edition),
        "region": entry.region.slug,
        "kind": place.kind,
        "section": f"{place.edition}/{place.region}/{place.order[3]}",
        "audience": entry.audience.slug if entry.audience else None,
        "areas": [area.slug for area in entry.areas],
        "countries": countries,
        "instruments": instruments,
        "position": row.position,
        "rank": row.rank,
        "lead": row.is_lead,
        "original_language": row.original_language,
        "text": text(asked, row, "text"),
        "source_page": row.source_page,
        "published_at": day(row.published_at),
    }


# What they are grouped by.


def editions(asked: Asked, year: int | None = None) -> Iterator[Object]:
    rows = Edition.objects.published().prefetch_related("partners")
    if year:
        rows = rows.filter(year=year)
    forums: dict[int, list[Object]] = {}
    for forum in RegionalForum.objects.filter(edition__in=rows).select_related(
        "edition", "region", "held_within__region"
    ):
        forums.setdefault(forum.edition.year, []).append(regional_forum(asked, forum))
    for row in rows:
        yield {
            "year": row.year,
            "self": asked.address("edition", row.year),
            "url": asked.page("home"),
            "theme": text(asked, row, "theme"),
            "introduction": text(asked, row, "introduction"),
            "place": plain(asked, row, "place"),
            "horizon_years": row.horizon_years,
            "published_at": day(row.published_at),
            "partners": [
                {"role": partner.role, "name": partner.name or None}
                for partner in row.partners.all()
            ],
            "forums": forums.get(row.year, []),
        }


def regional_forum(asked: Asked, forum: RegionalForum) -> Object:
    whole = forum.held_within
    return {
        "region": forum.region.slug,
        "held_within": whole.region.slug if whole else None,
        "starts_on": day(forum.starts_on),
        "ends_on": day(forum.ends_on),
        "place": plain(asked, forum, "place"),
        "overview": text(asked, forum, "overview"),
    }


def regions(asked: Asked, slug: str | None = None) -> Iterator[Object]:
    countries: dict[str, list[str]] = {}
    of_regions = Country.objects.filter(region__isnull=False)
    for region, iso_code in of_regions.values_list("region__slug", "iso_code"):
        countries.setdefault(region, []).append(iso_code)
    for term in picked(asked, "region", slug):
        yield {
            "slug": term.slug,
            "self": asked.address("region", term.slug),
            "url": asked.page("region-detail", term.slug),
            "code": term.code,
            "name": name(asked, "region", term.slug),
            "parent": term.parent or None,
            "parts": [t.slug for t in asked.terms.children("region", term.slug)],
            "countries": countries.get(term.slug, []),
        }


def audiences(asked: Asked, slug: str | None = None) -> Iterator[Object]:
    for term in picked(asked, "audience", slug):
        yield {
            "slug": term.slug,
            "self": asked.address("audience", term.slug),
            "url": listed(asked, "audience", term.slug),
            "name": name(asked, "audience", term.slug),
            "includes": asked.terms.included.get(term.slug, []),
            "merged": merged(asked, "audience", term.slug),
        }


def areas(asked: Asked, slug: str | None = None) -> Iterator[Object]:
    rows = {row.slug: row for row in PriorityArea.objects.current()}
    synonyms: dict[str, dict[str, list[str]]] = {}
    said = AreaSynonym.objects.order_by("language", "label")
    for area, code, label in said.values_list("area__slug", "language", "label"):
        synonyms.setdefault(area, {}).setdefault(code, []).append(label)
    for term in picked(asked, "area", slug):
        yield {
            "slug": term.slug,
            "self": asked.address("area", term.slug),
            "url": asked.page("area-detail", term.slug),
            "group": term.parent or None,
            "areas": [t.slug for t in asked.terms.children("area", term.slug)],
            "name": name(asked, "area", term.slug),
            "description": plain(asked, rows[term.slug], "description"),
            "synonyms": own_synonyms(asked, synonyms.get(term.slug, {})),
            "merged": merged(asked, "area", term.slug),
        }


def own_synonyms(asked: Asked, synonyms: dict[str, list[str]]) -> Any:
    return synonyms.get(asked.lang, []) if asked.lang else synonyms


def countries(asked: Asked, code: str | None = None) -> Iterator[Object]:
    for term in picked(asked, "country", code):
        yield {
            "iso_code": term.slug,
            "self": asked.address("country", term.slug),
            "url": listed(asked, "country", term.slug),
            "name": name(asked, "country", term.slug),
            "region": term.parent or None,
        }


def instruments(asked: Asked, slug: str | None = None) -> Iterator[Object]:
    kinds = dict(Instrument.objects.order_by().values_list("slug", "kind"))
    for term in picked(asked, "instrument", slug):
        yield {
            "slug": term.slug,
            "self": asked.address("instrument", term.slug),
            "url": listed(asked, "instrument", term.slug),
            "kind": kinds[term.slug],
            "name": name(asked, "instrument", term.slug),
        }


def picked(asked: Asked, kind: str, slug: str | None) -> Iterable[Any]:
    """All terms of a kind, or the one that is named, if there is one."""
    terms = asked.terms.of(kind)
    return terms.values() if slug is None else filter(None, [terms.get(slug)])


def merged(asked: Asked, kind: str, slug: str) -> list[str]:
    """The slugs of what was merged into it: they go on working."""
    moved = asked.terms.moved.items()
    return sorted(old for (of, old), new in moved if (of, new) == (kind, slug))


def listed(asked: Asked, kind: str, slug: str) -> str:
    return asked.page("recommendation-list", query=f"?{kind}={slug}")


def sections(asked: Asked, found: BitMap) -> Iterator[Object]:
    """Those that hold any of the found rows, and how many of them."""
    index = asked.index
    pks = [pk for pk in index.places if found.intersect(index.carrying("section", pk))]
    rows = Section.objects.filter(pk__in=pks).select_related(
        "audience", "regional_forum__edition", "regional_forum__region"
    )
    for row in sorted(rows, key=lambda row: index.places[row.pk].order):
        place = index.places[row.pk]
        arguments = (place.edition, place.region, row.position)
        yield {
            "section": "/".join(map(str, arguments)),
            "self": asked.address("section", *arguments),
            "url": f"{asked.page('region-detail', place.region)}#section-{row.position}",
            "edition": int(place.edition),
            "region": place.region,
            "kind": row.kind,
            "audience": row.audience.slug if row.audience else None,
            "position": row.position,
            "heading": text(asked, row, "heading"),
            "introduction": text(asked, row, "introduction"),
            "first_page": row.first_page,
            "last_page": row.last_page,
            "total": len(found & index.carrying("section", row.pk)),
        }
