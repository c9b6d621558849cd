from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
)
from django.db import models, transaction
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from simple_history.models import HistoricalRecords

from accounts.models import User
from regions.changes import record_change
from regions.models import Country, Edition, Region, RegionalForum
from regions.operations import Operated
from regions.translated import CONTROL, OriginalText, Translated, set_apart

from .. import bulk, personal_data
from .comment import Comment
from .section import Section
from .vocabulary import Audience, Instrument, PriorityArea

HANGING = ("comments", "autosaves", "resembling", "resembled")  # go with a draft
SENT_TO_REVIEW = gettext_noop("sent to review")
MAX_RANK = 32767  # what PostgreSQL keeps in a small integer

RANKED = (F("rank").asc(nulls_last=True), "position", "pk")
# Region by region, list by list; ranked ones first, then as in the text.
LIST_ORDER = (
    "-section__regional_forum__edition__year",
    "section__regional_forum__region__position",
    "section__position",
    *RANKED,
)


MOST_PARTS = 8
UNITED = ("areas", "countries", "instruments")


class ChangedMeanwhile(ValidationError):
    """Somebody saved a row after it was shown to whoever decides about it."""


@dataclass(frozen=True)
class Part:
    """What one of the entries says that another is split into."""

    text: str
    audience: Audience | None
    areas: Sequence[PriorityArea]


def told_of(row: "Recommendation") -> str:
    """The editorial notes of a merged entry, and its page where the source says one."""
    page = f"p. {row.source_page}" if row.source_page else ""
    told = "; ".join(filter(None, [page, row.note]))
    return f"{row.reference}: {told}" if told else ""


