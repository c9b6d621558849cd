"""What pages show comes as files with the same rows, and no cell is a formula."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from priorities import tables
from priorities.terms import language_states

from .factories import make_recommendation, make_region

pytestmark = pytest.mark.django_db


def rows_of(client, address):
    data = client.get(address).getvalue()
    if ".xlsx" in address:
        sheet = load_workbook(BytesIO(data)).active
        return [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_comes_as_filtered_and_sorted(client, kind):
    make_recommendation("africa", text="Un", areas=("media", "research"), is_lead=True)
    make_recommendation("africa", text="Deux **juges**", text_en="Two **judges**")
    make_recommendation("mena")

    head, *rows = rows_of(client, f"/en/recommendations.{kind}?region=africa")

    named = [dict(zip(head, row, strict=True)) for row in rows]
    assert [
        (r["reference"], r["text"], r["language"], r["state of the translation"])
        for r in named
    ] == [
        ("2021-AFRIC-001", "Un", "fr", "original"),
        ("2021-AFRIC-002", "Two judges", "en", "draft"),
    ]
    assert (named[0]["priority areas"], named[0]["lead"]) == ("Media; Research", "yes")
    assert (named[0]["edition"], named[0]["region"]) == ("2021", "Africa")


@pytest.mark.parametrize(
    ("language", "state"),
    [("fr", "original"), ("en", "draft"), ("es", "revisada"), ("ar", "النص الأصلي")],
)
def test_the_state_of_a_text_is_said_in_the_readers_language(client, language, state):
    make_recommendation(
        text="Un", text_en="One", text_es="Uno", reviewed_es=True, text_ar=None
    )

    head, row = rows_of(client, f"/{language}/recommendations.csv")

    assert row[10] == state


def test_every_state_of_a_text_has_a_name_in_files():
    states = {term.slug.partition(":")[2] for term in language_states()}

    assert states - {"missing"} == set(tables.STATES)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(client, kind, start):
    make_recommendation(text=f"{start}1+1")

    head, row = rows_of(client, f"/en/recommendations.{kind}")

    assert row[head.index("text")] == f"'{start}1+1"


def test_a_workbook_reads_from_the_right_where_the_reader_does(client):
    make_recommendation("africa", text_ar="تدريب القضاة")
    make_recommendation("mena", text_ar="تدريب الشرطة")

    def sheet(language):
        address = f"/{language}/compare.xlsx?region=africa&region=mena&by=area"
        return load_workbook(BytesIO(client.get(address).getvalue())).active

    assert sheet("ar").sheet_view.rightToLeft is True
    assert sheet("ar")["C2"].value == "\u20682021-AFRIC-001\u2069: تدريب القضاة"
    assert sheet("es").sheet_view.rightToLeft is False


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_comparison_comes_as_it_stands(client, kind):
    make_recommendation("africa", areas=("media",), text="Un")
    make_recommendation("africa", areas=("media",), text="Deux", rank=1)
    make_recommendation("mena", areas=("research",), text="Trois")

    rows = rows_of(client, f"/fr/compare.{kind}?region=mena&region=africa&by=area")

    assert rows == [
        ["ligne", "partagé par", "Mena", "Africa"],
        [
            "Media",
            "1 sur 2",
            "Rien n’est consigné.",
            "2021-AFRIC-002\u00a0: Deux\n2021-AFRIC-001\u00a0: Un",
        ],
        ["Research", "1 sur 2", "2021-MENA-001\u00a0: Trois", "Rien n’est consigné."],
    ]


def test_a_comparison_comes_whole_whatever_the_page(client):
    for number in range(20):
        make_recommendation("africa", areas=(f"area-{number}",))
    make_region("mena")

    rows = rows_of(client, "/en/compare.csv?region=mena&region=africa&by=area&page=2")

    assert len(rows) == 21


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_matrix_comes_with_its_figures(client, kind):
    make_recommendation("africa", areas=("media",))
    make_recommendation("mena", areas=("media", "research"))

    head, *rows = rows_of(client, f"/en/matrix.{kind}")

    assert head == ["row", "Africa", "Mena", "regions", "all of them"]
    assert [[str(cell or 0) for cell in row] for row in rows] == [
        ["Media", "1", "1", "2", "2"],
        ["Research", "0", "1", "1", "1"],
    ]


def test_too_many_rows_for_a_workbook_are_refused_with_a_way_out(client, monkeypatch):
    monkeypatch.setattr(tables, "MOST_XLSX_ROWS", 1)
    make_recommendation()
    make_recommendation()

    response = client.get("/en/recommendations.xlsx?region=africa")

    assert response.status_code == 413
    assert "/en/recommendations.csv?region=africa" in response.content.decode()
    assert client.get("/en/recommendations.csv").status_code == 200


def test_a_draft_is_in_no_file(client):
    make_recommendation(text="Un secret", status="draft")
    make_recommendation(text="Public")

    for name in ("recommendations", "compare", "matrix", "selection"):
        query = "?region=africa&region=mena&selection=2021AFRIC1.AFRIC2"
        assert b"secret" not in client.get(f"/en/{name}.csv{query}").getvalue()
