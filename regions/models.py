import secrets
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .operations import Operated
from .translated import OriginalText, Translated


def new_token() -> str:
    return secrets.token_hex(8)


class DataVersion(NamedTuple):
    token: str
    changes: int
    changed_at: datetime | None
    edition: int | None

    @property
    def name(self) -> str:
        return f"{self.token}-{self.changes}" if self.changes else "empty"


# Every request asks this first; written out, it takes a third of the time.
VERSION = """
SELECT id, token, changed_at,
  (SELECT COUNT(*) FROM regions_contentchange) AS changes,
  (SELECT MAX(year) FROM regions_edition WHERE published_at IS NOT NULL) AS edition
FROM regions_contentchange ORDER BY id DESC LIMIT 1
"""


class OpenHistory(models.Model):
    """While a transaction has a row here, it may change history; see `kept.opened`."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "open"


class ContentChangeManager(models.Manager["ContentChange"]):
    def version(self) -> DataVersion:
        """The data version now: a short name, the same until something changes.

        Rows are only ever added, so writers never wait for each other. The count
        tells of a transaction that began early and committed late. The latest
        published edition comes along, for the foot of every page.
        """
        latest: Any = next(iter(self.raw(VERSION)), None)
        if latest is None:
            return DataVersion("", 0, None, None)
        changed_at = latest.changed_at
        return DataVersion(latest.token, latest.changes, changed_at, latest.edition)


class ContentChange(models.Model):
    """One change of public content: of one row of a model, or ("") of many."""

    token = models.CharField(max_length=16, default=new_token)
    changed_at = models.DateTimeField(auto_now_add=True)
    model = models.CharField(max_length=60, blank=True)
    row = models.BigIntegerField(null=True)

    objects = ContentChangeManager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["token"], name="change_token"),
        ]

    def __str__(self) -> str:
        return self.token


class EditionQuerySet(models.QuerySet["Edition"]):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def get_by_natural_key(self, year: int) -> "Edition":
        return self.get(year=year)


class Edition(OriginalText):
    texts = ("theme", "introduction")

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    theme = Translated(
        models.CharField(_("theme"), max_length=300, null=True, blank=True)
    )
    introduction = Translated(
        models.TextField(_("introduction"), null=True, blank=True)
    )
    place = Translated(
        models.CharField(_("place of the global forum"), max_length=120, blank=True)
    )
    horizon_years = models.PositiveSmallIntegerField(
        _("horizon in years"),
        default=3,
        help_text=_("For how many years solutions are sought."),
    )
    published_at = models.DateTimeField(
        _("published at"),
        null=True,
        blank=True,
        help_text=_("Empty: participants do not see this edition yet."),
    )
    report_email = models.EmailField(
        _("address for reports"),
        blank=True,
        help_text=_(
            "Where readers write when a text of this edition is wrong or harmful. "
            "Empty: the address of the whole site."
        ),
    )
    _was_published = False

    objects = EditionQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering: ClassVar = ["-year"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2200),
                name="edition_year_is_a_year",
                violation_error_message=_("A year lies between 2000 and 2200."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)

    def natural_key(self) -> tuple[int]:
        return (self.year,)

    def _remember(self) -> None:
        super()._remember()
        if "published_at" not in self.get_deferred_fields():
            self._was_published = self.published_at is not None

    @property
    def is_hidden(self) -> bool:
        """Whether participants see nothing of it, neither before this change nor after."""
        return self.published_at is None and not self._was_published

    def report_link(self, reference: str, language: str) -> str:
        """A mail to whoever looks after this edition; "" where nobody is named."""
        address = self.report_email or settings.REPORT_EMAIL
        subject = urlencode({"subject": f"{reference} ({language})"}, quote_via=quote)
        return f"mailto:{quote(address, safe='@')}?{subject}" if address else ""

    def last_year(self) -> int:
        """The year in which the horizon of this edition ends."""
        return self.year + self.horizon_years


class EditionPartnerManager(models.Manager["EditionPartner"]):
    def get_by_natural_key(self, year: int, role: str, name: str) -> "EditionPartner":
        return self.get(edition__year=year, role=role, name=name)


class EditionPartner(models.Model):
    class Role(models.TextChoices):
        SPONSOR = "sponsor", _("Sponsored by")
        ORGANISER = "organiser", _("Organised by")

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="partners", verbose_name=_("edition")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    name = models.CharField(
        _("name"),
        max_length=200,
        blank=True,
        help_text=_("Empty where the booklet has the role and names nobody in it."),
    )

    objects = EditionPartnerManager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering: ClassVar = ["edition", "-role", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edition", "role", "name"], name="partner_once_per_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.name or '…'}"

    @property
    def is_hidden(self) -> bool:
        return self.edition.published_at is None

    def natural_key(self) -> tuple[int, str, str]:
        return (self.edition.year, self.role, self.name)


class RegionQuerySet(models.QuerySet["Region"]):
    def forum_regions(self) -> Self:
        """The regions that hold a forum of their own: convergence counts these."""
        return self.filter(parent=None)

    def get_by_natural_key(self, slug: str) -> "Region":
        return self.get(slug=slug)


class Region(models.Model):
    slug = models.SlugField(
        _("slug"),
        unique=True,
        help_text=_("Part of every address; never change it once published."),
    )
    code = models.CharField(
        _("code"),
        max_length=5,
        unique=True,
        help_text=_("Capital letters, as in the reference 2021-MENA-014."),
    )
    name = Translated(models.CharField(_("name"), max_length=120, blank=True))
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
        help_text=_("Empty for the regions that hold a forum of their own."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("The order in which regions are shown.")
    )

    objects = RegionQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering: ClassVar = ["position", "slug"]
        permissions: ClassVar = [
            ("every_region", _("Works on every region, not only on their own")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z]{2,5}$"),
                name="region_code_is_capitals",
                violation_error_message=_("A code is two to five capital letters."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("pk")),
                name="region_is_not_its_own_parent",
                violation_error_message=_("A region cannot be part of itself."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name or self.slug)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("priorities:region-detail", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def ancestors(self) -> list["Region"]:
        """The regions this one is part of, the nearest first."""
        found: list[Region] = []
        region = self.parent
        while region is not None and region not in found:
            found.append(region)
            region = region.parent
        return found

    def clean(self) -> None:
        super().clean()
        if self.pk and self in self.ancestors():
            raise ValidationError(
                {"parent": _("A region cannot be part of itself, even indirectly.")}
            )


class CountryManager(models.Manager["Country"]):
    def get_by_natural_key(self, iso_code: str) -> "Country":
        return self.get(iso_code=iso_code)


class Country(models.Model):
    iso_code = models.CharField(
        _("ISO code"),
        max_length=2,
        unique=True,
        help_text=_("Two capital letters (ISO 3166-1): NP, HT, SD…"),
    )
    name = Translated(models.CharField(_("name"), max_length=120, blank=True))
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="countries",
        verbose_name=_("region"),
        help_text=_("The Forum's own region, which need not be the United Nations'."),
    )

    objects = CountryManager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering: ClassVar = ["iso_code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(iso_code__regex=r"^[A-Z]{2}$"),
                name="country_code_is_two_capitals",
                violation_error_message=_("An ISO code is two capital letters."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name or self.iso_code)

    def natural_key(self) -> tuple[str]:
        return (self.iso_code,)


class RegionalForumQuerySet(models.QuerySet["RegionalForum"]):
    def own(self) -> Self:
        """Forums that were held, without the parts a larger forum gave sub-regions."""
        return self.filter(held_within=None)

    def in_latest_edition(self) -> Self:
        """In the edition whose pages participants see first."""
        return self.filter(edition=Edition.objects.published().values("pk")[:1])

    def get_by_natural_key(self, year: int, region: str) -> "RegionalForum":
        return self.get(edition__year=year, region__slug=region)


class RegionalForum(OriginalText):
    texts = ("overview",)
    kept = ("last_number",)

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="forums", verbose_name=_("edition")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="forums", verbose_name=_("region")
    )
    held_within = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("held within"),
        help_text=_(
            "For a sub-region whose priorities come from a larger forum: that forum."
        ),
    )
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    place = Translated(models.CharField(_("place"), max_length=120, blank=True))
    overview = Translated(models.TextField(_("overview"), null=True, blank=True))
    first_page = models.PositiveSmallIntegerField(
        _("first page"), null=True, blank=True
    )
    last_page = models.PositiveSmallIntegerField(_("last page"), null=True, blank=True)
    last_number = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="The last number given to a reference; only ever grows.",
    )

    objects = RegionalForumQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated], excluded_fields=["last_number"])

    class Meta:
        verbose_name = _("regional forum")
        verbose_name_plural = _("regional forums")
        ordering: ClassVar = ["-edition__year", "region__position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edition", "region"],
                name="one_forum_per_region_and_edition",
                violation_error_message=_(
                    "This region already has a forum in this edition."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on__lte=F("ends_on")),
                name="forum_ends_after_it_starts",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(first_page=None, last_page=None)
                | Q(first_page__lte=F("last_page")),
                name="forum_pages_in_order",
                violation_error_message=_("The last page comes before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.edition}"

    @property
    def is_hidden(self) -> bool:
        return self.edition.published_at is None

    def natural_key(self) -> tuple[int, str]:
        return (self.edition.year, self.region.slug)

    natural_key.dependencies = ["regions.edition", "regions.region"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        whole = self.held_within
        if whole and (whole == self or whole.edition_id != self.edition_id):
            raise ValidationError(
                {"held_within": _("Choose another forum of the same edition.")}
            )

    def take_numbers(self, count: int = 1) -> list[str]:
        """Give out the next references of this edition and region, for good.

        One atomic update per call: two people at once never get the same number.
        """
        RegionalForum.objects.filter(pk=self.pk).update(
            last_number=F("last_number") + count
        )
        self.refresh_from_db(fields=["last_number"])
        first = self.last_number - count + 1
        prefix = f"{self.edition.year}-{self.region.code}"
        return [f"{prefix}-{number:03d}" for number in range(first, first + count)]


@receiver(pre_delete, sender=RegionalForum)
def keep_the_counter(instance: RegionalForum, **_signal: Any) -> None:
    """A forum that gave references stays, so that none is ever given twice."""
    if instance.last_number:
        raise models.ProtectedError(
            "This forum gave references; it is kept with their counter.", {instance}
        )
