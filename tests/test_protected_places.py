"""Priorities of one region alone keep their place until they are answered, and after."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.urls import reverse

from agenda import protecting
from agenda.models import ProtectedPlace
from agenda.protecting import protect, raised_alone
from priorities.index import current
from priorities.terms import Terms
from regions.models import ContentChange

from .agenda import published, sent
from .factories import (
    make_edition,
    make_forum,
    make_recommendation,
    make_region,
    make_section,
)
from .people import browser, make_user

pytestmark = pytest.mark.django_db

PROTECT = "/admin/agenda/protectedplace/protect/"


def alone() -> dict[str, list[str]]:
    index = current()
    found = raised_alone(make_edition(), index, Terms.at(index))
    return {each.area.slug: [row.reference for row in each.rows] for each in found}


def test_an_area_that_one_region_alone_raises_is_found():
    make_recommendation("africa", areas=("media",))
    make_recommendation("asia", areas=("media",))
    row = make_recommendation("asia", areas=("kafala",))
    make_recommendation("africa", areas=("kafala",), status="draft")
    other = make_recommendation("africa", areas=("kafala",))
    assert alone() == {}
    other.withdraw()

    assert alone() == {"kafala": [row.reference]}


def test_a_part_and_its_whole_are_one_region():
    whole = make_region("europe-north-america-caribbean", code="ENAC")
    make_region("europe", parent=whole)
    rows = [make_recommendation(slug) for slug in (whole.slug, "europe")]

    assert alone() == {"media": [row.reference for row in rows]}


def test_a_place_is_given_once_and_keeps_its_answer():
    row = make_recommendation()
    (place,) = protect(make_edition(), [row.reference, row.reference])
    place.left_because_en = "It concerns one country."
    place.save()

    assert protect(make_edition(), [row.reference]) == []
    assert ProtectedPlace.objects.get().left_because_en == "It concerns one country."
    assert [h.history_change_reason for h in place.history.all()][-1] == (
        "given a protected place"
    )


def test_what_leads_comes_first_of_what_a_region_says(monkeypatch):
    monkeypatch.setattr(protecting, "MOST_SHOWN", 2)
    rows = [make_recommendation(is_lead=lead) for lead in (False, False, True)]

    assert alone() == {"media": [rows[2].reference, rows[0].reference]}


def test_a_place_is_news_once_there_is_an_agenda():
    row, other = make_recommendation(), make_recommendation()
    priority = sent(row)
    before = ContentChange.objects.version()

    protect(make_edition(), [row.reference])
    assert ContentChange.objects.version() == before
    priority.publish()
    after = ContentChange.objects.version()
    protect(make_edition(), [other.reference])
    assert ContentChange.objects.version() != after


def test_only_what_is_published_in_the_edition_gets_a_place():
    row = make_recommendation()
    section = make_section(
        regional_forum=make_forum("mena", edition=make_edition(2018))
    )
    for reference in (
        make_recommendation("asia", status="draft").reference,
        make_recommendation(section=section).reference,
        "2021-AFR-999",
    ):
        with pytest.raises(ValidationError, match=reference):
            protect(make_edition(), [row.reference, reference])

    assert not ProtectedPlace.objects.exists()


def test_no_vote_and_no_publication_takes_a_place():
    row = make_recommendation()
    protect(make_edition(), [row.reference])

    published(row)
    row.withdraw()

    assert ProtectedPlace.objects.count() == 1
    with pytest.raises(ProtectedError):
        row.delete()


def test_an_organiser_gives_places_and_answers_them(organiser):
    first = make_recommendation("asia", areas=("kafala",), is_lead=True)
    make_recommendation("asia", areas=("kafala",))
    by_hand = make_recommendation("africa")

    (group, _media) = organiser.get(PROTECT).context["alone"]
    assert [row.reference for row in group.first] == [first.reference]
    answer = organiser.post(
        PROTECT,
        {"edition": 2021, "reference": first.reference, "by_hand": by_hand.reference},
    )
    assert answer.status_code == 302
    places = ProtectedPlace.objects.order_by("pk")
    assert [place.recommendation for place in places] == [first, by_hand]

    priority = published(by_hand)
    change = reverse("admin:agenda_protectedplace_change", args=[places[1].pk])
    version = organiser.get(change).context["adminform"].form["version"].value()
    organiser.post(
        change,
        {"taken_up_in": priority.pk, "version": version, "original_language": "fr"},
    )
    listed = organiser.get("/admin/agenda/protectedplace/?answered=no")

    assert [p.recommendation for p in listed.context["cl"].result_list] == [first]
    delete = reverse("admin:agenda_protectedplace_delete", args=[places[0].pk])
    assert organiser.post(delete, {"post": "yes"}).status_code == 404


def test_an_unknown_reference_gives_nobody_a_place(organiser, english_pages):
    row = make_recommendation()

    refused = organiser.post(
        PROTECT,
        {"edition": 2021, "reference": row.reference, "by_hand": "2021-XXX-001"},
    )

    assert refused.status_code == 400
    assert "2021-XXX-001 is no published recommendation" in refused.content.decode()
    assert not ProtectedPlace.objects.exists()


def test_places_are_given_in_editions_that_are_published(organiser):
    make_edition(2024, published_at=None)

    assert organiser.get(PROTECT, {"edition": 2024}).status_code == 404


def test_facilitators_read_the_places_of_their_regions_and_give_none():
    rows = [make_recommendation("mena"), make_recommendation("asia")]
    protect(make_edition(), [row.reference for row in rows])
    client = browser(make_user("sara", "facilitator", regions=["mena"]))

    listed = client.get("/admin/agenda/protectedplace/").context["cl"].result_list

    assert [place.recommendation for place in listed] == rows[:1]
    assert client.get(PROTECT).status_code == 404
    assert client.post(PROTECT, {"edition": 2021}).status_code == 404
