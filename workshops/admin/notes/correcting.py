"""Rows of the preview, corrected and decided one by one."""

from django.http import Http404, HttpRequest, HttpResponseRedirect

from priorities.models import Recommendation
from regions.keys import is_key

from ...checking.verdicts import Verdict
from ...models import CheckedRow, NoteImport
from ...spreadsheets import Limits
from . import pages, working
from .pages import Response
from .preview import KINDS


def correct_row(request: HttpRequest, pk: int) -> Response:
    """Cells typed anew, and what a person decided about a row."""
    note_import = pages.open_import(request, pk)
    number = request.POST.get("row", "")
    row = CheckedRow.objects.filter(
        file=note_import.pk, row=number if is_key(number) else 0
    ).first()
    if row is None:
        raise Http404
    verdict = Verdict.from_json(row.data)

    def take(locked: NoteImport) -> None:
        take_decision(request, locked, verdict)

    answer = working.decided(request, note_import, take)
    if isinstance(answer, HttpResponseRedirect):
        kind = request.POST.get("back", "")
        page = request.POST.get("page", "")
        query = f"?kind={kind}" if kind in KINDS else "?"
        query += f"&page={page}" if page.isdecimal() else ""
        address = f"{note_import.get_absolute_url()}{query}#row-{verdict.row}"
        return HttpResponseRedirect(address)
    return answer


def take_decision(
    request: HttpRequest, note_import: NoteImport, verdict: Verdict
) -> None:
    decisions, row = note_import.decisions, str(verdict.row)
    limit = Limits.of_wizard().characters
    width = len(note_import.headings)
    cells = [*verdict.cells, *[""] * (width - len(verdict.cells))]
    typed = {
        str(place): request.POST[f"cell-{place}"][: limit + 1].replace("\r\n", "\n")
        for place in range(width)
        if f"cell-{place}" in request.POST
    }
    if typed:
        decisions.setdefault("cells", {})[row] = {
            place: cell
            for place, cell in typed.items()
            if cell != cells[int(place)].replace("\r\n", "\n")
        }
    choice = request.POST.get("choice")
    if choice in {"new", "leave", ""}:
        decisions.setdefault("rows", {})[row] = choice
    elif choice == "update" and (target := similar_to(verdict)):
        decisions.setdefault("rows", {})[row] = f"update:{target}"
    if "checked" in request.POST:
        decisions.setdefault("checked", []).append(verdict.row)


def similar_to(verdict: Verdict) -> int | None:
    """The recommendation a row seems to be a new wording of."""
    references = [
        problem.told["reference"]
        for problem in verdict.problems
        if problem.code == "similar_match"
    ]
    rows = Recommendation.objects.filter(reference__in=references)
    return rows.values_list("pk", flat=True).first()
