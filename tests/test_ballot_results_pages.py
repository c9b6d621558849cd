"""Results are read by everybody, group by group, and can be counted again from the files."""

import csv
import gzip
import io
from collections import Counter
from itertools import permutations
from random import sample

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from regions.models import ContentChange
from workshops.ballots import reading, shown
from workshops.ballots.counting import Placed
from workshops.ballots.results import Group, Results
from workshops.models import Ballot
from workshops.templatetags.ballots import named

from . import halls
from .ballots import answered
from .factories import make_area, make_edition, make_recommendation, make_region
from .people import make_user
from .test_promises import Page
from .voters import METHODS, make_ballot, tell

pytestmark = pytest.mark.django_db

CHOICES = {
    "borda": [[1, 2], [2, 1, 3], [1], [3, 2, 1], [1, 4], [2, 3]],
    "schulze": [[1, 2], [2, 1, 3], [1], [3, 2, 1], [1, 4], [2, 3]],
    "approval": [[1, 2], [1, 2, 3], [1], [1, 2, 3], [1, 4], [2, 3]],
    "pairs": [
        [[1, 2]],
        [[2, 1], [3, 4]],
        [[1, 4]],
        [[2, 1]],
        [[1, 2], [2, 3]],
        [[4, 3]],
    ],
}


def voted(method="borda", **fields):
    """Six people of Africa and five of Mena answered; nobody else."""
    for slug in ("africa", "mena"):
        make_region(slug)
    ballot = make_ballot(method=method, **fields)
    answered(ballot, *CHOICES[method], region="africa", role="survivor")
    answered(ballot, *CHOICES[method][:5], region="mena", role="union")
    return ballot


def address(ballot, ending="/"):
    return f"/en/ballots/{ballot.pk}{ending}"


def said(response):
    return " ".join(response.content.decode().split())


def table(response, number=0):
    """The cells of a table, row by row."""
    text = said(response).split("<table")[1 + number].partition("</table>")[0]
    rows = text.partition("<tbody>")[2].split("<tr>")[1:]
    return [
        [
            cell.partition(">")[2]
            .partition("</td>")[0]
            .replace("<strong>", "*")
            .replace("</strong>", "")
            for cell in row.split("<td")[1:]
        ]
        for row in rows
    ]


def test_ballots_are_listed_newest_first_once_their_results_are_told(client):
    make_ballot(question_en="An open one")
    closed = make_ballot(question_en="A closed one")
    closed.close()
    first = tell(make_ballot(question_en="Told first"))
    last = tell(make_ballot(question_en="", question_fr="Dite en dernier"))

    response = client.get("/en/ballots/")

    page = Page(response.content.decode())
    links = [a["href"] for a in page.all("a") if a["href"].startswith("/en/ballots/")]
    own = [link for link in links if link != "/en/ballots/"]
    assert own == [address(last), address(first)]
    assert '<span lang="fr" dir="ltr">Dite en dernier</span>' in said(response)
    assert 'action="/en/vote/"' in said(response)


