"""Beyond their wall nobody reads, finds or changes anything, whatever they type."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from priorities.models import (
    Autosave,
    Comment,
    ProblemReport,
    Recommendation,
    Resemblance,
    Succession,
)
from regions.admin import CuratedAdmin
from workshops.models import CheckedRow, ImportFile, NoteImport, WorkshopNote

from .factories import (
    NOON,
    make_edition,
    make_forum,
    make_recommendation,
    make_region,
    make_section,
)
from .people import browser, make_user

pytestmark = pytest.mark.django_db

WORD = "zzcanary"
LIST = "/admin/priorities/recommendation/"
SECTIONS = "/admin/priorities/section/"
IMPORTS = "/admin/workshops/noteimport/"
PEOPLE: dict[str, dict[str, Any]] = {
    "facilitator": {"regions": ["mena"]},
    "reviewer": {"regions": ["mena"]},
    "translator": {"languages": ["es"]},
    "observer": {"regions": ["mena"]},
    "nobody": {},
}


def said(*names: str) -> dict[str, str]:
    return {
        f"{name}_{code}": f"{WORD} {name}" for name in names for code in ("fr", "en")
    }


def make_import(
    user: Any, region: Any, row: Any, name: str, **fields: Any
) -> NoteImport:
    """A file that brought one note in, kept with a row that stayed in it."""
    brought = NoteImport.objects.create(
        edition=row.section.regional_forum.edition,
        uploaded_by=user,
        file_name=f"{name}.csv",
        sha256="0",
        size=1,
        status="done",
        brought_at=timezone.now(),
        headings=["Text"],
    )
    WorkshopNote.objects.create(
        note_import=brought,
        row=1,
        cells=[name],
        values={"language": "fr", "texts": {"fr": name}},
        region=region,
        fingerprint=brought.pk,
        outcome="created",
        recommendation=row,
        **fields,
    )
    return brought


@pytest.fixture
def world(db: None) -> SimpleNamespace:
    """Two regions; all that Asia has not published holds the word."""
    make_edition(2021)
    mena, asia = make_region("mena", "MENA"), make_region("asia", "ASIA")
    organiser = make_user("curator", "organiser")
    own = make_recommendation("mena", text="Publié par nous.")
    draft = make_recommendation("mena", status="draft", text="Notre brouillon.")
    waiting = make_recommendation("mena", status="in_review", text="Notre relecture.")
    public = make_recommendation("asia", text="Publié en Asie.", note=WORD)
    section = make_section("asia", **said("heading", "introduction"))
    hidden = [
        make_recommendation(
            section=section, status=status, text=f"{WORD} {status}", note=WORD, areas=()
        )
        for status in ("draft", "in_review", "archived")
    ]
    theirs, in_review, withdrawn = hidden
    for row in (*hidden, public):
        row.comment(organiser, Comment.Kind.COMMENT, WORD)
        Autosave.objects.create(user=organiser, recommendation=row, data={"note": WORD})
    report = ProblemReport.objects.create(recommendation=public, said=WORD)
    pair = Resemblance.objects.create(first=own, second=theirs, share=90)
    next_edition = make_edition(2024, published_at=None, **said("theme"))
    forum = make_forum(asia, edition=next_edition, **said("overview", "place"))
    coming = make_recommendation(
        section=make_section(regional_forum=forum, **said("heading")), text=WORD
    )
    verdict = Succession.objects.create(
        edition=next_edition, earlier=own, later=coming, kind="changes", note=WORD
    )
    brought = make_import(organiser, asia, theirs, WORD)
    return SimpleNamespace(**locals())


def somebody(name: str) -> Client:
    roles = {"translator": ["reviewer"], "nobody": []}.get(name, [name])
    return browser(make_user(name, *roles, **PEOPLE[name]))


everybody = pytest.mark.parametrize("name", PEOPLE)


def told(response: Any) -> str:
    headers = str([*response.headers.values()])
    return headers + response.getvalue().decode(errors="replace")


# What they may open.


@everybody
def test_no_page_that_somebody_types_holds_a_word_of_another_region(world, name):
    client = somebody(name)
    for model, pages in admin.site._registry.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for query in ("", f"?q={WORD}"):
            page = told(client.get(base + query))
            assert f"{WORD} " not in page.replace(f'"{WORD}"', ""), base
        if not getattr(pages, "region_path", "") and model is not NoteImport:
            continue
        for row in model._default_manager.all():
            for page in ("change", "history"):
                assert WORD not in told(client.get(f"{base}{row.pk}/{page}/"))


@everybody
def test_no_lookup_of_a_list_asks_beyond_what_is_listed(world, name):
    client = somebody(name)

    for lookup in (
        "section__heading_fr__startswith",
        "section__regional_forum__overview_fr__contains",
        "merged_into__text_fr__startswith",
        "comments__text__contains",
        "reports__said__contains",
        "resembling__second__text_fr__contains",
        "autosaves__data__contains",
        "notes__note_import__file_name__contains",
    ):
        right, wrong = (
            client.get(f"{LIST}?{lookup}={value}") for value in (WORD, "qqqqq")
        )
        assert right.status_code == wrong.status_code
        assert told(right).replace(WORD, "") == told(wrong).replace("qqqqq", "")


@everybody
def test_no_choice_of_any_field_lists_what_is_beyond_the_wall(world, name):
    client = somebody(name)
    secret = {row.reference for row in [*world.hidden, world.coming]} | {WORD}

    for model in apps.get_models():
        for field in model._meta.get_fields():
            if not field.is_relation:
                continue
            asked = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": field.name,
                "term": "",
            }
            answer = client.get("/admin/autocomplete/", asked)
            assert answer.status_code in {200, 404}, asked
            found = answer.content.decode() if answer.status_code == 200 else ""
            assert not [word for word in secret if word in found], asked


@everybody
def test_no_action_reaches_a_row_that_the_list_does_not_show(world, name):
    client = somebody(name)
    kept = list(Recommendation.history.values_list("pk", flat=True))
    keys = [row.pk for row in [*world.hidden, world.coming, world.public, world.own]]

    for action in [*admin.site._registry[Recommendation].actions, "delete_selected"]:
        for across in "01":
            sent = {"action": action, "select_across": across, "index": "0"}
            answer = client.post(LIST, sent | {"_selected_action": keys})
            assert WORD not in told(answer)

    new = Recommendation.history.exclude(pk__in=kept)
    changed = set(new.values_list("reference", flat=True))
    # all that are listed, which a facilitator may ask for
    assert changed == ({world.draft.reference} if name == "facilitator" else set())


@everybody
@pytest.mark.parametrize("name_of_page", ["areas", "countries", "move", "assign"])
def test_no_row_typed_into_a_bulk_page_is_beyond_the_wall(world, name, name_of_page):
    client = somebody(name)
    before = Recommendation.history.count()
    rows = ",".join(str(row.pk) for row in [*world.hidden, world.coming])
    sent = {"rows": rows, "reason": "x", "section": world.section.pk}

    for do in ("", "write"):
        answer = client.post(f"{LIST}bulk/{name_of_page}/", sent | {"do": do})
        assert WORD not in told(answer)
        assert not [row for row in world.hidden if row.reference in told(answer)]

    assert Recommendation.history.count() == before


@everybody
def test_nothing_of_another_region_is_written_by_an_address_typed(world, name):
    client = somebody(name)
    before = [row.history.count() for row in [*world.hidden, world.coming]]
    comments = Comment.objects.count()

    for row in [*world.hidden, world.coming, world.public]:
        for page in (
            "change",
            "delete",
            "say",
            "preview",
            "autosave",
            "autosave/discard",
            "split",
            f"history/{row.history.last().pk}/restore",
        ):
            sent = {"text": "x", "kind": "comment", "text_fr": "x", "post": "yes"}
            assert client.post(f"{LIST}{row.pk}/{page}/", sent).status_code == 404
    for page in ("withdraw", "reopen", "change"):
        address = f"/admin/priorities/problemreport/{world.report.pk}/{page}/"
        assert client.post(address, {"said": "x"}).status_code == 404
    for page in ("undo", "forget", "bring", "sheet", "read", "row", "words"):
        address = f"{IMPORTS}{world.brought.pk}/{page}/"
        assert client.post(address, {"row": "1"}).status_code == 404

    assert [row.history.count() for row in [*world.hidden, world.coming]] == before
    assert Comment.objects.count() == comments
    assert Autosave.objects.exclude(user=world.organiser).count() == 0


# Rows that are sent along.


def form_of(client: Client, row: Any) -> dict[str, Any]:
    response = client.get(f"{LIST}{row.pk}/change/")
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    forms = [response.context["adminform"].form]
    forms += [formset.management_form for formset in formsets]
    forms += [form for formset in formsets for form in formset.forms]
    return {
        bound.html_name: "" if (value := bound.value()) in (None, False) else value
        for form in forms
        for bound in form
    }


def test_a_tag_of_another_entry_cannot_be_taken_by_its_key(world):
    client = somebody("facilitator")
    world.theirs.tag(areas=world.own.areas.all())
    tag = world.theirs.area_links.get()

    sent = form_of(client, world.draft) | {"area_links-0-id": tag.pk}
    answer = client.post(f"{LIST}{world.draft.pk}/change/", sent)

    assert answer.status_code == 200
    tag.refresh_from_db()
    assert tag.recommendation == world.theirs


def test_a_section_beyond_the_wall_is_refused_like_one_that_nobody_has(world):
    client = somebody("facilitator")
    sent = form_of(client, world.draft)
    pages = [
        client.post(f"{LIST}{world.draft.pk}/change/", sent | {"section": key})
        for key in (world.section.pk, 999_999)
    ]

    assert [page.status_code for page in pages] == [200, 200]
    errors = [page.context["adminform"].form.errors for page in pages]
    assert errors[0] == errors[1] != {}
    assert WORD not in told(pages[0])


# Ways out of the base.


def test_an_administrator_who_reads_no_entries_exports_none(world):
    client = browser(make_user("admin", "administrator"))

    assert client.get(f"{LIST}export/").status_code == 404
    sent = {"format": "0", "resource": "", "recommendationresource_id": "on"}
    assert client.post(f"{LIST}export/", sent).status_code == 404


@everybody
def test_an_export_holds_what_the_list_shows(world, name):
    client = somebody(name)
    page = client.get(f"{LIST}export/")

    if name == "nobody":
        assert page.status_code == 404
        return
    fields = page.context["form"].fields
    sent = {field: "on" for field in fields if "recommendationresource" in field}
    answer = client.post(f"{LIST}export/?q={WORD}", sent | {"format": "0"})
    assert WORD not in told(answer)
    assert client.get(f"{LIST}import/").status_code == 404


# What once was here, or was taken in from elsewhere.


def test_what_a_merge_took_in_from_another_region_is_not_read_there(world):
    client = somebody("facilitator")
    world.theirs.merge_into(world.own)

    page = told(client.get(f"{LIST}{world.own.pk}/change/"))
    everything = browser(world.organiser).get(f"{LIST}{world.own.pk}/change/")

    assert f"{WORD} draft" not in page
    assert f"{WORD}.csv" not in page
    assert f"{WORD} draft" in told(everything)
    assert f"{WORD}.csv" in told(everything)


@pytest.fixture
def moved(world: SimpleNamespace) -> SimpleNamespace:
    """A facilitator's file, of which an entry now stands in Asia with other words."""
    world.amina = make_user("amina", "facilitator", regions=["mena"])
    world.file = make_import(world.amina, world.mena, world.draft, "Notre brouillon.")
    world.draft.move_to(world.section)
    world.draft.text_fr = f"{WORD} moved"
    world.draft.save()
    return world


