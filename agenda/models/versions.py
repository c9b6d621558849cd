"""What was put before the regions, version by version."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regions.differences import Piece, word_by_word

from .lineage import PartOfPriority, Support
from .priorities import GlobalPriority


class Version(PartOfPriority):
    """What was put before the regions, kept as it was said whatever is edited later."""

    priority = models.ForeignKey(
        GlobalPriority, models.CASCADE, related_name="versions_sent"
    )
    number = models.PositiveSmallIntegerField(_("version"))
    said = models.JSONField()
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering: ClassVar = ["priority", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["priority", "number"], name="version_has_its_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.priority_id}/{self.number}"

    def differs_from(self, said: dict[str, Any]) -> bool:
        return essence(self.said) != essence(said)

    def changes_to(self, said: dict[str, Any]) -> list[tuple[str, list[Piece]]]:
        """What is said otherwise there, part by part and word by word."""
        before, after = essence(self.said), essence(said)
        return [
            (label, word_by_word(before[label], after[label]))
            for label in after
            if before[label] != after[label]
        ]


def essence(said: dict[str, Any]) -> dict[str, str]:
    """What regions answer to, as lines to compare; translations are no other version."""

    def words(items: Iterable[Any]) -> str:
        return ", ".join(map(str, items))

    kinds = dict(Support.Kind.choices)
    texts = {
        capfirst(label): said["texts"][f"{name}_{said['language']}"] or ""
        for name, label in (
            ("title", gettext("title")),
            ("statement", gettext("statement")),
            ("rationale", gettext("rationale")),
        )
    }
    return texts | {
        gettext("Horizon"): "–".join(map(str, said["years"])),
        gettext("Audiences"): words(said["audiences"]),
        gettext("Instruments"): words(said["instruments"]),
        gettext("Ballots"): words(said["ballots"]),
        gettext("Regional recommendations"): words(
            f"{reference} ({kinds[kind]})" for _pk, reference, kind in said["supports"]
        ),
    }