def test_without_results_the_list_says_so(client):
    assert "No results are published yet." in said(client.get("/en/ballots/"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_few_queries(client, django_assert_num_queries, count):
    for _each in range(count):
        tell(make_ballot())
    client.get("/en/areas/")

    with django_assert_num_queries(3):
        assert client.get("/en/ballots/").status_code == 200


def test_many_ballots_are_paged(client):
    Ballot.objects.bulk_create(
        Ballot(
            edition=make_edition(),
            scope="convergences",
            method="approval",
            question_en=f"Question {number}",
            status="closed",
            opened_at=timezone.now(),
            closed_at=timezone.now(),
            closes_at=timezone.now(),
            results_published_at=timezone.now(),
        )
        for number in range(21)
    )
    ContentChange.objects.create()

    first, second = (client.get(f"/en/ballots/?page={page}") for page in (1, 2))

    assert said(first).count("<h3>") == 20
    assert said(second).count("<h3>") == 1
    assert "Page 1 of 2" in said(first)


@pytest.mark.parametrize(
    ("n", "numbers", "turnout"),
    [
        (
            1,
            "1 person answered. 1 code was given out. 1 answer came on paper.",
            "1 person has answered, 1 code is out",
        ),
        (
            2,
            "2 people answered. 2 codes were given out. 2 answers came on paper.",
            "2 people have answered, 2 codes are out",
        ),
    ],
)
def test_each_number_has_its_own_form(n, numbers, turnout):
    held = {"people": n, "answered": n, "codes": n, "on_paper": n}
    shown = {
        name: render_to_string(name, {"results": held, "turnout": held}).strip()
        for name in (
            "ballots/_numbers.html",
            "admin/workshops/ballots/_turnout.html",
        )
    }

    assert [*shown.values()] == [numbers, turnout]


def test_results_are_read_group_by_group_before_they_are_summed(client):
    ballot = tell(voted())

    response = client.get(address(ballot))
    text = said(response)

    assert text.index("Group by group") < text.index("All together")
    assert text.index("A total alone decides nothing") > text.index("Group by group")
    assert (
        "11 people answered. 11 codes were given out. 0 answers came on paper" in text
    )
    assert '<bdi>Africa</bdi> <span class="count">6 people</span>' in text
    assert '<bdi>Mena</bdi> <span class="count">5 people</span>' in text


def test_the_figures_of_the_table_are_those_counted_by_hand(client):
    """First gets 4 points of 4, second 3, third 2; nobody placed 4 but once, second."""
    ballot = tell(voted())
    points = {
        slug: {
            number: sum(4 - c.index(number) for c in choices if number in c)
            for number in (1, 2, 3, 4)
        }
        for slug, choices in (
            ("africa", CHOICES["borda"]),
            ("mena", CHOICES["borda"][:5]),
        )
    }
    assert points["africa"] == {1: 17, 2: 14, 3: 9, 4: 3}
    assert points["mena"] == {1: 17, 2: 10, 3: 6, 4: 3}

    response = client.get(address(ballot))

    assert table(response, 0) == [
        ["*1", "*1"],
        ["2", "2"],
        ["3", "3"],
        ["4", "4"],
    ]
    assert table(response, 1) == [
        ["1", "34", "10"],
        ["2", "24", "7"],
        ["3", "15", "5"],
        ["4", "6", "2"],
    ]
    assert "All hold high" in said(response)


def test_ties_share_their_place_and_what_nobody_chose_has_none(client):
    make_region("mena")
    ballot = make_ballot(method="approval")
    answered(ballot, [1, 2], [1, 2], [1, 2], [1, 2], [1, 2, 3], region="mena")
    response = client.get(address(tell(ballot)))

    said = "nobody chose it"
    nobody = f'<span title="{said}">–<span class="hidden">{said}</span></span>'
    assert table(response, 0) == [["*=1"], ["*=1"], ["3"], [nobody]]
    assert table(response, 1) == [
        ["=1", "5", "5"],
        ["=1", "5", "5"],
        ["3", "1", "1"],
        ["–", "0", "0"],
    ]


def test_what_is_shared_what_splits_and_what_one_holds_alone_is_said(client):
    for slug in ("africa", "asia", "mena"):
        make_region(slug)
    rows = [make_recommendation(text=f"Demande {n}.") for n in range(1, 7)]
    ballot = make_ballot(rows, method="borda")
    answered(ballot, *[[1, 2, 3]] * 5, region="africa")
    answered(ballot, *[[1, 4, 3]] * 5, region="asia")
    answered(ballot, *[[1, 4, 3]] * 5, region="mena")

    text = said(client.get(address(tell(ballot))))
    shared = text.partition("All hold high")[2].partition("What splits")[0]
    splits = text.partition("What splits the room")[2].partition("One group alone")[0]
    alone = text.partition("One group alone holds high")[2].partition("</section>")[0]

    assert "Demande 1." in shared
    assert shared.count("<li>") == 1
    assert "Demande 4." in splits
    assert "high: <bdi>Asia</bdi>, <bdi>Mena</bdi> · low: <bdi>Africa</bdi>" in splits
    assert "Demande 2." in alone
    assert "<bdi>Africa</bdi>" in alone
    assert alone.count("<li>") == 1


def group(slug, *order):
    """Five people of a region who chose all of these numbers, in this order."""
    placed = [Placed(number, place, 0, 5) for place, number in enumerate(order, 1)]
    return Group("region", slug, 5, placed)


def compared(*groups):
    people = 5 * len(groups)
    held = {"region": list(groups)}
    return Results(people, people, 0, groups[0].placed, held, {"region": True})


@pytest.mark.parametrize(
    ("count", "high", "low"),
    [
        (1, [1], []),
        (2, [1], [2]),
        (4, [1], [3, 4]),
        (5, [1], [4, 5]),
        (6, [1, 2], [4, 5, 6]),
    ],
)
def test_high_is_the_first_third_and_low_the_second_half(count, high, low):
    numbers = range(1, count + 1)
    held = group("africa", *numbers)

    assert [n for n in numbers if held.holds_high(n)] == high
    assert [n for n in numbers if held.holds_low(n)] == low


def test_one_group_is_compared_with_nobody():
    found = compared(group("africa", 1, 2, 3))

    assert (found.shared, found.splitting, found.alone) == ([], [], [])


def test_nobody_is_alone_where_another_is_in_the_middle():
    africa = group("africa", 1, 2, 3, 4, 5)
    asia, mena = group("asia", 2, 1, 3, 4, 5), group("mena", 3, 2, 4, 5, 1)
    found = compared(africa, asia, mena)

    assert found.splitting == [(1, [africa], [mena])]
    assert found.alone == []


def test_curators_read_of_each_candidate_once_who_holds_it_high():
    found = compared(
        group("africa", 1, 2, 3, 4, 5, 6),
        group("asia", 1, 4, 3, 2, 5, 6),
        group("mena", 1, 4, 3, 2, 5, 6),
    )
    named = {number: f"Demande {number}" for number in range(1, 7)}
    labels = {"region": {"africa": "Africa", "asia": "Asia", "mena": "Mena"}}

    assert reading.agreement(found, named, labels) == [
        ("All hold high:", "Demande 1", ""),
        ("High for some, low for others:", "Demande 4", "Asia, Mena"),
        ("One group alone holds high:", "Demande 2", "Africa"),
    ]


def test_small_groups_are_hidden_and_it_is_said_why(client):
    ballot = voted(asks_role=True)
    answered(ballot, [1], [2], role="government", region="mena")

    text = said(client.get(address(tell(ballot))))

    assert "Groups of fewer than five are not shown" in text
    assert "Something is missing here: <bdi>By role</bdi>." in text
    assert "Government" not in text


def test_of_fewer_than_five_people_nothing_is_counted(client):
    ballot = make_ballot()
    answered(ballot, [1], [2], [3], [4])
    tell(ballot)

    text = said(client.get(address(ballot)))
    told = client.get(address(ballot, ".json")).json()

    assert "Fewer than five people answered." in text
    assert "<table" not in text
    assert (told["total"], told["groups"], told["ballots"]) == ([], [], [])


def test_an_accepted_result_says_when_and_why_and_never_who(client):
    ballot = tell(voted())
    before = said(client.get(address(ballot)))
    Ballot.objects.update(
        accepted_at=timezone.now(),
        accepted_by=make_user("zznobody", "organiser"),
        accepted_because="Every group <agreed>.",
    )
    ContentChange.objects.create()

    after = said(client.get(address(ballot)))

    assert "No organiser has accepted this result" in before
    assert "An organiser accepted this result as rank on" in after
    assert "Every group &lt;agreed&gt;." in after
    assert "zznobody" not in after


@pytest.mark.parametrize("ending", ["/", ".json", ".csv"])
def test_what_is_not_told_and_what_is_not_there_answer_alike(client, ending):
    ballots = [make_ballot(), make_ballot(is_open=False), voted()]
    ballots[2].close()
    elsewhere = tell(voted())
    hidden = make_edition(2024, published_at=None)
    Ballot.objects.filter(pk=elsewhere.pk).update(edition=hidden)
    missing = "9" * 21
    nothing = client.get(f"/en/ballots/{missing}{ending}")

    assert nothing.status_code == 404
    for ballot in [*ballots, elsewhere]:
        response = client.get(address(ballot, ending))
        assert response.status_code == 404
        there, none = (r.content.decode() for r in (response, nothing))
        assert there.replace(f"/{ballot.pk}", f"/{missing}") == none
        assert "ETag" not in response


def scores(method, numbers, ballots):
    """As the file says they are counted, with nothing but Python."""
    if method == "borda":
        n = len(numbers)
        return {c: sum(n - b.index(c) for b in ballots if c in b) for c in numbers}
    if method == "approval":
        return {c: sum(c in b for b in ballots) for c in numbers}
    above = Counter()
    for ballot in ballots:
        if method == "pairs":
            above.update(map(tuple, ballot))
        else:
            place = {c: ballot.index(c) if c in ballot else 99 for c in numbers}
            above.update(
                p for p in permutations(numbers, 2) if place[p[0]] < place[p[1]]
            )
    strength = {
        (a, b): above[a, b] if above[a, b] > above[b, a] else 0
        for a, b in permutations(numbers, 2)
    }
    for via, start, end in permutations(numbers, 3):
        through = min(strength[start, via], strength[via, end])
        strength[start, end] = max(strength[start, end], through)
    return {
        c: sum(strength[c, o] > strength[o, c] for o in numbers if o != c)
        for c in numbers
    }


def places(scored):
    return {c: 1 + sum(o > s for o in scored.values()) for c, s in scored.items()}


@pytest.mark.parametrize("method", METHODS)
def test_an_outsider_counts_the_same_from_the_json_alone(client, method):
    told = client.get(address(tell(voted(method)), ".json")).json()

    numbers = [candidate["number"] for candidate in told["candidates"]]
    counted = scores(told["method"], numbers, told["ballots"])

    assert len(told["ballots"]) == told["people"] == 11
    assert {row["number"]: row["score"] for row in told["total"]} == counted
    assert {row["number"]: row["place"] for row in told["total"]} == places(counted)
    assert told["how_ballots_are_counted"]


@pytest.mark.parametrize("method", METHODS)
def test_an_outsider_counts_the_same_from_the_spreadsheet(client, method):
    ballot = tell(voted(method))
    response = client.get(address(ballot, ".csv"))
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))

    names = [n for n in rows[0] if n[0].isdigit()]
    if method == "pairs":
        pairs = {name: tuple(map(int, name.split("/"))) for name in names}
        ballots = [
            [
                sorted(
                    pairs[name], key=lambda c, row=row, name=name: c != int(row[name])
                )
                for name in names
                if row[name]
            ]
            for row in rows
        ]
    else:
        number = {name: int(name.split(" · ")[0]) for name in names}
        ballots = [
            [
                number[name]
                for name in sorted(
                    names, key=lambda name, row=row: int(row[name] or 99)
                )
                if row[name]
            ]
            for row in rows
        ]
    told = client.get(address(ballot, ".json")).json()

    assert scores(rows[0]["method"], [1, 2, 3, 4], ballots) == {
        row["number"]: row["score"] for row in told["total"]
    }
    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_the_file_names_candidates_so_that_they_are_found(client):
    africa, area = make_recommendation(text="Un **mot**."), make_area("kafala")
    ballot = make_ballot([africa, area], method="approval")
    answered(ballot, *[[1]] * 5)
    told = client.get(address(tell(ballot), ".json")).json()

    assert told["candidates"] == [
        {
            "number": 1,
            "reference": africa.reference,
            "area": None,
            "region": "africa",
            "text": "Un **mot**.",
            "text_language": "fr",
        },
        {
            "number": 2,
            "reference": None,
            "area": "kafala",
            "region": None,
            "text": "Kafala",
            "text_language": "en",
        },
    ]


