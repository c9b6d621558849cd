"""Three people at work in their own browsers: from a draft to what participants read."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.roles import assign
from priorities.models import Recommendation, Resemblance, Section
from regions import operations
from regions.models import Region

from .test_browser import site

__all__ = ["site"]

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed")]


@pytest.mark.django_db
def test_there_is_a_database_to_try_in():
    """Marked, so that pytest-django makes one for the others of this module."""
    assert not Recommendation.objects.exists()


@pytest.fixture
def sign_in(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """A browser of one's own for each person; the console has nothing to complain of."""
    pages: list[Page] = []
    complaints: list[str] = []

    def signed_in(name: str, *roles: str, region: str = "", **options) -> Page:
        user, _made = User.objects.get_or_create(
            username=name, defaults={"is_staff": True}
        )
        user.set_password("a phrase")
        user.save()
        if roles:
            assign(user, roles)
        user.regions.set(Region.objects.filter(slug=region))
        context = browser.new_context(base_url=site, **{"locale": "en"} | options)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        pages.append(page)
        page.goto("/admin/login/?next=/admin/")
        page.fill("#id_username", name)
        page.fill("#id_password", "a phrase")
        page.locator("input[type=submit]").click()
        page.wait_for_selector("#logout-form")
        return page

    yield signed_in
    for page in pages:
        page.wait_for_load_state("networkidle")
        page.context.close()
    assert complaints == []


@pytest.fixture
def draft(site: str) -> Iterator[Recommendation]:
    section = Section.objects.filter(
        regional_forum__region__slug="mena", kind="recommendations"
    )[0]
    row = Recommendation.objects.create(
        section=section,
        audience=section.audience,
        text_en="Train **judges**.",
        original_language="en",
    )
    yield row
    row.refresh_from_db()
    if row.published_at is None:
        Recommendation.objects.remove_all([row.pk], "tried", None)
    elif row.is_published:
        row.withdraw()


def change(row: Recommendation) -> str:
    return f"/admin/priorities/recommendation/{row.pk}/change/"


def test_a_draft_is_sent_back_mended_approved_and_published(sign_in, draft, browser):
    facilitator = sign_in("fatima", "facilitator", region="mena")
    facilitator.get_by_role("link", name="Drafts not yet sent to review").click()
    facilitator.get_by_role("link", name=draft.reference).click()
    facilitator.get_by_role("button", name="Save and send to review").click()
    expect(facilitator.locator(".messagelist")).to_contain_text("changed its status")

    reviewer = sign_in("rita", "reviewer", region="mena")
    reviewer.get_by_role("link", name="To review").click()
    reviewer.get_by_role("link", name=draft.reference).click()
    reviewer.locator(".comments textarea").fill("Which judges?")
    reviewer.get_by_role("button", name="Send back, with this comment").click()
    expect(reviewer.locator(".comments")).to_contain_text("Which judges?")

    facilitator.goto("/admin/")
    facilitator.get_by_role("link", name="Sent back, to be mended").click()
    facilitator.get_by_role("link", name=draft.reference).click()
    expect(facilitator.locator(".comments")).to_contain_text("Which judges?")
    facilitator.locator("#id_text_en").fill("Train **labour** judges.")
    facilitator.get_by_role("button", name="Save and send to review").click()

    reviewer.goto(change(draft))
    reviewer.get_by_role("button", name="Approve").click()
    organiser = sign_in("organiser", "organiser")
    organiser.get_by_role("link", name="Approved, to be published").click()
    organiser.get_by_role("link", name=draft.reference).click()
    organiser.get_by_role("button", name="Save and publish").click()
    expect(organiser.locator(".messagelist")).to_contain_text("now public")

    reader = browser.new_page()
    reader.goto(
        f"{organiser.url.partition('/admin')[0]}/en/recommendations/{draft.reference}/"
    )
    expect(reader.locator("main")).to_contain_text("Train labour judges.")
    reader.wait_for_load_state("networkidle")
    reader.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_two_who_change_one_text_both_count(sign_in, draft, script):
    first = sign_in("fatima", "facilitator", region="mena", java_script_enabled=script)
    second = sign_in("organiser", "organiser", java_script_enabled=script)
    first.goto(change(draft))
    second.goto(change(draft))

    first.locator("#id_text_en").fill("Train **all** judges.")
    first.get_by_role("button", name="Save and continue editing").first.click()
    expect(first.locator(".messagelist")).to_contain_text("changed successfully")
    second.locator("#id_text_en").fill("Train **judges** and police.")
    second.get_by_role("button", name="Save and continue editing").first.click()

    theirs = second.locator(".theirs")
    expect(theirs).to_contain_text("all")
    expect(theirs).to_contain_text("and police")
    expect(second.locator("#id_text_en")).to_have_value("Train **judges** and police.")
    draft.refresh_from_db()
    assert draft.text_en == "Train **all** judges."

    second.get_by_role("button", name="Save and continue editing").first.click()
    expect(second.locator(".messagelist")).to_contain_text("changed successfully")
    draft.refresh_from_db()
    assert draft.text_en == "Train **judges** and police."
    texts = draft.history.values_list("text_en", flat=True)
    assert "Train **all** judges." in texts


def test_beyond_her_region_a_facilitator_finds_nothing(sign_in, site):
    facilitator = sign_in("fatima", "facilitator", region="mena")
    other = Recommendation.objects.filter(section__regional_forum__region__slug="asia")

    answer = facilitator.goto(change(other[0]))

    assert answer.status == 404
    facilitator.goto("/admin/priorities/recommendation/?q=2021-ASI")
    expect(facilitator.locator(".paginator")).to_contain_text("0 ")


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("ar", 360, "dark"), ("fr", 1280, "light")]
)
def test_axe_finds_nothing_on_the_pages_of_curators(
    sign_in, draft, language, width, scheme
):
    other = Recommendation.objects.exclude(pk=draft.pk)[0]
    Resemblance.objects.of(draft, other, 60)
    with operations.one() as operation:
        draft.send_to_review()
    base = "/admin/priorities/recommendation"
    page = sign_in(
        "organiser",
        "organiser",
        locale=language,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )

    for address in (
        "/admin/",
        f"{base}/empty/",
        f"{base}/operations/",
        f"{base}/operations/{operation}/",
        f"{base}/merge/?row={draft.pk}&row={other.pk}",
        f"{base}/{draft.pk}/split/",
        "/admin/priorities/resemblance/",
    ):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], address
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), address
