"""Every row of a file judged before anything is written: what it would do, and why."""

import json
import pickle
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from textwrap import shorten
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Max, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pyroaring import BitMap

from priorities.alike import Alike, content_words, meanings, sameness
from priorities.models import (
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
    Section,
)
from regions.models import Edition

from .columns import Mapping
from .models import NoteImport, WorkshopNote, lineage
from .names import Names
from .problems import ERROR, EVERY, ROW, SEVERITIES, TO_CONFIRM, WARNING, Problem
from .reading import Reader, Values, plain
from .spreadsheets import Line
from .spreadsheets.text import normal

CHUNK = 500
TOTALS: dict[str, Promise] = {
    "rows": _("rows"),
    "new": _("new"),
    "update": _("changes"),
    "unchanged": _("unchanged"),
    "duplicate": _("repeated"),
    "error": SEVERITIES[ERROR],
    "warning": SEVERITIES[WARNING],
}
TEXTS = [f"text_{code}" for code in settings.CONTENT_LANGUAGES]
List = tuple[str, str, str]  # region, kind, audience: one list of a regional forum
KIN = 0.43  # of the concepts of a text and its translation: 94 % of 2021's pairs share more
RARE = 6  # of its concepts make pairs: more than of its words, for fewer stay the same
NOBODY = (0, "", 0.0)
FEWEST = 4  # concepts; two texts may share two of three by chance


@dataclass
class Verdict:
    """What a row would do. `target`: the recommendation it is about, if it is there."""

    row: int
    cells: list[str]
    verdict: str
    values: Values
    problems: list[Problem]
    target: int | None = None
    reference: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    repeats: int = 0
    fingerprint: int = 0
    section: int | None = None
    corrected: dict[str, str] | None = None

    @property
    def is_error(self) -> bool:
        return self.verdict == "error"

    @property
    def to_confirm(self) -> set[str]:
        return {problem.code for problem in self.problems} & TO_CONFIRM

    @property
    def has_warning(self) -> bool:
        return any(problem.severity == WARNING for problem in self.problems)

    @property
    def where(self) -> List:
        values = self.values
        return values["region"], values["kind"], values["audience"]

    def as_json(self) -> str:
        return json.dumps([getattr(self, name) for name in self.__dataclass_fields__])

    @classmethod
    def from_json(cls, data: str) -> "Verdict":
        verdict = cls(*json.loads(data))
        verdict.problems = [Problem(*problem) for problem in verdict.problems]
        return verdict


class Known(NamedTuple):
    """A recommendation that is there, with everything a row could change."""

    pk: int
    reference: str
    status: str
    was_published: bool
    section: int
    values: Values


@dataclass(frozen=True)
class Scope:
    """For whom a file is read: `own` regions (None: all), and the one it must be for.

    `default`: the region of rows that name none, sent by somebody who has but one.
    """

    edition: Edition
    own: frozenset[str] | None = None
    only: str = ""
    default: str = ""

    def allows(self, region: str) -> bool:
        return self.own is None or region in self.own

    def reaches(self, region: str) -> bool:
        """Whether a row may change what stands in this region."""
        return self.allows(region) and self.only in ("", region)