@pytest.mark.parametrize("ending", ["/", ".json", ".csv"])
def test_what_was_withdrawn_meanwhile_shows_its_reference_alone(client, ending):
    rows = [make_recommendation(text=f"Texte {sign}.") for sign in "AB"]
    ballot = make_ballot(rows)
    answered(ballot, *[[1, 2]] * 5)
    tell(ballot)
    before = client.get(address(ballot, ending)).getvalue().decode()
    rows[0].withdraw()

    after = client.get(address(ballot, ending)).getvalue().decode()

    assert "Texte A." in before
    assert "Texte A." not in after
    assert "Texte B." in after
    assert rows[0].reference in after
    assert client.get(rows[0].get_absolute_url()).status_code == 410


@pytest.mark.parametrize("ending", ["/", ".json", ".csv"])
def test_what_was_never_public_shows_not_even_its_reference(client, ending):
    hidden = make_recommendation(text="Secret.", status="draft")
    ballot = make_ballot([make_recommendation(), hidden])
    answered(ballot, *[[1, 2]] * 5)

    text = client.get(address(tell(ballot), ending)).getvalue().decode()

    assert "Secret" not in text
    assert hidden.reference not in text


@pytest.mark.parametrize("ending", ["/", ".json", ".csv"])
def test_results_keep_the_promises_of_public_pages(client, ending):
    ballot = tell(voted(asks_role=True))
    first = client.get(address(ballot, ending))
    again = client.get(
        address(ballot, ending), headers={"If-None-Match": first["ETag"]}
    )

    assert first.status_code == 200
    assert again.status_code == 304
    assert first["Cache-Control"] == "no-cache"
    assert not first.cookies
    assert "Cookie" not in first.get("Vary", "")
    head = client.head(address(ballot, ending))
    assert (head.status_code, head.getvalue()) == (200, b"")


