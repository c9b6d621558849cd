"""Every public address, from the URL resolver, filled in with what edition 2021 holds."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import get_resolver, reverse
from django.urls.resolvers import LocalePrefixPattern
from django.utils import translation

from priorities.opendata.tables import TABLES
from priorities.opendata.writing import KINDS

EXAMPLES: dict[str, list[str | tuple[Any, ...]]] = {
    "region-detail": ["africa", "europe-north-america-caribbean", "europe"],
    "recommendation-detail": ["2021-MENA-014", "2021-ENAC-008"],
    "area-detail": ["awareness", "survivors", "kafala"],
    "likeness": [("2021-MENA-014", "2021-AFR-003")],
    "booklet": [(2021,)],
    "ballots:list": [()],
    "ballots:results": [],
    "ballots:file": [],
    "voting:vote": [],
    "agenda:agenda": [()],
    "agenda:priority": [],
    "agenda:solution": [],
}
# What is no page of its own: spreadsheets, what other programs take, a part of a page.
FILES: dict[str, list[list[Any]]] = {
    "recommendations-download": [["csv"], ["xlsx"]],
    "compare-download": [["csv"], ["xlsx"]],
    "matrix-download": [["csv"], ["xlsx"]],
    "selection-download": [["csv"], ["xlsx"]],
    "compare-file": [["html"]],
    "booklet-file": [[2021, "docx"], [2021, "html"]],
    "selection-file": [["html"]],
    "suggestions": [[]],
    "new": [[]],
    "agenda:progress-feed": [[]],
    "recommendation-citation": [
        ["2021-MENA-014", kind] for kind in ("bib", "ris", "json")
    ],
    "edition-citation": [["2021", kind] for kind in ("bib", "ris", "json")],
    "picture": [["recommendations", "2021-MENA-014"], ["regions", "mena"]],
}
# Open data: addresses without a language.
DATA = [
    "/data/2021/everything.zip",
    "/data/2021/datapackage.json",
    "/data/2021/checksums.txt",
    *(
        f"/data/2021/{name}.{kind}"
        for name in TABLES
        for kind in (KINDS if name == "recommendations" else ["csv"])
    ),
    "/data/2021/recommendations.csv?shape=long&region=africa",
]
QUERIES = {
    "recommendation-list": [
        "",
        "?region=africa&region=mena&audience=governments",
        "?q=survivors&page=2",
        "?q=zzz&area=media&region=atlantis",
        "?q=survivants&sort=best&selection=2021MENA14",
    ],
    "compare": [
        "",
        "?region=asia&region=mena",
        "?region=africa&region=asia&region=latin-america&region=mena"
        "&region=europe-north-america-caribbean&by=area",
        "?region=europe&region=caribbean&by=group",
        "?region=africa&region=asia&region=latin-america&region=mena"
        "&region=europe-north-america-caribbean&by=group",
        "?columns=audience&region=africa&by=area&show=shared",
        "?columns=edition&region=africa",
    ],
    "matrix": [
        "",
        "?audience=governments&region=europe&region=africa",
        "?by=audience&order=weight",
    ],
    "convergences": ["", "?audience=governments"],
    "agenda:progress": [
        "",
        "?region=africa&region=atlantis&overdue=true",
        "?since=2021-11-23",
    ],
    "booklet": ["", "?region=asia&region=atlantis"],
    "compare-file": ["?region=asia&region=mena"],
    "selection-file": ["?selection=2021MENA14.AFR3"],
    "selection": ["", "?selection=2021MENA14.AFR3"],
    "agenda:agenda": ["", "?edition=2021"],
    "changes": ["", "?from=2026-01-01&show=edition", "?from=empty&region=africa"],
}


# Pages whose like the API has: their paths, here and there.
API = {
    "recommendation-list": ("recommendations", "recommendations"),
    "compare": ("compare", "comparison"),
    "matrix": ("matrix", "matrix"),
}


API_ADDRESSES = [
    f"/api/v1/{path}"
    for path in (
        "",
        "openapi.json",
        "editions/",
        "editions/2021/?lang=ar",
        "regions/",
        "regions/europe/",
        "audiences/",
        "audiences/governments/",
        "areas/",
        "areas/kafala/",
        "countries/",
        "countries/NP/",
        "instruments/",
        "instruments/asean/",
        "sections/",
        "sections/?area=media&lang=en",
        "sections/2021/africa/2/",
        "recommendations/?limit=500",
        "recommendations/?sort=newest&lang=en",
        "recommendations/?sort=reference&fields=reference",
        "recommendations/?q=survivants&lead=true&fields=text",
        "recommendations/2021-MENA-014/",
        "solutions/",
        "solutions/?region=africa&overdue=true&lang=en",
        "comparison/?by=area",
        "comparison/?columns=audience",
        "matrix/?by=group",
        "search/?q=survivors&lang=en",
        "global-priorities/",
        "global-priorities/?lang=ar&fields=title",
    )
]


def names_within(resolver: Any) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names_within(pattern)
        else:
            yield pattern.name


def public_names() -> list[str]:
    """Every page in languages: `home`, and `ballots:list` beyond the app of the priorities."""
    resolvers: list[Any] = get_resolver().url_patterns
    (in_languages,) = (
        resolver
        for resolver in resolvers
        if isinstance(resolver.pattern, LocalePrefixPattern)
    )
    return [
        name if space == "priorities" else f"{space}:{name}"
        for space, resolver in spaces(in_languages)
        for name in names_within(resolver)
    ]


def spaces(resolver: Any) -> Iterator[tuple[str, Any]]:
    for each in resolver.url_patterns:
        if each.namespace:
            yield each.namespace, each
        else:
            yield from spaces(each)


def full(name: str) -> str:
    return name if ":" in name else f"priorities:{name}"


def public_addresses(language: str) -> list[str]:
    with translation.override(language):
        found = []
        for name in public_names():
            for value in [] if name in FILES else EXAMPLES.get(name, [()]):
                arguments = [value] if isinstance(value, str) else value
                path = reverse(full(name), args=arguments)
                found += [path + query for query in QUERIES.get(name, [""])]
        return found


def file_addresses(language: str) -> list[str]:
    with translation.override(language):
        return [
            reverse(full(name), args=arguments) + query
            for name, examples in FILES.items()
            for arguments in examples
            for query in QUERIES.get(name, [""])
        ]


ADDRESSES = [
    address
    for language, _name in settings.LANGUAGES
    for address in public_addresses(language)
]
