"""Ballots as a hall has them: drafts first, then codes in hands."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from priorities.models import Recommendation, Section
from workshops.ballots import candidates, casting
from workshops.ballots.casting import Answer
from workshops.models import Ballot

from .factories import make_recommendation, make_region, make_section


def make_ballot(count: int = 3, region: str = "mena", **fields: Any) -> Ballot:
    """A draft on a list of so many entries, numbered from 1."""
    make_region(region)
    section = fields.pop("section", None) or make_section(region)
    for _each in range(count - section.recommendations.count()):
        make_recommendation(section=section)
    forum = section.regional_forum
    ballot = Ballot.objects.create(
        **{
            "edition": forum.edition,
            "region": forum.region,
            "scope": "section",
            "section": section,
            "question_en": "What comes first?",
            "method": "borda",
            "closes_at": timezone.now() + timedelta(hours=1),
        }
        | fields
    )
    candidates.put(ballot, candidates.proposed(ballot))
    return ballot


def make_open(
    count: int = 3, codes: int = 6, **fields: Any
) -> tuple[Ballot, list[str]]:
    ballot = make_ballot(count, **fields)
    ballot.open()
    return ballot, casting.give_out(ballot, codes, None) if codes else []


def cast_all(codes: Sequence[str], *choices: Any, **said: Any) -> None:
    """The first code chooses the first, and so on."""
    for code, choice in zip(codes, choices, strict=False):
        casting.cast(code, Answer(choice, **said))


def entries(section: Section) -> list[Recommendation]:
    return list(Recommendation.objects.filter(section=section).order_by("position"))
