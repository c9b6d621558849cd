"""A reader's own selection lives in the address, and survives what happens to addresses."""

import random
import zlib
from base64 import urlsafe_b64encode

import pytest

from priorities import selection as selections
from priorities.selection import Selection

from .factories import make_recommendation

pytestmark = pytest.mark.django_db
PAGE = "/en/selection/"


def test_a_code_says_the_references_in_order_and_the_year_where_it_changes():
    chosen = Selection().adding(
        ["2021-MENA-014", "2021-AFR-003", "2024-AFR-1200", "2021-ASI-001"]
    )

    assert chosen.code == "2021MENA14.AFR3.2024AFR1200.2021ASI1"
    assert Selection.parse(chosen.code) == chosen


def test_whatever_is_chosen_and_noted_comes_back_from_its_code():
    pick = random.Random(3)
    signs = "aé.~&=+%#\"'<ب ح\u202e"
    for _round in range(200):
        references = [
            f"{pick.choice((2021, 2024))}-{pick.choice(('AFR', 'MENA'))}-{n:03d}"
            for n in pick.sample(range(1, 2000), pick.randint(0, 12))
        ]
        notes = [
            "".join(pick.choices(signs, k=pick.randint(0, 30))) for _r in references
        ]
        chosen = Selection().adding(references).noting(notes)

        assert Selection.parse(chosen.code) == chosen
        assert chosen.references == tuple(references)


@pytest.mark.parametrize(
    ("code", "references"),
    [
        ("", ()),
        ("AFR1", ()),  # no year
        ("2021AFR1.AFR1.AFR001", ("2021-AFR-001",)),
        ("2021AFR1.<script>.MENA2", ("2021-AFR-001", "2021-MENA-002")),
        ("2021AFR1~damaged!", ("2021-AFR-001",)),
        ("2021AFR1~eNoD", ("2021-AFR-001",)),
        ("2021AFR1" + ".AFR2" * 3000, ()),
        ("2021AFR1" + "".join(f".AFR{n}" for n in range(2, 90)), None),
    ],
)
def test_a_damaged_code_gives_what_can_be_read_in_it(client, code, references):
    chosen = Selection.parse(code)

    assert client.get(PAGE, {"selection": code}).status_code == 200
    if references is None:
        assert len(chosen) == selections.MOST
    else:
        assert chosen.references == references


def test_a_note_that_unpacks_into_too_much_is_cut():
    bomb = selections.packed(["a" * 1_000_000])

    (note,) = Selection.parse(f"2021AFR1~{bomb}").notes

    assert len(note) <= selections.MOST_NOTE


@pytest.mark.parametrize(
    ("packed", "note"),
    [('["a\\u0001\\u0000b"]', "a b"), ('["\\ud800c"]', "?c"), ("[" * 60_000, "")],
)
def test_a_note_made_to_break_pages_or_files_breaks_none(client, packed, note):
    make_recommendation()
    data = urlsafe_b64encode(zlib.compress(packed.encode())).decode().rstrip("=")
    asked = {"selection": f"2021AFRIC1~{data}"}

    page = client.get(PAGE, asked)

    assert page.context["items"][0][1] == note
    for kind in ("csv", "xlsx"):
        assert client.get(f"/en/selection.{kind}", asked).status_code == 200


def test_marked_ones_join_the_selection_at_a_new_address(client):
    first, second = make_recommendation(), make_recommendation()

    response = client.get(
        PAGE, {"selection": "2021AFRIC1", "add": [second.reference.lower(), "nonsense"]}
    )

    assert response["Location"] == f"{PAGE}?selection=2021AFRIC1.AFRIC2"
    shown = client.get(response["Location"]).context["items"]
    assert [entry.recommendation for _ref, _note, entry in shown] == [first, second]


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("up=2021-AFR-002", "2021AFR2.AFR1.AFR3"),
        ("down=2021-AFR-001", "2021AFR2.AFR1.AFR3"),
        ("up=2021-AFR-001", "2021AFR1.AFR2.AFR3"),
        ("down=2021-AFR-003", "2021AFR1.AFR2.AFR3"),
        ("drop=2021-AFR-002", "2021AFR1.AFR3"),
        ("drop=2021-AFR-009", "2021AFR1.AFR2.AFR3"),
    ],
)
def test_entries_are_moved_and_removed_by_links(client, step, code):
    response = client.get(f"{PAGE}?selection=2021AFR1.AFR2.AFR3&{step}")

    assert response["Location"] == f"{PAGE}?selection={code}"


def test_notes_are_kept_in_the_address_and_go_along(client):
    make_recommendation()

    response = client.get(PAGE, {"selection": "2021AFRIC1", "note": ["À lire d’abord"]})
    page = client.get(response["Location"])

    assert page.context["items"][0][1] == "À lire d’abord"
    carried = page.context["carried"]
    assert f'href="/en/recommendations/{carried}"' in page.content.decode()
    rows = client.get("/en/selection.csv" + carried).getvalue().decode()
    assert "À lire d’abord" in rows


def test_notes_too_long_for_an_address_stay_in_the_form(client):
    pick = random.Random(5)
    references = [make_recommendation().reference for _number in range(12)]
    code = Selection().adding(references).code
    notes = ["".join(pick.choices("abcdefghijklmnop", k=300)) for _r in references]

    response = client.get(PAGE, {"selection": code, "note": notes})

    assert response.status_code == 200
    assert "Your notes are too long" in response.content.decode()
    assert [note for _ref, note, _entry in response.context["items"]] == notes


def test_what_was_withdrawn_is_named_and_not_shown(client):
    row = make_recommendation(text="Un texte retiré")
    row.withdraw()

    text = client.get(PAGE, {"selection": "2021AFRIC1"}).content.decode()

    assert "nobody knows it, or it was withdrawn" in text
    assert "Un texte retiré" not in text


def test_pages_carry_the_selection_on_and_know_what_is_in_it(client):
    row, other = make_recommendation(), make_recommendation()

    response = client.get("/en/recommendations/?selection=2021AFRIC1&region=africa")

    text = response.content.decode()
    assert "My selection: 1" in text
    assert text.count("in your selection") == 1
    assert f'value="{other.reference}"' in text
    assert f'href="{row.get_absolute_url()}?selection=2021AFRIC1"' in text
    assert 'name="selection" value="2021AFRIC1"' in text
    (chip,) = response.context["filter"].chips()
    assert chip.remove_url == "?selection=2021AFRIC1"


def test_the_selection_sets_no_cookie(client):
    response = client.get(PAGE, {"selection": "2021AFR1"})

    assert not response.cookies


def test_what_was_marked_is_not_lost_when_a_filter_changes(client):
    row, other = make_recommendation(), make_recommendation()

    response = client.get(
        "/en/recommendations/", {"add": row.reference, "region": "africa"}
    )

    text = response.content.decode()
    assert text.count("in your selection") == 1
    assert f'value="{other.reference}"' in text
    (chip,) = response.context["filter"].chips()
    assert chip.remove_url == "?selection=2021AFRIC1"


def test_notes_typed_but_not_kept_go_along_when_the_order_changes(client):
    response = client.get(
        PAGE,
        {"selection": "2021AFR1.AFR2", "note": ["one", "two"], "down": "2021-AFR-001"},
    )

    chosen = Selection.parse(response["Location"].partition("selection=")[2])
    assert chosen.items == [("2021-AFR-002", "two"), ("2021-AFR-001", "one")]
