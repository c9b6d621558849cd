"""Who does what about a priority until when, and what shows that it was done."""

from datetime import date
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
from regions.translated import OriginalText, Translated

from .priorities import GlobalPriority


class SolutionQuerySet(models.QuerySet["Solution"]):
    def published(self) -> Self:
        """What everybody may read, under a priority or recommendation they may read."""
        return self.filter(status=Solution.Status.PUBLISHED).filter(
            Q(priority__in=GlobalPriority.objects.published())
            | Q(recommendation__in=Recommendation.objects.published())
        )

    def overdue(self, on: date | None = None) -> Self:
        """Its time is over, and nobody said that it was done or dropped."""
        running = [Solution.Progress.PLANNED, Solution.Progress.UNDER_WAY]
        return self.filter(progress__in=running, ends_on__lt=on or timezone.localdate())


class Solution(OriginalText):
    """What somebody commits to do. Reported, reviewed, published: never unread."""

    texts = ("what", "sign", "dropped_because")
    kept = ("status", "published_at")

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
        running = {self.Progress.PLANNED, self.Progress.UNDER_WAY}
        return self.progress in running and self.ends_on < timezone.localdate()

    @property
    def answers(self) -> GlobalPriority | Recommendation:
        found = self.priority or self.recommendation
        assert found is not None  # the database keeps it
        return found

    def clean(self) -> None:
        super().clean()
        if self.progress == self.Progress.DROPPED and not self.dropped_because:
            raise ValidationError(
                {"progress": _("Say why it was dropped: others learn from it.")}
            )

    # The write path.

    def step(self, status: str, reason: str, **more: Any) -> None:
        for name, value in ({"status": status} | more).items():
            setattr(self, name, value)
        self._change_reason = reason
        self.save(steps=["status", *more])

    def locked(self) -> "Solution":
        every: Any = Solution._base_manager
        row: Solution = every.select_for_update(no_key=True).get(pk=self.pk)
        return row

    @transaction.atomic
    def send_to_review(self) -> None:
        row = self.locked()
        for name in ("what", "sign"):
            if not row.original(name).value:
                label = label_for_field(f"{name}_{row.original_language}", type(row))
                raise ValidationError(_("“%s” is empty.") % label)
        row.step(self.Status.IN_REVIEW, gettext_noop("sent to review"))
        self.refresh_from_db()

    @transaction.atomic
    def publish(self) -> None:
        row = self.locked()
        if row.status != self.Status.IN_REVIEW:
            raise ValidationError(_("It was not sent to review."))
        if not row.answers.is_published:
            raise ValidationError(_("What it answers is not published."))
        row.step(
            self.Status.PUBLISHED,
            gettext_noop("published"),
            published_at=row.published_at or timezone.now(),
        )
        self.refresh_from_db()

    @transaction.atomic
    def withdraw(self) -> None:
        row = self.locked()
        row.step(self.Status.WITHDRAWN, gettext_noop("withdrawn"))
        self.refresh_from_db()


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

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering: ClassVar = ["-dated", "-pk"]

    def __str__(self) -> str:
        return str(self.link or self.file_name or self.note)[:120]

    @property
    def part_of(self) -> Solution:
        return self.solution

    @property
    def is_hidden(self) -> bool:
        return self.solution.is_hidden
