"""The state of a translation follows from what happened to the original."""

import pytest
from django.utils import translation

from priorities.models import Recommendation

from .factories import make_recommendation, make_region

pytestmark = pytest.mark.django_db


def test_a_new_translation_is_a_draft_until_a_second_person_reviews_it():
    recommendation = make_recommendation(text_en="Governments should train judges.")

    assert recommendation.state_in("fr") == "original"
    assert recommendation.state_in("en") == "draft"
    assert recommendation.state_in("ar") == "missing"

    recommendation.reviewed_en = True
    recommendation.save()

    assert recommendation.state_in("en") == "reviewed"


def test_changing_the_original_makes_its_translations_stale():
    recommendation = make_recommendation(text_en="Train judges.", reviewed_en=True)
    recommendation.text_fr = "Former les juges et la police."
    recommendation.save()

    assert recommendation.state_in("en") == "stale"
    assert (recommendation.original_version, recommendation.made_from_en) == (2, 1)


def test_a_stale_translation_is_confirmed_by_reviewing_it_again():
    recommendation = make_recommendation(text_en="Train judges.", reviewed_en=True)
    recommendation.text_fr = "Former les juges !"
    recommendation.save()

    recommendation.reviewed_en = True
    recommendation.save()

    assert recommendation.state_in("en") == "reviewed"


def test_changing_original_and_translation_together_leaves_a_draft():
    recommendation = make_recommendation(text_en="Train judges.")
    recommendation.text_fr, recommendation.text_en = (
        "Former la police.",
        "Train police.",
    )
    recommendation.save()

    assert recommendation.state_in("en") == "draft"


def test_the_state_survives_saving_part_of_a_row():
    recommendation = make_recommendation(text_en="Train.", reviewed_en=True)
    recommendation.text_fr = "Former la police."
    recommendation.save(update_fields=["text_fr"])
    partly = Recommendation.objects.defer("text_ar").get(pk=recommendation.pk)

    partly.save()

    assert partly.state_in("en") == "stale"


def test_correcting_the_original_language_keeps_the_other_text_usable():
    recommendation = make_recommendation(text_en="Train.")
    recommendation.original_language = "en"
    recommendation.save()

    assert recommendation.state_in("en") == "original"
    assert recommendation.state_in("fr") == "draft"


def test_no_text_has_one_spelling():
    recommendation = make_recommendation(text_en="   ")

    recommendation.refresh_from_db()
    assert recommendation.text_en is None


def test_readers_get_their_language_or_the_original_and_know_which():
    recommendation = make_recommendation(text="Former.", text_en="Train.")

    with translation.override("en"):
        english = recommendation.to_read("text")
    recommendation.text_en = None
    with translation.override("en"):
        fallback = recommendation.to_read("text")

    assert (english.value, english.language, english.state) == ("Train.", "en", "draft")
    assert (fallback.value, fallback.language) == ("Former.", "fr")


def test_every_language_is_listed_after_the_one_to_read():
    recommendation = make_recommendation(
        text="Former.", original_language="es", text_es="Formar.", status="draft"
    )

    with translation.override("en"):
        languages = [text.language for text in recommendation.every("text")]

    assert languages == ["es", "fr"]


def test_arabic_texts_know_their_direction():
    recommendation = make_recommendation(text_ar="تدريب القضاة")

    assert recommendation.in_language("text", "ar").direction == "rtl"


def test_names_fall_back_to_the_first_language_that_has_one():
    region = make_region("mena", name_fr="Région MENA", name_en="")

    with translation.override("en"):
        assert str(region) == "Région MENA"
