from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import User

from .recommendation import Recommendation

KEPT = timedelta(days=14)
TEXTS = (*(f"text_{code}" for code in settings.CONTENT_LANGUAGES), "note")


class AutosaveQuerySet(models.QuerySet["Autosave"]):
    def of(self, user: User, recommendation: Recommendation) -> Self:
        return self.filter(user=user, recommendation=recommendation)

    def living(self, at: datetime | None = None) -> Self:
        return self.filter(saved_at__gt=(at or timezone.now()) - KEPT)

    def expired(self, at: datetime | None = None) -> Self:
        return self.filter(saved_at__lte=(at or timezone.now()) - KEPT)


class Autosave(models.Model):
    """What one person typed into one entry and has not saved. Nobody else sees it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="autosaves")
    recommendation = models.ForeignKey(
        Recommendation, models.CASCADE, related_name="autosaves"
    )
    data = models.JSONField(help_text="The texts that differ, by the name of the field")
    version = models.BigIntegerField(
        null=True, help_text="The version of the entry it was typed over"
    )
    saved_at = models.DateTimeField(default=timezone.now, db_index=True)
    is_hidden: ClassVar = True  # nothing that participants see changes with it

    objects = AutosaveQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "recommendation"],
                name="one_autosave_of_a_person_and_an_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation} · {self.user}"
