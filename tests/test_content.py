"""Edition 2021 is whole: every bold phrase of the booklet is carried by something."""

import csv
import re
from pathlib import Path

import pytest
from babel import Locale
from django.conf import settings

from priorities.models import (
    AreaSynonym,
    Audience,
    Instrument,
    PriorityArea,
    Recommendation,
    Section,
)
from priorities.words import fold
from regions.models import Country, Edition, Region, RegionalForum

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

BOOKLET = Path(settings.BASE_DIR).parent / "shared" / "booklet-2021-fr.md"
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
PAGES = {
    "africa": (4, 8),
    "asia": (9, 13),
    "latin-america": (14, 17),
    "mena": (18, 22),
    "europe-north-america-caribbean": (23, 26),
    "europe": (26, 26),
    "north-america": (27, 28),
    "caribbean": (28, 30),
}


def phrases():
    """Page, phrase, who carries it, the form it has there, the area it names."""
    with (Path(__file__).parent / "booklet_phrases.csv").open(newline="") as file:
        return [(int(row["page"]), row) for row in csv.DictReader(file)]


def carrier(name):
    """A recommendation by reference, or a section's introduction by its place."""
    if name.startswith("section:"):
        region, position = name.removeprefix("section:").split("/")
        section = Section.objects.get_by_natural_key(2021, region, int(position))
        return section.introduction_fr, section.first_page, section.last_page
    recommendation = Recommendation.objects.get(reference=name)
    page = recommendation.source_page
    return recommendation.text_fr, page - 1, page + 1


def stems(text):
    return {word[:4] for word in re.split(r"\W+", fold(text)) if len(word) > 3}


@pytest.mark.skipif(not BOOKLET.exists(), reason="the booklet itself is not at hand")
def test_the_list_of_phrases_is_the_booklets():
    pages = BOOKLET.read_text().split("Parrainé par :")
    bold = [
        (number, phrase)
        for number, page in enumerate(pages, start=1)
        for phrase in BOLD.findall(page)
        if number > 1  # the first page holds the subtitle alone
    ]

    assert bold == [(page, row["phrase"]) for page, row in phrases()]


def test_every_bold_phrase_of_the_booklet_is_a_key_term_where_it_stands():
    assert len(phrases()) == 127
    for page, row in phrases():
        text, first, last = carrier(row["carrier"])
        form = row["as"] or row["phrase"]
        assert f"**{form}**" in text, row
        assert fold(row["phrase"]) in fold(form) or stems(row["phrase"]) & stems(form)
        assert first <= page <= last, row


def test_phrases_that_name_a_subject_are_synonyms_of_an_area():
    named = [row for _page, row in phrases() if row["area"]]
    for row in named:
        label = fold(row["as"] or row["phrase"])
        area = PriorityArea.objects.get(slug=row["area"])
        labels = {fold(area.name_fr)} | set(
            area.synonyms.filter(language="fr").values_list("folded", flat=True)
        )
        assert label in labels, row  # its own name, or one of its synonyms
        assert area in Recommendation.objects.get(reference=row["carrier"]).areas.all()


def test_the_whole_booklet_is_here():
    assert RegionalForum.objects.own().count() == 5
    assert Region.objects.forum_regions().count() == 5
    assert Region.objects.count() == 8
    assert Section.objects.count() == 21
    assert Audience.objects.count() == 8
    counts = {
        region.slug: Recommendation.objects.published().for_region(region).count()
        for region in Region.objects.all()
    }
    assert counts == {
        "africa": 48,
        "asia": 52,
        "latin-america": 33,
        "mena": 59,
        "europe-north-america-caribbean": 41,
        "europe": 12,
        "north-america": 21,
        "caribbean": 39,
    }


def test_the_edition_says_what_it_was_for():
    edition = Edition.objects.get(year=2021)

    assert (edition.place_fr, edition.last_year()) == ("Marrakech, Maroc", 2024)
    roles = edition.partners.values_list("role", "name").order_by("role")
    assert list(roles) == [("organiser", ""), ("sponsor", "")]


