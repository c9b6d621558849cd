"""A code opens a ballot; what its holder says is kept once, as they said it last."""

import gzip
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Failures
from regions.models import Region
from workshops.ballots import casting, codes
from workshops.ballots.answering import Form
from workshops.ballots.casting import Answer
from workshops.ballots.shown import candidates
from workshops.models import Ballot, CastBallot

from .factories import make_area, make_recommendation, make_region
from .test_promises import Page
from .voters import METHODS, code_for, make_ballot, tell

pytestmark = pytest.mark.django_db

VOTE = "/en/vote/"
UNKNOWN = "This code is not known, or was cancelled."


def show(client, code, **asked):
    return client.get(VOTE, {"code": code} | asked)


def send(client, code, **typed):
    fields = {name.replace("_", "-"): value for name, value in typed.items()}
    return client.post(VOTE, {"code": code} | fields)


def said(response):
    return " ".join(response.content.decode().split())


def kept(code):
    return casting.answer_of(code).answer


def chosen(response):
    """What the form holds, by field."""
    page, found, name = Page(response.content.decode()), {}, ""
    for tag, a in page.tags:
        if tag == "select":
            name = a["name"]
        if tag == "option" and "selected" in a:
            found[name] = a["value"]
        if tag == "input" and "checked" in a:
            found.setdefault(a["name"], []).append(a["value"])
    return found


def selected(response, field):
    """The place or answer that a field shows."""
    text = response.content.decode()
    select = text.partition(f'name="{field}"')[2].partition("</select>")[0]
    return select.partition(" selected>")[2].partition("<")[0]


def test_without_a_code_one_is_asked_for(client):
    response = client.get(VOTE)

    assert response.status_code == 200
    assert 'name="code"' in said(response)
    assert 'method="get"' in said(response)


def test_the_code_opens_the_ballot_however_it_is_typed(client):
    ballot = make_ballot(for_whom_en="Everybody in the room")
    code = code_for(ballot)

    for typed in (code, codes.spaced(code), f" {code.lower()} "):
        response = show(client, typed)
        assert response.status_code == 200
        for text in (
            "What comes first?",
            "Everybody in the room",
            "Premier texte numéro 3.",
            "Choose up to 4 that matter most to you",
            "1 hour, 59 minutes left",
        ):
            assert text in said(response).replace("\xa0", " ")


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_that_a_code_opens_is_kept_listed_or_passed_on(client, method):
    code = code_for(make_ballot())

    response = getattr(client, method)(VOTE, {"code": code, "place-1": "1"})

    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    assert "ETag" not in response
    assert "Cookie" not in response.get("Vary", "")


def test_the_page_holds_no_script_of_its_own_and_prints_no_code(client):
    code = code_for(make_ballot())
    text = show(client, code).content.decode()
    page = Page(text)

    assert [s["src"].startswith("/static/") for s in page.all("script")] == [True]
    assert 'rel="canonical"' not in text
    assert "127.0.0.1:8000" not in text
    assert [a["rel"] for a in page.all("a") if "data-exit" in a] == ["noreferrer"]
    languages = [a["href"] for a in page.all("a") if "hreflang" in a]
    assert f"/ar/vote/?code={code}" in languages


def test_a_ranking_is_kept_and_comes_back_in_the_form(client):
    code = code_for(make_ballot())

    response = send(client, code, place_3="1", place_1="2", place_2="")
    after = client.get(response["Location"])

    assert response.status_code == 303
    assert response["Location"] == f"{VOTE}?code={code}"
    assert kept(code) == [3, 1]
    assert "Your answer is kept." in said(after)
    assert "You can change it until" in said(after)
    assert [selected(after, f"place-{n}") for n in (1, 2, 3, 4)] == ["2", "", "1", ""]


def test_who_answers_again_is_counted_once_as_they_said_last(client):
    ballot = make_ballot()
    code = code_for(ballot)

    send(client, code, place_3="1")
    send(client, code, place_4="1")

    assert kept(code) == [4]
    assert ballot.cast_ballots.cast().count() == 1


def test_a_gap_is_closed_and_the_voter_is_told(client):
    code = code_for(make_ballot())

    response = send(client, code, place_1="1", place_4="3")
    after = client.get(response["Location"])

    assert kept(code) == [1, 4]
    assert response["Location"] == f"{VOTE}?code={code}&moved=1"
    assert "what came after it has moved up" in said(after)
    assert selected(after, "place-4") == "2"


