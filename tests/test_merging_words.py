"""Two words for one thing become one; the old names and addresses still answer."""

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from accounts.roles import assign
from priorities.filters import RecommendationFilter
from priorities.models import (
    AreaSynonym,
    Audience,
    AudienceInclusion,
    PriorityArea,
    Recommendation,
    RecommendationArea,
)
from priorities.resources import find
from priorities.rewording import merge
from priorities.undoing import undo
from regions import operations
from workshops.names import Names

from .factories import make_area, make_audience, make_recommendation, references

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english_pages")]


def merged(word, target):
    with operations.one() as operation:
        merge(word, target)
    return operation


def state():
    return [
        list(model._base_manager.order_by("pk").values())
        for model in (PriorityArea, Audience, AreaSynonym, Recommendation)
    ] + [sorted(RecommendationArea.objects.values_list("pk", "area"))]


def test_what_carried_an_area_carries_the_other_once():
    press, media = make_area("press"), make_area("media")
    one = make_recommendation(areas=("press",))
    both = make_recommendation(areas=("press", "media"))

    merge(press, media)

    for row in (one, both):
        assert [area.slug for area in row.areas.all()] == ["media"]


def test_names_and_synonyms_of_an_area_lead_to_the_other():
    press, media = make_area("press", name_fr="Presse"), make_area("media")
    press.synonyms.create(language="en", label="Newspapers")

    merge(press, media)

    told = media.synonyms.values_list("language", "label")
    assert sorted(told) == [("en", "Newspapers"), ("en", "Press"), ("fr", "Presse")]


def test_the_address_of_a_merged_area_leads_on(client):
    press, media = make_area("press"), make_area("media")
    make_recommendation(areas=("press",))
    merge(press, media)

    response = client.get(press.get_absolute_url())

    assert response.status_code == 302
    assert response["Location"] == media.get_absolute_url()


@pytest.mark.parametrize(("name", "slugs"), [("area", ("press", "media"))])
def test_a_filter_with_the_old_slug_finds_what_the_new_one_finds(name, slugs):
    press, media = (make_area(slug) for slug in slugs)
    row = make_recommendation(areas=("press",))
    merge(press, media)

    filterset = RecommendationFilter(QueryDict("area=press&area=media"))

    assert references(filterset) == {row.reference}
    assert filterset.chosen["area"] == ["media"]
    assert filterset.unknown == []
    assert "press" not in filterset.terms.of("area")


def test_a_filter_with_an_old_audience_finds_what_the_new_one_finds():
    states, governments = make_audience("states"), make_audience()
    row = make_recommendation(audience=states)
    merge(states, governments)

    filterset = RecommendationFilter(QueryDict("audience=states"))

    row.refresh_from_db()
    assert row.audience == governments
    assert references(filterset) == {row.reference}
    assert "states" not in filterset.terms.of("audience")


def test_files_that_come_in_know_the_old_words():
    states, governments = make_audience("states"), make_audience()
    press, media = make_area("press"), make_area("media")
    merge(states, governments)
    merge(press, media)

    names = Names()

    assert names.of_audience("States").slug == "governments"
    assert names.of("areas", "Press").slug == "media"
    assert names.of("areas", "press").slug == "media"
    assert names.pks["areas"]["press"] == media.pk
    assert find(Audience, "slug", "states") == governments
    assert find(PriorityArea, "slug", "press") == media


def test_a_renamed_audience_is_known_by_its_old_name():
    audience = make_audience("business", name_en="Companies")
    audience.name_en = "Firms"
    audience.save()

    assert Names().of_audience("Companies").slug == "business"
    assert Names().of_audience("Firms").slug == "business"


def test_a_renamed_area_keeps_its_old_name_as_a_synonym():
    area = make_area("media", name_fr="Médias")
    area.name_fr = "Presse"
    area.save()

    assert list(area.synonyms.values_list("language", "label")) == [("fr", "Médias")]
    assert Names().of("areas", "Médias").slug == "media"


def test_an_old_name_that_another_goes_by_is_no_synonym():
    area = make_area("media", name_en="Media")
    make_area("press", name_en="Media")
    area.name_en = "Radio"
    area.save()

    assert not area.synonyms.exists()


@pytest.mark.parametrize("kind", ["area", "audience"])
def test_merging_words_is_undone_whole(kind):
    make = make_area if kind == "area" else make_audience
    word, target = make("one"), make("two")
    if kind == "area":
        word.synonyms.create(language="en", label="Uno")
        make_recommendation(areas=("one",))
        make_recommendation(areas=("one", "two"))
    else:
        make_recommendation(audience=word)
    before = state()

    operation = merged(word, target)
    assert state() != before
    undo(operation)

    assert state() == before


def test_renaming_an_area_is_undone_whole():
    area = make_area("media")
    before = state()
    with operations.one() as operation:
        area.name_en = "Press"
        area.save()

    undo(operation)

    assert state() == before


def test_a_group_takes_in_the_areas_of_another():
    media = make_area("media", group="press")
    group = make_area("x", group="prevention").parent

    merge(media.parent, group)

    media.refresh_from_db()
    assert media.parent == group


def test_what_cannot_be_merged_is_refused_with_a_sentence():
    area, other = make_area("media"), make_area("press")
    with pytest.raises(ValidationError, match="an area into an area"):
        merge(area, other.parent)
    with pytest.raises(ValidationError, match="than itself"):
        merge(area, area)
    merge(area, other)
    with pytest.raises(ValidationError, match="merged already"):
        merge(other, area)
    joint, one = make_audience("joint"), make_audience("one")
    AudienceInclusion.objects.create(joint=joint, included=one)
    for word in (joint, one):
        with pytest.raises(ValidationError, match="joint audience"):
            merge(word, make_audience("third"))


def page(word):
    name = f"admin:priorities_{word._meta.model_name}_merge"
    return reverse(name, args=[word.pk])


@pytest.mark.parametrize("make", [make_area, make_audience])
def test_merging_from_the_page(organiser, make):
    word, target = make("one"), make("two")
    change = reverse(f"admin:priorities_{word._meta.model_name}_change", args=[word.pk])
    assert page(word) in organiser.get(change).content.decode()
    assert organiser.get(page(word)).status_code == 200

    response = organiser.post(page(word), {"target": target.pk}, follow=True)

    word.refresh_from_db()
    assert word.merged_into == target
    operation = word.history.first().operation
    undo_page = reverse("admin:priorities_recommendation_operation", args=[operation])
    assert f'href="{undo_page}"' in response.content.decode()
    listed = reverse(f"admin:priorities_{word._meta.model_name}_changelist")
    assert change not in organiser.get(listed).content.decode()
    assert page(word) not in organiser.get(change).content.decode()
    organiser.post(undo_page)
    word.refresh_from_db()
    assert word.merged_into is None


@pytest.mark.parametrize("role", ["facilitator", "reviewer", "observer"])
def test_only_whoever_publishes_merges_words(client, role):
    word, target = make_area("one"), make_area("two")
    user = User.objects.create_user("somebody", is_staff=True)
    assign(user, [role])
    client.force_login(user)

    assert client.get(page(word)).status_code == 404
    assert client.post(page(word), {"target": target.pk}).status_code == 404
