"""Every public page in a real browser: axe, narrow screens, thumbs."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from .addresses import ADDRESSES
from .browser import needs_chromium
from .served import served

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
needs_chromium()

WIDTHS = (320, 360, 768, 1280)
COLOURS = {"runOnly": ["color-contrast"]}  # all that another scheme changes


@pytest.fixture(scope="module")
def site(edition_2021: None) -> Iterator[str]:
    with served() as url:
        yield url


def violations(page: Page, options: Any = None) -> list[Any]:
    found = Axe().run(page, options=options).response["violations"]
    return [(v["id"], [node["html"][:120] for node in v["nodes"]][:3]) for v in found]


@pytest.mark.parametrize("language", ["fr", "en", "es", "ar"])
def test_every_page_holds_in_both_schemes_and_all_widths(browser, site, language):
    context = browser.new_context(
        base_url=site,
        color_scheme="light",
        viewport={"width": 1280, "height": 800},
    )
    page = context.new_page()
    found, too_wide = {}, {}
    for address in ADDRESSES:
        if not address.startswith(f"/{language}/"):
            continue
        page.goto(address)
        found[address, "light"] = violations(page)
        page.emulate_media(color_scheme="dark")
        found[address, "dark"] = violations(page, COLOURS)
        page.emulate_media(color_scheme="light")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            needed = page.evaluate("document.documentElement.scrollWidth")
            if needed > width:
                too_wide[address, width] = needed
    context.close()
    assert {where: each for where, each in found.items() if each} == {}
    assert too_wide == {}


@pytest.mark.parametrize("language", ["es", "ar"])
def test_axe_finds_nothing_on_a_phone(browser, site, language):
    context = browser.new_context(
        base_url=site, viewport={"width": 360, "height": 800}, has_touch=True
    )
    page = context.new_page()
    found = {}
    for name in ("", "regions/", "recommendations/?region=mena", "areas/", "matrix/"):
        page.goto(f"/{language}/{name}")
        found[name] = violations(page)
    context.close()
    assert {where: each for where, each in found.items() if each} == {}


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
