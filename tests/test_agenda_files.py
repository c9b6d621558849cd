"""The global agenda in the booklet and in the open data."""

import csv
import io

import pytest
from django.test import Client

from agenda.models import ProtectedPlace

from .agenda import answer, make_priority, published, sent
from .factories import make_audience, make_edition, make_recommendation, make_region

pytestmark = pytest.mark.django_db


def rows(client: Client, name: str) -> list[dict[str, str]]:
    response = client.get(f"/data/2021/{name}.csv")
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def an_agenda() -> list[object]:
    make_region("mena")
    row, alone = make_recommendation("africa"), make_recommendation("asia")
    priority = sent(row)
    make_priority(row, title_fr="Un brouillon")
    priority.audience_links.create(audience=make_audience("women"))
    priority.send_to_regions()
    answer(priority, "asia", "objection", "Judges are paid.")
    priority.publish()
    ProtectedPlace.objects.create(recommendation=alone)
    return [priority, row, alone]


def test_the_data_tell_priorities_lineage_coverage_answers_and_places(client):
    priority, row, alone = an_agenda()

    (told,) = rows(client, "global-priorities")
    assert {
        name: told[name]
        for name in (
            "reference",
            "title_fr",
            "state_fr",
            "audiences",
            "priority_version",
        )
    } == {
        "reference": "2021-GLOBAL-01",
        "title_fr": "Former les juges",
        "state_fr": "original",
        "audiences": "women",
        "priority_version": "2",
    }
    (source,) = rows(client, "global-priority-recommendations")
    assert (source["recommendation"], source["support"]) == (row.reference, "same")
    assert {
        each["region"]: (each["standing"], each["recommendations"])
        for each in rows(client, "global-priority-regions")
    } == {"africa": ("behind", "1"), "asia": ("silent", "0"), "mena": ("silent", "0")}
    (said,) = rows(client, "global-priority-answers")
    assert (said["region"], said["answer"], said["reason_en"]) == (
        "asia",
        "objection",
        "Judges are paid.",
    )
    (place,) = rows(client, "priorities-of-one-region")
    assert (place["recommendation"], place["taken_up_in"]) == (alone.reference, "")


def test_a_place_is_taken_up_by_what_is_public_alone(client):
    priority, _row, alone = an_agenda()
    place = ProtectedPlace.objects.get()

    for taken_up_in, told in ((make_priority(alone), ""), (priority, "2021-GLOBAL-01")):
        place.taken_up_in = taken_up_in
        place.save()
        (row,) = rows(client, "priorities-of-one-region")
        assert row["taken_up_in"] == told


def test_the_data_of_an_edition_have_its_own_priorities(client):
    _earlier, own = (
        published(make_recommendation(), edition=make_edition(year))
        for year in (2018, 2021)
    )

    assert [row["reference"] for row in rows(client, "global-priorities")] == [
        own.reference
    ]


def test_without_an_agenda_its_tables_are_empty(client):
    make_priority(make_recommendation())

    assert rows(client, "global-priorities") == []
    assert rows(client, "priorities-of-one-region") == []


def test_the_booklet_of_a_whole_edition_has_the_agenda(client):
    _priority, row, alone = an_agenda()

    book = client.get("/en/booklet/2021.html").getvalue().decode()

    agenda = book.partition("<h2>Global agenda 2021</h2>")[2].partition("</section>")[0]
    for told in (
        "2021-GLOBAL-01 Former les juges",
        "<td>behind</td>",
        "<td>silent · objects</td>",
        "Tous les juges sont formés.",
        f"Africa: stands behind it · has not answered · {row.reference}",
        "objects · Judges are paid.",
        alone.reference,
        "Not answered yet",
    ):
        assert told in agenda
    assert "Un brouillon" not in book
    assert (
        "Global agenda"
        not in client.get("/en/booklet/2021.html?region=africa").getvalue().decode()
    )


def test_a_booklet_without_an_agenda_has_no_chapter_of_it(client):
    make_recommendation()

    book = client.get("/en/booklet/2021.html").getvalue().decode()

    assert "Global agenda" not in book


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_every_kind_of_booklet_sets_the_agenda(client, kind):
    an_agenda()

    response = client.get(f"/ar/booklet/2021.{kind}")

    assert response.status_code == 200
    assert len(response.getvalue()) > 10_000


def test_the_api_tells_priorities_with_lineage_and_answers(client):
    _priority, row, _alone = an_agenda()

    listed = client.get("/api/v1/global-priorities/?lang=en").json()
    single = client.get("/api/v1/global-priorities/2021-GLOBAL-01/?lang=en").json()

    assert listed["meta"]["total"] == 1
    assert listed["data"] == [single["data"]]
    told = single["data"]
    assert told["title"] == {
        "text": "Former les juges",
        "language": "fr",
        "state": "original",
    }
    assert told["statement"]["text"] == "Tous les juges sont formés."
    assert told["rationale"] is None
    assert told["url"].endswith("/en/agenda/2021-GLOBAL-01/")
    africa, asia, mena = sorted(told["regions"], key=lambda each: each["region"])
    assert [r["reference"] for r in africa["recommendations"]] == [row.reference]
    assert asia["answers"] == [
        {
            "region": "asia",
            "answer": "objection",
            "reason": {
                "text": "Judges are paid.",
                "language": "en",
                "state": "original",
            },
        }
    ]
    assert mena == {
        "region": "mena",
        "standing": "silent",
        "recommendations": [],
        "answers": [],
    }


def test_the_api_leads_from_a_small_reference_to_the_priority(client):
    an_agenda()

    response = client.get("/api/v1/global-priorities/2021-global-01/")

    assert response.status_code == 302
    assert response.url.endswith("/api/v1/global-priorities/2021-GLOBAL-01/")


def test_the_api_hides_what_pages_hide(client):
    priority, _row, _alone = an_agenda()
    address = "/api/v1/global-priorities/2021-GLOBAL-{}/"

    assert client.get(address.format("02")).status_code == 404
    assert client.get(address.format("77")).status_code == 404
    assert client.get("/api/v1/global-priorities/nothing/").status_code == 404
    priority.withdraw()
    gone = client.get(address.format("01"))
    assert gone.status_code == 410
    assert "juges" not in gone.content.decode()
    assert client.get("/api/v1/global-priorities/").json()["data"] == []
