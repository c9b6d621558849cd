"""Organisers curate in the admin: lists, previews, publishing, spreadsheets."""

from io import BytesIO

import openpyxl
import pytest
import tablib
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from priorities import formats
from priorities.models import (
    AreaSynonym,
    Audience,
    PriorityArea,
    Recommendation,
    RecommendationArea,
    Resemblance,
    Section,
)
from priorities.resources import RecommendationResource
from priorities.templatetags.texts import reason
from workshops.undoing import REASON

from .factories import (
    make_area,
    make_audience,
    make_recommendation,
    make_region,
    make_section,
)

pytestmark = pytest.mark.django_db

CURATED = [
    model
    for model in admin.site._registry
    if model._meta.app_label in {"regions", "priorities"} and model is not Resemblance
]


def url(model, page, *args):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(name, args=args)


@pytest.mark.parametrize("model", CURATED, ids=lambda model: model.__name__)
def test_every_model_has_its_pages(organiser, model):
    make_recommendation()
    row = model.objects.first()

    pages = [url(model, "changelist"), url(model, "add")]
    if row:
        pages += [url(model, "change", row.pk), url(model, "history", row.pk)]
    for page in [*pages, url(model, "changelist") + "?q=a"]:
        response = organiser.get(page)
        assert response.status_code == 200, page
        assert b" style=" not in response.content, page
        assert b" onclick=" not in response.content, page


def test_all_models_are_there():
    assert {model.__name__ for model in CURATED} == {
        "Audience",
        "Country",
        "Edition",
        "Instrument",
        "PriorityArea",
        "ProblemReport",
        "Recommendation",
        "Region",
        "RegionalForum",
        "Section",
    }


def test_visitors_and_people_without_a_role_see_nothing_of_the_admin(client):
    make_recommendation()
    page = url(Recommendation, "changelist")

    assert client.get(page).status_code == 302
    User.objects.create_user("someone", password="a long phrase", is_staff=True)
    client.login(username="someone", password="a long phrase")
    assert client.get(page).status_code == 404


def test_people_without_a_role_neither_import_nor_export(client):
    make_recommendation(text="Secret", status="draft")
    User.objects.create_user("someone", password="a long phrase", is_staff=True)
    client.login(username="someone", password="a long phrase")

    for page in ("import", "export"):
        assert client.get(url(Recommendation, page)).status_code == 404
        assert (
            client.post(url(Recommendation, page), {"format": "0"}).status_code == 404
        )
    assert client.post(url(Recommendation, "process_import")).status_code == 404


def test_an_old_version_is_read_and_never_posted_back(organiser):
    recommendation = make_recommendation()
    oldest = recommendation.history.last()
    page = url(Recommendation, "simple_history", recommendation.pk, oldest.pk)

    assert organiser.get(page).status_code == 200
    assert organiser.post(page, form_of(organiser, recommendation)).status_code == 405
    recommendation.refresh_from_db()
    assert recommendation.is_published


def restore(client, row, record):
    return client.post(url(type(row), "restore", row.pk, record.pk), follow=True)


def test_an_earlier_version_comes_back_as_a_new_one(organiser):
    row = make_recommendation(text="Former.", text_es="Formar.", reviewed_es=True)
    oldest = row.history.first()
    row.text_fr, row.is_lead = "Écouter.", True
    row.save()
    row.text_es = "Escuchar."
    row.save()
    assert row.state_in("es") == "draft"

    page = restore(organiser, row, oldest).content.decode()

    row.refresh_from_db()
    assert (row.text_fr, row.text_es, row.is_lead) == ("Former.", "Formar.", False)
    assert (row.state_in("es"), row.original_version) == ("reviewed", 3)
    assert row.is_published
    newest = row.history.first()
    assert newest.history_user.username == "organiser"
    assert newest.history_change_reason == "an earlier version brought back"
    assert row.history.count() == oldest.instance.history.count() == 5
    assert "<del>Escuchar</del><ins>Formar</ins>." in page


