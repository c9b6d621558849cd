"""A ballot, its candidates, the codes that let people in, and what they answered.

Codes and answers stand in two tables that nothing joins: both are found from the code a
person holds, by two different keyed digests. The row of an answer is there before
anybody answers, in shuffled order, so that no order of rows tells who came when.
"""

from typing import Any, ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext
from simple_history.models import HistoricalRecords

from accounts.models import User
from priorities.models import Audience, PriorityArea, Recommendation, Section
from regions.changes import record_change
from regions.models import Edition, Region
from regions.operations import Operated
from regions.translated import Translated

MOST_CANDIDATES = 60
MOST_IN_PAIRS = 8  # candidates: 28 pairs are what one person compares with care


class BallotQuerySet(models.QuerySet["Ballot"]):
    def visible_to(self, user: Any) -> Self:
        """Without a wall all of them; else those of one's regions and those of no region."""
        if user.works_everywhere:
            return self
        return self.filter(Q(region=None) | Q(region__slug__in=user.region_slugs()))

    def told(self) -> Self:
        """Whose results participants may read."""
        return self.filter(
            results_published_at__isnull=False, edition__published_at__isnull=False
        )


class Ballot(models.Model):
    """One question put to a room: what is ranked, how, by whom and until when."""

    class Scope(models.TextChoices):
        SECTION = "section", _("One list of a regional forum")
        AUDIENCE = "audience", _("One audience across regions")
        CONVERGENCES = "convergences", _("The convergences")
        SHORTLIST = "shortlist", _("A list made by hand")

    class Method(models.TextChoices):
        BORDA = "borda", _("Rank the most important, counted by points")
        SCHULZE = "schulze", _("Rank the most important, counted in pairs")
        APPROVAL = "approval", _("Approve as many as you like")
        PAIRS = "pairs", _("Compare in pairs")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="ballots", verbose_name=_("edition")
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ballots",
        verbose_name=_("region"),
        help_text=_(
            "Whose ballot it is. Empty: of all regions; an organiser opens it."
        ),
    )
    scope = models.CharField(_("what is put to the vote"), max_length=12, choices=Scope)
    section = models.ForeignKey(
        Section,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ballots",
        verbose_name=_("section"),
    )
    audience = models.ForeignKey(
        Audience,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ballots",
        verbose_name=_("audience"),
    )
    question = Translated(
        models.CharField(
            _("question"),
            max_length=300,
            blank=True,
            help_text=_("As it is read on a phone and on the wall."),
        )
    )
    for_whom = Translated(
        models.CharField(
            _("who may take part"),
            max_length=200,
            blank=True,
            help_text=_("Whom the codes are given to."),
        )
    )
    method = models.CharField(_("method"), max_length=8, choices=Method)
    most = models.PositiveSmallIntegerField(
        _("how many at most"),
        null=True,
        blank=True,
        help_text=_(
            "How many a person ranks or approves. Empty: as many as there are."
        ),
    )
    asks_region = models.BooleanField(_("ask for the region"), default=True)
    asks_role = models.BooleanField(_("ask for the role"), default=False)
    asks_language = models.BooleanField(_("ask for the language"), default=False)
    status = models.CharField(
        _("status"), max_length=6, choices=Status, default=Status.DRAFT, editable=False
    )
    closes_at = models.DateTimeField(
        _("closes at"),
        help_text=_(
            "In universal time (UTC): 14:00 is 17:00 in Nairobi and 19:30 in Delhi."
        ),
    )
    opened_at = models.DateTimeField(_("opened at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    made_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    results_published_at = models.DateTimeField(
        _("results published at"), null=True, editable=False
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, editable=False)
    accepted_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    accepted_because = models.CharField(
        _("why it was accepted"), max_length=300, blank=True, editable=False
    )

    objects = BallotQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        ordering: ClassVar = ["-pk"]
        permissions: ClassVar = [
            ("accept_ballot", _("Can accept the result of a ballot")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(
                    Q(scope="section", section__isnull=False, audience=None)
                    | Q(scope="audience", section=None, audience__isnull=False)
                    | Q(
                        scope__in=["convergences", "shortlist"],
                        section=None,
                        audience=None,
                    )
                ),
                name="ballot_is_about_what_it_says",
                violation_error_message=_(
                    "Name the section, or the audience, that is put to the vote, and no other."
                ),
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="draft", opened_at=None, closed_at=None)
                    | Q(status="open", opened_at__isnull=False, closed_at=None)
                    | Q(
                        status="closed",
                        opened_at__isnull=False,
                        closed_at__isnull=False,
                    )
                ),
                name="ballot_status_has_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(status="closed")
                | Q(results_published_at=None, accepted_at=None),
                name="ballot_is_closed_before_it_is_told",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None)
                | Q(accepted_by__isnull=False) & ~Q(accepted_because=""),
                name="ballot_accepted_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(most=None) | Q(most__gte=1),
                name="ballot_asks_for_one_at_least",
                violation_error_message=_("A person ranks or approves at least one."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.question or f"{self._meta.verbose_name} {self.pk}")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("ballots:results", args=[self.pk])

    @property
    def is_hidden(self) -> bool:
        return self.results_published_at is None

    def clean(self) -> None:
        """Once open, it asks what it asked; once its time is over, no answer comes after."""
        super().clean()
        kept = Ballot.objects.filter(pk=self.pk).exclude(status=self.Status.DRAFT)
        before = kept.first()
        if before is None:
            return
        names = [field.attname for field in self._meta.fields if field.editable]
        changed = {
            name for name in names if getattr(self, name) != getattr(before, name)
        }
        if changed - {"closes_at"}:
            raise ValidationError(
                _(
                    "This ballot was opened: what it asks, of whom and how stays as it is. Only its closing time can be moved."
                )
            )
        if changed and before.is_over():
            raise ValidationError(
                {"closes_at": _("This ballot is over and cannot be opened again.")}
            )
        if changed and self.closes_at <= timezone.now():
            raise ValidationError(
                {"closes_at": _("This time is over: set a later one, or close it now.")}
            )

    def is_open(self, at: Any = None) -> bool:
        """Whether an answer given now counts: open, and its time not over."""
        return (
            self.status == self.Status.OPEN and (at or timezone.now()) < self.closes_at
        )

    @property
    def takes_paper(self) -> bool:
        """Until somebody closes it: paper is typed in when its time is over."""
        return self.status == self.Status.OPEN

    def is_over(self, at: Any = None) -> bool:
        """Whether nobody can answer any more with a code."""
        over = self.status == self.Status.OPEN and not self.is_open(at)
        return over or self.status == self.Status.CLOSED

    def locked(self) -> "Ballot":
        """This ballot as it is now; nobody opens, closes or answers it meanwhile."""
        return Ballot.objects.select_for_update(of=("self",), no_key=True).get(
            pk=self.pk
        )

    @transaction.atomic
    def open(self) -> None:
        """Let codes in. ValidationError says what is missing."""
        ballot = self.locked()
        if ballot.status != self.Status.DRAFT:
            raise ValidationError(_("This ballot was opened before."))
        count = ballot.candidates.count()
        if count < 2:
            raise ValidationError(_("There is nothing to choose from: add candidates."))
        if ballot.method == self.Method.PAIRS and count > MOST_IN_PAIRS:
            raise ValidationError(
                ngettext(
                    "%(count)s candidate makes too many pairs: %(most)s at most, or choose another method.",
                    "%(count)s candidates make too many pairs: %(most)s at most, or choose another method.",
                    count,
                )
                % {"count": count, "most": MOST_IN_PAIRS}
            )
        if count > MOST_CANDIDATES:
            raise ValidationError(
                ngettext(
                    "%(count)s candidate is too many to choose from: %(most)s at most.",
                    "%(count)s candidates are too many to choose from: %(most)s at most.",
                    count,
                )
                % {"count": count, "most": MOST_CANDIDATES}
            )
        if not any(
            getattr(ballot, f"question_{c}") for c in settings.CONTENT_LANGUAGES
        ):
            raise ValidationError(_("The ballot has no question yet."))
        if ballot.closes_at <= timezone.now():
            raise ValidationError(_("Its closing time is over: set a later one."))
        ballot.status, ballot.opened_at = self.Status.OPEN, timezone.now()
        ballot.step(gettext_noop("opened"))
        self.refresh_from_db()

    @transaction.atomic
    def close(self) -> None:
        """No answer counts any more; those that are there are counted."""
        ballot = self.locked()
        if ballot.status != self.Status.OPEN:
            raise ValidationError(_("This ballot is not open."))
        now = timezone.now()
        ballot.status, ballot.closed_at = self.Status.CLOSED, min(now, ballot.closes_at)
        ballot.step(gettext_noop("closed"))
        self.refresh_from_db()

    @transaction.atomic
    def tell(self) -> None:
        """Let everybody read the results and take the anonymous ballots."""
        ballot = self.locked()
        if ballot.status != self.Status.CLOSED:
            raise ValidationError(
                _("Close the ballot first: nobody reads a count that still runs.")
            )
        ballot.results_published_at = ballot.results_published_at or timezone.now()
        ballot.step(gettext_noop("results published"))
        record_change(ballot)
        self.refresh_from_db()

    def step(self, reason: str) -> None:
        """One write with its reason in the history."""
        self._change_reason = reason
        self.save()


