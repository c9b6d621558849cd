"""The booklet: everything of an edition, as PDF, DOCX and one HTML file."""

import os
import re
import shutil
import subprocess
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.http import QueryDict
from django.utils import translation
from docx import Document

from priorities import made as store
from priorities.booklet import colours, docx, gathering, html, pdf
from priorities.booklet.typography import in_french
from priorities.filters import RecommendationFilter
from priorities.models import Recommendation
from regions.models import Edition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]
WRITERS = {"pdf": pdf, "docx": docx, "html": html}
every_language = pytest.mark.parametrize("language", settings.CONTENT_LANGUAGES)
MARKS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad]")


def gathered(language, query=""):
    with translation.override(language):
        return gathering.of_edition(
            RecommendationFilter(QueryDict(query), edition="2021"),
            Edition.objects.get(year=2021),
        )


def bytes_of(kind, booklet):
    file = BytesIO()
    with translation.override(booklet.language):
        WRITERS[kind].write(booklet, file)
    return file.getvalue()


@cache
def whole(kind, language):
    """The whole booklet of what nobody has changed, made once."""
    return bytes_of(kind, gathered(language))


def text_of(kind, data):
    if kind == "pdf":
        return MARKS.sub("", pdf_text(data))
    if kind == "docx":
        xml = ZipFile(BytesIO(data)).read("word/document.xml").decode()
        return MARKS.sub("", "".join(re.findall(r"<w:t[ >][^<]*", xml)))
    return data.decode()


def pdf_text(data):
    """What poppler reads in a PDF: an office program's eye, and a screen reader's."""
    if not shutil.which("pdftotext"):
        if os.environ.get("CI"):
            pytest.fail("pdftotext is missing: .ci/run installs poppler-utils")
        pytest.skip("pdftotext is missing: install poppler-utils")
    read = subprocess.run(
        ["pdftotext", "-", "-"], input=data, capture_output=True, check=True
    )
    return read.stdout.decode()


def references():
    rows = Recommendation.objects.published()
    return set(rows.values_list("reference", flat=True))


@every_language
def test_every_reference_is_found_in_every_format(language):
    for kind in WRITERS:
        said = text_of(kind, whole(kind, language)).replace("\n", "")
        found = set(re.findall(r"2021-[A-Z]+-[0-9]{3}", said))
        assert found == references(), kind


@every_language
def test_a_pdf_says_its_language_is_tagged_and_has_bookmarks(language):
    document = pikepdf.open(BytesIO(whole("pdf", language)))

    root = document.Root
    assert str(root.Lang) == language
    assert root.MarkInfo.Marked
    kinds = tags(root.StructTreeRoot)
    assert {"H1", "H2", "L", "LI", "Link", "Table", "TH", "TD", "Figure"} <= kinds
    with document.open_outline() as outline:
        titles = [item.title for item in outline.root]
    chapters = [chapter.title for chapter in gathered(language).chapters]
    assert [title for title in titles if title in chapters] == chapters
    with document.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == gathered(language).title


def tags(node):
    kinds, waiting = set(), [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, pikepdf.Dictionary):
            kinds.add(str(here.get("/S", "")).removeprefix("/"))
            below = here.get("/K")
            below = below if isinstance(below, pikepdf.Array) else [below]
            waiting += [each for each in below if isinstance(each, pikepdf.Dictionary)]
    return kinds


def test_every_address_in_it_resolves_on_the_site(client):
    document = pikepdf.open(BytesIO(whole("pdf", "fr")))
    addresses = {
        str(note.A.URI)
        for page in document.pages
        for note in page.get("/Annots", [])
        if "/A" in note and "/URI" in note.A
    }

    paths = {address.removeprefix(settings.SITE_URL) for address in addresses}
    assert all(path.startswith("/fr/") for path in paths)
    assert len(paths) == len(references()) + 8 + 1  # entries, regions, its own page
    assert {client.get(path).status_code for path in sorted(paths)} == {200}


def test_arabic_can_be_copied_letter_by_letter():
    said = text_of("pdf", bytes_of("pdf", gathered("ar", "region=asia")))

    row = Recommendation.objects.get(reference="2021-ASI-001")
    words = re.findall(r"[\u0621-\u064a]{3,}", row.text_ar)
    plain = [word for word in words if not re.search("ل[اأإآ]|[ًيىي]", word)]
    assert len(plain) > 5
    assert [word for word in plain if word not in said] == []


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_booklet_has_the_same_bytes(kind):
    assert bytes_of(kind, gathered("ar")) == whole(kind, "ar")


