from django.contrib.auth.models import AbstractUser
from django.db import models
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

    def region_slugs(self) -> frozenset[str]:
        """The regions of a facilitator, and those that are part of them."""
        own = set(self.regions.values_list("slug", flat=True))
        children = Region.objects.filter(parent__slug__in=own)
        return frozenset(own | set(children.values_list("slug", flat=True)))
