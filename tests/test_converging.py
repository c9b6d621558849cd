"""What all raise, what one alone raises, who is silent; and the words two texts share."""

import pytest
from django.http import QueryDict

from priorities import charts, matrix
from priorities.filters import RecommendationFilter
from priorities.likeness import alike
from regions.translated import Text

from .factories import make_area, make_recommendation, make_region, references

pytestmark = pytest.mark.django_db
LIST = "/en/recommendations/"


def tiers(client, query=""):
    response = client.get("/en/convergences/" + query)
    return {
        number: [row.term.slug for row in rows]
        for number, rows in response.context["tiers"]
        if rows
    }


def test_areas_stand_by_the_number_of_regions_that_raise_them(client):
    for region in ("africa", "mena", "asia"):
        make_recommendation(region, areas=("shared",))
    make_recommendation("africa", areas=("most", "alone"))
    make_recommendation("mena", areas=("most",))
    make_area("nobody")

    assert tiers(client) == {3: ["shared"], 2: ["most"], 1: ["alone"]}
    text = client.get("/en/convergences/").content.decode()
    assert "Raised by all 3" in text
    assert "Only Africa raises:" in text
    assert "Nobody" in text.partition("Raised by none of these regions")[2]


def test_a_part_speaks_with_its_whole_and_is_never_counted_twice(client):
    make_region("caribbean", parent=make_region("americas"))
    make_recommendation("americas")
    make_recommendation("caribbean")
    make_recommendation("africa")

    assert tiers(client) == {2: ["media"]}
    beside = "?region=americas&region=caribbean&region=africa"
    assert tiers(client, beside) == {2: ["media"]}


def test_what_is_said_to_come_first_leads_its_list(client):
    for _number in range(3):
        make_recommendation("africa", areas=("much",))
    make_recommendation("africa", areas=("first",), is_lead=True)

    assert tiers(client) == {1: ["first", "much"]}
    response = client.get("/en/convergences/?region=africa")
    row = response.context["tiers"][0][1][0]
    (cell,) = row.leading
    query = cell.url.partition("?")[2] + "&lead=true"
    assert len(references(RecommendationFilter(QueryDict(query)))) == cell.leads == 1


def test_the_silent_regions_are_named(client):
    make_recommendation("africa", areas=("shared",))
    make_recommendation("mena", areas=("shared",))
    make_region("asia")

    text = " ".join(client.get("/en/convergences/").content.decode().split())

    assert "silent: Asia" in text


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("sharing", ["shared", "heavy"]),
        ("weight", ["heavy", "shared"]),
        ("group", ["heavy", "shared"]),
        ("nonsense", ["shared", "heavy"]),
    ],
)
def test_the_matrix_is_ordered_as_asked(client, order, expected):
    for _number in range(3):
        make_recommendation("africa", areas=("heavy",))
    make_recommendation("africa", areas=("shared",))
    make_recommendation("mena", areas=("shared",))

    response = client.get(f"/en/matrix/?order={order}")

    assert [row.term.slug for row in response.context["matrix"].rows] == expected


def test_charts_draw_the_figures_of_their_table():
    make_recommendation("africa")
    make_recommendation("mena")
    make_recommendation("mena", areas=("media", "research"))
    filterset = RecommendationFilter(QueryDict())
    audiences = matrix.build(filterset, LIST, "audience", "group")

    (bar,) = charts.stacked(audiences).bars
    spread = charts.spread(matrix.build(filterset, LIST))

    assert [s.count for s in bar.segments] == [c.count for c in audiences.rows[0].cells]
    assert sum(segment.width for segment in bar.segments) == pytest.approx(640, abs=1)
    assert [segment.x for segment in bar.segments] == [0.0, 213.3]
    assert [(step.regions, step.areas) for step in spread] == [(1, 1), (2, 1)]


def test_the_map_and_its_list_lead_to_the_same_pages(client):
    make_recommendation("africa")
    make_recommendation("mena")

    response = client.get("/en/regions/")

    drawn = {(s.region.slug, s.count) for s in response.context["shapes"]}
    listed = {(f.region.slug, n) for f, n in response.context["forums"]}
    assert drawn == listed == {("africa", 1), ("mena", 1)}
    assert response.content.decode().count('href="/en/regions/africa/"') == 2


def test_the_outlines_are_light_and_of_known_regions():
    from priorities.world import WORLD, outlines

    assert WORLD.stat().st_size <= 30_000
    assert set(outlines()["paths"]) == {*outlines()["marks"], "other"}


def marked(side):
    return [piece for piece, is_shared in side.pieces if is_shared]


def test_two_texts_share_words_in_whatever_form():
    first = Text("Les **gouvernements** devraient former les juges.", "fr", "original")
    second = Text(
        "Le gouvernement doit former chaque juge et la police.", "fr", "original"
    )

    found = alike(first, second)

    assert marked(found.first) == ["gouvernements", "former", "juges"]
    assert marked(found.second) == ["gouvernement", "former", "juge"]
    assert found.shared == 3
    assert found.share == 60  # 6 of the 4 + 6 words that carry meaning
    assert "".join(piece for piece, _shared in found.first.pieces) == first.value


def test_texts_with_nothing_in_common_share_nothing():
    found = alike(Text("Juges", "fr", "original"), Text("", "fr", "original"))

    assert (found.shared, found.share, marked(found.first)) == (0, 0, [])


def test_the_page_puts_two_texts_beside_each_other_in_one_language(client):
    first = make_recommendation(text="Former les juges", text_en="Train judges")
    second = make_recommendation(text="Un juge", text_en="One judge")
    draft = make_recommendation(status="draft")

    address = f"/en/recommendations/{first.reference}/beside/"
    response = client.get(f"{address}{second.reference}/")

    assert "Train <mark>judges</mark>" in response.content.decode()
    assert response.context["likeness"].shared == 1
    assert client.get(f"{address}{draft.reference}/").status_code == 404
    assert client.get(f"{address}2021-AFR-999/").status_code == 404
