"""An edition as open data: files that say what they are, stream, and never say too much."""

import csv
import json
import zipfile
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from priorities.index import current
from priorities.opendata import recommendations as reading
from priorities.opendata import writing
from priorities.opendata.tables import TABLES
from regions.models import ContentChange, Country

from .factories import make_edition, make_recommendation, make_section

pytestmark = pytest.mark.django_db
KINDS = ("csv", "xlsx", "json", "jsonl")


def get(client, address, **headers):
    told = {"accept-language": "en"} | headers
    return client.get(f"/data/2021/{address}", headers=told)


def body(client, address):
    response = get(client, address)
    assert response.status_code == 200
    return response.getvalue()


def rows_of(client, address):
    """The rows of a file, whatever its form, by column."""
    data = body(client, address)
    kind = address.partition("?")[0].rpartition(".")[2]
    if kind == "csv":
        return list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))
    if kind == "json":
        return json.loads(data)["rows"]
    if kind == "jsonl":
        return [json.loads(line) for line in data.splitlines()]
    sheet = load_workbook(BytesIO(data)).worksheets[1]
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def references(client, address):
    return [row["reference"] for row in rows_of(client, address)]


def test_a_small_table_to_the_last_byte(client):
    make_recommendation()
    Country.objects.create(iso_code="ML", name_fr="Mali", name_en="Mali, Republic of")
    version = ContentChange.objects.version()
    end = f"CC-BY-4.0,{version.name},{timezone.now().date()}\r\n"

    assert body(client, "countries.csv").decode() == (
        "\ufeffcountry,name_fr,name_en,name_es,name_ar,region,licence,version,date\r\n"
        f'ML,Mali,"Mali, Republic of",,,,{end}'
    )


def test_a_recommendation_as_a_row_of_json(client):
    row = make_recommendation(
        "africa",
        areas=("media", "research"),
        text="Former les **juges**.",
        text_en="Train **judges**.",
        reviewed_en=True,
        rank=1,
        is_lead=True,
        source_page=7,
        note="a doubt",
    )
    row.tag(countries=[Country.objects.create(iso_code="ML")])

    assert rows_of(client, "recommendations.json") == [
        {
            "reference": "2021-AFRIC-001",
            "edition": 2021,
            "region": "africa",
            "kind": "recommendations",
            "section": "2021/africa/1",
            "audience": "governments",
            "position": 1,
            "rank": 1,
            "lead": True,
            "original_language": "fr",
            "text_fr": "Former les **juges**.",
            "text_en": "Train **judges**.",
            "text_es": None,
            "text_ar": None,
            "state_fr": "original",
            "state_en": "reviewed",
            "state_es": "missing",
            "state_ar": "missing",
            "areas": ["media", "research"],
            "countries": ["ML"],
            "instruments": [],
            "source_page": 7,
            "published_at": "2021-11-23T12:00:00Z",
            "url": "http://127.0.0.1:8000/recommendations/2021-AFRIC-001/",
        }
    ]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_licence_version_and_date_stand_at_the_end_of_each_row(client, kind):
    make_recommendation()

    (row,) = rows_of(client, f"recommendations.{kind}")

    assert [*row.items()][-3:] == [
        ("licence", "CC-BY-4.0"),
        ("version", ContentChange.objects.version().name),
        ("date", str(timezone.now().date())),
    ]


def test_json_and_workbooks_say_them_once_with_the_dictionary(client):
    make_recommendation()
    version = ContentChange.objects.version().name

    meta = json.loads(body(client, "areas.json"))["meta"]
    book = load_workbook(BytesIO(body(client, "areas.xlsx")))

    told = {row[0]: row[1] for row in book["README"].iter_rows(values_only=True)}
    assert (meta["licence"], meta["version"]) == ("CC-BY-4.0", version)
    assert meta["columns"][0]["about"].keys() == {"fr", "en", "es", "ar"}
    assert (told["version"], told["licence"][:9]) == (version, "CC-BY-4.0")
    assert [c["name"] for c in meta["columns"]] == [
        column.name for column in TABLES["areas"].columns
    ]


def test_every_column_is_told_in_words():
    for table in TABLES.values():
        for column in table.columns:
            assert len(str(column.about)) > 5, (table.name, column.name)


