"""The data version: one token that changes with every change of public content."""

from typing import Any

from django.db import models
from django.db.models.signals import post_delete, post_save

from .models import ContentChange


def record_change(instance: Any = None, **_signal: Any) -> None:
    """A new version, unless what changed is hidden from participants anyway."""
    if not getattr(instance, "is_hidden", False):
        ContentChange.objects.create()


def watch(*content: type[models.Model]) -> None:
    """Give the data a new version whenever one of these models is saved or deleted.

    Bulk writes send no signals: their methods call `record_change` themselves.
    """
    for model in content:
        uid = f"change-{model._meta.label_lower}"
        post_save.connect(record_change, sender=model, dispatch_uid=uid)
        post_delete.connect(record_change, sender=model, dispatch_uid=uid)
