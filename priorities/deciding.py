"""What the pages share on which somebody decides what becomes of entries."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from regions import operations

from .models import Recommendation


def must_decide(request: HttpRequest) -> None:
    """404 for whoever may not publish: to them these pages are not there."""
    if not request.user.has_perm("priorities.publish_recommendation"):
        raise Http404


def versions(rows: Iterable[Recommendation]) -> dict[int, int]:
    records = Recommendation.history.filter(id__in=[row.pk for row in rows])
    found = records.order_by().values("id").annotate(last=Max("history_id"))
    return dict(found.values_list("id", "last"))


class SeenField(forms.CharField):
    """The versions a page was opened with, as `12:340,15:7`."""

    widget = forms.HiddenInput

    @staticmethod
    def told(versions: Mapping[int, int]) -> str:
        return ",".join(f"{pk}:{version}" for pk, version in versions.items())

    def clean(self, value: Any) -> dict[int, int]:
        try:
            pairs = (pair.split(":") for pair in str(value or "").split(",") if pair)
            return {int(pk): int(version) for pk, version in pairs}
        except ValueError:
            return {}


def tell_done(request: HttpRequest, text: str) -> None:
    """Say what was done, with the way to take it back."""
    address = reverse(
        "admin:priorities_recommendation_operation", args=[operations.current()]
    )
    undo = format_html('{} <a href="{}">{}</a>', text, address, _("Undo"))
    messages.success(request, undo)
