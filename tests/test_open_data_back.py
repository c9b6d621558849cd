"""Open data come back through the admin: as they went out, nothing changes."""

import csv
import json
from io import BytesIO, StringIO

import pytest
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from priorities import formats, personal_data
from priorities.index import Index
from priorities.models import Recommendation, Section
from priorities.opendata import asking, writing
from priorities.opendata.tables import SHAPES
from priorities.resources import RecommendationResource
from regions.models import ContentChange, Country

from .factories import make_area, make_recommendation, make_section
from .test_curating import errors

pytestmark = pytest.mark.django_db
READERS = {
    "csv": formats.CSV,
    "xlsx": formats.XLSX,
    "json": formats.JSON,
    "jsonl": formats.JSONLines,
}
EVERY = [(kind, shape) for kind in READERS for shape in SHAPES]
every_form = pytest.mark.parametrize(("kind", "shape"), EVERY)


def written(kind, shape="wide"):
    """The recommendations of 2021 as open data gives them."""
    index = Index.build(ContentChange.objects.version())
    whole = asking.edition("2021", index)["recommendations"]
    extract = type(whole)(**(vars(whole) | {"table": SHAPES[shape]}))
    if kind != "xlsx":
        return b"".join(writing.STREAMS[kind](extract))
    book = BytesIO()
    writing.write_xlsx([extract], book)
    return book.getvalue()


def brought(kind, data):
    dataset = READERS[kind]().create_dataset(data)
    return RecommendationResource().import_data(dataset)


def everything():
    """All that an import could change, and all that would tell of it."""
    return {
        "rows": list(Recommendation.objects.order_by("pk").values()),
        "tags": [
            sorted(row.areas.values_list("slug", flat=True))
            + sorted(row.countries.values_list("iso_code", flat=True))
            for row in Recommendation.objects.order_by("pk")
        ],
        "history": Recommendation.history.count(),
        "version": ContentChange.objects.version(),
    }


@every_form
def test_what_went_out_comes_back_without_a_change(kind, shape):
    make_recommendation(
        text="=SUM(A1) et “guillemets”; points-virgules,\nlignes",
        text_en="'-quoted",
        text_ar="+ تدريب\u200f \u00a0القضاة",
        areas=("media", "research"),
        rank=3,
        is_lead=True,
        source_page=12,
        note="@note",
    ).tag(countries=[Country.objects.create(iso_code="ML")])
    make_recommendation(section=make_section("mena", kind=Section.Kind.CONCERNS))
    make_recommendation(text_es="Uno", reviewed_es=True)
    make_recommendation(status="draft", text="Un secret")
    before = everything()

    result = brought(kind, written(kind, shape))

    assert errors(result) == []
    assert [str(error.error) for error in result.base_errors] == []
    assert dict(result.totals)["skip"] == 3
    assert everything() == before


def reworded(kind, data, reference, name, text):
    """The same file with one cell changed, as a person would."""
    if kind == "csv":
        rows = list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))
        change(rows, reference, name, text)
        file = StringIO()
        csv.writer(file).writerows(rows)
        return file.getvalue().encode()
    if kind == "xlsx":
        book = load_workbook(BytesIO(data))
        book.active = book["README"]
        sheet = book["recommendations"]
        column = [cell.value for cell in sheet[1]].index(name)
        for row in sheet:
            if row[0].value == reference:
                row[column].value = text
        file = BytesIO()
        book.save(file)
        return file.getvalue()
    if kind == "json":
        told = json.loads(data)
        for row in told["rows"]:
            if row["reference"] == reference:
                row[name] = text
        return json.dumps(told).encode()
    rows = [json.loads(line) for line in data.splitlines()]
    for row in rows:
        if row["reference"] == reference:
            row[name] = text
    return "\n".join(map(json.dumps, rows)).encode()


def change(rows, reference, name, text):
    column = rows[0].index(name)
    for row in rows:
        if row[0] == reference:
            row[column] = text


@every_form
def test_one_text_changed_is_one_row_changed(kind, shape):
    make_recommendation(text="Un")
    changed = make_recommendation(text="Deux")
    name = "text" if shape == "long" else "text_fr"
    data = reworded(kind, written(kind, shape), changed.reference, name, "Trois")

    result = brought(kind, data)

    assert errors(result) == []
    assert (result.totals["update"], result.totals["skip"]) == (1, 1)
    changed.refresh_from_db()
    assert changed.text_fr == "Trois"


@pytest.mark.parametrize("kind", READERS)
def test_the_page_of_imports_reads_every_form(organiser, kind):
    changed = make_recommendation(text="Un")
    data = reworded(kind, written(kind), changed.reference, "text_fr", "Deux")
    upload = SimpleUploadedFile(f"back.{kind}", data)
    address = reverse("admin:priorities_recommendation_import")

    preview = organiser.post(
        address, {"import_file": upload, "format": [*READERS].index(kind)}
    )
    confirm = preview.context["confirm_form"].initial
    organiser.post(reverse("admin:priorities_recommendation_process_import"), confirm)

    changed.refresh_from_db()
    assert changed.text_fr == "Deux"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("region", "mena", "contradicts its section (africa)"),
        ("kind", "concerns", "contradicts its section (recommendations)"),
        ("edition", "2024", "contradicts its section (2021)"),
        ("state_en", "reviewed", "is not the state of this text (draft)"),
        ("state_fr", "missing", "is not the state of this text (original)"),
        ("licence", "CC0-1.0", "Texts here are under CC-BY-4.0, not “CC0-1.0”"),
    ],
)
def test_what_only_informs_must_agree(name, value, said):
    row = make_recommendation("africa", text_en="One")
    data = reworded("csv", written("csv"), row.reference, name, value)

    ((number, column, message),) = errors(brought("csv", data))

    assert (number, column) == (2, name)
    assert said in message


