"""One entry becomes several, each pointing to its source."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import User
from accounts.roles import assign
from priorities.models import Recommendation
from priorities.models.recommendation import ChangedMeanwhile, Part
from priorities.splitting import sentences

from .factories import make_area, make_audience, make_recommendation, make_region

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english_pages")]


def split(row, *texts, seen=None, **told):
    parts = [
        Part(text, told.get("audience", row.audience), [*row.areas.all()])
        for text in texts
    ]
    return Recommendation.objects.all().split(row, parts, seen)


def test_the_parts_of_something_public_are_public_and_its_address_names_them(client):
    before = make_recommendation(text="Avant.")
    source = make_recommendation(text="Un. Deux.")
    make_recommendation(text="Après.")

    one, two = split(source, "Un.", "Deux.")

    source.refresh_from_db()
    assert (source.status, one.status, two.status) == (
        "archived",
        "published",
        "published",
    )
    assert one.split_from == two.split_from == source
    assert [row.text_fr for row in source.section.recommendations.published()] == [
        before.text_fr,
        "Un.",
        "Deux.",
        "Après.",
    ]
    response = client.get(source.get_absolute_url())
    assert response.status_code == 410
    content = response.content.decode()
    assert f'href="{one.get_absolute_url()}"' in content
    assert f'href="{two.get_absolute_url()}"' in content


def test_a_withdrawn_part_is_not_named(client):
    source = make_recommendation()
    one, two = split(source, "Un.", "Deux.")
    two.withdraw()

    content = client.get(source.get_absolute_url()).content.decode()

    assert one.reference in content
    assert two.reference not in content


def test_the_parts_of_a_draft_are_drafts(client):
    source = make_recommendation(status="draft")

    parts = split(source, "Un.", "Deux.", "Trois.")

    source.refresh_from_db()
    assert source.status == "archived"
    assert [part.status for part in parts] == ["draft"] * 3
    assert client.get(source.get_absolute_url()).status_code == 404


def test_each_part_has_its_audience_and_areas_and_all_that_the_text_names():
    source = make_recommendation(areas=("media",), rank=1, is_lead=True)
    business, research = make_audience("business"), make_area("research")

    one, two = Recommendation.objects.all().split(
        source,
        [
            Part("Un.", source.audience, [make_area("media")]),
            Part("Deux.", business, [research]),
        ],
    )

    assert [area.slug for area in one.areas.all()] == ["media"]
    assert [area.slug for area in two.areas.all()] == ["research"]
    assert two.audience == business
    assert [(part.rank, part.is_lead) for part in (one, two)] == [
        (1, True),
        (None, False),
    ]


@pytest.mark.parametrize("texts", [["Un."], ["Un.", " "], ["Un."] * 9])
def test_two_to_eight_parts_that_say_something(texts):
    with pytest.raises(ValidationError, match="two parts at least"):
        split(make_recommendation(), *texts)


def test_what_is_withdrawn_is_not_split():
    with pytest.raises(ValidationError, match="nothing to split"):
        split(make_recommendation(status="archived"), "Un.", "Deux.")


def test_a_part_that_names_a_person_stops_the_split_of_something_public():
    source = make_recommendation()

    with pytest.raises(ValidationError, match="a person’s data"):
        split(source, "Un.", "Écrire à mary.jones@example.org.")

    source.refresh_from_db()
    assert source.status == "published"
    assert source.parts.count() == 0


def test_who_saved_meanwhile_is_not_split_over():
    source = make_recommendation()
    seen = {source.pk: source.history.first().history_id}
    source.note = "Wait."
    source.save()

    with pytest.raises(ChangedMeanwhile, match=source.reference):
        split(source, "Un.", "Deux.", seen=seen)


def page(row):
    return reverse("admin:priorities_recommendation_split", args=[row.pk])


def answers(row, *texts):
    told = {
        "seen": f"{row.pk}:{row.history.first().history_id}",
        "form-TOTAL_FORMS": len(texts),
        "form-INITIAL_FORMS": len(texts),
    }
    for number, text in enumerate(texts):
        told[f"form-{number}-text"] = text
        told[f"form-{number}-audience"] = row.audience_id
        told[f"form-{number}-areas"] = [area.pk for area in row.areas.all()]
    return told


def test_the_sentences_of_a_text():
    assert sentences("Un. Deux ! Trois ?\nQuatre") == [
        "Un.",
        "Deux !",
        "Trois ?",
        "Quatre",
    ]
    assert sentences(" ".join(f"{n}." for n in range(10)))[-1] == "7. 8. 9."


def test_the_page_begins_with_the_sentences(organiser):
    row = make_recommendation(text="Former les juges. Payer les juges.")

    response = organiser.get(page(row))

    texts = [form["text"].value() for form in response.context["parts"]]
    assert texts == ["Former les juges.", "Payer les juges.", "", ""]


def test_splitting_on_the_page_and_undoing_it(organiser):
    row = make_recommendation(text="Un. Deux.")

    response = organiser.post(page(row), answers(row, "Un.", "", "Deux."), follow=True)

    row.refresh_from_db()
    assert [part.text_fr for part in row.parts.all()] == ["Un.", "Deux."]
    operation = row.history.first().operation
    undo = reverse("admin:priorities_recommendation_operation", args=[operation])
    assert "Split into" in response.content.decode()
    for shown in (row, row.parts.first()):
        change = reverse("admin:priorities_recommendation_change", args=[shown.pk])
        assert f'href="{undo}"' in organiser.get(change).content.decode()

    organiser.post(undo)

    row.refresh_from_db()
    assert row.status == "published"


def test_somebody_was_faster(organiser):
    row = make_recommendation()
    told = answers(row, "Un.", "Deux.")
    row.note = "Wait."
    row.save()

    response = organiser.post(page(row), told)

    assert response.status_code == 409
    assert "Deux." in response.content.decode()
    assert row.parts.count() == 0
    assert f'value="{answers(row)["seen"]}"' in response.content.decode()


def test_one_part_is_refused_with_a_sentence(organiser):
    row = make_recommendation()

    response = organiser.post(page(row), answers(row, "Un.", ""))

    assert "two parts at least" in response.content.decode()


@pytest.mark.parametrize("role", ["facilitator", "reviewer", "observer"])
def test_only_whoever_publishes_splits(client, role):
    row = make_recommendation(status="draft")
    user = User.objects.create_user("somebody", is_staff=True)
    assign(user, [role])
    user.regions.add(make_region())
    client.force_login(user)

    assert client.get(page(row)).status_code == 404
    assert client.post(page(row), answers(row, "Un.", "Deux.")).status_code == 404


def test_what_is_withdrawn_or_unknown_has_no_page(organiser):
    row = make_recommendation(status="archived")

    assert organiser.get(page(row)).status_code == 404
    row.pk = 999
    assert organiser.get(page(row)).status_code == 404
