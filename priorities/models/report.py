from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from simple_history.models import HistoricalRecords

from accounts.models import User
from regions.operations import Operated

from .recommendation import Recommendation

# Open ones first, harmful ones before others, then the oldest.
MOST_URGENT = (
    F("settled_at").desc(nulls_first=True),
    Case(When(kind="harmful", then=Value(0)), default=Value(1)).asc(),
    "received_on",
    "pk",
)


def today() -> Any:
    return timezone.localdate()


class ProblemReportQuerySet(models.QuerySet["ProblemReport"]):
    def open(self) -> Self:
        return self.filter(settled_at=None)

    def most_urgent_first(self) -> Self:
        return self.order_by(*MOST_URGENT)


class ProblemReport(models.Model):
    """What a reader says is wrong with a text. Never published."""

    class Kind(models.TextChoices):
        HARMFUL = "harmful", _("It may harm somebody")
        WRONG = "wrong", _("It is wrong")
        OTHER = "other", _("Something else")

    class Outcome(models.TextChoices):
        CHANGED = "changed", _("The text was changed")
        WITHDRAWN = "withdrawn", _("The text was withdrawn")
        KEPT = "kept", _("The text stays as it is")
        MERGED = "merged", _("The text was merged into another")

    recommendation = models.ForeignKey(
        Recommendation,
        models.PROTECT,
        related_name="reports",
        verbose_name=_("recommendation"),
    )
    kind = models.CharField(
        _("what is the matter"), max_length=7, choices=Kind, default=Kind.WRONG
    )
    said = models.TextField(
        _("what the reader wrote"),
        help_text=_(
            "In their words. Leave out their name, address and whatever else tells "
            "who they are: we do not need it."
        ),
    )
    received_on = models.DateField(_("received on"), default=today)
    noted_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("noted by"),
    )
    outcome = models.CharField(
        _("outcome"),
        max_length=9,
        choices=Outcome,
        blank=True,
        help_text=_("Empty while the report is open."),
    )
    answer = models.TextField(
        _("answer"),
        blank=True,
        help_text=_("What was done and why, for whoever looks later. Never published."),
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, editable=False)
    settled_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("settled by"),
    )
    is_hidden: ClassVar = True  # nothing that participants see changes with it

    objects = ProblemReportQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("problem report")
        verbose_name_plural = _("problem reports")
        ordering: ClassVar = ["-received_on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome="", settled_at=None)
                | (~Q(outcome="") & Q(settled_at__isnull=False)),
                name="settled_report_has_an_outcome",
                violation_error_message=_("What is settled says with what outcome."),
            ),
            models.CheckConstraint(
                condition=~Q(said=""),
                name="report_says_something",
                violation_error_message=_("Say what the reader wrote."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["settled_at", "kind"], name="report_settled_kind")
        ]

    def __str__(self) -> str:
        return f"{self.recommendation} · {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.settled_at is None

    def clean(self) -> None:
        super().clean()
        if not self.recommendation_id:
            return
        row = self.recommendation
        if row.published_at is None:
            raise ValidationError(
                {
                    "recommendation": _(
                        "Readers never saw this text: it was not published."
                    )
                }
            )
        if self.outcome == self.Outcome.MERGED and row.merged_into_id is None:
            raise ValidationError(
                {"outcome": _("%s is not merged into another.") % row.reference}
            )
        if self.outcome == self.Outcome.WITHDRAWN and row.is_published:
            raise ValidationError(
                {
                    "outcome": _("%s is still public: choose “Withdraw at once” above.")
                    % row.reference
                }
            )

    def settle(self, outcome: str, by: Any) -> None:
        self.outcome, self.settled_at, self.settled_by = outcome, timezone.now(), by
        self._change_reason = gettext_noop("settled")
        self.clean()
        self.save()

    def reopen(self) -> None:
        self.outcome, self.settled_at, self.settled_by = "", None, None
        self._change_reason = gettext_noop("opened again")
        self.save()

    @transaction.atomic
    def withdraw_at_once(self, by: Any) -> None:
        """The text goes, whatever else; what was withdrawn or merged before stays so."""
        rows = Recommendation.objects.select_for_update(of=("self",))
        row = self.recommendation = rows.get(pk=self.recommendation_id)
        if row.is_published:
            row.withdraw()
        self.settle(self.Outcome.WITHDRAWN, by)
