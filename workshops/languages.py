"""Which language a text is in, by its script and its small words."""

import re
from functools import cache

from priorities.words import WORD, fold_word, stems

from .concepts import concepts

ARABIC = re.compile(r"[\u0621-\u064a]")
LATIN = re.compile(r"[^\W\d_]")
# Small words that one of the three languages has and the others do not.
SMALL = {
    "fr": "le les des du et est une dans pour que qui sur avec aux au ne pas par leur leurs ce ces cette son ses sans sont être ou où nous vous ils elles afin ainsi chaque tous toutes tout toute mais dont plus entre même lorsque depuis celles ceux celui doit doivent chez vers leur y il elle quand jusqu d l qu s n c j",
    "en": "the and of to in is that for with as on are be by an at from or this who which their they them it not should must have has will all each any without where when than into how what those these every more only one two before after while its our your may so if between through about under over out up no",
    "es": "el los las del y una un para que con por se su sus al es en lo como más pero sin son está están todo toda todos todas cada donde cuando quienes quien ni ya muy también hasta desde sobre entre este esta estos estas ese esa aquello nos les debe deben ante tras mediante según hay ser o a",
}


@cache
def small_words() -> dict[str, dict[str, float]]:
    """By word: how much it speaks for each language; words shared by two say less."""
    found: dict[str, dict[str, float]] = {}
    for language, words in SMALL.items():
        for word in words.split():
            found.setdefault(fold_word(word), {})[language] = 1.0
    return {
        word: {language: 1 / len(votes) for language in votes}
        for word, votes in found.items()
    }


def guess(text: str) -> str:
    """The content language of a text; "" when it does not tell clearly enough."""
    if ARABIC.search(text):
        arabic, latin = len(ARABIC.findall(text)), len(LATIN.findall(text))
        return "ar" if arabic * 2 > latin else ""
    words = [fold_word(token) for token in WORD.findall(text)]
    scores = {"fr": 0.0, "en": 0.0, "es": 0.0}
    for word in words:
        for language, vote in small_words().get(word, {}).items():
            scores[language] += vote
    ordered = sorted(scores.values(), reverse=True)
    if ordered[0] - ordered[1] < 1.5:
        for word in words:
            for language in scores:
                if any(
                    (language, stem) in concepts() for stem in stems(language, word)
                ):
                    scores[language] += 0.4
        if "ñ" in text or "¿" in text or "¡" in text:
            scores["es"] += 1
        if any(sign in text for sign in "èêœçùà"):
            scores["fr"] += 1
    best, second = sorted(scores, key=lambda code: -scores[code])[:2]
    clear = scores[best] - scores[second] >= 1 and scores[best] >= 1.5
    return best if clear else ""
