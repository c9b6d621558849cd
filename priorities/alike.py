"""Texts that say nearly the same, found among many in one pass and little memory.

Each text leaves a few keys, made of pairs of its rarest words, in a table of fixed
size; a later text with a key of its own there is compared with the one that left it.
That two alike texts share none of their pairs is next to impossible; that a pair was
overwritten in the meantime costs one of several chances.
"""

import re
from array import array
from collections.abc import Collection
from functools import lru_cache
from itertools import combinations

from .concepts import concepts
from .words import STOP, folded, stems

SLOTS = 1 << 21  # of 4 bytes
RARE = 5  # words of a text that make pairs
ALIKE = 0.55  # of all words of two texts, those that both have
# Of the words of the shorter text, those that the longer has too, when it was shortened;
# how many words it needs for that, and how many times longer the other may be.
PART, ENOUGH, LONGER = 0.8, 5, 3
# "With", "for", "like", "and" as one letter of the Arabic word that they belong to, and
# the letter of "he", "she", "we" before a verb.
PREFIXES = re.compile(r"(?:[بلكفو]?[يتن]?(?=\w{3}))?")
NUMBER = re.compile(r"[a-z]?0*(\d+)")  # "189", and of conventions: "C189", "P029"
FEWEST = 3  # words; shorter texts are equal or different, never alike


class Alike:
    """Numbered sets of words, each asked for its nearest neighbour when it comes in.

    Words come in the same order in every process, so that a second look at a file
    finds what the first found.
    """

    def __init__(
        self, threshold: float = ALIKE, rare: int = RARE, fewest: int = FEWEST
    ) -> None:
        self.threshold, self.rare, self.fewest = threshold, rare, fewest
        self.slots = array("i", [-1]) * SLOTS
        self.words: dict[str, int] = {}
        self.counts = array("I")
        self.flow = array("I")
        self.starts = array("Q", [0])
        self.scope = array("q")

    def __len__(self) -> int:
        return len(self.scope)

    def add(self, scope: int, words: Collection[str]) -> tuple[int, float]:
        """Take a text in; the number of the nearest before it, and their likeness.

        (-1, 0) when none is near. Only texts of the same scope are compared.
        """
        numbers = []
        for word in words:
            number = self.words.get(word)
            if number is None:
                number = self.words[word] = len(self.counts)
                self.counts.append(0)
            self.counts[number] += 1
            numbers.append(number)
        place = len(self.scope)
        self.scope.append(scope)
        self.flow.extend(numbers)
        self.starts.append(len(self.flow))
        if len(numbers) < self.fewest:
            return -1, 0.0
        counts = self.counts
        numbers.sort()
        rare = sorted(numbers, key=counts.__getitem__)[: self.rare]
        rare.sort()
        own, best, nearest, likeness = set(numbers), -1, 0.0, 0.0
        seen = set[int]()
        for a, b in combinations(rare, 2):
            slot = hash((scope, a, b)) % SLOTS
            other = self.slots[slot]
            self.slots[slot] = place
            if other >= 0 and other not in seen and self.scope[other] == scope:
                seen.add(other)
                begin, end = self.starts[other], self.starts[other + 1]
                few, many = sorted((len(own), end - begin))
                if few * LONGER < many:
                    continue
                shared = len(own.intersection(self.flow[begin:end]))
                share = shared / (few + many - shared)
                is_part = few >= ENOUGH and shared >= few * PART
                if share > nearest and (is_part or share >= self.threshold):
                    best, nearest = other, share
                    likeness = share if share >= self.threshold else shared / few
        return best, likeness


def content_words(text: str) -> list[str]:
    """Each once, in the order of the text."""
    words = (word for word in folded(text) if word not in STOP and len(word) > 1)
    return [*dict.fromkeys(words)]


def sameness(text: str) -> str:
    """Equal for two texts that differ in case, accents, marks or spaces alone."""
    return " ".join(folded(text))


def meanings(language: str, words: list[str]) -> set[str]:
    """What of a text stays in another language: concepts and numbers."""
    found: set[str] = set()
    for word in words:
        if meant := meaning(language, word):
            found.add(meant)
    return found


@lru_cache(maxsize=100_000)
def meaning(language: str, word: str) -> str:
    prefixes = PREFIXES.match(word)
    for start in range(prefixes.end() + 1 if prefixes else 1):
        if meant := {
            number
            for stem in stems(language, word[start:])
            for number in concepts().get((language, stem), ())
        }:
            return f"#{min(meant)}"
    number = NUMBER.fullmatch(word)
    return number[1] if number else ""
