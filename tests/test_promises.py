"""The promises of DESIGN.md §7, kept by every public page."""

import gzip
import logging
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils.module_loading import import_string

from forum import limits
from forum.caching import VersionedPages, drawn
from priorities import entries
from regions.models import ContentChange, Region

from .addresses import ADDRESSES, DATA, FILES, file_addresses, public_names

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

SEEN: set[str] = set()
every_page = pytest.mark.parametrize("address", ADDRESSES)


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def test_every_kind_of_public_page_is_among_the_addresses():
    assert set(public_names()) == {
        "home",
        "region-list",
        "region-detail",
        "recommendation-list",
        "recommendation-detail",
        "area-list",
        "area-detail",
        "compare",
        "matrix",
        "convergences",
        "selection",
        "likeness",
        "booklet",
        "changes",
        "data",
        "api",
        "ballots:list",
        "ballots:results",
        "ballots:file",
        "voting:vote",
        "agenda:agenda",
        "agenda:priority",
        "agenda:progress",
        "agenda:solution",
        *FILES,
    }


@every_page
def test_headers_protect_the_reader(client, address):
    response = client.get(address)

    assert response.status_code == 200
    assert set(response["Content-Security-Policy"].split("; ")) == {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    }
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cache-Control"] == "no-cache"


@every_page
def test_visitors_get_no_cookie(client, address):
    response = client.get(address)

    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@every_page
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(client, address):
    page = Page(client.get(address).content.decode())

    for tag, attributes in page.tags:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert tag != "style"
    # A block of data is no script: no browser runs it.
    scripts = [s for s in page.all("script") if s.get("type") != "application/ld+json"]
    assert all(script["src"].startswith("/static/") for script in scripts)
    sheets = [link for link in page.all("link") if link["rel"] == "stylesheet"]
    assert [sheet["href"].startswith("/static/") for sheet in sheets] == [True]
    foreign = [a["href"] for a in page.all("a") if re.match(r"https?:", a["href"])]
    assert set(foreign) == {settings.EXIT_URL}


@every_page
def test_the_page_says_its_language_and_offers_itself_in_the_others(client, address):
    page = Page(client.get(address).content.decode())

    own = address.split("/")[1]
    (html,) = page.all("html")
    assert (html["lang"], html["dir"]) == (own, "rtl" if own == "ar" else "ltr")
    rest = address[4:]
    alternates = {
        link["hreflang"]: link["href"]
        for link in page.all("link")
        if link["rel"] == "alternate" and "hreflang" in link
    }
    codes = dict(settings.LANGUAGES)
    assert alternates == {code: f"/{code}/{rest}" for code in codes}


@every_page
def test_every_page_offers_a_way_out_and_a_way_past_the_menu(client, address):
    page = Page(client.get(address).content.decode())

    exits = [a for a in page.all("a") if "data-exit" in a]
    assert [(a["href"], a["rel"]) for a in exits] == [(settings.EXIT_URL, "noreferrer")]
    assert page.all("a")[0]["href"] == "#main"


@every_page
def test_the_first_response_fits_a_bad_line(client, address):
    body = client.get(address).content

    assert len(gzip.compress(body, 6)) <= 14 * 1024


PHYSICAL = re.compile(
    r"^(?:[\w-]+-)?(?:left|right)(?:-\w+)?:"
    r"|^(?:text-align|float|clear|caption-side|background-position):.*\b(?:left|right)\b"
)


def unmirrored(sheet):
    """The declarations of a style sheet that stay where they are in Arabic."""
    for name, value in re.findall(r"([\w-]+)\s*:\s*([^;{}]+)[;}]", sheet):
        sides = re.split(r"\s+(?![^(]*\))", value.strip())
        is_box = re.fullmatch(r"(?:scroll-)?(?:margin|padding)|inset|border-\w+", name)
        is_uneven = is_box and len(sides) == 4 and sides[1] != sides[3]
        if is_uneven or PHYSICAL.search(f"{name}:{value}"):
            yield name, value


def test_style_sheets_say_start_and_end_so_that_arabic_mirrors():
    for sheet in Path(settings.BASE_DIR, "static").glob("*.css"):
        assert list(unmirrored(sheet.read_text())) == [], sheet.name


@pytest.mark.parametrize(
    "declaration",
    [
        "margin-left: 0",
        "border-top-right-radius: 3px",
        "left: 0",
        "text-align: right",
        "float: left",
        "padding: 0 1px 0 calc(var(--unit) * 2)",
        "inset: 0 auto 0 0",
    ],
)
def test_what_would_not_mirror_is_noticed(declaration):
    assert len(list(unmirrored(f"a {{ {declaration}; }}"))) == 1


def test_a_cold_visit_weighs_less_than_50_kb():
    files = ("site.css", "site.js", "icon.svg", "django_htmx/htmx-2.min.js")
    weight = sum(
        len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in files
    )

    assert weight + 14 * 1024 <= 50 * 1024


