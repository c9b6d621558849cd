from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from regions.models import Region


class User(AbstractUser):
    """An organiser, facilitator or reviewer. Participants need no account."""

    regions = models.ManyToManyField(
        Region,
        blank=True,
        related_name="facilitators",
        verbose_name=_("regions"),
        help_text=_("For whom this person brings in notes, sub-regions included."),
    )
    languages = models.JSONField(
        _("languages"),
        default=list,
        blank=True,
        help_text=_("Into which this person translates, or reviews translations."),
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        default=settings.LANGUAGE_CODE,
        help_text=_("In which this person is written to."),
    )
    sessions_ended = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """Sessions end with the password, and whenever `end_sessions` says so."""
        return salted_hmac(
            "accounts.User.session",
            f"{self.sessions_ended}.{self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    def end_sessions(self) -> None:
        """Sign this person out everywhere."""
        User.objects.filter(pk=self.pk).update(sessions_ended=F("sessions_ended") + 1)
        self.refresh_from_db(fields=["sessions_ended"])

    @cached_property
    def has_second_factor(self) -> bool:
        """Read along with the account of a request (`SignInBackend`)."""
        return Authenticator.objects.filter(user=self, confirmed=True).exists()

    @property
    def needs_second_factor(self) -> bool:
        required: bool = settings.SECOND_FACTOR_REQUIRED
        return required and self.has_perm("priorities.publish_recommendation")

    @property
    def works_everywhere(self) -> bool:
        return self.has_perm("regions.every_region")

    def translates(self, language: str) -> bool:
        """Whether this person translates into a language, or reviews translations."""
        may = self.has_perm("priorities.translate_recommendation")
        return may and (self.works_everywhere or language in self.languages)

    def region_slugs(self) -> frozenset[str]:
        """The regions of this person, and those that are part of them at any depth."""
        found = set(self.regions.values_list("slug", flat=True))
        inner = found
        while inner:
            parts = Region.objects.filter(parent__slug__in=inner)
            inner = set(parts.values_list("slug", flat=True)) - found
            found |= inner
        return frozenset(found)

    def within(self, rows: QuerySet[Any], region: str) -> QuerySet[Any]:
        """Of these rows, those of regions this person works on; `region`: the way to it."""
        if self.works_everywhere:
            return rows
        return rows.filter(**{f"{region}__slug__in": self.region_slugs()})


class Authenticator(TOTPDevice):
    """Somebody's authenticator app. The table alone is not enough to make its codes."""

    class Meta:
        proxy = True
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")

    @property
    def bin_key(self) -> bytes:
        """Never stored: made of the stored number and of SECRET_KEY."""
        return salted_hmac("accounts.Authenticator", self.key).digest()


class RecoveryCode(models.Model):
    """A way in, once, for whoever has lost their phone. Kept as a keyed digest."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "digest"], name="recovery_code_unique"
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class Failures(models.Model):
    """How often in a row something went wrong for one account or address.

    The key is a keyed digest: neither can be read from it. The row goes when it expires.
    """

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    waits_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("failed attempts")
        verbose_name_plural = _("failed attempts")

    def __str__(self) -> str:
        return self.key


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, at: datetime) -> Self:
        """Those that still let somebody in."""
        return self.filter(
            Q(made_by=None) | Q(made_by__is_active=True, made_by__is_staff=True),
            Q(for_account=None)
            | Q(for_account__is_active=True, for_account__is_staff=True),
            used_at=None,
            withdrawn_at=None,
            expires_at__gt=at,
        )


def in_a_week() -> datetime:
    return timezone.now() + timedelta(days=7)


class Invitation(models.Model):
    """A link that lets one person in, once: to a new account or back into their own."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    role = models.CharField(_("role"), max_length=20, blank=True)
    regions = models.ManyToManyField(
        Region, blank=True, related_name="+", verbose_name=_("regions")
    )
    languages = models.JSONField(_("languages"), default=list, blank=True)
    made_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("good until"), default=in_a_week)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("used by"),
    )
    for_account = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("new link for"),
        help_text=_("A new password and a new second factor for an account."),
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at=None, used_by=None)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="invitation_used_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(role="", for_account__isnull=False)
                | Q(for_account=None) & ~Q(role=""),
                name="invitation_to_a_role_or_for_an_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
