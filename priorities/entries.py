"""Recommendations as pages show them: the row, and the names of what it carries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from .index import Index
from .models import Recommendation
from .terms import Term, Terms

BATCH = 500


@dataclass(frozen=True)
class Entry:
    recommendation: Recommendation
    number: int
    region: Term
    audience: Term | None
    areas: list[Term]
    edition: str
    is_joint: bool = False


def most_of_each(sizes: Iterable[int], all_in_all: int) -> int:
    """So many of each list, one at least, that together they are no more than that.

    Short lists are whole, and leave their place to long ones.
    """
    left, lists = all_in_all, sorted(sizes)
    for done, size in enumerate(lists):
        share = max(1, left // (len(lists) - done))
        if size > share:
            return share
        left -= size
    return all_in_all


def read(index: Index, terms: Terms, numbers: Iterable[int]) -> list[Entry]:
    """The numbered rows in their order, in one query; what was just withdrawn is left out."""
    numbers = list(numbers)
    pks = [index.pks[number] for number in numbers]
    found = Recommendation.objects.defer("note").order_by().in_bulk(pks)
    return [
        entry(index, terms, number, row)
        for number, pk in zip(numbers, pks, strict=True)
        if (row := found.get(pk)) and row.is_published
    ]


def read_all(index: Index, terms: Terms, numbers: Iterable[int]) -> Iterator[Entry]:
    """As many as there are, in batches."""
    waiting = iter(numbers)
    while batch := list(islice(waiting, BATCH)):
        yield from read(index, terms, batch)


def entry(
    index: Index, terms: Terms, number: int, recommendation: Recommendation
) -> Entry:
    place = index.places[index.sections[number]]
    audiences = carried(index, terms, "audience", number)
    return Entry(
        recommendation,
        number,
        terms.of("region")[place.region],
        audiences[0] if audiences else None,
        [t for t in carried(index, terms, "area", number) if t.parent],
        place.edition,
    )


def carried(index: Index, terms: Terms, name: str, number: int) -> list[Term]:
    sets = index.sets[name]
    return [
        term
        for slug, term in terms.of(name).items()
        if slug in sets and number in sets[slug]
    ]
