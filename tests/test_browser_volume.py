"""Curating many entries in a real browser: by mouse, finger and keys, and without script."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import User
from priorities.models import Autosave, Recommendation, Section
from regions.models import RegionalForum

from .test_browser import site

__all__ = ["site"]

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed")]


@pytest.mark.django_db
def test_there_is_a_database_to_try_in():
    """Marked, so that pytest-django makes one for the others of this module."""
    assert not Recommendation.objects.exists()


@pytest.fixture
def open_page(browser, site):
    """Signed-in pages of one context each, which fail when the console complains."""
    contexts, complaints = [], []

    def opened(listens=True, **options):
        options = {"viewport": {"width": 1280, "height": 900}, "locale": "en"} | options
        context = browser.new_context(base_url=site, **options)
        page = context.new_page()
        if listens:  # axe styles what it looks at, which the policy refuses
            page.on(
                "console",
                lambda m: complaints.append(m.text) if m.type == "error" else None,
            )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        contexts.append((context, page))
        page.goto("/admin/login/?next=/admin/")
        page.fill("#id_username", "organiser")
        page.fill("#id_password", "a phrase")
        page.locator("input[type=submit]").click()
        page.wait_for_selector("#logout-form")
        return page

    yield opened
    for context, page in contexts:
        page.wait_for_load_state("networkidle")
        context.close()
    assert complaints == []


@pytest.fixture
def drafts(site):
    """A list of four drafts without ranks, taken away afterwards."""
    forum = RegionalForum.objects.get(region__slug="africa", edition__year=2021)
    section = Section.objects.create(
        regional_forum=forum,
        kind=Section.Kind.CONCERNS,
        position=90,
        heading_en="A list to try",
    )
    rows = [
        Recommendation.objects.create(section=section, text_fr=f"Brouillon {n}.")
        for n in range(4)
    ]
    yield section, rows
    Recommendation.objects.remove_all([row.pk for row in rows], "tried", None)
    section.delete()


def numbers(page):
    return [field.input_value() for field in page.locator(".rank input").all()]


def order(page):
    return page.locator(".rank").evaluate_all(
        "rows => rows.map((row) => row.dataset.reference)"
    )


def rank_page(page, section):
    page.goto(f"/admin/priorities/section/{section.pk}/rank/")


def test_keys_rank_and_say_where_an_entry_is_now(open_page, drafts):
    section, rows = drafts
    a, b, c, d = (row.reference for row in rows)
    page = open_page()
    rank_page(page, section)
    told = page.locator("[role=status]")

    page.get_by_role("button", name=f"Move {c}").focus()
    page.keyboard.press("Home")
    expect(told).to_have_text(f"{c} is now 1 of 1")
    expect(page.get_by_role("button", name=f"Move {c}")).to_be_focused()
    page.get_by_role("button", name=f"Move {a}").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(told).to_have_text(f"{a} is now 2 of 2")
    page.keyboard.press("Alt+ArrowUp")
    expect(told).to_have_text(f"{a} is now 1 of 2")
    assert order(page) == [a, c, b, d]
    assert numbers(page) == ["1", "2", "", ""]
    page.keyboard.press("End")
    expect(told).to_have_text(f"{a} is now 2 of 2")
    page.keyboard.press("Alt+ArrowDown")
    expect(told).to_have_text(f"{a} has no rank now")
    page.locator(".rank input").nth(3).fill("1")
    page.keyboard.press("Tab")
    expect(told).to_have_text(f"{d} is now 1 of 2")
    assert order(page) == [d, c, a, b]

    page.get_by_label("Where this order comes from").fill("a ballot")
    page.get_by_role("button", name="Save the ranks").click()

    expect(page.locator(".messagelist")).to_contain_text("The ranks are saved")
    assert [Recommendation.objects.get(pk=row.pk).rank for row in rows] == [
        None,
        None,
        2,
        1,
    ]


@pytest.mark.parametrize("touch", [False, True])
def test_an_entry_is_dragged_to_its_rank(open_page, drafts, touch):
    section, rows = drafts
    Recommendation.objects.rank(rows, "as they are")
    a, b, c, d = (row.reference for row in rows)
    page = open_page(has_touch=touch, viewport={"width": 768, "height": 1000})
    rank_page(page, section)
    handle = page.get_by_role("button", name=f"Move {a}").bounding_box()
    target = page.locator(f"[data-reference='{c}']").bounding_box()
    x, y = handle["x"] + 10, handle["y"] + 10
    end = target["y"] + target["height"] - 4

    if touch:
        session = page.context.new_cdp_session(page)

        def send(kind, *points):
            session.send(
                "Input.dispatchTouchEvent",
                {"type": kind, "touchPoints": [{"x": x, "y": y} for y in points]},
            )

        send("touchStart", y)
        for step in range(1, 11):
            send("touchMove", y + (end - y) * step / 10)
        send("touchEnd")
    else:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, end, steps=10)
        page.mouse.up()

    expect(page.locator("[role=status]")).to_have_text(f"{a} is now 3 of 4")
    assert order(page) == [b, c, a, d]
    assert numbers(page) == ["1", "2", "3", "4"]


def test_ranks_are_typed_without_script(open_page, drafts):
    section, rows = drafts
    page = open_page(java_script_enabled=False)
    rank_page(page, section)
    expect(page.locator(".handle").first).to_be_hidden()

    page.get_by_label(f"Rank of {rows[1]}").fill("1")
    page.get_by_label(f"Rank of {rows[2]}").fill("3")
    page.get_by_label("Where this order comes from").fill("a workshop")
    page.get_by_role("button", name="Save the ranks").click()
    expect(page.locator(".errorlist")).to_contain_text("No entry has 2")
    page.get_by_label(f"Rank of {rows[2]}").fill("2")
    page.get_by_role("button", name="Save the ranks").click()

    expect(page.locator(".messagelist")).to_contain_text("The ranks are saved")
    assert Recommendation.objects.get(pk=rows[2].pk).rank == 2


def entry(page, row):
    page.goto(f"/admin/priorities/recommendation/{row.pk}/change/")


def test_the_preview_follows_and_what_is_typed_is_kept_and_taken_up(open_page, drafts):
    _section, (row, *_rest) = drafts
    page = open_page()
    entry(page, row)

    page.locator("#id_text_fr").fill("Un <i>mot</i> **clé**")
    expect(page.locator(".preview .text[lang=fr]")).to_have_text("Un <i>mot</i> clé")
    expect(page.locator(".preview .text strong")).to_have_text("clé")
    with page.expect_response("**/autosave/"):
        page.evaluate(
            """() => {
              Object.defineProperty(document, "visibilityState", { value: "hidden" });
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
    expect(page.locator(".kept")).to_contain_text("Kept for you at")
    assert Autosave.objects.get().data == {"text_fr": "Un <i>mot</i> **clé**"}
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "mot" not in stored

    questions = []
    page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.accept()))
    entry(page, row)
    assert questions == ["beforeunload"]
    expect(page.locator(".notice ins").first).to_be_visible()
    page.get_by_role("link", name="Take it up").click()
    expect(page.locator("#id_text_fr")).to_have_value("Un <i>mot</i> **clé**")
    page.locator("[name=_continue]").first.click()
    expect(page.locator(".messagelist")).to_be_visible()
    assert questions == ["beforeunload"]
    assert not Autosave.objects.exists()


