"""What a ballot says: per group first, then summed; what is shared and what divides."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..models import Ballot, CastBallot
from . import casting, counting, disclosure
from .counting import Placed

ASKED = ("region", "role", "language")


@dataclass(frozen=True)
class Group:
    """People who gave one answer about themselves, and where they placed each candidate.

    Places only, never sums: nothing can be taken from anything.
    """

    asked: str
    value: str  # a region's slug, a role, a language
    people: int
    placed: list[Placed]

    @cached_property
    def places(self) -> dict[int, int]:
        return {each.number: each.place for each in self.placed}

    def holds_high(self, number: int) -> bool:
        """In the first third, and somebody chose it."""
        found = self.of(number)
        return bool(found.chosen_by) and found.place <= max(1, len(self.placed) // 3)

    def holds_low(self, number: int) -> bool:
        """In the second half, or nobody chose it."""
        found = self.of(number)
        return not found.chosen_by or found.place > (len(self.placed) + 1) // 2

    def of(self, number: int) -> Placed:
        return self.by_number[number]

    @cached_property
    def by_number(self) -> dict[int, Placed]:
        return {each.number: each for each in self.placed}


@dataclass(frozen=True)
class Results:
    """The count of a closed ballot.

    `total`: None where fewer than five took part. `groups`: by what was asked, those
    that can be shown. `is_complete`: whether all of what was asked is shown.
    """

    people: int
    codes: int
    on_paper: int
    total: list[Placed] | None
    groups: dict[str, list[Group]]
    is_complete: dict[str, bool]

    @property
    def compared(self) -> list[Group]:
        """Groups to read agreement from: of regions where they were asked for."""
        for asked in ASKED:
            if len(self.groups.get(asked, [])) > 1:
                return self.groups[asked]
        return []

    @property
    def shared(self) -> list[int]:
        """Numbers that every group holds high."""
        return [
            each.number
            for each in self.total or []
            if self.compared and all(g.holds_high(each.number) for g in self.compared)
        ]

    @property
    def splitting(self) -> list[tuple[int, list[Group], list[Group]]]:
        """Numbers that some groups hold high and others low, with both."""
        found = []
        for each in self.total or []:
            high = [g for g in self.compared if g.holds_high(each.number)]
            low = [g for g in self.compared if g.holds_low(each.number)]
            if high and low:
                found.append((each.number, high, low))
        return found

    @property
    def alone(self) -> list[tuple[int, Group]]:
        """Numbers that one group alone holds high, and every other low."""
        return [
            (number, high[0])
            for number, high, low in self.splitting
            if len(high) == 1 and len(low) == len(self.compared) - 1
        ]


def results(ballot: Ballot) -> Results:
    """Count what was cast. ValueError while the ballot takes answers, on paper too."""
    if ballot.status != Ballot.Status.CLOSED:
        raise ValueError("a ballot is counted when it is closed")
    cast = list(ballot.cast_ballots.cast())
    numbers = list(ballot.candidates.values_list("number", flat=True))
    asked = [name for name in ASKED if getattr(ballot, f"asks_{name}")]
    people = [
        {name: value for name in asked if (value := getattr(row, name))} for row in cast
    ]
    is_told = len(cast) >= disclosure.FEWEST

    def counted(rows: Sequence[CastBallot]) -> list[Placed]:
        return counting.count(
            ballot.method, [row.answer or [] for row in rows], numbers
        )

    shown = disclosure.shown(people) if is_told else set()
    by_group: dict[Any, list[CastBallot]] = defaultdict(list)
    for row, person in zip(cast, people, strict=True):
        for group in person.items():
            by_group[group].append(row)
    groups: dict[str, list[Group]] = {name: [] for name in asked}
    for (name, value), rows in sorted(
        by_group.items(), key=lambda g: (-len(g[1]), g[0])
    ):
        if (name, value) in shown:
            groups[name].append(Group(name, value, len(rows), counted(rows)))
    return Results(
        people=len(cast),
        codes=casting.turnout(ballot)["codes"],
        on_paper=sum(row.on_paper for row in cast),
        total=counted(cast) if is_told else None,
        groups=groups,
        is_complete={
            name: all(group in shown for group in by_group if group[0] == name)
            for name in asked
        },
    )


def anonymous_ballots(ballot: Ballot) -> list[Any]:
    """Every answer without a word about who gave it, in an order that tells nothing."""
    if ballot.status != Ballot.Status.CLOSED:
        raise ValueError("a ballot is counted when it is closed")
    answers = sorted(row.answer or [] for row in ballot.cast_ballots.cast())
    return answers if len(answers) >= disclosure.FEWEST else []
