"""What a translator sees beside the original: terms that have a translation already."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.db.models import F

from priorities.glossary import GLOSSARY
from priorities.models import AreaSynonym, Audience, Instrument, PriorityArea
from priorities.words import WORD, stems
from regions.models import Region

TERMS = Path(__file__).with_name("terms.csv")
LONGEST = 7  # words in a term
MOST = 15

Pair = tuple[str, str]


@cache
def listed() -> list[dict[str, str]]:
    """The movement's own terms first, then common words of the field."""
    rows = []
    for path in (TERMS, GLOSSARY):
        with path.open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file))
    return rows


def known(source: str, target: str) -> Iterator[Pair]:
    """Every term in two languages: those of the table, and the names in use here."""
    for row in listed():
        words, meant = row.get(source, ""), row.get(target, "")
        for word in words.split("/") if meant else ():
            yield word.strip(), " / ".join(map(str.strip, meant.split("/")[:2]))
    for model in (PriorityArea, Audience, Region, Instrument):
        names = (f"name_{source}", f"name_{target}")
        yield from model.objects.values_list(*names)
    synonyms = AreaSynonym.objects.filter(language=source)
    yield from synonyms.values_list("label", F(f"area__name_{target}"))


def hints(text: str, source: str, target: str) -> list[Pair]:
    """Terms of the text with their translation, in the order of the text, longest first.

    A term is found in any of its forms; words of a longer term are not told again.
    """
    tokens = WORD.findall(text)
    forms = [stems(source, token) for token in tokens]
    by_first: dict[str, list[tuple[list[frozenset[str]], Pair]]] = {}
    for pair in known(source, target):
        words = WORD.findall(pair[0])
        if all(pair) and 0 < len(words) <= LONGEST:
            shape = [stems(source, word) for word in words]
            for stem in shape[0]:
                by_first.setdefault(stem, []).append((shape, pair))
    found: dict[Pair, None] = {}
    place = 0
    while place < len(tokens) and len(found) < MOST:
        longest, told = 1, None
        for stem in forms[place]:
            for shape, pair in by_first.get(stem, ()):
                there = forms[place : place + len(shape)]
                is_there = len(there) == len(shape) and all(
                    map(frozenset.intersection, there, shape)
                )
                if is_there and (told is None or len(shape) > longest):
                    longest, told = len(shape), pair
        if told is not None:
            found.setdefault(told)
        place += longest
    return list(found)
