"""Taking the result of a ballot as the order of a list: somebody's act, with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.models import User
from priorities.models import Recommendation, Section
from priorities.ranking import MOST, entries_of
from regions.changes import record_change

from ..models import Ballot
from .counting import Placed
from .results import Results, results

RANKED = gettext_noop("result of ballot %s accepted")
Status = Recommendation.Status


@dataclass(frozen=True)
class Standing:
    """An entry that can become ranked: its place, who shares it, whether anybody chose it."""

    entry: Recommendation
    placed: Placed
    is_tied: bool

    @property
    def proposed(self) -> int | None:
        """The rank that its place gives it; none where people did not decide."""
        is_clear = bool(self.placed.chosen_by) and not self.is_tied
        return self.placed.place if is_clear else None


def can_be_accepted(ballot: Ballot, found: Results | None = None) -> None:
    """ValidationError says why not."""
    if ballot.status != Ballot.Status.CLOSED:
        raise ValidationError(_("Close the ballot first."))
    if ballot.accepted_at is not None:
        raise ValidationError(_("This result was accepted before."))
    found = found or results(ballot)
    if found.total is None:
        raise ValidationError(
            _(
                "Fewer than five people took part: the result is not shown, and becomes no order."
            )
        )


def standings(ballot: Ballot, found: Results) -> list[Standing]:
    """Those that still stand in the list, in the order of their places among themselves."""
    if ballot.section is None:
        return []
    entries = {entry.pk: entry for entry in entries_of(ballot.section)}
    by_number = {
        row.number: entries[row.recommendation_id]
        for row in ballot.candidates.all()
        if row.recommendation_id in entries
    }
    left = [each for each in found.total or [] if each.number in by_number]
    standing = []
    for each in left:
        place = 1 + sum(other.place < each.place for other in left)
        shared = sum(other.place == each.place for other in left)
        placed = Placed(each.number, place, each.score, each.chosen_by)
        standing.append(Standing(by_number[each.number], placed, shared > 1))
    return standing


def ordered(
    standing: Sequence[Standing], ranks: dict[int, int | None]
) -> list[Recommendation]:
    """The entries in the order of the ranks somebody gave, by key of the entry.

    ValidationError where it is not the order people gave: only those of one place
    can be ordered by hand, and only those nobody chose can be left without a rank.
    """
    given = sorted(
        (
            (rank, each)
            for each in standing
            if (rank := ranks.get(each.entry.pk)) is not None
        ),
        key=lambda pair: pair[0],
    )
    for each in standing:
        if each.placed.chosen_by and ranks.get(each.entry.pk) is None:
            raise ValidationError(
                _("%s has no rank yet: people chose it, so it needs one.") % each.entry
            )
    for expected, (rank, each) in enumerate(given, start=1):
        if rank != expected:
            raise ValidationError(
                _(
                    "%(entry)s has rank %(rank)s where %(expected)s is next: each its own number, from 1 without a gap."
                )
                % {"entry": each.entry, "rank": rank, "expected": expected}
            )
    for (_rank, before), (_other, after) in zip(given, given[1:], strict=False):
        if before.placed.place > after.placed.place:
            raise ValidationError(
                _(
                    "People placed %(second)s above %(first)s: only those of one place can be ordered by hand."
                )
                % {"first": before.entry, "second": after.entry}
            )
    return [each.entry for _rank, each in given]


@transaction.atomic
def accept(
    ballot: Ballot,
    by: User,
    because: str,
    ranks: dict[int, int | None] | None = None,
) -> None:
    """Record that the result holds, and why; of a section, its places become ranks."""
    if not because.strip():
        raise ValidationError(_("Say why this result is accepted."))
    held = ballot.locked()
    if held.section_id is not None:  # whoever ranks at this very moment is waited for
        Section.objects.select_for_update(of=("self",), no_key=True).get(
            pk=held.section_id
        )
    found = results(held) if held.status == Ballot.Status.CLOSED else None
    can_be_accepted(held, found)
    if held.section is not None and found is not None:
        order = ordered(standings(held, found), ranks or {})
        must_be_rankable(held.section, order)
        rows = Recommendation.objects.exclude(status=Status.ARCHIVED)
        rows.rank(order, RANKED % held.pk)
    held.accepted_at, held.accepted_by = timezone.now(), by
    held.accepted_because = because.strip()
    held.step(gettext_noop("result accepted"))
    record_change(held)
    ballot.refresh_from_db()


def must_be_rankable(section: Section, order: Sequence[Recommendation]) -> None:
    if not order:
        raise ValidationError(
            _(
                "None of its entries stands in the list any more: there is nothing to rank."
            )
        )
    if entries_of(section).count() > MOST:
        raise ValidationError(
            ngettext(
                "The list has more than %s entry and cannot be ranked.",
                "The list has more than %s entries and cannot be ranked.",
                MOST,
            )
            % MOST
        )
