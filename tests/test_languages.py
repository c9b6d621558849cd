"""The language of a text is told when it is clear, and translations are noticed."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from priorities.alike import Alike, content_words, meanings
from workshops.checking.texts import FEWEST, KIN, RARE
from workshops.languages import guess

HERE = Path(__file__).parent


def rows(name):
    with HERE.joinpath(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ours(language):
    """A language that is not ours is to be told from ours, not to be named."""
    return language if language in settings.CONTENT_LANGUAGES else ""


def kin(*texts):
    """Whether the last of some texts is taken for a translation of one before it."""
    known = Alike(KIN, RARE, FEWEST)
    found = [known.add(1, meanings(code, content_words(text))) for code, text in texts]
    return found[-1][0] >= 0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param(
            row["text"],
            ours(row["language"]),
            marks=pytest.mark.xfail(strict=True) if row["known_to_fail"] else (),
        )
        for row in rows("languages.csv")
    ],
)
def test_the_language_of_a_text_is_told(text, language):
    assert guess(text) == language


def test_a_doubtful_text_is_left_open_rather_than_taken_for_another_language():
    wrong = [
        row["text"]
        for row in rows("languages.csv")
        if guess(row["text"]) not in ("", ours(row["language"]))
    ]
    assert len(wrong) <= 1


def test_most_translations_are_noticed_and_hardly_any_other_pair():
    there, found = Counter(), Counter()
    for row in rows("translations.csv"):
        there[row["same"]] += 1
        found[row["same"]] += kin(
            (row["language_a"], row["text_a"]), (row["language_b"], row["text_b"])
        )
    assert found["yes"] / there["yes"] > 0.9
    assert found[""] / there[""] < 0.01


def near(*texts):
    """How near the last of some texts is to one before it."""
    known = Alike()
    return [known.add(1, content_words(text)) for text in texts][-1]


def test_a_text_that_was_shortened_is_noticed():
    long = "Ports should open a quiet waiting room with an interpreter, a nurse and a telephone for fishers who come ashore"

    assert near(long, "Ports should open a waiting room with a nurse") == (0, 1.0)
    assert near(long, "Ports should open a nursery") == (-1, 0.0)
    assert near(long, "Ports should lend boats with a nurse and a cook") == (-1, 0.0)


def test_a_light_rewording_is_noticed():
    before = "Les gouvernements devraient financer des refuges durables pour les enfants migrants"
    after = "Les gouvernements doivent financer durablement des refuges pour les enfants migrants"

    assert near(before, after)[0] == 0


def test_three_words_are_alike_only_when_all_are_the_same():
    assert near("Niñas que trabajan de noche", "Niñas que trabajan toda la noche")[1]
    assert near("Papiers d’identité perdus", "Papiers d’identité refusés") == (-1, 0.0)


def test_words_are_compared_in_the_order_of_the_text():
    assert content_words("Pay a nurse, pay the nurse well") == ["pay", "nurse", "well"]


def test_a_letter_joined_to_an_arabic_word_does_not_change_what_it_means():
    for word in ("تعويض", "لتعويض", "بتعويض", "والتعويض", "وتعويض"):
        assert meanings("ar", [word]) == meanings("en", ["compensation"])


def test_he_or_she_before_an_arabic_verb_does_not_change_what_it_means():
    for word in ("ساعد", "تساعد", "يساعد", "وتساعد", "ليساعد"):
        assert meanings("ar", [word]) == meanings("en", ["assist"])


def test_the_forums_own_arabic_word_for_slavery_is_known():
    for text in ("الرق الحديث", "للرق الحديث", "العبودية الحديثة"):
        assert meanings("ar", content_words(text)) == meanings(
            "en", ["modern", "slavery"]
        )


@pytest.mark.parametrize("name", ["189", "c189", "١٨٩", "C0189"])
def test_a_convention_is_its_number(name):
    assert meanings("en", content_words(name)) == {"189"}


@pytest.mark.parametrize(
    ("code", "name"), [("fr", "OIT"), ("es", "OIT"), ("en", "ILO"), ("ar", "ILO")]
)
def test_bodies_keep_their_meaning_under_the_initials_of_each_language(code, name):
    assert meanings(code, content_words(name)) == meanings("en", ["ilo"])
