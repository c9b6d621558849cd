"""One person, one ballot: counted once, changed until it closes, tied to nobody."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from workshops.ballots import casting, codes
from workshops.ballots.casting import Answer, NotOpen
from workshops.ballots.results import anonymous_ballots, results
from workshops.models import Ballot, BallotCode, CastBallot

from .apart import finished, wait_until
from .ballots import answered, make_ballot

pytestmark = pytest.mark.django_db


def one_code(ballot):
    (code,) = casting.give_out(ballot, 1, None)
    return code


def kept(ballot):
    return [row.answer for row in ballot.cast_ballots.cast()]


def test_an_answer_is_kept_and_its_hour():
    ballot = make_ballot(asks_role=True, asks_language=True)
    code = one_code(ballot)

    casting.cast(code, Answer([3, 1], "asia", "survivor", "fr"))

    row = casting.answer_of(code)
    assert (row.answer, row.region, row.role, row.language) == (
        [3, 1],
        "asia",
        "survivor",
        "fr",
    )
    assert row.cast_in == timezone.now().replace(minute=0, second=0, microsecond=0)


def test_the_last_word_counts_and_nothing_twice():
    ballot = make_ballot()
    code = one_code(ballot)

    for choice in ([1, 2], [2, 1], [2, 1]):
        casting.cast(code, Answer(choice))

    assert kept(ballot) == [[2, 1]]
    assert casting.turnout(ballot) == {"codes": 1, "answered": 1}


def test_what_the_ballot_does_not_ask_is_not_kept():
    ballot = make_ballot(asks_region=False)
    code = one_code(ballot)

    casting.cast(code, Answer([1], "asia", "survivor", "fr"))

    row = casting.answer_of(code)
    assert (row.region, row.role, row.language) == ("", "", "")


@pytest.mark.parametrize(
    ("fields", "answer", "said"),
    [
        ({}, Answer([1, 9]), "no number 9"),
        ({}, Answer([1, 1]), "Number 1 is chosen twice"),
        ({"most": 2}, Answer([1, 2, 3]), "3 are chosen; 2 at most"),
        ({}, Answer([]), "Choose at least one"),
        ({}, Answer([1], "atlantis"), "“atlantis” is not one of the answers"),
        ({"method": "pairs"}, Answer([[1, 9]]), "no pair of 1 and 9"),
        ({"method": "pairs"}, Answer([[1, 1]]), "no pair of 1 and 1"),
        ({"method": "pairs"}, Answer([[1, 2], [2, 1]]), "2 and 1 is answered twice"),
    ],
)
def test_what_cannot_be_is_named_and_not_kept(fields, answer, said):
    ballot = make_ballot(**fields)
    code = one_code(ballot)

    with pytest.raises(ValidationError, match=said):
        casting.cast(code, answer)

    assert kept(ballot) == []


@pytest.mark.parametrize("step", ["not opened", "closed", "its time is over"])
def test_only_an_open_ballot_takes_answers(step):
    ballot = make_ballot(opened=step != "not opened")
    code = one_code(ballot)
    if step == "closed":
        ballot.close()
    elif step != "not opened":
        Ballot.objects.update(closes_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(NotOpen):
        casting.cast(code, Answer([1]))

    assert kept(ballot) == []


def test_a_code_that_is_unknown_or_cancelled_opens_nothing():
    ballot = make_ballot()
    code = one_code(ballot)
    ballot.batches.update(cancelled_at=timezone.now())

    for each in (code, codes.make()):
        with pytest.raises(ValidationError, match="not known, or was cancelled"):
            casting.cast(each, Answer([1]))

    assert casting.turnout(ballot) == {"codes": 0, "answered": 0}


def test_a_code_opens_its_own_ballot_alone():
    first, second = make_ballot(), make_ballot()
    code = one_code(second)

    casting.cast(code, Answer([1]))

    assert (kept(first), kept(second)) == ([], [[1]])


def test_nothing_kept_leads_from_a_code_to_an_answer():
    ballot = make_ballot()
    made = casting.give_out(ballot, 20, None)

    everything = str([*BallotCode.objects.values(), *CastBallot.objects.values()])

    assert not [code for code in made if code in everything]
    digests = set(BallotCode.objects.values_list("digest", flat=True))
    keys = set(CastBallot.objects.values_list("key", flat=True))
    assert (len(digests), len(keys), digests & keys) == (20, 20, set())
    columns = {field.name for field in CastBallot._meta.get_fields()}
    assert columns == {
        *("id", "ballot", "key", "answer", "region", "role", "language"),
        *("on_paper", "cast_in"),
    }


def test_the_order_of_rows_tells_nothing_of_the_order_of_answers():
    """Rows are there before anybody answers; an answer changes no more than its row."""
    ballot = make_ballot()
    made = casting.give_out(ballot, 6, None)
    before = list(CastBallot.objects.values_list("pk", flat=True))

    for code in reversed(made):
        casting.cast(code, Answer([1]))

    assert sorted(CastBallot.objects.values_list("pk", flat=True)) == sorted(before)


def test_an_answer_takes_few_queries():
    ballot = make_ballot()
    code = one_code(ballot)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        casting.cast(code, Answer([1], "asia"))

    spoken = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(spoken) == 6


@given(typed=st.text(max_size=30))
def test_whatever_is_typed_is_a_code_or_is_told_why_not(typed):
    try:
        code = codes.read(typed)
    except ValidationError:
        return
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{12}", code)


@given(place=st.integers(0, 11), by=st.integers(1, 31))
def test_one_wrong_sign_is_noticed(place, by):
    code = codes.make()
    wrong = codes.SIGNS[(codes.SIGNS.index(code[place]) + by) % 32]

    with pytest.raises(ValidationError, match="a sign that is not right"):
        codes.read(code[:place] + wrong + code[place + 1 :])


def test_a_code_is_read_as_people_write_it():
    code = next(made for made in iter(codes.make, "") if "0" in made and "1" in made)
    spelt = codes.spaced(code).lower().replace("0", "o").replace("1", "l")
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))

    assert codes.read(f" {spelt} ") == codes.read(arabic) == code


@pytest.mark.parametrize("count", [0, 1_001])
def test_too_many_codes_at_once_are_refused(count):
    with pytest.raises(ValidationError, match=f"{count} codes"):
        casting.give_out(make_ballot(), count, None)


def test_as_many_codes_as_can_be_printed_at_once_are_made(monkeypatch):
    monkeypatch.setattr(casting, "MOST_CODES", 2)

    assert len(casting.give_out(make_ballot(), 2, None)) == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"candidates": 1}, "nothing to choose from"),
        ({"question_en": ""}, "no question"),
        ({"closes_at": timezone.now()}, "closing time is over"),
        ({"method": "pairs", "candidates": 9}, "9 candidates make too many pairs"),
    ],
)
def test_a_ballot_that_cannot_be_answered_is_not_opened(fields, said):
    ballot = make_ballot(opened=False, **fields)

    with pytest.raises(ValidationError, match=said):
        ballot.open()


def test_results_are_not_told_while_it_runs():
    ballot = make_ballot()
    answered(ballot, *[[1]] * 6)

    with pytest.raises(ValidationError, match="Close the ballot first"):
        ballot.tell()
    with pytest.raises(ValueError, match="closed"):
        results(ballot)
    with pytest.raises(ValueError, match="closed"):
        anonymous_ballots(ballot)


def test_results_are_read_per_region_beside_the_total():
    ballot = make_ballot(6)
    answered(ballot, *[[1, 2, 3]] * 6, region="asia")
    answered(ballot, *[[1, 6, 5]] * 5, region="africa")
    answered(ballot, [4], [4], region="mena")
    answered(ballot, *[[2]] * 4)
    ballot.close()

    found = results(ballot)

    assert (found.people, found.codes) == (17, 17)
    assert [(g.value, g.people) for g in found.groups["region"]] == [
        ("asia", 6),
        ("africa", 5),
    ]
    assert not found.is_complete["region"]
    asia, africa = found.groups["region"]
    assert [asia.places[n] for n in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert found.shared == [1]
    assert [(n, [g.value for g in high]) for n, high, _low in found.splitting] == [
        (2, ["asia"]),
        (6, ["africa"]),
    ]
    assert [(n, group.value) for n, group in found.alone] == [
        (2, "asia"),
        (6, "africa"),
    ]
    assert found.total[0].number == 1


def test_where_fewer_than_five_took_part_nothing_is_counted():
    ballot = make_ballot()
    answered(ballot, [1], [1], [2], [3], region="asia")
    ballot.close()

    found = results(ballot)

    assert (found.people, found.total, found.groups) == (4, None, {"region": []})
    assert anonymous_ballots(ballot) == []


def test_published_ballots_are_in_an_order_that_tells_nothing():
    ballot = make_ballot()
    answered(ballot, [3], [1, 2], [2], [1], [4, 1])
    ballot.close()

    assert anonymous_ballots(ballot) == [[1], [1, 2], [2], [3], [4, 1]]


PREPARED = """
from tests.ballots import make_ballot
from workshops.ballots import casting
ballot = make_ballot(10)
print("CODES", *casting.give_out(ballot, {count}, None))
"""
CAST = """
from workshops.ballots import casting
from workshops.ballots.casting import Answer
for line in {codes!r}.split() * {times}:
    casting.cast(line, Answer([{first}, 10 - {first}]))
    print("KEPT", line, flush=True)
