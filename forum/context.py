from typing import Any, NamedTuple

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import uri_to_iri
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from priorities.filters import canonical
from priorities.selection import Selection
from regions.changes import data_version

LOCALES = {"en": "en_GB"}


class Language(NamedTuple):
    code: str
    name: str
    url: str
    is_current: bool

    @property
    def locale(self) -> str:
        """As Open Graph spells it, which asks for a country."""
        return LOCALES.get(self.code, f"{self.code}_{self.code.upper()}")


def languages(request: HttpRequest) -> list[Language]:
    """This very page in every interface language: slugs are the same in all of them."""
    path = request.get_full_path()
    rest = path.split("/", 2)[2] if path.count("/") > 1 else ""
    if path.split("/", 2)[1] not in dict(settings.LANGUAGES):
        rest = ""
    return [
        Language(
            code,
            LANG_INFO[code]["name_local"],
            f"/{code}/{rest}",
            code == get_language(),
        )
        for code, _name in settings.LANGUAGES
    ]


def address(request: HttpRequest) -> str:
    match = request.resolver_match
    name = match.url_name if match else None
    return canonical(request.path, name or "", request.GET)


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every public page needs; the admin reads none of it."""
    chosen = Selection.asked(request.GET)
    return {
        "site_languages": SimpleLazyObject(lambda: languages(request)),
        "site_url": settings.SITE_URL,
        "canonical": SimpleLazyObject(lambda: address(request)),
        "exit_url": settings.EXIT_URL,
        "selection": chosen,
        "carried": f"?selection={chosen.code}" if chosen else "",
        "carried_on": f"&selection={chosen.code}" if chosen else "",
        "printed_references": settings.SITE_URL
        + reverse("priorities:recommendation-list"),
        "printed_address": settings.SITE_URL + uri_to_iri(request.get_full_path()),
        "data_version": SimpleLazyObject(lambda: data_version(request)),
    }