def test_what_was_stale_comes_back_stale(organiser):
    row = make_recommendation(text="Former.", text_es="Formar.")
    row.text_fr = "Former les juges."
    row.save()
    stale = row.history.first()
    row.text_es = "Formar a los jueces."
    row.save()
    assert row.state_in("es") == "draft"

    restore(organiser, row, stale)

    row.refresh_from_db()
    assert (row.text_es, row.state_in("es")) == ("Formar.", "stale")


def test_no_version_brings_back_a_status_a_rank_or_a_place(organiser):
    row = make_recommendation(status="draft", rank=3)
    draft = row.history.first()
    row.move_to(make_section("asia"))
    row.publish()

    restore(organiser, row, draft)

    row.refresh_from_db()
    assert row.is_published
    assert (row.rank, row.region.slug) == (None, "asia")


def test_a_version_of_a_name_comes_back_too(organiser):
    area = make_area("media", name_fr="Médias")
    first = area.history.first()
    area.name_fr = "Presse"
    area.save()

    restore(organiser, area, first)

    area.refresh_from_db()
    assert area.name_fr == "Médias"


def test_a_version_that_does_not_hold_any_more_is_refused_in_words(organiser):
    row = make_recommendation(status="draft", audience=make_audience("old"))
    first = row.history.first()
    row.audience = row.section.audience
    row.save()
    Audience.objects.get(slug="old").delete()

    page = restore(organiser, row, first).content.decode()

    row.refresh_from_db()
    assert row.audience == row.section.audience
    assert 'class="error"' in page
    assert row.history.count() == 2


def test_only_who_may_change_a_row_brings_a_version_back(organiser):
    row, other = make_recommendation(), make_recommendation()
    record = other.history.first()
    assert restore(organiser, row, record).status_code == 404  # of another row
    assert organiser.get(url(Recommendation, "restore", row.pk, 1)).status_code == 405

    User.objects.get(username="organiser").groups.clear()
    record = row.history.first()
    assert restore(organiser, row, record).status_code == 404


def test_organisers_do_not_manage_accounts(organiser):
    assert organiser.get(reverse("admin:accounts_user_changelist")).status_code == 404


def test_the_list_is_found_by_words_of_any_language_without_accents(organiser):
    wanted = make_recommendation(text="Éduquer les jeunes", text_es="Educación")
    make_recommendation(text="Autre")

    for words in ("eduquer", "educacion", wanted.reference.lower()):
        response = organiser.get(url(Recommendation, "changelist"), {"q": words})
        assert list(response.context["cl"].queryset) == [wanted]


def test_publishing_and_withdrawing_in_bulk(organiser):
    drafts = [make_recommendation(status="draft") for _two in range(2)]
    chosen = [draft.pk for draft in drafts]

    def act(action):
        return organiser.post(
            url(Recommendation, "changelist"),
            {"action": action, "_selected_action": chosen},
            follow=True,
        )

    assert "2 entrées" in act("publish").content.decode()
    assert Recommendation.objects.published().count() == 2
    act("withdraw")
    assert set(Recommendation.objects.values_list("status", flat=True)) == {"archived"}
    newest = drafts[0].history.first()
    assert newest.history_user.username == "organiser"
    assert newest.history_change_reason == "withdrawn"


def test_publishing_in_bulk_refuses_by_name_and_publishes_nothing(organiser):
    good = make_recommendation(status="draft")
    bad = make_recommendation(status="draft", original_language="es")

    response = organiser.post(
        url(Recommendation, "changelist"),
        {"action": "publish", "_selected_action": [good.pk, bad.pk]},
        follow=True,
    )

    assert bad.reference in response.content.decode()
    assert Recommendation.objects.published().count() == 0


ENGLISH = {"accept-language": "en"}


def form_of(organiser, row):
    """The change form's fields as a browser would send them back."""
    response = organiser.get(url(type(row), "change", row.pk))
    admin_form = response.context["adminform"].form
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    forms = [admin_form, *(f.management_form for f in formsets)]
    forms += [form for formset in formsets for form in formset.forms]
    data = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            data[bound.html_name] = "" if value is None or value is False else value
    return data


