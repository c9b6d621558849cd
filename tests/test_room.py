"""The room's screen: the question, the time, how many have answered, and nothing of what."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from priorities.models import Section
from workshops.ballots import candidates, casting, room
from workshops.ballots.casting import Answer
from workshops.models import Ballot

from .browser import needs_chromium
from .factories import make_region
from .halls import cast_all, make_ballot, make_open
from .people import browser as signed_in
from .people import make_user
from .test_browser import site

__all__ = ["site"]

needs_chromium()


def at(ballot, name):
    return reverse(f"admin:workshops_ballot_{name}", args=[ballot.pk])


@pytest.fixture
def facilitator(db, english_pages):
    make_region("mena")
    return signed_in(make_user("fatima", "facilitator", regions=["mena"]))


def test_the_numbers_tell_how_many_and_not_what(facilitator):
    ballot, codes = make_open(3)
    cast_all(codes, [3, 1], [3, 2])

    told = json.loads(facilitator.get(at(ballot, "numbers")).content)

    seconds = told.pop("seconds")
    assert told == {"state": "open", "answered": 2, "codes": 6}
    assert 3500 < seconds <= 3600


def test_the_page_shows_no_running_result(facilitator):
    ballot, codes = make_open(3)
    before = facilitator.get(at(ballot, "room")).content.decode()
    cast_all(codes, [3])
    other = facilitator.get(at(ballot, "room")).content.decode()

    def without_turnout(text):
        return re.sub(
            r"\d+ of 6|data-counted=\"\d+ 6\"|\d+:\d\d|data-seconds=\"\d+\"", "", text
        )

    assert "Answered: 1 of 6" in other
    assert without_turnout(before) == without_turnout(other)
    assert not any(code in other for code in codes)


def test_the_page_comes_again_by_itself_without_script(facilitator):
    ballot, _codes = make_open(3)

    text = facilitator.get(at(ballot, "room")).content.decode()

    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in text


def test_the_room_reads_it_in_four_languages(facilitator):
    ballot = make_ballot(3, question_ar="ما الأهم؟", question_fr="Quoi d’abord ?")
    ballot.open()

    for language, question in (
        ("ar", "ما الأهم؟"),
        ("fr", "Quoi d’abord ?"),
        ("es", "Quoi d’abord ?"),
        ("en", "What comes first?"),
    ):
        page = facilitator.get(f"{at(ballot, 'room')}?language={language}")
        text = page.content.decode()
        assert f"<title>{question}</title>" in text, language
        assert f"/{language}/vote/" in text
    assert facilitator.get(f"{at(ballot, 'room')}?language=xx").status_code == 404


def test_the_address_is_the_sites_own_and_carries_no_code(facilitator, settings):
    settings.SITE_URL = "https://forum.example"
    ballot, _codes = make_open(3)

    text = facilitator.get(at(ballot, "room")).content.decode()

    assert "forum.example/en/vote/" in text
    assert "code=" not in text


def test_after_its_time_it_says_how_many_answered(facilitator):
    ballot, codes = make_open(3)
    cast_all(codes, [1], [2])
    Ballot.objects.filter(pk=ballot.pk).update(
        closes_at=timezone.now() - timedelta(seconds=1)
    )

    text = facilitator.get(at(ballot, "room")).content.decode()

    assert "The ballot is closed. Answered: 2" in text
    ballot.refresh_from_db()
    assert room.numbers(ballot)["state"] == "closed"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (9, "0:09"), (309, "5:09"), (3909, "1:05:09")],
)
def test_the_time_is_read_from_afar(seconds, shown):
    assert room.clock(seconds) == shown


@pytest.mark.django_db
def test_what_does_not_run_has_no_time_left():
    draft, (over, _codes) = make_ballot(2), make_open(2, codes=1)
    over.close()

    assert room.numbers(draft) == {
        "state": "draft",
        "seconds": 0,
        "answered": 0,
        "codes": 0,
    }
    assert room.numbers(over) == {
        "state": "closed",
        "seconds": 0,
        "answered": 0,
        "codes": 1,
    }


def test_after_the_last_language_comes_the_first():
    assert [room.next_language(code) for code in room.LANGUAGES] == [
        *room.LANGUAGES[1:],
        room.LANGUAGES[0],
    ]


# In a real browser.


@pytest.fixture
def hall(site: str) -> Ballot:
    section = Section.objects.get(regional_forum__region__slug="asia", position=2)
    ballot = Ballot.objects.create(
        edition=section.regional_forum.edition,
        region=section.regional_forum.region,
        scope="section",
        section=section,
        question_en="What should governments in Asia do first?",
        question_fr="Que devraient faire d’abord les gouvernements d’Asie ?",
        question_ar="ما الذي ينبغي للحكومات في آسيا أن تفعله أولاً؟",
        method="borda",
        most=5,
        closes_at=timezone.now() + timedelta(minutes=40),
    )
    candidates.put(ballot, candidates.proposed(ballot))
    ballot.open()
    return ballot


@pytest.fixture
def screens(browser: Browser, site: str) -> Iterator[list[BrowserContext]]:
    contexts: list[BrowserContext] = []
    yield contexts
    for context in contexts:
        context.set_offline(False)
        for page in context.pages:
            page.goto("about:blank")
        context.close()


def opened(
    browser: Browser,
    site: str,
    screens: list[BrowserContext],
    ballot: Ballot,
    **options,
) -> Page:
    options = {"locale": "en", "viewport": {"width": 1280, "height": 900}} | options
    context = browser.new_context(base_url=site, **options)
    screens.append(context)
    page = context.new_page()
    page.goto("/admin/login/?next=/admin/")
    page.fill("#id_username", "organiser")
    page.fill("#id_password", "a phrase")
    page.locator("input[type=submit]").click()
    page.wait_for_selector("#logout-form")
    page.goto(at(ballot, "room"))
    return page


@pytest.mark.browser
@pytest.mark.usefixtures("committed")
def test_keys_turn_the_page_without_leaving_it(browser, site, hall, screens):
    page = opened(browser, site, screens, hall)
    expect(page.locator(".remaining")).to_contain_text("left")
    expect(page.locator(".with-script")).to_be_visible()

    page.keyboard.press("q")
    expect(page.locator(".join")).to_be_hidden()
    page.keyboard.press("q")
    expect(page.locator(".join")).to_be_visible()
    expect(page.locator(".candidates")).to_be_hidden()
    page.keyboard.press("q")
    page.keyboard.press("q")

    size = page.evaluate("getComputedStyle(document.documentElement).fontSize")
    page.keyboard.press("+")
    larger = page.evaluate("getComputedStyle(document.documentElement).fontSize")
    assert float(larger[:-2]) > float(size[:-2])
    page.keyboard.press("-")

    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_hidden()

    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    page.keyboard.press("l")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.keyboard.press("l")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("h1")).to_contain_text("آسيا")
    assert page.evaluate("document.fullscreenElement !== null")


@pytest.mark.browser
@pytest.mark.usefixtures("committed")
def test_a_lost_network_keeps_the_last_numbers(browser, site, hall, screens):
    codes = casting.give_out(hall, 3, None)
    page = opened(browser, site, screens, hall)
    answered, age = page.locator(".answered"), page.locator(".age")
    expect(answered).to_have_text("Answered: 0 of 3")

    page.context.set_offline(True)
    expect(age).to_contain_text("s old", timeout=20_000)
    # Only now: the server asks on the connection that this test writes on.
    casting.cast(codes[0], Answer([1]))
    expect(answered).to_have_text("Answered: 0 of 3")
    before = page.locator(".remaining").inner_text()
    expect(page.locator(".remaining")).not_to_have_text(before, timeout=20_000)

    page.context.set_offline(False)
    expect(answered).to_have_text("Answered: 1 of 3", timeout=20_000)
    expect(age).to_be_hidden()

    page.context.set_offline(True)
    expect(age).to_be_visible(timeout=20_000)
    hall.close()
    page.context.set_offline(False)
    expect(answered).to_have_text("The ballot is closed. Answered: 1", timeout=20_000)
    expect(page.locator(".join")).to_be_hidden()


@pytest.mark.browser
@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_screen_of_the_room(
    browser, site, hall, screens, scheme
):
    page = opened(browser, site, screens, hall, color_scheme=scheme)
    for language in ("en", "ar"):
        no_complaint(page, f"{at(hall, 'room')}?language={language}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            language
        )


@pytest.mark.browser
@pytest.mark.usefixtures("committed")
def test_axe_finds_nothing_on_the_pages_of_a_ballot(browser, site, hall, screens):
    page = opened(browser, site, screens, hall, color_scheme="dark")
    given = casting.give_out(hall, 6, None)
    for name in ("change", "candidates", "codes", "paper", "close"):
        no_complaint(page, at(hall, name))
    page.goto(at(hall, "codes"))
    page.get_by_label("العربيّة").check()
    page.get_by_role("button", name="Make the page to print").click()
    page.wait_for_selector(".slip")
    assert Axe().run(page).violations_count == 0
    page.goto("about:blank")
    cast_all(given, *[[1, 2]] * 6, region="asia")
    hall.close()
    for name in ("results", "accept"):
        no_complaint(page, at(hall, name))


def no_complaint(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None, address
    assert answer.ok, address
    found = Axe().run(page)
    assert found.violations_count == 0, (address, found.generate_report())
