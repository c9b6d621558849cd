"""Who does what about a priority until when, and what shows that it was done."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Any, ClassVar, Self

from django.contrib.admin.utils import label_for_field
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from simple_history.models import HistoricalRecords

from accounts.models import User
from priorities.models import Audience, Recommendation
from regions.models import Country, Region
from regions.operations import Operated
from regions.translated import OriginalText, Text, Translated, reading_languages

from .curated import Curated, Sign, in_languages, signs_in
from .priorities import GlobalPriority


class SolutionQuerySet(models.QuerySet["Solution"]):
    def published(self) -> Self:
        """What everybody may read, under a priority or recommendation they may read."""
        return self.filter(status=Solution.Status.PUBLISHED).answering_published()

    def answering_published(self) -> Self:
        """Also under one that was merged: it goes on under the other."""
        recommendations = Recommendation.objects.published()
        return self.filter(
            Q(priority__in=GlobalPriority.objects.published())
            | Q(recommendation__in=recommendations)
            | Q(recommendation__merged_into__in=recommendations)
        )

    def running(self) -> Self:
        return self.filter(progress__in=Solution.RUNNING)

    def overdue(self, on: date | None = None) -> Self:
        """Its time is over, and nobody said that it was done or dropped."""
        return self.running().filter(ends_on__lt=on or timezone.localdate())

    def of_edition(self, *years: int | str) -> Self:
        return self.filter(
            Q(priority__edition__year__in=years)
            | Q(recommendation__section__regional_forum__edition__year__in=years)
        )

    def for_display(self) -> Self:
        return self.select_related(
            "audience__merged_into",
            "priority__edition",
            "recommendation__section__regional_forum__edition",
            "recommendation__section__regional_forum__region",
        ).prefetch_related("regions")


class Solution(Curated, OriginalText):
    """What somebody commits to do. Reported, reviewed, published: never unread.

    What a partner changes of a published one is a row of its own (`change_of`), reviewed
    like any other; published, it is taken over. Until then everybody reads what was reviewed.
    """

    texts = ("what", "sign", "dropped_because")
    public_texts = ("organisation", *chain.from_iterable(map(in_languages, texts)))
    kept = ("status", "published_at", "personal_data_checked", "reminded_on")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in-review", _("In review")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Progress(models.TextChoices):
        PLANNED = "planned", _("Planned")
        UNDER_WAY = "under-way", _("Under way")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    RUNNING = (Progress.PLANNED, Progress.UNDER_WAY)

    priority = models.ForeignKey(
        GlobalPriority,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="solutions",
        verbose_name=_("global priority"),
    )
    recommendation = models.ForeignKey(
        Recommendation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="solutions",
        verbose_name=_("recommendation"),
    )
    what = Translated(
        models.TextField(
            _("what is done"),
            null=True,
            blank=True,
            help_text=_("In one or two sentences."),
        )
    )
    sign = Translated(
        models.TextField(
            _("sign of success"),
            null=True,
            blank=True,
            help_text=_("What can be counted or seen when it is done."),
        )
    )
    organisation = models.CharField(_("who commits"), max_length=200)
    audience = models.ForeignKey(
        Audience,
        models.PROTECT,
        related_name="solutions",
        verbose_name=_("audience"),
        help_text=_("Which of the audiences the organisation belongs to."),
    )
    regions = models.ManyToManyField(
        Region, blank=True, related_name="solutions", verbose_name=_("regions")
    )
    countries = models.ManyToManyField(
        Country, blank=True, related_name="solutions", verbose_name=_("countries")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    progress = models.CharField(
        _("progress"), max_length=9, choices=Progress, default=Progress.PLANNED
    )
    dropped_because = Translated(
        models.TextField(_("dropped because"), null=True, blank=True)
    )
    reported_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("reported by"),
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.DRAFT, editable=False
    )
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    change_of = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="change",
        verbose_name=_("change of"),
    )
    reminded_on = models.DateField(null=True, editable=False)
    personal_data_checked = models.CharField(
        max_length=32, blank=True, default="", editable=False
    )

    objects = SolutionQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("solution")
        verbose_name_plural = _("solutions")
        ordering: ClassVar = ["ends_on", "pk"]
        permissions: ClassVar = [("publish_solution", _("Can publish solutions"))]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(priority=None, recommendation__isnull=False)
                | Q(priority__isnull=False, recommendation=None),
                name="solution_answers_one_thing",
                violation_error_message=_(
                    "Name the global priority or the recommendation it answers: one of them."
                ),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")),
                name="solution_ends_after_it_starts",
                violation_error_message=_("It ends before it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="published_solution_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(change_of=None)
                | Q(status__in=["draft", "in-review"], published_at=None),
                name="change_of_a_solution_is_not_public",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.what}"[:120]

    def get_absolute_url(self) -> str:
        return reverse("agenda:solution", args=[self.pk])

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def is_hidden(self) -> bool:
        return not self.published_at

    @property
    def is_overdue(self) -> bool:
        return self.progress in self.RUNNING and self.ends_on < timezone.localdate()

    @property
    def overdue_since(self) -> date:
        return self.ends_on + timedelta(days=1)

    @property
    def answers(self) -> GlobalPriority | Recommendation:
        found = self.priority or self.recommendation
        assert found is not None  # the database keeps it
        return found

    @property
    def belongs_to(self) -> Audience:
        """The audience as it is known today: merged, it goes on as the other."""
        return self.audience.merged_into or self.audience

    def clean(self) -> None:
        super().clean()
        if self.progress == self.Progress.DROPPED and not self.dropped_because:
            raise ValidationError(
                {"progress": _("Say why it was dropped: others learn from it.")}
            )
        self.must_name_nobody_anew(signs_in(self, self.public_texts))

    # What may not go out unseen.

    def signs(self) -> list[Sign]:
        """In all that everybody reads of it: its texts, and what shows its progress."""
        pieces = self.evidence.defer("file") if self.pk else ()
        own = signs_in(self, self.public_texts)
        return [*own, *chain.from_iterable(piece.signs() for piece in pieces)]

    # The write path.

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """What everybody reads of its progress is told with the day."""
        super().save(*args, **kwargs)
        if self.is_published:
            last = self.reports.order_by("-pk").first()
            if last is None or last.progress != self.progress:
                self.reports.create(progress=self.progress)

    @transaction.atomic
    def send_to_review(self) -> None:
        row = self.locked()
        if row.is_published:
            raise ValidationError(_("“%s” is published.") % row)
        for name in ("what", "sign"):
            if not row.original(name).value:
                label = label_for_field(f"{name}_{row.original_language}", type(row))
                raise ValidationError(_("“%s” is empty.") % label)
        row.step(self.Status.IN_REVIEW, gettext_noop("sent to review"))
        self.refresh_from_db()

    @transaction.atomic
    def back_to_draft(self) -> None:
        row = self.locked()
        if row.status != self.Status.IN_REVIEW:
            raise ValidationError(_("“%s” is not in review.") % row)
        row.step(self.Status.DRAFT, gettext_noop("back to draft"))
        self.refresh_from_db()

    @transaction.atomic
    def publish(self) -> "Solution":
        """The row that everybody reads from now on: of a change, the one it changes."""
        row = self.locked()
        if row.status != self.Status.IN_REVIEW:
            raise ValidationError(_("“%s” was not sent to review.") % row)
        answered = Solution.objects.filter(pk=row.pk).answering_published()
        if not answered.exists():
            raise ValidationError(_("What “%s” answers is not published.") % row)
        row.must_be_checked_for_people()
        if row.change_of is not None:
            return row.change_of.take(row)
        row.step(
            self.Status.PUBLISHED,
            gettext_noop("published"),
            published_at=row.published_at or timezone.now(),
        )
        self.refresh_from_db()
        return self

    @transaction.atomic
    def withdraw(self) -> None:
        row = self.locked()
        if not row.is_published:
            raise ValidationError(_("“%s” is not published.") % row)
        row.step(self.Status.WITHDRAWN, gettext_noop("withdrawn"))
        self.refresh_from_db()

    # Changes of what is published.

    @property
    def waiting_change(self) -> "Solution | None":
        return Solution.objects.filter(change_of=self).first()

    @transaction.atomic
    def begin_change(self, by: User) -> "Solution":
        """A draft of what will be said instead; the one that was begun, if there is one."""
        row = self.locked()
        if not row.is_published:
            raise ValidationError(_("“%s” is not published.") % row)
        if (begun := row.waiting_change) is not None:
            return begun
        change = Solution(change_of=row, reported_by=by)
        change._say_as(row)
        return change

    def _say_as(self, other: "Solution") -> None:
        """Everything of another row that people write: texts, dates, places, evidence."""
        own = {
            "id",
            "status",
            "published_at",
            "change_of",
            "reported_by",
            "reminded_on",
        }
        for field in self._meta.concrete_fields:
            if field.name not in own:
                setattr(self, field.attname, getattr(other, field.attname))
        self._remember()  # versions of texts come along: none counts as changed
        self.save(steps=["personal_data_checked"])
        self.regions.set(other.regions.all())
        self.countries.set(other.countries.all())
        for old in self.evidence.defer("file"):
            old.delete()
        for piece in other.evidence.order_by("pk"):
            piece.pk, piece.solution = None, self
            piece._state.adding = True
            piece.save()

    def take(self, change: "Solution") -> "Solution":
        """What was reviewed takes the place of what was said before; the change goes."""
        row = self.locked()
        if not row.is_published:
            raise ValidationError(
                _("“%s” is no longer published: publish it first, then its change.")
                % row
            )
        row._change_reason = gettext_noop("a reviewed change published")
        row.people_checked = True  # `publish` asked for it
        row._say_as(change)
        row.people_checked = False
        change.evidence.all().delete()
        change.delete()
        return row


class ProgressReport(models.Model):
    """What everybody could read of a solution's progress, and since when."""

    solution = models.ForeignKey(Solution, models.CASCADE, related_name="reports")
    progress = models.CharField(max_length=9, choices=Solution.Progress)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("report of progress")
        verbose_name_plural = _("reports of progress")
        ordering: ClassVar = ["-published_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["-published_at", "-id"], name="newest_progress")
        ]

    def __str__(self) -> str:
        return f"{self.solution_id}: {self.get_progress_display()}"

    @property
    def part_of(self) -> Solution:
        return self.solution

    @property
    def is_hidden(self) -> bool:
        return self.solution.is_hidden


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def public(self) -> Self:
        """What has words or a link; files are for organisers, and never read along."""
        without = dict.fromkeys(in_languages("note"), "")
        return self.exclude(**without, link="").defer("file")