def test_what_waits_is_discarded_without_script(open_page, drafts):
    _section, (row, *_rest) = drafts
    page = open_page(java_script_enabled=False)
    Autosave.objects.create(
        user=User.objects.get(username="organiser"),
        recommendation=row,
        data={"text_fr": "Autre."},
    )
    entry(page, row)

    page.get_by_role("button", name="Discard it").click()

    expect(page.locator(".messagelist")).to_contain_text("is discarded")
    expect(page.locator("#offer")).to_have_count(0)
    assert not Autosave.objects.exists()


def test_ctrl_enter_saves_and_goes_to_the_next(open_page, drafts):
    section, rows = drafts
    page = open_page()
    page.goto(f"/admin/priorities/recommendation/?section__id__exact={section.pk}")
    page.get_by_role("link", name=rows[0].reference).click()
    expect(page.locator(".walk")).to_contain_text("1 of 4")

    page.locator("#id_text_fr").fill("Premier.")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".walk")).to_contain_text("2 of 4")
    expect(page.locator("#id_text_fr")).to_have_value("Brouillon 1.")
    assert Recommendation.objects.get(pk=rows[0].pk).text_fr == "Premier."
    page.get_by_role("link", name="previous").click()
    expect(page.locator("#id_text_fr")).to_have_value("Premier.")


