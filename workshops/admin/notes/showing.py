"""One import, as far as it has come; and what became of its rows."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ... import outcome, wizard
from ...models import NoteImport
from . import mapping, pages, preview
from .pages import Status
from .preview import PER_PAGE


def show(
    request: HttpRequest,
    note_import: NoteImport,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    context |= {
        "note_import": note_import,
        "original": note_import,
        "is_kept": pages.has_file(request, note_import),
    }
    if note_import.status == Status.REFUSED:
        return pages.show(
            request, "refused", _("This file was refused"), status, **context
        )
    if note_import.status != Status.DONE and not pages.has_file(request, note_import):
        return pages.show(
            request, "refused", _("This file is no longer kept"), status, **context
        )
    if note_import.status == Status.UPLOADED:
        if not note_import.file.parsed:
            return pages.show(
                request, "unread", _("Not read to its end"), status, **context
            )
        table = wizard.table_of(note_import)
        if table.encoding.is_in_doubt:
            return pages.show(
                request,
                "encoding",
                _("Which line reads right?"),
                status,
                readings=table.encoding.others,
                **context,
            )
        return mapping.page(request, note_import.pk)
    if note_import.status == Status.DONE:
        return brought(request, status, **context)
    return preview.page(request, status, **context)


def brought(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    """What became of every row: of those that came in, and of those that did not."""
    note_import: NoteImport = context["note_import"]
    user: Any = request.user
    page = Paginator(outcome.notes_of(note_import, user), PER_PAGE).get_page(
        request.GET.get("page")
    )
    stayed = outcome.stayed(note_import, user)
    return pages.show(
        request,
        "done",
        _("What became of every row"),
        status,
        page=page,
        rows=[outcome.Row.of(note) for note in page.object_list],
        stayed=list(stayed[:PER_PAGE]),
        stayed_count=stayed.count(),
        others=pages.others(request, note_import),
        **context,
    )
