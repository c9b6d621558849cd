"""What a reader types finds what they mean, in four languages, the same on both engines."""

import csv

import pytest
from django.conf import settings

from priorities.glossary import GLOSSARY
from priorities.search import Query

from .factories import (
    asked,
    best,
    make_edition,
    make_forum,
    make_recommendation,
    make_section,
    references,
)


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("juges police", [["juges"], ["police"]], []),
        ("juges OR police école", [["juges", "police"], ["école"]], []),
        ("juges OU police", [["juges", "police"]], []),
        ("les juges de la police", [["juges"], ["police"]], []),
        ("les de la", [["les"], ["de"], ["la"]], []),
        ("-police juges", [["juges"]], ["police"]),
        (
            '"droits de l’homme" -"travail forcé"',
            [["droits de homme"]],
            ["travail forcé"],
        ),
        ("l’éducation d'esclaves", [["éducation"], ["esclaves"]], []),
        ("survivant·e·s", [["survivant"]], []),
        ("2021-MENA-014", [["2021 MENA 014"]], []),
        ("enfan*", [["enfan*"]], []),
        ("OR OR -", [], []),
        ('"', [], []),
        ("", [], []),
    ],
)
def test_a_query_is_read_as_it_is_meant(typed, wanted, unwanted):
    def said(part):
        return " ".join(part.typed) + ("*" if part.is_prefix else "")

    query = Query.parse(typed)

    assert [[said(part) for part in group] for group in query.wanted] == wanted
    assert [said(part) for part in query.unwanted] == unwanted


HOSTILE = [
    "%" * 100,
    "%_%_" * 50,
    "' OR 1=1 --",
    'a" OR (b*',
    "NEAR(a b) AND {c} ^d",
    "a:b* -c (d | e) & !f",
    "(" * 200,
    '"' * 199,
    "-" * 200,
    "*" * 200,
    "\u202e\u200f abc",
    "😀 👩‍👩‍👧",
    "a " * 100,
    "OR " * 66,
    '"><script>alert(1)</script>',
    "\\",
    "a*b*c*",
    "²³½ ٣٤ ⅷ",
    "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_are_only_words(client, typed):
    make_recommendation(text="Rien de tel ici")

    response = client.get("/en/recommendations/", {"q": typed})

    assert response.status_code == 200
    assert response.context["total"] == 0
    assert "<script>alert" not in response.content.decode()


@pytest.mark.django_db
def test_words_written_from_right_to_left_turn_nothing_around_them(client):
    make_recommendation()

    filterset = client.get("/en/recommendations/", {"q": "abc\u202e"}).context["filter"]

    assert filterset.sentence() == "with the words “\u2068abc\u202e\u2069”"


@pytest.mark.django_db
def test_words_too_many_are_left_out_and_said_so(client):
    make_recommendation()

    response = client.get("/en/recommendations/", {"q": "a" * 201, "lead": "true"})

    assert "A search takes up to 200 characters" in response.content.decode()
    assert list(response.context["filter"].chosen) == ["lead"]


@pytest.mark.django_db
def test_the_best_match_comes_first():
    named = make_recommendation("mena", text="Rien", areas=("juges",))
    other = make_recommendation("africa", text="Un juge de plus, des mineurs")
    apart = make_recommendation("asia", text="Des mineurs et des juges")
    beside = make_recommendation("europe", text="Des juges mineurs")

    assert best(asked("juges", "fr"), 9) == [
        apart.reference,
        beside.reference,
        other.reference,
        named.reference,
    ]
    assert best(asked("juges mineurs", "fr"), 9) == [
        beside.reference,
        apart.reference,
        other.reference,
    ]


@pytest.mark.django_db
def test_deep_pages_of_a_search_follow_the_first():
    for number in range(7):
        make_recommendation(text="Des juges" if number % 2 else "Un juge")
    filterset = asked("juges", "fr")

    whole = filterset.page(0, 7)

    assert [
        *filterset.page(0, 2),
        *filterset.page(2, 5),
        *filterset.page(5, 9),
    ] == whole


@pytest.mark.django_db
def test_a_phrase_stands_in_one_text_and_in_its_order():
    wanted = make_recommendation(text="Le travail forcé des enfants")
    make_recommendation(text="Forcé, le travail", text_en="des enfants travail")

    assert references(asked('"travail forcé"')) == {wanted.reference}
    assert references(asked('"forcé des enfants"')) == {wanted.reference}
    assert references(asked('"enfants travail forcé"')) == set()


@pytest.mark.django_db
def test_matches_are_marked_inside_key_terms_and_escaped(client):
    make_recommendation(text="Former les **juges** & <b>policiers</b>, un juge")

    text = client.get("/fr/recommendations/?q=juge").content.decode()

    assert (
        "Former les <strong><mark>juges</mark></strong> &amp; &lt;b&gt;policiers&lt;/b&gt;,"
        " un <mark>juge</mark>"
    ) in text


@pytest.mark.django_db
def test_what_is_found_elsewhere_than_in_the_text_shown_says_where(client):
    make_recommendation(
        text="Former les juges", text_en="Train judges", areas=("volcano",)
    )

    through_text = client.get("/en/recommendations/?q=juges").content.decode()
    through_name = client.get("/en/recommendations/?q=volcano").content.decode()

    assert "found in its text in: French" in through_text
    assert "found through: Volcano" in through_name


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "comma"), [("fr", ", "), ("en", ", "), ("es", ", "), ("ar", "، ")]
)
def test_lists_are_joined_as_the_reader_joins_them(client, language, comma):
    make_recommendation(areas=("judges", "judging"), text="Rien")

    page = client.get(f"/{language}/recommendations/?q=judg*").content.decode()

    assert f"Judges{comma}Judging" in page


