"""The index in memory says what the database says, the instant it says it."""

import random
from datetime import timedelta

import pytest

from priorities import index
from priorities.index import Index, current
from priorities.models import Recommendation, Section
from priorities.search import Search, words_of
from priorities.terms import Terms
from regions.changes import record_change
from regions.models import ContentChange, Country

from .factories import (
    NOON,
    make_area,
    make_audience,
    make_edition,
    make_forum,
    make_recommendation,
    make_section,
    references,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(monkeypatch):
    """How often the index was built anew since."""
    calls = []
    build = Index.build.__func__

    def counted(cls, version):
        calls.append(version)
        return build(cls, version)

    monkeypatch.setattr(Index, "build", classmethod(counted))
    return calls


def listed(held):
    return [held.pks[number] for number in held.in_order(held.live)]


def in_database():
    return list(
        Recommendation.objects.published().in_list_order().values_list("pk", flat=True)
    )


def carried(held):
    """Every parameter and term with the rows that carry it."""
    return {
        (name, term): {held.pks[number] for number in rows & held.live}
        for name, terms in held.sets.items()
        for term, rows in terms.items()
        if rows & held.live
    }


def change_something(pick, sections):
    rows = list(Recommendation.objects.all())
    row = pick.choice(rows)
    action = pick.choice(["new", "publish", "withdraw", "rank", "tag", "move", "text"])
    if action == "new":
        make_recommendation(section=pick.choice(sections), text=f"Texte {len(rows)}")
    elif action == "publish" and not row.is_published:
        row.rank = None
        row.publish()
    elif action == "withdraw" and row.is_published:
        row.withdraw()
    elif action == "rank":
        listed = list(row.section.recommendations.published())
        Recommendation.objects.rank(pick.sample(listed, len(listed) // 2), "a vote")
    elif action == "tag":
        row.tag(areas=[make_area(pick.choice(["media", "research", "police"]))])
    elif action == "move":
        row.move_to(pick.choice(sections))
    elif action == "text":
        row.text_fr = f"{row.text_fr} {pick.choice(['juge', 'école', 'mine'])}"
        row.save()


def test_after_any_change_it_equals_one_built_anew(built):
    pick = random.Random(7)
    other = make_audience("movement")
    sections = [
        make_section("africa"),
        make_section("mena", audience=other),
        make_section("africa", audience=other),
    ]
    for section in sections * 4:
        make_recommendation(section=section)
    current()
    built.clear()

    for _step in range(60):
        change_something(pick, sections)
        held = current()
        anew = Index.__new__(Index)
        anew.__init__(held.version)
        anew.live = anew.take_in(index.read_rows(), index.read_links())
        assert listed(held) == listed(anew) == in_database()
        assert carried(held) == carried(anew)
        for words in ("juge", "ecoles", "texte"):
            search = Search(words, held, Terms.at(held))
            found = {held.pks[number] for number in search.found}
            told = Search(words, anew, Terms.at(anew))
            assert found == {anew.pks[number] for number in told.found}
    assert built == []


def test_what_is_withdrawn_is_gone_from_every_page_at_once(client):
    row = make_recommendation(text="Une phrase sur les volcans")
    make_recommendation()
    address = "/en/recommendations/?q=volcans"
    assert row.reference in client.get(address).content.decode()
    assert row.reference in client.get(address).content.decode()  # drawn before

    row.withdraw()

    assert row.reference not in client.get(address).content.decode()
    assert row.reference not in client.get("/en/recommendations/").content.decode()


def test_another_process_catches_up_with_what_this_one_changed(built):
    for _number in range(3):
        make_recommendation()
    theirs = current()
    row = Recommendation.objects.first()
    row.withdraw()
    built.clear()

    later = theirs.caught_up(ContentChange.objects.version())

    assert later is not None
    assert listed(later) == in_database()
    assert len(listed(theirs)) == 3  # whoever reads the older one is not disturbed


def test_a_change_that_is_committed_late_is_not_missed():
    row = make_recommendation()
    make_recommendation()
    held = current()
    Recommendation.objects.filter(pk=row.pk).update(is_lead=True)
    early = ContentChange.objects.order_by("pk").first()
    change = ContentChange.objects.create(model="priorities.recommendation", row=row.pk)
    ContentChange.objects.filter(pk=change.pk).update(id=early.pk - 1)

    assert held.caught_up(ContentChange.objects.version()) is None
    assert len(current().carrying("lead", "true")) == 1


def test_a_change_of_many_rows_at_once_builds_it_anew(built):
    row = make_recommendation()
    current()
    Recommendation.objects.filter(pk=row.pk).update(is_lead=True)
    built.clear()

    record_change()

    assert len(current().carrying("lead", "true")) == 1
    assert len(built) == 1


def test_a_long_tail_builds_it_anew(built, monkeypatch):
    monkeypatch.setattr(index, "LONGEST_TAIL", 2)
    make_recommendation()
    current()
    built.clear()

    for _number in range(3):
        make_recommendation()
        assert listed(current()) == in_database()

    assert len(built) == 1


def test_a_heading_is_no_reason_to_build_it_anew_but_a_new_edition_is(built):
    row = make_recommendation()
    current()
    built.clear()

    row.section.heading_en = "Other words"
    row.section.save()
    current()
    assert built == []

    forum = make_forum("mena", edition=make_edition(2024, published_at=None))
    make_recommendation(section=make_section(regional_forum=forum))
    assert len(current().live) == 1
    forum.edition.published_at = row.published_at
    forum.edition.save()
    assert listed(current()) == in_database()
    assert len(built) == 1


@pytest.mark.parametrize(
    ("order", "columns"),
    [("newest", ("-published_at", "-pk")), ("reference", ("reference",))],
)
def test_other_orders_are_those_of_the_database(order, columns):
    for number in range(7):
        region = "africa" if number % 2 else "mena"
        at = NOON + timedelta(hours=number % 3)
        make_recommendation(region, status="draft").publish(at=at)
    Recommendation.objects.first().withdraw()
    held = current()

    first = held.sorted_by(order, held.live, 0, 4)
    rest = held.sorted_by(order, held.live, 4, 9)

    rows = Recommendation.objects.published().order_by(*columns)
    assert [held.pks[n] for n in first + rest] == list(
        rows.values_list("pk", flat=True)
    )


def test_cells_give_ranked_rows_first_then_the_order_of_the_text():
    section = make_section()
    rows = [make_recommendation(section=section) for _number in range(5)]
    Recommendation.objects.rank([rows[3], rows[1]], "a vote")
    held = current()

    numbers = held.by_rank(held.live, 4)

    ordered = [rows[3], rows[1], rows[0], rows[2]]
    assert [held.pks[number] for number in numbers] == [row.pk for row in ordered]


def test_texts_are_read_once_and_then_only_what_is_new(django_assert_num_queries):
    make_recommendation()
    words_of(current())
    make_recommendation(text="Des volcans")
    held = current()

    with django_assert_num_queries(1):
        words = words_of(held)
    with django_assert_num_queries(0):
        words_of(held)
    assert len(words.exactly("volcans")) == 1


def test_the_state_of_a_text_is_the_same_in_sql_and_in_python():
    rows = [
        make_recommendation(text_en="Train.", reviewed_en=True),
        make_recommendation(text_en="Train.", text_ar="تدريب"),
        make_recommendation(section=make_section(kind=Section.Kind.CONCERNS)),
    ]
    rows[1].text_fr = "Autre chose"
    rows[1].save()

    for code in ("fr", "en", "es", "ar"):
        found = Recommendation.objects.annotate(
            state=Recommendation.state_expression(code)
        )
        assert {row.pk: row.state for row in found} == {
            row.pk: row.state_in(code) for row in Recommendation.objects.all()
        }


def test_the_language_filter_finds_what_is_not_translated_yet(client):
    translated = make_recommendation(text_en="Train.")
    waiting = make_recommendation()

    response = client.get("/en/recommendations/?language=en:missing")

    assert references(response.context["filter"]) == {waiting.reference}
    (facet,) = (f for f in response.context["facets"] if f.name == "language")
    assert {c.term.slug: c.count for c in facet.choices} == {
        "en:original": 0,
        "en:reviewed": 0,
        "en:draft": 1,
        "en:machine": 0,
        "en:stale": 0,
        "en:missing": 1,
    }
    assert translated.state_in("en") == "draft"


def test_countries_only_hidden_rows_name_are_no_terms():
    draft = make_recommendation(status="draft")
    draft.tag(countries=[Country.objects.create(iso_code="NP", name_en="Nepal")])
    held = current()

    assert Terms.at(held).of("country") == {}
    assert held.carrying("country", "NP") == index.NONE


def test_a_reader_of_an_older_index_takes_no_words_from_a_later_one():
    row = make_recommendation(text="Des juges")
    held = current()
    words_of(held)
    new = make_recommendation(text="Des volcans")
    row.text_fr = "Des lagunes"
    row.save()
    later = current()

    words_of(held)  # another thread, still drawing the older page

    for words, expected in (("volcans", new), ("lagunes", row)):
        found = Search(words, later, Terms.at(later)).found
        assert [later.pks[number] for number in found] == [expected.pk]


@pytest.mark.parametrize("kind", ["area", "audience"])
def test_a_slug_changed_by_hand_is_the_one_that_counts(client, kind):
    row = make_recommendation()
    term = row.areas.get() if kind == "area" else row.audience
    current()
    term.slug = "renamed"
    term.save()

    response = client.get(f"/en/recommendations/?{kind}=renamed")

    assert response.context["total"] == 1


def test_a_page_is_drawn_again_when_the_data_move_on_meanwhile(client, monkeypatch):
    row = make_recommendation()
    before = current()
    row.tag(countries=[Country.objects.create(iso_code="NP", name_en="Nepal")])
    held = [before]

    def index_of(request):
        return held.pop() if held else current()

    monkeypatch.setattr("priorities.views.index_of", index_of)
    ask = ContentChange.objects.version
    versions = [before.version]
    monkeypatch.setattr(
        type(ContentChange.objects),
        "version",
        lambda self: versions.pop() if versions else ask(),
    )

    response = client.get(row.get_absolute_url())

    assert response.status_code == 200
    assert "Nepal" in response.content.decode()
