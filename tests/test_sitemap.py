"""Whoever gathers public pages finds each of them, and nothing else."""

import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forum import sitemaps
from forum.caching import drawn
from priorities.models import Recommendation

from .ballots import make_ballot
from .factories import make_edition, make_recommendation, make_section
from .solutions import make_priority, make_solution

pytestmark = pytest.mark.django_db

SITE = "https://forum.example"
NS = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE


def read(path):
    response = Client().get(path)
    assert response.status_code == 200, path
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    return ElementTree.fromstring(response.getvalue())


def addresses(root):
    return [loc.text for loc in root.findall("*/s:loc", NS)]


def every_list():
    return [address.removeprefix(SITE) for address in addresses(read("/sitemap.xml"))]


def test_an_entry_in_the_list_to_the_letter():
    entry = make_recommendation("mena")
    number = entry.pk // sitemaps.per_list()

    text = Client().get(f"/sitemap-{number}.xml").getvalue().decode()

    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" '
        f'href="{SITE}/{code}/recommendations/2021-MENA-001/"/>'
        for code in ("fr", "en", "es", "ar")
    )
    assert text == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
        + "".join(
            f"<url><loc>{SITE}/{code}/recommendations/2021-MENA-001/</loc>"
            f"<lastmod>2021-11-23</lastmod>{alternates}</url>\n"
            for code in ("fr", "en", "es", "ar")
        )
        + "</urlset>\n"
    )


def test_what_is_not_public_is_in_no_list():
    public = make_recommendation("mena")
    for status in ("draft", "in_review", "archived"):
        make_recommendation("mena", status=status)
    hidden = make_edition(2024, published_at=None)

    listed = [address for path in every_list() for address in addresses(read(path))]

    entries = {a for a in listed if re.search(r"/recommendations/.", a)}
    assert entries == {
        f"{SITE}/{code}/recommendations/{public.reference}/"
        for code, _name in settings.LANGUAGES
    }
    assert hidden.published_at is None


def test_the_global_agenda_its_solutions_and_results_of_ballots_are_listed(client):
    priority = make_priority()
    solution = make_solution(priority=priority)
    make_priority(status="draft")
    for status in ("draft", "in-review", "withdrawn"):
        make_solution(status=status)
    told, kept, _running = (
        make_ballot(section=make_section("asia")) for _n in range(3)
    )
    for ballot in (told, kept):
        ballot.close()
    told.tell()

    found = addresses(read("/sitemap-pages.xml"))

    of_these = ("agenda", "progress", "solutions", "ballots")
    start = f"{SITE}/en/"
    assert [
        address.removeprefix(start)
        for address in found
        if address.startswith(start) and address.split("/")[4] in of_these
    ] == [
        "agenda/",
        f"agenda/{priority.reference}/",
        "progress/",
        f"solutions/{solution.pk}/",
        "ballots/",
        f"ballots/{told.pk}/",
    ]
    for address in found:
        page = client.get(address.removeprefix(SITE))
        assert page.status_code == 200, address
        assert f'<link rel="canonical" href="{address}">' in page.content.decode()


def test_a_new_entry_changes_only_the_list_it_falls_into(monkeypatch):
    monkeypatch.setattr(sitemaps, "ADDRESSES", 8)  # two entries in a list
    first = [make_recommendation("mena") for _n in range(4)]
    before = {path: addresses(read(path)) for path in every_list()[1:]}

    make_recommendation("africa")
    after = {path: addresses(read(path)) for path in every_list()[1:]}

    changed = {path for path in before if before[path] != after[path]}
    assert changed <= {f"/sitemap-{first[-1].pk // 2}.xml"}
    listed = [address for found in after.values() for address in found]
    assert len(listed) == len(set(listed)) == 5 * 4
    assert all(len(found) <= 8 for found in after.values())


def test_a_list_that_holds_nothing_is_not_there(client):
    draft = make_recommendation("mena", status="draft")

    number = draft.pk // sitemaps.per_list()
    assert client.get(f"/sitemap-{number}.xml").status_code == 404
    assert client.get("/sitemap-999999999999999999999.xml").status_code == 404
    assert every_list() == ["/sitemap-pages.xml"]


def test_lists_are_not_kept_among_the_drawn_pages(client):
    make_recommendation("mena")
    drawn.pages.clear()

    for path in every_list():
        client.get(path).getvalue()

    assert not drawn.pages


def test_an_unchanged_list_is_not_sent_again(client):
    make_recommendation("mena")
    first = client.get("/sitemap.xml")

    again = client.get("/sitemap.xml", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304


@pytest.mark.usefixtures("edition_2021")
def test_every_address_of_edition_2021_is_a_page(client):
    listed = [address for path in every_list() for address in addresses(read(path))]

    assert len(listed) == len(set(listed))
    published = Recommendation.objects.published().count()
    assert len([a for a in listed if "-" in a.split("/")[-2]]) >= published * 4
    by_language = {code: [] for code, _name in settings.LANGUAGES}
    for address in listed:
        by_language[address.removeprefix(SITE)[1:3]].append(address)
    assert len({len(found) for found in by_language.values()}) == 1
    for address in by_language["en"]:
        page = client.get(address.removeprefix(SITE))
        assert page.status_code == 200, address
        assert f'<link rel="canonical" href="{address}">' in page.content.decode()


@pytest.mark.usefixtures("edition_2021")
def test_every_address_names_itself_in_all_languages():
    for path in every_list():
        root = read(path)
        for url in root.findall("s:url", NS):
            links = {
                x.get("hreflang"): x.get("href") for x in url.findall("x:link", NS)
            }
            assert list(links) == [code for code, _name in settings.LANGUAGES]
            assert url.find("s:loc", NS).text in links.values()


@pytest.mark.usefixtures("edition_2021")
@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-pages.xml"])
def test_a_list_takes_few_queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)

    assert len(queries) <= 5


def test_robots_are_told_what_to_leave_alone(client):
    response = client.get("/robots.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    rules = [
        line
        for line in response.content.decode().splitlines()
        if line and not line.startswith("#")
    ]
    assert rules == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /*?",
        f"Sitemap: {SITE}/sitemap.xml",
    ]
