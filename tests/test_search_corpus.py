"""175 searches of the real content, with what they must find."""

import csv
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from priorities.models import PriorityArea

from .factories import asked, best, references

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

CORPUS = list(
    csv.DictReader(
        Path(__file__).with_name("search_corpus.csv").read_text("utf-8").splitlines()
    )
)


@pytest.mark.parametrize(
    "row", CORPUS, ids=[f"{row['language']}:{row['query']}" for row in CORPUS]
)
def test_the_corpus(row):
    with translation.override(row["language"]):
        filterset = asked(row["query"], row["language"])
        found = references(filterset)

        assert set(row["includes"].split()) - found == set()
        assert set(row["excludes"].split()) & found == set()
        if row["count"]:
            assert len(found) == int(row["count"])
        if row["first"]:
            assert row["first"] in best(filterset, 3)


@pytest.mark.parametrize("language", settings.CONTENT_LANGUAGES)
def test_an_area_is_found_by_its_names_in_every_language(language):
    """The reader's language is another than that of the name."""
    reader = "en" if language == "fr" else "fr"
    for area in PriorityArea.objects.within_groups().prefetch_related("synonyms"):
        held = set(area.recommendations.published().values_list("reference", flat=True))
        synonyms = [s.label for s in area.synonyms.all() if s.language == language]
        for name in (getattr(area, f"name_{language}"), *synonyms):
            assert held - references(asked(name, reader)) == set(), name


@pytest.mark.parametrize(
    ("language", "typed", "label", "url"),
    [
        ("en", "kaf", "Kafala system", "/en/areas/kafala/"),
        ("fr", "afri", "Afrique", "/fr/regions/africa/"),
        ("en", "العم", "", ""),
        (
            "es",
            "sobrev",
            "Inclusión y liderazgo de sobrevivientes",
            "/es/areas/survivor-inclusion/",
        ),
        ("ar", "الكف", "نظام الكفالة", "/ar/areas/kafala/"),
        ("en", "2021-mena-01", "2021-MENA-010", "/en/recommendations/2021-MENA-010/"),
        ("en", "access to jus", "Access to justice", "/en/areas/access-to-justice/"),
        ("en", "k", "", ""),
        ("en", "%", "", ""),
    ],
)
def test_suggestions_lead_straight_there(client, language, typed, label, url):
    response = client.get(f"/{language}/suggestions/", {"q": typed})

    offered = {s.label: s.url for s in response.context["suggestions"]}
    assert len(offered) <= 8
    if label:
        assert offered[label] == url
    elif typed in ("k", "%"):
        assert offered == {}
    else:
        assert offered


def test_a_suggested_reference_stands_from_left_to_right_in_arabic_too(client):
    page = client.get("/ar/suggestions/?q=2021-mena-014").content.decode()

    assert "<bdi>2021-MENA-014</bdi>" in page
