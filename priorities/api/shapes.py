"""What the answers look like: for the description, which tests hold against answers."""

from typing import Any, Literal

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import ConfigDict, Field

State = Literal["original", "reviewed", "draft", "machine", "stale"]
SELF = gettext_noop("The address of this object in the API.")
URL = gettext_noop("The page that people read.")
THOSE = gettext_noop("The address of exactly these recommendations in the API.")
THEIR_PAGE = gettext_noop("The page with exactly these recommendations.")
NEXT = gettext_noop("The address of the next page; null on the last.")
NAMES = gettext_noop("By language; with “lang”, one text.")


def said(description: str, **more: Any) -> Any:
    return Field(description=description, **more)


class Shape(Schema):
    model_config = ConfigDict(extra="forbid")


class Text(Shape):
    text: str = said(
        gettext_noop("Key terms stand between double asterisks: **key term**.")
    )
    state: State = said(
        gettext_noop(
            "original; or a translation: reviewed by a second person, draft, by a program (machine), or older than its original (stale)."
        )
    )


class TextInOneLanguage(Text):
    language: str = said(gettext_noop("The language the text is in."))


Texts = dict[str, Text] | TextInOneLanguage | None
TEXTS = gettext_noop(
    "By language; with “lang”, one text: that language, else the original."
)
Named = dict[str, str] | str | None


class Licence(Shape):
    name: str
    url: str


class Meta(Shape):
    data_version: str = said(
        gettext_noop("The same as long as nothing changes. Cite it with the date.")
    )
    changed_at: str | None = said(
        gettext_noop("When the data last changed."),
        json_schema_extra={"format": "date-time"},
    )
    editions: list[int] = said(gettext_noop("The editions these data are of."))
    language: str | None = said(
        gettext_noop("The one language asked for, or null: all.")
    )
    licence: Licence = said(gettext_noop("What you may do with the texts."))
    total: int = said(gettext_noop("How many there are in all, on all pages."))


class Recommendation(Shape):
    reference: str = said(gettext_noop("For ever the same; never given twice."))
    self: str = said(SELF)
    url: str = said(URL)
    edition: int
    region: str = said(gettext_noop("Slug of the region."))
    kind: Literal["recommendations", "concerns"]
    section: str = said(gettext_noop("Edition, region and position of its section."))
    audience: str | None = said(
        gettext_noop("Slug of whom it addresses; null for a concern.")
    )
    areas: list[str] = said(gettext_noop("Slugs of its priority areas."))
    countries: list[str] = said(gettext_noop("ISO codes of the countries it names."))
    instruments: list[str] = said(
        gettext_noop("Slugs of the instruments and bodies it names.")
    )
    position: int = said(gettext_noop("Its place in the text of the section."))
    rank: int | None = said(gettext_noop("Only where people ranked; else null."))
    lead: bool = said(gettext_noop("Whether it was said to come first; several may."))
    original_language: str
    text: Texts = said(TEXTS)
    source_page: int | None = said(gettext_noop("Its page in the printed source."))
    published_at: str | None = Field(json_schema_extra={"format": "date-time"})


class Partner(Shape):
    role: str
    name: str | None


class RegionalForum(Shape):
    region: str
    held_within: str | None = said(
        gettext_noop("The region in whose forum this one spoke.")
    )
    starts_on: str | None = Field(json_schema_extra={"format": "date"})
    ends_on: str | None = Field(json_schema_extra={"format": "date"})
    place: Named = said(NAMES)
    overview: Texts = said(TEXTS)


class Edition(Shape):
    year: int
    self: str = said(SELF)
    url: str = said(URL)
    theme: Texts = said(TEXTS)
    introduction: Texts = said(TEXTS)
    place: Named = said(NAMES)
    horizon_years: int = said(gettext_noop("For how many years solutions are sought."))
    published_at: str | None = Field(json_schema_extra={"format": "date-time"})
    partners: list[Partner]
    forums: list[RegionalForum]


class Region(Shape):
    slug: str
    self: str = said(SELF)
    url: str = said(URL)
    code: str = said(gettext_noop("As in references."))
    name: Named = said(NAMES)
    parent: str | None = said(gettext_noop("The region it is part of."))
    parts: list[str]
    countries: list[str] = said(
        gettext_noop(
            "ISO codes; the Forum’s own regions, not those of the United Nations."
        )
    )


class Audience(Shape):
    slug: str
    self: str = said(SELF)
    url: str = said(URL)
    name: Named = said(NAMES)
    includes: list[str] = said(
        gettext_noop(
            "Of a joint audience: whom it includes. Filters on one of them find it."
        )
    )
    merged: list[str] = said(gettext_noop("Older slugs that mean the same today."))


