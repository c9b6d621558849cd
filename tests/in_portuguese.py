"""What holds once Portuguese is the fifth language; test_fifth_language.py runs it so."""

import io

import pytest
from django.conf import settings
from openpyxl import load_workbook

from priorities.models import Recommendation
from workshops.checking.verdicts import Verdict
from workshops.languages import guess
from workshops.models import NoteImport

from .addresses import file_addresses, public_addresses
from .factories import asked, references
from .test_giving_back import blank
from .test_wizard import step, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

CODES = [code for code, _name in settings.LANGUAGES]
TEXT = "Os governos devem ouvir as **sobreviventes** antes de fazer uma lei."


@pytest.fixture
def translated():
    """An entry that has a Portuguese text."""
    entry = Recommendation.objects.get(reference="2021-MENA-014")
    entry.text_pt = TEXT
    entry.save()
    return entry


def test_the_front_page_is_in_portuguese(client):
    assert client.get("/", headers={"Accept-Language": "pt-BR"})["Location"] == "/pt/"
    text = client.get("/pt/").content.decode()

    assert '<html lang="pt" dir="ltr">' in text
    assert "Prioridades do Fórum" in text
    assert "português" in text.lower()


def test_every_address_answers_under_the_same_slugs_as_in_the_other_languages(client):
    for address in [*public_addresses("pt"), *file_addresses("pt")]:
        assert client.get(address).status_code == 200, address
    rests = {tuple(path[3:] for path in public_addresses(code)) for code in CODES}
    assert len(rests) == 1


@pytest.mark.parametrize("code", CODES)
def test_every_language_offers_the_same_page_in_the_five(client, code):
    text = client.get(f"/{code}/matrix/").content.decode()

    direction = "rtl" if code == "ar" else "ltr"
    assert f'<html lang="{code}" dir="{direction}">' in text
    for other in CODES:
        assert (
            f'<link rel="alternate" hreflang="{other}" href="/{other}/matrix/">' in text
        )


def test_a_text_that_is_not_in_portuguese_shows_its_original_and_says_so(client):
    text = client.get("/pt/recommendations/2021-MENA-014/").content.decode()

    first = text[text.index('<p class="text"') :]
    assert first.startswith('<p class="text" lang="fr" dir="ltr">')
    assert '<p class="state">Por traduzir; este é o original.</p>' in first


def test_a_portuguese_text_is_shown_with_its_state(client, translated):
    address = "/pt/recommendations/2021-MENA-014/"
    draft = client.get(address).content.decode()
    translated.reviewed_pt = True
    translated.save()
    reviewed = client.get(address).content.decode()

    for text in (draft, reviewed):
        assert '<p class="text" lang="pt" dir="ltr">Os governos devem ouvir' in text
    assert "Tradução ainda não revista." in draft
    assert "Tradução ainda não revista." not in reviewed


def test_search_knows_the_forms_of_portuguese_words(translated):
    assert references(asked("sobrevivente", "pt")) >= {translated.reference}
    assert references(asked("sobreviventes ouvir", "fr")) == {translated.reference}


def test_the_glossary_speaks_portuguese_too():
    """What no text holds is sought by what it means."""
    found = references(asked("escravatura", "pt"))

    assert found >= references(asked("esclavitud", "es")) > set()


def test_facets_count_portuguese_texts(client, translated):
    text = client.get("/pt/recommendations/?language=pt:draft").content.decode()

    assert translated.reference in text


def test_the_form_of_an_entry_has_a_portuguese_text(organiser, translated):
    address = f"/admin/priorities/recommendation/{translated.pk}/change/"
    text = organiser.get(address).content.decode()

    assert 'name="text_pt"' in text
    assert 'name="reviewed_pt"' in text
    assert '<option value="pt">' in text


def test_translators_find_all_that_is_to_be_put_into_portuguese(organiser, translated):
    name = f"recommendation/{translated.reference}/text"
    text = organiser.get("/admin/translations/pt/").content.decode()
    page = organiser.get(f"/admin/translations/pt/text/{name}/").content.decode()

    assert "767" in text
    assert 'lang="pt" dir="ltr"' in page
    assert "sobreviventes" in page


def test_notes_come_in_with_a_portuguese_column(organiser):
    upload(
        organiser,
        "Region,Audience,text_pt,text_fr,Language\n"
        "Africa,Governments,Abrir uma porta em cada cidade,Ouvrir une porte,português\n",
    )
    step(organiser, "bring", which="all")

    made = NoteImport.objects.get().notes.get().recommendation
    assert (made.text_pt, made.text_fr) == (
        "Abrir uma porta em cada cidade",
        "Ouvrir une porte",
    )
    assert made.original_language == "pt"


@pytest.mark.parametrize("code", ["ar", "pt"])
def test_a_blank_sheet_comes_back_with_a_portuguese_text(organiser, code):
    book = load_workbook(io.BytesIO(blank(organiser, "asia", code).content))
    _guide, notes, lists = book.worksheets
    if code == "pt":
        assert [cell.value for cell in notes[1]][:5] == [
            "Região",
            "Destinatário",
            "Domaines prioritaires",
            "Pedido",
            "Rang",
        ]
    text = "Abrir uma porta em cada cidade para todas as pessoas"
    row = [lists["A1"].value, lists["B1"].value, lists["C1"].value, text]
    for column, value in zip("ABCD", row, strict=True):
        notes[f"{column}2"] = value
    stream = io.BytesIO()
    book.save(stream)

    upload(organiser, stream.getvalue(), "blank.xlsx")

    (row,) = NoteImport.objects.get().file.rows.all()
    verdict = Verdict.from_json(row.data)
    assert (verdict.verdict, verdict.values["language"]) == ("new", "pt")


def test_a_portuguese_text_is_known_for_one():
    assert guess(TEXT) == "pt"
    assert guess("Los gobiernos deben escuchar a los sobrevivientes.") == "es"