def test_a_place_given_twice_is_named_and_nothing_typed_is_lost(client):
    code = code_for(make_ballot(most=3))
    send(client, code, place_1="1")

    response = send(client, code, place_1="2", place_2="1", place_4="1", region="")

    assert response.status_code == 400
    assert "Place 1 is given to numbers 2, 4." in said(response)
    assert 'href="#place-2"' in said(response)
    assert "What you said before is kept as it was." in said(response)
    assert [selected(response, f"place-{n}") for n in (1, 2, 3, 4)] == [
        "2",
        "1",
        "",
        "1",
    ]
    assert kept(code) == [1]


@pytest.mark.parametrize(
    ("method", "typed", "told"),
    [
        ("borda", {"place_1": "9"}, "“9” cannot be chosen here."),
        ("borda", {"place_1": "１"}, "“１” cannot be chosen here."),
        ("schulze", {"place_1": "-1"}, "“-1” cannot be chosen here."),
        ("borda", {"place_99": "1"}, "This ballot has no field “place-99”."),
        ("borda", {"choose": "1"}, "This ballot has no field “choose”."),
        ("borda", {"place_1": ["1", "2"]}, "Choose one answer."),
        ("approval", {"choose": "99"}, "“99” cannot be chosen here."),
        ("approval", {"choose": ["1", "2", "3"]}, "3 are chosen; 2 at most."),
        ("approval", {"choose": ["1", "1"]}, "Number 1 is chosen twice."),
        ("pairs", {"pair_1_2": "3"}, "“3” cannot be chosen here."),
        ("pairs", {"pair_2_1": "1"}, "This ballot has no field “pair-2-1”."),
        ("borda", {"place_1": "1", "region": "atlantis"}, "“atlantis” cannot be"),
        ("borda", {"place_1": "1", "role": "survivor"}, "no field “role”"),
    ],
)
def test_what_cannot_be_is_named_and_not_kept(client, method, typed, told):
    most = 2 if method == "approval" else None
    code = code_for(make_ballot(method=method, most=most))

    response = send(client, code, **typed)

    assert response.status_code == 400
    assert told in said(response)
    assert kept(code) is None


@pytest.mark.parametrize("method", METHODS)
def test_an_answer_without_a_choice_is_told_and_not_kept(client, method):
    code = code_for(make_ballot(method=method))

    response = send(client, code)

    assert response.status_code == 400
    assert "Choose at least one." in said(response)
    assert kept(code) is None


def test_no_more_places_are_offered_than_there_are_candidates():
    ballot = make_ballot(most=9)

    lines = Form(ballot, candidates(ballot)).lines()

    assert [len(line.options) for line in lines] == [4] * 4


def test_approving_is_ticking_boxes(client):
    code = code_for(make_ballot(method="approval"))

    after = client.get(send(client, code, choose=["4", "2"])["Location"])

    assert kept(code) == [2, 4]
    assert chosen(after) == {"choose": ["2", "4"]}


def test_of_each_pair_one_is_chosen_or_neither(client):
    code = code_for(make_ballot(method="pairs"))
    first = show(client, code)

    response = send(client, code, pair_1_2="2", pair_1_3="1", pair_3_4="")
    after = client.get(response["Location"])

    assert said(first).count("<fieldset") - said(first).count('"yourself"') == 6
    assert set(map(tuple, chosen(first).values())) == {("",)}
    assert kept(code) == [[1, 3], [2, 1]]
    assert chosen(after) == {
        "pair-1-2": ["2"],
        "pair-1-3": ["1"],
        "pair-1-4": [""],
        "pair-2-3": [""],
        "pair-2-4": [""],
        "pair-3-4": [""],
    }


def test_people_are_asked_about_themselves_only_where_the_ballot_asks(client):
    make_region("mena")
    none = code_for(make_ballot(asks_region=False))
    every = code_for(make_ballot(asks_role=True, asks_language=True))

    assert "About yourself" not in said(show(client, none))
    page = show(client, every)
    assert said(page).count("I’d rather not say") == 3
    assert chosen(page) == {}
    send(client, every, place_1="1", region="mena", role="survivor", language="ar")

    row = casting.answer_of(every)
    assert (row.region, row.role, row.language) == ("mena", "survivor", "ar")
    again = show(client, every)
    assert chosen(again) == {
        "place-1": "1",
        "region": "mena",
        "role": "survivor",
        "language": "ar",
    }
    assert "Survivor leader" in said(again)


