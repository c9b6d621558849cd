from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from regions.operations import Operated
from regions.translated import Translated

from ..words import fold


class AudienceManager(models.Manager["Audience"]):
    def current(self) -> models.QuerySet["Audience"]:
        return self.filter(merged_into=None)

    def by_slug(self) -> dict[str, "Audience"]:
        """Whom a slug means; that of a merged one means the other."""
        rows = self.select_related("merged_into")
        return {row.slug: row.merged_into or row for row in rows}

    def get_by_natural_key(self, slug: str) -> "Audience":
        return self.get(slug=slug)


class Audience(models.Model):
    slug = models.SlugField(_("slug"), unique=True)
    name = Translated(models.CharField(_("name"), max_length=120, blank=True))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    includes = models.ManyToManyField(
        "self",
        through="AudienceInclusion",
        symmetrical=False,
        related_name="included_in",
        verbose_name=_("includes"),
    )

    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    objects = AudienceManager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        ordering: ClassVar = ["position", "slug"]

    def __str__(self) -> str:
        return str(self.name or self.slug)

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class AudienceInclusionManager(models.Manager["AudienceInclusion"]):
    def get_by_natural_key(self, joint: str, included: str) -> "AudienceInclusion":
        return self.get(joint__slug=joint, included__slug=included)


class AudienceInclusion(models.Model):
    """A joint audience speaks to the ones it includes: filters on one find it."""

    joint = models.ForeignKey(
        Audience, models.CASCADE, related_name="inclusions", verbose_name=_("joint")
    )
    included = models.ForeignKey(
        Audience, models.PROTECT, related_name="+", verbose_name=_("included audience")
    )

    objects = AudienceInclusionManager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("included audience")
        verbose_name_plural = _("included audiences")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["joint", "included"], name="audience_included_once"
            ),
            models.CheckConstraint(
                condition=~Q(joint=F("included")),
                name="audience_does_not_include_itself",
                violation_error_message=_("An audience cannot include itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.joint} → {self.included}"

    def natural_key(self) -> tuple[str, str]:
        return (self.joint.slug, self.included.slug)


class PriorityAreaQuerySet(models.QuerySet["PriorityArea"]):
    def groups(self) -> Self:
        return self.filter(parent=None)

    def current(self) -> Self:
        return self.filter(merged_into=None)

    def within_groups(self) -> Self:
        return self.filter(parent__isnull=False)

    def get_by_natural_key(self, slug: str) -> "PriorityArea":
        return self.get(slug=slug)


class PriorityArea(models.Model):
    """What recommendations are about. Two levels: groups, and the areas within."""

    slug = models.SlugField(_("slug"), unique=True)
    name = Translated(models.CharField(_("name"), max_length=120, blank=True))
    description = Translated(
        models.CharField(
            _("description"),
            max_length=300,
            blank=True,
            help_text=_("One sentence: what belongs here and what does not."),
        )
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"parent": None},
        related_name="areas",
        verbose_name=_("group"),
        help_text=_("Empty for a group. Recommendations carry areas, never groups."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    objects = PriorityAreaQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("priority area")
        verbose_name_plural = _("priority areas")
        ordering: ClassVar = [
            F("parent__position").asc(nulls_first=True),
            "position",
            "slug",
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("pk")),
                name="area_is_not_its_own_group",
                violation_error_message=_("An area cannot be its own group."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name or self.slug)

    def save(self, *args: Any, keeps_names: bool = True, **kwargs: Any) -> None:
        """A name it had before stays a synonym, unless another area goes by it."""
        self.clean()
        names = [f"name_{code}" for code in settings.CONTENT_LANGUAGES]
        rows = PriorityArea.objects.filter(pk=self.pk).values_list(*names)
        before = rows.first() if self.pk and keeps_names else None
        super().save(*args, **kwargs)
        for code, name in zip(settings.CONTENT_LANGUAGES, before or (), strict=False):
            if name and fold(name) != fold(getattr(self, f"name_{code}")):
                self.answer_to(code, name)

    def get_absolute_url(self) -> str:
        return reverse("priorities:area-detail", args=[self.slug])

    def answer_to(self, language: str, name: str) -> None:
        """Make a name a synonym of this one, unless it is taken."""
        folded = fold(name)
        column = f"name_{language}"
        others = PriorityArea.objects.current().exclude(pk=self.pk)
        is_synonym = AreaSynonym.objects.filter(language=language, folded=folded)
        own = fold(getattr(self, column))
        taken = {*map(fold, others.values_list(column, flat=True)), own}
        if name and folded not in taken and not is_synonym.exists():
            self.synonyms.create(language=language, label=name)

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def clean(self) -> None:
        super().clean()
        if self.parent and self.parent.parent_id:
            raise ValidationError(
                {"parent": _("There are two levels: “%s” is an area.") % self.parent}
            )
        if self.parent and self.pk and self.areas.exists():
            raise ValidationError(
                {"parent": _("This group has areas of its own; move them first.")}
            )
        if not self.parent and self.pk and self.recommendation_links.exists():
            raise ValidationError(
                {"parent": _("Recommendations carry this area; it cannot be a group.")}
            )


class AreaSynonymManager(models.Manager["AreaSynonym"]):
    def get_by_natural_key(self, language: str, folded: str) -> "AreaSynonym":
        return self.get(language=language, folded=folded)


class AreaSynonym(models.Model):
    """Another word for an area: one concept, many labels."""

    area = models.ForeignKey(
        PriorityArea, models.CASCADE, related_name="synonyms", verbose_name=_("area")
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    label = models.CharField(_("label"), max_length=120)
    folded = models.CharField(max_length=120, editable=False)

    objects = AreaSynonymManager()
    history = HistoricalRecords(bases=[Operated], excluded_fields=["folded"])

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        ordering: ClassVar = ["area", "language", "label"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["language", "folded"],
                name="synonym_names_one_area",
                violation_error_message=_(
                    "This word is already a synonym in this language, of this area or another."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.language})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        super().save(*args, **kwargs)

    def natural_key(self) -> tuple[str, str]:
        return (self.language, self.folded)

    def clean(self) -> None:
        super().clean()
        self.folded = fold(self.label)
        same = AreaSynonym.objects.filter(language=self.language, folded=self.folded)
        other = same.exclude(pk=self.pk).select_related("area").first()
        if other is not None:
            raise ValidationError(
                {
                    "label": _("“%(label)s” is already a synonym of “%(area)s”.")
                    % {"label": self.label, "area": other.area}
                }
            )


class InstrumentManager(models.Manager["Instrument"]):
    def get_by_natural_key(self, slug: str) -> "Instrument":
        return self.get(slug=slug)


class Instrument(models.Model):
    """A convention, law, body or programme that recommendations name."""

    class Kind(models.TextChoices):
        INSTRUMENT = "instrument", _("Instrument")
        BODY = "body", _("Body")
        PROGRAMME = "programme", _("Programme")

    slug = models.SlugField(_("slug"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = Translated(models.CharField(_("name"), max_length=160, blank=True))

    objects = InstrumentManager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("named instrument or body")
        verbose_name_plural = _("named instruments and bodies")
        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return str(self.name or self.slug)

    def natural_key(self) -> tuple[str]:
        return (self.slug,)
