"""What a hall sees while it votes: the question, the time, how many have answered."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from ..models import Ballot
from . import casting

LANGUAGES = settings.CONTENT_LANGUAGES


def numbers(ballot: Ballot, now: datetime | None = None) -> dict[str, Any]:
    """Whether it runs, how long still, how many have answered; nothing of what they said."""
    now = now or timezone.now()
    turnout = casting.turnout(ballot)
    left = (ballot.closes_at - now).total_seconds() if ballot.is_open(now) else 0
    return {
        "state": state(ballot, now),
        "seconds": max(0, int(left)),
        "answered": turnout["answered"],
        "codes": turnout["codes"],
    }


def state(ballot: Ballot, now: datetime) -> str:
    if ballot.is_over(now):
        return "closed"
    return "open" if ballot.is_open(now) else "draft"


def clock(seconds: int) -> str:
    """1:05:09, or 5:09 for less than an hour."""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d}"
    return f"{minutes}:{seconds:02d}"


def next_language(code: str) -> str:
    return LANGUAGES[(LANGUAGES.index(code) + 1) % len(LANGUAGES)]
