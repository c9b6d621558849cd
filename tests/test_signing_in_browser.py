"""From an invitation to a second factor and back in, as it is met in a browser."""

import re
from base64 import b32decode
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from accounts.invitations import address, invite
from accounts.models import Invitation

from .browser import needs_chromium
from .conftest import emptied
from .served import served
from .signing import PASSWORD, make_person, with_app

# django_db, so that there is a test database: the server writes into it.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]

needs_chromium()

WALKS = {1: (360, "light", "en"), 2: (1280, "dark", "en"), 3: (360, "dark", "ar")}
VISITS = {1: (360, "dark"), 2: (1280, "light")}
LINKS: dict[int, str] = {}


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[str]:
    """People and invitations made where the server sees them on every engine."""
    with django_db_blocker.unblock():
        for number in WALKS:
            LINKS[number] = address(invite(Invitation(role="organiser")))
        for number in VISITS:
            make_person(f"adama{number}", "administrator")
            with_app(make_person(f"other{number}", "reviewer"))
        with served() as url:
            yield url
        emptied()


def looked_at(page: Page) -> None:
    """Nothing for axe to find, nothing beyond the edge."""
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("number", WALKS)
def test_a_walk_from_the_invitation_to_the_second_factor(
    browser, site, settings, number
):
    settings.SECOND_FACTOR_REQUIRED = True
    width, scheme, language = WALKS[number]
    name, link = f"noor{number}", LINKS[number]
    context = browser.new_context(
        base_url=site,
        locale=language,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    complaints = []
    page.on(
        "console", lambda m: complaints.append(m.text) if m.type == "error" else None
    )

    page.goto(link)
    looked_at(page)
    page.fill("#id_username", name)
    page.fill("#id_password1", PASSWORD)
    page.fill("#id_password2", PASSWORD)
    page.locator("#content [type=submit]").click()

    expect(page).to_have_url(re.compile("/second-factor/set-up/"))
    looked_at(page)
    box = page.locator(".qr svg").bounding_box()
    assert box["width"] == box["height"] > 200
    key = page.locator(".key").inner_text().replace(" ", "")
    page.fill("#id_code", f"{TOTP(b32decode(key)).token():06d}")
    page.locator("#content [type=submit]").click()

    expect(page.locator(".codes li")).to_have_count(10)
    looked_at(page)
    recovery = page.locator(".codes li").first.inner_text()
    page.locator("#content a.button").click()
    expect(page).to_have_url(f"{site}/admin/")
    page.goto("/admin/second-factor/")
    looked_at(page)
    page.goto("/admin/second-factor/recovery-codes/")
    looked_at(page)
    page.locator("#logout-form button").click()

    page.goto("/admin/priorities/recommendation/")
    looked_at(page)
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.locator("[type=submit]").click()
    expect(page).to_have_url(re.compile("/second-factor/verify/"))
    looked_at(page)
    page.fill("#id_code", recovery)
    page.locator("#content [type=submit]").click()
    expect(page).to_have_url(f"{site}/admin/priorities/recommendation/")
    expect(page.locator(".messagelist .warning")).to_contain_text("9")
    assert complaints == []
    page.goto(link)  # which was used
    looked_at(page)
    page.wait_for_load_state("networkidle")
    context.close()


@pytest.mark.parametrize("number", VISITS)
def test_an_administrator_invites_and_looks_after_accounts(browser, site, number):
    width, scheme = VISITS[number]
    context = browser.new_context(
        base_url=site,
        locale="en",
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    page.goto("/admin/login/?next=/admin/accounts/user/")
    page.fill("#id_username", f"adama{number}")
    page.fill("#id_password", PASSWORD)
    page.locator("[type=submit]").click()
    expect(page.get_by_role("link", name=f"other{number}")).to_be_visible()
    looked_at(page)

    page.get_by_role("link", name=f"other{number}").click()
    expect(page.get_by_role("button", name="Close this account")).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name="Close this account").click()
    expect(page.locator(".messagelist")).to_contain_text("The account is closed")
    page.get_by_role("button", name="Open this account again").click()
    page.get_by_role("button", name="Reset the second factor").click()
    page.goto("/admin/accounts/user/")
    page.get_by_role("link", name="Invite somebody").click()
    expect(page.get_by_role("button", name="Make the link")).to_be_visible()
    looked_at(page)
    page.get_by_role("radio", name=re.compile("^Observer")).check()
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("#link")).to_have_value(re.compile("/admin/invitation/.{43}/"))
    looked_at(page)
    page.goto("/admin/accounts/invitation/")
    looked_at(page)
    page.locator("#result_list tbody th a").first.click()
    expect(page.get_by_role("button", name="Withdraw this link")).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name="Withdraw this link").click()
    expect(page.locator(".messagelist")).to_contain_text("withdrawn")
    page.wait_for_load_state("networkidle")
    context.close()
