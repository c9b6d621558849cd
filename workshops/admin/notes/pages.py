"""What all pages of the wizard share: who finds an import, and how it is shown."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from ...models import ImportFile, NoteImport

Status = NoteImport.Status
Response = Any  # whole or streamed: Django's own types have no word that admin views may return


def note_imports() -> Any:
    return admin.site.get_model_admin(NoteImport)


def may_add(request: HttpRequest) -> bool:
    may: bool = note_imports().has_add_permission(request)
    return may


def found(request: HttpRequest, pk: Any, to_change: bool = False) -> NoteImport:
    """404 for what is not there and for what one may not see, alike."""
    if not note_imports().has_view_permission(request):
        raise PermissionDenied
    note_import: NoteImport | None = (
        note_imports()
        .get_queryset(request)
        .select_related("edition", "uploaded_by")
        .filter(pk=pk)
        .first()
    )
    if note_import is None:
        raise Http404
    if to_change and not note_imports().has_change_permission(request, note_import):
        raise PermissionDenied
    return note_import


def open_import(request: HttpRequest, pk: int) -> NoteImport:
    """One that is not brought in: what its pages may still change."""
    note_import = found(request, pk, to_change=True)
    if note_import.status in {Status.DONE, Status.REFUSED}:
        raise Http404
    if not has_file(request, note_import):
        raise Http404
    return note_import


def has_file(request: HttpRequest, note_import: NoteImport) -> bool:
    """Whether it is kept, for whoever sent it: it may speak of other regions too."""
    user: Any = request.user
    files = ImportFile.objects.visible_to(user)
    return files.filter(pk=note_import.pk).exists()


def others(request: HttpRequest, note_import: NoteImport) -> list[list[Any]]:
    """The other sheets of the workbook that look like notes, while the file is kept."""
    is_kept = has_file(request, note_import)
    return note_import.told.get("others", []) if is_kept else []


def show(
    request: HttpRequest, template: str, title: Any, status: int = 200, **context: Any
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "opts": NoteImport._meta,
        "title": title,
        **context,
    }
    return TemplateResponse(
        request, f"admin/workshops/{template}.html", context, status=status
    )