def test_a_workbook_is_typed_filtered_and_opens_on_the_data(client):
    make_recommendation(rank=2, is_lead=True, source_page=4)

    book = load_workbook(BytesIO(body(client, "recommendations.xlsx")))

    sheet = book.active
    row = dict(zip([c.value for c in sheet[1]], sheet[2], strict=True))
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == (
        "recommendations",
        "A2",
        "A1:X2",
    )
    assert (row["rank"].data_type, row["rank"].value) == ("n", 2)
    assert (row["lead"].data_type, row["lead"].value) == ("b", True)
    assert row["published_at"].is_date
    assert sheet["A1"].font.bold


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "'="])
def test_no_cell_is_a_formula_and_json_has_no_apostrophe(client, start):
    text = f"{start}HYPERLINK(1)"
    make_recommendation(text=text)

    for kind in KINDS:
        (row,) = rows_of(client, f"recommendations.{kind}")
        assert row["text_fr"] == (text if "json" in kind else f"'{text}")
    book = load_workbook(BytesIO(body(client, "recommendations.xlsx")))
    assert {c.data_type for c in book.active[2]} <= {"s", "n", "b", "d"}


def test_a_text_that_is_all_quotes_commas_and_lines_is_still_one_cell(client):
    text = 'Il dit : "non",\nelle dit ; "oui"'
    make_recommendation(text=text)
    make_recommendation(text="simple")

    assert [r["text_fr"] for r in rows_of(client, "recommendations.csv")] == [
        text,
        "simple",
    ]


def test_long_has_a_row_for_each_language_an_entry_is_in(client):
    make_recommendation(text="Un", text_ar="واحد")
    make_recommendation(text="Deux")

    rows = rows_of(client, "recommendations.csv?shape=long")

    assert [
        (r["reference"][-3:], r["language"], r["text"], r["state"]) for r in rows
    ] == [
        ("001", "fr", "Un", "original"),
        ("001", "ar", "واحد", "draft"),
        ("002", "fr", "Deux", "original"),
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["001", "002", "003"]),
        ("?region=africa", ["001", "002"]),
        ("?region=africa&area=research", ["002"]),
        ("?lead=true", ["003"]),
        ("?language=en:draft", ["001"]),
        ("?language=en:draft&shape=long", ["001", "001"]),
        ("?q=police", ["002"]),
        ("?edition=2021&sort=reference", ["001", "002", "003"]),
        ("?region=asia", []),
    ],
)
def test_filters_mean_what_they_mean_on_the_list(client, kind, query, found):
    make_recommendation("africa", text_en="Train judges")
    make_recommendation("africa", text="Former la police", areas=("research",))
    make_recommendation("mena", is_lead=True, reference="2021-MENA-003")
    make_section("asia")

    assert [r[-3:] for r in references(client, f"recommendations.{kind}{query}")] == (
        found
    )


@pytest.mark.parametrize(
    ("query", "parameter", "value", "nearest"),
    [
        ("?region=afrika", "region", "afrika", "africa"),
        ("?region=africa&region=nowhere", "region", "nowhere", ""),
        ("?audience=goverments", "audience", "goverments", "governments"),
        ("?lead=yes", "lead", "yes", ""),
        ("?sort=newst", "sort", "newst", "newest"),
        ("?shape=tall", "shape", "tall", ""),
        ("?edition=2018", "edition", "2018", ""),
        ("?regoin=africa", "regoin", "africa", "region"),
        ("?page=2", "page", "2", ""),
        (f"?q={'long ' * 60}", "q", ("long " * 60).strip(), ""),
    ],
)
def test_what_nobody_knows_is_refused_and_named(
    client, query, parameter, value, nearest
):
    make_recommendation("africa")

    told = get(client, f"recommendations.csv{query}")
    page = get(client, f"recommendations.csv{query}", accept="text/html")

    (error,) = told.json()["errors"]
    assert told.status_code == page.status_code == 400
    assert (error["parameter"], error["value"], error["nearest"]) == (
        parameter,
        value,
        nearest,
    )
    assert error["message"]
    assert "No file was made" in page.content.decode()
    assert f"{parameter}" in page.content.decode()


def test_other_tables_take_no_parameter(client):
    make_recommendation()

    (error,) = get(client, "areas.csv?region=africa").json()["errors"]

    assert error["parameter"] == "region"