@pytest.mark.django_db
def test_a_misspelt_word_gets_a_proposal_that_finds_something(client):
    make_recommendation(text="L’Éducation des enfants")
    make_recommendation("mena", text="Autre chose")

    response = client.get("/fr/recommendations/?q=eduction+enfants")

    assert response.context["total"] == 0
    offered = response.context["filter"].other_words()
    assert [(words, count) for words, _url, count in offered] == [
        ("éducation enfants", 1),
        ("eduction OR enfants", 1),
    ]
    assert client.get("/fr/recommendations/" + offered[0][1]).context["total"] == 1
    assert "éducation enfants" in response.content.decode()


@pytest.mark.django_db
def test_no_word_of_a_hidden_text_is_ever_proposed(client):
    make_recommendation(text="Un secret: zanzibar", status="draft")
    make_recommendation(text="Un secret: mozambique").withdraw()
    make_recommendation(text="Rien")

    for typed in ("zanzibat", "mozambiqe", "zanzibar", "mozambique"):
        text = client.get(f"/en/recommendations/?q={typed}").content.decode()
        assert "zanzibar" not in text.replace(typed, "")
        assert "mozambique" not in text.replace(typed, "")
    assert client.get("/en/suggestions/?q=zanz").context["suggestions"] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "written", "typed"),
    [
        ("es", "Las mujeres", "mujer"),
        ("es", "La mujer", "mujeres"),
        ("es", "Los gobiernos", "gobierno"),
        ("fr", "Les lois", "loi"),
        ("fr", "La loi", "lois"),
        ("fr", "Personnes exploitées", "exploitation"),
        ("en", "Trained judges", "training"),
        ("ar", "حماية الناجين", "الناجون"),
    ],
)
def test_one_form_of_a_word_finds_another(language, written, typed):
    name = "text" if language == "fr" else f"text_{language}"
    row = make_recommendation(**{"text": "Rien"} | {name: written})

    assert references(asked(typed, language)) == {row.reference}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "typed"),
    [("es", "esclavitud"), ("es", "esclavos"), ("ar", "العبودية"), ("en", "slavery")],
)
def test_a_word_no_text_holds_is_sought_by_what_it_means(client, language, typed):
    wanted = make_recommendation(text="Contre l’esclavage moderne et les esclaves")
    make_recommendation(text="Autre chose")

    filterset = asked(typed, language)

    assert references(filterset) == {wanted.reference}


@pytest.mark.django_db
def test_what_a_word_means_counts_only_where_the_word_itself_is_nowhere(client):
    make_recommendation(text="Contre l’esclavage")
    wanted = make_recommendation(text="Rien", text_en="Against slavery")

    assert references(asked("slavery")) == {wanted.reference}
    assert references(asked('"slaveries"')) == set()
    text = client.get("/en/recommendations/?q=esclavitud").content.decode()
    assert "found through: esclavage" in text


def test_the_glossary_has_every_word_in_every_language():
    rows = list(csv.DictReader(GLOSSARY.read_text("utf-8").splitlines()))

    assert len(rows) > 70
    for row in rows:
        assert {"fr", "en", "es", "ar"} <= set(row) <= set(settings.CONTENT_LANGUAGES)
        assert all(word for cell in row.values() for word in cell.split("/")), row


@pytest.mark.django_db
def test_a_proposal_changes_whole_words_only():
    make_recommendation(text="kafala kofalabus justice")

    correction = asked("kofala kofalabus justise", "fr").search.correction

    assert correction == "kafala kofalabus justice"


@pytest.mark.django_db
def test_organisers_find_drafts_by_their_words_too(organiser):
    draft = make_recommendation(text="L’École des volcans", status="draft")
    public = make_recommendation(text="Une école")
    make_recommendation(text="Rien")
    waiting = make_edition(2024, published_at=None)
    section = make_section(regional_forum=make_forum("mena", edition=waiting))
    early = make_recommendation(section=section, text="Les écoles")

    response = organiser.get("/admin/priorities/recommendation/?q=ecoles")

    assert set(response.context["cl"].queryset) == {draft, public, early}
