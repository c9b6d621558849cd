"""An answer as people type it from paper: “3 1 7”, or “1>2 4>3” for pairs."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models import Ballot

BETWEEN = re.compile(r"[\s,;،؛、/]+")
PREFERRED = re.compile(r"\s*[>＞›]\s*")
JOINED = re.compile(r"\s*=\s*")


def read_choice(method: str, typed: str) -> list[Any]:
    """As `casting.check` takes it; ValidationError names what is no number."""
    if method == Ballot.Method.PAIRS:
        return [read_pair(word) for word in words(PREFERRED.sub(">", typed))]
    listed = JOINED.sub("=", PREFERRED.sub(" ", typed))
    return [read_number(word) for word in words(listed)]


def words(typed: str) -> list[str]:
    return [word for word in BETWEEN.split(typed.strip()) if word]


def read_pair(word: str) -> list[int]:
    sides = word.split(">")
    if len(sides) != 2:
        raise ValidationError(
            _("“%s” is no pair: write the one that is preferred first, as in 1>2.")
            % word[:40]
        )
    return [read_number(side) for side in sides]


def read_number(word: str) -> int:
    if "=" in word:
        raise ValidationError(
            _("“%s” puts several in one place: give each a place of its own.")
            % word[:40]
        )
    if not (word.isdecimal() and len(word) < 6):
        raise ValidationError(
            _("“%s” is no number: write numbers with spaces between them, as in 3 1 7.")
            % word[:40]
        )
    return int(word)


def written(method: str, choice: list[Any]) -> str:
    if method == Ballot.Method.PAIRS:
        return " ".join(f"{preferred}>{other}" for preferred, other in choice)
    return " ".join(map(str, choice))
