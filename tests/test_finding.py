"""Participants find: filters, counts, words; what they must not see stays unseen."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from priorities import facets
from priorities.filters import RecommendationFilter
from priorities.models import AudienceInclusion, Recommendation, Section
from regions.models import Country

from .factories import (
    make_area,
    make_audience,
    make_edition,
    make_forum,
    make_recommendation,
    make_region,
    make_section,
    references,
)

pytestmark = pytest.mark.django_db


def found(query):
    return references(RecommendationFilter(QueryDict(query)))


def shown(response):
    return [entry.recommendation for entry in response.context["page"]]


def counts(query, name):
    held = facets.facet(RecommendationFilter(QueryDict(query)), name).counts
    return {slug: number for slug, number in held.items() if number}


def test_values_of_one_filter_are_alternatives_and_filters_narrow_each_other():
    media = make_recommendation("africa", areas=("media",))
    make_recommendation("africa", areas=("research",))
    mena = make_recommendation("mena", areas=("media",))
    make_recommendation("asia", areas=("media",))

    assert found("region=africa&region=mena&area=media") == {
        media.reference,
        mena.reference,
    }


def test_a_region_includes_its_parts_unless_asked_for_alone():
    whole = make_recommendation("americas")
    make_region("caribbean", parent=make_region("americas"))
    part = make_recommendation("caribbean")

    assert found("region=americas") == {whole.reference, part.reference}
    assert found("region=americas:only") == {whole.reference}
    assert found("region=caribbean") == {part.reference}


def test_a_joint_audience_is_found_under_each_it_includes():
    joint = make_audience("both")
    AudienceInclusion.objects.create(joint=joint, included=make_audience("governments"))
    jointly = make_recommendation(audience=joint)
    alone = make_recommendation(audience=make_audience("governments"))

    assert found("audience=governments") == {jointly.reference, alone.reference}
    assert found("audience=both") == {jointly.reference}
    assert counts("", "audience") == {"governments": 2, "both": 1}


def test_a_group_finds_all_its_areas_and_counts_an_entry_once():
    make_recommendation(areas=("media", "awareness"))

    assert len(found("area=prevention")) == 1
    assert counts("", "area") == {"prevention": 1, "media": 1, "awareness": 1}


def test_words_ignore_accents_and_case_and_look_in_every_language():
    text = "L’Éducation des ENFANTS"
    wanted = make_recommendation(text=text, text_en="Schooling", text_ar="تعليم")
    make_recommendation(text="Autre chose")

    for words in (
        "education",
        "ÉDUCATION enfants",
        "school",
        "تَعليم",
        wanted.reference,
    ):
        assert found(f"q={words}") == {wanted.reference}, words
    assert found("q=education+police") == set()


@pytest.mark.parametrize("words", ["%", "_", "'", '"', "a' OR 1=1 --", "\\", "*"])
def test_hostile_words_are_only_words(words):
    make_recommendation(text="Rien de tel ici")

    assert found(urlencode({"q": words})) == set()


def test_country_kind_and_lead_narrow_too():
    nepal = make_recommendation(is_lead=True)
    nepal.tag(countries=[Country.objects.create(iso_code="NP", name_en="Nepal")])
    concern = make_recommendation(section=make_section(kind=Section.Kind.CONCERNS))

    assert found("country=NP") == {nepal.reference}
    assert found("kind=concerns") == {concern.reference}
    assert found("lead=true") == {nepal.reference}


def test_without_an_edition_the_latest_published_one_is_meant():
    old = make_recommendation()
    edition = make_edition(2024)
    new = make_recommendation(
        section=make_section(regional_forum=make_forum(edition=edition))
    )
    make_edition(2027, published_at=None)

    assert found("") == {new.reference}
    assert found("edition=2021") == {old.reference}
    assert found("edition=2021&edition=2024") == {old.reference, new.reference}


@pytest.mark.parametrize(
    "query",
    [
        "region=atlantis",
        "audience=nobody",
        "area=nothing",
        "country=XX",
        "edition=1999",
        "edition=two",
        "kind=opinion",
        "lead=maybe",
        "region=:only",
    ],
)
def test_unknown_values_match_nothing_and_are_named(client, query):
    make_recommendation()

    response = client.get("/en/recommendations/?" + query)

    assert response.status_code == 200
    assert response.context["total"] == 0
    value = query.partition("=")[2]
    assert [named for _label, named in response.context["filter"].unknown] == [value]


def test_an_unknown_order_is_named_and_the_usual_one_kept(client):
    make_recommendation()

    response = client.get("/en/recommendations/?sort=fame")

    assert response.context["total"] == 1
    assert "Nobody knows the order “\u2068fame\u2069”" in response.content.decode()


def test_an_unknown_value_beside_a_known_one_is_named_and_the_known_one_counts(client):
    known = make_recommendation("africa")

    response = client.get("/en/recommendations/?region=africa&region=atlantis")

    assert shown(response) == [known]
    assert "nobody knows “\u2068atlantis\u2069”" in response.content.decode()


def test_counts_beside_a_choice_ignore_only_that_filter():
    make_recommendation("africa", areas=("media",))
    make_recommendation("africa", areas=("research",))
    make_recommendation("mena", areas=("research",))

    assert counts("region=africa&area=media", "region") == {"africa": 1}
    assert counts("region=africa", "region") == {"africa": 2, "mena": 1}
    assert counts("region=africa", "area") == {
        "prevention": 2,
        "media": 1,
        "research": 1,
    }


def test_every_count_is_the_number_of_rows_behind_its_choice(client):
    make_region("caribbean", parent=make_region("americas"))
    joint = make_audience("both")
    AudienceInclusion.objects.create(joint=joint, included=make_audience("governments"))
    make_recommendation("americas", areas=("media", "awareness"), is_lead=True)
    make_recommendation("caribbean", areas=("research",), audience=joint)
    make_recommendation("africa", areas=("media",))
    make_recommendation("africa", areas=("research",))
    make_recommendation(section=make_section("africa", kind=Section.Kind.CONCERNS))

    for query in ("", "region=americas", "area=media&region=africa", "kind=concerns"):
        filterset = RecommendationFilter(QueryDict(query))
        for facet in facets.of(filterset):
            for choice in facet.every():
                alone = filterset.query({facet.name: [choice.term.slug]})
                assert len(found(alone.removeprefix("?"))) == choice.count, (
                    query,
                    facet.name,
                    choice.term.slug,
                )


def test_nothing_found_says_which_filter_to_lift(client):
    make_recommendation("africa", areas=("media",))
    make_area("research")
    make_region("mena")

    response = client.get("/en/recommendations/?region=africa&area=research")

    assert [(chip.label, n) for chip, n in response.context["lifting"]] == [
        ("Research", 1)
    ]
    assert "Without “Research” there would be 1" in response.content.decode()


def test_the_sentence_says_what_is_shown(client):
    make_recommendation("africa", areas=("media",))
    make_recommendation("mena", areas=("media",))

    response = client.get(
        "/en/recommendations/?region=africa&region=mena&audience=governments&area=media"
    )

    assert (
        response.context["filter"].sentence()
        == "Africa or Mena · for Governments · about Media"
    )
    assert response.context["total"] == 2


def test_a_chip_leads_to_the_page_without_its_choice(client):
    make_recommendation("africa")
    make_recommendation("mena")

    response = client.get(
        "/en/recommendations/?region=africa&region=mena&q=juges&page=2"
    )

    assert [(c.label, c.remove_url) for c in response.context["filter"].chips()] == [
        ("“\u2068juges\u2069”", "?region=africa&region=mena"),
        ("Africa", "?region=mena&q=juges"),
        ("Mena", "?region=africa&q=juges"),
    ]


def test_a_country_only_a_draft_names_is_unknown(client):
    draft = make_recommendation(status="draft")
    draft.tag(countries=[Country.objects.create(iso_code="NP", name_en="Nepal")])

    response = client.get("/en/recommendations/?country=NP")

    assert response.context["filter"].unknown == [("Country", "NP")]
    assert "Nepal" not in response.content.decode()


def test_drafts_are_hidden_from_lists_counts_and_addresses(client):
    public = make_recommendation("africa")
    hidden = make_recommendation("asia", areas=("secret",), status="draft")

    response = client.get("/en/recommendations/")

    assert shown(response) == [public]
    assert counts("", "region") == {"africa": 1}
    assert counts("", "area") == {"prevention": 1, "media": 1}
    assert client.get(hidden.get_absolute_url()).status_code == 404
    for address in ("/en/", "/en/areas/secret/", "/en/matrix/", "/en/regions/asia/"):
        assert hidden.reference not in client.get(address).content.decode()


def test_entries_stand_in_rank_order_then_as_in_the_text(client):
    third, first = make_recommendation(), make_recommendation(rank=1)
    second = make_recommendation(rank=2)

    response = client.get("/en/recommendations/")

    assert shown(response) == [first, second, third]


def test_pages_keep_the_filters(client):
    for _number in range(31):
        make_recommendation("africa")

    response = client.get("/en/recommendations/?region=africa")

    assert len(response.context["page"]) == 30
    assert 'href="?region=africa&amp;page=2"' in response.content.decode()
    second = client.get("/en/recommendations/?region=africa&page=2")
    assert len(second.context["page"]) == 1


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999"])
def test_a_page_that_is_not_there_is_the_nearest_one(client, page):
    make_recommendation()

    response = client.get(f"/en/recommendations/?page={page}")

    assert len(response.context["page"]) == 1


@pytest.mark.parametrize("number", [1, 30])
def test_a_list_takes_two_queries_whatever_its_length(client, number):
    for _number in range(number):
        make_recommendation(areas=("media", "research"))

    client.get("/en/recommendations/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/en/recommendations/?region=africa")

    assert len(queries) == 2, [query["sql"][:80] for query in queries]


def test_links_carry_nothing_that_no_view_reads(client):
    make_recommendation()

    response = client.get("/en/matrix/?kind=recommendations&zz=" + "x" * 3000)

    assert "kind=recommendations&amp;area=media" in response.content.decode()
    assert "area=media&amp;zz=" not in response.content.decode()


def test_the_whole_parameter_list_is_limited(client):
    make_recommendation()
    query = "&".join(f"region=r{number}" for number in range(500))

    response = client.get("/en/recommendations/?" + query)

    assert len(response.context["filter"].chosen["region"]) == 50


def test_reading_changes_nothing(client):
    make_recommendation()

    assert client.post("/en/recommendations/").status_code == 405
    assert Recommendation.objects.count() == 1
