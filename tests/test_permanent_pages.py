"""A reference answers for ever, and what is hidden answers like what does not exist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorities.entries import most_of_each
from priorities.models import Recommendation, Section

from .factories import (
    make_edition,
    make_forum,
    make_recommendation,
    make_region,
    make_section,
)

pytestmark = pytest.mark.django_db


def test_the_page_of_a_recommendation_says_where_it_comes_from(client):
    recommendation = make_recommendation(
        "mena", source_page=20, is_lead=True, text_en="Train **judges** <b>now</b>."
    )

    html = client.get(recommendation.get_absolute_url().replace("/fr/", "/en/"))
    text = html.content.decode()

    assert "Train <strong>judges</strong> &lt;b&gt;now&lt;/b&gt;." in text
    assert "page 20 of the booklet" in text
    assert "said to come first" in text
    assert "Translation not yet reviewed." in text
    assert 'lang="fr" dir="ltr">Les gouvernements devraient former' in text


def test_its_neighbours_are_those_of_its_list(client):
    before, it, after = (make_recommendation() for _three in range(3))
    make_recommendation(status="draft")

    context = client.get(it.get_absolute_url()).context

    assert context["previous"].recommendation == before
    assert context["next"].recommendation == after
    assert (context["place"], context["places"]) == (2, 3)


def test_it_shows_what_other_regions_say_first_about_its_area_silence_included(client):
    it = make_recommendation("africa")
    other = make_recommendation("mena")
    make_recommendation("mena")
    make_region("asia")

    context = client.get(it.get_absolute_url()).context

    assert context["area"].slug == "media"
    assert [
        (region.slug, entry and entry.recommendation)
        for region, entry in context["elsewhere"]
    ] == [("mena", other), ("asia", None)]


def test_a_withdrawn_reference_says_so_without_the_text(client):
    withdrawn = make_recommendation(text="Un texte retiré", status="archived")

    response = client.get(withdrawn.get_absolute_url())

    assert response.status_code == 410
    assert withdrawn.reference in response.content.decode()
    assert "Un texte retiré" not in response.content.decode()


def test_a_merged_reference_leads_to_the_other_however_long_the_chain(client):
    first, second, last = (make_recommendation() for _three in range(3))
    first.merge_into(second)
    second.merge_into(last)

    response = client.get(first.get_absolute_url())

    assert response.status_code == 302
    assert response["Location"] == last.get_absolute_url()


def test_merged_into_something_hidden_reads_as_withdrawn(client):
    merged, kept = make_recommendation(), make_recommendation()
    merged.merge_into(kept)
    kept.withdraw()

    assert client.get(merged.get_absolute_url()).status_code == 410


def test_merged_into_an_edition_not_yet_published_reads_as_withdrawn(client):
    later = make_edition(2027, published_at=None)
    section = make_section(regional_forum=make_forum(edition=later))
    merged = make_recommendation("mena")
    merged.merge_into(make_recommendation(section=section))

    assert client.get(merged.get_absolute_url()).status_code == 410


def test_a_moved_reference_stays_where_it_was(client):
    moved = make_recommendation("africa")
    address = moved.get_absolute_url()

    moved.move_to(make_section("mena"))

    assert client.get(address).context["recommendation"].region.slug == "mena"


def test_a_reference_is_found_in_small_letters_too(client):
    make_recommendation("mena")

    response = client.get("/en/recommendations/2021-mena-001/")

    assert response["Location"] == "/en/recommendations/2021-MENA-001/"


def test_hidden_and_unknown_answer_alike(client):
    draft = make_recommendation(status="draft")
    never_published = make_recommendation(status="draft")
    Recommendation.objects.filter(pk=never_published.pk).update(status="archived")
    later = make_edition(2027, published_at=None)
    section = make_section(regional_forum=make_forum(edition=later))
    unpublished_edition = make_recommendation(section=section)

    def answer(reference):
        response = client.get(f"/en/recommendations/{reference}/")
        body = response.content.decode().replace(reference, "…")
        return response.status_code, body

    unknown = answer("2021-AFRIC-999")
    assert unknown[0] == 404
    for hidden in (draft, never_published, unpublished_edition):
        assert answer(hidden.reference) == unknown


def test_a_region_page_shows_its_sections_in_order_with_ranked_entries(client):
    concerns = make_section("africa", kind=Section.Kind.CONCERNS, heading_fr="Soucis")
    concern = make_recommendation(section=concerns)
    asked = make_section("africa", heading_fr="Demandes")
    second, first = (
        make_recommendation(section=asked),
        make_recommendation(section=asked, rank=1),
    )
    make_recommendation(section=asked, status="draft")

    sections = client.get("/fr/regions/africa/").context["sections"]

    assert [
        (section.heading_fr, [entry.recommendation for entry in shown])
        for section, _total, shown in sections
    ] == [
        ("Soucis", [concern]),
        ("Demandes", [first, second]),
    ]


def test_a_part_links_to_the_forum_it_was_held_within_and_does_not_count_it(client):
    whole = make_forum("americas")
    make_recommendation("americas")
    make_region("caribbean", parent=whole.region)
    make_forum("caribbean", held_within=whole)

    html = client.get("/en/regions/caribbean/").content.decode()

    assert 'href="/en/regions/americas/"' in html
    assert "2021-AMERI-001" not in html


def test_an_area_page_shows_every_region_silence_included(client):
    spoken = make_recommendation("africa", areas=("media",))
    make_region("mena")

    response = client.get("/en/areas/media/")

    cells = response.context["row"].cells
    assert [[e.recommendation for e in cell.entries] for cell in cells] == [
        [spoken],
        [],
    ]
    assert "1 of 2 regions speaks of it." in response.content.decode()


def test_a_region_without_a_forum_says_so(client):
    make_edition()
    make_region("asia")

    assert "Nothing is recorded" in client.get("/en/regions/asia/").content.decode()


def test_an_empty_base_says_so_instead_of_failing(client):
    for page in ("", "regions/", "recommendations/", "areas/", "compare/", "matrix/"):
        assert client.get(f"/en/{page}").status_code == 200
    assert "No edition has been published yet" in client.get("/en/").content.decode()


def test_a_problem_is_reported_to_a_set_address(client, settings):
    recommendation = make_recommendation()
    settings.REPORT_EMAIL = "forum@example.org"

    html = client.get(recommendation.get_absolute_url()).content.decode()

    assert f"mailto:forum@example.org?subject={recommendation.reference}" in html


@given(st.lists(st.integers(1, 200), max_size=20), st.integers(1, 100))
def test_many_lists_on_one_page_share_its_place(sizes, all_in_all):
    most = most_of_each(sizes, all_in_all)

    shown = [min(size, most) for size in sizes]
    assert sum(shown) <= max(all_in_all, len(sizes))
    if most < max(sizes, default=0):  # one more of each would be too many
        assert sum(min(size, most + 1) for size in sizes) > all_in_all
