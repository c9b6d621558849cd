"""Notes come in right, or say why; nothing is lost; all of it can be undone."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from openpyxl import Workbook

from priorities.models import Recommendation, RecommendationArea, Section
from regions.models import ContentChange
from workshops.models import NoteImport, WorkshopNote
from workshops.reading import read_date, read_rank

NOTES = Path(__file__).with_name("notes")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]


def brought(path, *options, status=0):
    """What `import_notes --json` says of a file."""
    out = io.StringIO()
    try:
        call_command(
            "import_notes",
            str(path),
            "--edition",
            "2021",
            "--json",
            *options,
            stdout=out,
        )
        found = 0
    except SystemExit as stop:
        found = stop.code
    assert found == status
    return json.loads(out.getvalue())


def written(folder, *rows, name="notes.csv"):
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def codes(report, row):
    (found,) = (r for r in report["rows"] if r["row"] == row)
    return {p["code"] for p in found["problems"] if p["severity"] != "note"}


def tables():
    """Everything an import may write, but references, history and the imports."""
    return [
        sorted(model.objects.values_list(*names))
        for model, names in (
            (
                Recommendation,
                [
                    "pk",
                    "reference",
                    "rank",
                    "position",
                    "text_fr",
                    "text_en",
                    "status",
                    "section",
                ],
            ),
            (RecommendationArea, ["recommendation", "area__slug"]),
            (Section, ["pk", "position"]),
            (WorkshopNote, ["pk"]),
        )
    ]


HEAD = ["Region", "Audience", "Area", "Recommendation", "Rank"]
ROW = ["Africa", "Governments", "Media", "Open a quiet door in each town hall", "1"]


def test_a_row_moved_by_a_separator_is_refused_though_its_last_column_is_empty(
    tmp_path,
):
    path = tmp_path / "notes.csv"
    path.write_text(
        "Region,Audience,Recommendation,Rank,Notes\n"
        "Africa,Governments,Open a door,1,\n"
        "Africa,Governments,Ask, listen and act,2,\n"
    )

    report = brought(path, "--dry-run", status=1)

    assert [row["verdict"] for row in report["rows"]] == ["new", "error"]
    assert codes(report, 3) == {"cells_too_many"}


@pytest.mark.parametrize(
    ("name", "rows", "encoding", "delimiter"),
    [
        ("notes_fr_excel.csv", 30, "windows-1252", ";"),
        ("notes_en_sheets.csv", 30, "utf-8", ","),
        ("notes_es.xlsx", 20, None, None),
        ("notes_ar.csv", 15, "utf-8", ","),
    ],
)
def test_good_notes_come_in_whole(name, rows, encoding, delimiter):
    report = brought(NOTES / name, "--dry-run")

    assert (report["encoding"], report["delimiter"]) == (encoding, delimiter)
    assert report["totals"] | {"warning": 0} == {
        "rows": rows, "new": rows, "update": 0, "unchanged": 0, "duplicate": 0,
        "error": 0, "warning": 0,
    }  # fmt: skip
    assert not NoteImport.objects.exists()


def test_the_french_notes_are_read_as_a_careful_person_would():
    rows = {
        r["row"]: r["values"]
        for r in brought(NOTES / "notes_fr_excel.csv", "--dry-run")["rows"]
    }

    assert rows[2]["audience"] == "regional-movement"
    assert rows[6]["rank"] == 1  # "1er"
    assert rows[6]["text"].endswith("\nNommer un seul guichet responsable.")
    assert rows[9]["rank"] == 2  # "n° 2"
    assert (rows[10]["kind"], rows[10]["audience"]) == ("concerns", None)
    assert (rows[11]["region"], rows[11]["audience"]) == (
        "mena",
        "governments-and-movement",
    )
    assert rows[25]["rank"] == 1  # "1,0"
    assert {row["language"] for row in rows.values()} == {"fr"}
    assert rows[2]["date"] == "2021-06-15"


def test_the_spanish_workbook_has_its_region_in_every_row():
    rows = {
        r["row"]: r["values"]
        for r in brought(NOTES / "notes_es.xlsx", "--dry-run")["rows"]
    }

    assert min(rows) == 6
    assert {r["region"] for r in rows.values()} == {
        "latin-america",
        "caribbean",
        "europe",
        "north-america",
    }
    assert rows[19]["date"] == "2021-10-05"  # "5 de octubre de 2021"
    assert {row["language"] for row in rows.values()} == {"es"}


def test_the_arabic_notes_keep_their_ranks_and_their_movement():
    rows = {
        r["row"]: r["values"]
        for r in brought(NOTES / "notes_ar.csv", "--dry-run")["rows"]
    }

    assert [rows[n]["rank"] for n in range(2, 7)] == [1, 2, 3, 4, 5]
    assert rows[15]["audience"] == "regional-movement"
    assert rows[16]["kind"] == "concerns"
    assert {row["language"] for row in rows.values()} == {"ar"}


def test_each_bad_row_gets_its_own_answer():
    report = brought(NOTES / "notes_bad.csv", "--dry-run", status=1)
    verdicts = {r["row"]: r["verdict"] for r in report["rows"]}

    assert codes(report, 2) == set()
    assert codes(report, 3) == codes(report, 4) == {"region_unknown"}
    assert codes(report, 5) == {"audience_unknown"}
    assert "text_missing" in codes(report, 6)
    assert codes(report, 7) == {"rank_unreadable"}
    assert codes(report, 8) == {"rank_taken"}
    assert codes(report, 9) == {"text_too_long"}
    assert codes(report, 10) == {"formula"}
    assert codes(report, 11) == {"personal_data"}
    assert codes(report, 13) == {"duplicate_row"}
    assert codes(report, 14) == {"near_row"}
    assert "language_differs" in codes(report, 15)
    assert codes(report, 16) == {"cells_too_many"}
    assert codes(report, 17) == {"cells_too_few"}
    assert "line_break" in codes(report, 18)
    assert "text_missing" in codes(report, 19)
    assert [n for n, v in verdicts.items() if v == "error"] == [
        3,
        4,
        5,
        6,
        9,
        16,
        17,
        19,
    ]
    assert verdicts[13] == "duplicate"


def test_one_wrong_row_stops_the_file(tmp_path):
    before = tables()
    path = written(tmp_path, HEAD, ROW, ["Africca", *ROW[1:]])

    report = brought(path, status=1)

    assert tables() == before
    (problem,) = report["rows"][1]["problems"]
    assert problem["column"] == "Region"
    assert problem["value"] == "Africca"
    assert "Did you mean “Africa”?" in problem["message"]


def test_the_good_rows_come_in_when_asked_and_the_rest_stays(tmp_path):
    path = written(tmp_path, HEAD, ROW, ["Africca", *ROW[1:]])

    brought(path, "--good-rows", status=1)

    (note,) = WorkshopNote.objects.all()
    assert note.cells == ROW
    assert note.recommendation.status == "draft"
    assert note.recommendation.text_en == ROW[3]
    assert [a.slug for a in note.recommendation.areas.all()] == ["media"]


def test_what_came_in_has_its_history_and_changes_nothing_public(tmp_path):
    version = ContentChange.objects.version()

    brought(written(tmp_path, HEAD, ROW))

    row = WorkshopNote.objects.get().recommendation
    (record,) = row.history.all()
    note_import = NoteImport.objects.get()
    assert (record.history_type, record.history_change_reason) == (
        "+",
        note_import.reason,
    )
    assert record.text_en == ROW[3]
    assert (
        row.area_links.get().history.get().history_change_reason == note_import.reason
    )
    # The list it needed is new; what is published is as it was.
    assert version.edition == ContentChange.objects.version().edition


def test_the_same_file_twice_changes_nothing(tmp_path):
    path = written(tmp_path, HEAD, ROW)
    brought(path)
    rows = list(Recommendation.objects.order_by("pk").values())

    report = brought(path)

    assert report["totals"]["unchanged"] == 1
    assert list(Recommendation.objects.order_by("pk").values()) == rows


def test_a_corrected_file_updates_what_it_brought(tmp_path):
    brought(written(tmp_path, HEAD, ROW))

    report = brought(written(tmp_path, HEAD, [*ROW[:4], "2"]))

    assert report["totals"]["update"] == 1
    assert WorkshopNote.objects.last().recommendation.rank == 2


def test_what_a_curator_changed_meanwhile_is_not_undone_by_the_same_file(tmp_path):
    path = written(tmp_path, HEAD, ROW)
    brought(path)
    row = WorkshopNote.objects.get().recommendation
    row.rank, row.text_en = 7, "Open a quiet door in every town hall"
    row.save()

    report = brought(path)

    row.refresh_from_db()
    assert report["totals"]["unchanged"] == 1
    assert (row.rank, row.text_en) == (7, "Open a quiet door in every town hall")


def test_a_new_wording_asks_before_it_changes_anything(tmp_path):
    brought(written(tmp_path, HEAD, ROW))
    wording = "Open a quiet door in every town hall of each district"

    report = brought(written(tmp_path, HEAD, [*ROW[:3], wording, "1"]), status=1)

    assert "similar_match" in codes(report, 2)
    assert WorkshopNote.objects.count() == 1


def messages(report, row):
    """What a row is told, but notes."""
    (found,) = (r for r in report["rows"] if r["row"] == row)
    return [p["message"] for p in found["problems"] if p["severity"] != "note"]


def test_what_a_text_is_close_to_is_quoted_in_its_own_language(tmp_path):
    public = Recommendation.objects.get(reference="2021-MENA-050")
    wording = f"{public.text_en.replace('**', '').removesuffix('.')} of all"
    row = ["MENA", "International community", "", wording, ""]

    (said,) = messages(brought(written(tmp_path, HEAD, row), "--dry-run"), 2)

    assert "Very close to 2021-MENA-050" in said
    assert "“International organisations can" in said
    assert "**" not in said


@pytest.mark.parametrize(
    ("language", "count", "most"),
    [
        ("fr", "2\u202f099", "2\u202f000"),
        ("en", "2,099", "2,000"),
        ("es", "2.099", "2.000"),
        ("ar", "2,099", "2,000"),
    ],
)
def test_counts_are_written_as_the_reader_writes_them(tmp_path, language, count, most):
    path = written(
        tmp_path, HEAD, ["Asia", "Governments", "", "Pay all of us. " * 140, ""]
    )

    with translation.override(language):
        (said,) = messages(brought(path, "--dry-run"), 2)

    assert count in said
    assert most in said


def test_names_with_commas_in_them_are_told_apart(tmp_path):
    path = written(tmp_path, HEAD, ["Afrcia", *ROW[1:]])

    (said,) = messages(brought(path, "--dry-run", status=1), 2)

    assert "; Europe, North America and the Caribbean; Europe; " in said


def test_a_known_reference_updates_a_draft_and_never_what_is_public(tmp_path):
    head = [*HEAD, "Reference"]
    public = Recommendation.objects.filter(
        section__regional_forum__region__slug="africa",
        audience__slug="regional-movement",
    ).first()
    path = written(
        tmp_path,
        head,
        ["Africa", "regional-movement", "", "Other words", "", public.reference],
    )

    report = brought(path, "--dry-run", status=1)

    assert "published" in codes(report, 2)


def test_export_and_import_change_nothing(tmp_path):
    out = tmp_path / "export.csv"
    from priorities.formats import CSV
    from priorities.resources import RecommendationResource

    out.write_text(
        CSV().export_data(RecommendationResource().export()), encoding="utf-8"
    )

    report = brought(out)

    assert report["totals"]["unchanged"] == report["totals"]["rows"] == 305


@pytest.mark.parametrize(
    "name",
    ["notes_fr_excel.csv", "notes_en_sheets.csv", "notes_es.xlsx", "notes_ar.csv"],
)
def test_undo_leaves_every_table_as_it_was(name):
    before = tables()
    brought(NOTES / name)
    assert tables() != before

    call_command("undo_import", NoteImport.objects.get().pk, stdout=io.StringIO())

    assert tables() == before
    assert NoteImport.objects.get().status == "undone"


def test_undo_restores_what_the_import_changed(tmp_path):
    brought(written(tmp_path, HEAD, ROW))
    before = tables()
    brought(
        written(
            tmp_path, HEAD, [ROW[0], "International community", "Kafala", ROW[3], "4"]
        ),
        status=1,
    )
    brought(written(tmp_path, HEAD, [*ROW[:2], "Kafala", ROW[3], "4"]))
    row = WorkshopNote.objects.first().recommendation
    row.refresh_from_db()
    assert (row.rank, [a.slug for a in row.areas.all()]) == (4, ["kafala"])

    call_command("undo_import", NoteImport.objects.first().pk, stdout=io.StringIO())

    row.refresh_from_db()
    assert (row.rank, [a.slug for a in row.areas.all()]) == (1, ["media"])
    assert [sorted(t) for t in tables()[:1]] == before[:1]


def test_undo_names_what_was_edited_since_and_keeps_it(tmp_path):
    brought(
        written(
            tmp_path,
            HEAD,
            ROW,
            [*ROW[:3], "Pay interpreters on the day they work", "2"],
        )
    )
    edited, other = (note.recommendation for note in WorkshopNote.objects.all())
    edited.text_en = "Open two quiet doors in each town hall"
    edited.save()
    number = NoteImport.objects.get().pk

    with pytest.raises(CommandError, match=edited.reference):
        call_command("undo_import", number)
    assert Recommendation.objects.filter(pk__in=[edited.pk, other.pk]).count() == 2
    call_command("undo_import", number, "--keep-edited", stdout=io.StringIO())

    assert list(Recommendation.objects.filter(pk__in=[edited.pk, other.pk])) == [edited]
    with pytest.raises(CommandError, match="nothing to take back"):
        call_command("undo_import", number)


def test_published_since_is_withdrawn_when_chosen_and_answers_for_ever(tmp_path):
    from workshops.undoing import undo

    brought(written(tmp_path, HEAD, ROW))
    row = WorkshopNote.objects.get().recommendation
    row.publish()

    undo(NoteImport.objects.get(), None, gone={row.pk})

    row.refresh_from_db()
    assert row.status == "archived"


def test_personal_data_is_held_until_somebody_checked_and_again_before_publishing(
    tmp_path,
):
    row = [*ROW[:3], "Give each caller a number; write to maya@example.org", "1"]
    path = written(tmp_path, HEAD, row)

    report = brought(path, status=1)
    assert report["rows"][0]["held"]
    (problem,) = (
        p for p in report["rows"][0]["problems"] if p["code"] == "personal_data"
    )
    assert "an e-mail address" in problem["message"]
    assert "maya" not in problem["message"] + problem["value"]
    assert not WorkshopNote.objects.exists()
    brought(path, "--checked-personal-data")

    recommendation = WorkshopNote.objects.get().recommendation
    with pytest.raises(Exception, match="seems to hold a person’s data"):
        recommendation.publish()
    recommendation.confirm_personal_data()
    recommendation.publish()
    assert recommendation.is_published


def test_a_region_given_for_the_file_fills_rows_and_refuses_others(tmp_path):
    path = written(
        tmp_path, HEAD, ["", *ROW[1:]], ["Asia", *ROW[1:3], "Another thing to do", "2"]
    )

    report = brought(path, "--region", "africa", "--dry-run", status=1)

    assert report["rows"][0]["values"]["region"] == "africa"
    assert codes(report, 3) == {"region_other"}


def test_a_status_in_the_file_publishes_nothing(tmp_path):
    path = written(tmp_path, [*HEAD, "Status"], [*ROW, "published"])

    report = brought(path)

    assert codes(report, 2) == {"status_ignored"}
    assert WorkshopNote.objects.get().recommendation.status == "draft"


def test_ranks_with_holes_are_named(tmp_path):
    path = written(
        tmp_path, HEAD, ROW, [*ROW[:3], "Pay interpreters on the day they work", "4"]
    )

    assert codes(brought(path, "--dry-run"), 3) == {"rank_hole"}


def test_a_file_without_an_audience_column_is_refused_not_taken_for_concerns(tmp_path):
    report = brought(
        written(tmp_path, ["To-Rgrp", "Text"], ["Africa", "Open a door"]), status=2
    )

    assert "audience" in report["refused"]
    assert not NoteImport.objects.exists()


def test_the_text_in_two_languages_comes_in_as_original_and_translation(tmp_path):
    head = ["Region", "Audience", "text_fr", "text_en", "language"]
    path = written(
        tmp_path,
        head,
        ["Africa", "Governments", "Ouvrir une porte", "Open a door", "en"],
    )

    brought(path)

    row = WorkshopNote.objects.get().recommendation
    assert (row.original_language, row.state_in("fr"), row.state_in("en")) == (
        "en",
        "draft",
        "original",
    )


@pytest.mark.parametrize(
    ("cell", "rank"),
    [
        ("1", 1), ("١٢", 12), ("1er", 1), ("n° 2", 2), ("1,0", 1), ("3\u200f", 3),
        ("#4", 4), ("2nd", 2), ("high", None), ("0", None), ("-1", None), ("1.5", None),
        ("99999", None),
    ],
)  # fmt: skip
def test_ranks_are_read_in_any_usual_dress(cell, rank):
    assert read_rank(cell) == rank


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("15/06/2021", "2021-06-15"), ("2021-06-15", "2021-06-15"),
        ("5 de octubre de 2021", "2021-10-05"), ("1er juin 2021", "2021-06-01"),
        ("June 3, 2021", "2021-06-03"), ("٣ يونيو ٢٠٢١", "2021-06-03"),
        ("31/02/2021", None), ("yesterday", None),
    ],
)  # fmt: skip
def test_days_are_read_with_the_day_first(cell, day):
    assert read_date(cell) == day


def test_a_row_that_is_hidden_in_the_workbook_says_so(tmp_path):
    book = Workbook()
    for row in (HEAD, ROW, [*ROW[:3], "Pay interpreters on the same day", "2"]):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.save(tmp_path / "notes.xlsx")

    report = brought(tmp_path / "notes.xlsx", "--dry-run")

    told = {row["row"]: {p["code"] for p in row["problems"]} for row in report["rows"]}
    assert "row_hidden" in told[3]
    assert "row_hidden" not in told[2]


def test_what_an_undo_removes_is_in_the_history(tmp_path):
    report = brought(written(tmp_path, HEAD, ROW))
    row = Recommendation.objects.get(notes__isnull=False)

    call_command("undo_import", report["import"], stdout=io.StringIO())

    last = Recommendation.history.filter(id=row.pk).latest("history_id")
    assert (last.history_type, last.history_change_reason) == (
        "-",
        f"undo of import {report['import']}",
    )
    tags = RecommendationArea.history.filter(recommendation_id=row.pk)
    assert sorted(tags.values_list("history_type", flat=True)) == ["+", "-"]
