"""The API: the same answers as the pages, for programs."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from priorities import entries
from priorities.api.description import EXAMPLES
from priorities.api.limit import buckets
from priorities.models import Audience, PriorityArea, Recommendation
from regions.models import ContentChange

from .addresses import API, QUERIES
from .factories import make_recommendation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

V1 = "/api/v1"
SITE = settings.SITE_URL
EVERYTHING = f"{V1}/recommendations/?fields=reference&edition=2021"


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


def ask(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, response.content
    return response.json()


def error(client, address, status=400):
    return ask(client, address, status)["error"]


def references(told):
    return [entry["reference"] for entry in told["data"]]


def walk(client, address, between=lambda number: None):
    """The references on all pages, and how many pages there were."""
    found, number = [], 0
    while address:
        told = ask(client, address.removeprefix(SITE))
        found += references(told)
        address, number = told["next"], number + 1
        between(number)
    return found, number


# What it answers.


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_description_are_what_one_gets(client, name):
    example = EXAMPLES[name]
    shown = json.loads(json.dumps(example["value"]))

    told = ask(client, example["summary"])

    if isinstance(told["data"], list):
        told["data"] = told["data"][:2]
    for member in ("data_version", "changed_at"):
        assert told["meta"].pop(member)
        shown["meta"].pop(member)
    if name == "recommendation":
        assert told["data"].pop("published_at")
        shown["data"].pop("published_at")
    if isinstance(told["data"], list) and told.get("next"):
        told["next"], shown["next"] = (
            text.split("&after=")[0] for text in (told["next"], shown["next"])
        )
    assert told == shown


def test_the_root_leads_to_all_there_is(client):
    told = ask(client, f"{V1}/")["data"]

    assert len(told) == 15
    for address in set(told.values()) - {told["search"]}:
        assert client.get(address.removeprefix(SITE)).status_code == 200


def test_an_entry_in_all_languages_says_how_far_each_can_be_trusted(client):
    row = make_recommendation(
        "asia", areas=(), text="Former **tous** les juges.", text_en="Train judges."
    )
    row.translate("en", {"text": "Train judges."}, 1, reviewed=True)
    row.save()

    told = ask(client, f"{V1}/recommendations/{row.reference}/")["data"]

    section = row.section
    assert told == {
        "reference": row.reference,
        "self": f"{SITE}{V1}/recommendations/{row.reference}/",
        "url": f"{SITE}/fr/recommendations/{row.reference}/",
        "edition": 2021,
        "region": "asia",
        "kind": "recommendations",
        "section": f"2021/asia/{section.position}",
        "audience": section.audience.slug,
        "areas": [],
        "countries": [],
        "instruments": [],
        "position": row.position,
        "rank": None,
        "lead": False,
        "original_language": "fr",
        "text": {
            "fr": {"text": "Former **tous** les juges.", "state": "original"},
            "en": {"text": "Train judges.", "state": "reviewed"},
        },
        "source_page": None,
        "published_at": row.published_at.isoformat(),
    }


def test_one_language_gives_plain_texts_and_says_which_they_are_in(client):
    row = make_recommendation("asia", areas=(), text="Former les juges.")
    address = f"{V1}/recommendations/{row.reference}/"

    told = ask(client, f"{address}?lang=es")["data"]

    assert told["text"] == {
        "text": "Former les juges.",
        "language": "fr",
        "state": "original",
    }
    assert told["url"] == f"{SITE}/es/recommendations/{row.reference}/"
    assert told["self"] == f"{SITE}{address}?lang=es"


def test_fields_leave_out_all_others(client):
    told = ask(client, f"{V1}/areas/?fields=slug&fields=group")
    with_comma = ask(client, f"{V1}/areas/?fields=slug,group")

    assert {tuple(area) for area in told["data"]} == {("slug", "group")}
    assert told == with_comma


@pytest.mark.parametrize(
    ("name", "query"),
    [(name, query) for name in API for query in QUERIES[name] if name != "compare"],
)
def test_the_same_parameters_find_the_same_as_the_pages(client, name, query):
    asked = QueryDict(query.removeprefix("?"), mutable=True)
    for other in ("page", "selection"):
        asked.pop(other, None)
    known = [v for v in asked.getlist("region") if v != "atlantis"]
    if "region" in asked:
        asked.setlist("region", known)
    page = client.get(f"/en/{API[name][0]}/?{asked.urlencode()}")

    told = ask(client, f"{V1}/{API[name][1]}/?lang=en&{asked.urlencode()}")

    if name == "recommendation-list":
        assert told["meta"]["total"] == page.context["total"]
        shown = [e.recommendation.reference for e in page.context["page"]]
        assert references(told)[: len(shown)] == shown
    else:
        shown = page.context["matrix"]
        assert [row["value"] for row in told["data"]["rows"]] == [
            row.line.value for row in shown.rows
        ]
        assert [[c["count"] for c in row["cells"]] for row in told["data"]["rows"]] == [
            [cell.count for cell in row.cells] for row in shown.rows
        ]


@pytest.mark.parametrize(
    "query",
    [
        "lead=true",
        "country=NP&country=IN",
        "instrument=asean",
        "kind=concerns",
        "language=en:reviewed",
        "edition=2021",
        "area=survivors&audience=governments",
        "region=europe-north-america-caribbean:only",
        "q=kafala",
    ],
)
def test_every_filter_gives_the_number_of_the_list(client, query):
    page = client.get(f"/fr/recommendations/?{query}")

    told = ask(client, f"{V1}/recommendations/?lang=fr&limit=500&{query}")

    assert told["meta"]["total"] == page.context["total"] == len(told["data"]) > 0


@pytest.mark.parametrize("query", [q for q in QUERIES["compare"] if q])
def test_a_comparison_is_that_of_the_page(client, query):
    page = client.get(f"/en/compare/{query}")
    told = ask(client, f"{V1}/comparison/{query}")["data"]
    compared = page.context["comparison"]

    if compared.page is None:
        assert len(told["columns"]) == 1
        return
    assert [c["value"] for c in told["columns"]] == [c.value for c in compared.columns]
    shown = [row.line.value for row in compared.rows]
    assert [row["value"] for row in told["rows"]][: len(shown)] == shown
    for row, line in zip(compared.rows, told["rows"], strict=False):
        for cell, told_cell in zip(row.cells, line["cells"], strict=True):
            first = [e.recommendation.reference for e in cell.entries]
            assert told_cell["count"] == cell.count
            assert told_cell["references"][: len(first)] == first


def test_a_count_leads_to_exactly_those_rows(client):
    rows = ask(client, f"{V1}/matrix/?region=mena&region=asia&by=audience")["data"][
        "rows"
    ]

    for row in rows:
        for cell in row["cells"]:
            if cell["count"]:
                listed = ask(client, cell["self"].removeprefix(SITE))
                page = client.get(cell["url"].removeprefix(SITE))
                assert listed["meta"]["total"] == cell["count"]
                assert page.context["total"] == cell["count"]
            else:
                assert (cell["self"], cell["url"]) == (None, None)


def test_a_comparison_names_the_columns_it_leaves_out(client):
    slugs = [
        "africa",
        "asia",
        "latin-america",
        "mena",
        "europe",
        "north-america",
        "caribbean",
        "europe-north-america-caribbean",
        "europe-north-america-caribbean:only",
    ]
    query = "&".join(f"region={slug}" for slug in slugs)

    told = ask(client, f"{V1}/comparison/?{query}")["data"]

    assert told["left_out"] == ["europe-north-america-caribbean:only"]
    assert len(told["columns"]) == 8


def test_a_search_finds_entries_names_and_other_words(client):
    found = ask(client, f"{V1}/search/?q=kafala&lang=en&limit=2&fields=reference")
    none = ask(client, f"{V1}/search/?q=kafalah&lang=en&region=mena")

    listed = ask(client, f"{V1}/recommendations/?q=kafala&lang=en&limit=2")
    assert [list(e) for e in found["data"]["recommendations"]] == [["reference"]] * 2
    assert [e["reference"] for e in found["data"]["recommendations"]] == references(
        listed
    )
    assert (
        found["data"]["names"][0]
        == {
            "kind": "area",
            "name": "Kafala and migrant workers",
            "url": f"{SITE}/en/areas/kafala/",
        }
        or found["data"]["names"][0]["url"] == f"{SITE}/en/areas/kafala/"
    )
    if not none["meta"]["total"]:
        (other,) = none["data"]["other_words"]
        assert other["words"] == "kafala"
        again = ask(client, other["self"].removeprefix(SITE))
        assert again["meta"]["total"] == other["total"] > 0


def test_sections_say_how_much_they_hold_of_what_is_asked_for(client):
    told = ask(client, f"{V1}/sections/?audience=governments")

    listed = ask(client, f"{V1}/recommendations/?audience=governments&limit=1")
    assert sum(s["total"] for s in told["data"]) == listed["meta"]["total"]
    one = ask(client, told["data"][0]["self"].removeprefix(SITE))["data"]
    assert {**one, "total": 0} == {**told["data"][0], "total": 0}


# Pages.


@pytest.mark.parametrize("sort", ["order", "newest", "reference", "best"])
@pytest.mark.parametrize("more", ["", "&q=survivants+OR+victimes", "&region=mena"])
def test_all_pages_give_each_row_once_in_the_order_of_the_list(client, sort, more):
    whole = references(ask(client, f"{EVERYTHING}&limit=500&sort={sort}{more}"))

    found, pages = walk(client, f"{EVERYTHING}&limit=37&sort={sort}{more}")

    assert found == whole
    assert len(set(found)) == len(found) > 40
    assert pages == -(-len(whole) // 37)


@pytest.mark.parametrize("sort", ["order", "newest", "reference", "best"])
def test_rows_that_come_and_go_between_pages_neither_double_nor_hide_others(
    client, sort
):
    query = f"{EVERYTHING}&sort={sort}&q=survivants+OR+victimes+OR+travail"
    before = references(ask(client, f"{query}&limit=500"))
    gone, new = [], []

    def change(page):
        """The last row of the page goes, another comes; a third goes further on."""
        if page > 3:
            return
        for place in (10 * page - 1, 10 * page + 4):
            row = Recommendation.objects.get(reference=before[place])
            row.withdraw()
            gone.append(row.reference)
        row = make_recommendation("asia", areas=(), text="Le travail digne.")
        new.append(row.reference)

    found, _pages = walk(client, f"{query}&limit=10", change)

    assert len(set(found)) == len(found)
    unchanged = [r for r in before if r not in gone]
    assert [r for r in found if r not in gone and r not in new] == unchanged


def test_a_row_that_was_published_anew_between_pages_hides_no_other(client):
    query = f"{EVERYTHING}&sort=newest"
    before = references(ask(client, f"{query}&limit=500"))
    first = ask(client, f"{query}&limit=10")
    last = Recommendation.objects.get(reference=before[9])
    last.withdraw()
    last.publish(at=timezone.now() + timedelta(days=1))

    found, _pages = walk(client, first["next"].removeprefix(SITE))

    assert found == before[10:]


def test_the_link_to_the_next_page_is_a_header_too(client):
    response = client.get(f"{V1}/recommendations/?region=mena&limit=3")
    whole = client.get(f"{V1}/recommendations/?region=mena&limit=500")

    licence = '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
    following = response.json()["next"]
    assert following.startswith(f"{SITE}{V1}/recommendations/?region=mena&limit=3&")
    assert response["Link"] == f'{licence}, <{following}>; rel="next"'
    assert (whole["Link"], whole.json()["next"]) == (licence, None)


def test_a_cursor_goes_on_working_with_another_order_and_other_filters(client):
    told = ask(client, f"{EVERYTHING}&sort=reference&limit=5")
    after = told["next"].split("after=")[1]

    on = ask(client, f"{EVERYTHING}&sort=newest&region=mena&after={after}")

    assert on["meta"]["total"] > 0


# Refusals.


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "recommendations/?region=afrika",
            ("unknown_value", "region", "afrika", "africa"),
        ),
        ("recommendations/?lead=yes", ("unknown_value", "lead", "yes", None)),
        ("recommendations/?sort=bset", ("unknown_value", "sort", "bset", "best")),
        ("recommendations/?lang=de", ("unknown_value", "lang", "de", None)),
        ("areas/?fields=slgu", ("unknown_value", "fields", "slgu", "slug")),
        ("areas/?fields=slug,", ("empty", "fields", "", None)),
        ("matrix/?by=region", ("unknown_value", "by", "region", None)),
        (
            "comparison/?columns=regions",
            ("unknown_value", "columns", "regions", "region"),
        ),
        ("recommendations/?edition=1999", ("unknown_value", "edition", "1999", None)),
        (
            "recommendations/?regoin=africa",
            ("unknown_parameter", None, "regoin", "region"),
        ),
        ("areas/?region=africa", ("unknown_parameter", None, "region", None)),
        ("?x=1", ("unknown_parameter", None, "x", None)),
        ("openapi.json?x=1", ("unknown_parameter", None, "x", None)),
    ],
)
def test_what_nobody_knows_is_named_with_what_there_is(client, address, expected):
    told = error(client, f"{V1}/{address}")

    code, parameter, value, near = expected
    assert (told["code"], told.get("parameter"), told["value"]) == (
        code,
        parameter,
        value,
    )
    assert value in told["message"] or code == "empty"
    assert near is None or told["nearest"][0] == near
    assert near is None or near in told["known"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("recommendations/?region=", "empty"),
        ("recommendations/?limit=0", "out_of_bounds"),
        ("recommendations/?limit=501", "out_of_bounds"),
        ("recommendations/?limit=5.0", "out_of_bounds"),
        ("recommendations/?limit=%D9%A5", "out_of_bounds"),
        ("recommendations/?limit=5&limit=6", "given_too_often"),
        ("recommendations/?" + "region=africa&" * 51, "given_too_often"),
        ("recommendations/?q=" + "a" * 201, "too_long"),
        ("recommendations/?q=+", "unreadable"),
        ("recommendations/?after=nowhere", "unreadable"),
        ("search/", "missing"),
        ("recommendations/?q=a%00b", "unreadable"),
    ],
)
def test_what_cannot_be_read_is_refused(client, address, code):
    assert error(client, f"{V1}/{address}")["code"] == code


def test_refusals_are_in_the_language_asked_for(client):
    def language(address, **headers):
        return Client(headers=headers).get(address).headers["Content-Language"]

    address = f"{V1}/areas/?x=1"
    assert language(address, accept_language="es") == "es"
    assert language(f"{V1}/areas/?lang=ar&x=1", accept_language="es") == "ar"
    assert language(address) == "fr"
    refused = client.get(address)
    assert "Accept-Language" in refused["Vary"]
    assert "ETag" not in refused.headers


def test_what_is_answered_depends_on_the_address_alone():
    told = [
        Client(headers={"accept-language": code, "host": "127.0.0.1"}).get(
            f"{V1}/search/?q=pays"
        )
        for code in ("en", "ar", "fr")
    ]

    assert len({response.content for response in told}) == 1
    assert len({response["ETag"] for response in told}) == 1
    assert {response["Vary"] for response in told} == {"Accept-Encoding"}
    assert {"Content-Language" in response.headers for response in told} == {False}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_there_is_nothing_to_write(client, method):
    for path in ("/", "/recommendations/", "/nowhere/"):
        response = getattr(client, method)(f"{V1}{path}")

        assert response.status_code == 405
        assert response["Allow"] == "GET, HEAD, OPTIONS"
        assert response.json()["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    "path",
    [
        "nowhere/",
        "recommendations/2021-MENA-999/",
        "recommendations/x/",
        "areas/nowhere/",
        "sections/2021/africa/99/",
        "sections/2021/africa/0/",
        "editions/1999/",
        "countries/FR/",
        "regions/%F0%9F%99%82/",
    ],
)
def test_what_is_not_there_says_so_in_json(client, path):
    assert error(client, f"{V1}/{path}", 404)["code"] == "not_found"


def test_a_reference_answers_for_ever(client):
    kept, merged, withdrawn, draft = (
        make_recommendation("asia", areas=(), text=f"Demande {n}.") for n in range(4)
    )
    merged.merge_into(kept)
    withdrawn.withdraw()
    hidden = make_recommendation("asia", areas=(), status="draft", text="Secret.")

    def get(row, query=""):
        return client.get(f"{V1}/recommendations/{row.reference}/{query}")

    leads_on = get(merged, "?lang=en")
    assert leads_on.status_code == 302
    assert leads_on["Location"] == f"{V1}/recommendations/{kept.reference}/?lang=en"
    gone = get(withdrawn)
    assert gone.status_code == 410
    assert gone.json()["error"]["code"] == "withdrawn"
    assert "Demande" not in gone.content.decode()
    nothing = client.get(f"{V1}/recommendations/2021-ASI-99999/")
    assert get(hidden).status_code == 404
    assert get(hidden).content == nothing.content
    lower = client.get(f"{V1}/recommendations/{draft.reference.lower()}/")
    assert lower["Location"] == f"{V1}/recommendations/{draft.reference}/"


def test_merged_words_lead_on(client):
    area = PriorityArea.objects.get(slug="media")
    area.merged_into = PriorityArea.objects.get(slug="awareness")
    PriorityArea.objects.filter(pk=area.pk).update(merged_into=area.merged_into)
    audience = Audience.objects.create(
        slug="states", merged_into=Audience.objects.get(slug="governments")
    )
    ContentChange.objects.create()

    moved = client.get(f"{V1}/areas/media/")
    assert (moved.status_code, moved["Location"]) == (302, f"{V1}/areas/awareness/")
    assert ask(client, f"{V1}/areas/awareness/")["data"]["merged"] == ["media"]
    old = client.get(f"{V1}/audiences/{audience.slug}/")
    assert old["Location"] == f"{V1}/audiences/governments/"
    same = [
        ask(client, f"{V1}/recommendations/?audience={slug}")["meta"]["total"]
        for slug in ("states", "governments")
    ]
    assert same[0] == same[1] > 0


# HTTP.


def test_the_head_is_that_of_the_answer(client):
    head = client.head(f"{V1}/areas/")
    whole = client.get(f"{V1}/areas/")

    assert head.content == b""
    assert head["Content-Length"] == str(len(whole.content))
    assert head["ETag"] == whole["ETag"]


def test_what_has_not_changed_is_not_sent_again(client):
    address = f"{V1}/recommendations/?limit=1"
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    ContentChange.objects.create()
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    assert first["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/nowhere/", "/areas/?x=1", "/areas/media"])
def test_programs_of_other_sites_may_ask(client, path):
    response = client.get(V1 + path, headers={"Origin": "https://elsewhere.example"})

    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in response["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert not response.cookies


def test_browsers_may_ask_before_they_ask(client):
    response = client.options(
        f"{V1}/areas/", headers={"Access-Control-Request-Method": "GET"}
    )

    assert response.status_code == 204
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert response["Access-Control-Allow-Headers"] == "If-None-Match"


def test_a_slash_that_is_missing_is_put_there(client):
    response = client.get(f"{V1}/areas?lang=en")

    assert response["Location"] == f"{V1}/areas/?lang=en"


def test_who_asks_too_often_waits_a_little(settings):
    settings.API_PER_MINUTE = 3
    buckets.empty(0)
    one, other = (Client(REMOTE_ADDR=f"203.0.113.{n}") for n in (1, 2))
    answers = [one.get(f"{V1}/areas/?fields=slug&lang=en") for _n in range(4)]

    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert answers[0]["RateLimit"].startswith('"minute";r=2;')
    assert 0 < int(answers[3]["Retry-After"]) <= 20
    assert answers[3].json()["error"]["code"] == "too_many_requests"
    assert answers[3]["Access-Control-Allow-Origin"] == "*"
    assert other.get(f"{V1}/areas/").status_code == 200


def test_what_has_not_changed_costs_nothing(settings):
    settings.API_PER_MINUTE = 3
    buckets.empty(0)
    client = Client(REMOTE_ADDR="203.0.113.3")
    etag = client.get(f"{V1}/areas/")["ETag"]

    again = [
        client.get(f"{V1}/areas/", headers={"If-None-Match": etag}) for _n in range(9)
    ]

    assert {response.status_code for response in again} == {304}


def test_a_bucket_fills_as_time_goes_by(settings):
    settings.API_PER_MINUTE = 60
    buckets.empty(1000)

    spent = [buckets.take("a", now=1000).wait for _n in range(61)]

    assert spent == [0] * 60 + [1]
    assert buckets.take("a", now=1001).wait == 0
    assert buckets.take("a", now=1001).wait == 1
    assert buckets.take("a", now=1001 + 3600).left == 59
    assert not any(name == b"a" for name in buckets.held)


def test_only_a_proxy_one_trusts_says_who_asks(settings):
    settings.API_PER_MINUTE = 1
    buckets.empty(0)
    said = {"X-Forwarded-For": "203.0.113.7"}

    def status(number):
        client = Client(REMOTE_ADDR="10.0.0.1", headers=said)
        said["X-Forwarded-For"] = f"203.0.113.{number}"
        return client.get(f"{V1}/areas/?fields=slug").status_code

    assert [status(n) for n in (1, 2)] == [200, 429]
    settings.TRUSTED_PROXIES = 1
    assert [status(n) for n in (3, 4)] == [200, 200]


def test_a_database_that_takes_too_long_is_said_so_in_json(client, monkeypatch):
    def too_slow(*args):
        raise OperationalError

    monkeypatch.setattr("priorities.api.members.recommendations", too_slow)

    response = client.get(f"{V1}/recommendations/")

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert response.json()["error"]["code"] == "try_again"
    assert response["Access-Control-Allow-Origin"] == "*"


def test_what_goes_wrong_here_is_said_in_json_without_the_reason(monkeypatch):
    def broken(*args):
        raise RuntimeError("a secret")

    monkeypatch.setattr("priorities.api.members.recommendations", broken)
    client = Client(raise_request_exception=False)

    response = client.get(f"{V1}/recommendations/")

    assert response.status_code == 500
    assert response.json()["error"]["code"] == "failed"
    assert "secret" not in response.content.decode()


def test_a_row_withdrawn_while_a_page_is_made_makes_it_anew(client, monkeypatch):
    rows = Recommendation.objects.published().in_list_order()
    row, whole = rows[2], entries.read

    def withdrawing(*args):
        if row.is_published:
            row.withdraw()
        return whole(*args)

    monkeypatch.setattr(entries, "read", withdrawing)

    found, _pages = walk(client, f"{EVERYTHING}&limit=50")

    assert row.reference not in found
    assert len(found) == Recommendation.objects.published().count()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/editions/",
        "/regions/",
        "/audiences/",
        "/areas/",
        "/countries/",
        "/instruments/",
        "/sections/",
        "/recommendations/",
        "/recommendations/?q=kafala&sort=newest",
        "/recommendations/2021-MENA-014/",
        "/comparison/?by=area",
        "/matrix/",
        "/search/?q=kafala",
        "/global-priorities/",
    ],
)
def test_an_answer_never_needs_more_than_eight_queries(client, path):
    ask(client, f"{V1}/")  # what is published is read once for each version
    with CaptureQueriesContext(connection) as queries:
        ask(client, V1 + path)

    assert len(queries) <= 8, [query["sql"][:100] for query in queries]


def test_a_page_of_many_needs_as_many_queries_as_one_of_few(client):
    ask(client, f"{V1}/recommendations/")
    counts = []
    for limit in (1, 3, 300):
        with CaptureQueriesContext(connection) as queries:
            ask(client, f"{V1}/recommendations/?limit={limit}")
        counts.append(len(queries))

    assert counts == [2, 2, 2]
