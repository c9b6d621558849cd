"""Any public page printed is worth keeping: what it says, where it is found, no more."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from django.urls import resolve
from django.utils import translation
from playwright.sync_api import Browser

from priorities.models import Recommendation, Succession
from regions.models import ContentChange, Edition, Region, RegionalForum

from .addresses import public_addresses
from .browser import needs_chromium
from .conftest import emptied
from .edition import load_edition_2021
from .factories import NOON, make_recommendation, make_section
from .served import served

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

needs_chromium()

A4, LETTER = (595, 842), (612, 792)
WITHDRAWN = "2021-ASI-009"
# On the screen to go on from, on paper noise.
NAVIGATION = {
    "en": ["Exit this page", "Skip to the content", "My selection:", "Menu"],
    "fr": ["Quitter cette page", "Aller au contenu", "Menu"],
}
CONTROLS = ["Remove all", "Show what changed", "As data", "Other days", "Word by word"]


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[str]:
    with django_db_blocker.unblock():
        load_edition_2021()
        Recommendation.objects.get(reference=WITHDRAWN).withdraw()
        what_was_asked_before()
        with served() as url:
            yield url
        emptied()


def what_was_asked_before() -> None:
    """An edition before 2021, of which one entry was asked again in other words."""
    edition = Edition.objects.create(year=2020, published_at=NOON)
    forum = RegionalForum.objects.create(
        edition=edition, region=Region.objects.get(slug="africa")
    )
    section = make_section(regional_forum=forum)
    earlier = make_recommendation(section=section, areas=(), text="Un autre texte.")
    later = Recommendation.objects.get(reference="2021-AFR-003")
    Succession.objects.create(
        edition=Edition.objects.get(year=2021),
        earlier=earlier,
        later=later,
        kind="changes",
    )


class Printed:
    """A page as it comes out of the printer."""

    def __init__(self, browser: Browser, address: str, paper: str = "A4") -> None:
        context = browser.new_context(color_scheme="dark")
        page = context.new_page()
        page.goto(address)
        # As the dialogue of a browser has it: the paper is the reader's, the rest ours.
        is_wide = page.evaluate("!!document.querySelector('.comparison')")
        pdf = page.pdf(format=paper, landscape=is_wide, print_background=False)
        context.close()
        self.document = pypdfium2.PdfDocument(pdf)
        told = (sheet.get_textpage().get_text_bounded() for sheet in self.document)
        self.pages = [" ".join(unicodedata.normalize("NFKC", t).split()) for t in told]
        self.text = " ".join(self.pages)

    def size(self) -> tuple[float, float]:
        width, height = self.document[0].get_size()
        return width, height

    def colours(self, number: int = 0) -> set[tuple[int, ...]]:
        picture = self.document[number].render(scale=1).to_pil().convert("RGB")
        found: Any = picture.getcolors(picture.width * picture.height)
        return {colour for count, colour in found if count > 20}


def own(language: str) -> list[str]:
    """An address of each kind of page, in a language."""
    found: dict[Any, str] = {}
    with translation.override(language):
        for address in public_addresses(language):
            found.setdefault(resolve(address.split("?")[0]).url_name, address)
    return [*found.values()]


@pytest.mark.parametrize("address", own("en") + own("fr"))
def test_a_printed_page_says_what_it_is_and_where_and_nothing_to_press(
    browser, site, address
):
    printed = Printed(browser, site + address)

    for words in [*NAVIGATION[address[1:3]], *CONTROLS]:
        assert words not in printed.text
    assert ContentChange.objects.version().name in printed.text
    assert "CC BY 4.0" in printed.text
    assert printed.text.count(f"{settings.SITE_URL}{address}") >= 1
    assert f"{settings.SITE_URL}/{address[1:3]}/recommendations/," in printed.text


@pytest.mark.parametrize("address", own("ar"))
def test_no_page_of_an_arabic_print_is_empty(browser, site, address):
    printed = Printed(browser, site + address, "Letter")

    empty = [n for n, text in enumerate(printed.pages) if len(text) < 40]
    assert empty == []
    assert settings.SITE_URL + address in printed.text.replace(" ", "")


def test_pages_are_numbered(browser, site):
    printed = Printed(browser, f"{site}/en/matrix/")

    count = len(printed.pages)
    assert count > 1
    for number, text in enumerate(printed.pages, start=1):
        assert f"{number} / {count}" in text


@pytest.mark.parametrize(("paper", "size"), [("A4", A4), ("Letter", LETTER)])
def test_the_paper_is_the_readers_and_a_comparison_lies_on_its_side(
    browser, site, paper, size
):
    compared = "/en/compare/?region=asia&region=mena&by=group"

    upright = Printed(browser, f"{site}/en/matrix/", paper).size()
    assert upright == pytest.approx(size, abs=1)
    assert Printed(browser, site + compared, paper).size() == upright[::-1]


def test_a_list_prints_its_sentence_then_each_entry_with_its_reference(browser, site):
    printed = Printed(
        browser, f"{site}/en/recommendations/?region=africa&audience=governments"
    )

    text = printed.text
    assert "Africa · for Governments: " in text
    found = re.findall(r"\b2021-AFR-\d{3}\b", text)
    assert len(found) == int(re.search(r"Governments: (\d+)", text)[1])


def test_tables_repeat_their_heads_on_every_page(browser, site):
    printed = Printed(browser, f"{site}/en/matrix/")

    rows = [text for text in printed.pages if "Regions" in text or "nothing" in text]
    assert len(printed.pages) >= 2
    for text in rows[:-1]:
        assert "Latin America" in text


def test_a_comparison_prints_its_columns_on_every_page(browser, site):
    printed = Printed(browser, f"{site}/en/compare/?region=asia&region=mena&by=group")

    with_entries = [text for text in printed.pages if "2021-" in text]
    assert len(with_entries) >= 2
    for text in with_entries:
        assert "Middle East and North Africa" in text


def test_an_entry_prints_every_language_it_is_in(browser, site):
    entry = Recommendation.objects.get(reference="2021-MENA-014")

    text = Printed(browser, f"{site}{entry_address(entry)}").text.replace(" ", "")

    for code in ("fr", "en", "es"):
        words = getattr(entry, f"text_{code}").replace("**", "").replace(" ", "")
        assert unicodedata.normalize("NFKC", words)[:60] in text


def entry_address(entry: Recommendation) -> str:
    return f"/en/recommendations/{entry.reference}/"


def test_the_page_of_a_withdrawn_entry_prints_without_its_text(browser, site):
    printed = Printed(browser, f"{site}/en/recommendations/{WITHDRAWN}/")

    assert "This text was published and has been withdrawn." in printed.text
    assert f"{settings.SITE_URL}/en/recommendations/{WITHDRAWN}/" in printed.text


def test_paper_is_white_and_regions_keep_their_colour(browser, site):
    colours = Printed(browser, f"{site}/en/regions/mena/").colours()

    assert (255, 255, 255) in colours
    assert (107, 78, 0) in colours  # MENA, as in daylight
    assert (18, 22, 28) not in colours  # the paper of a dark screen


def test_what_became_of_an_edition_prints_both_texts(browser, site):
    text = Printed(browser, f"{site}/fr/changes/?to_edition=2021&show=reworded").text

    assert "Un autre texte." in text
    assert {"2020-AFR-001", "2021-AFR-003"} <= {*text.split()}
