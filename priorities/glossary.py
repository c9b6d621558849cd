"""The field's common words in every language, for words that no text here holds."""

import csv
from functools import cache
from pathlib import Path

from .words import stems

GLOSSARY = Path(__file__).with_name("glossary.csv")


@cache
def translations() -> dict[tuple[str, str], set[tuple[str, str]]]:
    """By language and stem of a word: the like words of the other languages."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = [(c, w) for c, cell in row.items() for w in cell.split("/") if w]
            for language, word in words:
                for stem in stems(language, word):
                    others = (pair for pair in words if pair[0] != language)
                    found.setdefault((language, stem), set()).update(others)
    return found


def like(word: str, languages: list[str]) -> list[tuple[str, str]]:
    """Language and word for what a word means in the others, as read in `languages`."""
    for language in languages:
        meant = set[tuple[str, str]]()
        for stem in stems(language, word):
            meant |= translations().get((language, stem), set())
        if meant:
            return sorted(meant)
    return []
