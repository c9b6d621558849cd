"""Translators' pages: what is to be done, text by text, and files out and back."""

import csv
import io
import re
from contextlib import suppress

import pytest
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.models import User
from accounts.roles import assign
from priorities.models import PriorityArea, Recommendation, Section
from translations.checks import doubts
from translations.exchange import read_file
from translations.hints import hints, listed
from translations.units import KINDS, Unit, find, progress
from workshops.spreadsheets import Refused

from .factories import make_area, make_recommendation, make_section

pytestmark = pytest.mark.django_db
REFERENCE = "2021-AFRIC-001"
NAME = f"recommendation/{REFERENCE}/text"


@pytest.fixture
def organiser(organiser):
    organiser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return organiser


def address(name=NAME, language="es", query=""):
    return reverse("translations:text", args=[language, name]) + query


def unit():
    return find(NAME)


def save(client, value, language="es", do="save", name=NAME, mark=None, query=""):
    mark = mark or find(name).mark(language)
    return client.post(
        address(name, language, query),
        {"mark": mark, "translation": value, "do": do},
    )


def somebody_else():
    client = Client(headers={"accept-language": "en"})
    user = User.objects.create_user("second", is_staff=True)
    assign(user, ["organiser"])
    client.force_login(user)
    return client


def said(answer):
    return [str(message) for message in answer.wsgi_request._messages]


def test_what_was_merged_needs_no_translation():
    media, press = make_area("media"), make_area("press")
    PriorityArea.objects.filter(pk=press.pk).update(merged_into=media)

    (names_of_areas,) = (kind for kind in KINDS if kind.slug == "area.name")
    names = [row.slug for row in names_of_areas.rows()]

    assert "media" in names
    assert "press" not in names


# Who may.


@pytest.mark.parametrize("page", ["overview", "language", "text", "export"])
def test_only_who_may_change_texts_sees_the_pages(client, page):
    make_recommendation()
    given_args = {"overview": [], "text": ["es", NAME]}.get(page, ["es"])
    url = reverse(f"translations:{page}", args=given_args)
    assert client.get(url).status_code == 302  # to the page for signing in

    user = User.objects.create_user("facilitator", is_staff=True)
    assign(user, ["facilitator"])
    client.force_login(user)

    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("xx", NAME),
        ("es", "recommendation/2021-AFRIC-999/text"),
        ("es", "recommendation/2021-AFRIC-001/note"),
        ("es", "section/x/africa/1/heading"),
        ("es", "section/2021/africa/99999999999999999999/heading"),
        ("es", "edition/²/theme"),
        ("es", "user/1/password"),
        ("fr", NAME),  # the original is no translation
    ],
)
def test_what_is_no_translation_is_not_found(organiser, language, name):
    make_recommendation()

    assert (
        organiser.get(f"/admin/translations/{language}/text/{name}/").status_code == 404
    )


def test_changing_something_needs_a_post(organiser):
    for page in ("preview", "bring"):
        assert (
            organiser.get(reverse(f"translations:{page}", args=["es"])).status_code
            == 405
        )


# What is to be done.


def test_every_text_is_counted_once_in_its_state():
    section = make_section(introduction_fr="Pour commencer.")
    first = make_recommendation(section=section, text_es="Formar.", reviewed_es=True)
    make_recommendation(section=section, text_es="Formar otra vez.")
    make_recommendation(section=section)
    stale = make_recommendation(section=section, text_es="Formar más.")
    stale.text_fr = "Former encore."
    stale.save()
    gone = make_recommendation(section=section)
    gone.withdraw()

    counts = progress(["es"])["es"]

    assert counts["recommendation.text", "africa"] == {
        "reviewed": 1,
        "draft": 1,
        "missing": 1,
        "stale": 1,
    }
    assert counts["section.introduction", "africa"] == {"missing": 1}
    assert progress(["fr"])["fr"]["recommendation.text", "africa"] == {"original": 4}
    assert first.state_in("es") == "reviewed"


def test_a_text_that_no_original_has_is_not_missing():
    make_section(heading_fr="Gouvernements", introduction_fr=None)

    assert ("section.introduction", "africa") not in progress(["es"])["es"]
    assert progress(["es"])["es"]["section.heading", "africa"] == {"missing": 1}


def test_the_state_in_a_query_is_the_state_of_the_row():
    make_recommendation(text_es="Formar.", reviewed_es=True)
    make_recommendation(text_ar="تدريب القضاة")
    row = make_recommendation(
        text_en="Train.", original_language="es", text_es="Formar."
    )
    row.text_es = "Formar a jueces."
    row.save()

    for kind in KINDS:
        for language in settings.CONTENT_LANGUAGES:
            for found in kind.with_state(language):
                assert found.state == Unit(kind, found).state(language), kind


