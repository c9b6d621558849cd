"""Which regions stand behind a global priority: silence and dissent are always told."""

import pytest

from agenda.coverage import RegionSays
from agenda.told import Agenda
from priorities.index import current
from workshops.models import Ballot

from .agenda import add_support, answer, make_priority, published, sent
from .factories import make_recommendation, make_region
from .voters import make_ballot, tell

pytestmark = pytest.mark.django_db


def told(priority) -> dict[str, RegionSays]:
    found = Agenda.at(current()).by_reference[priority.reference]
    return {each.region.slug: each for each in found.regions}


def standings(priority) -> dict[str, str]:
    return {slug: each.standing for slug, each in told(priority).items()}


def test_a_region_is_behind_it_gives_context_or_is_silent():
    for slug in ("africa", "asia", "latin-america", "mena"):
        make_region(slug)
    priority = make_priority()
    for slug, kind in (("africa", "same"), ("asia", "part"), ("mena", "context")):
        add_support(priority, make_recommendation(slug), kind)
    add_support(priority, make_recommendation("africa"), "context")
    priority.send_to_regions()
    priority.publish()

    assert standings(priority) == {
        "africa": "behind",
        "asia": "behind",
        "latin-america": "silent",
        "mena": "context",
    }
    assert [s.kind for s in told(priority)["africa"].sources] == ["same", "context"]


def test_a_part_of_a_region_speaks_for_the_region():
    whole = make_region("europe-north-america-caribbean", code="ENAC")
    make_region("europe", parent=whole)
    row = make_recommendation("europe")
    priority = sent(row)
    answer(priority, "europe", "reservation", "Courts first.")
    priority.publish()

    assert standings(priority) == {"europe-north-america-caribbean": "behind"}
    (says,) = told(priority).values()
    assert [s.reference for s in says.sources] == [row.reference]
    assert [stance.region.slug for stance in says.dissents] == ["europe"]


def test_a_region_can_be_behind_and_have_a_reservation():
    priority = sent(make_recommendation("africa"))
    answer(priority, "africa", "reservation", "Courts first.")
    priority.publish()

    says = told(priority)["africa"]

    assert (says.standing, says.answer) == ("behind", "has a reservation")
    assert [stance.reason for stance in says.dissents] == ["Courts first."]


def test_a_region_answers_as_the_most_critical_of_its_parts():
    whole = make_region("europe-north-america-caribbean", code="ENAC")
    for slug in ("europe", "caribbean"):
        make_region(slug, parent=whole)
    priority = sent(make_recommendation("europe"))
    answer(priority, "caribbean", "reservation", "Courts first.")
    answer(priority, "europe", "objection", "No.")
    priority.publish()

    assert told(priority)[whole.slug].answer == "objects"


def test_a_ballot_is_named_once_its_result_is_told():
    priority = make_priority(make_recommendation())
    ballot = make_ballot()
    priority.ballot_supports.create(ballot=ballot)
    priority.send_to_regions()
    priority.publish()

    def ballots() -> list[Ballot]:
        return Agenda.at(current()).by_reference[priority.reference].ballots

    assert ballots() == []
    tell(ballot)
    assert ballots() == [ballot]


def test_only_what_is_said_to_the_published_version_counts():
    make_region("asia")
    priority = sent(make_recommendation("africa"))
    answer(priority, "africa", "objection", "No.")
    priority.last_year += 1
    priority.save()
    priority.send_to_regions()
    answer(priority, "africa")
    priority.publish()
    priority.last_year += 1
    priority.save()
    priority.send_to_regions()
    answer(priority, "asia", "objection", "Too long.")

    says = told(priority)

    assert {slug: each.answer for slug, each in says.items()} == {
        "africa": "assents",
        "asia": "has not answered",
    }


def test_what_is_withdrawn_later_supports_nothing_and_is_still_named():
    row = make_recommendation("africa")
    priority = published(row, make_recommendation("asia"))
    assert standings(priority) == {"africa": "behind", "asia": "behind"}
    row.withdraw()

    assert standings(priority) == {"africa": "silent", "asia": "behind"}
    found = Agenda.at(current()).by_reference[priority.reference]
    assert [source.reference for source in found.gone] == [row.reference]


def test_lineage_edited_later_is_not_told_before_it_is_published():
    priority = published(make_recommendation("africa"))
    add_support(priority, make_recommendation("asia"))

    assert standings(priority) == {"africa": "behind", "asia": "silent"}
