"""Ballots on what is published, and people who answer them by their codes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from priorities.models import PriorityArea, Recommendation
from workshops.ballots import casting
from workshops.models import Ballot, Candidate

from .factories import make_edition, make_recommendation

METHODS = ("borda", "schulze", "approval", "pairs")


def make_ballot(
    candidates: Sequence[Recommendation | PriorityArea] = (),
    is_open: bool = True,
    **fields: Any,
) -> Ballot:
    """A ballot on four recommendations of Africa, unless `candidates` are others."""
    rows = candidates or [
        make_recommendation(text=f"Premier texte numéro {number}.") for number in "1234"
    ]
    ballot = Ballot.objects.create(
        **{
            "edition": make_edition(),
            "scope": "shortlist",
            "method": "borda",
            "question_fr": "Que faut-il d’abord ?",
            "question_en": "What comes first?",
            "closes_at": timezone.now() + timedelta(hours=2),
        }
        | fields
    )
    for number, row in enumerate(rows, start=1):
        name = "area" if isinstance(row, PriorityArea) else "recommendation"
        Candidate.objects.create(ballot=ballot, number=number, **{name: row})
    if is_open:
        ballot.open()
    return ballot


def code_for(ballot: Ballot) -> str:
    return casting.give_out(ballot, 1, None)[0]


def tell(ballot: Ballot) -> Ballot:
    ballot.close()
    ballot.tell()
    return ballot
