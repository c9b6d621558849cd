"""A reader's own selection: it lives in the address, and nowhere else.

Its code is `2021AFR1.AFR3.MENA14`, references in the order chosen, the year said where
it changes; notes follow a `~`, compressed.
"""

import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from regions.translated import CONTROL

MOST = 60
MOST_NOTE = 300
LONGEST_CODE = 2500  # servers refuse addresses much above 4,000 signs
ITEM = re.compile(r"([0-9]{4})?([A-Z]{2,5})([0-9]{1,9})")
REFERENCE = re.compile(r"([0-9]{4})-([A-Z]{2,5})-([0-9]{3,9})")


@dataclass(frozen=True)
class Selection:
    references: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.references)

    def __len__(self) -> int:
        return len(self.references)

    def __contains__(self, reference: object) -> bool:
        return reference in self.references

    @classmethod
    def parse(cls, code: str) -> "Selection":
        """What a code says; whatever cannot be read in it is left out."""
        if len(code) > LONGEST_CODE:
            return cls()
        items, _tilde, packed = code.partition("~")
        year, references = "", []
        for item in items.split("."):
            if match := ITEM.fullmatch(item):
                year = match[1] or year
                if year:
                    references.append(f"{year}-{match[2]}-{int(match[3]):03d}")
        return cls().adding(references).noting(unpacked(packed))

    @classmethod
    def asked(cls, data: QueryDict) -> "Selection":
        """The selection of an address, with what its reader has marked since."""
        marked = [reference.upper() for reference in data.getlist("add")]
        return cls.parse(data.get("selection", "")).adding(marked)

    @property
    def code(self) -> str:
        said, items = "", []
        for reference in self.references:
            year, region, number = reference.split("-")
            items.append(f"{'' if year == said else year}{region}{int(number)}")
            said = year
        return ".".join(items) + (f"~{packed(self.notes)}" if any(self.notes) else "")

    @property
    def items(self) -> list[tuple[str, str]]:
        return list(zip(self.references, self.notes, strict=True))

    def adding(self, references: Sequence[str]) -> "Selection":
        known = [r for r in references if REFERENCE.fullmatch(r)]
        every = tuple(dict.fromkeys([*self.references, *known]))[:MOST]
        added = len(every) - len(self.references)
        return Selection(every, self.notes + ("",) * added)

    def without(self, reference: str) -> "Selection":
        return Selection.of([i for i in self.items if i[0] != reference])

    def moving(self, reference: str, step: int) -> "Selection":
        items = self.items
        if reference in self.references:
            place = self.references.index(reference)
            item = items.pop(place)
            items.insert(max(0, place + step), item)
        return Selection.of(items)

    def noting(self, notes: Sequence[str]) -> "Selection":
        """With these notes, one for each reference; what is too long is cut."""
        room = len(self.references)
        clean = [readable(note)[:MOST_NOTE] for note in notes[:room]]
        return Selection(self.references, (*clean, *[""] * (room - len(clean))))

    @classmethod
    def of(cls, items: list[tuple[str, str]]) -> "Selection":
        return cls(tuple(r for r, _note in items), tuple(n for _ref, n in items))


def readable(note: str) -> str:
    """One line, without what no page and no spreadsheet can carry."""
    whole = note.encode("utf-8", "replace").decode()
    return " ".join(CONTROL.sub(" ", whole).split())


def packed(notes: Sequence[str]) -> str:
    text = json.dumps(list(notes), ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpacked(code: str) -> list[str]:
    """The notes of a code, or none where it was damaged on the way."""
    try:
        data = urlsafe_b64decode(code + "=" * (-len(code) % 4))
        text = zlib.decompressobj().decompress(data, MOST * MOST_NOTE * 4)
        notes = json.loads(text) if text else []
    except (ValueError, RecursionError, zlib.error):
        return []
    return (
        [note for note in notes if isinstance(note, str)]
        if isinstance(notes, list)
        else []
    )
