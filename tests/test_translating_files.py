"""Files of translations as people's programs write them, and what became of them here."""

import csv
import io
import unicodedata
from datetime import date

import pytest
from openpyxl import load_workbook

from accounts.models import User
from accounts.roles import assign
from priorities.models import PriorityArea, Recommendation, Section
from translations.units import find

from .factories import make_recommendation, make_section
from .test_translating import (
    NAME,
    bring,
    export,
    organiser,
    said,
    send,
    unit,
)

__all__ = ["organiser"]

pytestmark = pytest.mark.django_db
MINE = "Formar a los **jueces**."


def catalogue(organiser, language="es", value=MINE):
    """An exported catalogue of one text in which somebody wrote."""
    query = "state=all&kind=recommendation.text"
    text = export(organiser, "po", language, query).decode()
    start = text.rindex("msgstr ")
    return text[:start] + f'msgstr "{value}"\n'


def changed(organiser, change):
    """An exported workbook that somebody changed."""
    book = load_workbook(io.BytesIO(export(organiser, "xlsx")))
    change(book, book.active)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def row_of(sheet, name=NAME):
    return next(row for row in sheet.iter_rows() if row[0].value == name)


def write(value, column=5):
    def change(_book, sheet):
        row_of(sheet)[column].value = value

    return change


def table(rows, **dialect):
    out = io.StringIO()
    csv.writer(out, **dialect).writerows(rows)
    return out.getvalue()


def told(answer):
    return answer.content.decode()


# Catalogues.


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.replace("=utf-8", "=ISO-8859-1").encode("latin-1"),
        lambda text: text.encode("cp1252"),  # and the header says UTF-8
        lambda text: text.replace("=utf-8", "=CHARSET").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace('msgstr "', 'msgstr\t"').encode(),
        lambda text: text.replace('"\n', '"  \n').encode(),
        lambda text: text.replace("Language: es", "Language: es-MX").encode(),
        lambda text: text.replace("Language: es", "Language: es@latin").encode(),
        lambda text: text.replace("Language: es", "Language: Spanish").encode(),
        lambda text: text.replace("Date: ", "Date: yesterday ").encode(),
        lambda text: (text + '\n#~ msgid "a"\n#~ msgstr "b"\n').encode(),
        lambda text: (text + '\n#~| msgid "x"\n#~ msgid "a"\n#~ msgstr "b"').encode(),
        lambda text: text.replace("#. mark", "# mark").encode(),
    ],
)
@pytest.mark.parametrize("name", ["es.po", "es.po.txt", "es"])
def test_a_catalogue_is_read_as_whatever_program_wrote_it(organiser, rewrite, name):
    make_recommendation(text="Former les **juges** en été.")
    value = "Formar a los **jueces** según el año."

    bring(organiser, send(organiser, rewrite(catalogue(organiser, value=value)), name))

    assert unit().value("es") == value


def test_a_catalogue_in_arabic_of_one_byte_a_letter_is_read(organiser):
    make_recommendation(text="Former les **juges**.")
    value = "تدريب **القضاة** في كل بلد"
    text = catalogue(organiser, "ar", value).replace("=utf-8", "=windows-1256")

    bring(organiser, send(organiser, text.encode("cp1256"), "ar.po", "ar"), "ar")

    assert unit().value("ar") == value


