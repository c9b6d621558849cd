"""Words as search sees them: folded, stemmed in every language, and where they stand."""

import re
import threading
import unicodedata
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice

import Stemmer
from django.conf import settings
from pyroaring import BitMap

# Letters with the marks that belong to them: accents, Arabic vowels, tatweel.
WORD = re.compile(r"[\w\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670]+")
TATWEEL = "\u0640"
# Letters that writers of Arabic exchange. Hamza carriers are decomposed and lose
# their mark as any accented letter does.
ALIKE = str.maketrans(
    {"ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "œ": "oe", "æ": "ae", "_": None}
)
# "And", "the" and "to the", written as one with an Arabic word.
ATTACHED = re.compile(r"^(?:[وف]?(?:بال|كال|ال|لل)|و)(?=\w{3})")
# What an apostrophe leaves before or behind a word.
ELIDED = frozenset(["c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu"])


def fold(text: str) -> str:
    """Reduce text to what two spellings of it share: no case, no marks, no tatweel."""
    decomposed = unicodedata.normalize("NFKD", text.replace(TATWEEL, "").casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+(?:[-’']\w+)*", bare.replace("’", "'")))


@lru_cache(maxsize=100_000)
def fold_word(token: str) -> str:
    """One word as it is looked up: `fold`, Arabic letters alike, digits 0 to 9."""
    decomposed = unicodedata.normalize("NFKD", token.casefold())
    return "".join(
        str(unicodedata.digit(c)) if c.isdigit() else c
        for c in decomposed.translate(ALIKE)
        if not unicodedata.combining(c) and c != TATWEEL
    )


@lru_cache(maxsize=2_000)
def folded(text: str) -> tuple[str, ...]:
    """The words of a text, each as it is looked up; the last texts are remembered."""
    return tuple(map(fold_word, WORD.findall(text)))


def stemming(language: str) -> Callable[[str], str]:
    """Snowball's stemmer of a language; where it has none, a word is its own stem."""
    try:
        # Without its own cache, which is slow to give up what it holds.
        return Stemmer.Stemmer(language, 0).stemWord
    except KeyError:
        return str


class Stemmers(threading.local):
    """Stemmers by language, which may not be shared between threads."""

    def __init__(self) -> None:
        self.by_language = {code: stemming(code) for code in settings.CONTENT_LANGUAGES}


stemmers = Stemmers()


@lru_cache(maxsize=100_000)
def stems(language: str, token: str) -> frozenset[str]:
    """The stems of a word as written and as typed without accents, folded."""
    plain = fold_word(token)
    forms = {token.casefold(), plain}
    if language == "ar":
        forms |= {ATTACHED.sub("", plain)}
    if language in (
        "es",
        "fr",
    ):  # Snowball leaves mujer and mujeres, loi and lois apart
        forms |= {form.removesuffix(end) for form in forms for end in ("s", "es")}
    stem = stemmers.by_language[language]
    return frozenset(fold_word(stem(form)) for form in forms)


STOP = frozenset(
    fold_word(word)
    for words in (
        "a à au aux avec ce ces cette dans de des du elle en et est il ils la le les leur "
        "leurs ne ni nos notre on ont ou où par pas pour que qui sa se ses si son sont "
        "sur un une vos votre",
        "about an and are as at be been but by can for from has have how in into is it "
        "its not of on or our she should so such that the their them there these they "
        "this those to was we what when where which who will with you your",
        "al ante como con contra cual del el ella ellas ellos entre es esa ese eso esta "
        "este esto ha han las lo los mas mi muy no o para pero por se sin sobre su sus "
        "también una unas uno unos y ya",
        "إلى على عن في من مع أن إن هذا هذه ذلك التي الذي الذين أو ثم كل ما لا لم هو هي هم و",
    )
    for word in words.split()
)


class Seen(dict[str, int]):
    """The numbers of the words of one language as they are written."""

    def __init__(self, words: "Words", language: str) -> None:
        self.words, self.language = words, language

    def __missing__(self, token: str) -> int:
        number = self[token] = self.words.learn(self.language, token)
        return number


class Words:
    """An inverted index in memory: the numbered texts that hold each word.

    Kept are, per word, the set of texts; per language and stem, the words; and the
    words of every text one after another, for phrases. Texts are only ever added.
    """

    def __init__(self) -> None:
        self.known: dict[str, int] = {"": 0}
        self.holders: list[BitMap] = [BitMap()]
        self.forms: dict[tuple[str, str], set[int]] = {}
        self.spoken: dict[str, set[str]] = {}
        self._seen = {
            code: Seen(self, code) for code in ("", *settings.CONTENT_LANGUAGES)
        }
        self._bare: dict[int, int] = {}  # Arabic words without their article
        self._flow = array("I")
        self._starts, self._ends = array("Q"), array("Q")
        self._sorted: list[str] = []

    def __len__(self) -> int:
        return len(self._starts)

    def add_all(self, texts: Iterable[tuple[int, Iterable[tuple[str, str]]]]) -> None:
        """Take in numbered texts, each in one or more languages ("" is none)."""
        fresh: defaultdict[int, array[int]] = defaultdict(lambda: array("I"))
        flow, seen, bare = self._flow, self._seen, self._bare
        for number, versions in texts:
            start = len(flow)
            for language, text in versions:
                tokens = WORD.findall(text.casefold())
                flow.append(0)
                flow.extend(filter(None, map(seen[language].__getitem__, tokens)))
            words = set(flow[start:])
            for word in words:
                fresh[word].append(number)
            for word in words & bare.keys():
                fresh[bare[word]].append(number)
            self.reach(number + 1)
            self._starts[number], self._ends[number] = start, len(flow)
        fresh.pop(0, None)
        for word, numbers in fresh.items():
            self.holders[word] |= BitMap(numbers)
        self.vocabulary()

    def reach(self, size: int) -> None:
        """Have a place for so many texts; one that was not added has no words."""
        missing = size - len(self._starts)
        if missing > 0:
            self._starts.extend([0] * missing)
            self._ends.extend([0] * missing)

    def learn(self, language: str, token: str) -> int:
        """The number of a word met for the first time in a language."""
        folded = fold_word(token)
        word = self._number("" if folded in ELIDED else folded)
        if language == "ar" and (bare := ATTACHED.sub("", folded)) != folded:
            self._bare[word] = self._number(bare)
        if word:
            self.spoken.setdefault(language, set()).add(folded)
        if word and language:
            for stem in stems(language, token):
                self.forms.setdefault((language, stem), set()).add(word)
        return word

    def _number(self, folded: str) -> int:
        if folded not in self.known:
            self.holders.append(BitMap())
            self.known[folded] = len(self.holders) - 1
        return self.known[folded]

    def exactly(self, word: str) -> BitMap:
        return self.holders[self.known.get(word, 0)]

    def related(self, word: str, languages: Iterable[str]) -> BitMap:
        """The texts with a word as it is, or with a form of it in these languages."""
        found = {self.known.get(fold_word(word), 0)}
        for language in languages:
            for stem in stems(language, word):
                found |= self.forms.get((language, stem), set())
        return BitMap.union(*(self.holders[number] for number in found))

    def beginning(self, prefix: str) -> BitMap:
        found = [self.known[word] for word in self.vocabulary(prefix)]
        return BitMap.union(BitMap(), *(self.holders[number] for number in found))

    def is_spoken(self, word: str, language: str) -> bool:
        return fold_word(word) in self.spoken.get(language, ())

    def vocabulary(self, prefix: str = "") -> list[str]:
        """The known words in order, or those that begin in a certain way."""
        if len(self._sorted) != len(self.known):
            fresh = islice(self.known, len(self._sorted), None)
            self._sorted = sorted([*self._sorted, *fresh])
        ordered = self._sorted
        start = bisect_left(ordered, prefix) if prefix else 1
        return ordered[start : bisect_left(ordered, prefix + "\U0010ffff")]

    def in_a_row(self, words: list[str], among: BitMap | None = None) -> BitMap:
        """The texts with these very words one after another, in one language."""
        numbers = array("I", [self.known.get(word, 0) for word in words])
        if not all(numbers):
            return BitMap()
        found = BitMap.intersection(*(self.holders[number] for number in numbers))
        if among is not None:
            found &= among
        if len(words) == 1:
            return found
        wanted, size = numbers.tobytes(), numbers.itemsize

        def stand_together(text: int) -> bool:
            flow = self._flow[self._starts[text] : self._ends[text]].tobytes()
            place = flow.find(wanted)
            while place > 0 and place % size:
                place = flow.find(wanted, place + 1)
            return place >= 0

        return BitMap(filter(stand_together, found))