@every_page
def test_a_page_that_has_not_changed_is_not_sent_again(client, address):
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    ContentChange.objects.create()
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200


@every_page
def test_no_public_page_needs_more_than_eight_queries(client, address):
    """Beside what is read once for each version of the data."""
    drawn.pages.clear()
    client.get(address)
    drawn.pages.clear()

    with CaptureQueriesContext(connection) as queries:
        client.get(address)

    assert len(queries) <= 8, [query["sql"][:100] for query in queries]


@every_page
def test_links_within_the_site_lead_somewhere(client, address):
    page = Page(client.get(address).content.decode())
    inside = {
        a["href"].split("#")[0]
        for a in page.all("a")
        if a["href"].startswith("/") and "?" not in a["href"]
    }

    for link in sorted(inside - {""} - SEEN):
        found = client.get(link)
        is_full = bool(found.getvalue()) or link.endswith(".jsonl")  # no row, no line
        assert (found.status_code, is_full) == (200, True), link
        SEEN.add(link)


@pytest.mark.parametrize("address", [*file_addresses("fr"), *DATA])
def test_files_and_parts_keep_the_same_promises(client, address):
    response = client.get(address)

    assert response.status_code == 200
    assert response.getvalue() or "suggestions" in address
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cache-Control"] == "no-cache"
    assert not response.cookies
    again = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "address", ["/en/recommendations/?q=a%00b", "/en/x%00/", "/admin/login/?next=%00"]
)
def test_a_null_character_is_refused_the_same_way_everywhere(client, address):
    response = client.get(address)

    assert response.status_code == 400
    assert "This request cannot be read" in response.content.decode()


def test_a_null_character_in_a_form_is_refused_too(client):
    response = client.post("/admin/login/", {"username": "a\0b", "password": "c"})

    assert response.status_code == 400


def test_a_database_that_takes_too_long_is_said_so(client, monkeypatch):
    slow = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT COUNT(*) FROM n",
        "postgresql": "SELECT pg_sleep(20)",
    }

    def forever(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute(slow[connection.vendor])

    monkeypatch.setattr("forum.caching.limited_time", lambda: limits.limited_time(0.2))
    monkeypatch.setattr(entries, "read", forever)

    response = client.get("/en/recommendations/?sort=newest")

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "did not answer in time" in response.content.decode()


def test_a_page_drawn_before_is_packed_for_each_visitor_as_they_can_read_it(client):
    packed = client.get("/en/areas/", headers={"Accept-Encoding": "gzip"})
    again = client.get("/en/areas/", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/en/areas/")

    assert gzip.decompress(packed.content) == gzip.decompress(again.content)
    assert gzip.decompress(packed.content) == plain.content
    assert "Content-Encoding" not in plain.headers


def test_asking_for_the_head_alone_sends_no_body_for_the_server_to_cut_off(rf):
    request = rf.head("/en/areas/")
    request.resolver_match = resolve("/en/areas/")
    view, arguments, named = request.resolver_match

    response = VersionedPages(view).process_view(request, view, arguments, named)

    assert response.content == b""
    assert int(response["Content-Length"]) > 1000


def test_the_page_drawn_for_one_visitor_is_the_same_for_all(client, organiser):
    text = client.get("/en/matrix/").content
    poisoned = client.get(
        "/en/matrix/",
        headers={"X-Forwarded-Host": "evil.example", "Accept-Language": "ar"},
    )

    assert poisoned.content == organiser.get("/en/matrix/").content == text


def test_saving_anything_public_changes_the_version():
    before = ContentChange.objects.version()
    Region.objects.get(slug="africa").save()

    assert ContentChange.objects.version() != before


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en-GB,en", "en"), ("fr", "fr"), ("sw", "fr"), ("", "fr")],
)
def test_the_front_door_leads_to_the_readers_language(client, accepted, language):
    response = client.get("/", headers={"Accept-Language": accepted})

    assert response["Location"] == f"/{language}/"
    assert not response.cookies


def test_nothing_of_a_request_is_logged(caplog, settings):
    for name in settings.LOGGING["handlers"]["console"]["filters"]:
        caplog.handler.addFilter(
            import_string(settings.LOGGING["filters"][name]["()"])()
        )
    with caplog.at_level(logging.DEBUG):
        Client().get("/en/nowhere/?q=my+name", headers={"User-Agent": "Secret 1.0"})

    text = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert "nowhere" not in text
    assert "my+name" not in text
    assert "Secret" not in text


def test_the_health_check_answers(client):
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.parametrize("address", ["/en/nowhere/", "/en/regions/atlantis/", "/xx/"])
def test_a_wrong_address_gets_a_page_that_helps(client, address):
    response = client.get(address)

    assert response.status_code == 404
    assert not response.cookies
    assert "2021-MENA-014" in response.content.decode()
