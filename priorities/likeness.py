"""How alike two texts are, word by word."""

from dataclasses import dataclass

from regions.translated import Text

from .words import STOP, WORD, fold_word, stems


@dataclass(frozen=True)
class Side:
    """A text in pieces, each with whether the other text has that word too."""

    text: Text
    pieces: list[tuple[str, bool]]
    words: int


@dataclass(frozen=True)
class Likeness:
    """Two texts; `share` is the part of their words, in per cent, that both have."""

    first: Side
    second: Side
    shared: int
    share: int


def alike(first: Text, second: Text) -> Likeness:
    """Compare the forms of words that carry meaning; stop words count for nothing."""
    held = meanings(first), meanings(second)
    common = {
        form for a in held[0].values() for b in held[1].values() for form in a & b
    }
    sides = side(first, held[0], common), side(second, held[1], common)
    shared = [sum(bool(f & common) for f in words.values()) for words in held]
    total = sum(len(words) for words in held)
    share = round(100 * sum(shared) / total) if total else 0
    return Likeness(*sides, min(shared), share)


def meanings(text: Text) -> dict[str, frozenset[str]]:
    """The words of a text that are no stop words, with their stems."""
    plain = {fold_word(token): token for token in WORD.findall(text.value)}
    return {
        word: stems(text.language, token)
        for word, token in plain.items()
        if word not in STOP and len(word) > 1
    }


def side(text: Text, held: dict[str, frozenset[str]], common: set[str]) -> Side:
    pieces, end = [], 0
    for match in WORD.finditer(text.value):
        forms = held.get(fold_word(match.group()), frozenset())
        if forms & common:
            pieces += [(text.value[end : match.start()], False), (match.group(), True)]
            end = match.end()
    return Side(text, [*pieces, (text.value[end:], False)], len(held))