def test_a_withdrawal_gives_the_page_another_version(client):
    rows = [make_recommendation() for _each in range(2)]
    ballot = make_ballot(rows)
    answered(ballot, *[[1, 2]] * 5)
    tell(ballot)
    first = client.get(address(ballot))
    rows[1].withdraw()

    again = client.get(address(ballot), headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 200


def test_results_of_forty_candidates_need_few_queries_and_fit_a_bad_line(
    client, django_assert_max_num_queries
):
    make_region("asia")
    make_region("mena")
    words = [
        "former",
        "les",
        "juges",
        "et",
        "les",
        "avocats,",
        "soutenir",
        "ceux",
        "qui",
        "reviennent",
    ]
    rows = [
        make_recommendation(text=f"Demande {n} : {' '.join(sample(words, 9))}.")
        for n in range(40)
    ]
    ballot = make_ballot(rows, asks_role=True, asks_language=True)
    numbers = list(range(1, 41))
    for place, (region, role, language) in enumerate(
        [
            ("africa", "survivor", "fr"),
            ("asia", "union", "en"),
            ("mena", "government", "ar"),
        ]
    ):
        answered(
            ballot,
            *[numbers[place * 7 + each :][:5] for each in range(12)],
            region=region,
            role=role,
            language=language,
        )
    tell(ballot)
    client.get("/fr/areas/")

    with django_assert_max_num_queries(8):
        response = client.get(f"/fr/ballots/{ballot.pk}/")

    assert response.status_code == 200
    assert len(gzip.compress(response.content, 6)) <= 14 * 1024


def test_no_cell_of_the_spreadsheet_is_a_formula(client):
    ballot = make_ballot(
        [make_recommendation(text="=1+1"), make_recommendation(text="@x")]
    )
    answered(ballot, *[[1, 2]] * 5)

    response = client.get(address(tell(ballot), ".csv"))

    for row in csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))):
        assert not [cell for cell in row if cell[:1] in {*"=+-@|%"}]


def test_whoever_is_signed_in_reads_the_same_page(client, organiser):
    ballot = tell(voted())

    assert (
        Client().get(address(ballot)).content == organiser.get(address(ballot)).content
    )


def test_candidates_that_begin_alike_are_named_by_what_is_their_own(client):
    ballot = halls.make_ballot(3)
    texts = (
        "Pour les gouvernements asiatiques, la priorité est de former les **juges**.",
        "Pour les gouvernements asiatiques, la priorité est de protéger les témoins.",
        "Écouter les survivants.",
    )
    for row, said in zip(halls.entries(ballot.section), texts, strict=True):
        row.text_fr = said
        row.save()

    with translation.override("fr"):
        names = [named(each) for each in shown.candidates(ballot)]

    assert names == [
        '<a href="#c1">1 · … priorité est de former les juges.</a>',
        '<a href="#c2">2 · … priorité est de protéger les témoins.</a>',
        '<a href="#c3">3 · Écouter les survivants.</a>',
    ]
