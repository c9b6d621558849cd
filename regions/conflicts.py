"""Two people, one text: the second to save sees what the first saved, and decides."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from .differences import Piece, word_by_word


def with_version(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Each row with the number of its last version in the history."""
    versions = rows.model.history.filter(id=OuterRef("pk")).order_by("-history_id")
    return rows.annotate(version=Subquery(versions.values("history_id")[:1]))


def latest(row: Any) -> int | None:
    versions = type(row).history.filter(id=row.pk).order_by("-history_id")
    return versions.values_list("history_id", flat=True).first()


class VersionField(forms.IntegerField):
    """The version a form was opened with; no change of its own."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class VersionedForm(forms.ModelForm):
    """Refuses to save over what somebody saved after the form was opened.

    Then `theirs` holds, field by field, what they saved beside what is typed here, and
    the form that is shown again may be saved: whoever sends it has seen both.
    """

    version = VersionField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.theirs: list[tuple[str, list[Piece]]] = []
        if self.instance.pk:
            self.initial["version"] = self.version_now()

    def version_now(self) -> int | None:
        if hasattr(self.instance, "version"):  # read with the row, among many
            return self.instance.version
        return latest(self.instance)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.instance.pk:
            return data
        # Whoever saves at this very moment is waited for.
        model: Any = type(self.instance)
        rows = model._base_manager.select_for_update(of=("self",))
        now = rows.get(pk=self.instance.pk)
        version = latest(now)
        if version == data.get("version"):
            return data
        self.theirs = [
            (str(self.fields[name].label or name), word_by_word(theirs, typed))
            for name in self.changed_data
            if (theirs := self.shown(name, now)) != (typed := self.shown_typed(name))
        ]
        typed_anew = self.data.copy()  # type: ignore[attr-defined]
        typed_anew[self.add_prefix("version")] = str(version)
        self.data = typed_anew
        last = model.history.get(history_id=version)
        raise ValidationError(
            _(
                "%(who)s changed %(name)s on %(when)s, after you opened it. Compare below; if you save again, yours counts."
            )
            % {
                "who": last.history_user or _("An import"),
                "name": now,
                "when": date_format(last.history_date, "SHORT_DATETIME_FORMAT"),
            }
        )

    def shown(self, name: str, row: Model) -> str:
        value = getattr(row, name, None)
        return "" if value is None else str(value)

    def shown_typed(self, name: str) -> str:
        value = self.cleaned_data.get(name)
        return "" if value is None else str(value).replace("\r\n", "\n")
