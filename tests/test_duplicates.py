"""Entries that may ask the same are found, shown side by side, and decided about."""

import csv
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from accounts.roles import assign
from priorities import duplicates
from priorities.models import Recommendation, Resemblance
from regions.models import ContentChange

from .factories import make_audience, make_recommendation, make_region, make_section

PAIRS = Path(__file__).with_name("pairs.csv")
KAFALA = "Abolir le système de la kafala pour les travailleurs migrants."
KAFALA_EN = "Abolish the kafala system for migrant workers."


def judged():
    """Each pair of the corpus, and whether it is asked about."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    audiences: dict[str, int] = {}
    sayings = duplicates.Sayings()
    for number, row in enumerate(rows):
        for place, side in enumerate("ab"):
            texts = [
                row[f"text_{side}"] if code == row[f"language_{side}"] else None
                for code in settings.CONTENT_LANGUAGES
            ]
            name = row[f"audience_{side}"]
            audience = audiences.setdefault(name, len(audiences) + 1)
            sayings.add_row(2 * number + place, audience, texts)
    sayings.weigh()
    return [
        (row, bool(duplicates.compared(sayings, 2 * number, 2 * number + 1, ())))
        for number, row in enumerate(rows)
    ]


def test_nine_of_ten_duplicates_are_found_and_nothing_else():
    pairs = judged()
    asked = [row["same"] for row, is_asked in pairs if is_asked]
    same = [is_asked for row, is_asked in pairs if row["same"] == "yes"]

    assert len(pairs) >= 60
    assert asked.count("yes") / len(asked) >= 0.95
    assert sum(same) / len(same) >= 0.9


@pytest.fixture
def pair(db):
    one = make_recommendation(text=KAFALA)
    other = make_recommendation("mena", text=KAFALA.replace("Abolir", "Abolir enfin"))
    make_recommendation(text="Payer les juges des tribunaux ruraux.")
    duplicates.look()
    return Resemblance.objects.get(first=one, second=other)


@pytest.mark.django_db
def test_pairs_are_found_across_languages():
    one = make_recommendation(text=KAFALA)
    other = make_recommendation(text=None, text_en=KAFALA_EN, original_language="en")

    duplicates.look()

    found = Resemblance.objects.get()
    assert (found.first, found.second, found.across_languages) == (one, other, True)


@pytest.mark.django_db
def test_another_audience_or_key_term_is_another_demand():
    text = "Former sans tarder le personnel des **{}** des grandes villes."
    make_recommendation(text=text.format("tribunaux"))
    make_recommendation(text=text.format("hôpitaux"))
    make_recommendation(text=text.format("tribunaux"), audience=make_audience("media"))

    duplicates.look()

    assert not Resemblance.objects.exists()


def test_looking_again_finds_nothing_twice_and_keeps_what_is_decided(pair):
    pair.decide("different", None)

    call_command("find_duplicates", verbosity=0)

    pair.refresh_from_db()
    assert pair.verdict == "different"
    assert Resemblance.objects.count() == 1


def test_texts_that_came_much_closer_are_asked_about_again(pair):
    pair.decide("different", None)
    Resemblance.objects.update(share=pair.share - duplicates.CHANGED_A_LOT)

    assert duplicates.look().asked_again == 1

    pair.refresh_from_db()
    assert (pair.verdict, pair.decided_at) == ("open", None)


def test_what_is_archived_takes_no_part(pair):
    pair.second.withdraw()

    assert not Resemblance.objects.to_decide().exists()
    assert duplicates.look().new == 0


def test_pairs_no_longer_alike_are_forgotten_unless_decided(pair):
    pair.second.text_fr = "Autre chose."
    pair.second.save()

    assert duplicates.look().gone == 1
    assert not Resemblance.objects.exists()


def test_only_the_edition_asked_for_is_looked_at(pair):
    Resemblance.objects.all().delete()

    assert duplicates.look(2024).new == 0
    assert duplicates.look(2021).new == 1


def page(**query):
    base = reverse("admin:priorities_resemblance_changelist")
    return base + "?" + "&".join(f"{k}={v}" for k, v in query.items())


def test_the_page_shows_both_with_their_shared_words(organiser, pair):
    content = organiser.get(page()).content.decode()

    assert "<mark>kafala</mark>" in content
    assert pair.first.reference in content
    assert pair.second.reference in content
    assert f"row={pair.first.pk}&amp;row={pair.second.pk}" in content


def test_the_page_is_narrowed_to_where(organiser, pair):
    def shown(**query):
        return [p.resemblance for p in organiser.get(page(**query)).context["pairs"]]

    assert shown(where="between") == [pair]
    assert shown(where="within") == []
    assert shown(edition=2021) == [pair]
    assert shown(edition=2024) == []
    assert shown(verdict="same") == []


def test_the_same_demand_is_told_on_both_public_pages(
    organiser, client, pair, english_pages
):
    before = ContentChange.objects.count()

    organiser.post(page(), {"pair": pair.pk, "verdict": "same"})

    pair.refresh_from_db()
    assert (pair.verdict, pair.decided_by.username) == ("same", "organiser")
    assert ContentChange.objects.count() > before
    for own, other in ((pair.first, pair.second), (pair.second, pair.first)):
        content = client.get(own.get_absolute_url()).content.decode()
        assert f'href="{other.get_absolute_url()}"' in content
        assert "Same demand" in content


def test_a_demand_that_is_not_public_is_not_told(client, pair):
    pair.decide("same", None)
    pair.second.withdraw()

    content = client.get(pair.first.get_absolute_url()).content.decode()

    assert "Same demand" not in content


def test_different_changes_nothing_public(organiser, pair):
    before = ContentChange.objects.count()

    organiser.post(page(), {"pair": pair.pk, "verdict": "different"})

    assert ContentChange.objects.count() == before
    assert list(organiser.get(page()).context["pairs"]) == []


def test_who_decides_second_is_told(organiser, pair, english_pages):
    pair.decide("same", None)

    response = organiser.post(
        page(), {"pair": pair.pk, "verdict": "different"}, follow=True
    )

    pair.refresh_from_db()
    assert pair.verdict == "same"
    assert "meanwhile" in response.content.decode()
    organiser.post(page(), {"pair": pair.pk, "verdict": "open"})
    pair.refresh_from_db()
    assert pair.verdict == "open"


def test_two_chosen_entries_are_decided_about(organiser, db):
    one, other = make_recommendation(), make_recommendation()

    organiser.post(page(), {"row": [other.pk, one.pk], "verdict": "same"})

    found = Resemblance.objects.get()
    assert (found.first, found.second, found.verdict) == (one, other, "same")
    assert found.share == 100


def test_looking_by_the_button(organiser, pair):
    Resemblance.objects.all().delete()

    organiser.post(page(), {"look": "yes"})

    assert Resemblance.objects.count() == 1


@pytest.mark.parametrize(
    "told",
    [
        {"pair": "0", "verdict": "same"},
        {"verdict": "maybe"},
        {"row": "1", "verdict": "same"},
    ],
)
def test_what_nobody_knows_is_not_decided(organiser, pair, told):
    assert organiser.post(page(), told).status_code == 404


@pytest.mark.parametrize("role", ["facilitator", "reviewer", "observer"])
def test_only_whoever_publishes_decides(client, pair, role):
    user = User.objects.create_user("somebody", is_staff=True)
    assign(user, [role])
    user.regions.add(make_region("africa"), make_region("mena"))
    client.force_login(user)

    assert client.get(page()).status_code == 404
    told = {"pair": pair.pk, "verdict": "same"}
    assert client.post(page(), told).status_code == 404
    assert client.post(page(), {"look": "yes"}).status_code == 404


@pytest.mark.django_db
def test_the_page_costs_the_same_for_one_pair_as_for_three(
    organiser, django_assert_max_num_queries
):
    section = make_section()
    for number in range(1, 4):
        make_recommendation(text=f"{KAFALA} Mesure {number * 100}.", section=section)
    rows = list(Recommendation.objects.order_by("pk"))
    Resemblance.objects.of(rows[0], rows[1])
    for _more in range(2):
        with django_assert_max_num_queries(12):
            organiser.get(page())
        Resemblance.objects.of(rows[0], rows[2])
        Resemblance.objects.of(rows[1], rows[2])