def test_names_are_in_use_or_missing():
    make_recommendation(areas=("media",))
    PriorityArea.objects.filter(slug="media").update(name_fr="Médias", name_es="")

    assert find("area/media/name").state("es") == "missing"
    assert find("area/media/name").state("fr") == "original"
    assert progress(["es"])["es"]["area.name", ""]["missing"] >= 1


def test_the_pages_show_progress_and_what_is_selected(organiser):
    make_recommendation(text="Former les **juges** en Afrique.")

    overview = organiser.get(reverse("translations:overview")).content.decode()
    page = organiser.get(
        reverse("translations:language", args=["es"]), {"kind": "recommendation.text"}
    ).content.decode()

    assert "Spanish" in overview
    assert "1 text" in page
    assert "<strong>juges</strong>" in page
    assert NAME in page


@pytest.mark.parametrize(
    "query", ["?state=nope", "?region=nope", "?kind=nope", "?page=x"]
)
def test_a_filter_that_means_nothing_is_told(organiser, query):
    make_recommendation()

    answer = organiser.get(reverse("translations:language", args=["es"]) + query)

    assert answer.status_code == 200
    assert ("nope" in answer.content.decode()) == ("nope" in query)


# One text.


def test_a_text_stands_beside_its_original_with_terms_and_other_languages(organiser):
    make_recommendation(
        text="Les **survivants** de la traite devraient être écoutés.",
        text_en="Survivors of trafficking should be heard.",
    )

    page = organiser.get(address()).content.decode()

    assert "<strong>survivants</strong> de la traite" in page
    assert "sobreviviente" in page
    assert "trata" in page
    assert "Survivors of trafficking should be heard." in page
    assert re.search(r'<textarea[^>]* lang="es" dir="ltr"', page)
    assert (
        'lang="ar" dir="rtl"' in organiser.get(address(language="ar")).content.decode()
    )


def test_saving_makes_a_draft_and_goes_on_to_the_next(organiser):
    make_recommendation()
    make_recommendation(text="Écouter.")
    query = "?kind=recommendation.text"

    answer = save(organiser, "  Formar a los **jueces**.\r\n", query=query)

    row = Recommendation.objects.get(reference=REFERENCE)
    assert row.text_es == "Formar a los **jueces**."
    assert row.state_in("es") == "draft"
    assert row.history.first().history_user.username == "organiser"
    assert answer.headers["Location"].startswith(
        address("recommendation/2021-AFRIC-002/text", "es", "?kind=")
    )

    last = save(
        organiser, "Oír.", name="recommendation/2021-AFRIC-002/text", query=query
    )
    assert last.headers["Location"].startswith("/admin/translations/es/?kind=")


def test_whoever_wrote_it_cannot_review_it(organiser):
    make_recommendation()

    answer = save(organiser, "Formar a los **jueces**.", do="review")

    assert unit().state("es") == "draft"
    assert "somebody else has to read them" in said(answer)[0]

    save(organiser, "Formar a los **jueces**.", do="review")
    assert unit().state("es") == "draft"

    save(somebody_else(), "Formar a los **jueces**.", do="review")
    assert unit().state("es") == "reviewed"


def test_mending_a_reviewed_translation_makes_it_a_draft_again(organiser):
    make_recommendation(text_es="Formar a los **jueces**.", reviewed_es=True)

    save(organiser, "Formar a los **jueces**.")
    assert unit().state("es") == "reviewed"

    save(organiser, "Capacitar a los **jueces**.")
    assert unit().state("es") == "draft"


def test_a_name_is_translated_too(organiser):
    make_recommendation(areas=("media",))

    save(organiser, "Medios", name="area/media/name", language="es")

    assert PriorityArea.objects.get(slug="media").name_es == "Medios"


def test_doubts_are_told_and_nothing_is_refused_for_them(organiser):
    make_recommendation(
        text="Former 40 **juges** par an, dans chaque pays de la région."
    )

    answer = save(organiser, "Formar 50 jueces al año en cada país de la región.")

    assert unit().value("es").startswith("Formar 50")
    assert len(said(answer)) == 2
    assert "50 here" in said(answer)[1]


def test_a_text_too_long_is_refused_and_not_lost(organiser):
    make_recommendation()

    answer = save(organiser, "a" * 2001)

    assert answer.status_code == 400
    assert "a" * 2001 in answer.content.decode()
    assert unit().value("es") == ""


