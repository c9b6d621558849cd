"""What few people said cannot be worked out from what is shown."""

from collections import Counter
from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from workshops.ballots.disclosure import FEWEST, is_safe, shown


def people(**counts):
    """`asia_fr=6`: six of Asia who speak French."""
    return [
        dict(zip(("region", "language"), name.split("_"), strict=False))
        for name, count in counts.items()
        for _each in range(count)
    ]


def rank(rows):
    rows, found = [[*map(Fraction, row)] for row in rows], 0
    for place in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows[found:] if row[place]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(found, pivot)
        for row in rows[found + 1 :]:
            factor = row[place] / pivot[place]
            row[:] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
        found += 1
    return found


def can_be_worked_out(everybody, groups):
    """Whether some sum of the tables is about fewer than FEWEST people: every few are tried."""
    table = [[1] * len(everybody)] + [
        [int(person.get(asked) == answer) for person in everybody]
        for asked, answer in groups
    ]
    whole = rank(table)
    for few in combinations(range(len(everybody)), min(FEWEST - 1, len(everybody))):
        others = [[v for i, v in enumerate(row) if i not in few] for row in table]
        if rank(others) < whole:
            return True
    return False


SLOW = settings(max_examples=40, deadline=None)
CROWDS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "region": st.sampled_from(["africa", "asia", "mena"]),
            "role": st.sampled_from(["survivor", "government"]),
            "language": st.sampled_from(["fr", "ar"]),
        },
    ),
    max_size=11,
)


@SLOW
@given(everybody=CROWDS)
def test_no_sum_of_what_is_shown_is_about_a_few(everybody):
    groups = shown(everybody)

    if groups or len(everybody) >= FEWEST:
        assert not can_be_worked_out(everybody, sorted(groups))


@SLOW
@given(everybody=CROWDS, data=st.data())
def test_safe_is_what_the_slow_way_finds_safe(everybody, data):
    every = sorted({item for person in everybody for item in person.items()})
    groups = data.draw(st.lists(st.sampled_from(every), unique=True)) if every else []

    safe = is_safe(everybody, groups)

    assert safe == (not can_be_worked_out(everybody, groups))


def test_groups_of_five_are_shown_beside_each_other():
    assert shown(people(asia_fr=10, africa_fr=9, mena_fr=5)) == {
        ("region", "asia"),
        ("region", "africa"),
        ("region", "mena"),
        ("language", "fr"),
    }


def test_the_one_group_that_is_too_small_takes_another_with_it():
    """Else the total less all the others would be that one."""
    found = shown(people(asia=10, africa=9, mena=4))

    assert found == {("region", "asia")}


def test_people_who_did_not_say_are_no_way_round():
    found = shown(people(asia=10, africa=9) + [{}] * 3)

    assert found == {("region", "asia")}


def test_two_questions_together_give_nobody_away():
    """Six of Asia, five of whom are all that speak Spanish: the sixth would stand alone."""
    found = shown(people(asia_es=5, asia_fr=1, africa_fr=20))

    assert ("region", "asia") not in found or ("language", "es") not in found
    assert not can_be_worked_out(
        people(asia_es=5, asia_fr=1, africa_fr=8), sorted(found)
    )


def test_where_all_are_few_nothing_is_shown():
    assert shown(people(asia=2, africa=2)) == set()


def test_many_groups_of_many_people_take_no_time():
    """Eleven thousand ways to take four people away would be too many to try."""
    crowd = [
        {"region": f"r{i % 5}", "role": f"o{i * 7 % 8}", "language": f"l{i * 3 % 4}"}
        for i in range(400)
    ]

    assert Counter(asked for asked, _answer in shown(crowd)) == {
        "region": 5,
        "role": 8,
        "language": 4,
    }
