"""What is said of the API: to programs in OpenAPI, to people on a page. Both are true."""

import contextlib
import io
import re
from html import unescape

import pytest
import schemathesis
from django.conf import settings
from django.test import Client

from forum.wsgi import application
from priorities.models import Recommendation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

SITE = settings.SITE_URL


def snippets(page):
    """The pieces of code on the page, as one copies them."""
    found = re.findall(r'aria-label="(\w+)"><code lang="en">(.*?)</code>', page, re.S)
    return {name: unescape(code) for name, code in found}


@pytest.fixture
def page(client):
    return client.get("/en/api/").content.decode()


def test_the_description_is_valid_openapi(client, over_wsgi):
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    described.validate()

    told = client.get("/api/v1/openapi.json")
    assert told.json()["openapi"] == "3.1.0"
    assert "ETag" in told.headers


def test_every_parameter_and_answer_is_described(client):
    told = client.get("/api/v1/openapi.json?lang=en").json()
    shared = told["components"]["parameters"]

    assert len(told["paths"]) == 24
    for path, operations in told["paths"].items():
        (operation,) = operations.values()
        assert operation["summary"], path
        assert operation["description"], path
        statuses = set(operation["responses"])
        assert {"200", "304", "400", "405", "429", "503"} <= statuses
        assert ("404" in statuses) == ("{" in path)
        for parameter in operation["parameters"]:
            known = shared.get(parameter.get("$ref", "").rpartition("/")[2], parameter)
            assert known["description"], known
            assert known["example"], known
        for answer in operation["responses"].values():
            assert answer["description"]


def test_the_description_knows_the_values_of_today(client):
    def areas():
        told = client.get("/api/v1/openapi.json").json()
        return told["components"]["parameters"]["area"]["schema"]["items"]["enum"]

    row = Recommendation.objects.filter(area_links__area__slug="media").first()
    area = row.areas.get(slug="media")
    assert "press" not in areas()
    area.pk, area.slug = None, "press"
    area.save()

    assert "press" in areas()


def test_the_examples_for_a_command_line_work(client, page):
    addresses = re.findall(r'curl "(.*?)"', snippets(page)["curl"])

    assert len(addresses) == 2
    for address in addresses:
        assert client.get(address.removeprefix(SITE)).json()["meta"]["total"] > 0


def test_the_example_in_python_reads_everything(client, page, monkeypatch):
    def urlopen(address):
        return io.BytesIO(client.get(address.removeprefix(SITE)).content)

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(snippets(page)["Python"], {})

    wanted = client.get("/api/v1/recommendations/?region=africa&limit=1").json()
    lines = said.getvalue().splitlines()
    assert len(lines) == wanted["meta"]["total"] > 0
    assert lines[0].startswith("2021-AFR-001 The global **COVID-19**")


def test_the_example_in_r_asks_for_members_there_are(client, page):
    code = snippets(page)["R"]
    address = re.search(r'fromJSON\("(.*?)"\)', code)[1]
    told = client.get(address.removeprefix(SITE)).json()

    assert told["meta"]["total"] == len(told["data"])
    assert isinstance(told["data"][0]["text"]["text"], str)
    for member in ("reference", "audience", "rank"):
        assert f'"{member}"' in code
        assert member in told["data"][0]


@pytest.mark.parametrize("language", ["fr", "en", "es", "ar"])
def test_the_page_tells_of_every_address_in_four_languages(client, language):
    told = client.get("/api/v1/openapi.json").json()
    text = client.get(f"/{language}/api/").content.decode()

    for path in told["paths"]:
        assert f'<code dir="ltr">{path}</code>' in text
    for name in told["components"]["parameters"]:
        assert f'<code dir="ltr">{name}' in text


def test_the_page_comes_in_one_piece_for_everybody(client):
    first = client.get("/en/api/")

    again = client.get("/en/api/", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304


def test_an_empty_site_has_an_api_too(django_db_blocker):
    Recommendation.objects.published().withdraw()
    client = Client()

    told = client.get("/api/v1/recommendations/").json()

    assert (told["data"], told["next"], told["meta"]["total"]) == ([], None, 0)
    assert client.get("/api/v1/openapi.json").status_code == 200
    assert client.get("/en/api/").status_code == 200
    assert client.get("/api/v1/matrix/").json()["data"]["rows"] == []
