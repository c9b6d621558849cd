"""What a shared link shows of a page: a picture of its words, drawn on the server.

All it says stands on the page. Words go to typst as data, never as its source.
"""

import re
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext
from PIL import Image

from regions.models import Edition, Region, RegionalForum
from regions.translated import CONTROL, direction

from .booklet import colours
from .models import PriorityArea, Recommendation
from .templatetags.pieces import about_state
from .templatetags.texts import KEY_TERM, TURNING, shortened
from .typesetting import typeset

LAYOUT = Path(__file__).with_name("picture.typ")
NO_DAY = date(2000, 1, 1)  # a picture bears none
COLOURS = 64
LARGE, SMALLER = (84, 76, 68, 60, 52, 44), (68, 60, 54, 48, 42, 36)
MOST_WORDS = 150
LONGEST_RUN = 30  # signs, after which a line may break within a word
MOST_BELOW = 260

Run = tuple[str, bool]  # letters, and whether they are a key term


def words_of(text: str) -> list[list[Run]]:
    """The words of a text, each of one run or several."""
    words: list[list[Run]] = [[]]
    for number, part in enumerate(KEY_TERM.split(TURNING.sub("", text))):
        for piece in re.split(r"(\s+)", CONTROL.sub(" ", part)):
            if piece.isspace():
                words.append([])
            elif piece:
                words[-1].append((breakable(piece), number % 2 == 1))
    return list(filter(None, words))[:MOST_WORDS]


def breakable(word: str) -> str:
    pieces = (word[n : n + LONGEST_RUN] for n in range(0, len(word), LONGEST_RUN))
    return "\u200b".join(pieces)


def reader() -> str:
    return get_language() or settings.LANGUAGE_CODE


def said(text: str, language: str) -> dict[str, Any]:
    words = words_of(text)
    return {"words": words, "language": language, "direction": direction(language)}


def colour_of(region: Region) -> str:
    return f"#{colours.of_region(region.slug)}"


def mark(region: Region) -> dict[str, str]:
    return {"name": str(region), "colour": colour_of(region)}


def draw(
    main: dict[str, Any],
    above: Sequence[str | dict[str, str]],
    below: dict[str, Any] | None = None,
    foot: str = "",
    sizes: Sequence[int] = LARGE,
    weight: str = "bold",
    colour: str | None = None,
    marks: Sequence[dict[str, str]] = (),
) -> bytes:
    language = reader()
    told = {
        "language": language,
        "direction": direction(language),
        "above": above,
        "main": main,
        "below": below,
        "foot": [foot, gettext("Forum priorities")],
        "sizes": sizes,
        "weight": weight,
        "colour": colour,
        "marks": marks,
    }
    drawn = typeset(LAYOUT, told, NO_DAY, "png")
    return in_few_colours(drawn)


def in_few_colours(drawn: bytes) -> bytes:
    """A third of the bytes, to the eye the same."""
    packed = BytesIO()
    with Image.open(BytesIO(drawn)) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(packed, "PNG", optimize=True)
    return packed.getvalue()


def of_recommendation(recommendation: Recommendation) -> bytes:
    text, audience = recommendation.to_read("text"), recommendation.audience
    addressed = (
        gettext("to: %(audience)s") % {"audience": audience}
        if audience
        else gettext("a concern, addressed to nobody")
    )
    state = about_state(text)
    return draw(
        said(text.value, text.language),
        above=[mark(recommendation.region), addressed],
        below=said(state, reader()) if state else None,
        foot=recommendation.reference,
        sizes=SMALLER,
        weight="regular",
    )


def of_region(region: Region, forum: RegionalForum | None) -> bytes:
    overview = forum.to_read("overview") if forum else None
    return draw(
        said(str(region), reader()),
        above=of_year(forum.edition.year, forum.place) if forum else [],
        below=said(shortened(overview.value, MOST_BELOW), overview.language)
        if overview and overview.value
        else None,
        colour=colour_of(region),
    )


def of_area(area: PriorityArea) -> bytes:
    return draw(
        said(str(area), reader()),
        above=[str(area.parent or gettext("Priority areas"))],
        below=said(area.description, reader()) if area.description else None,
    )


def of_edition(edition: Edition) -> bytes:
    forums = RegionalForum.objects.own().filter(edition=edition)
    theme = edition.to_read("theme")
    return draw(
        said(gettext("What the regions ask, side by side"), reader()),
        above=of_year(edition.year, edition.place),
        below=said(theme.value, theme.language) if theme.value else None,
        marks=[
            mark(forum.region)
            for forum in forums.select_related("region").order_by("region__position")
        ],
    )


def of_year(year: int, place: str) -> list[str]:
    return [gettext("Edition %(year)s") % {"year": year}, *filter(None, [place])]
