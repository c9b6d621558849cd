"""Rows come in, all of them or the good ones."""

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils.translation import ngettext

from ... import wizard
from ...bringing import Changed
from ...intake import done
from ...models import CheckedRow, NoteImport
from ...spreadsheets import Refused
from . import pages, showing, working
from .pages import Response, Status
from .working import CHANGED


def bring(request: HttpRequest, pk: int) -> Response:
    note_import = pages.open_import(request, pk)
    if note_import.status not in {Status.CHECKED, Status.UNDONE}:
        raise Http404
    rows = CheckedRow.objects.filter(file=note_import.pk)
    if request.POST.get("personal") == "checked":
        held = list(rows.of_kind("confirm").values_list("row", flat=True))

        def take(locked: NoteImport) -> None:
            locked.decisions.setdefault("checked", []).extend(held)

        try:
            wizard.decide(note_import, take)
        except Changed:
            raise Http404 from None
        done(wizard.checking(note_import, request.user))
    counts = rows.counts()
    stay_out = counts.get("error", 0) + counts["confirm"]
    if stay_out and request.POST.get("which") != "good":
        text = ngettext(
            "%d row cannot come in yet. Mend it, or bring in the good rows alone.",
            "%d rows cannot come in yet. Mend them, or bring in the good rows alone.",
            stay_out,
        )
        messages.error(request, text % stay_out)
        return showing.show(request, note_import)
    try:
        work = wizard.bringing(note_import, request.user)
        return working.see_through(request, note_import, work)
    except Changed:
        done(wizard.checking(note_import, request.user))
        messages.error(request, CHANGED)
        return showing.show(request, note_import, 409)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return showing.show(request, note_import)
