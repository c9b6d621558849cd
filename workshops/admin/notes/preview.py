"""What every row would do, before anything comes in."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from regions.differences import word_by_word

from ...checking.verdicts import TOTALS, Verdict
from ...columns import FIELDS
from ...models import CheckedRow, NoteImport
from ...names import Names
from . import pages

PER_PAGE = 50
KINDS = {
    "all": _("all rows"),
    "error": TOTALS["error"],
    "confirm": _("to confirm"),
    "warning": TOTALS["warning"],
    "new": TOTALS["new"],
    "update": TOTALS["update"],
    "unchanged": TOTALS["unchanged"],
    "duplicate": TOTALS["duplicate"],
    "left": _("left out"),
}


def page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    note_import: NoteImport = context["note_import"]
    checked = CheckedRow.objects.filter(file=note_import.pk)
    kind = request.GET.get("kind", "all")
    kind = kind if kind in KINDS else "all"
    counts = checked.counts()
    page = Paginator(checked.of_kind(kind), PER_PAGE).get_page(request.GET.get("page"))
    wanted = request.GET.get("edit", "")
    verdicts = [Verdict.from_json(row.data) for row in page.object_list]
    names = Names()
    return pages.show(
        request,
        "preview",
        _("Look before it comes in"),
        status,
        page=page,
        rows=[row_of(note_import, verdict, wanted, names) for verdict in verdicts],
        kind=kind,
        kinds=[
            (name, label, counts[name])
            for name, label in KINDS.items()
            if counts.get(name) or name == "all"
        ],
        counts=counts,
        totals=note_import.totals,
        unknown=[
            (
                FIELDS[kind_],
                [(f"{kind_}:{word}", word) for word in words],
                names.kinds[kind_].labels.items(),
                kind_ != "areas",  # without these a row cannot come in
            )
            for kind_, words in note_import.told.get("unknown", {}).items()
        ],
        others=pages.others(request, note_import),
        unread=note_import.told.get("unread", []),
        saved=note_import.told.get("saved", ""),
        constants=[
            (FIELDS[name], names.label(name, slug) if name in names.kinds else slug)
            for name, slug in note_import.mapping.get("constants", {}).items()
        ],
        **context,
    )


def row_of(
    note_import: NoteImport, verdict: Verdict, wanted: str, names: Names
) -> dict[str, Any]:
    text = verdict.values.get("texts", {}).get(verdict.values.get("language", ""), "")
    changed = verdict.changes.get("texts", {})
    differences = [
        (language, word_by_word(*pair)) for language, pair in changed.items()
    ]
    others = [
        (FIELDS[name], pair)
        for name, pair in verdict.changes.items()
        if name in FIELDS and name != "texts"
    ]
    cells = [
        *verdict.cells,
        *[""] * (len(note_import.headings) - len(verdict.cells)),
    ]
    for place, cell in (verdict.corrected or {}).items():
        cells[int(place)] = cell
    wrong = {problem.column for problem in verdict.problems}
    return {
        "verdict": verdict,
        "label": KINDS.get(verdict.verdict, ""),
        "text": text or " · ".join(filter(None, cells))[:300],
        "language": verdict.values.get("language", ""),
        "problems": [
            (
                p.severity,
                p.isolated(names),
                p.cell(verdict.row) if note_import.kind == "xlsx" else "",
                note_import.headings[p.column]
                if 0 <= p.column < len(note_import.headings)
                else "",
            )
            for p in verdict.problems
        ],
        "differences": differences,
        "others": others,
        "choices": [p.code for p in verdict.problems if p.code == "similar_match"],
        "personal": "personal_data" in verdict.to_confirm,
        "edited": str(verdict.row) == wanted,
        "cells": [
            (place, heading, cells[place], place in wrong)
            for place, heading in enumerate(note_import.headings)
        ],
    }