def test_what_became_of_a_row_is_not_told_once_it_moved_to_another_region(moved):
    client = browser(moved.amina)
    page = client.get(f"{IMPORTS}{moved.file.pk}/change/")
    file = client.get(f"{IMPORTS}{moved.file.pk}/outcome/?as=csv")

    assert page.status_code == file.status_code == 200
    assert "moved to another region" in told(page)
    assert "moved to another region" in told(file)
    assert WORD not in told(page) + told(file)
    assert f"{WORD} moved" in told(
        browser(moved.organiser).get(f"{IMPORTS}{moved.file.pk}/outcome/?as=csv")
    )


def test_taking_a_file_back_leaves_what_moved_beyond_the_wall(moved):
    client = browser(moved.amina)
    address = f"{IMPORTS}{moved.file.pk}/undo/"

    page = told(client.get(address))
    client.post(address, {"chosen": "yes", "remove": [str(moved.draft.pk)]})

    assert 'name="remove"' not in page
    assert Recommendation.objects.filter(pk=moved.draft.pk).exists()


def test_taking_a_file_back_withdraws_nothing_for_whoever_does_not_publish(world):
    amina = make_user("amina", "facilitator", regions=["mena"])
    file = make_import(amina, world.mena, world.draft, "Notre brouillon.")
    world.draft.publish()

    sent = {"chosen": "yes", "remove": [str(world.draft.pk)]}
    browser(amina).post(f"{IMPORTS}{file.pk}/undo/", sent)
    world.draft.refresh_from_db()
    assert world.draft.is_published

    again = make_import(amina, world.mena, world.draft, "Encore.")
    NoteImport.objects.filter(pk=again.pk).update(brought_at=NOON)
    browser(world.organiser).post(f"{IMPORTS}{again.pk}/undo/", sent)
    world.draft.refresh_from_db()
    assert not world.draft.is_published