@every_language
def test_one_html_file_needs_no_network_and_stays_small(language):
    page = whole("html", language)

    assert len(page) < 1_000_000
    said = page.decode()
    assert f'<html lang="{language}"' in said
    assert not re.findall(r"""(?:src|<link|@import|url\()""", said)
    anchors = set(re.findall(r' id="([^"]+)"', said))
    within = set(re.findall(r'href="#([^"]+)"', said))
    assert within <= anchors
    assert references() <= within


@every_language
def test_a_docx_has_real_styles_its_language_and_a_field_of_contents(language):
    data = whole("docx", language)
    document = Document(BytesIO(data))
    booklet = gathered(language)

    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert [c.title for c in booklet.chapters] == [
        text for text in headings if text in {c.title for c in booklet.chapters}
    ]
    entries = [p for p in document.paragraphs if p.style.name == "Entry"]
    assert len(entries) == len(references())
    xml = ZipFile(BytesIO(data)).read("word/document.xml").decode()
    assert 'TOC \\o "1-2"' in xml
    assert document.core_properties.language == docx.LOCALES[language]
    styles = ZipFile(BytesIO(data)).read("word/styles.xml").decode()
    key = "w:bidi" if language == "ar" else "w:val"
    assert re.search(rf'<w:lang [^>]*{key}="{docx.LOCALES[language]}"', styles)
    assert ("<w:bidiVisual/>" in xml) == (language == "ar")
    assert ("<w:rtl/>" in xml) == (language == "ar")


def test_key_terms_are_bold_and_no_sign_of_the_markup_is_left():
    booklet = gathered("fr")

    assert ("pauvreté", True) in booklet.chapters[0].listings[0].items[1].text.pieces
    for kind in WRITERS:
        assert "**" not in text_of(kind, whole(kind, "fr"))


def test_regions_have_on_paper_the_colours_they_have_on_the_site():
    styles = Path(settings.BASE_DIR, "static/site.css").read_text()

    for slug, colour in colours.REGIONS.items():
        assert re.search(rf"--{slug}: #([0-9a-f]+)", styles)[1] == colour


def test_text_is_data_and_never_source():
    hostile = '#read("/etc/passwd") $x$ <script>alert(1)</script> & \\u{41} = "*"'
    row = Recommendation.objects.get(reference="2021-AFR-001")
    row.text_fr = hostile
    row.save()

    booklet = gathered("fr", "region=africa")

    assert hostile.split('"')[0] in booklet.chapters[0].listings[0].items[0].text.plain
    assert "#read(" in text_of("pdf", bytes_of("pdf", booklet))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in bytes_of("html", booklet).decode()
    assert "&lt;script&gt;" in text_of("docx", bytes_of("docx", booklet))


def test_narrowed_to_a_region_and_an_audience_it_holds_nothing_else():
    booklet = gathered("en", "region=mena&audience=governments")

    (chapter,) = booklet.chapters
    said = [item.reference for each in chapter.listings for item in each.items]
    rows = Recommendation.objects.published().filter(
        section__regional_forum__region__slug="mena",
        audience__slug__in=["governments", "governments-and-movement"],
    )
    assert sorted(said) == sorted(rows.values_list("reference", flat=True))
    assert booklet.narrowed == ("Middle East and North Africa · for Governments")
    assert booklet.introduction is None


def test_a_draft_is_in_no_booklet():
    row = Recommendation.objects.get(reference="2021-AFR-002")
    before = bytes_of("html", gathered("fr")).decode()
    row.withdraw()

    after = bytes_of("html", gathered("fr")).decode()

    assert row.text_fr.split("**")[0] in before
    assert row.text_fr.split("**")[0] not in after
    assert "2021-AFR-002" not in after


