"""Headings, names and rows are read as a careful person would, or the doubt is said."""

import pytest

from workshops.columns import Mapping, meaning, recognised, spoken


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Région*", "region"), ("Region (dropdown)", "region"), ("1. Region", "region"),
        ("Region\n(one of eight)", "region"), ("Région :", "region"),
        ("Domaine(s) prioritaire(s)", "areas"), ("Domaine prioritaire n° 1", "areas"),
        ("Recommandation (2 phrases max.)*", "text"), ("Recommandation n° 1", "text"),
        ("Rank\n[1-5]", "rank"), ("N° DE PRIORITÉ", "rank"), ("Priority #", "rank"),
        ("Recommendation (max. 40 words", "text"), ("Audience - choose one", "audience"),
    ],
)  # fmt: skip
def test_a_heading_is_known_in_any_dress(heading, field):
    assert meaning(heading) == field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("المنطقة / Région", "region"), ("Rank | Rang", "rank"),
        ("Recommendation\nRecommandation", "text"), ("Région/País", "region"),
        ("Destinataire (Audience)", "audience"), ("Country/ies", "countries"),
        ("Recommendation (English)", "text:en"), ("Texte FR", "text:fr"),
    ],
)  # fmt: skip
def test_a_heading_in_two_languages_is_known_by_either(heading, field):
    assert meaning(heading) == field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Which region does your workshop represent?", "region"),
        ("Q2. Who is this recommendation addressed to?", "audience"),
        ("À qui s’adresse la recommandation ?", "audience"),
        ("What is your recommendation?", "text"), ("Que doit-on faire ?", "text"),
        ("¿Qué proponen?", "text"), ("¿Quién debe actuar?", "audience"),
        ("How would you rank it? (1 = most urgent)", "rank"),
        ("Which priority area does it concern?", "areas"),
        ("Why is this recommendation important?", "comment"),
        ("ما هي التوصية؟", "text"), ("لمن توجه التوصية؟", "audience"),
        ("What is your name?", ""),
    ],
)  # fmt: skip
def test_a_question_asks_for_the_first_thing_it_names(heading, field):
    assert meaning(heading) == field


@pytest.mark.parametrize("heading", ["Timestamp", "Horodateur", "Marca temporal"])
def test_the_clock_of_a_form_stays_with_the_note(heading):
    assert meaning(heading) == "comment"


def test_what_stands_under_headings_makes_no_heading_row():
    assert recognised(["Region: Africa", "Group 2", "Day 1", "Action 3"]) == 0


def test_the_language_of_headings_is_told_in_any_dress():
    assert spoken(["1. Région*", "Recommandation (une phrase)", "Rank"]) == "fr"


def test_the_clearest_of_two_columns_is_the_field_and_the_other_is_left():
    mapping = Mapping.proposed(["Region", "Recommendation", "Description", "Rank"])

    assert mapping.columns == ["region", "text", "", "rank"]


def test_a_vague_heading_is_believed_when_it_stands_alone():
    assert Mapping.proposed(["Region", "Description"]).columns == ["region", "text"]


def test_two_columns_that_are_equally_clear_are_left_to_a_person():
    mapping = Mapping.proposed(["Recommendation", "Rank (group)", "Rank (plenary)"])

    assert mapping.doubled() == ["rank"]


def test_a_priority_in_words_beside_a_rank_is_the_priority_area():
    headings = ["Priority", "Recommendation", "Rank"]

    def columns(*cells):
        return Mapping.proposed(headings, (), [[cell, "", ""] for cell in cells])

    assert columns("Police", "").columns == ["areas", "text", "rank"]
    assert columns("1", "2").columns == ["", "text", "rank"]
    assert Mapping.proposed(["Priority", "Recommendation"]).columns[0] == "rank"


def test_a_type_is_the_kind_when_its_cells_say_so():
    headings = ["Type", "Recommendation"]

    def column(*cells):
        return Mapping.proposed(headings, (), [[cell, ""] for cell in cells]).columns[0]

    assert column("Concern", "Recommendation", "autre") == "kind"
    assert column("Prevention", "Protection", "Concern") == ""


def test_filled_columns_that_mean_nothing_to_us_are_named():
    mapping = Mapping.proposed(["Region", "Mood", "", "Weather"])

    assert mapping.unread(["Region", "Mood", "", "Weather"], {0, 1, 2}) == ["Mood", "C"]