@pytest.mark.parametrize(
    "address",
    [
        "/data/2018/recommendations.csv",
        "/data/2024/recommendations.csv",
        "/data/2024/everything.zip",
        "/data/2024/datapackage.json",
        "/data/2024/checksums.txt",
        "/data/2021/people.csv",
        "/data/2021/recommendations.pdf",
        "/data/21/recommendations.csv",
        "/en/data/?edition=2024",
    ],
)
def test_hidden_and_unknown_answer_alike(client, address):
    make_recommendation()
    hidden = make_edition(2024, published_at=None)
    make_recommendation(
        section=make_section(
            regional_forum=hidden.forums.create(
                region=make_section("africa").regional_forum.region
            )
        )
    )

    assert client.get(address).status_code == 404


def test_what_is_not_published_is_in_no_table(client):
    make_recommendation(text="Un secret", status="draft")
    make_recommendation("mena", text="Un secret", status="in_review")
    make_recommendation(text="Un secret", status="archived")
    make_recommendation("asia", text="Public")

    for name in TABLES:
        for kind in KINDS:
            data = body(client, f"{name}.{kind}")
            assert b"secret" not in data
            if kind == "jsonl" and name == "sections":
                assert [json.loads(line)["region"] for line in data.splitlines()] == [
                    "asia"
                ]
    assert references(client, "recommendations.csv") == ["2021-ASIA-001"]


def test_what_is_withdrawn_while_a_file_is_read_is_not_in_the_rest(client, monkeypatch):
    monkeypatch.setattr(reading, "BATCH", 1)
    make_recommendation(text="Un")
    second = make_recommendation(text="Deux")
    chunks = iter(get(client, "recommendations.csv").streaming_content)
    next(chunks)
    assert "Un" in next(chunks).decode()

    second.withdraw()

    assert b"".join(chunks) == b""


def test_the_first_rows_are_sent_before_the_last_are_read(client, monkeypatch):
    monkeypatch.setattr(reading, "BATCH", 1)
    for _number in range(3):
        make_recommendation()
    response = get(client, "recommendations.csv")
    assert response.streaming

    with CaptureQueriesContext(connection) as queries:
        chunks = iter(response.streaming_content)
        head, first = next(chunks), next(chunks)

    assert head.startswith(b"\xef\xbb\xbfreference,")
    assert first.startswith(b"2021-AFRIC-001,")
    assert len(queries) == 1
    assert len(list(chunks)) == 2


def test_asking_for_the_head_reads_nothing(client):
    make_recommendation()
    whole = get(client, "recommendations.csv")

    with CaptureQueriesContext(connection) as queries:
        response = client.head("/data/2021/recommendations.csv")

    assert response.getvalue() == b""
    assert response["ETag"] == whole["ETag"]
    assert response["Content-Disposition"] == whole["Content-Disposition"]
    assert "priorities_recommendation" not in str(queries.captured_queries)
    assert get(client, "recommendations.csv").getvalue()


def test_asking_for_the_head_of_a_made_file_tells_its_length(client):
    make_recommendation()
    whole = body(client, "areas.xlsx")

    response = client.head("/data/2021/areas.xlsx")

    assert response.getvalue() == b""
    assert int(response["Content-Length"]) == len(whole)


@pytest.mark.parametrize(
    "name", ["recommendations.csv", "areas.xlsx", "everything.zip", "datapackage.json"]
)
def test_what_has_not_changed_is_not_sent_again(client, name):
    row = make_recommendation()
    first = get(client, name)
    assert first.getvalue()
    known = {"if-none-match": first["ETag"]}

    again = get(client, name, **known)
    row.text_fr = "Autre"
    row.save()
    later = get(client, name, **known)

    assert (again.status_code, again.getvalue()) == (304, b"")
    assert (later.status_code, bool(later.getvalue())) == (200, True)


def test_a_file_is_named_by_edition_table_and_version(client):
    make_recommendation("africa")
    version = ContentChange.objects.version().name

    def name(address):
        response = get(client, address)
        assert response.getvalue()
        return response["Content-Disposition"].partition("=")[2].strip('"')

    assert name("areas.xlsx") == f"priorities-2021-areas-{version}.xlsx"
    assert name("everything.zip") == f"priorities-2021-{version}.zip"
    assert name("recommendations.csv?region=africa&shape=long") == (
        f"priorities-2021-recommendations-long-part-{version}.csv"
    )


