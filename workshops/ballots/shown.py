"""A ballot and its candidates as a reader sees them: nothing that is not public."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from priorities.templatetags.pieces import about_state
from regions.models import Region
from regions.translated import Text, reading_languages

from ..models import Ballot, Candidate


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

    @property
    def state(self) -> str:
        return about_state(self.text) if self.text else ""


def candidates(ballot: Ballot) -> list[Shown]:
    """In order of their numbers."""
    forum = "recommendation__section__regional_forum"
    rows = ballot.candidates.select_related(
        "area", f"{forum}__region", f"{forum}__edition"
    ).order_by("number")
    return [shown(row) for row in rows]


def shown(candidate: Candidate) -> Shown:
    if candidate.area:
        slug = candidate.area.slug
        address = reverse("priorities:area-detail", args=[slug])
        return Shown(
            candidate.number, spoken(candidate.area, "name"), area=slug, address=address
        )
    row = candidate.recommendation
    assert row is not None  # a candidate is one thing: see its constraint
    is_known = row.published_at and row.section.regional_forum.edition.published_at
    if not is_known:
        return Shown(candidate.number, None)
    return Shown(
        candidate.number,
        row.to_read("text") if row.is_published else None,
        reference=row.reference,
        address=row.get_absolute_url(),
        region=row.region,
    )


def come_from_several_regions(found: Sequence[Shown]) -> bool:
    return len({each.region for each in found if each.region}) > 1


def by_number(found: Sequence[Shown]) -> Mapping[int, Shown]:
    return {each.number: each for each in found}
