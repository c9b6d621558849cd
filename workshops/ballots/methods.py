"""The four methods in plain words: on the ballot, on paper, on the wall, beside results."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Ballot

Method = Ballot.Method


def explanation(method: str, most: int) -> str:
    """What a person does, and what becomes of it: one paragraph. `most`: see Ballot.most."""
    if method == Method.BORDA:
        return " ".join(
            [
                ranking(most),
                _(
                    "Every place is worth points, and the points are added up: the higher you place something, the more points you give it. What you leave out gets none from you."
                ),
            ]
        )
    if method == Method.SCHULZE:
        return " ".join(
            [
                ranking(most),
                _(
                    "Each is then compared with each other one: whichever more people placed higher comes before the other. What you leave out counts as below all that you placed."
                ),
            ]
        )
    if method == Method.APPROVAL:
        return " ".join(
            [
                approving(most),
                _(
                    "All that you choose counts the same, in whatever order. What most people chose comes first."
                ),
            ]
        )
    return _(
        "You see two at a time. Say each time which of the two matters more to you, or that you cannot say: then this pair counts for neither. Each is compared with each other one in this way, and whichever more people preferred comes before the other."
    )


def ranking(most: int) -> str:
    return ngettext(
        "Choose the %(n)s that matters most to you: give it place 1.",
        "Choose up to %(n)s that matter most to you: give place 1 to the most important, 2 to the next, and so on. You need not use all places.",
        most,
    ) % {"n": most}


def approving(most: int) -> str:
    return ngettext(
        "Choose the %(n)s that you find important.",
        "Choose all that you find important, up to %(n)s.",
        most,
    ) % {"n": most}


def rule(method: str) -> str:
    """How the published ballots are counted, exactly enough to count them again."""
    return (
        {
            Method.BORDA: _(
                "Of n candidates, the first on a ballot gets n points, the second n − 1, and so on; whoever is not ranked on a ballot gets none from it. The score is the sum."
            ),
            Method.SCHULZE: _(
                "For each pair it is counted on how many ballots one stands above the other; whoever is not ranked on a ballot stands below all that are. Pairs are then compared by the Schulze method: a path leads from one candidate to another over pairs that more ballots decide one way than the other, and is as strong as its weakest pair. One beats another if its strongest path there is stronger than the one back. The score is how many others it beats."
            ),
            Method.APPROVAL: _(
                "The score is on how many ballots a candidate is chosen."
            ),
            Method.PAIRS: _(
                "For each pair it is counted how many ballots prefer one to the other; pairs left open say nothing. Pairs are then compared by the Schulze method: a path leads from one candidate to another over pairs that more ballots decide one way than the other, and is as strong as its weakest pair. One beats another if its strongest path there is stronger than the one back. The score is how many others it beats."
            ),
        }[Method(method)]
        + " "
        + _("Equal scores share the better place.")
    )


def written(method: str) -> str:
    """How a ballot is written down in the files."""
    if method == Method.PAIRS:
        return _("A list of pairs of numbers: the preferred one first.")
    if method == Method.APPROVAL:
        return _("The numbers that were chosen, in no order.")
    return _("Numbers of candidates, the most important first.")
