from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from regions.models import Region


class User(AbstractUser):
    """An organiser, facilitator or reviewer. Participants need no account."""

    regions = models.ManyToManyField(
        Region,
        blank=True,
        related_name="facilitators",
        verbose_name=_("regions"),
        help_text=_("For whom this person brings in notes, sub-regions included."),
    )

    languages = models.JSONField(
        _("languages"),
        default=list,
        blank=True,
        help_text=_("Into which this person translates, or reviews translations."),
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text=_("In which this person is written to."),
    )

    @property
    def works_everywhere(self) -> bool:
        return self.has_perm("regions.every_region")

    def translates(self, language: str) -> bool:
        """Whether this person translates into a language, or reviews translations."""
        may = self.has_perm("priorities.translate_recommendation")
        return may and (self.works_everywhere or language in self.languages)

    def region_slugs(self) -> frozenset[str]:
        """The regions of this person, and those that are part of them at any depth."""
        found = set(self.regions.values_list("slug", flat=True))
        inner = found
        while inner:
            parts = Region.objects.filter(parent__slug__in=inner)
            inner = set(parts.values_list("slug", flat=True)) - found
            found |= inner
        return frozenset(found)

    def within(self, rows: QuerySet[Any], region: str) -> QuerySet[Any]:
        """Of these rows, those of regions this person works on; `region`: the way to it."""
        if self.works_everywhere:
            return rows
        return rows.filter(**{f"{region}__slug__in": self.region_slugs()})
