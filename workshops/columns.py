"""Which column of a file means what: headings in every language and their variants."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from priorities.words import folded

HEADINGS = Path(__file__).with_name("headings.csv")
OUR_HEADINGS = Path(__file__).with_name("our_headings.csv")
# Every meaning a column can have, as people choose it.
FIELDS: dict[str, Promise] = {
    "region": _("region"),
    "audience": _("audience"),
    "kind": _("recommendation or concern"),
    "areas": _("priority areas"),
    "text": _("text of the recommendation"),
    "language": _("language of the text"),
    "rank": _("rank"),
    "lead": _("said to come first"),
    "countries": _("countries"),
    "instruments": _("named instruments and bodies"),
    "workshop": _("workshop"),
    "date": _("date"),
    "comment": _("comment, kept with the note"),
    "reference": _("our reference"),
    "key": _("the file’s own number of a row"),
    "section": _("section"),
    "page": _("page of the source"),
    "edition": _("edition"),
    "status": _("status (ignored)"),
    "votes": _("votes (kept with the note)"),
    "fix": _("what to fix (ours, ignored)"),
}
SEVERAL = frozenset(["areas", "countries", "instruments", "comment", "votes", "fix"])
CONSTANTS = ("region", "audience", "kind", "language", "workshop", "date")
# What a question on a form may ask for. Its other words are the question's own.
ASKED = frozenset(
    [
        "region",
        "audience",
        "areas",
        "text",
        "language",
        "rank",
        "countries",
        "workshop",
        "date",
        "comment",
    ]
)
LONGEST = 200  # characters of a heading, a long question included
ENDING = re.compile(r"(?<=\w)\([\w·./-]{1,3}\)")  # "domaine(s)"
HINT = re.compile(r"[(\[（]([^)\]）]*)(?:[)\]）]|$)")
ASIDE = re.compile(r"[/|\n\r•·]+")  # between two languages
REMARK = re.compile(r"[:/|\n\r•·]+| [-–—] ")  # or before words that explain
QUESTION = re.compile(r"[?؟¿]")
NUMBER_BEFORE = re.compile(r"^(?:(?:q|question|n|no) )?q?\d+(?: \d+)* (?=\D)")
NUMBER_BEHIND = re.compile(r"(?: (?:n|no|nr|num|numero|number|رقم))?(?: \d+)+$")
# How far a heading is from the label it was known by.
SAME, DRESSED, BESIDE, ASKING, LOOSE = range(5)


@lru_cache(maxsize=20_000)
def key(label: str) -> str:
    """What two spellings of a label share: no case, marks, punctuation or underscores."""
    return " ".join(folded(label.replace("_", " ")))


class Label(NamedTuple):
    """A heading we know. `beside`: what it is beside a column that says its field
    better: "note" (left with the note) or a field; "" when the label is plain."""

    field: str
    language: str = ""
    beside: str = ""


@cache
def our_headings() -> dict[str, dict[str, str]]:
    """By field and language: what stands above the columns of our blank sheets."""
    with OUR_HEADINGS.open(encoding="utf-8", newline="") as file:
        return {row.pop("field"): row for row in csv.DictReader(file)}


@cache
def known() -> dict[str, Label]:
    """Every heading we know, by its key."""
    found = {name: Label(name) for name in FIELDS}
    for name, labels in our_headings().items():
        for language, words in labels.items():
            if words:
                found[key(words)] = Label(name, language)
    with HEADINGS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            label = Label(row["field"], row["language"], row["beside"] or "")
            found[key(row["label"])] = label
    return found


@cache
def language_words() -> dict[str, str]:
    from .names import languages

    return {key(label): code for code, label in languages()}


@cache
def kind_words() -> frozenset[str]:
    from .names import listed

    return frozenset(key(label) for _slug, label in listed("kind"))


class Heading(NamedTuple):
    """What a heading says: its field, how far it is from a label we know, which one."""

    field: str
    distance: int
    label: Label

    @property
    def doubt(self) -> tuple[bool, int]:
        """Of two headings for one field, that with less doubt is meant."""
        return bool(self.label.beside), self.distance


@lru_cache(maxsize=5_000)
def understood(heading: str) -> Heading | None:
    """As written; without hints and numbers; one side of "/"; as a question; loosely."""
    if heading.startswith("#") and (found := hashtag(heading)):
        return found
    for distance, words in wordings(heading):
        if words and (name := field_of(words)):
            return Heading(name, distance, label_of(words))
    return None


def wordings(heading: str) -> Iterator[tuple[int, str]]:
    """What a heading may come down to, the nearest to its own words first."""
    whole = ENDING.sub("", heading)
    yield SAME, key(heading)
    yield SAME, key(whole)
    bare = HINT.sub(" ", whole)
    words = NUMBER_BEFORE.sub("", key(bare))
    yield DRESSED, words
    for side in ASIDE.split(bare):
        yield BESIDE, NUMBER_BEFORE.sub("", key(side))
    if QUESTION.search(heading):
        yield ASKING, asked_for(words)
    for side in REMARK.split(bare):
        yield LOOSE, NUMBER_BEHIND.sub("", NUMBER_BEFORE.sub("", key(side)))
    for hint in HINT.findall(whole):
        yield LOOSE, key(hint)


def label_of(words: str) -> Label:
    return known().get(words) or known()[words.rpartition(" ")[0]]


def field_of(words: str) -> str:
    """The field of a label. "Recommendation en" is a text in English: `text:en`."""
    if words in known():
        return known()[words].field
    head, _space, last = words.rpartition(" ")
    if last in language_words() and head in known() and known()[head].field == "text":
        return f"text:{language_words()[last]}"
    return ""


@cache
def askable() -> frozenset[str]:
    """The labels that tell what a question asks. "Comment" is "how" in French."""
    labels = (words for words, label in known().items() if label.field in ASKED)
    return frozenset(words for words in labels if len(words) > 2) - {"comment"}


def asked_for(question: str) -> str:
    """The first label in a question: "which region …" asks for the region."""
    words = question.split()
    for start in range(min(len(words), 6)):
        for end in range(min(len(words), start + 5), start, -1):
            label = " ".join(words[start:end])
            if label in askable():
                return label
    return ""


def hashtag(heading: str) -> Heading | None:
    """`#recommendation+es` is a text in Spanish."""
    words, *attributes = heading.split("+")
    label = known().get(key(words))
    if label is None:
        return None
    codes = [code for code in attributes if code in settings.CONTENT_LANGUAGES]
    name = f"text:{codes[0]}" if label.field == "text" and codes else label.field
    return Heading(name, SAME, label)


def meaning(heading: str) -> str:
    """The field a heading names; "" when it names none. `text:fr` is a text in French."""
    found = understood(heading)
    return found.field if found else ""


def recognised(cells: Iterable[str]) -> int:
    """How many cells of a row are headings we know.

    "Group 2" and "Region: Africa" may be headings among others; they make no row one.
    """
    return len(
        {
            found.field
            for cell in cells
            if cell.strip()
            and len(cell) < LONGEST
            and (found := understood(cell.strip()))
            and found.distance != LOOSE
        }
    )


def signature(headings: Sequence[str]) -> str:
    """The same for two files with the same headings in the same order."""
    return "|".join(map(key, headings))


@dataclass
class Mapping:
    """How to read a file: fields by column, what holds for all rows, what words mean."""

    columns: list[str]
    constants: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    fill_down: bool = False

    @classmethod
    def proposed(
        cls,
        headings: Sequence[str],
        hashtags: Sequence[str] = (),
        samples: Sequence[Sequence[str]] = (),
    ) -> "Mapping":
        """What the headings say, and the hashtags under them where they say more.

        `samples`: the cells of some rows, for headings that mean different things.
        """
        found = [understood(heading) if heading else None for heading in headings]
        columns = [heading.field if heading else "" for heading in found]
        for place, tag in enumerate(hashtags):
            told = meaning(tag) if tag else ""
            if told and (not columns[place] or told.startswith(f"{columns[place]}:")):
                columns[place], found[place] = told, None
        settle(columns, found, samples)
        return cls(columns)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Mapping":
        return cls(**data)

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": self.columns,
            "constants": self.constants,
            "words": self.words,
            "fill_down": self.fill_down,
        }

    def doubled(self) -> list[str]:
        """Fields that may stand in one column only, and stand in several."""
        counts = Counter(name for name in self.columns if name and name not in SEVERAL)
        return [name for name, count in counts.items() if count > 1]

    def unread(self, headings: Sequence[str], filled: Iterable[int]) -> list[str]:
        """What stands above the filled columns that mean nothing to us."""
        return [
            headings[place] or get_column_letter(place + 1)
            for place in sorted(filled)
            if not self.columns[place]
        ]

    def missing(self) -> list[str]:
        """What no column and no constant says, and every row needs."""
        told = {name.partition(":")[0] for name in self.columns} | set(self.constants)
        needed = ["text"]
        if not {"reference", "section"} & told:
            needed.append("region")
            if not {"audience", "kind"} & told:
                needed.append("audience")
        return [name for name in needed if name not in told]


def settle(
    columns: list[str],
    found: Sequence[Heading | None],
    samples: Sequence[Sequence[str]],
) -> None:
    """Where several columns could be one field, the clearest is; the others are left.

    Two that are equally clear stay, for a person to choose between.
    """

    def cells(place: int) -> list[str]:
        column = (row[place].strip() for row in samples if place < len(row))
        return [cell for cell in column if cell]

    for place, heading in enumerate(found):
        # "Type" is often the type of something else.
        if heading and heading.label.beside and heading.field == "kind":
            told = [key(cell) in kind_words() for cell in cells(place)]
            if sum(told) * 2 < len(told):
                columns[place] = ""
    left = []
    for name in set(columns) - SEVERAL - {""}:
        rivals = [place for place, field in enumerate(columns) if field == name]
        doubts = {place: doubt_of(found[place]) for place in rivals}
        left += [p for p in rivals if doubts[p] > min(doubts.values())]
    for place in sorted(left):
        columns[place] = ""
        heading = found[place]
        other = heading.label.beside if heading else ""
        numbers = [cell[-1:].isdigit() for cell in cells(place)]
        # "Priority" beside "Rank" is what the priority is about, if it holds words.
        if other in FIELDS and other not in columns and numbers and not any(numbers):
            columns[place] = other


def doubt_of(heading: Heading | None) -> tuple[bool, int]:
    return heading.doubt if heading else (False, SAME)  # a hashtag leaves none


def spoken(headings: Sequence[str]) -> str:
    """The language most headings are in; "" when they do not tell."""
    votes = Counter(
        found.label.language
        for heading in headings
        if (found := understood(heading)) and found.label.language
    )
    return votes.most_common(1)[0][0] if votes else ""
