"""The texts of 2021 in four languages, as translators meet them."""

import re

import pytest
from django.conf import settings

from translations.checks import doubts
from translations.units import Selection, find_many

from .test_translating import export, organiser, send

__all__ = ["organiser"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]


def test_nothing_of_2021_is_left_to_do():
    for language in settings.CONTENT_LANGUAGES:
        assert list(Selection(language).ids()) == [], language


def test_every_text_of_2021_is_found_by_its_name():
    names = list(Selection("es", ("reviewed", "there")).ids())

    assert len(names) == len(set(names)) == len(find_many(names)) > 700


def test_the_translations_of_2021_raise_few_doubts():
    found = {
        f"{unit.id} {language}": doubts(unit.original, language, unit.value(language))
        for language in ("en", "es", "ar")
        for unit in Selection(language, ("reviewed",)).units()
    }
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize("kind", ["xlsx", "csv", "po"])
@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_all_of_2021_goes_out_and_comes_back_unchanged(organiser, kind, language):
    data = export(organiser, kind, language)

    page = send(organiser, data, f"all.{kind}", language).content.decode()

    assert re.findall(r"<li>(\w+): (\d+)</li>", page) == [
        ("unchanged", str(len(list(Selection(language, ("reviewed", "there")).ids()))))
    ]