@pytest.mark.parametrize(
    ("added", "line"),
    [
        ('msgid "a"\nmsgstr "Medios\n', "“msgstr &quot;Medios”"),
        (
            'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n',
            "“msgid_plural &quot;b&quot;”",
        ),
        ("Hola\n", "“Hola”"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(organiser, added, line):
    make_recommendation()

    answer = send(organiser, (catalogue(organiser) + "\n" + added).encode(), "es.po")

    assert line.replace("&quot;", '"') in said(answer)[0]
    assert unit().value("es") == ""


def test_a_text_that_stands_twice_in_a_catalogue_is_told_and_not_lost(organiser):
    make_recommendation()
    text = catalogue(organiser)
    twice = text + text[text.rindex("#. mark") :].replace("Formar", "Capacitar")

    page = send(organiser, twice.encode(), "es.po")

    assert "has the same id: one text, one row." in told(page)
    bring(organiser, page)
    assert unit().value("es") == MINE


def test_what_a_translator_is_unsure_of_is_told(organiser):
    make_recommendation()
    text = catalogue(organiser).replace("msgctxt", "#, fuzzy\nmsgctxt")

    assert "marks it as unsure" in told(send(organiser, text.encode(), "es.po"))


def test_a_stale_translation_is_still_right_when_its_doubt_is_taken_off(organiser):
    row = make_recommendation(text="Former les juges.", text_es="Formar a los jueces.")
    row.text_fr = "Former les juges !"
    row.save()
    text = catalogue(organiser, value="Formar a los jueces.")

    bring(organiser, send(organiser, text.encode(), "es.po"))
    assert unit().state("es") == "stale"  # nobody looked

    page = send(organiser, text.replace("#, fuzzy\n", "").encode(), "es.po")
    bring(organiser, page)
    assert "still right" in told(page)
    assert unit().state("es") == "draft"


# Tables.


@pytest.mark.parametrize(
    "value",
    [
        "Formar.",
        "  Formar. \u00a0",
        "\u200fFormar.\u200f",
        "\u202bFormar.\u202c",
        "\ufeffFormar.",
    ],
)
def test_signs_nobody_sees_around_a_text_are_no_change(organiser, value):
    make_recommendation(text_es="Formar.")

    page = send(organiser, changed(organiser, write(value)), "es.xlsx")

    assert "<li>changed: " not in told(page)


def test_another_spelling_of_the_same_signs_is_no_change(organiser):
    make_recommendation(text_es=unicodedata.normalize("NFD", "Formar según él.\nSí."))
    value = "Formar según él._x000D_\nSí."

    page = send(organiser, changed(organiser, write(value)), "es.xlsx")

    assert "<li>changed: " not in told(page)


def test_a_name_has_one_line(organiser):
    make_recommendation(areas=("media",))
    rows = [["id", "translation"], ["area/media/name", "Medios\nde comunicación"]]

    for _time in range(2):
        page = send(organiser, table(rows).encode(), "es.csv")
        bring(organiser, page)

    assert PriorityArea.objects.get(slug="media").name_es == "Medios de comunicación"
    assert "unchanged: 1" in told(page)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("=Formar", "formula with no stored value"),
        ("#NAME?", "the error of a formula"),
        ("????? ??? ?????", "no letters"),
        (40, "no letters"),
        (date(2021, 1, 1), "no letters"),
    ],
)
def test_what_a_program_made_of_a_translation_is_none(organiser, value, reason):
    make_recommendation()

    page = send(organiser, changed(organiser, write(value)), "es.xlsx")

    assert reason in told(page)
    assert "cannot come in: 1" in told(page)


def test_an_id_with_signs_nobody_sees_is_known(organiser):
    make_recommendation()

    def change(_book, sheet):
        row = row_of(sheet)
        row[0].value, row[5].value = f"\u200e{NAME}\u00a0", MINE

    bring(organiser, send(organiser, changed(organiser, change), "es.xlsx"))

    assert unit().value("es") == MINE


def test_every_sheet_that_has_the_headings_is_read(organiser):
    make_recommendation()
    make_recommendation(text="Écouter.")

    def change(book, sheet):
        other = book.create_sheet("Second part")
        other.append([cell.value for cell in sheet[1]])
        row = row_of(sheet, "recommendation/2021-AFRIC-002/text")
        other.append([cell.value for cell in row])
        other.append([cell.value for cell in row_of(sheet)])
        other.cell(2, 6).value = "Escuchar."
        other.cell(3, 6).value = MINE
        row[5].value = None  # empty here, told there

    page = send(organiser, changed(organiser, change), "es.xlsx")
    bring(organiser, page)

    assert "sheet “Second part”, row 2" in told(page)
    assert find("recommendation/2021-AFRIC-002/text").value("es") == "Escuchar."
    assert unit().value("es") == MINE


def test_a_copy_of_a_sheet_says_the_same_and_is_no_fault(organiser):
    make_recommendation(text_es="Formar.")

    def change(book, sheet):
        book.copy_worksheet(sheet)

    page = told(send(organiser, changed(organiser, change), "es.xlsx"))

    assert "cannot come in" not in page


def test_a_file_of_another_language_is_doubted(organiser):
    make_recommendation(text="Former les juges de tous les pays à écouter les femmes.")
    value = "Train the judges of all countries to listen to the women who were harmed."

    page = send(organiser, changed(organiser, write(value)), "es.xlsx")

    assert "It seems to be in another language: English." in told(page)


# What became of it here meanwhile.


def test_a_section_that_changed_places_keeps_its_translation_for_itself(organiser):
    first = make_section(heading_fr="Gouvernements")
    second = make_section(heading_fr="Entreprises", position=2)
    name = "section/2021/africa/1/heading"
    data = changed(
        organiser, lambda _book, sheet: setattr(row_of(sheet, name)[5], "value", "Gob.")
    )
    for section, position in ((first, 9), (second, 1), (first, 2)):
        Section.objects.filter(pk=section.pk).update(position=position)

    page = send(organiser, data, "es.xlsx")
    bring(organiser, page)

    assert "of another original: 1" in told(page)
    assert "In the file its original is “Gouvernements”" in told(page)
    assert find(name).value("es") == ""
    bring(organiser, send(organiser, data, "es.xlsx"), take=[name])
    assert find(name).value("es") == "Gob."


def test_a_name_that_changed_meanwhile_waits_for_a_decision(organiser):
    make_recommendation(areas=("media",))
    name = "area/media/name"
    data = changed(
        organiser, lambda _book, sheet: setattr(row_of(sheet, name)[5], "value", "M.")
    )
    PriorityArea.objects.filter(slug="media").update(name_fr="Presse")

    assert "of another original: 1" in told(send(organiser, data, "es.xlsx"))


def test_an_original_that_changed_and_changed_back_is_the_same(organiser):
    row = make_recommendation(text="Former.")
    data = catalogue(organiser).encode()
    for text in ("Former les juges.", "Former."):
        row.text_fr = text
        row.save()

    bring(organiser, send(organiser, data, "es.po"))

    assert unit().state("es") == "draft"


@pytest.mark.parametrize("is_merged", [False, True])
def test_a_translation_of_what_was_withdrawn_is_told_so(organiser, is_merged):
    row = make_recommendation()
    other = make_recommendation()
    data = changed(organiser, write(MINE))
    if is_merged:
        row.merge_into(other)
    else:
        row.withdraw()

    page = told(send(organiser, data, "es.xlsx"))

    assert f"“{NAME}” was withdrawn or merged since" in page


def test_a_reviewed_translation_is_not_lost_unseen(organiser):
    make_recommendation(text_es="Formar.", reviewed_es=True)

    page = told(send(organiser, changed(organiser, write(MINE)), "es.xlsx"))

    assert "other words have to be reviewed again" in page


def test_a_preview_sent_twice_says_nothing_of_what_came_in_before(organiser):
    make_recommendation()
    page = send(organiser, catalogue(organiser).encode(), "es.po")
    bring(organiser, page)
    before = Recommendation.history.count()

    answer = bring(organiser, page)

    assert "0 translations came in." in told(answer)
    assert "Changed meanwhile" not in told(answer)
    assert Recommendation.history.count() == before


def test_who_lost_a_region_after_the_preview_brings_in_what_is_still_theirs(organiser):
    make_recommendation(areas=("media",), status="draft")
    rows = [
        ["id", "translation", "original"],
        ["area/media/name", "Medios", find("area/media/name").original.value],
        [NAME, MINE, unit().original.value],
    ]
    page = send(organiser, table(rows).encode(), "es.csv")
    user = User.objects.get(username="organiser")
    assign(user, ["reviewer"])
    User.objects.update(languages=["es"])

    answer = bring(organiser, page)

    assert find("area/media/name").value("es") == "Medios"
    assert not unit().value("es")
    assert "yours to change no more" in told(answer)
    again = told(send(organiser, table(rows).encode(), "es.csv"))
    assert f"Nothing here is called “{NAME}”" in again
