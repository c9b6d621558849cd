"""The list of imports, and the addresses of their pages."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from regions.admin import NoRedirectHome
from regions.keys import is_key

from ...models import NoteImport
from . import bringing, correcting, files, mapping, pages, showing, undoing, upload
from .pages import Response


@admin.register(NoteImport)
class NoteImportAdmin(NoRedirectHome, admin.ModelAdmin):
    list_display = [
        "file_name",
        "status",
        "edition",
        "uploaded_by",
        "uploaded_at",
        "rows",
    ]
    list_filter = ["status", "edition"]
    list_select_related = ["edition", "uploaded_by"]
    search_fields = ["file_name"]
    ordering = ["-uploaded_at"]
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[NoteImport]:
        return super().get_queryset(request).visible_to(request.user)  # type: ignore[attr-defined]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("rows"))
    def rows(self, note_import: NoteImport) -> int | None:
        count: int | None = note_import.totals.get("rows")
        return count

    def get_urls(self) -> list[Any]:
        def wrapped(view: Any) -> Any:
            return self.admin_site.admin_view(view)

        own = [
            path(
                f"<int:pk>/{name}/", wrapped(view), name=f"workshops_noteimport_{name}"
            )
            for name, view in (
                ("read", require_POST(mapping.read_again)),
                ("map", mapping.page),
                ("words", require_POST(mapping.learn_words)),
                ("row", require_POST(correcting.correct_row)),
                ("bring", require_POST(bringing.bring)),
                ("undo", undoing.page),
                ("sheet", require_POST(mapping.other_sheet)),
                ("forget", require_POST(files.forget)),
                ("back", require_safe(files.give_back)),
                ("outcome", require_safe(files.give_outcome)),
            )
        ]
        own.append(
            path(
                "blank/",
                wrapped(require_safe(files.give_blank)),
                name="workshops_noteimport_blank",
            )
        )
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> Response:
        return upload.page(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        note_import = pages.found(request, object_id if is_key(object_id) else 0)
        return showing.show(request, note_import)
