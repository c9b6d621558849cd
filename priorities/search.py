"""Search: words, "phrases", a OR b, -without, begin*; in texts and in names.

Each word of a query is looked for in the texts of every language, and in the names
and synonyms of the areas, audiences, regions, countries and instruments a row carries:
a word typed in one language finds what is stored in another.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import CharField, F, Value
from django.db.models.functions import Coalesce
from pyroaring import BitMap
from rapidfuzz import process
from rapidfuzz.distance import OSA

from regions.models import Country, Region

from .index import Index
from .models import AreaSynonym, Audience, Instrument, PriorityArea, Recommendation
from .terms import Terms
from .words import ELIDED, STOP, WORD, Words, fold_word, stems

MAX_LENGTH = 200
PIECE = re.compile(r'([-−]?)(?:"([^"]*)"?|([^\s"]+))')
QUOTES = str.maketrans(dict.fromkeys("“”„«»‟", '"'))
ALTERNATIVES = {"OR", "OU", "|"}
# Beyond so many rows with all the words, whole phrases are not sought to be put first.
MANY = 5_000
SUGGESTED = 8


@dataclass(frozen=True)
class Part:
    """One word, its beginning (`begin*`), or words that stand together."""

    typed: tuple[str, ...]
    is_phrase: bool = False
    is_prefix: bool = False

    @cached_property
    def words(self) -> list[str]:
        return [fold_word(word) for word in self.typed]

    @property
    def is_stop(self) -> bool:
        return not self.is_phrase and not self.is_prefix and self.words[0] in STOP

    def exactly(self, words: Words) -> BitMap:
        if self.is_phrase:
            return words.in_a_row(self.words)
        if self.is_prefix:
            return words.beginning(self.words[0])
        return words.exactly(self.words[0])

    def related(self, words: Words) -> BitMap:
        if self.is_phrase or self.is_prefix:
            return self.exactly(words)
        return words.related(self.typed[0])

    def marks(self, language: str, tokens: list[str]) -> Iterator[int]:
        """Which of a text's words are meant by this part."""
        size = len(self.words)
        if self.is_phrase:
            for place in range(len(tokens) - size + 1):
                if list(map(fold_word, tokens[place : place + size])) == self.words:
                    yield from range(place, place + size)
            return
        word = self.words[0]
        wanted = stems(language, self.typed[0])
        for place, token in enumerate(tokens):
            folded = fold_word(token)
            if (
                folded.startswith(word)
                if self.is_prefix
                else folded == word or wanted & stems(language, token)
            ):
                yield place


def words_in(text: str) -> list[str]:
    """The words as typed, without what an apostrophe leaves ("l’", "d’", "’s")."""
    return [w for w in WORD.findall(text) if fold_word(w) not in ELIDED | {""}]


def part(text: str, is_quoted: bool) -> Part | None:
    words = words_in(text)
    if not words:
        return None
    if is_quoted or len(words) > 1:
        return Part(tuple(words), is_phrase=True)
    return Part((words[0],), is_prefix=text.endswith("*"))


@dataclass(frozen=True)
class Query:
    """What a reader asks: every one of `wanted`, any of its alternatives; none of `unwanted`."""

    wanted: list[list[Part]]
    unwanted: list[Part]

    @classmethod
    def parse(cls, text: str) -> "Query":
        wanted: list[list[Part]] = []
        unwanted: list[Part] = []
        joins = False
        for minus, quoted, plain in PIECE.findall(text.translate(QUOTES)):
            if plain in ALTERNATIVES and not minus:
                joins = bool(wanted)
                continue
            found = part(quoted or plain, is_quoted=bool(quoted))
            if found is None:
                continue
            if minus:
                unwanted.append(found)
            elif joins:
                wanted[-1].append(found)
            else:
                wanted.append([found])
            joins = False
        spoken = [group for group in wanted if not all(p.is_stop for p in group)]
        return cls(spoken or wanted, unwanted)

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    @property
    def parts(self) -> list[Part]:
        return [part for group in self.wanted for part in group]

    @property
    def words(self) -> list[str]:
        """The plain words, each wanted for itself."""
        plain = [g[0] for g in self.wanted if len(g) == 1 and not g[0].is_phrase]
        return [part.typed[0] for part in plain if not part.is_prefix]


class Names:
    """The names and synonyms of every term, in every language, as numbered texts."""

    def __init__(self, labels: Iterable[tuple[str, str, str, str]]) -> None:
        self.terms: list[tuple[str, str]] = []
        self.labels: list[tuple[str, str]] = []
        for kind, slug, language, label in labels:
            if label:
                self.terms.append((kind, slug))
                self.labels.append((language, label))
        self.words = Words()
        self.words.add_all((n, [label]) for n, label in enumerate(self.labels))

    @classmethod
    def at(cls, index: Index) -> "Names":
        if "names" not in index.kept:
            index.kept["names"] = cls(read_labels())
        return index.kept["names"]  # type: ignore[no-any-return]


def read_labels() -> Iterator[tuple[str, str, str, str]]:
    """Kind, slug, language and label of every name and synonym; codes have no language."""

    def names(kind: str, model: Any, slug: str, language: str) -> Any:
        return model.objects.order_by().values_list(
            Value(kind, CharField()),
            F(slug),
            Value(language, CharField()),
            Coalesce(F(f"name_{language}"), Value(""), output_field=CharField()),
        )

    branches = [
        names(kind, model, slug, language)
        for kind, model, slug in (
            ("area", PriorityArea, "slug"),
            ("audience", Audience, "slug"),
            ("region", Region, "slug"),
            ("country", Country, "iso_code"),
            ("instrument", Instrument, "slug"),
        )
        for language in settings.CONTENT_LANGUAGES
    ]
    synonyms = AreaSynonym.objects.order_by().values_list(
        Value("area", CharField()), "area__slug", "language", "label"
    )
    codes = Region.objects.order_by().values_list(
        Value("region", CharField()), "slug", Value("", CharField()), "code"
    )
    return synonyms.union(codes, *branches, all=True).iterator()