def test_the_rows_that_stayed_in_somebody_elses_file_are_theirs(world):
    file = make_import(world.organiser, world.mena, world.own, "Notre note.")
    kept = ImportFile.objects.create(
        note_import=file, content=WORD.encode(), parsed=None
    )
    CheckedRow.objects.create(
        file=kept,
        row=2,
        verdict="error",
        to_confirm=False,
        has_warning=False,
        data="{}",
    )
    client = somebody("facilitator")

    page = client.get(f"{IMPORTS}{file.pk}/change/")

    assert page.status_code == 200
    assert "stayed" not in page.content.decode()
    assert client.get(f"{IMPORTS}{file.pk}/back/").status_code == 404
    assert client.post(f"{IMPORTS}{file.pk}/sheet/").status_code == 404


def upload(client: Client, content: str) -> Any:
    sent = {
        "edition": make_edition(2021).pk,
        "file": SimpleUploadedFile("notes.csv", content.encode()),
    }
    client.post(f"{IMPORTS}add/", sent)
    return client.get(NoteImport.objects.latest("pk").get_absolute_url())


def test_a_file_does_not_change_what_waits_for_review(world):
    client = somebody("facilitator")
    row = world.waiting
    content = (
        f"Reference,Region,Audience,Text\n{row.reference},Mena,Governments,Autre\n"
    )

    page = upload(client, content).content.decode()
    client.post(f"{NoteImport.objects.first().get_absolute_url()[:-7]}bring/")
    client.post(
        f"{NoteImport.objects.first().get_absolute_url()[:-7]}bring/",
        {"which": "good"},
    )

    row.refresh_from_db()
    assert row.text_fr == "Notre relecture."
    assert "is no draft any more" in page


