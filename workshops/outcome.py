"""What became of every row of a file, told to whoever sent it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from priorities.models import Recommendation
from regions.differences import Piece, word_by_word

from .checking.verdicts import Verdict
from .models import CheckedRow, ImportFile, NoteImport, WorkshopNote
from .names import Names
from .returning import told

REGION = "section__regional_forum__region"


def notes_of(note_import: NoteImport, user: User) -> QuerySet[WorkshopNote]:
    """`is_own`: whether its entry is still within the wall of whoever looks."""
    own = user.within(Recommendation.objects.all(), REGION)
    return (
        note_import.notes.select_related(
            "recommendation__merged_into", "recommendation__section", "region"
        )
        .prefetch_related("recommendation__areas")
        .annotate(is_own=Exists(own.filter(pk=OuterRef("recommendation"))))
        .order_by("row")
    )


def stayed(note_import: NoteImport, user: User) -> QuerySet[CheckedRow]:
    """The rows that did not come in, while the file is kept."""
    files = ImportFile.objects.visible_to(user)
    rows = CheckedRow.objects.filter(file__in=files.filter(pk=note_import.pk))
    return rows.exclude(row__in=note_import.notes.values("row"))


@dataclass(frozen=True)
class Row:
    """One note and what it is today."""

    note: WorkshopNote
    sent: str
    now: str = ""
    language: str = ""
    moved: bool = False  # to another region than those of whoever looks
    differences: list[Piece] = field(default_factory=list)

    @classmethod
    def of(cls, note: Any) -> "Row":
        language = note.values.get("language", "")
        sent = note.values.get("texts", {}).get(language, "")
        row = note.recommendation
        if row is None or not note.is_own:
            return cls(note, sent, language=language, moved=row is not None)
        now = getattr(row, f"text_{language}", None) or row.original("text").value
        same = now.split() == sent.split()
        pieces = [] if same else word_by_word(sent, now)
        return cls(note, sent, now, language, differences=pieces)

    @property
    def became(self) -> str:
        """Where its recommendation stands today, in words."""
        row = self.note.recommendation
        if row is None:
            return _("taken back")
        if self.moved:
            return _("moved to another region")
        if row.merged_into is not None:
            return _("merged into %s") % row.merged_into.reference
        return str(row.get_status_display())

    @property
    def address(self) -> str:
        """The public page, where there is one."""
        row = self.note.recommendation
        if row is None or self.moved or row.published_at is None:
            return ""
        return reverse("priorities:recommendation-detail", args=[row.reference])


def areas_of(row: Recommendation | None) -> str:
    return "; ".join(str(area) for area in row.areas.all()) if row else ""


def table(note_import: NoteImport, user: User, site: str) -> Iterator[list[str]]:
    """Heading and rows of the file; `site` comes before the addresses in it."""
    yield [
        _("Row"),
        _("What happened"),
        _("Reference"),
        _("Status"),
        _("Address"),
        _("As it came"),
        _("As it is now"),
        _("Priority areas"),
        _("What to fix"),
    ]
    for note in notes_of(note_import, user).iterator(500):
        row = Row.of(note)
        yield [
            str(note.row),
            str(note.get_outcome_display()),
            note.recommendation.reference if note.recommendation else "",
            row.became,
            site.rstrip("/") + row.address if row.address else "",
            row.sent,
            row.now,
            "" if row.moved else areas_of(note.recommendation),
            "",
        ]
    names = Names()
    for checked in stayed(note_import, user).iterator(500):
        verdict = Verdict.from_json(checked.data)
        text = verdict.values.get("texts", {}).get(verdict.values.get("language"), "")
        cells = [str(verdict.row), _("stayed in the file"), "", "", "", text, "", ""]
        yield [*cells, told(verdict.problems, names)]
