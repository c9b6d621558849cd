"""The next edition, successions and reports of readers, in a browser."""

import os
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import User
from priorities.models import ProblemReport, Recommendation, Succession
from regions.models import Edition

from .factories import make_forum, make_section
from .test_browser import site  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
OURS = {
    "edition": ".object-tools",
    "draft": ".notice",
    "linked": ".notice",
    "reported": ".notice",
    "reports": "#result_list",
}
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture(scope="module")
def prepared(site: str, django_db_blocker) -> Iterator[dict[str, str]]:  # noqa: F811
    """2024 in preparation, with a draft, verdicts and reports; where to look."""
    with django_db_blocker.unblock():
        organiser = User.objects.get(username="organiser")
        edition = Edition.objects.create(year=2024, theme_en="Onward")
        section = make_section(regional_forum=make_forum("africa", edition=edition))
        old = Recommendation.objects.filter(
            reference__startswith="2021-AFR-", audience__isnull=False
        ).order_by("reference")[:4]
        new = [
            Recommendation.objects.create(
                section=section,
                audience=section.audience,
                text_fr=row.original("text").value,
            )
            for row in old
        ]
        for row, draft in zip(old, new, strict=True):
            draft.tag(areas=row.areas.all())
        told = {"edition": edition, "decided_by": organiser}
        Succession.objects.create(
            earlier=old[0], later=new[0], kind="changes", note="Wider now", **told
        )
        Succession.objects.create(earlier=old[1], kind="drops", **told)
        report = ProblemReport.objects.create(
            recommendation=old[2], kind="harmful", said="They can be found by this."
        )
        settled = ProblemReport.objects.create(recommendation=old[3], said="Not so.")
        settled.settle("kept", organiser)
        yield {
            "open-next": f"/admin/regions/edition/{Edition.objects.get(year=2021).pk}/open-next/",
            "edition": f"/admin/regions/edition/{edition.pk}/change/",
            "succession": "/admin/priorities/succession/2024/?region=africa",
            "undecided": "/admin/priorities/succession/2024/?region=africa&show=undecided",
            "draft": f"/admin/priorities/recommendation/{new[2].pk}/change/",
            "linked": f"/admin/priorities/recommendation/{new[0].pk}/change/",
            "reported": f"/admin/priorities/recommendation/{old[2].pk}/change/",
            "reports": "/admin/priorities/problemreport/",
            "report": f"/admin/priorities/problemreport/{report.pk}/change/",
            "settled": f"/admin/priorities/problemreport/{settled.pk}/change/",
            "note": f"/admin/priorities/problemreport/add/?recommendation={old[2].pk}",
            "public": old[2].get_absolute_url(),
        }


def signed_in(browser, site, **how):  # noqa: F811
    page = browser.new_context(base_url=site, locale="en", **how).new_page()
    page.goto("/admin/login/?next=/admin/")
    page.fill("#id_username", "organiser")
    page.fill("#id_password", "a phrase")
    page.locator("input[type=submit]").click()
    return page


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser,
    site,  # noqa: F811
    prepared,
    width,
    scheme,
):
    size = {"width": width, "height": 800}
    page = signed_in(browser, site, viewport=size, color_scheme=scheme)
    found = {}
    for name, address in prepared.items():
        page.goto(address)
        ours = OURS.get(name)  # the rest of that page is Django's own
        violations = Axe().run(page, context=ours).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth") > width
        if violations or wide:
            nodes = [(v["id"], v["nodes"][0]["html"][:160]) for v in violations]
            found[name] = (wide, nodes)
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
    page.context.close()
    assert found == {}


def test_links_and_withdrawals_take_one_click_each_without_javascript(
    browser,
    site,  # noqa: F811
    prepared,
):
    page = signed_in(browser, site, java_script_enabled=False)

    page.goto(prepared["draft"])
    page.get_by_role("button", name="This repeats it").first.click()
    expect(page.get_by_role("button", name="Decide again")).to_be_visible()

    page.goto(prepared["reports"])
    page.get_by_role("button", name=re.compile("Withdraw .* at once")).click()
    expect(page.locator(".messagelist")).to_contain_text("is withdrawn")
    answer = page.goto(prepared["public"])
    assert answer.status == 410
    page.context.close()
