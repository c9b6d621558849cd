"""What stands in a booklet, whatever it is printed as.

Plain data, in the reader's language: PDF, DOCX and HTML each set the same. Texts are
pieces, so that no format has to read our one markup (`**key term**`) again.
"""

from dataclasses import dataclass, field
from datetime import date

from ..citations import AUTHOR, LICENCE


@dataclass(frozen=True)
class Words:
    """A text in one language, its key terms apart: `(words, is a key term)`."""

    pieces: list[tuple[str, bool]]
    language: str
    direction: str
    state: str = ""  # what a reader should know of a translation, said

    @property
    def plain(self) -> str:
        return "".join(words for words, _is_key in self.pieces)


@dataclass(frozen=True)
class Item:
    reference: str
    address: str
    region: str
    text: Words
    about: list[str]
    areas: list[str]
    note: str
    is_first: bool  # whether it is here for the first time: indexes lead to it


@dataclass(frozen=True)
class Listing:
    """A section of a chapter: its heading, what introduces it, its entries in order."""

    heading: Words
    about: list[str]
    introduction: Words | None
    items: list[Item]
    points: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Grid:
    """A table of words: what its rows are, its columns with their region, its rows."""

    corner: str
    columns: list[tuple[str, str]]
    rows: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Chapter:
    title: str
    region: str
    about: list[str]
    address: str
    overview: Words | None
    glance: list[str]
    listings: list[Listing]
    is_part: bool = False
    grid: Grid | None = None


@dataclass(frozen=True)
class Cell:
    column: str
    region: str
    items: list[Item]


@dataclass(frozen=True)
class Line:
    heading: str
    said: str
    cells: list[Cell]


@dataclass(frozen=True)
class Compared:
    title: str
    about: str
    columns: list[str]
    lines: list[Line]
    silent: list[str]


@dataclass(frozen=True)
class Figures:
    """A matrix: per row its label, per cell how many, how dark (0 to 5), and leads."""

    columns: list[tuple[str, str]]  # name and slug
    rows: list[tuple[str, list[tuple[int, int, int]], int]]


@dataclass(frozen=True)
class Tier:
    heading: str
    rows: list[tuple[str, list[str]]]  # area, what is said of it


@dataclass(frozen=True)
class Index:
    heading: str
    entries: list[tuple[str, list[str]]]  # term, references
    breaks: bool  # onto a new page


@dataclass(frozen=True)
class Booklet:
    name: str  # of the file, without its ending
    language: str
    direction: str
    title: str
    subtitle: str
    cover: list[str]
    narrowed: str  # what it is narrowed to, said
    introduction: Words | None
    chapters: list[Chapter]
    compared: Compared | None
    figures: Figures | None
    tiers: list[Tier]
    indexes: list[Index]
    about: list[tuple[str, str]]  # heading, paragraph
    citation: str
    address: str  # of the page it is from
    version: str
    dated: str
    day: date
    labels: dict[str, str]
    author: str = AUTHOR
    licence: str = LICENCE
