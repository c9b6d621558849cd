"""Codes on paper: slips to vote on a phone, and ballots to fill in by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import segno
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_noop, override

from regions.translated import Text, direction, isolate

from ..models import Ballot, Candidate
from . import codes, methods, sheets
from .candidates import in_order
from .results import ASKED
from .shown import spoken

OWN_NAMES = {code: LANG_INFO[code]["name_local"] for code in settings.CONTENT_LANGUAGES}
ASKING = {
    "region": gettext_noop("Your region"),
    "role": gettext_noop("Your role"),
    "language": gettext_noop("Your language"),
}


@dataclass(frozen=True)
class Paper:
    """What a paper says about the ballot, in one language."""

    language: str
    direction: str
    question: Text
    for_whom: Text
    closes: str
    address: str
    explanation: str


@dataclass(frozen=True)
class Printed:
    """What one person is given."""

    code: str
    picture: SafeString


def address(language: str) -> str:
    """Where a code is typed."""
    with override(language):
        return f"{settings.SITE_URL}{reverse('voting:vote')}"


def qr(text: str) -> SafeString:
    code = segno.make(text, error="m")
    return mark_safe(  # of our own address and a code of ours
        code.svg_inline(omitsize=True, border=4, light="#ffffff", dark="#000000")
    )


def printed(code: str, language: str) -> Printed:
    return Printed(codes.spaced(code), qr(f"{address(language)}?code={code}"))


def paper(ballot: Ballot, language: str) -> Paper:
    with override(language):
        return Paper(
            language,
            direction(language),
            spoken(ballot, "question"),
            spoken(ballot, "for_whom"),
            moment(ballot),
            address(language).partition("://")[2],
            methods.explanation(ballot.method, most_of(ballot)),
        )


def most_of(ballot: Ballot) -> int:
    return ballot.most or ballot.candidates.count()


def moment(ballot: Ballot) -> str:
    """When it closes, in the language that is active; the clock is named."""
    told = date_format(ballot.closes_at, "DATETIME_FORMAT")
    return f"{told} {settings.TIME_ZONE}"


@dataclass(frozen=True)
class Choice:
    """What can be chosen, once for each language of the paper that has it."""

    number: int
    texts: list[Text]


def choices(ballot: Ballot, languages: Sequence[str]) -> list[Choice]:
    return [Choice(row.number, texts(row, languages)) for row in in_order(ballot)]


def texts(row: Candidate, languages: Sequence[str]) -> list[Text]:
    """Each language once: where a text has none of its own, it is the original's."""
    found = [text(row, code) for code in languages]
    return list({each.language: each for each in found}.values())


def text(row: Candidate, language: str) -> Text:
    """Read in a language, else in the one it has."""
    with override(language):
        if row.recommendation is not None:
            return row.recommendation.to_read("text")
        return spoken(row.area, "name")


def asked(ballot: Ballot, languages: Sequence[str]) -> list[tuple[str, list[str]]]:
    """What the ballot asks about a person, each answer in every language at once."""
    found = []
    for name in (n for n in ASKED if getattr(ballot, f"asks_{n}")):
        labels: list[str] = []
        answers: dict[str, list[str]] = {}
        for code in languages:
            with override(code):
                labels.append(gettext(ASKING[name]))
                for value, label in sheets.choices_of(name):
                    answers.setdefault(value, []).append(str(label))
        found.append((together(labels), [together(said) for said in answers.values()]))
    return found


def together(words: Sequence[str]) -> str:
    return " · ".join(isolate(word) for word in dict.fromkeys(words))


def pairs(ballot: Ballot) -> list[tuple[int, int]]:
    numbers = ballot.candidates.order_by("number").values_list("number", flat=True)
    return list(combinations(numbers, 2))
