"""The data version: one token that changes with every change of public content."""

from typing import Any

from django.db import models
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from .models import ContentChange, DataVersion


def record_change(instance: Any = None, **_signal: Any) -> None:
    """A new version, unless what changed is hidden from participants anyway.

    It tells which row: a tag speaks for the row it belongs to (`part_of`).
    """
    if instance is None:
        ContentChange.objects.create()
    elif not getattr(instance, "is_hidden", False):
        row = getattr(instance, "part_of", instance)
        ContentChange.objects.create(model=row._meta.label_lower, row=row.pk)


def watch(*content: type[models.Model]) -> None:
    """Give the data a new version whenever one of these models is saved or deleted.

    Bulk writes send no signals: their methods call `record_change` themselves.
    """
    for model in content:
        uid = f"change-{model._meta.label_lower}"
        post_save.connect(record_change, sender=model, dispatch_uid=uid)
        post_delete.connect(record_change, sender=model, dispatch_uid=uid)


def data_version(request: HttpRequest, afresh: bool = False) -> DataVersion:
    """The version of the data when this request began to read it, or `afresh`."""
    if afresh or not hasattr(request, "data_version"):
        request.data_version = ContentChange.objects.version()  # type: ignore[attr-defined]
    return request.data_version  # type: ignore[attr-defined]
