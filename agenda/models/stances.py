"""What regions say to a global priority."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import User
from regions.models import Region
from regions.operations import Operated
from regions.translated import OriginalText, Translated

from .curated import in_languages, signs_in
from .lineage import PartOfPriority
from .priorities import GlobalPriority


class Stance(PartOfPriority, OriginalText):
    """What a region says to one version of a global priority, and why."""

    texts = ("reason",)

    class Kind(models.TextChoices):
        ASSENT = "assent", _("assents")
        RESERVATION = "reservation", _("has a reservation")
        OBJECTION = "objection", _("objects")

    priority = models.ForeignKey(GlobalPriority, models.CASCADE, related_name="stances")
    version = models.PositiveSmallIntegerField(_("version"))
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="stances", verbose_name=_("region")
    )
    kind = models.CharField(_("answer"), max_length=11, choices=Kind)
    reason = Translated(models.TextField(_("reason"), null=True, blank=True))
    given_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )
    given_at = models.DateTimeField(_("given at"), default=timezone.now)

    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("answer of a region")
        verbose_name_plural = _("answers of regions")
        ordering: ClassVar = ["-version", "region__position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["priority", "version", "region"],
                name="region_answers_a_version_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.region}: {self.get_kind_display()}"

    def clean(self) -> None:
        super().clean()
        if self.kind != self.Kind.ASSENT and not self.original("reason").value:
            raise ValidationError(
                {"kind": _("A reservation or an objection needs its reason.")}
            )
        if self.version == self.priority.published_version:
            signs = signs_in(self, in_languages("reason"))
            self.priority.must_name_nobody_anew(signs)

    @staticmethod
    @transaction.atomic
    def give(
        priority: GlobalPriority,
        region: Region,
        kind: str,
        by: Any,
        reason: str = "",
        language: str = settings.LANGUAGE_CODE,
    ) -> "Stance":
        """What a region says to the version that is with the regions now.

        Said again, the new answer stands in place of the old; translations of another
        reason go.
        """
        row = priority.locked()
        if row.status != GlobalPriority.Status.CONSULTED:
            raise ValidationError(_("%s is not with the regions now.") % row.reference)
        stance = Stance.objects.filter(
            priority=row, version=row.version, region=region
        ).first()
        stance = stance or Stance(priority=row, version=row.version, region=region)
        if (reason, language) != (
            stance.original("reason").value,
            stance.original_language,
        ):
            for code in settings.CONTENT_LANGUAGES:
                setattr(stance, f"reason_{code}", reason if code == language else None)
        stance.original_language = language
        stance.kind, stance.given_by, stance.given_at = kind, by, timezone.now()
        stance.full_clean()
        stance.save()
        return stance
