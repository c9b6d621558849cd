"""The ranks of a list on one page: by numbers, with a reason, for whoever may."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import assign
from priorities.models import Recommendation

from .factories import make_recommendation, make_region, make_section

pytestmark = pytest.mark.django_db
REASON = "ballot of 12 May"


@pytest.fixture(autouse=True)
def in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


def person(role, *regions):
    """A browser in which somebody with this role is signed in."""
    user = User.objects.create_user(f"{role}-{User.objects.count()}", is_staff=True)
    assign(user, [role])
    user.regions.set([make_region(slug) for slug in regions])
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def address(section):
    return reverse("admin:priorities_section_rank", args=[section.pk])


def make_list(count=3, region="africa", **fields):
    section = make_section(region)
    rows = [make_recommendation(section=section, **fields) for _ in range(count)]
    return section, rows


def form_of(client, section):
    form = client.get(address(section)).context["form"]
    return {f.html_name: "" if f.value() is None else f.value() for f in form}


def send(client, section, numbers, reason=REASON, **more):
    """The page opened, filled in and sent: `numbers` by row."""
    typed = {f"rank_{row.pk}": number for row, number in numbers.items()}
    data = form_of(client, section) | typed | {"reason": reason} | more
    return client.post(address(section), data)


def ranks(*rows):
    return [Recommendation.objects.get(pk=row.pk).rank for row in rows]


def errors(response):
    return {name: list(told) for name, told in response.context["form"].errors.items()}


def test_an_organiser_ranks_by_numbers_and_the_history_says_why(organiser):
    section, (a, b, c) = make_list()

    response = send(organiser, section, {a: 2, b: "", c: 1})

    assert response.status_code == 302
    assert ranks(a, b, c) == [2, None, 1]
    assert [row.history.first().history_change_reason for row in (a, c)] == [REASON] * 2
    assert a.history.first().history_user.username == "organiser"
    assert a.history.first().operation == c.history.first().operation is not None


def test_two_entries_swap_their_ranks(organiser):
    section, (a, b) = make_list(2)
    send(organiser, section, {a: 1, b: 2})

    assert send(organiser, section, {a: 2, b: 1}).status_code == 302
    assert ranks(a, b) == [2, 1]


def test_an_entry_whose_rank_stays_has_no_new_version(organiser):
    section, (a, b) = make_list(2)
    send(organiser, section, {a: 1, b: 2})
    before = a.history.count()

    send(organiser, section, {a: 1, b: ""})

    assert ranks(a, b) == [1, None]
    assert a.history.count() == before


def test_a_number_given_twice_is_refused_and_all_that_was_typed_stays(organiser):
    section, (a, b, c) = make_list()

    response = send(organiser, section, {a: 1, b: 1, c: 2})

    assert response.status_code == 200
    assert errors(response) == {
        f"rank_{b.pk}": [f"{a} has 1 too: give each its own number."]
    }
    typed = response.context["form"].data
    assert [typed[f"rank_{row.pk}"] for row in (a, b, c)] == ["1", "1", "2"]
    assert typed["reason"] == REASON
    assert ranks(a, b, c) == [None] * 3


def test_a_number_left_out_is_refused_at_the_row_after_it(organiser):
    section, (a, b, c) = make_list()

    assert errors(send(organiser, section, {a: 1, b: "", c: 3})) == {
        f"rank_{c.pk}": ["No entry has 2: the numbers go from 1 without a gap."]
    }
    assert set(errors(send(organiser, section, {a: 0, b: "x", c: 1}))) == {
        f"rank_{a.pk}",
        f"rank_{b.pk}",
    }
    assert ranks(a, b, c) == [None] * 3


def test_ranks_need_a_reason_and_an_entry(organiser):
    section, (a, b) = make_list(2)

    assert set(errors(send(organiser, section, {a: 1, b: 2}, reason=" "))) == {"reason"}
    assert set(errors(send(organiser, section, {a: 1}, reason="x" * 101))) == {"reason"}
    assert errors(send(organiser, section, {})) == {
        "__all__": ["Give at least one entry a number."]
    }
    assert ranks(a, b) == [None, None]


def test_what_somebody_ranked_meanwhile_is_shown_beside_what_is_typed(organiser):
    section, (a, b) = make_list(2)
    typed = form_of(organiser, section) | {
        f"rank_{a.pk}": "2",
        f"rank_{b.pk}": "1",
        "reason": REASON,
    }
    Recommendation.objects.rank([a, b], "a workshop")

    response = organiser.post(address(section), typed)

    assert response.status_code == 409
    assert response.context["saved"] == [a, b]
    assert [line.row for line in response.context["lines"]] == [b, a]
    assert ranks(a, b) == [1, 2]
    again = {f.html_name: f.value() for f in response.context["form"]}
    assert organiser.post(address(section), again).status_code == 302
    assert ranks(a, b) == [2, 1]


def test_an_entry_added_meanwhile_is_seen_before_anything_is_saved(organiser):
    section, (a,) = make_list(1)
    typed = form_of(organiser, section) | {f"rank_{a.pk}": "1", "reason": REASON}
    added = make_recommendation(section=section, status="draft")

    response = organiser.post(address(section), typed)

    assert response.status_code == 409
    assert [line.row for line in response.context["lines"]] == [a, added]
    assert ranks(a) == [None]


def test_what_is_withdrawn_keeps_out_of_the_ranks(organiser):
    section, (a, b) = make_list(2)
    Recommendation.objects.rank([b, a], "a workshop")
    b.refresh_from_db()
    b.withdraw()

    assert send(organiser, section, {a: 1}).status_code == 302
    assert ranks(a, b) == [1, 1]
    assert b.history.first().history_change_reason == "withdrawn"


def test_a_facilitator_ranks_drafts_of_her_region():
    section, (a, b) = make_list(2, status="draft")

    response = send(person("facilitator", "africa"), section, {a: 2, b: 1})

    assert response.status_code == 302
    assert ranks(a, b) == [2, 1]


@pytest.mark.parametrize("status", ["published", "in_review"])
def test_a_facilitator_looks_only_when_an_entry_is_no_draft(status):
    section, (a,) = make_list(1, status="draft")
    make_recommendation(section=section, status=status)
    facilitator = person("facilitator", "africa")

    shown = facilitator.get(address(section))

    assert "an organiser ranks them" in shown.content.decode()
    assert b"<button" not in shown.content.partition(b'class="ranking"')[2]
    data = {f"rank_{a.pk}": "1", "reason": REASON, "state": ""}
    data["state"] = form_of(facilitator, section)["state"]
    assert facilitator.post(address(section), data).status_code == 404
    assert ranks(a) == [None]


@pytest.mark.parametrize(
    ("role", "region"),
    [
        ("facilitator", "asia"),
        ("reviewer", "africa"),
        ("observer", "africa"),
        ("administrator", "africa"),
    ],
)
def test_others_find_no_such_page(role, region):
    section, (a,) = make_list(1, status="draft")
    client = person(role, region)

    assert client.get(address(section)).status_code == 404
    assert client.post(address(section), {"reason": REASON}).status_code == 404
    assert ranks(a) == [None]


def test_visitors_are_asked_to_sign_in(client):
    section, _rows = make_list(1)

    assert client.get(address(section)).status_code == 302


def test_the_pages_of_section_and_entry_lead_there(organiser):
    section, (a,) = make_list(1, status="draft")
    pages = [
        reverse("admin:priorities_section_change", args=[section.pk]),
        reverse("admin:priorities_recommendation_change", args=[a.pk]),
    ]

    for page in pages:
        assert f'href="{address(section)}"' in organiser.get(page).content.decode()
        assert (
            address(section)
            not in person("observer", "africa").get(page).content.decode()
        )


@pytest.mark.parametrize("count", [1, 30])
def test_a_long_list_costs_no_more_queries(organiser, django_assert_num_queries, count):
    section, _rows = make_list(count)
    organiser.get(address(section))

    with django_assert_num_queries(8):
        organiser.get(address(section))
