"""What pages show, as files: CSV that streams, and XLSX for what a person reads."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language_bidi, pgettext_lazy
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from regions.translated import set_apart

from . import comparison, entries
from .entries import Entry
from .filters import RecommendationFilter
from .formats import escape
from .matrix import Matrix
from .templatetags.texts import plain

MOST_XLSX_ROWS = 10_000
STATES = {
    "original": pgettext_lazy("a text", "original"),
    "reviewed": pgettext_lazy("a text", "reviewed"),
    "draft": pgettext_lazy("a text", "draft"),
    "machine": pgettext_lazy("a text", "by a program"),
    "stale": pgettext_lazy("a text", "stale"),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Echo:
    """A file that hands back each line it is given."""

    def write(self, line: str) -> str:
        return line


@dataclass
class File:
    """A table on its way out: its name without ending, its headings, its rows."""

    name: str
    headings: list[str]
    rows: Iterable[list[Any]]

    def answer(self, kind: str) -> HttpResponseBase:
        """The table as `csv` or `xlsx`. No cell of it is a formula."""
        answer: HttpResponseBase
        if kind == "csv":
            answer = StreamingHttpResponse(self.lines(), "text/csv; charset=utf-8")
        else:
            answer = HttpResponse(self.workbook(), XLSX)
        answer["Content-Disposition"] = f'attachment; filename="{self.name}.{kind}"'
        return answer

    def cells(self) -> Iterator[list[Any]]:
        yield self.headings
        for row in self.rows:
            yield [escape(cell) for cell in row]

    def lines(self) -> Iterator[str]:
        """With a byte-order mark, so that office programs read the accents."""
        writer = csv.writer(Echo())
        yield "\ufeff"
        for row in self.cells():
            yield writer.writerow(row)

    def workbook(self) -> bytes:
        book = Workbook()
        sheet = book.active
        sheet.sheet_view.rightToLeft = get_language_bidi()
        for row in self.cells():
            sheet.append(row)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for column in sheet.columns:
            widest = max(len(str(cell.value or "")) for cell in column[:50])
            width = min(60, max(10, widest + 2))
            sheet.column_dimensions[column[0].column_letter].width = width
            for cell in column:
                cell.alignment = Alignment(wrap_text=width == 60, vertical="top")
        sheet.freeze_panes = "A2"
        stream = BytesIO()
        book.save(stream)
        return stream.getvalue()


def recommendations(
    filterset: RecommendationFilter,
    numbers: Iterable[int],
    notes: dict[str, str] | None = None,
) -> File:
    """One row each; the reader's own notes in a column where there are any."""
    index, terms = filterset.index, filterset.terms

    def labels(name: str, entry: Entry) -> str:
        return "; ".join(
            t.label for t in entries.carried(index, terms, name, entry.number)
        )

    def row(entry: Entry) -> list[Any]:
        recommendation = entry.recommendation
        text = recommendation.to_read("text")
        cells = [
            recommendation.reference,
            entry.edition,
            entry.region.label,
            labels("kind", entry),
            entry.audience.label if entry.audience else "",
            "; ".join(area.label for area in entry.areas),
            recommendation.rank,
            _("yes") if recommendation.is_lead else "",
            plain(text.value),
            text.language,
            str(STATES[text.state]),
            labels("country", entry),
            labels("instrument", entry),
            recommendation.source_page,
        ]
        note = [] if notes is None else [notes.get(recommendation.reference, "")]
        return [*cells, *note]

    headings = [
        _("reference"),
        _("edition"),
        _("region"),
        _("kind"),
        _("audience"),
        _("priority areas"),
        _("rank"),
        _("lead"),
        _("text"),
        _("language"),
        _("state of the translation"),
        _("countries"),
        _("named instruments and bodies"),
        _("page of the source"),
        *([] if notes is None else [_("my note")]),
    ]
    read = entries.read_all(index, terms, numbers)
    return File("recommendations", headings, map(row, read))


def compared(filterset: RecommendationFilter, layout: comparison.Layout) -> File:
    """The whole comparison as it stands on its pages: a row a line, a column a region."""
    table = comparison.Table(filterset, layout)

    def rows() -> Iterator[list[Any]]:
        for line in table.lines:
            held = [(head, table.held(line, head)) for head in table.columns]
            first = [
                filterset.index.by_rank(found, comparison.MAX_ENTRIES)
                for _head, found in held
            ]
            read = table.read(number for numbers in first for number in numbers)
            said = _("%(n)s of %(all)s") % {
                "n": table.speaking[line],
                "all": len(table.counted),
            }
            cells = [
                cell([read[n] for n in numbers if n in read], len(found))
                for numbers, (_head, found) in zip(first, held, strict=True)
            ]
            yield [line.label, said, *cells]

    headings = [_("row"), _("shared by"), *(head.label for head in table.columns)]
    return File("comparison", headings, rows())


def cell(shown: list[Entry], count: int) -> str:
    if not count:
        return _("Nothing recorded.")
    lines = [
        _("%(name)s: %(value)s")
        % {
            "name": set_apart(entry.recommendation.reference),
            "value": plain(entry.recommendation.to_read("text").value),
        }
        for entry in shown
    ]
    if count > len(shown):
        lines.append(_("… and %(n)s more") % {"n": count - len(shown)})
    return "\n".join(lines)


def figures(matrix: Matrix) -> File:
    headings = [
        _("row"),
        *(column.label for column in matrix.columns),
        _("regions"),
        _("all of them"),
    ]
    rows = (
        [row.line.label, *(c.count for c in row.cells), row.sharing, row.total]
        for row in matrix.rows
    )
    return File("matrix", headings, rows)
