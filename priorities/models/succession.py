from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from accounts.models import User
from regions.models import Edition
from regions.operations import Operated

from .recommendation import Recommendation

EDITION = "section__regional_forum__edition"
REGION = "section__regional_forum__region"


class SuccessionQuerySet(models.QuerySet["Succession"]):
    def public(self) -> Self:
        """Those of which participants see both ends, or that the later edition is out."""
        return self.filter(
            Q(later=None)
            | Q(
                ("later__status", Recommendation.Status.PUBLISHED),
                (f"later__{EDITION}__published_at__isnull", False),
            ),
            ("earlier__status", Recommendation.Status.PUBLISHED),
            (f"earlier__{EDITION}__published_at__isnull", False),
            edition__published_at__isnull=False,
        )

    def known_to(self, user: User) -> Self:
        """Those whose both ends lie in regions this person works on."""
        if user.works_everywhere:
            return self
        slugs = user.region_slugs()
        return self.filter(
            Q(later=None) | Q((f"later__{REGION}__slug__in", slugs)),
            (f"earlier__{REGION}__slug__in", slugs),
        )

    def of(self, row: Recommendation) -> Self:
        """What is told of an entry, whichever end of it."""
        return self.filter(Q(earlier=row) | Q(later=row)).select_related(
            "edition", f"earlier__{EDITION}", "later"
        )


class Succession(models.Model):
    """What became of an entry of one edition in a later one."""

    class Kind(models.TextChoices):
        REPEATS = "repeats", _("repeats")
        CHANGES = "changes", pgettext_lazy("succession", "changes")
        DROPS = "drops", _("drops")

    edition = models.ForeignKey(
        Edition,
        models.PROTECT,
        related_name="successions",
        verbose_name=_("later edition"),
    )
    earlier = models.ForeignKey(
        Recommendation,
        models.PROTECT,
        related_name="later_ones",
        verbose_name=_("earlier entry"),
    )
    later = models.ForeignKey(
        Recommendation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="earlier_ones",
        verbose_name=_("later entry"),
    )
    kind = models.CharField(_("what became of it"), max_length=7, choices=Kind)
    note = models.TextField(
        _("note"),
        blank=True,
        help_text=_("Why, or what is different. Never published."),
    )
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    decided_at = models.DateTimeField(_("when"), auto_now=True)

    objects = SuccessionQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering: ClassVar = ["edition", "earlier", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="drops", later=None)
                | Q(kind__in=["repeats", "changes"], later__isnull=False),
                name="dropped_has_no_later_entry",
                violation_error_message=_(
                    "What is dropped has no later entry; everything else has one."
                ),
            ),
            models.UniqueConstraint(
                fields=["earlier", "later"],
                name="one_verdict_per_pair",
                violation_error_message=_("These two are linked already."),
            ),
            models.UniqueConstraint(
                fields=["edition", "earlier"],
                condition=Q(later=None),
                name="dropped_once_per_edition",
                violation_error_message=_("This entry is dropped already."),
            ),
        ]

    def __str__(self) -> str:
        later = self.later or self.edition
        return f"{self.earlier} · {self.get_kind_display()} · {later}"

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever decides about the same earlier entry at this moment is waited for."""
        Recommendation.objects.select_for_update().only("pk").get(pk=self.earlier_id)
        self.full_clean(exclude=["decided_by"])
        super().save(*args, **kwargs)

    @property
    def is_hidden(self) -> bool:
        """As `public()` has it, also of a row that is not saved yet, or gone."""
        ends = [self.earlier, *([self.later] if self.later else [])]
        return self.edition.published_at is None or not all(
            row.is_published and not row.is_hidden for row in ends
        )

    def clean(self) -> None:
        super().clean()
        if self.earlier.section.regional_forum.edition.year >= self.edition.year:
            raise ValidationError(
                {"earlier": _("Choose an entry of an earlier edition.")}
            )
        if self.later and self.later.section.regional_forum.edition != self.edition:
            raise ValidationError(
                {"later": _("Choose an entry of the edition %s.") % self.edition}
            )
        others = type(self).objects.filter(edition=self.edition, earlier=self.earlier)
        others = others.exclude(pk=self.pk)
        if self.later is None and others.exclude(later=None).exists():
            raise ValidationError(
                _("%s is asked again: take that back before you drop it.")
                % self.earlier
            )
        if self.later is not None and others.filter(later=None).exists():
            raise ValidationError(
                _("%s is dropped: take that back before you link it.") % self.earlier
            )
