"""Programs that ask now and then are told what is newly published (Atom, RFC 4287)."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from priorities.models import Recommendation

from .factories import NOON, make_area, make_edition, make_recommendation

pytestmark = pytest.mark.django_db

SITE = "https://forum.example"
ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ONCE = ("id", "title", "updated")
AT_MOST_ONCE = ("published", "content", "rights", "subtitle", "summary")
KNOWN = {
    "feed": {*ONCE, "subtitle", "author", "link", "rights", "entry"},
    "entry": {*ONCE, "published", "link", "category", "content"},
}


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE


def feed(client, address="/en/new.atom"):
    response = client.get(address)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)
    must_be_atom(root, SITE + address)
    return root


def must_be_atom(root, address):
    """What RFC 4287 asks of a feed, as far as ours goes."""
    assert root.tag == f"{ATOM}feed"
    must_have(root, "feed")
    assert root.find(f"{ATOM}author/{ATOM}name").text  # 4.1.1: then entries need none
    links = {link.get("rel"): link for link in root.findall(f"{ATOM}link")}
    assert links["self"].get("href") == address
    ids = [entry.find(f"{ATOM}id").text for entry in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    updated = []
    for entry in root.findall(f"{ATOM}entry"):
        must_have(entry, "entry")
        assert entry.find(f"{ATOM}content").get("type") == "text"
        assert entry.find(f"{ATOM}content").get(LANG)
        assert len(entry.findall(f"{ATOM}link[@rel='alternate']")) == 1
        assert all(c.get("term") for c in entry.findall(f"{ATOM}category"))
        updated.append(datetime.fromisoformat(entry.find(f"{ATOM}updated").text))
    assert updated == sorted(updated, reverse=True)


def must_have(element, name):
    told = [child.tag.removeprefix(ATOM) for child in element]
    assert set(told) <= KNOWN[name]
    assert [told.count(one) for one in ONCE] == [1, 1, 1]
    assert all(told.count(one) <= 1 for one in AT_MOST_ONCE)
    address = urlsplit(element.find(f"{ATOM}id").text)
    assert address.scheme == "https"
    assert address.netloc
    for one in ("updated", "published"):
        found = element.find(f"{ATOM}{one}")
        assert found is None or WHEN.fullmatch(found.text)
    assert all(link.get("href") for link in element.findall(f"{ATOM}link"))


def ids(root):
    return [
        entry.find(f"{ATOM}id").text.split("/")[-2]
        for entry in root.findall(f"{ATOM}entry")
    ]


def test_a_feed_to_the_letter(client):
    make_recommendation("mena", text_en="Train the **judges** & police.")

    assert client.get("/en/new.atom?region=mena").content.decode() == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f"  <id>{SITE}/en/new.atom?region=mena</id>\n"
        "  <title>Forum priorities · Newly published</title>\n"
        "  <subtitle>Mena</subtitle>\n"
        "  <updated>2021-11-23T12:00:00+00:00</updated>\n"
        "  <author><name>Freedom From Slavery Forum</name></author>\n"
        f'  <link rel="self" type="application/atom+xml" href="{SITE}/en/new.atom?region=mena"/>\n'
        f'  <link rel="alternate" type="text/html" href="{SITE}/en/recommendations/?region=mena&amp;sort=newest"/>\n'
        '  <link rel="license" href="https://creativecommons.org/licenses/by/4.0/"/>\n'
        "  <rights>CC BY 4.0</rights>\n"
        "  <entry>\n"
        f"    <id>{SITE}/en/recommendations/2021-MENA-001/</id>\n"
        "    <title>2021-MENA-001 · Mena</title>\n"
        "    <published>2021-11-23T12:00:00+00:00</published>\n"
        "    <updated>2021-11-23T12:00:00+00:00</updated>\n"
        f'    <link rel="alternate" type="text/html" href="{SITE}/en/recommendations/2021-MENA-001/"/>\n'
        f'    <category term="media" scheme="{SITE}/id/areas" label="Media"/>\n'
        '    <content type="text" xml:lang="en">Train the judges &amp; police.</content>\n'
        "  </entry>\n"
        "</feed>\n"
    )


def test_the_newest_fifty_come_newest_first(client):
    made = [make_recommendation("mena", status="draft") for _n in range(52)]
    for hours, entry in enumerate(made):
        entry.publish(at=NOON + timedelta(hours=hours))

    root = feed(client)

    assert ids(root) == [entry.reference for entry in reversed(made[2:])]
    newest = NOON + timedelta(hours=51)
    assert root.find(f"{ATOM}updated").text == newest.isoformat()


def test_what_is_not_public_is_not_told(client):
    public = make_recommendation("mena")
    for status in ("draft", "in_review", "archived"):
        make_recommendation("mena", status=status)

    assert ids(feed(client)) == [public.reference]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?area=media", ["2021-MENA-001"]),
        ("?region=africa", ["2021-AFRIC-001"]),
        ("?q=judges", ["2021-MENA-001"]),
        ("?area=media&region=africa", []),
    ],
)
def test_it_follows_the_filters_of_the_site(client, query, found):
    make_recommendation("mena", areas=("media",), text_en="Train judges.")
    make_recommendation("africa", areas=("research",), text_en="Ask widely.")

    address = f"/en/new.atom{'?area=media&region=africa' if not found else query}"

    assert ids(feed(client, address)) == found


def test_the_selection_of_whoever_copied_the_address_is_not_in_it(client):
    make_recommendation("mena")

    root = ElementTree.fromstring(
        client.get("/en/new.atom?selection=2021MENA1&sort=reference").content
    )

    assert b"selection" not in ElementTree.tostring(root)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "?region=atlantis",
            "Region: nobody knows “atlantis”. It matches nothing; choose from the list.",
        ),
        (
            "?edition=2024&edition=2021",
            "Edition: nobody knows “2024”. It matches nothing; choose from the list.",
        ),
        (
            f"?q={'x' * 201}",
            "A search takes up to 200 characters; yours is longer.",
        ),
    ],
)
def test_what_nobody_knows_is_refused_by_name(client, query, said):
    make_recommendation("mena")
    make_edition(2024, published_at=None)

    response = client.get(f"/en/new.atom{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode() == f"{said}\n{SITE}/en/recommendations/\n"


def test_hostile_texts_stay_texts(client):
    text = "]]> <b>&amp;</b> \u0007\u202e{x}\r\n" + "y" * 1900
    make_recommendation("mena", text=text)
    make_area("media").synonyms.all()

    (entry,) = feed(client, "/fr/new.atom").findall(f"{ATOM}entry")

    content = entry.find(f"{ATOM}content").text
    assert content == "]]> <b>&amp;</b> {x} " + "y" * 1900


def test_each_language_has_its_feed(client):
    make_recommendation("mena", text_es="Formar a los jueces.")

    spanish, arabic = (feed(client, f"/{code}/new.atom") for code in ("es", "ar"))

    def told(root):
        content = root.find(f"{ATOM}entry/{ATOM}content")
        return root.get(LANG), content.get(LANG), content.text

    assert told(spanish) == ("es", "es", "Formar a los jueces.")
    assert told(arabic) == (
        "ar",
        "fr",
        "Les gouvernements devraient former les juges.",
    )


def test_an_edition_without_entries_has_an_empty_feed(client):
    make_edition(published_at=datetime(2021, 1, 2, tzinfo=UTC))

    root = feed(client)

    assert ids(root) == []
    assert root.find(f"{ATOM}updated").text == "2021-01-02T00:00:00+00:00"


def test_before_the_first_edition_there_is_no_feed(client):
    assert client.get("/en/new.atom").status_code == 404
    assert b"atom" not in client.get("/en/").content


def test_pages_point_to_the_feed(client):
    make_recommendation("mena")

    home = client.get("/en/").content.decode()
    narrowed = client.get("/en/recommendations/?region=mena&sort=reference&page=1")

    link = '<link rel="alternate" type="application/atom+xml" title="Newly published" href="{}">'
    assert link.format("/en/new.atom") in home
    assert link.format("/en/new.atom") in narrowed.content.decode()
    assert '<a href="/en/new.atom?region=mena">' in narrowed.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_however_many_entries_the_queries_are_as_many(client, count):
    for _n in range(count):
        make_recommendation("mena")
    client.get("/en/new.atom")
    with CaptureQueriesContext(connection) as queries:
        client.get("/en/new.atom?region=mena")

    assert len(queries) == 3, [query["sql"][:90] for query in queries]
    assert Recommendation.objects.count() == count
