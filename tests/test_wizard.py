"""The wizard: upload, say what columns mean, look, correct, bring in, take back."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from accounts.models import User
from accounts.roles import assign
from priorities.models import Recommendation
from regions.models import Edition, Region
from workshops import intake, wizard
from workshops.bringing import Changed
from workshops.models import ImportFile, NoteImport, SavedMapping, WorkshopNote

NOTES = Path(__file__).with_name("notes")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

QUERIES = 23  # of one preview page
HEAD = "Region,Audience,Area,Recommendation,Rank\n"
GOOD = "Africa,Governments,Media,Open a quiet door in each town hall,1\n"
BAD = "Africca,Governments,Media,Pay interpreters on the day they work,2\n"


def upload(client, content, name="notes.csv", **extra):
    data = content.encode() if isinstance(content, str) else content
    return client.post(
        reverse("admin:workshops_noteimport_add"),
        {
            "edition": Edition.objects.get(year=2021).pk,
            "file": SimpleUploadedFile(name, data),
        },
        headers={"accept-language": "en"},
        **extra,
    )


def step(client, name, **data):
    note_import = NoteImport.objects.first()
    address = reverse(f"admin:workshops_noteimport_{name}", args=[note_import.pk])
    return client.post(address, data, headers={"accept-language": "en"})


def page(client, query=""):
    address = NoteImport.objects.first().get_absolute_url()
    return client.get(address + query, headers={"accept-language": "en"})


@pytest.fixture
def facilitator(db):
    """A browser in which a facilitator for Africa is signed in."""
    user = User.objects.create_user("amina", password="a long phrase", is_staff=True)
    assign(user, ["facilitator"])
    user.regions.add(Region.objects.get(slug="africa"))
    client = Client()
    client.force_login(user)
    return client


def test_a_file_is_looked_at_and_brought_in_as_drafts(organiser):
    answer = upload(organiser, HEAD + GOOD)

    assert answer.status_code == 302
    shown = page(organiser).content.decode()
    assert "Open a quiet door in each town hall" in shown
    assert "utf-8" in shown
    assert not WorkshopNote.objects.exists()
    step(organiser, "bring", which="all")
    note = WorkshopNote.objects.get()
    assert note.recommendation.status == "draft"
    assert note.recommendation.history.get().history_user.username == "organiser"


@pytest.mark.parametrize("name", sorted(p.name for p in NOTES.iterdir()))
def test_every_sample_reaches_its_preview(organiser, name):
    upload(organiser, (NOTES / name).read_bytes(), name)

    assert NoteImport.objects.get().status == "checked"
    assert page(organiser).status_code == 200
    for kind in ("error", "warning", "new", "confirm"):
        assert page(organiser, f"?kind={kind}").status_code == 200


def test_a_refused_file_says_why_and_is_kept_for_its_owner(organiser):
    answer = upload(organiser, "Region,region\nAsia,Africa\n")

    assert answer.status_code == 200
    assert "Column “region” appears twice" in answer.content.decode()
    note_import = NoteImport.objects.get()
    assert note_import.status == "refused"
    assert bytes(note_import.file.content) == b"Region,region\nAsia,Africa\n"
    assert "appears twice" in page(organiser).content.decode()


def test_a_file_beyond_the_limit_is_not_kept(organiser):
    answer = upload(organiser, b"x" * (5 * 1024 * 1024 + 1))

    assert "up to 5 MB" in answer.content.decode()
    assert bytes(ImportFile.objects.get().content) == b""


def test_one_wrong_row_stops_the_file_until_it_is_mended_or_left(organiser):
    upload(organiser, HEAD + GOOD + BAD)

    answer = step(organiser, "bring", which="all")
    assert "1 row cannot come in yet" in answer.content.decode()
    assert not WorkshopNote.objects.exists()
    step(organiser, "row", row="3", **{"cell-0": "Africa"})
    step(organiser, "bring", which="all")

    notes = list(WorkshopNote.objects.all())
    assert [note.row for note in notes] == [2, 3]
    assert notes[1].cells[0] == "Africca"  # as it came
    assert notes[1].corrected == {"0": "Africa"}


def test_an_unknown_word_is_explained_once_for_all_rows(organiser):
    upload(organiser, HEAD + BAD + BAD.replace("on the day", "in the week"))
    assert NoteImport.objects.get().totals["error"] == 2

    step(organiser, "words", **{"region:Africca": "africa"})

    assert NoteImport.objects.get().totals["error"] == 0


def test_a_foreign_table_is_mapped_and_its_mapping_proposed_again(organiser):
    table = (
        "To-Rgrp,Text,Issue,Session\n"
        'GRULAC,Open a quiet door in each town hall,"Media, Kafala",1\n'
    )
    upload(organiser, table)
    shown = page(organiser).content.decode()
    assert "No column says the audience" in shown
    assert "Media, Kafala" in shown  # the sample values stand beside the heading

    step(
        organiser,
        "map",
        **{
            "column-0": "region", "column-1": "text", "column-2": "areas",
            "column-3": "workshop", "constant-audience": "governments",
            "save_as": "UN table",
        },
    )  # fmt: skip
    step(organiser, "words", **{"region:GRULAC": "latin-america"})
    step(organiser, "bring", which="all")

    row = WorkshopNote.objects.get().recommendation
    assert row.region.slug == "latin-america"
    assert {area.slug for area in row.areas.all()} == {"media", "kafala"}
    assert SavedMapping.objects.get().mapping["words"] == {
        "region": {"GRULAC": "latin-america"}
    }
    upload(organiser, table.replace("quiet", "wide and quiet"))
    assert NoteImport.objects.first().status == "checked"
    assert NoteImport.objects.first().totals["error"] == 0


def test_arabic_in_one_byte_asks_how_it_reads(organiser):
    table = (
        "المنطقة,الجهة,التوصية\nأفريقيا,الحكومات,تدريب القضاة على الاستماع إلى الناس\n"
    )
    upload(organiser, table.encode("cp1256"))

    shown = page(organiser).content.decode()
    assert "تدريب القضاة" in shown
    assert "Which line reads right?" in shown
    step(organiser, "read", encoding="windows-1256")
    step(organiser, "bring", which="all")

    assert WorkshopNote.objects.get().recommendation.text_ar.startswith("تدريب القضاة")


def test_personal_data_needs_a_tick(organiser):
    upload(
        organiser,
        HEAD
        + GOOD.replace("quiet door", "door, ask maya@example.org")
        .replace(
            "Open a door, ask maya@example.org", '"Open a door, ask maya@example.org'
        )
        .replace("town hall", 'town hall"'),
    )
    step(organiser, "bring", which="all")
    assert not WorkshopNote.objects.exists()

    step(organiser, "bring", which="all", personal="checked")

    assert WorkshopNote.objects.count() == 1


def test_data_that_changed_since_the_preview_are_reviewed_again(organiser):
    upload(organiser, HEAD + GOOD)
    row = Recommendation.objects.first()
    row.note = "changed meanwhile"
    row.save()

    answer = step(organiser, "bring", which="all")

    assert answer.status_code == 409
    assert "Data changed since the preview" in answer.content.decode()
    assert not WorkshopNote.objects.exists()
    row.refresh_from_db()
    assert row.note == "changed meanwhile"
    assert step(organiser, "bring", which="all").status_code == 302


def test_the_file_comes_back_with_what_to_fix_and_is_recognised_when_it_returns(
    organiser,
):
    upload(organiser, HEAD + GOOD + BAD)
    number = NoteImport.objects.get().pk
    address = reverse("admin:workshops_noteimport_back", args=[number])

    back = organiser.get(address, headers={"accept-language": "en"}).content.decode(
        "utf-8-sig"
    )

    rows = list(csv.reader(io.StringIO(back)))
    assert rows[0][-1] == "what to fix"
    assert "Did you mean “Africa”?" in rows[2][-1]
    step(organiser, "bring", which="good")
    fixed = back.replace("Africca", "Africa")
    upload(organiser, fixed, "notes.to-fix.csv")
    totals = NoteImport.objects.first().totals
    assert (totals["unchanged"], totals["new"], totals["error"]) == (1, 1, 0)


def test_a_workbook_comes_back_with_its_wrong_cells_coloured(organiser):
    content = (NOTES / "notes_es.xlsx").read_bytes()
    upload(organiser, content, "notes_es.xlsx")
    address = reverse(
        "admin:workshops_noteimport_back", args=[NoteImport.objects.get().pk]
    )

    book = load_workbook(io.BytesIO(organiser.get(address).content))

    sheet = book["Notas"]
    assert sheet["D5"].value == "Recomendación"
    assert sheet["B16"].fill.fgColor.rgb == "00FFF0C2"
    assert sheet["B6"].fill.fill_type is None


def test_a_facilitator_brings_in_notes_for_her_own_region_alone(facilitator):
    upload(facilitator, HEAD + GOOD + GOOD.replace("Africa", "Asia"))

    shown = page(facilitator).content.decode()
    assert "You cannot add to Asia" in shown
    step(facilitator, "bring", which="good")

    (note,) = WorkshopNote.objects.all()
    assert note.region.slug == "africa"


def test_a_facilitator_does_not_learn_of_another_regions_references(facilitator):
    asia = Recommendation.objects.filter(
        section__regional_forum__region__slug="asia"
    ).first()
    head = "Region,Recommendation,Reference\n"

    upload(
        facilitator,
        f"{head}Africa,New words for this,{asia.reference}\nAfrica,Others,2021-ASI-999\n",
    )

    shown = page(facilitator).content.decode()
    assert shown.count("No recommendation has the reference") == 2
    assert asia.original("text").value not in shown


def test_what_is_not_ones_own_answers_404(organiser, facilitator):
    upload(organiser, HEAD + GOOD.replace("Africa", "Asia"))
    step(organiser, "bring", which="all")
    number = NoteImport.objects.get().pk
    note = WorkshopNote.objects.get().pk

    for name in ("change", "undo", "back", "map"):
        address = reverse(f"admin:workshops_noteimport_{name}", args=[number])
        assert facilitator.get(address).status_code == 404
    for name in ("read", "bring", "undo", "row", "words", "map"):
        assert step(facilitator, name).status_code == 404
    address = reverse("admin:workshops_workshopnote_change", args=[note])
    assert facilitator.get(address).status_code == 404
    assert WorkshopNote.objects.count() == 1
    listed = facilitator.get(reverse("admin:workshops_noteimport_changelist"))
    assert "notes.csv" not in listed.content.decode()


def test_undo_once_is_302_twice_409_and_after_an_edit_409(organiser):
    upload(organiser, HEAD + GOOD)
    step(organiser, "bring", which="all")
    row = WorkshopNote.objects.get().recommendation
    row.text_en = "Open a door"
    row.save()

    answer = step(organiser, "undo")
    assert answer.status_code == 409
    assert row.reference in answer.content.decode()
    assert step(organiser, "undo", chosen="yes", remove=str(row.pk)).status_code == 302
    assert not Recommendation.objects.filter(pk=row.pk).exists()
    assert step(organiser, "undo").status_code == 409


def test_where_a_sentence_comes_from_is_one_click_away(organiser):
    upload(organiser, HEAD + GOOD)
    step(organiser, "bring", which="all")
    note = WorkshopNote.objects.get()
    address = reverse("admin:workshops_workshopnote_change", args=[note.pk])

    shown = organiser.get(
        reverse("admin:priorities_recommendation_change", args=[note.recommendation.pk])
    )
    assert address in shown.content.decode()
    asit = organiser.get(address).content.decode()
    assert "Open a quiet door in each town hall" in asit
    assert note.note_import.sha256 in asit


def test_hostile_cells_are_shown_as_text(organiser):
    upload(organiser, HEAD + GOOD.replace("quiet", "<script>alert(1)</script>"))

    shown = page(organiser).content.decode()

    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_a_file_is_forgotten_after_its_days_and_its_notes_stay(organiser):
    upload(organiser, HEAD + GOOD)
    step(organiser, "bring", which="all")
    call_command("forget_files", stdout=io.StringIO())
    assert ImportFile.objects.count() == 1

    ImportFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    call_command("forget_files", stdout=io.StringIO())

    assert not ImportFile.objects.exists()
    assert WorkshopNote.objects.get().cells[3] == "Open a quiet door in each town hall"
    assert page(organiser).status_code == 200
    assert step(organiser, "undo").status_code == 302
    assert page(organiser).status_code == 200


def test_an_open_import_whose_file_is_forgotten_says_so(organiser):
    upload(organiser, HEAD + GOOD)
    ImportFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    call_command("forget_files", stdout=io.StringIO())

    shown = page(organiser)

    assert shown.status_code == 200
    assert "no longer kept" in shown.content.decode()
    for name in ("bring", "row", "words", "map", "read"):
        assert step(organiser, name).status_code == 404


def test_a_long_file_tells_how_far_it_is_and_leads_on(organiser):
    rows = "".join(
        f"Africa,Governments,Media,Open door number {n} of the house for everybody {n},\n"
        for n in range(1, 2600)
    )
    answer = upload(organiser, HEAD + rows)

    assert answer.streaming
    shown = b"".join(answer.streaming_content).decode()
    note_import = NoteImport.objects.get()
    assert shown.count("<progress") > 5
    assert f'url={note_import.get_absolute_url()}"' in shown
    assert note_import.totals["rows"] == 2599
    step(organiser, "bring", which="all")
    assert WorkshopNote.objects.count() == 2599
    notes = Recommendation.history.filter(history_change_reason=note_import.reason)
    assert {version.history_user.username for version in notes} == {"organiser"}


def test_work_that_its_reader_left_is_begun_again(organiser):
    rows = "".join(
        f"Africa,Governments,Media,Open door {n} for everybody who knocks {n},\n"
        for n in range(1, 4500)
    )
    answer = upload(organiser, HEAD + rows)
    stream = iter(answer.streaming_content)
    next(stream)
    next(stream)
    answer._iterator.close()  # as the test client ends a request, connection kept

    assert "was not read to its end" in page(organiser).content.decode()
    answer = step(organiser, "read")
    b"".join(answer.streaming_content)
    assert NoteImport.objects.get().totals["new"] == 4499


def test_two_people_who_correct_one_file_both_count(organiser, monkeypatch):
    upload(
        organiser, HEAD + BAD + BAD.replace("Pay", "Always pay").replace(",2\n", ",3\n")
    )
    judging = intake.judging

    def somebody_else_decides_meanwhile(*given):
        monkeypatch.setattr(intake, "judging", judging)
        other = NoteImport.objects.get()
        wizard.decide(
            other,
            lambda locked: locked.decisions["cells"].update({"3": {"0": "Africa"}}),
        )
        return (yield from judging(*given))

    monkeypatch.setattr(intake, "judging", somebody_else_decides_meanwhile)
    cells = {f"cell-{place}": cell for place, cell in enumerate(BAD.strip().split(","))}
    step(organiser, "row", row="2", **(cells | {"cell-0": "Africa"}))

    totals = NoteImport.objects.get().totals
    assert (totals["new"], totals["error"]) == (2, 0)


def test_what_was_brought_in_meanwhile_is_not_decided_about(organiser):
    upload(organiser, HEAD + GOOD)
    stale = NoteImport.objects.get()
    step(organiser, "bring", which="all")

    with pytest.raises(Changed):
        wizard.decide(stale, lambda locked: None)
    assert step(organiser, "row", row="2", choice="leave").status_code == 404


def test_the_preview_costs_the_same_queries_for_one_row_and_for_many(
    organiser, django_assert_num_queries
):
    rows = "".join(
        f"Africa,Governments,Media,Open door {n} for everybody who knocks {n},\n"
        for n in range(1, 200)
    )
    upload(organiser, HEAD + rows)
    with django_assert_num_queries(QUERIES):
        page(organiser)
    upload(organiser, HEAD + GOOD)
    with django_assert_num_queries(QUERIES):
        page(organiser)


def test_a_file_is_deleted_at_once_when_asked_and_its_notes_stay(organiser):
    upload(organiser, HEAD + GOOD)
    step(organiser, "bring", which="all")

    assert step(organiser, "forget").status_code == 302

    assert not ImportFile.objects.exists()
    assert WorkshopNote.objects.count() == 1
    assert page(organiser).status_code == 200


def test_a_saved_mapping_that_was_applied_says_so_with_what_holds_for_every_row(
    organiser,
):
    SavedMapping.objects.create(
        name="table four",
        signature="who|what",
        mapping={
            "columns": ["audience", "text"],
            "constants": {"region": "africa"},
            "words": {},
            "fill_down": False,
        },
    )
    upload(organiser, "Who,What\nGovernments,Open a quiet door in each town hall\n")

    shown = page(organiser).content.decode()
    assert "table four" in shown
    assert "region = <b><bdi>Africa</bdi></b>" in shown


def test_other_sheets_of_notes_are_named_and_brought_in_beside(organiser):
    book = Workbook()
    book.active.title = "Day 1"
    texts = ("Open a quiet door in each hall", "Pay interpreters on the same day")
    for day, text in zip(("Day 1", "Day 2"), texts, strict=True):
        sheet = book[day] if day in book.sheetnames else book.create_sheet(day)
        sheet.append(["Region", "Audience", "Recommendation"])
        sheet.append(["Africa", "Governments", text])
    stream = io.BytesIO()
    book.save(stream)
    upload(organiser, stream.getvalue(), "days.xlsx")

    assert "Day 2" in page(organiser).content.decode()
    step(organiser, "bring", which="all")
    step(organiser, "sheet", sheet="Day 2")
    assert NoteImport.objects.first().sheet == "Day 2"
    step(organiser, "bring", which="all")

    sheets = WorkshopNote.objects.values_list("note_import__sheet", flat=True)
    assert sorted(sheets) == ["Day 1", "Day 2"]


def test_whoever_reads_the_preview_reads_it_in_their_language(organiser):
    """The file was checked for somebody else."""
    upload(organiser, f"{HEAD}\nAfricca,Governments,Media,Pay interpreters,1\n")
    address = NoteImport.objects.get().get_absolute_url()

    told = {
        code: organiser.get(address, headers={"accept-language": code}).content.decode()
        for code in ("en", "fr", "ar")
    }

    assert "Did you mean “Africa”?" in told["en"]
    assert "Afrique\u00a0; Asie\u00a0; Amérique latine" in told["fr"]
    assert "أفريقيا، آسيا، أمريكا اللاتينية" in told["ar"]
