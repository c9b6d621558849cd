"""The ranks of each list: those that are held, and those that a file leaves out."""

from collections.abc import Collection

from ..problems import Problem
from .verdicts import List, Verdict


class Ranks:
    """`column`: where a file has its ranks."""

    def __init__(self, column: int) -> None:
        self.column = column
        self.held: dict[List, dict[int, tuple[str, bool]]] = {}

    def take_in(self, where: List, rank: int, reference: str) -> None:
        self.held.setdefault(where, {})[rank] = (reference, False)

    def hold(self, verdict: Verdict) -> None:
        rank = verdict.values["rank"]
        held = self.held.setdefault(verdict.where, {})
        other, in_file = held.get(rank, ("", False))
        if other and other != verdict.reference:
            told = {"rank": rank, "list": {"list": verdict.where}, "other": other}
            code = "rank_taken" if in_file else "rank_held"
            verdict.problems.append(Problem(self.column, str(rank), code, told))
        else:
            held[rank] = (str(verdict.row), True)

    def holes(self, broken: Collection[int]) -> dict[int, list[Problem]]:
        """By row: the ranks that are missing before its own."""
        found: dict[int, list[Problem]] = {}
        for where, held in self.held.items():
            ranks = sorted(held)
            for before, rank in zip([0, *ranks], ranks, strict=False):
                owner, in_file = held[rank]
                if in_file and rank > before + 1 and int(owner) not in broken:
                    missing = list(range(before + 1, min(rank, before + 6)))
                    told = {
                        "list": {"list": where},
                        "rank": rank,
                        "missing": missing,
                    }
                    found.setdefault(int(owner), []).append(
                        Problem(self.column, str(rank), "rank_hole", told)
                    )
        return found