def read_texts(pks: list[int] | None) -> Any:
    rows = Recommendation.objects.order_by()
    columns = [f"text_{code}" for code in settings.CONTENT_LANGUAGES]
    chosen = rows.published() if pks is None else rows.filter(pk__in=pks)
    return chosen.values_list("pk", "reference", *columns).iterator(chunk_size=5000)


def words_of(index: Index) -> Words:
    """The words of the texts, read when first needed and as the index grows."""
    words = index.words
    if len(words) < len(index.pks):
        with index.reading:
            missing = list(index.pks[len(words) :])
            if missing:
                pks = missing if len(words) else None
                words.add_all(
                    (
                        index.numbers[pk],
                        [
                            ("", reference),
                            *(
                                (code, text)
                                for code, text in zip(
                                    settings.CONTENT_LANGUAGES, texts, strict=True
                                )
                                if text
                            ),
                        ],
                    )
                    for pk, reference, *texts in read_texts(pks)
                    if pk in index.numbers
                )
    return words


class Search:
    """The answer to one query, at one version of the data."""

    def __init__(self, text: str, index: Index, terms: Terms) -> None:
        self.text, self.index, self.terms = text, index, terms
        self.query = Query.parse(text)

    def named(self, part: Part) -> BitMap:
        """Rows that carry a term with such a name."""
        names = Names.at(self.index)
        found = {names.terms[number] for number in part.related(names.words)}
        return BitMap.union(
            BitMap(), *(self.terms.rows(self.index, kind, slug) for kind, slug in found)
        )

    def anywhere(self, part: Part) -> BitMap:
        return part.related(words_of(self.index)) | self.named(part)

    @cached_property
    def found(self) -> BitMap:
        found = self.index.live
        if not self.query:
            return BitMap()
        for group in self.query.wanted:
            found = found & BitMap.union(*(self.anywhere(part) for part in group))
        for part in self.query.unwanted:
            found = found - self.anywhere(part)
        return found

    def tiers(self, found: BitMap) -> Iterator[BitMap]:
        """The found rows, best first: words together, as typed, other forms, by name."""
        words, groups = words_of(self.index), self.query.wanted
        typed = related = found
        for group in groups:
            typed = typed & BitMap.union(*(part.exactly(words) for part in group))
            related = related & BitMap.union(*(part.related(words) for part in group))
        together = BitMap()
        if len(groups) > 1 and len(groups) == len(self.query.words):
            wanted = [fold_word(word) for word in self.query.words]
            if len(typed) <= MANY:
                together = words.in_a_row(wanted, among=typed)
        above = BitMap()
        for tier in (together, typed, related, found):
            yield tier - above
            above = above | tier

    def best_first(self, found: BitMap, start: int, stop: int) -> list[int]:
        """A slice of the found rows in the order of their tiers, then of the list."""
        numbers: list[int] = []
        for tier in self.tiers(found):
            if start < len(tier) and stop > 0:
                numbers += self.index.in_order(tier, max(start, 0), stop)
            start, stop = start - len(tier), stop - len(tier)
        return numbers

    # Where nothing is found.

    @cached_property
    def correction(self) -> str:
        """The query with the nearest known words for those nobody knows; "" without."""
        corrected = self.text
        for word in self.query.words:
            part = Part((word,))
            if self.index.live.isdisjoint(self.anywhere(part)):
                near = self.nearest(fold_word(word))
                if near:
                    corrected = corrected.replace(word, near)
        return corrected if corrected != self.text else ""

    def nearest(self, word: str) -> str:
        """A known word a letter or two away, as it is written somewhere."""
        names, words = Names.at(self.index), words_of(self.index)
        allowed = 1 if len(word) < 6 else 2
        if len(word) < 3:
            return ""
        known = [*names.words.vocabulary(), *words.vocabulary()]
        close = process.extract(
            word, known, scorer=OSA.distance, score_cutoff=allowed, limit=20
        )

        def weight(candidate: Any) -> tuple[int, int]:
            text, distance, _place = candidate
            held = self.index.live.intersection_cardinality(words.exactly(text))
            return (distance, -held)

        for text, _distance, _place in sorted(close, key=weight):
            part = Part((text,))
            rows = self.index.live & self.anywhere(part)
            if rows:
                return self.as_written(part, rows)
        return ""

    def as_written(self, part: Part, rows: BitMap) -> str:
        """A folded word with the accents it has in a name or in a text."""
        names = Names.at(self.index)
        held = names.words.exactly(part.words[0])
        texts = [names.labels[number][1] for number in held[:1]]
        inside = rows & words_of(self.index).exactly(part.words[0])
        if not texts and inside:
            pk = self.index.pks[inside[0]]
            texts = [text or "" for _pk, _ref, *ts in read_texts([pk]) for text in ts]
        for text in texts:
            for token in WORD.findall(text):
                if fold_word(token) == part.words[0]:
                    return token.lower()
        return part.words[0]

    @property
    def any_word(self) -> str:
        """The same words as alternatives, where all of them together find nothing."""
        words = self.query.words
        return " OR ".join(words) if len(words) > 1 else ""
