"""Regions side by side: aligned rows, ordered cells, silence that says so."""

import pytest
from django.http import QueryDict
from django.test import Client

from priorities import comparison, matrix
from priorities.filters import RecommendationFilter
from priorities.models import AudienceInclusion, Section

from .factories import (
    make_area,
    make_audience,
    make_edition,
    make_forum,
    make_recommendation,
    make_region,
    make_section,
)

pytestmark = pytest.mark.django_db
LIST = "/en/recommendations/"


def compare(query, by="area"):
    layout = comparison.Layout(by=by)
    return comparison.compare(RecommendationFilter(QueryDict(query)), layout, LIST)


def laid_out(query):
    data = QueryDict(query)
    layout = comparison.Layout.asked(data)
    return comparison.compare(RecommendationFilter(data), layout, LIST)


def table(compared):
    """Rows as {term: [references per column]}."""
    return {
        row.term.slug: [
            [entry.recommendation.reference for entry in cell.entries]
            for cell in row.cells
        ]
        for row in compared.rows
    }


def behind(url):
    path, _mark, query = url.partition("?")
    assert path == LIST
    return len(RecommendationFilter(QueryDict(query)).found)


def test_rows_align_what_regions_say_about_the_same_area():
    africa = make_recommendation("africa", areas=("media",))
    mena = make_recommendation("mena", areas=("media", "research"))

    assert table(compare("region=africa&region=mena")) == {
        "media": [[africa.reference], [mena.reference]],
        "research": [[], [mena.reference]],
    }


def test_columns_keep_the_order_of_the_address():
    make_recommendation("africa")
    make_recommendation("mena")

    columns = compare("region=mena&region=africa").columns

    assert [column.value for column in columns] == ["mena", "africa"]


def test_a_row_says_how_many_regions_speak_and_shared_ones_come_first():
    make_recommendation("africa", areas=("alone", "shared"))
    make_recommendation("mena", areas=("shared",))

    rows = compare("region=africa&region=mena").rows

    assert [(row.term.slug, row.speaking) for row in rows] == [
        ("shared", 2),
        ("alone", 1),
    ]


def test_cells_keep_rank_then_position():
    last, first = make_recommendation("africa"), make_recommendation("africa", rank=1)
    make_recommendation("mena")

    (row,) = compare("region=africa&region=mena").rows

    assert [e.recommendation for e in row.cells[0].entries] == [first, last]


def test_by_audience_a_joint_audience_stands_with_each_it_includes_and_says_so():
    joint = make_audience("both")
    AudienceInclusion.objects.create(joint=joint, included=make_audience("governments"))
    AudienceInclusion.objects.create(joint=joint, included=make_audience("movement"))
    make_recommendation("africa", audience=joint)
    make_recommendation("mena", audience=make_audience("governments"))

    rows = {
        row.term.slug: row
        for row in compare("region=africa&region=mena", "audience").rows
    }

    assert set(rows) == {"governments", "movement"}
    assert [[e.is_joint for e in c.entries] for c in rows["governments"].cells] == [
        [True],
        [False],
    ]


def test_by_audience_concerns_have_a_row_of_their_own():
    make_recommendation(section=make_section("africa", kind=Section.Kind.CONCERNS))
    make_recommendation("mena")

    rows = compare("region=africa&region=mena", "audience").rows

    assert [row.term.slug for row in rows] == ["concerns", "governments"]
    assert [cell.count for cell in rows[0].cells] == [1, 0]


def test_silence_is_a_cell_that_says_so(client: Client):
    make_recommendation("africa", areas=("media",))
    make_region("mena")

    response = client.get("/en/compare/?region=africa&region=mena&by=area")

    assert response.content.decode().count("Nothing recorded.") == 1


def test_areas_nobody_raises_are_named_below():
    make_recommendation("africa", areas=("media",))
    make_region("mena")
    make_area("research")

    assert [t.slug for t in compare("region=africa&region=mena").silent] == ["research"]


def test_a_region_stands_with_or_without_its_parts():
    make_region("caribbean", parent=make_region("americas"))
    make_recommendation("americas")
    make_recommendation("caribbean")

    (row,) = compare("region=americas&region=americas:only&region=caribbean").rows

    assert [cell.count for cell in row.cells] == [2, 1, 1]
    assert (row.speaking, row.counted) == (1, 1)


def test_one_region_alone_is_not_compared_and_the_page_offers_what_to_do(client):
    make_recommendation("africa")

    response = client.get("/en/compare/?region=africa")

    assert response.context["comparison"].rows == []
    assert "Choose two to eight regions" in response.content.decode()


