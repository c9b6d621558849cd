"""What was sent to organisers of its own accord."""

from typing import ClassVar

from django.db import models

from accounts.models import User


class Digest(models.Model):
    """The last one that somebody got."""

    is_hidden = True  # no content: the version of the data does not move

    reader = models.OneToOneField(User, models.CASCADE, related_name="+")
    sent_on = models.DateField()

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.reader}: {self.sent_on}"
