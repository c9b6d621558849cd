"""Pages by key: a cursor says where the last row stood, whatever has changed since.

It holds nothing that is not public: the row's place in the list, when it was
published, its reference, and its step in a search. So it works with every order, and
goes on working when rows come and go, its own row too.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import compress, islice
from typing import Any

from django.db.models import Q
from pyroaring import BitMap

from ..entries import Entry
from ..filters import RecommendationFilter
from ..index import UNRANKED, Index
from ..models import Recommendation

CURSOR = (
    r"^[0-3]\.[0-9]{4}\.[0-9]{1,5}\.[A-Za-z0-9_-]{1,50}\.[0-9]{1,5}\.[0-9]{1,5}"
    r"\.[0-9]{1,9}\.[0-9]{16}\.[0-9]{4}-[A-Z]{2,5}-[0-9]{3,9}$"
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOOKED_AT = 100  # rows published since the index was read may come in between
BACKWARDS = {"newest": ("published_at", "pk"), "reference": ("-reference",)}


@dataclass(frozen=True)
class Cursor:
    step: int  # of a search, best first
    year: int
    place: int
    region: str
    section: int
    rank: int
    position: int
    published: int  # microseconds
    reference: str

    @classmethod
    def read(cls, text: str) -> "Cursor":
        step, year, place, region, section, rank, position, published, reference = (
            text.split(".")
        )
        return cls(
            int(step),
            int(year),
            int(place),
            region,
            int(section),
            int(rank),
            int(position),
            int(published),
            reference,
        )

    @classmethod
    def at(cls, index: Index, entry: Entry, step: int = 0) -> "Cursor":
        row = entry.recommendation
        year, place, region, section, _pk = index.places[row.section_id].order
        published = row.published_at or EPOCH
        return cls(
            step,
            -year,
            place,
            region,
            section,
            index.ranks[entry.number] % UNRANKED,
            index.positions[entry.number],
            (published - EPOCH) // timedelta(microseconds=1),
            row.reference,
        )

    def __str__(self) -> str:
        numbers = [self.year, self.place, self.region, self.section, self.rank]
        rest = [self.position, f"{self.published:016}", self.reference]
        return ".".join(map(str, [self.step, *numbers, *rest]))

    @property
    def published_at(self) -> datetime:
        return EPOCH + timedelta(microseconds=self.published)

    def row(self) -> tuple[int, datetime | None]:
        """Primary key and date of its row as it is now; zero if there is none."""
        rows = Recommendation.objects.filter(reference=self.reference)
        return rows.values_list("pk", "published_at").first() or (0, None)

    def count_up_to(self, index: Index, found: BitMap) -> int:
        """How many of a set come no later in the order of the list."""
        pk, _published_at = self.row()
        return index.count_up_to(found, self.key(index, pk))

    def key(self, index: Index, pk: int) -> tuple[Any, ...]:
        """What `Index.key` gave for its row when the cursor was made."""
        order = (-self.year, self.place, self.region, self.section)
        sections = (p.order for p in index.places.values() if p.order[:4] == order)
        whole = next(sections, (*order, 0))
        return (whole, self.rank or UNRANKED, self.position, pk)


@dataclass(frozen=True)
class Page:
    numbers: list[int]
    step: int  # of the last of them
    has_more: bool


def page(filterset: RecommendationFilter, limit: int, after: Cursor | None) -> Page:
    """So many of the found rows, from the first that comes after the cursor's place."""
    if filterset.sort == "best":
        found = best_first(filterset, limit + 1, after)
    elif filterset.sort == "order":
        found = [(0, number) for number in in_order(filterset, limit + 1, after)]
    else:
        found = [(0, number) for number in sorted_by(filterset, limit + 1, after)]
    shown = found[:limit]
    step = shown[-1][0] if shown else 0
    return Page([number for _step, number in shown], step, len(found) > limit)


def in_order(
    filterset: RecommendationFilter, most: int, after: Cursor | None
) -> list[int]:
    index, start = filterset.index, 0
    if after:
        start = after.count_up_to(index, filterset.found)
    return index.in_order(filterset.found, start, start + most)


def best_first(
    filterset: RecommendationFilter, most: int, after: Cursor | None
) -> list[tuple[int, int]]:
    index = filterset.index
    found: list[tuple[int, int]] = []
    for step, tier in enumerate(filterset.search.tiers(filterset.found)):
        start = 0
        if after and step < after.step:
            start = len(tier)
        elif after and step == after.step:
            start = after.count_up_to(index, tier)
        rest = most - len(found)
        found += [(step, n) for n in index.in_order(tier, start, start + rest)]
    return found


def sorted_by(
    filterset: RecommendationFilter, most: int, after: Cursor | None
) -> list[int]:
    index, order = filterset.index, filterset.sort
    numbers = index.ordered(order)
    start = place_of(index, order, after) + 1 if after else 0
    rest = numbers[start:]
    return list(islice(compress(rest, map(filterset.found.__contains__, rest)), most))


def place_of(index: Index, order: str, cursor: Cursor) -> int:
    """Where its row stands among all, or the last of those before it; else -1."""
    numbers = index.ordered(order)
    pk, published_at = cursor.row()
    stays = order == "reference" or published_at == cursor.published_at
    number = index.numbers.get(pk)
    if not (stays and number is not None and number in index.live):
        number = last_before(index, order, cursor, pk)
    return -1 if number is None else numbers.index(number)


def last_before(index: Index, order: str, cursor: Cursor, pk: int) -> int | None:
    """The row that stood before the cursor's, where that has gone or moved."""
    later = Q(published_at__gt=cursor.published_at) | Q(
        published_at=cursor.published_at, pk__gte=pk
    )
    passed = {"newest": later, "reference": Q(reference__lte=cursor.reference)}[order]
    rows = Recommendation.objects.published().filter(passed)
    rows = rows.order_by(*BACKWARDS[order])
    for found in rows.values_list("pk", flat=True)[:LOOKED_AT]:
        number = index.numbers.get(found)
        if number is not None and number in index.live:
            return number
    return None