def test_the_ninth_region_is_left_out_by_name(client):
    for number in range(9):
        make_region(f"region-{number}", code="R" + chr(65 + number))
    query = "&".join(f"region=region-{number}" for number in range(9))

    response = client.get("/en/compare/?" + query)

    compared = response.context["comparison"]
    assert len(compared.columns) == 8
    assert [column.value for column in compared.left_out] == ["region-8"]
    assert "Left out: Region 8." in " ".join(response.content.decode().split())


@pytest.mark.parametrize("by", ["audience", "group", "area"])
@pytest.mark.parametrize(
    "narrowed",
    [
        "",
        "&area=media",
        "&audience=governments",
        "&audience=both",
        "&q=juges",
        "&area=prevention",
    ],
)
def test_every_count_is_the_number_of_rows_behind_its_link(by, narrowed):
    joint = make_audience("both")
    AudienceInclusion.objects.create(joint=joint, included=make_audience("governments"))
    AudienceInclusion.objects.create(joint=joint, included=make_audience("movement"))
    make_region("caribbean", parent=make_region("americas"))
    make_recommendation("americas", areas=("media", "awareness"), audience=joint)
    make_recommendation("caribbean", areas=("media",))
    make_recommendation(
        "africa", areas=("awareness",), audience=make_audience("movement")
    )
    make_recommendation("africa", areas=("media", "research"))
    make_recommendation(section=make_section("africa", kind=Section.Kind.CONCERNS))

    compared = compare("region=africa&region=americas&region=caribbean" + narrowed, by)

    cells = [cell for row in compared.rows for cell in row.cells]
    assert [cell.count for cell in cells] == [behind(cell.url) for cell in cells]
    assert sum(cell.count for cell in cells) > 0
    assert [cell.count for cell in cells] == [len(cell.entries) for cell in cells]


def test_a_full_cell_shows_its_first_entries_and_leads_to_all():
    for _number in range(45):
        make_recommendation("africa")
    make_recommendation("mena")

    (row,) = compare("region=africa&region=mena").rows

    assert len(row.cells[0].entries) == comparison.MAX_ENTRIES
    assert (row.cells[0].count, row.cells[0].more) == (45, 25)
    assert behind(row.cells[0].url) == 45


@pytest.mark.parametrize("by", ["area", "group"])
@pytest.mark.parametrize(
    "narrowed", ["", "area=media", "audience=governments", "lead=true"]
)
def test_every_figure_of_the_matrix_is_the_number_of_rows_behind_it(by, narrowed):
    make_region("caribbean", parent=make_region("americas"))
    make_recommendation("americas", areas=("media", "awareness"), is_lead=True)
    make_recommendation("caribbean", areas=("media",))
    make_recommendation("africa", areas=("research",))

    built = matrix.build(RecommendationFilter(QueryDict(narrowed)), LIST, by)

    cells = [cell for row in built.rows for cell in row.cells if cell.count]
    assert [cell.count for cell in cells] == [behind(cell.url) for cell in cells]
    assert [row.total for row in built.rows] == [behind(row.url) for row in built.rows]
    assert sum(cell.count for cell in cells) > 0


def test_the_matrix_counts_forum_regions_and_shows_parts_only_when_asked():
    make_region("caribbean", parent=make_region("americas"))
    make_recommendation("caribbean")
    make_recommendation("africa")

    by_itself = matrix.build(RecommendationFilter(QueryDict("")), LIST)
    asked = matrix.build(RecommendationFilter(QueryDict("region=caribbean")), LIST)

    assert [column.value for column in by_itself.columns] == ["americas", "africa"]
    assert [row.sharing for row in by_itself.rows] == [2]
    assert [column.value for column in asked.columns] == ["caribbean"]


def test_the_matrix_orders_areas_by_how_many_regions_share_them():
    for _number in range(3):
        make_recommendation("africa", areas=("alone",))
    make_recommendation("africa", areas=("shared",))
    make_recommendation("mena", areas=("shared",))
    make_area("silent")

    built = matrix.build(RecommendationFilter(QueryDict("")), LIST)

    assert [(row.term.slug, row.sharing) for row in built.rows] == [
        ("shared", 2),
        ("alone", 1),
    ]
    assert [row.term.slug for row in built.single] == ["alone"]
    assert built.single[0].only.column.value == "africa"
    assert [term.slug for term in built.silent] == ["silent"]


def test_editions_of_one_region_stand_side_by_side():
    old = make_recommendation("africa", areas=("media",))
    forum = make_forum("africa", edition=make_edition(2024))
    new = make_recommendation(section=make_section(regional_forum=forum))
    make_recommendation("mena")

    compared = laid_out("columns=edition&region=africa&by=area")

    assert [column.value for column in compared.columns] == ["2021", "2024"]
    assert table(compared) == {"media": [[old.reference], [new.reference]]}
    (row,) = compared.rows
    assert [cell.count for cell in row.cells] == [behind(c.url) for c in row.cells]


