"""A person's data taken out of a note, of what came of it and of its history, for good."""

import re
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from priorities.models import (
    Autosave,
    Comment,
    ProblemReport,
    Recommendation,
    Succession,
)
from regions.kept import opened

from .models import ImportFile, NoteImport, Redaction, WorkshopNote

REMOVED = "▮▮▮"
TEXTS = (*(f"text_{code}" for code in settings.CONTENT_LANGUAGES), "note")
SAID = ("said", "answer")  # in reports of readers
JSON_OF_NOTE = ("cells", "corrected", "values", "before")
JSON_OF_IMPORT = ("decisions", "told", "mapping")


class Eraser:
    """Takes passages out of anything that holds text, and counts where they stood."""

    def __init__(self, passages: list[str]) -> None:
        words = (r"\s+".join(map(re.escape, passage.split())) for passage in passages)
        longest_first = sorted(words, key=len, reverse=True)
        self.pattern = re.compile("|".join(longest_first), re.I)
        self.places = 0

    def out_of(self, value: Any) -> Any:
        if isinstance(value, str):
            clean, count = self.pattern.subn(REMOVED, value)
            self.places += count
            return clean
        if isinstance(value, list):
            return [self.out_of(item) for item in value]
        if isinstance(value, dict):
            return {key: self.out_of(item) for key, item in value.items()}
        return value

    def clean(self, row: Any, names: tuple[str, ...]) -> bool:
        """Take them out of the fields of a row; whether any changed."""
        before = self.places
        for name in names:
            setattr(row, name, self.out_of(getattr(row, name)))
        return self.places > before


@transaction.atomic
def redact(
    note: WorkshopNote, passages: list[str], reason: str, user: Any
) -> Redaction:
    """Take passages out of a note, its file, its recommendation and the history of it.

    They may stand in any case and with any spaces between their words. The uploaded
    file goes as a whole, also where it brought other notes of the same recommendation.
    What this was merged with or split into may repeat them, and is cleaned too.
    """
    eraser = Eraser(passages)
    recommendation = note.recommendation
    kin = kin_of(recommendation) if recommendation else []
    notes = WorkshopNote.objects.filter(
        Q(note_import=note.note_import) | Q(recommendation__in=kin)
    )
    imports = {note.note_import_id}
    for each in notes.select_for_update(of=("self",)):
        names = (*JSON_OF_NOTE, "workshop", "held_on", "file_key")
        if eraser.clean(each, names):
            each.save()
            imports.add(each.note_import_id)
    for each_import in NoteImport.objects.filter(pk__in=imports).select_for_update(
        of=("self",)
    ):
        if eraser.clean(each_import, (*JSON_OF_IMPORT, "file_name", "headings")):
            each_import.save()
    ImportFile.objects.filter(note_import__in=imports).delete()
    for each_row in kin:
        out_of_text(each_row, eraser)
    return Redaction.objects.create(
        note_import=note.note_import,
        row=note.row,
        reference=recommendation.reference if recommendation else "",
        places=eraser.places,
        reason=reason,
        redacted_by=user,
    )


def kin_of(recommendation: Recommendation) -> list[Recommendation]:
    """Itself, and all that merges and splits tie to it, however far."""
    found, waiting = [recommendation], [recommendation]
    while waiting:
        row = waiting.pop()
        tied = [row.merged_into, row.split_from, *row.merged.all(), *row.parts.all()]
        new = [other for other in tied if other is not None and other not in found]
        found += new
        waiting += new
    return found


def out_of_text(recommendation: Recommendation, eraser: Eraser) -> None:
    """Of the texts as they are, by the write path, and of every version there was.

    Of what is typed and not saved too, and of all that was said about them.
    """
    row = Recommendation.objects.select_for_update().get(pk=recommendation.pk)
    if eraser.clean(row, TEXTS):
        row.take_versions(row.versions())  # no translation is out of date by this
        row.change_because(gettext_noop("a person’s data taken out"))
    for model, name in ((Autosave, "data"), (Comment, "text")):
        hanging = model._default_manager.filter(recommendation=row)
        for each in hanging.select_for_update(of=("self",)):
            if eraser.clean(each, (name,)):
                each.save()
    with opened():
        for version in Recommendation.history.filter(id=row.pk):
            if eraser.clean(version, TEXTS):
                Recommendation.history.filter(pk=version.pk).update(
                    **{name: getattr(version, name) for name in TEXTS}
                )
    out_of_words(ProblemReport.objects.filter(recommendation=row), SAID, eraser)
    out_of_words(Succession.objects.of(row), ("note",), eraser)


def out_of_words(rows: QuerySet[Any], names: tuple[str, ...], eraser: Eraser) -> None:
    """Of what was said about a text, as it is and in every version there was."""
    history = rows.model.history
    for each in rows:
        if eraser.clean(each, names):
            each._change_reason = gettext_noop("a person’s data taken out")
            each.save()
        with opened():
            for version in history.filter(id=each.pk):
                if eraser.clean(version, names):
                    told = {name: getattr(version, name) for name in names}
                    history.filter(pk=version.pk).update(**told)


def elsewhere(passages: list[str], most: int = 20) -> list[str]:
    """References of other texts that hold one of the passages, for a person to look at."""
    holds = Q()
    for passage in passages:
        for name in TEXTS:
            holds |= Q((f"{name}__icontains", passage))
    rows = Recommendation.objects.filter(holds).order_by("reference")
    return list(rows.values_list("reference", flat=True)[:most])
