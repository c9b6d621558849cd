"""Verdicts become drafts, in one transaction, each with the note it came from."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from priorities.models import (
    Audience,
    Instrument,
    PriorityArea,
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
    Section,
)
from regions.models import Country, RegionalForum

from .checking import List, Verdict, state_of
from .models import NoteImport, WorkshopNote
from .names import Names

BATCH = 1000
LINKS: tuple[tuple[str, str, Any], ...] = (
    ("areas", "area", RecommendationArea),
    ("countries", "country", RecommendationCountry),
    ("instruments", "instrument", RecommendationInstrument),
)


class Changed(Exception):
    """Something the verdicts rest on has changed since they were given."""


def record_history(
    rows: models.QuerySet[Any], reason: str, user_id: int | None, kind: str = "+"
) -> int:
    """Write the history of many rows at once, from the rows themselves.

    One statement on either engine; simple-history would read every row back first.
    """
    model = rows.model
    history = model.history.model
    names = [
        field
        for field in model._meta.concrete_fields
        if field.name not in getattr(history, "_history_excluded_fields", [])
    ]
    quote = connection.ops.quote_name
    select, params = (
        rows.order_by("pk")
        .values_list(*(field.attname for field in names))
        .query.sql_with_params()
    )
    columns = [history._meta.get_field(field.name).column for field in names]
    told = {
        "history_date": timezone.now(),
        "history_type": kind,
        "history_change_reason": reason,
        "history_user_id": user_id,
    }
    adapted = [
        history._meta.get_field(name.removesuffix("_id")).get_db_prep_save(
            value, connection
        )
        for name, value in told.items()
    ]
    casts = (
        ["CAST(%s AS timestamptz)", "%s", "%s", "CAST(%s AS bigint)"]
        if connection.vendor == "postgresql"
        else ["%s"] * 4
    )
    sql = (
        f"INSERT INTO {quote(history._meta.db_table)} "
        f"({', '.join(map(quote, [*columns, *told]))}) "
        f"SELECT found.*, {', '.join(casts)} FROM ({select}) AS found"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*adapted, *params])
        return cursor.rowcount


class Bringing:
    """One import on its way in. Call within `transaction.atomic()`."""

    def __init__(
        self, note_import: NoteImport, names: Names, user_id: int | None
    ) -> None:
        self.note_import, self.names, self.user_id = note_import, names, user_id
        self.edition = note_import.edition
        self.audiences = {a.slug: a for a in Audience.objects.all()}
        self.made: dict[List, Section] = {}
        self.positions: dict[int, int] = {}
        self.sections: dict[int, Section] = {}
        self.by_row: dict[int, int] = {}  # row: the recommendation it became

    def bring(
        self,
        verdicts: Iterable[Verdict],
        progress: Callable[[int], None] = lambda _done: None,
    ) -> None:
        """Write everything that is no error and not left out."""
        stream = (
            v
            for v in verdicts
            if v.verdict not in {"error", "left"} and not v.to_confirm
        )
        done = 0
        while batch := list(islice(stream, BATCH)):
            self.create([v for v in batch if v.verdict == "new"])
            for verdict in batch:
                if verdict.verdict == "update":
                    self.update(verdict)
            self.keep(batch)
            done += len(batch)
            progress(done)
        self.note_import.made_sections = [section.pk for section in self.made.values()]

    def section_of(self, verdict: Verdict) -> Section:
        """The list of a row; one that nobody has made yet is made."""
        if verdict.section is not None:
            if verdict.section not in self.sections:
                self.sections[verdict.section] = Section.objects.select_related(
                    "regional_forum__edition", "regional_forum__region"
                ).get(pk=verdict.section)
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
            section.save()
            self.made[verdict.where] = section
        return self.made[verdict.where]

    def create(self, verdicts: list[Verdict]) -> None:
        rows = []
        by_forum: dict[RegionalForum, list[Recommendation]] = defaultdict(list)
        for verdict in verdicts:
            section = self.section_of(verdict)
            if section.pk not in self.positions:
                self.positions[section.pk] = section.next_position()
            values = verdict.values
            row = Recommendation(
                section=section,
                audience=self.audiences.get(values["audience"]),
                position=self.positions[section.pk],
                rank=values.get("rank"),
                is_lead=values.get("lead", False),
                original_language=values["language"],
                source_page=values.get("page"),
                **{f"text_{code}": text for code, text in values["texts"].items()},
            )
            row.keep_versions()
            self.positions[section.pk] += 1
            by_forum[section.regional_forum].append(row)
            rows.append(row)
        for forum, own in by_forum.items():
            for row, reference in zip(own, forum.take_numbers(len(own)), strict=True):
                row.reference = reference
        Recommendation.objects.bulk_create(rows, batch_size=BATCH)
        if rows:
            self.record(Recommendation.objects.filter(pk__in=[row.pk for row in rows]))
        for name, term, model in LINKS:
            links = [
                model(
                    **{
                        "recommendation_id": row.pk,
                        f"{term}_id": self.names.pks[name][slug],
                    }
                )
                for row, verdict in zip(rows, verdicts, strict=True)
                for slug in verdict.values.get(name, ())
            ]
            if links:
                model.objects.bulk_create(links, batch_size=BATCH)
                self.record(model.objects.filter(pk__in=[link.pk for link in links]))
        for row, verdict in zip(rows, verdicts, strict=True):
            verdict.target, verdict.reference = row.pk, row.reference
            self.by_row[verdict.row] = row.pk

    def record(self, rows: models.QuerySet[Any]) -> None:
        record_history(rows, self.note_import.reason, self.user_id)

    def update(self, verdict: Verdict) -> None:
        """Change what the row changes, by the one write path; keep what was before."""
        row = (
            Recommendation.objects.select_for_update(of=("self",))
            .select_related(
                "section__regional_forum__edition", "section__regional_forum__region"
            )
            .get(pk=verdict.target or 0)
        )
        if row.published_at is not None:
            raise Changed
        changes = verdict.changes
        changes["versions"] = {
            name: getattr(row, name)
            for name in (
                "original_version",
                *(f"made_from_{code}" for code in settings.CONTENT_LANGUAGES),
                *(f"reviewed_{code}" for code in settings.CONTENT_LANGUAGES),
            )
        }
        if {"region", "kind", "audience"} & set(changes):
            changes |= {"section": row.section_id, "position": row.position}
            existing = (
                Section.objects.filter(
                    regional_forum__edition=self.edition,
                    regional_forum__region__slug=verdict.values["region"],
                    kind=verdict.values["kind"],
                    audience__slug=verdict.values["audience"] or None,
                )
                .order_by("position")
                .first()
            )
            verdict.section = existing.pk if existing else None
            section = self.section_of(verdict)
            row.section, row.position = section, section.next_position()
            row.audience = self.audiences.get(verdict.values["audience"])
        for name, attribute in (
            ("rank", "rank"),
            ("lead", "is_lead"),
            ("page", "source_page"),
        ):
            if name in changes:
                setattr(row, attribute, changes[name][1])
        for language, (_now, text) in changes.get("texts", {}).items():
            setattr(row, f"text_{language}", text)
        row.change_because(self.note_import.reason)
        tags = {
            name: changes[name][1] for name, _term, _model in LINKS if name in changes
        }
        if tags:
            row.tag(**self.terms(tags))

    def terms(self, tags: dict[str, list[str]]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for name, slugs in tags.items():
            model, field = {
                "areas": (PriorityArea, "slug"),
                "countries": (Country, "iso_code"),
                "instruments": (Instrument, "slug"),
            }[name]
            found[name] = list(model.objects.filter(**{f"{field}__in": slugs}))  # type: ignore[attr-defined]
        return found

    def keep(self, verdicts: list[Verdict]) -> None:
        """The notes as they came, each behind what it became."""
        outcomes = {
            "new": WorkshopNote.Outcome.CREATED,
            "update": WorkshopNote.Outcome.UPDATED,
            "unchanged": WorkshopNote.Outcome.UNCHANGED,
            "duplicate": WorkshopNote.Outcome.DUPLICATE,
        }
        WorkshopNote.objects.bulk_create(
            [
                WorkshopNote(
                    note_import=self.note_import,
                    row=verdict.row,
                    cells=verdict.cells,
                    corrected=verdict.corrected,
                    values=verdict.values,
                    region_id=self.names.pks["region"][verdict.values["region"]],
                    workshop=verdict.values.get("workshop", ""),
                    held_on=verdict.values.get("date", ""),
                    file_key=verdict.values.get("key", ""),
                    fingerprint=verdict.fingerprint,
                    outcome=outcomes[verdict.verdict],
                    recommendation_id=verdict.target
                    or self.by_row.get(verdict.repeats),
                    before=verdict.changes or None,
                )
                for verdict in verdicts
            ],
            batch_size=BATCH,
        )


@transaction.atomic
def bring_in(
    note_import: NoteImport,
    names: Names,
    verdicts: Iterable[Verdict],
    state: str,
    user_id: int | None,
    progress: Callable[[int], None] = lambda _done: None,
) -> None:
    """All of it or nothing. `Changed` when the edition is no longer as it was checked."""
    locked = NoteImport.objects.select_for_update().get(pk=note_import.pk)
    if (
        locked.status == NoteImport.Status.DONE
        or state_of(note_import.edition) != state
    ):
        raise Changed
    Bringing(note_import, names, user_id).bring(verdicts, progress)
    note_import.status = NoteImport.Status.DONE
    note_import.brought_at = timezone.now()
    note_import.undone_at = None
    note_import.save()
