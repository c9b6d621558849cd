"""The rows of one file, judged in their order."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pyroaring import BitMap

from ..columns import Mapping
from ..models import lineage
from ..names import Names
from ..problems import ERROR, EVERY, ROW, Problem
from ..reading import Reader
from ..spreadsheets import Line
from .edition import lists_of, sections_of, texts_of
from .matching import Matching
from .ranks import Ranks
from .scope import Scope
from .texts import Texts
from .verdicts import TOTALS, List, Verdict

CHUNK = 500


class Check:
    """Judges the rows of one file, in order, against the edition and one another."""

    def __init__(
        self,
        scope: Scope,
        names: Names,
        mapping: Mapping,
        reader: Reader,
        file_name: str = "",
        decisions: dict[str, Any] | None = None,
    ) -> None:
        self.scope, self.names = scope, names
        self.mapping, self.reader = mapping, reader
        decisions = decisions or {}
        self.corrections: dict[str, dict[str, str]] = decisions.get("cells", {})
        self.choices: dict[str, str] = decisions.get("rows", {})
        self.confirmed = set(decisions.get("checked", []))
        told = {name.partition(":")[0] for name in mapping.columns if name}
        told |= set(mapping.constants)
        of, places = lineage(file_name), reader.places
        first = next(iter(reader.texts.values()), ROW)
        self.matching = Matching(scope, of, told, self.choices, places)
        self.texts = Texts(scope.edition, names, of, first)
        self.ranks = Ranks(places.get("rank", [ROW])[0])
        self.sections: dict[str, tuple[int, List]] = {}
        self.new_lists: dict[List, int] = {}
        self.references: dict[str, int] = {}
        self.broken: set[int] = set()
        self.late: dict[int, list[Problem]] = {}
        self.totals = dict.fromkeys(TOTALS, 0)
        self.warned, self.asking = BitMap(), BitMap()  # rows, by their numbers
        self.read_sections()
        self.read_edition()

    # What is there already.

    def read_sections(self) -> None:
        self.lists = lists_of(self.scope.edition)
        year = self.scope.edition.year
        for pk, region, kind, audience, position in sections_of(self.scope.edition):
            name = f"{year}/{region}/{position}"
            self.sections[name] = (pk, (region, kind, audience or ""))

    def read_edition(self) -> None:
        """The texts and ranks of the edition, in the regions this file may speak of."""
        rows = texts_of(self.scope.edition, self.scope.own)
        for pk, reference, region, kind, audience, rank, original, *texts in rows:
            where = (region, kind, audience or "")
            if rank:
                self.ranks.take_in(where, rank, reference)
            self.texts.take_in(pk, reference, where, original, texts)

    # The file.

    def judge(self, lines: Iterable[Line]) -> Iterator[Verdict]:
        stream = iter(lines)
        while chunk := list(islice(stream, CHUNK)):
            verdicts = [self.read(line) for line in chunk]
            self.texts.exact |= self.matching.match(verdicts)
            for verdict in verdicts:
                self.settle(verdict)
                yield verdict

    def read(self, line: Line) -> Verdict:
        corrected = self.corrections.get(str(line.number))
        cells = line.cells
        if corrected:
            cells = [*cells, *[""] * (self.reader.width - len(cells))]
            for place, cell in corrected.items():
                cells[int(place)] = cell
        values, problems = self.reader.read(line, cells)
        verdict = Verdict(
            line.number, line.cells, "new", values, problems, corrected=corrected
        )
        if "region" in values:
            self.place(verdict)
        return verdict

    def place(self, verdict: Verdict) -> None:
        """Which list the row belongs to, and whether whoever sent it may write there."""
        values, problems = verdict.values, verdict.problems
        column = self.reader.places.get("region", [ROW])[0]
        named = values.get("section", "")
        if named:
            known = self.sections.get(named)
            if known is None or not self.scope.allows(known[1][0]):
                if named.count("/") == 2:
                    place = self.reader.places["section"][0]
                    problems.append(Problem(place, named, "section_unknown", {}))
            else:
                pk, where = known
                if values["region"] and values["region"] != where[0]:
                    problems.append(Problem(column, named, "section_other", {}))
                verdict.section = pk
                values["region"], values["kind"] = where[0], where[1]
                values["audience"] = values["audience"] or where[2]
                problems[:] = [p for p in problems if p.code != "audience_missing"]
        region = values["region"]
        is_told = any(problem.code == "region_unknown" for problem in problems)
        is_told = is_told or bool(values.get("reference"))
        if not region and not is_told:
            region = values["region"] = self.scope.only or self.scope.default
        if not region and not is_told:
            told: dict[str, Any] = {"known": {"region": EVERY}}
            problems.append(Problem(column, "", "region_missing", told))
        elif region and not self.scope.allows(region):
            own = {"region": sorted(self.scope.own or ())}
            told = {"region": {"region": region}, "own": own}
            problems.append(Problem(column, region, "region_forbidden", told))
        elif region and self.scope.only and region != self.scope.only:
            only, said = {"region": self.scope.only}, {"region": region}
            told = {"region": only, "value": said}
            problems.append(Problem(column, region, "region_other", told))

    def settle(self, verdict: Verdict) -> None:
        """Compare with other rows and the edition; then give the final word."""
        values, problems = verdict.values, verdict.problems
        text = values["texts"].get(values.get("language", ""), "")
        broken = any(problem.severity == ERROR for problem in problems)
        if reference := values.get("reference"):
            if other := self.references.get(reference):
                problems.append(
                    Problem(
                        self.reader.places["reference"][0],
                        reference,
                        "reference_twice",
                        {"other": other},
                    )
                )
                broken = True
            self.references.setdefault(reference, verdict.row)
        if text and values.get("region") and not broken and verdict.target is None:
            is_new = self.choices.get(str(verdict.row)) == "new"
            self.texts.seek(verdict, text, is_new)
        elif verdict.target is not None and verdict.fingerprint and not broken:
            self.texts.repeat(verdict, text)
        if (
            values.get("region")
            and values.get("rank")
            and verdict.verdict != "duplicate"
            and (values["audience"] or values["kind"] == "concerns")
        ):
            self.ranks.hold(verdict)
        if broken or any(problem.severity == ERROR for problem in problems):
            verdict.verdict, verdict.changes = "error", {}
            self.broken.add(verdict.row)
        elif verdict.verdict == "new" and verdict.section is None:
            verdict.section = self.lists.get(verdict.where)
            if verdict.section is None and verdict.where not in self.new_lists:
                self.new_lists[verdict.where] = verdict.row
                problems.append(
                    Problem(ROW, "", "section_new", {"list": {"list": verdict.where}})
                )
        if self.choices.get(str(verdict.row)) == "leave":
            verdict.verdict, verdict.changes, verdict.target = "left", {}, None
        if verdict.row in self.confirmed:
            verdict.problems = [
                problem for problem in problems if problem.code != "personal_data"
            ]
        self.count(verdict)

    def count(self, verdict: Verdict) -> None:
        self.totals["rows"] += 1
        if verdict.verdict in self.totals:
            self.totals[verdict.verdict] += 1
        if verdict.has_warning:
            self.warned.add(verdict.row)
        if not verdict.is_error and verdict.to_confirm - {"similar_match"}:
            self.asking.add(verdict.row)

    # What only the end of the file tells.

    def close(self) -> None:
        """Every row is known now: the last problems, and the totals."""
        self.late = self.ranks.holes(self.broken)
        self.warned |= BitMap(self.late)
        self.asking |= BitMap(self.texts.unsure(self.broken))
        self.totals["warning"] = len(self.warned)

    def finish(self, verdict: Verdict) -> Verdict:
        """The verdict as the end of the file leaves it."""
        verdict.problems += self.late.get(verdict.row, [])
        self.texts.sure(verdict)
        return verdict
