"""Where a global priority comes from, and whom and what it names."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from priorities.models import Audience, Instrument, Recommendation
from regions.operations import Operated
from workshops.models import Ballot

from .priorities import GlobalPriority


class PartOfPriority(models.Model):
    """A row that speaks for the global priority it belongs to."""

    class Meta:
        abstract = True

    @property
    def part_of(self) -> Any:
        return self.priority  # type: ignore[attr-defined]

    @property
    def is_hidden(self) -> bool:
        return bool(self.part_of.is_hidden)


class PriorityAudience(PartOfPriority):
    priority = models.ForeignKey(
        GlobalPriority, models.CASCADE, related_name="audience_links"
    )
    audience = models.ForeignKey(
        Audience,
        models.PROTECT,
        related_name="priority_links",
        verbose_name=_("audience"),
    )

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["priority", "audience"],
                name="priority_speaks_to_an_audience_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.audience)


class PriorityInstrument(PartOfPriority):
    priority = models.ForeignKey(
        GlobalPriority, models.CASCADE, related_name="instrument_links"
    )
    instrument = models.ForeignKey(
        Instrument,
        models.PROTECT,
        related_name="priority_links",
        verbose_name=_("instrument"),
    )

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["priority", "instrument"],
                name="priority_names_an_instrument_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.instrument)


class Support(PartOfPriority):
    """That a global priority comes from a regional recommendation, and how."""

    class Kind(models.TextChoices):
        SAME = "same", _("asks for the same")
        PART = "part", _("asks for a part of it")
        CONTEXT = "context", _("says why")

    priority = models.ForeignKey(
        GlobalPriority,
        models.CASCADE,
        related_name="supports",
        verbose_name=_("global priority"),
    )
    recommendation = models.ForeignKey(
        Recommendation,
        models.PROTECT,
        related_name="supported_priorities",
        verbose_name=_("recommendation"),
    )
    kind = models.CharField(_("how it supports"), max_length=7, choices=Kind)

    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("regional recommendation")
        verbose_name_plural = _("regional recommendations")
        ordering: ClassVar = ["recommendation__reference"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["priority", "recommendation"],
                name="recommendation_supports_once",
            )
        ]

    def __str__(self) -> str:
        return self.recommendation.reference


class BallotSupport(PartOfPriority):
    """That a global priority comes from the result of a ballot."""

    priority = models.ForeignKey(
        GlobalPriority, models.CASCADE, related_name="ballot_supports"
    )
    ballot = models.ForeignKey(
        Ballot,
        models.PROTECT,
        related_name="supported_priorities",
        verbose_name=_("ballot"),
    )

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["priority", "ballot"], name="ballot_supports_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.ballot)
