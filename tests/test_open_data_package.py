"""The package of edition 2021: whole, valid, and the same each time it is made."""

import hashlib
import json
import subprocess
import zipfile
from io import BytesIO

import pytest
from django.utils import timezone
from frictionless import Package
from openpyxl import load_workbook

from priorities.opendata.tables import TABLES
from regions.models import ContentChange

from .test_curating import errors
from .test_open_data import KINDS, body
from .test_open_data_back import EVERY, brought, everything, written

QUICK = {("csv", "wide"), ("xlsx", "long")}  # the others: make deep
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]


def test_the_zip_holds_the_package_its_checksums_are_right_and_it_validates(
    client, tmp_path
):
    with zipfile.ZipFile(BytesIO(body(client, "everything.zip"))) as archive:
        archive.extractall(tmp_path)

    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "checksums.txt"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    package = Package(str(tmp_path / "datapackage.json"))
    report = package.validate()

    assert (done.returncode, done.stdout) == (0, "")
    assert report.valid, report.flatten(["title", "message"])
    assert {path.name for path in tmp_path.iterdir()} == {
        *(f"README.{code}.md" for code in ("fr", "en", "es", "ar")),
        *(f"{name}.{kind}" for name in TABLES for kind in ("csv", "jsonl")),
        "everything.xlsx",
        "LICENSE.txt",
        "datapackage.json",
        "checksums.txt",
    }
    assert [resource.name for resource in package.resources] == [*TABLES]
    assert load_workbook(tmp_path / "everything.xlsx").sheetnames == [
        "README",
        *TABLES,
    ]


def test_the_package_says_licence_sources_version_and_date(client):
    told = json.loads(body(client, "datapackage.json"))
    version = ContentChange.objects.version()

    assert told["version"] == version.name
    assert told["created"] == version.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told["licenses"][0]["name"] == "CC-BY-4.0"
    assert told["sources"][0]["title"].endswith(", 2021")
    keys = told["resources"][0]["schema"]["foreignKeys"]
    assert {
        "fields": "section",
        "reference": {"resource": "sections", "fields": "section"},
    } in keys


def test_checksums_are_those_of_the_files_at_their_addresses(client):
    lines = body(client, "checksums.txt").decode().splitlines()

    told = dict(reversed(line.split("  ")) for line in lines)

    assert len(told) == len(TABLES) * len(KINDS) + 2
    for name in (
        *(f"{table}.{kind}" for table in TABLES for kind in KINDS),
        "datapackage.json",
        "everything.zip",
    ):
        assert hashlib.sha256(body(client, name)).hexdigest() == told[name], name


@pytest.mark.parametrize("name", ["everything.zip", "recommendations.xlsx"])
def test_the_same_data_give_the_same_bytes(client, settings, tmp_path, name):
    first = body(client, name)
    settings.MADE_DIR = tmp_path
    in_arabic = {"accept-language": "ar"}

    with timezone.override("Asia/Tokyo"):
        again = client.get(f"/data/2021/{name}", headers=in_arabic).getvalue()

    assert first == again


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        pytest.param(*form, marks=[] if form in QUICK else [pytest.mark.deep])
        for form in EVERY
    ],
)
def test_every_row_of_the_edition_comes_back_unchanged(kind, shape):
    before = everything()

    result = brought(kind, written(kind, shape))

    assert errors(result) == []
    assert result.totals["skip"] == len(before["rows"]) == 305
    assert everything() == before
