"""Places of priorities that one region alone raises."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from priorities.models import Recommendation
from regions.operations import Operated
from regions.translated import OriginalText, Translated

from .priorities import GlobalPriority


class ProtectedPlaceQuerySet(models.QuerySet["ProtectedPlace"]):
    def unanswered(self) -> Self:
        said = [Q((f"left_because_{c}", None)) for c in settings.CONTENT_LANGUAGES]
        return self.filter(*said, taken_up_in=None)


class ProtectedPlace(OriginalText):
    """A priority of one region alone: no vote removes it, and it gets an answer."""

    texts = ("left_because",)

    recommendation = models.OneToOneField(
        Recommendation,
        models.PROTECT,
        related_name="protected_place",
        verbose_name=_("recommendation"),
    )
    taken_up_in = models.ForeignKey(
        GlobalPriority,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="takes_up",
        verbose_name=_("taken up in"),
    )
    left_because = Translated(
        models.TextField(_("left to the region because"), null=True, blank=True)
    )

    objects = ProtectedPlaceQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("priority of one region")
        verbose_name_plural = _("priorities of one region")
        ordering: ClassVar = ["recommendation__reference"]

    def __str__(self) -> str:
        return self.recommendation.reference

    def clean(self) -> None:
        """Whoever typed one answer need not say which language it is the original in."""
        super().clean()
        written = [c for c in settings.CONTENT_LANGUAGES if any(self._texts_in(c))]
        if written and self.original_language not in written:
            self.original_language = written[0]

    @property
    def is_hidden(self) -> bool:
        """Shown with the agenda of its edition, once there is one."""
        edition = self.recommendation.section.regional_forum.edition
        return not GlobalPriority.objects.published().filter(edition=edition).exists()

    @property
    def is_answered(self) -> bool:
        return bool(self.taken_up_in_id or self.left_because)
