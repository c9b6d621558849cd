"""What ties a recommendation to the words of the vocabularies, which it protects."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from regions.models import Country
from regions.operations import Operated

from .recommendation import Recommendation
from .vocabulary import Instrument, PriorityArea


class LinkManager(models.Manager[Any]):
    """Links are known by the reference and the word they tie together."""

    def get_by_natural_key(self, reference: str, term: str) -> Any:
        return self.get(
            **{"recommendation__reference": reference, self.model.term_key: term}
        )


class RecommendationArea(models.Model):
    term_key = "area__slug"

    recommendation = models.ForeignKey(
        Recommendation, models.CASCADE, related_name="area_links"
    )
    area = models.ForeignKey(
        PriorityArea,
        models.PROTECT,
        related_name="recommendation_links",
        verbose_name=_("priority area"),
        limit_choices_to={"parent__isnull": False},
    )

    objects = LinkManager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("priority area")
        verbose_name_plural = _("priority areas")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recommendation", "area"], name="area_carried_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation} · {self.area}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        super().save(*args, **kwargs)

    @property
    def is_hidden(self) -> bool:
        return self.recommendation.is_hidden

    @property
    def part_of(self) -> Recommendation:
        return self.recommendation

    def natural_key(self) -> tuple[str, str]:
        return (self.recommendation.reference, self.area.slug)

    def clean(self) -> None:
        super().clean()
        if self.area_id and self.area.parent_id is None:
            raise ValidationError(
                {"area": _("“%s” is a group; choose an area within it.") % self.area}
            )


class RecommendationCountry(models.Model):
    term_key = "country__iso_code"

    recommendation = models.ForeignKey(
        Recommendation, models.CASCADE, related_name="country_links"
    )
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        related_name="recommendation_links",
        verbose_name=_("country"),
    )

    objects = LinkManager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recommendation", "country"], name="country_named_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation} · {self.country}"

    @property
    def is_hidden(self) -> bool:
        return self.recommendation.is_hidden

    @property
    def part_of(self) -> Recommendation:
        return self.recommendation

    def natural_key(self) -> tuple[str, str]:
        return (self.recommendation.reference, self.country.iso_code)


class RecommendationInstrument(models.Model):
    term_key = "instrument__slug"

    recommendation = models.ForeignKey(
        Recommendation, models.CASCADE, related_name="instrument_links"
    )
    instrument = models.ForeignKey(
        Instrument,
        models.PROTECT,
        related_name="recommendation_links",
        verbose_name=_("named instrument or body"),
    )

    objects = LinkManager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("named instrument or body")
        verbose_name_plural = _("named instruments and bodies")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recommendation", "instrument"], name="instrument_named_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation} · {self.instrument}"

    @property
    def is_hidden(self) -> bool:
        return self.recommendation.is_hidden

    @property
    def part_of(self) -> Recommendation:
        return self.recommendation

    def natural_key(self) -> tuple[str, str]:
        return (self.recommendation.reference, self.instrument.slug)