def test_save_and_publish_is_one_step(organiser):
    draft = make_recommendation(status="draft")

    data = form_of(organiser, draft) | {"_publish": "1"}
    response = organiser.post(url(Recommendation, "change", draft.pk), data)

    assert response.status_code == 302, response.context["errors"]
    draft.refresh_from_db()
    assert draft.is_published


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rank": "1"}, "Une autre entrée publiée de cette section a déjà ce rang."),
        ({"text_fr": ""}, "Une entrée publiée a un texte dans sa langue originale."),
    ],
)
def test_the_form_refuses_what_the_database_would(organiser, change, said):
    make_recommendation(rank=1)
    published = make_recommendation()
    data = form_of(organiser, published) | change

    response = organiser.post(url(Recommendation, "change", published.pk), data)

    assert response.status_code == 200
    assert said in str(response.context["errors"])


def test_a_synonym_taken_by_another_area_is_refused_by_name(organiser):
    AreaSynonym.objects.create(area=make_area("media"), language="fr", label="Presse")
    area = make_area("research")
    data = form_of(organiser, area) | {
        "synonyms-0-area": area.pk,
        "synonyms-0-language": "fr",
        "synonyms-0-label": "presse",
    }

    response = organiser.post(url(PriorityArea, "change", area.pk), data)

    assert "Media" in str(response.context["errors"])


def test_ranks_are_swapped_in_the_section(organiser):
    first, second = make_recommendation(rank=1), make_recommendation(rank=2)
    page = url(Section, "change", first.section.pk)
    data = form_of(organiser, first.section)
    swapped = data | {"recommendations-0-rank": "2", "recommendations-1-rank": "1"}

    response = organiser.post(page, swapped)

    assert response.status_code == 302
    ranks = dict(Recommendation.objects.values_list("reference", "rank"))
    assert ranks == {first.reference: 2, second.reference: 1}


def test_a_rank_given_twice_is_refused_by_name(organiser):
    first = make_recommendation(rank=1)
    make_recommendation(rank=2)
    data = form_of(organiser, first.section) | {"recommendations-1-rank": "1"}

    response = organiser.post(url(Section, "change", first.section.pk), data)

    assert response.status_code == 200
    assert first.reference in str(response.context["errors"])


def test_tagging_in_the_form_is_in_the_history(organiser):
    draft = make_recommendation(areas=(), status="draft")
    data = form_of(organiser, draft) | {
        "area_links-TOTAL_FORMS": "1",
        "area_links-0-recommendation": draft.pk,
        "area_links-0-area": make_area("media").pk,
    }

    response = organiser.post(url(Recommendation, "change", draft.pk), data)

    assert response.status_code == 302
    assert [area.slug for area in draft.areas.all()] == ["media"]
    assert RecommendationArea.history.get().history_user.username == "organiser"


def test_the_history_page_tells_who_when_before_and_after(organiser):
    draft = make_recommendation(text="Avant", status="draft")
    data = form_of(organiser, draft) | {"text_fr": "Après"}
    organiser.post(url(Recommendation, "change", draft.pk), data)

    html = organiser.get(url(Recommendation, "history", draft.pk)).content.decode()

    assert "<del>Avant</del><ins>Après</ins>" in html
    assert "organiser" in html


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "Modification\u00a0: import 12 annulé"),
        ("en", "Changed: undo of import 12"),
        ("es", "Cambiada: importación 12 deshecha"),
        ("ar", "تعديل: التراجع عن الاستيراد 12"),
    ],
)
def test_the_history_gives_reasons_in_the_readers_language(organiser, language, told):
    draft = make_recommendation(status="draft")
    draft.change_because(REASON % 12)

    page = organiser.get(
        url(Recommendation, "history", draft.pk), headers={"accept-language": language}
    )

    assert f"<td>{told}</td>" in page.content.decode()


def test_a_reason_in_somebodys_own_words_stays_as_it_is():
    assert reason("40 % of 12 votes") == "40 % of 12 votes"


