"""Giving out codes, and taking each holder's answer: once, and as it was last said."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from regions.models import Region

from ..models import Ballot, BallotCode, CastBallot, CodeBatch
from . import codes

MOST_CODES = 1_000  # in one printing
Method = Ballot.Method
RANKED = {Method.BORDA, Method.SCHULZE}


class NotOpen(ValidationError):
    """The ballot takes no answers now."""


@transaction.atomic
def give_out(ballot: Ballot, count: int, by: User | None, label: str = "") -> list[str]:
    """New codes, to be printed now: afterwards nobody can show them again."""
    if not 1 <= count <= MOST_CODES:
        raise ValidationError(
            ngettext(
                "%(count)s code cannot be printed at once: 1 to %(most)s.",
                "%(count)s codes cannot be printed at once: 1 to %(most)s.",
                count,
            )
            % {"count": count, "most": MOST_CODES}
        )
    if ballot.locked().is_over():
        raise NotOpen(_("This ballot is closed: no more codes."))
    batch = CodeBatch.objects.create(ballot=ballot, size=count, made_by=by, label=label)
    made = [codes.make() for _each in range(count)]
    BallotCode.objects.bulk_create(
        BallotCode(digest=codes.digest(code), batch=batch)
        for code in sorted(made, key=codes.digest)
    )
    CastBallot.objects.bulk_create(
        CastBallot(ballot=ballot, key=codes.key(code))
        for code in sorted(made, key=codes.key)
    )
    random.SystemRandom().shuffle(made)
    return made


def ballot_of(code: str) -> Ballot | None:
    """Which ballot a code is for; None for codes that are unknown or cancelled."""
    found = (
        BallotCode.objects.filter(digest=codes.digest(code), batch__cancelled_at=None)
        .select_related("batch__ballot__edition", "batch__ballot__region")
        .first()
    )
    return found.batch.ballot if found else None


def answer_of(code: str) -> CastBallot:
    return CastBallot.objects.get(key=codes.key(code))


@dataclass(frozen=True)
class Answer:
    """What one person says: the choice, and who they are as far as the ballot asks."""

    choice: Any
    region: str = ""
    role: str = ""
    language: str = ""


def group_regions() -> list[Region]:
    """The regions a person can say they are of: those that have a forum of their own."""
    return list(Region.objects.forum_regions())


@dataclass(frozen=True)
class Known:
    """What there is to choose and to say: read once for many answers."""

    numbers: frozenset[int]
    said: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, ballot: Ballot) -> "Known":
        said = {
            "region": frozenset(region.slug for region in group_regions()),
            "role": frozenset(CastBallot.Role.values),
            "language": frozenset(settings.CONTENT_LANGUAGES),
        }
        numbers = ballot.candidates.values_list("number", flat=True)
        return cls(frozenset(numbers), said)


def check(ballot: Ballot, answer: Answer, known: Known | None = None) -> Answer:
    """The answer in its one spelling; ValidationError names what cannot be."""
    known = known or Known.of(ballot)
    numbers = set(known.numbers)
    if ballot.method == Method.PAIRS:
        choice: Any = check_pairs(answer.choice, numbers)
    else:
        choice = check_numbers(answer.choice, numbers, ballot.most or len(numbers))
        if ballot.method == Method.APPROVAL:
            choice.sort()
    if not choice:
        raise ValidationError(_("Choose at least one."))
    said = {}
    for name, values in known.said.items():
        value = getattr(answer, name) if getattr(ballot, f"asks_{name}") else ""
        if value and value not in values:
            raise ValidationError(_("“%s” is not one of the answers.") % value[:60])
        said[name] = value
    return Answer(choice, **said)


def check_numbers(given: Sequence[Any], numbers: set[int], most: int) -> list[int]:
    for number in given:
        if number not in numbers:
            raise ValidationError(_("There is no number %s on this ballot.") % number)
        if list(given).count(number) > 1:
            raise ValidationError(_("Number %s is chosen twice.") % number)
    if len(given) > most:
        raise ValidationError(
            ngettext(
                "%(count)s is chosen; %(most)s at most.",
                "%(count)s are chosen; %(most)s at most.",
                len(given),
            )
            % {"count": len(given), "most": most}
        )
    return list(given)


def check_pairs(given: Sequence[Any], numbers: set[int]) -> list[list[int]]:
    pairs = {tuple(sorted(pair)) for pair in combinations(sorted(numbers), 2)}
    seen = set()
    for preferred, other in given:
        pair = tuple(sorted((preferred, other)))
        if pair not in pairs:
            raise ValidationError(
                _("There is no pair of %(first)s and %(second)s on this ballot.")
                % {"first": preferred, "second": other}
            )
        if pair in seen:
            raise ValidationError(
                _("The pair of %(first)s and %(second)s is answered twice.")
                % {"first": preferred, "second": other}
            )
        seen.add(pair)
    return sorted([preferred, other] for preferred, other in given)


@transaction.atomic
def cast(code: str, answer: Answer, on_paper: bool = False) -> CastBallot:
    """Keep what the holder of a code says, instead of what they said before.

    Said twice, or by two requests at once, it is one answer: its row was there before.
    NotOpen when the ballot takes no answers; ValidationError names what is wrong.
    """
    found = ballot_of(code)
    if found is None:
        raise ValidationError(_("This code is not known, or was cancelled."))
    ballot = found.locked()
    must_be_open(ballot, on_paper)
    kept = check(ballot, answer)
    row = CastBallot.objects.select_for_update().get(key=codes.key(code))
    say(row, kept, on_paper)
    row.save()
    return row


def must_be_open(ballot: Ballot, on_paper: bool = False) -> None:
    if not (ballot.takes_paper if on_paper else ballot.is_open()):
        raise NotOpen(
            _("This ballot is closed.")
            if ballot.is_over()
            else _("This ballot is not open yet.")
        )


def say(row: CastBallot, kept: Answer, on_paper: bool) -> None:
    row.answer, row.on_paper = kept.choice, on_paper
    row.region, row.role, row.language = kept.region, kept.role, kept.language
    row.cast_in = timezone.now().replace(minute=0, second=0, microsecond=0)


@transaction.atomic
def cast_on_paper(ballot: Ballot, answers: Mapping[str, Answer]) -> None:
    """Keep many answers at once, by code; all were checked and all are of this ballot.

    Few statements: whoever votes meanwhile waits for the ballot.
    """
    must_be_open(ballot.locked(), on_paper=True)
    by_key = {codes.key(code): answer for code, answer in answers.items()}
    rows = list(ballot.cast_ballots.select_for_update().filter(key__in=by_key))
    for row in rows:
        say(row, by_key[row.key], on_paper=True)
    CastBallot.objects.bulk_update(
        rows,
        ["answer", "on_paper", "region", "role", "language", "cast_in"],
        batch_size=200,
    )


def turnout(ballot: Ballot) -> Mapping[str, int]:
    """How many codes are out, and how many have answered."""
    batches = ballot.batches.filter(cancelled_at=None).values_list("size", flat=True)
    return {"codes": sum(batches), "answered": ballot.cast_ballots.cast().count()}