def test_an_empty_translation_is_none(organiser):
    make_recommendation(text_es="Formar.")

    save(organiser, " ", do="review")

    assert unit().state("es") == "missing"


def test_what_somebody_else_saved_meanwhile_is_shown_before_it_is_lost(organiser):
    make_recommendation()
    mark = unit().mark("es")
    save(somebody_else(), "Capacitar a los **jueces**.")

    answer = save(organiser, "Formar a los **jueces**.", mark=mark)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<del>Capacitar </del><ins>Formar </ins>" in page
    assert unit().value("es") == "Capacitar a los **jueces**."

    mark = re.search(r'name="mark" value="([^"]+)"', page)[1]
    save(organiser, "Formar a los **jueces**.", mark=mark)
    assert unit().value("es") == "Formar a los **jueces**."


def test_an_original_that_changed_meanwhile_is_looked_at_first(organiser):
    row = make_recommendation()
    mark = unit().mark("es")
    row.text_fr = "Former les **juges** et la police."
    row.save()

    answer = save(organiser, "Formar a los **jueces**.", mark=mark)

    assert answer.status_code == 409
    assert "The original changed after you opened this page" in answer.content.decode()
    assert "Formar a los **jueces**." in answer.content.decode()
    assert unit().value("es") == ""


def test_a_stale_translation_shows_what_changed(organiser):
    row = make_recommendation(text="Former les juges.", text_es="Formar a los jueces.")
    row.text_fr = "Former les procureurs."
    row.save()

    page = organiser.get(address()).content.decode()

    assert "original changed" in page
    assert "Former les <del>juges</del><ins>procureurs</ins>." in page


def test_saving_a_stale_translation_says_that_it_is_still_right(organiser):
    row = make_recommendation(text="Former les juges.", text_es="Formar a los jueces.")
    row.text_fr = "Former les juges !"
    row.save()

    save(organiser, "Formar a los jueces.")

    row = Recommendation.objects.get(reference=REFERENCE)
    assert row.state_in("es") == "draft"
    assert row.made_from_es == row.original_version == 2


def test_one_text_of_a_section_does_not_hide_that_the_other_is_stale(organiser):
    section = make_section(
        heading_fr="Gouvernements",
        heading_es="Gobiernos",
        introduction_fr="Pour commencer.",
        introduction_es="Para empezar.",
    )
    section.introduction_fr = "Pour finir."
    section.save()
    heading, introduction = (
        f"section/2021/africa/1/{field}" for field in ("heading", "introduction")
    )

    save(organiser, "Los gobiernos", name=heading)
    assert find(introduction).state("es") == "stale"
    assert find(introduction).original_before("es") == "Pour commencer."

    save(organiser, "Para terminar.", name=introduction)
    assert find(introduction).state("es") == find(heading).state("es") == "draft"


# Terms and doubts.


def test_the_longest_term_is_told_once():
    found = hints("La traite des êtres humains et l’esclavage moderne.", "fr", "es")

    assert ("traite des êtres humains", "trata de personas") in found
    assert ("esclavage moderne", "esclavitud moderna") in found
    assert not [pair for pair in found if pair[0] in {"traite", "esclavage"}]


def test_terms_are_found_in_any_of_their_forms():
    assert (
        dict(hints("Les recommandations", "fr", "en"))["recommandation"]
        == "recommendation"
    )


def test_the_table_of_terms_in_contributing_is_the_one_translators_see():
    text = (settings.BASE_DIR / "CONTRIBUTING.md").read_text()
    table = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.M)
    told = {row["en"]: row for row in reversed(listed())}  # ours count first

    rows = [row for row in table if row[0] != "English"]
    assert len(rows) > 10
    for english, french, spanish, arabic in rows:
        row = told[english]
        assert french in row["fr"].split("/")
        assert (spanish, arabic) == (row["es"], row["ar"])


@pytest.mark.parametrize(
    ("original", "value", "language", "count"),
    [
        ("Former les juges.", "", "es", 0),
        ("Former 5 000 **juges**.", "Formar 5.000 **jueces**.", "es", 0),
        ("Former 40 juges.", "تدريب ٤٠ قاضيًا.", "ar", 0),
        ("Former les **juges**.", "Formar a los jueces.", "es", 1),
        ("Un texte " * 10, "Un texte " * 10, "es", 1),
        ("Un texte " * 10, "نص واحد " * 12, "es", 1),
        ("Un texte " * 10, "Un texto " * 40, "es", 1),
        ("Former les juges.", "Escriba a ana.perez@ejemplo.org.", "es", 1),
    ],
)
def test_doubts(original, value, language, count):
    row = make_recommendation(text=original)

    assert len(doubts(row.original("text"), language, value)) == count


