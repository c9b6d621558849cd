"""Answers on paper, typed back or brought in from a spreadsheet: counted with the rest."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from workshops.ballots import casting, codes, sheets
from workshops.ballots.casting import Answer
from workshops.ballots.notation import read_choice
from workshops.models import Ballot, CastBallot

from .factories import make_region
from .halls import cast_all, make_open
from .people import browser, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english_pages")]


@pytest.fixture
def facilitator():
    make_region("mena")
    return browser(make_user("fatima", "facilitator", regions=["mena"]))


def at(ballot, name, *more):
    return reverse(f"admin:workshops_ballot_{name}", args=[ballot.pk, *more])


def kept(*given):
    """What the holder of each code is counted with."""
    return [casting.answer_of(code).answer for code in given]


def lines_of(ballot, text, name="paper.csv"):
    return sheets.read(ballot, BytesIO(text.encode()), name)


def judged(ballot, text):
    return sheets.judge(ballot, lines_of(ballot, text))


def troubles(ballot, text):
    return [
        (row.number, trouble.column, trouble.value, trouble.message)
        for row in judged(ballot, text)
        for trouble in row.troubles
    ]


@pytest.mark.parametrize(
    ("method", "typed", "choice"),
    [
        ("borda", "3 1 7", [3, 1, 7]),
        ("borda", " 3,1 ; 7 ", [3, 1, 7]),
        ("schulze", "٣ ١، ٧", [3, 1, 7]),
        ("approval", "12", [12]),
        ("borda", "3 > 1 > 7", [3, 1, 7]),
        ("pairs", "1>2 4 > 3", [[1, 2], [4, 3]]),
        ("pairs", "", []),
    ],
)
def test_a_choice_is_read_as_people_write_it(method, typed, choice):
    assert read_choice(method, typed) == choice


# Typed


def test_one_paper_after_the_other_is_typed_in(facilitator):
    ballot, given = make_open(3)
    data = {"code": codes.spaced(given[0]).lower(), "choice": "3 1", "region": "mena"}

    response = facilitator.post(at(ballot, "paper"), data)

    row = casting.answer_of(given[0])
    assert (row.answer, row.region, row.on_paper) == ([3, 1], "mena", True)
    form = response.context["form"]
    assert (form["code"].value(), form["region"].value()) == (None, "mena")
    assert "The next one, please." in response.content.decode()


@pytest.mark.parametrize(
    ("more", "errors"),
    [
        ({"choice": "9"}, {"choice": ["There is no number 9 on this ballot."]}),
        ({"choice": "1 1"}, {"choice": ["Number 1 is chosen twice."]}),
        (
            {"choice": "2 = 3, 1"},
            {
                "choice": [
                    "“2=3” puts several in one place: give each a place of its own."
                ]
            },
        ),
        (
            {"choice": "first"},
            {
                "choice": [
                    "“first” is no number: write numbers with spaces between them, as in 3 1 7."
                ]
            },
        ),
        (
            {"code": "ABC"},
            {"code": ["A code has 12 signs; “ABC” has 3. Look at your paper again."]},
        ),
    ],
)
def test_a_slip_of_the_keyboard_is_named_and_nothing_typed_is_lost(
    facilitator, more, errors
):
    ballot, given = make_open(3)
    data = {"code": given[0], "choice": "1"} | more

    response = facilitator.post(at(ballot, "paper"), data)

    form = response.context["form"]
    assert form.errors == errors
    assert (form["code"].value(), form["choice"].value()) == (
        data["code"],
        data["choice"],
    )
    assert kept(given[0]) == [None]


def test_a_code_of_another_ballot_is_refused(facilitator):
    ballot, _given = make_open(3)
    _other, others = make_open(3)

    response = facilitator.post(at(ballot, "paper"), {"code": others[0], "choice": "1"})

    assert response.context["form"].errors == {
        "code": ["This code is not one of this ballot, or was cancelled."]
    }
    assert kept(others[0]) == [None]


def test_an_answer_given_before_is_replaced_only_when_that_is_confirmed(facilitator):
    ballot, given = make_open(3)
    cast_all(given, [2])
    data = {"code": given[0], "choice": "1"}

    asked = facilitator.post(at(ballot, "paper"), data)
    assert list(asked.context["form"].errors) == ["replace"]
    assert kept(given[0]) == [[2]]

    facilitator.post(at(ballot, "paper"), data | {"replace": "on"})
    assert kept(given[0]) == [[1]]


def test_the_same_paper_sent_twice_is_kept_once_without_a_question(facilitator):
    ballot, given = make_open(3)
    data = {"code": given[0], "choice": "1"}

    facilitator.post(at(ballot, "paper"), data)
    again = facilitator.post(at(ballot, "paper"), data)

    assert "The next one, please." in again.content.decode()
    assert CastBallot.objects.cast().count() == 1


def test_paper_that_comes_after_closing_is_refused(facilitator):
    ballot, given = make_open(3)
    ballot.close()

    response = facilitator.post(at(ballot, "paper"), {"code": given[0], "choice": "1"})

    assert response.context["form"].non_field_errors() == ["This ballot is closed."]
    assert kept(given[0]) == [None]


def test_paper_counts_until_somebody_closes_the_ballot(facilitator):
    ballot, given = make_open(3)
    Ballot.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    ballot.refresh_from_db()
    with pytest.raises(casting.NotOpen):
        casting.cast(given[0], casting.Answer([2]))

    facilitator.post(at(ballot, "paper"), {"code": given[0], "choice": "1"})
    ballot_page = facilitator.get(at(ballot, "change")).content.decode()
    results_page = facilitator.get(at(ballot, "results")).content.decode()

    assert kept(given[0]) == [[1]]
    assert "paper counts until it is closed" in ballot_page
    assert at(ballot, "paper") in ballot_page
    assert at(ballot, "results") not in ballot_page
    assert "nothing is counted yet" in results_page


# Brought in from a sheet


def test_a_sheet_in_any_of_four_languages_is_read():
    ballot, given = make_open(3)
    for headings, region in (
        ("Code,Choice,Region", "mena"),
        ("Code;Choix;Région", "MENA"),
        ("Código;Elección;Región", "Mena"),
        ("الرمز;الاختيار;المنطقة", "mena"),
    ):
        separator = ";" if ";" in headings else ","
        text = f"{headings}\n{given[0]}{separator}3 1{separator}{region}\n"
        (row,) = judged(ballot, text)
        assert (row.troubles, row.code, row.answer) == (
            [],
            given[0],
            Answer([3, 1], "mena"),
        )


@pytest.mark.parametrize(
    ("method", "headings", "cells", "choice"),
    [
        ("borda", "1st,2nd,3rd", "3,1,", [3, 1]),
        ("borda", "1er,2e,3e", "2,3,1", [2, 3, 1]),
        ("borda", "2nd,1st,3rd", "2,3,1", [3, 2, 1]),
        ("schulze", "1,2,3", "2,,1", [3, 1]),
        ("approval", "1,2,3", "x,,X", [1, 3]),
        ("approval", "1,2,3", ",oui,", [2]),
        ("approval", "1,2,3", "0,1,non", [2]),
        ("borda", "First choice,second choice", "2,3", [2, 3]),
        ("borda", "Rang 2,Rang 1", "1,3", [3, 1]),
        ("borda", "1.º,2.º", "2,1", [2, 1]),
        ("borda", "Primera opción,Segunda opción", "3,1", [3, 1]),
        ("borda", "الاختيار الأول,الاختيار الثاني", "2,1", [2, 1]),
        ("schulze", "المرتبة ١,المرتبة ٢", "٣,١", [3, 1]),
        ("schulze", "N° 1,N° 2,Candidate 3", "2,,1", [3, 1]),
        ("approval", "#1,#2,#3", "x,,x", [1, 3]),
    ],
)
def test_a_choice_may_be_spread_over_columns(method, headings, cells, choice):
    ballot, given = make_open(3, method=method)

    (row,) = judged(ballot, f"code,{headings}\n{given[0]},{cells}\n")

    assert row.troubles == []
    assert row.answer == Answer(choice)


def test_two_in_one_place_are_named():
    ballot, given = make_open(3, method="borda")

    (row,) = judged(ballot, f"code,1,2,3\n{given[0]},2,1,2\n")

    (trouble,) = row.troubles
    assert (trouble.column, trouble.value) == ("choice", "2 1=3")
    assert trouble.message.startswith("“1=3” puts several in one place")


def test_pairs_are_read_from_a_sheet():
    ballot, given = make_open(3, method="pairs")

    (row,) = judged(ballot, f"code,choice\n{given[0]},1>2 3>1\n")

    assert row.answer == Answer([[1, 2], [3, 1]])


def test_each_wrong_cell_is_named_with_its_row():
    ballot, given = make_open(3)
    wrong = given[2][:-1] + ("A" if given[2][-1] != "A" else "B")
    text = "\n".join(
        [
            "code,choice,region",
            f"{given[0]},1 9,",
            f"{given[0]},1,",
            f"{given[1]},,atlantis",
            f"{wrong},1,",
            ",2,",
        ]
    )

    assert troubles(ballot, text) == [
        (2, "choice", "1 9", "There is no number 9 on this ballot."),
        (3, "code", given[0], "Row 2 has this code too: one person, one ballot."),
        (4, "region", "atlantis", "No such answer. Write one of: mena."),
        (4, "choice", "", "Choose at least one."),
        (
            5,
            "code",
            wrong,
            f"“{wrong}” has a sign that is not right. Look at your paper again.",
        ),
        (6, "code", "", "Type the code from your paper."),
    ]


def test_a_rank_given_twice_over_columns_is_named():
    ballot, given = make_open(3)

    told = troubles(ballot, f"code,1,2,3\n{given[0]},1,1,2\n")

    assert [(row, column) for row, column, _value, _message in told] == [(2, "choice")]


def test_a_cancelled_code_is_named():
    ballot, given = make_open(3)
    ballot.batches.update(cancelled_at=timezone.now())

    assert troubles(ballot, f"code,choice\n{given[0]},1\n") == [
        (
            2,
            "code",
            given[0],
            "This code is not one of this ballot, or was cancelled.",
        )
    ]


def test_what_the_ballot_does_not_ask_is_not_read():
    ballot, given = make_open(3)

    (row,) = judged(ballot, f"code,choice,role\n{given[0]},1,chief\n")

    assert (row.troubles, row.answer) == ([], Answer([1]))


def test_a_sheet_without_codes_is_refused(facilitator):
    ballot, _given = make_open(3)
    file = SimpleUploadedFile("paper.csv", b"choice,region\n1,mena\n")

    response = facilitator.post(at(ballot, "sheet"), {"file": file})

    assert response.context["sheet_form"].errors == {
        "file": ["No column has the heading “code”."]
    }


def preview(client, ballot, text, name="paper.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile(name, content)
    return client.post(at(ballot, "sheet"), {"file": file})


def bring(client, ballot, response, **more):
    data = {"sheet": response.context["carried"]} | more
    return client.post(at(ballot, "bring"), data)


def test_nothing_is_counted_before_somebody_looked(facilitator):
    ballot, given = make_open(3)
    text = f"code,choice\n{given[0]},1\n{given[1]},2 3\n"

    response = preview(facilitator, ballot, text)
    assert kept(*given[:2]) == [None, None]

    bring(facilitator, ballot, response)
    assert kept(*given[:2]) == [[1], [2, 3]]
    assert casting.answer_of(given[0]).on_paper


def test_a_wrong_row_stops_the_sheet_unless_the_good_ones_are_asked_for(facilitator):
    ballot, given = make_open(3)
    text = f"code,choice\n{given[0]},1\n{given[1]},9\n"
    response = preview(facilitator, ballot, text)
    assert "1 row can be counted. 1 row cannot." in response.content.decode()

    stopped = bring(facilitator, ballot, response)
    assert stopped.status_code == 409
    assert "1 row is wrong. Nothing was brought in." in stopped.content.decode()
    assert kept(*given[:2]) == [None, None]

    done = bring(facilitator, ballot, response, only_good="on")
    (told,) = get_messages(done.wsgi_request)
    assert str(told) == "1 paper ballot is counted with the rest."
    assert kept(*given[:2]) == [[1], None]


def test_what_was_answered_online_is_replaced_only_when_ticked(facilitator):
    ballot, given = make_open(3)
    cast_all(given, [2])
    response = preview(facilitator, ballot, f"code,choice\n{given[0]},1\n")
    assert "replaces the answer given online" in response.content.decode()

    asked = bring(facilitator, ballot, response)
    assert asked.status_code == 409
    assert kept(given[0]) == [[2]]

    bring(facilitator, ballot, response, replace="2")
    assert kept(given[0]) == [[1]]


def test_an_answer_that_came_after_the_preview_is_not_overwritten(facilitator):
    ballot, given = make_open(3)
    response = preview(facilitator, ballot, f"code,choice\n{given[0]},1\n")
    cast_all(given, [2])

    asked = bring(facilitator, ballot, response)

    assert asked.status_code == 409
    assert kept(given[0]) == [[2]]


def test_a_sheet_is_of_its_ballot_and_cannot_be_forged(facilitator):
    ballot, given = make_open(3)
    other, _others = make_open(3)
    response = preview(facilitator, ballot, f"code,choice\n{given[0]},1\n")

    for target, sheet in (
        (other, response.context["carried"]),
        (ballot, response.context["carried"][:-2] + "xx"),
        (ballot, ""),
    ):
        facilitator.post(at(target, "bring"), {"sheet": sheet})

    assert kept(given[0]) == [None]


def test_a_blank_sheet_filled_in_is_brought_in(facilitator):
    ballot, given = make_open(3)
    blank = facilitator.get(at(ballot, "blank", "xlsx")).content
    book = load_workbook(BytesIO(blank))
    assert [cell.value for cell in book.active[1]] == ["Code", "Choice", "Region"]
    book.active.append([codes.spaced(given[0]), "3 2", "Mena"])
    book.active.append([given[1], 1, "mena"])
    stream = BytesIO()
    book.save(stream)

    response = preview(facilitator, ballot, stream.getvalue(), "paper.xlsx")
    bring(facilitator, ballot, response)

    assert kept(*given[:2]) == [[3, 2], [1]]


def test_the_sheet_is_kept_nowhere(facilitator):
    from .signing import everything_kept

    ballot, given = make_open(3)
    response = preview(facilitator, ballot, f"code,choice\n{given[0]},1\n")
    bring(facilitator, ballot, response)

    assert "no-store" in response["Cache-Control"]
    assert given[0] not in everything_kept()


def test_a_workbook_that_is_none_is_refused(facilitator):
    ballot, _given = make_open(3)

    response = preview(facilitator, ballot, b"%PDF-1.7 ...", "paper.pdf")

    assert list(response.context["sheet_form"].errors) == ["file"]


def test_more_rows_than_codes_can_be_printed_at_once_are_refused(monkeypatch):
    monkeypatch.setattr(casting, "MOST_CODES", 1)
    ballot, given = make_open(3, codes=0)
    text = "code,choice\nA,1\nB,1\n"

    with pytest.raises(sheets.Refused, match="2 answers are too many"):
        lines_of(ballot, text)


def test_numbers_in_cells_of_a_workbook_are_numbers():
    ballot, given = make_open(3)
    book = Workbook()
    book.active.append(["code", "1", "2", "3"])
    book.active.append([given[0], 2, None, 1])
    stream = BytesIO()
    book.save(stream)

    lines = sheets.read(ballot, BytesIO(stream.getvalue()), "paper.xlsx")

    assert [row.answer for row in sheets.judge(ballot, lines)] == [Answer([3, 1])]
