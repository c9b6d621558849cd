"""Global priorities, and the steps from a draft to the published agenda."""

from copy import copy
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from simple_history.models import HistoricalRecords

from priorities.models import Audience, Instrument, PriorityArea, Recommendation
from regions.models import Edition
from regions.operations import Operated
from regions.translated import OriginalText, Translated, set_apart

from .curated import Curated, Sign, in_languages, signs_in

if TYPE_CHECKING:
    from .versions import Version


class GlobalPriorityQuerySet(models.QuerySet["GlobalPriority"]):
    def published(self) -> Self:
        """What everybody may read, in an edition that is published.

        While a later version is with the regions, the published one stays public.
        """
        return self.filter(
            published_version__isnull=False, edition__published_at__isnull=False
        ).exclude(status=GlobalPriority.Status.WITHDRAWN)

    def withdrawn(self) -> Self:
        """Their addresses say so, where they were public."""
        return self.filter(
            status=GlobalPriority.Status.WITHDRAWN, edition__published_at__isnull=False
        )

    def with_regions(self) -> Self:
        """Those that regional facilitators may read and answer, and the published ones."""
        return self.exclude(status=GlobalPriority.Status.DRAFT)


class GlobalPriority(Curated, OriginalText):
    """One priority of an edition's global agenda.

    Draft → with the regions, who assent, hold reservations or object → published →
    withdrawn. Its reference is given once and never again.
    """

    texts = ("title", "statement", "rationale")
    public_texts = tuple(chain.from_iterable(map(in_languages, texts)))
    kept = (
        "status",
        "published_at",
        "version",
        "published_version",
        "personal_data_checked",
    )

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CONSULTED = "consulted", _("With the regions")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    edition = models.ForeignKey(
        Edition,
        models.PROTECT,
        related_name="global_priorities",
        verbose_name=_("edition"),
    )
    reference = models.CharField(
        _("reference"), max_length=20, unique=True, editable=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = Translated(
        models.CharField(_("title"), max_length=160, null=True, blank=True)
    )
    statement = Translated(
        models.TextField(
            _("statement"),
            null=True,
            blank=True,
            help_text=_("What is to be achieved, in two or three sentences."),
        )
    )
    rationale = Translated(
        models.TextField(
            _("rationale"),
            null=True,
            blank=True,
            help_text=_("Why: what regions said, and what they did not."),
        )
    )
    area = models.ForeignKey(
        PriorityArea,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="global_priorities",
        verbose_name=_("priority area"),
        help_text=_("The convergence it was drafted from."),
    )
    first_year = models.PositiveSmallIntegerField(_("from"))
    last_year = models.PositiveSmallIntegerField(_("until"))
    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.DRAFT, editable=False
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    published_version = models.PositiveSmallIntegerField(
        _("published version"), null=True, editable=False
    )
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    personal_data_checked = models.CharField(
        max_length=32, blank=True, default="", editable=False
    )

    audiences = models.ManyToManyField(
        Audience, through="PriorityAudience", verbose_name=_("audiences")
    )
    instruments = models.ManyToManyField(
        Instrument, through="PriorityInstrument", verbose_name=_("instruments")
    )

    objects = GlobalPriorityQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("global priority")
        verbose_name_plural = _("global priorities")
        ordering: ClassVar = ["-edition__year", "position", "pk"]
        permissions: ClassVar = [
            ("publish_globalpriority", _("Can publish global priorities")),
            ("answer_globalpriority", _("Can answer global priorities for a region")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(published_at=None, published_version=None)
                & ~Q(status__in=["published", "withdrawn"])
                | Q(published_at__isnull=False, published_version__isnull=False),
                name="published_priority_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(first_year__gte=2000, last_year__lte=2200)
                & Q(first_year__lte=F("last_year")),
                name="priority_has_a_horizon",
                violation_error_message=_("The horizon ends before it begins."),
            ),
        ]

    def clean(self) -> None:
        super().clean()
        self.must_name_nobody_anew(signs_in(self, self.public_texts))

    def __str__(self) -> str:
        return f"{set_apart(self.reference)} {set_apart(self.title)}".strip()

    def get_absolute_url(self) -> str:
        return reverse("agenda:priority", args=[self.reference])

    @property
    def is_published(self) -> bool:
        """Whether a version of it is public, in an edition that is."""
        is_out = self.published_version and self.status != self.Status.WITHDRAWN
        return bool(is_out and self.edition.published_at)

    @property
    def is_hidden(self) -> bool:
        return not self.published_at

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.reference:
            self.reference = self.next_reference()
        super().save(*args, **kwargs)

    def next_reference(self) -> str:
        """2021-GLOBAL-01, -02 …: also after those that are withdrawn."""
        edition = Edition.objects.select_for_update(no_key=True).get(pk=self.edition_id)
        start = f"{edition.year}-GLOBAL-"
        given = GlobalPriority.history.filter(reference__startswith=start)
        numbers = [
            int(r.removeprefix(start))
            for r in given.values_list("reference", flat=True)
        ]
        return f"{start}{max(numbers, default=0) + 1:02}"

    def signs(self) -> list[Sign]:
        """In its texts, and in what regions answer to it, now and as published."""
        versions = [self.version, self.published_version or self.version]
        stances = self.stances.filter(version__in=versions) if self.pk else ()
        reasons = (signs_in(stance, in_languages("reason")) for stance in stances)
        return [*super().signs(), *chain.from_iterable(reasons)]

    # The write path: what changes the state of a priority goes through here.

    @transaction.atomic
    def send_to_regions(self) -> None:
        """A version for regions to answer; what they said to earlier ones stays."""
        row = self.locked()
        if row.status == self.Status.WITHDRAWN:
            raise ValidationError(_("%s is withdrawn.") % row.reference)
        row.must_say_something()
        row.must_be_checked_for_people()
        sent = row.versions_sent.last()
        if sent is not None and not sent.differs_from(row.said_now()):
            raise ValidationError(
                _(
                    "%(reference)s says what version %(version)s says, which was sent already."
                )
                % {"reference": row.reference, "version": sent.number}
            )
        number = sent.number + 1 if sent is not None else 1
        row.versions_sent.create(number=number, said=row.said_now())
        row.step(
            self.Status.CONSULTED, gettext_noop("sent to the regions"), version=number
        )
        self.refresh_from_db()

    def said_now(self) -> dict[str, Any]:
        """All that a version says, to be kept as it is."""
        supports = self.supports.select_related("recommendation")
        return {
            "language": self.original_language,
            "texts": {
                f"{name}_{code}": getattr(self, f"{name}_{code}")
                for name in self.texts
                for code in settings.CONTENT_LANGUAGES
            },
            "states": self.versions(),
            "years": [self.first_year, self.last_year],
            "audiences": list_of(self.audience_links, "audience__slug"),
            "instruments": list_of(self.instrument_links, "instrument__slug"),
            "ballots": list_of(self.ballot_supports, "ballot"),
            "supports": [
                [s.recommendation_id, s.recommendation.reference, s.kind]
                for s in supports
            ],
        }

    def as_said(self, said: dict[str, Any]) -> "GlobalPriority":
        """This priority with the texts of a version; its translations grow meanwhile."""
        row = copy(self)
        row.first_year, row.last_year = said["years"]
        if row.original_version != said["states"]["original_version"]:
            row.original_language = said["language"]
            for name, value in said["texts"].items():
                setattr(row, name, value)
            row.take_versions(said["states"])
        return row

    def changed_since_sent(self) -> "Version | None":
        """The version that was sent last, where it says something else than the row."""
        sent = self.versions_sent.last()
        changed = sent is not None and sent.differs_from(self.said_now())
        return sent if changed else None

    def must_say_something(self) -> None:
        for name in self.texts[:2]:
            if not self.original(name).value:
                label = label_for_field(f"{name}_{self.original_language}", type(self))
                raise ValidationError(
                    _("%(reference)s: “%(field)s” is empty.")
                    % {"reference": self.reference, "field": label}
                )
        if not self.supports.exists():
            raise ValidationError(
                _(
                    "%s stands on no regional recommendation yet: add those it comes from."
                )
                % self.reference
            )
        hidden = self.supports.exclude(
            recommendation__in=Recommendation.objects.published()
        ).select_related("recommendation")
        for support in hidden:
            raise ValidationError(
                _("%(reference)s stands on %(other)s, which is not published.")
                % {
                    "reference": self.reference,
                    "other": support.recommendation.reference,
                }
            )

    @transaction.atomic
    def publish(self) -> None:
        """Publish what regions could answer. ValidationError says what is missing."""
        row = self.locked()
        if row.status != self.Status.CONSULTED:
            raise ValidationError(
                _("%s was not sent to the regions: they answer before it is published.")
                % row.reference
            )
        row.must_say_something()
        row.must_be_checked_for_people()
        if sent := row.changed_since_sent():
            raise ValidationError(
                _(
                    "%(reference)s was changed since version %(version)s was sent: send it to the regions again."
                )
                % {"reference": row.reference, "version": sent.number}
            )
        row.step(
            self.Status.PUBLISHED,
            gettext_noop("published"),
            published_at=row.published_at or timezone.now(),
            published_version=row.version,
        )
        self.refresh_from_db()

    @transaction.atomic
    def withdraw(self) -> None:
        row = self.locked()
        if not row.published_version or row.status == self.Status.WITHDRAWN:
            raise ValidationError(_("%s is not published.") % row.reference)
        row.step(self.Status.WITHDRAWN, gettext_noop("withdrawn"))
        self.refresh_from_db()


def list_of(links: Any, name: str) -> list[Any]:
    return sorted(links.values_list(name, flat=True))
