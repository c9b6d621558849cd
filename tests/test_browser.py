"""As participants and organisers meet it: in a real browser, with and without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import assign

from .browser import needs_chromium
from .conftest import emptied
from .edition import load_edition_2021
from .served import served

# django_db, so that there is a test database: the tests themselves only browse.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]

needs_chromium()


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[str]:
    """Edition 2021, served; an organiser may sign in."""
    with django_db_blocker.unblock():
        load_edition_2021()
        user = User.objects.create_user("organiser", password="a phrase", is_staff=True)
        assign(user, ["organiser"])
        with served() as url:
            yield url
        emptied()


@pytest.fixture
def page(browser, site) -> Iterator[Page]:
    """A desktop page that fails the test when the console complains."""
    context = browser.new_context(
        base_url=site, viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    complaints = []
    page.on(
        "console", lambda m: complaints.append(m.text) if m.type == "error" else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.wait_for_load_state("networkidle")  # no request outlives the server
    context.close()
    assert complaints == []


def results(page):
    return page.locator("#results")


def test_a_walk_from_home_to_one_recommendation(page):
    page.goto("/en/")
    page.get_by_role("link", name="Recommendations", exact=True).click()
    page.wait_for_url("**/recommendations/", wait_until="load")
    page.get_by_label("Africa", exact=False).first.check()
    expect(results(page)).to_contain_text("Africa: 48")
    expect(page).to_have_url(re.compile(r"\?.*region=africa"))
    page.get_by_label("Middle East and North Africa").check()
    expect(results(page)).to_contain_text("Africa or Middle East and North Africa: 107")
    expect(page.locator("#region-mena")).to_be_focused()

    page.get_by_role("link", name="Compare these regions side by side").click()
    expect(page.get_by_role("columnheader", name="Africa", exact=True)).to_be_visible()
    page.locator(".filters-fold > summary").click()
    page.get_by_label("by area").check()
    expect(page).to_have_url(re.compile("by=area"))
    expect(page.get_by_role("table")).to_contain_text("shared: 2 of 2 regions")
    reference = page.get_by_role("link", name=re.compile("^2021-AFR-")).first
    name = reference.inner_text()
    reference.click()

    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_text("of the booklet")).to_be_visible()
    page.get_by_role("link", name="français").first.click()
    expect(page).to_have_url(re.compile(f"/fr/recommendations/{name}/"))


def test_changing_the_language_after_filtering_keeps_the_filters(page):
    page.goto("/en/recommendations/")
    page.get_by_role("checkbox", name="Latin America").check()
    expect(results(page)).to_contain_text("Latin America: 33")

    page.get_by_role("link", name="français").last.click()

    expect(results(page)).to_contain_text("Amérique latine")
    expect(page).to_have_url(re.compile("/fr/recommendations/.*region=latin-america"))


def test_results_are_announced_where_a_screen_reader_listens(page):
    page.goto("/en/recommendations/")
    listening = page.locator("#announcement")
    expect(listening).to_have_text(re.compile(": 305$"))
    page.evaluate("document.getElementById('announcement').dataset.same = 'yes'")

    page.get_by_role("checkbox", name="Latin America").check()

    expect(listening).to_have_text("Latin America: 33")
    expect(listening).to_have_attribute("data-same", "yes")
    expect(listening).to_have_role("status")


def test_only_the_results_change_place_when_they_change(page):
    page.goto("/en/recommendations/")
    places = "[...document.querySelectorAll('h1, #q, #region-africa, #region-mena, #facet-kind')].map(e => e.getBoundingClientRect().top)"
    before = page.evaluate(places)

    page.get_by_role("checkbox", name="Latin America").check()

    expect(results(page)).to_contain_text("Latin America: 33")
    assert page.evaluate(places) == before


def test_what_is_open_and_where_one_is_stay_when_results_change(page):
    page.goto("/en/recommendations/")
    page.locator("#facet-country summary").click()
    first = page.locator("#facet-country input:enabled").first
    name = first.get_attribute("id")
    first.check()
    expect(page).to_have_url(re.compile("country="))
    expect(page.locator(f"#{name}")).to_be_focused()
    page.locator(f"#{name}").uncheck()
    expect(page).not_to_have_url(re.compile("country="))
    expect(page.locator("#facet-country")).to_have_attribute("open", "")
    expect(page.locator(f"#{name}")).to_be_focused()


def test_what_was_marked_goes_into_the_selection_when_a_filter_changes(page):
    page.goto("/en/recommendations/?region=mena")
    page.get_by_role("checkbox", name="select 2021-MENA-002").check()

    page.get_by_role("checkbox", name="Africa", exact=False).first.check()

    expect(results(page)).to_contain_text(": 107")
    expect(results(page)).to_contain_text("My selection: 1")


def test_columns_are_put_in_order_and_stay_so(page):
    page.goto("/en/compare/?region=africa&region=mena&by=area")
    page.get_by_text("Change the columns").click()
    page.get_by_role("link", name="earlier Middle East and North Africa").click()
    heads = page.get_by_role("columnheader")
    expect(heads).to_have_text(["Row", "Middle East and North Africa", "Africa"])
    expect(page.locator("#columns")).to_have_attribute("open", "")

    page.locator(".filters-fold > summary").click()
    page.get_by_label("only shared").check()
    expect(page).to_have_url(re.compile("show=shared"))
    expect(heads).to_have_text(["Row", "Middle East and North Africa", "Africa"])
    page.get_by_label("audiences", exact=True).check()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare audiences")
    expect(page.get_by_label("by region")).to_be_visible()


def test_suggestions_while_typing_lead_straight_to_an_area(page):
    page.goto("/en/")
    page.get_by_label("Search the texts").press_sequentially("kafa")
    page.get_by_role("link", name="Kafala system").last.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Kafala system")


def test_typing_suggests_and_enter_searches(page):
    page.goto("/en/recommendations/")
    page.get_by_label("Words").press_sequentially("survivors")
    expect(page.locator("#suggestions")).to_contain_text("Survivor inclusion")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("q=survivors"))
    expect(results(page).locator("mark").first).to_have_text("survivors")
    expect(page.locator("#sort option:checked")).to_have_text("Best match first")


def test_a_selection_is_made_annotated_and_ordered_without_javascript(browser, site):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/en/recommendations/?region=mena")
    page.get_by_role("checkbox", name="select 2021-MENA-002").check()
    page.get_by_role("checkbox", name="select 2021-MENA-005").check()
    page.get_by_role("button", name="Put the marked ones in my selection").click()
    expect(page).to_have_url(re.compile(r"/selection/\?selection=2021MENA2.MENA5$"))
    page.get_by_label("My note").first.fill("Pour Marrakech")
    page.get_by_role("button", name="Keep my notes").click()
    page.get_by_role("button", name="down 2021-MENA-002").click()

    expect(page.get_by_label("My note").last).to_have_value("Pour Marrakech")
    page.get_by_role("link", name="Go on reading").click()
    expect(page.get_by_role("link", name="My selection: 2").first).to_be_attached()
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("link", name="My selection: 2").first).to_be_attached()
    context.close()


def test_a_phone_shows_one_row_at_a_time_and_one_region_if_asked(browser, site):
    context = browser.new_context(
        base_url=site,
        viewport={"width": 360, "height": 800},
        java_script_enabled=False,
    )
    page = context.new_page()
    page.goto("/en/compare/?region=africa&region=mena&by=area")
    rows = page.locator("tbody tr:visible")
    expect(rows).to_have_count(1)
    expect(page.locator("tbody td:visible")).to_have_count(2)
    page.get_by_label("Middle East and North Africa").last.check()
    expect(page.locator("tbody td:visible")).to_have_count(1)
    first = rows.first.get_attribute("id")
    page.get_by_role("link", name="next row").first.click()
    expect(rows).to_have_count(1)
    assert rows.first.get_attribute("id") != first
    page.get_by_role("link", name="all rows").first.click()
    assert rows.count() > 3

    page.emulate_media(media="print")
    assert rows.count() > 3
    expect(page.locator(".tabs")).to_be_hidden()
    context.close()


def test_back_brings_the_earlier_results(page):
    page.goto("/en/recommendations/")
    page.get_by_role("checkbox", name="Latin America").check()
    expect(results(page)).to_contain_text("Latin America: 33")
    page.get_by_role("checkbox", name="Asia").check()
    expect(results(page)).to_contain_text(": 85")

    page.go_back()

    expect(results(page)).to_contain_text("Latin America: 33")
    expect(page.get_by_role("checkbox", name="Asia")).not_to_be_checked()


def test_the_same_walk_without_javascript(browser, site):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/en/")
    page.get_by_label("Search the texts").fill("survivors")
    page.get_by_role("button", name="Search").click()
    expect(results(page)).to_contain_text("with the words “\u2068survivors\u2069”")

    page.goto("/en/recommendations/")
    page.locator("#region-africa").check()
    page.locator("#region-mena").check()
    page.get_by_role("button", name="Show").first.click()
    expect(results(page)).to_contain_text("Africa or Middle East and North Africa: 107")
    page.get_by_role("link", name="Remove Africa").click()
    expect(results(page)).to_contain_text("Middle East and North Africa: 59")

    page.goto("/en/compare/?region=africa&region=mena")
    page.locator(".filters-fold > summary").click()
    page.locator("#by-area").check()
    page.get_by_role("button", name="Show").first.click()
    expect(page.get_by_role("table")).to_contain_text("shared: 2 of 2 regions")
    page.get_by_role("link", name=re.compile("^2021-MENA-")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2021-MENA-")
    context.close()


def test_the_keyboard_reaches_the_content_first(page):
    page.goto("/en/recommendations/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_exit_leaves_no_way_back_to_the_page(page):
    page.route("https://www.wikipedia.org/", lambda route: route.fulfill(body="away"))
    page.goto("/en/")
    page.goto("/en/recommendations/2021-MENA-014/")

    page.get_by_role("link", name="Exit this page").click()

    expect(page).to_have_url("https://www.wikipedia.org/")
    page.go_back()
    expect(page).to_have_url(re.compile("/en/$"))


def test_nothing_is_stored_in_the_browser(page):
    page.goto("/en/recommendations/")
    page.get_by_role("checkbox", name="Latin America").check()
    expect(results(page)).to_contain_text("Latin America: 33")

    stored = page.evaluate(
        "[localStorage.length, sessionStorage.length, document.cookie]"
    )

    assert stored == [0, 0, ""]


def test_printing_shows_the_sentence_and_the_results_only(page):
    page.goto("/en/recommendations/?region=caribbean")
    page.emulate_media(media="print")

    expect(results(page).get_by_text("Caribbean: 39")).to_be_visible()
    expect(page.locator("form.filters")).to_be_hidden()
    expect(page.locator("header.frame")).to_be_hidden()


def test_headings_of_a_comparison_stay_in_sight(page):
    page.goto("/en/compare/?region=asia&region=mena&by=area")
    page.mouse.wheel(0, 2500)
    page.wait_for_timeout(200)

    top = page.get_by_role("columnheader", name="Asia").bounding_box()["y"]

    assert top == pytest.approx(0, abs=2)


def test_an_organiser_curates_without_a_complaint_in_the_console(page):
    page.goto("/admin/")
    page.locator("#id_username").fill("organiser")
    page.locator("#id_password").fill("a phrase")
    page.locator("[type=submit]").click()
    for path in ("section", "priorityarea", "recommendation", "recommendation/export"):
        page.goto(f"/admin/priorities/{path}/")
    page.goto("/admin/priorities/recommendation/import/")
    page.goto("/admin/priorities/recommendation/?q=2021-MENA-014")
    page.locator("#result_list tbody th a").first.click()
    page.locator(".add-row a").first.click()
    page.locator(".select2-selection").last.click()
    page.locator(".select2-search__field").last.fill("kafala")
    expect(page.locator(".select2-results__option").first).to_have_text("Kafala system")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="History").click()
    expect(page.locator("#change-history")).to_be_visible()


WORDS = {
    "fr": {"read": "Lire le fichier", "back": "Récupérer le fichier"},
    "ar": {"read": "قراءة الملف", "back": "تنزيل الملف مع بيان"},
}
NOTES = (
    "Region,Audience,Area,Recommendation,Rank\n"
    "Africa,Governments,Media,Open a quiet door in each town hall {n},1\n"
    "Africca,Governments,Media,Pay interpreters on the day they work {n},2\n"
    "Africa,Governments,Media,<b onclick=alert(1)>Lend bicycles to night nurses {n},3\n"
)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("language", WORDS)
def test_notes_come_in_mended_in_the_file_and_are_taken_back(
    browser, site, tmp_path, language, javascript
):
    """The whole wizard, the round trip through the file included, as a facilitator."""
    context = browser.new_context(
        base_url=site, locale=language, java_script_enabled=javascript
    )
    page = context.new_page()
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog), dialog.dismiss()))
    page.goto("/admin/login/?next=/admin/workshops/noteimport/add/")
    page.fill("#id_username", "organiser")
    page.fill("#id_password", "a phrase")
    page.locator("input[type=submit]").click()
    assert page.locator("html").get_attribute("lang") == language
    number = f"{language}{javascript}"
    file = tmp_path / f"notes-{number}.csv"
    file.write_text(NOTES.format(n=number), encoding="utf-8")

    page.set_input_files("#id_file", file)
    page.get_by_role("button", name=WORDS[language]["read"]).click()
    expect(page.locator(".problems .error")).to_contain_text("Africca")
    expect(page.locator("#row-4 .text")).to_contain_text("<b onclick=alert(1)>")
    if javascript:
        violations = Axe().run(page).response["violations"]
        assert [v["id"] for v in violations] == []
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(WORDS[language]["back"])).click()
    mended = tmp_path / download.value.suggested_filename
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "Africca" in text.splitlines()[2]
    mended.write_text(text.replace("Africca,", "Africa,", 1), encoding="utf-8")

    page.goto("/admin/workshops/noteimport/add/")
    page.set_input_files("#id_file", mended)
    page.get_by_role("button", name=WORDS[language]["read"]).click()
    expect(page.locator(".rows > li")).to_have_count(3)
    expect(page.locator(".verdict-error")).to_have_count(0)
    page.locator("button[value=all]").click()
    expect(page.locator(".rows > li")).to_have_count(3)
    page.locator("a[href$='/undo/']").click()
    page.locator("#content form input[type=submit]").click()
    expect(page.locator("button[value=all]")).to_be_visible()

    assert dialogs == []
    context.close()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_translator_goes_from_text_to_text(browser, site, language, javascript):
    """By keyboard, and with the buttons alone; in a narrow window, nothing cut."""
    context = browser.new_context(
        base_url=site,
        locale=language,
        viewport={"width": 360, "height": 800},
        color_scheme="dark" if javascript else "light",
        java_script_enabled=javascript,
    )
    page = context.new_page()
    page.goto("/admin/login/?next=/admin/translations/")
    page.fill("#id_username", "organiser")
    page.fill("#id_password", "a phrase")
    page.locator("input[type=submit]").click()
    page.locator("tbody a[href$='/es/']").click()
    page.select_option("#id_kind", "recommendation.text")
    page.select_option("#id_region", "africa")
    page.select_option("#id_state", "all")
    page.locator(".selecting input[type=submit]").click()
    if javascript:
        assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    page.locator("#content a.button").first.click()
    area = page.locator("#id_translation")
    expect(area).to_be_focused()
    expect(page.locator(".side-by-side [lang=fr]").first).to_contain_text("COVID-19")
    assert area.get_attribute("dir") == "ltr"
    if javascript:
        assert [v["id"] for v in Axe().run(page).response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    first = page.url
    written = f"{area.input_value()} {language}"
    area.fill(written)
    if javascript:
        page.keyboard.press("Control+Enter")
    else:
        page.locator("button[value=save]").click()
    expect(page.locator(".breadcrumbs")).to_contain_text("2021-AFR-002")
    if javascript:
        page.keyboard.press("Control+Alt+Enter")
    else:
        page.locator("a[rel=next]").last.click()
    expect(page.locator(".breadcrumbs")).to_contain_text("2021-AFR-003")
    page.goto(first)
    expect(area).to_have_value(written)
    page.locator("button[value=review]").click()
    expect(page.locator(".messagelist .warning")).to_contain_text("2021-AFR-001")
    page.wait_for_load_state("networkidle")
    context.close()


@pytest.mark.parametrize("language", ["es", "ar"])
def test_the_original_of_a_translation_comes_and_goes(browser, site, language):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto(f"/{language}/recommendations/?region=mena")
    entry = page.locator("article.recommendation").first
    link = entry.locator("a.original")

    link.click()
    expect(entry.locator("p.text[lang=fr][dir=ltr]")).to_be_visible()
    expect(link).to_have_attribute("aria-expanded", "true")
    link.click()
    expect(entry.locator("p.text[lang=fr]")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    context.close()

    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/{language}/recommendations/?region=mena")
    page.locator("a.original").first.click()
    expect(page.locator("#original p.text[lang=fr]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    context.close()


def test_an_impatient_reader_gets_the_original_once(page):
    page.goto("/es/recommendations/?region=mena")
    entry = page.locator("article.recommendation").first
    link = entry.locator("a.original")

    link.evaluate("link => { link.click(); link.click(); }")

    expect(link).to_have_attribute("aria-expanded", "true")
    expect(entry.locator("p.text[lang=fr]")).to_have_count(1)
    expect(link).not_to_have_attribute("aria-busy", "true")


def test_references_are_read_from_the_left_in_the_arabic_admin(browser, site):
    context = browser.new_context(base_url=site, locale="ar")
    page = context.new_page()
    page.goto("/admin/login/?next=/admin/priorities/recommendation/")
    page.fill("#id_username", "organiser")
    page.fill("#id_password", "a phrase")
    page.locator("input[type=submit]").click()
    expect(page.locator("#result_list")).to_contain_text("2021")

    def runs_backwards():
        """Where a reference stands with its year on the right."""
        return page.evaluate(
            """() => {
              const found = [];
              const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (texts.nextNode()) {
                const node = texts.currentNode;
                const at = node.textContent.search(/2021-[A-Z]+-\\d+/);
                if (at < 0 || !node.parentElement.checkVisibility()) continue;
                const left = (index) => {
                  const range = document.createRange();
                  range.setStart(node, index);
                  range.setEnd(node, index + 1);
                  return range.getBoundingClientRect().left;
                };
                if (left(at) > left(at + 5)) found.push(node.textContent);
              }
              return found;
            }"""
        )

    assert runs_backwards() == []
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/**")
    assert runs_backwards() == []
    page.goto(page.url.partition("?")[0].replace("/change/", "/history/"))
    expect(page.locator("#change-history")).to_contain_text("2021")
    assert runs_backwards() == []
    context.close()


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_axe_finds_nothing_on_the_pages_of_notes(browser, site, tmp_path, language):
    context = browser.new_context(
        base_url=site,
        locale=language,
        viewport={"width": 360, "height": 800},
        color_scheme="dark" if language == "fr" else "light",
    )
    page = context.new_page()
    page.goto("/admin/login/?next=/admin/workshops/noteimport/add/")
    page.fill("#id_username", "organiser")
    page.fill("#id_password", "a phrase")
    page.locator("input[type=submit]").click()
    file = tmp_path / "notes-axe.csv"
    file.write_text(NOTES.format(n=f"axe {language}"), encoding="utf-8")
    page.set_input_files("#id_file", file)
    page.get_by_role("button", name=WORDS[language]["read"]).click()
    preview = page.url
    page.goto(f"{preview}?kind=error&edit=3")
    addresses = [
        "/admin/workshops/noteimport/add/",
        f"{preview}?kind=error&edit=3",
        preview.replace("/change/", "/map/"),
    ]
    found = {}

    def look(name):
        violations = Axe().run(page).response["violations"]
        too_wide = page.evaluate("document.documentElement.scrollWidth") > 360
        if violations or too_wide:
            found[name] = [(v["id"], v["nodes"][0]["html"][:160]) for v in violations]

    for address in addresses:
        page.goto(address)
        look(address)
    page.goto(preview)
    page.locator("button[value=good]").click()
    expect(page.locator(".rows > li")).to_have_count(2)
    look("done")
    page.locator(".rows a[href*=workshopnote]").first.click()
    look("note")
    page.goto(preview.replace("/change/", "/undo/"))
    look("undo")
    page.locator("#content form input[type=submit]").click()
    context.close()
    assert found == {}