@pytest.mark.parametrize("name", ["url", "published_at", "version", "date"])
def test_what_says_when_and_where_it_came_from_is_passed_over(name):
    row = make_recommendation()
    data = reworded("csv", written("csv"), row.reference, name, "23/11/2021")

    assert brought("csv", data).totals["skip"] == 1


def test_a_reviewed_text_that_is_changed_becomes_a_draft():
    row = make_recommendation(text_en="One", reviewed_en=True)
    data = reworded("jsonl", written("jsonl"), row.reference, "text_en", "Another")

    assert errors(brought("jsonl", data)) == []

    row.refresh_from_db()
    assert (row.text_en, row.state_in("en")) == ("Another", "draft")


def test_a_new_row_claims_no_review():
    make_section("africa")
    make_area("media")
    told = {
        "reference": "",
        "section": "2021/africa/1",
        "audience": "governments",
        "text_fr": "Un",
        "state_fr": "original",
        "text_en": "One",
    }

    def bring(**more):
        return brought("jsonl", json.dumps(told | more).encode())

    assert [e[1] for e in errors(bring(state_en="reviewed"))] == ["state_en"]
    assert bring(state_en="draft").totals["new"] == 1


def test_languages_without_a_row_stay_as_they_are():
    row = make_recommendation(text="Un", text_en="One", text_es="Uno")
    other = make_recommendation(text="Deux", text_en="Two")
    lines = written("jsonl", "long").splitlines()
    kept = [
        line
        for line in lines
        if (row.reference.encode() in line) == (b'"language":"en"' in line)
    ]

    result = brought("jsonl", b"\n".join(kept))

    assert errors(result) == []
    assert result.totals["skip"] == 2
    other.refresh_from_db()
    assert (other.text_fr, other.text_en) == ("Deux", "Two")


def test_what_an_object_does_not_speak_of_stays():
    first = make_recommendation(text_en="One", rank=1)
    second = make_recommendation(text_en="Two", rank=2)
    rows = [
        {"reference": first.reference, "text_en": "First"},
        {"reference": second.reference, "rank": None},
    ]

    result = brought("json", json.dumps(rows).encode())

    assert errors(result) == []
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.text_en, first.rank) == ("First", 1)
    assert (second.text_en, second.rank) == ("Two", None)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("json", "[{", "Line 1 is not JSON"),
        ("json", '{"rows": []}', "no rows"),
        ("json", "[1]", "Row 1 is not an object"),
        ("jsonl", '{"reference": ""}\n\n{', "Line 3 is not JSON"),
        ("jsonl", "", "no rows"),
        ("csv", "reference,language,text\nX,de,Eins\n", "Row 2: “de” is not one of"),
        (
            "csv",
            "reference,language,text\nX,fr,Un\nX,fr,Deux\n",
            "Rows 2 and 3 both hold X in “fr”",
        ),
        (
            "csv",
            "reference,language,text,rank\nX,fr,Un,1\nX,en,One,2\n",
            "Rows 2 and 3 are of one entry and differ in “rank”: “1”, “2”",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_where(kind, text, said):
    with pytest.raises(ValueError, match=said.replace("[", r"\[")):
        READERS[kind]().create_dataset(text.encode())


@pytest.mark.parametrize(
    ("kind", "shape", "number"),
    [("csv", "wide", 3), ("csv", "long", 4), ("json", "wide", 2), ("jsonl", "long", 3)],
)
def test_a_wrong_cell_is_named_by_its_row_in_the_file(kind, shape, number):
    make_recommendation(text_en="One")
    wrong = make_recommendation()
    data = reworded(kind, written(kind, shape), wrong.reference, "audience", "nobody")

    ((row, column, _message),) = errors(brought(kind, data))

    assert (row, column) == (number, "audience")


@pytest.mark.parametrize("word", ["VRAI", "TRUE", "verdadero", "yes"])
def test_what_office_programs_make_of_true_is_true(word):
    row = make_recommendation(is_lead=True)
    data = reworded("csv", written("csv"), row.reference, "lead", word)

    assert brought("csv", data).totals["skip"] == 1


SIGNS = st.sampled_from(list("=+-@|%'\"\t,;\n＝\u00a0\u200f\u202b\u2028\ufeff*aé ")) | (
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
)
# What looks like a person's data nobody publishes unasked.
PUBLISHABLE = st.builds(
    "{}{}.".format, st.text("'=+-@%", max_size=4), st.text(SIGNS, max_size=60)
).filter(lambda text: not personal_data.find(text))


@every_form
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(texts=st.lists(PUBLISHABLE, min_size=1, max_size=5))
def test_any_text_comes_back_as_it_was(kind, shape, texts):
    Recommendation.objects.all().delete()
    rows = [make_recommendation(text=text) for text in texts]

    dataset = READERS[kind]().create_dataset(written(kind, shape))

    assert isinstance(dataset, tablib.Dataset)
    assert [str(text).strip() for text in dataset["text_fr"]] == [
        row.text_fr for row in rows
    ]
