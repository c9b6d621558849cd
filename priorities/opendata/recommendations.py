"""Recommendations as open data: words and numbers from the index, texts from the database."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import CharField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from pyroaring import BitMap

from ..index import UNRANKED
from ..models import Recommendation, Section
from .columns import ABOUT_STATE, STATES, Column, Extract, Read, Table, in_languages

LANGUAGES = settings.CONTENT_LANGUAGES
BATCH = 1000
PUBLIC = Recommendation.Status.PUBLISHED
STORED = (
    "pk",
    "status",
    "reference",
    "original_language",
    "source_page",
    "first_published",
    *(f"text_{code}" for code in LANGUAGES),
)


class Batch:
    """Some recommendations; those withdrawn a moment ago are left out."""

    def __init__(self, extract: Extract, numbers: list[int]) -> None:
        self.index, self.year = extract.index, extract.year
        pks = [self.index.pks[number] for number in numbers]
        # Asked by key alone: with the status, SQLite would walk its index instead.
        rows = Recommendation.objects.filter(pk__among=pks).order_by()
        rows = rows.annotate(first_published=Cast("published_at", CharField()))
        found = {row[0]: row for row in rows.values_list(*STORED) if row[1] == PUBLIC}
        shown = [n for n, pk in zip(numbers, pks, strict=True) if pk in found]
        self.numbers = shown
        values = zip(*(found[self.index.pks[n]] for n in shown), strict=True)
        self.stored = dict.fromkeys(STORED, ()) | dict(
            zip(STORED, values, strict=False)
        )

    @cached_property
    def places(self) -> list[Any]:
        index = self.index
        return [index.places[index.sections[number]] for number in self.numbers]

    @cached_property
    def sections(self) -> list[str]:
        return [f"{p.edition}/{p.region}/{p.order[3]}" for p in self.places]

    @cached_property
    def rows(self) -> dict[int, int]:
        """Which row of the batch a number has."""
        return {number: row for row, number in enumerate(self.numbers)}

    def holding(self, name: str) -> Iterator[tuple[str, list[int]]]:
        """Each word of one kind, and the rows that carry it."""
        rows, these = self.rows, BitMap(self.numbers)
        for word, numbers in sorted(self.index.sets[name].items()):
            yield word, [rows[number] for number in numbers & these]

    def carried(self, name: str) -> list[tuple[str, ...]]:
        """The words of one kind that each row carries."""
        found: list[tuple[str, ...]] = [()] * len(self.numbers)
        for word, rows in self.holding(name):
            for row in rows:
                found[row] = (*found[row], word)
        return found

    @cached_property
    def states(self) -> dict[str, list[str]]:
        """By language, the state of each text."""
        found = {code: [""] * len(self.numbers) for code in LANGUAGES}
        for term, rows in self.holding("language"):
            code, _colon, state = term.partition(":")
            for row in rows:
                found[code][row] = state
        return found


def stored(name: str) -> Read:
    return lambda batch: batch.stored[name]


def carried(name: str) -> Read:
    return lambda batch: batch.carried(name)


def addresses(batch: Batch) -> list[str]:
    """They lead on to the page in the reader's language."""
    site = settings.SITE_URL
    return [f"{site}/recommendations/{r}/" for r in batch.stored["reference"]]


def moments(batch: Batch) -> list[str]:
    """Both engines write them alike up to the second, in UTC; Django would parse each."""
    return [f"{m[:10]}T{m[11:19]}Z" for m in batch.stored["first_published"]]


REFERENCE = Column(
    "reference",
    _("Its public name: given once, never changed, never given to another"),
    stored("reference"),
)
PLACE = (
    Column(
        "edition",
        _("The edition of the Forum"),
        lambda batch: [int(place.edition) for place in batch.places],
        "integer",
        points_to="edition.year",
    ),
    Column(
        "region",
        _("The region that says it"),
        lambda batch: [place.region for place in batch.places],
        points_to="regions.region",
    ),
    Column(
        "kind",
        _(
            "What its list holds: recommendations, or else concerns, which are addressed to nobody"
        ),
        lambda batch: [place.kind for place in batch.places],
        choices=tuple(Section.Kind.values),
    ),
    Column(
        "section",
        _("The list it stands in: edition/region/number"),
        lambda batch: batch.sections,
        points_to="sections.section",
    ),
    Column(
        "audience",
        _("Whom it asks something of; empty for a concern"),
        lambda batch: [next(iter(words), None) for words in batch.carried("audience")],
        points_to="audiences.audience",
    ),
    Column(
        "position",
        _("Its place in the text of its list; no sign of weight"),
        lambda batch: [batch.index.positions[n] for n in batch.numbers],
        "integer",
    ),
    Column(
        "rank",
        _("Its rank in its list, where people ranked; else empty"),
        lambda batch: [
            None if batch.index.ranks[n] == UNRANKED else batch.index.ranks[n]
            for n in batch.numbers
        ],
        "integer",
    ),
    Column(
        "lead",
        _("Whether the text says that it comes first or is the main one"),
        lambda batch: [
            n in batch.index.carrying("lead", "true") for n in batch.numbers
        ],
        "boolean",
    ),
)
ORIGINAL = Column(
    "original_language",
    _("The language the text was first written in"),
    stored("original_language"),
    choices=tuple(LANGUAGES),
)
TAGS = (
    Column(
        "areas",
        _("The priority areas it is about"),
        carried("area"),
        is_list=True,
        points_to="areas.area",
    ),
    Column(
        "countries",
        _("The countries its text names, by ISO code"),
        carried("country"),
        is_list=True,
        points_to="countries.country",
    ),
    Column(
        "instruments",
        _("The conventions, laws, bodies and programmes its text names"),
        carried("instrument"),
        is_list=True,
        points_to="instruments.instrument",
    ),
)
END = (
    Column(
        "source_page",
        _("The page of the booklet it was read from"),
        stored("source_page"),
        "integer",
    ),
    Column(
        "published_at",
        _("When it was first published here (UTC)"),
        moments,
        "datetime",
    ),
    Column(
        "url",
        _("Its permanent page"),
        addresses,
    ),
)
ABOUT_TEXT = _("The text; **key terms** stand between two pairs of asterisks")


