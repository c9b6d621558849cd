"""Global priorities with the regional recommendations they come from, and what regions say to them."""

from collections.abc import Iterable
from copy import copy
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import User
from priorities.models import Audience, Instrument, PriorityArea, Recommendation
from regions.differences import Piece, word_by_word
from regions.models import Edition, Region
from regions.operations import Operated
from regions.translated import OriginalText, Translated
from workshops.models import Ballot


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


class GlobalPriority(OriginalText):
    """One priority of an edition's global agenda.

    Draft → with the regions, who assent, hold reservations or object → published →
    withdrawn. Its reference is given once and never again.
    """

    texts = ("title", "statement", "rationale")
    kept = ("status", "published_at", "version", "published_version")

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

    def __str__(self) -> str:
        return f"{self.reference} {self.title}".strip()

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

    def locked(self) -> "GlobalPriority":
        every: Any = GlobalPriority._base_manager
        row: GlobalPriority = every.select_for_update(no_key=True).get(pk=self.pk)
        return row

    # The write path: what changes the state of a priority goes through here.

    def step(self, status: str, reason: str, **more: Any) -> None:
        for name, value in ({"status": status} | more).items():
            setattr(self, name, value)
        self._change_reason = reason
        self.save(steps=["status", *more])

    @transaction.atomic
    def send_to_regions(self) -> None:
        """A version for regions to answer; what they said to earlier ones stays."""
        row = self.locked()
        if row.status == self.Status.WITHDRAWN:
            raise ValidationError(_("%s is withdrawn.") % row.reference)
        row.must_say_something()
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


class PartOfPriority(models.Model):
    """A row that speaks for the global priority it belongs to."""

    class Meta:
        abstract = True

    @property
    def part_of(self) -> Any:
        return self.priority  # type: ignore[attr-defined]

    @property
    def is_hidden(self) -> bool:
        return bool(self.part_of.is_hidden)


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


class PriorityAudience(PartOfPriority):
    priority = models.ForeignKey(
        GlobalPriority, models.CASCADE, related_name="audience_links"
    )
    audience = models.ForeignKey(
        Audience,
        models.PROTECT,
        related_name="priority_links",
        verbose_name=_("audience"),
    )

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["priority", "audience"],
                name="priority_speaks_to_an_audience_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.audience)


class PriorityInstrument(PartOfPriority):
    priority = models.ForeignKey(
        GlobalPriority, models.CASCADE, related_name="instrument_links"
    )
    instrument = models.ForeignKey(
        Instrument,
        models.PROTECT,
        related_name="priority_links",
        verbose_name=_("instrument"),
    )

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["priority", "instrument"],
                name="priority_names_an_instrument_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.instrument)


class Support(PartOfPriority):
    """That a global priority comes from a regional recommendation, and how."""

    class Kind(models.TextChoices):
        SAME = "same", _("asks for the same")
        PART = "part", _("asks for a part of it")
        CONTEXT = "context", _("says why")

    priority = models.ForeignKey(
        GlobalPriority,
        models.CASCADE,
        related_name="supports",
        verbose_name=_("global priority"),
    )
    recommendation = models.ForeignKey(
        Recommendation,
        models.PROTECT,
        related_name="supported_priorities",
        verbose_name=_("recommendation"),
    )
    kind = models.CharField(_("how it supports"), max_length=7, choices=Kind)

    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("regional recommendation")
        verbose_name_plural = _("regional recommendations")
        ordering: ClassVar = ["recommendation__reference"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["priority", "recommendation"],
                name="recommendation_supports_once",
            )
        ]

    def __str__(self) -> str:
        return self.recommendation.reference


class BallotSupport(PartOfPriority):
    """That a global priority comes from the result of a ballot."""

    priority = models.ForeignKey(
        GlobalPriority, models.CASCADE, related_name="ballot_supports"
    )
    ballot = models.ForeignKey(
        Ballot,
        models.PROTECT,
        related_name="supported_priorities",
        verbose_name=_("ballot"),
    )

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["priority", "ballot"], name="ballot_supports_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.ballot)


class Stance(PartOfPriority):
    """What a region says to one version of a global priority, and why."""

    class Kind(models.TextChoices):
        ASSENT = "assent", _("assents")
        RESERVATION = "reservation", _("has a reservation")
        OBJECTION = "objection", _("objects")

    priority = models.ForeignKey(GlobalPriority, models.CASCADE, related_name="stances")
    version = models.PositiveSmallIntegerField(_("version"))
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="stances", verbose_name=_("region")
    )
    kind = models.CharField(_("answer"), max_length=11, choices=Kind)
    reason = Translated(models.TextField(_("reason"), blank=True))
    given_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )
    given_at = models.DateTimeField(_("given at"), auto_now=True)

    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("answer of a region")
        verbose_name_plural = _("answers of regions")
        ordering: ClassVar = ["-version", "region__position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["priority", "version", "region"],
                name="region_answers_a_version_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.region}: {self.get_kind_display()}"

    def clean(self) -> None:
        super().clean()
        if self.kind != self.Kind.ASSENT and not self.reason:
            raise ValidationError(
                {"kind": _("A reservation or an objection needs its reason.")}
            )

    @staticmethod
    @transaction.atomic
    def give(
        priority: GlobalPriority, region: Region, kind: str, by: Any, **reason: str
    ) -> "Stance":
        """What a region says to the version that is with the regions now; said again, instead.

        `reason`: reason_fr and so on.
        """
        row = priority.locked()
        if row.status != GlobalPriority.Status.CONSULTED:
            raise ValidationError(_("%s is not with the regions now.") % row.reference)
        stance = Stance.objects.filter(
            priority=row, version=row.version, region=region
        ).first()
        stance = stance or Stance(priority=row, version=row.version, region=region)
        stance.kind, stance.given_by = kind, by
        for name, value in reason.items():
            setattr(stance, name, value)
        stance.full_clean()
        stance.save()
        return stance


class ProtectedPlaceQuerySet(models.QuerySet["ProtectedPlace"]):
    def unanswered(self) -> Self:
        said = [Q((f"left_because_{c}", "")) for c in settings.CONTENT_LANGUAGES]
        return self.filter(*said, taken_up_in=None)


class ProtectedPlace(models.Model):
    """A priority of one region alone: no vote removes it, and it gets an answer."""

    recommendation = models.OneToOneField(
        Recommendation,
        models.PROTECT,
        related_name="protected_place",
        verbose_name=_("recommendation"),
    )
    taken_up_in = models.ForeignKey(
        GlobalPriority,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="takes_up",
        verbose_name=_("taken up in"),
    )
    left_because = Translated(
        models.TextField(
            _("left to the region because"),
            blank=True,
        )
    )

    objects = ProtectedPlaceQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("priority of one region")
        verbose_name_plural = _("priorities of one region")
        ordering: ClassVar = ["recommendation__reference"]

    def __str__(self) -> str:
        return self.recommendation.reference

    @property
    def is_hidden(self) -> bool:
        """Shown with the agenda of its edition, once there is one."""
        edition = self.recommendation.section.regional_forum.edition
        return not GlobalPriority.objects.published().filter(edition=edition).exists()

    @property
    def is_answered(self) -> bool:
        return bool(self.taken_up_in_id or self.left_because)
