"""What facilitators get: a blank sheet before, and what became of every row after."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from priorities.models import Recommendation
from workshops.models import NoteImport

from .test_wizard import BAD, GOOD, HEAD, facilitator, page, step, upload

__all__ = ["facilitator"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]
CHOICES = {
    "fr": ("Asie", "Gouvernements", "Médias", "Ouvrir une porte discrète à la mairie"),
    "en": ("Asia", "Governments", "Media", "Open a quiet door in each town hall"),
    "es": ("Asia", "Gobiernos", "Medios", "Abrir una puerta discreta en la alcaldía"),
    "ar": ("آسيا", "الحكومات", "وسائل الإعلام", "فتح باب هادئ في كل بلدية للناجين"),
}


def blank(client, region, language, kind="xlsx"):
    return client.get(
        reverse("admin:workshops_noteimport_blank"),
        {"edition": 1, "region": region, "language": language, "as": kind}
        | {"edition": NoteImport.edition.field.related_model.objects.get().pk},
    )


@pytest.mark.parametrize("language", CHOICES)
def test_a_blank_sheet_filled_in_comes_back_without_a_problem(organiser, language):
    book = load_workbook(io.BytesIO(blank(organiser, "asia", language).content))
    _guide, notes, lists = book.worksheets
    offered = {
        column: [cell.value for cell in cells if cell.value]
        for column, cells in zip("ABC", lists.iter_cols(), strict=True)
    }
    region, audience, _area, text = CHOICES[language]
    assert region in offered["A"]
    assert audience in offered["B"]
    for column, value in zip(
        "ABCDE", (region, audience, offered["C"][0], text, 1), strict=True
    ):
        notes[f"{column}2"] = value
    stream = io.BytesIO()
    book.save(stream)

    upload(organiser, stream.getvalue(), "blank.xlsx")

    (found,) = NoteImport.objects.get().file.rows.all()
    assert found.verdict == "new"
    assert NoteImport.objects.get().totals["warning"] == 0
    assert not found.to_confirm


def test_a_blank_sheet_offers_lists_but_lets_several_areas_be_written(organiser):
    book = load_workbook(io.BytesIO(blank(organiser, "asia", "en").content))
    rules = {
        str(rule.sqref): (rule.type, rule.showErrorMessage)
        for rule in book["Notes"].data_validations.dataValidation
    }
    assert rules == {
        "A2:A501": ("list", True),
        "B2:B501": ("list", True),
        "C2:C501": ("list", False),
    }


def test_a_blank_csv_holds_the_headings(organiser):
    answer = blank(organiser, "asia", "fr", "csv")

    assert answer.content.decode("utf-8-sig").startswith("Région,Destinataire,")
    assert 'filename="notes-2021-asia-fr.csv"' in answer["Content-Disposition"]


def test_a_facilitator_gets_blank_sheets_for_her_own_region_alone(facilitator):
    assert blank(facilitator, "africa", "en").status_code == 200
    assert blank(facilitator, "asia", "en").status_code == 404


def test_each_row_is_told_what_became_of_it(organiser):
    more = "Africa,Governments,Media,Keep interpreters paid by the public purse,3\n"
    upload(organiser, HEAD + GOOD + BAD + more)
    step(organiser, "bring", which="good")
    first, second = Recommendation.objects.filter(notes__isnull=False).order_by("pk")
    first.publish()
    second.text_en = "Keep interpreters paid by the ministry"
    second.change_because("clearer")

    shown = page(organiser).content.decode()
    address = reverse(
        "admin:workshops_noteimport_outcome", args=[NoteImport.objects.get().pk]
    )
    rows = list(
        csv.DictReader(
            io.StringIO(
                organiser.get(
                    address + "?as=csv", headers={"accept-language": "en"}
                ).content.decode("utf-8-sig")
            )
        )
    )

    assert "<del>public purse</del><ins>ministry</ins>" in shown
    assert [(row["Row"], row["What happened"], row["Status"]) for row in rows] == [
        ("2", "became a draft", "Published"),
        ("4", "became a draft", "Draft"),
        ("3", "stayed in the file", ""),
    ]
    assert rows[0]["Address"].endswith(f"/recommendations/{first.reference}/")
    assert rows[1]["As it is now"] == "Keep interpreters paid by the ministry"
    assert "Africca" in rows[2]["What to fix"]
    book = load_workbook(io.BytesIO(organiser.get(address).content))
    assert book.active.max_row == 4


def test_rows_that_stayed_come_in_when_the_mended_file_returns(organiser):
    upload(organiser, HEAD + GOOD + BAD)
    step(organiser, "bring", which="good")
    assert "1 row stayed in the file" in page(organiser).content.decode()
    address = reverse(
        "admin:workshops_noteimport_back", args=[NoteImport.objects.get().pk]
    )
    back = organiser.get(address).content.decode("utf-8-sig")

    upload(organiser, back.replace("Africca", "Africa"), "notes.to-fix.csv")

    totals = NoteImport.objects.first().totals
    assert (totals["new"], totals["unchanged"], totals["error"]) == (1, 1, 0)
