"""A ballot and its candidates as a reader sees them: nothing that is not public."""

import os.path
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from django.db.models import F

from priorities.templatetags.pieces import about_state
from priorities.templatetags.texts import one_line
from regions.models import Region
from regions.translated import Text, reading_languages

from ..models import Ballot

LONG_OPENING, KEPT = 20, 15  # signs: left out from so many on, but for the last


def spoken(row: Any, name: str) -> Text:
    """What has no original: in the reader's language, else in the first that has it."""
    codes = reading_languages()
    said = {code: getattr(row, f"{name}_{code}") for code in codes}
    language = next((code for code in codes if said[code]), codes[0])
    return Text(said[language], language, "original")


@dataclass(frozen=True)
class Shown:
    """A candidate under its number. `text`: None once it is not public any more.

    `reference` and `address`: "" for what never was; an area has no reference.
    """

    number: int
    text: Text | None
    reference: str = ""
    area: str = ""
    address: str = ""
    region: Region | None = None
    opening: int = 0  # so many signs, with which others begin too

    @property
    def state(self) -> str:
        return about_state(self.text) if self.text else ""


@dataclass(frozen=True)
class Cell:
    """Where a group placed a candidate; "": nobody of it chose it."""

    place: str
    is_high: bool


def candidates(ballot: Ballot) -> list[Shown]:
    """In order of their numbers; of lists, forums and editions no more than is shown."""
    forum = "recommendation__section__regional_forum"
    rows = (
        ballot.candidates.select_related("area", "recommendation")
        .defer("recommendation__note")
        .annotate(
            from_region=F(f"{forum}__region"),
            edition_public_at=F(f"{forum}__edition__published_at"),
        )
        .order_by("number")
    )
    regions = Region.objects.in_bulk()
    return told_apart([shown(row, regions) for row in rows])


def told_apart(found: Sequence[Shown]) -> list[Shown]:
    """Each with the opening that its text shares with another, word by word, if it is long.

    Lists of one workshop often begin alike; cut short, nobody could tell which is which.
    """
    lines = {each.number: one_line(each.text.value) for each in found if each.text}
    openings = dict.fromkeys(lines, "")
    in_order = sorted(lines, key=lambda number: lines[number])
    for before, after in pairwise(in_order):
        shared = os.path.commonprefix([lines[before], lines[after]])
        shared = shared[: shared.rfind(" ", 0, max(0, len(shared) - KEPT)) + 1]
        for number in (before, after):
            openings[number] = max(openings[number], shared, key=len)
    return [
        replace(each, opening=len(opening)) if len(opening) > LONG_OPENING else each
        for each in found
        for opening in [openings.get(each.number, "")]
    ]


def shown(candidate: Any, regions: Mapping[int, Region]) -> Shown:
    if candidate.area:
        return Shown(
            candidate.number,
            spoken(candidate.area, "name"),
            area=candidate.area.slug,
            address=candidate.area.get_absolute_url(),
        )
    row = candidate.recommendation
    if not (row.published_at and candidate.edition_public_at):
        return Shown(candidate.number, None)
    return Shown(
        candidate.number,
        row.to_read("text") if row.is_published else None,
        reference=row.reference,
        address=row.get_absolute_url(),
        region=regions[candidate.from_region],
    )


def come_from_several_regions(found: Sequence[Shown]) -> bool:
    return len({each.region for each in found if each.region}) > 1


def by_number(found: Sequence[Shown]) -> Mapping[int, Shown]:
    return {each.number: each for each in found}
