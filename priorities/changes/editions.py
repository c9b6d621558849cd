"""What became of the entries of one edition in a later one, as somebody decided it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from pyroaring import BitMap

from regions.translated import isolate

from .. import entries
from ..entries import Entry
from ..filters import RecommendationFilter
from ..index import Index
from ..models import Succession
from ..terms import Term, Terms
from .moments import LONGEST, Refused

KINDS = {
    "continued": pgettext_lazy("entries", "Asked again"),
    "reworded": pgettext_lazy("entries", "In other words"),
    "dropped": pgettext_lazy("entries", "Not asked again"),
    "new": pgettext_lazy("entries", "New"),
    "open": gettext_lazy("Not yet decided"),
}


def asked(data: QueryDict, terms: Terms) -> tuple[str, str]:
    """The years of the earlier and the later edition: by default the last two."""
    years = sorted(terms.of("edition"))
    said = _(", ").join(years) or "–"
    given = {
        name: data.get(name, "").strip() for name in ("from_edition", "to_edition")
    }
    for value in filter(None, given.values()):
        if value not in years:
            raise Refused(
                _("There is no edition “%(value)s” here. Editions: %(years)s.")
                % {"value": isolate(value[:LONGEST]), "years": said},
                404,
            )
    later = given["to_edition"] or years[-1] if years else ""
    before = [year for year in years if year < later]
    earlier = given["from_edition"] or (before[-1] if before else "")
    if not earlier:
        raise Refused(
            _("There is no edition before “%s” to compare it with.") % isolate(later),
            404,
        )
    if earlier >= later:
        raise Refused(
            _("Edition “%(from)s” does not come before “%(to)s”. Exchange the two.")
            % {"from": earlier, "to": later},
            400,
        )
    return earlier, later


@dataclass(frozen=True)
class Became:
    """By kind the entries: those that are new of the later edition, others of the earlier."""

    kinds: dict[str, BitMap]
    followed_by: dict[int, list[int]] = field(default_factory=dict)


def became(earlier: str, later: str, index: Index) -> Became:
    key = ("became", earlier, later)
    if key not in index.kept:
        index.kept[key] = read(earlier, later, index)
    told: Became = index.kept[key]
    return told


def read(earlier: str, later: str, index: Index) -> Became:
    """Only verdicts of which participants see both ends, as `Succession.public` has it."""
    before = index.live & index.carrying("edition", earlier)
    after = index.live & index.carrying("edition", later)
    told = Became({kind: BitMap() for kind in KINDS})
    followers = BitMap()
    verdicts = Succession.objects.filter(edition__year=int(later)).order_by("pk")
    for first, second, kind in verdicts.values_list("earlier", "later", "kind"):
        number, follower = index.numbers.get(first), index.numbers.get(second)
        if number is None or number not in before:
            continue
        if kind == Succession.Kind.DROPS:
            told.kinds["dropped"].add(number)
        elif follower is not None and follower in after:
            is_same = kind == Succession.Kind.REPEATS
            told.kinds["continued" if is_same else "reworded"].add(number)
            told.followed_by.setdefault(number, []).append(follower)
            followers.add(follower)
    told.kinds["reworded"] -= told.kinds["continued"]
    told.kinds["new"] |= after - followers
    told.kinds["open"] |= before - BitMap.union(*told.kinds.values())
    return told


@dataclass(frozen=True)
class Pair:
    """An entry and what it became; of a new one there is only the later side."""

    kind: str
    earlier: Entry | None
    later: list[Entry]

    @property
    def title(self) -> str:
        return str(KINDS[self.kind])


class Pairs(Sequence[Pair]):
    """What is asked for, as a sequence for a paginator."""

    def __init__(
        self, told: Became, filterset: RecommendationFilter, kinds: Sequence[str]
    ) -> None:
        self.told, self.filterset = told, filterset
        matching = filterset.matching(without="edition")
        self.found = {kind: told.kinds[kind] & matching for kind in kinds}

    def __len__(self) -> int:
        return sum(map(len, self.found.values()))

    def numbers(self, start: int, stop: int) -> Iterator[tuple[str, int]]:
        for kind, found in self.found.items():
            if start < len(found) and stop > 0:
                part = self.filterset.index.in_order(found, max(0, start), stop)
                yield from ((kind, number) for number in part)
            start, stop = start - len(found), stop - len(found)

    def __getitem__(self, part: Any) -> Any:
        numbers = list(self.numbers(part.start, part.stop))
        followed_by = self.told.followed_by
        every = [
            each
            for _kind, number in numbers
            for each in (number, *followed_by.get(number, ()))
        ]
        index, terms = self.filterset.index, self.filterset.terms
        read = {e.number: e for e in entries.read(index, terms, every)}
        return [
            Pair(
                kind,
                read.get(number) if kind != "new" else None,
                [
                    read[each]
                    for each in (
                        followed_by.get(number, ()) if kind != "new" else [number]
                    )
                    if each in read
                ],
            )
            for kind, number in numbers
            if number in read
        ]

    def in_parts(self, most: int) -> Iterator[Pair]:
        for start in range(0, len(self), most):
            yield from self[start : start + most]


def by_region(
    told: Became, filterset: RecommendationFilter
) -> list[tuple[Term, dict[str, int]]]:
    """How many of each kind in each region that holds a forum."""
    index, terms = filterset.index, filterset.terms
    matching = filterset.matching(without="edition")
    return [
        (
            region,
            {
                kind: len(found & matching & terms.rows(index, "region", region.slug))
                for kind, found in told.kinds.items()
            },
        )
        for region in terms.forum_regions
    ]