def digest(passages: list[str]) -> str:
    """A short name for passages, from which nobody can read them back."""
    told = "\x1f".join(passages)
    return salted_hmac("personal data", told).hexdigest()[:32] if passages else ""


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    def published(self) -> Self:
        """What participants may see: published, in an edition that is published."""
        return self.filter(
            status=Recommendation.Status.PUBLISHED,
            section__regional_forum__edition__published_at__isnull=False,
        )

    def for_region(self, region: Region) -> Self:
        return self.filter(section__regional_forum__region=region)

    def about(self, area: PriorityArea) -> Self:
        return self.filter(area_links__area=area)

    def in_list_order(self) -> Self:
        return self.order_by(*LIST_ORDER)

    def get_by_natural_key(self, reference: str) -> "Recommendation":
        return self.get(reference=reference)

    # The write path. Everything that changes recommendations goes through here or
    # through the methods of one recommendation below.

    @transaction.atomic
    def publish(self, at: datetime | None = None, with_gaps: bool = False) -> int:
        """Publish every row of this queryset or none; ValidationError names the first that cannot be.

        Ranks among what is published then go from 1 without a gap, unless `with_gaps`.
        """
        waiting = self.exclude(status=Recommendation.Status.PUBLISHED)
        rows = list(waiting.filter(merged_into=None))
        for recommendation in rows:
            recommendation.publish(at)
        if not with_gaps:
            self.must_be_ranked_without_gaps({row.section for row in rows if row.rank})
        return len(rows)

    def must_be_ranked_without_gaps(self, sections: Iterable[Section]) -> None:
        published = self.model._base_manager.filter(
            status=Recommendation.Status.PUBLISHED, rank__isnull=False
        )
        for section in sections:
            held = set(published.filter(section=section).values_list("rank", flat=True))
            missing = [str(n) for n in range(1, max(held, default=0)) if n not in held]
            if missing:
                raise ValidationError(
                    _(
                        "The ranks of “%(section)s” have a gap: %(missing)s is missing. Rank the section anew, or publish with the gap."
                    )
                    % {"section": section, "missing": _(", ").join(missing[:5])}
                )

    @transaction.atomic
    def withdraw(self) -> int:
        rows = list(self.filter(status=Recommendation.Status.PUBLISHED))
        for recommendation in rows:
            recommendation.withdraw()
        return len(rows)

    @transaction.atomic
    def send_to_review(self) -> int:
        rows = list(self.filter(status=Recommendation.Status.DRAFT))
        for recommendation in rows:
            recommendation.send_to_review()
        return len(rows)

    @transaction.atomic
    def back_to_draft(self) -> int:
        rows = list(self.filter(status=Recommendation.Status.IN_REVIEW))
        for recommendation in rows:
            recommendation.back_to_draft()
        return len(rows)

    def with_decision(self) -> Self:
        """Each row with what was decided since it was sent to review, NULL if nothing was."""
        sent = self.model.history.filter(
            id=OuterRef(OuterRef("pk")), history_change_reason=SENT_TO_REVIEW
        )
        decided = Comment.objects.decisions().filter(
            recommendation=OuterRef("pk"),
            made_at__gte=Subquery(
                sent.order_by("-history_id").values("history_date")[:1]
            ),
        )
        last = decided.order_by("-made_at", "-pk").values("kind")[:1]
        return self.annotate(decision=Subquery(last))

    @transaction.atomic
    def rank(self, ordered: Sequence["Recommendation"], reason: str) -> None:
        """Give `ordered` the ranks 1, 2, 3… of their section; others lose theirs.

        Old ranks are cleared first, because no engine lets two published rows of a
        section hold one rank even for a moment.
        """
        if not ordered:
            raise ValidationError(_("There is nothing to rank."))
        section = ordered[0].section
        if any(row.section_id != section.pk for row in ordered):
            raise ValidationError(
                _("Only entries of one section can be ranked together.")
            )
        rows = self.filter(section=section)
        ranks = {row.pk: number for number, row in enumerate(ordered, start=1)}
        before = {row.pk: row.rank for row in rows}
        rows.update(rank=None)
        for row in rows:
            row.rank = ranks.get(row.pk)
            if row.rank != before[row.pk]:
                row.change_because(reason)
            elif row.rank is not None:
                self.filter(pk=row.pk).update(rank=row.rank)

    def held(
        self, pks: Iterable[int], seen: Mapping[int, int] | None = None
    ) -> dict[int, "Recommendation"]:
        """These rows, locked in one order; `seen`: the versions they must still have."""
        every: Any = self.model._base_manager
        locked = every.select_for_update().filter(pk__in=[*pks])
        rows = {row.pk: row for row in locked.order_by("pk")}
        records = self.model.history.filter(id__in=rows).order_by().values("id")
        versions = dict(
            records.annotate(last=Max("history_id")).values_list("id", "last")
        )
        changed = [
            row.reference
            for pk, row in rows.items()
            if seen is not None and seen.get(pk) != versions.get(pk)
        ]
        if changed:
            raise ChangedMeanwhile(
                _(
                    "%s was changed after you opened this page. It is shown as it is now: look again, then decide."
                )
                % _(", ").join(changed)
            )
        return rows

    @transaction.atomic
    def merge(
        self,
        target: "Recommendation",
        others: Iterable["Recommendation"],
        texts: Mapping[str, "Recommendation | str"] | None = None,
        changes: Mapping[str, Any] | None = None,
        seen: Mapping[int, int] | None = None,
    ) -> "Recommendation":
        """Archive `others`; their addresses lead to `target`, which takes in what they carry.

        `texts`: by language, the row whose text stays, or what is typed instead.
        `changes`: its rank or lead, where they are to be others. `seen`: see `held`.
        """
        rows = self.held([target.pk, *(row.pk for row in others)], seen)
        stays = rows.pop(target.pk)
        for row in rows.values():
            row.must_be_able_to_lead_to(stays)
        for row in rows.values():
            row.status, row.merged_into = row.Status.ARCHIVED, stays
            row.change_because(f"merged into {stays.reference}", steps=row.kept)
        stays.take_in([*rows.values()], texts or {}, changes or {})
        return stays

    @transaction.atomic
    def split(
        self,
        source: "Recommendation",
        parts: Sequence[Part],
        seen: Mapping[int, int] | None = None,
    ) -> list["Recommendation"]:
        """Make several of one, right after it and as public as it was; it is archived.

        The first takes over its rank and lead: what people ranked keeps its place.
        """
        (row,) = self.held([source.pk], seen).values()
        if row.status == row.Status.ARCHIVED:
            raise ValidationError(
                _("%s is withdrawn or merged: there is nothing to split.")
                % row.reference
            )
        if not 2 <= len(parts) <= MOST_PARTS or not all(p.text.strip() for p in parts):
            raise ValidationError(
                _("Give the texts of two parts at least, and of %s at most.")
                % MOST_PARTS
            )
        was_published = row.is_published
        row.status = row.Status.ARCHIVED
        row.change_because(gettext_noop("split"), steps=["status"])
        made = []
        for number, part in enumerate(parts):
            one = row.part_saying(part)
            if number == 0:
                one.rank, one.is_lead = row.rank, row.is_lead
            one.clean_fields(exclude=["reference"])
            one.change_because(gettext_noop("split from another"))
            one.tag(part.areas, row.countries.all(), row.instruments.all())
            if was_published:
                one.publish()
            made.append(one)
        return made

    # The same for many rows at once: `user_id` is who the history names.

    @transaction.atomic
    def add_all(
        self,
        rows: Iterable["Recommendation"],
        reason: str,
        user_id: int | None = None,
        tags: Mapping[str, Sequence[Iterable[int]]] | None = None,
    ) -> list["Recommendation"]:
        """Insert many at once, with references and history like one by one.

        Whoever makes the rows has looked for people in them (`look_for_people`).

        `tags`: by `areas`, `countries` or `instruments`, the primary keys for each row.
        """
        rows = list(rows)
        by_forum: dict[RegionalForum, list[Recommendation]] = {}
        for row in rows:
            if not row.reference:
                by_forum.setdefault(row.section.regional_forum, []).append(row)
        for forum, own in by_forum.items():
            for row, reference in zip(own, forum.take_numbers(len(own)), strict=True):
                row.reference = reference
        for row in rows:
            row.clean()
            row.keep_versions()
        fields = [f for f in self.model._meta.concrete_fields if not f.primary_key]
        told = attrgetter(*(field.attname for field in fields))
        keys = bulk.insert(
            self.model, [field.name for field in fields], list(map(told, rows))
        )
        for row, pk in zip(rows, keys, strict=True):
            row.pk = pk
            row._state.adding = False
        for name, wanted in (tags or {}).items():
            links = [
                (pk, term)
                for pk, terms in zip(keys, wanted, strict=True)
                for term in dict.fromkeys(terms)
            ]
            self._link(name, links, reason, user_id)
        self._tell_of(rows, reason, user_id, "+")
        return rows

    @transaction.atomic
    def change_all(
        self, rows: Sequence["Recommendation"], reason: str, user_id: int | None
    ) -> None:
        """Save changes to many rows, read whole and locked in this transaction.

        What only a step of a row's life may write (`kept`) stays as it is.
        """
        for row in rows:
            row.clean()
            if row.says_something_else():
                row.look_for_people()
            row.keep_versions()
            row._remember()
        kept = {"id", "reference", *(n.removesuffix("_id") for n in self.model.kept)}
        fields = self.model._meta.concrete_fields
        bulk.update(rows, [f.name for f in fields if f.name not in kept])
        self._tell_of(rows, reason, user_id, "~")

    @transaction.atomic
    def move_all(
        self,
        rows: Sequence["Recommendation"],
        section: Section,
        audience: Audience | None,
        reason: str,
        user_id: int | None,
    ) -> None:
        """Put many at the end of another list, in this order, as `move_to` does for one.

        `audience`: of those that have none there, or of all if it is given.
        """
        is_concerns = section.kind == Section.Kind.CONCERNS
        for place, row in enumerate(rows, start=section.next_position()):
            row.section, row.position, row.rank = section, place, None
            row.audience = (
                None if is_concerns else audience or row.audience or section.audience
            )
        self.change_all(rows, reason, user_id)

    @transaction.atomic
    def tag_all(
        self,
        name: str,
        wanted: Mapping[int, Iterable[int]],
        reason: str,
        user_id: int | None,
    ) -> None:
        """Set the `areas`, `countries` or `instruments` of many, by primary keys."""
        through: Any = getattr(self.model, name).through
        term = through.term_key.partition("__")[0]
        links = through.objects.filter(recommendation__pk__among=wanted)
        held: dict[int, set[int]] = {pk: set() for pk in wanted}
        gone: list[int] = []
        for link, pk, key in links.values_list("pk", "recommendation", term):
            held[pk].add(key)
            if key not in set(wanted[pk]):
                gone.append(link)
        if gone:
            bulk.delete(through.objects.filter(pk__among=gone), reason, user_id)
        missing = [
            (pk, key)
            for pk, keys in wanted.items()
            for key in dict.fromkeys(keys)
            if key not in held[pk]
        ]
        self._link(name, missing, reason, user_id)
        rows = self.filter(
            pk__among=wanted,
            published_at__isnull=False,
            section__regional_forum__edition__published_at__isnull=False,
        )
        if rows.exists():
            record_change()

    @transaction.atomic
    def retag(
        self,
        through: type[models.Model],
        moves: Mapping[int, int],
        reason: str,
        user_id: int | None,
    ) -> None:
        """Let tags name other words: by the key of each tag, that of its new word.

        A tag that its entry carries already is taken off instead.
        """
        links: Any = through
        term = links.term_key.partition("__")[0]
        rows = list(links.objects.filter(pk__among=[*moves]).order_by("pk"))
        entries = [row.recommendation_id for row in rows]
        carried = links.objects.filter(recommendation__pk__among=entries)
        held = set(carried.values_list("recommendation", term))
        moved: list[Any] = []
        doubled: list[Any] = []
        for row in rows:
            wanted = (row.recommendation_id, moves[row.pk])
            (doubled if wanted in held else moved).append(row)
            held.add(wanted)
            setattr(row, f"{term}_id", moves[row.pk])
        bulk.update(moved, [term])
        told = links.objects.filter(pk__among=[row.pk for row in moved])
        bulk.record_history(told, reason, user_id, "~")
        if doubled:
            gone = links.objects.filter(pk__among=[row.pk for row in doubled])
            bulk.delete(gone, reason, user_id)
        if self.filter(pk__among=entries).exclude(published_at=None).exists():
            record_change()

    def _link(
        self,
        name: str,
        links: Sequence[tuple[int, int]],
        reason: str,
        user_id: int | None,
    ) -> None:
        """Add tags nobody has yet: pairs of a recommendation's key and a term's."""
        through: Any = getattr(self.model, name).through
        term = through.term_key.partition("__")[0]
        made = bulk.insert(through, ["recommendation", term], links)
        bulk.record_history(
            through.objects.filter(pk__among=made), reason, user_id, "+"
        )

    @transaction.atomic
    def remove_all(self, pks: Sequence[int], reason: str, user_id: int | None) -> int:
        """Delete rows that were never public, with their tags; how many there were."""
        rows = self.filter(pk__among=pks, published_at=None)
        for name in HANGING:
            relation = getattr(self.model, name).rel
            others = relation.related_model._base_manager
            others.filter(**{f"{relation.field.name}__in": rows}).delete()
        for name in UNITED:
            through: Any = getattr(self.model, name).through
            links = through.objects.filter(recommendation__in=rows)
            bulk.delete(links, reason, user_id)
        succession: Any = self.model._meta.get_field("earlier_ones").related_model
        bulk.delete(succession.objects.filter(later__in=rows), reason, user_id)
        return bulk.delete(rows, reason, user_id)

    def _tell_of(
        self,
        rows: Sequence["Recommendation"],
        reason: str,
        user_id: int | None,
        kind: str,
    ) -> None:
        """History, and a new data version if anything public changed."""
        told = self.model._base_manager.filter(pk__among=[row.pk for row in rows])
        bulk.record_history(told, reason, user_id, kind)
        if not all(row.is_hidden for row in rows):
            record_change()


