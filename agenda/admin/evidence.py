"""What shows how far a solution has come: links, notes, and files for organisers alone."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regions.admin import SpeaksLanguages, in_languages

from ..models import Evidence


class EvidenceForm(forms.ModelForm):
    link = forms.URLField(
        label=_("link"), required=False, max_length=500, assume_scheme="https"
    )
    upload = forms.FileField(
        label=_("file"),
        required=False,
        help_text=_("For organisers alone: it is never published."),
    )

    class Meta:
        model = Evidence
        fields = ["dated", "link", *in_languages("note"), "upload"]

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        most: int = settings.EVIDENCE_MAX_MB
        if upload and upload.size > most * 1024 * 1024:
            text = _(
                "This file is too large: up to %(most)s MB are kept. Give a link to it, or a smaller one."
            )
            raise ValidationError(text, params={"most": most})
        return upload

    def _post_clean(self) -> None:
        if upload := self.cleaned_data.get("upload"):
            self.instance.file = upload.read()
            self.instance.file_name = upload.name[:200]
        super()._post_clean()  # type: ignore[misc]


class EvidenceFormSet(forms.BaseInlineFormSet):
    def _construct_form(self, *args: Any, **kwargs: Any) -> Any:
        """Each piece is judged with the solution as it is about to be saved."""
        form = super()._construct_form(*args, **kwargs)  # type: ignore[misc]
        form.instance.solution = self.instance
        return form


class EvidenceInline(SpeaksLanguages, admin.StackedInline):
    model = Evidence
    form = EvidenceForm
    formset = EvidenceFormSet
    extra = 0
    readonly_fields = ["kept_file"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return super().get_queryset(request).defer("file")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ["dated", "link", *in_languages("note"), "upload", "kept_file"]
        may_add = self.has_add_permission(request, obj)
        return fields if may_add else [name for name in fields if name != "upload"]

    @admin.display(description=_("file kept"))
    def kept_file(self, evidence: Evidence) -> str:
        return evidence.file_name or gettext("none")


def give(request: HttpRequest, pk: int, evidence: int) -> HttpResponse:
    """A file as it was sent, to be saved and never shown by the browser itself."""
    if not request.user.has_perm("agenda.publish_solution"):
        raise Http404
    rows = Evidence.objects.filter(solution_id=pk, file__isnull=False)
    found = get_object_or_404(rows, pk=evidence)
    response = HttpResponse(bytes(found.file or b""), "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.file_name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
