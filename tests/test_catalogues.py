"""The interface speaks every language whole: nothing missing, unused, fuzzy or garbled."""

import re
import string
from datetime import UTC, datetime

import pytest
from django.utils import translation
from django.utils.formats import date_format, number_format

from forum import catalogues

NAMED = re.compile(r"%\((\w+)\)[sd]|%[sd]")
MARKUP = re.compile(r"<[^>]+>")


def placeholders(text):
    braces = [name for _text, name, _spec, _conv in string.Formatter().parse(text)]
    named = [match.group() for match in NAMED.finditer(text)]
    return (
        sorted(named),
        len([b for b in braces if b is not None]),
        MARKUP.findall(text),
    )


@pytest.mark.parametrize("language", catalogues.translated_languages())
def test_the_catalogue_holds_exactly_the_strings_that_are_marked(language):
    marked = {(m.id, m.context) for m in catalogues.extracted() if m.id}
    held = {(m.id, m.context) for m in catalogues.read(language) if m.id}

    assert held == marked


@pytest.mark.parametrize("language", catalogues.translated_languages())
def test_every_string_is_translated_and_keeps_its_placeholders(language):
    for message in catalogues.read(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        assert "fuzzy" not in message.flags
        for number, text in enumerate(catalogues.strings(message)):
            model = ids[min(number, len(ids) - 1)]
            assert text, message.id
            assert placeholders(text) == placeholders(model), message.id


def test_french_signs_stay_with_their_words():
    """A line never begins with a colon, nor ends with an opening quote."""
    loose = re.compile(r" [:;!?»](?!\w)|« ")

    assert [
        text
        for message in catalogues.read("fr")
        for text in catalogues.strings(message)
        if message.id and loose.search(text)
    ] == []


@pytest.mark.parametrize("language", catalogues.translated_languages())
def test_what_packages_leave_unsaid_is_said_in_each_language(language):
    """Django falls back to French where a package lacks Spanish or Arabic."""
    with translation.override(language):
        said = {
            translation.gettext(text)
            for text in (
                "Created",
                "View history: %s",
                "This exporter will export the following fields: ",
                "Reset password",
            )
        }
    with translation.override("fr"):
        in_french = {
            translation.gettext(text) for text in ("Created", "Reset password")
        }

    assert len(said) == 4
    assert bool(said & in_french) == (language == "fr")


FILES = {  # the same in every language
    *("CSV", "XLSX", "JSON", "PDF", "DOCX", "HTML", "BibTeX", "RIS", "CSL-JSON"),
    *("Turtle", "JSON-LD", "datapackage.json", "checksums.txt"),
}
LITERAL = re.compile(r">\s*([^<>{}\s][^<>{}]*[A-Za-z]{3}[^<>{}]*)<")


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in catalogues.sources()
        if p.suffix == ".html" and p.name not in {"400.html", "500.html", "503.html"}
    ],
    ids=lambda path: path.name,
)
def test_no_template_holds_a_literal_that_cannot_be_translated(path):
    text = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", path.read_text(), flags=re.S)
    text = re.sub(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", "", text, flags=re.S)
    text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.S)

    assert set(LITERAL.findall(text)) <= FILES


@pytest.mark.parametrize(
    ("language", "day", "minute"),
    [
        ("fr", "8 novembre 2021", "8 novembre 2021 14:05"),
        ("en", "8 November 2021", "8 November 2021, 14:05"),
        ("es", "8 de noviembre de 2021", "8 de noviembre de 2021 a las 14:05"),
        ("ar", "8 نوفمبر 2021", "8 نوفمبر 2021، 2:05 م"),
    ],
)
def test_dates_are_written_as_the_reader_writes_them(language, day, minute):
    moment = datetime(2021, 11, 8, 14, 5, tzinfo=UTC)

    with translation.override(language):
        assert date_format(moment) == day
        assert date_format(moment, "DATETIME_FORMAT") == minute


@pytest.mark.parametrize(
    ("language", "written"),
    [("fr", "1,5"), ("en", "1.5"), ("es", "1,5"), ("ar", "1.5")],
)
def test_numbers_have_western_digits_and_the_readers_separator(language, written):
    with translation.override(language):
        assert number_format(1.5) == written