def test_the_history_page_tells_of_tags_and_of_the_status(organiser):
    draft = make_recommendation(areas=("media",), status="draft")
    draft.tag(areas=[make_area("research")])
    data = form_of(organiser, draft) | {"_publish": "1"}
    organiser.post(url(Recommendation, "change", draft.pk), data)

    response = organiser.get(url(Recommendation, "history", draft.pk))

    told = [
        (record.history_type, record.area.slug)
        for record in response.context["belonging"]
    ]
    assert told == [("+", "research"), ("-", "media"), ("+", "media")]
    html = response.content.decode()
    assert "<del>Brouillon</del> → <ins>Publiée</ins>" in html
    assert "publiée" in html


def test_choosing_an_area_offers_areas_and_never_groups(organiser):
    make_area("media", group="prevention")

    response = organiser.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "priorities",
            "model_name": "recommendationarea",
            "field_name": "area",
            "term": "",
        },
    )

    assert [found["text"] for found in response.json()["results"]] == ["Media"]


def test_only_what_was_never_public_can_be_deleted(organiser):
    draft = make_recommendation(status="draft")
    published = make_recommendation()

    assert organiser.get(url(Recommendation, "delete", draft.pk)).status_code == 200
    assert organiser.get(url(Recommendation, "delete", published.pk)).status_code == 404
    html = organiser.get(url(Recommendation, "changelist")).content.decode()
    assert 'value="publish"' in html
    assert 'value="delete_selected"' not in html


def test_texts_know_their_language_in_the_form(organiser):
    draft = make_recommendation(status="draft")

    html = organiser.get(url(Recommendation, "change", draft.pk)).content.decode()

    assert 'lang="ar" dir="rtl"' in html
    assert 'lang="fr" dir="ltr"' in html


# Spreadsheets


def exported(format_class=formats.CSV):
    data = RecommendationResource().export()
    return format_class().export_data(data)


def imported(dataset, **kwargs):
    return RecommendationResource().import_data(dataset, **kwargs)


def rows(*values):
    headers = sorted({name for row in values for name in row})
    return tablib.Dataset(
        *(tuple(row.get(name, "") for name in headers) for row in values),
        headers=headers,
    )


def errors(result):
    """Row number, field and message of everything refused."""
    return [
        (row.number, field, message)
        for row in result.invalid_rows
        for field, messages in row.error_dict.items()
        for message in messages
    ] + [(number, None, str(e.error)) for number, es in result.row_errors() for e in es]


NEW = {
    "reference": "",
    "section": "2021/africa/1",
    "audience": "governments",
    "position": "7",
    "text_fr": "Former les **juges**",
    "areas": "media",
}


@pytest.mark.parametrize("format_class", [formats.CSV, formats.XLSX])
def test_what_is_exported_comes_back_without_a_change(format_class):
    make_recommendation(
        text="=SUM(A1) et “guillemets”; points-virgules,\nlignes",
        text_en="'-quoted",
        areas=("media", "research"),
        rank=3,
        is_lead=True,
        source_page=12,
        note="@note",
    )
    make_recommendation(section=make_section("mena", kind=Section.Kind.CONCERNS))
    make_recommendation(status="draft", text_ar="+ تدريب")

    result = imported(format_class().create_dataset(exported(format_class)))

    assert errors(result) == []
    assert result.totals["skip"] == 3
    assert Recommendation.history.count() == 5


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'="])
def test_no_exported_cell_is_a_formula(start):
    text = start + "HYPERLINK(1)"
    assert formats.unescape(formats.escape(text)) == text

    data = tablib.Dataset((text,), headers=["text"])
    book = openpyxl.load_workbook(BytesIO(formats.XLSX().export_data(data)))

    cell = book.active["A2"]
    assert (cell.data_type, cell.value[0]) == ("s", "'")
    assert formats.CSV().export_data(data).splitlines()[1].strip('"')[0] == "'"


def test_an_empty_reference_makes_a_new_draft():
    make_section("africa")
    make_area("media")

    result = imported(rows(NEW), raise_errors=True)

    made = Recommendation.objects.get()
    assert result.totals["new"] == 1
    assert (made.reference, made.status) == ("2021-AFRIC-001", "draft")
    assert made.history.get().history_change_reason == "imported"


