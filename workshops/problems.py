"""What can be wrong with a row, and what to do about it: one message per code."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from babel.numbers import format_decimal, format_percent
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from priorities.personal_data import KINDS
from regions.translated import set_apart

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES: dict[str, Promise] = {
    ERROR: _("cannot come in"),
    WARNING: _("to look at"),
    NOTE: _("good to know"),
}
EVERY = "*"  # of a vocabulary: all its names
ROW = -1  # the column of a problem that the whole row has

# Severity and message by code. {named} parts come from the problem; {value} is the cell.
# What is named by a slug is told as {"region": "africa"}, for each reader to read.
MESSAGES: dict[str, tuple[str, Promise]] = {
    "text_missing": (
        ERROR,
        _("The text is empty: write what is asked, or take the row out."),
    ),
    "text_is_no_text": (
        ERROR,
        _("“{value}” is no text: write what is asked, or take the row out."),
    ),
    "perhaps_no_recommendation": (
        WARNING,
        _(
            "“{value}” may be no recommendation, but a heading, a footnote, a total, or a word in place of a text. Look whether this row is meant."
        ),
    ),
    "letters_damaged": (
        WARNING,
        _(
            "Letters in this cell look damaged, as if the file was once saved in the wrong encoding. Compare them with your notes, and write them anew."
        ),
    ),
    "text_too_long": (
        ERROR,
        _(
            "This cell has {count} characters; up to {most} can be read. Shorten it or split it."
        ),
    ),
    "text_long": (
        WARNING,
        _(
            "The text has {count} characters. It comes in as a draft; it can be published with up to {most}."
        ),
    ),
    "control_character": (
        ERROR,
        _(
            "This cell contains a character that cannot be stored (U+{code}). Take it out; typing the words anew helps."
        ),
    ),
    "line_break": (
        WARNING,
        _("A sign that breaks lines in other programs (U+{code}) became a line break."),
    ),
    "direction_override": (
        WARNING,
        _(
            "Signs that turn the direction of writing (U+{code}) were taken out. Compare the text with yours."
        ),
    ),
    "formula": (
        WARNING,
        _(
            "This looks like a formula. It is kept as text and never calculated: look whether it is meant."
        ),
    ),
    "formula_value": (
        NOTE,
        _("This cell is a formula; the value stored in the file was read."),
    ),
    "formula_empty": (
        ERROR,
        _(
            "This cell is a formula with no stored value. Open the file in your spreadsheet program, save it, and send it again; or type the value."
        ),
    ),
    "cells_too_many": (
        ERROR,
        _(
            "This row has {found} cells where the headings have {expected}: probably a separator in a cell without quotation marks. Nothing was shifted. Read were: {cells}"
        ),
    ),
    "cells_too_few": (
        ERROR,
        _(
            "This row has {found} cells where the headings have {expected}. Add what is missing, so that no cell is read in another’s place."
        ),
    ),
    "row_hidden": (
        NOTE,
        _("This row is hidden in the workbook. Look whether it is meant."),
    ),
    "region_missing": (
        ERROR,
        _(
            "No region. Write one of: {known}. If all rows are of one region, say so once for the file, with the columns (on the command line: --region)."
        ),
    ),
    "region_unknown": (
        ERROR,
        _("“{value}” is not one of the regions.{hint} Known are: {known}."),
    ),
    "region_forbidden": (
        ERROR,
        _("You cannot add to {region}: your own regions are {own}."),
    ),
    "region_other": (
        ERROR,
        _("This import is for {region} only; the row says “{value}”."),
    ),
    "region_filled": (NOTE, _("Read from the merged cell above: “{value}”.")),
    "audience_unknown": (
        ERROR,
        _("“{value}” is not one of the audiences.{hint} Known are: {known}."),
    ),
    "audience_wider": (
        WARNING,
        _(
            "“{value}” was read as “{label}”. If that is too wide, name another audience."
        ),
    ),
    "audience_elsewhere": (
        WARNING,
        _("“{value}” speaks of {other}, and the row is of {region}. Which is right?"),
    ),
    "audience_left_out": (
        WARNING,
        _(
            "No audience, but rank {rank} goes on from the row above, which asks something of: {label}. Read as a concern, addressed to nobody; if the audience was left out, write it in."
        ),
    ),
    "read_as_concern": (
        NOTE,
        _("No audience: read as a concern, addressed to nobody."),
    ),
    "audience_missing": (
        ERROR,
        _("No audience. A recommendation asks something of one of: {known}."),
    ),
    "audience_of_concern": (
        ERROR,
        _(
            "A concern is addressed to nobody: leave the audience empty, or call it a recommendation."
        ),
    ),
    "kind_unknown": (ERROR, _("“{value}” is neither a recommendation nor a concern.")),
    "area_unknown": (
        NOTE,
        _(
            "“{part}” is not one of the priority areas; it stays with the note, and the draft is not tagged with it."
        ),
    ),
    "area_near": (
        WARNING,
        _("“{part}” is not one of the priority areas. Did you mean “{nearest}”?"),
    ),
    "area_group": (
        NOTE,
        _(
            "“{part}” is a group of areas; choose an area within it when you curate the draft."
        ),
    ),
    "country_unknown": (
        WARNING,
        _("“{part}” is not a country we know.{hint} The draft is not tagged with it."),
    ),
    "instrument_unknown": (
        NOTE,
        _("“{part}” is not one of the instruments and bodies we know.{hint}"),
    ),
    "language_unknown": (
        ERROR,
        _("“{value}” is not one of the languages: {languages}."),
    ),
    "language_unclear": (
        WARNING,
        _(
            "No column says the language, and the text does not tell. {language} was assumed."
        ),
    ),
    "language_differs": (
        WARNING,
        _(
            "The row says {stated}, but the text reads as {found}. Correct the language, or look whether it is a translation."
        ),
    ),
    "rank_unreadable": (
        WARNING,
        _(
            "“{value}” is not a rank: a whole number from 1 is expected. The draft has no rank."
        ),
    ),
    "rank_taken": (
        WARNING,
        _(
            "Rank {rank} of {list} is already taken by row {other}. Which comes first? Nothing was renumbered."
        ),
    ),
    "rank_held": (
        WARNING,
        _(
            "Rank {rank} of {list} is already taken by {other}. Which comes first? Nothing was renumbered."
        ),
    ),
    "rank_hole": (
        WARNING,
        _("In {list} the ranks jump to {rank}: {missing} is missing."),
    ),
    "lead_unclear": (WARNING, _("“{value}” is neither yes nor no. Read as no.")),
    "date_unreadable": (
        NOTE,
        _("“{value}” was not understood as a date; it stays as it is."),
    ),
    "date_month_first": (
        NOTE,
        _(
            "Other dates of this column make sense only with the month first. Read so too: {day}."
        ),
    ),
    "status_ignored": (
        WARNING,
        _(
            "status ignored: you cannot publish with an import. Every row comes in as a draft."
        ),
    ),
    "reference_unknown": (
        ERROR,
        _(
            "No recommendation has the reference “{value}”. Leave it empty to make a new one."
        ),
    ),
    "reference_own": (
        NOTE,
        _(
            "“{value}” is no reference of ours, such as 2021-MENA-014. It was kept as the file’s own number of the row."
        ),
    ),
    "reference_twice": (ERROR, _("Row {other} has the same reference.")),
    "section_unknown": (
        ERROR,
        _(
            "“{value}” names no section. Write edition/region/position, such as 2021/africa/2."
        ),
    ),
    "section_other": (
        ERROR,
        _("The section {value} belongs to another region or edition than this row."),
    ),
    "section_new": (NOTE, _("A new section will be made: {list}.")),
    "published": (
        ERROR,
        _(
            "{reference} is public by now. Change it in the admin, where others see it before it is published."
        ),
    ),
    "in_review": (
        ERROR,
        _(
            "{reference} is no draft any more. Ask an organiser to make it one again, then bring this row in."
        ),
    ),
    "changed_since": (
        WARNING,
        _(
            "Somebody changed {reference} since this row was last brought in. Only what is new in the file will be changed: {fields}."
        ),
    ),
    "duplicate_row": (
        WARNING,
        _("This repeats row {other} word for word. It is stored once."),
    ),
    "duplicate": (
        WARNING,
        _(
            "{reference} already says this, word for word. Nothing is stored twice; the note is kept with it."
        ),
    ),
    "near_row": (
        WARNING,
        _(
            "Very close to row {other} ({share} of the words). Look at both side by side; nothing is merged by itself."
        ),
    ),
    "near": (
        WARNING,
        _(
            "Very close to {reference} ({share} of the words): “{text}”. Look at both; nothing is merged by itself."
        ),
    ),
    "translation_row": (WARNING, _("This looks like row {other} in another language.")),
    "translation": (
        WARNING,
        _("This looks like {reference} in another language: “{text}”."),
    ),
    "similar_match": (
        WARNING,
        _(
            "This looks like a new wording of {reference} (row {other} of {file}). Confirm it, or bring it in as new."
        ),
    ),
    "personal_data": (
        WARNING,
        _(
            "This cell seems to hold {kinds}. Take it out, or confirm that you checked it."
        ),
    ),
}
# What a person must confirm before the row can come in.
TO_CONFIRM = frozenset(["personal_data", "similar_match"])


class Vocabulary(Protocol):
    def named(self, kind: str, told: Any) -> str: ...


class Problem(NamedTuple):
    column: int
    value: str
    code: str
    told: dict[str, Any]

    @property
    def severity(self) -> str:
        return MESSAGES[self.code][0]

    def message(self, names: Vocabulary) -> str:
        """What is wrong and what to do, in the reader's language."""
        return self.filled_in(names, str)

    def isolated(self, names: Vocabulary) -> str:
        """The same for a page or a sheet: words of another direction stand still."""
        return self.filled_in(names, set_apart)

    def filled_in(self, names: Vocabulary, dressed: Callable[[str], str]) -> str:
        told = {"value": self.value, **self.told}
        for name, value in told.items():
            if isinstance(value, dict):
                ((kind, slugs),) = value.items()
                told[name] = names.named(kind, slugs) if slugs else ""
            elif name in {"stated", "found", "language"} and isinstance(value, str):
                told[name] = gettext(value)
            elif name in {"count", "most", "share"} and not isinstance(value, str):
                told[name] = figure(name, value)
            elif name == "missing":
                told[name] = gettext(", ").join(map(str, value))
        if "kinds" in told:
            told["kinds"] = gettext(", ").join(
                str(KINDS[kind]) for kind in told["kinds"]
            )
        if self.code == "language_unknown":
            known = (LANG_INFO[code]["name"] for code in settings.CONTENT_LANGUAGES)
            told["languages"] = gettext(", ").join(map(gettext, known))
        hint = told.pop("hint", "")
        told = {
            name: dressed(value) if isinstance(value, str) else value
            for name, value in told.items()
        }
        if "{hint}" in str(MESSAGES[self.code][1]):
            asked = gettext("Did you mean “%s”?") % dressed(hint)
            told["hint"] = f" {asked}" if hint else ""
        return str(MESSAGES[self.code][1]).format(**told)

    def cell(self, row: int) -> str:
        """The cell as a spreadsheet names it: D7; "" for the whole row."""
        return f"{get_column_letter(self.column + 1)}{row}" if self.column >= 0 else ""


def figure(name: str, value: float) -> str:
    """A number as the reader writes it: 2 599 or 2,599; 82 % or 82%."""
    locale = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    written = format_percent if name == "share" else format_decimal
    return written(value, locale=locale)
