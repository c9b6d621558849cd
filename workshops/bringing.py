"""Verdicts become drafts, in one transaction, each with the note it came from."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import uuid4

from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from priorities import bulk
from priorities.models import Audience, Recommendation, Section
from regions import operations
from regions.models import Edition, RegionalForum

from .checking.edition import lists_of, load_known, sections_of, state_of
from .checking.verdicts import List, Verdict
from .intake import Work, many_rows
from .models import NoteImport, WorkshopNote
from .names import Names
from .reading import Values

BATCH = 1000
TAGS = ("areas", "countries", "instruments")
FIELDS = (("rank", "rank"), ("lead", "is_lead"), ("page", "source_page"))
OUTCOMES = {
    "new": WorkshopNote.Outcome.CREATED,
    "update": WorkshopNote.Outcome.UPDATED,
    "unchanged": WorkshopNote.Outcome.UNCHANGED,
    "duplicate": WorkshopNote.Outcome.DUPLICATE,
}
NOTE = (
    "note_import",
    "row",
    "cells",
    "corrected",
    "values",
    "region",
    "workshop",
    "held_on",
    "file_key",
    "fingerprint",
    "outcome",
    "recommendation",
    "before",
)


def hold(edition_id: int) -> None:
    """One import at a time comes into an edition, or is taken back.

    The next waits here on PostgreSQL (SQLite has one writer anyway) and then sees what
    the one before did.
    """
    Edition.objects.select_for_update(no_key=True).get(pk=edition_id)


class Changed(Exception):
    """Something the verdicts rest on has changed since they were given."""


def is_as_shown(changes: dict[str, Any], now: Values) -> bool:
    """Whether the values that a row changes are still those its changes begin with."""
    texts = changes.get("texts", {})
    return all(
        now["texts"].get(language, "") == before
        for language, (before, _after) in texts.items()
    ) and all(
        (sorted(now[name]) if isinstance(now[name], list) else now[name]) == pair[0]
        for name, pair in changes.items()
        if name != "texts"
    )


class Bringing:
    """One import on its way in. Call within `transaction.atomic()`."""

    def __init__(
        self, note_import: NoteImport, names: Names, user_id: int | None
    ) -> None:
        self.note_import, self.names, self.user_id = note_import, names, user_id
        self.user = User.objects.filter(pk=user_id or 0).first()
        self.edition = note_import.edition
        self.audiences = Audience.objects.by_slug()
        self.made: dict[List, Section] = {}
        self.positions: dict[int, int] = {}
        self.sections = Section.objects.select_related(
            "regional_forum__edition", "regional_forum__region"
        ).in_bulk([pk for pk, *_rest in sections_of(self.edition)])
        self.lists = lists_of(note_import.edition)
        self.by_row: dict[int, int] = {}  # row: the recommendation it became

    def bring(self, verdicts: Iterable[Verdict]) -> Iterator[int]:
        """Write everything that is no error and not left out."""
        stream = (
            v
            for v in verdicts
            if v.verdict not in {"error", "left"} and not v.to_confirm
        )
        done, operation = 0, uuid4()
        while batch := list(islice(stream, BATCH)):
            with operations.one(operation):
                self.create([v for v in batch if v.verdict == "new"])
                self.update([v for v in batch if v.verdict == "update"])
                self.keep(batch)
            done += len(batch)
            yield done
        self.note_import.made_sections = [section.pk for section in self.made.values()]

    def section_of(self, verdict: Verdict) -> Section:
        """The list of a row; one that nobody has made yet is made."""
        if verdict.section is not None:
            return self.sections[verdict.section]
        if verdict.where not in self.made:
            region, kind, audience = verdict.where
            forum, _made = RegionalForum.objects.get_or_create(
                edition=self.edition, region_id=self.names.pks["region"][region]
            )
            last = forum.sections.aggregate(last=models.Max("position"))["last"] or 0
            section = Section(
                regional_forum=forum,
                kind=kind,
                audience=self.audiences.get(audience),
                position=last + 1,
                original_language=verdict.values["language"],
            )
            section._change_reason = self.note_import.reason  # type: ignore[attr-defined]
            section._history_user = self.user  # type: ignore[attr-defined]
            section.save()
            self.made[verdict.where] = section
        return self.made[verdict.where]

    def next_position(self, section: Section) -> int:
        """At the end of a list, counted here while rows of it wait to be written."""
        if section.pk not in self.positions:
            self.positions[section.pk] = section.next_position()
        self.positions[section.pk] += 1
        return self.positions[section.pk] - 1

    def create(self, verdicts: list[Verdict]) -> None:
        rows = []
        for verdict in verdicts:
            section = self.section_of(verdict)
            values = verdict.values
            row = Recommendation(
                section=section,
                audience=self.audiences.get(values["audience"]),
                position=self.next_position(section),
                rank=values.get("rank"),
                is_lead=values.get("lead", False),
                original_language=values["language"],
                source_page=values.get("page"),
                **{f"text_{code}": text for code, text in values["texts"].items()},
            )
            if any(p.code == "personal_data" for p in verdict.problems):
                row.look_for_people()
            rows.append(row)
        tags = {
            name: [
                [self.names.pks[name][slug] for slug in verdict.values.get(name, ())]
                for verdict in verdicts
            ]
            for name in TAGS
        }
        every = Recommendation.objects.all()
        every.add_all(rows, self.note_import.reason, self.user_id, tags)
        for row, verdict in zip(rows, verdicts, strict=True):
            verdict.target, verdict.reference = row.pk, row.reference
            self.by_row[verdict.row] = row.pk

    def update(self, verdicts: list[Verdict]) -> None:
        """Change what rows change, by the one write path; keep what was before."""
        rows = Recommendation.objects.select_for_update(of=("self",)).select_related(
            "section__regional_forum__edition",
            "section__regional_forum__region",
        )
        found = rows.in_bulk([verdict.target for verdict in verdicts])
        known = load_known(set(found))  # tags too, now that the rows are held
        for verdict in verdicts:
            row = found.get(verdict.target or 0)
            if (
                row is None
                or row.published_at is not None
                or not is_as_shown(verdict.changes, known[row.pk].values)
            ):
                raise Changed
            verdict.changes["versions"] = row.versions()
            self.apply(verdict, row)
        reason, every = self.note_import.reason, Recommendation.objects.all()
        every.change_all([*found.values()], reason, self.user_id)
        for name in TAGS:
            wanted = {
                verdict.target or 0: [
                    self.names.pks[name][slug] for slug in verdict.changes[name][1]
                ]
                for verdict in verdicts
                if name in verdict.changes
            }
            every.tag_all(name, wanted, reason, self.user_id)

    def apply(self, verdict: Verdict, row: Recommendation) -> None:
        changes = verdict.changes
        if {"region", "kind", "audience"} & set(changes):
            changes |= {"section": row.section_id, "position": row.position}
            verdict.section = self.lists.get(verdict.where)
            section = self.section_of(verdict)
            row.section, row.position = section, self.next_position(section)
            row.audience = self.audiences.get(verdict.values["audience"])
        for name, attribute in FIELDS:
            if name in changes:
                setattr(row, attribute, changes[name][1])
        for language, (_now, text) in changes.get("texts", {}).items():
            setattr(row, f"text_{language}", text)

    def keep(self, verdicts: list[Verdict]) -> None:
        """The notes as they came, each behind what it became."""
        notes = [
            (
                self.note_import.pk,
                verdict.row,
                verdict.cells,
                verdict.corrected,
                verdict.values,
                self.names.pks["region"][verdict.values["region"]],
                verdict.values.get("workshop", ""),
                verdict.values.get("date", ""),
                verdict.values.get("key", ""),
                verdict.fingerprint,
                OUTCOMES[verdict.verdict],
                verdict.target or self.by_row.get(verdict.repeats),
                verdict.changes or None,
            )
            for verdict in verdicts
        ]
        bulk.insert(WorkshopNote, NOTE, notes)


def bringing_in(
    note_import: NoteImport,
    names: Names,
    verdicts: Iterable[Verdict],
    state: str,
    user_id: int | None,
) -> Work[None]:
    """All of it or nothing; says on the way how many rows are written.

    `Changed` when the edition, or what was decided about the file, is no longer as
    it was when the verdicts were given.
    """
    with many_rows(), transaction.atomic():
        hold(note_import.edition_id)
        locked = NoteImport.objects.select_for_update().get(pk=note_import.pk)
        if (
            locked.status == NoteImport.Status.DONE
            or locked.revision != note_import.revision
            or state_of(note_import.edition) != state
        ):
            raise Changed
        yield from Bringing(note_import, names, user_id).bring(verdicts)
        note_import.status = NoteImport.Status.DONE
        note_import.brought_at = timezone.now()
        note_import.undone_at = None
        note_import.save()