def fingerprint(of: List, text: str) -> int:
    """63 bits that are the same for the same words of the same list."""
    told = "\x1f".join((*of, sameness(text)))
    return int.from_bytes(blake2b(told.encode(), digest_size=8).digest(), "big") >> 1


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
        self.scope, self.names, self.mapping, self.reader = (
            scope,
            names,
            mapping,
            reader,
        )
        self.lineage = lineage(file_name)
        decisions = decisions or {}
        self.corrections: dict[str, dict[str, str]] = decisions.get("cells", {})
        self.choices: dict[str, str] = decisions.get("rows", {})
        self.confirmed = set(decisions.get("checked", []))
        self.told = {name.partition(":")[0] for name in mapping.columns if name} | set(
            mapping.constants
        )
        self.alike = Alike()
        self.kin = Alike(KIN, RARE, FEWEST)
        self.spoken: list[str] = []  # the language of each text in `kin`
        self.written: list[str] = []  # and of each in `alike`
        self.owners: list[int] = []  # by number in `alike`: row, or minus a known pk
        self.kin_owners: list[int] = []
        self.known: dict[int, str] = {}  # pk: reference
        self.by_text: dict[int, int] = {}
        self.rows_by_text: dict[int, int] = {}
        self.ranks: dict[List, dict[int, tuple[str, bool]]] = {}
        self.sections: dict[str, tuple[int, List]] = {}
        self.new_lists: dict[List, int] = {}
        self.references: dict[str, int] = {}
        self.exact: set[int] = set()
        self.broken: set[int] = set()
        self.similar: dict[int, tuple[int, Problem]] = {}
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
        rows = Recommendation.objects.filter(
            section__regional_forum__edition=self.scope.edition, merged_into=None
        )
        if self.scope.own is not None:
            rows = rows.filter(section__regional_forum__region__slug__in=self.scope.own)
        for pk, reference, region, kind, audience, rank, original, *texts in (
            rows.order_by("pk")
            .values_list(
                "pk",
                "reference",
                "section__regional_forum__region__slug",
                "section__kind",
                "audience__slug",
                "rank",
                "original_language",
                *TEXTS,
            )
            .iterator(2000)
        ):
            where = (region, kind, audience or "")
            if rank:
                self.ranks.setdefault(where, {})[rank] = (reference, False)
            for language, text in zip(settings.CONTENT_LANGUAGES, texts, strict=True):
                if text:
                    self.known[pk] = reference
                    self.by_text.setdefault(fingerprint(where, text), pk)
                    words = content_words(text)
                    self.resembling(-pk, region, language, words)
                    if language == original:  # its translations mean the same
                        self.translating(-pk, region, language, words)

    def resembling(
        self, owner: int, region: str, language: str, words: list[str]
    ) -> tuple[int, str, float]:
        """Take the words of a text in; whose were the nearest before (0: nobody's), in
        which language, and how near."""
        near, share = self.alike.add(self.names.pks["region"][region], words)
        self.owners.append(owner)
        self.written.append(language)
        return (self.owners[near], self.written[near], share) if near >= 0 else NOBODY

    def translating(
        self, owner: int, region: str, language: str, words: list[str]
    ) -> tuple[int, str]:
        """Take its meaning in; whose text in another language means the same (0:
        nobody's), and which language."""
        kin, _share = self.kin.add(
            self.names.pks["region"][region], sorted(meanings(language, words))
        )
        self.kin_owners.append(owner)
        self.spoken.append(language)
        is_kin = kin >= 0 and self.spoken[kin] != language
        return (self.kin_owners[kin], self.spoken[kin]) if is_kin else (0, "")

    # The file.

    def judge(self, lines: Iterable[Line]) -> Iterator[Verdict]:
        stream = iter(lines)
        while chunk := list(islice(stream, CHUNK)):
            verdicts = [self.read(line) for line in chunk]
            self.match(verdicts)
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

    def match(self, verdicts: list[Verdict]) -> None:
        """What of a chunk is there already: by reference, by an earlier note, by its words."""
        for verdict in verdicts:
            values = verdict.values
            text = values["texts"].get(values.get("language", ""), "")
            if values.get("region") and text:
                verdict.fingerprint = fingerprint(verdict.where, text)
        references = {
            v.values["reference"] for v in verdicts if v.values.get("reference")
        }
        by_reference = dict(
            Recommendation.objects.filter(
                reference__in=references,
                section__regional_forum__edition=self.scope.edition,
            ).values_list("reference", "pk")
        )
        notes = WorkshopNote.objects.filter(
            note_import__edition=self.scope.edition,
            note_import__status=NoteImport.Status.DONE,
            recommendation__isnull=False,
        )
        earlier: dict[int, tuple[int, Values]] = {}
        prints = {v.fingerprint for v in verdicts if v.fingerprint}
        for found, pk, said, outcome in (
            notes.filter(fingerprint__among=prints)
            .order_by("pk")
            .values_list("fingerprint", "recommendation", "values", "outcome")
        ):
            # What a row said that only repeated another was never taken over.
            if outcome != WorkshopNote.Outcome.DUPLICATE or found not in earlier:
                earlier[found] = (pk or 0, said)
        keys = {v.values["key"] for v in verdicts if v.values.get("key")}
        by_key: dict[str, tuple[int, Values]] = {}
        if keys:
            for note in (
                notes.filter(file_key__in=keys)
                .order_by("pk")
                .select_related("note_import")
            ):
                if note.note_import.lineage == self.lineage:
                    by_key[note.file_key] = (note.recommendation_id or 0, note.values)
        targets: dict[int, tuple[int, Values | None]] = {}
        for verdict in verdicts:
            values = verdict.values
            reference = values.get("reference", "")
            choice = self.choices.get(str(verdict.row), "")
            if reference:
                if reference in by_reference:
                    targets[verdict.row] = (by_reference[reference], None)
            elif verdict.fingerprint in earlier:
                targets[verdict.row] = earlier[verdict.fingerprint]
            elif values.get("key") in by_key:
                targets[verdict.row] = by_key[values["key"]]
            elif choice.startswith("update:"):
                chosen = int(choice.partition(":")[2])
                last = notes.filter(recommendation=chosen).order_by("-pk").first()
                targets[verdict.row] = (chosen, last.values if last else None)
        current = load_known({pk for pk, _before in targets.values()})
        for verdict in verdicts:
            reference = verdict.values.get("reference", "")
            target = targets.get(verdict.row)
            known = current.get(target[0]) if target else None
            if known is not None and not self.scope.reaches(known.values["region"]):
                known = None
            if reference and known is None:
                place = self.reader.places["reference"][0]
                verdict.problems.append(
                    Problem(place, reference, "reference_unknown", {})
                )
            if known is not None and target is not None:
                self.exact.add(known.pk)
                self.compare(verdict, known, target[1])

    def compare(self, verdict: Verdict, known: Known, before: Values | None) -> None:
        """What the row would change: what the file says now and did not say before."""
        values = verdict.values
        verdict.target, verdict.reference = known.pk, known.reference
        verdict.section = verdict.section or known.section
        if not values.get("region"):
            values["region"] = known.values["region"]
        if values["region"] == known.values["region"] and "audience" not in self.told:
            verdict.problems[:] = [
                p for p in verdict.problems if p.code != "audience_missing"
            ]
            values["audience"], values["kind"] = (
                known.values["audience"],
                known.values["kind"],
            )
        base = before or known.values
        held: list[str] = []
        for name in (
            "region",
            "kind",
            "audience",
            "rank",
            "lead",
            "areas",
            "countries",
            "instruments",
            "page",
        ):
            if name not in self.told and name not in ("region", "kind"):
                continue
            new, old, now = (v.get(name) for v in (values, base, known.values))
            if isinstance(new, list):
                new, old, now = sorted(new), sorted(old or []), sorted(now or [])
            if new != old and new != now:
                verdict.changes[name] = [now, new]
                if old != now:
                    held.append(name)
        texts = {}
        for language, text in values["texts"].items():
            old, now = (v["texts"].get(language, "") for v in (base, known.values))
            if text not in (old, now) and sameness_exact(text) != as_read(now):
                texts[language] = [now, text]
                if old != now:
                    held.append("text")
        if texts:
            verdict.changes["texts"] = texts
        verdict.verdict = "update" if verdict.changes else "unchanged"
        if held:
            told = {
                "reference": known.reference,
                "fields": {"field": list(dict.fromkeys(held))},
            }
            verdict.problems.append(Problem(ROW, "", "changed_since", told))
        if verdict.changes and known.was_published:
            verdict.problems.append(
                Problem(ROW, "", "published", {"reference": known.reference})
            )
        elif verdict.changes and self.is_closed(known):
            told = {"reference": known.reference}
            verdict.problems.append(Problem(ROW, "", "in_review", told))

    def is_closed(self, known: Known) -> bool:
        """Whoever does not work everywhere changes drafts alone, in a file too."""
        return (
            self.scope.own is not None and known.status != Recommendation.Status.DRAFT
        )

    def settle(self, verdict: Verdict) -> None:
        """Compare with other rows and the edition; then give the final word."""
        values, problems = verdict.values, verdict.problems
        text = values["texts"].get(values.get("language", ""), "")
        broken = any(problem.severity == ERROR for problem in problems)
        first = next(iter(self.reader.texts.values()), ROW)
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
            self.seek_alike(verdict, text, first)
        elif verdict.target is not None and verdict.fingerprint and not broken:
            if other := self.rows_by_text.get(verdict.fingerprint):
                verdict.verdict, verdict.repeats, verdict.changes = (
                    "duplicate",
                    other,
                    {},
                )
                problems.append(
                    Problem(first, text[:80], "duplicate_row", {"other": other})
                )
            self.rows_by_text.setdefault(verdict.fingerprint, verdict.row)
        if (
            values.get("region")
            and values.get("rank")
            and verdict.verdict != "duplicate"
            and (values["audience"] or values["kind"] == "concerns")
        ):
            self.hold_rank(verdict)
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

    def seek_alike(self, verdict: Verdict, text: str, column: int) -> None:
        values, problems = verdict.values, verdict.problems
        if other := self.rows_by_text.get(verdict.fingerprint):
            verdict.verdict, verdict.repeats = "duplicate", other
            problems.append(
                Problem(column, text[:80], "duplicate_row", {"other": other})
            )
            return
        self.rows_by_text[verdict.fingerprint] = verdict.row
        if pk := self.by_text.get(verdict.fingerprint):
            verdict.verdict, verdict.target = "duplicate", pk
            verdict.reference = self.known[pk]
            self.exact.add(pk)
            problems.append(
                Problem(
                    column, text[:80], "duplicate", {"reference": verdict.reference}
                )
            )
            return
        language = values.get("reads_as") or values["language"]
        words = content_words(text)
        region = values["region"]
        near, tongue, share = self.resembling(verdict.row, region, language, words)
        kin, other_tongue = self.translating(verdict.row, region, language, words)
        if self.choices.get(str(verdict.row)) == "new":
            return
        if near > 0:
            problems.append(
                Problem(
                    column,
                    text[:200],
                    "near_row",
                    {"other": near, "share": round(share, 2)},
                )
            )
        elif near < 0:
            reference, said = self.known[-near], beginning(-near, tongue)
            problem = Problem(
                column,
                text[:200],
                "near",
                {"reference": reference, "share": round(share, 2), "text": said},
            )
            note = self.earlier_note(-near)
            if note is not None:
                self.similar[verdict.row] = (-near, problem)
                told = {
                    "reference": reference,
                    "other": note.row,
                    "file": note.note_import.file_name,
                }
                problem = Problem(column, text[:200], "similar_match", told)
            problems.append(problem)
        elif kin > 0:
            problems.append(
                Problem(column, text[:200], "translation_row", {"other": kin})
            )
        elif kin < 0:
            reference, said = self.known[-kin], beginning(-kin, other_tongue)
            problems.append(
                Problem(
                    column,
                    text[:200],
                    "translation",
                    {"reference": reference, "text": said},
                )
            )

    def earlier_note(self, pk: int) -> WorkshopNote | None:
        """The note of an earlier version of this very file that became this entry."""
        notes = WorkshopNote.objects.filter(
            recommendation=pk,
            note_import__status=NoteImport.Status.DONE,
            note_import__edition=self.scope.edition,
        ).select_related("note_import")
        return next(
            (n for n in notes.order_by("-pk") if n.note_import.lineage == self.lineage),
            None,
        )

    def hold_rank(self, verdict: Verdict) -> None:
        rank = verdict.values["rank"]
        held = self.ranks.setdefault(verdict.where, {})
        other, in_file = held.get(rank, ("", False))
        if other and other != verdict.reference:
            told = {"rank": rank, "list": {"list": verdict.where}, "other": other}
            place = self.reader.places["rank"][0]
            code = "rank_taken" if in_file else "rank_held"
            verdict.problems.append(Problem(place, str(rank), code, told))
        else:
            held[rank] = (str(verdict.row), True)

    # What only the end of the file tells.

    def close(self) -> None:
        """Every row is known now: the last problems, and the totals."""
        self.late = self.holes()
        self.warned |= BitMap(self.late)
        self.asking |= BitMap(
            row
            for row, (pk, _problem) in self.similar.items()
            if pk not in self.exact and row not in self.broken
        )
        self.totals["warning"] = len(self.warned)

    def holes(self) -> dict[int, list[Problem]]:
        """By row: the ranks that are missing before its own."""
        found: dict[int, list[Problem]] = {}
        for where, held in self.ranks.items():
            ranks = sorted(held)
            for before, rank in zip([0, *ranks], ranks, strict=False):
                owner, in_file = held[rank]
                if in_file and rank > before + 1 and int(owner) not in self.broken:
                    missing = list(range(before + 1, min(rank, before + 6)))
                    told = {
                        "list": {"list": where},
                        "rank": rank,
                        "missing": missing,
                    }
                    place = self.reader.places.get("rank", [ROW])[0]
                    found.setdefault(int(owner), []).append(
                        Problem(place, str(rank), "rank_hole", told)
                    )
        return found

    def finish(self, verdict: Verdict) -> Verdict:
        """The verdict as the end of the file leaves it."""
        verdict.problems += self.late.get(verdict.row, [])
        similar = self.similar.get(verdict.row)
        if similar is not None and similar[0] in self.exact:
            # What it resembled stands in the file itself, in another row.
            verdict.problems = [
                similar[1] if problem.code == "similar_match" else problem
                for problem in verdict.problems
            ]
        return verdict


