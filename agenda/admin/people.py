"""Whoever publishes says that they looked for people in the texts."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from regions.conflicts import VersionedForm


class CheckedForm(VersionedForm):
    people_checked = forms.BooleanField(
        label=_("I checked: no person is harmed by these texts"), required=False
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        self.instance.people_checked = data["people_checked"]
        return data


class ChecksForPeople:
    """For an admin of `Curated` rows whose form is a `CheckedForm`."""

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        admin: Any = super()
        admin.save_related(request, form, formsets, change)
        may_publish = self.has_publish_permission(request)  # type: ignore[attr-defined]
        if may_publish and form.instance.people_checked:
            form.instance.confirm_personal_data()
