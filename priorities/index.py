"""What is published, as sets of row numbers in memory: the ground of every count.

Each published recommendation has a number, and each word that a filter can name has
the set of numbers that carry it (a compressed bitmap). To filter is to intersect, a
count is the size of a set, a page is a slice of it, however deep. Numbers follow the
order of the list, so that a region or a section is one run of them.

An index belongs to one data version. When the version has moved on, the rows that
changed are read again and get new numbers at the end, the *tail*; their old ones are
dead. Sets only ever grow, and every answer is cut to what is `live` in its version, so
that other threads go on reading while one catches up. Changes of the structure or a
long tail build the index anew.
"""

import threading
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from copy import copy
from dataclasses import dataclass
from itertools import compress, islice
from typing import Any, Self

from django.conf import settings
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast
from pyroaring import BitMap

from regions.models import ContentChange, Country, DataVersion

from .models import (
    Audience,
    Instrument,
    PriorityArea,
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
    Section,
)
from .words import Words

ROWS = Recommendation._meta.label_lower
PLACES = {
    "regions.edition",
    "regions.region",
    "regions.regionalforum",
    Section._meta.label_lower,
}
TERMS: dict[Any, str] = {
    Audience: "slug",
    PriorityArea: "slug",
    Country: "iso_code",
    Instrument: "slug",
}
VOCABULARIES = {model._meta.label_lower for model in TERMS}
LONGEST_TAIL = 3000
REMEMBERED = 200  # changes known by number, for those that are committed late
UNRANKED = 0xFFFF
NONE = BitMap()  # never added to


@dataclass(frozen=True)
class Place:
    """What a section gives its rows, and where it stands among all sections."""

    order: tuple[int, int, str, int, int]
    region: str
    edition: str
    kind: str


def read_places() -> dict[int, Place]:
    sections = Section.objects.filter(
        regional_forum__edition__published_at__isnull=False
    ).values_list(
        "pk",
        "position",
        "kind",
        "regional_forum__region__slug",
        "regional_forum__region__position",
        "regional_forum__edition__year",
    )
    return {
        pk: Place((-year, where, region, position, pk), region, str(year), kind)
        for pk, position, kind, region, where, year in sections.order_by()
    }


def read_slugs() -> dict[tuple[str, int], str]:
    """What the sets go by: the slug of every term, by model and primary key."""
    audiences, *others = (
        model.objects.order_by().values_list(
            Value(model._meta.label_lower, CharField()),
            "pk",
            Cast(F(slug), CharField()),
        )
        for model, slug in TERMS.items()
    )
    return {(model, pk): slug for model, pk, slug in audiences.union(*others, all=True)}


def read_rows(changed: set[int] | None = None) -> QuerySet[Any]:
    rows = Recommendation.objects.published().order_by()
    states = {
        f"state_{code}": Recommendation.state_expression(code)
        for code in settings.CONTENT_LANGUAGES
    }
    return (rows if changed is None else rows.filter(pk__in=changed)).values_list(
        "pk",
        "section",
        "rank",
        "position",
        "audience__slug",
        "is_lead",
        "published_at",
        *states.values(),
    )


def read_links(changed: set[int] | None = None) -> QuerySet[Any]:
    """Parameter, recommendation and term of every tag, or of those of some rows."""

    def of(name: str, model: Any, term: str) -> QuerySet[Any]:
        links = model.objects.order_by()
        if changed is not None:
            links = links.filter(recommendation__in=changed)
        return links.values_list(
            Value(name, CharField()), "recommendation", Cast(F(term), CharField())
        )

    return of("area", RecommendationArea, "area__slug").union(
        of("country", RecommendationCountry, "country__iso_code"),
        of("instrument", RecommendationInstrument, "instrument__slug"),
        all=True,
    )


