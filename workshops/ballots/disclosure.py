"""Which groups can be shown, so that nobody works out what fewer than five people said.

A table of a group is a sum over its people; the total is one too. Whoever has several
such sums can add and take away: the total less all groups but one is that one. So the
sums that are shown together must be such that no combination of them, whatever its
factors, is about fewer than five people and nobody else. People who gave the same
answers about themselves stand in the same sums and are looked at together.

In the words of linear algebra: over the matrix of shown groups × people, no vector of the
row space but zero has a support of fewer than five. That is so if no four people can be
taken away without lowering its rank; and people whose going lowers the rank stand in
every basis of columns, so one basis after the other says whom to try.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

FEWEST = 5
PRIME = 2**61 - 1

Group = tuple[str, str]  # (what was asked, what was answered)
Column = tuple[int, ...]


def shown(people: Sequence[Mapping[str, str]]) -> set[Group]:
    """The groups to show beside the total, of people as they described themselves.

    The smallest goes first until the others tell of nobody. Empty where even the
    total is of too few.
    """
    sizes = Counter(group for person in people for group in person.items())
    found = sorted(
        (group for group, size in sizes.items() if size >= FEWEST),
        key=lambda group: (-sizes[group], group),
    )
    while found and not is_safe(people, found):
        found.pop()
    return set(found)


def is_safe(people: Sequence[Mapping[str, str]], groups: Sequence[Group]) -> bool:
    """Whether the sums of these groups and the total tell of no fewer than FEWEST people."""
    weights = Counter(
        (1, *(int(person.get(asked) == answered) for asked, answered in groups))
        for person in people
    )
    columns = sorted(weights, key=lambda column: (-weights[column], column))
    return not can_be_lowered(columns, weights, len(basis(columns)), FEWEST - 1)


def can_be_lowered(
    columns: Sequence[Column], weights: Mapping[Column, int], rank: int, people: int
) -> bool:
    """Whether taking away so many people leaves less than this rank."""
    independent = basis(columns)
    if len(independent) < rank:
        return True
    return any(
        can_be_lowered(
            [each for each in columns if each != column],
            weights,
            rank,
            people - weights[column],
        )
        for column in independent
        if weights[column] <= people
    )


def basis(columns: Sequence[Column]) -> list[Column]:
    """The first columns that span what all of them span."""
    reduced: dict[int, list[int]] = {}  # by the place of their first number
    found = []
    for column in columns:
        rest = list(column)
        for place in range(len(rest)):
            if not rest[place]:
                continue
            if place not in reduced:
                inverse = pow(rest[place], -1, PRIME)
                reduced[place] = [number * inverse % PRIME for number in rest]
                found.append(column)
                break
            factor, other = rest[place], reduced[place]
            rest = [(a - factor * b) % PRIME for a, b in zip(rest, other, strict=True)]
    return found
