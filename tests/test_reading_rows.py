"""Headings, names and rows are read as a careful person would, or the doubt is said."""

import pytest
from django.utils.translation import override

from workshops.columns import Mapping, meaning, recognised, spoken
from workshops.names import Names, is_misspelt
from workshops.problems import Problem
from workshops.reading import Reader, read_date, read_rank
from workshops.spreadsheets import Line

from .test_workshop_notes import NOTES, brought, written
from .test_workshop_notes import codes as warned_of


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
        ("ما هي منطقتك؟", "region"), ("ما هي منطقتكم؟", "region"),
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


def test_a_concern_is_the_text_where_no_other_column_is():
    alone = Mapping.proposed(["Región", "Tipo", "Preocupación", "Orden"])
    beside = Mapping.proposed(["Region", "Concern", "Recommendation"])

    assert alone.columns == ["region", "kind", "text", "rank"]
    assert beside.columns == ["region", "", "text"]


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
        ("Kenya", "Africa"), ("Asia (Manila)", "Asia"), ("The Americas", ""), ("All regions", ""), ("Global", ""),
    ],
)  # fmt: skip
def test_an_unknown_region_gets_the_nearest_proposed_or_none(names, cell, label):
    match = names.of_region(cell)
    assert (match.slug, match.told, match.region) == ("", False, "")
    assert (names.label("region", match.nearest) if match.nearest else "") == label


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
    match = names.of_audience(cell)
    assert match.slug == ""
    assert (names.label("audience", match.nearest) if match.nearest else "") == label


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


HEADINGS = ["Region", "Audience", "Recommendation", "Rank"]
ASK = "Open a quiet door in each town hall"


def read(names, headings, *rows):
    """Values and codes of every row of a file."""
    reader = Reader(names, Mapping.proposed(headings, (), rows), "csv", "en", 20_000)
    lines = [Line(number, list(row)) for number, row in enumerate(rows, start=2)]
    reader.look_ahead(lines)
    found = (reader.read(line, line.cells) for line in lines)
    return [(values, [p.code for p in problems]) for values, problems in found]


def codes_of(names, *rows, headings=HEADINGS):
    return [codes for _values, codes in read(names, headings, *rows)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "?", "-", ".", "“", "N/A", "n.a.", "TBD", "(vide)", "#VALUE!", "#N/A", "#REF!",
        "#NAME?", "########", "Err:502", "lorem ipsum dolor sit amet", "à compléter",
    ],
)  # fmt: skip
def test_a_placeholder_is_no_text(names, text):
    (codes,) = codes_of(names, ["Asia", "Governments", text, "1"])

    assert codes == ["text_is_no_text"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "idem", "see above", "same as row 4", "voir ci-dessus", "2021", "7 June 2021",
        "Recommendation 1", "Fin", "Source: notes of table 4", "Note : vu en plénière",
    ],
)  # fmt: skip
def test_a_word_in_place_of_a_text_is_doubted(names, text):
    (codes,) = codes_of(names, ["Asia", "Governments", text, "1"])

    assert codes == ["perhaps_no_recommendation"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        ASK,
        "End the practice of keeping passports",
        "Total ban on recruitment fees",
        "Note the names of those who ask",
    ],
)
def test_a_text_that_begins_like_a_footnote_is_not_doubted(names, text):
    assert codes_of(names, ["Asia", "Governments", text, "1"]) == [[]]


@pytest.mark.django_db
def test_a_concern_may_be_two_words(names):
    (codes,) = codes_of(names, ["Asia", "", "Child marriage", "1"])

    assert codes == ["read_as_concern"]


@pytest.mark.django_db
def test_a_row_that_holds_nothing_but_a_text_is_doubted(names):
    (codes,) = codes_of(names, ["", "", "* adopted by the whole room", ""])

    assert codes == ["read_as_concern", "perhaps_no_recommendation"]


@pytest.mark.django_db
def test_an_audience_left_out_under_another_is_asked_about(names):
    codes = codes_of(
        names,
        ["Asia", "Governments", ASK, "1"],
        ["Asia", "", ASK, "2"],
        ["Africa", "", ASK, "1"],
        ["Asia", "", ASK, "3"],
    )

    assert codes == [
        [],
        ["audience_left_out"],
        ["read_as_concern"],
        ["audience_left_out"],
    ]


@pytest.mark.django_db
def test_concerns_that_rank_from_one_are_noted_only(names):
    codes = codes_of(
        names,
        ["Asia", "Governments", ASK, "1"],
        ["Asia", "", ASK, "1"],
        ["Asia", "", ASK, "2"],
    )

    assert codes == [[], ["read_as_concern"], ["read_as_concern"]]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["notes_fr_excel.csv", "notes_ar.csv"])
