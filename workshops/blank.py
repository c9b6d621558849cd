"""Blank sheets for facilitators: headings we know, lists to choose from, one region."""

from io import BytesIO

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from priorities.models import Audience, PriorityArea
from regions.models import Edition, Region
from regions.translated import direction

from .columns import our_headings
from .returning import csv_of

WIDTHS = {
    "region": 22,
    "audience": 30,
    "areas": 36,
    "text": 80,
    "rank": 8,
    "workshop": 24,
    "date": 14,
    "comment": 30,
}
ROWS = 500  # that have lists to choose from
# Several may be written in one cell, so that the list only proposes.
PROPOSED = frozenset(["areas"])


def headings(language: str) -> list[str]:
    """Each one that `columns` knows; what a language lacks is as the pages say it."""
    ours = our_headings()
    return [ours[n].get(language) or ours[n][settings.LANGUAGE_CODE] for n in WIDTHS]


def choices(region: Region) -> dict[str, list[str]]:
    """What each list offers, in the language that is active."""
    parts = region.children.all()
    return {
        "region": [str(region), *map(str, parts)],
        "audience": [str(audience) for audience in Audience.objects.current()],
        "areas": [str(area) for area in PriorityArea.objects.current().within_groups()],
    }


def guidance(region: Region, edition: Edition) -> list[str]:
    return [
        _("Workshop notes for %(region)s, edition %(year)s")
        % {"region": region, "year": edition.year},
        _(
            "One row for each recommendation: what is asked, of whom, in a sentence or two."
        ),
        _(
            "Choose the audience from the list. Leave it empty for a concern: a problem the region ranks, addressed to nobody."
        ),
        _(
            "Priority areas: choose one from the list; write several with a semicolon between them."
        ),
        _(
            "Rank: a number from 1, only where the workshop ranked. Each number once for each audience."
        ),
        _("Please leave out names, telephone numbers and addresses of people."),
        _(
            "Save the file as it is and send it back: you will see every row before it comes in."
        ),
    ]


def as_csv(language: str) -> bytes:
    return csv_of([headings(language)])


def as_xlsx(region: Region, edition: Edition, language: str) -> bytes:
    """Three sheets: what to do, the notes, and the lists they choose from."""
    book = Workbook()
    with override(language):
        is_rtl = direction(language) == "rtl"
        help_ = book.active
        help_.title = _("Read me")
        notes = book.create_sheet(_("Notes"))
        lists = book.create_sheet(_("Lists"))
        for sheet in (help_, notes, lists):
            sheet.sheet_view.rightToLeft = is_rtl
        help_.column_dimensions["A"].width = 100
        for number, sentence in enumerate(guidance(region, edition), start=1):
            cell = help_.cell(number, 1, sentence)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 1)
        offered = choices(region)
        labelled = zip(WIDTHS, headings(language), strict=True)
        for column, (name, label) in enumerate(labelled, start=1):
            letter = get_column_letter(column)
            notes.column_dimensions[letter].width = WIDTHS[name]
            cell = notes.cell(1, column, label)
            cell.font, cell.fill = (
                Font(bold=True),
                PatternFill("solid", fgColor="D9E8EA"),
            )
            if name not in offered:
                continue
            place = get_column_letter(list(offered).index(name) + 1)
            for row, label in enumerate(offered[name], start=1):
                lists[f"{place}{row}"] = label
            rule = DataValidation(
                type="list",
                formula1=f"'{lists.title}'!${place}$1:${place}${len(offered[name])}",
                allow_blank=True,
                showErrorMessage=name not in PROPOSED,
            )
            rule.error = _("Choose one from the list.")
            notes.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{ROWS + 1}")
        for row in notes.iter_rows(min_row=2, max_row=ROWS + 1, max_col=len(WIDTHS)):
            for cell in row:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    notes.freeze_panes = "A2"
    lists.sheet_state = "hidden"
    book.active = 1
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