def test_a_file_that_names_rows_of_another_region_hears_what_any_name_hears(world):
    client = somebody("facilitator")
    heading = "Reference,Region,Section,Audience,Text\n"
    pages = []
    for reference, section in (
        (world.theirs.reference, "2021/asia/2"),
        ("2021-ASIA-777", "2021/asia/7"),
    ):
        for line in (
            f"{reference},,,Governments,Une phrase de personne\n",
            f",Mena,{section},Governments,Une phrase de personne\n",
        ):
            page = upload(client, heading + line).content.decode()
            rows = page.partition('class="rows"')[2].partition("</ol>")[0]
            pages.append(rows.replace(reference, "R").replace(section, "S"))

    strip = [re.sub(r"csrf\S+ value=\S+|noteimport/\d+|row-\d+", "", p) for p in pages]
    assert strip[:2] == strip[2:]
    assert "Une phrase" in strip[0]


# Translators.


def test_a_translators_file_hears_nothing_of_an_edition_in_preparation(world):
    client = somebody("translator")
    world.coming.withdraw()
    answers = []
    for reference in (world.coming.reference, "2024-ASIA-777"):
        content = f"id,translation\nrecommendation/{reference}/text,Hola a todos\n"
        file = SimpleUploadedFile("es.csv", content.encode())
        page = client.post("/admin/translations/es/file/read/", {"file": file})
        answers.append(page.content.decode().replace(reference, "R"))

    strip = [re.sub(r'value="[^"]*"', "", page) for page in answers]
    assert "Nothing here is called" in strip[0]
    assert strip[0] == strip[1]


