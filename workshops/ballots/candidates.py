"""What a ballot puts to the vote: filled by its scope, mended by hand until it opens."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from priorities import matrix
from priorities.filters import RecommendationFilter
from priorities.models import PriorityArea, Recommendation
from priorities.ranking import entries_of

from ..models import Ballot, Candidate
from ..models.ballots import MOST_CANDIDATES

Item = Recommendation | PriorityArea
MOST_NUMBER = 999


def in_order(ballot: Ballot) -> list[Candidate]:
    rows = ballot.candidates.select_related("recommendation__section", "area")
    return list(rows.order_by("number"))


def state_of(candidates: Sequence[Candidate]) -> str:
    """Which candidates under which numbers: another state, another ballot."""
    return " ".join(f"{row.pk}:{row.number}" for row in candidates)


def proposed(ballot: Ballot) -> list[Item]:
    """All that the scope of a ballot means; nothing for a list made by hand."""
    if ballot.section is not None:
        entries = entries_of(ballot.section)
        if ballot.edition.published_at is not None:
            entries = entries.published()
        return list(entries.order_by("position", "pk"))
    if ballot.audience is not None:
        asked = Q(audience=ballot.audience) | Q(
            audience__inclusions__included=ballot.audience
        )
        entries = Recommendation.objects.published().filter(
            asked, section__regional_forum__edition=ballot.edition
        )
        return list(entries.in_list_order().distinct())
    if ballot.scope == Ballot.Scope.CONVERGENCES:
        return list(converging(ballot.edition.year))
    return []


def converging(year: int) -> list[PriorityArea]:
    """The areas that two regions with a forum raise, what most share first."""
    filterset = RecommendationFilter(QueryDict(f"edition={year}"))
    slugs = [row.term.slug for row in matrix.build(filterset, "").shared]
    areas = {area.slug: area for area in PriorityArea.objects.filter(slug__in=slugs)}
    return [areas[slug] for slug in slugs]


def named(typed: str, by: User) -> list[Item]:
    """References and areas, one a line; ValidationError names every line that is neither.

    What is not published is there only for those who work on its region.
    """
    drafts = by.within(Recommendation.objects.all(), "section__regional_forum__region")
    rows = drafts | Recommendation.objects.published()
    rows = rows.exclude(status=Recommendation.Status.ARCHIVED)
    words = [word for line in typed.splitlines() if (word := line.strip())]
    found: list[Item] = []
    wrong = []
    for word in words:
        item = by_name(word, rows)
        if item is None:
            wrong.append(
                _(
                    "“%s” is neither a reference of something that can be chosen nor a priority area."
                )
                % word[:60]
            )
        elif item not in found:
            found.append(item)
    if wrong:
        raise ValidationError(wrong)
    return found


def by_name(word: str, rows: QuerySet[Recommendation]) -> Item | None:
    areas = PriorityArea.objects.current()
    entry = rows.filter(reference=word.upper()).first()
    return entry or areas.filter(slug=word.lower()).first()


def put(ballot: Ballot, items: Sequence[Item]) -> int:
    """Add those that do not stand yet, after the last number. Says how many."""
    with transaction.atomic():
        being_prepared(ballot)
        before = in_order(ballot)
        standing = [row.recommendation or row.area for row in before]
        new = [item for item in items if item not in standing]
        must_fit(len(before) + len(new))
        last = before[-1].number if before else 0
        Candidate.objects.bulk_create(
            Candidate(
                ballot=ballot,
                number=number,
                recommendation=item if isinstance(item, Recommendation) else None,
                area=item if isinstance(item, PriorityArea) else None,
            )
            for number, item in enumerate(new, start=last + 1)
        )
    return len(new)


def must_fit(count: int) -> None:
    if count > MOST_CANDIDATES:
        raise ValidationError(
            ngettext(
                "%(count)s candidate is too many to choose from: %(most)s at most. Choose a shortlist.",
                "%(count)s candidates are too many to choose from: %(most)s at most. Choose a shortlist.",
                count,
            )
            % {"count": count, "most": MOST_CANDIDATES}
        )


@transaction.atomic
def arrange(ballot: Ballot, numbers: Mapping[int, int | None]) -> None:
    """Give each candidate the number it is to have; None takes it off the ballot."""
    being_prepared(ballot)
    given = [number for number in numbers.values() if number is not None]
    for number in given:
        if given.count(number) > 1:
            raise ValidationError(
                _("Number %s is given twice: give each candidate its own.") % number
            )
        if not 1 <= number <= MOST_NUMBER:
            raise ValidationError(
                _("%(number)s cannot be a number: 1 to %(most)s.")
                % {"number": number, "most": MOST_NUMBER}
            )
    ballot.candidates.filter(
        pk__in=[k for k, n in numbers.items() if n is None]
    ).delete()
    rows = in_order(ballot)
    wanted = {row.pk: numbers.get(row.pk) or row.number for row in rows}
    # Beyond every number first, since no two hold one even for a moment.
    for offset in (MOST_NUMBER, 0):
        for row in rows:
            row.number = wanted[row.pk] + offset
        Candidate.objects.bulk_update(rows, ["number"])


def being_prepared(ballot: Ballot) -> None:
    """Held by its row until the transaction ends: nobody opens it meanwhile."""
    if ballot.locked().status != Ballot.Status.DRAFT:
        raise ValidationError(
            _("This ballot was opened: its candidates stay as they are.")
        )