class Candidate(models.Model):
    """What can be chosen: a recommendation or a priority area, under its number."""

    ballot = models.ForeignKey(
        Ballot, models.CASCADE, related_name="candidates", verbose_name=_("ballot")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    recommendation = models.ForeignKey(
        Recommendation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="candidacies",
        verbose_name=_("recommendation"),
    )
    area = models.ForeignKey(
        PriorityArea,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="candidacies",
        verbose_name=_("priority area"),
    )

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering: ClassVar = ["ballot", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ballot", "number"], name="candidate_number_once"
            ),
            models.UniqueConstraint(
                fields=["ballot", "recommendation"], name="recommendation_stands_once"
            ),
            models.UniqueConstraint(fields=["ballot", "area"], name="area_stands_once"),
            models.CheckConstraint(
                condition=Q(recommendation=None, area__isnull=False)
                | Q(recommendation__isnull=False, area=None),
                name="candidate_is_one_thing",
                violation_error_message=_("Name a recommendation or an area."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.recommendation or self.area}"


class CodeBatch(models.Model):
    """Codes that were printed together. The codes themselves are kept nowhere."""

    ballot = models.ForeignKey(
        Ballot, models.PROTECT, related_name="batches", verbose_name=_("ballot")
    )
    label = models.CharField(
        _("for whom"),
        max_length=80,
        blank=True,
        help_text=_("A table, a day, a group."),
    )
    size = models.PositiveSmallIntegerField(_("codes"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)

    class Meta:
        verbose_name = _("printed codes")
        verbose_name_plural = _("printed codes")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.ballot_id}/{self.pk}"


class BallotCode(models.Model):
    """That a code exists: a keyed digest of it, and with which others it was printed."""

    digest = models.CharField(max_length=64, primary_key=True)
    batch = models.ForeignKey(CodeBatch, models.PROTECT, related_name="codes")

    def __str__(self) -> str:
        return str(self.batch)


class CastBallotQuerySet(models.QuerySet["CastBallot"]):
    def cast(self) -> Self:
        return self.filter(answer__isnull=False)


class CastBallot(models.Model):
    """What one person answered, found by another digest of their code.

    `answer`: numbers of candidates. Ranked: the most important first; approved: in
    order of number; pairs: a list of [preferred, other]. NULL: nothing yet.
    """

    class Role(models.TextChoices):
        SURVIVOR = "survivor", _("Survivor leader")
        CIVIL_SOCIETY = "civil-society", _("Civil society")
        GOVERNMENT = "government", _("Government")
        PRIVATE_SECTOR = "private-sector", _("Private sector")
        UNION = "union", _("Trade union")
        RESEARCH = "research", _("Research")
        INTERNATIONAL = "international", _("International organisation")
        OTHER = "other", _("Another role")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="cast_ballots")
    key = models.CharField(max_length=64, unique=True)
    answer = models.JSONField(null=True)
    region = models.CharField(max_length=50, blank=True)  # slug; "": not said
    role = models.CharField(max_length=14, choices=Role, blank=True)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, blank=True)
    on_paper = models.BooleanField(default=False)
    cast_in = models.DateTimeField(null=True)  # the hour, no finer

    objects = CastBallotQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer__isnull=False)
                | Q(region="", role="", language="", on_paper=False, cast_in=None),
                name="nothing_is_said_without_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ballot_id)
