"""Counting with votelib, on ballots as they are published: lists of numbers of candidates.

What the library leaves open is fixed here: every candidate is counted, also one that
nobody chose; whoever is not ranked on a ballot stands below all that are (zero points); a
pair that somebody left open says nothing. Equal numbers are a tie and share the better place.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from votelib.component.rankscore import Borda
from votelib.convert import (
    ApprovalToSimpleVotes,
    RankedToCondorcetVotes,
    RankedToPositionalVotes,
)

Number = int
Choice = Sequence[Any]  # see CastBallot.answer


@dataclass(frozen=True)
class Placed:
    """Where a candidate came: the same place as others in a tie, and how many chose it.

    `score`: Borda points or approvals; for Schulze and pairs the candidates it beats.
    """

    number: Number
    place: int
    score: int
    chosen_by: int


def count(
    method: str, choices: Iterable[Choice], numbers: Sequence[Number]
) -> list[Placed]:
    """Every candidate in order; candidates of one place in order of their numbers."""
    given = [tuple(map(as_key, choice)) for choice in choices]
    scores = SCORES[method](given, numbers)
    chosen: Counter[Number] = Counter()
    for choice in given:
        chosen.update(
            {pair[0] for pair in choice} if method == "pairs" else set(choice)
        )
    return [
        Placed(
            number,
            1 + sum(other > scores[number] for other in scores.values()),
            scores[number],
            chosen[number],
        )
        for number in sorted(numbers, key=lambda n: (-scores[n], n))
    ]


def as_key(item: Any) -> Any:
    return tuple(item) if isinstance(item, list) else item


def borda_scores(choices: list[tuple], numbers: Sequence[Number]) -> dict[Number, int]:
    """The last of n candidates gets 1 point, the first n; those not ranked none."""
    votes = Counter(choices)
    votes[tuple(numbers)] += 0  # tells the library of those whom nobody ranked
    return dict(RankedToPositionalVotes(Borda()).convert(votes))


def approval_scores(
    choices: list[tuple], numbers: Sequence[Number]
) -> dict[Number, int]:
    votes = Counter(map(frozenset, choices))
    found = ApprovalToSimpleVotes().convert(votes)
    return {number: int(found.get(number, 0)) for number in numbers}


def beaten(
    pairs: Mapping[tuple[Number, Number], int], numbers: Sequence[Number]
) -> dict[Number, int]:
    """How many others each beats by its strongest path of pairs.

    A path is as strong as its weakest pair, a pair as those who won it. The library's
    own search takes seconds for sixty candidates; tests hold this one against it.
    """
    paths = [
        [
            won if (won := pairs.get((a, b), 0)) > pairs.get((b, a), 0) else 0
            for b in numbers
        ]
        for a in numbers
    ]
    for via, onward in enumerate(paths):
        for path in paths:
            if first := path[via]:
                path[:] = [
                    max(known, min(first, step))
                    for known, step in zip(path, onward, strict=True)
                ]
    return {
        number: sum(
            paths[here][there] > paths[there][here]
            for there in range(len(numbers))
            if there != here
        )
        for here, number in enumerate(numbers)
    }


def schulze_scores(
    choices: list[tuple], numbers: Sequence[Number]
) -> dict[Number, int]:
    votes = Counter(choices)
    votes[tuple(numbers)] += 0
    return beaten(RankedToCondorcetVotes().convert(votes), numbers)


def pairs_scores(choices: list[tuple], numbers: Sequence[Number]) -> dict[Number, int]:
    return beaten(Counter(pair for choice in choices for pair in choice), numbers)


SCORES = {
    "borda": borda_scores,
    "schulze": schulze_scores,
    "approval": approval_scores,
    "pairs": pairs_scores,
}
