"""Priorities of one region alone: which there are, and the act that gives them a place."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from priorities.index import Index
from priorities.models import Recommendation
from priorities.terms import Term, Terms
from regions.models import Edition

from .models import ProtectedPlace

WAY = "section__regional_forum"
MOST_SHOWN = (
    20  # of an area: what the region puts first, then in the order of its ranks
)


@dataclass(frozen=True)
class Alone:
    """An area that a single forum region raises in an edition, and what it says there."""

    area: Term
    region: Term
    rows: list[Recommendation]

    @property
    def first(self) -> list[Recommendation]:
        """What the region itself puts first."""
        return [row for row in self.rows if row.is_lead or row.rank == 1]


def raised_alone(edition: Edition, index: Index, terms: Terms) -> list[Alone]:
    """A part of a region speaks for the region, as in the convergences."""
    here = index.live & index.carrying("edition", str(edition.year))
    found = []
    for area in terms.areas:
        about = here & index.carrying("area", area.slug)
        raising = {
            region: rows
            for region in terms.forum_regions
            if (rows := about & terms.rows(index, "region", region.slug))
        }
        if len(raising) == 1:
            ((region, rows),) = raising.items()
            leads = index.in_order(
                rows & terms.rows(index, "lead", "true"), 0, MOST_SHOWN
            )
            first = dict.fromkeys([*leads, *index.by_rank(rows, MOST_SHOWN)])
            pks = [index.pks[number] for number in [*first][:MOST_SHOWN]]
            found.append((area, region, pks))
    read = Recommendation.objects.published().in_bulk(
        [pk for _area, _region, pks in found for pk in pks]
    )
    return [
        Alone(area, region, [read[pk] for pk in pks if pk in read])
        for area, region, pks in found
    ]


@transaction.atomic
def protect(edition: Edition, references: Iterable[str]) -> list[ProtectedPlace]:
    """Give recommendations a place that no vote takes; those that have one keep it."""
    made = []
    for reference in dict.fromkeys(references):
        row = (
            Recommendation.objects.published()
            .filter((f"{WAY}__edition", edition), reference=reference)
            .first()
        )
        if row is None:
            raise ValidationError(
                _(
                    "%(reference)s is no published recommendation of %(edition)s: look at its reference."
                )
                % {"reference": reference, "edition": edition}
            )
        place: Any = ProtectedPlace(recommendation=row)
        if not ProtectedPlace.objects.filter(recommendation=row).exists():
            place._change_reason = gettext_noop("given a protected place")
            place.save()
            made.append(place)
    return made
