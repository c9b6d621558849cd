"""What common words mean, the same number in four languages."""

import csv
from functools import cache
from pathlib import Path

from priorities.glossary import GLOSSARY
from priorities.words import stems

LEXICON = Path(__file__).with_name("lexicon.csv")


@cache
def concepts() -> dict[tuple[str, str], set[int]]:
    """By language and stem of a word: the rows of glossary and lexicon that hold it."""
    found: dict[tuple[str, str], set[int]] = {}
    number = 0
    for path in (GLOSSARY, LEXICON):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                number += 1
                for language, cell in row.items():
                    for word in cell.split("/"):
                        for stem in stems(language, word):
                            found.setdefault((language, stem), set()).add(number)
    return found