def test_every_entry_stands_on_its_regions_pages_in_the_order_of_the_text():
    for section in Section.objects.all():
        first, last = PAGES[section.regional_forum.region.slug]
        assert first <= section.first_page <= section.last_page <= last
        entries = list(section.recommendations.order_by("position"))
        assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
        pages = [entry.source_page for entry in entries]
        assert pages == sorted(pages)
        assert section.first_page <= pages[0] <= pages[-1] <= section.last_page


@pytest.mark.parametrize("language", settings.CONTENT_LANGUAGES)
def test_every_entry_reads_in_every_language_with_its_key_terms(language):
    for entry in Recommendation.objects.all():
        text = getattr(entry, f"text_{language}")
        assert BOLD.search(text), entry
        assert text.count("**") == entry.text_fr.count("**"), entry
        assert len(text) < 700, entry
        assert entry.state_in(language) in {"original", "reviewed"}, entry


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (Edition, ["place", "theme", "introduction"]),
        (RegionalForum, ["overview"]),
        (Section, ["heading", "introduction"]),
        (Region, ["name"]),
        (Audience, ["name"]),
        (PriorityArea, ["name"]),
        (Instrument, ["name"]),
    ],
)
def test_what_stands_around_them_reads_in_every_language_too(model, names):
    for row in model.objects.all():
        for name in names:
            texts = [getattr(row, f"{name}_{c}") for c in settings.CONTENT_LANGUAGES]
            assert all(texts) or not any(texts), (row, name)


def test_nobody_ranked_in_2021_and_some_lead():
    assert not Recommendation.objects.filter(rank__isnull=False).exists()
    assert Recommendation.objects.filter(is_lead=True).count() >= 10


def test_every_entry_carries_one_to_four_areas():
    for entry in Recommendation.objects.prefetch_related("areas"):
        assert 1 <= len(entry.areas.all()) <= 4


def test_areas_let_regions_be_compared():
    areas = PriorityArea.objects.within_groups()
    counts = {area: area.recommendations.count() for area in areas}

    assert PriorityArea.objects.groups().count() == 13
    assert len(areas) == 61
    assert min(counts.values()) >= 1
    assert max(counts.values()) < Recommendation.objects.count() / 4


def test_the_english_paragraph_of_page_24_is_original_in_english():
    originals = Recommendation.objects.filter(original_language="en")

    assert [entry.source_page for entry in originals] == [24] * len(originals)
    assert originals.count() >= 1


def test_doubts_about_the_source_are_noted():
    instability = Recommendation.objects.get(
        text_fr__contains="instabilité économique", source_page=4
    )

    assert "stabilité" in instability.note


def test_countries_that_the_text_names_are_tagged():
    named = set(
        Country.objects.filter(recommendations__isnull=False).values_list(
            "iso_code", flat=True
        )
    )

    assert {"NP", "IN", "VN", "CR", "SD", "EG", "US", "HT"} <= named


def test_no_sentence_is_copied_from_the_booklet():
    if not BOOKLET.exists():
        pytest.skip("the booklet itself is not at hand")
    booklet = " ".join(re.findall(r"\w+", BOOKLET.read_text().lower()))
    titles = [row["phrase"] for _page, row in phrases()]
    own = [" ".join(re.findall(r"\w+", title.lower())) for title in titles]
    for entry in Recommendation.objects.all():
        words = re.findall(r"\w+", entry.text_fr.lower())
        for start in range(len(words) - 10):
            run = " ".join(words[start : start + 11])
            assert run not in booklet or any(run in name for name in own)


def test_synonyms_are_held_by_one_area_in_each_language():
    for code in settings.CONTENT_LANGUAGES:
        labels = list(
            AreaSynonym.objects.filter(language=code).values_list("folded", flat=True)
        )
        assert len(labels) == len(set(labels)) > 60


@pytest.mark.parametrize("language", settings.CONTENT_LANGUAGES)
def test_countries_are_named_as_cldr_names_them(language):
    names = Locale(language).territories

    countries = Country.objects.values_list("iso_code", f"name_{language}")
    assert [(code, name) for code, name in countries if name != names[code]] == []
