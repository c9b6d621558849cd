"""Every public page in a real browser: axe, narrow screens, thumbs."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from .addresses import ADDRESSES
from .browser import needs_chromium
from .served import served

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
needs_chromium()


@pytest.fixture(scope="module")
def site(edition_2021: None) -> Iterator[str]:
    with served() as url:
        yield url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "en", "es", "ar"])
def test_axe_finds_nothing(browser, site, language, scheme):
    context = browser.new_context(base_url=site, color_scheme=scheme)
    page = context.new_page()
    found = {}
    for address in ADDRESSES:
        if address.startswith(f"/{language}/"):
            page.goto(address)
            violations = Axe().run(page).response["violations"]
            if violations:
                found[address] = [
                    (v["id"], [node["html"][:120] for node in v["nodes"]][:3])
                    for v in violations
                ]
    context.close()
    assert found == {}


@pytest.mark.parametrize("language", ["es", "ar"])
def test_axe_finds_nothing_on_a_phone(browser, site, language):
    context = browser.new_context(
        base_url=site, viewport={"width": 360, "height": 800}, has_touch=True
    )
    page = context.new_page()
    found = {}
    for name in ("", "regions/", "recommendations/?region=mena", "areas/", "matrix/"):
        page.goto(f"/{language}/{name}")
        violations = Axe().run(page).response["violations"]
        if violations:
            found[name] = [(v["id"], v["nodes"][0]["html"][:160]) for v in violations]
    context.close()
    assert found == {}


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_scrolls_sideways(browser, site, width):
    context = browser.new_context(
        base_url=site, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    too_wide = {}
    for address in ADDRESSES:
        page.goto(address)
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            too_wide[address] = needed
    context.close()
    assert too_wide == {}


def test_targets_are_large_enough_for_a_thumb(browser, site):
    context = browser.new_context(
        base_url=site, viewport={"width": 360, "height": 800}, has_touch=True
    )
    page = context.new_page()
    page.goto("/en/recommendations/?region=africa")
    page.locator("summary", has_text="Filters").click()
    for label in page.locator("label.choice:visible").all():
        assert label.bounding_box()["height"] >= 44
    context.close()
