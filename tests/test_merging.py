"""Several entries become one: the best text, everything they carry, and the way to it."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import User
from accounts.roles import assign
from priorities.merging import address
from priorities.models import Instrument, Recommendation
from priorities.models.recommendation import ChangedMeanwhile
from regions.models import ContentChange, Country

from .factories import make_area, make_recommendation, make_region

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english_pages")]


def merge(stays, *others, **told):
    return Recommendation.objects.all().merge(stays, others, **told)


def versions(*rows):
    return {row.pk: row.history.first().history_id for row in rows}


def test_what_they_carry_is_united():
    stays = make_recommendation(areas=("media",), note="A doubt.")
    other = make_recommendation(areas=("research",), note="More.", source_page=12)
    third = make_recommendation(areas=("media", "kafala"))
    other.tag(countries=[Country.objects.create(iso_code="NP")])
    third.tag(instruments=[Instrument.objects.create(slug="iris", kind="body")])

    merge(stays, other, third)

    stays.refresh_from_db()
    assert [a.slug for a in stays.areas.order_by("slug")] == [
        "kafala",
        "media",
        "research",
    ]
    assert [str(country.iso_code) for country in stays.countries.all()] == ["NP"]
    assert [instrument.slug for instrument in stays.instruments.all()] == ["iris"]
    assert stays.note == f"A doubt.\n{other.reference}: p. 12; More."
    assert stays.source_page == 12


def test_the_merged_ones_keep_their_texts_and_lead_to_the_other(client):
    stays, other = make_recommendation(), make_recommendation(text="Autre texte.")

    merge(stays, other)

    other.refresh_from_db()
    assert (other.status, other.merged_into, other.text_fr) == (
        "archived",
        stays,
        "Autre texte.",
    )
    response = client.get(other.get_absolute_url())
    assert response["Location"] == stays.get_absolute_url()


def test_the_texts_chosen_stay_language_by_language():
    stays = make_recommendation(text="Un.", text_en="One.")
    other = make_recommendation(text="Deux.", text_en="Two.", text_es="Dos.")

    merge(stays, other, texts={"fr": stays, "en": "Typed.", "es": other, "ar": stays})

    stays.refresh_from_db()
    assert [stays.text_fr, stays.text_en, stays.text_es, stays.text_ar] == [
        "Un.",
        "Typed.",
        "Dos.",
        None,
    ]
    assert stays.state_in("es") == "draft"


def test_all_texts_of_another_come_with_the_states_of_its_translations():
    stays = make_recommendation(text="Un.", text_en="One.")
    other = make_recommendation(text="Deux.", text_en="Two.")
    other.reviewed_en = True
    other.save()

    merge(stays, other, texts=dict.fromkeys(("fr", "en", "es", "ar"), other))

    stays.refresh_from_db()
    assert (stays.text_fr, stays.text_en, stays.state_in("en")) == (
        "Deux.",
        "Two.",
        "reviewed",
    )


def test_another_original_makes_its_translations_stale():
    stays = make_recommendation(text="Un.", text_en="One.")
    other = make_recommendation(text="Deux.")

    merge(stays, other, texts={"fr": other, "en": stays})

    stays.refresh_from_db()
    assert stays.state_in("en") == "stale"


def test_a_rank_of_the_merged_one_can_stay():
    stays, other = make_recommendation(), make_recommendation(rank=1, is_lead=True)

    merge(stays, other, changes={"rank": 1, "is_lead": True})

    stays.refresh_from_db()
    assert (stays.rank, stays.is_lead) == (1, True)


def test_a_draft_is_merged_into_what_is_published():
    stays, draft = make_recommendation(), make_recommendation(status="draft")

    merge(stays, draft)

    draft.refresh_from_db()
    assert (draft.status, draft.published_at) == ("archived", None)


def test_regions_may_be_crossed():
    stays, other = make_recommendation("africa"), make_recommendation("mena")

    merge(stays, other)

    other.refresh_from_db()
    assert other.merged_into == stays


def test_what_was_published_leads_to_something_public():
    draft, published = make_recommendation(status="draft"), make_recommendation()

    with pytest.raises(ValidationError, match="leads to something public"):
        merge(draft, published)


def test_what_is_withdrawn_does_not_stay():
    withdrawn, other = make_recommendation(status="archived"), make_recommendation()

    with pytest.raises(ValidationError, match="let another one stay"):
        merge(withdrawn, other)


def test_what_is_merged_is_not_merged_again():
    one, two, three = (make_recommendation() for _three in range(3))
    merge(one, two)

    with pytest.raises(ValidationError, match="merged already"):
        merge(three, two)


def test_a_published_text_that_names_a_person_is_refused_whole():
    stays, other = make_recommendation(), make_recommendation(areas=("kafala",))

    with pytest.raises(ValidationError, match="a person’s data"):
        merge(stays, other, texts={"fr": "Écrire à mary.jones@example.org."})

    stays.refresh_from_db()
    other.refresh_from_db()
    assert (stays.areas.count(), other.status) == (1, "published")


def test_who_saved_meanwhile_is_not_merged_over():
    stays, other = make_recommendation(), make_recommendation()
    seen = versions(stays, other)
    other.note = "Wait."
    other.save()

    with pytest.raises(ChangedMeanwhile, match=other.reference):
        merge(stays, other, seen=seen)
    merge(stays, other, seen=versions(stays, other))


def test_public_data_have_a_new_version_after_a_merge():
    stays, other = make_recommendation(), make_recommendation()
    before = ContentChange.objects.count()

    merge(stays, other)

    assert ContentChange.objects.count() > before


def test_merging_drafts_changes_nothing_public():
    make_area()
    stays, other = (make_recommendation(status="draft") for _two in range(2))
    before = ContentChange.objects.count()

    merge(stays, other)

    assert ContentChange.objects.count() == before


def page(*rows):
    return address([row.pk for row in rows])


def answers(stays, *others, **told):
    seen = versions(stays, *others)
    return {
        "stays": stays.pk,
        "text_fr": stays.pk,
        "rank": "",
        "lead": "",
        "seen": ",".join(f"{pk}:{version}" for pk, version in seen.items()),
    } | told


def test_the_page_shows_what_will_be_united_and_proposes_the_longer_text(organiser):
    stays = make_recommendation(text="Court.", note="A doubt.")
    other = make_recommendation(areas=("research",), text="Un texte plus long.")

    response = organiser.get(page(stays, other))

    content = response.content.decode()
    assert response.context["form"].initial["text_fr"] == str(other.pk)
    assert "Media · Research" in content
    assert "A doubt." in content
    assert "of different regions" not in content


def test_the_page_says_when_regions_are_crossed(organiser):
    rows = make_recommendation("africa"), make_recommendation("mena")

    assert "of different regions" in organiser.get(page(*rows)).content.decode()


def test_merging_leads_to_the_one_that_stays_and_offers_to_undo(organiser):
    stays, other = make_recommendation(), make_recommendation(text="Autre.")

    response = organiser.post(
        page(stays, other),
        answers(stays, other, text_fr="typed", typed_fr="Nouveau."),
        follow=True,
    )

    stays.refresh_from_db()
    assert stays.text_fr == "Nouveau."
    content = response.content.decode()
    assert "Merged into" in content
    assert "Autre." in content
    operation = other.history.first().operation
    undo = reverse("admin:priorities_recommendation_operation", args=[operation])
    assert content.count(f'href="{undo}"') == 2

    organiser.post(undo)

    stays.refresh_from_db()
    other.refresh_from_db()
    assert (stays.text_fr, other.status) == (
        "Les gouvernements devraient former les **juges**.",
        "published",
    )


def test_somebody_was_faster(organiser):
    stays, other = make_recommendation(), make_recommendation()
    told = answers(stays, other, text_fr="typed", typed_fr="Nouveau.")
    other.note = "Wait."
    other.save()

    response = organiser.post(page(stays, other), told)

    other.refresh_from_db()
    assert (response.status_code, other.status) == (409, "published")
    content = response.content.decode()
    assert "Nouveau." in content
    assert answers(stays, other)["seen"] in content


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"text_fr": "typed"}, "Type the text"),
        ({"stays": "999"}, "errorlist"),
        ({"stays": "draft"}, "leads to something public"),
    ],
)
def test_what_cannot_be_merged_is_said_and_nothing_changes(organiser, told, says):
    published, draft = make_recommendation(), make_recommendation(status="draft")
    told = {k: draft.pk if v == "draft" else v for k, v in told.items()}

    response = organiser.post(page(published, draft), answers(published, draft) | told)

    assert says in response.content.decode()
    assert not Recommendation.objects.exclude(merged_into=None).exists()


def test_a_rank_of_another_section_does_not_come_along(organiser):
    stays, other = make_recommendation("africa"), make_recommendation("mena", rank=1)

    response = organiser.post(page(stays, other), answers(stays, other, rank=other.pk))

    assert "in its own section" in response.content.decode()


@pytest.mark.parametrize("role", ["facilitator", "reviewer", "observer"])
def test_only_whoever_publishes_merges(client, role):
    rows = make_recommendation(status="draft"), make_recommendation(status="draft")
    user = User.objects.create_user("somebody", is_staff=True)
    assign(user, [role])
    user.regions.add(make_region())
    client.force_login(user)

    assert client.get(page(*rows)).status_code == 404
    assert client.post(page(*rows), answers(*rows)).status_code == 404


@pytest.mark.parametrize("query", ["", "?row=1", "?row=1&row=999", "?row=a&row=b"])
def test_fewer_than_two_entries_are_no_page(organiser, query):
    make_recommendation()
    base = reverse("admin:priorities_recommendation_merge")

    assert organiser.get(base + query).status_code == 404


def test_entries_chosen_in_the_list_are_compared(organiser):
    one, two = make_recommendation(), make_recommendation()
    base = reverse("admin:priorities_recommendation_changelist")
    chosen = {"action": "compare_and_merge", "_selected_action": [one.pk, two.pk]}

    assert organiser.post(base, chosen)["Location"] == page(one, two)
    response = organiser.post(
        base, chosen | {"_selected_action": [one.pk]}, follow=True
    )
    assert "Choose two entries" in response.content.decode()


def test_the_merge_page_asks_the_same_of_the_database_for_two_as_for_four(
    organiser, django_assert_max_num_queries
):
    rows = [make_recommendation() for _four in range(4)]
    for some in (rows[:2], rows):
        with django_assert_max_num_queries(14):
            organiser.get(page(*some))