@pytest.mark.usefixtures("edition_2021")
def test_the_concerns_of_the_samples_are_not_warned_about(name):
    report = brought(NOTES / name, "--dry-run")
    concerns = [r for r in report["rows"] if r["values"]["kind"] == "concerns"]

    assert concerns
    for row in concerns:
        told = {p["code"]: p["severity"] for p in row["problems"]}
        assert told["read_as_concern"] == "note"
        assert "warning" not in told.values()


@pytest.mark.django_db
def test_an_audience_of_another_region_is_asked_about(names):
    codes = codes_of(
        names,
        ["Europe", "Governments of Asia", ASK, "1"],
        ["Europe", "European governments", ASK, "2"],
        [
            "Europe, North America and the Caribbean",
            "Caribbean governments",
            ASK,
            "1",
        ],
    )

    assert codes == [["audience_elsewhere"], [], []]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["Ã‰couter les Ã©lÃ¨ves", "l\ufffd\ufffdcole ouverte"])
def test_damaged_letters_are_named(names, text):
    (codes,) = codes_of(names, ["Asia", "Governments", f"{text} du village", "1"])

    assert "letters_damaged" in codes


@pytest.mark.django_db
def test_dates_put_the_month_first_where_others_of_the_column_can_only_so(names):
    rows = read(
        names,
        ["Recommendation", "Date"],
        [ASK, "9/7/2021"],
        [ASK, "9/8/2021"],
        [ASK, "9/27/2021"],
    )

    assert [values["date"] for values, _codes in rows] == [
        "2021-09-07",
        "2021-09-08",
        "2021-09-27",
    ]
    assert [codes.count("date_month_first") for _values, codes in rows] == [1, 0, 0]


@pytest.mark.django_db
def test_dates_put_the_day_first_where_the_column_is_of_two_minds(names):
    rows = read(
        names,
        ["Recommendation", "Date"],
        *([ASK, day] for day in ("9/7/2021", "9/27/2021", "27/9/2021")),
    )

    assert rows[0][0]["date"] == "2021-07-09"


@pytest.mark.parametrize(
    ("cell", "day"),
    [("1443/01/30", None), ("3-ago-21", "2021-08-03"), ("07.09.21", "2021-09-07")],
)
def test_days_of_another_calendar_are_not_read_as_ours(cell, day):
    assert read_date(cell) == day


@pytest.mark.parametrize(("cell", "rank"), [("(4)", 4), ("[2]", 2), ("3)", 3)])
def test_ranks_are_read_in_brackets(cell, rank):
    assert read_rank(cell) == rank


@pytest.mark.django_db
def test_a_reference_that_is_none_of_ours_is_the_files_own_key(names):
    headings = ["Reference", *HEADINGS]
    ((values, codes),) = read(
        names, headings, ["A-12", "Asia", "Governments", ASK, "1"]
    )

    assert ("reference" in values, values["key"]) == (False, "A-12")
    assert codes == ["reference_own"]


@pytest.mark.django_db
@pytest.mark.usefixtures("edition_2021")
def test_a_reference_like_ours_that_does_not_exist_stays_an_error(tmp_path):
    path = written(
        tmp_path,
        ["Reference", *HEADINGS],
        ["2021-XXX-999", "Asia", "Governments", ASK, "1"],
    )

    report = brought(path, "--dry-run", status=1)

    assert warned_of(report, 2) == {"reference_unknown"}


@pytest.mark.django_db
def test_signs_of_no_width_are_taken_out_of_words_and_joiners_stay(names):
    ((values, _codes),) = read(
        names, HEADINGS, ["Asia", "Governments", "Pay\u00ad\u200bment می\u200cخواهند now", ""]
    )  # fmt: skip

    assert list(values["texts"].values()) == ["Payment می\u200cخواهند now"]


@pytest.mark.django_db
def test_french_spaces_before_signs_stay(names):
    text = "Écouter d’abord\u00a0; agir ensuite, vite\u202f!"
    ((values, codes),) = read(names, HEADINGS, ["Asia", "Governments", text, "1"])

    assert (list(values["texts"].values()), codes) == ([text], [])


@pytest.mark.django_db
def test_an_unknown_language_is_answered_with_the_known_ones(names):
    problem = Problem(0, "Portuguese", "language_unknown", {})

    assert "English" in problem.message(names)
    with override("fr"):
        assert "français" in problem.message(names).lower()


@pytest.mark.django_db
def test_columns_that_hold_something_and_mean_nothing_are_kept_in_mind(names):
    headings = ["Recommendation", "Mood", "Weather"]
    reader = Reader(names, Mapping.proposed(headings), "csv", "en", 20_000)

    reader.read(Line(2, [ASK, "glad", " "]), [ASK, "glad", " "])

    assert reader.mapping.unread(headings, reader.unread) == ["Mood"]
