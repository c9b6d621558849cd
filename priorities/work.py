"""What waits for whom: queues of entries, each a count, a filter and a link to its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from regions.models import Edition, RegionalForum

from .models import (
    Audience,
    Comment,
    ProblemReport,
    Recommendation,
    Resemblance,
    Section,
)

Rows = QuerySet[Recommendation]
Status = Recommendation.Status
UNPUBLISHED = (Status.DRAFT, Status.IN_REVIEW)
CHANGE = "priorities.change_recommendation"
REVIEW = "priorities.review_recommendation"
PUBLISH = "priorities.publish_recommendation"


@dataclass(frozen=True)
class Queue:
    slug: str
    label: Any
    permission: str
    pick: Callable[[Rows, User], Rows]

    def of(self, rows: Rows, user: User) -> Rows:
        """Of the rows within somebody's wall, those that wait for them."""
        return self.pick(rows, user) if user.has_perm(self.permission) else rows.none()


def in_use(rows: Rows) -> Rows:
    return rows.exclude(status=Status.ARCHIVED)


def mine(rows: Rows, user: User) -> Rows:
    return rows.filter(assigned_to=user, status__in=UNPUBLISHED)


def sent_back(rows: Rows, user: User) -> Rows:
    drafts = rows.filter(status=Status.DRAFT).with_decision()  # type: ignore[attr-defined]
    return drafts.filter(decision=Comment.Kind.SENT_BACK)


def to_review(rows: Rows, user: User) -> Rows:
    waiting = rows.filter(status=Status.IN_REVIEW).with_decision()  # type: ignore[attr-defined]
    return waiting.exclude(pk__in=approved(rows, user).values("pk"))


def approved(rows: Rows, user: User) -> Rows:
    waiting = rows.filter(status=Status.IN_REVIEW).with_decision()  # type: ignore[attr-defined]
    return waiting.filter(decision=Comment.Kind.APPROVED)


def drafts(rows: Rows, user: User) -> Rows:
    return rows.filter(status=Status.DRAFT)


def untagged(rows: Rows, user: User) -> Rows:
    return in_use(rows).filter(area_links=None)


def unranked(rows: Rows, user: User) -> Rows:
    """Without a rank in a list where others have one: prose alone ranks nothing."""
    ranked = in_use(Recommendation.objects.filter(rank__isnull=False))
    beside = ranked.filter(section=OuterRef("section"))
    return in_use(rows).filter(Exists(beside), rank=None)


def people(rows: Rows, user: User) -> Rows:
    unchecked = in_use(rows).exclude(personal_data_found="")
    return unchecked.exclude(personal_data_found=F("personal_data_checked"))


def open_to(user: User, rows: Rows) -> Rows:
    """Whoever does not publish changes drafts alone: nothing else waits for them."""
    return rows if user.has_perm(PUBLISH) else rows.filter(status=Status.DRAFT)


def editable(pick: Callable[[Rows, User], Rows]) -> Callable[[Rows, User], Rows]:
    return lambda rows, user: open_to(user, pick(rows, user))


QUEUES = [
    Queue("mine", _("Assigned to you"), "priorities.view_recommendation", mine),
    Queue("sent-back", _("Sent back, to be mended"), CHANGE, sent_back),
    Queue("to-review", _("To review"), REVIEW, to_review),
    Queue("approved", _("Approved, to be published"), PUBLISH, approved),
    Queue("drafts", _("Drafts not yet sent to review"), CHANGE, drafts),
    Queue(
        "people",
        _("May hold a person’s data: look before anything else"),
        CHANGE,
        editable(people),
    ),
    Queue("untagged", _("Without a priority area"), CHANGE, editable(untagged)),
    Queue(
        "unranked",
        _("Without a rank in a list that is ranked"),
        CHANGE,
        editable(unranked),
    ),
]
BY_SLUG = {queue.slug: queue for queue in QUEUES}


@dataclass(frozen=True)
class Line:
    """One line of "My work": what waits, how much, and where exactly these rows are."""

    label: Any
    count: int
    url: str


def lines(user: User) -> list[Line]:
    """What waits among entries, the empty queues left out."""
    rows: Any = user.within(
        Recommendation.objects.all(), "section__regional_forum__region"
    )
    address = reverse("admin:priorities_recommendation_changelist")
    counted = (
        Line(
            queue.label,
            queue.of(rows, user).count(),
            f"{address}?{urlencode({'work': queue.slug})}",
        )
        for queue in QUEUES
        if user.has_perm(queue.permission)
    )
    found = [*counted, *told_by_readers(user), *asked_twice(user)]
    return [line for line in found if line.count]


def told_by_readers(user: User) -> list[Line]:
    if not user.has_perm("priorities.view_problemreport"):
        return []
    way = "recommendation__section__regional_forum__region"
    reports = user.within(ProblemReport.objects.open(), way)
    address = reverse("admin:priorities_problemreport_changelist")
    label = _("Readers say that a text is wrong or harmful")
    return [Line(label, reports.count(), f"{address}?state=open")]


def asked_twice(user: User) -> list[Line]:
    if not user.has_perm(PUBLISH):
        return []
    address = reverse("admin:priorities_resemblance_changelist")
    label = _("Pairs that may ask the same")
    return [Line(label, Resemblance.objects.to_decide().count(), address)]


@dataclass(frozen=True)
class EmptyCell:
    """A region and an audience of the newest edition that no entry stands for."""

    forum: RegionalForum
    audience: Audience
    section: Section | None  # its list, where somebody has made one


def empty_cells(user: User) -> list[EmptyCell]:
    """Of the newest edition, published or not, within this person's regions.

    Audiences are those that an entry or a list of this edition addresses anywhere.
    """
    edition = Edition.objects.first()
    if edition is None or not user.has_perm("priorities.add_recommendation"):
        return []
    entries = in_use(
        Recommendation.objects.filter(section__regional_forum__edition=edition)
    )
    held = set(
        entries.exclude(audience=None)
        .order_by()
        .values_list("section__regional_forum", "audience")
        .distinct()
    )
    lists = {
        (section.regional_forum_id, section.audience_id): section
        for section in Section.objects.filter(regional_forum__edition=edition)
    }
    asked = {audience for _forum, audience in held} | {pk for _f, pk in lists if pk}
    forums = user.within(edition.forums.select_related("region", "edition"), "region")
    audiences = Audience.objects.filter(pk__in=asked)
    return [
        EmptyCell(forum, audience, lists.get((forum.pk, audience.pk)))
        for forum in forums
        for audience in audiences
        if (forum.pk, audience.pk) not in held
    ]
