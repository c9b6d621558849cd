"""Broken and hostile files through the wizard: a sentence that helps, nothing written.

The inputs U02 to U61 of the shared samples, each sent by an organiser and by a
facilitator for Africa; U71 (changed since the preview) is in `test_wizard.py`.
"""

import io
import zipfile

import pytest
from django.urls import reverse
from openpyxl import Workbook

from priorities.models import Recommendation
from workshops.models import NoteImport, WorkshopNote

from .test_wizard import facilitator, page, step, upload

__all__ = ["facilitator"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]
HEAD = "region,audience,areas,recommendation,rank\n"
ROW = "africa,governments,media,Open a quiet door in each town hall,1\n"


@pytest.fixture(params=["organiser", "facilitator"])
def sender(request):
    return request.getfixturevalue(request.param)


def workbook(*rows, merged="", lie=False):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if merged:
        book.active.merge_cells(merged)
    stream = io.BytesIO()
    book.save(stream)
    if not lie:
        return stream.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                start, _sep, rest = data.partition(b'<dimension ref="')
                data = start + b'<dimension ref="A1:B2' + rest[rest.index(b'"') :]
            target.writestr(name, data)
    return out.getvalue()


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 200 * 1024 * 1024)
    return out.getvalue()


HEADINGS = ["region", "audience", "areas", "recommendation", "rank"]
REFUSED = {
    "U02 no rows": (HEAD, "notes.csv", "No rows were found"),
    "U04 a column twice": (
        "region,audience,region,recommendation\nafrica,governments,asia,x\n",
        "notes.csv",
        "“region” appears twice",
    ),
    "U44 macros": (b"PK\x03\x04 not really", "notes.xlsm", "save it as .xlsx or .csv"),
    "U44 old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "notes.xls",
        "save it as .xlsx or .csv",
    ),
    "U29 one byte too many": (
        HEAD + ROW + "\n" * (5 * 1024 * 1024 - len(HEAD + ROW) + 1),
        "notes.csv",
        "up to 5 MB",
    ),
    "U47 a bomb": (bomb, "notes.xlsx", "Unpacked size over 50 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_and_kept(sender, name):
    data, file, told = REFUSED[name]
    before = Recommendation.history.count()

    answer = upload(sender, data() if callable(data) else data, file)

    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert NoteImport.objects.get().status == "refused"
    assert page(sender).status_code == 200
    assert not WorkshopNote.objects.exists()
    assert Recommendation.history.count() == before


STOPPED = {
    "U08 another region (a misspelt one for an organiser)": (
        HEAD + ROW.replace("africa", "aseea"),
        "is not one of the regions",
    ),
    "U15 NUL": (HEAD + ROW.replace("quiet", "qui\x00et"), "cannot be stored"),
    "U25 ragged": (
        HEAD + ROW.strip() + ",more,and\nafrica,governments\n",
        "5 are expected|where the headings have 5",
    ),
    "U61 formula without value": (
        workbook(HEADINGS, ["africa", "governments", "media", '="a"&"b"', 1]),
        "formula with no stored value",
    ),
}


@pytest.mark.parametrize("name", STOPPED)
def test_a_wrong_row_stops_the_file_and_names_itself(sender, name):
    data, told = STOPPED[name]

    upload(sender, data, "notes.csv" if isinstance(data, str) else "notes.xlsx")
    step(sender, "bring", which="all")

    shown = page(sender).content.decode()
    assert any(part in shown for part in told.split("|"))
    assert "Row 2" in shown
    assert not WorkshopNote.objects.exists()


CELLS = ["=1+1", "+1", "-1", "@x", "|x", "%x", "＝1+1", "=cmd|' /C calc'!A0"]
TAKEN = {
    "U06 a status": (
        HEAD.strip() + ",status\n" + ROW.strip() + ",published\n",
        1,
        "you cannot publish",
    ),
    "U10 French from Excel": (
        "Région;Destinataire;Domaine;Recommandation;Rang\r\nAfrique;Gouvernements;Médias;Créer un accès à l’école;1\r\n".encode(
            "cp1252"
        ),
        1,
        "windows-1252",
    ),
    "U18 direction override": (
        HEAD + ROW.replace("quiet", "qui\u202eet"),
        1,
        "direction of writing",
    ),
    "U20 the same in two spellings of Unicode": (
        HEAD
        + "africa,governments,media,Ouvrir une e\u0301cole pour les e\u0301le\u0300ves,\n"
        + "africa,governments,media,Ouvrir une école pour les élèves,\n",
        1,
        "repeats row 2",
    ),
    "U29 just as large as may be": (
        HEAD + ROW + "\n" * (5 * 1024 * 1024 - len(HEAD + ROW)),
        1,
        "Row 2",
    ),
    "U33 script": (
        HEAD
        + ROW.replace("quiet", "<script>alert(1)</script><img src=x onerror=alert(1)>"),
        1,
        "&lt;script&gt;",
    ),
    "U56 a sheet that lies about its size": (
        workbook(
            HEADINGS,
            *(
                ["africa", "governments", "media", f"Open door {n} of {n} houses", None]
                for n in range(1, 101)
            ),
            lie=True,
        ),
        100,
        "Row 50",
    ),
    "U59 merged cells": (
        workbook(
            HEADINGS,
            ["africa", "governments", "media", "Open the first door for all", 1],
            [None, "governments", "media", "Pay interpreters on the same day", 2],
            merged="A2:A3",
        ),
        2,
        "merged cell",
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_odd_files_come_in_as_drafts_and_nothing_is_public(sender, name):
    data, count, told = TAKEN[name]
    public = sender.get("/en/recommendations/").content

    answer = upload(
        sender, data, "notes.csv" if name[:3] not in ("U56", "U59") else "notes.xlsx"
    )
    if answer.streaming:
        b"".join(answer.streaming_content)

    assert told in page(sender).content.decode()
    answer = step(sender, "bring", which="all")
    if answer.streaming:
        b"".join(answer.streaming_content)
    made = Recommendation.objects.filter(notes__isnull=False).distinct()
    assert made.count() == count
    assert set(made.values_list("status", flat=True)) == {"draft"}
    assert sender.get("/en/recommendations/").content == public


def test_formula_cells_are_kept_as_text_and_go_out_as_text(sender):
    said = [f"{cell} read in house number {n}" for n, cell in enumerate(CELLS)]
    rows = "".join(f'africa,governments,media,"{text}",\n' for text in said)
    upload(sender, HEAD + rows)
    step(sender, "bring", which="all")

    texts = Recommendation.objects.filter(notes__isnull=False).order_by("pk")
    stored = [row.text_en or row.text_fr for row in texts]
    assert stored == said
    address = reverse(
        "admin:workshops_noteimport_outcome", args=[NoteImport.objects.get().pk]
    )
    lines = sender.get(address + "?as=csv").content.decode("utf-8-sig")
    assert all(f"'{cell}" in lines for cell in CELLS)


def test_arabic_in_one_byte_is_never_stored_unasked(sender):
    head = "المنطقة,الجهة,التوصية\n"
    row = "أفريقيا,الحكومات,فتح باب هادئ في كل بلدية لمن يحتاج إليه\n"

    upload(sender, (head + row).encode("cp1256"))

    shown = page(sender).content.decode()
    assert "windows-1256" in shown
    assert shown.count('type="radio"') >= 2
    assert NoteImport.objects.get().status == "uploaded"
    step(sender, "read", encoding="windows-1256")
    step(sender, "bring", which="all")
    text = Recommendation.objects.get(notes__isnull=False).text_ar
    assert text == "فتح باب هادئ في كل بلدية لمن يحتاج إليه"


def test_the_same_file_twice_changes_nothing_through_the_wizard(sender):
    for _time in range(2):
        upload(sender, HEAD + ROW)
        step(sender, "bring", which="all")

    row = Recommendation.objects.get(notes__isnull=False, notes__outcome="created")
    assert row.history.count() == 1
    totals = NoteImport.objects.first().totals
    assert (totals["new"], totals["unchanged"]) == (0, 1)
