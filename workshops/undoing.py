"""An import taken back whole: what it made goes, what it changed is as it was."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from priorities.models import Audience, Recommendation, Section

from .bringing import BATCH, FIELDS, TAGS, hold
from .models import NoteImport, WorkshopNote
from .names import Names

REASON = gettext_noop("undo of import %s")


class Edited(Exception):
    """Rows were edited or published since; `references` names them."""

    def __init__(self, references: list[str]) -> None:
        super().__init__(_(", ").join(references))
        self.references = references


class NotThere(Exception):
    """The import is not brought in, or was undone already."""


@dataclass(frozen=True)
class Undone:
    removed: int
    restored: int
    kept: list[str]

    @property
    def told(self) -> str:
        return _(
            "Taken back: %(removed)s removed, %(restored)s as before, %(kept)s kept."
        ) % {
            "removed": self.removed,
            "restored": self.restored,
            "kept": len(self.kept),
        }


def edited_since(note_import: NoteImport) -> list[Recommendation]:
    """What others changed, tagged or published after the import brought or changed it."""
    rows = Recommendation.objects.filter(
        notes__note_import=note_import,
        notes__outcome__in=[WorkshopNote.Outcome.CREATED, WorkshopNote.Outcome.UPDATED],
    )
    keys = rows.order_by().values("pk")
    # What another import did and took back again is no edit.
    undone = NoteImport.objects.filter(
        edition=note_import.edition, status=NoteImport.Status.UNDONE
    )
    told = [note_import.reason]
    for other in undone.only("pk"):
        told += [other.reason, REASON % other.pk]
    ours = Q(history_change_reason__in=told)
    since = Q(history_date__gt=note_import.brought_at) & (
        ~ours | Q(history_change_reason=None)
    )
    changed = set(
        Recommendation.history.filter(since, id__in=keys).values_list("id", flat=True)
    )
    for name in TAGS:
        links = getattr(Recommendation, name).through.history
        found = links.filter(since, recommendation__in=keys)
        changed |= set(found.values_list("recommendation_id", flat=True))
    changed |= set(keys.filter(merged__isnull=False).values_list("pk", flat=True))
    return list(
        Recommendation.objects.filter(pk__in=changed).order_by("reference").distinct()
    )


@transaction.atomic
def undo(
    note_import: NoteImport,
    user_id: int | None,
    gone: set[int] | None = None,
) -> Undone:
    """Take an import back. `Edited` when rows were edited since and `gone` is None.

    `gone`: the edited rows that go all the same; the others stay as they are, also
    those edited after the question was asked. What was public is withdrawn: its
    reference answers for ever.
    """
    hold(note_import.edition_id)
    note_import = NoteImport.objects.select_for_update().get(pk=note_import.pk)
    if note_import.status != NoteImport.Status.DONE:
        raise NotThere
    # Whoever edits a row at this moment is waited for, and then counts.
    rows = Recommendation.objects.filter(notes__note_import=note_import)
    list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    edited = edited_since(note_import)
    if edited and gone is None:
        raise Edited([row.reference for row in edited])
    kept = {row.pk: row.reference for row in edited if row.pk not in (gone or set())}
    notes = note_import.notes.exclude(recommendation__in=kept)
    reason = REASON % note_import.pk
    changed = list(
        notes.filter(
            outcome=WorkshopNote.Outcome.UPDATED, recommendation__published_at=None
        )
    )
    for start in range(0, len(changed), BATCH):
        restore(changed[start : start + BATCH], reason, user_id)
    created = Recommendation.objects.filter(
        notes__in=notes.filter(outcome=WorkshopNote.Outcome.CREATED)
    )
    for row in created.exclude(published_at=None):
        if row.is_published:
            row.withdraw()
    drafts = list(created.filter(published_at=None).values_list("pk", flat=True))
    removed = 0
    for start in range(0, len(drafts), BATCH):
        some = drafts[start : start + BATCH]
        WorkshopNote.objects.filter(recommendation__in=some).update(recommendation=None)
        removed += Recommendation.objects.all().remove_all(some, reason, user_id)
    notes.delete()
    empty = Section.objects.filter(
        pk__in=note_import.made_sections, recommendations=None
    )
    for section in empty:
        section._change_reason = reason  # type: ignore[attr-defined]
        section.delete()
    note_import.status = NoteImport.Status.UNDONE
    note_import.undone_at = timezone.now()
    note_import.save()
    return Undone(removed, len(changed), sorted(kept.values()))


def restore(notes: list[WorkshopNote], reason: str, user_id: int | None) -> None:
    """Give the drafts that these notes changed their values of before."""
    audiences = Audience.objects.by_slug()
    rows = Recommendation.objects.select_for_update(of=("self",)).in_bulk(
        [note.recommendation_id for note in notes]
    )
    for note in notes:
        row, changes = rows[note.recommendation_id or 0], note.before or {}
        if "section" in changes:
            row.section_id = changes["section"]
            row.position = changes["position"]
        if "audience" in changes:
            row.audience = audiences.get(changes["audience"][0])
        for name, attribute in FIELDS:
            if name in changes:
                setattr(row, attribute, changes[name][0])
        for language, (before, _text) in changes.get("texts", {}).items():
            setattr(row, f"text_{language}", before or None)
        row.take_versions(changes["versions"])
    every = Recommendation.objects.all()
    every.change_all([*rows.values()], reason, user_id)
    names = Names()
    for name in TAGS:
        wanted = {
            note.recommendation_id or 0: [
                names.pks[name][slug] for slug in note.before[name][0]
            ]
            for note in notes
            if note.before and name in note.before
        }
        every.tag_all(name, wanted, reason, user_id)
