"""A booklet as DOCX, with real styles, for organisers to finish by hand.

Every word is set in a named style, the contents are a field that office programs
bring up to date, and whatever runs from right to left is told so, as Word wants it
told: paragraph (`bidi`), run (`rtl`) and table (`bidiVisual`).
"""

from datetime import datetime, time
from io import BytesIO
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from . import colours
from .content import (
    Booklet,
    Chapter,
    Compared,
    Figures,
    Grid,
    Index,
    Item,
    Listing,
    Words,
)

FONTS = {"rtl": "Noto Naskh Arabic", "ltr": "Georgia"}
LOCALES = {"fr": "fr-FR", "en": "en-GB", "es": "es-ES", "ar": "ar-SA"}
STEPS = ("ffffff", "ececec", "d9d9d9", "c4c4c4", "aeaeae", "979797")
LEFT_TO_RIGHT = "\u200e"  # the mark: Word reads no isolates
MOST = 255  # signs that a property of the document holds
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file within the file


def element(tag: str, /, *children: Any, **attributes: str) -> Any:
    made = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    made.extend(children)
    return made


def write(booklet: Booklet, file: BinaryIO) -> None:
    Setting(booklet).save(file)


class Setting:
    """One document while it is being set."""

    def __init__(self, booklet: Booklet) -> None:
        self.booklet, self.labels = booklet, booklet.labels
        self.mirrored = booklet.direction == "rtl"
        self.document: Any = Document()
        self.body = self.document.element.body
        self.marks = 0
        self.headings: list[tuple[int, str, str]] = []  # level, words, bookmark
        self.styles()
        self.frame()
        self.cover()
        self.place_of_contents = self.paragraph(
            "TOCHeading", self.runs(self.labels["contents"])
        )
        if booklet.introduction:
            self.heading(1, self.labels["introduction"])
            self.text(booklet.introduction)
        for chapter in booklet.chapters:
            self.chapter(chapter)
        if booklet.compared:
            self.compared(booklet.compared)
        if booklet.figures:
            self.figures(booklet.figures)
        if booklet.tiers:
            self.tiers()
        for index in booklet.indexes:
            self.index(index)
        self.about()
        self.contents()

    # What stands above single words: styles, page, fields.

    def styles(self) -> None:
        document = self.document
        for name, size, colour in (
            ("Normal", 11, colours.INK),
            ("Title", 30, colours.ACCENT),
            ("Subtitle", 15, colours.INK),
            ("Heading 1", 20, colours.INK),
            ("Heading 2", 14, colours.INK),
            ("Heading 3", 12, colours.INK),
        ):
            self.dress(document.styles[name], size, colour)
        for name, based, size, colour in (
            ("Entry", "List Paragraph", 11, colours.INK),
            ("Entry reference", "Normal", 9, colours.MUTED),
            ("About", "Normal", 9, colours.MUTED),
            ("Contents 1", "Normal", 11, colours.INK),
            ("Contents 2", "Normal", 10, colours.MUTED),
        ):
            style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = document.styles[based]
            self.dress(style, size, colour)
        document.styles["Entry"].paragraph_format.space_before = Pt(8)
        document.styles["Entry"].paragraph_format.space_after = Pt(0)
        document.styles["Entry"].paragraph_format.keep_with_next = True
        for name in ("Entry", "Entry reference", "Contents 2"):
            document.styles[name].paragraph_format.left_indent = Mm(5)
        for name in ("Contents 1", "Contents 2"):
            document.styles[name].paragraph_format.space_after = Pt(2)
        document.styles["Subtitle"].font.italic = False
        document.styles["About"].paragraph_format.keep_with_next = True
        document.styles["Heading 1"].paragraph_format.page_break_before = True
        self.dress(
            document.styles.add_style("Key term", WD_STYLE_TYPE.CHARACTER), 0, ""
        )
        document.styles["Key term"].font.bold = True
        document.styles["Key term"].font.cs_bold = True

    def dress(self, style: Any, size: int, colour: str) -> None:
        """Font, size and direction of a style, for Latin and for Arabic letters."""
        if size:
            style.font.size = Pt(size)
            style.font.color.rgb = RGBColor.from_string(colour.upper())
            style.font.name = FONTS["ltr"]
            properties = style.element.get_or_add_rPr()
            fonts = properties.rFonts
            for key in list(fonts.attrib):
                if "heme" in key:
                    del fonts.attrib[key]
            fonts.set(qn("w:hAnsi"), FONTS["ltr"])
            fonts.set(qn("w:cs"), FONTS["rtl"])
            properties.append(element("szCs", val=str(size * 2)))
            if self.mirrored:
                properties.append(element("rtl"))
                bidi = element("bidi")
                style.element.get_or_add_pPr().insert_element_before(
                    bidi,
                    "w:adjustRightInd",
                    "w:snapToGrid",
                    "w:spacing",
                    "w:ind",
                    "w:contextualSpacing",
                    "w:jc",
                    "w:outlineLvl",
                )

    def frame(self) -> None:
        """Page, running head and foot, language and dates of the document."""
        booklet, document = self.booklet, self.document
        section = document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(24)
        section.different_first_page_header_footer = True
        if self.mirrored:
            section._sectPr.append(element("bidi"))
        head = section.header.paragraphs[0]._p
        head.extend(self.runs(booklet.title))
        foot = section.footer.paragraphs[0]._p
        foot.extend(self.runs(" · ".join((booklet.dated, booklet.licence)) + " · "))
        foot.extend(field("PAGE", self.runs("1")))
        language = LOCALES.get(booklet.language, booklet.language)
        defaults = document.styles.element.find(
            f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}"
        )
        for old in defaults.findall(qn("w:lang")):
            defaults.remove(old)
        other = LOCALES["ar"] if self.mirrored else "ar-SA"
        latin = "en-GB" if self.mirrored else language
        defaults.append(element("lang", val=latin, eastAsia=latin, bidi=other))
        core = document.core_properties
        core.title, core.subject = booklet.title[:MOST], booklet.subtitle[:MOST]
        core.author = booklet.author
        core.language, core.version = language, booklet.version
        core.comments = booklet.address[:MOST]
        core.created = core.modified = datetime.combine(booklet.day, time())
        core.last_modified_by, core.revision = core.author, 1

    def save(self, file: BinaryIO) -> None:
        """The same bytes for the same booklet: no clock in the archive."""
        written = BytesIO()
        self.document.save(written)
        with ZipFile(written) as source, ZipFile(file, "w", ZIP_DEFLATED) as target:
            for name in source.namelist():
                info = ZipInfo(name, EPOCH)
                info.compress_type = ZIP_DEFLATED
                target.writestr(info, source.read(name))

    # Words and paragraphs.

    def run(self, said: str, direction: str = "", style: str = "") -> Any:
        properties = []
        if style:
            properties.append(element("rStyle", val=style))
        if (direction or self.booklet.direction) == "rtl":
            if style == "Keyterm":
                properties += [element("b"), element("bCs")]
            properties.append(element("rtl"))
        elif self.mirrored:
            properties.append(element("rtl", val="0"))
        words = element("t")
        words.text = said
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        return element(
            "r", *([element("rPr", *properties)] if properties else []), words
        )

    def runs(self, said: str) -> list[Any]:
        return [self.run(said)] if said else []

    def latin(self, said: str) -> list[Any]:
        """What runs from left to right in any language: addresses and references."""
        said = f"{LEFT_TO_RIGHT}{said}{LEFT_TO_RIGHT}" if self.mirrored else said
        return [self.run(said, "ltr")]

    def pieces(self, words: Words) -> list[Any]:
        return [
            self.run(said, words.direction, "Keyterm" if is_key else "")
            for said, is_key in words.pieces
        ]

    def paragraph(
        self, style: str, content: list[Any], direction: str = "", into: Any = None
    ) -> Any:
        properties = element("pPr", element("pStyle", val=style))
        direction = direction or self.booklet.direction
        if direction == "rtl" or self.mirrored:
            properties.append(element("bidi", val="1" if direction == "rtl" else "0"))
        made = element("p", properties, *content)
        if into is None:
            self.body.insert(len(self.body) - 1, made)  # before the page's own
        else:
            into.append(made)
        return made

    def text(self, words: Words, style: str = "Normal", into: Any = None) -> None:
        self.paragraph(style, self.pieces(words), words.direction, into)
        if words.state:
            self.paragraph("About", self.runs(words.state), into=into)

    def heading(self, level: int, said: str | Words, region: str = "") -> None:
        """A heading; those of the first two levels are in the contents."""
        content = self.runs(said) if isinstance(said, str) else self.pieces(said)
        if level < 3:
            name = f"_Toc{len(self.headings) + 1:08d}"
            plain = said if isinstance(said, str) else said.plain
            self.headings.append((level, plain, name))
            content = self.marked(name, content)
        made = self.paragraph(f"Heading{level}", content)
        if region:
            colour = colours.of_region(region)
            rule = element("bottom", val="single", sz="24", space="4", color=colour)
            made.pPr.insert(1, element("pBdr", rule))

    def about_line(self, parts: list[str], into: Any = None) -> None:
        if parts:
            self.paragraph("About", self.runs(" · ".join(parts)), into=into)

    def marked(self, name: str, content: list[Any]) -> list[Any]:
        """Content that links within the document lead to."""
        self.marks += 1
        begin = element("bookmarkStart", id=str(self.marks), name=name)
        return [begin, *content, element("bookmarkEnd", id=str(self.marks))]

    def link(self, address: str, content: list[Any]) -> Any:
        relation = self.document.part.relate_to(
            address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
        )
        made = element("hyperlink", *content)
        made.set(qn("r:id"), relation)
        return made

    def link_within(self, name: str, content: list[Any]) -> Any:
        return element("hyperlink", *content, anchor=name)

    # The parts, in their order.

    def cover(self) -> None:
        booklet = self.booklet
        self.paragraph("About", self.latin(booklet.author))
        self.paragraph("Title", self.runs(booklet.title))
        for said in (booklet.subtitle, booklet.narrowed, *booklet.cover):
            if said:
                self.paragraph("Subtitle", self.runs(said))
        said = " · ".join((booklet.dated, booklet.version, booklet.licence))
        self.paragraph("About", self.runs(said))
        link = self.link(booklet.address, self.latin(booklet.address))
        self.paragraph("About", [link])

    def contents(self) -> None:
        """The field, filled in; an office program adds the page numbers."""
        lines = [
            element(
                "p",
                element("pPr", element("pStyle", val=f"Contents{level}")),
                self.link_within(name, self.runs(heading)),
            )
            for level, heading, name in self.headings
        ]
        code = 'TOC \\o "1-2" \\h \\z \\u'
        begin, told, separate, end = field(code, [], is_dirty=True)
        for place, sign in enumerate((begin, told, separate), 1):
            lines[0].insert(place, sign)
        lines[-1].append(end)
        for line in reversed(lines):
            self.place_of_contents.addnext(line)

    def chapter(self, chapter: Chapter) -> None:
        self.heading(1, chapter.title, chapter.region)
        self.about_line(chapter.about)
        if chapter.glance:
            self.about_line([self.labels["at_a_glance"], *chapter.glance])
        if chapter.address:
            link = self.link(chapter.address, self.latin(chapter.address))
            label = "reading" if chapter.region else "reading_more"
            reading = self.runs(self.labels[label] + " ")
            self.paragraph("About", [*reading, link])
        if chapter.overview:
            self.heading(2, self.labels["overview"])
            self.text(chapter.overview)
        if chapter.grid:
            self.grid(chapter.grid)
        for listing in chapter.listings:
            self.listing(listing, bool(chapter.address))

    def listing(self, listing: Listing, has_heading: bool) -> None:
        if has_heading:
            self.heading(2, listing.heading)
        self.about_line(listing.about)
        if listing.introduction:
            self.text(listing.introduction)
        for point in listing.points:
            self.paragraph("ListBullet", self.runs(point))
        for item in listing.items:
            self.item(item)

    def item(self, item: Item, into: Any = None) -> None:
        content = self.pieces(item.text)
        if item.is_first:
            content = self.marked(mark(item.reference), content)
        self.paragraph("Entry", content, item.text.direction, into)
        about = [item.text.state] if item.text.state else []
        said = " · ".join(["", *about, *item.about, *item.areas])
        link = self.link(item.address, self.latin(item.reference))
        self.paragraph("Entryreference", [link, *self.runs(said)], into=into)
        if item.note:
            note = f"{self.labels['note']} · {item.note}"
            self.paragraph("Entryreference", self.runs(note), into=into)

    def compared(self, compared: Compared) -> None:
        self.heading(1, compared.title)
        self.about_line([compared.about])
        for line in compared.lines:
            self.heading(2, line.heading)
            self.about_line([line.said])
            for cell in line.cells:
                self.heading(3, cell.column)
                if not cell.items:
                    self.paragraph("Normal", self.runs(self.labels["nothing"]))
                for item in cell.items:
                    self.item(item)
        if compared.silent:
            self.heading(2, self.labels["silent"])
            for name in compared.silent:
                self.paragraph("ListBullet", self.runs(name))

    def figures(self, figures: Figures) -> None:
        self.heading(1, self.labels["matrix"])
        self.paragraph("Normal", self.runs(self.labels["matrix_about"]))
        names = [name for name, _slug in figures.columns]
        heads = [self.labels["area"], *names, self.labels["regions"]]
        rows = [[self.cell(head, "Keyterm") for head in heads]]
        for name, cells, sharing in figures.rows:
            figures_of_row = [
                self.cell(shown(count, leads), shade=STEPS[step])
                for count, step, leads in cells
            ]
            rows.append([self.cell(name), *figures_of_row, self.cell(str(sharing))])
        self.table(rows, len(heads))

    def grid(self, grid: Grid) -> None:
        heads = [grid.corner, *(name for name, _slug in grid.columns)]
        rows = [[self.cell(head, "Keyterm") for head in heads]]
        rows += [
            [self.cell(said) for said in (name, *cells)] for name, cells in grid.rows
        ]
        self.table(rows, len(heads))

    def cell(self, said: str, style: str = "", shade: str = "") -> Any:
        properties = element("tcPr")
        if shade:
            properties.append(element("shd", val="clear", color="auto", fill=shade))
        made = element("tc", properties)
        self.paragraph("About", [self.run(said, style=style)], into=made)
        return made

    def table(self, rows: list[list[Any]], width: int) -> None:
        properties = element("tblPr", element("tblStyle", val="TableGrid"))
        if self.mirrored:
            properties.append(element("bidiVisual"))
        properties.append(element("tblW", w="5000", type="pct"))
        grid = element("tblGrid", *(element("gridCol") for _ in range(width)))
        made = element("tbl", properties, grid)
        for number, cells in enumerate(rows):
            kept = element("trPr", element("cantSplit"))
            if number == 0:
                kept.append(element("tblHeader"))
            made.append(element("tr", kept, *cells))
        self.body.insert(len(self.body) - 1, made)

    def tiers(self) -> None:
        self.heading(1, self.labels["convergences"])
        for tier in self.booklet.tiers:
            self.heading(2, tier.heading)
            for area, told in tier.rows:
                said = " · ".join(["", *told]) if told else ""
                content = [self.run(area, style="Keyterm"), *self.runs(said)]
                self.paragraph("ListBullet", content)

    def index(self, index: Index) -> None:
        self.heading(1, index.heading)
        for term, references in index.entries:
            content = [self.run(f"{term}: ", style="Keyterm")]
            for number, reference in enumerate(references):
                if number:
                    content += self.runs(" · ")
                content.append(self.link_within(mark(reference), self.latin(reference)))
            self.paragraph("Normal", content)

    def about(self) -> None:
        self.heading(1, self.labels["about"])
        about = [*self.booklet.about, (self.labels["cite"], self.booklet.citation)]
        for heading, said in about:
            self.heading(3, heading)
            self.paragraph("Normal", self.runs(said))


def field(code: str, shown: list[Any], is_dirty: bool = False) -> list[Any]:
    """A field of an office program, with what stands there until it is computed."""

    def sign(kind: str, **more: str) -> Any:
        return element("r", element("fldChar", fldCharType=kind, **more))

    told = element("instrText")
    told.text = f" {code} "
    begin = sign("begin", **({"dirty": "true"} if is_dirty else {}))
    return [begin, element("r", told), sign("separate"), *shown, sign("end")]


def mark(name: str) -> str:
    """A name that Word takes for a bookmark."""
    return "entry_" + name.replace("-", "_")


def shown(count: int, leads: int) -> str:
    return f"{count} •" if leads else str(count or "–")