# Files.


def export(client, kind, language="es", query="state=all"):
    answer = client.get(
        reverse("translations:export", args=[language]) + f"?format={kind}&{query}"
    )
    return b"".join(answer) if answer.streaming else answer.content


def send(client, data, name, language="es", **asked):
    file = SimpleUploadedFile(name, data)
    url = reverse("translations:preview", args=[language])
    return client.post(url, {"file": file, **asked})


def bring(client, preview, language="es", take=()):
    found = re.search(r'name="payload" value="([^"]+)"', preview.content.decode())
    return client.post(
        reverse("translations:bring", args=[language]),
        {"payload": found[1], "take": list(take)},
        follow=True,
    )


def with_translations(data, kind, told):
    """An exported file in which somebody wrote; `told`: by id, what."""
    if kind == "po":
        catalog = read_po(io.BytesIO(data))
        for message in catalog:
            message.string = told.get(message.context, message.string)
        stream = io.BytesIO()
        write_po(stream, catalog)
        return stream.getvalue()
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        for row in rows:
            row[5] = told.get(row[0], row[5])
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        return out.getvalue().encode("utf-8-sig")
    book = load_workbook(io.BytesIO(data))
    for row in book.active.iter_rows():
        row[5].value = told.get(row[0].value, row[5].value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["xlsx", "csv", "po"])
def test_translations_go_out_and_come_back(organiser, kind):
    make_recommendation(text="=Former les **juges** : « 40 % » d’entre eux.")
    make_recommendation(text="Écouter.", text_es="Escuchar.")
    told = {
        NAME: "Formar a los **jueces**:\n«40 %».",
        "area/media/name": "Medios",
        "section/2021/africa/1/heading": "Gobiernos",
    }
    data = with_translations(export(organiser, kind), kind, told)

    bring(organiser, send(organiser, data, f"es.{kind}"))

    for name, value in told.items():
        assert find(name).value("es") == value
    row = Recommendation.objects.get(reference=REFERENCE)
    assert row.state_in("es") == "draft"
    assert row.history.first().history_change_reason == "translated outside"
    # The same file again changes nothing, and is no second translation.
    again = send(organiser, data, f"es.{kind}")
    assert "payload" in again.content.decode()
    before = Recommendation.history.count()
    bring(organiser, again)
    assert Recommendation.history.count() == before


def test_headings_are_known_in_the_language_of_whoever_exported(organiser):
    make_recommendation(text_es="Formar.")
    organiser.defaults["HTTP_ACCEPT_LANGUAGE"] = "ar"
    data = export(organiser, "xlsx")
    organiser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    page = send(organiser, data, "es.xlsx").content.decode()

    assert "unchanged: 1" in page


def test_a_late_translation_of_an_older_original_is_stale(organiser):
    row = make_recommendation()
    data = with_translations(
        export(organiser, "po"), "po", {NAME: "Formar a los **jueces**."}
    )
    row.text_fr = "Former les **juges** et la police."
    row.save()

    page = send(organiser, data, "es.po")
    assert "made from an older original" in page.content.decode()
    bring(organiser, page)

    assert unit().value("es") == "Formar a los **jueces**."
    assert unit().state("es") == "stale"
    assert unit().original_before("es").endswith("**juges**.")


def test_a_translation_that_changed_here_as_well_waits_for_a_decision(organiser):
    make_recommendation(text_es="Formar.")
    data = with_translations(export(organiser, "xlsx"), "xlsx", {NAME: "Adiestrar."})
    save(organiser, "Capacitar.")

    page = send(organiser, data, "es.xlsx")
    assert "changed here as well" in page.content.decode()
    bring(organiser, page)
    assert unit().value("es") == "Capacitar."

    bring(organiser, send(organiser, data, "es.xlsx"), take=[NAME])
    assert unit().value("es") == "Adiestrar."


def test_what_changed_after_the_preview_is_left_as_it_is(organiser):
    make_recommendation()
    data = with_translations(export(organiser, "po"), "po", {NAME: "Formar."})
    page = send(organiser, data, "es.po")
    save(organiser, "Capacitar.")

    answer = bring(organiser, page)

    assert unit().value("es") == "Capacitar."
    assert NAME in answer.content.decode()