def test_audiences_of_one_region_stand_side_by_side_joint_ones_marked():
    joint = make_audience("both")
    AudienceInclusion.objects.create(joint=joint, included=make_audience("governments"))
    AudienceInclusion.objects.create(joint=joint, included=make_audience("movement"))
    jointly = make_recommendation("africa", audience=joint)
    alone = make_recommendation("africa", audience=make_audience("governments"))
    make_recommendation("mena", audience=make_audience("movement"))

    compared = laid_out("columns=audience&region=africa&by=area")

    assert [column.value for column in compared.columns] == ["governments", "movement"]
    (row,) = compared.rows
    assert [[(e.recommendation, e.is_joint) for e in c.entries] for c in row.cells] == [
        [(jointly, True), (alone, False)],
        [(jointly, True)],
    ]
    assert [cell.count for cell in row.cells] == [behind(c.url) for c in row.cells]


def test_rows_by_region_where_columns_are_audiences():
    make_recommendation("africa", audience=make_audience("movement"))
    make_recommendation("mena")

    compared = laid_out("columns=audience&by=region")

    assert [row.term.slug for row in compared.rows] == ["africa", "mena"]
    cells = [cell for row in compared.rows for cell in row.cells]
    assert [cell.count for cell in cells] == [behind(cell.url) for cell in cells]


@pytest.mark.parametrize(
    ("show", "rows"),
    [
        ("", ["all", "most", "some"]),
        ("shared", ["all"]),
        ("different", ["most", "some"]),
    ],
)
def test_only_shared_or_only_different_rows_are_shown_when_asked(show, rows):
    make_recommendation("africa", areas=("all", "most", "some"))
    make_recommendation("mena", areas=("all", "most"))
    make_recommendation("asia", areas=("all",))

    three = "region=africa&region=mena&region=asia"
    compared = laid_out(f"{three}&by=area&show={show}")

    assert [row.term.slug for row in compared.rows] == rows


def test_columns_are_moved_swapped_added_and_dropped_by_links(client):
    make_region("caribbean", parent=make_region("americas"))
    for region in ("africa", "mena", "asia"):
        make_recommendation(region)

    response = client.get("/en/compare/?region=africa&region=americas&by=area")

    controls = response.context["controls"]
    first, second = controls.heads()
    start = "?by=area&"
    assert (first.earlier, first.later) == ("", start + "region=americas&region=africa")
    assert second.earlier == start + "region=americas&region=africa"
    assert first.drop == start + "region=americas"
    assert second.other_width == start + "region=africa&region=americas:only"
    assert (start + "region=mena&region=americas", "Mena") in first.swaps
    assert (start + "region=africa&region=americas&region=asia", "Asia") in (
        controls.additions()
    )
    for address, _label in [*first.swaps, *controls.additions()]:
        assert client.get("/en/compare/" + address).status_code == 200


def test_a_full_comparison_offers_no_further_column():
    for number in range(9):
        make_region(f"region-{number}", code="R" + chr(65 + number))
    query = "&".join(f"region=region-{number}" for number in range(8))
    filterset = RecommendationFilter(QueryDict(query))
    layout = comparison.Layout(by="area")

    compared = comparison.compare(filterset, layout, LIST)

    assert comparison.Controls(filterset, layout, compared).additions() == []


@pytest.mark.parametrize("name", ["by", "columns", "show"])
def test_a_layout_nobody_knows_is_named_and_the_usual_one_kept(client, name):
    value = "fame"
    make_recommendation("africa")
    make_recommendation("mena")

    response = client.get(f"/en/compare/?region=africa&region=mena&{name}={value}")

    assert (
        f"“{name}=\u2068{value}\u2069”: nobody knows that" in response.content.decode()
    )
    assert response.context["layout"].by == "audience"
    assert len(response.context["comparison"].rows) == 1


def test_the_same_region_twice_is_one_column():
    make_recommendation("africa")
    make_region("mena")

    compared = laid_out("region=africa&region=africa&region=mena&by=area")

    assert [column.value for column in compared.columns] == ["africa", "mena"]


def test_a_form_keeps_the_order_of_the_columns_and_a_region_by_itself(client):
    make_region("caribbean", parent=make_region("americas"))
    make_recommendation("americas")
    make_recommendation("africa")

    response = client.get(
        "/en/compare/?region=africa&region=americas:only&arranged=americas:only.africa"
    )

    columns = response.context["comparison"].columns
    assert [column.value for column in columns] == ["americas:only", "africa"]
    assert 'value="americas:only" checked' in response.content.decode()
    assert 'name="arranged" value="americas:only.africa"' in response.content.decode()