def test_too_many_rows_for_a_workbook_are_refused_with_a_way_out(client, monkeypatch):
    monkeypatch.setattr(writing, "MOST_XLSX_ROWS", 1)
    make_recommendation()
    make_recommendation()

    page = get(client, "recommendations.xlsx", accept="text/html")

    assert page.status_code == 413
    assert "There are 2; an XLSX file takes up to 1." in page.content.decode()
    assert get(client, "recommendations.csv").status_code == 200
    names = zipfile.ZipFile(BytesIO(body(client, "everything.zip"))).namelist()
    assert "everything.xlsx" not in names
    assert "recommendations.csv" in names


def test_the_rows_of_a_batch_take_one_query_whatever_they_carry(client):
    for number in range(3):
        make_recommendation(areas=("media", f"area-{number}"))
    current()

    with CaptureQueriesContext(connection) as queries:
        body(client, "recommendations.csv")

    assert len(queries) <= 3


def test_every_value_that_points_somewhere_finds_it(client):
    child = make_recommendation("mena")
    child.tag(countries=[Country.objects.create(iso_code="LB")])

    for table in TABLES.values():
        for column in table.columns:
            if not column.points_to:
                continue
            name, _dot, target = column.points_to.partition(".")
            known = {str(row[target]) for row in rows_of(client, f"{name}.jsonl")}
            for row in rows_of(client, f"{table.name}.jsonl"):
                value = row[column.name]
                values = value if isinstance(value, list) else [value]
                assert {str(v) for v in values if v is not None} <= known


# The command


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_writes_what_the_address_gives(client, tmp_path, kind):
    make_recommendation(text_en="One")
    file = tmp_path / f"out.{kind}"

    call_command(
        "export_recommendations", edition="2021", format=kind, output=file, shape="long"
    )

    assert file.read_bytes() == body(client, f"recommendations.{kind}?shape=long")


@pytest.mark.parametrize("year", ["2018", "2024", "x"])
def test_the_command_names_the_editions_there_are(tmp_path, year):
    make_recommendation()
    make_edition(2024, published_at=None)
    file = tmp_path / "out.csv"

    with pytest.raises(CommandError, match="There are: 2021"):
        call_command("export_recommendations", edition=year, format="csv", output=file)

    assert not file.exists()


# The page


def dataset(page):
    text = page.partition('<script type="application/ld+json">')[2]
    return text.partition("</script>")[0]


def test_the_page_tells_what_there_is_and_what_each_column_means(client):
    make_recommendation()

    page = client.get("/en/data/").content.decode()

    for name, table in TABLES.items():
        for kind in KINDS:
            assert f'href="/data/2021/{name}.{kind}"' in page
        for column in table.columns:
            assert f"<code>{column.name}</code>" in page
    assert 'href="/data/2021/everything.zip"' in page
    assert "1 entry is published in this edition." in page
    assert "version " + ContentChange.objects.version().name in page


def test_the_page_describes_itself_to_programs_and_no_text_ends_it(client, settings):
    settings.SITE_URL = "https://forum.example/</script>"
    make_recommendation()

    told = dataset(client.get("/en/data/").content.decode())

    found = json.loads(told)
    assert (found["@type"], found["license"]) == (
        "Dataset",
        "https://creativecommons.org/licenses/by/4.0/",
    )
    assert found["url"] == "https://forum.example/</script>/en/data/"
    assert [part["encodingFormat"] for part in found["distribution"]] == [
        *writing.KINDS.values(),
        "application/zip",
    ]


def test_a_site_without_an_edition_says_so(client):
    page = client.get("/en/data/")

    assert page.status_code == 200
    assert "No edition is published yet." in page.content.decode()


def test_lists_lead_to_what_they_show_as_open_data(client):
    make_recommendation("africa")
    make_recommendation("africa")
    make_recommendation("mena")

    for page in (
        "/en/recommendations/?region=africa&page=1&selection=2021MENA1",
        "/en/matrix/?region=africa",
        "/en/regions/africa/",
    ):
        html = client.get(page).content.decode()
        address = html.partition('href="/data/2021/')[2].partition('"')[0]
        rows = rows_of(client, address.replace("&amp;", "&"))
        assert len(rows) == 2, page


def test_no_way_leads_to_a_file_that_would_be_refused(client):
    make_recommendation("africa")

    page = client.get("/en/recommendations/?region=africa&region=atlantis")

    assert 'href="/data/' not in page.content.decode()
