"""An import taken back, with what nobody edited since or somebody ticked."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from priorities.models import Recommendation

from ...models import NoteImport
from ...undoing import Edited, NotThere, edited_since, undo
from . import pages


def page(request: HttpRequest, pk: int) -> HttpResponse:
    note_import = pages.found(request, pk, to_change=True)
    edited = (
        edited_since(note_import)
        if note_import.status == NoteImport.Status.DONE
        else []
    )
    may_go = changeable(request, edited)
    if request.method != "POST":
        return pages.show(
            request,
            "undo",
            _("Take this import back?"),
            edited=edited,
            may_go=may_go,
            note_import=note_import,
            original=note_import,
        )
    gone = None
    if "chosen" in request.POST:
        ticked = set(request.POST.getlist("remove"))
        gone = {pk for pk in may_go if str(pk) in ticked}
    try:
        undone = undo(note_import, request.user.pk, gone)
    except NotThere:
        return pages.show(
            request,
            "undo",
            _("This import is not brought in: there is nothing to take back"),
            409,
            note_import=note_import,
            original=note_import,
            gone=True,
        )
    except Edited:
        return pages.show(
            request,
            "undo",
            _("Some of it was edited since"),
            409,
            edited=edited,
            may_go=may_go,
            note_import=note_import,
            original=note_import,
        )
    messages.success(request, undone.told)
    return HttpResponseRedirect(note_import.get_absolute_url())


def changeable(request: HttpRequest, rows: list[Recommendation]) -> set[int]:
    """Of entries edited since, the keys of those this person may change."""
    entries: Any = admin.site.get_model_admin(Recommendation)
    own = entries.get_queryset(request).filter(pk__in=[row.pk for row in rows])
    return {r.pk for r in own if entries.has_change_permission(request, r)}
