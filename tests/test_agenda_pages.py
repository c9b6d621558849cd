"""The global agenda as participants read it."""

import gzip
import re

import pytest
from django.test import Client

from agenda.models import ProtectedPlace
from forum.caching import drawn
from priorities import index

from .agenda import answer, make_priority, published, sent
from .factories import make_edition, make_recommendation, make_region

pytestmark = pytest.mark.django_db

PAGE = "/en/agenda/"


def text_of(response) -> str:
    """What one reads in the content of a page, in one line."""
    body = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def page_of(priority) -> str:
    return f"/en/agenda/{priority.reference}/"


def test_an_edition_without_a_published_priority_says_so(client):
    sent(make_recommendation())

    page = text_of(client.get(PAGE))

    assert "No global priority is published in this edition yet." in page
    assert "juges sont formés" not in page


def test_an_empty_base_has_an_empty_agenda(client):
    assert client.get(PAGE).status_code == 200


def test_the_agenda_tells_each_priority_with_its_regions_in_words(client):
    make_region("mena")
    first = published(make_recommendation("africa"), make_recommendation("asia"))
    second = sent(make_recommendation("africa"), title_fr="Payer les juges")
    answer(second, "asia", "objection", "Judges are paid.")
    second.publish()

    page = client.get(PAGE)

    assert [t.row for t in page.context["priorities"]] == [first, second]
    words = text_of(page)
    assert "Former les juges" in words
    assert "Mena: silent: nothing recorded · has not answered" in words
    assert "Asia: silent: nothing recorded · objects" in words
    html = page.content.decode()
    for region in ("africa", "asia"):
        assert f'href="{page_of(first)}#from-{region}">behind (1)</a>' in html
    assert f'{page_of(first)}#from-mena"' not in html


def test_a_cell_leads_to_exactly_its_recommendations(client):
    rows = [make_recommendation("africa") for _ in range(2)]
    make_recommendation("africa")
    priority = published(*rows)

    (region,) = client.get(page_of(priority)).context["lineage"]

    assert [entry.recommendation for _s, entry in region.texts] == rows


def test_a_page_tells_lineage_dissent_and_versions(client):
    row = make_recommendation("africa", text="Les **États** forment les juges.")
    priority = sent(row, rationale_fr="Deux régions le demandent.")
    priority.statement_fr = "Tous les juges sont formés avant 2024."
    priority.save()
    priority.send_to_regions()
    answer(priority, "africa", "reservation", "Courts first.")
    priority.publish()

    words = text_of(client.get(page_of(priority)))

    for told in (
        "Former les juges",
        "Tous les juges sont formés avant 2024.",
        "Deux régions le demandent.",
        "asks for the same",
        "États forment les juges.",
        "Africa has a reservation: Courts first.",
        "Changed: Statement.",
        "2021–2024",
    ):
        assert told in words
    assert "Tous les juges sont formés. " not in words  # version 1 was never public


def test_texts_edited_after_publication_are_not_public(client):
    priority = published(make_recommendation())
    priority.title_fr, priority.statement_fr = "Encore secret", "Rien."
    priority.title_en = "Secret too"
    priority.save()

    for address in (PAGE, page_of(priority)):
        words = text_of(client.get(address))
        assert "Former les juges" in words
        assert "ecret" not in words


def test_the_next_version_is_not_read_before_it_is_published(client):
    priority = published(make_recommendation())
    priority.statement_fr = "Encore secret"
    priority.save()
    priority.send_to_regions()

    for address in (PAGE, page_of(priority)):
        words = text_of(client.get(address))
        assert "Tous les juges sont formés." in words
        assert "secret" not in words


def test_a_translation_made_after_publication_is_read(client):
    priority = published(make_recommendation())
    priority.title_en, priority.statement_en = "Train judges", "All are trained."
    priority.save()

    words = text_of(client.get(page_of(priority)))

    assert "Train judges" in words
    assert "Original: French" in words


def test_draft_consulted_and_unknown_answer_alike(client):
    rows = [make_priority(make_recommendation()), sent(make_recommendation())]
    unpublished = make_edition(2024, published_at=None)
    hidden, withdrawn = (
        published(make_recommendation(), edition=unpublished) for _ in range(2)
    )
    withdrawn.withdraw()

    unknown = client.get("/en/agenda/2021-GLOBAL-77/")
    for row in (*rows, hidden, withdrawn):
        response = client.get(page_of(row))
        assert (response.status_code, text_of(response)) == (404, text_of(unknown))
    for edition in ("2024", "1999", "x", "²"):
        assert client.get(f"{PAGE}?edition={edition}").status_code == 404


def test_what_is_withdrawn_says_so_without_its_text(client):
    priority = published(make_recommendation())
    priority.withdraw()

    response = client.get(page_of(priority))

    assert response.status_code == 410
    assert "has been withdrawn" in text_of(response)
    assert "juges" not in response.content.decode()
    assert "juges" not in client.get(PAGE).content.decode()


def test_a_small_reference_leads_to_the_page(client):
    priority = published(make_recommendation())

    assert client.get(page_of(priority).lower()).url == page_of(priority)


def test_an_edition_is_chosen_by_its_year(client):
    old = make_edition(2018)
    first = published(make_recommendation(), edition=old)
    second = published(make_recommendation())

    def rows(query: str = "") -> list[object]:
        return [t.row for t in client.get(PAGE + query).context["priorities"]]

    assert rows() == [second]
    assert rows("?edition=2018") == [first]