@pytest.mark.parametrize("kind", ["csv", "po"])
def test_a_translator_without_a_region_is_given_what_is_public(world, kind):
    client = somebody("translator")

    file = client.get(f"/admin/translations/es/file/?format={kind}")
    page = client.get("/admin/translations/es/")

    assert "Publié en Asie." in told(file)
    assert WORD not in told(file) + told(page)
    assert "Notre brouillon." not in told(file)


# What is no key.


HUGE = "9" * 30
STRANGE = ["abc", "_31", HUGE, "-1", "1.5", "0", "²"]


@pytest.mark.parametrize("key", STRANGE)
def test_what_is_no_key_is_not_found(world, organiser, key):
    for model, pages in admin.site._registry.items():
        if not isinstance(pages, CuratedAdmin):
            continue
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{key}"
        for page in ("change", "history", "delete", "history/1"):
            answer = organiser.get(f"{base}/{page}/")
            assert answer.status_code == 404, (base, page)
        answer = organiser.post(f"{base}/history/1/restore/")
        assert answer.status_code in {404, 405}, base


@pytest.mark.parametrize("key", [*STRANGE, "", "9" * 5_000])
def test_no_key_sent_in_a_form_breaks_a_page(world, organiser, key):
    change = f"{LIST}{world.draft.pk}"
    for address, sent in (
        (LIST, {"action": "publish", "_selected_action": key}),
        (LIST, {"action": "delete_selected", "_selected_action": key}),
        (f"{LIST}bulk/areas/", {"rows": key}),
        (f"{change}/autosave/", {"text_fr": "x", "version": key}),
        (f"{change}/change/", {"version": key, "section": key, "audience": key}),
        (f"{change}/split/", {"seen": f"{key}:{key}"}),
        (f"{LIST}merge/?row={world.own.pk}&row={key[:40]}", {"stays": key}),
        ("/admin/priorities/succession/2024/take-back/", {"verdict": key}),
        ("/admin/priorities/resemblance/", {"pair": key, "verdict": "same"}),
        ("/admin/priorities/resemblance/", {"row": [key, "1"], "verdict": "same"}),
        (f"{SECTIONS}{world.section.pk}/rank/", {f"rank_{world.theirs.pk}": key}),
        (f"{IMPORTS}{world.brought.pk}/row/", {"row": key}),
    ):
        answer = organiser.post(address, sent)
        assert answer.status_code < 500, address


@pytest.mark.parametrize(
    "query",
    [
        f"?section__regional_forum__region__id__in={HUGE}",
        f"?section__regional_forum__region__id__exact={HUGE}",
        "?section__regional_forum__region__id__exact=abc",
        "?status__isnull=maybe",
        "?_to_field=reference",
        "?_to_field=section",
        f"?p={HUGE}",
        "?o=abc.-.9",
        f"?_changelist_filters=p%3D{HUGE}",
    ],
)
def test_no_query_breaks_a_list_or_an_entry(world, organiser, query):
    for address in (LIST, f"{LIST}{world.draft.pk}/change/", SECTIONS):
        assert organiser.get(address + query).status_code < 500
