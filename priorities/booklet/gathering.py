"""Gathers what is asked for into a booklet, in the language that is active."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext
from pyroaring import BitMap

from regions.models import Edition, RegionalForum
from regions.translated import Text, direction

from .. import citations, comparison, entries
from .. import matrix as matrices
from ..comparison import Layout
from ..entries import Entry
from ..filters import RecommendationFilter
from ..models import Section
from ..selection import Selection
from ..templatetags.pieces import about_state, addressed
from ..templatetags.texts import KEY_TERM
from ..terms import Term
from ..words import fold
from .content import (
    Booklet,
    Cell,
    Chapter,
    Compared,
    Figures,
    Index,
    Item,
    Line,
    Listing,
    Tier,
    Words,
)
from .typography import spaced

MOST = 2000  # entries of one booklet: some 400 pages


class TooMany(Exception):
    """More entries than a booklet holds: `total` of them."""

    def __init__(self, total: int) -> None:
        self.total = total


def labels() -> dict[str, str]:
    return {
        "contents": gettext("Contents"),
        "introduction": gettext("Introduction"),
        "overview": gettext("Overview"),
        "at_a_glance": gettext("At a glance"),
        "matrix": gettext("The matrix"),
        "matrix_about": gettext(
            "How many entries each region has in each priority area. A dot: one of "
            "them is said to come first. A dash: nothing was recorded."
        ),
        "area": gettext("Priority area"),
        "regions": gettext("Regions"),
        "convergences": gettext("What they share, and what only one raises"),
        "silent": gettext("Nothing was recorded here on:"),
        "nothing": gettext("Nothing recorded."),
        "about": gettext("About this booklet"),
        "page": gettext("page"),
        "reading": gettext("Read this region on the site"),
        "reading_more": gettext("Read it on the site"),
        "scan": gettext("A code that leads to this region on the site"),
        "cite": gettext("How to cite"),
        "note": gettext("My note"),
        "none": gettext("nothing recorded"),
    }


def words(text: Text) -> Words:
    said = spaced(text.value, text.language)
    pieces = [
        (part, number % 2 == 1)
        for number, part in enumerate(KEY_TERM.split(said))
        if part
    ]
    return Words(pieces, text.language, text.direction, about_state(text))


def words_or_none(text: Text) -> Words | None:
    return words(text) if text.value else None


def own(said: str) -> str:
    """A sentence of the interface, set as its language wants."""
    return spaced(said, (get_language() or settings.LANGUAGE_CODE)[:2])


# Chapters that other parts of the program add to the booklet of an edition.
MORE: list[Callable[["Gathering", Edition], list[Chapter]]] = []


class Gathering:
    """Gathers what is asked for: one filter set, and the version of the data it reads."""

    def __init__(self, filterset: RecommendationFilter) -> None:
        self.filterset, self.index = filterset, filterset.index
        self.terms = filterset.terms
        self.list_url = reverse("priorities:recommendation-list")
        self.language = (get_language() or settings.LANGUAGE_CODE)[:2]
        self.references: dict[int, str] = {}  # of what was set so far, by number

    def address(self, path: str) -> str:
        return f"{settings.SITE_URL}{path}"

    def read(self, numbers: Iterable[int]) -> Iterator[Entry]:
        return entries.read_all(self.index, self.terms, numbers)

    def item(self, entry: Entry, hide: str = "", note: str = "") -> Item:
        row = entry.recommendation
        is_first = entry.number not in self.references
        self.references[entry.number] = row.reference
        about = []
        if "region" not in hide:
            about.append(entry.region.label)
        if entry.is_joint and entry.audience:
            about.append(
                gettext("jointly: %(audience)s") % {"audience": entry.audience.label}
            )
        elif "audience" not in hide:
            about.append(addressed(entry))
        if row.is_lead:
            about.append(gettext("said to come first"))
        if row.rank:
            about.append(gettext("ranked %(rank)s") % {"rank": row.rank})
        if row.source_page:
            about.append(gettext("source, p. %(page)s") % {"page": row.source_page})
        return Item(
            row.reference,
            self.address(row.get_absolute_url()),
            entry.region.slug,
            words(row.to_read("text")),
            [own(said) for said in about],
            [own(area.label) for area in entry.areas],
            note,
            is_first,
        )

    def chapters(self, edition: Edition, found: BitMap) -> list[Chapter]:
        """A chapter per region in the order of the vocabulary, its parts after it.

        A region speaks where something of it was found; with nothing narrowed, those
        that gave an overview alone do too.
        """
        forums = (
            RegionalForum.objects.filter(edition=edition)
            .select_related("region", "held_within__region")
            .order_by("region__position")
        )
        by_region = {forum.region.slug: forum for forum in forums}
        chapters = []
        for term in self.terms.forum_regions:
            for region in (term, *self.terms.children("region", term.slug)):
                forum = by_region.get(region.slug)
                if forum is None:
                    continue
                here = found & self.index.carrying("region", region.slug)
                if here or (self.is_whole and forum.to_read("overview").value):
                    chapters.append(self.chapter(forum, region, here))
        return chapters

    @property
    def is_whole(self) -> bool:
        return not self.filterset.chosen

    def chapter(self, forum: RegionalForum, region: Term, here: BitMap) -> Chapter:
        sections = forum.sections.select_related("audience").order_by("position")
        listings = [
            self.listing(section, rows)
            for section in sections
            if (rows := here & self.index.carrying("section", section.pk))
        ]
        about = []
        if forum.held_within:
            name = forum.held_within.region.name
            about.append(gettext("Within the forum of %(region)s") % {"region": name})
        elif forum.place:
            about.append(str(forum.place))
        if forum.starts_on:
            about.append(date_format(forum.starts_on, "DATE_FORMAT"))
        if forum.first_page:
            about.append(pages(forum.first_page, forum.last_page))
        return Chapter(
            own(region.label),
            region.slug,
            [own(said) for said in about],
            self.address(reverse("priorities:region-detail", args=[region.slug])),
            words_or_none(forum.to_read("overview")),
            self.glance(here),
            listings,
            bool(forum.held_within),
        )

    def glance(self, here: BitMap) -> list[str]:
        """How much it says to whom, and the areas it says most about."""
        said = []
        for slug, audience in self.terms.of("audience").items():
            count = len(here & self.index.carrying("audience", slug))
            if count:
                said.append(
                    gettext("%(name)s: %(value)s")
                    % {"name": audience.label, "value": count}
                )
        concerns = len(here & self.index.carrying("kind", Section.Kind.CONCERNS.value))
        if concerns:
            said.append(
                gettext("%(name)s: %(value)s")
                % {"name": Section.Kind.CONCERNS.label, "value": concerns}
            )
        return [own(line) for line in said]

    def listing(self, section: Section, rows: BitMap) -> Listing:
        usual = section.audience
        items = []
        for entry in self.read(self.index.in_order(rows)):
            slug = entry.audience.slug if entry.audience else ""
            is_usual = slug == (usual.slug if usual else "")
            items.append(self.item(entry, "region audience" if is_usual else "region"))
        about = [
            gettext("to: %(audience)s") % {"audience": usual.name}
            if usual
            else gettext("concerns, addressed to nobody")
        ]
        if section.first_page:
            about.append(pages(section.first_page, section.last_page))
        return Listing(
            words(section.to_read("heading")),
            [own(said) for said in about],
            words_or_none(section.to_read("introduction")),
            items,
        )

    def figures(self) -> Figures | None:
        matrix = matrices.build(self.filterset, self.list_url, order="group")
        if not matrix.rows:
            return None
        return Figures(
            [(own(column.label), column.term.slug) for column in matrix.columns],
            [
                (
                    own(row.line.label),
                    [(cell.count, cell.step, cell.leads) for cell in row.cells],
                    row.sharing,
                )
                for row in matrix.rows
            ],
        )

    def tiers(self) -> list[Tier]:
        matrix = matrices.build(self.filterset, self.list_url)
        if matrix.counted < 2:
            return []
        found = []
        for number in range(matrix.counted, 0, -1):
            rows = [
                (own(row.line.label), [own(said) for said in said_of(row, number)])
                for row in matrix.raised_by(number)
            ]
            if rows:
                found.append(Tier(own(tier(number, matrix.counted)), rows))
        if matrix.silent:
            rows = [(own(term.label), []) for term in matrix.silent]
            heading = gettext("Raised by none of these regions")
            found.append(Tier(own(heading), rows))
        return found

    def indexes(self, found: BitMap) -> list[Index]:
        """What is named, and where, in the order of the booklet."""
        kinds = {
            "area": gettext("Index of priority areas"),
            "country": gettext("Index of countries"),
            "instrument": gettext("Index of instruments and bodies"),
        }
        indexes = []
        for kind, heading in kinds.items():
            named = []
            for slug, term in self.terms.of(kind).items():
                if kind == "area" and not term.parent:
                    continue
                rows = found & self.index.carrying(kind, slug)
                if rows:
                    told = [r for n, r in self.references.items() if n in rows]
                    named.append((own(term.label), told))
            if named:
                named.sort(key=lambda each: fold(each[0]))
                indexes.append(Index(own(heading), named, kind == "area"))
        return indexes

    def compared(self, layout: Layout) -> Compared | None:
        """A comparison whole: every row, every entry of its cells."""
        table = comparison.Table(self.filterset, layout)
        total = sum(
            len(table.held(line, head))
            for line in table.lines
            for head in table.columns
        )
        if total > MOST:
            raise TooMany(total)
        if table.is_one:
            return None
        lines = []
        for line in table.lines:
            cells = []
            for head in table.columns:
                held = table.held(line, head)
                numbers = self.index.by_rank(held, len(held))
                items = [
                    self.item(
                        replace(e, is_joint=comparison.is_joint(e, line, head)),
                        layout.hides,
                    )
                    for e in self.read(numbers)
                ]
                cells.append(Cell(own(head.label), head.term.slug, items))
            said = gettext("%(n)s of %(all)s") % {
                "n": table.speaking[line],
                "all": len(table.counted),
            }
            lines.append(Line(own(line.label), said, cells))
        return Compared(
            own(" · ".join(head.label for head in table.columns)),
            own(layout.sentence),
            [own(head.label) for head in table.columns],
            lines,
            [own(term.label) for term in table.silent],
        )

    def bound(self, found: BitMap, **parts: Any) -> Booklet:
        """The parts between two covers, with what every booklet ends in."""
        version = self.index.version
        day = (version.changed_at or EMPTY).date()
        return Booklet(
            language=self.language,
            direction=direction(self.language),
            indexes=self.indexes(found),
            about=[(own(heading), own(said)) for heading, said in about()],
            version=version.name,
            dated=date_format(day, "DATE_FORMAT"),
            day=day,
            labels={key: own(said) for key, said in labels().items()},
            **parts,
        )

    def citation(self, title: str, address: str) -> str:
        """How to cite what is of no edition alone."""
        version = self.index.version
        year = (version.changed_at or EMPTY).year
        return citations.Work(
            title, year, "", self.language, version.name, address
        ).sentence


EMPTY = datetime(2000, 1, 1, tzinfo=UTC)  # of a site without anything in it


def pages(first: int, last: int | None) -> str:
    if first == (last or first):
        return gettext("page %(page)s of the source") % {"page": first}
    return gettext("pages %(first)s to %(last)s of the source") % {
        "first": first,
        "last": last,
    }


def tier(number: int, counted: int) -> str:
    if number == 1:
        return gettext("Raised by one region")
    if number == counted:
        return gettext("Raised by all %(number)s") % {"number": number}
    return gettext("Raised by %(number)s of %(all)s") % {
        "number": number,
        "all": counted,
    }


def said_of(row: matrices.Row, number: int) -> list[str]:
    """What a convergence list says of an area: how much, who leads, who is silent."""
    comma = gettext(", ")
    count = ngettext("%(n)s entry", "%(n)s entries", row.total) % {"n": row.total}
    said = [row.only.column.label, count] if number == 1 else [count]
    if row.leading:
        names = comma.join(cell.column.label for cell in row.leading)
        said.append(gettext("said to come first: %(regions)s") % {"regions": names})
    if row.silent and number > 1:
        names = comma.join(column.label for column in row.silent)
        said.append(gettext("silent: %(regions)s") % {"regions": names})
    return said


def about() -> list[tuple[str, str]]:
    """What a reader far from the site should know: heading and paragraph."""
    return [
        (
            gettext("Where the words come from"),
            gettext(
                "The words are careful paraphrases of what the regional forums recorded. "
                "“Source, p.” names the page of the booklet the Forum printed for this "
                "edition."
            ),
        ),
        (
            gettext("References"),
            gettext(
                "Each entry has a reference that never changes and is never given again. "
                "On the site it leads to the entry as it stands today, in four languages."
            ),
        ),
        (
            gettext("Order"),
            gettext(
                "A rank stands only where people ranked. Elsewhere entries keep the order "
                "in which the forum recorded them; “said to come first” is what the forum "
                "itself said. Where nothing was recorded, that does not mean that nothing "
                "matters."
            ),
        ),
        (
            gettext("If a text is wrong or could harm somebody"),
            gettext(
                "Please tell us: the page of each entry says how. We correct it on the "
                "site at once, and in the next booklet."
            ),
        ),
    ]


def of_edition(filterset: RecommendationFilter, edition: Edition) -> Booklet:
    """The booklet of one edition, narrowed to what the filters ask for."""
    gathered, found = Gathering(filterset), filterset.found
    if len(found) > MOST:
        raise TooMany(len(found))
    title = gettext("Regional priorities %(year)s") % {"year": edition.year}
    own_page = reverse("priorities:booklet", args=[edition.year]) + filterset.narrowing
    address = gathered.address(own_page)
    cited = citations.of_edition(edition, gathered.index.version)
    introduction = edition.to_read("introduction")
    chapters = gathered.chapters(edition, found)
    if gathered.is_whole:
        chapters += [chapter for more in MORE for chapter in more(gathered, edition)]
    cover = [str(edition.place)] if edition.place else []
    cover += [
        gettext("%(name)s: %(value)s")
        % {"name": partner.get_role_display(), "value": partner.name}
        for partner in edition.partners.all()
        if partner.name
    ]
    return gathered.bound(
        found,
        name=f"priorities-{edition.year}-{gathered.language}",
        title=own(title),
        subtitle=own(edition.to_read("theme").value),
        cover=[own(line) for line in cover],
        narrowed="" if gathered.is_whole else own(filterset.sentence()),
        introduction=words_or_none(introduction) if gathered.is_whole else None,
        chapters=chapters,
        compared=None,
        figures=gathered.figures(),
        tiers=gathered.tiers(),
        citation=own(replace(cited, url=address).sentence),
        address=address,
    )


def of_selection(
    filterset: RecommendationFilter, selection: Selection, read: Mapping[str, Entry]
) -> Booklet:
    """A reader's own choice in the reader's order, with the reader's notes."""
    gathered, title = Gathering(filterset), gettext("My selection")
    items = [
        gathered.item(read[reference], note=note)
        for reference, note in selection.items
        if reference in read
    ]
    path = f"{reverse('priorities:selection')}?selection={selection.code}"
    heading = Words(
        [(own(title), False)], gathered.language, direction(gathered.language)
    )
    listing = Listing(heading, [], None, items)
    return gathered.bound(
        BitMap(gathered.references),
        name=f"selection-{gathered.language}",
        title=own(title),
        subtitle="",
        cover=[],
        narrowed="",
        introduction=None,
        chapters=[Chapter(own(title), "", [], "", None, [], [listing])],
        compared=None,
        figures=None,
        tiers=[],
        citation=gathered.citation(title, gathered.address(path)),
        address=gathered.address(path),
    )


def of_comparison(filterset: RecommendationFilter, layout: Layout) -> Booklet:
    """What regions, editions or audiences say, side by side, whole."""
    gathered, title = Gathering(filterset), gettext("Comparison")
    compared = gathered.compared(layout)
    path = reverse("priorities:compare") + filterset.query(drop=("selection", "sort"))
    return gathered.bound(
        BitMap(gathered.references),
        name=f"comparison-{gathered.language}",
        title=own(title),
        subtitle=compared.title if compared else "",
        cover=[compared.about] if compared else [],
        narrowed=own(filterset.sentence()),
        introduction=None,
        chapters=[],
        compared=compared,
        figures=None,
        tiers=[],
        citation=gathered.citation(title, gathered.address(path)),
        address=gathered.address(path),
    )
