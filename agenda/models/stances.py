"""What regions say to a global priority."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import User
from regions.models import Region
from regions.operations import Operated
from regions.translated import Translated

from .lineage import PartOfPriority
from .priorities import GlobalPriority


class Stance(PartOfPriority):
    """What a region says to one version of a global priority, and why."""

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
    reason = Translated(models.TextField(_("reason"), blank=True))
    given_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )
    given_at = models.DateTimeField(_("given at"), auto_now=True)

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
        if self.kind != self.Kind.ASSENT and not self.reason:
            raise ValidationError(
                {"kind": _("A reservation or an objection needs its reason.")}
            )

    @staticmethod
    @transaction.atomic
    def give(
        priority: GlobalPriority, region: Region, kind: str, by: Any, **reason: str
    ) -> "Stance":
        """What a region says to the version that is with the regions now; said again, instead.

        `reason`: reason_fr and so on.
        """
        row = priority.locked()
        if row.status != GlobalPriority.Status.CONSULTED:
            raise ValidationError(_("%s is not with the regions now.") % row.reference)
        stance = Stance.objects.filter(
            priority=row, version=row.version, region=region
        ).first()
        stance = stance or Stance(priority=row, version=row.version, region=region)
        stance.kind, stance.given_by = kind, by
        for name, value in reason.items():
            setattr(stance, name, value)
        stance.full_clean()
        stance.save()
        return stance
