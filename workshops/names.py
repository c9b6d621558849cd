"""What people write for a region, an audience, an area…, and which of ours they mean.

The official names in four languages, synonyms, a list of variants (`names.csv`), and
what somebody said a word means. Nothing is guessed: the nearest name is proposed.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language
from rapidfuzz import fuzz, process

from priorities.models import (
    AreaSynonym,
    Audience,
    Instrument,
    PriorityArea,
    Section,
)
from priorities.words import ATTACHED, STOP, fold_word
from regions.models import Country, Region
from regions.translated import reading_languages

from .columns import key

NAMES = Path(__file__).with_name("names.csv")
NEAR = 75  # of 100: how alike two spellings are for one to be proposed for the other
ADJECTIVE = "§"  # stands for "African", "asiatique"… in the words of an audience
PARTS = re.compile(r"[;\n|؛]")
SMALLER_PARTS = re.compile(r"[,،/؛]| & ")
EMPTY_WORDS = frozenset(
    fold_word(word)
    for word in [
        "région",
        "region",
        "región",
        "forum",
        "foro",
        "منطقة",
        "المنطقة",
        "منتدى",
    ]
)


@cache
def listed(kind: str) -> list[tuple[str, str]]:
    """Slug and label of every variant of a kind."""
    with NAMES.open(encoding="utf-8", newline="") as file:
        return [
            (row["slug"], row["label"])
            for row in csv.DictReader(file)
            if row["kind"] == kind
        ]


def root(word: str) -> str:
    """A word without what changes at its edges: plural, Arabic article."""
    bare = ATTACHED.sub("", word)
    return bare[:-1] if len(bare) > 3 and bare[-1] in "sx" else bare


def roots(words: str) -> str:
    return " ".join(map(root, words.split()))


def shape(words: str, empty: frozenset[str] = STOP) -> frozenset[str]:
    return frozenset(root(word) for word in words.split() if word not in empty)


class Match(NamedTuple):
    """What a word means: a slug; or "", with the nearest name known, if any.

    `told` says that more was read into the word than it says.
    """

    slug: str
    nearest: str = ""
    told: bool = False


class Kind:
    """The names of one vocabulary."""

    def __init__(self) -> None:
        self.by_key: dict[str, str] = {}
        self.by_shape: dict[frozenset[str], str] = {}
        self.official: dict[frozenset[str], str] = {}
        self.labels: dict[str, str] = {}

    def add(self, slug: str, labels: Iterable[str], official: bool = False) -> None:
        for label in filter(None, labels):
            words = key(label)
            if not words:
                continue
            self.by_key.setdefault(words, slug)
            if found := shape(words):
                self.by_shape.setdefault(found, slug)
                if official:
                    self.official[found] = slug

    def find(self, words: str) -> str:
        return self.by_key.get(words) or self.by_shape.get(shape(words), "")

    def nearest(self, words: str) -> str:
        """The label of the name most like these words, in the reader's language."""
        best = process.extractOne(
            words, self.by_key.keys(), scorer=fuzz.ratio, score_cutoff=NEAR
        )
        return self.labels[self.by_key[best[0]]] if best else ""


