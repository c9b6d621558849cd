"""What people write for a region, an audience, an area…, and which of ours they mean.

The official names in every language, synonyms, a list of variants (`names.csv`), and
what somebody said a word means. Nothing is guessed: the nearest name is proposed.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language, gettext
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

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

from .columns import FIELDS, HINT, key
from .problems import EVERY

NAMES = Path(__file__).with_name("names.csv")
NEAR = 70  # of 100: how alike two names are for their words to be compared
ADJECTIVE = "§"  # stands for "African", "asiatique"… in the words of an audience
PARTS = re.compile(r"[;\n|؛]")
SMALLER_PARTS = re.compile(r"[,،/؛]| & ")
# What joins two names, or stands inside one: a cut only if each part is a name.
JOINED = re.compile(r"\s+(?:and|et|e|y|و|\+|-|–|—)\s+|\s*\+\s*|\s+و(?=\w{3})", re.I)
JOINING = re.compile(r"^(?:and|et|e|y|و)\s+", re.I)
BULLET = re.compile(r"^\s*(?:\(?\d{1,2}\s*[.)°–-]\s*|[•·▪*–-]\s*)(?=[^\W\d])")
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


@cache
def languages() -> list[tuple[str, str]]:
    """Code and label of every content language: its name in each, and the variants."""
    codes = settings.CONTENT_LANGUAGES
    names = [(code, Locale(own).languages[code]) for own in codes for code in codes]
    return [*((code, code) for code in codes), *names, *listed("language")]


def root(word: str) -> str:
    """A word without what changes at its edges: plural, Arabic article."""
    bare = ATTACHED.sub("", word)
    return bare[:-1] if len(bare) > 3 and bare[-1] in "sx" else bare


def roots(words: str) -> str:
    return " ".join(map(root, words.split()))


@lru_cache(maxsize=20_000)
def shape(words: str, empty: frozenset[str] = STOP) -> frozenset[str]:
    return frozenset(root(word) for word in words.split() if word not in empty)


def is_slip(word: str, known: str) -> bool:
    """Whether one word is the other with a letter wrong; in a long word, two."""
    if min(len(word), len(known)) < 5 and (
        len(word) != len(known) or word[0] != known[0]
    ):
        return word == known
    most = 2 if min(len(word), len(known)) > 7 else 1
    return OSA.distance(word, known, score_cutoff=most) <= most


def is_misspelt(words: list[str], name: list[str]) -> bool:
    """Whether these words are those of a name, but for slips.

    Word for word: "North Africa" is as like "North America" as two names can be, and
    is not one misspelt. Of four words and more, one may be missing or too many.
    """
    left = list(name)
    for word in words:
        if found := next((known for known in left if is_slip(word, known)), None):
            left.remove(found)
    kept = len(name) - len(left)
    odd = max(len(words), len(name)) - kept
    return kept > 0 and (odd == 0 or (odd == 1 and kept >= 3))


class Match(NamedTuple):
    """What a word means: a slug; or "", with the nearest that is known, if any.

    `told` says that more was read into the word than it says; `region`, that it names
    a region too: "Asian governments".
    """

    slug: str
    nearest: str = ""
    told: bool = False
    region: str = ""


class Kind:
    """The names of one vocabulary."""

    def __init__(self) -> None:
        self.by_key: dict[str, str] = {}
        self.by_shape: dict[frozenset[str], str] = {}
        self.run_together: dict[str, str] = {}
        self.official: dict[frozenset[str], str] = {}
        self.labels: dict[str, str] = {}

    def add(self, slug: str, labels: Iterable[str], official: bool = False) -> None:
        for label in filter(None, labels):
            words = key(label)
            if not words:
                continue
            self.by_key.setdefault(words, slug)
            self.run_together.setdefault(words.replace(" ", ""), slug)
            if found := shape(words):
                self.by_shape.setdefault(found, slug)
                if official:
                    self.official[found] = slug

    def find(self, words: str) -> str:
        return (
            self.by_key.get(words)
            or self.by_shape.get(shape(words))
            or self.run_together.get(words.replace(" ", ""), "")
        )

    def nearest(self, words: str) -> str:
        """The slug of the name these words misspell; rather none than a wrong one."""
        own = words_that_tell(words)
        for name, _score, _place in process.extract(
            words, self.by_key.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=5
        ):
            if is_misspelt(own, words_that_tell(name)):
                return self.by_key[name]
        return ""


def words_that_tell(words: str) -> list[str]:
    return [word for word in words.split() if word not in STOP] or words.split()


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
        self._met: dict[tuple[str, str], Match] = {}
        self.pks: dict[str, dict[str, int]] = {kind: {} for kind in self.kinds}

        def take(kind: str, slug: str, pk: int, names: Iterable[str]) -> None:
            names = [*names]
            labels = self.kinds[kind].labels
            labels[slug] = next(filter(None, names), slug)
            self.pks[kind][slug] = pk
            self.kinds[kind].add(slug, names, official=True)
            self.kinds[kind].add(slug, [slug, slug.replace("-", " ")])

        self.parents: dict[str, str] = {}
        self.lands: dict[str, str] = {}  # the region of each country
        for slug, code, pk, parent, *names in Region.objects.values_list(
            "slug", "code", "pk", "parent__slug", *own
        ):
            take("region", slug, pk, names)
            self.kinds["region"].add(slug, [code])
            self.parents[slug] = parent or ""
        for slug, pk, *names in Audience.objects.current().values_list(
            "slug", "pk", *own
        ):
            take("audience", slug, pk, names)
        for slug, pk, parent, *names in PriorityArea.objects.current().values_list(
            "slug", "pk", "parent", *own
        ):
            take("areas" if parent else "groups", slug, pk, names)
        self.moved: dict[tuple[str, str], str] = {}  # where merged words lead
        self._learn_merged(own)
        self._learn_old_names(own)
        for slug, parent, label in AreaSynonym.objects.values_list(
            "area__slug", "area__parent", "label"
        ):
            self.kinds["areas" if parent else "groups"].add(slug, [label])
        for slug, pk, *names in Instrument.objects.values_list("slug", "pk", *own):
            take("instruments", slug, pk, names)
        territories = [Locale(code).territories for code in codes]
        for iso, pk, region, *names in Country.objects.values_list(
            "iso_code", "pk", "region__slug", *own
        ):
            take("countries", iso, pk, names)
            self.lands[iso] = region or ""
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
        self.kinds["kind"].labels = {
            slug: str(label) for slug, label in Section.Kind.choices
        }
        for code, label in languages():
            self.kinds["language"].add(code, [label])
        for kind in ("region", "countries", "kind", "yesno"):
            for slug, label in listed(kind):
                if slug in self.kinds[kind].labels:
                    self.kinds[kind].add(slug, [label])
        # No regions of the Forum's, but near one: proposed, never read.
        self.near_regions = {key(label): slug for slug, label in listed("region_near")}
        self.adjectives = self._adjectives()
        self._learn_audiences()
        for kind, words in (told or {}).items():
            for label, slug in words.items():
                slug = self.moved.get((kind, slug), slug)
                if kind in self.kinds and slug in self.kinds[kind].labels:
                    self.kinds[kind].by_key.setdefault(key(label), slug)

    def _learn_merged(self, own: list[str]) -> None:
        """A merged word's slug and names mean the one it was merged into."""
        for model in (Audience, PriorityArea):
            rows: Any = model._default_manager.filter(merged_into__isnull=False)
            for slug, target, pk, *names in rows.values_list(
                "slug", "merged_into__slug", "merged_into", *own
            ):
                kind = "audience"
                if model is PriorityArea:
                    kind = "areas" if target in self.kinds["areas"].labels else "groups"
                self.moved[kind, slug] = target
                self.pks[kind][slug] = pk
                self.kinds[kind].add(target, [slug, slug.replace("-", " "), *names])

    def _learn_old_names(self, own: list[str]) -> None:
        """What an audience was called before still means it, as its history tells."""
        audiences = self.kinds["audience"]
        now = Audience.objects.by_slug()
        known = {
            row.pk: now[row.slug].slug for row in Audience.objects.only("pk", "slug")
        }
        records = Audience.history.order_by("history_id").values_list("id", *own)
        for pk, *names in dict.fromkeys(records):
            slug = known.get(pk, "")
            if slug in audiences.labels:
                audiences.add(slug, names)

    def _adjectives(self) -> dict[str, str]:
        """Roots of the adjectives and names of regions, the longest first."""
        found = {
            roots(words): slug
            for words, slug in self.kinds["region"].by_key.items()
            if len(words) > 3
        }
        found |= {roots(key(label)): slug for slug, label in listed("region_adjective")}
        ordered = sorted(found, key=lambda words: (-len(words.split()), words))
        return {words: found[words] for words in ordered}

    def _learn_audiences(self) -> None:
        audiences = self.kinds["audience"]
        for slug, label in listed("audience"):
            slug = self.moved.get(("audience", slug), slug)
            if slug in audiences.labels:
                audiences.add(slug, [label])
        # "NGOs" are some of an audience: read as the whole, and said.
        self.parts_of_audiences = Kind()
        for slug, label in listed("audience_part"):
            if slug in audiences.labels:
                self.parts_of_audiences.add(slug, [label])
        if "regional-movement" in audiences.labels:
            for word in ("mouvement", "movement", "movimiento", "حركة", "الحركة"):
                audiences.by_shape[frozenset([root(fold_word(word)), ADJECTIVE])] = (
                    "regional-movement"
                )

    def of_region(self, cell: str) -> Match:
        regions = self.kinds["region"]
        words = key(BULLET.sub("", cell))
        found = regions.find(words)
        bare = " ".join(w for w in words.split() if w not in EMPTY_WORDS)
        if not found:
            found = regions.find(bare)
        if found:
            return Match(found)
        near = self.near_regions.get(words) or self.near_regions.get(bare)
        near = near or self.lands.get(self.kinds["countries"].find(bare), "")
        known = near if near in regions.labels else ""
        known = known or regions.find(key(HINT.sub(" ", cell)))
        return Match("", known or regions.nearest(words))

    def of_audience(self, cell: str) -> Match:
        """As written; without the region's adjective; as the one name that holds it."""
        audiences = self.kinds["audience"]
        words = key(BULLET.sub("", cell))
        if found := audiences.by_key.get(words) or audiences.run_together.get(
            words.replace(" ", "")
        ):
            return Match(found)
        if found := self.parts_of_audiences.find(words):
            return Match(found, told=True)
        padded = (
            f" {' '.join(root(word) for word in words.split() if word not in STOP)} "
        )
        region = ""
        for adjective, slug in self.adjectives.items():
            if f" {adjective} " in padded:
                padded = padded.replace(f" {adjective} ", f" {ADJECTIVE} ")
                region = region or slug
        marked = frozenset(word for word in padded.split() if word not in EMPTY_WORDS)
        bare = marked - {ADJECTIVE}
        for wanted in (marked, bare):
            if found := audiences.by_shape.get(wanted):
                return Match(found, region=region)
        if found := self.parts_of_audiences.by_shape.get(bare):
            return Match(found, told=True, region=region)
        wider = {
            slug
            for names, slug in audiences.official.items()
            if bare and len(bare) * 2 >= len(names) > len(bare) and bare < names
        }
        if len(wider) == 1:
            return Match(wider.pop(), told=True, region=region)
        plain = " ".join(w for w in words.split() if root(w) not in self.adjectives)
        return Match("", audiences.nearest(words) or audiences.nearest(plain))

    def of(self, kind: str, cell: str) -> Match:
        """What one name means, looked up once however often it comes."""
        found = self._met.get((kind, cell))
        if found is None:
            found = self._met[kind, cell] = self._look_up(kind, cell)
        return found

    def _look_up(self, kind: str, cell: str) -> Match:
        known = self.kinds[kind]
        words = key(cell)
        found = known.find(words) or (known.by_key.get(cell.strip().casefold(), ""))
        return Match(found) if found else Match("", known.nearest(words))

    def means(self, kind: str, cell: str) -> bool:
        """Whether a name is known as it stands; of an area, also as a group of areas."""
        return bool(
            self.of(kind, cell).slug
            or (kind == "areas" and self.of("groups", cell).slug)
        )

    def several(self, kind: str, cell: str) -> Iterator[tuple[str, Match]]:
        """The words of a cell that holds several, each with what it means.

        What is a name as a whole is never cut.
        """
        for part in PARTS.split(cell):
            part = BULLET.sub("", part).strip()
            if not part:
                continue
            smaller = [part]
            if not self.means(kind, part):
                smaller = [BULLET.sub("", p).strip() for p in SMALLER_PARTS.split(part)]
            for piece in filter(None, smaller):
                joined = [piece]
                if not self.means(kind, piece):
                    joined = JOINED.split(JOINING.sub("", piece))
                if len(joined) > 1 and all(self.means(kind, one) for one in joined):
                    yield from ((one.strip(), self.of(kind, one)) for one in joined)
                else:
                    yield piece, self.of(kind, piece)

    def are_kin(self, region: str, other: str) -> bool:
        """Whether a region is another, or one of the two is part of the other."""
        return (
            region == other
            or region == self.parents.get(other)
            or (other == self.parents.get(region))
        )

    def label(self, kind: str, slug: str) -> str:
        return self.kinds[kind].labels.get(slug, slug)

    def named(self, kind: str, told: Any) -> str:
        """What a problem tells by slugs, in the reader's words: one, several or EVERY."""
        if kind == "field":
            labels = [str(FIELDS[name]) for name in told]
        elif told == EVERY:
            labels = [*self.kinds[kind].labels.values()]
        elif kind == "list":
            region, of_kind, audience = told
            last = ("audience", audience) if audience else ("kind", of_kind)
            labels = [self.label("region", region), self.label(*last)]
        else:
            slugs = [told] if isinstance(told, str) else told
            labels = [self.label(kind, slug) for slug in slugs]
        comma = gettext(", ")
        is_plain = not any(comma.strip() in label for label in labels)
        return (comma if is_plain else gettext("; ")).join(labels)

    def language_of_reader(self) -> str:
        return (get_language() or settings.LANGUAGE_CODE).split("-")[0]