def test_a_known_reference_updates_and_tags():
    make_area("research")
    existing = make_recommendation()

    imported(
        rows(
            {"reference": existing.reference, "rank": "2", "areas": "media; research"}
        ),
        raise_errors=True,
    )

    existing.refresh_from_db()
    assert existing.rank == 2
    assert {area.slug for area in existing.areas.all()} == {"media", "research"}


def test_a_reference_that_stands_twice_stops_the_file():
    existing = make_recommendation()
    row = {"reference": existing.reference, "rank": "1"}

    (error,) = imported(rows(row, row | {"rank": "2"})).base_errors

    assert str(error.error) == "['Rows 2 and 3 both change 2021-AFRIC-001.']"


def test_choosing_another_section_in_the_form_is_a_move(organiser):
    recommendation = make_recommendation(rank=1)
    other = make_section("mena")
    data = form_of(organiser, recommendation) | {"section": other.pk}

    organiser.post(url(Recommendation, "change", recommendation.pk), data)

    recommendation.refresh_from_db()
    assert (recommendation.section, recommendation.rank) == (other, None)
    assert recommendation.history.first().history_change_reason == "moved"


def test_every_wrong_cell_of_a_row_is_named_at_once():
    make_section("africa")
    wrong = {"areas": "medai", "audience": "x", "position": "y", "lead": "perhaps"}

    result = imported(rows(NEW | wrong))

    assert {field for _row, field, _message in errors(result)} == set(wrong)