"""


def given_out(apart, count):
    said = apart.run("shell", "--no-imports", "-c", PREPARED.format(count=count))
    return said.partition("CODES ")[2].split()


def casting_process(apart, made, first, times=1):
    order = CAST.format(codes=" ".join(made), first=first, times=times)
    return apart.start("shell", "--no-imports", "-c", order)


def told(apart):
    """Every answer as the database has it."""
    rows = apart.ask(
        "SELECT CAST(answer AS TEXT) FROM workshops_castballot WHERE answer IS NOT NULL"
    )
    return Counter(re.sub(r"\s", "", row[0]) for row in rows)


@pytest.fixture
def room(bare_apart, tmp_path):
    from .apart import copied

    with copied(bare_apart, tmp_path) as made:
        yield made


def test_parallel_answers_with_the_same_codes_count_once(room):
    made = given_out(room, 30)

    processes = [casting_process(room, made, first, 2) for first in (1, 2, 3)]

    assert [finished(each)[1] for each in processes] == [0, 0, 0]
    assert sum(told(room).values()) == 30
    assert set(told(room)) <= {"[1,9]", "[2,8]", "[3,7]"}


def test_a_killed_server_loses_nothing_it_confirmed(room):
    made = given_out(room, 60)
    process = casting_process(room, made, 1, 50)
    confirmed = [process.stdout.readline() for _each in range(25)]
    process.kill()
    process.communicate()

    room.let_go()
    again = casting_process(room, made, 2)  # everybody tries once more

    assert all(line.startswith("KEPT") for line in confirmed)
    wait_until(lambda: sum(told(room).values()) >= 25)
    assert finished(again)[1] == 0
    assert told(room) == Counter({"[2,8]": 60})
