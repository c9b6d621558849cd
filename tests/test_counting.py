"""Ballots are counted as the books say: against the definitions, done the slow way."""

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from votelib.convert import RankedToCondorcetVotes
from votelib.evaluate.condorcet import Schulze

from workshops.ballots.counting import count

NUMBERS = [1, 2, 3, 4]
RANKINGS = st.lists(
    st.permutations(NUMBERS).flatmap(
        lambda order: st.integers(1, 4).map(lambda length: order[:length])
    ),
    max_size=9,
)


def scores(method, choices, numbers=NUMBERS):
    return {each.number: each.score for each in count(method, choices, numbers)}


def places(method, choices, numbers=NUMBERS):
    return {each.number: each.place for each in count(method, choices, numbers)}


def by_hand(preferred):
    """Whom each beats by its strongest path, trying every path there is."""

    def strength(path):
        steps = zip(path, path[1:], strict=False)
        return min(
            preferred[a, b] if preferred[a, b] > preferred[b, a] else 0
            for a, b in steps
        )

    def strongest(first, last):
        between = [n for n in NUMBERS if n not in (first, last)]
        paths = (
            (first, *middle, last)
            for length in range(len(between) + 1)
            for middle in permutations(between, length)
        )
        return max(map(strength, paths))

    return {
        number: sum(
            strongest(number, other) > strongest(other, number)
            for other in NUMBERS
            if other != number
        )
        for number in NUMBERS
    }


def preferences(rankings):
    """How many put the first of two above the second; who is ranked stands above who is not."""
    found = dict.fromkeys(permutations(NUMBERS, 2), 0)
    for ranking in rankings:
        for a, b in found:
            above = a in ranking and (
                b not in ranking or ranking.index(a) < ranking.index(b)
            )
            found[a, b] += above
    return found


@given(rankings=RANKINGS)
def test_borda_gives_n_points_to_the_first_and_none_to_who_is_not_ranked(rankings):
    assert scores("borda", rankings) == {
        number: sum(
            len(NUMBERS) - ranking.index(number)
            for ranking in rankings
            if number in ranking
        )
        for number in NUMBERS
    }


@given(rankings=RANKINGS)
def test_schulze_follows_the_strongest_paths(rankings):
    assert scores("schulze", rankings) == by_hand(preferences(rankings))


@given(
    rankings=st.lists(
        st.permutations(range(1, 8)).flatmap(
            lambda order: st.integers(1, 7).map(lambda length: order[:length])
        ),
        min_size=1,
        max_size=15,
    )
)
def test_schulze_is_the_librarys(rankings):
    numbers = list(range(1, 8))
    votes = Counter(map(tuple, rankings))
    votes[tuple(numbers)] += 0
    paths = Schulze.widest_paths(RankedToCondorcetVotes().convert(votes))

    assert scores("schulze", rankings, numbers) == {
        a: sum(paths.get((a, b), 0) > paths.get((b, a), 0) for b in numbers if a != b)
        for a in numbers
    }


@given(
    choices=st.lists(
        st.lists(st.sampled_from([*permutations(NUMBERS, 2)]), unique_by=frozenset),
        max_size=9,
    )
)
def test_pairs_left_open_say_nothing(choices):
    preferred = dict.fromkeys(permutations(NUMBERS, 2), 0)
    for choice in choices:
        for pair in choice:
            preferred[pair] += 1

    as_kept = [[list(pair) for pair in choice] for choice in choices]

    assert scores("pairs", as_kept) == by_hand(preferred)


@given(choices=st.lists(st.sets(st.sampled_from(NUMBERS), min_size=1), max_size=9))
def test_approvals_are_added(choices):
    assert scores("approval", map(sorted, choices)) == {
        number: sum(number in choice for choice in choices) for number in NUMBERS
    }


@given(rankings=RANKINGS, order=st.permutations(NUMBERS))
@pytest.mark.parametrize("method", ["borda", "schulze", "approval"])
def test_no_candidate_and_no_ballot_is_preferred(method, rankings, order):
    """Other numbers for the same candidates, ballots in another order: the same result."""
    renamed = dict(zip(NUMBERS, order, strict=True))
    other = [[renamed[n] for n in ranking] for ranking in reversed(rankings)]

    assert {renamed[n]: p for n, p in places(method, rankings).items()} == places(
        method, other
    )


def test_equal_numbers_share_the_better_place():
    found = count("approval", [[1, 2], [1, 2], [3]], NUMBERS)

    assert [(each.number, each.place) for each in found] == [
        (1, 1),
        (2, 1),
        (3, 3),
        (4, 4),
    ]


def test_who_wins_every_pair_wins_by_schulze_though_not_by_points():
    rankings = [[1, 2, 3, 4]] * 3 + [[2, 3, 4, 1]] * 2

    assert places("schulze", rankings)[1] == 1
    assert scores("borda", rankings) == {1: 14, 2: 17, 3: 12, 4: 7}


def test_a_circle_is_broken_at_its_weakest_pair():
    rankings = [[1, 2, 3]] * 4 + [[2, 3, 1]] * 3 + [[3, 1, 2]] * 2

    assert places("schulze", rankings, [1, 2, 3]) == {1: 1, 2: 2, 3: 3}


def test_who_was_chosen_by_nobody_is_counted_too():
    last = count("borda", [[2, 1]], NUMBERS)[-1]

    assert (last.number, last.place, last.score, last.chosen_by) == (4, 3, 0, 0)


def test_of_a_pair_the_preferred_one_is_chosen():
    placed = count("pairs", [[[1, 2], [1, 3]], [[2, 1]]], [1, 2, 3])

    assert {each.number: each.chosen_by for each in placed} == {1: 1, 2: 1, 3: 0}


@pytest.mark.parametrize("method", ["borda", "schulze", "approval", "pairs"])
def test_without_a_ballot_all_stand_level(method):
    assert places(method, []) == dict.fromkeys(NUMBERS, 1)
