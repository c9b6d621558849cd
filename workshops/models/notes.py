"""Workshop notes as they came, the files that brought them, and what was said of both."""

import json
import zlib
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import User
from priorities.models import Recommendation
from regions.models import Edition, Region


class NoteImportQuerySet(models.QuerySet["NoteImport"]):
    def visible_to(self, user: Any) -> Self:
        """Without a wall all of them; else one's own and one's regions', and no other region's."""
        if user.works_everywhere:
            return self
        notes = WorkshopNote.objects.filter(note_import=OuterRef("pk"))
        others = notes.exclude(region__slug__in=user.region_slugs())
        return self.filter(Q(uploaded_by=user) | Exists(notes)).exclude(Exists(others))


class NoteImport(models.Model):
    """One file of notes, from its upload to what it brought in, and back."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("To be read")
        REFUSED = "refused", _("Refused")
        CHECKED = "checked", _("Checked, not brought in")
        DONE = "done", _("Brought in")
        UNDONE = "undone", _("Undone")

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="note_imports", verbose_name=_("edition")
    )
    uploaded_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="note_imports",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.UPLOADED
    )
    refusal = models.TextField(_("why it was refused"), blank=True)
    kind = models.CharField(_("kind of file"), max_length=4, blank=True)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    delimiter = models.CharField(_("separator"), max_length=1, blank=True)
    sheet = models.CharField(_("sheet"), max_length=120, blank=True)
    heading_row = models.PositiveIntegerField(_("row of the headings"), default=0)
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    decisions = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    # Unknown words, sheets not read and the like: what the file as a whole told.
    told = models.JSONField(default=dict)
    # Counts what people decide about the file; verdicts belong to one revision.
    revision = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=64, blank=True)
    brought_at = models.DateTimeField(_("brought in at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    made_sections = models.JSONField(default=list)

    objects = NoteImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of notes")
        verbose_name_plural = _("imports of notes")
        ordering: ClassVar = ["-uploaded_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(status="done") | Q(brought_at__isnull=False),
                name="import_done_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"

    def get_absolute_url(self) -> str:
        return reverse("admin:workshops_noteimport_change", args=[self.pk])

    @property
    def reason(self) -> str:
        """What the history says of every row this import wrote."""
        return gettext_noop("import %s") % self.pk

    @property
    def lineage(self) -> str:
        """The same for a file and its corrected versions."""
        return lineage(self.file_name)


def lineage(file_name: str) -> str:
    """A file's name without its ending and what copies and returns add to it."""
    stem = file_name.rpartition("/")[2].rpartition("\\")[2].lower()
    stem = stem.rpartition(".")[0] or stem
    return stem.removesuffix(".to-fix").partition(" (")[0].strip()


def packed(data: Any) -> bytes:
    return zlib.compress(json.dumps(data, ensure_ascii=False).encode(), 1)


def expiry() -> Any:
    return timezone.now() + timedelta(days=settings.NOTES_KEPT_DAYS)


class ImportFileQuerySet(models.QuerySet["ImportFile"]):
    def visible_to(self, user: Any) -> Self:
        """Without a wall all of them; else one's own: a file may speak of any region."""
        own = self.filter(note_import__uploaded_by=user)
        return self if user.works_everywhere else own

    def expired(self) -> Self:
        return self.filter(expires_at__lt=timezone.now())

    @transaction.atomic
    def forget(self) -> int:
        """Delete the files, and what was typed into them; their notes stay."""
        imports = NoteImport.objects.filter(file__in=self)
        imports.update(decisions={}, told={})
        _rows, by_model = self.delete()
        return by_model.get("workshops.ImportFile", 0)


class ImportFile(models.Model):
    """The file itself, and its table as parsed. It expires; its notes stay."""

    note_import = models.OneToOneField(
        NoteImport, models.CASCADE, related_name="file", primary_key=True
    )
    content = models.BinaryField()
    parsed = models.BinaryField(null=True)
    expires_at = models.DateTimeField(default=expiry)

    objects = ImportFileQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.note_import)

    def table(self) -> Any:
        return json.loads(zlib.decompress(bytes(self.parsed))) if self.parsed else None