def test_more_than_a_booklet_holds_is_told(client, monkeypatch):
    monkeypatch.setattr(gathering, "MOST", 10)

    answer = client.get("/en/booklet/2021.pdf")

    assert answer.status_code == 413
    assert "these are" in answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "begins"), [("pdf", b"%PDF-1.7"), ("docx", b"PK"), ("html", b"<!doctype")]
)
def test_the_site_hands_it_out_and_makes_it_once(client, kind, begins, monkeypatch):
    address = f"/es/booklet/2021.{kind}?region=asia"
    first = client.get(address)
    data = first.getvalue()
    monkeypatch.setattr(gathering.Gathering, "chapters", None)

    second = client.get(address)

    assert data.startswith(begins)
    assert second.getvalue() == data
    assert first["Content-Disposition"] == (
        f'attachment; filename="priorities-2021-es.{kind}"'
    )
    assert "Set-Cookie" not in first
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_whoever_comes_while_another_is_made_is_told_to_stay(client):
    with store.turn(waits=False):
        answer = client.get("/en/booklet/2021.pdf?region=caribbean")

    assert answer.status_code == 503
    assert (answer["Retry-After"], answer["Refresh"]) == ("3", "3")
    assert "ETag" not in answer
    assert "yours comes by itself" in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/en/booklet/2021.pdf?region=atlantis", "/en/booklet/2021/?region=atlantis"),
        (
            "/en/booklet/2021.html?region=asia&region=atlantis",
            "/en/booklet/2021/?region=asia&region=atlantis",
        ),
        ("/en/selection.pdf", "/en/selection/"),
        ("/en/compare.docx?region=asia", "/en/compare/?region=asia"),
    ],
)
def test_what_cannot_be_printed_leads_to_the_page_that_says_why(client, address, page):
    answer = client.get(address)

    assert (answer.status_code, answer["Location"]) == (302, page)


def test_an_edition_nobody_published_has_no_booklet(client):
    Edition.objects.create(year=2024)

    statuses = {
        client.get(f"/en/booklet/{year}{end}").status_code
        for year in (2024, 1999)
        for end in ("/", ".pdf")
    }

    assert statuses == {404}


def test_a_selection_keeps_its_order_and_notes(client):
    code = "2021MENA14.AFR3"
    page = client.get(f"/en/selection/?selection={code}&note=first+%26+best&note=")

    html_file = client.get(f"/en/selection.html?{page['Location'].split('?')[1]}")

    said = html_file.getvalue().decode()
    entries = re.findall(r'<li class="[a-z-]+" id="([^"]+)"', said)
    assert entries == ["2021-MENA-014", "2021-AFR-003"]
    assert "first &amp; best" in said


def test_a_comparison_is_printed_whole(client):
    address = "/en/compare.html?region=africa&region=asia&by=area"

    said = client.get(address).getvalue().decode()

    wanted = RecommendationFilter(QueryDict("region=africa&region=asia"))
    rows = Recommendation.objects.published().filter(
        pk__in=[wanted.index.pks[n] for n in wanted.found], areas__isnull=False
    )
    found = set(re.findall(r' id="(2021-[^"]+)"', said))
    assert found == set(rows.values_list("reference", flat=True))
    assert client.get(address.replace(".html", ".pdf")).getvalue()[:4] == b"%PDF"
    assert client.get(address.replace(".html", ".docx")).getvalue()[:2] == b"PK"


def test_the_command_writes_what_the_site_hands_out(client, tmp_path):
    path = tmp_path / "booklet.pdf"

    call_command(
        "booklet", edition=2021, language="en", region=["mena"], output=str(path)
    )

    from_site = client.get("/en/booklet/2021.pdf?region=mena").getvalue()
    assert path.read_bytes() == from_site


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"edition": 1999}, "There is no published edition 1999."),
        ({"edition": 2021, "region": ["atlantis"]}, "nobody knows “atlantis”"),
        (
            {
                "edition": 2021,
                "country": ["NP"],
                "region": ["asia"],
                "kind": ["concerns"],
            },
            "Nothing is recorded",
        ),
    ],
)
def test_the_command_names_what_is_wrong(options, said, tmp_path):
    with pytest.raises(CommandError, match=said):
        call_command("booklet", **options, language="en", output=str(tmp_path / "x"))


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Quoi?", "Quoi\u202f?"),
        ("Quoi ?", "Quoi\u202f?"),
        ("un : deux", "un\u00a0: deux"),
        ("à 10:30", "à 10:30"),
        ("« mot »", "«\u00a0mot\u00a0»"),
        ("«mot»", "«\u00a0mot\u00a0»"),
        ('"mot"', "«\u00a0mot\u00a0»"),
        ("l'aide", "l’aide"),
        ("http://a.org/?b=c", "http://a.org/?b=c"),
        ("déjà\u202f; bien\u00a0: oui", "déjà\u202f; bien\u00a0: oui"),
        ("Vraiment ?!", "Vraiment\u202f?!"),
        ("(ou quoi ?)", "(ou quoi\u202f?)"),
    ],
)
def test_french_is_set_as_french(typed, set_):
    assert in_french(typed) == set_
