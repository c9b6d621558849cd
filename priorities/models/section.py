from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from regions.models import RegionalForum
from regions.operations import Operated
from regions.translated import OriginalText, Translated

from .vocabulary import Audience


class SectionQuerySet(models.QuerySet["Section"]):
    def get_by_natural_key(self, year: int, region: str, position: int) -> "Section":
        return self.get(
            regional_forum__edition__year=year,
            regional_forum__region__slug=region,
            position=position,
        )


class Section(OriginalText):
    """One list of a regional forum, as the booklet has it."""

    class Kind(models.TextChoices):
        RECOMMENDATIONS = "recommendations", _("Recommendations")
        CONCERNS = "concerns", _("Concerns")

    texts = ("heading", "introduction")

    regional_forum = models.ForeignKey(
        RegionalForum,
        models.PROTECT,
        related_name="sections",
        verbose_name=_("regional forum"),
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=Kind,
        default=Kind.RECOMMENDATIONS,
        help_text=_(
            "Concerns are problems a region ranks, addressed to nobody; "
            "recommendations ask something of an audience."
        ),
    )
    audience = models.ForeignKey(
        Audience,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sections",
        verbose_name=_("usual audience"),
        help_text=_("Whom the heading addresses. Empty for concerns."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), help_text=_("Its place among the sections of this forum.")
    )
    heading = Translated(
        models.CharField(_("heading"), max_length=200, null=True, blank=True)
    )
    introduction = Translated(
        models.TextField(_("introduction"), null=True, blank=True)
    )
    first_page = models.PositiveSmallIntegerField(
        _("first page"), null=True, blank=True
    )
    last_page = models.PositiveSmallIntegerField(_("last page"), null=True, blank=True)

    objects = SectionQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering: ClassVar = ["regional_forum", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["regional_forum", "position"],
                name="section_position_is_taken_once",
                violation_error_message=_(
                    "Another section of this forum has this position."
                ),
            ),
            models.CheckConstraint(
                condition=Q(kind="recommendations") | Q(audience=None),
                name="concerns_address_nobody",
                violation_error_message=_(
                    "Concerns are addressed to nobody: leave the audience empty."
                ),
            ),
            models.CheckConstraint(
                condition=Q(first_page=None, last_page=None)
                | Q(first_page__lte=F("last_page")),
                name="section_pages_in_order",
                violation_error_message=_("The last page comes before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.regional_forum} · {self.position}. {self.heading}"

    def get_absolute_url(self) -> str:
        region = self.regional_forum.region
        return (
            reverse("priorities:region-detail", args=[region.slug])
            + f"#section-{self.position}"
        )

    def natural_key(self) -> tuple[int, str, int]:
        return (*self.regional_forum.natural_key(), self.position)

    natural_key.dependencies = ["regions.regionalforum"]  # type: ignore[attr-defined]

    @property
    def is_hidden(self) -> bool:
        """Whether participants see nothing of it: no entry of it is public."""
        return not self.recommendations.published().exists()

    def next_position(self) -> int:
        """Where the next entry goes: after the last."""
        last = self.recommendations.aggregate(last=models.Max("position"))["last"]
        return (last or 0) + 1

    def clean(self) -> None:
        super().clean()
        if not self.pk:
            return
        kind_before = type(self).objects.values_list("kind", flat=True).get(pk=self.pk)
        if kind_before != self.kind and self.recommendations.exists():
            raise ValidationError(
                {
                    "kind": _(
                        "This section has entries; its kind cannot change any more."
                    )
                }
            )