def test_texts_are_read_in_the_readers_language_or_marked_as_originals(client):
    entry = make_recommendation(text="Former les **juges**.", text_en="Train <judges>.")
    other = make_recommendation("mena", text="Rien <b>encore</b>.")
    code = code_for(make_ballot([entry, other, make_area("kafala")]))

    text = said(client.get(VOTE, {"code": code}))

    assert '<span class="text">Train &lt;judges&gt;.</span>' in text
    assert '<span class="text" lang="fr" dir="ltr">Rien &lt;b&gt;encore' in text
    assert "Not translated yet; this is the original." in text
    assert "Original: French" in text
    assert "Kafala" in text
    assert '<span class="region-mark region-mena">' in text


def test_what_was_withdrawn_meanwhile_is_not_read_on_the_ballot(client):
    rows = [make_recommendation(text=f"Texte {sign}.") for sign in "AB"]
    code = code_for(make_ballot(rows))
    rows[0].withdraw()

    text = said(show(client, code))

    assert "Texte A." not in text
    assert "This text is not public any more." in text
    assert rows[0].reference in text
    assert "Texte B." in text


def test_a_ballot_that_is_not_open_yet_says_so_and_shows_no_candidates(client):
    ballot = make_ballot(is_open=False)
    code = code_for(ballot)

    response = show(client, code)
    sent = send(client, code, place_1="1")

    assert "This ballot is not open yet." in said(response)
    assert "What comes first?" in said(response)
    assert "Premier texte" not in said(response)
    assert sent.status_code == 409
    assert kept(code) is None


def test_a_closed_ballot_takes_nothing_and_shows_what_is_kept(client):
    ballot = make_ballot()
    code, other = code_for(ballot), code_for(ballot)
    send(client, code, place_2="1")
    Ballot.objects.update(closes_at=timezone.now() - timedelta(seconds=1))

    response = show(client, code)
    late = send(client, code, place_3="1")

    assert "This ballot is closed: no answer is taken any more." in said(response)
    assert "Premier texte numéro 2." in said(response)
    assert "<select" not in said(response)
    assert "No answer came with this code." in said(show(client, other))
    assert late.status_code == 409
    assert "came too late and was not kept" in said(late)
    assert kept(code) == [2]


def test_it_closes_between_the_look_and_the_answer(client, monkeypatch):
    code = code_for(make_ballot())

    def closing(*args, **kwargs):
        Ballot.objects.get().close()
        raise casting.NotOpen("closed")

    monkeypatch.setattr(casting, "cast", closing)

    assert send(client, code, place_1="1").status_code == 409


def test_once_the_results_are_told_the_code_leads_to_them(client):
    ballot = make_ballot()
    code = code_for(ballot)
    send(client, code, place_2="1")
    tell(ballot)

    text = said(show(client, code))

    assert f'href="/en/ballots/{ballot.pk}/"' in text
    assert "Premier texte" not in text


def test_unknown_and_cancelled_codes_are_answered_alike(client):
    ballot = make_ballot()
    code = code_for(ballot)
    ballot.batches.update(cancelled_at=timezone.now())
    never = codes.make()

    answers = [client.get(VOTE, {"code": each}) for each in (code, never)]
    sent = [send(client, each, place_1="1") for each in (code, never)]

    assert [r.status_code for r in (*answers, *sent)] == [404] * 4
    texts = {said(r).replace(code, "").replace(never, "") for r in (*answers, *sent)}
    assert len({text.partition("<main")[2] for text in texts}) == 1
    assert UNKNOWN in texts.pop()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Type the code from your paper."),
        ("ABC", "A code has 12 signs; “ABC” has 3."),
        ("<b>", "“&lt;b&gt;”"),
        ("x" * 5000, "A code has 12 signs"),
        ("0000000000ZZ", "has a sign that is not right"),
    ],
)
def test_a_slip_in_the_code_is_named_and_costs_nothing(client, typed, told):
    response = client.get(VOTE, {"code": typed})

    assert response.status_code == 400
    assert told in said(response)
    assert not Failures.objects.exists()


def test_whoever_guesses_codes_waits_and_the_hall_does_not(client):
    code = code_for(make_ballot())
    guesses = [client.get(VOTE, {"code": codes.make()}) for _each in range(21)]

    assert [g.status_code for g in guesses] == [404] * 20 + [429]
    assert 0 < int(guesses[-1]["Retry-After"]) <= 31
    assert "A code that is right always opens its ballot." in said(guesses[-1])
    before = list(Failures.objects.values())
    assert show(client, code).status_code == 200
    assert send(client, code, place_1="1").status_code == 303
    assert list(Failures.objects.values()) == before


def test_guessing_codes_keeps_nobody_at_that_address_from_signing_in(client):
    for _each in range(25):
        client.get(VOTE, {"code": codes.make()})

    response = client.post("/admin/login/", {"username": "a", "password": "b"})

    assert response.status_code == 200