def beginning(pk: int, language: str) -> str:
    """The first words of a text that is there, to be known by."""
    column = f"text_{language}"
    text = Recommendation.objects.values_list(column, flat=True).get(pk=pk) or ""
    return shorten(text.replace("**", ""), 120, placeholder=" …")


def sections_of(edition: Edition) -> QuerySet[Section, Any]:
    return (
        Section.objects.filter(regional_forum__edition=edition)
        .order_by("-position")
        .values_list(
            "pk", "regional_forum__region__slug", "kind", "audience__slug", "position"
        )
    )


def lists_of(edition: Edition) -> dict[List, int]:
    """The section of each list of an edition: the first, where a list has several."""
    return {
        (region, kind, audience or ""): pk
        for pk, region, kind, audience, _position in sections_of(edition)
    }


def sameness_exact(text: str) -> str:
    return " ".join(text.split())


def as_read(text: str) -> str:
    """A stored text as it comes back from a file: marks and spellings may differ."""
    return sameness_exact(plain(normal(text)))


def load_known(pks: set[int]) -> dict[int, Known]:
    """Recommendations with what a row could change, in four queries."""
    found: dict[int, Known] = {}
    if not pks:
        return found
    for row in Recommendation.objects.filter(pk__among=pks).values(
        "pk",
        "reference",
        "status",
        "published_at",
        "section",
        "rank",
        "is_lead",
        "original_language",
        "source_page",
        "section__regional_forum__region__slug",
        "section__kind",
        "audience__slug",
        *TEXTS,
    ):
        found[row["pk"]] = Known(
            row["pk"],
            row["reference"],
            row["status"],
            row["published_at"] is not None,
            row["section"],
            {
                "region": row["section__regional_forum__region__slug"],
                "kind": row["section__kind"],
                "audience": row["audience__slug"] or "",
                "rank": row["rank"],
                "lead": row["is_lead"],
                "language": row["original_language"],
                "page": row["source_page"],
                "texts": {
                    code: row[f"text_{code}"]
                    for code in settings.CONTENT_LANGUAGES
                    if row[f"text_{code}"]
                },
                "areas": [],
                "countries": [],
                "instruments": [],
            },
        )
    for name, model, term in (
        ("areas", RecommendationArea, "area__slug"),
        ("countries", RecommendationCountry, "country__iso_code"),
        ("instruments", RecommendationInstrument, "instrument__slug"),
    ):
        for pk, slug in model.objects.filter(recommendation__pk__among=pks).values_list(
            "recommendation", term
        ):
            found[pk].values[name].append(slug)
    return found


