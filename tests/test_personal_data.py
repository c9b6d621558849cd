"""Signs of a person are found in four languages, and ordinary texts are left alone.

`people.csv` holds invented people only. Rows known to fail are kept, so that the share
found is an honest one; whoever makes one of them pass takes the mark off.
"""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from priorities.personal_data import KINDS, find, kinds

HERE = Path(__file__).parent
with HERE.joinpath("people.csv").open(encoding="utf-8", newline="") as file:
    PEOPLE = list(csv.DictReader(file))


def signs(row):
    return [kind for kind in row["kinds"].split("|") if kind]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            row["text"],
            signs(row),
            marks=pytest.mark.xfail(strict=True) if row["known_to_fail"] else (),
        )
        for row in PEOPLE
    ],
)
def test_signs_of_a_person_are_found_and_nothing_else(text, expected):
    assert sorted(kinds(text)) == expected


def test_of_each_kind_nearly_all_signs_are_found():
    there, found = Counter(), Counter()
    for row in PEOPLE:
        there.update(signs(row))
        found.update(set(signs(row)) & set(kinds(row["text"])))
    assert there.keys() == KINDS.keys()
    assert {kind: found[kind] / there[kind] for kind in there if kind != "person"} == {
        "email": 1.0,
        "telephone": 1.0,
        "document": pytest.approx(0.97, abs=0.01),
        "birth": 1.0,
    }
    assert found["person"] / there["person"] > 0.9


def test_ordinary_recommendations_are_hardly_ever_held():
    ordinary = [row["text"] for row in PEOPLE if not row["kinds"]]
    assert sum(bool(find(text)) for text in ordinary) <= len(ordinary) / 100


def test_no_text_of_2021_is_held():
    texts = [
        text
        for path in HERE.parent.glob("fixtures/edition_2021_*.json")
        for entry in json.loads(path.read_text(encoding="utf-8"))
        for name, text in entry["fields"].items()
        if name.startswith("text_") and text
    ]
    assert len(texts) >= 610
    assert [text for text in texts if find(text)] == []


def test_a_finding_says_where_the_sign_stands():
    text = (
        "Ask Mrs. Amina Yusuf, born on 3 May 1991, passport A1234567, +254 712 345 678."
    )
    assert [(sign.kind, text[sign.start : sign.end]) for sign in find(text)] == [
        ("person", "Amina Yusuf"),
        ("birth", "born on 3 May 1991"),
        ("document", "passport A1234567"),
        ("telephone", "+254 712 345 678"),
    ]


@pytest.mark.parametrize(
    "text", ["PROTECT MIGRANT WORKERS", "MME LA MINISTRE", "A SURVIVOR NAMED"]
)
def test_a_text_in_capitals_is_not_a_name(text):
    assert not find(text)


@pytest.mark.parametrize(
    "text",
    [
        "MME TRAORÉ A ÉTÉ RETENUE",
        "A SURVIVOR NAMED BLESSING TOLD US",
        "LA NIÑA FATIMA",
    ],
)
def test_but_may_hold_one(text):
    assert kinds(text) == ["person"]
