"""Headings, names and rows are read as a careful person would, or the doubt is said."""

import pytest
from django.utils.translation import override

from workshops.columns import Mapping, meaning, recognised, spoken
from workshops.names import Names, is_misspelt


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


@pytest.fixture
def names(edition_2021):
    with override("en"):
        yield Names()


def slugs(names, kind, cell):
    return [match.slug for _part, match in names.several(kind, cell)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cell",
    [
        "Police and prosecution", "Police et Prosecution", "Police - Prosecution",
        "Police + Prosecution", "Police & Prosecution", "1. Police; 2) Prosecution",
        "• Police\n• Prosecution",
    ],
)  # fmt: skip
def test_a_list_of_known_names_is_read_however_it_is_joined(names, cell):
    assert slugs(names, "areas", cell) == ["law-enforcement", "prosecution"]


@pytest.mark.django_db
def test_an_and_written_as_one_with_its_word_joins_too(names):
    assert slugs(names, "areas", "التعليم والشباب") == ["schooling", "youth-education"]


@pytest.mark.django_db
def test_a_list_is_not_cut_where_a_part_is_unknown(names):
    found = [part for part, _match in names.several("areas", "Police and pottery")]

    assert found == ["Police and pottery"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cell",
    ["Women, girls and sexual exploitation", "Survivors and communities at the centre"],
)
def test_a_name_known_as_a_whole_is_never_cut(names, cell):
    assert [part for part, _match in names.several("areas", cell)] == [cell]


@pytest.mark.django_db
def test_countries_with_two_names_in_theirs_stay_whole(names):
    assert slugs(names, "countries", "Trinidad and Tobago, India and Nepal") == [
        "TT",
        "IN",
        "NP",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("Ivory Coast", "CI"), ("RD Congo", "CD"), ("RDC", "CD"), ("Burkina", "BF"),
        ("Swaziland", "SZ"), ("Centrafrique", "CF"), ("Tchéquie", "CZ"), ("U.S.", "US"),
        ("Corée du Sud", "KR"), ("Birmanie", "MM"), ("ساحل العاج", "CI"),
    ],
)  # fmt: skip
def test_countries_are_known_by_what_people_call_them(names, cell, iso):
    assert slugs(names, "countries", cell) == [iso]


@pytest.mark.django_db
@pytest.mark.parametrize("cell", ["COVID19", "Covid-19", "covid 19"])
def test_a_name_is_known_with_and_without_its_spaces(names, cell):
    assert slugs(names, "areas", cell) == ["crisis-response"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "label"),
    [
        ("Afrca", "Africa"), ("Latin Amercia", "Latin America"), ("Afrika", "Africa"),
        ("North Africa", "Middle East and North Africa"), ("Asie du Sud", "Asia"),
        ("GRULAC", "Latin America"), ("WEOG", "Europe, North America and the Caribbean"),
        ("Kenya", "Africa"), ("The Americas", ""), ("All regions", ""), ("Global", ""),
    ],
)  # fmt: skip
def test_an_unknown_region_gets_the_nearest_proposed_or_none(names, cell, label):
    assert names.of_region(cell) == ("", label, False, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "label"),
    [
        ("Goverments", "Governments"), ("Governments and civil society", ""),
        ("Privat sector and civil society", "The private sector and civil society"),
        ("Gouvernments africains", "Governments"), ("Survivors", ""),
    ],
)  # fmt: skip
def test_an_unknown_audience_gets_the_nearest_proposed_or_none(names, cell, label):
    assert names.of_audience(cell)[:2] == ("", label)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "slug", "told"),
    [
        ("Gov’t", "governments", False), ("1. Governments", "governments", False),
        ("Business", "private-companies", False),
        ("NGOs", "private-sector-civil-society", True),
        ("ONG", "private-sector-civil-society", True),
        ("African NGOs", "private-sector-civil-society", True),
        ("UN agencies", "international-community", True),
        ("Judges", "legal-field", True), ("Ministries", "governments", True),
    ],
)  # fmt: skip
def test_a_part_of_one_audience_is_read_as_the_whole_and_said(names, cell, slug, told):
    match = names.of_audience(cell)

    assert (match.slug, match.told) == (slug, told)


def test_places_that_are_never_confused_are_not_proposed():
    assert not is_misspelt(["north", "africa"], ["north", "america"])
    assert not is_misspelt(["lagos"], ["laos"])
    assert is_misspelt(["goverments"], ["governments"])
