"""Where a sentence comes from, and what was taken out of that for good."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from regions.admin import NoRedirectHome

from ...forms import RedactionForm
from ...models import NoteImport, Redaction, WorkshopNote
from ...redacting import elsewhere, redact


@admin.register(WorkshopNote)
class WorkshopNoteAdmin(NoRedirectHome, admin.ModelAdmin):
    """Where a sentence comes from: the row as it stood in its file."""

    list_display = [
        "recommendation",
        "row",
        "note_import",
        "region",
        "workshop",
        "outcome",
    ]
    list_filter = ["outcome", "region"]
    list_select_related = ["recommendation", "note_import", "region"]
    search_fields = ["recommendation__reference", "workshop"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkshopNote]:
        rows = (
            super()
            .get_queryset(request)
            .select_related("note_import__uploaded_by", "recommendation", "region")
        )
        return rows.filter(note_import__in=NoteImport.objects.visible_to(request.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.redact)
        own = path("<int:pk>/redact/", view, name="workshops_workshopnote_redact")
        return [own, *super().get_urls()]

    def redact(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a person's data out of a note and all that came of it, for good."""
        note = self.get_queryset(request).filter(pk=pk).first()
        user: Any = request.user
        if note is None or not user.has_perm("workshops.redact_note"):
            raise Http404
        form = RedactionForm(request.POST or None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": note,
            "title": _("Take a person’s data out"),
            "note": note,
        }
        if request.method == "POST" and form.is_valid():
            words = form.cleaned_data["words"]
            redaction = redact(note, words, form.cleaned_data["reason"], user)
            context |= {"redaction": redaction, "elsewhere": elsewhere(words)}
        return TemplateResponse(
            request, "admin/workshops/redact.html", {**context, "form": form}
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        note = self.get_object(request, object_id)
        if note is None or not self.has_view_permission(request, note):
            raise Http404
        headings = note.note_import.headings
        cells = [
            (headings[place] if place < len(headings) else "", cell)
            for place, cell in enumerate(note.cells)
            if cell.strip()
        ]
        corrected = [
            (headings[int(place)], cell)
            for place, cell in (note.corrected or {}).items()
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": note,
            "title": _("A note as it came"),
            "note": note,
            "cells": cells,
            "corrected": corrected,
        }
        return TemplateResponse(request, "admin/workshops/note.html", context)


@admin.register(Redaction)
class RedactionAdmin(NoRedirectHome, admin.ModelAdmin):
    """That something was taken out stays on record."""

    list_display = [
        "redacted_at",
        "redacted_by",
        "note_import",
        "row",
        "reference",
        "places",
        "reason",
    ]
    list_select_related = ["redacted_by", "note_import"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
