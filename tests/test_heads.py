"""What the head of a page tells search engines and whoever shares it."""

import pytest
from django.http import QueryDict

from priorities.filters import canonical

from .addresses import ADDRESSES
from .factories import make_recommendation
from .test_promises import Page

pytestmark = pytest.mark.django_db

SITE = "https://forum.example"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE


def head(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return Page(response.content.decode())


def told(page):
    """By property or name, all that it says."""
    found = {}
    for meta in page.all("meta"):
        for key in {meta.get("property"), meta.get("name")} - {None}:
            found.setdefault(key, []).append(meta["content"])
    return found


def test_an_entry_is_shared_with_its_words_and_its_picture(client):
    entry = make_recommendation(
        "mena", text='Former "les **juges**" <vite> & bien. ' + "mot " * 100
    )
    address = f"/fr/recommendations/{entry.reference}/"

    meta = told(head(client, address))

    picture = f"{SITE}/fr/pictures/recommendations/{entry.reference}.png"
    (description,) = meta["description"]
    assert description.startswith('Former "les juges" <vite> & bien. mot mot')
    assert description.endswith("mot…")
    assert len(description) <= 200
    assert {key: value for key, value in meta.items() if key[:3] in ("og:", "twi")} == {
        "og:title": [f"{entry.reference} · Mena"],
        "og:description": [description],
        "og:type": ["article"],
        "og:url": [SITE + address],
        "og:site_name": ["Priorités du Forum"],
        "og:locale": ["fr_FR"],
        "og:image": [picture],
        "og:image:alt": [description],
        "og:image:width": ["1200"],
        "og:image:height": ["630"],
        "twitter:card": ["summary_large_image"],
    }
    assert client.get(picture.removeprefix(SITE)).status_code == 200


@pytest.mark.usefixtures("edition_2021")
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_says_what_it_is(client, address):
    page = head(client, address)
    meta = told(page)

    said = ["title", "description", "type", "url", "locale", "site_name"]
    if "/compare/" not in address:  # which has no bytes to spare
        said.append("image")
    for key in said:
        (value,) = meta[f"og:{key}"]
        assert value.strip(), key
    (link,) = [link for link in page.all("link") if link["rel"] == "canonical"]
    assert link["href"] == meta["og:url"][0]
    path = address.partition("?")[0]
    assert link["href"].partition("?")[0] == SITE + path
    assert "selection=" not in link["href"]
    again = told(head(client, link["href"].removeprefix(SITE)))
    assert again["og:url"] == meta["og:url"]


@pytest.mark.parametrize(
    ("name", "query", "kept"),
    [
        ("home", "region=mena", ""),
        ("recommendation-list", "utm_source=x&selection=2021MENA1&add=a", ""),
        ("recommendation-list", "sort=newest&region=mena", "?region=mena&sort=newest"),
        ("recommendation-list", "region=&q=&page=1", ""),
        ("recommendation-list", "page=2&area=a%26b", "?area=a%26b&page=2"),
        ("compare", "region=b&region=a:only", "?region=b&region=a:only"),
        ("selection", "selection=2021MENA1", ""),
    ],
)
def test_one_content_has_one_address(name, query, kept):
    assert canonical("/en/x/", name, QueryDict(query)) == f"{SITE}/en/x/{kept}"


def test_an_address_from_a_forged_host_is_still_ours(client):
    make_recommendation("mena")

    page = client.get("/en/", headers={"X-Forwarded-Host": "evil.example"})

    assert b"evil.example" not in page.content


def test_pages_that_are_not_there_share_nothing(client):
    withdrawn = make_recommendation("mena", status="archived", text="Secret words.")

    for address in (
        "/en/nowhere/?q=<script>",
        f"/en/recommendations/{withdrawn.reference}/",
    ):
        page = client.get(address)
        assert page.status_code in {404, 410}
        assert b"og:url" not in page.content
        assert b"canonical" not in page.content
        assert b"Secret" not in page.content
        assert b"<script>" not in page.content
