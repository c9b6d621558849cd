"""An operation taken back leaves everything as it was, but for what others did since."""

import random
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import User
from accounts.roles import assign
from priorities.models import (
    Audience,
    PriorityArea,
    Recommendation,
    RecommendationArea,
    Resemblance,
)
from priorities.models.recommendation import Part
from priorities.undoing import Operation, undo
from regions import operations
from regions.models import ContentChange, Country

from .factories import (
    make_area,
    make_audience,
    make_recommendation,
    make_region,
    make_section,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english_pages")]


def state():
    """All that people could tell apart: every entry, its tags, and the words."""
    return [
        list(model._base_manager.order_by("pk").values())
        for model in (Recommendation, PriorityArea, Audience)
    ] + [
        sorted(RecommendationArea.objects.values_list("recommendation", "area")),
        sorted(Recommendation.countries.through.objects.values_list("pk", "country")),
    ]


def merged(*rows, **told):
    with operations.one() as operation:
        Recommendation.objects.all().merge(rows[0], rows[1:], **told)
    return operation


def split(row, *texts):
    with operations.one() as operation:
        parts = [Part(text, row.audience, [*row.areas.all()]) for text in texts]
        Recommendation.objects.all().split(row, parts)
    return operation


def test_a_merge_taken_back_leaves_everything_as_it_was():
    stays = make_recommendation(text="Former les juges.", text_en="Train judges.")
    other = make_recommendation(areas=("media", "research"), text="Former.", rank=1)
    other.tag(countries=[Country.objects.create(iso_code="NP")])
    before = state()

    operation = merged(stays, other, texts={"fr": other, "en": "Train the judges."})
    changes = ContentChange.objects.count()
    assert state() != before
    result = undo(operation)

    assert state() == before
    assert result.kept == []
    assert ContentChange.objects.count() > changes


def test_taken_back_twice_there_is_nothing_left():
    operation = merged(make_recommendation(), make_recommendation())
    undo(operation)

    with pytest.raises(ValidationError, match="nothing left"):
        undo(operation)


def test_an_undoing_can_be_undone():
    operation = merged(make_recommendation(), make_recommendation())
    after = state()
    with operations.one() as undoing:
        undo(operation)

    undo(undoing)

    assert state() == after


def test_what_changed_since_is_named_and_kept():
    stays, other = make_recommendation(), make_recommendation(areas=("research",))
    operation = merged(stays, other)
    stays.refresh_from_db()
    stays.text_fr = "Autre chose."
    stays.save()

    result = undo(operation)

    stays.refresh_from_db()
    other.refresh_from_db()
    assert result.kept == [stays.reference]
    assert (stays.text_fr, other.status) == ("Autre chose.", "published")
    assert {area.slug for area in stays.areas.all()} == {"media", "research"}


def test_what_changed_since_goes_back_when_chosen():
    stays, other = make_recommendation(), make_recommendation(areas=("research",))
    before = state()
    operation = merged(stays, other)
    stays.refresh_from_db()
    stays.note = "Autre chose."
    stays.save()
    (key,) = Operation(operation).changed_since

    assert undo(operation, chosen=[key]).kept == []
    assert state() == before


def test_parts_that_were_never_public_are_gone_and_their_numbers_stay_given():
    source = make_recommendation(status="draft")
    before = state()
    operation = split(source, "Un.", "Deux.")

    undo(operation)

    assert state() == before
    assert make_recommendation().reference.endswith("-004")


def test_parts_that_were_public_are_withdrawn():
    source = make_recommendation(rank=1)
    operation = split(source, "Un.", "Deux.")

    undo(operation)

    source.refresh_from_db()
    assert (source.status, source.rank) == ("published", 1)
    assert [part.status for part in source.parts.all()] == ["archived", "archived"]


def test_a_part_somebody_commented_on_is_kept_from_sight_not_deleted():
    source = make_recommendation(status="draft")
    operation = split(source, "Un.", "Deux.")
    user = User.objects.create_user("somebody")
    source.parts.first().comments.create(text="Ah ?", made_by=user)

    undo(operation)

    assert [part.status for part in source.parts.all()] == ["archived"]


def test_a_pair_found_in_between_goes_with_its_part():
    source = make_recommendation(status="draft")
    operation = split(source, "Un.", "Deux.")
    Resemblance.objects.of(*source.parts.all())

    undo(operation)

    assert not Resemblance.objects.exists()


def test_publishing_in_bulk_taken_back_withdraws():
    rows = [make_recommendation(status="draft") for _two in range(2)]
    with operations.one() as operation:
        Recommendation.objects.all().publish()

    undo(operation)

    for row in rows:
        row.refresh_from_db()
        assert row.status == "archived"
        assert row.published_at is not None


def test_what_was_deleted_is_there_again_with_its_reference():
    row = make_recommendation(status="draft", text_en="Judges")
    before = state()
    with operations.one() as operation:
        row.delete()
    assert not Recommendation.objects.exists()

    undo(operation)

    assert state() == before


def test_ranks_that_changed_hands_go_back():
    one, two = make_recommendation(rank=1), make_recommendation(rank=2)
    before = state()
    with operations.one() as operation:
        Recommendation.objects.all().rank([two, one], "a vote")

    undo(operation)

    assert state() == before


def test_a_rank_that_somebody_else_holds_by_now_stops_it_whole():
    one, other = make_recommendation(rank=1), make_recommendation()
    with operations.one() as operation:
        one.withdraw()
    other.rank = 1
    other.save()
    before = state()

    with pytest.raises(ValidationError, match="holds this rank"):
        undo(operation)

    assert state() == before


def test_an_import_is_taken_back_elsewhere():
    section = make_section()
    row = Recommendation(
        section=section, audience=section.audience, position=1, text_fr="Un."
    )
    with operations.one() as operation:
        Recommendation.objects.all().add_all([row], reason="import 7")

    with pytest.raises(ValidationError, match="import’s page"):
        undo(operation)


def test_changes_of_editions_are_not_undone_here():
    with operations.one() as operation:
        make_section()

    with pytest.raises(ValidationError, match="not undone here"):
        undo(operation)


def test_an_operation_nobody_knows_leaves_nothing_to_undo():
    with pytest.raises(ValidationError, match="nothing left"):
        undo(uuid4())


def test_the_history_says_who_took_it_back():
    user = User.objects.create_user("organiser")
    operation = merged(make_recommendation(), make_recommendation())

    undo(operation, user)

    last = Recommendation.history.first()
    assert (last.history_user, last.history_change_reason) == (user, "undone")


@pytest.mark.parametrize("seed", range(12))
def test_a_walk_and_the_way_back_lead_to_where_it_began(seed):
    chance = random.Random(seed)
    areas = [make_area(slug) for slug in ("media", "research", "kafala")]
    audience = make_audience("business")
    section = make_section()
    for number in range(6):
        status = chance.choice(["draft", "published", "in_review"])
        make_recommendation(
            section=section,
            status=status,
            text=f"Phrase {number}.",
            text_es="Frase" if chance.random() < 0.5 else None,
            rank=number + 1 if chance.random() < 0.5 else None,
            areas=tuple(chance.choice(areas).slug for _two in range(2)),
        )
    rows = Recommendation.objects.all()

    def merge():
        stays, *others = chance.sample(open_rows(), 3)
        texts = {code: chance.choice([stays, *others]) for code in ("fr", "es")}
        rows.merge(stays, others, texts)

    def split_one():
        (row,) = chance.sample(open_rows(), 1)
        part = Part("Un.", audience, [chance.choice(areas)])
        rows.split(row, [part, Part("Deux.", row.audience, areas[:2])])

    def change():
        found = list(rows.order_by("pk")[:3])
        for row in found:
            row.audience, row.note = audience, "changed"
        rows.change_all(found, "changed", None)
        rows.tag_all("areas", {row.pk: [areas[2].pk] for row in found}, "", None)

    def open_rows():
        return list(rows.exclude(status="archived").order_by("pk"))

    done = []
    for _step in range(5):
        before = state()
        was_public = set(rows.exclude(published_at=None).values_list("pk", flat=True))
        try:
            with operations.one() as operation:
                chance.choice([merge, split_one, change])()
        except (ValidationError, ValueError):
            assert state() == before
        else:
            done.append((operation, before, was_public))
    for operation, before, was_public in reversed(done):
        if Operation(operation).open:
            undo(operation)
        left = rows.exclude(published_at=None).exclude(pk__in=was_public)
        assert all(row.status == "archived" for row in left)
        made = set(left.values_list("pk", flat=True))
        now = state()
        now[0] = [row for row in now[0] if row["id"] not in made]
        now[3] = [link for link in now[3] if link[0] not in made]
        before[3] = [link for link in before[3] if link[0] not in made]
        before[0] = [row for row in before[0] if row["id"] not in made]
        assert now == before
    assert done


def page(operation):
    return reverse("admin:priorities_recommendation_operation", args=[operation])


def test_the_page_shows_before_and_after(organiser):
    stays, other = make_recommendation(text="Un."), make_recommendation(text="Deux.")
    operation = merged(stays, other, texts={"fr": other})

    content = organiser.get(page(operation)).content.decode()

    assert "<del>Un</del><ins>Deux</ins>." in content
    assert stays.reference in content
    assert other.reference in content


def test_the_page_asks_about_what_changed_since(organiser):
    stays, other = make_recommendation(), make_recommendation()
    operation = merged(stays, other)
    stays.refresh_from_db()
    stays.note = "Autre chose."
    stays.save()

    assert stays.reference in organiser.get(page(operation)).content.decode()
    response = organiser.post(page(operation), follow=True)

    assert "left as they are" in response.content.decode()
    stays.refresh_from_db()
    assert stays.note == "Autre chose."


def test_of_an_import_the_page_says_where_to_go(organiser):
    section = make_section()
    row = Recommendation(
        section=section, audience=section.audience, position=1, text_fr="Un."
    )
    with operations.one() as operation:
        Recommendation.objects.all().add_all([row], reason="import 7")

    assert "import’s page" in organiser.get(page(operation)).content.decode()
    assert (
        "Nothing was changed"
        in organiser.post(page(operation), follow=True).content.decode()
    )
    assert Recommendation.objects.count() == 1


def test_an_unknown_operation_has_no_page(organiser):
    assert organiser.get(page(uuid4())).status_code == 404


@pytest.mark.parametrize("role", ["facilitator", "reviewer", "observer"])
def test_only_whoever_publishes_undoes(client, role):
    operation = merged(make_recommendation(), make_recommendation())
    user = User.objects.create_user("somebody", is_staff=True)
    assign(user, [role])
    client.force_login(user)

    assert client.get(page(operation)).status_code == 404
    assert client.post(page(operation)).status_code == 404
    assert Recommendation.objects.exclude(merged_into=None).exists()


def test_an_operation_beyond_the_wall_has_no_page(client):
    operation = merged(make_recommendation("africa"), make_recommendation("mena"))
    user = User.objects.create_user("somebody", is_staff=True)
    assign(user, ["organiser"])
    every = Permission.objects.get(codename="every_region")
    user.groups.get().permissions.remove(every)
    user.regions.add(make_region("africa"))
    client.force_login(user)

    assert client.get(page(operation)).status_code == 404
    assert client.post(page(operation)).status_code == 404
