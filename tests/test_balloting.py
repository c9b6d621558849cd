"""Ballots as facilitators and organisers run them: from a draft to ranks."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from priorities.models import Audience, AudienceInclusion, Recommendation
from regions.models import ContentChange
from workshops.ballots import accepting, candidates, casting
from workshops.models import Ballot, CastBallot, CodeBatch

from .factories import (
    make_area,
    make_audience,
    make_edition,
    make_recommendation,
    make_region,
    make_section,
)
from .halls import cast_all, entries, make_ballot, make_open
from .people import browser, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english_pages")]


def at(ballot: Ballot, name: str, *more: int) -> str:
    return reverse(f"admin:workshops_ballot_{name}", args=[ballot.pk, *more])


@pytest.fixture
def facilitator():
    make_region("mena")
    return browser(make_user("fatima", "facilitator", regions=["mena"]))


@pytest.fixture
def organiser():
    return browser(make_user("olga", "organiser"))


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def typed(section, **more):
    closes = timezone.now() + timedelta(hours=2)
    return {
        "edition": section.regional_forum.edition_id,
        "region": section.regional_forum.region_id,
        "scope": "section",
        "section": section.pk,
        "audience": "",
        "question_en": "What comes first?",
        "method": "borda",
        "most": "",
        "closes_at_0": closes.strftime("%Y-%m-%d"),
        "closes_at_1": closes.strftime("%H:%M:%S"),
        "asks_region": "on",
    } | more


def add(client, section, **more):
    address = reverse("admin:workshops_ballot_add")
    return client.post(address, typed(section, **more), follow=True)


def numbered(ballot):
    return [
        (row.number, row.recommendation or row.area)
        for row in candidates.in_order(ballot)
    ]


# Prepared


def test_a_facilitator_makes_a_ballot_on_a_list_of_their_region(facilitator):
    section = make_section("mena")
    rows = [make_recommendation(section=section) for _each in range(2)]

    response = add(facilitator, section)

    ballot = Ballot.objects.get()
    assert response.redirect_chain[-1][0] == at(ballot, "candidates")
    assert told(response)[-1] == "2 candidates were added."
    assert numbered(ballot) == [(1, rows[0]), (2, rows[1])]
    assert (ballot.status, ballot.made_by.username) == ("draft", "fatima")


def test_one_candidate_is_said_to_be_one(facilitator):
    section = make_section("mena")
    make_recommendation(section=section)

    assert told(add(facilitator, section))[-1] == "1 candidate was added."


def test_a_facilitator_makes_none_for_another_region_or_for_all(facilitator):
    make_region("mena")
    own, other = make_section("mena"), make_section("asia")
    asia = other.regional_forum.region_id

    responses = [
        add(facilitator, other),
        add(facilitator, own, region=asia),
        add(facilitator, own, region=""),
        add(facilitator, other, region=own.regional_forum.region_id),
    ]

    assert not Ballot.objects.exists()
    errors = [r.context["adminform"].form.errors for r in responses]
    assert [sorted(e) for e in errors] == [
        ["region", "section"],
        ["region"],
        ["region"],
        ["section"],
    ]


def test_a_list_of_another_region_or_edition_is_named(organiser):
    section, other = make_section("mena"), make_section("asia")
    make_edition(2024)

    region = add(organiser, section, region=other.regional_forum.region_id)
    edition = add(organiser, section, edition=make_edition(2024).pk)

    assert region.context["adminform"].form.errors["section"] == [
        "This list is of Mena, the ballot of Asia."
    ]
    assert edition.context["adminform"].form.errors["section"] == [
        "This list is not of the edition 2024."
    ]


def test_a_scope_names_what_it_is_about(organiser):
    section = make_section("mena")

    response = add(organiser, section, scope="audience")

    assert response.context["adminform"].form.non_field_errors() == [
        "Name the section, or the audience, that is put to the vote, and no other."
    ]


def test_of_a_published_edition_only_what_is_published_stands():
    section = make_section("mena")
    shown = make_recommendation(section=section)
    make_recommendation(section=section, status="draft")
    make_recommendation(section=section, status="archived")

    assert numbered(make_ballot(0, section=section)) == [(1, shown)]


def test_before_an_edition_is_published_its_drafts_stand_too():
    edition = make_edition(2024, published_at=None)
    region = make_region("mena")
    forum = region.forums.create(edition=edition)
    section = make_section(regional_forum=forum)
    draft = make_recommendation(section=section, status="draft")
    make_recommendation(section=section, status="archived")

    assert numbered(make_ballot(0, section=section)) == [(1, draft)]


def test_an_audience_is_asked_across_regions_and_jointly():
    joint = make_audience("governments-and-movement")
    AudienceInclusion.objects.create(joint=joint, included=make_audience())
    other = make_audience("legal-field")
    rows = [
        make_recommendation("mena"),
        make_recommendation("asia"),
        make_recommendation(section=make_section("asia", audience=joint)),
    ]
    make_recommendation(section=make_section("asia", audience=other))
    make_recommendation("mena", status="draft")

    ballot = make_ballot(
        0,
        section=rows[0].section,
    )
    ballot.candidates.all().delete()
    ballot.scope, ballot.section, ballot.region = "audience", None, None
    ballot.audience = Audience.objects.get(slug="governments")
    ballot.save()

    assert {row.pk for row in candidates.proposed(ballot)} == {r.pk for r in rows}


def test_convergences_are_the_areas_that_two_regions_raise():
    make_recommendation("mena", areas=("media", "law"))
    make_recommendation("asia", areas=("media", "work"))
    ballot = make_ballot(0, section=make_section("mena"))
    ballot.scope, ballot.section = "convergences", None
    ballot.save()

    assert candidates.proposed(ballot) == [make_area("media")]


def test_too_many_are_said_and_a_shortlist_is_ticked(organiser, monkeypatch):
    monkeypatch.setattr(candidates, "MOST_CANDIDATES", 3)
    monkeypatch.setattr("workshops.admin.ballots.candidates.MOST_CANDIDATES", 3)
    section = make_section("mena")
    rows = [make_recommendation(section=section) for _each in range(4)]
    response = add(organiser, section)
    ballot = Ballot.objects.get()

    assert told(response)[-1] == (
        "4 candidates are too many to choose from: 3 at most. Choose a shortlist."
    )
    assert response.context["proposed"] == rows

    ticked = {"chosen": "1", "item": [rows[1].pk, rows[3].pk]}
    organiser.post(at(ballot, "candidates"), ticked)

    ballot.refresh_from_db()
    assert numbered(ballot) == [(1, rows[1]), (2, rows[3])]
    assert (ballot.scope, ballot.section) == ("shortlist", None)


def shown_form(client, ballot):
    form = client.get(at(ballot, "candidates")).context["form"]
    return {f.html_name: "" if f.value() is None else f.value() for f in form}


def test_candidates_are_numbered_anew_taken_off_and_added(facilitator):
    ballot = make_ballot(3)
    one, two, three = candidates.in_order(ballot)
    more = make_recommendation("asia")
    area = make_area("media")
    data = shown_form(facilitator, ballot) | {
        f"number_{one.pk}": 3,
        f"number_{two.pk}": "",
        f"number_{three.pk}": 1,
        "more": f"{more.reference.lower()}\n\n media \n",
    }

    facilitator.post(at(ballot, "candidates"), data)

    assert numbered(ballot) == [
        (1, three.recommendation),
        (3, one.recommendation),
        (4, more),
        (5, area),
    ]


def test_what_cannot_be_a_candidate_is_named_and_nothing_changes(facilitator):
    ballot = make_ballot(2)
    before = numbered(ballot)
    hidden = make_recommendation("asia", status="draft")
    withdrawn = make_recommendation("mena", status="archived")
    words = ["2021-XX-001", hidden.reference, withdrawn.reference]
    data = shown_form(facilitator, ballot) | {"more": "\n".join(words)}

    response = facilitator.post(at(ballot, "candidates"), data)

    assert response.context["form"].non_field_errors() == [
        f"“{word}” is neither a reference of something that can be chosen nor a priority area."
        for word in words
    ]
    assert numbered(ballot) == before


def test_a_number_given_twice_is_named(facilitator):
    ballot = make_ballot(2)
    before = numbered(ballot)
    rows = candidates.in_order(ballot)
    data = shown_form(facilitator, ballot) | {f"number_{row.pk}": 7 for row in rows}

    response = facilitator.post(at(ballot, "candidates"), data)

    assert response.context["form"].non_field_errors() == [
        "Number 7 is given twice: give each candidate its own."
    ]
    assert numbered(ballot) == before


def test_candidates_changed_by_somebody_else_are_shown_first(facilitator):
    ballot = make_ballot(2)
    data = shown_form(facilitator, ballot) | {"more": "media"}
    make_area("media")
    candidates.put(ballot, [make_area("law")])

    response = facilitator.post(at(ballot, "candidates"), data)

    assert response.status_code == 409
    assert response.context["form"]["more"].value() == "media"
    assert ballot.candidates.count() == 3


# Open


def test_once_open_nothing_that_was_asked_can_change(facilitator):
    ballot, _codes = make_open(2)
    before = numbered(ballot)
    for name, value in (
        ("question_fr", "Autre chose ?"),
        ("method", "approval"),
        ("most", 1),
        ("asks_role", True),
        ("region", None),
    ):
        changed = Ballot.objects.get(pk=ballot.pk)
        setattr(changed, name, value)
        with pytest.raises(ValidationError, match="stays as it is"):
            changed.save()
    with pytest.raises(ValidationError, match="stay as they are"):
        candidates.put(ballot, [make_area("law")])
    with pytest.raises(ValidationError, match="stay as they are"):
        candidates.arrange(ballot, {row.pk: None for row in ballot.candidates.all()})

    facilitator.post(
        at(ballot, "change"), typed(ballot.section, question_en="Another?")
    )

    ballot.refresh_from_db()
    assert (ballot.question_en, numbered(ballot)) == ("What comes first?", before)


def test_its_closing_time_can_be_moved_while_it_runs(facilitator):
    ballot, _codes = make_open(2)
    page = facilitator.get(at(ballot, "change"))
    assert set(page.context["adminform"].form.fields) == {"closes_at", "version"}
    version = page.context["adminform"].form["version"].value()
    data = {"closes_at_0": "2031-05-01", "closes_at_1": "12:00:00", "version": version}

    facilitator.post(at(ballot, "change"), data)

    ballot.refresh_from_db()
    assert ballot.closes_at.isoformat() == "2031-05-01T12:00:00+00:00"


def test_a_closing_time_that_is_over_is_refused():
    ballot, _codes = make_open(2)
    ballot.closes_at = timezone.now() - timedelta(minutes=1)

    with pytest.raises(ValidationError, match="close it now"):
        ballot.save()


def test_what_is_over_is_never_opened_again():
    """Whoever has read a count could otherwise let more answers in."""
    ballot, _codes = make_open(2)
    Ballot.objects.filter(pk=ballot.pk).update(
        closes_at=timezone.now() - timedelta(minutes=1)
    )
    ballot.refresh_from_db()
    ballot.closes_at = timezone.now() + timedelta(hours=1)

    with pytest.raises(ValidationError, match="cannot be opened again"):
        ballot.save()


def test_steps_ask_first_and_are_taken_by_a_post(facilitator):
    ballot = make_ballot(2)

    asked = facilitator.get(at(ballot, "open"))
    assert "cannot be changed any more" in asked.content.decode()
    ballot.refresh_from_db()
    assert ballot.status == "draft"

    for step, status in (("open", "open"), ("close", "closed")):
        facilitator.post(at(ballot, step))
        ballot.refresh_from_db()
        assert ballot.status == status


def test_what_is_missing_is_said_instead_of_opening(facilitator):
    ballot = make_ballot(1)

    response = facilitator.post(at(ballot, "open"), follow=True)

    assert told(response) == ["There is nothing to choose from: add candidates."]


def test_results_are_published_and_accepted_by_organisers_alone(facilitator, organiser):
    ballot, codes = make_open(2)
    cast_all(codes, *[[1]] * 5)
    ballot.close()

    for step in ("tell", "accept"):
        assert facilitator.get(at(ballot, step)).status_code == 404
        assert facilitator.post(at(ballot, step)).status_code == 404
    organiser.post(at(ballot, "tell"))

    ballot.refresh_from_db()
    assert ballot.results_published_at is not None


def test_somebody_of_another_region_finds_nothing(facilitator):
    ballot, _codes = make_open(2, region="asia")
    batch = CodeBatch.objects.get().pk

    for name in ("change", "candidates", "open", "codes", "paper", "room", "results"):
        assert facilitator.get(at(ballot, name)).status_code == 404, name
    for name in ("open", "close", "codes", "paper", "sheet", "bring"):
        assert facilitator.post(at(ballot, name)).status_code == 404, name
    assert facilitator.post(at(ballot, "cancel", batch)).status_code == 404


def test_a_ballot_of_all_regions_is_looked_at_and_run_by_organisers(facilitator):
    ballot, _codes = make_open(2, region="asia")
    Ballot.objects.filter(pk=ballot.pk).update(region=None)

    assert facilitator.get(at(ballot, "room")).status_code == 200
    assert facilitator.get(at(ballot, "change")).status_code == 200
    for name in ("close", "codes", "paper"):
        assert facilitator.post(at(ballot, name)).status_code == 404, name


def test_the_list_costs_the_same_however_many(organiser, django_assert_num_queries):
    for count in (1, 3):
        while Ballot.objects.count() < count:
            make_ballot(2)
        organiser.get(reverse("admin:workshops_ballot_changelist"))
        with django_assert_num_queries(18):
            organiser.get(reverse("admin:workshops_ballot_changelist"))


# Codes


def test_codes_are_printed_once_and_kept_nowhere(facilitator):
    ballot, _none = make_open(2, codes=0)
    data = {"count": 3, "label": "Table 4", "languages": ["en", "ar"], "kind": "slips"}

    response = facilitator.post(at(ballot, "codes"), data)

    text = response.content.decode()
    printed = [each.code for each in response.context["printed"]]
    assert len(set(printed)) == 3
    assert all(text.count(code) == 1 for code in printed)
    assert text.count("<svg") == 3
    assert 'lang="ar" dir="rtl"' in text
    assert "no-store" in response["Cache-Control"]
    assert [casting.ballot_of(code.replace("-", "")) for code in printed] == [
        ballot
    ] * 3
    again = facilitator.get(at(ballot, "codes")).content.decode()
    assert "Table 4" in again
    assert not any(code in again for code in printed)


def test_a_slip_leads_to_the_site_whatever_host_was_asked(facilitator, settings):
    settings.SITE_URL = "https://forum.example"
    settings.ALLOWED_HOSTS = ["elsewhere.example"]
    ballot, _none = make_open(2, codes=0)
    data = {"count": 1, "languages": ["fr"], "kind": "slips"}

    response = facilitator.post(
        at(ballot, "codes"), data, headers={"host": "elsewhere.example"}
    )

    assert "forum.example/fr/vote/" in response.content.decode()
    assert "elsewhere" not in response.content.decode()


def test_paper_ballots_wait_until_the_candidates_stand(facilitator):
    ballot = make_ballot(2)
    data = {"count": 1, "languages": ["en"], "kind": "ballots"}

    refused = facilitator.post(at(ballot, "codes"), data)
    assert refused.context["form"].non_field_errors() == [
        "Open the ballot first: its candidates may still change, and paper does not."
    ]
    assert not CodeBatch.objects.exists()

    ballot.open()
    printed = facilitator.post(at(ballot, "codes"), data)
    assert [c.number for c in printed.context["choices"]] == [1, 2]
    assert [question for question, _answers in printed.context["asked"]] == [
        "\u2068Your region\u2069"
    ]


@pytest.mark.parametrize("count", ["0", "1001", "many"])
def test_a_number_of_codes_that_cannot_be_is_refused(facilitator, count):
    ballot, _none = make_open(2, codes=0)
    data = {"count": count, "languages": ["en"], "kind": "slips"}

    response = facilitator.post(at(ballot, "codes"), data)

    assert list(response.context["form"].errors) == ["count"]
    assert not CodeBatch.objects.exists()


def test_cancelled_codes_let_nobody_in_and_answers_stay(facilitator):
    ballot, codes = make_open(2)
    cast_all(codes, [1])
    batch = CodeBatch.objects.get()

    asked = facilitator.get(at(ballot, "cancel", batch.pk)).content.decode()
    assert "Answers that were given stay and are counted" in asked
    facilitator.post(at(ballot, "cancel", batch.pk))

    assert [casting.ballot_of(code) for code in codes] == [None] * 6
    assert CastBallot.objects.cast().count() == 1
    assert facilitator.post(at(ballot, "cancel", batch.pk)).status_code == 404


# Accepted


def closed(*choices, count=4, **fields):
    ballot, codes = make_open(count, codes=len(choices), **fields)
    cast_all(codes, *choices)
    ballot.close()
    return ballot


def ranks(ballot):
    return [row.rank for row in entries(ballot.section)]


def test_places_become_ranks_with_a_reason(organiser):
    ballot = closed([2, 1], [2, 1], [2, 1], [2, 3], [2, 3])
    page = organiser.get(at(ballot, "accept"))
    data = {f.html_name: f.value() or "" for f in page.context["form"]}

    organiser.post(at(ballot, "accept"), data | {"because": "The forum of 12 May."})

    assert ranks(ballot) == [2, 1, 3, None]
    ballot.refresh_from_db()
    assert ballot.accepted_by.username == "olga"
    assert ballot.accepted_because == "The forum of 12 May."
    assert ballot.history.first().history_change_reason == "result accepted"
    assert entries(ballot.section)[0].history.first().history_change_reason == (
        f"result of ballot {ballot.pk} accepted"
    )


def test_a_tie_is_ordered_by_hand_or_not_at_all(organiser):
    ballot = closed([1, 2], [2, 1], [1, 2], [2, 1], [3])
    one, two, three, _four = entries(ballot.section)
    page = organiser.get(at(ballot, "accept"))
    data = {f.html_name: f.value() or "" for f in page.context["form"]}
    data["because"] = "As we spoke."
    assert (data[f"rank_{one.pk}"], data[f"rank_{three.pk}"]) == ("", 3)

    refused = organiser.post(at(ballot, "accept"), data)
    assert refused.context["form"].non_field_errors() == [
        f"{one} has no rank yet: people chose it, so it needs one."
    ]
    assert ranks(ballot) == [None] * 4

    data |= {f"rank_{one.pk}": 2, f"rank_{two.pk}": 1}
    organiser.post(at(ballot, "accept"), data)
    assert ranks(ballot) == [2, 1, 3, None]


def test_nobody_orders_against_the_places_people_gave():
    ballot = closed([1, 2], [1, 2], [1, 2], [1], [1], count=3)
    user = make_user("olga", "organiser")
    one, two, three = entries(ballot.section)
    for order, message in (
        ({one.pk: 2, two.pk: 1}, "People placed"),
        ({one.pk: 1, two.pk: 3, three.pk: 2}, "People placed"),
        ({one.pk: 1, two.pk: 3}, "where 2 is next"),
        ({one.pk: 1, two.pk: 1}, "where 2 is next"),
        ({one.pk: 1}, "needs one"),
    ):
        with pytest.raises(ValidationError, match=message):
            accepting.accept(ballot, user, "So it was.", order)
    assert ranks(ballot) == [None] * 3

    accepting.accept(ballot, user, "So it was.", {one.pk: 1, two.pk: 2, three.pk: 3})
    assert ranks(ballot) == [1, 2, 3]


def test_an_entry_that_left_the_list_gets_no_rank():
    ballot = closed([1, 2, 3], [1, 2, 3], [1, 2, 3], [1], [1], count=3)
    one, two, three = entries(ballot.section)
    two.withdraw()

    accepting.accept(
        ballot, make_user("olga", "organiser"), "So it was.", {one.pk: 1, three.pk: 2}
    )

    assert ranks(ballot) == [1, None, 2]


def test_an_entry_that_left_the_list_keeps_the_rank_it_had():
    ballot = closed(*[[1, 2]] * 5, count=2)
    one, two = entries(ballot.section)
    Recommendation.objects.rank([two, one], "As in 2018.")
    two.refresh_from_db()
    two.withdraw()

    accepting.accept(ballot, make_user("olga", "organiser"), "So it was.", {one.pk: 1})

    two.refresh_from_db()
    assert (two.status, two.rank) == ("archived", 1)


def test_a_list_without_entries_or_too_long_for_ranks_gets_none(monkeypatch):
    user = make_user("olga", "organiser")
    ballot = closed(*[[1, 2]] * 5, count=2)
    one, two = entries(ballot.section)
    ranks = {one.pk: 1, two.pk: 2}
    monkeypatch.setattr(accepting, "MOST", 1)
    with pytest.raises(ValidationError, match="more than 1 entry"):
        accepting.accept(ballot, user, "So it was.", ranks)
    for row in (one, two):
        row.withdraw()
    with pytest.raises(ValidationError, match="None of its entries stands"):
        accepting.accept(ballot, user, "So it was.", ranks)


def test_a_result_is_accepted_once_closed_told_of_five_and_with_a_reason():
    user = make_user("olga", "organiser")
    running, codes = make_open(2)
    cast_all(codes, *[[1]] * 5)
    with pytest.raises(ValidationError, match="Close the ballot first"):
        accepting.accept(running, user, "x", {})
    few = closed([1], [1], [1], [1], count=2)
    with pytest.raises(ValidationError, match="Fewer than five"):
        accepting.accept(few, user, "x", {entries(few.section)[0].pk: 1})
    good = closed(*[[1]] * 5, count=2)
    first = {entries(good.section)[0].pk: 1}
    with pytest.raises(ValidationError, match="Say why"):
        accepting.accept(good, user, "  ", first)
    accepting.accept(good, user, "x", first)
    with pytest.raises(ValidationError, match="accepted before"):
        accepting.accept(good, user, "x", first)


def test_of_other_scopes_acceptance_is_recorded_and_nothing_is_ranked():
    ballot = make_ballot(2)
    section = ballot.section
    ballot.scope, ballot.section = "shortlist", None
    ballot.save()
    ballot.open()
    codes = casting.give_out(ballot, 5, None)
    cast_all(codes, *[[1]] * 5)
    ballot.close()
    ballot.tell()
    before = ContentChange.objects.version()

    accepting.accept(ballot, make_user("olga", "organiser"), "So it was.")

    assert ballot.accepted_at is not None
    assert ContentChange.objects.version() != before
    assert [row.rank for row in entries(section)] == [None, None]


def test_results_are_read_when_nobody_can_answer_any_more(facilitator):
    ballot, codes = make_open(2)
    cast_all(codes, *[[1]] * 5)

    running = facilitator.get(at(ballot, "results"))
    ballot.close()
    over = facilitator.get(at(ballot, "results"))

    assert running.context["results"] is None
    assert "Nobody reads a count that still runs" in running.content.decode()
    assert over.context["results"].people == 5
