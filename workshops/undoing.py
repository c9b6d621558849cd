"""An import taken back whole: what it made goes, what it changed is as it was."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from priorities.models import (
    Audience,
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
    Section,
)

from .bringing import LINKS, record_history
from .models import NoteImport, WorkshopNote

REASON = "undo of import %s"


class Edited(Exception):
    """Rows were edited or published since; `references` names them."""

    def __init__(self, references: list[str]) -> None:
        super().__init__(", ".join(references))
        self.references = references


class NotThere(Exception):
    """The import is not brought in, or was undone already."""


@dataclass(frozen=True)
class Undone:
    removed: int
    restored: int
    kept: list[str]


def edited_since(note_import: NoteImport) -> list[Recommendation]:
    """What others changed, tagged or published after the import brought or changed it."""
    latest = Recommendation.history.filter(id=OuterRef("pk")).order_by("-history_id")
    rows = Recommendation.objects.filter(
        notes__note_import=note_import,
        notes__outcome__in=[WorkshopNote.Outcome.CREATED, WorkshopNote.Outcome.UPDATED],
    ).annotate(last=Subquery(latest.values("history_change_reason")[:1]))
    changed = {
        row.pk for row in rows.filter(~Q(last=note_import.reason) | Q(last=None))
    }
    for _name, _term, model in LINKS:
        links = model.history.filter(
            recommendation__in=rows.values("pk"),
            history_date__gt=note_import.brought_at,
        ).filter(
            ~Q(history_change_reason=note_import.reason) | Q(history_change_reason=None)
        )
        changed |= set(links.values_list("recommendation_id", flat=True))
    changed |= set(rows.filter(merged__isnull=False).values_list("pk", flat=True))
    return list(rows.filter(pk__in=changed).order_by("reference").distinct())


@transaction.atomic
def undo(
    note_import: NoteImport,
    user_id: int | None,
    keep: set[int] | None = None,
) -> Undone:
    """Take an import back. `Edited` when rows were edited since and `keep` is None.

    `keep`: the edited rows that stay as they are; the other edited ones go too, but
    what was public is withdrawn: its reference answers for ever.
    """
    note_import = NoteImport.objects.select_for_update().get(pk=note_import.pk)
    if note_import.status != NoteImport.Status.DONE:
        raise NotThere
    edited = edited_since(note_import)
    if edited and keep is None:
        raise Edited([row.reference for row in edited])
    kept = {row.pk: row.reference for row in edited if row.pk in (keep or set())}
    notes = note_import.notes.exclude(recommendation__in=kept)
    restored = 0
    changed = notes.filter(outcome=WorkshopNote.Outcome.UPDATED).select_related(
        "recommendation__section"
    )
    for note in changed.order_by("-row"):
        if note.recommendation is not None and note.recommendation.published_at is None:
            restore(note, note_import)
            restored += 1
    created = Recommendation.objects.filter(
        notes__in=notes.filter(outcome=WorkshopNote.Outcome.CREATED)
    )
    for row in created.exclude(published_at=None):
        if row.is_published:
            row.withdraw()
    removed = remove(
        list(created.filter(published_at=None).values_list("pk", flat=True)),
        note_import,
        user_id,
    )
    notes.delete()
    empty = Section.objects.filter(
        pk__in=note_import.made_sections, recommendations=None
    )
    for section in empty:
        section._change_reason = REASON % note_import.pk  # type: ignore[attr-defined]
        section.delete()
    note_import.status = NoteImport.Status.UNDONE
    note_import.undone_at = timezone.now()
    note_import.save()
    return Undone(removed, restored, sorted(kept.values()))


def restore(note: WorkshopNote, note_import: NoteImport) -> None:
    row: Any = note.recommendation
    changes = note.before or {}
    if "section" in changes:
        row.section_id = changes["section"]
        row.position = changes["position"]
    if "audience" in changes:
        row.audience = Audience.objects.filter(slug=changes["audience"][0]).first()
    for name, attribute in (
        ("rank", "rank"),
        ("lead", "is_lead"),
        ("page", "source_page"),
    ):
        if name in changes:
            setattr(row, attribute, changes[name][0])
    for language, (before, _text) in changes.get("texts", {}).items():
        setattr(row, f"text_{language}", before or None)
    for name, value in changes.get("versions", {}).items():
        setattr(row, name, value)
    row.change_because(REASON % note_import.pk)
    if changes.get("versions"):
        Recommendation.objects.filter(pk=row.pk).update(**changes["versions"])
    for name, term, model in LINKS:
        if name in changes:
            key = model.term_key
            wanted = set(changes[name][0])
            field = model._meta.get_field(term).related_model
            terms = field._default_manager.filter(
                **{f"{key.partition('__')[2]}__in": wanted}
            )
            row.tag(**{name: list(terms)})


def remove(pks: list[int], note_import: NoteImport, user_id: int | None) -> int:
    """Delete drafts with their tags, and say so in the history."""
    reason = REASON % note_import.pk
    for start in range(0, len(pks), 500):
        some = pks[start : start + 500]
        for model in (
            RecommendationArea,
            RecommendationCountry,
            RecommendationInstrument,
        ):
            links = model.objects.filter(recommendation__in=some)
            record_history(links, reason, user_id, "-")
            links._raw_delete(links.db)
        rows = Recommendation.objects.filter(pk__in=some)
        record_history(rows, reason, user_id, "-")
        WorkshopNote.objects.filter(recommendation__in=some).update(recommendation=None)
        rows._raw_delete(rows.db)
    return len(pks)
