"""Solutions in the open data: the same that pages show, for spreadsheets and programs."""

import csv
import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from django.test import Client
from frictionless import Package

from priorities.rewording import merge
from regions.models import ContentChange, Country

from .factories import make_audience, make_edition, make_recommendation, make_region
from .solutions import make_priority, make_solution

pytestmark = pytest.mark.django_db
TABLES = ("solutions", "solution-progress", "solution-evidence")


def body(client: Client, name: str) -> bytes:
    response = client.get(f"/data/2021/{name}")
    assert response.status_code == 200, name
    return bytes(response.getvalue())


def rows(client: Client, name: str) -> list[dict[str, str]]:
    text = body(client, f"{name}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def a_solution(**fields: Any) -> Any:
    mena = make_region("mena")
    row = make_solution(regions=(make_region("asia"), mena), **fields)
    row.countries.add(
        Country.objects.create(iso_code="LB", name_en="Lebanon", region=mena)
    )
    return row


def test_the_data_tell_who_does_what_and_how_far_it_is(client):
    row = a_solution(
        what_fr="Former 200 juges.",
        published_at=None,
        organisation="=Union",
        ends_on=date(2027, 1, 1),
    )
    row.progress = "done"
    row.save()

    (told,) = rows(client, "solutions")

    assert told["version"] == ContentChange.objects.version().name
    assert told.pop("published_at").endswith("Z")
    assert told | {"version": "", "date": ""} == {
        "solution": str(row.pk),
        "priority": "",
        "recommendation": row.recommendation.reference,
        "what_fr": "Former 200 juges.",
        "what_en": "Train 200 judges.",
        "what_es": "",
        "what_ar": "",
        "sign_fr": "",
        "sign_en": "Verdicts that cite the law.",
        "sign_es": "",
        "sign_ar": "",
        "organisation": "'=Union",
        "audience": row.audience.slug,
        "regions": "asia; mena",
        "countries": "LB",
        "starts_on": "2026-01-01",
        "ends_on": "2027-01-01",
        "progress": "done",
        "dropped_because_fr": "",
        "dropped_because_en": "",
        "dropped_because_es": "",
        "dropped_because_ar": "",
        "original_language": "en",
        "state_fr": "draft",
        "state_en": "original",
        "state_es": "missing",
        "state_ar": "missing",
        "licence": "CC-BY-4.0",
        "version": "",
        "date": "",
    }
    came_on = rows(client, "solution-progress")
    assert [
        (each["solution"], each["number"], each["progress"]) for each in came_on
    ] == [
        (str(row.pk), "1", "planned"),
        (str(row.pk), "2", "done"),
    ]


def test_the_data_tell_what_shows_it_and_never_a_file(client):
    row = make_solution(priority=make_priority())
    row.evidence.create(dated=date(2026, 3, 2), link="https://a.example/")
    row.evidence.create(dated=date(2026, 2, 1), note_en="Begun.")
    row.evidence.create(dated=date(2026, 2, 2), file_name="secret.pdf", file=b"secret")

    told = rows(client, "solution-evidence")

    assert [
        (each["number"], each["dated"], each["note_en"], each["link"]) for each in told
    ] == [
        ("1", "2026-02-01", "Begun.", ""),
        ("2", "2026-03-02", "", "https://a.example/"),
    ]
    (solution,) = rows(client, "solutions")
    assert solution["priority"] == row.priority.reference
    assert solution["recommendation"] == ""


def test_only_what_everybody_may_read_is_in_the_tables(client):
    shown = make_solution()
    for status in ("draft", "in-review", "withdrawn"):
        make_solution(status=status, organisation="Hidden").evidence.create(
            dated=date(2026, 1, 1), note_en="Hidden"
        )
    change = shown.begin_change(shown.reported_by)
    change.organisation = "Hidden"
    change.save()
    make_solution(organisation="Hidden").recommendation.withdraw()
    make_solution(
        priority=make_priority(edition=make_edition(2024)), organisation="Hidden"
    )

    for name in TABLES:
        for kind in ("csv", "json", "jsonl", "xlsx"):
            assert b"Hidden" not in body(client, f"{name}.{kind}")
    assert [each["solution"] for each in rows(client, "solutions")] == [str(shown.pk)]
    assert len(rows(client, "solution-progress")) == 1


def test_what_was_merged_is_told_under_what_it_goes_on(client):
    other = make_recommendation()
    row = make_solution()
    row.recommendation.merge_into(other)

    (told,) = rows(client, "solutions")

    assert told["recommendation"] == other.reference


def test_who_commits_belongs_to_what_their_audience_was_merged_into(client):
    judges, legal = make_audience("judges"), make_audience("legal-field")
    row = make_solution(audience=judges)
    merge(judges, legal)

    (told,) = rows(client, "solutions")

    assert told["audience"] == "legal-field"
    page = client.get("/en/progress/?audience=legal-field")
    assert list(page.context["solutions"]) == [row]
    (line,) = page.context["counted"].by_audience
    assert (line.label, line.total) == (legal.name, 1)
    api = client.get("/api/v1/solutions/?audience=legal-field").json()
    assert [each["audience"] for each in api["data"]] == ["legal-field"]


def test_the_whole_package_holds_solutions_and_is_valid(client, tmp_path):
    row = a_solution(priority=make_priority(), audience=make_audience("legal-field"))
    row.evidence.create(dated=date(2026, 2, 1), note_ar="بدأ العمل.")

    with zipfile.ZipFile(io.BytesIO(body(client, "everything.zip"))) as archive:
        archive.extractall(tmp_path)

    held = {path.name for path in tmp_path.iterdir()}
    assert {f"{name}.{kind}" for name in TABLES for kind in ("csv", "jsonl")} < held
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "message"])
    (line,) = (tmp_path / "solution-evidence.jsonl").read_text().splitlines()
    assert json.loads(line)["note_ar"] == "بدأ العمل."
    for code in ("fr", "en", "es", "ar"):
        readme = (tmp_path / f"README.{code}.md").read_text()
        assert "\n## solutions\n" in readme


def test_the_page_of_the_data_names_them(client):
    make_recommendation()

    page = client.get("/en/data/").content.decode()

    for name in TABLES:
        assert f'href="/data/2021/{name}.csv"' in page
    assert "Its last day; what is planned or under way after it is overdue" in page


@pytest.mark.parametrize("count", [1, 3])
def test_a_table_costs_as_much_for_many(client, count, django_assert_num_queries):
    for _number in range(count):
        a = make_solution(regions=(make_region("asia"),))
        a.evidence.create(dated=date(2026, 2, 1), note_en="Begun.")
    client.get("/api/v1/regions/")

    for name, queries in zip(TABLES, (4, 2, 2), strict=True):
        with django_assert_num_queries(queries):
            body(client, f"{name}.csv")
