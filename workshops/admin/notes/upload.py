"""A file comes in: read at once, and led on to its next page."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from regions.models import Edition

from ... import wizard
from ...forms import UploadForm
from ...spreadsheets import Choices, Limits
from ...spreadsheets.limits import MEGABYTE
from . import files, pages, working
from .pages import Response, Status


def page(request: HttpRequest) -> Response:
    if not pages.may_add(request):
        raise PermissionDenied
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        initial={"edition": Edition.objects.first()},
    )
    refused = None
    if request.method == "POST" and form.is_valid():
        note_import = wizard.keep(
            form.cleaned_data["file"], form.cleaned_data["edition"], request.user
        )
        if note_import.status != Status.REFUSED:
            work = wizard.reading(note_import, Choices(), request.user)
            answer = working.see_through(request, note_import, work)
            if note_import.status != Status.REFUSED:
                return answer
        refused = note_import
    limits = Limits.of_wizard()
    return pages.show(
        request,
        "upload",
        _("Bring in workshop notes"),
        form=form,
        blank_form=files.blank_form(request),
        refused=refused,
        limits=limits,
        megabytes=limits.size // MEGABYTE,
        unpacked=limits.unpacked // MEGABYTE,
        days=settings.NOTES_KEPT_DAYS,
    )