def state_in(code: str) -> Read:
    return lambda batch: batch.states[code]


def batches(extract: Extract) -> Iterator[Batch]:
    waiting = iter(extract.numbers)
    while numbers := list(islice(waiting, BATCH)):
        yield Batch(extract, numbers)


RECOMMENDATIONS = Table(
    "recommendations",
    _("Recommendations and concerns, one a row"),
    (
        REFERENCE,
        *PLACE,
        ORIGINAL,
        *in_languages("text", ABOUT_TEXT, lambda code: stored(f"text_{code}")),
        *in_languages("state", ABOUT_STATE, state_in, choices=STATES),
        *TAGS,
        *END,
    ),
    ("reference",),
    batches,
    is_long=True,
)


class Spoken:
    """Rows of a batch once for each language they have a text in."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        texts = [batch.stored[f"text_{code}"] for code in LANGUAGES]
        self.rows = [
            (place, code, spoken[place])
            for place in range(len(batch.numbers))
            for code, spoken in zip(LANGUAGES, texts, strict=True)
            if spoken[place]
        ]

    def repeated(self, values: Iterable[Any]) -> list[Any]:
        values = list(values)
        return [values[place] for place, _code, _text in self.rows]


def repeated(column: Column) -> Column:
    def read(spoken: Spoken) -> list[Any]:
        return spoken.repeated(column.read(spoken.batch))

    return replace(column, read=read)


LONG = Table(
    "recommendations",
    _("Recommendations and concerns, a row for each language they can be read in"),
    (
        *map(repeated, (REFERENCE, *PLACE, ORIGINAL)),
        Column(
            "language",
            _("The language of the text in this row"),
            lambda spoken: [code for _place, code, _text in spoken.rows],
            choices=tuple(LANGUAGES),
        ),
        Column(
            "text",
            ABOUT_TEXT,
            lambda spoken: [text for _place, _code, text in spoken.rows],
        ),
        Column(
            "state",
            ABOUT_STATE,
            lambda spoken: [
                spoken.batch.states[code][place] for place, code, _text in spoken.rows
            ],
            choices=STATES,
        ),
        *map(repeated, (*TAGS, *END)),
    ),
    ("reference", "language"),
    lambda extract: map(Spoken, batches(extract)),
    is_long=True,
)


def links(name: str, about: Any, term: str, points_to: str, tags: Column) -> Table:
    """What ties recommendations to the words of a vocabulary, a tie a row."""

    def read(extract: Extract) -> Iterator[list[tuple[str, str]]]:
        for batch in batches(extract):
            yield [
                (reference, word)
                for reference, words in zip(
                    batch.stored["reference"], tags.read(batch), strict=True
                )
                for word in words
            ]

    def part(place: int) -> Callable[[Any], Iterable[str]]:
        return lambda pairs: [pair[place] for pair in pairs]

    return Table(
        name,
        about,
        (
            Column(
                "reference",
                REFERENCE.about,
                part(0),
                points_to="recommendations.reference",
            ),
            Column(term, tags.about, part(1), points_to=points_to),
        ),
        ("reference", term),
        read,
        is_long=True,
    )


LINKS = (
    links(
        "recommendation-areas",
        _("Which recommendation is about which priority area"),
        "area",
        "areas.area",
        TAGS[0],
    ),
    links(
        "recommendation-countries",
        _("Which recommendation names which country"),
        "country",
        "countries.country",
        TAGS[1],
    ),
    links(
        "recommendation-instruments",
        _("Which recommendation names which instrument or body"),
        "instrument",
        "instruments.instrument",
        TAGS[2],
    ),
)