class Recommendation(OriginalText):
    """One actor, one action; or a concern, when its section holds concerns."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    texts = ("text",)
    kept = ("status", "published_at", "merged_into_id", "personal_data_checked")

    reference = models.CharField(
        _("reference"),
        max_length=20,
        unique=True,
        blank=True,
        editable=False,
        help_text=_("Given once, never changed, never reused."),
    )
    section = models.ForeignKey(
        Section,
        models.PROTECT,
        related_name="recommendations",
        verbose_name=_("section"),
        help_text=_("The list it stands in; gives it its region and edition."),
    )
    audience = models.ForeignKey(
        Audience,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recommendations",
        verbose_name=_("audience"),
        help_text=_("Whom it asks something of. Empty for a concern, and only then."),
    )
    position = models.PositiveIntegerField(
        _("position"),
        blank=True,
        help_text=_("Its place in the text of the section. Empty: at the end."),
    )
    rank = models.PositiveSmallIntegerField(
        _("rank"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_RANK)],
        help_text=_(
            "Only where people ranked: a workshop, a ballot or a recorded decision. "
            "The order of the prose is no rank."
        ),
    )
    is_lead = models.BooleanField(
        _("lead"),
        default=False,
        help_text=_("The text says it comes first, is the main one or number one."),
    )
    text = Translated(
        models.TextField(
            _("text"),
            null=True,
            blank=True,
            help_text=_(
                "One or two sentences: one actor, one action. "
                "Put **key terms** between two pairs of asterisks."
            ),
            validators=[MaxLengthValidator(2000)],
        )
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT
    )
    published_at = models.DateTimeField(_("first published"), null=True, blank=True)
    source_page = models.PositiveSmallIntegerField(
        _("page of the source"), null=True, blank=True
    )
    note = models.TextField(
        _("editorial note"),
        blank=True,
        help_text=_("Doubts about the source, for organisers only. Never published."),
    )
    personal_data_checked = models.CharField(
        max_length=32,
        blank=True,
        default="",
        editable=False,
        help_text="Digest of the signs of a person that somebody looked at.",
    )
    personal_data_found = models.CharField(
        max_length=32,
        blank=True,
        default="",
        editable=False,
        help_text="Digest of the signs of a person in its texts as they are.",
    )
    assigned_to = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned",
        verbose_name=_("assigned to"),
        help_text=_("Who takes care of it now. Never published."),
    )
    split_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="parts",
        verbose_name=_("split from"),
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    areas = models.ManyToManyField(
        PriorityArea,
        through="RecommendationArea",
        related_name="recommendations",
        verbose_name=_("priority areas"),
    )
    countries = models.ManyToManyField(
        Country,
        through="RecommendationCountry",
        related_name="recommendations",
        verbose_name=_("countries"),
    )
    instruments = models.ManyToManyField(
        Instrument,
        through="RecommendationInstrument",
        related_name="recommendations",
        verbose_name=_("named instruments and bodies"),
    )

    objects = RecommendationQuerySet.as_manager()
    history = HistoricalRecords(bases=[Operated])

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering: ClassVar = ["section", "position", "pk"]
        permissions: ClassVar = [
            ("publish_recommendation", _("Can publish, withdraw, merge and split")),
            ("review_recommendation", _("Can approve and send back")),
            ("translate_recommendation", _("Can translate texts of every kind")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="published_has_a_date",
                violation_error_message=_("What is published says since when."),
            ),
            models.CheckConstraint(
                condition=~Q(status="published")
                | Q(
                    *(
                        Q(("original_language", code), (f"text_{code}__isnull", False))
                        for code in settings.CONTENT_LANGUAGES
                    ),
                    _connector=Q.OR,
                ),
                name="published_has_its_original_text",
                violation_error_message=_(
                    "What is published has a text in its original language."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    *(~Q((f"text_{code}", "")) for code in settings.CONTENT_LANGUAGES)
                ),
                name="no_text_is_null",
                violation_error_message=_("A text that is not there is left empty."),
            ),
            models.CheckConstraint(
                condition=~Q(reference=""),
                name="reference_is_given",
                violation_error_message=_("A reference is given when it is saved."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["draft", "in_review"]) | Q(published_at=None),
                name="once_published_never_a_draft",
                violation_error_message=_(
                    "What was published is withdrawn, never a draft again."
                ),
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(status="archived"),
                name="merged_is_archived",
                violation_error_message=_("What was merged into another is archived."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
                name="not_merged_into_itself",
                violation_error_message=_(
                    "A recommendation cannot be merged into itself."
                ),
            ),
            models.CheckConstraint(
                condition=Q(rank=None) | Q(rank__gte=1),
                name="rank_starts_at_one",
                violation_error_message=_("Ranks start at 1."),
            ),
            models.UniqueConstraint(
                fields=["section", "rank"],
                condition=Q(status="published"),
                name="rank_held_once_among_published",
                violation_error_message=_(
                    "Another published entry of this section holds this rank."
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["status", "section"], name="recommendation_status_section"
            ),
        ]

    def __str__(self) -> str:
        return set_apart(self.reference or str(_("new recommendation")))

    def get_absolute_url(self) -> str:
        return reverse("priorities:recommendation-detail", args=[self.reference])

    def natural_key(self) -> tuple[str]:
        return (self.reference,)

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "priorities.section",
        "priorities.audience",
    ]

    @property
    def region(self) -> Region:
        return self.section.regional_forum.region

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED

    def clean(self) -> None:
        super().clean()
        lines = self.note.replace("\r\n", "\n").replace("\r", "\n")
        self.note = CONTROL.sub(" ", lines)
        if not self.section_id:
            return
        is_concern = self.section.kind == Section.Kind.CONCERNS
        if is_concern and self.audience_id:
            raise ValidationError(
                {
                    "audience": _(
                        "A concern is addressed to nobody: leave the audience empty."
                    )
                }
            )
        if not is_concern and not self.audience_id:
            raise ValidationError(
                {
                    "audience": _(
                        "A recommendation asks something of an audience: choose one."
                    )
                }
            )
        if self.position is None:
            self.position = self.section.next_position()

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        self.look_for_people()
        if not self.reference:
            (self.reference,) = self.section.regional_forum.take_numbers()
        elif not self._state.adding:
            rows = Recommendation.objects.filter(pk=self.pk)
            if not rows.filter(reference=self.reference).exists():
                raise ValidationError({"reference": _("A reference never changes.")})
        super().save(*args, **kwargs)

    def change_because(self, reason: str, steps: Sequence[str] = ()) -> None:
        """Save, and say in the history why. Only a step of its life writes `kept`."""
        self._change_reason = reason
        self.save(steps=steps)

    @property
    def is_hidden(self) -> bool:
        """Whether participants never saw it: then nothing public changes with it."""
        if self.published_at is None:
            return True
        edition = Edition.objects.filter(forums__sections=self.section_id)
        return not edition.published().exists()

    def must_be_unpublished(self) -> None:
        if self.published_at is not None:
            raise ValidationError(
                _("%s was published: withdraw it instead.") % self.reference
            )

    def send_to_review(self) -> None:
        self.must_be_unpublished()
        self.must_have_its_original()
        self.status = self.Status.IN_REVIEW
        self.change_because(SENT_TO_REVIEW, steps=["status"])

    def must_have_its_original(self) -> None:
        if not self.original("text").value:
            raise ValidationError(
                _(
                    "%(reference)s has no text in its original language (%(language)s). Write it, or choose another original language."
                )
                % {
                    "reference": self.reference,
                    "language": self.get_original_language_display(),
                }
            )

    def back_to_draft(self) -> None:
        """For what was never public; what was is withdrawn instead."""
        self.must_be_unpublished()
        self.status = self.Status.DRAFT
        self.change_because(gettext_noop("back to draft"), steps=["status"])

    def look_for_people(self) -> None:
        """Keep which signs of a person the texts hold; the next save writes it."""
        self.personal_data_found = digest(self.signs_of_people())

    @transaction.atomic
    def send_back(self, user: User, text: str) -> None:
        """From review to its facilitator, with what should change."""
        self.must_be_in_review()
        self.comment(user, Comment.Kind.SENT_BACK, text)
        self.status = self.Status.DRAFT
        self.change_because(gettext_noop("sent back"), steps=["status"])

    def approve(self, user: User, text: str = "") -> None:
        """Say that it may be published. Nobody approves what they sent to review."""
        self.must_be_in_review()
        if self.sent_to_review_by() == user.pk:
            raise ValidationError(
                _("You sent %s to review: somebody else has to approve it.")
                % self.reference
            )
        self.comment(user, Comment.Kind.APPROVED, text)

    def comment(self, user: User, kind: Comment.Kind, text: str) -> Comment:
        comment = Comment(
            recommendation=self, kind=kind, text=text.strip(), made_by=user
        )
        comment.full_clean()
        comment.save()
        return comment

    def must_be_in_review(self) -> None:
        if self.status != self.Status.IN_REVIEW:
            raise ValidationError(_("%s is not in review.") % self.reference)

    def sent_to_review_by(self) -> int | None:
        """The key of whoever sent it to review last."""
        sent = Recommendation.history.filter(
            id=self.pk, history_change_reason=SENT_TO_REVIEW
        )
        return sent.values_list("history_user", flat=True).first()

    def signs_of_people(self) -> list[str]:
        """The passages of its texts that seem to name or reach a person."""
        return [
            text[finding.start : finding.end]
            for code in settings.CONTENT_LANGUAGES
            if (text := getattr(self, f"text_{code}"))
            for finding in personal_data.find(text)
        ]

    def confirm_personal_data(self) -> None:
        """Somebody looked at every sign of a person in its texts as they are now."""
        self.look_for_people()
        self.personal_data_checked = self.personal_data_found
        self.change_because(
            gettext_noop("personal data checked"), steps=["personal_data_checked"]
        )

    def must_be_checked_for_people(self) -> None:
        self.look_for_people()
        if self.personal_data_found not in ("", self.personal_data_checked):
            raise ValidationError(
                _(
                    "%s seems to hold a person’s data. Take it out, or confirm that "
                    "you checked it."
                )
                % self.reference
            )

    def publish(self, at: datetime | None = None) -> None:
        """Make it public. ValidationError when its text, rank or audience forbids it."""
        self.must_have_its_original()
        self.must_be_checked_for_people()
        self.status = self.Status.PUBLISHED
        self.published_at = self.published_at or at or timezone.now()
        self.merged_into = None
        try:
            self.full_clean()
        except ValidationError as error:
            raise ValidationError(
                [f"{self.reference}: {message}" for message in error.messages]
            ) from error
        self.change_because(gettext_noop("published"), steps=self.kept)

    def withdraw(self) -> None:
        """Take it back. Its address stays and says so, without the text."""
        self.status = self.Status.ARCHIVED
        self.change_because(gettext_noop("withdrawn"), steps=["status"])

    def move_to(self, section: Section) -> None:
        """Put it at the end of another list. The reference stays; a rank does not."""
        was_hidden = self.is_hidden
        self.section, self.position, self.rank = section, section.next_position(), None
        if section.kind == Section.Kind.CONCERNS:
            self.audience = None
        elif self.audience is None:
            self.audience = section.audience
        self.change_because(gettext_noop("moved"))
        if self.is_hidden and not was_hidden:  # into an edition in preparation
            record_change()

    def merge_into(self, other: "Recommendation") -> None:
        """Archive this one; its address leads to `other`, see `merge`."""
        Recommendation.objects.all().merge(other, [self])
        self.refresh_from_db()

    def must_be_able_to_lead_to(self, other: "Recommendation") -> None:
        led, target = {self.pk}, other
        while target.pk not in led and target.merged_into is not None:
            led.add(target.pk)
            target = target.merged_into
        if target.pk in led:
            raise ValidationError(_("These two would lead to each other."))
        if self.merged_into_id:
            raise ValidationError(
                _("%s is merged already. Undo that first.") % self.reference
            )
        if other.status == self.Status.ARCHIVED:
            raise ValidationError(
                _("%s is withdrawn or merged: let another one stay.") % other.reference
            )
        if self.published_at and not other.is_published:
            raise ValidationError(
                _(
                    "%(merged)s was published and %(stays)s is not: a public reference leads to something public. Let %(merged)s stay, or publish %(stays)s first."
                )
                % {"merged": self.reference, "stays": other.reference}
            )

    def take_in(
        self,
        others: Sequence["Recommendation"],
        texts: Mapping[str, "Recommendation | str"],
        changes: Mapping[str, Any],
    ) -> None:
        """What a merge makes of the one that stays; see `merge`, which locked all."""
        before = self.signs_of_people()
        self.choose_texts(texts)
        if self.source_page is None:
            pages = (row.source_page for row in others)
            self.source_page = next(filter(None, pages), None)
        self.note = "\n".join(filter(None, [self.note, *map(told_of, others)]))
        for name, value in changes.items():
            setattr(self, name, value)
        if self.is_published and self.signs_of_people() != before:
            self.must_be_checked_for_people()
        self.full_clean()
        self.change_because(gettext_noop("took others in"))
        united: dict[str, list[Any]] = {
            name: [term for row in (self, *others) for term in getattr(row, name).all()]
            for name in UNITED
        }
        self.tag(**united)

    def choose_texts(self, texts: Mapping[str, "Recommendation | str"]) -> None:
        """By language, the row whose text stays, or what is typed instead.

        All from one row: with the states of its translations. Mixed, each text that is
        new here is a draft, as nobody has compared it with this original.
        """
        chosen_rows = {*texts.values()}
        row = next(iter(chosen_rows), self)
        if len(chosen_rows) == 1 and isinstance(row, Recommendation):
            both = (self, row)
            codes = settings.CONTENT_LANGUAGES
            held = {c for c in codes if any(getattr(r, f"text_{c}") for r in both)}
            if held <= texts.keys():
                if row != self:
                    self.take_texts(row)
                return
        for code, chosen in texts.items():
            is_row = isinstance(chosen, Recommendation)
            text = getattr(chosen, f"text_{code}") if is_row else chosen
            setattr(self, f"text_{code}", text or None)

    def part_saying(self, part: Part) -> "Recommendation":
        """A new entry beside this one, with a part of what it says."""
        one = Recommendation(
            section=self.section,
            audience=part.audience,
            position=self.position,
            original_language=self.original_language,
            source_page=self.source_page,
            note=self.note,
            assigned_to=self.assigned_to,
            split_from=self,
        )
        setattr(one, f"text_{self.original_language}", part.text)
        return one

    @transaction.atomic
    def tag(
        self,
        areas: Iterable[PriorityArea] | None = None,
        countries: Iterable[Country] | None = None,
        instruments: Iterable[Instrument] | None = None,
    ) -> None:
        """Set what it is about. What is not given stays; every change is in the history."""
        for links, name, wanted in (
            (self.area_links, "area", areas),
            (self.country_links, "country", countries),
            (self.instrument_links, "instrument", instruments),
        ):
            if wanted is None:
                continue
            terms: list[Any] = list(dict.fromkeys(wanted))
            for link in links.exclude(**{f"{name}__in": terms}):
                link.delete()
            held = set(links.values_list(name, flat=True))
            for term in terms:
                if term.pk not in held:
                    links.create(**{name: term})

    def lineage(self) -> list["Recommendation"]:
        """What was merged into it, however long the chain, the nearest first."""
        found: list[Recommendation] = []
        waiting = [self.pk]
        while waiting:
            rows = Recommendation.objects.filter(merged_into__in=waiting)
            new = [row for row in rows.order_by("pk") if row not in found]
            found += new
            waiting = [row.pk for row in new]
        return found

    def merged_target(self) -> "Recommendation | None":
        """Where a merged reference leads, followed to the end."""
        seen, target = {self.pk}, self.merged_into
        while target is not None and target.merged_into is not None:
            if target.pk in seen:
                return None
            seen.add(target.pk)
            target = target.merged_into
        return target