class Index:
    """The published rows by parameter and term, at one data version."""

    def __init__(self, version: DataVersion) -> None:
        self.version = version
        self.places, self.slugs = read_places(), read_slugs()
        self.remembered = remembered()
        self.live, self.tail = BitMap(), BitMap()
        self.steps: dict[int, int] = {}  # before which number a row of the tail comes
        self.sets: dict[str, dict[Any, BitMap]] = defaultdict(dict)
        self.numbers: dict[int, int] = {}
        self.size = 0  # numbers given out up to this version; a later one has more
        # What the order of the list goes by, number by number.
        self.pks, self.sections = array("q"), array("q")
        self.ranks, self.positions = array("l"), array("q")
        self.published = array("d")
        self.words, self.reading = Words(), threading.Lock()
        self.kept: dict[Any, Any] = {}  # what is made of it when first needed

    @classmethod
    def build(cls, version: DataVersion) -> Self:
        index = cls(version)
        index.live = index.take_in(read_rows(), read_links())
        return index

    def caught_up(self, version: DataVersion) -> Self | None:
        """This index brought to a later version, or None where it must be built anew."""
        if not self.remembered:
            return None
        newest = max(self.remembered)
        changes = ContentChange.objects.filter(pk__gte=min(self.remembered))
        rows = list(changes.values_list("pk", "token", "model", "row"))
        fresh = [row for row in rows if row[0] not in self.remembered]
        tokens = {pk: token for pk, token, _model, _row in rows}
        if (
            tokens.get(newest) != self.version.token
            or len(fresh) != version.changes - self.version.changes
        ):
            return None
        changed = {row for _pk, _token, model, row in fresh if model == ROWS and row}
        models = {model for _pk, _token, model, _row in fresh}
        if "" in models or len(self.tail) + len(changed) > LONGEST_TAIL:
            return None
        later = copy(self)
        later.version, later.kept = version, {}
        later.remembered = frozenset(sorted(tokens)[-REMEMBERED:])
        if models & PLACES:
            later.places = read_places()
            kept = {pk: later.places.get(pk) for pk in self.places}
            editions = {place.edition for place in later.places.values()}
            if kept != self.places or editions != self.editions:
                return None
        if models & VOCABULARIES:
            later.slugs = read_slugs()
            if {key: later.slugs.get(key) for key in self.slugs} != self.slugs:
                return None
        if changed:
            later.numbers = dict(self.numbers)
            dead = [later.numbers.pop(pk) for pk in changed if pk in later.numbers]
            fresh_rows = later.take_in(read_rows(changed), read_links(changed))
            later.live = (self.live - BitMap(dead)) | fresh_rows
            later.tail = self.tail | fresh_rows
            base = range(later.tail.min()) if later.tail else range(0)
            for number in fresh_rows:
                key = later.key(number)
                later.steps[number] = bisect_left(base, key, key=later.key)
        return later

    def take_in(self, rows: Iterable[Any], links: Iterable[Any]) -> BitMap:
        """Give rows the next numbers, in the order of the list, and file them."""
        first = len(self.pks)
        filed: dict[str, dict[Any, array[int]]] = defaultdict(
            lambda: defaultdict(lambda: array("I"))
        )
        ordered = sorted(
            (self.places[section].order, rank or UNRANKED, position, pk, section, *rest)
            for pk, section, rank, position, *rest in rows
            if section in self.places
        )
        for number, row in enumerate(ordered, first):
            _order, rank, position, pk, section, audience, is_lead, *rest = row
            published_at, *states = rest
            self.numbers[pk] = number
            self.pks.append(pk)
            self.sections.append(section)
            self.ranks.append(rank)
            self.positions.append(position)
            self.published.append(published_at.timestamp())
            place = self.places[section]
            filed["section"][section].append(number)
            filed["region"][place.region].append(number)
            filed["edition"][place.edition].append(number)
            filed["kind"][place.kind].append(number)
            if audience:
                filed["audience"][audience].append(number)
            if is_lead:
                filed["lead"]["true"].append(number)
            if rank != UNRANKED:
                filed["rank"][rank].append(number)
            for code, state in zip(settings.CONTENT_LANGUAGES, states, strict=True):
                filed["language"][f"{code}:{state}"].append(number)
        for name, pk, term in links:
            number = self.numbers.get(pk, -1)
            if number >= first:
                filed[name][term].append(number)
        for name, terms in filed.items():
            for term, numbers in terms.items():
                self.sets[name][term] = self.carrying(name, term) | BitMap(numbers)
        self.size = len(self.pks)
        return BitMap(range(first, self.size))

    @property
    def editions(self) -> set[str]:
        return {place.edition for place in self.places.values()}

    def carrying(self, name: str, term: Any) -> BitMap:
        return self.sets[name].get(term, NONE)

    def any_of(self, name: str, terms: Collection[Any]) -> BitMap:
        if len(terms) == 1:
            (term,) = terms
            return self.carrying(name, term)
        return BitMap.union(NONE, *(self.carrying(name, term) for term in terms))

    # Reading in order.

    def key(self, number: int) -> tuple[Any, ...]:
        return (
            self.places[self.sections[number]].order,
            self.ranks[number],
            self.positions[number],
            self.pks[number],
        )

    def in_order(
        self, found: BitMap, start: int = 0, stop: int | None = None
    ) -> list[int]:
        """A slice of a set in the order of the list; rows of the tail at their place."""
        stop = len(found) if stop is None else min(stop, len(found))
        late = found & self.tail
        if not late:
            return list(found[start:stop])
        settled = found - self.tail
        numbers = sorted(late, key=self.key)
        places = [
            earlier + (settled.rank(self.steps[n] - 1) if self.steps[n] else 0)
            for earlier, n in enumerate(numbers)
        ]
        slice_: list[int] = []
        for place in range(start, stop):
            earlier = bisect_left(places, place)
            is_late = earlier < len(places) and places[earlier] == place
            slice_.append(numbers[earlier] if is_late else settled[place - earlier])
        return slice_

    def count_up_to(self, found: BitMap, key: tuple[Any, ...]) -> int:
        """How many of a set come no later than a key in the order of the list."""
        settled = range(self.tail.min() if self.tail else self.size)
        first = bisect_right(settled, key, key=self.key)
        late = sum(self.key(number) <= key for number in found & self.tail)
        return late + ((found - self.tail).rank(first - 1) if first else 0)

    def by_rank(self, found: BitMap, most: int) -> list[int]:
        """The first of a set: the ranked ones by rank, then in the order of the list."""
        first: list[int] = []
        ranked = self.sets["rank"]
        for rank in sorted(ranked):
            if len(first) < most and found.intersect(ranked[rank]):
                first += self.in_order(found & ranked[rank], 0, most - len(first))
        if len(first) < most:
            rest = found - BitMap.union(BitMap(), *ranked.values())
            first += self.in_order(rest, 0, most - len(first))
        return first

    def newest(self) -> list[int]:
        return sorted(
            self.live, key=lambda n: (self.published[n], self.pks[n]), reverse=True
        )

    def named(self) -> list[int]:
        rows = Recommendation.objects.published().order_by("reference")
        pks = rows.values_list("pk", flat=True)
        return [self.numbers[pk] for pk in pks if pk in self.numbers]

    def sorted_by(self, order: str, found: BitMap, start: int, stop: int) -> list[int]:
        """A slice of a set, the newest first or by `reference`."""
        numbers = self.ordered(order)
        return list(
            islice(compress(numbers, map(found.__contains__, numbers)), start, stop)
        )

    def ordered(self, order: str) -> list[int]:
        """All rows, the newest first or by `reference`, in order when first needed."""
        if order not in self.kept:
            self.kept[order] = self.newest() if order == "newest" else self.named()
        return self.kept[order]


def remembered() -> frozenset[int]:
    changes = ContentChange.objects.order_by("-pk").values_list("pk", flat=True)
    return frozenset(changes[:REMEMBERED])


_catching_up = threading.Lock()
_current: list[Index] = []


def current(version: DataVersion | None = None) -> Index:
    """The index of this version of the data, or a later one."""
    version = version or ContentChange.objects.version()
    if _current and _current[0].version.name == version.name:
        return _current[0]
    with _catching_up:
        version = ContentChange.objects.version()
        if not _current or _current[0].version.name != version.name:
            index = _current[0].caught_up(version) if _current else None
            _current[:] = [index or Index.build(version)]
        return _current[0]
