"""Recommendations that a file speaks of again, and what its rows would change of them."""

from collections.abc import Collection

from priorities.models import Recommendation

from ..models import NoteImport, WorkshopNote
from ..problems import ROW, Problem
from ..reading import Values
from .edition import Known, load_known
from .scope import Scope
from .texts import as_read, fingerprint, sameness_exact
from .verdicts import Verdict

Before = tuple[int, Values]  # a recommendation, and what a row said of it last time


class Matching:
    """By reference, by the note of an earlier file, or as a person chose.

    `told`: the fields that the file has a say in; `choices`: what was decided, by row.
    """

    def __init__(
        self,
        scope: Scope,
        lineage: str,
        told: Collection[str],
        choices: dict[str, str],
        places: dict[str, list[int]],
    ) -> None:
        self.scope, self.lineage, self.told = scope, lineage, told
        self.choices, self.places = choices, places
        self.notes = WorkshopNote.objects.filter(
            note_import__edition=scope.edition,
            note_import__status=NoteImport.Status.DONE,
            recommendation__isnull=False,
        )

    def match(self, verdicts: list[Verdict]) -> set[int]:
        """Settle which recommendation each row of a chunk is about; all of them."""
        for verdict in verdicts:
            values = verdict.values
            text = values["texts"].get(values.get("language", ""), "")
            if values.get("region") and text:
                verdict.fingerprint = fingerprint(verdict.where, text)
        targets = self.targets(verdicts)
        current = load_known({pk for pk, _before in targets.values()})
        found = set()
        for verdict in verdicts:
            reference = verdict.values.get("reference", "")
            target = targets.get(verdict.row)
            known = current.get(target[0]) if target else None
            if known is not None and not self.scope.reaches(known.values["region"]):
                known = None
            if reference and known is None:
                place = self.places["reference"][0]
                verdict.problems.append(
                    Problem(place, reference, "reference_unknown", {})
                )
            if known is not None and target is not None:
                found.add(known.pk)
                self.compare(verdict, known, target[1])
        return found

    def targets(self, verdicts: list[Verdict]) -> dict[int, tuple[int, Values | None]]:
        """By row: what it is about, and what was said last time, if it was."""
        by_reference = self.by_reference(verdicts)
        by_text = self.by_text(verdicts)
        by_key = self.by_key(verdicts)
        found: dict[int, tuple[int, Values | None]] = {}
        for verdict in verdicts:
            values = verdict.values
            reference = values.get("reference", "")
            choice = self.choices.get(str(verdict.row), "")
            if reference:
                if reference in by_reference:
                    found[verdict.row] = (by_reference[reference], None)
            elif verdict.fingerprint in by_text:
                found[verdict.row] = by_text[verdict.fingerprint]
            elif values.get("key") in by_key:
                found[verdict.row] = by_key[values["key"]]
            elif choice.startswith("update:"):
                chosen = int(choice.partition(":")[2])
                last = self.notes.filter(recommendation=chosen).order_by("-pk").first()
                found[verdict.row] = (chosen, last.values if last else None)
        return found

    def by_reference(self, verdicts: list[Verdict]) -> dict[str, int]:
        references = {
            v.values["reference"] for v in verdicts if v.values.get("reference")
        }
        return dict(
            Recommendation.objects.filter(
                reference__in=references,
                section__regional_forum__edition=self.scope.edition,
            ).values_list("reference", "pk")
        )

    def by_text(self, verdicts: list[Verdict]) -> dict[int, Before]:
        """By fingerprint: what an earlier note with the same words became."""
        found: dict[int, Before] = {}
        prints = {v.fingerprint for v in verdicts if v.fingerprint}
        for mark, pk, said, outcome in (
            self.notes.filter(fingerprint__among=prints)
            .order_by("pk")
            .values_list("fingerprint", "recommendation", "values", "outcome")
        ):
            # What a row said that only repeated another was never taken over.
            if outcome != WorkshopNote.Outcome.DUPLICATE or mark not in found:
                found[mark] = (pk or 0, said)
        return found

    def by_key(self, verdicts: list[Verdict]) -> dict[str, Before]:
        """By the file's own key of a row: what that row became last time."""
        keys = {v.values["key"] for v in verdicts if v.values.get("key")}
        if not keys:
            return {}
        notes = self.notes.filter(file_key__in=keys).order_by("pk")
        return {
            note.file_key: (note.recommendation_id or 0, note.values)
            for note in notes.select_related("note_import")
            if note.note_import.lineage == self.lineage
        }

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
