"""Entries of two editions that ask nearly the same, whatever language they speak."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest

from django.conf import settings

from .glossary import translations
from .models import Recommendation
from .words import STOP, folded, stems

NEAR = 0.5
MOST = 3  # suggestions for one entry
READ = 1_000  # entries looked at, the newest


@dataclass(frozen=True)
class Said:
    """What of an entry can be compared: stems by language, areas, audience."""

    row: Recommendation
    words: dict[str, frozenset[str]]
    areas: frozenset[int]

    @classmethod
    def of(cls, row: Recommendation) -> "Said":
        words = {
            code: stems_of(code, text)
            for code in settings.CONTENT_LANGUAGES
            if (text := getattr(row, f"text_{code}"))
        }
        areas = frozenset(link.area_id for link in row.area_links.all())
        return cls(row, words, areas)


def stems_of(language: str, text: str) -> frozenset[str]:
    words = (word for word in folded(text) if word not in STOP and len(word) > 1)
    return frozenset(min(stems(language, word)) for word in words)


def translated(words: frozenset[str], language: str, into: str) -> frozenset[str]:
    """The stems that words of the field have in another language."""
    return frozenset(
        min(stems(into, word))
        for stem in words
        for code, word in translations().get((language, stem), ())
        if code == into
    )


def share(first: frozenset[int | str], second: frozenset[int | str]) -> float:
    """Of all that two sets hold, the part that both have."""
    return len(first & second) / len(first | second) if first and second else 0.0


def likeness(first: Said, second: Said) -> float:
    """From 0 to 1: by their words in a language both have, else by what they are about."""
    areas = share(first.areas, second.areas)
    if both := first.words.keys() & second.words.keys():
        words = max(share(first.words[code], second.words[code]) for code in both)
        return 0.8 * words**0.5 + 0.2 * areas
    concepts = max(
        (
            share(translated(words, code, into), translated_back)
            for code, words in first.words.items()
            for into, others in second.words.items()
            if (translated_back := others & known(into))
        ),
        default=0.0,
    )
    same_audience = first.row.audience_id == second.row.audience_id
    return 0.45 * areas + 0.4 * concepts + 0.15 * same_audience


def known(language: str) -> frozenset[str]:
    """The stems of a language that the glossary has."""
    return frozenset(stem for code, stem in translations() if code == language)


def nearest(
    rows: Sequence[Recommendation], among: Sequence[Recommendation]
) -> dict[int, list[Recommendation]]:
    """For each row, by primary key, those that are nearest to it; the nearest first."""
    others = [Said.of(row) for row in among]
    found = {}
    for row in rows:
        own = Said.of(row)
        near = [(likeness(own, other), -other.row.pk, other) for other in others]
        best = nlargest(MOST, (each for each in near if each[0] >= NEAR))
        found[row.pk] = [other.row for _likeness, _pk, other in best]
    return found
