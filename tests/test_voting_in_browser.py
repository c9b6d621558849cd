"""Voting on a phone, without script, by keyboard, in French and in Arabic."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Page, expect

from priorities.models import Recommendation
from regions.models import Edition
from workshops.ballots import casting, codes
from workshops.ballots.casting import Answer
from workshops.models import Ballot

from .browser import needs_chromium
from .conftest import emptied
from .served import served
from .voters import METHODS, make_ballot, tell

# django_db, so that there is a test database: the server writes into it.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]

needs_chromium()

BALLOTS: dict[str, Ballot] = {}
CODES: dict[str, list[str]] = {}
PEOPLE = [
    ("africa", "survivor", "fr"),
    ("asia", "government", "en"),
    ("mena", "union", "ar"),
]
LONG = 40  # candidates


def entries(most: int) -> list[Recommendation]:
    """Of Asian governments, the longest first; then of other regions."""
    rows = Recommendation.objects.published().in_list_order()
    asia = rows.filter(section__regional_forum__region__slug="asia")
    return [*asia.filter(audience__slug="governments"), *rows.reverse()][:most]


def ballot_on_2021(method: str, most: int | None, count: int, **fields: Any) -> Ballot:
    return make_ballot(
        entries(count),
        edition=Edition.objects.get(year=2021),
        method=method,
        most=most,
        question_fr="Que demandons-nous d’abord aux gouvernements ?",
        question_ar="ما الذي نطلبه أولاً من الحكومات؟",
        question_en="What do we ask of governments first?",
        for_whom_fr="Toutes les personnes dans la salle",
        asks_role=True,
        asks_language=True,
        **fields,
    )


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[str]:
    """A ballot of each method, codes for each, and one whose results are told."""
    with django_db_blocker.unblock():
        call_command("load_edition", 2021, verbosity=0)
        for method in METHODS:
            pairs = method == "pairs"
            ballot = ballot_on_2021(method, None if pairs else 5, 4 if pairs else LONG)
            BALLOTS[method] = ballot
            CODES[method] = casting.give_out(ballot, 20, None)
        told = BALLOTS["told"] = ballot_on_2021("borda", 5, LONG)
        given = casting.give_out(told, 36, None)
        for number, code in enumerate(given):
            numbers = [1 + (number * 3 + step * 7) % LONG for step in range(5)]
            region, role, language = PEOPLE[number % 3]
            casting.cast(
                code,
                Answer(
                    [2, *[n for n in numbers if n != 2][:4]], region, role, language
                ),
            )
        tell(told)
        with served() as url:
            yield url
        emptied()


@pytest.fixture
def phone(browser, site) -> Iterator[Page]:
    context = browser.new_context(
        base_url=site,
        viewport={"width": 360, "height": 800},
        has_touch=True,
        java_script_enabled=False,
    )
    page = context.new_page()
    yield page
    assert context.cookies() == []
    context.close()


def looked_at(page: Page) -> None:
    """Nothing for axe to find, nothing beyond the edge."""
    violations = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_ranking_on_a_phone_without_script(phone):
    code = CODES["borda"][0]
    phone.goto("/fr/ballots/")
    phone.locator("#code").fill(codes.spaced(code).lower())
    phone.locator(".code button").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(
        "Que demandons-nous d’abord aux gouvernements ?"
    )
    assert phone.locator(".candidates > li").count() == LONG
    phone.locator("#place-7").select_option("1")
    phone.locator("#place-3").select_option("1")
    phone.locator(".send button").click()

    errors = phone.locator("#errors")
    expect(errors).to_be_visible()
    expect(phone.locator("#place-7")).to_have_value("1")
    errors.get_by_role("link").first.click()
    expect(phone).to_have_url(re.compile("#place-3$"))
    phone.locator("#place-3").select_option("2")
    phone.locator("#region").select_option("asia")
    phone.locator(".send button").click()

    expect(phone.locator(".kept")).to_be_visible()
    expect(phone).to_have_url(re.compile(rf"/fr/vote/\?code={code}$"))
    assert phone.locator(".kept .number").all_inner_texts() == ["7", "3"]
    expect(phone.locator("#place-3")).to_have_value("2")
    phone.locator(".menu summary").click()
    phone.locator(".menu .languages a[lang=ar]").click()
    expect(phone).to_have_url(re.compile(rf"/ar/vote/\?code={code}$"))
    expect(phone.get_by_role("heading", level=1)).to_have_text(
        "ما الذي نطلبه أولاً من الحكومات؟"
    )
    assert phone.locator(".kept .number").all_inner_texts() == ["7", "3"]


def test_approving_and_pairs_on_a_phone_without_script(phone):
    phone.goto(f"/ar/vote/?code={CODES['approval'][0]}")
    boxes = phone.locator(".candidates input[type=checkbox]")
    for label in phone.locator(".candidates label.choice").all()[:5]:
        assert label.bounding_box()["height"] >= 44
    boxes.nth(1).check()
    boxes.nth(4).check()
    phone.locator(".send button").click()
    assert phone.locator(".kept .number").all_inner_texts() == ["2", "5"]

    phone.goto(f"/fr/vote/?code={CODES['pairs'][0]}")
    assert phone.locator("fieldset.pair").count() == 6
    phone.locator("#pair-2-4 input[value='4']").check()
    phone.locator(".send button").click()
    assert phone.locator(".kept .number").all_inner_texts() == ["4"]
    expect(phone.locator("#pair-2-4 input[value='4']")).to_be_checked()


def test_by_keyboard_alone(browser, site):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/en/vote/?code={CODES['schulze'][0]}")
    page.locator(".exit").focus()
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.locator("#place-2").evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("1")
    for _step in range(160):
        page.keyboard.press("Tab")
        if page.locator(".send button").evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Enter")

    expect(page.locator(".kept")).to_be_visible()
    assert page.locator(".kept .number").all_inner_texts() == ["2"]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("language", "width"), [("fr", 360), ("ar", 360), ("ar", 1280)]
)
def test_axe_finds_nothing_on_ballots_and_results(
    browser, site, language, width, scheme
):
    context = browser.new_context(
        base_url=site, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda m: complaints.append(m.text) if m.type == "error" else None
    )
    told = BALLOTS["told"]
    addresses = ["vote/", "ballots/", f"ballots/{told.pk}/"]
    addresses += [f"vote/?code={CODES[method][1]}" for method in METHODS]
    for address in addresses:
        page.goto(f"/{language}/{address}")
        looked_at(page)
    assert complaints == []
    page.goto(f"/{language}/vote/?code=ABC")
    looked_at(page)
    page.goto(f"/{language}/vote/?code={CODES['borda'][2]}")
    page.locator("#place-1").select_option("1")
    page.locator("#place-2").select_option("1")
    page.locator(".send button").click()
    looked_at(page)
    context.close()


def test_what_one_leaves_is_told_nothing(browser, site):
    """The page one goes on to is not told the code."""
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto(f"/en/vote/?code={CODES['borda'][3]}")
    with page.expect_request(re.compile("/en/areas/$")) as asked:
        page.get_by_role("link", name="Areas", exact=True).first.click()

    assert "referer" not in asked.value.all_headers()
    context.close()
