"""Long work: seen through, on a page that grows while it goes on."""

from collections.abc import Iterator
from inspect import GEN_CLOSED, getgeneratorstate
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from ... import wizard
from ...bringing import Changed
from ...intake import Work
from ...models import NoteImport
from ...spreadsheets import Refused
from .pages import Response

SHORT = 6  # steps of 500 rows: what is longer is worth a page that tells how far it is
STEPS = "<!-- steps -->"  # where that page grows
CHANGED = _("Data changed since the preview; review again. Nothing was brought in.")


def decided(request: HttpRequest, note_import: NoteImport, change: Any) -> Response:
    """Write a decision, judge again, and show what it changed."""
    try:
        wizard.decide(note_import, change)
    except Changed:  # somebody brought it in meanwhile
        raise Http404 from None
    return see_through(request, note_import, wizard.checking(note_import, request.user))


def see_through(
    request: HttpRequest, note_import: NoteImport, work: Work[Any]
) -> Response:
    """See work through, then lead on; on a page that tells how far it is when it is long."""
    for _step in islice(work, SHORT):
        pass
    if getgeneratorstate(work) == GEN_CLOSED:
        return HttpResponseRedirect(note_import.get_absolute_url())
    language = get_language() or settings.LANGUAGE_CODE
    return StreamingHttpResponse(steps(request, note_import, work, language))


def steps(
    request: HttpRequest,
    note_import: NoteImport,
    work: Work[Any],
    language: str,
) -> Iterator[str]:
    """A page that grows while the work goes on; needs no script.

    Each step hides the one before it (`admin.css`). When the reader leaves, the
    work ends there and a transaction it was in is rolled back.
    """
    with override(language):
        context = {
            **admin.site.each_context(request),
            "opts": NoteImport._meta,
            "title": _("Working on the file"),
            "note_import": note_import,
        }
        page = render_to_string(
            "admin/workshops/working.html", context, request
        ).partition(STEPS)
        yield page[0]
        try:
            for rows in work:
                yield step(rows=rows, most=note_import.totals.get("rows"))
        except Changed:
            yield step(trouble=CHANGED)
        except Refused as refusal:
            yield step(trouble=str(refusal))
        else:
            yield step(
                address=note_import.get_absolute_url(), trouble=note_import.refusal
            )
        yield page[2]


def step(**context: Any) -> str:
    return render_to_string("admin/workshops/_step.html", context)