class Area(Shape):
    slug: str
    self: str = said(SELF)
    url: str = said(URL)
    group: str | None = said(gettext_noop("The group it is in; null for a group."))
    areas: list[str] = said(gettext_noop("Of a group: its areas."))
    name: Named = said(NAMES)
    description: Named = said(NAMES)
    synonyms: dict[str, list[str]] | list[str] = said(NAMES)
    merged: list[str] = said(gettext_noop("Older slugs that mean the same today."))


class Country(Shape):
    iso_code: str
    self: str = said(SELF)
    url: str = said(URL)
    name: Named = said(NAMES)
    region: str | None = said(gettext_noop("The Forum’s own region."))


class Instrument(Shape):
    slug: str
    self: str = said(SELF)
    url: str = said(URL)
    kind: Literal["instrument", "body", "programme"]
    name: Named = said(NAMES)


class Section(Shape):
    section: str = said(gettext_noop("Edition, region and position."))
    self: str = said(SELF)
    url: str = said(URL)
    edition: int
    region: str
    kind: Literal["recommendations", "concerns"]
    audience: str | None = said(gettext_noop("Its usual audience."))
    position: int
    heading: Texts = said(TEXTS)
    introduction: Texts = said(TEXTS)
    first_page: int | None
    last_page: int | None
    total: int = said(gettext_noop("How many entries of those asked for."))


class Line(Shape):
    value: str = said(gettext_noop("Slug; with “:only”, a region by itself."))
    kind: str
    name: Named = said(NAMES)


class Cell(Shape):
    column: str
    count: int = said(gettext_noop("Zero: nothing was recorded."))
    self: str | None = said(THOSE)
    url: str | None = said(THEIR_PAGE)


class CountedCell(Cell):
    leads: int = said(gettext_noop("How many of them were said to come first."))


class ComparedCell(Cell):
    references: list[str] = said(
        gettext_noop("The first twenty, ranked ones first; “self” leads to all.")
    )


class CountedRow(Line):
    total: int
    speaking: int = said(gettext_noop("How many of the counted columns speak of it."))
    self: str | None = said(THOSE)
    url: str | None = said(THEIR_PAGE)
    cells: list[CountedCell]


class ComparedRow(Line):
    speaking: int = said(gettext_noop("How many of the counted columns speak of it."))
    cells: list[ComparedCell]


class Matrix(Shape):
    by: str
    order: str
    columns: list[Line]
    rows: list[CountedRow]
    counted: list[str] = said(
        gettext_noop("The columns that count: a part beside its whole does not.")
    )
    silent: list[Line] = said(gettext_noop("What no column speaks of."))


class Comparison(Shape):
    by: str
    columns_are: str
    show: str | None
    columns: list[Line]
    left_out: list[str] = said(
        gettext_noop("Columns asked for beyond eight, which are not compared.")
    )
    rows: list[ComparedRow]
    counted: list[str] = said(
        gettext_noop("The columns that count: a part beside its whole does not.")
    )
    silent: list[Line] = said(gettext_noop("What no column speaks of."))


class FoundName(Shape):
    kind: str
    name: str
    url: str = said(URL)


class OtherWords(Shape):
    words: str
    total: int
    self: str | None = said(THOSE)
    url: str | None = said(THEIR_PAGE)


class Found(Shape):
    recommendations: list[Recommendation] = said(gettext_noop("Best match first."))
    names: list[FoundName] = said(
        gettext_noop("Areas, regions, audiences, countries and instruments so named.")
    )
    other_words: list[OtherWords] = said(
        gettext_noop("Where nothing is found: words that find something.")
    )


class Root(Shape):
    editions: str
    regions: str
    audiences: str
    areas: str
    countries: str
    instruments: str
    sections: str
    recommendations: str
    global_priorities: str
    solutions: str
    comparison: str
    matrix: str
    search: str
    description: str = said(gettext_noop("This interface in OpenAPI 3.1."))
    documentation: str = said(gettext_noop("This interface, explained to people."))


class ErrorBody(Schema):
    code: str = said(gettext_noop("For programs; it does not change."))
    message: str = said(gettext_noop("For people: what was wrong, and what to do."))
    parameter: str | None = None
    value: str | None = None
    known: list[str] | None = said(gettext_noop("What there is."), default=None)
    nearest: list[str] | None = said(
        gettext_noop("Which of them may be meant."), default=None
    )
    minimum: int | None = None
    maximum: int | None = None
    parts: list[str] | None = said(
        gettext_noop("The entries into which a withdrawn one was split."), default=None
    )


class Error(Shape):
    error: ErrorBody
