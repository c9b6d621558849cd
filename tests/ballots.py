"""Ballots for tests: a list of Asia's, put to a room."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from priorities.models import Section
from workshops.ballots import casting
from workshops.ballots.casting import Answer
from workshops.models import Ballot, Candidate

from .factories import make_recommendation, make_region, make_section

REGIONS = ("africa", "asia", "mena")


def make_ballot(candidates: int = 4, opened: bool = True, **fields: Any) -> Ballot:
    """Open, about a section of Asia with that many published entries, unless told otherwise."""
    for slug in REGIONS:
        make_region(slug)
    section = fields.pop("section", None) or make_section("asia")
    missing = candidates - section.recommendations.count()
    for number in range(missing):
        make_recommendation(section=section, text=f"Une demande, la {number + 1}e.")
    return put_to_the_vote(section, candidates, opened, **fields)


def put_to_the_vote(
    section: Section, candidates: int, opened: bool, **fields: Any
) -> Ballot:
    fields = {
        "edition": section.regional_forum.edition,
        "region": section.regional_forum.region,
        "scope": Ballot.Scope.SECTION,
        "section": section,
        "question_en": "What comes first?",
        "method": Ballot.Method.BORDA,
        "closes_at": timezone.now() + timedelta(hours=1),
    } | fields
    ballot = Ballot.objects.create(**fields)
    rows = section.recommendations.order_by("position")[:candidates]
    Candidate.objects.bulk_create(
        Candidate(ballot=ballot, number=number, recommendation=row)
        for number, row in enumerate(rows, start=1)
    )
    if opened:
        ballot.open()
    return ballot


def answered(ballot: Ballot, *choices: Any, **who: str) -> None:
    """One new code for each choice, used at once."""
    codes = casting.give_out(ballot, len(choices), None)
    for code, choice in zip(codes, choices, strict=True):
        casting.cast(code, Answer(choice, **who))