class Spool:
    """Verdicts in the order of the file, on disk: memory does not grow with the rows."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this
        self.totals = check.totals

    def fill(self, lines: Iterable[Line]) -> Iterator[int]:
        """Judge all rows; says on the way how many are judged."""
        for verdict in self.check.judge(lines):
            pickle.dump(verdict, self._file, pickle.HIGHEST_PROTOCOL)
            if self.totals["rows"] % CHUNK == 0:
                yield self.totals["rows"]
        self.check.close()

    @property
    def held(self) -> int:
        """How many rows wait for somebody to confirm something."""
        return len(self.check.asking)

    def __iter__(self) -> Iterator[Verdict]:
        self._file.seek(0)
        for _number in range(self.totals["rows"]):
            yield self.check.finish(pickle.load(self._file))

    def __del__(self) -> None:
        self._file.close()


def state_of(edition: Edition) -> str:
    """A name for how things stand in an edition: another after any change there.

    The count tells of a transaction that began early and committed late.
    """
    forum = {"section__regional_forum__edition": edition}
    histories = [
        Recommendation.history.filter(**forum),
        Section.history.filter(regional_forum__edition=edition),
        RecommendationArea.history.all(),
        RecommendationCountry.history.all(),
        RecommendationInstrument.history.all(),
    ]
    marks = [
        history.aggregate(last=Max("history_id"), rows=Count("pk"))
        for history in histories
    ]
    told = "-".join(f"{mark['last'] or 0}/{mark['rows']}" for mark in marks)
    return blake2b(told.encode(), digest_size=16).hexdigest()
