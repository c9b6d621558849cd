"""Letters to whoever reported a solution that ends soon or is late, and to organisers."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.models import User

from .models import Digest, GlobalPriority, Solution
from .models.solutions import SolutionQuerySet

SOON = timedelta(days=30)
SILENT = timedelta(days=90)
BETWEEN = timedelta(days=30)
WEEK = timedelta(days=6)  # less a day: a run may come a little early


def due(today: date) -> SolutionQuerySet:
    """Whose reporters are reminded: ending soon, or overdue and long without a report."""
    said = Solution.history.filter(id=OuterRef("pk")).order_by("-history_date")
    rows = (
        Solution.objects.published()
        .running()
        .filter(
            Q(reminded_on=None) | Q(reminded_on__lte=today - BETWEEN),
            reported_by__is_active=True,
            change=None,  # else they have reported, and wait for us
        )
    )
    rows = rows.exclude(reported_by__email="").annotate(
        said_at=Subquery(said.values("history_date")[:1])
    )
    return rows.filter(
        Q(ends_on__range=(today, today + SOON))
        | Q(ends_on__lt=today, said_at__date__lte=today - SILENT)
    ).select_related("reported_by")


@dataclass(frozen=True)
class Letter:
    message: EmailMessage
    solutions: list[Solution]


def address(name: str, *arguments: object) -> str:
    return settings.SITE_URL + reverse(name, args=arguments)


def letters(today: date) -> Iterator[Letter]:
    """One to each reporter, about all that is due."""
    by_reporter: dict[User, list[Solution]] = defaultdict(list)
    for row in due(today):
        if row.reported_by is not None:
            by_reporter[row.reported_by].append(row)
    for person, rows in by_reporter.items():
        with override(person.language):
            yield Letter(to_reporter(person, rows), rows)


def to_reporter(person: User, rows: list[Solution]) -> EmailMessage:
    lines = [
        f"- {row.to_read('what').value}\n  {ending(row)}\n"
        f"  {address('admin:agenda_solution_change', row.pk)}"
        for row in rows
    ]
    body = "\n\n".join(
        [
            _("Hello,"),
            ngettext(
                "you told the Forum what you set out to do. How far have you come?",
                "you told the Forum what you set out to do. How far have you come with these?",
                len(rows),
            ),
            "\n\n".join(lines),
            _(
                "Two lines are enough, good news or not: what was harder than you thought helps others too. If you need more time, give another date; if it was dropped, say why."
            ),
            _("Thank you for what you do."),
        ]
    )
    return EmailMessage(_("How far have you come?"), f"{body}\n", to=[person.email])


def ending(row: Solution) -> str:
    day = date_format(row.ends_on, "DATE_FORMAT")
    if row.is_overdue:
        return _("It was to be done by %(day)s.") % {"day": day}
    return _("It is to be done by %(day)s.") % {"day": day}


def claim(solutions: list[Solution], today: date) -> list[Solution]:
    """Those that no other run reminds of: marked first, so that nobody is asked twice."""
    return [
        row
        for row in solutions
        if Solution.objects.filter(pk=row.pk)
        .filter(Q(reminded_on=None) | Q(reminded_on__lte=today - BETWEEN))
        .update(reminded_on=today)
    ]


def give_back(solutions: list[Solution]) -> None:
    """The letter did not leave: the next run tries again."""
    for row in solutions:
        Solution.objects.filter(pk=row.pk).update(reminded_on=row.reminded_on)


def organisers(today: date) -> list[User]:
    """Those who got no digest this week."""
    had = Digest.objects.filter(sent_on__gt=today - WEEK)
    found = User.objects.filter(
        is_active=True,
        groups__permissions__content_type__app_label="agenda",
        groups__permissions__codename="publish_solution",
    )
    found = found.exclude(email="").exclude(pk__in=had.values("reader"))
    return list(found.distinct().order_by("pk"))


def claim_digest(person: User, today: date) -> bool:
    """Whether nobody has sent it this week: marked first, as reminders are."""
    row, is_first = Digest.objects.get_or_create(
        reader=person, defaults={"sent_on": today}
    )
    if is_first:
        return True
    last = Digest.objects.filter(pk=row.pk, sent_on__lte=today - WEEK)
    return bool(last.update(sent_on=today))


def give_digest_back(person: User) -> None:
    Digest.objects.filter(reader=person).delete()


def digests(today: date) -> Iterator[tuple[User, EmailMessage]]:
    """What is late and what nobody has taken up; none where there is neither."""
    late = list(Solution.objects.published().overdue())
    taken = Solution.objects.published().filter(priority__isnull=False)
    unclaimed = list(
        GlobalPriority.objects.published().exclude(pk__in=taken.values("priority"))
    )
    for person in organisers(today) if late or unclaimed else []:
        with override(person.language):
            yield person, digest(person, late, unclaimed)


def digest(
    person: User, late: list[Solution], unclaimed: list[GlobalPriority]
) -> EmailMessage:
    parts = [_("Hello,"), _("this is how the global agenda stands today.")]
    if late:
        parts.append(_("Overdue: %s") % len(late))
        parts += [f"- {row}\n  {ending(row)}\n  {page(row)}" for row in late]
    if unclaimed:
        parts.append(_("Priorities that nobody has taken up: %s") % len(unclaimed))
        parts += [f"- {row}\n  {page(row)}" for row in unclaimed]
    parts.append(_("All of it: %s") % address("agenda:progress"))
    subject = _("What is overdue, and what nobody has taken up")
    return EmailMessage(subject, "\n\n".join(parts) + "\n", to=[person.email])


def page(row: Solution | GlobalPriority) -> str:
    return settings.SITE_URL + row.get_absolute_url()