def test_no_address_is_kept_of_whoever_guesses_or_votes(client):
    code = code_for(make_ballot())
    client.get(VOTE, {"code": codes.make()}, REMOTE_ADDR="203.0.113.77")
    client.post(VOTE, {"code": code, "place-1": "1"}, REMOTE_ADDR="203.0.113.77")

    rows = [*Failures.objects.values(), *CastBallot.objects.values()]
    assert "203.0.113" not in str(rows)


def test_no_csrf_cookie_is_needed_because_the_code_is_the_proof():
    code = code_for(make_ballot())
    client = Client(enforce_csrf_checks=True)

    response = client.post(
        VOTE, {"code": code, "place-1": "1"}, headers={"origin": "null"}
    )

    assert response.status_code == 303
    assert not response.cookies


def test_a_code_in_the_address_of_a_post_is_not_read(client):
    code = code_for(make_ballot())

    response = client.post(f"{VOTE}?code={code}", {"place-1": "1"})

    assert response.status_code == 400
    assert kept(code) is None


def test_a_busy_database_is_said_so_and_asks_to_send_again(client, monkeypatch):
    code = code_for(make_ballot())

    def busy(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(casting, "cast", busy)
    response = send(client, code, place_1="1")

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert response["Cache-Control"] == "no-store"


def test_a_ballot_of_forty_needs_few_queries_and_fits_a_bad_line(
    client, django_assert_max_num_queries
):
    text = "Les gouvernements devraient former les juges et les avocats, numéro "
    rows = [
        make_recommendation(
            text=f"{text} {number}.", text_en=f"Governments should train, {number}."
        )
        for number in range(40)
    ]
    code = code_for(make_ballot(rows, asks_role=True, asks_language=True))

    with django_assert_max_num_queries(8):
        response = show(client, code)

    assert len(gzip.compress(response.content, 6)) <= 14 * 1024


names = st.one_of(
    st.sampled_from(
        ["code", "choose", "region", "place-1", "place-2", "pair-1-2", "pair-3-4"]
    ),
    st.text(max_size=12),
)
values = st.one_of(
    st.sampled_from(["", "1", "2", "4", "5", "-1", "1.0", "mena", "null", "[]"]),
    st.text(max_size=20),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    method=st.sampled_from(METHODS),
    body=st.one_of(
        st.lists(st.tuples(names, values), max_size=12).map(
            lambda pairs: (
                urlencode(
                    [(n, v.encode("utf-8", "surrogatepass")) for n, v in pairs],
                    doseq=False,
                ).encode()
                if all(n.isprintable() for n, _v in pairs)
                else b"%00=1"
            )
        ),
        st.binary(max_size=200),
    ),
    kind=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=utf-16",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/json",
            "",
        ]
    ),
    has_code=st.booleans(),
)
def test_whatever_is_sent_is_kept_or_refused_and_never_an_error(
    client, shared, method, body, kind, has_code
):
    client.raise_request_exception = False
    if has_code:
        body = f"code={shared[method]}&".encode() + body
    response = client.generic("POST", VOTE, body, content_type=kind)

    assert response.status_code in {303, 400, 404, 429}
    choice = kept(shared[method])
    assert choice is None or casting.check(
        Ballot.objects.get(method=method), Answer(choice)
    )


@pytest.fixture
def shared(db):
    return {method: code_for(make_ballot(method=method)) for method in METHODS}


@pytest.mark.parametrize(
    "typed",
    [
        {f"x{number}": "1" for number in range(1_000)},
        {f"x{number}": "1" for number in range(6_000)},
        {"place-1": "1" * 1_000_000},
        {"place-1": "1" * 3_000_000},
        {"place-1": "1\0"},
        {"place-1": ["1"] * 1_000},
        {"choose": [str(number) for number in range(1_000)]},
    ],
)
def test_bodies_that_no_form_sends_are_refused(client, typed):
    code = code_for(make_ballot())
    client.raise_request_exception = False

    response = client.post(
        VOTE,
        urlencode({"code": code} | typed, doseq=True),
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 400
    assert len(response.content) < 60_000
    assert kept(code) is None


def test_regions_to_choose_from_are_those_with_a_forum_of_their_own(client):
    make_region("mena")
    make_region("caribbean", parent=Region.objects.get(slug="mena"))
    code = code_for(make_ballot())

    text = said(show(client, code))

    assert '<option value="mena"' in text
    assert '<option value="caribbean"' not in text