def test_a_column_nobody_knows_stops_the_file():
    make_section("africa")
    make_area("media")

    result = imported(rows(NEW | {"texte_fr": "x"}))

    (error,) = result.base_errors
    assert "“texte_fr”" in str(error.error)
    assert "Did you mean “text_fr”" in str(error.error)
    assert Recommendation.objects.count() == 0


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_comes_in_as_office_programs_save_it(separator, encoding):
    lines = ["reference|text_fr|rank", "|L’été à l’école|1", "||", "|Né"]
    text = "\r\n".join(lines).replace("|", separator)

    dataset = formats.CSV().create_dataset(text.encode(encoding))

    assert dataset.headers == ["reference", "text_fr", "rank"]
    assert list(dataset) == [("", "L’été à l’école", "1"), ("", "Né", "")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no rows"),
        (b"a,b\n1,2,3\n", "Row 2 has more cells"),
        (b"\x81\x8d", "not text"),
    ],
)
def test_a_csv_file_that_cannot_be_read_says_why(data, said):
    with pytest.raises(ValueError, match=said):
        formats.CSV().create_dataset(data)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("section", "2021/atlantis/1", "names no section"),
        ("audience", "goverments", "governments"),
        ("areas", "medai", "Did you mean “media”"),
        ("areas", "prevention", "is a group"),
        ("position", "third", "not a whole number"),
        ("lead", "perhaps", "neither yes nor no"),
        ("original_language", "de", "is not one of"),
        ("reference", "2021-AFRIC-999", "Leave it empty"),
        ("status", "published", "an import changes none"),
        ("audience", "", "choose one"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_and_nothing_comes_in(field, value, said):
    make_section("africa")
    make_area("media")

    result = imported(rows(NEW, NEW | {field: value}))

    assert {row for row, _field, _message in errors(result)} == {3}  # as Excel counts
    assert any(said in message for _row, _field, message in errors(result))
    assert Recommendation.objects.count() == 0


def test_the_preview_changes_nothing_and_confirming_imports(organiser):
    make_section("africa")
    make_area("media")
    upload = SimpleUploadedFile("notes.csv", rows(NEW).export("csv").encode())

    preview = organiser.post(
        url(Recommendation, "import"), {"import_file": upload, "format": "0"}
    )
    assert Recommendation.objects.count() == 0
    confirm = preview.context["confirm_form"].initial
    organiser.post(url(Recommendation, "process_import"), confirm)

    assert Recommendation.objects.get().text_fr == "Former les **juges**"


def test_the_page_lists_every_wrong_cell_with_row_column_and_what_to_do(organiser):
    make_section("africa")
    make_area("media")
    wrong = rows(NEW, NEW | {"areas": "medai", "rank": "first"})
    upload = SimpleUploadedFile("notes.csv", wrong.export("csv").encode())

    html = organiser.post(
        url(Recommendation, "import"), {"import_file": upload, "format": "0"}
    ).content.decode()

    assert html.count("<td>3</td>") == 2
    assert "<td>areas</td>" in html
    assert "«\xa0medai\xa0» est inconnu. Vouliez-vous dire" in html
    assert "<td>rank</td>" in html


def test_the_preview_has_nothing_inline(organiser):
    existing = make_recommendation(text="Former les juges <b>")
    changed = rows({"reference": existing.reference, "text_fr": "Former <b> la police"})
    upload = SimpleUploadedFile("notes.csv", changed.export("csv").encode())

    html = organiser.post(
        url(Recommendation, "import"), {"import_file": upload, "format": "0"}
    ).content.decode()

    assert "<ins>" in html
    assert " style=" not in html
    assert "<b>" not in html


def test_a_file_too_large_is_refused_with_advice(organiser, monkeypatch):
    monkeypatch.setattr("priorities.admin.recommendations.MAX_UPLOAD", 10)
    upload = SimpleUploadedFile("notes.csv", rows(NEW).export("csv").encode())

    response = organiser.post(
        url(Recommendation, "import"), {"import_file": upload, "format": "0"}
    )

    assert response.context["form"].errors["import_file"]


def test_the_export_page_has_nothing_inline(organiser):
    html = organiser.get(url(Recommendation, "export")).content.decode()

    assert " style=" not in html
    assert "onchange=" not in html


def test_joint_and_group_counts_help_curating(organiser):
    make_recommendation(areas=("media",))
    make_region("mena")
    make_audience("nobody-yet")

    (media,) = [
        area
        for area in organiser.get(url(PriorityArea, "changelist"))
        .context["cl"]
        .queryset
        if area.slug == "media"
    ]

    assert media.recommendation_count == 1


def test_the_second_to_save_sees_what_the_first_saved(organiser):
    recommendation = make_recommendation(status="draft", published_at=None)
    address = reverse(
        "admin:priorities_recommendation_change", args=[recommendation.pk]
    )
    mine = form_of(organiser, recommendation) | {"text_fr": "Ouvrir des écoles le soir"}
    recommendation.text_fr = "Ouvrir des écoles gratuites"
    recommendation.change_because("import 7")

    answer = organiser.post(address, mine)

    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "<del>gratuites</del><ins>le soir</ins>" in shown
    assert "Ouvrir des écoles le soir" in shown
    recommendation.refresh_from_db()
    assert recommendation.text_fr == "Ouvrir des écoles gratuites"

    form = answer.context_data["adminform"].form
    answer = organiser.post(address, mine | {"version": form["version"].value()})
    assert answer.status_code == 302
    recommendation.refresh_from_db()
    assert recommendation.text_fr == "Ouvrir des écoles le soir"


def test_a_rank_given_meanwhile_is_not_overwritten_from_an_old_page(organiser):
    recommendation = make_recommendation()
    section = recommendation.section
    data = form_of(organiser, section)
    Recommendation.objects.all().rank([recommendation], reason="ballot")

    answer = organiser.post(
        url(type(section), "change", section.pk), data, headers=ENGLISH
    )

    assert answer.status_code == 200
    assert "after you opened it" in answer.content.decode()
    recommendation.refresh_from_db()
    assert recommendation.rank == 1


def test_publishing_asks_to_settle_a_gap_in_the_ranks(organiser):
    first = make_recommendation(status="draft", rank=1)
    third = make_recommendation(status="draft", rank=3, section=first.section)
    chosen = {"_selected_action": [first.pk, third.pk]}
    address = url(Recommendation, "changelist")

    answer = organiser.post(
        address, chosen | {"action": "publish"}, follow=True, headers=ENGLISH
    )

    assert "2 is missing" in answer.content.decode()
    assert Recommendation.objects.published().count() == 0
    organiser.post(address, chosen | {"action": "publish_with_gaps"})
    assert Recommendation.objects.published().count() == 2
