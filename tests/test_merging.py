"""Several entries become one: the best text, everything they carry, and the way to it."""

import pytest
from django.core.exceptions import ValidationError

from priorities.models import Instrument, Recommendation
from priorities.models.recommendation import ChangedMeanwhile
from regions.models import ContentChange, Country

from .factories import make_area, make_recommendation

pytestmark = pytest.mark.django_db


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
