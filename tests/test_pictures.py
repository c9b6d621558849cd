"""A shared page shows a picture of its own words."""

import threading
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from PIL import Image

from priorities import pictures
from priorities.booklet import colours
from priorities.made import made
from regions.models import ContentChange

from .factories import make_area, make_edition, make_recommendation, make_region

pytestmark = pytest.mark.django_db

EXAMPLES = [
    "editions/2021",
    "regions/mena",
    "regions/europe",
    "areas/survivors",
    "areas/kafala",
    "recommendations/2021-MENA-014",
]
LONG = {
    "words": "Word <b>& {x} #set **bold** \u202e" * 300,
    "no space": "W" * 2000,
    "right to left": "ينبغي للحكومات أن تدرّب القضاة " * 60,
    "lines": "a\r\nb\n\n**c\nd** " * 100,
    "brackets": "#panic() $x$ \\ @ref <label> [/*" * 20,
}


def picture(client, path, language="en"):
    response = client.get(f"/{language}/pictures/{path}.png")
    assert response.status_code == 200, path
    assert response["Content-Type"] == "image/png"
    return response.getvalue()


def opened(content):
    image = Image.open(BytesIO(content))
    image.load()
    return image


def must_be_a_picture(content):
    assert opened(content).size == (1200, 630)
    assert opened(content).format == "PNG"
    assert len(content) <= 150_000


def has_ink(image, box):
    """Whether anything but paper is in a part of a picture."""
    return len(image.convert("RGB").crop(box).getcolors(200_000) or []) > 1


def must_keep_its_margins(content):
    image = opened(content)
    for box in ((16, 0, 60, 630), (1140, 0, 1184, 630), (16, 0, 1184, 50)):
        assert not has_ink(image, box), box
    assert not has_ink(image, (0, 575, 1200, 630))


@pytest.mark.usefixtures("edition_2021")
@pytest.mark.parametrize("path", EXAMPLES)
def test_every_kind_of_page_has_its_picture(client, path):
    for language in ("fr", "ar"):
        content = picture(client, path, language)
        must_be_a_picture(content)
        if not path.startswith("regions"):  # which have a rule at their side
            must_keep_its_margins(content)


@pytest.mark.usefixtures("edition_2021")
def test_the_same_words_give_the_same_bytes(client):
    first = picture(client, "recommendations/2021-MENA-014", "es")
    ContentChange.objects.create()

    again = picture(client, "recommendations/2021-MENA-014", "es")

    assert first == again
    assert first != picture(client, "recommendations/2021-MENA-014", "ar")


@pytest.mark.usefixtures("edition_2021")
def test_the_reference_stands_where_a_line_begins(client):
    right, left = (640, 530, 1140, 575), (60, 530, 560, 575)
    arabic, french = (
        opened(picture(client, "recommendations/2021-MENA-014", code))
        for code in ("ar", "fr")
    )

    assert widest(arabic, right) > widest(arabic, left)
    assert widest(french, left) > widest(french, right)


def widest(image, box):
    """How far the darkest ink reaches in a part of a picture."""
    grey = image.convert("L").crop(box).point(lambda value: 255 if value < 60 else 0)
    found = grey.getbbox()
    return found[2] - found[0] if found else 0


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_long_and_hostile_texts_stay_within_their_frame(client, text, language):
    entry = make_recommendation("mena", text=text[:2000])

    content = picture(client, f"recommendations/{entry.reference}", language)

    must_be_a_picture(content)
    must_keep_its_margins(content)


def test_names_of_any_length_stay_within_their_frame(client):
    make_edition()
    make_region("mena", name_en="Name " * 24, name_ar="الاسم" * 20)
    make_area("media", name_en="W" * 120, description_en="Word " * 60)

    for language in ("en", "ar"):
        must_be_a_picture(picture(client, "regions/mena", language))
        must_keep_its_margins(picture(client, "areas/media", language))


def test_words_are_taken_apart_with_their_key_terms():
    assert pictures.words_of("Train **two judges**, now.\r\n\u202e") == [
        [("Train", False)],
        [("two", True)],
        [("judges", True), (",", False)],
        [("now.", False)],
    ]
    (word,) = pictures.words_of("x" * 70)
    assert word == [("\u200b".join(["x" * 30, "x" * 30, "x" * 10]), False)]


def test_the_colours_are_those_of_the_site():
    sheet = Path(settings.BASE_DIR, "static", "site.css").read_text()

    for slug, colour in colours.REGIONS.items():
        assert f"--{slug}: #{colour};" in sheet


def test_what_is_not_reviewed_is_said_so(monkeypatch):
    entry = make_recommendation("mena", text_es="Formar a los jueces.")
    drawn = []
    monkeypatch.setattr(pictures, "draw", lambda *a, **told: drawn.append((a, told)))

    for code in ("fr", "en", "es"):
        with translation.override(code):
            pictures.of_recommendation(entry)

    said = [
        " ".join(run for word in told["below"]["words"] for run, _bold in word)
        if told["below"]
        else ""
        for _arguments, told in drawn
    ]
    assert said[0] == ""
    assert said[1] == "Not translated yet; this is the original."
    assert len(said[2]) > 10
    assert [main["language"] for (main,), _told in drawn] == ["fr", "fr", "es"]


def test_what_is_not_public_has_no_picture(client):
    make_recommendation("mena")
    draft = make_recommendation("mena", status="draft")
    withdrawn = make_recommendation("mena", status="archived")
    make_edition(2024, published_at=None)

    for path, status in (
        (f"recommendations/{draft.reference}", 404),
        (f"recommendations/{withdrawn.reference}", 410),
        ("recommendations/2021-MENA-900", 404),
        ("recommendations/NOTHING", 404),
        ("editions/2024", 404),
        ("editions/999999999999999999999", 404),
        ("editions/soon", 404),
        ("regions/atlantis", 404),
        ("areas/atlantis", 404),
        ("people/anybody", 404),
    ):
        assert client.get(f"/en/pictures/{path}.png").status_code == status, path


def test_what_was_merged_leads_to_the_picture_of_the_other(client):
    stays, gone = make_recommendation("mena"), make_recommendation("mena")
    gone.merge_into(stays)
    area = make_area("press")
    area.merged_into = make_area("media")
    area.save()

    entry = client.get(f"/en/pictures/recommendations/{gone.reference}.png")
    word = client.get("/en/pictures/areas/press.png")

    assert entry["Location"] == f"/en/pictures/recommendations/{stays.reference}.png"
    assert word["Location"] == "/en/pictures/areas/media.png"


def test_a_picture_is_drawn_once(client, monkeypatch):
    make_area("media")
    first = picture(client, "areas/media")
    monkeypatch.setattr(pictures, "draw", None)

    with CaptureQueriesContext(connection) as queries:
        again = picture(client, "areas/media")

    assert again == first
    assert len(queries) == 2


def test_while_another_file_is_made_a_picture_is_not_waited_for(client):
    make_area("media")
    began, may_end = threading.Event(), threading.Event()

    def slowly(file):
        began.set()
        may_end.wait(10)

    version = ContentChange.objects.version()
    thread = threading.Thread(target=made, args=(version, "booklet.pdf", slowly))
    thread.start()
    began.wait(10)
    try:
        response = client.get("/en/pictures/areas/media.png")
    finally:
        may_end.set()
        thread.join()

    assert (response.status_code, response["Retry-After"]) == (503, "3")
