"""Many entries: changed at once after a look at what changes, and one after the other."""

import pytest
from django.urls import reverse

from accounts.models import User
from priorities.bulk_editing import keys_of
from priorities.models import Recommendation, RecommendationArea, Section
from regions.models import ContentChange

from .factories import (
    make_area,
    make_audience,
    make_edition,
    make_forum,
    make_recommendation,
    make_region,
    make_section,
)
from .test_curating import form_of
from .test_ranking import in_english, person

__all__ = ["in_english"]

pytestmark = pytest.mark.django_db
LIST = "/admin/priorities/recommendation/"
REASON = "workshop in Nairobi"


def bulk_url(name):
    return reverse("admin:priorities_recommendation_bulk", args=[name])


def choose(client, action, *rows, query=""):
    """From the list, with these rows ticked."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(LIST + query, data)


def look(client, name, rows, query="", **typed):
    keys = ",".join(str(row.pk) for row in rows)
    data = {"rows": keys, "reason": REASON, "do": "look"} | typed
    return client.post(bulk_url(name) + query, data)


def change(client, name, rows, query="", **typed):
    """Look at the page in between, and confirm it."""
    shown = look(client, name, rows, query, **typed)
    plan = shown.context["plan"]
    assert plan is not None, shown.context["form"].errors
    return look(client, name, rows, query, **typed, do="write", shown=plan.sign)


def said(response):
    return [str(message) for message in response.wsgi_request._messages]


def areas(row):
    return sorted(row.areas.values_list("slug", flat=True))


def again(row):
    return Recommendation.objects.get(pk=row.pk)


# The page in between


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("change_areas", "areas"),
        ("change_countries", "countries"),
        ("change_instruments", "instruments"),
        ("move", "move"),
        ("assign", "assign"),
    ],
)
def test_an_action_leads_to_a_page_and_changes_nothing(organiser, action, name):
    a, b = make_recommendation(), make_recommendation()
    before = Recommendation.history.count()

    shown = choose(organiser, action, a, b, query="?is_lead__exact=0")

    assert shown.status_code == 200
    assert "2 entries are chosen." in shown.content.decode()
    rows = shown.context["form"]["rows"].value()
    assert sorted(keys_of(rows)) == sorted([a.pk, b.pk])
    assert shown.context["action"].startswith(bulk_url(name))
    assert shown.context["back"] == LIST + "?is_lead__exact=0"
    assert Recommendation.history.count() == before


def test_the_page_says_what_changes_for_how_many(organiser):
    media, law = make_area("media"), make_area("law")
    a, b = make_recommendation(areas=("media",)), make_recommendation(areas=())

    shown = look(organiser, "areas", [a, b], add=[media.pk, law.pk])

    plan = shown.context["plan"]
    assert plan.lines == [("gets “Media”", 1), ("gets “Law”", 2)]
    assert [row.pk for row in plan.changed] == [a.pk, b.pk]
    assert areas(a) == ["media"]


def test_areas_are_added_and_taken_away_as_one_operation(organiser):
    media, law = make_area("media"), make_area("law")
    a, b = make_recommendation(areas=("media",)), make_recommendation(areas=("law",))
    before = ContentChange.objects.version()

    response = change(
        organiser,
        "areas",
        [a, b],
        "?_changelist_filters=areas%3Dnone%26p%3D2",
        add=[law.pk],
        take=[media.pk],
    )

    assert response.status_code == 302
    assert response.url == LIST + "?areas=none&p=2"
    assert (areas(a), areas(b)) == (["law"], ["law"])
    told = RecommendationArea.history.filter(history_change_reason=REASON)
    assert [
        (t.history_type, t.recommendation_id) for t in told.order_by("history_type")
    ] == [
        ("+", a.pk),
        ("-", a.pk),
    ]
    assert {t.history_user.username for t in told} == {"organiser"}
    assert len({t.operation for t in told}) == 1
    assert told[0].operation is not None
    assert ContentChange.objects.version() != before
    assert said(response) == [
        "1 entry is changed.",
        f"1 left as they are: nothing would change ({b.reference})",
    ]


def test_only_areas_that_are_carried_can_be_taken_away_and_no_group_added(organiser):
    media, law = make_area("media"), make_area("law")
    row = make_recommendation(areas=("media",))

    form = look(organiser, "areas", [row]).context["form"]

    assert list(form.fields["take"].queryset) == [media]
    assert list(form.fields["add"].queryset) == [media, law]
    assert set(
        look(organiser, "areas", [row], add=[media.parent_id]).context["form"].errors
    ) == {"add"}


def test_a_change_needs_a_reason_and_something_to_change(organiser):
    media = make_area("media")
    row = make_recommendation(areas=())

    for name, typed, errors in (
        ("areas", {"add": [media.pk], "reason": ""}, {"reason"}),
        ("areas", {"add": [media.pk], "reason": "x" * 101}, {"reason"}),
        ("areas", {}, {"__all__"}),
        ("move", {}, {"__all__"}),
        ("move", {"section": "0"}, {"section"}),
        ("assign", {"person": "0"}, {"person"}),
    ):
        answer = look(organiser, name, [row], **typed, do="write")
        assert answer.status_code == 200
        assert set(answer.context["form"].errors) == errors
    carried = make_recommendation(areas=("media",))
    answer = look(organiser, "areas", [carried], add=[media.pk], take=[media.pk])
    assert set(answer.context["form"].errors) == {"__all__"}
    assert areas(row) == []


def test_what_was_not_shown_is_not_written(organiser):
    media, law = make_area("media"), make_area("law")
    row = make_recommendation(areas=())
    sign = look(organiser, "areas", [row], add=[media.pk]).context["plan"].sign

    for shown in ("", sign):
        answer = look(organiser, "areas", [row], add=[law.pk], do="write", shown=shown)
        assert answer.status_code == 409
        assert answer.context["plan"].lines == [("gets “Law”", 1)]
    assert areas(row) == []


def test_what_changed_meanwhile_is_looked_at_again(organiser):
    media = make_area("media")
    a, b = make_recommendation(areas=()), make_recommendation(areas=())
    sign = look(organiser, "areas", [a, b], add=[media.pk]).context["plan"].sign
    a.tag(areas=[media])

    answer = look(organiser, "areas", [a, b], add=[media.pk], do="write", shown=sign)

    assert answer.status_code == 409
    assert (areas(a), areas(b)) == (["media"], [])


def test_more_than_five_thousand_are_not_changed_at_once(organiser, monkeypatch):
    monkeypatch.setattr("priorities.bulk_editing.MOST", 2)
    media = make_area("media")
    rows = [make_recommendation(areas=()) for _ in range(3)]

    answer = choose(organiser, "change_areas", *rows)
    assert answer.status_code == 302
    assert said(answer) == ["Up to 2 entries can be changed at once: choose fewer."]
    assert look(organiser, "areas", rows, add=[media.pk]).status_code == 404
    assert choose(organiser, "change_areas", *rows[:2]).status_code == 200


# Moving


def test_entries_go_to_the_end_of_another_list_without_their_ranks(organiser):
    here, there = make_section(), make_section()
    last = make_recommendation(section=there)
    a = make_recommendation(section=here, rank=1)
    b = make_recommendation(section=here)

    shown = look(organiser, "move", [b, a], section=there.pk)
    assert shown.context["plan"].lines == [
        (f"goes to the end of “{there}”", 2),
        ("loses its rank", 1),
    ]
    response = change(organiser, "move", [b, a, last], section=there.pk)

    assert said(response) == [
        "2 entries are changed.",
        f"1 left as they are: it stands in this list ({last.reference})",
    ]
    moved = [again(row) for row in (last, a, b)]
    assert [row.section for row in moved] == [there] * 3
    assert [row.rank for row in moved] == [None] * 3
    positions = [row.position for row in moved]
    assert positions == [positions[0], positions[0] + 1, positions[0] + 2]
    assert [row.reference for row in moved] == [
        last.reference,
        a.reference,
        b.reference,
    ]
    told = [row.history.first() for row in (a, b)]
    assert [(t.history_change_reason, t.history_user.username) for t in told] == [
        (REASON, "organiser")
    ] * 2
    assert told[0].operation == told[1].operation is not None


def test_in_a_list_of_concerns_nobody_is_addressed(organiser):
    concerns = make_section(kind=Section.Kind.CONCERNS)
    row = make_recommendation(section=make_section())

    shown = look(organiser, "move", [row], section=concerns.pk)
    assert shown.context["plan"].lines[-1] == ("loses its audience", 1)
    change(organiser, "move", [row], section=concerns.pk)

    assert again(row).audience is None
    typed = {"section": concerns.pk, "audience": make_audience().pk}
    refused = look(organiser, "move", [row], **typed)
    assert set(refused.context["form"].errors) == {"__all__"}


def test_what_asks_nobody_needs_an_audience_in_a_list_without_one(organiser):
    concerns = make_section(kind=Section.Kind.CONCERNS)
    mixed = make_section(audience=None)
    row = make_recommendation(section=concerns)

    shown = look(organiser, "move", [row], section=mixed.pk)
    assert shown.context["plan"].left == {
        "it needs an audience: choose one": [row.reference]
    }
    change(organiser, "move", [row], section=mixed.pk, audience=make_audience().pk)

    assert again(row).audience == make_audience()


def test_another_audience_leaves_place_and_rank(organiser):
    movement = make_audience("movement")
    concerns = make_section(kind=Section.Kind.CONCERNS)
    row = make_recommendation(section=make_section(), rank=1)
    has_it = make_recommendation(section=row.section, audience=movement)
    concern = make_recommendation(section=concerns)

    response = change(organiser, "move", [row, has_it, concern], audience=movement.pk)

    assert (again(row).audience, again(row).rank) == (movement, 1)
    assert again(row).position == row.position
    assert again(concern).audience is None
    assert said(response)[0] == "1 entry is changed."
    assert len(said(response)) == 3


def test_lists_of_another_edition_are_no_choice(organiser):
    later = make_section(regional_forum=make_forum(edition=make_edition(2024)))
    row = make_recommendation(section=make_section())
    of_2024 = make_recommendation(section=later)

    refused = look(organiser, "move", [row], section=later.pk)
    assert set(refused.context["form"].errors) == {"section"}
    shown = look(organiser, "move", [row, of_2024], section=row.section.pk)
    assert shown.context["plan"].left == {
        "it stands in this list": [row.reference],
        "it belongs to another edition": [of_2024.reference],
    }


# Assigning


def test_entries_are_assigned_to_people_who_work_on_their_region(organiser):
    africa = make_recommendation("africa", status="draft")
    asia = make_recommendation("asia", status="draft")
    person("facilitator", "africa")
    person("facilitator", "latin-america")
    person("reviewer", "africa")
    facilitator = User.objects.get(username="facilitator-1")

    form = look(organiser, "assign", [africa, asia]).context["form"]
    assert [user.username for user in form.fields["person"].queryset] == [
        "facilitator-1",
        "organiser",
    ]
    response = change(organiser, "assign", [africa, asia], person=facilitator.pk)

    assert again(africa).assigned_to == facilitator
    assert again(asia).assigned_to is None
    assert said(response)[1] == (
        f"1 left as they are: facilitator-1 does not work on Asia ({asia.reference})"
    )
    change(organiser, "assign", [africa], person="")
    assert again(africa).assigned_to is None


def test_people_of_a_region_work_on_its_parts(organiser):
    north = make_region("north", parent=make_region("america"))
    row = make_recommendation(north, status="draft")
    person("facilitator", "america")

    form = look(organiser, "assign", [row]).context["form"]

    names = [user.username for user in form.fields["person"].queryset]
    assert names == ["facilitator-1", "organiser"]


# Who may


def test_what_a_facilitator_may_not_change_stays_and_the_answer_says_why():
    media = make_area("media")
    draft = make_recommendation(areas=(), status="draft")
    published = make_recommendation(areas=())
    in_review = make_recommendation(areas=(), status="in_review")
    rows = [draft, published, in_review]

    response = change(person("facilitator", "africa"), "areas", rows, add=[media.pk])

    assert [areas(row) for row in rows] == [["media"], [], []]
    why = (
        "1 left as they are: you change drafts alone; this one has the status “{}” ({})"
    )
    assert said(response) == [
        "1 entry is changed.",
        why.format("Published", published.reference),
        why.format("In review", in_review.reference),
    ]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("areas", {"add": "media"}),
        ("move", {"audience": "movement"}),
        ("assign", {"person": ""}),
    ],
)
def test_beyond_the_wall_nothing_changes_and_nothing_is_told(name, typed):
    own = make_recommendation("africa", areas=(), status="draft")
    foreign = make_recommendation("asia", areas=(), status="draft")
    made = {"media": make_area("media").pk, "movement": make_audience("movement").pk}
    typed = {key: made.get(value, value) for key, value in typed.items()}
    before = foreign.history.count()

    facilitator = person("facilitator", "africa")
    shown = look(facilitator, name, [own, foreign], **typed)
    assert foreign.reference not in shown.content.decode()
    change(facilitator, name, [own, foreign], **typed)

    assert again(foreign).history.count() == before
    assert areas(foreign) == []


def test_a_facilitator_moves_nothing_over_the_wall():
    own = make_recommendation("africa", status="draft")
    foreign = make_section("asia")

    refused = look(person("facilitator", "africa"), "move", [own], section=foreign.pk)

    assert set(refused.context["form"].errors) == {"section"}


@pytest.mark.parametrize("role", ["reviewer", "observer", "administrator"])
@pytest.mark.parametrize(
    "name", ["areas", "countries", "instruments", "move", "assign"]
)
def test_others_find_no_such_pages(role, name):
    row = make_recommendation(areas=(), status="draft")
    client = person(role, "africa")

    for do in ("look", "write"):
        answer = look(client, name, [row], do=do, add=[make_area("media").pk])
        assert answer.status_code == 404
    assert areas(row) == []


def test_visitors_are_asked_to_sign_in_and_unknown_changes_are_not_found(
    client, organiser
):
    row = make_recommendation()

    assert look(organiser, "status", [row]).status_code == 404
    assert look(organiser, "areas", []).status_code == 404
    assert organiser.get(bulk_url("areas")).status_code == 405
    organiser.logout()
    assert look(client, "areas", [row]).status_code == 302


# One after the other


def page(row, filters=""):
    name = reverse("admin:priorities_recommendation_change", args=[row.pk])
    return name + (f"?_changelist_filters={filters}" if filters else "")


def walk_at(client, row, filters=""):
    return client.get(page(row, filters)).context["walk"]


def test_an_entry_leads_to_its_neighbours_in_the_list_one_came_from(organiser):
    section = make_section()
    a, b, c, d = (
        make_recommendation(section=section, is_lead=n != 1) for n in range(4)
    )

    walk = walk_at(organiser, c, "is_lead__exact%3D1")
    assert (walk.place, walk.count) == (2, 3)
    assert walk.previous.url == page(a, "is_lead__exact%3D1")
    assert walk.next.url == page(d, "is_lead__exact%3D1")
    shown = organiser.get(page(c)).content.decode()
    assert "3 of 4" in shown
    assert f'<a href="{page(b)}" rel="prev">' in shown

    backwards = walk_at(organiser, b, "o%3D-1")  # by reference
    assert (backwards.previous.pk, backwards.next.pk) == (c.pk, a.pk)
    assert walk_at(organiser, a).previous is None
    assert walk_at(organiser, d).next is None


def test_the_walk_goes_over_the_pages_of_the_list(organiser, monkeypatch):
    monkeypatch.setattr(
        "priorities.admin.recommendations.RecommendationAdmin.list_per_page", 2
    )
    section = make_section()
    rows = [make_recommendation(section=section) for _ in range(9)]
    address, met = page(rows[0]), [rows[0].pk]

    while step := organiser.get(address).context["walk"].next:
        address = step.url
        met.append(step.pk)

    assert met == [row.pk for row in rows]
    assert address == page(rows[-1], "p%3D5")
    while step := organiser.get(address).context["walk"].previous:
        address = step.url
    assert address == page(rows[0])
    assert walk_at(organiser, rows[-1]) is None  # far from where it is said to stand


def test_save_and_next_saves_and_goes_on_though_the_entry_leaves_the_list(organiser):
    section = make_section()
    a, b, c = (make_recommendation(section=section, is_lead=True) for _ in range(3))
    address = page(a, "is_lead__exact%3D1")
    button = organiser.get(address).context["walk"].next.told
    assert f'name="_next" value="{button}"' in organiser.get(address).content.decode()

    data = form_of(organiser, a) | {"is_lead": "", "_next": button}
    response = organiser.post(address, data)

    assert response.status_code == 302
    assert response.url == page(b, "is_lead__exact%3D1")
    assert not again(a).is_lead
    assert walk_at(organiser, b, "is_lead__exact%3D1").next.pk == c.pk


@pytest.mark.parametrize(
    "told", ["", "x", "0-1", "1e9-1", "9" * 30 + "-1", "1-" + "9" * 30]
)
def test_save_and_next_leads_to_the_list_when_there_is_no_next(organiser, told):
    row = make_recommendation()
    told = told.replace("1-9", f"{row.pk}-9")

    data = form_of(organiser, row) | {"_next": told}
    response = organiser.post(page(row, "p%3D1"), data)

    assert response.url == LIST + "?p=1"


def test_the_walk_stays_within_the_wall():
    own = make_recommendation("africa", status="draft")
    foreign = make_recommendation("asia", status="draft")
    client = person("facilitator", "africa")

    walk = walk_at(client, own)
    assert (walk.place, walk.count, walk.previous, walk.next) == (1, 1, None, None)
    data = form_of(client, own) | {"_next": f"{foreign.pk}-1"}
    assert client.post(page(own), data).url == LIST


@pytest.mark.parametrize(
    "filters",
    [
        "nonsense%3D1",
        "status__exact%3D",
        "p%3Dx",
        "all%3D",
        "e%3D1",
        "section__note%3D1",
    ],
)
def test_filters_that_are_none_break_no_page(organiser, filters):
    row = make_recommendation()

    assert organiser.get(page(row, filters)).status_code == 200


def test_a_page_costs_as_many_queries_in_a_long_list(
    organiser, django_assert_num_queries
):
    section = make_section()
    row = make_recommendation(section=section)
    organiser.get(page(row))
    with django_assert_num_queries(40, exact=False) as few:
        organiser.get(page(row))
    for _ in range(60):
        make_recommendation(section=section)

    with django_assert_num_queries(len(few)):
        organiser.get(page(row))
