"""Which column of a file means what: headings in four languages and their variants."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from priorities.words import WORD, fold_word

HEADINGS = Path(__file__).with_name("headings.csv")
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


def key(label: str) -> str:
    """What two spellings of a label share: no case, marks, punctuation or underscores."""
    return " ".join(map(fold_word, WORD.findall(label.replace("_", " "))))


@cache
def known() -> dict[str, tuple[str, str]]:
    """Field and language by the key of every heading we know."""
    found = {name: (name, "") for name in FIELDS}
    with HEADINGS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[key(row["label"])] = (row["field"], row["language"])
    return found


@cache
def headings_in(language: str) -> dict[str, str]:
    """The heading of each field for our own template: the first of a language."""
    found: dict[str, str] = {}
    with HEADINGS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["language"] == language:
                found.setdefault(row["field"], row["label"])
    return found


@cache
def language_words() -> dict[str, str]:
    from .names import listed

    return {key(label): slug for slug, label in listed("language")}


@cache
def meaning(heading: str) -> str:
    """The field a heading names; "" when it names none. `text:fr` is a text in French."""
    words = key(heading.split("+")[0] if heading.startswith("#") else heading)
    if words in known():
        name = known()[words][0]
        if name == "text" and "+" in heading:
            codes = [
                code
                for code in heading.split("+")[1:]
                if code in settings.CONTENT_LANGUAGES
            ]
            return f"text:{codes[0]}" if codes else name
        return name
    head, _space, last = words.rpartition(" ")
    if known().get(head, ("",))[0] == "text" and last in language_words():
        return f"text:{language_words()[last]}"
    return ""


def recognised(cells: Iterable[str]) -> int:
    """How many cells of a row are headings we know."""
    return len(
        {
            name
            for cell in cells
            if cell.strip() and len(cell) < 80 and (name := meaning(cell.strip()))
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
        cls, headings: Sequence[str], hashtags: Sequence[str] = ()
    ) -> "Mapping":
        """What the headings say, and the hashtags under them where they say more."""
        columns = [meaning(heading) if heading else "" for heading in headings]
        for place, hashtag in enumerate(hashtags):
            told = meaning(hashtag) if hashtag else ""
            if told and (not columns[place] or told.startswith(f"{columns[place]}:")):
                columns[place] = told
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

    def missing(self) -> list[str]:
        """What no column and no constant says, and every row needs."""
        told = {name.partition(":")[0] for name in self.columns} | set(self.constants)
        needed = ["text"]
        if not {"reference", "section"} & told:
            needed.append("region")
            if not {"audience", "kind"} & told:
                needed.append("audience")
        return [name for name in needed if name not in told]


def spoken(headings: Sequence[str]) -> str:
    """The language most headings are in; "" when they do not tell."""
    votes = Counter(
        language
        for heading in headings
        if (language := known().get(key(heading), ("", ""))[1])
    )
    return votes.most_common(1)[0][0] if votes else ""
