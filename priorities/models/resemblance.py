from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from regions.changes import record_change

from .recommendation import Recommendation


class ResemblanceQuerySet(models.QuerySet["Resemblance"]):
    def to_decide(self) -> Self:
        """What nobody has decided, between two entries that are not archived."""
        open_ = self.filter(verdict=Resemblance.Verdict.OPEN)
        archived = Recommendation.Status.ARCHIVED
        return open_.exclude(first__status=archived).exclude(second__status=archived)

    def same_as(self, recommendation: Recommendation) -> Self:
        sides = Q(first=recommendation) | Q(second=recommendation)
        return self.filter(sides, verdict=Resemblance.Verdict.SAME)

    def of(
        self, one: Recommendation, other: Recommendation, share: int = 0
    ) -> "Resemblance":
        """The pair of two entries, made where nobody found it before."""
        first, second = sorted([one, other], key=lambda row: row.pk)
        found, _made = self.get_or_create(
            first=first,
            second=second,
            defaults={"share": share, "found_at": timezone.now()},
        )
        return found


class Resemblance(models.Model):
    """Two entries that may ask the same, and what somebody decided about them."""

    class Verdict(models.TextChoices):
        OPEN = "open", _("To decide")
        SAME = "same", _("Same demand")
        DIFFERENT = "different", _("Different")

    first = models.ForeignKey(Recommendation, models.CASCADE, related_name="resembling")
    second = models.ForeignKey(Recommendation, models.CASCADE, related_name="resembled")
    share = models.PositiveSmallIntegerField(
        _("likeness"), validators=[MaxValueValidator(100)]
    )
    across_languages = models.BooleanField(_("across languages"), default=False)
    verdict = models.CharField(
        _("verdict"), max_length=10, choices=Verdict, default=Verdict.OPEN
    )
    decided_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    found_at = models.DateTimeField(_("found at"), default=timezone.now)
    is_hidden: ClassVar = True  # what `decide` makes public it tells itself

    objects = ResemblanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering: ClassVar = ["-share", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["first", "second"], name="pair_is_found_once"
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="pair_has_one_order"
            ),
            models.CheckConstraint(
                condition=Q(share__lte=100), name="likeness_is_in_per_cent"
            ),
            models.CheckConstraint(
                condition=Q(verdict="open", decided_at=None)
                | (~Q(verdict="open") & Q(decided_at__isnull=False)),
                name="verdict_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} · {self.second}"

    def other(self, recommendation: Recommendation) -> Recommendation:
        return self.second if self.first_id == recommendation.pk else self.first

    def decide(self, verdict: str, by: Any) -> None:
        """A verdict, or none any more. The public pages of both tell of "same demand"."""
        is_told = Resemblance.Verdict.SAME in (self.verdict, verdict)
        self.verdict = verdict
        is_open = verdict == Resemblance.Verdict.OPEN
        self.decided_by = None if is_open else by
        self.decided_at = None if is_open else timezone.now()
        self.save()
        if is_told and not (self.first.is_hidden or self.second.is_hidden):
            record_change(self.first)
            record_change(self.second)