def test_a_machine_made_translation_is_told_to_readers_until_somebody_mends_it(
    organiser,
):
    make_recommendation()
    data = with_translations(
        export(organiser, "po"), "po", {NAME: "Formar a los **jueces**."}
    )
    bring(organiser, send(organiser, data, "es.po", by_machine="on"))

    assert unit().state("es") == "machine"
    public = f"/es/recommendations/{REFERENCE}/"
    assert "Traducido por un programa" in organiser.get(public).content.decode()

    save(somebody_else(), "Formar a las **juezas y jueces**.")
    assert unit().state("es") == "draft"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["recommendation/2021-AFRIC-999/text", "x"]], "2021-AFRIC-999"),
        ([["user/1/password", "x"]], "user/1/password"),
        ([["", "x"]], "It has no id"),
        ([[NAME, "x" * 2001]], "at most 2000"),
        ([["section/2021/africa/1/heading", "x" * 201]], "at most 200"),
        ([[NAME, "Formar."]], "does not say which original"),
        ([["area/media/name", "a"], ["area/media/name", "b"]], "row 2 has the same id"),
    ],
)
def test_a_wrong_row_is_told_with_its_place_and_the_rest_comes_in(
    organiser, rows, told
):
    make_recommendation()
    lines = [["id", "translation"], *rows, ["region/africa/name", "África"]]
    out = io.StringIO()
    csv.writer(out).writerows(lines)

    preview = send(organiser, out.getvalue().encode(), "es.csv")
    page = preview.content.decode()
    bring(organiser, preview)

    assert told in page
    assert f"row {1 + len(rows)} ·" in page
    assert find("region/africa/name").value("es") == "África"


def test_the_original_is_never_overwritten_by_a_file(organiser):
    make_recommendation(original_language="es", text_es="Formar.", text="Former.")
    line = f"id,translation\n{NAME},Otra cosa\n"

    preview = send(organiser, line.encode(), "es.csv")
    bring(organiser, preview)

    assert "It is the original" in preview.content.decode()
    assert unit().value("es") == "Formar."


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "x.po", ""),
        (b"a,b\n1,2\n", "x.csv", "missing"),
        (b'msgid "a\nmsgstr', "x.po", "Line 1"),
        (b'msgid ""\nmsgstr "Language: ar\\n"\n', "x.po", "ar"),
        (b'msgid ""\nmsgstr "Language: zzz_QQ_1\\n"\n', "x.po", "no text"),
        (b'msgid "a"\n\nmsgid "b"\n', "x.po", "PO file"),
        (b"\xff\xfe\x00\x00", "x.po", "no text"),
        (b"%PDF-1.4", "x.pdf", "xlsx"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_a_sentence(organiser, data, name, told):
    answer = send(organiser, data, name)

    assert answer.status_code == 302
    assert told in said(answer)[0]


def test_a_changed_preview_is_refused(organiser):
    answer = organiser.post(
        reverse("translations:bring", args=["es"]), {"payload": "x:y:z"}, follow=True
    )

    assert "too old" in answer.content.decode()


@given(st.binary(max_size=400), st.sampled_from(["x.po", "x.csv", "x.xlsx"]))
@tries(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_read_or_refused(data, name):
    with suppress(Refused):
        read_file(io.BytesIO(data), name, "es")


@given(st.text(max_size=60))
@tries(max_examples=100, deadline=None)
def test_any_catalogue_is_read_or_refused(text):
    data = f'msgid ""\nmsgstr ""\n\nmsgctxt "a"\nmsgid "b"\n{text}\n'.encode(
        errors="replace"
    )
    with suppress(Refused):
        read_file(io.BytesIO(data), "x.po", "es")


# What readers see.


def test_readers_get_from_a_translation_to_its_original(client):
    row = make_recommendation(text_es="Formar a los **jueces**.", reviewed_es=True)
    url = f"/es/recommendations/{row.reference}/"

    listed_on = client.get("/es/recommendations/").content.decode()
    page = client.get(url).content.decode()

    assert (
        f'<a class="original" href="{url}#original">Original: francés</a>' in listed_on
    )
    assert re.search(r'<details class="other-language" id="original" open>', page)
    assert 'class="original"' not in client.get("/fr/recommendations/").content.decode()


def test_heading_and_introduction_of_a_section_have_their_original_too(client):
    section = make_section(
        heading_fr="Gouvernements",
        heading_es="Gobiernos",
        introduction_fr="Pour commencer.",
        introduction_es="Para empezar.",
    )
    make_recommendation(section=section)

    page = client.get("/es/regions/africa/").content.decode()

    original = page.split('<details class="original">')[1].split("</details>")[0]
    assert "Original: francés" in original
    assert 'lang="fr" dir="ltr">Gouvernements<' in original
    assert 'lang="fr" dir="ltr">Pour commencer.<' in original
    assert Section.objects.get().state_in("es") == "draft"