@pytest.mark.parametrize("path", ["section", "translation", "rank"])
def test_leaving_with_something_unsaved_is_asked_about(open_page, drafts, path):
    section, (row, *_rest) = drafts
    pages = {
        "section": (
            f"/admin/priorities/section/{section.pk}/change/",
            "#id_heading_fr",
        ),
        "translation": (
            f"/admin/translations/en/text/recommendation/{row.reference}/text/",
            "#id_translation",
        ),
        "rank": (f"/admin/priorities/section/{section.pk}/rank/", "#id_reason"),
    }
    address, field = pages[path]
    page = open_page()
    questions = []
    page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.accept()))
    page.goto(address)
    page.goto("/admin/")
    assert questions == []
    page.goto(address)
    page.locator(field).fill("something")
    page.goto("/admin/")
    assert questions == ["beforeunload"]


def test_many_are_tagged_from_the_list(open_page, drafts):
    section, rows = drafts
    page = open_page(viewport={"width": 360, "height": 800}, has_touch=True)
    page.goto(f"/admin/priorities/recommendation/?section__id__exact={section.pk}")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("change_areas")
    page.locator(".actions button[name=index]").click()
    page.get_by_role("group", name="Add").get_by_label("Kafala system").check()
    page.get_by_label("Why").fill("a workshop")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.locator(".plan")).to_contain_text("gets “Kafala system”: 4")
    page.get_by_role("button", name="Change them").click()

    expect(page.locator(".messagelist")).to_contain_text("4 entries are changed.")
    expect(page).to_have_url(re.compile(f"section__id__exact={section.pk}"))
    assert [row.areas.get().name_en for row in rows] == ["Kafala system"] * 4


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [
        ("ar", "dark", 360),
        ("fr", "light", 768),
        ("ar", "light", 1280),
        ("fr", "dark", 1280),
    ],
)
def test_axe_finds_nothing_and_nothing_sticks_out(
    open_page, drafts, language, scheme, width
):
    section, rows = drafts
    Recommendation.objects.rank(rows[:2], "as they are")
    page = open_page(
        listens=False,
        locale=language,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    found = []

    def look(name, part=None):
        """Whole pages of ours; of Django's, our part of them."""
        page.wait_for_load_state("networkidle")
        violations = Axe().run(page, context=part).response["violations"]
        found.extend((name, violation["id"]) for violation in violations)
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wide > 0:
            found.append((name, "sticks out", wide))

    page.goto(f"/admin/priorities/recommendation/?section__id__exact={section.pk}")
    look("list", "#changelist-form .actions")
    page.locator("#result_list tbody input[type=checkbox]").first.check()
    page.locator("select[name=action]").select_option("change_areas")
    page.locator(".actions button[name=index]").click()
    look("bulk")
    page.locator("#id_add input").first.check()
    page.locator("#id_reason").fill("a workshop")
    page.locator("button[value=look]").click()
    look("bulk-plan")
    rank_page(page, section)
    look("rank")
    entry(page, rows[0])
    look("entry", {"include": [[".walk"], [".preview"]]})
    page.goto(f"/admin/priorities/section/{section.pk}/change/")
    look("section", ".object-tools")
    assert found == []
