"""What common words mean, the same number in every language."""

import csv
from functools import cache
from pathlib import Path

from .glossary import GLOSSARY
from .words import stems

LEXICON = Path(__file__).with_name("lexicon.csv")
MOST = 5  # rows that become one meaning; with more, subjects would run into each other

Concepts = dict[tuple[str, str], set[int]]


@cache
def concepts() -> Concepts:
    """By language and stem of a word: the rows of glossary and lexicon that hold it."""
    found: Concepts = {}
    number = 0
    for path in (GLOSSARY, LEXICON):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                number += 1
                for language, cell in row.items():
                    for word in filter(None, cell.split("/")):
                        for stem in stems(language, word):
                            found.setdefault((language, stem), set()).add(number)
    return joined(found)


def joined(found: Concepts) -> Concepts:
    """Rows with a word in common made one: it may be meant as in either of them."""
    groups: dict[int, set[int]] = {}
    for key in sorted(found):
        first, *others = sorted(found[key])
        for other in others:
            both = groups.setdefault(first, {first}) | groups.setdefault(other, {other})
            if len(both) <= MOST:
                groups.update(dict.fromkeys(both, both))
    return {
        key: {min(groups.get(number, {number})) for number in numbers}
        for key, numbers in found.items()
    }
