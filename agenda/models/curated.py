"""What rows of the agenda share: named steps, and nobody named unseen."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from priorities import personal_data
from priorities.models.recommendation import digest


class Sign(NamedTuple):
    """A passage that seems to name or reach a person, and where it stands."""

    column: str
    label: Any
    kind: str
    passage: str

    def __str__(self) -> str:
        told = _("%(field)s: %(kind)s, “%(passage)s”")
        kind = personal_data.KINDS[self.kind]
        return told % {"field": self.label, "kind": kind, "passage": self.passage}


def in_languages(name: str) -> list[str]:
    return [f"{name}_{code}" for code in settings.CONTENT_LANGUAGES]


def signs_in(row: models.Model, columns: Iterable[str]) -> Iterator[Sign]:
    for column in columns:
        text = getattr(row, column) or ""
        label: Any = type(row)._meta.get_field(column).verbose_name  # type: ignore[union-attr]
        for finding in personal_data.find(text):
            passage = text[finding.start : finding.end]
            yield Sign(column, label, finding.kind, passage)


class Curated:
    """A row that goes public by steps, once somebody looked for people in its texts.

    Signs of people that somebody looked at are kept as a digest: another sign is new.
    """

    public_texts: ClassVar[Sequence[str]] = ()
    people_checked = False  # by whoever saves it: see `must_name_nobody_anew`

    def locked(self: Any) -> Any:
        rows: Any = type(self)._base_manager
        return rows.select_for_update(no_key=True).get(pk=self.pk)

    def step(self: Any, status: str, reason: str, **more: Any) -> None:
        for name, value in ({"status": status} | more).items():
            setattr(self, name, value)
        self._change_reason = reason
        self.save(steps=["status", *more])

    def signs(self: Any) -> list[Sign]:
        """In all that everybody reads of it."""
        return list(signs_in(self, self.public_texts))

    def signs_of_people(self: Any) -> list[str]:
        """The passages that seem to name or reach a person."""
        return [sign.passage for sign in self.signs()]

    @transaction.atomic
    def confirm_personal_data(self: Any) -> None:
        """Somebody looked at every sign of a person as it stands now."""
        row = self.locked()
        row.personal_data_checked = digest(row.signs_of_people())
        row._change_reason = gettext_noop("personal data checked")
        row.save(steps=["personal_data_checked"])
        self.refresh_from_db()

    def must_be_checked_for_people(self: Any) -> None:
        if digest(self.signs_of_people()) not in ("", self.personal_data_checked):
            raise self.names_somebody(self.signs())

    def names_somebody(self, signs: Iterable[Sign]) -> ValidationError:
        return ValidationError(
            _(
                "“%(name)s” seems to hold a person’s data (%(found)s). Take it out, or confirm that you checked it."
            ),
            params={"name": self, "found": "; ".join(map(str, signs))},
        )

    def must_name_nobody_anew(self: Any, signs: Iterable[Sign]) -> None:
        """What is public says nothing more of a person until somebody checked it."""
        if not self.is_published or self.people_checked:
            return
        found = list(signs)
        rows: Any = type(self)._base_manager
        row = rows.filter(pk=self.pk).first() if found else None
        known = row.signs_of_people() if row else []
        anew: dict[str, list[ValidationError]] = {}
        for sign in found:
            if sign.passage not in known:
                anew.setdefault(sign.column, []).append(self.names_somebody([sign]))
        if anew:
            raise ValidationError(anew)