class CheckedRowQuerySet(models.QuerySet["CheckedRow"]):
    def of_kind(self, kind: str) -> Self:
        """Those of a verdict, those to confirm or to look at, or all."""
        if kind == "confirm":
            return self.filter(to_confirm=True).exclude(verdict="error")
        if kind == "warning":
            return self.filter(has_warning=True)
        return self if kind == "all" else self.filter(verdict=kind)

    def counts(self) -> dict[str, int]:
        """How many rows of each kind, in one query."""
        found = self.values("verdict").annotate(
            rows=models.Count("pk"),
            confirm=models.Count("pk", Q(to_confirm=True) & ~Q(verdict="error")),
            warning=models.Count("pk", Q(has_warning=True)),
        )
        counts = {"all": 0, "confirm": 0, "warning": 0}
        for each in found:
            counts[each["verdict"]] = each["rows"]
            counts["all"] += each["rows"]
            counts["confirm"] += each["confirm"]
            counts["warning"] += each["warning"]
        return counts


class CheckedRow(models.Model):
    """One row of a file with its verdict, until the file comes in or expires."""

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10)
    to_confirm = models.BooleanField()
    has_warning = models.BooleanField()
    data = models.TextField()  # JSON in ASCII: no engine minds what a cell holds

    objects = CheckedRowQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["row"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["file", "row"], name="row_is_checked_once_in_its_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file}/{self.row}"


class WorkshopNote(models.Model):
    """One row of a facilitator's spreadsheet, kept as it came."""

    class Outcome(models.TextChoices):
        CREATED = "created", _("became a draft")
        UPDATED = "updated", _("changed a draft")
        UNCHANGED = "unchanged", _("was there already")
        DUPLICATE = "duplicate", _("repeats another")

    note_import = models.ForeignKey(
        NoteImport, models.PROTECT, related_name="notes", verbose_name=_("import")
    )
    row = models.PositiveIntegerField(_("row"))
    cells = models.JSONField(_("cells"))
    corrected = models.JSONField(_("corrected"), null=True)
    values = models.JSONField(_("as read"))
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name=_("region")
    )
    workshop = models.CharField(_("workshop"), max_length=200, blank=True)
    held_on = models.CharField(_("date"), max_length=60, blank=True)
    file_key = models.CharField(max_length=60, blank=True)
    fingerprint = models.BigIntegerField(db_index=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    recommendation = models.ForeignKey(
        Recommendation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="notes",
        verbose_name=_("became"),
    )
    before = models.JSONField(null=True)

    class Meta:
        verbose_name = _("workshop note")
        verbose_name_plural = _("workshop notes")
        ordering: ClassVar = ["note_import", "row"]
        permissions: ClassVar = [
            ("redact_note", _("Can take a person’s data out for good")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["note_import", "row"], name="note_stands_once_in_its_import"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.note_import_id}/{self.row}"


class Redaction(models.Model):
    """That a person's data was taken out: who, when, why; never what."""

    note_import = models.ForeignKey(
        NoteImport, models.PROTECT, related_name="redactions", verbose_name=_("import")
    )
    row = models.PositiveIntegerField(_("row"))
    reference = models.CharField(_("reference"), max_length=20, blank=True)
    places = models.PositiveIntegerField(_("places"))
    reason = models.CharField(_("reason"), max_length=200)
    redacted_by = models.ForeignKey(
        User, models.PROTECT, related_name="redactions", verbose_name=_("by")
    )
    redacted_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        ordering: ClassVar = ["-redacted_at"]

    def __str__(self) -> str:
        return f"{self.note_import_id}/{self.row}"


class SavedMapping(models.Model):
    """How to read files with certain headings, under a name."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    signature = models.TextField()
    mapping = models.JSONField()
    owner = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, verbose_name=_("saved by")
    )
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