def test_a_recommendation_tells_what_became_of_it(client):
    row, other = make_recommendation("africa"), make_recommendation("asia")
    alone = make_recommendation("africa")
    priority = published(row)
    place = ProtectedPlace.objects.create(recommendation=alone)

    def about(recommendation) -> str:
        words = text_of(client.get(recommendation.get_absolute_url()))
        return words.partition("Priority areas")[0]

    assert f"In the global agenda (asks for the same): {priority.reference}" in about(
        row
    )
    assert "agenda" not in about(other)
    assert "not answered yet" in about(alone)
    place.left_because_en = "It concerns one country."
    place.save()
    assert "left to the region because: It concerns one country." in about(alone)
    place.taken_up_in = make_priority(alone)  # not public: no answer yet
    place.left_because_en = ""
    place.save()
    assert "not answered yet" in about(alone)
    place.taken_up_in = priority
    place.save()
    assert f"taken up in {priority.reference}" in about(alone)


def test_priorities_of_one_region_are_shown_with_their_answers(client):
    published(make_recommendation("africa"))
    rows = [make_recommendation("asia") for _ in range(2)]
    for row in rows:
        ProtectedPlace.objects.create(recommendation=row)
    ProtectedPlace.objects.filter(recommendation=rows[1]).update(
        left_because_en="It concerns one country."
    )

    page = client.get(PAGE)

    words = text_of(page).partition("Priorities of one region alone")[2]
    assert words.index(rows[0].reference) < words.index("Not answered yet")
    assert "Left to the region because: It concerns one country." in words
    assert words.count("Not answered yet") == 1


def test_a_place_is_told_with_the_agenda_of_its_edition(client):
    published(make_recommendation("africa"), edition=make_edition(2018))
    published(make_recommendation("africa"))
    row = make_recommendation("asia")
    ProtectedPlace.objects.create(recommendation=row)

    assert row.reference in text_of(client.get(PAGE))
    assert row.reference not in text_of(client.get(f"{PAGE}?edition=2018"))


def test_a_place_outlives_its_recommendation(client):
    published(make_recommendation("africa"))
    row = make_recommendation("asia")
    ProtectedPlace.objects.create(recommendation=row)
    row.withdraw()

    assert row.reference in text_of(client.get(PAGE))
    assert row.text_fr not in client.get(PAGE).content.decode().partition("alone")[2]


@pytest.mark.parametrize("count", [1, 3])
def test_the_agenda_costs_the_same_queries_whatever_its_length(
    client: Client, django_assert_num_queries, count
):
    for _ in range(count):
        priority = sent(make_recommendation("africa"), make_recommendation("asia"))
        answer(priority, "africa", "objection", "No.")
        priority.publish()
        ProtectedPlace.objects.create(recommendation=make_recommendation("asia"))
    index._current.clear()
    index.current()
    drawn.pages.clear()

    with django_assert_num_queries(6):
        client.get(PAGE)
    with django_assert_num_queries(4):  # two of them once for each version
        client.get(page_of(priority))


def test_the_sitemap_names_what_is_published(client):
    def listed() -> list[str]:
        lists = client.get("/sitemap-pages.xml").getvalue().decode()
        return re.findall(r"<loc>[^<]*(/en/agenda/[^<]*)</loc>", lists)

    waiting = sent(make_recommendation())
    assert listed() == []

    waiting.publish()

    assert listed() == [PAGE, page_of(waiting)]


def test_the_agenda_of_an_earlier_edition_has_its_own_address(client):
    published(make_recommendation(), edition=make_edition(2018))
    published(make_recommendation())

    page = client.get(f"{PAGE}?edition=2018").content.decode()

    assert (
        'rel="canonical" href="http://127.0.0.1:8000/en/agenda/?edition=2018"' in page
    )


def test_a_long_agenda_fits_a_first_response(client):
    """Fifteen priorities of four regions each, and as many of one region alone."""
    slugs = ("africa", "asia", "latin-america", "mena")
    text = "Les **États** d’{} devraient, avec les survivant·es, {} former {} juges."
    for number in range(15):
        rows = [
            make_recommendation(slug, text=text.format(slug, number * 7, number))
            for slug in slugs
        ]
        said = (
            f"D’ici {2021 + number}, {number * 13} juges par région sont formés. " * 3
        )
        priority = sent(*rows, title_fr=f"Former {number} juges", statement_fr=said)
        answer(priority, "asia", "objection", f"Not before {number}.")
        priority.publish()
        ProtectedPlace.objects.create(recommendation=rows[number % 4])

    page = client.get("/fr/agenda/").content

    assert len(gzip.compress(page)) <= 14_000


def test_a_priority_that_many_stand_behind_shows_some_of_each_region(client):
    many = [make_recommendation("asia") for _each in range(45)]
    few = [make_recommendation("africa") for _each in range(2)]
    priority = published(*many, *few)
    address = f"/en/agenda/{priority.reference}/"

    page = client.get(address)
    lineage = {e.says.region.slug: len(e.texts) for e in page.context["lineage"]}
    assert lineage == {"africa": 2, "asia": 38}
    assert "?region=asia#lineage" in page.content.decode()
    assert "All of this region: 45" in page.content.decode()
    assert "?region=africa" not in page.content.decode()

    shown = [
        source.reference
        for number in (1, 2)
        for (each,) in [
            client.get(f"{address}?region=asia&page={number}").context["lineage"]
        ]
        for source, _entry in each.texts
    ]
    assert shown == [row.reference for row in many]
    assert client.get(f"{address}?region=nowhere").status_code == 404
