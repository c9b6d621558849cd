"""Others can name an edition or an entry so that every program understands."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from priorities import citations
from priorities.models import Recommendation
from regions.models import ContentChange, Edition

from .factories import make_edition, make_recommendation

pytestmark = pytest.mark.django_db

HOSTILE = "Name {them\\ 50% & #1_~^$}\r\nTY  - BOOK\u202e <b>now</b>"
PLAIN = "Name {them\\ 50% & #1_~^$} TY - BOOK <b>now</b>"


@pytest.fixture
def entry(settings):
    settings.SITE_URL = "https://forum.example"
    make_edition(place_en="Marrakech, Morocco", theme_en="Local answers.")
    return make_recommendation("mena", text_en="Train the **judges** & police.")


def told(client, entry, kind, language="en"):
    address = f"/{language}/recommendations/{entry.reference}.{kind}"
    return client.get(address)


def version():
    return ContentChange.objects.version().name


def test_an_entry_as_bibtex(client, entry):
    response = told(client, entry, "bib")

    assert response["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="2021-MENA-001.bib"'
    assert response.content.decode() == (
        "@incollection{2021-MENA-001,\n"
        "  author = {{Freedom From Slavery Forum}},\n"
        "  title = {{2021-MENA-001: “Train the judges \\& police.”}},\n"
        "  booktitle = {{Priorities of the regional forums, edition 2021: Local answers}},\n"
        "  publisher = {{Freedom From Slavery Forum}},\n"
        "  address = {{Marrakech, Morocco}},\n"
        "  year = {2021},\n"
        "  language = {en},\n"
        f"  note = {{{{Data version {version()}. Licence: CC BY 4.0.}}}},\n"
        "  url = {https://forum.example/en/recommendations/2021-MENA-001/}\n"
        "}\n"
    )


def test_an_entry_as_ris(client, entry):
    response = told(client, entry, "ris")

    assert (
        response["Content-Type"] == "application/x-research-info-systems; charset=utf-8"
    )
    assert response.content.decode() == (
        "TY  - CHAP\r\n"
        "ID  - 2021-MENA-001\r\n"
        "AU  - Freedom From Slavery Forum\r\n"
        "TI  - 2021-MENA-001: “Train the judges & police.”\r\n"
        "T2  - Priorities of the regional forums, edition 2021: Local answers\r\n"
        "PY  - 2021\r\n"
        "CY  - Marrakech, Morocco\r\n"
        "PB  - Freedom From Slavery Forum\r\n"
        "LA  - en\r\n"
        f"N1  - Data version {version()}. Licence: CC BY 4.0.\r\n"
        "UR  - https://forum.example/en/recommendations/2021-MENA-001/\r\n"
        "ER  - \r\n"
    )


def test_an_entry_as_csl_json(client, entry):
    response = told(client, entry, "json")

    assert (
        response["Content-Type"]
        == "application/vnd.citationstyles.csl+json; charset=utf-8"
    )
    assert json.loads(response.content) == [
        {
            "id": "2021-MENA-001",
            "type": "chapter",
            "author": [{"literal": "Freedom From Slavery Forum"}],
            "title": "2021-MENA-001: “Train the judges & police.”",
            "container-title": "Priorities of the regional forums, edition 2021: Local answers",
            "publisher": "Freedom From Slavery Forum",
            "publisher-place": "Marrakech, Morocco",
            "issued": {"date-parts": [[2021]]},
            "language": "en",
            "version": version(),
            "note": f"Data version {version()}. Licence: CC BY 4.0.",
            "URL": "https://forum.example/en/recommendations/2021-MENA-001/",
        }
    ]


def test_an_edition_is_a_book(client, entry):
    bib, ris, csl = (
        client.get(f"/en/booklet/2021.{kind}").content.decode()
        for kind in ("bib", "ris", "json")
    )

    title = "Priorities of the regional forums, edition 2021: Local answers"
    assert bib.startswith("@book{forum-2021,\n")
    assert f"  title = {{{{{title}}}}},\n" in bib
    assert "booktitle" not in bib
    assert ris.startswith("TY  - BOOK\r\nID  - forum-2021\r\n")
    assert "T2  -" not in ris
    (item,) = json.loads(csl)
    assert (item["type"], item["title"]) == ("book", title)
    assert "container-title" not in item


def test_the_language_is_that_of_the_words(client, entry):
    (item,) = json.loads(told(client, entry, "json", "es").content)

    assert (item["language"], item["URL"][-30:]) == (
        "fr",
        "/es/recommendations/2021-MENA-001/"[-30:],
    )
    assert "former les juges" in item["title"]


def test_signs_that_mean_something_to_a_program_mean_nothing(client, settings):
    entry = make_recommendation("mena", text=HOSTILE)

    bib = told(client, entry, "bib").content.decode()
    ris = told(client, entry, "ris").content.decode()
    (item,) = json.loads(told(client, entry, "json").content)

    assert (
        "{{2021-MENA-001: “Name {\\textbraceleft}them{\\textbackslash} 50\\% \\& \\#1\\_"
        "{\\textasciitilde}{\\textasciicircum}\\${\\textbraceright} TY - BOOK <b>now</b>”}}"
    ) in bib
    assert bib.count("{") == bib.count("}")
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines(ris))
    assert [line[:2] for line in lines(ris)].count("TY") == 1
    assert item["title"] == f"2021-MENA-001: “{PLAIN}”"


def lines(ris):
    assert ris.endswith("\r\n")
    return ris.removesuffix("\r\n").split("\r\n")


def test_the_page_says_how_to_cite_it(client, entry):
    page = client.get(f"/en/recommendations/{entry.reference}/").content.decode()

    sentence = (
        "Freedom From Slavery Forum (2021). 2021-MENA-001: “Train the judges &amp; police.” "
        "In: Priorities of the regional forums, edition 2021: Local answers. "
        f"Marrakech, Morocco. Data version {version()}. "
        "https://forum.example/en/recommendations/2021-MENA-001/"
    )
    assert f"<p>{sentence}</p>" in page
    for kind in ("bib", "ris", "json"):
        assert f'href="/en/recommendations/2021-MENA-001.{kind}"' in page


def test_the_home_page_says_how_to_cite_the_edition(client, entry):
    page = client.get("/en/").content.decode()

    assert (
        "<p>Freedom From Slavery Forum (2021). Priorities of the regional forums, "
        f"edition 2021: Local answers. Marrakech, Morocco. Data version {version()}. "
        "https://forum.example/en/booklet/2021/</p>"
    ) in page
    assert client.get("/en/booklet/2021/").status_code == 200


def test_what_runs_the_other_way_is_set_apart_in_the_sentence(entry):
    with translation.override("ar"):
        work = citations.of_recommendation(entry, ContentChange.objects.version())

        assert "\u2068Freedom From Slavery Forum\u2069" in work.sentence
        assert "\u2068https://forum.example/ar/recommendations/" in work.sentence
        assert "\u2068" not in work.title + work.edition + work.note


def test_without_theme_or_place_nothing_is_made_up(client, db):
    entry = make_recommendation("mena")

    (item,) = json.loads(told(client, entry, "json").content)

    assert item["container-title"] == "Priorities of the regional forums, edition 2021"
    assert "publisher-place" not in item


def test_without_a_place_the_sentence_has_no_gap(client, db):
    entry = make_recommendation("mena")

    work = citations.of_recommendation(entry, ContentChange.objects.version())

    assert ". ." not in work.sentence
    assert "edition 2021. Data version" in work.sentence


@pytest.mark.parametrize("kind", ["bib", "ris", "json"])
def test_what_is_not_public_cannot_be_cited(client, entry, kind):
    draft = make_recommendation("mena", status="draft")
    withdrawn = make_recommendation("mena", status="archived", text="Secret words.")
    make_edition(2024, published_at=None)

    gone = told(client, withdrawn, kind)

    assert told(client, draft, kind).status_code == 404
    assert gone.status_code == 410
    assert b"Secret" not in gone.content
    assert client.get(f"/en/recommendations/2021-MENA-900.{kind}").status_code == 404
    assert client.get(f"/en/booklet/2024.{kind}").status_code == 404
    assert client.get(f"/en/booklet/2019.{kind}").status_code == 404


def test_the_citation_of_a_merged_entry_is_that_of_the_other(client, entry):
    other = make_recommendation("mena")
    other.merge_into(entry)

    response = told(client, other, "ris")

    assert response.status_code == 302
    assert response["Location"] == f"/en/recommendations/{entry.reference}.ris"
    small = client.get(f"/en/recommendations/{entry.reference.lower()}.bib")
    assert small["Location"] == f"/en/recommendations/{entry.reference}.bib"


def test_a_format_nobody_knows_is_not_there(client, entry):
    assert client.get("/en/recommendations/2021-MENA-001.doc").status_code == 404


def test_a_citation_takes_few_queries(client, entry):
    told(client, entry, "bib")
    with CaptureQueriesContext(connection) as queries:
        told(client, entry, "ris")
        client.get("/en/booklet/2021.ris")

    assert len(queries) == 4, [query["sql"][:90] for query in queries]
    assert Recommendation.objects.count() == Edition.objects.count() == 1