class Evidence(models.Model):
    """What shows how far a solution has come: a link, a dated note, a file for organisers."""

    solution = models.ForeignKey(Solution, models.CASCADE, related_name="evidence")
    dated = models.DateField(_("date"))
    note = Translated(models.TextField(_("note"), blank=True))
    link = models.URLField(
        _("link"),
        max_length=500,
        blank=True,
        validators=[URLValidator(["http", "https"])],
    )
    file_name = models.CharField(_("file"), max_length=200, blank=True, editable=False)
    file = models.BinaryField(null=True)
    added_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )

    objects = EvidenceQuerySet.as_manager()
    public_texts = (*in_languages("note"), "link")

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering: ClassVar = ["-dated", "-pk"]

    def __str__(self) -> str:
        return str(self.link or self.note or self.file_name)[:120]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        notes = (getattr(self, column) for column in in_languages("note"))
        if not (self.link or self.file_name or any(notes)):
            raise ValidationError(
                _("Give a link, a note or a file: something that shows it.")
            )
        self.solution.must_name_nobody_anew(self.signs())

    def signs(self) -> Iterator[Sign]:
        return signs_in(self, self.public_texts)

    @property
    def part_of(self) -> Solution:
        return self.solution

    @property
    def is_hidden(self) -> bool:
        return self.solution.is_hidden

    def note_to_read(self) -> Text | None:
        """In the reader's language, else in the first that has it."""
        for code in reading_languages():
            if said := getattr(self, f"note_{code}"):
                return Text(said, code, "original")
        return None
