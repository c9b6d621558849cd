"""An office program opens the booklet and loses nothing. Not in CI: `make deep`."""

import shutil
import subprocess
import unicodedata
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.http import QueryDict
from django.utils import translation

from priorities.booklet import docx, gathering
from priorities.filters import RecommendationFilter
from regions.models import Edition

pytestmark = [
    pytest.mark.deep,
    pytest.mark.django_db,
    pytest.mark.usefixtures("edition_2021"),
]


def converted(path, ending):
    """LibreOffice's own reading of a file, saved again."""
    command = ["soffice", "--headless", "--convert-to", ending, "--outdir", path.parent]
    subprocess.run([*command, path], check=True, capture_output=True, timeout=300)
    return path.with_suffix(f".{ending.split(':')[0]}")


def letters(text):
    kept = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in kept if sign.isalnum())


@pytest.mark.parametrize("language", settings.CONTENT_LANGUAGES)
def test_libreoffice_reads_every_word(language, tmp_path):
    assert shutil.which("soffice"), "install libreoffice-writer-nogui"
    path = tmp_path / "booklet.docx"
    with translation.override(language):
        filterset = RecommendationFilter(QueryDict(), edition="2021")
        booklet = gathering.of_edition(filterset, Edition.objects.get(year=2021))
        with path.open("wb") as file:
            docx.write(booklet, file)

    said = letters(converted(path, "txt:Text (encoded):UTF8").read_text("utf-8-sig"))
    odt = ZipFile(BytesIO(converted(path, "odt").read_bytes()))

    for chapter in booklet.chapters:
        for listing in chapter.listings:
            for item in listing.items:
                assert letters(item.text.plain) in said, item.reference
    for _heading, paragraph in booklet.about:
        assert letters(paragraph) in said
    read = odt.read("content.xml").decode()
    assert read.count("<text:table-of-content ") == 1
    assert read.count('text:outline-level="1"') >= len(booklet.chapters)
    is_mirrored = 'style:writing-mode="rl-tb"' in read + odt.read("styles.xml").decode()
    assert is_mirrored == (language == "ar")
