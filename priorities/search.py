"""Search: words, "phrases", a OR b, -without, begin*; in texts and in names.

Each word of a query is looked for in the texts of every language, and in the names
and synonyms of the areas, audiences, regions, countries and instruments a row carries:
a word typed in one language finds what is stored in another.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from pyroaring import BitMap
from rapidfuzz import process
from rapidfuzz.distance import OSA

from regions.models import Country, Region
from regions.translated import reading_languages

from .entries import Entry
from .glossary import like
from .index import Index
from .models import AreaSynonym, Audience, Instrument, PriorityArea, Recommendation
from .terms import Terms
from .words import ELIDED, STOP, WORD, Words, fold_word, stems

MAX_LENGTH = 200
PIECE = re.compile(r'([-−]?)(?:"([^"]*)"?|([^\s"]+))')
QUOTES = str.maketrans(dict.fromkeys("“”„«»‟", '"'))
INCLUSIVE = re.compile(r"[·•]\w+")  # survivant·e·s is the word survivant
ALTERNATIVES = {"OR", "OU", "|"}
# Beyond so many rows with all the words, whole phrases are not sought to be put first.
MANY = 5_000
MOST_CORRECTED = 3


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

    def related(self, words: Words, languages: Iterable[str]) -> BitMap:
        if self.is_phrase or self.is_prefix:
            return self.exactly(words)
        return words.related(self.typed[0], languages)

    def marks(self, language: str, tokens: list[str], has_forms: bool) -> Iterator[int]:
        """Which words of a text are meant by this part, other forms included or not."""
        size = len(self.words)
        if self.is_phrase:
            for place in range(len(tokens) - size + 1):
                if list(map(fold_word, tokens[place : place + size])) == self.words:
                    yield from range(place, place + size)
            return
        word = self.words[0]
        wanted = stems(language, self.typed[0]) if has_forms else frozenset()
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
    plain = INCLUSIVE.sub("", text)
    return [w for w in WORD.findall(plain) if fold_word(w) not in ELIDED | {""}]


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
        return index.kept["names"]


MERGING = {PriorityArea, Audience}  # whose merged ones answer for the others


def read_labels() -> Iterator[tuple[str, str, str, str]]:
    """Kind, slug, language and label of every name and synonym; codes have no language."""

    def names(kind: str, model: Any, slug: str, language: str) -> Any:
        return model.objects.order_by().values_list(
            Value(kind, CharField()),
            Coalesce("merged_into__slug", slug) if model in MERGING else F(slug),
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


def read_texts(rows: QuerySet[Recommendation]) -> Iterator[Any]:
    """Primary key, reference and the text in every language."""
    columns = (f"text_{code}" for code in settings.CONTENT_LANGUAGES)
    read = rows.order_by().values_list("pk", "reference", *columns)
    return read.iterator(chunk_size=5000)


def versions(row: Any) -> list[tuple[str, str]]:
    """What a row can be found by: its reference, and its texts by language."""
    _pk, reference, *texts = row
    by_language = zip(settings.CONTENT_LANGUAGES, texts, strict=True)
    return [("", reference), *((code, text) for code, text in by_language if text)]


def words_of(index: Index) -> Words:
    """The words of the texts, read when first needed and as the index grows."""
    words = index.words
    with index.reading:
        missing = list(index.pks[len(words) : index.size])
        if missing:
            rows = Recommendation.objects.published()
            if len(words):
                rows = rows.filter(pk__in=missing)
            numbers = index.numbers
            words.add_all(
                (numbers[row[0]], versions(row))
                for row in read_texts(rows)
                if row[0] in numbers
            )
            words.reach(index.size)
    return words


class Search:
    """The answer to one query, at one version of the data."""

    def __init__(self, text: str, index: Index, terms: Terms) -> None:
        self.text, self.index, self.terms = text, index, terms
        self.query, self.reading = Query.parse(text), reading_languages()
        self.words, self.names = words_of(index), Names.at(index)
        self._anywhere: dict[Part, BitMap] = {}

    def languages(self, part: Part) -> list[str]:
        """Whose forms a word has: the reader's, or of those that know the word.

        So "pays" is no form of the English "pay", yet a reader of the French pages
        who types "survivors" finds "survivor". A region's code has no forms.
        """
        if self.names.words.is_spoken(part.typed[0], ""):
            return []
        own, *others = self.reading
        known = [
            code
            for code in (own, *others)
            if self.words.is_spoken(part.typed[0], code)
            or self.names.words.is_spoken(part.typed[0], code)
        ]
        return [own] if own in known else [own, *known]

    def names_like(self, part: Part) -> set[tuple[str, str]]:
        """The terms with such a name."""
        found = part.related(self.names.words, self.languages(part))
        return {self.names.terms[number] for number in found}

    def in_texts(self, part: Part) -> BitMap:
        return part.related(self.words, self.languages(part))

    def anywhere(self, part: Part) -> BitMap:
        """Rows with the part in a text, or in the name of a term they carry.

        A word that is in neither is looked for by what it means in other languages.
        """
        if part not in self._anywhere:
            terms = self.names_like(part)
            named = (self.terms.rows(self.index, kind, slug) for kind, slug in terms)
            found = BitMap.union(self.in_texts(part), *named)
            if self.index.live.isdisjoint(found):
                meant = (self.words.related(w, [c]) for c, w in self.meant(part))
                found = BitMap.union(found, *meant)
            self._anywhere[part] = found
        return self._anywhere[part]

    def meant(self, part: Part) -> list[tuple[str, str]]:
        """What a plain word means in the other languages, by language."""
        is_word = not part.is_phrase and not part.is_prefix
        return like(part.typed[0], self.reading) if is_word else []

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

    def among(self, rows: QuerySet[Recommendation]) -> set[int]:
        """The primary keys of those rows, published or not, whose texts are meant."""
        words = Words()
        read = list(read_texts(rows))
        words.add_all((number, versions(row)) for number, row in enumerate(read))
        found = BitMap(range(len(read)))

        def held(part: Part) -> BitMap:
            return part.related(words, settings.CONTENT_LANGUAGES)

        for group in self.query.wanted:
            found = found & BitMap.union(*map(held, group))
        for part in self.query.unwanted:
            found = found - held(part)
        return {read[number][0] for number in found} if self.query else set()

    def tiers(self, found: BitMap) -> Iterator[BitMap]:
        """The found rows, best first: words together, as typed, other forms, by name."""
        words, groups = self.words, self.query.wanted
        typed = related = found
        for group in groups:
            typed = typed & BitMap.union(*(part.exactly(words) for part in group))
            related = related & BitMap.union(*map(self.in_texts, group))
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

    # Saying why.

    def marks(self, text: str, language: str) -> list[tuple[int, int]]:
        """Where the words sought stand in a text."""
        places = list(WORD.finditer(text))
        tokens = [place.group() for place in places]
        meant = {
            number
            for part in self.query.parts
            for number in part.marks(
                language, tokens, has_forms=language in self.languages(part)
            )
        }
        return [places[number].span() for number in sorted(meant)]

    def languages_of(self, recommendation: Recommendation) -> list[str]:
        """The languages in which its text has one of the words."""
        return [
            gettext(LANG_INFO[text.language]["name"])
            for text in recommendation.every("text")
            if self.marks(text.value, text.language)
        ]

    @cached_property
    def matched_names(self) -> set[tuple[str, str]]:
        return set().union(*map(self.names_like, self.query.parts))

    def names_of(self, entry: Entry) -> list[str]:
        """What it carries whose name has one of the words; else what they mean."""
        terms = self.terms
        named = [
            terms.label(kind, slug)
            for kind, slug in sorted(self.matched_names)
            if entry.number in terms.rows(self.index, kind, slug)
        ]
        return named or [
            word
            for part in self.query.parts
            for language, word in self.meant(part)
            if entry.number in self.words.related(word, [language])
        ]

    # Where nothing is found.

    @cached_property
    def correction(self) -> str:
        """The query with the nearest known words for those nobody knows; "" without."""
        corrected = self.text
        unknown = (
            word
            for word in self.query.words
            if self.index.live.isdisjoint(self.anywhere(Part((word,))))
        )
        for word in islice(unknown, MOST_CORRECTED):
            if near := self.nearest(fold_word(word)):
                alone = rf"(?<!\w){re.escape(word)}(?!\w)"
                corrected = re.sub(alone, near, corrected)
        return corrected if corrected != self.text else ""

    def nearest(self, word: str) -> str:
        """A known word a letter or two away, as it is written somewhere."""
        names, words = self.names, self.words
        allowed = 1 if len(word) < 8 else 2
        if len(word) < 3 or word in names.words.known:
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
        names = self.names
        held = names.words.exactly(part.words[0])
        texts = [names.labels[number][1] for number in held[:1]]
        inside = rows & self.words.exactly(part.words[0])
        if not texts and inside:
            first = Recommendation.objects.filter(pk=self.index.pks[inside[0]])
            texts = [
                text for row in read_texts(first) for _language, text in versions(row)
            ]
        for text in texts:
            for token in WORD.findall(text):
                if fold_word(token) == part.words[0]:
                    return token.lower()
        return part.words[0]

    @property
    def others(self) -> list[str]:
        """What else could be asked: words spelt otherwise, or any of the words."""
        words = self.query.words
        return list(
            filter(None, [self.correction, " OR ".join(words) if words[1:] else ""])
        )