class Names:
    """All vocabularies as they are now, read in a handful of queries."""

    def __init__(self, told: dict[str, dict[str, str]] | None = None) -> None:
        """`told`: by kind, what somebody said a word means (word → slug)."""
        codes = settings.CONTENT_LANGUAGES
        own = [f"name_{code}" for code in reading_languages()]
        self.kinds = {
            kind: Kind()
            for kind in (
                "region",
                "audience",
                "areas",
                "groups",
                "countries",
                "instruments",
                "language",
                "kind",
                "yesno",
            )
        }
        self.pks: dict[str, dict[str, int]] = {kind: {} for kind in self.kinds}

        def take(kind: str, slug: str, pk: int, names: Iterable[str]) -> None:
            names = [*names]
            labels = self.kinds[kind].labels
            labels[slug] = next(filter(None, names), slug)
            self.pks[kind][slug] = pk
            self.kinds[kind].add(slug, names, official=True)
            self.kinds[kind].add(slug, [slug, slug.replace("-", " ")])

        self.parents: dict[str, str] = {}
        for slug, code, pk, parent, *names in Region.objects.values_list(
            "slug", "code", "pk", "parent__slug", *own
        ):
            take("region", slug, pk, names)
            self.kinds["region"].add(slug, [code])
            self.parents[slug] = parent or ""
        for slug, pk, *names in Audience.objects.values_list("slug", "pk", *own):
            take("audience", slug, pk, names)
        for slug, pk, parent, *names in PriorityArea.objects.values_list(
            "slug", "pk", "parent", *own
        ):
            take("areas" if parent else "groups", slug, pk, names)
        for slug, parent, label in AreaSynonym.objects.values_list(
            "area__slug", "area__parent", "label"
        ):
            self.kinds["areas" if parent else "groups"].add(slug, [label])
        for slug, pk, *names in Instrument.objects.values_list("slug", "pk", *own):
            take("instruments", slug, pk, names)
        territories = [Locale(code).territories for code in codes]
        for iso, pk, *names in Country.objects.values_list("iso_code", "pk", *own):
            take("countries", iso, pk, names)
            self.kinds["countries"].add(
                iso,
                [
                    name
                    for known in territories
                    for alt in (iso, f"{iso}-alt-short", f"{iso}-alt-variant")
                    if (name := known.get(alt))
                ],
            )
        for kind, slugs in (
            ("language", codes),
            ("kind", Section.Kind.values),
            ("yesno", ("yes", "no")),
        ):
            self.kinds[kind].labels = {slug: slug for slug in slugs}
            self.kinds[kind].add("", [])
            for slug in slugs:
                self.kinds[kind].add(slug, [slug])
        for kind in ("region", "language", "kind", "yesno"):
            for slug, label in listed(kind):
                if slug in self.kinds[kind].labels:
                    self.kinds[kind].add(slug, [label])
        self.adjectives = self._adjectives()
        self._learn_audiences()
        for kind, words in (told or {}).items():
            for label, slug in words.items():
                if kind in self.kinds and slug in self.kinds[kind].labels:
                    self.kinds[kind].by_key.setdefault(key(label), slug)

    def _adjectives(self) -> list[str]:
        """Roots of the adjectives and names of regions, the longest first."""
        found = {roots(key(label)) for _slug, label in listed("region_adjective")}
        found |= {
            roots(words) for words in self.kinds["region"].by_key if len(words) > 3
        }
        return sorted(found, key=lambda words: (-len(words.split()), words))

    def _learn_audiences(self) -> None:
        audiences = self.kinds["audience"]
        for slug, label in listed("audience"):
            if slug in audiences.labels:
                audiences.add(slug, [label])
        if "regional-movement" in audiences.labels:
            for word in ("mouvement", "movement", "movimiento", "حركة", "الحركة"):
                audiences.by_shape[frozenset([root(fold_word(word)), ADJECTIVE])] = (
                    "regional-movement"
                )

    def of_region(self, cell: str) -> Match:
        regions = self.kinds["region"]
        words = key(cell)
        found = regions.find(words)
        if not found:
            bare = " ".join(w for w in words.split() if w not in EMPTY_WORDS)
            found = regions.find(bare)
        return Match(found) if found else Match("", regions.nearest(words))

    def of_audience(self, cell: str) -> Match:
        """As written; without the region's adjective; as the one name that holds it."""
        audiences = self.kinds["audience"]
        words = key(cell)
        if found := audiences.by_key.get(words):
            return Match(found)
        padded = (
            f" {' '.join(root(word) for word in words.split() if word not in STOP)} "
        )
        for adjective in self.adjectives:
            if f" {adjective} " in padded:
                padded = padded.replace(f" {adjective} ", f" {ADJECTIVE} ")
        marked = frozenset(word for word in padded.split() if word not in EMPTY_WORDS)
        bare = marked - {ADJECTIVE}
        for wanted in (marked, bare):
            if found := audiences.by_shape.get(wanted):
                return Match(found)
        wider = {
            slug
            for names, slug in audiences.official.items()
            if bare and len(bare) * 2 >= len(names) > len(bare) and bare < names
        }
        if len(wider) == 1:
            return Match(wider.pop(), told=True)
        return Match(
            "",
            audiences.nearest(" ".join(sorted(bare)) or words)
            or audiences.nearest(words),
        )

    def of(self, kind: str, cell: str) -> Match:
        known = self.kinds[kind]
        words = key(cell)
        found = known.find(words) or (known.by_key.get(cell.strip().casefold(), ""))
        return Match(found) if found else Match("", known.nearest(words))

    def several(self, kind: str, cell: str) -> Iterator[tuple[str, Match]]:
        """The words of a cell that holds several, each with what it means."""
        for part in PARTS.split(cell):
            part = part.strip()
            if not part:
                continue
            found = self.of(kind, part)
            smaller = [piece.strip() for piece in SMALLER_PARTS.split(part)]
            if not found.slug and len(smaller) > 1:
                yield from ((piece, self.of(kind, piece)) for piece in smaller if piece)
            else:
                yield part, found

    def label(self, kind: str, slug: str) -> str:
        return self.kinds[kind].labels.get(slug, slug)

    def list_of(self, kind: str) -> str:
        return ", ".join(self.kinds[kind].labels.values())

    def language_of_reader(self) -> str:
        return (get_language() or settings.LANGUAGE_CODE).split("-")[0]
