"""Every public address, from the URL resolver, filled in with what edition 2021 holds."""

from typing import Any

from django.urls import get_resolver, reverse
from django.urls.resolvers import LocalePrefixPattern
from django.utils import translation

EXAMPLES = {
    "region-detail": ["africa", "europe-north-america-caribbean", "europe"],
    "recommendation-detail": ["2021-MENA-014", "2021-ENAC-008"],
    "area-detail": ["awareness", "survivors", "kafala"],
}
QUERIES = {
    "recommendation-list": [
        "",
        "?region=africa&region=mena&audience=governments",
        "?q=survivors&page=2",
        "?q=zzz&area=media&region=atlantis",
    ],
    "compare": [
        "",
        "?region=asia&region=mena",
        "?region=africa&region=asia&region=latin-america&region=mena"
        "&region=europe-north-america-caribbean&by=area",
        "?region=europe&region=caribbean&by=group",
    ],
    "matrix": ["", "?audience=governments&region=europe&region=africa"],
}


def public_names() -> list[str]:
    resolvers: list[Any] = get_resolver().url_patterns
    (in_languages,) = (
        resolver
        for resolver in resolvers
        if isinstance(resolver.pattern, LocalePrefixPattern)
    )
    (public,) = in_languages.url_patterns
    return [pattern.name for pattern in public.url_patterns]


def public_addresses(language: str) -> list[str]:
    with translation.override(language):
        found = []
        for name in public_names():
            needs_one = any(name == known for known in EXAMPLES)
            paths = [
                reverse(f"priorities:{name}", args=[value] if needs_one else [])
                for value in EXAMPLES.get(name, [""])
            ]
            found += [
                path + query for path in paths for query in QUERIES.get(name, [""])
            ]
        return found


ADDRESSES = [
    address for language in ("fr", "en") for address in public_addresses(language)
]
